"""From one export to a publication: runs the stations in order and puts the files in place when all of them are done."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from barometer.errors import ProjectError, UsageError, did_you_mean
from barometer.project.editorial import write_editors_archive, write_editors_page
from barometer.project.figures import FIGURES, start_figures
from barometer.project.freezing import certified, freeze_of, is_done, keep_done, keep_figures, report_sources, thaw
from barometer.project.hashes import digest, sha256_of_files
from barometer.project.pages import documents, write_card
from barometer.project.settings import REPORTS_FOLDER
from barometer.project.tabling import start_workbook, write_tables
from barometer.project.variant_reports import planned, write_variants
from barometer.project.worker import Worker, Workers, workers
from barometer.publishing.archive import write_archive
from barometer.publishing.environment import environment
from barometer.publishing.publication import MANIFEST, Publication, staged, write_json
from barometer.publishing.rendering.freeze import Freeze

if TYPE_CHECKING:
    from barometer.project.survey import Survey
    from barometer.project.wave import Wave
    from barometer.publishing.rendering import Document

FORMATS = ("html", "pdf", "docx")
MANIFEST_SCHEMA = 1
_EPOCH = "SOURCE_DATE_EPOCH"


class Progress(Protocol):
    """Told of each station as it begins and ends."""

    def begin(self, station: str, doing: str) -> None:
        """A station begins, or goes on to something else."""

    def end(self, station: str, done: str, seconds: float) -> None:
        """A station has ended."""


class Silent:
    """Tells nobody."""

    def begin(self, station: str, doing: str) -> None:
        """Nothing."""

    def end(self, station: str, done: str, seconds: float) -> None:
        """Nothing."""


class Told:
    """Tells a function what is being done, in a few words."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def begin(self, station: str, doing: str) -> None:
        """What is being done."""
        self._tell(f"{station}: {doing}")

    def end(self, station: str, done: str, seconds: float) -> None:
        """Nothing."""


