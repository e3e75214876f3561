"""The worked example of interviews and recommendations: its figures are those of its files, counted plainly."""

from __future__ import annotations

import csv
import importlib.util
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "leadership-review"


@pytest.fixture(scope="module")
def review() -> ModuleType:
    spec = importlib.util.spec_from_file_location("leadership_review", ROOT / "analysis" / "leadership_review.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_interviews_are_counted_once_an_element(review: ModuleType) -> None:
    spoke: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows("excerpts.csv"):
        spoke[row["element"], row["valence"]].add(row["interview"])
    table = review.strengths_and_weaknesses()
    assert [row[0] for row in table.rows][:2] == ["Well-led organisation", "Performance"]
    assert table.rows[0][1:] == (str(len(spoke["well_led", "strength"])), str(len(spoke["well_led", "weakness"])))
    assert f"of {len({row['interview'] for row in rows('excerpts.csv')})} (synthetic)" in table.notes[0]
    worst = max((len(found), element) for (element, valence), found in spoke.items() if valence == "weakness")
    assert worst[1] == "financial_management"
    assert review.main_weakness() == "Seven of the 12 interviews spoke of weaknesses in financial management."
    assert worst[0] == 7


def test_recommendations_are_followed_to_the_last_wave(review: ModuleType) -> None:
    done = {row["recommendation"] for row in rows("progress.csv") if (row["code"], row["valence"]) == ("2016_autumn", "done")}
    assert len(done) == 3
    assert review.followed() == (
        "Three of the eight recommendations were done by autumn 2016; one had gone back, and of one nothing is on record."
    )
    table = review.progress()
    assert table.rows[-1][1:] == ("[x]", "[x]", "[x]")
    assert ["Settle who decides on delegated functions", "Under way", "Under way", "Not started"] in [list(row) for row in table.rows]
