"""`barometer run`."""

from __future__ import annotations

import textwrap
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from barometer.cli.options import json_option, project_option, wave_argument

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from barometer.findings import Finding
    from barometer.project.wave import Wave
    from barometer.project.worker import Workers
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
@click.option("--all", "every", is_flag=True, help="Publish every wave with data, oldest first; stop at the first that cannot be.")
@click.option("--by", metavar="BREAK", multiple=True, help="One report more for each group of a break, such as region.")
@click.option("--kernel", is_flag=True, help="Run the cells of the report in a Jupyter kernel; the files are the same.")
@click.option("--no-freeze", is_flag=True, help="Compute everything anew: take no results of earlier runs from .barometer/freeze.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but the folder of the publication.")
@json_option
def command(wave: str | None, project: str, every: bool, by: tuple[str, ...], quiet: bool, as_json: bool, **options: Any) -> None:
    """Publish a wave into build/WAVE: report, pages, tables, findings and manifest.

    The export goes through validation, estimation and findings. If anything fails, the last publication stays as it was; what was left
    out, and why, is listed in checks/WAVE/quarantine.csv (which names respondents: do not publish it).

    \b
    Examples:
      barometer run
      barometer run 2016-spring --to html
      barometer run --by region
      barometer run --all
      barometer run --project ../another-survey --quiet
    """
    from barometer.project import FREEZE_FOLDER
    from barometer.project.worker import workers

    with workers() as beside:
        if options["no_freeze"] or not (Path(project) / FREEZE_FOLDER).is_dir():
            beside.warm()  # before anything else is imported: nothing is kept that could save their work
        _publish(wave, project, every, by, quiet, as_json, beside, **options)


def _publish(
    wave: str | None, project: str, every: bool, by: tuple[str, ...], quiet: bool, as_json: bool, beside: Workers, **options: Any
) -> None:
    from barometer.project.run import run, run_all
    from barometer.project.survey import open

    survey = open(project)
    chosen = {**_run_options(wave, every, by, **options), "beside": beside}
    if quiet or as_json:
        waves = list(survey.waves) if every else [survey.wave(wave).id]
        made = list(run_all(survey, **chosen)) if every else [run(survey.wave(wave), **chosen)]
        _say_to_programs(made, [survey.wave(id) for id in waves], as_json, every)
        return
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    label = "  (synthetic responses)" if survey.settings.synthetic else ""
    with console.status("starting") as status:

        def told(one: Wave) -> _Told:
            return _Told(console, status, f"[bold]{survey.settings.title}[/bold]  {one.settings.title}{label}")

        if every:
            for publication in run_all(survey, told=told, **chosen):
                console.print(f"  {publication.folder}\n", markup=False)
            return
        one = survey.wave(wave)
        publication = run(one, progress=told(one), **chosen)
    _headlines(console, one.headlines())
    _files(console, publication)


def _run_options(
    wave: str | None, every: bool, by: tuple[str, ...], *, to: str, renderer: str, kernel: bool, no_freeze: bool
) -> dict[str, Any]:
    """The arguments of `run` that are the same for every wave."""
    from barometer.errors import UsageError

    if every and wave is not None:
        raise UsageError("Name a wave, or publish all of them.", expected="WAVE or --all", got=f"{wave} --all")
    if len(by) > 1:
        raise UsageError(
            "One break at a time: groups of groups would be too small to be reported.", expected="--by once", got=", ".join(by)
        )
    formats = [name.strip().lower() for name in to.split(",") if name.strip()]
    return {"to": formats, "renderer": renderer, "kernel": kernel, "freeze": not no_freeze, "by": by[0] if by else None}


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
    beside = [name for name in publication.files if "/" not in name]
    below = Counter(name.rpartition("/")[0] for name in publication.files if "/" in name)
    folders = [f"{folder}/ ({count} {'file' if count == 1 else 'files'})" for folder, count in sorted(below.items())]
    console.print("  " + "  ".join([*beside, *folders]), markup=False)


def _say_to_programs(made: list[Publication], waves: list[Wave], as_json: bool, every: bool) -> None:
    if not as_json:
        for publication in made:
            click.echo(publication.folder)
        return
    from barometer.cli.options import echo_json

    said = [
        {
            "wave": publication.wave,
            "folder": str(publication.folder),
            "files": list(publication.files),
            "rows": publication.manifest["rows"],
            "headlines": [{"id": finding.id, "sentence": finding.sentence()} for finding in wave.headlines()],
        }
        for publication, wave in zip(made, waves, strict=True)
    ]
    echo_json(said if every else said[0])
