"""Replicate weights against R's survey package, at a relative 1e-9."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from barometer.estimation import Design, Estimates, Replicates

REFERENCE = Path(__file__).parents[1] / "reference"
ENTRIES = {entry["id"]: entry for entry in json.loads((REFERENCE / "reference.json").read_text())["topics"]["replicates"]}
CENTRES = {"mse_true": "estimate", "mse_false": "mean"}
SUPPLIED = [name for name, entry in ENTRIES.items() if "multipliers_file" in entry["values"]]


@cache
def read(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "data" / name, infer_schema_length=None, schema_overrides={"cds": pl.String})


@cache
def design_of(name: str) -> Design:
    entry = ENTRIES[name]
    described = entry["design"]
    return Design(
        read(entry["data"]),
        weight=described["weight"],
        strata=described["strata"],
        clusters=described["clusters"] or None,
        population=described["population"] or None,
        nest=described["name"] == "paired",
    )


def replicates_of(name: str, centre: str) -> Replicates:
    values = ENTRIES[name]["values"]
    if name not in SUPPLIED:
        return design_of(name).replicates("jackknife", centre=centre)
    multipliers = read(values["multipliers_file"])
    return design_of(name).replicates(weights=multipliers, combined=False, scale=values["scale"], rscales=values["rscales"], centre=centre)


def figures(made: Replicates, data: str) -> dict[str, Estimates]:
    quartiles = [0.25, 0.5, 0.9]
    if "scd" in data:
        return {"mean": made.mean("alive"), "ratio": made.ratio("alive", "arrests"), "total": made.total("alive")}
    if "barometer" in data:
        return {
            "mean": made.mean("years"),
            "proportion": made.proportion("q1"),
            "ratio": made.ratio("years", "posts"),
            "total": made.total("years"),
            "domain": made.mean("years", where=pl.col("region") == "north"),
            "quantile": made.quantile("years", quartiles),
        }
    return {
        "mean": made.mean("api00"),
        "proportion": made.proportion("sch.wide"),
        "ratio": made.ratio("api.stu", "meals"),
        "total": made.total("mobility"),
        "domain": made.mean("api00", where=pl.col("stype") == "E"),
        "quantile": made.quantile("api00", quartiles),
    }


@pytest.mark.parametrize("key", CENTRES)
@pytest.mark.parametrize("name", ENTRIES)
def test_standard_errors_equal_r(name: str, key: str) -> None:
    found = figures(replicates_of(name, CENTRES[key]), ENTRIES[name]["data"])
    for target, expected in ENTRIES[name]["values"][key].items():
        frame = found[target].frame
        assert frame["estimate"].to_list() == pytest.approx(expected["estimate"], rel=1e-9)
        assert frame["std_error"].to_list() == pytest.approx(expected["se"], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", ["clus1.jk1", "strat.jkn", "baro.jkn"])
def test_degrees_of_freedom_equal_r(name: str) -> None:
    assert replicates_of(name, "estimate").df == ENTRIES[name]["values"]["df"]


@pytest.mark.parametrize(("method", "rho"), [("brr", None), ("fay", 0.3)])
def test_balanced_replicates_have_r_s_variance_of_totals(method: str, rho: float | None) -> None:
    values = ENTRIES[f"paired.{method}"]["values"]
    made = design_of(f"paired.{method}").replicates(method, rho=rho)
    assert made.number == values["replicates"]
    assert made.scheme.scale == pytest.approx(values["scale"])
    for target in ("mean", "total"):
        row = figures(made, "scd")[target].row()
        assert row["std_error"] == pytest.approx(values["mse_true"][target]["se"][0], rel=1e-9)


@pytest.mark.parametrize("name", ["clus1.jk1", "strat.jkn", "clus2.mrbbootstrap"])
def test_the_jackknife_of_a_total_is_the_linearised_variance_at_every_stage(name: str) -> None:
    design = design_of(name)
    row = design.replicates("jackknife").total("mobility").row()
    assert row["std_error"] == pytest.approx(design.total("mobility").row()["std_error"], rel=1e-9)


@pytest.mark.parametrize("name", ["clus1.bootstrap", "baro.bootstrap", "clus2.mrbbootstrap"])
def test_the_bootstrap_of_a_total_comes_near_the_linearised_variance(name: str) -> None:
    design, variable = design_of(name), "years" if name.startswith("baro") else "mobility"
    row = design.replicates("bootstrap", 4000, seed=5).total(variable).row()
    # The relative standard error of a standard error from 4000 replicates is about 1.2 per cent.
    assert row["std_error"] == pytest.approx(design.total(variable).row()["std_error"], rel=0.05)
