"""How the question behind a column is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from barometer.errors import IntakeError
from barometer.intake import Export, ExportSettings, read_export, typed
from barometer.questionnaire import parse

Read = Callable[..., Export]
Make = Callable[..., Any]


def refused(read: Read, text: str, **changed: Any) -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        read(text, **changed)
    return caught.value


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Q1. What is your post?", "What is your post?"),
        ("Q1. What is your post?", "Q1"),
        ("Q1. What is your post?", "role"),
        ("Q1. What is your post?", "q1: what is  YOUR post?"),
        ("Q4. How good is each? [Records, shared]", "Q4 - records"),
        ("Q4. How good is each? [Records, shared]", "rated.records"),
        ("Q2. Which of these, if any? [Organisation]", "Which of these, if any? - Organisation"),
        ("Q2. Which of these, if any? [Organisation]", "plans: aco"),
    ],
)
def test_a_header_may_be_the_number_the_wording_or_the_id(read: Read, rows: Make, csv_text: Make, old: str, new: str) -> None:
    lines = csv_text([rows()])
    quoted = f'"{old}"' if "," in old else old
    assert quoted in lines
    assert_frame_equal(read(lines.replace(quoted, f'"{new}"', 1)).frame, read(lines).frame)


def test_an_unknown_column_has_its_letter_and_a_near_word(read: Read, rows: Make, csv_text: Make) -> None:
    error = refused(read, csv_text([rows()]).replace("Q8. Why?", "Q8. Wyh?"))
    assert error.what == "The export does not fit the questionnaire."
    assert "column P 'Q8. Wyh?' is unknown. Did you mean 'Q8. Why?'?" in str(error.got)
    assert "'ignore' under [export]" in str(error.hint)


def test_all_unknown_and_lacking_columns_are_gathered(read: Read, rows: Make, csv_text: Make, headers: list[str]) -> None:
    kept = [header for header in headers if not header.startswith(("Q3", "Q5", "End"))]
    error = refused(read, csv_text([rows()], headers=[*kept, "IP address", "Seconds"]))
    for said in ("'IP address' is unknown", "'Seconds' is unknown", "no column for 'End date'", "'Q3. Who leads?'", "'Q5. How confident?'"):
        assert said in str(error.got)


def test_of_many_misfits_a_few_are_shown(read: Read, rows: Make, csv_text: Make, headers: list[str]) -> None:
    error = refused(read, csv_text([rows()], headers=[*headers, *(f"extra {n}" for n in range(20))]))
    assert str(error.got).endswith("and 12 more")


def test_ignored_columns_are_left_out(read: Read, rows: Make, csv_text: Make, headers: list[str]) -> None:
    text = csv_text([rows()], headers=[*headers, "IP address"])
    assert_frame_equal(read(text, ignore=("ip ADDRESS",)).frame, read([rows()]).frame)


def test_a_column_that_stands_twice_is_refused(read: Read, rows: Make, csv_text: Make, headers: list[str]) -> None:
    error = refused(read, csv_text([rows()], headers=[*headers, "Q8. Why?", "role"]))
    assert error.what == "Two columns have the same meaning."
    assert "columns P and Q: 'Q8. Why?'" in str(error.got)
    assert "columns C and R: 'role'" in str(error.got)


def test_a_question_of_another_wave_is_not_expected_and_not_known(read: Read, rows: Make, csv_text: Make, headers: list[str]) -> None:
    assert "later" not in read([rows()], wave="w1").frame.columns
    text = csv_text([rows()], headers=[*headers, "Q9. And later?"])
    assert "'Q9. And later?' is unknown" in str(refused(read, text).got)
    lacking = str(refused(read, csv_text([rows()]), wave="w2").got)
    for said in ("Q9. And later?", "[New form]", "[Budgets]"):
        assert said in lacking


def test_one_column_may_name_both_the_respondent_and_the_post(read: Read, rows: Make) -> None:
    frame = read([rows("CCG-001-chair")], post="Response ID").frame
    assert frame.select("respondent", "post").rows() == [("CCG-001-chair", "CCG-001-chair")]


def test_two_questions_of_one_wording_are_told_apart_by_their_numbers_only(tmp_path: Path) -> None:
    asked = [{"id": f"q{n}", "number": f"N{n}", "kind": "text", "theme": "t", "text": "Please explain.", "short": "?"} for n in (1, 2)]
    both = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": asked})
    path = tmp_path / "a.csv"
    path.write_text("id,N2. Please explain.,N1. Please explain.\nr1,two,one\n")
    frame = read_export(path, both, "w", ExportSettings(respondent="id")).frame
    assert frame.select("q1", "q2").rows() == [("one", "two")]
    path.write_text("id,N2. Please explain.,Please explain.\nr1,two,one\n")
    with pytest.raises(IntakeError, match="could belong to several questions"):
        read_export(path, both, "w", ExportSettings(respondent="id"))


TWO_ROWS = [
    "Respondent ID|End Date|What is your post?|Which of these, if any?||||Who leads?|How good is each?||How confident?"
    "|Rank these.||Your time?||Why?|",
    "||Response|Accountable care system|Organisation|Other (please specify)|None of these|Response|Shared values|Records, shared|Response"
    "|A|B|A|B|Open-Ended Response|",
    "r1|03/01/2016 09:05:07 AM|Clinical chair|Accountable care system||A hub||GPs|Good|Poor |7|2|1|60|40|Because.|",
]


def test_two_header_rows_as_surveymonkey_writes_them(read: Read) -> None:
    text = "\n".join(",".join(f'"{cell}"' for cell in line.split("|")) for line in TWO_ROWS)
    export = read(text, header_rows=2, respondent="Respondent ID", completed="End Date", timestamp="%m/%d/%Y %I:%M:%S %p")
    answers = export.frame.row(0, named=True)
    assert answers.pop("completed").isoformat() == "2016-03-01T09:05:07"
    assert answers == {
        "row": 3,
        "respondent": "r1",
        "role": "chair",
        "plans.acs": "1",
        "plans.aco": None,
        "plans.other": "1",
        "plans.none": None,
        "plans.other_text": "A hub",
        "lead": "gp",
        "rated.values": "good",
        "rated.records": "poor",
        "confidence": "7",
        "first.a": "2",
        "first.b": "1",
        "time.a": "60",
        "time.b": "40",
        "why": "Because.",
    }


@pytest.mark.parametrize("said", [{"format": "table"}, {"header_rows": 1}])
def test_a_lone_second_header_row_is_not_taken_for_a_respondent(read: Read, said: dict[str, Any]) -> None:
    text = "\n".join(",".join(f'"{cell}"' for cell in line.split("|")) for line in TWO_ROWS)
    error = refused(read, text, respondent="Respondent ID", completed="End Date", **said)
    assert "''" in str(error.got)


def test_a_second_header_row_is_recognised_where_the_settings_say_nothing(read: Read) -> None:
    text = "\n".join(",".join(f'"{cell}"' for cell in line.split("|")) for line in TWO_ROWS)
    export = read(text, respondent="Respondent ID", completed="End Date")
    told = read(text, header_rows=2, respondent="Respondent ID", completed="End Date", timestamp="%m/%d/%Y %I:%M:%S %p")
    assert export.notes == ("SurveyMonkey, two header rows",)
    assert typed(export).frame.equals(typed(told).frame)
