"""A chart whose layout is computed here, in pixels, and drawn by Vega as it stands.

Dots on one axis are laid out well by Vega-Lite itself. Tiles, matrices and labels that must not touch each other are not: for those a
`Canvas` collects rules, bars, points, lines and words at their places, and gives a Vega-Lite specification without scales.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from barometer.publishing.charts.drawing import HALO
from barometer.publishing.charts.theme import GRID, INK, LETTER, MUTED, SMALL, WIDTH

_X = {"field": "x", "type": "quantitative", "scale": None, "axis": None}
_Y = {"field": "y", "type": "quantitative", "scale": None, "axis": None}
_ENDS = {"x": _X, "y": _Y, "x2": {"field": "x2"}, "y2": {"field": "y2"}}
_COLOUR = {"field": "colour", "type": "nominal", "scale": None}
_HATCH = 9


class Canvas:
    """An empty picture; y grows downwards. Words lie above everything else; among shapes, a kind that was first used later lies above."""

    def __init__(self, width: int = WIDTH) -> None:
        self.width = width
        self._layers: dict[tuple[int, str], tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]] = {}
        self._lines = 0

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SMALL,
        align: str = "left",
        colour: str = INK,
        bold: bool = False,
        halo: bool = True,
    ) -> None:
        """Words in one or more lines (parted by a line break); y is the middle of the first line. A halo keeps lines out of them."""
        style = {
            "type": "text",
            "align": align,
            "baseline": "middle",
            "fontSize": size,
            "fontWeight": 600 if bold else 400,
            "lineBreak": "\n",
            "lineHeight": round(size * 1.22),
        }
        encoding = {"x": _X, "y": _Y, "text": {"field": "words", "type": "nominal"}, "fill": _COLOUR}
        row = {"x": round(x, 2), "y": round(y, 2), "words": words, "colour": colour}
        self._add({**style, **HALO} if halo else style, encoding, row, depth=1)

    def rule(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        colour: str = GRID,
        width: float = 1,
        opacity: float = 1,
        dash: Sequence[int] = (),
    ) -> None:
        """A straight line."""
        style: dict[str, Any] = {"type": "rule", "strokeWidth": width, "opacity": opacity}
        if dash:
            style["strokeDash"] = list(dash)
        self._add(style, {**_ENDS, "color": _COLOUR}, {**_box(start, end), "colour": colour})

    def rect(self, start: tuple[float, float], end: tuple[float, float], *, colour: str, edge: str | None = None) -> None:
        """A filled box, with an edge if a colour is given for it."""
        style: dict[str, Any] = {"type": "rect", "opacity": 1}
        if edge:
            style |= {"stroke": edge, "strokeWidth": 1}
        self._add(style, {**_ENDS, "color": _COLOUR}, {**_box(start, end), "colour": colour})

    def hatched(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A box that holds no figure: an edge and diagonal lines, told from a colour in grey and in print too."""
        (left, top), (right, bottom) = start, end
        width, height = right - left, bottom - top
        self.rect(start, end, colour="#ffffff", edge=MUTED)
        for offset in range(_HATCH, int(width + height), _HATCH):
            low = (left + max(0, offset - height), top + min(offset, height))
            high = (left + min(offset, width), top + max(0, offset - width))
            self.rule(low, high, colour="#b9c1c9")

    def point(self, x: float, y: float, *, colour: str, shape: str = "circle", size: float = 90, filled: bool = True) -> None:
        """A dot or another shape; an open one has a white middle."""
        style = {"type": "point", "shape": shape, "size": size, "opacity": 1, "filled": filled}
        if filled:
            self._add(style, {"x": _X, "y": _Y, "color": _COLOUR}, {"x": round(x, 2), "y": round(y, 2), "colour": colour})
        else:
            open_style = {**style, "fill": "#ffffff", "strokeWidth": 1.5}
            self._add(open_style, {"x": _X, "y": _Y, "stroke": _COLOUR}, {"x": round(x, 2), "y": round(y, 2), "colour": colour})

    def line(self, places: Sequence[tuple[float, float]], *, colour: str, width: float = 2.5, dash: Sequence[int] = ()) -> None:
        """A line through places, in their order."""
        style: dict[str, Any] = {"type": "line", "strokeWidth": width, "strokeCap": "round"}
        if dash:
            style["strokeDash"] = list(dash)
        self._lines += 1
        encoding = {
            "x": _X,
            "y": _Y,
            "color": _COLOUR,
            "detail": {"field": "line", "type": "nominal"},
            "order": {"field": "place", "type": "ordinal"},
        }
        for number, (x, y) in enumerate(places):
            row = {"x": round(x, 2), "y": round(y, 2), "colour": colour, "line": self._lines, "place": number}
            self._add(style, encoding, row)

    def spec(self, height: float) -> dict[str, Any]:
        """The picture as a Vega-Lite specification of this height."""
        layers = sorted(self._layers.items(), key=lambda one: one[0][0])
        drawn = [{"data": {"values": rows}, "mark": mark, "encoding": encoding} for _, (mark, encoding, rows) in layers]
        return {"width": self.width, "height": round(height, 2), "layer": drawn}

    def _add(self, mark: dict[str, Any], encoding: dict[str, Any], row: dict[str, Any], depth: int = 0) -> None:
        self._layers.setdefault((depth, repr(mark)), (mark, encoding, []))[2].append(row)


