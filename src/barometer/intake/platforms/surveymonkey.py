"""SurveyMonkey: the spreadsheets of "all responses data", with expanded or condensed columns.

Expanded, there are two header rows: the first has the question over its first column and blanks over the others, the second the option
or row, or `Response` or `Open-Ended Response` where the question has one column. Condensed, there is one header row and one column a
question, several answers of one respondent in one cell with commas between them. Times are written month first.

Sources: SurveyMonkey Help Center, "Exporting survey results" (types of exports) and "Response exports"; the published exports of
FiveThirtyEight (`star-wars-survey`, `comma-survey`), whose layout the tests repeat.
"""

from __future__ import annotations

from itertools import groupby

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.platforms.assembling import Column, Reading
from barometer.intake.platforms.cells import answers_in, exploded, joined, ticks
from barometer.intake.platforms.source import Request, Role, Variable
from barometer.intake.tables import read_cells
from barometer.questionnaire.spelling import folded

_ROLES: dict[str, Role] = {
    "respondent id": "respondent",
    "respondentid": "respondent",
    "collector id": "metadata",
    "collectorid": "metadata",
    "start date": "started",
    "startdate": "started",
    "end date": "completed",
    "enddate": "completed",
    "date created": "started",
    "date modified": "completed",
    "ip address": "identifier",
    "email address": "identifier",
    "first name": "identifier",
    "last name": "identifier",
}
_ONE_COLUMN = ("", "response", "open-ended response")
_TIMES = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")


def read_surveymonkey(request: Request) -> Reading:
    """An export of SurveyMonkey, expanded or condensed.

    Raises:
        IntakeError: If there is no column with the respondent's id, as every export of SurveyMonkey has.
    """
    cells, encoding = read_cells(request.path, request.sheet)
    if not cells.height:
        raise _not_surveymonkey(request, [])
    names = [name for name in cells.columns if name != "row"]
    first = [" ".join((cell or "").split()) for cell in cells.select(names).row(0)]
    known = [place for place, header in enumerate(first) if folded(header) in ("respondent id", "respondentid")]
    if not known:
        raise _not_surveymonkey(request, first)
    expanded = cells.height > 1 and cells[names[known[0]]][1] is None
    header_rows = 2 if expanded else 1
    second = [" ".join((cell or "").split()) for cell in cells.select(names).row(1)] if expanded else [""] * len(first)
    body = cells.slice(header_rows)
    series = [body[name] for name in names]
    # A trailing delimiter makes a column without a name and without a value.
    kept = [place for place in range(len(names)) if first[place] or second[place] or series[place].null_count() < len(series[place])]
    columns = _expanded(first, second, series, kept) if expanded else _condensed(first, series, kept, request)
    layout = "SurveyMonkey, two header rows" if expanded else "SurveyMonkey, condensed, one header row"
    return Reading(columns, body["row"], layout, encoding=encoding, timestamps=_TIMES)


def _not_surveymonkey(request: Request, header: list[str]) -> IntakeError:
    return IntakeError(
        "The file is no export of SurveyMonkey.",
        file=request.path,
        where="the header",
        expected="a column 'Respondent ID'",
        got=", ".join(header[:6]) or "nothing",
        hint="Leave 'format' out, so that the platform is detected.",
    )


def _metadata(header: str, cells: pl.Series) -> Column | None:
    role = _ROLES.get(folded(header))
    if role is None and folded(header).startswith("custom data"):
        role = "identifier"
    if role is None:
        return None
    return Variable(header, header, role=role, reason="SurveyMonkey's own column"), cells


def _expanded(first: list[str], second: list[str], series: list[pl.Series], kept: list[int]) -> list[Column]:
    question, owners = "", []
    for place in kept:
        question = first[place] or question
        owners.append((place, question))
    columns: list[Column] = []
    for question, group in groupby(owners, key=lambda owner: owner[1]):
        places = [place for place, _ in group]
        if len(places) == 1 and (found := _metadata(question, series[places[0]])) is not None:
            columns.append(found)
        elif len(places) == 1 and folded(second[places[0]]) in _ONE_COLUMN:
            kind = "text" if folded(second[places[0]]) == "open-ended response" else None
            reason = f"one column, headed '{second[places[0]]}'" if second[places[0]] else "one column"
            columns.append((Variable(question, question, kind, reason=reason), series[places[0]]))  # type: ignore[arg-type]
        else:
            columns += _question(question, [(second[place], series[place]) for place in places])
    return columns


def _question(question: str, parts: list[tuple[str, pl.Series]]) -> list[Column]:
    """The columns of a question that has several: options, items, or an answer and the text beside it."""
    if folded(parts[0][0]) in _ONE_COLUMN:
        answer = (Variable(question, question, group=question, reason="the first of its columns is headed 'Response'"), parts[0][1])
        beside = [
            (Variable(f"{question} [{part}]", question, "text", question, f"{part} - text", reason="a text beside the answer"), cells)
            for part, cells in parts[1:]
        ]
        return [answer, *beside]
    said = "the first header row names the question, the second a part of it"
    columns: list[Column] = [
        (Variable(f"{question} [{part}]", question, group=question, part=part, reason=said), cells) for part, cells in parts
    ]
    return ticks(columns, ()) or columns


def _condensed(first: list[str], series: list[pl.Series], kept: list[int], request: Request) -> list[Column]:
    columns: list[Column] = []
    for place in kept:
        header, cells = first[place], series[place]
        found = _metadata(header, cells)
        if found is not None:
            columns.append(found)
            continue
        separator = ", " if cells.str.contains(r",\s").any() else ","
        sure = folded(header) in request.multiples
        if sure or joined(cells, separator, request.labels):
            lists = answers_in(cells, separator, request.labels)
            known = request.labels if sure else ()
            columns += exploded(lists, header, header, "its cells hold several answers, with commas between them", known=known)
        else:
            columns.append((Variable(header, header, reason="one column"), cells))
    return columns
