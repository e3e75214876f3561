"""Puts the columns of an export together into questions: what the platform says belongs together, and what its headers show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from barometer.intake.platforms.source import Source, Variable
from barometer.project.starting.labels import cleaned, is_other, numbered
from barometer.questionnaire.spelling import folded

#: A part of a question after its wording: "Which of these? - Alliance contract", "Which of these?: Alliance contract".
_SEPARATED = re.compile(r"^(?P<group>.+?[?:.)a-zA-Zäöüéß0-9])(?:\s+[-–—|]\s+|\s*:\s+)(?P<part>[^:]+)$", re.DOTALL)
_TEXT = re.compile(r"\s*(?:-\s*text|\(text\))$", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """One column of answers.

    Attributes:
        place: Its place in the source.
        variable: What the platform says of it.
        cells: What stands in it: text, blanks null.
    """

    place: int
    variable: Variable
    cells: pl.Series

    @cached_property
    def filled(self) -> pl.Series:
        """The cells that are not blank."""
        return self.cells.drop_nulls()

    @cached_property
    def counts(self) -> dict[str, int]:
        """Each distinct text with how often it stands there, the most frequent first."""
        counted = self.filled.value_counts(sort=True, name="times")
        pairs = sorted(counted.iter_rows(), key=lambda pair: (-int(pair[1]), str(pair[0])))
        return {str(text): int(times) for text, times in pairs}

    @cached_property
    def meanings(self) -> dict[str, str]:
        """From what stands in the cells to the label that it means, as far as the platform says."""
        return {choice.code: choice.label for choice in self.variable.choices}

    @cached_property
    def labels(self) -> dict[str, int]:
        """Each distinct label with how often it was given, the most frequent first."""
        told: Counter[str] = Counter()
        for text, times in self.counts.items():
            told[self.meanings.get(text, text)] += times
        return dict(told)

    @cached_property
    def numbers(self) -> pl.Series | None:
        """The cells as numbers, blanks null; None if one of them is no number, or all are blank."""
        if not len(self.filled) or self.variable.choices:
            return None
        read = self.cells.cast(pl.Float64, strict=False)
        return read if read.null_count() == self.cells.null_count() and bool(read.drop_nulls().is_finite().all()) else None


@dataclass(frozen=True)
class Block:
    """The columns of one question.

    Attributes:
        text: Its wording.
        number: The number that respondents see, where there is one.
        columns: Its columns; more than one where it has options or items of its own.
        parts: The label of the option or item of each column; empty for a question of one column.
        texts: Columns of text beside an option, by the option's label.
        reason: Why these columns belong together.
    """

    text: str
    number: str | None
    columns: tuple[Column, ...]
    parts: tuple[str, ...] = ()
    texts: dict[str, Column] = field(default_factory=dict)
    reason: str = ""


def blocks(source: Source) -> list[Block]:
    """The questions of an export, in the order of its columns; columns that are no answers are left out."""
    columns = [
        Column(place, variable, source.rows[f"c{place}"]) for place, variable in enumerate(source.variables) if variable.role is None
    ]
    gathered: dict[tuple[str, object], list[tuple[Column, str | None]]] = {}
    shared = _shared_stems(columns)
    owners = _owners(columns)
    for column in columns:
        group, part = column.variable.group, column.variable.part
        if _is_text_beside(column) and group not in owners.values():
            # Named apart by its platform, but worded as the question that it belongs to.
            group = owners.get(column.variable.text, group)
        if group is None and column.place in shared:
            group, part = shared[column.place]
        key: tuple[str, object] = ("alone", column.place) if group is None else ("group", group)
        gathered.setdefault(key, []).append((column, part))
    return [_block(members, sort == "group", source.platform) for (sort, _), members in gathered.items()]


def _is_text_beside(column: Column) -> bool:
    return column.variable.kind == "text" and bool(_TEXT.search(column.variable.part or ""))


def _owners(columns: Sequence[Column]) -> dict[str, str]:
    """From the wording of a question to its group, by the columns that are no text beside an option."""
    grouped = [column.variable for column in columns if column.variable.group is not None and not _is_text_beside(column)]
    return {variable.text: str(variable.group) for variable in reversed(grouped)}


def _shared_stems(columns: Sequence[Column]) -> dict[int, tuple[str, str]]:
    """Neighbours whose headers begin with the same question and end with parts of it."""
    found: dict[int, tuple[str, str]] = {}
    for column in columns:
        header = column.variable.text
        match = _SEPARATED.match(header) if column.variable.group is None else None
        if match:
            found[column.place] = (match["group"], match["part"])
    counted = Counter(group for group, _ in found.values())
    return {place: (group, part) for place, (group, part) in found.items() if counted[group] > 1}


def _block(members: list[tuple[Column, str | None]], grouped: bool, platform: str) -> Block:
    first = members[0][0].variable
    wording = first.text if first.group is not None or not grouped else _SEPARATED.sub(r"\g<group>", first.text)
    number, text = numbered(cleaned(wording) or cleaned(first.name) or f"Column {members[0][0].place + 1}")
    if not grouped:
        return Block(text, number, (members[0][0],), reason=first.reason)
    texts: dict[str, Column] = {}
    plain: list[tuple[Column, str]] = []
    for column, part in members:
        label = cleaned(part or column.variable.name)
        if _beside(column, label, members):
            texts[_TEXT.sub("", label)] = column
        else:
            plain.append((column, label))
    if not plain:
        plain = [(column, cleaned(part or column.variable.name)) for column, part in members]
        texts = {}
    lone = len(plain) == 1 and all(part is None for column, part in members if column is plain[0][0])
    return Block(
        text,
        number,
        tuple(column for column, _ in plain),
        () if lone else tuple(_distinct([label for _, label in plain])),
        texts,
        first.reason or f"columns of {platform} that share a question",
    )


def _beside(column: Column, label: str, members: Sequence[tuple[Column, str | None]]) -> bool:
    """Whether a column holds the text beside an option, and not the option."""
    if _TEXT.search(label):
        return True
    if column.variable.kind == "text" and any(other.variable.kind != "text" for other, _ in members):
        return True
    stems = {folded(part or "") for other, part in members if other is not column}
    # A second column of the same label beside "Other": the one with many different cells is the text.
    return is_other(label) and folded(label) in stems and len(column.counts) > 1


def _distinct(labels: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    made = []
    for label in labels:
        seen[folded(label)] += 1
        made.append(label if seen[folded(label)] == 1 else f"{label} ({seen[folded(label)]})")
    return made
