"""Dots with intervals: shares of options or items, for everyone or by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from barometer.estimation import Estimates
from barometer.publishing.charts.chart import Chart, drawn, haloed, rows_of
from barometer.publishing.charts.theme import ACCENT, GROUP_COLOURS, GROUP_SHAPES, INK, MUTED, WIDTH
from barometer.publishing.numbers import half_up

_STEP = 42
_GROUP_STEP = 20


@dataclass(frozen=True)
class Mark:
    """One share to draw: all in proportions (0 to 1)."""

    label: str
    estimate: float
    low: float | None
    high: float | None
    base: int
    group: str | None = None

    def row(self) -> dict[str, Any]:
        """The mark in per cent, as a row of a chart's data."""
        low = self.estimate if self.low is None else self.low
        high = self.estimate if self.high is None else self.high
        return {
            "label": self.label,
            "group": self.group or "",
            "per_cent": round(self.estimate * 100, 4),
            "low": round(low * 100, 4),
            "high": round(high * 100, 4),
            "base": self.base,
            "shown": f"{half_up(round(self.estimate * 100, 10))}%",
        }


def marks_of(
    estimates: Estimates,
    labels: Mapping[str, str],
    *,
    name: Literal["option", "item"] = "option",
    groups: Mapping[str, str] | None = None,
) -> list[Mark]:
    """Marks from rows of published estimates, in their order; rows without a figure (suppressed, not asked) are left out.

    Args:
        estimates: Rows of shares or nets.
        labels: From option or item to its label; rows of others are left out, and the order of the labels is kept.
        name: Whether options or items name the rows.
        groups: From level to its label, where the rows are of a break; the order of the groups is kept.
    """
    rows = [row for row in estimates if row["estimate"] is not None and row[name] in labels]
    levels = list(groups) if groups else [""]
    places = {label: place for place, label in enumerate(labels)}
    rows = [row for row in rows if not groups or row["level"] in groups]
    rows.sort(key=lambda row: (places[row[name]], levels.index(row["level"]) if groups else 0))
    return [
        Mark(
            labels[row[name]],
            row["estimate"],
            row["conf_low"],
            row["conf_high"],
            row["base"],
            groups[row["level"]] if groups else None,
        )
        for row in rows
    ]


def share_chart(marks: Sequence[Mark], *, title: str | None = None, subtitle: str | None = None, of: str = "those who answered") -> Chart:
    """Shares as dots with their intervals, one row a label, in the order given.

    Args:
        marks: What to draw; without groups.
        title: An active title: what the chart says.
        subtitle: What is measured.
        of: Of whom the shares are, for the axis.

    Returns:
        The chart; its data have `label`, `per_cent`, `low`, `high` (per cent) and `base`.
    """
    import altair as alt

    data = pl.DataFrame([mark.row() for mark in marks])
    base = rows_of(data.to_dicts()).encode(y=alt.Y("label:N", sort=None, axis=None, scale=alt.Scale(paddingInner=0)))
    x, low, _ = _axes(alt, of)
    layers = alt.layer(
        base.mark_rule(strokeWidth=4, opacity=0.35, color=ACCENT, yOffset=6).encode(x=low, x2="high:Q"),
        base.mark_point(filled=True, size=90, opacity=1, color=ACCENT, yOffset=6).encode(x=x),
        *haloed(base.encode(x=alt.value(0), text="label:N"), align="left", dy=-8, fontSize=13),
        *haloed(base.encode(x=alt.value(WIDTH), text="shown:N"), align="right", dy=-8, fontSize=13, fontWeight=600),
    ).properties(width=WIDTH, height=_STEP * len(marks))
    words = "; ".join(f"{row['label']} {row['shown']} ({_span(row)})" for row in data.iter_rows(named=True))
    return drawn(
        layers,
        title=title,
        subtitle=subtitle,
        alt_text=f"Dot chart of shares of {of}, with 95 per cent intervals: {words}.",
        data=data.drop("group", "shown"),
    )


def grouped_share_chart(
    marks: Sequence[Mark], *, title: str | None = None, subtitle: str | None = None, of: str = "those who answered"
) -> Chart:
    """Shares by group: for each label one dot with interval a group; groups differ in colour and in shape.

    Returns:
        The chart; its data have `label`, `group`, `per_cent`, `low`, `high` (per cent) and `base`.
    """
    import altair as alt

    data = pl.DataFrame([mark.row() for mark in marks])
    groups = list(dict.fromkeys(data["group"].to_list()))
    labels = list(dict.fromkeys(data["label"].to_list()))
    step = 26 + _GROUP_STEP * len(groups)
    place = {group: number for number, group in enumerate(groups)}
    rows = [
        {**row, "y": labels.index(row["label"]) * step + 26 + place[row["group"]] * _GROUP_STEP + 4} for row in data.iter_rows(named=True)
    ]
    heads = [{"label": label, "y": number * step + 8} for number, label in enumerate(labels)]
    height = step * len(labels)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], reverse=True, nice=False), axis=None)
    x, low, high = _axes(alt, of)
    colour = alt.Color("group:N", scale=alt.Scale(domain=groups, range=list(GROUP_COLOURS[: len(groups)])))
    shape = alt.Shape("group:N", scale=alt.Scale(domain=groups, range=list(GROUP_SHAPES[: len(groups)])))
    base = rows_of(rows).encode(y=y)
    layers = alt.layer(
        base.mark_rule(strokeWidth=3.5, opacity=0.35).encode(x=low, x2="high:Q", color=colour),
        base.mark_point(filled=True, size=85, opacity=1).encode(x=x, color=colour, shape=shape),
        base.mark_text(align="left", dx=7, fontSize=11.5, color=MUTED).encode(x=high, text="shown:N"),
        *haloed(rows_of(heads).encode(y=y, x=alt.value(0), text="label:N"), align="left", fontSize=13, color=INK),
    ).properties(width=WIDTH, height=height)
    words = "; ".join(f"{row['label']}, {row['group']}: {row['shown']} ({_span(row)})" for row in data.iter_rows(named=True))
    return drawn(
        layers,
        title=title,
        subtitle=subtitle,
        alt_text=f"Dot chart of shares of {of} by group, with 95 per cent intervals: {words}.",
        data=data.drop("shown"),
    )


def _axes(alt: Any, of: str) -> tuple[Any, Any, Any]:
    """The same axis for the dot and for both ends of its interval: layers share a title only where it is the same text."""
    title = f"Per cent of {of}; lines are 95 per cent intervals"
    axis = alt.Axis(values=[0, 25, 50, 75, 100], title=title, format="d")
    scale = alt.Scale(domain=[0, 100], nice=False)
    x, low, high = (alt.X(f"{field}:Q", scale=scale, axis=axis, title=title) for field in ("per_cent", "low", "high"))
    return x, low, high


def _span(row: dict[str, Any]) -> str:
    return f"{half_up(row['low'])} to {half_up(row['high'])}"
