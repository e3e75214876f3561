"""From questions to a list of statistics, each a ratio of two sums over sources.

Every share, net, top box and mean is a ratio R = sum(w x) / sum(w b), with x and b linear in the columns of a source (the one-hot
columns of its categories, or 1, y and y squared of a number). `Statistic` says which columns with which coefficients; nothing here
holds data, so the same plan serves row-level estimators, the tab book, and sums made on another machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from barometer.errors import DesignError
from barometer.estimation.distributions import Floats
from barometer.estimation.sources import (
    Amount,
    Answered,
    Categories,
    Encoded,
    Ranks,
    Selected,
    Source,
    column_of,
    occurring_codes,
)
from barometer.estimation.variables import (
    Allocation,
    AnyVariable,
    Battery,
    Categorical,
    MultipleResponse,
    Numeric,
    Ranking,
    Variable,
)


@dataclass(frozen=True)
class Form:
    """A number for each respondent: coefficients of the columns of one source."""

    source: int
    coefficients: tuple[float, ...]

    def evaluate(self, encoded: Sequence[Encoded]) -> Floats:
        """The number, for each respondent."""
        data = encoded[self.source]
        if data.amounts is None:
            return np.array((0.0, *self.coefficients))[data.codes]
        answered, linear, square = self.coefficients
        return answered * (data.codes > 0) + linear * data.amounts + square * data.amounts**2


@dataclass(frozen=True)
class Statistic:
    """One figure of a tabulation: the ratio of `top` to `bottom`.

    Attributes:
        question: See `Estimates`; so also `item`, `option` and `statistic`.
        top: The numerator x. None when the column was not asked.
        square: x times x, which the variance needs.
        bottom: The denominator b, 1 for whoever is in the base.
        count: What is counted without weights in the column `count`.
        share: Whether it is a proportion.
    """

    question: str
    item: str
    option: str
    statistic: str
    top: Form | None = None
    square: Form | None = None
    bottom: Form | None = None
    count: Form | None = None
    share: bool = True


@dataclass(frozen=True)
class Tabulation:
    """The sources of some questions and the statistics made from them."""

    sources: tuple[Source, ...]
    statistics: tuple[Statistic, ...]


class _Planner:
    """Collects sources (each once) and statistics."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self.sources: list[Source] = []
        self.statistics: list[Statistic] = []

    def source(self, source: Source) -> int:
        if isinstance(source, Categories) and source in self.sources:
            return self.sources.index(source)
        self.sources.append(source)
        return len(self.sources) - 1

    def indicator(self, name: tuple[str, str, str, str], top: Form, bottom: Form) -> None:
        self.statistics.append(Statistic(*name, top=top, square=top, bottom=bottom, count=top))

    def not_asked(self, question: str, item: str, option: str, statistic: str) -> None:
        share = statistic not in ("mean", "mean_rank", "balance")
        self.statistics.append(Statistic(question, item, option, statistic, share=share))


def plan(questions: Sequence[AnyVariable], frame: pl.DataFrame) -> Tabulation:
    """The statistics of some questions on a frame.

    Raises:
        DesignError: A question is not in the frame, or stands there twice under one name.
    """
    if isinstance(questions, str) or not isinstance(questions, Sequence):
        questions = [questions]
    planner = _Planner(frame)
    variables = [as_variable(question, frame) for question in questions]
    names = [variable.question for variable in variables]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DesignError("A question is tabulated twice.", where=f"question '{twice}'", hint="Give each its own name.")
    for variable in variables:
        _plan_one(planner, variable)
    return Tabulation(tuple(planner.sources), tuple(planner.statistics))


def as_variable(question: AnyVariable, frame: pl.DataFrame) -> Variable:
    """A variable; a plain column name becomes `Numeric` if it holds floating-point numbers and `Categorical` otherwise.

    Raises:
        DesignError: The column is not in the frame.
    """
    if not isinstance(question, str):
        return question
    series = column_of(frame, question)
    return Numeric(question) if series.dtype.is_float() else Categorical(question)


def _plan_one(planner: _Planner, variable: Variable) -> None:
    if isinstance(variable, Categorical):
        column_of(planner.frame, variable.column, variable.question)
        _plan_scale(planner, variable, "")
    elif isinstance(variable, Numeric):
        column_of(planner.frame, variable.column, variable.question)
        _plan_amount(planner, variable.question, "", Amount(variable.column))
    else:
        columns = variable.columns if isinstance(variable, MultipleResponse) else variable.items
        asked = tuple(column for column in columns.values() if column in planner.frame.columns)
        if not asked:
            column_of(planner.frame, next(iter(columns.values()), variable.question), variable.question)
        if isinstance(variable, MultipleResponse):
            _plan_multiple(planner, variable, asked)
        elif isinstance(variable, Battery):
            _plan_battery(planner, variable, asked)
        elif isinstance(variable, Ranking):
            _plan_ranking(planner, variable, asked)
        else:
            _plan_allocation(planner, variable, asked)


def _ones(width: int) -> tuple[float, ...]:
    return (1.0,) * width


def _unit(width: int, places: Sequence[int]) -> tuple[float, ...]:
    return tuple(1.0 if place in places else 0.0 for place in range(width))


def top_codes(codes: Sequence[Any], values: Mapping[Any, float] | None, size: int) -> list[Any]:
    """The `size` highest codes: those with the largest values, or the last declared ones."""
    ordered = sorted((code for code in codes if code in values), key=lambda code: values[code]) if values else list(codes)
    return ordered[-size:] if size else []


