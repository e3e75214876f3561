"""`barometer findings`."""

from __future__ import annotations

import csv
import io
from typing import Any

import click

from barometer.cli.options import echo_json, json_option, project_option, wave_option

_COLUMNS = ("id", "figure", "sentence", "theme_title", "count", "base", "flag", "synthetic")


@click.command("findings")
@click.option("--search", "-s", "words", metavar="WORDS", help="Only findings that these words fit, the best first.")
@click.option("--theme", "-t", metavar="THEME", help="Only findings of this theme, by id or title.")
@wave_option
@project_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV: id, figure, sentence, theme, count, base.")
@json_option
def command(words: str | None, theme: str | None, wave: str | None, project: str, as_csv: bool, as_json: bool) -> None:
    """List or search the findings of a published wave.

    \b
    Examples:
      barometer findings --search "accountable care"
      barometer findings --theme savings_levers --csv
    """
    from barometer.cli.reading import published_findings
    from barometer.findings.searching import places
    from barometer.findings.storing import field

    findings, house = published_findings(project, wave)
    everything = [findings.entry(field(held, "id")) for held in findings.held()]
    entries = everything if words is None else [everything[place] for place in places(findings, words)]
    if theme is not None:
        entries = _of_theme(entries, theme, {entry["theme"]: entry["theme_title"] for entry in everything})
    rows = [_row(entry, house.style) for entry in entries]
    if as_json:
        echo_json(rows)
    elif as_csv:
        click.echo(_csv(rows), nl=False)
    else:
        _show(rows, words, house.synthetic)


def _of_theme(entries: list[dict[str, Any]], theme: str, themes: dict[str, str]) -> list[dict[str, Any]]:
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


def _row(entry: dict[str, Any], style: str) -> dict[str, Any]:
    shown = {**entry, "figure": entry["figures"][style], "sentence": entry["voices"][style]["sample"]}
    return {column: shown[column] for column in _COLUMNS}


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _show(rows: list[dict[str, Any]], words: str | None, synthetic: bool) -> None:
    if not rows:
        click.echo(f"No finding fits '{words}'. Without --search, all are listed.")
        return
    if synthetic:
        click.echo("Synthetic responses.")
    width = max(len(row["id"].split("/", 1)[1]) for row in rows)
    for row in rows:
        flag = f"  [{row['flag']}]" if row["flag"] else ""
        click.echo(f"{row['id'].split('/', 1)[1]:<{width}}  {row['figure']}{flag}")
    click.echo("\nbarometer finding ID prints one of them in full.")
