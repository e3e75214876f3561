"""The covariance of two waves of a finite, overlapping panel.

Two samples of the same persons are not independent: those who answered twice pull the two estimates together, and those who answered
once leave fewer for the other sample, which pushes them apart. For means of simple random samples within strata (Tam 1984; Qualite
and Tille 2008)

    cov = sum_h W_1h W_2h (n_c/(n_1 n_2) - N_c/(N_1 N_2)) S_12,h

with n_c the units sampled in both waves, N_c those that exist in both populations, and S_12 the covariance of the two answers among
the n_c. In weighted scores (a wave's estimate errs by their sum) this is sum_h (n_c - N_c f_1 f_2) S_12,h with f the sampling fractions,
which serves every linearised estimate, domains, unanswered items and calibrated weights; it is exact where weights are equal within
a stratum and otherwise of the same order of approximation as the variance of one wave. Units are persons, or the clusters of a one-stage
cluster sample, whose scores are added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.columns import numbers, require_column, show
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats
from barometer.estimation.linearisation import Ints, unit_totals

CommonPopulation = str | int | float | Mapping[Any, float] | None


@dataclass(frozen=True, eq=False)
class Overlap:
    """Two waves of one panel, matched.

    Attributes:
        first: The wave before.
        second: The wave after.
        persons: The rows of the first and of the second wave that belong to the same person, pairs x 2.
        places: The units in both waves, pairs x 2: the same rows, or the clusters of a cluster sample.
        stratum: The stratum of each pair of units, numbered among the strata that both waves have.
        strata: The numbers of these strata in the first and in the second wave, strata x 2.
        factor: n_c - N_c f_1 f_2 of each stratum.
        moved: Units that stand in different strata in the two waves; they count as different units.
        assumed: Whether the population of both waves was not given and had to be taken as the smaller of the two.
    """

    first: Design
    second: Design
    persons: Ints
    places: Ints
    stratum: Ints
    strata: Ints
    factor: Floats
    moved: int
    assumed: bool

    @property
    def sizes(self) -> Ints:
        """Units in both waves, by stratum."""
        return np.bincount(self.stratum, minlength=len(self.strata)).astype(np.int64)

    @property
    def pooled(self) -> int:
        """How many strata have fewer than two common units and borrow the covariance of the others."""
        return int((self.sizes < 2).sum()) if self.known else 0

    @property
    def known(self) -> bool:
        """Whether any stratum has the two common units that a covariance needs."""
        return bool((self.sizes >= 2).any())

    @property
    def df(self) -> float:
        """Degrees of freedom of a difference: those of the smaller wave."""
        return min(self.first.df, self.second.df)

    def covariance(self, before: Floats, after: Floats) -> Floats:
        """The covariance of estimates of the two waves, from their weighted scores (respondents x statistics).

        Returns:
            One covariance a statistic. 0 if fewer than two units are common in every stratum, since S_12 cannot be seen: the samples
            are taken as independent.
        """
        size = before.shape[1]
        if not self.known:
            return np.zeros(size)
        parts = [self._by_unit(before, self.first), self._by_unit(after, self.second)]
        strata = [design.structure.stages[0].stratum for design in (self.first, self.second)]
        # Scores of a person of average weight, so that strata of different weights can share one covariance.
        scales = [_mean_weights(design)[self.strata[:, wave]] for wave, design in enumerate((self.first, self.second))]
        cross = np.zeros((len(self.strata), size))
        counts = self.sizes
        one, two = (part[self.places[:, wave]] for wave, part in enumerate(parts))
        for number in np.flatnonzero(counts >= 2):
            chosen = self.stratum == number
            cross[number] = ((one[chosen] - one[chosen].mean(axis=0)) * (two[chosen] - two[chosen].mean(axis=0))).sum(axis=0)
        scale = (scales[0] * scales[1])[:, None]
        live = (counts >= 2) & (scale[:, 0] > 0)
        shared = (cross[live] / scale[live]).sum(axis=0) / max((counts[live] - 1).sum(), 1)
        enough = (counts >= 2)[:, None]
        s12 = np.where(enough, cross / np.maximum(counts - 1, 1)[:, None], shared * scale)
        most = np.ones_like(s12)
        for wave, part in enumerate(parts):
            most *= np.sqrt(_spread(part, strata[wave])[self.strata[:, wave]])
        # Perfect correlation is the most that two waves can have in common, whatever a few common respondents suggest.
        limit = (np.abs(self.factor)[:, None] * most).sum(axis=0)
        return np.asarray(np.minimum((self.factor[:, None] * s12).sum(axis=0), limit))

    @staticmethod
    def _by_unit(scores: Floats, design: Design) -> Floats:
        matrix = scores if design.calibration is None else design.calibration.residuals(scores)
        stage = design.structure.stages[0]
        return unit_totals(matrix, stage.units, len(stage.stratum))


def _mean_weights(design: Design) -> Floats:
    stage = design.structure.stages[0]
    rows = stage.stratum if stage.units is None else stage.stratum[stage.units]
    return np.bincount(rows, design.weights, minlength=len(stage.sampled)) / np.maximum(np.bincount(rows, minlength=len(stage.sampled)), 1)


def _spread(units: Floats, stratum: Ints) -> Floats:
    """S squared of units by stratum, strata x statistics."""
    sizes = np.bincount(stratum).astype(np.float64)
    means = unit_totals(units, stratum, len(sizes)) / sizes[:, None]
    squares = unit_totals((units - means[stratum]) ** 2, stratum, len(sizes))
    return np.asarray(squares / np.maximum(sizes - 1, 1.0)[:, None])


def overlap_of(first: Design, second: Design, person: str, common_population: CommonPopulation) -> Overlap:
    """Match the persons of two waves.

    Args:
        first: The wave before.
        second: The wave after.
        person: The column that names a person in both waves.
        common_population: How many units of each stratum exist in both populations; see `change`.

    Raises:
        DesignError: A person is missing or stands twice in a wave, the waves have different kinds of units, there is a second stage
            of sampling, or the common population is impossible.
    """
    designs = (first, second)
    for wave, design in zip(("first", "second"), designs, strict=True):
        if len(design.structure.stages) > 1:
            raise DesignError(
                "Change is not estimated for a sample of two stages.",
                where=f"the {wave} wave",
                expected="a sample of persons, or of whole clusters",
                got=f"{len(design.structure.stages)} stages",
                hint="Leave out the populations of the later stages: their clusters then count as drawn with replacement.",
            )
    clustered = [design.structure.stages[0].units is not None for design in designs]
    if clustered[0] != clustered[1]:
        raise DesignError("One wave has clusters and the other has none.", where="clusters")
    names = [_units(design, person, wave) for wave, design in zip(("first", "second"), designs, strict=True)]
    found = names[0].join(names[1], on="unit", how="inner", suffix="_after", maintain_order="left")
    labels = [_stratum_labels(design) for design in designs]
    number_after = {label: number for number, label in enumerate(labels[1])}
    both = [(number, number_after[label]) for number, label in enumerate(labels[0]) if label in number_after]
    strata = np.array(both, dtype=np.int64).reshape(-1, 2)
    place = {pair: number for number, pair in enumerate(both)}
    of_pair = np.array([place.get(pair, -1) for pair in found.select("stratum", "stratum_after").rows()], dtype=np.int64)
    stayed = of_pair >= 0
    places = found.select("place", "place_after").to_numpy().astype(np.int64).reshape(-1, 2)[stayed]
    sizes = np.bincount(of_pair[stayed], minlength=len(both)).astype(np.float64)
    populations = [design.structure.stages[0].population[strata[:, wave]] for wave, design in enumerate(designs)]
    shown = [labels[0][number] for number, _ in both]
    posts, assumed = _common(first, second, common_population, populations, sizes, shown)
    fractions = [design.structure.stages[0].fraction[strata[:, wave]] for wave, design in enumerate(designs)]
    finite = np.isfinite(populations[0]) & np.isfinite(populations[1])
    factor = sizes - np.where(finite, posts, 0.0) * fractions[0] * fractions[1]
    return Overlap(first, second, _persons(first, second, person), places, of_pair[stayed], strata, factor, int((~stayed).sum()), assumed)


def _persons(first: Design, second: Design, person: str) -> Ints:
    """The rows of those who answered both waves."""
    rows = [design.frame.select(pl.col(person).cast(pl.String)).with_row_index("row") for design in (first, second)]
    found = rows[0].join(rows[1], on=person, how="inner", suffix="_after", maintain_order="left")
    return found.select("row", "row_after").to_numpy().astype(np.int64).reshape(-1, 2)


def _stratum_labels(design: Design) -> list[str]:
    depth, stage, structure = len(design.stratum_columns), design.structure.stages[0], design.structure
    out = [""] * len(stage.sampled)
    of_group = np.zeros(len(structure.keys), dtype=np.int64)
    of_group[structure.group] = stage.stratum if stage.units is None else stage.stratum[stage.units]
    for number, key in zip(of_group, structure.keys, strict=True):
        out[number] = show(key[:depth])
    return out


def _units(design: Design, person: str, wave: str) -> pl.DataFrame:
    """The name, place and stratum of each unit: respondents by person, clusters by their own name."""
    stage = design.structure.stages[0]
    series = require_column(design.frame, person, "person")
    if series.null_count():
        row = int(series.is_null().arg_true()[0]) + 1
        raise DesignError(
            "A respondent has no person.",
            where=f"column '{person}' of the {wave} wave, row {row}",
            expected="a name or number that stays with a person from wave to wave",
            got=f"{series.null_count()} nulls",
        )
    twice = series.is_duplicated()
    if twice.any():
        row = int(twice.arg_true()[0])
        raise DesignError(
            "A person answers one wave twice.",
            where=f"column '{person}' of the {wave} wave, row {row + 1}",
            expected="one row a person",
            got=repr(series[row]),
        )
    if stage.units is None:
        names = series
    else:
        labels = np.empty(len(stage.stratum), dtype=object)
        depth = len(design.stratum_columns)
        keys = np.array([show(key[depth : depth + 1]) for key in design.structure.keys], dtype=object)
        labels[stage.units] = keys[design.structure.group]
        names = pl.Series(labels.tolist(), dtype=pl.String)
        if design.nest:
            names = names + " / " + pl.Series([str(number) for number in stage.stratum])
    return pl.DataFrame({"unit": names.cast(pl.String), "place": np.arange(len(stage.stratum)), "stratum": stage.stratum})


def _common(
    first: Design, second: Design, given: CommonPopulation, populations: list[Floats], sizes: Floats, labels: list[str]
) -> tuple[Floats, bool]:
    """N_c of each stratum, and whether it had to be assumed."""
    smaller = np.minimum(*populations)
    if given is None:
        return smaller, bool((populations[0] != populations[1]).any())
    if isinstance(given, str):
        values = _from_column(first, second, given, labels)
    elif isinstance(given, Mapping):
        known = {(show(key) if isinstance(key, tuple) else str(key)): float(value) for key, value in given.items()}
        missing = next((label for label in labels if label not in known), None)
        if missing is not None:
            raise DesignError(
                "A stratum is not in the table of posts in both waves.",
                where="common_population",
                expected=f"a number for '{missing}'",
                got=", ".join(known),
                hint=did_you_mean(missing, known),
            )
        values = np.array([known[label] for label in labels])
    else:
        if len(labels) > 1:
            raise DesignError(
                "One common population was given for a stratified design.",
                where="common_population",
                expected="a column, or a mapping from each stratum to the posts that exist in both waves",
                got=repr(given),
            )
        values = np.array([float(given)])
    wrong = ~((values >= sizes) & (values <= smaller))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise DesignError(
            "The population of both waves is impossible.",
            where=f"stratum {labels[at]}",
            expected=f"from {sizes[at]:g}, those who answered both waves, to {smaller[at]:g}, the smaller of the two populations",
            got=f"{values[at]:g}",
        )
    return values, False


def _from_column(first: Design, second: Design, column: str, labels: list[str]) -> Floats:
    design = first if column in first.frame.columns else second
    values = numbers(require_column(design.frame, column, "common population"), "common population")
    stage = design.structure.stages[0]
    rows = stage.stratum if stage.units is None else stage.stratum[stage.units]
    at = {label: number for number, label in enumerate(_stratum_labels(design))}
    out = []
    for label in labels:
        found = np.unique(values[rows == at[label]])
        if len(found) != 1:
            raise DesignError(
                "The posts in both waves are not constant in a stratum.",
                where=f"column '{column}', stratum {label}",
                expected="one number for all of its rows",
                got=", ".join(f"{value:g}" for value in found[:4]),
            )
        out.append(float(found[0]))
    return np.array(out)
