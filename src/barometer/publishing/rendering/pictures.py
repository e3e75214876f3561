"""Pictures of a document: where their bytes come from, how large they are, and SVG made fit to stand in a page."""

from __future__ import annotations

import mimetypes
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from barometer.errors import RenderError
from barometer.publishing.rendering.source import Source

_SVG_TAG = re.compile(r"<svg\b[^>]*>", re.DOTALL)
_SIZE = re.compile(r'\s(width|height)\s*=\s*["\']([\d.]+)(px|pt|in|cm|mm)?["\']')
_PIXELS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
_OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


PAPER = 0.8
"""On paper the pictures of cells stand at this part of their own width: their letters, large enough for a phone, are then a little smaller
than those of the text."""


@dataclass(frozen=True)
class Picture:
    """A picture that a cell gave."""

    mime: str
    data: bytes
    width: float | None = None
    """Width in pixels of CSS, where it is known better than from the bytes: a PNG drawn at twice the size of its SVG."""


@dataclass(frozen=True)
class Drawn:
    """A picture with its bytes."""

    name: str
    mime: str
    data: bytes
    width: float | None
    """Its own width in pixels of CSS, if it says so."""
    of_cell: bool = False
    """Whether a cell drew it."""

    @property
    def paper_width(self) -> float | None:
        """Its width on paper in pixels of CSS, where nobody asks for another."""
        return self.width * PAPER if self.width and self.of_cell else self.width

    @property
    def svg(self) -> str:
        """The SVG as text."""
        return self.data.decode("utf-8")


class Pictures:
    """Looks pictures up: those of cells by name, those of files beside the document."""

    def __init__(self, source: Source, of_cells: Mapping[str, Picture]) -> None:
        self._source = source
        self._of_cells = of_cells

    def get(self, values: Mapping[str, Any]) -> Drawn:
        """The picture that a `BmPicture` names.

        Raises:
            RenderError: It is a file that is not there, of a kind that cannot be shown, or on another machine.
        """
        if values["name"]:
            picture = self._of_cells[values["name"]]
            return Drawn(values["name"], picture.mime, picture.data, picture.width or own_width(picture.mime, picture.data), of_cell=True)
        src = values["src"]
        file, where = self._source.find(src)
        if _OUTSIDE.match(src) or src.startswith("data:"):
            raise RenderError(
                "A picture lies outside the document.", file=file, where=where, got=src[:200], expected="a file beside the document"
            )
        path = self._source.settings.root / src.lstrip("/") if src.startswith("/") else self._source.file.parent / src
        if not path.is_file():
            raise RenderError("A picture is missing.", file=file, where=where, got=src, hint="A picture is looked for beside the document.")
        mime = mimetypes.guess_type(path.name)[0] or ""
        if mime not in {"image/svg+xml", "image/png", "image/jpeg"}:
            raise RenderError(
                "A picture is of a kind that the page cannot show.", file=file, where=where, got=src, expected="SVG, PNG or JPEG"
            )
        data = path.read_bytes()
        return Drawn(re.sub(r"\W+", "-", Path(src).with_suffix("").as_posix()).strip("-"), mime, data, own_width(mime, data))


def own_width(mime: str, data: bytes) -> float | None:
    """The width that a picture gives for itself, in pixels of CSS; None if it gives none.

    Example:
        >>> own_width("image/svg+xml", b'<svg width="2in" height="1in"></svg>')
        192.0
    """
    if mime == "image/svg+xml":
        tag = _SVG_TAG.search(data.decode("utf-8", "replace"))
        sizes = {name: float(number) * _PIXELS[unit] for name, number, unit in _SIZE.findall(tag[0])} if tag else {}
        return sizes.get("width")
    if mime == "image/png" and data[12:16] == b"IHDR":
        return float(struct.unpack(">I", data[16:20])[0])
    return None


def svg_in_page(svg: str, prefix: str, label: str, labelled_by: str = "", width: str = "") -> str:
    """An SVG made fit to stand in an HTML page.

    Its prologue is dropped, its ids and all that points to them get a prefix, it is named for screen readers, and it may shrink with
    the page (a `viewBox` is made from width and height where there is none).

    Args:
        svg: The SVG.
        prefix: Put before every id.
        label: Alternative text.
        labelled_by: The id of the caption that describes it, where there is no alternative text.
        width: A width in CSS, instead of its own.

    Example:
        >>> svg_in_page('<svg width="9" height="9"><g id="a"/></svg>', "f-", "B")
        '<svg width="9" height="9" viewBox="0 0 9 9" role="img" aria-label="B" style="--own-width:9px"><g id="f-a"/></svg>'
    """
    import html

    start = _SVG_TAG.search(svg)
    if start is None:
        return svg
    body = svg[start.start() :]
    names = set(re.findall(r'\sid="([^"]+)"', body))
    body = re.sub(r'(\sid=")([^"]+)"', lambda found: f'{found[1]}{prefix}{found[2]}"', body)
    body = re.sub(r'(href="#)([^"]+)"', lambda found: f'{found[1]}{prefix}{found[2]}"' if found[2] in names else found[0], body)
    body = re.sub(r"url\((['\"]?)#([^)'\"]+)\1\)", lambda found: f"url(#{prefix}{found[2]})" if found[2] in names else found[0], body)
    tag = _SVG_TAG.search(body)
    opening = tag[0] if tag else ""
    new = re.sub(r'\s(?:role|aria-label|aria-labelledby|aria-roledescription)="[^"]*"', "", opening)[:-1].rstrip()
    sizes = {name: number for name, number, _ in _SIZE.findall(opening)}
    if "viewBox" not in new and {"width", "height"} <= sizes.keys():
        new += f' viewBox="0 0 {sizes["width"]} {sizes["height"]}"'
    new += ' role="img"'
    if label:
        new += f' aria-label="{html.escape(label)}"'
    elif labelled_by:
        new += f' aria-labelledby="{html.escape(labelled_by)}"'
    own = own_width("image/svg+xml", opening.encode("utf-8"))
    if width or own:
        new += f' style="width:{html.escape(width)}"' if width else f' style="--own-width:{own:g}px"'
    return new + ">" + body[len(opening) :]
