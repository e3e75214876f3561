"""What a run keeps for the next one: results of cells, finished pages, the certificate and the workbook, in `.barometer/freeze/`.

All of it depends on every file of the project but the prose of its reports, on the toolkit and on the packages; so whoever edits a
sentence waits for that sentence alone, and whoever edits anything else waits for all of it. The folder holds nothing that is not in
`build/` or `checks/` and is no part of a publication: it is not committed, and may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from barometer.project import FREEZE_FOLDER
from barometer.project.hashes import digest, sha256_of_files
from barometer.project.settings import PROJECT_FILE
from barometer.publishing.rendering.freeze import Freeze, decoded, digest_of, encoded

if TYPE_CHECKING:
    from barometer.project.survey import Survey
    from barometer.project.wave import Wave
    from barometer.project.worker import Worker
    from barometer.validation.certifying import Certificate, Job

_CERTIFICATE, _WORKBOOK, _DONE, _FIGURES = "certificate", "workbook", "done", "published"
_MADE = ("_freeze", "_site", ".quarto", "__pycache__", ".ipynb_checkpoints")


def freeze_of(survey: Survey) -> Freeze:
    """Where results of a project are kept, for its files as they are now."""
    return Freeze(survey.folder / FREEZE_FOLDER, digest(sha256_of_files(survey.folder, _files(survey.folder))))


def _files(folder: Path) -> list[Path]:
    """Every file that a cell of a report may read: all but what was made, and the prose, which has keys of its own."""
    parts = [path for name in ("data", "validation", "analysis", "reports") for path in sorted((folder / name).rglob("*"))]
    return [folder / PROJECT_FILE, *(path for path in parts if path.is_file() and not made(path) and path.suffix != ".qmd")]


def made(path: Path) -> bool:
    """Whether a file below a project's folders was made by a renderer or by Python and is no source."""
    return any(part in _MADE or part.endswith("_files") for part in path.parts)


def report_sources(folder: Path) -> list[Path]:
    """The files of a project's reports, without what a renderer made."""
    return [path for path in sorted((folder / "reports").rglob("*")) if path.is_file() and not made(path)]


def is_done(freeze: Freeze | None, wave: str) -> bool:
    """Whether a run with these inputs has finished before, so that nobody will need the worker."""
    return freeze is not None and freeze.get(_DONE, wave) is True


def keep_done(freeze: Freeze | None, wave: str) -> None:
    """Notes that a run with these inputs has finished."""
    if freeze is not None:
        freeze.put(_DONE, wave, True)


def thaw(freeze: Freeze | None, wave: Wave) -> None:
    """Gives a wave the published figures and the findings that an earlier run with the same inputs kept, if one did."""
    from barometer.estimation import Estimates
    from barometer.findings import Findings

    kept = freeze.get(_FIGURES, wave.id) if freeze is not None else None
    if not isinstance(kept, dict):
        return
    # Both are worked out when they are first asked for, and kept there: what is there already is left.
    wave.__dict__.setdefault("published", Estimates(pl.read_ipc(io.BytesIO(decoded(kept["published"])))))
    wave.__dict__.setdefault("findings", Findings(kept["findings"], kept["withheld"]))


def keep_figures(freeze: Freeze | None, wave: Wave) -> None:
    """Keeps the published figures and the findings of a wave."""
    if freeze is None or freeze.has(_FIGURES, wave.id):
        return
    buffer = io.BytesIO()
    wave.published.frame.rechunk().write_ipc(buffer, compression="uncompressed")
    found = wave.findings
    freeze.put(
        _FIGURES,
        wave.id,
        {
            "published": encoded(buffer.getvalue()),
            "findings": found.entries(),
            "withheld": [one.model_dump(mode="json") for one in found.withheld],
        },
    )


def certified(freeze: Freeze | None, worker: Worker, job: Job) -> Callable[[], Certificate]:
    """The certificate of a job: the one that was given for the same claims about the same table, or a new one from the worker.

    Returns:
        A function that waits for the certificate.
    """
    from barometer.validation import certify
    from barometer.validation.certifying import Certificate

    if freeze is None or job.docs is not None:
        return worker.start(certify, job)
    key = digest_of([job.name, [repr(claim) for claim in (*job.rows, *job.counts)], _content(job.table), _content(job.failures)])
    kept = freeze.get(_CERTIFICATE, key)
    if kept is not None:
        known = Certificate(kept["version"], {rule: tuple(places) for rule, places in kept["positions"].items()}, dict(kept["nonzero"]))
        return lambda: known
    answer = worker.start(certify, job)

    def wait() -> Certificate:
        found: Certificate = answer()
        freeze.put(_CERTIFICATE, key, {"version": found.version, "positions": found.positions, "nonzero": found.nonzero})
        return found

    return wait


def workbook(
    freeze: Freeze | None, worker: Worker, write: Callable[..., None], path: Path, questions: Sequence[Any], frame: pl.DataFrame, *more: Any
) -> Callable[[], Any]:
    """The workbook, written by the worker, or as it was written before from the same figures.

    Args:
        freeze: Where it may have been kept.
        worker: Who writes it.
        write: `write_workbook`.
        path: The file.
        questions: The first of its arguments.
        frame: The published figures.
        more: The other arguments.

    Returns:
        A function that waits until the file is there.
    """
    if freeze is None:
        return worker.start(write, path, questions, frame, *more)
    key = digest_of([path.name, [question.model_dump_json() for question in questions], _content(frame), [repr(one) for one in more]])
    kept = freeze.get(_WORKBOOK, key)
    if kept is not None:
        path.write_bytes(decoded(kept))
        return lambda: None
    answer = worker.start(write, path, questions, frame, *more)

    def wait() -> None:
        answer()
        freeze.put(_WORKBOOK, key, encoded(path.read_bytes()))

    return wait


def _content(table: pl.DataFrame) -> str:
    """A digest of a table's names, types and values; not of how they lie in memory, which differs from run to run."""
    return hashlib.sha256(f"{table.schema}\n{table.write_ndjson()}".encode()).hexdigest()
