"""Primary and secondary suppression: no published cell speaks of too few people, and none can be had by subtraction within its table.

A breakdown on fewer than `minimum_base` respondents is suppressed. The figures for everybody are published, and whoever subtracts the
shown levels from them must be left with nobody, or with a group that is itself large enough (Hundepool et al. 2012, ch. 4): while that
group (suppressed levels, and people of no level) is smaller than the minimum or a single level, the smallest level left is suppressed too.
A mean may have a smaller base than the shares beside it, as "don't know" has no number, and is looked at on its own base.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set

import polars as pl

from barometer.estimation import Estimates

_LEVEL = ["question", "item", "break", "level"]
_FIGURE = ["question", "item", "option", "statistic"]
_UNKNOWN = -1  # the base of everybody, where the estimates hold no row for everybody
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
    everybody = frame.filter(pl.col("break") == "").group_by(_FIGURE).agg(pl.col("base").max().alias("_whole"))
    frame = frame.join(everybody, on=_FIGURE, how="left").with_columns(pl.col("_whole").fill_null(_UNKNOWN))
    key = [*_LEVEL, "_whole"]
    bases = frame.filter(pl.col("base") > 0).group_by(key).agg(pl.col("base").max())
    hidden = pl.DataFrame(list(_hidden(bases, minimum_base)), schema={name: frame.schema[name] for name in key}, orient="row")
    frame = frame.join(hidden.with_columns(pl.lit(True).alias("_level_hidden")), on=key, how="left")
    # Nobody at all is not a group: the row says "undefined" or "not asked" already.
    own = (pl.col("base") > 0) & (pl.col("base") < minimum_base)
    hide = pl.col("_level_hidden").fill_null(False) | own.fill_null(False)
    small = (pl.col("base") < small_base) & (pl.col("base") > 0) & (pl.col("flag") == "")
    flag = pl.when(hide).then(pl.lit(SUPPRESSED)).when(small).then(pl.lit(SMALL_BASE)).otherwise(pl.col("flag"))
    frame = frame.with_columns(flag.alias("flag"))
    numbers = [name for name in estimates.frame.columns if name not in _KEPT | {"flag"}]
    frame = frame.with_columns(pl.when(pl.col("flag") != SUPPRESSED).then(pl.col(name)).alias(name) for name in numbers)
    return Estimates(frame.sort("_order").select(estimates.frame.columns))


def _hidden(bases: pl.DataFrame, minimum: int) -> Iterator[tuple[object, ...]]:
    """The levels that are suppressed, with the base of everybody to which they belong: keys of the figures to hide."""
    tables: dict[tuple[str, ...], dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for question, item, name, level, whole, base in bases.iter_rows():
        tables[question, item, name][whole][level] = base
    for table, by_whole in tables.items():
        hidden: Set[str] = frozenset()
        # From the largest base down: what is hidden of the shares is hidden of the mean, which fewer answered.
        for whole in sorted(by_whole, reverse=True):
            hidden = _hidden_levels(by_whole[whole], whole, minimum, hidden)
            yield from ((*table, level, whole) for level in hidden)


def _hidden_levels(levels: Mapping[str, int], whole: int, minimum: int, hidden: Set[str]) -> Set[str]:
    """The levels of one table that are suppressed, given those that are anyway."""
    hidden = hidden | {level for level, base in levels.items() if base < minimum}
    nowhere = max(0, whole - sum(levels.values())) if whole != _UNKNOWN else 0
    for _, level in sorted((base, level) for level, base in levels.items() if level not in hidden):
        held = [levels[one] for one in hidden if one in levels]
        left = nowhere + sum(held)
        if left == 0 or (left >= minimum and (nowhere or len(held) > 1)):
            break
        hidden = hidden | {level}
    return hidden
