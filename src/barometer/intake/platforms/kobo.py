"""KoboToolbox, ODK and other tools that use XLSForms: CSV or XLSX, with or without the form.

One header row of names, with the path of groups before them and `/` between (`-` in ODK Central), or of labels. A select_multiple question
has one column with the names of the choices and blanks between, columns `question/choice` with 1 and 0 (or True and False), or both.
A rank is the names of all choices in order. With the form, kinds, wordings and labels come from it, and every choice is checked against it;
without it, they are inferred. Columns that begin with an underscore and a few others are the platform's own.

Sources: KoboToolbox Support, "Exporting and downloading your data"; XLSForm standard, "Question types" and "Metadata"; ODK Docs, "Central
submissions".
"""

from __future__ import annotations

import re

import polars as pl

from barometer.errors import IntakeError, did_you_mean
from barometer.intake.headers import letters
from barometer.intake.platforms.assembling import Column, Reading
from barometer.intake.platforms.cells import answers_in, boxes, exploded, joined, places
from barometer.intake.platforms.source import Request, Role, Variable
from barometer.intake.platforms.xlsform import FormQuestion, read_form
from barometer.intake.tables import Table, read_table
from barometer.questionnaire.model import Kind
from barometer.questionnaire.spelling import folded

_ROLES: dict[str, Role] = {
    "start": "started",
    "end": "completed",
    "_uuid": "respondent",
    "meta/instanceid": "respondent",
    "meta-instanceid": "respondent",
    "instanceid": "respondent",
    "_id": "metadata",
    "key": "metadata",
    "today": "metadata",
    "_index": "metadata",
    "submissiondate": "metadata",
    "deviceid": "identifier",
    "username": "identifier",
    "phonenumber": "identifier",
    "simserial": "identifier",
    "subscriberid": "identifier",
    "email": "identifier",
    "_submitted_by": "identifier",
    "_geolocation": "identifier",
    "submitterid": "identifier",
    "submittername": "identifier",
}
_OWN = re.compile(
    r"^(_.*|__version__|formhub/.*|meta[/-].*|audit|attachments(present|expected)|status|reviewstate|devicename|formversion)$"
)
_PLACE = re.compile(r"^(_.+_|.+[-/])(latitude|longitude|altitude|precision|accuracy)$")
_KINDS: dict[str, Kind] = {
    "select_one": "single",
    "select_multiple": "multiple",
    "rank": "ranking",
    "integer": "numeric",
    "decimal": "numeric",
    "range": "numeric",
    "text": "text",
}
_TICKED = {"1": "1", "0": "0", "1.0": "1", "0.0": "0", "true": "1", "false": "0", "yes": "1", "no": "0"}
_TIMES = ("%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f")


def read_kobo(request: Request) -> Reading:
    """An export of KoboToolbox or ODK.

    Raises:
        IntakeError: If it has none of the platform's columns, or a choice that the form does not have.
    """
    table = read_table(request.path, sheet=request.sheet)
    columns: list[Column] = []
    rest: list[int] = []
    for place, header in enumerate(table.headers):
        role = _role(header)
        if role is None:
            rest.append(place)
        else:
            columns.append((Variable(header, header, role=role, reason="the platform's own column"), table.rows[f"c{place}"]))
    if not columns and request.form is None:
        raise IntakeError(
            "The file is no export of Kobo or ODK.",
            file=request.path,
            where="the header",
            expected="columns such as 'start', '_uuid' and '_submission_time', or the form of the survey",
            got=", ".join(table.headers[:6]),
            hint="Leave 'format' out, so that the platform is detected.",
        )
    if sum(variable.role == "respondent" for variable, _ in columns) == 0:
        columns = [
            (Variable(one.name, one.text, role="respondent", reason="the platform's number of the submission"), cells)
            if folded(one.name) in ("_id", "key")
            else (one, cells)
            for one, cells in columns
        ]
    if request.form is None:
        columns += _inferred(table, rest, request)
        layout = "Kobo or ODK, one header row, without its form"
    else:
        columns += _by_form(table, rest, read_form(request.form), request)
        layout = f"Kobo or ODK, one header row, with the form {request.form.name}"
    return Reading(columns, table.rows["row"], layout, encoding=table.encoding, timestamps=_TIMES)


