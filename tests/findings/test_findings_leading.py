from __future__ import annotations

import polars as pl
import pytest

from barometer.errors import UsageError
from barometer.findings import headlines, make_findings


@pytest.fixture
def told(questionnaire, share, frame, context):
    rows = [share("post_title", "chair", 95, 100)]
    rows += [
        share("contracting", code, n, 100) for code, n in (("accountable_care_system", 58), ("alliance_contract", 55), ("dont_know", 97))
    ]
    rows += [share("stp_impact", code, n, 100) for code, n in (("i_set_strategy_across_footprint", 68), ("ccg_merges", 5))]
    rows += [share("integration", "important_or_very", 92, 100, item="shared_ethos_and_values", statistic="net")]
    return make_findings(frame(*rows), questionnaire, context)


def test_themes_are_balanced_and_the_best_of_each_leads(told):
    led = [finding.theme for finding in headlines(told, n=4)]
    assert sorted(set(led[:2])) == ["intentions", "stp_roles"]
    assert led[2:] != led[:2] or len(set(led[2:])) == 2
    best = {theme: max(finding.score for finding in told if finding.theme == theme) for theme in led[:2]}
    assert [finding.score for finding in headlines(told, n=2)] == sorted(best.values(), reverse=True)


def test_background_and_dont_know_do_not_lead(told):
    scores = {finding.key: finding.score for finding in told}
    assert scores["post_title.chair"] == 0
    assert scores["contracting.dont_know"] < scores["contracting.alliance_contract"]
    assert "post_title.chair" not in [finding.key for finding in headlines(told, n=99)]


def test_scores_are_within_bounds(told):
    assert all(0 <= finding.score <= 100 for finding in told)


def test_pins_come_first_and_in_their_order(told):
    led = headlines(told, n=3, pins=["contracting.alliance_contract", "2016-spring/stp_impact.ccg_merges"])
    assert [finding.key for finding in led[:2]] == ["contracting.alliance_contract", "stp_impact.ccg_merges"]
    assert len(led) == 3


def test_a_pin_that_names_nothing_is_an_error(told):
    with pytest.raises(UsageError, match="alliance_contract"):
        headlines(told, pins=["contracting.aliance_contract"])


def test_a_significant_change_leads(questionnaire, share, frame, context, change):
    rows = [share("contracting", code, 55, 100) for code in ("accountable_care_system", "alliance_contract")]
    changes = pl.DataFrame([change("contracting", "alliance_contract", 0.2, p_value=0.001)])
    asked = questionnaire.model_copy(
        update={"questions": tuple(question.model_copy(update={"waves": None}) for question in questionnaire.questions)}
    )
    told = make_findings(frame(*rows), asked, context, changes=changes)
    assert headlines(told, n=1)[0].key == "contracting.alliance_contract"
