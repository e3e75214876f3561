"""The rescaled bootstrap: how often each unit is drawn in each replicate. The formula stands in `replicates_schemes`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from barometer.estimation.distributions import Floats
from barometer.estimation.linearisation import Ints, Stage
from barometer.estimation.replicates_schemes import BLOCK, Atoms, product_sums
from barometer.estimation.threads import in_threads

# Draws (a byte each) are kept if there are no more than so many, and made again for each use otherwise.
KEPT = 200_000_000


@dataclass(frozen=True, eq=False)
class _Plan:
    """What the draws of one stage need.

    Attributes:
        order: The units in order of their stratum.
        place: The place of each unit in that order.
        first: For each draw the first place of its stratum.
        sizes: For each draw the number of places of its stratum.
        hit: What one draw adds to the factor of each unit.
        of_atom: The unit of each atom; None when they are the same.
    """

    order: Ints
    place: Ints
    first: Floats
    sizes: Floats
    hit: Floats
    of_atom: Ints | None


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Rescaled bootstrap; replicate r is drawn from the seed (seed, r), so it does not depend on how many there are."""

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
            by_draw = [np.repeat(one, draws).astype(np.float64) for one in (first, sizes)]
            plans.append(_Plan(order, np.argsort(order), by_draw[0], by_draw[1], hit[stage.stratum], None if same else of_atom))
        return plans

    @cached_property
    def _unhit(self) -> Floats:
        """The factor of each atom whose units are not drawn at any stage."""
        out = np.ones(self.atoms.size)
        for spread, (number, stage) in zip(self._spreads, self.stages, strict=True):
            out -= self._shrink * spread[stage.stratum][self.atoms.units[number]]
        return np.maximum(out, 0.0)

    def _draw(self, start: int, stop: int) -> list[npt.NDArray[np.uint8]]:
        """For each stage how often each unit is drawn: replicates x units."""
        # A unit is drawn once in the mean, so that a byte holds the number.
        hits = [np.empty((stop - start, len(plan.order)), dtype=np.uint8) for plan in self._plans]

        def fill(first: int, last: int) -> None:
            draws = [np.random.default_rng([self.seed, replicate]) for replicate in range(first, last)]
            # The stages of a replicate come from one stream, one after the other.
            for plan, counts in zip(self._plans, hits, strict=True):
                places = np.empty((len(draws), len(plan.first)))
                for draw, row in zip(draws, places, strict=True):
                    draw.random(out=row)
                places *= plan.sizes
                places += plan.first
                size = len(plan.order)
                whole = places.astype(np.int64)
                whole += (np.arange(len(draws)) * size)[:, None]
                counted = np.bincount(whole.ravel(), minlength=len(draws) * size).astype(np.uint8)
                np.take(counted.reshape(len(draws), size), plan.place, axis=1, out=counts[first - start : last - start], mode="clip")

        in_threads(fill, start, stop, BLOCK // max(1, self.atoms.size))
        return hits

    @cached_property
    def _kept(self) -> list[npt.NDArray[np.uint8]] | None:
        return None if self.number * self.atoms.size > KEPT else self._draw(0, self.number)

    def factors(self, start: int, stop: int) -> Floats:
        """See `Scheme`."""
        hits = self._draw(start, stop) if self._kept is None else [counts[start:stop] for counts in self._kept]
        out: Floats | None = None
        for plan, counts in zip(self._plans, hits, strict=True):
            change = counts * plan.hit
            change = change if plan.of_atom is None else change[:, plan.of_atom]
            out = change if out is None else out + change
        assert out is not None
        out += self._unhit
        return out

    def sums(self, totals: Floats, atoms: Ints | None) -> Floats:
        """See `Scheme`."""
        _ = self._kept  # drawn once, before threads ask for it
        return product_sums(self, totals, atoms, self.atoms.size)
