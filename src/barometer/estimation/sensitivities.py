"""How much each headline depends on the weights: the same figures from two designs, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from barometer.errors import DesignError
from barometer.estimation.design import Design
from barometer.estimation.estimates import KEYS, SCHEMA, Estimates
from barometer.estimation.variables import AnyBreak, AnyVariable

# Statistics that are proportions (or differences of them), so that 0.01 is a percentage point.
_POINTS = ("share", "net", "balance", "top_box", "share_first", "share_top_three")
_OTHER = ("estimate", "std_error", "conf_low", "conf_high")


def sensitivity(
    design: Design,
    weighted: Design,
    variables: Sequence[AnyVariable] | AnyVariable,
    *,
    breaks: Sequence[AnyBreak] = (),
    where: pl.Expr | None = None,
    interval: str = "logit",
    level: float = 0.95,
) -> Estimates:
    """Every statistic of some variables under both designs.

    Args:
        design: The design of the headlines, such as one without weights.
        weighted: The same respondents with other weights, such as `design.rake(...)`.
        variables: The questions of the headlines.
        breaks: Columns that split the sample, each reported level by level beside everybody.
        where: A condition for the respondents who count.
        interval: The interval of proportions.
        level: The confidence level.

    Returns:
        The estimates of `design` with these columns added, in the unit of the estimate unless said otherwise:

        - `weighted_estimate`, `weighted_std_error`, `weighted_conf_low`, `weighted_conf_high`: the other design's;
        - `difference`: the weighted estimate less the estimate;
        - `difference_points`: the same in percentage points; null for means;
        - `intervals_overlap`: whether the two intervals have a value in common;
        - `within_interval`: whether the weighted estimate lies in the interval of the headline.

    Raises:
        DesignError: The two designs are not of the same respondents, or a question is not in the frame.

    Example:
        >>> frame = pl.DataFrame({"agree": ["yes", "no", "yes", "no"] * 5, "role": ["chair", "chair", "chair", "officer"] * 5})
        >>> design = Design(frame)
        >>> raked = design.rake({"role": {"chair": 10, "officer": 10}})
        >>> round(sensitivity(design, raked, "agree").row(option="yes")["difference_points"], 1)
        -16.7
    """
    if design.size != weighted.size:
        raise DesignError(
            "The designs are not of the same respondents.",
            expected=f"{design.size} respondents in both",
            got=str(weighted.size),
            hint="Make the second from the first: design.rake(...).",
        )
    first, second = (
        one.tab_book(variables, breaks, where=where, adjust=None, interval=interval, level=level).frame for one in (design, weighted)
    )
    if not first.select(KEYS).equals(second.select(KEYS)):
        raise DesignError("The designs do not give the same figures.", hint="Make the second from the first: design.rake(...).")
    other = second.select([pl.col(name).alias(f"weighted_{name}") for name in _OTHER])
    joined = pl.concat([first.select(list(SCHEMA)), other], how="horizontal")
    difference = pl.col("weighted_estimate") - pl.col("estimate")
    shares = pl.col("statistic").is_in(list(_POINTS))
    overlap = (pl.col("conf_low") <= pl.col("weighted_conf_high")) & (pl.col("weighted_conf_low") <= pl.col("conf_high"))
    return Estimates(
        joined.with_columns(
            difference.alias("difference"),
            pl.when(shares).then(100 * difference).alias("difference_points"),
            overlap.alias("intervals_overlap"),
            pl.col("weighted_estimate").is_between("conf_low", "conf_high").alias("within_interval"),
        )
    )
