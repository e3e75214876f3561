"""Several figures together, with their covariance: what any comparison within one sample rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats, t_quantile, t_two_sided
from barometer.estimation.domains import Mask, resolve_where
from barometer.estimation.estimates import Estimates, Flag
from barometer.estimation.intervals import check_interval
from barometer.estimation.linearisation import covariance as covariance_of
from barometer.estimation.rowwise import MEANS, NETS, SHARES, Target, ratio_scores, targets
from barometer.estimation.variables import AnyVariable, Categorical, Numeric


@dataclass(frozen=True)
class Term:
    """One figure: a mean, or the share of an option, of a variable in a domain.

    Args:
        variable: A column name or variable.
        option: The option (or the name of a net) whose share it is; "" for the mean.
        item: The item of a battery, ranking or allocation; "" elsewhere.
        where: The domain; everybody if left out.
    """

    variable: AnyVariable
    option: str = ""
    item: str = ""
    where: pl.Expr | None = field(default=None, hash=False, compare=False)

    @property
    def name(self) -> str:
        """Its question, item and option."""
        question = self.variable if isinstance(self.variable, str) else self.variable.question
        return " ".join(part for part in (question, self.item, self.option) if part)


@dataclass(frozen=True, eq=False)
class Joint:
    """Figures with their covariance.

    Attributes:
        terms: What the figures are.
        estimate: The figures; NaN where a base is empty.
        matrix: Their covariance, terms x terms.
        base: Unweighted respondents in each figure's base.
        weighted_base: The sum of their weights.
        df: Degrees of freedom of the design.
        level: The confidence level of contrasts.
    """

    terms: tuple[Term, ...]
    estimate: Floats
    matrix: Floats
    base: Floats
    weighted_base: Floats
    df: float
    level: float = 0.95

    def contrast(self, coefficients: Sequence[float], *, question: str = "contrast", statistic: str = "contrast") -> Estimates:
        """A weighted sum of the figures, with its standard error, t interval and the `p_value` of its being 0, as one row.

        Args:
            coefficients: One a term; (1, -1) is the difference of two.
            question: What stands in the column `question`.
            statistic: What stands in the column `statistic`.

        Raises:
            DesignError: There are not as many coefficients as terms.
        """
        row = np.asarray(coefficients, dtype=np.float64)
        if row.shape != self.estimate.shape:
            raise DesignError("A contrast needs one coefficient for each term.", expected=str(len(self.terms)), got=str(len(coefficients)))
        used = row != 0
        estimate = float(row[used] @ self.estimate[used])
        variance = max(float(row[used] @ self.matrix[np.ix_(used, used)] @ row[used]), 0.0)
        undefined = bool(np.isnan(estimate))
        margin = float(t_quantile((1 + self.level) / 2, self.df)) * variance**0.5 if variance else 0.0
        smallest = int(np.flatnonzero(used)[np.argmin(self.base[used])]) if used.any() else 0
        found: dict[str, Any] = {
            "question": question,
            "statistic": statistic,
            "estimate": estimate,
            "std_error": float("nan") if undefined else variance**0.5,
            "conf_low": estimate - margin,
            "conf_high": estimate + margin,
            "df": self.df,
            "count": int(self.base[smallest]),
            "base": int(self.base[smallest]),
            "weighted_base": float(self.weighted_base[smallest]),
            "flag": Flag.UNDEFINED if undefined else Flag.NONE,
            "method": "" if undefined else "t",
            "p_value": float(t_two_sided(estimate / variance**0.5, self.df)) if variance > 0 and not undefined else float("nan"),
        }
        return Estimates(pl.DataFrame([found]))


def target_of(design: Design, term: Term) -> Target:
    """The statistic on rows that a term names.

    Raises:
        DesignError: The term is not one figure of its variable, or a column is missing.
    """
    variable: AnyVariable = term.variable
    if isinstance(variable, str):
        variable = Categorical(variable) if term.option else Numeric(variable)
    kinds = (*SHARES, *NETS, "top_box") if term.option else MEANS
    found = [one for one in targets(design, variable, kinds) if isinstance(one, Target)]
    match = [one for one in found if one.statistic.option == term.option and one.statistic.item == term.item]
    if not match and term.option:
        match = [one for one in found if one.statistic.statistic == term.option and one.statistic.item == term.item]
    if len(match) != 1:
        known = [" ".join(part for part in (one.statistic.item, one.statistic.option) if part) for one in found]
        raise DesignError(
            "A term is not one figure of its variable.",
            where=f"term '{term.name}'",
            expected="one of " + ", ".join(known[:12]) if known else "a variable with a mean, or an option",
            got=f"{len(match)} figures",
            hint=did_you_mean(term.option or term.item, known),
        )
    return match[0]


def as_term(term: Term | AnyVariable | tuple[Any, ...]) -> Term:
    """A term from itself, a variable (its mean), or a tuple (variable, option)."""
    if isinstance(term, Term):
        return term
    if isinstance(term, tuple):
        variable, option = term
        return Term(variable, str(option))
    return Term(term)


def influence(design: Design, term: Term | AnyVariable | tuple[Any, ...], *, among: Mask | None = None) -> tuple[float, Floats]:
    """A figure and its scores (weighted, 0 outside its domain), for use with `variance` and `covariance`.

    Args:
        design: The sample.
        term: The figure.
        among: A further condition, one true or false a respondent.
    """
    one = as_term(term)
    mask = resolve_where(design.frame, one.where) & (design.weights > 0)
    estimate, scores, _ = ratio_scores(design, target_of(design, one), mask if among is None else mask & among)
    return estimate, scores


def covariance(design: Design, terms: Sequence[Term | AnyVariable | tuple[Any, ...]], *, level: float = 0.95) -> Joint:
    """Any shares and means, in any domains, with their covariance matrix.

    Args:
        design: The sample.
        terms: Column names and variables (their means), tuples (variable, option) for shares, or `Term`s, which may have domains.
        level: The confidence level of contrasts.

    Raises:
        DesignError: A column is missing, or a term is not one figure.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> joint = Design(pl.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4]})).covariance(["a", "b"])
        >>> joint.estimate.tolist(), joint.matrix.round(4).tolist()
        ([2.5, 3.0], [[0.4167, 0.3333], [0.3333, 0.3333]])
        >>> joint.contrast([1, -1]).row()["estimate"]
        -0.5
    """
    check_interval("logit", level)
    wanted = tuple(as_term(term) for term in terms)
    estimate, base, weighted = np.full(len(wanted), np.nan), np.zeros(len(wanted)), np.zeros(len(wanted))
    scores = np.zeros((design.size, len(wanted)))
    for place, term in enumerate(wanted):
        target = target_of(design, term)
        mask = resolve_where(design.frame, term.where) & (design.weights > 0)
        estimate[place], scores[:, place], _ = ratio_scores(design, target, mask)
        inside = mask & target.base
        base[place], weighted[place] = inside.sum(), design.weights[inside].sum()
    return Joint(wanted, estimate, covariance_of(scores, design), base, weighted, design.df, level)


def difference(
    design: Design,
    first: Term | AnyVariable | tuple[Any, ...],
    second: Term | AnyVariable | tuple[Any, ...],
    *,
    where: pl.Expr | None = None,
    level: float = 0.95,
    base: str = "both",
) -> Estimates:
    """The difference of two figures of the same respondents, first minus second, with their covariance.

    Args:
        design: The sample.
        first: A column or variable (its mean), a tuple (variable, option) for a share, or a `Term`.
        second: What is subtracted.
        where: A condition for the respondents who count.
        level: The confidence level.
        base: "both" compares within respondents who answered both, a paired comparison; "each" leaves each figure its own
            base, so that the difference is that of the published figures.

    Returns:
        One row with the statistic `difference`, in units of the answers (proportions for shares).

    Raises:
        DesignError: A column is missing, or a term is not one figure.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> design = Design(pl.DataFrame({"a": [5, 4, 3], "b": [4, 2, 3]}))
        >>> row = design.difference("a", "b").row()
        >>> row["question"], row["estimate"], round(row["std_error"], 4)
        ('a - b', 1.0, 0.5774)
    """
    check_interval("logit", level)
    if base not in ("both", "each"):
        raise DesignError("The base of a difference is unknown.", where="base", expected="'both' or 'each'", got=repr(base))
    pair = (as_term(first), as_term(second))
    made = [target_of(design, term) for term in pair]
    masks = [resolve_where(design.frame, term.where) & resolve_where(design.frame, where) & (design.weights > 0) for term in pair]
    if base == "both":
        common = masks[0] & masks[1] & made[0].base & made[1].base
        masks = [common, common]
    found = [ratio_scores(design, target, mask) for target, mask in zip(made, masks, strict=True)]
    inside = [mask & target.base for target, mask in zip(made, masks, strict=True)]
    joint = Joint(
        pair,
        np.array([one[0] for one in found]),
        covariance_of(np.stack([one[1] for one in found], axis=1), design),
        np.array([one.sum() for one in inside], dtype=np.float64),
        np.array([design.weights[one].sum() for one in inside]),
        design.df,
        level,
    )
    return joint.contrast((1, -1), question=f"{pair[0].name} - {pair[1].name}", statistic="difference")
