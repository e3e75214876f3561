"""Qualtrics: the CSV or XLSX of "Export & import, export data", with choice texts or numeric values.

Three header rows: the name of the column (`Q2_1`), its wording (`Which of these? - Selected Choice - Alliance contract`) and a JSON text
with its ImportId (`{"ImportId":"QID3_1"}`). A select-all question has one column a choice, or one column with the choices joined by
commas; the text beside a choice ends in `_TEXT`; the order in which choices were shown stands in columns with `_DO`; -99 is a question
that was seen and not answered. Question texts may hold HTML.

Sources: Qualtrics Support, "Understanding your data set", "Data export options" and "Data export formats"; Qualtrics API, "Response
exports" (the names of the fields that come first).
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, replace
from os.path import commonprefix

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.headers import letters
from barometer.intake.platforms.assembling import Column, Reading
from barometer.intake.platforms.cells import answers_in, exploded, joined, ticks
from barometer.intake.platforms.plain import role_of_header
from barometer.intake.platforms.source import Request, Role, Variable
from barometer.intake.tables import read_cells
from barometer.questionnaire.spelling import folded

_ROLES: dict[str, Role] = {
    "startdate": "started",
    "enddate": "completed",
    "_recordid": "respondent",
    "responseid": "respondent",
    "ipaddress": "identifier",
    "recipientlastname": "identifier",
    "recipientfirstname": "identifier",
    "recipientemail": "identifier",
    "externaldatareference": "identifier",
    "externalreference": "identifier",
    "locationlatitude": "identifier",
    "locationlongitude": "identifier",
    "status": "metadata",
    "progress": "metadata",
    "duration": "metadata",
    "duration (in seconds)": "metadata",
    "finished": "metadata",
    "recordeddate": "metadata",
    "distributionchannel": "metadata",
    "userlanguage": "metadata",
}
_QUESTION = re.compile(r"^(?P<base>(?:\d+_)?QID\d+(?:[#-]\d+)*)(?:_(?P<part>.+))?$")
_MEASURED = re.compile(r"(^|_)(DO(_.*)?|FIRST_CLICK|LAST_CLICK|PAGE_SUBMIT|CLICK_COUNT|BROWSER|VERSION|OS|RESOLUTION|NPS_GROUP)$")
_CHOICE = "Selected Choice"
_UNANSWERED = "-99"
_TIMES = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")


@dataclass(frozen=True)
class _Field:
    """One column before it is known what it holds."""

    name: str
    text: str
    id: str
    cells: pl.Series

    @property
    def base(self) -> str | None:
        match = _QUESTION.match(self.id)
        return match["base"] if match else None

    @property
    def suffix(self) -> str | None:
        match = _QUESTION.match(self.id)
        return match["part"] if match else None


def read_qualtrics(request: Request) -> Reading:
    """An export of Qualtrics.

    Raises:
        IntakeError: If the third row has no ImportIds, or lacks some.
    """
    cells, encoding = read_cells(request.path, request.sheet)
    fields, body = _fields(request, cells)
    seen: dict[str, list[_Field]] = {}
    columns: list[Column] = []
    notes: list[str] = []
    for field in fields:
        if field.base is not None and not _MEASURED.search(field.suffix or ""):
            seen.setdefault(field.base, []).append(field)
    done: set[str] = set()
    for field in fields:
        if field.base is None or _MEASURED.search(field.suffix or ""):
            columns.append(_own(field))
            if folded(field.name) == "status":
                previews = int(field.cells.is_in(["Survey Preview", "1"]).sum())
                notes += [f"{previews} submissions are previews (Status 'Survey Preview')"] if previews else []
        elif field.base not in done:
            done.add(field.base)
            columns += _question(seen[field.base], request)
    return Reading(columns, body["row"], "Qualtrics, three header rows", encoding=encoding, timestamps=_TIMES, notes=tuple(notes))


def _fields(request: Request, cells: pl.DataFrame) -> tuple[list[_Field], pl.DataFrame]:
    names = [name for name in cells.columns if name != "row"]
    head = [[" ".join((cell or "").split()) for cell in cells.select(names).row(place)] for place in range(min(3, cells.height))]
    if len(head) < 3 or not any("ImportId" in cell for cell in head[2]):
        raise IntakeError(
            "The file is no export of Qualtrics.",
            file=request.path,
            where="row 3",
            expected='three header rows, the third with texts such as {"ImportId":"QID1"}',
            got=(head[2][0] or "a blank") if len(head) == 3 else f"{len(head)} rows",
            hint="Export the data from Qualtrics again, as CSV with its header rows, or leave 'format' out.",
        )
    body = cells.slice(3)
    fields = []
    for place, name in enumerate(names):
        if not any(row[place] for row in head) and body[name].null_count() == body.height:
            continue
        fields.append(_Field(head[0][place], _plain(head[1][place]), _import_id(request, head[2][place], place), body[name]))
    return fields, body


def _import_id(request: Request, cell: str, place: int) -> str:
    try:
        return str(json.loads(cell)["ImportId"])
    except (ValueError, KeyError, TypeError):
        raise IntakeError(
            "A column has no ImportId.",
            file=request.path,
            where=f"row 3, column {letters(place)}",
            expected='a text such as {"ImportId":"QID1"} over every column',
            got=cell or "a blank",
            hint="The header rows were changed after the export. Export the data from Qualtrics again.",
        ) from None


def _plain(text: str) -> str:
    """A wording without the HTML that an editor may have put into it."""
    return " ".join(html.unescape(re.sub(r"<[^<>]+>", " ", text)).split())


def _own(field: _Field) -> Column:
    """A column that is no question: Qualtrics' own, or embedded data."""
    role = _ROLES.get(folded(field.id)) or _ROLES.get(folded(field.name))
    if role is not None or _MEASURED.search(field.id) or field.id.startswith(("Q_", "SolutionRevision", "ProjectCategory")):
        return Variable(field.name, field.text or field.name, role=role or "metadata", reason="Qualtrics' own column"), field.cells
    embedded = role_of_header(field.name)
    return Variable(field.name, field.name, role=embedded, reason="embedded data of the survey"), field.cells


