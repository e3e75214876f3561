"""A question over the waves: oldest first, missing where it was not asked, broken where the series breaks, as each wave published it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import barometer
from barometer.errors import UsageError

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def survey() -> barometer.Survey:
    return barometer.open(ROOT)


def test_a_trend_has_a_row_a_wave_oldest_first_with_its_fieldwork(survey: barometer.Survey) -> None:
    frame = survey.trend("financial_confidence").frame
    assert tuple(frame["wave"]) == survey.waves
    assert frame["fieldwork_start"].is_sorted()
    assert frame.row(-1, named=True)["fieldwork_end"] == date(2016, 10, 28)
    assert frame["wave_title"][-1] == "Autumn 2016"


def test_a_wave_that_did_not_ask_is_missing_and_never_zero(survey: barometer.Survey) -> None:
    frame = survey.trend("financial_confidence").frame.filter(pl.col("wave") < "2015")
    assert set(frame["flag"]) == {"not asked"}
    assert set(frame["segment"]) == {0}
    for column in ("estimate", "conf_low", "conf_high", "count", "base"):
        assert frame[column].null_count() == frame.height == 3


def test_an_item_and_an_option_that_a_wave_did_not_offer_are_missing_there(survey: barometer.Survey) -> None:
    item = survey.trend("savings", item="reduce_treatment_rates", option="important_or_very").frame
    assert dict(item.select("wave", "count").iter_rows())["2016-winter"] is None
    assert item.filter(pl.col("segment") > 0)["wave"].to_list() == ["2016-spring", "2016-autumn"]
    option = survey.trend("contracting", option="prime_provider_contract").frame
    assert dict(option.select("wave", "base").iter_rows()) == {wave: 100 if wave == "2016-spring" else None for wave in survey.waves}


def test_another_wording_begins_another_segment_and_says_so(survey: barometer.Survey) -> None:
    rows = {row["wave"]: row for row in survey.trend("financial_confidence")}
    assert [rows[wave]["segment"] for wave in ("2015-late", "2016-winter", "2016-spring", "2016-autumn")] == [1, 2, 2, 2]
    assert [wave for wave, row in rows.items() if row["broken"]] == ["2016-winter"]
    assert rows["2016-winter"]["broken"] == "the wording differs"


def test_a_break_in_series_says_its_reason(survey: barometer.Survey) -> None:
    rows = {row["wave"]: row for row in survey.trend("service_change", item="more_integration", option="likely")}
    assert (rows["2012-autumn"]["segment"], rows["2016-autumn"]["segment"]) == (1, 2)
    assert "two years ahead instead of five" in rows["2016-autumn"]["broken"]


def test_every_wave_is_told_as_it_was_published(survey: barometer.Survey) -> None:
    rows = survey.trend("savings", option="important_or_very").frame.filter(pl.col("segment") > 0)
    for row in rows.iter_rows(named=True):
        own = survey.wave(row["wave"]).published.row(question="savings", item=row["item"], option="important_or_very", break_="")
        assert (row["count"], row["base"], row["estimate"], row["conf_low"]) == (
            own["count"],
            own["base"],
            own["estimate"],
            own["conf_low"],
        )


def test_a_trend_by_a_break_is_suppressed_as_in_the_reports_and_missing_where_the_break_was(survey: barometer.Survey) -> None:
    frame = survey.trend("area_team", option="interactions_good_or_very_good", by="role").frame
    others = frame.filter((pl.col("level") == "other") & pl.col("wave").str.starts_with("2013"))
    assert set(others["flag"]) == {"suppressed"}  # seven and nine of them answered
    assert others["estimate"].null_count() == 2
    ratings = survey.trend("financial_confidence", by="rating").frame
    assert set(ratings.filter(pl.col("segment") > 0)["wave"]) == {"2016-spring", "2016-autumn"}


def test_a_ranking_is_followed_by_the_share_that_ranked_each_item(survey: barometer.Survey) -> None:
    frame = survey.trend("priorities", item="workforce").frame.filter(pl.col("segment") > 0)
    assert set(frame["statistic"]) == {"share_top_three"}
    assert frame["segment"].to_list() == [1, 2]


def test_the_trend_of_a_wave_ends_with_it(survey: barometer.Survey) -> None:
    spring = survey.wave("2016-spring").trend("savings").frame
    assert spring["wave"][-1] == "2016-spring"
    assert "2016-autumn" not in set(spring["wave"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"question": "financial_confidense"}, "Did you mean 'financial_confidence'?"),
        ({"question": "help_missing"}, "Open text has no figures"),
        ({"question": "savings", "item": "running_cost"}, "Did you mean 'running_costs'?"),
        ({"question": "savings", "option": "importent_or_very"}, "Did you mean 'important_or_very'?"),
        ({"question": "savings", "by": "colour"}, "There is no such break."),
        ({"question": "savings", "until": "2016-autum"}, "Did you mean '2016-autumn'"),
        ({"question": "stp_confidence", "until": "2016-spring"}, "No wave with data asked the question."),
    ],
)
def test_what_there_is_not_is_an_error_with_a_hint(survey: barometer.Survey, arguments: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        survey.trend(**arguments)


def test_a_wave_does_not_know_what_only_later_waves_asked(survey: barometer.Survey) -> None:
    spring, autumn = (survey.wave(wave).published.where(question="contracting", break_="") for wave in ("2016-spring", "2016-autumn"))
    assert "primary_and_acute_care_system" not in set(spring.frame["option"])
    assert autumn.row(option="prime_provider_contract")["flag"] == "not asked"
    assert set(survey.wave("2016-spring").tabulate("savings").frame["flag"]) == {""}
    winter = survey.wave("2016-winter").tabulate("savings").frame
    assert "reduce_treatment_rates" not in set(winter["item"])


# ------------------------------------------------------------------------------------------------------------- what reports say


def test_the_report_states_significant_changes_and_how_many_were_compared(survey: barometer.Survey) -> None:
    said = survey.wave("2016-autumn").report().trend_sentences
    changed = [line for line in said.splitlines() if line.startswith("- ")]
    assert said.startswith("Thirty-nine figures of Autumn 2016 can be set beside an earlier wave; five of them have changed")
    assert "about two of so many comparisons would still look like a change" in said
    assert len(changed) == 5
    assert all(" a rise of " in line or " a fall of " in line for line in changed)
    assert '"Priorities for 2016-17" cannot be compared with earlier waves: social care was added' in said


def test_a_report_without_an_earlier_wave_says_that(survey: barometer.Survey) -> None:
    report = survey.wave("2012-autumn").report()
    assert report.trend_sentences.strip() == (
        "No earlier wave with data asked any of this wave's questions in the same words, so no change is given."
    )
    assert len(report.trend_table.rows) == 1


def test_the_table_of_trends_marks_what_was_not_asked_and_what_cannot_be_compared(survey: barometer.Survey) -> None:
    table = survey.wave("2016-autumn").report().trend_table
    rows = {row[0]: row[1:] for row in table.rows}
    assert [column.heading for column in table.columns] == ["Figure", "Winter 2016", "Spring 2016", "Autumn 2016", "Change"]
    assert rows["My CCG merges"] == ("[x]", "5", "17", "a rise of 12 points")
    assert rows["Relationships with the main acute provider: Good or very good"] == ("[b]", "54", "47", "no clear change")
    assert rows["Confidence in meeting the financial plan, 1 to 10"] == ("6.1", "5.5", "4.7", "a fall")
    assert not {"Don't know", "None of these"} & rows.keys()
    assert {"[x] not asked.", "[b] asked, but not comparable with the latest wave."} <= set(table.notes)
