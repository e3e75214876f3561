"""From sums to estimates and their covariances, for all questions and breaks at once.

With S1 and S2 the sums over a group h of w and of w squared, a statistic R = x/b in a level of a break has

    A_h = (S1_x - R S1_b) / W,   B_h = (S2_xx - 2 R S2_x + R^2 S2_b) / W^2,   W = sum of S1_b,

the sum and the sum of squares of its scores in h, and so the variance sum_h c_h (B_h - A_h^2 / n_h) with
c_h = (1 - n_h/N_h) n_h/(n_h - 1). Levels of one break share no respondent: their covariance is - sum_h c_h A_h A'_h / n_h. With clusters
the groups are the clusters and their A are the units' totals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from barometer.estimation.distributions import Floats
from barometer.estimation.linearisation import ROUNDING, Ints, Lonely, Stage
from barometer.estimation.structure import population_scale
from barometer.estimation.sums import Cells
from barometer.estimation.tabulation import Form, Statistic

# Numbers held at once while a book is finished, so that many clusters do not fill the memory.
ROOM = 6_000_000


class Moments(Protocol):
    """What a finished table needs to know of some statistics (levels x statistics)."""

    def variance(self) -> Floats:
        """The variance of each statistic in each level, levels x statistics."""
        ...

    def rest_variance(self, levels: slice, rest: Floats) -> Floats:
        """The variance of each level's difference from the rest of its break, levels of the break x statistics."""
        ...

    def cross(self, levels: slice) -> Floats:
        """The covariance between levels of a break, statistics x levels x levels; the diagonal is the variance."""
        ...


@dataclass(frozen=True, eq=False)
class Linear:
    """The sums of some statistics, groups x levels x statistics: x, b, and x squared; with w (1) and with w squared (2)."""

    x1: Floats
    b1: Floats
    xx1: Floats
    x2: Floats
    b2: Floats
    xx2: Floats

    def levels(self, levels: slice) -> Linear:
        """The sums of some levels only."""
        return Linear(*(part[:, levels] for part in self._parts()))

    def rest(self) -> Linear:
        """For each level the sums of all other levels."""
        return Linear(*(part.sum(axis=1, keepdims=True) - part for part in self._parts()))

    def _parts(self) -> tuple[Floats, ...]:
        return (self.x1, self.b1, self.xx1, self.x2, self.b2, self.xx2)

    @property
    def weight(self) -> Floats:
        """The weighted base W, levels x statistics."""
        return np.asarray(self.b1.sum(axis=0))

    @property
    def estimate(self) -> Floats:
        """The ratio of the sums, levels x statistics; NaN where nobody is in the base."""
        weight = self.weight
        return np.where(weight > 0, self.x1.sum(axis=0) / np.where(weight > 0, weight, 1.0), np.nan)

    def scores(self, estimate: Floats | None = None) -> tuple[Floats, Floats]:
        """A and B of each group: sums and sums of squares of the scores."""
        weight = self.weight
        scale = np.where(weight > 0, 1 / np.where(weight > 0, weight, 1.0), 0.0)
        ratio = np.nan_to_num(self.estimate) if estimate is None else estimate
        first = (self.x1 - ratio * self.b1) * scale
        second = (self.xx2 - 2 * ratio * self.x2 + ratio**2 * self.b2) * scale**2
        return first, np.maximum(second, 0.0)

    def spread(self) -> Floats:
        """The weighted mean square about the estimate, levels x statistics."""
        ratio, weight = np.nan_to_num(self.estimate), self.weight
        total = self.xx1.sum(axis=0) - 2 * ratio * self.x1.sum(axis=0) + ratio**2 * weight
        return np.where(weight > 0, np.maximum(total, 0.0) / np.where(weight > 0, weight, 1.0), np.nan)


class Columns:
    """The sums of a book, with one column for every form that its statistics use."""

    def __init__(self, cells: Cells, statistics: Sequence[Statistic]) -> None:
        widths = [source.width for source in cells.tabulation.sources]
        self._starts = np.concatenate([[0], np.cumsum(widths)]).astype(int)
        self._place: dict[Form, int] = {}
        self._cells = cells
        self._derived: list[Form] = []
        for statistic in statistics:
            for form in (statistic.top, statistic.square, statistic.bottom, statistic.count):
                if form is not None and form not in self._place:
                    self._place[form] = self._locate(form)
        self.counts = self._extended(cells.counts.astype(np.float64))
        self._weights, self._squares = self._extended(cells.weights), self._extended(cells.squares)

    def _locate(self, form: Form) -> int:
        plain = np.flatnonzero(form.coefficients)
        if len(plain) == 1 and form.coefficients[plain[0]] == 1.0:
            return int(self._starts[form.source] + plain[0])
        self._derived.append(form)
        return int(self._starts[-1]) + len(self._derived) - 1

    def _extended(self, sums: Floats) -> Floats:
        parts = [sums]
        for form in self._derived:
            start = self._starts[form.source]
            parts.append((sums[..., start : start + len(form.coefficients)] @ np.array(form.coefficients))[..., None])
        return np.concatenate(parts, axis=-1)

    def index(self, forms: Sequence[Form | None]) -> Ints:
        """The column of each form."""
        return np.array([self._place[form] for form in forms if form is not None], dtype=np.int64)

    def linear(self, statistics: Sequence[Statistic]) -> Linear:
        """The sums of some statistics."""
        top = self.index([one.top for one in statistics])
        square = self.index([one.square for one in statistics])
        bottom = self.index([one.bottom for one in statistics])
        first = [self._weights[..., at] for at in (top, bottom, square)]
        second = [self._squares[..., at] for at in (top, bottom, square)]
        return Linear(first[0], first[1], first[2], second[0], second[1], second[2])


