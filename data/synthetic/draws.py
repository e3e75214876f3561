"""Random numbers that are the same on every machine, and the one method by which exact counts are drawn.

NumPy promises a stable stream of raw integers for a bit generator (NEP 19), but not for the methods of `Generator`. So only
`PCG64.random_raw` is used. Everything else follows from it by additions and multiplications, one array operation at a time, and by a
stable sort of rounded scores: the same bytes on any platform and in any version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_DECIMALS = 9


class Draws:
    """Named streams of random numbers.

    Every name has a stream of its own, so that a new question does not change the answers to the others.

    Example:
        >>> bool((Draws(1).uniform("a", 3) == Draws(1).uniform("a", 3)).all())
        True
    """

    def __init__(self, seed: int, prefix: str = "") -> None:
        self.seed = seed
        self.prefix = prefix

    def uniform(self, name: str, size: int) -> Floats:
        """Numbers from 0 up to, but without, 1."""
        source = np.random.PCG64(np.random.SeedSequence([self.seed, crc32((self.prefix + name).encode())]))
        raw = np.asarray(source.random_raw(size), dtype=np.uint64)
        return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, name: str, size: int) -> Floats:
        """Nearly normal numbers with mean 0 and variance 1: twelve uniforms added up, which needs no logarithm or cosine."""
        parts = self.uniform(name, 12 * size).reshape(12, size)
        total = np.full(size, -6.0)
        for part in parts:
            total = total + part
        return total

    def integers(self, name: str, size: int, low: int, high: int) -> Ints:
        """Whole numbers from `low` to `high`, both included."""
        return low + np.floor(self.uniform(name, size) * (high - low + 1)).astype(np.int64)

    def score(self, name: str, size: int, on: Mapping[str, float], noise: float, traits: Mapping[str, Floats]) -> Floats:
        """What makes a respondent likely to give an answer: weighted traits and noise.

        Raises:
            KeyError: If `on` names a trait that does not exist yet.
        """
        total = noise * self.normal(name, size)
        for trait, weight in on.items():
            total = total + weight * traits[trait]
        return total


def descending(scores: Floats) -> Ints:
    """The positions from the highest score to the lowest; ties keep their order."""
    return np.argsort(-np.round(scores, _DECIMALS), kind="stable").astype(np.int64)


def top(scores: Floats, count: int, among: Bools | None = None) -> Bools:
    """Who has one of the `count` highest scores among those allowed: the way to an exact count that still follows a trait.

    Example:
        >>> top(np.array([0.3, 0.9, 0.5]), 2).tolist()
        [False, True, True]
    """
    order = descending(scores)
    if among is not None:
        order = order[among[order]]
    chosen = np.zeros(len(scores), dtype=np.bool_)
    chosen[order[:count]] = True
    return chosen


def apportion(weights: Iterable[float], total: int) -> list[int]:
    """Whole numbers in proportion to the weights that add up to the total (largest remainders, earlier places first).

    Example:
        >>> apportion([1, 1, 1], 10)
        [4, 3, 3]
    """
    weights = list(weights)
    whole = 0.0
    for weight in weights:
        whole = whole + weight
    exact = [weight * total / whole for weight in weights]
    counts = [int(part) for part in exact]
    remainders = np.array([part - count for part, count in zip(exact, counts, strict=True)])
    for place in descending(remainders)[: total - sum(counts)]:
        counts[place] += 1
    return counts
