"""One look for every chart: typeface, colours and spacing.

Colours are those that the UK Government Analysis Function recommends for charts: they keep 3:1 contrast on white and are told apart by
colour-blind readers. Colour is never the only sign: groups differ in shape, segments carry their share.
"""

from __future__ import annotations

from typing import Any

from barometer.publishing.fonts import FAMILY

INK = "#1d2530"
MUTED = "#5b6673"
GRID = "#dde2e7"
ACCENT = "#12436d"
GROUP_COLOURS = ("#12436d", "#d1541b", "#28a197", "#801650", "#3d3d3d", "#7a5bb0")
GROUP_SHAPES = ("circle", "diamond", "square", "triangle-up", "cross", "triangle-down")

#: From most to least favourable; the middle is neutral.
FAVOURABLE = ("#12436d", "#5f9bd1")
NEUTRAL = "#c9ced4"
UNFAVOURABLE = ("#f0a06f", "#a63d0f")

#: Charts are drawn at the width of a phone and scaled up, so that their letters stay legible there.
WIDTH = 440


def config() -> dict[str, Any]:
    """The `config` of a Vega-Lite specification."""
    return {
        "font": FAMILY,
        "background": "#ffffff",
        "padding": {"left": 4, "right": 14, "top": 6, "bottom": 6},
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "color": INK,
            "fontSize": 15,
            "fontWeight": 600,
            "subtitleColor": MUTED,
            "subtitleFontSize": 12,
            "offset": 14,
            "frame": "group",
        },
        "axis": {
            "labelColor": MUTED,
            "labelFontSize": 11,
            "titleColor": MUTED,
            "titleFontSize": 11,
            "titleFontWeight": 400,
            "titleAnchor": "start",
            "gridColor": GRID,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
        },
        "legend": {
            "orient": "top",
            "title": None,
            "labelColor": INK,
            "labelFontSize": 12,
            "symbolSize": 90,
            "symbolOpacity": 1,
            "columnPadding": 14,
            "direction": "horizontal",
        },
        "text": {"color": INK, "fontSize": 12.5},
    }
