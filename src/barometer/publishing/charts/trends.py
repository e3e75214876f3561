"""Figures over waves: a trend with intervals, and a slope between two waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from barometer.errors import UsageError
from barometer.publishing.charts.canvas import Canvas, apart, lines_of, wrapped
from barometer.publishing.charts.chart import Chart, painted
from barometer.publishing.charts.marks import Mark, bases, ordered, percentage, tidy, told
from barometer.publishing.charts.theme import ACCENT, GROUP_COLOURS, GROUP_SHAPES, INK, LETTER, MUTED, SMALL, WIDTH
from barometer.publishing.charts.titles import change_title
from barometer.publishing.numbers import NOT_AVAILABLE, SUPPRESSED, half_up

_LINE = 17
_LEFT = 34
_TOP = 34
_PLOT = 210
_LABELS = 136
_SHIFT = 7


@dataclass(frozen=True)
class _Axis:
    """From a figure to its height in the picture, and to its words."""

    low: float
    high: float
    mean: bool
    top: float
    bottom: float

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)

    def shown(self, mark: Mark) -> str:
        if mark.estimate is None:
            return mark.shown
        return half_up(round(mark.estimate, 10), 1) if self.mean else percentage(mark.estimate)

    def told(self, mark: Mark) -> str:
        if mark.estimate is None or not self.mean:
            return told(mark)
        ends = "" if mark.low is None or mark.high is None else f" ({half_up(mark.low, 1)} to {half_up(mark.high, 1)})"
        return self.shown(mark) + ends

    @property
    def ticks(self) -> list[tuple[float, str]]:
        if not self.mean:
            return [(part / 100, f"{part}%") for part in (0, 25, 50, 75, 100)]
        step = (self.high - self.low) / 4 if (self.high - self.low) % 4 == 0 else (self.high - self.low) / 3
        return [(self.low + step * number, half_up(self.low + step * number)) for number in range(int((self.high - self.low) / step) + 1)]


def trend_chart(
    marks: Sequence[Mark],
    *,
    title: str | None = None,
    subtitle: str | None = None,
    of: str = "those who answered",
    words: Mapping[str, str] | None = None,
    mean: tuple[float, float] | None = None,
) -> Chart:
    """Figures over waves as lines through dots with 95 per cent intervals, each line named where it ends.

    A wave that did not ask leaves a gap, marked [x], and a suppressed figure a gap marked [c]: neither is drawn as zero, and no line
    crosses it. Where the series breaks, a dashed line stands between the waves, and no line crosses that either.

    Args:
        marks: Marks with waves, oldest first: `marks_of(survey.trend(...), labels, missing=True)`. Waves before the first figure and
            after the last are left out.
        title: An active title; left out, worded from the figures.
        subtitle: What is measured; left out, said with the bases.
        of: Of whom the figures are.
        words: From label to "rise" or "fall", where the last change is more than chance; empty, where no change is. The title says so.
            Left out, the changes have not been tested, and it says nothing of them.
        mean: For means, the lowest and highest possible value; left out, the figures are shares.

    Returns:
        The chart; its data have `label`, `wave`, `per_cent` (or `mean`), `low`, `high`, `count`, `base`, `flag`.

    Raises:
        UsageError: There is no figure to draw, or there are more than six lines.
    """
    waves = _waves(marks)
    labels = ordered([mark.label for mark in marks if mark.estimate is not None])
    if not waves or len(labels) > len(GROUP_COLOURS):
        raise UsageError(
            "These figures make no trend chart.",
            expected=f"marks with waves, of 1 to {len(GROUP_COLOURS)} labels with figures",
            got=f"{len(waves)} waves with figures, {len(labels)} labels",
            hint="Draw many labels with small_multiples.",
        )
    marks = [mark for mark in marks if mark.wave in waves and mark.label in labels]
    low, high = mean or (0.0, 1.0)
    top = _TOP if any(mark.broken and mark.wave != waves[0] for mark in marks) else 12.0
    axis = _Axis(low, high, mean is not None, top, top + _PLOT)
    right = WIDTH - (_LABELS if len(labels) > 1 else 24)
    slot = (right - _LEFT) / len(waves)
    places = {wave: _LEFT + slot * (number + 0.5) for number, wave in enumerate(waves)}
    canvas = Canvas()
    for value, said in axis.ticks:
        canvas.rule((_LEFT, axis.y(value)), (right, axis.y(value)))
        canvas.text(_LEFT - 6, axis.y(value), said.removesuffix("%"), align="right", colour=MUTED)
    _breaks(canvas, marks, waves, places, slot, axis)
    for number, label in enumerate(labels):
        shift = (number - (len(labels) - 1) / 2) * min(_SHIFT, slot / (len(labels) + 1))
        own = [mark for mark in marks if mark.label == label]
        _series(canvas, own, axis, {wave: x + shift for wave, x in places.items()}, number, figures=len(labels) == 1)
    if len(labels) > 1:
        _line_ends(canvas, marks, labels, axis, right + 10)
    height = _foot(canvas, marks, waves, places, slot, axis.bottom)
    kind = "Mean" if mean else "Per cent"
    return painted(
        canvas,
        height,
        title=change_title(marks, words, mean=mean is not None) if title is None else title,
        subtitle=f"{kind} of {of}, with 95 per cent intervals; {bases(marks)}" if subtitle is None else subtitle,
        alt_text=_said("Trend", marks, labels, axis, of),
        data=tidy(marks, mean=mean is not None),
    )


def slope_chart(
    marks: Sequence[Mark],
    *,
    title: str | None = None,
    subtitle: str | None = None,
    of: str = "those who answered",
    words: Mapping[str, str] | None = None,
) -> Chart:
    """Shares in two waves as slopes with 95 per cent intervals; a change beyond chance is a heavy line and has its word.

    Args:
        marks: Marks of two waves, the earlier first. A label without a figure in one of them, or whose series breaks, has no line.
        title: An active title; left out, worded from the figures.
        subtitle: What is measured; left out, said with the bases.
        of: Of whom the shares are.
        words: From label to "rise" or "fall", where the change is more than chance; as for `trend_chart`.

    Returns:
        The chart; its data have `label`, `wave`, `per_cent`, `low`, `high`, `count`, `base`, `flag`.

    Raises:
        UsageError: The marks are not of two waves.
    """
    beyond = words or {}
    waves = ordered([mark.wave for mark in marks])
    if len(waves) != 2 or not any(mark.estimate is not None for mark in marks):
        raise UsageError("A slope chart joins two waves.", expected="marks of two waves", got=", ".join(waves) or "none")
    labels = ordered([mark.label for mark in marks])
    left, right, top = 52.0, 232.0, 44.0
    beside = {label: f"{label} ({beyond[label]})" if label in beyond else label for label in labels}
    end = {mark.label: mark for mark in marks if mark.wave == waves[1]}
    texts = {label: wrapped(f"{mark.shown} {beside[label]}", WIDTH - right - 12) for label, mark in end.items()}
    bottom = top + max(200.0, sum(_LINE * lines_of(text) + 6 for text in texts.values()))
    known = [value for mark in marks for value in (mark.estimate, mark.low, mark.high) if value is not None]
    axis = _Axis(int(min(known) * 10) / 10, -(int(-max(known) * 10 - 0.999999) / 10), False, top, bottom)
    canvas = Canvas()
    for x, wave, align in ((left, waves[0], "center"), (right, waves[1], "center")):
        canvas.rule((x, top - 10), (x, bottom + 6))
        canvas.text(x, 14, wave, align=align, bold=True)
    inset = min(6.0, 48 / len(labels))
    for number, label in enumerate(labels):
        # Side by side, as intervals on one line would hide each other.
        places = {waves[0]: left + 4 + inset * number, waves[1]: right - 4 - inset * number}
        _slope(canvas, [mark for mark in marks if mark.label == label], axis, places, label in beyond)
    first = [mark for mark in marks if mark.wave == waves[0] and mark.estimate is not None]
    for mark, y in zip(first, apart([axis.y(m.estimate or 0) for m in first], [_LINE] * len(first), top - 12, bottom + 12), strict=True):
        canvas.rule((left - 8, y), (left, axis.y(mark.estimate or 0)), colour=MUTED)
        canvas.text(left - 11, y, mark.shown, align="right", bold=mark.label in beyond)
    last = [mark for mark in end.values() if mark.estimate is not None]
    sizes = [float(_LINE * lines_of(texts[mark.label]) + 4) for mark in last]
    for mark, size, y in zip(last, sizes, apart([axis.y(m.estimate or 0) for m in last], sizes, top - 12, bottom + 12), strict=True):
        canvas.rule((right, axis.y(mark.estimate or 0)), (right + 12, y - (size - 4) / 2 + _LINE / 2), colour=MUTED)
        canvas.text(right + 15, y - (size - 4) / 2 + _LINE / 2, texts[mark.label], bold=mark.label in beyond)
    gone = [f"{mark.label}: {SUPPRESSED if mark.shown == SUPPRESSED else mark.flag or 'no figure'} in {mark.wave}"
            for mark in marks if mark.estimate is None]  # fmt: skip
    y = bottom + 32
    for line in gone:
        canvas.text(0, y, wrapped(line, WIDTH), colour=MUTED)
        y += _LINE * lines_of(wrapped(line, WIDTH))
    return painted(
        canvas,
        y - 8 if gone else bottom + 14,
        title=change_title(marks, words) if title is None else title,
        subtitle=f"Per cent of {of}, with 95 per cent intervals; {bases(marks)}"
        + (". Heavy lines: changes beyond chance" if beyond else "")
        if subtitle is None
        else subtitle,
        alt_text=_said("Slopes", marks, labels, axis, of, beyond),
        data=tidy(marks),
    )


def runs(marks: Sequence[Mark]) -> list[list[Mark]]:
    """The parts of a series that a line may join: neither a missing figure nor a break within them."""
    found: list[list[Mark]] = []
    before: Mark | None = None
    for mark in marks:
        if mark.estimate is not None:
            if before is None or before.estimate is None or before.segment != mark.segment:
                found.append([])
            found[-1].append(mark)
        before = mark
    return found


def _waves(marks: Sequence[Mark]) -> list[str]:
    """The waves from the first with a figure to the last."""
    waves = [wave for wave in ordered([mark.wave for mark in marks]) if wave]
    known = {mark.wave for mark in marks if mark.estimate is not None}
    inside = [number for number, wave in enumerate(waves) if wave in known]
    return waves[inside[0] : inside[-1] + 1] if inside else []


def _series(canvas: Canvas, marks: Sequence[Mark], axis: _Axis, places: Mapping[str, float], number: int, *, figures: bool) -> None:
    colour, shape = GROUP_COLOURS[number], GROUP_SHAPES[number]
    for run in runs(marks):
        if len(run) > 1:
            canvas.line([(places[mark.wave], axis.y(mark.estimate or 0)) for mark in run], colour=colour)
    for mark in marks:
        x = places[mark.wave]
        if mark.estimate is None:
            if figures or mark.shown == SUPPRESSED:
                canvas.text(x, axis.bottom - 14 - 17 * number, mark.shown, align="center", colour=colour)
            continue
        if mark.low is not None and mark.high is not None:
            canvas.rule((x, axis.y(mark.low)), (x, axis.y(mark.high)), colour=colour, width=4, opacity=0.35)
        canvas.point(x, axis.y(mark.estimate), colour=colour, shape=shape)
        if figures:
            above = axis.y(mark.estimate if mark.high is None else mark.high) - 12
            canvas.text(x, above, axis.shown(mark), align="center", bold=True)


def _slope(canvas: Canvas, marks: Sequence[Mark], axis: _Axis, places: Mapping[str, float], beyond_chance: bool) -> None:
    colour = ACCENT if beyond_chance else MUTED
    for run in runs(marks):
        if len(run) == 2:
            canvas.line([(places[mark.wave], axis.y(mark.estimate or 0)) for mark in run], colour=colour, width=4 if beyond_chance else 1.5)
    for mark in marks:
        if mark.estimate is None:
            continue
        if mark.low is not None and mark.high is not None:
            canvas.rule((places[mark.wave], axis.y(mark.low)), (places[mark.wave], axis.y(mark.high)), colour=colour, width=4, opacity=0.25)
        canvas.point(places[mark.wave], axis.y(mark.estimate), colour=colour)


def _line_ends(canvas: Canvas, marks: Sequence[Mark], labels: Sequence[str], axis: _Axis, left: float) -> None:
    """Each line's name and last figure, beside its end."""
    ends = [[mark for mark in marks if mark.label == label and mark.estimate is not None][-1] for label in labels]
    texts = [wrapped(f"{axis.shown(mark)} {mark.label}", WIDTH - left - 14) for mark in ends]
    sizes = [float(_LINE * lines_of(text) + 4) for text in texts]
    middles = apart([axis.y(one.estimate or 0) for one in ends], sizes, 0, axis.bottom + 20)
    for number, (text, size) in enumerate(zip(texts, sizes, strict=True)):
        y = middles[number] - (size - 4) / 2 + _LINE / 2
        canvas.point(left, y, colour=GROUP_COLOURS[number], shape=GROUP_SHAPES[number])
        canvas.text(left + 10, y, text, colour=INK)


