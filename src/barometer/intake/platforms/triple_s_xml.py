"""The XML of a Triple-S survey: which variables there are, and where their values stand in the data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from barometer.errors import IntakeError
from barometer.intake.platforms.source import Choice
from barometer.intake.tables import file_bytes

_TYPES = ("single", "multiple", "quantity", "character", "logical", "date", "time")
_VERSIONS = ("1.", "2.", "3.")
#: A description of more than this many bytes is no questionnaire.
_LARGEST = 50_000_000


@dataclass(frozen=True)
class Described:
    """One variable: where it stands (from 1: characters, or fields of a CSV) and what its values mean.

    `subfields` is the number of sub-fields of a spread multiple, each `width` characters wide; 0 where it is a bitstring or no multiple.
    """

    ident: str
    name: str
    label: str
    type: str
    use: str
    start: int
    finish: int
    choices: tuple[Choice, ...]
    subfields: int
    width: int
    literal: bool


@dataclass(frozen=True)
class Survey:
    """What the XML says of the data: their file, layout and variables."""

    file: Path
    version: str
    href: str | None
    csv: bool
    skip: int
    variables: tuple[Described, ...]


def read_description(path: Path) -> Survey:
    """The description of a Triple-S survey.

    Raises:
        IntakeError: If it is no XML, no Triple-S, hierarchical, or a variable is broken.
    """
    data = file_bytes(path)
    # Entities could make a small file huge, and no Triple-S file declares any.
    if len(data) > _LARGEST or b"<!ENTITY" in data:
        raise IntakeError("The XML is too large or declares entities.", file=path, expected="a plain Triple-S description")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        raise IntakeError("The XML is broken.", file=path, got=str(problem), hint="Export the survey again as Triple-S.") from None
    if root.tag != "sss":
        raise IntakeError("The XML is no Triple-S survey.", file=path, expected="an element <sss>", got=f"<{root.tag}>")
    version = root.get("version", "")
    if not version.startswith(_VERSIONS):
        raise IntakeError("The version of Triple-S is not read.", file=path, expected="1.1, 1.2, 2.0 or 3.0", got=f"'{version}'")
    records = root.findall(".//record")
    if len(records) != 1 or root.find(".//hierarchy") is not None or root.find(".//level") is not None:
        raise IntakeError(
            "The survey is not one flat record for each respondent.",
            file=path,
            expected="one <record> and no hierarchy",
            got=f"{len(records)} records" + (" in a hierarchy" if root.find(".//hierarchy") is not None else ""),
            hint="Export the respondents' level alone.",
        )
    record = records[0]
    csv = (record.get("format") or "fixed").casefold() == "csv"
    skip = _number(record.get("skip", "0"), path, "attribute 'skip' of <record>", least=0)
    variables = tuple(_variable(element, csv, path) for element in record.findall("variable"))
    if not variables:
        raise IntakeError("The survey describes no variables.", file=path, expected="elements <variable> within <record>")
    return Survey(path, version, record.get("href"), csv, skip, variables)


def _variable(element: ElementTree.Element, csv: bool, path: Path) -> Described:
    ident = element.get("ident", "?")
    name = _text(element.find("name")) or ident
    where = f"variable '{name}' (ident {ident})"
    type = element.get("type", "")
    if type not in _TYPES:
        raise IntakeError(
            "A Triple-S variable has no known type.", file=path, where=where, expected="one of " + ", ".join(_TYPES), got=f"'{type}'"
        )
    position = element.find("position")
    if position is None:
        raise IntakeError("A Triple-S variable has no position.", file=path, where=where, expected='an element <position start="..."/>')
    start = _number(position.get("start"), path, f"{where}, start")
    finish = _number(position.get("finish", str(start)), path, f"{where}, finish", least=start)
    choices = _choices(element, type, path, where)
    subfields, width = 0, 0
    spread = element.find("spread")
    if type == "multiple" and spread is not None:
        subfields = _number(spread.get("subfields"), path, f"{where}, subfields")
        longest = max((len(choice.code) for choice in choices), default=1)
        width = _number(spread.get("width", str(longest)), path, f"{where}, width")
        room = (finish - start + 1) if csv else (finish - start + 1) // width
        if room < subfields:
            raise IntakeError(
                "The sub-fields do not fit.", file=path, where=where, expected=f"room for {subfields} sub-fields", got=f"{room}"
            )
    literal = element.get("format") == "literal"
    use = element.get("use", "")
    label = _text(element.find("label")) or name
    return Described(ident, name, label, type, use, start, finish, choices, subfields, width, literal)


def _choices(element: ElementTree.Element, type: str, path: Path, where: str) -> tuple[Choice, ...]:
    found: list[Choice] = []
    for value in element.findall("values/value"):
        code = (value.get("code") or "").strip()
        if not code:
            raise IntakeError("A value of a Triple-S variable has no code.", file=path, where=where, expected='<value code="...">')
        plain = code.lstrip("0") or "0" if code.isdecimal() else code
        found.append(Choice(plain, _text(value) or code))
    if type == "quantity":
        # Labelled numbers of a quantity are special values, not the only ones.
        return ()
    if type == "logical":
        return (Choice("1", "Yes"), Choice("0", "No"))
    bounds = element.find("values/range")
    if bounds is not None and not found and type in ("single", "multiple"):
        low = _number(bounds.get("from"), path, f"{where}, range", least=0)
        high = _number(bounds.get("to"), path, f"{where}, range", least=low)
        if high - low > 10_000:
            raise IntakeError(
                "A range of codes is too long.", file=path, where=where, expected="at most 10,000 codes", got=f"{low} to {high}"
            )
        found = [Choice(str(code), str(code)) for code in range(low, high + 1)]
    if type in ("single", "multiple") and not found:
        raise IntakeError("A Triple-S variable has no values.", file=path, where=where, expected="elements <value> within <values>")
    return tuple(found)


def _text(element: ElementTree.Element | None) -> str:
    """The text of an element; of several <text> for languages or modes, the first."""
    if element is None:
        return ""
    first = element.find("text")
    return " ".join(_spoken(element if first is None or (element.text or "").strip() else first).split())


def _spoken(element: ElementTree.Element) -> str:
    """All text within an element; a line break <br/> is a blank."""
    parts = [element.text or ""]
    for child in element:
        parts += [" " if child.tag == "br" else _spoken(child), child.tail or ""]
    return "".join(parts)


def _number(text: str | None, path: Path, where: str, least: int = 1) -> int:
    if text is None or not text.strip().isdecimal() or len(text) > 9 or int(text) < least:
        raise IntakeError(
            "A number of the XML is not one.", file=path, where=where, expected=f"a whole number from {least}", got=repr(text)
        )
    return int(text)
