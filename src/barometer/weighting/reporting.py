"""What weighting did to a sample: its loss of precision, its extremes, and how far each margin was from the population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from barometer.weighting.adjusting import Entry, Floats, Total, Weighted
from barometer.weighting.collapsing import collapse
from barometer.weighting.margins import Margin, show

_SCHEMA = {
    "margin": pl.String(),
    "level": pl.String(),
    "respondents": pl.Int64(),
    "target": pl.Float64(),
    "before": pl.Float64(),
    "after": pl.Float64(),
    "target_share": pl.Float64(),
    "before_share": pl.Float64(),
    "after_share": pl.Float64(),
}


def effective_base(weights: Floats) -> float:
    """The size of an equally weighted sample that is as precise: (sum of w) squared over the sum of w squared (Kish 1965).

    Example:
        >>> effective_base(np.array([1.0, 1.0, 2.0]))
        2.6666666666666665
    """
    square = float((weights**2).sum())
    return float(weights.sum()) ** 2 / square if square > 0 else 0.0


@dataclass(frozen=True, eq=False)
class WeightingReport:
    """Diagnostics of weights.

    Attributes:
        respondents: Respondents with a positive weight.
        sum_of_weights: The sum of the weights.
        smallest: The smallest positive weight.
        largest: The largest weight.
        effective_base: See `effective_base`.
        efficiency: The effective base over the respondents, in 0..1.
        design_effect: Respondents over the effective base: what unequal weights cost in variance, 1 at best (Kish).
        steps: The log, one entry a step; empty if nothing was done to the weights.
        margins: One row a level of each margin: `margin`, `level`, `respondents`, the population's `target`, the weighted sums `before`
            and `after` the steps, and all three as shares of their sums (proportions in 0..1; null for totals of numbers).
    """

    respondents: int
    sum_of_weights: float
    smallest: float
    largest: float
    effective_base: float
    efficiency: float
    design_effect: float
    steps: tuple[Entry, ...]
    margins: pl.DataFrame

    @property
    def frame(self) -> pl.DataFrame:
        """The figures as a frame of one row."""
        names = ("respondents", "sum_of_weights", "smallest", "largest", "effective_base", "efficiency", "design_effect")
        return pl.DataFrame({name: [getattr(self, name)] for name in names})

    def __repr__(self) -> str:
        steps = "".join(
            f"\n  {step.method} {step.detail}" + (f" ({step.iterations} rounds)" if step.iterations else "") for step in self.steps
        )
        return (
            f"WeightingReport: {self.respondents} respondents count as {self.effective_base:.1f} "
            f"(efficiency {100 * self.efficiency:.1f}%, design effect {self.design_effect:.3f}), "
            f"weights {self.smallest:g} to {self.largest:g}, sum {self.sum_of_weights:g}{steps or ' (not weighted)'}"
        )


def report(frame: pl.DataFrame, weighted: Weighted) -> WeightingReport:
    """The diagnostics of weights.

    Args:
        frame: The respondents.
        weighted: Their weights, as `rake` and its kin give them.

    Example:
        >>> from barometer.weighting import rake
        >>> frame = pl.DataFrame({"role": ["chair", "chair", "officer"]})
        >>> made = report(frame, rake(frame, {"role": {"chair": 5, "officer": 5}}))
        >>> made.design_effect, made.margins.select("level", "before_share", "after_share").rows()[1]
        (1.125, ('officer', 0.3333333333333333, 0.5))
    """
    weights = weighted.weights
    live = weights[weights > 0]
    effective = effective_base(weights)
    rows = _rows(frame, weighted.targets, weighted.start, weights)
    return WeightingReport(
        respondents=len(live),
        sum_of_weights=float(weights.sum()),
        smallest=float(live.min()),
        largest=float(live.max()),
        effective_base=effective,
        efficiency=effective / len(live),
        design_effect=len(live) / effective,
        steps=weighted.log,
        margins=pl.DataFrame(rows, schema=_SCHEMA),
    )


def _rows(frame: pl.DataFrame, targets: Sequence[Margin | Total], before: Floats, after: Floats) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for target in targets:
        if isinstance(target, Total):
            values = frame[target.column].cast(pl.Float64).fill_null(0.0).to_numpy()
            sums = float(before @ values), float(after @ values)
            row: dict[str, Any] = {"margin": target.column, "level": "total", "respondents": int((before > 0).sum())}
            rows.append(row | {"target": target.value, "before": sums[0], "after": sums[1]})
            continue
        cells = collapse(frame, target.columns)
        counts, old, new = cells.sums((before > 0).astype(np.float64)), cells.sums(before), cells.sums(after)
        place = {key: number for number, key in enumerate(cells.keys)}
        for key, total in target.totals.items():
            at = place.get(key)
            row = {"margin": target.name, "level": show(key), "respondents": 0 if at is None else round(counts[at]), "target": total}
            row |= {"before": 0.0 if at is None else float(old[at]), "after": 0.0 if at is None else float(new[at])}
            row |= {
                "target_share": total / target.total,
                "before_share": row["before"] / old.sum(),
                "after_share": row["after"] / new.sum(),
            }
            rows.append(row)
    return rows
