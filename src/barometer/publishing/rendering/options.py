"""The options of a cell (`#| key: value`): which there are, and their types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from barometer.errors import RenderError, did_you_mean
from barometer.publishing.rendering.settings import read_yaml

KNOWN = {
    "label", "tags", "fig-cap", "fig-subcap", "tbl-cap", "tbl-subcap", "fig-alt", "echo", "output", "warning", "error", "include", "eval",
    "code-fold", "code-summary", "code-line-numbers", "fig-width", "fig-height", "out-width", "fig-align", "layout-ncol", "tbl-colwidths",
}  # fmt: skip

_BOOLEANS = {"warning", "error", "include", "eval"}


@dataclass(frozen=True)
class CellOptions:
    """What a cell says about itself; a missing option falls back on the document's."""

    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str | None:
        """The label, if it has one."""
        label = self.values.get("label")
        return None if label is None else str(label)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags; `parameters` marks the cell whose values may be given from outside."""
        tags = self.values.get("tags", [])
        return tuple(map(str, tags)) if isinstance(tags, list) else (str(tags),)

    def get(self, key: str, meta: Mapping[str, Any], default: Any = None) -> Any:
        """The cell's own value, else that of the document (under `execute` or at the top), else `default`."""
        if key in self.values:
            return self.values[key]
        execute = meta.get("execute", {})
        return execute.get(key, meta.get(key, default)) if isinstance(execute, Mapping) else default

    def texts(self, key: str) -> list[str]:
        """An option that is one text or a list of them, as a list."""
        value = self.values.get(key)
        if value is None:
            return []
        return [str(item).strip() for item in value] if isinstance(value, list) else [str(value).strip()]


def read_options(lines: list[tuple[int, str]], file: Path, head: int) -> CellOptions:
    """Read the option lines of a cell.

    Args:
        lines: Line numbers and texts, each text beginning with `#|`.
        file: The file, named in errors.
        head: The line of the cell's opening fence.

    Returns:
        The options, checked.

    Raises:
        RenderError: The YAML is broken, or an option is unknown or has the wrong type.

    Example:
        >>> read_options([(2, "#| label: fig-a"), (3, "#| echo: false")], Path("a.qmd"), 1).values
        {'label': 'fig-a', 'echo': False}
    """
    if not lines:
        return CellOptions()
    stripped = [text[2:].removeprefix(" ") for _, text in lines]
    values = read_yaml("\n".join(stripped), file, first_line=lines[0][0], what="The options of a cell")
    at = {text.split(":")[0].strip(): number for number, text in zip((number for number, _ in lines), stripped, strict=True)}
    for key, value in values.items():
        where = f"line {at.get(key, head)}, option '{key}'"
        if key not in KNOWN:
            raise RenderError(
                f"The cell option '{key}' is outside the subset of the embedded renderer.",
                file=file, where=where, expected=", ".join(sorted(KNOWN)), hint=did_you_mean(key, KNOWN),
            )  # fmt: skip
        expected = _expected(key, value)
        if expected:
            raise RenderError(
                f"The cell option '{key}' has a value of the wrong kind.", file=file, where=where, expected=expected, got=str(value)
            )
        if isinstance(value, str) and "`{python}" in value:
            raise RenderError("Inline code is not run in cell options.", file=file, where=where, got=value)
    return CellOptions(values)


def _expected(key: str, value: Any) -> str | None:
    """What would have been right, or None if the value is."""
    if key in _BOOLEANS and not isinstance(value, bool):
        return "true or false"
    if key == "echo" and value not in (True, False, "fenced"):
        return "true, false or fenced"
    if key == "output" and value not in (True, False, "asis"):
        return "true, false or asis"
    if key == "code-fold" and value not in (True, False, "show", "hide"):
        return "true, false, show or hide"
    if key == "layout-ncol" and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 6):
        return "a whole number from 1 to 6"
    if key in {"fig-width", "fig-height"} and (isinstance(value, bool) or not isinstance(value, int | float)):
        return "a number of inches"
    return None
