"""Free text that gives somebody away: e-mail addresses, telephone numbers and the name of the post's holder.

The patterns stay within what polars and Python read alike: no look-around, no word boundaries, no digits but 0 to 9.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from barometer.errors import ProjectError, did_you_mean
from barometer.validation.expressions import named
from barometer.validation.implied import stated
from barometer.validation.literals import FALSE, constant
from barometer.validation.prepared import FRAME, Prepared
from barometer.validation.rules import Expectation, Rule, Severity
from barometer.validation.settings import CheckContext

#: `name@nhs.net`, and `name at nhs dot net`.
EMAIL = (
    "[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)*[.][A-Za-z]{2,}"
    "|[A-Za-z0-9._-]+ [(\\[]?(?:at|AT)[)\\]]? [A-Za-z0-9-]+(?: [(\\[]?(?:dot|DOT)[)\\]]? [A-Za-z0-9-]+)+"
)
_GAP = "[ ().-]{0,3}"
_FIRST = "[ ()-]{0,3}"  # without a full stop, so that 0.123456789 is a number and no telephone number
#: British numbers with nine or ten digits after the 0 or +44 (Ofcom's National Telephone Numbering Plan), and any other with a plus sign.
_BRITISH = f"(?:[+]44{_GAP}(?:0{_FIRST})?|0044{_GAP}|[(]?0{_FIRST})[1-9](?:{_GAP}[0-9]){{8,9}}"
PHONE = f"(?:^|[^0-9.,£])(?:{_BRITISH}|[+][1-9](?:{_GAP}[0-9]){{7,14}})"


def of_free_text(prepared: Prepared, context: CheckContext) -> list[Rule]:
    """The rules about every answer in free text."""
    return [rule for column, said in _texts(prepared) for rule in _of(column, said, prepared, context)]


def _texts(prepared: Prepared) -> Iterator[tuple[str, str]]:
    wave = prepared.export.wave
    for question in prepared.export.questionnaire.asked_in(wave):
        name = question.number or f"'{question.short}'"
        for column in question.columns(wave):
            if question.kind == "text" or column.endswith(".other_text"):
                yield column, f"the text of {name}"


def _of(column: str, said: str, prepared: Prepared, context: CheckContext) -> Iterator[Rule]:
    privacy = context.rules.privacy
    if privacy.email:
        yield _without(column, said, "email", "an e-mail address", EMAIL, privacy.email)
    if privacy.phone:
        yield _without(column, said, "phone", "a telephone number", PHONE, privacy.phone)
    if privacy.name and privacy.names:
        holder = FRAME + privacy.names
        if prepared.posts is not None and "post" in prepared.table.columns and not prepared.has(holder):
            known = [name.removeprefix(FRAME) for name in prepared.vocabulary.columns if name.startswith(FRAME)]
            raise ProjectError(
                "The population frame lacks the column of names.",
                file=context.rules_file,
                where="table [privacy]",
                expected="a column of the population frame",
                got=privacy.names,
                hint=did_you_mean(privacy.names, known),
            )
        if prepared.has(holder):
            yield stated(
                f"{column}.name",
                privacy.name,
                f"{said} does not name its author",
                f"{said} names its author",
                f"length({named(holder)}) > 2 and mentions({named(column)}, {named(holder)})",
                prepared,
            )


def _without(column: str, said: str, check: str, thing: str, pattern: str, severity: Severity) -> Rule:
    return Rule(
        f"{column}.{check}",
        severity,
        f"{said} holds no {thing.partition(' ')[2]}",
        f"{said} holds what looks like {thing}",
        (column,),
        pl.col(column).str.contains(constant(pattern)).fill_null(FALSE),
        Expectation("ExpectColumnValuesToNotMatchRegex", {"column": column, "regex": pattern}),
    )
