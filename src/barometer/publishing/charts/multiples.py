"""Small multiples: one panel an item or a group, all on one scale."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from barometer.errors import UsageError
from barometer.publishing.charts.canvas import Canvas, lines_of, wrapped
from barometer.publishing.charts.chart import Chart, painted
from barometer.publishing.charts.marks import Mark, bases, ordered, tidy, told
from barometer.publishing.charts.theme import ACCENT, BODY, MUTED, SMALL, WIDTH
from barometer.publishing.charts.titles import change_title, spread_title, table_title
from barometer.publishing.charts.trends import runs

_LINE = 17
_GAP = 28.0
_PANEL = (WIDTH - _GAP) / 2
_TALL = 84.0
_ENDS = 40.0


def small_multiples(
    marks: Sequence[Mark], *, title: str | None = None, subtitle: str | None = None, of: str = "those who answered"
) -> Chart:
    """One panel for each label over waves, or for each group over labels; every panel runs from 0 to 100 per cent.

    Args:
        marks: Marks with waves give a panel a label, with a line over the waves; marks with groups give a panel a group, with a dot and
            interval for each label. Figures that are missing are marked [c] or [x] and never drawn as zero; a group on a small
            base is marked [low].
        title: An active title; left out, worded from the figures.
        subtitle: What is measured; left out, said with the bases.
        of: Of whom the shares are.

    Returns:
        The chart; its data have `label`, `group` or `wave`, `per_cent`, `low`, `high`, `count`, `base`, `flag`.

    Raises:
        UsageError: The marks have neither waves nor groups, or no figure.
    """
    over_waves = any(mark.wave for mark in marks)
    if not any(mark.estimate is not None for mark in marks) or not (over_waves or any(mark.group for mark in marks)):
        raise UsageError("These figures make no small multiples.", expected="marks with waves or with groups", got=f"{len(marks)} marks")
    heads = ordered([mark.label if over_waves else mark.group or "" for mark in marks])
    panels = [[mark for mark in marks if (mark.label if over_waves else mark.group or "") == head] for head in heads]
    canvas = Canvas()
    y = 10.0
    for start in range(0, len(heads), 2):
        row = list(zip(heads[start : start + 2], panels[start : start + 2], strict=True))
        names = [wrapped(head + _small(own, over_waves), _PANEL, BODY) for head, own in row]
        below = y + _LINE * max(map(lines_of, names)) + 2
        ends = []
        for number, (name, (_, own)) in enumerate(zip(names, row, strict=True)):
            left = number * (_PANEL + _GAP)
            canvas.text(left, y, name, size=BODY, bold=True)
            ends.append(_over_waves(canvas, own, left, below) if over_waves else _over_labels(canvas, own, left, below))
        y = max(ends) + 24
    labels = ordered([mark.label for mark in marks])
    made = change_title(marks) if over_waves else spread_title(marks) if len(labels) == 1 else table_title(marks)
    words = "; ".join(f"{head}: " + ", ".join(f"{m.wave if over_waves else m.label} {told(m)}" for m in own)
                      for head, own in zip(heads, panels, strict=True))  # fmt: skip
    return painted(
        canvas,
        y - 18,
        title=made if title is None else title,
        subtitle=f"Per cent of {of}, with 95 per cent intervals; {bases(marks)}. Every panel runs from 0 to 100"
        if subtitle is None
        else subtitle,
        alt_text=f"Small multiples of shares of {of}, with 95 per cent intervals. {words}.",
        data=tidy(marks),
    )


def _small(marks: Sequence[Mark], over_waves: bool) -> str:
    return " [low]" if not over_waves and any(mark.flag == "small base" for mark in marks) else ""


def _over_waves(canvas: Canvas, marks: Sequence[Mark], left: float, top: float) -> float:
    """A panel with a line; its first and last figures are printed, and the waves they are of."""
    top += 4
    right, bottom = left + _PANEL - _ENDS, top + _TALL
    places = {mark.wave: left + 8 + (right - left - 16) * (n / max(1, len(marks) - 1)) for n, mark in enumerate(marks)}

    def y(value: float) -> float:
        return bottom - value * _TALL

    for tick in (0, 0.5, 1):
        canvas.rule((left, y(tick)), (right, y(tick)))
    for before, after in itertools.pairwise(marks):
        if after.broken:
            x = (places[before.wave] + places[after.wave]) / 2
            canvas.rule((x, top), (x, bottom), colour=MUTED, width=1.5, dash=(5, 4))
    for run in runs(marks):
        if len(run) > 1:
            canvas.line([(places[mark.wave], y(mark.estimate or 0)) for mark in run], colour=ACCENT)
    for mark in marks:
        if mark.estimate is None:
            canvas.text(places[mark.wave], bottom - 10, mark.shown, align="center", colour=MUTED)
            continue
        if mark.low is not None and mark.high is not None:
            canvas.rule((places[mark.wave], y(mark.low)), (places[mark.wave], y(mark.high)), colour=ACCENT, width=4, opacity=0.35)
        canvas.point(places[mark.wave], y(mark.estimate), colour=ACCENT, size=70)
    known = [mark for mark in marks if mark.estimate is not None]
    if known:
        canvas.text(right + 4, min(max(y(known[-1].estimate or 0), top + 8), bottom - 8), known[-1].shown, bold=True)
    canvas.text(left, bottom + 14, wrapped(marks[0].wave, _PANEL / 2 - 26), colour=MUTED)
    canvas.text(right, bottom + 14, wrapped(marks[-1].wave, _PANEL / 2 - 26), align="right", colour=MUTED)
    names = (marks[0].wave, marks[-1].wave)
    return bottom + 14 + _LINE * (max(lines_of(wrapped(name, _PANEL / 2 - 26)) for name in names) - 1) + 8


def _over_labels(canvas: Canvas, marks: Sequence[Mark], left: float, top: float) -> float:
    """A panel with a dot and interval for each label."""
    right, y = left + _PANEL - 6, top
    for mark in marks:
        name = wrapped(mark.label, _PANEL - _ENDS - 6)
        canvas.text(left, y + 8, name)
        canvas.text(right, y + 8, mark.shown, align="right", bold=True)
        y += _LINE * lines_of(name) + 8

        def x(value: float) -> float:
            return left + (right - left) * value

        canvas.rule((left, y), (right, y))
        if mark.estimate is not None:
            if mark.low is not None and mark.high is not None:
                canvas.rule((x(mark.low), y), (x(mark.high), y), colour=ACCENT, width=4, opacity=0.35)
            canvas.point(x(mark.estimate), y, colour=ACCENT, size=SMALL * 5)
        y += 12
    return y
