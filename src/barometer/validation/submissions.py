"""The rules about a submission as such: who sent it, for which post, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import polars as pl

from barometer.validation.expressions import named
from barometer.validation.implied import among, stated
from barometer.validation.literals import FALSE, listed
from barometer.validation.prepared import FRAME, UNREADABLE, Prepared
from barometer.validation.privacy import EMAIL
from barometer.validation.rules import Expectation, Rule
from barometer.validation.settings import CheckContext

_COUNTED = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}
_TIMES = {"started": "the start", "completed": "the completion"}


def of_submissions(prepared: Prepared, context: CheckContext) -> list[Rule]:
    """The rules about respondents, posts, times and the wave, as far as the export has those columns."""
    rules: list[Rule] = []
    if prepared.has("respondent"):
        rules += _respondent()
    if prepared.has("post"):
        rules += _post(prepared, context)
    rules += _times(prepared, context)
    if prepared.has("wave"):
        label = f"the submission belongs to {prepared.export.wave}"
        rules.append(among("wave.code", "critical", label, "the submission belongs to another wave", "wave", [prepared.export.wave]))
    return rules


def _present(column: str, label: str, reason: str) -> Rule:
    expectation = Expectation("ExpectColumnValuesToNotBeNull", {"column": column})
    return Rule(f"{column}.present", "critical", label, reason, (column,), pl.col(column).is_null(), expectation)


def _unique(column: str, label: str, reason: str, tail: str, shown: pl.Expr) -> Rule:
    """Flags every member of a group, so that none of them is used by chance; names the group only where `shown` holds."""
    times = pl.len().over(column)
    counted = times.replace_strict(_COUNTED, default=times.cast(pl.String), return_dtype=pl.String)
    neither = pl.when(times == 2).then(pl.lit("neither")).otherwise(pl.lit("none of them"))
    said = pl.format("{} submissions " + tail, counted, pl.col(column), neither)
    says = pl.when(shown).then(said).otherwise(pl.lit(reason))
    fails = pl.col(column).is_duplicated() & pl.col(column).is_not_null()
    expectation = Expectation("ExpectColumnValuesToBeUnique", {"column": column})
    return Rule(f"{column}.unique", "critical", label, reason, (column,), fails, expectation, says)


def _respondent() -> Iterator[Rule]:
    yield _present("respondent", "every submission has an identifier", "the submission has no identifier")
    yield _unique(
        "respondent",
        "every submission has an identifier of its own",
        "several submissions have the same identifier",
        "have the identifier {}; {} is used until one is removed",
        ~pl.col("respondent").str.contains(EMAIL),
    )


def _post(prepared: Prepared, context: CheckContext) -> Iterator[Rule]:
    yield _present("post", "every submission names a post", "the submission names no post")
    yield _unique(
        "post",
        "no two submissions name the same post",
        "several submissions name the same post",
        "name the post {}; {} is used until one is removed",
        # What somebody typed in place of a post may be anything; only a post of the frame is repeated.
        pl.lit(True) if prepared.posts is None else pl.col("post").is_in(listed(prepared.posts)),
    )
    if prepared.posts is None:
        return
    known = among(
        "post.in_frame",
        "critical",
        "the post is in the population frame",
        "the post is not in the population frame",
        "post",
        list(prepared.posts),
    )
    yield known
    question, column = context.role_question, context.role_column
    if question and column and prepared.has(question, FRAME + column):
        asked = prepared.export.questionnaire.question(question)
        codes = ", ".join(repr(option.code) for option in asked.options)
        said = asked.number or f"'{asked.short}'"
        yield stated(
            "post.role",
            "critical",
            f"the answer to {said} fits the role of the post in the population frame",
            f"the answer to {said} is not the role of the post in the population frame",
            f"{named(question)} in ({codes},) and {named(question)} != {named(FRAME + column)}",
            prepared,
        )


def _times(prepared: Prepared, context: CheckContext) -> Iterator[Rule]:
    for column, said in _TIMES.items():
        if not prepared.has(column):
            continue
        marked = column + UNREADABLE
        yield Rule(
            f"{column}.readable",
            "critical",
            f"the time of {said} can be read",
            f"the time of {said} cannot be read",
            (column,),
            pl.col(marked),
            Expectation("ExpectColumnValuesToBeInSet", {"column": marked, "value_set": [False]}),
        )
    if prepared.has("completed"):
        yield stated(
            "completed.blank",
            "warning",
            "the submission has a time of completion",
            "the submission has no time of completion",
            "blank(completed)",
            prepared,
        )
    if prepared.has("started", "completed"):
        yield Rule(
            "completed.order",
            "critical",
            "the submission was not completed before it was started",
            "the submission was completed before it was started",
            ("started", "completed"),
            (pl.col("completed") < pl.col("started")).fill_null(FALSE),
            Expectation(
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "completed", "column_B": "started", "or_equal": True, "ignore_row_if": "either_value_is_missing"},
            ),
        )
    if prepared.has("completed") and (context.fieldwork_start or context.fieldwork_end):
        yield _window(context)


def _window(context: CheckContext) -> Rule:
    """From the first moment of the first day up to the last day's end."""
    first, last = context.fieldwork_start, context.fieldwork_end
    start = datetime.combine(first, time()) if first else None
    end = datetime.combine(last, time()) + timedelta(days=1) if last else None
    span = " ".join(f"{word} {day.day} {day:%B %Y}" for word, day in (("from", first), ("until", last)) if day)
    early = (pl.col("completed") < start) if start else pl.lit(False)
    late = (pl.col("completed") >= end) if end else pl.lit(False)
    return Rule(
        "completed.window",
        "critical",
        f"the submission was completed in the fieldwork, {span}",
        f"the submission was not completed in the fieldwork, {span}",
        ("completed",),
        (early | late).fill_null(FALSE),
        Expectation(
            "ExpectColumnValuesToBeBetween", {"column": "completed", "min_value": start, "max_value": end, "strict_max": bool(end)}
        ),
    )
