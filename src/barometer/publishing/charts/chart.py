"""A drawn chart: its picture, the words that stand for it, and the table behind it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from barometer.errors import EvaluationError
from barometer.publishing.bitmaps import png_of
from barometer.publishing.charts.canvas import Canvas, balanced, wrapped
from barometer.publishing.charts.drawing import svg_of
from barometer.publishing.charts.pictures import SHOWN_SCALE
from barometer.publishing.charts.theme import BODY, SMALL, TITLE, WIDTH, config
from barometer.publishing.tables import Table

if TYPE_CHECKING:
    import polars as pl
    from altair import TopLevelMixin


@dataclass(frozen=True)
class Chart:
    """A chart as every format of a publication needs it.

    Attributes:
        spec: The Vega-Lite specification, without anything that is drawn at random.
        alt: What the chart shows, in words: the alternative text.
        data: The figures behind it, one row a mark.

    In Jupyter and in a report it shows itself as SVG, with PNG beside it; for Word, which does not show SVG in every version, as
    PNG alone. It never gives HTML, because that would load a script from outside.
    """

    spec: dict[str, Any]
    alt: str
    data: pl.DataFrame

    @cached_property
    def svg(self) -> str:
        """The picture as SVG; text stays text."""
        return self._pictures[0]

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, at twice its size in pixels."""
        return self._pictures[1] or png_of(self.svg, scale=SHOWN_SCALE)

    @cached_property
    def _pictures(self) -> tuple[str, bytes]:
        """SVG and PNG as somebody else has drawn them, or the SVG drawn now."""
        awaited: Callable[[], tuple[str, bytes]] | None = self.__dict__.pop("_awaited", None)
        with contextlib.suppress(EvaluationError):  # the other process has ended before its time: whoever waits for its files says so
            if awaited is not None:
                return awaited()
        return svg_of(self.spec), b""

    def drawn_by(self, awaited: Callable[[], tuple[str, bytes]]) -> None:
        """Has another process draw the chart: this one waits for it only when somebody asks for a picture.

        Args:
            awaited: Waits for the SVG and the PNG, and returns them.
        """
        self.__dict__["_awaited"] = awaited

    def to_altair(self) -> TopLevelMixin:
        """The chart as one of Altair's, for those who want to change or combine it in a notebook."""
        import altair

        return altair.Chart.from_dict(self.spec)

    @cached_property
    def table(self) -> Table:
        """The figures behind it as a table, for those who read rather than look. Percentages are rounded half up."""
        from barometer.publishing.charts.files import table_of

        return table_of(self.data)

    def save(self, folder: Path, name: str, *, source: str = "") -> tuple[Path, Path, Path]:
        """Writes `<name>.svg`, `<name>.png` and `<name>.csv`, the same bytes each time.

        Args:
            folder: An existing folder.
            name: The name of the figure, without an ending.
            source: A line that travels with the files, as they will be seen alone: whose figures these are, and that they are synthetic
                where they are. It stands at the foot of the pictures and in a column `source` of the table.

        Returns:
            The three files.
        """
        from barometer.publishing.charts.files import save

        return save(self, folder, name, source)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        unwanted = set(exclude or ())
        if _for_word():
            unwanted.add("image/svg+xml")
        kinds = [kind for kind in ("image/png", "image/svg+xml") if kind not in unwanted]
        pictures = {kind: self.png if kind == "image/png" else self.svg for kind in kinds}
        return pictures, {kind: {"alt": self.alt} for kind in kinds}


def field(name: str, type: str = "quantitative", **more: Any) -> dict[str, Any]:
    """A column of a chart's rows as a channel of Vega-Lite.

    Example:
        >>> field("group", "nominal", axis=None)
        {'field': 'group', 'type': 'nominal', 'axis': None}
    """
    return {"field": name, "type": type, **more}


def layer(kind: str, encoding: Mapping[str, Any], rows: list[dict[str, Any]] | None = None, **style: Any) -> dict[str, Any]:
    """A layer of a Vega-Lite specification.

    Args:
        kind: The mark: `point`, `rule`, `text`, ...
        encoding: Its channels.
        rows: What it shows, if not the rows of the whole chart.
        style: Properties of the mark.
    """
    own = {"data": {"values": rows}} if rows is not None else {}
    return {**own, "mark": {"type": kind, **style}, "encoding": dict(encoding)}


def drawn(
    layers: list[dict[str, Any]],
    height: float,
    *,
    rows: list[dict[str, Any]] | None = None,
    title: str | None,
    subtitle: str | None,
    alt_text: str,
    data: pl.DataFrame,
) -> Chart:
    """Layers with the house's look as a `Chart`; `rows` are shown by those that have none of their own."""
    shown = {"data": {"values": rows}} if rows is not None else {}
    return Chart(_dressed({**shown, "width": WIDTH, "height": height, "layer": layers}, title, subtitle), alt_text, data)


def painted(canvas: Canvas, height: float, *, title: str, subtitle: str, alt_text: str, data: pl.DataFrame) -> Chart:
    """A canvas with the house's look as a `Chart`."""
    return Chart(_dressed(canvas.spec(height), title, subtitle), alt_text, data)


def _dressed(spec: dict[str, Any], title: str | None, subtitle: str | None) -> dict[str, Any]:
    spec["config"] = config()
    if title:
        spec["title"] = {"text": balanced(title, WIDTH, TITLE).split("\n")}
        if subtitle:
            spec["title"] |= {"subtitle": wrapped(subtitle, WIDTH, SMALL).split("\n"), "subtitlePadding": 5, "subtitleLineHeight": BODY + 3}
    return spec


def _for_word() -> bool:
    """Whether Quarto is rendering to DOCX, where it drops SVG without a word."""
    info = os.environ.get("QUARTO_EXECUTE_INFO")
    if not info or not os.path.exists(info):  # noqa: PTH110 - the variable may hold anything
        return False
    with open(info, encoding="utf-8") as file:  # noqa: PTH123
        target = json.load(file).get("format", {}).get("pandoc", {}).get("to", "")
    return str(target).startswith("docx")
