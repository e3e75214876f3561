"""Quantiles and statistics of one's own with replicate weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl

from barometer.errors import DesignError
from barometer.estimation.distributions import Floats
from barometer.estimation.estimates import Estimates, Flag
from barometer.estimation.intervals import Spread, check_interval, mean_interval
from barometer.estimation.linearisation import Ints
from barometer.estimation.replicates import Replicates
from barometer.estimation.replicates_estimating import labels
from barometer.estimation.rowwise import MEANS, Target, domains, targets
from barometer.estimation.variables import AnyVariable, Numeric


def _reached(weights: Floats, values: Floats, probabilities: Floats) -> Floats:
    """The smallest value at which the weighted share reaches each probability; replicates x probabilities, NaN without weight.

    Args:
        weights: Replicates x respondents, in the order of the values.
        values: The values, ascending.
        probabilities: In 0..1.
    """
    cumulated = np.cumsum(weights, axis=1)
    total = cumulated[:, -1:]
    out = np.full((len(weights), len(probabilities)), np.nan)
    known = total[:, 0] > 0
    for place, probability in enumerate(probabilities):
        # As in the design's own quantiles: a share that equals the probability but for rounding has reached it.
        at = np.argmax(cumulated >= (probability - 1e-12) * total, axis=1)
        out[:, place] = np.where(known, values[at], np.nan)
    return out


def _replicated(replicates: Replicates, rows: Ints, values: Floats, probabilities: Floats) -> Floats:
    return np.concatenate([_reached(block[:, rows], values, probabilities) for block in replicates.blocks()])


def quantile(
    replicates: Replicates,
    variable: AnyVariable,
    probabilities: float | Sequence[float],
    *,
    by: Any,
    where: pl.Expr | None,
    level: float,
) -> Estimates:
    """Quantiles among those who answered; see `barometer.estimation.quantiles.quantile`.

    The jackknife is not consistent for quantiles (Shao and Wu 1989); use the bootstrap or BRR.

    Raises:
        DesignError: A probability is not between 0 and 1, or the variable is not numeric.
    """
    check_interval("logit", level)
    design = replicates.design
    wanted = np.atleast_1d(np.asarray(probabilities, dtype=np.float64))
    wrong = ~((wanted > 0) & (wanted < 1))
    if wrong.any():
        raise DesignError(
            "A probability is impossible.", where="probabilities", expected="between 0 and 1", got=repr(float(wanted[wrong][0]))
        )
    asked = Numeric(variable) if isinstance(variable, str) else variable
    found = [one for one in targets(design, asked, MEANS) if isinstance(one, Target)]
    if not found:
        raise DesignError("Quantiles need numbers.", where=f"question '{asked.question}'", hint="Give values={code: number}.")
    rows: list[dict[str, Any]] = []
    for domain in domains(design, by, where):
        for target in found:
            inside = np.flatnonzero(domain.mask & target.base)
            inside = inside[np.argsort(target.top[inside], kind="stable")]
            values, weights = target.top[inside], design.weights[inside]
            estimate = np.full(len(wanted), np.nan)
            replicated = np.full((replicates.number, len(wanted)), np.nan)
            if len(inside):
                estimate = _reached(weights[None, :], values, wanted)[0]
                replicated = _replicated(replicates, inside, values, wanted)
            shown = [labels(target.statistic, domain) | {"option": f"{one:g}", "statistic": "quantile"} for one in wanted.tolist()]
            census = not design.structure.uncertain[inside].any()
            base = {"count": len(inside), "base": len(inside), "weighted_base": float(weights.sum())}
            rows += _rows(replicates, estimate, replicated, [row | base for row in shown], level, census=census)
    return Estimates(pl.DataFrame(rows, infer_schema_length=None))


def _rows(
    replicates: Replicates, estimate: Floats, replicated: Floats, shown: Sequence[dict[str, Any]], level: float, *, census: bool
) -> list[dict[str, Any]]:
    variance, used = replicates.variance(estimate, replicated)
    std_error = np.where(np.isnan(estimate), np.nan, np.sqrt(variance))
    plain = np.zeros_like(estimate)
    spread = Spread(estimate, std_error, plain, replicates.df, np.full(estimate.shape, census) & ~np.isnan(estimate), plain)
    low, high = mean_interval(spread, level)
    return [
        row
        | {
            "estimate": float(estimate[place]),
            "std_error": float(std_error[place]),
            "conf_low": float(low[place]),
            "conf_high": float(high[place]),
            "df": replicates.df,
            "flag": Flag.UNDEFINED if np.isnan(estimate[place]) else Flag.NONE,
            "method": "" if np.isnan(estimate[place]) else "t",
            "replicates": int(used[place]),
        }
        for place, row in enumerate(shown)
    ]


def statistic(replicates: Replicates, function: Callable[[Floats], Any], name: str, *, level: float) -> Estimates:
    """Any statistic that is a function of the weights, with the replicates' standard error and a t interval.

    Args:
        replicates: The design with replicates.
        function: Takes one weight a respondent, and gives a number or several (NaN where there is none).
        name: What the column `statistic` says.
        level: The confidence level.

    Returns:
        One row a number; the column `option` counts them from 1 if there are several.

    Raises:
        DesignError: The function does not give numbers, or not always as many.

    Example:
        >>> import numpy as np, polars as pl
        >>> from barometer.estimation import Design
        >>> design = Design(pl.DataFrame({"beds": [1.0, 2.0, 4.0, 8.0]}))
        >>> beds = design.frame["beds"].to_numpy()
        >>> geometric = design.replicates("jackknife").statistic(lambda w: np.exp(w @ np.log(beds) / w.sum()), "geometric mean")
        >>> round(geometric.row()["estimate"], 4), geometric.row()["replicates"]
        (2.8284, 4)
    """
    design = replicates.design
    estimate = _called(function, design.weights)
    undefined = np.full(estimate.shape, np.nan)
    rows = (row for block in replicates.blocks() for row in block)
    parts = [undefined if np.isnan(row).any() else _called(function, row) for row in rows]
    if any(part.shape != estimate.shape for part in parts):
        raise DesignError(
            "The statistic has not the same size in every replicate.", where=f"statistic '{name}'", expected=str(estimate.size)
        )
    live = int((design.weights > 0).sum())
    base = {"count": live, "base": live, "weighted_base": float(design.weights.sum())}
    several = estimate.size > 1
    shown = [{"question": name, "option": str(place + 1) if several else "", "statistic": name} | base for place in range(estimate.size)]
    census = not design.structure.uncertain[design.weights > 0].any()
    return Estimates(pl.DataFrame(_rows(replicates, estimate, np.stack(parts), shown, level, census=census), infer_schema_length=None))


def _called(function: Callable[[Floats], Any], weights: Floats) -> Floats:
    try:
        return np.atleast_1d(np.asarray(function(weights), dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise DesignError("The statistic is not a number.", where="function", got=str(error).splitlines()[0]) from error
