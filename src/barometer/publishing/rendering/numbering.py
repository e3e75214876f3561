"""Numbers of sections, figures, tables, equations and callouts, and the references to them, as Quarto 1.10 gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from barometer.errors import RenderError, did_you_mean
from barometer.publishing.rendering.settings import HINT
from barometer.publishing.rendering.source import Source
from barometer.publishing.rendering.structure import CALLOUTS
from barometer.publishing.rendering.tree import Node, Nodes, has_class, identifier, link, nodes, rewrite, span, string, text_of, words

NBSP = "\u00a0"

KINDS = {
    "fig": "Figure",
    "tbl": "Table",
    "sec": "Section",
    "eq": "Equation",
    **{prefix: kind.capitalize() for kind, prefix in CALLOUTS.items()},
}
"""The word before the number, by the prefix of an identifier."""

_REFERENCE = re.compile(r"^([A-Za-z]+)-")
_OTHER_KINDS = {"lst", "thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "sol", "rem", "alg", "dia", "vid"}


@dataclass(frozen=True)
class Label:
    """What a reference to something says."""

    word: str
    number: str

    @property
    def text(self) -> str:
        r"""Word and number, which do not part at the end of a line.

        Example:
            >>> Label("Figure", "1").text
            'Figure\xa01'
        """
        return f"{self.word}{NBSP}{self.number}"


def numbered(blocks: Nodes, meta: Mapping[str, Any], source: Source) -> Nodes:
    """Blocks with their numbers written in and their references filled in.

    Raises:
        RenderError: A reference leads nowhere, a label is used twice, or a reference is of a kind outside the subset.
    """
    labels: dict[str, Label] = {}
    found: dict[str, Nodes] = {kind: [] for kind in ("Header", "BmFloat", "BmEquation", "BmCallout")}
    for node in nodes(blocks):
        if node["t"] in found:
            found[node["t"]].append(node)
    _number_sections(found["Header"], meta, labels, source)
    _number_floats(found["BmFloat"], labels, source)
    _number_equations(found["BmEquation"], labels, source)
    _number_callouts(found["BmCallout"], labels, source)
    done: Nodes = rewrite(blocks, lambda node: _reference(node, labels, source))
    return done


def plain_title(meta: Node) -> Node:
    """Metadata in which an `@` stands for itself: a title block refers to nothing."""
    done: Node = rewrite(meta, lambda node: node["c"][1] if node["t"] == "Cite" else None)
    return done


def _keep(labels: dict[str, Label], name: str, label: Label, source: Source) -> None:
    if name in labels:
        file, where = source.find(name)
        raise RenderError(
            f"The label '{name}' is used twice.", file=file, where=where, hint="Give each figure, table and section a label of its own."
        )
    labels[name] = label


def _number_sections(headers: Nodes, meta: Mapping[str, Any], labels: dict[str, Label], source: Source) -> None:
    first = min((header["c"][0] for header in headers), default=1)
    deepest = int(meta.get("number-depth", 6))
    written = bool(meta.get("number-sections", False))
    counts = [0] * 7
    for header in headers:
        if has_class(header, "unnumbered"):
            continue
        place = header["c"][0] - first
        counts[place] += 1
        counts[place + 1 :] = [0] * (len(counts) - place - 1)
        number = ".".join(map(str, counts[: place + 1]))
        if identifier(header).startswith("sec-"):
            _keep(labels, identifier(header), Label(KINDS["sec"], number), source)
        if written and header["c"][0] <= deepest:
            header["c"][2] = [span([string(number)], "", ["header-section-number"]), {"t": "Space"}, *header["c"][2]]


def _number_floats(floats: Nodes, labels: dict[str, Label], source: Source) -> None:
    counts: dict[str, int] = {}
    seen: set[int] = set()
    for node in floats:
        if id(node) in seen:
            continue
        values = node["c"]
        parts = [inner for inner in nodes(values["content"]) if inner["t"] == "BmFloat"]
        seen.update(map(id, parts))
        label = None
        if values["id"].startswith(f"{values['kind']}-"):
            counts[values["kind"]] = counts.get(values["kind"], 0) + 1
            label = Label(KINDS[values["kind"]], str(counts[values["kind"]]))
            if values["anchor"]:
                _keep(labels, values["id"], label, source)
            values["caption"] = _prefixed(label.text + ":" if values["caption"] else label.text, values["caption"])
        for place, part in enumerate(parts):
            letter = f"({chr(ord('a') + place)})"
            part["c"]["sub"] = True
            part["c"]["caption"] = _prefixed(letter, part["c"]["caption"])
            if label is not None and part["c"]["id"]:
                _keep(labels, part["c"]["id"], Label(label.word, f"{label.number} {letter}"), source)


def _prefixed(prefix: str, caption: Nodes | None) -> Nodes:
    return (
        [span([string(prefix)], "", ["caption-label"]), {"t": "Space"}, *caption]
        if caption
        else [span([string(prefix)], "", ["caption-label"])]
    )


def _number_equations(equations: Nodes, labels: dict[str, Label], source: Source) -> None:
    for place, node in enumerate(equations, 1):
        node["c"]["number"] = str(place)
        _keep(labels, node["c"]["id"], Label(KINDS["eq"], str(place)), source)


def _number_callouts(callouts: Nodes, labels: dict[str, Label], source: Source) -> None:
    counts: dict[str, int] = {}
    for node in callouts:
        values = node["c"]
        if values["id"].startswith(f"{CALLOUTS[values['kind']]}-"):
            counts[values["kind"]] = counts.get(values["kind"], 0) + 1
            label = Label(values["kind"].capitalize(), str(counts[values["kind"]]))
            _keep(labels, values["id"], label, source)
            values["title"] = [string(label.text + ":"), {"t": "Space"}, *values["title"]] if values["given"] else [string(label.text)]


def _reference(node: Node, labels: Mapping[str, Label], source: Source) -> Nodes | None:
    if node["t"] != "Cite":
        return None
    citations, literal = node["c"]
    out: Nodes = []
    for citation in citations:
        name = citation["citationId"]
        found = _REFERENCE.match(name)
        prefix = found[1].lower() if found else ""
        if prefix not in KINDS:
            if prefix in _OTHER_KINDS or citation["citationMode"]["t"] != "AuthorInText":
                file, where = source.find(f"@{name}")
                raise RenderError(
                    f"The reference '@{name}' is of a kind outside the subset of the embedded renderer.",
                    file=file, where=where, expected="@fig-, @tbl-, @sec-, @eq- or a callout's", hint=HINT,
                )  # fmt: skip
            return list(literal)
        out += ([string(","), {"t": "Space"}] if out else []) + _one_reference(citation, name[0].lower() + name[1:], labels, source)
    return out


def _one_reference(citation: Mapping[str, Any], name: str, labels: Mapping[str, Label], source: Source) -> Nodes:
    label = labels.get(name)
    if label is None:
        file, where = source.find(f"@{citation['citationId']}")
        there = any(f"#{name}" in line.text for line in source.lines)
        raise RenderError(
            f"The reference '@{name}' leads to something that has no number." if there else f"The reference '@{name}' leads nowhere.",
            file=file, where=where, expected="a label of a figure, table, section, equation or callout of this document",
            got=f"@{name}", hint=did_you_mean(name, labels),
        )  # fmt: skip
    before = citation["citationPrefix"]
    after = citation["citationSuffix"]
    if citation["citationMode"]["t"] == "SuppressAuthor":
        text: Nodes = [string(label.number)]
    elif before:
        text = [*words(text_of(before)), string(NBSP + label.number)]
    else:
        text = [string(label.text)]
    return [link(text, f"#{name}", ["xref"]), *after]
