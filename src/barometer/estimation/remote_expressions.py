"""Sources and designs as narwhals expressions: what `encode` does on polars, said in the language of every engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.sources import Amount, Answered, Categories, Ranks, Selected, Source
from barometer.estimation.variables import Base

if TYPE_CHECKING:
    import narwhals as nw

UNDECLARED = -1


def required(schema: nw.Schema, column: str, role: str) -> nw.dtypes.DType:
    """The type of a column.

    Raises:
        DesignError: It is not in the frame.
    """
    if column not in schema:
        hint = did_you_mean(str(column), schema.names()) or f"The frame has: {', '.join(schema.names()[:12])}."
        raise DesignError(f"The {role} column is not in the frame.", where=f"column '{column}'", hint=hint)
    return schema[column]


def number(schema: nw.Schema, column: str, role: str) -> nw.Expr:
    """A column as floating-point numbers.

    Raises:
        DesignError: It is missing or not numeric.
    """
    import narwhals as nw

    dtype = required(schema, column, role)
    if not (dtype.is_numeric() or dtype in (nw.Boolean, nw.Unknown)):
        raise DesignError(f"The {role} column is not numeric.", where=f"column '{column}'", expected="numbers", got=str(dtype))
    return nw.col(column).cast(nw.Float64)


def category_code(schema: nw.Schema, column: str, codes: Sequence[Any], missing: Sequence[Any] = ()) -> nw.Expr:
    """1, 2, ... for the codes, 0 for null and `missing`, `UNDECLARED` for anything else.

    Raises:
        DesignError: The codes are of another type than the column.
    """
    import narwhals as nw

    dtype, values = required(schema, column, "question"), nw.col(column)
    known = [*codes, *missing]
    if dtype == nw.Boolean:
        known, fits = [int(code) if isinstance(code, bool) else code for code in known], (int, float)
        values = values.cast(nw.Int32)
    elif dtype in (nw.String, nw.Categorical) or isinstance(dtype, nw.Enum):
        fits, values = (str,), values.cast(nw.String)  # type: ignore[assignment]
    else:
        fits = (int, float) if dtype.is_numeric() else (object,)  # type: ignore[assignment]
    if not all(isinstance(code, fits) for code in known):
        raise DesignError(
            "The declared codes are of another type than the column.",
            where=f"column '{column}'",
            expected=f"codes of type {dtype}",
            got=", ".join(repr(code) for code in codes[:6]),
        )
    places = [*range(1, len(codes) + 1), *([0] * len(missing))]
    # Side by side and not nested, so that many codes do not make a deep expression.
    steps = [nw.when(values == code).then(nw.lit(place)) for code, place in zip(known, places, strict=True)]
    return nw.coalesce(nw.when(values.is_null()).then(nw.lit(0)), *steps, nw.lit(UNDECLARED)).cast(nw.Int32)


def answered(schema: nw.Schema, family: Sequence[str], base: Base) -> nw.Expr:
    """Who is in the base of a question with several columns.

    Raises:
        DesignError: The base is not a column of true and false.
    """
    import narwhals as nw

    assert isinstance(base, str)
    if base in ("any answered", "each"):
        return nw.any_horizontal(*(~nw.col(column).is_null() for column in family), ignore_nulls=True)
    if required(schema, base, "base") != nw.Boolean:
        raise DesignError("The base of a question is not a column of true and false.", where=f"base '{base}'", got=str(schema[base]))
    return nw.coalesce(nw.col(base), nw.lit(False))


def source_code(schema: nw.Schema, source: Source) -> nw.Expr:
    """The code of a source, as `encode` makes it; for an `Amount` whether there is one."""
    import narwhals as nw

    if isinstance(source, Categories):
        return category_code(schema, source.column, source.codes, source.missing)
    if isinstance(source, Answered):
        return answered(schema, source.family, source.base).cast(nw.Int32)
    if isinstance(source, Selected):
        chosen = nw.any_horizontal(*(category_code(schema, column, (0, 1)) == 2 for column in source.columns), ignore_nulls=True)
        return (chosen & answered(schema, source.family, source.base)).cast(nw.Int32)
    if isinstance(source, Ranks):
        code = category_code(schema, source.column, tuple(range(1, source.places + 1)))
        unranked = (code == 0) & answered(schema, source.family, "any answered")
        return nw.when(unranked).then(nw.lit(source.places + 1)).otherwise(code).cast(nw.Int32)
    return answered(schema, source.family or (source.column,), "any answered").cast(nw.Int32)


def amount(schema: nw.Schema, source: Amount) -> nw.Expr:
    """The number of an `Amount`, 0 where there is none."""
    import narwhals as nw

    return nw.coalesce(number(schema, source.column, "question"), nw.lit(0.0))


def answer_codes(schema: nw.Schema, sources: Sequence[Source]) -> dict[tuple[str, tuple[Any, ...]], nw.Expr]:
    """The codes of every column whose answers were declared, by column and declared codes: to be searched for other answers."""
    out = {}
    for source in sources:
        if isinstance(source, Categories):
            out[source.column, source.codes] = category_code(schema, source.column, source.codes, source.missing)
        elif isinstance(source, Selected):
            out |= {(column, (0, 1)): category_code(schema, column, (0, 1)) for column in source.columns}
        elif isinstance(source, Ranks):
            ranks = tuple(range(1, source.places + 1))
            out[source.column, ranks] = category_code(schema, source.column, ranks)
    return out


def collect(frame: nw.LazyFrame[Any]) -> pl.DataFrame:
    """The result of a query, which is the only thing that leaves the engine."""
    import narwhals as nw

    found = nw.to_native(frame.collect("polars"))
    assert isinstance(found, pl.DataFrame)
    named = [name for name, dtype in found.schema.items() if isinstance(dtype, pl.Categorical | pl.Enum)]
    return found.with_columns(pl.col(named).cast(pl.String)) if named else found
