"""The population frame: one row for each member of a finite population, read from the project's CSV."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from barometer.errors import ProjectError, did_you_mean
from barometer.intake import read_table
from barometer.project.settings import PROJECT_FILE, Break, Population


def read_frame(path: Path, population: Population, breaks: dict[str, Break]) -> pl.DataFrame:
    """The frame: one row a member, all columns text, in the order of the file.

    Raises:
        ProjectError: If the file cannot be read, lacks the key, names a member twice or not at all, or a break has a level that
            `barometer.toml` does not name.
    """
    table = read_table(path)
    frame = table.rows.drop("row").rename({f"c{place}": name for place, name in enumerate(table.headers)})
    key = population.key
    assert key is not None  # the settings see to it that frame and key go together
    for column in (key, *([population.roles.column] if population.roles else [])):
        if column not in frame.columns:
            raise ProjectError(
                "The frame lacks a column.",
                file=path,
                where="the header",
                expected=f"a column '{column}', as {PROJECT_FILE} says under [population]",
                got=", ".join(frame.columns),
                hint=did_you_mean(column, frame.columns),
            )
    rows = table.rows["row"]
    if frame[key].null_count():
        raise ProjectError(
            "A member of the frame has no key.", file=path, where=f"row {rows.filter(frame[key].is_null())[0]}, column '{key}'"
        )
    twice = frame[key].is_duplicated()
    if twice.any():
        raise ProjectError(
            "A member stands twice in the frame.",
            file=path,
            where=f"rows {', '.join(str(row) for row in rows.filter(twice)[:2])}",
            expected=f"each '{key}' once",
            got=str(frame[key].filter(twice)[0]),
        )
    for name, settings in breaks.items():
        if settings.levels and name in frame.columns:
            _known_levels(frame[name], rows, name, settings, path)
    return frame


def _known_levels(column: pl.Series, rows: pl.Series, name: str, settings: Break, path: Path) -> None:
    unknown = ~column.is_in(list(settings.levels)) & column.is_not_null()
    if unknown.any():
        got = str(column.filter(unknown)[0])
        raise ProjectError(
            "The frame has a level that the project does not name.",
            file=path,
            where=f"row {rows.filter(unknown)[0]}, column '{name}'",
            expected=f"one of {', '.join(settings.levels)}, as {PROJECT_FILE} says under [breaks.{name}]",
            got=got,
            hint=did_you_mean(got, settings.levels),
        )
