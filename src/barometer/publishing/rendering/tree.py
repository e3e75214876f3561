"""Pandoc's document as JSON: making nodes, walking them, reading their text.

A node is `{"t": type, "c": content}`; an attribute is `[id, classes, [[key, value], ...]]` (pandoc-types, Text.Pandoc.Definition).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import unquote

Node = dict[str, Any]
Nodes = list[Node]


def attr(identifier: str = "", classes: Iterable[str] = (), **pairs: object) -> list[Any]:
    """An attribute; underscores in keys become hyphens.

    Example:
        >>> attr("a", ["b"], data_x=1)
        ['a', ['b'], [['data-x', '1']]]
    """
    return [identifier, list(classes), [[key.replace("_", "-"), str(value)] for key, value in pairs.items()]]


def div(content: Nodes, identifier: str = "", classes: Iterable[str] = (), **pairs: object) -> Node:
    """A block of blocks."""
    return {"t": "Div", "c": [attr(identifier, classes, **pairs), content]}


def span(content: Nodes, identifier: str = "", classes: Iterable[str] = (), **pairs: object) -> Node:
    """A stretch of inlines."""
    return {"t": "Span", "c": [attr(identifier, classes, **pairs), content]}


def para(content: Nodes) -> Node:
    """A paragraph."""
    return {"t": "Para", "c": content}


def plain(content: Nodes) -> Node:
    """Inlines that are no paragraph."""
    return {"t": "Plain", "c": content}


def raw(form: str, text: str) -> Node:
    """A raw block: `html`, `typst` or `openxml`."""
    return {"t": "RawBlock", "c": [form, text]}


def raw_inline(form: str, text: str) -> Node:
    """A raw inline."""
    return {"t": "RawInline", "c": [form, text]}


def string(text: str) -> Node:
    """One word, or several with their spaces kept as they are."""
    return {"t": "Str", "c": text}


def words(text: str) -> Nodes:
    """Text as words and spaces."""
    nodes: Nodes = []
    for place, word in enumerate(text.split(" ")):
        if place:
            nodes.append({"t": "Space"})
        if word:
            nodes.append(string(word))
    return nodes


def link(content: Nodes, target: str, classes: Iterable[str] = ()) -> Node:
    """A link."""
    return {"t": "Link", "c": [attr("", classes), content, [target, ""]]}


def get(node: Node, key: str, default: str = "") -> str:
    """The value of an attribute of a Div, Span, Image, Table, CodeBlock or Header."""
    return next((value for name, value in attributes(node)[2] if name == key), default)


def value(node: Node, key: str, default: str = "") -> str:
    """A value that `assemble.div` wrote."""
    return unquote(get(node, key, default))


def attributes(node: Node) -> list[Any]:
    """The attribute of a node that has one."""
    place = 1 if node["t"] == "Header" else 0
    return list(node["c"])[place]  # type: ignore[no-any-return]


def identifier(node: Node) -> str:
    """The identifier of a node that has attributes."""
    return str(attributes(node)[0])


def has_class(node: Node, name: str) -> bool:
    """Whether a node with attributes has a class."""
    return name in attributes(node)[1]


def is_div(node: Any, name: str | None = None) -> bool:
    """Whether a node is a Div, with a class if one is given."""
    return isinstance(node, dict) and node.get("t") == "Div" and (name is None or has_class(node, name))


Action = Callable[[Node], "Node | Nodes | None"]

_WORDS = frozenset({"Str", "Space", "SoftBreak", "LineBreak"})
"""Most of the nodes of a document, with no node in them."""


def rewrite(tree: Any, action: Action) -> Any:
    """A tree with `action` done to every node but words and spaces, the inner ones first.

    `action` gives None to keep a node, a node to replace it, or a list to put in its place. The tree that is given is not touched;
    parts in which nothing changes are shared with it.

    Example:
        >>> rewrite([para([string("a")]), plain([string("b")])], lambda node: [] if node["t"] == "Para" else None)
        [{'t': 'Plain', 'c': [{'t': 'Str', 'c': 'b'}]}]
    """
    if type(tree) is list:
        return _rewritten(tree, action)
    if type(tree) is not dict:
        return tree
    kind = tree.get("t")
    if kind in _WORDS:
        return tree
    new = tree
    for key, value in tree.items():
        if type(value) is list or type(value) is dict:
            changed = rewrite(value, action)
            if changed is not value:
                new = dict(tree) if new is tree else new
                new[key] = changed
    if kind is None:
        return new
    replaced = action(new)
    return new if replaced is None else replaced


def _rewritten(items: list[Any], action: Action) -> list[Any]:
    out: list[Any] | None = None
    for place, item in enumerate(items):
        new = rewrite(item, action) if type(item) is dict or type(item) is list else item
        if out is None:
            if new is item:
                continue
            out = items[:place]
        if type(new) is list and type(item) is dict and "t" in item:
            out += new
        else:
            out.append(new)
    return items if out is None else out


def nodes(tree: Any) -> Iterator[Node]:
    """All nodes of a tree in the order of the document, the outer ones first."""
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            kind = item.get("t")
            if kind is not None:
                yield item
            if kind not in _WORDS:
                waiting += reversed(item.values())
        elif type(item) is list:
            waiting += reversed(item)


def lists(tree: Any) -> Iterator[list[Any]]:
    """All lists of a tree that may hold nodes."""
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if type(item) is list:
            yield item
            waiting += item
        elif type(item) is dict and item.get("t") not in _WORDS:
            waiting += item.values()


def text_of(tree: Any) -> str:
    """The text of a tree, without notes.

    Example:
        >>> text_of(words("two words"))
        'two words'
    """
    pieces: list[str] = []

    def visit(item: Any) -> None:
        if isinstance(item, list):
            for inner in item:
                visit(inner)
            return
        if not isinstance(item, dict):
            return
        match item.get("t"):
            case "Str":
                pieces.append(item["c"])
            case "Space" | "SoftBreak" | "LineBreak":
                pieces.append(" ")
            case "Code" | "Math" | "CodeBlock":
                pieces.append(item["c"][1])
            case "Quoted":
                left, right = ("“", "”") if item["c"][0]["t"] == "DoubleQuote" else ("‘", "’")
                pieces.append(left)
                visit(item["c"][1])
                pieces.append(right)
            case "Note" | "RawInline" | "RawBlock":
                return
            case _:
                for value in item.values():
                    visit(value)
                if item.get("t") in {"Para", "Plain", "Header"}:
                    pieces.append(" ")

    visit(tree)
    return " ".join("".join(pieces).split())


def table_rows(table: Node) -> list[list[Any]]:
    """The rows of a table, head and foot included, each a list of cells."""
    _, _, _, head, bodies, foot = table["c"]
    groups = [head[1], *(rows for _, _, above, below in bodies for rows in (above, below)), foot[1]]
    return [cells for rows in groups for _, cells in rows]
