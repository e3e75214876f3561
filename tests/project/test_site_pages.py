"""The site of a published wave: what each page shows, that every link leads somewhere, and that every page is sound HTML."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from lxml import html

pytestmark = pytest.mark.slow

PAGES = ("index", "report", "tables", "methodology", "data-quality", "about")


def tree_of(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_text(encoding="utf-8"))


def words_of(element: html.HtmlElement) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


@pytest.fixture(scope="module")
def pages(published) -> dict[str, html.HtmlElement]:
    return {name: tree_of(published.folder / f"{name}.html") for name in PAGES}


@pytest.fixture(scope="module")
def texts(pages) -> dict[str, str]:
    return {name: words_of(page.xpath("//main")[0]) for name, page in pages.items()}


def all_pages(published) -> list[Path]:
    return sorted(published.folder.parent.rglob("*.html"))


def test_every_link_of_the_build_folder_leads_to_something_that_is_there(published) -> None:
    known = {page: {*tree_of(page).xpath("//@id")} for page in all_pages(published)}
    lost = []
    for page in known:
        for address in tree_of(page).xpath("//a/@href"):
            parts = urlsplit(address)
            assert parts.scheme in ("", "mailto", "https"), address
            if parts.scheme:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.is_file() or (parts.fragment and target in known and unquote(parts.fragment) not in known[target]):
                lost.append((page.name, address))
    assert lost == []


def test_pages_are_html_without_a_parse_error(published) -> None:
    for page in all_pages(published):
        parser = html5lib.HTMLParser()
        parser.parse(page.read_text(encoding="utf-8"))
        assert parser.errors == [], page.name
        ids = tree_of(page).xpath("//@id")
        assert len(ids) == len(set(ids)), page.name


def test_no_page_is_heavy_or_loads_another(published) -> None:
    for page in all_pages(published):
        assert page.stat().st_size < 1_500_000, page.name
        policy = tree_of(page).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        assert policy.startswith("default-src 'none'"), page.name


def test_every_page_says_where_it_stands(pages) -> None:
    for name, page in pages.items():
        current = page.xpath("//nav[@aria-label='Site']//a[@aria-current='page']/@href")
        assert [Path(address).name for address in current] == [f"{name}.html"]
        assert page.xpath("//a[@class='skip-link']/@href") == ["#content"]
        assert "../index.html" in page.xpath("//nav[@aria-label='Site']//a/@href")
        assert "Spring 2016" in page.xpath("//title/text()")[0]
        assert page.xpath("//html/@lang") == ["en-GB"]
        assert len(page.xpath("//h1")) == 1
        assert "Synthetic responses" in words_of(page.xpath("//main//*[@role='note']")[0])


def test_every_page_brings_its_icon_and_a_card_for_links(pages, published) -> None:
    from struct import unpack

    for page in pages.values():
        assert page.xpath("//link[@rel='icon']/@href")[0].startswith("data:image/svg+xml")
        assert page.xpath("//meta[@property='og:image']/@content") == ["card.png"]
        assert "58 per cent" in page.xpath("//meta[@property='og:description']/@content")[0]
    data = (published.folder / "card.png").read_bytes()
    assert unpack(">II", data[16:24]) == (1200, 630)


def test_the_front_page_shows_the_headlines_their_chart_and_the_way_on(pages, texts) -> None:
    assert len(pages["index"].xpath("//main//div[@class='headlines']//ol/li")) == 3
    assert "100 of 418 CCG leaders answered" in texts["index"]
    charts = pages["index"].xpath("//main//figure//*[name()='svg']/@aria-label")
    assert len(charts) == 1
    assert "Accountable care system 58% (49 to 66)" in charts[0]
    links = set(pages["index"].xpath("//main//a/@href"))
    assert {"report.html", "report.pdf", "report.docx", "tables.xlsx", "tables.csv", "findings.json", "manifest.json"} <= links


def test_the_tables_follow_the_questionnaire_and_give_both_bases(pages, published) -> None:
    from barometer.questionnaire import load

    asked = load(published.project / "data/questionnaire.toml").asked_in("2016-spring")
    page = pages["tables"]
    sections = page.xpath("//main//section[starts-with(@id, 'q-')]/@id") or page.xpath("//main//*[starts-with(@id, 'q-')]/@id")
    assert sections == [f"q-{question.id}" for question in asked]
    closed = [question for question in asked if question.kind != "text"]
    assert len(page.xpath("//main//div[@role='tablist']")) == len(closed)
    tabs = [words_of(tab) for tab in page.xpath("//main//div[@role='tablist'][1]")[0]]
    assert tabs == ["Role", "NHS England region", "Assessment rating 2015-16"]
    rows = [words_of(row) for row in page.xpath("//main//th[@scope='row']")]
    assert rows.count("Unweighted base") == rows.count("Weighted base") == 3 * len(closed)


def test_the_bases_on_the_page_are_those_of_the_tidy_table(pages, published) -> None:
    with (published.folder / "tables.csv").open(encoding="utf-8", newline="") as file:
        tidy = {
            row["level"]: row["base"]
            for row in csv.DictReader(file)
            if row["question"] == "contracting" and row["break"] in ("", "role") and row["option"] == "alliance_contract"
        }
    panel = pages["tables"].xpath("//*[@id='q-contracting']//div[@role='tabpanel'][1]//tr[th='Unweighted base']/td/text()")
    panel = panel or pages["tables"].xpath(
        "//*[@id='q-contracting']/following::div[@role='tabpanel'][1]//tr[th='Unweighted base']/td/text()"
    )
    assert panel == [tidy[""], tidy["chair"], tidy["ao"]]


def test_the_methodology_discloses_eleven_items_each_with_words(pages) -> None:
    heads = [words_of(head) for head in pages["methodology"].xpath("//main//h2")]
    items = [head for head in heads if re.match(r"\d+\. ", head)]
    assert [int(head.split(".")[0]) for head in items] == list(range(1, 12))
    for head in pages["methodology"].xpath("//main//h2")[:11]:
        assert len(words_of(head.getparent())) > len(words_of(head)) + 20
    assert "Client" in [words_of(term) for term in pages["methodology"].xpath("//main//dt")]


def test_response_rates_are_named_and_the_assumption_stands_beside_the_precision(texts) -> None:
    assert "Response rate (AAPOR RR2): 100 of 418, 23.9 per cent" in texts["methodology"]
    assert re.search(r"interval of a share .* assumes that those who answered are like those who did not", texts["methodology"])
    assert "margin of error" not in " ".join(texts.values())


def test_the_quality_page_adds_up_and_names_the_rules_but_no_answer(texts, published) -> None:
    summary = json.loads((published.folder / "validation.json").read_text(encoding="utf-8"))
    assert summary["read"] == summary["accepted"] + summary["quarantined"]
    assert (
        f"Of {summary['read']} submissions read, {summary['accepted']} were accepted and {summary['quarantined']} left out"
        in texts["data-quality"]
    )
    assert summary["witness"].replace("great_expectations", "Great Expectations") in texts["data-quality"]
    broken = [rule for rule in summary["rules"] if rule["failures"]]
    for rule in broken:
        assert rule["label"][1:] in texts["data-quality"]


def test_about_says_that_nothing_was_corrected_and_how_to_cite(texts) -> None:
    assert "None: nothing in this publication has been corrected." in texts["about"]
    assert "(2016). CCG leaders" in texts["about"]
    assert "[synthetic responses]. Published 16 May 2016." in texts["about"]


def test_the_archive_lists_the_wave_with_its_headlines(published) -> None:
    page = tree_of(published.folder.parent / "index.html")
    links = set(page.xpath("//main//a/@href"))
    assert {"2016-spring/index.html", "2016-spring/report.pdf", "2016-spring/tables.xlsx"} <= links
    manifest = json.loads((published.folder / "manifest.json").read_text(encoding="utf-8"))
    assert [words_of(item) for item in page.xpath("//main//ol/li")] == [one["sentence"] for one in manifest["headlines"]]
    assert page.xpath("//nav//a[@aria-current='page']/@href") == ["./index.html"] or page.xpath("//nav//a[@aria-current='page']/@href") == [
        "index.html"
    ]


def test_every_figure_can_be_taken_along_as_picture_and_as_data(pages, published) -> None:
    figures = pages["report"].xpath("//main//figure[contains(@class, 'float-fig')]")
    assert len(figures) >= 9
    for figure in figures:
        links = figure.xpath("following-sibling::*[1]//a[@download]")
        assert [Path(link.get("href")).suffix for link in links] == [".svg", ".png", ".csv"]
        assert len({link.get("aria-label") for link in links}) == 3
    svg = (published.folder / "figures/lead.svg").read_text(encoding="utf-8")
    assert "Synthetic responses" in svg, "a figure that is seen alone says whose it is, and that it is synthetic"
    with (published.folder / "figures/lead.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["label"] == "Accountable care system"
    assert float(rows[0]["per_cent"]) == 58.0
