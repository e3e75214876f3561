"""The population frame: one row for each member of a finite population, read from the project's CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from barometer.errors import ProjectError, did_you_mean
from barometer.intake import read_table
from barometer.project.settings import PROJECT_FILE, Break, Population

if TYPE_CHECKING:
    from barometer.estimation import Design
    from barometer.estimation.change_overlap import CommonPopulation
    from barometer.project.wave import Wave

SUCCESSOR = "successor"


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


def read_successors(path: Path, key: str) -> dict[str, str]:
    """Which member of an earlier frame became which of a later one.

    Args:
        path: A CSV with the columns `key` and `successor`; an empty successor says that the member came to an end. Others are notes.
        key: The column of the frame that identifies a member.

    Returns:
        From each earlier member that went on to its successor.

    Raises:
        ProjectError: If the file cannot be read, lacks a column, or two members have one successor.
    """
    table = read_table(path)
    rows = table.rows.rename({f"c{place}": name for place, name in enumerate(table.headers)})
    for column in (key, SUCCESSOR):
        if column not in rows.columns:
            raise ProjectError(
                "The record of successors lacks a column.", file=path, expected=f"a column '{column}'", got=", ".join(table.headers)
            )
    went_on = rows.filter(pl.col(key).is_not_null() & pl.col(SUCCESSOR).is_not_null())
    for column, says in ((SUCCESSOR, "Two members went on as one."), (key, "A member went on as two.")):
        twice = went_on.filter(pl.col(column).is_duplicated())
        if twice.height:
            named = ", ".join(str(row) for row in twice["row"][:2])
            raise ProjectError(says, file=path, where=f"rows {named}", expected=f"each '{column}' once", got=str(twice[column][0]))
    return dict(went_on.select(key, SUCCESSOR).iter_rows())


def continued(before: Wave, after: Wave) -> tuple[Design, CommonPopulation]:
    """The design of an earlier wave with its members named as the later wave's frame names them, and how many exist in both populations.

    Returns:
        The design, and None where both waves have the same frame or one of them has none; else the number of members in both frames (of
        each stratum, where the design has strata).

    Raises:
        ProjectError: If the record of successors is broken.
    """
    earlier, later = before.survey, after.survey
    first, second = earlier.frame, later.frame
    old, new = earlier.settings.population, later.settings.population
    if first is None or second is None or old.frame == new.frame or old.key is None or new.key is None:
        return before.design, None
    names = read_successors(later.folder / new.successors, new.key) if new.successors else {}
    here = set(second[new.key])

    def renamed(column: str) -> pl.Expr:
        goes_on = pl.col(column).replace(names)
        return pl.when(pl.col(column).is_in(list(here))).then(pl.col(column)).otherwise(goes_on)

    design = before.design.with_frame(before.design.frame.with_columns(renamed("post").alias("post")))
    both = first.with_columns(renamed(old.key).alias(old.key)).filter(pl.col(old.key).is_in(list(here)))
    strata = list(later.settings.design.strata)
    if not strata:
        return design, both.height
    # A member that changed its stratum counts as another one.
    same = second.select(new.key, *strata).join(both.select(pl.col(old.key).alias(new.key), *strata), on=[new.key, *strata], how="inner")
    return design, {tuple(key): count for *key, count in same.group_by(strata).len().iter_rows()}


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
