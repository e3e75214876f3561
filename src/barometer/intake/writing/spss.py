"""Writes responses as an SPSS system file that `read_export` reads back.

Codes become numbers from 1 in the order of the questionnaire, with value labels. An answer that is not there is one of two values declared
as missing: one where the question was not answered, one where it was not shown; in texts, both are blank. A question that the wave did not
ask has no variable. Select-all questions are multiple-dichotomy sets. Times keep milliseconds.

Sources: GNU PSPP, "System file format" (records 2, 3, 4, 6, 7 and 999; subtype 7, multiple-response sets); IBM SPSS Statistics, "Variable
names".
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.mapping import ColumnMapping
from barometer.intake.responses import Responses
from barometer.intake.writing.fields import Field, fields_of, not_shown, shortened

#: What SPSS allows: bytes of a name, of a label, of a value label, of a text.
_NAME, _LABEL, _VALUE, _TEXT = 64, 250, 120, 32_767
_RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
#: Where the time of writing stands in the header, which would make two files of the same responses differ.
_WRITTEN, _TIME_OF_WRITING = slice(92, 109), b"01 Jan 7000:00:00"
_HEADER = 176


def write_sav(responses: Responses, path: str | Path) -> ColumnMapping:
    """Writes responses as an SPSS system file (.sav), the same bytes for the same responses.

    Args:
        responses: The responses; attributes joined from a frame are left out.
        path: The file, which is replaced where it exists.

    Returns:
        Which variable holds which column, and which number stands for which option: the mapping with which the file is read back where
        names or labels are too long for SPSS.

    Raises:
        IntakeError: If a text is longer than SPSS can hold (32,767 bytes).
    """
    import pyreadstat

    path = Path(path)
    fields = fields_of(responses)
    names = _names(fields)
    labels: dict[str, dict[int | float, str]] = {}
    missing: dict[str, list[int | float | str | dict[str, float]]] = {}
    columns: list[pl.Series] = []
    for field, name in zip(fields, names, strict=True):
        series, labelled, absent = _column(responses, field, path)
        columns.append(series.alias(name))
        if labelled:
            labels[name] = {**labelled}
        if absent:
            missing[name] = [*absent]
    described = {name: shortened(field.label, _LABEL) for field, name in zip(fields, names, strict=True)}
    formats = {name: "DATETIME23.3" for field, name in zip(fields, names, strict=True) if field.content == "time"}
    measures = {name: _measure(field) for field, name in zip(fields, names, strict=True)}
    staged = path.with_name(f".{path.name}.part")
    try:
        pyreadstat.write_sav(
            pl.DataFrame(columns),
            str(staged),
            column_labels=described,  # type: ignore[arg-type]
            variable_value_labels=labels,
            missing_ranges=missing,  # type: ignore[arg-type]
            variable_measure=measures,
            variable_format=formats,
        )
        staged.write_bytes(_finished(staged.read_bytes(), responses, fields))
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
    codes = {field.question.id: _option_codes(field) for field in fields if field.question is not None and field.content == "code"}
    return ColumnMapping(columns={name: field.column for field, name in zip(fields, names, strict=True)}, codes=codes)


def _option_codes(field: Field) -> dict[str, str]:
    return {str(number): code for code, number in field.numbers().items()}


def _names(fields: list[Field]) -> list[str]:
    """Names that SPSS allows: the column's own where it can be, else shortened and numbered."""
    taken: set[str] = set()
    names = []
    for field in fields:
        name = re.sub(r"[^a-z0-9._]", "_", field.column.lower())
        if not name[0].isalpha() or name in _RESERVED:
            name = f"q_{name}"
        name = name[:_NAME].rstrip("._")
        number = 1
        unique = name
        while unique in taken:
            number += 1
            unique = f"{name[: _NAME - len(str(number)) - 1]}_{number}"
        taken.add(unique)
        names.append(unique)
    return names


def _measure(field: Field) -> str:
    if field.content == "number" or field.content == "time":
        return "scale"
    ordered = field.question is not None and field.question.kind in ("scale", "battery") and field.content == "code"
    return "ordinal" if ordered else "nominal"


