"""Finds the findings of a published wave without loading anything that computes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from barometer.findings import Findings


def published_findings(project: str, wave: str | None) -> tuple[Findings, bool]:
    """The findings in `build/<wave>/` and whether they are made of synthetic responses.

    Where the inputs have changed since the publication, a line on standard error says so.

    Raises:
        UsageError: If the wave is unknown or not published yet.
    """
    from barometer.errors import ProjectError, UsageError
    from barometer.findings.storing import load_findings
    from barometer.project.hashes import sha256_of_files
    from barometer.project.survey import open

    survey = open(project)
    id = survey.wave_id(wave)
    folder = survey.build_folder(id)
    if not (folder / "manifest.json").is_file():
        raise UsageError("The wave is not published yet.", file=folder, got="no publication", hint=f"Run: barometer run {id}")
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        published = manifest["inputs"]
    except (ValueError, KeyError):
        raise ProjectError("The manifest is broken.", file=folder / "manifest.json", hint=f"Run: barometer run {id}") from None
    now = sha256_of_files(survey.folder, survey.input_files(id))
    changed = sorted(name for name in {*now, *published} if now.get(name) != published.get(name))
    if changed:
        click.echo(f"Note: {', '.join(changed)} changed since this was published; 'barometer run {id}' publishes anew.", err=True)
    return load_findings(folder / "findings.json"), survey.settings.synthetic
