"""Finding a figure by words, such as: what did leaders say about accountable care systems?"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from barometer.findings.storing import Findings, field

if TYPE_CHECKING:
    from barometer.findings.model import Finding

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_STOP = """a about all an and are as at be by ccg ccgs did do does for from had has have how i in into is it its leader leaders many more
most my no not of on or our per cent said say says share that the their them they this to was we were what which who will with would"""
#: Words that say nothing of what is looked for.
STOP = frozenset(_STOP.split())
#: Where a word is found, and what that counts for.
WEIGHTS = (
    ("option_label", 6),
    ("item_label", 6),
    ("keywords", 5),
    ("id", 4),
    ("question_short", 3),
    ("question_text", 2),
    ("theme_title", 1),
)
_NEAR = 0.8


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, folded: small letters, no plural s.

    Example:
        >>> words_of("Accountable care systems (ACS)")
        ('accountable', 'care', 'system', 'acs')
    """
    # Findings of one question share most of their texts.
    return tuple(_singular(word) for word in _WORD.findall(text.casefold().replace("_", " ").replace("’", "'")))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def search(findings: Iterable[Finding], words: str) -> list[Finding]:
    """The findings that the words fit, the best first.

    A finding fits if it has every word that says something (labels, short labels, aliases, acronyms, wording, id and theme are looked
    through); where none has all of them, those with most. A misspelt word stands for the nearest one that occurs.

    Args:
        findings: The findings to look through.
        words: What to look for, in plain words.

    Returns:
        The findings; none if no word occurs. Without words, all of them.
    """
    pool = findings if isinstance(findings, Findings) else Findings(findings)
    return [pool[place] for place in places(pool, words)]


def places(pool: Findings, words: str) -> list[int]:
    """As `search`, the places of the findings: nothing is checked, so it is fast."""
    asked = list(dict.fromkeys(word for word in words_of(words) if word not in STOP))
    indexed = [_index(held) for held in pool.held()]
    if not asked:
        return list(range(len(indexed))) if not words.strip() else []
    vocabulary = sorted({word for index in indexed for word in index})
    meant = [_known(word, vocabulary) for word in asked]
    marks = []
    for place, index in enumerate(indexed):
        found = [index[word] for word in meant if word in index]
        if found:
            marks.append((len(found), sum(found), place))
    most = max((mark[0] for mark in marks), default=0)
    return [place for _, _, place in sorted((mark for mark in marks if mark[0] == most), key=lambda mark: (-mark[1], mark[2]))]


def _known(word: str, vocabulary: list[str]) -> str:
    if word in vocabulary:
        return word
    longer = [known for known in vocabulary if len(word) > 3 and known.startswith(word)]
    near = longer or difflib.get_close_matches(word, vocabulary, n=1, cutoff=_NEAR)
    return near[0] if near else word


def _index(held: object) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, weight in WEIGHTS:
        value = field(held, name)
        text = " ".join(value) if isinstance(value, list | tuple) else value or ""
        for word in words_of(text):
            found[word] = max(found.get(word, 0), weight)
    return found
