"""The page as a browser shows it: wide and narrow, with the keyboard, and without a single request."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from barometer.publishing.rendering import render

pytestmark = [pytest.mark.browser, pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")]

PAGE = """---
title: "A page with wide things and a very long word: {word}"
toc: true
execute:
  echo: false
---

## Wide {{#sec-wide}}

| {head} |
| {rule} |
| {cells} |

: Wide {{#tbl-wide}}

```{{python}}
#| label: fig-wide
#| fig-cap: "Wide"
from IPython.display import SVG
SVG('<svg xmlns="http://www.w3.org/2000/svg" width="900" height="90"><rect width="900" height="90"/></svg>')
```

```
{code}
```

::: {{.panel-tabset}}

### First

One.

### Second

Two, with @fig-wide. []{{#inside}}

:::

::: {{.callout-note collapse="true" title="Folded"}}
Within.
:::

[Go](#inside)
""".format(
    word="pneumono" * 8,
    head=" | ".join(f"Heading{number}" for number in range(12)),
    rule=" | ".join(["---"] * 12),
    cells=" | ".join(["12"] * 12),
    code="x" * 300,
)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "report.qmd").write_text(PAGE, encoding="utf-8")
    return render(folder / "report.qmd", to=["html"], output=folder, renderer="embedded").files["html"]


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


@pytest.fixture
def opened(browser: Any, page_file: Path) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.goto(page_file.as_uri())
    yield page
    page.close()


def test_it_asks_for_nothing_and_breaks_no_policy(opened: Any, page_file: Path) -> None:
    assert [url for url in opened.asked if not url.startswith("data:")] == [page_file.as_uri()]
    assert opened.said == []
    assert opened.evaluate("document.fonts.check('16px \"Fira Sans\"')")


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_width_makes_the_page_itself_scroll_sideways(opened: Any, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    scrolls = opened.evaluate(
        "[...document.querySelectorAll('.table-scroll')].map(box => [box.scrollWidth > box.clientWidth, box.tabIndex])"
    )
    if width == 390:
        assert scrolls == [[True, 0]], "a wide table scrolls in its own frame, with the keyboard too"


def test_the_contents_stay_in_sight_where_there_is_room(opened: Any) -> None:
    opened.set_viewport_size({"width": 1280, "height": 500})
    opened.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert opened.locator("#TOC").bounding_box()["y"] >= 0


def test_tabs_by_keyboard_and_by_link(opened: Any) -> None:
    tabs = opened.get_by_role("tab")
    panels = opened.locator("[role=tabpanel]")
    assert [panels.nth(place).is_visible() for place in range(2)] == [True, False]
    tabs.nth(0).focus()
    opened.keyboard.press("ArrowRight")
    assert [panels.nth(place).is_visible() for place in range(2)] == [False, True]
    assert opened.evaluate("document.activeElement.textContent") == "Second"
    opened.keyboard.press("Home")
    assert panels.nth(0).is_visible()
    opened.get_by_role("link", name="Go").click()
    assert panels.nth(1).is_visible(), "a link into a closed tab opens it"


def test_print_shows_every_tab_and_every_fold(opened: Any) -> None:
    opened.emulate_media(media="print")
    opened.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert opened.get_by_text("Two, with").is_visible()
    assert opened.get_by_text("Within.").is_visible()


def test_dark_mode_gives_charts_a_light_card(opened: Any) -> None:
    opened.emulate_media(color_scheme="dark")
    ground = opened.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    card = opened.evaluate("getComputedStyle(document.querySelector('figure svg')).backgroundColor")
    assert (ground, card) == ("rgb(18, 24, 31)", "rgb(255, 255, 255)")
