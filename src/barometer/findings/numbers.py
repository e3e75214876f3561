"""Rounding and the spelling of numbers. The rounding rule is half up, from whole counts, and there is no other."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

_UNIT_WORDS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen"""
_TEN_WORDS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS, _TENS = _UNIT_WORDS.split(), _TEN_WORDS.split()


def half_up(value: Fraction) -> int:
    """The nearest whole number; halves go up.

    Example:
        >>> half_up(Fraction(75, 2))
        38
    """
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def percent(count: int, base: int) -> int:
    """The percentage of a count, rounded half up by whole-number arithmetic, so that no float can tip it.

    Raises:
        ZeroDivisionError: If the base is 0.

    Example:
        >>> percent(90, 240), percent(47 + 18, 99)
        (38, 66)
    """
    return (200 * count + base) // (2 * base)


def exact(value: float) -> Fraction:
    """A computed number as a fraction, free of the last digits in which floats differ between machines.

    Example:
        >>> exact(0.1 + 0.2)
        Fraction(3, 10)
    """
    return Fraction(str(round(value, 12)))


def mean_of(value: float, base: int | None) -> Fraction:
    """A mean as an exact fraction: where the answers were whole numbers, their sum over the base.

    Example:
        >>> mean_of(5.65, 20)
        Fraction(113, 20)
    """
    if base:
        total = value * base
        if abs(total - round(total)) < 1e-6:
            return Fraction(round(total), base)
    return exact(value)


def decimal(value: Fraction, places: int = 1) -> str:
    """A number with so many decimals, halves going up, away from any float.

    Example:
        >>> decimal(Fraction(113, 20))
        '5.7'
        >>> decimal(Fraction(-1, 3))
        '-0.3'
    """
    scaled = half_up(abs(value) * 10**places)
    whole, rest = divmod(scaled, 10**places)
    sign = "-" if value < 0 and scaled else ""
    return f"{sign}{whole}" + (f".{rest:0{places}d}" if places else "")


def floor_percent(value: Fraction) -> int:
    """The percentage of a proportion, rounded down: for "at least"."""
    return floor(value * 100)


def ceil_percent(value: Fraction) -> int:
    """The percentage of a proportion, rounded up: for "at most"."""
    return ceil(value * 100)


def spelt(number: int) -> str:
    """A whole number in words.

    Raises:
        ValueError: If the number is negative or not below a million.

    Example:
        >>> spelt(68), spelt(209)
        ('sixty-eight', 'two hundred and nine')
    """
    if not 0 <= number < 1_000_000:
        raise ValueError(f"{number} cannot be spelt: a whole number from 0 to 999,999 can")
    if number < 20:
        return _UNITS[number]
    if number < 100:
        tens, units = divmod(number, 10)
        return _TENS[tens] + (f"-{_UNITS[units]}" if units else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_UNITS[hundreds]} hundred" + (f" and {spelt(rest)}" if rest else "")
    thousands, rest = divmod(number, 1000)
    joint = " and " if 0 < rest < 100 else " "
    return f"{spelt(thousands)} thousand" + (f"{joint}{spelt(rest)}" if rest else "")


def numeral(number: int) -> str:
    """A whole number in digits, thousands parted by commas."""
    return f"{number:,}"


def in_text(number: int) -> str:
    """A whole number within a sentence: in words below 10, in digits from 10 on.

    Example:
        >>> in_text(9), in_text(10), in_text(1000)
        ('nine', '10', '1,000')
    """
    return spelt(number) if 0 <= number < 10 else numeral(number)


def capitalised(text: str) -> str:
    """The text with its first letter in upper case, and nothing else changed."""
    return text[:1].upper() + text[1:]
