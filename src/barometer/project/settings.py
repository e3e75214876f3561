"""The project's own files: `barometer.toml`, `wave.toml` of each wave and `analysis/plan.toml`, as frozen models."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, model_validator

from barometer.errors import ProjectError
from barometer.intake.headers import ExportSettings
from barometer.questionnaire import read_toml, validated
from barometer.questionnaire.model import Code, Model, Text

PROJECT_FILE = "barometer.toml"
PLAN_FILE = "analysis/plan.toml"
QUESTIONNAIRE_FILE = "data/questionnaire.toml"
RULES_FILE = "validation/rules.toml"
SUITES_FOLDER = "validation/suites"
WAVES_FOLDER = "data/waves"
AMENDMENTS_FILE = "amendments.csv"

WaveId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
#: Strict, as TOML has types of its own: neither is `true` a 1, nor a number the seconds since 1970.
Count = Annotated[int, Field(ge=1, strict=True)]
Day = Annotated[date, Field(strict=True)]
M = TypeVar("M", bound=BaseModel)


class Roles(Model):
    """Which answer must fit which column of the frame."""

    question: Code
    column: str


class Population(Model):
    """Of whom the barometer speaks: `[population]` in `barometer.toml`.

    Without a frame and a size the population is taken as very large, and no finite population correction is made.
    """

    people: Text = Field(description="Whom a finding in population voice speaks of, such as 'CCG leaders'.")
    respondents: Text = Field(description="Whom a finding in sample voice speaks of, such as 'leaders who answered'.")
    describes: Text = Field(description="The population in full, for the method box.")
    frame: str | None = Field(default=None, description="A CSV with one row for each member of the population.")
    key: str | None = Field(default=None, description="The frame's column that identifies a member, as named by an export.")
    size: Count | None = Field(default=None, description="The number of members, where there is no frame.")
    unit: str = Field(default="person", description="What is counted: a post, a person, an organisation.")
    organisations: str | None = Field(default=None, description="What respondents lead and must not be mistaken for, such as 'CCGs'.")
    roles: Roles | None = None

    @model_validator(mode="after")
    def _frame_and_key_go_together(self) -> Population:
        if (self.frame is None) != (self.key is None):
            raise ValueError("'frame' and 'key' go together")
        if self.frame is not None and self.size is not None:
            raise ValueError("give 'frame' or 'size', not both: the frame has its own size")
        return self


class DesignSettings(Model):
    """How the sample was drawn: `[design]`."""

    strata: tuple[str, ...] = ()
    weight: bool = Field(default=False, description="Whether the export's weights are used.")
    rake: tuple[str, ...] = Field(default=(), description="Columns of the frame to whose margins the headlines are raked, for comparison.")
    lonely: str = Field(default="fail", pattern="^(fail|adjust|average|certainty)$")


class Break(Model):
    """A column that tables are broken by: `[breaks.NAME]`."""

    label: Text
    levels: dict[str, str] = Field(default_factory=dict, description="Codes in the order of the tables, with their labels.")


class Disclosure(Model):
    """Which bases are too small to publish: `[disclosure]`."""

    minimum_base: Count = 10
    small_base: Count = 30


class ProjectSettings(Model):
    """`barometer.toml`: the file that makes a folder a barometer project."""

    title: Text
    subtitle: str | None = None
    publisher: Text
    contact: str | None = None
    licence: str | None = Field(default=None, description="On what terms figures may be used, in a sentence.")
    next_release: str | None = Field(default=None, description="When the wave after the latest will be published, in a sentence.")
    synthetic: bool = Field(description="Whether the responses are made up; if so every page, table and finding says it.")
    waves: Annotated[tuple[WaveId, ...], Field(min_length=1, description="All waves, oldest first.")]
    population: Population
    design: DesignSettings = DesignSettings()
    breaks: dict[str, Break] = Field(default_factory=dict)
    disclosure: Disclosure = Disclosure()
    background: tuple[str, ...] = Field(default=(), description="Questions that describe respondents and lead no report.")
    style: str = Field(default="hsj", description="The house style of sentences.")


class Fieldwork(Model):
    """When a wave was in the field."""

    start: Day
    end: Day
    text: Text = Field(description="As it is printed, such as 'March to mid-April 2016'.")

    @model_validator(mode="after")
    def _start_first(self) -> Fieldwork:
        if self.start > self.end:
            raise ValueError(f"fieldwork ends on {self.end}, before it starts on {self.start}")
        return self


class WaveSettings(Model):
    """`wave.toml`: one wave."""

    title: Text
    fieldwork: Fieldwork
    published: Day = Field(description="The date of the publication, which is also the time stamp of its files.")
    mode: Text
    responses: str = "responses.csv"
    recruitment: str | None = None
    partner: str | None = None
    notes: tuple[str, ...] = ()
    export: ExportSettings


class MessagePlan(Model):
    """One message of the report: a module in `analysis/` that turns a wave into its estimates and charts."""

    id: Code
    title: Text


class Plan(Model):
    """`analysis/plan.toml`: what is computed."""

    breaks: tuple[str, ...] = ()
    headlines: Count = 3
    pins: tuple[str, ...] = Field(default=(), description="Findings that an editor wants first, without the wave.")
    messages: tuple[MessagePlan, ...] = ()


def load_project(path: Path) -> ProjectSettings:
    """The settings in `barometer.toml`.

    Raises:
        ProjectError: If the file is missing, broken or contradictory.
    """
    settings = _load(ProjectSettings, path)
    if len(set(settings.waves)) != len(settings.waves):
        raise ProjectError("A wave stands twice.", file=path, where="key 'waves'")
    return settings


def load_wave(path: Path) -> WaveSettings:
    """The settings in `wave.toml`.

    Raises:
        ProjectError: If the file is missing or broken.
    """
    return _load(WaveSettings, path)


def load_plan(path: Path, project: ProjectSettings) -> Plan:
    """The plan in `analysis/plan.toml`; an empty plan where there is no file.

    Raises:
        ProjectError: If the file is broken or names a break that `barometer.toml` does not have.
    """
    if not path.exists():
        return Plan(breaks=tuple(project.breaks))
    plan = _load(Plan, path)
    for name in plan.breaks:
        if name not in project.breaks:
            raise ProjectError(
                "The plan names a break that the project does not have.",
                file=path,
                where="key 'breaks'",
                expected="one of " + (", ".join(project.breaks) or "(barometer.toml has no [breaks.NAME])"),
                got=name,
            )
    return plan


def _load(model: type[M], path: Path) -> M:
    tables: dict[str, Any] = read_toml(path, ProjectError)
    return validated(model, tables, file=path)
