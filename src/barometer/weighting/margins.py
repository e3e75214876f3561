"""Margins: how many persons the population has at each level of a variable, read and checked.

A level is known by its text, so that `1`, `1.0` and `"1"` name the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import polars as pl

from barometer.errors import DesignError, did_you_mean

JOINED = " x "
Key = tuple[str, ...]
Columns = str | tuple[str, ...]
Margins = Mapping[Any, Any] | Sequence[Any]

# Margins that come from one population agree but for the rounding of their decimals.
AGREEMENT = 1e-6


def level_text(value: Any) -> str:
    """The text by which a level is known.

    Example:
        >>> level_text(2.0), level_text("2"), level_text(True)
        ('2', '2', 'True')
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _key(level: Any) -> Key:
    return tuple(level_text(part) for part in level) if isinstance(level, tuple) else (level_text(level),)


def show(key: Key) -> str:
    """A level as it is printed: the values of crossed columns joined."""
    return JOINED.join(key)


@dataclass(frozen=True)
class Margin:
    """The population at each level of one column, or of several columns crossed.

    Args:
        columns: The columns of the respondents' frame.
        totals: The level (one text a column) and its number of persons, 0 or more.

    Raises:
        DesignError: There is no level, or a total is negative or not a number.

    Example:
        >>> Margin(("role",), {("chair",): 209.0, ("officer",): 209.0}).total
        418.0
    """

    columns: tuple[str, ...]
    totals: Mapping[Key, float]

    def __post_init__(self) -> None:
        if not self.totals:
            raise DesignError("A margin has no levels.", where=f"margin '{self.name}'", expected="the total of each level")
        for key, total in self.totals.items():
            if len(key) != len(self.columns):
                raise DesignError(
                    "A level does not fit its margin.",
                    where=f"margin '{self.name}', level '{show(key)}'",
                    expected=f"{len(self.columns)} values",
                    got=str(len(key)),
                )
            if not isfinite(total) or total < 0:
                raise DesignError(
                    "The total of a margin's level is impossible.",
                    where=f"margin '{self.name}', level '{show(key)}'",
                    expected="a number of 0 or more",
                    got=f"{total:g}",
                )
        if not self.total > 0:
            raise DesignError("Every total of a margin is 0.", where=f"margin '{self.name}'")

    @property
    def name(self) -> str:
        """The columns, joined."""
        return JOINED.join(self.columns)

    @property
    def total(self) -> float:
        """How many persons there are over all levels."""
        return float(sum(self.totals.values()))


def _number(value: Any, columns: tuple[str, ...], key: Key) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise DesignError(
            "The total of a margin's level is not a number.",
            where=f"margin '{JOINED.join(columns)}', level '{show(key)}'",
            expected="a number",
            got=repr(value),
        ) from error


def margin_of(columns: Columns, totals: Mapping[Any, Any]) -> Margin:
    """A margin from a mapping; the levels of crossed columns are tuples.

    Raises:
        DesignError: A total is impossible, or a level stands there twice.
    """
    named = (columns,) if isinstance(columns, str) else tuple(columns)
    read: dict[Key, float] = {}
    for level, total in totals.items():
        key = _key(level)
        if key in read:
            raise DesignError("A level stands twice in its margin.", where=f"margin '{JOINED.join(named)}', level '{show(key)}'")
        read[key] = _number(total, named, key)
    return Margin(named, read)


def _population_column(population: pl.DataFrame, column: str) -> pl.Series:
    if column not in population.columns:
        raise DesignError(
            "A column is not in the population frame.",
            where=f"column '{column}'",
            hint=did_you_mean(column, population.columns) or f"The frame has: {', '.join(population.columns[:12])}.",
        )
    return population[column]


def margin_from_frame(columns: Columns, population: pl.DataFrame, count: str | None = None) -> Margin:
    """A margin counted in a population frame.

    Args:
        columns: One column, or several to be crossed.
        population: One row a person (or post), or one row a group with its size in the column `count`.
        count: The column of sizes; None counts rows.

    Raises:
        DesignError: A column is missing or has nulls, or a size is not a number.

    Example:
        >>> posts = pl.DataFrame({"role": ["chair", "chair", "officer"]})
        >>> dict(margin_from_frame("role", posts).totals)
        {('chair',): 2.0, ('officer',): 1.0}
    """
    named = (columns,) if isinstance(columns, str) else tuple(columns)
    for column in (*named, *([count] if count else [])):
        series = _population_column(population, column)
        if series.null_count():
            row = int(series.is_null().arg_true()[0]) + 1
            raise DesignError("A column of the population frame has nulls.", where=f"column '{column}', row {row}")
    if count is not None and not population[count].dtype.is_numeric():
        raise DesignError("The sizes are not numbers.", where=f"column '{count}'", got=str(population[count].dtype))
    size = pl.len().cast(pl.Float64) if count is None else pl.col(count).cast(pl.Float64).sum()
    grouped = population.group_by(list(named)).agg(size.alias("__size")).sort(list(named))
    return margin_of(named, {row[:-1]: row[-1] for row in grouped.iter_rows()})


