"""Reading a .qmd: front matter, includes, and its parts (prose, shown code, cells), each line with the file it came from."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from barometer.errors import RenderError
from barometer.publishing.rendering.options import CellOptions, read_options
from barometer.publishing.rendering.settings import HINT, Settings, Tree, read_yaml, settings_of
from barometer.publishing.rendering.shortcodes import expand_shortcodes

_FENCE = re.compile(r"^(?P<indent>[ \t]*(?:(?:>[ \t]?|[-*+:][ \t]+|\(?\w{1,4}[.)][ \t]+)[ \t]*)*)(?P<fence>`{3,}|~{3,})\s*(?P<info>.*)$")
_INCLUDE = re.compile(r"^\s*\{\{<\s*include\s+(?P<file>\"[^\"]+\"|'[^']+'|\S+)\s*>\}\}\s*$")
_INCLUDE_INSIDE = re.compile(r"(?<!\{)\{\{<\s*include\b")
_LANGUAGE = re.compile(r"^\{\s*(?P<language>[A-Za-z][\w-]*)(?P<rest>[\s,}].*)?$")


@dataclass(frozen=True)
class Line:
    """One line of the document and where it was written."""

    text: str
    file: Path
    number: int


@dataclass(frozen=True)
class Prose:
    """Markdown outside fenced code."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Shown:
    """A fenced block that is shown and not run, fences included."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Cell:
    """A Python cell."""

    number: int
    """Its place among the cells, from 1."""
    code: str
    """The code that is run: all lines of the cell but its options."""
    listing: str
    """The code that is shown."""
    options: CellOptions
    file: Path
    line: int
    """The line of the opening fence."""
    code_line: int
    """The line of the file on which `code` begins."""
    raw: str
    """Everything between the fences, options included."""

    @property
    def where(self) -> str:
        """The cell, for an error."""
        return f"line {self.line}, {self.name}"

    @property
    def name(self) -> str:
        """What an error calls the cell."""
        label = f" (label '{self.options.label}')" if self.options.label else ""
        return f"cell {self.number}{label}"


Part = Prose | Shown | Cell


@dataclass(frozen=True)
class Source:
    """A document that has been read and not yet run."""

    file: Path
    settings: Settings
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    """All lines of the body, includes expanded."""

    def find(self, text: str) -> tuple[Path, str]:
        """The file and line that first hold `text`, for an error about something that pandoc found."""
        for line in self.lines:
            if text in line.text:
                return line.file, f"line {line.number}"
        return self.file, f"'{text}'"


def read_source(file: Path, metadata: Mapping[str, Any]) -> Source:
    """Read a document with its includes and project files.

    Args:
        file: The .qmd.
        metadata: Keys over those of the document.

    Raises:
        RenderError: The file is missing or not UTF-8, its YAML is broken, an include is missing or goes in a circle, a fence is not
            closed, or something is outside the subset.
    """
    file = file.resolve()
    lines = _read_lines(file, None)
    front, keys, body = _front_matter(file, lines)
    settings = settings_of(file, front, keys, metadata)
    expanded = _expand(body, settings.root, (file,))
    parts = [_filled(part, settings) for part in _parts(expanded)]
    return Source(file, settings, tuple(parts), tuple(expanded))


def front_matter_of(file: Path) -> Tree:
    """The front matter of a document, as it is written there."""
    return _front_matter(file, _read_lines(file, None))[0]


def parameters_of(file: Path) -> frozenset[str]:
    """The names that the cell tagged `parameters` of a document sets.

    Raises:
        RenderError: The document cannot be read.
    """
    cells = [part for part in read_source(file, {}).parts if isinstance(part, Cell) and "parameters" in part.options.tags]
    try:
        trees = [ast.parse(cell.code) for cell in cells]
    except SyntaxError:
        return frozenset()  # the cell says so itself, with its line, when it is run
    assigned = [node.targets for tree in trees for node in tree.body if isinstance(node, ast.Assign)]
    return frozenset(target.id for targets in assigned for target in targets if isinstance(target, ast.Name))


def _filled(part: Part, settings: Settings) -> Part:
    """A part with its shortcodes filled in; code that is run is left alone."""
    if isinstance(part, Cell):
        return part
    meta = settings.meta
    lines = tuple(
        replace(line, text=expand_shortcodes(line.text, meta, settings.variables, line.file, f"line {line.number}")) for line in part.lines
    )
    return replace(part, lines=lines)


def _read_lines(file: Path, asked: Line | None) -> list[Line]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        what = "The document cannot be read." if asked is None else "An included file cannot be read."
        raise RenderError(
            what,
            file=file if asked is None else asked.file,
            where=None if asked is None else f"line {asked.number}",
            expected=None if asked is None else f"the file {file.name}",
            got=error.strerror,
            hint=None if asked is None else "An include is looked for beside the file that includes it.",
        ) from error
    except UnicodeDecodeError as error:
        raise RenderError("The file is not UTF-8 text.", file=file, where=f"byte {error.start}") from error
    return [Line(line, file, number) for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1)]


def _front_matter(file: Path, lines: list[Line]) -> tuple[Tree, dict[str, int], list[Line]]:
    if not lines or lines[0].text.rstrip() != "---":
        return {}, {}, lines
    end = next((place for place, line in enumerate(lines[1:], 1) if line.text.rstrip() in {"---", "..."}), None)
    if end is None:
        raise RenderError("The front matter is not closed.", file=file, where="line 1", expected="a line of three hyphens after it")
    inside = lines[1:end]
    front = read_yaml("\n".join(line.text for line in inside), file, first_line=2, what="The front matter")
    keys = {found[1]: line.number for line in inside if (found := re.match(r"([\w-]+)\s*:", line.text))}
    return front, keys, lines[end + 1 :]


def _expand(lines: list[Line], root: Path, open_files: tuple[Path, ...]) -> list[Line]:
    """Put included files in the place of their shortcodes; an include inside shown code stays."""
    out: list[Line] = []
    fence = ""
    for line in lines:
        fence = _fence_after(line.text, fence)
        found = None if fence else _INCLUDE.match(line.text)
        if found is None:
            if not fence and _INCLUDE_INSIDE.search(line.text):
                raise RenderError(
                    "An include stands on a line of its own.", file=line.file, where=f"line {line.number}", got=line.text.strip()
                )
            out.append(line)
            continue
        name = found["file"].strip("\"'")
        target = (root / name.lstrip("/") if name.startswith("/") else line.file.parent / name).resolve()
        if target in open_files:
            raise RenderError("An include goes in a circle.", file=line.file, where=f"line {line.number}", got=name)
        inside = _read_lines(target, line)
        if inside and inside[0].text.rstrip() == "---":
            raise RenderError("An included file has a front matter of its own.", file=target, where="line 1", hint="Take it out.")
        out += [Line("", line.file, line.number), *_expand(inside, root, (*open_files, target)), Line("", line.file, line.number)]
    return out


def _fence_after(text: str, fence: str) -> str:
    """The fence that is open after this line, or an empty text."""
    found = _FENCE.match(text)
    if not found:
        return fence
    if not fence:
        return "" if "`" in found["info"] and found["fence"][0] == "`" else found["fence"]
    closes = found["fence"][0] == fence[0] and len(found["fence"]) >= len(fence) and not found["info"]
    return "" if closes else fence


def _parts(lines: list[Line]) -> list[Part]:
    parts: list[Part] = []
    prose: list[Line] = []
    cells = 0
    place = 0
    while place < len(lines):
        fence = _fence_after(lines[place].text, "")
        if not fence:
            prose.append(lines[place])
            place += 1
            continue
        end = _closing(lines, place, fence)
        block = lines[place : end + 1]
        if prose:
            parts.append(Prose(tuple(prose)))
            prose = []
        if _is_cell(block[0]):
            cells += 1
            parts.append(_cell(block, cells))
        else:
            parts.append(Shown(tuple(block)))
        place = end + 1
    if prose:
        parts.append(Prose(tuple(prose)))
    return parts


def _closing(lines: list[Line], start: int, fence: str) -> int:
    for place in range(start + 1, len(lines)):
        if not _fence_after(lines[place].text, fence):
            return place
    line = lines[start]
    raise RenderError("A fence of code is not closed.", file=line.file, where=f"line {line.number}", got=line.text.strip())


def _is_cell(line: Line) -> bool:
    found = _FENCE.match(line.text)
    info = found["info"].strip() if found else ""
    if info.startswith("{{"):
        return False
    language = _LANGUAGE.match(info)
    if language is None:
        return False
    where = f"line {line.number}"
    if language["language"] != "python":
        raise RenderError(
            f"A cell in '{language['language']}' is outside the subset of the embedded renderer.",
            file=line.file, where=where, expected="{python}", got=info, hint=HINT,
        )  # fmt: skip
    if (language["rest"] or "").strip() != "}":
        raise RenderError(
            "Options in the head of a cell are outside the subset of the embedded renderer.",
            file=line.file, where=where, got=info, hint="Write them below the head: #| echo: false",
        )  # fmt: skip
    if found and found["indent"]:
        raise RenderError(
            "A cell inside a list or a quotation is outside the subset of the embedded renderer.", file=line.file, where=where, hint=HINT
        )
    return True


def _cell(block: list[Line], number: int) -> Cell:
    head, inside = block[0], block[1:-1]
    start = 0
    while start < len(inside) and not inside[start].text.strip():
        start += 1
    end = start
    while end < len(inside) and inside[end].text.startswith("#|"):
        end += 1
    first = end
    while first < len(inside) and not inside[first].text.strip():
        first += 1
    options = read_options([(line.number, line.text) for line in inside[start:end]], head.file, head.number)
    code = "\n".join(line.text for line in inside[first:])
    return Cell(
        number=number,
        code=code,
        listing=code.strip("\n"),
        options=options,
        file=head.file,
        line=head.number,
        code_line=(inside[first].number if first < len(inside) else head.number),
        raw="\n".join(line.text for line in inside),
    )
