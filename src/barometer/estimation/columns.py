"""Columns that describe a sample, read with checks: what is wrong is said with the column, the value and the row (counted from 1)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.distributions import Floats
from barometer.estimation.linearisation import Ints


def require_column(frame: pl.DataFrame, column: str, role: str) -> pl.Series:
    """The column of the frame.

    Raises:
        DesignError: It is not there; the hint names near columns.
    """
    if column not in frame.columns:
        hint = did_you_mean(str(column), frame.columns) or f"The frame has: {', '.join(frame.columns[:12])}."
        raise DesignError(f"The {role} column is not in the frame.", where=f"column '{column}'", hint=hint)
    return frame[column]


def row_where(mask: npt.NDArray[np.bool_]) -> str:
    """The first row where something holds, as it is said in errors: counted from 1."""
    return f"row {int(np.flatnonzero(mask)[0]) + 1}"


def numbers(series: pl.Series, role: str) -> Floats:
    """A column of complete, finite numbers.

    Raises:
        DesignError: It is text, or holds a null, NaN or infinity.
    """
    if not (series.dtype.is_numeric() or series.dtype == pl.Boolean):
        first = next((str(value) for value in series if value is not None), "only nulls")
        raise DesignError(
            f"The {role} column is not numeric.",
            where=f"column '{series.name}', row 1",
            expected="numbers",
            got=f"{series.dtype} such as {first!r}",
        )
    if series.null_count():
        raise DesignError(
            f"The {role} column has nulls.",
            where=f"column '{series.name}', {row_where(series.is_null().to_numpy())}",
            expected="a number in every row",
            got=f"{series.null_count()} nulls",
        )
    values = series.cast(pl.Float64).to_numpy()
    wrong = ~np.isfinite(values)
    if wrong.any():
        raise DesignError(
            f"The {role} column has values that are not finite.",
            where=f"column '{series.name}', {row_where(wrong)}",
            expected="finite numbers",
            got=str(values[wrong][0]),
        )
    return values


def weights_of(frame: pl.DataFrame, column: str) -> Floats:
    """A column of weights.

    Raises:
        DesignError: One is missing or negative, or none is positive.
    """
    values = numbers(require_column(frame, column, "weight"), "weight")
    if (values < 0).any():
        raise DesignError(
            "A weight is negative.",
            where=f"column '{column}', {row_where(values < 0)}",
            expected="weights of 0 or more",
            got=str(values[values < 0][0]),
            hint="A calibration that gives negative weights needs limits, or fewer margins.",
        )
    if not (values > 0).any():
        raise DesignError("Every weight is zero.", where=f"column '{column}'", expected="at least one positive weight")
    return values


def dense_codes(columns: Sequence[pl.Series]) -> tuple[Ints, tuple[tuple[Hashable, ...], ...]]:
    """Integer codes of the distinct rows of some columns, in sorted order, and the rows that they stand for."""
    keys = pl.DataFrame({str(place): plain(series) for place, series in enumerate(columns)})
    distinct = keys.unique().sort(keys.columns)
    if keys.width == 1 and keys.dtypes[0] == pl.String:
        codes = keys["0"].cast(pl.Enum(distinct["0"].to_list())).to_physical()
    else:
        numbered = distinct.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("code"))
        codes = keys.join(numbered, on=keys.columns, how="left", maintain_order="left")["code"]
    return codes.cast(pl.Int64).to_numpy(), tuple(distinct.rows())


def plain(series: pl.Series) -> pl.Series:
    """Text instead of categories, so that columns of different frames compare."""
    return series.cast(pl.String) if series.dtype in (pl.Categorical, pl.Enum) else series


def identifiers(frame: pl.DataFrame, columns: Iterable[str], role: str) -> list[pl.Series]:
    """Columns that name strata or clusters.

    Raises:
        DesignError: One is not there or has nulls.
    """
    found = []
    for column in columns:
        series = require_column(frame, column, role)
        if series.null_count():
            raise DesignError(
                f"The {role} column has nulls.",
                where=f"column '{column}', {row_where(series.is_null().to_numpy())}",
                expected=f"a {role} for every respondent",
                got=f"{series.null_count()} nulls",
            )
        found.append(series)
    return found


def show(key: Sequence[Hashable]) -> str:
    """A stratum's label as text: its values, joined."""
    return " / ".join(str(part) for part in key) or "the whole sample"
