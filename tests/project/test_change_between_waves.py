"""Two waves of the live project: what may be compared is, and findings say it; what may not is refused with its reason."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import barometer
from barometer.errors import ProjectError, UsageError
from barometer.project.population import continued, read_successors

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def survey() -> barometer.Survey:
    return barometer.open(ROOT)


def test_the_change_of_a_battery_is_estimated_from_the_posts_that_answered_twice(survey: barometer.Survey) -> None:
    row = survey.change("savings", second="2016-spring").row(item="running_costs", option="important_or_very", of="net")
    both = set(survey.wave("2016-winter").responses.frame["post"]) & set(survey.wave("2016-spring").responses.frame["post"])
    assert 25 < row["common"] <= len(both)
    assert row["points"] == pytest.approx(100 * (row["estimate_after"] - row["estimate_before"]))
    assert row["covariance"] > 0
    assert (row["word"], row["method"]) == ("no clear change", "t, overlapping panel")


def test_a_clear_change_is_worded_and_an_unclear_one_is_not(survey: barometer.Survey) -> None:
    wave = survey.wave("2016-autumn")
    rise, none = (wave.finding(f"stp_impact.{option}").comparison for option in ("ccg_merges", "i_set_strategy_across_footprint"))
    assert rise is not None
    assert none is not None
    assert (rise.wave, rise.word, rise.points) == ("2016-spring", "rise", 12)
    assert rise.sentences["hsj"].startswith("That is a rise of 12 percentage points from five per cent (5 of 100) in Spring 2016")
    assert (none.word, none.significant) == (None, False)
    assert "rise" not in none.sentences["hsj"]
    assert "fall" not in none.sentences["hsj"]


def test_a_mean_falls_by_points_and_not_by_percentage_points(survey: barometer.Survey) -> None:
    fall = survey.wave("2016-autumn").finding("financial_confidence.mean").comparison
    assert fall is not None
    assert (fall.word, fall.points) == ("fall", None)
    assert fall.sentences["hsj"].startswith("That is a fall of 0.8 points from 5.5 (97 answered) in Spring 2016")


@pytest.mark.parametrize(
    ("wave", "finding"),
    [
        ("2016-spring", "savings.reduce_treatment_rates"),  # a new item of an old question
        ("2016-autumn", "contracting.primary_and_acute_care_system"),  # a new option
        ("2016-autumn", "priorities.general_practice"),  # a break in the series
        ("2016-winter", "outlook.worse"),  # another wording
        ("2016-autumn", "stp_confidence.net_low"),  # a new question
    ],
)
def test_what_cannot_be_compared_has_no_comparison(survey: barometer.Survey, wave: str, finding: str) -> None:
    assert survey.wave(wave).finding(finding).comparison is None


def test_an_option_that_one_wave_did_not_offer_is_missing_and_not_a_fall_to_zero(survey: barometer.Survey) -> None:
    changes = survey.change("post_title", first="2013-spring", second="2015-late")
    other = changes.row(option="other", of="share")
    assert (other["flag"], other["estimate"], other["points"], other["count_before"]) == ("not asked", None, None, 0)
    assert changes.row(option="chair", of="share")["base"] == 46
    dropped = survey.change("contracting", second="2016-autumn").row(option="prime_provider_contract", of="share")
    assert (dropped["flag"], dropped["estimate"]) == ("not asked", None)


def test_the_latest_comparable_wave_is_found_past_waves_that_did_not_ask(survey: barometer.Survey) -> None:
    assert survey.previous("savings", "2016-autumn") == "2016-spring"
    assert survey.previous("financial_confidence", "2016-winter") is None  # late 2015 asked of another year
    assert survey.previous("area_team", "2013-spring") == "2013-winter"


@pytest.mark.parametrize(
    ("question", "waves", "reason"),
    [
        ("contracting", {"first": "2016-winter"}, "not asked in 2016-winter"),
        ("stp_confidence", {}, "No earlier wave"),
        ("outlook", {"first": "2015-late", "second": "2016-winter"}, "the wording differs"),
        ("service_change", {"first": "2012-autumn", "second": "2016-autumn"}, "two years ahead instead of five"),
    ],
)
def test_what_may_not_be_compared_is_refused_with_its_reason(
    survey: barometer.Survey, question: str, waves: dict[str, str], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        survey.change(question, **waves)


# ---------------------------------------------------------------------------------------------------------- changed populations


def test_a_wave_has_its_own_population_frame_and_breaks(survey: barometer.Survey) -> None:
    sizes = {wave: survey.wave(wave).survey.population_size for wave in survey.waves}
    assert sizes == {wave: 633 if wave < "2014" else 418 for wave in survey.waves}
    then, now = survey.wave("2012-autumn").survey, survey.wave("2016-autumn").survey
    assert "211 clinical commissioning groups" in then.settings.population.describes
    assert (list(then.settings.breaks["role"].levels), list(now.settings.breaks["role"].levels)) == (
        ["chair", "ao", "other"],
        ["chair", "ao"],
    )
    assert (then.plan.breaks, now.plan.breaks) == (("role", "region"), ("role", "region", "rating"))
    assert [message.id for message in then.plan.messages] == []
    # What a wave sees does not change what the project says.
    assert survey.population_size == then.wave("2016-spring").survey.population_size == 418


def test_findings_speak_of_the_population_of_their_wave(survey: barometer.Survey) -> None:
    assert "all 633 CCG leaders" in survey.wave("2012-autumn").finding("blocks.tariff").sentence(voice="population")
    assert "all 418 CCG leaders" in survey.wave("2016-autumn").finding("barriers.capital_funding").sentence(voice="population")


def test_the_frame_of_a_wave_is_among_its_inputs_and_no_later_frame_is(survey: barometer.Survey) -> None:
    old, new = survey.wave("2013-spring").inputs, survey.wave("2016-spring").inputs
    assert "data/frames/2012.csv" in old
    assert "data/frame.csv" not in old
    assert {"data/frames/2012.csv", "data/frame.csv", "data/successors.csv"} <= new.keys()
    assert not any("2016-autumn" in name for name in new)


def test_posts_of_merged_organisations_go_on_and_the_common_population_counts_them(survey: barometer.Survey) -> None:
    before, after = survey.wave("2013-spring"), survey.wave("2015-late")
    design, common = continued(before, after)
    # 208 organisations are in both frames with two posts each; of the three that became one, one pair of posts went on.
    assert common == 2 * 208 + 2
    went_on = read_successors(ROOT / "data/successors.csv", "post")
    assert went_on == {"CCG-210-C": "CCG-023-C", "CCG-210-A": "CCG-023-A"}
    assert not set(design.frame["post"]) & set(went_on)
    assert continued(after, survey.wave("2016-winter")) == (after.design, None)


def test_every_post_that_ended_or_began_is_on_record() -> None:
    old, new, record = (
        pl.read_csv(ROOT / "data" / name, infer_schema=False) for name in ("frames/2012.csv", "frame.csv", "successors.csv")
    )
    ended = set(old.filter(pl.col("role") != "other")["post"]) - set(new["post"])
    assert ended == set(record.filter(~pl.col("post").str.ends_with("S"))["post"])
    assert set(new["post"]) - set(old["post"]) == set(record["successor"].drop_nulls())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("post,became\na,b\n", "lacks a column"),
        ("post,successor\na,c\nb,c\n", "Two members went on as one."),
        ("post,successor\na,b\na,c\n", "A member went on as two."),
    ],
)
def test_a_broken_record_of_successors_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "successors.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError, match=said):
        read_successors(tmp_path / "successors.csv", "post")


def test_a_wave_may_not_name_a_break_that_the_project_lacks(small: Path) -> None:
    path = small / "data/waves/2020/wave.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[breaks.sied]\nlabel = "Side"\n', encoding="utf-8")
    with pytest.raises(ProjectError, match=r"(?s)The wave names a break.*Did you mean 'side'"):
        barometer.open(small).wave()


@pytest.mark.parametrize(
    ("file", "old", "new", "where"),
    [
        ("barometer.toml", 'label = "Side"\n', 'label = "Side"\nwaves = ["2020", "2012"]\n', "[breaks.side]"),
        (
            "analysis/plan.toml",
            "headlines = 1\n",
            'headlines = 1\n[[messages]]\nid = "club"\ntitle = "Club"\nwaves = ["2012"]\n',
            "message 'club'",
        ),
    ],
)
def test_a_break_and_a_message_name_waves_of_the_project(small: Path, file: str, old: str, new: str, where: str) -> None:
    path = small / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProjectError, match=r"(?s)There is no such wave.*one of 2019, 2020, 2021.*got: 2012") as error:
        _ = barometer.open(small).wave().survey.plan
    assert where in str(error.value)


def test_a_break_and_a_message_of_other_waves_are_left_out(small: Path) -> None:
    for file, old, new in (
        ("barometer.toml", 'label = "Side"\n', 'label = "Side"\nwaves = ["2019"]\n'),
        ("analysis/plan.toml", "headlines = 1\n", 'headlines = 1\n[[messages]]\nid = "club"\ntitle = "Club"\nwaves = ["2019"]\n'),
    ):
        path = small / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    survey = barometer.open(small)
    wave = survey.wave("2020")
    assert (survey.plan.breaks, wave.survey.plan.breaks) == (("side",), ())
    assert ([one.id for one in survey.plan.messages], wave.survey.plan.messages) == (["club"], ())
    assert set(wave.published.frame["break"]) == {""}


def test_a_wave_may_have_a_size_of_its_own(small: Path) -> None:
    path = small / "data/waves/2020/wave.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[population]\nsize = 64\ndescribes = "all members in 2020"\n', encoding="utf-8")
    survey = barometer.open(small)
    wave = survey.wave()
    assert (survey.population_size, wave.survey.population_size) == (80, 64)
    assert wave.survey.settings.population.people == "members"
