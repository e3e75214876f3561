"""From a question of the questionnaire to what the estimation station tabulates."""

from __future__ import annotations

from typing import Any

from barometer.errors import UsageError
from barometer.estimation.variables import Allocation, Battery, Categorical, MultipleResponse, Numeric, Ranking, Variable
from barometer.project.settings import Break
from barometer.questionnaire import Question


def variable(question: Question, wave: str) -> Variable:
    """What to tabulate for a question in a wave.

    Options and items that other waves asked are named as well, so that a table shows them as not asked and never as zero.

    Raises:
        UsageError: If the question is open text, which has no figures of its own.
    """
    items = {item.id: f"{question.id}.{item.id}" for item in question.items}
    labels = {item.id: item.name for item in question.items}
    if question.kind == "multiple":
        return MultipleResponse(
            question.id,
            columns={option.code: f"{question.id}.{option.code}" for option in question.options},
            labels={option.code: option.name for option in question.options},
            nets={net.id: net.codes for net in question.nets},
        )
    if question.kind in ("single", "scale"):
        return Categorical(question.id, **_coded(question, wave))
    if question.kind == "battery":
        return Battery(question.id, items=items, **_coded(question, wave))
    if question.kind == "ranking":
        return Ranking(question.id, items=items, labels=labels, places=question.ranks)
    if question.kind == "allocation":
        return Allocation(question.id, items=items, labels=labels)
    if question.kind == "numeric":
        return Numeric(question.id)
    raise UsageError(
        "Open text has no figures of its own.",
        where=f"question '{question.id}'",
        expected="a question with options, items or numbers",
        got="a text question",
    )


def _coded(question: Question, wave: str) -> dict[str, Any]:
    options = question.options_in(wave)
    values = {option.code: option.value for option in options if option.value is not None and not option.dont_know}
    codes = tuple(option.code for option in options)
    return {
        "codes": codes,
        "labels": {option.code: option.name for option in options},
        "values": values or None,
        "nets": {net.id: tuple(code for code in net.codes if code in codes) for net in question.nets},
    }


def break_variable(name: str, settings: Break) -> Categorical:
    """A break with its levels in the order of the project file; those that occur, where it names none."""
    return Categorical(name, codes=tuple(settings.levels) or None, labels=settings.levels)
