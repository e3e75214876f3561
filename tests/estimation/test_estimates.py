"""The table of estimates: its vocabulary, finding rows, adding, showing; and the light import."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from barometer.errors import UsageError
from barometer.estimation import Design, Estimates
from barometer.estimation.distributions import Floats
from barometer.estimation.estimates import SCHEMA


def shares() -> Estimates:
    frame = pl.DataFrame({"q": ["a", "b", "a", "b"], "role": ["x", "x", "y", "y"]})
    return Design(frame).proportion("q", by="role")


def test_the_vocabulary_is_the_same_everywhere() -> None:
    frame = pl.DataFrame({"q": ["a", "b", "a", "b"], "y": [1.0, 2.0, 3.0, 5.0], "role": ["x", "x", "y", "y"]})
    design = Design(frame)
    made = [
        design.proportion("q"),
        design.mean("y", by="role"),
        design.total("y"),
        design.ratio("y", "y"),
        design.quantile("y", [0.25, 0.5]),
        design.top_box("q"),
        design.net("q", {"all": ("a", "b")}),
        design.difference("y", "y"),
        design.covariance(["y", ("q", "a")]).contrast([1, -1]),
        design.tab_book(["q", "y"], ["role"]),
    ]
    for one in made:
        assert one.frame.columns[: len(SCHEMA)] == list(SCHEMA)
        assert {name: one.frame.schema[name] for name in SCHEMA} == SCHEMA


def test_one_row_or_an_error_that_says_what_matched() -> None:
    made = shares()
    assert made.row(level="x", option="a")["estimate"] == 0.5
    assert made.row(pl.col("level") == "x", option="a")["break"] == "role"
    with pytest.raises(UsageError, match="More than one row") as several:
        made.row(option="a")
    assert "q | a | role | x | share; q | a | role | y | share" in str(several.value)
    with pytest.raises(UsageError, match="No row") as none:
        made.row(level="z")
    assert "level='z'" in str(none.value)
    with pytest.raises(UsageError, match="Did you mean 'level'"):
        made.row(levle="x")


def test_where_narrows_and_plus_adds() -> None:
    made = shares()
    assert len(made.where(level="x") + made.where(level=["y"])) == len(made) == 4
    assert [row["level"] for row in made.where(break_="role", option="a")] == ["x", "y"]
    assert made.interval(level="x", option="a") == (
        made.row(level="x", option="a")["conf_low"],
        made.row(level="x", option="a")["conf_high"],
    )
    assert len(Estimates.concat([])) == 0


def test_missing_columns_are_filled_and_nan_becomes_null() -> None:
    made = Estimates(pl.DataFrame({"question": ["q"], "estimate": [float("nan")], "extra": [float("nan")]}))
    row = made.row()
    assert (row["estimate"], row["extra"], row["level"], row["base"]) == (None, None, "", None)


def test_it_shows_itself() -> None:
    made = shares()
    assert "Estimates: 4 rows" in repr(made)
    assert "estimate" in repr(made)
    assert "item" not in repr(made)
    html = made._repr_html_()
    assert "<table" in html
    assert "proportions in 0..1" in html


def test_the_effective_base_is_the_base_over_the_design_effect() -> None:
    made = shares()
    assert made.effective_base.to_list() == [
        pytest.approx(base / effect) for base, effect in made.frame.select("base", "design_effect").rows()
    ]


def test_calibrated_designs_use_residuals_in_every_road() -> None:
    rng = np.random.default_rng(5)
    frame = pl.DataFrame({"q": rng.choice(["a", "b"], 60), "role": rng.choice(["x", "y"], 60), "y": rng.normal(size=60)})
    margin = (frame["role"] == "x").to_numpy().astype(float)
    basis = np.stack([margin, 1 - margin], axis=1)

    class Regression:
        """Takes the role's mean score out of every score."""

        def residuals(self, scores: Floats) -> Floats:
            return np.asarray(scores - basis @ np.linalg.lstsq(basis, scores, rcond=None)[0])

    plain = Design(frame)
    design = plain.reweighted(np.ones(60), calibration=Regression())
    book = design.tab_book(["q", "y"], ["role"])
    for row in design.proportion("q", by="role") + design.proportion("q") + design.mean("y"):
        same = book.row(level=row["level"], option=row["option"], question=row["question"])
        assert same["std_error"] == pytest.approx(row["std_error"], rel=1e-12)
    before = plain.proportion("q").row(option="a")["std_error"]
    assert book.row(level="", option="a")["std_error"] <= before
    # Shares within the calibrated role are unchanged by taking the role's mean out.
    assert book.row(level="x", option="a")["std_error"] == pytest.approx(
        plain.proportion("q", by="role").row(level="x", option="a")["std_error"]
    )


def test_uncalibrated_residuals_give_the_same_book() -> None:
    rng = np.random.default_rng(6)
    frame = pl.DataFrame(
        {"q": rng.choice(["a", "b"], 80), "role": rng.choice(["x", "y", "z"], 80), "s": np.arange(80) % 4, "w": rng.uniform(1, 2, 80)}
    )

    class Nothing:
        """Leaves scores as they are."""

        def residuals(self, scores: Floats) -> Floats:
            return scores

    plain = Design(frame, strata="s", weight="w")
    same = Design(frame, strata="s", weight="w", calibration=Nothing())
    for name in ("std_error", "p_rest", "p_rest_adjusted"):
        one, two = (design.tab_book(["q"], ["role"]).frame[name].to_list() for design in (plain, same))
        assert one == [None if value is None else pytest.approx(value, rel=1e-9) for value in two]


def test_importing_estimation_imports_nothing_heavy() -> None:
    code = "import sys, barometer.estimation; print([name for name in ('polars', 'numpy', 'scipy', 'pandas') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_no_estimate_imports_scipy_stats() -> None:
    code = (
        "import sys, polars as pl; from barometer.estimation import Design;"
        "Design(pl.DataFrame({'q': ['a', 'b'] * 20, 'r': ['x'] * 20 + ['y'] * 20})).tab_book(['q'], ['r']);"
        "print('scipy.stats' in sys.modules, 'scipy.special' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False True"
