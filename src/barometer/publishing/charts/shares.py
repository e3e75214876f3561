"""Dots with intervals: shares of options or items, for everyone or by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from barometer.publishing.charts.canvas import Canvas, wrapped
from barometer.publishing.charts.chart import Chart, drawn, field, layer, painted
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
    data = pl.DataFrame([mark.row() for mark in marks if mark.estimate is not None])
    if data.is_empty():
        return _nothing(of, title, subtitle)
    y = field("label", "nominal", sort=None, axis=None, scale={"paddingInner": 0})
    at_left, at_right = {"x": {"value": 0}, "y": y}, {"x": {"value": WIDTH}, "y": y}
    layers = [
        layer("rule", {"x": _per_cent("low", of), "x2": {"field": "high"}, "y": y}, strokeWidth=4, opacity=0.35, color=ACCENT, yOffset=6),
        layer("point", {"x": _per_cent("per_cent", of), "y": y}, filled=True, size=90, opacity=1, color=ACCENT, yOffset=6),
        layer("text", {**at_left, "text": field("label", "nominal")}, align="left", dy=-9, fontSize=BODY, **HALO),
        layer("text", {**at_right, "text": field("shown", "nominal")}, align="right", dy=-9, fontSize=BODY, fontWeight=600, **HALO),
    ]
    words = "; ".join(f"{row['label']} {row['shown']} ({_span(row)})" for row in data.iter_rows(named=True))
    return drawn(
        layers,
        _STEP * data.height,
        rows=data.to_dicts(),
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
    y = field("y", scale={"domain": [0, height], "reverse": True, "nice": False}, axis=None)
    colour = field("group", "nominal", scale={"domain": groups, "range": list(GROUP_COLOURS[: len(groups)])})
    shape = field("group", "nominal", scale={"domain": groups, "range": list(GROUP_SHAPES[: len(groups)])})
    low, middle, high = (_per_cent(name, of) for name in ("low", "per_cent", "high"))
    layers = [
        layer("rule", {"x": low, "x2": {"field": "high"}, "y": y, "color": colour}, rows, strokeWidth=3.5, opacity=0.35),
        layer("point", {"x": middle, "y": y, "color": colour, "shape": shape}, rows, filled=True, size=85, opacity=1),
        layer("text", {"x": high, "y": y, "text": field("shown", "nominal")}, rows, align="left", dx=7, fontSize=SMALL, color=MUTED),
        layer(
            "text",
            {"x": {"value": 0}, "y": y, "text": field("label", "nominal")},
            heads,
            align="left",
            fontSize=BODY,
            color=INK,
            **HALO,
        ),
    ]
    words = "; ".join(f"{row['label']}, {row['group']}: {row['shown']} ({_span(row)})" for row in data.iter_rows(named=True))
    return drawn(
        layers,
        height,
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


def _per_cent(name: str, of: str) -> dict[str, Any]:
    """The same axis for the dot and for both ends of its interval: layers share a title only where it is the same text."""
    title = wrapped(f"Per cent of {of}, with 95 per cent intervals", WIDTH).split("\n")
    axis = {"values": [0, 25, 50, 75, 100], "title": title, "format": "d"}
    return field(name, scale={"domain": [0, 100], "nice": False}, axis=axis, title=title)


def _span(row: dict[str, Any]) -> str:
    return f"{half_up(row['low'])} to {half_up(row['high'])}"
