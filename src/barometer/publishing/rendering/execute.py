"""Running the cells and inline expressions of a document, in order, in one fresh namespace of this process.

IPython is what runs a cell, so that what displays itself in a notebook displays itself here. The interpreter is left as it was found:
working folder, `sys.path`, streams, `__main__`, the modules that the document brought in, and a notebook's own shell, if the renderer is
called from one.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from barometer.errors import RenderError, did_you_mean
from barometer.publishing.rendering.source import Cell, Line, Prose, Source

_INLINE = re.compile(r"`\{python\}\s+([^`]+)`")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~^$@])")
_ADDRESS = re.compile(r"<[^<>]* at 0x[0-9a-f]+>")
_NEEDS_A_BROWSER = (
    "application/vnd.vega",
    "application/vnd.jupyter.widget",
    "application/vnd.plotly",
    "application/vnd.bokeh",
    "application/javascript",
)


@dataclass(frozen=True)
class Output:
    """One thing that a cell gave back."""

    kind: str
    """`stdout`, `stderr`, `error` or `display`."""
    text: str = ""
    """What was printed, for the first three kinds."""
    bundle: Mapping[str, Any] = field(default_factory=dict)
    """What a display offers, by MIME type; PNG as bytes."""
    alt: str = ""
    """Alternative text that the display brings in its metadata; it follows the cell's `fig-alt`."""


@dataclass(frozen=True)
class Ran:
    """What became of a document's cells and inline expressions."""

    outputs: Mapping[int, tuple[Output, ...]]
    """Outputs by cell number."""
    prose: Mapping[int, str]
    """Markdown by place among the parts, inline expressions replaced."""
    injected: Mapping[int, str]
    """Listing of the values given from outside, by the number of the cell with the parameters."""


def run(
    source: Source,
    parameters: Mapping[str, object],
    progress: Callable[[str], None] | None = None,
    *,
    without: frozenset[str] = frozenset(),
) -> Ran:
    """Run a document.

    Args:
        source: The document.
        parameters: Values for the names that its cell tagged `parameters` sets.
        progress: Told which cell runs.
        without: MIME types that no format wants; a display is asked for them only if it offers nothing better.

    Raises:
        RenderError: A cell or an inline expression failed, a parameter has no place, or a display cannot be printed.
    """
    enabled = source.settings.meta.get("execute", {}).get("enabled", True)
    _check_parameters(source, parameters)
    outputs: dict[int, tuple[Output, ...]] = {}
    prose: dict[int, str] = {}
    injected: dict[int, str] = {}
    with _session(source.file.parent, without) as session:
        for place, part in enumerate(source.parts):
            if isinstance(part, Prose):
                prose[place] = "\n".join(_evaluate_line(line, session) for line in part.lines)
            elif isinstance(part, Cell) and enabled and part.options.get("eval", source.settings.meta, True):
                if progress is not None:
                    progress(f"cell {part.number}: {part.options.label or f'line {part.line}'}")
                outputs[part.number] = _run_cell(part, session, bool(part.options.get("error", source.settings.meta, False)))
                if "parameters" in part.options.tags and parameters:
                    injected[part.number] = _inject(part, parameters, session)
    return Ran(outputs, prose, injected)


def _check_parameters(source: Source, parameters: Mapping[str, object]) -> None:
    tagged = any(isinstance(part, Cell) and "parameters" in part.options.tags for part in source.parts)
    if parameters and not tagged:
        raise RenderError(
            "The document takes no parameters.",
            file=source.file,
            got=", ".join(parameters),
            hint="Tag the cell that sets them: #| tags: [parameters]",
        )


def _inject(cell: Cell, parameters: Mapping[str, object], session: _Session) -> str:
    for name in parameters:
        if name not in session.namespace:
            known = [known for known in session.namespace if not known.startswith("_")]
            raise RenderError(
                "A parameter has no place in the document.",
                file=cell.file, where=cell.where, got=name, expected="a name that the cell with the parameters sets",
                hint=did_you_mean(name, known),
            )  # fmt: skip
    session.namespace.update(parameters)
    return "\n".join(["# Injected Parameters", *(f"{name} = {_literal(value)}" for name, value in parameters.items())])


def _literal(value: object) -> str:
    return '"' + repr(value)[1:-1].replace('"', '\\"') + '"' if isinstance(value, str) and "'" not in value else repr(value)


