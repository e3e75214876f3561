"""Regression, proportional odds and marginal effects against R, at their edges, and by their properties."""

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

from barometer.errors import DesignError, EvaluationError
from barometer.estimation import Design
from barometer.estimation.models import Model

REFERENCE = Path(__file__).parents[1] / "reference"
TOPICS = json.loads((REFERENCE / "reference.json").read_text())["topics"]


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-6, abs=1e-9)


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


def ours(name: str) -> str:
    """Our name of R's parameter."""
    name = name.replace("(Intercept)", "Intercept")
    return re.sub(r"^(stype|role|region|sch\.wide)([A-Z][a-z]*|chair|ao|midlands|north|south)$", r"\1[T.\2]", name)


def formula_of(call: str) -> str:
    text = re.search(r"svyglm\((.*?), \w+, family", call)
    assert text is not None
    return re.sub(r"(?<![\w`])sch\.wide", "`sch.wide`", text.group(1))


def family_of(call: str) -> Any:
    return "binomial" if "quasibinomial" in call else "gaussian"


def fitted(entry: dict[str, Any]) -> Model:
    return design_of(entry).regress(formula_of(entry["call"]), family=family_of(entry["call"]))


@pytest.mark.parametrize("entry", TOPICS["glm"], ids=lambda one: one["id"])
def test_coefficients_and_their_covariance_equal_r(entry: dict[str, Any]) -> None:
    model, values = fitted(entry), entry["values"]
    names = [ours(name) for name in values["coef"]]
    assert list(model.names) == names
    for name, (estimate, error) in zip(names, zip(values["coef"].values(), values["se"].values(), strict=True), strict=True):
        row = model.row(name)
        assert row["estimate"] == close(estimate)
        assert row["std_error"] == close(error)
    assert model.matrix == pytest.approx(np.array(values["vcov"]["rows"]), rel=1e-6, abs=1e-9)
    assert model.base == values["nobs"]
    assert model.df == values["degf_whole_design"] - len(names) + 1
    if values["nobs"] == model.design.size:
        assert model.df == values["df_residual"]
        for name, p in zip(names, values["p_value"].values(), strict=True):
            assert model.row(name)["p_value"] == pytest.approx(p, rel=1e-5, abs=1e-30)


@pytest.mark.parametrize("entry", [one for one in TOPICS["glm"] if "se_first_stage_only_wrong" in one["values"]], ids=lambda one: one["id"])
def test_population_sizes_of_every_stage_count(entry: dict[str, Any]) -> None:
    errors = np.sqrt(np.diagonal(fitted(entry).matrix))
    for wrong in ("se_without_fpc_wrong", "se_first_stage_only_wrong"):
        assert (np.abs(errors / np.array(entry["values"][wrong]) - 1) > 1e-4).all()


@pytest.mark.parametrize("entry", TOPICS["marginal_effects"], ids=lambda one: one["id"])
def test_marginal_effects_equal_r(entry: dict[str, Any]) -> None:
    effects = fitted(entry).marginal_effects()
    for name, expected in entry["values"].items():
        found = re.fullmatch(r"(\w+)\[T\.(.+)\]", ours(name))
        variable, level = found.groups() if found else (name, "")
        row = effects.row(break_=variable, level=level)
        assert row["estimate"] == close(expected["effect"])
        assert row["std_error"] == close(expected["se"])


@pytest.mark.parametrize("entry", TOPICS["proportional_odds"], ids=lambda one: one["id"])
def test_proportional_odds_equal_r(entry: dict[str, Any]) -> None:
    text = re.search(r"factor\((\w+).*?\) ~ (.*?), \w+, control", entry["call"])
    assert text is not None
    column, right = text.groups()
    order = ("E", "M", "H") if column == "stype" else None
    model, values = design_of(entry).ordinal(f"{column} ~ {right}", order=order), entry["values"]
    assert list(model.names) == [ours(name) for name in values["coef"]]
    assert model.parameters == pytest.approx(np.array(list(values["coef"].values())), rel=1e-6, abs=1e-9)
    assert model.matrix == pytest.approx(np.array(values["vcov"]["rows"]), rel=1e-6, abs=1e-9)
    assert model.base == values["nobs"]


