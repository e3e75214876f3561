"""Replicate weights: the same estimate again and again with other weights, whose spread is its standard error.

Linearisation (`Design`'s own methods) and replicates answer the same question. Replicates serve surveys that publish them, quantiles, and
statistics of one's own. How they are made stands in `barometer.estimation.replicates_schemes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation import replicates_schemes as schemes
from barometer.estimation.columns import numbers, require_column
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats
from barometer.estimation.estimates import Estimates
from barometer.estimation.linearisation import Ints, unit_totals
from barometer.estimation.replicates_bootstrap import Bootstrap
from barometer.estimation.variables import AnyBreak, AnyVariable

METHODS = ("bootstrap", "jackknife", "brr", "fay", "supplied")
Centre = Literal["estimate", "mean"]
# A spread this small beside the replicates themselves is rounding.
ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Replicates:
    """A design with replicate weights; made by `Design.replicates`.

    The estimators have the names and the columns of the design's own, and a column `replicates`: how many of them had the statistic.
    A bootstrap replicate without it (an empty domain, raking that is impossible) is left out of the mean of squares; if that is more than
    half of them, or if a replicate of another method lacks it, the standard error is null.

    Attributes:
        design: The design; its estimates are the estimates.
        method: "bootstrap", "jackknife", "brr", "fay" or "supplied".
        scheme: The factors.
        centre: What replicates are compared with: the "estimate" (R's `mse=TRUE`) or their "mean" (R's default).
        df: Degrees of freedom.
    """

    design: Design
    method: str
    scheme: schemes.Scheme
    centre: Centre
    df: float

    def __repr__(self) -> str:
        return f"Replicates({self.number} by {self.method}, {self.df:g} degrees of freedom, of {self.design!r})"

    @property
    def number(self) -> int:
        """How many replicates there are."""
        return self.scheme.number

    @property
    def _recalibrates(self) -> bool:
        return self.design.calibration is not None and not isinstance(self.scheme, schemes.Supplied)

    def blocks(self) -> Iterator[Floats]:
        """The weights of the replicates, replicates x respondents, in blocks; calibrated again if the design's weights are calibrated.

        A row is NaN where that is impossible.
        """
        if self._kept is not None:
            yield self._kept
            return
        step = max(1, schemes.BLOCK // self.design.size)
        for start in range(0, self.number, step):
            yield self._weights(start, min(start + step, self.number))

    @cached_property
    def _kept(self) -> Floats | None:
        if self.number * self.design.size > schemes.KEPT_WEIGHTS or not self._recalibrates:
            return None
        return self._weights(0, self.number)

    def _weights(self, start: int, stop: int) -> Floats:
        factors = self.scheme.factors(start, stop)
        if isinstance(self.scheme, schemes.Supplied):
            return factors
        assert isinstance(self.scheme, Bootstrap | schemes.Jackknife | schemes.Balanced)
        by_row = self.scheme.atoms.by_row(factors)
        if not self._recalibrates:
            return by_row * self.design.weights
        adjustment: Any = self.design.calibration
        return np.asarray(adjustment.reweight(by_row * adjustment.start))

    def sums(self, columns: Floats, rows: Ints | None = None) -> Floats:
        """Weighted sums in every replicate.

        Args:
            columns: Respondents x columns, not weighted.
            rows: The respondents that these are; None for all. The others count as 0.

        Returns:
            Replicates x columns.
        """
        if self._recalibrates:
            return np.concatenate([(block if rows is None else block[:, rows]) @ columns for block in self.blocks()])
        if isinstance(self.scheme, schemes.Supplied):
            return self.scheme.sums(columns, rows)
        assert isinstance(self.scheme, Bootstrap | schemes.Jackknife | schemes.Balanced)
        weights = self.design.weights if rows is None else self.design.weights[rows]
        weighted = weights[:, None] * columns
        atoms = self.scheme.atoms
        if atoms.of_row is None:
            return self.scheme.sums(weighted, rows)
        of_row = atoms.of_row if rows is None else atoms.of_row[rows]
        return self.scheme.sums(unit_totals(weighted, of_row, atoms.size), None)

    def variance(self, estimate: Floats, replicated: Floats) -> tuple[Floats, Ints]:
        """The variance of statistics from their replicates, and how many replicates had each.

        Args:
            estimate: The estimates.
            replicated: Replicates x statistics; NaN where one is undefined.

        Returns:
            One variance a statistic, NaN where it cannot be seen; and the numbers of replicates.
        """
        rscales, scale = self.scheme.rscales, self.scheme.scale
        live = rscales > 0
        if not live.any():
            return np.where(np.isnan(estimate), np.nan, 0.0), np.full(estimate.shape, self.number, dtype=np.int64)
        part = replicated[live]
        defined = np.isfinite(part)
        plain = part if defined.all() else np.where(defined, part, 0.0)
        used = defined.sum(axis=0)
        centre = estimate if self.centre == "estimate" else plain.sum(axis=0) / np.maximum(used, 1)
        deviation = plain - centre
        if not defined.all():
            deviation = np.where(defined, deviation, 0.0)
        variance = scale * (rscales[live] @ deviation**2)
        largest = np.abs(plain).max(axis=0)
        variance = np.where(variance <= (ROUNDING * largest) ** 2 * max(1.0, scale * rscales[live].sum()), 0.0, variance)
        total = int(live.sum())
        if self.method == "bootstrap":
            variance = np.where(2 * used >= total, variance * total / np.maximum(used, 1), np.nan)
        else:
            variance = np.where(used == total, variance, np.nan)
        return variance, np.asarray(used + (self.number - total), dtype=np.int64)

    def mean(self, variable: AnyVariable, *, by: Any = None, where: pl.Expr | None = None, level: float = 0.95) -> Estimates:
        """As `Design.mean`."""
        from barometer.estimation import replicates_estimating as estimating

        return estimating.mean(self, variable, by=by, where=where, level=level)

    def proportion(
        self, variable: AnyVariable, *, by: Any = None, where: pl.Expr | None = None, interval: str = "logit", level: float = 0.95
    ) -> Estimates:
        """As `Design.proportion`; shares are proportions in 0..1."""
        from barometer.estimation import replicates_estimating as estimating

        return estimating.proportion(self, variable, by=by, where=where, interval=interval, level=level)

    def total(self, variable: AnyVariable, *, by: Any = None, where: pl.Expr | None = None, level: float = 0.95) -> Estimates:
        """As `Design.total`."""
        from barometer.estimation import replicates_estimating as estimating

        return estimating.total(self, variable, by=by, where=where, level=level)

    def ratio(self, numerator: str, denominator: str, *, by: Any = None, where: pl.Expr | None = None, level: float = 0.95) -> Estimates:
        """As `Design.ratio`."""
        from barometer.estimation import replicates_estimating as estimating

        return estimating.ratio(self, numerator, denominator, by=by, where=where, level=level)

    def tab_book(
        self,
        questions: Sequence[AnyVariable] | AnyVariable,
        breaks: Sequence[AnyBreak] = (),
        *,
        where: pl.Expr | None = None,
        interval: str = "logit",
        level: float = 0.95,
    ) -> Estimates:
        """The estimates of `Design.tab_book`, without its comparisons of levels."""
        from barometer.estimation import replicates_estimating as estimating

        return estimating.tab_book(self, questions, breaks, where=where, interval=interval, level=level)

    def quantile(
        self,
        variable: AnyVariable,
        probabilities: float | Sequence[float] = 0.5,
        *,
        by: Any = None,
        where: pl.Expr | None = None,
        level: float = 0.95,
    ) -> Estimates:
        """Quantiles as `Design.quantile` defines them, with the replicates' standard error and a t interval."""
        from barometer.estimation import replicates_functions as functions

        return functions.quantile(self, variable, probabilities, by=by, where=where, level=level)

    def statistic(self, function: Callable[[Floats], Any], name: str = "statistic", *, level: float = 0.95) -> Estimates:
        """Any statistic of one's own, as a function of the weights. See `barometer.estimation.replicates_functions.statistic`."""
        from barometer.estimation import replicates_functions as functions

        return functions.statistic(self, function, name, level=level)


