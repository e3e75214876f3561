"""The ten traps of the field, as far as findings decide them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from barometer.errors import UsageError
from barometer.findings import comparison_from_counts, find, make_findings

CONFIDENCE = ("very_high", 0), ("high", 1), ("moderate", 33), ("low", 47), ("very_low", 18)


@pytest.fixture
def confidence(questionnaire, share, frame, autumn):
    rows = [share("stp_confidence", code, count, 99) for code, count in CONFIDENCE]
    rows.append(share("stp_confidence", "net_low", 65, 99, statistic="net"))
    return make_findings(frame(*rows), questionnaire, autumn)


def test_1_nets_come_from_counts(confidence):
    net = find(confidence, "stp_confidence.net_low")
    assert (net.percent, net.statistic) == (66, "net")
    assert net.sentence() == (
        "Nearly two-thirds of the 99 leaders who answered (65, or 66 per cent) had low or very low confidence that their STP would have "
        "its planned impact."
    )
    assert (
        'Do not add the printed shares of "Low" and "Very low" (47 + 18 = 65): counted together they are 66 per cent.' in net.not_to_be_said
    )


def test_2_halves_are_rounded_up(asking, share, frame, context):
    told = make_findings(frame(share("plans", "yes", 90, 240)), asking(), replace(context, wave_base=240))[0]
    assert told.percent == 38
    assert "38%" in told.sentence("ons")


def test_3_the_base_of_an_item_is_not_the_base_of_the_wave(asking, share, frame, context):
    told = make_findings(frame(share("plans", "yes", 18, 50)), asking(), replace(context, wave_base=54))[0]
    assert (told.base, told.not_answered, told.percent) == (50, 4, 36)
    assert "of the 50 leaders who answered this question (18, or 36 per cent)" in told.sentence()
    assert "Base: 50 of the 54 who took part answered this question." in told.caveats


def test_4_sample_and_population_are_two_voices(asking, share, frame, context):
    told = make_findings(frame(share("plans", "yes", 58, 100)), asking(), context)[0]
    sample, population = told.sentence(), told.sentence(voice="population")
    assert sample == "More than half of the 100 leaders who answered (58 per cent) said that they would."
    assert population == (
        "Between 49 and 66 per cent of all 418 CCG leaders said that they would (95 per cent interval, logit method; assumes that those "
        "who answered are like those who did not)."
    )
    assert told.claim is None
    assert 'Do not say "more than half of CCG leaders": the interval for all 418 CCG leaders, 49 to 66 per cent, includes 50.' in (
        told.not_to_be_said
    )


def test_4_a_claim_on_the_population_needs_the_whole_interval(asking, share, frame, context):
    told = make_findings(frame(share("plans", "yes", 68, 100)), asking(), context)[0]
    assert told.sentence(voice="population").startswith("More than half of all 418 CCG leaders, between 59 and 76 per cent, said")
    assert not any("more than half" in warning for warning in told.not_to_be_said)
    assert any('Do not say "more than two-thirds of CCG leaders"' in warning for warning in told.not_to_be_said)


def test_5_a_difference_without_significance_has_no_direction():
    told = comparison_from_counts(64, 94, count_before=62, base_before=85, wave="2013-winter", wave_title="January 2013")
    assert told.points == -5
    assert told.p_value == pytest.approx(0.477, abs=0.001)  # z = 0.71
    assert (told.significant, told.word) == (False, None)
    for sentence in told.sentences.values():
        assert not any(word in sentence for word in ("fall", "fell", "drop", "rise", "rose", "change", "decline"))


def test_6_shares_of_a_select_all_question_are_not_forced_to_a_hundred(questionnaire, share, frame, context):
    counts = {"accountable_care_system": 58, "alliance_contract": 55, "large_scale_gp_contract": 36}
    told = make_findings(frame(*(share("contracting", code, count, 100) for code, count in counts.items())), questionnaire, context)
    assert [finding.percent for finding in told] == [58, 55, 36]
    for finding in told:
        assert any("do not add up to 100" in caveat for caveat in finding.caveats)
        assert any(warning.startswith("Do not add the shares") for warning in finding.not_to_be_said)


def test_7_zero_is_a_finding(confidence):
    none = find(confidence, "stp_confidence.very_high")
    assert (none.count, none.percent) == (0, 0)
    for style in ("hsj", "ons", "plain"):
        assert (
            none.sentence(style)
            == "None of the 99 leaders who answered had very high confidence that their STP would have its planned impact."
        )
    assert none.sentence(voice="population").startswith("At most four per cent of all 418 CCG leaders had very high confidence")
    assert find(confidence, "stp_confidence.high").sentence().startswith("One of the 99 leaders who answered (one per cent) had high")


@pytest.mark.parametrize("more", [{"flag": "not asked", "estimate": None, "count": None, "base": None}, {"flag": ""}])
def test_8_what_was_not_asked_is_missing_and_never_zero(questionnaire, share, frame, context, more):
    rows = [share("contracting", "alliance_contract", 55, 100), {**share("stp_confidence", "low", 0, 100), **more}]
    told = make_findings(frame(*rows), questionnaire, context)
    assert told.ids == ["2016-spring/contracting.alliance_contract"]
    assert [held.id for held in told.withheld] == ["2016-spring/stp_confidence.low"]
    assert told.withheld[0].reason == "it was not asked in this wave"
    with pytest.raises(UsageError, match="not published"):
        find(told, "stp_confidence.low")


def test_9_who_was_asked_is_told_apart_from_who_answered(questionnaire, share, frame, context):
    told = make_findings(frame(share("accountable_care_lead", "council", 18, 62)), questionnaire, context)[0]
    assert "of the 62 leaders who were asked this and answered" in told.sentence()
    assert "all CCG leaders to whom this question applied" in told.sentence(voice="population")
    assert 'Asked only of those who chose "Accountable care system" or "Accountable care organisation" at Q2.' in told.caveats
    assert told.not_answered == 38


def test_10_loose_fractions_are_not_printed(asking, share, frame, context):
    told = make_findings(frame(share("plans", "yes", 39, 209, size=None)), asking(), replace(context, wave_base=209, population_size=None))[
        0
    ]
    assert told.sentence() == "Fewer than one in five of the 209 leaders who answered (39, or 19 per cent) said that they would."
    assert 'Do not say "one in five" or "20 per cent": 39 of 209 is 19 per cent; say "fewer than one in five".' in told.not_to_be_said
    assert not {"20 per cent", "around 20 per cent", "one in five", "around one in five", "a fifth"} & set(told.phrases)


def test_leaders_are_not_organisations(asking, share, frame, autumn):
    told = make_findings(frame(share("plans", "yes", 47, 99)), asking(), autumn)[0]
    assert 'Do not say "47 per cent of CCGs": leaders were asked, not organisations.' in told.not_to_be_said
