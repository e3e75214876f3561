"""Reads an SPSS system file in a process of its own.

The library that reads system files is written in C and trusts them: a damaged one can end the process that reads it. So another process
does, and leaves the cells as Arrow and the description as JSON; if it ends, the caller says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from barometer.errors import IntakeError

_CELLS, _DESCRIPTION = "cells.arrow", "description.json"
_CANNOT_BE_READ = 4
_HINT = "It may have been cut short or damaged while it was copied. Copy or export it again."


@dataclass(frozen=True)
class Described:
    """What a system file says of its variables, by name.

    `value_labels` are pairs of value and label; `missing` are pairs of lowest and highest value, or of a text twice; `sets` are
    multiple-response sets as pyreadstat gives them.
    """

    labels: dict[str, str]
    value_labels: dict[str, list[tuple[Any, str]]]
    missing: dict[str, list[tuple[Any, Any]]]
    types: dict[str, str]
    measures: dict[str, str]
    sets: dict[str, dict[str, Any]] = field(default_factory=dict)


def load(path: Path) -> tuple[pl.DataFrame, Described]:
    """The cells of a system file, values declared missing as nulls, and what it says of its variables.

    Raises:
        IntakeError: If it cannot be read, or reading it ends the process.
    """
    with tempfile.TemporaryDirectory(prefix="barometer-") as folder:
        command = [sys.executable, "-m", __name__, str(path.resolve()), folder]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode != 0:
            said = (
                done.stderr.decode(errors="replace").strip()
                if done.returncode == _CANNOT_BE_READ
                else "damage that its reader did not survive"
            )
            raise IntakeError("The SPSS file cannot be read.", file=path, got=" ".join(said.split())[:200], hint=_HINT)
        frame = pl.read_ipc((Path(folder) / _CELLS).read_bytes())
        described = Described(**json.loads((Path(folder) / _DESCRIPTION).read_text(encoding="utf-8")))
    return frame, described


def main(path: str, folder: str) -> int:
    """What the process does: 0 where both files are written, 4 where the system file cannot be read."""
    import pyreadstat

    try:
        frame: Any
        ranges: Any
        frame, read = pyreadstat.read_sav(path, output_format="polars")
        # The ranges themselves are told only where the values in them are kept.
        _, ranges = pyreadstat.read_sav(path, metadataonly=True, user_missing=True, output_format="polars")
        frame.write_ipc(Path(folder) / _CELLS)
        description = {
            "labels": {name: label for name, label in read.column_names_to_labels.items() if label},
            "value_labels": {name: list(labels.items()) for name, labels in read.variable_value_labels.items()},
            "missing": {name: [(one["lo"], one["hi"]) for one in own] for name, own in ranges.missing_ranges.items()},
            "types": read.readstat_variable_types,
            "measures": read.variable_measure,
            "sets": read.mr_sets,
        }
        (Path(folder) / _DESCRIPTION).write_text(json.dumps(description), encoding="utf-8")
    except Exception as problem:
        sys.stderr.write(str(problem) or type(problem).__name__)
        return _CANNOT_BE_READ
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