def replicates(
    design: Design,
    method: str = "supplied",
    number: int | None = None,
    *,
    seed: int = 1,
    weights: Any = None,
    scale: float | None = None,
    rscales: Sequence[float] | None = None,
    rho: float | None = None,
    centre: str = "estimate",
    combined: bool = True,
    df: float | None = None,
) -> Replicates:
    """A design with replicate weights, made from the design or supplied.

    Made replicates know the finite population correction, and calibrated weights are calibrated again in each of them. Supplied
    replicates are taken as they are.

    Args:
        design: The sample.
        method: "bootstrap" (rescaled, Rao and Wu), "jackknife" (JK1, or JKn with strata), "brr", "fay"; "supplied" with `weights`. Naming
            the method of supplied weights gives `scale` its default: 1/R for "bootstrap" and "brr", 1/(R (1 - rho)^2) for "fay".
        number: How many bootstrap replicates (500 by default), or the fewest BRR replicates; the jackknife makes one a unit.
        seed: What a bootstrap is drawn from: the same seed gives the same replicates.
        weights: Supplied replicates: names of columns of the frame, or a frame or array of respondents x replicates.
        scale: What the sum of squares is multiplied by.
        rscales: What each replicate's square is multiplied by; 1 by default.
        rho: Fay's factor, between 0 and 1; 0.5 by default.
        centre: "estimate" compares replicates with the full estimate, "mean" with their own mean.
        combined: Whether supplied weights are whole weights, or factors of the design's weights.
        df: Degrees of freedom; by default those of the design, and at most one less than there are bootstrap or supplied replicates.

    Raises:
        DesignError: The method is unknown, a column is missing or not numeric, `scale` is needed, or the design does not fit the method.

    Example:
        >>> import polars as pl
        >>> design = Design(pl.DataFrame({"beds": [1.0, 2.0, 3.0, 6.0]}), population=8)
        >>> row = design.replicates("jackknife").total("beds").row()
        >>> row["estimate"], round(row["std_error"], 6), round(design.total("beds").row()["std_error"], 6)
        (24.0, 6.110101, 6.110101)
    """
    if method not in METHODS:
        hint = did_you_mean(str(method), METHODS)
        raise DesignError("The replication method is unknown.", where="method", expected=", ".join(METHODS), got=repr(method), hint=hint)
    if centre not in ("estimate", "mean"):
        raise DesignError("The centre of replicates is unknown.", where="centre", expected="estimate, mean", got=repr(centre))
    if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 2):
        raise DesignError("The number of replicates is impossible.", where="number", expected="2 or more", got=repr(number))
    if rho is not None and not (0 <= rho < 1 and method == "fay"):
        raise DesignError(
            "Fay's factor is impossible.", where="rho", expected="0 <= rho < 1, with method='fay'", got=f"{rho!r}, {method!r}"
        )
    fay = (0.5 if rho is None else rho) if method == "fay" else 0.0
    if weights is not None:
        scheme: schemes.Scheme = _supplied(design, method, weights, scale, rscales, fay, combined=combined)
    else:
        scheme = _made(design, method, number, seed, fay, given=scale is not None or rscales is not None)
    bounded = weights is not None or method == "bootstrap"
    freedom = min(design.df, scheme.number - 1) if bounded else design.df
    return Replicates(design, method, scheme, "mean" if centre == "mean" else "estimate", freedom if df is None else float(df))


