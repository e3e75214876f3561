"""Recognises labels that stand on a ladder, from most to least: agreement, importance, satisfaction, likelihood, frequency, quality ...

A label is read as a word of the ladder ("important"), how strongly ("very") and which way ("not at all", "un-"). Labels make a scale when
every one of them has a place on the same ladder and no two share it. English, German and French; other languages come out as plain
choices, which a team puts in order by hand.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from barometer.questionnaire.spelling import folded

_MIDDLE = re.compile(
    r"neither\b.*|neutral\b.*|undecided|no opinion either way|teils[ /,-]*teils|weder\b.*|unentschieden|ni\b.*|indifférent|both\b.*"
)


@dataclass(frozen=True)
class _Words:
    """A ladder that runs both ways: patterns of its words and of their opposites."""

    name: str
    words: str
    opposites: str


@lru_cache(maxsize=1)
def _known() -> dict[str, Any]:
    """`ladders.toml`, beside this module."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _both_ways() -> tuple[_Words, ...]:
    return tuple(_Words(name, _any(words), _any(opposites)) for name, (words, opposites) in _known()["words"].items())


def _any(words: Iterable[str]) -> str:
    """A pattern of any of these words, the longer first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@dataclass(frozen=True)
class Ladder:
    """A scale that was recognised.

    Attributes:
        name: Which ladder: "agreement", "frequency", "numbers" ...
        labels: The labels from most to least.
        positive: How many of them, from the top, lie on the positive side; 0 where the ladder has one side only.
        negative: How many, from the bottom, lie on the negative side.
    """

    name: str
    labels: tuple[str, ...]
    positive: int
    negative: int


def ladder(labels: Iterable[str]) -> Ladder | None:
    """The ladder on which labels stand, or None if they stand on none.

    Args:
        labels: The distinct labels, in any order, without "don't know" and the like; at least three.

    Example:
        >>> ladder(["Agree", "Strongly disagree", "Neither agree nor disagree", "Strongly agree", "Disagree"]).labels
        ('Strongly agree', 'Agree', 'Neither agree nor disagree', 'Disagree', 'Strongly disagree')
        >>> ladder(["Not at all", "A lot", "Some", "Not much"]).labels
        ('A lot', 'Some', 'Not much', 'Not at all')
        >>> ladder(["London", "North", "South"]) is None
        True
    """
    said = list(dict.fromkeys(labels))
    if len(said) < 3:
        return None
    return _numbered(said) or _on_rungs(said) or _two_sided(said)


def _plain(label: str) -> str:
    """A label without a number before it, without brackets and full stops."""
    text = folded(label)
    text = re.sub(r"^\d+\s*[-=:.)]\s*", "", text)
    return re.sub(r"\s*\([^)]*\)", "", text).strip(" .!") or text


def _numbered(labels: Sequence[str]) -> Ladder | None:
    """Labels that begin with their number, such as "5 - very satisfied"; "1", "2", "3" alone are numbers and no labels."""
    found = [
        re.match(r"(-?\d{1,2})\s*(?:[-=:.)]\s*)(?=\D)", folded(label)) or re.fullmatch(r"(-?\d{1,2})", folded(label)) for label in labels
    ]
    if any(match is None for match in found) or all(re.fullmatch(r"-?\d+", folded(label)) for label in labels):
        return None
    numbers = [int(match.group(1)) for match in found if match is not None]
    if len(set(numbers)) != len(numbers):
        return None
    ordered = [label for _, label in sorted(zip(numbers, labels, strict=True), reverse=True)]
    return Ladder("numbers", tuple(ordered), 0, 0)


def _on_rungs(labels: Sequence[str]) -> Ladder | None:
    for name, rungs in _known()["rungs"].items():
        places = {phrase: place for place, rung in enumerate(rungs) for phrase in rung}
        between = _known()["middle"].get(name)
        if between is not None:
            places |= {_plain(label): between for label in labels if _MIDDLE.fullmatch(_plain(label))}
        found = {label: places[_plain(label)] for label in labels if _plain(label) in places}
        if len(found) == len(labels) and len(set(found.values())) == len(labels):
            above = 0 if between is None else sum(place < between for place in found.values())
            below = 0 if between is None else sum(place > between for place in found.values())
            return Ladder(name, tuple(sorted(labels, key=lambda label: found[label])), above, below)
    return None


def _two_sided(labels: Sequence[str]) -> Ladder | None:
    for ladder_ in _both_ways():
        found = {label: place for label in labels if (place := _place(_plain(label), ladder_)) is not None}
        # "Not at all" and "neutral" alone make no ladder: its word has to be said.
        said = sum(bool(re.search(rf"(?<!\w)({ladder_.words}|{ladder_.opposites})(?!\w)", _plain(label))) for label in labels)
        if len(found) == len(labels) and len(set(found.values())) == len(labels) and said >= 2:
            ordered = tuple(sorted(labels, key=lambda label: -found[label]))
            return Ladder(ladder_.name, ordered, sum(place > 0 for place in found.values()), sum(place < 0 for place in found.values()))
    return None


def _place(label: str, on: _Words) -> float | None:
    """How far up a label stands: strongly agree 3, agree 2, neither 0, strongly disagree -3; None if it is not of this ladder."""
    if _MIDDLE.fullmatch(label):
        return 0.0
    denial = {name: _any(words) for name, words in _known()["denial"].items()}
    if re.match(denial["wholly"], label):
        return -3.2
    rest, way, strength = label, 1.0, 2.0
    for name, pattern in denial.items():
        if (found := re.search(rf"(?<!\w)({pattern})(?!\w)", rest)) is not None:
            rest, way = rest.replace(found.group(), " ", 1), -1.0
            strength = {"wholly": 3.2, "hardly": 1.2}.get(name, 2.0)
            break
    if strength == 2.0:
        for value, words in _known()["strength"].items():
            if (found := re.search(rf"(?<!\w)({_any(words)})(?!\w)", rest)) is not None:
                rest, strength = rest.replace(found.group(), " ", 1), float(value)
                break
    rest = " ".join(rest.split()).strip(" ,").removeprefix("i ").removesuffix(" zu")
    if re.fullmatch(on.opposites, rest):
        return -strength * way
    return strength * way if re.fullmatch(on.words, rest) else None
