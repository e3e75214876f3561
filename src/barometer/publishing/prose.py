"""Sentences for a report, printed as they stand."""

from __future__ import annotations


class Prose(str):
    """A sentence for a report: printed as it stands, in Jupyter and inline in Quarto, which would escape a plain text."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return escaped(str(self))


def escaped(text: str) -> str:
    """A text whose characters mean themselves in Markdown."""
    for character in "\\|*_[]`<$@^~#":
        text = text.replace(character, "\\" + character)
    return text
