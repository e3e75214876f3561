"""Rendering with Quarto itself, where it is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from barometer.errors import RenderError
from barometer.publishing.fonts import font_folder

OLDEST = (1, 6)

_FORMATS = {"html": "html", "pdf": "typst", "docx": "docx"}
_HINT = "Run: pip install survey-barometer[quarto], or use the embedded renderer."


@dataclass(frozen=True)
class QuartoProgram:
    """Quarto as it was found."""

    path: str
    version: str


def find_quarto(*, required: bool) -> QuartoProgram | None:
    """Quarto on the PATH, in version 1.6 or newer.

    Args:
        required: Whether its absence is an error.

    Returns:
        The program; None if it is absent or too old and not required.

    Raises:
        RenderError: It is required, and it is absent, does not run, or is too old.
    """
    path = shutil.which("quarto")
    if path is None:
        if required:
            raise RenderError("Quarto is not installed.", expected="quarto 1.6 or newer on the PATH", hint=_HINT)
        return None
    version = _version(path)
    if version is None or tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST:
        if required:
            what = "Quarto does not say its version." if version is None else "Quarto is too old."
            raise RenderError(what, file=path, expected="1.6 or newer", got=version, hint=_HINT)
        return None
    return QuartoProgram(path, version)


def _version(path: str) -> str | None:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\d+\.\d+(?:\.\d+)*", done.stdout)
    return found[0] if done.returncode == 0 and found else None


def render_with_quarto(
    program: QuartoProgram,
    source: Path,
    to: Sequence[str],
    folder: Path,
    parameters: Mapping[str, object],
    metadata: Mapping[str, object],
    progress: Callable[[str], None],
) -> dict[str, float]:
    """Render with Quarto, one format after the other, and move each result to `folder/report.<format>`.

    Quarto writes beside the document, or into the output folder of its project; the file that this call made is what is taken, and
    it is named so that it cannot be mistaken for another. PDF is made through Typst.

    Args:
        program: Quarto.
        source: The document.
        to: Which of `html`, `pdf` and `docx`.
        folder: Where the results go.
        parameters: Given with `-P`, values as YAML reads them.
        metadata: Given as a metadata file.
        progress: Told which format is being made.

    Returns:
        Seconds by format.

    Raises:
        RenderError: Quarto failed, a reference led nowhere (to Quarto only a warning), or its result is not where it says.
    """
    if not source.is_file():
        raise RenderError("The document cannot be read.", file=source, got="No such file or directory")
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        arguments = _arguments(parameters, metadata, Path(scratch))
        for form in to:
            progress(f"quarto: {form}")
            started = time.perf_counter()
            _one_format(program, source.resolve(), form, folder / f"report.{form}", arguments)
            seconds[form] = time.perf_counter() - started
    return seconds


def _arguments(parameters: Mapping[str, object], metadata: Mapping[str, object], scratch: Path) -> list[str]:
    arguments: list[str] = []
    for name, value in parameters.items():
        # A text is quoted where YAML would read it as something else: "2016" or "no".
        written = value if isinstance(value, str) and yaml.safe_load(value or "''") == value else json.dumps(value)
        arguments += ["-P", f"{name}:{written}"]
    if metadata:
        file = scratch / "metadata.yml"
        file.write_text(yaml.safe_dump(dict(metadata), allow_unicode=True), encoding="utf-8")
        arguments += ["--metadata-file", str(file)]
    return arguments


def _one_format(program: QuartoProgram, source: Path, form: str, target: Path, arguments: list[str]) -> None:
    name = f"{source.stem}-rendering-{os.getpid()}.{form}"
    extra = ["-M", "embed-resources:true"] if form == "html" else []
    command = [program.path, "render", source.name, "--to", _FORMATS[form], "--output", name, *extra, *arguments]
    # The cells run in this Python, and Typst finds the typeface that the charts name.
    environment = {**os.environ, "QUARTO_PYTHON": sys.executable, "TYPST_FONT_PATHS": str(font_folder())}
    done = subprocess.run(command, cwd=source.parent, capture_output=True, text=True, check=False, env=environment)
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr + "\n" + done.stdout)
    made = _made(source, name, said)
    try:
        if done.returncode:
            raise RenderError("Quarto could not render the document.", file=source, got=_tail(said))
        lost = re.search(r"Unable to resolve crossref @([\w-]+)", said)
        if lost:
            raise RenderError(f"The reference '@{lost[1]}' leads nowhere.", file=source, got=_tail(lost[0]))
        if made is None:
            raise RenderError("Quarto said that it was done, and its result is not there.", file=source, expected=name, got=_tail(said))
        shutil.move(made, target)
    finally:
        if made is not None:
            made.unlink(missing_ok=True)


def _made(source: Path, name: str, said: str) -> Path | None:
    """The file that Quarto made: where it says, beside the document, or in the output folder of its project."""
    told = re.findall(r"Output created:\s*(.+)", said)
    places = [source.parent / line.strip() for line in told] + [source.parent / name]
    root = next((folder for folder in source.parents if (folder / "_quarto.yml").is_file()), None)
    if root is not None:
        project = yaml.safe_load((root / "_quarto.yml").read_text(encoding="utf-8")) or {}
        kind = project.get("project", {}).get("type", "default")
        output = project.get("project", {}).get("output-dir", {"website": "_site", "book": "_book"}.get(kind, "."))
        places += [root / line.strip() for line in told]
        places.append(root / output / source.parent.relative_to(root) / name)
    return next((place for place in places if place.is_file()), None)


def _tail(text: str) -> str:
    return "\n".join(line for line in text.strip().splitlines() if line.strip())[-2000:]
