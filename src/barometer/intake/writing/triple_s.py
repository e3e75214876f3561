"""Writes responses as a Triple-S 2.0 survey that `read_export` reads back: an XML file, and the data as CSV or of fixed width.

Codes become numbers from 1 in the order of the questionnaire; a select-all question is a `multiple` stored as a bitstring; ranks, shares
and numbers are `quantity`; times are texts in ISO. The standard has one kind of missing, a blank: whether a question was not answered
or not shown is found again from its routing. A question that the wave did not ask has no variable.

Source: The Triple-S Group, "The Triple-S XML Standard", version 2.0 (www.triple-s.org).
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import polars as pl

from barometer.intake.answers import NOT_SELECTED, SELECTED
from barometer.intake.mapping import ColumnMapping
from barometer.intake.platforms.plain import as_text
from barometer.intake.responses import Responses
from barometer.intake.writing.fields import Field, fields_of
from barometer.questionnaire.model import Question


def write_triple_s(responses: Responses, path: str | Path, *, layout: Literal["csv", "fixed"] = "csv") -> ColumnMapping:
    """Writes responses as a Triple-S survey, the same bytes for the same responses.

    Args:
        responses: The responses; attributes joined from a frame are left out.
        path: The XML file. The data are written beside it, as `.csv` or `.asc`.
        layout: `csv`, which keeps texts as they are, or `fixed`, in which line breaks within a text become blanks.

    Returns:
        Which variable holds which column, and which number stands for which option, as for `write_sav`.
    """
    path = Path(path)
    data = path.with_suffix(".csv" if layout == "csv" else ".asc")
    fields = _grouped(fields_of(responses))
    cells = [_cells(responses, group) for group in fields]
    if layout == "fixed":
        cells = [one.str.replace_all(r"[\r\n]+", " ") for one in cells]
    root = ElementTree.Element("sss", version="2.0")
    ElementTree.SubElement(root, "origin").text = "Barometer"
    survey = ElementTree.SubElement(root, "survey")
    ElementTree.SubElement(survey, "name").text = responses.wave
    ElementTree.SubElement(survey, "title").text = responses.questionnaire.title
    record = ElementTree.SubElement(survey, "record", ident="A", href=data.name)
    if layout == "csv":
        record.set("format", "csv")
        record.set("skip", "1")
    at = 1
    mapping = ColumnMapping(columns={}, codes={})
    lines: list[pl.Series] = []
    for number, (group, one) in enumerate(zip(fields, cells, strict=True), start=1):
        width = 1 if layout == "csv" else max(int(one.str.len_chars().max() or 1), 1)  # type: ignore[arg-type]
        _describe(record, number, group, one, at, width, responses.wave)
        _record_mapping(mapping, group)
        lines.append(one.fill_null("") if layout == "csv" else _padded(one, width, group[0]))
        at += width
    ElementTree.indent(root)
    xml = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="utf-8") + b"\n"
    header = [_name(group) for group in fields]
    content = _csv(header, lines) if layout == "csv" else pl.DataFrame([line.alias(str(n)) for n, line in enumerate(lines)])
    text = content if isinstance(content, str) else "".join(f"{''.join(row)}\n" for row in content.iter_rows())
    for file, written in ((data, text.encode()), (path, xml)):
        staged = file.with_name(f".{file.name}.part")
        staged.write_bytes(written)
        staged.replace(file)
    return mapping


def _grouped(fields: list[Field]) -> list[list[Field]]:
    """The boxes of a select-all question together, everything else alone."""
    groups: list[list[Field]] = []
    for field in fields:
        if field.content == "box" and groups and groups[-1][0].content == "box" and groups[-1][0].question is field.question:
            groups[-1].append(field)
        else:
            groups.append([field])
    return groups


def _name(group: list[Field]) -> str:
    question = group[0].question
    return question.id if question is not None and group[0].content == "box" else group[0].column


def _cells(responses: Responses, group: list[Field]) -> pl.Series:
    first = group[0]
    if first.content == "box":
        boxes = [pl.col(field.column) for field in group]
        bits = pl.concat_str([pl.when(box == 1).then(pl.lit(SELECTED)).otherwise(pl.lit(NOT_SELECTED)) for box in boxes])
        return responses.frame.select(pl.when(pl.all_horizontal([box.is_not_null() for box in boxes])).then(bits)).to_series()
    series = responses.frame[first.column]
    if first.content == "code":
        return series.replace_strict({code: str(number) for code, number in first.numbers().items()}, default=None, return_dtype=pl.String)
    return as_text(series)


def _describe(record: ElementTree.Element, number: int, group: list[Field], cells: pl.Series, start: int, width: int, wave: str) -> None:
    first = group[0]
    type = {"box": "multiple", "code": "single", "number": "quantity", "text": "character", "time": "character"}[first.content]
    variable = ElementTree.SubElement(record, "variable", ident=str(number), type=type)
    if first.column == "respondent":
        variable.set("use", "serial")
    elif first.column == "weight":
        variable.set("use", "weight")
    ElementTree.SubElement(variable, "name").text = _name(group)
    ElementTree.SubElement(variable, "label").text = _label(first, wave)
    position = ElementTree.SubElement(variable, "position", start=str(start))
    if width > 1 or record.get("format") != "csv":
        position.set("finish", str(start + width - 1))
    if type == "character":
        ElementTree.SubElement(variable, "size").text = str(max(int(cells.str.len_chars().max() or 1), 1))  # type: ignore[arg-type]
        return
    values = ElementTree.SubElement(variable, "values")
    if type == "quantity":
        numbers = cells.cast(pl.Float64).drop_nulls()
        low, high = (numbers.min(), numbers.max()) if len(numbers) else (0.0, 0.0)
        bounds = as_text(pl.Series([low, high], dtype=pl.Float64)).to_list()
        ElementTree.SubElement(values, "range", {"from": bounds[0], "to": bounds[1]})
        return
    for code, label in enumerate(_labels(first.question, group, wave), start=1):
        ElementTree.SubElement(values, "value", code=str(code)).text = label


def _label(field: Field, wave: str) -> str:
    if field.content != "box" or field.question is None:
        return field.label
    number = f"{field.question.number}. " if field.question.number else ""
    return field.question.header or number + field.question.wording(wave)


def _labels(question: Question | None, group: list[Field], wave: str) -> list[str]:
    assert question is not None  # only answers have values
    offered = question.options_in(wave) if group[0].content == "box" else question.options
    return [option.label for option in offered]


def _record_mapping(mapping: ColumnMapping, group: list[Field]) -> None:
    first = group[0]
    if first.content == "box":
        mapping.columns.update({f"{_name(group)}_{place}": field.column for place, field in enumerate(group, start=1)})
        return
    mapping.columns[first.column] = first.column
    if first.content == "code" and first.question is not None:
        mapping.codes[first.question.id] = {str(number): code for code, number in first.numbers().items()}


def _padded(cells: pl.Series, width: int, field: Field) -> pl.Series:
    filled = cells.fill_null("")
    # Numbers stand at the right of their field, texts and bitstrings at the left.
    return filled.str.pad_start(width) if field.content in ("code", "number") else filled.str.pad_end(width)


def _csv(header: list[str], columns: list[pl.Series]) -> str:
    text = io.StringIO()
    # Every cell in quotation marks: software would take a bitstring that begins with 0 for a number.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(zip(*(column.to_list() for column in columns), strict=True))
    return text.getvalue()
