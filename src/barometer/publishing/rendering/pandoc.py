"""Calling pandoc, which `pypandoc_binary` brings."""

from __future__ import annotations

import json
import os
import subprocess
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from barometer.errors import RenderError

READER = "markdown-pandoc_title_block"
_KEPT = 2


@cache
def pandoc_path() -> str:
    """The pandoc that comes with `pypandoc_binary`.

    Raises:
        RenderError: It is not there.
    """
    import importlib.util

    spec = importlib.util.find_spec("pypandoc")
    folder = Path(spec.origin).parent / "files" if spec is not None and spec.origin else Path()
    for name in ("pandoc", "pandoc.exe"):
        if (folder / name).is_file():
            return str(folder / name)
    raise RenderError("Pandoc is not installed.", expected="the package pypandoc-binary", hint="Run: pip install pypandoc-binary")


def call(arguments: Sequence[str], given: str | bytes, *, epoch: int | None = None) -> bytes:
    """Run pandoc and give back what it writes.

    Args:
        arguments: Its options.
        given: Its standard input.
        epoch: The time that it is to take for now, in seconds since 1970.

    Raises:
        RenderError: Pandoc failed.
    """
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    if epoch is not None:
        environment["SOURCE_DATE_EPOCH"] = str(epoch)
    done = subprocess.run(
        [pandoc_path(), *arguments],
        input=given.encode("utf-8") if isinstance(given, str) else given,
        capture_output=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        raise RenderError("Pandoc could not convert the document.", got=done.stderr.decode("utf-8", "replace").strip()[:2000])
    return done.stdout


_lately: OrderedDict[str, Future[bytes]] = OrderedDict()
_one_at_a_time = Lock()


def read_markdown(text: str) -> dict[str, Any]:
    """Markdown as pandoc's tree, metadata and all; PDF and Word, which are often of the same text, read it once."""
    with _one_at_a_time:
        read = _lately.get(text)
        first = read is None
        if read is None:
            read = _lately[text] = Future()
            while len(_lately) > _KEPT:
                _lately.popitem(last=False)
    if first:
        try:
            read.set_result(call(["--from", READER, "--to", "json"], text))
        except BaseException as error:
            read.set_exception(error)
            with _one_at_a_time:
                _lately.pop(text, None)
    tree: dict[str, Any] = json.loads(read.result())
    return tree


def read_html(fragments: Sequence[str]) -> list[list[Any]]:
    """Fragments of HTML as pandoc's blocks, all in one call."""
    if not fragments:
        return []
    page = "".join(f'<div id="bm-fragment-{place}">{fragment}</div>' for place, fragment in enumerate(fragments))
    tree = json.loads(call(["--from", "html-native_divs+native_divs-native_spans", "--to", "json"], page))
    found = {block["c"][0][0]: block["c"][1] for block in tree["blocks"] if block["t"] == "Div"}
    return [found.get(f"bm-fragment-{place}", []) for place in range(len(fragments))]
