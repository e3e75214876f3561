"""How far calibration may move a weight: the ratio g of the new weight to the old one as a function of a linear score u.

Each has g(0) = 1 and g'(0) = 1 (Deville and Sarndal 1992): linear (GREG), exponential (raking), and logit, which stays inside limits.
The first two can also be cut at limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from barometer.errors import DesignError, did_you_mean
from barometer.weighting.adjusting import Floats

Method = Literal["linear", "raking", "logit"]
METHODS: tuple[str, ...] = get_args(Method)


@dataclass(frozen=True)
class Distance:
    """A method and its limits of g; 0 and infinity if there are none.

    Raises:
        DesignError: The method is unknown, or the limits do not enclose 1.

    Example:
        >>> import numpy as np
        >>> Distance("linear").ratio(np.array([0.0, 0.5])).tolist()
        [1.0, 1.5]
    """

    method: str
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            hint = did_you_mean(str(self.method), METHODS)
            raise DesignError(
                "The calibration method is unknown.", where="method", expected=", ".join(METHODS), got=repr(self.method), hint=hint
            )
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        if not low < 1 < high:
            raise DesignError(
                "The bounds of calibration are impossible.",
                where="bounds",
                expected="(low, high) with low < 1 < high: how often the old weight the new one may be",
                got=f"({self.low}, {self.high})",
            )
        if self.method == "logit" and not (np.isfinite(low) and np.isfinite(high) and low >= 0):
            raise DesignError(
                "Logit calibration needs two bounds.",
                where="bounds",
                expected="bounds=(low, high), such as (0.3, 3)",
                got=str((self.low, self.high)),
            )

    @property
    def name(self) -> str:
        """The method and its limits, in words."""
        if self.low is None and self.high is None:
            return self.method
        low = "no limit" if self.low is None else f"{self.low:g}"
        high = "no limit" if self.high is None else f"{self.high:g}"
        return f"{self.method}, ratio from {low} to {high}"

    @property
    def _steepness(self) -> float:
        assert self.low is not None
        assert self.high is not None
        return (self.high - self.low) / ((1 - self.low) * (self.high - 1))

    def ratio(self, score: Floats) -> Floats:
        """The ratio g at each score u."""
        if self.method == "logit":
            assert self.low is not None
            assert self.high is not None
            # Scaled by exp(-|u|) on both sides, so that no score overflows.
            turn = np.clip(self._steepness * score, -700, 700)
            grown = np.exp(turn)
            over = self.low * (self.high - 1) + self.high * (1 - self.low) * grown
            return np.asarray(over / ((self.high - 1) + (1 - self.low) * grown))
        plain = 1 + score if self.method == "linear" else np.exp(np.minimum(score, 700))
        return np.asarray(np.clip(plain, self.low, self.high)) if self.low is not None or self.high is not None else np.asarray(plain)

    def slope(self, score: Floats) -> Floats:
        """The derivative of g at each score u; 0 where a limit holds it."""
        ratio = self.ratio(score)
        if self.method == "logit":
            assert self.low is not None
            assert self.high is not None
            return np.asarray(self._steepness * (ratio - self.low) * (self.high - ratio) / (self.high - self.low))
        plain = np.ones_like(score) if self.method == "linear" else ratio
        free = np.ones(score.shape, dtype=bool)
        if self.low is not None:
            free &= ratio > self.low
        if self.high is not None:
            free &= ratio < self.high
        return np.where(free, plain, 0.0)
