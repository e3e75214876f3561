"""Where two versions of a file first differ, in the terms of its format."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from pathlib import PurePosixPath
from typing import Any

_TEXT = {".csv", ".html", ".json", ".svg", ".txt", ".toml", ".xml", ".rels", ".md"}
_ARCHIVES = {".docx", ".xlsx"}
_SHOWN = 80


def first_difference(name: str, published: bytes, anew: bytes) -> str:
    r"""Where and how a published file first differs from the one that was made anew.

    Args:
        name: Its name, which tells the format.
        published: What is in the publication.
        anew: What a new run made.

    Returns:
        The first line that differs in text, the key in JSON, the members in an archive, the row in Parquet; the first byte elsewhere.

    Example:
        >>> first_difference("a.csv", b"x,y\n1,2\n", b"x,y\n1,3\n")
        "line 2: published '1,2', made anew '1,3'"
    """
    ending = PurePosixPath(name).suffix
    try:
        if ending in _ARCHIVES:
            return _in_archive(published, anew)
        if ending == ".parquet":
            return _in_table(published, anew)
        if ending == ".json":
            return _in_json(published, anew)
        if ending in _TEXT:
            return _in_text(published.decode("utf-8"), anew.decode("utf-8"))
    except (ValueError, zipfile.BadZipFile, OSError):
        pass  # whatever it is, it is not what its name says: the bytes still tell where
    return _in_bytes(published, anew)


def _in_text(published: str, anew: str) -> str:
    lines = itertools.zip_longest(published.split("\n"), anew.split("\n"))
    number, (old, new) = next((number, pair) for number, pair in enumerate(lines, 1) if pair[0] != pair[1])
    if old is None or new is None:
        return f"line {number}: {'the publication' if old is None else 'the new run'} ends before it"
    start = next((place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))
    return f"line {number}: published {_shown(old, start)}, made anew {_shown(new, start)}"


def _shown(line: str, place: int) -> str:
    """The part of a line around a place; a page may have it all in one line."""
    start = max(0, place - _SHOWN // 4) if len(line) > _SHOWN else 0
    piece = line[start : start + _SHOWN]
    return repr(("..." if start else "") + piece + ("..." if start + _SHOWN < len(line) else ""))


def _in_json(published: bytes, anew: bytes) -> str:
    text = _in_text(published.decode("utf-8"), anew.decode("utf-8"))
    path = _path(json.loads(published), json.loads(anew))
    return f"{path}, {text}" if path else text


def _path(old: Any, new: Any, path: str = "") -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            if old.get(key) != new.get(key):
                return _path(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    if isinstance(old, list) and isinstance(new, list):
        for place, (one, other) in enumerate(zip(old, new, strict=False)):
            if one != other:
                return _path(one, other, f"{path}[{place}]")
    return path


def _in_archive(published: bytes, anew: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(published)) as old, zipfile.ZipFile(io.BytesIO(anew)) as new:
        olds, news = set(old.namelist()), set(new.namelist())
        said = [f"member {name} is missing" for name in sorted(news - olds)] + [f"member {name} is new" for name in sorted(olds - news)]
        changed = [name for name in sorted(olds & news) if old.read(name) != new.read(name)]
        said += [f"member {name}: {first_difference(name, old.read(name), new.read(name))}" for name in changed[:3]]
        said += [f"{len(changed) - 3} more members"] if len(changed) > 3 else []
    return "; ".join(said) or "the members are the same, how they are packed is not: " + _in_bytes(published, anew)


def _in_table(published: bytes, anew: bytes) -> str:
    import polars as pl

    try:
        old, new = pl.read_parquet(io.BytesIO(published)), pl.read_parquet(io.BytesIO(anew))
    except pl.exceptions.PolarsError:
        return _in_bytes(published, anew)
    if old.schema != new.schema:
        names = [name for name in dict.fromkeys([*old.columns, *new.columns]) if old.schema.get(name) != new.schema.get(name)]
        return f"columns {', '.join(names) or 'in another order'}"
    return "as CSV, " + _in_text(old.write_csv(), new.write_csv()) if not old.equals(new) else "the rows are the same, their storage is not"


def _in_bytes(published: bytes, anew: bytes) -> str:
    place = next((place for place, (one, other) in enumerate(zip(published, anew, strict=False)) if one != other), None)
    place = min(len(published), len(anew)) if place is None else place
    return f"byte {place + 1}; {len(published)} bytes published, {len(anew)} made anew"
