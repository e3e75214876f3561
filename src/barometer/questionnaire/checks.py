"""What makes a questionnaire contradictory, beyond what the types of its keys can say.

Every check yields problems; the loader gathers them all before it speaks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from barometer.errors import did_you_mean
from barometer.questionnaire.model import Condition, Item, Option, Question, Questionnaire

#: Columns that every wave has beside the answers.
RESERVED = frozenset({"row", "respondent", "started", "completed", "post", "wave", "weight"})

#: For each kind: whether it needs options and items.
NEEDS = {
    "single": (True, False),
    "multiple": (True, False),
    "scale": (True, False),
    "battery": (True, True),
    "ranking": (False, True),
    "allocation": (False, True),
    "numeric": (False, False),
    "text": (False, False),
}


class Problem(BaseModel):
    """One contradiction: the question at fault, what is wrong, and a hint."""

    question: str | None
    what: str
    hint: str | None = None

    def __str__(self) -> str:
        place = f"question '{self.question}': " if self.question else ""
        return f"{place}{self.what}" + (f" {self.hint}" if self.hint else "")


def problems(questionnaire: Questionnaire) -> list[Problem]:
    """Every contradiction of a questionnaire, in the order of its questions."""
    found = list(_of_the_whole(questionnaire))
    earlier: dict[str, Question] = {}
    for question in questionnaire.questions:
        found.extend(_of_a_question(question, questionnaire))
        if question.shown_if is not None:
            found.extend(_of_routing(question, question.shown_if, earlier))
        earlier[question.id] = question
    return found


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _of_the_whole(questionnaire: Questionnaire) -> Iterator[Problem]:
    for id in _twice(question.id for question in questionnaire.questions):
        yield Problem(question=id, what="the id stands twice; ids are unique.")
    for id in _twice(theme.id for theme in questionnaire.themes):
        yield Problem(question=None, what=f"the theme '{id}' stands twice.")


def _of_a_question(question: Question, questionnaire: Questionnaire) -> Iterator[Problem]:
    def problem(what: str, hint: str | None = None) -> Problem:
        return Problem(question=question.id, what=what, hint=hint)

    if question.id in RESERVED:
        yield problem("the id is the name of a column that every wave has.", f"Reserved: {', '.join(sorted(RESERVED))}.")
    themes = [theme.id for theme in questionnaire.themes]
    if question.theme not in themes:
        yield problem(f"the theme '{question.theme}' is not among the themes.", did_you_mean(question.theme, themes))
    needs_options, needs_items = NEEDS[question.kind]
    if needs_options and len(question.options) < 2:
        yield problem(f"a {question.kind} question needs at least two options, or a scale.")
    if not needs_options and question.options:
        yield problem(f"a {question.kind} question has no options.")
    if needs_items and not question.items:
        yield problem(f"a {question.kind} question needs items.")
    if not needs_items and question.items:
        yield problem(f"a {question.kind} question has no items.")
    yield from (problem(what, hint) for what, hint in _of_options(question))
    yield from (problem(what, hint) for what, hint in _of_nets(question))
    yield from (problem(what, None) for what in _of_numbers(question))
    if question.waves is not None:
        parts: tuple[Option | Item, ...] = (*question.options, *question.items)
        for part in parts:
            for wave in part.waves or ():
                if wave not in question.waves:
                    yield problem(f"'{part.label}' was asked in {wave}, but the question was not.")


def _of_options(question: Question) -> Iterator[tuple[str, str | None]]:
    for code in _twice(option.code for option in question.options):
        yield f"the code '{code}' stands twice.", None
    for id in _twice(item.id for item in question.items):
        yield f"the item '{id}' stands twice.", None
    spellings = [word for option in question.options for word in {option.label.casefold(), *(a.casefold() for a in option.aliases)}]
    for label in _twice(spellings):
        yield f"the label '{label}' belongs to two options.", None
    if question.kind != "multiple":
        for option in question.options:
            if option.exclusive:
                yield f"the option '{option.code}' is exclusive, which only a multiple question can have.", None
    if sum(option.other for option in question.options) > 1:
        yield "more than one option is 'other'.", None
    if question.kind == "battery" and question.other is not None:
        yield "a battery cannot have an 'other' option.", None
    if question.kind in ("scale", "battery"):
        meant = [option for option in question.options if not option.dont_know]
        valued = [option for option in meant if option.value is not None]
        if valued and len(valued) != len(meant):
            yield "some options have a value and others none.", "Give every option but 'don't know' a value, or none of them."


def _of_nets(question: Question) -> Iterator[tuple[str, str | None]]:
    codes = [option.code for option in question.options]
    for net in question.nets:
        for code in net.codes:
            if code not in codes:
                yield f"the net '{net.id}' counts the unknown option '{code}'.", did_you_mean(code, codes)
        if net.id in codes:
            yield f"the net '{net.id}' has the id of an option.", None
    for id in _twice(net.id for net in question.nets):
        yield f"the net '{id}' stands twice.", None
    addresses = [*codes, *(net.id for net in question.nets)]
    if question.headline is not None and question.headline not in addresses:
        yield f"the headline '{question.headline}' is neither an option nor a net.", did_you_mean(question.headline, addresses)


def _of_numbers(question: Question) -> Iterator[str]:
    if question.minimum is not None and question.maximum is not None and question.minimum >= question.maximum:
        yield f"the minimum {question.minimum:g} is not below the maximum {question.maximum:g}."
    if question.kind == "ranking" and question.ranks is not None and not 1 <= question.ranks <= len(question.items):
        yield f"it asks for {question.ranks} ranks of {len(question.items)} items."


def _of_routing(question: Question, condition: Condition, earlier: dict[str, Question]) -> Iterator[Problem]:
    def problem(what: str, hint: str | None = None) -> Problem:
        return Problem(question=question.id, what=what, hint=hint)

    asked = earlier.get(condition.question)
    if asked is None:
        yield problem(
            f"its routing depends on '{condition.question}', which is not an earlier question.",
            did_you_mean(condition.question, earlier),
        )
        return
    if not asked.coded:
        yield problem(f"its routing depends on '{asked.id}', a {asked.kind} question, which has no options.")
        return
    if not (condition.any_of or condition.none_of):
        yield problem("its routing names no option.", "Give any_of or none_of.")
    if asked.kind == "battery" and asked.item(condition.item or "") is None:
        yield problem(f"its routing depends on the battery '{asked.id}' and names no item of it.")
    codes = [option.code for option in asked.options]
    for code in (*condition.any_of, *condition.none_of):
        if code not in codes:
            yield problem(f"its routing names the unknown option '{asked.id}.{code}'.", did_you_mean(code, codes))
