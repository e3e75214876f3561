"""From a question of the questionnaire to what the estimation station tabulates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from barometer.errors import UsageError
from barometer.estimation.variables import Allocation, Battery, Categorical, MultipleResponse, Numeric, Ranking, Variable
from barometer.project.settings import Break
from barometer.questionnaire import Question

if TYPE_CHECKING:
    from barometer.estimation import Estimates


def variable(question: Question, wave: str, *others: str) -> Variable:
    """What to tabulate for a question in a wave.

    Options and items that other waves asked are named as well, so that a table shows them as not asked and never as zero.

    Args:
        question: The question.
        wave: The wave.
        others: Waves that are tabulated together with it: the codes are then those that any of them offered.

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
        return Categorical(question.id, **_coded(question, (wave, *others)))
    if question.kind == "battery":
        return Battery(question.id, items=items, **_coded(question, (wave, *others)))
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


def as_of(question: Question, wave: str, order: tuple[str, ...]) -> Question:
    """The question without the options and items that only later waves asked: a report does not know what is still to come.

    What earlier waves asked and this one did not stays, so that tables show it as not asked.

    Args:
        question: The question.
        wave: The wave.
        order: All waves, oldest first.
    """
    later = set(order[order.index(wave) + 1 :])

    def known(waves: tuple[str, ...] | None) -> bool:
        return waves is None or not set(waves) <= later

    options = tuple(option for option in question.options if known(option.waves))
    items = tuple(item for item in question.items if known(item.waves))
    if (len(options), len(items)) == (len(question.options), len(question.items)):
        return question
    codes = {option.code for option in options}
    nets = tuple(net for net in question.nets if codes & set(net.codes))
    return question.model_copy(update={"options": options, "items": items, "nets": nets})


def _coded(question: Question, waves: tuple[str, ...]) -> dict[str, Any]:
    options = [option for option in question.options if any(option.asked_in(wave) for wave in waves)]
    values = {option.code: option.value for option in options if option.value is not None and not option.dont_know}
    codes = tuple(option.code for option in options)
    return {
        "codes": codes,
        "labels": {option.code: option.name for option in options},
        "values": values or None,
        "nets": {net.id: tuple(code for code in net.codes if code in codes) for net in question.nets},
    }


def without_unoffered(changes: Estimates, question: Question, *waves: str) -> Estimates:
    """The same rows, with those of an option, item or net that one of the waves did not offer as "not asked", without figures."""
    import polars as pl

    from barometer.estimation import Estimates
    from barometer.estimation.estimates import Flag

    parts = [*(option.code for option in question.options), *(net.id for net in question.nets), *(item.id for item in question.items)]
    gone = [part for part in parts if not all(question.part_asked_in(part, wave) for wave in waves)]
    if not gone:
        return changes
    frame = changes.frame
    held = pl.col("option").is_in(gone) | pl.col("item").is_in(gone)
    figures = [name for name, kind in frame.schema.items() if kind.is_float() and name != "df"]
    counts = [name for name, kind in frame.schema.items() if kind.is_integer()]
    return Estimates(
        frame.with_columns(
            *(pl.when(held).then(None).otherwise(pl.col(name)).alias(name) for name in figures),
            *(pl.when(held).then(0).otherwise(pl.col(name)).cast(frame.schema[name]).alias(name) for name in counts),
            pl.when(held).then(pl.lit(Flag.NOT_ASKED)).otherwise(pl.col("flag")).alias("flag"),
            pl.when(held).then(pl.lit("")).otherwise(pl.col("word")).alias("word"),
        )
    )


def break_variable(name: str, settings: Break) -> Categorical:
    """A break with its levels in the order of the project file; those that occur, where it names none."""
    return Categorical(name, codes=tuple(settings.levels) or None, labels=settings.levels)
