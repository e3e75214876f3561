"""How figures are printed in tables and charts: half up, and the shorthand that the field knows.

`*` is under half a per cent but not zero, `-` is zero, `[c]` is suppressed to protect respondents, `[x]` is not available,
`[z]` is not applicable.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

SUPPRESSED = "[c]"
NOT_AVAILABLE = "[x]"
NOT_APPLICABLE = "[z]"
LESS_THAN_HALF = "*"
ZERO = "-"


def half_up(value: float, digits: int = 0) -> str:
    """A number rounded half up, not to even, from its shortest decimal form.

    Example:
        >>> half_up(37.5), half_up(0.25, 1), half_up(-0.2)
        ('38', '0.3', '0')
    """
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return str(abs(rounded) if rounded == 0 else rounded)


def per_cent(proportion: float | None, digits: int = 0) -> str:
    """A proportion (0 to 1) as a percentage for a table cell, without the sign.

    Example:
        >>> per_cent(0.58), per_cent(0.004), per_cent(0.0), per_cent(None)
        ('58', '*', '-', '[x]')
    """
    if proportion is None:
        return NOT_AVAILABLE
    if proportion == 0:
        return ZERO
    # Rounded to ten places first: 0.285 * 100 is a hair below 28.5 in binary.
    percentage = round(proportion * 100, 10)
    if percentage < 0.5 and digits == 0:
        return LESS_THAN_HALF
    return half_up(percentage, digits)


def interval(low: float | None, high: float | None) -> str:
    """An interval of proportions in per cent, such as `49 to 66`.

    Example:
        >>> interval(0.4926, 0.6627)
        '49 to 66'
    """
    if low is None or high is None:
        return NOT_AVAILABLE
    return f"{half_up(round(low * 100, 10))} to {half_up(round(high * 100, 10))}"
