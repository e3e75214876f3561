"""Constants as polars expressions, made once: making one takes longer than looking at it in every row of a usual export."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

FALSE = pl.lit(False)


@lru_cache(maxsize=1024)
def constant(value: str | float) -> pl.Expr:
    """A text or a number."""
    return pl.lit(value)


@lru_cache(maxsize=256)
def listed(values: tuple[str, ...]) -> pl.Expr:
    """Several texts, for `is_in`."""
    return pl.lit(list(values))
