"""Calibration (GREG and its kin) to margins of categories and totals of numbers, by Newton's method (Deville and Sarndal 1992)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError
from barometer.weighting.adjusting import Adjustment, Entry, Floats, Total, Weighted, listed, starting_weights
from barometer.weighting.collapsing import binned, label, tabulate
from barometer.weighting.distances import Distance
from barometer.weighting.margins import Margin, read_margins
from barometer.weighting.regressing import Points, Regression

TOLERANCE = 1e-10
ITERATIONS = 200
HALVINGS = 30


@dataclass(frozen=True, eq=False)
class Solver:
    """Calibration equations: points, totals to meet, and the distance.

    Attributes:
        points: The values of the calibration variables.
        goal: The total of each variable.
        size: What a gap in each variable is measured against.
        distance: The method and its limits.
        tolerance: The largest relative gap.
        iterations: The most Newton steps.
    """

    points: Points
    goal: Floats
    size: Floats
    distance: Distance
    tolerance: float
    iterations: int

    def gaps(self, sizes: Floats, ratio: Floats) -> Floats:
        """The relative gap that is left in each variable."""
        assert self.points.matrix is not None
        return np.asarray(np.abs((sizes * ratio) @ self.points.matrix - self.goal) / self.size)

    def solve(self, sizes: Floats) -> tuple[Floats, int, bool]:
        """The ratio g at each point, the steps, and whether it converged.

        Newton's steps are halved while they lead away. One more step follows convergence: it squares the gap, down to rounding.
        """
        basis, goal = self.points.basis, self.goal @ self.points.rotation
        at = np.zeros(basis.shape[1])
        score = basis @ at
        ratio = self.distance.ratio(score)
        left = goal - (sizes * ratio) @ basis
        for step in range(1, self.iterations + 1):
            done = bool(self.gaps(sizes, ratio).max() <= self.tolerance)
            slopes = (sizes * self.distance.slope(score))[:, None] * basis
            direction = np.linalg.lstsq(basis.T @ slopes, left, rcond=1e-12)[0]
            length, found = 1.0, False
            for _ in range(1 if done else HALVINGS):
                tried = basis @ (at + length * direction)
                tried_ratio = self.distance.ratio(tried)
                tried_left = goal - (sizes * tried_ratio) @ basis
                if np.linalg.norm(tried_left) < np.linalg.norm(left):
                    at, score, ratio, left, found = at + length * direction, tried, tried_ratio, tried_left, True
                    break
                length /= 2
            if done:
                return ratio, step - 1, True
            if not found:
                break
        return ratio, step, bool(self.gaps(sizes, ratio).max() <= self.tolerance)


@dataclass(frozen=True, eq=False)
class Calibrated(Regression):
    """Weights that were calibrated; see `Step`."""

    solver: Solver

    def reweight(self, weights: Floats) -> Floats:
        """Each replicate calibrated to the same totals."""
        out = np.full_like(weights, np.nan)
        point = self.points.point
        for place, row in enumerate(weights):
            sizes = row if point is None else binned(point, row, len(self.points.sizes))
            ratio, _, converged = self.solver.solve(sizes)
            if converged:
                out[place] = row * self.points.spread(ratio)
        return out


def _split(targets: Any, population: pl.DataFrame | None, count: str | None) -> tuple[tuple[Margin, ...], tuple[Total, ...]]:
    """Margins of categories and totals of numbers."""
    if isinstance(targets, Mapping):
        totals = {name: value for name, value in targets.items() if isinstance(value, int | float) and not isinstance(value, bool)}
        rest: Any = {name: value for name, value in targets.items() if name not in totals}
    else:
        totals = {one.column: one.value for one in targets if isinstance(one, Total)} if isinstance(targets, Sequence) else {}
        rest = [one for one in targets if not isinstance(one, Total)] if isinstance(targets, Sequence) else targets
    for name, value in totals.items():
        if not np.isfinite(value):
            raise DesignError("A total is not a number.", where=f"total of '{name}'", got=str(value))
    read = read_margins(rest, population, count) if rest or not totals else ()
    return read, tuple(Total(name, float(value)) for name, value in totals.items())


def _numbers(frame: pl.DataFrame, column: str) -> Floats:
    if column not in frame.columns:
        raise DesignError("The column of a total is not in the frame.", where=f"total of '{column}'")
    series = frame[column]
    if not (series.dtype.is_numeric() or series.dtype == pl.Boolean):
        hint = "Give the total of each level instead: {'column': {'level': total}}."
        raise DesignError("The column of a total is not numeric.", where=f"column '{column}'", got=str(series.dtype), hint=hint)
    values = series.cast(pl.Float64).fill_null(np.nan).to_numpy()
    wrong = ~np.isfinite(values)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0]) + 1
        raise DesignError(
            "A number that is calibrated is missing.",
            where=f"column '{column}', row {row}",
            expected="a finite number",
            got="null or not finite",
        )
    return values


def _build(
    frame: pl.DataFrame, margins: tuple[Margin, ...], totals: tuple[Total, ...], size: float | None, start: Floats
) -> tuple[Points, Floats, list[str]]:
    """The points, the total of each variable, and its name."""
    blocks: list[Floats] = []
    goal: list[float] = []
    names: list[str] = []
    point, sizes = None, start
    if margins:
        table = tabulate(frame, margins, start)
        cell = table.cells.cell if totals else slice(None)
        for margin, level, target in zip(margins, table.level, table.targets, strict=True):
            blocks.append(np.eye(len(target))[level][cell])
            goal += target.tolist()
            names += [label(margin, key) for key in margin.totals]
        if not totals:
            point, sizes = table.cells.cell, table.sizes
    if size is not None:
        blocks.append(np.ones((len(sizes), 1)))
        goal.append(size)
        names.append("the population's size")
    for one in totals:
        blocks.append(_numbers(frame, one.column)[:, None])
        goal.append(one.value)
        names.append(f"total of '{one.column}'")
    return Points(np.concatenate(blocks, axis=1), point, sizes), np.array(goal), names


def calibrate(
    frame: pl.DataFrame,
    targets: Any,
    *,
    method: str = "linear",
    bounds: tuple[float | None, float | None] = (None, None),
    size: float | None = None,
    weights: npt.ArrayLike | pl.Series | str | None = None,
    population: pl.DataFrame | None = None,
    count: str | None = None,
    tolerance: float = TOLERANCE,
    iterations: int = ITERATIONS,
) -> Weighted:
    """Weights that meet margins of categories and totals of numbers.

    Args:
        frame: One row a respondent.
        targets: A mapping from a column to `{level: total}` for categories, or to one number, the population's total of a numeric
            column: `{"stype": {"E": 4421, "H": 755, "M": 1018}, "api99": 3914069}`; or a list as `read_margins` takes.
        method: "linear" (the generalised regression estimator), "raking" (never negative) or "logit" (inside bounds).
        bounds: The smallest and largest ratio of new to old weights; None for no limit. Needed for "logit".
        size: How many persons there are, if only totals of numbers are given.
        weights: The weights to start from, or their column; None for 1.
        population: A frame of the population.
        count: The column of group sizes in it; None counts its rows.
        tolerance: The largest relative gap that may be left.
        iterations: The most Newton steps.

    Raises:
        DesignError: A level has no respondents or is unknown, a column is missing or incomplete, the totals cannot be met (the worst one
            is named), or a weight would be negative.

    Example:
        >>> frame = pl.DataFrame({"beds": [1.0, 2.0, 3.0]})
        >>> calibrate(frame, {"beds": 18.0}, size=8).weights.round(6).tolist()
        [1.666667, 2.666667, 3.666667]
    """
    start = starting_weights(frame, weights)
    distance = Distance(method, *bounds)
    margins, totals = _split(targets, population, count)
    points, goal, names = _build(frame, margins, totals, size, start)
    assert points.matrix is not None
    scale = np.maximum(np.abs(goal), points.sizes @ np.abs(points.matrix))
    solver = Solver(points, goal, np.where(scale > 0, scale, 1.0), distance, tolerance, iterations)
    ratio_at, steps, converged = solver.solve(points.sizes)
    if not converged:
        raise _unmet(solver, ratio_at, names)
    made = start * points.spread(ratio_at)
    if (made < 0).any():
        at = int(np.argmin(made))
        raise DesignError(
            "Calibration gives negative weights.",
            where=f"row {at + 1}",
            expected="weights of 0 or more",
            got=f"{int((made < 0).sum())} negative weights, the smallest {made[at]:g}",
            hint="Use method='raking', or bounds=(0, None) or tighter.",
        )
    step = Calibrated(points, made, ratio_at, points.point, solver)
    entry = Entry(f"calibration ({distance.name})", f"to {listed((*margins, *totals))}", steps)
    return Weighted(made, start, Adjustment(start, (step,)), (entry,), (*margins, *totals))


def _unmet(solver: Solver, ratio: Floats, names: Sequence[str]) -> DesignError:
    assert solver.points.matrix is not None
    worst = int(np.argmax(solver.gaps(solver.points.sizes, ratio)))
    found = float((solver.points.sizes * ratio) @ solver.points.matrix[:, worst])
    hint = "The totals may contradict each other."
    if solver.distance.low is not None or solver.distance.high is not None:
        hint = "Widen the bounds, or calibrate to fewer totals."
    return DesignError(
        "Calibration does not converge.", where=names[worst], expected=f"{solver.goal[worst]:.10g}", got=f"{found:.10g}", hint=hint
    )
