from __future__ import annotations

import pytest

from barometer.findings import make_findings, search


@pytest.fixture
def told(questionnaire, share, frame, context):
    rows = [share("contracting", option.code, 30, 100) for option in questionnaire.question("contracting").options]
    rows += [share("stp_impact", option.code, 30, 100) for option in questionnaire.question("stp_impact").options]
    rows += [share("savings", "important_or_very", 60, 98, item=item.id) for item in questionnaire.question("savings").items]
    return make_findings(frame(*rows), questionnaire, context)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("ACS", "contracting.accountable_care_system"),
        ("acs", "contracting.accountable_care_system"),
        ("what did leaders say about accountable care systems?", "contracting.accountable_care_system"),
        ("accountable care organisation", "contracting.accountable_care_organisation"),
        ("acountable care sytem", "contracting.accountable_care_system"),
        ("merge", "stp_impact.ccg_merges"),
        ("hospital activity", "savings.reduce_hospital_activity"),
        ("GP contract", "contracting.large_scale_gp_contract"),
        ("stepping back", "stp_impact.some_leaders_step_back"),
        ("ccg_shares_more_functions", "stp_impact.ccg_shares_more_functions"),
    ],
)
def test_the_first_answer_is_the_one_that_was_meant(told, words, first):
    assert search(told, words)[0].key == first


def test_all_words_count(told):
    assert {finding.key for finding in search(told, "accountable care")} == {
        "contracting.accountable_care_system",
        "contracting.accountable_care_organisation",
    }


def test_nothing_fits(told):
    assert search(told, "unicorns") == []
    assert search(told, "what did they say") == []


def test_without_words_all_are_listed(told):
    assert len(search(list(told), "")) == len(told)
