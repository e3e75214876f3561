"""A table of a report: real header cells in HTML, Markdown for PDF and Word, and the same text in both."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from barometer.publishing.prose import escaped

Alignment = Literal["left", "right"]


@dataclass(frozen=True)
class Column:
    """One column of a table: its heading, and how its cells are aligned."""

    heading: str
    align: Alignment = "right"


@dataclass(frozen=True)
class Table:
    """A table with one header row, whose first column names its rows.

    Attributes:
        columns: The columns; the first is the row's name.
        rows: Text for every cell, as it is printed.
        notes: Short notes that stand below: bases, shorthand, sources.

    Example:
        >>> table = Table((Column("Option", "left"), Column("%")), (("Alliance contract", "55"),))
        >>> print(table._repr_markdown_())
        | Option | % |
        |:----------------|---:|
        | Alliance contract | 55 |
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise ValueError(f"row {number} has {len(row)} cells, the table {len(self.columns)} columns")

    def _repr_html_(self) -> str:
        return "\n".join(self._html())

    def _html(self) -> Iterator[str]:
        yield '<table class="figures">'
        heads = "".join(f'<th scope="col" class="{column.align}">{html.escape(column.heading)}</th>' for column in self.columns)
        yield f"<thead><tr>{heads}</tr></thead>"
        yield "<tbody>"
        for name, *cells in self.rows:
            values = "".join(
                f'<td class="{column.align}">{html.escape(cell)}</td>' for column, cell in zip(self.columns[1:], cells, strict=True)
            )
            yield f'<tr><th scope="row" class="{self.columns[0].align}">{html.escape(name)}</th>{values}</tr>'
        yield "</tbody>"
        yield "</table>"
        if self.notes:
            yield f'<p class="table-notes">{html.escape(" ".join(self.notes))}</p>'

    def _repr_markdown_(self) -> str:
        cells = [[escaped(cell) for cell in row] for row in self.rows]
        heads = [escaped(column.heading) for column in self.columns]
        # The dashes give PDF and Word their relative widths. Headings may break between words, so their longest word decides.
        words = [max(map(len, head.split()), default=0) for head in heads]
        widths = [max(4, min(34, max([word, *(len(row[place]) for row in cells)]))) for place, word in enumerate(words)]
        rules = [
            (":" + "-" * (w - 1)) if column.align == "left" else ("-" * (w - 1) + ":")
            for column, w in zip(self.columns, widths, strict=True)
        ]
        lines = [_line(heads), "|" + "|".join(rules) + "|", *(_line(row) for row in cells)]
        if self.notes:
            lines += ["", f"[{escaped(' '.join(self.notes))}]{{.table-notes}}"]
        return "\n".join(lines)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/html": self._repr_html_(), "text/markdown": self._repr_markdown_(), "text/plain": self._repr_markdown_()}


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
