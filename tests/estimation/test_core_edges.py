"""What must not go wrong at the edges: censuses, lonely units, empty domains, shares of 0 and 1, impossible input."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from barometer.errors import DesignError
from barometer.estimation import Allocation, Battery, Categorical, Design, MultipleResponse, Numeric, Ranking, cells, finish


def barometer(rows: int = 40) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "role": ["chair", "officer"] * (rows // 2),
            "q": (["yes", "no", "yes", None] * rows)[:rows],
            "score": [float(n % 7) for n in range(rows)],
            "w": [1.0 + n % 3 for n in range(rows)],
        }
    )


def test_a_census_stratum_adds_no_variance() -> None:
    frame = barometer()
    partly = Design(frame, strata="role", population={"chair": 20, "officer": 50})
    officers = partly.mean("score", by="role")
    assert officers.row(level="chair")["std_error"] == 0.0
    assert officers.row(level="chair")["conf_low"] == officers.row(level="chair")["estimate"]
    assert officers.row(level="officer")["std_error"] > 0


def test_a_census_has_no_error_and_its_interval_is_the_estimate() -> None:
    design = Design(barometer(), strata="role", population={"chair": 20, "officer": 20})
    for row in design.tab_book(["q", Numeric("score")], ["role"]):
        assert row["std_error"] == 0.0
        assert row["conf_low"] == row["estimate"] == row["conf_high"]
        assert row["design_effect"] is None


def test_a_difference_in_a_census_is_a_fact() -> None:
    design = Design(barometer(), strata="role", population={"chair": 20, "officer": 20})
    row = design.tab_book(["q"], ["role"]).row(level="chair", option="yes")
    assert row["p_rest"] == 0.0
    assert row["differs"] is True


def test_one_lonely_stratum_under_each_rule() -> None:
    frame = pl.DataFrame({"s": ["a", "a", "a", "b"], "y": [1.0, 2.0, 6.0, 4.0]})
    with pytest.raises(DesignError, match="single sampled unit") as failure:
        Design(frame, strata="s")
    assert "stratum b" in str(failure.value)
    variances = {
        rule: Design(frame, strata="s", lonely=rule).total("y").row()["std_error"] ** 2 for rule in ("adjust", "average", "certainty")
    }
    own = 3 / 2 * ((1 - 3) ** 2 + (2 - 3) ** 2 + (6 - 3) ** 2)
    assert variances == {"certainty": pytest.approx(own), "average": pytest.approx(2 * own), "adjust": pytest.approx(own + 16)}


def test_a_lonely_unit_that_is_the_whole_stratum_is_a_census() -> None:
    frame = pl.DataFrame({"s": ["a", "a", "b"], "y": [1.0, 2.0, 4.0]})
    design = Design(frame, strata="s", population={"a": 10, "b": 1})
    assert design.mean("y").row()["std_error"] > 0


@pytest.mark.parametrize("rule", ["adjust", "average", "certainty"])
def test_the_tab_book_follows_the_lonely_rule(rule: Any) -> None:
    frame = barometer(20).with_columns(s=pl.Series(["a"] * 10 + ["b"] * 9 + ["c"]))
    design = Design(frame, strata="s", lonely=rule)
    row = design.tab_book(["q"]).row(option="yes")
    assert row["std_error"] == pytest.approx(design.proportion("q").row(option="yes")["std_error"], rel=1e-12)


def test_only_lonely_strata_have_no_average() -> None:
    with pytest.raises(DesignError, match="no average to borrow"):
        Design(pl.DataFrame({"s": ["a", "b"]}), strata="s", lonely="average")


def test_an_empty_domain_is_undefined_and_not_nan() -> None:
    design = Design(barometer(), weight="w")
    nobody = pl.col("score") > 99
    parts = [
        design.proportion("q", where=nobody),
        design.mean("score", where=nobody),
        design.total("score", where=nobody),
        design.ratio("score", "w", where=nobody),
        design.quantile("score", where=nobody),
        design.tab_book(["q", Numeric("score")], ["role"], where=nobody),
    ]
    for part in parts:
        for row in part:
            assert row["estimate"] is None
            assert row["std_error"] is None
            assert row["conf_low"] is None
            assert (row["count"], row["base"], row["weighted_base"], row["flag"]) == (0, 0, 0.0, "undefined")


def test_an_empty_level_keeps_its_row() -> None:
    role = Categorical("role", codes=("chair", "officer", "deputy"))
    for made in (Design(barometer()).proportion("q", by=role), Design(barometer()).tab_book(["q"], [role])):
        row = made.row(level="deputy", option="yes")
        assert (row["estimate"], row["base"], row["flag"]) == (None, 0, "undefined")


@pytest.mark.parametrize(("answer", "share"), [("yes", 1.0), ("no", 0.0)])
@pytest.mark.parametrize("interval", ["logit", "korn-graubard", "beta", "wilson"])
def test_shares_of_none_and_all_have_an_interval(answer: str, share: float, interval: str) -> None:
    frame = pl.DataFrame({"q": ["yes"] * 20})
    row = Design(frame).proportion(Categorical("q", codes=("yes", "no")), interval=interval).row(option=answer)
    assert row["estimate"] == share
    assert 0 <= row["conf_low"] <= share <= row["conf_high"] <= 1
    assert row["conf_high"] - row["conf_low"] > 0.1
    assert row["method"] == ("korn-graubard" if interval == "logit" else interval)


def test_clopper_pearson_is_what_is_left_of_korn_graubard_at_zero() -> None:
    row = Design(pl.DataFrame({"q": ["no"] * 20})).proportion(Categorical("q", codes=("yes", "no"))).row(option="yes")
    assert row["conf_high"] == pytest.approx(1 - 0.025 ** (1 / 20), rel=1e-9)


def test_all_answers_missing() -> None:
    frame = barometer().with_columns(q=pl.lit(None, dtype=pl.String), none=pl.lit(None))
    design = Design(frame)
    asked = Categorical("q", codes=("yes", "no"))
    assert [row["flag"] for row in design.proportion(asked)] == ["undefined", "undefined"]
    assert [row["base"] for row in design.tab_book([asked, Numeric("none")], ["role"]).where(break_="")] == [0, 0, 0]


def test_rows_of_weight_zero_are_sampled_but_not_counted() -> None:
    frame = barometer(20).with_columns(w=pl.when(pl.int_range(20) < 4).then(0.0).otherwise(2.0))
    design = Design(frame, weight="w")
    assert design.df == 15
    row = design.mean("score").row()
    assert row["base"] == 16
    assert row["weighted_base"] == 32
    assert design.tab_book([Numeric("score")]).row()["std_error"] == pytest.approx(row["std_error"], rel=1e-12)
    subset = Design(frame).mean("score", where=pl.int_range(pl.len()) >= 4).row()
    assert row["std_error"] == pytest.approx(subset["std_error"], rel=1e-12)


def test_one_respondent_has_a_figure_and_no_interval_but_the_exact_one() -> None:
    design = Design(pl.DataFrame({"q": ["yes"], "y": [3.0]}), lonely="certainty")
    mean = design.mean("y").row()
    assert (mean["estimate"], mean["std_error"], mean["conf_low"], mean["df"]) == (3.0, 0.0, None, 0.0)
    share = design.proportion("q").row()
    assert share["conf_low"] == pytest.approx(0.025)


def test_one_respondent_in_a_domain() -> None:
    frame = barometer(20).with_columns(g=pl.Series(["a"] + ["b"] * 19))
    row = Design(frame).proportion("q", by="g").row(level="a", option="yes")
    assert (row["estimate"], row["base"], row["method"]) == (1.0, 1, "korn-graubard")


def test_comparisons_need_enough_respondents() -> None:
    frame = barometer(20).with_columns(g=pl.Series(["a"] * 4 + ["b"] * 16))
    row = Design(frame).tab_book(["q"], ["g"]).row(level="a", option="yes")
    assert (row["p_rest"], row["differs"], row["letters"]) == (None, None, "")


IMPOSSIBLE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "null weight": ({"weight": "w0"}, ["w0", "row 3", "null"]),
    "text weight": ({"weight": "role"}, ["role", "chair"]),
    "negative weight": ({"weight": "minus"}, ["minus", "row 2", "-1.0"]),
    "infinite weight": ({"weight": "inf"}, ["inf", "row 4"]),
    "only zero weights": ({"weight": "zero"}, ["zero"]),
    "unknown weight column": ({"weight": "minis"}, ["minis", "Did you mean 'minus'?"]),
    "unknown stratum column": ({"strata": "rol"}, ["rol", "Did you mean 'role'?"]),
    "stratum with nulls": ({"strata": "q"}, ["q", "row 4"]),
    "population smaller than the sample": ({"strata": "role", "population": {"chair": 19, "officer": 50}}, ["chair", "20", "19"]),
    "one population, too small": ({"population": 39}, ["40", "39"]),
    "unknown stratum": ({"strata": "role", "population": {"chairs": 50, "officer": 50}}, ["role", "chair", "Did you mean 'chairs'?"]),
    "stratum without respondents": ({"strata": "role", "population": {"chair": 50, "officer": 50, "x": 3}}, ["'x'", "no respondents"]),
    "one number for strata": ({"strata": "role", "population": 100}, ["100", "mapping"]),
    "populations without strata": ({"population": {"a": 100}}, ["population"]),
    "population varies in its stratum": ({"strata": "role", "population": "many"}, ["many", "stratum chair"]),
    "too many populations": ({"population": ["many", "many"]}, ["at most 1"]),
    "cluster in two strata": ({"strata": "role", "clusters": "cluster"}, ["cluster", "two strata", "nest=True"]),
    "unknown rule": ({"lonely": "remove"}, ["lonely", "certainty"]),
}


@pytest.mark.parametrize(("arguments", "said"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_impossible_designs_are_named(arguments: dict[str, Any], said: list[str]) -> None:
    frame = barometer().with_columns(
        w0=pl.when(pl.int_range(40) == 2).then(None).otherwise(1.0),
        minus=pl.when(pl.int_range(40) == 1).then(-1.0).otherwise(1.0),
        inf=pl.when(pl.int_range(40) == 3).then(float("inf")).otherwise(1.0),
        zero=pl.lit(0.0),
        many=pl.int_range(100, 140),
        cluster=pl.int_range(40) % 5,
    )
    with pytest.raises(DesignError) as failure:
        Design(frame, **arguments)
    for word in said:
        assert word in str(failure.value)


def test_cluster_names_may_start_again_in_each_stratum() -> None:
    frame = barometer().with_columns(cluster=pl.int_range(40) % 5)
    design = Design(frame, strata="role", clusters="cluster", nest=True)
    assert design.df == 8


BAD_QUESTIONS: dict[str, tuple[Any, list[str]]] = {
    "unknown": ("qq", ["column 'qq'", "Did you mean 'q'?"]),
    "undeclared code": (Categorical("q", codes=("yes",)), ["column 'q'", "row 2", "'no'"]),
    "codes of another type": (Categorical("q", codes=(1, 2)), ["column 'q'"]),
    "unknown battery": (Battery("b", {"x": "nowhere"}), ["nowhere", "question 'b'"]),
}


@pytest.mark.parametrize(("question", "said"), BAD_QUESTIONS.values(), ids=BAD_QUESTIONS)
def test_impossible_questions_are_named(question: Any, said: list[str]) -> None:
    for ask in (lambda: Design(barometer()).proportion(question), lambda: Design(barometer()).tab_book([question], ["role"])):
        with pytest.raises(DesignError) as failure:
            ask()
        for word in said:
            assert word in str(failure.value)


def test_a_break_with_one_level_is_refused() -> None:
    design = Design(barometer().with_columns(same=pl.lit("x")))
    for ask in (lambda: design.tab_book(["q"], ["same"]), lambda: design.proportion("q", by="same")):
        with pytest.raises(DesignError, match="two levels") as failure:
            ask()
        assert "break 'same'" in str(failure.value)


def test_text_has_no_mean_and_numbers_must_be_finite() -> None:
    frame = barometer(4).with_columns(bad=pl.Series([1.0, float("nan"), 2.0, 3.0]))
    with pytest.raises(DesignError, match="needs numbers"):
        Design(frame).mean("role")
    with pytest.raises(DesignError, match="row 2"):
        Design(frame).mean("bad")


def test_other_impossible_requests() -> None:
    design = Design(barometer())
    with pytest.raises(DesignError, match="korn-graubard"):
        design.proportion("q", interval="korn")
    with pytest.raises(DesignError, match="level"):
        design.proportion("q", level=95)
    with pytest.raises(DesignError, match="holm"):
        design.tab_book(["q"], ["role"], adjust="bonferroni")
    with pytest.raises(DesignError, match="probability"):
        design.quantile("score", 1.5)
    with pytest.raises(DesignError, match="twice"):
        design.tab_book(["q", "q"], ["role"])
    with pytest.raises(DesignError, match="condition"):
        design.mean("score", where=pl.col("nowhere") > 1)
    with pytest.raises(DesignError, match="not true or false"):
        design.mean("score", where=pl.col("score") + 1)
    with pytest.raises(DesignError, match="no rows"):
        Design(barometer().clear())


def test_parts_of_another_population_cannot_be_added() -> None:
    frame = barometer().with_columns(N=pl.lit(50.0))
    one = cells(frame[:20], ["q"], ["role"], weight="w", strata="role", population="N")
    two = cells(frame[20:].with_columns(N=pl.lit(60.0)), ["q"], ["role"], weight="w", strata="role", population="N")
    with pytest.raises(DesignError, match="different populations"):
        _ = one + two
    with pytest.raises(DesignError, match="weight"):
        cells(frame, ["q"], strata="role", population="N")


def test_added_parts_may_exceed_their_population_and_say_so() -> None:
    frame = barometer().with_columns(N=pl.lit(15.0))
    parts = [cells(frame[n : n + 20], ["q"], weight="w", strata="role", population="N") for n in (0, 20)]
    with pytest.raises(DesignError, match="smaller than its sample"):
        finish(parts[0] + parts[1])


def test_items_that_were_not_asked_keep_their_rows() -> None:
    frame = barometer(20).with_columns(a=pl.int_range(20) % 2, b=pl.int_range(20) % 3 + 1)
    levers = MultipleResponse("levers", {"A": "a", "B": "not_this_time"})
    battery = Battery("battery", {"one": "b", "two": "not_this_time"}, codes=(1, 2, 3), values={1: 1, 2: 2, 3: 3})
    ranking = Ranking("ranking", {"one": "b", "two": "not_this_time"}, places=3)
    allocation = Allocation("allocation", {"one": "b", "two": "not_this_time"})
    design = Design(frame)
    book = design.tab_book([levers, battery, ranking, allocation], ["role"])
    absent = [*book.where(option="B"), *book.where(item="two"), *design.proportion(levers).where(option="B")]
    assert len(absent) == 3 * (1 + 4 + 3 + 1) + 1
    for row in absent:
        assert (row["estimate"], row["base"], row["flag"]) == (None, 0, "not asked")
    assert not book.where(option="A", flag="not asked").frame.height
