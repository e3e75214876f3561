"""Charts: the words and figures in the picture, the table behind it, and the same bytes each time."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from barometer.estimation import Estimates
from barometer.publishing.charts import Chart, Mark, grouped_share_chart, marks_of, number_chart, scale_chart, share_chart

MAKE = """
from barometer.publishing.charts import Mark, grouped_share_chart, number_chart, scale_chart, share_chart
marks = [Mark("Plan A & B", 0.58, 0.49, 0.66, 100), Mark("Plan <C>", 0.375, 0.3, 0.45, 240)]
grouped = [Mark("Plan A", 0.5, 0.4, 0.6, 45, "Chairs"), Mark("Plan A", 0.25, 0.15, 0.4, 55, "Officers")]
charts = {
    "shares": share_chart(marks, title="More than half plan", subtitle="Per cent", of="members"),
    "grouped": grouped_share_chart(grouped, title="Chairs plan more", of="members"),
    "scale": scale_chart({"Beds": [0.47, 0.18, 0.2, 0.1, 0.04, 0.01]}, ["Very", "Important", "Neither", "Not", "Never", "Unknown"],
                         favourable=2, dont_know=1, title="Beds lead", of="members"),
    "numbers": number_chart({1: 0, 2: 3, 3: 7}, mean=2.7, low=2.45, high=2.95, title="Confident", x_title="From 1 to 3", people="members"),
}
"""
SAID = {
    "shares": ["More than half plan", "Plan A & B", "Plan <C>", "58%", "38%"],
    "grouped": ["Chairs plan more", "Plan A", "Chairs", "Officers", "50%", "25%"],
    "scale": ["Beds lead", "Beds", "65%", "Very", "Never", "47", "18"],
    "numbers": ["Confident", "From 1 to 3", "mean 2.7", "3", "7"],
}


@pytest.fixture(scope="module")
def charts() -> dict[str, Chart]:
    space: dict = {}
    exec(MAKE, space)  # the same lines are run in other processes
    return space["charts"]


@pytest.mark.parametrize("name", SAID)
def test_labels_and_figures_are_text_in_the_picture(charts: dict[str, Chart], name: str) -> None:
    tree = etree.fromstring(charts[name].svg.encode())
    texts = {"".join(element.itertext()).strip() for element in tree.iter("{http://www.w3.org/2000/svg}text")}
    assert set(SAID[name]) <= texts


@pytest.mark.parametrize("name", SAID)
def test_the_specification_is_one_of_vega_lite(charts: dict[str, Chart], name: str) -> None:
    assert charts[name].to_altair().to_dict()["config"]["font"] == "Fira Sans"  # Altair holds both ways to the schema


@pytest.mark.parametrize("name", SAID)
def test_the_picture_loads_nothing_and_runs_nothing(charts: dict[str, Chart], name: str) -> None:
    svg = charts[name].svg
    assert not re.findall(r"<(script|image|foreignObject|use)\b|@import|url\((?!['\"]?#)", svg)
    addresses = set(re.findall(r"https?://[^\"' ]+", svg))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_the_table_behind_a_chart_holds_what_is_drawn(charts: dict[str, Chart]) -> None:
    assert charts["shares"].data.rows() == [("Plan A & B", 58.0, 49.0, 66.0, 100), ("Plan <C>", 37.5, 30.0, 45.0, 240)]
    assert charts["grouped"].data.select("label", "group", "per_cent", "base").rows() == [
        ("Plan A", "Chairs", 50.0, 45),
        ("Plan A", "Officers", 25.0, 55),
    ]
    assert charts["scale"].data.columns == ["item", "option", "per_cent"]
    assert charts["scale"].data["per_cent"].to_list() == [47, 18, 20, 10, 4, 1]
    assert charts["numbers"].data.rows() == [(1, 0), (2, 3), (3, 7)]


@pytest.mark.parametrize("name", ["shares", "grouped"])
def test_every_row_of_the_table_is_a_mark(charts: dict[str, Chart], name: str) -> None:
    chart = charts[name]
    held = {json.dumps(row, sort_keys=True) for row in every_row(chart.spec)}
    shown = [json.loads(row) for row in held]
    for row in chart.data.to_dicts():
        assert any(row.items() <= one.items() for one in shown)


def every_row(part):
    """The rows of all data sets of a specification."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "values" and isinstance(value, list) and value and isinstance(value[0], dict):
                yield from value
            elif key == "datasets":
                for rows in value.values():
                    yield from rows
            else:
                yield from every_row(value)
    elif isinstance(part, list):
        for one in part:
            yield from every_row(one)


