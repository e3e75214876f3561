"""Which files are read, and what is said of those that are not."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from barometer.errors import IntakeError
from barometer.intake import Export, ExportSettings, read_export, read_table, typed
from barometer.questionnaire import Questionnaire

Read = Callable[..., Export]
Make = Callable[..., Any]


def refused(read: Read, content: str | bytes | list[dict[str, str]], **changed: Any) -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        read(content, **changed)
    assert caught.value.file is not None
    assert caught.value.exit_code == 2
    return caught.value


# ------------------------------------------------------------------------------------------------------------------ encodings


@pytest.mark.parametrize(("encoding", "name"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "windows-1252")])
def test_the_three_encodings_give_the_same_answers(read: Read, rows: Make, csv_text: Make, encoding: str, name: str) -> None:
    text = csv_text([rows(Q1="Accountable officer (£)", Q4_Shared="Don’t know", Q8="It’s £5 – “enough” for the café")])
    export = read(text.encode(encoding))
    assert export.encoding == name
    answers = export.frame.row(0, named=True)
    assert (answers["role"], answers["rated.values"]) == ("ao", "dk")
    assert answers["why"] == "It’s £5 – “enough” for the café"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_and_32_are_refused(read: Read, rows: Make, csv_text: Make, encoding: str) -> None:
    error = refused(read, csv_text([rows()]).encode(encoding))
    assert error.what == "The file is in an encoding that is not read."
    assert error.expected == "UTF-8, UTF-8 with byte order mark, or Windows-1252"
    assert error.hint is not None


def test_a_nul_byte_is_refused_with_its_line(read: Read, rows: Make, csv_text: Make) -> None:
    error = refused(read, csv_text([rows("r1"), rows("r2", Q8="a\x00b")]).encode())
    assert error.where == "line 3"
    assert "NUL" in str(error.got)


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_a_byte_that_neither_encoding_has_is_refused_with_its_line(read: Read, rows: Make, csv_text: Make, byte: int) -> None:
    data = csv_text([rows("r1"), rows("r2", Q8="a@b")]).encode("cp1252").replace(b"a@b", b"a" + bytes([byte]) + b"b")
    error = refused(read, data)
    assert error.where == "line 3"
    assert f"0x{byte:02x}" in str(error.got)


def test_a_broken_byte_after_a_byte_order_mark_is_refused_with_its_line(read: Read, rows: Make, csv_text: Make) -> None:
    error = refused(read, b"\xef\xbb\xbf" + csv_text([rows(Q8="a@b")]).encode().replace(b"a@b", b"\x92"))
    assert (error.where, "0x92" in str(error.got)) == ("line 2", True)


def test_utf_8_with_one_broken_byte_is_not_taken_for_windows_1252(read: Read, rows: Make, csv_text: Make) -> None:
    text = csv_text([rows("r1", Q8="It’s £5"), rows("r2", Q8="It’s a@b")])
    error = refused(read, text.encode().replace(b"a@b", b"\xff"))
    assert (error.where, error.got) == ("line 3", "UTF-8, but for the byte 0xff")


# --------------------------------------------------------------------------------------------------------- missing and empty


def test_a_missing_file_names_its_neighbours(tmp_path: Path, small: Questionnaire, settings: ExportSettings) -> None:
    (tmp_path / "answers.csv").write_text("x")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(IntakeError, match="missing") as caught:
        read_export(tmp_path / "responses.csv", small, "w1", settings)
    assert caught.value.hint == "The folder has answers.csv."


def test_a_missing_folder_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="missing"):
        read_table(tmp_path / "none" / "responses.csv")


def test_a_file_in_the_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(IntakeError):
        read_table(tmp_path / "file" / "responses.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="is a folder"):
        read_table(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"  \n \n\t\n", b"\n\n\n", b",,,\n,,,\n", b'""\n'])
def test_an_empty_or_blank_file_is_refused(read: Read, content: bytes) -> None:
    error = refused(read, content)
    assert "empty" in error.what or "header" in error.what


def test_a_header_alone_is_refused(read: Read, csv_text: Make) -> None:
    assert refused(read, csv_text([])).what == "The file has a header and no responses."


def test_a_header_over_blank_rows_is_refused(read: Read, csv_text: Make) -> None:
    assert refused(read, csv_text([{}, {}])).what == "The file has a header and no responses."


def test_a_file_that_ends_within_two_header_rows_is_refused(read: Read, csv_text: Make) -> None:
    assert refused(read, csv_text([]), header_rows=2).what == "The file ends within its header."


# --------------------------------------------------------------------------------------------------------------- the grid of a CSV


def test_a_row_that_is_too_long_is_refused_with_its_line(read: Read, rows: Make, csv_text: Make) -> None:
    text = csv_text([rows("r1", Q8="two\nlines"), rows("r2")])
    error = refused(read, text[:-1] + ",more\n")
    assert error.what == "A row has more cells than the header."
    assert (error.where, error.expected, error.got) == ("line 4", "16 cells, separated by commas", "17 cells")


def test_a_row_that_is_too_short_is_refused_with_its_line(read: Read, rows: Make, csv_text: Make) -> None:
    error = refused(read, csv_text([rows("r1")]) + "r2,2016-03-01 09:00:00,Chair\n" + csv_text([rows("r3")]).splitlines()[1])
    assert (error.what, error.where, error.got) == ("A row has fewer cells than the header.", "line 3", "3 cells")


def test_a_line_break_outside_quotation_marks_is_found(read: Read, rows: Make, csv_text: Make) -> None:
    error = refused(read, csv_text([rows(Q8="first second")]).replace("first second", "first\nsecond"))
    assert (error.where, error.got) == ("line 3", "1 cell")
    assert "line break" in str(error.hint)


def test_a_quotation_mark_that_is_not_closed_is_found(read: Read, rows: Make, csv_text: Make) -> None:
    text = csv_text([rows("r1"), rows("r2", Q8="@"), rows("r3")]).replace("@", '"open')
    error = refused(read, text)
    assert error.what == "The file is not well-formed CSV."
    assert error.where == "the row that begins on line 3"


def test_a_mark_within_a_cell_is_a_character_of_it(read: Read, rows: Make, csv_text: Make) -> None:
    text = csv_text([rows("r1", Q8="@"), rows("r2", Q8='a "quoted", word')]).replace("@", '5" pipe')
    assert read(text).frame["why"].to_list() == ['5" pipe', 'a "quoted", word']


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(read: Read, rows: Make, csv_text: Make, delimiter: str) -> None:
    export = read(csv_text([rows(Q8="a, b; c\td")], delimiter=delimiter))
    assert export.frame["why"].to_list() == ["a, b; c\td"]
    assert export.frame["rated.records"].to_list() == ["fair"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_read(read: Read, rows: Make, csv_text: Make, ending: str) -> None:
    export = read(csv_text([rows("r1", Q8="two\nlines"), rows("r2")]).replace("\n", ending).encode())
    assert export.frame["why"].to_list() == ["two\nlines", "Because."]
    assert export.frame["row"].to_list() == [2, 3]


def test_blank_rows_are_left_out_and_still_counted(read: Read, rows: Make, csv_text: Make) -> None:
    header, first, second = csv_text([rows("r1"), rows("r2")]).splitlines()
    export = read("\n".join(["", header, "", first, "," * 15, "   ", second, "", ""]))
    assert export.frame.select("row", "respondent").rows() == [(4, "r1"), (7, "r2")]


def test_a_blank_trailing_column_is_left_out(read: Read, rows: Make, csv_text: Make) -> None:
    text = "".join(line + ",\n" for line in csv_text([rows("r1"), rows("r2")]).splitlines())
    assert_frame_equal(read(text).frame, read([rows("r1"), rows("r2")]).frame)


def test_a_trailing_column_without_a_header_but_with_a_value_is_an_unknown_column(read: Read, rows: Make, csv_text: Make) -> None:
    header, first = csv_text([rows()]).splitlines()
    assert "column Q '' is unknown" in str(refused(read, f"{header},\n{first},x\n").got)


# ------------------------------------------------------------------------------------------------------------------ workbooks


def workbook(path: Path, lines: list[list[Any]], sheet: str = "Answers") -> Path:
    book = openpyxl.Workbook()
    active = book.active
    assert active is not None
    active.title = sheet
    for line in lines:
        active.append(line)
    book.save(path)
    book.close()
    return path


def test_csv_and_xlsx_give_the_same_responses(
    read: Read, rows: Make, headers: list[str], tmp_path: Path, small: Questionnaire, settings: ExportSettings
) -> None:
    given = [rows("r1"), rows("r2", Q5="", Q3="", Q2=""), rows("r3", Q4_Shared="Don’t know", Q8="two\nlines, and £5")]
    path = workbook(tmp_path / "a.xlsx", [headers, *([one.get(header) or None for header in headers] for one in given)])
    book, text = read_export(path, small, "w1", settings), read(given)
    assert (book.encoding, text.encoding) == ("xlsx", "utf-8")
    assert_frame_equal(book.frame, text.frame)
    assert_frame_equal(typed(book).frame, typed(text).frame)
    assert_frame_equal(typed(book).states, typed(text).states)


def test_real_numbers_and_dates_in_a_workbook_equal_the_text_of_a_csv(
    read: Read, rows: Make, headers: list[str], tmp_path: Path, small: Questionnaire, settings: ExportSettings
) -> None:
    given = rows("1", **{"Q2_Accountable": "1", "Q2_Organisation": "0"})
    cells: list[Any] = [given.get(header) for header in headers]
    cells[0], cells[1] = 1, dt.datetime(2016, 3, 1, 9, 5, 7)
    cells[3:5] = [True, False]
    cells[10:15] = [7, 2.0, 1, 60, 40]
    path = workbook(tmp_path / "a.xlsx", [headers, cells])
    book, text = read_export(path, small, "w1", settings), read([given])
    assert_frame_equal(book.frame, text.frame)
    assert book.frame.row(0, named=True)["first.a"] == "2", "a whole number must not become 2.0"
    assert book.frame["completed"].to_list() == [dt.datetime(2016, 3, 1, 9, 5, 7)]


def test_dates_in_a_workbook_are_read_whatever_pattern_the_csv_has(
    rows: Make, headers: list[str], tmp_path: Path, small: Questionnaire
) -> None:
    days: list[Any] = [dt.date(2016, 3, 1), dt.datetime(2016, 3, 2, 9, 5, 7, 500000), "03/03/2016 09:00", "soon"]
    lines = [[day if header == "End date" else rows(f"r{n}").get(header) for header in headers] for n, day in enumerate(days)]
    patterned = ExportSettings(respondent="Response ID", completed="End date", timestamp="%d/%m/%Y %H:%M")
    export = read_export(workbook(tmp_path / "a.xlsx", [headers, *lines]), small, "w1", patterned)
    assert export.frame["completed"].to_list() == [
        dt.datetime(2016, 3, 1),
        dt.datetime(2016, 3, 2, 9, 5, 7, 500000),
        dt.datetime(2016, 3, 3, 9, 0),
        None,
    ]
    assert export.unreadable.rows() == [(5, "completed")]


def test_rows_of_a_workbook_are_numbered_as_it_shows_them(
    rows: Make, headers: list[str], tmp_path: Path, small: Questionnaire, settings: ExportSettings
) -> None:
    line = [rows().get(header) for header in headers]
    path = workbook(tmp_path / "a.xlsx", [[], [], headers, [], line, [" "], line])
    assert read_export(path, small, "w1", settings).frame["row"].to_list() == [5, 7]


def test_the_sheet_is_the_first_or_the_one_that_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["first"])  # type: ignore[union-attr]
    book.active.append([1])  # type: ignore[union-attr]
    second = book.create_sheet("Second")
    second.append(["second"])
    second.append([2])
    book.create_sheet("Bare")
    book.save(tmp_path / "a.xlsx")
    book.close()
    assert read_table(tmp_path / "a.xlsx").headers == ("first",)
    assert read_table(tmp_path / "a.xlsx", sheet="Second").headers == ("second",)
    with pytest.raises(IntakeError, match="no such sheet") as caught:
        read_table(tmp_path / "a.xlsx", sheet="Third")
    assert caught.value.expected == "one of Sheet, Second, Bare"
    with pytest.raises(IntakeError, match="empty"):
        read_table(tmp_path / "a.xlsx", sheet="Bare")


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    with pytest.raises(IntakeError, match="The workbook cannot be read"):
        read_table(tmp_path / "a.xlsx")


def test_a_workbook_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    data = workbook(tmp_path / "a.xlsx", [["a"], [1]]).read_bytes()
    (tmp_path / "a.xlsx").write_bytes(data[: len(data) // 2])
    with pytest.raises(IntakeError, match="The workbook cannot be read"):
        read_table(tmp_path / "a.xlsx")


def test_an_old_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(IntakeError, match=r"old Excel workbook \(\.xls\)") as caught:
        read_table(tmp_path / "a.xls")
    assert caught.value.hint == "Save it as .xlsx or CSV."


def test_a_table_is_text_with_nulls(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('a,b\n 1 ,""\n\u00a0x,y\n')
    table = read_table(tmp_path / "a.csv")
    assert table.rows.schema == {"row": pl.Int64, "c0": pl.String, "c1": pl.String}
    assert table.rows.rows() == [(2, "1", None), (3, "x", "y")]
