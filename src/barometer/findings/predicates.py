"""From the questionnaire to words: the predicate of a sentence, labels within a sentence, and who the base is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from barometer.questionnaire.model import Item, Net, Option, Question

_SCALE_IN_LABEL = re.compile(r",?\s*\(?\d+\s*(to|-|–)\s*\d+\)?\s*$")
_UNIT_IN_LABEL = re.compile(r"\s*\((per cent|%|£|£m|hours)\)\s*$")
_NAMED_AT_MOST = 3
_FIRST_PERSON = {"my": "their", "our": "their", "mine": "theirs"}


def within(label: str) -> str:
    """A label as it stands within a sentence: its first letter small unless it belongs to a name or an acronym, "my" as "their".

    Example:
        >>> within("An acute trust"), within("STP leaders"), within("A GP federation"), within("My own CCG"), within("I will")
        ('an acute trust', 'STP leaders', 'a GP federation', 'their own CCG', 'I will')
    """
    label = label.strip()
    first, _, rest = label.partition(" ")
    letters = re.sub(r"[^A-Za-z]", "", first)
    if letters.casefold() in _FIRST_PERSON:
        first = _FIRST_PERSON[letters.casefold()]
    elif letters == "A" or (letters != "I" and not any(letter.isupper() for letter in letters[1:])):
        first = first[:1].lower() + first[1:]
    return f"{first} {rest}" if rest else first


def noun(question: Question) -> str:
    """The question's short label as a noun within a sentence, without the scale or unit that it ends with.

    Example:
        >>> noun(Question(id="q", kind="numeric", theme="t", text="?", short="Confidence in the plan, 1 to 10"))
        'confidence in the plan'
    """
    return within(_UNIT_IN_LABEL.sub("", _SCALE_IN_LABEL.sub("", question.short)))


def is_sentence(short: str) -> bool:
    """Whether a short label is a question or a request, which is quoted and cannot stand within a sentence as a noun can."""
    return short.rstrip().endswith(("?", ".", "!", "…"))


def as_asked(question: Question, wave: str) -> Question:
    """The question with a label that may be quoted for this wave: a label that is a question gives way to the wave's own wording."""
    if not is_sentence(question.short) or wave not in question.wordings:
        return question
    return question.model_copy(update={"short": question.wordings[wave]})


def when_asked(question: Question) -> str:
    """On which question somebody said something: "when asked about their role", or the question itself where its label is one.

    Example:
        >>> when_asked(Question(id="q", kind="text", theme="t", text="?", short="Own role")), when_asked(
        ...     Question(id="q", kind="text", theme="t", text="?", short="Will you merge?"))
        ('when asked about own role', 'when asked "Will you merge?"')
    """
    return (
        f"when asked {quoted(question.short.rstrip().removesuffix('.'))}"
        if is_sentence(question.short)
        else f"when asked about {noun(question)}"
    )


def named(question: Question, item: Item) -> str:
    """An item within a sentence: as a noun where the team has written a predicate, in quotation marks where it has not.

    A label that nobody has looked at may be a name ("Han Solo") or a statement, and neither bears a small letter.
    """
    return within(item.label) if question.says or item.says else quoted(item.label)


def quoted(words: str) -> str:
    """Words in quotation marks; those within them become single ones."""
    inner = words.replace('"', "'").replace("“", "‘").replace("”", "’")
    return f'"{inner}"'


def filled(says: str, item: Item | None, choice: Option | Net | None) -> str:
    """A predicate with its {item} and {option} named; every other brace is left alone."""
    words: Mapping[str, str | None] = {
        "item": within(item.label) if item else None,
        "option": within(choice.label) if choice else None,
    }
    return re.sub(r"\{(item|option)\}", lambda found: words[found[1]] or found[0], says).strip().removesuffix(".")


