"""Change between two waves of a finite, overlapping panel: the difference, its interval and test, and the word that may be used.

The variance of the difference is v1 + v2 - 2 cov, with the covariance of overlapping samples of one population: see
`barometer.estimation.change_overlap`. Stacking the waves with the person as cluster counts the union of persons in the finite
population correction and gives standard errors that are a third too small.

A share that is near 0 or 1 in either wave (fewer than `FEW` = 5 respondents for or against it) is tested with the variance that it has if
nothing changed (`barometer.estimation.comparisons.null_variance`), and its interval is recovered from the intervals of the two waves
(Zou and Donner 2008): a t interval would have no width at 0 of 15.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.change_overlap import CommonPopulation, Overlap, overlap_of
from barometer.estimation.comparisons import Side, null_variance, p_values
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats, t_quantile
from barometer.estimation.domains import Mask, check_levels, resolve_break, resolve_where
from barometer.estimation.estimates import Estimates, Flag
from barometer.estimation.intervals import FEW, Spread, check_interval, intervals
from barometer.estimation.linearisation import ROUNDING, variance
from barometer.estimation.rowwise import MEANS, NETS, SHARES, Target, ratio_scores, targets
from barometer.estimation.sources import column_of, occurring_codes
from barometer.estimation.tabulation import Statistic, as_variable
from barometer.estimation.variables import AnyVariable, Battery, Categorical, Variable

ChangeInterval = Literal["t", "recovered"]
KINDS = (*SHARES, *NETS, "top_box", *MEANS)
RISE, FALL, UNCLEAR = "rise", "fall", "no clear change"


def change(
    first: Design,
    second: Design,
    variable: AnyVariable | Sequence[AnyVariable],
    *,
    person: str = "person_id",
    by: Any = None,
    where: pl.Expr | None = None,
    interval: ChangeInterval = "t",
    level: float = 0.95,
    common_population: CommonPopulation = None,
    comparable: str | Mapping[str, str] | None = None,
) -> Estimates:
    """How much each figure changed from one wave to the next, second minus first.

    Args:
        first: The wave before.
        second: The wave after; the same kind of design, whose strata have the same names.
        variable: A column name or variable, or several. Codes that are not declared are those that occur in either wave.
        person: The column that names a person (a post) in both waves. With clusters, these are what is matched for the variance.
        by: A break, whose levels are those of either wave.
        where: A condition for the respondents who count.
        interval: "t", which gives way to "recovered" where a share is near 0 or 1; or "recovered" for all shares.
        level: The confidence level; 1 - level is also the level of the test.
        common_population: How many posts of each stratum exist in both populations, where mergers, closures or new bodies changed
            them: a mapping from stratum, a number for an unstratified sample, or a column that repeats it. Left out, it is the smaller of
            the two populations, which is exact if one of them contains the other; `method` says so where they differ.
        comparable: Why the waves may not be compared, if there is a break in the series: a reason, or a mapping from question to reason.

    Returns:
        One row a figure, with the statistic `change`: `estimate` is the difference (proportions for shares, else units of the
        answer), `points` the same in percentage points (shares only). `of` is the statistic that changed (`share`, `net`, `mean`, ...);
        `count`, `base` and `estimate_after` are of the second wave, `count_before`, `base_before` and `estimate_before` of the first;
        `common` counts the respondents in both bases, `covariance` is that of the two estimates, `p_value` two-sided. `df` is
        that of the smaller wave. `word` is "rise" or "fall" only if the p-value is under 1 - level and the interval leaves out 0,
        otherwise "no clear change"; "" where a base is empty.

        `method` names the interval and what is known of the overlap. Strata with fewer than two common respondents borrow the
        pooled covariance of the others ("covariance pooled in 1 stratum"). If no stratum has two, the covariance cannot be seen and the
        waves are taken as independent samples ("independent samples"), which is right if the second sample was drawn without
        regard to the first, and on the safe side if persons took part twice but cannot be matched. Samples that were drawn to avoid
        each other have a negative covariance that nothing in the data can show: the standard error may then be too small, by a factor
        of up to the root of 1 - f.

    Raises:
        DesignError: The waves may not be compared; a column is missing; a person is missing or stands twice; a design has two stages;
            the common population is impossible; a break has fewer than two levels.

    Sources: Tam 1984; Qualite and Tille 2008; Zou and Donner 2008 for recovered intervals.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> spring = pl.DataFrame({"person_id": range(40), "agrees": ["yes", "no"] * 20})
        >>> summer = pl.DataFrame({"person_id": range(10, 50), "agrees": ["yes", "yes", "yes", "no"] * 10})
        >>> waves = [Design(frame, population=100) for frame in (spring, summer)]
        >>> row = change(*waves, "agrees").row(option="yes")
        >>> row["points"], round(row["std_error"], 4), row["common"], row["word"]
        (25.0, 0.068, 30, 'rise')
    """
    check_interval("logit", level)
    _check_choice(interval)
    asked = [variable] if isinstance(variable, str) or not isinstance(variable, Sequence) else list(variable)
    variables = [_resolved(one, first, second) for one in asked]
    for one in variables:
        _refuse_break(one.question, comparable)
    overlap = overlap_of(first, second, person, common_population)
    pairs = [pair for one in variables for pair in _pairs(one, first, second)]
    rows: list[dict[str, Any]] = []
    for name, label, masks in _domains(first, second, by, where):
        rows += _Domain(overlap, name, label, masks).rows(pairs, interval, level)
    return Estimates(pl.DataFrame(rows, infer_schema_length=None))


def change_frame(changes: Estimates, wave_before: str) -> pl.DataFrame:
    """Changes as findings want them: one row a figure of everybody.

    Args:
        changes: What `change` returned; rows of breaks and undefined rows are left out.
        wave_before: The name of the first wave.

    Returns:
        The columns `question, item, option, statistic, wave_before, estimate_before, count_before, base_before, difference, conf_low,
        conf_high, p_value, method`; proportions for shares and nets.

    Raises:
        DesignError: The estimates are not changes.
    """
    if "of" not in changes.frame.columns:
        raise DesignError("The estimates are not changes.", expected="the result of change()", got=", ".join(changes.frame.columns[:6]))
    whole = changes.frame.filter((pl.col("break") == "") & (pl.col("flag") == Flag.NONE))
    return whole.select(
        "question",
        "item",
        "option",
        pl.col("of").alias("statistic"),
        pl.lit(wave_before).alias("wave_before"),
        "estimate_before",
        "count_before",
        "base_before",
        pl.col("estimate").alias("difference"),
        "conf_low",
        "conf_high",
        "p_value",
        "method",
    )


def _check_choice(interval: str) -> None:
    if interval not in get_args(ChangeInterval):
        raise DesignError(
            "The interval of a change is unknown.",
            where="interval",
            expected="'t' or 'recovered'",
            got=repr(interval),
            hint=did_you_mean(str(interval), get_args(ChangeInterval)),
        )


def _refuse_break(question: str, comparable: str | Mapping[str, str] | None) -> None:
    reason = comparable.get(question) if isinstance(comparable, Mapping) else comparable
    if reason:
        raise DesignError(
            "There is a break in the series, so the waves may not be compared.",
            where=f"question '{question}'",
            expected="the same wording, options and scale in both waves",
            got=reason,
        )


def _resolved(variable: AnyVariable, first: Design, second: Design) -> Variable:
    """A variable with the codes of both waves."""
    if isinstance(variable, str):
        kinds = [as_variable(variable, design.frame) for design in (first, second)]
        variable = next((kind for kind in kinds if not isinstance(kind, Categorical)), kinds[0])
    if not isinstance(variable, Categorical | Battery) or variable.codes is not None:
        return variable
    columns = [variable.column] if isinstance(variable, Categorical) else list(variable.items.values())
    codes: dict[Any, None] = {}
    for design in (first, second):
        for column in columns:
            if isinstance(variable, Categorical) or column in design.frame.columns:
                codes |= dict.fromkeys(occurring_codes(column_of(design.frame, column, variable.question)))
    found = [code for code in codes if code not in variable.missing]
    enums = all(isinstance(design.frame[columns[0]].dtype, pl.Enum) for design in (first, second) if columns[0] in design.frame.columns)
    if not enums:
        found.sort(key=lambda code: (isinstance(code, str), code))
    return replace(variable, codes=tuple(found))


@dataclass(frozen=True)
class _Pair:
    """One figure in both waves; None where a wave did not ask it."""

    statistic: Statistic
    before: Target | None
    after: Target | None


def _pairs(variable: Variable, first: Design, second: Design) -> list[_Pair]:
    def key(statistic: Statistic) -> tuple[str, str, str]:
        return statistic.item, statistic.option, statistic.statistic

    found = [targets(design, variable, KINDS) for design in (first, second)]
    before, after = ({key(one.statistic if isinstance(one, Target) else one): one for one in part} for part in found)
    out = []
    for name, one in after.items():
        other = before.get(name)
        statistic = one.statistic if isinstance(one, Target) else one
        out.append(_Pair(statistic, other if isinstance(other, Target) else None, one if isinstance(one, Target) else None))
    return out


def _domains(first: Design, second: Design, by: Any, where: pl.Expr | None) -> list[tuple[str, str, tuple[Mask, Mask]]]:
    """Name, level and the masks of both waves: everybody, or each level of a break."""
    live = [resolve_where(design.frame, where) & (design.weights > 0) for design in (first, second)]
    if by is None:
        return [("", "", (live[0], live[1]))]
    found = [resolve_break(design.frame, by) for design in (first, second)]
    levels = tuple(dict.fromkeys((*found[1].levels, *found[0].levels)))
    check_levels(found[1].name, levels)
    out = []
    for label in levels:
        one, two = (
            mask & (part.codes == part.levels.index(label) + 1) if label in part.levels else np.zeros_like(mask)
            for mask, part in zip(live, found, strict=True)
        )
        out.append((found[1].name, label, (one, two)))
    return out


@dataclass(frozen=True, eq=False)
class _Domain:
    """The changes in one domain."""

    overlap: Overlap
    name: str
    label: str
    masks: tuple[Mask, Mask]

    def rows(self, pairs: Sequence[_Pair], interval: str, level: float) -> list[dict[str, Any]]:
        asked = [pair for pair in pairs if pair.before is not None and pair.after is not None]
        made = iter(self._estimated(asked, interval, level))
        return [next(made) if pair.before is not None and pair.after is not None else self._not_asked(pair) for pair in pairs]

    def _labels(self, pair: _Pair) -> dict[str, Any]:
        one = pair.statistic
        names = {"question": one.question, "item": one.item, "option": one.option, "break": self.name, "level": self.label}
        return names | {"statistic": "change", "of": one.statistic}

    def _not_asked(self, pair: _Pair) -> dict[str, Any]:
        zero = {"count": 0, "base": 0, "count_before": 0, "base_before": 0, "common": 0, "weighted_base": 0.0}
        return self._labels(pair) | zero | {"df": self.overlap.df, "flag": Flag.NOT_ASKED, "word": ""}

    def _estimated(self, pairs: Sequence[_Pair], interval: str, level: float) -> list[dict[str, Any]]:
        if not pairs:
            return []
        overlap = self.overlap
        waves = [
            _Wave.of(design, mask, [pair.before if wave == 0 else pair.after for pair in pairs], level)
            for wave, (design, mask) in enumerate(zip((overlap.first, overlap.second), self.masks, strict=True))
        ]
        before, after = waves
        covariance = overlap.covariance(before.scores, after.scores)
        gross = before.variance + after.variance
        spread = gross - 2 * covariance
        spread = np.where(spread <= 10 * ROUNDING * gross, 0.0, spread)
        difference = after.estimate - before.estimate
        size = np.abs(after.estimate) + np.abs(before.estimate)
        difference = np.where(np.abs(difference) <= ROUNDING * size, 0.0, difference)
        certain = before.spread.census & after.spread.census
        share = np.array([pair.statistic.share for pair in pairs])
        few = share & ~certain & (before.few | after.few)
        recovered = few | (share & ~certain) if interval == "recovered" else few
        sides = [Side(wave.estimate, wave.spread.base, wave.spread.base) for wave in waves]
        tested = np.where(few, null_variance(spread, sides[0], sides[1], certain), spread)
        p = p_values(difference, tested, certain, overlap.df)
        p = np.where(np.isnan(p) & (difference == 0) & few, 1.0, p)
        margin = t_quantile((1 + level) / 2, overlap.df) * np.sqrt(spread)
        margin = np.where(certain, 0.0, margin)
        limits = _recovered(before, after, covariance)
        low = np.where(recovered, limits[0], difference - margin)
        high = np.where(recovered, limits[1], difference + margin)
        rows = []
        for place, pair in enumerate(pairs):
            undefined = bool(np.isnan(difference[place]))
            clear = bool(p[place] < 1 - level) and not low[place] <= 0 <= high[place]
            word = UNCLEAR if not clear else RISE if difference[place] > 0 else FALL
            common = (before.inside[overlap.persons[:, 0], place] & after.inside[overlap.persons[:, 1], place]).sum()
            rows.append(
                self._labels(pair)
                | {
                    "estimate": difference[place],
                    "points": 100 * difference[place] if share[place] else np.nan,
                    "std_error": np.nan if undefined else spread[place] ** 0.5,
                    "conf_low": low[place],
                    "conf_high": high[place],
                    "df": overlap.df,
                    "p_value": p[place],
                    "count": int(after.count[place]),
                    "base": int(after.spread.base[place]),
                    "weighted_base": after.weighted_base[place],
                    "count_before": int(before.count[place]),
                    "base_before": int(before.spread.base[place]),
                    "estimate_before": before.estimate[place],
                    "estimate_after": after.estimate[place],
                    "covariance": np.nan if undefined else covariance[place],
                    "common": int(common),
                    "word": "" if undefined else word,
                    "flag": Flag.UNDEFINED if undefined else Flag.NONE,
                    "method": "" if undefined else _method(overlap, recovered=bool(recovered[place])),
                }
            )
        return rows


def _method(overlap: Overlap, *, recovered: bool) -> str:
    """The name of the interval, and what is known of the overlap."""
    parts = ["recovered" if recovered else "t", "overlapping panel" if overlap.known else "independent samples"]
    if overlap.pooled:
        parts.append(f"covariance pooled in {overlap.pooled} " + ("stratum" if overlap.pooled == 1 else "strata"))
    if overlap.assumed and overlap.known:
        parts.append("common population taken as the smaller one")
    if overlap.moved:
        parts.append(f"{overlap.moved} in another stratum")
    return ", ".join(parts)


@dataclass(frozen=True, eq=False)
class _Wave:
    """The figures of one wave in one domain, all of them."""

    spread: Spread
    scores: Floats
    variance: Floats
    inside: Mask
    count: Floats
    weighted_base: Floats
    low: Floats
    high: Floats

    @property
    def estimate(self) -> Floats:
        return self.spread.estimate

    @property
    def few(self) -> Mask:
        """Whether a share is too near 0 or 1 for its variance to be believed."""
        chosen = self.spread.base * self.estimate
        return np.asarray(np.minimum(chosen, self.spread.base - chosen) < FEW - 1e-9)

    @classmethod
    def of(cls, design: Design, mask: Mask, wanted: Sequence[Target | None], level: float) -> _Wave:
        size = len(wanted)
        estimate, scores, inside = np.full(size, np.nan), np.zeros((design.size, size)), np.zeros((design.size, size), dtype=bool)
        count = np.zeros(size)
        for place, target in enumerate(wanted):
            assert target is not None
            estimate[place], scores[:, place], _ = ratio_scores(design, target, mask)
            inside[:, place] = mask & target.base
            count[place] = (inside[:, place] & target.counted).sum()
        weighted = design.weights @ inside
        fraction = (design.weights * design.structure.fraction) @ inside / np.where(weighted > 0, weighted, 1.0)
        census = (inside.sum(axis=0) > 0) & ~(inside & design.structure.uncertain[:, None]).any(axis=0)
        found = variance(scores, design)
        spread = Spread(estimate, np.sqrt(found), inside.sum(axis=0).astype(np.float64), design.df, census, fraction)
        share = np.array([target is not None and target.statistic.share for target in wanted])
        low, high, _ = intervals(spread, share, "logit", level)
        return cls(spread, scores, found, inside, count, weighted, low, high)


def _recovered(before: _Wave, after: _Wave, covariance: Floats) -> tuple[Floats, Floats]:
    """Limits of a difference from the limits of its parts and their correlation (Zou and Donner 2008, equation 4)."""
    product = before.spread.std_error * after.spread.std_error
    correlation = np.clip(np.where(product > 0, covariance / np.where(product > 0, product, 1.0), 0.0), -1, 1)

    def apart(one: Floats, other: Floats) -> Floats:
        return np.sqrt(np.maximum(one**2 + other**2 - 2 * correlation * one * other, 0.0))

    difference = after.estimate - before.estimate
    low = difference - apart(after.estimate - after.low, before.high - before.estimate)
    high = difference + apart(after.high - after.estimate, before.estimate - before.low)
    return low, high
