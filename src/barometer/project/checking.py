"""Puts the validation station to work for a wave of a project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from barometer.errors import ProjectError
from barometer.project.settings import AMENDMENTS_FILE, RULES_FILE, SUITES_FOLDER

if TYPE_CHECKING:
    from barometer.project.wave import Wave
    from barometer.validation import CheckContext, CheckResult, SuiteChange


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


def suite_file(wave: Wave) -> Path:
    """Where the snapshot of a wave's suite of expectations is kept under version control."""
    return wave.survey.folder / SUITES_FOLDER / f"{wave.id}.json"


def suite_changed(wave: Wave, result: CheckResult) -> SuiteChange | None:
    """How the suite differs from its committed snapshot; None where there is no snapshot.

    Raises:
        ProjectError: If the snapshot is not one.
    """
    from barometer.validation import suite, suite_change

    path = suite_file(wave)
    if not path.is_file():
        return None
    # Through JSON, as the snapshot went, so that a tuple and a list are the same.
    now = json.loads(json.dumps(suite(result)))
    try:
        return suite_change(json.loads(path.read_text(encoding="utf-8")), now)
    except (ValueError, KeyError, TypeError) as problem:
        raise ProjectError(
            "The snapshot of the suite cannot be read.",
            file=path,
            expected="what 'barometer check --suite' wrote",
            got=f"{type(problem).__name__}: {problem}",
            hint="Write it again: barometer check --suite",
        ) from None
