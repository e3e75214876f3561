"""Counting in slabs, blocks and bundles gives the sums of a plain loop over the rows."""

from __future__ import annotations

import numpy as np
import pytest

from barometer.estimation import cubes
from barometer.estimation.cubes import Rows, bundles, count_cells
from barometer.estimation.sources import Encoded


def made(rows: int, groups: int, *, constant: bool) -> Rows:
    rng = np.random.default_rng(5)
    group = rng.integers(0, groups, rows)
    weights = (1.0 + np.arange(groups))[group] if constant else rng.uniform(0.2, 3.0, rows)
    breaks = [(rng.integers(0, levels + 1, rows).astype(np.uint8), levels) for levels in (2, 3, 5)]
    widths = (1, 4, 300)
    sources = [(Encoded(rng.integers(0, width + 1, rows).astype(np.uint8 if width < 255 else np.uint16)), width) for width in widths]
    answered = rng.random(rows) < 0.8
    amount = Encoded(answered.astype(np.uint8), np.where(answered, rng.normal(size=rows), 0.0))
    return Rows(group, groups, weights, breaks, [sources[0], (amount, 3), *sources[1:]])


def by_hand(rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shape = (rows.column_starts[-1], rows.level_starts[-1], rows.groups)
    counts, weights, squares = np.zeros(shape[:2]), np.zeros(shape), np.zeros(shape)
    for person, (group, weight) in enumerate(zip(rows.group, rows.weights, strict=True)):
        starts = zip(rows.breaks, rows.level_starts, strict=False)
        levels = [0, *(start + codes[person] - 1 for (codes, _), start in starts if codes[person])]
        for (encoded, _), start in zip(rows.sources, rows.column_starts, strict=False):
            code = encoded.codes[person]
            if not code:
                continue
            values = {start + code - 1: 1.0}
            if encoded.amounts is not None:
                values = {start + power: encoded.amounts[person] ** power for power in range(3)}
            for column, value in values.items():
                counts[column, levels] += column == start or encoded.amounts is None
                weights[column, levels, group] += weight * value
                squares[column, levels, group] += weight**2 * value
    return counts, weights, squares


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize(("slab", "block", "groups"), [(1 << 23, 1 << 17, 128), (700, 190, 2), (64, 64, 1)])
def test_sums_are_those_of_a_loop(monkeypatch: pytest.MonkeyPatch, constant: bool, slab: int, block: int, groups: int) -> None:
    rows = made(1500, 6, constant=constant)
    for name, value in (("WRITTEN_OUT", 0), ("SLAB", slab), ("BLOCK", block), ("GROUPS", groups)):
        monkeypatch.setattr(cubes, name, value)
    found = count_cells(rows)
    counts, weights, squares = by_hand(rows)
    assert np.array_equal(found.counts, counts)
    np.testing.assert_allclose(found.weights, weights, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.squares, squares, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rows", [10, 10_000])
def test_nobody_need_count_and_nothing_need_be_asked(rows: int) -> None:
    group = np.zeros(rows, dtype=np.int64)
    nothing = count_cells(Rows(group, 1, np.ones(rows), [], []))
    assert nothing.counts.shape == (0, 1)
    alone = count_cells(Rows(group, 1, np.arange(rows) + 1.0, [], [(Encoded(np.ones(rows, dtype=np.uint8)), 2)]))
    assert alone.counts.tolist() == [[rows], [0]]
    assert alone.weights[0, 0, 0] == rows * (rows + 1) / 2


def test_bundles_hold_every_break_and_source_once() -> None:
    for rows, groups in ((100, 1), (100_000, 40), (1_000_000, 3)):
        for found, many in zip(bundles(rows, groups, (3,) * 8, (6, 300, 2)), (8, 3), strict=True):
            assert [place for one in found for place in one] == list(range(many))
