"""No published cell tells of too few people, or of everyone in a small group, and none can be had by subtraction from any other table.

The leaders who answer a barometer are publicly named, so a table by role, region and rating speaks of people who can be recognised. The
rules follow Hundepool et al. 2012, ch. 4 and 5 (tables of counts):

1. **Minimum base.** Figures on fewer than `minimum_base` respondents are suppressed, also those of everybody.
2. **Group disclosure.** If everyone in a level gave the same answer, the table tells what each of them said. In a level of fewer than
   `group_base` respondents (left out, three times the minimum) it is suppressed. "None" is the same as "all" for the questions that are
   named `sensitive`, and in a level whose whole population answered, where it is certain knowledge of each member. Elsewhere it stays:
   a list of options always has some that nobody in a region chose, and not to choose one of nine says little of anyone. The figures for
   everybody are no small group: "none of the 99" is published. Questions that are `public` are known of everyone, such as the post.
3. **Small counts.** With `minimum_count` = 3 a level in which one or two respondents gave (or withheld) an answer is suppressed, as one
   of the two knows what the other said. It is off (0) by default: respondents are a sample whose membership is not published, nobody
   outside it can tell who the one is, and tables of a hundred respondents would be left with few figures.
4. **Subtraction.** Where any figure of a level is suppressed, all figures of that level on that question item are, so that neither nets nor
   parts nor means lead back to it. Whatever is left when the shown parts of a shown group are taken from it must be nobody, or a group
   that could be published itself: large enough, more than a single level, not of one mind, and with at least half the minimum beside
   any level that is suppressed for its own sake. Until that is so, the smallest part left
   is suppressed too. This holds for breaks, for breaks within breaks, for levels that lie within levels of another break, and across
   all tables that are protected together; a group that is determined by several tables at once (both margins of a crossed table) is
   found by linear algebra.
5. **Traces.** A shown level's comparison with the rest is dropped where the rest is a group that may not be shown, and letters that
   name a suppressed level are taken out.

Waves are protected each by itself: a panel's change between two waves is published for everybody only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from barometer.errors import UsageError
from barometer.estimation import Estimates
from barometer.findings.disclosure_groups import EVERYBODY, Group, Lattice, group_of, hidden_groups, lattice_of

SUPPRESSED = "suppressed"
SMALL_BASE = "small base"
#: The statistics whose count is how many of the base gave an answer.
COUNTED = ("share", "net", "top_box", "share_first", "share_top_three")
_GROUP_FACTOR = 3
_FIGURE = ["question", "item", "option", "statistic"]
_TABLE = ["question", "item", "_whole"]
_UNKNOWN = -1  # the base of everybody, where the estimates hold no row for everybody
_KEPT = {"question", "item", "option", "break", "level", "statistic", "method"}
_OF_THE_REST = ("rest", "p_rest", "p_rest_adjusted", "differs")


@dataclass(frozen=True)
class Rules:
    """What may be published.

    Attributes:
        minimum_base: Figures on fewer respondents are suppressed.
        small_base: Figures on fewer respondents keep their numbers and are flagged "small base".
        group_base: In a level of fewer respondents an answer that everyone gave is suppressed; left out, three times `minimum_base`.
        minimum_count: In a level an answer that fewer respondents gave, or that all but fewer gave, is suppressed; 0 is off.
        sensitive: Questions for which an answer that no one gave is treated like one that everyone gave.
        public: Questions whose answers are known of everyone anyway.

    Example:
        >>> Rules(minimum_base=10).smallest_group
        30
    """

    minimum_base: int = 10
    small_base: int = 30
    group_base: int | None = None
    minimum_count: int = 0
    sensitive: tuple[str, ...] = ()
    public: tuple[str, ...] = ()

    @property
    def smallest_group(self) -> int:
        """The base from which on a level is too large for its being of one mind to tell of its members."""
        return self.minimum_base * _GROUP_FACTOR if self.group_base is None else self.group_base


def protect(
    estimates: Estimates,
    rules: Rules | None = None,
    *,
    minimum_base: int = 10,
    small_base: int = 30,
    members: pl.DataFrame | None = None,
    population: bool = True,
) -> Estimates:
    """The estimates as they may be published.

    Args:
        estimates: A tab book: every break stands with the figures for everybody.
        rules: What may be published; left out, the two bases that follow with the default of every other rule.
        minimum_base: Levels with fewer respondents are suppressed: every number of theirs becomes null, the base included, and the
            flag says "suppressed".
        small_base: Figures on fewer respondents keep their numbers and are flagged "small base".
        members: One row a member of the population with a column for each break, as far as anyone can know it: shows which levels lie
            within others, and which levels answered to a man.
        population: Whether `members` is the whole population (else it is the respondents, who show only what lies within what).

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
    rules = rules or Rules(minimum_base, small_base)
    return protect_all({EVERYBODY: estimates}, rules, members=members, population=population)[EVERYBODY]


