"""The form of a Kobo or ODK survey: an XLSForm, a workbook with the sheets `survey` and `choices`.

`survey` has a row a question: `type` (`select_one list`, `select_multiple list`, `rank list`, `integer`, `decimal`, `range`, `text`,
`begin_group`, ...), `name`, and `label` or `label::English (en)`. `choices` has a row a choice: `list_name`, `name`, `label`.

Source: the XLSForm standard, xlsform.org, "Question types", "Multiple choice questions", "Grouping questions".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.platforms.source import Choice
from barometer.intake.tables import XLSX_MARK, file_bytes, read_cells
from barometer.questionnaire.spelling import folded


@dataclass(frozen=True)
class FormQuestion:
    """One question of a form: its type without the list, its path of groups and name, its wording and its choices."""

    type: str
    path: str
    name: str
    label: str
    choices: tuple[Choice, ...]
    or_other: bool


def read_form(path: Path) -> tuple[FormQuestion, ...]:
    """The questions of an XLSForm, in order; groups are part of their path.

    Raises:
        IntakeError: If it is no workbook, lacks a sheet or a column, or names a list that `choices` does not have.
    """
    if not file_bytes(path).startswith(XLSX_MARK):
        raise IntakeError("The form is no workbook.", file=path, expected="an XLSForm (.xlsx) with the sheets 'survey' and 'choices'")
    survey = _sheet(path, "survey", ("type", "name"))
    choices = _choices(path) if _any_list(survey) else {}
    questions: list[FormQuestion] = []
    groups: list[str] = []
    label = _label_column(survey)
    for row in survey.iter_rows(named=True):
        words = (row["type"] or "").split()
        if not words:
            continue
        kind = words[0].replace("-", "_").casefold()
        if kind == "begin" or kind.startswith("begin_"):
            groups.append(row["name"] or "")
        elif kind == "end" or kind.startswith("end_"):
            groups = groups[:-1]
        elif row["name"]:
            path_of = "/".join([*groups, row["name"]])
            text = " ".join((row[label] or row["name"]).split()) if label else row["name"]
            listed = _list_of(path, kind, words, row["row"], choices)
            questions.append(FormQuestion(kind, path_of, row["name"], text, listed, words[-1] == "or_other"))
    return tuple(questions)


def _sheet(path: Path, sheet: str, needed: tuple[str, ...]) -> pl.DataFrame:
    cells, _ = read_cells(path, sheet)
    names = [name for name in cells.columns if name != "row"]
    if not cells.height:
        raise IntakeError("The sheet of the form is empty.", file=path, where=f"sheet '{sheet}'", expected=f"columns {', '.join(needed)}")
    header = [(cell or "").strip() for cell in cells.select(names).row(0)]
    plain = [folded(one).replace(" ", "_") for one in header]
    if sheet == "choices":
        plain = ["list_name" if one in ("list_name", "listname", "list") else one for one in plain]
    for column in needed:
        if column not in plain:
            raise IntakeError(
                "The sheet of the form lacks a column.",
                file=path,
                where=f"sheet '{sheet}'",
                expected=f"a column '{column}'",
                got=", ".join(one for one in header if one),
            )
    kept = [place for place, one in enumerate(plain) if one and plain.index(one) == place]
    return cells.slice(1).select("row", *(pl.col(names[place]).alias(plain[place]) for place in kept))


def _label_column(frame: pl.DataFrame) -> str | None:
    return next((name for name in frame.columns if name == "label" or name.startswith("label:")), None)


def _any_list(survey: pl.DataFrame) -> bool:
    return bool(survey["type"].str.contains(r"^(select_|select |rank)").any())


def _choices(path: Path) -> dict[str, tuple[Choice, ...]]:
    frame = _sheet(path, "choices", ("list_name", "name"))
    label = _label_column(frame)
    lists: dict[str, list[Choice]] = {}
    for row in frame.iter_rows(named=True):
        if row["list_name"] and row["name"]:
            text = " ".join(((row[label] if label else None) or row["name"]).split())
            lists.setdefault(row["list_name"], []).append(Choice(row["name"], text))
    return {name: tuple(found) for name, found in lists.items()}


def _list_of(path: Path, kind: str, words: list[str], row: int, choices: dict[str, tuple[Choice, ...]]) -> tuple[Choice, ...]:
    if kind not in ("select_one", "select_multiple", "rank"):
        return ()
    name = words[1] if len(words) > 1 else ""
    if name not in choices:
        raise IntakeError(
            "The form names a list of choices that it does not have.",
            file=path,
            where=f"sheet 'survey', row {row}",
            expected="one of " + (", ".join(choices) or "the lists in the sheet 'choices'"),
            got=f"'{name}'",
        )
    return choices[name]
