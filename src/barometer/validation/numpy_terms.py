"""The second witness's arithmetic: expressions in numpy, over the pandas frame that Great Expectations checks."""

from __future__ import annotations

import operator as operators
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from barometer.validation.terms import TICK

Array = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]


class NumpyTerms:
    """Implements `Terms` with numpy arrays: texts are objects with None for a blank, numbers have NaN and times NaT.

    Args:
        columns: From name to array; the numbers of a column stand under its name and `numbers`.
        height: How many rows there are.
        numbers: What is added to a column's name for its numbers.
    """

    def __init__(self, columns: Mapping[str, Array], height: int, numbers: str) -> None:
        self.columns, self.height, self.numbers = columns, height, numbers

    def text(self, column: str) -> Array:
        """A column as text."""
        return self.columns[column]

    def number(self, column: str) -> Array:
        """The numbers beside a column."""
        return self.columns[column + self.numbers]

    def time(self, column: str) -> Array:
        """A column of times."""
        return self.columns[column]

    def ticked(self, column: str) -> Flags:
        """Whether a box is ticked."""
        return np.asarray(self.columns[column] == TICK, dtype=bool)

    def present(self, column: str) -> Flags:
        """Whether a column is not blank."""
        return ~_blank(self.columns[column])

    def constant(self, value: str | float) -> Array:
        """A text or a number."""
        return np.full(self.height, value, dtype=object if isinstance(value, str) else float)

    def moment(self, text: str) -> Array:
        """A time."""
        return np.full(self.height, np.datetime64(text, "us"))

    def compare(self, operator: str, left: Array, right: Array) -> Flags:
        """A comparison; false where a side is blank."""
        known = ~(_blank(left) | _blank(right))
        result = np.zeros(self.height, dtype=bool)
        result[known] = getattr(operators, operator)(left[known], right[known]).astype(bool)
        return result

    def member(self, text: Array, values: tuple[str, ...]) -> Flags:
        """Whether a text is one of several."""
        listed = frozenset(values)
        return np.fromiter((value in listed for value in text), dtype=bool, count=self.height)

    def arithmetic(self, operator: str, left: Array, right: Array) -> Array:
        """Sum, difference, product or quotient; blank where it is not finite."""
        with np.errstate(all="ignore"):
            result = getattr(operators, operator)(left, right)
        return np.asarray(np.where(np.isfinite(result), result, np.nan))

    def both(self, flags: list[Flags]) -> Flags:
        """Whether all hold."""
        return np.asarray(np.logical_and.reduce(flags))

    def either(self, flags: list[Flags]) -> Flags:
        """Whether one holds."""
        return np.asarray(np.logical_or.reduce(flags))

    def negate(self, flag: Flags) -> Flags:
        """Whether it does not hold."""
        return np.logical_not(flag)

    def count(self, flags: list[Flags]) -> Array:
        """How many hold."""
        return np.asarray(np.sum(flags, axis=0), dtype=float)

    def sum(self, numbers: list[Array]) -> Array:
        """The sum of those that are not blank."""
        return np.asarray(np.nansum(np.column_stack(numbers), axis=1))

    def ranks(self, numbers: list[Array]) -> Flags:
        """Whether those that are not blank are 1, 2, ... each once: sorted, they count up from one."""
        ordered = np.sort(np.column_stack(numbers), axis=1)
        counting = np.arange(1, ordered.shape[1] + 1, dtype=float)
        return np.asarray((np.isnan(ordered) | (ordered == counting)).all(axis=1))

    def abs(self, number: Array) -> Array:
        """The absolute value."""
        return np.abs(number)

    def length(self, text: Array) -> Array:
        """The number of characters."""
        return np.array([np.nan if value is None else float(len(value)) for value in text], dtype=float)

    def matches(self, text: Array, pattern: str) -> Flags:
        """Whether a pattern occurs in a text."""
        search = re.compile(pattern).search
        return np.fromiter((value is not None and search(value) is not None for value in text), dtype=bool, count=self.height)

    def mentions(self, text: Array, other: Array) -> Flags:
        """Whether one text stands within another, in capitals or not."""
        pairs = zip(text, other, strict=True)
        found = (one is not None and two is not None and two.lower() in one.lower() for one, two in pairs)
        return np.fromiter(found, dtype=bool, count=self.height)

    def minutes(self, start: Array, end: Array) -> Array:
        """The minutes from one time to another."""
        span = (end - start).astype("timedelta64[us]")
        return np.where(np.isnat(span), np.nan, span.astype(np.int64) / 60e6)


def _blank(values: Array) -> Flags:
    if values.dtype == object:
        return np.fromiter((value is None for value in values), dtype=bool, count=len(values))
    return np.isnat(values) if values.dtype.kind == "M" else np.isnan(values)
