"""Microsoft Forms: the workbook of "Open results in Excel", or a CSV made of it.

One header row: `ID`, `Start time`, `Completion time`, `Email`, `Name`, sometimes `Last modified time`, then one column a question. Several
answers of one respondent stand in one cell, each followed by a semicolon (`AGOL;Cartography;`); a ranking is such a list of all its
items in order. A Likert question has one column a statement, headed by the statement. A quiz adds `Total points`, `Quiz feedback`, and
`Points - ...` and `Feedback - ...` beside each question.

Sources: Microsoft Support, "Check and share your form results"; exports and readers of them that are public, such as the form of the ACL
Anthology, whose header its `add_attachments.py` documents.
"""

from __future__ import annotations

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.platforms.assembling import Column, Reading
from barometer.intake.platforms.cells import answers_in, exploded, is_ranking, joined, options_of, places
from barometer.intake.platforms.plain import part_of_header
from barometer.intake.platforms.source import Request, Role, Variable
from barometer.intake.tables import read_table
from barometer.questionnaire.spelling import folded

_ROLES: dict[str, Role] = {
    "id": "respondent",
    "start time": "started",
    "completion time": "completed",
    "email": "identifier",
    "name": "identifier",
    "last modified time": "metadata",
    "total points": "metadata",
    "quiz feedback": "metadata",
    "grade posted time": "metadata",
    "language": "metadata",
}
_QUIZ = ("points - ", "feedback - ")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%m/%d/%y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M")


def read_forms(request: Request) -> Reading:
    """An export of Microsoft Forms.

    Raises:
        IntakeError: If its first columns are not those of Microsoft Forms.
    """
    table = read_table(request.path, sheet=request.sheet)
    headers = [folded(header) for header in table.headers]
    if not {"id", "start time", "completion time"} <= set(headers):
        raise IntakeError(
            "The file is no export of Microsoft Forms.",
            file=request.path,
            where="the header",
            expected="columns 'ID', 'Start time' and 'Completion time'",
            got=", ".join(table.headers[:6]),
            hint="Leave 'format' out, so that the platform is detected.",
        )
    columns: list[Column] = []
    own: set[str] = set()
    for place, header in enumerate(table.headers):
        cells, name = table.rows[f"c{place}"], folded(header)
        if name in _ROLES and name not in own:
            # Only the first column of the name is the platform's: a question may be called 'Name' too.
            own.add(name)
            columns.append((Variable(header, header, role=_ROLES[name], reason="Microsoft Forms' own column"), cells))
        elif name.startswith(_QUIZ):
            columns.append((Variable(header, header, role="metadata", reason="points or feedback of a quiz"), cells))
        else:
            columns += _question(header, cells, request)
    return Reading(columns, table.rows["row"], "Microsoft Forms, one header row", encoding=table.encoding, timestamps=_TIMES)


def _question(header: str, cells: pl.Series, request: Request) -> list[Column]:
    filled = cells.drop_nulls()
    lists_end = len(filled) > 0 and bool(filled.str.ends_with(";").all())
    if not (lists_end or folded(header) in request.multiples or joined(cells, ";", request.labels)):
        group, part = part_of_header(header)
        said = "one column, one answer a cell" if group is None else "its header names a question and, in brackets, a part of it"
        return [(Variable(header, group or header, group=group, part=part, reason=said), cells)]
    lists = answers_in(cells, ";", request.labels)
    if is_ranking(lists) and folded(header) not in request.multiples:
        items = options_of(lists)
        said = "every cell lists the same items, in the order of the respondent"
        return [
            (Variable(f"{header} [{item}]", header, "ranking", header, item, reason=said, exploded=True), rank)
            for item, rank in zip(items, places(lists, items), strict=True)
        ]
    known = request.labels if folded(header) in request.multiples else ()
    return exploded(lists, header, header, "its cells hold several answers, each followed by a semicolon", known=known)
