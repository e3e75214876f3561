"""The archive over publications and the card beside links."""

from __future__ import annotations

import json
from pathlib import Path
from struct import unpack
from typing import Any

import pytest
from lxml import html

from barometer.errors import ProjectError
from barometer.publishing.archive import published, write_archive
from barometer.publishing.card import card_svg, write_card

MANIFEST = {
    "title": "The <club> barometer",
    "wave_title": "Summer 2020",
    "published": "2020-09-01",
    "fieldwork": "June 2020",
    "synthetic": False,
    "publisher": "Testers",
    "headlines": [{"id": "2020/a", "sentence": "Half & half *stay*."}],
    "outputs": {"index.html": "x", "report.pdf": "x"},
}


def publication(build: Path, wave: str, **more: Any) -> None:
    (build / wave).mkdir(parents=True)
    (build / wave / "manifest.json").write_text(json.dumps({**MANIFEST, **more}), encoding="utf-8")


def test_the_latest_wave_comes_first_whatever_its_folder_is_called(tmp_path: Path) -> None:
    publication(tmp_path, "z", published="2019-09-01", wave_title="Summer 2019")
    publication(tmp_path, "a")
    assert [entry.wave for entry in published(tmp_path)] == ["a", "z"]
    page = html.fromstring(write_archive(tmp_path).read_text(encoding="utf-8"))
    assert page.xpath("//main//h2/text()") == ["Summer 2020", "Earlier waves"]
    assert page.xpath("//main//h3/text()") == ["Summer 2019"]
    assert page.xpath("//main//a/@href") == ["a/index.html", "a/report.pdf", "z/index.html", "z/report.pdf"]


def test_words_mean_themselves(tmp_path: Path) -> None:
    publication(tmp_path, "a")
    page = html.fromstring(write_archive(tmp_path).read_text(encoding="utf-8"))
    assert page.xpath("//main//ol/li")[0].text_content().strip() == "Half & half *stay*."
    assert page.xpath("//h1")[0].text_content() == "The <club> barometer"


def test_synthetic_responses_are_said(tmp_path: Path) -> None:
    publication(tmp_path, "a")
    assert "Synthetic" not in write_archive(tmp_path).read_text(encoding="utf-8")
    publication(tmp_path, "b", synthetic=True)
    assert "Synthetic responses" in write_archive(tmp_path).read_text(encoding="utf-8")


def test_the_same_publications_give_the_same_bytes_and_nothing_is_left_beside(tmp_path: Path) -> None:
    publication(tmp_path, "a")
    first = write_archive(tmp_path).read_bytes()
    assert write_archive(tmp_path).read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "index.html"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"title": "T"}', "null"])
def test_a_folder_without_a_readable_manifest_is_left_out(tmp_path: Path, text: str) -> None:
    publication(tmp_path, "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/manifest.json").write_text(text, encoding="utf-8")
    assert [entry.wave for entry in published(tmp_path)] == ["a"]


def test_nothing_published_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="Nothing is published"):
        write_archive(tmp_path)


def test_the_page_of_all_headlines_is_linked_where_it_is(tmp_path: Path) -> None:
    publication(tmp_path, "a")
    assert "headlines.html" not in write_archive(tmp_path).read_text(encoding="utf-8")
    (tmp_path / "headlines.html").write_text("x", encoding="utf-8")
    assert "headlines.html" in write_archive(tmp_path).read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [3, 20, 45, 200])
def test_a_headline_of_any_length_stays_on_the_card(words: int) -> None:
    from lxml import etree

    card = etree.fromstring(card_svg("Title", "Wave", " ".join(["leaders"] * words), note="Synthetic"))
    lines = [(float(text.get("y")), float(text.get("font-size")), text.text) for text in card.iter("{*}text")]
    assert max(y for y, _, _ in lines[:-1]) < 540
    # Fira Sans sets this text at about half its size a letter.
    assert all(80 + len(text) * size * 0.52 < 1200 for _, size, text in lines)
    assert lines[-2][2].endswith("…") == (words == 200)


def test_the_card_has_the_size_that_is_asked_for_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        write_card(tmp_path / name, "A & B", "Wave", "Half were <sure>.", note="Synthetic responses")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert unpack(">II", (tmp_path / "a.png").read_bytes()[16:24]) == (1200, 630)
