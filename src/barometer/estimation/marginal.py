"""Average marginal effects: what a model says in units that can be printed.

For a number, the average over the respondents (weighted) of the change in the outcome for one more unit; for a category, of the difference
if everybody were in that level and not in the first. Interactions, logarithms and powers are followed, because the terms of the
formula are made anew from the changed variable. Standard errors by the delta method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.distributions import Floats, t_quantile, t_two_sided
from barometer.estimation.estimates import Estimates
from barometer.estimation.intervals import check_interval
from barometer.estimation.linearisation import covariance

if TYPE_CHECKING:
    from barometer.estimation.models import Model

# A step in standard deviations: small enough for curved terms, large enough for the digits of a double.
STEP = 1e-4


def logistic(predictor: Floats) -> Floats:
    """The logistic function, without overflow; 0 and 1 at minus and plus infinity."""
    from scipy.special import expit

    return np.asarray(expit(predictor), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Curve:
    """The outcome at some linear predictors: arrays respondents x outcomes, and x thresholds for the last two.

    Attributes:
        value: The expected outcome, or the probability of each answer.
        slope: Its derivative with respect to the predictor.
        bend: Its second derivative.
        value_cuts: The derivative of the value with respect to each threshold.
        slope_cuts: The derivative of the slope with respect to each threshold.
    """

    value: Floats
    slope: Floats
    bend: Floats
    value_cuts: Floats
    slope_cuts: Floats


class Response(Protocol):
    """What turns a linear predictor into the outcome; `labels` name the outcomes."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The answers of a scale; one empty name elsewhere."""
        ...

    def curve(self, predictor: Floats, cuts: Floats) -> Curve:
        """The outcome and its derivatives."""
        ...


@dataclass(frozen=True)
class Linear:
    """The outcome is the predictor."""

    labels: tuple[str, ...] = ("",)

    def curve(self, predictor: Floats, cuts: Floats) -> Curve:
        """See `Response`."""
        value = predictor[:, None]
        none = np.zeros((len(predictor), 1, len(cuts)))
        return Curve(value, np.ones_like(value), np.zeros_like(value), none, none)


@dataclass(frozen=True)
class Logistic:
    """The outcome is a share, whose log-odds are the predictor."""

    labels: tuple[str, ...] = ("",)

    def curve(self, predictor: Floats, cuts: Floats) -> Curve:
        """See `Response`."""
        share = logistic(predictor)[:, None]
        none = np.zeros((len(predictor), 1, len(cuts)))
        return Curve(share, share * (1 - share), share * (1 - share) * (1 - 2 * share), none, none)


@dataclass(frozen=True)
class Cumulative:
    """The outcomes are the shares of the answers of a scale; the log-odds of "at most k" are threshold k minus the predictor."""

    labels: tuple[str, ...]

    def curve(self, predictor: Floats, cuts: Floats) -> Curve:
        """See `Response`."""
        below = logistic(cuts[None, :] - predictor[:, None])
        density = below * (1 - below)
        bend = density * (1 - 2 * below)
        ends = np.zeros((len(predictor), 1))
        value = np.diff(np.hstack([ends, below, ends + 1]), axis=1)
        slope, second = (np.diff(np.hstack([ends, part, ends]), axis=1) for part in (-density, bend))
        value_cuts, slope_cuts = (np.zeros((*value.shape, len(cuts))) for _ in range(2))
        for cut in range(len(cuts)):
            value_cuts[:, cut, cut], value_cuts[:, cut + 1, cut] = density[:, cut], -density[:, cut]
            slope_cuts[:, cut, cut], slope_cuts[:, cut + 1, cut] = -bend[:, cut], bend[:, cut]
        return Curve(value, slope, second, value_cuts, slope_cuts)


@dataclass(frozen=True, eq=False)
class _Effect:
    """Effects for each respondent (respondents x outcomes) and the gradient of their average (outcomes x parameters)."""

    each: Floats
    gradient: Floats


