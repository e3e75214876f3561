"""Drafts a barometer from an export: what was asked, what describes respondents, when it was in the field. Every guess has its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.platforms.source import Source, Variable
from barometer.project.starting.blocks import blocks
from barometer.project.starting.labels import describes_respondents
from barometer.project.starting.questions import Drafted, drafted
from barometer.project.starting.routing import routed
from barometer.project.starting.slugs import slug
from barometer.project.starting.times import Written, written
from barometer.questionnaire.model import Question, Scale, Theme

_ABOUT = Theme(id="about", title="About the respondents")
_WORDS = Theme(id="own_words", title="In their own words")
_MAIN = Theme(id="questions", title="What was asked")
_BREAKS = 3
_LEVELS = 8
_ID = re.compile(
    r"(response|respondent|participant|submission|case|interview|record|user)?[ _.-]?(id|no\.?|nr\.?|number|key|uuid|#)", re.IGNORECASE
)


@dataclass(frozen=True)
class Guessed:
    """One guess.

    Attributes:
        place: The question or setting that it is about.
        what: What was taken.
        reason: Why.
        doubtful: Whether a person should look at it first.
    """

    place: str
    what: str
    reason: str
    doubtful: bool = False


@dataclass(frozen=True)
class Draft:
    """A barometer's questionnaire and settings as drafted from an export.

    Attributes:
        source: The export.
        questions: In the order of its columns.
        themes: Those that are used.
        scales: Scales that several questions share, by name; `shared` says which question takes which.
        shared: From question to scale.
        respondent: The header of the column that identifies a submission.
        started: The header of the time of the start, where there is one.
        completed: That of the completion.
        post: That of the post.
        weight: That of the weights.
        times: How times are written; None where there are none.
        ignore: Headers of columns that are left out.
        breaks: Questions that tables are broken by.
        background: Questions that describe respondents.
        guesses: Every guess, the doubtful ones first.
    """

    source: Source
    questions: tuple[Drafted, ...]
    themes: tuple[Theme, ...]
    scales: dict[str, Scale]
    shared: dict[str, str]
    respondent: str
    started: str | None
    completed: str | None
    post: str | None
    weight: str | None
    times: Written | None
    ignore: tuple[str, ...]
    breaks: tuple[str, ...]
    background: tuple[str, ...]
    guesses: tuple[Guessed, ...]

    @property
    def window(self) -> tuple[date, date] | None:
        """The first and the last day on which somebody answered, where the export says it."""
        return None if self.times is None else (date.fromisoformat(self.times.first), date.fromisoformat(self.times.last))

    def question(self, id: str) -> Drafted:
        """The drafted question of this id."""
        return next(one for one in self.questions if one.question.id == id)


def draft(source: Source) -> Draft:
    """A draft from an export.

    Args:
        source: The export, as `barometer.intake.platforms.read_source` gives it.

    Returns:
        The draft; `barometer.project.starting.writing` turns it into files.

    Raises:
        IntakeError: If no column identifies a submission, or none is an answer.
    """
    source, guesses = _with_roles(source)
    asked: list[Drafted] = []
    ignored: list[Variable] = list(source.of_role("metadata"))
    for block in blocks(source):
        if len(block.columns) == 1 and not block.parts and not len(block.columns[0].filled):
            ignored.append(block.columns[0].variable)
            guesses.append(Guessed(block.text, "left out", "the column is empty", doubtful=True))
            continue
        asked += drafted(block, [one.question.id for one in asked])
    if not asked:
        raise IntakeError("The export has no column of answers.", file=source.file, expected="at least one question", got=_named(source))
    asked, background = _themed(routed(asked), source)
    scales, shared = _scales(asked)
    headers = {role: _header(source, role) for role in ("respondent", "started", "completed", "post", "weight")}
    times = _times(source, guesses)
    if times is None:
        headers |= {"started": None, "completed": None}
    used = {one.question.theme for one in asked}
    themes = [theme for theme in _all_themes(source) if theme.id in used]
    return Draft(
        source=source,
        questions=tuple(asked),
        themes=tuple(themes),
        scales=scales,
        shared=shared,
        respondent=str(headers["respondent"]),
        started=headers["started"],
        completed=headers["completed"],
        post=headers["post"],
        weight=headers["weight"],
        times=times,
        ignore=tuple(variable.name for variable in ignored) + _unread_times(source, times),
        breaks=_breaks(asked, background),
        background=tuple(background),
        guesses=_sorted([*guesses, *_of_questions(asked)]),
    )


def _named(source: Source) -> str:
    return ", ".join(variable.name for variable in source.variables[:8])


def _header(source: Source, role: str) -> str | None:
    return next((variable.name for variable in source.variables if variable.role == role), None)


# ------------------------------------------------------------------------------------------------------------------------ roles


def _with_roles(source: Source) -> tuple[Source, list[Guessed]]:
    """The source with a column for respondents, and what was guessed of columns that are no answers."""
    guesses = [
        Guessed(variable.name, f"the column '{variable.role}'", variable.reason)
        for variable in source.variables
        if variable.role not in (None, "metadata")
    ]
    if _header(source, "respondent") is not None:
        return source, guesses
    place, reason = _identifier(source)
    taken = source.variables[place]
    guesses.append(Guessed(taken.name, "the column 'respondent'", reason, doubtful=True))
    if taken.role is not None:
        # A time of submission that nobody shares serves as both.
        return replace(source, variables=(*source.variables, replace(taken, role="respondent"))), guesses
    variables = tuple(
        replace(variable, role="respondent") if number == place else variable for number, variable in enumerate(source.variables)
    )
    return replace(source, variables=variables), guesses


def _identifier(source: Source) -> tuple[int, str]:
    """The column that identifies a submission: by its header, or because every cell of it is filled and stands once."""
    unique = [
        place
        for place, variable in enumerate(source.variables)
        if variable.group is None and not source.rows[f"c{place}"].null_count() and source.rows[f"c{place}"].n_unique() == len(source)
    ]
    named = [place for place in unique if _ID.fullmatch(source.variables[place].name.strip())]
    if named:
        return named[0], "its header says so, and no two rows share it"
    brief = [place for place in unique if bool((source.rows[f"c{place}"].str.len_chars() <= 40).all())]
    timed = [place for place in brief if source.variables[place].role in ("completed", "started", "post")]
    if timed or brief:
        return (timed or brief)[0], "every cell is filled, and no two rows share it"
    raise IntakeError(
        "No column identifies a submission.",
        file=source.file,
        expected="a column that is filled in every row and the same in no two, such as 'Response ID'",
        got=_named(source),
        hint="Add a column 'Response ID' that numbers the rows.",
    )


def _times(source: Source, guesses: list[Guessed]) -> Written | None:
    """How times are written, over both columns of them."""
    columns = [source.rows[f"c{place}"] for place, variable in enumerate(source.variables) if variable.role in ("started", "completed")]
    if not columns:
        return None
    texts = pl.concat([series.alias("time") for series in columns])
    found = written(texts)
    names = ", ".join(variable.name for variable in source.variables if variable.role in ("started", "completed"))
    if found is None:
        guesses.append(Guessed(names, "left out", "its times are not all written in one way that is known", doubtful=True))
        return None
    last = next((series for series, role in zip(columns, _time_roles(source), strict=True) if role == "completed"), columns[-1])
    window = written(last)
    found = replace(found, first=window.first, last=window.last) if window is not None else found
    guesses.append(Guessed("timestamp", found.pattern, found.reason, found.doubtful))
    return found


def _time_roles(source: Source) -> list[str]:
    return [str(variable.role) for variable in source.variables if variable.role in ("started", "completed")]


def _unread_times(source: Source, times: Written | None) -> tuple[str, ...]:
    if times is not None:
        return ()
    return tuple(variable.name for variable in source.variables if variable.role in ("started", "completed"))


# ----------------------------------------------------------------------------------------------------------------------- themes


def _themed(questions: Sequence[Drafted], source: Source) -> tuple[list[Drafted], list[str]]:
    """The questions with their themes, and those that describe respondents."""
    made, background = [], []
    for one in questions:
        question = one.question
        if question.kind in ("single", "scale", "numeric") and question.shown_if is None and describes_respondents(question.text):
            background.append(question.id)
            theme = _ABOUT.id
        elif question.kind == "text":
            theme = _WORDS.id
        else:
            theme = _section(one, source) or _MAIN.id
        made.append(replace(one, question=question.model_copy(update={"theme": theme})))
    return made, background


def _section(one: Drafted, source: Source) -> str | None:
    """The section of a form that a question stands in, where the platform's names of columns say it ("services/rating")."""
    name = one.block.columns[0].variable.name
    sections = _sections(source)
    first = name.split("/")[0]
    return sections[first].id if "/" in name and first in sections else None


