"""Calibrated weights, estimates and standard errors against R's survey package, at a relative 1e-9."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from barometer.estimation import Design

REFERENCE = Path(__file__).parents[1] / "reference"
ENTRIES = {entry["id"]: entry for entry in json.loads((REFERENCE / "reference.json").read_text())["topics"]["calibration"]}
BOUNDS = {"strat.logit": (0.8, 1.25), "clus1.logit": (0.4, 2.2), "clus1.linear_bounded": (0.4, 2.2), "baro.logit": (0.5, 2.0)}
METHODS = {"linear_bounded": "linear", "raking_factors": "raking"}


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-9)


@cache
def read(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "data" / name, infer_schema_length=None, schema_overrides={"cds": pl.String})


def start(entry: dict[str, Any]) -> Design:
    described = entry["design"]
    return Design(
        read(entry["data"]),
        weight=described["weight"],
        strata=described["strata"],
        clusters=described["clusters"] or None,
        population=described["population"] or None,
    )


def targets_of(population: dict[str, float], frame: pl.DataFrame) -> dict[str, Any]:
    """R's totals of a model matrix as margins: the level without a column has what is left of the intercept."""
    out: dict[str, Any] = {}
    for column in ("stype", "role", "region", "sch.wide"):
        levels = {name.removeprefix(column): total for name, total in population.items() if name.startswith(column)}
        if levels:
            (other,) = set(frame[column].unique()) - set(levels)
            out[column] = levels | {other: population["(Intercept)"] - sum(levels.values())}
    return out | ({"api99": population["api99"]} if "api99" in population else {})


@cache
def weighted(name: str) -> Design:
    entry = ENTRIES[name]
    design, population = start(entry), entry["values"]["population"]
    method = name.split(".")[1]
    if method == "poststratify" and "file" in population:
        return design.poststratify(population["by"], population=read(population["file"]), count="Freq")
    if method == "poststratify":
        return design.poststratify(population)
    if method == "rake":
        return design.rake(population)
    bounds = BOUNDS.get(name, (None, None))
    return design.calibrate(targets_of(population, design.frame), method=METHODS.get(method, method), bounds=bounds)


def figures(design: Design) -> dict[str, dict[str, dict[str, Any]]]:
    """The targets of the reference file, by the text of R's call."""
    north = {"where": pl.col("region") == "north"}
    if "years" in design.frame.columns:
        return {
            "svymean(~q1, d, na.rm = TRUE)": {f"q1{row['option']}": row for row in design.proportion("q1")},
            "svymean(~score, d, na.rm = TRUE)": {"score": design.mean("score").row()},
            "svytotal(~years, d)": {"years": design.total("years").row()},
            'svymean(~score, subset(d, region == "north"), na.rm = TRUE)': {"score": design.mean("score", **north).row()},
            "svyratio(~b1, ~b2, d, na.rm = TRUE)": {"b1/b2": design.ratio("b1", "b2").row()},
        }
    return {
        "svymean(~api00, d)": {"api00": design.mean("api00").row()},
        "svytotal(~mobility, d)": {"mobility": design.total("mobility").row()},
        "svymean(~awards, d)": {f"awards{row['option']}": row for row in design.proportion("awards")},
        "svyratio(~api.stu, ~meals, d)": {"api.stu/meals": design.ratio("api.stu", "meals").row()},
        "svymean(~meals_holed, d, na.rm = TRUE)": {"meals_holed": design.mean("meals_holed").row()},
    }


@pytest.mark.parametrize("name", ENTRIES)
def test_weights_equal_r(name: str) -> None:
    values = ENTRIES[name]["values"]
    expected = read(values["weights_file"])[values["weights_column"]].to_list()
    assert weighted(name).weights.tolist() == close(expected)


@pytest.mark.parametrize("name", ENTRIES)
def test_estimates_and_standard_errors_equal_r(name: str) -> None:
    made = figures(weighted(name))
    for call, target in ENTRIES[name]["values"]["targets"].items():
        for variable, estimate in target["estimate"].items():
            row = made[call][variable]
            assert row["estimate"] == close(estimate)
            if not name.endswith(".rake"):  # R takes unweighted residuals there; see the next test.
                known = target["se"][variable]
                # A calibrated total has no error; R leaves the rounding.
                assert row["std_error"] == (
                    close(known) if known > 1e-9 * abs(estimate) else pytest.approx(known, abs=1e-9 * abs(estimate))
                )


@pytest.mark.parametrize("name", ENTRIES)
def test_variance_comes_from_design_weighted_residuals(name: str) -> None:
    hand = ENTRIES[name]["values"]["mean_by_hand"]
    row = weighted(name).mean(hand["variable"]).row()
    assert row["estimate"] == close(hand["estimate"])
    assert row["std_error"] == close(hand["se_residual_design_weights"])
    assert row["std_error"] != pytest.approx(hand["se_ignoring_calibration_wrong"], rel=1e-6)


@pytest.mark.parametrize("name", ["strat.rake", "clus1.raking", "clus2.poststratify", "baro.rake", "baro.logit"])
def test_the_tab_book_has_the_same_variances(name: str) -> None:
    design = weighted(name)
    question, by = ("q1", "region") if name.startswith("baro") else ("awards", "stype")
    book = design.tab_book([question], [by])
    for level, alone in (("", design.proportion(question)), (None, design.proportion(question, by=by))):
        for row in alone:
            found = book.row(level=row["level"] if level is None else level, option=row["option"])
            for column in ("estimate", "std_error", "conf_low", "conf_high", "design_effect"):
                assert found[column] == close(row[column]), (row["level"], row["option"], column)


def test_comparisons_in_the_tab_book_use_residuals() -> None:
    design = weighted("baro.rake")
    row = design.tab_book(["q1"], ["role"], adjust=None).row(break_="role", level="chair", option="agree")
    ignoring = design.reweighted(design.weights).tab_book(["q1"], ["role"], adjust=None)
    assert row["rest"] is not None
    assert row["p_rest"] != pytest.approx(ignoring.row(break_="role", level="chair", option="agree")["p_rest"], rel=1e-6)
