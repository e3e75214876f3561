"""Codes from labels: lower-case words joined by underscores, unique among their like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

#: The longest code that a questionnaire takes is 80; a shorter one is easier to type in a permalink.
LONGEST = 60
#: Letters that do not come apart into a Latin letter and an accent.
_SPELT = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "å": "aa", "ð": "d", "þ": "th", "ł": "l", "đ": "d",
        "&": " and ", "%": " per cent ", "+": " plus ", "<": " under ", ">": " over ",
        "≤": " up to ", "≥": " at least ",
    }
)  # fmt: skip
#: Words that say little, left out where a code would otherwise be long.
_SMALL = frozenset(
    [
        "a",
        "about",
        "all",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "by",
        "can",
        "did",
        "do",
        "does",
        "each",
        "ever",
        "following",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "much",
        "of",
        "on",
        "or",
        "our",
        "please",
        "s",
        "select",
        "so",
        "t",
        "that",
        "the",
        "their",
        "them",
        "these",
        "this",
        "those",
        "to",
        "was",
        "were",
        "what",
        "when",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
        "yourself",
    ]
)
_SHORT_ENOUGH = 36


def slug(label: str, taken: Collection[str] = (), *, fallback: str = "option", brief: bool = False) -> str:
    """A code for a label: its words in ASCII, joined by underscores, with a number behind it where the code is taken.

    Args:
        label: The label, in any language.
        taken: Codes that may not be used again.
        fallback: The word for a label without a Latin letter or digit, with a number behind it.
        brief: Whether to leave small words out of a long one, as for the id of a question.

    Returns:
        A code of at most 60 characters, before the number that makes it unique.

    Example:
        >>> slug("Überhaupt nicht zufrieden"), slug("Très satisfait"), slug("Yes", {"yes"}), slug("非常")
        ('ueberhaupt_nicht_zufrieden', 'tres_satisfait', 'yes_2', 'option_1')
        >>> slug("How likely is it that you will recommend our services to a colleague?", brief=True)
        'likely_recommend_services_colleague'
    """
    text = unicodedata.normalize("NFC", label).casefold().replace("’", "'").translate(_SPELT)
    # "don't" and "it's" are one word each.
    text = re.sub(r"(?<=\w)'(?=\w)|(?<=\d),(?=\d{3})", "", text)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_text)
    if brief and len("_".join(words)) > _SHORT_ENOUGH:
        words = [word for word in words if word not in _SMALL] or words
        words = words[: _words_within(words, _SHORT_ENOUGH)]
    code = "_".join(words[: _words_within(words, LONGEST)])[:LONGEST]
    if not code:
        return _numbered(fallback, taken, first=1)
    return code if code not in taken else _numbered(code, taken, first=2)


def _words_within(words: list[str], length: int) -> int:
    """How many words fit, at least one."""
    used = 0
    for number, word in enumerate(words):
        used += len(word) + (number > 0)
        if used > length:
            return max(1, number)
    return len(words)


def _numbered(code: str, taken: Collection[str], first: int) -> str:
    number = first
    while f"{code}_{number}" in taken:
        number += 1
    return f"{code}_{number}"
