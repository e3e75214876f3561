"""Tables written in HTML, for the formats that are not HTML: read as tables by pandoc, so that they are not lost."""

from __future__ import annotations

import json
import re
from typing import Any

from barometer.publishing.rendering.pandoc import call, read_html
from barometer.publishing.rendering.tree import Node, Nodes, is_div, nodes, rewrite

_OPENS = re.compile(r"^\s*<table\b", re.IGNORECASE)
_CLOSES = re.compile(r"</table>\s*$", re.IGNORECASE)
_STYLE = re.compile(r"<style\b.*?</style>", re.IGNORECASE | re.DOTALL)


def without_raw_html(blocks: Nodes) -> Nodes:
    """Blocks with every table of raw HTML, and everything that a display gave as HTML, as blocks of pandoc's own.

    Other raw HTML is left as it is; it was written for the page, and the other formats pass over it.
    """
    if not any(_is_html(node) or is_div(node, "bm-html") for node in nodes(blocks)):
        return blocks
    fragments: list[str] = []

    def keep(html: str) -> Node:
        fragments.append(_STYLE.sub("", html))
        return {"t": "BmHtml", "c": len(fragments) - 1}

    gathered = _gathered(blocks, keep)
    if not fragments:
        return blocks
    read = read_html(fragments)
    done: Nodes = rewrite(gathered, lambda node: read[node["c"]] if node["t"] == "BmHtml" else None)
    return done


def _gathered(item: Any, keep: Any) -> Any:
    """The tree with a `BmHtml` in the place of each fragment; a table that pandoc took apart is put together again."""
    if isinstance(item, dict):
        if is_div(item, "bm-html"):
            return keep(item["c"][1][0]["c"][1])
        return {key: _gathered(value, keep) for key, value in item.items()}
    if not isinstance(item, list):
        return item
    out: list[Any] = []
    place = 0
    while place < len(item):
        end = _end_of_table(item, place)
        if end is None:
            out.append(_gathered(item[place], keep))
            place += 1
        else:
            run = item[place : end + 1]
            out.append(keep(run[0]["c"][1] if len(run) == 1 else _as_html(run)))
            place = end + 1
    return out


def _end_of_table(blocks: list[Any], start: int) -> int | None:
    first = blocks[start]
    if not _is_html(first) or not _OPENS.match(first["c"][1]):
        return None
    return next((place for place in range(start, len(blocks)) if _is_html(blocks[place]) and _CLOSES.search(blocks[place]["c"][1])), None)


def _is_html(node: Any) -> bool:
    return isinstance(node, dict) and node.get("t") == "RawBlock" and node["c"][0] == "html"


def _as_html(blocks: Nodes) -> str:
    tree = {"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": blocks}
    return call(["--from", "json", "--to", "html"], json.dumps(tree)).decode("utf-8")
