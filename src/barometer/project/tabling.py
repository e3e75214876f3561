"""The tables of a publication: the tidy table with its dictionary, and the workbook."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from barometer.project.freezing import workbook

if TYPE_CHECKING:
    from barometer.project.wave import Wave
    from barometer.project.worker import Worker
    from barometer.publishing.rendering.freeze import Freeze


def write_tables(wave: Wave, folder: Path) -> None:
    """Writes `tables.csv`, `tables.parquet` and `data-dictionary.csv` of a wave, or of one group of it, into a folder."""
    from barometer.publishing.dictionary import write_dictionary
    from barometer.publishing.tidy import write_tidy

    survey, settings = wave.survey, wave.survey.settings
    asked = [question for question in survey.questionnaire.asked_in(wave.id) if question.kind != "text"]
    labels = {(question.id, code): label for question in asked for code, label in wave.labels(question.id).items()}
    titles = {question.id: question.short for question in asked}
    table = write_tidy(folder / "tables.csv", wave.published, titles, labels, synthetic=settings.synthetic)
    breaks = {name: settings.breaks[name] for name in survey.plan.breaks}
    write_dictionary(folder / "data-dictionary.csv", table, survey.questionnaire.asked_in(wave.id), breaks, wave.id)


def start_workbook(wave: Wave, folder: Path, worker: Worker, kept: Freeze | None, created: datetime) -> Callable[[], Any]:
    """Has the worker write `tables.xlsx`.

    Returns:
        A function that waits until the file is there.
    """
    from barometer.publishing.workbook import WorkbookText, write_workbook

    survey, settings = wave.survey, wave.survey.settings
    asked = [question for question in survey.questionnaire.asked_in(wave.id) if question.kind != "text"]
    breaks = {name: settings.breaks[name] for name in survey.plan.breaks}
    introduction = [f"{settings.title}, {wave.settings.title}. Fieldwork: {wave.settings.fieldwork.text}."]
    if settings.synthetic:
        introduction.insert(0, "All responses are synthetic: made up for a worked example.")
    text = WorkbookText(
        title=f"{settings.title}: {wave.settings.title}" + (" (synthetic responses)" if settings.synthetic else ""),
        introduction=tuple(introduction),
        about=(
            f"{wave.check.counts['accepted']} accepted responses of {settings.population.describes}.",
            f"Groups of fewer than {settings.disclosure.minimum_base} respondents are suppressed.",
            *([f"Counts and bases are rounded to the nearest {settings.disclosure.rounding}."] if settings.disclosure.rounding else []),
            "Shares are rounded half up from counts; rows may not add up to 100.",
        ),
        contact=(settings.contact or settings.publisher,),
        created=created.replace(tzinfo=None),
    )
    return workbook(kept, worker, write_workbook, folder / "tables.xlsx", asked, wave.published.frame, breaks, wave.id, text)
