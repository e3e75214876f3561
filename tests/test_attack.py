"""An intruder who holds every published file of a wave tries to work out what was suppressed, by linear programming, and fails.

The intruder knows the questionnaire, the population frame (who belongs to which level) and every figure of every file. All of it
becomes linear constraints on unknown counts: how many respondents of each kind of member gave which answer. The least and the greatest
count that a suppressed cell can then have are found with HiGHS. Protection is stated in `Verdict.leaks`.
"""

from __future__ import annotations

import csv
import html
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import barometer
from barometer.estimation import Design, Estimates
from barometer.findings.disclosure import COUNTED, Rules, protect, protect_all
from barometer.findings.disclosure_groups import EVERYBODY, Group, group_of
from barometer.project import Wave
from barometer.publishing.layouts import Figures

ROOT = Path(__file__).resolve().parents[1]
RULES = Rules()
_EPS = 1e-7
Answer = tuple[str, str]
Bounds = tuple[float, float]


# What is known ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """A share of a group (or of all other levels of its break, its rest) whose count and base may be unknown, with its rounding."""

    answer: Answer
    group: Group
    low: float
    high: float
    rest: bool = False
    within: Group = ()


@dataclass
class Known:
    """What the files tell of one item of a question, by group: counts and bases, and shares of unknown bases, with their rounding."""

    counts: dict[tuple[Answer, Group], Bounds] = field(default_factory=dict)
    bases: dict[Group, Bounds] = field(default_factory=dict)
    shares: list[Share] = field(default_factory=list)
    suppressed: set[Group] = field(default_factory=set)
    answers: set[Answer] = field(default_factory=set)

    def tell(self, where: str, key: Any, low: float, high: float) -> None:
        """Narrows a bound. Two files that contradict each other are an error of the publication."""
        table: dict[Any, Bounds] = getattr(self, where)
        old = table.get(key, (0.0, float("inf")))
        table[key] = (max(old[0], low), min(old[1], high))
        assert table[key][0] <= table[key][1] + _EPS, f"two files contradict each other on {key}: {old}, {low} to {high}"


@dataclass(frozen=True)
class Shape:
    """How the answers of an item belong together: exclusive options, and nets as sums of options."""

    options: tuple[str, ...]
    exclusive: bool
    nets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Kinds:
    """The kinds of members of the population (levels of all breaks at once), and how many there are of each."""

    breaks: frozenset[str]
    levels: tuple[Mapping[str, str | None], ...]
    sizes: tuple[float, ...]

    @classmethod
    def of(cls, members: pl.DataFrame, breaks: Sequence[str], *, endless: bool = False) -> Kinds:
        found = members.select(breaks).group_by(breaks, maintain_order=True).len()
        return cls(
            frozenset(breaks),
            tuple({name: row[name] for name in breaks} for row in found.iter_rows(named=True)),
            tuple(float("inf") if endless else float(size) for size in found["len"]),
        )

    def members(self, group: Group) -> float:
        return float(sum(size for size, here in zip(self.sizes, self.inside(group), strict=True) if here))

    def know(self, group: Group) -> bool:
        return {name for name, _ in group} <= self.breaks

    def inside(self, group: Group) -> np.ndarray:
        return np.array([all(kind.get(name) == level for name, level in group) for kind in self.levels], dtype=float)


# The attack ------------------------------------------------------------------------------------------------------------------------


