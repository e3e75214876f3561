"""Whether coders see the same: Krippendorff's alpha and Cohen's kappa.

Alpha takes any number of coders, any scale and gaps; 1 is perfect agreement, 0 what chance gives (Krippendorff 2004, chapter 11). Kappa
is of two coders (Cohen 1960), with the standard error of Fleiss, Cohen and Everitt (1969). For answers with several themes each, the
difference between two sets of themes is the MASI distance (Passonneau 2006), which counts a partly equal set as partly agreed.
Both are undefined where nothing varies: everybody's saying the same thing about everything shows no skill.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.coding.coded import Coded
from barometer.coding.codeframe import NO_CODE
from barometer.errors import UsageError, did_you_mean

Floats = npt.NDArray[np.float64]
Unit = Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha.

    Attributes:
        alpha: At most 1; NaN where nothing varies.
        low: The lower limit of its 95 per cent interval, from a bootstrap of units; NaN where it is undefined.
        high: The upper limit.
        units: How many units at least two coders coded.
        values: How many codings there are of these.
    """

    alpha: float
    low: float
    high: float
    units: int
    values: int


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa of two coders.

    Attributes:
        kappa: At most 1; NaN where nothing varies.
        std_error: Its standard error.
        agreed: The proportion of units on which they agree, 0 to 1.
        expected: The proportion that chance would give.
        units: How many units both coded.
    """

    kappa: float
    std_error: float
    agreed: float
    expected: float
    units: int


def _jaccard(one: Any, other: Any) -> float:
    union = len(one | other)
    return 0.0 if union == 0 else 1 - len(one & other) / union


def _masi(one: Any, other: Any) -> float:
    if one == other:
        return 0.0
    common = one & other
    monotone = 2 / 3 if one <= other or other <= one else 1 / 3 if common else 0.0
    # An empty set is part of every set, but shares nothing with it.
    return 1 - (len(common) / len(one | other)) * monotone


_BY_PAIR: dict[str, Callable[[Any, Any], float]] = {
    "nominal": lambda one, other: float(one != other),
    "interval": lambda one, other: float(one - other) ** 2,
    "ratio": lambda one, other: 0.0 if one == other else (float(one - other) / float(one + other)) ** 2,
    "jaccard": _jaccard,
    "masi": _masi,
}
LEVELS = ("nominal", "ordinal", "interval", "ratio", "jaccard", "masi")


def _distances(values: list[Any], counts: Floats, level: str) -> Floats:
    """How far each value is from each other one."""
    if level == "ordinal":
        order = np.argsort(np.array(values, dtype=float), kind="stable")
        ranked = counts[order]
        upto = np.cumsum(ranked) - ranked / 2
        place = np.empty(len(values))
        place[order] = upto
        return np.asarray((place[:, None] - place[None, :]) ** 2)
    distance = _BY_PAIR[level]
    out = np.zeros((len(values), len(values)))
    for i, j in combinations(range(len(values)), 2):
        out[i, j] = out[j, i] = distance(values[i], values[j])
    return out


def krippendorffs_alpha(units: Sequence[Unit], level: str = "nominal", *, resamples: int = 1000, seed: int = 1) -> Alpha:
    """Krippendorff's alpha of codings.

    Args:
        units: For each unit the codings that it got, one a coder: a sequence, or a mapping from coder; None where a coder left it out.
        level: "nominal", "ordinal", "interval" or "ratio" for values; "jaccard" or "masi" for sets (frozensets) of codes.
        resamples: Bootstrap resamples of units for the interval; 0 leaves it out.
        seed: What they are drawn from.

    Raises:
        UsageError: If the level is unknown.

    Example:
        >>> found = krippendorffs_alpha([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")])
        >>> round(found.alpha, 3), found.units
        (0.533, 4)
    """
    if level not in LEVELS:
        raise UsageError("There is no such level of measurement.", expected=", ".join(LEVELS), got=level, hint=did_you_mean(level, LEVELS))
    given = [[value for value in _values(unit) if value is not None] for unit in units]
    paired = [values for values in given if len(values) > 1]
    distinct = list(dict.fromkeys(value for values in paired for value in values))
    number = sum(map(len, paired))
    if len(distinct) < 2:
        return Alpha(math.nan, math.nan, math.nan, len(paired), number)
    place = {value: at for at, value in enumerate(distinct)}
    counts = np.zeros((len(paired), len(distinct)))
    for row, values in enumerate(paired):
        for value in values:
            counts[row, place[value]] += 1
    whole = np.ones((1, len(paired)))
    alpha = float(_alphas(whole, counts, distinct, level)[0])
    if not resamples:
        return Alpha(alpha, math.nan, math.nan, len(paired), number)
    drawn = np.random.default_rng(seed).multinomial(len(paired), np.full(len(paired), 1 / len(paired)), size=resamples).astype(float)
    found = _alphas(drawn, counts, distinct, level)
    found = found[np.isfinite(found)]
    low, high = np.quantile(found, [0.025, 0.975]) if len(found) else (math.nan, math.nan)
    return Alpha(alpha, float(low), float(high), len(paired), number)


def _values(unit: Unit) -> Sequence[Any]:
    return list(unit.values()) if isinstance(unit, Mapping) else unit


def _alphas(times: Floats, counts: Floats, distinct: list[Any], level: str) -> Floats:
    """One alpha for each row of `times`: how often each unit counts."""
    totals = times @ counts
    if level == "ordinal" and len(times) > 1:
        # The ordinal distance depends on how often each value occurs, and so differs from resample to resample.
        return np.concatenate([_alphas(weight[None, :], counts, distinct, level) for weight in times])
    distance = _distances(distinct, totals[0] if level == "ordinal" else counts.sum(axis=0), level)
    within = ((counts @ distance) * counts).sum(axis=1) / (counts.sum(axis=1) - 1)
    observed, number = times @ within, totals.sum(axis=1)
    expected = ((totals @ distance) * totals).sum(axis=1) / (number - 1)
    return np.where(expected > 0, 1 - observed / np.where(expected > 0, expected, 1.0), np.nan)


def cohens_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> Kappa:
    """Cohen's kappa of two coders.

    Args:
        first: One coder's values, a unit each; None where a unit was not coded.
        second: The other's, in the same order.

    Raises:
        UsageError: If they have not coded the same number of units.

    Example:
        >>> found = cohens_kappa([1, 1, 0, 0, 1, 0], [1, 1, 0, 1, 1, 0])
        >>> round(found.kappa, 4), round(found.agreed, 4)
        (0.6667, 0.8333)
    """
    if len(first) != len(second):
        raise UsageError("Two coders need the same units.", expected=f"{len(first)} values", got=str(len(second)))
    pairs = [(one, other) for one, other in zip(first, second, strict=True) if one is not None and other is not None]
    values = list(dict.fromkeys(value for pair in pairs for value in pair))
    if len(values) < 2:
        agreed = 1.0 if pairs else math.nan
        return Kappa(math.nan, math.nan, agreed, agreed, len(pairs))
    place = {value: at for at, value in enumerate(values)}
    table = np.zeros((len(values), len(values)))
    for one, other in pairs:
        table[place[one], place[other]] += 1
    table /= table.sum()
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    agreed, expected = float(np.trace(table)), float(rows @ columns)
    kappa = (agreed - expected) / (1 - expected)
    # Fleiss, Cohen and Everitt (1969), equation 13.
    diagonal = np.diag(table)
    one_part = float((diagonal * (1 - (rows + columns) * (1 - kappa)) ** 2).sum())
    off = table * (columns[:, None] + rows[None, :]) ** 2
    other_part = (1 - kappa) ** 2 * float(off.sum() - np.trace(off))
    last = (kappa - expected * (1 - kappa)) ** 2
    variance = max(one_part + other_part - last, 0.0) / ((1 - expected) ** 2 * len(pairs))
    return Kappa(kappa, math.sqrt(variance), agreed, expected, len(pairs))


def agreement(coded: Coded) -> pl.DataFrame:
    """How far the coders agree on each code, and on the sets of codes as wholes.

    Returns:
        One row a code in the order of the codeframe, and first a row with `code` "" for the sets: `code`, `label`, `coders`,
        `sources` (coded by two or more), `used` (by anybody, sources), `agreed` (proportion, 0 to 1, of pairs of codings), `kappa`,
        `kappa_std_error` (null with more than two coders, and for sets), `alpha`, `alpha_low`, `alpha_high`. Null where undefined.

    Raises:
        UsageError: If fewer than two coded.
    """
    coders = coded.coders
    if len(coders) < 2:
        raise UsageError("Agreement needs two coders.", expected="two or more names in the column 'coder'", got=", ".join(coders) or "none")
    sets: dict[str, dict[str, frozenset[str]]] = {}
    for source, coder, code in coded.frame.filter(pl.col("coder").is_in(coders)).select("source", "coder", "code").iter_rows():
        own = sets.setdefault(source, {})
        own[coder] = own.get(coder, frozenset()) | (frozenset() if code == NO_CODE else {code})
    double = {source: own for source, own in sorted(sets.items()) if len(own) > 1}
    whole = krippendorffs_alpha([tuple(own.values()) for own in double.values()], "masi")
    rows = [_row("", "All themes of an answer together", coders, double, whole, None)]
    for code in coded.codeframe.codes:
        marked = {source: {coder: code.id in own for coder, own in by.items()} for source, by in double.items()}
        kappa = None
        if len(coders) == 2:
            kappa = cohens_kappa(*([by.get(coder) for by in marked.values()] for coder in coders))
        found = krippendorffs_alpha([tuple(by.values()) for by in marked.values()])
        rows.append(_row(code.id, code.label, coders, marked, found, kappa))
    return pl.DataFrame(rows, infer_schema_length=None)


def _row(
    code: str, label: str, coders: Sequence[str], units: Mapping[str, Mapping[str, Any]], alpha: Alpha, kappa: Kappa | None
) -> dict[str, Any]:
    pairs = [one == other for by in units.values() for one, other in combinations(by.values(), 2)]
    return {
        "code": code,
        "label": label,
        "coders": len(coders),
        "sources": len(units),
        "used": sum(any(by.values()) for by in units.values()),
        "agreed": sum(pairs) / len(pairs) if pairs else None,
        "kappa": _known(kappa.kappa) if kappa else None,
        "kappa_std_error": _known(kappa.std_error) if kappa else None,
        "alpha": _known(alpha.alpha),
        "alpha_low": _known(alpha.low),
        "alpha_high": _known(alpha.high),
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
