"""Domains: breaks, `where` conditions. A domain never removes anyone from the design; it only says whose answers count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError
from barometer.estimation.columns import dense_codes
from barometer.estimation.sources import column_of, encode_categories, occurring_codes
from barometer.estimation.variables import AnyBreak, Categorical

Mask = npt.NDArray[np.bool_]
JOINED = " x "


@dataclass(frozen=True, eq=False)
class Break:
    """A variable that splits the sample: `codes` are 1.. for its levels and 0 for respondents without one."""

    name: str
    levels: tuple[str, ...]
    codes: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


def resolve_break(frame: pl.DataFrame, by: AnyBreak | Sequence[Any]) -> Break:
    """The levels of a break; several columns are crossed, and only combinations that occur are levels.

    Raises:
        DesignError: A column is missing, or a value is not one of the declared codes.
    """
    if isinstance(by, str | Categorical):
        return _single(frame, by)
    parts = [_single(frame, part) for part in by]
    if len(parts) == 1:
        return parts[0]
    name = JOINED.join(part.name for part in parts)
    known = np.logical_and.reduce([part.codes > 0 for part in parts])
    codes = np.zeros(frame.height, dtype=np.uint16)
    if not known.any():
        return Break(name, (), codes)
    found, keys = dense_codes([pl.Series(part.codes[known].astype(np.int64)) for part in parts])
    codes[known] = found + 1
    levels = tuple(JOINED.join(part.levels[code - 1] for part, code in zip(parts, key, strict=True)) for key in _whole(keys))
    return Break(name, levels, codes)


def _whole(keys: Sequence[tuple[Any, ...]]) -> list[tuple[int, ...]]:
    return [tuple(int(code) for code in key) for key in keys]


def _single(frame: pl.DataFrame, by: str | Categorical) -> Break:
    variable = Categorical(by) if isinstance(by, str) else by
    series = column_of(frame, variable.column, variable.question)
    codes = variable.codes
    if codes is None:
        codes = tuple(code for code in occurring_codes(series) if code not in variable.missing)
        if len(codes) > 5000:
            raise DesignError(
                "A break has too many levels.", where=f"column '{variable.column}'", expected="at most 5000", got=str(len(codes))
            )
    return Break(variable.question, tuple(str(code) for code in codes), encode_categories(series, codes, variable.missing))


def resolve_where(frame: pl.DataFrame, where: pl.Expr | None) -> Mask:
    """Who satisfies the condition; null counts as no.

    Raises:
        DesignError: The expression names an unknown column or is not true or false.
    """
    if where is None:
        return np.ones(frame.height, dtype=bool)
    try:
        found = frame.select(where.alias("where"))["where"]
    except pl.exceptions.PolarsError as error:
        message = str(error).splitlines()[0]
        raise DesignError("The condition cannot be evaluated.", where=f"where={where}", got=message) from error
    if found.dtype != pl.Boolean or len(found) != frame.height:
        raise DesignError(
            "The condition is not true or false for each respondent.",
            where=f"where={where}",
            expected="an expression such as pl.col('role') == 'chair'",
            got=f"{len(found)} values of type {found.dtype}",
        )
    return found.fill_null(False).to_numpy()


def check_levels(name: str, levels: Sequence[str]) -> None:
    """Refuse a break that does not split anything.

    Raises:
        DesignError: It has fewer than two levels.
    """
    if len(levels) < 2:
        raise DesignError(
            "A break needs at least two levels.",
            where=f"break '{name}'",
            expected="two levels or more",
            got=f"{len(levels)}" + (f": {levels[0]}" if levels else ""),
            hint="Declare all levels with Categorical(name, codes=(...)) if one of them is empty this time.",
        )
