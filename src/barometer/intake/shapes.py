"""The shape of a CSV text, taken from its bytes: where its records end, how many cells they have, and which of them hold anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_CHUNK = 1 << 24
_QUOTE, _NEWLINE = 34, 10


@dataclass(frozen=True)
class Shape:
    """Where each record ends, how many cells it has, and whether every quotation mark stands beside a delimiter."""

    ends: np.ndarray
    cells: np.ndarray
    regular: bool


def shape_of(text: bytes, delimiter: int) -> Shape:
    """The shape of a text, in chunks so that the memory needed does not grow with it."""
    data = np.frombuffer(text, dtype=np.uint8)
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
    return Shape(np.concatenate(ends), np.concatenate(cells), regular and inside == 0)


def _marks_fit(data: np.ndarray, places: np.ndarray, opening: np.ndarray, delimiter: int) -> bool:
    """Whether each opening mark follows a delimiter, line end or mark, and each closing one comes before one of them."""
    first, last = places[opening], places[~opening]
    before = data[first[first > 0] - 1]
    after = data[last[last < len(data) - 1] + 1]
    return all(bool(np.isin(beside, [delimiter, _NEWLINE, _QUOTE]).all()) for beside in (before, after))


def filled_records(data: bytes, starts: np.ndarray, shape: Shape) -> np.ndarray:
    """Whether each record holds anything: a line without a delimiter and of blanks only is an empty row."""
    filled = shape.ends > starts
    for at in np.flatnonzero(filled & (shape.cells == 1)):
        filled[at] = bool(data[starts[at] : shape.ends[at]].decode("utf-8").strip())
    return filled
