"""What a questionnaire answers once it is loaded."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pydantic import ValidationError

from barometer.errors import UsageError
from barometer.questionnaire import Question, Questionnaire, folded, load, parse

ROOT = Path(__file__).parents[2]
LIVE = ROOT / "data" / "questionnaire.toml"
PUBLISHED = ROOT / "tests" / "data" / "published_figures.csv"

YES_NO = [{"code": "yes", "label": "Yes"}, {"code": "no", "label": "No"}]
ORDER = ("w1", "w2", "w3")


def question(**keys: object) -> Question:
    return Question.model_validate({"id": "q", "kind": "text", "theme": "t", "text": "Why?", "short": "Why", **keys})


def questionnaire(*questions: dict[str, object], **top: object) -> Questionnaire:
    filled = [{"id": "q", "kind": "text", "theme": "t", "text": "Why?", "short": "Why", **keys} for keys in questions]
    return parse({"title": "T", "themes": [{"id": "t", "title": "Theme"}], "questions": filled, **top})


@pytest.mark.parametrize(
    ("keys", "columns"),
    [
        ({"kind": "single", "options": YES_NO}, ("q",)),
        ({"kind": "single", "options": [*YES_NO, {"code": "else", "label": "Else", "other": True}]}, ("q", "q.other_text")),
        ({"kind": "multiple", "options": YES_NO}, ("q.yes", "q.no")),
        (
            {"kind": "multiple", "options": [*YES_NO, {"code": "else", "label": "Else", "other": True}]},
            ("q.yes", "q.no", "q.else", "q.other_text"),
        ),
        ({"kind": "scale", "options": YES_NO}, ("q",)),
        ({"kind": "battery", "options": YES_NO, "items": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]}, ("q.a", "q.b")),
        ({"kind": "ranking", "items": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]}, ("q.a", "q.b")),
        ({"kind": "allocation", "items": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]}, ("q.a", "q.b")),
        ({"kind": "numeric"}, ("q",)),
        ({"kind": "text"}, ("q",)),
    ],
)
def test_each_kind_has_its_columns(keys: dict[str, object], columns: tuple[str, ...]) -> None:
    asked = questionnaire(keys).question("q")
    assert asked.columns() == columns


def test_columns_leave_out_what_the_wave_did_not_ask() -> None:
    options = [*YES_NO, {"code": "new", "label": "New", "waves": ["w2"]}, {"code": "else", "label": "Else", "other": True, "waves": ["w2"]}]
    asked = questionnaire({"kind": "multiple", "options": options}).question("q")
    assert asked.columns("w1") == ("q.yes", "q.no")
    assert asked.columns("w2") == ("q.yes", "q.no", "q.new", "q.else", "q.other_text")


def test_a_shared_scale_gives_its_options_and_nets() -> None:
    scale = {"options": YES_NO, "nets": [{"id": "either", "label": "Either", "codes": ["yes", "no"]}]}
    asked = questionnaire({"kind": "scale", "scale": "yn"}, scales={"yn": scale}).question("q")
    assert [option.code for option in asked.options] == ["yes", "no"]
    assert asked.net("either").codes == ("yes", "no")


def test_a_question_may_replace_what_its_scale_gives() -> None:
    scale = {"options": YES_NO, "nets": [{"id": "either", "label": "Either", "codes": ["yes", "no"]}]}
    own = [{"id": "only_yes", "label": "Yes", "codes": ["yes"]}]
    asked = questionnaire({"kind": "scale", "scale": "yn", "nets": own}, scales={"yn": scale}).question("q")
    assert asked.net("either") is None
    assert asked.net("only_yes") is not None
    assert len(asked.options) == 2


def test_a_question_is_asked_in_its_waves_only() -> None:
    both = questionnaire({"id": "always"}, {"id": "once", "waves": ["w2"]})
    assert [asked.id for asked in both.asked_in("w1")] == ["always"]
    assert [asked.id for asked in both.asked_in("w2")] == ["always", "once"]


def test_it_names_every_wave_that_stands_anywhere() -> None:
    named = questionnaire(
        {"id": "a", "waves": ["w1"]},
        {"id": "b", "wordings": {"w2": "Why then?"}, "breaks_in_series": [{"wave": "w3", "reason": "New mode."}]},
        {"id": "c", "kind": "single", "options": [*YES_NO, {"code": "new", "label": "New", "waves": ["w4"]}]},
    )
    assert named.waves() == {"w1", "w2", "w3", "w4"}


def test_the_wording_is_that_of_the_wave() -> None:
    asked = question(wordings={"w1": "Why ever?"})
    assert asked.wording("w1") == "Why ever?"
    assert asked.wording("w2") == "Why?"


def test_a_short_label_stands_in_charts_and_the_label_where_there_is_none() -> None:
    options = [{"code": "a", "label": "A long label", "short": "A"}, {"code": "b", "label": "B"}]
    assert [option.name for option in question(kind="single", options=options).options] == ["A", "B"]


def test_an_unknown_question_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        questionnaire({"id": "contracting"}).question("contractng")
    assert caught.value.hint == "Did you mean 'contracting'?"


def test_a_questionnaire_cannot_be_changed() -> None:
    asked = questionnaire({})
    with pytest.raises(ValidationError, match="frozen"):
        asked.title = "Other"


class TestComparable:
    """Whether two waves of a question may be set side by side."""

    def test_the_same_question_may(self) -> None:
        assert questionnaire({"waves": ["w1", "w2"]}).comparable("q", "w1", "w2", ORDER) is None

    def test_not_when_one_wave_did_not_ask_it(self) -> None:
        asked = questionnaire({"waves": ["w1", "w2"]})
        assert asked.comparable("q", "w2", "w3", ORDER) == "not asked in w3"
        assert asked.comparable("q", "w3", "w2", ORDER) == "not asked in w3"

    @pytest.mark.parametrize(
        ("first", "second", "broken"), [("w1", "w2", True), ("w1", "w3", True), ("w2", "w3", False), ("w2", "w1", True)]
    )
    def test_a_break_parts_the_waves_before_it_from_those_from_it_on(self, first: str, second: str, broken: bool) -> None:
        asked = questionnaire({"breaks_in_series": [{"wave": "w2", "reason": "New mode."}]})
        said = asked.comparable("q", first, second, ORDER)
        assert said == ("break in series at w2: New mode." if broken else None)

    def test_not_when_the_wording_differs(self) -> None:
        assert questionnaire({"wordings": {"w1": "Why ever?"}}).comparable("q", "w1", "w2", ORDER) == "the wording differs"

    def test_an_item_new_in_a_wave_has_nothing_to_be_compared_with(self) -> None:
        items = [{"id": "old", "label": "Old"}, {"id": "new", "label": "New", "waves": ["w2"]}]
        asked = questionnaire({"kind": "battery", "options": YES_NO, "items": items})
        assert asked.comparable("q", "w1", "w2", ORDER, part="old") is None
        assert asked.comparable("q", "w1", "w2", ORDER, part="new") == "'new' not asked in w1"

    def test_a_net_needs_all_its_options_in_both_waves(self) -> None:
        options = [*YES_NO, {"code": "new", "label": "New", "waves": ["w2"]}]
        nets = [{"id": "old_ones", "label": "Old", "codes": ["yes", "no"]}, {"id": "with_new", "label": "All", "codes": ["yes", "new"]}]
        asked = questionnaire({"kind": "single", "options": options, "nets": nets})
        assert asked.comparable("q", "w1", "w2", ORDER, part="old_ones") is None
        assert asked.comparable("q", "w1", "w2", ORDER, part="with_new") == "'with_new' not asked in w1"

    def test_an_unknown_wave_or_part_is_an_error(self) -> None:
        asked = questionnaire({"kind": "single", "options": YES_NO})
        with pytest.raises(UsageError, match="no such wave"):
            asked.comparable("q", "w1", "w9", ORDER)
        with pytest.raises(UsageError, match="no such option, item or net"):
            asked.comparable("q", "w1", "w2", ORDER, part="yess")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Don’t know", "don't know"), ("“A” – b", '"a" - B'), ("  Two   words\n", "two words"), ("a\u00a0b", "A b"), ("ﬁve", "five")],
)
def test_spellings_that_only_typography_parts_are_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_spellings_of_different_words_stay_apart() -> None:
    assert folded("High") != folded("Very high")


class TestLiveQuestionnaire:
    """The barometer's own questionnaire."""

    def test_it_loads_and_uses_every_kind(self) -> None:
        kinds = {asked.kind for asked in load(LIVE)}
        assert kinds == {"single", "multiple", "scale", "battery", "ranking", "allocation", "numeric", "text"}

    def test_spring_2016_asks_about_thirty_items(self) -> None:
        asked = load(LIVE).asked_in("2016-spring")
        assert sum(len(one.items) or 1 for one in asked) >= 30

    def test_every_published_figure_of_spring_2016_has_its_item(self) -> None:
        live = load(LIVE)
        lines = PUBLISHED.read_text(encoding="utf-8").splitlines()
        rows = [row for row in csv.DictReader(lines) if row["wave"] == "2016-spring"]
        assert len(rows) == 13
        for row in rows:
            id, part = row["item"].split(".")
            asked = live.question(id)
            assert asked.kind == row["question_kind"], row
            assert asked.part_asked_in(part, "2016-spring"), row
            assert live.comparable(id, "2016-spring", "2016-spring", ("2016-spring",), part=part) is None
            if asked.kind == "battery":
                labels = [net.label for net in asked.nets] + [option.label for option in asked.options]
                assert row["statistic"] in [label.lower() for label in labels], row

    def test_a_lever_that_is_new_in_spring_2016_was_not_asked_before(self) -> None:
        savings = load(LIVE).question("savings")
        assert savings.item("reduce_treatment_rates").asked_in("2016-spring")
        assert not savings.item("reduce_treatment_rates").asked_in("2016-winter")
