"""Groups compared: by their means (the design-based t test) and by ranks (Wilcoxon, Kruskal-Wallis and their relatives).

Rank tests follow Lumley and Scott (2013): each respondent's place in the population is estimated by the weighted mid-rank, turned into a
score, and the mean scores of the groups are compared with their design-based covariance matrix, population sizes of every stage
included. The estimated ranks count as given, which is right under the hypothesis that all groups are alike. Tied answers share the
middle of the weight below and up to them, whatever the order of the rows; R's `svyranktest` averages the places of tied rows in the
order in which they stand, so that unequal weights among ties give it slightly other ranks.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.comparisons import p_values
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats, f_upper, normal_quantile, t_quantile
from barometer.estimation.domains import Break, Mask, check_levels, resolve_break, resolve_where
from barometer.estimation.estimates import Estimates, Flag
from barometer.estimation.intervals import check_interval
from barometer.estimation.joint import Term, as_term, target_of
from barometer.estimation.linearisation import covariance
from barometer.estimation.rowwise import ratio_scores
from barometer.estimation.sources import column_of
from barometer.estimation.variables import AnyVariable, Categorical, Numeric

RankScore = Literal["wilcoxon", "van der Waerden", "median"]


def t_test(
    design: Design,
    variable: Term | AnyVariable | tuple[Any, ...],
    by: str | Categorical | None = None,
    *,
    against: float = 0.0,
    where: pl.Expr | None = None,
    level: float = 0.95,
) -> Estimates:
    """The difference of two groups, second level minus first, with its t test; or of everybody from a number.

    Args:
        design: The sample.
        variable: A column or variable (its mean), a tuple (variable, option) for a share, or a `Term`.
        by: A break with two levels; None compares everybody with `against`.
        against: The number of the one-sample test.
        where: A condition for the respondents who count.
        level: The confidence level.

    Returns:
        One row with the statistic `difference`, in units of the answer (proportions for shares), with `test` "t", `test_value` t,
        `df1` 1, `df2` the degrees of freedom of the whole design, and `p_value`. `level` is the second group and `against` the first
        (or the number). `base` and `count` are the respondents in both groups. The variance is the one that is seen; `tab_book` tests
        shares under the hypothesis that they are equal, which is safer near 0 and 1.

    Raises:
        DesignError: A column is missing, the term is not one figure, or the break does not have two levels.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> design = Design(pl.DataFrame({"score": [5, 4, 3, 2, 1, 3], "role": ["a", "a", "a", "b", "b", "b"]}))
        >>> row = t_test(design, "score", "role").row()
        >>> row["estimate"], round(row["test_value"], 4), round(row["p_value"], 4)
        (-2.0, -2.7386, 0.0409)
    """
    check_interval("logit", level)
    term = as_term(variable)
    target = target_of(design, term)
    live = resolve_where(design.frame, where) & resolve_where(design.frame, term.where) & (design.weights > 0)
    name, label, reference, masks = "", "", f"{against:g}", [live & target.base]
    if by is not None:
        found = resolve_break(design.frame, by)
        present = _two_levels(found, live & target.base)
        name, label, reference = found.name, found.levels[present[1]], found.levels[present[0]]
        masks = [live & target.base & (found.codes == place + 1) for place in present]
    parts = [ratio_scores(design, target, mask) for mask in masks]
    estimate = parts[-1][0] - (parts[0][0] if by is not None else against)
    scores = parts[-1][1] - (parts[0][1] if by is not None else 0.0)
    together = np.logical_or.reduce(masks)
    spread = covariance(scores[:, None], design)[0, 0]
    row = _tested(design, estimate, spread, together, level)
    row |= {"question": target.statistic.question, "item": target.statistic.item, "option": target.statistic.option}
    row |= {"break": name, "level": label, "against": reference, "statistic": "difference"}
    return Estimates(pl.DataFrame([row]))


def _two_levels(found: Break, inside: Mask) -> list[int]:
    present = [place for place in range(len(found.levels)) if (inside & (found.codes == place + 1)).any()]
    check_levels(found.name, [found.levels[place] for place in present])
    if len(present) > 2:
        raise DesignError(
            "A t test compares two groups.",
            where=f"break '{found.name}'",
            expected="two levels",
            got=", ".join(found.levels[place] for place in present),
            hint="Choose two with where=, or use tab_book, rank_test or regress for more.",
        )
    return present


def _tested(design: Design, estimate: float, spread: float, inside: Mask, level: float, df2: float | None = None) -> dict[str, Any]:
    """The columns of a difference with a t test."""
    df2 = design.df if df2 is None else df2
    certain = not (inside & design.structure.uncertain).any()
    spread = 0.0 if certain else max(spread, 0.0)
    p = float(p_values(np.array([estimate]), np.array([spread]), np.array([certain]), df2)[0])
    margin = float(t_quantile((1 + level) / 2, df2)) * spread**0.5 if spread else 0.0
    undefined = bool(np.isnan(estimate))
    return {
        "estimate": estimate,
        "std_error": np.nan if undefined else spread**0.5,
        "conf_low": estimate - margin,
        "conf_high": estimate + margin,
        "df": design.df,
        "count": int(inside.sum()),
        "base": int(inside.sum()),
        "weighted_base": float(design.weights[inside].sum()),
        "flag": Flag.UNDEFINED if undefined else Flag.NONE,
        "method": "" if undefined else "t",
        "test": "t",
        "test_value": estimate / spread**0.5 if spread > 0 else np.nan,
        "df1": 1.0,
        "df2": df2,
        "p_value": p,
    }


def rank_test(
    design: Design,
    variable: str | Numeric | Categorical,
    *,
    by: str | Categorical,
    scores: RankScore = "wilcoxon",
    where: pl.Expr | None = None,
    level: float = 0.95,
) -> Estimates:
    """Test whether groups differ by rank: Wilcoxon for two groups, Kruskal-Wallis for more.

    Args:
        design: The sample.
        variable: Numbers, or a scale (a `Categorical`, ordered by its `values` or its codes; an Enum column).
        by: The groups.
        scores: "wilcoxon", the place from 0 to 1 in the whole (for several groups this is Kruskal-Wallis); "van der Waerden", its
            normal quantile; "median", whether it is over the median.
        where: A condition for the respondents who count.
        level: The confidence level.

    Returns:
        For two groups one row: `estimate` is the difference of mean scores, second level minus first (`against`), with its
        t test. For more groups first a row `rank_test` with the F test of all groups, whose `level` is "" and whose estimate is
        null, and then one row `rank_difference` for each other level against the first. With Wilcoxon scores an estimate of 0.1 says that a
        member of the second group stands ten percentage points higher in the whole than one of the first. `df2` is the
        degrees of freedom of the design less the number of groups plus 1, as R's `svyranktest` takes it.

    Raises:
        DesignError: A column is missing, answers have no order, or fewer than two groups answered.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> design = Design(pl.DataFrame({"score": [5, 4, 3, 2, 1, 3], "role": ["a", "a", "a", "b", "b", "b"]}))
        >>> row = rank_test(design, "score", by="role").row()
        >>> row["test"], round(row["estimate"], 4), round(row["p_value"], 4)
        ('Wilcoxon', -0.4444, 0.044)
    """
    check_interval("logit", level)
    if scores not in get_args(RankScore):
        raise DesignError(
            "The scores of a rank test are unknown.",
            where="scores",
            expected=", ".join(get_args(RankScore)),
            got=repr(scores),
            hint=did_you_mean(str(scores), get_args(RankScore)),
        )
    name, values = _ordered(design, variable)
    found = resolve_break(design.frame, by)
    inside = resolve_where(design.frame, where) & (design.weights > 0) & ~np.isnan(values) & (found.codes > 0)
    present = [place for place in range(len(found.levels)) if (inside & (found.codes == place + 1)).any()]
    check_levels(found.name, [found.levels[place] for place in present])
    score = _rank_scores(values, np.where(inside, design.weights, 0.0), inside, scores)
    estimates, influence = np.zeros(len(present)), np.zeros((design.size, len(present)))
    for place, level_at in enumerate(present):
        weights = np.where(inside & (found.codes == level_at + 1), design.weights, 0.0)
        estimates[place] = weights @ score / weights.sum()
        influence[:, place] = weights * (score - estimates[place]) / weights.sum()
    matrix = covariance(influence[:, 1:] - influence[:, :1], design)
    differences, df2 = estimates[1:] - estimates[0], design.df - (len(present) - 1)
    title = {"wilcoxon": "Wilcoxon" if len(present) == 2 else "Kruskal-Wallis", "median": "median test"}.get(scores, scores)
    labels = {"question": name, "break": found.name}
    rows = []
    if len(present) > 2:
        rows.append(labels | _omnibus(design, differences, matrix, inside, df2) | {"test": title})
    for place, level_at in enumerate(present[1:]):
        row = _tested(design, float(differences[place]), float(matrix[place, place]), inside, level, df2)
        row |= {"level": found.levels[level_at], "against": found.levels[present[0]], "statistic": "rank_difference"}
        rows.append(labels | row | ({"test": title} if len(present) == 2 else {}))
    return Estimates(pl.DataFrame(rows, infer_schema_length=None))


def _omnibus(design: Design, differences: Floats, matrix: Floats, inside: Mask, df2: float) -> dict[str, Any]:
    """The F test that all differences are 0."""
    count = len(differences)
    certain = not (inside & design.structure.uncertain).any()
    usable = not certain and df2 > 0 and np.linalg.matrix_rank(matrix) == count
    value = float(differences @ np.linalg.solve(matrix, differences)) / count if usable else np.nan
    p = float(f_upper(value, count, df2)) if usable else (float(not differences.any()) if certain else np.nan)
    base = int(inside.sum())
    return {
        "statistic": "rank_test",
        "df": design.df,
        "count": base,
        "base": base,
        "weighted_base": float(design.weights[inside].sum()),
        "method": "Wald F",
        "test_value": value,
        "df1": float(count),
        "df2": df2,
        "p_value": p,
    }


def _ordered(design: Design, variable: str | Numeric | Categorical) -> tuple[str, Floats]:
    """The name of a variable and its answers as numbers, NaN where there is none."""
    frame = design.frame
    if isinstance(variable, Categorical):
        series = column_of(frame, variable.column, variable.question)
        order = variable.values or (None if variable.codes is None else {code: place for place, code in enumerate(variable.codes)})
        if order is not None:
            kept = {code: float(value) for code, value in order.items() if code not in variable.missing}
            plain = series.cast(pl.String) if series.dtype in (pl.Categorical, pl.Enum) else series
            places = plain.replace_strict(list(kept), list(kept.values()), default=None, return_dtype=pl.Float64)
            return variable.question, places.fill_null(np.nan).to_numpy()
        name, column = variable.question, variable.column
        if variable.missing:
            known = pl.when(pl.col(column).is_in(list(variable.missing))).then(None).otherwise(pl.col(column))
            frame = frame.with_columns(known.alias(column))
    else:
        name = variable if isinstance(variable, str) else variable.question
        column = name if isinstance(variable, str) else variable.column
    series = column_of(frame, column, name)
    if isinstance(series.dtype, pl.Enum):
        return name, series.to_physical().cast(pl.Float64).fill_null(np.nan).to_numpy()
    if not (series.dtype.is_numeric() or series.dtype == pl.Boolean):
        first = next((str(value) for value in series if value is not None), "only nulls")
        raise DesignError(
            "The answers have no order.",
            where=f"column '{column}'",
            expected="numbers, an Enum column, or Categorical(..., codes=...) in ascending order",
            got=f"{series.dtype} such as {first!r}",
        )
    return name, series.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _rank_scores(values: Floats, weights: Floats, inside: Mask, scores: str) -> Floats:
    """Scores of the weighted mid-ranks; 0 outside."""
    distinct, place = np.unique(values[inside], return_inverse=True)
    sums = np.bincount(place, weights[inside], minlength=len(distinct))
    total = float(sums.sum())
    middle = (np.cumsum(sums) - sums / 2)[place]
    if scores == "wilcoxon":
        made = middle / total
    elif scores == "median":
        made = (middle > total / 2).astype(np.float64)
    else:
        made = normal_quantile(middle / total)
    out = np.zeros(len(values))
    out[inside] = made
    return out
