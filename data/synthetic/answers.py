"""Fills in the questionnaire: exact counts where the plan gives counts, and traits that make answers hang together.

An answer sheet has one list a column of `Question.columns`, one cell a respondent: codes, whole numbers or text; empty where there is no
answer or the question was not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from barometer.questionnaire import Question
from synthetic.draws import Bools, Draws, Floats, apportion, descending, top
from synthetic.plan import Answers, Ladder, Target, WavePlan
from synthetic.traits import BEFORE, Traits, climb, places

Sheet = dict[str, list[str]]
TICKED = "1"
_ALWAYS = 100.0


class Room:
    """Everyone who fills in the questionnaire together: their traits, their answers, and who hurries or stops early."""

    def __init__(self, draws: Draws, plan: WavePlan, wave: str, traits: Traits, straight: list[int], partial: list[int]) -> None:
        self.draws = draws
        self.plan = plan
        self.wave = wave
        self.traits = traits
        self.straight = straight
        self.partial = partial
        self.size = len(traits["haste"])
        self.sheet: Sheet = {}
        self.stopped = False

    def scaled(self, count: int) -> int:
        """A planned count, in proportion to how many there are."""
        return (count * self.size * 2 + self.plan.respondents) // (2 * self.plan.respondents)

    def silence(self, name: str) -> Floats:
        """Who is the likeliest to leave this out: the hasty; those who have stopped for certain; straight-liners never."""
        scores = self.draws.score(f"{name}.silence", self.size, {"haste": 0.9}, 1.0, self.traits)
        for place in self.straight:
            scores[place] = -_ALWAYS
        if self.stopped:
            for place in self.partial:
                scores[place] = _ALWAYS
        return scores

    def leaning(self, name: str, on: Mapping[str, float]) -> Mapping[str, float]:
        """What a score depends on: the plan's traits, and what the respondent answered in the neighbouring wave."""
        before = f"{BEFORE}{name}"
        return on if self.plan.panel is None or before not in self.traits else {**on, before: self.plan.panel.persistence}

    def shown(self, question: Question) -> Bools:
        """Who was shown the question."""
        condition = question.shown_if
        seen = np.ones(self.size, dtype=np.bool_)
        if condition is None:
            return seen
        columns = [f"{condition.question}.{code}" for code in condition.any_of]
        return np.array([any(self.sheet[column][place] for column in columns) for place in range(self.size)])


def fill(room: Room, questions: tuple[Question, ...], texts: dict[str, dict[str, list[str]]]) -> Sheet:
    """The answer sheet of everyone in the room. Takes the texts that it uses out of `texts`."""
    for question in questions:
        plan = room.plan.answers[question.id]
        room.stopped = room.stopped or question.id == room.plan.partial_from
        if question.kind == "text":
            room.sheet[question.id] = _text(room, question, plan, texts[question.id])
        else:
            _KINDS[question.kind](room, question, plan)
    return room.sheet


def _single(room: Room, question: Question, plan: Answers) -> None:
    shown = room.shown(question)
    planned = sum(target.count or 0 for target in plan.options.values())
    answer = int(shown.sum()) * (plan.answered or planned) // room.plan.respondents
    open_ = shown & ~top(room.silence(question.id), int(shown.sum()) - answer, shown)
    codes = [""] * room.size
    for code, count in zip(plan.options, apportion([target.count or 0 for target in plan.options.values()], answer), strict=True):
        scores = _score(room, f"{question.id}.{code}", plan.options[code])
        chosen = top(scores, count, open_)
        open_ &= ~chosen
        room.traits[f"{question.id}.{code}"] = chosen.astype(np.float64)
        for place in places(chosen):
            codes[place] = code
    room.sheet[question.id] = codes


def _multiple(room: Room, question: Question, plan: Answers) -> None:
    options = question.options_in(room.wave)
    open_ = np.ones(room.size, dtype=np.bool_)
    open_[room.straight] = False
    ticks: dict[str, Bools] = {}
    scores: dict[str, Floats] = {}

    def tick(code: str) -> None:
        scores[code] = _score(room, f"{question.id}.{code}", plan.options[code])
        ticks[code] = top(scores[code], room.scaled(plan.options[code].count or 0), open_)
        room.traits[f"{question.id}.{code}"] = ticks[code].astype(np.float64)

    for option in options:
        if option.exclusive:
            tick(option.code)
            open_ &= ~ticks[option.code]
    open_[room.straight] = True
    together = [code for code in plan.options if code not in ticks]
    for code in together:
        tick(code)
    _leave_no_one_blank({code: ticks[code] for code in together}, scores, open_)
    for option in options:
        room.traits[f"{question.id}.{option.code}"] = ticks[option.code].astype(np.float64)
        room.sheet[f"{question.id}.{option.code}"] = [TICKED if ticked else "" for ticked in ticks[option.code]]
    if question.other is not None:
        spare = iter(plan.other_texts)
        room.sheet[f"{question.id}.other_text"] = [next(spare) if ticked else "" for ticked in ticks[question.other.code]]


