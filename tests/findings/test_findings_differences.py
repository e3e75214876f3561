"""Differences between groups and between waves: a direction only with significance, and nobody disclosed."""

from __future__ import annotations

import polars as pl
import pytest

from barometer.findings import comparison_from_counts, make_findings


@pytest.fixture
def split(asking, share, frame, context):
    def make(level: tuple[int, int], rest: tuple[int, int], p_value: float | None = 0.008):
        total = share("plans", "yes", level[0] + rest[0], level[1] + rest[1])
        groups = [
            share("plans", "yes", *pair, **{"break": "role", "level": name, "p_rest_adjusted": p_value})
            for name, pair in (("chair", level), ("ao", rest))
        ]
        return make_findings(frame(total, *groups), asking(), context)[0]

    return make


def test_a_group_that_differs_is_told_with_both_figures(split):
    told = split((38, 54), (20, 46))
    (chair,) = told.breakdowns  # accountable officers, the only others, are told with them
    assert (chair.percent, chair.rest_percent, chair.rest_base, chair.rest_label) == (70, 43, 46, "Accountable officers")
    assert chair.sentences["hsj"] == "By role: Chairs, 70 per cent (38 of 54); Accountable officers, 43 per cent (20 of 46)."
    assert chair.sentences["ons"] == "By role: Chairs, 70% (38 of 54); Accountable officers, 43% (20 of 46)."


def test_one_of_several_groups_is_set_against_all_others(asking, share, frame, context):
    groups = [("north", 25, 30, 0.01), ("london", 12, 30, 0.4), ("south", 13, 40, 0.2)]
    rows = [share("plans", "yes", n, base, **{"break": "region", "level": level, "p_rest_adjusted": p}) for level, n, base, p in groups]
    told = make_findings(frame(share("plans", "yes", 50, 100), *rows), asking(), context)[0]
    assert [breakdown.sentences["hsj"] for breakdown in told.breakdowns] == [
        "By region: north, 83 per cent (25 of 30); all others, 36 per cent (25 of 70)."
    ]


def test_small_groups_are_counts_and_nobody_is_none(split):
    assert (
        split((2, 25), (40, 75)).breakdowns[0].sentences["hsj"] == "By role: Chairs, 2 of 25; Accountable officers, 53 per cent (40 of 75)."
    )
    assert split((0, 45), (20, 55)).breakdowns[0].sentences["ons"] == "By role: Chairs, none of 45; Accountable officers, 36% (20 of 55)."


@pytest.mark.parametrize("p_value", [0.05, 0.2, None])
def test_a_group_that_does_not_differ_significantly_is_not_told(split, p_value):
    assert split((38, 54), (20, 46), p_value).breakdowns == ()


def test_a_group_below_the_minimum_base_is_not_told_nor_had_by_subtraction(split):
    assert split((8, 9), (20, 91)).breakdowns == ()


@pytest.mark.parametrize("count", [0, 12])
def test_a_small_group_that_is_all_alike_is_not_told(split, count):
    assert split((count, 12), (40, 88)).breakdowns == ()


def test_a_suppressed_group_is_not_told(asking, share, frame, context):
    hidden = {"estimate": None, "count": None, "base": None, "flag": "suppressed", "conf_low": None, "conf_high": None}
    row = {**share("plans", "yes", 5, 8, **{"break": "role", "level": "ao", "p_rest_adjusted": 0.001}), **hidden}
    assert make_findings(frame(share("plans", "yes", 60, 100), row), asking(), context)[0].breakdowns == ()


def test_a_significant_rise_may_be_called_one():
    told = comparison_from_counts(68, 100, count_before=40, base_before=98, wave="a", wave_title="autumn 2015")
    assert (told.word, told.points, told.significant) == ("rise", 27, True)
    assert told.sentences["hsj"] == (
        "That is a rise of 27 percentage points from 41 per cent (40 of 98) in autumn 2015 (95 per cent interval, 14 to 41 points)."
    )
    assert told.sentences["ons"].startswith("That is a rise of 27 percentage points from 41% (40 of 98)")


def test_points_come_from_exact_shares():
    # 65.66 less 48.98 is 16.68; the rounded shares, 66 and 49, also differ by 17, but 0.4 and 1.6 differ by 1 and not by 2.
    assert comparison_from_counts(4, 1000, count_before=16, base_before=1000, wave="a", wave_title="A").points == -1


def test_equal_shares_do_not_differ():
    told = comparison_from_counts(50, 100, count_before=50, base_before=100, wave="a", wave_title="A")
    assert "the two do not differ" in told.sentences["hsj"]
    assert told.word is None


@pytest.fixture
def before(asking, share, frame, context, change):
    def make(question=None, **more):
        asked = asking(**(question or {}))
        row = {**share("plans", "yes", 64, 94)}
        return make_findings(frame(row), asked, context, changes=pl.DataFrame([change("plans", "yes", -0.0486, **more)]))[0]

    return make


def test_a_change_that_is_not_significant_is_described_and_no_more(before):
    told = before(p_value=0.477)
    assert told.comparison is not None
    assert told.comparison.word is None
    assert told.comparison.sentences["hsj"].startswith(
        "In January 2013 it was 73 per cent (62 of 85); the difference of five percentage points"
    )
    assert "Do not say that the figure fell since January 2013: the difference is not significant (p = 0.48)." in told.not_to_be_said


def test_a_break_in_series_forbids_the_comparison(before):
    told = before({"breaks_in_series": [{"wave": "2016-spring", "reason": "the options changed"}]}, p_value=0.001)
    assert told.comparison is None
    assert any("the options changed" in caveat for caveat in told.caveats)


def test_an_option_that_was_not_asked_before_has_no_comparison(before):
    options = [{"code": "yes", "label": "Yes", "waves": ["2016-spring"]}, {"code": "no", "label": "No"}]
    assert before({"options": options}, p_value=0.001).comparison is None


def test_a_base_below_the_minimum_in_the_earlier_wave_has_no_comparison(before):
    assert before(p_value=0.001, base_before=9, count_before=7).comparison is None
