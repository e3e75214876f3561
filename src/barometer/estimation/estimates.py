"""The one table in which every figure travels: a polars frame with a fixed vocabulary of columns.

| column | meaning |
| ------ | ------- |
| `question` | the question (for a plain column, its name) |
| `item` | the row of a battery, the item of a ranking or allocation; "" elsewhere |
| `option` | the code of an answer, the name of a net, a probability for quantiles; "" for means |
| `break` | the variable that splits the sample; several are joined with " x "; "" for everybody |
| `level` | the group of that break; "" for everybody |
| `statistic` | `share`, `net`, `balance`, `top_box`, `mean`, `total`, `ratio`, `quantile`, `difference`, `mean_rank`, `share_first`, ... |
| `estimate` | the figure: shares, nets and boxes are proportions in 0..1, never per cent; means are in units of the answer |
| `std_error` | its standard error, in the same unit |
| `conf_low`, `conf_high` | its confidence interval, in the same unit |
| `df` | degrees of freedom of the design: primary sampling units minus strata |
| `count` | unweighted respondents with the option (for means and the like: those who answered) |
| `base` | unweighted respondents in the domain who answered |
| `weighted_base` | the sum of their weights |
| `design_effect` | the variance over that of a simple random sample of the same base without replacement |
| `flag` | why a figure needs care: see below |
| `method` | the name of the interval: `logit`, `korn-graubard`, `t`, ... |

Other columns (`p_rest`, `letters`, ...) may follow. Flags: "" nothing to add; "undefined" nobody (or no weight) in the base, so
estimate and interval are null; "not asked" the question's column is not in this wave; "small base" and "suppressed" are set where
figures are made ready for print. Text columns never hold a null and number columns never hold NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from barometer.errors import UsageError, did_you_mean

SCHEMA: dict[str, pl.DataType] = {
    "question": pl.String(),
    "item": pl.String(),
    "option": pl.String(),
    "break": pl.String(),
    "level": pl.String(),
    "statistic": pl.String(),
    "estimate": pl.Float64(),
    "std_error": pl.Float64(),
    "conf_low": pl.Float64(),
    "conf_high": pl.Float64(),
    "df": pl.Float64(),
    "count": pl.Int64(),
    "base": pl.Int64(),
    "weighted_base": pl.Float64(),
    "design_effect": pl.Float64(),
    "flag": pl.String(),
    "method": pl.String(),
}
KEYS: tuple[str, ...] = ("question", "item", "option", "break", "level", "statistic")


_SHOWN = (*KEYS, "estimate", "std_error", "conf_low", "conf_high", "count", "base", "flag")


class Flag:
    """The words of the `flag` column."""

    NONE = ""
    UNDEFINED = "undefined"
    NOT_ASKED = "not asked"
    SMALL_BASE = "small base"
    SUPPRESSED = "suppressed"


class Interval(NamedTuple):
    """A confidence interval, in the unit of its estimate."""

    low: float | None
    high: float | None


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimates as a frame with one vocabulary of columns; see the module's table.

    Args:
        frame: The rows. Missing text columns are filled with "" and missing number columns with null; extra columns stay behind.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> design = Design(pl.DataFrame({"agree": ["yes", "no", "yes", "yes"]}))
        >>> shares = design.proportion("agree")
        >>> shares.frame.select("option", "estimate", "count", "base").rows()
        [('no', 0.25, 1, 4), ('yes', 0.75, 3, 4)]
        >>> shares.row(option="yes")["estimate"]
        0.75
    """

    frame: pl.DataFrame

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", _conform(self.frame))

    @classmethod
    def _of_rows(cls, frame: pl.DataFrame) -> Estimates:
        """Estimates of some rows of others, whose frame has the vocabulary already."""
        made = object.__new__(cls)
        object.__setattr__(made, "frame", frame)
        return made

    @classmethod
    def concat(cls, parts: Sequence[Estimates]) -> Estimates:
        """Some estimates below each other; a column that one of them lacks is null there."""
        return cls(pl.concat([part.frame for part in parts], how="diagonal")) if parts else cls(pl.DataFrame(schema=SCHEMA))

    def __add__(self, other: Estimates) -> Estimates:
        """These rows, then the other's."""
        return Estimates.concat([self, other])

    def __len__(self) -> int:
        return self.frame.height

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.frame.iter_rows(named=True)

    def where(self, *predicates: pl.Expr, **values: Any) -> Estimates:
        """The rows that match: polars expressions, or columns with the value (or one of a list of values) they must have.

        Args:
            predicates: Polars expressions.
            values: Column and value; `break_="role"` stands for the column `break`, a reserved word in Python.

        Raises:
            UsageError: A column does not exist.

        Example:
            >>> import polars as pl
            >>> from barometer.estimation import Design
            >>> design = Design(pl.DataFrame({"q": ["a", "b", "a", "b"], "role": ["x", "x", "y", "y"]}))
            >>> len(design.proportion("q", by="role").where(break_="role", level=["x", "y"], option="a"))
            2
        """
        return Estimates._of_rows(self.frame.filter(*predicates, *self._conditions(values)))

    def row(self, *predicates: pl.Expr, **values: Any) -> dict[str, Any]:
        """The one row that matches, as a dictionary of all columns.

        Raises:
            UsageError: No row matches, or more than one does; the message lists what matched and what there is.
        """
        found = self.where(*predicates, **values).frame
        if found.height == 1:
            return found.row(0, named=True)
        asked = ", ".join([*(str(predicate) for predicate in predicates), *(f"{k.rstrip('_')}={v!r}" for k, v in values.items())])
        shown = found if found.height else self.frame
        options = [" | ".join(str(part) for part in key if part) for key in shown.select(KEYS).head(8).iter_rows()]
        raise UsageError(
            "No row of the estimates matches." if found.height == 0 else "More than one row of the estimates matches.",
            where=asked or "no condition",
            expected="exactly one row",
            got=f"{found.height} of {self.frame.height} rows",
            hint=("The rows begin with: " if found.height == 0 else "Matched: ") + "; ".join(options),
        )

    def interval(self, *predicates: pl.Expr, **values: Any) -> Interval:
        """The confidence interval of the one row that matches; errors as for `row`."""
        row = self.row(*predicates, **values)
        return Interval(row["conf_low"], row["conf_high"])

    @property
    def effective_base(self) -> pl.Series:
        """The base over the design effect: as many respondents of a simple random sample would be as precise."""
        return self.frame.select((pl.col("base") / pl.col("design_effect")).alias("effective_base")).to_series()

    def with_columns(self, *columns: pl.Expr | pl.Series, **named: pl.Expr) -> Estimates:
        """The same estimates with columns added or replaced; the vocabulary is kept."""
        return Estimates(self.frame.with_columns(*columns, **named))

    def _conditions(self, values: Mapping[str, Any]) -> list[pl.Expr]:
        conditions = []
        for name, value in values.items():
            column = name.rstrip("_")
            if column not in self.frame.columns:
                raise UsageError(
                    "The estimates have no such column.",
                    where=f"column '{column}'",
                    hint=did_you_mean(column, self.frame.columns),
                )
            if isinstance(value, list | tuple | set | frozenset):
                conditions.append(pl.col(column).is_in(list(value)))
            else:
                conditions.append(pl.col(column).eq_missing(pl.lit(value)))
        return conditions

    def _compact(self) -> pl.DataFrame:
        """The columns that are read first, without those that say nothing here."""
        frame = self.frame.select(_SHOWN)
        idle = [name for name in frame.columns if frame[name].dtype == pl.String and (frame[name] == "").all()]
        return frame.drop(idle) if frame.height else frame

    def __repr__(self) -> str:
        with pl.Config(
            tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True, tbl_cols=20, tbl_rows=20, float_precision=4, tbl_width_chars=160
        ):
            return f"Estimates: {self.frame.height} rows\n{self._compact()}"

    def _repr_html_(self) -> str:
        with pl.Config(tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True, tbl_cols=20, tbl_rows=40, float_precision=4):
            table = self._compact()._repr_html_()
        return f"<p><strong>Estimates</strong>: {self.frame.height} rows; shares are proportions in 0..1</p>{table}"


def _conform(frame: pl.DataFrame) -> pl.DataFrame:
    """The vocabulary first and in order, with its types; text without nulls and numbers without NaN."""
    columns: list[pl.Expr] = []
    for name, dtype in SCHEMA.items():
        if name not in frame.columns:
            empty = pl.lit("") if dtype == pl.String else pl.lit(None, dtype=dtype)
            columns.append(empty.alias(name))
        elif dtype == pl.String:
            columns.append(pl.col(name).cast(pl.String).fill_null(""))
        elif dtype == pl.Float64:
            columns.append(pl.col(name).cast(pl.Float64).fill_nan(None))
        else:
            columns.append(pl.col(name).cast(dtype))
    extra = [name for name in frame.columns if name not in SCHEMA]
    columns += [pl.col(name).fill_nan(None) if frame[name].dtype.is_float() else pl.col(name) for name in extra]
    return frame.select(columns)
