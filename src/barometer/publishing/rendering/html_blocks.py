"""How the HTML page writes figures, tables, callouts, tabs, columns, listings and pictures."""

from __future__ import annotations

import base64
import html
import re

from barometer.publishing.rendering.pictures import Pictures, svg_in_page
from barometer.publishing.rendering.tree import Node, Nodes, attr, div, get, plain, raw, raw_inline, rewrite, span, text_of
from barometer.publishing.rendering.writing import Values

_CSS_LENGTH = re.compile(r"^\d+(\.\d+)?(px|%|in|cm|mm|em|rem|pt|vw)?$")


class HtmlDialect:
    """Writes for the HTML page."""

    def __init__(self, pictures: Pictures, number_lines: bool = False) -> None:
        self._pictures = pictures
        self._number_lines = number_lines
        self._count = 0

    def _next(self) -> int:
        self._count += 1
        return self._count

    def picture(self, values: Values) -> Node:
        """An SVG within the page, or an image as data."""
        drawn = self._pictures.get(values)
        width = _css_length(values["width"])
        if drawn.mime == "image/svg+xml":
            prefix = f"{drawn.name}-{self._next()}-"
            return raw_inline("html", svg_in_page(drawn.svg, prefix, values["alt"], values.get("labelled_by", ""), width))
        style = f' style="width:{width}"' if width else ""
        height = _css_length(values["height"])
        style = style or (f' style="height:{height}"' if height else "")
        size = f' width="{drawn.width:.0f}"' if drawn.width and not style else ""
        data = base64.b64encode(drawn.data).decode("ascii")
        alt = f' alt="{html.escape(values["alt"])}"'
        return raw_inline("html", f'<img src="data:{drawn.mime};base64,{data}"{alt}{size}{style}>')

    def figure(self, values: Values) -> Nodes:
        """`figure` with `figcaption`; a table of pandoc's own takes its caption itself."""
        content, caption, name = values["content"], values["caption"], values["id"] if values["anchor"] else ""
        tables = [block for block in content if block["t"] == "Div" and "table-scroll" in block["c"][0][1]]
        if values["kind"] == "tbl" and len(content) == 1 and tables and tables[0]["c"][1][0]["t"] == "Table":
            return [_captioned(tables[0], name, caption)]
        classes = " ".join(["float", f"float-{values['kind']}", *(["float-part"] if values["sub"] else [])])
        number = self._next()
        opening = f'<figure{_id(name)} class="{classes}">'
        label = f"caption-{number}"
        captions: Nodes = []
        if caption:
            captions = [plain([raw_inline("html", f'<figcaption id="{label}">'), *caption, raw_inline("html", "</figcaption>")])]
        inner = self._grid(content, values["columns"]) if values["columns"] > 1 else _unwrapped(content)
        if values["kind"] == "fig":
            inner = _labelled(inner, label) if caption else inner
            inner = inner if values["columns"] > 1 else _scrolling(inner)
        ordered = [*captions, *inner] if values["kind"] == "tbl" else [*inner, *captions]
        return [raw("html", opening), *ordered, raw("html", "</figure>")]

    def _grid(self, content: Nodes, columns: int) -> Nodes:
        return [raw("html", f'<div class="layout" style="--columns:{columns}">'), *content, raw("html", "</div>")]

    def callout(self, values: Values) -> Nodes:
        """A note beside the text; one that folds is a `details`."""
        kind, title, folds = values["kind"], values["title"], values["collapse"] != "none"
        tag, title_tag = ("details", "summary") if folds else ("div", "p")
        named = "callout-named" if values["given"] and not values["id"] else "callout-plain"
        classes = f"callout callout-{kind} callout-look-{values['appearance']} {named}"
        opened = " open" if values["collapse"] == "open" else ""
        role = "" if folds else ' role="note"'
        pieces: Nodes = [raw("html", f'<{tag}{_id(values["id"])} class="{classes}"{role}{opened}>')]
        if title:
            pieces.append(
                plain([raw_inline("html", f'<{title_tag} class="callout-title">'), *title, raw_inline("html", f"</{title_tag}>")])
            )
        return [*pieces, div(values["content"], "", ["callout-body"]), raw("html", f"</{tag}>")]

    def tabset(self, tabs: list[Values]) -> Nodes:
        """Tabs whose panels are all open until the page's script runs, so that nothing is lost without it or in print."""
        number = self._next()
        pieces: Nodes = [raw("html", '<div class="tabset"><div role="tablist">')]
        for place, tab in enumerate(tabs, 1):
            chosen = 'aria-selected="true"' if place == 1 else 'aria-selected="false" tabindex="-1"'
            opening = f'<button type="button" role="tab" id="tab-{number}-{place}" aria-controls="panel-{number}-{place}" {chosen}>'
            pieces.append(plain([raw_inline("html", opening), *tab["title"], raw_inline("html", "</button>")]))
        pieces.append(raw("html", "</div>"))
        for place, tab in enumerate(tabs, 1):
            names = f'id="panel-{number}-{place}" aria-labelledby="tab-{number}-{place}" data-label="{html.escape(text_of(tab["title"]))}"'
            pieces.append(raw("html", f'<div role="tabpanel" {names} tabindex="0">'))
            pieces += tab["content"]
            pieces.append(raw("html", "</div>"))
        return [*pieces, raw("html", "</div>")]

    def columns(self, columns: list[Values], wrap: int, name: str) -> Nodes:
        """A grid, which becomes one column on a narrow screen."""
        widths = [column["width"] for column in columns]
        shares = all(re.fullmatch(r"\d+(\.\d+)?%", width) for width in widths)
        template = " ".join(width.rstrip("%") + "fr" for width in widths) if shares else ""
        style = f"--columns:{wrap or len(columns)}" + (f";--template:{template}" if template and not wrap else "")
        kind = "layout" if wrap else "layout layout-text"
        inner: Nodes = []
        for column in columns:
            inner += [raw("html", "<div>"), *_unwrapped(column["content"]), raw("html", "</div>")]
        return [raw("html", f'<div{_id(name)} class="{kind}" style="{style}">'), *inner, raw("html", "</div>")]

    def listing(self, values: Values) -> Nodes:
        """Code, folded if the cell asks for it."""
        if values["fold"] == "no":
            return list(values["content"])
        opened = " open" if values["fold"] == "open" else ""
        summary = html.escape(values["summary"])
        return [
            raw("html", f'<details class="code-fold"{opened}><summary>{summary}</summary>'),
            *values["content"],
            raw("html", "</details>"),
        ]

    def text(self, values: Values) -> Nodes:
        """What a cell printed."""
        return [{"t": "CodeBlock", "c": [attr("", [f"cell-output-{values['kind']}"]), values["text"]]}]

    def page_break(self) -> Nodes:
        """A break that only print knows."""
        return [raw("html", '<div class="page-break" style="break-after: page"></div>')]

    def equation(self, values: Values) -> Nodes:
        """A formula with its number."""
        tex = values["tex"].strip() + rf" \qquad({values['number']})"
        return [span([{"t": "Math", "c": [{"t": "DisplayMath"}, tex]}], values["id"], ["math-numbered"])]

    def other(self, node: Node) -> Node | Nodes | None:
        """Tables get a frame that scrolls by itself; keys their element."""
        match node["t"]:
            case "Table":
                return _frame(node)
            case "RawBlock" if node["c"][0] == "html" and re.search(r"<table\b", node["c"][1]) and "</table>" in node["c"][1]:
                return _frame(node)
            case "Span" if "kbd" in node["c"][0][1]:
                return [raw_inline("html", "<kbd>"), *node["c"][1], raw_inline("html", "</kbd>")]
            case "CodeBlock":
                return self._code(node)
        return None

    def _code(self, node: Node) -> Node | None:
        """A listing with the name of its file or with numbered lines, if it asks for them."""
        (name, classes, pairs), code = node["c"]
        if any(word.startswith("cell-output") for word in classes):
            return None
        kept = [[key, value] for key, value in pairs if key not in {"filename", "code-line-numbers", "code-fold", "code-summary"}]
        numbered = get(node, "code-line-numbers", str(self._number_lines).lower()) == "true" and "numberLines" not in classes
        block = {"t": "CodeBlock", "c": [[name, [*classes, "numberLines"] if numbered else classes, kept], code]}
        return div([block], "", ["code-with-filename"], data_filename=get(node, "filename")) if get(node, "filename") else block


