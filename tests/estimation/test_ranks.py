"""t tests and rank tests: against R, at their edges, by their properties."""

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
from barometer.estimation import Categorical, Design, Numeric, Term, ranks

REFERENCE = Path(__file__).parents[1] / "reference"
TOPICS = json.loads((REFERENCE / "reference.json").read_text())["topics"]
SCORES: dict[str, Any] = {"wilcoxon": "wilcoxon", "KruskalWallis": "wilcoxon", "vanderWaerden": "van der Waerden", "median": "median"}


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-9)


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


def baro() -> Design:
    return design_of(TOPICS["ranks"][-1])


def scores_of_r(values: Any, weights: Any, inside: Any, scores: str) -> Any:
    """R's ranks: tied rows get the average of the places that they have in the order in which they stand."""
    rows = np.flatnonzero(inside)
    order = rows[np.argsort(values[rows], kind="stable")]
    places = np.cumsum(weights[order]) - weights[order] / 2
    _, tie, sizes = np.unique(values[order], return_inverse=True, return_counts=True)
    rank = np.zeros(len(values))
    rank[order] = (np.bincount(tie, places) / sizes)[tie]
    total = weights[rows].sum()
    if scores == "median":
        return np.where(inside, rank > total / 2, 0.0)
    out = np.zeros(len(values))
    out[rows] = rank[rows] / total if scores == "wilcoxon" else ranks.normal_quantile(rank[rows] / total)
    return out


