"""Quantiles of a number, with Woodruff's interval.

The quantile is the smallest answer at which the weighted distribution function exceeds the probability, or equals it to the last
digit: the inverse of the distribution function (R's `svyquantile(qrule="math")`, Hyndman and Fan's type 1). The interval is that of
the distribution function at the quantile, read back through the inverse (Woodruff 1952). The standard error is the interval's
length over twice the t quantile, as in R.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from barometer.errors import DesignError
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats, t_quantile
from barometer.estimation.estimates import Estimates, Flag
from barometer.estimation.intervals import Spread, check_interval, proportion_interval
from barometer.estimation.linearisation import variance
from barometer.estimation.rowwise import MEANS, Domain, Target, domains, targets
from barometer.estimation.variables import AnyVariable, Numeric


def quantile(
    design: Design,
    variable: AnyVariable,
    probabilities: float | Sequence[float] = 0.5,
    *,
    by: Any = None,
    where: pl.Expr | None = None,
    interval: str = "logit",
    level: float = 0.95,
) -> Estimates:
    """Quantiles among those who answered, in units of the answer.

    Args:
        design: The sample.
        variable: A numeric column or variable.
        probabilities: One or several, between 0 and 1.
        by: A break.
        where: A condition for the respondents who count.
        interval: The interval of the distribution function, which is read back: see `barometer.estimation.intervals`. A limit of 0
            or 1 gives the smallest or largest answer.
        level: The confidence level.

    Returns:
        One row a probability (in the column `option`, as "0.25") and level, statistic `quantile`, method "woodruff-logit".

    Raises:
        DesignError: A probability is not between 0 and 1, or the variable is not numeric.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> design = Design(pl.DataFrame({"beds": list(range(1, 101))}))
        >>> design.quantile("beds", [0.25, 0.5]).frame.select("option", "estimate").rows()
        [('0.25', 25.0), ('0.5', 50.0)]
    """
    check_interval(interval, level)
    wanted = [float(probabilities)] if isinstance(probabilities, int | float) else [float(one) for one in probabilities]
    for probability in wanted:
        if not 0 < probability < 1:
            raise DesignError("A probability is impossible.", where="probabilities", expected="between 0 and 1", got=repr(probability))
    asked = Numeric(variable) if isinstance(variable, str) else variable
    found = [one for one in targets(design, asked, MEANS) if isinstance(one, Target)]
    if not found:
        raise DesignError("Quantiles need numbers.", where=f"question '{asked.question}'", hint="Give values={code: number}.")
    rows = [
        _row(design, target, domain, probability, interval, level)
        for domain in domains(design, by, where)
        for target in found
        for probability in wanted
    ]
    return Estimates(pl.DataFrame(rows, infer_schema_length=None))


def _inverse(values: Floats, cumulated: Floats, probability: float) -> float:
    """The smallest value whose cumulated share of the weight reaches the probability."""
    # A share that equals the probability but for rounding has reached it.
    place = int(np.searchsorted(cumulated, probability - 1e-12))
    return float(values[min(place, len(values) - 1)])


def _row(design: Design, target: Target, domain: Domain, probability: float, interval: str, level: float) -> dict[str, Any]:
    inside = domain.mask & target.base
    weights = design.weights[inside]
    weight = float(weights.sum())
    row: dict[str, Any] = {
        "question": target.statistic.question,
        "item": target.statistic.item,
        "option": f"{probability:g}",
        "break": domain.name,
        "level": domain.level,
        "statistic": "quantile",
        "df": design.df,
        "count": int(inside.sum()),
        "base": int(inside.sum()),
        "weighted_base": weight,
        "estimate": None,
        "std_error": None,
        "conf_low": None,
        "conf_high": None,
        "flag": Flag.UNDEFINED,
        "method": "",
    }
    if weight == 0:
        return row
    order = np.argsort(target.top[inside], kind="stable")
    values = target.top[inside][order]
    cumulated = np.cumsum(weights[order]) / weight
    estimate = _inverse(values, cumulated, probability)
    below = (target.top <= estimate) & inside
    share = float(design.weights[below].sum()) / weight
    scores = np.where(inside, design.weights * (below - share) / weight, 0.0)
    spread = Spread(
        np.array([share]),
        np.sqrt(variance(scores, design)),
        np.array([float(inside.sum())]),
        design.df,
        np.array([not (inside & design.structure.uncertain).any()]),
        np.array([float(design.weights[inside] @ design.structure.fraction[inside]) / weight]),
    )
    low, high, method = proportion_interval(spread, interval, level)
    if spread.census[0]:
        limits: tuple[float | None, float | None] = (estimate, estimate)
    elif np.isnan(low[0]):
        limits = (None, None)
    else:
        limits = (_inverse(values, cumulated, float(low[0])), _inverse(values, cumulated, float(high[0])))
    bound = float(t_quantile((1 + level) / 2, design.df))
    row |= {"estimate": estimate, "conf_low": limits[0], "conf_high": limits[1], "flag": Flag.NONE}
    row["method"] = f"woodruff-{method[0]}"
    if limits[0] is not None and limits[1] is not None:
        row["std_error"] = (limits[1] - limits[0]) / (2 * bound)
    return row