BARO = "ref_barometer.csv"


def baro(**more: Any) -> Design:
    return Design(frame(BARO), weight="weight", strata="role", population="posts", **more)


def test_a_linear_model_with_a_category_is_a_t_test() -> None:
    model, difference = baro().regress("score ~ support"), baro().t_test("score", "support").row()
    assert model.row("support[T.yes]")["estimate"] == pytest.approx(difference["estimate"], rel=1e-9)
    assert model.row("support[T.yes]")["std_error"] == pytest.approx(difference["std_error"], rel=1e-9)


def test_where_keeps_the_whole_design() -> None:
    among = baro().regress("score ~ support", where=pl.col("region") != "north")
    emptied = frame(BARO).with_columns(score=pl.when(pl.col("region") != "north").then(pl.col("score")).otherwise(None))
    same = baro().with_frame(emptied).regress("score ~ support")
    assert among.matrix == pytest.approx(same.matrix, rel=1e-12)
    assert among.df == baro().df - 1
    assert among.base == same.base < baro().regress("score ~ support").base


def test_marginal_effects_of_a_linear_model_are_its_coefficients() -> None:
    model = baro().regress("score ~ role + years")
    effects = model.marginal_effects()
    for variable, level, name in (("role", "chair", "role[T.chair]"), ("years", "", "years")):
        row = effects.row(break_=variable, level=level)
        assert row["estimate"] == pytest.approx(model.row(name)["estimate"], rel=1e-8)
        assert row["std_error"] == pytest.approx(model.row(name)["std_error"], rel=1e-8)


def test_marginal_effects_follow_powers_logarithms_and_interactions() -> None:
    model = baro().regress("score ~ years * role + I(years**2) + log(years + 1)")
    b = dict(zip(model.names, model.parameters, strict=True))
    answered = model.terms.frame
    years, chair = answered["years"].to_numpy(), (answered["role"] == "chair").to_numpy()
    each = b["years"] + 2 * b["I(years ** 2)"] * years + b["log(years + 1)"] / (years + 1)
    interaction = next(name for name in model.names if ":" in name)
    each = each + b[interaction] * chair
    assert model.marginal_effects("years").row()["estimate"] == pytest.approx(np.average(each, weights=model.weights), rel=1e-6)
    role = b["role[T.chair]"] + b[interaction] * years
    assert model.marginal_effects("role").row()["estimate"] == pytest.approx(np.average(role, weights=model.weights), rel=1e-9)


def test_standard_errors_of_effects_are_derivatives() -> None:
    """The delta method, checked by moving each parameter."""
    from dataclasses import replace

    for model in (baro().regress("support ~ years * role", family="binomial"), baro().ordinal("b1 ~ years + role")):
        effects = model.marginal_effects().frame
        gradient = np.zeros((effects.height, len(model.names)))
        for place in range(len(model.names)):
            step = 1e-5 * max(1.0, abs(float(model.parameters[place])))
            moved = []
            for sign in (1, -1):
                parameters = model.parameters.copy()
                parameters[place] += sign * step
                moved.append(replace(model, parameters=parameters).marginal_effects().frame["estimate"].to_numpy())
            gradient[:, place] = (moved[0] - moved[1]) / (2 * step)
        errors = np.sqrt(np.einsum("kp,pq,kq->k", gradient, model.matrix, gradient))
        assert effects["std_error"].to_numpy() == pytest.approx(errors, rel=1e-4)


def test_effects_on_the_answers_of_a_scale_sum_to_nothing() -> None:
    effects = baro().ordinal("b1 ~ role + years").marginal_effects()
    assert effects.where(break_="role").frame["option"].to_list() == ["1", "2", "3", "4", "5"]
    for variable in ("role", "years"):
        assert sum(effects.where(break_=variable).frame["estimate"]) == pytest.approx(0, abs=1e-12)


