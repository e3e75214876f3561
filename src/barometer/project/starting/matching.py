"""Finds the questions of a barometer in a new export: what was asked again, in which words, and what is new or gone."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from barometer.intake.headers import bases_of
from barometer.project.starting.blocks import Block, Column
from barometer.project.starting.kinds import Guess, kind_of
from barometer.project.starting.labels import is_other
from barometer.questionnaire.model import Item, Option, Question
from barometer.questionnaire.spelling import folded

#: From here on two wordings are the same question asked in other words, and two labels one answer spelt in two ways (0 to 1).
_WORDING, _LABEL = 0.82, 0.87
_ALIKE_ANSWERS = 0.62
_FITTING: dict[str, tuple[str, ...]] = {
    "single": ("single", "scale", "text", "numeric"),
    "scale": ("scale", "single", "text", "numeric"),
    "multiple": ("multiple",),
    "battery": ("battery",),
    "ranking": ("ranking",),
    "allocation": ("allocation",),
    "numeric": ("numeric", "scale", "single"),
    "text": ("text", "single"),
}


@dataclass(frozen=True)
class Again:
    """A question that was asked again.

    Attributes:
        question: The question as the questionnaire has it.
        block: The columns of the new export that answer it.
        places: From its columns to places in the source.
        wording: The new wording, where it differs in more than punctuation.
        new: Labels of columns that it did not have: options of a select-all question, items of others.
        answers: Labels of options in cells that it did not have.
        gone: Codes of options or ids of items that the export has no column for.
        aliases: From codes of options or ids of items to new spellings of their labels.
        fresh: The codes and ids that `new` labels were given.
    """

    question: Question
    block: Block
    places: dict[str, int]
    wording: str | None = None
    new: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    fresh: tuple[str, ...] = ()


def matched(
    blocks: Sequence[Block], questions: Sequence[Question], wave: str, mapped: Mapping[str, str]
) -> tuple[list[Again], list[Block]]:
    """The questions that were asked again, and the blocks that are new.

    Args:
        blocks: The columns of the new export.
        questions: The questions of the barometer, in order.
        wave: The wave whose wordings and options are compared with.
        mapped: From the platform's names of columns to columns of the questionnaire, as the last wave's mapping has them.
    """
    found: dict[int, Again] = {}
    free = list(questions)
    for exactly in (True, False):
        for place, block in enumerate(blocks):
            if place in found:
                continue
            guess = kind_of(block)
            question = _of(block, free, wave, mapped, guess, exactly=exactly)
            if question is not None:
                found[place] = _compared(block, question, wave, mapped, guess)
                free.remove(question)
    return [found[place] for place in sorted(found)], [block for place, block in enumerate(blocks) if place not in found]


def _of(
    block: Block, questions: Iterable[Question], wave: str, mapped: Mapping[str, str], guess: Guess, *, exactly: bool
) -> Question | None:
    """The question of a block: by the last mapping or its wording, else by the nearest wording."""
    fitting = [question for question in questions if _fits(question, block, guess)]
    if exactly:
        targets = {mapped[column.variable.name].split(".")[0] for column in block.columns if column.variable.name in mapped}
        by_name = [question for question in fitting if question.id in targets]
        said = {_bare(text) for text in (block.text, block.columns[0].variable.text, block.columns[0].variable.name)}
        by_words = [question for question in fitting if said & {_bare(base) for base in _wordings(question, wave)}]
        # The platform may use a column's name again for another question; its wording says more.
        return next(iter(by_words), None) or next((question for question in by_name if _near(block, question, wave) > 0.5), None)
    near = sorted(((_near(block, question, wave), -number) for number, question in enumerate(fitting)), reverse=True)
    if not near:
        return None
    nearest = fitting[-near[0][1]]
    enough = _ALIKE_ANSWERS if _shares_answers(nearest, block) else _WORDING
    return nearest if near[0][0] >= enough else None


def _shares_answers(question: Question, block: Block) -> bool:
    """Whether nearly all of a question's options or items stand in a block: then it may be worded quite differently."""
    parts: list[Option | Item] = [*(question.items or question.options)]
    given = {folded(label) for label in (block.parts or block.columns[0].labels)}
    known = [part for part in parts if _spellings(part) & given]
    return len(parts) > 2 and len(known) >= 0.8 * len(parts) and len(known) >= 0.6 * len(given)


def _fits(question: Question, block: Block, guess: Guess) -> bool:
    if question.items or question.kind == "multiple":
        return bool(block.parts) and (guess.kind in _FITTING[question.kind] or _shares_parts(question, block))
    return not block.parts and guess.kind in _FITTING[question.kind]


def _shares_parts(question: Question, block: Block) -> bool:
    parts: list[Option | Item] = [*question.options, *question.items]
    known = {folded(word) for part in parts for word in (part.label, *part.aliases)}
    return sum(folded(part) in known for part in block.parts) >= len(block.parts) / 2


def _wordings(question: Question, wave: str) -> list[str]:
    return [*bases_of(question, wave), question.text, *question.wordings.values()]


def _near(block: Block, question: Question, wave: str) -> float:
    """How alike a wording and a question are, from 0 to 1."""
    return max(
        difflib.SequenceMatcher(None, _bare(block.text), _bare(text)).ratio()
        for text in (question.wording(wave), question.text, *question.wordings.values())
    )


