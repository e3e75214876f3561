"""Which options of a multiple response go together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from barometer.errors import DesignError
from barometer.estimation.design import Design
from barometer.estimation.estimates import Estimates
from barometer.estimation.rowwise import Target, estimate_ratios, targets
from barometer.estimation.tabulation import Statistic
from barometer.estimation.variables import MultipleResponse

JOINED = " + "


def overlap(
    design: Design,
    variable: MultipleResponse,
    *,
    combinations: bool = False,
    where: pl.Expr | None = None,
    interval: str = "logit",
    level: float = 0.95,
) -> Estimates:
    """The share that selected both options of each pair, in 0..1 of those in the base of both.

    Args:
        design: The sample.
        variable: A multiple response.
        combinations: Instead of pairs, the share of each exact combination of options that occurs, the most frequent first. It
            includes the combination of none, written "none", so the shares sum to 1.
        where: A condition for the respondents who count.
        interval: See `barometer.estimation.intervals`.
        level: The confidence level.

    Returns:
        Rows with the statistic `overlap`: for pairs, one option in `item` and the other in `option` (each with itself is its share);
        or with the statistic `combination` and the options in `option`, joined by " + ".

    Raises:
        DesignError: The variable is not a multiple response, or none of its columns is in the frame.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design, MultipleResponse
        >>> design = Design(pl.DataFrame({"a": [1, 1, 0, 0], "b": [1, 0, 1, 0]}))
        >>> levers = MultipleResponse("levers", {"A": "a", "B": "b"})
        >>> design.overlap(levers).frame.select("item", "option", "estimate").rows()
        [('A', 'A', 0.5), ('A', 'B', 0.25), ('B', 'B', 0.5)]
        >>> design.overlap(levers, combinations=True).frame.select("option", "estimate").rows()
        [('A + B', 0.25), ('A', 0.25), ('B', 0.25), ('none', 0.25)]
    """
    if not isinstance(variable, MultipleResponse):
        raise DesignError("Only a multiple response has an overlap.", got=type(variable).__name__)
    options = [one for one in targets(design, variable, ("share",)) if isinstance(one, Target)]
    wanted = _combinations(design, variable, options, where) if combinations else _pairs(variable, options)
    return estimate_ratios(design, wanted, by=None, where=where, interval=interval, level=level)


def _pairs(variable: MultipleResponse, options: Sequence[Target]) -> list[Target | Statistic]:
    out: list[Target | Statistic] = []
    for number, first in enumerate(options):
        for second in options[number:]:
            base = first.base & second.base
            both = np.where(base, first.top * second.top, 0.0)
            name = Statistic(variable.question, first.statistic.option, second.statistic.option, "overlap")
            out.append(Target(name, both, base.astype(np.float64), base, both > 0))
    return out


def _combinations(design: Design, variable: MultipleResponse, options: Sequence[Target], where: pl.Expr | None) -> list[Target | Statistic]:
    from barometer.estimation.domains import resolve_where

    base = np.logical_and.reduce([one.base for one in options])
    chosen = np.stack([one.top > 0 for one in options], axis=1)
    inside = base & resolve_where(design.frame, where) & (design.weights > 0)
    patterns, code, counts = np.unique(chosen[inside], axis=0, return_inverse=True, return_counts=True)
    code = code.reshape(-1)
    names = [
        JOINED.join(one.statistic.option for one, there in zip(options, pattern, strict=True) if there) or "none" for pattern in patterns
    ]
    # The most frequent first; among equals the larger set, then the questionnaire's order.
    order = sorted(range(len(names)), key=lambda at: (-counts[at], -patterns[at].sum(), tuple(~patterns[at])))
    out: list[Target | Statistic] = []
    for place in order:
        here = np.zeros(design.size)
        here[np.flatnonzero(inside)[code == place]] = 1.0
        name = Statistic(variable.question, "", names[place], "combination")
        out.append(Target(name, here, base.astype(np.float64), base, here > 0))
    return out