def _leave_no_one_blank(ticks: dict[str, Bools], scores: dict[str, Floats], open_: Bools) -> None:
    """Whoever has ticked nothing takes over one tick of somebody who has several, so that the counts stay as they are."""
    codes = list(ticks)
    for place in places(open_ & ~np.logical_or.reduce([ticks[code] for code in codes])):
        gaps = []
        for code in codes:
            several = np.sum([ticks[other] for other in codes], axis=0) > 1
            givers = places(ticks[code] & several)
            if givers:
                giver = min(givers, key=lambda giver: (float(scores[code][giver]), giver))
                gaps.append((round(float(scores[code][giver] - scores[code][place]), 9), codes.index(code), giver))
        _, which, giver = min(gaps)
        ticks[codes[which]][giver] = False
        ticks[codes[which]][place] = True


def _scale(room: Room, question: Question, plan: Answers) -> None:
    assert plan.ladder is not None
    _one_ladder(room, question, question.id, plan.ladder, {})


def _battery(room: Room, question: Question, plan: Answers) -> None:
    offered = room.plan.straight_line in {option.code for option in question.options}
    pinned = dict.fromkeys(room.straight, room.plan.straight_line) if offered else {}
    for item in question.items_in(room.wave):
        _one_ladder(room, question, f"{question.id}.{item.id}", plan.ladders[item.id], pinned)


def _one_ladder(room: Room, question: Question, column: str, ladder: Ladder, pinned: dict[int, str]) -> None:
    codes = list(ladder.counts)
    if room.size != room.plan.respondents:
        answering = room.scaled(sum(ladder.counts.values()))
        ladder = ladder.model_copy(update={"counts": dict(zip(codes, apportion(ladder.counts.values(), answering), strict=True))})
    ladder = ladder.model_copy(update={"on": room.leaning(column, ladder.on)})
    given = climb(room.draws, column, ladder, room.traits, pinned, room.silence(column))
    room.sheet[column] = given
    values = _values(question, codes)
    known = [value for value in (values.get(code) for code in given) if value is not None]
    middle = sum(int(value) for value in known) / len(known)
    room.traits[column] = np.array([middle if (value := values.get(code)) is None else value for code in given]) - middle


def _values(question: Question, codes: list[str]) -> dict[str, float | None]:
    """The number behind each answer; where the options have none, their place from the last up."""
    if not question.options:
        return {code: float(code) for code in codes}
    if any(option.value is not None for option in question.options):
        return {option.code: option.value for option in question.options}
    meant = [option.code for option in question.options if not option.dont_know]
    return {code: float(len(meant) - place) for place, code in enumerate(meant)}


def _ranking(room: Room, question: Question, plan: Answers) -> None:
    items = question.items_in(room.wave)
    silent = top(room.silence(question.id), room.size - room.scaled(plan.answered or room.plan.respondents))
    scores = np.array([_score(room, f"{question.id}.{item.id}", plan.items[item.id]) for item in items])
    for item in items:
        room.sheet[f"{question.id}.{item.id}"] = [""] * room.size
    for place in places(~silent):
        for rank, which in enumerate(descending(scores[:, place])[: question.ranks], start=1):
            room.sheet[f"{question.id}.{items[which].id}"][place] = str(rank)


def _allocation(room: Room, question: Question, plan: Answers) -> None:
    """Shares in steps of five, as people give them; one in ten gives them more exactly."""
    items = question.items_in(room.wave)
    silent = top(room.silence(question.id), room.size - room.scaled(plan.answered or room.plan.respondents))
    exact = room.draws.uniform(f"{question.id}.exact", room.size) < 0.1
    shares = [_score(room, f"{question.id}.{item.id}", plan.items[item.id]) for item in items]
    for item in items:
        room.sheet[f"{question.id}.{item.id}"] = [""] * room.size
    for place in places(~silent):
        step = 1 if exact[place] else 5
        parts = apportion([max(float(share[place]), 2.0) for share in shares], int(question.total) // step)
        for item, part in zip(items, parts, strict=True):
            room.sheet[f"{question.id}.{item.id}"][place] = str(part * step)


def _text(room: Room, question: Question, plan: Answers, texts: dict[str, list[str]]) -> list[str]:
    """Hands out made-up texts, theme by theme in turn, each to the respondent whom its theme suits best."""
    reluctant = room.silence(question.id)
    for place in room.straight:
        reluctant[place] = _ALWAYS
    writing = min(room.scaled(plan.answered or room.plan.respondents), sum(len(left) for left in texts.values()))
    open_ = ~top(reluctant, room.size - writing)
    given = [""] * room.size
    scores = {theme: _score(room, f"{question.id}.{theme}", target) for theme, target in plan.themes.items()}
    while open_.any():
        for theme, left in texts.items():
            if left and open_.any():
                (place,) = places(top(scores[theme], 1, open_))
                given[place] = left.pop(0)
                open_[place] = False
    return given


def _score(room: Room, name: str, target: Target) -> Floats:
    return target.base + room.draws.score(name, room.size, room.leaning(name, target.on), target.noise, room.traits)


_KINDS: dict[str, Callable[[Room, Question, Answers], None]] = {
    "single": _single,
    "multiple": _multiple,
    "scale": _scale,
    "numeric": _scale,
    "battery": _battery,
    "ranking": _ranking,
    "allocation": _allocation,
}
