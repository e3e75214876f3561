"""Writing the report's own nodes as pandoc's: what a format must say, and the walk that asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from barometer.publishing.rendering.tree import Node, Nodes, nodes, rewrite

Values = Mapping[str, Any]


class Dialect(Protocol):
    """How one format writes each of the report's own nodes. What is inside has been written already."""

    def picture(self, values: Values) -> Node:
        """A picture, as an inline."""

    def figure(self, values: Values) -> Nodes:
        """A figure or table with its caption."""

    def callout(self, values: Values) -> Nodes:
        """A callout."""

    def tabset(self, tabs: list[Values]) -> Nodes:
        """A set of tabs."""

    def columns(self, columns: list[Values], wrap: int, name: str, /) -> Nodes:
        """Columns beside each other, `wrap` to a row if it is not 0."""

    def listing(self, values: Values) -> Nodes:
        """The code of a cell."""

    def text(self, values: Values) -> Nodes:
        """What a cell printed."""

    def page_break(self) -> Nodes:
        """The end of a page."""

    def equation(self, values: Values) -> Nodes:
        """A numbered formula, as inlines."""

    def other(self, node: Node) -> Node | Nodes | None:
        """Any node of pandoc's own that the format writes in a way of its own; None to leave it."""


def written(blocks: Nodes, dialect: Dialect) -> Nodes:
    """Blocks that pandoc's writer for the format understands."""

    def action(node: Node) -> Node | Nodes | None:
        content = node.get("c")
        match node["t"]:
            case "BmPicture":
                return dialect.picture(content)  # type: ignore[arg-type]
            case "BmFloat":
                return dialect.figure(content)  # type: ignore[arg-type]
            case "BmCallout":
                return dialect.callout(content)  # type: ignore[arg-type]
            case "BmTabset":
                return dialect.tabset(content)  # type: ignore[arg-type]
            case "BmColumns":
                return dialect.columns(content, node.get("wrap", 0), node.get("id", ""))  # type: ignore[arg-type]
            case "BmListing":
                return dialect.listing(content)  # type: ignore[arg-type]
            case "BmText":
                return dialect.text(content)  # type: ignore[arg-type]
            case "BmPageBreak":
                return dialect.page_break()
            case "BmEquation":
                return dialect.equation(content)  # type: ignore[arg-type]
        return dialect.other(node)

    done: Nodes = rewrite(blocks, action)
    return done


def levelled(blocks: Nodes) -> Nodes:
    """Headings from level 1 without gaps, as PDF/UA asks; a report's own begin at level 2, under its title."""
    headers = [node for node in nodes(blocks) if node["t"] == "Header" or node["t"] == "BmTabset"]
    first = min((_level(node) for node in headers), default=1)
    last = 0

    def action(node: Node) -> Node | None:
        if node["t"] == "Header":
            return {"t": "Header", "c": [node["c"][0] - first + 1, *node["c"][1:]]}
        if node["t"] == "BmTabset":
            return {"t": "BmTabset", "c": [{**tab, "level": tab["level"] - first + 1} for tab in node["c"]]}
        return None

    moved: Nodes = rewrite(blocks, action)
    for node in nodes(moved):
        if node["t"] == "Header":
            node["c"][0] = min(node["c"][0], last + 1)
            last = node["c"][0]
    return moved


def _level(node: Node) -> int:
    return int(node["c"][0] if node["t"] == "Header" else node["c"][0]["level"])
