"""From pandoc's tree to the things that a report is made of: figures, tables, callouts, tabs, columns, listings.

Each of them becomes one node whose type begins with `Bm`, the same for all formats; `numbering` numbers them, and the module of a format
(`html_blocks`, `typst_blocks`, `docx_blocks`) writes them.
"""

from __future__ import annotations

import re
from typing import Any

from barometer.errors import RenderError
from barometer.publishing.rendering.floats import FLOAT_ID, cell_float, figure, float_div, image, inlines_of, linked_figure, picture, table
from barometer.publishing.rendering.settings import HINT
from barometer.publishing.rendering.source import Source
from barometer.publishing.rendering.tree import (
    Node,
    Nodes,
    attributes,
    get,
    has_class,
    identifier,
    is_div,
    plain,
    rewrite,
    text_of,
    value,
    words,
)

CALLOUTS = {"note": "nte", "tip": "tip", "warning": "wrn", "important": "imp", "caution": "cau"}
"""The types of callout, and the prefix of identifiers that makes each referable."""


# Classes and prefixes of identifiers that mean something to Quarto and that the embedded renderer does not do.
_REFUSED_CLASSES = {
    **dict.fromkeys(["aside", "column-margin"], "margin notes"),
    **dict.fromkeys(["panel-sidebar", "panel-input", "panel-fill", "panel-center"], "sidebar layouts"),
    **dict.fromkeys(["column-page", "column-page-inset", "column-screen", "column-body-outset"], "page columns"),
    **dict.fromkeys(["incremental", "fragment", "notes"], "slides"),
    **dict.fromkeys(["cell", "cell-code", "cell-output"], "hand-written cells"),
    "hidden": "hidden blocks",
    "landscape": "landscape pages",
}
_REFUSED_IDS = {
    "lst": "numbered listings",
    **dict.fromkeys(["thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "sol", "rem", "alg"], "theorems"),
    "dia": "diagrams",
    "vid": "videos",
}

_CONDITIONS = {"when-format", "unless-format"}
_ALIASES = {
    "html": {"html", "html5", "html4", "html:js"}, "pdf": {"typst"}, "docx": {"docx", "openxml"},
}  # fmt: skip


def structured(blocks: Nodes, to: str, source: Source) -> Nodes:
    """Pandoc's blocks with the report's own nodes in them.

    Args:
        blocks: What pandoc read.
        to: `html`, `pdf` or `docx`; passages for other formats are left out.
        source: The document, to say where something stands that is refused.

    Raises:
        RenderError: A div or span asks for something outside the subset.
    """
    kept = rewrite(blocks, lambda node: _conditional(node, to, source))
    found: Nodes = rewrite(kept, lambda node: _node(node, source))
    described: Nodes = rewrite(found, _described)
    return described


def _described(node: Node) -> Node | None:
    """A figure's caption stands in for the alternative text that its pictures lack, in formats that want one."""
    if node["t"] != "BmFloat" or not node["c"]["caption"]:
        return None
    caption = text_of(node["c"]["caption"])

    def action(inner: Node) -> Node | None:
        if inner["t"] != "BmPicture" or inner["c"]["alt"] or inner["c"]["caption"]:
            return None
        return {"t": "BmPicture", "c": {**inner["c"], "caption": caption}}

    return {"t": "BmFloat", "c": {**node["c"], "content": rewrite(node["c"]["content"], action)}}


def _conditional(node: Node, to: str, source: Source) -> Nodes | None:
    if node["t"] not in {"Div", "Span"}:
        return None
    visible, hidden = has_class(node, "content-visible"), has_class(node, "content-hidden")
    if not visible and not hidden:
        return None
    pairs = dict(attributes(node)[2])
    unknown = sorted(key for key in pairs if (key.startswith(("when-", "unless-"))) and key not in _CONDITIONS)
    if unknown:
        file, where = source.find(unknown[0])
        raise RenderError(
            f"The condition '{unknown[0]}' is outside the subset of the embedded renderer.", file=file, where=where, hint=HINT
        )
    holds = True
    if "when-format" in pairs:
        holds = pairs["when-format"] in _ALIASES[to]
    if "unless-format" in pairs:
        holds = holds and pairs["unless-format"] not in _ALIASES[to]
    return list(node["c"][1]) if holds == visible else []


def _node(node: Node, source: Source) -> Node | Nodes | None:
    match node["t"]:
        case "Div":
            return _div(node, source)
        case "Span":
            _refuse(node, source)
        case "Image":
            return image(node)
        case "Figure":
            return figure(node)
        case "Table":
            return table(node)
        case "CodeBlock" if has_class(node, "bm-plain"):
            return None
        case "Para" | "Plain":
            return linked_figure(node) or _equations(node)
    return None


def _refuse(node: Node, source: Source) -> None:
    for name in attributes(node)[1]:
        if name in _REFUSED_CLASSES:
            file, where = source.find(f".{name}")
            raise RenderError(
                f"The class '{name}' ({_REFUSED_CLASSES[name]}) is outside the subset of the embedded renderer.",
                file=file,
                where=where,
                hint=HINT,
            )
    prefix = identifier(node).split("-")[0]
    if "-" in identifier(node) and prefix in _REFUSED_IDS:
        file, where = source.find(f"#{identifier(node)}")
        raise RenderError(
            f"The identifier '{identifier(node)}' ({_REFUSED_IDS[prefix]}) is outside the subset of the embedded renderer.",
            file=file, where=where, hint=HINT,
        )  # fmt: skip


def _div(node: Node, source: Source) -> Node | Nodes | None:
    own = next((name for name in attributes(node)[1] if name.startswith("bm-")), None)
    if own is not None:
        return _own_div(node, own)
    _refuse(node, source)
    classes = attributes(node)[1]
    callout = next((name.removeprefix("callout-") for name in classes if name.startswith("callout-")), None)
    if callout is not None:
        return _callout(node, callout, source)
    if "panel-tabset" in classes:
        return _tabset(node, source)
    if "columns" in classes:
        parts = [item for item in node["c"][1] if is_div(item, "column")]
        if len(parts) != len(node["c"][1]):
            file, where = source.find(".columns")
            raise RenderError(
                "Columns hold something that is no column.", file=file, where=where, expected="blocks with the class 'column'"
            )
        return {"t": "BmColumns", "c": [{"width": get(part, "width"), "content": part["c"][1]} for part in parts]}
    columns = get(node, "layout-ncol")
    if columns and not columns.isdigit():
        file, where = source.find("layout-ncol=")
        raise RenderError("The attribute 'layout-ncol' is not a whole number.", file=file, where=where, got=columns)
    if get(node, "layout") or get(node, "layout-nrow"):
        name = "layout" if get(node, "layout") else "layout-nrow"
        file, where = source.find(f"{name}=")
        raise RenderError(
            f"The attribute '{name}' is outside the subset of the embedded renderer.",
            file=file,
            where=where,
            expected="layout-ncol",
            hint=HINT,
        )
    if FLOAT_ID.match(identifier(node)):
        return float_div(node, int(columns or 1))
    if columns:
        return {"t": "BmColumns", "c": [{"width": "", "content": [item]} for item in node["c"][1]], "wrap": int(columns)}
    return None


def _own_div(node: Node, name: str) -> Node | Nodes | None:
    content = node["c"][1]
    match name:
        case "bm-pagebreak":
            return {"t": "BmPageBreak"}
        case "bm-listing":
            return {"t": "BmListing", "c": {"fold": value(node, "fold"), "summary": value(node, "summary"), "content": content}}
        case "bm-text":
            return {"t": "BmText", "c": {"kind": value(node, "kind"), "text": content[0]["c"][1]}}
        case "bm-picture":
            return plain([picture(**{key: value(node, key) for key in ("name", "alt", "width", "place")})])
        case "bm-float":
            return cell_float(node)
    return None


def _callout(node: Node, kind: str, source: Source) -> Node:
    if kind not in CALLOUTS:
        file, where = source.find(f".callout-{kind}")
        raise RenderError(f"There is no callout of type '{kind}'.", file=file, where=where, expected=", ".join(CALLOUTS))
    content = list(node["c"][1])
    title: Nodes | None = None
    if get(node, "title"):
        title = _markdown_words(get(node, "title"))
    elif content and content[0]["t"] == "Header":
        title = content.pop(0)["c"][2]
    appearance = get(node, "appearance", "default")
    if title is None and appearance == "default":
        title = words(kind.capitalize())
        given = False
    else:
        given = title is not None
    collapse = {"true": "closed", "false": "open"}.get(get(node, "collapse"), "none")
    return {
        "t": "BmCallout",
        "c": {
            "id": identifier(node), "kind": kind, "title": title, "given": given, "content": content, "collapse": collapse,
            "appearance": appearance, "number": "",
        },
    }  # fmt: skip


def _markdown_words(text: str) -> Nodes:
    from barometer.publishing.rendering.pandoc import read_markdown

    if not re.search(r"[*_`@\\\[\]\"'$^~]|--|\.\.\.", text):
        return words(text)
    return inlines_of(read_markdown(text)["blocks"])


def _tabset(node: Node, source: Source) -> Node:
    content = node["c"][1]
    level = next((item["c"][0] for item in content if item["t"] == "Header"), None)
    if level is None:
        file, where = source.find("panel-tabset")
        raise RenderError("A set of tabs holds no heading.", file=file, where=where, expected="a heading for each tab")
    tabs: list[dict[str, Any]] = []
    before: Nodes = []
    for item in content:
        if item["t"] == "Header" and item["c"][0] == level:
            tabs.append({"title": item["c"][2], "level": level, "id": identifier(item), "content": []})
        elif tabs:
            tabs[-1]["content"].append(item)
        else:
            before.append(item)
    if before:
        file, where = source.find("panel-tabset")
        raise RenderError("A set of tabs holds text before its first heading.", file=file, where=where)
    return {"t": "BmTabset", "c": tabs}


_EQUATION = re.compile(r"^\{#(eq-[\w-]+)\}(.*)$", re.DOTALL)


def _equations(node: Node) -> Node | None:
    """A displayed formula that is followed by `{#eq-name}` becomes an equation with that name."""
    out: Nodes = []
    changed = False
    for item in node["c"]:
        named = _EQUATION.match(item["c"]) if item["t"] == "Str" else None
        if named is None:
            out.append(item)
            continue
        while out and out[-1]["t"] in {"Space", "SoftBreak"}:
            out.pop()
        if not out or out[-1]["t"] != "Math":
            return None
        math = out.pop()
        out.append({"t": "BmEquation", "c": {"id": named[1], "tex": math["c"][1], "number": ""}})
        if named[2]:
            out.append({"t": "Str", "c": named[2]})
        changed = True
    return {"t": node["t"], "c": out} if changed else None
