"""The same figures under two sets of weights."""

from __future__ import annotations

import polars as pl
import pytest

from barometer.errors import DesignError
from barometer.estimation import Categorical, Design, sensitivity

FRAME = pl.DataFrame(
    {
        "agree": ["yes", "no"] * 15 + ["yes"] * 10,
        "role": ["chair"] * 30 + ["officer"] * 10,
        "age": list(range(40, 80)),
        "scale": [1, 2, 3, 4] * 10,
    }
)
PLAIN = Design(FRAME)
EVEN = PLAIN.rake({"role": {"chair": 20, "officer": 20}})


def test_both_estimates_stand_side_by_side() -> None:
    row = sensitivity(PLAIN, EVEN, "agree").row(option="yes")
    assert row["estimate"] == pytest.approx(25 / 40)
    assert row["weighted_estimate"] == pytest.approx(0.75)
    assert row["difference_points"] == pytest.approx(12.5)
    assert row["weighted_std_error"] == EVEN.proportion("agree").row(option="yes")["std_error"]
    assert row["conf_low"] == PLAIN.proportion("agree").row(option="yes")["conf_low"]
    assert row["intervals_overlap"]
    assert row["within_interval"] == (row["conf_low"] <= 0.75 <= row["conf_high"])


def test_means_have_no_percentage_points() -> None:
    made = sensitivity(PLAIN, EVEN, [Categorical("scale", values={1: 1, 2: 2, 3: 3, 4: 4}), "agree"])
    mean = made.row(statistic="mean")
    assert mean["difference_points"] is None
    assert mean["difference"] == pytest.approx(mean["weighted_estimate"] - mean["estimate"])
    assert made.where(statistic="share").frame["difference_points"].null_count() == 0


def test_intervals_that_do_not_meet_are_told() -> None:
    frame = pl.DataFrame({"agree": ["yes"] * 500 + ["no"] * 500, "role": ["chair"] * 500 + ["officer"] * 500})
    design = Design(frame)
    row = sensitivity(design, design.rake({"role": {"chair": 900, "officer": 100}}), "agree").row(option="yes")
    assert row["weighted_estimate"] == pytest.approx(0.9)
    assert not row["within_interval"]
    assert row["difference_points"] == pytest.approx(40)


def test_by_break_and_where() -> None:
    made = sensitivity(PLAIN, EVEN, ["agree"], breaks=["role"], where=pl.col("scale") > 1)
    # Within a role everybody's weight is the same, so weighting changes nothing.
    assert made.where(break_="role").frame["difference"].to_list() == pytest.approx([0.0] * 4, abs=1e-12)


def test_designs_of_other_respondents_are_refused() -> None:
    with pytest.raises(DesignError, match="same respondents"):
        sensitivity(PLAIN, Design(FRAME.head(10)), "agree")
