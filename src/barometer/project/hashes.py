"""SHA-256 of files, by their path within the project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path


def sha256_of_files(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """The SHA-256 (hexadecimal) of each file, keyed by its path relative to the folder with forward slashes, sorted by path."""
    hashes = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return dict(sorted(hashes.items()))


def digest(hashes: Mapping[str, str]) -> str:
    """One SHA-256 that stands for several files: of the lines "hash  path", sorted by path."""
    lines = "".join(f"{value}  {path}\n" for path, value in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
