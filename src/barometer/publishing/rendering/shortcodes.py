"""Shortcodes: `meta`, `var`, `pagebreak` and `kbd`. `include` is taken by the reader of the source."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from barometer.errors import RenderError, did_you_mean
from barometer.publishing.rendering.settings import HINT, walk

KNOWN = ("include", "kbd", "meta", "pagebreak", "var")

_SHORTCODE = re.compile(r"\{\{\{<(?P<literal>.*?)>\}\}\}|\{\{<(?P<body>.*?)>\}\}")

PAGE_BREAK = "::: {.bm-pagebreak}\n:::"


def expand_shortcodes(text: str, meta: Mapping[str, Any], variables: Mapping[str, Any], file: Path, where: str) -> str:
    """Fill in the shortcodes of one line.

    Args:
        text: The line.
        meta: What `meta` looks up.
        variables: What `var` looks up.
        file: The file, named in errors.
        where: The line, named in errors.

    Returns:
        The line, values put in as the Markdown they were written in. `{{{< ... >}}}` becomes the shortcode, unfilled.

    Raises:
        RenderError: The shortcode is unknown, or its key has no value.

    Example:
        >>> expand_shortcodes("Wave {{< meta survey.wave >}}", {"survey": {"wave": 7}}, {}, Path("a.qmd"), "line 1")
        'Wave 7'
    """
    if "{{<" not in text:
        return text

    def fill(found: re.Match[str]) -> str:
        if found["literal"] is not None:
            return "{{<" + found["literal"] + ">}}"
        name, *arguments = _words(found["body"].strip(), file, where)
        match name:
            case "meta":
                return _look_up(arguments, meta, "meta", file, where)
            case "var":
                return _look_up(arguments, variables, "var", file, where)
            case "kbd" if arguments:
                return f"[{' '.join(arguments)}]{{.kbd}}"
            case "pagebreak" if text.strip() == found[0]:
                return PAGE_BREAK
        known = name in KNOWN
        raise RenderError(
            f"The shortcode '{name}' is misused." if known else f"The shortcode '{name}' is outside the subset of the embedded renderer.",
            file=file, where=where, expected="a line of its own" if name == "pagebreak" else ", ".join(KNOWN), got=found[0],
            hint=did_you_mean(name, KNOWN) or HINT,
        )  # fmt: skip

    filled = _SHORTCODE.sub(fill, text)
    if "{{<" in _SHORTCODE.sub("", text):
        raise RenderError("A shortcode is not closed on its line.", file=file, where=where, got=text.strip())
    return filled


def _words(body: str, file: Path, where: str) -> list[str]:
    try:
        words = shlex.split(body)
    except ValueError as error:
        raise RenderError("A shortcode has an open quotation mark.", file=file, where=where, got=body) from error
    if not words:
        raise RenderError("A shortcode is empty.", file=file, where=where)
    return words


def _look_up(arguments: list[str], tree: Mapping[str, Any], name: str, file: Path, where: str) -> str:
    leaves = {".".join(path): value for path, value in walk(tree)}
    key = arguments[0] if len(arguments) == 1 else " ".join(arguments)
    if key not in leaves:
        raise RenderError(
            f"The key '{key}' has no value.",
            file=file, where=where, expected="a key of _variables.yml" if name == "var" else "a key of the document or of _quarto.yml",
            got=f"{{{{< {name} {key} >}}}}", hint=did_you_mean(key, leaves),
        )  # fmt: skip
    value = leaves[key]
    return str(value).lower() if isinstance(value, bool) else str(value)