def _bare(text: str) -> str:
    """A text without number, punctuation, case and runs of blanks."""
    return " ".join(re.findall(r"\w+", re.sub(r"^q?\d+[a-z]?\s*[.:)]\s*", "", folded(text))))


def _compared(block: Block, question: Question, wave: str, mapped: Mapping[str, str], guess: Guess) -> Again:
    wording = None if _bare(block.text) in {_bare(text) for text in _wordings(question, wave)} else block.text
    if question.items:
        again = _parts(block, question, question.items, mapped, wording)
        if question.kind == "battery":
            return _answers(again, block.columns, question, named=bool(block.columns[0].variable.choices))
        return again
    if question.kind == "multiple":
        return _parts(block, question, question.options, mapped, wording)
    places = {question.id: block.columns[0].place}
    if question.other is not None and block.texts:
        places[f"{question.id}.other_text"] = next(iter(block.texts.values())).place
    again = Again(question, block, places, wording)
    if question.kind in ("single", "scale") and guess.kind != "text":
        return _answers(again, block.columns, question, named=bool(block.columns[0].variable.choices))
    return again


def _parts(block: Block, question: Question, parts: Sequence[Option | Item], mapped: Mapping[str, str], wording: str | None) -> Again:
    """Columns as the options or items that they stand for."""
    codes = {part_id(part): part for part in parts}
    places: dict[str, int] = {}
    aliases: dict[str, str] = {}
    new: list[str] = []
    for label, column in zip(block.parts, block.columns, strict=True):
        target = mapped.get(column.variable.name, "")
        told = target.split(".", 1)[1] if target.startswith(f"{question.id}.") else None
        code = _exact(label, parts) or (told if told in codes and _alike(label, codes[told].label) > 0.5 else None)
        if code is None:
            code = _nearest(label, [part for part in parts if f"{question.id}.{part_id(part)}" not in places])
        if code is None:
            new.append(label)
            continue
        places[f"{question.id}.{code}"] = column.place
        if folded(label) not in _spellings(codes[code]):
            aliases[code] = label
    if question.other is not None and block.texts:
        places[f"{question.id}.other_text"] = next(iter(block.texts.values())).place
    gone = tuple(code for code in codes if f"{question.id}.{code}" not in places)
    if all(column.variable.exploded for column in block.columns):
        gone = ()  # what nobody chose has no column, and may have been offered
    return Again(question, block, places, wording, new=tuple(new), gone=gone, aliases=aliases)


def _answers(again: Again, columns: Sequence[Column], question: Question, *, named: bool) -> Again:
    """The labels in the cells as the options that they stand for.

    Args:
        again: What is known so far.
        columns: The columns of the question.
        question: The question.
        named: Whether the export lists every label, so that one that is not there was not offered.
    """
    labels = dict.fromkeys(choice.label for column in columns for choice in column.variable.choices)
    labels.update(dict.fromkeys(label for column in columns for label in column.labels))
    codes = {option.code: option for option in question.options}
    seen: set[str] = set()
    aliases: dict[str, str] = {}
    new: list[str] = []
    for label in labels:
        code = _exact(label, question.options) or _nearest(label, [option for option in question.options if not _given(option, labels)])
        if code is None:
            new.append(label)
            continue
        seen.add(code)
        if folded(label) not in _spellings(codes[code]):
            aliases[code] = label
    gone = tuple(code for code in codes if code not in seen) if named else ()
    return replace(again, answers=tuple(new), gone=(*again.gone, *gone), aliases={**again.aliases, **aliases})


def _given(option: Option, labels: Iterable[str]) -> bool:
    return bool(_spellings(option) & {folded(label) for label in labels})


def part_id(part: Option | Item) -> str:
    """The code of an option, or the id of an item."""
    return part.code if isinstance(part, Option) else part.id


def _spellings(part: Option | Item) -> set[str]:
    return {folded(word) for word in (part_id(part), part.label, *part.aliases, *([part.short] if part.short else []))}


def _exact(label: str, parts: Sequence[Option | Item]) -> str | None:
    return next((part_id(part) for part in parts if folded(label) in _spellings(part)), None)


def _nearest(label: str, parts: Sequence[Option | Item]) -> str | None:
    """The part whose label is spelt nearly the same; "other" is "other" however it asks for words."""
    if is_other(label) and (other := next((part for part in parts if isinstance(part, Option) and part.other), None)) is not None:
        return other.code
    near = sorted(((_alike(label, part.label), -number) for number, part in enumerate(parts)), reverse=True)
    if not near or near[0][0] < _LABEL or not _same_sense(label, parts[-near[0][1]].label):
        return None
    return part_id(parts[-near[0][1]])


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _bare(one), _bare(other)).ratio()


def _same_sense(one: str, other: str) -> bool:
    """Whether two labels that look alike differ neither in a number nor in a word that turns the sense round."""
    words, others = set(_bare(one).split()), set(_bare(other).split())
    apart = words ^ others
    if any(re.search(r"\d", word) for word in apart):
        return False
    turning = {"not", "no", "un", "dis", "very", "never", "less", "more", "nicht", "kein", "pas"}
    return not (apart & turning) and not any(f"{prefix}{word}" in apart for word in apart for prefix in ("un", "dis", "in", "non"))
