"""Cells that hold several answers, and columns that hold one tick each: how platforms store select-all questions and rankings."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import polars as pl

from barometer.intake.answers import NOT_SELECTED, SELECTED
from barometer.intake.platforms.source import Variable
from barometer.questionnaire.spelling import folded

#: More different answers than this are not all options: some were written in.
_OPTIONS_AT_MOST = 25
_OTHER = re.compile(r"\bother\b|specify|\bcomment", re.IGNORECASE)
#: Private characters stand for a separator within a label, and for one between answers, while cells are split.
_HELD, _SPLIT = "\ue000", "\ue001"


def answers_in(cells: pl.Series, separator: str, labels: Collection[str] = ()) -> pl.Series:
    """The answers in each cell as a list; a separator within a known label does not part it.

    Example:
        >>> answers_in(pl.Series(["A,B, or C", None]), ",", ["B, or C"]).to_list()
        [['A', 'B, or C'], None]
    """
    sign = separator.strip() or separator
    whole = [label for label in sorted(labels, key=len, reverse=True) if sign in label]
    text = cells.str.replace_many(whole, [label.replace(sign, _HELD) for label in whole]) if whole else cells
    if separator == ",":
        # A comma before a blank is part of a sentence, where a platform joins with the comma alone.
        text, separator = text.str.replace_all(r",(\S)", f"{_SPLIT}$1"), _SPLIT
    element = pl.element().str.replace_all(_HELD, sign, literal=True).str.strip_chars()
    # Distinct cells are few: taking those apart, and not each row, keeps a million rows fast.
    distinct = pl.DataFrame({"cell": text}).unique("cell").drop_nulls()
    split = distinct.with_columns(
        pl.col("cell").str.split(separator).list.eval(element.filter(element != "").unique(maintain_order=True)).alias("answers")
    )
    return pl.DataFrame({"cell": text}).join(split, on="cell", how="left", maintain_order="left")["answers"].alias(cells.name)


def joined(cells: pl.Series, separator: str, labels: Collection[str] = ()) -> bool:
    """Whether cells look as if they held several answers each: fewer distinct answers than distinct cells, used over and over.

    Sentences with commas in them have more parts than there are sentences; lists of options have fewer.
    """
    filled = cells.drop_nulls()
    if filled.is_empty() or not filled.str.contains(separator, literal=True).any():
        return False
    lists = answers_in(filled, separator, labels)
    parts = lists.explode(empty_as_null=False, keep_nulls=False)
    distinct = parts.n_unique()
    return bool((lists.list.len() > 1).any()) and distinct < filled.n_unique() and len(parts) >= 2 * distinct


def options_of(lists: pl.Series) -> list[str]:
    """The distinct answers of a column of lists: numbers by size, others in the order in which they come."""
    found = [str(one) for one in lists.drop_nulls().explode(empty_as_null=False, keep_nulls=False).unique(maintain_order=True).to_list()]
    return sorted(found, key=float) if found and all(one.isdecimal() for one in found) else found


def boxes(lists: pl.Series, options: Sequence[str]) -> list[pl.Series]:
    """One column an option: "1" where a list has it, "0" where it has not, null where there is no list."""
    return [
        pl.select(
            pl.when(lists.is_null()).then(None).when(lists.list.contains(option)).then(pl.lit(SELECTED)).otherwise(pl.lit(NOT_SELECTED))
        )
        .to_series()
        .cast(pl.String)
        for option in options
    ]


def exploded(
    lists: pl.Series, name: str, text: str, said: str, pattern: str = "{name} [{part}]", known: Collection[str] = ()
) -> list[tuple[Variable, pl.Series]]:
    """The columns of a select-all question whose answers stand in one cell, one column an option that somebody chose.

    What was written beside 'other' stands among the options in such cells. Where the options are known it is told from them; where they
    are not, it is what stands there once, if there are more different answers than a question has options. It becomes a text of its own.

    Args:
        lists: The answers of each respondent.
        name: The platform's name of the column.
        text: The wording of the question.
        said: Why it is taken for a select-all question.
        pattern: How the columns are named.
        known: What the questionnaire knows as options, if it does.
    """
    options, written = _told_apart(lists, known)
    columns = [
        (Variable(pattern.format(name=name, part=option), text, "multiple", name, option, reason=said, exploded=True), box)
        for option, box in zip(options, boxes(lists, options), strict=True)
    ]
    if not columns:
        # Nobody chose anything, or only 'other': who answered at all must still be known.
        none = pl.select(pl.when(lists.is_not_null()).then(pl.lit(NOT_SELECTED))).to_series().cast(pl.String)
        columns.append((Variable(name, text, "multiple", name, reason=said, exploded=True), none))
    if written:
        own = set(options)
        texts = pl.select(lists.list.eval(pl.element().filter(~pl.element().is_in(list(own)))).list.join("; ")).to_series()
        variable = Variable(
            f"{name} - text", text, "text", name, f"{written[0]} - text", reason="answers that are no option", exploded=True
        )
        columns.append((variable, pl.select(pl.when(texts != "").then(texts)).to_series()))
    return columns


def _told_apart(lists: pl.Series, known: Collection[str]) -> tuple[list[str], list[str]]:
    """The options of a question, and what was written in."""
    found = options_of(lists)
    if known:
        words = {folded(one) for one in known}
        return [one for one in found if folded(one) in words], [one for one in found if folded(one) not in words]
    if len(found) <= _OPTIONS_AT_MOST:
        return found, []
    counts = lists.drop_nulls().explode(empty_as_null=False, keep_nulls=False).value_counts()
    often = set(counts.filter(pl.col("count") > max(1, 0.01 * len(lists))).to_series(0).to_list())
    return [one for one in found if one in often], [one for one in found if one not in often]


def is_ranking(lists: pl.Series) -> bool:
    """Whether all lists hold the same two or more answers, in more than one order."""
    filled = lists.drop_nulls()
    if len(filled) < 2 or int(filled.list.len().min() or 0) < 2:  # type: ignore[arg-type]
        return False
    return filled.list.sort().n_unique() == 1 and filled.n_unique() > 1


def places(lists: pl.Series, items: Sequence[str]) -> list[pl.Series]:
    """One column an item: its place in each list, from 1, as text; null where the list lacks it."""
    found = []
    for item in items:
        place = pl.when(lists.list.contains(item)).then(lists.list.eval((pl.element() == item).cast(pl.Int8)).list.arg_max() + 1)
        found.append(pl.select(place.cast(pl.String)).to_series())
    return found


def places_in_slots(slots: Sequence[pl.Series]) -> tuple[list[str], list[pl.Series]]:
    """Items and their places, where a platform has one column for the first place, one for the second, and so on."""
    items = [str(one) for one in pl.concat(list(slots)).drop_nulls().unique(maintain_order=True).to_list()]
    ranks = []
    for item in items:
        first = [pl.when(slot == item).then(pl.lit(str(place))) for place, slot in enumerate(slots, start=1)]
        ranks.append(pl.select(pl.coalesce(first)).to_series().cast(pl.String))
    return items, ranks


def ticks(columns: Sequence[tuple[Variable, pl.Series]], marks: Collection[str]) -> list[tuple[Variable, pl.Series]] | None:
    """The columns of a select-all question as "1", "0" and null, or None where they are of another kind.

    A box holds its own label or one of the marks and nothing else. One box may hold what was written instead: it becomes a box, and a
    text beside it.

    Args:
        columns: The columns of one question, with the label of the option as `part`.
        marks: What else stands for a tick, such as "1" or "y", folded.
    """
    blanks = {"0", "no", "n", "-99", "not selected", "unchecked"}
    made: list[tuple[Variable, pl.Series]] = []
    own = 0
    for variable, cells in columns:
        label = folded(variable.part or "")
        values = [str(one) for one in cells.drop_nulls().unique(maintain_order=True).to_list()]
        meanings = {one: SELECTED if folded(one) == label or folded(one) in marks else NOT_SELECTED for one in values}
        strange = [one for one in values if meanings[one] == NOT_SELECTED and folded(one) not in blanks]
        own += any(meaning == SELECTED for meaning in meanings.values())
        if not strange:
            made.append((_box(variable), cells.replace_strict(meanings, default=None, return_dtype=pl.String)))
        elif len(columns) > 1 and _OTHER.search(variable.part or ""):
            written = cells.is_not_null() & ~cells.is_in([one for one in values if folded(one) in blanks])
            box = pl.when(written).then(pl.lit(SELECTED)).when(cells.is_not_null()).then(pl.lit(NOT_SELECTED))
            text = pl.select(pl.when(cells.is_in(strange)).then(cells)).to_series()
            made.append((_box(variable), pl.select(box).to_series().cast(pl.String)))
            made.append((_beside(variable), text))
        else:
            return None
    return made if own else None


def _box(variable: Variable) -> Variable:
    said = "its cells hold a tick or the label of the option, or nothing"
    return Variable(variable.name, variable.text, "multiple", variable.group, variable.part, reason=said)


def _beside(variable: Variable) -> Variable:
    said = "the box holds what was written instead of a tick"
    return Variable(f"{variable.name} - text", variable.text, "text", variable.group, f"{variable.part} - text", reason=said)
