"""How an export writes times: the pattern that reads every one of them, with day and month told apart by the data where they can be."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

_DATES = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
)
_SHORT_DATES = ("%d/%m/%y", "%m/%d/%y", "%d.%m.%y")
_CLOCKS = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", ", %H:%M", ", %H:%M:%S", "")
_ISO = ("%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f %z")
_SWAPPED = {"%d/%m": "%m/%d", "%m/%d": "%d/%m", "%d-%m": "%m-%d", "%m-%d": "%d-%m"}
#: Enough to tell, and quick on a million rows.
_LOOKED_AT = 5_000


@dataclass(frozen=True)
class Written:
    """How times are written.

    Attributes:
        pattern: The strftime codes that read them.
        reason: Why this and no other.
        doubtful: Whether day and month could as well be the other way round.
        first: The earliest, as an ISO date.
        last: The latest.
    """

    pattern: str
    reason: str
    doubtful: bool
    first: str
    last: str


def written(texts: pl.Series) -> Written | None:
    """How a column writes times; None if it holds something else.

    Args:
        texts: The column as text; blanks are null.

    Example:
        >>> written(pl.Series(["01/02/2026 09:30", "23/02/2026 10:00"])).pattern
        '%d/%m/%Y %H:%M'
        >>> written(pl.Series(["London", "Leeds"])) is None
        True
    """
    cells = texts.drop_nulls().unique().sort()
    if not len(cells) or not all(re.search(r"\d", cell) for cell in cells.head(20).to_list()):
        return None
    if not cells.head(20).str.contains(r"^\W*\w+[-/. T,]+\w+[-/. ,]+\d{2}").all():
        return None
    sample = cells if len(cells) <= _LOOKED_AT else cells.sample(_LOOKED_AT, seed=0)
    reading = [pattern for pattern in _patterns() if _reads(pattern, sample) and _reads(pattern, cells)]
    if not reading:
        return None
    pattern = reading[0]
    other = next((two for one, to in _SWAPPED.items() if pattern.startswith(one) and (two := pattern.replace(one, to, 1)) in reading), None)
    if other is not None:
        pattern, other = _likelier(pattern, other, cells)
    times = _times(pattern, cells)
    return Written(pattern, _reason(pattern, other, cells), other is not None, str(times.min())[:10], str(times.max())[:10])


def _patterns() -> list[str]:
    return [*_ISO, *(date + clock for date in (*_DATES, *_SHORT_DATES) for clock in _CLOCKS)]


def _reads(pattern: str, cells: pl.Series) -> bool:
    times = _times(pattern, cells)
    # A year of two digits is read by %Y too, as the year 26.
    return times.null_count() == 0 and bool((times.dt.year() > 1990).all())


def _times(pattern: str, cells: pl.Series) -> pl.Series:
    try:
        if not any(code in pattern for code in ("%H", "%I")):
            return cells.str.to_date(pattern, strict=False).cast(pl.Datetime("us"))
        return cells.str.to_datetime(pattern, strict=False, time_unit="us").dt.replace_time_zone(None)
    except pl.exceptions.PolarsError:
        return pl.Series(cells.name, [None] * len(cells), dtype=pl.Datetime("us"))


def _likelier(one: str, other: str, cells: pl.Series) -> tuple[str, str]:
    """Of two orders that both read every time, the one that puts fieldwork into the shorter span."""
    spans = {}
    for pattern in (one, other):
        times = _times(pattern, cells)
        spans[pattern] = int(times.dt.epoch("s").max() or 0) - int(times.dt.epoch("s").min() or 0)  # type: ignore[arg-type]
    return (one, other) if spans[one] <= spans[other] else (other, one)


def _reason(pattern: str, other: str | None, cells: pl.Series) -> str:
    if other is not None:
        return f"read as {pattern}; {other} would read every time as well, over a longer or equal span: check day and month"
    if any(pattern.startswith(start) for start in _SWAPPED):
        swapped = next(pattern.replace(start, to, 1) for start, to in _SWAPPED.items() if pattern.startswith(start))
        clash = cells.filter(_times(swapped, cells).is_null())
        if len(clash):
            return f"day and month told apart by times such as '{clash[0]}'"
    return f"every time reads as {pattern}"
