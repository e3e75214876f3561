"""Puts the validation station to work for a wave of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer.project.settings import AMENDMENTS_FILE, RULES_FILE

if TYPE_CHECKING:
    from barometer.project.wave import Wave
    from barometer.validation import CheckContext, CheckResult


def context_of(wave: Wave) -> CheckContext:
    """What the validation station needs to know of the project: rules, fieldwork, frame and roles."""
    from barometer.validation import CheckContext, RulesFile, load_rules

    survey, population = wave.survey, wave.survey.settings.population
    path = survey.folder / RULES_FILE
    return CheckContext(
        rules=load_rules(path) if path.exists() else RulesFile(),
        rules_file=path,
        fieldwork_start=wave.settings.fieldwork.start,
        fieldwork_end=wave.settings.fieldwork.end,
        frame_file=survey.folder / population.frame if population.frame else None,
        key=population.key or "post",
        role_question=population.roles.question if population.roles else None,
        role_column=population.roles.column if population.roles else None,
    )


def checked(wave: Wave) -> CheckResult:
    """The decisions on record applied, then the rules, by polars alone: decides which rows count, certifies nothing."""
    from barometer.validation import check, load_amendments

    path = wave.survey.wave_folder(wave.id) / AMENDMENTS_FILE
    amendments = load_amendments(path) if path.is_file() else None
    return check(wave.export, frame=wave.survey.frame, context=context_of(wave), amendments=amendments, certify=False)
