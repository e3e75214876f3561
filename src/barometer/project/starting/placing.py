"""Puts the files of a new project into place: all of them, or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from barometer.errors import UsageError
from barometer.publishing.publication import staged

Content = str | Path
#: What may already stand in the folder of a new project.
_WELCOME = frozenset({".git", ".DS_Store"})


def refuse_unless_empty(folder: Path) -> None:
    """Nothing, if a project may be made in a folder.

    Raises:
        UsageError: If something stands there.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError("There is a file where the project should go.", file=folder, expected="a new or empty folder", got="a file")
    there = sorted(path.name for path in folder.iterdir() if path.name not in _WELCOME) if folder.is_dir() else []
    if there:
        raise UsageError(
            "The folder is not empty.",
            file=folder,
            expected="a new or empty folder",
            got=", ".join(there[:5]) + (f" and {len(there) - 5} more" if len(there) > 5 else ""),
            hint="Nothing was written. Name another folder; a wave is added to a project with 'barometer add-wave'.",
        )


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder whose content stands in `folder` when the block ends without an error, and nowhere if it does not."""
    folder = folder.resolve()
    if not folder.exists():
        with staged(folder) as staging:
            yield staging
        return
    # Whoever stands in the folder must still stand in it afterwards, so it is filled and not exchanged.
    staging = Path(tempfile.mkdtemp(prefix=".barometer-", dir=folder))
    moved: list[Path] = []
    try:
        yield staging
        for path in sorted(staging.iterdir()):
            moved.append(path.rename(folder / path.name))
    except BaseException:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def write(folder: Path, files: Mapping[str, Content]) -> None:
    """Writes files below a folder; a path is copied, a text is written."""
    for place, content in files.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, target)
        else:
            target.write_text(content if content.endswith("\n") else content + "\n", encoding="utf-8")
