"""What a source says of itself: the platform and how it was recognised, what each column is, and what was left out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from barometer.errors import UsageError
from barometer.intake import FORMATS, Source, Variable, detect, read_source

Answers = list[dict[str, Any]]

DROPPED = {
    "qualtrics": {
        "IPAddress",
        "RecipientLastName",
        "RecipientFirstName",
        "RecipientEmail",
        "ExternalReference",
        "LocationLatitude",
        "LocationLongitude",
    },
    "surveymonkey": {"IP Address", "Email Address", "First Name", "Last Name", "Custom Data 1"},
    "forms": {"Email", "Name"},
    "limesurvey": {"token", "ipaddr"},
    "kobo": {"username", "deviceid", "_place_latitude", "_place_longitude", "_submitted_by"},
}
FILES = {"qualtrics": "q.csv", "surveymonkey": "s.csv", "forms": "f.xlsx", "limesurvey": "l.csv", "kobo": "k.csv"}


@pytest.fixture(scope="module", params=FILES)
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, exports: ModuleType, answers: Answers) -> Source:
    path = tmp_path_factory.mktemp("source") / FILES[request.param]
    return read_source(getattr(exports, request.param)(path, answers))


def named(source: Source, name: str) -> Variable:
    return next(variable for variable in source.variables if variable.name == name)


def in_group(source: Source, text: str) -> list[Variable]:
    return [variable for variable in source.variables if variable.text == text or (variable.group or "").endswith(text)]


def test_every_platform_is_recognised_and_says_how(source: Source) -> None:
    assert source.platform in FORMATS
    assert detect(source.file).reason == source.reason
    assert len(source.reason) > 20
    assert detect(source.file).others[-1][0] == "table"


def test_what_names_or_locates_a_person_is_dropped_and_said(source: Source) -> None:
    assert {variable.name for variable in source.dropped} == DROPPED[source.platform]
    assert all(variable.role == "identifier" and variable.reason for variable in source.dropped)
    assert source.notes[1] == "dropped " + ", ".join(variable.name for variable in source.dropped)
    assert not source.of_role("identifier")


def test_identifiers_stay_where_they_are_asked_for(source: Source) -> None:
    kept = read_source(source.file, keep_identifiers=True)
    assert not kept.dropped
    assert {variable.name for variable in kept.of_role("identifier")} == DROPPED[source.platform]
    one = sorted(DROPPED[source.platform])[0]
    assert named(read_source(source.file, keep=[one]), one).role == "identifier"


def test_a_source_has_one_text_column_for_each_variable(source: Source, answers: Answers) -> None:
    assert source.rows.columns == ["row", *(f"c{place}" for place in range(len(source.variables)))]
    assert set(source.rows.drop("row").dtypes) == {pl.String}
    assert len(source) == len(answers)
    first = {"qualtrics": 4, "surveymonkey": 3}.get(source.platform, 2)
    assert source.rows["row"].to_list() == list(range(first, first + len(answers)))


def test_who_answered_and_when_is_found(source: Source, answers: Answers) -> None:
    (respondent,) = source.of_role("respondent")
    assert source.column(respondent.name).to_list() == [one["id"] for one in answers]
    (started,), (completed,) = source.of_role("started"), source.of_role("completed")
    for variable, key in ((started, "start"), (completed, "end")):
        times = source.column(variable.name).str.to_datetime(source.timestamp).dt.replace_time_zone(None)
        assert times.to_list() == [dt.datetime.fromisoformat(one[key]) for one in answers]


def test_select_all_questions_are_columns_of_ticks(source: Source, exports: ModuleType, answers: Answers) -> None:
    boxes = [variable for variable in source.variables if variable.kind == "multiple"]
    assert boxes
    labels = list(exports.PLANS) if source.platform == "kobo" else list(exports.PLANS.values())
    for variable in boxes:
        cells = source.column(variable.name)
        assert set(cells.drop_nulls().to_list()) <= {"0", "1"}
        if variable.part in labels:
            code = list(exports.PLANS)[labels.index(variable.part)]
            assert [one == "1" for one in cells.to_list()] == [code in (one["plans"] or set()) for one in answers]
    assert len({variable.group for variable in boxes}) == 1


def test_columns_of_one_question_stand_together(source: Source, exports: ModuleType) -> None:
    if source.platform == "kobo":
        pytest.skip("without its form a Kobo export has no wordings")
    spent = [
        variable
        for variable in source.variables
        if variable.text == exports.WORDINGS["spent"] or exports.WORDINGS["spent"] in variable.name
    ]
    parts = list(exports.SPENT.values()) if source.platform != "limesurvey" else ["SQ001", "SQ002"]
    if source.platform == "limesurvey":
        spent = [variable for variable in source.variables if variable.group == "Q7"]
    assert [variable.part for variable in spent] == parts
    assert len({variable.group for variable in spent}) == 1


def test_every_column_has_a_reason(source: Source) -> None:
    assert all(variable.reason for variable in source.variables)


def test_wordings_are_as_the_respondent_saw_them(tmp_path: Path, exports: ModuleType, answers: Answers) -> None:
    source = read_source(exports.qualtrics(tmp_path / "q.csv", answers))
    assert named(source, "Q3").text == "Who leads it?"
    assert named(source, "Q2_1").text == exports.WORDINGS["plans"]
    assert named(source, "Q2_1").part == exports.PLANS["acs"]
    assert named(source, "Q2_3_TEXT").part == "Other (please specify) - text"
    assert named(source, "Q2_DO_1").role == "metadata"
    assert named(source, "Q8").kind == "text"


def test_a_number_that_the_text_beside_it_explains_gets_its_label(tmp_path: Path, exports: ModuleType) -> None:
    path = exports.qualtrics(tmp_path / "q.csv", exports.synthetic_answers(60), numeric=True, joined=True)
    parts = [variable.part for variable in read_source(path).variables if variable.kind == "multiple"]
    assert parts == ["1", "2", "Other (please specify)", "4"]


def test_a_table_whose_first_header_is_markup_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("<b>Post?</b>,id\nChair,1\n")
    assert detect(tmp_path / "t.csv").platform == "table"


def test_previews_are_said(tmp_path: Path, exports: ModuleType, answers: Answers) -> None:
    path = exports.qualtrics(tmp_path / "q.csv", answers)
    path.write_text(path.read_text().replace("10:00:30,IP Address", "10:00:30,Survey Preview"))
    assert "1 submissions are previews (Status 'Survey Preview')" in read_source(path).notes


def test_a_question_that_was_seen_and_not_answered_is_blank(tmp_path: Path, exports: ModuleType, answers: Answers) -> None:
    path = exports.qualtrics(tmp_path / "q.csv", answers, numeric=True)
    path.write_text(path.read_text().replace("-0.1,email,EN,1,", "-0.1,email,EN,-99,"))
    cells = read_source(path).column("Q1").to_list()
    assert cells == [None if one["role"] in (None, "chair") else "2" for one in answers]


def test_microsoft_forms_rankings_become_ranks(tmp_path: Path, exports: ModuleType, answers: Answers) -> None:
    source = read_source(exports.forms(tmp_path / "f.xlsx", answers))
    ranked = [variable for variable in source.variables if variable.kind == "ranking"]
    assert {variable.part for variable in ranked} == set(exports.RANKED.values())
    money = next(variable for variable in ranked if variable.part == "Money")
    assert source.column(money.name).to_list() == [None if one["needs"] is None else str(one["needs"]["money"]) for one in answers]


def test_the_form_gives_kobo_its_kinds_wordings_and_labels(tmp_path: Path, exports: ModuleType, answers: Answers) -> None:
    form = exports.xlsform(tmp_path / "form.xlsx")
    source = read_source(exports.kobo(tmp_path / "k.csv", answers), form=form)
    assert source.notes[0].endswith("with the form form.xlsx")
    role = named(source, "main/role")
    assert (role.text, role.kind) == (exports.WORDINGS["role"], "single")
    assert [(choice.code, choice.label) for choice in role.choices] == list(exports.ROLES.items())
    kinds = {variable.kind for variable in source.variables if variable.role is None}
    assert kinds >= {"single", "multiple", "ranking", "numeric", "text"}
    assert [variable.part for variable in source.variables if variable.kind == "multiple"] == list(exports.PLANS.values())


# -------------------------------------------------------------------------------------------------------------------------- tables


def test_a_plain_table_is_a_source_too(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Response ID,Start date,Email address,Your name,"
        "Q1. Post?,Q2. Which? [A],Q2. Which? [B],Q2. Which? [B - text],Q3. Will it help your name?\n"
        "1,2016-03-01 09:00:00,a@b.org,Jo,Chair,A,,,Yes\n2,2016-03-01 09:00:00,c@d.org,Al,AO,,B,x,No\n"
    )
    source = read_source(path)
    assert (source.platform, source.notes[0]) == ("table", "a table in utf-8, one header row")
    assert [variable.name for variable in source.dropped] == ["Email address", "Your name"]
    assert [variable.role for variable in source.variables[:3]] == ["respondent", "started", None]
    assert [(variable.group, variable.part, variable.kind) for variable in source.variables[3:6]] == [
        ("Q2. Which?", "A", None),
        ("Q2. Which?", "B", None),
        ("Q2. Which?", "B - text", "text"),
    ]
    assert source.variables[6].role is None


@pytest.mark.parametrize(
    "cells", [["192.0.2.1", "198.51.100.7"], ["2001:db8::1", "2001:db8:0:0:0:0:0:2"], ["jo@example.org", "al@example.org"]]
)
def test_addresses_are_known_by_their_cells(tmp_path: Path, cells: list[str]) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,Q1,Other\n" + "".join(f"{n},{cell},x\n" for n, cell in enumerate(cells)))
    assert [variable.name for variable in read_source(path).dropped] == ["Q1"]


def test_parquet_keeps_numbers_and_times_as_text(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "Response ID": ["a", "b"],
            "started": [dt.datetime(2016, 3, 1, 9, 5, 7), None],
            "whole": [7.0, None],
            "part": [2.5, float("nan")],
            "yes": [True, None],
            "large": [2**60, -1],
        }
    )
    frame.write_parquet(tmp_path / "x.parquet")
    source = read_source(tmp_path / "x.parquet")
    assert (source.platform, source.encoding) == ("parquet", "parquet")
    assert [source.column(name).to_list() for name in frame.columns] == [
        ["a", "b"],
        ["2016-03-01 09:05:07", None],
        ["7", None],
        ["2.5", None],
        ["1", None],
        ["1152921504606846976", "-1"],
    ]


def test_a_misspelt_format_gets_a_hint(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,q\n1,2\n")
    with pytest.raises(UsageError, match="Did you mean 'qualtrics'"):
        read_source(tmp_path / "t.csv", format="qualtrix")
