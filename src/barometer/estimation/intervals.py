"""Confidence intervals of proportions and of means, for whole columns of estimates at once.

Every interval uses the t quantile with the degrees of freedom of the design. Proportions are in 0..1.

| name | interval |
| ---- | -------- |
| `logit` | the Wald interval on the logit scale, brought back (R's `svyciprop(method="logit")` and `"xlogit"`); inside 0..1 |
| `korn-graubard` | Clopper-Pearson with the effective sample size and the degrees of freedom of the design (Korn and Graubard 1998) |
| `beta` | the same without the ceiling on the effective sample size (R's `svyciprop(method="beta")`) |
| `wilson` | the score interval with the effective sample size (Dean and Pagano 2015) |
| `wald` | estimate and margin of error, cut at 0 and 1 (R's `method="mean"`) |

`logit` cannot be used where nobody or everybody chose the option, and covers badly near there. It therefore gives way to
`korn-graubard`, and the `method` column says so, when the base times the smaller of p and 1 - p is under `FEW` = 5, or when the
estimated variance is zero although the domain is not a census. In a census (every stratum of the domain fully answered) the
interval is the estimate itself. A share that calibration fixes has a standard error of 0 as well, but so has an answer that merely
coincides with a margin among those who answered; the data cannot tell the two apart, so both get the interval on the safe side.

The ceiling of Korn and Graubard: the effective size is at most `base / (1 - f)`, with f the share of the domain's population that
answered (0 when no population is known, which is the published rule). Where the estimated variance is zero (a proportion of 0 or
1) the effective size is the base itself, which is on the safe side in a finite population.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.distributions import Floats, beta_quantile, t_quantile

IntervalName = Literal["logit", "korn-graubard", "beta", "wilson", "wald"]
INTERVALS: tuple[str, ...] = get_args(IntervalName)
FEW = 5


def check_interval(interval: str, level: float) -> None:
    """Refuse an unknown interval or an impossible level.

    Raises:
        DesignError: The name is not in `INTERVALS`, or the level is not between 0 and 1.
    """
    if interval not in INTERVALS:
        raise DesignError(
            "The interval is unknown.",
            where="interval",
            expected=", ".join(INTERVALS),
            got=repr(interval),
            hint=did_you_mean(str(interval), INTERVALS),
        )
    if not 0 < level < 1:
        raise DesignError(
            "The confidence level is impossible.",
            where="level",
            expected="a number between 0 and 1, such as 0.95",
            got=repr(level),
        )


@dataclass(frozen=True)
class Spread:
    """What an interval is made from: arrays of one shape.

    Attributes:
        estimate: The estimates.
        std_error: Their standard errors.
        base: The unweighted number of respondents behind each.
        df: The degrees of freedom of the design.
        census: True where the domain holds no sampling variance at all.
        fraction: The share of the domain's population that answered, 0 where it is unknown.
    """

    estimate: Floats
    std_error: Floats
    base: Floats
    df: float
    census: npt.NDArray[np.bool_]
    fraction: Floats


def _effective_size(spread: Spread, level: float, *, ceiling: bool) -> Floats:
    """The effective sample size, adjusted for the degrees of freedom as Korn and Graubard do."""
    p, n = spread.estimate, spread.base
    variance = spread.std_error**2
    positive = variance > 0
    raw = np.where(positive, p * (1 - p) / np.where(positive, variance, 1.0), n)
    tail = (1 - level) / 2
    ratio = (t_quantile(tail, n - 1) / t_quantile(tail, spread.df)) ** 2
    adjusted = np.where(positive & np.isfinite(ratio), raw * ratio, raw)
    if not ceiling:
        return adjusted
    room = np.maximum(1 - spread.fraction, 1e-9)
    return np.where(positive, np.minimum(adjusted, n / room), n)


def _exact(spread: Spread, level: float, *, ceiling: bool) -> tuple[Floats, Floats]:
    alpha = 1 - level
    size, p = _effective_size(spread, level, ceiling=ceiling), spread.estimate
    low = beta_quantile(alpha / 2, size * p, size * (1 - p) + 1)
    high = beta_quantile(1 - alpha / 2, size * p + 1, size * (1 - p))
    return low, high


def _logit(spread: Spread, level: float) -> tuple[Floats, Floats]:
    p = spread.estimate
    inside = (p > 0) & (p < 1)
    safe = np.where(inside, p, 0.5)
    centre = np.log(safe / (1 - safe))
    margin = t_quantile((1 + level) / 2, spread.df) * spread.std_error / (safe * (1 - safe))
    low, high = (1 / (1 + np.exp(-(centre + sign * margin))) for sign in (-1, 1))
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def _wilson(spread: Spread, level: float) -> tuple[Floats, Floats]:
    p, variance = spread.estimate, spread.std_error**2
    positive = variance > 0
    size = np.where(positive, p * (1 - p) / np.where(positive, variance, 1.0), spread.base)
    squared = t_quantile((1 + level) / 2, spread.df) ** 2 / size
    middle = p + squared / 2
    margin = np.sqrt(squared * (p * (1 - p) + squared / 4))
    return np.clip((middle - margin) / (1 + squared), 0, 1), np.clip((middle + margin) / (1 + squared), 0, 1)


def mean_interval(spread: Spread, level: float) -> tuple[Floats, Floats]:
    """Estimate minus and plus the t quantile times the standard error; the estimate itself in a census."""
    margin = t_quantile((1 + level) / 2, spread.df) * spread.std_error
    margin = np.where(spread.census, 0.0, margin)
    return spread.estimate - margin, spread.estimate + margin


def proportion_interval(spread: Spread, interval: str, level: float) -> tuple[Floats, Floats, npt.NDArray[np.object_]]:
    """The lower and upper limits of proportions (0..1) and the name of the interval that each one is.

    Args:
        spread: The estimates and what their precision rests on.
        interval: One of `INTERVALS`.
        level: The confidence level, such as 0.95.

    Example:
        >>> import numpy as np
        >>> spread = Spread(np.array([0.5, 0.0]), np.array([0.05, 0.0]), np.array([100.0, 40.0]), 99.0,
        ...                 np.array([False, False]), np.zeros(2))
        >>> low, high, names = proportion_interval(spread, "logit", 0.95)
        >>> names.tolist(), high.round(4).tolist()
        (['logit', 'korn-graubard'], [0.5979, 0.0881])
    """
    names = np.full(spread.estimate.shape, interval, dtype=object)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if interval == "logit":
            low, high = _logit(spread, level)
            chosen = spread.base * spread.estimate
            few = np.minimum(chosen, spread.base - chosen) < FEW - 1e-9
            few |= (spread.std_error == 0) & ~spread.census
            if few.any():
                exact_low, exact_high = _exact(spread, level, ceiling=True)
                low, high = np.where(few, exact_low, low), np.where(few, exact_high, high)
                names[few & ~spread.census] = "korn-graubard"
        elif interval in ("korn-graubard", "beta"):
            low, high = _exact(spread, level, ceiling=interval == "korn-graubard")
        elif interval == "wilson":
            low, high = _wilson(spread, level)
        else:
            low, high = mean_interval(spread, level)
            low, high = np.clip(low, 0, 1), np.clip(high, 0, 1)
    low, high = np.where(spread.census, spread.estimate, low), np.where(spread.census, spread.estimate, high)
    return low, high, names


def intervals(spread: Spread, share: npt.NDArray[np.bool_], interval: str, level: float) -> tuple[Floats, Floats, npt.NDArray[np.object_]]:
    """The limits of shares (where `share` is true) by the named interval and of everything else by the t interval; and the names."""
    low, high = mean_interval(spread, level)
    method = np.full(low.shape, "t", dtype=object)
    if share.any():
        part = Spread(
            spread.estimate[share],
            spread.std_error[share],
            spread.base[share],
            spread.df,
            spread.census[share],
            spread.fraction[share],
        )
        low[share], high[share], method[share] = proportion_interval(part, interval, level)
    method[np.isnan(spread.estimate)] = ""
    return low, high, method