def _role(header: str) -> Role | None:
    name = header.casefold()
    if name in _ROLES:
        return _ROLES[name]
    if _PLACE.match(name):
        return "identifier"
    return "metadata" if _OWN.match(name) else None


# ------------------------------------------------------------------------------------------------------------------ without the form


def _inferred(table: Table, rest: list[int], request: Request) -> list[Column]:
    headers = table.headers
    children: dict[str, list[int]] = {}
    for place in rest:
        parent, _, part = headers[place].rpartition("/")
        if parent and part and _is_tick(table.rows[f"c{place}"]):
            children.setdefault(parent, []).append(place)
    names = {headers[place] for place in rest}
    several = {parent: kept for parent, kept in children.items() if parent in names or len(kept) > 1}
    owned = {place for kept in several.values() for place in kept}
    columns: list[Column] = []
    written: set[str] = set()
    for place in rest:
        header, cells = headers[place], table.rows[f"c{place}"]
        parent = headers[place].rpartition("/")[0] if place in owned else header
        if parent in several:
            if parent not in written:
                written.add(parent)
                columns += [_tick(headers[one], parent, table.rows[f"c{one}"]) for one in several[parent]]
        elif _known(header, request) or (joined(cells, " ", request.labels) and bool(cells.drop_nulls().str.contains(r"^[\w. -]+$").all())):
            said = "its cells hold several names of choices, with blanks between them"
            known = request.labels if _known(header, request) else ()
            columns += exploded(answers_in(cells, " "), header, _name(header), said, "{name}/{part}", known)
        else:
            columns.append((Variable(header, _name(header), reason="one column"), cells))
    return columns


def _known(header: str, request: Request) -> bool:
    """Whether the questionnaire says that the question is select-all."""
    return folded(header) in request.multiples or folded(_name(header)) in request.multiples


def _is_tick(cells: pl.Series) -> bool:
    return all(str(one).casefold() in _TICKED for one in cells.drop_nulls().unique().to_list())


def _tick(header: str, parent: str, cells: pl.Series) -> Column:
    said = "a column 'question/choice' with 1 and 0"
    variable = Variable(header, _name(parent), "multiple", parent, header.rpartition("/")[2], reason=said)
    return variable, cells.str.to_lowercase().replace_strict(_TICKED, default=None, return_dtype=pl.String)


def _name(header: str) -> str:
    return header.rpartition("/")[2]


# ------------------------------------------------------------------------------------------------------------------ with the form


def _by_form(table: Table, rest: list[int], form: tuple[FormQuestion, ...], request: Request) -> list[Column]:
    places: dict[str, int] = {}
    for place in rest:
        places.setdefault(
            folded(table.headers[place].replace("-", "/") if "/" not in table.headers[place] else table.headers[place]), place
        )
        places.setdefault(folded(table.headers[place]), place)
    columns: list[Column] = []
    used: set[int] = set()
    for question in form:
        spellings = [folded(one) for one in (question.path, question.name, question.label)]
        own = next((places[one] for one in spellings if one in places and places[one] not in used), None)
        if own is not None:
            used.add(own)
        columns += _asked(table, question, own, spellings, places, used, request)
    for place in rest:
        if place not in used:
            header = table.headers[place]
            columns.append((Variable(header, _name(header), reason="a column that the form does not have"), table.rows[f"c{place}"]))
    return columns


