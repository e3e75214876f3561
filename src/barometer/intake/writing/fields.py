"""What is written of responses: one field a column of the frame, with its label and, where it is coded, its options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from barometer.intake.mapping import METADATA
from barometer.intake.responses import Responses, State
from barometer.questionnaire.model import Option, Question

#: What a field holds: a code, a box that is ticked or not, a number, a text, or a time.
Content = Literal["code", "box", "number", "text", "time"]


@dataclass(frozen=True)
class Field:
    """One column of the responses.

    Attributes:
        column: Its name in `Responses.frame`.
        content: What it holds.
        label: Its question's number and wording, with the option or item in brackets.
        question: The question that it belongs to; None for columns that are no answers.
        options: The options that its codes stand for, over all waves: an option keeps its number from wave to wave.
    """

    column: str
    content: Content
    label: str
    question: Question | None = None
    options: tuple[Option, ...] = ()

    def numbers(self) -> dict[str, int]:
        """The number that stands for each option, from 1."""
        return {option.code: place for place, option in enumerate(self.options, start=1)}


def fields_of(responses: Responses) -> list[Field]:
    """The fields of responses: what identifies a submission first, then the answers in the order of the questionnaire."""
    frame = responses.frame
    fields = []
    for column in METADATA:
        if column in frame.columns:
            content: Content = "time" if column in ("started", "completed") else "number" if column == "weight" else "text"
            fields.append(Field(column, content, column))
    for question in responses.questionnaire.asked_in(responses.wave):
        fields += [field for field in _of(question, responses.wave) if field.column in frame.columns]
    return fields


def not_shown(responses: Responses, field: Field) -> pl.Series:
    """Whether the question of a field was not shown to each respondent."""
    if field.question is None:
        return pl.Series([False] * len(responses), dtype=pl.Boolean)
    part = field.column.removeprefix(f"{field.question.id}.") if field.question.kind == "battery" else None
    return (responses.state(field.question.id, part).cast(pl.String) == State.NOT_SHOWN.value).rename("hidden")


def _of(question: Question, wave: str) -> Iterator[Field]:
    base = question.header or (f"{question.number}. " if question.number else "") + question.wording(wave)
    if question.kind == "multiple":
        for option in question.options_in(wave):
            yield Field(f"{question.id}.{option.code}", "box", f"{base} [{option.label}]", question)
    elif question.items:
        content: Content = "code" if question.coded else "number"
        for item in question.items_in(wave):
            options = question.options if question.coded else ()
            yield Field(f"{question.id}.{item.id}", content, f"{base} [{item.label}]", question, options)
    elif question.coded:
        yield Field(question.id, "code", base, question, question.options)
    else:
        yield Field(question.id, "text" if question.kind == "text" else "number", base, question)
    other = question.other
    if other is not None and other.asked_in(wave):
        yield Field(f"{question.id}.other_text", "text", f"{base} [{other.label} - text]", question)


def shortened(text: str, most: int) -> str:
    """A text of at most so many bytes in UTF-8, cut between characters."""
    data = text.encode()
    return text if len(data) <= most else data[:most].decode(errors="ignore").rstrip()
