"""Reads the quantities out of a sentence: "more than two-thirds", "58 of the 100", "5%", "nearly one in four", "most of the leaders".

The sentence is brought into one spelling first, so that "Fifty-eight per cent", "58%" and "58 percent" are the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from barometer.findings.numbers import spelt

Kind = Literal["share", "number", "points", "ratio", "years"]

_NUMBERS = {spelt(number): number for number in range(100)}
_BELOW_HUNDRED = "|".join(sorted((word.replace("-", "[- ]") for word in _NUMBERS), key=len, reverse=True))
_SPELT = re.compile(
    rf"\b(?:(?:(?P<hundreds>a|{_BELOW_HUNDRED}) )?hundred(?: and (?P<rest>{_BELOW_HUNDRED}))?|(?P<small>{_BELOW_HUNDRED}))\b"
)
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "twelfth": 12, "twentieth": 20,
}  # fmt: skip
_NAMED_PARTS = "|".join([*_PARTS, "halves"])

#: What stands before a quantity, by what it claims. The first that fits is taken, so the longer ones come first.
QUALIFIERS = (
    ("beyond", "well over|well above|well under|well below|far more than|far fewer than|far less than|many more than|much more than|"
               "much less than|as many as|as few as"),
    ("just over", "just over|slightly more than|a little more than|a little over|slightly over|just above|slightly above"),
    ("just under", "just under|slightly fewer than|slightly less than|a little under|a little less than|slightly under|just below"),
    ("at least", "at least|no fewer than|no less than|not fewer than|not less than"),
    ("at most", "at most|no more than|not more than|up to"),
    ("over", "more than|greater than|in excess of|upwards of|over|above"),
    ("under", "fewer than|less than|under|below"),
    ("nearly", "nearly|almost|close to|approaching|not quite"),
    ("around", "around|about|roughly|approximately|approx|some"),
    ("exactly", "exactly|precisely"),
    ("only", "only|just|merely|a mere|barely"),
)  # fmt: skip
_CLASS_OF = {words: name for name, listed in QUALIFIERS for words in listed.split("|")}
_QUALIFIER = "|".join(sorted(_CLASS_OF, key=len, reverse=True))
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_QUANTITY = re.compile(
    rf"(?P<qualifiers>(?:\b(?:{_QUALIFIER})\s+)*)"
    rf"(?:(?P<points>{_NUMBER})[ -](?:percentage[ -])?points?\b"
    rf"|(?P<percent>{_NUMBER}) per cent\b"
    rf"|\b(?P<top>\d+)(?: in (?:every )?| out of every )(?P<bottom>\d+)\b"
    rf"|\b(?:(?:(?P<parts>\d+|a)[ -])(?P<part>{_NAMED_PARTS})|(?P<bare>half|(?:{_NAMED_PARTS})(?= of\b)))s?\b(?!-?\w)"
    rf"|\b(?P<years>(?:19|20)\d\d-(?:\d\d|\d{{4}}))\b"
    rf"|(?<![\w.])(?P<number>{_NUMBER})(?!\w))"
)


@dataclass(frozen=True)
class Quantity:
    """A quantity in a sentence.

    Attributes:
        text: As it stands in the normal spelling.
        kind: `share` (a fraction or percentage), `number` (a bare one), `points` (a difference), `ratio` ("58 in 100") or
            `years` ("2016-17").
        value: A proportion for shares and ratios; the number otherwise.
        qualifiers: What is claimed of it: classes of `QUALIFIERS`, in order.
        start: Where it starts in the normal spelling.
        end: Where it ends.
    """

    text: str
    kind: Kind
    value: Fraction
    qualifiers: tuple[str, ...]
    start: int
    end: int


def normal(text: str) -> str:
    """A sentence in one spelling: small letters, numbers in digits, "per cent", plain apostrophes and hyphens.

    Example:
        >>> normal("Fifty-eight % of the hundred, or two-thirds")
        '58 per cent of the 100, or 2-thirds'
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text.replace("\u2019", "'").replace("\u2018", "'"))
    text = re.sub(r"\s*(?:%|\bper\s?cent\b|\bpercent\b|\bpc\b)", " per cent", text)
    text = _SPELT.sub(_digits, " ".join(text.split()))
    text = re.sub(r"\b((?:19|20)\d\d)/(\d\d|\d{4})\b", r"\1-\2", text)
    return re.sub(r"\b(\d+) out of (3|4|5|10|20)\b", r"\1 in \2", text)


def _digits(found: re.Match[str]) -> str:
    def below_hundred(words: str | None) -> int:
        return 0 if words is None else 1 if words == "a" else _NUMBERS[words if words in _NUMBERS else words.replace(" ", "-")]

    if found["small"] is not None:
        return str(below_hundred(found["small"]))
    return str(100 * below_hundred(found["hundreds"] or "a") + below_hundred(found["rest"]))


def quantities(text: str) -> list[Quantity]:
    """The quantities in a text of the normal spelling, in order.

    Example:
        >>> [(q.text, q.kind, q.qualifiers) for q in quantities(normal("Just over half of the 100 leaders (fifty-three per cent)"))]
        [('just over half', 'share', ('just over',)), ('100', 'number', ()), ('53 per cent', 'share', ())]
    """
    return [_quantity(found) for found in _QUANTITY.finditer(text)]


def _quantity(found: re.Match[str]) -> Quantity:
    qualifiers = tuple(_CLASS_OF[words] for words in re.findall(_QUALIFIER, found["qualifiers"]))
    kind: Kind = "share"
    if found["points"]:
        kind, value = "points", _value(found["points"])
    elif found["percent"]:
        value = _value(found["percent"]) / 100
    elif found["years"]:
        kind, value = "years", Fraction(found["years"][:4])
    elif found["top"]:
        kind, value = "ratio", Fraction(int(found["top"]), int(found["bottom"]) or 1)
    elif found["part"] or found["bare"]:
        parts = found["parts"]
        value = Fraction(int(parts) if parts and parts.isdigit() else 1, _PARTS.get(found["part"] or found["bare"], 2))
    else:
        kind, value = "number", _value(found["number"])
    return Quantity(found[0].strip(), kind, value, qualifiers, found.start() + len(found["qualifiers"]), found.end())


def _value(digits: str) -> Fraction:
    return Fraction(digits.replace(",", ""))
