"""Where the numbers of a tabulation come from: columns of answers turned into small integer codes.

A source is a declaration (so it can be evaluated wherever the data live) and `encode` evaluates it on a polars frame. Codes are 0
outside the base and 1, 2, ... for the source's categories, which exclude each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.distributions import Floats
from barometer.estimation.variables import Base

Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
UNKNOWN = 65535
# A lookup table of this many entries turns whole numbers into codes; wider ranges go through a join.
LOOKUP = 60_000
FEW_ROWS = 20_000


@dataclass(frozen=True)
class Categories:
    """A column with one of `codes` or null; `missing` codes count as null."""

    column: str
    codes: tuple[Any, ...]
    missing: tuple[Any, ...] = ()

    @property
    def width(self) -> int:
        """How many columns of sums it has: one a code."""
        return len(self.codes)


@dataclass(frozen=True)
class Selected:
    """Whether any of `columns` is 1, among the base of a multiple-response question whose option columns are `family`."""

    columns: tuple[str, ...]
    family: tuple[str, ...]
    base: Base
    width: int = 1


@dataclass(frozen=True)
class Answered:
    """Whether a respondent is in the base of a multiple-response question."""

    family: tuple[str, ...]
    base: Base
    width: int = 1


@dataclass(frozen=True)
class Ranks:
    """A rank 1..places, or the code places + 1 for whoever ranked other items of `family` but not this one."""

    column: str
    family: tuple[str, ...]
    places: int

    @property
    def width(self) -> int:
        """How many columns of sums it has: one a rank and one for "not ranked"."""
        return self.places + 1


@dataclass(frozen=True)
class Amount:
    """A number. With a `family`, null counts as 0 for whoever answered any of its columns. Sums: answered, y, y squared."""

    column: str
    family: tuple[str, ...] = ()
    width: int = 3


Source = Categories | Selected | Answered | Ranks | Amount


@dataclass(frozen=True, eq=False)
class Encoded:
    """A source's values for each respondent: `codes`, and for an `Amount` also `amounts` (0 outside the base)."""

    codes: Codes
    amounts: Floats | None = None


def _row(mask: npt.NDArray[np.bool_]) -> str:
    return f"row {int(np.flatnonzero(mask)[0]) + 1}"


def column_of(frame: pl.DataFrame, column: str, question: str = "") -> pl.Series:
    """The column of a question.

    Raises:
        DesignError: It is not in the frame.
    """
    if column not in frame.columns:
        raise DesignError(
            "A question is not in the frame.",
            where=f"column '{column}'" + (f" of question '{question}'" if question and question != column else ""),
            hint=did_you_mean(str(column), frame.columns) or f"The frame has: {', '.join(frame.columns[:12])}.",
        )
    return frame[column]


def occurring_codes(series: pl.Series) -> tuple[Any, ...]:
    """The distinct answers of a column: in the order of an Enum, otherwise sorted; null is not an answer."""
    if isinstance(series.dtype, pl.Enum):
        return tuple(series.dtype.categories.to_list())
    if series.dtype.is_nested() or series.dtype == pl.Object:
        raise DesignError("A column does not hold answers that can be counted.", where=f"column '{series.name}'", got=str(series.dtype))
    span = _whole_range(series)
    if span is not None:
        low, high = span
        present = np.zeros(high - low + 2, dtype=bool)
        present[_slots(series, low)] = True
        return tuple((np.flatnonzero(present[1:]) + low).tolist())
    plain = series.cast(pl.String) if series.dtype == pl.Categorical else series
    return tuple(plain.drop_nulls().unique().sort().to_list())


def encode_categories(series: pl.Series, codes: Sequence[Any], missing: Sequence[Any] = ()) -> Codes:
    """Codes 1.. for the declared answers, 0 for null and `missing`.

    Raises:
        DesignError: A value is not declared; the message names the column, the value and its row.
    """
    if series.dtype in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String)
    if series.dtype == pl.Boolean:
        series, codes, missing = series.cast(pl.UInt8), [_whole(code) for code in codes], [_whole(code) for code in missing]
    out = _lookup(series, codes, missing) if series.dtype.is_integer() else None
    out = _join(series, codes, missing) if out is None else out
    if out.dtype == np.uint8:
        return out
    wrong = out == UNKNOWN
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        value = series[at]
        raise DesignError(
            "An answer is not one of the declared codes.",
            where=f"column '{series.name}', row {at + 1}",
            expected="one of " + ", ".join(repr(code) for code in codes),
            got=repr(value),
            hint=did_you_mean(str(value), map(str, codes)) or "Declare the code, or name it in missing=(...).",
        )
    return out.astype(np.uint8) if len(codes) < 255 else out


def _whole(code: Any) -> Any:
    return int(code) if isinstance(code, bool) else code


def _whole_range(series: pl.Series) -> tuple[int, int] | None:
    """The smallest and largest whole number, if a table over them is small."""
    if not series.dtype.is_integer():
        return None
    low, high = series.min(), series.max()
    if not isinstance(low, int) or not isinstance(high, int) or high - low >= LOOKUP:
        return None
    return low, high


