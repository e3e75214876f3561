"""One function for the variance of everything: Taylor linearisation over the stages of the design.

An estimator hands over influence values (scores): one number a respondent and statistic, already multiplied by the weight and 0
outside the domain, such that the statistic's error is, to first order, the error of their sum. For a weighted mean in a domain
the score is w (y - mean) / (sum of w in the domain). What follows depends on the design alone.

Per stratum of a stage, with n units sampled out of N: (1 - n/N) n/(n - 1) times the sum of squares of the units' totals about
their mean; the strata of the second stage are the primary units, and their part is multiplied by the first stage's sampling
fraction (Cochran 1977, chapters 5 and 10; Lumley 2004). A census stratum adds exactly nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from barometer.estimation.distributions import Floats

if TYPE_CHECKING:
    from barometer.estimation.design import Design

Ints = npt.NDArray[np.int64]
Lonely = Literal["fail", "adjust", "average", "certainty"]

# Sums that should cancel leave a trace of this relative size; it is rounding, not sampling variance.
ROUNDING = 1e-13
# R's survey package takes a stratum as fully observed below this share unobserved.
CENSUS = 1e-7


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of sampling.

    Attributes:
        units: The unit of each respondent, or None when every respondent is a unit of this stage.
        stratum: The stratum of each unit (of each respondent when `units` is None).
        sampled: Units sampled in each stratum.
        population: Units that exist in each stratum; infinite when unknown.
        above: The product of the sampling fractions of the stages above, for each stratum; 1 in the first stage.
    """

    units: Ints | None
    stratum: Ints
    sampled: Floats
    population: Floats
    above: Floats

    @property
    def fraction(self) -> Floats:
        """The sampling fraction n/N of each stratum; 0 when the population is unknown."""
        return self.sampled / self.population

    @property
    def census(self) -> npt.NDArray[np.bool_]:
        """Whether each stratum was observed as a whole."""
        out: npt.NDArray[np.bool_] = 1 - self.fraction < CENSUS
        return out

    @property
    def lonely(self) -> npt.NDArray[np.bool_]:
        """Whether each stratum has a single sampled unit, so that it cannot show its own variance."""
        out: npt.NDArray[np.bool_] = (self.sampled == 1) & ~self.census
        return out

    def coefficients(self, rule: Lonely) -> tuple[Floats, Floats]:
        """What the sums are multiplied by: `outer` for the sum of squares, `inner` for the square of the stratum's sum.

        The variance is sum over strata of outer * (sum of squared unit totals) - inner * (square of their sum). A lonely unit is
        certain and adds nothing ("certainty"), is compared with zero, the mean of all scores, instead of its own stratum
        ("adjust"), or is given the mean contribution of the other strata of its stage ("average"). These are the meanings of R's
        `survey.lonely.psu`.
        """
        unobserved = np.where(self.census, 0.0, 1 - self.fraction)
        several = self.sampled > 1
        outer = np.where(several, unobserved * self.sampled / np.where(several, self.sampled - 1, 1.0), 0.0) * self.above
        inner = outer / self.sampled
        if rule == "adjust":
            outer = np.where(self.lonely, unobserved * self.above, outer)
        elif rule == "average" and self.lonely.any():
            others = len(self.sampled) - int(self.lonely.sum())
            inflation = len(self.sampled) / others if others else np.nan
            outer, inner = outer * inflation, inner * inflation
        return outer, inner


def unit_totals(scores: Floats, units: Ints | None, size: int) -> Floats:
    """The scores summed to the units: an array of units x statistics."""
    if units is None:
        return scores
    return np.stack([np.bincount(units, column, minlength=size) for column in scores.T], axis=1)


def _centred(scores: Floats, stage: Stage, rule: Lonely) -> tuple[Floats, Floats]:
    """Unit totals about their stratum's mean, times the root of the stratum's coefficient; and the same not centred."""
    totals = unit_totals(scores, stage.units, len(stage.stratum))
    sums = unit_totals(totals, stage.stratum, len(stage.sampled))
    outer, inner = stage.coefficients(rule)
    shrink = np.where(outer > 0, inner / np.where(outer > 0, outer, 1.0), 0.0)
    root = np.sqrt(outer)[stage.stratum][:, None]
    return (totals - (shrink[:, None] * sums)[stage.stratum]) * root, totals * root


def _prepared(scores: Floats, design: Design) -> Floats:
    matrix = np.asarray(scores, dtype=np.float64)
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    return matrix if design.calibration is None else design.calibration.residuals(matrix)


def variance(scores: Floats, design: Design) -> Floats:
    """The variance of each statistic, from its scores.

    Args:
        scores: Respondents x statistics (or one statistic as a vector), weighted, 0 outside the domain.
        design: The sampling design; if its weights are calibrated, scores become residuals first.

    Returns:
        One variance a statistic; exactly 0 in a census.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> design = Design(pl.DataFrame({"y": [1.0, 2.0, 3.0, 6.0]}))
        >>> float(variance((design.frame["y"].to_numpy() - 3) / 4, design)[0].round(6))
        1.166667
    """
    matrix = _prepared(scores, design)
    total = np.zeros(matrix.shape[1])
    gross = np.zeros(matrix.shape[1])
    for stage in design.structure.stages:
        centred, plain = _centred(matrix, stage, design.lonely)
        total += np.einsum("ij,ij->j", centred, centred)
        gross += np.einsum("ij,ij->j", plain, plain)
    return np.where(total <= ROUNDING * gross, 0.0, total)


def covariance(scores: Floats, design: Design) -> Floats:
    """The covariance matrix of statistics, from their scores.

    Args:
        scores: Respondents x statistics, weighted, 0 outside each statistic's domain.
        design: The sampling design; if its weights are calibrated, scores become residuals first.

    Returns:
        Statistics x statistics.

    Example:
        >>> import numpy as np, polars as pl
        >>> from barometer.estimation import Design
        >>> design = Design(pl.DataFrame({"y": [1.0, 2.0, 3.0, 6.0]}))
        >>> z = (design.frame["y"].to_numpy() - 3) / 4
        >>> covariance(np.stack([z, -z], axis=1), design).round(6).tolist()
        [[1.166667, -1.166667], [-1.166667, 1.166667]]
    """
    matrix = _prepared(scores, design)
    total = np.zeros((matrix.shape[1], matrix.shape[1]))
    for stage in design.structure.stages:
        centred, _ = _centred(matrix, stage, design.lonely)
        total += centred.T @ centred
    return total
