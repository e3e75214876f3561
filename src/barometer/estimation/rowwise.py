"""Ratios on rows: the numerator, denominator and base of a statistic for each respondent, its scores, and its estimate by domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats
from barometer.estimation.domains import Mask, check_levels, resolve_break, resolve_where
from barometer.estimation.estimates import Estimates, Flag
from barometer.estimation.finishing import design_effect
from barometer.estimation.intervals import Spread, check_interval, intervals
from barometer.estimation.linearisation import variance
from barometer.estimation.sources import Encoded, encode
from barometer.estimation.tabulation import Statistic, plan
from barometer.estimation.variables import AnyVariable

SHARES = ("share", "share_first", "share_top_three")
NETS = ("net", "balance")
MEANS = ("mean", "mean_rank")


@dataclass(frozen=True, eq=False)
class Target:
    """One statistic on rows: `top` over `bottom`, respondents in the base where `base` is true."""

    statistic: Statistic
    top: Floats
    bottom: Floats
    base: Mask
    counted: Mask


@dataclass(frozen=True, eq=False)
class Domain:
    """Whose answers count, and what to call them."""

    name: str
    level: str
    mask: Mask


def domains(design: Design, by: Any, where: pl.Expr | None) -> Iterator[Domain]:
    """Everybody, or each level of a break, among those who satisfy the condition and have a positive weight.

    Raises:
        DesignError: A column is missing, or the break has fewer than two levels.
    """
    live = resolve_where(design.frame, where) & (design.weights > 0)
    if by is None:
        yield Domain("", "", live)
        return
    resolved = resolve_break(design.frame, by)
    check_levels(resolved.name, resolved.levels)
    for number, level in enumerate(resolved.levels, start=1):
        yield Domain(resolved.name, level, live & (resolved.codes == number))


def targets(design: Design, variable: AnyVariable, kinds: Sequence[str]) -> list[Target | Statistic]:
    """The statistics of a variable that are of one of the kinds; a bare `Statistic` was not asked."""
    tabulation = plan([variable], design.frame)
    encoded: dict[int, Encoded] = {}
    out: list[Target | Statistic] = []
    for statistic in tabulation.statistics:
        if statistic.statistic not in kinds:
            continue
        top, bottom, count = statistic.top, statistic.bottom, statistic.count
        if top is None or bottom is None or count is None:
            out.append(statistic)
            continue
        for source in {top.source, bottom.source}:
            if source not in encoded:
                encoded[source] = encode(tabulation.sources[source], design.frame)
        data = [encoded.get(source, _NOTHING) for source in range(len(tabulation.sources))]
        below = bottom.evaluate(data)
        out.append(Target(statistic, top.evaluate(data), below, below > 0, count.evaluate(data) > 0))
    return out


_NOTHING = Encoded(np.zeros(0, dtype=np.uint8))


def ratio_scores(design: Design, target: Target, mask: Mask) -> tuple[float, Floats, float]:
    """A ratio in a domain, its scores, and the weighted sum of the denominator; NaN and zeros where that sum is 0."""
    weights = np.where(mask & target.base, design.weights, 0.0)
    bottom = float(weights @ target.bottom)
    if bottom == 0:
        return np.nan, np.zeros_like(weights), 0.0
    estimate = float(weights @ target.top) / bottom
    return estimate, weights * (target.top - estimate * target.bottom) / bottom, bottom


def estimate_ratios(
    design: Design,
    wanted: Sequence[Target | Statistic],
    *,
    by: Any,
    where: pl.Expr | None,
    interval: str = "logit",
    level: float = 0.95,
    total: bool = False,
) -> Estimates:
    """Estimates of ratios (or, with `total`, of their numerators) by domain."""
    check_interval(interval, level)
    rows: list[dict[str, Any]] = []
    asked = [target for target in wanted if isinstance(target, Target)]
    for domain in domains(design, by, where):
        made = iter(_in_domain(design, asked, domain, interval, level, total=total))
        rows += [next(made) if isinstance(one, Target) else _not_asked(one, domain, design.df, total=total) for one in wanted]
    return Estimates(pl.DataFrame(rows, infer_schema_length=None))


def _labels(statistic: Statistic, domain: Domain, *, total: bool) -> dict[str, Any]:
    return {
        "question": statistic.question,
        "item": statistic.item,
        "option": statistic.option,
        "break": domain.name,
        "level": domain.level,
        "statistic": "total" if total else statistic.statistic,
    }


def _not_asked(statistic: Statistic, domain: Domain, df: float, *, total: bool) -> dict[str, Any]:
    return _labels(statistic, domain, total=total) | {"df": df, "count": 0, "base": 0, "weighted_base": 0.0, "flag": Flag.NOT_ASKED}


def _in_domain(
    design: Design, wanted: Sequence[Target], domain: Domain, interval: str, level: float, *, total: bool
) -> list[dict[str, Any]]:
    if not wanted:
        return []
    size = len(wanted)
    estimate, scores = np.full(size, np.nan), np.zeros((design.size, size))
    spread, scale = np.full(size, np.nan), np.ones(size)
    base, counts, weighted = np.zeros(size), np.zeros(size), np.zeros(size)
    fraction, census = np.zeros(size), np.zeros(size, dtype=bool)
    uncertain, sampled = design.structure.uncertain, design.structure.fraction
    for place, target in enumerate(wanted):
        inside = domain.mask & target.base
        weights = np.where(inside, design.weights, 0.0)
        base[place], counts[place], weighted[place] = inside.sum(), (inside & target.counted).sum(), weights.sum()
        ratio, score, bottom = ratio_scores(design, target, domain.mask)
        if bottom == 0:
            continue
        residual = target.top - ratio * target.bottom
        if total:
            estimate[place], scores[:, place] = weights @ target.top, weights * target.top
            scale[place] = weighted[place]
            residual = target.top - estimate[place] / weighted[place]
        else:
            estimate[place], scores[:, place] = ratio, score
            scale[place] = weighted[place] / bottom
        spread[place] = float(weights @ residual**2) / weighted[place]
        fraction[place] = float(weights @ sampled) / weighted[place]
        census[place] = not (inside & uncertain).any()
    std_error = np.where(np.isnan(estimate), np.nan, np.sqrt(variance(scores, design)))
    effect = design_effect((std_error / scale) ** 2, spread, base, weighted, design.structure.scale)
    share = np.array([target.statistic.share and not total for target in wanted])
    made = Spread(estimate, std_error, base, design.df, census, fraction)
    low, high, method = intervals(made, share, interval, level)
    return [
        _labels(target.statistic, domain, total=total)
        | {
            "estimate": estimate[place],
            "std_error": std_error[place],
            "conf_low": low[place],
            "conf_high": high[place],
            "df": design.df,
            "count": int(counts[place]),
            "base": int(base[place]),
            "weighted_base": weighted[place],
            "design_effect": effect[place],
            "flag": Flag.UNDEFINED if np.isnan(estimate[place]) else Flag.NONE,
            "method": method[place],
        }
        for place, target in enumerate(wanted)
    ]
