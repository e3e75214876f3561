"""From labels to codes, and from codes to typed responses with their states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from barometer.errors import IntakeError, UsageError
from barometer.intake import Export, ExportSettings, Responses, read_export, shown_to, typed
from barometer.intake.answers import numbers, plain_number
from barometer.questionnaire import parse

Read = Callable[..., Export]
Make = Callable[..., Any]


# --------------------------------------------------------------------------------------------------------------------- coding


@pytest.mark.parametrize("given", ["Clinical chair", "clinical  CHAIR", "Chair", "chair", " Clinical chair "])
def test_a_label_alias_or_code_becomes_the_code(read: Read, rows: Make, given: str) -> None:
    assert read([rows(Q1=given)]).frame["role"].to_list() == ["chair"]


@pytest.mark.parametrize("given", ["Don’t know", "Don't know", "don‘t know"])
def test_apostrophes_do_not_matter(read: Read, rows: Make, given: str) -> None:
    assert read([rows(Q4_Shared=given)]).frame["rated.values"].to_list() == ["dk"]


def test_a_label_that_the_questionnaire_lacks_stays_for_validation_to_name(read: Read, rows: Make) -> None:
    export = read([rows("r1", Q1="Mayor"), rows("r2")])
    assert export.frame["role"].to_list() == ["Mayor", "chair"]
    assert typed(export).frame["role"].to_list() == [None, "chair"]


def test_an_option_of_another_wave_is_no_code_of_this_one(tmp_path: Path) -> None:
    options = [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}, {"code": "c", "label": "C", "waves": ["w2"]}]
    asked = [{"id": "q", "kind": "single", "theme": "t", "text": "?", "short": "?", "options": options}]
    one = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": asked})
    (tmp_path / "a.csv").write_text("id,q\nr1,C\n")
    for wave, code in (("w1", "C"), ("w2", "c")):
        assert read_export(tmp_path / "a.csv", one, wave, ExportSettings(respondent="id")).frame["q"].to_list() == [code]


@pytest.mark.parametrize("given", ["Accountable care system", "acs", "1", "Yes", "TRUE", "x", "Selected", "Checked"])
def test_every_sort_of_tick_is_a_tick(read: Read, rows: Make, given: str) -> None:
    assert read([rows(Q2_Accountable=given)]).frame["plans.acs"].to_list() == ["1"]


@pytest.mark.parametrize("given", ["0", "No", "FALSE", "Not selected", "Unchecked"])
def test_every_sort_of_untick_is_one(read: Read, rows: Make, given: str) -> None:
    assert read([rows(Q2_Accountable=given)]).frame["plans.acs"].to_list() == ["0"]


def test_a_text_that_is_no_tick_stays(read: Read, rows: Make) -> None:
    assert read([rows(Q2_Accountable="perhaps")]).frame["plans.acs"].to_list() == ["perhaps"]


def test_the_text_beside_other_is_kept_where_it_has_its_own_column(read: Read, rows: Make, csv_text: Make, headers: list[str]) -> None:
    column = "Q2. Which of these, if any? [other_text]"
    export = read(csv_text([{**rows(Q2_Other="Yes"), column: "A hub"}], headers=[*headers, column]))
    assert export.frame.select("plans.other", "plans.other_text").rows() == [("1", "A hub")]


def test_what_is_written_into_the_box_of_other_is_a_tick_and_a_text(read: Read, rows: Make) -> None:
    export = read([rows("r1", Q2_Other="A hub"), rows("r2", Q2_Other="Other (please specify)"), rows("r3", Q2_Other="No"), rows("r4")])
    assert export.frame.select("plans.other", "plans.other_text").rows() == [("1", "A hub"), ("1", None), ("0", None), (None, None)]


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("7.5", 7.5),
        ("-3", -3.0),
        ("1,250", 1250.0),
        ("1,250,000.5", 1250000.5),
        ("12 500", 12500.0),
        ("40%", 40.0),
        ("40 %", 40.0),
        ("1e3", 1000.0),
        # Not numbers: a decimal comma must never be read as a thousand.
        ("7,5", None),
        ("1,25", None),
        ("12,50,000", None),
        ("ten", None),
        ("nan", None),
        ("inf", None),
        ("7-8", None),
        ("", None),
    ],
)
def test_numbers(read: Read, rows: Make, given: str, number: float | None) -> None:
    export = read([rows(Q5=given)])
    assert typed(export).frame["confidence"].to_list() == [number]
    if number is None:
        assert export.frame["confidence"].to_list() == [given or None], "what is no number stays as it came"


def test_plain_numbers_and_floats_agree() -> None:
    texts = pl.Series("n", ["1,000", "2", None, "x"])
    assert plain_number(texts).to_list() == ["1000", "2", None, "x"]
    assert numbers(plain_number(texts)).to_list() == [1000.0, 2.0, None, None]


# ------------------------------------------------------------------------------------------------------------ times and weights


def test_times_that_cannot_be_read_are_listed_with_their_rows(read: Read, rows: Make) -> None:
    given = [rows("r1"), {**rows("r2"), "End date": "yesterday"}, {**rows("r3"), "End date": ""}]
    export = read(given)
    assert export.frame["completed"].to_list() == [dt.datetime(2016, 3, 1, 9, 5, 7), None, None]
    assert export.unreadable.rows() == [(3, "completed")]


@pytest.mark.parametrize(
    ("pattern", "text", "time"),
    [
        ("%d/%m/%Y %H:%M", "02/03/2016 09:05", dt.datetime(2016, 3, 2, 9, 5)),
        ("%d/%m/%Y", "02/03/2016", dt.datetime(2016, 3, 2)),
        ("%m/%d/%Y %I:%M:%S %p", "03/02/2016 9:05:01 PM", dt.datetime(2016, 3, 2, 21, 5, 1)),
        ("%Y-%m-%dT%H:%M:%S%z", "2016-03-02T09:05:00+01:00", dt.datetime(2016, 3, 2, 8, 5)),
    ],
)
def test_times_are_read_as_the_platform_writes_them(read: Read, rows: Make, pattern: str, text: str, time: dt.datetime) -> None:
    export = read([{**rows(), "End date": text}], timestamp=pattern)
    assert export.frame["completed"].to_list() == [time]
    assert export.frame.schema["completed"] == pl.Datetime("us")


def test_a_pattern_that_makes_no_time_is_an_error_of_the_wave_file(read: Read, rows: Make) -> None:
    with pytest.raises(IntakeError, match="pattern") as caught:
        read([rows()], timestamp="%H")
    assert caught.value.where == "'timestamp' under [export] in wave.toml"


def test_weights_are_numbers(read: Read, rows: Make, csv_text: Make, headers: list[str]) -> None:
    given = [{**rows("r1"), "Weight": "1.5"}, {**rows("r2"), "Weight": "0"}]
    assert read(csv_text(given, headers=[*headers, "Weight"]), weight="Weight").frame["weight"].to_list() == [1.5, 0.0]


@pytest.mark.parametrize("wrong", ["", "-1", "many", "nan", "inf"])
def test_a_wrong_weight_is_refused_with_its_cell(read: Read, rows: Make, csv_text: Make, headers: list[str], wrong: str) -> None:
    given = [{**rows("r1"), "Weight": "1.5"}, {**rows("r2"), "Weight": wrong}]
    with pytest.raises(IntakeError, match="weight") as caught:
        read(csv_text(given, headers=[*headers, "Weight"]), weight="Weight")
    assert caught.value.where == "row 3, column Q"


# -------------------------------------------------------------------------------------------------------------------- states


def responses(read: Read, *given: dict[str, str], **changed: Any) -> Responses:
    return typed(read(list(given), **changed))


def test_unanswered_not_shown_none_selected_and_not_asked_are_four_states(read: Read, rows: Make) -> None:
    four = responses(
        read,
        rows("answered"),
        rows("skipped", Q3=""),
        rows("none ticked, by explicit noes", Q2="No", Q3=""),
        rows("nothing ticked", Q2="", Q3=""),
    )
    assert four.state("plans").to_list() == ["answered", "answered", "answered", "not answered"]
    assert four.state("lead").to_list() == ["answered", "not answered", "not shown", "not shown"]
    assert four.frame["plans.acs"].to_list() == [1, 1, 0, None]
    assert four.frame["plans.aco"].to_list() == [0, 0, 0, None]
    assert four.state("later").to_list() == ["not asked"] * 4
    assert four.state("plans", "new").to_list() == ["not asked"] * 4
    assert four.state("rated", "budgets").to_list() == ["not asked"] * 4
    assert "later" not in four.frame.columns
    assert "plans.new" not in four.frame.columns


def test_a_zero_and_a_missing_option_are_not_the_same(read: Read, rows: Make) -> None:
    some = responses(read, rows("r1"), rows("r2", Q2="", Q3=""))
    assert some.frame["plans.none"].sum() == 0, "asked, and nobody chose it"
    assert some.frame["plans.none"].count() == 1, "its base leaves out who did not answer"
    assert set(some.state("plans", "new")) == {"not asked"}, "not asked is not zero"


def test_blank_boxes_are_none_selected_where_the_questionnaire_says_so(tmp_path: Path) -> None:
    options = [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}]
    asked = [
        {"id": "gate", "kind": "single", "theme": "t", "text": "g", "short": "g", "options": options},
        {
            "id": "boxes",
            "kind": "multiple",
            "blank": "none_selected",
            "theme": "t",
            "text": "m",
            "short": "m",
            "options": options,
            "shown_if": {"question": "gate", "any_of": ["a"]},
        },
    ]
    both = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": asked})
    (tmp_path / "a.csv").write_text("id,gate,m [A],m [B]\nr1,A,A,\nr2,A,,\nr3,B,,\nr4,,,\n")
    made = typed(read_export(tmp_path / "a.csv", both, "w", ExportSettings(respondent="id")))
    assert made.state("boxes").to_list() == ["answered", "answered", "not shown", "not shown"]
    assert made.frame["boxes.a"].to_list() == [1, 0, None, None]


def test_an_answer_to_what_was_not_shown_is_no_answer(read: Read, rows: Make) -> None:
    odd = responses(read, rows("r1", Q2="", Q2_None="None of these", Q3="GPs"))
    assert odd.state("lead").to_list() == ["not shown"]
    assert odd.frame["lead"].to_list() == [None]


def test_a_battery_has_a_state_for_each_item_and_as_a_whole(read: Read, rows: Make) -> None:
    some = responses(read, rows("r1"), rows("r2", Q4_Shared=""), rows("r3", Q4=""))
    assert some.state("rated", "values").to_list() == ["answered", "not answered", "not answered"]
    assert some.state("rated", "records").to_list() == ["answered", "answered", "not answered"]
    assert some.state("rated").to_list() == ["answered", "answered", "not answered"]
    assert some.state("rated").name == "rated"


def test_a_ranking_and_an_allocation_are_answered_as_one(read: Read, rows: Make) -> None:
    some = responses(read, rows("r1", Q6_A="", Q7_B=""), rows("r2", Q6="", Q7=""))
    for question in ("first", "time"):
        assert some.state(question).to_list() == ["answered", "not answered"]
        assert some.state(question, "b").to_list() == ["answered", "not answered"]
    assert some.frame["first.b"].to_list() == [1.0, None]
    assert some.frame.schema["time.a"] == pl.Float64


def test_the_state_of_something_unknown_is_an_error(read: Read, rows: Make) -> None:
    one = responses(read, rows())
    with pytest.raises(UsageError):
        one.state("leed")
    with pytest.raises(UsageError) as caught:
        one.state("rated", "valuse")
    assert caught.value.hint == "Did you mean 'values'?"


def test_no_row_at_all_still_has_columns(read: Read, rows: Make) -> None:
    export = read([rows()])
    none = typed(export.rows(pl.Series("row", [], dtype=pl.Int64)))
    full = typed(export)
    assert len(none) == 0
    assert none.frame.schema == full.frame.schema
    assert none.states.schema == full.states.schema


def test_rows_keeps_what_is_asked_for(read: Read, rows: Make) -> None:
    given = [{**rows(f"r{n}"), "End date": "never"} for n in range(3)]
    kept = read(given).rows(pl.Series([2, 4]))
    assert kept.frame["respondent"].to_list() == ["r0", "r2"]
    assert kept.unreadable["row"].to_list() == [2, 4]


ROUTED = [
    ({"question": "m", "any_of": ["a"]}, [True, False, False, False]),
    ({"question": "m", "none_of": ["a"]}, [False, True, True, True]),
    ({"question": "m", "any_of": ["a", "b"]}, [True, True, False, False]),
    ({"question": "m", "any_of": ["b"], "none_of": ["a"]}, [False, True, False, False]),
    ({"question": "s", "any_of": ["a"]}, [True, False, False, True]),
    ({"question": "s", "none_of": ["a"]}, [False, True, True, False]),
    ({"question": "g", "item": "x", "any_of": ["b"]}, [False, True, False, True]),
    # No wave-1 respondent could have chosen what wave 1 did not offer.
    ({"question": "m", "any_of": ["later"]}, [False, False, False, False]),
    ({"question": "m", "none_of": ["later"]}, [True, True, True, True]),
]


@pytest.mark.parametrize(("condition", "shown"), ROUTED)
def test_routing(tmp_path: Path, condition: dict[str, Any], shown: list[bool]) -> None:
    options = [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}]
    asked = [
        {"id": "m", "kind": "multiple", "options": [*options, {"code": "later", "label": "Later", "waves": ["w2"]}]},
        {"id": "s", "kind": "single", "options": options},
        {"id": "g", "kind": "battery", "options": options, "items": [{"id": "x", "label": "X"}]},
        {"id": "then", "kind": "text", "shown_if": condition},
    ]
    full = [{"theme": "t", "text": f"{one['id']}?", "short": "?", **one} for one in asked]
    routed = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": full})
    (tmp_path / "a.csv").write_text("id,m.a,m.b,s,g.x,then\n1,A,B,A,A,t\n2,,B,B,B,t\n3,,,,,t\n4,No,No,A,B,t\n")
    export = read_export(tmp_path / "a.csv", routed, "w1", ExportSettings(respondent="id"))
    assert shown_to(routed.question("then"), export.frame, routed).to_list() == shown
    made = typed(export)
    assert made.state("then").to_list() == ["answered" if yes else "not shown" for yes in shown]


# ---------------------------------------------------------------------------------------------------------------- the frame


def test_attributes_of_the_post_are_joined_and_do_not_replace_answers(read: Read, rows: Make) -> None:
    frame = pl.DataFrame({"code": ["r1", "r9"], "region": ["North", "South"], "role": ["x", "y"]})
    joined = responses(read, rows("r1"), rows("r2"), post="Response ID").with_attributes(frame, on="code")
    assert joined.frame.select("respondent", "region", "role").rows() == [("r1", "North", "chair"), ("r2", None, "chair")]


def test_a_post_that_stands_twice_in_the_frame_is_refused(read: Read, rows: Make) -> None:
    frame = pl.DataFrame({"post": ["r1", "r1"], "region": ["North", "South"]})
    with pytest.raises(UsageError, match="twice"):
        responses(read, rows("r1"), post="Response ID").with_attributes(frame, on="post")


def test_attributes_need_a_post(read: Read, rows: Make) -> None:
    with pytest.raises(UsageError, match="do not name a post"):
        responses(read, rows("r1")).with_attributes(pl.DataFrame({"post": ["r1"]}), on="post")
