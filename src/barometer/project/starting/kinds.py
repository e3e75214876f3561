"""Guesses the kind of each question from what stands in its columns, and drafts the question.

The platform's own word comes first; after it what the cells show. Every guess carries its reason, and says whether it is doubtful.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from barometer.project.starting.blocks import Block, Column
from barometer.project.starting.labels import alike, asks_for_words, is_none, is_other
from barometer.questionnaire.model import Kind
from barometer.questionnaire.spelling import folded

_TICKS = frozenset({"1", "0", "yes", "no", "y", "n", "true", "false", "x", "selected", "not selected", "checked", "unchecked", "ticked"})
_FEW = 12
_MANY = 40
_SCORES = ((1, 4), (1, 5), (1, 6), (1, 7), (1, 10), (0, 10), (0, 5))
_LONG_TEXT = 60
#: So many different cells are texts, whatever signs they hold.
_TEXTS = 20_000
_ENOUGH = 5
_ONE_WORD = 12


@dataclass(frozen=True)
class Guess:
    """The kind of a question, and why.

    Attributes:
        kind: The kind.
        reason: What in the export speaks for it.
        doubt: What a person should look at; None where the guess is safe.
        joined: The sign that joins several answers in one cell, for a select-all question of one column.
        low: The lowest score of a numeric question, where the answers look like scores.
        high: The highest.
    """

    kind: Kind
    reason: str
    doubt: str | None = None
    joined: str | None = None
    low: int | None = None
    high: int | None = None
    labels: tuple[str, ...] = field(default=())


def kind_of(block: Block) -> Guess:
    """The kind of a question."""
    return _of_one(block.columns[0], block.text) if not block.parts else _of_many(block)


def _of_many(block: Block) -> Guess:
    columns = block.columns
    told = {column.variable.kind for column in columns} - {None}
    if len(told) == 1:
        kind = next(iter(told))
        assert kind is not None
        if kind in ("multiple", "battery", "ranking", "allocation"):
            return Guess(kind, columns[0].variable.reason or "as the platform says")
        if kind in ("single", "scale"):
            return Guess("battery", f"{len(columns)} columns with one list of answers")
    if all(_ticks(column, part) for column, part in zip(columns, block.parts, strict=True)):
        both = any({"yes", "no"} <= {folded(text) for text in column.counts} for column in columns)
        doubt = "columns of yes and no: make it a battery if 'no' is an answer of its own" if both else None
        return Guess("multiple", "each column is ticked or blank", doubt)
    numbers = [column.numbers for column in columns]
    if all(series is not None or not len(column.filled) for series, column in zip(numbers, columns, strict=True)):
        return _of_numbers([series for series in numbers if series is not None], columns)
    labels = [set(column.labels) for column in columns if len(column.filled)]
    together = set().union(*labels)
    if alike(labels) and len(together) <= _FEW:
        return Guess("battery", f"{len(columns)} columns share {len(together)} answers")
    if len(together) <= 2 * _FEW and sum(len(column.filled) for column in columns) > 4 * len(together):
        return Guess(
            "battery", f"{len(columns)} columns share {len(together)} answers", "the answers of the columns differ: are they one question?"
        )
    return Guess("text", f"{len(columns)} columns of texts that do not repeat")


def _ticks(column: Column, part: str) -> bool:
    """Whether a column holds ticks, the option's own label, or what was written in its place, and nothing else."""
    said = {folded(text) for text in column.counts}
    if said <= _TICKS | {folded(part)}:
        # Scores from 0 to 1 are ticks; a column of nothing but "1" among scores is told apart by its neighbours.
        return True
    return is_other(part) or (len(said) == 1 and (is_none(part) or next(iter(said)) in folded(part)))


