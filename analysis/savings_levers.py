"""Message 4, savings levers: how leaders rank them, and which of them were asked for the first time."""

from __future__ import annotations

from collections.abc import Mapping

from barometer.findings import Finding
from barometer.project import Wave
from barometer.publishing import Message
from barometer.publishing.charts import fitted, heat_table, leading_title, marks_of, scale_chart, table_title
from barometer.publishing.layouts import cross_table, topline

QUESTION = "savings"
NET = "important_or_very"


def analyse(wave: Wave) -> Message:
    """The message, its charts and its tables."""
    question = wave.question(QUESTION)
    published = wave.published.where(question=QUESTION, break_="")
    ranked = published.where(option=NET).frame.sort("estimate", descending=True, nulls_last=True)["item"].to_list()
    labels = wave.labels(QUESTION)
    options = question.options_in(wave.id)
    shares = {
        labels[item]: [published.row(item=item, option=option.code, statistic="share")["estimate"] for option in options] for item in ranked
    }
    told = [wave.finding(f"savings.{item}") for item in ranked]
    lead = told[0]
    top = marks_of(published.where(option=NET), {item: labels[item] for item in ranked}, name="item")
    # In the report of one region there is no other to set beside it.
    name = "region" if "region" in wave.survey.plan.breaks else "role"
    levels = wave.survey.settings.breaks[name]
    rows = wave.published.where(question=QUESTION, break_=name, option=NET)
    cells = marks_of(rows, {item: labels[item] for item in ranked}, name="item", groups=levels.levels, missing=True)
    return Message(
        title="The levers on which savings rest",
        lead=lead,
        findings=tuple(told[1:]),
        charts={
            "ranking": scale_chart(
                shares,
                [option.name for option in options],
                favourable=2,
                dont_know=sum(option.dont_know for option in options),
                title=fitted(lead.title, leading_title(top)),
                subtitle="Figures at the right: important or very important, per cent of those who answered",
                of="leaders who answered each item",
            ),
            "by_region": heat_table(
                cells,
                title=table_title(cells, "regions" if name == "region" else "groups"),
                subtitle=f"Important or very important, per cent of leaders who answered each item, by {levels.label}",
                of="leaders who answered each item",
            ),
        },
        tables={
            "ranking": topline(question, wave.published.frame),
            "by_role": cross_table(question, wave.published.frame, "role", wave.survey.settings.breaks["role"]),
        },
        notes={"new": " ".join(filter(None, (_changed(told, labels), _new(wave))))},
    )


def _changed(told: list[Finding], labels: Mapping[str, str]) -> str:
    """Which levers are rated higher or lower than in the wave before, where that is more than chance; "" without such a wave."""
    compared = [(finding, finding.comparison) for finding in told if finding.comparison is not None]
    if not compared:
        return ""
    before = compared[0][1].wave_title
    changed = [
        f'"{labels[finding.item]}" ({comparison.percent} per cent then, {finding.percent} per cent now: a {comparison.word})'
        for finding, comparison in compared
        if comparison.word
    ]
    if not changed:
        return f"No lever's rating differs from that in {before} by more than chance alone could give."
    return (
        f"Since {before} the rating of one lever changed by more than chance: {changed[0]}."
        if len(changed) == 1
        else (f"Since {before} the ratings of {len(changed)} levers changed by more than chance: {'; '.join(changed)}.")
    )


def _new(wave: Wave) -> str:
    """Which levers no earlier wave asked: their past is unknown, not zero."""
    question = wave.question(QUESTION)
    waves = wave.survey.settings.waves
    earlier = [other for other in waves[: waves.index(wave.id)] if question.asked_in(other)]
    new = [item.label for item in question.items_in(wave.id) if earlier and not any(item.asked_in(other) for other in earlier)]
    if not new:
        return "Every lever was asked in an earlier wave."
    named = " and ".join(f'"{label}"' for label in new)
    return f"{named} was asked for the first time in this wave: its past is not known, and is not zero."
