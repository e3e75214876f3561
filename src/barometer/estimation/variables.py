"""What to tabulate: small frozen descriptions of survey questions, in terms of the columns of a frame.

Wherever a variable is expected a plain column name will do: numbers of floating point are then taken as `Numeric`, all else as
`Categorical`. Say more (codes, values, nets) with the classes here. `codes` are the answers as the column holds them, in the order
in which they are reported; a code that nobody chose is reported with a count of 0. A column that is not in the frame was not asked
in that wave: its rows have the flag "not asked". In the `option` column of the estimates stands the code, as text.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from barometer.errors import DesignError

Code = Hashable
Nets = Mapping[str, tuple[Any, ...]]
Balances = Mapping[str, tuple[tuple[Any, ...], tuple[Any, ...]]]
Base = Literal["any answered", "each"] | str | pl.Expr


def _check_codes(question: str, codes: tuple[Any, ...] | None, named: Mapping[str, Mapping[Any, Any] | tuple[Any, ...]]) -> None:
    if codes is None:
        return
    if len(set(codes)) != len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        raise DesignError("A code is declared twice.", where=f"question '{question}', codes", got=repr(twice))
    for name, used in named.items():
        unknown = [code for code in used if code not in codes]
        if unknown:
            raise DesignError(
                "A code is used that the question does not declare.",
                where=f"question '{question}', {name}",
                expected="one of " + ", ".join(map(str, codes)),
                got=repr(unknown[0]),
            )


def _used(variable: Categorical | Battery) -> dict[str, Mapping[Any, Any] | tuple[Any, ...]]:
    """Where codes are named beside `codes`."""
    used: dict[str, Mapping[Any, Any] | tuple[Any, ...]] = {"values": variable.values or {}}
    used |= {f"net '{name}'": members for name, members in variable.nets.items()}
    return used | {f"balance '{name}'": (*plus, *minus) for name, (plus, minus) in variable.balances.items()}


@dataclass(frozen=True)
class Categorical:
    """A question with one answer, or any variable of categories: a break, a role, a scale.

    Args:
        question: Its name in the estimates.
        column: The column of the frame; the question's name if it is left out.
        codes: The answers in their order; None takes those that occur (or the order of an Enum column).
        labels: Texts of the codes, for display.
        values: The number that a code stands for, which adds the mean (statistic `mean`) over the codes that have one.
        nets: Named sets of codes, each reported as one share (statistic `net`).
        top: Sizes of top boxes: 1 is the share of the highest code, 2 of the two highest (statistic `top_box`). The
            highest is the one with the largest value, or the last code if there are no values.
        missing: Codes that count as no answer, such as "prefer not to say".
        balances: Named pairs of sets of codes: the share of the first less the share of the second, in -1..1 (statistic `balance`).

    Example:
        >>> Categorical("confidence", codes=(1, 2, 3, 4), values={1: 1, 2: 2, 3: 3, 4: 4}, nets={"confident": (3, 4)}).column
        'confidence'
    """

    question: str
    column: str = ""
    codes: tuple[Any, ...] | None = None
    labels: Mapping[Any, str] = field(default_factory=dict, hash=False)
    values: Mapping[Any, float] | None = field(default=None, hash=False)
    nets: Nets = field(default_factory=dict, hash=False)
    top: tuple[int, ...] = ()
    missing: tuple[Any, ...] = ()
    balances: Balances = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", self.column or self.question)
        if self.codes is not None:
            object.__setattr__(self, "codes", tuple(self.codes))
        _check_codes(self.question, self.codes, _used(self))


@dataclass(frozen=True)
class MultipleResponse:
    """A question with any number of answers: one column of 0, 1 (or false, true) and null an option.

    Args:
        question: Its name in the estimates.
        columns: Option and column.
        base: Who counts as asked: "any answered" (an option is not null; null elsewhere then means not selected), "each" (every
            option has its own base, those not null), the name of a boolean column, or a polars expression.
        labels: Texts of the options, for display.
        nets: Named sets of options: the share that selected at least one of them.
    """

    question: str
    columns: Mapping[str, str] = field(hash=False)
    base: Base = "any answered"
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    nets: Nets = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        _check_codes(self.question, tuple(self.columns), {f"net '{k}'": v for k, v in self.nets.items()})


@dataclass(frozen=True)
class Battery:
    """Several items that share one scale: each is a `Categorical` whose name stands in the column `item`."""

    question: str
    items: Mapping[str, str] = field(hash=False)
    codes: tuple[Any, ...] | None = None
    labels: Mapping[Any, str] = field(default_factory=dict, hash=False)
    values: Mapping[Any, float] | None = field(default=None, hash=False)
    nets: Nets = field(default_factory=dict, hash=False)
    top: tuple[int, ...] = ()
    missing: tuple[Any, ...] = ()
    balances: Balances = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.codes is not None:
            object.__setattr__(self, "codes", tuple(self.codes))
        _check_codes(self.question, self.codes, _used(self))

    def item(self, name: str) -> Categorical:
        """One item as a question of its own."""
        scale = (self.codes, self.labels, self.values, self.nets, self.top, self.missing, self.balances)
        return Categorical(self.question, self.items[name], *scale)


@dataclass(frozen=True)
class Ranking:
    """Items put in order: each item's column holds its rank (1 is first) or null where it was not ranked.

    Reported for each item: the share of respondents who ranked it first (`share_first`) and among the first three
    (`share_top_three`), out of all who ranked anything; and the mean rank among those who ranked it (`mean_rank`).

    Args:
        question: Its name in the estimates.
        items: Item and column.
        places: How many ranks can be given; the number of items if it is left out.
    """

    question: str
    items: Mapping[str, str] = field(hash=False)
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    places: int | None = None


@dataclass(frozen=True)
class Allocation:
    """Points or money shared out among items: the mean of each item, null counting as 0 for whoever gave points to any item."""

    question: str
    items: Mapping[str, str] = field(hash=False)
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Numeric:
    """A number: its mean. `column` is the question's name if it is left out."""

    question: str
    column: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", self.column or self.question)


Variable = Categorical | MultipleResponse | Battery | Ranking | Allocation | Numeric
AnyVariable = str | Variable
AnyBreak = str | Categorical | tuple["str | Categorical", ...]
