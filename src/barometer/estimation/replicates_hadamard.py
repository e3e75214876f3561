"""Hadamard matrices: rows of plus and minus ones that are balanced against each other, for balanced repeated replication."""

from __future__ import annotations

import numpy as np

from barometer.estimation.distributions import Floats


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def _paley(prime: int) -> Floats:
    """Order prime + 1, from the squares modulo a prime that leaves 3 when divided by 4 (Paley 1933)."""
    numbers = np.arange(prime)
    character = np.full(prime, -1.0)
    character[numbers**2 % prime] = 1.0
    character[0] = 0.0
    skew = np.ones((prime + 1, prime + 1))
    skew[1:, 1:] = character[(numbers[None, :] - numbers[:, None]) % prime]
    skew[0, 0], skew[1:, 0] = 0.0, -1.0
    out = skew + np.eye(prime + 1)
    # A first column of ones leaves every other column with as many pluses as minuses.
    return np.asarray(out * out[:, :1])


def hadamard(least: int) -> Floats:
    """A Hadamard matrix of the smallest order that doubling and Paley's construction reach, at least `least`.

    Args:
        least: The smallest order wanted, 1 or more.

    Returns:
        A square matrix of 1 and -1 with orthogonal columns, the first of which is all 1.

    Example:
        >>> matrix = hadamard(9)
        >>> matrix.shape, bool((matrix.T @ matrix == 12 * np.eye(12)).all())
        ((12, 12), True)
    """
    order = max(1, least)
    while True:
        core, doublings = order, 0
        while True:
            if core == 1 or (core % 4 == 0 and _is_prime(core - 1)):
                matrix = np.ones((1, 1)) if core == 1 else _paley(core - 1)
                for _ in range(doublings):
                    matrix = np.block([[matrix, matrix], [matrix, -matrix]])
                return matrix
            if core % 2:
                break
            core, doublings = core // 2, doublings + 1
        order += 1
