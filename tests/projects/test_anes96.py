"""Real answers of 944 people through the stations, checked against plain counts of the data set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import barometer
from barometer.intake import typed

if TYPE_CHECKING:
    import pandas as pd

#: The question of each coded variable of the data set, and its lowest code.
CODED = {
    "self_position": ("selfLR", 1),
    "clinton_position": ("ClinLR", 1),
    "dole_position": ("DoleLR", 1),
    "party": ("PID", 0),
    "education": ("educ", 1),
    "income": ("income", 1),
    "vote": ("vote", 0),
}
NUMERIC = {"log_population": "logpopul", "tv_news": "TVnews", "age": "age"}


def test_every_respondent_and_every_answer_comes_in(anes96_project: Path, anes96_data: pd.DataFrame) -> None:
    survey = barometer.open(anes96_project)
    wave = survey.wave()
    assert wave.id == "1996"
    responses = typed(wave.export)
    assert len(wave.export) == len(responses) == 944
    assert responses.frame["respondent"].to_list() == [str(number) for number in range(1, 945)]
    assert set(CODED) | set(NUMERIC) == {question.id for question in survey.questionnaire}
    for question, (variable, lowest) in CODED.items():
        codes = [option.code for option in survey.questionnaire.question(question).options]
        by_hand = [codes[int(value) - lowest] for value in anes96_data[variable]]
        assert responses.frame[question].to_list() == by_hand, question
    for question, variable in NUMERIC.items():
        assert responses.frame[question].to_list() == anes96_data[variable].to_list(), question


def test_every_question_was_answered_by_everybody(anes96_project: Path) -> None:
    responses = typed(barometer.open(anes96_project).wave().export)
    for question in responses.questionnaire:
        assert set(responses.state(question.id)) == {"answered"}, question.id


def test_known_counts(anes96_project: Path) -> None:
    frame = typed(barometer.open(anes96_project).wave().export).frame
    assert dict(frame["vote"].value_counts().iter_rows()) == {"clinton": 551, "dole": 393}
    assert frame["party"].is_in(["strong_democrat", "weak_democrat"]).sum() == 380


def test_no_row_is_left_out(anes96_project: Path) -> None:
    check = barometer.open(anes96_project).wave().check
    assert len(check.accepted) == 944


@pytest.mark.parametrize(("question", "variable", "lowest"), [(question, *place) for question, place in CODED.items()])
def test_shares_equal_plain_shares(anes96_project: Path, anes96_data: pd.DataFrame, question: str, variable: str, lowest: int) -> None:
    wave = barometer.open(anes96_project).wave()
    asked = wave.question(question)
    shares = {row["option"]: row for row in wave.tabulate(question).frame.iter_rows(named=True) if row["statistic"] == "share"}
    for code, option in enumerate(asked.options, start=lowest):
        count = int((anes96_data[variable] == code).sum())
        assert (shares[option.code]["count"], shares[option.code]["base"]) == (count, 944)
        assert shares[option.code]["estimate"] == pytest.approx(count / 944, abs=1e-12)


def test_findings_say_what_plain_counts_say(anes96_project: Path, anes96_data: pd.DataFrame) -> None:
    wave = barometer.open(anes96_project).wave()
    clinton = wave.finding("vote.clinton")
    assert "551" in clinton.sentence("hsj")
    conservative = int((anes96_data["selfLR"] >= 5).sum())
    assert f"{conservative}, or {conservative / 944:.0%}".removesuffix("%") in wave.finding("self_position.any_conservative").sentence(
        "hsj"
    )
    assert next(finding.id for finding in wave.headlines()) == "1996/vote.clinton"


@pytest.mark.slow
def test_the_whole_job(anes96_project: Path, anes96_data: pd.DataFrame) -> None:
    from barometer.project.run import run
    from barometer.project.settings import REPORT

    if not (anes96_project / REPORT).is_file():
        pytest.skip(f"the project has no {REPORT}")
    wave = barometer.open(anes96_project).wave()
    publication = run(wave, renderer="embedded")
    folder = anes96_project / "build" / "1996"
    reports = {"report.html", "report.pdf", "report.docx"}
    assert reports | {"tables.xlsx", "tables.csv", "findings.json", "manifest.json"} <= set(publication.files)
    written = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    assert "551" in json.dumps(written)
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert wave.finding("vote.clinton").sentence("hsj") in html
    assert "synthetic" not in html.lower(), "these are the answers of real people"
    assert len(anes96_data) == 944
