"""Puts the columns that a reader found together into a `Source`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.platforms.identifiers import identifying
from barometer.intake.platforms.source import Source, Variable
from barometer.questionnaire.spelling import folded

Column = tuple[Variable, pl.Series]


@dataclass(frozen=True)
class Reading:
    """What a reader made of a file: its columns with their cells (text, empty null), and the numbers of its rows."""

    columns: Sequence[Column]
    row: pl.Series
    layout: str
    encoding: str = "utf-8"
    timestamps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def assembled(
    file: Path, platform: str, reason: str, reading: Reading, *, keep_identifiers: bool = False, keep: Collection[str] = ()
) -> Source:
    """The source, without what names or locates a person.

    Raises:
        IntakeError: If there is no response.
    """
    if reading.row.is_empty():
        raise IntakeError("The file has a header and no responses.", file=file, expected="at least one response", got="a header only")
    kept: list[Column] = []
    dropped: list[Variable] = []
    wanted = {folded(name) for name in keep}
    for variable, cells in reading.columns:
        why = identifying(variable, cells)
        if why is not None:
            variable = replace(variable, role="identifier", reason=why)
        if why is None or keep_identifiers or folded(variable.name) in wanted or folded(variable.text) in wanted:
            kept.append((variable, cells))
        else:
            dropped.append(variable)
    rows = pl.DataFrame([reading.row.cast(pl.Int64).alias("row"), *(cells.alias(f"c{place}") for place, (_, cells) in enumerate(kept))])
    return Source(
        file=file,
        platform=platform,
        reason=reason,
        variables=tuple(variable for variable, _ in kept),
        rows=rows,
        dropped=tuple(dropped),
        timestamp=_timestamp(kept, reading.timestamps),
        encoding=reading.encoding,
        notes=(reading.layout, *_said_of_dropped(dropped), *reading.notes),
    )


def _said_of_dropped(dropped: list[Variable]) -> tuple[str, ...]:
    return ("dropped " + ", ".join(variable.name for variable in dropped),) if dropped else ()


def _timestamp(columns: list[Column], patterns: tuple[str, ...]) -> str | None:
    """The first of a platform's patterns that fits every time; the one that fits most where none does."""
    times = [cells.drop_nulls() for variable, cells in columns if variable.role in ("started", "completed")]
    if not patterns or not times:
        return None
    texts = pl.concat(times).unique()
    fits = [len(texts) - texts.str.to_datetime(pattern, strict=False, time_unit="us").null_count() for pattern in patterns]
    return patterns[fits.index(max(fits))] if max(fits) else None
