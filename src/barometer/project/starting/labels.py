"""What a label or a header says beside its words: don't know, none of these, other; a number before a question; what describes a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from barometer.questionnaire.spelling import folded

_DONT_KNOW = re.compile(
    r"(i )?(do not|don't|dont) know.*|not sure.*|unsure.*|no opinion.*|(i )?(would )?(rather not|prefer not)( to)? (say|answer|disclose).*"
    r"|n/?a|not applicable|.*\((n/?a|not applicable|don't know)\)|can't say|cannot say|no answer|refused|too early to (say|tell)"
    r"|(i )?don't understand.*"
    r"|weiß (ich )?nicht|weiss (ich )?nicht|keine angaben?|keine meinung|nicht zutreffend|trifft nicht auf mich zu"
    r"|(je )?ne sais? pas.*|sans opinion|sans avis|non concernée?|ne se prononce pas"
)
_NONE = re.compile(
    r"none|none of (these|the above|them|those)( .*)?|none apply|nothing|neither|no,? none.*"
    r"|nichts( davon)?|keine?s?(r)? (davon|der genannten.*|von diesen)|aucune?( de ces .*| d'entre .*| des .*)?|rien( de tout cela)?"
)
_OTHER = re.compile(
    r"(an)?other\b.*|something else.*|somewhere else.*|sonstiges?\b.*|sonstige\b.*|anderes?\b.*|etwas anderes.*|autres?\b.*"
)
_NUMBER = re.compile(
    r"^\s*((?:Q|F|Frage|Question)?\s?[A-Z]?\d{1,3}[a-z]?)\s*(?:[.:)]\s+|\s+-\s+|\s*[.:)](?=[A-ZÄÖÜÉ]))(?=\D)(.+)$", re.DOTALL
)

_WORDS = re.compile(
    r"(why\b|(do you have )?any (other |further |additional )?(comments?|thoughts|suggestions|feedback)|comments?\b|feedback\b|remarks?\b"
    r"|(please )?(explain|describe|tell us more|say more|give (your )?reasons|specify|elaborate)|in your own words|what else|anything else"
    r"|warum\b|bemerkung|anmerkung|kommentar|pourquoi\b|commentaire|remarque|précisez)"
)
#: Words in the headers of questions that describe the respondent.
_ABOUT = re.compile(
    r"\b(gender|sex|age|age group|region|location|country|county|state|income|salary|education|qualification|ethnic\w*|religion|nationality"
    r"|role|job title|job|occupation|profession|position|post|department|directorate|employment|sector|type of organi[sz]ation"
    r"|organi[sz]ation type|organi[sz]ation size|company size|seniority|grade|band|years? of (service|experience)|marital status|household"
    r"|geschlecht|alter|altersgruppe|bundesland|beruf|bildung\w*|einkommen|funktion|abteilung"
    r"|sexe|genre|âge|tranche d'âge|région|profession|fonction|revenu|diplôme)\b"
)
_ABOUT_LONGEST = 9
_FILLERS = re.compile(r"<[^>]+>")


def is_dont_know(label: str) -> bool:
    """Whether a label says that somebody has no view or gives none.

    Example:
        >>> is_dont_know("Don’t know"), is_dont_know("Unfamiliar (N/A)"), is_dont_know("No")
        (True, True, False)
    """
    return bool(_DONT_KNOW.fullmatch(folded(label).strip(" .")))


def is_none(label: str) -> bool:
    """Whether a label says that nothing of a list applies."""
    return bool(_NONE.fullmatch(folded(label).strip(" .")))


def is_other(label: str) -> bool:
    """Whether a label asks for an answer in one's own words."""
    return bool(_OTHER.fullmatch(folded(label).strip(" .")))


def describes_respondents(header: str) -> bool:
    """Whether a question asks who somebody is and not what they think: short, and about age, region, role and the like.

    Example:
        >>> describes_respondents("Location (Census Region)"), describes_respondents("Should the age of retirement rise to 70 by 2030?")
        (True, False)
    """
    words = folded(header)
    return (
        len(words.split()) <= _ABOUT_LONGEST
        and not re.match(r"(should|do you think|how (likely|important|satisfied))\b", words)
        and bool(_ABOUT.search(words))
    )


