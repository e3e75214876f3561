"""Back test of the whole series: every figure that was published of any wave comes out of the project's own data."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from pathlib import Path

import pytest

import barometer
from barometer.findings import Finding

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests/data"
PUBLISHED = list(csv.DictReader((DATA / "published_figures.csv").read_text(encoding="utf-8").splitlines()))
WAVES = list(csv.DictReader((DATA / "published_waves.csv").read_text(encoding="utf-8").splitlines()))
#: What a battery's or scale's published figure is of, where it is not the headline of its question.
OPTIONS = {"very important": "very_important", "weak or very weak": "weak_or_very"}
#: Published items whose names say no option of the questionnaire: what was asked of them is not known in more detail.
KEYS = {
    "outlook.item": "outlook.worse",
    "funding_question.answered": "funding_question.yes",
    "strength.informatics_weak": "strength.informatics.weak_or_very",
    "approach.apply_existing_levers": "approach.apply_existing_levers",
    "budget_confidence": "budget_confidence.mean",
}


@pytest.fixture(scope="module")
def survey() -> barometer.Survey:
    return barometer.open(ROOT)


def told(survey: barometer.Survey, row: dict[str, str]) -> Finding:
    """The finding of a published row, from the wave's own export, validated."""
    finding = survey.wave(row["wave"]).finding(KEYS.get(row["item"], row["item"]))
    assert not finding.item or finding.option == OPTIONS.get(row["statistic"], finding.option)
    return finding


def bounds(row: dict[str, str]) -> tuple[float, float]:
    """The shares that a published row allows, both included: the rounded percentage, or what its phrase says."""
    if row["percent"]:
        return (int(row["percent"]) - 0.5) / 100, (int(row["percent"]) + 0.5) / 100 - 1e-9
    phrases = {"more than two-thirds": (math.nextafter(2 / 3, 1), 1.0), "less than 15 per cent": (0.0, math.nextafter(0.15, 0))}
    return phrases[row["phrase"]]


def name(row: dict[str, str]) -> str:
    return f"{row['wave']}/{row['item']}"


def test_the_rows_are_all_there() -> None:
    assert Counter(row["wave"] for row in PUBLISHED) == {
        "2012-autumn": 6,
        "2013-winter": 2,
        "2013-spring": 16,
        "2015-late": 1,
        "2016-winter": 1,
        "2016-spring": 13,
        "2016-autumn": 13,
    }
    assert [row["wave"] for row in WAVES] == list(barometer.open(ROOT).waves)


@pytest.mark.parametrize("row", [row for row in PUBLISHED if row["statistic"] != "mean"], ids=name)
def test_a_published_share_comes_out(survey: barometer.Survey, row: dict[str, str]) -> None:
    finding = told(survey, row)
    low, high = bounds(row)
    assert finding.base == int(row["base"])
    assert low <= finding.count / finding.base <= high
    assert finding.estimate == pytest.approx(finding.count / finding.base)
    if row["percent"]:
        assert finding.percent == int(row["percent"])
    if row["count"]:
        assert finding.count == int(row["count"])


@pytest.mark.parametrize("row", [row for row in PUBLISHED if row["statistic"] == "mean"], ids=name)
def test_a_published_mean_comes_out(survey: barometer.Survey, row: dict[str, str]) -> None:
    finding = told(survey, row)
    value = re.match(r"[\d.]+", row["phrase"])
    assert value is not None
    assert finding.base == finding.count == int(row["base"])
    assert math.floor(finding.estimate * 10 + 0.5) / 10 == float(value[0])
    assert f"{value[0]} out of 10" in finding.sentence()


@pytest.mark.parametrize("row", WAVES, ids=lambda row: row["wave"])
def test_a_wave_has_its_published_size_and_coverage(survey: barometer.Survey, row: dict[str, str]) -> None:
    wave = survey.wave(row["wave"])
    frame = wave.survey.frame
    assert frame is not None
    assert len(wave.responses) == int(row["respondents"])
    assert frame["organisation"].n_unique() == int(row["ccgs_total"])
    if row["ccgs_covered"]:
        assert wave.responses.frame["organisation"].n_unique() == int(row["ccgs_covered"])


@pytest.mark.parametrize("row", WAVES, ids=lambda row: row["wave"])
def test_exactly_the_planted_faults_are_put_aside(survey: barometer.Survey, row: dict[str, str]) -> None:
    wave = survey.wave(row["wave"])
    folder = survey.wave_folder(row["wave"])
    planted = list(csv.DictReader((folder / "planted_faults.csv").read_text(encoding="utf-8").splitlines()))
    accepted = set(wave.responses.frame["respondent"])
    held = wave.check.failures.filter(wave.check.failures["severity"] == "critical")
    assert set(held["respondent"]) == {fault["response_id"] for fault in planted}
    assert not accepted & {fault["response_id"] for fault in planted}
    assert wave.check.counts == {
        "read": int(row["respondents"]) + len(planted),
        "accepted": int(row["respondents"]),
        "quarantined": len(planted),
    }
    assert wave.check.passed


def test_roles_are_the_published_shares(survey: barometer.Survey) -> None:
    for wave, shares in {"2012-autumn": (47, 38, 15), "2013-winter": (48, 44, 8)}.items():
        assert tuple(survey.wave(wave).finding(f"post_title.{role}").percent for role in ("chair", "ao", "other")) == shares
    spring = survey.wave("2013-spring")
    assert spring.finding("post_title.other").percent == 10


def test_the_drop_that_was_printed_in_2013_may_not_be_called_one(survey: barometer.Survey) -> None:
    finding = survey.wave("2013-spring").finding("area_team.interactions_good_or_very_good")
    assert finding.comparison is not None
    assert (finding.comparison.points, finding.comparison.word) == (-5, None)
    assert any(said.startswith("Do not say that the figure fell since Winter 2013") for said in finding.not_to_be_said)


def test_confidence_in_the_budget_rose_from_winter_to_spring_2013(survey: barometer.Survey) -> None:
    rows = survey.trend("budget_confidence", until="2013-spring").frame
    assert [round(value, 1) for value in rows["estimate"]] == [6.6, 6.5, 7.2]
    assert set(rows["segment"]) == {1}
    comparison = survey.wave("2013-spring").finding("budget_confidence.mean").comparison
    assert comparison is not None
    assert (comparison.word, comparison.wave) == ("rise", "2013-winter")


def test_nobody_at_all_is_a_figure_and_not_a_gap(survey: barometer.Survey) -> None:
    wave = survey.wave("2016-autumn")
    none = wave.finding("stp_confidence.very_high")
    assert (none.count, none.base, none.estimate) == (0, 99, 0.0)
    assert none.sentence().startswith("None of the 99 leaders who answered")
    low = wave.finding("stp_confidence.net_low")
    assert (low.percent, low.count) == (66, 65)  # and not 47 + 18 = 65
    assert "around two-thirds" in low.phrases
    assert any("47 + 18 = 65" in said for said in low.not_to_be_said)
