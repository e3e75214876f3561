"""The small chart of a figure: a dot with its interval, and the previous wave's dot below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from math import ceil, floor
from typing import Any

WIDTH, LEFT, RIGHT = 320, 16, 280
_ROW, _BEFORE = 11, 27


@dataclass(frozen=True)
class Plotted:
    """The numbers of a figure's chart, in per cent for shares and in the unit of the answer for means.

    Attributes:
        estimate: The figure.
        low: The lower bound of its interval, or None.
        high: The upper bound, or None.
        least: Where the axis begins.
        most: Where it ends.
        before: The previous wave's figure, or None.
        unit: " per cent" or nothing.
    """

    estimate: float
    low: float | None
    high: float | None
    least: float
    most: float
    before: float | None
    unit: str

    def place(self, value: float) -> float:
        """Where a value stands in the small chart, in its own units."""
        return round(LEFT + (RIGHT - LEFT) * (value - self.least) / (self.most - self.least), 1)

    def numbers(self) -> list[float | None]:
        """What the page's script needs to draw it large."""
        return [self.estimate, self.low, self.high, self.least, self.most, self.before]


def plotted(entry: Mapping[str, Any]) -> Plotted:
    """The numbers of an entry's chart. Shares lie on an axis from 0 to 100 per cent, means on one that holds all numbers shown."""
    share = entry["statistic"] != "mean"
    factor = 100 if share else 1
    interval, comparison = entry["interval"], entry["comparison"]
    shown = [
        entry["estimate"],
        *([interval["low"], interval["high"]] if interval else []),
        *([comparison["estimate"]] if comparison else []),
    ]
    values = [round(factor * value, 2) for value in shown]
    least, most = (
        (0.0, 100.0) if share else (float(min(0, floor(min(values)))), float(max(10 if max(values) <= 10 else 100, ceil(max(values)))))
    )
    low, high = (values[1], values[2]) if interval else (None, None)
    return Plotted(values[0], low, high, least, most, values[-1] if comparison else None, " per cent" if share else "")


def picture(entry: Mapping[str, Any]) -> str:
    """The chart as SVG within the page; its colours come from the page's style sheet, and its label says what it shows."""
    chart = plotted(entry)
    marks = [] if chart.unit else [f'<text x="0" y="15">{chart.least:g}</text><text x="288" y="15">{chart.most:g}</text>']
    said = [entry["figures"]["hsj"]]
    if chart.low is not None and chart.high is not None:
        marks.append(f'<path d="M{chart.place(chart.low):g} {_ROW}H{chart.place(chart.high):g}"/>')
        said.append(
            f"interval {chart.low:.0f} to {chart.high:.0f}{chart.unit}" if chart.unit else f"interval {chart.low:.1f} to {chart.high:.1f}"
        )
    marks.append(f'<circle cx="{chart.place(chart.estimate):g}" cy="{_ROW}" r="5"/>')
    height = 22
    if chart.before is not None:
        height = 38
        marks.append(f'<circle class="old" cx="{chart.place(chart.before):g}" cy="{_BEFORE}" r="4"/>')
        comparison = entry["comparison"]
        was = f"{comparison['percent']}{chart.unit}" if chart.unit else f"{chart.before:.1f}"
        said.append(f"{comparison['wave_title']}: {was}")
    label = escape("; ".join(said))
    axis = "share" if chart.unit else "mean"
    return f'<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}"><use href="#{axis}"/>{"".join(marks)}</svg>'