def _of_numbers(numbers: list[pl.Series], columns: Sequence[Column]) -> Guess:
    rows = pl.DataFrame([series.alias(str(place)) for place, series in enumerate(numbers)])
    answered = rows.filter(pl.any_horizontal(pl.all().is_not_null()))
    totals = answered.select(pl.sum_horizontal(pl.all())).to_series()
    whole = all(bool((series.drop_nulls() % 1 == 0).all()) for series in numbers)
    for total in (100.0, 10.0, 1.0):
        share = float(((totals - total).abs() <= total * 0.005).to_numpy().mean())
        if len(numbers) > 1 and share >= 0.9 and not _ranks(answered, whole):
            return Guess("allocation", f"{share:.0%} of the rows add up to {total:g}", high=int(total), low=0)
    if _ranks(answered, whole):
        highest = _span(numbers)[1]
        return Guess("ranking", f"each row gives the ranks 1 to {highest}, each once", low=1, high=highest)
    low, high = _span(numbers)
    if whole and 0 < high - low <= 10 and len(set().union(*(column.counts for column in columns))) <= 11:
        low, high = _bounds(low, high)
        return Guess("battery", f"{len(columns)} columns of scores from {low} to {high}", low=low, high=high)
    return Guess("numeric", f"{len(columns)} columns of numbers")


def _ranks(answered: pl.DataFrame, whole: bool) -> bool:
    """Whether nearly every row gives the ranks 1, 2, 3 ... each once."""
    if not whole or answered.width < 2 or not answered.height:
        return False
    ordered = answered.select(pl.concat_list(pl.all()).list.drop_nulls().list.sort().alias("ranks"))
    given = ordered.select(
        ok=(pl.col("ranks").list.first() == 1)
        & (pl.col("ranks").list.last() == pl.col("ranks").list.len())
        & (pl.col("ranks").list.n_unique() == pl.col("ranks").list.len())
    ).to_series()
    several = ordered.select(pl.col("ranks").list.len() > 1).to_series()
    return bool(given.mean() >= 0.9) and bool(several.any())  # type: ignore[operator]


def _span(numbers: Sequence[pl.Series]) -> tuple[int, int]:
    every = pl.concat([series.alias("number") for series in numbers]).drop_nulls().to_numpy()
    return int(every.min()), int(every.max())


def _bounds(low: int, high: int) -> tuple[int, int]:
    """The usual range of scores that holds what was given."""
    for start, end in _SCORES:
        # Where nobody gave the end of a usual range it is still the end; a range of three or four is known by its end alone.
        if start <= low and high <= end and high >= end - (end >= 5):
            return start, end
    return low, high


def _of_one(column: Column, text: str) -> Guess:
    told, reason = column.variable.kind, column.variable.reason
    if not len(column.filled):
        return Guess("text", "the column is empty", "nobody answered: is it a question?")
    if told == "text" and (column.numbers is None or len(column.filled) < _ENOUGH):
        return Guess("text", reason or "as the platform says")
    if told in ("single", "scale") or column.variable.choices:
        return Guess("scale" if told == "scale" else "single", reason or "the file has labels for its values")
    if column.numbers is not None:
        return _of_scores(column, text)
    if told == "numeric":
        return Guess("text", "the platform says numbers, the cells hold texts", "a number could not be read")
    joined = joined_by(column)
    if joined is not None:
        answers = {part for parts in answers_of(column, joined).values() for part in parts}
        return Guess(
            "multiple",
            f"cells hold several of {len(answers)} answers, joined by '{joined}'",
            "check that no answer holds that sign itself",
            joined,
        )
    if asks_for_words(text) and max(len(label) for label in column.labels) > _ONE_WORD:
        return Guess("text", "its wording asks for words of one's own")
    return _of_labels(column)


def _of_scores(column: Column, text: str) -> Guess:
    numbers = column.numbers
    assert numbers is not None
    given = numbers.drop_nulls()
    low, high = _span([given])
    whole = bool((given % 1 == 0).all())
    if not whole or high - low > 10 or low < 0 or len(given) < 3:
        return Guess("numeric", f"numbers from {low} to {high}")
    if len(column.counts) == 2 and (low, high) in ((0, 1), (1, 2)):
        return Guess("single", "two numbers that stand for two answers", "what do the numbers stand for? Write it into the labels")
    scored = _bounds(low, high)
    if scored in _SCORES and high >= 4:
        if scored[1] <= 5:
            return Guess("scale", f"whole numbers from {low} to {high}", "which end is the better one?", low=scored[0], high=scored[1])
        return Guess(
            "numeric", f"whole numbers from {low} to {high}, taken as scores from {scored[0]} to {scored[1]}", low=scored[0], high=scored[1]
        )
    return Guess("numeric", f"whole numbers from {low} to {high}", f"a count or a code? '{text[:40]}'")