def _column(responses: Responses, field: Field, path: Path) -> tuple[pl.Series, dict[float, str], list[float]]:
    """The values of a field, their labels, and the values that are missing."""
    series = responses.frame[field.column]
    if field.content == "text":
        longest = series.str.len_bytes().max()
        if isinstance(longest, int) and longest > _TEXT:
            raise IntakeError(
                "A text is too long for an SPSS file.",
                file=path,
                where=field.column,
                expected=f"at most {_TEXT:,} bytes",
                got=f"{longest:,}",
            )
        return series.fill_null(""), {}, []
    if field.content == "time":
        return series, {}, []
    if field.content == "code":
        numbers = series.replace_strict(field.numbers(), default=None, return_dtype=pl.Float64)
        labels = {float(place): shortened(option.label, _VALUE) for place, option in enumerate(field.options, start=1)}
    else:
        numbers = series.cast(pl.Float64)
        labels = {1.0: "Selected", 0.0: "Not selected"} if field.content == "box" else {}
    if field.question is None:
        return numbers, labels, []
    unanswered, hidden = _absent(numbers)
    filled = pl.when(numbers.is_not_null()).then(numbers).when(not_shown(responses, field)).then(hidden).otherwise(unanswered)
    labels |= {unanswered: "Not answered", hidden: "Not shown"}
    return pl.select(filled).to_series(), labels, [unanswered, hidden]


def _absent(numbers: pl.Series) -> tuple[float, float]:
    """Two values that nobody gave: -8 and -9 where they are free, else -98 and -99, and so on."""
    given = set(numbers.drop_nulls().unique().to_list())
    digits = 1
    while True:
        pair = (float(-(10**digits) + 2), float(-(10**digits) + 1))
        if not given & set(pair):
            return pair
        digits += 1


# --------------------------------------------------------------------------------------------------------- what the library leaves out


def _finished(data: bytes, responses: Responses, fields: list[Field]) -> bytes:
    """The file with the time of writing taken out and the multiple-response sets put in."""
    end, short = _dictionary(data)
    sets = []
    for question in responses.questionnaire.asked_in(responses.wave):
        members = [short[place] for place, field in enumerate(fields) if field.question is question and field.content == "box"]
        if members:
            label = shortened(question.wording(responses.wave), _LABEL).encode()
            set_name = question.id[: _NAME - 1].encode()
            sets.append(b"$%s=D1 1 %d %s %s\n" % (set_name, len(label), label, b" ".join(members)))
    text = b"".join(sets)
    record = struct.pack("<iiii", 7, 7, 1, len(text)) + text if text else b""
    finished = bytearray(data[:end] + record + data[end:])
    finished[_WRITTEN] = _TIME_OF_WRITING
    return bytes(finished)


def _dictionary(data: bytes) -> tuple[int, list[bytes]]:
    """Where the dictionary of a system file ends, and the short names of its variables."""
    place = _HEADER
    names: list[bytes] = []
    while True:
        kind = _int(data, place)
        if kind == 999:
            return place, names
        if kind == 2:
            width, labelled, missing = (_int(data, place + 4 * step) for step in (1, 2, 3))
            if width >= 0:
                names.append(data[place + 24 : place + 32].rstrip().lower())
            place += 32
            if labelled:
                place += 4 + -(-_int(data, place) // 4) * 4
            place += 8 * abs(missing)
        elif kind == 3:
            count, place = _int(data, place + 4), place + 8
            for _ in range(count):
                place += 8 + -(-(data[place + 8] + 1) // 8) * 8
        elif kind == 4:
            place += 8 + 4 * _int(data, place + 4)
        elif kind == 6:
            place += 8 + 80 * _int(data, place + 4)
        else:
            place += 16 + _int(data, place + 8) * _int(data, place + 12)


def _int(data: bytes, place: int) -> int:
    return int(struct.unpack_from("<i", data, place)[0])
