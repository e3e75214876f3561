"""Counting: the sums of every source by every break and group, with as few passes over the rows as pay.

Several breaks and several sources are written as one whole number a row; one `numpy.bincount` then fills a small cube whose margins
are the tables of every pair. Each pass costs the same whatever it counts, so larger cubes mean fewer passes, until the cube costs
more than the rows: `bundles` weighs the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from barometer.estimation.distributions import Floats
from barometer.estimation.linearisation import Ints
from barometer.estimation.sources import Encoded

AnyInts = npt.NDArray[Any]
# Rows counted at a time, so that memory does not grow with the data.
BLOCK = 1 << 20
# Relative costs measured on one core: nanoseconds a row and pass, a cell and pass, and a pass.
ROW, CELL, PASS = 9.0, 14.0, 40_000.0
TARGETS = (1, 10, 40, 220)


@dataclass(frozen=True, eq=False)
class Rows:
    """The respondents that count, as arrays of one length.

    Attributes:
        group: The group of each.
        groups: How many groups there are.
        weights: The weight of each.
        breaks: For each break its codes (0 for none) and its number of levels.
        sources: For each source its values and its number of columns.
    """

    group: Ints
    groups: int
    weights: Floats
    breaks: Sequence[tuple[AnyInts, int]]
    sources: Sequence[tuple[Encoded, int]]


@dataclass(frozen=True, eq=False)
class Sums:
    """What was counted. Levels are everybody, then those of each break; columns are those of each source.

    Attributes:
        counts: Respondents, levels x columns.
        weights: Sums of weights (times the column's value), groups x levels x columns.
        squares: Sums of squared weights (times the column's value), groups x levels x columns.
    """

    counts: Ints
    weights: Floats
    squares: Floats


def _pack(sizes: Sequence[int], target: int) -> list[list[int]]:
    """Neighbours bundled while the product of their sizes stays within the target."""
    out: list[list[int]] = []
    for place, size in enumerate(sizes):
        if out and prod(sizes[other] for other in out[-1]) * size <= target:
            out[-1].append(place)
        else:
            out.append([place])
    return out


def bundles(rows: int, groups: int, breaks: Sequence[int], sources: Sequence[int]) -> tuple[list[list[int]], list[list[int]]]:
    """Which breaks and which sources to count together, by the least expected time.

    Example:
        >>> few, many = bundles(1_000, 40, [5, 5, 5, 5], [6] * 6), bundles(1_000_000, 40, [5, 5, 5, 5], [6] * 6)
        >>> len(few[0]) * len(few[1]) > len(many[0]) * len(many[1])
        True
    """
    best: tuple[float, list[list[int]], list[list[int]]] | None = None
    for break_target in TARGETS:
        for source_target in TARGETS:
            first, second = _pack(breaks, break_target), _pack(sources, source_target)
            cells = groups * max((prod(breaks[at] for at in one) for one in first), default=1)
            cost = 0.0
            for one in second:
                size = cells * prod(sources[at] for at in one)
                cost += max(len(first), 1) * (rows * ROW + size * CELL + PASS * (1 + 0.5 * len(one)))
            if best is None or cost < best[0]:
                best = (cost, first, second)
    assert best is not None
    return best[1], best[2]


def _mixed(codes: Sequence[AnyInts], sizes: Sequence[int], rows: slice) -> Ints:
    """Several codes as one whole number, the last one varying fastest."""
    out = codes[0][rows].astype(np.int64)
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        out *= size
        out += code[rows]
    return out


def count_cells(rows: Rows) -> Sums:
    """The sums of every source by every break and group."""
    widths = [width for _, width in rows.sources]
    starts = np.concatenate([[0], np.cumsum(widths)]).astype(int)
    level_starts = np.concatenate([[1], 1 + np.cumsum([levels for _, levels in rows.breaks])]).astype(int)
    shape = (rows.groups, int(level_starts[-1]), int(starts[-1]))
    constant = _constant_weights(rows)
    kept = np.zeros((1 if constant is not None else 3, *shape))
    coded = [place for place, (encoded, _) in enumerate(rows.sources) if encoded.amounts is None]
    for begin in range(0, len(rows.group), BLOCK):
        _count_block(rows, coded, slice(begin, begin + BLOCK), starts, level_starts, kept, constant is not None)
    if constant is None:
        counts, weights, squares = kept
    else:
        counts = kept[0]
        weights = counts * constant[:, None, None]
        squares = weights * constant[:, None, None]
    whole = np.rint(counts.sum(axis=0)).astype(np.int64)
    for place, (encoded, _) in enumerate(rows.sources):
        if encoded.amounts is not None:
            _count_amount(rows, encoded, slice(starts[place], starts[place + 1]), level_starts, whole, weights, squares)
    return Sums(whole, weights, squares)


def _constant_weights(rows: Rows) -> Floats | None:
    """The weight of each group where it is the same for all its rows, so that counting alone will do."""
    if not len(rows.group):
        return np.ones(rows.groups)
    first = np.ones(rows.groups)
    first[rows.group] = rows.weights
    return first if np.array_equal(first[rows.group], rows.weights) else None


def _count_block(
    rows: Rows,
    coded: Sequence[int],
    block: slice,
    starts: npt.NDArray[np.int64],
    level_starts: npt.NDArray[np.int64],
    kept: npt.NDArray[np.float64],
    counts_only: bool,
) -> None:
    sizes = [levels + 1 for _, levels in rows.breaks]
    source_sizes = [rows.sources[place][1] + 1 for place in coded]
    weights = rows.weights[block]
    by_break, by_source = bundles(len(weights), rows.groups, sizes, source_sizes)
    by_break = by_break or [[]]
    stride = rows.groups * max(prod(sizes[at] for at in one) for one in by_break)
    squares = None if counts_only else weights * weights
    heads = [
        _mixed([rows.group, *(rows.breaks[at][0] for at in one)], [rows.groups, *(sizes[at] for at in one)], block) for one in by_break
    ]
    code = np.empty(len(weights), dtype=np.int64)
    for bundle in by_source:
        places = [coded[at] for at in bundle]
        dims = [source_sizes[at] for at in bundle]
        tail = _mixed([rows.sources[place][0].codes for place in places], dims, block)
        tail *= stride
        for number, (one, head) in enumerate(zip(by_break, heads, strict=True)):
            np.add(tail, head, out=code)
            length = prod(dims) * stride
            cube = np.empty((len(kept), length))
            cube[0] = np.bincount(code, minlength=length)
            if squares is not None:
                cube[1] = np.bincount(code, weights, minlength=length)
                cube[2] = np.bincount(code, squares, minlength=length)
            inner = [rows.groups, *(sizes[at] for at in one)]
            shaped = cube.reshape(len(kept), prod(dims), stride)[:, :, : prod(inner)].reshape(len(kept), *dims, *inner)
            _add_margins(shaped, dims, [starts[place] for place in places], one, level_starts, kept, total=number == 0)


def _add_margins(
    cube: Floats,
    dims: Sequence[int],
    columns: Sequence[int],
    breaks: Sequence[int],
    level_starts: npt.NDArray[np.int64],
    kept: Floats,
    *,
    total: bool,
) -> None:
    """Every (source, break) margin of one cube, added to its place. Axes: kind, sources, group, breaks."""
    many = len(dims)
    for place, column in enumerate(columns):
        others = tuple(1 + axis for axis in range(many) if axis != place)
        narrow = cube.sum(axis=others) if others else cube  # kind, source, group, breaks
        narrow = np.moveaxis(narrow, 1, -1)[..., 1:]  # kind, group, breaks, source
        target = slice(column, column + dims[place] - 1)
        for number, at in enumerate(breaks):
            away = tuple(2 + axis for axis in range(len(breaks)) if axis != number)
            table = narrow.sum(axis=away) if away else narrow
            kept[:, :, level_starts[at] : level_starts[at + 1], target] += table[:, :, 1:]
        if total:
            kept[:, :, 0, target] += narrow.sum(axis=tuple(range(2, 2 + len(breaks)))) if breaks else narrow


def _count_amount(
    rows: Rows,
    encoded: Encoded,
    columns: slice,
    level_starts: npt.NDArray[np.int64],
    counts: Ints,
    weights: Floats,
    squares: Floats,
) -> None:
    """The sums of 1, y and y squared over those who answered."""
    assert encoded.amounts is not None
    amounts, answered = encoded.amounts, encoded.codes > 0
    values = (answered.astype(np.float64), amounts, amounts**2)
    everyone: list[tuple[AnyInts, int, int]] = [(np.ones(len(rows.group), dtype=np.int64), 1, 0)]
    for (codes, levels), start in zip(rows.breaks, level_starts, strict=False):
        everyone.append((codes, levels, int(start)))
    for codes, levels, start in everyone:
        code = rows.group * (levels + 1) + codes
        length = rows.groups * (levels + 1)
        stop = start + levels

        def table(numbers: Floats, code: Ints = code, length: int = length) -> Floats:
            return np.bincount(code, numbers, minlength=length).astype(np.float64).reshape(rows.groups, -1)[:, 1:]

        counts[start:stop, columns.start] = np.rint(table(values[0]).sum(axis=0)).astype(np.int64)
        for offset, value in enumerate(values):
            weighted = rows.weights * value
            weights[:, start:stop, columns.start + offset] = table(weighted)
            squares[:, start:stop, columns.start + offset] = table(rows.weights * weighted)
