from __future__ import annotations

from pathlib import Path

import pytest

import barometer
from barometer.errors import GateError, IntakeError, ProjectError, UsageError
from barometer.project import Wave


@pytest.fixture
def wave(small: Path) -> Wave:
    return barometer.open(small).wave()


def rows_of(wave: Wave, question: str, by: str | list[str] | None = None) -> dict[tuple[str, str, str], tuple[int, int]]:
    shares = [row for row in wave.tabulate(question, by) if row["statistic"] == "share"]
    return {(row["option"], row["break"], row["level"]): (row["count"], row["base"]) for row in shares}


def edited(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_question_is_tabulated_for_everybody(wave: Wave) -> None:
    assert rows_of(wave, "side") == {("left", "", ""): (12, 20), ("right", "", ""): (8, 20)}
    row = wave.tabulate("side").row(option="left", statistic="share")
    assert row["estimate"] == pytest.approx(0.6)
    assert row["conf_low"] < 0.6 < row["conf_high"]
    # 20 of 80 answered: the finite population correction takes the factor 3/4 from the variance of a simple random sample.
    assert row["std_error"] ** 2 == pytest.approx(0.75 * 0.6 * 0.4 / 19)


def test_a_question_is_broken_by_another_in_the_order_of_the_project(wave: Wave) -> None:
    found = rows_of(wave, "plans", by="side")
    assert found[("stay", "", "")] == (15, 20)
    assert found[("stay", "side", "left")] == (9, 12)
    assert found[("stay", "side", "right")] == (6, 8)
    assert list(dict.fromkeys(level for _, name, level in found if name == "side")) == ["left", "right"]


def test_none_of_the_options_is_zero_and_kept(wave: Wave) -> None:
    assert rows_of(wave, "plans")[("none", "", "")] == (0, 20)


def test_an_unknown_break_is_refused_with_a_hint(wave: Wave) -> None:
    with pytest.raises(UsageError) as caught:
        wave.tabulate("plans", by="sied")
    assert (caught.value.got, caught.value.hint) == ("sied", "Did you mean 'side'?")
    assert "side, seat" in str(caught.value.expected)


def test_a_break_without_a_column_is_a_fault_of_the_project(wave: Wave) -> None:
    with pytest.raises(ProjectError) as caught:
        wave.tabulate("plans", by="seat")
    assert caught.value.where == "[breaks.seat]"
    assert caught.value.file == str(wave.survey.folder / "barometer.toml")


def test_a_question_of_another_wave_is_not_asked_and_never_zero(wave: Wave) -> None:
    with pytest.raises(UsageError, match="did not ask") as caught:
        wave.tabulate("old")
    assert (caught.value.got, caught.value.hint) == ("2020", "Not asked is missing, not zero.")
    assert caught.value.expected == "one of the waves 2019"


def test_an_unknown_question_is_refused_with_a_hint(wave: Wave) -> None:
    with pytest.raises(UsageError) as caught:
        wave.tabulate("plan")
    assert "plans" in str(caught.value.hint)


def test_open_text_has_no_figures(wave: Wave) -> None:
    with pytest.raises(UsageError, match="Open text") as caught:
        wave.tabulate("why")
    assert caught.value.where == "question 'why'"


def test_options_of_a_select_all_question_overlap(wave: Wave) -> None:
    counts = {(row["item"], row["option"]): row["count"] for row in wave.overlap("plans")}
    assert counts[("stay", "stay")] == 15
    assert next(count for pair, count in counts.items() if set(pair) == {"stay", "pay"}) == 0
    with pytest.raises(UsageError, match="select-all"):
        wave.overlap("side")


def test_small_groups_are_suppressed_before_anything_is_published(small: Path) -> None:
    edited(small, "barometer.toml", "minimum_base = 5", "minimum_base = 9")
    published = barometer.open(small).wave().published
    by_side = [row for row in published if row["break"] == "side" and row["question"] == "plans"]
    # Eight on the right are too few, and would follow from everybody less the twelve on the left.
    assert by_side
    assert {row["flag"] for row in by_side} == {"suppressed"}
    assert all(row["estimate"] is None and row["base"] is None for row in by_side)
    assert published.row(question="plans", option="stay", break_="", statistic="share")["count"] == 15


def test_a_finding_speaks_and_is_found_with_and_without_its_wave(wave: Wave) -> None:
    finding = wave.finding("plans.stay")
    assert finding is wave.finding("2020/plans.stay")
    assert (finding.count, finding.base, finding.percent) == (15, 20, 75)
    assert "20 members who answered" in finding.sentence()
    with pytest.raises(UsageError) as caught:
        wave.finding("plans.stya")
    assert "plans.stay" in str(caught.value.hint)


def test_headlines_are_as_many_as_the_plan_says(wave: Wave) -> None:
    assert len(wave.headlines()) == 1


def test_a_pinned_finding_leads(small: Path) -> None:
    edited(small, "analysis/plan.toml", "headlines = 1", 'headlines = 2\npins = ["plans.pay"]')
    assert barometer.open(small).wave().headlines()[0].id == "2020/plans.pay"


def test_what_is_wrong_with_a_message_is_said(small: Path) -> None:
    wave = barometer.open(small).wave()
    assert wave.message("club").title == "The club"
    with pytest.raises(UsageError) as caught:
        wave.message("clbu")
    assert (caught.value.hint, caught.value.expected) == ("Did you mean 'club'?", "one of club")
    (small / "analysis/empty.py").write_text("", encoding="utf-8")
    (small / "analysis/other.py").write_text("def analyse(wave):\n    return 3\n", encoding="utf-8")
    wave = barometer.open(small).wave()
    with pytest.raises(ProjectError, match="no function"):
        wave.message("empty")
    with pytest.raises(ProjectError) as problem:
        wave.message("other")
    assert (problem.value.got, problem.value.file) == ("int", str(small / "analysis" / "other.py"))


def test_an_analysis_module_that_changed_is_loaded_anew(small: Path) -> None:
    assert barometer.open(small).wave().message("club").title == "The club"
    edited(small, "analysis/club.py", 'title="The club"', 'title="Our club"')
    assert barometer.open(small).wave().message("club").title == "Our club"


def test_an_export_with_a_foreign_column_is_refused(small: Path) -> None:
    edited(small, "data/waves/2020/responses.csv", "respondent,side", "respondent,sdie")
    with pytest.raises(IntakeError):
        barometer.open(small).wave().export  # noqa: B018


def test_without_one_accepted_response_there_is_nothing_to_count(small: Path) -> None:
    path = small / "data/waves/2020/responses.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *(row.replace(",left,", ",up,").replace(",right,", ",up,") for row in rows)]), encoding="utf-8")
    with pytest.raises(GateError) as caught:
        barometer.open(small).wave().responses  # noqa: B018
    assert caught.value.exit_code == 1


def test_a_wave_is_shown_by_name_and_fieldwork(wave: Wave) -> None:
    assert repr(wave) == "Wave('2020', June 2020)"
