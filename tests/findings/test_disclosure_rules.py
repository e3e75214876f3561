"""Group disclosure, traces of hidden groups, overlaps and rounding: what may be published beside small bases."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import UsageError
from barometer.estimation import Design, Estimates, MultipleResponse
from barometer.findings.disclosure import Rules, protect, protect_all, protect_overlap, shown_levels
from barometer.findings.disclosure_groups import group_of
from barometer.findings.disclosure_rounding import p_in_words, rounded, to_multiple


def answers(**levels: str) -> pl.DataFrame:
    """Respondents by region: `north="aab"` are three of them with their answers."""
    rows = [(one, level) for level, given in levels.items() for one in given]
    return pl.DataFrame({"q": [one for one, _ in rows], "region": [level for _, level in rows]})


def flags(frame: pl.DataFrame, rules: Rules, option: str = "a", members: pl.DataFrame | None = None) -> dict[str, str]:
    book = protect(Design(frame).tab_book(["q"], ["region"]), rules, members=members).frame
    return dict(book.filter(pl.col("option") == option).select("level", "flag").iter_rows())


LEFT_OUT = Rules(minimum_base=5, small_base=1)
SOUTH, EAST = "ab" * 20, "aab" * 10


def test_what_everyone_in_a_small_group_said_is_suppressed_with_the_smallest_other() -> None:
    assert flags(answers(north="a" * 12, south=SOUTH, east=EAST), LEFT_OUT) == {
        "": "",
        "north": "suppressed",
        "south": "",
        "east": "suppressed",
    }


def test_what_everyone_in_a_large_group_said_is_published() -> None:
    assert set(flags(answers(north="a" * 15, south=SOUTH, east=EAST), LEFT_OUT).values()) == {""}


def test_what_no_one_said_is_published_unless_the_question_is_sensitive() -> None:
    frame = answers(north="bc" * 6, south=SOUTH + "c", east=EAST + "c")
    assert set(flags(frame, LEFT_OUT).values()) == {""}
    assert flags(frame, Rules(minimum_base=5, small_base=1, sensitive=("q",)))["north"] == "suppressed"


def test_none_of_everybody_is_published_of_a_sensitive_question_too() -> None:
    book = Design(answers(north="b" * 6 + "c" * 6, south="bc" * 20)).tab_book(["q"], ["region"])
    nobody = book.where(option="b", break_="").with_columns(option=pl.lit("a"), count=pl.lit(0), estimate=pl.lit(0.0))
    safe = protect(Estimates.concat([book, nobody]), Rules(minimum_base=5, small_base=1, sensitive=("q",)))
    assert safe.row(option="a", break_="")["count"] == 0


def test_a_level_that_answered_to_the_last_member_is_suppressed_if_it_is_of_one_mind_at_any_size() -> None:
    frame = answers(north="a" * 40, south=SOUTH, east=EAST)
    members = pl.DataFrame({"region": ["north"] * 40 + ["south"] * 90 + ["east"] * 90})
    assert flags(frame, LEFT_OUT)["north"] == ""
    assert flags(frame, LEFT_OUT, members=members)["north"] == "suppressed"
    assert flags(answers(north="bc" * 20, south=SOUTH, east=EAST), LEFT_OUT, members=members)["north"] == "suppressed"


def test_known_questions_and_a_break_by_itself_are_no_secret() -> None:
    frame = answers(north="a" * 12, south=SOUTH)
    assert set(flags(frame, Rules(minimum_base=5, small_base=1, public=("q",))).values()) == {""}
    book = protect(Design(frame).tab_book(["region"], ["region"]), LEFT_OUT)
    assert set(book.frame["flag"]) == {""}


def test_counts_of_one_or_two_are_suppressed_on_demand() -> None:
    frame = answers(north="a" * 2 + "b" * 10, south=SOUTH, east=EAST)
    assert flags(frame, LEFT_OUT)["north"] == ""
    assert flags(frame, Rules(minimum_base=5, small_base=1, minimum_count=3))["north"] == "suppressed"


def test_what_is_left_by_subtraction_is_not_of_one_mind_either() -> None:
    # Two levels of three: together eight, which is enough, but all eight said the same.
    frame = answers(north="a" * 3, west="a" * 5, south=SOUTH, east=EAST)
    assert flags(frame, LEFT_OUT) == {"": "", "north": "suppressed", "west": "suppressed", "south": "", "east": "suppressed"}


def test_no_level_is_compared_with_hidden_ones_alone() -> None:
    frame = pl.concat(
        [
            answers(north="ab" * 4, south=SOUTH),
            pl.DataFrame({"q": ["a"] * 12, "region": [None] * 12}, schema_overrides={"region": pl.String}),
        ]
    )
    book = Design(frame).tab_book(["q"], ["region"])
    assert book.row(option="a", level="south")["rest"] == 0.5
    safe = protect(book, Rules(minimum_base=10, small_base=1)).row(option="a", level="south")
    assert safe["count"] == 20
    assert safe["rest"] is None


def test_no_letter_of_a_hidden_level_is_shown() -> None:
    frame = answers(north="a" * 40 + "b", south="a" * 11 + "b" * 40, east="b" * 9 + "a")
    book = Design(frame).tab_book(["q"], ["region"])
    hidden = book.row(option="a", level="south")["letter"]
    assert hidden in book.row(option="a", level="north")["letters"]
    marked = book.with_columns(base=pl.when(pl.col("level") == "south").then(4).otherwise("base"))
    safe = protect(marked, Rules(minimum_base=10, small_base=1))
    assert safe.row(option="a", level="south")["flag"] == "suppressed"
    assert hidden not in (safe.row(option="a", level="north")["letters"] or "")


def test_a_level_within_a_level_of_another_break_is_not_had_from_both() -> None:
    towns = ["a1"] * 6 + ["a2"] * 20 + ["b1"] * 7 + ["b2"] * 30
    frame = pl.DataFrame({"q": ["a", "b", "b"] * 21, "town": towns, "area": [town[0] for town in towns]})
    book = Design(frame).tab_book(["q"], ["town", "area"])
    apart = {one["level"] for one in protect(book, Rules(minimum_base=10)).where(option="a", flag="suppressed")}
    known = {
        one["level"]
        for one in protect(book, Rules(minimum_base=10), members=frame.select("town", "area")).where(option="a", flag="suppressed")
    }
    assert apart == {"a1", "b1"}
    assert known > apart
    assert known & {"a2", "a"}


def test_reports_of_parts_need_the_one_for_everybody() -> None:
    with pytest.raises(UsageError, match="beside those about everybody"):
        protect_all({(("region", "north"),): Estimates(pl.DataFrame())}, Rules())


def test_a_part_that_is_too_small_has_no_report() -> None:
    frame = pl.DataFrame({"q": ["a", "b"] * 40, "region": ["n"] * 6 + ["s"] * 40 + ["e"] * 34, "role": ["x", "x", "y", "y"] * 20})
    parts = {level: frame.filter(pl.col("region") == level) for level in ("n", "s", "e")}
    books = {(): Design(frame).tab_book(["q"], ["role", "region"])}
    books |= {(("region", level),): Design(part).tab_book(["q"], ["role"]) for level, part in parts.items()}
    safe = protect_all(books, Rules())
    assert shown_levels(safe) == [(), (("region", "s"),)]
    assert set(safe[("region", "n"),].frame["flag"]) == {"suppressed"}
    # What is said of everybody is the same with and without the other reports.
    assert safe[()].frame.equals(protect(books[()], Rules()).frame)


def test_a_crossed_break_is_a_group_of_both() -> None:
    assert group_of((), "role x region", "chair x north") == group_of((("region", "north"),), "role", "chair")


def test_an_overlap_with_a_rare_option_is_suppressed() -> None:
    frame = pl.DataFrame({"a": [1] * 30 + [0] * 30, "b": [1, 0] * 30, "c": [1] * 56 + [0] * 4, "d": [1] * 12 + [0] * 48})
    pairs = protect_overlap(Design(frame).overlap(MultipleResponse("q", {name: name for name in "abcd"})), Rules())
    hidden = {one["item"] + one["option"] for one in pairs if one["flag"] == "suppressed"}
    # All twelve who chose d chose a.
    assert hidden == {"ac", "bc", "cd", "ad"}


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(3, 40), min_size=2, max_size=5), multiple=st.sampled_from([3, 5, 10]), seed=st.integers(0, 9))
def test_rounded_figures_are_multiples_and_shares_of_them(sizes: list[int], multiple: int, seed: int) -> None:
    frame = answers(**{f"l{place}": "".join("ab"[(n * 7 + seed) % 3 % 2] for n in range(size)) for place, size in enumerate(sizes)})
    safe = protect(Design(frame, population=500).tab_book(["q"], ["region"]), Rules(minimum_base=10))
    for old, new in zip(safe, rounded(safe, multiple), strict=True):
        assert [old[name] for name in ("question", "option", "level")] == [new[name] for name in ("question", "option", "level")]
        if new["base"] is None or old["base"] == 0:
            assert (new["count"], new["estimate"]) == (old["count"], old["estimate"])
            continue
        assert new["base"] % multiple == new["count"] % multiple == 0
        assert abs(new["base"] - old["base"]) <= multiple / 2
        assert new["estimate"] == pytest.approx(new["count"] / new["base"])
        assert new["conf_low"] <= new["estimate"] <= new["conf_high"]
        assert new["std_error"] is new["design_effect"] is new["df"] is None


def test_rounded_figures_of_one_class_are_alike_whatever_the_exact_ones_were() -> None:
    books = [Design(pl.DataFrame({"q": ["a"] * count + ["b"] * (base - count)})).tab_book(["q"]) for count, base in ((58, 99), (61, 101))]
    one, other = (rounded(book, 5).row(option="a") for book in books)
    assert one == other


def test_no_rounding_changes_nothing_and_a_negative_one_is_refused() -> None:
    book = Design(answers(north=SOUTH)).tab_book(["q"])
    assert rounded(book, 0) is book
    assert to_multiple(57, 0) == 57
    with pytest.raises(UsageError):
        rounded(book, -5)


def test_a_p_value_of_rounded_figures_says_its_class() -> None:
    assert p_in_words({"p_rest": 0.2}) == "p = 0.200"
    assert p_in_words({"p_rest": 1.0, "rounded_to": 5}) == "p 0.05 or more"
