from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from barometer.intake import Export
from barometer.questionnaire import Questionnaire, parse
from barometer.validation import CheckContext

WAVE = "w1"
QUESTIONNAIRE: dict[str, Any] = {
    "title": "Test",
    "themes": [{"id": "t", "title": "T"}],
    "scales": {"mood": {"options": [{"code": code, "label": code, "value": place} for place, code in enumerate("abcde")]}},
    "questions": [
        {
            "id": "role",
            "number": "Q1",
            "kind": "single",
            "theme": "t",
            "text": "Role?",
            "short": "Role",
            "required": True,
            "options": [{"code": "chair", "label": "Chair"}, {"code": "ao", "label": "Officer", "aliases": ["Accountable officer"]}],
        },
        {
            "id": "plans",
            "number": "Q2",
            "kind": "multiple",
            "theme": "t",
            "text": "Plans?",
            "short": "Plans",
            "required": True,
            "options": [
                {"code": "acs", "label": "ACS"},
                {"code": "aco", "label": "ACO"},
                {"code": "other", "label": "Other", "other": True},
                {"code": "none", "label": "None", "exclusive": True},
            ],
        },
        {
            "id": "lead",
            "number": "Q3",
            "kind": "single",
            "theme": "t",
            "text": "Lead?",
            "short": "Lead",
            "required": True,
            "shown_if": {"question": "plans", "any_of": ["acs", "aco"]},
            "options": [{"code": "trust", "label": "A trust"}, {"code": "council", "label": "A council"}],
        },
        {
            "id": "levers",
            "number": "Q4",
            "kind": "battery",
            "theme": "t",
            "text": "Levers?",
            "short": "Levers",
            "scale": "mood",
            "items": [{"id": f"i{n}", "label": f"Item {n}"} for n in range(1, 7)],
        },
        {
            "id": "confidence",
            "number": "Q5",
            "kind": "numeric",
            "theme": "t",
            "text": "Confidence?",
            "short": "Confidence",
            "minimum": 1,
            "maximum": 10,
            "integer": True,
        },
        {
            "id": "first",
            "number": "Q6",
            "kind": "ranking",
            "theme": "t",
            "text": "Rank.",
            "short": "Ranks",
            "ranks": 3,
            "items": [{"id": item, "label": item} for item in ("beds", "staff", "money", "time")],
        },
        {
            "id": "share",
            "number": "Q7",
            "kind": "allocation",
            "theme": "t",
            "text": "Share out 100.",
            "short": "Shares",
            "items": [{"id": item, "label": item} for item in ("own", "stp", "rest")],
        },
        {"id": "help", "number": "Q8", "kind": "text", "theme": "t", "text": "Help?", "short": "Help"},
    ],
}
#: A submission that every rule lets pass.
CLEAN: dict[str, str | None] = {
    "role": "chair",
    "plans.acs": "1",
    "plans.other": "1",
    "plans.other_text": "a partnership",
    "lead": "trust",
    **{f"levers.i{n}": answer for n, answer in enumerate("abcdea", start=1)},
    "confidence": "7",
    "first.beds": "2",
    "first.staff": "1",
    "first.time": "3",
    "share.own": "50",
    "share.stp": "30.5",
    "share.rest": "19.5",
    "help": "More time",
    "started": "2016-03-02 10:00:00",
    "completed": "2016-03-02 10:12:00",
}

MakeExport = Callable[..., Export]


@pytest.fixture(scope="session")
def questionnaire() -> Questionnaire:
    return parse(QUESTIONNAIRE)


@pytest.fixture(scope="session")
def make_export(questionnaire: Questionnaire) -> MakeExport:
    """Exports with one row for each dict of changes to a clean submission."""

    def make(*changes: dict[str, str | None], unreadable: tuple[tuple[int, str], ...] = ()) -> Export:
        rows = []
        for number, change in enumerate(changes):
            post = f"P{number + 1:02}"
            rows.append({**CLEAN, "respondent": f"R{number + 1:02}", "post": post, "role": "chair" if number % 2 == 0 else "ao", **change})
        names = ["respondent", "started", "completed", "post"]
        names += [column for question in questionnaire.asked_in(WAVE) for column in question.columns(WAVE)]
        frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String))
        frame = frame.with_columns(pl.col("started", "completed").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us"))
        frame = frame.with_row_index("row", offset=2).with_columns(pl.col("row").cast(pl.Int64))
        marked = pl.DataFrame(list(unreadable), schema={"row": pl.Int64, "column": pl.String}, orient="row")
        return Export(Path("responses.csv"), WAVE, questionnaire, "utf-8", frame, marked)

    return make


@pytest.fixture(scope="session")
def population() -> pl.DataFrame:
    """Forty posts, chairs and officers in turn, the officers spelt as an alias."""
    return pl.DataFrame(
        {
            "post": [f"P{number:02}" for number in range(1, 41)],
            "role": ["Chair", "Accountable officer"] * 20,
            "region": ["north", "north", "south", "south"] * 10,
            "size": [float(number) for number in range(40)],
        }
    )


@pytest.fixture(scope="session")
def context() -> CheckContext:
    return CheckContext(
        fieldwork_start=date(2016, 3, 1),
        fieldwork_end=date(2016, 4, 15),
        role_question="role",
        role_column="role",
    )
