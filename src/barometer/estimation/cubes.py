"""Counting: the sums of every source by every break and group, with as few passes over the rows as pay.

Several breaks and several sources are written as one whole number a row; one pass then fills a small cube whose margins are the
tables of every pair. A pass costs about the same whatever it counts as long as rows and cube stay in the processor's cache. So rows are
taken in the order of their groups, some thousands at a time: then only a few groups occur at once, cubes are small, and breaks and
sources can share them; `bundles` weighs the length of the passes against their number. A weight and its square are added up together,
as one complex number. Few rows are written out as one number for each row, source and level instead, which costs more a row and nothing
else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from barometer.estimation.distributions import Floats
from barometer.estimation.linearisation import Ints
from barometer.estimation.sources import Encoded

AnyInts = npt.NDArray[Any]
# Rows put in order at a time, so that memory does not grow with the data; rows and groups counted at a time, so that they stay in the
# cache.
SLAB = 1 << 23
BLOCK = 1 << 17
GROUPS = 128
# Up to this many rows each row is written out; above, cubes are counted.
WRITTEN_OUT = 4_000
# Numbers written out at a time.
ROOM = 2_000_000
# Relative costs measured on one core, in nanoseconds: a row and pass, a cell, a pass; and the cells that the cache holds.
ROW, CELL, PASS, CACHE = 5.0, 3.5, 60_000.0, 60_000
TARGETS = (1, 10, 40, 220, 1300)


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

    @property
    def column_starts(self) -> list[int]:
        """Where the columns of each source begin, and how many columns there are."""
        return [0, *np.cumsum([width for _, width in self.sources]).tolist()]

    @property
    def level_starts(self) -> list[int]:
        """Where the levels of each break begin (level 0 is everybody), and how many levels there are."""
        return [1, *(1 + np.cumsum([levels for _, levels in self.breaks])).tolist()] if self.breaks else [1]

    @property
    def coded(self) -> list[int]:
        """The sources of categories."""
        return [place for place, (encoded, _) in enumerate(self.sources) if encoded.amounts is None]


@dataclass(frozen=True, eq=False)
class Sums:
    """What was counted. Columns are those of each source; levels are everybody, then those of each break.

    Attributes:
        counts: Respondents, columns x levels.
        weights: Sums of weights (times the column's value), columns x levels x groups.
        squares: Sums of squared weights (times the column's value), columns x levels x groups.
    """

    counts: Ints
    weights: Floats
    squares: Floats


def count_cells(rows: Rows) -> Sums:
    """The sums of every source by every break and group."""
    constant = _constant_weights(rows)
    kinds = 3 if constant is None else 1
    if len(rows.group) <= WRITTEN_OUT:
        counted, *sums = _written_out(rows, kinds)
        by_level = counted.sum(axis=2)
        weights, squares = sums or (counted, counted)
    else:
        shape = (rows.column_starts[-1], rows.level_starts[-1], rows.groups)
        by_level, weights = np.zeros(shape[:2]), np.zeros(shape)
        squares = np.zeros(shape) if constant is None else weights
        for begin in range(0, len(rows.group) if rows.coded else 0, SLAB):
            for block in _blocks(rows, slice(begin, begin + SLAB)):
                _count_block(block, rows, by_level, weights, None if constant is not None else squares)
    if constant is not None:
        weights, squares = weights * constant, weights * constant**2
    counts = np.rint(by_level).astype(np.int64)
    for place, (encoded, _) in enumerate(rows.sources):
        if encoded.amounts is not None:
            _count_amount(rows, encoded, rows.column_starts[place], counts, weights, squares)
    return Sums(counts, weights, squares)


def _constant_weights(rows: Rows) -> Floats | None:
    """The weight of each group where it is the same for all its rows, so that counting alone will do."""
    first = np.ones(rows.groups)
    first[rows.group] = rows.weights
    return first if np.array_equal(first[rows.group], rows.weights) else None


def _kinds(weights: Floats, kinds: int) -> list[Floats | None]:
    """What is added up: ones, and perhaps weights and their squares."""
    every: list[Floats | None] = [None, weights, weights * weights]
    return every[:kinds]


def _written_out(rows: Rows, kinds: int) -> list[Floats]:
    """The sums from one number for each row, source and level: columns x levels x groups of each kind."""
    columns, levels = rows.column_starts[-1], rows.level_starts[-1]
    shape = (columns + 1, levels + 1, rows.groups)
    if not rows.coded:
        return [np.zeros((columns, levels, rows.groups)) for _ in range(kinds)]
    out: list[Any] = [None] * kinds
    step = max(1, ROOM // (len(rows.coded) * (len(rows.breaks) + 1)))
    for begin in range(0, max(1, len(rows.group)), step):
        block = slice(begin, begin + step)
        # The last column and the last level collect whoever is in none.
        column = np.stack([_placed(rows.sources[at][0].codes[block], rows.column_starts[at], columns) for at in rows.coded])
        level = np.stack(
            [np.zeros(column.shape[1], dtype=np.int64)]
            + [_placed(codes[block], start, levels) for (codes, _), start in zip(rows.breaks, rows.level_starts, strict=False)]
        )
        at = (column * ((levels + 1) * rows.groups))[:, None, :] + (level * rows.groups + rows.group[block])[None]
        for kind, values in enumerate(_kinds(rows.weights[block], kinds)):
            repeated = None if values is None else np.broadcast_to(values, at.shape).ravel()
            sums = np.bincount(at.ravel(), repeated, minlength=prod(shape))
            out[kind] = out[kind] + sums if begin else sums
    return [np.ascontiguousarray(one.reshape(shape)[:-1, :-1], dtype=np.float64) for one in out]


def _placed(codes: AnyInts, start: int, outside: int) -> Ints:
    return np.where(codes > 0, codes.astype(np.int64) + (start - 1), outside)


def _pack(sizes: Sequence[int], target: int) -> list[list[int]]:
    """Neighbours bundled while the product of their sizes stays within the target."""
    out: list[list[int]] = []
    for place, size in enumerate(sizes):
        if out and prod(sizes[other] for other in out[-1]) * size <= target:
            out[-1].append(place)
        else:
            out.append([place])
    return out


@lru_cache(maxsize=256)
def bundles(rows: int, groups: int, breaks: tuple[int, ...], sources: tuple[int, ...]) -> tuple[list[list[int]], list[list[int]]]:
    """Which breaks and which sources to count together, by the least expected time.

    Example:
        >>> many, few = bundles(16_000, 1, (5, 5, 5, 5), (6,) * 6), bundles(16_000, 100, (5, 5, 5, 5), (6,) * 6)
        >>> len(many[0]) * len(many[1]) <= len(few[0]) * len(few[1])
        True
    """
    best: tuple[float, list[list[int]], list[list[int]]] | None = None
    for break_target in TARGETS:
        for source_target in TARGETS:
            first, second = _pack(breaks, break_target) or [[]], _pack(sources, source_target)
            stride = groups * max(prod(breaks[at] for at in one) for one in first)
            cost = 0.0
            for one in second:
                size = stride * prod(sources[at] for at in one)
                slow = 1.0 if size <= CACHE else 3.0
                cost += len(first) * (rows * ROW * slow + size * CELL * (1 + len(one)) + PASS)
            if best is None or cost < best[0]:
                best = (cost, first, second)
    assert best is not None
    return best[1], best[2]


def _mixed(codes: Sequence[AnyInts], sizes: Sequence[int], rows: slice) -> AnyInts:
    """Several codes as one whole number in as few bytes as hold it, the last one varying fastest."""
    small = np.min_scalar_type(prod(sizes) - 1)
    out = codes[0][rows].astype(small) if codes else np.zeros(1, dtype=small)
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        out *= small.type(size)
        out += code[rows].astype(small, copy=False)
    return out


@lru_cache(maxsize=256)
def _margins(sizes: tuple[int, ...], total: bool = False) -> Floats:
    """The matrix that takes a cube of these sizes to the margins of each axis without its code 0, after a row for everybody."""
    codes = np.indices(sizes).reshape(len(sizes), -1) if sizes else np.zeros((0, 1), dtype=np.int64)
    rows = [np.ones(codes.shape[1])] if total else []
    rows += [(codes[axis] == code).astype(np.float64) for axis, size in enumerate(sizes) for code in range(1, size)]
    return np.stack(rows)


@dataclass(frozen=True, eq=False)
class _Block:
    """Some rows, neighbours in the order of their groups.

    Attributes:
        first: Their first group.
        groups: How many groups there may be.
        group: The group of each, counted from the first.
        weights: The weight of each.
        breaks: Bundles of breaks, with the joint code of each row.
        sources: Bundles of places in `Rows.coded`, with the joint code of each row.
    """

    first: int
    groups: int
    group: Ints
    weights: Floats
    breaks: Sequence[tuple[list[int], AnyInts]]
    sources: Sequence[tuple[list[int], AnyInts]]


def _sizes(rows: Rows) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How many codes each break and each source of categories has, with 0."""
    return tuple(levels + 1 for _, levels in rows.breaks), tuple(rows.sources[place][1] + 1 for place in rows.coded)


def _blocks(rows: Rows, slab: slice) -> Iterator[_Block]:
    """The rows of a slab in the order of their groups, some at a time."""
    group, weights = rows.group[slab], rows.weights[slab]
    sizes, source_sizes = _sizes(rows)
    # Codes are joined before they are put in order: that is fewer columns to move.
    expected = min(GROUPS, rows.groups, 1 + rows.groups * BLOCK // len(group))
    by_break, by_source = bundles(min(BLOCK, len(group)), expected, sizes, source_sizes)
    answers = [rows.sources[place][0].codes for place in rows.coded]
    breaks = [(one, _mixed([rows.breaks[at][0] for at in one], [sizes[at] for at in one], slab)) for one in by_break]
    sources = [(one, _mixed([answers[at] for at in one], [source_sizes[at] for at in one], slab)) for one in by_source]
    order = np.argsort(group.astype(np.uint16) if rows.groups <= 1 << 16 else group, kind="stable")
    after = np.cumsum(np.bincount(group, minlength=rows.groups))
    begin = 0
    while begin < len(order):
        first = int(group[order[begin]])
        at = order[begin : min(begin + BLOCK, int(after[min(first + GROUPS, rows.groups) - 1]))]
        here = group[at] - first
        joint = [[(one, codes[at] if one else codes) for one, codes in both] for both in (breaks, sources)]
        yield _Block(first, int(here[-1]) + 1, here, weights[at], *joint)
        begin += len(at)


def _count_block(block: _Block, rows: Rows, counts: Floats, weights: Floats, squares: Floats | None) -> None:
    """Adds the sums of a block to `counts` (columns x levels), `weights` and `squares` (columns x levels x groups).

    Without `squares` every weight is the same in its group, and respondents are counted instead of `weights`.
    """
    starts = rows.level_starts
    within = slice(block.first, block.first + block.groups)
    columns = [column for at in rows.coded for column in range(rows.column_starts[at], rows.column_starts[at + 1])]
    for number, (breaks, counted, summed) in enumerate(_cubes(block, rows, squares is not None)):
        margin = _margins(tuple(rows.breaks[at][1] + 1 for at in breaks), number == 0)
        levels = ([0] if number == 0 else []) + [level for at in breaks for level in range(starts[at], starts[at + 1])]
        _add(counts, columns, levels, counted.sum(axis=2) @ margin.T)
        if summed is None or squares is None:
            _add(weights[..., within], columns, levels, margin @ counted)
        else:
            tables = margin @ summed
            _add(weights[..., within], columns, levels, tables[..., 0::2])
            _add(squares[..., within], columns, levels, tables[..., 1::2])


def _cubes(block: _Block, rows: Rows, weighted: bool) -> list[tuple[list[int], Floats, Floats | None]]:
    """The sums of every category by bundles of breaks: the breaks, respondents, and weights and their squares in turn.

    The arrays are categories x joint codes of the breaks x groups (twice as many for the weights and squares).
    """
    groups, (sizes, source_sizes) = block.groups, _sizes(rows)
    joint = [prod(sizes[at] for at in one) for one, _ in block.breaks]
    heads = [codes.astype(np.int64) * groups + block.group for _, codes in block.breaks]
    stride, categories = groups * max(joint), sum(source_sizes) - len(source_sizes)
    counted = [np.empty((categories, size * groups)) for size in joint]
    summed = [np.empty((categories, size * groups * 2)) for size in joint] if weighted else None
    # A complex number holds a weight and its square: both are added up in one go.
    pairs = block.weights + 1j * block.weights**2
    code, start = np.empty(len(block.group), dtype=np.int64), 0
    for bundle, codes in block.sources:
        dims = tuple(source_sizes[at] for at in bundle)
        tail, size = codes.astype(np.int64), prod(dims)
        tail *= stride
        for number, head in enumerate(heads):
            np.add(tail, head, out=code)
            _collapse(np.bincount(code, minlength=size * stride), dims, counted[number][start:])
            if summed is not None:
                sums = np.zeros(size * stride, dtype=np.complex128)
                np.add.at(sums, code, pairs)
                _collapse(sums.view(np.float64), dims, summed[number][start:])
        start += sum(dims) - len(dims)
    out = []
    for number, (breaks, _) in enumerate(block.breaks):
        shape = (categories, joint[number], -1)
        out.append((breaks, counted[number].reshape(shape), None if summed is None else summed[number].reshape(shape)))
    return out


def _collapse(cube: npt.NDArray[Any], sizes: tuple[int, ...], out: Floats) -> None:
    """Writes the margins of each axis of a cube, without its code 0, into the first rows of `out`; the last axis of the cube stays.

    Sums and not a matrix product, which a linear algebra library would share out among threads, at a cost beyond its use.
    """
    shaped, start = cube.reshape(*sizes, -1)[..., : out.shape[1]], 0
    for axis, size in enumerate(sizes):
        others = tuple(other for other in range(len(sizes)) if other != axis)
        out[start : start + size - 1] = np.add.reduce(shaped, axis=others)[1:]
        start += size - 1


def _add(kept: Floats, columns: Sequence[int], levels: Sequence[int], tables: Floats) -> None:
    """Adds tables (columns x levels, perhaps x groups) in their place; columns, and levels after the first, are runs."""
    place = 0
    for start, stop in _runs(columns):
        inner = 0
        for low, high in _runs(levels):
            kept[start:stop, low:high] += tables[place : place + stop - start, inner : inner + high - low]
            inner += high - low
        place += stop - start


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers as half-open ranges."""
    breaks = [0, *(at + 1 for at, (one, two) in enumerate(pairwise(numbers)) if two != one + 1), len(numbers)]
    return [(numbers[low], numbers[high - 1] + 1) for low, high in pairwise(breaks) if high > low]


def _count_amount(rows: Rows, encoded: Encoded, column: int, counts: Ints, weights: Floats, squares: Floats) -> None:
    """The sums of 1, y and y squared over those who answered, from the column on."""
    assert encoded.amounts is not None
    amounts, answered = encoded.amounts, encoded.codes > 0
    values = (answered.astype(np.float64), amounts, amounts**2)
    everyone: list[tuple[AnyInts, int, int]] = [(np.ones(len(rows.group), dtype=np.int64), 1, 0)]
    for (codes, levels), start in zip(rows.breaks, rows.level_starts, strict=False):
        everyone.append((codes.astype(np.int64), levels, start))
    for codes, levels, start in everyone:
        code = codes * rows.groups + rows.group
        length, stop = rows.groups * (levels + 1), start + levels

        def table(numbers: Floats, code: Ints = code, length: int = length) -> Floats:
            return np.bincount(code, numbers, minlength=length).astype(np.float64).reshape(-1, rows.groups)[1:]

        counts[column, start:stop] = np.rint(table(values[0]).sum(axis=1)).astype(np.int64)
        for offset, value in enumerate(values):
            weighted = rows.weights * value
            weights[column + offset, start:stop] = table(weighted)
            squares[column + offset, start:stop] = table(rows.weights * weighted)
