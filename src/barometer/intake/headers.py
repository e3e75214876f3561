"""Finds the question behind each column header of an export.

A header is accepted when it is the question's number, wording, both, its id, or the `header` that the questionnaire gives; a column
of a select-all question, battery, ranking or allocation adds the option or item: `Q2. Which of these ...? [Alliance contract]`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import Field

from barometer.errors import IntakeError, did_you_mean
from barometer.questionnaire.model import Item, Model, Option, Question, Questionnaire
from barometer.questionnaire.spelling import folded

_SHOWN_AT_MOST = 8


class ExportSettings(Model):
    """How an export is laid out: `[export]` in `wave.toml`."""

    format: str | None = Field(default=None, description="The platform that wrote the export; left out, it is detected.")
    mapping: str | None = Field(default=None, description="A file that says which column answers what, beside wave.toml.")
    form: str | None = Field(default=None, description="The XLSForm of a Kobo or ODK survey, beside wave.toml.")
    respondent: str | None = Field(
        default=None, description="Header of the column that identifies a submission; a platform's own is known without it."
    )
    started: str | None = Field(default=None, description="Header of the time at which it was started.")
    completed: str | None = Field(default=None, description="Header of the time at which it was completed.")
    post: str | None = Field(default=None, description="Header of the column that names the post in the frame.")
    weight: str | None = Field(default=None, description="Header of a column of weights.")
    wave: str | None = Field(default=None, description="Header of a column that names the wave, where one export holds several.")
    timestamp: str = Field(default="%Y-%m-%d %H:%M:%S", description="How times are written, in strftime codes.")
    ignore: tuple[str, ...] = Field(default=(), description="Headers of columns that are left out.")
    header_rows: int = Field(default=1, ge=1, le=2, description="How many header rows there are; in a second one stand options.")
    sheet: str | None = Field(default=None, description="The sheet of a workbook; left out, the first.")

    def metadata(self) -> dict[str, str]:
        """The columns of `Export.frame` that are not answers, each with its header."""
        named: dict[str, str | None] = {
            "respondent": self.respondent,
            "started": self.started,
            "completed": self.completed,
            "post": self.post,
            "weight": self.weight,
            "wave": self.wave,
        }
        return {column: header for column, header in named.items() if header is not None}


def match_headers(
    headers: tuple[str, ...], questionnaire: Questionnaire, wave: str, settings: ExportSettings, file: Path
) -> dict[str, int]:
    """The place of each column that the questionnaire expects of this wave.

    Returns:
        From column name (as in `Question.columns` and `ExportSettings.metadata`) to its place in the export.

    Raises:
        IntakeError: If two columns mean the same, a header is unknown, or a column is lacking. All such headers are gathered.
    """
    expected = expected_headers(questionnaire, wave, settings)
    ignored = {folded(header) for header in settings.ignore}
    places: dict[str, int] = {}
    unknown: list[int] = []
    twice: list[tuple[int, int]] = []
    for place, header in enumerate(headers):
        if folded(header) in ignored:
            continue
        columns = expected.get(folded(header), ())
        if not columns:
            unknown.append(place)
        elif columns[0] in places:
            twice.append((places[columns[0]], place))
        else:
            places.update(dict.fromkeys(columns, place))
    if twice:
        raise _repeated(headers, twice, file)
    wanted = [*settings.metadata(), *(column for question in questionnaire.asked_in(wave) for column in question.columns(wave))]
    # The text beside 'other' is optional: many exports leave it out.
    lacking = [column for column in wanted if column not in places and not column.endswith(".other_text")]
    if unknown or lacking:
        raise _misfit(headers, unknown, lacking, expected, questionnaire, settings, wave, file)
    return places


def expected_headers(questionnaire: Questionnaire, wave: str, settings: ExportSettings) -> dict[str, tuple[str, ...]]:
    """From each spelling of a header to its column, or to none where two questions share it.

    One column of the file may serve as respondent and post at once.
    """
    said: dict[str, list[str]] = {}
    for column, header in settings.metadata().items():
        said.setdefault(folded(header), []).append(column)
    expected = {header: tuple(columns) for header, columns in said.items()}
    derived: dict[str, str | None] = {}
    for question in questionnaire.asked_in(wave):
        for column, spellings in _spellings(question, wave):
            for spelling in map(folded, spellings):
                derived[spelling] = column if derived.get(spelling, column) == column else None
    for spelling, one in derived.items():
        expected.setdefault(spelling, () if one is None else (one,))
    return expected


def letters(place: int) -> str:
    """The letters of a column in a spreadsheet, from its place (0 is A).

    Example:
        >>> letters(0), letters(27)
        ('A', 'AB')
    """
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def bases_of(question: Question, wave: str) -> list[str]:
    """The headers that stand for the question itself."""
    wording = question.wording(wave)
    spelled = [question.header, question.id, question.number, wording]
    if question.number:
        spelled += [f"{question.number}. {wording}", f"{question.number} {wording}", f"{question.number}: {wording}"]
    return [base for base in spelled if base]


def _spellings(question: Question, wave: str) -> Iterator[tuple[str, list[str]]]:
    """Each column of a question with the headers that it may have."""
    bases = bases_of(question, wave)
    if question.kind == "multiple":
        for option in question.options_in(wave):
            yield f"{question.id}.{option.code}", _with_part(bases, [option.label, option.code, *option.aliases], option)
    elif question.items:
        for item in question.items_in(wave):
            yield f"{question.id}.{item.id}", _with_part(bases, [item.label, item.id, *item.aliases], item)
    else:
        yield question.id, bases
    other = question.other
    if other is not None and other.asked_in(wave):
        texts = [f"{other.label} - text", f"{other.label} (text)", f"{other.code}_text", "other_text"]
        if question.kind != "multiple":
            # Only a select-all question has a box of that name; elsewhere the column holds the text.
            texts.append(other.label)
        yield f"{question.id}.other_text", _with_part(bases, texts, other)


def _with_part(bases: list[str], parts: list[str], part: Option | Item) -> list[str]:
    names = [*parts, *([part.short] if part.short else [])]
    return [
        form for base in bases for name in names for form in (f"{base} [{name}]", f"{base} - {name}", f"{base}: {name}", f"{base}.{name}")
    ]


def _brief(text: str, width: int = 90) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _repeated(headers: tuple[str, ...], twice: list[tuple[int, int]], file: Path) -> IntakeError:
    said = [f"columns {letters(first)} and {letters(second)}: '{_brief(headers[second])}'" for first, second in twice]
    return IntakeError(
        "Two columns have the same meaning.",
        file=file,
        where=f"columns {letters(twice[0][0])} and {letters(twice[0][1])}",
        expected="one column for each answer",
        got=listed(said),
        hint="Take one of them out of the export, or rename it and add it to 'ignore' under [export] in wave.toml.",
    )


def _misfit(
    headers: tuple[str, ...],
    unknown: list[int],
    lacking: list[str],
    expected: dict[str, tuple[str, ...]],
    questionnaire: Questionnaire,
    settings: ExportSettings,
    wave: str,
    file: Path,
) -> IntakeError:
    said = [(f"column {letters(place)} '{_brief(headers[place])}'", headers[place]) for place in unknown]
    got, hints = misfit_lines(said, lacking, questionnaire, settings, wave, {header for header in expected if not expected[header]})
    return IntakeError(
        "The export does not fit the questionnaire.",
        file=file,
        where="the header",
        expected=f"one column for each answer that {wave} asked for ({len(_usual_headers(questionnaire, wave, settings))} in all)",
        got=listed(got),
        hint=" ".join(hints),
    )


def misfit_lines(
    unknown: list[tuple[str, str]],
    lacking: list[str],
    questionnaire: Questionnaire,
    settings: ExportSettings,
    wave: str,
    shared: Collection[str] = (),
) -> tuple[list[str], list[str]]:
    """What is said of columns that are unknown or lacking, and what to do about them.

    Args:
        unknown: For each unknown column how it is called, and its header.
        lacking: Columns of the questionnaire that are not there.
        questionnaire: What was asked.
        settings: Which columns are no answers.
        wave: The wave.
        shared: Folded headers that could belong to several questions.
    """
    usual = _usual_headers(questionnaire, wave, settings)
    near = {folded(usual[column]): usual[column] for column in lacking}
    got: list[str] = []
    for called, header in unknown:
        said = f"{called} " + ("could belong to several questions" if folded(header) in shared else "is unknown")
        # Looking for a near word among long headers is slow, and more than a few are not shown.
        close = did_you_mean(header, near.values()) if header and len(got) < _SHOWN_AT_MOST else None
        got.append(f"{said}. {_brief(close, 200)}" if close else said)
    got += [f"no column for '{_brief(usual[column])}'" + (f" ({column})" if column != usual[column] else "") for column in lacking]
    hints = []
    if unknown:
        hints.append("Add an unknown column to the questionnaire, or to 'ignore' under [export] in wave.toml.")
    if lacking:
        hints.append("A question that was not asked in this wave does not list it under 'waves' in the questionnaire.")
    return got, hints


def _usual_headers(questionnaire: Questionnaire, wave: str, settings: ExportSettings) -> dict[str, str]:
    """The fullest header of each column that must be there: what a platform writes by default."""
    usual = settings.metadata()
    for question in questionnaire.asked_in(wave):
        base = question.header or (f"{question.number}. " if question.number else "") + question.wording(wave)
        for option in question.options_in(wave) if question.kind == "multiple" else ():
            usual[f"{question.id}.{option.code}"] = f"{base} [{option.label}]"
        for item in question.items_in(wave):
            usual[f"{question.id}.{item.id}"] = f"{base} [{item.label}]"
        if question.kind != "multiple" and not question.items:
            usual[question.id] = base
    return usual


def listed(said: list[str]) -> str:
    """Several findings as one text; more than a few are counted."""
    more = len(said) - _SHOWN_AT_MOST
    return "\n       ".join(said[:_SHOWN_AT_MOST] + ([f"and {more} more"] if more > 0 else []))
