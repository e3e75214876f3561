"""What the synthetic data of the frame and of a wave should look like, read from the TOML files beside this module.

A plan says codes, counts and influences; labels and wording come from the questionnaire alone.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from barometer.errors import ProjectError
from barometer.questionnaire import Question, Questionnaire, read_toml, validated

FOLDER = Path(__file__).parent


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trait(_Table):
    """Something that lies behind several answers: `on` other traits, on chance, and on chance that a whole organisation shares."""

    on: dict[str, float] = Field(default_factory=dict)
    noise: float = 1.0
    organisation: float = 0.0


class Target(_Table):
    """One option or item: how many choose it (out of the planned respondents), and which traits make it likely."""

    count: int | None = None
    base: float = Field(default=0.0, description="How attractive an item is to everybody: rankings; its mean share: allocations.")
    on: dict[str, float] = Field(default_factory=dict)
    noise: float = 1.0


class Ladder(_Table):
    """Ordered answers, the highest first, with their counts; those with the highest scores get the first answer.

    Whoever is left over when the counts are used up has not answered.
    """

    counts: dict[str, int]
    on: dict[str, float] = Field(default_factory=dict)
    noise: float = 1.0


class Answers(_Table):
    """How one question is answered. Which keys it needs follows from the kind of the question."""

    options: dict[str, Target] = Field(default_factory=dict)
    ladder: Ladder | None = None
    ladders: dict[str, Ladder] = Field(default_factory=dict)
    items: dict[str, Target] = Field(default_factory=dict)
    answered: int | None = None
    themes: dict[str, Target] = Field(default_factory=dict)
    other_texts: tuple[str, ...] = ()


class Sample(_Table):
    """How many answer, by role and region, and what makes a post likely to answer."""

    cells: dict[str, dict[str, int]]
    organisations: dict[str, int] = Field(default_factory=dict, description="How many CCGs of a region they come from, where it is known.")
    on: dict[str, float] = Field(default_factory=dict)


class Panel(_Table):
    """The neighbouring wave whose respondents are likely to answer this one too, and as they did there.

    The neighbour may be the later of the two: which of them is made first says nothing about the answers.
    """

    wave: str
    loyalty: float = Field(description="How much likelier a post of the other wave is to answer this one, beside a noise of 1.")
    persistence: float = Field(description="How much the answers of the other wave count, in their mean absolute deviations.")


class Fault(_Table):
    """A submission that is spoilt on purpose."""

    name: Literal[
        "duplicate_submission",
        "two_answers_for_one_post",
        "post_not_in_frame",
        "after_fieldwork",
        "unknown_option",
        "number_out_of_range",
        "hidden_question_answered",
        "required_answer_missing",
        "title_contradicts_role",
    ]
    meaning: str = Field(description="What is wrong, in plain words.")
    column: str | None = Field(default=None, description="The column of the wrong answer; where an answer is missing, the question.")
    answer: str | None = Field(default=None, description="The wrong answer.")
    only: str | None = Field(default=None, description="The one ticked option of a select-all question, so that routing hides another one.")

    @property
    def submissions(self) -> int:
        """How many submissions, each with its own Response ID, it takes."""
        return 2 if self.name == "two_answers_for_one_post" else 1


class Timing(_Table):
    """When they answer: mailings, quiet days, and hours by role (weights for the hours from `first_hour`)."""

    mailings: tuple[date, ...]
    holidays: tuple[date, ...] = ()
    weekend: float
    holiday: float
    first_hour: int
    hours: dict[str, tuple[float, ...]]
    first_id: int


class WavePlan(_Table):
    """The plan of a wave."""

    seed: int
    respondents: int
    sample: Sample
    panel: Panel | None = None
    timing: Timing
    partial: int = Field(default=0, description="How many stop before the end.")
    partial_from: str | None = Field(default=None, description="The first question that they do not see.")
    straight_liners: int = 0
    straight_line: str = Field(default="", description="The option that straight-liners give to every item of a battery that has it.")
    traits: dict[str, Trait]
    answers: dict[str, Answers]
    own_post: str = Field(description="The question that asks for the respondent's own post; its codes are the roles of the frame.")
    faults: tuple[Fault, ...]


class Region(_Table):
    """A region, and how many CCGs each of its STP footprints has."""

    code: str
    stps: tuple[int, ...]


class Merger(_Table):
    """CCGs that became one: the new one has a number of its own, and some posts go on in it."""

    new: str
    old: tuple[str, ...]
    on: date
    continues: str = Field(description="The one of the old CCGs whose chair and accountable officer went on in the new one.")


class EarlierFrame(_Table):
    """A frame of an earlier population: the CCGs before the mergers."""

    file: str
    as_of: date
    roles: tuple[str, ...]
    mergers: tuple[Merger, ...]


class FramePlan(_Table):
    """The plan of the frame, and of the earlier one."""

    seed: int
    as_of: date
    regions: tuple[Region, ...]
    traits: dict[str, Trait]
    rating: Ladder
    financial_position: Ladder
    delegated_level: Ladder
    earlier: EarlierFrame


class Fieldwork(BaseModel):
    """The first and the last day in the field."""

    start: date
    end: date


class ExportNames(BaseModel):
    """The headers of the columns before the answers, and how the export writes a time."""

    respondent: str
    started: str
    completed: str
    post: str
    timestamp: str


class OwnPopulation(BaseModel):
    """The frame that a wave names as its own."""

    frame: str = "data/frame.csv"


class WaveFile(BaseModel):
    """What is read of a wave's own `wave.toml`."""

    fieldwork: Fieldwork
    export: ExportNames
    population: OwnPopulation = OwnPopulation()


