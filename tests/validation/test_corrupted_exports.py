"""Whatever becomes of an export, a check ends with accepted + quarantined = read, or with an error that says what is wrong."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometer.errors import BarometerError
from barometer.intake import ExportSettings, read_export
from barometer.questionnaire import Questionnaire
from barometer.validation import CheckResult, check, write_outputs

SETTINGS = ExportSettings(respondent="ID", started="Start", completed="End", post="Post")
METADATA = {"ID": "respondent", "Start": "started", "End": "completed", "Post": "post"}
quickly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def cells(make_export, questionnaire: Questionnaire) -> list[list[str]]:
    """A clean export of eight submissions as the cells of a CSV, headers first."""
    frame = make_export(*[{}] * 8).frame
    columns = [*METADATA, *(column for question in questionnaire for column in question.columns())]
    rows = [columns]
    for row in frame.iter_rows(named=True):
        values = [row[METADATA.get(column, column)] for column in columns]
        rows.append(["" if value is None else str(value) for value in values])
    return rows


def text_of(cells: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(cells)
    return out.getvalue()


def checked(path: Path, questionnaire: Questionnaire, population, context, out: Path) -> CheckResult | None:
    """The check of a file, or None if it ended in an error that says what is wrong."""
    try:
        export = read_export(path, questionnaire, "w1", SETTINGS)
        result = check(export, frame=population, context=context, certify=False)
    except BarometerError:
        return None
    assert result.counts["read"] == len(export) == result.counts["accepted"] + result.counts["quarantined"]
    assert sorted([*result.accepted, *result.quarantined]) == export.frame["row"].to_list()
    critical = result.failures.filter(severity="critical")["row"].drop_nulls()
    assert set(critical) == set(result.quarantined)
    write_outputs(result, out)
    return result


def test_the_clean_file_passes(cells, questionnaire, population, context, tmp_path: Path):
    path = tmp_path / "responses.csv"
    path.write_text(text_of(cells), encoding="utf-8")
    result = checked(path, questionnaire, population, context, tmp_path / "out")
    assert result is not None
    assert result.counts == {"read": 8, "accepted": 8, "quarantined": 0}


@quickly
@given(data=st.data())
def test_cells_of_any_text(cells, questionnaire, population, context, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cells")
    changed = [list(row) for row in cells]
    for _ in range(data.draw(st.integers(1, 12))):
        row = data.draw(st.integers(1, len(changed) - 1))
        column = data.draw(st.integers(0, len(changed[0]) - 1))
        other = data.draw(st.sampled_from(cells))[data.draw(st.integers(0, len(changed[0]) - 1))]
        changed[row][column] = data.draw(st.one_of(st.just(other), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)))
    path = folder / "responses.csv"
    path.write_text(text_of(changed), encoding="utf-8", newline="")
    checked(path, questionnaire, population, context, folder / "out")


@quickly
@given(data=st.data())
def test_rows_and_columns_lost_doubled_and_moved(cells, questionnaire, population, context, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("rows")
    changed = [list(row) for row in cells]
    for _ in range(data.draw(st.integers(1, 5))):
        what = data.draw(st.sampled_from(["drop row", "double row", "drop column", "swap columns", "shorten", "lengthen"]))
        row = data.draw(st.integers(0, len(changed) - 1))
        width = min(map(len, changed))
        one, two = data.draw(st.integers(0, max(width - 1, 0))), data.draw(st.integers(0, max(width - 1, 0)))
        if what == "drop row" and len(changed) > 1:
            del changed[row]
        elif what == "double row":
            changed.insert(row, list(changed[row]))
        elif what == "drop column" and width > 1:
            changed = [line[:one] + line[one + 1 :] for line in changed]
        elif what == "swap columns" and width:
            for line in changed:
                line[one], line[two] = line[two], line[one]
        elif what == "shorten" and width:
            changed[row] = changed[row][:one]
        else:
            changed[row] = [*changed[row], "x"]
    path = folder / "responses.csv"
    path.write_text(text_of(changed, data.draw(st.sampled_from(",;\t"))), encoding="utf-8", newline="")
    checked(path, questionnaire, population, context, folder / "out")


@quickly
@given(data=st.data(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-32", "latin-1"]))
def test_bytes_broken_in_any_encoding(cells, questionnaire, population, context, tmp_path_factory, data, encoding):
    folder = tmp_path_factory.mktemp("bytes")
    content = bytearray(text_of(cells).encode(encoding))
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path = folder / "responses.csv"
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]) if data.draw(st.booleans()) else bytes(content))
    checked(path, questionnaire, population, context, folder / "out")


@pytest.fixture(scope="module")
def workbook(cells) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in cells:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@quickly
@given(data=st.data())
def test_a_broken_workbook(workbook, questionnaire, population, context, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("xlsx")
    content = bytearray(workbook)
    for _ in range(data.draw(st.integers(0, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + 1] = data.draw(st.binary(max_size=2))
    path = folder / "responses.xlsx"
    path.write_bytes(bytes(content))
    checked(path, questionnaire, population, context, folder / "out")
