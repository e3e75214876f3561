"""`barometer run`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from barometer.cli.options import json_option, project_option, wave_argument

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from barometer.findings import Finding
    from barometer.project.wave import Wave
    from barometer.publishing.publication import Publication


@click.command("run")
@wave_argument
@project_option
@click.option("--to", metavar="FORMATS", default="html,pdf,docx", show_default=True, help="Formats of the report, separated by commas.")
@click.option(
    "--renderer",
    type=click.Choice(["auto", "quarto", "embedded"]),
    default="auto",
    show_default=True,
    help="What renders the report; auto takes Quarto where it is installed.",
)
@click.option("--kernel", is_flag=True, help="Run the cells of the report in a Jupyter kernel; the files are the same.")
@click.option("--no-freeze", is_flag=True, help="Compute everything anew: take no results of earlier runs from .barometer/freeze.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but the folder of the publication.")
@json_option
def command(wave: str | None, project: str, to: str, renderer: str, kernel: bool, no_freeze: bool, quiet: bool, as_json: bool) -> None:
    """Publish a wave into build/WAVE: report, tables, findings and manifest.

    The export goes through validation, estimation and findings. If anything fails, the last publication stays as it was; what was left
    out, and why, is listed in checks/WAVE/quarantine.csv (which names respondents: do not publish it).

    \b
    Examples:
      barometer run
      barometer run 2016-spring --to html
      barometer run --project ../another-survey --quiet
    """
    from barometer.project.run import run
    from barometer.project.survey import open

    survey = open(project)
    chosen = survey.wave(wave)
    formats = [name.strip().lower() for name in to.split(",") if name.strip()]
    if quiet or as_json:
        publication = run(chosen, to=formats, renderer=renderer, kernel=kernel, freeze=not no_freeze)
        _say_to_programs(publication, chosen, as_json)
        return
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    label = "  (synthetic responses)" if survey.settings.synthetic else ""
    with console.status("starting") as status:
        told = _Told(console, status, f"[bold]{survey.settings.title}[/bold]  {chosen.settings.title}{label}")
        publication = run(chosen, to=formats, renderer=renderer, progress=told, kernel=kernel, freeze=not no_freeze)
    _headlines(console, chosen.headlines())
    _files(console, publication)


class _Told:
    """Shows a spinner for the station at work, and a line for each that is done."""

    def __init__(self, console: Console, status: Status, title: str) -> None:
        self._console = console
        self._status = status
        self._title = title

    def begin(self, station: str, doing: str) -> None:
        if self._title:  # not before something is done: a wrong option is told without ceremony
            self._console.print(self._title)
            self._title = ""
        self._status.update(f"{station}: {doing}")

    def end(self, station: str, done: str, seconds: float) -> None:
        self._console.print(f"  {station:<14} {done:<62} {seconds:5.1f} s", markup=False)


def _headlines(console: Console, findings: list[Finding]) -> None:
    console.print("\n[bold]Headlines[/bold]")
    width = min(console.width, 100)
    for number, finding in enumerate(findings, start=1):
        lines = [finding.sentence()]
        if finding.interval is not None:
            lines.append(finding.sentence(voice="population"))
        lines.append(f"barometer finding {finding.key}")
        for place, line in enumerate(lines):
            lead = f"  {number}. " if place == 0 else "     "
            console.print(
                textwrap.fill(line, width, initial_indent=lead, subsequent_indent="     "), markup=False, style="" if place == 0 else "dim"
            )


def _files(console: Console, publication: Publication) -> None:
    console.print(f"\n[bold]{publication.folder}[/bold]")
    console.print("  " + "  ".join(publication.files), markup=False)


def _say_to_programs(publication: Publication, wave: Wave, as_json: bool) -> None:
    if not as_json:
        click.echo(publication.folder)
        return
    from barometer.cli.options import echo_json

    echo_json(
        {
            "wave": publication.wave,
            "folder": str(publication.folder),
            "files": list(publication.files),
            "rows": publication.manifest["rows"],
            "headlines": [{"id": finding.id, "sentence": finding.sentence()} for finding in wave.headlines()],
        }
    )
