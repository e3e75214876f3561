"""Trimming: weights cut to limits, the sum kept. Never done unless asked for, and always in the log."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError
from barometer.weighting.adjusting import Entry, Floats, Weighted, check_weights

ROUNDS = 200


def trim(weights: npt.ArrayLike | pl.Series, *, lower: float | None = None, upper: float | None = None, relative: bool = True) -> Weighted:
    """Weights inside limits with the same sum.

    All weights are multiplied by one number and then cut at the limits; the number is the one that keeps the sum, so that no weight
    passes a limit in the end. Weights of 0 stay 0. Afterwards calibrated margins are met only nearly: look at the report, or use
    `calibrate(..., bounds=...)`, which meets both.

    Args:
        weights: One weight a respondent.
        lower: The lower limit; None for no limit.
        upper: The upper limit; None for no limit.
        relative: Whether limits are multiples of the mean weight, or weights themselves.

    Raises:
        DesignError: There is no limit, or the limits cannot hold the sum.

    Example:
        >>> trim([1.0, 1.0, 1.0, 5.0], upper=1.5).weights.round(6).tolist()
        [1.666667, 1.666667, 1.666667, 3.0]
    """
    array = np.asarray(weights, dtype=np.float64)
    start = check_weights(array, array.size, "weights")
    live = start > 0
    total, mean = float(start.sum()), float(start[live].mean())
    low = 0.0 if lower is None else lower * (mean if relative else 1.0)
    high = np.inf if upper is None else upper * (mean if relative else 1.0)
    if lower is None and upper is None:
        raise DesignError("Trimming needs a limit.", where="lower, upper", expected="at least one, such as upper=5")
    size = int(live.sum())
    if not 0 <= low <= high or low * size > total * (1 + 1e-12) or high * size < total * (1 - 1e-12):
        raise DesignError(
            "The limits of trimming are impossible.",
            where="lower, upper",
            expected=f"limits that enclose the mean weight, {mean:g}",
            got=f"{low:g} to {high:g}",
        )
    made = start.copy()
    made[live] = _inside(start[live], low, high, total)
    cut_low = int((live & (made <= low) & (start < low)).sum())
    cut_high = int((live & (made >= high) & (start > high)).sum())
    parts = [f"{cut_high} weights cut to {high:g}"] if upper is not None else []
    parts += [f"{cut_low} raised to {low:g}"] if lower is not None else []
    return Weighted(made, start, None, (Entry("trimming", f"{', '.join(parts)}, of {size}; the sum is kept"),))


def _inside(weights: Floats, low: float, high: float, total: float) -> Floats:
    """The weights times the number that keeps the sum when they are cut at the limits."""
    bottom, top = 0.0, 1.0
    while np.clip(weights * top, low, high).sum() < total * (1 - 1e-12) and top < 1e12:
        top *= 2
    for _ in range(ROUNDS):
        middle = (bottom + top) / 2
        if np.clip(weights * middle, low, high).sum() < total:
            bottom = middle
        else:
            top = middle
        if top - bottom <= 1e-15 * top:
            break
    return np.clip(weights * top, low, high)
