"""Combinations of answers: an intruder with everything that is told beside them cannot work out a merged one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import ceil, floor

import numpy as np
import polars as pl
import pytest

from barometer.estimation import Design, Estimates, MultipleResponse
from barometer.findings.disclosure import Rules
from barometer.findings.disclosure_combinations import protect_combinations

OPTIONS = ["a", "b", "c", "d"]


def rows_of(seed: int) -> Estimates:
    draw = np.random.default_rng(seed)
    size = int(draw.integers(30, 120))
    lean = draw.normal(0, 1, size)
    chosen = {name: (lean + draw.normal(draw.uniform(-1.5, 1.5), 1, size) > 0).astype(int) for name in OPTIONS}
    return Design(pl.DataFrame(chosen)).overlap(MultipleResponse("q", {name: name for name in OPTIONS}), combinations=True)


def counts_of(rows: Estimates) -> dict[frozenset[str], int]:
    return {frozenset() if one == "none" else frozenset(one.split(" + ")): n for one, n in rows.frame.select("option", "count").iter_rows()}


def recovered(rows: Estimates, safe: Estimates, beside: list[tuple[str, str]]) -> Iterator[tuple[frozenset[str], int]]:
    """Merged combinations that some gave and of which what is told leaves one whole number only."""
    from scipy.optimize import linprog

    true, shown = counts_of(rows), counts_of(safe.where(pl.col("option") != ""))
    unknown = [frozenset(one) for size in range(5) for one in combinations(OPTIONS, size) if frozenset(one) not in shown]
    told = [frozenset(), *(frozenset(one) for one in OPTIONS), *map(frozenset, beside)]
    left = [float(sum(n for one, n in true.items() if part <= one and one not in shown)) for part in told]
    matrix = [[float(part <= one) for one in unknown] for part in told]
    for place, one in enumerate(unknown):
        if not true.get(one):
            continue
        goal = np.eye(len(unknown))[place]
        low, high = (linprog(sign * goal, A_eq=matrix, b_eq=left, method="highs").fun * sign for sign in (1, -1))
        if ceil(low - 1e-6) == floor(high + 1e-6):
            yield one, true[one]


@pytest.mark.parametrize("beside", [[], [("a", "b")]], ids=["alone", "one pair"])
def test_no_merged_combination_is_recovered(beside: list[tuple[str, str]]) -> None:
    merged = 0
    for seed in range(10):
        rows = rows_of(seed)
        safe = protect_combinations(rows, Rules(), OPTIONS, beside=beside)
        assert safe.frame["count"].sum() == rows.frame["count"].sum()
        assert all(one["count"] >= 5 for one in safe)
        assert list(recovered(rows, safe, beside)) == [], seed
        merged += len(safe) > 1
    assert merged > 6


def test_merging_the_rare_alone_would_give_some_away() -> None:
    given = 0
    for seed in range(10):
        rows = rows_of(seed)
        given += len(list(recovered(rows, rows.where(pl.col("count") >= 5), [("a", "b")])))
    assert given > 0


def test_the_merged_row_says_how_many_it_holds_and_nothing_more() -> None:
    rows = rows_of(1)
    (rest,) = protect_combinations(rows, Rules(), OPTIONS).where(option="")
    assert rest["estimate"] == pytest.approx(rest["count"] / rest["base"])
    assert rest["conf_low"] is rest["conf_high"] is rest["std_error"] is None


def test_a_part_or_a_small_base_shows_none() -> None:
    rows = rows_of(2)
    for safe in (protect_combinations(rows, Rules(), OPTIONS, none=True), protect_combinations(rows, Rules(minimum_base=500), OPTIONS)):
        assert safe.frame["option"].to_list() == [""]
