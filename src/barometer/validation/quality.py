"""Signs of careless answering. They ask for a person's look and never put a submission into the quarantine.

| sign | what it is |
| ---- | ---------- |
| straight | one answer to every item of a battery: Krosnick and Alwin 1988 (non-differentiation), Johnson 2005 (longstring) |
| `quality.variability` | standard deviation of a submission's answers to scales: Dunn and others 2018 |
| `quality.pace` | time taken, as a part of the median: Greszki, Meyer and Schoen 2015 |
| `quality.blank` | share of what was shown that was left blank (0 to 1) |
| `quality.alike` | largest share of answers in common with another submission (0 to 1): Kuriakose, Robbins 2016; Pew 2016 on its errors |
| `quality.outlying` | chance of answers to scales as far from the mean (0 to 1): Mahalanobis distance, chi-squared |

The indices are columns that rules of the team can name; Great Expectations checks the limits on them, not how they were computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from operator import add

import polars as pl

from barometer.intake.answers import SELECTED
from barometer.intake.responses import routed
from barometer.questionnaire.model import Question
from barometer.validation.expressions import named
from barometer.validation.implied import stated
from barometer.validation.prepared import Prepared
from barometer.validation.rules import Rule
from barometer.validation.settings import CheckContext, Quality
from barometer.validation.terms import NUMBER

#: Every submission is compared with every other one up to so many; beyond, near duplicates are not looked for.
COMPARED_AT_MOST = 3000
#: An index over scales needs this many answers.
_ANSWERS = 5
#: Submissions whose answers to scales are looked at a time, so that the memory needed does not grow with the table.
_BLOCK = 65536
#: What is left of an item's variance, once the items before it are known, below which it says nothing new.
_NOTHING_NEW = 1e-9
_INDICES = ("variability", "pace", "blank", "alike", "outlying")


def with_signs(prepared: Prepared, context: CheckContext) -> tuple[Prepared, list[Rule]]:
    """The prepared table with the indices, and the rules that limit them."""
    quality = context.rules.quality
    if quality is None:
        return prepared, []
    indexed = _indexed(prepared, _indices(prepared, quality))
    rules = [*_straight(indexed, quality), *_limits(indexed, quality)]
    signs = indexed.table.select(pl.sum_horizontal([rule.fails.cast(pl.Float64) for rule in rules]) if rules else pl.lit(0.0)).to_series()
    indexed = _indexed(indexed, {"signs": pl.Series(signs.extend_constant(0.0, indexed.table.height - len(signs)))})
    said = "one sign" if quality.flags == 1 else f"{quality.flags} signs"
    look = stated(
        "quality.signs.look",
        "warning",
        f"the submission has fewer than {said} of careless answering",
        f"the submission has {said} of careless answering or more: a person should look at it",
        f"quality.signs >= {quality.flags}",
        indexed,
    )
    return indexed, [*rules, look]


def _indexed(prepared: Prepared, indices: dict[str, pl.Series]) -> Prepared:
    numbers = [values.fill_nan(None).alias(f"quality.{name}{NUMBER}") for name, values in indices.items()]
    table = prepared.table.with_columns(numbers)
    known = [pl.when(pl.col(index.name).is_not_null()).then(pl.lit("known")).alias(index.name.removesuffix(NUMBER)) for index in numbers]
    return replace(prepared, table=table).with_columns(known, {f"quality.{name}": "number" for name in indices})


def _asked(prepared: Prepared) -> tuple[Question, ...]:
    return prepared.export.questionnaire.asked_in(prepared.export.wave)


def _straight(prepared: Prepared, quality: Quality) -> Iterator[Rule]:
    for question in _asked(prepared):
        columns = [f"{question.id}.{item.id}" for item in question.items_in(prepared.export.wave)]
        if quality.straight_lining and question.kind == "battery" and len(columns) >= quality.straight_lining_items:
            name = question.number or f"'{question.short}'"
            yield stated(
                f"{question.id}.straight",
                "warning",
                f"the items of {name} do not all have the same answer",
                f"all {len(columns)} items of {name} have the same answer",
                " == ".join(map(named, columns)),
                prepared,
            )


def _limits(prepared: Prepared, quality: Quality) -> Iterator[Rule]:
    limits = {
        "variability": (quality.variability, "<", "the answers to scales vary", "the answers to scales hardly vary"),
        "pace": (
            quality.pace,
            "<",
            "the questionnaire was not completed in a small part of the median time",
            f"the questionnaire was completed in less than {100 * (quality.pace or 0):g} per cent of the median time",
        ),
        "blank": (
            quality.blank,
            ">",
            "most of what was shown is answered",
            f"more than {100 * (quality.blank or 0):g} per cent of what was shown was left blank",
        ),
        "alike": (
            quality.alike,
            ">=",
            "no other submission has nearly the same answers",
            f"another submission has {100 * (quality.alike or 0):g} per cent of the answers in common, or more",
        ),
        "outlying": (
            quality.outlying,
            "<",
            "the answers to scales are not far from those of all others",
            "the answers to scales are far from those of all others",
        ),
    }
    for index, (limit, operator, label, reason) in limits.items():
        if limit is not None and prepared.has(f"quality.{index}"):
            yield stated(f"quality.{index}.limit", "warning", label, reason, f"quality.{index} {operator} {limit!r}", prepared)


def _indices(prepared: Prepared, quality: Quality) -> dict[str, pl.Series]:
    indices: dict[str, pl.Series] = {"blank": _blank(prepared)}
    if prepared.has("started", "completed"):
        indices["pace"] = _pace(prepared.table)
    scales = _scales(prepared)
    if scales.width >= _ANSWERS:
        indices["variability"] = _variability(scales)
        indices["outlying"] = _outlying(scales)
    if quality.alike is not None and prepared.table.height <= COMPARED_AT_MOST:
        indices["alike"] = _alike(prepared, quality.alike_answers)
    return {name: indices[name] for name in _INDICES if name in indices}


def _pace(table: pl.DataFrame) -> pl.Series:
    seconds = (pl.col("completed") - pl.col("started")).dt.total_seconds().cast(pl.Float64)
    taken = table.select(pl.when(seconds >= 0).then(seconds)).to_series()
    median = taken.median()
    return taken / median if isinstance(median, float) and median > 0 else _nothing(len(taken))


def _blank(prepared: Prepared) -> pl.Series:
    """The share of the closed questions and items shown that were left blank."""
    table, wave, questionnaire = prepared.table, prepared.export.wave, prepared.export.questionnaire
    shown: list[pl.Expr] = []
    blank: list[pl.Expr] = []
    for question in _asked(prepared):
        columns = _closed(question, wave)
        if not columns or (question.kind == "multiple" and question.blank == "none_selected"):
            continue
        empty = [pl.col(column).ne_missing(SELECTED) if question.kind == "multiple" else pl.col(column).is_null() for column in columns]
        places = empty if question.kind == "battery" else [pl.all_horizontal(empty)]
        condition = question.shown_if
        asked = pl.lit(True) if condition is None else routed(condition, questionnaire.question(condition.question), table.columns)
        shown += [asked.cast(pl.Int32)] * len(places)
        blank += [(asked & place).cast(pl.Int32) for place in places]
    # Questions that all are shown, or none at all, must still give one number a submission.
    none = pl.repeat(0, pl.len(), dtype=pl.Int32)
    counts = table.select(pl.sum_horizontal(none, *shown).alias("shown"), pl.sum_horizontal(none, *blank).alias("blank"))
    # As series: an expression would multiply by the reciprocal of a constant number, which is not the quotient to the last bit.
    share = counts["blank"].cast(pl.Float64) / counts["shown"].cast(pl.Float64)
    return share.fill_nan(None)


def _closed(question: Question, wave: str) -> list[str]:
    """The columns of a closed question."""
    return [] if question.kind == "text" else [column for column in question.columns(wave) if not column.endswith(".other_text")]


def _nothing(height: int) -> pl.Series:
    return pl.repeat(None, height, dtype=pl.Float64, eager=True)


def _scales(prepared: Prepared) -> pl.DataFrame:
    """The values of answers to scales and batteries, one column an item; null where there is none."""
    columns: list[pl.Expr] = []
    for question in _asked(prepared):
        if question.kind in ("scale", "battery"):
            values = {option.code: option.value for option in question.options if option.value is not None and not option.dont_know}
            for column in _closed(question, prepared.export.wave) if values else ():
                columns.append(pl.col(column).replace_strict(values, default=None, return_dtype=pl.Float64))
    return prepared.table.select(columns)


def _blocks(table: pl.DataFrame) -> Iterator[pl.DataFrame]:
    return (table.slice(start, _BLOCK) for start in range(0, max(table.height, 1), _BLOCK))


def _variability(scales: pl.DataFrame) -> pl.Series:
    """The standard deviation of each submission's answers, where there are enough."""
    items = [pl.col(name) for name in scales.columns]
    number, total = pl.sum_horizontal(item.is_not_null() for item in items), pl.sum_horizontal(items)
    # Codes are whole numbers as a rule: their sums are exact, in whatever order they are added.
    sums = (number.cast(pl.Float64).alias("number"), total.alias("total"), pl.sum_horizontal(item**2 for item in items).alias("squares"))
    times = pl.col("number")
    variance = (times * pl.col("squares") - pl.col("total") ** 2) / (times * (times - 1))
    deviation = pl.when(times >= _ANSWERS).then(variance.clip(0.0).sqrt())
    return pl.concat([block.select(sums).select(deviation.alias("variability")).to_series() for block in _blocks(scales)])


