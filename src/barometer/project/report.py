"""The parts of a report that every barometer has: headlines, method, data quality and the topline, computed from the wave."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from barometer.project.reporting import about, brief, front, method, quality, questions, trends
from barometer.publishing.prose import Prose, escaped
from barometer.publishing.tables import Table

if TYPE_CHECKING:
    from barometer.project.wave import Wave
    from barometer.publishing.charts import Chart


class Report:
    """The standing parts of a wave's pages. `wave.report()` gives it.

    Texts of type `str` are Markdown, to be printed by a cell with `output: asis`; a `Prose` prints itself inline. What is computed from
    answers is computed once; what people write in `reports/` is read each time.
    """

    def __init__(self, wave: Wave) -> None:
        self._wave = wave

    @cached_property
    def synthetic(self) -> str:
        """A callout that says that responses are made up; empty where they are real."""
        return front.synthetic(self._wave)

    @cached_property
    def fieldwork(self) -> Prose:
        """When and from how many answers came, in two sentences."""
        return front.fieldwork(self._wave)

    @cached_property
    def headlines(self) -> str:
        """The leading findings as a numbered list: the sample's sentence, then the population's."""
        return front.headlines(self._wave)

    @cached_property
    def lead_chart(self) -> Chart | None:
        """The answers to the question of the leading finding, with intervals; None in a wave without shares."""
        return front.lead_chart(self._wave)

    @cached_property
    def lead_downloads(self) -> str:
        """Links to the files of the leading chart; empty where there is none."""
        return front.chart_downloads(self._wave, "lead", self.lead_chart)

    @cached_property
    def trend_downloads(self) -> str:
        """Links to the files of the chart of what changed; empty where there is none."""
        return front.chart_downloads(self._wave, "trends", self.trend_chart)

    def downloads(self, formats: Sequence[str], by: str = "") -> str:
        """The files beside the page, and the reports by a break where there are any, as a list."""
        label = self._wave.survey.settings.breaks[by].label if by else ""
        return front.downloads(formats, by, label)

    @cached_property
    def own_words(self) -> str:
        """The coded open answers: for each question its themes with counts, how it was coded, and released quotes."""
        parts = [f"### {escaped(text.title)}\n\n{text.markdown}" for text in self._wave.open_texts()]
        return "\n\n".join(parts) or "No open answers of this wave have been coded."

    @cached_property
    def method(self) -> Table:
        """Who was asked, when, how, and how precise the figures are: a row an item."""
        return brief.in_brief(self._wave)

    @property
    def disclosure(self) -> str:
        """The eleven items of AAPOR's Transparency Initiative, a section each.

        Raises:
            ProjectError: If `reports/methodology.toml` is missing or broken, or an item is blank.
        """
        items = method.disclosure(self._wave)
        return "\n\n".join(f"## {number}. {item.title}\n\n{item.markdown}" for number, item in enumerate(items, start=1))

    @property
    def polling_council(self) -> str:
        """The British Polling Council's list of what is disclosed, as a definition list."""
        return "\n\n".join(f"{title}\n:   {text}" for title, text in method.polling_council(self._wave))

    @cached_property
    def quality_sentence(self) -> Prose:
        """How many submissions came in, and how many were left out."""
        return quality.sentence(self._wave)

    @cached_property
    def quality(self) -> Table:
        """The rules that submissions broke, worst first, with how many broke them."""
        return quality.broken(self._wave)

    @cached_property
    def counts(self) -> Table:
        """Submissions read, accepted and left out, and the limits of the gate."""
        return quality.counts(self._wave)

    @cached_property
    def rules(self) -> Prose:
        """How many rules were checked, and how many held."""
        return quality.held(self._wave)

    @cached_property
    def indices(self) -> Table:
        """The signs of careless answering that were looked for, and how many submissions show each."""
        return quality.indices(self._wave)

    @cached_property
    def amendments(self) -> Table:
        """The decisions on record: row, column, decision, who and why; never a value."""
        return quality.amendments(self._wave)

    @cached_property
    def certificate(self) -> Prose:
        """Who vouches for the check."""
        return quality.certificate(self._wave)

    @cached_property
    def trend_sentences(self) -> str:
        """Which figures differ from an earlier wave's by more than chance, and which questions cannot be compared."""
        if front.is_part(self._wave):
            return "A group is not compared with earlier waves, for it is too small to show more than chance."
        return trends.sentences(self._wave)

    @cached_property
    def trend_table(self) -> Table:
        """Every figure that can be compared, over the waves that asked it, with the word for its change that is allowed."""
        return trends.table(self._wave)

    @cached_property
    def trend_chart(self) -> Chart | None:
        """What changed most over the waves that can be compared, as slopes or lines; None where nothing can be compared."""
        return trends.chart(self._wave)

    @cached_property
    def weighting(self) -> Table:
        """The headlines as they are and raked to the frame's margins: whether weights would change what is said."""
        return brief.with_and_without_weights(self._wave)

    @cached_property
    def topline(self) -> str:
        """Every question with its wording and its figures, in the order in which it was asked."""
        return questions.toplines(self._wave)

    @cached_property
    def tables(self) -> str:
        """Every question with its figures for everybody and, in tabs, by every break; for HTML pages."""
        return questions.tables(self._wave)

    @property
    def corrections(self) -> Table | Prose:
        """The corrections of this wave's publication, newest first; a sentence where there are none."""
        return about.corrections(self._wave)

    @cached_property
    def citation(self) -> Prose:
        """How to cite the publication."""
        return about.citation(self._wave)

    @cached_property
    def contact(self) -> Prose:
        """Whom to write to."""
        return about.contact(self._wave)

    @cached_property
    def next_release(self) -> Prose:
        """When the next wave was or will be published."""
        return about.next_release(self._wave)

    @cached_property
    def licence(self) -> Prose:
        """On what terms figures may be used."""
        return about.licence(self._wave)

    @cached_property
    def conventions(self) -> str:
        """How figures are rounded and marked, as a list."""
        return about.conventions(self._wave)
