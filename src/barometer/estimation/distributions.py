"""Quantiles and tail probabilities, from `scipy.special` alone.

`scipy.stats` takes seconds to import, so nothing in the engine touches it: the incomplete beta function and Student's
distribution function are all that survey intervals and tests need. Every function takes and returns numpy arrays (or scalars)
and broadcasts; a value that does not exist is NaN, which the estimates turn into a null.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def _special() -> Any:
    import scipy.special

    return scipy.special


def t_quantile(probability: float | Floats, df: float | Floats) -> Floats:
    """The quantile of Student's t; NaN when the degrees of freedom are below one.

    Example:
        >>> round(float(t_quantile(0.975, 10)), 6)
        2.228139
    """
    freedom = np.asarray(df, dtype=np.float64)
    known = np.where(freedom >= 1, freedom, 1.0)
    return np.where(freedom >= 1, _special().stdtrit(known, probability), np.nan)


def t_two_sided(statistic: float | Floats, df: float | Floats) -> Floats:
    """The two-sided p-value of a t statistic; NaN when the degrees of freedom are below one.

    Example:
        >>> round(float(t_two_sided(2.228139, 10)), 6)
        0.05
    """
    freedom = np.asarray(df, dtype=np.float64)
    known = np.where(freedom >= 1, freedom, 1.0)
    tail = 2 * _special().stdtr(known, -np.abs(np.asarray(statistic, dtype=np.float64)))
    return np.where(freedom >= 1, tail, np.nan)


def f_upper(statistic: float | Floats, df1: float | Floats, df2: float | Floats) -> Floats:
    """The upper tail of Fisher's F: the probability of a larger statistic.

    Example:
        >>> round(float(f_upper(4.964603, 1, 10)), 6)
        0.05
    """
    return np.asarray(_special().fdtrc(df1, df2, statistic), dtype=np.float64)


def chi2_upper(statistic: float | Floats, df: float | Floats) -> Floats:
    """The upper tail of chi-square: the probability of a larger statistic.

    Example:
        >>> round(float(chi2_upper(3.841459, 1)), 6)
        0.05
    """
    return np.asarray(_special().chdtrc(df, statistic), dtype=np.float64)


def beta_quantile(probability: float | Floats, a: float | Floats, b: float | Floats) -> Floats:
    """The quantile of the beta distribution; 0 when `a` is 0 and 1 when `b` is 0, its limits.

    Example:
        >>> round(float(beta_quantile(0.975, 1, 20)), 6)
        0.168433
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    inside = (a > 0) & (b > 0)
    value = _special().betaincinv(np.where(inside, a, 1.0), np.where(inside, b, 1.0), probability)
    limit = np.where(a <= 0, 0.0, np.where(b <= 0, 1.0, np.nan))
    return np.where(inside, value, limit)


def normal_quantile(probability: float | Floats) -> Floats:
    """The quantile of the standard normal distribution.

    Example:
        >>> round(float(normal_quantile(0.975)), 6)
        1.959964
    """
    return np.asarray(_special().ndtri(probability), dtype=np.float64)
