"""`barometer add-wave`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from barometer.cli.dates import DAY, WAVE
from barometer.cli.options import json_option, project_option

if TYPE_CHECKING:
    from barometer.project.starting.adding import Addition
    from barometer.project.starting.joining import Added
    from barometer.project.survey import Survey

_SHOWN = 8


@click.command("add-wave")
@click.argument("export", type=click.Path(path_type=Path))
@project_option
@click.option("--wave", type=WAVE, help="The id of the wave. [default: from its end, such as 2026-autumn]")
@click.option("--title", help='The title of the wave, such as "Autumn 2026".')
@click.option("--fieldwork-start", type=DAY, help="The first day of the fieldwork. [default: of the first answer]")
@click.option("--fieldwork-end", type=DAY, help="The last day of the fieldwork. [default: of the last answer]")
@click.option("--published", type=DAY, help="The date on the report. [default: today]")
@click.option("--mode", help="How answers were given. [default: as in the wave before]")
@click.option("--format", "format", metavar="PLATFORM", help="The platform that wrote the export. [default: it is recognised]")
@click.option("--form", type=click.Path(path_type=Path), metavar="FILE", help="The XLSForm of a Kobo or ODK survey. [default: as before]")
@click.option("--sheet", help="The sheet of a workbook. [default: as before]")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@json_option
def command(export: Path, project: str, dry_run: bool, as_json: bool, **said: Any) -> None:
    """Add an EXPORT as the next wave of the project.

    Questions that were asked again are found by their wording, also where it has changed a little; new questions, options and items are
    added, and those that were dropped stay with the waves that asked them. The questionnaire keeps its comments and layout. A changed
    wording is put on record, and ends the comparison with earlier waves until a person decides otherwise.

    An export that answers fewer than half of the questions of the wave before is refused. Everything is changed, or nothing.

    \b
    Examples:
      barometer add-wave autumn.csv --dry-run
      barometer add-wave autumn.csv --wave 2026-autumn
      barometer add-wave autumn.sav --fieldwork-start 2026-10-05 --fieldwork-end 2026-10-23
    """
    from barometer.project.starting.adding import WaveWishes, planned_wave
    from barometer.project.starting.joining import add_wave, checked_wave
    from barometer.project.survey import open

    survey = open(project)
    addition = planned_wave(survey, export, WaveWishes(**said), today=date.today())
    added = checked_wave(survey, addition) if dry_run else add_wave(survey, addition)
    if as_json:
        _say_to_programs(added, survey, dry_run)
        return
    _say(added)
    if dry_run:
        _differences(addition, survey)
        click.secho("\nNothing was written.", bold=True)
        return
    place = "" if project == "." else f" --project {project}"
    click.secho("\nNext", bold=True)
    click.echo(f"  barometer run{place:<30}  publish {addition.wave}, compared with earlier waves")


def _say(added: Added) -> None:
    addition = added.addition
    click.echo(f"{click.style(addition.wave, bold=True)}  compared with {addition.before}")
    for note in addition.notes:
        click.echo(f"  {note}")
    counts = added.counts
    click.echo(f"  {counts['read']:,} submissions: {counts['accepted']:,} accepted, {counts['quarantined']:,} in the quarantine")
    click.echo(f"  {len(addition.again)} questions asked again, {len(addition.new)} new, {len(addition.dropped)} dropped")
    _list("New questions", [f"{one.question.id} ({one.question.kind}): {one.question.text}" for one in addition.new])
    _list("Dropped questions", [f"{question.id}: {question.text}" for question in addition.dropped])
    reworded = [
        f'{one.question.id}\n      was  "{one.question.text}"\n      now  "{one.wording}"'
        for one in addition.again
        if one.wording is not None
    ]
    _list("Changed wordings, put on record: not compared with earlier waves", reworded)
    fresh = [f'{one.question.id}: "{label}"' for one in addition.again for label in (*one.new, *one.answers)]
    _list("New options and items", fresh)
    _list("Dropped options and items", [f"{one.question.id}.{code}" for one in addition.again for code in one.gone])
    spelt = [f'{one.question.id}.{code} is also "{label}"' for one in addition.again for code, label in one.aliases.items()]
    _list("Other spellings", spelt)
    _list("Look at these guesses", [f"{guess.place}: {guess.what}: {guess.reason}" for guess in addition.guesses if guess.doubtful])
    if added.trouble:
        click.secho(f"\nNot fit to publish yet: {added.trouble}", bold=True)
        click.echo("  barometer check says which submissions break which rule.")


def _list(heading: str, lines: list[str]) -> None:
    if not lines:
        return
    click.secho(f"\n{heading} ({len(lines)})", bold=True)
    for line in lines[:_SHOWN]:
        click.echo(f"  {line}")
    if len(lines) > _SHOWN:
        click.echo(f"  and {len(lines) - _SHOWN} more")


def _differences(addition: Addition, survey: Survey) -> None:
    import difflib

    for place, text in addition.changed.items():
        before = (survey.folder / place).read_text(encoding="utf-8-sig").splitlines(keepends=True)
        after = text.splitlines(keepends=True)
        click.echo("\n" + "".join(difflib.unified_diff(before, after, place, place, n=1)).rstrip("\n"))
    for place, content in addition.files.items():
        said = f"\n{content}" if isinstance(content, str) else f"  (a copy of {content})\n"
        click.echo(f"\n==> {place} <=={said}".rstrip("\n"))


def _say_to_programs(added: Added, survey: Survey, dry_run: bool) -> None:
    from barometer.cli.options import echo_json

    addition = added.addition
    echo_json(
        {
            "wave": addition.wave,
            "before": addition.before,
            "written": not dry_run,
            "folder": str(survey.wave_folder(addition.wave)),
            "rows": dict(added.counts),
            "trouble": added.trouble,
            "again": [one.question.id for one in addition.again],
            "new": [one.question.id for one in addition.new],
            "dropped": [question.id for question in addition.dropped],
            "reworded": {one.question.id: one.wording for one in addition.again if one.wording is not None},
            "new_parts": {one.question.id: list(one.fresh) for one in addition.again if one.fresh},
            "dropped_parts": {one.question.id: list(one.gone) for one in addition.again if one.gone},
        }
    )
