"""A page of a website: the bar at its top, its footer, and links between the pages of the project."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from barometer.errors import RenderError
from barometer.publishing.rendering.settings import HINT, Settings, read_yaml
from barometer.publishing.rendering.source import front_matter_of
from barometer.publishing.rendering.tree import Node, Nodes, link, rewrite

_PAGE = re.compile(r"^(?![a-z][a-z0-9+.-]*:)([^#?]+)\.qmd(#.*)?$", re.IGNORECASE)
_KNOWN = {
    "title",
    "navbar",
    "page-footer",
    "site-url",
    "description",
    "search",
    "favicon",
    "repo-url",
    "repo-actions",
    "page-navigation",
    "back-to-top-navigation",
    "open-graph",
    "twitter-card",
}
_NAVBAR = {"left", "right", "title", "background", "foreground", "search", "pinned", "collapse", "collapse-below"}


def linked(blocks: Nodes, settings: Settings, to: str) -> Nodes:
    """Blocks whose links to other documents of the project lead to their pages.

    On paper, such a link leads to the page on the web where the project says its `site-url`; otherwise its words stay and the link goes.
    """

    def action(node: Node) -> Node | Nodes | None:
        if node["t"] != "Link" or not (found := _PAGE.match(node["c"][2][0])):
            return None
        if to == "html":
            return {"t": "Link", "c": [node["c"][0], node["c"][1], [page_of(node["c"][2][0]), node["c"][2][1]]]}
        address = settings.site.get("site-url")
        if not address:
            return list(node["c"][1])
        here = settings.file.parent.relative_to(settings.root).as_posix()
        path = posixpath.normpath(posixpath.join(here, found[1].lstrip("/") + ".html"))
        return link(node["c"][1], f"{str(address).rstrip('/')}/{path}{found[2] or ''}")

    done: Nodes = rewrite(blocks, action)
    return done


def page_of(target: str) -> str:
    """The page of a document, as a link from its neighbour; any other address as it is.

    Example:
        >>> page_of("results.qmd#sec-a"), page_of("https://example.org/a.qmd")
        ('./results.html#sec-a', 'https://example.org/a.qmd')
    """
    found = _PAGE.match(target)
    if not found:
        return target
    path = posixpath.normpath(found[1])
    return (path if path.startswith(("../", "/")) else f"./{path}") + ".html" + (found[2] or "")


def bar_pages(folder: Path) -> list[Path]:
    """The documents that the bar of a website names, in its order; none where the folder holds no website.

    Raises:
        RenderError: `_quarto.yml` is broken.
    """
    file = folder / "_quarto.yml"
    tree = read_yaml(file.read_text(encoding="utf-8"), file, what="_quarto.yml") if file.is_file() else {}
    kind, site = tree.get("project"), tree.get("website")
    navbar = site.get("navbar") if isinstance(site, Mapping) else None
    if not isinstance(kind, Mapping) or kind.get("type") != "website" or not isinstance(navbar, Mapping):
        return []
    entries = [item for side in ("left", "right") for item in navbar.get(side) or []]
    targets = [str(item.get("href", "") if isinstance(item, Mapping) else item) for item in entries]
    return [(folder / target).resolve() for target in dict.fromkeys(targets) if _PAGE.match(target)]


def site_parts(settings: Settings) -> dict[str, str]:
    """What a website puts around a page, as HTML.

    Returns:
        `site-title`, `site-bar` and `site-footer`, those that the project asks for; empty if the page is not part of a website.

    Raises:
        RenderError: The website asks for something outside the subset.
    """
    site = settings.site
    if not site:
        return {}
    _check(site, _KNOWN, settings, "website")
    parts = {"site-title": _typeset(str(site["title"]))} if site.get("title") else {}
    up = posixpath.relpath(".", settings.file.parent.relative_to(settings.root).as_posix())
    navbar = site.get("navbar")
    if isinstance(navbar, Mapping):
        _check(navbar, _NAVBAR, settings, "website: navbar")
        title = (
            f'<a class="navbar-title" href="{html.escape(_from_here("index.qmd", up))}">{html.escape(parts["site-title"])}</a>'
            if parts
            else ""
        )
        lists = "".join(_items(navbar[side], settings, up, side) for side in ("left", "right") if navbar.get(side))
        parts["site-bar"] = f'<header class="site-header"><nav class="navbar" aria-label="Site">{title}{lists}</nav></header>'
    footer = site.get("page-footer")
    if footer:
        words = [footer] if isinstance(footer, str) else [str(footer[side]) for side in ("left", "center", "right") if footer.get(side)]
        parts["site-footer"] = '<footer class="site-footer">' + "".join(f"<p>{html.escape(text)}</p>" for text in words) + "</footer>"
    return parts


def _items(items: Any, settings: Settings, up: str, side: str) -> str:
    made = []
    for item in items:
        entry = {"href": item} if isinstance(item, str) else item
        _check(entry, {"href", "text", "aria-label"}, settings, f"website: navbar: {side}")
        target = str(entry.get("href", ""))
        text = _typeset(str(entry.get("text") or _title_of(settings.root / target)))
        here = (settings.root / target).resolve() == settings.file or target == settings.page
        current = ' aria-current="page"' if here else ""
        made.append(f'<li><a href="{html.escape(_from_here(target, up))}"{current}>{html.escape(text)}</a></li>')
    return f'<ul class="navbar-{side}">{"".join(made)}</ul>'


def _typeset(text: str) -> str:
    """Text with the apostrophe that a printer would set."""
    return re.sub(r"(?<=\w)'", "’", text)


def _title_of(document: Path) -> str:
    return str(front_matter_of(document).get("title", document.stem)) if document.is_file() else document.stem


def _from_here(target: str, up: str) -> str:
    return page_of(posixpath.join(up, target)) if _PAGE.match(target) else target


def _check(tree: Mapping[str, Any], known: set[str], settings: Settings, where: str) -> None:
    for key in tree:
        if key not in known:
            raise RenderError(
                f"The key '{key}' of a website is outside the subset of the embedded renderer.",
                file=settings.root / "_quarto.yml", where=where, expected=", ".join(sorted(known)), hint=HINT,
            )  # fmt: skip
