"""Respondents collapsed to the cells that they share: everything that weighting needs to know of a million rows is a small table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.weighting.margins import Key, Margin, level_text, show

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# Whole numbers in a range this wide are counted through a table, and cells are numbered directly up to this many.
TABLE = 100_000
DIRECT = 4_000_000
NO_ANSWER = "no answer"


def binned(places: Ints, values: Floats, size: int) -> Floats:
    """Values summed by place."""
    return np.asarray(np.bincount(places, values, minlength=size), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells that some columns make.

    Attributes:
        columns: The columns, in order.
        cell: The cell of each respondent.
        keys: The levels of each cell, one text a column; None for no answer.
    """

    columns: tuple[str, ...]
    cell: Ints
    keys: tuple[tuple[str | None, ...], ...]

    def sums(self, weights: Floats) -> Floats:
        """Weights summed by cell; for an array of replicates x respondents, replicates x cells."""
        if weights.ndim == 1:
            return binned(self.cell, weights, len(self.keys))
        return np.stack([binned(self.cell, row, len(self.keys)) for row in weights])

    def first_row(self, cell: int) -> int:
        """The first respondent of a cell, counted from 1."""
        return int(np.argmax(self.cell == cell)) + 1


def _whole_codes(series: pl.Series) -> tuple[Ints, list[Any]] | None:
    """Codes of whole numbers in a narrow range, through a table."""
    low, high = series.min(), series.max()
    if not isinstance(low, int) or not isinstance(high, int) or high - low >= TABLE or series.null_count():
        return None
    values = series.to_numpy()
    shifted = values.astype(np.int64) - low
    present = np.flatnonzero(np.bincount(shifted, minlength=high - low + 1))
    if len(present) == high - low + 1:
        return shifted, list(range(low, high + 1))
    table = np.zeros(high - low + 1, dtype=np.int64)
    table[present] = np.arange(len(present))
    return table[shifted], (present + low).tolist()


def column_codes(series: pl.Series) -> tuple[Ints, list[Any]]:
    """A code for each respondent and the value that each code stands for; null is a value too, the last."""
    if series.dtype.is_integer():
        found = _whole_codes(series)
        if found is not None:
            return found
    if series.dtype in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String)
    values = series.unique().sort(nulls_last=True)
    known = values.drop_nulls()
    if series.dtype == pl.String:
        codes = series.cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(len(known))
    else:
        numbers = pl.Series(range(len(known)), dtype=pl.Int64)
        codes = series.replace_strict(known, numbers, default=len(known), return_dtype=pl.Int64).fill_null(len(known))
    return codes.to_numpy(), values.to_list()


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
    cell = np.zeros(frame.height, dtype=np.int64)
    places = np.zeros((1, 0), dtype=np.int64)
    texts: list[list[str | None]] = []
    for column in columns:
        if column not in frame.columns:
            raise DesignError(
                "The column of a margin is not in the frame.",
                where=f"margin '{column}'",
                hint=did_you_mean(column, frame.columns) or f"The frame has: {', '.join(frame.columns[:12])}.",
            )
        codes, values = column_codes(frame[column])
        texts.append([None if value is None else level_text(value) for value in values])
        width = len(values)
        cell = codes if not texts[:-1] else cell * width + codes
        if len(places) * width > DIRECT:
            found, cell = np.unique(cell, return_inverse=True)
        else:
            present = np.bincount(cell, minlength=len(places) * width)
            found = np.flatnonzero(present)
            if len(found) < len(present):
                table = np.zeros(len(present), dtype=np.int64)
                table[found] = np.arange(len(found))
                cell = table[cell]
        places = np.column_stack([places[found // width], found % width])
    keys = tuple(tuple(texts[at][code] for at, code in enumerate(row)) for row in places.tolist())
    return Cells(tuple(columns), cell, keys)


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
        places = np.zeros(len(cells.keys), dtype=np.int64)
        for cell, key in enumerate(cells.keys):
            if live[cell]:
                own = tuple(key[place] for place in at)
                places[cell] = _place(own, number, margin, cells.first_row(cell) if own not in number else 0)
        wanted = np.array(list(margin.totals.values()))
        _check_respondents(margin, binned(places, sizes, len(wanted)), wanted)
        levels.append(places)
        targets.append(wanted)
    return Table(cells, tuple(margins), sizes, tuple(levels), tuple(targets))


def _place(own: tuple[str | None, ...], number: dict[Key, int], margin: Margin, row: int) -> int:
    known = tuple(part for part in own if part is not None)
    if known in number and len(known) == len(own):
        return number[known]
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