def _sections(source: Source) -> dict[str, Theme]:
    """Groups of a form that hold several questions, by the first part of the names of their columns."""
    if source.platform != "kobo":
        return {}
    questions: dict[str, set[str]] = {}
    for variable in source.variables:
        parts = variable.name.split("/")
        if variable.role is None and len(parts) > 1:
            questions.setdefault(parts[0], set()).add(variable.group or variable.name)
    names = [name for name, inside in questions.items() if len(inside) > 1]
    return {name: Theme(id=slug(name, (_ABOUT.id, _WORDS.id, _MAIN.id)), title=name.replace("_", " ").capitalize()) for name in names}


def _all_themes(source: Source) -> list[Theme]:
    return [*_sections(source).values(), _MAIN, _WORDS, _ABOUT]


def _breaks(questions: Sequence[Drafted], background: Sequence[str]) -> tuple[str, ...]:
    found = [
        one.question.id
        for one in questions
        if one.question.id in background and one.question.kind in ("single", "scale") and 2 <= len(one.question.options) <= _LEVELS
    ]
    return tuple(found[:_BREAKS])


# ----------------------------------------------------------------------------------------------------------------------- scales


def _scales(questions: Sequence[Drafted]) -> tuple[dict[str, Scale], dict[str, str]]:
    """Scales that batteries and scales have, each written once, and which question has which."""
    scales: dict[str, Scale] = {}
    shared: dict[str, str] = {}
    for one in questions:
        question: Question = one.question
        if question.kind not in ("scale", "battery"):
            continue
        made = Scale(options=question.options, nets=question.nets)
        name = next((known for known, scale in scales.items() if scale == made), None)
        if name is None:
            name = slug(one.ladder.name if one.ladder else question.id, scales, fallback="scale")
            scales[name] = made
        shared[question.id] = name
    return scales, shared


def _of_questions(questions: Sequence[Drafted]) -> list[Guessed]:
    found = []
    for one in questions:
        question = one.question
        found.append(Guessed(question.id, f"kind {question.kind}", one.reasons.get("kind", "")))
        found += [Guessed(question.id, doubt.what, doubt.why, doubtful=True) for doubt in one.doubts]
    return found


def _sorted(guesses: list[Guessed]) -> tuple[Guessed, ...]:
    return tuple(sorted(guesses, key=lambda guess: not guess.doubtful))
