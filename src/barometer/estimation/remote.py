"""Cells counted where the data live: in DuckDB, Spark, or whatever else narwhals can drive lazily.

`cells` hands frames of other engines to this module. The design, the answers and the breaks become expressions (`remote_expressions`),
the engine groups and adds up, and only sums come back: one row for each group of the design and combination of a few breaks, however
many respondents there are. The same `Cells` come out, so `finish` neither knows nor cares where they were made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from barometer.errors import DesignError
from barometer.estimation import remote_expressions as expressions
from barometer.estimation.distributions import Floats
from barometer.estimation.domains import JOINED
from barometer.estimation.linearisation import Ints
from barometer.estimation.remote_design import Groups, RemoteDesign
from barometer.estimation.sources import Amount, Categories, Source, occurring_codes
from barometer.estimation.sums import Cells, check_breaks
from barometer.estimation.tabulation import Tabulation, plan
from barometer.estimation.variables import AnyBreak, AnyVariable, Battery, Categorical, MultipleResponse

if TYPE_CHECKING:
    import narwhals as nw

# Sums asked for in one query, joint levels of the breaks that one query groups by, and distinct answers that a column may have.
SUMS, JOINT, DISTINCT = 600, 50, 5000


def remote_cells(
    data: Any,
    questions: Sequence[AnyVariable] | AnyVariable,
    breaks: Sequence[AnyBreak] = (),
    *,
    where: nw.Expr | None = None,
    weight: str | None = None,
    strata: str | Sequence[str] | None = None,
    clusters: str | Sequence[str] | None = None,
    population: str | Sequence[str] | int | Mapping[Any, float] | None = None,
) -> Cells:
    """The cells of a lazy frame: what `cells` does for a DuckDB relation, a PySpark DataFrame or a polars LazyFrame.

    The engine runs one query that searches for impossible values, one that counts the groups of the design, one for each question or
    break whose codes are not declared (declare them: the queries are saved, and parts of the data stay addable), and one for every few
    breaks. Rows never leave it: each answer has at most as many rows as there are groups times joint levels of these breaks.

    What needs rows, or their order, cannot be had from sums: quantiles, rank tests, models, calibrated variances, replicate weights
    and change in an overlapping panel. For those bring a sample of rows, or the columns concerned, to a `Design`. Weights must be a
    column (they may be made in the engine first), clusters have two stages at most, and a multiple-response base is "any answered",
    "each" or a column of true and false.

    Args:
        data: The frame.
        questions: Variables or column names.
        breaks: Column names, `Categorical`s, or tuples of them (crossed).
        where: A narwhals expression for the respondents who count; the others stay in the design.
        weight: The weight column.
        strata: The stratum column or columns.
        clusters: The cluster column of each of at most two stages.
        population: As for `Design`.

    Raises:
        DesignError: A column is missing or holds impossible values, or the frame is not one that narwhals can drive lazily.

    Example:
        >>> import polars as pl
        >>> frame = pl.LazyFrame({"q": ["a", "b", "a", "a"], "role": ["x", "x", "y", "y"]})
        >>> remote_cells(frame, ["q"], ["role"]).counts.tolist()  # options x (all, x, y)
        [[3, 1, 2], [1, 1, 0]]
    """
    frame = _lazy(data)
    asked = [questions] if isinstance(questions, str) or not isinstance(questions, Sequence) else list(questions)
    split = [breaks] if isinstance(breaks, str) else list(breaks)
    if population is not None and weight is None:
        raise DesignError(
            "Cells of a frame need a weight column when populations are given.",
            where="weight",
            hint="Make one in the engine: population divided by respondents, in each stratum.",
        )
    if where is not None and not _is_narwhals(where):
        raise DesignError(
            "The condition is not a narwhals expression.",
            where=f"where={where}",
            expected="an expression such as narwhals.col('role') == 'chair'",
        )
    _check_bases(asked)
    design = RemoteDesign(frame, weight, _names(strata), _names(clusters), population)
    answers = _specimen(frame, [*asked, *(part for by in split for part in (by if isinstance(by, tuple) else (by,)))])
    tabulation = plan(asked, answers)
    resolved = [_resolve(frame, answers, by) for by in split]
    check_breaks([one.name for one in resolved])
    design.check([*tabulation.sources, *(part for one in resolved for part in one.parts)])
    groups = design.groups()
    return _Count(design, groups, tabulation, resolved, where).cells()


def _lazy(data: Any) -> nw.LazyFrame[Any]:
    try:
        import narwhals as nw

        frame = nw.from_native(data)
    except TypeError as error:
        raise DesignError(
            "This is not a frame that can be counted.",
            got=type(data).__name__,
            expected="a Design, a polars frame, a DuckDB relation or a Spark DataFrame",
        ) from error
    if isinstance(frame, nw.LazyFrame):
        return frame
    raise DesignError(
        "A frame in memory is counted by polars.", got=type(data).__name__, hint="Use polars.from_pandas() or polars.from_arrow()."
    )


def _is_narwhals(expression: Any) -> bool:
    import narwhals as nw

    return isinstance(expression, nw.Expr)


def _check_bases(asked: Sequence[AnyVariable]) -> None:
    for variable in asked:
        if isinstance(variable, MultipleResponse) and not isinstance(variable.base, str):
            raise DesignError(
                "A base that is a polars expression cannot be counted in another engine.",
                where=f"question '{variable.question}'",
                expected="'any answered', 'each', or the name of a column of true and false",
                hint="Make it a column there, and name that column.",
            )


def _names(columns: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if columns is None else (columns,) if isinstance(columns, str) else tuple(columns)


def _specimen(frame: nw.LazyFrame[Any], variables: Sequence[Any]) -> pl.DataFrame:
    """An example of every answer that questions and breaks do not declare: enough of a frame to plan on."""
    import narwhals as nw

    schema = frame.collect_schema()
    wanted: dict[str, None] = {}
    for variable in variables:
        if isinstance(variable, str) and variable in schema and not schema[variable].is_float():
            wanted[variable] = None
        elif isinstance(variable, Categorical) and variable.codes is None:
            wanted[variable.column] = None
        elif isinstance(variable, Battery) and variable.codes is None:
            wanted |= dict.fromkeys(variable.items.values())
    columns = []
    for name, dtype in schema.items():
        if isinstance(dtype, nw.Enum):
            columns.append(pl.Series(name, [], dtype=pl.Enum(dtype.categories)))
        elif name in wanted:
            columns.append(_distinct(frame, name))
        else:
            columns.append(pl.Series(name, [], dtype=pl.Float64 if dtype.is_float() else pl.Null))
    height = max((len(column) for column in columns), default=0)
    return pl.DataFrame([column.extend_constant(None, height - len(column)) for column in columns])


def _distinct(frame: nw.LazyFrame[Any], column: str) -> pl.Series:
    import narwhals as nw

    found = expressions.collect(frame.group_by(column).agg(nw.len().alias("__rows")).head(DISTINCT + 2))[column].drop_nulls()
    if len(found) > DISTINCT:
        raise DesignError(
            "A column has too many different answers.",
            where=f"column '{column}'",
            expected=f"at most {DISTINCT}",
            hint="Declare its codes with Categorical(name, codes=(...)), or use Numeric(name) for a number.",
        )
    return found


@dataclass(frozen=True)
class _Break:
    """A break: its columns, and the level of each combination of their codes."""

    name: str
    levels: tuple[str, ...]
    parts: tuple[Categories, ...]
    places: Mapping[tuple[int, ...], int]

    @property
    def size(self) -> int:
        """How many combinations there can be, with those that are no level."""
        return prod(part.width + 1 for part in self.parts)


def _resolve(frame: nw.LazyFrame[Any], answers: pl.DataFrame, by: AnyBreak) -> _Break:
    """The levels of a break; of crossed columns only combinations that occur are levels."""
    schema, parts, names = frame.collect_schema(), [], []
    for one in by if isinstance(by, tuple) else (by,):
        variable = Categorical(one) if isinstance(one, str) else one
        expressions.required(schema, variable.column, "break")
        codes = variable.codes
        if codes is None:
            codes = tuple(code for code in occurring_codes(answers[variable.column]) if code not in variable.missing)
        parts.append(Categories(variable.column, codes, tuple(variable.missing)))
        names.append(variable.question)
    if len(parts) == 1:
        levels = tuple(str(code) for code in parts[0].codes)
        return _Break(names[0], levels, tuple(parts), {(place,): place for place in range(1, len(levels) + 1)})
    import narwhals as nw

    codes_of = {f"p{place}": expressions.source_code(schema, part) for place, part in enumerate(parts)}
    pairs = frame.select(**codes_of).group_by(*codes_of).agg(nw.len().alias("__rows"))
    found = sorted(key for key in expressions.collect(pairs).select(*codes_of).rows() if min(key) > 0)
    crossed = tuple(JOINED.join(str(part.codes[code - 1]) for part, code in zip(parts, key, strict=True)) for key in found)
    return _Break(JOINED.join(names), crossed, tuple(parts), {key: place for place, key in enumerate(found, start=1)})


@dataclass(frozen=True, eq=False)
class _Count:
    """The queries for the sums of a book, and their answers put together."""

    design: RemoteDesign
    groups: Groups
    tabulation: Tabulation
    breaks: Sequence[_Break]
    where: nw.Expr | None

    @cached_property
    def starts(self) -> list[int]:
        """Where the columns of each source begin, and how many there are."""
        return [0, *np.cumsum([source.width for source in self.tabulation.sources]).tolist()]

    def cells(self) -> Cells:
        """All sums."""
        levels = 1 + sum(len(one.levels) for one in self.breaks)
        shape = (self.starts[-1], levels, len(self.groups.keys))
        counts, weights = np.zeros(shape[:2]), np.zeros(shape)
        # Where every weight is 1 its square is too.
        squares = weights if self.design.weight is None else np.zeros(shape)
        tables = [(counts, "n"), (weights, "w"), (squares, "s")][: 2 if squares is weights else 3]
        first = [1, *(1 + np.cumsum([len(one.levels) for one in self.breaks])).tolist()]
        for bundle in self._bundles():
            chosen = [self.breaks[at] for at in bundle]
            for columns, found in self._queries(chosen):
                group = self.groups.number(found)
                # Everybody is counted with the first breaks: whoever has no level of them is in an answer of its own.
                spans = [(slice(0, 1), np.ones(found.height, dtype=np.int64))] if 0 in bundle or not self.breaks else []
                spans += [(slice(first[at], first[at + 1]), self._levels(found, bundle, at)) for at in bundle]
                for span, level in spans:
                    for table, name in tables:
                        self._place(table, found, (columns, span), (level, group), name)
        return Cells(
            self.tabulation,
            tuple((one.name, one.levels) for one in self.breaks),
            self.groups.keys,
            len(self.design.strata),
            self.groups.elements,
            self.groups.population,
            self.groups.sampled,
            self.groups.live,
            self.groups.weight_total,
            np.rint(counts).astype(np.int64),
            weights,
            squares,
            "certainty",
        )

    def _bundles(self) -> list[list[int]]:
        """Neighbouring breaks that one query groups by together."""
        out: list[list[int]] = []
        for place, one in enumerate(self.breaks):
            if out and prod(self.breaks[at].size for at in out[-1]) * one.size <= JOINT:
                out[-1].append(place)
            else:
                out.append([place])
        return out or [[]]

    def _levels(self, found: pl.DataFrame, bundle: Sequence[int], at: int) -> Ints:
        """The level of one break in each row of an answer, 0 for none."""
        start = sum(len(self.breaks[other].parts) for other in bundle if other < at)
        one = self.breaks[at]
        codes = found.select(f"b{start + place}" for place in range(len(one.parts))).rows()
        return np.array([one.places.get(key, 0) for key in codes], dtype=np.int64)

    def _place(self, table: Floats, found: pl.DataFrame, to: tuple[Sequence[int], slice], at: tuple[Ints, Ints], name: str) -> None:
        """Adds the sums called `name` of an answer's rows to their levels and groups."""
        (columns, span), (level, group) = to, at
        kept = np.flatnonzero(level > 0)
        names = [f"{name}{column}" if f"{name}{column}" in found.columns else f"n{column}" for column in columns]
        present = [(column, one) for column, one in zip(columns, names, strict=True) if one in found.columns]
        values = found.select(pl.col(one).cast(pl.Float64).alias(str(column)) for column, one in present).to_numpy()[kept]
        into = np.zeros((span.stop - span.start, table.shape[2] if table.ndim == 3 else 1, len(present)))
        np.add.at(into, (level[kept] - 1, group[kept] if table.ndim == 3 else np.zeros(len(kept), dtype=np.int64)), values)
        tables = into.transpose(2, 0, 1) if table.ndim == 3 else into[:, 0].T
        table[[column for column, _ in present], span] += tables

    def _queries(self, breaks: Sequence[_Break]) -> Iterator[tuple[list[int], pl.DataFrame]]:
        """The sums of all columns by some breaks and the groups: the columns and the answer, some columns at a time."""
        sources, chunk = self.tabulation.sources, list[int]()
        for place, source in enumerate(sources):
            if chunk and 3 * (sum(sources[at].width for at in chunk) + source.width) > SUMS:
                yield self._query(breaks, chunk)
                chunk = []
            chunk.append(place)
        yield self._query(breaks, chunk)

    def _query(self, breaks: Sequence[_Break], chunk: Sequence[int]) -> tuple[list[int], pl.DataFrame]:
        schema, sources = self.design.schema, self.tabulation.sources
        frame = self.design.frame if self.where is None else self.design.frame.filter(self.where)
        if self.design.weight is not None:
            frame = frame.filter(self.design.weights > 0)
        keys = self.design.keys(self.groups.depth)
        by = {f"b{place}": part for place, part in enumerate(part for one in breaks for part in one.parts)}
        named = keys | {name: expressions.source_code(schema, part) for name, part in by.items()}
        named |= {"w": self.design.weights, "w2": self.design.weights**2}
        named |= {f"c{at}": expressions.source_code(schema, sources[at]) for at in chunk}
        amounts = [(at, source) for at in chunk if isinstance(source := sources[at], Amount)]
        named |= {f"y{at}": expressions.amount(schema, source) for at, source in amounts}
        sums: dict[str, nw.Expr] = {}
        for at in chunk:
            sums |= self._sums(sources[at], at)
        columns = [column for at in chunk for column in range(self.starts[at], self.starts[at + 1])]
        return columns, expressions.collect(frame.select(**named).group_by(*keys, *by).agg(**sums))

    def _sums(self, source: Source, at: int) -> dict[str, nw.Expr]:
        """Respondents (n), weights (w) and squared weights (s) of each column of a source."""
        import narwhals as nw

        code, start, out = nw.col(f"c{at}"), self.starts[at], dict[str, nw.Expr]()
        kinds = (("w", "w"), ("s", "w2"))
        if isinstance(source, Amount):
            y, here = nw.col(f"y{at}"), code == 1
            out[f"n{start}"] = here.cast(nw.Int64).sum()
            for offset, value in enumerate((None, y, y**2)):
                for name, weight in kinds:
                    product = nw.col(weight) if value is None else nw.col(weight) * value
                    out[f"{name}{start + offset}"] = nw.when(here).then(product).otherwise(nw.lit(0.0)).sum()
            return out
        for place in range(source.width):
            here = code == place + 1
            out[f"n{start + place}"] = here.cast(nw.Int64).sum()
            if self.design.weight is not None:
                out |= {f"{n}{start + place}": nw.when(here).then(nw.col(w)).otherwise(nw.lit(0.0)).sum() for n, w in kinds}
        return out
