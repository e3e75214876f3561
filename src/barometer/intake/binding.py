"""Joins a platform's export with the questionnaire: which column answers what, and which cell means which option.

A column is found by the mapping where there is one, else by its header: the platform's name of it, its wording, its question with the
option or item in brackets, in every spelling that `headers` knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from barometer.errors import IntakeError, did_you_mean
from barometer.intake.headers import ExportSettings, bases_of, expected_headers, listed, misfit_lines
from barometer.intake.mapping import METADATA, ColumnMapping
from barometer.intake.platforms.source import Source, Variable
from barometer.questionnaire.model import Question, Questionnaire
from barometer.questionnaire.spelling import folded

_EXPLODED = re.compile(r"^(?P<group>.+) \[(?P<part>.+)\]$|^(?P<path>.+)/(?P<name>[^/]+)$", re.DOTALL)


@dataclass(frozen=True)
class Bound:
    """What was found of a wave in an export.

    Attributes:
        places: From a column of the questionnaire, or of `METADATA`, to the place of its variable in the source.
        unknown: Places of variables that answer nothing that is known.
        lacking: Columns of the questionnaire that the export does not have.
        chosen_by_nobody: Options and items without a column because nobody chose them, each with the places of the others.
    """

    places: dict[str, int]
    unknown: tuple[int, ...]
    lacking: tuple[str, ...]
    chosen_by_nobody: dict[str, tuple[int, ...]]


def bound(
    source: Source,
    questionnaire: Questionnaire,
    wave: str,
    settings: ExportSettings,
    mapping: ColumnMapping,
    mapping_file: Path | None = None,
) -> Bound:
    """Which variable of a source answers what.

    Raises:
        IntakeError: If two columns mean the same, or the mapping names a column that the export does not have.
    """
    expected = expected_headers(questionnaire, wave, settings)
    alone = _alone(questionnaire, wave)
    ignored = {folded(name) for name in (*settings.ignore, *mapping.ignore)}
    mapped = {folded(name): target for name, target in mapping.columns.items()}
    taken = set(mapping.columns.values())
    places: dict[str, int] = {}
    nobody: dict[str, list[int]] = {}
    unknown: list[int] = []
    for place, variable in enumerate(source.variables):
        if folded(variable.name) in mapped:
            _take(source, places, mapped[folded(variable.name)], place)
        elif folded(variable.name) in ignored or folded(variable.text) in ignored:
            continue
        elif columns := _found(variable, expected, alone, taken):
            for column in columns:
                _take(source, places, column, place)
        elif variable.exploded and (question := _whole(variable, questionnaire, wave)) is not None and variable.part is None:
            nobody.setdefault(question.id, []).append(place)
        elif variable.exploded and question is not None and variable.kind == "text" and question.other is not None:
            _take(source, places, f"{question.id}.other_text", place)
        elif variable.role is None:
            unknown.append(place)
    for place, variable in enumerate(source.variables):
        role = variable.role
        if role in METADATA and role not in places and role not in settings.metadata() and place not in places.values():
            places[str(role)] = place
    if mapping_file is not None:
        _check_mapped(source, mapping, mapping_file, questionnaire, wave, places)
    lacking, filled = _lacking(source, questionnaire, wave, settings, places, nobody)
    return Bound(places, tuple(unknown), tuple(lacking), filled)


def check_fit(source: Source, found: Bound, questionnaire: Questionnaire, wave: str, settings: ExportSettings) -> None:
    """Refuses an export that does not fit the wave.

    Raises:
        IntakeError: If a column is unknown or lacking; all are gathered.
    """
    if "respondent" not in found.places and "respondent" not in found.lacking:
        raise IntakeError(
            "No column identifies a submission.",
            file=source.file,
            where="the header",
            expected="a column with an id for each submission",
            hint="Name it as 'respondent' under [export] in wave.toml.",
        )
    if not found.unknown and not found.lacking:
        return
    unknown = [f"column '{source.variables[place].name}'" for place in found.unknown]
    spelled = [_header(source.variables[place]) for place in found.unknown]
    got, hints = misfit_lines(list(zip(unknown, spelled, strict=True)), list(found.lacking), questionnaire, settings, wave)
    if any(variable.name in settings.metadata().values() for variable in source.dropped):
        hints.append("A column that identifies a person was dropped.")
    raise IntakeError(
        f"The export does not fit the questionnaire (read as {source.platform}).",
        file=source.file,
        where="the header",
        expected=f"one column for each answer that {wave} asked for",
        got=listed(got),
        hint=" ".join([*hints, "A mapping file can say which column answers what ('mapping' under [export] in wave.toml)."]),
    )


def cells_of(source: Source, found: Bound, question: Question, column: str, mapping: ColumnMapping, wave: str) -> pl.Series | None:
    """The cells of a column of a question, with codes of the platform as labels or option codes; None where there is no such column."""
    place = found.places.get(column)
    text = found.places.get(f"{question.id}.other_text")
    other = question.other
    if text is not None and other is not None and column == f"{question.id}.{other.code}" and source.variables[text].exploded:
        return _ticked_by_text(source, found, column, text)
    if place is None:
        others = found.chosen_by_nobody.get(column)
        return None if others is None else _unchosen(source, others, question)
    cells = source.rows[f"c{place}"]
    if not question.coded or column.endswith(".other_text"):
        return cells
    return _meant(cells, source.variables[place], question, mapping.codes.get(question.id, {}), wave)


def known_to(questionnaire: Questionnaire, wave: str, mapping: ColumnMapping) -> tuple[tuple[str, ...], frozenset[str]]:
    """What a reader needs to take joined cells apart: the labels of options, and the headers of select-all questions."""
    labels: list[str] = []
    headers: set[str] = set()
    several: set[str] = set()
    for question in questionnaire.asked_in(wave):
        if question.kind != "multiple":
            continue
        several.update(question.columns(wave))
        headers.update(folded(base) for base in bases_of(question, wave))
        labels += [spelling for option in question.options_in(wave) for spelling in (option.label, option.code, *option.aliases)]
    for name, target in mapping.columns.items():
        match = _EXPLODED.match(name)
        if match is not None and target in several:
            headers.add(folded(match["group"] or match["path"]))
            labels.append(match["part"] or match["name"])
    return tuple(dict.fromkeys(labels)), frozenset(headers)


def _take(source: Source, places: dict[str, int], column: str, place: int) -> None:
    if column in places:
        first, second = source.variables[places[column]], source.variables[place]
        raise IntakeError(
            "Two columns have the same meaning.",
            file=source.file,
            where=f"columns '{first.name}' and '{second.name}'",
            expected="one column for each answer",
            got=f"both answer '{column}'",
            hint="Add one of them to 'ignore' under [export] in wave.toml, or say in the mapping file what it answers.",
        )
    places[column] = place


def _header(variable: Variable) -> str:
    return f"{variable.text} [{variable.part}]" if variable.part is not None else variable.text


def _spellings(variable: Variable) -> Iterator[str]:
    yield variable.name
    if variable.part is None:
        yield variable.text
    else:
        for base in dict.fromkeys([variable.text, variable.group or variable.text]):
            yield f"{base} [{variable.part}]"


def _found(variable: Variable, expected: dict[str, tuple[str, ...]], alone: dict[str, str], taken: set[str]) -> tuple[str, ...]:
    for spelling in _spellings(variable):
        columns = expected.get(folded(spelling), ())
        if columns and not taken & set(columns):
            return columns
    if variable.role is None and variable.part is None and variable.group is None:
        column = alone.get(folded(variable.text))
        return (column,) if column is not None and column not in taken else ()
    return ()


def _alone(questionnaire: Questionnaire, wave: str) -> dict[str, str]:
    """Labels of items that belong to one battery only: some platforms head a column with the statement and not with its question."""
    owners: dict[str, set[str]] = {}
    for question in questionnaire.asked_in(wave):
        for item in question.items_in(wave):
            for spelling in (item.label, *item.aliases):
                owners.setdefault(folded(spelling), set()).add(f"{question.id}.{item.id}")
    return {spelling: next(iter(columns)) for spelling, columns in owners.items() if len(columns) == 1}


def _whole(variable: Variable, questionnaire: Questionnaire, wave: str) -> Question | None:
    """The select-all question whose cells a variable was made from."""
    said = {folded(variable.group or variable.name), folded(variable.text)}
    asked = (question for question in questionnaire.asked_in(wave) if question.kind == "multiple")
    return next((question for question in asked if said & {folded(base) for base in bases_of(question, wave)}), None)


def _check_mapped(
    source: Source, mapping: ColumnMapping, file: Path, questionnaire: Questionnaire, wave: str, places: dict[str, int]
) -> None:
    names = [variable.name for variable in source.variables]
    there = {folded(name) for name in names}
    of_question = {column: question for question in questionnaire.asked_in(wave) for column in question.columns(wave)}
    for name, target in mapping.columns.items():
        question = of_question.get(target)
        others = question.columns(wave) if question is not None else ()
        exploded = any(source.variables[places[one]].exploded for one in others if one in places)
        match = _EXPLODED.match(name)
        unanswered = match is not None and folded(match["group"] or match["path"]) in there
        if folded(name) not in there and not exploded and not unanswered:
            raise IntakeError(
                "The mapping names a column that the export does not have.",
                file=file,
                where=f"columns → {name}",
                expected="a column of the export: " + ", ".join(names[:8]) + (" and others" if len(names) > 8 else ""),
                got=f"'{name}'",
                hint=did_you_mean(name, names),
            )


def _lacking(
    source: Source, questionnaire: Questionnaire, wave: str, settings: ExportSettings, places: dict[str, int], nobody: dict[str, list[int]]
) -> tuple[list[str], dict[str, tuple[int, ...]]]:
    lacking = [column for column in settings.metadata() if column not in places]
    filled: dict[str, tuple[int, ...]] = {}
    for question in questionnaire.asked_in(wave):
        columns = [column for column in question.columns(wave) if not column.endswith(".other_text")]
        exploded = [places[column] for column in columns if column in places and source.variables[places[column]].exploded]
        exploded += nobody.get(question.id, [])
        for column in columns:
            if column not in places and exploded:
                filled[column] = tuple(exploded)
            elif column not in places:
                lacking.append(column)
    return lacking, filled


def _ticked_by_text(source: Source, found: Bound, column: str, text: int) -> pl.Series:
    """The box of 'other' where what was written stands among the options: ticked where there is a text, or the option itself."""
    place = found.places.get(column)
    boxes = source.rows[f"c{place}"] if place is not None else _nothing_ticked(source, found.chosen_by_nobody.get(column, ()))
    return pl.select(pl.when(source.rows[f"c{text}"].is_not_null()).then(pl.lit("1")).otherwise(boxes)).to_series()


def _unchosen(source: Source, others: tuple[int, ...], question: Question) -> pl.Series:
    """An option that nobody chose: not ticked where the question was answered. An item that nobody ranked is blank."""
    if question.kind != "multiple":
        return pl.Series([None] * len(source), dtype=pl.String)
    return _nothing_ticked(source, others)


def _nothing_ticked(source: Source, others: tuple[int, ...]) -> pl.Series:
    answered = source.rows.select(pl.any_horizontal([pl.col(f"c{place}").is_not_null() for place in others] or [pl.lit(False)])).to_series()
    return pl.select(pl.when(answered).then(pl.lit("0"))).to_series().cast(pl.String)


def _meant(cells: pl.Series, variable: Variable, question: Question, codes: dict[str, str], wave: str) -> pl.Series:
    """Cells with the mapping's option or the platform's label in place of its code, as far as either says it."""
    own = {folded(code): option for code, option in codes.items()}
    labels = {choice.code: choice.label for choice in variable.choices}
    options = question.options_in(wave)
    known = {folded(word) for option in options for word in (option.code, option.label, *option.aliases)}
    meanings: dict[str, str] = {}
    for text in cells.drop_nulls().unique().to_list():
        label = labels.get(text, text)
        if folded(text) in own or folded(label) in own:
            meanings[text] = own.get(folded(text), own.get(folded(label), text))
        elif folded(label) in known or folded(text) not in known:
            meanings[text] = label
    return cells.replace(meanings)