def _asked(
    table: Table, question: FormQuestion, own: int | None, spellings: list[str], places: dict[str, int], used: set[int], request: Request
) -> list[Column]:
    cells = None if own is None else table.rows[f"c{own}"]
    header = question.name if own is None else table.headers[own]
    kind = _KINDS.get(question.type)
    if question.type == "select_multiple":
        return _choices_of(table, question, own, spellings, places, used, request)
    if cells is None or question.type in ("note", "start", "end"):
        return []
    if question.type in ("geopoint", "geotrace", "geoshape"):
        return [(Variable(header, question.label, role="identifier", reason=f"a {question.type} of the form"), cells)]
    if kind is None:
        return [(Variable(header, question.label, reason=f"a question of the type '{question.type}'"), cells)]
    said = f"the form says '{question.type}'"
    if question.type == "rank":
        lists = answers_in(cells, " ", [choice.label for choice in question.choices])
        lists = _checked(lists, question, table, own, request)
        return [
            (Variable(f"{header}/{choice.code}", question.label, kind, header, choice.label, reason=said), rank)
            for choice, rank in zip(question.choices, _ranks(lists, question), strict=True)
        ]
    if question.type == "select_one":
        codes = _codes(question)
        _refuse_unknown(cells, [*codes], question, table, own, request)
        coded = cells.replace_strict({one: codes.get(folded(one), one) for one in cells.drop_nulls().unique()}, default=None)
        return [(Variable(header, question.label, kind, choices=question.choices, reason=said), coded.cast(pl.String))]
    return [(Variable(header, question.label, kind, reason=said), cells)]


def _choices_of(
    table: Table, question: FormQuestion, own: int | None, spellings: list[str], places: dict[str, int], used: set[int], request: Request
) -> list[Column]:
    """The boxes of a select_multiple: from columns of their own where there are such, else from the joined cells."""
    said = "the form says 'select_multiple'"
    header = question.path if own is None else table.headers[own]
    lists = None
    if own is not None:
        cells = table.rows[f"c{own}"]
        lists = _checked(answers_in(cells, " ", [choice.label for choice in question.choices]), question, table, own, request)
    columns: list[Column] = []
    for choice in question.choices:
        spelled = [folded(f"{one}/{end}") for one in spellings for end in (choice.code, choice.label)]
        place = next((places[one] for one in spelled if one in places), None)
        if place is not None:
            used.add(place)
        if lists is not None:
            box = boxes(lists, [choice.code])[0]
        elif place is not None:
            box = table.rows[f"c{place}"].str.to_lowercase().replace_strict(_TICKED, default=None, return_dtype=pl.String)
        else:
            continue
        name = table.headers[place] if place is not None else f"{header}/{choice.code}"
        columns.append((Variable(name, question.label, "multiple", header, choice.label, reason=said), box))
    return columns


def _codes(question: FormQuestion) -> dict[str, str]:
    codes = {folded(spelling): choice.code for choice in question.choices for spelling in (choice.label, choice.code)}
    return codes | ({"other": "other"} if question.or_other else {})


def _checked(lists: pl.Series, question: FormQuestion, table: Table, own: int | None, request: Request) -> pl.Series:
    """Lists of codes instead of codes or labels; a choice that the form does not have is refused."""
    codes = _codes(question)
    found = lists.drop_nulls().explode(empty_as_null=False, keep_nulls=False)
    known = {str(one): codes[folded(one)] for one in found.unique().to_list() if folded(one) in codes}
    strange = [one for one in found.unique(maintain_order=True).to_list() if one not in known]
    if strange:
        rows = table.rows["row"].filter(lists.list.contains(strange[0]).fill_null(False))
        raise _unknown(strange[0], int(rows[0]), question, table, own, request)
    return pl.select(lists.list.eval(pl.element().replace_strict(known, default=None, return_dtype=pl.String))).to_series()


def _refuse_unknown(cells: pl.Series, known: list[str], question: FormQuestion, table: Table, own: int | None, request: Request) -> None:
    for one in cells.drop_nulls().unique(maintain_order=True).to_list():
        if folded(one) not in known:
            raise _unknown(one, int(table.rows["row"].filter((cells == one).fill_null(False))[0]), question, table, own, request)


def _unknown(got: str, row: int, question: FormQuestion, table: Table, own: int | None, request: Request) -> IntakeError:
    codes = [choice.code for choice in question.choices]
    return IntakeError(
        "A choice is not in the form.",
        file=request.path,
        where=f"row {row}" + (f", column {letters(own)} '{table.headers[own]}'" if own is not None else ""),
        expected="one of " + ", ".join(codes[:12]),
        got=f"'{got[:60]}'",
        hint=did_you_mean(got, codes) or f"The form {request.form.name if request.form else ''} may be of another version.",
    )


def _ranks(lists: pl.Series, question: FormQuestion) -> list[pl.Series]:
    return places(lists, [choice.code for choice in question.choices])
