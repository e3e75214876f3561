"""From sums to estimates and their covariances, for all questions and breaks at once.

With S1 and S2 the sums over a group h of w and of w squared, a statistic R = x/b in a level of a break has

    A_h = (S1_x - R S1_b) / W,   B_h = (S2_xx - 2 R S2_x + R^2 S2_b) / W^2,   W = sum of S1_b,

the sum and the sum of squares of its scores in h, and so the variance sum_h c_h (B_h - A_h^2 / n_h) with
c_h = (1 - n_h/N_h) n_h/(n_h - 1). Levels of one break share no respondent: their covariance is - sum_h c_h A_h A'_h / n_h. With clusters
the groups are the clusters and their A are the units' totals. B is linear in S2, so S2 is multiplied by c and summed over the
groups once, for the whole book. Arrays are statistics x levels (x groups).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
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
    """What a finished table needs to know of the variances of some statistics."""

    def variance(self) -> Floats:
        """The variance of each statistic in each level, statistics x levels."""
        ...

    def rest_variance(self, levels: slice, rest: Floats) -> Floats:
        """The variance of each level's difference from the rest of its break, statistics x levels of the break."""
        ...

    def cross(self, levels: slice) -> Floats:
        """The covariance between levels of a break, statistics x levels x levels; the diagonal is the variance."""
        ...


@dataclass(frozen=True, eq=False)
class Sample:
    """The design behind some cells, as far as a table needs it.

    Attributes:
        stages: The stages; `units` of a stage are numbered per group.
        lonely: The rule for strata with a single unit.
        df: Degrees of freedom.
        scale: What makes weighted bases persons; None if no population is known.
        uncertain: Whether each group stands for anything beyond itself.
        fraction: The share of each group's population that was sampled; 0 where it is unknown.
    """

    stages: tuple[Stage, ...]
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
        return cls(stages, cells.lonely, float(units - strata), scale, uncertain, fraction)

    @cached_property
    def leaf(self) -> Floats:
        """What the sum of squares of each group is multiplied by; zeros where the last stage sampled whole groups."""
        last = self.stages[-1]
        return last.coefficients(self.lonely)[0] if last.units is None else np.zeros(len(self.uncertain))

    def variance(self, first: Floats, second: Floats) -> Floats:
        """The variance of sums of scores: `first` are sums by group (last axis), `second` the weighted sums of squares."""
        total, gross = second.copy(), second.copy()
        for stage in self.stages:
            outer, inner = stage.coefficients(self.lonely)
            if stage.units is None:
                total -= (first * first) @ inner
                continue
            totals = group_sums(first, stage.units, len(stage.stratum))
            squares = (totals * totals) @ outer[stage.stratum]
            strata = group_sums(totals, stage.stratum, len(outer))
            total += squares - (strata * strata) @ inner
            gross += squares
        return np.where(total <= 10 * ROUNDING * gross, 0.0, total)

    def cross(self, first: Floats) -> Floats:
        """Covariances between disjoint domains, from statistics x domains x groups: statistics x domains x domains."""
        out = np.zeros((first.shape[0], first.shape[1], first.shape[1]))
        for stage in self.stages:
            outer, inner = stage.coefficients(self.lonely)
            if stage.units is None:
                out -= np.matmul(first * inner, first.transpose(0, 2, 1))
                continue
            totals = group_sums(first, stage.units, len(stage.stratum))
            strata = group_sums(totals, stage.stratum, len(outer))
            out += np.matmul(totals * outer[stage.stratum], totals.transpose(0, 2, 1))
            out -= np.matmul(strata * inner, strata.transpose(0, 2, 1))
        return out


def group_sums(values: Floats, codes: Ints, size: int) -> Floats:
    """Sums over the last axis by code; codes ascend, as the keys of cells do."""
    if size == len(codes):
        return values
    return np.asarray(np.add.reduceat(values, np.searchsorted(codes, np.arange(size)), axis=-1))


