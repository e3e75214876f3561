"""What is said of exports that cannot be read, or that do not fit; and that nothing but an intake error is ever raised."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometer.errors import BarometerError, IntakeError
from barometer.intake import FORMATS, ExportSettings, companions, detect, read_export, read_source, typed
from barometer.questionnaire import Questionnaire

Answers = list[dict[str, Any]]

XML = '<sss version="2.0"><survey><record ident="V">{variables}</record></survey></sss>'
ID = (
    '<variable ident="1" type="character" use="serial"><name>id</name><label>Id</label>'
    '<position start="1" finish="2"/><size>2</size></variable>'
)
Q1 = '<variable ident="2" type="{type}"><name>Q1</name><label>Post?</label>{rest}</variable>'
AT = '<position start="3" finish="4"/>'
VALUES = '<values><value code="1">Chair</value><value code="2">AO</value></values>'


def refused(path: Path, **asked: Any) -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        read_source(path, **asked)
    assert caught.value.file is not None
    assert caught.value.exit_code == 2
    return caught.value


def triple_s(folder: Path, xml: str, data: str | None = "a 1 \nb 2 \n") -> Path:
    (folder / "s.xml").write_text(xml, encoding="utf-8")
    if data is not None:
        (folder / "s.asc").write_text(data, encoding="utf-8")
    return folder / "s.xml"


def sav(folder: Path) -> Path:
    frame = pl.DataFrame({"id": ["a", "b"] * 20, "q": [1.0, 2.0] * 20})
    pyreadstat.write_sav(frame, str(folder / "x.sav"), variable_value_labels={"q": {1.0: "Chair", 2.0: "AO"}})
    return folder / "x.sav"


# ----------------------------------------------------------------------------------------------------------------- forced formats


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"table"}))
def test_a_wrong_format_that_is_forced_is_refused_by_name(tmp_path: Path, format: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Case,What is your post?\n1,Chair\n2,AO\n")
    error = refused(path, format=format)
    assert error.expected or error.got


def test_a_format_in_the_settings_is_checked(tmp_path: Path, asked: Questionnaire) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,role\n1,Chair\n")
    with pytest.raises(IntakeError) as caught:
        read_export(path, asked, "w", ExportSettings(format="qualtrix"))
    assert (caught.value.where, caught.value.hint) == ("'format' under [export] in wave.toml", "Did you mean 'qualtrics'?")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \n\n "])
@pytest.mark.parametrize("name", ["x.csv", "x.sav", "x.xml", "x.parquet"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert refused(tmp_path / name).what == "The file is empty."


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "missing" in refused(tmp_path / "none.sav").what
    assert "folder" in refused(tmp_path).what


def test_a_table_needs_a_respondent(tmp_path: Path, asked: Questionnaire) -> None:
    (tmp_path / "t.csv").write_text("number,role\n1,Chair\n")
    with pytest.raises(IntakeError, match="identifies a submission"):
        read_export(tmp_path / "t.csv", asked, "w", ExportSettings())


# --------------------------------------------------------------------------------------------------------------------------- SPSS


@pytest.mark.parametrize("kept", [300, 0.9])
def test_a_truncated_spss_file_is_refused(tmp_path: Path, kept: float) -> None:
    data = sav(tmp_path).read_bytes()
    (tmp_path / "x.sav").write_bytes(data[: int(kept if kept > 1 else kept * len(data))])
    error = refused(tmp_path / "x.sav")
    assert (error.what, bool(error.hint)) == ("The SPSS file cannot be read.", True)


def test_an_spss_file_that_ends_its_reader_is_refused(tmp_path: Path) -> None:
    data = bytearray(sav(tmp_path).read_bytes())
    # The width of the first variable: 27 bytes instead of 1, with no room for them.
    assert data[180] == 1
    data[180] = 0x1B
    (tmp_path / "x.sav").write_bytes(bytes(data))
    assert refused(tmp_path / "x.sav").what == "The SPSS file cannot be read."


def test_an_spss_file_without_cases_is_refused(tmp_path: Path) -> None:
    pyreadstat.write_sav(pl.DataFrame({"id": pl.Series([], dtype=pl.String)}), str(tmp_path / "x.sav"))
    assert "no responses" in refused(tmp_path / "x.sav").what


# ----------------------------------------------------------------------------------------------------------------------- Triple-S


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ('<?xml version="1.0"?><sss version="2.0"><survey>', "The XML is broken."),
        ("<html><body>sss</body></html>", "The file is XML or HTML of a kind that is not read."),
        ('<notsss><sss version="2.0"/></notsss>', "The XML is no Triple-S survey."),
        ('<sss version="9"><survey/></sss>', "The version of Triple-S is not read."),
        ('<!DOCTYPE s [<!ENTITY a "b">]><sss version="2.0"/>', "The XML is too large or declares entities."),
        ('<sss version="3.0"><hierarchy/><survey/></sss>', "The survey is not one flat record for each respondent."),
        (XML.format(variables=""), "The survey describes no variables."),
        (XML.format(variables=Q1.format(type="odd", rest=AT)), "A Triple-S variable has no known type."),
        (XML.format(variables=Q1.format(type="single", rest=VALUES)), "A Triple-S variable has no position."),
        (XML.format(variables=Q1.format(type="single", rest=AT)), "A Triple-S variable has no values."),
        (XML.format(variables=Q1.format(type="single", rest='<position start="x"/>' + VALUES)), "A number of the XML is not one."),
        (
            XML.format(variables=Q1.format(type="single", rest='<position start="4" finish="3"/>' + VALUES)),
            "A number of the XML is not one.",
        ),
        (
            XML.format(variables=Q1.format(type="single", rest=AT + "<values><value>A</value></values>")),
            "A value of a Triple-S variable has no code.",
        ),
        (
            XML.format(variables=Q1.format(type="multiple", rest=AT + '<spread subfields="3" width="1"/>' + VALUES)),
            "The sub-fields do not fit.",
        ),
        (
            XML.format(variables=Q1.format(type="single", rest=AT + '<values><range from="1" to="99999"/></values>')),
            "A range of codes is too long.",
        ),
    ],
)
def test_a_broken_triple_s_description_is_refused(tmp_path: Path, xml: str, said: str) -> None:
    assert refused(triple_s(tmp_path, xml)).what == said


@pytest.mark.parametrize(
    ("data", "said", "where"),
    [
        ("a 1 x\n", "A record does not have the width that the XML says.", "line 1"),
        ("a 1 \nb\n", "A record does not have the width that the XML says.", "line 2"),
        ("\n \n", "The file is empty.", None),
        ("a  \x00\n", "The file is in an encoding that is not read.", "line 1"),
    ],
)
def test_triple_s_data_of_another_width_are_refused(tmp_path: Path, data: str, said: str, where: str | None) -> None:
    error = refused(triple_s(tmp_path, XML.format(variables=ID + Q1.format(type="single", rest=AT + VALUES)), data))
    assert (error.what, error.where) == (said, where)
    assert str(error.file).endswith("s.asc")


@pytest.mark.parametrize("spread", ["", '<spread subfields="2" width="1"/>'])
def test_a_multiple_that_holds_something_else_is_refused(tmp_path: Path, spread: str) -> None:
    path = triple_s(tmp_path, XML.format(variables=ID + Q1.format(type="multiple", rest=AT + spread + VALUES)), "a 10\nb 7x\n")
    error = refused(path)
    assert (error.what, error.where) == ("A value of a Triple-S variable is not of its kind.", "variable 'Q1', row 2")


def test_missing_triple_s_data_are_said(tmp_path: Path) -> None:
    path = triple_s(tmp_path, XML.format(variables=ID), None)
    error = refused(path)
    assert (error.what, error.expected) == ("The data of the Triple-S survey are missing.", "a file s.asc or s.csv beside it")


def test_triple_s_csv_that_is_too_narrow_is_refused(tmp_path: Path) -> None:
    xml = XML.format(variables=ID + Q1.format(type="single", rest='<position start="3"/>' + VALUES)).replace(
        'ident="V"', 'ident="V" format="csv"'
    )
    path = triple_s(tmp_path, xml, None)
    (tmp_path / "s.csv").write_text("a,1\n")
    assert refused(path).what == "The records are narrower than the XML says."


# --------------------------------------------------------------------------------------------------------------------- platforms


def spoilt(path: Path, change: Callable[[str], str]) -> Path:
    path.write_text(change(path.read_text(encoding="utf-8-sig")), encoding="utf-8")
    return path


def test_a_ragged_qualtrics_header_is_refused_with_its_column(tmp_path: Path, exports: ModuleType, answers: Answers) -> None:
    path = spoilt(exports.qualtrics(tmp_path / "q.csv", answers), lambda text: text.replace('"{""ImportId"": ""QID1""}"', ""))
    error = refused(path)
    assert (error.what, error.where, error.got) == ("A column has no ImportId.", "row 3, column R", "a blank")


def test_a_qualtrics_header_that_is_too_short_is_refused_with_its_line(tmp_path: Path, exports: ModuleType, answers: Answers) -> None:
    path = spoilt(exports.qualtrics(tmp_path / "q.csv", answers), lambda text: text.replace(",Q8\n", "\n", 1))
    assert "cells than the header" in refused(path).what


def test_a_qualtrics_header_without_import_ids_is_refused(tmp_path: Path, exports: ModuleType, answers: Answers) -> None:
    path = exports.qualtrics(tmp_path / "q.csv", answers)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:2] + lines[3:]))
    assert detect(path).platform == "qualtrics"
    error = refused(path)
    assert (error.what, error.where) == ("The file is no export of Qualtrics.", "row 3")


def test_headers_alone_are_refused(tmp_path: Path, exports: ModuleType) -> None:
    for platform, name in (("qualtrics", "q.csv"), ("surveymonkey", "s.csv"), ("limesurvey", "l.csv"), ("kobo", "k.csv")):
        assert "no responses" in refused(getattr(exports, platform)(tmp_path / name, []), format=platform).what


def test_a_choice_that_the_form_does_not_have_is_refused_with_its_cell(tmp_path: Path, exports: ModuleType, answers: Answers) -> None:
    form = exports.xlsform(tmp_path / "form.xlsx")
    path = spoilt(exports.kobo(tmp_path / "k.csv", answers), lambda text: text.replace(";ao;", ";aoo;", 1))
    error = refused(path, form=form)
    assert (error.what, error.where, error.got) == ("A choice is not in the form.", "row 3, column E 'main/role'", "'aoo'")
    assert error.hint == "Did you mean 'ao'?"
    path = spoilt(exports.kobo(tmp_path / "k2.csv", answers), lambda text: text.replace("acs other", "acs others", 1))
    assert refused(path, form=form).where == "row 2, column F 'main/plans'"


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"survey": [["type", "name"], ["select_one x", "q"]]}, "The workbook has no such sheet."),
        ({"choices": [["list_name", "name"]]}, "The workbook has no such sheet."),
        ({"survey": [["type", "names"], ["text", "q"]]}, "The sheet of the form lacks a column."),
        (
            {"survey": [["type", "name"], ["select_one x", "q"]], "choices": [["list_name", "name"], ["y", "a"]]},
            "The form names a list of choices that it does not have.",
        ),
    ],
)
def test_a_broken_form_is_refused(tmp_path: Path, exports: ModuleType, answers: Answers, sheets: dict[str, Any], said: str) -> None:
    form = exports.write_book(tmp_path / "form.xlsx", sheets)
    assert refused(exports.kobo(tmp_path / "k.csv", answers), form=form).what == said


def test_a_form_that_is_no_workbook_is_refused(tmp_path: Path, exports: ModuleType, answers: Answers) -> None:
    (tmp_path / "form.csv").write_text("type,name\ntext,q\n")
    assert refused(exports.kobo(tmp_path / "k.csv", answers), form=tmp_path / "form.csv").what == "The form is no workbook."


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["a"] * 100}).write_parquet(tmp_path / "x.parquet")
    data = (tmp_path / "x.parquet").read_bytes()
    (tmp_path / "x.parquet").write_bytes(data[:-20])
    assert refused(tmp_path / "x.parquet").what == "The Parquet file cannot be read."


def test_a_parquet_column_of_lists_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["a"], "q": [["x", "y"]]}).write_parquet(tmp_path / "x.parquet")
    assert refused(tmp_path / "x.parquet").where == "column 'q'"


# ------------------------------------------------------------------------------------------------------------------ fit and files


def test_columns_that_do_not_fit_are_gathered_with_the_platform(
    tmp_path: Path, exports: ModuleType, answers: Answers, asked: Questionnaire
) -> None:
    path = spoilt(exports.qualtrics(tmp_path / "q.csv", answers), lambda text: text.replace("Who leads it?", "Who leads this?"))
    with pytest.raises(IntakeError) as caught:
        read_export(path, asked, "w", ExportSettings())
    assert caught.value.what == "The export does not fit the questionnaire (read as qualtrics)."
    assert "column 'Q3' is unknown. Did you mean 'Who leads it?'?" in str(caught.value.got)
    assert "no column for 'Who leads it?' (lead)" in str(caught.value.got)
    assert "mapping" in str(caught.value.hint)


def test_an_identifier_may_be_the_post(tmp_path: Path, exports: ModuleType, answers: Answers, asked: Questionnaire) -> None:
    path = exports.qualtrics(tmp_path / "q.csv", answers)
    export = read_export(path, asked, "w", ExportSettings(post="ExternalReference", respondent="ResponseId"))
    assert export.frame["post"].to_list() == ["X-1"] * len(answers)
    assert "ExternalReference" not in export.notes[1]


def test_columns_that_are_ignored_may_be_any(tmp_path: Path, exports: ModuleType, answers: Answers, asked: Questionnaire) -> None:
    path = spoilt(exports.surveymonkey(tmp_path / "s.csv", answers), lambda text: text.replace("Custom Data 1", "Batch"))
    with pytest.raises(IntakeError, match="column 'Batch' is unknown"):
        read_export(path, asked, "w", ExportSettings())
    assert len(read_export(path, asked, "w", ExportSettings(ignore=("Batch", "IP Address")))) == len(answers)


def test_the_files_beside_an_export_are_named(tmp_path: Path) -> None:
    path = triple_s(tmp_path, XML.format(variables=ID))
    assert companions(path, ExportSettings(mapping="m.toml", form="f.xlsx")) == (
        tmp_path / "m.toml",
        tmp_path / "f.xlsx",
        tmp_path / "s.asc",
    )
    assert companions(tmp_path / "a.csv", ExportSettings()) == ()
    (tmp_path / "s.asc").unlink()
    assert companions(path, ExportSettings()) == ()


# --------------------------------------------------------------------------------------------------------------------------- fuzz

FUZZ = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, exports: ModuleType, answers: Answers) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    files = {
        platform: getattr(exports, platform)(folder / platform, answers[:3]).read_bytes()
        for platform in ("qualtrics", "surveymonkey", "limesurvey", "kobo")
    }
    variables = ID + Q1.format(type="multiple", rest=AT + VALUES)
    files["triple-s"] = XML.format(variables=variables).encode()
    (folder / "p.parquet").unlink(missing_ok=True)
    pl.DataFrame({"id": ["a", "b"], "role": ["Chair", None]}).write_parquet(folder / "p.parquet")
    files["parquet"] = (folder / "p.parquet").read_bytes()
    return files


@FUZZ
@given(data=st.data(), platform=st.sampled_from(["qualtrics", "surveymonkey", "limesurvey", "kobo", "triple-s", "parquet"]))
def test_a_mutated_export_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, whole: dict[str, bytes], asked: Questionnaire, data: st.DataObject, platform: str
) -> None:
    mutated = bytearray(whole[platform])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        change = data.draw(st.sampled_from(["set", "cut", "insert", "end"]))
        if change == "set":
            mutated[at] = data.draw(st.integers(0, 255))
        elif change == "cut":
            del mutated[at : at + data.draw(st.integers(1, 40))]
        elif change == "end":
            del mutated[at:]
        else:
            mutated[at:at] = data.draw(st.sampled_from([b'"', b",", b"\n", b"\x00", b"\xff", b";", b"[", b"<a>", b"{}"]))
        if not mutated:
            break
    folder = tmp_path_factory.getbasetemp() / "fuzzed"
    folder.mkdir(exist_ok=True)
    path = folder / "x.xml"
    path.write_bytes(bytes(mutated))
    (folder / "x.asc").write_text("a 10\nb 01\n")
    for format in (None, platform):
        with contextlib.suppress(BarometerError):
            read_source(path, format=format)
        with contextlib.suppress(BarometerError):
            typed(read_export(path, asked, "w", ExportSettings(format=format)))
