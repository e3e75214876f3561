"""A finding: one published figure with all that an editor needs to print it, and what it may not be said to mean."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from barometer.errors import UsageError
from barometer.findings.styles import HSJ, Style, check_voice, style_named

SCHEMA_VERSION = "1.0"
#: What follows a sentence that an editor has worded, wherever it is shown.
EDITED = "[edited]"
ASSUMPTION = "assumes that those who answered are like those who did not"


class Frozen(BaseModel):
    """Unchangeable, and closed to keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Fieldwork(Frozen):
    """When the wave was in the field."""

    text: str = Field(description="As it is printed, such as 'March to mid-April 2016'.")
    start: datetime.date | None = None
    end: datetime.date | None = None


class Interval(Frozen):
    """A confidence interval for the whole population, with its method and the assumption on which it stands."""

    low: float = Field(description="In the unit of the estimate: a proportion for shares and nets, the unit of the answer for means.")
    high: float
    level: float = Field(description="The confidence level, 0..1.")
    method: str
    assumption: str = ASSUMPTION


class Comparison(Frozen):
    """The same figure in the previous comparable wave, and whether the difference may be called a change."""

    wave: str
    wave_title: str
    estimate: float
    percent: int | None = None
    count: int | None = None
    base: int
    difference: float = Field(description="This wave minus the previous one, in the unit of the estimate.")
    points: int | None = Field(
        default=None, description="The difference in percentage points, rounded half away from zero; None for means."
    )
    low: float | None = Field(default=None, description="The lower bound of the difference.")
    high: float | None = None
    p_value: float | None = None
    significant: bool
    word: Literal["rise", "fall"] | None = Field(description="The only word for the direction that is allowed, or none.")
    method: str
    note: str | None = Field(default=None, description="What the comparison takes for granted, where that is not in the method.")
    sentences: dict[str, str] = Field(description="Style -> sentence.")


class Breakdown(Frozen):
    """A group that differs significantly from all others."""

    split: str = Field(description="The variable that splits the sample, such as 'role'.")
    level: str
    label: str
    estimate: float
    percent: int | None = None
    count: int
    base: int
    rest: float = Field(description="The estimate among all others.")
    rest_label: str = Field(description="The other group, where there are two; else 'all others'.")
    rest_percent: int | None = None
    rest_base: int
    p_value: float
    test: str
    sentences: dict[str, str]


class Edited(Frozen):
    """That an editor has put another sentence in the place of the toolkit's: see `barometer.findings.overrides`."""

    by: str = Field(description="Who worded it.")
    why: str = Field(description="The reason.")
    original: dict[str, str] = Field(description="Style -> the sentence that the toolkit had made, for the styles that are edited.")


class Scoring(Frozen):
    """Why a finding leads, or does not: the parts of its score, in points; see `barometer.findings.leading`."""

    parts: dict[str, float] = Field(description="Part -> points; they add up to 100 at most.")
    standing: float = Field(description="What the sum is multiplied by, 0..1.")
    expected: float | None = Field(default=None, description="What was to be expected, a proportion; None for means.")
    expected_from: str | None = Field(default=None, description="Where the expectation comes from.")


class Provenance(Frozen):
    """What the figure was made from."""

    version: str = Field(description="The version of the toolkit.")
    inputs: dict[str, str] = Field(default_factory=dict, description="File -> SHA-256.")


class Withheld(Frozen):
    """A figure that is not published, and why. It holds no number."""

    id: str
    wave: str
    question: str
    item: str = ""
    option: str = ""
    label: str
    reason: str

    @property
    def text(self) -> str:
        """The marker that stands in the place of the figure."""
        return f'The figure for "{self.label}" is not published: {self.reason}.'


