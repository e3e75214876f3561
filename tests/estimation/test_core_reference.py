"""The core estimators against R's survey package, at a relative 1e-9."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from barometer.estimation import Categorical, Design, Estimates, MultipleResponse, Numeric, Term
from barometer.estimation.intervals import FEW

REFERENCE = Path(__file__).parents[1] / "reference"
CORE = json.loads((REFERENCE / "core.json").read_text())
TOPICS = json.loads((REFERENCE / "reference.json").read_text())["topics"]
INTERVALS = {"logit": "xlogit", "wald": "mean", "beta": "beta"}
EVERYWHERE = [entry for entry in CORE["entries"] if entry["what"] != "quantile"]


def close(value: float) -> Any:
    # R's confint carries its own rounding of the quantile of t, so limits near 0 need an absolute margin.
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@cache
def frame(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "data" / f"ref_{name}.csv", infer_schema_length=None, schema_overrides={"cds": pl.String})


@cache
def core_design(name: str) -> Design:
    described = CORE["designs"][name]
    return Design(frame(described["data"]), **described["arguments"])


def topic_design(entry: dict[str, Any], **extra: Any) -> Design:
    described = entry["design"]
    data = entry["data"].removeprefix("ref_").removesuffix(".csv")
    return Design(
        frame(data),
        weight=described["weight"],
        strata=described["strata"],
        clusters=described["clusters"] or None,
        population=described["population"] or None,
        **extra,
    )


@cache
def estimated(design: str, what: str, variable: str, kind: str, interval: str) -> Estimates:
    chosen, described = core_design(design), CORE["designs"][design]
    asked: dict[str, Any] = {}
    if kind == "by":
        asked["by"] = described["by"]
    elif kind == "where":
        asked["where"] = pl.col(described["where"]["column"]) == described["where"]["value"]
    if what == "ratio":
        top, bottom = variable.split("/")
        return chosen.ratio(top, bottom, **asked)
    if what == "share":
        return chosen.proportion(variable, interval=interval, **asked)
    return chosen.mean(variable, **asked) if what == "mean" else chosen.total(variable, **asked)


def name_of(entry: dict[str, Any]) -> str:
    variable = entry["variable"]
    parts = [entry["design"], entry["what"], variable if isinstance(variable, str) else "/".join(variable)]
    return "-".join([*parts, entry.get("option", ""), entry["kind"], entry["level"]])


@pytest.mark.parametrize("entry", EVERYWHERE, ids=name_of)
def test_estimates_equal_r(entry: dict[str, Any]) -> None:
    variable = entry["variable"] if isinstance(entry["variable"], str) else "/".join(entry["variable"])
    values = entry["values"]
    keys = {"level": entry["level"], "option": entry.get("option", "")}
    row = estimated(entry["design"], entry["what"], variable, entry["kind"], "logit").row(**keys)
    assert row["estimate"] == close(values["estimate"])
    assert row["std_error"] == close(values["se"])
    assert row["base"] == values["n"]
    assert row["df"] == CORE["designs"][entry["design"]]["df"]
    if "deff" in values:
        # Weights that were stored in single precision sum to the population only to eight digits; R divides by that sum.
        assert row["design_effect"] == pytest.approx(values["deff"], rel=1e-8)
        assert (row["conf_low"], row["conf_high"]) == (close(values["low"]), close(values["high"]))
    else:
        assert row["count"] == values["count"]


@pytest.mark.parametrize("entry", [one for one in EVERYWHERE if "xlogit" in one["values"]], ids=name_of)
@pytest.mark.parametrize("interval", INTERVALS)
def test_intervals_of_proportions_equal_r(entry: dict[str, Any], interval: str) -> None:
    values = entry["values"]
    row = estimated(entry["design"], "share", entry["variable"], entry["kind"], interval).row(level=entry["level"], option=entry["option"])
    low, high = values[INTERVALS[interval]]
    if interval == "logit" and values["n"] * min(values["estimate"], 1 - values["estimate"]) < FEW:
        assert row["method"] == "korn-graubard"
        return
    assert row["method"] == interval
    assert (row["conf_low"], row["conf_high"]) == (close(max(low, 0.0)), close(min(high, 1.0)))


def test_beta_is_r_svyciprop_beta() -> None:
    whole = [one["values"] for one in EVERYWHERE if "beta_svyciprop" in one["values"]]
    assert len(whole) > 10
    for values in whole:
        assert values["beta"] == [close(limit) for limit in values["beta_svyciprop"]]


def test_korn_graubard_is_beta_where_the_effective_size_is_under_the_base() -> None:
    seen = 0
    for entry in EVERYWHERE:
        values = entry["values"]
        if "beta" in values and values["effective"] < values["n"]:
            row = estimated(entry["design"], "share", entry["variable"], entry["kind"], "korn-graubard").row(
                level=entry["level"], option=entry["option"]
            )
            assert (row["conf_low"], row["conf_high"]) == (close(values["beta"][0]), close(values["beta"][1]))
            seen += 1
    assert seen > 10


@pytest.mark.parametrize("entry", [one for one in CORE["entries"] if one["what"] == "quantile"], ids=name_of)
def test_quantiles_equal_r(entry: dict[str, Any]) -> None:
    values, described = entry["values"], CORE["designs"][entry["design"]]
    if values["low"] is None or values["high"] is None:
        return
    where = pl.col(described["where"]["column"]) == described["where"]["value"] if entry["kind"] == "where" else None
    interval = "logit" if values["type"] == "xlogit" else "wald"
    row = core_design(entry["design"]).quantile(entry["variable"], values["p"], where=where, interval=interval).row()
    assert row["estimate"] == close(values["estimate"])
    answers = core_design(entry["design"]).frame.filter(where if where is not None else pl.lit(True))[entry["variable"]]
    smallest, second = answers.drop_nulls().unique().sort()[:2]
    if row["conf_low"] == smallest and values["low"] == second:
        return  # Below the first respondent's share of the weight R gives the second smallest answer.
    if row["method"] == f"woodruff-{interval}":
        assert (row["conf_low"], row["conf_high"]) == (close(values["low"]), close(values["high"]))
        assert row["std_error"] == close(values["se"])


@pytest.mark.parametrize("entry", TOPICS["lonely"], ids=lambda one: one["id"])
def test_lonely_units_as_in_r(entry: dict[str, Any]) -> None:
    from barometer.errors import DesignError

    values, rule = entry["values"], entry["values"]["rule"]
    if rule == "remove":
        return
    if "error" in values:
        with pytest.raises(DesignError, match="single sampled unit"):
            topic_design(entry, lonely=rule)
        return
    design = topic_design(entry, lonely=rule)
    call = entry["call"].split("; ")[-1]
    where = pl.col("domain") == "x" if "subset" in call else None
    variable = call.split("~")[1].split(",")[0]
    if "svyratio" in call:
        row = design.ratio("y", "weight", where=where).row()
    else:
        row = (design.total if "svytotal" in call else design.mean)(variable, where=where).row()
    if values["se"] is None:
        return  # R has no answer for a lonely second-stage unit under "average".
    assert row["estimate"] == close(values["estimate"])
    assert row["std_error"] == close(values["se"])


def test_covariances_of_items_equal_r() -> None:
    complete, contrasts, available = TOPICS["covariances"]
    design = topic_design(complete)
    items = ["b1", "b2", "b3", "b4"]
    everyone = pl.all_horizontal(pl.col(items).is_not_null())
    for entry, where in ((complete, everyone), (available, None)):
        joint = design.covariance([Term(item, where=where) for item in items])
        assert joint.estimate.tolist() == [close(entry["values"]["estimate"][item]) for item in items]
        for mine, theirs in zip(joint.matrix, entry["values"]["vcov"]["rows"], strict=True):
            assert mine.tolist() == [close(value) for value in theirs]
    joint = design.covariance([Term(item, where=everyone) for item in items])
    row = joint.contrast([1, -1 / 3, -1 / 3, -1 / 3]).row()
    assert row["std_error"] == close(contrasts["values"]["se"]["b1_rest"])


@pytest.mark.parametrize("entry", TOPICS["paired_differences"], ids=lambda one: one["id"])
def test_paired_differences_equal_r(entry: dict[str, Any]) -> None:
    _, first, second = entry["id"].split(".")
    design, values = topic_design(entry), entry["values"]
    row = design.difference(first, second).row()
    assert row["estimate"] == close(values["difference"])
    assert row["std_error"] == close(values["se"])
    assert row["base"] == values["base"]
    assert (row["conf_low"], row["conf_high"]) == (close(values["conf"][0]), close(values["conf"][1]))
    scale = [Categorical(item, codes=(1, 2, 3, 4, 5), nets={"high": (4, 5)}) for item in (first, second)]
    shares = design.difference((scale[0], "high"), (scale[1], "high")).row()
    assert shares["estimate"] == close(values["top_two_box"]["difference"])
    assert shares["std_error"] == close(values["top_two_box"]["se"])


@pytest.mark.parametrize("entry", TOPICS["battery_shares"], ids=lambda one: one["id"])
def test_scales_equal_r_in_the_tab_book(entry: dict[str, Any]) -> None:
    item, values = entry["id"].split(".")[-1], entry["values"]
    scale = Categorical(
        item,
        codes=(1, 2, 3, 4, 5),
        values={code: code for code in range(1, 6)},
        nets={"bottom": (1, 2)},
        top=(1, 2),
        balances={"net": ((4, 5), (1, 2))},
    )
    book = topic_design(entry).tab_book([scale], ["region"])
    named = {"top_box": ("top 1", "top_box"), "top_two": ("top 2", "top_box"), "bottom_two": ("bottom", "net")}
    named |= {"net": ("net", "balance"), "mean": ("", "mean")} | {str(code): (str(code), "share") for code in range(1, 6)}
    for theirs, (option, statistic) in named.items():
        row = book.row(break_="", option=option, statistic=statistic)
        assert row["estimate"] == close(values["estimate"][theirs])
        assert row["std_error"] == close(values["se"][theirs])


def test_multiple_response_equals_r() -> None:
    entry = TOPICS["multi_response"][0]
    design, values = topic_design(entry), entry["values"]
    levers = MultipleResponse("m", {f"m{n}": f"m{n}" for n in range(1, 5)}, nets={"any": ("m1", "m2", "m3", "m4")})
    shares, pairs, nets = design.proportion(levers), design.overlap(levers), design.net(levers)
    for name, estimate in values["estimate"].items():
        if " & " in name:
            first, second = name.split(" & ")
            row = pairs.row(item=first, option=second)
        elif name == "any":
            row = nets.row(option="any")
        elif name in levers.columns:
            row = shares.row(option=name)
        else:
            continue
        assert row["estimate"] == close(estimate)
        assert row["std_error"] == close(values["se"][name])


@pytest.mark.parametrize("entry", TOPICS["comparisons"], ids=lambda one: one["id"])
def test_comparisons_equal_r(entry: dict[str, Any]) -> None:
    from barometer.estimation import cells, finish

    named, by = entry["id"].rsplit(".by.", 1)
    question = named.split(".", 1)[1]
    design = topic_design(entry)
    numeric = design.frame[question].dtype.is_numeric()
    variable = Numeric(question) if numeric else question
    for adjust, theirs in (("holm", "p_holm"), ("bh", "p_benjamini_hochberg"), (None, "p_value")):
        book = finish(cells(design, [variable], [by]), adjust=adjust, test_base=1).where(break_=by)
        family = book.where(statistic="mean") if numeric else book.where(statistic="share")
        for row in entry["values"]["rows"]:
            if row["against"] != "rest":
                continue
            mine = family.row(level=row["level"], option="" if numeric else row["option"])
            assert mine["estimate"] == close(row["first"])
            assert mine["rest"] == close(row["second"])
            # R's p-values of shares are Wald tests; ours are made under the hypothesis, and tested with the other tests.
            if row["se"] > 1e-10 and numeric:
                assert mine["p_rest"] == pytest.approx(row["p_value"], rel=1e-8, abs=1e-14)
                assert mine["p_rest_adjusted"] == pytest.approx(row[theirs], rel=1e-8, abs=1e-14)


@pytest.mark.parametrize("entry", TOPICS["design_effects"], ids=lambda one: one["id"])
def test_effective_size_is_kishs(entry: dict[str, Any]) -> None:
    design = topic_design(entry)
    if entry["values"]["base"] == design.size:
        assert design.effective_size == close(entry["values"]["kish_effective_size"])
