"""What was asked: questions, options, items, scales, nets and routing, as frozen pydantic models.

A question knows its kind, its exact wording in each wave, who was shown it and in which waves it and each of its options were asked.
An option that a wave did not ask is *missing* there, never zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from barometer.errors import UsageError, did_you_mean

Kind = Literal["single", "multiple", "scale", "battery", "ranking", "allocation", "numeric", "text"]

#: Lower-case words joined by underscores: a code is part of file names, permalinks and column names.
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=80)]
Text = Annotated[str, Field(min_length=1)]
Waves = tuple[str, ...] | None


class Model(BaseModel):
    """Frozen, and closed to keys that it does not know, so that a misspelt key is an error and not a silence."""

    # A validator is built when it is first needed: one for a whole file, and none for each of its tables.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False, defer_build=True)


class Asked(Model):
    """Something that is asked in some waves only."""

    waves: Waves = Field(default=None, description="The waves that asked it; left out, all waves that ask the question.")

    def asked_in(self, wave: str) -> bool:
        """Whether it was asked in this wave."""
        return self.waves is None or wave in self.waves


class Option(Asked):
    """One answer that can be chosen."""

    code: Code = Field(description="Its name in columns, permalinks and files.")
    label: Text = Field(description="The wording that the respondent sees.")
    short: str | None = Field(default=None, description="A short label for charts and tables.")
    aliases: tuple[str, ...] = Field(default=(), description="Other spellings of the label that exports use.")
    value: float | None = Field(default=None, description="The number that stands for the option in a mean.")
    exclusive: bool = Field(default=False, description="It cannot be chosen together with another option.")
    dont_know: bool = Field(default=False, description="A 'don't know' or 'prefer not to say': counted in shares, left out of means.")
    other: bool = Field(default=False, description="'Other, please specify', with a free text beside it.")
    says: str | None = Field(default=None, description="What those who chose it said, in the past tense: the predicate of its sentence.")

    @property
    def name(self) -> str:
        """The short label, or the label where there is none."""
        return self.short or self.label


class Item(Asked):
    """One row of a battery, ranking or allocation."""

    id: Code = Field(description="Its name in columns, permalinks and files.")
    label: Text = Field(description="The wording that the respondent sees.")
    short: str | None = Field(default=None, description="A short label for charts and tables.")
    aliases: tuple[str, ...] = Field(default=(), description="Other spellings of the label that exports use.")
    says: str | None = Field(default=None, description="Its part of the predicate in sentences, past tense.")

    @property
    def name(self) -> str:
        """The short label, or the label where there is none."""
        return self.short or self.label


class Net(Model):
    """Several options counted as one. Its share comes from the count of respondents, never from added percentages."""

    id: Code = Field(description="Its name in permalinks and files.")
    label: Text = Field(description="What it is called in tables.")
    short: str | None = Field(default=None, description="A short label for the columns of tables.")
    codes: Annotated[tuple[Code, ...], Field(min_length=1)] = Field(description="The options that it counts as one.")
    says: str | None = Field(default=None, description="What those who chose one of them said, in the past tense.")

    @property
    def name(self) -> str:
        """The short label, or the label where there is none."""
        return self.short or self.label


class Scale(Model):
    """An ordered list of options that several questions share."""

    options: Annotated[tuple[Option, ...], Field(min_length=2)] = Field(description="From one end to the other.")
    nets: tuple[Net, ...] = Field(default=(), description="Several of them counted as one.")


class Condition(Model):
    """Who is shown a question: those whose answer to an earlier question is among (or not among) these codes."""

    question: Code = Field(description="The earlier question.")
    item: Code | None = Field(default=None, description="The item of it, where it is a battery.")
    any_of: tuple[Code, ...] = Field(default=(), description="Codes of which one must have been chosen.")
    none_of: tuple[Code, ...] = Field(default=(), description="Codes of which none may have been chosen.")


class SeriesBreak(Model):
    """A wave from which on a question cannot be compared with earlier waves, and why."""

    wave: str = Field(description="The first wave after the break.")
    reason: Text = Field(description="Why, as a report may print it.")


class Theme(Model):
    """A part of the questionnaire, and of the report."""

    id: Code = Field(description="Its name.")
    title: Text = Field(description="As it stands over a part of the report.")


class Question(Asked):
    """One question of the questionnaire.

    `options` (single, multiple), `scale` (scale, battery) and `items` (battery, ranking, allocation) follow from `kind`.
    """

    id: Code = Field(description="Its name in columns, permalinks and files.")
    kind: Kind = Field(description="How it is answered.")
    theme: Code = Field(description="The theme to which it belongs.")
    number: str | None = Field(default=None, description="The number that the respondent sees, such as Q7.")
    text: Text = Field(description="The exact wording.")
    wordings: dict[str, str] = Field(default_factory=dict, description="The exact wording in waves that worded it otherwise.")
    short: Text = Field(description="A short label for tables, charts and lists.")
    instruction: str | None = Field(default=None, description="Such as 'Select all that apply'.")
    header: str | None = Field(default=None, description="The column header in an export, where it is not the number and wording.")
    required: bool = Field(default=False, description="Whether a submission without an answer is put aside.")
    blank: Literal["not_answered", "none_selected"] = Field(
        default="not_answered",
        description="What it means when a respondent who was shown a select-all question left every box empty.",
    )
    shown_if: Condition | None = Field(default=None, description="Who is shown it; left out, everybody.")
    options: tuple[Option, ...] = Field(default=(), description="The answers that can be chosen (single, multiple).")
    items: tuple[Item, ...] = Field(default=(), description="The rows (battery, ranking, allocation).")
    scale: str | None = Field(default=None, description="The name of a shared scale.")
    nets: tuple[Net, ...] = Field(default=(), description="Several options counted as one.")
    headline: str | None = Field(
        default=None, description="The option or net that stands for an item of a battery, or for a scale, in findings."
    )
    says: str | None = Field(
        default=None, description="The predicate of a sentence, past tense, with {option} or {item} where the choice is named."
    )
    minimum: float | None = Field(default=None, description="The least number (numeric).")
    maximum: float | None = Field(default=None, description="The greatest number (numeric).")
    integer: bool = Field(default=False, description="Whether numbers are whole (numeric).")
    total: float = Field(default=100.0, description="What the parts of an allocation add up to.")
    ranks: int | None = Field(default=None, description="How many ranks a ranking asks for; left out, all.")
    breaks_in_series: tuple[SeriesBreak, ...] = Field(
        default=(), description="Waves from which on it cannot be compared with earlier ones."
    )

    def wording(self, wave: str) -> str:
        """The exact wording in this wave."""
        return self.wordings.get(wave, self.text)

    def options_in(self, wave: str | None) -> tuple[Option, ...]:
        """The options that this wave offered, in order; all of them if `wave` is None."""
        return tuple(option for option in self.options if wave is None or option.asked_in(wave))

    def items_in(self, wave: str | None) -> tuple[Item, ...]:
        """The items that this wave asked, in order; all of them if `wave` is None."""
        return tuple(item for item in self.items if wave is None or item.asked_in(wave))

    def option(self, code: str) -> Option | None:
        """The option with this code, or None."""
        return next((option for option in self.options if option.code == code), None)

    def item(self, id: str) -> Item | None:
        """The item with this id, or None."""
        return next((item for item in self.items if item.id == id), None)

    def net(self, id: str) -> Net | None:
        """The net with this id, or None."""
        return next((net for net in self.nets if net.id == id), None)

    def part_asked_in(self, part: str, wave: str) -> bool:
        """Whether a wave asked an option, an item or a net; a net counts when all its options were offered.

        Raises:
            UsageError: If the question has no such part.
        """
        net = self.net(part)
        options = tuple(self.option(code) for code in net.codes) if net is not None else (self.option(part),)
        found = [thing for thing in (*options, self.item(part)) if thing is not None]
        if not found:
            known = [option.code for option in self.options] + [item.id for item in self.items] + [net.id for net in self.nets]
            raise UsageError(
                f"The question '{self.id}' has no such option, item or net.",
                expected="one of " + ", ".join(known) if known else "no part",
                got=part,
                hint=did_you_mean(part, known),
            )
        return self.asked_in(wave) and all(thing.asked_in(wave) for thing in found)

    @property
    def coded(self) -> bool:
        """Whether its answers are codes of options."""
        return self.kind in ("single", "multiple", "scale", "battery")

    @property
    def other(self) -> Option | None:
        """The option that asks for a text of its own, or None."""
        return next((option for option in self.options if option.other), None)

    def columns(self, wave: str | None = None) -> tuple[str, ...]:
        """The columns that hold its answers in `Responses.frame`, for the options and items of a wave.

        A single choice, a scale, a number and a text have one column named after the question; the others have one column for each
        option or item, `question.option` or `question.item`. A text beside 'other' is `question.other_text`.

        Example:
            >>> question = Question(id="plans", kind="multiple", theme="t", text="Which?", short="Plans",
            ...     options=(Option(code="acs", label="ACS"), Option(code="other", label="Other", other=True)))
            >>> question.columns()
            ('plans.acs', 'plans.other', 'plans.other_text')
        """
        if self.kind == "multiple":
            columns = [f"{self.id}.{option.code}" for option in self.options_in(wave)]
        elif self.items:
            columns = [f"{self.id}.{item.id}" for item in self.items_in(wave)]
        else:
            columns = [self.id]
        if self.other is not None and (wave is None or self.other.asked_in(wave)):
            columns.append(f"{self.id}.other_text")
        return tuple(columns)


class Questionnaire(Model):
    """The questions of a barometer over all its waves, in the order in which they are asked."""

    title: Text = Field(description="Of the survey.")
    language: str = Field(default="en-GB", description="The language of the wording.")
    themes: tuple[Theme, ...] = Field(description="The parts, in the order of the report.")
    scales: dict[str, Scale] = Field(default_factory=dict, description="Ordered lists of options that questions share, by name.")
    questions: Annotated[tuple[Question, ...], Field(min_length=1)] = Field(description="In the order in which they are asked.")

    def __iter__(self) -> Iterator[Question]:  # type: ignore[override]
        return iter(self.questions)

    def question(self, id: str) -> Question:
        """The question with this id.

        Raises:
            UsageError: If there is none; the message names the nearest ids.
        """
        for question in self.questions:
            if question.id == id:
                return question
        raise UsageError(
            "The questionnaire has no such question.",
            expected="one of " + ", ".join(question.id for question in self.questions),
            got=id,
            hint=did_you_mean(id, [question.id for question in self.questions]),
        )

    def asked_in(self, wave: str) -> tuple[Question, ...]:
        """The questions that this wave asked, in order."""
        return tuple(question for question in self.questions if question.asked_in(wave))

    def theme_title(self, id: str) -> str:
        """The title of a theme."""
        return next(theme.title for theme in self.themes if theme.id == id)

    def waves(self) -> frozenset[str]:
        """Every wave that the questionnaire names."""
        named: set[str] = set()
        for question in self.questions:
            named.update(question.waves or ())
            named.update(question.wordings)
            named.update(broken.wave for broken in question.breaks_in_series)
            for part in (*question.options, *question.items):
                named.update(part.waves or ())
        return frozenset(named)

    def comparable(self, question: str, first: str, second: str, order: tuple[str, ...], *, part: str | None = None) -> str | None:
        """Why a question of two waves may not be compared, or None if it may.

        Args:
            question: The question's id.
            first: The earlier wave.
            second: The later wave.
            order: All waves, oldest first.
            part: An option, item or net of it; a part that one of the waves did not offer is not comparable either.

        Raises:
            UsageError: If a wave is not among `order`, or the question or part does not exist.
        """
        asked = self.question(question)
        for wave in (first, second):
            if wave not in order:
                raise UsageError("There is no such wave.", expected="one of " + ", ".join(order), got=wave, hint=did_you_mean(wave, order))
        for wave in (first, second):
            if not asked.asked_in(wave):
                return f"not asked in {wave}"
            if part is not None and not asked.part_asked_in(part, wave):
                return f"'{part}' not asked in {wave}"
        from_, to = sorted((order.index(first), order.index(second)))
        for broken in asked.breaks_in_series:
            if broken.wave in order[from_ + 1 : to + 1]:
                return f"break in series at {broken.wave}: {broken.reason}"
        if asked.wording(first) != asked.wording(second):
            return "the wording differs"
        return None
