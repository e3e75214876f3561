"""Every platform's export of the same answers gives the same typed responses."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from barometer.intake import ExportSettings, detect, mapping_text, read_export, typed
from barometer.intake.mapping import ColumnMapping
from barometer.questionnaire import Questionnaire

Rows = list[dict[str, Any]]

#: What has to be told where codes stand in the cells and the file does not say what they mean.
CODES = {
    "role": {"1": "chair", "2": "ao"},
    "lead": {"1": "trust", "2": "gp"},
    "rated": {"1": "good", "2": "fair", "3": "poor"},
}
LIME_CODES = {question: {f"A{code}": option for code, option in codes.items()} for question, codes in CODES.items()}
LIME_COLUMNS = {
    "Q1": "role",
    "Q2[SQ001]": "plans.acs",
    "Q2[SQ002]": "plans.alliance",
    "Q2[other]": "plans.other",
    "Q2[other] - text": "plans.other_text",
    "Q2[SQ004]": "plans.none",
    "Q3": "lead",
    "Q4[SQ001]": "rated.values",
    "Q4[SQ002]": "rated.records",
    "Q5": "confidence",
    "Q6[A1]": "needs.money",
    "Q6[A2]": "needs.staff",
    "Q6[A3]": "needs.time",
    "Q7[SQ001]": "spent.local",
    "Q7[SQ002]": "spent.system",
    "Q8": "why",
}
RANKS = {"Q6[A1]": "needs.money", "Q6[A2]": "needs.staff", "Q6[A3]": "needs.time"}
QUALTRICS_JOINED = {f"Q2 [{n}]": f"plans.{code}" for n, code in enumerate(["acs", "alliance", "other", "none"], start=1)}
KOBO = {"main/plans_other": "plans.other_text"}
KOBO_NAMES = KOBO | {f"main/rated/{item}": f"rated.{item}" for item in ("values", "records")}
KOBO_NAMES |= {f"main/spent/{item}": f"spent.{item}" for item in ("local", "system")}
KOBO_RANKS = {f"main/needs/{item}": f"needs.{item}" for item in ("money", "staff", "time")}

CASES: dict[str, tuple[str, str, dict[str, Any], ColumnMapping | None]] = {
    "qualtrics": ("qualtrics", "x.csv", {}, None),
    "qualtrics, joined": ("qualtrics", "x.csv", {"joined": True}, None),
    "qualtrics, numeric": ("qualtrics", "x.csv", {"numeric": True}, ColumnMapping(codes=CODES)),
    "qualtrics, numeric and joined": (
        "qualtrics",
        "x.csv",
        {"numeric": True, "joined": True},
        ColumnMapping(columns=QUALTRICS_JOINED, codes=CODES),
    ),
    "surveymonkey": ("surveymonkey", "x.csv", {}, None),
    "forms": ("forms", "x.xlsx", {}, None),
    "limesurvey, full": ("limesurvey", "x.csv", {"heading": "full"}, None),
    "limesurvey, codes": ("limesurvey", "x.csv", {"heading": "code"}, ColumnMapping(columns=LIME_COLUMNS, codes=LIME_CODES)),
    "limesurvey, both": ("limesurvey", "x.csv", {"heading": "both"}, ColumnMapping(columns=RANKS, codes=LIME_CODES)),
}


def written(name: str, folder: Path, exports: ModuleType, answers: Rows) -> tuple[str, Path, ExportSettings]:
    platform, file, how, mapping = CASES[name]
    path = getattr(exports, platform)(folder / file, answers, **how)
    settings = ExportSettings()
    if mapping is not None:
        (folder / "mapping.toml").write_text(mapping_text(mapping), encoding="utf-8")
        settings = ExportSettings(mapping="mapping.toml")
    return platform, path, settings


@pytest.mark.parametrize("name", CASES)
def test_a_platform_gives_the_answers_that_were_given_and_no_names(
    name: str, tmp_path: Path, exports: ModuleType, asked: Questionnaire, answers: Rows, expected: Rows
) -> None:
    platform, path, settings = written(name, tmp_path, exports, answers)
    assert detect(path).platform == platform
    export = read_export(path, asked, "w", settings)
    responses = typed(export)
    assert responses.frame.select(expected[0].keys()).to_dicts() == expected
    assert responses.frame["respondent"].to_list() == [one["id"] for one in answers]
    assert responses.frame["started"].to_list() == [dt.datetime.fromisoformat(one["start"]) for one in answers]
    assert responses.frame["completed"].to_list() == [dt.datetime.fromisoformat(one["end"]) for one in answers]
    assert export.unreadable.height == 0
    cells = {str(cell) for row in export.frame.rows() for cell in row}
    assert not cells & {"192.0.2.7", "jo@example.org", "Jo", "Doe", "Jo Doe", "X-1", "tok", "51.5"}, "nothing that names a person is left"
    assert any(note.startswith("dropped ") for note in export.notes)
    lead = [
        "not shown" if not ((one["plans"] or set()) & {"acs", "alliance"}) else "not answered" if one["lead"] is None else "answered"
        for one in answers
    ]
    assert responses.state("lead").to_list() == lead


@pytest.mark.parametrize("columns", ["both", "joined", "split"])
@pytest.mark.parametrize("labels", [False, True])
def test_kobo_with_its_form(
    tmp_path: Path, exports: ModuleType, asked: Questionnaire, answers: Rows, expected: Rows, columns: str, labels: bool
) -> None:
    path = exports.kobo(tmp_path / "x.csv", answers, columns=columns, labels=labels)
    exports.xlsform(tmp_path / "form.xlsx")
    other = "Which other?" if labels else "main/plans_other"
    (tmp_path / "m.toml").write_text(mapping_text(ColumnMapping(columns={other: "plans.other_text"})))
    responses = typed(read_export(path, asked, "w", ExportSettings(form="form.xlsx", mapping="m.toml")))
    assert responses.frame.select(expected[0].keys()).to_dicts() == expected
    assert responses.frame["respondent"].to_list() == [one["id"] for one in answers]
    assert responses.frame["started"].to_list() == [dt.datetime.fromisoformat(one["start"]) for one in answers]


@pytest.mark.parametrize("columns", ["both", "joined", "split"])
def test_kobo_without_its_form(
    tmp_path: Path, exports: ModuleType, asked: Questionnaire, answers: Rows, expected: Rows, columns: str
) -> None:
    path = exports.kobo(tmp_path / "x.csv", answers, columns=columns)
    without = [name for name in expected[0] if not name.startswith("needs.")]
    asked_here = asked.model_copy(update={"questions": tuple(question for question in asked if question.id != "needs")})
    mapping = ColumnMapping(columns={**KOBO_NAMES}, ignore=("main/needs",))
    (tmp_path / "m.toml").write_text(mapping_text(mapping))
    responses = typed(read_export(path, asked_here, "w", ExportSettings(mapping="m.toml")))
    assert responses.frame.select(without).to_dicts() == [{name: row[name] for name in without} for row in expected]


def test_surveymonkey_condensed(tmp_path: Path, exports: ModuleType, asked: Questionnaire, answers: Rows, expected: Rows) -> None:
    path = exports.surveymonkey_condensed(tmp_path / "x.csv", answers)
    kept = ("role", "plans", "why")
    asked_here = asked.model_copy(update={"questions": tuple(question for question in asked if question.id in kept)})
    responses = typed(read_export(path, asked_here, "w", ExportSettings()))
    columns = ["role", *(f"plans.{code}" for code in exports.PLANS), "why"]
    assert responses.frame.select(columns).to_dicts() == [{name: row[name] for name in columns} for row in expected]
