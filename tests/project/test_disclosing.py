"""A project's own rules of disclosure control: in its tables, findings, messages and notes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import barometer
from barometer.errors import ProjectError, UsageError
from barometer.project.disclosing import OTHERS, THOSE, published_association, published_values
from barometer.publishing.message import chart_title

ROOT = Path(__file__).resolve().parents[2]
TOP = ("savings", "reduce_hospital_activity", "very_important")
FOLLOWED = ("accountable_care_system", "alliance_contract", "large_scale_gp_contract", "accountable_care_organisation")
TIE = ("approach", "improve_relationships", "very_important")


@pytest.fixture(scope="module")
def spring() -> Any:
    return barometer.open(ROOT).wave("2016-spring")


def with_rules(folder: Path, rules: str) -> Any:
    path = folder / "barometer.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[disclosure]\n", f"[disclosure]\n{rules}\n"), encoding="utf-8")
    return barometer.open(folder).wave()


def test_an_association_counts_everybody_so_that_nobody_is_left_over(spring: Any) -> None:
    rows = {row["level"]: row for row in spring.published_association(TOP, TIE)}
    topline = spring.published.row(question=TOP[0], item=TOP[1], option=TOP[2], break_="", statistic="share")
    other = spring.published.row(question=TIE[0], item=TIE[1], option=TIE[2], break_="", statistic="share")
    assert rows[THOSE]["base"] == topline["count"]
    assert rows[THOSE]["base"] + rows[OTHERS]["base"] == rows[""]["base"] == len(spring.responses)
    assert rows[THOSE]["count"] + rows[OTHERS]["count"] == other["count"]


def test_a_part_shows_no_pair_that_another_part_could_not_show(spring: Any) -> None:
    parts = [spring.only(region=level).published_overlap("contracting").frame for level in ("north", "south", "london")]
    hidden = [set(part.filter(pl.col("flag") == "suppressed").select("item", "option").iter_rows()) for part in parts]
    assert hidden[0] == hidden[1] == hidden[2] != set()


def test_combinations_of_few_are_merged_and_a_part_shows_none(spring: Any) -> None:
    everybody = spring.published_combinations("contracting", FOLLOWED)
    assert sum(row["count"] for row in everybody) == spring.published.row(question="contracting", option=FOLLOWED[0], break_="")["base"]
    assert len(everybody) > 5
    assert all(row["count"] >= 5 for row in everybody)
    assert spring.only(region="north").published_combinations("contracting", FOLLOWED).frame["option"].to_list() == [""]


@pytest.mark.parametrize(("question", "options"), [("savings", ()), ("contracting", ("alliance",))])
def test_combinations_of_what_was_not_offered_are_refused(spring: Any, question: str, options: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        spring.published_combinations(question, options)


def test_every_title_of_a_chart_has_ten_words_at_most(spring: Any) -> None:
    for wave in (spring, spring.survey.wave("2016-autumn")):
        for planned in spring.survey.plan.messages:
            message = message_of(wave, planned.id)
            for name, chart in message.charts.items() if message else ():
                assert 0 < len(chart_title(chart).split()) <= 10, f"{wave!r} {planned.id}.{name}"


def test_an_association_in_the_parts_is_shown_in_all_or_in_none_that_subtraction_would_reach(spring: Any) -> None:
    flags = [
        set(spring.only(region=level).published_association(TOP, TIE).frame["flag"])
        for level in ("north", "south", "london", "midlands_east")
    ]
    assert sum("suppressed" in found for found in flags) != 1


def test_an_association_with_a_rare_answer_is_suppressed(spring: Any) -> None:
    rows = spring.published_association((*TOP[:2], "not_at_all_important"), TIE)
    assert {row["flag"] for row in rows if row["level"]} == {"suppressed"}


@pytest.mark.parametrize("answer", [("savings", "nothing", "very_important"), ("savings", TOP[1], "maybe")])
def test_an_association_of_an_unknown_answer_is_refused(spring: Any, answer: tuple[str, str, str]) -> None:
    with pytest.raises(UsageError, match="no such answer"):
        published_association(spring, answer, TIE)


def test_the_numbers_of_a_numeric_question_add_up_to_those_who_answered(spring: Any) -> None:
    values = published_values(spring, "financial_confidence")
    assert list(values) == list(range(1, 11))
    assert sum(values.values()) == spring.published.row(question="financial_confidence", break_="", statistic="mean")["base"]
    with pytest.raises(UsageError):
        published_values(spring, "savings")


def test_a_break_beside_the_plan_is_protected_together_with_it(spring: Any) -> None:
    book = spring.published_by(["contracting"], "rating")
    assert set(book.frame["break"]) == {"", "rating"}
    assert book.frame.equals(spring.published.where(question="contracting", break_=["", "rating"]).frame)


def test_an_unknown_sensitive_question_is_an_error(small: Path) -> None:
    with pytest.raises(ProjectError, match="does not have"):
        _ = with_rules(small, 'sensitive = ["planz"]').published


def test_rounding_reaches_tables_findings_and_sentences(small: Path) -> None:
    wave = with_rules(small, "rounding = 5")
    row = wave.published.row(question="plans", option="stay", break_="", statistic="share")
    assert (row["count"], row["base"], row["estimate"]) == (15, 20, 0.75)
    finding = wave.finding("plans.stay")
    assert finding.sentence() == "Three-quarters of about 20 members who answered (15, or 75 per cent) expected to stay."
    assert any("rounded to the nearest 5" in caveat for caveat in finding.caveats)
    assert "rounded to the nearest 5" in wave.report().topline
    sides = wave.published.where(question="plans", option="stay", break_="side")
    assert all(one["base"] % 5 == one["count"] % 5 == 0 for one in sides if one["base"] is not None)
    assert wave.finding("plans.none").sentence().startswith("Hardly any of about 20")


def test_a_rounding_that_leaves_no_base_is_an_error(small: Path) -> None:
    with pytest.raises(ProjectError):
        with_rules(small, "rounding = 50")


def test_every_chart_and_note_of_every_message_holds_published_figures_only(spring: Any) -> None:
    shown = {(one["count"], one["base"]) for one in spring.published if one["base"]}
    looked_at = 0
    for planned in spring.survey.as_of(spring.id, spring.settings).plan.messages:
        message = message_of(spring, planned.id)
        if message is None:
            continue
        allowed = shown | extra_of(spring)
        for chart in message.charts.values():
            for row in chart.data.iter_rows(named=True):
                if row.get("base") is not None and row.get("per_cent") is not None:
                    count = row["per_cent"] / 100 * row["base"]
                    assert (round(count), row["base"]) in allowed, f"{planned.id}: {row}"
                    assert count == pytest.approx(round(count), abs=0.01)
                    looked_at += 1
        for note in message.notes.values():
            counts = {(int(some), int(whole)) for whole, some in re.findall(r"[Oo]f the (\d+) [^,;]*?, (\d+) ", note)}
            assert counts <= allowed, f"{planned.id}: {note}"
    assert looked_at > 30


def message_of(wave: Any, id: str) -> Any:
    try:
        return wave.message(id)
    except UsageError:  # a message of other waves
        return None


def extra_of(wave: Any) -> set[tuple[int, int]]:
    pairs = wave.published_overlap("contracting").frame
    alone = dict(pairs.filter(pl.col("item") == pl.col("option")).select("option", "count").iter_rows())
    found = {(row["count"], alone[row[side]]) for row in pairs.iter_rows(named=True) for side in ("item", "option") if row["count"]}
    together = wave.published_combinations("contracting", FOLLOWED, beside=[FOLLOWED[:2], (FOLLOWED[0], FOLLOWED[3])])
    found |= {(row["count"], row["base"]) for row in together}
    return found | {(row["count"], row["base"]) for row in wave.published_association(TOP, TIE)}


def test_messages_take_no_figures_around_disclosure_control() -> None:
    """Neither estimates nor answers as they came: only what is published."""
    for path in sorted((ROOT / "analysis").glob("*.py")):
        code = path.read_text(encoding="utf-8")
        for around in (".estimates", ".tabulate(", ".responses", ".overlap(", ".design", "tab_book", ".export"):
            assert around not in code, f"{path.name} uses {around}"


def test_the_live_barometer_is_protected_in_no_time(spring: Any, benchmark_seconds: Callable[[Callable[[], Any]], float]) -> None:
    from barometer.project.disclosing import protected

    assert benchmark_seconds(lambda: protected(spring, spring.estimates)) < 0.5


@pytest.fixture
def benchmark_seconds() -> Callable[[Callable[[], Any]], float]:
    import time

    def best(work: Callable[[], Any]) -> float:
        taken = []
        for _ in range(3):
            started = time.process_time()
            work()
            taken.append(time.process_time() - started)
        return min(taken)

    return best
