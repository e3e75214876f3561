"""Means, proportions, nets, top boxes, totals and ratios, from the answers of respondents.

Every one of them is a ratio (or the total) of weighted sums; its scores go to `variance`, so all designs, domains and calibrated
weights are treated alike. Sources: Cochran 1977; Lumley 2004; the design effect is that of R's `svymean(deff=TRUE)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from barometer.errors import DesignError
from barometer.estimation.design import Design
from barometer.estimation.estimates import Estimates
from barometer.estimation.rowwise import MEANS, NETS, SHARES, Target, estimate_ratios, targets
from barometer.estimation.tabulation import as_variable
from barometer.estimation.variables import (
    Allocation,
    AnyVariable,
    Battery,
    Categorical,
    MultipleResponse,
    Numeric,
    Ranking,
    Variable,
)


def _require(found: Sequence[Any], variable: AnyVariable, what: str, hint: str) -> None:
    if not found:
        name = variable if isinstance(variable, str) else variable.question
        raise DesignError(f"The variable has no {what}.", where=f"question '{name}'", hint=hint)


def _as_shares(variable: AnyVariable) -> Variable:
    return Categorical(variable) if isinstance(variable, str) else variable


def proportion(
    design: Design,
    variable: AnyVariable,
    *,
    by: Any = None,
    where: pl.Expr | None = None,
    interval: str = "logit",
    level: float = 0.95,
) -> Estimates:
    """The share of each option among those who answered, in 0..1.

    Args:
        design: The sample.
        variable: A column name or variable. A multiple response gives each option's share of its base, a battery each item's
            shares, a ranking the shares ranked first and among the first three.
        by: A break: a column name, a `Categorical`, or a list of them, which is crossed.
        where: A condition for the respondents who count; the others stay in the design.
        interval: See `barometer.estimation.intervals`.
        level: The confidence level.

    Returns:
        One row an option (statistic `share`) and level. An empty base gives a null estimate and the flag "undefined".

    Raises:
        DesignError: A column is missing, or an answer is not one of the declared codes.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> frame = pl.DataFrame({"q": ["yes", "no", None, "yes"], "role": ["a", "a", "b", "b"]})
        >>> Design(frame).proportion("q", by="role").frame.select("level", "option", "estimate", "base").rows()
        [('a', 'no', 0.5, 2), ('a', 'yes', 0.5, 2), ('b', 'no', 0.0, 1), ('b', 'yes', 1.0, 1)]
    """
    wanted = targets(design, _as_shares(variable), SHARES)
    _require(wanted, variable, "options to share out", "Use mean() for numbers, or Categorical(...) for whole numbers as options.")
    return estimate_ratios(design, wanted, by=by, where=where, interval=interval, level=level)


def mean(design: Design, variable: AnyVariable, *, by: Any = None, where: pl.Expr | None = None, level: float = 0.95) -> Estimates:
    """The mean among those who answered, in units of the answer, with a t interval.

    Args:
        design: The sample.
        variable: A numeric (or boolean) column, or a variable: scales and batteries need `values`.
        by: A break: a column name, a `Categorical`, or a list of them, which is crossed.
        where: A condition for the respondents who count; the others stay in the design.
        level: The confidence level.

    Returns:
        One row a level and item (statistic `mean`, or `mean_rank` for a ranking).

    Raises:
        DesignError: The variable is not numeric and has no values.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> row = Design(pl.DataFrame({"age": [40, 50, 60]})).mean("age").row()
        >>> row["estimate"], round(row["std_error"], 4), row["df"]
        (50.0, 5.7735, 2.0)
    """
    asked = Numeric(variable) if isinstance(variable, str) else variable
    wanted = targets(design, asked, MEANS)
    _require(wanted, variable, "values to average", "Give Categorical(..., values={code: number}).")
    return estimate_ratios(design, wanted, by=by, where=where, level=level)


def net(
    design: Design,
    variable: AnyVariable,
    nets: Mapping[str, Sequence[Any]] | None = None,
    *,
    by: Any = None,
    where: pl.Expr | None = None,
    interval: str = "logit",
    level: float = 0.95,
) -> Estimates:
    """The share of each named set of options (statistic `net`), in 0..1, and of each balance, in -1..1.

    Args:
        design: The sample.
        variable: A column name or a variable with options.
        nets: Name and options; the variable's own nets and balances if left out.
        by: A break.
        where: A condition for the respondents who count.
        interval: See `barometer.estimation.intervals`.
        level: The confidence level.

    Raises:
        DesignError: There are no nets, or a net names an unknown option.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> design = Design(pl.DataFrame({"q": [1, 2, 3, 4]}))
        >>> design.net("q", {"low": (1, 2)}).row()["estimate"]
        0.5
    """
    asked = _as_shares(variable)
    if nets is not None:
        if not isinstance(asked, Categorical | MultipleResponse | Battery):
            raise DesignError("Only options can be netted.", where=f"question '{asked.question}'")
        if isinstance(asked, Categorical) and asked.codes is None:
            asked = _with_codes(design, asked)
        asked = replace(asked, nets={name: tuple(members) for name, members in nets.items()})
    wanted = targets(design, asked, NETS)
    _require(wanted, variable, "nets", "Give nets={'name': (code, code)}.")
    return estimate_ratios(design, wanted, by=by, where=where, interval=interval, level=level)


def _with_codes(design: Design, variable: Categorical) -> Categorical:
    from barometer.estimation.sources import column_of, occurring_codes

    found = occurring_codes(column_of(design.frame, variable.column, variable.question))
    return replace(variable, codes=tuple(code for code in found if code not in variable.missing))


def top_box(
    design: Design,
    variable: AnyVariable,
    size: int = 1,
    *,
    by: Any = None,
    where: pl.Expr | None = None,
    interval: str = "logit",
    level: float = 0.95,
) -> Estimates:
    """The share of the `size` highest options of a scale (statistic `top_box`, option "top 1"), in 0..1.

    The highest options are those with the largest values, or the last codes of a scale without values.

    Raises:
        DesignError: The variable is not a scale, or `size` is not at least 1.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> Design(pl.DataFrame({"q": [1, 2, 3, 4]})).top_box("q", 2).row()["estimate"]
        0.5
    """
    asked = _as_shares(variable)
    if not isinstance(asked, Categorical | Battery):
        raise DesignError("Only a scale has a top box.", where=f"question '{asked.question}'")
    if size < 1:
        raise DesignError("A top box holds at least one option.", where="size", got=repr(size))
    wanted = targets(design, replace(asked, top=(size,)), ("top_box",))
    return estimate_ratios(design, wanted, by=by, where=where, interval=interval, level=level)


def total(design: Design, variable: AnyVariable, *, by: Any = None, where: pl.Expr | None = None, level: float = 0.95) -> Estimates:
    """The weighted total of a number, or of persons with each option, with a t interval (statistic `total`).

    Args:
        design: The sample; totals are of the population only if the weights expand to it.
        variable: A column name (numbers are summed, text is counted by option) or a variable.
        by: A break.
        where: A condition for the respondents who count.
        level: The confidence level.

    Raises:
        DesignError: A column is missing.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> design = Design(pl.DataFrame({"beds": [10.0, 20.0]}), population=10)
        >>> design.total("beds").row()["estimate"]
        150.0
    """
    asked = as_variable(variable, design.frame)
    if isinstance(variable, str) and design.frame[variable].dtype.is_numeric():
        asked = Numeric(variable)
    kinds = MEANS if isinstance(asked, Numeric | Allocation) else SHARES
    wanted = targets(design, asked, kinds)
    if isinstance(asked, Ranking):
        raise DesignError("Ranks have no total.", where=f"question '{asked.question}'")
    return estimate_ratios(design, wanted, by=by, where=where, level=level, total=True)


def ratio(
    design: Design, numerator: str, denominator: str, *, by: Any = None, where: pl.Expr | None = None, level: float = 0.95
) -> Estimates:
    """The ratio of two totals among those who answered both (statistic `ratio`), with a t interval.

    Args:
        design: The sample.
        numerator: A numeric column.
        denominator: A numeric column; a total of 0 makes the ratio undefined.
        by: A break.
        where: A condition for the respondents who count.
        level: The confidence level.

    Returns:
        Rows whose question is "numerator/denominator".

    Raises:
        DesignError: A column is missing or not numeric.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> Design(pl.DataFrame({"staff": [2, 4], "beds": [1, 5]})).ratio("staff", "beds").row()["estimate"]
        1.0
    """
    top, bottom = (targets(design, Numeric(name), MEANS)[0] for name in (numerator, denominator))
    assert isinstance(top, Target)
    assert isinstance(bottom, Target)
    both = top.base & bottom.base
    label = replace(top.statistic, question=f"{numerator}/{denominator}", statistic="ratio")
    target = Target(label, np.where(both, top.top, 0.0), np.where(both, bottom.top, 0.0), both, both)
    return estimate_ratios(design, [target], by=by, where=where, level=level)
