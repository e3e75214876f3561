"""A heat table: items by groups, with the figure printed in every cell."""

from __future__ import annotations

from collections.abc import Sequence

from barometer.errors import UsageError
from barometer.publishing.charts.canvas import Canvas, lines_of, wrapped
from barometer.publishing.charts.chart import Chart, painted
from barometer.publishing.charts.marks import Mark, bases, ordered, tidy, told
from barometer.publishing.charts.theme import BODY, INK, LETTER, MUTED, SMALL, WIDTH, ink_on, shade
from barometer.publishing.charts.tiles import scale_strip
from barometer.publishing.charts.titles import table_title

_LINE = 17
_MOST = 7
_LEAST_LABEL = 104.0


def heat_table(marks: Sequence[Mark], *, title: str | None = None, subtitle: str | None = None, of: str = "those who answered") -> Chart:
    """Shares of items by group as a table of shaded cells; the figure stands in each, and its letters keep a contrast of 4.5:1.

    A suppressed cell is hatched and marked [c], one that was not asked is empty and marked [x]. Shades have classes of 20 points, the
    same in every chart. The last row gives the bases; a group on a small base is marked [low].

    Args:
        marks: Marks with groups: `marks_of(..., groups=..., missing=True)`. Rows are labels, columns are groups, in their order.
        title: An active title; left out, worded from the figures.
        subtitle: What is measured; left out, said with the bases.
        of: Of whom the shares are.

    Returns:
        The chart; its data have `label`, `group`, `per_cent`, `low`, `high`, `count`, `base`, `flag`.

    Raises:
        UsageError: There is no mark, a cell stands twice, or there are more than seven groups.
    """
    labels, groups = ordered([mark.label for mark in marks]), ordered([mark.group or "" for mark in marks])
    cells = {(mark.label, mark.group or ""): mark for mark in marks}
    if not 1 <= len(groups) <= _MOST or len(cells) < len(marks):
        raise UsageError(
            "These figures make no heat table.", expected=f"one mark a cell, at most {_MOST} groups", got=f"{len(groups)} groups"
        )
    longest = max(len(word) for group in groups for word in group.split() or [""]) * LETTER * SMALL + 8
    width = min(max(58.0, longest), (WIDTH - _LEAST_LABEL) / len(groups))
    left = WIDTH - width * len(groups)
    heads = {group: _head(group, width - 2) for group in groups}
    canvas = Canvas()
    deepest = max(lines_of(head) for head in heads.values())
    for number, group in enumerate(groups):
        y = 10.0 + _LINE * (deepest - lines_of(heads[group]))
        canvas.text(left + width * (number + 0.5), y, heads[group], align="center")
    y = 10.0 + _LINE * deepest
    for label in labels:
        name = wrapped(label, left - 8)
        tall = max(36.0, _LINE * lines_of(name) + 12)
        canvas.text(0, y + tall / 2 - _LINE * (lines_of(name) - 1) / 2, name)
        for number, group in enumerate(groups):
            start = (left + width * number + 1, y + 1)
            _cell(canvas, cells.get((label, group)), start, (start[0] + width - 2, y + tall - 1))
        y += tall
    _bases(canvas, marks, groups, left, width, y + 16)
    height = scale_strip(canvas, y + 56, marks)
    words = "; ".join(f"{label}: " + ", ".join(f"{g} {_told(cells.get((label, g)))}" for g in groups) for label in labels)
    return painted(
        canvas,
        height,
        title=table_title(marks) if title is None else title,
        subtitle=f"Per cent of {of}; {bases(marks)}" if subtitle is None else subtitle,
        alt_text=f"Heat table of shares of {of} by group. {words}.",
        data=tidy(marks),
    )


def _head(group: str, width: float) -> str:
    """The name of a column; a word that does not fit is broken with a hyphen."""
    room = int(width / (LETTER * SMALL))
    words = [word if len(word) <= room else " ".join(_broken(word, room)) for word in group.split()]
    return wrapped(" ".join(words), width)


def _broken(word: str, room: int) -> list[str]:
    parts = [word[start : start + room - 1] for start in range(0, len(word), room - 1)]
    return [*(f"{part}-" for part in parts[:-1]), parts[-1]]


def _cell(canvas: Canvas, mark: Mark | None, start: tuple[float, float], end: tuple[float, float]) -> None:
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    if mark is None or mark.estimate is None:
        if mark is not None and mark.flag == "suppressed":
            canvas.hatched(start, end)
        else:
            canvas.rect(start, end, colour="#ffffff", edge=MUTED)
        canvas.text(*middle, "[x]" if mark is None else mark.shown, align="center", colour=INK)
        return
    colour = shade(mark.estimate)
    canvas.rect(start, end, colour=colour, edge=MUTED)
    canvas.text(*middle, mark.shown.removesuffix("%"), align="center", colour=ink_on(colour), size=BODY, halo=False)


def _bases(canvas: Canvas, marks: Sequence[Mark], groups: Sequence[str], left: float, width: float, y: float) -> None:
    canvas.text(0, y, "Base", colour=MUTED)
    for number, group in enumerate(groups):
        own = sorted({mark.base for mark in marks if (mark.group or "") == group and mark.base is not None})
        words = "-" if not own else str(own[0]) if len(own) == 1 else f"{own[0]} to {own[-1]}"
        small = any(mark.flag == "small base" for mark in marks if (mark.group or "") == group)
        canvas.text(left + width * (number + 0.5), y, words + ("\n[low]" if small else ""), align="center", colour=MUTED)


def _told(mark: Mark | None) -> str:
    return "no figure" if mark is None else told(mark)
