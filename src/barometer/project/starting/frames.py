"""Finds the column of a population frame that an export names, and the columns that tables may be broken by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from barometer.errors import ProjectError, UsageError, did_you_mean
from barometer.intake import read_table
from barometer.intake.platforms.source import Source
from barometer.project.starting.labels import shortened

_LEVELS = 8
_BREAKS = 3
_ENOUGH = 0.5


@dataclass(frozen=True)
class Frame:
    """A population frame that fits an export.

    Attributes:
        file: The file.
        key: Its column that identifies a member.
        post: The export's column that names it.
        size: The number of members.
        matched: The share of submissions (0 to 1) that name a member.
        breaks: Columns that tables may be broken by, each with its levels.
    """

    file: Path
    key: str
    post: str
    size: int
    matched: float
    breaks: dict[str, dict[str, str]]


def fitted(path: Path, source: Source, *, key: str | None = None, taken: Collection[str] = ()) -> Frame:
    """The frame in a file, with the column of the export that names its members.

    Args:
        path: A CSV or XLSX with one row a member.
        source: The export.
        key: The frame's column that identifies a member; left out, the one that the export names most often.
        taken: Names that a break may not have, as questions have them.

    Raises:
        UsageError: If the frame has no column `key`.
        ProjectError: If no column of it identifies members, or the export names hardly any of them.
    """
    table = read_table(path)
    frame = table.rows.drop("row").rename({f"c{place}": name for place, name in enumerate(table.headers)})
    if key is not None and key not in frame.columns:
        raise UsageError(
            "The frame has no such column.",
            file=path,
            expected="one of " + ", ".join(frame.columns),
            got=key,
            hint=did_you_mean(key, frame.columns),
        )
    keys = (
        [key]
        if key is not None
        else [name for name in frame.columns if not frame[name].null_count() and frame[name].n_unique() == frame.height]
    )
    best: tuple[float, str, str] = (0.0, "", "")
    for name in keys:
        members = frame[name].implode()
        for place, variable in enumerate(source.variables):
            share = float(source.rows[f"c{place}"].is_in(members).fill_null(False).mean() or 0)  # type: ignore[arg-type]
            if share > best[0]:
                best = (share, name, variable.name)
    if best[0] < _ENOUGH:
        raise ProjectError(
            "The export names hardly any member of the frame.",
            file=path,
            expected="a column without blanks and repetitions whose values stand in a column of the export",
            got=f"{best[0]:.0%} of the submissions at best" + (f", in '{best[2]}'" if best[2] else ""),
            hint="Name the frame's column with --key, or leave the frame out and give --population-size.",
        )
    breaks = _breaks(frame, best[1], {*taken, *source.rows.columns})
    return Frame(path, best[1], best[2], frame.height, best[0], breaks)


def _breaks(frame: pl.DataFrame, key: str, taken: Collection[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name in frame.columns:
        levels = frame[name].drop_nulls().unique().sort().to_list()
        if name == key or name in taken or not 2 <= len(levels) <= _LEVELS or frame.height < 4 * len(levels):
            continue
        found[name] = {
            str(level): shortened(str(level).replace("_", " ")).capitalize() if str(level).islower() else str(level) for level in levels
        }
        if len(found) == _BREAKS:
            break
    return found


def with_post(source: Source, header: str) -> Source:
    """The source with a column as the one that names posts; it may be the respondent's as well."""
    if any(variable.role == "post" and variable.name == header for variable in source.variables):
        return source
    others = tuple(replace(variable, role=None) if variable.role == "post" else variable for variable in source.variables)
    place = next(number for number, variable in enumerate(others) if variable.name == header)
    if others[place].role in (None, "metadata", "identifier"):
        return replace(source, variables=tuple(replace(v, role="post") if number == place else v for number, v in enumerate(others)))
    return replace(source, variables=(*others, replace(others[place], role="post")))