def protect_all(
    books: Mapping[Group, Estimates], rules: Rules, *, members: pl.DataFrame | None = None, population: bool = True
) -> dict[Group, Estimates]:
    """Several tab books as they may be published together, so that none of them undoes the suppression in another.

    Args:
        books: A tab book for everybody (key `()`), and those about a part of the respondents by the conditions that they meet, such
            as `(("region", "north"),)`: in such a book the rows without a break speak of that part. All books that anyone can lay side
            by side must be here.
        rules: What may be published.
        members: As for `protect`.
        population: As for `protect`.

    Returns:
        The same books with the same rows in the same order. What is published of everybody does not depend on the other books: where
        tables would lead to a hidden figure, deeper and smaller groups are hidden first.

    Raises:
        UsageError: If there is no book for everybody.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> frame = pl.DataFrame({"q": ["a", "b"] * 30, "role": ["x"] * 24 + ["y"] * 36, "region": (["n"] * 12 + ["s"] * 12) * 2 + ["n"] * 12})
        >>> within = {(): Design(frame), **{(("region", one),): Design(frame.filter(pl.col("region") == one)) for one in ("n", "s")}}
        >>> books = {key: design.tab_book(["q"], ["role", "region"] if not key else ["role"]) for key, design in within.items()}
        >>> safe = protect_all(books, Rules(minimum_base=15))
        >>> [(one["level"], one["flag"]) for one in safe[(("region", "n"),)].where(option="a")]
        [('', ''), ('x', 'suppressed'), ('y', 'suppressed')]
    """  # noqa: E501
    if EVERYBODY not in books:
        raise UsageError("Tables about a part can only be protected beside those about everybody.", where="books", expected="the key ()")
    joined = _joined(books)
    lattice, joined = _placed(joined, books, members, population=population)
    joined = _with_wholes(joined).with_columns(_own_reasons(rules).alias("_own"))
    plan = _plan(joined, rules, lattice)
    schema = {name: joined.schema[name] for name in (*_TABLE, "_place")}
    hidden = pl.DataFrame(plan, schema=schema, orient="row").with_columns(pl.lit(True).alias("_hidden"))
    joined = joined.join(hidden, on=[*_TABLE, "_place"], how="left").sort("_order")
    joined = _marked(joined, rules)
    return {
        key: Estimates(joined.filter(pl.col("_book") == number).select(book.frame.columns))
        for number, (key, book) in enumerate(books.items())
    }


def _joined(books: Mapping[Group, Estimates]) -> pl.DataFrame:
    parts = [book.frame.with_columns(pl.lit(number).alias("_book")) for number, book in enumerate(books.values())]
    return pl.concat(parts, how="diagonal").with_row_index("_order")


def _placed(
    joined: pl.DataFrame, books: Mapping[Group, Estimates], members: pl.DataFrame | None, *, population: bool
) -> tuple[Lattice, pl.DataFrame]:
    """The groups of all rows as a lattice, and each row with the place of its group there."""
    keys = list(books)
    described = joined.select("_book", "break", "level").unique(maintain_order=True)
    groups = [group_of(keys[number], name, level) for number, name, level in described.iter_rows()]
    lattice = lattice_of(groups, members, population=population)
    described = described.with_columns(pl.Series("_place", [lattice.place[group] for group in groups], dtype=pl.Int64))
    sizes = pl.Series("_size", [lattice.sizes[lattice.place[group]] for group in groups], dtype=pl.Int64)
    return lattice, joined.join(described.with_columns(sizes), on=["_book", "break", "level"], how="left", maintain_order="left")


