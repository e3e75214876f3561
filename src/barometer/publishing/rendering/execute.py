"""Running the cells and inline expressions of a document, in order, in one fresh namespace: in this process, or in a Jupyter kernel.

What they gave can be kept (`freeze`), and is then taken from there as long as nothing that it depends on changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from barometer.errors import RenderError, did_you_mean
from barometer.publishing.rendering.execute_outputs import ADDRESS, InlineError, Output, Ran, Session, escaped
from barometer.publishing.rendering.freeze import Freeze
from barometer.publishing.rendering.freeze_cells import Values, cells_key, frozen_values, keep_values
from barometer.publishing.rendering.source import Cell, Line, Part, Prose, Source

__all__ = ["Output", "Ran", "escaped", "run"]

_INLINE = re.compile(r"`\{python\}\s+([^`]+)`")
_NEEDS_A_BROWSER = (
    "application/vnd.vega",
    "application/vnd.jupyter.widget",
    "application/vnd.plotly",
    "application/vnd.bokeh",
    "application/javascript",
)


def run(
    source: Source,
    parameters: Mapping[str, object],
    progress: Callable[[str], None] | None = None,
    *,
    without: frozenset[str] = frozenset(),
    kernel: bool = False,
    freeze: Freeze | None = None,
) -> Ran:
    """Run a document.

    Args:
        source: The document.
        parameters: Values for the names that its cell tagged `parameters` sets.
        progress: Told which cell runs.
        without: MIME types that no format wants; a display is asked for them only if it offers nothing better.
        kernel: Whether cells run in a Jupyter kernel instead of this process.
        freeze: Where results are kept and found again; none, everything is run.

    Raises:
        RenderError: A cell or an inline expression failed, a parameter has no place, or a display cannot be printed.
    """
    _check_parameters(source, parameters)
    running = _running(source)
    steps = [step for part in source.parts for step in _steps(part, running)]
    if not steps:
        return Ran({}, dict(_filled(source, iter(()))), {})
    key = cells_key(source, steps, parameters, without) if freeze is not None else ""
    values = frozen_values(freeze, key) if freeze is not None else None
    if values is None:
        with _session(source.file.parent, without, kernel) as session:
            values = _evaluated(source, running, parameters, session, progress)
        if freeze is not None:
            keep_values(freeze, key, values)
    return Ran(values.outputs, dict(_filled(source, iter(values.inline))), values.injected)


def _session(folder: Path, without: frozenset[str], kernel: bool) -> AbstractContextManager[Session]:
    if kernel:
        from barometer.publishing.rendering.execute_kernel import in_kernel

        return in_kernel(folder, without)
    from barometer.publishing.rendering.execute_session import in_process

    return in_process(folder, without)


def _running(source: Source) -> frozenset[int]:
    """The numbers of the cells that are to run."""
    meta = source.settings.meta
    if not meta.get("execute", {}).get("enabled", True):
        return frozenset()
    return frozenset(part.number for part in source.parts if isinstance(part, Cell) and part.options.get("eval", meta, True))


def _steps(part: Part, running: frozenset[int]) -> list[Cell | str]:
    """What there is to run in a part: a cell, or the inline expressions of its lines."""
    if isinstance(part, Cell):
        return [part] if part.number in running else []
    return [found[1].strip() for line in part.lines for found in _INLINE.finditer(line.text)] if isinstance(part, Prose) else []


def _evaluated(
    source: Source, running: frozenset[int], parameters: Mapping[str, object], session: Session, progress: Callable[[str], None] | None
) -> Values:
    outputs: dict[int, tuple[Output, ...]] = {}
    inline: list[str] = []
    injected: dict[int, str] = {}
    for part in source.parts:
        if isinstance(part, Prose):
            inline += [_evaluate(found, line, session) for line in part.lines for found in _INLINE.finditer(line.text)]
        elif isinstance(part, Cell) and part.number in running:
            if progress is not None:
                progress(f"cell {part.number}: {part.options.label or f'line {part.line}'}")
            outputs[part.number] = _run_cell(part, session, bool(part.options.get("error", source.settings.meta, False)))
            if "parameters" in part.options.tags and parameters:
                injected[part.number] = _inject(part, parameters, session)
    return Values(outputs, tuple(inline), injected)


def _filled(source: Source, values: Iterator[str]) -> Iterator[tuple[int, str]]:
    """The prose by its place among the parts, with the values of its inline expressions in their places."""
    for place, part in enumerate(source.parts):
        if isinstance(part, Prose):
            yield place, "\n".join(_INLINE.sub(lambda _: next(values), line.text) for line in part.lines)


def _check_parameters(source: Source, parameters: Mapping[str, object]) -> None:
    tagged = any(isinstance(part, Cell) and "parameters" in part.options.tags for part in source.parts)
    if parameters and not tagged:
        raise RenderError(
            "The document takes no parameters.",
            file=source.file,
            got=", ".join(parameters),
            hint="Tag the cell that sets them: #| tags: [parameters]",
        )


def _inject(cell: Cell, parameters: Mapping[str, object], session: Session) -> str:
    names = session.names()
    for name in parameters:
        if name not in names:
            known = [known for known in names if not known.startswith("_")]
            raise RenderError(
                "A parameter has no place in the document.",
                file=cell.file, where=cell.where, got=name, expected="a name that the cell with the parameters sets",
                hint=did_you_mean(name, known),
            )  # fmt: skip
    session.update(parameters)
    return "\n".join(["# Injected Parameters", *(f"{name} = {_literal(value)}" for name, value in parameters.items())])


def _literal(value: object) -> str:
    return '"' + repr(value)[1:-1].replace('"', '\\"') + '"' if isinstance(value, str) and "'" not in value else repr(value)


def _run_cell(cell: Cell, session: Session, may_fail: bool) -> tuple[Output, ...]:
    outputs, failure = session.run(cell.code)
    if failure is not None and isinstance(failure.error, KeyboardInterrupt):
        raise failure.error
    if failure is not None and not may_fail:
        line = failure.line
        where = cell.where if line is None else f"line {cell.code_line + line - 1}, in {cell.name}, which begins on line {cell.line}"
        raise RenderError(
            "A cell failed.", file=cell.file, where=where, got=f"{failure.kind}: {failure.message}" if failure.message else failure.kind,
            hint="Mend the cell, or let it fail in print with: #| error: true",
        ) from failure.error  # fmt: skip
    for output in outputs:
        _check_display(output, cell.file, cell.where)
    return outputs


def _check_display(output: Output, file: Path, where: str) -> None:
    printable = output.bundle.keys() & {"text/html", "text/markdown", "image/svg+xml", "image/png"}
    live = [kind for kind in output.bundle if kind.startswith(_NEEDS_A_BROWSER)]
    if live and not printable:
        raise RenderError(
            "A display can only be shown by a live browser.",
            file=file, where=where, expected="an object with _repr_svg_ and _repr_png_, _repr_markdown_ or _repr_html_", got=live[0],
            hint="Wrap a chart so that it gives SVG and PNG.",
        )  # fmt: skip
    plain = str(output.bundle.get("text/plain", ""))
    if not printable and ADDRESS.search(plain):
        raise RenderError(
            "A cell ends with an object that has nothing to show but its address in memory.",
            file=file, where=where, got=ADDRESS.sub(lambda found: found[0].split(" at ")[0] + ">", plain)[:200],
            hint="End the line with a semicolon, or give the object a _repr_markdown_ method.",
        )  # fmt: skip


def _evaluate(found: re.Match[str], line: Line, session: Session) -> str:
    try:
        return session.inline(found[1].strip())
    except InlineError as failure:
        raise RenderError(
            "An inline expression failed.",
            file=line.file,
            where=f"line {line.number}",
            expected=found[0],
            got=str(failure),
        ) from failure.__cause__
