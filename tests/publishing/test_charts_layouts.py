"""Trends, slopes, panels, maps, overlaps and heat tables: what is missing is never zero, what is suppressed never printed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from barometer.errors import UsageError
from barometer.estimation import Design, Estimates, MultipleResponse
from barometer.publishing.charts import (
    Chart,
    Combination,
    Mark,
    combinations_of,
    contrast_title,
    grouped_share_chart,
    heat_table,
    marks_of,
    overlap_chart,
    share_chart,
    slope_chart,
    small_multiples,
    tile_map,
    trend_chart,
)
from barometer.publishing.charts.canvas import apart
from barometer.publishing.charts.overlaps import merged

REGIONS = ("North", "Midlands and East", "South", "London")


def over_waves(label: str, *figures: tuple[str, float | None], segments: tuple[int, ...] = (), flags: tuple[str, ...] = ()) -> list[Mark]:
    found = []
    for number, (wave, share) in enumerate(figures):
        known = share is not None
        segment = segments[number] if segments else 1
        broken = "the wording changed" if segments and number and segments[number] not in (0, segments[number - 1]) else ""
        flag = flags[number] if flags else "" if known else "not asked"
        low, high = (share - 0.1, share + 0.1) if share is not None else (None, None)
        found.append(Mark(label, share, low, high, 90 + number if known else None, flag=flag, wave=wave, segment=segment, broken=broken))
    return found


def by_region(*shares: float | None, label: str = "Mergers") -> list[Mark]:
    found = []
    for region, share in zip(REGIONS, shares, strict=False):
        if share is None:
            found.append(Mark(label, None, None, None, None, region, flag="suppressed"))
        else:
            found.append(Mark(label, share, max(0, share - 0.1), min(1, share + 0.1), 40, region))
    return found


WAVES = over_waves("Confident", ("Autumn 2012", 0.31), ("Spring 2013", None), ("Spring 2016", 0.55), ("Autumn 2016", 0.68))


def pair(label: str, chairs: float, officers: float) -> list[Mark]:
    return [Mark(label, chairs, None, None, 40, "Chairs"), Mark(label, officers, None, None, 50, "Accountable officers")]


PAIR = over_waves("Mergers", ("Spring 2016", 0.2), ("Autumn 2016", 0.45)) + over_waves(
    "Pooling", ("Spring 2016", 0.61), ("Autumn 2016", 0.6)
)
CELLS = by_region(0.1, 0.35, 0.5, None) + by_region(0.97, 0.7, 0.62, 0.8, label="Pooling")
TOGETHER = [Combination(("Alliance",), 9), Combination(("Alliance", "Mergers"), 12), Combination((), 4), Combination(("Mergers",), 1)]

MAKE: dict[str, Callable[..., Chart]] = {
    "trend": lambda **more: trend_chart(WAVES, **more),
    "slope": lambda **more: slope_chart(PAIR, words={"Mergers": "rise"}, **more),
    "waves": lambda **more: small_multiples(WAVES + over_waves("Other", ("Autumn 2012", 0.2), ("Spring 2013", 0.1)), **more),
    "groups": lambda **more: small_multiples(CELLS, **more),
    "tiles": lambda **more: tile_map(CELLS[:4], **more),
    "overlap": lambda **more: overlap_chart(TOGETHER, **more),
    "heat": lambda **more: heat_table(CELLS, **more),
}


@pytest.fixture(scope="module")
def charts() -> dict[str, Chart]:
    return {name: make(of="members") for name, make in MAKE.items()}


def texts(chart: Chart) -> list[str]:
    tree = etree.fromstring(chart.svg.encode())
    namespace = "{http://www.w3.org/2000/svg}"
    return [" ".join(part.strip() for part in element.itertext() if part.strip()) for element in tree.iter(namespace + "text")]


def layers(chart: Chart, kind: str, **mark: Any) -> list[dict[str, Any]]:
    """The rows of all layers of a kind of mark."""
    return [
        row
        for layer in chart.spec["layer"]
        if layer["mark"]["type"] == kind and mark.items() <= layer["mark"].items()
        for row in layer["data"]["values"]
    ]


SAID = {
    "trend": ["31%", "55%", "68%", "[x]", "Autumn 2012", "100"],
    "slope": ["20%", "45% Mergers (rise)", "60% Pooling", "61%", "Spring 2016"],
    "waves": ["Confident", "68%", "[x]"],
    "groups": ["North", "London", "97%", "[c]"],
    "tiles": ["North", "10%", "0 to 20 base 40", "[c]", "suppressed"],
    "overlap": ["Alliance", "21", "12", "Other combinations"],
    "heat": ["10", "97", "[c]", "Midlands and East", "Base", "40"],
}


@pytest.mark.parametrize("name", SAID)
def test_the_figures_are_printed_in_the_picture(charts: dict[str, Chart], name: str) -> None:
    assert set(SAID[name]) <= set(texts(charts[name]))


@pytest.mark.parametrize("name", MAKE)
def test_the_specification_is_one_of_vega_lite(charts: dict[str, Chart], name: str) -> None:
    assert charts[name].to_altair().to_dict()["width"] > 400  # Altair holds both ways to the schema


@pytest.mark.parametrize("name", MAKE)
def test_a_title_is_worded_from_the_figures_in_ten_words(charts: dict[str, Chart], name: str) -> None:
    title = " ".join(charts[name].spec["title"]["text"])
    assert 0 < len(title.split()) <= 10
    subtitle = " ".join(charts[name].spec["title"]["subtitle"])
    assert "base" in subtitle
    assert "members" in subtitle
    assert MAKE[name](title="Given").spec["title"]["text"] == ["Given"]


@pytest.mark.parametrize("name", MAKE)
def test_words_are_eleven_pixels_high_on_a_phone(charts: dict[str, Chart], name: str) -> None:
    svg = charts[name].svg
    width = float(re.search(r'<svg[^>]* width="([\d.]+)"', svg)[1])
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg)]
    assert sizes
    assert min(sizes) * 358 / width >= 11


@pytest.mark.parametrize("name", MAKE)
def test_nothing_is_drawn_beyond_the_picture(charts: dict[str, Chart], name: str) -> None:
    for layer in charts[name].spec["layer"]:
        for row in layer["data"]["values"]:
            assert -3 <= row["x"] <= 443
            assert -3 <= row["y"] <= charts[name].spec["height"] + 3


ALT = {
    "trend": ["Autumn 2012 31% (21 to 41)", "Spring 2013 not asked", "Autumn 2016 68%"],
    "slope": ["Mergers: Spring 2016 20% (10 to 30), Autumn 2016 45% (35 to 55) (rise)"],
    "waves": ["Confident: Autumn 2012 31%", "Other: Autumn 2012 20%"],
    "groups": ["North: Mergers 10%", "London: Mergers suppressed"],
    "tiles": ["Mergers: North 10% (0 to 20)", "London suppressed"],
    "overlap": ["Alliance 21; Mergers 13", "Alliance + Mergers 12"],
    "heat": ["Mergers: North 10%", "London suppressed", "Pooling: North 97%"],
}


@pytest.mark.parametrize("name", ALT)
def test_the_words_that_stand_for_a_chart_say_what_it_shows(charts: dict[str, Chart], name: str) -> None:
    for words in ["members", *ALT[name]]:
        assert words in charts[name].alt


def test_the_table_behind_a_trend_has_a_row_a_wave_and_no_zero(charts: dict[str, Chart]) -> None:
    data = charts["trend"].data
    assert data.select("wave", "per_cent", "base").rows()[:2] == [("Autumn 2012", 31.0, 90), ("Spring 2013", None, None)]
    assert data["flag"].to_list() == ["", "not asked", "", ""]
    assert charts["trend"].table.rows[1] == ("Confident", "Spring 2013", "[x]", "[x]", "[x]", "[x]")
    assert "[x] not asked." in charts["trend"].table.notes


def test_no_line_crosses_a_wave_that_did_not_ask(charts: dict[str, Chart]) -> None:
    rows = layers(charts["trend"], "line")
    assert len({row["line"] for row in rows}) == 1  # from spring 2016 to autumn 2016 and no other
    assert len(rows) == 2
    assert len(layers(charts["trend"], "point")) == 3  # a missing figure has no dot, at zero or elsewhere


def test_no_line_crosses_a_break_in_series_which_is_drawn() -> None:
    marks = over_waves("A", ("W1", 0.2), ("W2", 0.3), ("W3", 0.6), ("W4", 0.7), segments=(1, 1, 2, 2))
    chart = trend_chart(marks)
    rows = layers(chart, "line")
    assert [[row["place"] for row in rows if row["line"] == line] for line in (1, 2)] == [[0, 1], [0, 1]]
    (dashed,) = layers(chart, "rule", strokeDash=[5, 4])
    second, third = sorted({row["x"] for row in rows})[1:3]
    assert second < dashed["x"] < third
    assert "series breaks" in texts(chart)
    assert "series breaks: the wording changed, W3 60%" in chart.alt
    whole = trend_chart(over_waves("A", ("W1", 0.2), ("W2", 0.3)))
    assert "series breaks" not in texts(whole)


def test_waves_without_any_figure_at_the_ends_are_left_out() -> None:
    marks = over_waves("A", ("W1", None), ("W2", 0.3), ("W3", None), ("W4", 0.4), ("W5", None))
    assert trend_chart(marks).data["wave"].to_list() == ["W2", "W3", "W4"]


def test_a_suppressed_wave_says_so_and_tells_nothing() -> None:
    marks = over_waves("A", ("W1", 0.3), ("W2", None), ("W3", 0.4), flags=("", "suppressed", ""))
    chart = trend_chart(marks)
    assert "[c]" in texts(chart)
    assert "W2 suppressed" in chart.alt
    assert chart.data.row(1, named=True)["base"] is None


def test_a_mean_stays_in_its_own_unit() -> None:
    marks = [Mark("Confidence", 6.14, 5.7, 6.6, 97, wave="W1"), Mark("Confidence", 4.66, 4.2, 5.1, 96, wave="W2")]
    chart = trend_chart(marks, mean=(1, 10), words={"Confidence": "fall"})
    assert {"6.1", "4.7", "1", "10"} <= set(texts(chart))
    assert chart.spec["title"]["text"] == ["Confidence: down from 6.1 to 4.7"]
    assert chart.data["mean"].to_list() == [6.14, 4.66]
    assert "W1 6.1 (5.7 to 6.6)" in chart.alt


def test_lines_are_named_where_they_end_and_differ_in_shape() -> None:
    both = trend_chart(PAIR)
    assert {"45% Mergers", "60% Pooling"} <= set(texts(both))
    assert {layer["mark"]["shape"] for layer in both.spec["layer"] if layer["mark"]["type"] == "point"} == {"circle", "diamond"}


def test_a_change_beyond_chance_is_heavy_and_has_its_word(charts: dict[str, Chart]) -> None:
    heavy, light = (layers(charts["slope"], "line", strokeWidth=width) for width in (4, 1.5))
    assert len(heavy) == len(light) == 2
    plain = slope_chart(PAIR)
    assert not layers(plain, "line", strokeWidth=4)
    assert not any("rise" in words for words in texts(plain))


def test_a_slope_needs_both_waves_in_one_series() -> None:
    marks = over_waves("A", ("W1", None), ("W2", 0.4)) + over_waves("B", ("W1", 0.3), ("W2", 0.4), segments=(1, 2))
    chart = slope_chart(marks)
    assert not layers(chart, "line")
    assert "A: not asked in W1" in texts(chart)


def test_small_multiples_share_one_scale(charts: dict[str, Chart]) -> None:
    marks = over_waves("A", ("W1", 0.5), ("W2", 0.9)) + over_waves("B", ("W1", 0.5), ("W2", 0.1))
    points = layers(small_multiples(marks), "point")
    assert points[0]["y"] == points[2]["y"]
    assert points[2]["y"] - points[1]["y"] == pytest.approx(points[3]["y"] - points[2]["y"])
    assert len(layers(charts["groups"], "point")) == 7  # eight marks, one of them suppressed


def test_a_suppressed_tile_is_hatched_and_has_no_shade(charts: dict[str, Chart]) -> None:
    hatch = {row["colour"] for row in layers(charts["tiles"], "rule")}
    whole = tile_map(by_region(0.1, 0.2, 0.3, 0.4))
    assert hatch
    assert not layers(whole, "rule")
    shaded = [row for row in layers(charts["tiles"], "rect") if row["y2"] - row["y"] > 50]
    assert [row["colour"] for row in shaded].count("#ffffff") == 1


def test_a_region_without_figures_is_not_zero() -> None:
    chart = tile_map(by_region(0.1, 0.2, 0.3))
    assert "[x]" in texts(chart)
    assert "0%" not in texts(chart)
    assert chart.data.height == 3


def test_a_small_base_is_marked() -> None:
    marks = [Mark("A", 0.5, 0.3, 0.7, 15, region, flag="small base") for region in REGIONS]
    assert any("base 15 [low]" in words for words in texts(tile_map(marks)))
    assert "15 [low]" in texts(heat_table(marks))
    assert "North [low]" in texts(small_multiples(marks))
    assert heat_table(marks).table.rows[0][-1] == "15 [low]"


def test_rare_combinations_are_merged(charts: dict[str, Chart]) -> None:
    data = charts["overlap"].data
    assert data.filter(pl.col("part") == "combination").select("combination", "count").rows() == [
        ("Alliance + Mergers", 12),
        ("Alliance", 9),
        ("Other combinations", 5),  # one alone could be had by subtraction, so the smallest shown joined it
    ]
    assert data.filter(pl.col("part") == "answer")["count"].to_list() == [21, 13]
    assert set(data["base"]) == {26}


@settings(max_examples=200)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=25), st.integers(1, 6), st.integers(1, 12))
def test_no_combination_below_the_minimum_can_be_read_or_subtracted(counts: list[int], minimum: int, most: int) -> None:
    combinations = [Combination((f"A{number}",), count) for number, count in enumerate(counts)]
    shown, others = merged(combinations, minimum, most)
    assert sum(one.count for one in shown) + others == sum(counts)
    assert all(one.count >= minimum for one in shown)
    assert len(shown) <= most
    left = [count for count in counts if count and count not in {one.count for one in shown}]
    hidden = sum(1 for count in counts if count) - len(shown)
    if others and shown:
        assert others >= minimum
        assert hidden >= 2
    assert sum(left) <= others


def test_combinations_that_are_merged_already_come_with_what_they_do_not_tell() -> None:
    given = {"Alliance": 21, "Mergers": 13}
    shown = [Combination(("Alliance",), 9), Combination(("Alliance", "Mergers"), 12)]
    chart = overlap_chart(shown, answers=given, others=5, base=26)
    assert " ".join(chart.spec["title"]["text"]) == "At least 12 of 26 gave several answers"
    assert chart.data["count"].to_list() == [21, 13, 12, 9, 5]
    none = overlap_chart([], answers=given, others=26, base=26)
    assert none.data["count"].to_list() == [21, 13]
    assert "combination" not in none.alt


def test_a_group_without_figures_gives_an_honest_gap() -> None:
    for make in (share_chart, grouped_share_chart):
        chart = make([Mark("A", None, None, None, None, "x", flag="suppressed")], title="By role")
        assert chart.data.is_empty()
        assert any("No group here has figures" in words for words in texts(chart))


@pytest.mark.parametrize(
    ("marks", "title"),
    [
        ([*pair("Balance", 0.3, 0.4), *pair("Deficit", 0.1, 0.2)], "Balance leads in both groups"),
        (
            [*pair("Deficit worse than plan", 0.2, 0.3), *pair("Surplus", 0.25, 0.27)],
            "Deficit worse than plan: Chairs 20%, Accountable officers 30%",
        ),
        ([Mark("Balance", None, None, None, None, "Chairs", flag="suppressed")], "No figure can be shown"),
    ],
)
def test_a_title_says_what_groups_share_or_where_they_are_furthest_apart(marks: list[Mark], title: str) -> None:
    assert contrast_title(marks) == title


def test_combinations_come_from_estimates() -> None:
    frame = pl.DataFrame({"a": [1, 1, 1, 0, 0, 1], "b": [1, 1, 0, 0, 0, 0], "c": [0, 0, 0, 1, 0, 0]})
    rows = Design(frame).overlap(MultipleResponse("q", {"a": "a", "b": "b", "c": "c"}), combinations=True)
    found = {one.labels: one.count for one in combinations_of(rows, {"a": "A", "b": "B", "c": "C"})}
    assert found == {("A", "B"): 2, ("A",): 2, ("C",): 1, (): 1}
    without = {one.labels: one.count for one in combinations_of(rows, {"a": "A", "b": "B"})}
    assert without == {("A", "B"): 2, ("A",): 2, (): 2}


def test_marks_of_a_trend_carry_their_waves() -> None:
    row = {"question": "q", "item": "", "break": "", "level": "", "statistic": "share", "option": "a"}
    frame = pl.DataFrame(
        [
            {**row, "estimate": None, "base": None, "flag": "not asked", "wave_title": "Spring", "segment": 0, "broken": ""},
            {**row, "estimate": 0.5, "base": 80, "flag": "", "wave_title": "Autumn", "segment": 2, "broken": "other words"},
        ],
        infer_schema_length=None,
    )
    before, after = marks_of(Estimates(frame), {"a": "A"}, missing=True)
    assert (before.wave, before.estimate, before.shown) == ("Spring", None, "[x]")
    assert (after.wave, after.segment, after.broken, after.base) == ("Autumn", 2, "other words", 80)
    assert len(marks_of(Estimates(frame), {"a": "A"})) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: trend_chart([]),
        lambda: trend_chart(over_waves("A", ("W1", None))),
        lambda: trend_chart([mark for number in range(7) for mark in over_waves(str(number), ("W1", 0.5))]),
        lambda: slope_chart(over_waves("A", ("W1", 0.5))),
        lambda: small_multiples([Mark("A", 0.5, None, None, 9)]),
        lambda: tile_map([Mark("A", 0.5, None, None, 9, "Nort")]),
        lambda: heat_table([]),
        lambda: heat_table([*CELLS, CELLS[0]]),
        lambda: overlap_chart([]),
        lambda: overlap_chart([Combination((), 9)]),
    ],
)
def test_figures_that_make_no_chart_are_refused_with_reasons(make) -> None:
    with pytest.raises(UsageError) as caught:
        make()
    assert {"expected", "got"} <= caught.value.parts().keys()


def test_a_region_that_is_misspelt_gets_a_hint() -> None:
    with pytest.raises(UsageError, match="Did you mean 'North'"):
        tile_map([Mark("A", 0.5, None, None, 9, "Nort")])


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(5, 40)), min_size=1, max_size=8))
def test_labels_never_overlap(labels: list[tuple[float, float]]) -> None:
    wanted, sizes = [place for place, _ in labels], [size for _, size in labels]
    edges = sorted((middle - size / 2, middle + size / 2) for middle, size in zip(apart(wanted, sizes, 0, 200), sizes, strict=True))
    assert edges[0][0] >= -1e-6
    assert all(one[1] <= other[0] + 1e-6 for one, other in itertools.pairwise(edges))
    if sum(sizes) <= 200:
        assert edges[-1][1] <= 200 + 1e-6
