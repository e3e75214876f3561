"""Pictures as files that are seen without their page: they say what they show and whose they are, and bring their typeface.

Importing this module imports neither Altair nor polars, so that a process that draws starts at once.
"""

from __future__ import annotations

import base64
import functools
import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from barometer.publishing.bitmaps import png_of
from barometer.publishing.charts.canvas import wrapped
from barometer.publishing.charts.drawing import svg_of
from barometer.publishing.charts.theme import MUTED, SMALL
from barometer.publishing.fonts import FAMILY

#: Pixels of a bitmap for each of its picture: in a page, and in a file of its own, which may be printed large.
SHOWN_SCALE, FILE_SCALE = 2, 2.5
_SIZE = re.compile(r'^<svg\b[^>]*?\swidth="([\d.]+)" height="([\d.]+)" viewBox="0 0 ([\d.]+) ([\d.]+)"')
_LINE = 18


def draw(spec: Mapping[str, Any], alt: str, folder: Path, name: str, source: str) -> tuple[str, bytes]:
    """Draws a chart and writes `<name>.svg` and `<name>.png`.

    Returns:
        The picture for a page, as SVG and as PNG.
    """
    svg = svg_of(spec)
    write_pictures(svg, alt, folder, name, source)
    return svg, png_of(svg, scale=SHOWN_SCALE)


def write_pictures(svg: str, alt: str, folder: Path, name: str, source: str) -> None:
    """Writes `<name>.svg` and `<name>.png` into a folder.

    Args:
        svg: The picture.
        alt: What it shows.
        folder: An existing folder.
        name: The name of the files.
        source: The line at its foot; none, if it is empty.
    """
    alone = _alone(svg, alt, source)
    (folder / f"{name}.svg").write_text(_with_typeface(alone), encoding="utf-8", newline="")
    (folder / f"{name}.png").write_bytes(png_of(alone, scale=FILE_SCALE))


def _alone(svg: str, alt: str, source: str) -> str:
    """A picture that is seen without its page: it says to screen readers what it shows, and at its foot whose it is."""
    size = _SIZE.match(svg)
    if size is None:
        raise ValueError("the converter drew a picture without a size")
    width, height = float(size[3]), float(size[4])
    lines = wrapped(source, width - 4).split("\n") if source else []
    tall = height + (_LINE * len(lines) + 6 if lines else 0)
    opening = f'<svg role="img" aria-label="{html.escape(alt)}"' + size[0].removeprefix("<svg")
    opening = opening.replace(
        f'height="{size[2]}" viewBox="0 0 {size[3]} {size[4]}"', f'height="{tall:g}" viewBox="0 0 {width:g} {tall:g}"'
    )
    body = svg[size.end() :]
    if not lines:
        return opening + body
    below = f'<rect y="{height:g}" width="{width:g}" height="{tall - height:g}" fill="#ffffff"/>'
    for number, line in enumerate(lines):
        y = height + _LINE * number + SMALL
        below += f'<text x="2" y="{y:g}" font-family="{FAMILY}" font-size="{SMALL:g}px" fill="{MUTED}">{html.escape(line)}</text>'
    return opening + body.removesuffix("</svg>") + below + "</svg>"


def _with_typeface(svg: str) -> str:
    """The picture with the letters that it needs, as it will be opened on machines without them."""
    end = svg.index(">") + 1
    return f"{svg[:end]}<style>{_typeface()}</style>{svg[end:]}"


@functools.cache
def _typeface() -> str:
    faces = []
    for file, weight in (("FiraSans-Regular.woff2", 400), ("FiraSans-SemiBold.woff2", 600)):
        data = (Path(__file__).parent.parent / "rendering" / "assets" / "fonts" / file).read_bytes()
        source = f"url(data:font/woff2;base64,{base64.b64encode(data).decode('ascii')})"
        faces.append(f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};src:{source} format('woff2')}}")
    return "".join(faces)
