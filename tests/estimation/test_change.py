"""Change between waves: the covariance of overlapping panels, its edges, its properties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barometer
from barometer.errors import DesignError
from barometer.estimation import Battery, Categorical, Design, MultipleResponse, Numeric, change, change_frame
from barometer.estimation.distributions import t_quantile, t_two_sided

REFERENCE = Path(__file__).parents[1] / "reference"
PANEL = json.loads((REFERENCE / "reference.json").read_text())["topics"]["panel"]
AGREES = Categorical("agrees", codes=("yes", "no"), values={"yes": 1, "no": 0})


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "data" / name, infer_schema_length=None)


def waves(entry: dict[str, Any], **more: Any) -> list[Design]:
    files = entry["values"]["first_file"], entry["values"]["second_file"]
    return [Design(read(file), weight="weight", strata="role", population="posts", **more) for file in files]


def wave(people: range | list[int], answers: list[str | None], **columns: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({"person_id": list(people), "agrees": answers, **columns})


@pytest.mark.parametrize("question", ["agree", "score", "choice"])
@pytest.mark.parametrize("entry", PANEL, ids=lambda one: one["id"])
def test_the_standard_error_is_that_of_the_formula(entry: dict[str, Any], question: str) -> None:
    expected = entry["values"]["questions"][question]
    row = change(*waves(entry), Numeric(question), common_population=entry["values"]["posts_in_both"]).row()
    for column, name in {
        "estimate_before": "first",
        "estimate_after": "second",
        "estimate": "difference",
        "std_error": "se",
        "covariance": "cov",
    }.items():
        assert row[column] == pytest.approx(expected[name], rel=1e-9)
    assert (row["base_before"], row["base"]) == (expected["base_first"], expected["base_second"])
    assert row["df"] == 98
    margin = float(t_quantile(0.975, 98)) * expected["se"]
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((expected["difference"] - margin, expected["difference"] + margin))
    assert row["p_value"] == pytest.approx(float(t_two_sided(expected["difference"] / expected["se"], 98)), rel=1e-8)
    for wrong in ("se_if_independent_wrong", "se_stacked_wrong"):
        assert wrong not in expected or abs(row["std_error"] / expected[wrong] - 1) > 0.001


@pytest.mark.parametrize("entry", PANEL, ids=lambda one: one["id"])
def test_a_share_and_a_mean_of_zeros_and_ones_are_the_same_figure(entry: dict[str, Any]) -> None:
    designs = waves(entry)
    share = change(*designs, Categorical("agree", codes=(0, 1))).row(option="1")
    mean = change(*designs, Numeric("agree")).row()
    for column in ("estimate", "std_error", "conf_low", "conf_high", "p_value", "common", "word"):
        assert share[column] == (mean[column] if isinstance(mean[column], str) else pytest.approx(mean[column], rel=1e-9))
    assert share["points"] == 100 * share["estimate"]
    assert mean["points"] is None


def test_what_is_known_of_the_overlap_is_said() -> None:
    said = {entry["id"]: change(*waves(entry), Numeric("score")).row()["method"] for entry in PANEL}
    assert said["fixed"] == "t, overlapping panel"
    assert said["one_in_common"] == "t, overlapping panel, covariance pooled in 1 stratum"
    assert said["changed"] == "t, overlapping panel, common population taken as the smaller one"


def test_one_common_respondent_in_all_is_no_covariance() -> None:
    one, two = wave(range(20), ["yes", "no"] * 10), wave(range(19, 39), ["yes", "no"] * 10)
    row = change(Design(one, population=100), Design(two, population=100), AGREES).row(option="yes")
    parts = [Design(frame, population=100).proportion(AGREES).row(option="yes")["std_error"] for frame in (one, two)]
    assert row["method"] == "t, independent samples"
    assert row["std_error"] == pytest.approx(np.hypot(*parts), rel=1e-12)
    assert (row["common"], row["covariance"]) == (1, 0.0)


@pytest.mark.parametrize("shared", [2, 3])
def test_two_or_three_common_respondents_cannot_break_the_variance(shared: int) -> None:
    one = wave(range(20), ["yes", "no"] * 10)
    two = wave(range(20 - shared, 40 - shared), ["yes", "no"] * 10)
    row = change(Design(one, population=40), Design(two, population=40), AGREES).row(option="yes")
    assert row["method"] == "t, overlapping panel"
    assert row["common"] == shared
    assert row["std_error"] > 0


def test_nobody_in_common_is_two_independent_samples() -> None:
    one, two = wave(range(50), ["yes", "no"] * 25), wave(range(50, 100), ["yes"] * 40 + ["no"] * 10)
    row = change(Design(one), Design(two), AGREES).row(option="yes")
    assert row["method"] == "t, independent samples"
    assert row["word"] == "rise"
    assert change(Design(two), Design(one), AGREES).row(option="yes")["word"] == "fall"


def test_the_same_full_panel_has_not_changed() -> None:
    frame = wave(range(30), ["yes", "no", "no"] * 10)
    rows = change(Design(frame, population=90), Design(frame, population=90), AGREES)
    for row in rows:
        assert (row["estimate"], row["std_error"], row["conf_low"], row["conf_high"]) == (0.0, 0.0, 0.0, 0.0)
        assert row["word"] == "no clear change"


def test_two_censuses_leave_nothing_to_chance() -> None:
    one, two = wave(range(30), ["yes"] * 12 + ["no"] * 18), wave(range(30), ["yes"] * 13 + ["no"] * 17)
    row = change(Design(one, population=30), Design(two, population=30), AGREES).row(option="yes")
    assert (row["std_error"], row["p_value"], row["word"]) == (0.0, 0.0, "rise")
    assert row["conf_low"] == row["conf_high"] == row["estimate"] == pytest.approx(1 / 30)


def test_a_share_of_zero_has_an_interval_and_a_test() -> None:
    one, two = wave(range(15), ["no"] * 15), wave(range(15, 40), ["no"] * 21 + ["yes"] * 4)
    row = change(Design(one), Design(two), AGREES).row(option="yes")
    assert row["method"].startswith("recovered")
    assert row["conf_low"] < 0 < row["estimate"] < row["conf_high"] < 0.5
    # Pearson's test of 0 of 15 against 4 of 25 gives 0.10; the variance that is seen would give 0.035.
    assert 0.08 < row["p_value"] < 0.15
    assert row["word"] == "no clear change"
    still = change(Design(one), Design(wave(range(15, 40), ["no"] * 25)), AGREES).row(option="yes")
    assert still["p_value"] == 1.0
    assert still["conf_low"] < -0.05
    assert still["conf_high"] > 0.05


def test_recovered_intervals_on_request() -> None:
    entry = PANEL[0]
    t, recovered = (change(*waves(entry), Categorical("agree", codes=(0, 1)), interval=one).row(option="1") for one in ("t", "recovered"))  # type: ignore[arg-type]
    assert recovered["method"].startswith("recovered")
    assert recovered["std_error"] == t["std_error"]
    assert recovered["conf_low"] == pytest.approx(t["conf_low"], abs=0.01)
    assert recovered["conf_low"] != t["conf_low"]


def test_unanswered_rows_stay_in_the_sample_and_leave_the_base() -> None:
    entry = PANEL[0]
    rows = change(*waves(entry), Numeric("choice"), by="role")
    assert rows.frame["level"].to_list() == ["ao", "chair"]
    assert sum(rows.frame["base"]) == entry["values"]["questions"]["choice"]["base_second"]
    among = change(*waves(entry), Numeric("choice"), where=pl.col("role") == "ao").row()
    assert among["std_error"] == pytest.approx(rows.row(level="ao")["std_error"], rel=1e-12)


def test_batteries_and_multiple_responses_by_item() -> None:
    ones = {"i": [1, 2, 3, 4] * 5, "m": [0, 1] * 10, "j": [1, 1, 2, 2] * 5}
    one, two = (wave(range(start, start + 20), ["yes", "no"] * 10, **ones) for start in (0, 5))
    battery = Battery("b", {"first": "i", "second": "j"}, values={1: 1, 2: 2, 3: 3, 4: 4}, nets={})
    found = change(Design(one), Design(two.drop("j")), [battery, MultipleResponse("m", {"only": "m"})])
    assert found.row(item="first", of="mean")["estimate"] == 0
    assert set(found.where(item="second").frame["flag"]) == {"not asked"}
    assert found.row(question="m", option="only")["common"] == 15
    assert found.frame.filter(pl.col("item") == "first")["of"].to_list() == ["share"] * 4 + ["mean"]


def test_clusters_are_matched_by_name() -> None:
    rng = np.random.default_rng(4)
    rows = [(f"{school}-{pupil}", school, float(rng.normal() + school % 5)) for school in range(12) for pupil in range(6)]
    both = pl.DataFrame(rows, schema=["person_id", "school", "y"], orient="row")
    one, two = both.filter(pl.col("school") < 9), both.filter(pl.col("school") >= 3)
    designs = [Design(frame, clusters="school", population=30) for frame in (one, two)]
    row = change(*designs, "y").row()
    scores = [frame.with_columns(z=(pl.col("y") - pl.col("y").mean()) / frame.height) for frame in (one, two)]
    totals = [frame.group_by("school").agg(pl.col("z").sum()) for frame in scores]
    common = totals[0].join(totals[1], on="school")
    s12 = np.cov(common["z"], common["z_right"])[0, 1]
    assert row["covariance"] == pytest.approx((6 - 30 * 0.3 * 0.3) * s12, rel=1e-9)
    assert row["common"] == 36


def test_somebody_in_another_stratum_counts_as_another() -> None:
    one = wave(range(20), ["yes", "no"] * 10, role=["chair"] * 10 + ["ao"] * 10)
    two = wave(range(20), ["yes", "no"] * 10, role=["ao"] + ["chair"] * 10 + ["ao"] * 9)
    row = change(*(Design(frame, strata="role") for frame in (one, two)), AGREES).row(option="yes")
    assert "2 in another stratum" in row["method"]
    assert row["common"] == 20


def test_codes_are_those_of_either_wave() -> None:
    one, two = wave(range(10), ["yes", "no"] * 5), wave(range(5, 15), ["yes", "perhaps"] * 5)
    rows = change(Design(one), Design(two), "agrees")
    assert rows.frame["option"].to_list() == ["no", "perhaps", "yes"]
    assert rows.row(option="no")["estimate"] == -0.5


def test_an_empty_level_is_undefined() -> None:
    one, two = wave(range(10), ["yes", "no"] * 5, role=["a", "b"] * 5), wave(range(10), ["yes", "no"] * 5, role=["a", "c"] * 5)
    rows = change(Design(one), Design(two), AGREES, by="role")
    assert {row["level"]: row["flag"] for row in rows} == {"a": "", "c": "undefined", "b": "undefined"}
    assert rows.row(level="b", option="yes")["word"] == ""
    assert rows.row(level="b", option="yes")["std_error"] is None


def test_the_frame_for_findings_has_their_columns() -> None:
    designs = waves(PANEL[0])
    question = Categorical("agree", codes=(0, 1), nets={"any": (0, 1)}, values={0: 0, 1: 1})
    found = change(*designs, question)
    frame = change_frame(found + change(*designs, question, by="role"), "2015-winter")
    assert frame.columns == [
        "question", "item", "option", "statistic", "wave_before", "estimate_before", "count_before", "base_before", "difference",
        "conf_low", "conf_high", "p_value", "method",
    ]  # fmt: skip
    assert frame["statistic"].to_list() == ["share", "share", "net", "mean"]
    assert set(frame["wave_before"]) == {"2015-winter"}
    assert frame["difference"].to_list() == found.frame["estimate"].to_list()
    with pytest.raises(DesignError, match="not changes"):
        change_frame(designs[0].mean("score"), "2015-winter")


def test_findings_read_the_frame() -> None:
    from barometer.findings.comparing import compared
    from barometer.findings.numbers import exact

    found = change_frame(change(*waves(PANEL[0]), Categorical("choice", codes=(0, 1))), "before")
    row = found.filter(pl.col("option") == "1").row(0, named=True)
    said = compared(
        difference=exact(row["difference"]),
        wave="before",
        wave_title="March",
        estimate_before=exact(row["estimate_before"]),
        count_before=row["count_before"],
        base_before=row["base_before"],
        low=row["conf_low"],
        high=row["conf_high"],
        p_value=row["p_value"],
        method=row["method"],
    )
    assert said.word == "rise"


def test_it_is_there_from_the_top() -> None:
    assert barometer.change is change


@pytest.mark.parametrize(
    ("more", "what", "part"),
    [
        ({"comparable": "options changed"}, "break in the series", "options changed"),
        ({"comparable": {"agrees": "another scale"}}, "break in the series", "another scale"),
        ({"person": "persn_id"}, "not in the frame", "Did you mean 'person_id'?"),
        ({"variable": "agree"}, "not in the frame", "Did you mean 'agrees'?"),
        ({"interval": "recoverd"}, "interval of a change", "Did you mean 'recovered'?"),
        ({"level": 95}, "level is impossible", "95"),
        ({"by": "same"}, "at least two levels", "1: x"),
        ({"common_population": {"chair": 1, "ao": 20}}, "population of both waves is impossible", "stratum chair"),
        ({"common_population": {"chair": 20}}, "posts in both waves", "'ao'"),
        ({"common_population": 20}, "stratified", "20"),
        ({"common_population": "drifts"}, "not constant", "stratum ao"),
    ],
)
def test_bad_requests_are_refused(more: dict[str, Any], what: str, part: str) -> None:
    columns = {"role": ["chair", "ao"] * 5, "same": ["x"] * 10, "drifts": list(range(10))}
    one, two = (wave(range(start, start + 10), ["yes", "no"] * 5, **columns) for start in (0, 2))
    designs = [Design(frame, strata="role", population={"chair": 20, "ao": 20}) for frame in (one, two)]
    with pytest.raises(DesignError, match=what) as caught:
        change(*designs, **{"variable": "agrees", **more})
    assert part in str(caught.value)


def test_a_person_who_stands_twice_or_nowhere_is_named() -> None:
    fine = Design(wave(range(4), ["yes", "no"] * 2))
    with pytest.raises(DesignError, match="answers one wave twice") as caught:
        change(fine, Design(wave([1, 2, 3, 3], ["yes", "no"] * 2)), AGREES)
    assert "second wave, row 3" in str(caught.value)
    with pytest.raises(DesignError, match="no person") as caught:
        change(Design(wave([1, 2, None, 3], ["yes", "no"] * 2)), fine, AGREES)  # type: ignore[list-item]
    assert "first wave, row 3" in str(caught.value)


def test_designs_of_two_stages_or_of_two_kinds_are_refused() -> None:
    frame = wave(range(8), ["yes", "no"] * 4, school=[1, 1, 2, 2, 3, 3, 4, 4], schools=[9] * 8, pupils=[5] * 8)
    two_stage = Design(frame, clusters="school", population=["schools", "pupils"])
    with pytest.raises(DesignError, match="two stages"):
        change(two_stage, two_stage, AGREES)
    with pytest.raises(DesignError, match="One wave has clusters"):
        change(Design(frame, clusters="school"), Design(frame), AGREES)


answers = st.lists(st.sampled_from(["yes", "no", None]), min_size=12, max_size=12)


@settings(max_examples=40, deadline=None)
@given(answers, answers, st.integers(0, 12), st.randoms(use_true_random=False), st.floats(0.01, 100))
def test_order_and_scale_of_weights_do_not_matter(one: list[Any], two: list[Any], start: int, random: Any, scale: float) -> None:
    frames = [wave(range(12), one, role=["a", "b"] * 6), wave(range(start, start + 12), two, role=["a", "b"] * 6)]
    frames = [frame.with_columns(w=pl.when(pl.col("role") == "a").then(2.0).otherwise(3.0)) for frame in frames]
    population = {"a": 12, "b": 18}
    plain = change(*(Design(frame, weight="w", strata="role", population=population) for frame in frames), AGREES)
    shuffled = [frame.sample(fraction=1, shuffle=True, seed=random.randrange(1000)).with_columns(pl.col("w") * scale) for frame in frames]
    other = change(*(Design(frame, weight="w", strata="role", population=population) for frame in shuffled), AGREES)
    for column in ("estimate", "std_error", "conf_low", "conf_high", "p_value", "covariance"):
        values = [frame[column].fill_null(float("nan")).to_list() for frame in (other.frame, plain.frame)]
        assert values[0] == pytest.approx(values[1], rel=1e-6, abs=1e-9, nan_ok=True)
    assert other.frame["common"].equals(plain.frame["common"])


@settings(max_examples=40, deadline=None)
@given(answers, answers, st.integers(0, 12))
def test_a_variance_is_never_negative_and_complements_mirror(one: list[Any], two: list[Any], start: int) -> None:
    frames = wave(range(12), one), wave(range(start, start + 12), two)
    rows = change(*(Design(frame, population=40) for frame in frames), AGREES)
    yes, no = rows.row(option="yes"), rows.row(option="no")
    if yes["flag"] == "":
        assert yes["std_error"] >= 0
        assert yes["std_error"] == pytest.approx(no["std_error"], abs=1e-12)
        assert yes["estimate"] == pytest.approx(-no["estimate"], abs=1e-12)
        assert yes["p_value"] == pytest.approx(no["p_value"], abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(answers)
def test_identical_waves_have_not_changed(one: list[Any]) -> None:
    frame = wave(range(12), one)
    for row in change(Design(frame, population=40), Design(frame, population=40), AGREES):
        if row["flag"] == "":
            assert (row["estimate"], row["std_error"]) == (0.0, 0.0)
