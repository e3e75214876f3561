"""Triple-S: the open standard for exchanging surveys, versions 1.1 to 3.0. An XML file describes the variables, a second holds the data.

The data are of fixed width (`.asc`) or CSV (`format="csv"`, `skip` rows of header). A variable is `single`, `multiple`, `quantity`,
`character`, `logical`, `date` (YYYYMMDD) or `time` (HHMMSS). A multiple is a bitstring, one character a category by its code, or
`spread`: sub-fields that hold one code each, 0 or blank where not needed. Blank means missing. `use="serial"` marks the respondent and
`use="weight"` the weight. Where version 2.0 allows `format="literal"`, codes are words.

Source: The Triple-S Group, "The Triple-S XML Standard", versions 1.2, 2.0 and 3.0 (www.triple-s.org); Forsta, "Bitstring" and "Spread",
for how sub-fields are padded.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.answers import NOT_SELECTED, SELECTED
from barometer.intake.platforms.assembling import Column, Reading
from barometer.intake.platforms.plain import part_of_header, role_of_header
from barometer.intake.platforms.source import Request, Role, Variable
from barometer.intake.platforms.triple_s_data import cells_of, data_file
from barometer.intake.platforms.triple_s_xml import Described, read_description
from barometer.questionnaire.model import Kind

_KINDS: dict[str, Kind] = {"single": "single", "multiple": "multiple", "quantity": "numeric", "logical": "single", "character": "text"}
_USES: dict[str, Role] = {"serial": "respondent", "weight": "weight"}


def read_triple_s(request: Request) -> Reading:
    """A Triple-S survey: its XML, and the data that belong to it.

    Raises:
        IntakeError: If the XML is broken or of another kind, the data file is missing, or its records have another width than the XML says.
    """
    survey = read_description(request.path)
    data = data_file(request.path, survey)
    cells, rows, encoding = cells_of(survey, data)
    columns: list[Column] = []
    for variable, fields in zip(survey.variables, cells, strict=True):
        columns += _columns(variable, fields, rows, data)
    how = "CSV" if survey.csv else "fixed width"
    return Reading(columns, rows, f"Triple-S {survey.version}, {how} in {data.name}", encoding=encoding)


def data_file_of(path: Path) -> Path:
    """The file with the data of a Triple-S survey, which its XML names or which lies beside it.

    Raises:
        IntakeError: If the XML is broken, or there is no such file.
    """
    return data_file(path, read_description(path))


def _columns(variable: Described, fields: list[pl.Series], rows: pl.Series, data: Path) -> list[Column]:
    group, part = part_of_header(variable.label)
    if variable.type == "multiple":
        return _multiple(variable, fields, rows, data)
    cells = fields[0]
    role = _USES.get(variable.use) or (None if variable.choices else role_of_header(variable.name))
    if variable.type == "date":
        cells = pl.select(pl.coalesce(cells.str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3"), cells)).to_series()
    elif variable.type == "time":
        cells = cells.str.replace(r"^(\d\d)(\d\d)(\d\d)$", "$1:$2:$3")
    elif variable.type in ("single", "quantity", "logical") and not variable.literal:
        # Right justified with blanks or zeros: '07' is the code 7.
        cells = cells.str.replace(r"^(-?)0+(\d)", "$1$2")
    reason = f"a Triple-S variable of the type '{variable.type}'"
    if role is not None:
        return [(Variable(variable.name, variable.label, role=role, reason=reason), cells)]
    kind: Kind | None = _KINDS.get(variable.type)
    if group is not None and part is not None:
        grouped = "text" if part.endswith(" - text") else None
        return [(Variable(variable.name, group, grouped, group, part, variable.choices, reason=reason), cells)]  # type: ignore[arg-type]
    return [(Variable(variable.name, variable.label, kind, choices=variable.choices, reason=reason), cells)]


def _multiple(variable: Described, fields: list[pl.Series], rows: pl.Series, data: Path) -> list[Column]:
    said = "a Triple-S variable of the type 'multiple', " + ("spread over sub-fields" if variable.subfields else "a bitstring")
    read = _spread if variable.subfields else _bits
    columns: list[Column] = []
    for choice, box in zip(variable.choices, read(variable, fields, rows, data), strict=True):
        name = f"{variable.name}_{choice.code}"
        columns.append((Variable(name, variable.label, "multiple", variable.name, choice.label, reason=said), box))
    return columns


def _bits(variable: Described, fields: list[pl.Series], rows: pl.Series, data: Path) -> list[pl.Series]:
    bits = fields[0]
    wrong = ~bits.str.contains(r"^[01 ]*$")
    if wrong.any():
        at = int(wrong.arg_max() or 0)
        raise _bad(variable, int(rows[at]), data, "a text of 0 and 1, one for each code", repr(str(bits[at])[:60]))
    boxes = []
    for choice in variable.choices:
        if not choice.code.isdecimal() or choice.code == "0":
            raise _bad(variable, None, data, "codes from 1 for a bitstring", f"'{choice.code}'")
        bit = bits.str.slice(int(choice.code) - 1, 1)
        box = pl.when(bits.is_null()).then(None).when(bit == "1").then(pl.lit(SELECTED)).otherwise(pl.lit(NOT_SELECTED))
        boxes.append(pl.select(box.cast(pl.String)).to_series())
    return boxes


def _spread(variable: Described, fields: list[pl.Series], rows: pl.Series, data: Path) -> list[pl.Series]:
    plain = [field.str.strip_chars().str.replace(r"^0+(\d)", "$1") for field in fields]
    known = [choice.code for choice in variable.choices]
    for field in plain:
        strange = ~field.is_in([*known, "0", ""]) & field.is_not_null()
        if strange.any():
            at = int(strange.arg_max() or 0)
            raise _bad(variable, int(rows[at]), data, "one of the codes " + ", ".join(known[:12]), repr(str(field[at])[:60]))
    frame = pl.DataFrame([field.alias(f"f{place}") for place, field in enumerate(plain)])
    given = frame.select(pl.any_horizontal((pl.all() != "").fill_null(False))).to_series()
    boxes = []
    for choice in variable.choices:
        chosen = frame.select(pl.any_horizontal((pl.all() == choice.code).fill_null(False))).to_series()
        box = pl.when(chosen).then(pl.lit(SELECTED)).when(given).then(pl.lit(NOT_SELECTED))
        boxes.append(pl.select(box.cast(pl.String)).to_series())
    return boxes


def _bad(variable: Described, row: int | None, data: Path, expected: str, got: str) -> IntakeError:
    where = f"variable '{variable.name}'" + ("" if row is None else f", row {row}")
    return IntakeError("A value of a Triple-S variable is not of its kind.", file=data, where=where, expected=expected, got=got)