def _slots(series: pl.Series, low: int) -> npt.NDArray[Any]:
    """Places in a table: 0 for null, 1 for `low`, and so on."""
    if not series.null_count():
        values: npt.NDArray[Any] = series.to_numpy()
        return values if low == 1 else values.astype(np.int64) - (low - 1)
    if len(series) < FEW_ROWS and abs(low) < 2**50:
        # Nulls arrive as NaN: no query to plan, which is what takes the time in a small frame.
        return np.asarray(np.nan_to_num(series.to_numpy() - (low - 1), nan=0.0).astype(np.int64))
    if low == 1:
        return series.fill_null(0).to_numpy()
    return (series.cast(pl.Int64) - (low - 1)).fill_null(0).to_numpy()


def _lookup(series: pl.Series, codes: Sequence[Any], missing: Sequence[Any]) -> Codes | None:
    """By a table over the range of whole numbers; None when the range is too wide or the codes are not whole numbers."""
    known = [*codes, *missing]
    if not all(isinstance(code, int) and not isinstance(code, bool) for code in known):
        return None
    if series.null_count() == len(series):
        return np.zeros(len(series), dtype=np.uint8)
    span = _whole_range(series)
    if span is None:
        return None
    low, high = min([span[0], *known]), max([span[1], *known])
    if high - low >= LOOKUP:
        return None
    slots = _slots(series, low)
    if not missing and tuple(codes) == tuple(range(1, high + 1)) and high < 255:
        return slots.astype(np.uint8)  # The answers are their own codes.
    table = np.full(high - low + 2, UNKNOWN, dtype=np.uint16)
    table[0] = 0
    for code in missing:
        table[code - low + 1] = 0
    for place, code in enumerate(codes, start=1):
        table[code - low + 1] = place
    out: Codes = table[slots]
    return out


def _join(series: pl.Series, codes: Sequence[Any], missing: Sequence[Any]) -> npt.NDArray[np.uint16]:
    """By value, for text and for numbers that a table cannot hold."""
    if not codes and not missing:
        return np.where(series.is_null().to_numpy(), 0, UNKNOWN).astype(np.uint16)
    if series.dtype == pl.Null:
        return np.zeros(len(series), dtype=np.uint16)
    try:
        old = pl.Series([*codes, *missing], dtype=series.dtype, strict=True)
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise DesignError(
            "The declared codes are of another type than the column.",
            where=f"column '{series.name}'",
            expected=f"codes of type {series.dtype}",
            got=", ".join(repr(code) for code in codes[:6]),
        ) from error
    new = pl.Series([*range(1, len(codes) + 1), *([0] * len(missing))], dtype=pl.UInt16)
    mapped = series.replace_strict(old, new, default=UNKNOWN, return_dtype=pl.UInt16).to_numpy(writable=True)
    if series.null_count():
        mapped[series.is_null().to_numpy()] = 0
    return mapped


def encode(source: Source, frame: pl.DataFrame) -> Encoded:
    """A source's values on a frame.

    Raises:
        DesignError: A column is missing, of the wrong type or holds an undeclared value.
    """
    if isinstance(source, Categories):
        return Encoded(encode_categories(frame[source.column], source.codes, source.missing))
    if isinstance(source, Answered):
        return Encoded(base_mask(frame, source.family, source.base).astype(np.uint8))
    if isinstance(source, Selected):
        chosen = np.zeros(frame.height, dtype=bool)
        for column in source.columns:
            chosen |= encode_categories(frame[column], (0, 1)) == 2
        return Encoded((chosen & base_mask(frame, source.family, source.base)).astype(np.uint8))
    if isinstance(source, Ranks):
        codes = encode_categories(frame[source.column], tuple(range(1, source.places + 1)))
        answered = base_mask(frame, source.family, "any answered")
        return Encoded(np.where((codes == 0) & answered, source.places + 1, codes).astype(np.uint8))
    return _encode_amount(source, frame)


def _encode_amount(source: Amount, frame: pl.DataFrame) -> Encoded:
    series = frame[source.column]
    if not (series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null)):
        first = next(value for value in series if value is not None)
        at = int(series.is_not_null().arg_true()[0]) + 1
        raise DesignError(
            "A mean or total needs numbers.", where=f"column '{source.column}', row {at}", expected="a number", got=repr(first)
        )
    values = series.cast(pl.Float64)
    answered = values.is_not_null().to_numpy() if not source.family else base_mask(frame, source.family, "any answered")
    amounts = values.fill_null(0.0).to_numpy()
    wrong = ~np.isfinite(amounts)
    if wrong.any():
        raise DesignError(
            "A number is not finite.",
            where=f"column '{source.column}', {_row(wrong)}",
            expected="a finite number, or null for no answer",
            got=str(amounts[wrong][0]),
        )
    return Encoded(answered.astype(np.uint8), np.where(answered, amounts, 0.0))


def base_mask(frame: pl.DataFrame, family: Sequence[str], base: Base) -> npt.NDArray[np.bool_]:
    """Who counts as asked: see `MultipleResponse.base`."""
    if isinstance(base, str) and base in ("any answered", "each"):
        found = frame.select(pl.any_horizontal(pl.col(list(family)).is_not_null()).alias("base"))["base"]
    elif isinstance(base, str):
        found = column_of(frame, base)
    else:
        found = frame.select(base.alias("base"))["base"]
    if found.dtype != pl.Boolean:
        raise DesignError("The base of a question is not a column of true and false.", where=f"base '{found.name}'", got=str(found.dtype))
    return found.fill_null(False).to_numpy()
