"""From cells to a finished tab book: estimates, intervals, comparisons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError
from barometer.estimation.comparisons import (
    TEST_BASE,
    Side,
    adjusted,
    check_adjust,
    column_letters,
    letters_of,
    null_variance,
    p_values,
)
from barometer.estimation.distributions import Floats
from barometer.estimation.domains import check_levels
from barometer.estimation.estimates import Estimates, Flag
from barometer.estimation.intervals import Spread, check_interval, intervals
from barometer.estimation.linearisation import Ints
from barometer.estimation.moments import ROOM, Columns, Linear, Moments, Sample, SumMoments, divided, others
from barometer.estimation.sums import Cells
from barometer.estimation.tabulation import Statistic

MomentsMaker = Callable[[Sample, Linear, Sequence[Statistic]], Moments]


def finish(
    cells: Cells,
    *,
    adjust: str | None = "holm",
    interval: str = "logit",
    level: float = 0.95,
    test_base: int = TEST_BASE,
    moments: MomentsMaker | None = None,
) -> Estimates:
    """The tab book that some cells hold; see `tab_book` for its columns.

    Args:
        cells: Sums, perhaps added up from parts.
        adjust: "holm", "bh" or None: the correction for multiple tests within each family.
        interval: The interval of proportions; see `barometer.estimation.intervals`.
        level: The confidence level; 1 - level is also the level of the tests.
        test_base: The fewest respondents on either side of a comparison.
        moments: Another source of variances than the sums, for calibrated weights.

    Raises:
        DesignError: A break has fewer than two levels, a population is smaller than its sample, or a stratum has a lonely unit.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import cells, finish
        >>> frame = pl.DataFrame({"q": ["a", "b"] * 20, "role": ["x"] * 20 + ["y"] * 20})
        >>> finish(cells(frame, ["q"], ["role"])).frame.select("break", "level", "option", "estimate").rows()[:3]
        [('', '', 'a', 0.5), ('', '', 'b', 0.5), ('role', 'x', 'a', 0.5)]
    """
    check_interval(interval, level)
    check_adjust(adjust)
    for name, levels in cells.breaks:
        check_levels(name, levels)
    sample = Sample.of(cells)
    _check_sample(cells, sample)
    statistics = cells.tabulation.statistics
    asked = [place for place, one in enumerate(statistics) if one.top is not None]
    columns = Columns(cells, sample, [statistics[place] for place in asked])
    maker = moments or _from_sums
    spans, families = _level_spans(cells), _families(statistics)
    parts = []
    for block in _blocks(cells, statistics, asked):
        chosen = [statistics[place] for place in block]
        linear = Linear.of(columns, chosen)
        made = maker(sample, linear, chosen)
        numbers = _estimates(sample, linear, made, chosen, interval, level)
        share = np.array([one.share for one in chosen])
        numbers |= _comparisons(sample, linear, made, spans, families[block], share, adjust, level, test_base)
        parts.append(numbers)
    return _table(cells, statistics, asked, parts, sample.df)


def _from_sums(sample: Sample, linear: Linear, _: Sequence[Statistic]) -> Moments:
    return SumMoments(sample, linear)


def _check_sample(cells: Cells, sample: Sample) -> None:
    if not len(cells.keys):
        raise DesignError("There are no cells to finish.")
    for number in range(cells.population.shape[1]):
        stage = sample.stages[number]
        of_group = stage.stratum if stage.units is None else stage.stratum[stage.units]
        over = stage.sampled[of_group] > cells.population[:, number] * (1 + 1e-9)
        if over.any():
            at = int(np.flatnonzero(over)[0])
            raise DesignError(
                "A population is smaller than its sample.",
                where=f"group {cells.keys[at]}, stage {number + 1}",
                expected=f"a population of at least {stage.sampled[of_group[at]]:g}",
                got=f"{cells.population[at, number]:g}",
            )
    alone = [int((stage.lonely & (stage.above > 0)).sum()) for stage in sample.stages]
    if cells.lonely == "fail" and any(alone):
        raise DesignError(
            "A stratum has a single sampled unit, so its variance cannot be seen.",
            got=f"{sum(alone)} such strata",
            hint="Join strata, or choose lonely='adjust', 'average' or 'certainty'.",
        )


def _level_spans(cells: Cells) -> list[slice]:
    """Where each break's levels stand."""
    spans, start = [], 1
    for _, levels in cells.breaks:
        spans.append(slice(start, start + len(levels)))
        start += len(levels)
    return spans


def _families(statistics: Sequence[Statistic]) -> Ints:
    """The family of each statistic: its question and kind."""
    place: dict[tuple[str, str], int] = {}
    return np.array([place.setdefault((one.question, one.statistic), len(place)) for one in statistics], dtype=np.int64)


