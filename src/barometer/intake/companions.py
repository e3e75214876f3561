"""The files that are read besides an export."""

from __future__ import annotations

import contextlib
from pathlib import Path

from barometer.errors import IntakeError
from barometer.intake.headers import ExportSettings


def companions(path: str | Path, settings: ExportSettings, folder: str | Path | None = None) -> tuple[Path, ...]:
    """The files that are read besides an export: its mapping, its form, and the data of a Triple-S survey. Missing ones are among them."""
    path = Path(path)
    folder = path.parent if folder is None else Path(folder)
    files = [folder / name for name in (settings.mapping, settings.form) if name is not None]
    if settings.format == "triple-s" or (settings.format is None and path.suffix.casefold() in (".xml", ".sss")):
        from barometer.intake.platforms.triple_s import data_file_of

        with contextlib.suppress(IntakeError):
            files.append(data_file_of(path))
    return tuple(files)