def test_sampled_covariates_of_a_saturated_model_are_the_t_test() -> None:
    model = baro().regress("support ~ role", family="binomial")
    shares = baro().t_test(("support", "yes"), "role").row()
    for covariates in ("fixed", "sampled"):
        row = model.marginal_effects(covariates=covariates).row()
        assert row["estimate"] == pytest.approx(shares["estimate"], rel=1e-9)
        assert row["std_error"] == pytest.approx(shares["std_error"], rel=1e-9)
    curved = baro().regress("support ~ years", family="binomial")
    fixed, sampled = (curved.marginal_effects(covariates=one).row()["std_error"] for one in ("fixed", "sampled"))
    assert fixed != pytest.approx(sampled, rel=1e-6)


def test_numbers_as_categories() -> None:
    effects = baro().regress("score ~ C(b1)").marginal_effects()
    assert effects.frame["level"].to_list() == ["2", "3", "4", "5"]
    assert set(effects.frame["against"]) == {"1"}


def test_a_term_of_one_column_has_the_square_of_its_t() -> None:
    model = baro().regress("score ~ role + region")
    assert model.test("role").row()["test_value"] == pytest.approx(model.row("role[T.chair]")["t"] ** 2, rel=1e-9)
    assert model.test("region").row()["df1"] == 3
    with pytest.raises(DesignError, match="no such term") as caught:
        model.test("regin")
    assert "Did you mean 'region'?" in str(caught.value)
    ordered = baro().ordinal("b1 ~ region + role")
    assert ordered.test("role").row()["test_value"] == pytest.approx(ordered.row("role[T.chair]")["t"] ** 2, rel=1e-9)


def test_odds_ratios_stand_beside_log_odds() -> None:
    row = baro().regress("support ~ role", family="binomial").row("role[T.chair]")
    assert row["odds_ratio"] == pytest.approx(np.exp(row["estimate"]))
    assert row["odds_ratio_low"] < row["odds_ratio"] < row["odds_ratio_high"]
    thresholds = baro().ordinal("b1 ~ role").coefficients.where(statistic="threshold")
    assert thresholds.frame["odds_ratio"].is_null().all()
    assert "odds_ratio" not in baro().regress("score ~ role").frame.columns


def test_the_summary_says_what_was_fitted() -> None:
    text = baro().regress("I(support == 'yes') ~ role", family="binomial").summary
    assert "Logistic model" in text
    assert "98 respondents" not in text
    assert "role[T.chair]" in text
    assert "of 100 respondents answered everything; 97 degrees of freedom" in text
    assert baro().ordinal("b1 ~ role").outcome == "b1"
    assert baro().regress("support ~ role", family="binomial").outcome == "support = yes"


def test_two_names_for_one_outcome() -> None:
    first = baro().regress("support ~ role", family="binomial")
    second = baro().regress('I(support == "yes") ~ role', family="binomial")
    assert first.parameters == pytest.approx(second.parameters, rel=1e-12)


def test_enum_columns_keep_their_order() -> None:
    named = frame(BARO).with_columns(
        pl.col("b1").replace_strict({1: "e", 2: "d", 3: "c", 4: "b", 5: "a"}, return_dtype=pl.Enum(list("edcba")))
    )
    enum, numbers = baro().with_frame(named).ordinal("b1 ~ role"), baro().ordinal("b1 ~ role")
    assert enum.parameters == pytest.approx(numbers.parameters, rel=1e-12)
    assert enum.names[1:] == ("e|d", "d|c", "c|b", "b|a")
    reverse = baro().ordinal("b1 ~ role", order=(5, 4, 3, 2, 1))
    assert reverse.parameters[0] == pytest.approx(-numbers.parameters[0], rel=1e-9)