def _outlying(scales: pl.DataFrame) -> pl.Series:
    """The upper tail of chi-squared at the squared Mahalanobis distance of complete rows; blank where rows are too few for a covariance."""
    complete = scales.drop_nulls()
    if complete.height <= 3 * scales.width:
        return _nothing(scales.height)
    means = complete.mean().row(0)
    inverse, rank = generalised_inverse(_covariance(complete, means))
    if not rank:
        return _nothing(scales.height)
    distances = pl.concat([_form(inverse, _centred(block, means)) for block in _blocks(scales)])
    # Rounded, so that a last bit that differs between machines never moves a submission over the limit.
    return chi_squared_tail(distances, rank).round(9)


def _centred(block: pl.DataFrame, means: tuple[float, ...]) -> list[pl.Series]:
    return [values - mean for values, mean in zip(block.iter_columns(), means, strict=True)]


def _covariance(complete: pl.DataFrame, means: tuple[float, ...]) -> list[list[float]]:
    """The covariance of columns without nulls, its lower half."""
    covariance = [[0.0] * (place + 1) for place in range(complete.width)]
    for block in _blocks(complete):
        centred = _centred(block, means)
        for one, line in enumerate(covariance):
            for other in range(one + 1):
                line[other] += float(centred[one].dot(centred[other]) or 0.0) / (complete.height - 1)
    return covariance


