"""Reads a CSV or XLSX file into a header and rows of text, and says what is wrong with a file that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.records import csv_cells
from barometer.questionnaire.spelling import folded

#: The byte order marks of encodings that are recognised in order to be refused by name.
_REFUSED_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_ENCODINGS = "UTF-8, UTF-8 with byte order mark, or Windows-1252"
#: What a second header row says under a question that has one column.
_NO_OPTION = ("", "response", "open-ended response")
XLSX_MARK = b"PK\x03\x04"
_XLS_MARK = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Table:
    """A file as text: one header for each column, and rows whose empty cells are null.

    Attributes:
        file: Where it was read.
        headers: One text a column.
        rows: Text columns `c0`, `c1`, ... and `row`, the number of the row as a spreadsheet shows it (headers come first).
        encoding: How a CSV was encoded; `xlsx` for a workbook.
    """

    file: Path
    headers: tuple[str, ...]
    rows: pl.DataFrame
    encoding: str


def read_table(path: str | Path, *, header_rows: int = 1, sheet: str | None = None) -> Table:
    """The header and rows of a CSV or XLSX file.

    Args:
        path: The file; its first bytes decide whether it is a workbook.
        header_rows: 1, or 2 where the second row names options (a blank in the first row continues the question to its left).
        sheet: The sheet of a workbook; left out, the first.

    Returns:
        The table: text only, surrounding blanks stripped, empty cells null, wholly empty rows dropped.

    Raises:
        IntakeError: If the file is missing, empty, has a header only, is in another encoding, or its rows have unequal lengths.
    """
    path = Path(path)
    cells, encoding = read_cells(path, sheet)
    return _table(path, cells, header_rows, encoding)


def read_cells(path: Path, sheet: str | None = None) -> tuple[pl.DataFrame, str]:
    """The cells of a CSV or XLSX file with its header rows, and how it was encoded (`xlsx` for a workbook).

    Returns:
        Text columns `c0`, `c1`, ... without surrounding blanks, empty cells null, wholly empty rows left out; and `row`, counted from 1.

    Raises:
        IntakeError: If the file is missing, empty, in another encoding, or its rows have unequal lengths.
    """
    data = file_bytes(path)
    if data.startswith(XLSX_MARK):
        cells, encoding = _workbook_cells(path, data, sheet), "xlsx"
        numbers = pl.Series("row", range(1, cells.height + 1), dtype=pl.Int64)
    elif data.startswith(_XLS_MARK):
        raise IntakeError("The file is an old Excel workbook (.xls).", file=path, expected="CSV or XLSX", hint="Save it as .xlsx or CSV.")
    else:
        text, encoding = as_utf8(data, path)
        cells, numbers = csv_cells(path, text)
    return stripped(cells.with_columns(numbers)), encoding


def stripped(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells without surrounding blanks, empty ones null, and without rows that are wholly empty; `row` stays as it is."""
    text = pl.exclude("row")
    cells = cells.with_columns(pl.when(text.str.strip_chars() != "").then(text.str.strip_chars()).name.keep())
    return cells.filter(~pl.all_horizontal(text.is_null()))


def as_utf8(data: bytes, path: Path) -> tuple[bytes, str]:
    """The bytes of a CSV as UTF-8 without byte order mark, and the name of the encoding that they came in.

    Raises:
        IntakeError: If it is neither UTF-8 nor Windows-1252.
    """
    for mark, name in _REFUSED_MARKS:
        if data.startswith(mark):
            raise _encoding_error(path, name)
    if b"\x00" in data:
        place = data.index(b"\x00")
        raise _encoding_error(path, "a NUL byte, as in UTF-16 or a binary file", line=data[:place].count(b"\n") + 1)
    if data.startswith(b"\xef\xbb\xbf"):
        try:
            data[3:].decode("utf-8")
        except UnicodeDecodeError as problem:
            line = data[: problem.start + 3].count(b"\n") + 1
            got = f"a UTF-8 byte order mark, then the byte 0x{data[problem.start + 3]:02x}"
            raise _encoding_error(path, got, line=line) from None
        return data[3:], "utf-8-sig"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as problem:
        first = problem.start
    else:
        return data, "utf-8"
    # One broken byte in a file of UTF-8 must not turn all its accents and apostrophes into others.
    guess = data.decode("utf-8", errors="replace")
    broken = guess.count("\ufffd")
    if len(guess) - len(guess.encode("ascii", errors="ignore")) > 2 * broken:
        line = data[:first].count(b"\n") + 1
        raise _encoding_error(path, f"UTF-8, but for the byte 0x{data[first]:02x}", line=line)
    try:
        return data.decode("cp1252").encode("utf-8"), "windows-1252"
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise _encoding_error(path, f"the byte 0x{data[problem.start]:02x}, which neither encoding has", line=line) from None


