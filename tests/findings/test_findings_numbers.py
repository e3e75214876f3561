from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometer.findings.numbers import decimal, half_up, in_text, mean_of, percent, spelt


def test_a_half_goes_up_and_no_float_decides():
    assert percent(90, 240) == 38
    assert percent(1, 200) == 1
    # As floats, 0.285 * 100 is 28.499999999999996 and Python rounds 0.5 to 0.
    assert percent(57, 200) == 29
    assert half_up(Fraction(1, 2)) == 1


@given(st.integers(1, 5000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_percentages_agree_with_decimal_arithmetic(pair: tuple[int, int]):
    count, base = pair
    exact = (Decimal(count) * 100 / Decimal(base)).quantize(Decimal("1e-20"))
    assert percent(count, base) == int(exact.quantize(Decimal(1), ROUND_HALF_UP)) == half_up(Fraction(count * 100, base))


def test_a_mean_of_whole_numbers_is_rounded_from_its_sum():
    assert decimal(mean_of(113 / 20, 20)) == "5.7"
    assert decimal(mean_of(5.649999999999999, 20)) == "5.7"
    assert decimal(mean_of(5.6499, None)) == "5.6"


@given(st.integers(0, 999_999))
def test_spelt_numbers_can_be_read_back(number: int):
    units = {spelt(n): n for n in range(100)}

    def below_thousand(words: str) -> int:
        hundreds, _, rest = words.rpartition(" hundred") if " hundred" in words else ("", "", words)
        rest = rest.removeprefix(" and ").strip()
        return (units[hundreds] * 100 if hundreds else 0) + (units[rest] if rest else 0)

    words = spelt(number)
    thousands, _, rest = words.partition(" thousand") if " thousand" in words else ("", "", words)
    assert (below_thousand(thousands) * 1000 if thousands else 0) + (
        below_thousand(rest.removeprefix(" and ").strip()) if rest else 0
    ) == number


def test_words_below_ten_and_numerals_from_ten():
    assert [in_text(number) for number in (0, 9, 10, 1000)] == ["zero", "nine", "10", "1,000"]


def test_a_number_that_cannot_be_spelt_is_refused():
    with pytest.raises(ValueError, match="cannot be spelt"):
        spelt(-1)
