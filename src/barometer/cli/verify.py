"""`barometer verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from barometer.cli.options import json_option, project_option

if TYPE_CHECKING:
    from rich.console import Console

    from barometer.project.survey import Survey
    from barometer.project.verifying import Difference, Verification

_KINDS = {
    "file": "files as they were published",
    "input": "inputs as they were",
    "source": "report sources as they were",
    "environment": "versions as they were",
    "result": "files made anew, byte for byte the same",
}


@click.command("verify")
@click.argument("publication", required=False, type=click.Path(path_type=Path))
@project_option
@click.option("--quick", is_flag=True, help="Compare hashes alone, and make nothing anew.")
@json_option
@click.pass_context
def command(context: click.Context, publication: Path | None, project: str, quick: bool, as_json: bool) -> None:
    """Prove that a publication is what its inputs give, or say what differs.

    PUBLICATION is a folder such as build/2016-spring, or the name of a wave; left out, it is that of the latest wave that is published.
    First the files are compared with the hashes in the manifest, and the project's inputs, report sources and packages with those on
    record. Then everything is made anew in a temporary folder, and compared byte for byte.

    \b
    Exit codes: 0 the same; 1 something differs; 2 not a publication, or its manifest is broken.

    \b
    Examples:
      barometer verify
      barometer verify build/2016-spring
      barometer verify 2016-spring --quick
      barometer verify --json
    """
    from barometer.project.verifying import verify

    survey, folder = _found(publication, project)
    if as_json:
        found = verify(survey, folder, quick=quick)
        _say_to_programs(found)
    else:
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        with console.status("reading the manifest") as status:
            found = verify(survey, folder, quick=quick, progress=lambda doing: status.update(doing))
        _say(console, found)
    if not found.same:
        context.exit(1)


def _found(publication: Path | None, project: str) -> tuple[Survey, Path]:
    """The project and the folder of the publication."""
    from barometer.errors import ProjectError
    from barometer.project.survey import open
    from barometer.publishing.publication import MANIFEST

    if publication is not None and (publication.is_dir() or len(publication.parts) > 1):
        # The project that holds the publication, unless another one is named.
        return open(publication.resolve().parent if project == "." and publication.exists() else project), publication.resolve()
    survey = open(project)
    if publication is not None:
        return survey, survey.build_folder(survey.wave_id(str(publication)))
    for wave in reversed(survey.waves):
        if (survey.build_folder(wave) / MANIFEST).is_file():
            return survey, survey.build_folder(wave)
    raise ProjectError("Nothing is published yet.", file=survey.folder / "build", hint="Run: barometer run")


def _say(console: Console, found: Verification) -> None:
    console.print(f"[bold]{found.folder}[/bold]")
    counted = {**found.counted, **({"result": found.recomputed} if found.recomputed else {})}
    for kind, words in _KINDS.items():
        differing = [one for one in found.differences if one.kind == kind]
        if kind in counted or differing:
            whole = counted.get(kind, 0)
            changed = len({one.name for one in differing if not one.what.startswith(("new since", "not part"))})
            number = f"{max(whole - changed, 0)} of {whole}"
            console.print(f"  {number:>10}  {words}", markup=False, style="red" if differing else "")
            for one in differing:
                _say_difference(console, one)
    if found.same:
        proven = "The publication is what its inputs give." if found.recomputed else "All hashes are as they were on record."
        console.print(f"{proven}", style="green")
    else:
        console.print(f"{len(found.differences)} {'thing differs' if len(found.differences) == 1 else 'things differ'}.", style="red")


def _say_difference(console: Console, one: Difference) -> None:
    console.print(f"              {one.name}: {one.what}", markup=False)
    if one.kind == "environment":
        console.print(f"                published with {one.expected}, here {one.got}", markup=False, style="dim")
    elif one.detail:
        console.print(f"                {one.detail}", markup=False, style="dim")
    elif one.expected:
        console.print(f"                on record {one.expected[:16]}..., found {one.got[:16]}...", markup=False, style="dim")


def _say_to_programs(found: Verification) -> None:
    from dataclasses import asdict

    from barometer.cli.options import echo_json

    echo_json(
        {
            "folder": str(found.folder),
            "wave": found.wave,
            "same": found.same,
            "looked_at": dict(found.counted),
            "recomputed": found.recomputed,
            "differences": [asdict(one) for one in found.differences],
        }
    )
