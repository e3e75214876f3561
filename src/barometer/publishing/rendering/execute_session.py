"""Running cells in this process, by IPython, so that what displays itself in a notebook displays itself here.

The interpreter is left as it was found: working folder, `sys.path`, streams, `__main__`, the modules that the document brought in, and
a notebook's own shell, if the renderer is called from one.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from barometer.publishing.rendering.execute_outputs import (
    Failure,
    InlineError,
    Output,
    ask_less,
    configuration,
    display,
    inline_markdown,
    line_of,
    print_document_warnings,
)


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


class InProcess:
    """An IPython shell whose displays and streams are kept as outputs."""

    def __init__(self, shell: Any, outputs: list[Output]) -> None:
        self._shell = shell
        self._outputs = outputs
        self._namespace: dict[str, Any] = shell.user_ns

    def run(self, code: str) -> tuple[tuple[Output, ...], Failure | None]:
        """Run one cell: its outputs, and why it stopped if it did."""
        self._outputs.clear()
        with contextlib.redirect_stdout(_Stream("stdout", self._outputs)), contextlib.redirect_stderr(_Stream("stderr", self._outputs)):
            result = self._shell.run_cell(code, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            return tuple(self._outputs), None
        cell = f"<ipython-input-{int(self._shell.execution_count) - 1}-"
        line = line_of(error, lambda file: str(file).startswith(cell))
        return tuple(self._outputs), Failure(type(error).__name__, str(error), line, error)

    def inline(self, expression: str) -> str:
        """The Markdown of an inline expression, as Quarto prints it: text escaped, an object's own Markdown as it is."""
        try:
            return inline_markdown(eval(expression, self._namespace), self._shell.display_formatter.format)
        except Exception as error:
            raise InlineError(type(error).__name__, str(error)) from error

    def names(self) -> list[str]:
        """The names that cells have set so far."""
        return list(self._namespace)

    def update(self, values: Mapping[str, object]) -> None:
        """Set names, as a cell would."""
        self._namespace.update(values)


@contextlib.contextmanager
def in_process(folder: Path, without: frozenset[str]) -> Iterator[InProcess]:
    """A fresh shell in `folder`; the interpreter is put back as it was afterwards."""
    from IPython.core.interactiveshell import InteractiveShell

    outputs: list[Output] = []
    with _interpreter_restored(folder), _other_shells_set_aside(InteractiveShell):
        publisher, hook = _capturing_classes(outputs)
        shell: Any = InteractiveShell.instance(config=configuration(), display_pub_class=publisher, displayhook_class=hook)
        shell._showtraceback = lambda _kind, _error, lines: outputs.append(Output("error", "\n".join(lines)))
        ask_less(shell.display_formatter, without)
        try:
            yield InProcess(shell, outputs)
        finally:
            shell.restore_sys_module_state()
            InteractiveShell.clear_instance()


def _capturing_classes(outputs: list[Output]) -> tuple[type, type]:
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher

    class Publisher(DisplayPublisher):
        def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
            outputs.append(display(data, metadata))

    class Hook(DisplayHook):
        def __call__(self, result: Any = None) -> None:
            hook: Any = self
            if result is None or hook.quiet():
                return
            data, metadata = hook.compute_format_data(result)
            if data:
                outputs.append(display(data, metadata))

    return Publisher, Hook


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
            print_document_warnings()
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


def _forget_modules(before: set[str], added: list[str]) -> None:
    """Forget the modules that the document found through its own additions to `sys.path`: the next document may have others so named."""
    folders = [Path(entry).resolve() for entry in added if entry]
    for name in set(sys.modules) - before:
        origin = getattr(sys.modules[name], "__file__", None)
        if origin and any(Path(origin).resolve().is_relative_to(folder) for folder in folders):
            del sys.modules[name]
