"""Active titles of at most ten words, worded from the figures that a chart shows.

A direction ("up", "down") is said only where the estimates licensed a word for the change (`rise`, `fall`: `barometer.change`); two figures
that differ by no more than chance are described and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from barometer.publishing.charts.marks import Mark, ordered
from barometer.publishing.numbers import half_up

LONGEST = 10
_DIRECTIONS = {"rise": "up", "fall": "down"}


def fitted(*candidates: str) -> str:
    """The first candidate of at most ten words; if none is short enough, the last one cut at its tenth word.

    Example:
        >>> fitted("one two three four five six seven eight nine ten eleven", "short enough")
        'short enough'
    """
    for candidate in candidates:
        if len(candidate.split()) <= LONGEST:
            return candidate
    return " ".join(candidates[-1].split()[:LONGEST]).rstrip(",:;(") + " …"


def leading_title(marks: Sequence[Mark]) -> str:
    """Which share is the largest: "Alliance contract leads with 55 per cent".

    Example:
        >>> leading_title([Mark("Alliance contract", 0.55, 0.46, 0.63, 100), Mark("Prime provider", 0.17, 0.11, 0.25, 100)])
        'Alliance contract leads with 55 per cent'
    """
    known = [mark for mark in marks if mark.estimate is not None]
    if not known:
        return "No figure can be shown"
    top = _number(max(known, key=lambda mark: mark.estimate or 0.0))
    names = ordered([mark.label for mark in known if _number(mark) == top])
    if len(names) > 1:
        return fitted(f"{' and '.join(names)} lead with {top} per cent", f"{len(names)} answers lead with {top} per cent each")
    return fitted(f"{names[0]} leads with {top} per cent", f"{names[0]}: {top} per cent", f"{names[0]}: {top}%", names[0])


def spread_title(marks: Sequence[Mark]) -> str:
    """The lowest and the highest group: "Alliance contract: London 47 per cent, South 71".

    Example:
        >>> spread_title([Mark("Alliance contract", 0.47, 0.3, 0.6, 15, "London"), Mark("Alliance contract", 0.71, 0.5, 0.8, 24, "South")])
        'Alliance contract: London 47 per cent, South 71'
    """
    known = sorted((mark for mark in marks if mark.estimate is not None), key=lambda mark: mark.estimate or 0.0)
    if not known:
        return "No figure can be shown"
    low, high, subject = known[0], known[-1], known[0].label
    if len(known) == 1:
        return fitted(f"{subject}: {_number(low)} per cent in {low.group}", f"{subject}: {_number(low)} per cent")
    if _number(low) == _number(high):
        return fitted(f"{subject}: {_number(low)} per cent throughout", f"{_number(low)} per cent throughout")
    ends = f"{low.group} {_number(low)} per cent, {high.group} {_number(high)}"
    return fitted(f"{subject}: {ends}", ends, f"Between {_number(low)} and {_number(high)} per cent")


def contrast_title(marks: Sequence[Mark]) -> str:
    """What groups have in common, or where they are furthest apart: "Some: Chairs 34 per cent, Accountable officers 51".

    A label that is highest in every group is named, else the label whose highest and lowest group are furthest apart.

    Example:
        >>> some = [Mark("Some", 0.34, 0.2, 0.5, 44, "Chairs"), Mark("Some", 0.51, 0.4, 0.6, 55, "Officers")]
        >>> contrast_title([*some, Mark("None", 0.41, 0.3, 0.5, 44, "Chairs"), Mark("None", 0.27, 0.2, 0.4, 55, "Officers")])
        'Some: Chairs 34 per cent, Officers 51'
    """
    together = table_title(marks)
    if together.endswith((" groups", " leads", " in full")):
        return together
    known = [mark for mark in marks if mark.estimate is not None]
    by_label = [[mark for mark in known if mark.label == label] for label in ordered([mark.label for mark in known])]
    ranges = [(max(shares) - min(shares), own) for own in by_label if len(shares := [mark.estimate or 0.0 for mark in own]) > 1]
    if not ranges:
        return leading_title(known)
    own = max(ranges, key=lambda one: one[0])[1]
    low, high = (pick(own, key=lambda mark: mark.estimate or 0.0) for pick in (min, max))
    named = spread_title(own)
    short = f"{own[0].label}: {low.group} {_number(low)}%, {high.group} {_number(high)}%"
    # The two groups without what they answered would say nothing.
    return named if named.startswith(own[0].label) else fitted(short, own[0].label)


def change_title(marks: Sequence[Mark], words: Mapping[str, str] | None = None, *, mean: bool = False) -> str:
    """What changed between the last two waves that may be compared.

    Args:
        marks: Figures of one or several labels over waves, oldest first.
        words: From label to "rise" or "fall" where the change is more than chance; empty where no change is. Left out, nobody has tested
            the changes, and the title says nothing of them.
        mean: Whether the figures are means, in units of the answer.

    Example:
        >>> waves = [Mark("Alliance contract", share, None, None, 99, wave=wave) for wave, share in (("Spring", 0.55), ("Autumn", 0.7))]
        >>> change_title(waves, {"Alliance contract": "rise"})
        'Alliance contract: up from 55 to 70 per cent'
        >>> change_title(waves, {})
        'Alliance contract: 70 per cent, no clear change'
    """
    unit = "" if mean else " per cent"
    pairs = {label: _last_two([mark for mark in marks if mark.label == label]) for label in ordered([mark.label for mark in marks])}
    changed = {label: pair for label, pair in pairs.items() if (words or {}).get(label) in _DIRECTIONS and pair[0] is not None}
    if changed:
        label, (before, after) = max(changed.items(), key=lambda one: _difference(*one[1]))
        first, last = _number(before, mean=mean), _number(after, mean=mean)
        way, sign = _DIRECTIONS[(words or {})[label]], "" if mean else "%"
        short = f"{label}: {way} from {first}{sign} to {last}{sign}"
        return fitted(f"{label}: {way} from {first} to {last}{unit}", short, f"{label}: {way}, now {last}{sign}", f"{label}: {way}")
    if len(pairs) == 1:
        label, (before, after) = next(iter(pairs.items()))
        if after is None:
            return "No figure can be shown"
        now = f"{label}: {_number(after, mean=mean)}{unit}"
        if before is None:
            return fitted(now, label)
        if words is None:
            return fitted(f"{now}, {_number(before, mean=mean)} in {_inside(before.wave)}", now, label)
        return fitted(f"{now}, no clear change", f"{label}: no clear change", label)
    if words is None:
        return _widest(list(pairs.values()), unit, mean=mean)
    earlier = [before for before, _ in pairs.values() if before is not None]
    return f"No clear change since {_inside(earlier[-1].wave)}" if earlier else "No two waves can be compared"


def table_title(marks: Sequence[Mark], noun: str = "groups") -> str:
    """Which label is highest in most groups: "Shared ethos leads in 3 of 4 groups"; where none is, the range of the figures.

    Groups of which a figure is suppressed or missing are not counted, as the highest may be among those.

    Args:
        marks: Figures of labels by group.
        noun: What the groups are, such as "regions".

    Example:
        >>> marks = [Mark("A", 0.6, None, None, 40, "x"), Mark("B", 0.4, None, None, 40, "x"), Mark("A", 0.7, None, None, 40, "y")]
        >>> table_title([*marks, Mark("B", 0.1, None, None, 40, "y")])
        'A leads in both groups'
        >>> table_title(marks)
        'Between 40 and 70 per cent'
    """
    known = sorted((mark for mark in marks if mark.estimate is not None), key=lambda mark: mark.estimate or 0.0)
    if not known:
        return "No figure can be shown"
    labels, groups = ordered([mark.label for mark in marks]), ordered([mark.group or "" for mark in marks])
    whole = [own for group in groups if len(own := [mark for mark in known if (mark.group or "") == group]) == len(labels)]
    tops: dict[str, int] = {}
    for own in whole:
        for mark in own:
            if mark.estimate == own[-1].estimate:
                tops[mark.label] = tops.get(mark.label, 0) + 1
    label, often = max(tops.items(), key=lambda one: one[1], default=("", 0))
    if len(whole) > 1 and 2 * often > len(whole) and len(labels) > 1:
        all_of = f"both {noun}" if len(whole) == 2 else f"all {len(whole)} {noun}"
        where = all_of if often == len(whole) else f"{often} of {len(whole)} {noun}"
        if len(whole) < len(groups):
            where += " shown in full"
        return fitted(f"{label} leads in {where}", f"{label} leads", label)
    return f"Between {_number(known[0])} and {_number(known[-1])} per cent"


def _last_two(marks: Sequence[Mark]) -> tuple[Mark | None, Mark | None]:
    """The last figure of a series, and the one before it in the same segment."""
    known = [mark for mark in marks if mark.estimate is not None]
    if not known:
        return None, None
    same = [mark for mark in known[:-1] if mark.segment == known[-1].segment]
    return (same[-1] if same else None), known[-1]


def _widest(pairs: Sequence[tuple[Mark | None, Mark | None]], unit: str, *, mean: bool) -> str:
    """The range of the latest figures."""
    numbers = sorted((after.estimate or 0.0, _number(after, mean=mean)) for _, after in pairs if after is not None)
    if not numbers:
        return "No figure can be shown"
    return f"Between {numbers[0][1]} and {numbers[-1][1]}{unit} in {_inside(next(after.wave for _, after in pairs if after is not None))}"


def _difference(before: Mark | None, after: Mark | None) -> float:
    return 0.0 if before is None or after is None else abs((after.estimate or 0.0) - (before.estimate or 0.0))


def _number(mark: Mark | None, *, mean: bool = False) -> str:
    estimate = 0.0 if mark is None or mark.estimate is None else mark.estimate
    return half_up(round(estimate, 10), 1) if mean else half_up(round(estimate * 100, 10))


def _inside(wave: str) -> str:
    return wave[:1].lower() + wave[1:]
