"""What labels, headers and times of an export are taken for."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.project.starting.labels import describes_respondents, in_order, is_dont_know, is_none, is_other, numbered, shortened
from barometer.project.starting.ladders import ladder
from barometer.project.starting.slugs import slug
from barometer.project.starting.times import written

AGREE = ["Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree"]


@pytest.mark.parametrize(
    "labels",
    [
        AGREE,
        ["Strongly agree", "Tend to agree", "Tend to disagree", "Strongly disagree"],
        ["Very important", "Important", "Neither important nor unimportant", "Not very important", "Not at all important"],
        ["Very important", "Somewhat important", "Neither important nor unimportant (neutral)", "Somewhat unimportant", "Very unimportant"],
        ["Very satisfied", "Satisfied", "Dissatisfied", "Very dissatisfied"],
        ["Extremely likely", "Very likely", "Somewhat likely", "Not so likely", "Not at all likely"],
        ["Very confident", "Fairly confident", "Not very confident", "Not at all confident"],
        ["Always", "Often", "Sometimes", "Rarely", "Never"],
        ["Very good", "Good", "Neither good, nor poor", "Poor", "Very poor"],
        ["A lot", "Some", "Not much", "Not at all"],
        ["Much better", "About the same", "Worse"],
        ["5 - best", "4", "3", "2", "1 - worst"],
        ["Stimme voll und ganz zu", "Stimme eher zu", "Teils/teils", "Stimme eher nicht zu", "Stimme überhaupt nicht zu"],
        ["Sehr zufrieden", "Eher zufrieden", "Eher unzufrieden", "Sehr unzufrieden"],
        ["Tout à fait d'accord", "Plutôt d'accord", "Ni d'accord ni pas d'accord", "Plutôt pas d'accord", "Pas du tout d'accord"],
    ],
)
def test_a_scale_is_found_in_whatever_order_its_labels_come(labels: list[str]):
    for order in (labels, labels[::-1], sorted(labels)):
        found = ladder(order)
        assert found is not None, order
        assert list(found.labels) == labels


@pytest.mark.parametrize(
    "labels",
    [["Yes", "No", "Maybe"], ["London", "Leeds", "York"], ["Agree", "London", "Disagree"], ["1", "2", "3"], ["Agree", "Disagree"], []],
)
def test_other_labels_stand_on_no_scale(labels: list[str]):
    assert ladder(labels) is None


def test_the_sides_of_a_scale_are_counted_for_its_nets():
    found = ladder(AGREE)
    assert found is not None
    assert (found.name, found.positive, found.negative) == ("agreement", 2, 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=90), max_size=12))
def test_codes_are_codes_and_no_two_are_alike(labels: list[str]):
    taken: list[str] = []
    for label in labels:
        taken.append(slug(label, taken))
    assert len(set(taken)) == len(labels)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_]{0,79}", code) for code in taken)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=8))
def test_whatever_the_labels_nothing_breaks_and_none_is_lost(labels: list[str]):
    distinct = list(dict.fromkeys(labels))
    assert sorted(in_order(distinct)) == sorted(distinct)
    found = ladder(distinct)
    assert found is None or sorted(found.labels) == sorted(distinct)
    for label in labels:
        numbered(label)
        assert describes_respondents(label) in (True, False)


def test_labels_of_their_own_kind():
    assert all(map(is_dont_know, ["Don't know", "Don’t know", "Not sure", "Prefer not to say", "N/A", "Weiß nicht", "Sans opinion"]))
    assert all(map(is_none, ["None of these", "None of the above", "Keine der genannten Antworten", "Aucun de ces choix"]))
    assert all(map(is_other, ["Other", "Other (please specify)", "Sonstiges", "Autre"]))
    assert not any(test(label) for test in (is_dont_know, is_none, is_other) for label in ("No", "Yes", "Nonesuch", "Mother"))


def test_ranges_go_by_their_numbers_and_the_rest_by_what_they_are():
    income = ["$150,000+", "$0 - $24,999", "$100,000 - $149,999", "Prefer not to say", "$25,000 - $49,999"]
    assert in_order(income) == ["$0 - $24,999", "$25,000 - $49,999", "$100,000 - $149,999", "$150,000+", "Prefer not to say"]
    assert in_order(["Over 10", "Under 2", "2 to 10"]) == ["Under 2", "2 to 10", "Over 10"]
    assert in_order(["No", "Don't know", "Yes"]) == ["Yes", "No", "Don't know"]


def test_a_short_label_keeps_the_question_and_leaves_the_rest():
    assert shortened("Which of these? Please select all that apply.") == "Which of these?"
    long = "Is " + "very " * 60 + "long?"
    assert len(shortened(long)) <= 140
    assert shortened(long).endswith("…")


@pytest.mark.parametrize(
    ("cells", "pattern", "doubtful"),
    [
        (["13/02/2026 09:30", "01/03/2026 10:00"], "%d/%m/%Y %H:%M", False),
        (["02/13/2026 09:30", "03/01/2026 10:00"], "%m/%d/%Y %H:%M", False),
        (["02/13/2026 09:30:10 AM"], "%m/%d/%Y %I:%M:%S %p", False),
        (["2026-02-13 09:30:00"], "%Y-%m-%d %H:%M:%S", False),
        (["2026-02-13"], "%Y-%m-%d", False),
        (["13.02.2026 09:30"], "%d.%m.%Y %H:%M", False),
        # Both orders read: the one in which fieldwork took days and not months.
        (["03/01/2026 09:30", "03/02/2026 09:30", "03/12/2026 09:30"], "%m/%d/%Y %H:%M", True),
        (["01/03/2026 09:30", "02/03/2026 09:30", "12/03/2026 09:30"], "%d/%m/%Y %H:%M", True),
    ],
)
def test_how_times_are_written_is_decided_by_the_times(cells: list[str], pattern: str, doubtful: bool):
    found = written(pl.Series(cells))
    assert found is not None
    assert (found.pattern, found.doubtful) == (pattern, doubtful)
    assert ("check day and month" in found.reason) == doubtful


@pytest.mark.parametrize("cells", [["London"], ["12", "45"], ["13/13/2026"], ["2026-02-13", "yesterday"], [None]])
def test_what_is_no_time_is_not_read_as_one(cells: list[str | None]):
    assert written(pl.Series(cells, dtype=pl.String)) is None
