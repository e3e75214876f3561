"""What readers take from a chart: pictures and figures as files, the links to them, and the table behind it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from barometer.errors import UsageError
from barometer.publishing.charts.chart import Chart
from barometer.publishing.charts.pictures import write_pictures
from barometer.publishing.numbers import NOT_AVAILABLE, SUPPRESSED, half_up
from barometer.publishing.tables import Column, Table

FIGURES = "figures"
KINDS = ("svg", "png", "csv")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*", re.IGNORECASE)
_HEADINGS = {
    "label": "Answer", "item": "Item", "option": "Answer", "group": "Group", "wave": "Wave", "per_cent": "Per cent", "mean": "Mean",
    "low": "95% interval from", "high": "to", "count": "Count", "base": "Base", "flag": "Note", "number": "Number",
    "combination": "Combination",
}  # fmt: skip


def write_figures(charts: Mapping[str, Chart], folder: Path, *, source: str = "") -> list[Path]:
    """Writes every chart as SVG, PNG and CSV into a folder, which is made if it is not there.

    Args:
        charts: By name; the name is that of the files.
        folder: Such as `build/2016-spring/figures`.
        source: See `Chart.save`.

    Returns:
        The files, in the order of the charts.

    Raises:
        UsageError: A name cannot be that of a file; nothing has been written then.
    """
    for name in charts:
        checked(name)
    folder.mkdir(parents=True, exist_ok=True)
    return [file for name, chart in charts.items() for file in save(chart, folder, name, source)]


def save(chart: Chart, folder: Path, name: str, source: str = "") -> tuple[Path, Path, Path]:
    """Writes one chart: see `Chart.save`."""
    checked(name)
    write_pictures(chart.svg, chart.alt, folder, name, source)
    write_data(chart, folder, name, source)
    picture, bitmap, figures = (folder / f"{name}.{kind}" for kind in KINDS)
    return picture, bitmap, figures


def write_data(chart: Chart, folder: Path, name: str, source: str = "") -> None:
    """Writes the figures behind a chart as `<name>.csv`."""
    data = chart.data.with_columns(pl.lit(source).alias("source")) if source else chart.data
    (folder / f"{name}.csv").write_text(data.write_csv(), encoding="utf-8", newline="")


def checked(name: str) -> str:
    """The name of a figure.

    Raises:
        UsageError: It cannot be that of a file.
    """
    if not _NAME.fullmatch(name):
        raise UsageError("A figure has a name that no file should have.", got=repr(name), expected="letters, digits, '-', '_' and '.'")
    return name


def downloads(name: str, title: str = "", *, folder: str = FIGURES) -> str:
    """The links to a figure's files as Markdown for a report: shown in HTML, left out of PDF and Word.

    Args:
        name: The name under which the chart was saved.
        title: What the figure shows, for screen readers, who meet the same three links under every figure.
        folder: Where the files are, seen from the page.

    Returns:
        Markdown, to be printed by a cell with `output: asis`, or below a figure.

    Example:
        >>> print(downloads("intentions", "Expected contracts"))
        ::: {.content-visible when-format="html"}
        <BLANKLINE>
        Download: [SVG](figures/intentions.svg){download="intentions.svg" aria-label="SVG: Expected contracts"}, \
[PNG](figures/intentions.png){download="intentions.png" aria-label="PNG: Expected contracts"}, \
[CSV](figures/intentions.csv){download="intentions.csv" aria-label="CSV: Expected contracts"}
        <BLANKLINE>
        :::
    """
    checked(name)
    named = title.replace('"', "'") or name
    links = [f'[{kind.upper()}]({folder}/{name}.{kind}){{download="{name}.{kind}" aria-label="{kind.upper()}: {named}"}}' for kind in KINDS]
    return f'::: {{.content-visible when-format="html"}}\n\nDownload: {", ".join(links)}\n\n:::'


def downloads_html(name: str, title: str = "", *, folder: str = FIGURES) -> str:
    """The same links as HTML, for pages that are not rendered from Markdown and for a figure's caption.

    Example:
        >>> downloads_html("a", "B & C").count("<a ")
        3
    """
    checked(name)
    links = ", ".join(
        f'<a href="{html.escape(folder)}/{name}.{kind}" download="{name}.{kind}" '
        f'aria-label="{kind.upper()}: {html.escape(title or name)}">{kind.upper()}</a>'
        for kind in KINDS
    )
    return f'<p class="figure-downloads">Download: {links}</p>'


def table_of(data: pl.DataFrame) -> Table:
    """A chart's data as a table: figures rounded half up, [c] where they are suppressed, [x] where there are none.

    Example:
        >>> table_of(pl.DataFrame({"label": ["A"], "per_cent": [37.5], "base": [40]})).rows
        (('A', '38', '40'),)
    """
    names = [name for name in data.columns if name != "flag"]
    columns = tuple(Column(_HEADINGS.get(name, name), "left" if data.schema[name] == pl.String else "right") for name in names)
    rows = tuple(tuple(_cell(row[name], name, row.get("flag") or "") for name in names) for row in data.iter_rows(named=True))
    flags = set(data["flag"]) if "flag" in data.columns else set()
    notes = [words for flag, words in _NOTES.items() if flag in flags]
    return Table(columns, rows, tuple(notes))


_NOTES = {
    "suppressed": f"{SUPPRESSED} suppressed to protect respondents.",
    "not asked": f"{NOT_AVAILABLE} not asked.",
    "undefined": f"{NOT_AVAILABLE} nobody answered.",
    "small base": "[low] a small base: read with care.",
}


def _cell(value: Any, name: str, flag: str) -> str:
    if value is None:
        return SUPPRESSED if flag == "suppressed" else NOT_AVAILABLE
    if isinstance(value, float):
        return half_up(value, 1 if name == "mean" else 0)
    return f"{value} [low]" if name == "base" and flag == "small base" else str(value)
