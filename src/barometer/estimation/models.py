"""Regression on a survey: linear, logistic and proportional-odds models with design-based standard errors.

Coefficients are the weighted estimates of the model that would be fitted to the whole population (statsmodels fits the linear and the
logistic model). Their covariance is the sandwich of the design: each respondent's score, times the inverse of the information, is
an influence value, and `covariance` knows strata, clusters of every stage, population sizes and calibrated weights (Binder 1983; R's
`svyglm`). Unanswered rows and those outside `where` score 0 and stay in the design.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

import numpy as np
import polars as pl

from barometer.errors import DesignError, EvaluationError, did_you_mean
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats, f_upper, t_quantile, t_two_sided
from barometer.estimation.estimates import Estimates
from barometer.estimation.intervals import check_interval
from barometer.estimation.linearisation import covariance
from barometer.estimation.models_formula import Terms, check_independent, outcome_values, read_formula

if TYPE_CHECKING:
    from barometer.estimation.marginal import Response

Family = Literal["gaussian", "binomial"]
# A linear predictor beyond this makes a probability that no data can tell from 0 or 1.
SEPARATED = 25.0


class _Fitted(Protocol):
    params: Any


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted model.

    Attributes:
        design: The sample.
        formula: What was fitted.
        family: "gaussian", "binomial" or "ordinal".
        outcome: What is modelled, such as "support = yes".
        terms: The terms, on the rows that answered.
        names: The parameters: those of the terms, then thresholds such as "1|2" of an ordinal model.
        parameters: Their estimates: units of the outcome, or log-odds.
        matrix: Their design-based covariance.
        influence: Respondents x parameters: what each respondent adds to the error of each parameter.
        response: What turns the linear predictor into the outcome.
        level: The confidence level.
    """

    design: Design
    formula: str
    family: str
    outcome: str
    terms: Terms
    names: tuple[str, ...]
    parameters: Floats
    matrix: Floats
    influence: Floats
    response: Response
    level: float

    @property
    def df(self) -> float:
        """Degrees of freedom of tests: those of the design, less one for each term column besides the constant."""
        constant = self.family == "ordinal" or "Intercept" in self.terms.names
        return self.design.df - len(self.terms.names) + (1 if constant and self.family != "ordinal" else 0)

    @property
    def base(self) -> int:
        """How many respondents answered every variable of the formula."""
        return len(self.terms.rows)

    @property
    def weights(self) -> Floats:
        """The weights of these respondents."""
        return self.design.weights[self.terms.rows]

    @cached_property
    def coefficients(self) -> Estimates:
        """One row a parameter, with the statistic `coefficient` or `threshold`.

        `item` names it, `t` and `p_value` test it; logistic and ordinal models also have `odds_ratio` with `odds_ratio_low` and
        `odds_ratio_high` (null for thresholds and the constant).
        """
        error = np.sqrt(np.diagonal(self.matrix))
        margin = t_quantile((1 + self.level) / 2, self.df) * error
        positive = np.where(error > 0, error, np.nan)
        count = len(self.terms.names)
        rows: dict[str, Any] = {
            "question": [self.outcome] * len(self.names),
            "item": list(self.names),
            "statistic": ["coefficient"] * count + ["threshold"] * (len(self.names) - count),
            "estimate": self.parameters,
            "std_error": error,
            "conf_low": self.parameters - margin,
            "conf_high": self.parameters + margin,
            "df": [self.df] * len(self.names),
            "count": [self.base] * len(self.names),
            "base": [self.base] * len(self.names),
            "weighted_base": [float(self.weights.sum())] * len(self.names),
            "method": ["t"] * len(self.names),
            "t": self.parameters / positive,
            "p_value": t_two_sided(self.parameters / positive, self.df),
        }
        if self.family != "gaussian":
            shown = np.array([number < count and name != "Intercept" for number, name in enumerate(self.names)])
            for name, values in (("", self.parameters), ("_low", self.parameters - margin), ("_high", self.parameters + margin)):
                rows[f"odds_ratio{name}"] = np.exp(np.where(shown, values, np.nan))
        return Estimates(pl.DataFrame(rows))

    @property
    def frame(self) -> pl.DataFrame:
        """The coefficients as a polars frame."""
        return self.coefficients.frame

    def row(self, item: str) -> dict[str, Any]:
        """The coefficient of that name."""
        return self.coefficients.row(item=item)

    def test(self, term: str) -> Estimates:
        """The Wald F test that a term of the formula, with all of its columns, adds nothing.

        Raises:
            DesignError: The formula has no such term.
        """
        if term not in self.terms.slices:
            raise DesignError(
                "The model has no such term.",
                where=f"term '{term}'",
                expected=", ".join(self.terms.slices),
                hint=did_you_mean(term, self.terms.slices),
            )
        part = self.terms.slices[term]
        values, matrix = self.parameters[part], self.matrix[part, part]
        count = len(values)
        usable = np.linalg.matrix_rank(matrix) == count and self.df > 0
        value = float(values @ np.linalg.solve(matrix, values)) / count if usable else np.nan
        row = {
            "question": self.outcome,
            "item": term,
            "statistic": "term_test",
            "df": self.df,
            "count": self.base,
            "base": self.base,
            "weighted_base": float(self.weights.sum()),
            "method": "Wald F",
            "test": "Wald F",
            "test_value": value,
            "df1": float(count),
            "df2": self.df,
            "p_value": float(f_upper(value, count, self.df)) if usable else np.nan,
        }
        return Estimates(pl.DataFrame([row]))

    def marginal_effects(
        self, variables: str | Sequence[str] | None = None, *, covariates: str = "fixed", level: float | None = None
    ) -> Estimates:
        """Average marginal effects, in units of the outcome (proportions for shares). See `barometer.estimation.marginal`."""
        from barometer.estimation import marginal

        return marginal.marginal_effects(self, variables, covariates=covariates, level=level)

    @property
    def summary(self) -> str:
        """The model in a few lines of text."""
        kinds = {"gaussian": "Linear model", "binomial": "Logistic model (log-odds)", "ordinal": "Proportional-odds model (log-odds)"}
        lines = [
            f"{kinds[self.family]}: {self.formula}",
            f"Outcome: {self.outcome}. {self.base} of {self.design.size} respondents answered everything; {self.df:g} degrees of freedom.",
            "",
        ]
        width = max(len(name) for name in self.names)
        lines.append(f"{'':<{width}}  {'estimate':>10}  {'std error':>10}  {'low':>10}  {'high':>10}  {'p':>7}")
        for row in self.coefficients:
            numbers = [row[name] for name in ("estimate", "std_error", "conf_low", "conf_high")]
            cells = "  ".join(f"{value:>10.4g}" if value is not None else f"{'':>10}" for value in numbers)
            p = "" if row["p_value"] is None else "<0.001" if row["p_value"] < 0.001 else f"{row['p_value']:.3f}"
            lines.append(f"{row['item']:<{width}}  {cells}  {p:>7}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.summary


def regress(design: Design, formula: str, *, family: Family = "gaussian", where: pl.Expr | None = None, level: float = 0.95) -> Model:
    """Fit a linear or logistic model.

    Args:
        design: The sample.
        formula: Outcome and terms, such as "score ~ role + years". The outcome of a logistic model is 0 and 1, a boolean, a
            comparison such as I(q1 == 'agree'), or a variable of two categories, of which the second is modelled.
        family: "gaussian" for a linear model, "binomial" for a logistic one.
        where: A condition for the respondents who count; the others stay in the design.
        level: The confidence level.

    Returns:
        A `Model`: `.frame` has the coefficients (units of the outcome, or log-odds), `.marginal_effects()` what can be printed,
        `.test("role")` the joint test of a term, `.summary` the text.

    Raises:
        DesignError: The formula cannot be parsed, names an unknown column or a variable with one level, or its terms repeat each other;
            the outcome does not suit the family.
        EvaluationError: A combination of the terms predicts the outcome perfectly, so that no logistic coefficient exists.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> frame = pl.DataFrame({"score": [3, 5, 4, 6, 7, 8], "role": ["ao", "ao", "ao", "chair", "chair", "chair"]})
        >>> model = regress(Design(frame), "score ~ role")
        >>> model.frame.select("item", pl.col("estimate", "std_error").round(4)).rows()
        [('Intercept', 4.0, 0.5164), ('role[T.chair]', 3.0, 0.7303)]
    """
    check_interval("logit", level)
    if family not in get_args(Family):
        raise DesignError(
            "The family of a model is unknown.",
            where="family",
            expected="'gaussian' or 'binomial'",
            got=repr(family),
            hint=did_you_mean(str(family), get_args(Family)),
        )
    from barometer.estimation.marginal import Linear, Logistic

    left, text, terms = read_formula(design, formula, where)
    check_independent(terms, formula)
    outcome, modelled = outcome_values(left, terms, formula) if family == "binomial" else (_numbers(left, terms, formula), text)
    weights = design.weights[terms.rows]
    if family == "binomial":
        wrong = (outcome != 0) & (outcome != 1)
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            raise DesignError(
                "The outcome of a logistic model is not 0 or 1.",
                where=f"column '{text}', row {int(terms.rows[at]) + 1}",
                expected="0 or 1",
                got=f"{outcome[at]:g}",
            )
    parameters = (_linear if family == "gaussian" else _logistic)(terms.matrix, outcome, weights, formula)
    fitted = terms.matrix @ parameters
    if family == "binomial":
        fitted = 1 / (1 + np.exp(-fitted))
    slope = np.ones_like(fitted) if family == "gaussian" else fitted * (1 - fitted)
    information = (terms.matrix * (weights * slope)[:, None]).T @ terms.matrix
    scores = terms.matrix * (weights * (outcome - fitted))[:, None]
    influence = np.zeros((design.size, len(parameters)))
    influence[terms.rows] = np.linalg.solve(information, scores.T).T
    response = Linear() if family == "gaussian" else Logistic()
    matrix = covariance(influence, design)
    return Model(design, formula, family, modelled, terms, terms.names, parameters, matrix, influence, response, level)


def _numbers(left: Any, terms: Terms, formula: str) -> Floats:
    """The outcome of a linear model."""
    name = str(left).strip("`")
    if name in terms.frame.columns and not (terms.frame[name].dtype.is_numeric() or terms.frame[name].dtype == pl.Boolean):
        raise DesignError(
            "The outcome of a linear model is not numeric.",
            where=f"column '{name}', row {int(terms.rows[0]) + 1}",
            expected="numbers",
            got=repr(terms.frame[name][0]),
            hint="Use family='binomial' for a category, or ordinal() for a scale.",
        )
    return outcome_values(left, terms, formula)[0]


def _linear(matrix: Floats, outcome: Floats, weights: Floats, _: str) -> Floats:
    from statsmodels.regression.linear_model import WLS

    fit: _Fitted = WLS(outcome, matrix, weights=weights).fit()
    return np.asarray(fit.params, dtype=np.float64)


def _logistic(matrix: Floats, outcome: Floats, weights: Floats, formula: str) -> Floats:
    import warnings

    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    with warnings.catch_warnings():
        # What statsmodels warns of (separation, no convergence) is looked for below, and refused.
        warnings.simplefilter("ignore")
        fit: _Fitted = GLM(outcome, matrix, family=Binomial(), freq_weights=weights / weights.mean()).fit(maxiter=100)
    parameters = np.asarray(fit.params, dtype=np.float64)
    step: Floats = np.full_like(parameters, np.inf)
    for _ in range(3):
        # Newton steps to the last digit: the fit stops when its deviance does.
        predictor = matrix @ parameters
        if not np.isfinite(predictor).all() or np.abs(predictor).max() > SEPARATED:
            break
        share = 1 / (1 + np.exp(-predictor))
        information = (matrix * (weights * share * (1 - share))[:, None]).T @ matrix
        step = np.asarray(np.linalg.solve(information, matrix.T @ (weights * (outcome - share))), dtype=np.float64)
        parameters = np.asarray(parameters + step, dtype=np.float64)
    if not np.isfinite(step).all() or np.abs(step).max() > 1e-8 * max(1.0, float(np.abs(parameters).max())):
        raise separated(formula)
    return parameters


def separated(formula: str) -> EvaluationError:
    """What to say when no coefficient exists."""
    return EvaluationError(
        "The terms predict the outcome perfectly, so the model has no coefficients.",
        where=f"formula '{formula}'",
        hint="A group in which everybody gave one answer does this: join it with another, or leave the term out.",
    )