class Finding(Frozen):
    """One figure that an editor may print: see `make_findings`. Proportions are in 0..1, `percent` is a whole percentage."""

    schema_version: Literal["1.0"] = "1.0"
    id: str = Field(description="The permalink: wave/question.option, wave/question.item, wave/question.item.option or .../mean.")
    wave: str
    wave_title: str
    fieldwork: Fieldwork
    theme: str
    theme_title: str
    question: str
    item: str = ""
    option: str = Field(default="", description="The code of an option or the id of a net; empty for means and rankings.")
    statistic: Literal["share", "net", "mean"]
    question_number: str | None = None
    question_text: str = Field(description="The exact wording in this wave.")
    question_short: str
    instruction: str | None = None
    item_label: str | None = None
    option_label: str | None = None
    count: int = Field(description="Respondents who gave the answer; for a mean, those who answered. Unweighted.")
    base: int = Field(description="Respondents who answered the question. Unweighted.")
    not_answered: int | None = Field(default=None, description="Respondents of the wave who did not answer it, or were not asked it.")
    estimate: float
    percent: int | None = Field(default=None, description="The share as a whole percentage, rounded half up from the counts.")
    weighted: bool = False
    interval: Interval | None = None
    population_size: int | None = None
    people: str
    respondents: str
    phrases: tuple[str, ...] = Field(default=(), description="Every phrase that is licensed for the sample, the default one first.")
    claim: str | None = Field(default=None, description="The claim that the interval licenses for the whole population, if any.")
    voices: dict[str, dict[str, str]] = Field(description="Style -> voice ('sample' or 'population') -> sentence.")
    briefs: dict[str, str] = Field(description="Style -> the sample's sentence for running text, where the base has just been named.")
    title: str = Field(description="An active title for a chart of the figure.")
    figures: dict[str, str] = Field(description="Style -> the figure with its base.")
    citations: dict[str, str] = Field(description="Style -> the source line.")
    comparison: Comparison | None = None
    breakdowns: tuple[Breakdown, ...] = ()
    caveats: tuple[str, ...] = ()
    not_to_be_said: tuple[str, ...] = ()
    keywords: tuple[str, ...] = Field(default=(), description="Other words by which the figure is found.")
    flag: str = Field(default="", description="'small base' or nothing.")
    score: float = Field(default=0.0, description="0..100: how well the finding would lead the wave; see `barometer.findings.leading`.")
    scoring: Scoring | None = Field(default=None, description="What the score is made of.")
    edited: Edited | None = Field(default=None, description="Who worded the sample's sentence anew, and why; None if nobody did.")
    synthetic: bool
    provenance: Provenance

    def sentence(self, style: str | Style = HSJ, voice: str = "sample", *, marked: bool = True) -> str:
        """The sentence in a house style.

        Args:
            style: "hsj", "ons" or "plain".
            voice: "sample" speaks of those who answered, "population" of everybody who might have been asked.
            marked: Whether "[edited]" follows a sentence that an editor has worded; without it, it is as it goes into print.

        Raises:
            UsageError: If the style or voice is unknown, or the figure has no interval and so nothing to say of the population.
        """
        said = spoken(self.id, self.voices, style, voice)
        return f"{said} {EDITED}" if marked and voice == "sample" and self.is_edited(style) else said

    def is_edited(self, style: str | Style = HSJ) -> bool:
        """Whether an editor has worded the sample's sentence in this style.

        Raises:
            UsageError: If the style is unknown.
        """
        return self.edited is not None and style_named(style).id in self.edited.original

    def brief(self, style: str | Style = HSJ) -> str:
        """The sample's sentence for running text, where the base has just been named: "Fifty-five per cent expected ...".

        Raises:
            UsageError: If the style is unknown.
        """
        return self.briefs[style_named(style).id]

    @property
    def key(self) -> str:
        """The id without the wave: "contracting.accountable_care_system"."""
        return self.id.split("/", 1)[1]

    @property
    def figure(self) -> str:
        """The figure with its count and base: "58 per cent (58 of 100)"."""
        return self.figures[HSJ.id]

    def citation(self, style: str | Style = HSJ) -> str:
        """The source line in a house style: who was asked what and when, and how many answered.

        Raises:
            UsageError: If the style is unknown.
        """
        return self.citations[style_named(style).id]

    def _repr_markdown_(self) -> str:
        """The sentence, its base and what must be known beside it, for a notebook."""
        from barometer.findings.showing import as_markdown

        return as_markdown(self)

    def _repr_html_(self) -> str:
        """As `_repr_markdown_`, as HTML."""
        from barometer.findings.showing import as_html

        return as_html(self)


def spoken(id: str, voices: dict[str, dict[str, str]], style: str | Style, voice: str) -> str:
    """The sentence among a finding's sentences; errors as for `Finding.sentence`."""
    voice = check_voice(voice)
    sentences = voices[style_named(style).id]
    if voice not in sentences:
        raise UsageError(
            "The figure says nothing of the population: it has no interval.", where=f"finding '{id}'", hint="Use the voice 'sample'."
        )
    return sentences[voice]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `findings.json`, which is published as `finding-1.schema.json` beside this module."""
    return FindingsFile.model_json_schema()


class FindingsFile(Frozen):
    """A file of findings."""

    schema_version: Literal["1.0"] = "1.0"
    findings: tuple[Finding, ...]
    withheld: tuple[Withheld, ...] = ()
