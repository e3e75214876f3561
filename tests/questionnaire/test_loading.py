"""What a person who writes a questionnaire is told when it is broken."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from barometer.errors import ProjectError, QuestionnaireError
from barometer.questionnaire import load, parse, read_toml, validated
from barometer.questionnaire.places import line_of

GOOD = """\
title = "A small barometer"

[[themes]]
id = "plans"
title = "Plans"

[scales.quality]
options = [
  { code = "good", label = "Good" },
  { code = "poor", label = "Poor" },
]

[[questions]]
id = "plans"
kind = "multiple"
theme = "plans"
text = "Which of these {really}?"
short = "Plans"

[[questions.options]]
code = "acs"
label = "ACS"

[[questions.options]]
code = "aco"
label = "ACO"

[[questions]]
id = "relations"
kind = "scale"
theme = "plans"
text = "How good?"
short = "Relations"
scale = "quality"
"""


def broken(tmp_path: Path, old: str = "", new: str = "", text: str = GOOD) -> QuestionnaireError:
    """The error of a questionnaire in which one text was replaced."""
    assert old in text
    path = tmp_path / "questionnaire.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(QuestionnaireError) as caught:
        load(path)
    assert caught.value.file == str(path)
    assert caught.value.exit_code == 2
    return caught.value


def test_the_good_one_loads(tmp_path: Path) -> None:
    path = tmp_path / "questionnaire.toml"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    assert [question.id for question in load(path)] == ["plans", "relations"]


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    error = broken(tmp_path, 'label = "ACS"', 'label = "ACS')
    assert error.where is not None
    assert error.where.startswith("line 22")
    assert "valid TOML" in error.what


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 6000])
def test_toml_that_overwhelms_the_parser_is_an_error_too(tmp_path: Path, text: str) -> None:
    path = tmp_path / "q.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionnaireError, match="not valid TOML"):
        load(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(QuestionnaireError, match="The file is missing"):
        load(tmp_path / "none.toml")
    with pytest.raises(QuestionnaireError, match="is a folder"):
        load(tmp_path)


def test_other_encodings_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "q.toml"
    path.write_bytes(GOOD.replace("ACO", "Café").encode("cp1252"))
    with pytest.raises(QuestionnaireError, match="not UTF-8") as caught:
        load(path)
    assert caught.value.where == "line 26"


def test_an_unknown_key_has_a_hint_and_a_line(tmp_path: Path) -> None:
    error = broken(tmp_path, 'short = "Relations"', 'shrot = "x"\nshort = "Relations"')
    assert error.what == "A key is unknown."
    assert error.where == "question 'relations' → shrot (line 33)"
    assert error.hint == "Did you mean 'short'?"


def test_an_unknown_key_of_an_option_and_of_a_scale_has_a_hint(tmp_path: Path) -> None:
    option = broken(tmp_path, 'label = "ACO"', 'label = "ACO"\nexclusiv = true')
    assert (option.where, option.hint) == ("question 'plans' → option 'aco' → exclusiv (line 27)", "Did you mean 'exclusive'?")
    scale = broken(tmp_path, "[scales.quality]", "[scales.quality]\nnetz = []")
    assert (scale.where, scale.hint) == ("scales → quality → netz (line 8)", "Did you mean 'nets'?")


def test_a_missing_key_is_named_with_the_line_of_its_table(tmp_path: Path) -> None:
    error = broken(tmp_path, 'label = "ACO"\n', "")
    assert error.what == "A key is missing."
    assert error.where == "question 'plans' → option 'aco' → label (line 24)"
    assert error.expected == "a value for 'label'"


def test_a_wrong_type_says_what_was_expected_and_found(tmp_path: Path) -> None:
    error = broken(tmp_path, 'code = "aco"', "code = 1")
    assert error.what == "A value does not fit."
    assert error.where == "question 'plans' → option 1 → code (line 25)".replace("option 1", "option '1'")
    assert (error.expected, error.got) == ("a text within quotation marks", "1")


@pytest.mark.parametrize(
    ("old", "new", "where", "expected"),
    [
        ('code = "aco"', 'code = "ACO model"', "line 25", "lower-case letters"),
        ('kind = "scale"', 'kind = "likert"', "line 30", "'single', 'multiple', 'scale'"),
        ('text = "How good?"', 'text = ""', "line 32", "at least 1 character"),
        ('title = "A small barometer"', 'title = ["A"]', "line 1", "text within quotation marks"),
        ('{ code = "poor", label = "Poor" },', '{ code = "poor", label = 3 },', "line 10", "text within quotation marks"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_line(tmp_path: Path, old: str, new: str, where: str, expected: str) -> None:
    error = broken(tmp_path, old, new)
    assert where in str(error)
    assert expected in str(error)


@pytest.mark.parametrize("questions", ['"none"', "[]", "[1]", "{}", '[{id = "a"}]', "[{scale = 3}]", '[{scale = ["a"]}]'])
@pytest.mark.parametrize("scales", ["", "[scales]\na = 1", '[scales.a]\noptions = "x"'])
def test_tables_of_the_wrong_shape_are_errors_and_no_tracebacks(tmp_path: Path, questions: str, scales: str) -> None:
    broken(tmp_path, text=f'title = "T"\nquestions = {questions}\nthemes = []\n{scales}')


def test_all_misfits_are_gathered(tmp_path: Path) -> None:
    text = GOOD.replace('label = "ACO"\n', "").replace('short = "Relations"', "shrot = 1").replace('kind = "scale"', "kind = 3")
    error = broken(tmp_path, text=text)
    assert error.what == "The file has 4 problems."
    assert error.got is not None
    assert [line.split(":")[0].strip() for line in error.got.splitlines()] == [
        "question 'plans' → option 'aco' → label (line 24)",
        "question 'relations' → kind (line 29)",
        "question 'relations' → short (line 27)",
        "question 'relations' → shrot (line 32)",
    ]


def test_an_unknown_scale_has_a_hint_and_a_line(tmp_path: Path) -> None:
    error = broken(tmp_path, 'scale = "quality"', 'scale = "qualty"')
    assert error.where == "question 'relations' → scale (line 34)"
    assert error.hint == "Did you mean 'quality'?"
    assert error.expected == "one of quality"


def test_a_question_with_the_id_of_its_theme_is_found_at_its_own_line(tmp_path: Path) -> None:
    error = broken(tmp_path, 'id = "plans"\nkind', 'id = "plans"\nranks = 2\nkind')
    assert error.where == "line 14"


def test_contradictions_are_gathered_with_their_lines(tmp_path: Path) -> None:
    text = GOOD.replace('code = "aco"', 'code = "acs"').replace('theme = "plans"\ntext = "How', 'theme = "plan"\ntext = "How')
    error = broken(tmp_path, text=text)
    assert error.what == "The questionnaire contradicts itself (2 problems)."
    assert error.got is not None
    assert "line 14, question 'plans': the code 'acs' stands twice." in error.got
    assert "line 29, question 'relations': the theme 'plan' is not among the themes. Did you mean 'plans'?" in error.got


def test_of_many_contradictions_a_dozen_are_shown() -> None:
    questions = [{"id": f"q{n}", "kind": "text", "theme": "none", "text": "?", "short": "?"} for n in range(20)]
    with pytest.raises(QuestionnaireError) as caught:
        parse({"title": "T", "themes": [], "questions": questions})
    assert "20 problems" in caught.value.what
    assert caught.value.got is not None
    assert caught.value.got.endswith("and 8 more")


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    label: str = ""


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    breaks: dict[str, Inner] = {}
    inner: Inner | None = None


@pytest.mark.parametrize("tables", [{"breaks": {"role": {"lable": "x"}}}, {"inner": {"lable": "x"}}])
def test_hints_reach_into_tables_of_tables(tmp_path: Path, tables: dict[str, object]) -> None:
    with pytest.raises(ProjectError) as caught:
        validated(Outer, tables, file=tmp_path / "x.toml")
    assert caught.value.hint == "Did you mean 'label'?"


def test_a_rule_of_a_whole_model_is_told_in_its_own_words(tmp_path: Path) -> None:
    from pydantic import model_validator

    class Ruled(BaseModel):
        a: int = 0

        @model_validator(mode="after")
        def _rule(self) -> Ruled:
            raise ValueError("a and b go together")

    with pytest.raises(ProjectError) as caught:
        validated(Ruled, {}, file=tmp_path / "x.toml")
    assert caught.value.expected == "a and b go together"


@given(st.text(max_size=300))
@example("\x00")
@example("[[questions]]\n[questions.x]")
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "q.toml"
    path.write_text(text, encoding="utf-8", errors="replace")
    with pytest.raises(QuestionnaireError):
        load(path)


@given(st.data())
def test_a_questionnaire_with_a_piece_cut_out_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 60)))
    path = tmp_path_factory.mktemp("cut") / "q.toml"
    path.write_text(GOOD[:start] + GOOD[end:], encoding="utf-8")
    with contextlib.suppress(QuestionnaireError):
        load(path)


def test_read_toml_raises_the_class_that_it_is_given(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        read_toml(tmp_path / "none.toml")
    assert not isinstance(caught.value, QuestionnaireError)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("themes", 0, "title"), 5),
        (("scales", "quality", "options", 1, "label"), 10),
        (("questions", 0, "id"), 14),
        (("questions", 0, "options", 1, "code"), 25),
        (("questions", 1), 28),
        (("questions", 1, "nothing"), 28),
        (("nowhere",), None),
    ],
)
def test_line_of(path: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(GOOD, path) == line


def test_line_of_is_not_misled_by_quotations_and_comments() -> None:
    text = '# id = 1\na = "[[b]] id = {"\n"""x"""= 2\n[[b]]\nc = [{d = "{", e = 1},\n {d = "}", e = 2}]\n'
    assert line_of(text, ("b", 0, "c", 1, "e")) == 6
    assert line_of(text, ("b", 0)) == 4
