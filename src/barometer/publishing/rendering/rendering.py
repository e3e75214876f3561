"""`render`: one document to HTML, PDF and DOCX; `render_documents`: those of one publication."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from barometer.errors import RenderError, UsageError, did_you_mean
from barometer.publishing.rendering.assemble import Assembled, assemble
from barometer.publishing.rendering.execute import Ran, run
from barometer.publishing.rendering.execute_outputs import escaped
from barometer.publishing.rendering.freeze import Freeze
from barometer.publishing.rendering.freeze_cells import file_key, frozen_file, keep_file
from barometer.publishing.rendering.numbering import numbered, plain_title
from barometer.publishing.rendering.pandoc import read_markdown
from barometer.publishing.rendering.pictures import Pictures
from barometer.publishing.rendering.quarto import QuartoProgram, find_quarto, render_with_quarto
from barometer.publishing.rendering.rawhtml import without_raw_html
from barometer.publishing.rendering.settings import FORMATS, looks_ignored
from barometer.publishing.rendering.site import linked, site_parts
from barometer.publishing.rendering.source import Source, read_source
from barometer.publishing.rendering.structure import structured
from barometer.publishing.rendering.title import as_front_matter, fixed_time, title_block

Progress = Callable[[str], None]

_LONGEST_FIRST = ("pdf", "html", "docx")
"""So that a short one is written beside the long one, and not after it."""


@dataclass(frozen=True)
class Document:
    """One document to render.

    Attributes:
        source: The .qmd: jupyter engine, cells in Python.
        stem: The name of its files.
        to: Which of `html`, `pdf` and `docx`.
        parameters: Values for the names that the cell tagged `parameters` sets.
        metadata: Keys over those of the document and its project.
    """

    source: Path
    stem: str = "report"
    to: tuple[str, ...] = FORMATS
    parameters: Mapping[str, object] = field(default_factory=dict)
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Rendering:
    """What `render` made."""

    files: dict[str, Path]
    """The file of each format."""
    renderer: str
    """`embedded`, or `quarto` and its version."""
    seconds: dict[str, float]
    """Wall-clock time of the cells and of each format, in seconds."""
    notes: tuple[str, ...] = field(default=())
    """What an editor should know: keys of looks that the embedded renderer leaves aside."""


def choose_renderer(wanted: str = "auto") -> QuartoProgram | None:
    """Find the renderer.

    Args:
        wanted: `quarto`; `embedded`; or `auto`, which is Quarto where it is on the PATH in version 1.6 or newer.

    Returns:
        The Quarto program, or None for the embedded renderer.

    Raises:
        UsageError: There is no such renderer.
        RenderError: Quarto is asked for, and it is absent or older than 1.6.

    Example:
        >>> choose_renderer("embedded") is None
        True
    """
    if wanted not in {"auto", "quarto", "embedded"}:
        raise UsageError(
            "There is no such renderer.",
            expected="auto, quarto or embedded",
            got=wanted,
            hint=did_you_mean(wanted, ["auto", "quarto", "embedded"]),
        )
    if wanted == "embedded":
        return None
    return find_quarto(required=wanted == "quarto")


def render(
    source: Path,
    *,
    to: Sequence[str] = FORMATS,
    output: Path,
    stem: str = "report",
    parameters: Mapping[str, object] | None = None,
    renderer: str = "auto",
    metadata: Mapping[str, object] | None = None,
    progress: Progress | None = None,
    kernel: bool = False,
    freeze: Freeze | None = None,
) -> Rendering:
    r"""Render a Quarto document.

    Args:
        source: The .qmd: jupyter engine, cells in Python.
        to: Which of `html`, `pdf` and `docx`.
        output: An existing folder; the files are `stem` with the ending of the format. If anything fails, nothing is left there and
            what was there before stays.
        stem: The name of the files.
        parameters: Values for the names that the cell tagged `parameters` sets.
        renderer: `auto`, `quarto` or `embedded`; see `choose_renderer`.
        metadata: Keys over those of the document and its project.
        progress: Told in a few words what is being done.
        kernel: Whether cells run in a Jupyter kernel instead of this process; Quarto always does so.
        freeze: Where results are kept and found again; none, everything is made anew. Quarto keeps its own.

    Returns:
        The files, which renderer made them, and how long it took.

    Raises:
        UsageError: A format or renderer is unknown, or `output` is not a folder that can be written to.
        RenderError: The document cannot be read, run or rendered; the error names file and line.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "a.qmd").write_text("---\ntitle: A\n---\n\nTwo and two are `{python} 2 + 2`.\n")
        >>> render(folder / "a.qmd", to=["html"], output=folder, renderer="embedded").files["html"].name
        'report.html'
    """
    document = Document(Path(source), stem, tuple(to), parameters or {}, metadata or {})
    return render_documents([document], output=output, renderer=renderer, progress=progress, kernel=kernel, freeze=freeze)[0]


def render_documents(
    documents: Sequence[Document],
    *,
    output: Path,
    renderer: str = "auto",
    progress: Progress | None = None,
    kernel: bool = False,
    freeze: Freeze | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> tuple[Rendering, ...]:
    """Render the documents of one publication: while the cells of one run, the pages of those before are written.

    Args:
        documents: What to render, in this order; no two files may have the same name.
        output: An existing folder. If anything fails, nothing is left there and what was there before stays.
        renderer: `auto`, `quarto` or `embedded`; see `choose_renderer`.
        progress: Told in a few words what is being done.
        kernel: Whether cells run in a Jupyter kernel instead of this process.
        freeze: Where results are kept and found again.
        meanwhile: What there is to do while the embedded renderer writes pages; if it fails, so does the rendering.

    Returns:
        What was made of each document, in the same order.

    Raises:
        UsageError: A format or renderer is unknown, or `output` is not a folder that can be written to.
        RenderError: A document cannot be read, run or rendered; the error names file and line.
    """
    for document in documents:
        _check_formats(document.to)
    _check_output(output)
    program = choose_renderer(renderer)
    tell = progress or (lambda _: None)
    name = "embedded" if program is None else f"quarto {program.version}"
    with tempfile.TemporaryDirectory(prefix=".rendering-", dir=output.resolve()) as folder:
        made = [Path(folder) / str(number) for number in range(len(documents))]
        for one in made:
            one.mkdir()
        if program is None:
            rendered = _render_embedded(documents, made, tell, kernel, freeze, meanwhile)
        else:
            if meanwhile is not None:
                meanwhile()
            rendered = [(_with_quarto(program, *pair, tell), ()) for pair in zip(documents, made, strict=True)]
        finished = []
        for document, one, (seconds, notes) in zip(documents, made, rendered, strict=True):
            files = {form: output / f"{document.stem}.{form}" for form in document.to}
            for form, file in files.items():
                shutil.move(one / f"report.{form}", file)
            finished.append(Rendering(files, name, seconds, notes))
    return tuple(finished)


def _with_quarto(program: QuartoProgram, document: Document, folder: Path, tell: Progress) -> dict[str, float]:
    metadata = {key: value for key, value in document.metadata.items() if key != "website"}  # Quarto reads it in _quarto.yml alone
    return render_with_quarto(program, document.source, document.to, folder, document.parameters, metadata, tell)


def _check_formats(to: Sequence[str]) -> None:
    for form in to:
        if form not in FORMATS:
            raise UsageError("There is no such format.", expected=", ".join(FORMATS), got=str(form), hint=did_you_mean(str(form), FORMATS))
    if not to or len(set(to)) != len(to):
        raise UsageError("Name each format once.", expected=", ".join(FORMATS), got=", ".join(to) or "none")


def _check_output(output: Path) -> None:
    if not output.is_dir():
        raise UsageError("The folder for the output is not there.", file=output, hint="Make it first.")
    if not os.access(output, os.W_OK | os.X_OK):
        raise UsageError("The folder for the output cannot be written to.", file=output)


def _render_embedded(
    documents: Sequence[Document],
    folders: Sequence[Path],
    tell: Progress,
    kernel: bool,
    freeze: Freeze | None,
    meanwhile: Callable[[], None] | None,
) -> list[tuple[dict[str, float], tuple[str, ...]]]:
    ready: list[tuple[Source, dict[str, float], dict[str, Future[float]]]] = []
    with ThreadPoolExecutor(max_workers=min(len(FORMATS), os.cpu_count() or 1)) as pool:
        try:
            for document, folder in zip(documents, folders, strict=True):
                source = _named(read_source(document.source, document.metadata), document.stem)
                started = time.perf_counter()
                without = frozenset() if "docx" in document.to else frozenset({"image/png"})
                ran = run(source, document.parameters, tell, without=without, kernel=kernel, freeze=freeze)
                seconds = {"cells": time.perf_counter() - started}
                tell(f"writing {', '.join(document.to)}")
                forms = sorted(document.to, key=_LONGEST_FIRST.index)
                jobs = {form: pool.submit(write_format, source, ran, form, folder / f"report.{form}", freeze) for form in forms}
                ready.append((source, seconds, jobs))
            if meanwhile is not None:
                meanwhile()
            for _, seconds, jobs in ready:
                seconds.update((form, job.result()) for form, job in jobs.items())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [(seconds, _notes(source, tuple(jobs))) for source, seconds, jobs in ready]


def _named(source: Source, stem: str) -> Source:
    return replace(source, settings=replace(source.settings, page=f"{stem}.html"))


def _notes(source: Source, to: Sequence[str]) -> tuple[str, ...]:
    ignored = sorted({key for form in to for key in looks_ignored(source.settings.for_format(form))})
    return (f"left aside, as the embedded renderer has its own looks: {', '.join(ignored)}",) if ignored else ()


def write_format(source: Source, ran: Ran, to: str, target: Path, freeze: Freeze | None = None) -> float:
    """Write a document whose cells have run in one format, and say how many seconds it took."""
    started = time.perf_counter()
    assembled = assemble(source, ran, to)
    key = file_key(source, ran, to, assembled.text) if freeze is not None else ""
    kept = frozen_file(freeze, key) if freeze is not None else None
    if kept is not None:
        target.write_bytes(kept)
        return time.perf_counter() - started
    _make(source, assembled, to, target)
    if freeze is not None:
        keep_file(freeze, key, target.read_bytes())
    return time.perf_counter() - started


def _make(source: Source, assembled: Assembled, to: str, target: Path) -> None:
    meta = source.settings.for_format(to)
    block = title_block(source.settings, to)
    if to == "html" and "site-title" in (site := site_parts(source.settings)):
        block["site-title"] = escaped(site["site-title"])
    tree = read_markdown(as_front_matter(block) + "\n" + assembled.text)
    blocks = tree["blocks"] if to == "html" else without_raw_html(tree["blocks"])
    tree["blocks"] = numbered(structured(linked(blocks, source.settings, to), to, source), meta, source)
    tree["meta"] = plain_title(tree["meta"])
    pictures = Pictures(source, assembled.pictures)
    _write(tree, pictures, meta, source, to, target, fixed_time(block))


def _write(tree: dict[str, Any], pictures: Pictures, meta: Mapping[str, Any], source: Source, to: str, target: Path, epoch: int) -> None:
    match to:
        case "html":
            from barometer.publishing.rendering.html import write_html

            write_html(tree, pictures, meta, source, target)
        case "pdf":
            from barometer.publishing.rendering.pdf import write_pdf

            write_pdf(tree, pictures, meta, source, target, epoch)
        case "docx":
            from barometer.publishing.rendering.docx import write_docx

            write_docx(tree, pictures, meta, target, epoch)
        case _:
            raise RenderError("There is no such format.", got=to)
