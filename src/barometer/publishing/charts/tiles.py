"""A tile map: one figure by region, a tile of the same size each, as regions matter alike however large they are on a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from barometer.errors import UsageError, did_you_mean
from barometer.publishing.charts.canvas import Canvas, lines_of, wrapped
from barometer.publishing.charts.chart import Chart, painted
from barometer.publishing.charts.marks import Mark, bases, ordered, span, tidy, told
from barometer.publishing.charts.theme import INK, MUTED, SHADE_STEP, SHADES, SMALL, WIDTH, ink_on, shade
from barometer.publishing.charts.titles import spread_title

_GAP = 6.0
_LINE = 17


@dataclass(frozen=True)
class Tile:
    """Where a region's tile lies.

    Attributes:
        column: From the left, 0 first; halves shift a tile between two columns.
        row: From the top, 0 first.
        label: What the tile is called.
    """

    column: float
    row: float
    label: str


#: NHS England's four regions of 2013 to 2018, about where they lie.
NHS_REGIONS: Mapping[str, Tile] = {
    "north": Tile(0.5, 0, "North"),
    "midlands_east": Tile(0.5, 1, "Midlands and East"),
    "south": Tile(0, 2, "South"),
    "london": Tile(1, 2, "London"),
}


def tile_map(
    marks: Sequence[Mark],
    tiles: Mapping[str, Tile] = NHS_REGIONS,
    *,
    title: str | None = None,
    subtitle: str | None = None,
    of: str = "those who answered",
) -> Chart:
    """One share by region as tiles: share, interval and base are printed in the tile, and shades have classes of 20 points.

    A small base is marked [low]. A suppressed region is hatched and marked [c]; a region without figures is empty and marked [x].

    Args:
        marks: One mark a region, whose `group` is the region's label: `marks_of(..., groups={code: tile.label ...}, missing=True)`.
        tiles: From region to its tile.
        title: An active title; left out, worded from the figures.
        subtitle: What is measured; left out, said with the bases.
        of: Of whom the shares are.

    Returns:
        The chart; its data have `label`, `group`, `per_cent`, `low`, `high`, `count`, `base`, `flag`.

    Raises:
        UsageError: A mark is of a region without a tile, or the marks are of several labels.
    """
    by_label = {tile.label: tile for tile in tiles.values()}
    wrong = [mark.group or "" for mark in marks if mark.group not in by_label]
    labels = ordered([mark.label for mark in marks])
    if wrong or len(labels) != 1 or len({mark.group for mark in marks}) < len(marks):
        raise UsageError(
            "These figures make no tile map.",
            expected="one label, and one mark for each of " + ", ".join(by_label),
            got=f"groups {', '.join(wrong)}" if wrong else f"{len(labels)} labels, {len(marks)} marks",
            hint=did_you_mean(wrong[0], by_label) if wrong else None,
        )
    known = {mark.group: mark for mark in marks}
    across = max(tile.column for tile in tiles.values()) + 1
    side = min(150.0, (WIDTH + _GAP) / across - _GAP)
    tall = min(side, 116.0)
    left = (WIDTH - across * (side + _GAP) + _GAP) / 2
    canvas = Canvas()
    for tile in tiles.values():
        start = (left + tile.column * (side + _GAP), tile.row * (tall + _GAP))
        mark = known.get(tile.label) or Mark(labels[0], None, None, None, None, tile.label)
        _draw(canvas, mark, tile.label, start, (start[0] + side, start[1] + tall))
    bottom = (max(tile.row for tile in tiles.values()) + 1) * (tall + _GAP) + 12
    height = scale_strip(canvas, bottom, marks)
    words = "; ".join(f"{mark.group} {told(mark)}" for mark in marks)
    return painted(
        canvas,
        height,
        title=spread_title(marks) if title is None else title,
        subtitle=f"Per cent of {of}, with 95 per cent intervals; {bases(marks)}" if subtitle is None else subtitle,
        alt_text=f"Tile map of shares of {of} by region, with 95 per cent intervals. {labels[0]}: {words}.",
        data=tidy(marks),
    )


def _draw(canvas: Canvas, mark: Mark, name: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    middle, width = (start[0] + end[0]) / 2, end[0] - start[0]
    label = wrapped(name, width - 10)
    ink = INK
    if mark.estimate is not None:
        colour = shade(mark.estimate)
        ink = ink_on(colour)
        canvas.rect(start, end, colour=colour, edge=MUTED)
    elif mark.flag == "suppressed":
        canvas.hatched(start, end)
    else:
        canvas.rect(start, end, colour="#ffffff", edge=MUTED)
    halo = mark.estimate is None
    canvas.text(middle, start[1] + 18, label, align="center", colour=ink, halo=halo)
    y = start[1] + 18 + _LINE * (lines_of(label) - 1) + 27
    canvas.text(middle, y, mark.shown, size=23, bold=True, align="center", colour=ink, halo=halo)
    if mark.estimate is None:
        canvas.text(middle, y + 24, mark.flag or "no figure", align="center", colour=ink, halo=True)
        return
    small = " [low]" if mark.flag == "small base" else ""
    below = [words for words in (span(mark), f"base {mark.base}{small}") if words]
    if end[1] - y > 24 + _LINE * (len(below) - 1):
        canvas.text(middle, y + 23, "\n".join(below), align="center", colour=ink, halo=False)


def scale_strip(canvas: Canvas, y: float, marks: Sequence[Mark]) -> float:
    """The shades with their classes, and what hatching means where there is any; gives the height of the picture."""
    step = 58.0
    left = 60.0
    canvas.text(0, y + 7, "Per cent", colour=MUTED)
    for number, colour in enumerate(SHADES):
        canvas.rect((left + step * number, y), (left + step * (number + 1), y + 14), colour=colour, edge=MUTED)
    for number in range(len(SHADES) + 1):
        canvas.text(left + step * number, y + 26, str(number * SHADE_STEP), align="center", colour=MUTED, size=SMALL)
    if any(mark.flag == "suppressed" for mark in marks):
        canvas.hatched((left + step * 5 + 14, y), (left + step * 5 + 40, y + 14))
        canvas.text(left + step * 5 + 46, y + 7, "[c]", colour=MUTED)
    return y + 36
