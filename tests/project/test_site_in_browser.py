"""Each page of a published site as a browser shows it: wide and on a phone, light and dark, on paper, and to axe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")]

PAGES = ("index", "report", "tables", "methodology", "data-quality", "about", "../index")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = {"wide and light": (1280, "light"), "phone and dark": (390, "dark")}
#: Long pages repeat a few kinds of blocks; axe takes a second for the contrast of every hundred of them.
LONG = ("report", "tables")
SHORTENED = "[...document.querySelector('main').children].slice(30).forEach(block => block.remove())"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def shown(browser: Any, published) -> Iterator[Any]:
    """Shows a page in one look; what it asked for and what the console said are kept beside it."""
    pages = {}
    for look, (width, scheme) in LOOKS.items():
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        page.asked, page.said = [], []
        page.on("request", lambda request, page=page: page.asked.append(request.url))
        page.on("console", lambda message, page=page: page.said.append(message.text))
        pages[look] = page

    def show(name: str, look: str) -> Any:
        page, address = pages[look], (published.folder / f"{name}.html").resolve().as_uri()
        if page.url != address:
            page.asked.clear()
            page.said.clear()
            page.goto(address)
        return page

    yield show
    for page in pages.values():
        page.close()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_passes_axe_fits_its_width_and_asks_for_nothing(shown, name: str, look: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = shown(name, look)
    assert page.evaluate("document.documentElement.scrollWidth") <= LOOKS[look][0]
    assert [url for url in page.asked if not url.startswith("data:")] == [page.url]
    assert page.said == []
    axe = Axe()
    if name in LONG:
        if look == "wide and light":
            assert violations(axe, page, {"color-contrast": {"enabled": False}}) == []
        page.evaluate(SHORTENED)
    assert violations(axe, page, {}) == []
    if name in LONG:
        page.reload()


def violations(axe: Any, page: Any, rules: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"], "rules": rules}
    found = axe.run(page, options=options).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found]


@pytest.mark.parametrize("name", PAGES)
def test_the_bar_is_in_reach_on_a_phone_without_a_script(shown, name: str) -> None:
    page = shown(name, "phone and dark")
    links = page.get_by_role("navigation", name="Site").get_by_role("link")
    boxes = [links.nth(place).bounding_box() for place in range(links.count())]
    assert len(boxes) >= 2
    for box in boxes:
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["height"] >= 24, "a finger needs 24 pixels"
    assert max(box["y"] + box["height"] for box in boxes) < 200


def test_the_front_page_sets_chart_and_headlines_side_by_side_where_there_is_room(shown) -> None:
    wide, phone = shown("index", "wide and light"), shown("index", "phone and dark")
    for page, beside in ((wide, True), (phone, False)):
        words, chart = page.locator(".headlines ol").bounding_box(), page.locator("main figure").bounding_box()
        assert (chart["x"] > words["x"] + words["width"]) == beside
        assert (chart["y"] > words["y"] + words["height"]) != beside


def test_charts_stand_on_a_light_card_in_the_dark(shown) -> None:
    page = shown("index", "phone and dark")
    assert page.evaluate("getComputedStyle(document.querySelector('figure svg')).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(18, 24, 31)"


def test_the_skip_link_is_the_first_stop_and_leads_to_the_content(shown) -> None:
    page = shown("tables", "wide and light")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"


def test_a_link_to_a_question_shows_it(shown, published) -> None:
    page = shown("tables", "phone and dark")
    page.goto((published.folder / "tables.html").as_uri() + "#q-savings")
    assert 0 <= page.locator("#q-savings").bounding_box()["y"] < 900


def test_tabs_of_a_question_show_one_break_at_a_time_and_all_on_paper(shown) -> None:
    page = shown("tables", "wide and light")
    panels = page.locator("div.tabset").first.locator("[role=tabpanel]")
    assert [panels.nth(place).is_visible() for place in range(panels.count())] == [True, False, False]
    page.emulate_media(media="print")
    assert [panels.nth(place).is_visible() for place in range(panels.count())] == [True, True, True]
    assert not page.get_by_role("navigation", name="Site").is_visible()
    page.emulate_media(media="screen")