def _run_cell(cell: Cell, session: _Session, may_fail: bool) -> tuple[Output, ...]:
    outputs, error = session.run(cell.code)
    if isinstance(error, KeyboardInterrupt):
        raise error
    if error is not None and not may_fail:
        number = _line_of(error, session.count)
        where = cell.where if number is None else f"line {cell.code_line + number - 1}, in {cell.name}, which begins on line {cell.line}"
        kind = type(error).__name__
        raise RenderError(
            "A cell failed.", file=cell.file, where=where, got=f"{kind}: {error}" if str(error) else kind,
            hint="Mend the cell, or let it fail in print with: #| error: true",
        ) from error  # fmt: skip
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
    if not printable and _ADDRESS.search(plain):
        raise RenderError(
            "A cell ends with an object that has nothing to show but its address in memory.",
            file=file, where=where, got=_ADDRESS.sub(lambda found: found[0].split(" at ")[0] + ">", plain)[:200],
            hint="End the line with a semicolon, or give the object a _repr_markdown_ method.",
        )  # fmt: skip


def _line_of(error: BaseException, count: int) -> int | None:
    """The line of the running cell at which an error came up."""
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(f"<ipython-input-{count}-"):
            return trace.tb_lineno
        trace = trace.tb_next
    return None


def _evaluate_line(line: Line, session: _Session) -> str:
    def value(found: re.Match[str]) -> str:
        try:
            return session.inline(found[1].strip())
        except RenderError:
            raise
        except Exception as error:
            raise RenderError(
                "An inline expression failed.",
                file=line.file,
                where=f"line {line.number}",
                expected=found[0],
                got=f"{type(error).__name__}: {error}",
            ) from error

    return _INLINE.sub(value, line.text)


def escaped(text: str) -> str:
    r"""Text with every character escaped that Markdown would read as its own.

    Example:
        >>> escaped("a*b")
        'a\\*b'
    """
    return _MARKDOWN.sub(r"\\\1", text)


class _Stream(io.TextIOBase):
    """A standard stream whose text becomes outputs, neighbouring pieces joined."""

    def __init__(self, kind: str, outputs: list[Output]) -> None:
        self._kind = kind
        self._outputs = outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        last = self._outputs[-1] if self._outputs else None
        if last is not None and last.kind == self._kind:
            self._outputs[-1] = Output(self._kind, last.text + text)
        elif text:
            self._outputs.append(Output(self._kind, text))
        return len(text)


