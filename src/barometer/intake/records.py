"""The records of a CSV text: how many cells each has and where it starts, and the cells themselves.

The fast reader fills short rows with blanks and does not say where a long one stands. So the shape of the text is taken first, from
its bytes, at the cost of a small part of the reading; a text whose quotation marks do not stand where they should is read with the
standard library instead, record by record. A small text in which nothing is odd needs neither.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl

from barometer.errors import IntakeError

#: A text of up to so many bytes is read by the standard library before numpy, on which its shape depends, could be imported.
SMALL = 1 << 21


def csv_cells(path: Path, data: bytes) -> tuple[pl.DataFrame, pl.Series]:
    """The cells of a CSV in UTF-8, and the number of each record as a spreadsheet shows it.

    Returns:
        Text columns `c0`, `c1`, ... whose empty cells are null or empty, without the empty lines before the first record; and the
        numbers of the records, counted from 1.

    Raises:
        IntakeError: If a record has more or fewer cells than the first, or a quotation mark is not closed. It names the line.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    delimiter = _delimiter(data)
    even = _even(data, delimiter) if len(data) <= SMALL else None
    return even or _by_shape(path, data, delimiter)


def _even(data: bytes, delimiter: str) -> tuple[pl.DataFrame, pl.Series] | None:
    """The cells of a text whose records, but for empty lines, all have as many cells; None where something is odd and must be named."""
    reader = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    numbers: list[int] = []
    try:
        for number, record in enumerate(reader, start=1):
            if record:
                if len(record) != len(records[0] if records else record) or not (records or any(cell.strip() for cell in record)):
                    return None
                records.append(record)
                numbers.append(number)
    except csv.Error:
        return None
    if not records:
        return None
    columns = [pl.Series(f"c{place}", column, dtype=pl.String) for place, column in enumerate(zip(*records, strict=True))]
    return pl.DataFrame(columns), pl.Series("row", numbers, dtype=pl.Int64)


def _by_shape(path: Path, data: bytes, delimiter: str) -> tuple[pl.DataFrame, pl.Series]:
    import numpy as np

    from barometer.intake.shapes import filled_records, shape_of

    shape = shape_of(data, ord(delimiter))
    if not shape.regular:
        return _record_by_record(path, data, delimiter)
    starts = np.concatenate([[0], shape.ends[:-1] + 1])
    filled = filled_records(data, starts, shape)
    if not filled.any():
        raise IntakeError("The file is empty.", file=path, expected="a header and at least one response")
    first = int(filled.argmax())
    width = int(shape.cells[first])
    wrong = filled & (shape.cells != width)
    if wrong.any():
        at = int(wrong.argmax())
        raise _ragged(path, delimiter, line=data.count(b"\n", 0, int(starts[at])) + 1, width=width, got=int(shape.cells[at]))
    try:
        body = data[int(starts[first]) :] if first else data
        cells = pl.read_csv(io.BytesIO(body), has_header=False, infer_schema=False, separator=delimiter)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return _record_by_record(path, data, delimiter)
    if cells.shape != (len(filled) - first, width):
        return _record_by_record(path, data, delimiter)
    return _named(cells), pl.Series("row", np.arange(first + 1, len(filled) + 1), dtype=pl.Int64)


def _named(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.rename({old: f"c{place}" for place, old in enumerate(cells.columns)})


def _delimiter(data: bytes) -> str:
    """Comma, semicolon or tab: whichever parts the first record that is not blank into most cells."""
    return max(",;\t", key=lambda delimiter: _first_width(data, delimiter))


def _first_width(data: bytes, delimiter: str) -> int:
    lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="\n")
    try:
        return next((len(record) for record in csv.reader(lines, delimiter=delimiter) if any(cell.strip() for cell in record)), 1)
    except csv.Error:
        return 1


def _record_by_record(path: Path, data: bytes, delimiter: str) -> tuple[pl.DataFrame, pl.Series]:
    """The cells by the standard library's reader, which takes a mark within a cell for a character of it."""
    reader = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    numbers: list[int] = []
    width, number, line = 0, 0, 1
    try:
        for number, record in enumerate(reader, start=1):
            if any(cell.strip() for cell in record):
                width = width or len(record)
                if len(record) != width:
                    raise _ragged(path, delimiter, line=line, width=width, got=len(record))
                records.append(record)
                numbers.append(number)
            line = reader.line_num + 1
    except csv.Error as problem:
        raise IntakeError(
            "The file is not well-formed CSV.",
            file=path,
            where=f"the row that begins on line {line}",
            got=str(problem),
            hint="Look for a quotation mark that is not closed, or that stands within a cell without being doubled.",
        ) from None
    if not records:
        raise IntakeError("The file is empty.", file=path, expected="a header and at least one response")
    cells = pl.DataFrame(records, schema=[f"c{place}" for place in range(width)], orient="row").cast(pl.String)
    return cells, pl.Series("row", numbers, dtype=pl.Int64)


def _ragged(path: Path, delimiter: str, *, line: int, width: int, got: int) -> IntakeError:
    name = {"\t": "tab", ";": "semicolon", ",": "comma"}[delimiter]
    return IntakeError(
        f"A row has {'more' if got > width else 'fewer'} cells than the header.",
        file=path,
        where=f"line {line}",
        expected=f"{width} cells, separated by {name}s",
        got=f"{got} {'cell' if got == 1 else 'cells'}",
        hint=f"Look for a {name} or a line break in an answer that is not within quotation marks.",
    )
