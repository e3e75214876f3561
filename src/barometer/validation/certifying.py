"""The second witness: what Great Expectations is asked to certify, and whether it agrees with polars on every failing row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from barometer.errors import EvaluationError
from barometer.validation.expressions import Expression
from barometer.validation.rules import SURVEY_RULE, Rule
from barometer.validation.terms import NUMBER, renamed

#: Above so many submissions Great Expectations certifies the table of failure counts, not every row.
ROWS_AT_MOST = 100_000
#: What stands behind the name of a column for its numbers, where names are letters, digits and underscores.
GX_NUMBER = "___number"
_SHOWN_AT_MOST = 5


@dataclass(frozen=True)
class Claim:
    """One expectation to certify.

    Attributes:
        rule: The rule's id.
        type: The expectation's class.
        arguments: Its arguments, with columns as Great Expectations knows them.
        severity: The rule's severity.
        label: What must hold, in plain words.
        columns: The columns that the rule looks at, as the questionnaire names them.
    """

    rule: str
    type: str
    arguments: dict[str, Any]
    severity: str
    label: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """What Great Expectations is given.

    Attributes:
        name: The wave.
        rows: Claims about every submission, over `table`.
        counts: Claims that a number of failures is zero, over `failures`.
        table: One row a submission: only the columns that claims name.
        failures: One row: the number of failures of each rule in `counts`.
        docs: A folder for Data Docs, or none.
    """

    name: str
    rows: tuple[Claim, ...]
    counts: tuple[Claim, ...]
    table: pl.DataFrame
    failures: pl.DataFrame
    docs: Path | None = None


@dataclass(frozen=True)
class Certificate:
    """What Great Expectations found.

    Attributes:
        version: Of Great Expectations.
        positions: For each claim about rows, the places in the table (from 0) that fail it.
        nonzero: For each claim about counts, whether the count is not zero.
    """

    version: str
    positions: dict[str, tuple[int, ...]]
    nonzero: dict[str, bool]


def certify(job: Job) -> Certificate:
    """What Great Expectations says of a job. Imports it, which takes some seconds the first time.

    Raises:
        EvaluationError: If an expectation could not be evaluated.
    """
    from barometer.validation.checkpoint import run

    return run(job)


def job_of(wave: str, rules: Iterable[Rule], table: pl.DataFrame, failing: Mapping[str, int], docs: Path | None = None) -> Job:
    """What Great Expectations is asked about a wave.

    Args:
        wave: The wave.
        rules: All rules.
        table: The prepared table.
        failing: For each rule that failed, how many submissions fail it, or the shortfall of a quota.
        docs: A folder for Data Docs, or none.
    """
    rules = list(rules)
    by_row = [rule for rule in rules if not rule.table] if table.height <= ROWS_AT_MOST else []
    by_count = [rule for rule in rules if rule not in by_row]
    names = column_names(table.columns)
    claims = tuple(_claim(rule, names) for rule in by_row)
    used = {name for claim in claims for name in columns_of(claim)}
    counted = column_names([rule.id for rule in by_count])
    zero = [
        Claim(rule.id, "ExpectColumnMaxToBeBetween", {"column": counted[rule.id], "max_value": 0}, rule.severity, rule.label, rule.columns)
        for rule in by_count
    ]
    return Job(
        wave,
        claims,
        tuple(zero),
        table.select(pl.col(column).alias(name) for column, name in names.items() if name in used),
        pl.DataFrame({counted[rule.id]: [failing.get(rule.id, 0)] for rule in by_count}, schema_overrides={}),
        docs,
    )


def column_names(columns: Iterable[str]) -> dict[str, str]:
    """Columns as Great Expectations knows them: letters, digits and underscores only, each name once.

    Example:
        >>> column_names(["time.own_ccg", "time.own_ccg:number"])
        {'time.own_ccg': 'time__own_ccg', 'time.own_ccg:number': 'time__own_ccg___number'}
    """
    names: dict[str, str] = {}
    for column in columns:
        if column.endswith(NUMBER):
            continue
        name = re.sub(r"\W", "_", column.replace(".", "__").replace(":", "___"))
        while name in names.values():
            name += "_x"
        names[column] = name
    for column in columns:
        if column.endswith(NUMBER):
            names[column] = names[column.removesuffix(NUMBER)] + GX_NUMBER
    return names


def columns_of(claim: Claim) -> list[str]:
    """The columns of the table that a claim names."""
    named = [claim.arguments[key] for key in ("column", "column_A", "column_B") if key in claim.arguments]
    return [*named, *claim.arguments.get("column_list", ())]


def _claim(rule: Rule, names: dict[str, str]) -> Claim:
    assert rule.expectation is not None
    arguments = dict(rule.expectation.arguments)
    for key in ("column", "column_A", "column_B"):
        if key in arguments:
            arguments[key] = names[arguments[key]]
    if rule.expectation.type == SURVEY_RULE:
        # Great Expectations wants two columns or more; the number of the row is always there.
        arguments["column_list"] = ["row", *(names[column] for column in arguments["column_list"])]
        arguments["fails_if"] = renamed(Expression(arguments["fails_if"], rule.columns), names)
    return Claim(rule.id, rule.expectation.type, arguments, rule.severity, rule.label, rule.columns)


def agree(certificate: Certificate, job: Job, flags: Mapping[str, pl.Series], failing: Mapping[str, int], rows: pl.Series) -> None:
    """Nothing, if both witnesses name the same failing submissions for every rule.

    Args:
        certificate: What Great Expectations found.
        job: What it was asked.
        flags: For each rule with a failing submission, one flag a submission, as polars decided.
        failing: For each rule that failed, how often.
        rows: The row numbers of the submissions.

    Raises:
        EvaluationError: If a claim has no answer, or they differ; the message names the rules and rows.
    """
    asked = {claim.rule for claim in (*job.rows, *job.counts)}
    answered = certificate.positions.keys() | certificate.nonzero.keys()
    if asked != answered:
        lost = sorted(asked - answered)
        raise EvaluationError(
            "Great Expectations did not answer every rule.",
            where=", ".join(lost[:_SHOWN_AT_MOST]) or None,
            expected=f"{len(asked)} results",
            got=f"{len(answered)} results",
        )
    differing: list[str] = []
    for claim in job.rows:
        ours = set(flags[claim.rule].arg_true().to_list()) if claim.rule in flags else set()
        theirs = set(certificate.positions[claim.rule])
        if ours != theirs:
            differing.append(f"{claim.rule}: {_said('polars', ours - theirs, rows)}{_said('Great Expectations', theirs - ours, rows)}")
    differing += [
        f"{claim.rule}: the counts differ" for claim in job.counts if certificate.nonzero[claim.rule] != bool(failing.get(claim.rule, 0))
    ]
    if differing:
        raise EvaluationError(
            "The two witnesses do not agree, so nothing is certified.",
            where=f"{len(differing)} {'rule' if len(differing) == 1 else 'rules'}",
            expected="polars and Great Expectations name the same failing rows",
            got="\n       ".join(differing[:_SHOWN_AT_MOST]),
            hint="Report this: it is a fault of the toolkit or a value that the two engines read differently.",
        )


def _said(witness: str, places: set[int], rows: pl.Series) -> str:
    if not places:
        return ""
    shown = [str(rows[place]) for place in sorted(places)[:_SHOWN_AT_MOST]]
    more = f" and {len(places) - _SHOWN_AT_MOST} more" if len(places) > _SHOWN_AT_MOST else ""
    return f"only {witness} fails {'row' if len(places) == 1 else 'rows'} {', '.join(shown)}{more}. "
