"""Reads a CSV or XLSX file into a header and rows of text, and says what is wrong with a file that cannot be read."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from barometer.errors import IntakeError

#: The byte order marks of encodings that are recognised in order to be refused by name.
_REFUSED_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_ENCODINGS = "UTF-8, UTF-8 with byte order mark, or Windows-1252"
_XLSX_MARK = b"PK\x03\x04"
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
    data = _bytes(path)
    if data.startswith(_XLSX_MARK):
        cells, encoding = _workbook_cells(path, data, sheet), "xlsx"
    elif data.startswith(_XLS_MARK):
        raise IntakeError("The file is an old Excel workbook (.xls).", file=path, expected="CSV or XLSX", hint="Save it as .xlsx or CSV.")
    else:
        text, encoding = decode(data, path)
        cells = _csv_cells(path, text)
    return _table(path, cells, header_rows, encoding)


def decode(data: bytes, path: Path) -> tuple[str, str]:
    """The text of a CSV and the name of its encoding.

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
            return data.decode("utf-8-sig"), "utf-8-sig"
        except UnicodeDecodeError as problem:
            line = data[: problem.start].count(b"\n") + 1
            raise _encoding_error(path, f"a UTF-8 byte order mark, then the byte 0x{data[problem.start]:02x}", line=line) from None
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "windows-1252"
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


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        near = sorted(other.name for other in path.parent.glob("*") if other.suffix.lower() in (".csv", ".xlsx"))
        raise IntakeError(
            "The file of responses is missing.",
            file=path,
            expected="a CSV or XLSX file",
            hint=f"The folder has {', '.join(near)}." if near else None,
        ) from None
    except IsADirectoryError:
        raise IntakeError("The path is a folder.", file=path, expected="a CSV or XLSX file") from None
    except PermissionError:
        raise IntakeError("The file may not be read.", file=path, hint="Check its permissions.") from None
    if not data.strip():
        raise IntakeError("The file is empty.", file=path, expected="a header and at least one response")
    return data


def _csv_cells(path: Path, text: str) -> pl.DataFrame:
    delimiter = _delimiter(text)
    try:
        return pl.read_csv(
            io.BytesIO(text.encode("utf-8")),
            has_header=False,
            infer_schema=False,
            separator=delimiter,
        )
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError) as problem:
        raise _ragged(path, text, delimiter, str(problem)) from None


def _delimiter(text: str) -> str:
    """The most frequent of comma, semicolon and tab outside quotation marks in the first record."""
    counts = dict.fromkeys(",;\t", 0)
    quoted = False
    for character in text:
        if character == '"':
            quoted = not quoted
        elif character == "\n" and not quoted:
            break
        elif character in counts and not quoted:
            counts[character] += 1
    return max(counts, key=lambda character: counts[character])


def _ragged(path: Path, text: str, delimiter: str, problem: str) -> IntakeError:
    """Finds the first record whose length differs from the header's, which the fast reader does not name."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        width = len(next(reader))
        for record in reader:
            if len(record) > width:
                return IntakeError(
                    "A row has more cells than the header.",
                    file=path,
                    where=f"line {reader.line_num}",
                    expected=f"{width} cells",
                    got=f"{len(record)} cells",
                    hint=f"Look for a '{delimiter}' or a line break in an answer that is not within quotation marks.",
                )
    except csv.Error as error:
        problem = str(error)
    return IntakeError(
        "The file is not well-formed CSV.",
        file=path,
        where=f"line {reader.line_num}",
        got=problem.splitlines()[0],
        hint="Look for a quotation mark that is not closed.",
    )


def _workbook_cells(path: Path, data: bytes, sheet: str | None) -> pl.DataFrame:
    import fastexcel

    try:
        workbook = fastexcel.read_excel(data)
    except Exception as problem:
        raise IntakeError(
            "The workbook cannot be read.", file=path, got=str(problem).splitlines()[0], hint="Save it again as .xlsx."
        ) from None
    names = workbook.sheet_names
    if sheet is not None and sheet not in names:
        raise IntakeError("The workbook has no such sheet.", file=path, expected="one of " + ", ".join(names), got=sheet)
    loaded = workbook.load_sheet(sheet or names[0], header_row=None, dtypes="string")
    frame = loaded.to_polars()
    if frame.height == 0:
        raise IntakeError(
            "The sheet is empty.", file=path, where=f"sheet '{sheet or names[0]}'", expected="a header and at least one response"
        )
    return frame


def _table(path: Path, cells: pl.DataFrame, header_rows: int, encoding: str) -> Table:
    cells = cells.rename({old: f"c{place}" for place, old in enumerate(cells.columns)})
    cells = cells.with_columns(pl.all().cast(pl.String).str.strip_chars().replace("", None))
    if cells.height < header_rows:
        raise IntakeError("The file ends within its header.", file=path, expected=f"{header_rows} header rows", got=f"{cells.height} rows")
    headers = _headers([cells.row(number) for number in range(header_rows)])
    rows = cells.with_row_index("row", offset=1).with_columns(pl.col("row").cast(pl.Int64)).slice(header_rows)
    rows = rows.filter(~pl.all_horizontal(pl.exclude("row").is_null()))
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
        question = above or question
        option = " ".join((below or "").split())
        joined.append(question if option in ("", "Response") else f"{question} [{option}]")
    return joined
