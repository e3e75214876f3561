"""How wide the columns of a table are, for formats that leave that to the document: words do not break, and long text wraps."""

from __future__ import annotations

from barometer.publishing.rendering.tree import Node, table_rows, text_of

MANY = 8
"""A table of this many columns or more is set in smaller type."""

_LONGEST = 60
_HEADING = 1.18


def has_widths(table: Node) -> bool:
    """Whether the author gave the widths."""
    return any(width["t"] != "ColWidthDefault" for _, width in table["c"][2])


def needed(table: Node, padding: float) -> tuple[list[float], list[float]]:
    """The width of each column in characters, its margins (`padding`) included: for its longest word, and for its longest cell.

    Headings are set in bold type, which takes more room; a cell of more than 60 characters wraps anyhow.
    """
    count = len(table["c"][2])
    heads = len(table["c"][3][1])
    least, wanted = [1.0] * count, [1.0] * count
    for number, row in enumerate(table_rows(table)):
        if len(row) != count:
            continue
        factor = _HEADING if number < heads else 1.0
        for place, cell in enumerate(row):
            text = text_of(cell[4])
            least[place] = max(least[place], factor * max(map(len, text.split()), default=1))
            wanted[place] = max(wanted[place], factor * min(len(text), _LONGEST))
    return [width + padding for width in least], [max(pair) + padding for pair in zip(least, wanted, strict=True)]


def with_widths(table: Node, characters: float, padding: float) -> Node:
    """A table with the widths that its text needs.

    Args:
        table: A table without widths of its own.
        characters: How many characters a line of the page holds.
        padding: What the margins of a cell take, in characters.

    Returns:
        The table with widths as shares of the line: what each column wants where there is room; else its longest word and a part of
        what is left, by length of text.
    """
    least, wanted = needed(table, padding)
    room = max(characters, sum(least))
    if sum(wanted) > room:
        left, asked = room - sum(least), sum(wanted) - sum(least)
        wanted = [word + (want - word) * left / asked for word, want in zip(least, wanted, strict=True)]
    specs = [[align, {"t": "ColWidth", "c": round(want / room, 4)}] for (align, _), want in zip(table["c"][2], wanted, strict=True)]
    return {"t": "Table", "c": [*table["c"][:2], specs, *table["c"][3:]]}
