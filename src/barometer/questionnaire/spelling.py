"""How two spellings of the same label or header are recognised as one."""

from __future__ import annotations

import unicodedata

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})


def folded(text: str) -> str:
    """A text as it is compared: case, typographic quotation marks and dashes, and runs of blanks do not matter.

    Example:
        >>> folded("  Don’t   KNOW ")
        "don't know"
    """
    if text.isascii():
        # Most texts are, and thousands of headers are compared.
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHY)).casefold().split())
