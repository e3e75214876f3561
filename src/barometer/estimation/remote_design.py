"""A sampling design whose rows stay in another engine: its checks as one query, its groups as another."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation import remote_expressions as expressions
from barometer.estimation.distributions import Floats
from barometer.estimation.linearisation import Ints
from barometer.estimation.sources import Amount, Source
from barometer.estimation.structure import build_structure

if TYPE_CHECKING:
    import narwhals as nw

ONES = "weight of one"


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups of a design, in the order of `keys`; see `Cells` for the attributes.

    `depth` is how many of the design's stratum and cluster columns name a group; `schema` holds their types.
    """

    keys: tuple[tuple[Hashable, ...], ...]
    depth: int
    schema: Mapping[str, pl.DataType]
    elements: bool
    population: Floats
    sampled: Ints
    live: Ints
    weight_total: Floats

    def number(self, found: pl.DataFrame) -> Ints:
        """The group of each row of an answer, by its columns k0, k1, ..."""
        names = [f"k{place}" for place in range(self.depth)]
        if not names:
            return np.zeros(found.height, dtype=np.int64)
        keys = pl.DataFrame(self.keys, schema={name: self.schema[name] for name in names}, orient="row").with_row_index("group")
        return found.join(keys, on=names, how="left", maintain_order="left")["group"].cast(pl.Int64).to_numpy()


