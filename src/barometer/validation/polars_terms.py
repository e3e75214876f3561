"""The first witness's arithmetic: expressions in polars."""

from __future__ import annotations

import operator as operators
from datetime import datetime

import polars as pl

from barometer.validation.literals import FALSE, constant, listed
from barometer.validation.terms import NUMBER, TICK


class PolarsTerms:
    """Implements `Terms` with polars expressions over the prepared table."""

    def text(self, column: str) -> pl.Expr:
        """A column as text."""
        return pl.col(column)

    def number(self, column: str) -> pl.Expr:
        """The numbers beside a column."""
        return pl.col(column + NUMBER)

    def time(self, column: str) -> pl.Expr:
        """A column of times."""
        return pl.col(column)

    def ticked(self, column: str) -> pl.Expr:
        """Whether a box is ticked."""
        return pl.col(column).eq_missing(constant(TICK))

    def present(self, column: str) -> pl.Expr:
        """Whether a column is not blank."""
        return pl.col(column).is_not_null()

    def constant(self, value: str | float) -> pl.Expr:
        """A text or a number."""
        return constant(value if isinstance(value, str) else float(value))

    def moment(self, text: str) -> pl.Expr:
        """A time."""
        return pl.lit(datetime.fromisoformat(text)).cast(pl.Datetime("us"))

    def compare(self, operator: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        """A comparison; false where a side is blank."""
        result: pl.Expr = getattr(operators, operator)(left, right)
        return result.fill_null(FALSE)

    def member(self, text: pl.Expr, values: tuple[str, ...]) -> pl.Expr:
        """Whether a text is one of several."""
        return text.is_in(listed(values)).fill_null(FALSE)

    def arithmetic(self, operator: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        """Sum, difference, product or quotient; blank where it is not finite."""
        result: pl.Expr = getattr(operators, operator)(left, right)
        return pl.when(result.is_finite()).then(result)

    def both(self, flags: list[pl.Expr]) -> pl.Expr:
        """Whether all hold."""
        return pl.all_horizontal(flags)

    def either(self, flags: list[pl.Expr]) -> pl.Expr:
        """Whether one holds."""
        return pl.any_horizontal(flags)

    def negate(self, flag: pl.Expr) -> pl.Expr:
        """Whether it does not hold."""
        return ~flag

    def count(self, flags: list[pl.Expr]) -> pl.Expr:
        """How many hold."""
        return pl.sum_horizontal([flag.cast(pl.Float64) for flag in flags])

    def sum(self, numbers: list[pl.Expr]) -> pl.Expr:
        """The sum of those that are not blank."""
        return pl.sum_horizontal(numbers)

    def ranks(self, numbers: list[pl.Expr]) -> pl.Expr:
        """Whether those that are not blank are 1, 2, ... each once: rank r stands once as long as r ranks are given."""
        given = pl.sum_horizontal([number.is_not_null().cast(pl.Int32) for number in numbers])
        held = []
        for rank in range(1, len(numbers) + 1):
            times = pl.sum_horizontal([(number == constant(float(rank))).fill_null(FALSE).cast(pl.Int32) for number in numbers])
            held.append(times == (given >= rank).cast(pl.Int32))
        return pl.all_horizontal(held)

    def abs(self, number: pl.Expr) -> pl.Expr:
        """The absolute value."""
        return number.abs()

    def length(self, text: pl.Expr) -> pl.Expr:
        """The number of characters."""
        return text.str.len_chars().cast(pl.Float64)

    def matches(self, text: pl.Expr, pattern: str) -> pl.Expr:
        """Whether a pattern occurs in a text."""
        return text.str.contains(pattern).fill_null(FALSE)

    def mentions(self, text: pl.Expr, other: pl.Expr) -> pl.Expr:
        """Whether one text stands within another, in capitals or not."""
        return text.str.to_lowercase().str.contains(other.str.to_lowercase(), literal=True).fill_null(FALSE)

    def minutes(self, start: pl.Expr, end: pl.Expr) -> pl.Expr:
        """The minutes from one time to another."""
        return (end - start).dt.total_microseconds().cast(pl.Float64) / 60e6
