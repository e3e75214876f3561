"""Dots with intervals: shares of options or items, for everyone or by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from barometer.publishing.charts.canvas import Canvas, wrapped
from barometer.publishing.charts.chart import Chart, at, drawn, painted, rows_of
from barometer.publishing.charts.drawing import HALO
from barometer.publishing.charts.marks import Mark
from barometer.publishing.charts.theme import ACCENT, BODY, GROUP_COLOURS, GROUP_SHAPES, INK, MUTED, SMALL, WIDTH
from barometer.publishing.numbers import half_up

_STEP = 46
_GROUP_STEP = 22
_HEAD = 28


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

    data = pl.DataFrame([mark.row() for mark in marks if mark.estimate is not None])
    if data.is_empty():
        return _nothing(of, title, subtitle)
    base = rows_of(data.to_dicts()).encode(y=alt.Y("label:N", sort=None, axis=None, scale=alt.Scale(paddingInner=0)))
    x, low, _ = _axes(alt, of)
    layers = alt.layer(
        base.mark_rule(strokeWidth=4, opacity=0.35, color=ACCENT, yOffset=6).encode(x=low, x2=alt.X2("high:Q")),
        base.mark_point(filled=True, size=90, opacity=1, color=ACCENT, yOffset=6).encode(x=x),
        base.encode(x=at(0), text=alt.Text("label:N")).mark_text(align="left", dy=-9, fontSize=BODY, **HALO),
        base.encode(x=at(WIDTH), text=alt.Text("shown:N")).mark_text(align="right", dy=-9, fontSize=BODY, fontWeight=600, **HALO),
    ).properties(width=WIDTH, height=_STEP * data.height)
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

    data = pl.DataFrame([mark.row() for mark in marks if mark.estimate is not None])
    if data.is_empty():
        return _nothing(of, title, subtitle)
    groups = list(dict.fromkeys(data["group"].to_list()))
    labels = list(dict.fromkeys(data["label"].to_list()))
    step = _HEAD + _GROUP_STEP * len(groups)
    place = {group: number for number, group in enumerate(groups)}
    rows = [
        {**row, "y": labels.index(row["label"]) * step + _HEAD + place[row["group"]] * _GROUP_STEP + 4}
        for row in data.iter_rows(named=True)
    ]
    heads = [{"label": label, "y": number * step + 8} for number, label in enumerate(labels)]
    height = step * len(labels)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], reverse=True, nice=False), axis=None)
    x, low, high = _axes(alt, of)
    colour = alt.Color("group:N", scale=alt.Scale(domain=groups, range=list(GROUP_COLOURS[: len(groups)])))
    shape = alt.Shape("group:N", scale=alt.Scale(domain=groups, range=list(GROUP_SHAPES[: len(groups)])))
    base = rows_of(rows).encode(y=y)
    layers = alt.layer(
        base.mark_rule(strokeWidth=3.5, opacity=0.35).encode(x=low, x2=alt.X2("high:Q"), color=colour),
        base.mark_point(filled=True, size=85, opacity=1).encode(x=x, color=colour, shape=shape),
        base.mark_text(align="left", dx=7, fontSize=SMALL, color=MUTED).encode(x=high, text=alt.Text("shown:N")),
        rows_of(heads).encode(y=y, x=at(0), text=alt.Text("label:N")).mark_text(align="left", fontSize=BODY, color=INK, **HALO),
    ).properties(width=WIDTH, height=height)
    words = "; ".join(f"{row['label']}, {row['group']}: {row['shown']} ({_span(row)})" for row in data.iter_rows(named=True))
    return drawn(
        layers,
        title=title,
        subtitle=subtitle,
        alt_text=f"Dot chart of shares of {of} by group, with 95 per cent intervals: {words}.",
        data=data.drop("shown"),
    )


def _nothing(of: str, title: str | None, subtitle: str | None) -> Chart:
    """What stands in the place of a chart of which every figure is suppressed, such as one by role in the report of a small region."""
    canvas = Canvas()
    canvas.text(0, 12, "No group here has figures that can be shown.", colour=MUTED)
    columns = {"label": pl.String, "per_cent": pl.Float64, "low": pl.Float64, "high": pl.Float64, "base": pl.Int64}
    said = f"No group of {of} has figures that can be shown."
    return painted(
        canvas, 24, title=title or "No figure can be shown", subtitle=subtitle or "", alt_text=said, data=pl.DataFrame(schema=columns)
    )


def _axes(alt: Any, of: str) -> tuple[Any, Any, Any]:
    """The same axis for the dot and for both ends of its interval: layers share a title only where it is the same text."""
    title = wrapped(f"Per cent of {of}, with 95 per cent intervals", WIDTH).split("\n")
    axis = alt.Axis(values=[0, 25, 50, 75, 100], title=title, format="d")
    scale = alt.Scale(domain=[0, 100], nice=False)
    x, low, high = (alt.X(f"{field}:Q", scale=scale, axis=axis, title=title) for field in ("per_cent", "low", "high"))
    return x, low, high


def _span(row: dict[str, Any]) -> str:
    return f"{half_up(row['low'])} to {half_up(row['high'])}"
