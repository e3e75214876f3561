"""The phrases that may stand for a figure, and the rule that licenses each.

A phrase is licensed by the range of values in which it is true and fair. The ranges hang on landmarks (half, a third, one in five ...):

| phrase | licensed when the share is |
| ------ | -------------------------- |
| "half" | exactly the landmark (half only) |
| "a third", "one in five" | within half a percentage point of the landmark, so that both print alike |
| "around a third" | within 1.25 points of the landmark |
| "just over half", "just under half" | within 2.5 points of it, above or below |
| "nearly a third", "almost a third" | below by up to 2.5 points (half: 3.5; other fifths and tenths: 1.5; below a quarter: 1) |
| "more than a third" | above the landmark, up to `over` |
| "fewer than a third", "less than a third" | below the landmark, down to `under` |
| "58 per cent" | whatever prints as that number, unless it is below 1 per cent, or above 99 and not everybody |
| "nearly 60 per cent" | below a multiple of ten by up to 1.5 points |
| "around 60 per cent" | within 1 point of a multiple of five |
| "more than 35 per cent", "less than 15 per cent" | within 2 points of a multiple of five, above or below |
| "a majority", "most" / "a minority" | above / below half |
| "a large majority" / "a small minority" | at least 75 / at most 10 per cent, and not nobody |
| "nearly all" | at least 95 per cent and not everybody |
| "only one in five", "just 23 per cent" | the plain phrase is licensed and the share is below half (it judges: never the default) |
| "none of the 99", "all 100", "all but one of the 44", "one of the 99" | exactly that count |

The tolerances are calibrated on what the field has printed: 31 is "almost a third" (2.3 points away), 65/99 "around two-thirds" (1.0),
25.8 "around a quarter" (0.8), 58.7 "nearly 60 per cent" (1.3), while 39/209 = 18.7 is "fewer than one in five" (1.3 points away) and not
"around one in five".

In population voice a phrase is licensed by the interval and not by the estimate: see `population_claim`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from barometer.findings.numbers import half_up, in_text, numeral, percent

POINT = Fraction(1, 100)
HALF = Fraction(1, 2)
AROUND = Fraction(5, 4) * POINT
JUST = Fraction(5, 2) * POINT
SAME = POINT / 2
#: Counts below this are words where they are under `FEW_SHARE`: "two of the 99" says more than "two per cent".
FEW = 10
FEW_SHARE = 5 * POINT


@dataclass(frozen=True)
class Landmark:
    """A share that language has a name for.

    Attributes:
        value: The share, 0..1.
        names: Its names; the first is the default one.
        over: "More than" is fair up to here.
        under: "Fewer than" is fair down to here.
        near: "Nearly" is fair this far below.
    """

    value: Fraction
    names: tuple[str, ...]
    over: Fraction
    under: Fraction
    near: Fraction = Fraction(5, 2) * POINT


def _landmark(value: str, names: str, over: str, under: str, near: str = "2.5") -> Landmark:
    return Landmark(Fraction(value), tuple(names.split("|")), Fraction(over), Fraction(under), Fraction(near) * POINT)


#: Ordered by value.
LANDMARKS = (
    _landmark("1/20", "one in 20", "3/50", "0", "1"),
    _landmark("1/10", "one in 10|a tenth", "1/8", "1/20", "1"),
    _landmark("1/5", "one in five|a fifth", "1/4", "4/25", "1"),
    _landmark("1/4", "a quarter|one in four", "3/10", "1/5"),
    _landmark("3/10", "three in 10", "1/3", "1/4", "1.5"),
    _landmark("1/3", "a third|one in three", "2/5", "1/4"),
    _landmark("2/5", "two in five|four in 10", "1/2", "1/3", "1.5"),
    _landmark("1/2", "half", "2/3", "2/5", "3.5"),
    _landmark("3/5", "three in five|six in 10", "2/3", "1/2", "1.5"),
    _landmark("2/3", "two-thirds|two in three", "3/4", "3/5"),
    _landmark("7/10", "seven in 10", "3/4", "2/3", "1.5"),
    _landmark("3/4", "three-quarters|three in four", "4/5", "2/3"),
    _landmark("4/5", "four in five|eight in 10", "9/10", "3/4", "1.5"),
    _landmark("9/10", "nine in 10", "1", "4/5"),
)


@dataclass(frozen=True)
class Phrase:
    """A licensed phrase for a share.

    Attributes:
        text: The phrase: "more than half", "one in five", "58 per cent", "all but one".
        form: What sort of phrase it is: `name`, `just`, `nearly`, `over`, `under`, `around`, `per cent`, `count`, `broad`, `only`.
        value: The share that it names, or None for counts and broad words.
    """

    text: str
    form: str
    value: Fraction | None = None


#: The order in which a phrase is chosen where nobody asks for another; forms that are not here are licensed but never chosen.
DEFAULT_ORDER = ("count", "name", "just", "nearly", "over", "under", "per cent")


def exact_percent(share: Fraction) -> str:
    """The share in words as it prints: "58 per cent", "less than one per cent".

    A share that is not nobody never prints as 0, and one that is not everybody never as 100.

    Example:
        >>> exact_percent(Fraction(58, 100)), exact_percent(Fraction(1, 300)), exact_percent(Fraction(299, 300))
        ('58 per cent', 'less than one per cent', 'more than 99 per cent')
    """
    part, whole = share.numerator, share.denominator
    if 0 < 100 * part < whole:
        return "less than one per cent"
    if 99 * whole < 100 * part < 100 * whole:
        return "more than 99 per cent"
    return f"{in_text(percent(part, whole))} per cent"


def _of_landmark(share: Fraction, mark: Landmark) -> list[Phrase]:
    apart = share - mark.value
    off = abs(apart)
    words: list[tuple[str, str]] = []
    if not apart or (mark.value != HALF and off < SAME):
        words.append(("", "name"))
        if share < HALF:
            words += [("only ", "only"), ("just ", "only")]
    if mark.value == HALF and 0 < off <= JUST:
        words.append(("just over " if apart > 0 else "just under ", "just"))
    if apart < 0 and off <= mark.near:
        words += [("nearly ", "nearly"), ("almost ", "nearly")]
    if apart > 0 and share <= mark.over and share < 1:
        words.append(("more than ", "over"))
    if apart < 0 and share >= mark.under and share > 0:
        words += [("fewer than ", "under"), ("less than ", "under")]
    if off <= AROUND:
        words += [("around ", "around"), ("about ", "around")]
    return [Phrase(word + name, form, mark.value) for name in mark.names for word, form in words]


def _of_percentages(share: Fraction) -> list[Phrase]:
    plain = exact_percent(share)
    found = [Phrase(plain, "per cent", share)]
    if 0 < share < HALF:
        found += [Phrase(f"{word} {plain}", "only", share) for word in ("only", "just")]
    below = int(share * 20) * 5
    for five in (below, below + 5):
        if not 0 < five < 100:
            continue
        value = five * POINT
        words = f"{in_text(five)} per cent"
        apart = share - value
        if five % 10 == 0 and 0 < -apart <= Fraction(3, 2) * POINT:
            found += [Phrase(f"{word} {words}", "rounded", value) for word in ("nearly", "almost")]
        if abs(apart) <= POINT:
            found += [Phrase(f"{word} {words}", "rounded", value) for word in ("around", "about")]
        if 0 < apart <= 2 * POINT:
            found.append(Phrase(f"more than {words}", "rounded", value))
        if 0 < -apart <= 2 * POINT:
            found.append(Phrase(f"less than {words}", "rounded", value))
    return found


def _broad(share: Fraction) -> list[Phrase]:
    rules = (
        ("most", share > HALF),
        ("a majority", share > HALF),
        ("a minority", 0 < share < HALF),
        ("a large majority", 75 * POINT <= share < 1),
        ("a small minority", 0 < share <= 10 * POINT),
        ("nearly all", 95 * POINT <= share < 1),
    )
    return [Phrase(text, "broad") for text, true in rules if true]


def _of_counts(count: int, base: int) -> list[Phrase]:
    """What may be said of a count itself; the words "of the 99" follow it."""
    found = []
    rest = base - count
    few = Fraction(count, base) < FEW_SHARE
    if count == 0:
        found.append(Phrase("none", "count"))
    elif rest == 0:
        found.append(Phrase("all", "count"))
    elif rest <= 3 and Fraction(rest, base) < FEW_SHARE:
        found.append(Phrase(f"all but {in_text(rest)}", "count"))
    elif count < FEW and few:
        found.append(Phrase(in_text(count), "count"))
    if 0 < count < FEW and few:
        found.append(Phrase(f"only {in_text(count)}", "only"))
    return found


@lru_cache(maxsize=4096)
def licensed(count: int, base: int) -> tuple[Phrase, ...]:
    """Every phrase that may stand for a count of a base, the default one first.

    Raises:
        ValueError: If the count is not within the base, or the base is 0.

    Example:
        >>> [phrase.text for phrase in licensed(39, 209)][:3]
        ['fewer than one in five', 'less than one in five', 'fewer than a fifth']
    """
    if not 0 <= count <= base or base == 0:
        raise ValueError(f"{count} of {base} is no share")
    return _ordered([*_of_counts(count, base), *_of_share(Fraction(count, base))])


@lru_cache(maxsize=4096)
def licensed_share(share: Fraction) -> tuple[Phrase, ...]:
    """As `licensed`, for a share that is not a plain count of a base: a weighted one."""
    return _ordered(_of_share(share))


def _of_share(share: Fraction) -> list[Phrase]:
    marks = [phrase for mark in LANDMARKS for phrase in _of_landmark(share, mark)] if 0 < share < 1 else []
    return [*marks, *_of_percentages(share), *_broad(share)]


def _ordered(found: list[Phrase]) -> tuple[Phrase, ...]:
    """The default first: the first form of `DEFAULT_ORDER`, and in it the landmark nearest below for "more than", nearest otherwise."""
    rank = {form: number for number, form in enumerate(DEFAULT_ORDER)}

    def tightness(phrase: Phrase) -> Fraction:
        if phrase.value is None:
            return Fraction(0)
        return -phrase.value if phrase.form == "over" else phrase.value if phrase.form == "under" else Fraction(0)

    return tuple(sorted(found, key=lambda phrase: (rank.get(phrase.form, len(rank)), tightness(phrase))))


#: What a whole interval may lie above or below, for a claim about everybody.
ABOVE = {
    Fraction(9, 10): "nine in 10",
    Fraction(4, 5): "four in five",
    Fraction(3, 4): "three-quarters",
    Fraction(2, 3): "two-thirds",
    HALF: "half",
}
BELOW = {Fraction(1, 10): "one in 10", Fraction(1, 5): "one in five", Fraction(1, 4): "a quarter", Fraction(1, 3): "a third", HALF: "half"}


@lru_cache(maxsize=4096)
def population_claim(low: Fraction, high: Fraction) -> str | None:
    """The strongest claim about the whole population that an interval licenses, or None if it includes half.

    "More than half" needs the whole interval above 50 per cent, "fewer than a third" the whole of it below a third, and so on. The
    bound must clear the landmark as it is printed too: an interval from 50.3 prints as "50 to 67 per cent" and licenses nothing.

    Args:
        low: The lower bound, a proportion.
        high: The upper bound, a proportion.

    Example:
        >>> population_claim(Fraction("0.492"), Fraction("0.662")) is None
        True
        >>> population_claim(Fraction("0.59"), Fraction("0.76"))
        'more than half'
        >>> population_claim(Fraction("0.14"), Fraction("0.27"))
        'fewer than a third'
    """
    lowest, highest = min(low, printed(low)), max(high, printed(high))
    for value, name in ABOVE.items():
        if lowest > value:
            return f"more than {name}"
    for value, name in BELOW.items():
        if highest < value:
            return f"fewer than {name}"
    return None


def printed(share: Fraction) -> Fraction:
    """The share as it prints, in whole per cent."""
    return half_up(share * 100) * POINT


def of_the_base(base: int) -> str:
    """The words for a base: "the 99", "the nine"."""
    return f"the {in_text(base) if base < 1000 else numeral(base)}"
