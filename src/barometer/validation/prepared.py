"""The table that rules look at: an export with its numbers read, its posts looked up in the frame, and its unreadable times marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from barometer.errors import ProjectError, did_you_mean
from barometer.intake import Export
from barometer.intake.answers import coded
from barometer.validation.expressions import ColumnKind, Vocabulary
from barometer.validation.literals import constant
from barometer.validation.settings import CheckContext
from barometer.validation.terms import NUMBER

#: A number as rules understand it. polars and Python read the pattern alike.
NUMBER_PATTERN = "^[+-]?[0-9]+(?:[.][0-9]+)?$"
#: Beside a column of times stands whether its text could not be read, under the column's name and this.
UNREADABLE = ":unreadable"
#: What stands before the name of a column of the population frame.
FRAME = "frame."
_NUMERIC = ("numeric", "ranking", "allocation")


@dataclass(frozen=True)
class Prepared:
    """The export as rules see it.

    Attributes:
        export: What came in.
        table: The columns of `Export.frame` in the same order of rows; numbers as `column:number`; the frame's columns as
            `frame.column`; `started:unreadable` and `completed:unreadable`.
        vocabulary: What expressions may name.
        posts: The posts of the population frame, sorted; none without a frame.
        values: For each column of the population frame how many values it has; the key under "post".
    """

    export: Export
    table: pl.DataFrame
    vocabulary: Vocabulary
    posts: tuple[str, ...] | None
    values: Mapping[str, int]

    def has(self, *columns: str) -> bool:
        """Whether the table has these columns."""
        return all(column in self.table.columns for column in columns)

    def with_columns(self, columns: Sequence[pl.Expr], kinds: dict[str, ColumnKind]) -> Prepared:
        """The same with further columns that expressions may name."""
        vocabulary = replace(self.vocabulary, columns={**self.vocabulary.columns, **kinds})
        return replace(self, table=self.table.with_columns(columns), vocabulary=vocabulary)


def numbers(column: str) -> pl.Expr:
    """The numbers of a text column; what is no number is blank."""
    text = pl.col(column)
    return pl.when(text.str.contains(constant(NUMBER_PATTERN))).then(text).cast(pl.Float64, strict=False).alias(column + NUMBER)


def prepare(export: Export, frame: pl.DataFrame | None, context: CheckContext) -> Prepared:
    """The table that rules look at.

    Raises:
        ProjectError: If the population frame lacks the key or the role, names a post twice, or has a role that is no answer to the
            role question.
    """
    table = export.frame
    columns: dict[str, ColumnKind] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for name in ("respondent", "post", "wave"):
        if name in table.columns:
            columns[name] = "text"
    for name in ("started", "completed"):
        if name in table.columns:
            columns[name] = "time"
            broken = export.unreadable.filter(pl.col("column") == name)["row"]
            table = table.with_columns(pl.col("row").is_in(broken.implode()).alias(name + UNREADABLE))
    numeric: list[str] = []
    for question in export.questionnaire.asked_in(export.wave):
        own = question.columns(export.wave)
        answers = tuple(column for column in own if not column.endswith(".other_text"))
        for column in own:
            columns[column] = "text"
        if question.kind == "multiple":
            columns |= dict.fromkeys(answers, "tick")
        if question.kind in _NUMERIC:
            columns |= dict.fromkeys(answers, "number")
            numeric += answers
        if answers != (question.id,):
            groups[question.id] = answers
    table = table.with_columns([numbers(column) for column in numeric])
    posts = None
    values: dict[str, int] = {}
    if frame is not None:
        frame = _checked(frame, export, context)
        posts = tuple(sorted(frame[context.key].drop_nulls().to_list()))
        values = {FRAME + name: series.drop_nulls().n_unique() for name, series in frame.to_dict().items() if name != context.key}
        values["post"] = len(posts)
        table, attributes = _joined(table, frame, context.key)
        columns |= attributes
    return Prepared(export, table, Vocabulary(columns, groups), posts, values)


def _checked(frame: pl.DataFrame, export: Export, context: CheckContext) -> pl.DataFrame:
    for column in (context.key, context.role_column):
        if column is not None and column not in frame.columns:
            raise ProjectError(
                "The population frame lacks a column.",
                file=context.frame_file,
                expected=f"a column '{column}'",
                got=", ".join(frame.columns),
                hint=did_you_mean(column, frame.columns),
            )
    frame = frame.with_columns(pl.col(context.key).cast(pl.String))
    twice = frame.filter(pl.col(context.key).is_duplicated() & pl.col(context.key).is_not_null())[context.key]
    if len(twice):
        raise ProjectError(
            "The population frame names a post twice.",
            file=context.frame_file,
            where=f"column '{context.key}'",
            got=f"'{twice[0]}' stands {int((twice == twice[0]).sum())} times",
            hint="One row of the frame is one post.",
        )
    if context.role_column is None or context.role_question is None:
        return frame
    options = export.questionnaire.question(context.role_question).options
    roles = coded(frame[context.role_column].cast(pl.String), options)
    strange = roles.filter(roles.is_not_null() & ~roles.is_in([option.code for option in options]))
    if len(strange):
        raise ProjectError(
            "The population frame has a role that the questionnaire does not know.",
            file=context.frame_file,
            where=f"column '{context.role_column}'",
            expected="one of " + ", ".join(option.label for option in options),
            got=f"'{strange[0]}'",
            hint=f"Add it to the aliases of an option of '{context.role_question}', or correct the frame.",
        )
    return frame.with_columns(roles.alias(context.role_column))


def _joined(table: pl.DataFrame, frame: pl.DataFrame, key: str) -> tuple[pl.DataFrame, dict[str, ColumnKind]]:
    kinds: dict[str, ColumnKind] = {}
    attributes: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        if name == key:
            continue
        kinds[FRAME + name] = "number" if dtype.is_numeric() else "time" if dtype == pl.Datetime else "text"
        if dtype.is_numeric():
            attributes.append(pl.col(name).cast(pl.Float64).alias(FRAME + name + NUMBER))
        time = pl.col(name).cast(pl.Datetime("us")) if dtype == pl.Datetime else pl.col(name).cast(pl.String)
        attributes.append(time.alias(FRAME + name))
    if "post" not in table.columns:
        return table, {}
    known = frame.filter(pl.col(key).is_not_null()).select(pl.col(key).alias("post"), *attributes)
    return table.join(known, on="post", how="left", maintain_order="left"), kinds
