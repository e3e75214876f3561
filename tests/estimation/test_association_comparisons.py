"""The tests in a tab book: shares are compared under the hypothesis that they are equal, means as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from barometer.estimation import Categorical, Design, tab_book
from barometer.estimation.distributions import f_upper, t_two_sided

REFERENCE = Path(__file__).parents[1] / "reference"
TOPICS = json.loads((REFERENCE / "reference.json").read_text())["topics"]
SHARES = [entry for entry in TOPICS["comparisons"] if entry["values"]["rows"][0]["option"] != "mean"]


def groups(*counts: tuple[int, int]) -> pl.DataFrame:
    """Groups a, b, ... with so many who agree out of so many."""
    rows = [(name, "yes" if at < yes else "no") for name, (yes, base) in zip("abcdef", counts, strict=False) for at in range(base)]
    return pl.DataFrame(rows, schema=["group", "agrees"], orient="row")


def compared(frame: pl.DataFrame, level: str, **more: Any) -> dict[str, Any]:
    return Design(frame, **more).tab_book(["agrees"], ["group"], adjust=None).row(break_="group", level=level, option="yes")


@pytest.mark.parametrize("entry", SHARES, ids=lambda one: one["id"])
def test_shares_have_the_design_effect_of_r_and_the_variance_of_the_hypothesis(entry: dict[str, Any]) -> None:
    named, by = entry["id"].rsplit(".by.", 1)
    described = entry["design"]
    frame = pl.read_csv(REFERENCE / "data" / entry["data"], infer_schema_length=None, schema_overrides={"cds": pl.String})
    design = Design(
        frame,
        weight=described["weight"],
        strata=described["strata"],
        clusters=described["clusters"] or None,
        population=described["population"],
    )
    book = tab_book(design, [named.split(".", 1)[1]], [by], adjust=None, test_base=1).where(break_=by)
    for row in entry["values"]["rows"]:
        if row["against"] != "rest" or row["se"] < 1e-10:
            continue
        mine = book.row(level=row["level"], option=row["option"])
        others = book.frame.filter((pl.col("level") != row["level"]) & (pl.col("option") == row["option"]))
        weights = mine["weighted_base"], others["weighted_base"].sum()
        shares = row["first"], row["second"]
        pooled = np.average(shares, weights=weights)
        seen = sum(p * (1 - p) / w for p, w in zip(shares, weights, strict=True))
        equal = pooled * (1 - pooled) * sum(1 / w for w in weights)
        statistic = row["difference"] / (row["se"] * (equal / seen) ** 0.5)
        assert mine["p_rest"] == pytest.approx(float(t_two_sided(statistic, entry["values"]["df"])), rel=1e-8)


def test_a_two_by_two_table_of_a_simple_random_sample_gives_pearsons_chi_square() -> None:
    n, yes, base = 100, (12, 28), (40, 60)
    expected = np.outer(base, (40, 60)) / n
    observed = np.array([[12, 28], [28, 32]])
    chi_square = float(((observed - expected) ** 2 / expected).sum())
    p = compared(groups(*zip(yes, base, strict=True)), "a")["p_rest"]
    assert p == pytest.approx(float(f_upper(chi_square * (n - 1) / n, 1, n - 1)), rel=1e-9)


def test_nobody_in_a_small_group_is_not_overwhelming_evidence() -> None:
    p = compared(groups((0, 15), (34, 85)), "a")["p_rest"]
    # Fisher's exact test gives 0.0023; the variance that is seen would give 1e-11.
    assert 0.001 < p < 0.006


def test_nobody_against_everybody_is_a_difference() -> None:
    row = compared(groups((0, 20), (30, 30)), "a")
    assert row["p_rest"] < 1e-6
    assert row["differs"]
    assert compared(groups((0, 20), (30, 30)), "b")["letters"] == "A"


def test_nobody_in_either_group_cannot_be_tested() -> None:
    frame = groups((0, 20), (0, 30))
    row = Design(frame).tab_book([Categorical("agrees", codes=("yes", "no"))], ["group"]).row(break_="group", level="a", option="yes")
    assert row["p_rest"] is None


def test_letters_follow_the_same_test_as_the_rest() -> None:
    close_call = groups((1, 12), (13, 30), (22, 50))
    letters = Design(close_call).tab_book(["agrees"], ["group"], adjust=None).where(break_="group", option="yes")
    # 1 of 12 against 13 of 30: Pearson's p is 0.030, and against 22 of 50 it is 0.021.
    assert [row["letters"] for row in letters] == ["", "A", "A"]
    # 0 of 10 against 5 of 20: Pearson's p is 0.083, although the variance that is seen would give 0.015.
    pair = Design(groups((0, 10), (5, 20))).tab_book(["agrees"], ["group"], adjust=None).where(break_="group", option="yes")
    assert [row["letters"] for row in pair] == ["", ""]


def test_a_census_still_makes_every_difference_a_fact() -> None:
    row = compared(groups((0, 15), (1, 20)), "a", strata="group", population={"a": 15, "b": 20})
    assert row["p_rest"] == 0.0
