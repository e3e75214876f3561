"""Message 5, tension: whether leaders who want to cut hospital activity also rate relationships highly.

An association between two items within respondents, with its design-based test.
"""

from __future__ import annotations

from typing import Any

from barometer.findings.disclosure_rounding import p_in_words
from barometer.project import Wave
from barometer.project.disclosing import OTHERS, THOSE
from barometer.publishing import Message
from barometer.publishing.charts import Mark, fitted, leading_title, share_chart
from barometer.publishing.layouts import topline

LEVER = ("savings", "reduce_hospital_activity")
TIE = ("approach", "improve_relationships")
TOP = "very_important"
GROUPS = {
    THOSE: "Cutting hospital activity is very important",
    OTHERS: "Cutting hospital activity is less important, or no answer",
}
SIGNIFICANCE = 0.05


def analyse(wave: Wave) -> Message:
    """The message, its chart and its test."""
    rows = {row["level"]: row for row in wave.published_association((*LEVER, TOP), (*TIE, TOP))}
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
                title=_title(marks),
                subtitle="Improving relationships with providers is very important, by view of hospital activity",
                of="leaders who took part",
            )
        },
        tables={"approach": topline(wave.question("approach"), wave.published.frame)},
        notes={"association": _association(rows), "test": _test(rows)},
    )


def _title(marks: list[Mark]) -> str:
    """Both shares in one line, where both may be shown."""
    if len(marks) < len(GROUPS):
        return leading_title(marks)
    top, others = (mark.shown.removesuffix("%") for mark in marks)
    return fitted(f"Improving relationships is very important: {top} against {others} per cent")


def _association(rows: dict[str, Any]) -> str:
    """What was found, in the sample's voice and in counts."""
    top, others = rows[THOSE], rows[OTHERS]
    if top["count"] is None or others["count"] is None:
        return "Too few leaders are in one of the two groups for the association to be published."
    return (
        f"Of the {top['base']} leaders who rated significantly reducing hospital activity very important, {top['count']} "
        f"({_per_cent(top)} per cent) also rated improving relationships with providers very important; "
        f"of the {others['base']} others who took part, {others['count']} ({_per_cent(others)} per cent) did."
    )


def _test(rows: dict[str, Any]) -> str:
    """Whether the difference may be called one."""
    p = rows[THOSE]["p_rest"]
    if p is None:
        return ""
    verdict = (
        "The difference is larger than chance would explain" if p < SIGNIFICANCE else "The difference is within what chance would explain"
    )
    return f"{verdict} ({p_in_words(rows[THOSE])}; design-based test of one group against the other)."


def _per_cent(row: dict[str, Any]) -> str:
    # From the counts, so that the figure is the one that a reader gets who divides them.
    return str((200 * row["count"] + row["base"]) // (2 * row["base"]))
