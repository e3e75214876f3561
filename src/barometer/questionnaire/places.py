"""Finds the line of a TOML file on which a key stands, which the parser of the standard library does not keep."""

from __future__ import annotations

import re
from itertools import zip_longest

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^[ \t]*(\[\[?)[ \t]*([A-Za-z0-9_.\-]+)[ \t]*\]\]?[ \t]*$", re.MULTILINE)
_QUOTED = re.compile(r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)


def line_of(text: str, path: Path) -> int | None:
    r"""The line of a key, or of the table nearest to it when the key itself is not written.

    Args:
        text: A valid TOML document.
        path: Keys and positions, such as `("questions", 3, "options", 0, "code")`.

    Returns:
        The line, counted from 1, or None where not even the first key is found.

    Example:
        >>> line_of('title = "T"\n[[themes]]\nid = "a"\n[[themes]]\nid = "b"', ("themes", 1, "id"))
        5
    """
    bare = _QUOTED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    at, end, done = _section(bare, path)
    found = done > 0
    for step in path[done:]:
        pattern = rf"(?<![\w.\-]){re.escape(step)}[ \t]*=" if isinstance(step, str) else r"\{"
        hits = list(re.finditer(pattern, bare[at:end]))
        if isinstance(step, str):
            if not hits:
                break
            at, found = at + hits[0].start(), True
        elif step < len(hits):
            at += hits[step].start()
    return bare.count("\n", 0, at) + 1 if found else None


def _section(bare: str, path: Path) -> tuple[int, int, int]:
    """The innermost table that holds a path: where it starts and ends, and how many steps of the path lead to it."""
    start, end, depth = 0, len(bare), 0
    headers = list(_HEADER.finditer(bare))
    if headers:
        end = headers[0].start()
    counts: dict[tuple[str, ...], int] = {}
    for header, after in zip_longest(headers, headers[1:]):
        names = tuple(header.group(2).split("."))
        if header.group(1) == "[[":
            counts = {known: count for known, count in counts.items() if known[: len(names)] != names or known == names}
            counts[names] = counts.get(names, -1) + 1
        here: list[str | int] = []
        for length, name in enumerate(names, start=1):
            here.append(name)
            if names[:length] in counts:
                here.append(counts[names[:length]])
        if len(here) > depth and tuple(here) == path[: len(here)]:
            start, end, depth = header.start(2), after.start() if after else len(bare), len(here)
    return start, end, depth
