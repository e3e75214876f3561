"""Message 1, intentions: which contracts and systems leaders expect, by role, and how they overlap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from barometer.project import Wave
from barometer.project.variants import Part
from barometer.publishing import Message
from barometer.publishing.charts import (
    NHS_REGIONS,
    Chart,
    combinations_of,
    contrast_title,
    fitted,
    grouped_share_chart,
    leading_title,
    marks_of,
    overlap_chart,
    share_chart,
    tile_map,
)
from barometer.publishing.layouts import cross_table, topline

QUESTION = "contracting"
#: The models that the report follows; the rest of the question's options stand in the table.
MODELS = ("accountable_care_system", "alliance_contract", "large_scale_gp_contract", "accountable_care_organisation")
#: The two of which the report says how many expect both.
BOTH = MODELS[:2]
#: Pairs of which readers learn how many expect both: the note says so of the one, the base of the question on who will lead of the other.
TOLD = ((MODELS[0], MODELS[1]), (MODELS[0], MODELS[3]))
RESPONDENTS = "leaders who answered"


def analyse(wave: Wave) -> Message:
    """The message, its charts and its tables."""
    question = wave.question(QUESTION)
    labels = wave.labels(QUESTION)
    integration = wave.question("integration")
    return Message(
        title="What leaders expect to form, join or let",
        lead=wave.finding("contracting.accountable_care_system"),
        findings=(
            wave.finding("contracting.alliance_contract"),
            wave.finding("contracting.large_scale_gp_contract"),
            wave.finding("contracting.accountable_care_organisation"),
            wave.finding("integration.shared_ethos_and_values"),
            wave.finding("integration.effective_shared_leadership"),
            wave.finding("integration.shared_governance_structures"),
        ),
        charts={
            "shares": _shares(wave, labels),
            "overlap": _overlap(wave, {code: labels[code] for code in MODELS}),
            "by_role": _by_role(wave, {code: labels[code] for code in MODELS}),
            "map": _map(wave, labels[MODELS[0]]),
            "integration": _integration(wave),
        },
        tables={
            "shares": topline(question, wave.published.frame),
            "by_region": cross_table(question, wave.published.frame, "region", wave.survey.settings.breaks["region"]),
            "integration": topline(integration, wave.published.frame),
        },
        notes={"overlap": _both(wave)},
    )


def _shares(wave: Wave, labels: Mapping[str, str]) -> Chart:
    """Every contract and system, the most expected first."""
    question = wave.question(QUESTION)
    everybody = wave.published.where(question=QUESTION, break_="", statistic="share")
    ordered = everybody.frame.sort("estimate", descending=True, nulls_last=True)["option"].to_list()
    last = [option.code for option in question.options if option.exclusive or option.other]
    marks = marks_of(everybody, {code: labels[code] for code in [*(code for code in ordered if code not in last), *last]})
    title = fitted(wave.finding("contracting.accountable_care_system").title, leading_title(marks))
    return share_chart(marks, title=title, subtitle=question.short, of=RESPONDENTS)


def _by_role(wave: Wave, models: Mapping[str, str]) -> Chart:
    by_role = wave.published.where(question=QUESTION, break_="role", statistic="share")
    marks = marks_of(by_role, models, groups=wave.survey.settings.breaks["role"].levels)
    return grouped_share_chart(marks, title=contrast_title(marks), subtitle=wave.question(QUESTION).short, of=RESPONDENTS)


def _overlap(wave: Wave, models: Mapping[str, str]) -> Chart:
    """Which of the models are expected together; combinations of few leaders are merged."""
    rows = wave.published_combinations(QUESTION, MODELS, beside=TOLD)
    shown = combinations_of(rows, models)
    several = sum(one.count for one in shown if len(one.labels) > 1)
    alone = {row["option"]: row for row in wave.published.where(question=QUESTION, break_="", statistic="share")}
    base = alone[MODELS[0]]["base"]
    return overlap_chart(
        shown,
        answers={label: alone[code]["count"] for code, label in models.items()},
        others=sum(row["count"] for row in rows.where(option="")),
        base=base,
        title=f"At least {several} of {base} expect more than one" if several else None,
        of=RESPONDENTS,
    )


def _map(wave: Wave, label: str) -> Chart:
    """The most expected model by region; in the report of one region, that region alone."""
    name = wave.survey.settings.breaks["region"].label
    tiles = {code: tile.label for code, tile in NHS_REGIONS.items()}
    shares = wave.published.where(question=QUESTION, statistic="share", option=MODELS[0])
    if isinstance(wave, Part) and wave.by == "region":
        marks = [replace(mark, group=tiles[wave.level]) for mark in marks_of(shares.where(break_=""), {MODELS[0]: label}, missing=True)]
    else:
        marks = marks_of(shares.where(break_="region"), {MODELS[0]: label}, groups=tiles, missing=True)
    return tile_map(marks, subtitle=f"Per cent of {RESPONDENTS} who expect it, with 95 per cent intervals, by {name}", of=RESPONDENTS)


def _integration(wave: Wave) -> Chart:
    """What integrated care needs, the most important first."""
    rows = wave.published.where(question="integration", break_="", option="important_or_very")
    ordered = rows.frame.sort("estimate", descending=True, nulls_last=True)["item"].to_list()
    labels = wave.labels("integration")
    marks = marks_of(rows, {item: labels[item] for item in ordered}, name="item")
    subtitle = "Important or very important to making integration work"
    return share_chart(marks, title=leading_title(marks), subtitle=subtitle, of="leaders who answered each item")


def _both(wave: Wave) -> str:
    """How the two most expected models overlap, in counts."""
    pairs = {frozenset((row["item"], row["option"])): row for row in wave.published_overlap(QUESTION)}
    both, of = pairs[frozenset(BOTH)]["count"], pairs[frozenset(BOTH[:1])]["count"]
    if both is None or of is None:
        return "Too few leaders chose the two most followed models for their overlap to be published."
    return (
        f"The models are not alternatives: of the {of} leaders who expected an accountable care system, "
        f"{both} also expected an alliance contract."
    )