@dataclass(frozen=True, eq=False)
class RemoteDesign:
    """The columns of a design in a lazy frame; the arguments are those of `Design`."""

    frame: nw.LazyFrame[Any]
    weight: str | None
    strata: tuple[str, ...]
    clusters: tuple[str, ...]
    population: Any

    def __post_init__(self) -> None:
        if len(self.clusters) > 2:
            raise DesignError(
                "Clusters of more than two stages are not counted in an engine.", where="clusters", got=", ".join(self.clusters)
            )
        for role, columns in (("stratum", self.strata), ("cluster", self.clusters), ("population", self.population_columns)):
            for column in columns:
                expressions.required(self.schema, column, role)

    @cached_property
    def schema(self) -> nw.Schema:
        """The types of the columns."""
        return self.frame.collect_schema()

    @cached_property
    def population_columns(self) -> tuple[str, ...]:
        """The columns with populations, one a stage."""
        if self.population is None or isinstance(self.population, Mapping | int | float):
            return ()
        return (self.population,) if isinstance(self.population, str) else tuple(self.population)

    @cached_property
    def used(self) -> tuple[str, ...]:
        """The cluster columns that matter: later stages do only where populations are known."""
        return self.clusters if self.population is not None else self.clusters[:1]

    @cached_property
    def weights(self) -> nw.Expr:
        """The weight of each row."""
        import narwhals as nw

        return nw.lit(1.0) if self.weight is None else expressions.number(self.schema, self.weight, "weight")

    def keys(self, depth: int) -> dict[str, nw.Expr]:
        """The first `depth` stratum and cluster columns, as k0, k1, ...; text where they are enumerations."""
        import narwhals as nw

        path = (*self.strata, *self.used)[:depth]
        if not path:
            # Grouping by something constant stands for not grouping. It is made from a column, so that it has a value for every row.
            return {"everybody": nw.col(self.schema.names()[0]).is_null().cast(nw.Int32) * 0}
        return {f"k{place}": nw.col(column) for place, column in enumerate(path)}

    def check(self, sources: Sequence[Source]) -> None:
        """Search the rows for values that a design or the declared codes do not allow, in one query.

        Raises:
            DesignError: There are some; the message names the column and, for an undeclared answer, one value.
        """
        import narwhals as nw

        counts: dict[str, nw.Expr] = {"rows": nw.len()}
        complete = [("stratum", name) for name in self.strata] + [("cluster", name) for name in self.used]
        complete += [("population", name) for name in self.population_columns]
        numbers = [("weight", self.weight)] if self.weight is not None else []
        numbers += [("population", name) for name in self.population_columns]
        amounts = {source.column: None for source in sources if isinstance(source, Amount)}
        for role, name in [*complete, *numbers]:
            counts[f"nulls {role} {name}"] = nw.col(name).is_null().cast(nw.Int64).sum()
        for role, name in [*numbers, *(("question", name) for name in amounts)]:
            counts[f"infinite {role} {name}"] = _count(~expressions.number(self.schema, name, role).is_finite())
        if self.weight is not None:
            counts["negative"], counts["positive"] = _count(self.weights < 0), _count(self.weights > 0)
        codes = expressions.answer_codes(self.schema, sources)
        for place, code in enumerate(codes.values()):
            counts[f"code {place}"] = _count(code == expressions.UNDECLARED)
        short = {f"x{place}": expression for place, expression in enumerate(counts.values())}
        found = dict(zip(counts, expressions.collect(self.frame.select(**short)).row(0), strict=True))
        _refuse(found, self.weight)
        for place, ((column, declared), code) in enumerate(codes.items()):
            if found[f"code {place}"]:
                wrong = self.frame.filter(code == expressions.UNDECLARED).select(column).head(1)
                value = expressions.collect(wrong).item()
                raise DesignError(
                    "An answer is not one of the declared codes.",
                    where=f"column '{column}', {found[f'code {place}']} rows",
                    expected="one of " + ", ".join(repr(one) for one in declared),
                    got=repr(value),
                    hint=did_you_mean(str(value), map(str, declared)) or "Declare the code, or name it in missing=(...).",
                )

    def groups(self) -> Groups:
        """Count the groups: strata, or clusters within them.

        Raises:
            DesignError: A cluster lies in two strata, or a population is not constant or not known.
        """
        import narwhals as nw

        alone = self._every_row_is_a_unit()
        depth = len(self.strata) + len(self.used) - alone
        keys = self.keys(depth)
        columns = {f"p{place}": expressions.number(self.schema, name, "population") for place, name in enumerate(self.population_columns)}
        sums = {"n": nw.len(), "live": _count(nw.col("w") > 0), "total": nw.col("w").sum()}
        sums |= {f"{name}{end}": getattr(nw.col(name), end)() for name in columns for end in ("min", "max")}
        found = expressions.collect(self.frame.select(**keys, **columns, w=self.weights).group_by(*keys).agg(**sums))
        small = self._miniature(found, depth, alone)
        built = build_structure(
            small,
            weight=ONES,
            strata=self.strata,
            clusters=self.clusters,
            population=self.population,
            lonely="certainty",
            nest=False,
        )
        size = len(built.keys)
        sampled, live = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        types = {name: dtype for name, dtype in found.schema.items() if name in keys}
        groups = Groups(built.keys, depth, types, built.elements, built.group_population, sampled, live, np.zeros(size))
        at = groups.number(found)
        groups.sampled[at], groups.live[at] = found["n"].cast(pl.Int64).to_numpy(), found["live"].cast(pl.Int64).to_numpy()
        groups.weight_total[at] = found["total"].cast(pl.Float64).to_numpy()
        return groups

    def _every_row_is_a_unit(self) -> bool:
        """Whether each respondent is a second-stage unit of its own, so that its totals are its answers."""
        import narwhals as nw

        stages = 1 if isinstance(self.population, Mapping | int | float) else len(self.population_columns)
        if len(self.used) < 2 or stages > 2:
            return False
        keys = self.keys(len(self.strata) + 2)
        sizes = self.frame.select(**keys, w=self.weights).group_by(*keys).agg(n=nw.len())
        return bool(expressions.collect(sizes.select(nw.col("n").max())).item() == 1)

    def _miniature(self, found: pl.DataFrame, depth: int, alone: bool) -> pl.DataFrame:
        """The sample with each group cut down to two respondents, on which the design is checked as on the sample itself.

        One has the smallest population that occurs in the group and one the largest, so that differences show.
        """
        path = (*self.strata, *self.clusters)
        columns = {name: f"k{place}" for place, name in enumerate(path[:depth])}
        ends = []
        for end in ("min", "max"):
            populations = {name: f"p{place}{end}" for place, name in enumerate(self.population_columns)}
            rows = found if end == "min" else found.filter(pl.col("n") > 1)
            ends.append(rows.select(**{name: pl.col(made) for name, made in (columns | populations).items()}, **{ONES: pl.lit(1.0)}))
        small = pl.concat(ends)
        # Units of a later stage that were not collected: one a row, or of no consequence.
        later = [pl.int_range(pl.len()).alias(name) for name in path[depth:]] if alone or depth < len(path) else []
        return small.with_columns(later)


def _count(condition: nw.Expr) -> nw.Expr:
    import narwhals as nw

    return nw.coalesce(condition, nw.lit(False)).cast(nw.Int64).sum()


def _refuse(found: Mapping[str, Any], weight: str | None) -> None:
    """Raise what the counts of impossible values call for."""
    if not found["rows"]:
        raise DesignError("The frame has no rows.", expected="at least one respondent")
    for name, count in found.items():
        kind, _, rest = name.partition(" ")
        if not count or kind not in ("nulls", "infinite"):
            continue
        role, _, column = rest.partition(" ")
        what = "has nulls" if kind == "nulls" else "has values that are not finite"
        expected = f"a {role} in every row" if kind == "nulls" else "finite numbers"
        raise DesignError(f"The {role} column {what}.", where=f"column '{column}'", expected=expected, got=f"{count} rows")
    if found.get("negative"):
        raise DesignError(
            "A weight is negative.", where=f"column '{weight}'", expected="weights of 0 or more", got=f"{found['negative']} rows"
        )
    if weight is not None and not found["positive"]:
        raise DesignError("Every weight is zero.", where=f"column '{weight}'", expected="at least one positive weight")
