"""Draws a chart: from its Vega-Lite specification to SVG, by vl-convert.

Importing this module imports neither Altair nor polars, so that a process that draws starts at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from barometer.publishing.fonts import FAMILY

HALO: dict[str, Any] = {"stroke": "#ffffff", "strokeWidth": 5, "strokeJoin": "round"}
"""Properties of a mark of words that asks for a white edge beneath them, so that no grid line runs through a word."""

_MEASURED = "Liberation Sans"
"""Vega measures words only to place legends. vl-convert holds this typeface, which is about as wide, in memory; any other it opens anew for
each letter, which takes as long as all the rest."""

_EDGE = ' stroke="#ffffff" stroke-width="5" stroke-linejoin="round"'
_WORDS = re.compile(r'<g class="mark-text role-mark[^>]*>(.*?)</g>', re.DOTALL)
_SPOKEN = re.compile(r' (?:aria-label|aria-roledescription|role)="[^"]*"')


def svg_of(spec: Mapping[str, Any]) -> str:
    """The picture of a specification as SVG; text stays text.

    Args:
        spec: A Vega-Lite specification with its data. Marks of words with the properties `HALO` get a white edge.

    Returns:
        The SVG, the same for the same specification.
    """
    import vl_convert

    measured = json.dumps(spec, ensure_ascii=False).replace(f'"{FAMILY}"', f'"{_MEASURED}"')
    drawn = str(vl_convert.vegalite_to_svg(measured)).replace(f'font-family="{_MEASURED}"', f'font-family="{FAMILY}"')
    return _with_halos(drawn)


def warm() -> None:
    """Draws nothing, so that the next picture need not wait for the engine to start."""
    svg_of({"data": {"values": []}, "mark": "point"})


def _with_halos(svg: str) -> str:
    """White edges beneath all words that ask for one.

    Vega draws the edge of a letter over its ink. Two marks for the same words would be measured twice, and measuring words is most of what
    drawing costs.
    """
    asking = [group for group in _WORDS.finditer(svg) if _EDGE in group[0]]
    if not asking:
        return svg
    start = asking[0].start()
    edges = "".join(_SPOKEN.sub("", group[1]) for group in asking)
    return f'{svg[:start]}<g class="halos" aria-hidden="true">{edges}</g>{svg[start:].replace(_EDGE, "")}'
