"""The project's own files: `barometer.toml`, `wave.toml` of each wave and `analysis/plan.toml`, as frozen models."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, model_validator

from barometer.errors import ProjectError, did_you_mean
from barometer.intake.headers import ExportSettings
from barometer.questionnaire import read_toml, validated
from barometer.questionnaire.model import Code, Model, Text

PROJECT_FILE = "barometer.toml"
PLAN_FILE = "analysis/plan.toml"
OVERRIDES_FILE = "analysis/overrides.toml"
PUBLISHED_FOLDER = "data/published"
QUESTIONNAIRE_FILE = "data/questionnaire.toml"
RULES_FILE = "validation/rules.toml"
SUITES_FOLDER = "validation/suites"
WAVES_FOLDER = "data/waves"
AMENDMENTS_FILE = "amendments.csv"
CODEFRAMES_FOLDER = "data/codeframes"
CODED_FOLDER = "coded"
QUOTES_FILE = "quotes.toml"
REPORTS_FOLDER = "reports"
REPORT = f"{REPORTS_FOLDER}/quarterly.qmd"

WaveId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
#: Strict, as TOML has types of its own: neither is `true` a 1, nor a number the seconds since 1970.
Count = Annotated[int, Field(ge=1, strict=True)]
Day = Annotated[date, Field(strict=True)]
M = TypeVar("M", bound=BaseModel)


class Roles(Model):
    """Which answer must fit which column of the frame."""

    question: Code = Field(description="The question that asks for the role.")
    column: str = Field(description="The column of the frame that holds it.")


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
    roles: Roles | None = Field(default=None, description="Which answer must fit the role in the frame.")
    successors: str | None = Field(
        default=None, description="A CSV that says which member of an earlier frame became which of a later one: columns KEY and successor."
    )

    @model_validator(mode="after")
    def _frame_and_key_go_together(self) -> Population:
        if (self.frame is None) != (self.key is None):
            raise ValueError("'frame' and 'key' go together")
        if self.frame is not None and self.size is not None:
            raise ValueError("give 'frame' or 'size', not both: the frame has its own size")
        return self


class WavePopulation(Model):
    """What was different about the population of one wave: `[population]` in `wave.toml`; the rest is as in `barometer.toml`."""

    people: Text | None = Field(default=None, description="As in barometer.toml, for this wave.")
    respondents: Text | None = Field(default=None, description="As in barometer.toml, for this wave.")
    describes: Text | None = Field(default=None, description="As in barometer.toml, for this wave.")
    frame: str | None = Field(default=None, description="This wave's own frame.")
    key: str | None = Field(default=None, description="The column of it that identifies a member.")
    size: Count | None = Field(default=None, description="The number of members, where there is no frame.")
    organisations: str | None = Field(default=None, description="As in barometer.toml, for this wave.")


class DesignSettings(Model):
    """How the sample was drawn: `[design]`."""

    strata: tuple[str, ...] = Field(default=(), description="Columns of the frame by which the sample was drawn, crossed.")
    weight: bool = Field(default=False, description="Whether the export's weights are used.")
    rake: tuple[str, ...] = Field(default=(), description="Columns of the frame to whose margins the headlines are raked, for comparison.")
    lonely: str = Field(
        default="fail",
        pattern="^(fail|adjust|average|certainty)$",
        description="What is done with a stratum of one respondent: fail, adjust, average, certainty.",
    )


class Break(Model):
    """A column that tables are broken by: `[breaks.NAME]`."""

    label: Text = Field(description="What tables call it.")
    levels: dict[str, str] = Field(default_factory=dict, description="Codes in the order of the tables, with their labels.")
    waves: tuple[WaveId, ...] | None = Field(default=None, description="The waves whose tables may be broken by it; left out, all.")
    phrases: dict[str, str] = Field(
        default_factory=dict, description="What is said of a group after those it is of, such as 'in the North', in a report of its own."
    )


class Disclosure(Model):
    """What may be published: `[disclosure]`. The rules are those of `barometer.findings.disclosure`."""

    minimum_base: Count = Field(default=10, description="Figures on fewer respondents are suppressed.")
    small_base: Count = Field(default=30, description="Figures on fewer respondents are marked.")
    group_base: Annotated[int, Field(ge=0, strict=True)] | None = Field(
        default=None,
        description="In a level of fewer respondents an answer that everyone gave is suppressed; left out, three times minimum_base.",
    )
    minimum_count: Annotated[int, Field(ge=0, strict=True)] = Field(
        default=0, description="In a level an answer that fewer gave (but some), or that all but fewer gave, is suppressed; 0 is off."
    )
    sensitive: tuple[Code, ...] = Field(default=(), description="Questions for which an answer that no one gave is treated the same.")
    rounding: Annotated[int, Field(ge=0, strict=True)] = Field(
        default=0, description="Counts and bases are rounded to multiples of this, and all else is made from them; 0 is off."
    )

    @model_validator(mode="after")
    def _rounding_leaves_bases(self) -> Disclosure:
        if self.rounding > self.minimum_base:
            raise ValueError(f"'rounding' ({self.rounding}) is larger than 'minimum_base' ({self.minimum_base})")
        return self


class ProjectSettings(Model):
    """`barometer.toml`: the file that makes a folder a barometer project."""

    title: Text = Field(description="Of the barometer.")
    subtitle: str | None = Field(default=None, description="Under the title.")
    publisher: Text = Field(description="Who publishes it.")
    contact: str | None = Field(default=None, description="Whom to ask.")
    licence: str | None = Field(default=None, description="On what terms figures may be used, in a sentence.")
    next_release: str | None = Field(default=None, description="When the wave after the latest will be published, in a sentence.")
    synthetic: bool = Field(description="Whether the responses are made up; if so every page, table and finding says it.")
    waves: Annotated[tuple[WaveId, ...], Field(min_length=1, description="All waves, oldest first.")]
    population: Population = Field(description="Of whom it speaks.")
    design: DesignSettings = Field(default_factory=DesignSettings, description="How the sample was drawn.")
    breaks: dict[str, Break] = Field(default_factory=dict, description="What tables may be broken by.")
    disclosure: Disclosure = Field(default_factory=Disclosure, description="What is too small to publish.")
    background: tuple[str, ...] = Field(default=(), description="Questions that describe respondents and lead no report.")
    style: str = Field(default="hsj", description="The house style of sentences.")


class Fieldwork(Model):
    """When a wave was in the field."""

    start: Day = Field(description="The first day.")
    end: Day = Field(description="The last day, which counts whole.")
    text: Text = Field(description="As it is printed, such as 'March to mid-April 2016'.")

    @model_validator(mode="after")
    def _start_first(self) -> Fieldwork:
        if self.start > self.end:
            raise ValueError(f"fieldwork ends on {self.end}, before it starts on {self.start}")
        return self


class WaveSettings(Model):
    """`wave.toml`: one wave."""

    title: Text = Field(description="Such as 'Spring 2016'.")
    fieldwork: Fieldwork = Field(description="When it was in the field.")
    published: Day = Field(description="The date of the publication, which is also the time stamp of its files.")
    mode: Text = Field(description="How answers were collected.")
    responses: str = Field(default="responses.csv", description="The export, in the wave's folder.")
    recruitment: str | None = Field(default=None, description="How people were asked to take part.")
    partner: str | None = Field(default=None, description="With whom the wave was done.")
    notes: tuple[str, ...] = Field(default=(), description="Notes for the method box.")
    report: str = Field(default=REPORT, description="The Quarto document of its report, in the folder reports/.")
    population: WavePopulation = Field(default_factory=WavePopulation, description="What is different about this wave's population.")
    breaks: dict[str, Break] = Field(default_factory=dict, description="Breaks of barometer.toml whose levels were others in this wave.")
    export: ExportSettings = Field(description="How the export is laid out.")


class MessagePlan(Model):
    """One message of the report: a module in `analysis/` that turns a wave into its estimates and charts."""

    id: Code = Field(description="The name of the module in analysis/.")
    title: Text = Field(description="As it stands in lists.")
    waves: tuple[WaveId, ...] | None = Field(default=None, description="The waves whose reports state it; left out, all.")


class ExpectedShare(Model):
    """What editors expected of a figure before they knew it: `[expectations]` in the plan."""

    percent: float = Field(ge=0, le=100, description="The share that was to be expected, in per cent.")
    source: Text = Field(description="Who expected it, and where that was written down.")


class Plan(Model):
    """`analysis/plan.toml`: what is computed."""

    breaks: tuple[str, ...] = Field(default=(), description="The breaks of every table.")
    headlines: Count = Field(default=3, description="How many findings lead a wave.")
    pins: tuple[str, ...] = Field(default=(), description="Findings that an editor wants first, without the wave.")
    messages: tuple[MessagePlan, ...] = Field(default=(), description="The messages of the report.")
    expectations: dict[str, ExpectedShare] = Field(
        default_factory=dict, description="Finding, with or without its wave -> what was expected of it: see `barometer.findings.leading`."
    )


def load_project(path: Path) -> ProjectSettings:
    """The settings in `barometer.toml`.

    Raises:
        ProjectError: If the file is missing, broken or contradictory.
    """
    settings = _load(ProjectSettings, path)
    if len(set(settings.waves)) != len(settings.waves):
        raise ProjectError("A wave stands twice.", file=path, where="key 'waves'")
    for name, one in settings.breaks.items():
        _known_waves(one.waves, settings, path, f"[breaks.{name}]")
    return settings


def _known_waves(named: tuple[str, ...] | None, project: ProjectSettings, path: Path, where: str) -> None:
    for wave in named or ():
        if wave not in project.waves:
            raise ProjectError(
                "There is no such wave.",
                file=path,
                where=where,
                expected="one of " + ", ".join(project.waves),
                got=wave,
                hint=did_you_mean(wave, project.waves),
            )


def of_wave(project: ProjectSettings, wave: str, own: WaveSettings) -> ProjectSettings:
    """The project as it was for one wave: its population, and the breaks by which its tables may be broken.

    Args:
        project: What `barometer.toml` says.
        wave: The wave's id.
        own: What its `wave.toml` says.

    Raises:
        ProjectError: If the wave names a break that the project does not have, or its population contradicts itself.

    Example:
        >>> people = {"people": "members", "respondents": "members who answered", "describes": "all members", "size": 80}
        >>> project = ProjectSettings(title="T", publisher="P", synthetic=True, waves=("2020",), population=people)
        >>> june = {"start": date(2020, 6, 1), "end": date(2020, 6, 30), "text": "June 2020"}
        >>> own = WaveSettings(title="2020", fieldwork=june, published=date(2020, 9, 1), mode="Online", export={"respondent": "id"},
        ...     population={"size": 64})
        >>> of_wave(project, "2020", own).population.size
        64
    """
    where = f"{WAVES_FOLDER}/{wave}/wave.toml"
    for name in own.breaks:
        if name not in project.breaks:
            raise ProjectError(
                "The wave names a break that the project does not have.",
                file=where,
                where=f"[breaks.{name}]",
                expected="one of " + (", ".join(project.breaks) or f"({PROJECT_FILE} has no [breaks.NAME])"),
                got=name,
                hint=did_you_mean(name, project.breaks),
            )
    population = project.population
    different = own.population.model_dump(exclude_none=True)
    if different:
        # A frame of its own takes the place of a size, and a size that of a frame.
        gone = {"frame", "key"} if "size" in different else {"size"} if "frame" in different else set()
        kept = {name: value for name, value in population.model_dump().items() if name not in gone}
        population = validated(Population, {**kept, **different}, file=Path(where))
    breaks = {name: own.breaks.get(name, one) for name, one in project.breaks.items() if one.waves is None or wave in one.waves}
    return project.model_copy(update={"population": population, "breaks": breaks})


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
    for message in plan.messages:
        _known_waves(message.waves, project, path, f"message '{message.id}'")
    return plan


def _load(model: type[M], path: Path) -> M:
    tables: dict[str, Any] = read_toml(path, ProjectError)
    return validated(model, tables, file=path)
