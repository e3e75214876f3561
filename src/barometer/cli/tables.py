"""`barometer tables`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from barometer.cli.options import echo_json, json_option, project_option, wave_argument

if TYPE_CHECKING:
    from rich.console import Console

    from barometer.project.wave import Wave
    from barometer.publishing.tables import Table
    from barometer.questionnaire import Question


@click.command("tables")
@wave_argument
@project_option
@click.option("--question", "-q", "questions", multiple=True, metavar="ID", help="Only this question; may be given more than once.")
@click.option("--by", "-b", metavar="BREAK", help="Break by this column as well, such as role or region.")
@click.option("--csv", "as_csv", is_flag=True, help="Print tidy CSV: one row a figure, shares as proportions.")
@json_option
def command(wave: str | None, project: str, questions: tuple[str, ...], by: str | None, as_csv: bool, as_json: bool) -> None:
    """Show the figures of a wave as they may be published: for everybody, and by a break.

    \b
    Examples:
      barometer tables --question contracting --by role
      barometer tables --csv > figures.csv
    """
    from barometer.errors import UsageError
    from barometer.project.survey import open

    if as_csv and as_json:
        raise UsageError("Choose one form.", expected="--csv or --json", got="both")
    chosen = open(project).wave(wave)
    asked = _asked(chosen, questions)
    frame = _published(chosen, asked, by)
    if as_csv:
        click.echo(frame.write_csv(), nl=False)
    elif as_json:
        echo_json(frame.to_dicts())
    else:
        _show(chosen, asked, frame, by)


def _asked(wave: Wave, questions: tuple[str, ...]) -> list[Question]:
    if questions:
        return [wave.question(question) for question in questions]
    return [question for question in wave.survey.questionnaire.asked_in(wave.id) if question.kind != "text"]


def _published(wave: Wave, asked: list[Question], by: str | None) -> Any:
    """Figures of these questions after disclosure control, which needs every break of the plan to be there."""
    import polars as pl

    breaks = ["", *([by] if by else [])]
    published = wave.published_by([question.id for question in asked], by) if by else wave.published
    frame = published.frame.filter(pl.col("question").is_in([question.id for question in asked]) & pl.col("break").is_in(breaks))
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    joined = (pl.col(name).cast(pl.List(pl.String)).list.join(" ") for name in nested)
    return frame.with_columns(*joined, pl.lit(wave.survey.settings.synthetic).alias("synthetic"))


def _show(wave: Wave, asked: list[Question], frame: Any, by: str | None) -> None:
    from rich.console import Console

    from barometer.publishing.layouts import cross_table, topline

    console = Console(highlight=False)
    if wave.survey.settings.synthetic:
        console.print("Synthetic responses.", style="dim")
    for question in asked:
        table = cross_table(question, frame, by, wave.survey.settings.breaks[by]) if by else topline(question, frame)
        console.print(f"\n[bold]{question.id}[/bold]  {question.wording(wave.id)}")
        show_table(console, table)


def show_table(console: Console, table: Table) -> None:
    """Prints a table as wide as the terminal, or as lists where the terminal is too narrow for it, and its notes."""
    console.print(_rich(table) if _narrowest(table) <= console.width else _listed(table))
    if table.notes:
        console.print(" ".join(table.notes), style="dim", markup=False)


def _narrowest(table: Table) -> int:
    """The columns that a table needs if only headings are broken, and only between words."""
    widths = [
        max(len(cell) for cell in (*column.heading.split(), *cells)) for column, cells in zip(table.columns, _by_column(table), strict=True)
    ]
    return sum(widths) + 3 * len(widths)


def _by_column(table: Table) -> list[tuple[str, ...]]:
    return [tuple(row[place] for row in table.rows) for place in range(len(table.columns))]


def _listed(table: Table) -> str:
    """The rows as lists, for a terminal that is too narrow for the table."""
    lines = []
    for name, *cells in table.rows:
        lines.append(f"  {name}")
        lines += [f"    {cell:>5}  {column.heading}" for column, cell in zip(table.columns[1:], cells, strict=True)]
    return "\n".join(lines)


def _rich(table: Table) -> Any:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD, padding=(0, 1), header_style="bold")
    for column in table.columns:
        grid.add_column(Text(column.heading), justify=column.align, overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    return grid
