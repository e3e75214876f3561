"""How replicates are made: factors for the weights, from the design.

Factors are given for atoms, the finest units that a scheme tells apart: respondents, or the last stage's clusters. With n of N units
sampled in a stratum, f = n/N (0 if N is unknown), and a the product of the sampling fractions of the stages above (1 at the first):

| scheme | factor of a unit | the variance is the sum of |
| ------ | ---------------- | -------------------------- |
| bootstrap | 1 + sum over stages of sqrt(a (1 - f)) (r n/(n - 1) - 1), r drawn n - 1 times with replacement | squares / replicates |
| jackknife | 0 for the unit left out, n/(n - 1) for the others of its stratum | a (1 - f) (n - 1)/n times squares |
| BRR, Fay | 1 + or - (1 - rho) sqrt(1 - f), by the rows of a Hadamard matrix | squares / (replicates (1 - rho)^2) |

The bootstrap is that of Rao and Wu (1988) with n - 1 draws, in the weights' form of Rao, Wu and Yue (1992); stages are drawn apart and
added, so that its expectation is the linearised variance of a total at every stage (for the aim see Preston 2009). Where two stages
together could make a factor negative, all perturbations are shrunk by one number and the squares grown by it (Beaumont and Patak
2012). The jackknife is JK1 or JKn with finite population correction, with the units of every stage. The correction in BRR is Wolter's
(2007, chapter 3). For a total, jackknife and BRR give the linearised variance exactly; a census stratum adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from barometer.errors import DesignError
from barometer.estimation.distributions import Floats
from barometer.estimation.linearisation import Ints, Lonely, Stage, unit_totals
from barometer.estimation.replicates_hadamard import hadamard
from barometer.estimation.structure import Structure
from barometer.estimation.threads import in_threads

# Calibrated weights are kept if there are no more than so many, and made again for each use otherwise.
KEPT_WEIGHTS = 32_000_000
BLOCK = 1_000_000


class Scheme(Protocol):
    """Replicate factors.

    Attributes:
        number: How many replicates there are.
        scale: What the sum of squares is multiplied by.
        rscales: What each replicate's square is multiplied by.
    """

    @property
    def number(self) -> int:
        """See above."""
        ...

    @property
    def scale(self) -> float:
        """See above."""
        ...

    @property
    def rscales(self) -> Floats:
        """See above."""
        ...

    def factors(self, start: int, stop: int) -> Floats:
        """Replicates x atoms."""
        ...

    def sums(self, totals: Floats, atoms: Ints | None) -> Floats:
        """Replicates x columns, from atoms x columns; `atoms` names them if some are left out, being 0."""
        ...


@dataclass(frozen=True, eq=False)
class Atoms:
    """The finest units, and the unit of each stage that each belongs to.

    Attributes:
        of_row: The atom of each respondent; None when they are the same.
        size: How many there are.
        units: For each stage the unit of each atom.
    """

    of_row: Ints | None
    size: int
    units: tuple[Ints, ...]

    def totals(self, columns: Floats) -> Floats:
        """Respondents x columns summed to atoms x columns."""
        return unit_totals(columns, self.of_row, self.size)

    def by_row(self, factors: Floats) -> Floats:
        """Replicates x atoms as replicates x respondents."""
        return factors if self.of_row is None else factors[:, self.of_row]


def atoms_of(structure: Structure) -> Atoms:
    """The atoms of a design."""
    rows = len(structure.weights)
    last = structure.stages[-1].units
    if last is None:
        size, first = rows, np.arange(rows)
    else:
        size = len(structure.stages[-1].stratum)
        first = np.zeros(size, dtype=np.int64)
        first[last] = np.arange(rows)
    units = tuple(first if stage.units is None else stage.units[first] for stage in structure.stages)
    return Atoms(last, size, units)


def active_stages(structure: Structure, lonely: Lonely) -> list[tuple[int, Stage]]:
    """The stages that add to the variance, with their number.

    Raises:
        DesignError: A lonely unit is to be adjusted or averaged, which replicates cannot do.
    """
    out = []
    for number, stage in enumerate(structure.stages):
        if (stage.lonely & (stage.above > 0)).any() and lonely != "certainty":
            raise DesignError(
                "Replicates cannot show the variance of a stratum with a single sampled unit.",
                where=f"stage {number + 1}, lonely='{lonely}'",
                expected="lonely='certainty', or two units in each stratum",
                hint="Join strata, or use linearised variances, which know 'adjust' and 'average'.",
            )
        if number == 0 or (~stage.census & (stage.above > 0) & (stage.sampled > 1)).any():
            out.append((number, stage))
    return out


def product_sums(scheme: Scheme, totals: Floats, atoms: Ints | None, size: int) -> Floats:
    """Factors times totals, one matrix product for each block of replicates."""

    def product(start: int, stop: int) -> Floats:
        factors = scheme.factors(start, stop)
        return np.asarray((factors if atoms is None else factors[:, atoms]) @ totals)

    return np.concatenate(in_threads(product, 0, scheme.number, BLOCK // max(1, size)))


@dataclass(frozen=True, eq=False)
class Jackknife:
    """One unit left out at a time, at every stage. Sums need no matrix of factors: they are totals less the unit's own."""

    atoms: Atoms
    stages: list[tuple[int, Stage]]

    @property
    def scale(self) -> float:
        """See `Scheme`."""
        return 1.0

    @cached_property
    def _left_out(self) -> list[Ints]:
        """For each stage the units that are left out in turn."""
        out = []
        for number, stage in self.stages:
            useful = stage.sampled > 1 if number == 0 else (stage.sampled > 1) & (stage.above > 0) & ~stage.census
            out.append(np.flatnonzero(useful[stage.stratum]))
        return out

    @property
    def number(self) -> int:
        """See `Scheme`."""
        return sum(len(units) for units in self._left_out)

    @cached_property
    def rscales(self) -> Floats:
        """See `Scheme`."""
        parts = []
        for units, (_, stage) in zip(self._left_out, self.stages, strict=True):
            unobserved = np.where(stage.census, 0.0, 1 - stage.fraction) * stage.above
            parts.append((unobserved * (stage.sampled - 1) / stage.sampled)[stage.stratum[units]])
        return np.concatenate(parts)

    def factors(self, start: int, stop: int) -> Floats:
        """See `Scheme`."""
        out = np.ones((stop - start, self.atoms.size))
        before = 0
        for units, (number, stage) in zip(self._left_out, self.stages, strict=True):
            of_atom = self.atoms.units[number]
            stratum_of_atom = stage.stratum[of_atom]
            for place in range(max(start, before), min(stop, before + len(units))):
                unit = units[place - before]
                stratum = stage.stratum[unit]
                size = stage.sampled[stratum]
                row = out[place - start]
                row[stratum_of_atom == stratum] = size / (size - 1)
                row[of_atom == unit] = 0.0
            before += len(units)
        return out

    def sums(self, totals: Floats, atoms: Ints | None) -> Floats:
        """See `Scheme`."""
        parts = []
        whole = totals.sum(axis=0)
        for units, (number, stage) in zip(self._left_out, self.stages, strict=True):
            of_atom = self.atoms.units[number]
            own = unit_totals(totals, of_atom if atoms is None else of_atom[atoms], len(stage.stratum))
            stratum = unit_totals(own, stage.stratum, len(stage.sampled))
            at = stage.stratum[units]
            grown = (stage.sampled / np.where(stage.sampled > 1, stage.sampled - 1, 1))[at][:, None]
            parts.append(whole - stratum[at] + (stratum[at] - own[units]) * grown)
        return np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class Balanced:
    """Balanced repeated replication of two units a stratum; `rho` > 0 is Fay's variant."""

    atoms: Atoms
    matrix: Floats
    rho: float

    @property
    def number(self) -> int:
        """See `Scheme`."""
        return len(self.matrix)

    @property
    def scale(self) -> float:
        """See `Scheme`."""
        return 1.0 / (self.number * (1 - self.rho) ** 2)

    @property
    def rscales(self) -> Floats:
        """See `Scheme`."""
        return np.ones(self.number)

    def factors(self, start: int, stop: int) -> Floats:
        """See `Scheme`."""
        return 1 + (1 - self.rho) * self.matrix[start:stop][:, self.atoms.units[0]]

    def sums(self, totals: Floats, atoms: Ints | None) -> Floats:
        """See `Scheme`."""
        return product_sums(self, totals, atoms, self.atoms.size)


