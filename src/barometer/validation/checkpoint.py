"""Runs a Great Expectations checkpoint over a job. Importing this module imports neither Great Expectations nor pandas; `run` does."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl

from barometer.errors import EvaluationError
from barometer.validation.certifying import Certificate, Claim, Job
from barometer.validation.docs import write_docs
from barometer.validation.lean import configured_once, import_lean
from barometer.validation.rules import SURVEY_RULE

if TYPE_CHECKING:
    import pandas as pd

#: Row places come back, values do not: neither into results nor into Data Docs.
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "include_unexpected_rows": False,
    "return_unexpected_index_query": False,
}


def run(job: Job) -> Certificate:
    """The certificate of Great Expectations: its suite is built anew from the claims each time.

    Raises:
        EvaluationError: If an expectation raised an exception, or not every claim came back.
    """
    with _quiet():
        import_lean()
        import great_expectations as gx
        import pandas as pd

        from barometer.validation import survey_expectation  # noqa: F401  (registers our expectation)

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
        with pd.option_context("mode.string_storage", "python"):
            rows = _results(context, job, "submissions", job.rows, _pandas(job.table)) if job.rows else {}
            counts = _results(context, job, "counts", job.counts, _pandas(job.failures)) if job.counts else {}
    positions = {rule: tuple(int(place) for place in result.result["unexpected_index_list"]) for rule, result in rows.items()}
    nonzero = {rule: not result.success for rule, result in counts.items()}
    return Certificate(str(gx.__version__), positions, nonzero)


def warm() -> None:
    """Imports what `run` needs, ahead of time."""
    with _quiet():
        import_lean()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without analytics, and without the deprecation warnings that belong to Great Expectations and what it imports.

    By category and not by message: the messages change with every version of pandas, and a warning that is an error somewhere would come
    back as an expectation that failed. What of our own runs in here, `NumpyTerms`, is tested outside as well.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
            warnings.simplefilter("ignore", category)
        yield


def _results(context: Any, job: Job, part: str, claims: tuple[Claim, ...], frame: pd.DataFrame) -> dict[str, Any]:
    import great_expectations as gx

    name = f"{job.name} {part}"

    asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
    suite = gx.ExpectationSuite(name=name)
    suite.expectations = [expectation_of(claim) for claim in claims]
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=name, data=asset.add_batch_definition_whole_dataframe(name), suite=context.suites.add(suite))
    )
    checkpoint = context.checkpoints.add(gx.Checkpoint(name=name, validation_definitions=[definition], result_format=RESULT_FORMAT))
    with configured_once():
        outcome = checkpoint.run(batch_parameters={"dataframe": frame})
    results = {
        str(result.expectation_config.meta["rule"]): result for validation in outcome.run_results.values() for result in validation.results
    }
    broken = [(rule, _exception(result)) for rule, result in results.items() if _exception(result)]
    if broken or len(results) != len(claims):
        raise EvaluationError(
            "Great Expectations could not evaluate every rule, so nothing is certified.",
            where=", ".join(rule for rule, _ in broken[:5]) or None,
            expected=f"{len(claims)} results",
            got=broken[0][1] if broken else f"{len(results)} results",
        )
    if job.docs is not None:
        for validation in outcome.run_results.values():
            write_docs(job.docs, part, validation, title=f"{job.name}: {part} as certified by Great Expectations")
    return results


def expectation_of(claim: Claim) -> Any:
    """A claim as an expectation of Great Expectations."""
    import great_expectations.expectations as expectations
    from great_expectations.expectations.metadata_types import FailureSeverity

    from barometer.validation.survey_expectation import ExpectSurveyRuleToHold

    kind = ExpectSurveyRuleToHold if claim.type == SURVEY_RULE else getattr(expectations, claim.type)
    return kind(**claim.arguments, severity=FailureSeverity(claim.severity), description=claim.label, meta={"rule": claim.rule})


def _exception(result: Any) -> str | None:
    """The kind of the first exception; its message might hold an answer, so it is left out."""
    info = result.exception_info or {}
    for one in [info] if "raised_exception" in info else list(info.values()):
        if isinstance(one, dict) and one.get("raised_exception"):
            return str(one.get("exception_message", "an exception")).splitlines()[0].split(":")[0]
    return None


def _pandas(table: pl.DataFrame) -> pd.DataFrame:
    """Columns of numpy objects, floats, flags and times, which Great Expectations checks fastest; blanks are None, NaN and NaT."""
    import numpy as np
    import pandas as pd

    columns = {}
    for series in table.iter_columns():
        values = np.array(series.to_list(), dtype=object) if series.dtype == pl.String else series.to_numpy()
        columns[series.name] = pd.Series(values, dtype=values.dtype)
    return pd.DataFrame(columns)
