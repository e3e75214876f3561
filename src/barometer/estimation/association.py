"""Whether two questions (or a question and a break) are independent: the test of Rao and Scott, with an effect size.

Pearson's chi-square of the weighted table is divided by the mean of the design effects of the table's interactions, and referred to
an F distribution whose degrees of freedom allow for their spread (the second-order correction of Rao and Scott 1981 and 1984, in
Thomas and Rao's F form, as R's `svychisq(statistic="F")`). The design effects come from the covariance matrix of the cells, which knows
strata, clusters of any stage and population sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats, f_upper
from barometer.estimation.domains import Break, check_levels, resolve_break, resolve_where
from barometer.estimation.estimates import Estimates
from barometer.estimation.linearisation import covariance
from barometer.estimation.variables import Categorical


@dataclass(frozen=True, eq=False)
class _Table:
    """The weighted shares of a two-way table (rows x columns, summing to 1) and their covariance matrix (cells x cells)."""

    shares: Floats
    matrix: Floats
    base: int
    weighted_base: float


def independence(design: Design, first: str | Categorical, second: str | Categorical, *, where: pl.Expr | None = None) -> Estimates:
    """Test whether two categorical variables are independent, among those who answered both.

    Args:
        design: The sample.
        first: A column name or a `Categorical`; two items of a battery will do.
        second: The other.
        where: A condition for the respondents who count.

    Returns:
        One row with the statistic `cramers_v`. `estimate` is Cramer's V of the weighted table, from 0 (independent) to 1 (one decides
        the other); it has no standard error. `test` names the test, `test_value` is its F statistic with `df1` and `df2` degrees of
        freedom, `p_value` its p-value. `base` counts the respondents who answered both. In a census that is not exactly independent the
        p-value is 0. Options that nobody chose are left out.

    Raises:
        DesignError: A column is missing, or fewer than two of its options were chosen.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> frame = pl.DataFrame({"q": ["yes", "yes", "no", "no"] * 10, "role": ["chair", "officer", "officer", "officer"] * 10})
        >>> row = independence(Design(frame), "q", "role").row()
        >>> row["test"], round(row["estimate"], 4), round(row["test_value"], 4), round(row["p_value"], 6)
        ('Rao-Scott F', 0.5774, 14.4444, 0.000495)
    """
    parts = [resolve_break(design.frame, one) for one in (first, second)]
    live = resolve_where(design.frame, where) & (design.weights > 0)
    table = _table(design, parts, live)
    cramer, pearson = _strength(table)
    value, df1, df2 = _rao_scott(table, pearson, design.df)
    both = live & (parts[0].codes > 0) & (parts[1].codes > 0)
    census = not (both & design.structure.uncertain).any()
    if census:
        value, p = np.nan, float(cramer <= 1e-12)
    else:
        p = float(f_upper(value, df1, df2)) if df2 > 0 else np.nan
    row: dict[str, Any] = {
        "question": parts[0].name,
        "break": parts[1].name,
        "statistic": "cramers_v",
        "estimate": cramer,
        "df": design.df,
        "count": table.base,
        "base": table.base,
        "weighted_base": table.weighted_base,
        "method": "census" if census else "Rao-Scott, second order",
        "test": "Rao-Scott F",
        "test_value": value,
        "df1": df1,
        "df2": df2,
        "p_value": p,
    }
    return Estimates(pl.DataFrame([row]))


def _table(design: Design, parts: list[Break], live: npt.NDArray[np.bool_]) -> _Table:
    for part in parts:
        check_levels(part.name, part.levels)
    one, two = (part.codes.astype(np.int64) for part in parts)
    both = live & (one > 0) & (two > 0)
    weights = np.where(both, design.weights, 0.0)
    width = len(parts[1].levels)
    cell = np.where(both, (one - 1) * width + two - 1, 0)
    sums = np.bincount(cell, weights, minlength=len(parts[0].levels) * width).reshape(-1, width)
    rows, columns = np.flatnonzero(sums.sum(axis=1) > 0), np.flatnonzero(sums.sum(axis=0) > 0)
    for part, chosen in zip(parts, (rows, columns), strict=True):
        check_levels(part.name, [part.levels[place] for place in chosen])
    kept = sums[np.ix_(rows, columns)]
    total = float(kept.sum())
    shares = kept / total
    numbers = (rows[:, None] * width + columns[None, :]).ravel()
    scores = (cell[:, None] == numbers[None, :]) * (weights / total)[:, None]
    scores -= (weights / total)[:, None] * shares.ravel()[None, :]
    return _Table(shares, covariance(scores, design), int(both.sum()), total)


def _expected(shares: Floats) -> Floats:
    return np.asarray(np.outer(shares.sum(axis=1), shares.sum(axis=0)))


def _strength(table: _Table) -> tuple[float, float]:
    """Cramer's V, and Pearson's chi-square of the shares."""
    expected = _expected(table.shares)
    pearson = float(((table.shares - expected) ** 2 / expected).sum())
    return float(np.sqrt(min(pearson / (min(table.shares.shape) - 1), 1.0))), pearson


def _interactions(shape: tuple[int, ...]) -> Floats:
    """Cells x (rows - 1)(columns - 1): contrasts that are orthogonal to the margins."""

    def contrasts(size: int) -> Floats:
        return np.asarray(np.eye(size)[:, 1:] - 1 / size, dtype=np.float64)

    return np.asarray(np.kron(contrasts(shape[0]), contrasts(shape[1])), dtype=np.float64)


def _rao_scott(table: _Table, pearson: float, df: float) -> tuple[float, float, float]:
    contrast = _interactions(table.shares.shape)
    shares = table.shares.ravel()
    inverse = np.where(shares > 0, 1 / np.where(shares > 0, shares, 1.0), 0.0)[:, None]
    simple = contrast.T @ (inverse * contrast)
    design = (inverse * contrast).T @ table.matrix @ (inverse * contrast)
    # The eigenvalues are the design effects of the interactions, over the number of respondents, which cancels.
    effects = np.linalg.solve(simple, design)
    first, second = float(np.trace(effects)), float(np.trace(effects @ effects))
    if first <= 0:
        return np.nan, np.nan, np.nan
    return pearson / first, first**2 / second, first**2 / second * df
