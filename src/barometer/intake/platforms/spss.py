"""SPSS system files (.sav, .zsav): variable and value labels, missing ranges and multiple-response sets.

Values that the file declares as missing are read as blanks, and their labels are no choices. A multiple-dichotomy set is a select-all
question whose variables hold the counted value where the option is ticked; a multiple-category set lists the options chosen, each in a
variable of its own. Variables whose labels name a question and, in brackets, a part of it belong together.

Sources: IBM SPSS Statistics, "Multiple response sets" and "Missing values"; GNU PSPP, "System file format" (which ReadStat, used through
pyreadstat, reads).
"""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.answers import NOT_SELECTED, SELECTED
from barometer.intake.platforms.assembling import Column, Reading
from barometer.intake.platforms.plain import as_text, part_of_header, role_of_header
from barometer.intake.platforms.source import Choice, Request, Variable
from barometer.intake.platforms.spss_process import Described, load
from barometer.intake.tables import file_bytes, stripped

_MARKS = (b"$FL2", b"$FL3")
#: Columns are numbered by rows of data, as SPSS shows them: there is no header row in the file.
_FIRST_ROW = 1


def read_spss(request: Request) -> Reading:
    """An SPSS system file.

    Raises:
        IntakeError: If it is no system file, is cut short or damaged, or has no cases.
    """
    if not file_bytes(request.path).startswith(_MARKS):
        raise IntakeError(
            "The file is no SPSS system file.",
            file=request.path,
            expected="a file that begins with $FL2 or $FL3 (.sav, .zsav)",
            hint="Save it from SPSS as 'SPSS Statistics (*.sav)', or leave 'format' out.",
        )
    frame, described = load(request.path)
    # Seconds since 1582 in a double hold milliseconds, and a little noise below them.
    frame = frame.with_columns(pl.col(pl.Datetime).dt.round("1ms"))
    cells = frame.select(as_text(series).alias(f"c{place}") for place, series in enumerate(frame.get_columns()))
    cells = stripped(cells.with_row_index("row", offset=_FIRST_ROW)) if frame.width else frame.with_columns(row=pl.lit(0))
    series = {name: cells[f"c{place}"] for place, name in enumerate(frame.columns)}
    columns: list[Column] = []
    sets = {name: (id, one) for id, one in described.sets.items() for name in _members(one, frame.columns)}
    done: set[str] = set()
    for name in frame.columns:
        if name not in sets:
            columns.append((_variable(name, described), series[name]))
            continue
        id, one = sets[name]
        if id not in done:
            done.add(id)
            members = _members(one, frame.columns)
            read = _dichotomies if one["is_dichotomy"] else _categories
            columns += read(id, one, members, series, described)
    absent = len(described.missing)
    notes = [f"values declared missing are read as blanks ({absent} variables)"] if absent else []
    notes += [f"{len(done)} multiple-response set{'s' if len(done) != 1 else ''}"] if done else []
    return Reading(columns, cells["row"], "SPSS, labels of variables and values", encoding="sav", notes=tuple(notes))


def _members(one: dict[str, Any], names: list[str]) -> list[str]:
    """The variables of a set, as the file spells them: a set may name them in another case."""
    spelled = {name.casefold(): name for name in names}
    return [spelled[name.casefold()] for name in one["variable_list"] if name.casefold() in spelled]


def _label(name: str, described: Described) -> str:
    return " ".join(described.labels.get(name, "").split())


def _choices(name: str, described: Described) -> tuple[Choice, ...]:
    ranges = described.missing.get(name, [])

    def counts(value: Any) -> bool:
        return not any(low <= value <= high for low, high in ranges if isinstance(value, str) == isinstance(low, str))

    labels = described.value_labels.get(name, [])
    return tuple(Choice(_code(value), " ".join(label.split())) for value, label in labels if counts(value))


def _code(value: Any) -> str:
    """A value as the cells show it: whole numbers without a decimal point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _variable(name: str, described: Described) -> Variable:
    label = _label(name, described)
    choices = _choices(name, described)
    group, part = part_of_header(label)
    role = role_of_header(name) or (role_of_header(label) if label else None)
    if role is not None and not choices:
        return Variable(name, label or name, role=role, reason=f"its name is that of a column '{role}'")
    if group is not None and part is not None:
        kind = "text" if part.endswith(" - text") else None
        said = "its label names a question and, in brackets, a part of it"
        return Variable(name, group, kind, group, part, choices, reason=said)  # type: ignore[arg-type]
    if described.types.get(name) == "string" and not choices:
        return Variable(name, label or name, reason="text without value labels")
    if described.measures.get(name) == "scale" and not choices:
        return Variable(name, label or name, "numeric", reason="its measure is 'scale' and its values have no labels")
    said = f"{len(choices)} value labels" if choices else "numbers without value labels"
    return Variable(name, label or name, None, choices=choices, reason=said)


def _dichotomies(id: str, one: dict[str, Any], members: list[str], series: dict[str, pl.Series], described: Described) -> list[Column]:
    counted = _code(float(one["counted_value"])) if one["counted_value"] is not None else "1"
    columns: list[Column] = []
    said = f"the multiple-response set ${id}, in which {counted} is counted"
    for name in members:
        label = _label(name, described)
        _, part = part_of_header(label)
        cells = series[name]
        box = pl.when(cells == counted).then(pl.lit(SELECTED)).when(cells.is_not_null()).then(pl.lit(NOT_SELECTED))
        variable = Variable(name, one["label"] or id, "multiple", id, part or label or name, reason=said)
        columns.append((variable, pl.select(box.cast(pl.String)).to_series()))
    return columns


def _categories(id: str, one: dict[str, Any], members: list[str], series: dict[str, pl.Series], described: Described) -> list[Column]:
    said = f"the multiple-response set ${id}, one option chosen in each of its variables"
    choices = _choices(members[0], described) if members else ()
    cells = pl.DataFrame([series[name].alias(name) for name in members])
    answered = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    columns: list[Column] = []
    for choice in choices:
        chosen = cells.select(pl.any_horizontal((pl.all() == choice.code).fill_null(False))).to_series()
        box = pl.when(chosen).then(pl.lit(SELECTED)).when(answered).then(pl.lit(NOT_SELECTED))
        name = f"{id}_{re.sub(r'[^0-9A-Za-z]', '_', choice.code)}"
        columns.append(
            (Variable(name, one["label"] or id, "multiple", id, choice.label, reason=said), pl.select(box.cast(pl.String)).to_series())
        )
    return columns
