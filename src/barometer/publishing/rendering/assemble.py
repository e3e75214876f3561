"""From a document that has run to Markdown for one format.

What a cell gave is put into fenced divs whose classes begin with `bm-`; `nodes` turns those into figures, listings and pictures. The
Markdown and the pictures are all that the later steps know of the cells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from barometer.errors import RenderError
from barometer.publishing.rendering.execute import Output, Ran
from barometer.publishing.rendering.pictures import Picture, own_width
from barometer.publishing.rendering.source import Cell, Prose, Source

_ANSI = re.compile(r"\x1b\[[0-9;]*m")

PREFERENCES = {
    "html": ("text/html", "text/markdown", "image/svg+xml", "image/png", "text/plain"),
    "pdf": ("text/markdown", "text/html", "image/svg+xml", "image/png", "text/plain"),
    "docx": ("text/markdown", "text/html", "image/png", "image/svg+xml", "text/plain"),
}
"""The MIME types that each format takes, the one that reads best first."""


@dataclass(frozen=True)
class Assembled:
    """A document as Markdown for one format, with the pictures that it names."""

    text: str
    pictures: Mapping[str, Picture] = field(default_factory=dict)


def assemble(source: Source, ran: Ran, to: str) -> Assembled:
    """Put prose and outputs together.

    Args:
        source: The document.
        ran: What its cells gave.
        to: `html`, `pdf` or `docx`.

    Raises:
        RenderError: A display offers nothing that the format can hold.
    """
    meta = source.settings.for_format(to)
    pictures: dict[str, Picture] = {}
    pieces: list[str] = []
    for place, part in enumerate(source.parts):
        if isinstance(part, Cell):
            pieces.append(_CellWriter(part, meta, to, pictures).write(ran.outputs.get(part.number, ()), ran.injected.get(part.number)))
        elif isinstance(part, Prose):
            pieces.append(ran.prose[place])
        else:
            pieces.append(_shown("\n".join(line.text for line in part.lines)))
    return Assembled("\n".join(pieces) + "\n", pictures)


def _shown(block: str) -> str:
    """A block that is shown; one headed `{{python}}` is shown as the cell that it would be."""
    opening, _, rest = block.partition("\n")
    found = re.fullmatch(r"(`{3,})\{\{(.+)\}\}\s*", opening)
    return fenced(f"{found[1]}{{{found[2]}}}\n{rest}", "{.markdown}") if found else block


def fenced(text: str, attributes: str) -> str:
    r"""Text as a fenced block, with a fence that the text does not hold.

    Example:
        >>> fenced("x = 1", "{.python}")
        '```{.python}\nx = 1\n```'
    """
    longest = max((len(ticks) for ticks in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{attributes}\n{text}\n{fence}"


def div(content: str, classes: str, **values: object) -> str:
    r"""Markdown in a fenced div of our own, with values that `tree.value` reads.

    They are percent-encoded, as pandoc reads backslashes and entities in attributes.

    Example:
        >>> div("Text", "bm-caption", part="a b")
        '\n::: {.bm-caption part="a%20b"}\nText\n:::\n'
    """
    names = " ".join(f".{name}" for name in classes.split())
    listed = "".join(f' {key}="{quote(str(value), safe="")}"' for key, value in values.items())
    return f"\n::: {{{names}{listed}}}\n{content}\n:::\n"


class _CellWriter:
    """Writes one cell for one format."""

    def __init__(self, cell: Cell, meta: Mapping[str, Any], to: str, pictures: dict[str, Picture]) -> None:
        self._cell = cell
        self._meta = meta
        self._to = to
        self._pictures = pictures

    def _option(self, key: str, default: Any = None) -> Any:
        return self._cell.options.get(key, self._meta, default)

    def write(self, outputs: tuple[Output, ...], injected: str | None) -> str:
        """The Markdown of the cell: its listing, if it is to be shown, and its outputs."""
        if not self._option("include", True):
            return ""
        pieces = [self._listing(self._cell)]
        if injected and self._option("echo", True):
            pieces.append(self._shown(injected))
        shown = self._option("output", True)
        if shown == "asis":
            pieces += ["", *(self._as_is(output, place) for place, output in enumerate(outputs, 1)), ""]
        elif shown:
            pieces.append(self._outputs(outputs))
        return "\n".join(pieces)

    def _listing(self, cell: Cell) -> str:
        echo = self._option("echo", True)
        if not echo:
            return ""
        if echo == "fenced":
            kept = [line for line in cell.raw.split("\n") if not re.match(r"#\|\s*echo:", line)]
            return div(fenced("```{python}\n" + "\n".join(kept) + "\n```", "{.markdown}"), "bm-listing", fold="no")
        return self._shown(cell.listing) if cell.listing.strip() else ""

    def _shown(self, code: str) -> str:
        fold = {True: "closed", "hide": "closed", "show": "open"}.get(self._option("code-fold", False), "no")
        numbers = " .numberLines" if self._option("code-line-numbers", False) else ""
        return div(fenced(code, f"{{.python{numbers}}}"), "bm-listing", fold=fold, summary=self._option("code-summary", "Code"))

    def _as_is(self, output: Output, place: int) -> str:
        if output.kind == "stdout":
            return output.text
        return self._one(output, place)

    def _outputs(self, outputs: tuple[Output, ...]) -> str:
        texts = [self._one(output, place) for place, output in enumerate(outputs, 1) if output.kind != "display"]
        displays = [self._one(output, place) for place, output in enumerate(outputs, 1) if output.kind == "display"]
        kind = self._kind()
        if not displays or (kind is None and not self._option("layout-ncol")):
            return "\n".join(self._one(output, place) for place, output in enumerate(outputs, 1))
        return "\n".join([*texts, self._float(kind or "layout", displays)])

    def _kind(self) -> str | None:
        """`fig` or `tbl` for a cell whose displays stand as one numbered or captioned thing."""
        options = self._cell.options
        label = options.label or ""
        for kind in ("fig", "tbl"):
            if label.startswith(f"{kind}-") or options.texts(f"{kind}-cap"):
                return kind
        return None

    def _float(self, kind: str, displays: list[str]) -> str:
        options = self._cell.options
        captions, parts = options.texts(f"{kind}-cap"), options.texts(f"{kind}-subcap")
        alts = options.texts("fig-alt")
        pieces = [div(caption, "bm-caption") for caption in captions]
        pieces += [div(caption, "bm-subcaption") for caption in parts]
        pieces += [div(display, "bm-display") for display in displays]
        label = options.label or ""
        colwidths = options.values.get("tbl-colwidths")
        return div(
            "\n".join(pieces), "bm-float",
            kind=kind, label=label if label.startswith(f"{kind}-") else "", alt=json.dumps(alts), columns=self._option("layout-ncol") or 1,
            colwidths="" if colwidths is None else json.dumps(colwidths), place=self._cell.where,
        )  # fmt: skip

    def _one(self, output: Output, place: int) -> str:
        if output.kind == "stderr" and not self._option("warning", True):
            return ""
        if output.kind != "display":
            return div(fenced(_ANSI.sub("", output.text).rstrip("\n"), "{.bm-plain}"), "bm-text", kind=output.kind)
        mime = next((kind for kind in PREFERENCES[self._to] if kind in output.bundle), None)
        if mime is None:
            raise RenderError(
                "A display offers nothing that the format can hold.",
                file=self._cell.file, where=self._cell.where, expected=", ".join(PREFERENCES[self._to]), got=", ".join(output.bundle),
            )  # fmt: skip
        data = output.bundle[mime]
        if mime == "text/markdown":
            return f"\n{data}\n"
        if mime == "text/html":
            block = fenced(str(data).strip(), "{=html}")
            return f"\n{block}\n" if self._to == "html" else div(block, "bm-html")
        if mime == "text/plain":
            return div(fenced(str(data), "{.bm-plain}"), "bm-text", kind="display")
        return self._picture(mime, output, place)

    def _picture(self, mime: str, output: Output, place: int) -> str:
        bundle = output.bundle
        name = f"cell-{self._cell.number}-{place}"
        data, svg = bundle[mime], bundle.get("image/svg+xml")
        width = None if svg is None else own_width("image/svg+xml", str(svg).encode("utf-8"))
        self._pictures[name] = Picture(mime, data if isinstance(data, bytes) else str(data).encode("utf-8"), width)
        alts = self._cell.options.texts("fig-alt")
        shown = self._option("out-width") or (f"{self._option('fig-width')}in" if self._cell.options.values.get("fig-width") else "")
        # What the chart says of itself holds its figures; a cell's option cannot, and says what kind of chart it is.
        alt = " ".join(part for part in (alts[0] if alts else "", output.alt) if part)
        return div("", "bm-picture", name=name, alt=alt, width=shown, place=self._cell.where)