def _question(fields: list[_Field], request: Request) -> list[Column]:
    if len(fields) == 1:
        return _single(fields[0], request)
    text, parts = _parts([field.text for field in fields])
    group = _group_name(fields)
    answers: list[Column] = []
    beside: list[Column] = []
    for field, part in zip(fields, parts, strict=True):
        if (field.suffix or "").endswith("TEXT") and field.suffix != "TEXT":
            label = re.sub(r"\s*-\s*Text$", "", part)
            reason = "its ImportId ends in _TEXT, beside a choice"
            beside.append((Variable(field.name, text, "text", group, f"{label} - text", reason=reason), field.cells))
        elif field.suffix is None:
            labels = _labels_beside(fields, parts)
            answers += [(_grouped(variable, group, text, labels), cells) for variable, cells in _single(field, request, text)]
        else:
            reason = "its ImportId names a question and a part of it"
            answers.append((Variable(field.name, text, group=group, part=part, reason=reason), _answered(field.cells)))
    several = [(variable, cells) for variable, cells in answers if variable.part is not None and variable.kind is None]
    if len(several) == len(answers) > 1:
        answers = _ticked(several, fields) or answers
    return [*answers, *beside]


def _grouped(variable: Variable, group: str, text: str, labels: dict[str, str]) -> Variable:
    return replace(variable, text=text, group=group, part=labels.get(variable.part or "", variable.part))


def _labels_beside(fields: list[_Field], parts: list[str]) -> dict[str, str]:
    """The labels of choices by their numbers, where the text beside a choice says both: `QID3_4_TEXT` and `... - Other - Text`."""
    texts = ((re.fullmatch(r"(\d+)_TEXT", field.suffix or ""), part) for field, part in zip(fields, parts, strict=True))
    return {match[1]: re.sub(r"\s*-\s*Text$", "", part) for match, part in texts if match}


def _ticked(columns: list[Column], fields: list[_Field]) -> list[Column] | None:
    """The boxes of a select-all question: each holds its label, 1, or the number of its own choice."""
    numbered = {field.name: field.suffix for field in fields}
    changed: list[Column] = []
    for variable, cells in columns:
        number = numbered[variable.name]
        values = set(cells.drop_nulls().unique().to_list())
        changed.append((variable, cells.replace({number: "1"}) if number is not None and values <= {number, "0"} else cells))
    return ticks(changed, ("1",))


def _single(field: _Field, request: Request, text: str | None = None) -> list[Column]:
    text = text or re.sub(rf"\s*-\s*{_CHOICE}$", "", field.text)
    if field.suffix == "TEXT":
        return [(Variable(field.name, text, "text", reason="its ImportId ends in _TEXT"), field.cells)]
    cells = _answered(field.cells)
    sure = folded(text) in request.multiples or folded(field.name) in request.multiples
    if sure or joined(cells, ",", request.labels):
        lists = answers_in(cells, ",", request.labels)
        known = request.labels if sure else ()
        return exploded(lists, field.name, text, "its cells hold several choices, with commas between them", known=known)
    return [(Variable(field.name, text, reason="one column of its question"), cells)]


def _answered(cells: pl.Series) -> pl.Series:
    return pl.select(pl.when(cells != _UNANSWERED).then(cells)).to_series() if (cells == _UNANSWERED).any() else cells


def _parts(texts: list[str]) -> tuple[str, list[str]]:
    """The wording that several columns share, and what is added for each."""
    shared = commonprefix([f"{text} - " for text in texts])  # noqa: RUF071  # wordings, not paths
    cut = shared.rfind(" - ")
    question = shared[: cut if cut > 0 else 0]
    parts = [text[len(question) :].removeprefix(" - ") if cut > 0 else text for text in texts]
    parts = [re.sub(rf"^{_CHOICE}(\s*-\s*|$)", "", part) for part in parts]
    return re.sub(rf"\s*-\s*{_CHOICE}$", "", question) or texts[0], parts


def _group_name(fields: list[_Field]) -> str:
    first = fields[0]
    if first.suffix is None:
        return first.name
    return (
        first.name.removesuffix(f"_{first.suffix}")
        if first.name.endswith(f"_{first.suffix}")
        else first.name.rpartition("_")[0] or first.name
    )
