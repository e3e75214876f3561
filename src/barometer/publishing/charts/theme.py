"""One look for every chart: typeface, colours and spacing.

Charts stand on a white card, on a light page as on a dark one. The first categorical colours are among those that the UK Government
Analysis Function recommends; all of them keep 3:1 contrast on white and are told apart by colour-blind readers
(`tests/publishing/test_palette.py` measures both). Colour is never the only sign: groups differ in shape, segments and cells carry their
share, what is suppressed is hatched.
"""

from __future__ import annotations

from typing import Any

from barometer.publishing.fonts import FAMILY

INK = "#1d2530"
MUTED = "#5b6673"
GRID = "#dde2e7"
ACCENT = "#12436d"
GROUP_COLOURS = ("#12436d", "#d1541b", "#28a197", "#770000", "#9977dd", "#111111")
GROUP_SHAPES = ("circle", "diamond", "square", "triangle-up", "cross", "triangle-down")

#: From most to least favourable; the middle is neutral.
FAVOURABLE = ("#12436d", "#5f9bd1")
NEUTRAL = "#c9ced4"
UNFAVOURABLE = ("#f0a06f", "#a63d0f")

#: Classes of 20 points for cells and tiles, from 0 to 100 per cent. No shade lies in the middle greys, where neither dark nor white
#: letters keep 4.5:1.
SHADES = ("#eef4fa", "#c6daec", "#8fb8dc", "#2f6ca3", "#12436d")
SHADE_STEP = 20

#: The picture's inner width in pixels. On a phone the whole picture is shown 358 pixels wide, four fifths of its size.
WIDTH = 440
#: Sizes of letters: the smallest is 11 pixels high on that phone.
SMALL = 14.0
BODY = 15.0
TITLE = 17.0
#: The width of an average letter of the typeface, in parts of its size.
LETTER = 0.5
_PADDING = {"left": 2, "right": 4, "top": 6, "bottom": 6}


def shade(proportion: float) -> str:
    """The shade of a share (0 to 1) in cells and tiles.

    Example:
        >>> shade(0.05) == SHADES[0], shade(1.0) == SHADES[-1]
        (True, True)
    """
    # Rounded first: 0.6 * 100 / 20 is a hair below 3 in binary.
    return SHADES[min(int(round(proportion * 100, 9) // SHADE_STEP), len(SHADES) - 1)]


def ink_on(colour: str) -> str:
    """The colour of letters on a colour: the one of dark and white with the better contrast.

    Example:
        >>> ink_on("#eef4fa") == INK, ink_on("#12436d")
        (True, '#ffffff')
    """
    return max((INK, "#ffffff"), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (Web Content Accessibility Guidelines 2.2, "contrast ratio").

    Example:
        >>> contrast("#000000", "#ffffff")
        21.0
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def config() -> dict[str, Any]:
    """The `config` of a Vega-Lite specification."""
    return {
        "font": FAMILY,
        "background": "#ffffff",
        "padding": _PADDING,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "color": INK,
            "fontSize": TITLE,
            "fontWeight": 600,
            "subtitleColor": MUTED,
            "subtitleFontSize": SMALL,
            "offset": 14,
            "frame": "group",
        },
        "axis": {
            "labelColor": MUTED,
            "labelFontSize": SMALL,
            "titleColor": MUTED,
            "titleFontSize": SMALL,
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
            "labelFontSize": SMALL,
            "symbolSize": 90,
            "symbolOpacity": 1,
            "columnPadding": 14,
            "direction": "horizontal",
        },
        "text": {"color": INK, "fontSize": SMALL},
    }