def _encoding_error(path: Path, got: str, line: int | None = None) -> IntakeError:
    return IntakeError(
        "The file is in an encoding that is not read.",
        file=path,
        where=None if line is None else f"line {line}",
        expected=_ENCODINGS,
        got=got,
        hint="Export it again as 'CSV UTF-8', or as XLSX.",
    )


def file_bytes(path: Path) -> bytes:
    """The bytes of a file that is there, may be read, and holds something.

    Raises:
        IntakeError: If it is missing, a folder, empty or may not be read.
    """
    if path.is_dir():
        raise IntakeError("The path is a folder.", file=path, expected="a CSV or XLSX file", hint=_neighbours(path))
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        hint = _neighbours(path.parent)
        raise IntakeError("The file of responses is missing.", file=path, expected="a CSV or XLSX file", hint=hint) from None
    except PermissionError:
        raise IntakeError("The file may not be read.", file=path, hint="Check its permissions.") from None
    except OSError as problem:
        raise IntakeError("The file cannot be read.", file=path, got=problem.strerror) from None
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        raise IntakeError("The file is empty.", file=path, expected="a header and at least one response")
    return data


def _neighbours(folder: Path) -> str | None:
    near = sorted(other.name for other in folder.glob("*") if other.suffix.lower() in (".csv", ".xlsx"))
    return f"The folder has {', '.join(near[:8])}." if near else None


def workbook_head(path: Path, data: bytes, sheet: str | None, rows: int) -> list[list[str]]:
    """The first rows of a sheet that hold anything, as text.

    Raises:
        IntakeError: If the workbook cannot be read or has no such sheet.
    """
    cells = stripped(_workbook_cells(path, data, sheet, rows=4 * rows).with_row_index("row")).drop("row")
    return [[cell or "" for cell in line] for line in cells.head(rows).rows()]


def _workbook_cells(path: Path, data: bytes, sheet: str | None, rows: int | None = None) -> pl.DataFrame:
    import fastexcel

    try:
        workbook = fastexcel.read_excel(data)
        names = workbook.sheet_names
    except Exception as problem:
        raise _broken_workbook(path, problem) from None
    if sheet is not None and sheet not in names:
        raise IntakeError("The workbook has no such sheet.", file=path, expected="one of " + ", ".join(names), got=sheet)
    if not names:
        raise IntakeError("The workbook has no sheet.", file=path, expected="a sheet with a header and at least one response")
    try:
        # skip_rows=0 keeps blank rows above the header, so that rows are numbered as the spreadsheet shows them.
        loaded = workbook.load_sheet(sheet or names[0], header_row=None, skip_rows=0, n_rows=rows, dtypes="string")
        frame = loaded.to_polars()
    except Exception as problem:
        raise _broken_workbook(path, problem) from None
    if frame.height == 0:
        raise IntakeError(
            "The sheet is empty.", file=path, where=f"sheet '{sheet or names[0]}'", expected="a header and at least one response"
        )
    return frame.rename({old: f"c{place}" for place, old in enumerate(frame.columns)}).cast(pl.String)


def _broken_workbook(path: Path, problem: Exception) -> IntakeError:
    return IntakeError("The workbook cannot be read.", file=path, got=str(problem).splitlines()[0], hint="Save it again as .xlsx.")


def _table(path: Path, cells: pl.DataFrame, header_rows: int, encoding: str) -> Table:
    if cells.height < header_rows:
        raise IntakeError("The file ends within its header.", file=path, expected=f"{header_rows} header rows", got=f"{cells.height} rows")
    headers = _headers([cells.drop("row").row(number) for number in range(header_rows)])
    rows = cells.slice(header_rows)
    if rows.height == 0:
        raise IntakeError("The file has a header and no responses.", file=path, expected="at least one response", got="a header only")
    # A trailing delimiter makes a column without a name and without a value: nothing is lost by leaving it out.
    blank = [place for place, header in enumerate(headers) if not header and rows[f"c{place}"].null_count() == rows.height]
    keep = [place for place in range(len(headers)) if place not in blank]
    rows = rows.select("row", *(pl.col(f"c{place}").alias(f"c{new}") for new, place in enumerate(keep)))
    return Table(file=path, headers=tuple(headers[place] for place in keep), rows=rows, encoding=encoding)


def _headers(lines: list[tuple[str | None, ...]]) -> list[str]:
    """One header a column; of two header rows, the question (continued over blanks) and the option beneath it."""
    first = [" ".join((cell or "").split()) for cell in lines[0]]
    if len(lines) == 1:
        return first
    joined, question = [], ""
    for above, below in zip(first, lines[1], strict=True):
        option = " ".join((below or "").split())
        if not above and not option:
            # Not a continuation: a column that nobody named.
            joined.append("")
            continue
        question = above or question
        joined.append(question if folded(option) in _NO_OPTION else f"{question} [{option}]".strip())
    return joined