def _with_wholes(joined: pl.DataFrame) -> pl.DataFrame:
    """Each row with the base of everybody for its figure: figures of one item with one base stand and fall together."""
    everybody = joined.filter(pl.col("_place") == 0).group_by(_FIGURE).agg(pl.col("base").max().alias("_whole"))
    return joined.join(everybody, on=_FIGURE, how="left", maintain_order="left").with_columns(pl.col("_whole").fill_null(_UNKNOWN))


def _own_reasons(rules: Rules) -> pl.Expr:
    """Whether a figure must be hidden for its own sake. Nobody at all is no group: the row says "undefined" or "not asked" already."""
    count, base, part = pl.col("count"), pl.col("base"), pl.col("_place") > 0
    small = (base > 0) & (base < rules.minimum_base)
    counted = pl.col("statistic").is_in(COUNTED) & (base > 0) & part & ~_public(rules)
    census = (base >= pl.col("_size")).fill_null(False)
    group = census | (base < rules.smallest_group)
    alike = (count == base) | ((count == 0) & (census | pl.col("question").is_in(list(rules.sensitive))))
    few = pl.min_horizontal(count, base - count).is_between(1, rules.minimum_count - 1)
    # Numbers that do not vary are one answer as well; in a census no standard error is left to tell by.
    same = (pl.col("statistic") == "mean") & (pl.col("std_error") == 0) & part & group & ~census & (base > 1)
    return small | (counted & ((group & alike) | few)) | same


def _public(rules: Rules) -> pl.Expr:
    # Of a break by itself the levels are its answers.
    return pl.col("question").is_in(list(rules.public)) | (pl.col("question") == pl.col("break"))


def _plan(joined: pl.DataFrame, rules: Rules, lattice: Lattice) -> list[tuple[object, ...]]:
    """What is hidden: question, item, base of everybody and group."""
    levels = joined.filter(pl.col("base") > 0).group_by(*_TABLE, "_place").agg(pl.col("base").max(), pl.col("_own").any())
    if not lattice.crossed:
        levels = _troubled(levels, lattice)
    answers = _answers(joined.join(levels.select("question", "item").unique(), on=["question", "item"], how="semi"))
    tables: dict[tuple[str, str], dict[int, list[tuple[int, int, bool]]]] = defaultdict(lambda: defaultdict(list))
    for question, item, whole, place, base, own in levels.iter_rows():
        tables[question, item][whole].append((place, base, own))
    found: list[tuple[object, ...]] = []
    for (question, item), by_whole in tables.items():
        hidden: set[int] = set()
        # From the largest base down: what is hidden of the shares is hidden of the mean, which fewer answered.
        for whole in sorted(by_whole, reverse=True):
            rows = by_whole[whole]
            hidden |= {place for place, _, own in rows if own and place}
            left = _Left(answers.get((question, item, whole), {}), lattice, rules, question in rules.sensitive, question in rules.public)
            bases = {place: base for place, base, _ in rows}
            hidden = hidden_groups(lattice, bases, hidden, rules.minimum_base, left.tells, left.counts())
            found += [(question, item, whole, place) for place in hidden]
    return found


def _troubled(bases: pl.DataFrame, lattice: Lattice) -> pl.DataFrame:
    """The items that need a closer look: some level is hidden for its own sake, or some people are in no level."""
    family = {part: number for number, relation in enumerate(lattice.relations) for part in relation.parts}
    parts = bases.filter(pl.col("_place") > 0).with_columns(pl.col("_place").replace_strict(family, default=-1).alias("_family"))
    sums = parts.group_by(*_TABLE, "_family").agg(pl.col("base").sum(), pl.col("_own").any())
    trouble = sums.filter(pl.col("_own") | (pl.col("base") != pl.col("_whole"))).select("question", "item").unique()
    return bases.join(trouble, on=["question", "item"], how="semi")


def _answers(joined: pl.DataFrame) -> dict[tuple[str, str, int], dict[tuple[str, str], dict[int, tuple[int, int]]]]:
    """Question, item and base of everybody -> answer -> group -> count and base."""
    found: dict[tuple[str, str, int], dict[tuple[str, str], dict[int, tuple[int, int]]]] = defaultdict(lambda: defaultdict(dict))
    counted = joined.filter(pl.col("statistic").is_in(COUNTED) & (pl.col("base") > 0))
    for question, item, whole, option, statistic, place, count, base in counted.select(
        *_TABLE, "option", "statistic", "_place", "count", "base"
    ).iter_rows():
        found[question, item, whole][option, statistic][place] = (count or 0, base)
    return found


