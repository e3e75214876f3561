"""Every way in which a questionnaire can contradict itself is named."""

from __future__ import annotations

from typing import Any

import pytest

from barometer.errors import QuestionnaireError
from barometer.questionnaire import parse

YES_NO: list[dict[str, Any]] = [{"code": "yes", "label": "Yes"}, {"code": "no", "label": "No"}]
ITEMS: list[dict[str, Any]] = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]
SINGLE = {"kind": "single", "options": YES_NO}
MULTIPLE = {"kind": "multiple", "options": YES_NO}
BATTERY = {"kind": "battery", "options": YES_NO, "items": ITEMS}
SCALE = {"kind": "scale", "options": YES_NO}
NUMERIC = {"kind": "numeric"}


def tables(*questions: dict[str, Any], **top: Any) -> dict[str, Any]:
    filled = [{"id": f"q{n}", "kind": "text", "theme": "t", "text": "?", "short": "?"} | keys for n, keys in enumerate(questions, start=1)]
    return {"title": "T", "themes": [{"id": "t", "title": "Theme"}], "questions": filled} | top


def after(routing: dict[str, Any], first: dict[str, Any] = SINGLE, **second: Any) -> dict[str, Any]:
    return tables(first, {"shown_if": routing, **second})


def with_nets(*nets: dict[str, Any]) -> dict[str, Any]:
    return tables({**SINGLE, "nets": [{"id": "n", "label": "N", "codes": ["yes"]} | net for net in nets]})


def with_options(*more: dict[str, Any], kind: str = "single") -> dict[str, Any]:
    return tables({"kind": kind, "options": [*YES_NO, *more], **({"items": ITEMS} if kind == "battery" else {})})