def _blocks(cells: Cells, statistics: Sequence[Statistic], asked: Sequence[int]) -> Iterator[list[int]]:
    """Statistics in runs of whole questions that fit the memory."""
    _, levels, groups = cells.weights.shape
    most = max(1, ROOM // max(1, groups * levels))
    block: list[int] = []
    for _, run in groupby(asked, key=lambda place: statistics[place].question):
        question = list(run)
        if block and len(block) + len(question) > most:
            yield block
            block = []
        block += question
    if block:
        yield block


def _estimates(
    sample: Sample, linear: Linear, moments: Moments, statistics: Sequence[Statistic], interval: str, level: float
) -> dict[str, npt.NDArray[Any]]:
    """The usual columns, statistics x levels."""
    estimate, columns = linear.estimate, linear.columns
    known = ~np.isnan(estimate)
    std_error = np.where(known, np.sqrt(moments.variance()), np.nan)
    census = known & ~(columns.uncertain[linear.bottom] > 0)
    fraction = divided(columns.fraction[linear.bottom], linear.weight, known)
    spread = Spread(estimate, std_error, linear.base, sample.df, census, fraction)
    share = np.array([one.share for one in statistics])
    low, high, method = intervals(spread, np.broadcast_to(share[:, None], estimate.shape), interval, level)
    return {
        "estimate": estimate,
        "std_error": std_error,
        "conf_low": low,
        "conf_high": high,
        "count": linear.counts,
        "base": linear.base,
        "weighted_base": linear.weight,
        "design_effect": design_effect(std_error**2, linear.spread, linear.base, linear.weight, sample.scale),
        "method": method,
    }


def design_effect(variance: Floats, spread: Floats, base: Floats, weight: Floats, scale: float | None) -> Floats:
    """The variance over that of a simple random sample of the same base, drawn without replacement from the same persons.

    As R's `svymean(deff=TRUE)`: the simple random sample has the variance S^2 / n (1 - n/N), S^2 = n/(n - 1) times the weighted mean
    square, N the weighted base in persons. Where no population is known, 1 - n/N is 1 (R's `deff="replace"`). NaN for a base of one,
    no variation, or a census.

    Args:
        variance: The variances of the design.
        spread: The weighted mean squares about the estimates.
        base: Unweighted bases n.
        weight: Weighted bases.
        scale: What makes weighted bases persons; None if no population is known.
    """
    several = base > 1
    n = np.where(several, base, 2.0)
    unobserved = np.ones_like(n) if scale is None else 1 - n / np.where(weight > 0, weight * scale, 1.0)
    simple = spread / (n - 1) * unobserved
    usable = several & (simple > 1e-12 * spread) & (spread > 0)
    return np.where(usable, variance / np.where(usable, simple, 1.0), np.nan)


def _comparisons(
    sample: Sample,
    linear: Linear,
    moments: Moments,
    spans: Sequence[slice],
    families: Ints,
    share: npt.NDArray[np.bool_],
    adjust: str | None,
    level: float,
    test_base: int,
) -> dict[str, npt.NDArray[Any]]:
    """Each level against the rest of its break, and pairs of levels; statistics x levels."""
    shape = linear.base.shape
    rest, p_rest, corrected = (np.full(shape, np.nan) for _ in range(3))
    letter, letters = np.full(shape, "", dtype=object), np.full(shape, "", dtype=object)
    certain = ~(linear.columns.uncertain[linear.bottom] > 0)
    for span in spans:
        estimate, base, whole = linear.estimate[:, span], linear.base[:, span], certain[:, span]
        rest[:, span], other_base = linear.rest(span)
        variance = moments.rest_variance(span, rest[:, span])
        known = np.asarray(whole.all(axis=1, keepdims=True))
        own = Side(estimate[share], linear.weight[share, span], base[share])
        other = Side(rest[share, span], others(own.weight), other_base[share])
        variance[share] = null_variance(variance[share], own, other, known[share])
        enough = (base >= test_base) & (other_base >= test_base)
        difference = np.where(enough, estimate - rest[:, span], np.nan)
        tested = p_values(difference, variance, known, sample.df)
        p_rest[:, span] = tested
        corrected[:, span] = _corrected(tested, families, adjust)
        letter[:, span] = np.array(column_letters(base.shape[1]), dtype=object)
        alike = _Levels(estimate, base, linear.weight[:, span], share, base >= test_base, whole, families, sample.df)
        letters[:, span] = letters_of(np.nan_to_num(estimate), alike.differing(moments.cross(span), adjust, level))
    differs = corrected < 1 - level
    return {
        "rest": rest,
        "p_rest": p_rest,
        "p_rest_adjusted": corrected,
        "differs": differs,
        "letter": letter,
        "letters": letters,
    }


def _corrected(p: Floats, families: Ints, adjust: str | None) -> Floats:
    """P-values of statistics x comparisons, corrected within the family of each statistic."""
    family = np.broadcast_to(families[:, None], p.shape)
    return adjusted(p.ravel(), family.ravel(), adjust).reshape(p.shape)


@dataclass(frozen=True, eq=False)
class _Levels:
    """The levels of one break, to be compared in pairs; arrays are statistics x levels."""

    estimate: Floats
    base: Floats
    weight: Floats
    share: npt.NDArray[np.bool_]
    enough: npt.NDArray[np.bool_]
    certain: npt.NDArray[np.bool_]
    families: Ints
    df: float

    def differing(self, cross: Floats, adjust: str | None, level: float) -> npt.NDArray[np.bool_]:
        """Which pairs differ significantly: statistics x levels x levels, symmetric."""
        first, second = np.triu_indices(self.estimate.shape[1], 1)
        diagonal = np.diagonal(cross, axis1=1, axis2=2)
        variance = diagonal[:, first] + diagonal[:, second] - 2 * cross[:, first, second]
        # Two figures without variance of their own may leave a trace of rounding.
        variance = np.where(variance <= 1e-12 * (diagonal[:, first] + diagonal[:, second]), 0.0, variance)
        usable = self.enough[:, first] & self.enough[:, second]
        difference = np.where(usable, self.estimate[:, first] - self.estimate[:, second], np.nan)
        certain = self.certain[:, first] & self.certain[:, second]
        one, other = (Side(*(part[self.share][:, at] for part in (self.estimate, self.weight, self.base))) for at in (first, second))
        variance[self.share] = null_variance(variance[self.share], one, other, certain[self.share])
        p = p_values(difference, variance, certain, self.df, below=1 - level)
        small = _corrected(p, self.families, adjust) < 1 - level
        out = np.zeros(cross.shape, dtype=bool)
        out[:, first, second], out[:, second, first] = small, small
        return out


def _table(
    cells: Cells, statistics: Sequence[Statistic], asked: Sequence[int], parts: list[dict[str, npt.NDArray[Any]]], df: float
) -> Estimates:
    """One row for every question, break, level and option, in this order."""
    levels = [("", "")] + [(name, one) for name, named in cells.breaks for one in named]
    breaks = [0] + [number + 1 for number, (_, named) in enumerate(cells.breaks) for _ in named]
    questions: dict[str, int] = {}
    of_question = np.array([questions.setdefault(one.question, len(questions)) for one in statistics], dtype=np.int64)
    level_at, statistic_at = np.divmod(np.arange(len(levels) * len(statistics)), len(statistics))
    order = np.lexsort((statistic_at, level_at, np.array(breaks)[level_at], of_question[statistic_at]))
    level_at, statistic_at = level_at[order], statistic_at[order]
    was_asked = np.isin(statistic_at, np.array(asked, dtype=np.int64))
    place = np.zeros(len(statistics), dtype=np.int64)
    place[list(asked)] = np.arange(len(asked))

    def spread_out(name: str, empty: Any) -> npt.NDArray[Any]:
        if not parts:
            return np.full(len(order), empty)
        values = np.concatenate([part[name] for part in parts])[place[statistic_at], level_at]
        return np.where(was_asked, values, empty)

    def text(words: Sequence[str], at: Ints) -> pl.Series:
        return pl.Series(list(words), dtype=pl.String).gather(at)

    columns: dict[str, Any] = {name: text([getattr(one, name) for one in statistics], statistic_at) for name in _NAMES}
    columns |= {"break": text([one for one, _ in levels], level_at), "level": text([two for _, two in levels], level_at)}
    for name in ("estimate", "std_error", "conf_low", "conf_high", "weighted_base", "design_effect", "rest", "p_rest", "p_rest_adjusted"):
        columns[name] = spread_out(name, np.nan).astype(np.float64)
    columns["weighted_base"] = np.nan_to_num(columns["weighted_base"])
    for name in ("count", "base"):
        columns[name] = np.rint(spread_out(name, 0.0).astype(np.float64)).astype(np.int64)
    for name in ("method", "letter", "letters"):
        columns[name] = pl.Series(spread_out(name, "").tolist(), dtype=pl.String)
    undefined = np.isnan(columns["estimate"])
    flag = np.where(~was_asked, Flag.NOT_ASKED, np.where(undefined, Flag.UNDEFINED, Flag.NONE))
    columns["flag"] = pl.Series(flag.tolist(), dtype=pl.String)
    columns["df"] = np.full(len(order), df)
    untested = np.isnan(columns["p_rest_adjusted"])
    columns["differs"] = pl.Series(spread_out("differs", False).astype(bool)).set(pl.Series(untested), None)
    return Estimates(pl.DataFrame(columns))


_NAMES = ("question", "item", "option", "statistic")
