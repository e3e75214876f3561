"""Finds the findings of a published wave without loading anything that computes, or even the models of the project's files."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from barometer.errors import ProjectError, UsageError, did_you_mean

if TYPE_CHECKING:
    from barometer.findings import Findings

_MANIFEST = "manifest.json"
_PROJECT_FILE = "barometer.toml"


@dataclass(frozen=True)
class House:
    """What printing a finding needs to know of the project.

    Attributes:
        style: The house style of sentences.
        synthetic: Whether the responses are made up.
    """

    style: str
    synthetic: bool


def published_findings(project: str, wave: str | None) -> tuple[Findings, House]:
    """The findings in `build/<wave>/`, and the house's style.

    Where an input has changed since the publication, a line on standard error says so.

    Args:
        project: A folder with `barometer.toml`, or one within it.
        wave: The wave; left out, the latest that is published.

    Raises:
        ProjectError: If there is no project, or its files are broken.
        UsageError: If the wave is not published yet.
    """
    from barometer.findings.storing import load_findings

    folder = _folder(project)
    tables = _tables(folder)
    waves = [str(one) for one in tables.get("waves", [])]
    published = [one for one in waves if (folder / "build" / one / _MANIFEST).is_file()]
    if wave is not None and wave not in waves:
        raise UsageError("There is no such wave.", expected="one of " + ", ".join(waves), got=wave, hint=did_you_mean(wave, waves))
    if wave not in published and (wave is not None or not published):
        raise UsageError(
            "The wave is not published yet." if wave else "No wave is published yet.",
            file=folder / "build",
            expected=f"a publication of {wave}" if wave else "a publication",
            got="published: " + (", ".join(published) or "none"),
            hint=f"Run: barometer run {wave or ''}".rstrip(),
        )
    chosen = wave or published[-1]
    _tell_if_stale(folder, chosen)
    house = House(str(tables.get("style", "hsj")), tables.get("synthetic") is True)
    return load_findings(folder / "build" / chosen / "findings.json"), house


def _folder(project: str) -> Path:
    start = Path(project).resolve()
    for candidate in (start, *start.parents):
        if (candidate / _PROJECT_FILE).is_file():
            return candidate
    raise ProjectError(
        "This is not a barometer project.",
        file=start,
        expected=f"a folder with {_PROJECT_FILE}, or a folder within one",
        got="no such folder" if not start.exists() else f"no {_PROJECT_FILE} here or above",
        hint="Give the folder with --project.",
    )


def _tables(folder: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / _PROJECT_FILE).read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # Reading it in full says exactly what is wrong with it, and in which line.
        from barometer.project.settings import load_project

        load_project(folder / _PROJECT_FILE)
        raise


def published_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the publication in a folder.

    Raises:
        ProjectError: If it is no manifest.
    """
    path = folder / _MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict) or not all(isinstance(manifest.get(key), dict) for key in ("inputs", "rows")):
        raise ProjectError("The manifest is broken.", file=path, hint=f"Run: barometer run {folder.name}")
    return manifest


def _tell_if_stale(folder: Path, wave: str) -> None:
    from barometer.project.hashes import sha256_of_files

    inputs = published_manifest(folder / "build" / wave)["inputs"]
    now = sha256_of_files(folder, [folder / name for name in inputs if (folder / name).is_file()])
    changed = sorted(name for name, value in inputs.items() if now.get(name) != value)
    if changed:
        click.echo(f"Note: {', '.join(changed)} changed since this was published; 'barometer run {wave}' publishes anew.", err=True)
