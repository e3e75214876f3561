"""What holds for every export: written and read back it gives the same codes, and nothing but an intake error is raised."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from barometer.errors import IntakeError
from barometer.intake import ExportSettings, read_export, read_table, typed
from barometer.questionnaire import Questionnaire, parse

ROLES = {"Clinical chair": "chair", "Accountable officer (£)": "ao", "": None}
QUALITY = {"Good": "good", "Neither good, nor poor": "fair", "“So-so”; perhaps": "so", "Don’t know": "dk", "": None}
TICKS = {"Accountable care system": "1", "No": "0", "": None}

OPTIONS: list[dict[str, Any]] = [{"code": code, "label": label} for label, code in QUALITY.items() if code]
QUESTIONS: list[dict[str, Any]] = [
    {"id": "role", "kind": "single", "options": [{"code": code, "label": label} for label, code in ROLES.items() if code]},
    {
        "id": "plans",
        "kind": "multiple",
        "options": [{"code": "acs", "label": "Accountable care system"}, {"code": "o", "label": "O", "other": True}],
    },
    {"id": "rated", "kind": "battery", "options": OPTIONS, "items": [{"id": "a", "label": 'A, "quoted"'}, {"id": "b", "label": "B;\tb"}]},
    {"id": "number", "kind": "numeric"},
    {"id": "why", "kind": "text"},
]
HEADERS = [
    "Response ID",
    "role?",
    "plans? [Accountable care system]",
    "plans? [O]",
    'rated? [A, "quoted"]',
    "rated? [B;\tb]",
    "number?",
    "why?",
]
COLUMNS = ["respondent", "role", "plans.acs", "plans.o", "rated.a", "rated.b", "number", "why"]

#: Any text that a person could type and Windows-1252 can hold, without the line ends that are normalised to one.
TYPED = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc"]) | st.sampled_from(['"', ",", ";", "\t", "\n", "'", "=", "#", "’", "£"]),
    max_size=12,
)
ROW = st.tuples(
    st.sampled_from(sorted(ROLES)),
    st.sampled_from(sorted(TICKS)),
    st.sampled_from(["O", "No", ""]),
    st.sampled_from(sorted(QUALITY)),
    st.sampled_from(sorted(QUALITY)),
    st.integers(-1000, 1000000) | st.none(),
    TYPED,
)
SETTINGS = ExportSettings(respondent="Response ID")
NAMES = {"utf-8": "utf-8", "utf-8-sig": "utf-8-sig", "cp1252": "windows-1252"}
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def asked() -> Questionnaire:
    full = [{"theme": "t", "text": f"{one['id']}?", "short": "?", **one} for one in QUESTIONS]
    return parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": full})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


def written(answers: list[tuple[Any, ...]], order: list[int], delimiter: str, quoting: int, ending: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    lines = [HEADERS, *([f"r{n}", *("" if answer is None else str(answer) for answer in one)] for n, one in enumerate(answers))]
    writer.writerows([line[place] for place in order] for line in lines)
    return text.getvalue().replace("\n", ending)


@FUZZ
@given(
    answers=st.lists(ROW, min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    order=st.permutations(range(len(HEADERS))),
)
@example([("", "", "", "", "", None, '"')], ",", csv.QUOTE_MINIMAL, "\n", "utf-8", list(range(8)))
@example([("", "", "", "", "", None, '","')], ",", csv.QUOTE_ALL, "\n", "cp1252", list(range(8)))
def test_a_table_written_and_read_back_gives_the_same_codes(
    folder: Path,
    asked: Questionnaire,
    answers: list[tuple[Any, ...]],
    delimiter: str,
    quoting: int,
    ending: str,
    encoding: str,
    order: list[int],
) -> None:
    path = folder / "responses.csv"
    data = written(answers, order, delimiter, quoting, ending).encode(encoding)
    # Windows-1252 whose bytes are UTF-8 as well, such as 'Ã©', cannot be told from it.
    assume(encoding != "cp1252" or not re.search(rb"[\xc2-\xf4][\x80-\xbf]", data))
    path.write_bytes(data)
    export = read_export(path, asked, "w", SETTINGS)
    assert export.encoding == ("utf-8" if encoding == "cp1252" and data.isascii() else NAMES[encoding])
    expected = [
        (
            f"r{n}",
            ROLES[role],
            TICKS[acs],
            {"O": "1", "No": "0", "": None}[other],
            QUALITY[a],
            QUALITY[b],
            None if number is None else str(number),
            why.strip() or None,
        )
        for n, (role, acs, other, a, b, number, why) in enumerate(answers)
    ]
    assert export.frame.select(COLUMNS).rows() == expected
    assert export.frame["row"].to_list() == list(range(2, 2 + len(answers)))
    assert len(typed(export)) == len(answers)


@FUZZ
@given(st.binary(max_size=400))
@example(b"PK\x03\x04")
@example(b"\xd0\xcf\x11\xe0")
@example(b'"')
@example(b'""')
@example(b'a,b\n"\n')
@example(b"a\n1")
@example(b"a,b\n1,2\n\xff\xfe")
def test_any_bytes_are_read_or_refused(folder: Path, data: bytes) -> None:
    path = folder / "bytes.csv"
    path.write_bytes(data)
    for header_rows in (1, 2):
        with contextlib.suppress(IntakeError):
            table = read_table(path, header_rows=header_rows)
            assert table.rows.width == len(table.headers) + 1


@FUZZ
@given(st.text(st.sampled_from('a1",;\t\n\r \u00e9'), max_size=60))
@example('1";\r;')
@example('1";\r1')
@example(';1",,1\r;,')
@example(';\t",\r;,')
def test_texts_of_marks_and_delimiters_are_read_as_the_standard_library_reads_them(folder: Path, text: str) -> None:
    path = folder / "marks.csv"
    path.write_bytes(text.encode())
    try:
        table = read_table(path)
    except IntakeError:
        return
    delimiter = max(",;\t", key=lambda one: table_width(text, one))
    read = [[cell.strip() or None for cell in record] for record in csv.reader(io.StringIO(unix(text), newline=""), delimiter=delimiter)]
    full = [record for record in read if any(record)]
    kept = [place for place in range(len(full[0])) if full[0][place] or any(record[place] for record in full[1:])]
    assert table.rows.drop("row").rows() == [tuple(record[place] for place in kept) for record in full[1:]]


def unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def table_width(text: str, delimiter: str) -> int:
    """How many cells the first record that is not blank has."""
    for record in csv.reader(io.StringIO(unix(text), newline=""), delimiter=delimiter):
        if any(cell.strip() for cell in record):
            return len(record)
    return 0


@FUZZ
@given(data=st.data())
def test_a_mutated_export_is_read_or_refused(folder: Path, asked: Questionnaire, data: st.DataObject) -> None:
    whole = written(
        [("Clinical chair", "No", "O", "Good", "Don’t know", 7, 'a "b",\nc')] * 3, list(range(8)), ",", csv.QUOTE_MINIMAL, "\n"
    ).encode()
    mutated = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        change = data.draw(st.sampled_from(["set", "cut", "insert"]))
        if change == "set":
            mutated[at] = data.draw(st.integers(0, 255))
        elif change == "cut":
            del mutated[at : at + data.draw(st.integers(1, 30))]
        else:
            mutated[at:at] = data.draw(st.sampled_from([b'"', b",", b"\n", b"\x00", b"\xff", b"\r", b"=1+1"]))
        if not mutated:
            break
    path = folder / "mutated.csv"
    path.write_bytes(bytes(mutated))
    with contextlib.suppress(IntakeError):
        made = typed(read_export(path, asked, "w", SETTINGS))
        codes = [option["code"] for option in OPTIONS]
        assert made.frame["rated.a"].drop_nulls().is_in(codes).all()
        assert made.frame["plans.acs"].drop_nulls().is_in([0, 1]).all()
        assert made.states.schema["why"] == made.states.schema["role"]


@settings(FUZZ, max_examples=60)
@given(data=st.data())
def test_a_mutated_workbook_is_read_or_refused(folder: Path, data: st.DataObject) -> None:
    import openpyxl

    good = folder / "good.xlsx"
    if not good.exists():
        book = openpyxl.Workbook()
        for line in (["a", "b"], [1, "x"], [None, 2.5]):
            book.active.append(line)  # type: ignore[union-attr]
        book.save(good)
        book.close()
    mutated = bytearray(good.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        mutated[data.draw(st.integers(4, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    path = folder / "mutated.xlsx"
    path.write_bytes(bytes(mutated))
    with contextlib.suppress(IntakeError):
        assert read_table(path).rows.schema["row"] == pl.Int64
