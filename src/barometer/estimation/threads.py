"""Blocks of independent work on all cores: numpy lets other threads run while it draws, adds and multiplies."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def in_threads(work: Callable[[int, int], T], start: int, stop: int, most: int) -> list[T]:
    """Does a range of independent pieces in blocks, several at a time, and gives the blocks' results in order.

    Args:
        work: Takes the first piece of a block and the one after its last. What it gives must not depend on where the blocks begin.
        start: The first piece.
        stop: The one after the last.
        most: The most pieces in a block; at least one is taken.

    Example:
        >>> in_threads(lambda first, last: list(range(first, last)), 0, 5, 3)
        [[0, 1, 2], [3, 4]]
    """
    cores = os.cpu_count() or 1
    pieces = stop - start
    # As many rounds as the blocks' size asks for, and no core without work in the last of them.
    rounds = -(-pieces // (max(1, most) * cores))
    step = max(1, min(most, -(-pieces // (rounds * cores))) if rounds else 1)
    blocks = [(first, min(first + step, stop)) for first in range(start, stop, step)]
    if len(blocks) < 2 or cores == 1:
        return [work(*block) for block in blocks]
    with ThreadPoolExecutor(min(cores, len(blocks))) as pool:
        return list(pool.map(work, *zip(*blocks, strict=True)))
