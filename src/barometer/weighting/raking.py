"""Raking and post-stratification on the collapsed table of margins.

The weights of a cell are all multiplied by one factor, so the rounds run over the cells (a few hundred) and never over respondents.
Iterative proportional fitting: Deming and Stephan 1940. Post-stratification is one round on one (crossed) margin.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError
from barometer.weighting.adjusting import Adjustment, Entry, Floats, Weighted, listed, starting_weights
from barometer.weighting.collapsing import Ints, Table, binned, spread_out, tabulate
from barometer.weighting.margins import Margin, Margins, read_margins
from barometer.weighting.regressing import Points, Regression

TOLERANCE = 1e-12
ITERATIONS = 5000
LARGE = 4_000_000


def _fit(table: Table, sizes: Floats, tolerance: float, iterations: int) -> tuple[Floats, int, Floats]:
    """The factor of each cell, the rounds, and the largest relative gap left in each margin."""
    factors = np.ones_like(sizes)
    gaps = np.full(len(table.margins), np.inf)
    rounds = 0
    while rounds < iterations and gaps.max() > tolerance:
        rounds += 1
        for place, (level, target) in enumerate(zip(table.level, table.targets, strict=True)):
            found = binned(level, factors * sizes, len(target))
            gaps[place] = _gap(found, target).max()
            factors *= np.where(target > 0, target / np.where(found > 0, found, 1.0), 1.0)[level]
        if rounds == 1 and len(table.margins) == 1:
            gaps[:] = 0.0
    return factors, rounds, gaps


def _gap(found: Floats, target: Floats) -> Floats:
    return np.asarray(np.abs(found - target) / np.where(target > 0, target, 1.0))


def _refuse(table: Table, factors: Floats, gaps: Floats, rounds: int) -> DesignError:
    """The error that names the margin and level that raking cannot meet."""
    margin = int(np.argmax(gaps))
    target = table.targets[margin]
    found = binned(table.level[margin], factors * table.sizes, len(target))
    if _gap(found, target).max() < gaps[margin] / 2:
        # The margin that was fitted last is met; what it undid in the others is the gap.
        worst = [
            _gap(binned(level, factors * table.sizes, len(goal)), goal) for level, goal in zip(table.level, table.targets, strict=True)
        ]
        margin = int(np.argmax([one.max() for one in worst]))
        target = table.targets[margin]
        found = binned(table.level[margin], factors * table.sizes, len(target))
    level = int(np.argmax(_gap(found, target)))
    return DesignError(
        "Raking does not converge.",
        where=table.label(margin, level),
        expected=f"{target[level]:g}",
        got=f"{found[level]:g} after {rounds} rounds",
        hint="Respondents may be missing where levels of two margins meet: join levels, or leave a margin out.",
    )


@dataclass(frozen=True, eq=False)
class Raked(Regression):
    """Weights that were raked or post-stratified to margins; see `Step`."""

    table: Table
    tolerance: float
    iterations: int

    @cached_property
    def _level_columns(self) -> list[Floats | None]:
        """For each margin: cells x levels, 1 where the cell is of the level; None where that would be large."""
        pairs = zip(self.table.level, self.table.targets, strict=True)
        return [np.eye(len(target))[level] if len(target) * len(level) <= LARGE else None for level, target in pairs]

    def reweight(self, weights: Floats) -> Floats:
        """All replicates raked together, to the same margins."""
        sizes = self.table.cells.sums(weights)
        factors = np.ones_like(sizes)
        margins = list(zip(self.table.level, self.table.targets, self._level_columns, strict=True))
        gaps = np.full((len(margins), len(sizes)), np.inf)
        possible = np.ones(len(sizes), dtype=bool)
        rounds = 0
        while rounds < self.iterations and (possible & (gaps.max(axis=0) > self.tolerance)).any():
            rounds += 1
            for place, (level, target, columns) in enumerate(margins):
                found = _by_level(factors * sizes, level, len(target), columns)
                possible &= ((found > 0) | (target == 0)).all(axis=1)
                gaps[place] = _gap(found, target).max(axis=1)
                factors *= np.where(target > 0, target / np.where(found > 0, found, 1.0), 1.0)[:, level]
            if len(margins) == 1:
                gaps[:] = 0.0
        factors[~possible | (gaps.max(axis=0) > self.tolerance)] = np.nan
        return np.asarray(weights * factors[:, self.table.cells.cell])


def _by_level(sizes: Floats, level: Ints, width: int, columns: Floats | None) -> Floats:
    """Replicates x cells summed to replicates x levels."""
    if columns is not None:
        return np.asarray(sizes @ columns)
    return np.stack([binned(level, row, width) for row in sizes])


def _level_matrix(table: Table) -> Floats | None:
    """Cells x levels of all margins; None for one margin, whose levels exclude each other."""
    if len(table.margins) == 1:
        return None
    return np.concatenate([np.eye(len(target))[level] for level, target in zip(table.level, table.targets, strict=True)], axis=1)


def _points(table: Table) -> Points:
    matrix = _level_matrix(table)
    if matrix is not None:
        return Points(matrix, table.cells.cell, table.sizes)
    level, size = table.level[0], len(table.targets[0])
    return Points(None, level[table.cells.cell], binned(level, table.sizes, size))


def _weight(frame: pl.DataFrame, margins: tuple[Margin, ...], start: Floats, tolerance: float, iterations: int, method: str) -> Weighted:
    table = tabulate(frame, margins, start)
    factors, rounds, gaps = _fit(table, table.sizes, tolerance, iterations)
    if gaps.max() > tolerance:
        raise _refuse(table, factors, gaps, rounds)
    weights = spread_out(factors, table.cells.cell, start)
    step = Raked(_points(table), weights, factors, table.cells.cell, table, tolerance, iterations)
    entry = Entry(method, f"to {listed(margins)}, {len(table.sizes)} cells", rounds)
    return Weighted(weights, start, Adjustment(start, (step,)), (entry,), margins)


def rake(
    frame: pl.DataFrame,
    margins: Margins,
    *,
    weights: npt.ArrayLike | pl.Series | str | None = None,
    population: pl.DataFrame | None = None,
    count: str | None = None,
    tolerance: float = TOLERANCE,
    iterations: int = ITERATIONS,
) -> Weighted:
    """Weights that meet every margin and stay as near as they can to those they start from.

    Args:
        frame: One row a respondent.
        margins: `{"role": {"chair": 209, "officer": 209}, "region": {...}}`, or columns to count in `population`; see `read_margins`.
        weights: The weights to start from, or their column; None for 1.
        population: A frame of the population.
        count: The column of group sizes in it; None counts its rows.
        tolerance: The largest relative gap that may be left in a level.
        iterations: The most rounds.

    Returns:
        The weights, which sum to the margins' total, with what the variance needs.

    Raises:
        DesignError: A level has no respondents or is unknown, the margins do not sum to one total, or the rounds do not converge;
            the margin and level are named.

    Example:
        >>> frame = pl.DataFrame({"role": ["chair", "chair", "officer"], "side": ["left", "right", "right"]})
        >>> raked = rake(frame, {"role": {"chair": 5, "officer": 5}, "side": {"left": 4, "right": 6}})
        >>> raked.weights.round(6).tolist()
        [4.0, 1.0, 5.0]
    """
    start = starting_weights(frame, weights)
    return _weight(frame, read_margins(margins, population, count), start, tolerance, iterations, "raking")


def poststratify(
    frame: pl.DataFrame,
    margins: Any,
    *,
    weights: npt.ArrayLike | pl.Series | str | None = None,
    population: pl.DataFrame | None = None,
    count: str | None = None,
) -> Weighted:
    """Weights that expand each post-stratum to its population.

    Args:
        frame: One row a respondent.
        margins: One margin: `{"role": {"chair": 209, "officer": 209}}`, `{("role", "region"): {("chair", "north"): 60, ...}}`, or a
            column name or several, which are crossed, to count in `population`.
        weights: The weights to start from, or their column; None for 1.
        population: A frame of the population.
        count: The column of group sizes in it; None counts its rows.

    Raises:
        DesignError: More than one margin is given, or a post-stratum has no respondents or is unknown; it is named.

    Example:
        >>> frame = pl.DataFrame({"role": ["chair", "chair", "officer"]})
        >>> poststratify(frame, {"role": {"chair": 209, "officer": 209}}).weights.tolist()
        [104.5, 104.5, 209.0]
    """
    start = starting_weights(frame, weights)
    if isinstance(margins, list | tuple) and all(isinstance(one, str) for one in margins):
        margins = [tuple(margins)]
    elif isinstance(margins, str | Margin):
        margins = [margins]
    read = read_margins(margins, population, count)
    if len(read) > 1:
        raise DesignError(
            "Post-stratification takes one margin.",
            where=", ".join(f"margin '{one.name}'" for one in read),
            expected="one margin; several columns crossed are a tuple: ('role', 'region')",
            got=str(len(read)),
            hint="Use rake() for several margins.",
        )
    return _weight(frame, read, start, TOLERANCE, 1, "post-stratification")
