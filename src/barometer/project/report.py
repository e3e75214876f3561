"""The parts of a report that every barometer has: headlines, method, data quality and the topline, computed from the wave."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from barometer.publishing.layouts import cell, topline
from barometer.publishing.numbers import half_up
from barometer.publishing.prose import Prose, escaped
from barometer.publishing.tables import Column, Table

if TYPE_CHECKING:
    from barometer.project.wave import Wave
    from barometer.questionnaire import Condition, Question


class Report:
    """The standing parts of a wave's report. `wave.report()` gives it; texts are Markdown, to be printed by a cell with `output: asis`."""

    def __init__(self, wave: Wave) -> None:
        self._wave = wave

    @cached_property
    def fieldwork(self) -> Prose:
        """When and from how many answers came, in two sentences."""
        wave, population = self._wave, self._wave.survey.settings.population
        size = wave.survey.population_size
        of = f" of {size}" if size else ""
        return Prose(f"Fieldwork: {wave.settings.fieldwork.text}. {len(wave.responses)}{of} {population.people} answered.")

    @cached_property
    def headlines(self) -> str:
        """The leading findings as a numbered list: the sample's sentence, then the population's."""
        lines, style = [], self._wave.survey.settings.style
        for finding in self._wave.headlines():
            lines.append(f"1. **{escaped(finding.sentence(style))}**")
            if finding.interval is not None:
                lines.append(f"   {escaped(finding.sentence(style, 'population'))}")
            lines.append("")
        return "\n".join(lines)

    @cached_property
    def method(self) -> Table:
        """Who was asked, when, how, and how precise the figures are: a row an item."""
        wave, settings = self._wave, self._wave.survey.settings
        size = wave.survey.population_size
        answered, read = len(wave.responses), wave.check.counts["read"]
        shares = wave.published.frame.filter(_everybody_shares())
        largest = (shares["conf_high"] - shares["conf_low"]).max()
        rows = [
            ("Who publishes it", settings.publisher),
            ("Population", settings.population.describes[0].upper() + settings.population.describes[1:]),
            ("Frame", f"{size} posts; every one was asked" if size else "No frame; the population is taken as very large"),
            ("Recruitment", wave.settings.recruitment or "Invitation to every member of the frame"),
            ("Mode", wave.settings.mode),
            ("Fieldwork", wave.settings.fieldwork.text),
            ("Responses", f"{read} submissions, {answered} accepted" + (f": {_rate(answered, size)} of the frame" if size else "")),
            ("Weighting", "Weighted" if settings.design.weight else "None: every response counts once"),
            (
                "Precision",
                f"95 per cent intervals, at most {_points(largest)} points wide, for shares of everybody, with a correction for the "
                "finite population. They assume that those who answered are like those who did not; this is a self-selected sample",
            ),
            ("Certified by", "Rules of the questionnaire and of validation/rules.toml, checked by polars and by Great Expectations"),
            ("Limitations", " ".join(wave.settings.notes) or "Those who answered may differ from those who did not"),
        ]
        if settings.synthetic:
            rows.insert(0, ("Responses are", "Synthetic: made up for a worked example"))
        return Table((Column("Item", "left"), Column("What was done", "left")), tuple(rows))

    @cached_property
    def quality_sentence(self) -> Prose:
        """How many submissions came in, and how many were left out."""
        counts, decisions = self._wave.check.counts, self._wave.check.amendments.height
        amended = f" {decisions} decisions on record were applied before they were checked." if decisions else ""
        return Prose(
            f"{counts['read']} submissions were read. {counts['accepted']} were accepted and {counts['quarantined']} were left out; "
            f"those two numbers add up to the first in every run.{amended}"
        )

    @cached_property
    def quality(self) -> Table:
        """The rules that submissions broke, worst first, with how many broke them."""
        worst = self._wave.check.worst_first()
        rows = [(_capital(label), severity, str(failures)) for _, severity, failures, label in worst.iter_rows()]
        columns = (Column("What must hold", "left"), Column("Severity", "left"), Column("Submissions"))
        return Table(columns, tuple(rows) or (("Every rule held", "-", "0"),))

    @cached_property
    def weighting(self) -> Table:
        """The headlines as they are and raked to the frame's margins: whether weights would change what is said."""
        compared = self._wave.sensitivity()
        columns = (Column("Headline", "left"), Column("As answered"), Column("Raked"), Column("Difference"))
        if compared is None:
            return Table(columns, (("The project names no columns to rake to", "-", "-", "-"),))
        rows = []
        for finding in self._wave.headlines():
            statistics = ["mean"] if finding.statistic == "mean" else ["share", "net"]
            row = compared.row(question=finding.question, item=finding.item, option=finding.option, statistic=statistics)
            points = row["difference_points"]
            shift = half_up(round(row["difference"], 10), 1) if points is None else f"{half_up(round(points, 10), 1)} points"
            raked = {**row, "estimate": row["weighted_estimate"]}
            rows.append((finding.title, cell(row), cell(raked), shift))
        return Table(columns, tuple(rows))

    @cached_property
    def topline(self) -> str:
        """Every question with its wording and its figures, in the order in which it was asked."""
        questions = self._wave.survey.questionnaire.asked_in(self._wave.id)
        return "\n\n".join(self._question(question) for question in questions)

    @cached_property
    def contact(self) -> Prose:
        """Whom to write to."""
        settings = self._wave.survey.settings
        return Prose(
            f"{settings.contact or settings.publisher} answers questions about these figures. "
            "Corrections are published with the date and the figure that they replace. Files with every figure (XLSX, CSV, JSON) "
            "and a manifest of what they were made from lie beside this report."
        )

    def _question(self, question: Question) -> str:
        wave = self._wave
        number = f"{question.number}. " if question.number else ""
        wording = question.wording(wave.id) + (f" {question.instruction}" if question.instruction else "")
        parts = [f"### {escaped(number + question.short)}", f"> {escaped(wording)}"]
        if question.shown_if is not None:
            parts.append(escaped(f"Asked of those who {self._routing(question.shown_if)}."))
        if question.kind == "text":
            answered = wave.responses.frame[question.id].is_not_null().sum()
            parts.append(f"{answered} leaders wrote an answer. Answers are quoted only where they were released for it.")
        else:
            parts.append(topline(question, wave.published.frame)._repr_markdown_())
        return "\n\n".join(parts)

    def _routing(self, condition: Condition) -> str:
        asked = self._wave.survey.questionnaire.question(condition.question)
        labels = {option.code: option.label for option in asked.options}
        where = asked.number or asked.short
        chose = " or ".join(f'"{labels[code]}"' for code in condition.any_of)
        avoided = " nor ".join(f'"{labels[code]}"' for code in condition.none_of)
        parts = ([f"chose {chose} at {where}"] if chose else []) + ([f"did not choose {avoided} at {where}"] if avoided else [])
        return " and ".join(parts)


def _everybody_shares() -> pl.Expr:
    return (pl.col("break") == "") & pl.col("statistic").is_in(["share", "net"]) & pl.col("conf_low").is_not_null()


def _rate(part: int, whole: int) -> str:
    return f"{(200 * part + whole) // (2 * whole)} per cent"


def _points(width: object) -> str:
    return half_up(round(width * 100, 10)) if isinstance(width, float) else "-"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