class Attack:
    """The linear program of one item: a variable for each answer and kind of member, and one for the base of each kind."""

    def __init__(self, known: Known, shape: Shape, kinds: Kinds, ceilings: Mapping[Group, float]) -> None:
        self.shape, self.kinds = shape, kinds
        self.width = len(kinds.levels)
        self.size = (len(shape.options) + 1) * self.width
        self.rows: list[np.ndarray] = []
        self.limits: list[float] = []
        for kind in range(self.width):
            base = self.vector("base", np.eye(self.width)[kind])
            chosen = [self.vector(option, np.eye(self.width)[kind]) for option in shape.options]
            if shape.exclusive:
                self.between(base - sum(chosen), 0, 0)
            else:
                for one in chosen:
                    self.between(base - one, 0, None)
            self.between(base, 0, kinds.sizes[kind])
        for group, bounds in known.bases.items():
            if kinds.know(group):
                self.between(self.base(group), *bounds)
        for (answer, group), bounds in known.counts.items():
            if kinds.know(group):
                self.between(self.count(answer, group), *bounds)
        for group, most in ceilings.items():
            if kinds.know(group):
                self.between(self.base(group), None, most)
        for share in known.shares:
            if not share.rest and (share.answer, share.group) in known.counts:
                # Both numbers are known: the share adds nothing, but must agree.
                count, base = known.counts[share.answer, share.group][0], known.bases[share.group][0]
                assert share.low * base - _EPS <= count <= share.high * base + _EPS, f"files contradict each other: {share}"
            elif kinds.know(share.group):
                groups = self.others(known, share) if share.rest else [share.group]
                count = np.sum([self.count(share.answer, group) for group in groups], axis=0)
                base = np.sum([self.base(group) for group in groups], axis=0)
                self.between(count - share.low * base, 0, None)
                self.between(count - share.high * base, None, 0)

    def vector(self, name: str, weights: np.ndarray) -> np.ndarray:
        place = len(self.shape.options) if name == "base" else self.shape.options.index(name)
        found = np.zeros(self.size)
        found[place * self.width : (place + 1) * self.width] = weights
        return found

    def base(self, group: Group) -> np.ndarray:
        return self.vector("base", self.kinds.inside(group))

    def count(self, answer: Answer, group: Group) -> np.ndarray:
        option = answer[0] if answer[0] in self.shape.options else None
        parts = (option,) if option is not None else self.shape.nets[answer[0]]
        return np.sum([self.vector(part, self.kinds.inside(group)) for part in parts], axis=0)

    def others(self, known: Known, share: Share) -> list[Group]:
        """The other levels of the break within the same table."""
        names = [name for name, _ in share.group]
        levels = {one for one in (*known.bases, *known.suppressed) if [name for name, _ in one] == names and set(share.within) <= set(one)}
        return sorted(levels - {share.group})

    def between(self, row: np.ndarray, low: float | None, high: float | None) -> None:
        if high is not None and high != float("inf"):
            self.rows.append(row)
            self.limits.append(high)
        if low is not None:
            self.rows.append(-row)
            self.limits.append(-low)

    def solve(self) -> None:
        """Puts the constraints together once for all questions that are put to them."""
        from scipy.sparse import csr_array

        rows, places = np.unique(np.column_stack([np.array(self.rows), self.limits]), axis=0, return_index=True)
        self.matrix, self.bound = csr_array(rows[:, :-1]), np.array(self.limits)[places]

    def most(self, row: np.ndarray) -> float:
        """The greatest whole number that a count can be."""
        from scipy.optimize import linprog

        done = linprog(-row, A_ub=self.matrix, b_ub=self.bound, bounds=(0, None), method="highs")
        assert done.status in (0, 3), done.message
        return float("inf") if done.status == 3 else float(np.floor(-done.fun + 1e-5))

    def range(self, row: np.ndarray) -> tuple[float, float]:
        """The least and the greatest whole number that a count can be."""
        return -self.most(-row), self.most(row)


@dataclass(frozen=True)
class Left:
    """What plain subtraction leaves around a suppressed group: the smallest base, and the fewest who gave the answer and who did not."""

    base: float
    count: float
    others: float


