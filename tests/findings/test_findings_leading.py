from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from barometer.errors import UsageError
from barometer.findings import Expectation, headlines, make_findings, why
from barometer.findings.leading import WEIGHTS
from barometer.findings.numbers import exact, half_up


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


def expecting(context, **expected):
    return replace(context, expectations={id.replace("__", "."): Expectation(share, "the plan of 2015") for id, share in expected.items()})


def test_the_score_can_be_defended(told):
    for finding in told:
        scoring = finding.scoring
        assert finding.score == pytest.approx(sum(scoring.parts.values()) * scoring.standing, abs=0.01)
        assert all(0 <= points <= WEIGHTS[name] for name, points in scoring.parts.items())
        assert why(finding).startswith(f"{half_up(exact(finding.score))} of 100: ")


def test_what_was_expected_is_an_even_split_where_nobody_said(told):
    expected = {finding.key: (finding.scoring.expected, finding.scoring.expected_from) for finding in told}
    assert expected["contracting.alliance_contract"] == (0.5, "an even split")
    assert expected["integration.shared_ethos_and_values"] == (pytest.approx(2 / 5), "an even split")


def test_an_editor_s_expectation_comes_first(questionnaire, share, frame, context):
    rows = frame(*(share("contracting", code, 58, 100) for code in ("accountable_care_system", "alliance_contract")))
    told = make_findings(rows, questionnaire, expecting(context, contracting__alliance_contract=0.2))
    acs, alliance = told
    assert acs.scoring.parts["distance"] == 0  # 50 lies within the interval: chance alone could give the difference
    assert alliance.scoring.parts["distance"] == 15
    assert (alliance.scoring.expected, alliance.scoring.expected_from) == (0.2, "the plan of 2015")
    assert alliance.score > acs.score
    assert "expected: 20 per cent (the plan of 2015)" in why(alliance)


def test_the_previous_wave_is_what_was_expected_where_it_can_be_compared(questionnaire, share, frame, context, change):
    asked = questionnaire.model_copy(update={"questions": tuple(one.model_copy(update={"waves": None}) for one in questionnaire.questions)})
    changes = pl.DataFrame([change("contracting", "alliance_contract", -0.18)])
    told = make_findings(frame(share("contracting", "alliance_contract", 55, 100)), asked, context, changes=changes)[0]
    assert told.scoring.expected == pytest.approx(62 / 85)
    assert told.scoring.expected_from == "January 2013"
    assert told.scoring.parts["distance"] == pytest.approx(15 * (62 / 85 - 0.55) / 0.30, abs=0.01)


def test_an_expectation_that_names_its_wave_is_for_that_wave(questionnaire, share, frame, context):
    rows = frame(share("contracting", "alliance_contract", 58, 100))
    key = "contracting.alliance_contract"
    both = {
        key: Expectation(0.1, "any wave"),
        f"2016-spring/{key}": Expectation(0.2, "this one"),
        f"2016-autumn/{key}": Expectation(0.3, "next"),
    }
    for expectations in (both, dict(reversed(both.items()))):
        told = make_findings(rows, questionnaire, replace(context, expectations=expectations))[0]
        assert told.scoring.expected_from == "this one"


def test_an_expectation_of_nothing_is_an_error(questionnaire, share, frame, context):
    rows = frame(share("contracting", "alliance_contract", 58, 100))
    with pytest.raises(UsageError, match=r"Did you mean 'contracting\.alliance_contract'"):
        make_findings(rows, questionnaire, expecting(context, contracting__aliance_contract=0.2))
    with pytest.raises(UsageError, match="contracting"):
        make_findings(rows, questionnaire, expecting(context, contractng__alliance_contract=0.2))
    mean = {**share("financial_confidence", "", 94, 94), "statistic": "mean", "estimate": 5.6, "conf_low": 5.2, "conf_high": 6.0}
    with pytest.raises(UsageError, match="the figure is a mean"):
        make_findings(frame(mean), questionnaire, expecting(context, financial_confidence__mean=0.2))


def test_what_only_other_waves_have_or_is_withheld_is_left_alone(questionnaire, share, frame, context):
    rows = frame(share("contracting", "alliance_contract", 58, 100), share("accountable_care_lead", "council", 3, 8))
    told = make_findings(rows, questionnaire, expecting(context, barriers__capital_funding=0.2, accountable_care_lead__council=0.5))
    assert told[0].scoring.expected_from == "an even split"