class _Session:
    """An IPython shell whose displays and streams are kept as outputs."""

    def __init__(self, shell: Any, outputs: list[Output]) -> None:
        self._shell = shell
        self._outputs = outputs
        self.namespace: dict[str, Any] = shell.user_ns

    @property
    def count(self) -> int:
        """The number of the cell that ran last, as IPython counts."""
        return int(self._shell.execution_count) - 1

    def run(self, code: str) -> tuple[tuple[Output, ...], BaseException | None]:
        """Run one cell: its outputs and its error, if it failed."""
        self._outputs.clear()
        with contextlib.redirect_stdout(_Stream("stdout", self._outputs)), contextlib.redirect_stderr(_Stream("stderr", self._outputs)):
            result = self._shell.run_cell(code, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        return tuple(self._outputs), error

    def inline(self, expression: str) -> str:
        """The Markdown of an inline expression, as Quarto prints it: text escaped, an object's own Markdown as it is."""
        value = eval(expression, self.namespace)
        if isinstance(value, str) and not hasattr(value, "_repr_markdown_"):
            return escaped(str(value))
        bundle, _ = self._shell.display_formatter.format(value)
        if "text/markdown" in bundle:
            return str(bundle["text/markdown"])
        if "text/html" in bundle or _ADDRESS.search(bundle.get("text/plain", "")):
            raise TypeError(f"an object of type {type(value).__name__} has no Markdown; give it a _repr_markdown_ method")
        return escaped(str(bundle["text/plain"]))


@contextlib.contextmanager
def _session(folder: Path, without: frozenset[str]) -> Iterator[_Session]:
    """A fresh shell in `folder`; the interpreter is put back as it was afterwards."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    outputs: list[Output] = []
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0
    with _interpreter_restored(folder), _other_shells_set_aside(InteractiveShell):
        publisher, hook = _capturing_classes(outputs)
        shell: Any = InteractiveShell.instance(config=config, display_pub_class=publisher, displayhook_class=hook)
        shell._showtraceback = lambda _kind, _error, lines: outputs.append(Output("error", "\n".join(lines)))
        _ask_less(shell.display_formatter, without)
        try:
            yield _Session(shell, outputs)
        finally:
            shell.restore_sys_module_state()
            InteractiveShell.clear_instance()


def _ask_less(formatter: Any, without: frozenset[str]) -> None:
    """Let displays leave out what no format wants: to draw a chart twice takes twice the time."""
    everything = formatter.format

    def format_(thing: Any, include: Any = None, exclude: Any = None) -> Any:
        made = everything(thing, include=include, exclude={*(exclude or ()), *without})
        return made if made[0].keys() - {"text/plain"} else everything(thing, include=include, exclude=exclude)

    if without:
        formatter.format = format_


def _capturing_classes(outputs: list[Output]) -> tuple[type, type]:
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher

    class Publisher(DisplayPublisher):
        def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
            outputs.append(_display(data, metadata))

    class Hook(DisplayHook):
        def __call__(self, result: Any = None) -> None:
            hook: Any = self
            if result is None or hook.quiet():
                return
            data, metadata = hook.compute_format_data(result)
            if data:
                outputs.append(_display(data, metadata))

    return Publisher, Hook


def _display(data: Mapping[str, Any], metadata: Any) -> Output:
    """A display with its PNG as bytes; IPython passes on either bytes or base64."""
    bundle = dict(data)
    png = bundle.get("image/png")
    if isinstance(png, str):
        bundle["image/png"] = base64.b64decode(png)
    said = [about.get("alt", "") for kind, about in (metadata or {}).items() if kind in bundle and isinstance(about, Mapping)]
    return Output("display", bundle=bundle, alt=next((str(alt) for alt in said if alt), ""))


@contextlib.contextmanager
def _other_shells_set_aside(shell_class: Any) -> Iterator[None]:
    """Keep a running notebook's own shell out of the way, and give it back."""
    kept = [
        (owner, owner.__dict__["_instance"]) for owner in [shell_class, *shell_class.__mro__] if owner.__dict__.get("_instance") is not None
    ]
    running = shell_class._instance
    owners = list(type(running)._walk_mro()) if running is not None else []
    kept = [(owner, owner._instance) for owner in owners]
    for owner, _ in kept:
        owner._instance = None
    try:
        yield
    finally:
        for owner, instance in kept:
            owner._instance = instance


@contextlib.contextmanager
def _interpreter_restored(folder: Path) -> Iterator[None]:
    import builtins
    import warnings

    cwd, path, main, argv = Path.cwd(), list(sys.path), sys.modules["__main__"], list(sys.argv)
    hooks = sys.excepthook, sys.displayhook
    names = dict(vars(builtins))
    environment = dict(os.environ)
    modules = set(sys.modules)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        with warnings.catch_warnings():
            # What a cell warns of is printed into the document, whatever the caller makes of warnings.
            warnings.resetwarnings()
            for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
                warnings.simplefilter("ignore", kind)
            warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
            warnings.showwarning = _print_warning
            yield
    finally:
        os.chdir(cwd)
        added = [entry for entry in sys.path if entry not in path]
        sys.path[:] = path
        sys.argv[:] = argv
        sys.modules["__main__"] = main
        sys.excepthook, sys.displayhook = hooks
        _forget_modules(modules, added)
        for name in set(vars(builtins)) - set(names):
            delattr(builtins, name)
        for name, value in names.items():
            setattr(builtins, name, value)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)


def _print_warning(message: Any, category: type[Warning], filename: str, lineno: int, file: Any = None, line: str | None = None) -> None:
    import warnings

    print(warnings.formatwarning(message, category, filename, lineno, line), end="", file=file or sys.stderr)


def _forget_modules(before: set[str], added: list[str]) -> None:
    """Forget the modules that the document found through its own additions to `sys.path`: the next document may have others so named."""
    folders = [Path(entry).resolve() for entry in added if entry]
    for name in set(sys.modules) - before:
        origin = getattr(sys.modules[name], "__file__", None)
        if origin and any(Path(origin).resolve().is_relative_to(folder) for folder in folders):
            del sys.modules[name]
