"""Drafts one question from its columns: id, wording, options with codes and values, items, nets, what is required."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from barometer.project.starting.blocks import Block, Column
from barometer.project.starting.kinds import Guess, answers_of, kind_of
from barometer.project.starting.labels import in_order, is_dont_know, is_none, is_other, shortened
from barometer.project.starting.ladders import Ladder, ladder
from barometer.project.starting.slugs import slug
from barometer.questionnaire.checks import OTHER_TEXT, RESERVED
from barometer.questionnaire.model import Item, Net, Option, Question
from barometer.questionnaire.spelling import folded

_YES = frozenset({"1", "yes", "y", "true", "x", "selected", "checked", "ticked"})
_NO = frozenset({"0", "no", "n", "false", "not selected", "unchecked"})
_ENOUGH = 20
_LEAST = 2
#: What a wording begins with and an id can do without.
_PREAMBLE = re.compile(
    r"^(on a scale (from|of) \S+ (to|-) \S+|in your (opinion|view)|overall|prior to [^,]+|thinking (about|of) [^,]+|please),?\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Doubt:
    """What a person should look at.

    Attributes:
        what: What was taken.
        why: What speaks for it or against it.
    """

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


@dataclass(frozen=True)
class Drafted:
    """A question as drafted.

    Attributes:
        question: The question.
        block: The columns that it was drafted from.
        places: From its column, as in `Question.columns`, to the place of the column in the source. Several options of one joined
            column have the same place.
        reasons: Why, by key of the question ("kind", "required", "shown_if", "options").
        doubts: What a person should look at.
        ladder: The scale that was recognised.
    """

    question: Question
    block: Block
    places: dict[str, int]
    reasons: dict[str, str] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    ladder: Ladder | None = None

    @property
    def answered(self) -> pl.Series:
        """Which rows answer it."""
        return pl.DataFrame([column.cells for column in self.block.columns]).select(pl.any_horizontal(pl.all().is_not_null())).to_series()


def drafted(block: Block, taken: Collection[str]) -> list[Drafted]:
    """The question of a block; several where its columns are numbers or texts of their own.

    Args:
        block: The columns.
        taken: Ids that are used already.
    """
    guess = kind_of(block)
    if block.parts and guess.kind in ("numeric", "text", "single", "scale"):
        made: list[Drafted] = []
        for column, part in zip(block.columns, block.parts, strict=True):
            lone = Block(f"{block.text} {part}", None, (column,), reason=block.reason)
            made += drafted(lone, {*taken, *(one.question.id for one in made)})
        return made
    id = slug(_PREAMBLE.sub("", shortened(block.text)), {*taken, *RESERVED}, fallback="question", brief=True)
    one = _DRAFTERS[guess.kind](id, block, guess)
    doubts = (Doubt(f"kind {guess.kind}", guess.doubt),) if guess.doubt else ()
    return [_completed(replace(one, doubts=doubts + one.doubts), guess)]


def _common(id: str, block: Block) -> dict[str, Any]:
    return {"id": id, "theme": "questions", "number": block.number, "text": block.text, "short": shortened(block.text)}


def _completed(one: Drafted, guess: Guess) -> Drafted:
    reasons = {"kind": guess.reason} | one.reasons
    one = replace(one, doubts=one.doubts + _slips(one))
    rows = one.answered
    if rows.all() and len(rows) >= _ENOUGH and one.question.kind != "text" and _each_answered(one):
        reasons["required"] = f"answered in all {len(rows)} rows"
        return replace(one, question=one.question.model_copy(update={"required": True}), reasons=reasons)
    return replace(one, reasons=reasons)


def _slips(one: Drafted) -> tuple[Doubt, ...]:
    """Answers that were given once or twice among answers that were given often: a slip of the pen, or an answer that few give."""
    if one.question.kind not in ("single", "scale", "battery"):
        return ()
    counts: Counter[str] = Counter()
    for column in one.block.columns:
        if column.variable.choices:
            return ()
        counts.update(column.labels)
    total = sum(counts.values())
    rare = [label for label, times in counts.items() if times <= 2 and times < total / 50]
    said = ", ".join(f'"{label}"' for label in rare[:3])
    return (Doubt(f"the answer {said}", "given once or twice only: a slip, or an answer?"),) if rare else ()


def _each_answered(one: Drafted) -> bool:
    """For a battery every item; for select-all, that somebody did not merely leave zeros."""
    if one.question.kind == "battery":
        return all(not column.cells.null_count() for column in one.block.columns)
    if one.question.kind == "multiple":
        ticked = [column.cells.is_not_null() & ~column.cells.str.to_lowercase().is_in(list(_NO)) for column in one.block.columns]
        return bool(
            pl.DataFrame([series.alias(str(n)) for n, series in enumerate(ticked)]).select(pl.any_horizontal(pl.all())).to_series().all()
        )
    return True


# ------------------------------------------------------------------------------------------------------------------ one choice


def _single(id: str, block: Block, guess: Guess) -> Drafted:
    column = block.columns[0]
    return _choice(id, block, guess, _labels_of([column]), {id: column.place})


def _choice(id: str, block: Block, guess: Guess, labels: Sequence[str], places: dict[str, int]) -> Drafted:
    found = _scored(guess) or ladder(label for label in labels if not is_dont_know(label))
    if found is None:
        options = _options(in_order(labels), other=True)
        if len(options) < _LEAST:
            return _too_few(id, block)
        return Drafted(Question(kind="single", options=options, **_common(id, block)), block, _with_text(id, block, places, options))
    options, nets, headline = scale(found, labels)
    question = Question(kind="scale", options=options, nets=nets, headline=headline, **_common(id, block))
    said = f"the answers stand on a ladder of {found.name}" if guess.low is None else guess.reason
    return Drafted(question, block, places, {"options": said}, ladder=found)


def _scored(guess: Guess) -> Ladder | None:
    if guess.low is None or guess.high is None or guess.kind not in ("scale", "battery"):
        return None
    return Ladder("scores", tuple(str(score) for score in range(guess.high, guess.low - 1, -1)), 0, 0)


def _labels_of(columns: Sequence[Column]) -> list[str]:
    """All labels of columns: the platform's own list and order where it has one, else those that occur, the most frequent first."""
    told = dict.fromkeys(choice.label for column in columns for choice in column.variable.choices)
    for column in columns:
        told.update(dict.fromkeys(column.labels))
    seen: dict[str, str] = {}
    for label in told:
        seen.setdefault(folded(label), label)
    return list(seen.values())