def _form(matrix: list[list[float]], values: list[pl.Series]) -> pl.Series:
    """The quadratic form of a symmetric matrix, given by its lower half, for each row of values."""
    parts: list[pl.Series] = []
    for line, own in zip(matrix, values, strict=True):
        # What stands beside the diagonal counts twice.
        weighed = [value * (2 * coefficient) for coefficient, value in zip(line[:-1], values, strict=False)]
        parts.append(reduce(add, weighed, own * line[-1]) * own)
    return reduce(add, parts)


def generalised_inverse(covariance: list[list[float]]) -> tuple[list[list[float]], int]:
    """A generalised inverse of a covariance and its rank: items swept one after the other, the one that tells most first (Goodnight 1979).

    Items that others determine get zeros. The distance of a row from the mean is the same with every generalised inverse. numpy has one,
    but its import would take longer than all the rest of a quick check.

    Args:
        covariance: The lower half of the matrix, row by row, as is the inverse.

    Example:
        >>> generalised_inverse([[4.0], [4.0, 4.0], [0.0, 0.0, 2.0]])
        ([[0.25], [0.0, 0.0], [0.0, 0.0, 0.5]], 2)
    """
    size = range(len(covariance))
    swept = [[covariance[max(one, other)][min(one, other)] for other in size] for one in size]
    left = [place for place in size if covariance[place][place] > 0]
    done: set[int] = set()
    while left:
        pivot = max(left, key=lambda place: swept[place][place] / covariance[place][place])
        left.remove(pivot)
        value = swept[pivot][pivot]
        if value <= _NOTHING_NEW * covariance[pivot][pivot]:
            break
        along = swept[pivot]
        for place, line in enumerate(swept):
            if place != pivot:
                factor = line[pivot] / value
                swept[place] = [have - factor * other for have, other in zip(line, along, strict=True)]
                swept[place][pivot] = factor
        swept[pivot] = [other / value for other in along]
        swept[pivot][pivot] = -1 / value
        done.add(pivot)
    return [[0.0 - swept[one][other] if {one, other} <= done else 0.0 for other in range(one + 1)] for one in size], len(done)