@dataclass(frozen=True)
class _Left:
    """What subtraction leaves of a group: whether it tells of everyone in it alike."""

    answers: Mapping[tuple[str, str], Mapping[int, tuple[int, int]]]
    lattice: Lattice
    rules: Rules
    sensitive: bool
    public: bool

    def tells(self, parent: int, shown: Sequence[int]) -> bool:
        """Whether everyone who is left gave the same answer, or too few or too many did, by the rules for a level."""
        if self.public:
            return False
        return any(self._alike(parent, shown, cells) for cells in self.answers.values())

    def counts(self) -> list[dict[int, int]]:
        """For each answer how many of each group gave it."""
        return [{place: count for place, (count, _) in cells.items()} for cells in self.answers.values()]

    def _alike(self, parent: int, shown: Sequence[int], cells: Mapping[int, tuple[int, int]]) -> bool:
        whole, base = cells.get(parent, (0, 0))
        count, left = (
            whole - sum(cells[one][0] for one in shown if one in cells),
            base - sum(cells[one][1] for one in shown if one in cells),
        )
        if left <= 0:
            return False
        size = self._size(parent, shown)
        census = size is not None and left >= size
        if (census or left < self.rules.smallest_group) and (count == left or (count == 0 and (census or self.sensitive) and whole > 0)):
            return True
        return 1 <= min(count, left - count) < self.rules.minimum_count

    def _size(self, parent: int, shown: Sequence[int]) -> int | None:
        whole, parts = self.lattice.sizes[parent], [self.lattice.sizes[one] for one in shown]
        return None if whole is None or None in parts else whole - sum(part for part in parts if part is not None)


