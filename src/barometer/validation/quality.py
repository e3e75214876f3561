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

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.intake import shown_to
from barometer.intake.answers import SELECTED
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
#: Submissions whose distances are computed at a time.
_BLOCK = 65536
_INDICES = ("variability", "pace", "blank", "alike", "outlying")
Floats = npt.NDArray[np.float64]


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
    columns: list[pl.Series] = []
    for name, values in indices.items():
        index = values.fill_nan(None).alias(f"quality.{name}{NUMBER}")
        known = pl.select(pl.when(index.is_not_null()).then(pl.lit("known")).alias(f"quality.{name}")).to_series()
        columns += [index, known]
    return prepared.with_columns(columns, {f"quality.{name}": "number" for name in indices})


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
    if len(scales) >= _ANSWERS:
        indices["variability"] = _variability(scales)
        indices["outlying"] = _outlying(scales)
    if quality.alike is not None and prepared.table.height <= COMPARED_AT_MOST:
        indices["alike"] = _alike(prepared, quality.alike_answers)
    return {name: indices[name] for name in _INDICES if name in indices}


def _pace(table: pl.DataFrame) -> pl.Series:
    seconds = (table["completed"] - table["started"]).dt.total_seconds().cast(pl.Float64)
    taken = pl.select(pl.when(seconds >= 0).then(seconds)).to_series()
    median = taken.median()
    return taken / median if isinstance(median, float) and median > 0 else pl.Series([None] * len(taken), dtype=pl.Float64)


def _blank(prepared: Prepared) -> pl.Series:
    """The share of the closed questions and items shown that were left blank."""
    table, wave = prepared.table, prepared.export.wave
    shown, blank = pl.Series([0.0] * table.height), pl.Series([0.0] * table.height)
    for question in _asked(prepared):
        columns = [column for column in question.columns(wave) if not column.endswith(".other_text")]
        if question.kind == "text" or (question.kind == "multiple" and question.blank == "none_selected"):
            continue
        asked = shown_to(question, table, prepared.export.questionnaire).cast(pl.Float64)
        empty = [table[column].ne_missing(SELECTED) if question.kind == "multiple" else table[column].is_null() for column in columns]
        places = empty if question.kind == "battery" else [pl.select(pl.all_horizontal(empty)).to_series()]
        for place in places:
            shown, blank = shown + asked, blank + asked * place.cast(pl.Float64)
    return pl.select(pl.when(shown > 0).then(blank / shown)).to_series()


def _scales(prepared: Prepared) -> list[Floats]:
    """The values of answers to scales and batteries, one array an item; NaN where there is none."""
    columns: list[Floats] = []
    for question in _asked(prepared):
        if question.kind in ("scale", "battery"):
            values = {option.code: option.value for option in question.options if option.value is not None and not option.dont_know}
            for column in question.columns(prepared.export.wave) if values else ():
                if not column.endswith(".other_text"):
                    numbers = prepared.table[column].replace_strict(values, default=None, return_dtype=pl.Float64)
                    columns.append(numbers.to_numpy())
    return columns


def _variability(scales: list[Floats]) -> pl.Series:
    """The standard deviation of each submission's answers, where there are enough."""
    number, total, squares = (np.zeros(len(scales[0])) for _ in range(3))
    for values in scales:
        known = ~np.isnan(values)
        number += known
        total += np.where(known, values, 0.0)
    with np.errstate(all="ignore"):
        mean = total / number
        for values in scales:
            squares += np.nan_to_num(values - mean) ** 2
        deviation = np.sqrt(squares / (number - 1))
    return pl.Series(np.where(number >= _ANSWERS, deviation, np.nan))


def _outlying(scales: list[Floats]) -> pl.Series:
    """The upper tail of chi-squared at the squared Mahalanobis distance of complete rows; blank where rows are too few for a covariance."""
    height, items = len(scales[0]), len(scales)
    complete = np.logical_and.reduce([~np.isnan(values) for values in scales])
    chance = np.full(height, np.nan)
    if complete.sum() <= 3 * items:
        return pl.Series(chance)
    mean = np.array([values[complete].mean() for values in scales])
    covariance = np.zeros((items, items))
    blocks = np.array_split(np.flatnonzero(complete), complete.sum() // _BLOCK + 1)
    for block in blocks:
        centred = np.column_stack([values[block] for values in scales]) - mean
        covariance += centred.T @ centred
    covariance /= complete.sum() - 1
    rank = int(np.linalg.matrix_rank(covariance))
    if rank:
        inverse = np.linalg.pinv(covariance)
        for block in blocks:
            centred = np.column_stack([values[block] for values in scales]) - mean
            squared = ((centred @ inverse) * centred).sum(axis=1)
            # Rounded, so that a last bit that differs between machines never moves a submission over the limit.
            chance[block] = np.round(chi_squared_tail(squared, rank), 9)
    return pl.Series(chance)


def chi_squared_tail(x: Floats, df: int) -> Floats:
    """The chance of a chi-squared value above x, for whole degrees of freedom: the finite sums of Abramowitz and Stegun 26.4.4 and 26.4.5.

    Importing scipy for it would take longer than all the rest of a quick check.

    Example:
        >>> chi_squared_tail(np.array([3.841458820694124, 0.0]), 1).round(6).tolist()
        [0.05, 1.0]
    """
    half = x / 2
    tail = np.zeros_like(half) if df % 2 == 0 else np.array([math.erfc(math.sqrt(value)) for value in half])
    first = 0.0 if df % 2 == 0 else 0.5
    with np.errstate(divide="ignore"):
        logs = np.log(half)
    for power in np.arange(first, df / 2 - 0.5):
        tail = tail + (np.exp(power * logs - half - math.lgamma(power + 1)) if power else np.exp(-half))
    return np.asarray(np.minimum(tail, 1.0))


def _alike(prepared: Prepared, least: int) -> pl.Series:
    """For each submission the largest share of answers, of those that both gave, that it has in common with another one."""
    table, wave = prepared.table, prepared.export.wave
    answers: list[pl.Series] = []
    for question in _asked(prepared):
        columns = [column for column in question.columns(wave) if not column.endswith(".other_text")]
        if question.kind == "multiple":
            # A set of boxes is one answer: two boxes left blank are no likeness.
            boxes = [pl.when(pl.col(column).eq_missing(SELECTED)).then(pl.lit(column)) for column in columns]
            chosen = table.select(pl.concat_str(boxes, separator=" ", ignore_nulls=True).alias(question.id)).to_series()
            answers.append(chosen.replace("", None))
        elif question.kind != "text":
            answers += [table[column] for column in columns]
    height = table.height
    same = np.zeros((height, height), dtype=np.int16)
    both = np.zeros((height, height), dtype=np.int16)
    for answer in answers:
        codes = answer.rank("dense").fill_null(0).to_numpy().astype(np.int32)
        known = codes > 0
        both += known[:, None] & known[None, :]
        same += (codes[:, None] == codes[None, :]) & known[:, None]
    np.fill_diagonal(both, 0)
    share = np.where(both >= least, same / np.maximum(both, 1), np.nan)
    largest = np.where(np.isnan(share), -1.0, share).max(axis=1, initial=-1.0)
    return pl.Series(np.where(largest < 0, np.nan, largest))
