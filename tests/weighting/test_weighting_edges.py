"""What weighting refuses, what it leaves alone, and what it reports."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import DesignError
from barometer.estimation import Design
from barometer.weighting import Margin, Total, Weighted, calibrate, effective_base, poststratify, rake, read_margins, report, trim

FRAME = pl.DataFrame(
    {
        "role": ["chair"] * 6 + ["officer"] * 4,
        "side": ["left", "left", "left", "right", "right", "right", "left", "right", "right", "right"],
        "seat": [1, 1, 2, 2, 3, 3, 1, 2, 3, 3],
        "beds": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
    }
)
ROLE = {"chair": 20.0, "officer": 30.0}
SIDE = {"left": 25.0, "right": 25.0}


def parts(call: Any) -> dict[str, str]:
    with pytest.raises(DesignError) as caught:
        call()
    return caught.value.parts() | {"what": caught.value.what}


def test_raking_meets_every_margin() -> None:
    weights = rake(FRAME, {"role": ROLE, "side": SIDE, "seat": {1: 10, 2: 20, 3: 20}}).weights
    sums = FRAME.with_columns(w=pl.Series(weights))
    for column, expected in (("role", ROLE), ("side", SIDE), ("seat", {1: 10, 2: 20, 3: 20})):
        found = dict(sums.group_by(column).agg(pl.col("w").sum()).iter_rows())
        assert found == {level: pytest.approx(total, rel=1e-11) for level, total in expected.items()}


def test_weights_need_not_sum_to_the_population_before() -> None:
    plain = rake(FRAME, {"role": ROLE, "side": SIDE}).weights
    scaled = rake(FRAME, {"role": ROLE, "side": SIDE}, weights=[7.5] * 10).weights
    assert scaled.tolist() == pytest.approx(plain.tolist(), rel=1e-11)


def test_shares_are_margins() -> None:
    weights = rake(FRAME, {"role": {"chair": 0.4, "officer": 0.6}, "side": {"left": 0.5, "right": 0.5}}).weights
    assert (50 * weights).tolist() == pytest.approx(rake(FRAME, {"role": ROLE, "side": SIDE}).weights.tolist(), rel=1e-11)


def test_margins_are_read_from_a_population_frame() -> None:
    persons = pl.DataFrame({"role": ["chair"] * 20 + ["officer"] * 30, "side": ["left", "right"] * 25})
    groups = persons.group_by("role", "side").len("posts")
    expected = rake(FRAME, {"role": ROLE, "side": SIDE}).weights.tolist()
    assert rake(FRAME, ["role", "side"], population=persons).weights.tolist() == expected
    assert rake(FRAME, ["role", "side"], population=groups, count="posts").weights.tolist() == expected
    tables = {"role": pl.DataFrame({"role": ["chair", "officer"], "posts": [20, 30]}), "side": SIDE}
    assert rake(FRAME, tables).weights.tolist() == expected


def test_crossed_margins_are_post_strata() -> None:
    crossed = {("role", "side"): {("chair", "left"): 6, ("chair", "right"): 14, ("officer", "left"): 12, ("officer", "right"): 18}}
    made = poststratify(FRAME, crossed)
    assert made.weights.tolist() == pytest.approx([2.0] * 3 + [14 / 3] * 3 + [12.0] + [6.0] * 3)
    groups = pl.DataFrame({"role": ["chair", "chair", "officer", "officer"], "side": ["left", "right"] * 2, "n": [6, 14, 12, 18]})
    assert poststratify(FRAME, ["role", "side"], population=groups, count="n").weights.tolist() == made.weights.tolist()
    assert rake(FRAME, crossed).weights.tolist() == made.weights.tolist()


@pytest.mark.parametrize("dtype", [pl.Int8, pl.Float64, pl.String, pl.Categorical, pl.Boolean])
def test_levels_of_every_type_are_found(dtype: Any) -> None:
    frame = pl.DataFrame({"v": pl.Series([0, 1, 1, 1]).cast(pl.String).cast(pl.Int8)})
    if dtype in (pl.String, pl.Categorical):
        frame = frame.with_columns(pl.col("v").cast(pl.String))
    frame = frame.with_columns(pl.col("v").cast(dtype))
    levels = (False, True) if dtype == pl.Boolean else (0, 1)
    assert rake(frame, {"v": {levels[0]: 6, levels[1]: 6}}).weights.tolist() == [6.0, 2.0, 2.0, 2.0]


def test_wide_and_sparse_whole_numbers_are_levels_too() -> None:
    frame = pl.DataFrame({"area": [5, 900_000_007, 5, 70_000]})
    assert rake(frame, {"area": {5: 10, 900_000_007: 1, 70_000: 2}}).weights.tolist() == [5.0, 1.0, 5.0, 2.0]


def test_a_level_without_respondents_is_named() -> None:
    said = parts(lambda: rake(FRAME, {"role": {**ROLE, "deputy": 5}}))
    assert said["where"] == "margin 'role', level 'deputy'"
    assert "5 persons" in said["expected"]


def test_a_level_whose_respondents_have_no_weight_is_named() -> None:
    said = parts(lambda: rake(FRAME, {"role": ROLE}, weights=[1.0] * 6 + [0.0] * 4))
    assert said["where"] == "margin 'role', level 'officer'"


def test_an_unknown_level_is_named_with_its_row() -> None:
    said = parts(lambda: rake(FRAME, {"role": {"chair": 20, "oficer": 30}}))
    assert said["where"] == "margin 'role', level 'officer', row 7"
    assert "oficer" in said["hint"]


def test_a_missing_level_is_named_with_its_row() -> None:
    frame = FRAME.with_columns(role=pl.when(pl.col("beds") == 3).then(None).otherwise("role"))
    assert parts(lambda: rake(frame, {"role": ROLE}))["where"] == "margin 'role', column 'role', row 3"
    weights = [1.0, 1.0, 0.0] + [1.0] * 7
    assert rake(frame, {"role": ROLE}, weights=weights).weights[2] == 0


def test_margins_of_different_totals_are_refused() -> None:
    said = parts(lambda: rake(FRAME, {"role": ROLE, "side": {"left": 25, "right": 26}}))
    assert "margin 'side'" in said["where"]
    assert "right 26" in said["where"]
    assert "margin 'role'" in said["expected"]
    assert said["got"] == "51"


def test_raking_that_cannot_converge_names_margin_and_level() -> None:
    # Chairs are all left and officers all right, so the margins contradict each other.
    frame = pl.DataFrame({"role": ["chair", "chair", "officer"], "side": ["left", "left", "right"]})
    said = parts(lambda: rake(frame, {"role": {"chair": 10, "officer": 10}, "side": {"left": 12, "right": 8}}))
    assert said["what"] == "Raking does not converge."
    assert said["where"] in {"margin 'role', level 'officer'", "margin 'role', level 'chair'"}
    assert "rounds" in said["got"]


def test_calibration_that_cannot_converge_names_what_is_not_met() -> None:
    said = parts(lambda: calibrate(FRAME, {"role": ROLE}, method="logit", bounds=(0.9, 1.1)))
    assert said["where"].startswith("margin 'role', level ")
    said = parts(lambda: calibrate(FRAME, {"role": {"chair": 6, "officer": 4}, "beds": 100.0}, method="raking"))
    assert said["where"] in {"total of 'beds'", "margin 'role', level 'officer'", "margin 'role', level 'chair'"}


def test_negative_calibrated_weights_are_refused() -> None:
    said = parts(lambda: calibrate(FRAME, {"beds": 20.0}, size=10))
    assert said["what"] == "Calibration gives negative weights."
    assert "row 10" in said["where"]
    inside = calibrate(FRAME, {"beds": 20.0}, size=10, bounds=(0.0, None)).weights
    assert inside.min() == 0
    assert inside @ FRAME["beds"].to_numpy() == pytest.approx(20)


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda: rake(FRAME, {}), "margins"),
        (lambda: rake(FRAME, ["role"]), "margin 'role'"),
        (lambda: rake(FRAME, {"roll": ROLE}), "margin 'roll'"),
        (lambda: rake(FRAME, {"role": {"chair": -1, "officer": 5}}), "margin 'role', level 'chair'"),
        (lambda: rake(FRAME, {"role": {"chair": "many", "officer": 5}}), "margin 'role', level 'chair'"),
        (lambda: rake(FRAME, {"role": {"chair": float("nan"), "officer": 5}}), "margin 'role', level 'chair'"),
        (lambda: rake(FRAME, {"role": {"chair": 0, "officer": 5}}), "margin 'role', level 'chair'"),
        (lambda: rake(FRAME, {"role": {}}), "margin 'role'"),
        (lambda: rake(FRAME, {"role": 5}), "margin 'role'"),
        (lambda: rake(FRAME, {"seat": {1: 2, "1": 3}}), "margin 'seat', level '1'"),
        (lambda: rake(FRAME, [Margin(("role",), {("chair",): 1.0}), "role"], population=FRAME), "margin 'role'"),
        (lambda: rake(FRAME, ["roles"], population=FRAME), "column 'roles'"),
        (lambda: rake(FRAME, ["role"], population=FRAME, count="side"), "column 'side'"),
        (lambda: rake(FRAME, {"role": ROLE}, weights="w"), "column 'w'"),
        (lambda: rake(FRAME, {"role": ROLE}, weights="side"), "column 'side'"),
        (lambda: rake(FRAME, {"role": ROLE}, weights=[1.0] * 9), "weights"),
        (lambda: rake(FRAME, {"role": ROLE}, weights=[1.0] * 9 + [-1.0]), "weights, row 10"),
        (lambda: rake(FRAME, {"role": ROLE}, weights=[1.0] * 9 + [float("nan")]), "weights, row 10"),
        (lambda: rake(FRAME, {"role": ROLE}, weights=[0.0] * 10), "weights"),
        (lambda: poststratify(FRAME, {"role": ROLE, "side": SIDE}), "margin 'role', margin 'side'"),
        (lambda: calibrate(FRAME, {"side": 4.0}), "column 'side'"),
        (lambda: calibrate(FRAME, {"bed": 4.0}), "total of 'bed'"),
        (lambda: calibrate(FRAME, {"beds": float("inf")}), "total of 'beds'"),
        (lambda: calibrate(FRAME, {"role": ROLE}, method="greg"), "method"),
        (lambda: calibrate(FRAME, {"role": ROLE}, method="logit"), "bounds"),
        (lambda: calibrate(FRAME, {"role": ROLE}, bounds=(1.5, 2.0)), "bounds"),
        (lambda: trim([1.0, 2.0]), "lower, upper"),
        (lambda: trim([1.0, 2.0], upper=0.5), "lower, upper"),
        (lambda: trim([1.0, 2.0], lower=2, upper=1), "lower, upper"),
    ],
)
def test_bad_input_is_refused_with_its_place(call: Any, where: str) -> None:
    assert parts(call)["where"] == where


def test_missing_numbers_cannot_be_calibrated() -> None:
    frame = FRAME.with_columns(beds=pl.when(pl.col("beds") == 2).then(None).otherwise("beds"))
    assert parts(lambda: calibrate(frame, {"beds": 50.0}))["where"] == "column 'beds', row 2"


def test_logit_stays_inside_its_bounds() -> None:
    made = calibrate(FRAME, {"role": {"chair": 5, "officer": 5}, "side": {"left": 5, "right": 5}}, method="logit", bounds=(0.4, 2.5))
    assert made.weights.min() > 0.4
    assert made.weights.max() < 2.5
    assert made.weights.sum() == pytest.approx(10)


def test_calibration_by_raking_is_raking() -> None:
    targets = {"role": ROLE, "side": SIDE}
    assert calibrate(FRAME, targets, method="raking").weights.tolist() == pytest.approx(rake(FRAME, targets).weights.tolist(), rel=1e-9)


def test_one_respondent_in_a_level_carries_it() -> None:
    frame = FRAME.with_columns(role=pl.when(pl.col("beds") == 10).then(pl.lit("deputy")).otherwise("role"))
    design = Design(frame).poststratify({"role": ROLE | {"deputy": 8}})
    assert design.weights[9] == 8
    assert design.total("role").row(option="deputy")["std_error"] == 0


def test_trimming_keeps_the_sum_and_the_limits_and_is_logged() -> None:
    weights = [0.0, 1.0, 1.0, 2.0, 16.0]
    made = trim(weights, lower=0.5, upper=2)
    live = made.weights[1:]
    assert made.weights[0] == 0
    assert live.sum() == pytest.approx(20)
    assert live.max() <= 10 * (1 + 1e-12)
    assert live.min() >= 2.5 * (1 - 1e-12)
    assert made.log[0].method == "trimming"
    assert made.log[0].detail.startswith("1 weights cut to 10")


def test_nothing_is_trimmed_unless_asked_for() -> None:
    design = Design(FRAME).rake({"role": ROLE, "side": SIDE})
    assert [entry.method for entry in design.weighting_report().steps] == ["raking"]
    trimmed = design.trim(upper=1.2)
    assert [entry.method for entry in trimmed.weighting_report().steps] == ["raking", "trimming"]
    # The margins that were met are met no longer, and the report says so.
    after = dict(trimmed.weighting_report().margins.select("level", "after").iter_rows())
    assert after["chair"] != pytest.approx(20, rel=1e-3)


def test_the_report_shows_margins_before_and_after() -> None:
    made = report(FRAME, rake(FRAME, {"role": ROLE, "side": SIDE}))
    row = made.margins.row(by_predicate=(pl.col("margin") == "role") & (pl.col("level") == "officer"), named=True)
    assert row["respondents"] == 4
    assert row["before"] == 4
    assert row["before_share"] == pytest.approx(0.4)
    assert row["after"] == pytest.approx(30)
    assert row["after_share"] == pytest.approx(0.6)
    assert made.effective_base == pytest.approx(effective_base(rake(FRAME, {"role": ROLE, "side": SIDE}).weights))
    assert made.design_effect == pytest.approx(1 / made.efficiency)
    assert made.frame.height == 1


def test_the_report_of_a_design_that_was_not_weighted() -> None:
    made = Design(FRAME).weighting_report()
    assert made.steps == ()
    assert made.design_effect == 1
    assert "not weighted" in repr(made)


def test_totals_stand_in_the_report() -> None:
    made = Design(FRAME).calibrate({"role": ROLE, "beds": 300.0}).weighting_report()
    row = made.margins.row(by_predicate=pl.col("margin") == "beds", named=True)
    assert (row["target"], row["before"]) == (300, 55)
    assert row["after"] == pytest.approx(300)


def test_weighting_changes_neither_the_frame_nor_the_design() -> None:
    design = Design(FRAME)
    before = FRAME.clone()
    raked = design.rake({"role": ROLE})
    assert design.frame.equals(before)
    assert design.calibration is None
    assert raked.frame.columns[-1] == "raked_weight"
    assert raked.reweighted([1.0] * 10).weighting is None


def test_two_calibrations_are_both_in_the_variance() -> None:
    design = Design(FRAME, population=50)
    once = design.poststratify({"role": ROLE})
    twice = once.rake({"role": ROLE, "side": SIDE})
    assert [entry.method for entry in twice.weighting_report().steps] == ["post-stratification", "raking"]
    direct = design.rake({"role": ROLE, "side": SIDE})
    assert twice.weights.tolist() == pytest.approx(direct.weights.tolist(), rel=1e-10)
    assert twice.total("side").row(option="left")["std_error"] == 0
    assert 0 < twice.mean("beds").row()["std_error"] < design.mean("beds").row()["std_error"]


def test_margins_in_every_form_are_the_same() -> None:
    margin = Margin(("role",), {("chair",): 20.0, ("officer",): 30.0})
    assert read_margins([margin]) == read_margins({"role": ROLE}) == read_margins({"role": margin})
    assert (
        calibrate(FRAME, [margin, Total("beds", 300.0)]).weights.tolist() == calibrate(FRAME, {"role": ROLE, "beds": 300}).weights.tolist()
    )


def test_steps_add_up() -> None:
    first = Weighted(np.array([1.0, 2.0]), np.ones(2))
    assert first.then(trim(first.weights, upper=1.2)).adjustment is None


levels = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.floats(0.1, 10)), min_size=1, max_size=30)


@st.composite
def samples(draw: Any) -> pl.DataFrame:
    """Respondents in every crossing of two columns, so that raking converges."""
    rows = [(one, two, 1.0) for one in "abc" for two in "xy"] + draw(levels)
    return pl.DataFrame(draw(st.permutations(rows)), schema=["one", "two", "weight"], orient="row")


totals = st.tuples(*[st.floats(1, 100)] * 4)


def margins_of(drawn: tuple[float, ...]) -> dict[str, dict[str, float]]:
    a, b, c, x = drawn
    total = a + b + c
    return {"one": {"a": a, "b": b, "c": c}, "two": {"x": total * x / 101, "y": total * (1 - x / 101)}}


@settings(deadline=None, max_examples=50)
@given(samples(), totals, st.floats(0.01, 100))
def test_raking_does_not_depend_on_the_scale_or_order_of_weights(frame: pl.DataFrame, drawn: tuple[float, ...], scale: float) -> None:
    margins = margins_of(drawn)
    weights = rake(frame, margins, weights="weight").weights
    scaled = rake(frame, margins, weights=frame["weight"] * scale).weights
    assert scaled.tolist() == pytest.approx(weights.tolist(), rel=1e-8)
    turned = rake(frame.reverse(), margins, weights="weight").weights
    assert turned[::-1].tolist() == pytest.approx(weights.tolist(), rel=1e-8)


@settings(deadline=None, max_examples=50)
@given(samples(), totals)
def test_post_stratified_totals_are_exact_and_have_no_error(frame: pl.DataFrame, drawn: tuple[float, ...]) -> None:
    margins = margins_of(drawn)
    design = Design(frame, weight="weight").poststratify({"one": margins["one"]})
    for row in design.total("one"):
        assert row["estimate"] == pytest.approx(margins["one"][row["option"]], rel=1e-12)
        assert row["std_error"] == 0


@settings(deadline=None, max_examples=50)
@given(samples(), totals)
def test_raked_totals_have_no_error_and_others_do(frame: pl.DataFrame, drawn: tuple[float, ...]) -> None:
    design = Design(frame, weight="weight").rake(margins_of(drawn))
    for column in ("one", "two"):
        assert all(row["std_error"] == pytest.approx(0, abs=1e-9 * row["estimate"]) for row in design.total(column))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=40), st.floats(1.01, 5))
def test_trimming_keeps_order_sum_and_limit(weights: list[float], upper: float) -> None:
    made = trim(weights, upper=upper).weights
    assert made.sum() == pytest.approx(sum(weights), rel=1e-9)
    assert made.max() <= upper * np.mean(weights) * (1 + 1e-9)
    order = np.argsort(weights)
    assert (np.diff(made[order]) >= 0).all()