def wave_file(folder: Path) -> WaveFile:
    """The fieldwork and the export's headers in `wave.toml`.

    Raises:
        ProjectError: If the file is missing or lacks a key.
    """
    path = folder / "wave.toml"
    return validated(WaveFile, read_toml(path), file=path)


def frame_plan() -> FramePlan:
    """The plan in `frame.toml`.

    Raises:
        ProjectError: If the file is missing or has a wrong key.
    """
    path = FOLDER / "frame.toml"
    return validated(FramePlan, read_toml(path), file=path)


def waves() -> list[str]:
    """The waves that have a plan, oldest first."""
    return sorted(path.stem for path in FOLDER.glob("[0-9]*.toml"))


def wave_plan(wave: str, questionnaire: Questionnaire) -> WavePlan:
    """The plan of a wave.

    Raises:
        ProjectError: If the file is missing or has a wrong key, or if it names a question, option or item that this wave did not ask.
    """
    path = FOLDER / f"{wave}.toml"
    plan = validated(WavePlan, read_toml(path), file=path)
    asked = {question.id: question for question in questionnaire.asked_in(wave)}
    _same(path, "questions", set(asked) - {plan.own_post}, set(plan.answers))
    for id, answers in plan.answers.items():
        _check(path, wave, asked[id], answers, plan.respondents)
    return plan


def verbatims(wave: str, plan: WavePlan) -> dict[str, dict[str, list[str]]]:
    """The made-up texts of a wave: for each open question, themes and their texts.

    Raises:
        ProjectError: If the themes are not those of the plan, or if there are fewer texts than answers.
    """
    if not any(answers.themes for answers in plan.answers.values()):
        return {}
    path = FOLDER / "verbatims" / f"{wave}.toml"
    tables: dict[str, Any] = read_toml(path)
    _same(path, "questions", {id for id, answers in plan.answers.items() if answers.themes}, set(tables))
    for id, themes in tables.items():
        _same(path, id, set(plan.answers[id].themes), set(themes))
        texts, answered = sum(len(texts) for texts in themes.values()), plan.answers[id].answered or 0
        if texts < answered:
            raise ProjectError("There are fewer texts than answers.", file=path, where=id, expected=f"{answered} or more", got=str(texts))
    return tables


def _check(path: Path, wave: str, question: Question, answers: Answers, respondents: int) -> None:
    options = {option.code for option in question.options_in(wave)}
    items = {item.id for item in question.items_in(wave)}
    where = f"answers.{question.id}"
    if question.kind in ("single", "multiple"):
        _same(path, f"{where}.options", options, set(answers.options))
    if question.kind == "battery":
        _same(path, f"{where}.ladders", items, set(answers.ladders))
    if question.kind in ("ranking", "allocation"):
        _same(path, f"{where}.items", items, set(answers.items))
    ladders = {where: answers.ladder} if answers.ladder else {f"{where}.ladders.{id}": ladder for id, ladder in answers.ladders.items()}
    for place, ladder in ladders.items():
        if options:
            _same(path, f"{place}.counts", options, set(ladder.counts))
        if sum(ladder.counts.values()) > respondents:
            raise ProjectError(
                "The counts are more than the respondents.",
                file=path,
                where=place,
                expected=f"at most {respondents}",
                got=str(sum(ladder.counts.values())),
            )


def _same(path: Path, where: str, expected: set[str], got: set[str]) -> None:
    if expected != got:
        raise ProjectError(
            "The plan of the synthetic answers does not fit.",
            file=path,
            where=where,
            expected=", ".join(sorted(expected)),
            got=", ".join(sorted(got)) or "nothing",
            hint="Give every question, option and item that the wave asked a count in the plan, and no other.",
        )
