"""Earlier waves of which only published figures are left."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from statistics import NormalDist

import pytest

from barometer.errors import ProjectError, UsageError
from barometer.findings import comparison_from_counts, load_published, make_findings

WAVES = ("2013-winter", "2013-spring", "2016-spring", "2016-autumn")
TEXT = "What will you do?"
FILE = """\
title = "January 2013"
population = 400
source = "A journal, 1234"

[[figures]]
id = "plans.yes"
text = "What will you do?"
count = 40
base = 98
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "2013-winter.toml").write_text(FILE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def told(asking, share, frame, context, folder):
    def make(text=FILE, count=68, base=100, questionnaire=None, **more):
        (folder / "2013-winter.toml").write_text(text, encoding="utf-8")
        asked = questionnaire or asking()
        published = load_published(folder, WAVES, asked)
        return make_findings(frame(share("plans", "yes", count, base)), asked, replace(context, **more), published=published)[0]

    return make


def test_a_published_figure_is_compared_with_as_an_independent_sample(told):
    finding = told()
    before = finding.comparison
    assert (before.wave, before.wave_title, before.count, before.base) == ("2013-winter", "January 2013", 40, 98)
    assert (before.points, before.word) == (27, "rise")
    assert before.method == "z test of two independent samples, from published counts, with finite population correction"
    assert "nobody knows who answered both times" in before.note
    assert before.note.endswith("Source: A journal, 1234.")
    assert before.note in finding.caveats


def test_the_correction_for_a_finite_population_is_the_textbook_one():
    # Var(p) = p(1-p)/n (1 - n/N), summed over the two waves (Lohr 2022, sections 2.3 and 2.5).
    told = comparison_from_counts(58, 100, count_before=40, base_before=98, wave="a", wave_title="A", population=418, population_before=400)
    spread = sqrt(0.58 * 0.42 / 100 * (1 - 100 / 418) + (40 / 98) * (58 / 98) / 98 * (1 - 98 / 400))
    margin = NormalDist().inv_cdf(0.975) * spread
    assert told.low == pytest.approx(0.58 - 40 / 98 - margin, abs=1e-9)
    assert told.high == pytest.approx(0.58 - 40 / 98 + margin, abs=1e-9)
    large = comparison_from_counts(58, 100, count_before=40, base_before=98, wave="a", wave_title="A")
    assert told.high - told.low < large.high - large.low
    assert told.p_value < large.p_value


def test_a_census_has_no_chance_in_it():
    told = comparison_from_counts(
        60, 100, count_before=58, base_before=100, wave="a", wave_title="A", population=100, population_before=100
    )
    assert (told.p_value, told.significant, told.word, told.low, told.high) == (0.0, True, "rise", 0.02, 0.02)


@pytest.mark.parametrize("wrong", [{"count": 5, "base": 4}, {"count": 0, "base": 0}, {"count": 1, "base": 9, "population": 8}])
def test_an_impossible_share_is_refused(wrong):
    with pytest.raises(UsageError, match="count within its base"):
        comparison_from_counts(**{"count_before": 1, "base_before": 2, "wave": "a", "wave_title": "A", **wrong})


def test_another_wording_is_not_compared(told):
    finding = told(FILE.replace("What will you do?", "What would you do?"))
    assert finding.comparison is None
    assert "Not compared with January 2013: the wording differs." in finding.caveats


def test_a_break_in_series_is_not_compared_over(told, asking):
    broken = asking(breaks_in_series=[{"wave": "2013-spring", "reason": "Another question stood before it."}])
    finding = told(questionnaire=broken)
    assert finding.comparison is None
    assert any("break in series at 2013-spring: Another question stood before it." in caveat for caveat in finding.caveats)


def test_too_few_then_is_not_compared(told):
    assert told(FILE.replace("base = 98", "base = 9").replace("count = 40", "count = 4")).comparison is None


def test_a_later_wave_is_no_earlier_one(told):
    assert told(wave="2013-winter").comparison is None


def test_computed_changes_come_before_published_figures(asking, share, frame, context, change, folder):
    import polars as pl

    row = {**change("plans", "yes", 0.1), "wave_before": "2013-spring"}
    rows = frame(share("plans", "yes", 68, 100))
    published = load_published(folder, WAVES, asking())
    finding = make_findings(rows, asking(), context, changes=pl.DataFrame([row]), published=published)[0]
    assert finding.comparison.wave == "2013-spring"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("base = 98", "base = 30"), ("40 of 30",)),
        (("base = 98", "base = 980"), ("more than the population of 400",)),
        (("plans.yes", "plans.yse"), ("no such option", "Did you mean 'yes'?")),
        (("plans.yes", "plnas.yes"), ("Did you mean 'plans'?",)),
        (("count = 40", "cuont = 40"), ("cuont", "Did you mean 'count'?")),
        (("title = ", "title "), ("not valid TOML",)),
        (("count = 40", "count = 40.5"), ("count",)),
    ],
)
def test_a_broken_file_says_what_is_wrong_with_it(folder, asking, change, words):
    path = folder / "2013-winter.toml"
    path.write_text(FILE.replace(*change), encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        load_published(folder, WAVES, asking())
    said = str(caught.value)
    assert str(path) in said
    assert all(word in said or "nothing that the questionnaire asks" in said for word in words), said
    assert words[-1] in said


def test_a_file_belongs_to_a_wave_without_data(folder, asking):
    with pytest.raises(ProjectError, match="both answers and published figures"):
        load_published(folder, WAVES, asking(), with_data=["2013-winter"])
    (folder / "2013-wintre.toml").write_text(FILE, encoding="utf-8")
    with pytest.raises(ProjectError, match="Did you mean '2013-winter'"):
        load_published(folder, WAVES, asking())


def test_without_files_there_are_none(tmp_path, asking):
    assert load_published(tmp_path / "none", WAVES, asking()) == []