@dataclass
class Stations:
    """Times the stations and tells of them."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def station(self, name: str, doing: str) -> Iterator[list[str]]:
        """One station; what is put into the list is what it has to say when it ends."""
        said: list[str] = []
        self.progress.begin(name, doing)
        started = time.perf_counter()
        yield said
        self.seconds[name] = time.perf_counter() - started
        self.progress.end(name, "; ".join(said), self.seconds[name])


def run(
    wave: Wave,
    *,
    to: Sequence[str] = FORMATS,
    renderer: str = "auto",
    progress: Progress | None = None,
    freeze: bool = True,
    kernel: bool = False,
    by: str | None = None,
    into: Path | None = None,
    beside: Workers | None = None,
) -> Publication:
    """Publishes a wave: validation, estimation, findings, tables and report into `build/<wave>/`.

    Args:
        wave: The wave.
        to: The formats of the report: any of html, pdf, docx.
        renderer: "auto" (Quarto where it is installed, else the embedded renderer), "quarto" or "embedded".
        progress: Told of each station.
        freeze: Whether results of earlier runs may be taken from `.barometer/freeze/` where nothing that they depend on has changed, and
            are kept there. The files are the same either way.
        kernel: Whether the cells of the report run in a Jupyter kernel instead of this process. The files are the same either way.
        by: A break of `barometer.toml`: beside the report of the whole, one for each of its levels that is large enough.
        into: A folder for the publication instead of `build/<wave>/`; the results of validation go beside it, and no archive is written.
        beside: Processes that several runs share; left out, this run has its own.

    Returns:
        The publication.

    Raises:
        GateError: If the data are not fit to publish (exit 1). `checks/<wave>/` says which rows and why.
        ProjectError: If a file of the project is broken, or the output cannot be written (exit 2).
        EvaluationError: If the witnesses disagree or the report cannot be rendered (exit 3).

    Whatever fails, the last publication stays as it was.
    """
    from barometer.publishing.rendering import choose_renderer

    _check_formats(to)
    choose_renderer(renderer)
    survey = wave.survey
    report = report_of(wave)
    variants = planned(wave, by) if by is not None else None
    target = into or survey.build_folder(wave.id)
    checks = into.with_name(f"{into.name}-checks") if into else survey.checks_folder(wave.id)
    stations = Stations(progress or Silent())
    kept = freeze_of(survey) if freeze else None
    with _epoch(wave), nullcontext(beside) if beside is not None else workers() as beside, staged(target) as folder:
        thaw(kept, wave)
        done = is_done(kept, wave.id)
        if not done:
            beside.warm()
        promised: list[_Promised] = []

        def before_the_report() -> None:
            promised.append(_before_the_report(wave, folder, checks, beside, kept, stations))

        if not done:
            before_the_report()
        with stations.station("report", "rendering the report") as said:
            # Figures are kept by runs that have made all pages: one to PDF alone has not looked at the methodology.
            pages = documents(wave, report, to, by, known=kept is not None and kept.has(FIGURES, wave.id))
            drawn = start_figures(wave, folder, beside.artist, kept) if len(pages) > 1 else None
            # Where all else is known already the report is the first, as it takes the longest, and the rest is done while it is written.
            made_with = _render(
                wave, pages[::-1] if done else pages, renderer, folder, stations.progress, kept, kernel, before_the_report if done else None
            )
            write_editors_page(wave, folder)
            if variants is not None:
                said.append(write_variants(variants, folder, to, renderer, kept, kernel, stations.progress))
            said.append(f"{', '.join(to)} with the {made_with} renderer" + (f"; {len(pages) - 1} pages" if len(pages) > 1 else ""))
        with stations.station("certification", "waiting for Great Expectations and the workbook") as said:
            witness = promised[0].kept(folder)
            if drawn is not None:
                drawn()
            said.append(f"certified by {witness}")
        manifest = _manifest(wave, folder, made_with, to, witness, by)
        write_json(folder / MANIFEST, manifest)
        files = tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))
        keep_figures(kept, wave)
        keep_done(kept, wave.id)
    if into is None:
        write_editors_archive(survey, target.parent)
        write_archive(target.parent)
    return Publication(wave.id, target, files, manifest)


@dataclass(frozen=True)
class _Promised:
    """What is under way in the other processes, as functions that wait for it."""

    certificate: Callable[[], Any]
    tables: Callable[[], Any]

    def kept(self, folder: Path) -> str:
        """Waits for all of it, writes `validation.json`, and names the witness."""
        result = self.certificate()
        self.tables()
        write_json(folder / "validation.json", result.summary)
        return str(result.witness)


def _before_the_report(wave: Wave, folder: Path, checks: Path, beside: Workers, kept: Freeze | None, stations: Stations) -> _Promised:
    with stations.station("intake", "reading the export") as said:
        said.append(f"{len(wave.export)} submissions read" + "".join(f"; {note}" for note in wave.export.notes))
    with stations.station("validation", "checking every submission") as said:
        certificate = _validate(wave, beside.certifier, kept, checks, said)
    with stations.station("estimation", "computing estimates") as said:
        said.append(f"{len(wave.published)} figures")
    with stations.station("findings", "wording findings") as said:
        _write_findings(wave, folder)
        said.append(f"{len(wave.findings)} findings")
    with stations.station("tables", "laying out tables") as said:
        write_tables(wave, folder)
        tables = start_workbook(wave, folder, beside.certifier, kept, published_at(wave))
        said.append("tables.csv, tables.parquet; the workbook is under way")
    return _Promised(certificate, tables)


def run_all(
    survey: Survey, *, beside: Workers | None = None, told: Callable[[Wave], Progress | None] | None = None, **options: Any
) -> Iterator[Publication]:
    """Publishes every wave with data, oldest first, with the same workers for all of them.

    Args:
        survey: The project.
        beside: The processes that all runs share; left out, they have their own.
        told: Gives for each wave whom to tell of its stations.
        options: The other arguments of `run`, the same for every wave.

    Yields:
        Each publication as soon as it is in place. The first wave that cannot be published raises what `run` raises; those before it
        stay published.
    """
    with nullcontext(beside) if beside is not None else workers() as beside:
        for id in survey.waves:
            wave = survey.wave(id)
            yield run(wave, progress=told(wave) if told is not None else None, beside=beside, **options)


def report_of(wave: Wave) -> Path:
    """The Quarto document of a wave's report: the key `report` of its `wave.toml`.

    Raises:
        ProjectError: If it does not lie in `reports/`, or there is no such document.
    """
    folder, named = wave.survey.folder, wave.settings.report
    path = folder / named
    file = wave.survey.wave_folder(wave.id) / "wave.toml"
    if path.suffix != ".qmd" or not path.resolve().is_relative_to((folder / REPORTS_FOLDER).resolve()):
        raise ProjectError(
            "The report of a wave lies among the project's reports.",
            file=file,
            where="key 'report'",
            expected=f"{REPORTS_FOLDER}/NAME.qmd",
            got=named,
        )
    if not path.is_file():
        documents = sorted(f"{REPORTS_FOLDER}/{one.name}" for one in path.parent.glob("*.qmd"))
        raise ProjectError(
            "The report of the wave does not exist.",
            file=file,
            where="key 'report'",
            expected="a Quarto document" + (f": {', '.join(documents)}" if documents else ""),
            got=named,
            hint=did_you_mean(named, documents),
        )
    return path


def _check_formats(to: Sequence[str]) -> None:
    for form in to:
        if form not in FORMATS:
            raise UsageError("There is no such format.", expected=", ".join(FORMATS), got=form, hint=did_you_mean(form, FORMATS))
    if not to:
        raise UsageError("No format is named.", expected=", ".join(FORMATS))


def published_at(wave: Wave) -> datetime:
    """The date of a wave's publication, which is the time stamp of its files."""
    return datetime.combine(wave.settings.published, datetime.min.time(), tzinfo=UTC)


