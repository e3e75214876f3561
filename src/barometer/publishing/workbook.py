"""The workbook of tables: cover, contents and one marked-up table a sheet, as the Analysis Function asks for.

Built with `gptables`. Figures are numbers, not text; shorthand ([c], [x], [low]) stands where there is none.
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from barometer.publishing.layouts import BreakSettings, Figures, Line
from barometer.publishing.numbers import NOT_APPLICABLE, NOT_AVAILABLE, SUPPRESSED, half_up
from barometer.questionnaire import Question

if TYPE_CHECKING:
    import pandas as pd

SHORTHAND = {
    "[c]": "suppressed, to protect respondents",
    "[x]": "not available: not asked in this wave, or nobody answered",
    "[z]": "not applicable",
    "[low]": "a small base: read with care",
}


_COVER_WIDTH = 120
_NAME_WIDTH = 40
_FIGURE_WIDTH = 17
_LINE = 16.5


@dataclass(frozen=True)
class WorkbookText:
    """What the cover says."""

    title: str
    introduction: tuple[str, ...]
    about: tuple[str, ...]
    contact: tuple[str, ...]
    created: datetime


def write_workbook(
    path: Path,
    questions: Sequence[Question],
    frame: pl.DataFrame,
    breaks: Mapping[str, BreakSettings],
    wave: str,
    text: WorkbookText,
) -> None:
    """Writes the workbook.

    Args:
        path: The `.xlsx` file.
        questions: The questions, in the order of the questionnaire; each becomes a sheet.
        frame: Published estimates of these questions by these breaks.
        breaks: The breaks, in order.
        wave: The wave, for the exact wording.
        text: What the cover says. `created` is the only time in the file, so that the same figures give the same bytes.
    """
    with warnings.catch_warnings():
        # gptables still uses calls that pandas and Python are about to drop; nothing of ours can change that.
        warnings.simplefilter("ignore")
        import gptables as gpt

        sheets = {}
        for number, question in enumerate(questions, start=1):
            table = question_table(question, frame, breaks)
            sheets[f"Table_{number}"] = gpt.GPTable(
                table=table,
                table_name=f"table_{number}_{question.id}",
                title=f"Table {number}: {question.short}",
                subtitles=[f"{question.number + '. ' if question.number else ''}{question.wording(wave)}", _unit(question)],
                instructions="Groups of respondents are columns; the last rows hold the bases.",
                legend=[f"{sign}: {meaning}" for sign, meaning in SHORTHAND.items()],
                source=text.title,
                index_columns={1: 0},
            )
        workbook = gpt.produce_workbook(
            filename=str(path),
            sheets=sheets,
            cover=gpt.Cover(
                title=text.title,
                intro=list(text.introduction),
                about=[*text.about, *(f"{sign}: {meaning}" for sign, meaning in SHORTHAND.items())],
                contact=list(text.contact),
                width=_COVER_WIDTH,
            ),
            contentsheet_options={"title": "Contents", "instructions": "One table a sheet; select a sheet's name to go to it."},
            auto_width=False,
        )
        for sheet in workbook.worksheets():
            _fit(sheet, sheets.get(sheet.get_name()))
        workbook.set_properties({"title": text.title, "created": text.created})
        workbook.close()


def question_table(question: Question, frame: pl.DataFrame, breaks: Mapping[str, BreakSettings]) -> pd.DataFrame:
    """A question's figures for everybody and for every level of every break.

    Returns:
        A pandas frame: `Answer`, then for everybody `All (%)`, `All: 95% interval, lower` and `upper`, `All: count`, then a column a
        level. Shares are per cent with one decimal, means have two. The last rows are the bases.
    """
    import pandas as pd

    figures = Figures(question, frame)
    groups = [("", "", "All")]
    for name, settings in breaks.items():
        groups += [(name, level, f"{settings.label}: {label}") for level, label in figures.levels(name, settings).items()]
    wanted = figures.lines
    columns: dict[str, list[Any]] = {"Answer": [_name(line) for line in wanted]}
    columns |= _everybody([figures.at(line) for line in wanted])
    for name, level, label in groups[1:]:
        columns[label] = [_value(figures.at(line, name, level), line) for line in wanted]
    table = pd.DataFrame(columns)
    bases = pd.DataFrame(list(_base_rows(figures, groups, list(columns))))
    whole: pd.DataFrame = pd.concat([table, bases], ignore_index=True)
    return whole


def _everybody(rows: list[Mapping[str, Any] | None]) -> dict[str, list[Any]]:
    return {
        "All": [_figure(row, "estimate") for row in rows],
        "All: 95% interval, lower": [_figure(row, "conf_low") for row in rows],
        "All: 95% interval, upper": [_figure(row, "conf_high") for row in rows],
        "All: count": [_figure(row, "count") for row in rows],
    }


def _base_rows(figures: Figures, groups: list[tuple[str, str, str]], columns: list[str]) -> Any:
    """A row of bases for the question, or one for each item whose figures have a base of their own."""
    items = list(dict.fromkeys((line.item, line.item_label) for line in figures.lines))
    for item, item_label in items:
        line = next(line for line in figures.lines if line.item == item)
        row: dict[str, Any] = dict.fromkeys(columns, NOT_APPLICABLE)
        row["Answer"] = f"Base: {item_label}" if item_label else "Base"
        for name, level, label in groups:
            found = figures.at(line, name, level)
            if found is not None and found["flag"] == "small base":
                row[label] = f"{found['base']} [low]"
            else:
                row[label] = _figure(found, "base")
        row["All: count"] = row["All"]
        yield row


def _value(row: Mapping[str, Any] | None, line: Line) -> Any:
    assert row is None or row["statistic"] == line.statistic
    return _figure(row, "estimate")


def _figure(row: Mapping[str, Any] | None, column: str) -> Any:
    if row is None or row["flag"] == "not asked":
        return NOT_AVAILABLE
    if row["flag"] == "suppressed":
        return SUPPRESSED
    value = row[column]
    if value is None:
        return NOT_AVAILABLE
    if column in ("count", "base"):
        return int(value)
    if row["statistic"] in ("mean", "mean_rank"):
        return float(half_up(round(value, 10), 2))
    return float(half_up(round(value * 100, 10), 1))


def _name(line: Line) -> str:
    return ": ".join(part for part in (line.item_label, line.label) if part)


def _unit(question: Question) -> str:
    if question.kind in ("numeric", "allocation"):
        return "Means, in the unit of the answer."
    if question.kind == "multiple":
        return "Per cent of those who answered. More than one answer could be chosen, so that the shares do not add up to 100."
    return "Per cent of those who answered each item." if question.items else "Per cent of those who answered."


def _fit(sheet: Any, table: Any) -> None:
    """Widths for names and figures, and heights for the rows whose text breaks, which the format does not work out by itself."""
    if table is None:
        if sheet.get_name() == "Contents":
            sheet.set_column(0, 0, 14)
            sheet.set_column(1, 1, _COVER_WIDTH)
        return
    sheet.set_column(0, 0, _NAME_WIDTH)
    sheet.set_column(1, table.table.shape[1] - 1, _FIGURE_WIDTH)
    # The title, subtitles, instructions, legend and source stand above the table, one a row.
    header = 3 + len(table.subtitles) + len(table.legend)
    sheet.set_row(header, _LINE * _lines(table.table.columns, _FIGURE_WIDTH))
    for number, name in enumerate(table.table.iloc[:, 0], start=header + 1):
        sheet.set_row(number, _LINE * _lines([name], _NAME_WIDTH))


def _lines(texts: Iterable[str], width: int) -> int:
    return max(len(textwrap.wrap(str(text), width - 1)) for text in texts)
