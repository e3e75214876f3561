"""SHA-256 of files, by their path within the project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def sha256_of_files(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """The SHA-256 (hexadecimal) of each file, keyed by its path relative to the folder with forward slashes, sorted by path."""
    hashes = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return dict(sorted(hashes.items()))
