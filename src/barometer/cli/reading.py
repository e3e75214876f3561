"""Finds the findings of published waves without loading anything that computes, or even the models of the project's files."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
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
        folder: The project.
        style: The house style of sentences.
        synthetic: Whether the responses are made up.
        waves: The waves that are looked at, newest first: all published ones, or the one that was asked for.
    """

    folder: Path
    style: str
    synthetic: bool
    waves: tuple[str, ...]

    def findings(self) -> Iterator[tuple[str, Findings]]:
        """Wave and findings, newest first; each is read when it is its turn.

        Raises:
            ProjectError: If a file of findings is missing or broken.
        """
        from barometer.findings.storing import load_findings

        for wave in self.waves:
            yield wave, load_findings(self.folder / "build" / wave / "findings.json")

    def tell_if_stale(self, waves: list[str]) -> None:
        """Says on standard error which inputs have changed since these waves were published.

        Raises:
            ProjectError: If a manifest is broken.
        """
        changed: dict[str, None] = {}
        stale = []
        digest = cache(_digest)  # waves share most of their inputs
        for wave in waves:
            inputs = published_manifest(self.folder / "build" / wave)["inputs"]
            others = [name for name, value in inputs.items() if digest(self.folder / name) != value]
            changed |= dict.fromkeys(sorted(others))
            stale += [wave] if others else []
        if changed:
            named = stale[0] if len(stale) == 1 else "--all"
            since = "this was" if len(waves) == 1 else f"{', '.join(stale)} {'was' if len(stale) == 1 else 'were'}"
            click.echo(f"Note: {', '.join(changed)} changed since {since} published; 'barometer run {named}' publishes anew.", err=True)


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def published(project: str, wave: str | None) -> House:
    """The project, and which of its published waves are looked at.

    Args:
        project: A folder with `barometer.toml`, or one within it.
        wave: The wave; left out, all that are published.

    Raises:
        ProjectError: If there is no project, or its files are broken.
        UsageError: If the wave is not published yet, or none is.
    """
    folder = _folder(project)
    tables = _tables(folder)
    waves = [str(one) for one in tables.get("waves", [])]
    made = [one for one in waves if (folder / "build" / one / _MANIFEST).is_file()]
    if wave is not None and wave not in waves:
        raise UsageError("There is no such wave.", expected="one of " + ", ".join(waves), got=wave, hint=did_you_mean(wave, waves))
    if not made or (wave is not None and wave not in made):
        raise UsageError(
            "The wave is not published yet." if wave else "No wave is published yet.",
            file=folder / "build",
            expected=f"a publication of {wave}" if wave else "a publication",
            got="published: " + (", ".join(made) or "none"),
            hint=f"Run: barometer run {wave or ''}".rstrip(),
        )
    chosen = [wave] if wave is not None else made[::-1]
    return House(folder, str(tables.get("style", "hsj")), tables.get("synthetic") is True, tuple(chosen))


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