def marginal_effects(
    model: Model, variables: str | Sequence[str] | None = None, *, covariates: str = "fixed", level: float | None = None
) -> Estimates:
    """Average marginal effects of variables.

    Args:
        model: A fitted model.
        variables: Their names; all variables of the formula if left out.
        covariates: "fixed" takes the respondents as they are, as R's `margins` and Stata's `margins` do; "sampled" adds that other
            respondents would have had other values.
        level: The confidence level; the model's if left out.

    Returns:
        One row a variable (a level of it, for categories) and outcome, with the statistic `marginal_effect`: `break` is the variable,
        `level` the level, `against` the first level ("" for numbers), `option` the answer of an ordinal outcome. `estimate` is in units
        of the outcome: proportions (not percentages) for logistic and ordinal models, per unit of a number. With `p_value`.

    Raises:
        DesignError: The formula has no such variable.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> frame = pl.DataFrame({"yes": [1, 0, 0, 1, 1, 1, 0, 1], "role": ["ao"] * 4 + ["chair"] * 4})
        >>> model = Design(frame).regress("yes ~ role", family="binomial")
        >>> model.marginal_effects().frame.select("break", "level", "against", pl.col("estimate").round(6)).rows()
        [('role', 'chair', 'ao', 0.25)]
    """
    level = model.level if level is None else level
    check_interval("logit", level)
    if covariates not in ("fixed", "sampled"):
        raise DesignError("Covariates are fixed or sampled.", where="covariates", expected="'fixed' or 'sampled'", got=repr(covariates))
    known = model.terms.variables
    wanted = list(known) if variables is None else [variables] if isinstance(variables, str) else list(variables)
    rows = []
    for variable in wanted:
        if variable not in known:
            raise DesignError(
                "The model has no such variable.",
                where=f"variable '{variable}'",
                expected=", ".join(known),
                hint=did_you_mean(variable, known),
            )
        for label, against, effect in _effects(model, variable):
            rows += _rows(model, {"break": variable, "level": label, "against": against}, effect, covariates, level)
    return Estimates(pl.DataFrame(rows, infer_schema_length=None))


def _effects(model: Model, variable: str) -> list[tuple[str, str, _Effect]]:
    """Level, reference and effect: several for categories, one for a number."""
    terms = model.terms
    levels = terms.levels(variable)
    series = terms.frame[variable]
    if levels is None:
        values = series.cast(pl.Float64).to_numpy()
        step = STEP * (float(values.std()) or 1.0)
        more, less = (terms.with_values(variable, pl.Series(values + sign * step)) for sign in (1, -1))
        return [("", "", _slope(model, (more - less) / (2 * step)))]
    matrices = [terms.with_values(variable, pl.Series([one] * len(series), dtype=series.dtype)) for one in levels]
    return [(str(one), str(levels[0]), _contrast(model, matrices[0], matrix)) for one, matrix in zip(levels[1:], matrices[1:], strict=True)]


def _curve(model: Model, matrix: Floats) -> Curve:
    slopes = len(model.terms.names)
    return model.response.curve(matrix @ model.parameters[:slopes], model.parameters[slopes:])


def _slope(model: Model, derivative: Floats) -> _Effect:
    """The effect of a number, from the derivative of the terms with respect to it."""
    matrix, share = model.terms.matrix, model.weights / model.weights.sum()
    curve = _curve(model, matrix)
    inner = derivative @ model.parameters[: matrix.shape[1]]
    each = curve.slope * inner[:, None]
    beta = np.einsum("i,ik,i,ij->kj", share, curve.bend, inner, matrix) + np.einsum("i,ik,ij->kj", share, curve.slope, derivative)
    cuts = np.einsum("i,ikc,i->kc", share, curve.slope_cuts, inner)
    return _Effect(each, np.hstack([beta, cuts]))


def _contrast(model: Model, before: Floats, after: Floats) -> _Effect:
    """The effect of a category, from the terms with everybody in the first level and in this one."""
    share = model.weights / model.weights.sum()
    one, two = _curve(model, before), _curve(model, after)
    beta = np.einsum("i,ik,ij->kj", share, two.slope, after) - np.einsum("i,ik,ij->kj", share, one.slope, before)
    cuts = np.einsum("i,ikc->kc", share, two.value_cuts - one.value_cuts)
    return _Effect(two.value - one.value, np.hstack([beta, cuts]))


def _rows(model: Model, labels: dict[str, str], effect: _Effect, covariates: str, level: float) -> list[dict[str, Any]]:
    share = model.weights / model.weights.sum()
    average = share @ effect.each
    if covariates == "fixed":
        spread = np.einsum("kp,pq,kq->k", effect.gradient, model.matrix, effect.gradient)
    else:
        influence = model.influence @ effect.gradient.T
        influence[model.terms.rows] += share[:, None] * (effect.each - average)
        spread = np.diagonal(covariance(influence, model.design))
    error = np.sqrt(np.maximum(spread, 0.0))
    margin = t_quantile((1 + level) / 2, model.df) * error
    p = t_two_sided(average / np.where(error > 0, error, np.nan), model.df)
    return [
        {"question": model.outcome, "option": option, **labels, "statistic": "marginal_effect"}
        | {
            "estimate": average[place],
            "std_error": error[place],
            "conf_low": average[place] - margin[place],
            "conf_high": average[place] + margin[place],
            "df": model.df,
            "count": model.base,
            "base": model.base,
            "weighted_base": float(model.weights.sum()),
            "method": "delta, t",
            "p_value": float(p[place]),
        }
        for place, option in enumerate(model.response.labels)
    ]