def asks_for_words(header: str) -> bool:
    """Whether a question asks for words of one's own.

    Example:
        >>> asks_for_words("Why do you say so?"), asks_for_words("Which of these?")
        (True, False)
    """
    return bool(_WORDS.match(folded(numbered(header)[1])))


def numbered(header: str) -> tuple[str | None, str]:
    """The number of a question and its wording.

    Example:
        >>> numbered("Q2. Which of these?"), numbered("Which of these?"), numbered("3) Why?")
        (('Q2', 'Which of these?'), (None, 'Which of these?'), ('3', 'Why?'))
    """
    found = _NUMBER.match(header)
    return (found.group(1).strip(), found.group(2).strip()) if found else (None, header.strip())


def cleaned(text: str) -> str:
    """A wording without markup and with single blanks."""
    return " ".join(_FILLERS.sub(" ", text).split())


def shortened(text: str, longest: int = 140) -> str:
    """A short label from a wording: without instructions and brackets; a question keeps its question mark, so that it can be quoted.

    Example:
        >>> shortened("How much, if at all, do you care about this (or that)? Please tick one box.")
        'How much do you care about this?'
    """
    brief = cleaned(text)
    brief = re.sub(r"\s*\((?![^)]*\?)[^)]*\)", "", brief)
    brief = re.sub(r",? if (at all|any|so)\b,?", "", brief, flags=re.IGNORECASE)
    first = re.match(r"(.+?\?)(\s+\S.*)?$", brief)
    if first and len(first.group(1)) > 12:
        brief = first.group(1)
    brief = re.sub(r"[\s:;,]+$", "", brief.strip())
    if len(brief) <= longest:
        return brief or text
    return brief[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…"


def in_order(labels: Iterable[str]) -> list[str]:
    """Labels of a choice in the order that a reader expects: ranges by their numbers, yes before no; other, none and don't know last.

    Labels without numbers stay in the order in which they come.

    Example:
        >>> in_order(["> 60", "Other", "30-44", "18-29", "45-60"])
        ['18-29', '30-44', '45-60', '> 60', 'Other']
    """
    said = list(labels)
    last = [label for label in said if is_other(label) or is_none(label) or is_dont_know(label)]
    plain = [label for label in said if label not in last]
    values = [_size(label) for label in plain]
    if plain and all(value is not None for value in values):
        plain = [label for _, label in sorted(zip(values, plain, strict=True), key=lambda pair: pair[0] or (0.0, 0))]
    elif {folded(label) for label in plain} <= {"yes", "no", "ja", "nein", "oui", "non", "maybe", "vielleicht", "peut-être"}:
        plain = sorted(plain, key=lambda label: folded(label) not in ("yes", "ja", "oui"))
    return [*plain, *sorted(last, key=_lastness)]


def _lastness(label: str) -> int:
    return 0 if is_other(label) else 1 if is_none(label) else 2


def _size(label: str) -> tuple[float, int] | None:
    """The first number of a range, with "under" before it and "over" behind it; None for a label without a number."""
    text = re.sub(r"(?<=\d)[,.\s](?=\d{3}\b)", "", folded(label))
    found = re.search(r"\d+(?:\.\d+)?", text)
    if found is None:
        return None
    scale = 1000.0 if re.match(r"\s?k\b", text[found.end() :]) else 1e6 if re.match(r"\s?(m|million)\b", text[found.end() :]) else 1.0
    before = bool(re.search(r"<|under|less|below|up to|fewer|unter|bis|moins", text[: found.start()]))
    behind = bool(re.search(r">|over|more|above|older|\+|and above|über|plus|mehr", text))
    return float(found.group()) * scale, -1 if before else int(behind)


def alike(labels: Sequence[Iterable[str]]) -> bool:
    """Whether several sets of labels belong to one list: together hardly more than the largest of them."""
    sets = [{folded(label) for label in some} for some in labels]
    return bool(sets) and len(set().union(*sets)) <= max(3, max(len(one) for one in sets) + 2)