class Columns:
    """The sums of a book: a column for every form that its statistics use, and its contractions over the groups."""

    def __init__(self, cells: Cells, sample: Sample, statistics: Sequence[Statistic]) -> None:
        widths = [source.width for source in cells.tabulation.sources]
        self._starts = np.concatenate([[0], np.cumsum(widths)]).astype(int)
        self._place: dict[Form, int] = {}
        self._derived: list[Form] = []
        for statistic in statistics:
            for form in (statistic.top, statistic.square, statistic.bottom, statistic.count):
                if form is not None and form not in self._place:
                    self._place[form] = self._locate(form)
        self.counts = self._extended(cells.counts.astype(np.float64))
        self.weights = self._extended(cells.weights)
        self.weight = self._extended(cells.weights.sum(axis=2))
        self.uncertain = self._extended(cells.weights @ sample.uncertain.astype(np.float64))
        self.fraction = self._extended(cells.weights @ sample.fraction)
        self.squares = self._extended(cells.squares @ sample.leaf)

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
            block = sums[start : start + len(form.coefficients)]
            flat = np.array(form.coefficients) @ block.reshape(len(block), -1)
            parts.append(flat.reshape(1, *block.shape[1:]))
        return np.concatenate(parts, axis=0)

    def index(self, forms: Sequence[Form | None]) -> Ints:
        """The column of each form."""
        return np.array([self._place[form] for form in forms if form is not None], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Linear:
    """Some statistics of a book as x over b; `top`, `bottom`, `square` are their columns."""

    columns: Columns
    top: Ints
    bottom: Ints
    square: Ints
    count: Ints

    @classmethod
    def of(cls, columns: Columns, statistics: Sequence[Statistic]) -> Linear:
        """The columns of some statistics."""
        names = ("top", "bottom", "square", "count")
        return cls(columns, *(columns.index([getattr(one, name) for one in statistics]) for name in names))

    @cached_property
    def weight(self) -> Floats:
        """The weighted base W, statistics x levels."""
        return self.columns.weight[self.bottom]

    @cached_property
    def base(self) -> Floats:
        """The unweighted base, statistics x levels."""
        return self.columns.counts[self.bottom]

    @cached_property
    def counts(self) -> Floats:
        """What is counted without weights, statistics x levels."""
        return self.columns.counts[self.count]

    @cached_property
    def estimate(self) -> Floats:
        """The ratio, statistics x levels; NaN where nobody is in the base."""
        return divided(self.columns.weight[self.top], self.weight, self.base > 0)

    @cached_property
    def spread(self) -> Floats:
        """The weighted mean square about the estimate, statistics x levels."""
        ratio, sums = np.nan_to_num(self.estimate), self.columns.weight
        total = _squared(sums[self.square], sums[self.top], self.weight, ratio)
        return divided(total, self.weight, self.base > 0)

    def rest(self, levels: slice) -> tuple[Floats, Floats]:
        """The estimate among the other levels of a break, and their unweighted base."""
        top, bottom = (others(self.columns.weight[at][:, levels]) for at in (self.top, self.bottom))
        base = others(self.base[:, levels])
        return divided(top, bottom, base > 0), base


def _squared(square: Floats, top: Floats, bottom: Floats, ratio: Floats) -> Floats:
    """The sum of squares of top - ratio * bottom; where everybody gave the same answer, what is left of it is rounding, and is 0."""
    shift = ratio**2 * bottom
    total = square - 2 * ratio * top + shift
    return np.where(total <= 10 * ROUNDING * (square + shift), 0.0, total)


def others(values: Floats) -> Floats:
    """For each level (the second axis) the sum of all other levels, added up and not subtracted, so that nothing stays exactly 0."""
    all_but_one = 1.0 - np.eye(values.shape[1])
    return np.asarray(values @ all_but_one if values.ndim == 2 else np.matmul(all_but_one, values))


def divided(top: Floats, bottom: Floats, where: npt.NDArray[np.bool_]) -> Floats:
    """The quotient where the condition holds and the divisor is positive, NaN elsewhere."""
    usable = where & (bottom > 0)
    return np.where(usable, top / np.where(usable, bottom, 1.0), np.nan)


@dataclass(frozen=True, eq=False)
class SumMoments:
    """Moments from sums alone: exact for weights that are not calibrated."""

    sample: Sample
    linear: Linear

    @cached_property
    def _scale(self) -> Floats:
        return np.nan_to_num(divided(np.ones_like(self.linear.weight), self.linear.weight, self.linear.base > 0))

    @cached_property
    def _first(self) -> Floats:
        """A: statistics x levels x groups."""
        linear, weights = self.linear, self.linear.columns.weights
        out = weights[linear.top]
        out -= np.nan_to_num(linear.estimate)[..., None] * weights[linear.bottom]
        out *= self._scale[..., None]
        return out

    def _second(self, ratio: Floats, sums: tuple[Floats, Floats, Floats]) -> Floats:
        """B, multiplied by the coefficients of the groups and summed over them, but for the scale."""
        return _squared(*sums, ratio)

    @cached_property
    def _squares(self) -> tuple[Floats, Floats, Floats]:
        sums, linear = self.linear.columns.squares, self.linear
        return sums[linear.square], sums[linear.top], sums[linear.bottom]

    @cached_property
    def _variance(self) -> Floats:
        second = self._second(np.nan_to_num(self.linear.estimate), self._squares) * self._scale**2
        return self.sample.variance(self._first, second)

    def variance(self) -> Floats:
        """See `Moments`."""
        return self._variance

    def rest_variance(self, levels: slice, rest: Floats) -> Floats:
        """See `Moments`."""
        linear, weights = self.linear, self.linear.columns.weights
        ratio, known = np.nan_to_num(rest), ~np.isnan(rest)
        scale = np.nan_to_num(divided(np.ones_like(ratio), others(linear.weight[:, levels]), known))
        first = others(weights[linear.top, levels])
        first -= ratio[..., None] * others(weights[linear.bottom, levels])
        first *= scale[..., None]
        own, other = (tuple(change(part[:, levels]) for part in self._squares) for change in (np.asarray, others))
        estimate = np.nan_to_num(linear.estimate[:, levels])
        second = self._second(estimate, own) * self._scale[:, levels] ** 2  # type: ignore[arg-type]
        second += self._second(ratio, other) * scale**2  # type: ignore[arg-type]
        return self.sample.variance(self._first[:, levels] - first, second)

    def cross(self, levels: slice) -> Floats:
        """See `Moments`."""
        out = self.sample.cross(self._first[:, levels])
        diagonal = np.arange(out.shape[1])
        out[:, diagonal, diagonal] = self._variance[:, levels]
        return out
