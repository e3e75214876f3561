"""The workbook of tables, read as a reader's program reads it."""

from __future__ import annotations

import warnings
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from barometer.publishing.workbook import SHORTHAND, WorkbookText, write_workbook

TEXT = WorkbookText("Small tables (synthetic)", ("All responses are synthetic.",), ("About 400 members.",), ("Us",), datetime(2020, 9, 1))


@pytest.fixture(scope="module")
def write(asked, side, published_figures):
    def write(path: Path) -> Path:
        write_workbook(path, list(asked), published_figures, {"side": side}, "2020", TEXT)
        return path

    return write


@pytest.fixture(scope="module")
def path(write, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("workbook") / "tables.xlsx")


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)


def cells(book: openpyxl.Workbook, sheet: str) -> dict[str, dict[str, object]]:
    """The table of a sheet: rows by name, cells by heading."""
    rows = list(book[sheet].iter_rows(values_only=True))
    at = next(place for place, row in enumerate(rows) if row[0] == "Answer")
    heads = rows[at]
    return {str(row[0]): dict(zip(heads, row, strict=True)) for row in rows[at + 1 :] if row[0] is not None}


def test_cover_and_contents_come_before_one_sheet_a_question(book) -> None:
    assert book.sheetnames == ["Cover", "Contents", "Table_1", "Table_2", "Table_3"]
    cover = [str(row[0]) for row in book["Cover"].iter_rows(values_only=True)]
    assert cover[0] == TEXT.title
    assert {"All responses are synthetic.", "About 400 members.", "Us"} <= set(cover)


def test_shorthand_is_explained_on_the_cover_and_on_every_sheet_of_figures(book) -> None:
    for sheet in ("Cover", "Table_1", "Table_2", "Table_3"):
        text = "\n".join(str(row[0]) for row in book[sheet].iter_rows(values_only=True))
        for sign, meaning in SHORTHAND.items():
            assert f"{sign}: {meaning}" in text, sheet


def test_every_sheet_holds_one_marked_up_table_and_no_merged_cell(book) -> None:
    for sheet in book:
        assert list(sheet.merged_cells.ranges) == [], sheet.title
        if sheet.title != "Cover":
            assert len(sheet.tables) == 1, sheet.title


def test_every_sheet_of_figures_has_its_question_in_full(book) -> None:
    first = " ".join(str(row[0]) for row in book["Table_1"].iter_rows(values_only=True))
    assert "Table 1: Plans" in first
    assert "Q1. What will you do?" in first
    assert "do not add up to 100" in first


def test_figures_are_numbers_and_shorthand_stands_where_there_is_none(book) -> None:
    table = cells(book, "Table_1")
    a, c, d, base = table["Plan A"], table["Plan C"], table["Plan D"], table["Base"]
    assert (a["All"], a["All: count"]) == (68.8, 275)
    assert (a["Side: Left"], a["Side: Right"], a["Side: Middle"]) == (90.9, 50, "[c]")
    assert c["All"] == 0.3
    assert table["Plan B"]["All"] == 0
    assert d["All"] == d["All: count"] == "[x]"
    assert (base["All"], base["Side: Left"], base["Side: Right"], base["Side: Middle"]) == (400, 220, "24 [low]", "[c]")
    for row in table.values():
        for name, value in row.items():
            assert name == "Answer" or isinstance(value, int | float) or value in SHORTHAND or str(value).endswith("[low]")


def test_a_battery_has_bases_of_its_items(book) -> None:
    table = cells(book, "Table_2")
    assert (table["Base: Beds"]["All"], table["Base: Hiring staff"]["All"]) == (99, 96)
    net = next(row for name, row in table.items() if name.startswith("Beds") and row["All: count"] == 65)
    assert net["All"] == 65.7


def test_means_have_two_decimals(book) -> None:
    assert cells(book, "Table_3")["Mean"]["All"] == 41.25


def test_nothing_in_it_is_run_or_loaded(path: Path) -> None:
    with zipfile.ZipFile(path) as parts:
        names = parts.namelist()
        assert not [name for name in names if "vba" in name.lower() or "externalLink" in name]
        assert not any(b"<f>" in parts.read(name) for name in names if name.startswith("xl/worksheets/sheet"))


def test_the_same_figures_give_the_same_bytes(write, path: Path, tmp_path: Path) -> None:
    assert write(tmp_path / "again.xlsx").read_bytes() == path.read_bytes()
