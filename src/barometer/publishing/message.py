"""A message of the report: one theme's findings, charts and tables, computed in one place for report and notebook alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from barometer.errors import UsageError, did_you_mean
from barometer.publishing.prose import Prose

if TYPE_CHECKING:
    from barometer.findings import Finding
    from barometer.publishing.charts import Chart
    from barometer.publishing.tables import Table

T = TypeVar("T")


@dataclass(frozen=True)
class Message:
    """What `analyse(wave)` of a module in `analysis/` returns.

    Attributes:
        title: The message in one line, for a heading.
        lead: The finding that carries it.
        findings: Further findings, in the order in which they are told.
        charts: By name.
        tables: By name.
        notes: Sentences that are not findings of their own, by name: a test, a comparison.
        style: The house style of its sentences.
        id: The name of its module, where the plan has the wave's report state it: the figures of such a message are published as files.
    """

    title: str
    lead: Finding
    findings: tuple[Finding, ...] = ()
    charts: Mapping[str, Chart] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    style: str = "hsj"
    id: str = ""

    def chart(self, name: str) -> Chart:
        """One of its charts."""
        return _named(self.charts, name, "chart", self.title)

    def downloads(self, name: str) -> str:
        """Links to the files of one of its charts, for a cell with `output: asis`; nothing where they are not published."""
        from barometer.publishing.charts import downloads

        chart = self.chart(name)
        return downloads(figure_name(self.id, name), chart_title(chart) or self.title) if self.id else ""

    def table(self, name: str) -> Table:
        """One of its tables."""
        return _named(self.tables, name, "table", self.title)

    def note(self, name: str) -> Prose:
        """One of its notes."""
        return Prose(_named(self.notes, name, "note", self.title))

    def sentence(self, place: int | None = None, *, voice: str = "sample") -> Prose:
        """The sentence of the lead finding, or of a further finding by its place (0 is the first)."""
        finding = self.lead if place is None else self.findings[place]
        return Prose(finding.sentence(self.style, voice))

    def brief(self, *places: int) -> Prose:
        """Sentences of further findings by their places, for running text where the base has just been named."""
        return Prose(" ".join(self.findings[place].brief(self.style) for place in places))


def figure_name(message: str, chart: str) -> str:
    """The name of the files of a message's chart.

    Example:
        >>> figure_name("stp_roles", "by_role")
        'stp-roles-by-role'
    """
    return f"{message}-{chart}".replace("_", "-")


def chart_title(chart: Chart) -> str:
    """The title that stands above a chart, on one line; empty where it has none."""
    title = chart.spec.get("title")
    text = title.get("text", "") if isinstance(title, Mapping) else title or ""
    return text if isinstance(text, str) else " ".join(text)


def _named(things: Mapping[str, T], name: str, kind: str, title: str) -> T:
    if name not in things:
        raise UsageError(
            f"The message has no such {kind}.",
            where=f"message '{title}'",
            expected="one of " + ", ".join(things),
            got=name,
            hint=did_you_mean(name, things),
        )
    return things[name]
