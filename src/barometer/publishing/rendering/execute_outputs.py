"""What a document's cells gave back, and what went wrong in one of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

ADDRESS = re.compile(r"<[^<>]* at 0x[0-9a-f]+>")
"""How an object that has nothing to show prints itself."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~^$@])")


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


@dataclass(frozen=True)
class Failure:
    """Why a cell stopped."""

    kind: str
    """The class of the exception."""
    message: str
    line: int | None
    """The line of the cell, from 1, at which it came up; None if it is not known."""
    error: BaseException | None = None
    """The exception itself, where it came up in this process."""


class InlineError(Exception):
    """Why an inline expression has no value."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        self.message = message
        super().__init__(f"{kind}: {message}")


class Session(Protocol):
    """Something that runs cells one after the other in one namespace."""

    def run(self, code: str) -> tuple[tuple[Output, ...], Failure | None]:
        """Run one cell: its outputs, and why it stopped if it did."""

    def inline(self, expression: str) -> str:
        """The Markdown of an inline expression, as Quarto prints it: text escaped, an object's own Markdown as it is.

        Raises:
            InlineError: If it raises something, or its value has no Markdown.
        """

    def names(self) -> list[str]:
        """The names that cells have set so far."""

    def update(self, values: Mapping[str, object]) -> None:
        """Set names, as a cell would."""


def escaped(text: str) -> str:
    r"""Text with every character escaped that Markdown would read as its own.

    Example:
        >>> escaped("a*b")
        'a\\*b'
    """
    return _MARKDOWN.sub(r"\\\1", text)


def inline_markdown(value: object, format_: Any) -> str:
    """A value in the running text as Quarto prints it.

    Args:
        value: What the expression came to.
        format_: IPython's `display_formatter.format`.

    Raises:
        TypeError: If an object has no Markdown.
    """
    if isinstance(value, str) and not hasattr(value, "_repr_markdown_"):
        return escaped(str(value))
    bundle, _ = format_(value)
    if "text/markdown" in bundle:
        return str(bundle["text/markdown"])
    if "text/html" in bundle or ADDRESS.search(bundle.get("text/plain", "")):
        raise TypeError(f"an object of type {type(value).__name__} has no Markdown; give it a _repr_markdown_ method")
    return escaped(str(bundle["text/plain"]))


def display(data: Mapping[str, Any], metadata: Any) -> Output:
    """A display with its PNG as bytes; IPython passes on either bytes or base64."""
    bundle = dict(data)
    png = bundle.get("image/png")
    if isinstance(png, str):
        bundle["image/png"] = base64.b64decode(png)
    said = [about.get("alt", "") for kind, about in (metadata or {}).items() if kind in bundle and isinstance(about, Mapping)]
    return Output("display", bundle=bundle, alt=next((str(alt) for alt in said if alt), ""))


def ask_less(formatter: Any, without: frozenset[str]) -> None:
    """Let displays leave out what no format wants: to draw a chart twice takes twice the time."""
    everything = formatter.format

    def format_(thing: Any, include: Any = None, exclude: Any = None) -> Any:
        made = everything(thing, include=include, exclude={*(exclude or ()), *without})
        return made if made[0].keys() - {"text/plain"} else everything(thing, include=include, exclude=exclude)

    if without:
        formatter.format = format_


def configuration() -> Any:
    """How IPython is set up for a document, in whichever process: no colours, and nothing remembered between cells."""
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0
    return config


def print_document_warnings() -> None:
    """What a cell warns of is printed into the document, whatever the caller makes of warnings."""
    import warnings

    warnings.resetwarnings()
    for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", kind)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
    warnings.showwarning = _print_warning


def _print_warning(message: Any, category: type[Warning], filename: str, lineno: int, file: Any = None, line: str | None = None) -> None:
    import sys
    import warnings

    print(warnings.formatwarning(message, category, filename, lineno, line), end="", file=file or sys.stderr)


def line_of(error: BaseException, is_cell: Any) -> int | None:
    """The line of the running cell at which an error came up.

    Args:
        error: What was raised.
        is_cell: Whether a file name of a frame is that of the cell.
    """
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    trace = error.__traceback__
    while trace is not None:
        if is_cell(trace.tb_frame.f_code.co_filename):
            return trace.tb_lineno
        trace = trace.tb_next
    return None
