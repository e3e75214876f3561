"""Which differences in a table are more than chance: each level against the rest, and pairs of columns by letter.

The tests are t tests with the design's degrees of freedom, on the difference and its design-based variance (with the covariance that
shared strata and clusters bring). The variance of a difference of shares is what it would be if the two were equal (`null_variance`): the
variance that is seen is far too small where a share is near 0 or 1, and vanishes at 0 of 15. A comparison with fewer respondents than
`TEST_BASE` on either side is not made, since the t distribution cannot be relied on there. In a census a difference is a fact: its
p-value is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.distributions import Floats, t_quantile, t_two_sided
from barometer.estimation.linearisation import Ints

Adjust = Literal["holm", "bh"]
TEST_BASE = 10


def check_adjust(adjust: str | None) -> None:
    """Refuse an unknown correction for multiple tests.

    Raises:
        DesignError: It is not "holm", "bh" or None.
    """
    if adjust is not None and adjust not in get_args(Adjust):
        raise DesignError(
            "The correction for multiple tests is unknown.",
            where="adjust",
            expected="'holm', 'bh' or None",
            got=repr(adjust),
            hint=did_you_mean(str(adjust), get_args(Adjust)),
        )


def p_values(difference: Floats, variance: Floats, certain: npt.NDArray[np.bool_], df: float, *, below: float | None = None) -> Floats:
    """Two-sided p-values; NaN where nothing can be said.

    Args:
        difference: The differences.
        variance: Their variances.
        certain: Where both sides are censuses, so that any difference is a fact.
        df: Degrees of freedom.
        below: If only p-values under this one matter: the others are given as 1, which no correction of multiple tests can tell
            apart, since it never makes a p-value smaller.
    """
    positive = variance > 0
    statistic = difference / np.sqrt(np.where(positive, variance, 1.0))
    if below is None or df < 1:
        tested = t_two_sided(statistic, df)
    else:
        tested = np.where(np.isnan(difference), np.nan, 1.0)
        far = np.abs(statistic) > t_quantile(1 - below / 2, df)
        tested[far] = t_two_sided(statistic[far], df)
    fact = np.where(difference != 0, 0.0, 1.0)
    return np.where(positive, tested, np.where(certain & ~np.isnan(difference), fact, np.nan))


@dataclass(frozen=True, eq=False)
class Side:
    """One side of some comparisons of shares: the shares (0..1), their weighted bases and their unweighted bases."""

    share: Floats
    weight: Floats
    base: Floats


def null_variance(variance: Floats, first: Side, second: Side, certain: npt.NDArray[np.bool_]) -> Floats:
    """The variance of differences of two shares under the hypothesis that they are equal.

    The design effect of the difference (its variance over that of a simple random sample with the same two shares) times the variance
    that a simple random sample would have with the pooled share. Without design effects the squared test statistic is Pearson's
    chi-square of the two-by-two table; with them it is that of Rao and Scott (1981), whose design effect is taken of the difference.
    Where both shares are 0 or 1 and differ there is no design effect to see, and it is taken as 1, without a correction for the population.

    Args:
        variance: The variances of the differences, from the design.
        first: One side.
        second: The other side.
        certain: Where both sides are censuses, so that there is nothing to test.

    Example:
        >>> import numpy as np
        >>> none = Side(np.array([0.0]), np.array([15.0]), np.array([15.0]))
        >>> some = Side(np.array([0.4]), np.array([85.0]), np.array([85.0]))
        >>> seen = np.array([0.4 * 0.6 / 85])
        >>> null_variance(seen, none, some, np.array([False])).round(5).tolist(), seen.round(5).tolist()
        ([0.0176], [0.00282])
    """

    def spread(share: Floats, other: Floats, sizes: tuple[Floats, Floats]) -> Floats:
        size, other_size = (np.where(one > 0, one, np.inf) for one in sizes)
        return share * (1 - share) / size + other * (1 - other) / other_size

    weights, bases = (first.weight, second.weight), (first.base, second.base)
    total = np.where(weights[0] + weights[1] > 0, weights[0] + weights[1], 1.0)
    pooled = np.clip((first.share * weights[0] + second.share * weights[1]) / total, 0.0, 1.0)
    seen, equal = spread(first.share, second.share, weights), spread(pooled, pooled, weights)
    blind = seen <= 1e-12 * equal
    scaled = variance * equal / np.where(blind, 1.0, seen)
    return np.where(certain, variance, np.where(blind, spread(pooled, pooled, bases), scaled))


def adjusted(p: Floats, family: Ints, method: str | None) -> Floats:
    """P-values corrected within families, by Holm's step-down or Benjamini and Hochberg's step-up method.

    Args:
        p: P-values in one dimension; NaN stands for a test that was not made and does not count.
        family: The family of each.
        method: "holm", "bh" or None for no correction.

    Example:
        >>> import numpy as np
        >>> adjusted(np.array([0.01, 0.04, 0.03, 0.2]), np.array([0, 0, 0, 1]), "holm").round(3).tolist()
        [0.03, 0.06, 0.06, 0.2]
    """
    out = p.copy()
    made = np.flatnonzero(~np.isnan(p))
    if method is None or not len(made):
        return out
    order = made[np.lexsort((p[made], family[made]))]
    labels, values = family[order], p[order]
    _, starts, sizes = np.unique(labels, return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(starts, sizes)
    size = np.repeat(sizes, sizes)
    if method == "holm":
        raw = np.minimum(values * (size - rank), 1.0)
        for start, count in zip(starts, sizes, strict=True):
            np.maximum.accumulate(raw[start : start + count], out=raw[start : start + count])
    else:
        raw = np.minimum(values * size / (rank + 1), 1.0)
        for start, count in zip(starts, sizes, strict=True):
            part = raw[start : start + count][::-1]
            raw[start : start + count] = np.minimum.accumulate(part)[::-1]
    out[order] = raw
    return out


def column_letters(count: int) -> list[str]:
    """A, B, ... Z, AA, AB, ...: one for each level.

    Example:
        >>> column_letters(28)[-3:]
        ['Z', 'AA', 'AB']
    """
    out = []
    for number in range(count):
        letters = ""
        while number >= 0:
            letters = chr(ord("A") + number % 26) + letters
            number = number // 26 - 1
        out.append(letters)
    return out


def letters_of(estimate: Floats, significant: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    """For each cell the letters of the levels that it exceeds significantly.

    Args:
        estimate: Statistics x levels.
        significant: Statistics x levels x levels, symmetric.

    Returns:
        Statistics x levels, letters joined by a space, "" for none.
    """
    names = column_letters(estimate.shape[1])
    out = np.full(estimate.shape, "", dtype=object)
    higher = (estimate[:, :, None] > estimate[:, None, :]) & significant
    for at, one, other in zip(*(found.tolist() for found in np.nonzero(higher)), strict=True):
        out[at, one] = f"{out[at, one]} {names[other]}" if out[at, one] else names[other]
    return out
