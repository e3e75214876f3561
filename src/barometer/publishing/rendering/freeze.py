"""Results that are kept between two renderings, so that an edit of the prose runs no cell and draws no page that stayed as it was.

An entry is a JSON file: what it is, the key that it was made from, the results, and a checksum over these. It is read only if all of it
is in order; anything else is as good as nothing, and the results are made anew. Nothing in it can run: bytes are base64, and there are
no pickles. The checksum guards against damage, not against somebody who writes entries on purpose: `barometer verify` and
`barometer run --no-freeze` read none.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

SCHEMA = 1
_SUFFIX = ".json"
#: An entry of the report of one wave is about a megabyte.
_KEPT_BYTES = 200_000_000
_SETTLED = ("SOURCE_DATE_EPOCH", "QUARTO_EXECUTE_INFO")


@dataclass(frozen=True)
class Freeze:
    """A folder of frozen results.

    Attributes:
        folder: Where entries lie; made when there is something to keep.
        context: What all results depend on beside their own key: a digest of the inputs.

    Example:
        >>> freeze = Freeze(Path(tempfile.mkdtemp()), "inputs as of today")
        >>> freeze.put("sum", ["1 + 1"], 2)
        >>> freeze.get("sum", ["1 + 1"]), freeze.get("sum", ["1 + 2"])
        (2, None)
    """

    folder: Path
    context: str

    def get(self, kind: str, parts: Any) -> Any:
        """The results that were kept under a key, or None if there are none or they are damaged.

        Args:
            kind: What the results are, such as `cells`.
            parts: The key: anything that JSON can hold.
        """
        key = self._key(kind, parts)
        path = self._path(kind, key)
        try:
            entry = json.loads(path.read_bytes())
            if entry["schema"] != SCHEMA or (entry["kind"], entry["key"]) != (kind, key):
                return None
            if entry["sha256"] != _checksum(kind, key, entry["results"]):
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # what was used last is thrown away last
        return entry["results"]

    def has(self, kind: str, parts: Any) -> bool:
        """Whether results were kept under a key; `get` says whether they are whole."""
        return self._path(kind, self._key(kind, parts)).is_file()

    def put(self, kind: str, parts: Any, results: Any) -> None:
        """Keeps results under a key. What cannot be kept (no JSON, no room, no right to write) is left.

        Args:
            kind: What the results are.
            parts: The key.
            results: Anything that JSON can hold.
        """
        key = self._key(kind, parts)
        try:
            entry = {"schema": SCHEMA, "kind": kind, "key": key, "sha256": _checksum(kind, key, results), "results": results}
            text = json.dumps(entry, ensure_ascii=False)
        except (TypeError, ValueError):
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(self._path(kind, key), text)
            _make_room(self.folder)

    def _key(self, kind: str, parts: Any) -> str:
        return digest_of([SCHEMA, kind, self.context, environment_digest(), [os.environ.get(name) for name in _SETTLED], parts])

    def _path(self, kind: str, key: str) -> Path:
        return self.folder / f"{kind}-{key[:32]}{_SUFFIX}"


def digest_of(value: Any) -> str:
    """The SHA-256 of anything that JSON can hold.

    Example:
        >>> digest_of({"b": 1, "a": 2}) == digest_of({"a": 2, "b": 1})
        True
    """
    return hashlib.sha256(_canonical(value)).hexdigest()


def encoded(data: bytes) -> dict[str, str]:
    """Bytes as JSON can hold them."""
    return {"base64": base64.b64encode(data).decode("ascii")}


def decoded(value: Any) -> bytes:
    """Bytes that `encoded` wrote."""
    return base64.b64decode(value["base64"], validate=True)


@cache
def environment_digest() -> str:
    """One digest of the toolkit's own files, of Python, of the machine's kind, and of the names and versions of all packages in sight."""
    packages = sorted({name for folder in sys.path for name in _installed(folder or ".")})
    machine = [sys.version, sys.implementation.cache_tag, platform.system(), platform.machine()]
    return digest_of([machine, packages, _of_toolkit()])


def _installed(folder: str) -> Iterable[str]:
    try:
        return [name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))]  # noqa: PTH208 - names suffice
    except OSError:
        return []


def _of_toolkit() -> list[tuple[str, str]]:
    """The content of the toolkit, and not its version alone: whoever works on it would meet results of the code before."""
    root = Path(str(files("barometer")))
    paths = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in {".pyc", ".pyo"})
    return [(path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths]


def _checksum(kind: str, key: str, results: Any) -> str:
    return digest_of([kind, key, results])


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=True).encode("ascii")


def _write_whole(path: Path, text: str) -> None:
    """Writes a file all at once, so that a second run beside this one reads either nothing or everything."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _make_room(folder: Path) -> None:
    """Throws away the entries that were not used for longest, when there are too many."""
    entries = [(path.stat(), path) for path in folder.glob(f"*{_SUFFIX}")]
    size = sum(status.st_size for status, _ in entries)
    for status, path in sorted(entries, key=lambda entry: entry[0].st_mtime):
        if size <= _KEPT_BYTES:
            return
        path.unlink(missing_ok=True)
        size -= status.st_size
