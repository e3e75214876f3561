"""A publication: the files of one wave and their manifest, put in place all at once or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from barometer.errors import ProjectError

MANIFEST = "manifest.json"
_STAGING = ".staging-"
_PREVIOUS = ".previous-"


@dataclass(frozen=True)
class Publication:
    """The files of one wave.

    Attributes:
        wave: The wave.
        folder: Where the files are.
        files: Their names, sorted.
        manifest: What `manifest.json` says.
    """

    wave: str
    folder: Path
    files: tuple[str, ...]
    manifest: Mapping[str, Any]


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A temporary folder that takes the place of `folder` when the block ends without an error.

    Whatever goes wrong before that (an error, an interrupt, a kill) leaves the folder as it was. What an earlier, killed run left
    beside it is removed first.

    Raises:
        ProjectError: If the folder's parent cannot be written to, or a file is in its place.
    """
    folder = folder.resolve() if folder.is_symlink() else folder
    parent = folder.parent
    if folder.exists() and not folder.is_dir():
        raise _unwritable(folder, NotADirectoryError(errno.ENOTDIR, ""))
    try:
        parent.mkdir(parents=True, exist_ok=True)
        recover(folder)
        staging = Path(tempfile.mkdtemp(prefix=f"{_STAGING}{folder.name}-{os.getpid()}-", dir=parent))
    except OSError as problem:
        raise _unwritable(parent, problem) from None
    try:
        yield staging
        # mkdtemp keeps others out; a publication is for everybody.
        staging.chmod(0o755)
        _put_in_place(staging, folder)
    except OSError as problem:
        if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC):
            raise _unwritable(folder, problem) from None
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def recover(folder: Path) -> None:
    """Brings back what a killed run had moved aside, and removes what it had not finished."""
    parent = folder.parent
    if not parent.is_dir():
        return
    previous = parent / f"{_PREVIOUS}{folder.name}"
    if previous.exists():
        if folder.exists():
            shutil.rmtree(previous, ignore_errors=True)
        else:
            previous.rename(folder)
    for left in parent.glob(f"{_STAGING}{folder.name}-*"):
        owner = left.name.removeprefix(f"{_STAGING}{folder.name}-").split("-")[0]
        if not (owner.isdigit() and _alive(int(owner))):
            shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    if process == os.getpid():
        return False  # a staging folder of ours from before is finished with
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _put_in_place(staging: Path, folder: Path) -> None:
    if not folder.exists():
        staging.rename(folder)
        return
    if _exchanged(staging, folder):
        return  # the old files are now in the staging folder, which goes
    previous = folder.parent / f"{_PREVIOUS}{folder.name}"
    folder.rename(previous)
    try:
        staging.rename(folder)
    except OSError:
        previous.rename(folder)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Swaps two folders in one step where the system can (Linux), so that no moment is without a publication."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    at_working_folder, exchange = -100, 2
    return bool(renameat2(at_working_folder, os.fsencode(one), at_working_folder, os.fsencode(other), exchange) == 0)


def _unwritable(folder: Path, problem: OSError) -> ProjectError:
    return ProjectError(
        "The publication cannot be written; the last one is untouched.",
        file=folder,
        expected="a folder that can be written to",
        got=os.strerror(problem.errno) if problem.errno else str(problem),
        hint="Check the folder's permissions and the space on the disk.",
    )


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """JSON as people and `diff` like it: indented, UTF-8, a line break at the end."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
