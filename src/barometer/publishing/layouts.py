"""Lays estimates out as the tables that readers know: a topline in questionnaire order, and cross tables by break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import polars as pl

from barometer.publishing.numbers import NOT_AVAILABLE, SUPPRESSED, half_up, interval, per_cent
from barometer.publishing.tables import Column, Table
from barometer.questionnaire import Question

#: Statistics that are proportions; all others are in the unit of the answer.
PROPORTIONS = frozenset({"share", "net", "top_box", "share_first", "share_top_three"})
_NAMES = {"mean": "Mean", "mean_rank": "Mean rank", "share_first": "Ranked first", "share_top_three": "Ranked in the first three"}


class BreakSettings(Protocol):
    """A break's label and its levels' labels."""

    @property
    def label(self) -> str:
        """Such as "NHS England region"."""

    @property
    def levels(self) -> Mapping[str, str]:
        """From code to label, in order."""


Place = tuple[str, str, str]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A row of a cross table: an answer, a net or a mean of a question or of one of its items."""

    item: str
    option: str
    statistic: str
    item_label: str
    label: str

    @property
    def proportion(self) -> bool:
        """Whether its figures are shares."""
        return self.statistic in PROPORTIONS

    @property
    def place(self) -> Place:
        """The item, option and statistic of its figures in a frame of estimates."""
        return self.item, self.option, self.statistic


class Figures:
    """A question's figures, read out of a frame once however many tables are laid out of them.

    Args:
        question: The question.
        frame: Published estimates, of this question among others.
    """

    def __init__(self, question: Question, frame: pl.DataFrame) -> None:
        self.question = question
        self._rows: dict[str, dict[str, dict[Place, Row]]] = {}
        for row in frame.filter(frame["question"] == question.id).iter_rows(named=True):
            self._rows.setdefault(row["break"], {}).setdefault(row["level"], {}).setdefault(
                (row["item"], row["option"], row["statistic"]), row
            )

    def at(self, line: Line, name: str = "", level: str = "") -> Row | None:
        """The row of a line for a level of a break, or for everybody."""
        return self._rows.get(name, {}).get(level, {}).get(line.place)

    @cached_property
    def everybody(self) -> Mapping[Place, Row]:
        """The rows of everybody, by item, option and statistic."""
        return self._rows.get("", {}).get("", {})

    @cached_property
    def lines(self) -> list[Line]:
        """The rows that the question's tables have, in questionnaire order: options, nets, then means, item by item."""
        question, found = self.question, []
        for item in question.items or (None,):
            item_id, item_label = (item.id, item.name) if item is not None else ("", "")
            wanted = [(option.code, "share", option.name) for option in question.options]
            wanted += [(net.id, "net", net.label) for net in question.nets]
            wanted += [("", statistic, name) for statistic, name in _NAMES.items()]
            found += [
                Line(item_id, option, statistic, item_label, label)
                for option, statistic, label in wanted
                if (item_id, option, statistic) in self.everybody
            ]
        return found

    def levels(self, name: str, settings: BreakSettings) -> dict[str, str]:
        """The levels of a break for which there are figures, in the order of the project file, with their labels."""
        seen = self._rows.get(name, {})
        ordered = [level for level in settings.levels if level in seen] + [level for level in seen if level not in settings.levels]
        return {level: settings.levels.get(level, level) for level in ordered}


def cell(row: Mapping[str, Any] | None, digits: int = 0) -> str:
    """The text of one figure: a share in per cent without the sign, a mean with one decimal more, or the shorthand for none."""
    if row is None or row["flag"] == "not asked":
        return NOT_AVAILABLE
    if row["flag"] == "suppressed":
        return SUPPRESSED
    if row["estimate"] is None:
        return NOT_AVAILABLE
    if row["statistic"] in PROPORTIONS:
        return per_cent(row["estimate"], digits)
    return half_up(round(row["estimate"], 10), digits + 1)


def topline(question: Question, frame: pl.DataFrame | Figures, *, count_heading: str = "Count") -> Table:
    """A question's figures for everybody: answer, count, per cent and interval; of a battery a row an item.

    Args:
        question: The question.
        frame: Published estimates; or its `Figures`, where several tables are laid out of them.
        count_heading: The heading of the counts.
    """
    figures = _figures(question, frame)
    if question.kind == "battery":
        return _battery(figures)
    shares = [line for line in figures.lines if line.proportion]
    means = [line for line in figures.lines if not line.proportion]
    rows: list[tuple[str, ...]] = []
    for line in shares:
        row = figures.at(line)
        name = ": ".join(part for part in (line.item_label, line.label) if part) if line.item else line.label
        rows.append((name, _count(row), cell(row), _interval(row)))
    for line in means:
        row = figures.at(line)
        name = ": ".join(part for part in (line.item_label, line.label) if part)
        spread = (
            NOT_AVAILABLE if row is None or row["conf_low"] is None else f"{half_up(row['conf_low'], 1)} to {half_up(row['conf_high'], 1)}"
        )
        rows.append((name, _base(row), cell(row), spread))
    heading = "%" if not means else ("Mean" if not shares else "% or mean")
    columns = (Column("Answer", "left"), Column(count_heading), Column(heading), Column("95% interval"))
    return Table(columns, tuple(rows), (_base_note(figures), *_notes(rows)))


