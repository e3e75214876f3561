"""`barometer themes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from barometer.cli.options import echo_json, json_option, project_option

if TYPE_CHECKING:
    from barometer.project.open_text import OpenText
    from barometer.project.wave import Wave


@click.command("themes")
@click.argument("question", required=False)
@click.option("--wave", "-w", metavar="WAVE", help="The wave. [default: the latest with data]")
@project_option
@click.option("--by", "-b", metavar="BREAK", help="Break by this column as well, such as role.")
@click.option("--agreement", "agreed", is_flag=True, help="Show how far the coders agree on each theme.")
@click.option("--sheet", "coder", metavar="CODER", help="Print a CSV for this coder to fill in. It holds answers: keep it private.")
@click.option("--csv", "as_csv", is_flag=True, help="Print tidy CSV: one row a figure, shares as proportions.")
@json_option
def command(
    question: str | None, wave: str | None, project: str, by: str | None, agreed: bool, coder: str | None, as_csv: bool, as_json: bool
) -> None:
    """Show what open answers speak of: themes with counts, agreement of the coders, released quotes.

    Answers are coded outside the toolkit, by people: --sheet makes the sheet, and what they coded goes into data/waves/WAVE/coded.

    \b
    Examples:
      barometer themes
      barometer themes help_missing --agreement
      barometer themes help_missing --sheet "A. Coder" > sheet.csv
    """
    from barometer.errors import UsageError
    from barometer.project.survey import open

    if as_csv and as_json:
        raise UsageError("Choose one form.", expected="--csv or --json", got="both")
    chosen = open(project).wave(wave)
    if coder is not None:
        click.echo(_sheet(chosen, question, coder), nl=False)
        return
    texts = [chosen.open_text(question)] if question else chosen.open_texts()
    if as_csv or as_json:
        _say_to_programs(texts, by, agreed, as_json)
        return
    if not texts:
        click.echo(f"No open answers of {chosen.id} are coded. 'barometer themes QUESTION --sheet CODER' starts a coding sheet.")
    for number, text in enumerate(texts):
        if number:
            click.echo()
        _show(text, by, agreed)


def _sheet(wave: Wave, question: str | None, coder: str) -> str:
    from barometer.coding import coding_sheet, load_codeframe
    from barometer.errors import UsageError
    from barometer.project.open_text import answers_of, codeframe_file

    if question is None:
        texts = [asked.id for asked in wave.survey.questionnaire.asked_in(wave.id) if asked.kind == "text"]
        raise UsageError("A sheet is for one question.", expected="one of " + (", ".join(texts) or "(the wave has no open question)"))
    asked = wave.question(question)
    if asked.kind != "text":
        raise UsageError("Only open answers are coded.", where=f"question '{question}'", expected="a text question", got=asked.kind)
    return coding_sheet(answers_of(wave, question), load_codeframe(codeframe_file(wave, question)), coder)


def _say_to_programs(texts: list[OpenText], by: str | None, agreed: bool, as_json: bool) -> None:
    import polars as pl

    frames = []
    for text in texts:
        found = text.agreement if agreed else (text.themes_by(by) if by else text.themes).frame
        if found is not None:
            frames.append(found.with_columns(question=pl.lit(text.question)) if agreed else found)
    frame = pl.concat(frames, how="diagonal") if frames else pl.DataFrame()
    if as_json:
        echo_json(frame.to_dicts())
    else:
        click.echo(frame.write_csv(), nl=False)


def _show(text: OpenText, by: str | None, agreed: bool) -> None:
    from rich.console import Console

    from barometer.cli.tables import show_table

    console = Console(highlight=False)
    asked = text.wave.question(text.question)
    label = "  (synthetic responses)" if text.wave.survey.settings.synthetic else ""
    console.print(f"[bold]{asked.short}[/bold], {text.wave.settings.title}{label}")
    console.print(asked.wording(text.wave.id), style="dim", markup=False)
    console.print(text.brief, markup=False)
    show_table(console, text.table_by(by) if by else text.table)
    if text.agreement_sentence:
        console.print(text.agreement_sentence, style="dim", markup=False)
    table = text.agreement_table
    if agreed and table is not None:
        show_table(console, table)
    for quote in text.quotes:
        console.print(str(quote), markup=False)
