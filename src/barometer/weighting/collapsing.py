"""Respondents collapsed to the cells that they share: everything that weighting needs to know of a million rows is a small table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.weighting.margins import Key, Margin, level_text, show

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32] | npt.NDArray[np.int64]
# Whole numbers in a range narrower than this are their own codes, and so many cells may be kept that have no respondents.
NARROW = 1000
FEW = 2000
# Passes over respondents go by parts that stay in the processor's cache.
PART = 65_536


def parts_of(rows: int) -> Iterator[slice]:
    """The respondents, part by part."""
    for start in range(0, rows, PART):
        yield slice(start, min(start + PART, rows))


def binned(places: Ints, values: Floats, size: int) -> Floats:
    """Values summed by place."""
    if len(places) <= PART or size > PART // 8:
        return np.asarray(np.bincount(places, values, minlength=size), dtype=np.float64)
    out = np.zeros(size)
    for part in parts_of(len(places)):
        out += np.bincount(places[part], values[part], minlength=size)
    return out


def spread_out(values: Floats, places: Ints, times: Floats | None = None) -> Floats:
    """The value of each place, times a number for each respondent if one is given."""
    out = np.empty(len(places))
    for part in parts_of(len(places)):
        np.take(values, places[part], out=out[part], mode="clip")
        if times is not None:
            out[part] *= times[part]
    return out


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells that some columns make.

    Attributes:
        columns: The columns, in order.
        cell: The cell of each respondent.
        codes: Cells x columns: the place of each cell's value among the column's. Some cells may have no respondents.
        texts: For each column the text of each value; None for no answer.
    """

    columns: tuple[str, ...]
    cell: Ints
    codes: Ints
    texts: tuple[tuple[str | None, ...], ...]

    def key(self, cell: int, columns: Sequence[int]) -> tuple[str | None, ...]:
        """The texts of a cell in some of the columns."""
        return tuple(self.texts[column][self.codes[cell, column]] for column in columns)

    @property
    def keys(self) -> tuple[tuple[str | None, ...], ...]:
        """The texts of every cell."""
        every = range(len(self.columns))
        return tuple(self.key(cell, every) for cell in range(len(self.codes)))

    def sums(self, weights: Floats) -> Floats:
        """Weights summed by cell; for an array of replicates x respondents, replicates x cells."""
        if weights.ndim == 1:
            return binned(self.cell, weights, len(self.codes))
        return np.stack([binned(self.cell, row, len(self.codes)) for row in weights])

    def first_row(self, cell: int) -> int:
        """The first respondent of a cell, counted from 1."""
        return int(np.argmax(self.cell == cell)) + 1


def _range(values: npt.NDArray[Any]) -> tuple[int, int]:
    """The smallest and the largest of some whole numbers."""
    found = [(values[part].min(), values[part].max()) for part in parts_of(len(values))]
    return int(min(low for low, _ in found)), int(max(high for _, high in found))


def column_codes(series: pl.Series) -> tuple[npt.NDArray[Any], int, list[Any]]:
    """Whole numbers for the respondents, the number of the first value, and the values, in a row of numbers; null is a value, the last."""
    if series.dtype.is_integer() and not series.null_count():
        numbers = series.to_numpy()
        low, high = _range(numbers)
        if high - low < NARROW:
            return numbers, low, list(range(low, high + 1))
    if series.dtype in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String)
    values = series.unique().sort(nulls_last=True)
    known = values.drop_nulls()
    if series.dtype == pl.String:
        codes = series.cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(len(known))
    else:
        places = pl.Series(range(len(known)), dtype=pl.Int64)
        codes = series.replace_strict(known, places, default=len(known), return_dtype=pl.Int64).fill_null(len(known))
    return codes.to_numpy(), 0, values.to_list()


def collapse(frame: pl.DataFrame, columns: Sequence[str]) -> Cells:
    """The cells that the columns make among the respondents.

    Args:
        frame: One row a respondent.
        columns: The columns of the margins.

    Raises:
        DesignError: A column is missing.

    Example:
        >>> frame = pl.DataFrame({"role": ["chair", "officer", "chair"], "seat": [1, 1, 1]})
        >>> collapse(frame, ["role", "seat"]).keys
        (('chair', '1'), ('officer', '1'))
    """
    found = [column_codes(_column(frame, column)) for column in columns]
    texts = tuple(tuple(None if value is None else level_text(value) for value in values) for _, _, values in found)
    cell: Ints = np.zeros(frame.height, dtype=np.int64)
    codes: Ints = np.zeros((1, 0), dtype=np.int64)
    run: list[tuple[npt.NDArray[Any], int, int]] = []
    for numbers, low, values in found:
        width = len(values)
        if len(codes) * width > FEW and run:
            cell, codes = _occupied(_numbered(cell, run), codes)
            run = []
        run.append((numbers, low, width))
        codes = np.column_stack([np.repeat(codes, width, axis=0), np.tile(np.arange(width), len(codes))])
    cell = _numbered(cell, run)
    if len(codes) > FEW:
        cell, codes = _occupied(cell, codes)
    return Cells(tuple(columns), cell, codes, texts)


