"""The typeface of every publication: where its files are, and what it is called.

Fira Sans (Mozilla Foundation and Telefonica, SIL Open Font License 1.1, no reserved font name) is brought by the distribution
`fontpkg-fira-sans` as static files, which Typst, vl-convert and browsers all read. The page carries three small subsets of it
(`rendering/assets/fonts`), so that nothing is loaded from outside.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from barometer.errors import RenderError

__all__ = ["CHART_FONTS", "FAMILY", "MONOSPACE", "chart_font_folder", "font_folder"]

FAMILY = "Fira Sans"
"""The family that charts, pages, PDF and Word documents name."""

MONOSPACE = "DejaVu Sans Mono"
"""The family of program listings in the PDF; Typst carries it."""

#: The weights and styles that charts use.
_OF_CHARTS = ("FiraSans-Regular.ttf", "FiraSans-SemiBold.ttf", "FiraSans-Italic.ttf")

CHART_FONTS = "BAROMETER_CHART_FONTS"
"""The variable that tells a second process where the first has put the fonts of charts."""

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


def chart_font_folder() -> Path:
    """A folder that holds the few TrueType files of `FAMILY` that charts use, for as long as the process lives.

    vl-convert looks through every file of its folders for each word that it draws: a chart takes a third less time without the others.
    A process that this one starts with `CHART_FONTS` in its environment uses the same folder, and leaves it alone.

    Raises:
        RenderError: The font package is not installed.

    Example:
        >>> sorted(file.name for file in chart_font_folder().iterdir())
        ['FiraSans-Italic.ttf', 'FiraSans-Regular.ttf', 'FiraSans-SemiBold.ttf']
    """
    given = Path(os.environ.get(CHART_FONTS, ""))
    return given if given.is_absolute() and given.is_dir() else _copied()


@cache
def _copied() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="barometer-fonts-")
    atexit.register(folder.cleanup)
    for name in _OF_CHARTS:
        shutil.copy(font_folder() / name, folder.name)
    return Path(folder.name)
