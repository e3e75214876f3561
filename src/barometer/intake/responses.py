"""Typed responses of one wave, with the states of an answer told apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import polars as pl

from barometer.errors import UsageError, did_you_mean
from barometer.intake.answers import NOT_SELECTED, SELECTED, numbers
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
            # The options of a battery are its scale: what was answered or not are its items.
            parts = [item.id for item in asked.items] or [option.code for option in asked.options]
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
        if name in self.states.columns:
            return self.states[name]
        if question in self.states.columns:
            return self.states[question].alias(name)
        # A battery has a state for each item; as a whole it was answered where one item was.
        items = [pl.col(f"{question}.{item.id}") for item in asked.items_in(self.wave)]
        state = pl.lit(State.NOT_SHOWN.value)
        for stronger in (State.NOT_ANSWERED, State.ANSWERED):
            state = pl.when(pl.any_horizontal([item == stronger.value for item in items])).then(pl.lit(stronger.value)).otherwise(state)
        return self.states.select(state.cast(STATES).alias(name)).to_series()

    def with_attributes(self, frame: pl.DataFrame, *, on: str) -> Responses:
        """The responses with the columns of a population frame joined by the post; columns of answers keep their names.

        Args:
            frame: One row a post.
            on: The frame's column that names the post, as the export's `post` does.

        Raises:
            UsageError: If the export has no post, or a post stands twice in the frame, which would double its answers.
        """
        if "post" not in self.frame.columns:
            raise UsageError(
                "The responses do not name a post.", where=f"wave '{self.wave}'", hint="Set 'post' under [export] in wave.toml."
            )
        if frame[on].n_unique() != frame.height:
            twice = frame.filter(frame[on].is_duplicated())[on][0]
            raise UsageError("A post stands twice in the frame.", where=f"column '{on}'", got=str(twice))
        attributes = frame.select(
            pl.col(on).alias("post"), *(name for name in frame.columns if name != on and name not in self.frame.columns)
        )
        return replace(self, frame=self.frame.join(attributes, on="post", how="left", maintain_order="left"))


def typed(export: Export) -> Responses:
    """The responses in an export whose rows have passed validation.

    A text where a code or a number belongs becomes null, and so does an answer to a question that was not shown: run the gate first.

    Args:
        export: The export, or the rows of it that hold (`Export.rows`).
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
    shown = routed(condition, questionnaire.question(condition.question), frame.columns)
    # A constant condition must still give one value a respondent.
    return frame.select(pl.repeat(True, pl.len()).alias(question.id) & shown).to_series()


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
        if question.coded and not column.endswith(".other_text"):
            codes = [option.code for option in question.options_in(wave)]
            answers = _where(answers.is_in(codes), answers)
        elif not column.endswith(".other_text") and question.kind != "text":
            answers = numbers(answers)
        values.append(_where(shown, answers))
    parts = [series for series in values if not series.name.endswith(".other_text")]
    if question.kind == "battery":
        return values, [_state(series.name, series.is_not_null(), shown) for series in parts]
    answered = pl.select(pl.any_horizontal([series.is_not_null() for series in parts])).to_series()
    return values, [_state(question.id, answered, shown)]


def _where(kept: pl.Series, answers: pl.Series) -> pl.Series:
    return pl.select(pl.when(kept).then(answers).alias(answers.name)).to_series()


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
        values.append(_where(shown, frame[text]))
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
