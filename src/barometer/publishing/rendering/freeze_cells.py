"""Freezing what the cells of a document gave, and the files that were made of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from barometer.publishing.rendering.execute_outputs import Output, Ran
from barometer.publishing.rendering.freeze import Freeze, decoded, digest_of, encoded
from barometer.publishing.rendering.source import Cell, Source

_CELLS, _FILES = "cells", "file"
#: What may name a file in Markdown or HTML: a target in brackets, a definition, an attribute.
_NAMED = re.compile(r"""\]\(\s*<?([^)\s>]+)|\]:\s*<?(\S+?)>?\s|\b(?:src|href|data)\s*=\s*["']?([^"'\s>]+)""")


@dataclass(frozen=True)
class Values:
    """What running a document gave, apart from its prose."""

    outputs: Mapping[int, tuple[Output, ...]]
    inline: tuple[str, ...]
    """Markdown of the inline expressions, in order."""
    injected: Mapping[int, str]


def cells_key(source: Source, steps: Sequence[Cell | str], parameters: Mapping[str, object], without: frozenset[str]) -> Any:
    """All that the results of a document's cells depend on, beside inputs and environment: everything but the prose and the captions.

    Args:
        source: The document.
        steps: Its cells and inline expressions, in the order in which they run.
        parameters: The values that are given from outside.
        without: The MIME types that displays are not asked for.
    """
    meta = source.settings.meta
    plain = [
        step if isinstance(step, str) else [step.number, step.code, bool(step.options.get("error", meta, False)), list(step.options.tags)]
        for step in steps
    ]
    given = sorted((name, repr(value)) for name, value in parameters.items())
    return digest_of([str(source.file.parent), plain, given, sorted(without)])


def frozen_values(freeze: Freeze, key: Any) -> Values | None:
    """What was kept of a document's cells, or None."""
    kept = freeze.get(_CELLS, key)
    try:
        return None if kept is None else _thawed(kept)
    except (KeyError, TypeError, ValueError):
        return None


def keep_values(freeze: Freeze, key: Any, values: Values) -> None:
    """Keeps what a document's cells gave."""
    freeze.put(_CELLS, key, _frozen(values))


def _frozen(values: Values) -> dict[str, Any]:
    return {
        "outputs": {
            str(number): [[one.kind, one.text, {kind: _packed(data) for kind, data in one.bundle.items()}, one.alt] for one in outputs]
            for number, outputs in values.outputs.items()
        },
        "inline": list(values.inline),
        "injected": {str(number): text for number, text in values.injected.items()},
    }


def _thawed(kept: Any) -> Values:
    outputs = {
        int(number): tuple(
            Output(kind, text, {name: _unpacked(data) for name, data in bundle.items()}, alt) for kind, text, bundle, alt in outputs
        )
        for number, outputs in kept["outputs"].items()
    }
    return Values(outputs, tuple(kept["inline"]), {int(number): text for number, text in kept["injected"].items()})


def _packed(data: Any) -> Any:
    return {"bytes": encoded(data)} if isinstance(data, bytes) else {"json": data}


def _unpacked(data: Any) -> Any:
    return decoded(data["bytes"]) if "bytes" in data else data["json"]


def file_key(source: Source, ran: Ran, to: str, text: str) -> Any:
    """All that the file of one format depends on, beside inputs and environment.

    Args:
        source: The document.
        ran: What its cells gave.
        to: The format.
        text: The document as Markdown for this format: names the pictures that are files.
    """
    root, beside = source.settings.root, source.file.parent
    named = {unquote(next(filter(None, found.groups()))) for found in _NAMED.finditer(text)}
    paths = {root / name.lstrip("/") if name.startswith("/") else beside / name for name in named if len(name) < 500 and "\0" not in name}
    files = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if _is_file(path)}
    # The bar of a website takes titles from the front matter of its other pages.
    fronts = {str(path): _front(path) for path in root.glob("**/*.qmd")} if source.settings.site else {}
    outputs = digest_of(_frozen(Values(ran.outputs, (), ran.injected)))
    # Settings and parts are dataclasses, tuples and mappings all the way down: their words name all that is in them.
    return digest_of([to, repr(source.settings), repr(source.parts), files, fronts, outputs, text])


def _front(document: Path) -> str:
    """The front matter of a document, unread."""
    opening, line, rest = document.read_text(encoding="utf-8", errors="replace").partition("\n")
    return rest.partition("\n---")[0] if line and opening.rstrip() == "---" else ""


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def frozen_file(freeze: Freeze, key: Any) -> bytes | None:
    """The file that was made under this key, or None."""
    kept = freeze.get(_FILES, key)
    try:
        return None if kept is None else decoded(kept)
    except (KeyError, TypeError, ValueError):
        return None


def keep_file(freeze: Freeze, key: Any, data: bytes) -> None:
    """Keeps a file."""
    freeze.put(_FILES, key, encoded(data))