@dataclass(frozen=True)
class Verdict:
    """What the attack finds out about one suppressed cell: how many of the level gave an answer, and how many others answered.

    The cell leaks if some are known to have given the answer and how many is known exactly, or if what is not known of the two numbers
    together is less than half the minimum base, unless no more can be unknown: the level has no more members, or no more people gave
    (or did not give) the answer in the group that subtraction leaves. That nobody in a level gave an answer is no leak, as it follows
    from a larger group in which nobody did; but that everybody did must not be known of a group below `group_base`.
    """

    group: Group
    answer: Answer
    count: tuple[float, float]
    others: tuple[float, float]
    left: Left
    members: float

    def leaks(self, rules: Rules) -> bool:
        if self.others == (0, 0) and self.count[1] > 0:
            return self.left.base < rules.smallest_group
        if self.count == (0, 0):
            return False
        unknown = self.count[1] - self.count[0] + self.others[1] - self.others[0]
        room = min(rules.minimum_base // 2, self.members, max(self.left.count, 1), max(self.left.others, 1))
        return self.count[0] == self.count[1] or unknown < room


def attacked(
    known: Known, shape: Shape, kinds: Kinds, groups: Collection[Group], ceilings: Mapping[Group, float] | None = None
) -> Iterator[Verdict]:
    """A verdict for every answer of these groups, as far as they are suppressed and the kinds tell them apart."""
    program = Attack(known, shape, kinds, ceilings or {})
    program.solve()
    for group in sorted(one for one in known.suppressed if kinds.know(one) and one in groups):
        for answer in sorted(known.answers - {(net, "net") for net in shape.nets}):
            row, base = program.count(answer, group), program.base(group)
            if not row.any():
                continue
            count, others = program.range(row), (0.0, program.most(base - row))
            if count[1] - count[0] < RULES.minimum_base // 2:
                others = (-program.most(row - base), others[1])
            yield Verdict(group, answer, count, others, left_of(known, answer, group, kinds), kinds.members(group))


def left_of(known: Known, answer: Answer, group: Group, kinds: Kinds) -> Left:
    """The groups that are left of a shown one when the shown levels of one break are taken from it."""
    own, bases, counts = kinds.inside(group), [], []
    shown = {one: kinds.inside(one) for one, (base, _) in known.bases.items() if base > 0 and kinds.know(one)}
    families = {tuple(name for name, _ in one) for one in shown}
    for parent in (one for one in shown if (shown[one] >= own).all()):
        for family in families:
            inside = [one for one in shown if tuple(name for name, _ in one) == family]
            parts = [one for one in inside if one != parent and (shown[one] <= shown[parent]).all()]
            if not any((shown[one] * own).any() for one in parts):
                bases.append(known.bases[parent][0] - sum(known.bases[one][0] for one in parts))
                counts.append(
                    known.counts.get((answer, parent), (0, 0))[0] - sum(known.counts.get((answer, one), (0, 0))[0] for one in parts)
                )
    others = [base - count for base, count in zip(bases, counts, strict=True)]
    return Left(min(bases), min(counts), min(others))


# Reading estimates and files ---------------------------------------------------------------------------------------------------------


def learn(book: Estimates, within: Group = EVERYBODY, known: dict[tuple[str, str], Known] | None = None) -> dict[tuple[str, str], Known]:
    """What a book of published estimates tells."""
    known = known if known is not None else defaultdict(Known)
    for row in book:
        if row["statistic"] in COUNTED:
            told(known[row["question"], row["item"]], row, within)
    return known


def told(known: Known, row: Mapping[str, Any], within: Group = EVERYBODY) -> None:
    if row["flag"] == "not asked":
        return
    group, answer = group_of(within, row["break"], row["level"]), (row["option"] or row["statistic"], row["statistic"])
    known.answers.add(answer)
    if row["flag"] == "suppressed":
        known.suppressed.add(group)
    elif row["base"] is not None:
        known.tell("bases", group, row["base"], row["base"])
        known.tell("counts", (answer, group), row["count"] or 0, row["count"] or 0)
        if row.get("rest") is not None:
            known.shares.append(Share(answer, group, row["rest"] - 1e-6, row["rest"] + 1e-6, rest=True, within=within))


def shape_of(wave: Wave, question: str, known: Known) -> Shape:
    asked = wave.question(question)
    if asked.kind in ("single", "scale", "battery"):
        options = tuple(option.code for option in asked.options_in(wave.id))
        return Shape(options, True, {net.id: tuple(code for code in net.codes if code in options) for net in asked.nets})
    if asked.kind == "multiple":
        return Shape(tuple(option.code for option in asked.options_in(wave.id)), False, {})
    return Shape(tuple(answer for answer, _ in sorted(known.answers)), False, {})


class Files:
    """Everything that the files of a publication tell."""

    def __init__(self, folder: Path, wave: Wave) -> None:
        self.folder, self.wave = folder, wave
        self.known: dict[tuple[str, str], Known] = defaultdict(Known)
        self.cells: dict[str, int] = {}
        for name, read in self.readers().items():
            self.cells[name] = read()

    def readers(self) -> dict[str, Callable[[], int]]:
        found: dict[str, Callable[[], int]] = {
            "tables.csv": self.tidy,
            "tables.xlsx": self.workbook,
            "findings.json": self.findings,
        }
        return found | {path.name: lambda path=path: self.page(path) for path in sorted(self.folder.glob("*.html"))}

    def tidy(self) -> int:
        whole = {"": None, "true": True, "false": False}
        read = 0
        with (self.folder / "tables.csv").open(encoding="utf-8", newline="") as file:
            for text in csv.DictReader(file):
                row: dict[str, Any] = dict(text)
                for name in ("count", "base"):
                    row[name] = int(text[name]) if text[name] else None
                for name in ("rest",):
                    row[name] = float(text[name]) if text.get(name) else None
                row["synthetic"] = whole[text["synthetic"]]
                if row["statistic"] in COUNTED:
                    told(self.known[row["question"], row["item"]], row)
                    read += 1
        return read

    def workbook(self) -> int:
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.load_workbook(self.folder / "tables.xlsx", read_only=True)
        asked = [question for question in self.wave.survey.questionnaire.asked_in(self.wave.id) if question.kind != "text"]
        read = 0
        for sheet in book.worksheets:
            rows = [tuple(row) for row in sheet.iter_rows(values_only=True)]
            head = next((place for place, row in enumerate(rows) if row and row[0] == "Answer"), None)
            if head is None:
                continue
            question = asked[int(sheet.title.removeprefix("Table_")) - 1]
            names = {
                ": ".join(part for part in (line.item_label, line.label) if part): line
                for line in Figures(question, self.wave.published.frame).lines
            }
            groups = {**{"All": EVERYBODY}, **self.columns()}
            for row in rows[head + 1 :]:
                line = names.get(str(row[0]))
                if line is None or line.statistic not in COUNTED:
                    continue
                known, answer = self.known[question.id, line.item], (line.option or line.statistic, line.statistic)
                for name, value in zip(rows[head][1:], row[1:], strict=False):
                    if name == "All: count" and isinstance(value, int):
                        known.tell("counts", (answer, EVERYBODY), value, value)
                    elif name in groups and isinstance(value, int | float):
                        self.share(known, answer, groups[name], value, 0.05)
                        read += 1
        return read

    def columns(self) -> dict[str, Group]:
        found: dict[str, Group] = {}
        for name, settings in self.wave.survey.settings.breaks.items():
            for level, label in settings.levels.items():
                found[f"{settings.label}: {label}"] = found[label] = ((name, level),)
        return found

    def share(self, known: Known, answer: Answer, group: Group, percentage: float, rounding: float) -> None:
        known.shares.append(Share(answer, group, (percentage - rounding) / 100 - 1e-9, (percentage + rounding) / 100 + 1e-9))

    def findings(self) -> int:
        content = json.loads((self.folder / "findings.json").read_text(encoding="utf-8"))
        read = 0
        for finding in content["findings"]:
            if finding["statistic"] not in COUNTED:
                continue
            known = self.known[finding["question"], finding["item"]]
            answer = (finding["option"] or finding["statistic"], finding["statistic"])
            # A finding on a ranking is the share among the first places, which the tables call by its name.
            answer = answer if answer in known.answers else ("share_top_three", "share_top_three")
            known.tell("bases", EVERYBODY, finding["base"], finding["base"])
            known.tell("counts", (answer, EVERYBODY), finding["count"], finding["count"])
            for part in finding["breakdowns"]:
                group = ((part["split"], part["level"]),)
                known.tell("bases", group, part["base"], part["base"])
                known.tell("counts", (answer, group), part["count"], part["count"])
                read += 1
            read += 1
        return read

    def page(self, path: Path) -> int:
        """Tables whose columns are levels and whose rows are answers of one question: percentages without decimals."""
        read = 0
        for table in re.findall(r"<table.*?</table>", path.read_text(encoding="utf-8"), flags=re.DOTALL):
            rows = [
                [cell_text(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, flags=re.DOTALL)]
                for row in re.findall(r"<tr.*?</tr>", table, flags=re.DOTALL)
            ]
            if rows and (found := self.question_of(rows)) is not None:
                read += self.cross_table(rows, found)
        return read

    def question_of(self, rows: list[list[str]]) -> dict[str, tuple[str, Any]] | None:
        """The lines of the one question whose answers (or items) the rows of a table name, if its columns are levels of a break."""
        groups = self.columns()
        if not any(name in groups for name in rows[0]):
            return None
        labels = {row[0] for row in rows[1:] if row} - {"Base", "Unweighted base", "Weighted base"}
        for question in self.wave.survey.questionnaire.asked_in(self.wave.id):
            if question.kind == "text":
                continue
            found = {}
            for line in Figures(question, self.wave.published.frame).lines:
                headline = question.headline or next((net.id for net in question.nets), None)
                if question.kind == "battery" and line.option == headline:
                    found[line.item_label] = (question.id, line)
                elif question.kind != "battery":
                    found[": ".join(part for part in (line.item_label, line.label) if part)] = (question.id, line)
            if labels <= set(found):
                return found
        return None

    def cross_table(self, rows: list[list[str]], found: dict[str, tuple[str, Any]]) -> int:
        groups, read = {"All": EVERYBODY, **self.columns()}, 0
        for row in rows[1:]:
            if not row or row[0] not in found:
                continue
            question, line = found[row[0]]
            if line.statistic not in COUNTED:
                continue
            for name, text in zip(rows[0][1:], row[1:], strict=True):
                if name in groups and re.fullmatch(r"\d+|\*|-", text):
                    middle, rounding = {"*": (0.25, 0.25), "-": (0.0, 0.0)}.get(text) or (int(text), 0.5)
                    self.share(
                        self.known[question, line.item], (line.option or line.statistic, line.statistic), groups[name], middle, rounding
                    )
                    read += 1
        return read


def cell_text(cell: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", cell)).strip()


def random_books(seed: int) -> tuple[Estimates, pl.DataFrame, pl.DataFrame]:
    """A tab book of one question by two breaks, one of which may lie within the other, with its respondents and their population."""
    draw = np.random.default_rng(seed)
    size = int(draw.integers(60, 160))
    towns = draw.choice(6, size, p=draw.dirichlet(np.full(6, 0.9)))
    area = np.array(["west", "east"])[(towns > int(draw.integers(1, 4))).astype(int)]
    members = pl.DataFrame({"town": [f"t{town}" for town in towns], "area": area, "post": draw.choice(["chair", "officer"], size)})
    asked = members.with_columns(
        pl.Series("q", draw.choice(["a", "b", "c"], size, p=draw.dirichlet(np.full(3, 0.8)))), pl.Series("out", draw.random(size))
    ).filter(pl.col("out") < draw.uniform(0.4, 0.9))
    answered = pl.when(pl.col("out") > 0.03).then("q")
    return Design(asked.with_columns(answered.alias("q"))).tab_book(["q"], ["town", "area", "post"]), asked, members


def primary_only(book: Estimates, rules: Rules = RULES) -> Estimates:
    """What suppression would be without a thought of subtraction."""
    small = (pl.col("base") > 0) & (pl.col("base") < rules.minimum_base)
    numbers = [name for name in book.frame.columns if book.frame.schema[name].is_numeric()]
    frame = book.frame.with_columns(
        pl.when(small).then(pl.lit("suppressed")).otherwise("flag").alias("flag"), small.fill_null(False).alias("_small")
    )
    hidden = frame.with_columns(pl.when(~pl.col("_small")).then(pl.col(name)).alias(name) for name in numbers)
    return Estimates(hidden.drop("_small"))


def sensitive(book: Estimates, rules: Rules = RULES) -> set[Group]:
    """The groups that may not be shown for their own sake."""
    found = set()
    for row in book:
        alike = row["count"] == row["base"] and row["base"] < rules.smallest_group
        if row["break"] and row["base"] and row["statistic"] in COUNTED and (row["base"] < rules.minimum_base or alike):
            found.add(group_of(EVERYBODY, row["break"], row["level"]))
    return found


def verdicts_on(safe: Estimates, book: Estimates, members: pl.DataFrame, breaks: Sequence[str]) -> list[Verdict]:
    known = learn(safe)["q", ""]
    options = tuple(sorted(answer for answer, _ in known.answers))
    return list(attacked(known, Shape(options, True), Kinds.of(members, breaks), sensitive(book)))


BREAKS = ("town", "area", "post")


@pytest.mark.parametrize("seed", range(8))
def test_no_cell_of_a_random_tab_book_with_nested_breaks_is_recovered(seed: int) -> None:
    book, _, members = random_books(seed)
    safe = protect(book, RULES, members=members.select(BREAKS))
    verdicts = verdicts_on(safe, book, members, BREAKS)
    assert [one for one in verdicts if one.leaks(RULES)] == []


def test_the_attack_recovers_cells_where_only_small_bases_are_suppressed() -> None:
    recovered = 0
    for seed in range(2):
        book, _, members = random_books(seed)
        truth = {(((row["break"], row["level"]),), row["option"]): row["count"] for row in book if row["break"]}
        for one in verdicts_on(primary_only(book), book, members, BREAKS):
            assert one.count[0] <= truth[one.group, one.answer[0]] <= one.count[1]
            recovered += one.leaks(RULES) and one.count[0] == one.count[1]
    assert recovered >= 1


def crossed_books(seed: int, *names: str) -> tuple[dict[Group, Estimates], pl.DataFrame, set[Group]]:
    """A report for everybody and one for each level of some breaks: their tables are the margins and cells of each other."""
    draw = np.random.default_rng(seed)
    size = int(draw.integers(120, 260))
    regions = draw.choice(["north", "south", "east"], size, p=draw.dirichlet(np.full(3, 2.0)))
    members = pl.DataFrame(
        {"region": regions, "post": draw.choice(["chair", "officer", "deputy"], size, p=draw.dirichlet(np.full(3, 1.5)))}
    )
    answers = pl.Series("q", draw.choice(["a", "b", "c"], size, p=draw.dirichlet(np.ones(3))))
    frame = members.with_columns(answers).filter(pl.Series(draw.random(size) < draw.uniform(0.5, 0.8)))
    books = {EVERYBODY: Design(frame).tab_book(["q"], ["region", "post"])}
    for name, other in [pair for pair in (("region", "post"), ("post", "region")) if pair[0] in names]:
        for level in sorted(frame[name].unique()):
            part = frame.filter(pl.col(name) == level)
            books[((name, level),)] = Design(part, lonely="adjust").tab_book(["q"], [other] if part[other].n_unique() > 1 else [])
    small = frame.group_by("region", "post").len().filter(pl.col("len") < RULES.minimum_base)
    groups = {(("post", row["post"]), ("region", row["region"])) for row in small.iter_rows(named=True)}
    return books, members, groups | set().union(*(sensitive(book) for book in (books[EVERYBODY],)))


def leaks_of(
    books: Mapping[Group, Estimates], members: pl.DataFrame, groups: set[Group], *, only: Group | None = None
) -> set[tuple[Group, Answer]]:
    """The cells that leak from some books together; with `only`, the same cells from one of the books."""
    known: dict[tuple[str, str], Known] = defaultdict(Known)
    for within, book in books.items():
        if only is None or within == only:
            learn(book, within, known)
    one = known["q", ""]
    one.suppressed |= groups
    shape = Shape(tuple(sorted(answer for answer, _ in one.answers)), True)
    verdicts = attacked(one, shape, Kinds.of(members, ["region", "post"]), groups - set(one.bases))
    return {(found.group, found.answer) for found in verdicts if found.leaks(RULES)}


@pytest.mark.parametrize("seed", range(4))
def test_reports_of_regions_and_posts_tell_no_more_of_small_cells_than_the_report_for_everybody(seed: int) -> None:
    # The one officer of all who said so, of whom one said so in the south alone, is in the south: no crossed table is needed for that.
    books, members, groups = crossed_books(seed, *[("region",), ("region", "post")][seed % 2])
    safe = protect_all(books, RULES, members=members)
    assert any(one["flag"] == "suppressed" for book in safe.values() for one in book)
    assert leaks_of(safe, members, groups) <= leaks_of(safe, members, groups, only=EVERYBODY)


def test_reports_of_regions_and_posts_that_are_protected_apart_give_cells_away() -> None:
    recovered = 0
    for seed in range(1):
        books, members, groups = crossed_books(seed, "region", "post")
        apart = {within: protect(book, RULES) for within, book in books.items()}
        recovered += bool(leaks_of(apart, members, groups) - leaks_of(apart, members, groups, only=EVERYBODY))
    assert recovered >= 1


# The live barometer ------------------------------------------------------------------------------------------------------------------


def ceilings_of(files: Files, accepted: int) -> dict[Group, float]:
    """How many respondents a level can have at most: the whole sample, less those whom other levels of its break are seen to have."""
    most: dict[Group, float] = {}
    for known in files.known.values():
        for group, (base, _) in known.bases.items():
            most[group] = max(most.get(group, 0), base)
    groups = {group for known in files.known.values() for group in (*known.bases, *known.suppressed) if len(group) == 1}
    return {one: accepted - sum(most.get(other, 0) for other in groups if other != one and other[0][0] == one[0][0]) for one in groups}


@pytest.mark.slow
def test_no_suppressed_cell_of_the_live_barometer_is_recovered_from_all_its_files(published: Any) -> None:
    wave = barometer.open(published.project).wave(published.folder.name)
    files = Files(published.folder, wave)
    assert all(files.cells[name] > 50 for name in ("tables.csv", "tables.xlsx", "findings.json", "report.html"))
    if (published.folder / "tables.parquet").exists():
        # The same figures in another form tell nothing more.
        keys, hidden = ["question", "item", "option", "break", "level", "statistic", "count", "base"], pl.col("flag") == "suppressed"
        tidy = pl.read_csv(published.folder / "tables.csv", infer_schema_length=None).with_columns(pl.col(pl.String).fill_null(""))
        parquet = pl.read_parquet(published.folder / "tables.parquet").with_columns(pl.col(pl.String).fill_null(""))
        assert parquet.select(keys).rows() == tidy.select(keys).rows()
        numbers = [name for name, dtype in parquet.schema.items() if dtype.is_numeric()]
        assert parquet.filter(hidden).select(pl.col(numbers).is_not_null().any()).row(0) == (False,) * len(numbers)
    summary = json.loads((published.folder / "validation.json").read_text(encoding="utf-8"))
    ceilings = ceilings_of(files, summary["accepted"])
    truth = sensitive_cells(wave)
    frame, rules = wave.survey.frame, RULES
    assert frame is not None
    tried = 0
    for (question, item), known in files.known.items():
        if wave.survey.questionnaire.question(question).id in PUBLIC:
            continue
        breaks = {name for group in known.suppressed & truth[question, item] for name, _ in group}
        shape = shape_of(wave, question, known)
        for name in sorted(breaks):
            for verdict in attacked(known, shape, Kinds.of(frame, [name]), truth[question, item], ceilings):
                assert not verdict.leaks(rules), f"{question}.{item}: {verdict}"
                tried += 1
    assert tried > 100


PUBLIC = {"post_title"}


def sensitive_cells(wave: Wave) -> dict[tuple[str, str], set[Group]]:
    """Question and item -> the levels that may not be shown for their own sake, from the figures before disclosure control."""
    found: dict[tuple[str, str], set[Group]] = defaultdict(set)
    for row in wave.estimates.where(pl.col("break") != "", statistic=list(COUNTED)):
        if row["base"] and (row["base"] < RULES.minimum_base or (row["count"] == row["base"] < RULES.smallest_group)):
            found[row["question"], row["item"]].add(group_of(EVERYBODY, row["break"], row["level"]))
    return found