def read_margins(margins: Margins, population: pl.DataFrame | None = None, count: str | None = None) -> tuple[Margin, ...]:
    """Margins in any of their forms.

    Args:
        margins: A mapping from a column (or a tuple of columns, crossed) to `{level: total}` or to a frame of those columns and one of
            totals; or a list of columns and tuples of columns that are counted in `population`; `Margin`s may stand in either.
        population: A frame of the population, for a list of columns.
        count: The column of sizes in `population` or in the frames; None counts the rows of `population`.

    Returns:
        The margins, in the order given.

    Raises:
        DesignError: A margin cannot be read, a column is named twice, or the margins do not sum to one total.

    Example:
        >>> [margin.name for margin in read_margins({"role": {"chair": 2, "officer": 1}, ("seat", "side"): {(1, "left"): 3}})]
        ['role', 'seat x side']
    """
    if not isinstance(margins, Mapping | Sequence) or isinstance(margins, str) or not margins:
        raise DesignError(
            "There are no margins.",
            where="margins",
            expected="a mapping such as {'role': {'chair': 209, 'officer': 209}}, or a list of columns with population=",
            got=repr(margins)[:80],
        )
    read = tuple(_each(margins, population, count))
    names = [margin.name for margin in read]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DesignError("A margin is given twice.", where=f"margin '{twice}'")
    check_agreement(read)
    return read


def _each(margins: Margins, population: pl.DataFrame | None, count: str | None) -> Iterable[Margin]:
    if isinstance(margins, Mapping):
        for columns, totals in margins.items():
            yield _from_pair(columns, totals, count)
        return
    for one in margins:
        if isinstance(one, Margin):
            yield one
        elif population is None:
            raise DesignError(
                "A margin without totals needs a population frame.",
                where=f"margin '{one}'",
                hint="Give population=frame, or totals: {'column': {'level': total}}.",
            )
        else:
            yield margin_from_frame(one, population, count)


def _from_pair(columns: Columns, totals: Any, count: str | None) -> Margin:
    if isinstance(totals, Margin):
        return totals
    named = (columns,) if isinstance(columns, str) else tuple(columns)
    if isinstance(totals, Mapping):
        return margin_of(named, totals)
    if isinstance(totals, pl.DataFrame):
        others = [name for name in totals.columns if name not in named]
        size = count if count is not None else (others[0] if len(others) == 1 else None)
        if size is None:
            raise DesignError(
                "The column of totals is not clear.",
                where=f"margin '{JOINED.join(named)}'",
                expected="one other column, or count='its name'",
                got=", ".join(others) or "no other column",
            )
        return margin_from_frame(named, totals, size)
    raise DesignError(
        "The totals of a margin cannot be read.",
        where=f"margin '{JOINED.join(named)}'",
        expected="{level: total}, or a frame of levels and totals",
        got=type(totals).__name__,
    )


def check_agreement(margins: Sequence[Margin]) -> None:
    """Refuse margins that do not sum to one total.

    Raises:
        DesignError: Two margins differ by more than rounding; both are named, with their levels.
    """
    first = margins[0]
    for other in margins[1:]:
        gap = other.total - first.total
        if abs(gap) > AGREEMENT * first.total:
            raise DesignError(
                "The margins do not sum to the same total.",
                where=f"margin '{other.name}' ({_listed(other)})",
                expected=f"{first.total:.10g}, the sum of margin '{first.name}' ({_listed(first)})",
                got=f"{other.total:.10g}",
                hint="Margins must describe one population. Shares are margins too, if each sums to 1.",
            )


def _listed(margin: Margin) -> str:
    parts = [f"{show(key)} {total:g}" for key, total in margin.totals.items()]
    return ", ".join(parts[:6]) + (", ..." if len(parts) > 6 else "")
