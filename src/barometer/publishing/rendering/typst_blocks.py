"""How the PDF, made by Typst, writes figures, tables, callouts, tabs, columns, listings and pictures.

The functions whose names begin with `bm-` are those of `assets/report.typ`.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from barometer.publishing.rendering.pictures import Pictures
from barometer.publishing.rendering.tree import Node, Nodes, attr, div, lists, plain, raw, raw_inline, rewrite, table_rows, text_of
from barometer.publishing.rendering.widths import MANY, has_widths, needed, with_widths
from barometer.publishing.rendering.writing import Values

KEPT_ROWS = 14
"""A table of no more rows than this stays on one page."""

NOTED = "bm-noted"
"""The class of a table that its notes follow."""

_WIDTH = re.compile(r"^(\d+(?:\.\d+)?)(px|%|in|cm|mm|em|pt)?$")
_ENDINGS = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}


class TypstDialect:
    """Writes for the PDF.

    Args:
        pictures: Where pictures are looked up.
        folder: Where they are written for Typst to read.
    """

    def __init__(self, pictures: Pictures, folder: Path) -> None:
        self._pictures = pictures
        self._folder = folder
        self._count = 0

    def picture(self, values: Values) -> Node:
        """An image with alternative text; one without any words is an artefact of the page."""
        drawn = self._pictures.get(values)
        self._count += 1
        name = f"{drawn.name}-{self._count}.{_ENDINGS[drawn.mime]}"
        (self._folder / name).write_bytes(drawn.data)
        alt = values["alt"] or values["caption"]
        size = _length(values["width"]) or (f"{drawn.paper_width * 0.75:g}pt" if drawn.paper_width else "100%")
        height = _length(values["height"]) if not values["width"] else ""
        return raw_inline(
            "typst", f'#bm-image("{name}", {typst_text(alt) if alt else "none"}, {size if not height else "auto"}, {height or "auto"})'
        )

    def figure(self, values: Values) -> Nodes:
        """A figure whose caption already holds its number."""
        kind = "table" if values["kind"] == "tbl" else "image"
        caption = values["caption"]
        opening = f"#bm-part({kind}, [" if values["sub"] else f"#bm-figure({kind}, {_alt(values)}, ["
        start: Nodes = [raw_inline("typst", opening)]
        head = plain([*start, *(caption or []), raw_inline("typst", f"], {'true' if caption else 'false'})[")])
        anchor = f" <{values['id']}>" if values["id"] and values["anchor"] else ""
        content = values["content"]
        if values["columns"] > 1:
            content = self._grid([[block] for block in content], f"{values['columns']}")
        blocks = [head, *content, raw("typst", f"]{anchor}")]
        # A part of a figure stands in one cell of the grid around it.
        return [div(blocks)] if values["sub"] else blocks

    def _grid(self, cells: list[Nodes], columns: str) -> Nodes:
        blocks: Nodes = [raw("typst", f"#bm-grid({columns}, [")]
        for place, cell in enumerate(cells):
            blocks += [raw("typst", "], [")] if place else []
            blocks += cell
        return [*blocks, raw("typst", "])")]

    def callout(self, values: Values) -> Nodes:
        """A block with a rule beside it; what folds on a screen is open on paper."""
        title = values["title"]
        label = f'"{values["kind"].capitalize()}"' if values["given"] and not values["id"] else "none"
        opening = raw_inline("typst", f'#bm-callout("{values["kind"]}", {label}, [')
        head = plain([opening, *(title or []), raw_inline("typst", f"], {'true' if title else 'false'})[")])
        anchor = f" <{values['id']}>" if values["id"] else ""
        return [head, *values["content"], raw("typst", f"]{anchor}")]

    def tabset(self, tabs: list[Values]) -> Nodes:
        """The tabs one after the other, each under its heading."""
        blocks: Nodes = []
        for tab in tabs:
            blocks.append({"t": "Header", "c": [tab["level"], attr(tab["id"], ["unnumbered"]), tab["title"]]})
            blocks += tab["content"]
        return blocks

    def columns(self, columns: list[Values], wrap: int, _name: str) -> Nodes:
        """A grid."""
        widths = [column["width"] for column in columns]
        shares = [width.rstrip("%") for width in widths if re.fullmatch(r"\d+(\.\d+)?%", width)]
        template = (
            str(wrap or len(columns)) if wrap or len(shares) != len(columns) else "(" + ", ".join(f"{share}fr" for share in shares) + ",)"
        )
        return self._grid([column["content"] for column in columns], template)

    def listing(self, values: Values) -> Nodes:
        """Code; nothing folds on paper."""
        return list(values["content"])

    def text(self, values: Values) -> Nodes:
        """What a cell printed."""
        return [{"t": "CodeBlock", "c": [attr(), values["text"]]}]

    def page_break(self) -> Nodes:
        """The end of a page."""
        return [raw("typst", "#pagebreak(weak: true)")]

    def equation(self, values: Values) -> Nodes:
        """A formula with its number."""
        tex = values["tex"].strip() + rf" \qquad({values['number']})"
        return [
            *_described_math({"t": "Math", "c": [{"t": "DisplayMath"}, tex]}, values["tex"].strip()),
            raw_inline("typst", f" <{values['id']}>"),
        ]

    def other(self, node: Node) -> Node | Nodes | None:
        """Tables stand alone or in a figure of ours; formulas are read out as TeX; keys look like keys."""
        match node["t"]:
            case "Table":
                name, classes, pairs = node["c"][0]
                many = len(node["c"][2]) >= MANY
                line, padding = (112, 2) if many else (96, 3)
                # Typst finds good widths where there is room, and sets words into each other where there is none.
                crowded = not has_widths(node) and sum(needed(node, padding)[1]) > line
                node = with_widths(node, line, padding) if crowded else node
                table = {"t": "Table", "c": [[name, [*classes, "typst:no-figure"], pairs], *node["c"][1:]]}
                kept = "false" if len(table_rows(node)) <= KEPT_ROWS else "true"
                noted = str(NOTED in classes).lower()
                return [raw("typst", f"#bm-table({kept}, {str(many).lower()}, {noted})["), table, raw("typst", "]")]
            case "Math" if r"\qquad(" not in node["c"][1]:
                return _described_math(node, node["c"][1])
            case "Span" if "table-notes" in node["c"][0][1]:
                return [raw_inline("typst", "#bm-notes["), *node["c"][1], raw_inline("typst", "]")]
            case "Span" if "kbd" in node["c"][0][1]:
                return [raw_inline("typst", "#bm-key["), *node["c"][1], raw_inline("typst", "]")]
        return None


def with_notes_marked(blocks: Nodes) -> Nodes:
    """Blocks in which each table that its notes follow has the class `NOTED`: where the table stays on one page, so do they."""
    noted = {id(table) for items in lists(blocks) for table, after in pairwise(items) if _is_notes(after)}

    def action(node: Node) -> Node | None:
        if node["t"] != "Table" or id(node) not in noted:
            return None
        (name, classes, pairs), *rest = node["c"]
        return {"t": "Table", "c": [[name, [*classes, NOTED], pairs], *rest]}

    marked: Nodes = rewrite(blocks, action)
    return marked


def _is_notes(node: Any) -> bool:
    if type(node) is not dict or node.get("t") not in {"Para", "Plain"} or not node["c"]:
        return False
    first = node["c"][0]
    return first["t"] == "Span" and "table-notes" in first["c"][0][1]


def _alt(values: Values) -> str:
    """A figure of several parts is described as a whole by its caption; one of one picture, by the picture."""
    return typst_text(text_of(values["caption"])) if values["parts"] and values["caption"] else "none"


def _described_math(math: Node, tex: str) -> Nodes:
    return [raw_inline("typst", f"#[#set math.equation(alt: {typst_text(tex)});"), math, raw_inline("typst", "]")]


def typst_text(text: str) -> str:
    r"""A text as Typst writes it in code.

    Example:
        >>> typst_text('a "b"')
        '"a \\"b\\""'
    """
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _length(text: str) -> str:
    found = _WIDTH.match(text)
    if not found:
        return ""
    number, unit = float(found[1]), found[2] or "px"
    return f"{number * 0.75:g}pt" if unit == "px" else f"{number:g}{unit}"
