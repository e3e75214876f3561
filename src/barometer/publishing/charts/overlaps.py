"""Which answers of a select-all question go together: exact combinations and the size of each answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from barometer.errors import UsageError
from barometer.estimation import Estimates
from barometer.publishing.charts.canvas import Canvas, lines_of, wrapped
from barometer.publishing.charts.chart import Chart, painted
from barometer.publishing.charts.theme import ACCENT, BODY, MUTED, SMALL, WIDTH
from barometer.publishing.charts.titles import fitted
from barometer.publishing.numbers import half_up

_JOINED = " + "
_NOBODY = "none"
_OTHERS = "Other combinations"
_LETTERS = "ABCDEFGHIJ"
_LINE = 17
_ROW = 27.0
_STEP = 27.0
_SOFT = "#5f87ad"


@dataclass(frozen=True)
class Combination:
    """How many gave exactly these answers and no others; the labels are empty for those who gave none of them."""

    labels: tuple[str, ...]
    count: int


def combinations_of(estimates: Estimates, labels: Mapping[str, str]) -> list[Combination]:
    """Combinations from rows of `design.overlap(question, combinations=True)` or of `wave.published_combinations`.

    Args:
        estimates: Rows with the statistic `combination`, with their counts. The row of those that are merged already (its `option` is
            empty) is left out.
        labels: From option to its label, in the order of the questionnaire. Options without a label are left out of the combinations:
            who gave only those is counted among those who gave none of the rest.
    """
    found: dict[tuple[str, ...], int] = {}
    for row in estimates.where(pl.col("option") != "", statistic="combination"):
        chosen = set() if row["option"] == _NOBODY else set(row["option"].split(_JOINED))
        named = tuple(label for code, label in labels.items() if code in chosen)
        found[named] = found.get(named, 0) + (row["count"] or 0)
    return [Combination(named, count) for named, count in sorted(found.items(), key=lambda one: (-one[1], len(one[0]), one[0]))]


def overlap_chart(
    combinations: Sequence[Combination],
    *,
    minimum_count: int = 3,
    most: int = 10,
    answers: Mapping[str, int] | None = None,
    others: int = 0,
    base: int | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    of: str = "those who answered",
) -> Chart:
    """Exact combinations of answers as rows of lettered dots with their counts, below bars of how many gave each answer.

    The layout turns that of UpSet (Lex et al. 2014, IEEE Transactions on Visualization and Computer Graphics 20:1983) on its side, so that
    labels are read on a phone.

    A combination is a respondent's whole answer, so rare ones are not shown: those of fewer than `minimum_count` respondents, and those
    beyond the `most` frequent, are merged into "Other combinations". If that row would be one combination alone, or itself too small, the
    smallest combination shown joins it, so that nothing can be had by subtraction.

    Combinations that are merged already come with what they do not tell: how many gave each answer, how many gave one of the merged
    combinations, and the base.

    Args:
        combinations: Every combination that occurs, or those that may be shown.
        minimum_count: The fewest respondents that a combination is shown for.
        most: How many combinations are shown at most.
        answers: How many gave each answer; left out, counted from the combinations.
        others: How many gave combinations that are merged already.
        base: How many answered; left out, counted from the combinations.
        title: An active title; left out, worded from the figures.
        subtitle: What is measured; left out, said with the base.
        of: Who is counted.

    Returns:
        The chart; its data have `combination`, `count`, `per_cent` and `base`: first the answers on their own account (`part` is
        "answer"), then exact combinations (`part` is "combination").

    Raises:
        UsageError: There are no combinations, or more than ten answers.
    """
    base = sum(one.count for one in combinations) + others if base is None else base
    sizes = _sizes(combinations) if answers is None else dict(answers)
    if not base or not 1 <= len(sizes) <= len(_LETTERS):
        raise UsageError(
            "These figures make no overlap chart.", expected=f"combinations of 1 to {len(_LETTERS)} answers", got=f"{len(sizes)} answers"
        )
    letters = sorted(sizes, key=lambda label: (-sizes[label], label))
    shown, rest = _with_others(combinations, others, most) if others else merged(combinations, minimum_count, most)
    canvas = Canvas()
    y = _answers(canvas, letters, sizes, base)
    height = _rows(canvas, letters, shown, rest, y + 14) if shown else y - 8
    rows = [("answer", label, sizes[label]) for label in letters]
    rows += [("combination", _name(one), one.count) for one in shown] + ([("combination", _OTHERS, rest)] if shown and rest else [])
    parts = "; ".join(f"{name} {count}" for part, name, count in rows if part == "combination")
    data = [
        {"part": part, "combination": name, "count": count, "per_cent": round(count / base * 100, 4), "base": base}
        for part, name, count in rows
    ]
    return painted(
        canvas,
        height,
        title=_title(combinations, base, minimum_count, others) if title is None else title,
        subtitle=(
            f"Number of {of} with each answer{', and with exactly these answers' if shown else ''}; base {base}"
            if subtitle is None
            else subtitle
        ),
        alt_text=f"Which answers go together among {base} {of}. Answers: "
        + "; ".join(f"{label} {sizes[label]}" for label in letters)
        + (f". Exact combinations: {parts}." if parts else "."),
        data=pl.DataFrame(data),
    )


def merged(combinations: Sequence[Combination], minimum_count: int, most: int) -> tuple[list[Combination], int]:
    """The combinations that may be shown, the most frequent first, and how many respondents have another one.

    Example:
        >>> parts = [Combination(("A",), 9), Combination(("B",), 4), Combination(("A", "B"), 1)]
        >>> shown, others = merged(parts, 3, 10)
        >>> [one.labels for one in shown], others
        ([('A',)], 5)
    """
    present = sorted((one for one in combinations if one.count), key=lambda one: (-one.count, len(one.labels), one.labels))
    shown = [one for one in present if one.count >= minimum_count][:most]
    hidden = present[len(shown) :]
    while hidden and shown and (len(hidden) == 1 or sum(one.count for one in hidden) < minimum_count):
        hidden.append(shown.pop())
    return shown, sum(one.count for one in hidden)


def _sizes(combinations: Sequence[Combination]) -> dict[str, int]:
    """How many gave each answer."""
    sizes: dict[str, int] = {}
    for one in combinations:
        for label in one.labels:
            sizes[label] = sizes.get(label, 0) + one.count
    return sizes


def _with_others(combinations: Sequence[Combination], others: int, most: int) -> tuple[list[Combination], int]:
    """The most frequent of the combinations that may be shown, and how many respondents have another one."""
    shown = sorted(combinations, key=lambda one: (-one.count, len(one.labels), one.labels))
    return shown[:most], others + sum(one.count for one in shown[most:])


def _answers(canvas: Canvas, answers: Sequence[str], sizes: Mapping[str, int], base: int) -> float:
    """A bar for each answer, with its letter."""
    y = 10.0
    for letter, label in zip(_LETTERS, answers, strict=False):
        name = wrapped(label, 186)
        tall = max(_ROW, _LINE * lines_of(name) + 8)
        canvas.text(8, y, letter, bold=True, align="center")
        canvas.text(22, y, name)
        _bar(canvas, 220, y, sizes[label], base, _SOFT)
        y += tall
    return y


def _rows(canvas: Canvas, answers: Sequence[str], shown: Sequence[Combination], others: int, y: float) -> float:
    """A row for each combination: a lettered dot for every answer in it, a small ring for every other."""
    canvas.text(0, y, "Exactly these answers", size=BODY, bold=True)
    y += 26
    most = max([one.count for one in shown] + [others, 1])
    step = min(_STEP, 236 / len(answers))
    left = max(step * len(answers) + 18, 150)
    for one in shown:
        places = [12 + step * number for number, label in enumerate(answers) if label in one.labels]
        if len(places) > 1:
            canvas.rule((places[0], y), (places[-1], y), colour=ACCENT, width=3)
        for number, (letter, label) in enumerate(zip(_LETTERS, answers, strict=False)):
            if label in one.labels:
                canvas.point(12 + step * number, y, colour=ACCENT, size=330)
                canvas.text(12 + step * number, y + 0.5, letter, align="center", colour="#ffffff", bold=True, halo=False)
            elif places:
                canvas.point(12 + step * number, y, colour=MUTED, size=26, filled=False)
        if not places:
            canvas.text(2, y, f"None of A to {_LETTERS[len(answers) - 1]}" if len(answers) > 1 else "Not A")
        _bar(canvas, left, y, one.count, most, ACCENT)
        y += _ROW
    if others:
        canvas.text(2, y, _OTHERS)
        _bar(canvas, left, y, others, most, MUTED)
        y += _ROW
    return y - 8


def _bar(canvas: Canvas, left: float, y: float, count: int, most: int, colour: str) -> None:
    room = WIDTH - left - 34
    canvas.rect((left, y - 8), (left + max(1.0, room * count / most), y + 8), colour=colour)
    canvas.text(left + room * count / most + 6, y, str(count), size=SMALL)


def _name(one: Combination) -> str:
    return _JOINED.join(one.labels) if one.labels else "None of these"


def _title(combinations: Sequence[Combination], base: int, minimum_count: int, others: int) -> str:
    several = sum(one.count for one in combinations if len(one.labels) > 1)
    if others:
        # Of those who are merged, nobody knows how many gave several.
        return fitted(f"At least {several} of {base} gave several answers" if several else f"How many of {base} gave each answer")
    rest = base - several
    share = half_up(round(several / base * 100, 10))
    if min(several, rest) < minimum_count:
        return fitted(f"How the answers of {base} go together")
    return fitted(f"{several} of {base} gave several answers, {share} per cent")
