"""Chooses the reader of a file and puts it to work."""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib import import_module

from barometer.errors import UsageError, did_you_mean
from barometer.intake.platforms.assembling import Reading, assembled
from barometer.intake.platforms.detecting import detected
from barometer.intake.platforms.source import Request, Source

#: Every format that is read: its name for people, and the reader (module and function, imported when it is needed).
FORMATS: dict[str, tuple[str, str]] = {
    "table": ("Table (CSV or XLSX)", "plain.read_table_source"),
    "parquet": ("Parquet", "plain.read_parquet_source"),
    "spss": ("SPSS system file (.sav, .zsav)", "spss.read_spss"),
    "triple-s": ("Triple-S (XML with fixed-width or CSV data)", "triple_s.read_triple_s"),
    "qualtrics": ("Qualtrics", "qualtrics.read_qualtrics"),
    "surveymonkey": ("SurveyMonkey", "surveymonkey.read_surveymonkey"),
    "forms": ("Microsoft Forms", "forms.read_forms"),
    "limesurvey": ("LimeSurvey", "limesurvey.read_limesurvey"),
    "kobo": ("KoboToolbox and ODK (XLSForm)", "kobo.read_kobo"),
}


def read(
    request: Request, *, format: str | None = None, keep_identifiers: bool = False, keep: Collection[str] = (), reason: str = "asked for"
) -> Source:
    """The export in one shape: see `barometer.intake.platforms.read_source`."""
    if format is None:
        found = detected(request.path, request.sheet)
        platform, reason = found.platform, found.reason
    else:
        platform = known_format(format)
    reading = reader_of(platform)(request)
    return assembled(request.path, platform, reason, reading, keep_identifiers=keep_identifiers, keep=keep)


def known_format(format: str) -> str:
    """The format, if there is such a one.

    Raises:
        UsageError: If there is none; it names the nearest.
    """
    if format not in FORMATS:
        raise UsageError(
            "There is no such format.", expected="one of " + ", ".join(FORMATS), got=format, hint=did_you_mean(format, FORMATS)
        )
    return format


def reader_of(platform: str) -> Callable[[Request], Reading]:
    """The function that reads the exports of a platform."""
    module, _, function = FORMATS[platform][1].partition(".")
    found: Callable[[Request], Reading] = getattr(import_module(f"barometer.intake.platforms.{module}"), function)
    return found