CASES = {
    "question twice": (tables({"id": "x"}, {"id": "x"}), "the id stands twice"),
    "theme twice": (tables({}, themes=[{"id": "t", "title": "A"}, {"id": "t", "title": "B"}]), "the theme 't' stands twice"),
    "reserved id": (tables({"id": "weight"}), "the id is reserved"),
    "unknown theme": (tables({"theme": "tt"}), "the theme 'tt' is not among the themes. Did you mean 't'?"),
    "no options": (tables({"kind": "single"}), "needs at least two options, or a scale"),
    "one option": (tables({"kind": "multiple", "options": YES_NO[:1]}), "needs at least two options"),
    "options of a number": (tables({**NUMERIC, "options": YES_NO}), "a numeric question has no options"),
    "no items": (tables({"kind": "ranking"}), "a ranking question needs items"),
    "battery without items": (tables({"kind": "battery", "options": YES_NO}), "a battery question needs items"),
    "items of a single": (tables({**SINGLE, "items": ITEMS}), "a single question has no items"),
    "ranks of a single": (tables({**SINGLE, "ranks": 2}), "a single question has no 'ranks'"),
    "total of a number": (tables({**NUMERIC, "total": 10}), "a numeric question has no 'total'"),
    "minimum of a text": (tables({"minimum": 1}), "a text question has no 'minimum'"),
    "integer of a text": (tables({"integer": True}), "a text question has no 'integer'"),
    "blank of a single": (tables({**SINGLE, "blank": "none_selected"}), "a single question has no 'blank'"),
    "code twice": (with_options({"code": "yes", "label": "Aye"}), "the code 'yes' stands twice"),
    "label twice": (with_options({"code": "aye", "label": "YES"}), "the label 'yes' belongs to two options, 'yes' and 'aye'"),
    "label differs by typography": (
        with_options({"code": "dk", "label": "Don't know"}, {"code": "dk2", "label": "Don’t know"}),
        "the label 'don't know' belongs to two options",
    ),
    "alias is a label": (with_options({"code": "aye", "label": "Aye", "aliases": ["No"]}), "the label 'no' belongs to two options"),
    "label is another's code": (
        tables({"kind": "single", "options": [{"code": "1", "label": "2"}, {"code": "2", "label": "3"}]}),
        "the label '2' belongs to two options, '1' and '2'",
    ),
    "item twice": (tables({**BATTERY, "items": [*ITEMS, {"id": "a", "label": "C"}]}), "the item 'a' stands twice"),
    "item label twice": (tables({**BATTERY, "items": [*ITEMS, {"id": "c", "label": "A"}]}), "belongs to two items, 'a' and 'c'"),
    "exclusive single": (with_options({"code": "none", "label": "None", "exclusive": True}), "is exclusive, which only a multiple"),
    "two others": (
        with_options({"code": "o1", "label": "O1", "other": True}, {"code": "o2", "label": "O2", "other": True}),
        "more than one option is 'other'",
    ),
    "other in a battery": (with_options({"code": "o", "label": "O", "other": True}, kind="battery"), "a battery cannot have an 'other'"),
    "option other_text": (with_options({"code": "other_text", "label": "O"}, kind="multiple"), "the name of the text beside 'other'"),
    "item other_text": (tables({**BATTERY, "items": [*ITEMS, {"id": "other_text", "label": "C"}]}), "the name of the text beside 'other'"),
    "values of some": (with_options({"code": "o", "label": "O", "value": 3}, kind="scale"), "some options have a value and others none"),
    "values of some in a shared scale": (
        tables({"kind": "scale", "scale": "s"}, scales={"s": {"options": [*YES_NO, {"code": "o", "label": "O", "value": 3}]}}),
        "scale 's': some options have a value",
    ),
    "net of an unknown option": (with_nets({"codes": ["yes", "nO".lower() + "t"]}), "the net 'n' counts the unknown option 'not'"),
    "net counts twice": (with_nets({"codes": ["yes", "yes"]}), "the net 'n' counts the option 'yes' twice"),
    "net named as an option": (with_nets({"id": "yes"}), "the net 'yes' has the id of an option"),
    "net twice": (with_nets({}, {}), "the net 'n' stands twice"),
    "headline": (tables({**SINGLE, "headline": "yess"}), "the headline 'yess' is neither an option nor a net. Did you mean 'yes'?"),
    "minimum above maximum": (tables({**NUMERIC, "minimum": 10, "maximum": 1}), "the minimum 10 is not below the maximum 1"),
    "more ranks than items": (tables({"kind": "ranking", "items": ITEMS, "ranks": 3}), "it asks for 3 ranks of 2 items"),
    "no ranks": (tables({"kind": "ranking", "items": ITEMS, "ranks": 0}), "it asks for 0 ranks of 2 items"),
    "option in a wave without the question": (
        tables({"kind": "single", "waves": ["w1"], "options": [*YES_NO, {"code": "o", "label": "O", "waves": ["w2"]}]}),
        "'O' was asked in w2, but the question was not",
    ),
    "wording of a wave without the question": (tables({"waves": ["w1"], "wordings": {"w2": "?"}}), "a wording for w2, but was not asked"),
    "break twice": (
        tables({"breaks_in_series": [{"wave": "w1", "reason": "a"}, {"wave": "w1", "reason": "b"}]}),
        "two breaks in the series stand at w1",
    ),
    "placeholder": (tables({**SINGLE, "says": "chose {optoin}"}), "'says' has the placeholder {optoin}"),
    "item placeholder of a single": (tables({**SINGLE, "says": "chose {item}"}), "A single question can have {option}"),
    "braces": (tables({**SINGLE, "says": "chose {option"}), "the braces in 'says' do not match"),
    "routing on a later question": (
        tables({"shown_if": {"question": "q2", "any_of": ["yes"]}}, SINGLE),
        "depends on 'q2', which is not an earlier question",
    ),
    "routing on itself": (tables({**SINGLE, "shown_if": {"question": "q1", "any_of": ["yes"]}}), "is not an earlier question"),
    "routing on a text": (after({"question": "q1", "any_of": ["yes"]}, first={}), "a text question, which has no options"),
    "routing on nothing": (after({"question": "q1"}), "its routing names no option"),
    "routing on a battery": (after({"question": "q1", "any_of": ["yes"]}, first=BATTERY), "names no item of it"),
    "routing on an item of no battery": (after({"question": "q1", "item": "a", "any_of": ["yes"]}), "which is no battery"),
    "routing on an unknown option": (after({"question": "q1", "none_of": ["yess"]}), "unknown option 'q1.yess'. Did you mean 'yes'?"),
    "routing both ways": (after({"question": "q1", "any_of": ["yes"], "none_of": ["yes"]}), "both in any_of and in none_of"),
    "routing on a question of another wave": (
        after({"question": "q1", "any_of": ["yes"]}, first={**SINGLE, "waves": ["w1"]}, waves=["w1", "w2"]),
        "it is asked in w2, but 'q1', on which its routing depends, only in w1",
    ),
    "routing of every wave on a question of one": (
        after({"question": "q1", "any_of": ["yes"]}, first={**SINGLE, "waves": ["w1"]}),
        "it is asked in every wave, but 'q1'",
    ),
    "routing on an item of another wave": (
        after(
            {"question": "q1", "item": "c", "any_of": ["yes"]},
            first={**BATTERY, "items": [*ITEMS, {"id": "c", "label": "C", "waves": ["w1"]}]},
            waves=["w2"],
        ),
        "it is asked in w2, but 'c'",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_contradiction_is_named(name: str) -> None:
    given, said = CASES[name]
    with pytest.raises(QuestionnaireError) as caught:
        parse(given)
    assert said in str(caught.value)
    assert "(1 problem)" in caught.value.what, "one fault is one problem"


GOOD = {
    "every kind": tables(
        SINGLE,
        MULTIPLE,
        SCALE,
        BATTERY,
        {"kind": "ranking", "items": ITEMS, "ranks": 1},
        {"kind": "allocation", "items": ITEMS, "total": 10},
        {**NUMERIC, "minimum": 0, "maximum": 1},
        {},
    ),
    "one label in waves that never meet": tables(
        {"kind": "single", "options": [*YES_NO, {"code": "o", "label": "O", "waves": ["w1"]}, {"code": "p", "label": "O", "waves": ["w2"]}]}
    ),
    "routing on a battery's item": after({"question": "q1", "item": "a", "any_of": ["yes"]}, first=BATTERY),
    "routing on a multiple": after({"question": "q1", "any_of": ["yes"], "none_of": ["no"]}, first=MULTIPLE),
    "both routed question and its parent in one wave": after(
        {"question": "q1", "any_of": ["yes"]}, first={**SINGLE, "waves": ["w1", "w2"]}, waves=["w1"]
    ),
    "don't know without a value": with_options({"code": "dk", "label": "DK", "dont_know": True}, kind="scale"),
    "sentences": tables({**SINGLE, "says": "chose {option}"}, {**BATTERY, "says": "rated {item} {option}"}),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_no_contradiction_passes(name: str) -> None:
    assert parse(GOOD[name]).questions
