"""What findings need to know of a wave to be worded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._version import __version__
from barometer.project.hashes import digest
from barometer.project.settings import load_wave

if TYPE_CHECKING:
    from barometer.findings import FindingContext
    from barometer.project.wave import Wave


def finding_context(wave: Wave) -> FindingContext:
    """The wave, its people and its breaks as findings word them."""
    from barometer.findings import BreakLabels, Expectation, FindingContext
    from barometer.findings.disclosure_rounding import to_multiple

    survey, settings = wave.survey, wave.survey.settings
    return FindingContext(
        wave=wave.id,
        wave_title=wave.settings.title,
        fieldwork=wave.settings.fieldwork.model_dump(mode="json"),
        people=settings.population.people,
        respondents=settings.population.respondents,
        population_size=survey.population_size,
        wave_base=to_multiple(len(wave.responses), settings.disclosure.rounding),
        minimum_base=settings.disclosure.minimum_base,
        small_base=settings.disclosure.small_base,
        rounding=settings.disclosure.rounding,
        weighted=settings.design.weight,
        synthetic=settings.synthetic,
        version=__version__,
        # One digest for all inputs: the manifest lists them, and two hundred findings need not.
        inputs_sha256={"inputs": digest(wave.inputs)},
        series=settings.title,
        publisher=settings.publisher,
        organisations=settings.population.organisations,
        background=settings.background,
        breaks={name: BreakLabels(one.label, one.levels) for name, one in settings.breaks.items()},
        waves=settings.waves,
        wave_titles={other: load_wave(wave.survey.wave_folder(other) / "wave.toml").title for other in wave.survey.waves},
        expectations={id: Expectation(one.percent / 100, one.source) for id, one in survey.plan.expectations.items()},
    )