def _of_labels(column: Column) -> Guess:
    answers, filled = len(column.labels), len(column.filled)
    longest = max(len(label) for label in column.labels)
    often = filled / answers
    if answers == 1 and filled > 2:
        return Guess("text", "one answer only", "all gave the same answer: is it a question?")
    if answers <= _FEW and (often >= 3 or (answers <= 5 and often >= 2)):
        return Guess("single", f"{answers} answers, each given {often:.0f} times on average")
    if answers <= _MANY and often >= 4 and longest <= 2 * _LONG_TEXT:
        return Guess("single", f"{answers} answers, each given {often:.0f} times on average", "many answers for a choice: is it one?")
    repeated = sum(times for times in column.labels.values() if times >= 3)
    if repeated >= 0.7 * filled and filled >= 20:
        return Guess(
            "text",
            "answers that repeat beside others that stand alone",
            "a choice with 'other' written into the same cell? It is taken as text",
        )
    if answers <= 5 and longest <= 30 and filled < 10:
        return Guess("single", f"{answers} short answers", "few responses: a choice, or words of their own?")
    return Guess("text", f"{answers} different texts in {filled} answers")


def answers_of(column: Column, sign: str) -> dict[str, list[str]]:
    """The answers in each distinct cell of a column whose cells hold several, joined by a sign."""
    composed = _composed(column) if sign == "," else None
    return composed or {cell: _split(cell, sign) for cell in column.counts}


def _split(cell: str, sign: str) -> list[str]:
    return [part.strip() for part in cell.split(sign) if part.strip()]


def joined_by(column: Column) -> str | None:
    """The sign that joins several answers in the cells of a column, or None where a cell holds one."""
    if len(column.counts) > _TEXTS:
        return None
    for sign in (";", "|", ","):
        cells = answers_of(column, sign)
        several = sum(times for cell, times in column.counts.items() if len(cells[cell]) > 1)
        given = [part for cell, parts in cells.items() for part in parts * column.counts[cell]]
        distinct = set(given)
        if several < 0.1 * len(column.filled) or len(distinct) < 3 or len(distinct) > _MANY:
            continue
        if sign == "," and _composed(column):
            return sign
        # Answers come in many mixtures; a label with a comma in it comes in one.
        mixtures = sum(len(parts) > 1 for parts in cells.values())
        alone = {part for parts in cells.values() if len(parts) == 1 for part in parts}
        if len(given) / len(distinct) >= 4 and mixtures > len(distinct - alone) / 2 and max(map(len, distinct)) <= 2 * _LONG_TEXT:
            if sign == "," and not all(part[:1].isupper() or part[:1].isdigit() or is_none(part) for part in distinct):
                continue
            return sign
    return None


def _composed(column: Column) -> dict[str, list[str]] | None:
    """Each cell as a list of answers, told apart by those that stand alone elsewhere, so that an answer may hold a comma itself.

    None unless every part of every list stands alone or in several lists: "Yes, always" beside "Yes" is one answer.
    """
    if len(column.counts) > _MANY * _MANY:
        return None
    answers: list[str] = []
    cells: dict[str, list[str]] = {}
    for cell in sorted(column.counts, key=len):
        parts, rest = [], cell
        while rest:
            found = next((one for one in sorted(answers, key=len, reverse=True) if rest == one or rest.startswith(f"{one}, ")), rest)
            parts.append(found)
            rest = rest[len(found) :].removeprefix(", ")
        answers += [part for part in parts if part not in answers]
        cells[cell] = parts
    lists = [parts for parts in cells.values() if len(parts) > 1]
    alone = {cell for cell, parts in cells.items() if len(parts) == 1}
    used = Counter(part for parts in lists for part in set(parts))
    sure = all(part in alone or is_other(part) or times > 1 for part, times in used.items())
    return cells if len(lists) > 1 and sure and len(answers) <= _MANY else None
