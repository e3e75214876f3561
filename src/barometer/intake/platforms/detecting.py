"""Recognises the platform that wrote a file, from its first bytes or its first rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from barometer.errors import IntakeError
from barometer.intake.platforms.source import Detection
from barometer.intake.tables import XLSX_MARK, file_bytes, workbook_head

_HEAD_BYTES = 1 << 20
_HEAD_ROWS = 6
_SAV_MARKS = (b"$FL2", b"$FL3")
_PARQUET_MARK = b"PAR1"
_MARKUP = (b"<?xml", b"<!doctype", b"<html", b"<!--")

#: Headers that a platform writes of itself. Where they stand is what tells platforms apart, so two or more must be there.
_KOBO = {"_id", "_uuid", "_submission_time", "_validation_status", "_submitted_by", "_index", "__version__", "deviceid"}
_ODK = {"meta/instanceid", "submissiondate", "instanceid", "key", "submitterid", "instancename", "formversion"}
_LIMESURVEY = {"submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp", "ipaddr", "refurl"}
_LIMESURVEY_FULL = {
    "date submitted",
    "last page",
    "start language",
    "seed",
    "date started",
    "date last action",
    "ip address",
    "referrer url",
}
_SURVEYMONKEY = {"collector id", "email address", "ip address", "custom data 1", "first name", "last name", "start date", "end date"}
_FORMS = {"start time", "completion time", "email", "name", "last modified time"}
_QUALTRICS = {"startdate", "enddate", "status", "ipaddress", "progress", "duration (in seconds)", "finished", "recordeddate", "responseid"}
_QUALTRICS |= {"distributionchannel", "userlanguage", "recipientemail", "externalreference"}


def detected(path: Path, sheet: str | None = None) -> Detection:
    """Which platform wrote a file: see `barometer.intake.platforms.detect`."""
    data = file_bytes(path) if path.is_dir() or not path.is_file() else _head_bytes(path)
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        file_bytes(path)  # says that the file is empty, or finds what stands behind the blanks
    if data.startswith(_SAV_MARKS):
        return Detection("spss", "the file begins as SPSS system files do")
    if data.startswith(_PARQUET_MARK):
        return Detection("parquet", "the file begins as Parquet files do")
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:2000].lower()
    if start.startswith(b"<") and b"<sss" in data.lower():
        return Detection("triple-s", "the file is XML with an <sss> element")
    if start.startswith(_MARKUP):
        raise IntakeError(
            "The file is XML or HTML of a kind that is not read.",
            file=path,
            expected="an export of answers, or the XML of a Triple-S survey with an <sss> element",
            hint="Export the answers as CSV or XLSX.",
        )
    workbook = data.startswith(XLSX_MARK)
    rows = workbook_head(path, file_bytes(path), sheet, _HEAD_ROWS) if workbook else _csv_head(data)
    found = list(_signs(rows))
    plain = ("table", f"{'a workbook' if workbook else 'a text file'} with one header row, which no platform's marks stand in")
    if not found:
        return Detection(*plain)
    (platform, reason), *others = found
    return Detection(platform, reason, (*others, ("table", "any export is also a table")))


def _head_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return file_bytes(path)


def _csv_head(data: bytes) -> list[list[str]]:
    """The first rows of a text; whatever is wrong with it, its reader says later and better."""
    text = data.decode("utf-8-sig", errors="replace")
    best: list[list[str]] = []
    for delimiter in ",;\t":
        rows: list[list[str]] = []
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                if any(cell.strip() for cell in row):
                    rows.append([cell.strip() for cell in row])
                if len(rows) == _HEAD_ROWS:
                    break
        except csv.Error:
            pass
        if rows and (not best or len(rows[0]) > len(best[0])):
            best = rows
    return best


def _signs(rows: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Every platform that something speaks for, the surest sign first."""
    if not rows:
        return
    header = [cell.casefold() for cell in rows[0]]
    names = set(header)
    if len(rows) > 2 and any(cell.startswith('{"ImportId"') for cell in rows[2]):
        yield "qualtrics", "three header rows, the third with Qualtrics' ImportId"
    elif len(names & _QUALTRICS) >= 4 and "responseid" in names:
        yield "qualtrics", f"Qualtrics' columns {_some(rows[0], names & _QUALTRICS)}"
    brackets = [cell for cell in rows[0] if re.search(r"^\w+\[\w+\]", cell)]
    if len(names & _LIMESURVEY) >= 2 or (len(names & _LIMESURVEY_FULL) >= 3 and any("response id" in cell for cell in header)):
        yield "limesurvey", f"LimeSurvey's columns {_some(rows[0], names & (_LIMESURVEY | _LIMESURVEY_FULL))}"
    elif brackets and header[0] in ("id", "id. response id"):
        yield "limesurvey", f"LimeSurvey's way of naming columns, such as {brackets[0]}"
    if len(names & _KOBO) >= 2:
        yield "kobo", f"Kobo's columns {_some(rows[0], names & _KOBO)}"
    elif len(names & _ODK) >= 2:
        yield "kobo", f"ODK's columns {_some(rows[0], names & _ODK)}"
    own = next((place for place, name in enumerate(header) if name in ("respondent id", "respondentid")), None)
    if own is not None:
        second = [cell.casefold() for cell in rows[1]] if len(rows) > 1 else []
        if len(second) > own and not second[own] and any(cell in ("response", "open-ended response") for cell in second):
            yield "surveymonkey", f"two header rows, as SurveyMonkey writes them, the second with '{rows[1][_first_response(second)]}'"
        elif len(names & _SURVEYMONKEY) >= 2:
            yield "surveymonkey", f"SurveyMonkey's columns {_some(rows[0], (names & _SURVEYMONKEY) | {'respondent id'})}"
    if header[0] == "id" and {"start time", "completion time"} <= names:
        yield "forms", f"Microsoft Forms' columns {_some(rows[0], (names & _FORMS) | {'id'})}"


def _first_response(second: list[str]) -> int:
    return next(place for place, cell in enumerate(second) if cell in ("response", "open-ended response"))


def _some(header: list[str], found: set[str]) -> str:
    named = [cell for cell in header if cell.casefold() in found]
    return ", ".join(named[:3]) + (" and others" if len(named) > 3 else "")
