"""What weighting gives: new weights, what the variance must know of them, and a log of every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError
from barometer.weighting.margins import Margin

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Total:
    """The population's total of a numeric column."""

    column: str
    value: float


class Step(Protocol):
    """One step of weighting, as the variance sees it."""

    def residuals(self, scores: Floats) -> Floats:
        """Scores (respondents x statistics, weighted) without what the step fixed."""
        ...

    def reweight(self, weights: Floats) -> Floats:
        """The step again on other weights, replicates x respondents; a row of NaN where it is impossible."""
        ...


@dataclass(frozen=True, eq=False)
class Adjustment:
    """The steps that lead from the starting weights to the final ones.

    Attributes:
        start: The weights before the first step.
        steps: The steps in the order in which they were made.
    """

    start: Floats
    steps: tuple[Step, ...]

    def residuals(self, scores: Floats) -> Floats:
        """The last step's residuals, then those of the step before, of which they are the scores; and so on."""
        for step in reversed(self.steps):
            scores = step.residuals(scores)
        return scores

    def reweight(self, weights: Floats) -> Floats:
        """All steps again, on starting weights that were replicated (replicates x respondents)."""
        for step in self.steps:
            weights = step.reweight(weights)
        return weights


@dataclass(frozen=True, eq=False)
class Factors:
    """A step that multiplied each weight by a factor which is taken as fixed, such as trimming."""

    factors: Floats

    def residuals(self, scores: Floats) -> Floats:
        """The scores as they are."""
        return scores

    def reweight(self, weights: Floats) -> Floats:
        """The same factors on other weights."""
        return weights * self.factors


@dataclass(frozen=True)
class Entry:
    """A line of the log.

    Attributes:
        method: "post-stratification", "raking", "calibration (linear)", "trimming", ...
        detail: What was done, in words.
        iterations: Rounds until it converged; 0 where there are none.
    """

    method: str
    detail: str
    iterations: int = 0


@dataclass(frozen=True, eq=False)
class Weighted:
    """Weights and how they came about.

    Attributes:
        weights: One weight a respondent.
        start: The weights before.
        adjustment: What turns scores into residuals; None if nothing was calibrated.
        log: One entry a step.
        targets: The margins and totals that steps were made to meet.
    """

    weights: Floats
    start: Floats
    adjustment: Adjustment | None = None
    log: tuple[Entry, ...] = ()
    targets: tuple[Margin | Total, ...] = field(default=())

    def then(self, later: Weighted) -> Weighted:
        """These steps and then those of `later`, which started from these weights; a target of the same name is replaced."""
        steps = self.adjustment.steps if self.adjustment is not None else ()
        if not steps and self.log:
            # Trimming alone leaves no step; replicates start from the trimmed weights.
            adjustment = later.adjustment
        elif later.adjustment is not None:
            adjustment = Adjustment(self.start, (*steps, *later.adjustment.steps))
        elif steps:
            factors = np.divide(later.weights, later.start, out=np.ones_like(later.weights), where=later.start > 0)
            adjustment = Adjustment(self.start, (*steps, Factors(factors)))
        else:
            adjustment = None
        renewed = {_name(one) for one in later.targets}
        kept = tuple(one for one in self.targets if _name(one) not in renewed)
        return Weighted(later.weights, self.start, adjustment, self.log + later.log, kept + later.targets)


def _name(target: Margin | Total) -> str:
    return target.name if isinstance(target, Margin) else target.column


def starting_weights(frame: pl.DataFrame, weights: npt.ArrayLike | pl.Series | str | None) -> Floats:
    """The weights that a step starts from, checked; None gives everyone 1.

    Raises:
        DesignError: They are not one finite number of 0 or more for each respondent, or are all 0.
    """
    if frame.height == 0:
        raise DesignError("The frame has no rows.", expected="at least one respondent")
    if weights is None:
        return np.ones(frame.height)
    where = "weights"
    if isinstance(weights, str):
        where = f"column '{weights}'"
        if weights not in frame.columns:
            raise DesignError("The weight column is not in the frame.", where=where)
        weights = frame[weights]
    if isinstance(weights, pl.Series) and not weights.dtype.is_numeric():
        raise DesignError("The weight column is not numeric.", where=where, expected="numbers", got=str(weights.dtype))
    return check_weights(np.asarray(weights, dtype=np.float64), frame.height, where)


def check_weights(values: Floats, size: int, where: str) -> Floats:
    """The weights as they are.

    Raises:
        DesignError: They are not one finite number of 0 or more for each respondent, or are all 0.
    """
    if values.shape != (size,):
        raise DesignError("There is not one weight a respondent.", where=where, expected=str(size), got=str(values.shape))
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise DesignError(
            "A weight is impossible.", where=f"{where}, row {at + 1}", expected="a finite number of 0 or more", got=f"{values[at]:g}"
        )
    if not (values > 0).any():
        raise DesignError("Every weight is zero.", where=where, expected="at least one positive weight")
    return values


def listed(targets: Sequence[Margin | Total]) -> str:
    """The targets in words, for the log."""
    parts = [f"{one.name} ({len(one.totals)} levels)" if isinstance(one, Margin) else f"{one.column} (total)" for one in targets]
    return ", ".join(parts)