@contextmanager
def _epoch(wave: Wave) -> Iterator[None]:
    """The date of publication is the only time in any file, unless whoever builds it sets another; the next wave has its own."""
    if _EPOCH in os.environ:
        yield
        return
    os.environ[_EPOCH] = str(int(published_at(wave).timestamp()))
    try:
        yield
    finally:
        del os.environ[_EPOCH]


def _validate(wave: Wave, worker: Worker, kept: Freeze | None, checks: Path, said: list[str]) -> Callable[[], Any]:
    """Decides which rows count and starts to certify it; what it returns waits for the certified result."""
    from barometer.validation import gate, write_outputs

    result = wave.check
    with staged(checks) as folder:
        write_outputs(result, folder)
    gate(result, file=wave.export.file)
    counts = result.counts
    said.append(f"{counts['accepted']} accepted")
    if counts["quarantined"]:
        said.append(f"{counts['quarantined']} quarantined, see {_shown(checks / 'quarantine.csv', wave)}")
    job = result.job()
    answer = certified(kept, worker, job)
    return lambda: result.certified_by(answer(), job)


def _shown(path: Path, wave: Wave) -> str:
    folder = wave.survey.folder
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _write_findings(wave: Wave, folder: Path) -> None:
    from barometer.findings import dump_findings

    dump_findings(wave.findings, folder / "findings.json")


def _render(
    wave: Wave,
    pages: Sequence[Document],
    renderer: str,
    folder: Path,
    progress: Progress,
    kept: Freeze | None,
    kernel: bool,
    meanwhile: Callable[[], None] | None,
) -> str:
    """Renders the report and the pages around it, does something else meanwhile, and says with which renderer."""
    from barometer.publishing.rendering import render_documents

    rendered = render_documents(
        pages,
        output=folder,
        renderer=renderer,
        progress=lambda doing: progress.begin("report", doing),
        kernel=kernel,
        freeze=kept,
        meanwhile=meanwhile,
    )
    if len(pages) > 1:
        write_card(wave, folder)
    return rendered[0].renderer


def _manifest(wave: Wave, folder: Path, renderer: str, to: Sequence[str], witness: str, by: str | None) -> Mapping[str, Any]:
    survey = wave.survey
    sources = report_sources(survey.folder)
    outputs = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "schema": MANIFEST_SCHEMA,
        "title": survey.settings.title,
        "wave": wave.id,
        "wave_title": wave.settings.title,
        "fieldwork": wave.settings.fieldwork.text,
        "publisher": survey.settings.publisher,
        "headlines": [{"id": one.id, "sentence": one.sentence(survey.settings.style)} for one in wave.headlines()],
        "synthetic": survey.settings.synthetic,
        "published": wave.settings.published.isoformat(),
        "parameters": {"wave": wave.id, "to": list(to)} | ({"by": by} if by is not None else {}),
        "renderer": renderer,
        "certified_by": witness,
        "rows": dict(wave.check.counts),
        "inputs": dict(wave.inputs),
        "inputs_sha256": digest(wave.inputs),
        "sources": sha256_of_files(survey.folder, sources),
        "outputs": sha256_of_files(folder, outputs),
        "environment": environment(),
    }
