"""What a questionnaire is drafted from each sort of column."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometer.errors import BarometerError, IntakeError
from barometer.intake.platforms.source import read_source
from barometer.project.starting.drafting import Draft, draft
from barometer.project.starting.scaffolding import Wishes, init, planned
from barometer.questionnaire import Question

ROWS = 60
TODAY = date(2026, 11, 22)
Drafting = Callable[..., Draft]


def written(path: Path, columns: dict[str, Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["Response ID", *columns])
        out.writerows([number, *cells] for number, cells in enumerate(zip(*columns.values(), strict=True), start=1))
    return path


@pytest.fixture
def drafting(tmp_path: Path) -> Drafting:
    def make(columns: dict[str, Sequence[object]]) -> Draft:
        return draft(read_source(written(tmp_path / "export.csv", columns)))

    return make


def cycled(*cells: object) -> list[object]:
    return [cells[number % len(cells)] for number in range(ROWS)]


def only(made: Draft) -> Question:
    assert len(made.questions) == 1, [one.question.id for one in made.questions]
    return made.questions[0].question


def test_a_few_answers_that_repeat_are_a_choice(drafting: Drafting):
    question = only(drafting({"Q1. Where do you work?": cycled("Leeds", "York", "Hull")}))
    assert (question.kind, question.number, question.text, question.required) == ("single", "Q1", "Where do you work?", True)
    assert {option.code for option in question.options} == {"leeds", "york", "hull"}


def test_a_ladder_is_a_scale_with_values_nets_and_a_headline(drafting: Drafting):
    question = only(drafting({"Do you agree?": cycled("Agree", "Disagree", "Strongly agree", "Don't know", None)}))
    assert question.kind == "scale"
    assert [(option.label, option.value) for option in question.options] == [
        ("Strongly agree", 3), ("Agree", 2), ("Disagree", 1), ("Don't know", None)
    ]  # fmt: skip
    assert [(net.label, net.codes) for net in question.nets] == [("Strongly agree or agree", ("strongly_agree", "agree"))]
    assert question.headline == "strongly_agree_or_agree"
    assert not question.required


def test_columns_of_ticks_are_a_select_all_question(drafting: Drafting):
    made = drafting(
        {
            "Which of these? [Merge]": cycled("Merge", None, None),
            "Which of these? [Other (please specify)]": cycled(None, "A hub", None),
            "Which of these? [None of these]": cycled(None, None, "None of these"),
        }
    )
    question = only(made)
    assert question.kind == "multiple"
    assert [(option.code, option.other, option.exclusive) for option in question.options] == [
        ("merge", False, False), ("other", True, False), ("none_of_these", False, True)
    ]  # fmt: skip


def test_an_option_that_stands_beside_others_is_not_taken_as_exclusive(drafting: Drafting):
    made = drafting({"Which? [Merge]": cycled(1, 1, 0), "Which? [Stay]": cycled(1, 0, 0), "Which? [None of these]": cycled(1, 0, 1)})
    assert not any(option.exclusive for option in only(made).options)
    assert "does not exclude" in str(made.questions[0].doubts[0])


@pytest.mark.parametrize("sign", [";", ", "])
def test_several_answers_in_one_cell_are_taken_apart(drafting: Drafting, sign: str):
    cells = cycled("Merge", f"Merge{sign}Stay", "Stay", f"Close{sign}Stay", "Close", f"Merge{sign}Close", None)
    question = only(drafting({"Which of these?": cells}))
    assert question.kind == "multiple"
    assert {option.label for option in question.options} == {"Merge", "Stay", "Close"}


def test_an_answer_with_a_comma_in_it_is_one_answer(drafting: Drafting):
    question = only(drafting({"Will you?": cycled("Yes", "Yes, always", "No", "No, never")}))
    assert (question.kind, len(question.options)) == ("single", 4)


def test_columns_with_one_list_of_answers_are_a_battery(drafting: Drafting):
    good = cycled("Good", "Poor", "Fair")
    made = drafting({"How good is it? - The phone": good, "How good is it? - The web site": good[::-1]})
    question = only(made)
    assert (question.kind, [item.label for item in question.items]) == ("battery", ["The phone", "The web site"])
    assert [option.label for option in question.options] == ["Good", "Fair", "Poor"]


def test_ranks_and_shares_are_told_from_scores(drafting: Drafting):
    made = drafting(
        {
            "Rank these [A]": cycled(1, 2, 3), "Rank these [B]": cycled(2, 3, 1), "Rank these [C]": cycled(3, 1, 2),
            "Divide [A]": cycled(40, 70), "Divide [B]": cycled(60, 30),
            "Score these [A]": cycled(1, 5, 3, 2), "Score these [B]": cycled(4, 4, 2, 5),
        }
    )  # fmt: skip
    assert [one.question.kind for one in made.questions] == ["ranking", "allocation", "battery"]
    assert made.questions[1].question.total == 100
    assert [option.value for option in made.questions[2].question.options] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("cells", "kind", "bounds"),
    [
        (range(0, 11), "numeric", (0, 10)),
        (range(1, 11), "numeric", (1, 10)),
        (range(1, 6), "scale", (None, None)),
        ((18.5, 20.25, 19), "numeric", (None, None)),
        ((12, 450, 88), "numeric", (None, None)),
    ],
)
def test_numbers(drafting: Drafting, cells: Sequence[object], kind: str, bounds: tuple[int | None, int | None]):
    question = only(drafting({"How much?": cycled(*cells)}))
    assert (question.kind, question.minimum, question.maximum) == (kind, *bounds)


def test_words_of_their_own_are_text(drafting: Drafting):
    made = drafting(
        {
            "What would help?": [f"More of number {n}, please" for n in range(ROWS)],
            "Why?": cycled("Because it is good", "It is not so bad"),
        }
    )
    assert [one.question.kind for one in made.questions] == ["text", "text"]
    assert {one.question.theme for one in made.questions} == {"own_words"}


def test_a_question_that_some_were_not_shown_is_routed(drafting: Drafting):
    seen = cycled("Yes", "No", "Yes")
    liked = [("Liked it" if place % 4 else "Hated it") if cell == "Yes" else None for place, cell in enumerate(seen)]
    made = drafting({"Have you seen it?": seen, "Did you like it?": liked})
    condition = made.questions[1].question.shown_if
    assert condition is not None
    assert (condition.question, condition.any_of) == (made.questions[0].question.id, ("yes",))


def test_one_answer_against_a_routing_is_enough_to_drop_it(drafting: Drafting):
    seen = cycled("Yes", "No")
    liked: list[object] = ["Liked it" if cell == "Yes" else None for cell in seen]
    liked[1] = "Hated it"
    made = drafting({"Have you seen it?": seen, "Did you like it?": liked})
    assert made.questions[1].question.shown_if is None


def test_what_describes_respondents_is_background_and_breaks_tables(drafting: Drafting):
    made = drafting(
        {"Will you stay?": cycled("Yes", "No", "Perhaps"), "Gender": cycled("Female", "Male"), "Region": cycled("North", "South")}
    )
    assert made.background == made.breaks == ("gender", "region")
    assert made.question("gender").question.theme == "about"


def test_personal_details_and_columns_of_the_platform_are_no_questions(drafting: Drafting):
    made = drafting(
        {"Email address": [f"a{n}@example.org" for n in range(ROWS)], "Seconds taken": range(ROWS), "Empty": [None] * ROWS,
         "Will you stay?": cycled("Yes", "No")}
    )  # fmt: skip
    assert only(made).text == "Will you stay?"
    assert {"Seconds taken", "Empty"} <= set(made.ignore)
    assert [variable.name for variable in made.source.dropped] == ["Email address"]


def test_a_slip_of_the_pen_is_doubted(drafting: Drafting):
    cells = [*cycled("Good", "Poor", "Fair")[: ROWS - 1], "Goood"]
    made = drafting({"How was it?": cells * 1})
    assert any("Goood" in guess.what and guess.doubtful for guess in made.guesses)


def test_an_export_without_an_identifier_says_what_to_do(tmp_path: Path):
    path = tmp_path / "export.csv"
    path.write_text("Colour\n" + "Red\nBlue\n" * 5, encoding="utf-8")
    with pytest.raises(IntakeError) as problem:
        draft(read_source(path))
    assert "identifies" in problem.value.what
    assert problem.value.hint is not None


def test_a_time_that_nobody_shares_identifies_where_nothing_else_does(tmp_path: Path):
    path = tmp_path / "export.csv"
    path.write_text(
        "Timestamp,Colour\n" + "".join(f"2026-03-01 10:00:{n:02},{'Red' if n % 2 else 'Blue'}\n" for n in range(30)), encoding="utf-8"
    )
    made = draft(read_source(path))
    assert (made.respondent, made.completed) == ("Timestamp", "Timestamp")


def test_labels_in_german_and_french_make_codes_scales_and_sentences(tmp_path: Path):
    export = written(
        tmp_path / "umfrage.csv",
        {
            "Wie zufrieden sind Sie?": cycled("Sehr zufrieden", "Zufrieden", "Unzufrieden", "Weiß nicht"),
            "Où travaillez-vous ?": cycled("Île-de-France", "Hérault"),
            "Größe": cycled("Groß", "Mittelgroß", "Klein"),
        },
    )
    plan = planned(export, Wishes(), today=TODAY)
    made = init(tmp_path / "projekt", plan)
    assert made.counts["accepted"] == ROWS
    assert plan.draft is not None
    assert [option.code for option in plan.draft.questions[0].question.options] == [
        "sehr_zufrieden",
        "zufrieden",
        "unzufrieden",
        "weiss_nicht",
    ]
    assert {option.code for option in plan.draft.questions[1].question.options} == {"ile_de_france", "herault"}


HEADERS = ["Which? [A]", "Which? [B]", "Which? [Other]", "Rank: A", "Rank: B", "Age", "Why?", "Q7. Score", "é", "Q1", "a - b", "a - c"]
ANSWERS = ["Yes", "No", "Agree", "Disagree", "Strongly agree", "1", "2", "10", "a;b", "a;b;c", "Other", "None of these", "Don't know", "x"]
CELL = st.one_of(
    st.none(),
    st.sampled_from(ANSWERS),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_in_an_export_the_draft_can_be_read_back_or_the_error_says_why(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    headers = data.draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=6, unique=True))
    pool = data.draw(st.lists(CELL, min_size=1, max_size=4))
    chance = random.Random(data.draw(st.integers(0, 99)))
    folder = tmp_path_factory.mktemp("fuzz")
    export = written(folder / "export.csv", {header: [chance.choice(pool) for _ in range(12)] for header in headers})
    try:
        plan = planned(export, Wishes(), today=TODAY)
    except BarometerError:
        return  # said, and not a traceback
    made = init(folder / "project", plan)
    assert made.counts["read"] == 12