def _marked(joined: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Hidden rows without their numbers, flags, and no trace of hidden groups in the rows that are shown."""
    hide = pl.col("_hidden").fill_null(False) | pl.col("_own").fill_null(False)
    small = (pl.col("base") < rules.small_base) & (pl.col("base") > 0) & (pl.col("flag") == "")
    flag = pl.when(hide).then(pl.lit(SUPPRESSED)).when(small).then(pl.lit(SMALL_BASE)).otherwise(pl.col("flag"))
    joined = joined.with_columns(_hide=hide, flag=flag)
    joined = _without_traces(joined)
    numbers = [name for name in joined.columns if name not in _KEPT | {"flag"} and not name.startswith("_")]
    return joined.with_columns(pl.when(pl.col("flag") != SUPPRESSED).then(pl.col(name)).alias(name) for name in numbers)


def _without_traces(joined: pl.DataFrame) -> pl.DataFrame:
    """Comparisons with the rest only where the rest is told anyway; no letter of a level that may not be shown.

    The rest is the other levels without the people of no level: where there are any, it would part them from the hidden levels.
    """
    compared = [name for name in _OF_THE_REST if name in joined.columns]
    lettered = "letter" in joined.columns and "letters" in joined.columns
    if not compared and not lettered:
        return joined
    table = ["_book", *_FIGURE, "break"]
    levels = joined.filter((pl.col("break") != "") & (pl.col("base") > 0))
    sums = [
        pl.col("base").sum().alias("_in_levels"),
        pl.col("_hide").any().alias("_some_hidden"),
        (pl.col("letter").filter("_hide").drop_nulls() if lettered else pl.lit(None)).alias("_of_hidden"),
    ]
    everybody = joined.filter(pl.col("break") == "").group_by("_book", *_FIGURE).agg(pl.col("base").max().alias("_in_book"))
    joined = joined.join(levels.group_by(table).agg(sums), on=table, how="left").join(everybody, on=["_book", *_FIGURE], how="left")
    told = ~pl.col("_some_hidden").fill_null(False) | (pl.col("_in_levels") == pl.col("_in_book")).fill_null(False)
    columns = [pl.when(told).then(pl.col(name)).alias(name) for name in compared]
    if lettered:
        rid = pl.col("letters").str.split(" ").list.set_difference(pl.col("_of_hidden").fill_null([])).list.sort().list.join(" ")
        columns.append(pl.when(pl.col("_some_hidden")).then(rid).otherwise(pl.col("letters")).alias("letters"))
    return joined.with_columns(columns).sort("_order")


def conditions(**levels: str) -> Group:
    """The key of a tab book about a part of the respondents, for `protect_all`.

    Example:
        >>> conditions(region="north", role="chair")
        (('region', 'north'), ('role', 'chair'))
    """
    return tuple(sorted(levels.items()))


def shown_levels(books: Mapping[Group, Estimates]) -> list[Group]:
    """The books that have anything left to show of their own part.

    Example:
        >>> import polars as pl
        >>> whole = Estimates(pl.DataFrame({"question": ["q"], "statistic": ["share"], "base": [20], "flag": [""]}))
        >>> hidden = Estimates(pl.DataFrame({"question": ["q"], "statistic": ["share"], "base": [None], "flag": ["suppressed"]}))
        >>> shown_levels({(): whole, (("region", "north"),): hidden})
        [()]
    """
    shown = pl.col("break").eq("") & pl.col("flag").ne(SUPPRESSED) & pl.col("base").gt(0)
    return [key for key, book in books.items() if book.frame.select(shown.any()).item()]


def protect_overlap(overlap: Estimates, rules: Rules) -> Estimates:
    """How options of a select-all question overlap, as it may be published.

    The overlap of two options is a breakdown of each by the other: of the 58 who chose one, 41 chose the other. It is suppressed where
    those who chose either option, or those who did not, are fewer than the minimum base, and where of a small such group everyone, but
    not everyone who answered, chose the other.

    Args:
        overlap: Rows with the statistic `overlap`: the two options are `item` and `option`, and where they are the same the row is the
            share that chose it.
        rules: What may be published.

    Returns:
        The same rows in the same order. The share of an option by itself is published in any case, as the topline has it.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design, MultipleResponse
        >>> frame = pl.DataFrame({"a": [1] * 30 + [0] * 30, "b": [1, 0] * 30, "c": [1] * 4 + [0] * 56})
        >>> pairs = Design(frame).overlap(MultipleResponse("q", {"a": "a", "b": "b", "c": "c"}))
        >>> [(one["item"], one["option"]) for one in protect_overlap(pairs, Rules()) if one["flag"] == "suppressed"]
        [('a', 'c'), ('b', 'c')]
    """
    alone = overlap.frame.filter(pl.col("item") == pl.col("option")).select("question", "option", pl.col("count").alias("_chose"))
    frame = overlap.frame.join(
        alone.rename({"option": "item", "_chose": "_first"}), on=["question", "item"], how="left", maintain_order="left"
    )
    frame = frame.join(alone.rename({"_chose": "_second"}), on=["question", "option"], how="left", maintain_order="left")
    base, both = pl.col("base"), pl.col("count")
    hide = pl.lit(False)
    for own, other in (("_first", "_second"), ("_second", "_first")):
        chose, others = pl.col(own), pl.col(other)
        hide |= pl.min_horizontal(chose, base - chose) < rules.minimum_base
        # Those who chose the option, all of whom chose the other; and those who did not, all of whom did.
        hide |= (both == chose) & (chose < rules.smallest_group) & (others < base)
        hide |= (others - both == base - chose) & (base - chose < rules.smallest_group) & (others < base)
    pair = (pl.col("item") != pl.col("option")) & (base > 0)
    small = (base > 0) & (base < rules.minimum_base)
    frame = frame.with_columns(_hide=(small | (pair & hide)).fill_null(True) & pl.col("base").is_not_null())
    flag = (
        pl.when("_hide")
        .then(pl.lit(SUPPRESSED))
        .when((base > 0) & (base < rules.small_base) & (pl.col("flag") == ""))
        .then(pl.lit(SMALL_BASE))
    )
    frame = frame.with_columns(flag=flag.otherwise(pl.col("flag")))
    numbers = [name for name in overlap.frame.columns if name not in _KEPT | {"flag"}]
    hidden = [pl.when(pl.col("flag") != SUPPRESSED).then(pl.col(name)).alias(name) for name in numbers]
    return Estimates(frame.with_columns(hidden).select(overlap.frame.columns))