def _breaks(canvas: Canvas, marks: Sequence[Mark], waves: Sequence[str], places: Mapping[str, float], slot: float, axis: _Axis) -> None:
    broken = {mark.wave for mark in marks if mark.broken and mark.wave != waves[0]}
    for wave in broken:
        x = places[wave] - slot / 2
        canvas.rule((x, 20), (x, axis.bottom), colour=INK, width=1.5, dash=(5, 4))
        half = len("series breaks") * LETTER * SMALL / 2
        canvas.text(min(max(x, half), WIDTH - half), 10, "series breaks", align="center", colour=INK)


def _foot(canvas: Canvas, marks: Sequence[Mark], waves: Sequence[str], places: Mapping[str, float], slot: float, bottom: float) -> float:
    """Names of the waves, and notes; gives the height of the picture."""
    names = {wave: _wave_name(wave, slot) for wave in waves}
    y = bottom + 18
    for wave in waves:
        canvas.text(places[wave], y, names[wave], align="center", colour=INK)
    y += _LINE * max(lines_of(name) for name in names.values()) + 6
    notes = []
    flags = {mark.shown for mark in marks if mark.estimate is None}
    if NOT_AVAILABLE in flags:
        notes.append(f"{NOT_AVAILABLE} not asked")
    if SUPPRESSED in flags:
        notes.append(f"{SUPPRESSED} suppressed")
    if len(waves) > 2:
        notes.append("Waves are in order, not to a scale of time")
    if not notes:
        return y - 6
    words = wrapped(". ".join(notes) + ".", WIDTH)
    canvas.text(0, y + 4, words, colour=MUTED)
    return y + _LINE * lines_of(words)


def _wave_name(wave: str, slot: float) -> str:
    """A wave's name for a narrow place: a word a line, the longest cut to three letters."""
    room = int(slot / (LETTER * SMALL))
    return "\n".join(part if len(part) <= room else part[: max(3, min(room - 1, 3))] for part in wave.split())


def _said(kind: str, marks: Sequence[Mark], labels: Sequence[str], axis: _Axis, of: str, words: Mapping[str, str] | None = None) -> str:
    series = []
    for label in labels:
        own = [mark for mark in marks if mark.label == label]
        figures = ", ".join(
            (f"series breaks: {mark.broken.rstrip('.')}, " if mark.broken else "") + f"{mark.wave} {axis.told(mark)}" for mark in own
        )
        series.append(f"{label}: {figures}" + (f" ({words[label]})" if words and label in words else ""))
    what = "means" if axis.mean else "shares"
    return f"{kind} of {what} of {of}, with 95 per cent intervals. {'; '.join(series)}."
