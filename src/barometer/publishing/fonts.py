"""The typeface of every publication: where its files are, and what it is called.

Fira Sans (Mozilla Foundation and Telefonica, SIL Open Font License 1.1, no reserved font name) is brought by the distribution
`fontpkg-fira-sans` as static files, which Typst, vl-convert and browsers all read. The page carries three small subsets of it
(`rendering/assets/fonts`), so that nothing is loaded from outside; charts are drawn with three others (`charts/fonts`).
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from barometer.errors import RenderError

__all__ = ["FAMILY", "MONOSPACE", "chart_font_folders", "font_folder"]

FAMILY = "Fira Sans"
"""The family that charts, pages, PDF and Word documents name."""

MONOSPACE = "DejaVu Sans Mono"
"""The family of program listings in the PDF; Typst carries it."""

_OF_CHARTS = Path(__file__).parent / "charts" / "fonts"
#: The letters that the charts' subsets hold; `charts/fonts/README.md` says how they were made.
_SUBSET = frozenset(
    point
    for first, last in (
        *((0x20, 0x7E), (0xA0, 0x24F), (0x2C6, 0x2C6), (0x2DC, 0x2DC), (0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022)),
        *((0x2026, 0x2026), (0x2030, 0x2030), (0x2039, 0x203A), (0x20AC, 0x20AC), (0x2122, 0x2122), (0x2190, 0x2193)),
        *((0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265)),
    )
    for point in range(first, last + 1)
)

_PACKAGE = "fontpkg_fira_sans"


def font_folder() -> Path:
    """The folder that holds the TrueType files of `FAMILY`.

    Returns:
        An existing folder; give it to `typst.compile(font_paths=...)` or `vl_convert.register_font_directory`.

    Raises:
        RenderError: The font package is not installed.

    Example:
        >>> "FiraSans-Regular.ttf" in {file.name for file in font_folder().iterdir()}
        True
    """
    spec = importlib.util.find_spec(_PACKAGE)
    folder = Path(spec.origin).parent / "files" if spec is not None and spec.origin else None
    if folder is None or not folder.is_dir():
        raise RenderError(
            f"The typeface {FAMILY} is not installed.",
            expected="the package fontpkg-fira-sans",
            hint="Install survey-barometer with its dependencies, or run: pip install fontpkg-fira-sans",
        )
    return folder


def chart_font_folders(words: str) -> tuple[Path, ...]:
    """The folders with the typeface of charts that a text needs, for `vl_convert.register_font_directory`, in the order to register them.

    vl-convert opens every file of its folders for each word that it draws, so charts have small subsets of their own: a drawing takes
    half the time. The whole typeface follows only where a text has letters beyond them, such as Greek ones.

    Raises:
        RenderError: The font package is not installed, and is needed.

    Example:
        >>> [folder.name for folder in chart_font_folders("Zw\u00f6lf \u0142\u00f3d\u017a \u2013 12\u00bd")]
        ['fonts']
        >>> len(chart_font_folders("\u0391\u03b8\u03ae\u03bd\u03b1"))
        2
    """
    beyond = any(ord(letter) not in _SUBSET for letter in set(words) if not letter.isspace())
    return (_OF_CHARTS, font_folder()) if beyond else (_OF_CHARTS,)
