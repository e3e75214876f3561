"""`barometer init`."""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from barometer.cli.dates import DAY, WAVE

if TYPE_CHECKING:
    from barometer.intake.platforms.source import Source
    from barometer.project.starting.drafting import Guessed
    from barometer.project.starting.scaffolding import Made, Plan, Wishes

_WIDTH = 100
_SHOWN = 8


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--from", "export", type=click.Path(path_type=Path), metavar="EXPORT", help="The export of a survey platform to draft from.")
@click.option("--title", help="The title of the barometer. [default: from the name of the export]")
@click.option("--publisher", help="Who publishes it.")
@click.option("--contact", help="Whom readers may write to.")
@click.option("--people", help='Whom sentences on everybody speak of, plural, such as "members".')
@click.option("--describes", help='The population in full, such as "the 420 members of the federation".')
@click.option("--population-size", type=click.IntRange(min=1), help="The number of members of the population, where it is known.")
@click.option(
    "--frame", type=click.Path(path_type=Path), metavar="FILE", help="A CSV or XLSX with one row for each member of the population."
)
@click.option("--key", metavar="COLUMN", help="The frame's column that identifies a member. [default: the one that the export names]")
@click.option("--wave", type=WAVE, help="The id of the wave. [default: from its end, such as 2026-spring]")
@click.option("--wave-title", help='The title of the wave, such as "Spring 2026".')
@click.option("--fieldwork-start", type=DAY, help="The first day of the fieldwork. [default: of the first answer]")
@click.option("--fieldwork-end", type=DAY, help="The last day of the fieldwork. [default: of the last answer]")
@click.option("--published", type=DAY, help="The date on the report. [default: today]")
@click.option("--mode", help='How answers were given. [default: "Online questionnaire, self-completed"]')
@click.option("--format", "format", metavar="PLATFORM", help="The platform that wrote the export. [default: it is recognised]")
@click.option("--form", type=click.Path(path_type=Path), metavar="FILE", help="The XLSForm of a Kobo or ODK survey.")
@click.option("--sheet", help="The sheet of a workbook. [default: the first]")
@click.option("--synthetic/--no-synthetic", default=None, help="Whether the responses are made up. [default: not, but for the example]")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: take the defaults.")
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")
def command(folder: Path, export: Path | None, yes: bool, dry_run: bool, as_json: bool, **said: Any) -> None:
    """Begin a barometer: make FOLDER, with everything that a run needs.

    With --from, the questionnaire is drafted from the export of a survey platform: kinds of questions, options, scales, routing and times
    are guessed, and every guess stands beside its reason in data/questionnaire.toml, ready to be edited. Without it, FOLDER is a small
    example whose responses are synthetic. Either way 'barometer run' works at once.

    The folder must be new or empty; all files appear together, or none. Names, e-mail and IP addresses in the export are left out of
    everything but the copy of the export itself, which .gitignore keeps out of version control.

    \b
    Examples:
      barometer init example
      barometer init members --from export.csv
      barometer init members --from export.sav --population-size 420 --people members --wave 2026-spring
      barometer init heads --from answers.xlsx --frame schools.csv --yes
      barometer init members --from export.csv --dry-run
    """
    from barometer.project.starting.placing import refuse_unless_empty
    from barometer.project.starting.scaffolding import Wishes, default_title, from_source, init, planned

    if not dry_run:
        refuse_unless_empty(folder)
    wishes = Wishes(**said)
    today = date.today()
    ask = export is not None and not (yes or dry_run or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    if export is not None and wishes.title is None and not ask:
        wishes = replace(wishes, title=default_title(export, folder))
    if ask and export is not None:
        from barometer.intake.platforms.source import read_source

        source = read_source(export, format=wishes.format, form=wishes.form, sheet=wishes.sheet)
        wishes = _asked(wishes, export, folder, source, today)
        plan = from_source(source, wishes, today=today)
    else:
        plan = planned(export, wishes, today=today)
    if dry_run:
        _print_draft(plan, folder, as_json)
        return
    made = init(folder, plan)
    _say(made, folder, as_json)


def _asked(wishes: Wishes, export: Path, folder: Path, source: Source, today: date) -> Wishes:
    """What the options did not say, asked with a default for each."""
    from barometer.project.starting.drafting import draft
    from barometer.project.starting.scaffolding import default_title
    from barometer.project.starting.writing import wave_id

    click.echo(f"{export.name}: {len(source):,} submissions. {_capital(source.reason)}.")
    click.echo("A blank answer takes what stands in brackets.\n")
    told: dict[str, Any] = {}

    def ask(name: str, question: str, default: Any, kind: Any = str) -> Any:
        if getattr(wishes, name) is None:
            told[name] = click.prompt(question, default=default, type=kind) or None
        return told.get(name, getattr(wishes, name))

    ask("title", "Title of the barometer", default_title(export, folder))
    ask("publisher", "Who publishes it", "The survey team")
    ask("people", "Who was asked, plural (members, heads of schools ...)", "", str)
    if wishes.frame is None and wishes.population_size is None:
        size = click.prompt("How many of them are there in all (0 if it is not known)", default=0, type=click.IntRange(min=0))
        told["population_size"] = size or None
    window = draft(source).window
    start = ask("fieldwork_start", "First day of the fieldwork", (window[0] if window else today).isoformat(), DAY)
    end = ask("fieldwork_end", "Last day of the fieldwork", max(window[1] if window else today, start).isoformat(), DAY)
    ask("wave", "Id of the wave", wave_id(end), WAVE)
    if wishes.synthetic is None:
        told["synthetic"] = click.confirm("Are the responses made up (synthetic)", default=False)
    click.echo()
    return replace(wishes, **told)


def _print_draft(plan: Plan, folder: Path, as_json: bool) -> None:
    texts = {place: content for place, content in plan.files.items() if isinstance(content, str)}
    if as_json:
        from barometer.cli.options import echo_json

        echo_json({"folder": str(folder), "wave": plan.wave, "files": texts, "copied": _copied(plan), "guesses": _guesses(plan)})
        return
    # Pages are the same for everybody; what was drafted is what a team wants to see.
    for place, text in texts.items():
        if place.endswith(".toml") and not place.startswith("reports/"):
            click.echo(f"==> {folder / place} <==\n{text}")
    rest = [place for place in plan.files if not (place.endswith(".toml") and not place.startswith("reports/"))]
    click.echo("Further files: " + ", ".join(rest))
    click.echo("Nothing was written.")


def _copied(plan: Plan) -> dict[str, str]:
    return {place: str(content) for place, content in plan.files.items() if not isinstance(content, str)}


def _guesses(plan: Plan) -> list[dict[str, Any]]:
    return [{"place": one.place, "what": one.what, "reason": one.reason, "doubtful": one.doubtful} for one in plan.guesses]


def _say(made: Made, folder: Path, as_json: bool) -> None:
    plan = made.plan
    if as_json:
        from barometer.cli.options import echo_json

        echo_json(
            {
                "folder": str(made.folder),
                "wave": plan.wave,
                "synthetic": plan.synthetic,
                "files": sorted(plan.files),
                "rows": dict(made.counts),
                "trouble": made.trouble,
                "guesses": _guesses(plan),
            }
        )
        return
    label = "  (synthetic responses)" if plan.synthetic else ""
    click.echo(f"{click.style(plan.title, bold=True)}  wave {plan.wave}{label}")
    if plan.draft is not None:
        kinds = Counter(one.question.kind for one in plan.draft.questions)
        click.echo(f"  {sum(kinds.values())} questions: " + ", ".join(f"{times} {kind}" for kind, times in kinds.most_common()))
    click.echo(
        f"  {made.counts['read']:,} submissions: {made.counts['accepted']:,} accepted, {made.counts['quarantined']:,} in the quarantine"
    )
    for note in plan.notes:
        click.echo(f"  {note}")
    _doubts(plan.guesses)
    if made.trouble:
        click.secho(f"\nNot fit to publish yet: {made.trouble}", bold=True)
        click.echo("  barometer check says which submissions break which rule.")
    place = "" if folder.resolve() == Path.cwd() else f" --project {folder}"
    click.secho("\nNext", bold=True)
    click.echo(f"  barometer run{place:<30}  publish the first report into {folder / 'build' / plan.wave}")
    click.echo(f"  barometer findings{place:<25}  every figure as a sentence")
    if plan.draft is not None:
        click.echo(f"  edit {folder / 'data' / 'questionnaire.toml'}: look for CHECK and 'guessed'")


def _doubts(guesses: tuple[Guessed, ...]) -> None:
    doubtful = [guess for guess in guesses if guess.doubtful]
    if not doubtful:
        return
    click.secho(f"\nLook at these guesses first ({len(doubtful)} of {len(guesses)})", bold=True)
    alike: dict[tuple[str, str], list[str]] = {}
    for guess in doubtful:
        alike.setdefault((guess.what, guess.reason), []).append(guess.place)
    for (what, reason), places in list(alike.items())[:_SHOWN]:
        named = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        click.echo(f"  {named}")
        click.echo(textwrap.fill(f"{what}: {reason}", _WIDTH, initial_indent="      ", subsequent_indent="      "))
    if len(alike) > _SHOWN:
        click.echo(f"  and {len(alike) - _SHOWN} more, marked CHECK in data/questionnaire.toml")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
