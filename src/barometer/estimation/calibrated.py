"""The tab book's variances for calibrated weights: from rows, because scores must become residuals before they are summed.

Estimates and bases still come from the sums; only variances and covariances take one more pass over the respondents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats
from barometer.estimation.domains import resolve_break, resolve_where
from barometer.estimation.finishing import MomentsMaker
from barometer.estimation.linearisation import covariance, variance
from barometer.estimation.moments import Linear, Moments, Sample
from barometer.estimation.sources import Encoded, encode
from barometer.estimation.sums import Cells
from barometer.estimation.tabulation import Statistic
from barometer.estimation.variables import AnyBreak


@dataclass(frozen=True, eq=False)
class ScoreMoments:
    """Moments from the scores of respondents; `masks` has one column a level of the book."""

    design: Design
    linear: Linear
    masks: npt.NDArray[np.bool_]
    encoded: Sequence[Encoded]
    statistics: Sequence[Statistic]

    def _scores(self, place: int, masks: npt.NDArray[np.bool_], estimate: Floats) -> Floats:
        """Scores of one statistic in several domains, respondents x domains."""
        statistic = self.statistics[place]
        assert statistic.top is not None
        assert statistic.bottom is not None
        top, bottom = statistic.top.evaluate(self.encoded), statistic.bottom.evaluate(self.encoded)
        weights = np.where(masks, self.design.weights[:, None], 0.0)
        below = bottom @ weights
        scale = np.where(below > 0, 1 / np.where(below > 0, below, 1.0), 0.0)
        return np.asarray(weights * (top[:, None] - np.nan_to_num(estimate) * bottom[:, None]) * scale)

    def variance(self) -> Floats:
        """See `Moments`."""
        estimate = self.linear.estimate
        each = [variance(self._scores(place, self.masks, estimate[place]), self.design) for place in range(len(self.statistics))]
        return np.stack(each)

    def rest_variance(self, levels: slice, rest: Floats) -> Floats:
        """See `Moments`."""
        masks, estimate = self.masks[:, levels], self.linear.estimate[:, levels]
        others = masks.any(axis=1, keepdims=True) & ~masks
        each = [
            variance(self._scores(place, masks, estimate[place]) - self._scores(place, others, rest[place]), self.design)
            for place in range(len(self.statistics))
        ]
        return np.stack(each)

    def cross(self, levels: slice) -> Floats:
        """See `Moments`."""
        masks, estimate = self.masks[:, levels], self.linear.estimate[:, levels]
        each = [covariance(self._scores(place, masks, estimate[place]), self.design) for place in range(len(self.statistics))]
        return np.stack(each)


def calibrated_moments(design: Design, cells: Cells, breaks: Sequence[AnyBreak], where: pl.Expr | None) -> MomentsMaker:
    """What `finish` needs to take variances from the rows of a design with calibrated weights."""
    frame = design.frame
    counted = resolve_where(frame, where) & (design.weights > 0)
    masks = [counted]
    for by in breaks:
        resolved = resolve_break(frame, by)
        masks += [counted & (resolved.codes == number) for number in range(1, len(resolved.levels) + 1)]
    encoded = [encode(source, frame) for source in cells.tabulation.sources]
    stacked = np.stack(masks, axis=1)

    def make(_: Sample, linear: Linear, statistics: Sequence[Statistic]) -> Moments:
        return ScoreMoments(design, linear, stacked, encoded, statistics)

    return make
