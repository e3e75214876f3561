"""Pictures as PNG: drawn by Typst from SVG, with the typeface of publications."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from barometer.errors import RenderError
from barometer.publishing.fonts import font_folder

if TYPE_CHECKING:
    import typst

_PIXELS_AN_INCH = 96
_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.picture), format: "svg")"""


def png_of(svg: str, *, scale: float, name: str = "") -> bytes:
    """A picture as PNG on white; the same SVG gives the same bytes.

    Args:
        svg: The picture. Its text is set in Fira Sans, in the weight that it asks for; nothing outside it is loaded.
        scale: Pixels of the PNG for each pixel of the SVG's own size.
        name: What an error calls it.

    Returns:
        The PNG file.

    Raises:
        RenderError: It is no SVG that can be drawn, or the typeface is not installed.

    Example:
        >>> import struct
        >>> png = png_of('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="9" height="9"/></svg>', scale=2)
        >>> struct.unpack(">II", png[16:24])
        (60, 40)
    """
    import typst

    try:
        made = typst.compile(_PAGE, format="png", ppi=_PIXELS_AN_INCH * scale, font_paths=_fonts(), sys_inputs={"picture": svg})
    except typst.TypstError as error:
        said = str(getattr(error, "message", "") or error)
        raise RenderError("An SVG could not be drawn.", got=f"{name}: {said}" if name else said) from error
    assert isinstance(made, bytes)
    return made


@functools.cache
def _fonts() -> typst.Fonts:
    """The typeface, and what Typst carries for letters beyond it; never those of the machine, which differ."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(font_folder())])