def _frame(table: Node) -> Node:
    """A frame that scrolls by itself."""
    return div([table], "", ["table-scroll"])


def _id(name: str) -> str:
    return f' id="{html.escape(name)}"' if name else ""


def _css_length(width: str) -> str:
    if not width or not _CSS_LENGTH.match(width):
        return ""
    return width + "px" if width[-1].isdigit() else width


def _captioned(frame: Node, name: str, caption: Nodes | None) -> Node:
    table = frame["c"][1][0]
    long = [plain(caption)] if caption else []
    new = {"t": "Table", "c": [attr(name), [None, long], *table["c"][2:]]}
    return {"t": "Div", "c": [frame["c"][0], [new]]}


def _unwrapped(content: Nodes) -> Nodes:
    """Pictures that stand alone need no paragraph around them."""
    return [
        plain(block["c"]) if block["t"] == "Para" and len(block["c"]) == 1 and block["c"][0]["t"] in {"RawInline", "Link"} else block
        for block in content
    ]


def _scrolling(content: Nodes) -> Nodes:
    """A picture keeps a size at which it can be read; on a narrow screen its frame scrolls."""
    if not any(block["t"] == "Plain" and any(item["t"] == "RawInline" for item in block["c"]) for block in content):
        return content
    return [raw("html", '<div class="figure-scroll">'), *content, raw("html", "</div>")]


def _labelled(content: Nodes, label: str) -> Nodes:
    """Pictures without words of their own are described by the caption of the figure."""

    def action(node: Node) -> Node | None:
        if node["t"] == "RawInline" and node["c"][1].startswith("<svg") and "aria-label" not in node["c"][1].split(">", 1)[0]:
            return raw_inline("html", node["c"][1].replace(' role="img"', f' role="img" aria-labelledby="{label}"', 1))
        return None

    changed: Nodes = rewrite(content, action)
    return changed
