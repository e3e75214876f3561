"""Counts and bases rounded to multiples, for barometers whose respondents must not be counted exactly.

With `[disclosure] rounding = 5` every published count and base is the nearest multiple of 5, and everything else is computed from those
alone: shares are rounded counts over rounded bases, so that nobody gets the exact count back; intervals are those of the rounded share
and base, never the exact ones; means have one decimal; a p value says only which of 0.001, 0.01, 0.05 it is below (else 1); standard
errors, degrees of freedom and design effects are left out, as exact counts can be worked out from them. Suppression is done before, on
exact bases. A net is rounded by itself, which is nearest to the truth, so that it may differ from the sum of its rounded parts; it is
never smaller than one of them, as rounding keeps order (Hundepool et al. 2012, ch. 5.4: conventional rounding).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from barometer.errors import UsageError
from barometer.estimation import Estimates
from barometer.findings.disclosure import COUNTED, SMALL_BASE, SUPPRESSED
from barometer.findings.numbers import decimal, exact

#: The column that says to which multiple counts and bases are rounded; absent where they are exact.
ROUNDED_TO = "rounded_to"
#: The statistics that are a count over a base.
PROPORTIONS = (*COUNTED, "overlap", "combination")
_CLASSES = (0.001, 0.01, 0.05)
_KEYS = ["question", "item", "option", "statistic"]
_LEFT_OUT = ("std_error", "df", "design_effect")
_LEVEL = 0.95


def to_multiple(number: int, multiple: int) -> int:
    """The nearest multiple, half up; the number itself where the multiple is 0.

    Example:
        >>> to_multiple(57, 5), to_multiple(58, 5), to_multiple(58, 0)
        (55, 60, 58)
    """
    return (2 * number + multiple) // (2 * multiple) * multiple if multiple else number


def p_in_words(row: Mapping[str, Any], name: str = "p_rest") -> str:
    """A p value of a row of estimates as it is printed: exact where figures are, and by its class where they are rounded.

    Example:
        >>> p_in_words({"p_rest": 0.0312}), p_in_words({"p_rest": 0.0004}), p_in_words({"p_rest": 0.025, "rounded_to": 5})
        ('p = 0.031', 'p less than 0.001', 'p less than 0.05')
    """
    p, precise = row[name], not row.get(ROUNDED_TO)
    below = next((bound for bound in (_CLASSES[:1] if precise else _CLASSES) if p < bound), None)
    if below is not None:
        return f"p less than {below:g}"
    return f"p = {decimal(exact(p), 3)}" if precise else f"p {_CLASSES[-1]:g} or more"


def rounded(estimates: Estimates, multiple: int, *, small_base: int = 30) -> Estimates:
    """Published estimates with counts and bases rounded, and all else made from rounded figures.

    Args:
        estimates: Estimates after suppression, with the rows for everybody.
        multiple: Such as 5; 0 leaves the estimates as they are.
        small_base: Rounded bases below this are flagged "small base".

    Returns:
        The same rows in the same order, with the column `rounded_to`. Shares are proportions (0 to 1).

    Raises:
        UsageError: If the multiple is negative.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> book = Design(pl.DataFrame({"q": ["a"] * 58 + ["b"] * 41})).tab_book(["q"])
        >>> rounded(book, 5).frame.select("option", "estimate", "count", "base").rows()
        [('a', 0.6, 60, 100), ('b', 0.4, 40, 100)]
    """
    if multiple < 0:
        raise UsageError("Figures cannot be rounded to this.", where="rounding", expected="0 or a positive number", got=str(multiple))
    if multiple == 0:
        return estimates
    frame = estimates.frame.with_row_index("_order")
    shown = (pl.col("flag") != SUPPRESSED) & (pl.col("base") > 0)
    count, base = _to_multiple(pl.col("count"), multiple), pl.max_horizontal(_to_multiple(pl.col("base"), multiple), multiple)
    share = pl.col("statistic").is_in(PROPORTIONS)
    exact = pl.col("count") / pl.col("base")
    weighted = ((pl.col("estimate") - exact).abs() > 1e-9).fill_null(False)
    # What the design does to the variance, to one decimal: enough for an interval, too little to tell a count by.
    inside = exact.is_between(0, 1, closed="none") & (pl.col("std_error") > 0) & (pl.col("base") > 1)
    effect = pl.when(inside).then(pl.col("std_error") ** 2 * (pl.col("base") - 1) / (exact * (1 - exact))).otherwise(1.0).round(1)
    census = exact.is_between(0, 1, closed="none") & (pl.col("std_error") == 0)
    frame = frame.with_columns(
        _count=pl.when(shown).then(pl.min_horizontal(count, base)).otherwise(pl.col("count")),
        _base=pl.when(shown).then(base).otherwise(pl.col("base")),
        _effect=pl.max_horizontal(effect, 0.1),
        _census=census.fill_null(False),
        _share=(share & shown),
        _weighted=weighted,
    )
    grid = pl.col("_base") / multiple
    ratio = pl.when("_weighted").then((pl.col("estimate") * grid).round() / grid).otherwise(pl.col("_count") / pl.col("_base"))
    frame = frame.with_columns(estimate=pl.when("_share").then(ratio).otherwise(pl.col("estimate").round(1)))
    frame = _with_intervals(frame)
    frame = _with_rests(frame, shown)
    flagged = pl.when(pl.col("_base") < small_base).then(pl.lit(SMALL_BASE)).otherwise(pl.lit(""))
    frame = frame.with_columns(
        pl.col("_count").alias("count"),
        pl.col("_base").alias("base"),
        *(pl.lit(None, dtype=frame.schema[name]).alias(name) for name in _LEFT_OUT),
        pl.when(shown).then(_to_multiple(pl.col("weighted_base"), multiple)).otherwise(pl.col("weighted_base")).alias("weighted_base"),
        pl.when(shown & pl.col("flag").is_in(["", SMALL_BASE])).then(flagged).otherwise(pl.col("flag")).alias("flag"),
        pl.lit(multiple).alias(ROUNDED_TO),
    )
    return Estimates(frame.sort("_order").select([*estimates.frame.columns, ROUNDED_TO]))


def _to_multiple(number: pl.Expr, multiple: int) -> pl.Expr:
    return ((number + multiple / 2) / multiple).floor() * multiple


def _with_intervals(frame: pl.DataFrame) -> pl.DataFrame:
    """The intervals of rounded shares; those of means to one decimal, outwards."""
    from barometer.estimation.intervals import Spread, proportion_interval

    means = ~pl.col("_share")
    frame = frame.with_columns(
        pl.when(means).then((pl.col("conf_low") * 10).floor() / 10).otherwise(pl.col("conf_low")).alias("conf_low"),
        pl.when(means).then((pl.col("conf_high") * 10).ceil() / 10).otherwise(pl.col("conf_high")).alias("conf_high"),
    )
    wanted = frame.filter(pl.col("_share") & pl.col("conf_low").is_not_null())
    if wanted.is_empty():
        return frame
    p, n = wanted["estimate"].to_numpy(), wanted["_base"].cast(pl.Float64).to_numpy()
    effect = wanted["_effect"].to_numpy()
    spread = Spread(
        p,
        np.sqrt(effect * p * (1 - p) / np.maximum(n - 1, 1)),
        n,
        float(max(n.max() - 1, 1)),
        wanted["_census"].to_numpy(),
        np.clip(1 - effect, 0, 0.9),
    )
    low, high, _ = proportion_interval(spread, "logit", _LEVEL)
    found = wanted.select("_order").with_columns(pl.Series("_low", low), pl.Series("_high", high))
    frame = frame.join(found, on="_order", how="left")
    return frame.with_columns(pl.coalesce("_low", "conf_low").alias("conf_low"), pl.coalesce("_high", "conf_high").alias("conf_high"))


def _with_rests(frame: pl.DataFrame, shown: pl.Expr) -> pl.DataFrame:
    """Comparisons with the rest: from rounded figures, and p values by their class."""
    columns: list[pl.Expr] = []
    for name in ("p_rest", "p_rest_adjusted", "p_value"):
        if name in frame.columns:
            columns.append(_classed(name).alias(name))
    if "rest" in frame.columns:
        everybody = frame.filter(pl.col("break") == "").select(*_KEYS, pl.col("_count").alias("_all"), pl.col("_base").alias("_of"))
        frame = frame.join(everybody.unique(_KEYS), on=_KEYS, how="left", maintain_order="left")
        left = pl.col("_of") - pl.col("_base")
        rest = pl.when(left > 0).then(((pl.col("_all") - pl.col("_count")) / left).clip(0, 1))
        columns.append(pl.when(pl.col("rest").is_not_null() & pl.col("_share") & ~pl.col("_weighted") & shown).then(rest).alias("rest"))
    return frame.with_columns(columns)


def rounded_changes(changes: pl.DataFrame, published: Estimates, multiple: int) -> pl.DataFrame:
    """Comparisons with an earlier wave, made from rounded figures.

    The difference is that of the two rounded figures; its interval moves with it and is widened to whole points (means: to one
    decimal). The p value says its class only, as in `rounded`.

    Args:
        changes: Rows of `barometer.estimation.changes.change_frame`.
        published: This wave's figures after `rounded`.
        multiple: Such as 5; 0 leaves the rows as they are.

    Returns:
        The same rows in the same order, differences as proportions (0 to 1) or in the unit of the answer.

    Example:
        >>> import polars as pl
        >>> keys = {"question": "q", "item": "", "option": "a", "statistic": "share"}
        >>> row = {**keys, "estimate_before": 0.58, "count_before": 58, "base_before": 100, "difference": -0.031,
        ...        "conf_low": -0.082, "conf_high": 0.024, "p_value": 0.3}
        >>> now = Estimates(pl.DataFrame([{**keys, "estimate": 0.55, "count": 55, "base": 100}]))
        >>> rounded_changes(pl.DataFrame([row]), now, 5).row(0)[4:]
        (0.6, 60, 100, -0.05, -0.11, 0.01, 1.0)
    """
    if multiple == 0:
        return changes
    own = published.frame.filter(pl.col("break") == "").select(*_KEYS, pl.col("estimate").alias("_now")).unique(_KEYS)
    share = pl.col("statistic").is_in(PROPORTIONS)
    before = _to_multiple(pl.col("count_before"), multiple) / _to_multiple(pl.col("base_before"), multiple)
    before = pl.when(share).then(before).otherwise(pl.col("estimate_before").round(1))
    difference = (pl.col("_now") - before).round(10)
    shift = difference - pl.col("difference")
    digits = pl.when(share).then(100.0).otherwise(10.0)
    return (
        changes.join(own, on=_KEYS, how="left", maintain_order="left")
        .with_columns(
            before.alias("estimate_before"),
            _to_multiple(pl.col("count_before"), multiple).cast(pl.Int64).alias("count_before"),
            _to_multiple(pl.col("base_before"), multiple).cast(pl.Int64).alias("base_before"),
            difference.alias("difference"),
            (((pl.col("conf_low") + shift) * digits).floor() / digits).alias("conf_low"),
            (((pl.col("conf_high") + shift) * digits).ceil() / digits).alias("conf_high"),
            _classed("p_value").alias("p_value"),
        )
        .select(changes.columns)
    )


def _classed(name: str) -> pl.Expr:
    """A p value by its class: a number below the bound that it is below, or 1."""
    classed = pl.lit(1.0)
    for bound in reversed(_CLASSES):
        classed = pl.when(pl.col(name) < bound).then(pl.lit(bound / 2)).otherwise(classed)
    return pl.when(pl.col(name).is_not_null()).then(classed)
