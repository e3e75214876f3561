"""LimeSurvey: the CSV or XLSX of "Export responses", with question codes, full question texts or both as headings.

A question with several parts has one column a part, `Q2[SQ001]` by code, `Which of these? [Alliance contract]` by text, and
`Q2[SQ001]. Which of these? [Alliance contract]` with both. A select-all question holds `Y` or nothing, or `Yes` and `No` with full answers;
what was written beside 'other' stands in `Q2[other]`, a comment in `Q2[SQ001comment]`. A ranking has one column a place, `Q6[1]`, with
the item in its cell. A question that was not shown is blank, `N/A` or `{question_not_shown}`. Timings have columns of their own.

Sources: LimeSurvey Manual, "Exporting results" and "Question type" pages; LimeSurvey, `application/helpers/admin/export/`
(headings, transformations of Y and N).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.platforms.assembling import Column, Reading
from barometer.intake.platforms.cells import places_in_slots, ticks
from barometer.intake.platforms.source import Request, Role, Variable
from barometer.intake.tables import read_table
from barometer.questionnaire.spelling import folded

_ROLES: dict[str, Role] = {
    "id": "respondent",
    "response id": "respondent",
    "startdate": "started",
    "date started": "started",
    "submitdate": "completed",
    "date submitted": "completed",
    "datestamp": "metadata",
    "date last action": "metadata",
    "lastpage": "metadata",
    "last page": "metadata",
    "startlanguage": "metadata",
    "start language": "metadata",
    "seed": "metadata",
    "refurl": "metadata",
    "referrer url": "metadata",
    "interviewtime": "metadata",
    "total time": "metadata",
    "ipaddr": "identifier",
    "ip address": "identifier",
    "token": "identifier",
    "access code": "identifier",
    "firstname": "identifier",
    "first name": "identifier",
    "lastname": "identifier",
    "last name": "identifier",
    "email": "identifier",
    "email address": "identifier",
}
_TIMING = re.compile(r"^(groupTime\d+|\w+Time)$|^(Group|Question) time: ")
_CODE = re.compile(r"^(?P<code>[A-Za-z]\w*)(?P<sub>(\[[^\[\]]+\])*)(\. (?P<text>.*))?$")
_TEXT = re.compile(r"^(?P<text>.+?)\s*(?P<sub>(\[[^\[\]]+\])+)$")
_SLOT = re.compile(r"(rank )?\d+", re.IGNORECASE)
_NOT_SHOWN = ("N/A", "{question_not_shown}")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")


@dataclass(frozen=True)
class _Heading:
    """A heading taken apart: the question's code and wording, the code of the part and its wording."""

    name: str
    code: str
    text: str
    sub: str | None
    part: str | None


def read_limesurvey(request: Request) -> Reading:
    """An export of LimeSurvey.

    Raises:
        IntakeError: If it lacks the id of the response.
    """
    table = read_table(request.path, sheet=request.sheet)
    headings = [_heading(header) for header in table.headers]
    if not any(_role(heading) == "respondent" for heading in headings):
        raise IntakeError(
            "The file is no export of LimeSurvey.",
            file=request.path,
            where="the header",
            expected="a column 'id' or 'Response ID'",
            got=", ".join(table.headers[:6]),
            hint="Leave 'format' out, so that the platform is detected.",
        )
    shown = [_shown(table.rows[f"c{place}"]) for place in range(len(headings))]
    groups: dict[str, list[int]] = {}
    for place, heading in enumerate(headings):
        if _role(heading) is None:
            groups.setdefault(heading.code, []).append(place)
    columns: list[Column] = []
    done: set[str] = set()
    for place, heading in enumerate(headings):
        role = _role(heading)
        if role is not None:
            columns.append((Variable(heading.name, heading.name, role=role, reason="LimeSurvey's own column"), shown[place]))
        elif heading.code not in done:
            done.add(heading.code)
            columns += _question([headings[one] for one in groups[heading.code]], [shown[one] for one in groups[heading.code]])
    return Reading(columns, table.rows["row"], "LimeSurvey, one header row", encoding=table.encoding, timestamps=_TIMES)


def _heading(header: str) -> _Heading:
    match = _CODE.match(header)
    if match is not None and (match["sub"] or match["text"] is not None):
        sub = match["sub"][1:-1] or None
        text, part = match["text"] or match["code"], sub
        beside = _TEXT.match(text) if sub else None
        if beside is not None:
            text, part = beside["text"], beside["sub"][1:-1]
        return _Heading(header, match["code"], text, sub, part)
    match = _TEXT.match(header)
    if match is not None:
        return _Heading(header, match["text"], match["text"], match["sub"][1:-1], match["sub"][1:-1])
    return _Heading(header, header, header, None, None)


def _role(heading: _Heading) -> Role | None:
    if heading.sub is not None:
        return None
    if _TIMING.match(heading.code) or _TIMING.match(heading.text):
        return "metadata"
    return _ROLES.get(folded(heading.code)) or _ROLES.get(folded(heading.name))


def _shown(cells: pl.Series) -> pl.Series:
    hidden = cells.is_in(_NOT_SHOWN)
    return pl.select(pl.when(~hidden).then(cells)).to_series() if hidden.any() else cells


def _question(headings: list[_Heading], cells: list[pl.Series]) -> list[Column]:
    first = headings[0]
    if len(headings) == 1 and first.sub is None:
        return [(Variable(first.name, first.text, reason="one column of its question"), cells[0])]
    parts = list(zip(headings, cells, strict=True))
    if len(parts) > 1 and all(heading.part is not None and _SLOT.fullmatch(heading.part) for heading in headings):
        items, ranks = places_in_slots(cells)
        if items and not all(item.isdecimal() for item in items):
            said = "one column a place, with the item in its cells"
            return [
                (Variable(f"{first.code}[{item}]", first.text, "ranking", first.code, item, reason=said, exploded=True), rank)
                for item, rank in zip(items, ranks, strict=True)
            ]
    labels = {heading.sub: heading.part for heading in headings}
    answers: list[Column] = []
    beside: list[Column] = []
    for heading, series in parts:
        variable = Variable(
            heading.name, heading.text, group=first.code, part=heading.part, reason="its heading names a question and a part"
        )
        if heading.sub is not None and heading.sub.endswith("comment") and heading.sub.removesuffix("comment") in labels:
            label = labels[heading.sub.removesuffix("comment")]
            said = "its heading ends in 'comment', beside an option"
            beside.append((Variable(heading.name, heading.text, "text", first.code, f"{label} - text", reason=said), series))
        elif heading.sub == "other" and headings[0].sub is None:
            said = "the text beside 'other'"
            beside.append((Variable(heading.name, heading.text, "text", first.code, f"{heading.part} - text", reason=said), series))
        else:
            answers.append((variable, series))
    boxed = ticks(answers, ("y", "yes")) if len(answers) > 1 or beside else None
    return [*(boxed or answers), *beside]