def scale(found: Ladder, labels: Sequence[str]) -> tuple[tuple[Option, ...], tuple[Net, ...], str]:
    """The options of a scale from most to least with values, its nets, and the net or option that stands for it."""
    height = len(found.labels)
    taken: list[str] = []
    options: list[Option] = []
    for place, label in enumerate(found.labels):
        value = float(label) if found.name == "scores" else float(height - place)
        options.append(Option(code=_code(label, taken), label=label, value=value))
    for label in labels:
        if is_dont_know(label) and label not in found.labels:
            options.append(Option(code=_code(label, taken), label=label, dont_know=True))
    nets = []
    if found.positive >= 2:
        nets.append(_net(options[: found.positive], taken))
    if found.negative >= 2:
        nets.append(_net(options[height - found.negative : height], taken))
    return tuple(options), tuple(nets), nets[0].id if found.positive >= 2 else options[0].code


def _net(options: Sequence[Option], taken: list[str]) -> Net:
    first, *others = [option.label for option in options]
    label = _or([first, *(_lower(other) for other in others)])
    return Net(id=_code(label, taken), label=label, codes=tuple(option.code for option in options))


def _or(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]])


def _lower(label: str) -> str:
    first = label.split(" ")[0]
    return label if first.isupper() else label[:1].lower() + label[1:]


def _code(label: str, taken: list[str], fallback: str = "option") -> str:
    code = slug(label, {*taken, OTHER_TEXT}, fallback=fallback)
    taken.append(code)
    return code


def _options(labels: Sequence[str], *, other: bool, exclusive: Collection[str] = ()) -> tuple[Option, ...]:
    taken: list[str] = []
    made: list[Option] = []
    for label in labels:
        asks = other and is_other(label) and not any(option.other for option in made)
        code = "other" if asks and "other" not in taken else None
        if code is not None:
            taken.append(code)
        made.append(
            Option(code=code or _code(label, taken), label=label, other=asks, dont_know=is_dont_know(label), exclusive=label in exclusive)
        )
    return tuple(made)


def _with_text(id: str, block: Block, places: dict[str, int], options: Sequence[Option]) -> dict[str, int]:
    """The places with that of the text beside 'other', where the export has one."""
    if any(option.other for option in options) and block.texts:
        return places | {f"{id}.{OTHER_TEXT}": next(iter(block.texts.values())).place}
    return places


# --------------------------------------------------------------------------------------------------------------- several choices


def _multiple(id: str, block: Block, guess: Guess) -> Drafted:
    if guess.joined is not None:
        return _joined(id, block, guess.joined)
    order = in_order(block.parts)
    columns = dict(zip(block.parts, block.columns, strict=True))
    ticks = {part: _ticked(column, part) for part, column in columns.items()}
    exclusive, doubts = _exclusive(order, ticks)
    options = _options(order, other=True, exclusive=exclusive)
    if len(options) < _LEAST:
        return _too_few(id, block)
    question = Question(kind="multiple", options=options, **_common(id, block))
    places = {f"{id}.{option.code}": columns[label].place for option, label in zip(options, order, strict=True)}
    return Drafted(question, block, _with_text(id, block, places, options), doubts=doubts)