def _box(start: tuple[float, float], end: tuple[float, float]) -> dict[str, float]:
    return {"x": round(start[0], 2), "y": round(start[1], 2), "x2": round(end[0], 2), "y2": round(end[1], 2)}


def wrapped(words: str, width: float, size: float = SMALL) -> str:
    r"""Words broken into lines that fit a width in pixels; a longer word stands alone.

    Example:
        >>> wrapped("Accountable care system", 110)
        'Accountable\ncare system'
    """
    return "\n".join(textwrap.wrap(words, max(4, int(width / (LETTER * size))), break_long_words=False)) or words


def balanced(words: str, width: float, size: float = SMALL) -> str:
    r"""Words broken into as few lines as `wrapped` breaks them into, but of lengths as even as can be: no word is left alone.

    Example:
        >>> balanced("Redesign out-of-hospital services leads with 94 per cent", 440, 17)
        'Redesign out-of-hospital\nservices leads with 94 per cent'
    """
    # A number and its "per cent" stay on one line.
    whole = words.replace(" per cent", "\u00a0per\u00a0cent")
    widest = wrapped(whole, width, size)
    narrower = (wrapped(whole, width * part / 20, size) for part in range(10, 20))
    return next((one for one in narrower if lines_of(one) == lines_of(widest)), widest).replace("\u00a0", " ")


def lines_of(words: str) -> int:
    r"""How many lines the words take.

    Example:
        >>> lines_of("one"), lines_of("one\ntwo")
        (1, 2)
    """
    return words.count("\n") + 1


def apart(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Middles of labels that do not overlap, each as near as can be to where it is wanted.

    Args:
        wanted: Middles in pixels.
        sizes: Heights.
        low: The highest edge that may be used.
        high: The lowest edge.

    Returns:
        Middles in the order of `wanted`. Where there is too little room they run over `high`.

    Example:
        >>> apart([10, 12], [10, 10], 0, 100)
        [6.0, 16.0]
    """
    order = sorted(range(len(wanted)), key=lambda number: (wanted[number], number))
    groups: list[tuple[list[int], float]] = []
    for number in order:
        groups.append(([number], _top(wanted, sizes, [number], low, high)))
        while len(groups) > 1 and groups[-2][1] + sum(sizes[one] for one in groups[-2][0]) > groups[-1][1]:
            members = groups[-2][0] + groups[-1][0]
            groups[-2:] = [(members, _top(wanted, sizes, members, low, high))]
    found = [0.0] * len(wanted)
    for members, top in groups:
        at = top
        for number in members:
            found[number] = at + sizes[number] / 2
            at += sizes[number]
    return found


def _top(wanted: Sequence[float], sizes: Sequence[float], members: Sequence[int], low: float, high: float) -> float:
    """Where a stack of labels begins, so that they lie as near as can be to their places on average."""
    shifts, before = [], 0.0
    for number in members:
        shifts.append(wanted[number] - before - sizes[number] / 2)
        before += sizes[number]
    return max(low, min(sum(shifts) / len(shifts), high - before))
