"""The rules that the questionnaire implies: allowed codes, required, routing, exclusive options, other text, numbers, totals and ranks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from barometer.intake.answers import NOT_SELECTED, SELECTED
from barometer.questionnaire.model import Item, Option, Question
from barometer.validation.expressions import named, resolve
from barometer.validation.literals import FALSE, constant, listed
from barometer.validation.polars_terms import PolarsTerms
from barometer.validation.prepared import NUMBER_PATTERN, Prepared
from barometer.validation.rules import SURVEY_RULE, Expectation, Rule, Severity
from barometer.validation.terms import NUMBER, evaluate, physical

_WHOLE_PATTERN = "^[+-]?[0-9]+(?:[.]0+)?$"
#: How far the parts of an allocation may be from their total, as a part of it: 33.3 three times is 100.
_TOLERANCE = 0.005


def implied(prepared: Prepared) -> list[Rule]:
    """The rules that the questionnaire implies for a wave, in the order of its questions."""
    return [rule for question in prepared.export.questionnaire.asked_in(prepared.export.wave) for rule in _of(question, prepared)]


def stated(
    id: str,
    severity: Severity,
    label: str,
    reason: str,
    fails_if: str,
    prepared: Prepared,
    *,
    file: Any = None,
    says: pl.Expr | None = None,
) -> Rule:
    """A rule from an expression, which polars and our expectation both evaluate."""
    expression = resolve(fails_if, prepared.vocabulary, rule=id, file=file)
    return Rule(
        id,
        severity,
        label,
        reason,
        expression.columns,
        evaluate(expression, PolarsTerms()),
        Expectation(SURVEY_RULE, {"column_list": physical(expression), "fails_if": expression.text}),
        says,
    )


def among(id: str, severity: Severity, label: str, reason: str, column: str, values: list[str]) -> Rule:
    """A rule that a text is one of several; blanks pass."""
    fails = (~pl.col(column).is_in(listed(tuple(values)))).fill_null(FALSE)
    return Rule(
        id, severity, label, reason, (column,), fails, Expectation("ExpectColumnValuesToBeInSet", {"column": column, "value_set": values})
    )


def _of(question: Question, prepared: Prepared) -> Iterator[Rule]:
    wave = prepared.export.wave
    name, me = _said(question), named(question.id)
    if question.coded:
        yield from _codes(question, name, wave)
    if question.kind in ("numeric", "ranking", "allocation"):
        yield from _numbers(question, name, wave)
    if question.kind == "allocation":
        yield stated(
            f"{question.id}.total",
            "critical",
            f"the parts of {name} add up to {question.total:g}",
            f"the parts of {name} do not add up to {question.total:g}",
            f"answered({me}) and abs(sum({me}) - {question.total!r}) > {question.total * _TOLERANCE!r}",
            prepared,
        )
    if question.kind == "ranking":
        yield from _ranks(question, name, prepared)
    if question.required:
        yield from _required(question, name, prepared)
    shown = _shown(question, prepared)
    if shown is not None:
        yield stated(
            f"{question.id}.routing",
            "critical",
            f"{name} is answered only by those to whom it was shown",
            f"{name} was answered although it was not shown",
            f"answered({me}) and not ({shown})" if shown else f"answered({me})",
            prepared,
        )
    if question.kind == "multiple":
        yield from _exclusive(question, name, prepared)
    if question.other is not None and prepared.has(f"{question.id}.other_text"):
        yield from _other_text(question, question.other, name, prepared)


def _said(question: Question) -> str:
    return question.number or f"'{question.short}'"


def _part(name: str, part: Option | Item) -> str:
    return f"{name} '{part.name}'"


def _codes(question: Question, name: str, wave: str) -> Iterator[Rule]:
    if question.kind == "multiple":
        for option in question.options_in(wave):
            column = f"{question.id}.{option.code}"
            label = f"{_part(name, option)} is ticked or left blank"
            yield among(
                f"{column}.box",
                "critical",
                label,
                f"{_part(name, option)} is neither ticked nor blank",
                column,
                [SELECTED, NOT_SELECTED],
            )
        return
    codes = [option.code for option in question.options_in(wave)]
    for column, said in _places(question, name, wave):
        label = f"the answer to {said} is one that was offered"
        yield among(f"{column}.code", "critical", label, f"the answer to {said} is not one that was offered", column, codes)


def _places(question: Question, name: str, wave: str) -> list[tuple[str, str]]:
    """The columns of answers of a question, each with what it is called."""
    if question.items:
        return [(f"{question.id}.{item.id}", _part(name, item)) for item in question.items_in(wave)]
    return [(question.id, name)]


def _numbers(question: Question, name: str, wave: str) -> Iterator[Rule]:
    low, high, whole = question.minimum, question.maximum, question.integer
    if question.kind == "ranking":
        low, high, whole = 1.0, float(question.ranks or len(question.items_in(wave))), True
    if question.kind == "allocation":
        low = 0.0 if low is None else low
        high = question.total if high is None else high
    kind = "whole number" if whole else "number"
    pattern = _WHOLE_PATTERN if whole else NUMBER_PATTERN
    for column, said in _places(question, name, wave):
        yield Rule(
            f"{column}.number",
            "critical",
            f"the answer to {said} is a {kind}",
            f"the answer to {said} is not a {kind}",
            (column,),
            (~pl.col(column).str.contains(constant(pattern))).fill_null(FALSE),
            # In Python `$` also stands before a last line break.
            Expectation("ExpectColumnValuesToMatchRegex", {"column": column, "regex": pattern.removesuffix("$") + r"\Z"}),
        )
        if low is None and high is None:
            continue
        bounds = _bounds(low, high)
        number = pl.col(column + NUMBER)
        below = (number < low) if low is not None else pl.lit(False)
        above = (number > high) if high is not None else pl.lit(False)
        yield Rule(
            f"{column}.range",
            "critical",
            f"the answer to {said} is {bounds}",
            f"the answer to {said} is not {bounds}",
            (column,),
            (below | above).fill_null(FALSE),
            Expectation("ExpectColumnValuesToBeBetween", {"column": column + NUMBER, "min_value": low, "max_value": high}),
        )


def _bounds(low: float | None, high: float | None) -> str:
    if low is None:
        return f"{high:g} or less"
    return f"{low:g} or more" if high is None else f"from {low:g} to {high:g}"


def _ranks(question: Question, name: str, prepared: Prepared) -> Iterator[Rule]:
    items = len(question.items_in(prepared.export.wave))
    asked = question.ranks or items
    yield stated(
        f"{question.id}.ranks",
        "critical",
        f"the ranks of {name} are 1, 2, ... each given once",
        f"a rank of {name} is given twice or left out",
        f"not ranks({named(question.id)})",
        prepared,
    )
    yield stated(
        f"{question.id}.incomplete",
        "warning",
        f"{name} has all {asked} ranks, or none",
        f"{name} has fewer than {asked} ranks",
        f"answered({named(question.id)}) and count({named(question.id)}) < {asked}",
        prepared,
    )


def _required(question: Question, name: str, prepared: Prepared) -> Iterator[Rule]:
    shown = _shown(question, prepared)
    if shown == "" or (question.kind == "multiple" and question.blank == "none_selected"):
        return
    places = _places(question, name, prepared.export.wave) if question.kind == "battery" else [(question.id, name)]
    for column, said in places:
        label, reason = f"{said}, which is required, is answered", f"{said} is required and was not answered"
        if shown is not None or question.kind in ("multiple", "ranking", "allocation"):
            condition = f"blank({named(column)})" + (f" and ({shown})" if shown else "")
            yield stated(f"{column}.required", "critical", label, reason, condition, prepared)
        else:
            expectation = Expectation("ExpectColumnValuesToNotBeNull", {"column": column})
            yield Rule(f"{column}.required", "critical", label, reason, (column,), pl.col(column).is_null(), expectation)


def _shown(question: Question, prepared: Prepared) -> str | None:
    """The routing of a question, as `barometer.intake.routed` reads it; None if all are shown it, empty if nobody is."""
    condition = question.shown_if
    if condition is None:
        return None
    asked = prepared.export.questionnaire.question(condition.question)

    def chosen(codes: tuple[str, ...]) -> str:
        if not codes:
            return ""
        if asked.kind == "multiple":
            return " or ".join(named(box) for code in codes if prepared.has(box := f"{asked.id}.{code}"))
        column = f"{asked.id}.{condition.item}" if condition.item else asked.id
        return f"{named(column)} in ({', '.join(map(repr, codes))},)" if prepared.has(column) else ""

    wanted, unwanted = chosen(condition.any_of), chosen(condition.none_of)
    if condition.any_of and not wanted:
        return ""
    parts = [f"({wanted})"] * bool(wanted) + [f"not ({unwanted})"] * bool(unwanted)
    return " and ".join(parts) or None


def _exclusive(question: Question, name: str, prepared: Prepared) -> Iterator[Rule]:
    for option in question.options_in(prepared.export.wave):
        if option.exclusive:
            yield stated(
                f"{question.id}.{option.code}.exclusive",
                "critical",
                f"{_part(name, option)} is not ticked together with another option",
                f"{_part(name, option)} was ticked together with another option",
                f"{named(f'{question.id}.{option.code}')} and count({named(question.id)}) > 1",
                prepared,
            )


def _other_text(question: Question, other: Option, name: str, prepared: Prepared) -> Iterator[Rule]:
    text = f"{question.id}.other_text"
    chosen = named(f"{question.id}.{other.code}") if question.kind == "multiple" else f"{named(question.id)} == '{other.code}'"
    said = _part(name, other)
    yield stated(
        f"{text}.unticked",
        "warning",
        f"the text beside {said} is given only with that option",
        f"a text stands beside {said}, which was not chosen",
        f"answered({named(text)}) and not ({chosen})",
        prepared,
    )
    yield stated(
        f"{text}.missing",
        "info",
        f"{said} is specified",
        f"{said} was chosen and not specified",
        f"({chosen}) and blank({named(text)})",
        prepared,
    )