def _made(design: Design, method: str, number: int | None, seed: int, rho: float, *, given: bool) -> schemes.Scheme:
    if method == "supplied":
        raise DesignError("There are no replicate weights.", where="weights", expected="columns, a frame or an array", got="None")
    if given:
        raise DesignError(
            "Scales belong to supplied replicates.", where="scale, rscales", expected="weights=... as well", hint="Leave them out."
        )
    if design.calibration is not None and not hasattr(design.calibration, "reweight"):
        raise DesignError(
            "The weights were calibrated in a way that cannot be repeated in replicates.",
            where="calibration",
            hint="Calibrate with rake(), poststratify() or calibrate().",
        )
    atoms = schemes.atoms_of(design.structure)
    stages = schemes.active_stages(design.structure, design.lonely)
    if method == "jackknife":
        if number is not None:
            raise DesignError("The jackknife makes one replicate a unit.", where="number", expected="None", got=str(number))
        return schemes.Jackknife(atoms, stages)
    if method == "bootstrap":
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise DesignError("The seed is impossible.", where="seed", expected="a whole number of 0 or more", got=repr(seed))
        return Bootstrap(atoms, stages, number or 500, seed)
    return schemes.balanced(atoms, stages, number, rho)


def _matrix(design: Design, weights: Any) -> Floats:
    """Supplied weights as replicates x respondents."""
    if isinstance(weights, str):
        weights = [weights]
    if isinstance(weights, pl.DataFrame):
        columns = [numbers(series, "replicate weight") for series in weights.get_columns()]
    elif isinstance(weights, Sequence) and all(isinstance(one, str) for one in weights):
        columns = [numbers(require_column(design.frame, one, "replicate weight"), "replicate weight") for one in weights]
    else:
        try:
            columns = list(np.asarray(weights, dtype=np.float64).T)
        except (TypeError, ValueError) as error:
            raise DesignError("Replicate weights cannot be read.", where="weights", got=type(weights).__name__) from error
    if len(columns) < 2 or any(np.shape(column) != (design.size,) for column in columns):
        sizes = {np.shape(column) for column in columns}
        raise DesignError(
            "Replicate weights do not fit the frame.",
            where="weights",
            expected=f"{design.size} respondents x at least 2 replicates",
            got=f"{len(columns)} replicates of {', '.join(map(str, sizes))}",
        )
    matrix = np.stack(columns)
    if not np.isfinite(matrix).all():
        replicate, row = np.argwhere(~np.isfinite(matrix))[0]
        raise DesignError("A replicate weight is not a number.", where=f"replicate {replicate + 1}, row {row + 1}")
    return matrix


def _supplied(
    design: Design,
    method: str,
    weights: Any,
    scale: float | None,
    rscales: Sequence[float] | None,
    rho: float,
    *,
    combined: bool,
) -> schemes.Supplied:
    matrix = _matrix(design, weights)
    size = len(matrix)
    if scale is None:
        if rscales is not None:
            scale = 1.0
        elif method in ("bootstrap", "brr", "fay"):
            scale = 1.0 / (size * (1 - rho) ** 2)
        else:
            raise DesignError(
                "Supplied replicates need a scale.",
                where="scale",
                expected="what the sum of squares is multiplied by, from the survey's documentation",
                hint="1/R for a bootstrap or BRR (or name the method), (R - 1)/R for a jackknife without strata.",
            )
    by_replicate = np.ones(size) if rscales is None else np.asarray(rscales, dtype=np.float64)
    if by_replicate.shape != (size,) or not np.isfinite(by_replicate).all() or (by_replicate < 0).any() or not 0 <= scale < np.inf:
        raise DesignError("The scales of replicates are impossible.", where="scale, rscales", expected=f"{size} numbers of 0 or more")
    return schemes.Supplied(matrix if combined else matrix * design.weights, float(scale), by_replicate)
