"""The variance of calibrated weights: residuals of the scores on what was calibrated.

A statistic has, to first order, the error of the sum of g d e, with d the weights before, g what calibration multiplied them by, and e
the residual of the statistic's influence value on the calibration variables, from a regression weighted with d (Deville and Sarndal
1992; R's `calibrate`, whichever distance was used). R's `rake()` takes unweighted residuals instead, which is not done here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from barometer.weighting.adjusting import Floats
from barometer.weighting.collapsing import Ints, binned

# A residual this small beside its score is rounding: the statistic is one of the calibrated totals.
ROUNDING = 1e-12
# Directions of the calibration variables with a smaller share of the largest are combinations of the others.
COLLINEAR = 1e-9


@dataclass(frozen=True, eq=False)
class Points:
    """The distinct values of the calibration variables.

    Attributes:
        matrix: Points x variables; None when each point is a variable of its own (post-strata).
        point: The point of each respondent; None when each respondent is one.
        sizes: The sum of the starting weights at each point.
    """

    matrix: Floats | None
    point: Ints | None
    sizes: Floats

    def sums(self, values: Floats) -> Floats:
        """Respondents' values (respondents x columns) summed to the points."""
        if self.point is None:
            return values
        return np.stack([binned(self.point, column, len(self.sizes)) for column in values.T], axis=1)

    def spread(self, values: Floats) -> Floats:
        """Points' values for each respondent."""
        return values if self.point is None else values[self.point]

    @cached_property
    def basis(self) -> Floats:
        """Points x directions: combinations of the variables that are orthonormal under the starting weights."""
        return self.matrix @ self.rotation if self.matrix is not None else np.eye(len(self.sizes))

    @cached_property
    def rotation(self) -> Floats:
        """Variables x directions: the matrix times this is the basis. Combinations of other variables are left out."""
        assert self.matrix is not None
        scale = np.sqrt(self.sizes @ self.matrix**2)
        scale = np.where(scale > 0, scale, 1.0)
        root = np.sqrt(self.sizes)[:, None] * (self.matrix / scale)
        _, singular, directions = np.linalg.svd(np.linalg.qr(root, mode="r"), full_matrices=False)
        kept = singular > COLLINEAR * singular[0]
        return np.asarray((directions[kept].T / singular[kept]) / scale[:, None])

    def fitted(self, sums: Floats) -> Floats:
        """Points x columns: the regression of values of which `sums` are the weighted sums at the points."""
        if self.matrix is None:
            return sums / np.where(self.sizes > 0, self.sizes, 1.0)[:, None]
        return np.asarray(self.basis @ (self.basis.T @ sums))


@dataclass(frozen=True, eq=False)
class Regression:
    """Residuals from the regression on the points' variables.

    Attributes:
        points: The values of the calibration variables.
        weights: The calibrated weight of each respondent.
        factors: The calibrated over the starting weight, g, for each cell; or for each respondent, if there is no `cell`.
        cell: The cell of each respondent.
    """

    points: Points
    weights: Floats
    factors: Floats
    cell: Ints | None

    @cached_property
    def ratio(self) -> Floats:
        """The calibrated over the starting weight of each respondent."""
        return self.factors if self.cell is None else self.factors[self.cell]

    def residuals(self, scores: Floats) -> Floats:
        """See `Step`. Respondents whose weight became 0 count in the regression with a score of 0."""
        back = scores / np.where(self.ratio > 0, self.ratio, 1.0)[:, None]
        fitted = self.points.fitted(self.points.sums(back))
        left = scores - self.weights[:, None] * self.points.spread(fitted)
        size = np.einsum("ij,ij->j", scores, scores)
        rest = np.einsum("ij,ij->j", left, left)
        return np.where(rest <= ROUNDING**2 * size, 0.0, left)
