"""Running cells in a Jupyter kernel, a process of its own, with the same results as in this process.

The kernel is told once to do as the shell in this process does: no colours, no history, warnings printed into the document, streams in
the order in which they were written. Cells then go to it as they are, and what it sends back becomes outputs
(messages: jupyter-client.readthedocs.io, "Messaging in Jupyter").
"""

from __future__ import annotations

import ast
import contextlib
import json
import queue
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from barometer.errors import RenderError
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

_HERE = f"__import__({__name__!r}, fromlist=['x'])"
_START = 60.0
_LOOK = 0.5


class Kernel:
    """A running kernel and the client that talks to it."""

    def __init__(self, manager: Any, client: Any) -> None:
        self._manager = manager
        self._client = client

    def run(self, code: str) -> tuple[tuple[Output, ...], Failure | None]:
        """Run one cell: its outputs, and why it stopped if it did."""
        outputs: list[Output] = []
        reply = self._ask(code, outputs, silent=False)
        if reply["status"] == "ok":
            return tuple(outputs), None
        line = self._value(f"{_HERE}.failed_at()")
        return tuple(outputs), Failure(str(reply.get("ename", "error")), str(reply.get("evalue", "")), line)

    def inline(self, expression: str) -> str:
        """The Markdown of an inline expression, as Quarto prints it: text escaped, an object's own Markdown as it is."""
        return str(self._value(f"{_HERE}.inline({expression!r})"))

    def names(self) -> list[str]:
        """The names that cells have set so far."""
        return list(self._value(f"{_HERE}.names()"))

    def update(self, values: Mapping[str, object]) -> None:
        """Set names, as a cell would."""
        self._value(f"{_HERE}.update({dict(values)!r})")

    def _value(self, expression: str) -> Any:
        """What a function of this module that runs in the kernel returns; it returns JSON."""
        reply = self._ask("", [], silent=True, expressions={"value": expression})
        answer = reply.get("user_expressions", {}).get("value", reply)
        if answer["status"] != "ok":
            raise InlineError(str(answer.get("ename", "error")), str(answer.get("evalue", "")))
        return json.loads(ast.literal_eval(answer["data"]["text/plain"]))

    def _ask(self, code: str, outputs: list[Output], *, silent: bool, expressions: Mapping[str, str] | None = None) -> Any:
        number = self._client.execute(
            code, silent=silent, store_history=not silent, user_expressions=dict(expressions or {}), allow_stdin=False, stop_on_error=False
        )
        while True:  # the kernel is idle again once it has sent all that the cell gave
            message = self._next(self._client.get_iopub_msg)
            if message["parent_header"].get("msg_id") != number:
                continue
            content = message["content"]
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                break
            _take(message["msg_type"], content, outputs)
        while True:
            reply = self._next(self._client.get_shell_msg)
            if reply["parent_header"].get("msg_id") == number:
                return reply["content"]

    def _next(self, get: Any) -> Any:
        while True:
            try:
                return get(timeout=_LOOK)
            except queue.Empty:
                if not self._manager.is_alive():
                    raise RenderError("The kernel that runs the cells has stopped.", hint="Is there enough memory? Run again.") from None


def _take(kind: str, content: Mapping[str, Any], outputs: list[Output]) -> None:
    last = outputs[-1] if outputs else None
    if kind == "stream" and last is not None and last.kind == content["name"]:
        outputs[-1] = Output(last.kind, last.text + content["text"])
    elif kind == "stream" and content["text"]:
        outputs.append(Output(content["name"], content["text"]))
    elif kind in {"display_data", "execute_result"} and content["data"]:
        outputs.append(display(content["data"], content.get("metadata")))
    elif kind == "error":
        outputs.append(Output("error", "\n".join(content["traceback"])))


@contextlib.contextmanager
def in_kernel(folder: Path, without: frozenset[str]) -> Iterator[Kernel]:
    """A fresh kernel in `folder`; it ends with the block.

    Raises:
        RenderError: If the packages for kernels are not installed, or the kernel does not start.
    """
    try:
        import ipykernel  # noqa: F401
        from jupyter_client.manager import KernelManager
    except ImportError:
        raise RenderError(
            "Cells cannot be run in a Jupyter kernel, as it is not installed.",
            expected="the packages jupyter-client and ipykernel",
            hint="Run: pip install survey-barometer[analyst]. Without --kernel, cells run in this process.",
        ) from None
    manager = KernelManager(kernel_name="python3")
    try:
        manager.start_kernel(cwd=str(folder))
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=_START)
        except RuntimeError as problem:
            raise RenderError("The Jupyter kernel does not start.", got=str(problem)) from None
        kernel = Kernel(manager, client)
        kernel._value(f"{_HERE}.prepare({str(folder)!r}, {sorted(without)!r})")
        try:
            yield kernel
        finally:
            client.stop_channels()
    finally:
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)


# What follows runs in the kernel.

_FAILED_AT: list[int | None] = [None]


def prepare(folder: str, without: list[str]) -> str:
    """Sets up the kernel's shell as the one in the process of the renderer is set up."""
    import sys

    from IPython.core.compilerop import CachingCompiler

    shell = _shell()
    settings = configuration()
    shell.colors = settings.InteractiveShell.colors
    shell.history_manager.enabled = settings.HistoryManager.enabled
    shell.displayhook.cache_size = settings.InteractiveShell.cache_size
    shell.displayhook.do_full_cache = False
    # A cell's name is then the same as in the other process, and so is what a traceback or a warning says of it.
    shell.compile = CachingCompiler()  # type: ignore[no-untyped-call]
    sys.path.insert(0, folder)
    ask_less(shell.display_formatter, frozenset(without))
    print_document_warnings()
    shell.events.register("post_run_cell", _note_failure)
    for one, other in ((sys.stdout, sys.stderr), (sys.stderr, sys.stdout)):
        one.write = _after(one.write, other)  # type: ignore[method-assign]
    return "null"


def _after(write: Any, other: Any) -> Any:
    def ordered(text: str) -> Any:
        other.flush()
        return write(text)

    return ordered


def _note_failure(result: Any) -> None:
    error = result.error_before_exec or result.error_in_exec
    cell = f"<ipython-input-{result.execution_count}-"
    _FAILED_AT[0] = None if error is None else line_of(error, lambda file: str(file).startswith(cell))


def failed_at() -> str:
    """The line of the last cell at which it failed, as JSON."""
    return json.dumps(_FAILED_AT[0])


def inline(expression: str) -> str:
    """The Markdown of an expression, as JSON."""
    shell = _shell()
    return json.dumps(inline_markdown(eval(expression, shell.user_ns), shell.display_formatter.format))


def names() -> str:
    """The names in the namespace of the cells, as JSON."""
    return json.dumps(list(_shell().user_ns))


def update(values: Mapping[str, object]) -> str:
    """Sets names in the namespace of the cells."""
    _shell().user_ns.update(values)
    return "null"


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython()
