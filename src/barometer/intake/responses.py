"""Typed responses of one wave, with the states of an answer told apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import polars as pl

from barometer.errors import UsageError, did_you_mean
from barometer.intake.answers import NOT_SELECTED, SELECTED
from barometer.intake.export import Export
from barometer.questionnaire.model import Condition, Question, Questionnaire


class State(StrEnum):
    """What became of a question, item or option for one respondent."""

    ANSWERED = "answered"
    NOT_ANSWERED = "not answered"
    NOT_SHOWN = "not shown"
    NOT_ASKED = "not asked"


#: The type of the columns of `Responses.states`.
STATES = pl.Enum([state.value for state in State])


@dataclass(frozen=True)
class Responses:
    """The answers of one wave.

    Attributes:
        wave: The wave.
        questionnaire: What was asked.
        frame: One row a respondent: `row`, `respondent`, `started`, `completed`, `post`, the frame's attributes once they are joined,
            and the answers. Codes of single choices, scales and batteries are text; options of a select-all question are 1 (selected),
            0 (not selected) or null (not answered or not shown); numbers, ranks and shares are floats; texts are text.
        states: The same rows: for every question (and every item of a battery, as `question.item`) one of "answered",
            "not answered" and "not shown". What the wave did not ask has no column; `state` answers "not asked".
    """

    wave: str
    questionnaire: Questionnaire
    frame: pl.DataFrame
    states: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    def state(self, question: str, part: str | None = None) -> pl.Series:
        """The state of a question for every respondent, or of one option or item of it.

        Returns:
            A series of `State` values, one a respondent. "not asked" where the wave did not ask the question, option or item.

        Raises:
            UsageError: If the questionnaire has no such question, option or item.
        """
        asked = self.questionnaire.question(question)
        if part is not None:
            parts = [*(option.code for option in asked.options), *(item.id for item in asked.items)]
            if part not in parts:
                raise UsageError(
                    f"The question '{question}' has no such option or item.",
                    expected="one of " + ", ".join(parts),
                    got=part,
                    hint=did_you_mean(part, parts),
                )
        name = f"{question}.{part}" if part is not None else question
        offered = part is None or any(
            thing.asked_in(self.wave)
            for thing in (*asked.options, *asked.items)
            if part in (getattr(thing, "code", None), getattr(thing, "id", None))
        )
        if not asked.asked_in(self.wave) or not offered:
            return pl.Series(name, [State.NOT_ASKED.value] * len(self), dtype=STATES)
        column = name if name in self.states.columns else question
        return self.states[column].alias(name)

    def with_attributes(self, frame: pl.DataFrame, *, on: str) -> Responses:
        """The responses with the columns of a population frame joined by the post; columns of answers keep their names."""
        wanted = [column for column in frame.columns if column == on or column not in self.frame.columns]
        return replace(self, frame=self.frame.join(frame.select(wanted), on=on, how="left", maintain_order="left"))


def typed(export: Export) -> Responses:
    """The responses in an export whose rows have passed validation.

    A text where a code or a number belongs becomes null: run the gate first.
    """
    wave, questionnaire = export.wave, export.questionnaire
    columns = [
        export.frame[name] for name in ("row", "respondent", "started", "completed", "post", "weight") if name in export.frame.columns
    ]
    states: list[pl.Series] = []
    for question in questionnaire.asked_in(wave):
        shown = shown_to(question, export.frame, questionnaire)
        values, state = _of_question(question, export.frame, wave, shown)
        columns += values
        states += state
    return Responses(wave, questionnaire, pl.DataFrame(columns), pl.DataFrame(states) if states else pl.DataFrame())


def shown_to(question: Question, frame: pl.DataFrame, questionnaire: Questionnaire) -> pl.Series:
    """Whether the routing shows a question to each respondent."""
    condition = question.shown_if
    if condition is None:
        return pl.Series(question.id, [True] * frame.height, dtype=pl.Boolean)
    return frame.select(routed(condition, questionnaire.question(condition.question), frame.columns).alias(question.id)).to_series()


def routed(condition: Condition, asked: Question, columns: list[str]) -> pl.Expr:
    """The routing as an expression over coded columns: true where the question is shown.

    A select-all question counts as any_of where one of the boxes is ticked. Where the earlier question was not answered, `any_of` does
    not show the question and `none_of` does.
    """
    if asked.kind == "multiple":

        def chosen(codes: tuple[str, ...]) -> pl.Expr:
            boxes = [pl.col(f"{asked.id}.{code}").cast(pl.String).eq_missing(SELECTED) for code in codes if f"{asked.id}.{code}" in columns]
            return pl.any_horizontal(boxes) if boxes else pl.lit(False)
    else:
        column = f"{asked.id}.{condition.item}" if condition.item else asked.id

        def chosen(codes: tuple[str, ...]) -> pl.Expr:
            return pl.col(column).is_in(list(codes)).fill_null(False)

    shown = pl.lit(True)
    if condition.any_of:
        shown = shown & chosen(condition.any_of)
    if condition.none_of:
        shown = shown & ~chosen(condition.none_of)
    return shown


def _of_question(question: Question, frame: pl.DataFrame, wave: str, shown: pl.Series) -> tuple[list[pl.Series], list[pl.Series]]:
    if question.kind == "multiple":
        return _of_multiple(question, frame, wave, shown)
    values = []
    for column in question.columns(wave):
        answers = frame[column]
        if column.endswith(".other_text") or question.kind == "text":
            values.append(answers)
        elif question.coded:
            codes = [option.code for option in question.options_in(wave)]
            values.append(pl.select(pl.when(answers.is_in(codes)).then(answers).alias(column)).to_series())
        else:
            values.append(answers.cast(pl.Float64, strict=False))
    parts = [series for series in values if not series.name.endswith(".other_text")]
    if question.kind == "battery":
        return values, [_state(series.name, series.is_not_null(), shown) for series in parts]
    answered = pl.select(pl.any_horizontal([series.is_not_null() for series in parts])).to_series()
    return values, [_state(question.id, answered, shown)]


def _of_multiple(question: Question, frame: pl.DataFrame, wave: str, shown: pl.Series) -> tuple[list[pl.Series], list[pl.Series]]:
    """Ticked, not ticked, and neither: a blank box of a question that was answered is 'not selected'."""
    columns = [f"{question.id}.{option.code}" for option in question.options_in(wave)]
    boxes = frame.select(columns)
    touched = pl.any_horizontal(pl.all().is_in([SELECTED, NOT_SELECTED]).fill_null(False))
    answered = boxes.select(touched).to_series()
    if question.blank == "none_selected":
        answered = answered | shown
    known = answered & shown
    values = [
        pl.select(pl.when(known).then((boxes[column] == SELECTED).fill_null(False).cast(pl.Int8)).alias(column)).to_series()
        for column in columns
    ]
    text = f"{question.id}.other_text"
    if text in frame.columns:
        values.append(frame[text])
    return values, [_state(question.id, answered, shown)]


def _state(name: str, answered: pl.Series, shown: pl.Series) -> pl.Series:
    state = (
        pl.when(~shown)
        .then(pl.lit(State.NOT_SHOWN.value))
        .when(answered)
        .then(pl.lit(State.ANSWERED.value))
        .otherwise(pl.lit(State.NOT_ANSWERED.value))
    )
    return pl.select(state.cast(STATES).alias(name)).to_series()
