"""The records of a CSV text: how many cells each has and where it starts, and the cells themselves.

The fast reader fills short rows with blanks and does not say where a long one stands. So the shape of the text is taken first, from
its bytes, at the cost of a small part of the reading; a text whose quotation marks do not stand where they should is read with the
standard library instead, record by record.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from barometer.errors import IntakeError

_CHUNK = 1 << 24
_QUOTE, _NEWLINE = 34, 10


@dataclass(frozen=True)
class _Shape:
    """Where each record ends, how many cells it has, and whether every quotation mark stands beside a delimiter."""

    ends: np.ndarray
    cells: np.ndarray
    regular: bool


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
    shape = _shape(np.frombuffer(data, dtype=np.uint8), ord(delimiter))
    if not shape.regular:
        return _record_by_record(path, data, delimiter)
    starts = np.concatenate([[0], shape.ends[:-1] + 1])
    filled = _filled(data, starts, shape)
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


def _shape(data: np.ndarray, delimiter: int) -> _Shape:
    """The shape of a text, in chunks so that the memory needed does not grow with it."""
    ends: list[np.ndarray] = []
    cells: list[np.ndarray] = []
    inside, open_cells, regular = 0, 0, True
    for start in range(0, len(data), _CHUNK):
        part = data[start : start + _CHUNK]
        quotes = part == _QUOTE
        # 1 from an opening mark up to the closing one.
        within = np.bitwise_xor.accumulate(quotes.view(np.uint8)) ^ inside
        outside = within == 0
        regular = regular and _marks_fit(data, np.flatnonzero(quotes) + start, within[quotes] == 1, delimiter)
        line_ends = np.flatnonzero(outside & (part == _NEWLINE))
        # One sum for each record that ends in this part, and one for what is left open.
        delimiters = np.append((outside & (part == delimiter)).view(np.uint8), np.uint8(0))
        counts = np.add.reduceat(delimiters, np.concatenate([[0], line_ends + 1]), dtype=np.int64)
        counts[0] += open_cells
        ends.append(line_ends + start)
        cells.append(counts[:-1] + 1)
        open_cells, inside = int(counts[-1]), int(within[-1])
    if len(data) and data[-1] != _NEWLINE:
        ends.append(np.array([len(data)]))
        cells.append(np.array([open_cells + 1]))
    return _Shape(np.concatenate(ends), np.concatenate(cells), regular and inside == 0)


def _marks_fit(data: np.ndarray, places: np.ndarray, opening: np.ndarray, delimiter: int) -> bool:
    """Whether each opening mark follows a delimiter, line end or mark, and each closing one comes before one of them."""
    first, last = places[opening], places[~opening]
    before = data[first[first > 0] - 1]
    after = data[last[last < len(data) - 1] + 1]
    return all(bool(np.isin(beside, [delimiter, _NEWLINE, _QUOTE]).all()) for beside in (before, after))


def _filled(data: bytes, starts: np.ndarray, shape: _Shape) -> np.ndarray:
    """Whether each record holds anything: a line without a delimiter and of blanks only is an empty row."""
    filled = shape.ends > starts
    for at in np.flatnonzero(filled & (shape.cells == 1)):
        filled[at] = bool(data[starts[at] : shape.ends[at]].decode("utf-8").strip())
    return filled


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