def cross_table(
    question: Question, frame: pl.DataFrame | Figures, name: str, settings: BreakSettings, *, weighted_bases: bool = False
) -> Table:
    """A question's figures for everybody and for each level of a break, with bases in the last row (or row by row, for a battery).

    Of a battery each row is an item, with its headline option or net.

    Args:
        question: The question.
        frame: Published estimates; or its `Figures`, where several tables are laid out of them.
        name: The break.
        settings: Its label and those of its levels.
        weighted_bases: Whether a last row gives the bases as weighted, scaled to the number who answered, beside those as counted.
    """
    figures = _figures(question, frame)
    groups = {("", ""): "All"} | {(name, level): label for level, label in figures.levels(name, settings).items()}
    wanted = figures.lines
    if question.kind == "battery":
        headline = question.headline or next((line.option for line in wanted if line.statistic == "net"), wanted[0].option)
        wanted = [line for line in wanted if line.option == headline]
    rows = []
    for line in wanted:
        label = line.item_label if question.kind == "battery" else ": ".join(part for part in (line.item_label, line.label) if part)
        rows.append((label, *(cell(figures.at(line, *group)) for group in groups)))
    if wanted:
        bases = [figures.at(wanted[0], *group) for group in groups]
        rows.append(("Unweighted base" if weighted_bases else "Base", *map(_base, bases)))
        if weighted_bases:
            rows.append(("Weighted base", *_weighted_bases(bases)))
    columns = (Column("Answer" if question.kind != "battery" else "Item", "left"), *(Column(label) for label in groups.values()))
    proportions = {line.proportion for line in wanted}
    unit = "Means" if proportions == {False} else ("Per cent, and means," if False in proportions else "Per cent")
    note = f"{unit} of those who answered; {settings.label}."
    if question.kind == "battery" and wanted:
        note = f"Per cent of those who answered who said {wanted[0].label.lower()}; {settings.label}. The base is that of the first item."
    return Table(columns, tuple(rows), (note, *_notes(rows)))


def _figures(question: Question, given: pl.DataFrame | Figures) -> Figures:
    return given if isinstance(given, Figures) else Figures(question, given)


def _battery(figures: Figures) -> Table:
    """A row an item: its options, the net that leads (the workbook has them all), the mean and the base."""
    question = figures.question
    names = {net.id: net.name for net in question.nets}
    net = question.headline if question.headline in names else next(iter(names), None)
    wanted = [line for line in figures.lines if line.statistic != "net" or line.option == net]
    heads = list(dict.fromkeys((line.option, line.statistic, names.get(line.option, line.label)) for line in wanted))
    rows = []
    asked = {item for item, _, _ in figures.everybody}  # a wave knows nothing of items that only later waves asked
    for item in (item for item in question.items if item.id in asked):
        found = [figures.everybody.get((item.id, option, statistic)) for option, statistic, _ in heads]
        base = next((row for row in found if row is not None), None)
        rows.append((item.name, *(cell(row) for row in found), _base(base)))
    columns = (Column("Item", "left"), *(Column(label) for _, _, label in heads), Column("Base"))
    return Table(columns, tuple(rows), ("Per cent of those who answered each item.", *_notes(rows)))


def _count(row: Mapping[str, Any] | None) -> str:
    if row is None or row["count"] is None or row["flag"] == "not asked":
        return cell(row) if row is not None else NOT_AVAILABLE
    return str(row["count"])


def _base(row: Mapping[str, Any] | None) -> str:
    if row is None or row["flag"] == "not asked":
        return NOT_AVAILABLE
    if row["base"] is None:
        return SUPPRESSED
    return f"{row['base']} [low]" if row["flag"] == "small base" else str(row["base"])


def _weighted_bases(rows: Sequence[Row | None]) -> Iterator[str]:
    """Weighted bases, scaled so that everybody's (the first) is as large weighted as counted: weights say shares, not people."""
    everybody = rows[0]
    scale = everybody["base"] / everybody["weighted_base"] if everybody and everybody["base"] and everybody["weighted_base"] else 1.0
    for row in rows:
        if row is None or row["flag"] == "not asked":
            yield NOT_AVAILABLE
        else:
            yield SUPPRESSED if row["weighted_base"] is None else half_up(round(row["weighted_base"] * scale, 6))


def _interval(row: Mapping[str, Any] | None) -> str:
    if row is None or row["estimate"] is None:
        return cell(row)
    return interval(row["conf_low"], row["conf_high"])


def _base_note(figures: Figures) -> str:
    rows = figures.everybody.values()
    bases = [row["base"] for row in rows if row["base"]]
    if not bases:
        return "Base: [c]." if any(row["flag"] == "suppressed" for row in rows) else "Base: nobody answered."
    low, high = min(bases), max(bases)
    multiple = max((row.get("rounded_to") or 0 for row in rows), default=0)
    rounded = f" Counts and bases are rounded to the nearest {multiple}." if multiple else ""
    return (f"Base: {high} who answered." if low == high else f"Bases: {low} to {high} who answered.") + rounded


def _notes(rows: list[tuple[str, ...]]) -> Iterator[str]:
    cells = {text for row in rows for text in row[1:]}
    if SUPPRESSED in cells:
        yield "[c] suppressed to protect respondents."
    if any("[low]" in text for text in cells):
        yield "[low] a small base: read with care."
    if NOT_AVAILABLE in cells:
        yield "[x] not asked or not available."
    if "*" in cells:
        yield "* under half a per cent."
    if "-" in cells:
        yield "- nobody."
