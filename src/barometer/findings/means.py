"""The words of a mean: what is averaged, and in which unit."""

from __future__ import annotations

from dataclasses import dataclass

from barometer.findings.predicates import filled, is_sentence, named, noun, when_asked, within
from barometer.questionnaire.model import Item, Question


@dataclass(frozen=True)
class MeanWords:
    """Sentences with {who} and {mean}, for those who answered and for everybody, and the unit that follows the mean."""

    sample: str
    population: str
    unit: str


def mean_words(question: Question, item: Item | None) -> MeanWords:
    """The words for the mean of a number, of an allocation's item, or of a scale whose options have values.

    A `says` with {mean} in it is used as it stands ("spent a mean of {mean} of their working time on {item}").

    Example:
        >>> asked = Question(id="q", kind="numeric", theme="t", text="?", short="Confidence in the plan, 1 to 10", minimum=1, maximum=10)
        >>> mean_words(asked, None)
        MeanWords(sample='mean confidence in the plan was {mean} among {who}', population='mean confidence in the plan among {who} was {mean}', unit=' out of 10')
    """  # noqa: E501
    unit = _unit(question)
    says = (item.says if item and item.says else None) or question.says or ""
    if "{mean}" in says:
        own = filled(says, item, None)
        return MeanWords(f"{{who}} {own}", f"{{who}} {own}", unit)
    if question.kind == "allocation" and item is not None:
        given = f"{when_asked(question).removeprefix('when ')}, {{who}} gave {{mean}} to {named(question, item)} on average"
        return MeanWords(given, given, unit)
    if question.coded:
        return _of_a_scale(question, item)
    if is_sentence(question.short):
        told = f"{when_asked(question).removeprefix('when ')}, {{who}} gave {{mean}}" + (f" for {named(question, item)}" if item else "")
        return MeanWords(f"{told} on average", f"{told} on average", unit)
    about = f"mean {noun(question)}" + (f" for {named(question, item)}" if item else "")
    return MeanWords(f"{about} was {{mean}} among {{who}}", f"{about} among {{who}} was {{mean}}", unit)


def _unit(question: Question) -> str:
    if question.kind == "allocation":
        return " per cent" if question.total == 100 else f" of {question.total:g}"
    if question.kind == "numeric" and question.maximum is not None and question.minimum in (0, 1):
        return f" out of {question.maximum:g}"
    return ""


def _of_a_scale(question: Question, item: Item | None) -> MeanWords:
    ends = sorted((option.value, option.label) for option in question.options if option.value is not None)
    scale = ""
    if ends:
        (low, worst), (high, best) = ends[0], ends[-1]
        scale = f"on a scale from {_end(low, worst)} to {_end(high, best)}, "
    told = (
        f"gave a mean of {{mean}} {when_asked(question)}"
        if is_sentence(question.short)
        else f"gave a mean of {{mean}} for {noun(question)}"
    )
    rated = f"rated {named(question, item)} {{mean}} on average" if item else told
    return MeanWords(f"{scale}{{who}} {rated}", f"{scale}{{who}} {rated}", "")


def _end(value: float, label: str) -> str:
    """An end of a scale: "5 (very important)", or "5" where the label says no more."""
    return f"{value:g}" if label.strip() == f"{value:g}" else f"{value:g} ({within(label)})"