def balanced(atoms: Atoms, stages: list[tuple[int, Stage]], number: int | None, rho: float) -> Balanced:
    """The half-samples of a design with two sampled units in each stratum.

    Raises:
        DesignError: A stratum has another number of units, or a second stage adds to the variance.
    """
    if len(stages) > 1:
        raise DesignError(
            "Balanced replication knows one stage.",
            where=f"stage {stages[1][0] + 1}",
            expected="a design without population sizes, whose first stage stands for all",
            hint="Use the bootstrap or the jackknife, which replicate every stage.",
        )
    stage = stages[0][1]
    uncertain = ~stage.census & ~stage.lonely
    wrong = uncertain & (stage.sampled != 2)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise DesignError(
            "Balanced replication needs two sampled units in each stratum.",
            where=f"stratum number {at + 1} of {len(stage.sampled)}",
            expected="2 units",
            got=f"{stage.sampled[at]:g} units; {int(wrong.sum())} such strata",
            hint="Use the jackknife or the bootstrap.",
        )
    used = np.flatnonzero(uncertain)
    half = hadamard(max(len(used) + 1, number or 0))
    column = np.zeros(len(stage.sampled), dtype=np.int64)
    column[used] = np.arange(1, len(used) + 1)
    spread = np.where(uncertain, np.sqrt(1 - stage.fraction), 0.0)
    first = np.zeros(len(stage.stratum), dtype=bool)
    first[np.unique(stage.stratum, return_index=True)[1]] = True
    sign = np.where(first, 1.0, -1.0) * spread[stage.stratum]
    return Balanced(atoms, half[:, column[stage.stratum]] * sign, rho)


@dataclass(frozen=True, eq=False)
class Supplied:
    """Replicate weights that came with the data, replicates x respondents."""

    weights: Floats
    scale: float
    rscales: Floats

    @property
    def number(self) -> int:
        """See `Scheme`."""
        return len(self.weights)

    def factors(self, start: int, stop: int) -> Floats:
        """The weights themselves, not factors."""
        return self.weights[start:stop]

    def sums(self, totals: Floats, atoms: Ints | None) -> Floats:
        """See `Scheme`; totals are not weighted here."""
        return product_sums(self, totals, atoms, self.weights.shape[1])
