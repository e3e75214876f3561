"""Finds the question behind each column header of an export.

A header is accepted when it is the question's number, wording, both, its id, or the `header` that the questionnaire gives; a column
of a select-all question, battery, ranking or allocation adds the option or item: `Q2. Which of these ...? [Alliance contract]`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from barometer.errors import IntakeError, did_you_mean
from barometer.questionnaire.model import Item, Model, Option, Question, Questionnaire

_SHOWN_AT_MOST = 8
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})


class ExportSettings(Model):
    """How an export is laid out: `[export]` in `wave.toml`."""

    respondent: str = Field(description="Header of the column that identifies a submission.")
    started: str | None = Field(default=None, description="Header of the time at which it was started.")
    completed: str | None = Field(default=None, description="Header of the time at which it was completed.")
    post: str | None = Field(default=None, description="Header of the column that names the post in the frame.")
    weight: str | None = Field(default=None, description="Header of a column of weights.")
    timestamp: str = Field(default="%Y-%m-%d %H:%M:%S", description="How times are written, in strftime codes.")
    ignore: tuple[str, ...] = Field(default=(), description="Headers of columns that are left out.")
    header_rows: int = Field(default=1, ge=1, le=2)
    sheet: str | None = None

    def metadata(self) -> dict[str, str]:
        """The columns of `Export.frame` that are not answers, each with its header."""
        named = {
            "respondent": self.respondent,
            "started": self.started,
            "completed": self.completed,
            "post": self.post,
            "weight": self.weight,
        }
        return {column: header for column, header in named.items() if header is not None}


def folded(text: str) -> str:
    """A text as it is compared: case, typographic quotation marks and dashes, and runs of blanks do not matter.

    Example:
        >>> folded("  Don’t   KNOW ")
        "don't know"
    """
    return " ".join(unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHY)).casefold().split())


def match_headers(
    headers: tuple[str, ...], questionnaire: Questionnaire, wave: str, settings: ExportSettings, file: Path
) -> dict[str, int]:
    """The place of each column that the questionnaire expects of this wave.

    Returns:
        From column name (as in `Question.columns` and `ExportSettings.metadata`) to its place in the export.

    Raises:
        IntakeError: If a header stands twice, is unknown, or a column is lacking. All such headers are gathered.
    """
    expected = {folded(header): column for column, header in settings.metadata().items()}
    for question in questionnaire.asked_in(wave):
        for column, spellings in _spellings(question, wave):
            for spelling in spellings:
                expected.setdefault(folded(spelling), column)
    ignored = {folded(header) for header in settings.ignore}
    places: dict[str, int] = {}
    unknown: list[int] = []
    for place, header in enumerate(headers):
        if folded(header) in ignored:
            continue
        found = expected.get(folded(header))
        if found is None:
            unknown.append(place)
        elif found in places:
            raise IntakeError(
                "Two columns have the same meaning.",
                file=file,
                where=f"columns {letters(places[found])} and {letters(place)}",
                expected=f"one column for '{found}'",
                got=f"'{_brief(headers[places[found]])}' and '{_brief(header)}'",
            )
        else:
            places[found] = place
    wanted = [*settings.metadata(), *(column for question in questionnaire.asked_in(wave) for column in question.columns(wave))]
    # The text beside 'other' is optional: many exports leave it out.
    lacking = [column for column in wanted if column not in places and not column.endswith(".other_text")]
    if unknown or lacking:
        raise _misfit(headers, unknown, lacking, expected, settings, wave, file)
    return places


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


def _bases(question: Question, wave: str) -> list[str]:
    wording = question.wording(wave)
    spelled = [question.header, question.id, question.number, wording]
    if question.number:
        spelled += [f"{question.number}. {wording}", f"{question.number} {wording}", f"{question.number}: {wording}"]
    return [base for base in spelled if base]


def _spellings(question: Question, wave: str) -> Iterator[tuple[str, list[str]]]:
    """Each column of a question with the headers that it may have."""
    bases = _bases(question, wave)
    if question.kind == "multiple":
        for option in question.options_in(wave):
            yield f"{question.id}.{option.code}", _with_part(bases, [option.label, option.code, *option.aliases], option)
    elif question.items:
        for item in question.items_in(wave):
            yield f"{question.id}.{item.id}", _with_part(bases, [item.label, item.id, *item.aliases], item)
    else:
        yield question.id, bases
    other = question.other
    if other is not None:
        texts = [f"{other.label} - text", f"{other.label} (text)", f"{other.code}_text", "other_text"]
        yield f"{question.id}.other_text", _with_part(bases, texts, other)


def _with_part(bases: list[str], parts: list[str], part: Option | Item) -> list[str]:
    names = [*parts, *([part.short] if part.short else [])]
    return [
        form for base in bases for name in names for form in (f"{base} [{name}]", f"{base} - {name}", f"{base}: {name}", f"{base}.{name}")
    ]


def _brief(text: str, width: int = 90) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _misfit(
    headers: tuple[str, ...],
    unknown: list[int],
    lacking: list[str],
    expected: dict[str, str],
    settings: ExportSettings,
    wave: str,
    file: Path,
) -> IntakeError:
    metadata = settings.metadata()
    said = {column: metadata.get(column, column) for column in lacking}
    got = [f"column {letters(place)} '{_brief(headers[place])}' is unknown" for place in unknown]
    got += [f"no column for '{said[column]}'" for column in lacking]
    near = did_you_mean(folded(headers[unknown[0]]), expected) if unknown and headers[unknown[0]] else None
    hints = [_brief(near, 200)] if near else []
    if unknown:
        hints.append("Add an unknown column to the questionnaire, or to 'ignore' under [export] in wave.toml.")
    if lacking:
        hints.append("A question that was not asked in this wave does not list it under 'waves' in the questionnaire.")
    shown = got[:_SHOWN_AT_MOST] + ([f"and {len(got) - _SHOWN_AT_MOST} more"] if len(got) > _SHOWN_AT_MOST else [])
    return IntakeError(
        "The export does not fit the questionnaire.",
        file=file,
        where="the header",
        expected=f"one column for each answer that {wave} asked for ({len(set(expected.values()))} in all)",
        got="\n       ".join(shown),
        hint=" ".join(hints),
    )
