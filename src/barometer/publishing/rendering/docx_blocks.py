"""How the Word document writes figures, tables, callouts, tabs, columns, listings and pictures.

A `custom-style` is one of those that `reference` defines.
"""

from __future__ import annotations

from pathlib import Path

from barometer.publishing.bitmaps import png_of
from barometer.publishing.rendering.pictures import Pictures
from barometer.publishing.rendering.tree import Node, Nodes, attr, div, para, plain, raw, span, string, words
from barometer.publishing.rendering.widths import MANY, has_widths, with_widths
from barometer.publishing.rendering.writing import Values

PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'

_TEXT_WIDTH = 16.0
"""Width of the text on the page, in centimetres."""


class DocxDialect:
    """Writes for the Word document.

    Args:
        pictures: Where pictures are looked up.
        folder: Where they are written for pandoc to read.
    """

    def __init__(self, pictures: Pictures, folder: Path) -> None:
        self._pictures = pictures
        self._folder = folder
        self._count = 0

    def picture(self, values: Values) -> Node:
        """A PNG or JPEG with alternative text; an SVG is drawn first, as Word drops it."""
        drawn = self._pictures.get(values)
        self._count += 1
        ending = "jpg" if drawn.mime == "image/jpeg" else "png"
        file = self._folder / f"{drawn.name}-{self._count}.{ending}"
        file.write_bytes(png_of(drawn.svg, scale=2, name=drawn.name) if drawn.mime == "image/svg+xml" else drawn.data)
        alt = values["alt"] or values["caption"]
        wide = min(drawn.paper_width / 96 * 2.54, _TEXT_WIDTH) if drawn.paper_width else _TEXT_WIDTH
        pairs = {"width": values["width"] or f"{wide:.2f}cm"} if not values["height"] or values["width"] else {"height": values["height"]}
        return {"t": "Image", "c": [attr("", [], **pairs, alt=alt), words(alt), [file.name, ""]]}

    def figure(self, values: Values) -> Nodes:
        """A picture or table and its caption, kept together."""
        caption, content = values["caption"], values["content"]
        name = values["id"] if values["anchor"] else ""
        style = "Table Caption" if values["kind"] == "tbl" else "Image Caption"
        captions: Nodes = [div([para([span(caption, name)])], "", [], custom_style=style)] if caption else []
        if values["kind"] == "tbl":
            return [*captions, *content]
        styled = [
            div([para(block["c"])], "", [], custom_style="Captioned Figure") if block["t"] in {"Plain", "Para"} else block
            for block in content
        ]
        return [*styled, *captions]

    def callout(self, values: Values) -> Nodes:
        """Paragraphs with a rule beside them; what folds on a screen is open here."""
        kind = values["kind"].capitalize()
        title: Nodes = []
        if values["title"]:
            named = values["given"] and not values["id"]
            words_of = [string(f"{kind}:"), {"t": "Space"}, *values["title"]] if named else values["title"]
            title = [div([para([span(words_of, values["id"])])], "", [], custom_style=f"{kind} Title")]
        body = [para(block["c"]) if block["t"] == "Plain" else block for block in values["content"]]
        return [*title, div(body, "" if title else values["id"], [], custom_style=f"{kind} Text")]

    def tabset(self, tabs: list[Values]) -> Nodes:
        """The tabs one after the other, each under its heading."""
        blocks: Nodes = []
        for tab in tabs:
            blocks.append({"t": "Header", "c": [tab["level"], attr(tab["id"], ["unnumbered"]), tab["title"]]})
            blocks += tab["content"]
        return blocks

    def columns(self, columns: list[Values], _wrap: int, _name: str) -> Nodes:
        """One below the other: a table for looks would be read out as a table."""
        return [block for column in columns for block in column["content"]]

    def listing(self, values: Values) -> Nodes:
        """Code; nothing folds here."""
        return list(values["content"])

    def text(self, values: Values) -> Nodes:
        """What a cell printed."""
        return [{"t": "CodeBlock", "c": [attr(), values["text"]]}]

    def page_break(self) -> Nodes:
        """The end of a page."""
        return [raw("openxml", PAGE_BREAK)]

    def equation(self, values: Values) -> Nodes:
        """A formula with its number."""
        tex = values["tex"].strip() + rf" \qquad({values['number']})"
        return [span([{"t": "Math", "c": [{"t": "DisplayMath"}, tex]}], values["id"])]

    def other(self, node: Node) -> Node | Nodes | None:
        """Keys get a style of their own."""
        if node["t"] == "Span" and "kbd" in node["c"][0][1]:
            return span(node["c"][1], "", [], custom_style="Key")
        if node["t"] == "Table":
            many = len(node["c"][2]) >= MANY
            table = node if has_widths(node) else with_widths(node, 100 if many else 88, 3.5)
            return div([table], "", [], custom_style="Table Text Small") if many else table
        if node["t"] == "Para" and len(node["c"]) == 1 and node["c"][0]["t"] == "Span" and "table-notes" in node["c"][0]["c"][0][1]:
            return div([node], "", [], custom_style="Table Notes")
        if node["t"] == "Header" and node["c"][0] > 6:
            return plain(node["c"][2])
        return None
