"""Cells: the sums from which a tab book is finished. The only step that touches rows.

Per group of the design (its strata, or its clusters), level of each break and column of each source: respondents, sum of weights, sum
of squared weights. Sums may be made wherever the data live, in parts, and added: `cells(part) + cells(other_part)` equals the cells
of the whole, because sample sizes and populations travel with them. `finish` turns them into estimates.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from barometer.errors import DesignError
from barometer.estimation.cubes import Rows, count_cells
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats
from barometer.estimation.domains import resolve_break, resolve_where
from barometer.estimation.linearisation import Ints, Lonely, Stage
from barometer.estimation.sources import Encoded, encode
from barometer.estimation.tabulation import Tabulation, plan
from barometer.estimation.variables import AnyBreak, AnyVariable

if TYPE_CHECKING:
    import narwhals as nw

Key = tuple[Hashable, ...]


@dataclass(frozen=True, eq=False)
class Cells:
    """Sums of a tab book. Level 0 is everybody, then come the levels of each break; columns are those of each source.

    Attributes:
        tabulation: The sources (columns) and statistics that the sums are for.
        breaks: Name and levels of each break.
        keys: The groups in ascending order: the values of the stratum columns, followed by the cluster of each stage.
        depth: How many values of a key name its stratum.
        elements: Whether respondents are the units that the last stage sampled within groups.
        population: Units that exist at each stage around a group, groups x stages; infinite when unknown.
        sampled: Respondents of each group, whether or not they answered anything.
        live: Respondents of each group with a positive weight.
        weight_total: The sum of all weights of each group.
        counts: Respondents, columns x levels.
        weights: Sums of weights, columns x levels x groups.
        squares: Sums of squared weights, columns x levels x groups.
        lonely: The rule for strata with a single sampled unit.
    """

    tabulation: Tabulation
    breaks: tuple[tuple[str, tuple[str, ...]], ...]
    keys: tuple[Key, ...]
    depth: int
    elements: bool
    population: Floats
    sampled: Ints
    live: Ints
    weight_total: Floats
    counts: Ints
    weights: Floats
    squares: Floats
    lonely: Lonely = "fail"

    def __add__(self, other: Cells) -> Cells:
        """The cells of both parts together.

        Raises:
            DesignError: The parts were not made for the same questions, codes, breaks and levels, or their populations differ.
        """
        _check_same(self, other)
        keys = self.keys if self.keys == other.keys else tuple(sorted({*self.keys, *other.keys}))
        place = {key: number for number, key in enumerate(keys)}
        mine, theirs = ([place[key] for key in part.keys] for part in (self, other))
        population = np.full((len(keys), self.population.shape[1]), np.nan)
        population[mine] = self.population
        common = [number for number in theirs if not np.isnan(population[number]).any()]
        there = [number for number, at in enumerate(theirs) if at in set(common)]
        differs = (population[common] != other.population[there]).any(axis=1)
        if differs.any():
            key = keys[common[int(np.flatnonzero(differs)[0])]]
            raise DesignError("Two parts of the data give one stratum different populations.", where=f"group {key}")
        population[theirs] = other.population

        def joined(name: str) -> Any:
            one, two = getattr(self, name), getattr(other, name)
            out = np.zeros((*one.shape[:-1], len(keys)), dtype=one.dtype)
            out[..., mine] += one
            out[..., theirs] += two
            return out

        by_group = {name: joined(name) for name in ("sampled", "live", "weight_total", "weights", "squares")}
        return replace(self, keys=keys, population=population, counts=self.counts + other.counts, **by_group)

    def stages(self) -> tuple[Stage, ...]:
        """The stages of the design, rebuilt from the keys; `units` of a stage are numbered per group, not per respondent."""
        out: list[Stage] = []
        clusters = len(self.keys[0]) - self.depth
        fraction_above = np.ones(len(self.keys))
        for number in range(clusters + (1 if self.elements else 0)):
            parents, parent = _numbered([key[: self.depth + number] for key in self.keys])
            leaf = number == clusters
            if leaf:
                sampled = np.bincount(parent, self.sampled, minlength=parents)
                units, stratum = None, parent
            else:
                unit_count, unit = _numbered([key[: self.depth + number + 1] for key in self.keys])
                stratum = np.zeros(unit_count, dtype=np.int64)
                stratum[unit] = parent
                sampled, units = np.bincount(stratum, minlength=parents).astype(np.float64), unit
            population, above = np.full(parents, np.inf), np.ones(parents)
            if number < self.population.shape[1]:
                population[parent] = self.population[:, number]
            above[parent] = fraction_above
            stage = Stage(units, stratum, sampled.astype(np.float64), np.maximum(population, sampled), above)
            out.append(stage)
            fraction_above = fraction_above * stage.fraction[parent]
        return tuple(out)


def _numbered(keys: Sequence[Key]) -> tuple[int, Ints]:
    """How many distinct keys there are, and the number of each; ascending, as the keys are."""
    place = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return len(place), np.array([place[key] for key in keys], dtype=np.int64)


def _check_same(one: Cells, two: Cells) -> None:
    if one.breaks != two.breaks:
        raise DesignError(
            "Cells with different breaks or levels cannot be added.",
            expected=str(one.breaks),
            got=str(two.breaks),
            hint="Declare the levels with Categorical(name, codes=(...)), so that a part where one is missing still has its place.",
        )
    if one.tabulation != two.tabulation:
        raise DesignError(
            "Cells with different questions or codes cannot be added.",
            expected=f"{len(one.tabulation.statistics)} statistics",
            got=f"{len(two.tabulation.statistics)}, or others",
            hint="Declare the codes with Categorical(name, codes=(...)), so that a part where one is missing still has its place.",
        )
    if (one.depth, one.elements, one.population.shape[1]) != (two.depth, two.elements, two.population.shape[1]):
        raise DesignError("Cells of different designs cannot be added.")


def cells(
    data: Design | pl.DataFrame | Any,
    questions: Sequence[AnyVariable] | AnyVariable,
    breaks: Sequence[AnyBreak] = (),
    *,
    where: pl.Expr | nw.Expr | None = None,
    weight: str | None = None,
    strata: str | Sequence[str] | None = None,
    clusters: str | Sequence[str] | None = None,
    population: str | Sequence[str] | int | Mapping[Any, float] | None = None,
) -> Cells:
    """The sums of every question by every break, and for everybody.

    Args:
        data: A design; or a frame, perhaps only a part of the data, with the design's columns named in the other arguments. A polars
            DataFrame is counted here; a DuckDB relation, a Spark DataFrame or a polars LazyFrame is counted by its engine, and only
            sums come back: `barometer.estimation.remote.remote_cells` says what that can do and what not.
        questions: Variables or column names.
        breaks: Column names, `Categorical`s, or tuples of them (crossed).
        where: A condition for the respondents who count; the others stay in the design. A narwhals expression for another engine.
        weight: The weight column of a frame. A part cannot make weights from populations, because it does not know the sample.
        strata: The stratum column (or columns) of a frame.
        clusters: The cluster column of each stage of a frame.
        population: As for `Design`; for a part of the data a column or a mapping.

    Returns:
        Cells, which may be added and finished.

    Raises:
        DesignError: A column is missing or holds impossible values.

    Example:
        >>> import polars as pl
        >>> frame = pl.DataFrame({"q": ["a", "b", "a", "a"], "role": ["x", "x", "y", "y"]})
        >>> cells(frame, ["q"], ["role"]).counts.tolist()  # options x (all, x, y)
        [[3, 1, 2], [1, 1, 0]]
    """
    if isinstance(data, Design):
        design = data
    elif not isinstance(data, pl.DataFrame):
        from barometer.estimation.remote import remote_cells

        return remote_cells(data, questions, breaks, where=where, weight=weight, strata=strata, clusters=clusters, population=population)  # type: ignore[arg-type]
    else:
        if population is not None and weight is None:
            raise DesignError(
                "Cells of a frame need a weight column when populations are given.",
                where="weight",
                hint="Give weight=, or make the cells of a Design.",
            )
        design = Design(data, weight=weight, strata=strata, clusters=clusters, population=population, lonely="certainty")
    return _design_cells(design, questions, breaks, where)  # type: ignore[arg-type]


def _design_cells(
    design: Design, questions: Sequence[AnyVariable] | AnyVariable, breaks: Sequence[AnyBreak], where: pl.Expr | None
) -> Cells:
    frame, structure = design.frame, design.structure
    asked = [questions] if isinstance(questions, str) or not isinstance(questions, Sequence) else list(questions)
    tabulation = plan(asked, frame)
    resolved = [resolve_break(frame, by) for by in ([breaks] if isinstance(breaks, str) else breaks)]
    check_breaks([one.name for one in resolved])
    counted = resolve_where(frame, where) & (structure.weights > 0)
    encoded = [encode(source, frame) for source in tabulation.sources]
    group, weights, codes = structure.group, structure.weights, [one.codes for one in resolved]
    if not counted.all():
        kept = np.flatnonzero(counted)
        group, weights, codes = group[kept], weights[kept], [code[kept] for code in codes]
        encoded = [Encoded(one.codes[kept], None if one.amounts is None else one.amounts[kept]) for one in encoded]
    rows = Rows(
        group,
        len(structure.keys),
        weights,
        [(code, len(one.levels)) for code, one in zip(codes, resolved, strict=True)],
        [(one, source.width) for one, source in zip(encoded, tabulation.sources, strict=True)],
    )
    sums = count_cells(rows)
    size = len(structure.keys)
    return Cells(
        tabulation,
        tuple((one.name, one.levels) for one in resolved),
        structure.keys,
        len(design.stratum_columns),
        structure.elements,
        structure.group_population,
        np.bincount(structure.group, minlength=size).astype(np.int64),
        np.bincount(structure.group, structure.weights > 0, minlength=size).astype(np.int64),
        np.bincount(structure.group, structure.weights, minlength=size).astype(np.float64),
        sums.counts,
        sums.weights,
        sums.squares,
        design.lonely,
    )


def check_breaks(names: Sequence[str]) -> None:
    """Refuse two breaks of one name.

    Raises:
        DesignError: There are two.
    """
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DesignError("A break is asked for twice.", where=f"break '{twice}'")