@pytest.mark.parametrize("name", SAID)
def test_the_words_that_stand_for_a_chart_give_its_figures(charts: dict[str, Chart], name: str) -> None:
    alt = charts[name].alt
    assert "members" in alt
    for words in {"shares": ["Plan A & B 58% (49 to 66)"], "grouped": ["Plan A, Officers: 25% (15 to 40)"], "scale": ["Beds 65%"],
                  "numbers": ["Mean 2.7", "2: 3", "3: 7"]}[name]:  # fmt: skip
        assert words in alt


def test_a_chart_offers_pictures_and_never_a_script(charts: dict[str, Chart], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("QUARTO_EXECUTE_INFO", raising=False)
    pictures, words = charts["shares"]._repr_mimebundle_()
    assert pictures.keys() == {"image/svg+xml", "image/png"}
    assert pictures["image/png"].startswith(b"\x89PNG")
    assert {one["alt"] for one in words.values()} == {charts["shares"].alt}
    info = tmp_path / "info.json"
    for target, kinds in (("docx", {"image/png"}), ("html", {"image/png", "image/svg+xml"})):
        info.write_text(json.dumps({"format": {"pandoc": {"to": target}}}), encoding="utf-8")
        monkeypatch.setenv("QUARTO_EXECUTE_INFO", str(info))
        assert charts["shares"]._repr_mimebundle_()[0].keys() == kinds


def test_two_processes_draw_the_same_bytes(charts: dict[str, Chart]) -> None:
    digests = "hashlib.sha256(chart.svg.encode()).hexdigest() + hashlib.sha256(chart.png).hexdigest()"
    code = f"{MAKE}\nimport hashlib\nprint(*({digests} for chart in charts.values()))"
    digest = [hashlib.sha256(chart.svg.encode()).hexdigest() + hashlib.sha256(chart.png).hexdigest() for chart in charts.values()]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120, env={"PYTHONHASHSEED": "7"}
    )
    assert done.stdout.split() == digest


def test_marks_come_from_published_rows_in_the_order_of_the_labels(published_figures) -> None:
    estimates = Estimates(published_figures)
    everybody = marks_of(estimates.where(question="plans", break_=""), {"e": "E", "a": "A", "d": "D"})
    assert [(mark.label, mark.base) for mark in everybody] == [("E", 240), ("A", 400)]  # D was not asked
    by_side = marks_of(
        estimates.where(question="plans", break_="side"), {"a": "A"}, groups={"right": "Right", "left": "Left", "middle": "Middle"}
    )
    assert [(mark.group, mark.base) for mark in by_side] == [("Right", 24), ("Left", 220)]  # the middle is suppressed


def test_a_bar_starts_where_the_one_before_it_ends() -> None:
    chart = scale_chart({"x": [0.3, 0.2, 0.1, 0.25, 0.15]}, ["VG", "G", "M", "B", "VB"], favourable=2)
    held = {json.dumps(row, sort_keys=True): row for row in every_row(chart.spec) if "start" in row}
    ends = sorted((row["start"], row["end"]) for row in held.values())
    assert len(ends) == 5
    assert all(one[1] == pytest.approx(other[0]) for one, other in itertools.pairwise(ends))
    assert ends[-1][1] - ends[0][0] == pytest.approx(100)
    middle = next(row for row in held.values() if row["option"] == "M")
    assert middle["start"] == -middle["end"] == -5


@pytest.mark.parametrize(
    "make", [lambda: share_chart([Mark("None", 0.0, 0.0, 0.04, 99)]), lambda: number_chart({1: 0}, mean=1, low=None, high=None, x_title="")]
)
def test_nobody_is_drawn_too(make) -> None:
    assert "<svg" in make().svg


def test_groups_differ_in_more_than_colour(charts: dict[str, Chart]) -> None:
    spec = json.dumps(charts["grouped"].spec)
    assert '"diamond"' in spec
    assert '"circle"' in spec
    assert grouped_share_chart([Mark("A", 0.5, None, None, 9, "x")]).data["low"].to_list() == [50.0]


@pytest.mark.parametrize("name", SAID)
def test_letters_are_eleven_pixels_high_where_a_phone_shows_the_picture(charts: dict[str, Chart], name: str) -> None:
    width = float(re.search(r'<svg[^>]* width="([\d.]+)"', charts[name].svg)[1])
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', charts[name].svg)]
    assert min(sizes) * 358 / width >= 11
