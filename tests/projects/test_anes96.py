"""Real answers of 944 people through the stations, checked against plain counts of the data set."""

from __future__ import annotations

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
