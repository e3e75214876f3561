"""Writes the answers as a survey platform exports them: one header row, one row a submission, labels instead of codes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from barometer.questionnaire import Question, Questionnaire
from synthetic.answers import Sheet
from synthetic.plan import ExportNames

#: What the platform adds and the toolkit ignores.
STATUS, SECONDS = "Status", "Seconds taken"

Cells = Mapping[str, str]


def headers(questionnaire: Questionnaire, wave: str) -> dict[str, str]:
    """The header of each answer column: number and wording, with the option or item in square brackets."""
    return {column: header for question in questionnaire.asked_in(wave) for column, header in _headers_of(question, wave)}


def labelled(sheet: Sheet, questionnaire: Questionnaire, wave: str) -> list[dict[str, str]]:
    """The sheet's rows, keyed by header: a code becomes its label, a tick the label of its option; other text stays as it is."""
    rows: list[dict[str, str]] = [{} for _ in next(iter(sheet.values()))]
    for question in questionnaire.asked_in(wave):
        labels = {option.code: option.label for option in question.options}
        for column, header in _headers_of(question, wave):
            code = column.partition(".")[2]
            for row, cell in zip(rows, sheet[column], strict=True):
                if question.kind == "multiple" and code in labels:
                    row[header] = labels[code] if cell else ""
                else:
                    row[header] = labels.get(cell, cell)
    return rows


def metadata_columns(names: ExportNames) -> list[str]:
    """The headers before the answers, in the order of the export."""
    return [names.respondent, STATUS, names.started, names.completed, SECONDS, names.post]


def metadata(names: ExportNames, *, id: str, started: datetime, seconds: int, post: str, complete: bool) -> dict[str, str]:
    """The cells before the answers."""
    ended = started + timedelta(seconds=seconds)
    status = "Complete" if complete else "Partial"
    cells = (id, status, started.strftime(names.timestamp), ended.strftime(names.timestamp), str(seconds), post)
    return dict(zip(metadata_columns(names), cells, strict=True))


def to_csv(columns: Sequence[str], rows: Sequence[Cells]) -> bytes:
    """UTF-8 without a byte order mark, lines ended by a line feed, quotation marks only where a cell needs them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(columns), lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _headers_of(question: Question, wave: str) -> list[tuple[str, str]]:
    number = f"{question.number}. " if question.number else ""
    stem = question.header or f"{number}{question.wording(wave)}"
    if question.kind == "multiple":
        found = []
        for option in question.options_in(wave):
            found.append((f"{question.id}.{option.code}", f"{stem} [{option.label}]"))
            if option.other:
                found.append((f"{question.id}.other_text", f"{stem} [{option.label} - text]"))
        return found
    if question.items:
        return [(f"{question.id}.{item.id}", f"{stem} [{item.label}]") for item in question.items_in(wave)]
    return [(question.id, stem)]
