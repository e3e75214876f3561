"""Guesses who was shown a question: those who gave certain answers to an earlier one, where nobody else answered it.

A routing is taken only where no row speaks against it and chance could not have made it. What it gains is the right base: without it
those who were never asked would count as having left the question out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from barometer.intake.answers import coded
from barometer.project.starting.questions import Doubt, Drafted
from barometer.questionnaire.model import Condition

_RATE = 0.7
_HIDDEN = 5
#: The chance that those who were not shown it would all have left it out by themselves.
_CHANCE = 1e-6


def routed(questions: Sequence[Drafted]) -> list[Drafted]:
    """The questions with the routing that the data show."""
    made: list[Drafted] = []
    for one in questions:
        found = _gate(one, made)
        if found is None:
            made.append(one)
            continue
        condition, shown, said = found
        question = one.question.model_copy(update={"shown_if": condition})
        doubts = (*one.doubts, Doubt(shown, said))
        made.append(replace(one, question=question, reasons={**one.reasons, "shown_if": said}, doubts=doubts))
    return made


def _gate(one: Drafted, earlier: Sequence[Drafted]) -> tuple[Condition, str, str] | None:
    answered = one.answered
    if answered.all() or int(answered.sum()) < _HIDDEN:
        return None
    best: tuple[float, Condition, str, str] | None = None
    for gate in earlier:
        if gate.question.kind not in ("single", "scale", "multiple"):
            continue
        found = _by_choice(gate, answered) if gate.question.kind != "multiple" else _by_ticks(gate, answered)
        # Of two that explain as much, the nearer one.
        if found is not None and (best is None or found[0] >= best[0]):
            best = found
    return None if best is None else best[1:]


def _by_choice(gate: Drafted, answered: pl.Series) -> tuple[float, Condition, str, str] | None:
    question = gate.question
    cells = coded(_meant(gate), question.options)
    rows = pl.DataFrame({"given": cells, "answered": answered})
    counted = rows.group_by("given").agg(pl.len().alias("rows"), pl.col("answered").sum())
    told = {given: (int(total), int(times)) for given, total, times in counted.iter_rows()}
    if told.get(None, (0, 0))[1]:
        return None
    codes = [option.code for option in question.options if option.code in told]
    shown = [code for code in codes if told[code][1]]
    hidden = [code for code in codes if not told[code][1]]
    if not shown or not hidden:
        return None
    rate = sum(told[code][1] for code in shown) / sum(told[code][0] for code in shown)
    return _taken(gate, shown, rate, sum(told[code][0] for code in hidden))


def _by_ticks(gate: Drafted, answered: pl.Series) -> tuple[float, Condition, str, str] | None:
    question = gate.question
    if len(set(gate.places.values())) < len(gate.places):
        return None  # several answers in one cell
    columns = {column.place: column for column in gate.block.columns}
    ticks: dict[str, pl.Series] = {}
    for option in question.options:
        place = gate.places[f"{question.id}.{option.code}"]
        cells = columns[place].cells
        ticks[option.code] = cells.is_not_null() & ~cells.str.to_lowercase().is_in(["0", "no", "n", "false", "not selected"]).fill_null(
            False
        )
    shown = [code for code, series in ticks.items() if series.sum() and float((answered & series).sum()) / float(series.sum()) >= 0.8]
    if not shown or len(shown) == len(ticks):
        return None
    chosen = pl.DataFrame([ticks[code].alias(code) for code in shown]).select(pl.any_horizontal(pl.all())).to_series()
    if bool((answered & ~chosen).any()):
        return None
    return _taken(gate, shown, float((answered & chosen).sum()) / float(chosen.sum()), int((~chosen).sum()))


def _taken(gate: Drafted, shown: list[str], rate: float, hidden: int) -> tuple[float, Condition, str, str] | None:
    if rate < _RATE or hidden < _HIDDEN or (1 - rate) ** hidden > _CHANCE:
        return None
    labels = {option.code: option.label for option in gate.question.options}
    said = " or ".join(f'"{labels[code]}"' for code in shown)
    condition = Condition(question=gate.question.id, any_of=tuple(shown))
    return (
        rate,
        condition,
        f"shown only to those who chose {said} at '{gate.question.id}'",
        f"none of the {hidden} others answered it",
    )


def _meant(gate: Drafted) -> pl.Series:
    column = gate.block.columns[0]
    return column.cells.replace(column.meanings) if column.meanings else column.cells
