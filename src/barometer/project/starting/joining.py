"""Puts a planned wave into a project: tried in a copy first, then all files or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from barometer.errors import BarometerError
from barometer.project.settings import PROJECT_FILE, QUESTIONNAIRE_FILE, WAVES_FOLDER
from barometer.project.starting.placing import write

if TYPE_CHECKING:
    from barometer.project.starting.adding import Addition
    from barometer.project.survey import Survey


@dataclass(frozen=True)
class Added:
    """A wave that was added.

    Attributes:
        addition: What was added.
        counts: Submissions read, accepted and quarantined.
        trouble: Why nothing can be published yet, or None.
    """

    addition: Addition
    counts: Mapping[str, int]
    trouble: str | None = None


def checked_wave(survey: Survey, addition: Addition) -> Added:
    """The wave as the project would read it, without changing the project.

    Raises:
        ProjectError: If what would be written contradicts itself or does not fit the export.
    """
    from barometer.errors import GateError
    from barometer.project.survey import open
    from barometer.validation import gate

    with _copy(survey, addition) as folder:
        try:
            wave = open(folder).wave(addition.wave)
            counts, trouble = dict(wave.check.counts), None
            try:
                gate(wave.check, file=wave.export.file)
            except GateError as problem:
                trouble = problem.what
        except BarometerError as problem:
            parts = {name: text.replace(str(folder), str(survey.folder)) for name, text in problem.parts().items()}
            hint = parts.pop("hint", None) or "Nothing was written. Look at the draft with --dry-run."
            raise type(problem)(problem.what, **parts, hint=hint) from None
    return Added(addition, counts, trouble)


def add_wave(survey: Survey, addition: Addition) -> Added:
    """Adds a wave to a project, after reading it back and checking its responses: everything is changed, or nothing.

    Raises:
        ProjectError: If what would be written contradicts itself or does not fit the export.
    """
    from barometer.publishing.publication import staged

    added = checked_wave(survey, addition)
    before = {place: (survey.folder / place).read_bytes() for place in addition.changed}
    home = f"{WAVES_FOLDER}/{addition.wave}/"
    try:
        with staged(survey.wave_folder(addition.wave)) as folder:
            write(folder, {place.removeprefix(home): content for place, content in addition.files.items()})
            # A wave without data is no contradiction, but data without a wave are: so the folder comes last.
            for place, text in addition.changed.items():
                _put(survey.folder / place, text.encode("utf-8"))
    except BaseException:
        for place, content in before.items():
            _put(survey.folder / place, content)
        raise
    return added


def _put(path: Path, content: bytes) -> None:
    """A file with new content, in one step."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    shutil.copymode(path, name)
    Path(name).replace(path)


@contextmanager
def _copy(survey: Survey, addition: Addition) -> Iterator[Path]:
    """A copy of the project's declarations with the wave added; the waves that it has are linked, not copied."""
    with tempfile.TemporaryDirectory(prefix="barometer-") as name:
        folder = Path(name).resolve()
        for part in ("data", "validation", "analysis"):
            if (survey.folder / part).is_dir():
                shutil.copytree(survey.folder / part, folder / part, ignore=shutil.ignore_patterns("waves", "__pycache__"))
        (folder / WAVES_FOLDER).mkdir(parents=True, exist_ok=True)
        for wave in survey.waves:
            (folder / WAVES_FOLDER / wave).symlink_to(survey.wave_folder(wave), target_is_directory=True)
        for place in (PROJECT_FILE, QUESTIONNAIRE_FILE):
            (folder / place).write_text(addition.changed[place], encoding="utf-8")
        write(folder, addition.files)
        yield folder