def _column(frame: pl.DataFrame, column: str) -> pl.Series:
    if column not in frame.columns:
        raise DesignError(
            "The column of a margin is not in the frame.",
            where=f"margin '{column}'",
            hint=did_you_mean(column, frame.columns) or f"The frame has: {', '.join(frame.columns[:12])}.",
        )
    return frame[column]


def _numbered(cell: Ints, run: Sequence[tuple[npt.NDArray[Any], int, int]]) -> Ints:
    """Cells split further by some columns: a cell is a number with one digit a column."""
    out = np.empty(len(cell), dtype=np.int64)
    for part in parts_of(len(cell)):
        number = out[part]
        number[:] = cell[part]
        for values, low, width in run:
            number *= width
            # Subtracted apart from the addition, so that narrow or unsigned whole numbers cannot overflow.
            np.add(number, values[part], out=number, casting="unsafe")
            number -= low
    return out


def _occupied(cell: Ints, codes: Ints) -> tuple[Ints, Ints]:
    """The cells that have respondents, numbered anew."""
    found = np.flatnonzero(np.bincount(cell, minlength=len(codes)))
    table = np.zeros(len(codes), dtype=np.int64)
    table[found] = np.arange(len(found))
    return table[cell], codes[found]


@dataclass(frozen=True, eq=False)
class Table:
    """Cells and margins together.

    Attributes:
        cells: The cells of the respondents.
        margins: The margins, in order.
        sizes: The sum of the starting weights of each cell.
        level: For each margin the place of each cell's level among its levels.
        targets: For each margin the total of each level.
    """

    cells: Cells
    margins: tuple[Margin, ...]
    sizes: Floats
    level: tuple[Ints, ...]
    targets: tuple[Floats, ...]

    def label(self, margin: int, level: int) -> str:
        """A margin and level as an error names them."""
        return label(self.margins[margin], list(self.margins[margin].totals)[level])


def label(margin: Margin, key: Key) -> str:
    """A margin and level as an error names them."""
    return f"margin '{margin.name}', level '{show(key)}'"


def tabulate(frame: pl.DataFrame, margins: Sequence[Margin], weights: Floats) -> Table:
    """Respondents collapsed to the cells of the margins, each level checked on both sides.

    Raises:
        DesignError: A respondent's level is unknown or missing, or a level of a margin has no respondents. Margin and level are named.
    """
    columns = list(dict.fromkeys(column for margin in margins for column in margin.columns))
    cells = collapse(frame, columns)
    sizes = cells.sums(weights)
    live = sizes > 0
    levels, targets = [], []
    for margin in margins:
        at = [columns.index(column) for column in margin.columns]
        number = {key: place for place, key in enumerate(margin.totals)}
        # Cells without weight are outside every margin, whatever their level; they borrow the first.
        places = np.zeros(len(sizes), dtype=np.int64)
        own = np.ravel_multi_index(tuple(cells.codes[live][:, at].T), [len(cells.texts[column]) for column in at])
        _, first, inverse = np.unique(own, return_index=True, return_inverse=True)
        found = [_place(cells, int(cell), at, number, margin) for cell in np.flatnonzero(live)[first]]
        places[live] = np.array(found)[inverse]
        wanted = np.array(list(margin.totals.values()))
        _check_respondents(margin, binned(places, sizes, len(wanted)), wanted)
        levels.append(places)
        targets.append(wanted)
    return Table(cells, tuple(margins), sizes, tuple(levels), tuple(targets))


def _place(cells: Cells, cell: int, columns: Sequence[int], number: dict[Key, int], margin: Margin) -> int:
    """The place of a cell's level among the levels of a margin."""
    own = cells.key(cell, columns)
    known = tuple(part for part in own if part is not None)
    if known in number and len(known) == len(own):
        return number[known]
    row = cells.first_row(cell)
    if len(known) < len(own):
        missing = margin.columns[own.index(None)]
        raise DesignError(
            "A respondent has no level of a margin.",
            where=f"margin '{margin.name}', column '{missing}', row {row}",
            expected="a level for every respondent with a weight",
            got="null",
            hint="Give the level, impute it, or set the respondent's weight to 0.",
        )
    raise DesignError(
        "A respondent's level is not in its margin.",
        where=f"{label(margin, known)}, row {row}",
        expected="one of " + ", ".join(show(key) for key in list(number)[:12]),
        got=show(known),
        hint=did_you_mean(show(known), [show(key) for key in number]),
    )


def _check_respondents(margin: Margin, sizes: Floats, targets: Floats) -> None:
    for key, size, target in zip(margin.totals, sizes, targets, strict=True):
        if target > 0 and not size > 0:
            raise DesignError(
                "A level of a margin has no respondents with a weight.",
                where=label(margin, key),
                expected=f"respondents to stand for {target:g} persons",
                got="none",
                hint="Join it with a neighbouring level, in the data and in the margin.",
            )
        if size > 0 and not target > 0:
            raise DesignError(
                "A level of a margin has respondents but a total of 0.",
                where=label(margin, key),
                expected="a total above 0",
                got="0",
                hint="Correct the total, or set the weights of these respondents to 0.",
            )
