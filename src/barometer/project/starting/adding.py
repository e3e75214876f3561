"""`barometer add-wave`: plans an export as the next wave of a project, and says what was asked again, what is new and what is gone."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from barometer.errors import BarometerError, ProjectError, UsageError
from barometer.intake.headers import ExportSettings
from barometer.intake.mapping import load_mapping
from barometer.intake.platforms.source import Request, Source
from barometer.project.settings import PROJECT_FILE, QUESTIONNAIRE_FILE, WAVES_FOLDER, WaveSettings, load_wave
from barometer.project.starting import editing
from barometer.project.starting.blocks import blocks
from barometer.project.starting.drafting import Draft, Guessed, draft
from barometer.project.starting.exports import export_files
from barometer.project.starting.labels import describes_respondents, is_dont_know, is_none, is_other
from barometer.project.starting.matching import Again, matched, part_id
from barometer.project.starting.placing import Content
from barometer.project.starting.questions import Drafted
from barometer.project.starting.slugs import slug
from barometer.project.starting.writing import WaveAnswers, wave_id, wave_text, wave_title
from barometer.questionnaire.checks import OTHER_TEXT
from barometer.questionnaire.model import Item, Option, Question

if TYPE_CHECKING:
    from barometer.project.survey import Survey

#: Of the questions of the wave before, the share that an export must answer to be taken for the same survey.
_FITS = 0.5
P = TypeVar("P", Option, Item)


@dataclass(frozen=True)
class WaveWishes:
    """What a team says of a new wave; what is None is guessed, or as it was in the wave before."""

    wave: str | None = None
    title: str | None = None
    fieldwork_start: date | None = None
    fieldwork_end: date | None = None
    published: date | None = None
    mode: str | None = None
    format: str | None = None
    form: Path | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Addition:
    """A wave that is ready to be added.

    Attributes:
        wave: Its id.
        before: The wave that it was compared with.
        files: The new files, by their place in the project.
        changed: The changed files, by their place, each with its new text.
        again: The questions that were asked again.
        new: Those that are new.
        dropped: Those that the wave before asked and this one does not.
        guesses: What was guessed, the doubtful first.
        notes: What else the team should know.
    """

    wave: str
    before: str
    files: Mapping[str, Content]
    changed: Mapping[str, str]
    again: tuple[Again, ...]
    new: tuple[Drafted, ...]
    dropped: tuple[Question, ...]
    guesses: tuple[Guessed, ...] = ()
    notes: tuple[str, ...] = field(default=())


def planned_wave(survey: Survey, export: Path, wishes: WaveWishes, *, today: date) -> Addition:
    """What `add-wave` would change, without changing it.

    Args:
        survey: The project.
        export: The export of the new wave.
        wishes: What the team says.
        today: The date that stands where the export has no times.

    Raises:
        IntakeError: If the export cannot be read.
        ProjectError: If it answers hardly any question of the wave before.
        UsageError: If the wave has data already.
    """
    before = survey.wave_id()
    settings = load_wave(survey.wave_folder(before) / "wave.toml")
    source, mapped = _source(survey, export, before, settings, wishes)
    drafted = draft(_with_known_roles(source, settings.export))
    asked = list(survey.questionnaire.questions)
    again, rest = matched(blocks(drafted.source), asked, before, mapped)
    _check_fit(survey, before, again, export)
    wave, guesses = _wave(survey, settings, drafted, wishes, today)
    again = [_settled(one, wave.id, survey.waves) for one in again]
    columns = {column.place for block in rest for column in block.columns}
    taken = [question.id for question in asked]
    new = [_new(one, taken, wave.id) for one in drafted.questions if {column.place for column in one.block.columns} & columns]
    found = {one.question.id for one in again}
    dropped = [question for question in survey.questionnaire.asked_in(before) if question.id not in found]
    edited, new = _questionnaire_text(survey, again, new, wave.id)
    changed = {PROJECT_FILE: _project_text(survey, wave, again), QUESTIONNAIRE_FILE: edited}
    kept = replace(drafted, questions=(*(_as_drafted(one) for one in again), *new))
    files = _files(kept, wave, wishes)
    doubts = [Guessed(one.question.id, doubt.what, doubt.why, doubtful=True) for one in new for doubt in one.doubts]
    settled = [guess for guess in drafted.guesses if guess.place not in {one.question.id for one in drafted.questions}]
    said = sorted([*guesses, *doubts, *settled], key=lambda guess: not guess.doubtful)
    return Addition(wave.id, before, files, changed, tuple(again), tuple(new), tuple(dropped), tuple(said), source.notes)


# ----------------------------------------------------------------------------------------------------------------- the new export


def _source(survey: Survey, export: Path, before: str, settings: WaveSettings, wishes: WaveWishes) -> tuple[Source, dict[str, str]]:
    """The export, read with what the questionnaire knows; and what the last mapping says of its columns."""
    from barometer.intake.binding import known_to
    from barometer.intake.mapping import ColumnMapping
    from barometer.intake.platforms.detecting import detected
    from barometer.intake.platforms.reading import known_format, read

    folder, keys = survey.wave_folder(before), settings.export
    mapping = ColumnMapping()
    if keys.mapping is not None:
        # A mapping that has become wrong is a matter of the wave before; the new wave can do without it.
        with suppress(BarometerError):
            mapping = load_mapping(folder / keys.mapping, survey.questionnaire, before)
    labels, multiples = known_to(survey.questionnaire, before, mapping)
    platform = known_format(wishes.format) if wishes.format else None
    form = wishes.form or (folder / keys.form if keys.form else None)
    request = Request(export, wishes.sheet or keys.sheet, form, labels, multiples)
    reason = "asked for"
    if platform is None:
        found = detected(export, request.sheet)
        platform, reason = found.platform, found.reason
    return read(request, format=platform, keep=list(keys.metadata().values()), reason=reason), dict(mapping.columns)


def _with_known_roles(source: Source, before: ExportSettings) -> Source:
    """The source with the columns that are no answers as the wave before had them, where their headers are still there."""
    from barometer.questionnaire.spelling import folded

    roles = {folded(header): role for role, header in before.metadata().items()}
    named = {folded(variable.name): roles[folded(variable.name)] for variable in source.variables if folded(variable.name) in roles}
    ignored = {folded(header) for header in before.ignore}
    variables = []
    for variable in source.variables:
        role: Any = named.get(folded(variable.name), variable.role)
        if folded(variable.name) in ignored:
            role = "metadata"
        elif role == variable.role and role in named.values() and folded(variable.name) not in named:
            role = "metadata"  # another column holds that role, as it did before
        variables.append(replace(variable, role=role))
    return replace(source, variables=tuple(variables))


def _check_fit(survey: Survey, before: str, again: Sequence[Again], export: Path) -> None:
    asked = survey.questionnaire.asked_in(before)
    found = [one.question.id for one in again]
    there = [question for question in asked if question.id in found]
    if len(there) < max(1, _FITS * len(asked)):
        lacking = [question.number or question.short for question in asked if question.id not in found]
        more = f" and {len(lacking) - 6} more" if len(lacking) > 6 else ""
        raise ProjectError(
            "The export does not look like another wave of this barometer.",
            file=export,
            expected=f"at least half of the {len(asked)} questions of {before}",
            got=f"{len(there)} of them; not found: {', '.join(lacking[:6])}{more}",
            hint="Nothing was written. If it is another survey, begin a project of its own with 'barometer init'.",
        )


def _wave(survey: Survey, settings: WaveSettings, drafted: Draft, wishes: WaveWishes, today: date) -> tuple[WaveAnswers, list[Guessed]]:
    window, guesses = drafted.window, []
    start, end = wishes.fieldwork_start, wishes.fieldwork_end
    if window is None and (start is None or end is None):
        guesses.append(Guessed("fieldwork", "the day of this draft", "the export has no times that can be read", doubtful=True))
    end = end or (window[1] if window else max(today, start or today))
    start = start or (min(window[0], end) if window else end)
    id = wishes.wave or wave_id(end)
    if start > end:
        raise UsageError(
            "The fieldwork ends before it starts.",
            expected="--fieldwork-start no later than --fieldwork-end",
            got=f"{start} and {end}",
        )
    if id in survey.waves:
        raise UsageError(
            "The wave has data already.",
            file=survey.wave_folder(id),
            expected="a wave without data",
            got=id,
            hint="Nothing was written. Name the new wave with --wave.",
        )
    published = wishes.published or max(today, end)
    title, mode = wishes.title or wave_title(id), wishes.mode or settings.mode
    return WaveAnswers(id, title, start, end, published, mode, settings.recruitment), guesses


# ----------------------------------------------------------------------------------------------------------- the questionnaire


def _settled(one: Again, wave: str, had: Sequence[str]) -> Again:
    """A question asked again as the new wave has it: wording, spellings, new options and items, and places for their columns."""
    question, places = one.question, dict(one.places)
    taken = [OTHER_TEXT, *map(part_id, question.options), *map(part_id, question.items)]
    options = [_part_again(part, one, wave, had) for part in question.options]
    items = [_part_again(part, one, wave, had) for part in question.items]
    columns = {part: column.place for part, column in zip(one.block.parts, one.block.columns, strict=False)}
    fresh: list[str] = []
    for label in (*one.new, *one.answers):
        is_item = bool(question.items) and label in one.new
        code = slug(label, taken, fallback="item" if is_item else "option")
        taken.append(code)
        fresh.append(code)
        if is_item:
            items.append(Item(id=code, label=label, waves=(wave,)))
        else:
            options.append(_new_option(code, label, question, wave))
        if label in columns:
            places[f"{question.id}.{code}"] = columns[label]
    wordings = {**question.wordings, wave: one.wording} if one.wording is not None else question.wordings
    grown = question.model_copy(update={"options": tuple(options), "items": tuple(items), "wordings": wordings, "waves": None})
    return replace(one, question=grown, places=places, fresh=tuple(fresh))


def _part_again(part: P, one: Again, wave: str, had: Sequence[str]) -> P:
    code = part_id(part)
    named: tuple[str, ...] | None = part.waves
    if code in one.gone:
        named = named or tuple(had)
    elif named is not None:
        named = named + (wave,)  # noqa: RUF005
    aliases: tuple[str, ...] = (*part.aliases, one.aliases[code]) if code in one.aliases else part.aliases
    return part.model_copy(update={"waves": named, "aliases": aliases})


def _new_option(code: str, label: str, question: Question, wave: str) -> Option:
    return Option(
        code=code,
        label=label,
        waves=(wave,),
        dont_know=is_dont_know(label),
        exclusive=question.kind == "multiple" and (is_none(label) or is_dont_know(label)),
        other=is_other(label) and question.other is None and question.kind in ("single", "multiple"),
    )


def _as_drafted(one: Again) -> Drafted:
    return Drafted(one.question, one.block, one.places)


def _new(one: Drafted, taken: Sequence[str], wave: str) -> Drafted:
    """A new question under an id that no other question has."""
    old = one.question.id
    id = slug(old, taken) if old in taken else old
    places = {id + place.removeprefix(old): at for place, at in one.places.items()}
    return replace(one, question=one.question.model_copy(update={"id": id, "waves": (wave,)}), places=places)


def _questionnaire_text(survey: Survey, again: Sequence[Again], new: Sequence[Drafted], wave: str) -> tuple[str, list[Drafted]]:
    """`questionnaire.toml` with the new wave, and the new questions with the themes that they go to."""
    raw = (survey.folder / QUESTIONNAIRE_FILE).read_text(encoding="utf-8-sig")
    tables = tomllib.loads(raw)
    own = {question["id"]: question for question in tables["questions"]}
    had = list(survey.waves)
    text = editing.Questionnaire(raw, had)
    found = {one.question.id for one in again}
    shared = _not_asked_scales(survey, found)
    for question in survey.questionnaire.questions:
        text.ask(question.id, wave) if question.id in found else text.drop(question.id)
    for one in again:
        scale = own[one.question.id].get("scale")
        _edit(text, one, wave, had, scale if "options" not in own[one.question.id] else None, shared)
    themed = [_themed(one, survey, text) for one in new]
    for drafted in themed:
        text.add_question(drafted.question, reasons=drafted.reasons, doubts=map(str, drafted.doubts))
    return text.text(), themed


def _not_asked_scales(survey: Survey, found: set[str]) -> set[str]:
    """Scales that a question has which the new wave does not ask: they cannot get an option of the new wave alone."""
    return {question.scale for question in survey.questionnaire if question.scale is not None and question.id not in found}


def _edit(text: editing.Questionnaire, one: Again, wave: str, had: Sequence[str], scale: str | None, not_asked: set[str]) -> None:
    question = one.question
    if one.wording is not None:
        text.reword(question.id, wave, one.wording)
    parts: list[Option | Item] = [*question.options, *question.items]
    for part in parts:
        code = part_id(part)
        own_scale = scale if isinstance(part, Option) else None
        if code in one.fresh:
            # A scale that belongs to questions which this wave does not ask as well gets the option for all its waves.
            text.add_part(question.id, part.model_copy(update={"waves": None}) if own_scale in not_asked else part, scale=own_scale)
        elif code in one.gone and own_scale is None:
            text.drop_part(question.id, code, had)
        else:
            text.ask_part(question.id, code, wave, scale=own_scale)
        if code in one.aliases:
            text.alias(question.id, code, one.aliases[code], scale=own_scale)


def _themed(one: Drafted, survey: Survey, text: editing.Questionnaire) -> Drafted:
    """A new question in a theme that the barometer has; a new theme where none is known."""
    themes = [theme.id for theme in survey.questionnaire.themes]
    wanted = one.question.theme
    if wanted not in themes:
        neighbours = [question.theme for question in survey.questionnaire if question.kind == one.question.kind]
        about = describes_respondents(one.question.text)
        if about or not neighbours:
            text.add_theme("about" if about else "questions", "About the respondents" if about else "What was asked")
            wanted = "about" if about else "questions"
        else:
            wanted = neighbours[-1]
    return replace(one, question=one.question.model_copy(update={"theme": wanted}))


def _project_text(survey: Survey, wave: WaveAnswers, again: Sequence[Again]) -> str:
    """`barometer.toml` with the wave after those that were in the field before it, and with new options of questions that are breaks."""
    text = (survey.folder / PROJECT_FILE).read_text(encoding="utf-8-sig")
    earlier = [id for id in survey.waves if load_wave(survey.wave_folder(id) / "wave.toml").fieldwork.start <= wave.start]
    for one in again:
        for option in one.question.options:
            if option.code in one.fresh and not option.dont_know:
                text = editing.with_level(text, one.question.id, option.code, option.name)
    return editing.with_wave(text, wave.id, earlier)


# --------------------------------------------------------------------------------------------------------------------- its files


def _files(kept: Draft, wave: WaveAnswers, wishes: WaveWishes) -> dict[str, Content]:
    export = export_files(kept, wave=wave.id, form=wishes.form, sheet=wishes.sheet)
    folder = f"{WAVES_FOLDER}/{wave.id}"
    text = wave_text(wave, export.keys, export.responses)
    files: dict[str, Content] = {f"{folder}/wave.toml": text}
    return files | {f"{folder}/{name}": content for name, content in export.files.items()}
