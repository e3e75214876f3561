"""The card that social media show beside a link to a publication: its title, its wave and its first headline."""

from __future__ import annotations

import html
import textwrap
from pathlib import Path

from barometer.publishing.bitmaps import png_of
from barometer.publishing.fonts import FAMILY

_WIDTH, _HEIGHT, _MARGIN = 1200, 630, 80
#: Sizes of the headline, largest first: pixels of type, letters in a line, lines that fit.
_SIZES = ((60, 36, 4), (50, 43, 5), (42, 51, 6), (36, 60, 7))


def card_svg(title: str, wave: str, sentence: str, *, note: str = "") -> str:
    """The card as SVG, 1200 by 630 pixels.

    Args:
        title: The barometer's title.
        wave: The wave's.
        sentence: The headline, set as large as it fits.
        note: Set apart at the foot: that responses are synthetic.

    Example:
        >>> "Half were sure." in card_svg("Barometer", "Spring 2031", "Half were sure.")
        True
    """
    size, lines = _fitted(sentence)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="{FAMILY}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/><rect width="{_WIDTH}" height="16" fill="#0b4f6c"/>',
        _text(_MARGIN, 112, 34, f"{title}: {wave}", fill="#56636f"),
    ]
    first = 150 + size + (360 - len(lines) * size * 1.25) / 2
    parts += [_text(_MARGIN, first + place * size * 1.25, size, line, weight=600) for place, line in enumerate(lines)]
    if note:
        parts.append(_text(_MARGIN, _HEIGHT - 56, 30, note, fill="#96283c", weight=600))
    return "".join([*parts, "</svg>"])


def write_card(path: Path, title: str, wave: str, sentence: str, *, note: str = "") -> None:
    """Writes the card as PNG; the same words give the same bytes."""
    path.write_bytes(png_of(card_svg(title, wave, sentence, note=note), scale=1))


def _fitted(sentence: str) -> tuple[int, list[str]]:
    for size, letters, most in _SIZES:
        lines = textwrap.wrap(sentence, letters)
        if len(lines) <= most:
            return size, lines
    size, letters, most = _SIZES[-1]
    return size, textwrap.wrap(sentence, letters, max_lines=most, placeholder=" …")


def _text(x: float, y: float, size: int, text: str, *, fill: str = "#1b2733", weight: int = 400) -> str:
    return f'<text x="{x}" y="{y:.0f}" font-size="{size}" font-weight="{weight}" fill="{fill}">{html.escape(text)}</text>'
