"""What of an export a project keeps, and what its `wave.toml` and `mapping.toml` say of how to read it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from barometer.errors import IntakeError
from barometer.intake.headers import ExportSettings, match_headers
from barometer.intake.mapping import ColumnMapping, mapping_text
from barometer.intake.platforms.source import Source
from barometer.project.starting.drafting import Draft
from barometer.project.starting.placing import Content
from barometer.project.starting.questions import Drafted
from barometer.questionnaire.model import Question, Questionnaire, Theme
from barometer.questionnaire.spelling import folded

_NAME = "responses"
_MAPPING = "mapping.toml"
_HEAD = """\
# Which column of the export answers what. Columns on the left, the questionnaire on the right; what stands under [codes.QUESTION] are
# the values in the cells and the options that they mean. Edit it where a guess was wrong.

"""

Keys = dict[str, tuple[Any, str | None]]


@dataclass(frozen=True)
class ExportFiles:
    """The files of a wave beside its `wave.toml`.

    Attributes:
        responses: The name of the file of responses.
        files: Every file by its name.
        keys: What `[export]` of `wave.toml` says, each with a comment.
    """

    responses: str
    files: Mapping[str, Content]
    keys: Keys = field(default_factory=dict)


def export_files(draft: Draft, *, wave: str, form: Path | None = None, sheet: str | None = None) -> ExportFiles:
    """The export as a project keeps it: copied as it came, under a name of the house, and with a mapping where headers do not suffice.

    Args:
        draft: The draft.
        wave: The wave that the export belongs to.
        form: The form of a Kobo or ODK survey.
        sheet: The sheet of a workbook.
    """
    source = draft.source
    responses, files = _copies(source)
    keys = export_keys(draft)
    if sheet is not None:
        keys["sheet"] = (sheet, None)
    if source.platform == "table" and _headers_suffice(draft, wave):
        return ExportFiles(responses, files, keys)
    if form is not None:
        name = f"form{form.suffix.lower()}"
        files[name] = form
        keys = {"form": (name, "the XLSForm, from which labels and kinds are taken"), **keys}
    keys.pop("ignore", None)
    files[_MAPPING] = _HEAD + mapping_text(_mapping(draft), {})
    return ExportFiles(responses, files, {"format": (source.platform, source.reason), "mapping": (_MAPPING, None), **keys})


def export_keys(draft: Draft) -> Keys:
    """The columns that are no answers, and how times are written."""
    keys: Keys = {"respondent": (draft.respondent, "the column that identifies a submission")}
    for name in ("started", "completed", "post", "weight"):
        if getattr(draft, name) is not None:
            keys[name] = (getattr(draft, name), None)
    if draft.times is not None:
        keys["timestamp"] = (draft.times.pattern, ("CHECK: " if draft.times.doubtful else "guessed: ") + draft.times.reason)
    left_out = _left_out(draft)
    if left_out:
        keys["ignore"] = (left_out, "columns that are no answers, or name a person")
    return keys


def _left_out(draft: Draft) -> tuple[str, ...]:
    return (*draft.ignore, *(variable.name for variable in draft.source.dropped))


def _copies(source: Source) -> tuple[str, dict[str, Content]]:
    """The files of an export under names of the house; a Triple-S survey has two, of which one is found by the name of the other."""
    if source.platform != "triple-s":
        name = f"{_NAME}{source.file.suffix.lower() or '.csv'}"
        return name, {name: source.file}
    from barometer.intake.platforms.triple_s import data_file_of

    data = data_file_of(source.file)
    if data.stem == source.file.stem:
        names = f"{_NAME}{source.file.suffix.lower()}", f"{_NAME}{data.suffix}"
    else:
        names = source.file.name, data.name
    return names[0], {names[0]: source.file, names[1]: data}


def _headers_suffice(draft: Draft, wave: str) -> bool:
    """Whether the headers alone say which column answers what, so that no mapping is needed."""
    source = draft.source
    headers = tuple(dict.fromkeys([*(variable.name for variable in source.variables), *(variable.name for variable in source.dropped)]))
    joined = any(len(set(one.places.values())) < len(one.places) for one in draft.questions)
    if joined or any(variable.exploded or variable.choices for variable in source.variables):
        return False
    settings = ExportSettings(
        respondent=draft.respondent,
        started=draft.started,
        completed=draft.completed,
        post=draft.post,
        weight=draft.weight,
        ignore=_left_out(draft),
    )
    try:
        places = match_headers(headers, _questionnaire([one.question for one in draft.questions]), wave, settings, source.file)
    except IntakeError:
        return False
    return all(
        headers[places[column]] == source.variables[place].name
        for one in draft.questions
        for column, place in one.places.items()
        if column in places
    )


def _questionnaire(questions: Sequence[Question]) -> Questionnaire:
    themes = tuple(Theme(id=id, title=id) for id in dict.fromkeys(question.theme for question in questions))
    return Questionnaire(title="Draft", themes=themes, questions=tuple(questions))


def _mapping(draft: Draft) -> ColumnMapping:
    names = [variable.name for variable in draft.source.variables]
    columns = {name: column for one in draft.questions for name, column in _named(one, names)}
    ignore = [name for name in draft.ignore if name not in columns]
    codes = {one.question.id: meant for one in draft.questions if (meant := _codes(one))}
    return ColumnMapping(ignore=tuple(ignore), columns=columns, codes=codes)


def _named(one: Drafted, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The columns of a question by the names that a reader gives them, where several answers in one cell are taken apart."""
    labels = {f"{one.question.id}.{option.code}": option.label for option in one.question.options}
    joined = len(set(one.places.values())) < len(one.places)
    for column, place in one.places.items():
        yield (f"{names[place]} [{labels[column]}]" if joined and column in labels else names[place]), column


def _codes(one: Drafted) -> dict[str, str]:
    """From what stands in the cells to option codes, where the platform writes codes."""
    if one.question.kind not in ("single", "scale", "battery"):
        return {}
    options = {folded(option.label): option.code for option in one.question.options}
    told = {choice.code: choice.label for column in one.block.columns for choice in column.variable.choices}
    return {code: options[folded(label)] for code, label in told.items() if code != label and folded(label) in options}
