"""Colours are told apart by colour-blind readers and in grey, and stand out from the card on a light page and on a dark one.

Simulation: Machado, Oliveira and Fernandes 2009, IEEE Transactions on Visualization and Computer Graphics 15:1291, severity 1, in
linear RGB.
Distance: CIEDE2000 (ISO/CIE 11664-6), checked against pairs published by Sharma, Wu and Dalal 2005, Color Research and Application 30:21.
"""

from __future__ import annotations

import itertools
import re
from importlib.resources import files
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

import pytest

from barometer.publishing.charts import scales, theme
from barometer.publishing.charts.theme import SHADES, contrast, ink_on, shade

CARD = "#ffffff"
SIGHT = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
#: Two colours nearer than this are called alike at a glance; shapes and labels tell groups apart besides.
APART = 15.0
SCALE = [*theme.FAVOURABLE, theme.NEUTRAL, *theme.UNFAVOURABLE]


def linear(colour: str) -> list[float]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def seen(colour: str, sight: str) -> tuple[float, float, float]:
    """The colour in CIELAB (D65) as somebody sees it."""
    rgb = linear(colour)
    rgb = [min(max(sum(m * c for m, c in zip(row, rgb, strict=True)), 0), 1) for row in SIGHT[sight]]
    matrix = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (sum(m * c for m, c in zip(row, rgb, strict=True)) / w for row, w in zip(matrix, white, strict=True))
    x, y, z = (v ** (1 / 3) if v > (6 / 29) ** 3 else v / (3 * (6 / 29) ** 2) + 4 / 29 for v in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """CIEDE2000."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c = (hypot(a1, b1) + hypot(a2, b2)) / 2
    g = 0.5 * (1 - sqrt(mean_c**7 / (mean_c**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dl, dc, dh = l2 - l1, c2 - c1, 2 * sqrt(c1 * c2) * sin(radians(turn / 2))
    ml, mc = (l1 + l2) / 2, (c1 + c2) / 2
    mh = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    t = 1 - 0.17 * cos(radians(mh - 30)) + 0.24 * cos(radians(2 * mh))
    t += 0.32 * cos(radians(3 * mh + 6)) - 0.2 * cos(radians(4 * mh - 63))
    sl = 1 + 0.015 * (ml - 50) ** 2 / sqrt(20 + (ml - 50) ** 2)
    sc, sh = 1 + 0.045 * mc, 1 + 0.015 * mc * t
    rt = -2 * sqrt(mc**7 / (mc**7 + 25**7)) * sin(radians(60 * exp(-(((mh - 275) / 25) ** 2))))
    return sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * dc / sc * dh / sh)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((50, -1, 2), (50, 0, 0), 2.3669),
    ],
)
def test_the_distance_agrees_with_published_pairs(one, other, expected: float) -> None:
    assert distance(one, other) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(("palette", "least"), [(theme.GROUP_COLOURS, APART), (SCALE, APART - 5)], ids=["groups", "scale"])
def test_any_two_colours_are_told_apart(palette, least: float, sight: str) -> None:
    near = {
        (one, other): round(distance(seen(one, sight), seen(other, sight)), 1)
        for one, other in itertools.combinations(palette, 2)
        if distance(seen(one, sight), seen(other, sight)) < least
    }
    assert not near


@pytest.mark.parametrize("sight", SIGHT)
def test_neighbouring_shades_are_told_apart(sight: str) -> None:
    assert all(distance(seen(one, sight), seen(other, sight)) >= APART - 9 for one, other in itertools.pairwise(SHADES))


def test_the_scale_of_shades_darkens_in_grey() -> None:
    grey = [seen(colour, "full")[0] for colour in SHADES]
    assert all(one - other >= 7 for one, other in itertools.pairwise(grey))


def test_a_diverging_scale_darkens_in_grey_from_its_middle_to_both_ends() -> None:
    grey = [seen(colour, "full")[0] for colour in SCALE]
    middle = SCALE.index(theme.NEUTRAL)
    assert all(other - one >= 7 for one, other in itertools.pairwise(grey[: middle + 1]))
    assert all(one - other >= 7 for one, other in itertools.pairwise(grey[middle:]))


@pytest.mark.parametrize("colour", [*theme.GROUP_COLOURS, theme.ACCENT, theme.MUTED, theme.INK])
def test_marks_and_words_stand_out_from_the_card(colour: str) -> None:
    assert contrast(colour, CARD) >= 3
    if colour in (theme.MUTED, theme.INK):
        assert contrast(colour, CARD) >= 4.5


def test_charts_stand_on_a_white_card_in_the_dark_too() -> None:
    assert theme.config()["background"] == CARD
    css = (files("barometer.publishing.rendering") / "assets" / "report.css").read_text(encoding="utf-8")
    dark = css.split("prefers-color-scheme: dark", 1)[1]
    assert re.search(r"--card:\s*(#[0-9a-f]+)", dark)[1] == CARD


@pytest.mark.parametrize("colour", SHADES)
def test_letters_keep_their_contrast_on_every_shade(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= 4.5


def test_letters_in_segments_keep_their_contrast() -> None:
    chart = scales.scale_chart({"A": [0.2, 0.2, 0.2, 0.2, 0.2]}, list("abcde"), favourable=2)
    colours = dict(zip("abcde", SCALE, strict=True))
    inks = {row["option"]: row["ink"] for row in next(iter(rows for rows in _rows(chart.spec) if rows and "ink" in rows[0]))}
    assert len(inks) == 5
    assert min(contrast(ink, colours[option]) for option, ink in inks.items()) >= 4.5


def _rows(part):
    if isinstance(part, dict):
        yield from (value for value in part.values() if isinstance(value, list) and value and isinstance(value[0], dict))
        for value in part.values():
            yield from _rows(value)
    elif isinstance(part, list):
        for one in part:
            yield from _rows(one)


def test_shades_have_classes_of_twenty_points() -> None:
    assert [SHADES.index(shade(share)) for share in (0, 0.19999, 0.2, 0.4, 0.6, 0.8, 1)] == [0, 0, 1, 2, 3, 4, 4]
