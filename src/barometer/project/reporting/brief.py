"""The method box of a report, and what weights would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer.project.reporting.facts import capital, counted, describes, per_cent, rates, size, widest
from barometer.publishing.layouts import cell
from barometer.publishing.numbers import half_up
from barometer.publishing.tables import Column, Table

if TYPE_CHECKING:
    from barometer.project.wave import Wave


def in_brief(wave: Wave) -> Table:
    """Who was asked, when, how, and how precise the figures are: a row an item."""
    settings, asked, points, found = wave.survey.settings, size(wave), widest(wave), rates(wave)
    rate = f": {per_cent(found.rr2)} of the frame (AAPOR RR2)" if found is not None else ""
    wide = f"95 per cent intervals, at most {half_up(round(points, 10))} points wide, for shares of everybody" if points else "No shares"
    corrected = ", with a correction for the finite population" if asked else ""
    rows = [
        ("Who publishes it", settings.publisher),
        ("Population", capital(describes(wave))),
        ("Frame", _frame(wave)),
        ("Recruitment", wave.settings.recruitment or "Invitation to every member of the frame"),
        ("Mode", wave.settings.mode),
        ("Fieldwork", wave.settings.fieldwork.text),
        ("Responses", f"{_came_in(wave)}{rate}"),
        ("Weighting", "Weighted" if settings.design.weight else "None: every response counts once"),
        (
            "Precision",
            f"{wide}{corrected}. They assume that those who answered are like those who did not; this is a self-selected sample",
        ),
        ("Certified by", "Rules of the questionnaire and of validation/rules.toml, checked by polars and by Great Expectations"),
        ("Limitations", " ".join(wave.settings.notes) or "Those who answered may differ from those who did not"),
    ]
    if settings.synthetic:
        rows.insert(0, ("Responses are", "Synthetic: made up for a worked example"))
    return Table((Column("Item", "left"), Column("What was done", "left")), tuple(rows))


def _frame(wave: Wave) -> str:
    asked, population = size(wave), wave.survey.settings.population
    if asked is None:
        return "No list; the population is taken as very large"
    members = counted(asked, population.unit)
    return f"{members}; every one was asked" if population.frame else f"No list; the population has {members}"


def with_and_without_weights(wave: Wave) -> Table:
    """The headlines as they are and raked to the frame's margins: whether weights would change what is said."""
    from barometer.findings.subjects import told_of_ranking

    compared = wave.sensitivity()
    columns = (Column("Headline", "left"), Column("As answered"), Column("Raked"), Column("Difference"))
    if compared is None:
        return Table(columns, (("The project names no columns to rake to", "-", "-", "-"),))
    rows = []
    for finding in wave.headlines():
        question = wave.question(finding.question)
        ranked = [told_of_ranking(question)] if question.kind == "ranking" else []
        statistics = ["mean"] if finding.statistic == "mean" else ["share", "net", *ranked]
        row = compared.row(question=finding.question, item=finding.item, option=finding.option, statistic=statistics)
        points = row["difference_points"]
        shift = half_up(round(row["difference"], 10), 1) if points is None else f"{half_up(round(points, 10), 1)} points"
        raked = {**row, "estimate": row["weighted_estimate"]}
        rows.append((finding.title, cell(row), cell(raked), shift))
    return Table(columns, tuple(rows))


def _came_in(wave: Wave) -> str:
    """How many answers count; of one group, which submissions would have been its own is not known."""
    answered, counts = len(wave.responses), wave.check.counts
    if answered < counts["accepted"]:
        return f"{answered} of {counts['accepted']} accepted submissions"
    return f"{counts['read']} submissions, {answered} accepted"
