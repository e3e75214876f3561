"""The data dictionary: what every column of the tidy table and every field of the findings means, and every code that occurs in them.

One row a column, field, question, option, net, item, break or level, so that a program finds what a person would look up.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from barometer.errors import EvaluationError
from barometer.publishing.dictionary_columns import COLUMNS, FIELDS
from barometer.publishing.layouts import BreakSettings
from barometer.questionnaire import Option, Question

TABLES = "tables.csv, tables.parquet"
FINDINGS = "findings.json"
_TYPES = {pl.String: "text", pl.Float64: "number", pl.Int64: "whole number", pl.Boolean: "true or false"}
_JSON_TYPES = {
    "string": "text", "number": "number", "integer": "whole number", "boolean": "true or false", "array": "list", "object": "mapping",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One row of the dictionary."""

    file: str
    """The files that hold it."""
    kind: str
    """`column`, `field`, `question`, `option`, `net`, `item`, `break` or `level`."""
    name: str
    """As it stands in the files; codes follow their question or break after a full stop."""
    label: str
    """The short label of tables and charts."""
    type: str
    meaning: str
    unit: str
    values: str
    """Allowed values, separated by " | "."""
    wording: str
    """The exact wording that respondents saw, for questions and answers."""


def write_dictionary(
    path: Path, table: pl.DataFrame, questions: Sequence[Question], breaks: Mapping[str, BreakSettings], wave: str
) -> None:
    """Writes the dictionary of a publication as CSV (UTF-8).

    Args:
        path: The file.
        table: The tidy table.
        questions: The questions that this wave asked.
        breaks: The breaks of the tables.
        wave: The wave, for the exact wording.

    Raises:
        EvaluationError: If a column of the table has no meaning on record.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Entry))
    writer.writerows(astuple(entry) for entry in entries(table, questions, breaks, wave))
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def entries(table: pl.DataFrame, questions: Sequence[Question], breaks: Mapping[str, BreakSettings], wave: str) -> list[Entry]:
    """The rows of the dictionary: columns, fields of findings, then questions and breaks with their codes.

    Example:
        >>> [entry.name for entry in entries(pl.DataFrame({"estimate": [0.5]}), [], {}, "2020")][:2]
        ['estimate', 'schema_version']
    """
    found = [_column(name, dtype) for name, dtype in table.schema.items()]
    found += _fields()
    for question in questions:
        found += _question(question, wave)
    for name, settings in breaks.items():
        levels = table.filter(pl.col("break") == name)["level"].unique(maintain_order=True).to_list() if "break" in table.columns else []
        known = dict.fromkeys([*settings.levels, *levels])
        found.append(Entry(TABLES, "break", name, settings.label, "code", "A variable that tables are broken by.", "", _joined(known), ""))
        found += [
            Entry(TABLES, "level", f"{name}.{level}", settings.levels.get(level, level), "code", f"A group of {name}.", "", "", "")
            for level in known
        ]
    return found


def _column(name: str, dtype: pl.DataType) -> Entry:
    if name not in COLUMNS:
        raise EvaluationError(
            "A column of the tidy table has no meaning in the data dictionary.", where=f"column '{name}'", expected=", ".join(COLUMNS)
        )
    meaning, unit, values = COLUMNS[name]
    return Entry(TABLES, "column", name, "", _TYPES.get(type(dtype), str(dtype).lower()), meaning, unit, values, "")


def _fields() -> Iterator[Entry]:
    """The fields of `findings.json`, from its schema; a field within another stands behind it, `[]` marks a list."""
    schema = json.loads((files("barometer.findings") / "finding-1.schema.json").read_text(encoding="utf-8"))
    yield from _fields_of(schema, schema["$defs"], "")


def _fields_of(tree: Mapping[str, Any], parts: Mapping[str, Any], before: str) -> Iterator[Entry]:
    for name, described in tree.get("properties", {}).items():
        kinds = [kind for kind in described.get("anyOf", [described]) if kind.get("type") != "null"]
        kind = kinds[0]
        inner = kind.get("items", {}) if kind.get("type") == "array" else kind
        reference = str(inner.get("$ref", "")).rpartition("/")[2]
        path = f"{before}{name}"
        shown = path + ("[]" if kind.get("type") == "array" and reference else "")
        empty = len(kinds) < len(described.get("anyOf", [described]))
        plain = "object" if reference and kind is inner else _JSON_TYPES.get(str(kind.get("type")), "text")
        meaning, unit = FIELDS.get(path.replace("[]", ""), ("", ""))
        meaning = str(described.get("description") or meaning or f"{described.get('title', name)}.")
        values = _joined(str(value) for value in kind.get("enum", [])) or (str(kind["const"]) if "const" in kind else "")
        yield Entry(FINDINGS, "field", path, "", plain + (" or null" if empty else ""), meaning, unit, values, "")
        if reference:
            yield from _fields_of(parts[reference], parts, f"{shown}.")


def _question(question: Question, wave: str) -> Iterator[Entry]:
    wording = " ".join(text for text in (question.wording(wave), question.instruction) if text)
    values = [option.code for option in question.options_in(wave)]
    unit = {"numeric": "the number that was given", "allocation": f"parts of {question.total:g}"}.get(question.kind, "")
    where = "" if question.kind == "text" else f"{TABLES}, {FINDINGS}"
    meaning = "A question; its answers are not published." if question.kind == "text" else "A question."
    yield Entry(where, "question", question.id, question.short, question.kind, meaning, unit, _joined(values), wording)
    for option in question.options:
        yield Entry(where, "option", f"{question.id}.{option.code}", option.name, "code", _of_option(option, wave), "", "", option.label)
    for net in question.nets:
        meaning = "Several options counted as one."
        yield Entry(where, "net", f"{question.id}.{net.id}", net.name, "code", meaning, "", _joined(net.codes), net.label)
    for item in question.items:
        meaning = "A row of the question." if item.asked_in(wave) else "A row of the question that this wave did not ask."
        yield Entry(where, "item", f"{question.id}.{item.id}", item.name, "code", meaning, "", "", item.label)


def _of_option(option: Option, wave: str) -> str:
    said = ["An answer." if option.asked_in(wave) else "An answer that this wave did not offer."]
    if option.value is not None:
        said.append(f"Counts as {option.value:g} in a mean.")
    if option.exclusive:
        said.append("Cannot be chosen together with another.")
    if option.dont_know:
        said.append("Left out of means.")
    return " ".join(said)


def _joined(values: Iterable[str]) -> str:
    return " | ".join(values)
