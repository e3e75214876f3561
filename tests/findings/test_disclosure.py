"""No published figure speaks of too few people, and none can be had by subtraction."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.estimation import Categorical, Design, Estimates
from barometer.findings.disclosure import Rules, protect

NUMBERS = ("estimate", "std_error", "conf_low", "conf_high", "df", "count", "base", "weighted_base", "design_effect")
Cell = tuple[str, ...]


def row(item: str, option: str, name: str, level: str, statistic: str, base: int) -> dict[str, Any]:
    flag = "" if base else "undefined"
    figure = 0.5 if base else None
    return {
        "question": "q", "item": item, "option": option, "break": name, "level": level, "statistic": statistic, "estimate": figure,
        "std_error": figure, "conf_low": figure, "conf_high": figure, "df": 9.0, "count": base // 2, "base": base,
        "weighted_base": float(base), "design_effect": 1.0, "flag": flag, "method": "logit",
    }  # fmt: skip


@st.composite
def books(draw: st.DrawFn) -> Estimates:
    """Tab books: items with bases of their own, levels of two breaks, people of no level, and means on fewer than the shares."""
    rows = []
    for item in draw(st.sampled_from([("",), ("i", "j")])):
        for name in ("role", "region"):
            sizes = draw(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 4)), min_size=0, max_size=5))
            nowhere, silent = draw(st.integers(0, 14)), draw(st.integers(0, 3))
            everybody = sum(size for size, _ in sizes) + nowhere
            without = sum(min(size, fewer) for size, fewer in sizes) + min(silent, nowhere)
            for option, statistic, least in (("a", "share", 0), ("b", "share", 0), ("ab", "net", 0), ("", "mean", 1)):
                # Each break has a question of its own, as the figures for everybody stand once.
                rows.append({**row(item, option, "", "", statistic, everybody - least * without), "question": f"q_{name}"})
                for place, (size, fewer) in enumerate(sizes):
                    base = size - least * min(size, fewer)
                    rows.append({**row(item, option, name, f"l{place}", statistic, base), "question": f"q_{name}"})
    return Estimates(pl.DataFrame(draw(st.permutations(rows))))


def by_figure(frame: pl.DataFrame) -> dict[Cell, dict[str, dict[str, Any]]]:
    """Rows by figure and break, then by level; those for everybody under the empty level of each break."""
    whole = {tuple(one[key] for key in ("question", "item", "option", "statistic")): one for one in frame.to_dicts() if not one["break"]}
    found: dict[Cell, dict[str, dict[str, Any]]] = defaultdict(dict)
    for one in frame.to_dicts():
        key = tuple(one[name] for name in ("question", "item", "option", "statistic"))
        if one["break"]:
            found[(*key, one["break"])][""] = whole[key]
            found[(*key, one["break"])][one["level"]] = one
    return found


@settings(deadline=None)
@given(book=books(), minimum=st.integers(1, 15))
def test_no_group_below_the_minimum_is_shown_or_can_be_had_by_subtraction(book: Estimates, minimum: int) -> None:
    safe = protect(book, minimum_base=minimum, small_base=30).frame
    for rows in by_figure(safe).values():
        assert all(one["base"] is None or one["base"] == 0 or one["base"] >= minimum for one in rows.values())
        everybody = rows[""]["base"]
        if everybody is None:
            continue
        shown = [one["base"] for level, one in rows.items() if level and one["base"] is not None]
        if shown:
            left = everybody - sum(shown)
            assert left == 0 or left >= minimum


@settings(max_examples=40, deadline=None)
@given(book=books(), minimum=st.integers(1, 15), small=st.integers(1, 40))
def test_nothing_else_changes(book: Estimates, minimum: int, small: int) -> None:
    before, after = book.frame.to_dicts(), protect(book, minimum_base=minimum, small_base=small).frame.to_dicts()
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        if new["flag"] == "suppressed":
            assert all(new[name] is None for name in NUMBERS)
        else:
            assert {**new, "flag": old["flag"]} == old
            assert new["flag"] == ("small base" if 0 < old["base"] < small and not old["flag"] else old["flag"])
        assert all(new[name] == old[name] for name in ("question", "item", "option", "break", "level", "statistic", "method"))


@settings(max_examples=40, deadline=None)
@given(book=books(), minimum=st.integers(1, 15))
def test_protecting_twice_is_protecting_once(book: Estimates, minimum: int) -> None:
    once = protect(book, minimum_base=minimum, small_base=30)
    assert protect(once, minimum_base=minimum, small_base=30).frame.equals(once.frame)


@settings(max_examples=40, deadline=None)
@given(book=books())
def test_no_more_than_needed_is_hidden_where_every_group_is_large(book: Estimates) -> None:
    large = Estimates(book.frame.filter((pl.col("base") == 0) | (pl.col("base") >= 3)))
    frame = protect(large, Rules(minimum_base=1, small_base=1, group_base=0)).frame
    assert frame.equals(large.frame)


def bases_of(frame: pl.DataFrame, **shown: int) -> dict[str, str]:
    safe = protect(Design(frame).tab_book(["q"], ["region"]), minimum_base=10, small_base=30).frame
    found = {one["level"]: one for one in safe.to_dicts() if one["option"] == "a"}
    assert {level: one["base"] for level, one in found.items() if one["base"] is not None} == shown
    return {level: one["flag"] for level, one in found.items()}


def answers(**sizes: int) -> pl.DataFrame:
    regions = [None if level == "nowhere" else level for level, size in sizes.items() for _ in range(size)]
    return pl.DataFrame({"q": ["a" if place % 3 else "b" for place in range(len(regions))], "region": regions})


def test_one_small_group_takes_the_smallest_other_with_it() -> None:
    flags = bases_of(answers(north=4, south=31, east=25), **{"": 60, "south": 31})
    assert flags == {"": "", "south": "", "north": "suppressed", "east": "suppressed"}


def test_two_small_groups_that_are_large_together_need_no_third() -> None:
    bases_of(answers(north=6, west=7, south=31, east=25), **{"": 69, "south": 31, "east": 25})


def test_two_small_groups_that_are_small_together_take_a_third() -> None:
    bases_of(answers(north=2, west=3, south=31, east=25), **{"": 61, "south": 31})


def test_people_of_no_group_are_a_group_that_subtraction_would_show() -> None:
    bases_of(answers(north=20, south=31, nowhere=3), **{"": 54, "south": 31})


def test_people_of_no_group_hide_a_small_group_if_they_are_enough() -> None:
    bases_of(answers(north=4, south=31, nowhere=12), **{"": 47, "south": 31})


def test_of_two_groups_either_both_are_shown_or_none() -> None:
    bases_of(answers(north=4, south=31), **{"": 35})
    bases_of(answers(north=10, south=31), **{"": 41, "north": 10, "south": 31})


def test_a_mean_on_few_numbers_is_not_had_from_the_other_means() -> None:
    # Twelve in the north answered, and only eight of them with a number.
    frame = pl.DataFrame(
        {
            "q": ["high"] * 5 + ["low"] * 3 + ["dont_know"] * 4 + ["high"] * 15 + ["low"] * 15 + ["low"] * 13,
            "region": ["north"] * 12 + ["south"] * 30 + ["east"] * 13,
        }
    )
    asked = Categorical("q", codes=("high", "low", "dont_know"), values={"high": 2.0, "low": 1.0})
    safe = protect(Design(frame).tab_book([asked], ["region"]), Rules(minimum_base=10, small_base=10, group_base=0)).frame
    means = {one["level"]: one["base"] for one in safe.filter(pl.col("statistic") == "mean").to_dicts()}
    assert means == {"": 51, "north": None, "south": 30, "east": None}
    shares = {one["level"]: one["base"] for one in safe.filter(pl.col("option") == "high").to_dicts()}
    assert shares == {"": 55, "north": 12, "south": 30, "east": 13}


def test_everybody_is_suppressed_where_everybody_is_too_few() -> None:
    assert set(bases_of(answers(north=4, south=5)).values()) == {"suppressed"}


@pytest.mark.parametrize("flag", ["not asked", "undefined"])
def test_what_nobody_was_asked_or_answered_stays_as_it_is(flag: str) -> None:
    empty = {**row("", "a", "", "", "share", 0), "flag": flag, "estimate": None}
    safe = protect(Estimates(pl.DataFrame([empty])), minimum_base=10, small_base=30).frame
    assert safe["flag"].to_list() == [flag]