@dataclass(frozen=True, eq=False)
class Sample:
    """The design behind some cells, as far as a table needs it."""

    stages: tuple[Stage, ...]
    elements: bool
    lonely: Lonely
    df: float
    scale: float | None
    uncertain: npt.NDArray[np.bool_]
    fraction: Floats

    @classmethod
    def of(cls, cells: Cells) -> Sample:
        """The design that the sums travelled with."""
        stages = cells.stages()
        uncertain = np.zeros(len(cells.keys), dtype=bool)
        fraction = np.ones(len(cells.keys))
        for stage in stages:
            by_group = stage.stratum if stage.units is None else stage.stratum[stage.units]
            uncertain |= (~stage.census & (stage.above > 0))[by_group]
            fraction = fraction * stage.fraction[by_group]
        first = stages[0]
        live = cells.live > 0
        if first.units is None:
            units, strata = int(cells.live.sum()), len(np.unique(first.stratum[live]))
        else:
            units, strata = len(np.unique(first.units[live])), len(np.unique(first.stratum[first.units[live]]))
        finite = bool(np.isfinite(cells.population).any())
        weight, rows = float(cells.weight_total.sum()), int(cells.sampled.sum())
        scale = population_scale(finite, first.units is None, first.population, weight, rows)
        return cls(stages, cells.elements, cells.lonely, float(units - strata), scale, uncertain, fraction)

    def quadratic(self, first: Floats, second: Floats) -> Floats:
        """The variance of sums with group sums `first` and group sums of squares `second` (groups first)."""
        total, gross = np.zeros(first.shape[1:]), np.zeros(first.shape[1:])
        for stage in self.stages:
            outer, inner = stage.coefficients(self.lonely)
            if stage.units is None:
                squares = np.tensordot(outer, second, axes=1)
                within = np.tensordot(inner, first**2, axes=1)
            else:
                totals = _grouped(first, stage.units, len(stage.stratum))
                squares = np.tensordot(outer[stage.stratum], totals**2, axes=1)
                within = np.tensordot(inner, _grouped(totals, stage.stratum, len(outer)) ** 2, axes=1)
            total += squares - within
            gross += squares
        return np.where(total <= ROUNDING * gross * 10, 0.0, total)

    def bilinear(self, first: Floats) -> Floats:
        """Covariances between disjoint domains: `first` is statistics x domains x groups; returns statistics x domains x domains."""
        out = np.zeros((first.shape[0], first.shape[1], first.shape[1]))
        for stage in self.stages:
            outer, inner = stage.coefficients(self.lonely)
            if stage.units is None:
                out -= np.matmul(first * inner, first.transpose(0, 2, 1))
            else:
                totals = np.moveaxis(_grouped(np.moveaxis(first, -1, 0), stage.units, len(stage.stratum)), 0, -1)
                strata = np.moveaxis(_grouped(np.moveaxis(totals, -1, 0), stage.stratum, len(outer)), 0, -1)
                out += np.matmul(totals * outer[stage.stratum], totals.transpose(0, 2, 1))
                out -= np.matmul(strata * inner, strata.transpose(0, 2, 1))
        return out


def _grouped(values: Floats, codes: Ints, size: int) -> Floats:
    """Sums over the first axis by code."""
    if size == len(codes) and np.array_equal(codes, np.arange(size)):
        return values
    out = np.zeros((size, *values.shape[1:]))
    np.add.at(out, codes, values)
    return out


@dataclass(frozen=True, eq=False)
class SumMoments:
    """Moments from sums alone: the default, exact for weights that are not calibrated."""

    sample: Sample
    linear: Linear

    def variance(self) -> Floats:
        """See `Moments`."""
        return self.sample.quadratic(*self.linear.scores())

    def rest_variance(self, levels: slice, rest: Floats) -> Floats:
        """See `Moments`."""
        own = self.linear.levels(levels)
        first, second = own.scores()
        other_first, other_second = own.rest().scores(rest)
        return self.sample.quadratic(first - other_first, second + other_second)

    def cross(self, levels: slice) -> Floats:
        """See `Moments`."""
        first, second = self.linear.levels(levels).scores()
        out = self.sample.bilinear(np.ascontiguousarray(first.transpose(2, 1, 0)))
        diagonal = np.arange(first.shape[1])
        out[:, diagonal, diagonal] = self.sample.quadratic(first, second).T
        return out
