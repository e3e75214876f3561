"""Data Docs that can be shown: Great Expectations' own page of results, without anything that is loaded from outside.

The page as it comes loads fifteen files and a logo that carries the context's id from other hosts, and is unreadable without them. Scripts,
links, images and addresses are left out, and a few style rules stand in their place.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

#: Left out with all that is in them.
_DROPPED = frozenset({"script", "style", "iframe", "object", "svg", "footer", "title", "label"})
#: Left out; they have no end.
_DROPPED_EMPTY = frozenset({"link", "img", "input", "meta", "base", "embed", "source"})
_EMPTY = frozenset({"br", "hr", "col", "wbr"}) | _DROPPED_EMPTY
_ATTRIBUTES = frozenset({"id", "class", "href", "colspan", "rowspan", "scope", "aria-label", "aria-hidden", "role"})
#: The bar with the logo, the filter that needs a script, and the table of contents of column names.
_PARTS = re.compile(r"\b(navbar-expand-md|card)\b")
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.6rem; } h4, h5 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; } h6 { font-size: 1rem; margin: 1rem 0 .25rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; }
tr { border-top: 1px solid #b5b5b5; } thead[hidden] { display: none; }
.fa-check-circle::before { content: "holds"; color: #0b5c2e; } .fa-times::before { content: "fails"; color: #a11212; font-weight: 700; }
i { font-style: normal; } .text-danger { color: #a11212; } a { color: inherit; text-decoration: none; } ol { padding-left: 0; }
"""


def write_docs(folder: Path, name: str, result: Any, *, title: str) -> Path:
    """Writes the page of a validation result of Great Expectations.

    Args:
        folder: Where it goes; made if it is not there.
        name: The file's name without its ending.
        result: An `ExpectationSuiteValidationResult`.
        title: The page's heading.
    """
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

    renderer: Any = ValidationResultsPageRenderer(run_info_at_end=True)
    view: Any = DefaultJinjaPageView()
    page = str(view.render(renderer.render(result)))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.html"
    path.write_text(standalone(page, title), encoding="utf-8", newline="\n")
    return path


def standalone(page: str, title: str) -> str:
    """A page that loads nothing and runs nothing.

    Example:
        >>> page = "<body><img src='https://example.org/p.png'><p onclick='x()'>Kept <a href='https://example.org'>text</a></p></body>"
        >>> "example.org" in standalone(page, "Results") or "onclick" in standalone(page, "Results")
        False
    """
    kept = _Kept()
    kept.feed(page[page.find("<body") :] if "<body" in page else page)
    kept.close()
    body = re.sub(r"(?:[ \t]*\n){2,}", "\n", "".join(kept.parts))
    heading = escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n<title>{heading}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n<h1>{heading}</h1>\n{body}\n</body>\n</html>\n"
    )


class _Kept(HTMLParser):
    """Collects what is kept of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.dropping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _EMPTY:
            if not self.dropping and tag not in _DROPPED_EMPTY:
                self.parts.append(f"<{tag}>")
            return
        classes = dict(attrs).get("class") or ""
        if self.dropping or tag in _DROPPED or _PARTS.search(classes):
            self.dropping.append(tag)
        elif tag != "body":
            self.parts.append(f"<{tag}{_attributes(attrs)}>")

    def handle_endtag(self, tag: str) -> None:
        if self.dropping:
            if tag in self.dropping:
                while self.dropping.pop() != tag:
                    pass
        elif tag not in _EMPTY and tag not in ("body", "html"):
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.dropping:
            self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def _attributes(attrs: list[tuple[str, str | None]]) -> str:
    """The attributes that neither run nor load anything; of addresses only those within the page."""
    kept = [(key, value or "") for key, value in attrs if key in _ATTRIBUTES and (key != "href" or (value or "").startswith("#"))]
    hidden = " hidden" if any(key == "hidden" for key, _ in attrs) else ""
    return "".join(f' {key}="{escape(value)}"' for key, value in kept) + hidden
