"""What readers take from a chart: files with the same bytes, links to them, titles worded from figures."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from barometer.errors import UsageError
from barometer.publishing.charts import (
    Chart,
    Mark,
    change_title,
    downloads,
    downloads_html,
    leading_title,
    share_chart,
    spread_title,
    table_title,
    write_figures,
)
from barometer.publishing.charts.titles import fitted

MAKE = """
from pathlib import Path
from barometer.publishing.charts import Mark, heat_table, share_chart, trend_chart, write_figures
marks = [Mark("Plan <A> & B", 0.58, 0.49, 0.66, 100, "x"), Mark("Plan C", None, None, None, None, "x", flag="suppressed")]
waves = [Mark("A", 0.4, 0.3, 0.5, 90, wave="W1"), Mark("A", 0.5, 0.4, 0.6, 90, wave="W2")]
charts = {"plans": heat_table(marks), "trend": trend_chart(waves)}
"""
SOURCE = "Barometer & sons, spring 2016. Synthetic responses."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    space: dict = {}
    exec(MAKE, space)  # the same lines are run in another process
    folder = tmp_path_factory.mktemp("wave") / "figures"
    assert write_figures(space["charts"], folder, source=SOURCE) == [
        folder / f"{name}.{kind}" for name in ("plans", "trend") for kind in ("svg", "png", "csv")
    ]
    return folder


def test_two_processes_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    code = f"{MAKE}\nwrite_figures(charts, Path({str(tmp_path)!r}), source={SOURCE!r})"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, env={"PYTHONHASHSEED": "3"})
    for file in folder.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


def test_a_picture_that_is_seen_alone_says_what_and_whose_it_is(folder: Path) -> None:
    tree = etree.parse(folder / "plans.svg").getroot()
    assert tree.get("role") == "img"
    assert "Plan <A> & B: x 58%" in tree.get("aria-label")
    assert SOURCE in "".join(tree.itertext())
    assert float(tree.get("height")) == float(tree.get("viewBox").split()[3])
    style = tree.find("{http://www.w3.org/2000/svg}style").text
    assert style.count("@font-face") == style.count("url(data:font/woff2;base64,") == 2


def test_the_bitmap_is_whole_and_large_enough_for_print(folder: Path) -> None:
    import zlib

    data = (folder / "plans.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = (int.from_bytes(data[place : place + 4], "big") for place in (16, 20))
    assert width > 1000
    place, pixels = 8, b""
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        chunk = data[place + 4 : place + 8 + size]
        assert zlib.crc32(chunk) == int.from_bytes(data[place + 8 + size : place + 12 + size], "big")
        pixels += chunk[4:] if chunk.startswith(b"IDAT") else b""
        place += size + 12
    assert len(zlib.decompress(pixels)) == height * (width * 4 + 1)


def test_the_table_says_what_is_suppressed_and_that_responses_are_synthetic(folder: Path) -> None:
    with (folder / "plans.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["per_cent"] for row in rows] == ["58.0", ""]
    assert [row["flag"] for row in rows] == ["", "suppressed"]
    assert {row["source"] for row in rows} == {SOURCE}
    assert b"\r" not in (folder / "plans.csv").read_bytes()


@pytest.mark.parametrize("name", ["../plans", "a/b", "", ".hidden", "two words"])
def test_a_name_that_is_no_file_is_refused_before_anything_is_written(name: str, tmp_path: Path) -> None:
    chart = share_chart([Mark("A", 0.5, None, None, 10)])
    with pytest.raises(UsageError, match="name"):
        write_figures({"fine": chart, name: chart}, tmp_path / "figures")
    assert not (tmp_path / "figures").exists()
    with pytest.raises(UsageError, match="name"):
        downloads(name)


def test_links_are_named_by_figure_and_left_out_of_pdf_and_word() -> None:
    text = downloads("plans", 'Plans "now"', folder="files")
    assert text.startswith('::: {.content-visible when-format="html"}')
    assert "[SVG](files/plans.svg)" in text
    assert "aria-label=\"CSV: Plans 'now'\"" in text
    tree = etree.fromstring(downloads_html("plans", "A < B"))
    assert [link.get("href") for link in tree.iter("a")] == ["figures/plans.svg", "figures/plans.png", "figures/plans.csv"]
    assert tree[0].get("aria-label") == "SVG: A < B"


def test_every_chart_has_its_table() -> None:
    chart = share_chart([Mark("A", 0.375, 0.3, 0.45, 240), Mark("B", 0.004, 0.0, 0.02, 240)])
    assert isinstance(chart, Chart)
    assert [column.heading for column in chart.table.columns] == ["Answer", "Per cent", "95% interval from", "to", "Base"]
    assert chart.table.rows[0] == ("A", "38", "30", "45", "240")


def test_a_title_says_a_direction_only_where_it_is_licensed() -> None:
    waves = [Mark("Mergers", 0.2, None, None, 90, wave="Spring"), Mark("Mergers", 0.345, None, None, 90, wave="Autumn")]
    assert change_title(waves, {"Mergers": "rise"}) == "Mergers: up from 20 to 35 per cent"
    assert change_title(waves, {}) == "Mergers: 35 per cent, no clear change"
    assert change_title(waves) == "Mergers: 35 per cent, 20 in spring"
    apart = [waves[0], Mark("Mergers", 0.345, None, None, 90, wave="Autumn", segment=2)]
    assert change_title(apart, {"Mergers": "rise"}) == "Mergers: 35 per cent"
    two = [*waves, *(Mark("Beds", share, None, None, 90, wave=wave) for wave, share in (("Spring", 0.9), ("Autumn", 0.5)))]
    assert change_title(two, {"Mergers": "rise", "Beds": "fall"}) == "Beds: down from 90 to 50 per cent"
    assert change_title(two, {}) == "No clear change since spring"


def test_a_long_subject_still_makes_a_title_of_ten_words() -> None:
    subject = "A contract with an alliance of many providers of community care and more"
    marks = [Mark(subject, 0.5, None, None, 9, "North", wave="W1"), Mark(subject, 0.6, None, None, 9, "South", wave="W2")]
    for title in (leading_title(marks), spread_title(marks), table_title(marks), change_title(marks, {subject: "rise"})):
        assert len(title.removesuffix(" …").split()) <= 10
    assert fitted("a " * 11, "b " * 12) == "b b b b b b b b b b …"


def test_titles_of_equal_or_missing_figures() -> None:
    same = [Mark("A", 0.5, None, None, 9, "x"), Mark("B", 0.504, None, None, 9, "y")]
    assert leading_title(same) == "A and B lead with 50 per cent"
    assert spread_title([same[0], Mark("A", 0.5, None, None, 9, "y")]) == "A: 50 per cent throughout"
    nothing = [Mark("A", None, None, None, None, "x", flag="suppressed")]
    assert {make(nothing) for make in (leading_title, spread_title, table_title, change_title)} == {"No figure can be shown"}


def test_a_suppressed_figure_never_decides_who_leads() -> None:
    marks = [Mark("A", 0.9, None, None, 9, "x"), Mark("B", None, None, None, None, "x", flag="suppressed")]
    marks += [Mark("A", 0.9, None, None, 9, "y"), Mark("B", 0.1, None, None, 9, "y")]
    assert "leads" not in table_title(marks)


def test_some_are_never_printed_as_nobody() -> None:
    assert Mark("A", 0.004, None, None, 250).shown == "<1%"
    assert Mark("A", 0.0, None, None, 250).shown == "0%"
    assert Mark("A", 0.998, None, None, 250).shown == ">99%"
