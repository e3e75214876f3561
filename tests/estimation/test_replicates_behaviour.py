"""What replicates promise: seeds, censuses, domains, recalibration, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import DesignError
from barometer.estimation import Battery, Categorical, Design, MultipleResponse, Numeric
from barometer.estimation.replicates_bootstrap import Bootstrap
from barometer.estimation.replicates_hadamard import hadamard

DRAW = np.random.default_rng(20)
SIZE = 60
FRAME = pl.DataFrame(
    {
        "person": range(SIZE),
        "team": [number // 4 for number in range(SIZE)],
        "role": ["chair"] * 24 + ["officer"] * 36,
        "side": DRAW.choice(["left", "right"], SIZE),
        "q": DRAW.choice([1, 2, 3], SIZE),
        "a": pl.Series(DRAW.choice([0, 1], SIZE)).scatter([3, 5], None),
        "b": DRAW.choice([0, 1], SIZE),
        "beds": pl.Series(DRAW.normal(50, 10, SIZE)).scatter([0, 7], None),
        "weight": DRAW.uniform(1, 4, SIZE),
    }
)
PEOPLE = {"chair": 60, "officer": 100}
PLAIN = Design(FRAME, weight="weight", strata="role", population=PEOPLE)
CLUSTERED = Design(FRAME, weight="weight", strata="role", clusters="team", population={"chair": 10, "officer": 20})
TWO_STAGE = Design(FRAME.with_columns(teams=pl.lit(20), members=pl.lit(8)), clusters=["team", "person"], population=["teams", "members"])
QUESTIONS = [
    Categorical("q", codes=(1, 2, 3), values={1: 1, 2: 2, 3: 3}, nets={"high": (2, 3)}, top=(1,), balances={"up": ((3,), (1,))}),
    MultipleResponse("ticks", {"a": "a", "b": "b"}),
    Battery("pair", {"a": "a", "b": "b"}, codes=(0, 1)),
    Numeric("beds"),
    MultipleResponse("gone", {"b": "b", "c": "c"}, base="each"),
]


def parts(call: Any) -> dict[str, str]:
    with pytest.raises(DesignError) as caught:
        call()
    return caught.value.parts()


@pytest.mark.parametrize("design", [PLAIN, CLUSTERED])
@pytest.mark.parametrize("method", ["bootstrap", "jackknife"])
def test_all_but_the_standard_errors_equal_the_design_s_own(design: Design, method: str) -> None:
    made = design.replicates(method, 40 if method == "bootstrap" else None)
    book, own = made.tab_book(QUESTIONS, ["side"]), design.tab_book(QUESTIONS, ["side"])
    same = ["question", "item", "option", "break", "level", "statistic", "count", "base", "flag"]
    assert book.frame.select(same).equals(own.frame.select(same))
    for column in ("estimate", "weighted_base"):
        assert (book.frame[column].is_null() == own.frame[column].is_null()).all()
        assert book.frame[column].drop_nulls().to_list() == pytest.approx(own.frame[column].drop_nulls().to_list(), rel=1e-12)


def test_the_jackknife_comes_near_linearisation_for_every_statistic() -> None:
    book, own = PLAIN.replicates("jackknife").tab_book(QUESTIONS, ["side"]), PLAIN.tab_book(QUESTIONS, ["side"])
    for mine, linear in zip(book, own, strict=True):
        if linear["std_error"] is not None:
            assert mine["std_error"] == pytest.approx(linear["std_error"], rel=0.1)
            if linear["design_effect"] is not None:
                assert mine["design_effect"] == pytest.approx(linear["design_effect"], rel=0.25)


def test_each_estimator_agrees_with_the_tab_book() -> None:
    made = CLUSTERED.replicates("bootstrap", 50)
    book = made.tab_book([QUESTIONS[0], "beds"], ["side"])
    shares = made.proportion(QUESTIONS[0], by="side").row(level="left", option="2")
    for found, expected in (
        (shares, book.row(level="left", option="2", statistic="share")),
        (made.mean("beds").row(), book.row(question="beds", level="")),
    ):
        assert {key: value if isinstance(value, str) else pytest.approx(value, rel=1e-10) for key, value in expected.items()} == found
    ratio = made.ratio("beds", "beds").row()
    assert (ratio["estimate"], ratio["std_error"]) == (1, 0)


def test_the_same_seed_gives_the_same_replicates_however_many() -> None:
    few, many = (PLAIN.replicates("bootstrap", number, seed=9).scheme.factors(0, 10) for number in (10, 50))
    assert (few == many).all()
    other = PLAIN.replicates("bootstrap", 10, seed=10).scheme.factors(0, 10)
    assert (few != other).any()


def test_large_bootstraps_are_drawn_in_blocks_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = PLAIN.replicates("bootstrap", 30).proportion("q", by="side").frame
    quantiles = PLAIN.replicates("bootstrap", 30).quantile("beds").frame
    monkeypatch.setattr("barometer.estimation.replicates_bootstrap.KEPT", 100)
    monkeypatch.setattr("barometer.estimation.replicates_schemes.BLOCK", 7 * SIZE)
    monkeypatch.setattr("barometer.estimation.replicates_bootstrap.BLOCK", 7 * SIZE)
    monkeypatch.setattr("barometer.estimation.replicates_estimating.ROOM", 2 * SIZE)
    again = PLAIN.replicates("bootstrap", 30)
    found = again.proportion("q", by="side").frame
    assert found["std_error"].to_list() == pytest.approx(expected["std_error"].to_list(), rel=1e-12)
    assert again.quantile("beds").frame["std_error"].to_list() == pytest.approx(quantiles["std_error"].to_list(), rel=1e-12)


@pytest.mark.parametrize("design", [PLAIN, CLUSTERED, TWO_STAGE])
@pytest.mark.parametrize("cores", [1, 2, 5])
def test_neither_blocks_nor_threads_change_what_is_drawn(design: Design, cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = design.replicates("bootstrap", 50, seed=3).scheme.factors(0, 50)
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    monkeypatch.setattr("barometer.estimation.replicates_bootstrap.BLOCK", 7 * SIZE)
    monkeypatch.setattr("barometer.estimation.replicates_bootstrap.DRAWN", 3 * SIZE)
    kept = design.replicates("bootstrap", 50, seed=3).scheme
    assert (kept.factors(0, 50) == expected).all()
    monkeypatch.setattr("barometer.estimation.replicates_bootstrap.KEPT", 0)
    drawn = design.replicates("bootstrap", 50, seed=3).scheme
    assert (np.concatenate([drawn.factors(start, start + 10) for start in range(0, 50, 10)]) == expected).all()


def test_every_stratum_keeps_its_number_of_draws() -> None:
    chairs = (FRAME["role"] == "chair").to_numpy()
    plain = PLAIN.replicates("bootstrap", 40).scheme.factors(0, 40)
    assert plain[:, chairs].sum(axis=1) == pytest.approx(np.full(40, chairs.sum()), rel=1e-12)
    assert plain.sum(axis=1) == pytest.approx(np.full(40, SIZE), rel=1e-12)
    assert TWO_STAGE.replicates("bootstrap", 40).scheme.factors(0, 40).sum(axis=1) == pytest.approx(np.full(40, SIZE), rel=1e-12)
    assert len(np.unique(plain, axis=0)) == 40


@pytest.mark.parametrize("design", [PLAIN, CLUSTERED, TWO_STAGE])
@pytest.mark.parametrize("method", ["bootstrap", "jackknife"])
@pytest.mark.parametrize("units", [2048, 7])
def test_sums_equal_the_factors(design: Design, method: str, units: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("barometer.estimation.replicates_bootstrap.UNITS", units)
    made = design.replicates(method)
    weights = np.concatenate(list(made.blocks()))
    for rows in (None, np.arange(5, 40), np.array([], dtype=np.int64)):
        columns = DRAW.normal(size=(SIZE if rows is None else len(rows), 3))
        expected = (weights if rows is None else weights[:, rows]) @ columns
        assert made.sums(columns, rows) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_bootstrap_factors_have_mean_one_and_are_never_negative() -> None:
    for design in (PLAIN, CLUSTERED, TWO_STAGE):
        scheme = design.replicates("bootstrap", 2000).scheme
        assert isinstance(scheme, Bootstrap)
        factors = scheme.factors(0, 2000)
        assert factors.min() >= 0
        assert factors.mean() == pytest.approx(1, abs=0.02)


def test_a_census_stratum_adds_nothing_to_any_method() -> None:
    design = Design(FRAME, strata="role", population={"chair": 24, "officer": 36})
    for method in ("bootstrap", "jackknife", "brr"):
        book = design.replicates(method).tab_book(QUESTIONS[:4], ["side"])
        assert set(book.frame["std_error"]) == {0.0}
        assert book.frame["conf_low"].to_list() == book.frame["estimate"].to_list()
        assert design.replicates(method).quantile("beds").row()["std_error"] == 0


def test_an_empty_domain_is_undefined_and_one_respondent_cannot_be_seen_by_the_jackknife() -> None:
    frame = FRAME.with_columns(solo=pl.when(pl.col("person") == 3).then(pl.lit("one")).otherwise(pl.lit("rest")))
    design = Design(frame, weight="weight")
    empty = design.replicates("bootstrap", 20).mean("beds", where=pl.col("person") > 999).row()
    assert (empty["estimate"], empty["std_error"], empty["flag"]) == (None, None, "undefined")
    alone = design.replicates("jackknife").mean("beds", by="solo").row(level="one")
    assert alone["estimate"] is not None
    assert alone["std_error"] is None
    drawn = design.replicates("bootstrap", 200).mean("beds", by="solo").row(level="one")
    assert drawn["std_error"] == 0
    assert 90 < drawn["replicates"] < 170


def test_zero_weights_are_outside_every_replicate() -> None:
    weights = FRAME["weight"].to_list()
    weights[:10] = [0.0] * 10
    design = Design(FRAME).reweighted(weights)
    row = design.replicates("bootstrap", 30).proportion("q").row(option="1")
    assert row["base"] == SIZE - 10
    assert row["count"] == design.proportion("q").row(option="1")["count"]


@pytest.mark.parametrize("method", ["bootstrap", "jackknife"])
def test_calibrated_weights_are_calibrated_again_in_each_replicate(method: str) -> None:
    margins = {"role": {"chair": 60, "officer": 100}, "side": {"left": 70, "right": 90}}
    for design in (
        PLAIN.rake(margins),
        PLAIN.poststratify({"side": margins["side"]}),
        PLAIN.calibrate(margins, method="logit", bounds=(0.2, 4)),
        PLAIN.poststratify({"role": margins["role"]}).rake(margins),
    ):
        made = design.replicates(method, 60 if method == "bootstrap" else None)
        for block in made.blocks():
            assert block[:, (FRAME["side"] == "left").to_numpy()].sum(axis=1).tolist() == pytest.approx([70.0] * len(block))
        assert made.total("side").row(option="left")["std_error"] == pytest.approx(0, abs=1e-8)
        own = design.proportion("q").row(option="1")["std_error"]
        assert made.proportion("q").row(option="1")["std_error"] == pytest.approx(own, rel=0.3)


def test_replicates_that_cannot_be_raked_are_left_out_and_counted() -> None:
    frame = FRAME.with_columns(side=pl.when(pl.col("person") == 3).then(pl.lit("one")).otherwise(pl.lit("rest")))
    design = Design(frame, weight="weight").poststratify({"side": {"one": 3, "rest": 150}})
    row = design.replicates("bootstrap", 200).proportion("q").row(option="1")
    assert 90 < row["replicates"] < 170
    assert row["std_error"] > 0
    assert design.replicates("jackknife").proportion("q").row(option="1")["std_error"] is None


def test_trimming_after_raking_is_kept_in_replicates() -> None:
    design = PLAIN.rake({"side": {"left": 70, "right": 90}}).trim(upper=1.3)
    made = design.replicates("bootstrap", 30)
    assert made.proportion("q").row(option="1")["std_error"] > 0


def test_supplied_replicates_of_columns_frames_and_arrays_are_the_same() -> None:
    factors = PLAIN.replicates("bootstrap", 20).scheme.factors(0, 20)
    whole = pl.DataFrame({f"r{number}": row for number, row in enumerate(factors * PLAIN.weights)})
    design = Design(FRAME.with_columns(whole.get_columns()), weight="weight")
    expected = PLAIN.replicates("bootstrap", 20).mean("beds").row()["std_error"]
    for weights in (whole, whole.columns, whole.to_numpy()):
        made = design.replicates("bootstrap", weights=weights)
        assert made.mean("beds").row()["std_error"] == pytest.approx(expected, rel=1e-12)
        assert made.df == 19
    made = design.replicates(weights=factors.T, combined=False, scale=1 / 20)
    assert made.mean("beds").row()["std_error"] == pytest.approx(expected, rel=1e-12)
    assert design.replicates("fay", weights=whole, rho=0.5).scheme.scale == pytest.approx(1 / (20 * 0.25))


def test_supplied_replicates_may_hold_negative_weights() -> None:
    weights = np.stack([PLAIN.weights, PLAIN.weights], axis=1)
    weights[0, 0] = -1.0
    row = PLAIN.replicates(weights=weights, scale=0.5).total("role").row(option="chair")
    assert row["std_error"] == pytest.approx(np.sqrt(0.5) * (PLAIN.weights[0] + 1))


def test_a_statistic_of_one_s_own() -> None:
    sides = (FRAME["side"] == "left").to_numpy()
    made = PLAIN.replicates("jackknife")
    row = made.statistic(lambda weights: weights[sides].sum() / weights.sum(), "left").row()
    share = made.proportion("side").row(option="left")
    assert row["std_error"] == pytest.approx(share["std_error"], rel=1e-12)
    both = made.statistic(lambda weights: [weights.sum(), 1.0])
    assert both.frame["option"].to_list() == ["1", "2"]
    assert both.frame["std_error"][1] == 0


def test_brr_with_a_finite_population_is_linearised_variance_of_totals() -> None:
    frame = pl.DataFrame({"h": [number // 2 for number in range(22)], "y": DRAW.normal(size=22)})
    design = Design(frame, strata="h", population=dict.fromkeys(range(11), 5))
    made = design.replicates("brr")
    assert made.number == 12
    assert made.total("y").row()["std_error"] == pytest.approx(design.total("y").row()["std_error"], rel=1e-10)
    assert design.replicates("fay", 30, rho=0.2).total("y").row()["std_error"] == pytest.approx(
        design.total("y").row()["std_error"], rel=1e-10
    )


@pytest.mark.parametrize("least", [1, 2, 3, 5, 9, 13, 21, 25, 33, 37, 45, 61, 100])
def test_hadamard_matrices_are_balanced(least: int) -> None:
    matrix = hadamard(least)
    size = len(matrix)
    assert size >= least
    assert (matrix.T @ matrix == size * np.eye(size)).all()
    assert (matrix[:, 0] == 1).all()
    assert (matrix[:, 1:].sum(axis=0) == 0).all()


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda: PLAIN.replicates("boostrap"), "method"),
        (lambda: PLAIN.replicates(), "weights"),
        (lambda: PLAIN.replicates("bootstrap", 1), "number"),
        (lambda: PLAIN.replicates("bootstrap", 10, seed=-1), "seed"),
        (lambda: PLAIN.replicates("bootstrap", 10, scale=2.0), "scale, rscales"),
        (lambda: PLAIN.replicates("bootstrap", 10, centre="middle"), "centre"),
        (lambda: PLAIN.replicates("bootstrap", 10, rho=0.5), "rho"),
        (lambda: PLAIN.replicates("fay", rho=1.0), "rho"),
        (lambda: PLAIN.replicates("jackknife", 10), "number"),
        (lambda: PLAIN.replicates("brr"), "stratum number 1 of 2"),
        (lambda: PLAIN.replicates(weights=["r1", "r2"], scale=1.0), "column 'r1'"),
        (lambda: PLAIN.replicates(weights=["role", "side"], scale=1.0), "column 'role', row 1"),
        (lambda: PLAIN.replicates(weights=["weight"], scale=1.0), "weights"),
        (lambda: PLAIN.replicates(weights=["weight", "person"]), "scale"),
        (lambda: PLAIN.replicates(weights=["weight", "person"], scale=-1.0), "scale, rscales"),
        (lambda: PLAIN.replicates(weights=["weight", "person"], rscales=[1.0]), "scale, rscales"),
        (lambda: PLAIN.replicates(weights=FRAME.select("weight", "person").head(5), scale=1.0), "weights"),
        (lambda: PLAIN.replicates(weights=np.full((SIZE, 2), np.nan), scale=1.0), "replicate 1, row 1"),
        (lambda: PLAIN.replicates(weights=object(), scale=1.0), "weights"),
        (lambda: PLAIN.replicates("bootstrap", 5).quantile("beds", 1.5), "probabilities"),
        (lambda: PLAIN.replicates("bootstrap", 5).mean("beds", level=2), "level"),
        (lambda: PLAIN.replicates("bootstrap", 5).statistic(lambda _: "much"), "function"),
    ],
)
def test_bad_input_is_refused_with_its_place(call: Any, where: str) -> None:
    assert parts(call)["where"] == where


def test_lonely_units_are_refused_unless_certain() -> None:
    frame = pl.DataFrame({"h": [1, 1, 2], "y": [1.0, 2.0, 4.0]})
    assert parts(lambda: Design(frame, strata="h", lonely="adjust").replicates("jackknife"))["where"] == "stage 1, lonely='adjust'"
    certain = Design(frame, strata="h", lonely="certainty")
    for method in ("jackknife", "brr"):
        found = certain.replicates(method).total("y").row()["std_error"]
        assert found == pytest.approx(certain.total("y").row()["std_error"])


def test_a_calibration_made_by_hand_cannot_be_repeated() -> None:
    class ByHand:
        def residuals(self, scores: Any) -> Any:
            return scores

    design = PLAIN.reweighted(PLAIN.weights, calibration=ByHand())
    assert parts(lambda: design.replicates("jackknife"))["where"] == "calibration"


answers = st.lists(st.tuples(st.sampled_from("ab"), st.floats(-100, 100), st.floats(0.1, 10)), min_size=4, max_size=25)


@st.composite
def samples(draw: Any) -> pl.DataFrame:
    rows = [("a", 1.0, 1.0), ("a", 2.0, 1.0), ("b", 3.0, 1.0), ("b", 5.0, 1.0), *draw(answers)]
    return pl.DataFrame(draw(st.permutations(rows)), schema=["h", "y", "weight"], orient="row")


@settings(deadline=None, max_examples=40)
@given(samples())
def test_a_census_has_no_error_under_the_jackknife(frame: pl.DataFrame) -> None:
    design = Design(frame, strata="h", population=dict(frame.group_by("h").len().iter_rows()))
    made = design.replicates("jackknife")
    assert made.mean("y").row()["std_error"] == 0
    assert made.total("y", by="h").frame["std_error"].to_list() == [0, 0]


@settings(deadline=None, max_examples=40)
@given(samples(), st.floats(0.01, 100))
def test_neither_the_scale_of_weights_nor_the_order_of_rows_matters(frame: pl.DataFrame, scale: float) -> None:
    expected = Design(frame, weight="weight", strata="h").replicates("jackknife").mean("y").row()
    scaled = Design(frame.with_columns(pl.col("weight") * scale), weight="weight", strata="h").replicates("jackknife").mean("y").row()
    turned = Design(frame.reverse(), weight="weight", strata="h").replicates("jackknife").mean("y").row()
    for found in (scaled, turned):
        assert found["estimate"] == pytest.approx(expected["estimate"], rel=1e-9, abs=1e-9)
        assert found["std_error"] == pytest.approx(expected["std_error"], rel=1e-7, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(samples())
def test_the_jackknife_of_a_total_is_linearised(frame: pl.DataFrame) -> None:
    design = Design(frame, weight="weight", strata="h", population={"a": 40, "b": 50})
    found = design.replicates("jackknife").total("y").row()["std_error"]
    assert found == pytest.approx(design.total("y").row()["std_error"], rel=1e-8, abs=1e-8)
