"""The phrases: what the field printed is licensed, what would be wrong is not, and every claim is true."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometer.findings import licensed, population_claim
from barometer.findings.wording import LANDMARKS, exact_percent, licensed_share

counts = st.integers(1, 1500).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))


def texts(count: int, base: int) -> list[str]:
    return [phrase.text for phrase in licensed(count, base)]


@pytest.mark.parametrize(
    ("count", "base", "phrase"),
    [
        (58, 100, "more than half"),
        (27, 46, "nearly 60 per cent"),
        (27, 46, "more than half"),
        (35, 100, "more than a third"),
        (36, 100, "more than 35 per cent"),
        (31, 100, "almost a third"),
        (26, 100, "more than one in four"),
        (54, 209, "around a quarter"),
        (22, 100, "less than a quarter"),
        (20, 100, "only one in five"),
        (23, 100, "just 23 per cent"),
        (10, 100, "only one in 10"),
        (5, 100, "a small minority"),
        (65, 99, "around two-thirds"),
        (43, 44, "all but one"),
        (0, 99, "none"),
        (1, 99, "only one"),
        (49, 99, "only 49 per cent"),
        (49, 99, "just under half"),
        (14, 99, "less than 15 per cent"),
        (68, 99, "more than two-thirds"),
        (39, 209, "fewer than one in five"),
        (50, 100, "half"),
        (99, 99, "all"),
        (97, 100, "nearly all"),
        (90, 100, "nine in 10"),
        (33, 99, "a third"),
    ],
)
def test_what_the_field_printed_is_licensed(count: int, base: int, phrase: str):
    assert phrase in texts(count, base)


@pytest.mark.parametrize(
    ("count", "base", "wrong"),
    [
        (39, 209, "20 per cent"),
        (39, 209, "one in five"),
        (39, 209, "around one in five"),
        (39, 209, "around 20 per cent"),
        (58, 100, "nearly two-thirds"),
        (58, 100, "around two-thirds"),
        (58, 100, "nearly 60 per cent"),
        (49, 99, "half"),
        (50, 100, "more than half"),
        (50, 100, "most"),
        (65, 99, "two-thirds"),
        (65, 99, "more than two-thirds"),
        (65, 99, "65 per cent"),
        (1, 300, "0 per cent"),
        (1, 300, "zero per cent"),
        (299, 300, "100 per cent"),
        (299, 300, "all"),
        (1, 99, "none"),
        (60, 100, "only three in five"),
        (11, 100, "a small minority"),
    ],
)
def test_what_would_be_wrong_is_not_licensed(count: int, base: int, wrong: str):
    assert wrong not in texts(count, base)


@pytest.mark.parametrize(
    ("count", "base", "default"),
    [
        (58, 100, "more than half"),
        (55, 100, "more than half"),
        (36, 100, "more than a third"),
        (26, 100, "more than a quarter"),
        (35, 100, "more than a third"),
        (68, 100, "more than two-thirds"),
        (20, 100, "one in five"),
        (5, 100, "one in 20"),
        (90, 100, "nine in 10"),
        (92, 100, "more than nine in 10"),
        (86, 100, "more than four in five"),
        (31, 100, "nearly a third"),
        (49, 99, "just under half"),
        (52, 100, "just over half"),
        (14, 100, "14 per cent"),
        (0, 99, "none"),
        (1, 99, "one"),
        (43, 44, "all but one"),
        (44, 44, "all"),
        (20, 944, "fewer than one in 20"),
    ],
)
def test_the_default_phrase_follows_the_documented_order(count: int, base: int, default: str):
    assert texts(count, base)[0] == default


NAMES = {name: mark.value for mark in LANDMARKS for name in mark.names}


def stands_for(text: str) -> Fraction | None:
    """The number that a phrase names, read independently of how it was made."""
    bare = re.sub(r"^(more than|fewer than|less than|nearly|almost|around|about|just over|just under|only|just) ", "", text)
    if bare in NAMES:
        return NAMES[bare]
    found = re.fullmatch(r"(\w+) per cent", bare)
    words = {w: n for n, w in enumerate("zero one two three four five six seven eight nine".split())}  # noqa: SIM905
    return Fraction(words.get(found[1], -1) if found[1] in words else int(found[1]), 100) if found else None


@given(counts)
def test_every_claim_is_true_of_its_count(pair: tuple[int, int]):
    count, base = pair
    share = Fraction(count, base)
    for text in texts(count, base):
        value = stands_for(text)
        if text.startswith(("more than", "just over")):
            assert value is not None
            assert share > value
        elif text.startswith(("fewer than", "less than", "nearly", "almost", "just under")) and text != "nearly all":
            assert value is not None
            assert share < value
            if text.startswith(("nearly", "almost", "just under")):
                assert value - share <= Fraction(7, 200)
        elif text.startswith(("around", "about")):
            assert value is not None
            assert abs(share - value) <= Fraction(1, 80)
        elif value is not None:
            assert abs(share - value) <= Fraction(1, 200)
        if text in ("most", "a majority", "a large majority"):
            assert share > Fraction(1, 2)
        if "minority" in text or text.startswith("only"):
            assert 0 < share < Fraction(1, 2)
        if text == "none":
            assert count == 0
        if text == "all":
            assert count == base
        if text == "half":
            assert 2 * count == base


@given(counts)
def test_nobody_and_everybody_are_never_blurred(pair: tuple[int, int]):
    count, base = pair
    plain = exact_percent(Fraction(count, base))
    assert (plain == "zero per cent") == (count == 0)
    assert (plain == "100 per cent") == (count == base)


@given(counts)
def test_there_is_always_a_default_that_a_sentence_can_start_with(pair: tuple[int, int]):
    first = licensed(*pair)[0]
    assert first.form in ("count", "name", "just", "nearly", "over", "under", "per cent")
    assert not first.text.startswith(("only", "a small"))


@given(st.fractions(0, 1, max_denominator=10**6), st.fractions(0, 1, max_denominator=10**6))
def test_a_population_claim_holds_for_the_whole_interval(one: Fraction, other: Fraction):
    low, high = sorted((one, other))
    claim = population_claim(low, high)
    if low <= Fraction(1, 2) <= high:
        assert claim is None
    if claim:
        value = stands_for(claim)
        assert value is not None
        assert low > value if claim.startswith("more") else high < value


def test_a_bound_that_prints_as_fifty_licenses_nothing():
    assert population_claim(Fraction("0.503"), Fraction("0.67")) is None
    assert population_claim(Fraction("0.506"), Fraction("0.67")) == "more than half"
    assert population_claim(Fraction("0.33"), Fraction("0.497")) is None


def test_a_weighted_share_has_no_count_phrases():
    assert all(phrase.form != "count" for phrase in licensed_share(Fraction(0)))
    assert licensed_share(Fraction("0.5803"))[0].text == "more than half"


def test_an_impossible_count_is_refused():
    with pytest.raises(ValueError, match="no share"):
        licensed(3, 2)