def predicate(question: Question, item: Item | None, choice: Option | Net | None) -> str:
    """What those who gave an answer said, in the past tense: "expected to use an alliance contract within 12 to 18 months".

    The first of these that names all that must be named: the option's or net's own `says`, the item's, the question's; otherwise the
    label in quotation marks, as chosen.
    """
    own = choice.says if choice else None
    if own and (item is None or "{item}" in own):
        return filled(own, item, choice)
    if isinstance(choice, Option) and choice.dont_know:
        return _no_view(question, item, choice)
    if item and item.says and (choice is None or "{option}" in item.says):
        return filled(item.says, item, choice)
    says = question.says
    if says and (item is None or "{item}" in says) and (choice is None or "{option}" in says or _is_headline(question, choice, says)):
        return filled(says, item, choice)
    if choice is None and item is not None:
        whole = question.ranks is None or question.ranks >= len(question.items)
        did = f"put {quoted(item.label)} first" if question.kind == "ranking" and whole else f"chose {quoted(item.label)}"
        return f"{did} {when_asked(question)}"
    verb = "chose" if question.kind == "multiple" else "said"
    where = f" for {quoted(item.label)}" if item else ""
    return f"{verb} {_answers(question, choice)}{where} {when_asked(question)}"


def _answers(question: Question, choice: Option | Net | None) -> str:
    """What was answered, in quotation marks; of a net every answer that it counts, as nobody gave the net's own label."""
    if isinstance(choice, Net) and len(choice.codes) <= _NAMED_AT_MOST:
        labels = [quoted(option.label) for code in choice.codes for option in [question.option(code)] if option is not None]
        return " or ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
    return quoted(choice.label if choice else question.short)


def _no_view(question: Question, item: Item | None, option: Option) -> str:
    if option.label.casefold().replace("’", "'") in ("don't know", "do not know", "not sure", "unsure"):
        return f"said they did not know how to rate {named(question, item)}" if item else f"said they did not know {when_asked(question)}"
    about = f"when asked about {named(question, item)}" if item else when_asked(question)
    return f"said {quoted(option.label)} {about}"


def _is_headline(question: Question, choice: Option | Net, says: str) -> bool:
    """A battery's predicate that names no option speaks of the headline, as in "thought {item} important"."""
    return bool(question.items) and "{item}" in says and question.headline in (getattr(choice, "code", None), getattr(choice, "id", None))


def base_words(question: Question, base: int, wave_base: int, respondents: str) -> str:
    """Who the base is: all who answered the wave, those who answered this question, or those of them who were asked it.

    Example:
        >>> asked = Question(id="q", kind="text", theme="t", text="?", short="Q")
        >>> base_words(asked, 98, 100, "leaders who answered")
        'leaders who answered this question'
    """
    if question.shown_if is not None:
        if respondents.endswith("who answered"):
            return respondents.removesuffix("answered") + "were asked this and answered"
        return f"{respondents} who were asked this"
    if base < wave_base:
        return f"{respondents} this question" if respondents.endswith("answered") else f"{respondents} who answered this question"
    return respondents


def people_words(question: Question, people: str, size: int | None) -> str:
    """Whom the population voice speaks of: "all 418 CCG leaders". A routed question's population is only those it applies to."""
    if question.shown_if is not None:
        return f"all {people} to whom this question applied"
    return f"all {size:,} {people}" if size is not None else f"all {people}"


def routing_words(question: Question, questions: Mapping[str, Question]) -> str | None:
    """Who was shown the question, for a caveat, or None if everybody was."""
    condition = question.shown_if
    if condition is None:
        return None
    asked = questions[condition.question]
    item = asked.item(condition.item) if condition.item else None

    def labels(codes: tuple[str, ...]) -> str:
        named = [option.name if option else code for code in codes for option in [asked.option(code)]]
        return " or ".join(f'"{label}"' for label in named)

    number = f" at {asked.number}" if asked.number else ""
    about = f' for "{item.name}"' if item else ""
    parts = []
    if condition.any_of:
        parts.append(f"chose {labels(condition.any_of)}{about}{number}")
    if condition.none_of:
        parts.append(f"did not choose {labels(condition.none_of)}{about}{number}")
    return f"Asked only of those who {' and '.join(parts)}."


def keywords(question: Question, item: Item | None, choice: Option | Net | None) -> tuple[str, ...]:
    """Other names of what the figure is about: short labels, aliases, and acronyms that stand in brackets."""
    words: list[str | None] = [question.short]
    for part in (item, choice):
        if part is not None:
            words += [part.label, getattr(part, "short", None), *getattr(part, "aliases", ())]
            words += re.findall(r"\(([A-Z][A-Za-z]{1,7})\)", part.label)
    return tuple(dict.fromkeys(word for word in words if word))
