"""From the columns that describe a sample to checked arrays: weights, strata, sampled units, populations, stages.

Everything that can be wrong with a design is found here, and said with the column, the value and the row (counted from 1).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.columns import dense_codes, identifiers, numbers, plain, require_column, show, weights_of
from barometer.estimation.distributions import Floats
from barometer.estimation.linearisation import Ints, Lonely, Stage

Population = str | int | float | Sequence[str] | Mapping[Any, float] | None


@dataclass(frozen=True, eq=False)
class Structure:
    """A design as arrays. `n` is the number of respondents.

    Attributes:
        weights: The weight of each respondent, n.
        stages: The stages that contribute to the variance; only the first when no population is known.
        keys: The label of each group: (stratum,), or (stratum, cluster) and so on. Sums by group are all that the tab book keeps.
        group: The group of each respondent, n.
        elements: Whether respondents are themselves the units that the last stage sampled within groups.
        group_population: Groups x stages: how many units exist at each stage around the group; infinite when unknown.
        df: Degrees of freedom: primary units with a positive weight minus their strata.
        scale: What makes sums of weights into persons of the population, for the design effect; None when that is unknown.
    """

    weights: Floats
    stages: tuple[Stage, ...]
    keys: tuple[tuple[Hashable, ...], ...]
    group: Ints
    elements: bool
    group_population: Floats
    df: float
    scale: float | None

    @property
    def uncertain(self) -> npt.NDArray[np.bool_]:
        """Whether each respondent stands for anything beyond itself, n: False inside a census."""
        return self._by_row(lambda stage: np.asarray(~stage.census & (stage.above > 0), dtype=np.float64), np.maximum) > 0

    @property
    def fraction(self) -> Floats:
        """The share of its population that was sampled around each respondent, n; 0 where it is unknown."""
        return self._by_row(lambda stage: stage.fraction, np.multiply)

    def _by_row(self, value: Any, combine: Any) -> Floats:
        out: Floats | None = None
        for stage in self.stages:
            by_unit = value(stage)[stage.stratum]
            by_row = by_unit if stage.units is None else by_unit[stage.units]
            out = by_row if out is None else combine(out, by_row)
        assert out is not None
        return out


def _check_nested(cluster: pl.Series, strata: Ints, labels: Sequence[tuple[Hashable, ...]]) -> None:
    pairs = pl.DataFrame({"cluster": plain(cluster), "stratum": strata}).unique()
    twice = pairs.group_by("cluster").agg(pl.col("stratum").sort()).filter(pl.col("stratum").list.len() > 1).sort("cluster")
    if twice.height:
        value, places = twice.row(0)
        raise DesignError(
            "A cluster lies in two strata.",
            where=f"column '{cluster.name}'",
            expected="clusters that are nested in strata",
            got=f"cluster {value!r} in strata {show(labels[places[0]])} and {show(labels[places[1]])}",
            hint="Use nest=True if cluster names are used again from stratum to stratum.",
        )


def _by_stratum(values: Floats, stratum: Ints, labels: Sequence[tuple[Hashable, ...]], column: str) -> Floats:
    """One population for each stratum from a column that repeats it on every row."""
    size = len(labels)
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, stratum, values)
    np.maximum.at(high, stratum, values)
    if (low != high).any():
        at = int(np.flatnonzero(low != high)[0])
        raise DesignError(
            "The population of a stratum is not constant.",
            where=f"column '{column}', stratum {show(labels[at])}",
            expected="one population for all of its rows",
            got=f"{low[at]:g} and {high[at]:g}",
        )
    return low


def _mapped(population: Mapping[Any, float], labels: Sequence[tuple[Hashable, ...]], strata: Sequence[str]) -> Floats:
    """One population for each stratum from a mapping of strata."""
    table = {(key if isinstance(key, tuple) else (key,)): value for key, value in population.items()}
    known = {tuple(str(part) for part in key): value for key, value in table.items()}
    present = [tuple(str(part) for part in label) for label in labels]
    column = " x ".join(strata)
    for label in present:
        if label not in known:
            raise DesignError(
                "A stratum is not in the population table.",
                where=f"column '{column}', value {show(label)!r}",
                expected="one of " + ", ".join(show(key) for key in sorted(known)),
                got=show(label),
                hint=did_you_mean(show(label), [show(key) for key in known]),
            )
    empty = sorted(set(known) - set(present))
    if empty:
        raise DesignError(
            "A stratum of the population table has no respondents.",
            where=f"column '{column}', value {show(empty[0])!r}",
            expected="respondents in every stratum",
            got="none",
            hint="Join it with a neighbouring stratum, in the data and in the table: nothing stands for its population.",
        )
    values = np.array([float(known[label]) for label in present])
    wrong = ~np.isfinite(values)
    if wrong.any():
        raise DesignError("A population is not a number.", where=f"stratum {show(present[int(np.flatnonzero(wrong)[0])])}")
    return values


def _check_sampled(sampled: Floats, population: Floats, labels: Sequence[tuple[Hashable, ...]], stage: int) -> None:
    over = sampled > population * (1 + 1e-9)
    if over.any():
        at = int(np.flatnonzero(over)[0])
        raise DesignError(
            "A population is smaller than its sample.",
            where=f"stratum {show(labels[at])}, stage {stage}",
            expected=f"a population of at least {sampled[at]:g}",
            got=f"{population[at]:g}",
            hint="Count sampled units once, and check that the population is that of the stratum, not a share.",
        )


def _check_lonely(stage: Stage, labels: Sequence[tuple[Hashable, ...]], number: int, rule: Lonely) -> None:
    alone = np.flatnonzero(stage.lonely & (stage.above > 0))
    if len(alone) and rule == "fail":
        raise DesignError(
            "A stratum has a single sampled unit, so its variance cannot be seen.",
            where=f"stage {number}, stratum " + ", ".join(show(labels[at]) for at in alone[:5]),
            expected="two sampled units or more in each stratum, or a population equal to the sample",
            got=f"{len(alone)} such strata",
            hint="Join strata, or choose lonely='adjust', 'average' or 'certainty'.",
        )
    if len(alone) and rule == "average" and len(alone) == len(stage.sampled):
        raise DesignError("Every stratum has a single sampled unit, so there is no average to borrow.", where=f"stage {number}")


def _population_columns(population: Population, strata: Sequence[str], clusters: Sequence[str]) -> list[Any]:
    """The population of each stage as it was given: a column name, a number or a mapping."""
    if population is None:
        return []
    if isinstance(population, str | Mapping):
        return [population]
    if isinstance(population, int | float):
        if strata:
            raise DesignError(
                "One population was given for a stratified design.",
                where="population",
                expected="a column, or a mapping from each stratum to its population",
                got=repr(population),
            )
        return [population]
    columns = list(population)
    if len(columns) > len(clusters) + 1:
        raise DesignError(
            "There are more populations than stages.",
            where="population",
            expected=f"at most {len(clusters) + 1}",
            got=f"{len(columns)}: {', '.join(map(str, columns))}",
        )
    return columns


def build_structure(
    frame: pl.DataFrame,
    *,
    weight: str | None,
    strata: Sequence[str],
    clusters: Sequence[str],
    population: Population,
    lonely: Lonely,
    nest: bool,
) -> Structure:
    """Check the columns of a design and turn them into arrays; see `Design` for the arguments and errors."""
    if frame.height == 0:
        raise DesignError("The frame has no rows.", expected="at least one respondent")
    given = _population_columns(population, strata, clusters)
    top = identifiers(frame, strata, "stratum")
    row_stratum, labels = dense_codes(top) if top else (np.zeros(frame.height, dtype=np.int64), ((),))
    cluster_columns = identifiers(frame, clusters, "cluster")
    if cluster_columns and not nest:
        _check_nested(cluster_columns[0], row_stratum, labels)
    # Later stages matter only where the first one left part of a known population unseen.
    depth = 1 if not given else max(1, len(clusters), len(given))
    stages: list[Stage] = []
    path = list(top)
    populations: list[Floats] = []
    for number in range(depth):
        parent_labels, parent = labels, row_stratum
        if number < len(clusters):
            path = [*path, cluster_columns[number]]
            row_stratum, labels = dense_codes(path)
            # Respondents who are each a later-stage unit of their own need no totals. Primary units keep their names, so that
            # parts of the data in which a cluster happens to have one respondent can be added to the others.
            one_each = number > 0 and len(labels) == frame.height
        else:
            one_each = True
        units = None if one_each else row_stratum
        unit_stratum = parent if one_each else np.zeros(len(labels), dtype=np.int64)
        if not one_each:
            unit_stratum[row_stratum] = parent
        sampled = np.bincount(unit_stratum, minlength=len(parent_labels)).astype(np.float64)
        size = np.full(len(parent_labels), np.inf)
        if number < len(given):
            size = _one_population(frame, given[number], parent, parent_labels, strata)
            _check_sampled(sampled, size, parent_labels, number + 1)
            size = np.maximum(size, sampled)
        above = np.ones(len(parent_labels))
        if stages:
            # A unit of the stage above is a stratum of this one; its own sampling fraction comes first.
            fractions = (stages[-1].fraction * stages[-1].above)[stages[-1].stratum]
            by_row = fractions if stages[-1].units is None else fractions[stages[-1].units]
            above[parent] = by_row
        stage = Stage(units, unit_stratum, sampled, size, above)
        _check_lonely(stage, parent_labels, number + 1, lonely)
        stages.append(stage)
        populations.append(size[parent])
        group, keys = (parent, parent_labels) if one_each else (row_stratum, labels)
    return _assemble(frame, weight, tuple(stages), keys, group, populations, bool(given))


def _one_population(frame: pl.DataFrame, given: Any, parent: Ints, labels: Sequence[tuple[Hashable, ...]], strata: Sequence[str]) -> Floats:
    if isinstance(given, str):
        return _by_stratum(numbers(require_column(frame, given, "population"), "population"), parent, labels, given)
    if isinstance(given, Mapping):
        if not strata:
            raise DesignError("Populations by stratum were given for a design without strata.", where="population")
        return _mapped(given, labels, strata)
    if isinstance(given, bool) or not isinstance(given, int | float) or not np.isfinite(given):
        raise DesignError("The population is not a number.", where="population", got=repr(given))
    return np.full(len(labels), float(given))


def _assemble(
    frame: pl.DataFrame,
    weight: str | None,
    stages: tuple[Stage, ...],
    keys: tuple[tuple[Hashable, ...], ...],
    group: Ints,
    populations: list[Floats],
    finite: bool,
) -> Structure:
    by_row = np.stack(populations, axis=1)
    group_population = np.full((len(keys), by_row.shape[1]), np.inf)
    group_population[group] = by_row
    if weight is not None:
        weights = weights_of(frame, weight)
    elif not finite:
        weights = np.ones(frame.height)
    else:
        weights = _expansion(stages, by_row)
    first = stages[0]
    row_stratum = first.stratum if first.units is None else first.stratum[first.units]
    live = weights > 0
    units = int(live.sum()) if first.units is None else len(np.unique(first.units[live]))
    df = float(units - len(np.unique(row_stratum[live])))
    scale = population_scale(finite, first.units is None, first.population, float(weights.sum()), frame.height)
    return Structure(weights, stages, keys, group, stages[-1].units is None, group_population, df, scale)


def population_scale(finite: bool, unclustered: bool, population: Floats, weight_sum: float, rows: int) -> float | None:
    """The factor that turns sums of weights into persons: exact where strata of persons are known, else 1 for expansion weights."""
    if not finite:
        return None
    if unclustered and np.isfinite(population).all():
        return float(population.sum()) / weight_sum
    return 1.0 if weight_sum > rows else None


def _expansion(stages: tuple[Stage, ...], by_row: Floats) -> Floats:
    """N/n at each stage, multiplied: the weights of a sample drawn at random within its strata."""
    weights = np.ones(by_row.shape[0])
    for number, stage in enumerate(stages):
        if not np.isfinite(stage.population).all():
            raise DesignError(
                "Weights cannot be made from the populations, because one stage has none.",
                where=f"stage {number + 1}",
                expected="a population for every stage, or a weight column",
                hint="Give weight=, or population=[...] with one column for each stage.",
            )
        ratio = (stage.population / stage.sampled)[stage.stratum]
        weights = weights * (ratio if stage.units is None else ratio[stage.units])
    return weights
