"""The editors' page as an editor uses it: searching, filtering, copying, linking, saving, printing, by keyboard and screen reader."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from barometer.findings import Edited, Finding, FindingContext, Findings, dump_findings, make_findings, search
from barometer.publishing.headlines import EditorialHouse, write_all_headlines
from barometer.questionnaire import load

pytestmark = [pytest.mark.browser, pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")]

ROOT = Path(__file__).parents[2]
HOUSE = EditorialHouse("CCG leaders' barometer", "Barometer worked example", synthetic=True, navigation=(("All waves", "index.html"),))
ACS = "2016-spring/contracting.accountable_care_system"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WAVES = ("2016-spring", "2016-autumn")


def made(wave: str, title: str) -> Findings:
    """Findings of the live questionnaire on made-up counts, one of them edited."""
    questionnaire = load(ROOT / "data" / "questionnaire.toml")
    context = FindingContext(
        wave, title, {"text": title}, people="CCG leaders", respondents="leaders who answered", population_size=418, synthetic=True,
        series="CCG leaders' barometer", organisations="CCGs", waves=WAVES,
    )  # fmt: skip
    contracts = ("accountable_care_system", "accountable_care_organisation", "alliance_contract", "large_scale_gp_contract", "other")
    levers = [item.id for item in questionnaire.question("savings").items if all(item.asked_in(one) for one in WAVES)]
    asked = [("contracting", code, "") for code in contracts]
    asked += [("stp_impact", code, "") for code in ("ccg_merges", "some_leaders_step_back")]
    asked += [("savings", "important_or_very", item) for item in dict.fromkeys(["reduce_hospital_activity", *levers[:2]])]
    rows = [
        {"question": question, "item": item, "option": option, "statistic": "share", "estimate": n / 100, "count": n, "base": 100,
         "conf_low": (n - 3) / 100, "conf_high": (n + 5) / 100}
        for n, (question, option, item) in enumerate(asked, start=8)
    ]  # fmt: skip
    mean = {
        "question": "financial_confidence",
        "statistic": "mean",
        "estimate": 5.6,
        "count": 100,
        "base": 100,
        "conf_low": 5.2,
        "conf_high": 6.0,
    }
    return make_findings(pl.DataFrame([*rows, {**mean, "item": "", "option": ""}]), questionnaire, context)


def edited(finding: Finding) -> Finding:
    voices = {**finding.voices, "hsj": {**finding.voices["hsj"], "sample": "A sentence of the editors."}}
    return finding.model_copy(update={"voices": voices, "edited": Edited(by="A", why="B", original={"hsj": finding.sentence()})})


@pytest.fixture(scope="module")
def spring() -> Findings:
    found = made("2016-spring", "Spring 2016")
    return Findings([edited(one) if one.key == "stp_impact.ccg_merges" else one for one in found])


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory, spring: Findings) -> Path:
    build = tmp_path_factory.mktemp("build")
    dump_findings(spring, build / "2016-spring" / "findings.json")
    dump_findings(made("2016-autumn", "Autumn 2016"), build / "2016-autumn" / "findings.json")
    (build / "index.html").write_text("", encoding="utf-8")
    path = write_all_headlines(build, WAVES, HOUSE)
    assert path is not None
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    quiet = ["quic", "background-networking", "component-update", "sync", "gpu"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", *(f"--disable-{one}" for one in quiet)]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def opening(browser: Any, page_file: Path) -> Iterator[Any]:
    """Opens the page; whatever it asks for beside itself is refused and noted, as is all that the console has to say."""
    contexts = []

    def open_page(hash: str = "", **options: Any) -> Any:
        options = {"viewport": {"width": 1280, "height": 900}, "permissions": ["clipboard-read", "clipboard-write"], **options}
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda problem: page.said.append(str(problem)))
        page.goto(page_file.as_uri() + hash)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(opening: Any, page_file: Path) -> Iterator[Any]:
    page = opening()
    yield page
    outside = [url for url in page.asked if not url.startswith(("data:", "blob:", page_file.as_uri()))]
    assert (outside, page.said) == ([], [])


def shown(page: Any) -> list[str]:
    ids: list[str] = page.evaluate("[...document.querySelectorAll('article')].filter(one => one.offsetParent).map(one => one.id)")
    return ids


def looked_for(page: Any, words: str) -> list[str]:
    before = page.locator("#count").text_content()
    page.get_by_label("Search").fill(words)
    page.wait_for_timeout(200)
    assert before is not None
    return shown(page)


def test_the_search_finds_what_the_command_finds(page: Any, spring: Findings) -> None:
    page.get_by_label("Wave").select_option("2016-spring")
    for words in (
        "ACS",
        "accountable care",
        "acountable care sytem",
        "merge",
        "hospital activity",
        "GP contract",
        "leaders step back",
        "unicorns",
    ):
        found = sorted(finding.id for finding in search(spring, words))
        assert sorted(one for one in looked_for(page, words) if one.startswith("2016-spring")) == found, words
        number = page.locator("#count").text_content()
        assert number == ("No figure fits" if not found else f"{len(found)} figure{'s' * (len(found) > 1)}")
    assert page.locator("#count").get_attribute("role") == "status"
    page.get_by_role("button", name="Show all").click()
    assert len(shown(page)) == 2 * len(spring)
    assert page.evaluate("document.activeElement.id") == "words"


def test_themes_and_waves_narrow_what_is_shown(page: Any, spring: Findings) -> None:
    page.get_by_label("Theme").select_option("intentions")
    wanted = {finding.key for finding in spring if finding.theme == "intentions"}
    assert {one.split("/")[1] for one in shown(page)} == wanted
    assert len(shown(page)) == 2 * len(wanted)
    page.get_by_label("Wave").select_option("2016-autumn")
    assert {one.split("/")[0] for one in shown(page)} == {"2016-autumn"}
    headings = page.locator("h2, h3, h4").all()
    assert not any(heading.is_visible() and heading.text_content() == "Spring 2016 Spring 2016" for heading in headings)


def expect(locator: Any) -> Any:
    from playwright.sync_api import expect

    return expect(locator)


def pressed(page: Any, id: str, name: str) -> str:
    article = page.locator(f"article[id='{id}']")
    button = article.get_by_role("button", name=name)
    if not button.is_visible():
        article.locator("summary").click()
    button.click()
    expect(page.locator("#told")).not_to_have_text("")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_each_piece_is_copied_as_it_goes_into_print(page: Any, spring: Findings, page_file: Path) -> None:
    finding = spring.find(ACS)
    assert pressed(page, ACS, "Copy sentence") == finding.sentence()
    assert page.locator("#told").text_content().startswith("Sentence copied: ")
    assert page.locator("#told").get_attribute("role") == "status"
    assert pressed(page, ACS, "Copy figure") == finding.figure
    assert pressed(page, ACS, "Copy citation") == finding.citation()
    assert pressed(page, ACS, "Copy link") == f"{page_file.name}#{ACS}"
    snippet = pressed(page, ACS, "Copy embed code")
    for part in ("<figure>", "<blockquote>", finding.sentence(), f'<a href="{page_file.name}#{ACS}">'):
        assert part in snippet
    assert "<script" not in snippet


def test_the_style_changes_every_text_and_back(page: Any, spring: Findings) -> None:
    texts = "name => [...document.querySelectorAll(name)].map(one => one.textContent)"
    for style, title in (("ons", "Office for National Statistics"), ("plain", "Plain English"), ("hsj", "Health Service Journal")):
        page.get_by_label(title).check()
        said = page.evaluate(texts, "article[id^='2016-spring'] .said .v")
        assert said == [finding.sentence(style, marked=False) for finding in spring]
        assert page.evaluate(texts, "article[id^='2016-spring'] .figure .v") == [finding.figures[style] for finding in spring]
        folded = page.evaluate(texts, "article[id^='2016-spring'] details")
        assert all(finding.sentence(style, "population") in text for finding, text in zip(spring, folded, strict=True))
        assert pressed(page, ACS, "Copy citation") == spring.find(ACS).citation(style)
        marks = page.locator(".mark").all_text_contents()
        assert marks == (["[edited]"] if style == "hsj" else [])


def test_an_edited_sentence_is_copied_without_its_mark(page: Any) -> None:
    assert pressed(page, "2016-spring/stp_impact.ccg_merges", "Copy sentence") == "A sentence of the editors."


def test_without_the_clipboard_the_text_can_be_taken_by_hand(opening: Any, spring: Findings) -> None:
    page = opening()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false")
    page.locator(f"article[id='{ACS}']").get_by_role("button", name="Copy sentence").click()
    box = page.locator("#told textarea")
    assert box.input_value() == spring.find(ACS).sentence()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_a_permalink_leads_to_its_figure_and_takes_the_focus(opening: Any) -> None:
    page = opening(f"#{ACS}")
    assert page.evaluate("document.activeElement.id") == ACS
    article = page.locator(f"article[id='{ACS}']")
    assert 0 <= article.bounding_box()["y"] < 200
    assert article.locator("details").get_attribute("open") is not None
    page.get_by_label("Search").fill("merge")
    page.wait_for_timeout(200)
    assert not article.is_visible()
    page.evaluate("location.hash = '#2016-autumn/contracting.other'")
    expect(page.locator("article[id='2016-autumn/contracting.other']")).to_be_focused()
    page.evaluate(f"location.hash = '#{ACS}'")
    expect(article).to_be_focused()
    assert article.is_visible(), "a figure that the search had hidden is shown again"
    page.evaluate("location.hash = '#2016-spring/no.such'")
    expect(page.locator("#told")).to_have_text("This page has no figure called 2016-spring/no.such.")


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
@pytest.mark.parametrize("id", [ACS, "2016-spring/financial_confidence.mean"])
def test_a_chart_is_saved_as_a_picture_of_its_own(page: Any, spring: Findings, tmp_path: Path, kind: str, id: str) -> None:
    article = page.locator(f"article[id='{id}']")
    article.locator("summary").click()
    with page.expect_download() as download:
        article.get_by_role("button", name=f"Chart as {kind}").click()
    path = tmp_path / download.value.suggested_filename
    assert path.suffix == f".{kind.lower()}"
    download.value.save_as(path)
    if kind == "PNG":
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(path.read_bytes()[16:20]) == 1440
        assert path.stat().st_size > 20_000
        return
    from lxml import etree

    drawing = etree.parse(path).getroot()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    text = " ".join(" ".join(part.split()) for part in drawing.itertext())
    assert spring.find(id).figure in text
    assert "Synthetic responses." in text
    assert drawing.get("aria-label")
    assert "http" not in path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")


def test_paper_shows_what_is_folded_and_no_buttons(page: Any) -> None:
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    article = page.locator(f"article[id='{ACS}']")
    assert article.get_by_text("of all 418 CCG leaders").first.is_visible()
    assert not article.get_by_role("button", name="Copy sentence").is_visible()
    assert not page.get_by_label("Search").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert article.locator("details").get_attribute("open") is None


def test_without_a_script_every_figure_is_there(opening: Any, spring: Findings) -> None:
    page = opening(java_script_enabled=False)
    assert page.locator("article").count() == 2 * len(spring)
    assert page.locator(f"article[id='{ACS}'] .said").is_visible()
    assert page.locator("button:visible").count() == 0
    assert not page.get_by_label("Search").is_visible()


def test_the_keyboard_is_enough(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "figures"
    page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name.startswith("Copy sentence: ")
    page.keyboard.press("Enter")
    expect(page.locator("#told")).not_to_have_text("")
    assert page.evaluate("navigator.clipboard.readText()").endswith(".")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_at_any_width_and_in_any_light(opening: Any, width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opening(f"#{ACS}", viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Search").fill("accountable care")
    page.wait_for_timeout(200)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]}).response["violations"]
    assert found == [], json.dumps(found, indent=1)[:3000]


def test_one_wave_needs_no_choice_and_links_on_the_web_are_whole(browser: Any, tmp_path: Path, spring: Findings) -> None:
    build = tmp_path / "2016-spring"
    dump_findings(spring, build / "findings.json")
    path = write_all_headlines(tmp_path, WAVES, replace(HOUSE, address="https://example.org/headlines.html"))
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(path.as_uri())
    assert not page.get_by_label("Wave").is_visible()
    assert pressed(page, ACS, "Copy link") == f"https://example.org/headlines.html#{ACS}"
    context.close()
