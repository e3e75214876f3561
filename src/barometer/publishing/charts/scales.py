"""Diverging bars for answers on a scale, and columns for answers that are numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from barometer.publishing.charts.canvas import wrapped
from barometer.publishing.charts.chart import Chart, drawn, field, layer
from barometer.publishing.charts.drawing import HALO
from barometer.publishing.charts.theme import ACCENT, BODY, FAVOURABLE, INK, MUTED, NEUTRAL, SMALL, UNFAVOURABLE, WIDTH
from barometer.publishing.numbers import half_up

_STEP = 52
_LABELLED_FROM = 9.0  # per cent: a narrower segment has no room for its figure


def scale_chart(
    shares: Mapping[str, Sequence[float]],
    options: Sequence[str],
    *,
    favourable: int,
    neutral: int = 1,
    dont_know: int = 0,
    title: str | None = None,
    subtitle: str | None = None,
    of: str = "those who answered",
) -> Chart:
    """Answers on a scale as diverging stacked bars: favourable to the right of the line, unfavourable to its left.

    Args:
        shares: For each item its shares (proportions, 0 to 1) of the options, in the order of `options`.
        options: Labels from most favourable to least, then neutral and don't know as they stand in the scale.
        favourable: How many of the first options are favourable.
        neutral: How many after them are neutral.
        dont_know: How many of the last are 'don't know'; they are left out of the bars and named beside them.
        title: An active title.
        subtitle: What is measured.
        of: Of whom the shares are.

    Returns:
        The chart; its data have `item`, `option` and `per_cent`.
    """
    drawn_options = list(options[: len(options) - dont_know] if dont_know else options)
    colours = _colours(len(drawn_options), favourable, neutral)
    segments, heads, table = [], [], []
    for number, (item, parts) in enumerate(shares.items()):
        table += [{"item": item, "option": option, "per_cent": round(part * 100, 4)} for option, part in zip(options, parts, strict=True)]
        positive = sum(parts[:favourable]) * 100
        heads.append({"item": item, "row": number, "shown": f"{half_up(round(positive, 10))}%"})
        segments += _segments(item, number, [part * 100 for part in parts[: len(drawn_options)]], drawn_options, favourable, neutral)
    left = min(segment["start"] for segment in segments)
    y = field("row", scale={"domain": [-0.5, len(heads) - 0.5], "reverse": True, "nice": False}, axis=None)
    x_scale = {"domain": [min(-10.0, 10 * (left // 10)), 100], "nice": False}
    legend = {"columns": 2, "symbolType": "square"}
    colour = field("option", "nominal", scale={"domain": drawn_options, "range": colours}, legend=legend)
    ink = field("ink", "nominal", scale=None)
    labelled = [segment for segment in segments if segment["per_cent"] >= _LABELLED_FROM]
    bar = {"x": field("start", scale=x_scale, axis=None), "x2": {"field": "end"}, "y": y, "color": colour}
    figure = {"x": field("middle", title=None), "y": y, "text": field("shown", "nominal"), "color": ink}
    name = {"x": {"value": 0}, "y": y, "text": field("item", "nominal")}
    total = {"x": {"value": WIDTH}, "y": y, "text": field("shown", "nominal")}
    layers = [
        layer("rule", {"x": field("zero", title=None)}, [{"zero": 0}], color=MUTED, strokeWidth=1),
        layer("bar", bar, segments, size=17, yOffset=8, stroke="white", strokeWidth=0.7),
        layer("text", figure, labelled, yOffset=8, fontSize=SMALL),
        layer("text", name, heads, align="left", dy=-10, fontSize=BODY, **HALO),
        layer("text", total, heads, align="right", dy=-10, fontSize=BODY, fontWeight=600, **HALO),
    ]
    favoured = " or ".join(option[0].lower() + option[1:] for option in reversed(drawn_options[:favourable]))
    words = "; ".join(f"{head['item']} {head['shown']}" for head in heads)
    return drawn(
        layers,
        _STEP * len(heads),
        title=title,
        subtitle=subtitle,
        alt_text=f"Diverging bars of answers on a scale, as shares of {of}. {favoured.capitalize()}: {words}.",
        data=pl.DataFrame(table),
    )


def _colours(options: int, favourable: int, neutral: int) -> list[str]:
    unfavourable = options - favourable - neutral
    good = list(FAVOURABLE[:favourable]) if favourable <= 2 else [FAVOURABLE[0], *([FAVOURABLE[1]] * (favourable - 1))]
    bad = list(UNFAVOURABLE[:unfavourable]) if unfavourable <= 2 else [*([UNFAVOURABLE[0]] * (unfavourable - 1)), UNFAVOURABLE[1]]
    return [*good, *([NEUTRAL] * neutral), *bad]


def _segments(item: str, row: int, parts: list[float], options: list[str], favourable: int, neutral: int) -> list[dict[str, Any]]:
    """Segments of one bar. Favourable ones start at the line, the most favourable farthest out; half of the neutral is left of the line."""
    middle = sum(parts[favourable : favourable + neutral])
    found = []

    def segment(option: str, part: float, start: float) -> None:
        dark = option in (options[0], options[-1])
        found.append(
            {
                "item": item,
                "row": row,
                "option": option,
                "per_cent": round(part, 4),
                "start": round(start, 4),
                "end": round(start + part, 4),
                "middle": round(start + part / 2, 4),
                "shown": half_up(round(part, 10)),
                "ink": "#ffffff" if dark else INK,
            }
        )

    at = -middle / 2
    for option, part in zip(options[favourable : favourable + neutral], parts[favourable : favourable + neutral], strict=True):
        segment(option, part, at)
        at += part
    for option, part in reversed(list(zip(options[:favourable], parts[:favourable], strict=True))):
        segment(option, part, at)
        at += part
    at = -middle / 2
    for option, part in zip(options[favourable + neutral :], parts[favourable + neutral :], strict=True):
        at -= part
        segment(option, part, at)
    return found


def number_chart(
    counts: Mapping[int, int],
    *,
    mean: float,
    low: float | None,
    high: float | None,
    title: str | None = None,
    subtitle: str | None = None,
    x_title: str,
    people: str = "respondents",
) -> Chart:
    """How many gave each number, as columns, with the mean and its interval above them.

    Args:
        counts: From each possible number to how many gave it; zeros are drawn as empty places.
        mean: The mean.
        low: Lower end of its interval.
        high: Upper end.
        title: An active title.
        subtitle: What is measured.
        x_title: What the numbers mean.
        people: Who is counted.

    Returns:
        The chart; its data have `number` and `count`.
    """
    data = pl.DataFrame({"number": list(counts), "count": list(counts.values())})
    top = max(counts.values()) or 1
    rows = [{**row, "shown": str(row["count"]) if row["count"] else ""} for row in data.iter_rows(named=True)]
    ends = {"low": mean if low is None else low, "high": mean if high is None else high, "mean": mean, "y": top * 1.2}
    title_of_axis = wrapped(x_title, WIDTH).split("\n")
    axis = {"values": list(counts), "title": title_of_axis, "grid": False, "format": "d", "labelFontSize": SMALL}
    column = {
        "x": field("number", scale={"domain": [min(counts) - 0.6, max(counts) + 0.6], "nice": False}, axis=axis),
        "y": field("count", scale={"domain": [0, top * 1.38], "nice": False}, axis=None),
    }
    above = [{**ends, "words": f"mean {half_up(mean, 1)}"}]
    middle = {"x": field("mean"), "y": field("y")}
    span_of_mean = {"x": field("low"), "x2": {"field": "high"}, "y": field("y")}
    layers = [
        layer("bar", column, rows, size=26, color="#9db8d2"),
        layer("text", {**column, "text": field("shown", "nominal")}, rows, dy=-7, fontSize=SMALL),
        layer("rule", span_of_mean, above, strokeWidth=4, opacity=0.35, color=ACCENT),
        layer("point", middle, above, filled=True, size=90, opacity=1, color=ACCENT),
        layer("text", {**middle, "text": field("words", "nominal")}, above, dy=-14, fontSize=BODY, fontWeight=600),
    ]
    words = ", ".join(f"{number}: {count}" for number, count in counts.items())
    span = "" if low is None or high is None else f" (95 per cent interval {half_up(low, 1)} to {half_up(high, 1)})"
    return drawn(
        layers,
        200,
        title=title,
        subtitle=subtitle,
        alt_text=f"Columns of how many {people} gave each number. Mean {half_up(mean, 1)}{span}. {words}.",
        data=data,
    )
