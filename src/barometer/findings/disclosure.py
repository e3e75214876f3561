"""Primary and secondary suppression: no published cell speaks of too few people, and none can be had by subtraction within its table.

A breakdown on fewer than `minimum_base` respondents is suppressed. Where the suppressed levels of one break are a single level, or
together still fewer than the minimum, the smallest level left is suppressed with them: the figures for everybody are published, and
whoever subtracts the shown levels from them must be left with a group that is itself large enough (Hundepool et al. 2012, ch. 4).
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from barometer.estimation import Estimates

_LEVEL = ["question", "item", "break", "level"]
_KEPT = {"question", "item", "option", "break", "level", "statistic", "method"}
SUPPRESSED = "suppressed"
SMALL_BASE = "small base"


def protect(estimates: Estimates, *, minimum_base: int, small_base: int) -> Estimates:
    """The estimates as they may be published.

    Args:
        estimates: A tab book: every break stands with the figures for everybody.
        minimum_base: Levels with fewer respondents are suppressed: every number of theirs becomes null, the base included, and the
            flag says "suppressed".
        small_base: Figures on fewer respondents keep their numbers and are flagged "small base".

    Returns:
        The same rows in the same order.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> frame = pl.DataFrame({"q": ["a", "b"] * 20, "region": ["n"] * 4 + ["s"] * 16 + ["e"] * 20})
        >>> safe = protect(Design(frame).tab_book(["q"], ["region"]), minimum_base=10, small_base=30).frame
        >>> dict(safe.filter(pl.col("option") == "a").select("level", "flag").iter_rows())
        {'': '', 'e': 'small base', 'n': 'suppressed', 's': 'suppressed'}
    """
    frame = estimates.frame.with_row_index("_order")
    bases = frame.filter(pl.col("base").is_not_null()).group_by(_LEVEL, maintain_order=True).agg(pl.col("base").max())
    hidden = [key for _, levels in bases.group_by(_LEVEL[:3], maintain_order=True) for key in _hidden(levels, minimum_base)]
    marks = pl.DataFrame(hidden, schema=dict.fromkeys(_LEVEL, pl.String), orient="row").with_columns(pl.lit(True).alias("_level_hidden"))
    frame = frame.join(marks, on=_LEVEL, how="left", maintain_order="left")
    # Nobody at all is not a group: the row says "undefined" or "not asked" already.
    own = (pl.col("base") > 0) & (pl.col("base") < minimum_base)
    hide = pl.col("_level_hidden").fill_null(False) | own.fill_null(False)
    small = (pl.col("base") < small_base) & (pl.col("base") > 0) & (pl.col("flag") == "")
    flag = pl.when(hide).then(pl.lit(SUPPRESSED)).when(small).then(pl.lit(SMALL_BASE)).otherwise(pl.col("flag"))
    frame = frame.with_columns(flag.alias("flag"))
    numbers = [name for name in frame.columns if name not in _KEPT | {"flag", "_order", "_level_hidden"}]
    frame = frame.with_columns(pl.when(pl.col("flag") != SUPPRESSED).then(pl.col(name)).alias(name) for name in numbers)
    return Estimates(frame.sort("_order").drop("_order", "_level_hidden"))


def _hidden(levels: pl.DataFrame, minimum: int) -> Iterable[tuple[str, ...]]:
    """The levels of one break of one item that are suppressed, smallest first."""
    ordered = levels.filter(pl.col("base") > 0).sort("base", "level")
    below = ordered.filter(pl.col("base") < minimum).height
    if below == 0 or ordered["break"][0] == "":
        return ordered.head(below).select(_LEVEL).iter_rows()
    hidden = below
    while hidden < ordered.height and (hidden == 1 or int(ordered["base"][:hidden].sum()) < minimum):
        hidden += 1
    return ordered.head(hidden).select(_LEVEL).iter_rows()
