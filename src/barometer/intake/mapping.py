"""The mapping file: which column of a platform's export answers what, where the headers do not say it themselves.

    [columns]                       # the platform's column = a column of the questionnaire
    Q2_1 = "plans.acs"
    Q7 = "role"
    ResponseId = "respondent"

    [codes.role]                    # what stands in the cells = an option of the question
    "1" = "chair"
    "2" = "ao"

    ignore = ["Q14_DO"]             # before the tables: columns that are left out

A column that it does not name is found by its header as ever, so that a mapping needs only say what is not plain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as Pairs
from pathlib import Path

from pydantic import Field

from barometer.errors import IntakeError, did_you_mean
from barometer.questionnaire.loading import read_toml, validated
from barometer.questionnaire.model import Model, Questionnaire
from barometer.questionnaire.places import line_of

#: The columns of an export that are no answers, as `Export.frame` names them.
METADATA = ("respondent", "started", "completed", "post", "weight")

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


class ColumnMapping(Model):
    """Which column of an export answers what, and what its codes mean.

    `columns` leads from the platform's name of a column to a column of the questionnaire (as in `Question.columns`) or to one of
    `METADATA`; `codes` from a question's id to a table of cell values and option codes; `ignore` lists columns that are left out.
    """

    ignore: tuple[str, ...] = ()
    columns: dict[str, str] = Field(default_factory=dict)
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)


def load_mapping(path: str | Path, questionnaire: Questionnaire, wave: str) -> ColumnMapping:
    """The mapping in a TOML file.

    Raises:
        IntakeError: If the file is missing or broken, or names a column, question or option that the questionnaire does not have in
            this wave, or leads two columns to the same place.
    """
    path = Path(path)
    mapping = validated(ColumnMapping, read_toml(path, IntakeError), file=path, error=IntakeError)
    _check_columns(mapping, questionnaire, wave, path)
    _check_codes(mapping, questionnaire, path)
    return mapping


def mapping_text(mapping: ColumnMapping, reasons: Pairs[str, str] | None = None) -> str:
    r"""A mapping as the text of its file, the same for the same mapping.

    Args:
        mapping: The mapping.
        reasons: From a column of the export to what is said of it in a comment beside it.

    Example:
        >>> print(mapping_text(ColumnMapping(columns={"Q1": "role"}, codes={"role": {"1": "chair"}}), {"Q1": "one column"}), end="")
        [columns]
        Q1 = "role"  # one column
        <BLANKLINE>
        [codes.role]
        1 = "chair"
    """
    said = reasons or {}
    parts: list[str] = []
    if mapping.ignore:
        parts.append("ignore = [\n" + "".join(f"    {_quoted(name)},{_comment(said.get(name))}\n" for name in mapping.ignore) + "]\n")
    lines = [f"{_key(name)} = {_quoted(target)}{_comment(said.get(name))}\n" for name, target in mapping.columns.items()]
    parts.append("[columns]\n" + "".join(lines))
    for question, codes in mapping.codes.items():
        parts.append(f"[codes.{_key(question)}]\n" + "".join(f"{_key(code)} = {_quoted(option)}\n" for code, option in codes.items()))
    return "\n".join(parts)


def _key(name: str) -> str:
    return name if _BARE.match(name) else _quoted(name)


def _quoted(text: str) -> str:
    # A JSON string is a basic string of TOML, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str | None) -> str:
    return f"  # {' '.join(text.split())}" if text else ""


def _place(path: Path, *keys: str) -> str:
    line = None
    if path.is_file():
        line = line_of(path.read_text(encoding="utf-8-sig"), keys)
    return " → ".join(keys) + (f" (line {line})" if line else "")


def _check_columns(mapping: ColumnMapping, questionnaire: Questionnaire, wave: str, path: Path) -> None:
    known = [*METADATA, *(column for question in questionnaire.asked_in(wave) for column in question.columns(wave))]
    owner: dict[str, str] = {}
    for name, target in mapping.columns.items():
        if target not in known:
            raise IntakeError(
                "The mapping leads to a column that the wave does not have.",
                file=path,
                where=_place(path, "columns", name),
                expected="a column of the questionnaire, such as " + ", ".join(known[len(METADATA) : len(METADATA) + 4]) + f", in {wave}",
                got=f"'{target}'",
                hint=did_you_mean(target, known),
            )
        if target in owner:
            raise IntakeError(
                "The mapping leads two columns to the same place.",
                file=path,
                where=_place(path, "columns", name),
                expected="one column of the export for each column of the questionnaire",
                got=f"'{owner[target]}' and '{name}' both lead to '{target}'",
            )
        if name in mapping.ignore:
            raise IntakeError(
                "The mapping both uses and ignores a column.", file=path, where=_place(path, "columns", name), got=f"'{name}'"
            )
        owner[target] = name


def _check_codes(mapping: ColumnMapping, questionnaire: Questionnaire, path: Path) -> None:
    coded = {question.id: question for question in questionnaire if question.coded}
    for id, codes in mapping.codes.items():
        if id not in coded:
            raise IntakeError(
                "The mapping has codes of a question that has none.",
                file=path,
                where=_place(path, "codes", id),
                expected="a question with options: " + ", ".join(list(coded)[:8]),
                got=f"'{id}'",
                hint=did_you_mean(id, coded),
            )
        options = [option.code for option in coded[id].options]
        for code, option in codes.items():
            if option not in options:
                raise IntakeError(
                    "The mapping leads a code to an option that the question does not have.",
                    file=path,
                    where=_place(path, "codes", id, code),
                    expected="one of " + ", ".join(options),
                    got=f"'{option}'",
                    hint=did_you_mean(option, options),
                )