def _plan_scale(planner: _Planner, variable: Categorical, item: str) -> None:
    codes = variable.codes
    if codes is None:
        found = occurring_codes(planner.frame[variable.column])
        codes = tuple(code for code in found if code not in variable.missing)
    width, question = len(codes), variable.question
    place = {code: number for number, code in enumerate(codes)}
    source = planner.source(Categories(variable.column, codes, tuple(variable.missing)))
    everyone = Form(source, _ones(width))
    for number, code in enumerate(codes):
        planner.indicator((question, item, str(code), "share"), Form(source, _unit(width, [number])), everyone)
    for name, members in variable.nets.items():
        chosen = [place[code] for code in members if code in place]
        planner.indicator((question, item, name, "net"), Form(source, _unit(width, chosen)), everyone)
    for size in variable.top:
        chosen = [place[code] for code in top_codes(codes, variable.values, size)]
        planner.indicator((question, item, f"top {size}", "top_box"), Form(source, _unit(width, chosen)), everyone)
    for name, (plus, minus) in variable.balances.items():
        signs = tuple(float(code in plus) - float(code in minus) for code in codes)
        both = Form(source, tuple(abs(sign) for sign in signs))
        planner.statistics.append(Statistic(question, item, name, "balance", Form(source, signs), both, everyone, everyone, share=False))
    if variable.values is not None:
        number_of = [float(variable.values[code]) if code in variable.values else 0.0 for code in codes]
        valued = Form(source, tuple(1.0 if code in variable.values else 0.0 for code in codes))
        top, square = Form(source, tuple(number_of)), Form(source, tuple(value**2 for value in number_of))
        planner.statistics.append(Statistic(question, item, "", "mean", top, square, valued, valued, share=False))


def _plan_amount(planner: _Planner, question: str, item: str, amount: Amount) -> None:
    source = planner.source(amount)
    bottom, top, square = (Form(source, _unit(3, [place])) for place in range(3))
    planner.statistics.append(Statistic(question, item, "", "mean", top, square, bottom, bottom, share=False))


def _plan_multiple(planner: _Planner, variable: MultipleResponse, asked: tuple[str, ...]) -> None:
    one = (1.0,)
    shared = (
        None if isinstance(variable.base, str) and variable.base == "each" else Form(planner.source(Answered(asked, variable.base)), one)
    )
    for option, column in variable.columns.items():
        if column not in asked:
            planner.not_asked(variable.question, "", option, "share")
            continue
        family = (column,) if shared is None else asked
        bottom = Form(planner.source(Answered(family, "each")), one) if shared is None else shared
        top = Form(planner.source(Selected((column,), family, variable.base)), one)
        planner.indicator((variable.question, "", option, "share"), top, bottom)
    for name, members in variable.nets.items():
        columns = tuple(variable.columns[member] for member in members if variable.columns[member] in asked)
        if not columns:
            planner.not_asked(variable.question, "", name, "net")
            continue
        family = columns if shared is None else asked
        bottom = Form(planner.source(Answered(family, "each")), one) if shared is None else shared
        top = Form(planner.source(Selected(columns, family, variable.base)), one)
        planner.indicator((variable.question, "", name, "net"), top, bottom)


def _plan_battery(planner: _Planner, variable: Battery, asked: tuple[str, ...]) -> None:
    codes = variable.codes
    if codes is None:
        found = {code for column in asked for code in occurring_codes(planner.frame[column])}
        codes = tuple(sorted(found - set(variable.missing), key=lambda code: (str(type(code)), code)))
    scale = replace(variable, codes=codes)
    for item, column in variable.items.items():
        if column in asked:
            _plan_scale(planner, scale.item(item), item)
            continue
        named = [(str(code), "share") for code in codes] + [(name, "net") for name in variable.nets]
        named += [(f"top {size}", "top_box") for size in variable.top] + [(name, "balance") for name in variable.balances]
        named += [("", "mean")] if variable.values is not None else []
        for option, statistic in named:
            planner.not_asked(variable.question, item, option, statistic)


def _plan_ranking(planner: _Planner, variable: Ranking, asked: tuple[str, ...]) -> None:
    places = variable.places or len(variable.items)
    width = places + 1
    for item, column in variable.items.items():
        if column not in asked:
            for statistic in ("share_first", "share_top_three", "mean_rank"):
                planner.not_asked(variable.question, item, "", statistic)
            continue
        source = planner.source(Ranks(column, asked, places))
        everyone = Form(source, _ones(width))
        for statistic, depth in (("share_first", 1), ("share_top_three", 3)):
            first = Form(source, _unit(width, range(min(depth, places))))
            planner.indicator((variable.question, item, "", statistic), first, everyone)
        ranks = [float(rank) for rank in range(1, places + 1)] + [0.0]
        ranked = Form(source, _unit(width, range(places)))
        top, square = Form(source, tuple(ranks)), Form(source, tuple(rank**2 for rank in ranks))
        planner.statistics.append(Statistic(variable.question, item, "", "mean_rank", top, square, ranked, ranked, share=False))


def _plan_allocation(planner: _Planner, variable: Allocation, asked: tuple[str, ...]) -> None:
    for item, column in variable.items.items():
        if column in asked:
            _plan_amount(planner, variable.question, item, Amount(column, asked))
        else:
            planner.not_asked(variable.question, item, "", "mean")
