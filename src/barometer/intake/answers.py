"""Turns the labels of an export into the codes of the questionnaire.

A text that is no label of its question is kept as it came, so that validation can name the row; nothing is dropped or guessed here.
"""

from __future__ import annotations

import polars as pl

from barometer.intake.headers import folded
from barometer.questionnaire.model import Option, Question

SELECTED = "1"
NOT_SELECTED = "0"

_TICKS = ("1", "yes", "y", "true", "x", "selected", "checked", "ticked")
_BLANKS = ("0", "no", "n", "false", "not selected", "unchecked")


def coded(answers: pl.Series, options: tuple[Option, ...]) -> pl.Series:
    """Codes in place of labels; unknown texts stay as they are, nulls stay null."""
    codes = {folded(spelling): option.code for option in options for spelling in (option.code, option.label, *option.aliases)}
    return _translated(answers, codes)


def ticked(answers: pl.Series, option: Option) -> pl.Series:
    """`1` where an option of a select-all question is ticked, `0` where the export says that it is not, null where it is blank."""
    marks = dict.fromkeys(_TICKS, SELECTED) | dict.fromkeys(_BLANKS, NOT_SELECTED)
    marks |= {folded(spelling): SELECTED for spelling in (option.code, option.label, *option.aliases)}
    return _translated(answers, marks)


def plain_number(answers: pl.Series) -> pl.Series:
    """Numbers without thousands separators, per cent signs and blanks; what is no number stays as it is."""
    cleaned = answers.str.replace_all(r"[,\s%]", "")
    return pl.select(
        pl.when(cleaned.cast(pl.Float64, strict=False).is_not_null()).then(cleaned).otherwise(answers).alias(answers.name)
    ).to_series()


def answers_of(question: Question, column: str, answers: pl.Series, wave: str) -> pl.Series:
    """The answers of one column of a question, coded as its kind requires."""
    if column.endswith(".other_text") or question.kind == "text":
        return answers
    if question.kind == "multiple":
        option = question.option(column.removeprefix(f"{question.id}."))
        assert option is not None
        return ticked(answers, option)
    if question.coded:
        return coded(answers, question.options_in(wave))
    return plain_number(answers)


def _translated(answers: pl.Series, meanings: dict[str, str]) -> pl.Series:
    # Distinct texts are few: translating those, and not each row, keeps a million rows fast.
    seen = [text for text in answers.unique().to_list() if text is not None]
    return answers.replace({text: meanings.get(folded(text), text) for text in seen})
