"""`barometer findings`."""

from __future__ import annotations

import csv
import io
from itertools import groupby
from typing import Any

import click

from barometer.cli.options import echo_json, json_option, project_option

_COLUMNS = ("id", "wave", "wave_title", "figure", "sentence", "theme_title", "count", "base", "flag", "edited", "synthetic")


@click.command("findings")
@click.option("--search", "-s", "words", metavar="WORDS", help="Only findings that these words fit, the best of each wave first.")
@click.option("--theme", "-t", metavar="THEME", help="Only findings of this theme, by id or title.")
@click.option("--wave", "-w", metavar="WAVE", help="Only findings of this wave. [default: all published waves, the newest first]")
@project_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV: id, wave, figure, sentence, theme, count, base.")
@json_option
def command(words: str | None, theme: str | None, wave: str | None, project: str, as_csv: bool, as_json: bool) -> None:
    """List or search the findings of all published waves.

    Words are looked for in labels, in the questions' wording, and among the other names that the questionnaire gives: ACS finds accountable
    care systems. A misspelt word stands for the nearest one that occurs.

    \b
    Examples:
      barometer findings --search "accountable care"
      barometer findings --theme savings_levers --wave 2016-spring --csv
    """
    from barometer.cli.reading import published
    from barometer.findings.searching import places
    from barometer.findings.storing import Findings, field

    house = published(project, wave)
    pool = Findings(held for _, found in house.findings() for held in found.held())
    everything = pool.held()
    entries = [everything[place] for place in (range(len(everything)) if words is None else places(pool, words))]
    if theme is not None:
        entries = _of_theme(entries, theme, {field(entry, "theme"): field(entry, "theme_title") for entry in everything})
    newest = {one: place for place, one in enumerate(house.waves)}
    entries.sort(key=lambda entry: newest.get(field(entry, "wave"), len(newest)))
    rows = [_row(entry, house.style) for entry in entries]
    house.tell_if_stale(list(house.waves))
    if as_json:
        echo_json(rows)
    elif as_csv:
        click.echo(_csv(rows), nl=False)
    else:
        _show(rows, words, house.synthetic, house.waves)


def _of_theme(entries: list[Any], theme: str, themes: dict[str, str]) -> list[Any]:
    from barometer.errors import UsageError, did_you_mean

    wanted = {id for id, title in themes.items() if theme.casefold() in (id.casefold(), title.casefold())}
    if not wanted:
        raise UsageError(
            "There is no such theme.",
            expected="one of " + ", ".join(themes),
            got=theme,
            hint=did_you_mean(theme, [*themes, *themes.values()]),
        )
    return [entry for entry in entries if entry["theme"] in wanted]


def _row(entry: Any, style: str) -> dict[str, Any]:
    from barometer.cli.saying import edited_in, sentence_of

    shown = {**entry, "figure": entry["figures"][style], "sentence": sentence_of(entry, style), "edited": edited_in(entry, style)}
    return {column: shown[column] for column in _COLUMNS}


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _show(rows: list[dict[str, Any]], words: str | None, synthetic: bool, waves: tuple[str, ...]) -> None:
    if not rows:
        where = waves[0] if len(waves) == 1 else "any published wave"
        what = f"No finding fits '{words}' in" if words else "There is no such finding in"
        click.echo(f"{what} {where}. Without --search and --theme, all are listed.")
        return
    if synthetic:
        click.echo("Synthetic responses.")
    if words and len(waves) > 1 and rows[0]["wave"] != waves[0]:
        found = list(dict.fromkeys(row["wave"] for row in rows))
        click.echo(f"Found only in {', '.join(found)}: nothing in {waves[0]}, the newest published wave, fits '{words}'.")
    width = max(len(row["id"]) for row in rows)
    for wave, group in groupby(rows, key=lambda row: row["wave"]):
        listed = list(group)
        click.echo(f"\n{listed[0]['wave_title']} ({wave})" if len(waves) > 1 else "")
        for row in listed:
            marks = f"  [{row['flag']}]" * bool(row["flag"]) + "  [edited]" * row["edited"]
            click.echo(f"{row['id']:<{width}}  {row['figure']}{marks}")
    click.echo("\nbarometer finding ID prints one of them in full; --copy puts it on the clipboard.")
