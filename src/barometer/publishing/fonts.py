"""The typeface of every publication: where its files are, and what it is called.

Fira Sans (Mozilla Foundation and Telefonica, SIL Open Font License 1.1, no reserved font name) is brought by the distribution
`fontpkg-fira-sans` as static files, which Typst and browsers read. The page carries three small subsets of it
(`rendering/assets/fonts`), so that nothing is loaded from outside.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from barometer.errors import RenderError

__all__ = ["FAMILY", "MONOSPACE", "font_folder"]

FAMILY = "Fira Sans"
"""The family that charts, pages, PDF and Word documents name."""

MONOSPACE = "DejaVu Sans Mono"
"""The family of program listings in the PDF; Typst carries it."""

_PACKAGE = "fontpkg_fira_sans"


def font_folder() -> Path:
    """The folder that holds the TrueType files of `FAMILY`.

    Returns:
        An existing folder; give it to `typst.compile(font_paths=...)`.

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