@pytest.mark.parametrize("entry", TOPICS["ranks"], ids=lambda one: one["id"])
def test_rank_tests_equal_r(entry: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    parts = re.match(r'svyranktest\((\S+) ~ (\S+), \w+, test = "(\w+)"', entry["call"])
    assert parts is not None
    variable, by, test = parts.groups()
    values = entry["values"]
    # Only the places of tied answers of unequal weight differ from R's; with R's, all else must be the same.
    monkeypatch.setattr(ranks, "_rank_scores", scores_of_r)
    found = design_of(entry).rank_test(Numeric(variable), by=by, scores=SCORES[test])
    if "difference" in values:
        row = found.row()
        assert row["estimate"] == close(values["difference"])
        assert row["std_error"] == close(values["se"])
        assert row["p_value"] == pytest.approx(values["p_value_df_whole_design_less_1"], rel=1e-8)
        assert abs(row["std_error"] / values["se_without_fpc_wrong"] - 1) > 1e-6
        assert (row["against"], row["level"]) == tuple(values["groups"])
    else:
        whole = found.row(statistic="rank_test")
        assert whole["test_value"] == close(values["f"])
        assert whole["p_value"] == pytest.approx(values["p_value_ddf_whole_design"], rel=1e-8)
        assert (whole["df1"], whole["estimate"], whole["level"]) == (values["ndf"], None, "")
        for level, difference in values["differences"].items():
            row = found.row(statistic="rank_difference", level=level)
            assert row["estimate"] == pytest.approx(difference, rel=1e-9, abs=1e-12)
            assert row["std_error"] == close(values["se"][level])
    assert found.frame["base"][0] == values["answered"]


@pytest.mark.parametrize(
    "entry", [one for one in TOPICS["ranks"] if one["design"]["name"] == "clus1" or one["id"].endswith("median")], ids=lambda one: one["id"]
)
def test_ranks_of_equal_weights_are_rs(entry: dict[str, Any]) -> None:
    parts = re.match(r'svyranktest\((\S+) ~ (\S+), \w+, test = "(\w+)"', entry["call"])
    assert parts is not None
    row = design_of(entry).rank_test(Numeric(parts.group(1)), by=parts.group(2), scores=SCORES[parts.group(3)]).frame.row(0, named=True)
    values = entry["values"]
    assert row["test_value"] == pytest.approx(values["t"] if "t" in values else values["f"], rel=1e-9)


@pytest.mark.parametrize("entry", TOPICS["ttest"], ids=lambda one: one["id"])
def test_t_tests_equal_r(entry: dict[str, Any]) -> None:
    design, values = design_of(entry), entry["values"]
    if entry["id"].endswith("one_sample"):
        pair = re.search(r"I\((\w+) - (\w+)\)", entry["call"])
        assert pair is not None
        one, two = pair.groups()
        row = design.with_frame(design.frame.with_columns(d=(pl.col(one) - pl.col(two)).cast(pl.Float64))).t_test("d").row()
    else:
        names = re.match(r"svyttest\((\S+) ~ (\S+),", entry["call"])
        assert names is not None
        row = design.t_test(*names.groups()).row()
        assert [row["against"], row["level"]] == values["second_minus_first"]
    assert row["estimate"] == close(values["difference"])
    assert row["std_error"] == close(abs(values["se"]))
    assert row["test_value"] == close(values["t"])
    assert row["p_value"] == pytest.approx(values["p_value_df_whole_design"], rel=1e-8)
    assert (row["df1"], row["df2"]) == (1, values["degf_whole_design"])
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


def test_a_t_test_of_a_share_and_of_a_term() -> None:
    design = baro()
    share, term = design.t_test(("support", "yes"), "role").row(), design.t_test(Term("support", "yes"), "role").row()
    levels = design.proportion("support", by="role")
    expected = levels.row(level="chair", option="yes")["estimate"] - levels.row(level="ao", option="yes")["estimate"]
    assert share["estimate"] == pytest.approx(expected, rel=1e-12)
    assert (share["estimate"], share["p_value"]) == (term["estimate"], term["p_value"])
    assert (share["question"], share["option"], share["break"]) == ("support", "yes", "role")


def test_one_sample_against_a_number() -> None:
    row = baro().t_test("score", against=5.5).row()
    mean = baro().mean("score").row()
    assert row["estimate"] == pytest.approx(mean["estimate"] - 5.5)
    assert row["std_error"] == pytest.approx(mean["std_error"], rel=1e-12)
    assert row["against"] == "5.5"


def test_a_mean_against_the_rest_in_a_tab_book_is_the_same_test() -> None:
    book = baro().tab_book([Numeric("score")], ["role"], adjust=None).row(break_="role", level="chair")
    assert book["p_rest"] == pytest.approx(baro().t_test("score", "role").row()["p_value"], rel=1e-9)


def test_scales_are_ranked_in_their_order() -> None:
    design = baro()
    numbers = design.rank_test("b1", by="role").row()
    letters = dict(enumerate("edcba", start=1))
    words = design.frame.with_columns(pl.col("b1").replace_strict(letters, return_dtype=pl.String))
    scale = design.with_frame(words).rank_test(Categorical("b1", codes=tuple("edcba")), by="role").row()
    enum = design.with_frame(words.with_columns(pl.col("b1").cast(pl.Enum(list("edcba"))))).rank_test("b1", by="role").row()
    assert scale["estimate"] == enum["estimate"] == numbers["estimate"]
    without = design.rank_test(Categorical("b1", missing=(5,)), by="role").row()
    assert without["base"] < numbers["base"]
    valued = design.rank_test(Categorical("b1", codes=(1, 2, 3, 4, 5), values={1: 5, 2: 4, 3: 3, 4: 2, 5: 1}), by="role").row()
    assert valued["estimate"] == pytest.approx(-numbers["estimate"], rel=1e-9)


def test_a_census_states_facts() -> None:
    table = pl.DataFrame({"y": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "g": ["a", "a", "b", "b", "c", "c"]})
    census = Design(table, population=6)
    assert census.rank_test("y", by="g").row(statistic="rank_test")["p_value"] == 0.0
    assert census.t_test("y", "g", where=pl.col("g") != "c").row()["p_value"] == 0.0
    assert census.t_test("y", "g", where=pl.col("g") != "c").row()["std_error"] == 0.0


def test_where_keeps_the_design() -> None:
    design = baro()
    emptied = design.frame.with_columns(score=pl.when(pl.col("region") != "north").then(pl.col("score")).otherwise(None))
    for one in ("t_test", "rank_test"):
        among = getattr(design, one)("score", by="role", where=pl.col("region") != "north").row()
        assert among == getattr(design.with_frame(emptied), one)("score", by="role").row()


@pytest.mark.parametrize(
    ("call", "what", "part"),
    [
        (lambda d: d.rank_test("scor", by="role"), "not in the frame", "Did you mean 'score'?"),
        (lambda d: d.rank_test("score", by="rol"), "not in the frame", "Did you mean 'role'?"),
        (lambda d: d.rank_test("q1", by="role"), "no order", "column 'q1'"),
        (lambda d: d.rank_test("score", by="role", scores="wilcoxn"), "scores of a rank test", "Did you mean 'wilcoxon'?"),
        (lambda d: d.rank_test("score", by="role", where=pl.col("role") == "ao"), "at least two levels", "1: ao"),
        (lambda d: d.t_test("score", "region"), "compares two groups", "london, midlands"),
        (lambda d: d.t_test("score", "role", where=pl.col("role") == "ao"), "at least two levels", "1: ao"),
        (lambda d: d.t_test(("support", "yess"), "role"), "not one figure", "Did you mean 'yes'?"),
        (lambda d: d.t_test("score", "role", level=95), "level is impossible", "95"),
    ],
)
def test_bad_requests_are_refused(call: Any, what: str, part: str) -> None:
    with pytest.raises(DesignError, match=what) as caught:
        call(baro())
    assert part in str(caught.value)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_order_of_rows_and_scale_of_weights_do_not_matter(seed: int, scale: float) -> None:
    shuffled = baro().frame.sample(fraction=1, shuffle=True, seed=seed).with_columns(pl.col("weight") * scale)
    other = Design(shuffled, weight="weight", strata="role", population="posts")
    for by in ("role", "region"):
        plain, again = baro().rank_test("score", by=by).frame, other.rank_test("score", by=by).frame
        for name in ("estimate", "std_error", "test_value", "p_value"):
            one, two = (part[name].fill_null(0).to_list() for part in (plain, again))
            assert two == pytest.approx(one, rel=1e-7, abs=1e-10)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_ranks_do_not_care_for_the_unit(factor: float, shift: float) -> None:
    moved = baro().with_frame(baro().frame.with_columns(score=pl.col("score") * factor + shift))
    assert moved.rank_test("score", by="role").row()["test_value"] == pytest.approx(
        baro().rank_test("score", by="role").row()["test_value"]
    )
