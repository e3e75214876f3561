"""Which answers to a select-all question were given together, so that nobody's whole answer is told.

A combination is the whole answer of everyone who gave it. Those of few respondents are merged, and so are further ones until the merged
ones cannot be worked out from what is told beside them: how many answered, how many gave each answer, and how many gave both of two
(complementary suppression: Hundepool et al. 2012, ch. 4). They cannot where for each merged combination there is another set of answers
that agrees with all that is told and in which that combination has another count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import polars as pl

from barometer.estimation import Estimates
from barometer.estimation.overlap import JOINED
from barometer.findings.disclosure import SMALL_BASE, Rules

#: The row of all combinations that are merged has no option.
MERGED = ""
_NOBODY = "none"
_SHARE = 2
_TRIED = 3

Answer = frozenset[str]


def protect_combinations(
    rows: Estimates,
    rules: Rules,
    options: Sequence[str],
    *,
    exclusive: Collection[str] = (),
    beside: Iterable[Collection[str]] = (),
    none: bool = False,
) -> Estimates:
    """Exact combinations of answers as they may be published.

    Shown is a combination of at least half as many respondents as the minimum base (and at least the minimum count), as long as the
    others cannot be worked out.

    Args:
        rows: `design.overlap(question, combinations=True)`.
        rules: What may be published.
        options: The options of the question.
        exclusive: Those of them that nobody may give together with others.
        beside: Sets of options for which it is told elsewhere how many gave all of them. How many gave each is taken to be told.
        none: Merge all of them.

    Returns:
        The rows that are shown, and one for all others where there are any: its `option` is empty, it has no interval.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design, MultipleResponse
        >>> frame = pl.DataFrame({"a": [1] * 30 + [0] * 34, "b": [1] * 20 + [0] * 10 + [1] * 3 + [0] * 31})
        >>> rows = Design(frame).overlap(MultipleResponse("q", {"a": "a", "b": "b"}), combinations=True)
        >>> protect_combinations(rows, Rules(minimum_base=5), ["a", "b"]).frame.select("option", "count").rows()
        [('none', 31), ('a + b', 20), ('a', 10), ('b', 3)]
        >>> protect_combinations(rows, Rules(minimum_base=10), ["a", "b"]).frame.select("option", "count").rows()
        [('', 64)]
    """
    if rows.frame.is_empty():
        return rows
    least = max(rules.minimum_base // _SHARE, rules.minimum_count, 1)
    counts = {_answer(option): count for option, count in rows.frame.select("option", "count").iter_rows() if count}
    base = sum(counts.values())
    told = [frozenset(one) for one in beside]

    def safe(kept: Sequence[Answer]) -> bool:
        hidden = {one: count for one, count in counts.items() if one not in kept}
        enough = not hidden or (len(hidden) > 1 and sum(hidden.values()) >= least)
        return enough and not _too_much_is_told(hidden, kept, told, exclusive)

    large = sorted((one for one in counts if counts[one] >= least), key=lambda one: -counts[one])
    tried = [] if none or base < rules.minimum_base else _fewer(large, counts)
    shown: Sequence[Answer] = next(filter(safe, tried), [])
    return _merged(rows, {JOINED.join(option for option in options if option in one) or _NOBODY for one in shown}, rules)


def _answer(option: str) -> Answer:
    return frozenset() if option == _NOBODY else frozenset(option.split(JOINED))


def _fewer(shown: Sequence[Answer], counts: Mapping[Answer, int]) -> Iterator[list[Answer]]:
    """What could be shown: all, then without one, two or three, those of the fewest respondents first; then ever fewer of the largest."""
    for number in range(_TRIED + 1):
        for left_out in sorted(combinations(shown, number), key=lambda some: sum(counts[one] for one in some)):
            yield [one for one in shown if one not in left_out]
    for number in range(len(shown) - _TRIED - 1, 0, -1):
        yield list(shown[:number])


def _too_much_is_told(hidden: Mapping[Answer, int], shown: Collection[Answer], told: Sequence[Answer], alone: Collection[str]) -> bool:
    """Whether a combination that is not shown could be worked out: nothing can take its place."""
    # Who gave an answer that excludes all others are counted in the topline.
    secret = {one for one in hidden if not one & set(alone)}
    return not secret <= _exchangeable(list(secret), shown, told, alone)


def _exchangeable(hidden: Sequence[Answer], shown: Collection[Answer], told: Sequence[Answer], alone: Collection[str]) -> set[Answer]:
    """The combinations whose count may be another one for all that is told.

    Of two respondents, one who gave "a, b" and one who gave "c" may as well be one who gave "a" and one who gave "b, c": that leaves
    how many answered and how many gave each answer as they are. It may be so if neither of these combinations is shown, and no pair that
    is told comes out differently.
    """
    found: set[Answer] = set()
    for one, other in combinations(hidden, 2):
        if {one, other} <= found:
            continue
        both, apart = one & other, sorted(one ^ other)
        for number in range(2 ** len(apart)):
            first = both | {option for place, option in enumerate(apart) if number >> place & 1}
            second = both | (one ^ other) - first
            if {first, second} == {one, other} or first in shown or second in shown or (first | second) & set(alone):
                continue
            if all((part <= one) + (part <= other) == (part <= first) + (part <= second) for part in told):
                found |= {one, other}
                break
    return found


def _merged(rows: Estimates, names: Collection[str], rules: Rules) -> Estimates:
    """The rows that are shown, and one for the rest."""
    frame = rows.frame.with_columns(
        pl.when((pl.col("base") < rules.small_base) & (pl.col("flag") == "")).then(pl.lit(SMALL_BASE)).otherwise("flag").alias("flag")
    )
    inside = pl.col("option").is_in(list(names))
    shown, rest = frame.filter(inside), frame.filter(~inside)
    if not rest["count"].sum():
        return Estimates(shown)
    kept = {"question", "item", "break", "level", "statistic", "method", "base", "weighted_base", "flag"} & set(frame.columns)
    one = rest.head(1).with_columns(
        pl.lit(MERGED).alias("option"),
        pl.lit(rest["estimate"].sum()).alias("estimate"),
        pl.lit(rest["count"].sum()).cast(frame.schema["count"]).alias("count"),
        *(
            pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in frame.schema.items()
            if name not in kept | {"option", "estimate", "count"}
        ),
    )
    return Estimates(pl.concat([shown, one]))
