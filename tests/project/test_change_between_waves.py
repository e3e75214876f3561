"""Two waves of one project: what may be compared is, and findings say it; what may not is refused with its reason."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

import barometer
from barometer.errors import UsageError

ROOT = Path(__file__).parent.parent.parent
METADATA = ("Response ID", "Status", "Start date", "End date", "Seconds taken", "Post reference")


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> barometer.Survey:
    """The live project with an earlier wave: its savings battery as most of the same posts might have answered it."""
    folder = tmp_path_factory.mktemp("series")
    for name in ("data", "validation", "analysis"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "barometer.toml", folder)
    spring, winter = (folder / "data" / "waves" / wave for wave in ("2016-spring", "2016-winter"))
    winter.mkdir()
    settings = (spring / "wave.toml").read_text(encoding="utf-8").replace("Spring 2016", "Winter 2016")
    (winter / "wave.toml").write_text(settings, encoding="utf-8")
    with (spring / "responses.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    # The lever that was new in spring has no column in winter.
    kept = [place for place, name in enumerate(header) if name in METADATA or (name.startswith("Q11.") and "[Reducing rates" not in name)]
    lever = next(place for place, name in enumerate(header) if name.startswith("Q11.") and "running costs" in name)
    with (winter / "responses.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([header[place] for place in kept])
        for row in rows[:90]:
            changed = ["Very important" if place == lever and row[place] else row[place] for place in range(len(row))]
            writer.writerow([changed[place] for place in kept])
    return barometer.open(folder)


def test_the_change_of_a_battery_is_estimated(series: barometer.Survey) -> None:
    row = series.change("savings").row(item="running_costs", option="important_or_very", of="net")
    assert row["common"] > 50
    assert row["points"] == pytest.approx(100 * (row["estimate_after"] - row["estimate_before"]))
    assert row["estimate_before"] == 1.0
    assert row["word"] == "fall"


def test_an_item_that_did_not_change_may_not_be_called_a_change(series: barometer.Survey) -> None:
    row = series.change("savings").row(item="share_back_office", option="important_or_very", of="net")
    assert row["word"] == "no clear change"


def test_findings_compare_with_the_wave_before(series: barometer.Survey) -> None:
    comparison = series.wave("2016-spring").finding("savings.running_costs").comparison
    assert comparison is not None
    assert (comparison.wave, comparison.word, comparison.significant) == ("2016-winter", "fall", True)


def test_a_lever_that_was_not_asked_before_has_no_comparison(series: barometer.Survey) -> None:
    assert series.wave("2016-spring").finding("savings.reduce_treatment_rates").comparison is None


def test_a_question_that_only_one_wave_asked_is_refused(series: barometer.Survey) -> None:
    with pytest.raises(UsageError, match="not asked in 2016-winter"):
        series.change("contracting", first="2016-winter")
    with pytest.raises(UsageError, match="No earlier wave"):
        series.change("contracting")
