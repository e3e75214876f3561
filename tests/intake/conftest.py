"""A small questionnaire of every kind, and exports of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from barometer.intake import Export, ExportSettings, read_export
from barometer.questionnaire import Questionnaire, parse

TABLES: dict[str, Any] = {
    "title": "A small barometer",
    "themes": [{"id": "t", "title": "Theme"}],
    "scales": {
        "quality": {
            "options": [
                {"code": "good", "label": "Good", "value": 3},
                {"code": "fair", "label": "Neither good, nor poor", "value": 2},
                {"code": "poor", "label": "Poor", "value": 1},
                {"code": "dk", "label": "Don’t know", "dont_know": True},
            ]
        }
    },
    "questions": [
        {
            "id": "role",
            "number": "Q1",
            "kind": "single",
            "theme": "t",
            "text": "What is your post?",
            "short": "Post",
            "options": [
                {"code": "chair", "label": "Clinical chair", "aliases": ["Chair"]},
                {"code": "ao", "label": "Accountable officer (£)"},
            ],
        },
        {
            "id": "plans",
            "number": "Q2",
            "kind": "multiple",
            "theme": "t",
            "text": "Which of these, if any?",
            "short": "Plans",
            "options": [
                {"code": "acs", "label": "Accountable care system"},
                {"code": "aco", "label": "Organisation"},
                {"code": "new", "label": "New form", "waves": ["w2"]},
                {"code": "other", "label": "Other (please specify)", "other": True},
                {"code": "none", "label": "None of these", "exclusive": True},
            ],
        },
        {
            "id": "lead",
            "number": "Q3",
            "kind": "single",
            "theme": "t",
            "text": "Who leads?",
            "short": "Lead",
            "shown_if": {"question": "plans", "any_of": ["acs", "aco"]},
            "options": [{"code": "trust", "label": "A trust"}, {"code": "gp", "label": "GPs"}],
        },
        {
            "id": "rated",
            "number": "Q4",
            "kind": "battery",
            "theme": "t",
            "text": "How good is each?",
            "short": "Rated",
            "scale": "quality",
            "items": [
                {"id": "values", "label": "Shared values"},
                {"id": "records", "label": "Records, shared"},
                {"id": "budgets", "label": "Budgets", "waves": ["w2"]},
            ],
        },
        {"id": "confidence", "number": "Q5", "kind": "numeric", "theme": "t", "text": "How confident?", "short": "Confidence"},
        {
            "id": "first",
            "number": "Q6",
            "kind": "ranking",
            "theme": "t",
            "text": "Rank these.",
            "short": "Ranks",
            "items": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}],
        },
        {
            "id": "time",
            "number": "Q7",
            "kind": "allocation",
            "theme": "t",
            "text": "Your time?",
            "short": "Time",
            "items": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}],
        },
        {"id": "why", "number": "Q8", "kind": "text", "theme": "t", "text": "Why?", "short": "Why"},
        {"id": "later", "number": "Q9", "kind": "numeric", "theme": "t", "text": "And later?", "short": "Later", "waves": ["w2"]},
    ],
}

HEADERS = [
    "Response ID",
    "End date",
    "Q1. What is your post?",
    "Q2. Which of these, if any? [Accountable care system]",
    "Q2. Which of these, if any? [Organisation]",
    "Q2. Which of these, if any? [Other (please specify)]",
    "Q2. Which of these, if any? [None of these]",
    "Q3. Who leads?",
    "Q4. How good is each? [Shared values]",
    "Q4. How good is each? [Records, shared]",
    "Q5. How confident?",
    "Q6. Rank these. [A]",
    "Q6. Rank these. [B]",
    "Q7. Your time? [A]",
    "Q7. Your time? [B]",
    "Q8. Why?",
]

#: What somebody answered who answered everything.
FULL = {
    "Response ID": "r1",
    "End date": "2016-03-01 09:05:07",
    "Q1. What is your post?": "Clinical chair",
    "Q2. Which of these, if any? [Accountable care system]": "Accountable care system",
    "Q3. Who leads?": "A trust",
    "Q4. How good is each? [Shared values]": "Good",
    "Q4. How good is each? [Records, shared]": "Neither good, nor poor",
    "Q5. How confident?": "7",
    "Q6. Rank these. [A]": "2",
    "Q6. Rank these. [B]": "1",
    "Q7. Your time? [A]": "60",
    "Q7. Your time? [B]": "40",
    "Q8. Why?": "Because.",
}

Rows = Sequence[dict[str, str]]


def row(id: str = "r1", **answers: str) -> dict[str, str]:
    """The full answers with some changed; a question is named by its number, and a part of it by the part's label."""
    changed = dict(FULL, **{"Response ID": id})
    for name, value in answers.items():
        number, _, part = name.partition("_")
        fitting = [header for header in HEADERS if header.startswith(f"{number}.") and (not part or f"[{part}" in header)]
        assert fitting, name
        for header in fitting:
            changed[header] = value
    return changed


def as_csv(rows: Rows, headers: Sequence[str] = HEADERS, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    writer.writerow(headers)
    writer.writerows([one.get(header, "") for header in headers] for one in rows)
    return text.getvalue()


@pytest.fixture(scope="session")
def small() -> Questionnaire:
    return parse(TABLES)


@pytest.fixture(scope="session")
def settings() -> ExportSettings:
    return ExportSettings(respondent="Response ID", completed="End date")


@pytest.fixture
def read(tmp_path: Path, small: Questionnaire, settings: ExportSettings) -> Callable[..., Export]:
    """Reads an export given as text, bytes or rows."""

    def reading(content: str | bytes | Rows, wave: str = "w1", **changed: Any) -> Export:
        path = tmp_path / "responses.csv"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else as_csv(content), encoding="utf-8", newline="")
        return read_export(path, small, wave, settings.model_copy(update=changed))

    return reading


@pytest.fixture
def rows() -> Callable[..., dict[str, str]]:
    return row


@pytest.fixture
def csv_text() -> Callable[..., str]:
    return as_csv


@pytest.fixture
def headers() -> list[str]:
    return list(HEADERS)
