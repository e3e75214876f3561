from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.publishing.numbers import half_up, interval, per_cent


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(37.5, 0, "38"), (36.5, 0, "37"), (2.5, 0, "3"), (0.05, 1, "0.1"), (-0.4, 0, "0"), (-2.5, 0, "-3"), (1e-12, 0, "0"), (7.25, 1, "7.3")],
)
def test_halves_go_up(value: float, digits: int, text: str) -> None:
    assert half_up(value, digits) == text


@settings(deadline=None)
@given(base=st.integers(1, 5000), data=st.data())
def test_a_percentage_is_the_count_over_the_base_rounded_half_up(base: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, base))
    exact = (200 * count + base) // (2 * base)  # in whole numbers, so that no half is lost in binary
    shown = per_cent(count / base)
    if count == 0:
        assert shown == "-"
    elif Fraction(count, base) < Fraction(1, 200):
        assert shown == "*"
    else:
        assert shown == str(exact)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_rounding_moves_a_number_by_half_a_unit_at_most(value: float, digits: int) -> None:
    assert abs(Decimal(half_up(value, digits)) - Decimal(repr(value))) <= Decimal(5).scaleb(-digits - 1)


def test_ninety_of_240_is_38() -> None:
    assert per_cent(90 / 240) == "38"
    assert per_cent(90 / 240, 1) == "37.5"


@pytest.mark.parametrize(
    ("proportion", "text"), [(None, "[x]"), (0.0, "-"), (0.0049, "*"), (0.005, "1"), (0.285, "29"), (0.995, "100"), (1.0, "100")]
)
def test_shorthand_stands_where_a_figure_would_mislead(proportion: float | None, text: str) -> None:
    assert per_cent(proportion) == text


def test_an_interval_has_two_ends_or_none() -> None:
    assert interval(0.4926, 0.6627) == "49 to 66"
    assert interval(0.0, 1.0) == "0 to 100"
    assert interval(None, 0.5) == interval(0.5, None) == "[x]"
