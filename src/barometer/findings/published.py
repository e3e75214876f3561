"""Earlier waves of which nothing but published figures is left: `data/published/<wave>.toml`.

A barometer that is older than its files still has its reports. What they printed can be compared with, if it says enough: how many of how
many gave the answer, and to which question, word for word. One file holds one wave, whose id is the name of the file:

    title = "Late 2015"                     # as it is printed
    population = 418                        # how many might have answered; left out, it is taken as very large
    source = "HSJ, 7001056"                 # where the figures were published

    [[figures]]
    id = "outlook.worse"                    # the figure's id without a wave
    text = "What do you expect of 2016?"    # the wording then; another wording is not compared
    count = 27                              # gave the answer
    base = 46                               # answered the question
    source = "HSJ, 7001056, table 2"        # where it differs from the file's

Comparisons with such a wave take the two samples as independent, as nobody knows who answered both (see `comparison_from_counts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from barometer.errors import ProjectError, UsageError, did_you_mean
from barometer.findings.comparing import comparison_from_counts
from barometer.questionnaire import read_toml, validated
from barometer.questionnaire.model import Model, Text

if TYPE_CHECKING:
    from barometer.findings.context import FindingContext
    from barometer.findings.model import Comparison
    from barometer.findings.subjects import Subject
    from barometer.questionnaire.model import Questionnaire

FOLDER = "data/published"
Whole = Annotated[int, Field(ge=0, strict=True)]


class PublishedFigure(Model):
    """One published figure: a share, as a count of a base."""

    id: Text = Field(description="The figure's id without a wave, such as 'contracting.alliance_contract'.")
    text: Text = Field(description="The exact wording of the question in that wave.")
    count: Whole
    base: Annotated[int, Field(ge=1, strict=True)]
    source: str | None = None

    @model_validator(mode="after")
    def _count_within_base(self) -> PublishedFigure:
        if self.count > self.base:
            raise ValueError(f"{self.count} of {self.base} is no share")
        return self


class PublishedWave(Model):
    """The published figures of one wave."""

    wave: str
    title: Text
    source: Text
    population: Annotated[int, Field(ge=1, strict=True)] | None = None
    figures: Annotated[tuple[PublishedFigure, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _once_and_within_the_population(self) -> PublishedWave:
        ids = [figure.id for figure in self.figures]
        for figure in self.figures:
            if ids.count(figure.id) > 1:
                raise ValueError(f"the figure '{figure.id}' stands twice")
            if self.population is not None and figure.base > self.population:
                raise ValueError(f"'{figure.id}' was answered by {figure.base}, more than the population of {self.population}")
        return self

    def figure(self, id: str) -> PublishedFigure | None:
        """The figure with this id (without a wave), or None."""
        return next((figure for figure in self.figures if figure.id == id), None)


def load_published(
    folder: Path, waves: Sequence[str], questionnaire: Questionnaire, *, with_data: Sequence[str] = ()
) -> list[PublishedWave]:
    """The waves of which published figures lie in a folder, oldest first; none where there is no such folder.

    Args:
        folder: Usually `data/published` of a project.
        waves: All waves, oldest first.
        questionnaire: What the figures are about.
        with_data: Waves whose answers are there: their figures are computed, and may not be typed as well.

    Raises:
        ProjectError: If a file is broken, is named after no wave or after one with data, or names an unknown figure.
    """
    found = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    for wave, path in found.items():
        if wave not in waves:
            raise ProjectError(
                "Published figures are named after a wave that the project does not have.",
                file=path, expected="one of " + ", ".join(waves), got=wave, hint=did_you_mean(wave, waves),
            )  # fmt: skip
        if wave in with_data:
            raise ProjectError(
                "A wave has both answers and published figures.", file=path, expected="figures of waves without answers", got=wave,
                hint="Its figures are computed from the answers: remove the file.",
            )  # fmt: skip
    return [_loaded(found[wave], wave, questionnaire) for wave in waves if wave in found]


def _loaded(path: Path, wave: str, questionnaire: Questionnaire) -> PublishedWave:
    told = validated(PublishedWave, {"wave": wave, **read_toml(path)}, file=path)
    for figure in told.figures:
        name, *parts = figure.id.split(".")
        try:
            question = questionnaire.question(name)
            for part in parts:
                question.part_asked_in(part, wave)
        except UsageError as problem:
            raise ProjectError(
                "A published figure is of nothing that the questionnaire asks.",
                file=path, where=f"figure '{figure.id}'", expected=problem.expected, got=problem.got, hint=problem.hint,
            ) from None  # fmt: skip
    return told


def latest_published(
    subject: Subject, count: int, base: int, waves: Sequence[PublishedWave], context: FindingContext
) -> tuple[Comparison | None, list[str]]:
    """The comparison of a share with the latest earlier wave that published it and may be compared.

    Returns:
        The comparison, or None; and why waves after it that published the figure are not compared with, a sentence each.
    """
    refused: list[str] = []
    for wave in reversed(waves):
        figure = wave.figure(subject.key)
        if figure is None or not _earlier(wave.wave, context):
            continue
        reason = _incomparable(figure, wave, subject, context)
        if reason is None:
            compared = comparison_from_counts(
                count, base,
                count_before=figure.count, base_before=figure.base, wave=wave.wave, wave_title=wave.title,
                # How many a routed question applied to is not known.
                population=None if subject.question.shown_if else context.population_size,
                population_before=None if subject.question.shown_if else wave.population,
                significance=context.significance, level=context.level,
            )  # fmt: skip
            cited = f"{compared.note} Source: {figure.source or wave.source}."
            return compared.model_copy(update={"note": cited}), refused
        refused.append(f"Not compared with {wave.title}: {reason}.")
    return None, refused


def _earlier(wave: str, context: FindingContext) -> bool:
    order = context.waves
    return wave in order and context.wave in order and order.index(wave) < order.index(context.wave)


def _incomparable(figure: PublishedFigure, wave: PublishedWave, subject: Subject, context: FindingContext) -> str | None:
    question = subject.question
    if figure.base < context.minimum_base:
        return "too few people answered then"
    if " ".join(figure.text.split()) != " ".join(question.wording(context.wave).split()):
        return "the wording differs"
    first, second = context.waves.index(wave.wave), context.waves.index(context.wave)
    for broken in question.breaks_in_series:
        if broken.wave in context.waves[first + 1 : second + 1]:
            return f"break in series at {context.wave_titles.get(broken.wave, broken.wave)}: {broken.reason.rstrip('.')}"
    return None