@pytest.mark.parametrize(
    ("formula", "what", "part"),
    [
        ("score ~ rol", "not in the frame", "Did you mean 'role'?"),
        ("scor ~ role", "not in the frame", "Did you mean 'score'?"),
        ("score ~ role +* region", "cannot be parsed", "score ~ role +* region"),
        ("score ~ (role", "cannot be parsed", "(role"),
        ("score", "no outcome", "outcome ~ term"),
        ("~ role", "no outcome", "outcome ~ term"),
        ("score ~ role | region", "more than one part", "outcome ~ term"),
        ("score + years ~ role", "one outcome", "score + years"),
        ("score ~ 1", "no variables", "outcome ~ term"),
        ("score ~ role + same", "at least two levels", "1: x"),
        ("score ~ years + twice", "repeat each other", "term 'twice'"),
        ("score ~ log(years - 100)", "not a finite number", "row 1"),
        ("region ~ role", "not numeric", "column 'region'"),
        ("score ~ nothing", "Nobody answered", "0 respondents"),
    ],
)
def test_bad_formulas_are_refused(formula: str, what: str, part: str) -> None:
    wide = frame(BARO).with_columns(same=pl.lit("x"), twice=2 * pl.col("years"), nothing=pl.lit(None, dtype=pl.Float64))
    with pytest.raises(DesignError, match=what) as caught:
        baro().with_frame(wide).regress(formula)
    assert part in str(caught.value)


def test_bad_outcomes_are_refused() -> None:
    with pytest.raises(DesignError, match="two levels") as caught:
        baro().regress("q1 ~ role", family="binomial")
    assert "agree, disagree" in str(caught.value)
    with pytest.raises(DesignError, match="not 0 or 1") as caught:
        baro().regress("score ~ role", family="binomial")
    assert "row 1" in str(caught.value)
    with pytest.raises(DesignError, match="no order"):
        baro().ordinal("q1 ~ role")
    with pytest.raises(DesignError, match="outcome of an ordinal model is a column"):
        baro().ordinal("log(b1) ~ role")
    with pytest.raises(DesignError, match="No answer is in the order"):
        baro().ordinal("b1 ~ role", order=(8, 9))
    with pytest.raises(DesignError, match="another type"):
        baro().ordinal("b1 ~ role", order=("low", "high"))
    with pytest.raises(DesignError, match="family") as caught:
        baro().regress("score ~ role", family="binomal")  # type: ignore[arg-type]
    assert "Did you mean 'binomial'?" in str(caught.value)
    with pytest.raises(DesignError, match="no such variable"):
        baro().regress("score ~ role").marginal_effects("region")
    with pytest.raises(DesignError, match="cut into categories"):
        baro().regress("score ~ I(years > 3)").marginal_effects()


def test_perfect_prediction_has_no_coefficients() -> None:
    rows = pl.DataFrame({"yes": [0] * 10 + [1] * 10, "group": ["a"] * 10 + ["b"] * 10, "scale": [1] * 10 + [2] * 5 + [3] * 5})
    with pytest.raises(EvaluationError, match="perfectly"):
        Design(rows).regress("yes ~ group", family="binomial")
    with pytest.raises(EvaluationError, match="perfectly"):
        Design(rows).ordinal("scale ~ group")


def test_a_census_has_no_standard_errors() -> None:
    census = Design(frame(BARO), population=100)
    for model in (census.regress("score ~ role"), census.regress("support ~ role", family="binomial"), census.ordinal("b1 ~ role")):
        assert (model.frame["std_error"] == 0).all()
        assert (model.marginal_effects().frame["std_error"] == 0).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_order_of_rows_and_scale_of_weights_do_not_matter(seed: int, scale: float) -> None:
    shuffled = frame(BARO).sample(fraction=1, shuffle=True, seed=seed).with_columns(pl.col("weight") * scale)
    other = Design(shuffled, weight="weight", strata="role", population="posts")
    for formula, family in (("score ~ role + years", "gaussian"), ("support ~ years", "binomial")):
        plain = baro().regress(formula, family=family)  # type: ignore[arg-type]
        again = other.regress(formula, family=family)  # type: ignore[arg-type]
        assert again.parameters == pytest.approx(plain.parameters, rel=1e-8)
        assert again.matrix == pytest.approx(plain.matrix, rel=1e-7, abs=1e-12)
    assert other.ordinal("b1 ~ role").matrix == pytest.approx(baro().ordinal("b1 ~ role").matrix, rel=1e-7)