def chi_squared_tail(x: pl.Series, df: int) -> pl.Series:
    """The chance of a chi-squared value above x, for whole degrees of freedom: the finite sums of Abramowitz and Stegun 26.4.4 and 26.4.5.

    Importing scipy for it would take longer than all the rest of a quick check.

    Example:
        >>> chi_squared_tail(pl.Series([3.841458820694124, 0.0, None]), 1).round(6).to_list()
        [0.05, 1.0, None]
    """
    half = x.clip(0.0) * 0.5
    density = (half * -1.0).exp()
    if df % 2:
        tail = pl.Series([None if value is None else math.erfc(math.sqrt(value)) for value in half], dtype=pl.Float64)
        power, term = 0.5, half.sqrt() * density * (1 / math.gamma(1.5))
    else:
        tail, power, term = density * 0.0, 0.0, density
    while power < df / 2:
        tail = tail + term
        power += 1
        term = term * half * (1 / power)
    return tail.clip(upper_bound=1.0)


def _alike(prepared: Prepared, least: int) -> pl.Series:
    """For each submission the largest share of answers, of those that both gave, that it has in common with another one."""
    table, wave = prepared.table, prepared.export.wave
    answers: list[pl.Expr] = []
    for question in _asked(prepared):
        columns = _closed(question, wave)
        if question.kind == "multiple":
            # A set of boxes is one answer: two boxes left blank are no likeness.
            boxes = [pl.when(pl.col(column).eq_missing(SELECTED)).then(pl.lit(column)) for column in columns]
            chosen = pl.concat_str(boxes, separator=" ", ignore_nulls=True).alias(question.id)
            answers.append(pl.when(chosen != "").then(chosen))
        else:
            answers += [pl.col(column) for column in columns]
    # A submission as two sets of bits: the questions that it answered, and the answers that it gave. What two have in common is counted
    # in one step each.
    answered, given, bit = [0] * table.height, [0] * table.height, 1
    for place, answer in enumerate(table.select(answers).iter_columns()):
        bits: dict[str, int] = {}
        for row, text in enumerate(answer.to_list()):
            if text is not None:
                if text not in bits:
                    bits[text], bit = bit, bit << 1
                answered[row] |= 1 << place
                given[row] |= bits[text]
    return pl.Series(_most_in_common(answered, given, least), dtype=pl.Float64)


def _most_in_common(answered: list[int], given: list[int], least: int) -> list[float | None]:
    largest = [-1.0] * len(given)
    for row in range(len(given)):
        questions, answers = answered[row], given[row]
        for other in range(row):
            both = (questions & answered[other]).bit_count()
            if both >= least:
                share = (answers & given[other]).bit_count() / both
                if share > largest[row]:
                    largest[row] = share
                if share > largest[other]:
                    largest[other] = share
    return [None if share < 0 else share for share in largest]
