"""From one export to a publication: runs the stations in order and puts the files in place when all of them are done."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from barometer.errors import ProjectError, UsageError, did_you_mean
from barometer.project.editorial import write_editors_archive, write_editors_page
from barometer.project.freezing import certified, freeze_of, is_done, keep_done, made, workbook
from barometer.project.hashes import digest, sha256_of_files
from barometer.project.pages import documents, write_card
from barometer.project.settings import REPORTS_FOLDER
from barometer.project.worker import Worker
from barometer.publishing.archive import write_archive
from barometer.publishing.publication import MANIFEST, Publication, environment, staged, write_json
from barometer.publishing.rendering.freeze import Freeze
from barometer.validation.checkpoint import warm

if TYPE_CHECKING:
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
    stations = Stations(progress or Silent())
    kept = freeze_of(survey) if freeze else None
    with _epoch(wave), Worker() as worker, staged(survey.build_folder(wave.id)) as folder:
        if not is_done(kept, wave.id):
            worker.warm(warm)
        with stations.station("intake", "reading the export") as said:
            said.append(f"{len(wave.export)} submissions read" + "".join(f"; {note}" for note in wave.export.notes))
        with stations.station("validation", "checking every submission") as said:
            certificate = _validate(wave, worker, kept, said)
        with stations.station("estimation", "computing estimates") as said:
            said.append(f"{len(wave.published)} figures")
        with stations.station("findings", "wording findings") as said:
            _write_findings(wave, folder)
            said.append(f"{len(wave.findings)} findings")
        with stations.station("tables", "laying out tables") as said:
            tables = _write_tables(wave, folder, worker, kept)
            said.append("tables.csv, tables.parquet; the workbook is under way")
        with stations.station("report", "rendering the report") as said:
            pages = documents(wave, report, to)
            made_with = _render(wave, pages, renderer, folder, stations.progress, kept, kernel)
            write_editors_page(wave, folder)
            said.append(f"{', '.join(to)} with the {made_with} renderer" + (f"; {len(pages) - 1} pages" if len(pages) > 1 else ""))
        with stations.station("certification", "waiting for Great Expectations and the workbook") as said:
            result = certificate()
            tables()
            write_json(folder / "validation.json", result.summary)
            said.append(f"certified by {result.witness}")
        manifest = _manifest(wave, folder, made_with, to, result.witness)
        write_json(folder / MANIFEST, manifest)
        files = tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))
    keep_done(kept, wave.id)
    write_editors_archive(survey, survey.build_folder(wave.id).parent)
    write_archive(survey.build_folder(wave.id).parent)
    return Publication(wave.id, survey.build_folder(wave.id), files, manifest)


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


def _published_at(wave: Wave) -> datetime:
    return datetime.combine(wave.settings.published, datetime.min.time(), tzinfo=UTC)


@contextmanager
def _epoch(wave: Wave) -> Iterator[None]:
    """The date of publication is the only time in any file, unless whoever builds it sets another; the next wave has its own."""
    if _EPOCH in os.environ:
        yield
        return
    os.environ[_EPOCH] = str(int(_published_at(wave).timestamp()))
    try:
        yield
    finally:
        del os.environ[_EPOCH]


def _validate(wave: Wave, worker: Worker, kept: Freeze | None, said: list[str]) -> Callable[[], Any]:
    """Decides which rows count and starts to certify it; what it returns waits for the certified result."""
    from barometer.validation import gate, write_outputs

    result = wave.check
    checks = wave.survey.checks_folder(wave.id)
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
    return path.relative_to(wave.survey.folder).as_posix()


def _write_findings(wave: Wave, folder: Path) -> None:
    from barometer.findings import dump_findings

    dump_findings(wave.findings, folder / "findings.json")


def _write_tables(wave: Wave, folder: Path, worker: Worker, kept: Freeze | None) -> Callable[[], Any]:
    from barometer.publishing.dictionary import write_dictionary
    from barometer.publishing.tidy import write_tidy
    from barometer.publishing.workbook import WorkbookText, write_workbook

    survey, settings = wave.survey, wave.survey.settings
    asked = [question for question in survey.questionnaire.asked_in(wave.id) if question.kind != "text"]
    labels = {(question.id, code): label for question in asked for code, label in wave.labels(question.id).items()}
    titles = {question.id: question.short for question in asked}
    table = write_tidy(folder / "tables.csv", wave.published, titles, labels, synthetic=settings.synthetic)
    breaks = {name: settings.breaks[name] for name in survey.plan.breaks}
    write_dictionary(folder / "data-dictionary.csv", table, survey.questionnaire.asked_in(wave.id), breaks, wave.id)
    introduction = [f"{settings.title}, {wave.settings.title}. Fieldwork: {wave.settings.fieldwork.text}."]
    if settings.synthetic:
        introduction.insert(0, "All responses are synthetic: made up for a worked example.")
    text = WorkbookText(
        title=f"{settings.title}: {wave.settings.title}" + (" (synthetic responses)" if settings.synthetic else ""),
        introduction=tuple(introduction),
        about=(
            f"{len(wave.responses)} accepted responses of {settings.population.describes}.",
            f"Groups of fewer than {settings.disclosure.minimum_base} respondents are suppressed.",
            "Shares are rounded half up from counts; rows may not add up to 100.",
        ),
        contact=(settings.contact or settings.publisher,),
        created=_published_at(wave).replace(tzinfo=None),
    )
    return workbook(kept, worker, write_workbook, folder / "tables.xlsx", asked, wave.published.frame, breaks, wave.id, text)


def _render(
    wave: Wave, pages: Sequence[Document], renderer: str, folder: Path, progress: Progress, kept: Freeze | None, kernel: bool
) -> str:
    """Renders the report and the pages around it, and says with which renderer."""
    from barometer.publishing.rendering import render_documents

    rendered = render_documents(
        pages, output=folder, renderer=renderer, progress=lambda doing: progress.begin("report", doing), kernel=kernel, freeze=kept
    )
    if len(pages) > 1:
        write_card(wave, folder)
    return rendered[0].renderer


def _manifest(wave: Wave, folder: Path, renderer: str, to: Sequence[str], witness: str) -> Mapping[str, Any]:
    survey = wave.survey
    sources = [path for path in sorted((survey.folder / "reports").rglob("*")) if path.is_file() and not made(path)]
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
        "parameters": {"wave": wave.id, "to": list(to)},
        "renderer": renderer,
        "certified_by": witness,
        "rows": dict(wave.check.counts),
        "inputs": dict(wave.inputs),
        "inputs_sha256": digest(wave.inputs),
        "sources": sha256_of_files(survey.folder, sources),
        "outputs": sha256_of_files(folder, outputs),
        "environment": environment(),
    }
