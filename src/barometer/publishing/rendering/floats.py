"""Figures and tables: those of pandoc, those of fenced blocks, and those that cells gave, as one kind of node."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from barometer.publishing.rendering.tree import Node, Nodes, attr, get, identifier, is_div, plain, rewrite, text_of, value

FLOAT_ID = re.compile(r"^(fig|tbl)-")
"""How the identifier of a numbered figure or table begins."""


def picture(**values: str) -> Node:
    """A picture, by the name that a cell's has or the `src` of a file, with its alternative text and size."""
    keys = ("name", "src", "alt", "caption", "width", "height", "place", "id")
    return {"t": "BmPicture", "c": {**{key: values.get(key, "") for key in keys}, "words": []}}


def image(node: Node) -> Node:
    """A picture from a file; words in brackets are its alternative text unless `fig-alt` says otherwise."""
    alt = get(node, "fig-alt") or get(node, "alt") or text_of(node["c"][1])
    made = picture(src=node["c"][2][0], alt=alt, width=get(node, "width"), height=get(node, "height"))
    return {"t": "BmPicture", "c": {**made["c"], "id": identifier(node), "words": node["c"][1]}}


def new_float(kind: str, name: str, caption: Nodes | None, content: Nodes, columns: int = 1, parts: bool = False) -> Node:
    """A figure or table, numbered if `name` makes it referable."""
    values: Mapping[str, Any] = {
        "id": name, "kind": kind, "caption": caption, "content": content, "columns": columns, "parts": parts, "sub": False, "anchor": True,
    }  # fmt: skip
    return {"t": "BmFloat", "c": dict(values)}


def figure(node: Node) -> Node:
    """A figure of pandoc's: a picture that stands alone and has a caption."""
    (name, _, _), (_, caption), content = node["c"]
    inlines = inlines_of(caption)
    words_of_caption = text_of(inlines)

    def own_alt(inner: Node) -> Node | None:
        # Without words of its own, a picture in a figure is described by the caption.
        if inner["t"] == "BmPicture" and inner["c"]["alt"] == words_of_caption:
            return {"t": "BmPicture", "c": {**inner["c"], "alt": ""}}
        return None

    inner = rewrite(content, own_alt)
    return new_float("fig", name, inlines, inner)


def linked_figure(node: Node) -> Node | None:
    """A picture with a caption that is a link and stands alone: a figure all the same."""
    if len(node["c"]) != 1 or node["c"][0]["t"] != "Link" or len(node["c"][0]["c"][1]) != 1:
        return None
    link = node["c"][0]
    picture = link["c"][1][0]
    if picture["t"] != "BmPicture" or not picture["c"]["words"]:
        return None
    inner = {
        "t": "BmPicture",
        "c": {**picture["c"], "alt": "" if picture["c"]["alt"] == text_of(picture["c"]["words"]) else picture["c"]["alt"]},
    }
    content = [plain([{"t": "Link", "c": [link["c"][0], [inner], link["c"][2]]}])]
    return new_float("fig", picture["c"]["id"], picture["c"]["words"], content)


def inlines_of(blocks: Nodes) -> Nodes:
    """The inlines of a caption, its paragraphs run together."""
    out: Nodes = []
    for block in blocks:
        if block["t"] in {"Para", "Plain"}:
            out += [{"t": "Space"}, *block["c"]] if out else block["c"]
    return out


def table(node: Node) -> Node:
    """A table of pandoc's; one with a caption or a label is a float."""
    name = identifier(node)
    caption = inlines_of(node["c"][1][1])
    widths = get(node, "tbl-colwidths")
    table = {"t": "Table", "c": [attr(), [None, []], _colspecs(node["c"][2], widths), *node["c"][3:]]}
    if caption or FLOAT_ID.match(name):
        return new_float("tbl", name, caption or None, [table])
    return table


def _colspecs(specs: list[Any], widths: str) -> list[Any]:
    """The columns with the widths that `tbl-colwidths` gives; without it, each format finds widths from what the cells hold."""
    specs = [[align, {"t": "ColWidthDefault"}] for align, _ in specs]
    if not widths:
        return specs
    try:
        shares = [float(share) for share in json.loads(widths)]
    except (ValueError, TypeError):
        return specs
    if len(shares) != len(specs) or sum(shares) <= 0:
        return specs
    return [[align, {"t": "ColWidth", "c": share / sum(shares)}] for (align, _), share in zip(specs, shares, strict=True)]


def float_div(node: Node, columns: int) -> Node:
    """A div with an identifier `fig-` or `tbl-`: its last paragraph is the caption."""
    name = identifier(node)
    content = list(node["c"][1])
    caption = None
    if len(content) > 1 and content[-1]["t"] == "Para":
        caption = content.pop()["c"]
    return new_float(name[:3], name, caption, content, columns, parts=any(item["t"] == "BmFloat" for item in content))


def cell_float(node: Node) -> Node:
    """What a cell with a label or a caption gave: one float, or one with parts, or several."""
    kind, label, columns = value(node, "kind"), value(node, "label"), int(value(node, "columns", "1"))
    content = node["c"][1]
    captions = [inlines_of(item["c"][1]) for item in content if is_div(item, "bm-caption")]
    parts = [inlines_of(item["c"][1]) for item in content if is_div(item, "bm-subcaption")]
    displays = [item["c"][1] for item in content if is_div(item, "bm-display")]
    alts = json.loads(value(node, "alt", "[]"))
    displays = [_with_alt(display, alts[place] if place < len(alts) else None) for place, display in enumerate(displays)]
    widths = value(node, "colwidths")
    if widths:
        displays = [rewrite(display, lambda inner: _with_widths(inner, widths)) for display in displays]
    if kind == "layout":
        return {"t": "BmColumns", "c": [{"width": "", "content": display} for display in displays], "wrap": columns}
    if len(captions) > 1:
        several = [
            new_float(kind, label, captions[place] if place < len(captions) else None, display) for place, display in enumerate(displays)
        ]
        for item in several:
            item["c"]["anchor"] = False
        return {"t": "BmColumns", "c": [{"width": "", "content": [item]} for item in several], "wrap": columns, "id": label}
    caption = captions[0] if captions else None
    if parts:
        inner = [
            new_float(kind, f"{label}-{place}", part, display)
            for place, (part, display) in enumerate(zip(parts, displays, strict=False), 1)
        ]
        rest = [block for display in displays[len(parts) :] for block in display]
        return new_float(kind, label, caption, inner + rest, columns, parts=True)
    return new_float(kind, label, caption, [block for display in displays for block in display], columns)


def _with_alt(display: Nodes, alt: str | None) -> Nodes:
    def action(node: Node) -> Node | None:
        return (
            {"t": "BmPicture", "c": {**node["c"], "alt": alt or ""}}
            if node["t"] == "BmPicture" and "name" in node["c"] and alt is not None and not (alt and node["c"]["alt"].startswith(alt))
            else None
        )

    changed: Nodes = rewrite(display, action)
    return changed


def _with_widths(node: Node, widths: str) -> Node | None:
    return {"t": "Table", "c": [*node["c"][:2], _colspecs(node["c"][2], widths), *node["c"][3:]]} if node["t"] == "Table" else None
