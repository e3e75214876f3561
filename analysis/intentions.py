"""Message 1, intentions: which contracts and systems leaders expect, by role, and how they overlap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from barometer.project import Wave
from barometer.publishing import Column, Message, Table
from barometer.publishing.charts import grouped_share_chart, marks_of, share_chart
from barometer.publishing.layouts import cross_table, topline
from barometer.publishing.numbers import SUPPRESSED, per_cent

QUESTION = "contracting"
#: The models that the report follows; the rest of the question's options stand in the table.
MODELS = ("accountable_care_system", "alliance_contract", "large_scale_gp_contract", "accountable_care_organisation")


def analyse(wave: Wave) -> Message:
    """The message, its charts and its tables."""
    question = wave.question(QUESTION)
    labels = wave.labels(QUESTION)
    everybody = wave.published.where(question=QUESTION, break_="", statistic="share")
    by_role = wave.published.where(question=QUESTION, break_="role", statistic="share")
    ordered = everybody.frame.sort("estimate", descending=True, nulls_last=True)["option"].to_list()
    last = [option.code for option in question.options if option.exclusive or option.other]
    options = {code: labels[code] for code in [*(code for code in ordered if code not in last), *last]}
    lead = wave.finding("contracting.accountable_care_system")
    role = wave.survey.settings.breaks["role"]
    integration = wave.question("integration")
    return Message(
        title="What leaders expect to form, join or let",
        lead=lead,
        findings=(
            wave.finding("contracting.alliance_contract"),
            wave.finding("contracting.large_scale_gp_contract"),
            wave.finding("contracting.accountable_care_organisation"),
            wave.finding("integration.shared_ethos_and_values"),
            wave.finding("integration.effective_shared_leadership"),
            wave.finding("integration.shared_governance_structures"),
        ),
        charts={
            "shares": share_chart(marks_of(everybody, options), title=lead.title, subtitle=question.short, of="leaders who answered"),
            "by_role": grouped_share_chart(
                marks_of(by_role, {code: labels[code] for code in MODELS}, groups=role.levels),
                title="The four models most followed, by role",
                of="leaders who answered",
            ),
            "integration": share_chart(
                marks_of(
                    wave.published.where(question="integration", break_="", option="important_or_very"),
                    wave.labels("integration"),
                    name="item",
                ),
                title="Important or very important to making integration work",
                of="leaders who answered each item",
            ),
        },
        tables={
            "shares": topline(question, wave.published.frame),
            "by_region": cross_table(question, wave.published.frame, "region", wave.survey.settings.breaks["region"]),
            "overlap": _overlap(wave, labels),
            "integration": topline(integration, wave.published.frame),
        },
        notes={"overlap": _both(wave)},
    )


def _pairs(wave: Wave) -> dict[frozenset[str], dict[str, Any]]:
    """Who expects both of two models: the rows of the overlap table by their two options (one, where they are the same)."""
    return {frozenset((row["item"], row["option"])): row for row in wave.published_overlap(QUESTION)}


def _overlap(wave: Wave, labels: Mapping[str, str]) -> Table:
    pairs = _pairs(wave)
    names = {code: labels[code] for code in MODELS}
    rows = [(name, *(_shown(pairs[frozenset((row, column))]) for column in names)) for row, name in names.items()]
    note = "Per cent of all who answered who expect both; where a model meets itself, the share that expects it at all."
    return Table((Column("Expects", "left"), *(Column(name) for name in names.values())), tuple(rows), (note,))


def _shown(row: Mapping[str, Any]) -> str:
    return SUPPRESSED if row["estimate"] is None else per_cent(row["estimate"])


def _both(wave: Wave) -> str:
    """How the two most expected models overlap, in counts."""
    pairs = _pairs(wave)
    system, alliance = MODELS[:2]
    both, of = pairs[frozenset((system, alliance))]["count"], pairs[frozenset((system,))]["count"]
    if both is None or of is None:
        return "Too few leaders chose the two most followed models for their overlap to be published."
    return (
        f"The models are not alternatives: of the {of} leaders who expected an accountable care system, "
        f"{both} also expected an alliance contract."
    )
