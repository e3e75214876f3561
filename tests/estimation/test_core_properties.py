"""What holds for every sample: order, scale of weights, parts and whole, complements, nets, and the two roads to every figure."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.estimation import (
    Allocation,
    Battery,
    Categorical,
    Design,
    Estimates,
    MultipleResponse,
    Numeric,
    Ranking,
    cells,
    cubes,
    finish,
)

SCALE = Categorical(
    "scale",
    codes=(1, 2, 3, 4, 5),
    values={code: code for code in range(1, 6)},
    nets={"high": (4, 5)},
    top=(1, 2),
    balances={"b": ((4, 5), (1, 2))},
)
QUESTION = Categorical("q", codes=("x", "y", "z"))
ROLE = Categorical("role", codes=("a", "b", "c"))
LEVERS = MultipleResponse("levers", {"one": "m1", "two": "m2"}, nets={"any": ("one", "two")})
EACH = MultipleResponse("each", {"one": "m1", "two": "m2"}, base="each")
BATTERY = Battery("battery", {"i": "scale", "j": "scale2"}, codes=(1, 2, 3, 4, 5), values={5: 1.0, 4: 0.5})
RANKING = Ranking("ranking", {"i": "r1", "j": "r2"}, places=2)
POINTS = Allocation("points", {"i": "y", "j": "y2"})
QUESTIONS = [QUESTION, SCALE, LEVERS, EACH, BATTERY, RANKING, POINTS, Numeric("number", "y")]
BREAKS = [ROLE, ("role2", "role3")]
NUMBERS = ("estimate", "std_error", "conf_low", "conf_high", "weighted_base", "design_effect", "rest", "p_rest", "p_rest_adjusted")


def made(seed: int, rows: int, strata: int, *, clusters: bool = False) -> pl.DataFrame:
    rng = np.random.default_rng(seed)

    def holed(values: Any) -> list[Any]:
        return [None if gone else value for value, gone in zip(values.tolist(), rng.random(rows) < 0.15, strict=True)]

    stratum = np.arange(rows) % strata
    frame = pl.DataFrame(
        {
            "s": stratum,
            "q": holed(rng.choice(["x", "y", "z"], rows)),
            "scale": holed(rng.integers(1, 6, rows)),
            "scale2": holed(rng.integers(1, 6, rows)),
            "role": holed(rng.choice(["a", "b", "c"], rows)),
            "role2": np.where(np.arange(rows) % 2 == 0, "p", "q"),
            "role3": np.where(np.arange(rows) % 3 == 0, "u", "v"),
            "m1": holed(rng.integers(0, 2, rows)),
            "m2": holed(rng.integers(0, 2, rows)),
            "r1": holed(rng.integers(1, 3, rows)),
            "r2": holed(rng.integers(1, 3, rows)),
            "y": holed(rng.normal(size=rows)),
            "y2": holed(rng.normal(size=rows)),
            "w": rng.uniform(0.2, 3, rows),
            "N": 2.0 * rows + stratum,
        },
        strict=False,
    )
    # Three or four respondents a cluster, eight or more clusters a stratum for most sizes.
    return frame.with_columns(c=pl.Series(stratum * 1000 + np.arange(rows) // strata // 3), N2=pl.lit(9.0)) if clusters else frame


samples = st.builds(made, st.integers(0, 10_000), st.integers(24, 90), st.integers(1, 3))
DESIGNS: dict[str, dict[str, Any]] = {
    "plain": {},
    "weighted": {"weight": "w"},
    "strata": {"weight": "w", "strata": "s", "population": "N"},
    "made weights": {"strata": "s", "population": "N"},
    "clusters": {"weight": "w", "strata": "s", "clusters": "c", "population": "N"},
    "two stages": {"weight": "w", "strata": "s", "clusters": "c", "population": ["N", "N2"], "lonely": "certainty"},
}


def alike(one: Estimates, two: Estimates, *, but: tuple[str, ...] = ()) -> None:
    assert one.frame.drop(NUMBERS, strict=False).equals(two.frame.drop(NUMBERS, strict=False))
    for column in NUMBERS:
        if column in one.frame.columns and column not in but:
            first, second = one.frame[column].to_list(), two.frame[column].to_list()
            assert first == [None if value is None else pytest.approx(value, rel=1e-8, abs=1e-9) for value in second], column


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@given(seed=st.integers(0, 10_000), rows=st.integers(48, 90))
@settings(max_examples=4, deadline=None)
def test_the_tab_book_is_the_estimators_row_by_row(design: dict[str, Any], seed: int, rows: int) -> None:
    sample = Design(made(seed, rows, 2, clusters=True), **design)
    book = sample.tab_book(QUESTIONS, BREAKS)
    rowwise: list[Estimates] = []
    for by in (None, *BREAKS):
        for variable in QUESTIONS:
            if not isinstance(variable, Numeric | Allocation):
                rowwise.append(sample.proportion(variable, by=by))
            if isinstance(variable, Numeric | Allocation | Ranking | Battery) or variable is SCALE:
                rowwise.append(sample.mean(variable, by=by))
        rowwise += [sample.net(variable, by=by) for variable in (SCALE, LEVERS)]
        rowwise += [sample.top_box(SCALE, size, by=by) for size in (1, 2)]
    keys = ["question", "item", "option", "break", "level", "statistic"]
    estimators = Estimates.concat(rowwise)
    assert estimators.frame.height == book.frame.height
    ordered = [Estimates(part.frame.sort(keys).select(estimators.frame.columns)) for part in (book, estimators)]
    alike(*ordered)


@given(sample=samples, seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_the_order_of_rows_does_not_matter(sample: pl.DataFrame, seed: int) -> None:
    arguments = {"weight": "w", "strata": "s", "population": "N"}
    shuffled = sample.sample(fraction=1.0, shuffle=True, seed=seed)
    alike(*(Design(frame, **arguments).tab_book(QUESTIONS, BREAKS) for frame in (sample, shuffled)))


@given(sample=samples, factor=st.floats(1e-3, 1e3))
@settings(max_examples=10, deadline=None)
def test_the_scale_of_weights_does_not_matter(sample: pl.DataFrame, factor: float) -> None:
    scaled = sample.with_columns(pl.col("w") * factor)
    books = [Design(frame, weight="w", strata="s", population="N").tab_book(QUESTIONS, BREAKS) for frame in (sample, scaled)]
    alike(*books, but=("weighted_base",))
    assert books[1].frame["weighted_base"].to_list() == pytest.approx((books[0].frame["weighted_base"] * factor).to_list())


@pytest.mark.parametrize("clusters", [False, True])
@given(seed=st.integers(0, 10_000), rows=st.integers(48, 90), cut=st.floats(0.1, 0.9))
@settings(max_examples=8, deadline=None)
def test_parts_add_up_to_the_whole(clusters: bool, seed: int, rows: int, cut: float) -> None:
    frame = made(seed, rows, 3, clusters=True)
    arguments: dict[str, Any] = {"weight": "w", "strata": "s", "population": "N"} | ({"clusters": "c"} if clusters else {})
    breaks = [ROLE, (Categorical("role2", codes=("p", "q")), Categorical("role3", codes=("u", "v")))]
    at = int(cut * rows)
    one, two = (cells(part, QUESTIONS, [ROLE], **arguments) for part in (frame[:at], frame[at:]))
    alike(finish(one + two), Design(frame, **arguments).tab_book(QUESTIONS, breaks[:1]))


@given(sample=samples)
@settings(max_examples=10, deadline=None)
def test_complements_and_nets(sample: pl.DataFrame) -> None:
    design = Design(sample.with_columns(half=pl.col("scale") >= 4), weight="w", strata="s", population="N")
    halves = design.proportion("half", interval="wilson")
    yes, no = halves.row(option="True"), halves.row(option="False")
    assert yes["estimate"] + no["estimate"] == pytest.approx(1)
    assert yes["std_error"] == pytest.approx(no["std_error"], rel=1e-9)
    assert yes["conf_low"] == pytest.approx(1 - no["conf_high"])
    book = design.tab_book([SCALE], [ROLE])
    for level in ("", "a", "b", "c"):
        rows = book.where(level=level)
        parts, net = rows.where(statistic="share", option=["4", "5"]), rows.row(statistic="net", option="high")
        assert parts.frame["count"].sum() == net["count"]
        if net["estimate"] is not None:
            assert parts.frame["estimate"].sum() == pytest.approx(net["estimate"], abs=1e-12)
    assert design.frame.select(pl.col("scale").is_not_null().sum()).item() == book.row(statistic="mean", level="")["base"]


@given(sample=samples)
@settings(max_examples=10, deadline=None)
def test_a_census_is_certain(sample: pl.DataFrame) -> None:
    sizes = {row["s"]: row["len"] for row in sample.group_by("s").len().iter_rows(named=True)}
    design = Design(sample, strata="s", population=sizes)
    book = design.tab_book(QUESTIONS, BREAKS).frame.filter(pl.col("flag") == "")
    assert (book["std_error"] == 0).all()
    assert book["conf_low"].equals(book["estimate"].alias("conf_low"))


@pytest.mark.parametrize("constant", [False, True])
def test_written_out_rows_and_cubes_are_the_same_sums(monkeypatch: pytest.MonkeyPatch, constant: bool) -> None:
    frame = made(3, 5_000, 3)
    design = Design(frame, strata="s", population="N", weight=None if constant else "w")
    cubed = cells(design, QUESTIONS, BREAKS)
    monkeypatch.setattr(cubes, "BLOCK", 1_700)
    blocks = cells(design, QUESTIONS, BREAKS)
    monkeypatch.setattr(cubes, "WRITTEN_OUT", 10_000)
    written = cells(design, QUESTIONS, BREAKS)
    for other in (blocks, written):
        assert np.array_equal(cubed.counts, other.counts)
        np.testing.assert_allclose(cubed.weights, other.weights, rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(cubed.squares, other.squares, rtol=1e-12, atol=1e-9)


def by_definition(p: Any, method: str) -> list[float]:
    """Holm: the largest of (m - k + 1) p(k) so far; Benjamini and Hochberg: the smallest of m p(k) / k from here on."""
    order = sorted(p)
    many = len(order)
    steps = [(many - k) * value if method == "holm" else many * value / (k + 1) for k, value in enumerate(order)]
    out = []
    for value in p:
        first, last = order.index(value), many - 1 - order[::-1].index(value)
        best = max(steps[: last + 1]) if method == "holm" else min(steps[first:])
        out.append(min(best, 1.0))
    return out


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=30), st.sampled_from(["holm", "bh"]))
@settings(max_examples=50, deadline=None)
def test_corrections_follow_their_definitions(values: list[float | None], method: str) -> None:
    from barometer.estimation.comparisons import adjusted

    p = np.array([np.nan if value is None else value for value in values])
    family = np.arange(len(p)) % 3
    mine = adjusted(p, family, method)
    for number in range(3):
        at = np.flatnonzero((family == number) & ~np.isnan(p))
        if len(at):
            np.testing.assert_allclose(mine[at], by_definition(p[at], method), rtol=1e-12)
    assert np.array_equal(np.isnan(mine), np.isnan(p))
