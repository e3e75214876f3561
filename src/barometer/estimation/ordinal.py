"""The proportional-odds model of a scale: one set of log-odds for all of its cuts (McCullagh 1980).

logit P(answer <= k) = threshold_k - x b, so a positive coefficient means higher answers. The weighted likelihood is maximised by
Newton's method with its exact second derivatives; standard errors are the design's, as for the other models (R's `svyolr`, whose second
derivatives are numerical).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats
from barometer.estimation.domains import check_levels
from barometer.estimation.intervals import check_interval
from barometer.estimation.linearisation import Ints, covariance
from barometer.estimation.marginal import Cumulative, logistic
from barometer.estimation.models import SEPARATED, Model, separated
from barometer.estimation.models_formula import Terms, check_independent, read_formula


def ordinal(
    design: Design, formula: str, *, order: Sequence[Any] | None = None, where: pl.Expr | None = None, level: float = 0.95
) -> Model:
    """Fit a proportional-odds model to a scale.

    Args:
        design: The sample.
        formula: A column and terms, such as "b1 ~ role + region".
        order: The answers from the lowest to the highest; left out, numbers in their order or the order of an Enum column. Answers
            that are not in it count as none.
        where: A condition for the respondents who count; the others stay in the design.
        level: The confidence level.

    Returns:
        A `Model` whose parameters are log-odds, followed by the thresholds "1|2", "2|3", ...

    Raises:
        DesignError: The formula cannot be parsed or names an unknown column, the outcome is text without an order, or fewer than two of its
            levels were chosen.
        EvaluationError: A combination of the terms predicts the outcome perfectly.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> frame = pl.DataFrame({"b1": [1, 2, 3, 2, 3, 3, 1, 3], "role": ["ao", "chair"] * 4})
        >>> model = ordinal(Design(frame), "b1 ~ role")
        >>> model.frame.select("item", "statistic", pl.col("estimate").round(3)).rows()
        [('role[T.chair]', 'coefficient', 0.941), ('1|2', 'threshold', -0.577), ('2|3', 'threshold', 0.577)]
    """
    check_interval("logit", level)
    left, name, terms = read_formula(_known_answers(design, formula, order), formula, where)
    codes, labels = _codes(left, name, terms, order)
    terms = terms.without_intercept()
    check_independent(terms, formula)
    if not terms.names:
        raise DesignError("The formula has no variables after ~.", where=f"formula '{formula}'")
    weights = design.weights[terms.rows]
    likelihood = _Likelihood(terms.matrix, codes, len(labels), weights)
    parameters = likelihood.maximum(formula)
    scores, information = likelihood.derivatives(parameters)
    influence = np.zeros((design.size, len(parameters)))
    influence[terms.rows] = np.linalg.solve(information, scores.T).T
    matrix = covariance(influence, design)
    names = (*terms.names, *(f"{one}|{other}" for one, other in pairwise(labels)))
    return Model(design, formula, "ordinal", name, terms, names, parameters, matrix, influence, Cumulative(labels), level)


def _known_answers(design: Design, formula: str, order: Sequence[Any] | None) -> Design:
    """The design with answers outside the order emptied."""
    name = formula.split("~", 1)[0].strip().strip("`")
    if order is None or name not in design.frame.columns:
        return design
    plain = design.frame[name].cast(pl.String) if isinstance(design.frame[name].dtype, pl.Enum) else design.frame[name]
    try:
        known = plain.is_in(list(order))
    except pl.exceptions.PolarsError as error:
        raise DesignError(
            "The order is of another type than the column.",
            where=f"column '{name}'",
            expected=f"answers of type {plain.dtype}",
            got=", ".join(repr(one) for one in order),
        ) from error
    if not known.any():
        raise DesignError(
            "No answer is in the order.",
            where=f"column '{name}'",
            expected=", ".join(repr(one) for one in order),
            got=", ".join(repr(one) for one in plain.drop_nulls().unique().sort().to_list()[:6]),
            hint=did_you_mean(str(order[0]), map(str, plain.drop_nulls().unique().to_list())) if len(order) else None,
        )
    emptied = pl.when(known.fill_null(value=False)).then(plain).otherwise(None)
    return design.with_frame(design.frame.with_columns(emptied.alias(name)))


def _codes(left: Any, name: str, terms: Terms, order: Sequence[Any] | None) -> tuple[Ints, tuple[str, ...]]:
    """The place of each answer among the levels that were chosen, and their names."""
    column = str(left).strip("`")
    if column not in terms.frame.columns:
        raise DesignError(
            "The outcome of an ordinal model is a column.",
            where=f"outcome '{name}'",
            expected="the name of a column",
            got=name,
        )
    series = terms.frame[column]
    if order is not None:
        levels = list(order)
    elif isinstance(series.dtype, pl.Enum):
        levels = series.dtype.categories.to_list()
    elif series.dtype.is_numeric() or series.dtype == pl.Boolean:
        levels = series.unique().sort().to_list()
    else:
        raise DesignError(
            "The answers have no order.",
            where=f"column '{column}', row {int(terms.rows[0]) + 1}",
            expected="numbers, an Enum column, or order=(...)",
            got=f"{series.dtype} such as {series[0]!r}",
        )
    plain = series.cast(pl.String) if isinstance(series.dtype, pl.Enum) else series
    chosen = set(plain.unique().to_list())
    present = [one for one in levels if one in chosen]
    labels = tuple(str(one) for one in present)
    check_levels(column, labels)
    codes = plain.replace_strict(present, list(range(len(present))), return_dtype=pl.Int64).to_numpy()
    return codes, labels


@dataclass(frozen=True, eq=False)
class _Likelihood:
    """The weighted likelihood of a proportional-odds model; parameters are slopes, then thresholds."""

    matrix: Floats
    codes: Ints
    levels: int
    weights: Floats

    def _ends(self, parameters: Floats) -> tuple[Floats, Floats]:
        """The predictors of the upper and lower end of each respondent's answer, infinite at the ends of the scale."""
        slopes = self.matrix.shape[1]
        cuts = np.concatenate([[-np.inf], parameters[slopes:], [np.inf]])
        predictor = self.matrix @ parameters[:slopes]
        return cuts[self.codes + 1] - predictor, cuts[self.codes] - predictor

    def value(self, parameters: Floats) -> float:
        """The log-likelihood; minus infinity where thresholds cross."""
        upper, lower = self._ends(parameters)
        share = logistic(upper) - logistic(lower)
        return float(self.weights @ np.log(share)) if (share > 0).all() else -np.inf

    def derivatives(self, parameters: Floats) -> tuple[Floats, Floats]:
        """The score of each respondent, respondents x parameters, and the information matrix."""
        upper, lower = self._ends(parameters)
        tops, bottoms = logistic(upper), logistic(lower)
        share = tops - bottoms
        density = [part * (1 - part) for part in (tops, bottoms)]
        bend = [thick * (1 - 2 * part) for thick, part in zip(density, (tops, bottoms), strict=True)]
        cuts = np.eye(self.levels - 1)
        none = np.zeros((1, self.levels - 1))
        # The derivative of each end: minus the terms, and its own threshold; an infinite end does not move.
        up = np.hstack([-self.matrix * (density[0] > 0)[:, None], np.vstack([cuts, none])[self.codes]])
        down = np.hstack([-self.matrix * (density[1] > 0)[:, None], np.vstack([none, cuts])[self.codes]])
        one, other = density[0] / share, density[1] / share
        scores = self.weights[:, None] * (one[:, None] * up - other[:, None] * down)
        uu, dd, ud = bend[0] / share - one**2, -bend[1] / share - other**2, one * other
        mixed = (up * (self.weights * ud)[:, None]).T @ down
        second = (up * (self.weights * uu)[:, None]).T @ up + (down * (self.weights * dd)[:, None]).T @ down + mixed + mixed.T
        return scores, -second

    def maximum(self, formula: str) -> Floats:
        """The parameters of the largest likelihood, by Newton's method with halved steps."""
        sums = np.cumsum(np.bincount(self.codes, self.weights, minlength=self.levels))[:-1] / self.weights.sum()
        parameters = np.concatenate([np.zeros(self.matrix.shape[1]), np.log(sums / (1 - sums))])
        best = self.value(parameters)
        for _ in range(60):
            scores, information = self.derivatives(parameters)
            try:
                step = np.linalg.solve(information, scores.sum(axis=0))
            except np.linalg.LinAlgError as error:
                raise separated(formula) from error
            size = 1.0
            while (found := self.value(parameters + size * step)) < best - 1e-12 * abs(best) and size > 1e-6:
                size /= 2
            parameters, best = parameters + size * step, found
            predictor = self.matrix @ parameters[: self.matrix.shape[1]]
            if not np.isfinite(best) or np.abs(predictor).max() > SEPARATED + np.abs(parameters[self.matrix.shape[1] :]).max():
                break
            if np.abs(step).max() <= 1e-12 * max(1.0, float(np.abs(parameters).max())):
                return np.asarray(parameters)
        raise separated(formula)
