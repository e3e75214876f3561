"""Shares, means, totals and ratios with replicate weights: sums of one-hot columns in every replicate, then small arithmetic.

A statistic is a ratio of two linear combinations of a source's columns (see `tabulation`), so only the columns are summed in the
replicates: one matrix product for each block of columns and level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats
from barometer.estimation.domains import check_levels, resolve_break, resolve_where
from barometer.estimation.estimates import Estimates, Flag
from barometer.estimation.finishing import design_effect
from barometer.estimation.intervals import Spread, check_interval, intervals
from barometer.estimation.linearisation import Ints
from barometer.estimation.replicates import Replicates
from barometer.estimation.rowwise import MEANS, SHARES, Domain, domains
from barometer.estimation.sources import Encoded, encode
from barometer.estimation.tabulation import Form, Statistic, as_variable, plan
from barometer.estimation.variables import Allocation, AnyBreak, AnyVariable, Categorical, Numeric, Ranking

# How many numbers a block of columns may hold, over respondents and over replicates.
ROOM = 8_000_000


@dataclass(frozen=True, eq=False)
class Sums:
    """What a block of columns sums to in one domain.

    Attributes:
        weighted: The weighted sum of each column.
        unweighted: The plain sum.
        uncertain: The sum over respondents outside a census.
        fraction: The weighted sum of the sampling fractions.
        replicated: Replicates x columns.
    """

    weighted: Floats
    unweighted: Floats
    uncertain: Floats
    fraction: Floats
    replicated: Floats

    @classmethod
    def of(cls, replicates: Replicates, columns: Floats, rows: Ints) -> Sums:
        """The sums of columns that are given for some respondents."""
        design = replicates.design
        weights = design.weights[rows]
        uncertain, fraction = (one[rows] for one in (design.structure.uncertain, design.structure.fraction))
        plain = np.array([weights, np.ones(len(rows)), uncertain, weights * fraction]) @ columns
        replicated = replicates.sums(columns, None if len(rows) == design.size else rows)
        return cls(plain[0], plain[1], plain[2], plain[3], replicated)


@dataclass(frozen=True, eq=False)
class Numbers:
    """Statistics of one domain, one number each; see `Spread` and `design_effect`."""

    estimate: Floats
    replicated: Floats
    mean_square: Floats
    scale: Floats
    base: Floats
    count: Floats
    weighted: Floats
    uncertain: Floats
    fraction: Floats


def _combination(forms: Sequence[Form | None], first: dict[int, int], size: int) -> Floats:
    """Columns x statistics: what each statistic takes of each column."""
    out = np.zeros((size, len(forms)))
    for place, form in enumerate(forms):
        assert form is not None
        start = first[form.source]
        out[start : start + len(form.coefficients), place] = form.coefficients
    return out


def _columns(encoded: Sequence[Encoded], widths: Sequence[int], rows: Ints) -> Floats:
    """The columns of some sources, side by side, for some respondents. Most are 0, so only what is not is written."""
    out = np.zeros((len(rows), sum(widths)))
    flat, begin = out.ravel(), np.arange(len(rows)) * sum(widths)
    start = 0
    for one, width in zip(encoded, widths, strict=True):
        codes = one.codes[rows]
        if one.amounts is None:
            inside = codes > 0
            at = begin + codes
            at += start - 1
            flat[at if inside.all() else at[inside]] = 1.0
        else:
            into = out[:, start : start + width]
            into[:, 0] = codes > 0
            into[:, 1] = one.amounts[rows]
            into[:, 2] = into[:, 1] ** 2
        start += width
    return out


def _numbers(sums: Sums, statistics: Sequence[Statistic], first: dict[int, int], *, total: bool) -> Numbers:
    size = len(sums.weighted)
    top, square, counted = (_combination([getattr(one, name) for one in statistics], first, size) for name in ("top", "square", "count"))
    # All options of a question have the same denominator, which is summed once.
    place = {form: number for number, form in enumerate(dict.fromkeys(one.bottom for one in statistics))}
    denominators = _combination(list(place), first, size)
    of_each = [place[one.bottom] for one in statistics]
    bottom = denominators[:, of_each]
    weight = sums.weighted @ bottom
    known = weight > 0
    safe = np.where(known, weight, 1.0)
    above = sums.weighted @ top
    estimate = np.where(known, above if total else above / safe, np.nan)
    replicated = sums.replicated @ top
    if not total:
        below = (sums.replicated @ denominators)[:, of_each]
        replicated = np.divide(replicated, below, out=np.full_like(replicated, np.nan), where=below > 0)
    # With a denominator of 0 and 1 the mean square about the ratio needs no second pass.
    mean_square = np.maximum(sums.weighted @ square / safe - (above / safe) ** 2, 0.0)
    return Numbers(
        estimate,
        replicated,
        mean_square,
        weight if total else np.ones_like(weight),
        sums.unweighted @ (bottom > 0),
        sums.unweighted @ (counted > 0),
        weight,
        sums.uncertain @ (bottom > 0),
        sums.fraction @ (bottom > 0),
    )


def rows_of(
    replicates: Replicates,
    statistics: Sequence[Statistic],
    domain: Domain,
    found: Numbers,
    interval: str,
    level: float,
    *,
    total: bool = False,
) -> list[dict[str, Any]]:
    """Rows of the estimates, one a statistic."""
    variance, used = replicates.variance(found.estimate, found.replicated)
    std_error = np.where(np.isnan(found.estimate), np.nan, np.sqrt(variance))
    weighted = np.where(found.weighted > 0, found.weighted, 1.0)
    census = ~np.isnan(found.estimate) & ~(found.uncertain > 0)
    spread = Spread(found.estimate, std_error, found.base, replicates.df, census, found.fraction / weighted)
    share = np.array([one.share and not total for one in statistics], dtype=bool)
    low, high, method = intervals(spread, share, interval, level)
    scale = np.where(found.scale > 0, found.scale, 1.0)
    effect = design_effect((std_error / scale) ** 2, found.mean_square, found.base, found.weighted, replicates.design.structure.scale)
    shown: dict[str, npt.NDArray[Any]] = {
        "estimate": found.estimate,
        "std_error": std_error,
        "conf_low": low,
        "conf_high": high,
        "count": np.rint(found.count).astype(np.int64),
        "base": np.rint(found.base).astype(np.int64),
        "weighted_base": found.weighted,
        "design_effect": effect,
        "method": method,
        "replicates": used,
    }
    lists = {name: values.tolist() for name, values in shown.items()}
    rows = []
    for place, one in enumerate(statistics):
        row = labels(one, domain, total=total) | {name: values[place] for name, values in lists.items()}
        rows.append(row | {"df": replicates.df, "flag": Flag.UNDEFINED if np.isnan(found.estimate[place]) else Flag.NONE})
    return rows


def labels(statistic: Statistic, domain: Domain, *, total: bool = False) -> dict[str, Any]:
    """The text columns of a row."""
    return {
        "question": statistic.question,
        "item": statistic.item,
        "option": statistic.option,
        "break": domain.name,
        "level": domain.level,
        "statistic": "total" if total else statistic.statistic,
    }


def _blocks(statistics: Sequence[Statistic], widths: Sequence[int], most: int) -> Iterator[list[Statistic]]:
    """Statistics in runs whose sources have at most so many columns."""
    block: list[Statistic] = []
    seen: set[int] = set()
    wide = 0
    for one in statistics:
        sources = {form.source for form in (one.top, one.bottom) if form is not None}
        more = sum(widths[source] for source in sources - seen)
        if block and wide + more > most:
            yield block
            block, seen, wide = [], set(), 0
            more = sum(widths[source] for source in sources)
        block.append(one)
        seen |= sources
        wide += more
    if block:
        yield block


def _estimate(
    replicates: Replicates,
    variables: Sequence[AnyVariable],
    kinds: Sequence[str] | None,
    split: Sequence[Domain],
    interval: str,
    level: float,
    *,
    total: bool = False,
) -> list[list[dict[str, Any]]]:
    """For each domain its rows, in the order of the statistics."""
    check_interval(interval, level)
    design = replicates.design
    tabulation = plan(variables, design.frame)
    wanted = [one for one in tabulation.statistics if kinds is None or one.statistic in kinds]
    asked = [one for one in wanted if one.top is not None]
    needed = {form.source for one in asked for form in (one.top, one.bottom) if form is not None}
    encoded = {source: encode(tabulation.sources[source], design.frame) for source in needed}
    widths = [source.width for source in tabulation.sources]
    most = max(1, ROOM // max(design.size, replicates.number))
    out = []
    for domain in split:
        inside = np.flatnonzero(domain.mask)
        made: dict[int, dict[str, Any]] = {}
        for block in _blocks(asked, widths, most):
            sources = list(dict.fromkeys(form.source for one in block for form in (one.top, one.bottom) if form is not None))
            first = dict(zip(sources, np.cumsum([0, *(widths[source] for source in sources)]).tolist(), strict=False))
            columns = _columns([encoded[source] for source in sources], [widths[source] for source in sources], inside)
            found = _numbers(Sums.of(replicates, columns, inside), block, first, total=total)
            rows = rows_of(replicates, block, domain, found, interval, level, total=total)
            made |= {id(one): row for one, row in zip(block, rows, strict=True)}
        out.append([made[id(one)] if id(one) in made else _not_asked(replicates, one, domain, total=total) for one in wanted])
    return out


def _not_asked(replicates: Replicates, statistic: Statistic, domain: Domain, *, total: bool) -> dict[str, Any]:
    row = labels(statistic, domain, total=total) | {"df": replicates.df, "count": 0, "base": 0, "weighted_base": 0.0}
    return row | {"flag": Flag.NOT_ASKED, "replicates": 0}


def _gathered(parts: Sequence[list[dict[str, Any]]], variable: AnyVariable, hint: str) -> Estimates:
    rows = [row for part in parts for row in part]
    if not rows:
        name = variable if isinstance(variable, str) else variable.question
        raise DesignError("The variable has nothing to estimate.", where=f"question '{name}'", hint=hint)
    return Estimates(pl.DataFrame(rows, infer_schema_length=None))


def mean(replicates: Replicates, variable: AnyVariable, *, by: Any, where: pl.Expr | None, level: float) -> Estimates:
    """See `barometer.estimation.ratios.mean`."""
    asked = Numeric(variable) if isinstance(variable, str) else variable
    parts = _estimate(replicates, [asked], MEANS, list(domains(replicates.design, by, where)), "logit", level)
    return _gathered(parts, variable, "Give Categorical(..., values={code: number}).")


def proportion(replicates: Replicates, variable: AnyVariable, *, by: Any, where: pl.Expr | None, interval: str, level: float) -> Estimates:
    """See `barometer.estimation.ratios.proportion`."""
    asked = Categorical(variable) if isinstance(variable, str) else variable
    parts = _estimate(replicates, [asked], SHARES, list(domains(replicates.design, by, where)), interval, level)
    return _gathered(parts, variable, "Use mean() for numbers, or Categorical(...) for whole numbers as options.")


def total(replicates: Replicates, variable: AnyVariable, *, by: Any, where: pl.Expr | None, level: float) -> Estimates:
    """See `barometer.estimation.ratios.total`."""
    frame = replicates.design.frame
    asked = as_variable(variable, frame)
    if isinstance(variable, str) and frame[variable].dtype.is_numeric():
        asked = Numeric(variable)
    if isinstance(asked, Ranking):
        raise DesignError("Ranks have no total.", where=f"question '{asked.question}'")
    kinds = MEANS if isinstance(asked, Numeric | Allocation) else SHARES
    parts = _estimate(replicates, [asked], kinds, list(domains(replicates.design, by, where)), "logit", level, total=True)
    return _gathered(parts, variable, "Give a column of numbers or options.")


def ratio(replicates: Replicates, numerator: str, denominator: str, *, by: Any, where: pl.Expr | None, level: float) -> Estimates:
    """See `barometer.estimation.ratios.ratio`."""
    check_interval("logit", level)
    design = replicates.design
    tabulation = plan([Numeric(name) for name in dict.fromkeys([numerator, denominator])], design.frame)
    pair = [encode(tabulation.sources[place], design.frame) for place in (0, len(tabulation.sources) - 1)]
    label = replace(tabulation.statistics[0], question=f"{numerator}/{denominator}", statistic="ratio")
    assert pair[0].amounts is not None
    assert pair[1].amounts is not None
    both = (pair[0].codes > 0) & (pair[1].codes > 0)
    whole = np.stack([both.astype(np.float64), pair[0].amounts, pair[1].amounts], axis=1) * both[:, None]
    rows: list[dict[str, Any]] = []
    for domain in domains(design, by, where):
        inside = np.flatnonzero(domain.mask)
        sums = Sums.of(replicates, whole[inside], inside)
        weight, above, below = sums.weighted
        estimate = np.nan if below == 0 else above / below
        under = sums.replicated[:, 2:]
        replicated = np.divide(sums.replicated[:, 1:2], under, out=np.full_like(under, np.nan), where=under != 0)
        residual = whole[inside, 1] - estimate * whole[inside, 2]
        square = float(design.weights[inside] @ residual**2) / weight if weight > 0 else np.nan
        numbers = (replicated, square, weight / below if below else 1.0, sums.unweighted[0], sums.unweighted[0])
        arrays = [np.atleast_1d(np.asarray(one, dtype=np.float64)) for one in (estimate, *numbers)]
        rest = [np.array([one[0]]) for one in (sums.weighted, sums.uncertain, sums.fraction)]
        rows += rows_of(replicates, [label], domain, Numbers(*arrays, *rest), "logit", level)
    return Estimates(pl.DataFrame(rows, infer_schema_length=None))


def tab_book(
    replicates: Replicates,
    questions: Sequence[AnyVariable] | AnyVariable,
    breaks: Sequence[AnyBreak],
    *,
    where: pl.Expr | None,
    interval: str,
    level: float,
) -> Estimates:
    """See `barometer.estimation.book.tab_book`: all statistics for everybody and each level, by question and break."""
    asked = [questions] if isinstance(questions, str) or not isinstance(questions, Sequence) else list(questions)
    split = list(_levels(replicates.design, breaks, where))
    parts = _estimate(replicates, asked, None, split, interval, level)
    order: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        for row in part:
            order.setdefault(row["question"], []).append(row)
    return Estimates(pl.DataFrame([row for rows in order.values() for row in rows], infer_schema_length=None))


def _levels(design: Design, breaks: Sequence[AnyBreak], where: pl.Expr | None) -> Iterator[Domain]:
    live = resolve_where(design.frame, where) & (design.weights > 0)
    yield Domain("", "", live)
    for by in breaks:
        resolved = resolve_break(design.frame, by)
        check_levels(resolved.name, resolved.levels)
        for number, name in enumerate(resolved.levels, start=1):
            yield Domain(resolved.name, name, live & (resolved.codes == number))
