"""Sentences about coded open answers, in which "many" never stands without its count.

| word | licensed by the share of the coded answers |
| ---- | ------------------------------------------ |
| all, none | everyone, no one |
| most | more than half |
| many | a quarter or more |
| some | a tenth or more |
| a few | two or more, under a tenth |
| one | one answer |

On a base under ten there is no such word, only the count. Whoever wrote nothing is not counted: a sentence speaks of those who wrote an
answer, and open answers are not a measure of how many think so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from barometer.findings.numbers import capitalised, in_text, numeral, spelt

_FEWEST = 10
_VAGUE = re.compile(r"\b(all|most|many|several|some|few|a few|a number of|a majority|majority|numerous)\b", re.IGNORECASE)
_COUNTED = re.compile(r"\d|\b(?:" + "|".join(spelt(number) for number in range(1, 21)) + r")\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?]+[.!?]?")


def quantifier(count: int, base: int) -> str | None:
    """The word that a count of a base licenses; None on a base that is too small for one.

    Args:
        count: How many raised the theme.
        base: How many answers were coded.

    Example:
        >>> quantifier(23, 61), quantifier(31, 61), quantifier(1, 61), quantifier(6, 9)
        ('many', 'most', 'one', None)
    """
    if base < _FEWEST:
        return None
    if count in (0, base):
        return "all" if count else "none"
    if count == 1:
        return "one"
    if 2 * count > base:
        return "most"
    if 4 * count >= base:
        return "many"
    return "some" if 10 * count >= base else "a few"


def theme_sentence(says: str, count: int, base: int, *, who: str = "leaders who wrote an answer") -> str:
    """A sentence about a theme, with its count and base.

    Args:
        says: What those who raised it did, in the past tense: "asked for money".
        count: How many raised it.
        base: How many answers were coded.
        who: Whose answers they are, in the plural.

    Example:
        >>> theme_sentence("asked for money", 23, 61)
        'Many of the 61 leaders who wrote an answer (23) asked for money.'
        >>> theme_sentence("asked for money", 6, 9)
        'Six of the nine leaders who wrote an answer asked for money.'
        >>> theme_sentence("asked for money", 0, 61)
        'None of the 61 leaders who wrote an answer asked for money.'
    """
    word = quantifier(count, base)
    whole = f"of the {in_text(base)} {who}"
    if word is None:
        return capitalised(f"{spelt(count) if count else 'none'} {whole} {says}.")
    if word in ("none", "all", "one"):
        return capitalised(f"{word} {whole} {says}.")
    return capitalised(f"{word} {whole} ({numeral(count)}) {says}.")


def themes_brief(themes: Sequence[tuple[str, int]], base: int, *, who: str = "leaders who wrote an answer") -> str:
    """The leading themes in one sentence: the first in full, the others with their counts.

    Args:
        themes: For each theme what those who raised it did, and how many they were; the most frequent first.
        base: How many answers were coded.
        who: Whose answers they are, in the plural.

    Example:
        >>> themes_brief([("asked for time", 11), ("asked for money", 10), ("asked for people", 9)], 48)
        'Some of the 48 leaders who wrote an answer (11) asked for time; 10 asked for money, and nine asked for people.'
    """
    (says, count), *others = themes
    sentence = theme_sentence(says, count, base, who=who)
    told = [f"{in_text(number)} {did}" for did, number in others if number]
    if not told:
        return sentence
    return f"{sentence[:-1]}; {', '.join(told[:-1])}{', and ' if len(told) > 1 else ''}{told[-1]}."


def uncounted(text: str) -> list[str]:
    """The sentences of a text that say "many" or the like without a number beside it.

    Example:
        >>> uncounted("Many asked for money. Most (31 of 61) asked for people.")
        ['Many asked for money.']
    """
    sentences = (found[0].strip() for found in _SENTENCE.finditer(text))
    return [sentence for sentence in sentences if _VAGUE.search(sentence) and not _COUNTED.search(sentence)]
