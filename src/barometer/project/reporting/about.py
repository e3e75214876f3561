"""Who stands behind a publication: corrections, citation, contact, the next release and the terms of use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from barometer.errors import ProjectError
from barometer.project.settings import Day, WaveId, load_wave
from barometer.publishing.prose import Prose, escaped
from barometer.publishing.rendering.title import long_date
from barometer.publishing.tables import Column, Table
from barometer.questionnaire import read_toml, validated
from barometer.questionnaire.model import Model, Text

if TYPE_CHECKING:
    from barometer.project.wave import Wave

CORRECTIONS_FILE = "reports/corrections.toml"


class Correction(Model):
    """A correction that was published: `[[corrections]]`."""

    date: Day
    wave: WaveId = Field(description="The wave whose publication was corrected.")
    place: Text = Field(description="The page, table or figure.")
    was: Text = Field(description="What it said.")
    now: Text = Field(description="What it says.")
    why: Text


class Corrections(Model):
    """`reports/corrections.toml`: all corrections of all waves; an empty list says that there were none."""

    corrections: Annotated[tuple[Correction, ...], Field(default=())]


def corrections(wave: Wave) -> Table | Prose:
    """The corrections of a wave's publication, newest first, as a table; or a sentence that there are none.

    Raises:
        ProjectError: If the file is broken, or names a wave that the project does not have.
    """
    path = wave.survey.folder / CORRECTIONS_FILE
    told = validated(Corrections, read_toml(path, ProjectError), file=path).corrections if path.is_file() else ()
    for one in told:
        if one.wave not in wave.survey.settings.waves:
            raise ProjectError(
                "A correction names a wave that the project does not have.",
                file=path, where=f"correction of {one.date}", expected="one of " + ", ".join(wave.survey.settings.waves), got=one.wave,
            )  # fmt: skip
    own = sorted((one for one in told if one.wave == wave.id), key=lambda one: one.date, reverse=True)
    if not own:
        return Prose("None: nothing in this publication has been corrected.")
    columns = tuple(Column(heading, "left") for heading in ("Date", "Where", "It said", "It says now", "Why"))
    return Table(columns, tuple((_day(one.date), one.place, one.was, one.now, one.why) for one in own))


def citation(wave: Wave) -> Prose:
    """How to cite the publication."""
    settings, published = wave.survey.settings, wave.settings.published
    note = " [synthetic responses]" if settings.synthetic else ""
    return Prose(f"{settings.publisher} ({published.year}). {settings.title}: {wave.settings.title}{note}. Published {_day(published)}.")


def contact(wave: Wave) -> Prose:
    """Whom to write to."""
    settings = wave.survey.settings
    return Prose(
        f"{settings.contact or settings.publisher} answers questions about these figures. "
        "Corrections are published with the date and the figure that they replace. Files with every figure (XLSX, CSV, JSON) "
        "and a manifest of what they were made from lie beside this report."
    )


def next_release(wave: Wave) -> Prose:
    """When the next wave was or will be published."""
    order, survey = wave.survey.settings.waves, wave.survey
    later = [other for other in survey.waves if order.index(other) > order.index(wave.id)]
    if later:
        following = load_wave(survey.wave_folder(later[0]) / "wave.toml")
        return Prose(f"The next wave, {following.title}, was published on {_day(following.published)}.")
    return Prose(survey.settings.next_release or "No date has been set for the next release.")


def licence(wave: Wave) -> Prose:
    """On what terms figures may be used."""
    return Prose(wave.survey.settings.licence or f"All rights are {wave.survey.settings.publisher}'s; ask before you republish.")


def conventions(wave: Wave) -> str:
    """How figures are rounded and marked (Markdown)."""
    disclosure = wave.survey.settings.disclosure
    correction = " with a correction for the finite population" if wave.survey.population_size else ""
    lines = [
        "Percentages are of those who answered the question, rounded half up from counts, and may not add up to 100; those of a question "
        "that allows several answers are not meant to.",
        'Nets such as "important or very important" are counted, not added from rounded percentages.',
        "A star (*) is under half a per cent, a dash (-) is nobody.",
        f"Bases below {disclosure.small_base} are marked [low]. Groups of fewer than {disclosure.minimum_base} are suppressed [c], "
        "together with as much else as keeps them from being worked out. So is what everyone in a small group said.",
        *(
            [f"Counts and bases are rounded to the nearest {disclosure.rounding}, and shares are made from the rounded counts."]
            if disclosure.rounding
            else []
        ),
        "A question that was not asked, or a figure that is not available, is [x], never zero.",
        f"Intervals are 95 per cent logit intervals{correction}. They assume that those who answered are like those who did not.",
    ]
    return "\n".join(f"- {escaped(line)}" for line in lines)


def _day(day: Day) -> str:
    return long_date(day.isoformat(), "en-GB")
