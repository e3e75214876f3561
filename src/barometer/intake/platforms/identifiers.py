"""Which columns name or locate a person. They are left out unless the team asks for them.

A survey team needs to know which post answered, never from which computer. Columns are recognised by the platform's own names of
them, by their headers, and by what stands in their cells.
"""

from __future__ import annotations

import re

import polars as pl

from barometer.intake.platforms.source import Variable
from barometer.questionnaire.spelling import folded

#: A header is a label and not a question when it is no longer than this.
_LABEL_LENGTH = 40
_LABELS = re.compile(
    r"(your |contact |respondent'?s? |recipient |participant )?"
    r"(ip( ?addr(ess)?)?|e-?mail( addr(ess)?)?|((first|last|full|family|given|middle|sur) ?)?name"
    r"|(tele|mobile )?phone( (no|number))?|mobile( number)?|latitude|longitude|geo ?(point|location)|gps( coordinates)?"
    r"|(postal|home) address|post ?code|date of birth|nhs number)"
)
_QUESTIONS = re.compile(
    r"(please )?(what is|what's|enter|give|give us|state|type|provide|tell us) your "
    r"(full |first |last |work )?(name|e-?mail|phone|telephone|mobile|address|date of birth)\b.*"
)
_ADDRESS = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_IP = r"^(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){3,7})$"


def identifying(variable: Variable, cells: pl.Series) -> str | None:
    """Why a column names or locates a person, or None where it does not."""
    if variable.role == "identifier":
        return variable.reason or "the platform records it of the person"
    if variable.role is not None:
        return None
    if variable.part is None and not variable.choices:
        for words in {_words(variable.name), _words(variable.text)}:
            if len(words) <= _LABEL_LENGTH and _LABELS.fullmatch(words):
                return "its header is that of a personal detail"
            if _QUESTIONS.fullmatch(words):
                return "it asks for a personal detail"
    filled = cells.drop_nulls()
    if filled.is_empty():
        return None
    # One look at the first cell settles it for nearly all columns.
    for pattern, said in ((_ADDRESS, "every cell is an e-mail address"), (_IP, "every cell is an IP address")):
        if re.match(pattern, str(filled[0])) and filled.str.contains(pattern).all():
            return said
    return None


def _words(header: str) -> str:
    """A header as words: `RecipientLastName`, `last_name` and `Last name:` are alike."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return " ".join(re.sub(r"[_.:?*]+", " ", folded(apart)).split())
