"""Turns the labels of an export into the codes of the questionnaire.

A text that is no label of its question is kept as it came, so that validation can name the row; nothing is dropped or guessed here.
"""

from __future__ import annotations

import polars as pl

from barometer.questionnaire.model import Option, Question
from barometer.questionnaire.spelling import folded

SELECTED = "1"
NOT_SELECTED = "0"

_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
_GROUPED = r"^[+-]?(\d+|\d{1,3}([,\s]\d{3})+)(\.\d*)?\s*%?$"

#: Columns of up to so many cells are translated cell by cell.
_SHORT = 10_000

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
    """Numbers without thousands separators, per cent signs and blanks; what is no number stays as it is.

    A comma or blank counts as a separator of thousands only where three digits follow, so that '7,5' is not taken for 75.

    Example:
        >>> plain_number(pl.Series(["1,250", "40 %", "7,5", "ten"])).to_list()
        ['1250', '40', '7,5', 'ten']
    """
    # A wholly plain column, as most are, needs no second look.
    number = answers.str.contains(_NUMBER)
    if number.all():
        return answers
    grouped = answers.str.contains(_GROUPED)
    cleaned = answers.str.replace_all(r"[,\s%]", "")
    return pl.select(pl.when(grouped).then(cleaned).otherwise(answers).alias(answers.name)).to_series()


def numbers(answers: pl.Series) -> pl.Series:
    """Texts as floats; null where the text is no plain decimal number (so 'nan' and 'inf', which a parser takes, are null).

    Example:
        >>> numbers(pl.Series(["7", "-2.5", "nan", "seven", None])).to_list()
        [7.0, -2.5, None, None, None]
    """
    plain = pl.select(pl.when(answers.str.contains(_NUMBER)).then(answers).alias(answers.name)).to_series()
    return plain.cast(pl.Float64, strict=False)


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


def written_in(answers: pl.Series, option: Option) -> tuple[pl.Series, pl.Series]:
    """The box of 'other, please specify' where the export holds what was written instead of a tick: the box, and the text."""
    boxes = ticked(answers, option)
    texts = pl.select(pl.when(~boxes.is_in([SELECTED, NOT_SELECTED])).then(answers)).to_series()
    return pl.select(pl.when(texts.is_not_null()).then(pl.lit(SELECTED)).otherwise(boxes).alias(answers.name)).to_series(), texts


def _translated(answers: pl.Series, meanings: dict[str, str]) -> pl.Series:
    # Distinct texts are few: translating those, and not each row, keeps a million rows fast. A short column is faster without polars.
    short = len(answers) <= _SHORT
    cells = (answers if short else answers.unique()).to_list()
    codes = {text: meanings.get(folded(text), text) for text in set(cells) if text is not None}
    return pl.Series(answers.name, [codes.get(text) for text in cells], dtype=pl.String) if short else answers.replace(codes)
