"""The project's own wave: every fault that was planted in its synthetic export is found, and nothing else is put aside."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from barometer.intake import ExportSettings, read_export
from barometer.questionnaire import load, read_toml
from barometer.validation import CheckContext, CheckResult, check, load_rules

ROOT = Path(__file__).parents[2]
WAVE = ROOT / "data" / "waves" / "2016-spring"
RULE_OF = {
    "two_answers_for_one_post": "post.unique",
    "unknown_option": "relationships.code",
    "required_answer_missing": "stp_impact.required",
    "post_not_in_frame": "post.in_frame",
    "title_contradicts_role": "post.role",
    "duplicate_submission": "respondent.unique",
    "hidden_question_answered": "accountable_care_lead.routing",
    "after_fieldwork": "completed.window",
}


@pytest.fixture(scope="module")
def result() -> CheckResult:
    wave, project = read_toml(WAVE / "wave.toml"), read_toml(ROOT / "barometer.toml")
    questionnaire = load(ROOT / "data" / "questionnaire.toml")
    export = read_export(WAVE / wave["responses"], questionnaire, "2016-spring", ExportSettings(**wave["export"]))
    context = CheckContext(
        rules=load_rules(ROOT / "validation" / "rules.toml"),
        fieldwork_start=wave["fieldwork"]["start"],
        fieldwork_end=wave["fieldwork"]["end"],
        key=project["population"]["key"],
        role_question=project["population"]["roles"]["question"],
        role_column=project["population"]["roles"]["column"],
    )
    frame = pl.read_csv(ROOT / project["population"]["frame"], infer_schema=False)
    return check(export, frame=frame, context=context, certify=False)


def test_every_planted_fault_is_found(result):
    planted = pl.read_csv(WAVE / "planted_faults.csv", infer_schema=False)
    found = set(result.failures.select("respondent", "rule").iter_rows())
    assert [fault for fault in planted.iter_rows(named=True) if (fault["response_id"], RULE_OF[fault["fault"]]) not in found] == []


def test_nothing_else_is_put_aside(result):
    planted = pl.read_csv(WAVE / "planted_faults.csv", infer_schema=False)
    held = result.failures.filter(pl.col("severity") == "critical")["respondent"]
    assert set(held) == set(planted["response_id"])
    assert result.counts == {"read": 110, "accepted": 100, "quarantined": 10}
    assert result.passed


@pytest.mark.parametrize("id", ["2012-autumn", "2015-late", "2016-autumn"])
def test_the_recorded_suite_is_that_of_the_rules(id):
    from barometer.project import open
    from barometer.project.checking import suite_changed

    wave = open(ROOT).wave(id)
    change = suite_changed(wave, wave.check)
    assert change is not None, "no suite is recorded: barometer check --suite"
    assert not change, f"{change}: barometer check {id} --suite"