def _joined(id: str, block: Block, sign: str) -> Drafted:
    column = block.columns[0]
    given: dict[str, int] = {}
    cells = answers_of(column, sign)
    for cell, times in column.counts.items():
        for part in cells[cell]:
            given[part] = given.get(part, 0) + times
    order = in_order(sorted(given, key=lambda part: -given[part]))
    ticks = {
        part: column.cells.is_in([cell for cell, parts in cells.items() if part in parts]).fill_null(False).alias(part) for part in order
    }
    exclusive, doubts = _exclusive(order, ticks)
    options = _options(order, other=True, exclusive=exclusive)
    if len(options) < _LEAST:
        return _too_few(id, block)
    question = Question(kind="multiple", options=options, **_common(id, block))
    return Drafted(question, block, {f"{id}.{option.code}": column.place for option in options}, doubts=doubts)


def _ticked(column: Column, part: str) -> pl.Series:
    """Which rows tick an option."""
    low = column.cells.str.to_lowercase()
    return (column.cells.is_not_null() & ~low.is_in(list(_NO))).alias(part)


def _exclusive(labels: Sequence[str], ticks: dict[str, pl.Series]) -> tuple[list[str], tuple[Doubt, ...]]:
    """The options that exclude all others, by their words, unless the data deny it."""
    exclusive, doubts = [], []
    for label in labels:
        if not (is_none(label) or is_dont_know(label)):
            continue
        others = [series.fill_null(False) for other, series in ticks.items() if other != label]
        beside = pl.DataFrame([series.alias(str(n)) for n, series in enumerate(others)]).select(pl.any_horizontal(pl.all())).to_series()
        clashes = int((ticks[label].fill_null(False) & beside).sum())
        if clashes:
            doubts.append(Doubt(f'"{label}" does not exclude other answers', f"it stands beside others in {clashes} rows"))
        else:
            exclusive.append(label)
    return exclusive, tuple(doubts)


# ------------------------------------------------------------------------------------------------------------------------ items


def _items(block: Block) -> tuple[Item, ...]:
    taken: list[str] = []
    return tuple(Item(id=_code(part, taken, "item"), label=part) for part in block.parts)


def _item_places(id: str, block: Block, items: Sequence[Item]) -> dict[str, int]:
    return {f"{id}.{item.id}": column.place for item, column in zip(items, block.columns, strict=True)}


def _battery(id: str, block: Block, guess: Guess) -> Drafted:
    labels = _labels_of(block.columns)
    items = _items(block)
    found = _scored(guess) or ladder(label for label in labels if not is_dont_know(label))
    common = {"items": items, **_common(id, block)}
    places = _item_places(id, block, items)
    if found is None:
        options = _options(in_order(labels), other=False)
        if len(options) < 2:
            options = (*options, Option(code="another_answer", label="Another answer"))
        doubt = (Doubt("the order of the answers", "they are on no scale that is known"),) if len(options) > 2 else ()
        return Drafted(Question(kind="battery", options=options, headline=options[0].code, **common), block, places, doubts=doubt)
    options, nets, headline = scale(found, labels)
    question = Question(kind="battery", options=options, nets=nets, headline=headline, **common)
    return Drafted(question, block, places, {"options": f"the answers stand on a ladder of {found.name}"}, ladder=found)


def _ranking(id: str, block: Block, guess: Guess) -> Drafted:
    items = _items(block)
    ranks = guess.high if guess.high is not None and guess.high < len(items) else None
    question = Question(kind="ranking", items=items, ranks=ranks, **_common(id, block))
    return Drafted(question, block, _item_places(id, block, items))


def _allocation(id: str, block: Block, guess: Guess) -> Drafted:
    items = _items(block)
    question = Question(kind="allocation", items=items, total=float(guess.high or 100), **_common(id, block))
    return Drafted(question, block, _item_places(id, block, items))


def _numeric(id: str, block: Block, guess: Guess) -> Drafted:
    numbers = block.columns[0].numbers
    whole = numbers is not None and bool((numbers.drop_nulls() % 1 == 0).all())
    question = Question(kind="numeric", minimum=guess.low, maximum=guess.high, integer=whole, **_common(id, block))
    return Drafted(question, block, {id: block.columns[0].place})


def _too_few(id: str, block: Block) -> Drafted:
    """Text in place of a choice that has nothing to choose from."""
    one = Drafted(Question(kind="text", **_common(id, block)), block, {id: block.columns[0].place})
    return replace(one, doubts=(Doubt("kind text", "the export has one answer only: what else could be chosen?"),))


def _text(id: str, block: Block, guess: Guess) -> Drafted:  # noqa: ARG001 - one signature for all kinds
    return Drafted(Question(kind="text", **_common(id, block)), block, {id: block.columns[0].place})


_DRAFTERS = {
    "single": _single,
    "scale": _single,
    "multiple": _multiple,
    "battery": _battery,
    "ranking": _ranking,
    "allocation": _allocation,
    "numeric": _numeric,
    "text": _text,
}
