"""The rescaled bootstrap: how often each unit is drawn in each replicate. The formula stands in `replicates_schemes`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from barometer.estimation.distributions import Floats
from barometer.estimation.linearisation import Ints, Stage, unit_totals
from barometer.estimation.replicates_schemes import BLOCK, Atoms
from barometer.estimation.threads import in_threads

# Draws (a byte each) are kept if there are no more than so many, and made again for each use otherwise.
KEPT = 200_000_000
# Random numbers that are made at a time, and units that are multiplied at a time: they should stay in the cache of a core.
DRAWN = 65_536
UNITS = 2_048

Hits = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class _Plan:
    """What the draws of one stage need.

    Attributes:
        place: The place of each unit in the order of their strata.
        first: For each draw the first place of its stratum.
        sizes: For each draw the number of places of its stratum.
        hit: What one draw adds to the factor of each unit.
        of_atom: The unit of each atom; None when they are the same.
    """

    place: Ints
    first: Ints
    sizes: Floats
    hit: Floats
    of_atom: Ints | None


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Rescaled bootstrap. Each replicate has its own stretch of one random stream, so that none depends on how many there are."""

    atoms: Atoms
    stages: list[tuple[int, Stage]]
    number: int
    seed: int

    @cached_property
    def _spreads(self) -> list[Floats]:
        """For each stage and stratum the root of a (1 - f); 0 for a single unit."""
        return [np.sqrt(np.where(stage.census | (stage.sampled < 2), 0.0, stage.above * (1 - stage.fraction))) for _, stage in self.stages]

    @cached_property
    def _shrink(self) -> float:
        """What keeps every factor at 0 or more."""
        low = np.zeros(self.atoms.size)
        for spread, (number, stage) in zip(self._spreads, self.stages, strict=True):
            low += spread[stage.stratum][self.atoms.units[number]]
        return 1.0 / max(1.0, float(low.max()))

    @property
    def scale(self) -> float:
        """See `Scheme`."""
        return 1.0 / (self.number * self._shrink**2)

    @property
    def rscales(self) -> Floats:
        """See `Scheme`."""
        return np.ones(self.number)

    @cached_property
    def _plans(self) -> list[_Plan]:
        plans = []
        for spread, (number, stage) in zip(self._spreads, self.stages, strict=True):
            order = np.argsort(stage.stratum, kind="stable")
            sizes = np.bincount(stage.stratum, minlength=len(stage.sampled))
            draws = np.where(spread > 0, sizes - 1, 0)
            first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
            hit = self._shrink * spread * sizes / np.where(sizes > 1, sizes - 1, 1)
            of_atom = self.atoms.units[number]
            same = len(order) == self.atoms.size and bool((of_atom == np.arange(len(order))).all())
            by_draw = np.repeat(first, draws), np.repeat(sizes.astype(np.float64), draws)
            plans.append(_Plan(np.argsort(order), *by_draw, hit[stage.stratum], None if same else of_atom))
        return plans

    @cached_property
    def _unhit(self) -> Floats:
        """The factor of each atom whose units are not drawn at any stage."""
        out = np.ones(self.atoms.size)
        for spread, (number, stage) in zip(self._spreads, self.stages, strict=True):
            out -= self._shrink * spread[stage.stratum][self.atoms.units[number]]
        return np.maximum(out, 0.0)

    @cached_property
    def _draws(self) -> int:
        """How many numbers a replicate is drawn from: at every stage and in every stratum one less than it has units."""
        return sum(len(plan.sizes) for plan in self._plans)

    def _fill(self, hits: Sequence[Hits], start: int) -> None:
        """Draws replicates from number `start` on, as many as there is room for."""
        bits = np.random.PCG64(self.seed)
        bits.advance(start * self._draws)  # A number between 0 and 1 is one step of the generator.
        stream = np.random.Generator(bits)
        number = len(hits[0])
        step = max(1, DRAWN // max(self._draws, sum(len(plan.place) for plan in self._plans)))
        for first in range(0, number, step):
            rows = min(step, number - first)
            drawn = stream.random((rows, self._draws))
            used = 0
            for plan, counts in zip(self._plans, hits, strict=True):
                size, draws = len(plan.place), len(plan.sizes)
                places = (drawn[:, used : used + draws] * plan.sizes).astype(np.int64)
                places += plan.first
                places += (np.arange(rows) * size)[:, None]
                counted = np.bincount(places.ravel(), minlength=rows * size).astype(np.uint8).reshape(rows, size)
                np.take(counted, plan.place, axis=1, out=counts[first : first + rows], mode="clip")
                used += draws

    def _draw(self, start: int, stop: int) -> list[Hits]:
        """For each stage how often each unit is drawn: replicates x units."""
        # A unit is drawn once in the mean, so that a byte holds the number.
        hits = [np.empty((stop - start, len(plan.place)), dtype=np.uint8) for plan in self._plans]

        def fill(first: int, last: int) -> None:
            self._fill([counts[first - start : last - start] for counts in hits], first)

        in_threads(fill, start, stop, BLOCK // max(1, self.atoms.size))
        return hits

    @cached_property
    def _kept(self) -> list[Hits] | None:
        return None if self.number * self.atoms.size > KEPT else self._draw(0, self.number)

    def _hits(self, start: int, stop: int) -> list[Hits]:
        return self._draw(start, stop) if self._kept is None else [counts[start:stop] for counts in self._kept]

    def factors(self, start: int, stop: int) -> Floats:
        """See `Scheme`."""
        out: Floats | None = None
        for plan, counts in zip(self._plans, self._hits(start, stop), strict=True):
            change = counts * plan.hit
            change = change if plan.of_atom is None else change[:, plan.of_atom]
            out = change if out is None else out + change
        assert out is not None
        out += self._unhit
        return out

    def sums(self, totals: Floats, atoms: Ints | None) -> Floats:
        """See `Scheme`. Each stage is multiplied by the totals of its own units, which may be far fewer than the atoms."""
        unhit = (self._unhit if atoms is None else self._unhit[atoms]) @ totals
        stages: list[tuple[Floats, Floats, Ints | None]] = []
        for plan in self._plans:
            if plan.of_atom is None:
                stages.append((totals, plan.hit if atoms is None else plan.hit[atoms], atoms))
            else:
                of_atom = plan.of_atom if atoms is None else plan.of_atom[atoms]
                stages.append((unit_totals(totals, of_atom, len(plan.place)), plan.hit, None))
        _ = self._kept  # drawn once, before threads ask for it

        def product(start: int, stop: int) -> Floats:
            out = np.tile(unhit, (stop - start, 1))
            for (of_unit, hit, units), counts in zip(stages, self._hits(start, stop), strict=True):
                for first in range(0, len(of_unit), UNITS):
                    some = slice(first, first + UNITS)
                    drawn = counts[:, some] if units is None else counts[:, units[some]]
                    out += (drawn * hit[some]) @ of_unit[some]
            return out

        most = min(BLOCK // UNITS, KEPT // (4 * max(1, self.atoms.size)))
        return np.concatenate(in_threads(product, 0, self.number, most))
