"""Message 5, tension: whether leaders who want to cut hospital activity also rate relationships highly.

An association between two items within respondents, with its design-based test.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from barometer.estimation import Categorical, Estimates
from barometer.findings.disclosure import protect
from barometer.project import Wave
from barometer.publishing import Message
from barometer.publishing.charts import Mark, share_chart
from barometer.publishing.layouts import topline
from barometer.publishing.numbers import half_up

LEVER = "savings.reduce_hospital_activity"
TIE = "approach.improve_relationships"
TOP = "very_important"
GROUPS = {
    "top": "Cutting hospital activity is very important",
    "others": "Cutting hospital activity is less important",
}
SIGNIFICANCE = 0.05


def analyse(wave: Wave) -> Message:
    """The message, its chart and its test."""
    rows = {row["level"]: row for row in _by_lever(wave)}
    marks = [
        Mark(
            f"{label} ({rows[level]['base']})",
            rows[level]["estimate"],
            rows[level]["conf_low"],
            rows[level]["conf_high"],
            rows[level]["base"],
        )
        for level, label in GROUPS.items()
        if level in rows and rows[level]["estimate"] is not None
    ]
    return Message(
        title="Cutting hospital activity, and needing the hospital",
        lead=wave.finding("approach.improve_relationships"),
        findings=(
            wave.finding("savings.reduce_hospital_activity"),
            wave.finding("approach.apply_existing_levers"),
            wave.finding("approach.convene_leaders"),
        ),
        charts={
            "association": share_chart(
                marks,
                title="Improving relationships is very important, by view of hospital activity",
                of="leaders who answered both",
            )
        },
        tables={"approach": topline(wave.question("approach"), wave.published.frame)},
        notes={"association": _association(rows), "test": _test(rows)},
    )


def _by_lever(wave: Wave) -> Estimates:
    """The share that rates relationships very important, among those who rate the lever very important and among the others."""
    answer = pl.col(LEVER)
    group = pl.when(answer.is_null()).then(None).when(answer == TOP).then(pl.lit("top")).otherwise(pl.lit("others"))
    design = wave.design.with_frame(wave.responses.frame.with_columns(group.alias("view of hospital activity")))
    codes = tuple(option.code for option in wave.question("approach").options)
    both = answer.is_not_null() & pl.col(TIE).is_not_null()
    book = design.tab_book(
        [Categorical(TIE, codes=codes)], [Categorical("view of hospital activity", codes=tuple(GROUPS))], where=both, adjust=None
    )
    disclosure = wave.survey.settings.disclosure
    safe = protect(book, minimum_base=disclosure.minimum_base, small_base=disclosure.small_base)
    return safe.where(option=TOP).where(pl.col("break") != "")


def _association(rows: dict[str, Any]) -> str:
    """What was found, in the sample's voice and in counts."""
    top, others = rows["top"], rows["others"]
    if top["count"] is None or others["count"] is None:
        return "Too few leaders answered both questions for the association to be published."
    return (
        f"Of the {top['base']} leaders who rated significantly reducing hospital activity very important, {top['count']} "
        f"({_per_cent(top)} per cent) also rated improving relationships with providers very important; "
        f"of the {others['base']} others who answered both, {others['count']} ({_per_cent(others)} per cent) did."
    )


def _test(rows: dict[str, Any]) -> str:
    """Whether the difference may be called one."""
    p = rows["top"]["p_rest"]
    if p is None:
        return ""
    shown = "less than 0.001" if p < 0.001 else f"{half_up(p, 3)}"
    verdict = (
        "The difference is larger than chance would explain" if p < SIGNIFICANCE else "The difference is within what chance would explain"
    )
    return f"{verdict} (p {shown if p < 0.001 else '= ' + shown}; design-based test of one group against the other)."


def _per_cent(row: dict[str, Any]) -> str:
    # From the counts, so that the figure is the one that a reader gets who divides them.
    return str((200 * row["count"] + row["base"]) // (2 * row["base"]))
