"""What makes a questionnaire contradictory, beyond what the types of its keys can say.

Every check yields problems; the loader gathers them all before it speaks.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from barometer.errors import did_you_mean
from barometer.questionnaire.model import Asked, Condition, Item, Net, Option, Question, Questionnaire
from barometer.questionnaire.spelling import folded

#: Columns that every wave has beside the answers, and words with which the ids of rules begin.
RESERVED = frozenset({"row", "respondent", "started", "completed", "post", "wave", "weight", "frame", "quality", "quota", "submission"})

#: The end of the name of the column with the text beside 'other', so that no option or item may have it.
OTHER_TEXT = "other_text"

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

#: Keys that mean something for some kinds only.
KEYS_OF_KINDS = {
    "ranks": ("ranking",),
    "total": ("allocation",),
    "minimum": ("numeric",),
    "maximum": ("numeric",),
    "integer": ("numeric", "allocation"),
    "blank": ("multiple",),
}

Said = Iterator[tuple[str, str | None]]


@dataclass(frozen=True)
class Problem:
    """One contradiction: the question at fault, its place in the file, what is wrong, and a hint."""

    question: str | None
    what: str
    hint: str | None = None
    path: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        place = f"question '{self.question}': " if self.question else ""
        return f"{place}{self.what}" + (f" {self.hint}" if self.hint else "")


def problems(questionnaire: Questionnaire) -> list[Problem]:
    """Every contradiction of a questionnaire, in the order of its questions."""
    found = list(_of_the_whole(questionnaire))
    earlier: dict[str, Question] = {}
    for place, question in enumerate(questionnaire.questions):
        path = ("questions", place, "id")
        if question.id in earlier:
            found.append(Problem(question=question.id, what="the id stands twice; ids are unique.", path=path))
        for what, hint in _of_a_question(question, questionnaire, earlier):
            found.append(Problem(question=question.id, what=what, hint=hint, path=path))
        earlier[question.id] = question
    return found


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _of_the_whole(questionnaire: Questionnaire) -> Iterator[Problem]:
    for id in _twice(theme.id for theme in questionnaire.themes):
        yield Problem(question=None, what=f"the theme '{id}' stands twice.", path=("themes",))
    for name, scale in questionnaire.scales.items():
        for what, hint in (*_of_choices(scale.options), *_of_values(scale.options), *_of_nets(scale.options, scale.nets)):
            yield Problem(question=None, what=f"scale '{name}': {what}", hint=hint, path=("scales", name))


def _of_a_question(question: Question, questionnaire: Questionnaire, earlier: dict[str, Question]) -> Said:
    if question.id in RESERVED:
        yield "the id is reserved.", f"Reserved: {', '.join(sorted(RESERVED))}."
    themes = [theme.id for theme in questionnaire.themes]
    if question.theme not in themes:
        yield f"the theme '{question.theme}' is not among the themes.", did_you_mean(question.theme, themes)
    yield from _of_the_kind(question)
    # What is wrong with a shared scale is said once, of the scale.
    shared = questionnaire.scales.get(question.scale or "")
    if shared is None or question.options != shared.options:
        yield from _of_choices(question.options)
        if question.kind in ("scale", "battery"):
            yield from _of_values(question.options)
    if shared is None or (question.options, question.nets) != (shared.options, shared.nets):
        yield from _of_nets(question.options, question.nets)
    yield from _of_options(question)
    yield from _of_items(question)
    yield from _of_numbers(question)
    yield from _of_waves(question)
    yield from _of_sentences(question)
    if question.shown_if is not None:
        yield from _of_routing(question, question.shown_if, earlier)


def _of_the_kind(question: Question) -> Said:
    needs_options, needs_items = NEEDS[question.kind]
    if needs_options and len(question.options) < 2:
        yield f"a {question.kind} question needs at least two options, or a scale.", None
    if not needs_options and question.options:
        yield f"a {question.kind} question has no options.", None
    if needs_items and not question.items:
        yield f"a {question.kind} question needs items.", None
    if not needs_items and question.items:
        yield f"a {question.kind} question has no items.", None
    for key, kinds in KEYS_OF_KINDS.items():
        if question.kind not in kinds and getattr(question, key) != Question.model_fields[key].default:
            yield f"a {question.kind} question has no '{key}'.", f"It belongs to: {', '.join(kinds)}."


def _of_choices(options: tuple[Option, ...]) -> Said:
    for code in _twice(option.code for option in options):
        yield f"the code '{code}' stands twice.", None
    # An export may hold the code, the label or an alias, so all of them must lead to one option.
    owners: dict[str, Option] = {}
    for option in options:
        for spelling in dict.fromkeys(folded(word) for word in (option.code, option.label, *option.aliases)):
            owner = owners.setdefault(spelling, option)
            if owner.code != option.code and _together(owner, option):
                yield f"the label '{spelling}' belongs to two options, '{owner.code}' and '{option.code}'.", None
    if sum(option.other for option in options) > 1:
        yield "more than one option is 'other'.", None
    if any(option.code == OTHER_TEXT for option in options):
        yield f"the code '{OTHER_TEXT}' is the name of the text beside 'other'.", None


def _together(one: Asked, other: Asked) -> bool:
    """Whether a wave could have asked both."""
    return one.waves is None or other.waves is None or bool(set(one.waves) & set(other.waves))


def _of_values(options: tuple[Option, ...]) -> Said:
    meant = [option for option in options if not option.dont_know]
    valued = [option for option in meant if option.value is not None]
    if valued and len(valued) != len(meant):
        yield "some options have a value and others none.", "Give every option but 'don't know' a value, or none of them."


def _of_nets(options: tuple[Option, ...], nets: tuple[Net, ...]) -> Said:
    codes = [option.code for option in options]
    for net in nets:
        for code in net.codes:
            if code not in codes:
                yield f"the net '{net.id}' counts the unknown option '{code}'.", did_you_mean(code, codes)
        for code in _twice(net.codes):
            yield f"the net '{net.id}' counts the option '{code}' twice.", None
        if net.id in codes:
            yield f"the net '{net.id}' has the id of an option.", None
    for id in _twice(net.id for net in nets):
        yield f"the net '{id}' stands twice.", None


def _of_options(question: Question) -> Said:
    if question.kind != "multiple":
        for option in question.options:
            if option.exclusive:
                yield f"the option '{option.code}' is exclusive, which only a multiple question can have.", None
    if question.kind == "battery" and question.other is not None:
        yield "a battery cannot have an 'other' option.", None
    addresses = [*(option.code for option in question.options), *(net.id for net in question.nets)]
    if question.headline is not None and question.headline not in addresses:
        yield f"the headline '{question.headline}' is neither an option nor a net.", did_you_mean(question.headline, addresses)


def _of_items(question: Question) -> Said:
    for id in _twice(item.id for item in question.items):
        yield f"the item '{id}' stands twice.", None
    owners: dict[str, Item] = {}
    for item in question.items:
        for spelling in dict.fromkeys(folded(word) for word in (item.id, item.label, *item.aliases)):
            owner = owners.setdefault(spelling, item)
            if owner.id != item.id and _together(owner, item):
                yield f"the label '{spelling}' belongs to two items, '{owner.id}' and '{item.id}'.", None
    if any(item.id == OTHER_TEXT for item in question.items):
        yield f"the id '{OTHER_TEXT}' is the name of the text beside 'other'.", None


def _of_numbers(question: Question) -> Said:
    if question.minimum is not None and question.maximum is not None and question.minimum >= question.maximum:
        yield f"the minimum {question.minimum:g} is not below the maximum {question.maximum:g}.", None
    if question.kind == "ranking" and question.ranks is not None and not 1 <= question.ranks <= len(question.items):
        yield f"it asks for {question.ranks} ranks of {len(question.items)} items.", None


def _of_waves(question: Question) -> Said:
    for wave in _twice(broken.wave for broken in question.breaks_in_series):
        yield f"two breaks in the series stand at {wave}.", None
    if question.waves is None:
        return
    parts: tuple[Option | Item, ...] = (*question.options, *question.items)
    for part in parts:
        for wave in part.waves or ():
            if wave not in question.waves:
                yield f"'{part.label}' was asked in {wave}, but the question was not.", did_you_mean(wave, question.waves)
    for wave in question.wordings:
        if wave not in question.waves:
            yield f"it has a wording for {wave}, but was not asked then.", did_you_mean(wave, question.waves)


def _of_sentences(question: Question) -> Said:
    known = ["item", "option"] if question.kind == "battery" else ["item"] if question.items else ["option"] if question.options else []
    if question.kind in ("numeric", "allocation"):
        known.append("mean")
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(question.says or "") if name is not None]
    except ValueError:
        yield "the braces in 'says' do not match.", "Write {option} or {item}."
        return
    for name in names:
        if name not in known:
            allowed = " or ".join(f"{{{word}}}" for word in known) or "no placeholder"
            yield f"'says' has the placeholder {{{name}}}.", f"A {question.kind} question can have {allowed}."


def _of_routing(question: Question, condition: Condition, earlier: dict[str, Question]) -> Said:
    asked = earlier.get(condition.question)
    if asked is None:
        what = f"its routing depends on '{condition.question}', which is not an earlier question."
        yield what, did_you_mean(condition.question, earlier)
        return
    if not asked.coded:
        yield f"its routing depends on '{asked.id}', a {asked.kind} question, which has no options.", None
        return
    if not (condition.any_of or condition.none_of):
        yield "its routing names no option.", "Give any_of or none_of."
    item = asked.item(condition.item or "")
    if asked.kind == "battery" and item is None:
        ids = [item.id for item in asked.items]
        yield f"its routing depends on the battery '{asked.id}' and names no item of it.", did_you_mean(condition.item or "", ids)
    if asked.kind != "battery" and condition.item is not None:
        yield f"its routing names the item '{condition.item}' of '{asked.id}', which is no battery.", None
    codes = [option.code for option in asked.options]
    for code in (*condition.any_of, *condition.none_of):
        if code not in codes:
            yield f"its routing names the unknown option '{asked.id}.{code}'.", did_you_mean(code, codes)
    for code in condition.any_of:
        if code in condition.none_of:
            yield f"its routing names '{asked.id}.{code}' both in any_of and in none_of.", None
    parts: tuple[Question | Item, ...] = (asked, item) if item is not None else (asked,)
    for part in parts:
        if part.waves is not None and (question.waves is None or not set(question.waves) <= set(part.waves)):
            lacking = "every wave" if question.waves is None else ", ".join(sorted(set(question.waves) - set(part.waves)))
            yield f"it is asked in {lacking}, but '{part.id}', on which its routing depends, only in {', '.join(part.waves)}.", None
