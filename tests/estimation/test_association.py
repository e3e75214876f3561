"""The Rao-Scott test and its effect size: against R, at its edges, by its properties."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import DesignError
from barometer.estimation import Battery, Categorical, Design

REFERENCE = Path(__file__).parents[1] / "reference"
TOPICS = json.loads((REFERENCE / "reference.json").read_text())["topics"]
RAO_SCOTT = [entry for entry in TOPICS["chisq"] if entry["id"].endswith(".F")]


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-14)


@cache
def frame(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "data" / name, infer_schema_length=None, schema_overrides={"cds": pl.String})


def design_of(entry: dict[str, Any]) -> Design:
    described = entry["design"]
    return Design(
        frame(entry["data"]),
        weight=described["weight"],
        strata=described["strata"],
        clusters=described["clusters"] or None,
        population=described["population"],
    )


@pytest.mark.parametrize("entry", RAO_SCOTT, ids=lambda one: one["id"])
def test_the_test_equals_r(entry: dict[str, Any]) -> None:
    names = re.match(r"svychisq\(~(\S+) \+ (\S+),", entry["call"])
    assert names is not None
    row, values = design_of(entry).independence(*names.groups()).row(), entry["values"]
    assert row["test"] == "Rao-Scott F"
    assert row["test_value"] == close(values["statistic"])
    assert (row["df1"], row["df2"]) == (close(values["parameter"]["ndf"]), close(values["parameter"]["ddf"]))
    assert row["p_value"] == pytest.approx(values["p_value"], rel=1e-8)
    assert row["estimate"] == close(values["cramers_v"])


def test_a_simple_random_sample_gives_pearsons_chi_square() -> None:
    rows = [(a, b) for a, b, n in (("x", "u", 30), ("x", "v", 20), ("y", "u", 15), ("y", "v", 35)) for _ in range(n)]
    row = Design(pl.DataFrame(rows, schema=["a", "b"], orient="row")).independence("a", "b").row()
    observed = np.array([[30, 20], [15, 35]])
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / 100
    chi_square = ((observed - expected) ** 2 / expected).sum()
    assert row["test_value"] == pytest.approx(chi_square * 99 / 100, rel=1e-9)
    assert row["estimate"] == pytest.approx(np.sqrt(chi_square / 100), rel=1e-12)
    assert (row["df1"], row["df2"]) == (1, pytest.approx(99))


def test_two_items_of_a_battery() -> None:
    design = design_of(RAO_SCOTT[-1])
    battery = Battery("b", {"one": "b1", "two": "b2"}, codes=(1, 2, 3, 4, 5))
    row = design.independence(battery.item("one"), Categorical("b2", codes=(1, 2, 3, 4, 5))).row()
    same = design.independence("b1", "b2").row()
    assert row["test_value"] == same["test_value"]
    assert 0 < row["estimate"] < 1
    assert row["df1"] <= 16


def test_a_domain_keeps_the_design() -> None:
    design = design_of(RAO_SCOTT[-1])
    emptied = design.frame.with_columns(q1=pl.when(pl.col("region") != "north").then(pl.col("q1")).otherwise(None))
    among = design.independence("q1", "support", where=pl.col("region") != "north").row()
    assert among == design.with_frame(emptied).independence("q1", "support").row()
    assert among["df"] == design.df


def test_a_census_states_a_fact() -> None:
    table = pl.DataFrame({"a": ["x", "x", "y", "y"] * 5, "b": ["u", "v", "u", "u"] * 5})
    row = Design(table, population=20).independence("a", "b").row()
    assert (row["p_value"], row["method"], row["test_value"]) == (0.0, "census", None)
    balanced = pl.DataFrame({"a": ["x", "x", "y", "y"] * 5, "b": ["u", "v", "u", "v"] * 5})
    assert Design(balanced, population=20).independence("a", "b").row()["p_value"] == 1.0


def test_the_same_question_twice_is_complete_association() -> None:
    row = design_of(RAO_SCOTT[-1]).independence("q1", Categorical("again", "q1")).row()
    assert row["estimate"] == pytest.approx(1.0)
    assert row["p_value"] < 1e-6


@pytest.mark.parametrize(
    ("names", "what", "part"),
    [
        (("q1", "rol"), "not in the frame", "Did you mean 'role'?"),
        (("q1", "same"), "at least two levels", "1: x"),
        (("nothing", "role"), "at least two levels", "break 'nothing'"),
        (("declared", "role"), "not one of the declared codes", "row 1"),
    ],
)
def test_bad_requests_are_refused(names: tuple[Any, Any], what: str, part: str) -> None:
    design = design_of(RAO_SCOTT[-1])
    design = design.with_frame(design.frame.with_columns(same=pl.lit("x"), nothing=pl.lit(None, dtype=pl.String), declared=pl.lit("c")))
    if names[0] == "declared":
        names = (Categorical("declared", codes=("a", "b")), "role")
    with pytest.raises(DesignError, match=what) as caught:
        design.independence(*names)
    assert part in str(caught.value)


answers = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("uv")), min_size=12, max_size=40)


@settings(max_examples=40, deadline=None)
@given(answers, st.integers(0, 1000), st.floats(0.01, 100))
def test_neither_order_nor_sides_nor_scale_of_weights_matter(rows: list[tuple[str, str]], seed: int, scale: float) -> None:
    plain = pl.DataFrame(rows, schema=["a", "b"], orient="row").with_columns(w=1.0 + pl.int_range(pl.len()) % 3)
    if plain["a"].n_unique() < 2 or plain["b"].n_unique() < 2:
        return
    shuffled = plain.sample(fraction=1, shuffle=True, seed=seed).with_columns(pl.col("w") * scale)
    one = Design(plain, weight="w").independence("a", "b").row()
    other = Design(shuffled, weight="w").independence("b", "a").row()
    assert 0 <= one["estimate"] <= 1
    for name in ("estimate", "test_value", "df1", "p_value"):
        assert other[name] == pytest.approx(one[name], rel=1e-6, abs=1e-9)


def test_paired_differences_have_a_p_value() -> None:
    for entry in TOPICS["paired_differences"]:
        one, two = entry["id"].split(".")[1:]
        row = design_of(entry).difference(one, two).row()
        assert row["p_value"] == pytest.approx(entry["values"]["p_value"], rel=1e-8)
