"""How many sources raised each theme: shares of the sources that were coded, never of mentions, and never of everybody."""

from __future__ import annotations

from typing import Any

import polars as pl

from barometer.coding.coded import Coded
from barometer.coding.codeframe import NO_CODE
from barometer.errors import UsageError
from barometer.estimation import Categorical, Design, Estimates, MultipleResponse

_MARK = "theme:"


def prevalence(coded: Coded, design: Design, *, by: Categorical | str | None = None, key: str = "respondent") -> Estimates:
    """The share of coded answers that raise each theme.

    Args:
        coded: The coded rows; where several coders coded, the final coding counts.
        design: The sample of which the sources are respondents.
        by: A break.
        key: The design's column that names the sources.

    Returns:
        Estimates with the statistic `share` (proportions, 0 to 1): one row a code as `option`, in the order of the codeframe, its
        question as `question`; with valences also one row a code and valence, which stands in `item`. The base is the answers
        that were coded; whoever wrote nothing is not in it, and an answer without any theme is. Shares of several themes add up to
        more than 1.

    Raises:
        UsageError: If the design has no such column, or a source is not in it.
    """
    frame = design.frame
    if key not in frame.columns:
        raise UsageError("The design does not name the sources.", where=f"column '{key}'", expected="a column of the design's frame")
    final = coded.final
    strange = sorted(set(final.sources) - set(frame[key].cast(pl.String)))
    if strange:
        raise UsageError(
            "A coded source did not take part, or was left out.", where=f"source '{strange[0]}'", got=f"{len(strange)} such sources"
        )
    question = coded.codeframe.question or "themes"
    variables = list(_variables(final, question))
    marked = frame.select(pl.col(key).cast(pl.String).alias("source")).join(_marks(final), on="source", how="left", maintain_order="left")
    # The design stays what it is; only columns of answers come to it.
    held = design.with_frame(frame.with_columns(marked.drop("source").get_columns()))
    book = held.tab_book([variable for _, variable in variables], [by] if by is not None else [])
    valences = {variable.question: valence for valence, variable in variables}
    shown = book.frame.filter(pl.col("statistic") == "share").with_columns(
        pl.col("question").replace_strict(valences, return_dtype=pl.String).alias("item"), pl.lit(question).alias("question")
    )
    return Estimates(shown)


def _variables(coded: Coded, question: str) -> list[tuple[str, MultipleResponse]]:
    frame = coded.codeframe
    every = [("", question), *((valence.id, f"{question}:{valence.id}") for valence in frame.valences)]
    return [
        (
            valence,
            MultipleResponse(name, columns={code.id: f"{_MARK}{valence}:{code.id}" for code in frame.codes}, labels=frame.labels),
        )
        for valence, name in every
    ]


def _marks(coded: Coded) -> pl.DataFrame:
    """One row a coded source: for each valence (and for any) and code whether it was raised, as 1 or 0."""
    frame = coded.codeframe
    columns: list[pl.Expr] = []
    for valence in ("", *(one.id for one in frame.valences)):
        for code in frame.codes:
            raised = pl.col("code") == code.id
            if valence:
                raised &= pl.col("valence") == valence
            columns.append(raised.any().cast(pl.Int8).alias(f"{_MARK}{valence}:{code.id}"))
    return coded.frame.group_by("source").agg(columns)


def crossed(coded: Coded, by: str = "element") -> pl.DataFrame:
    """Sources and mentions by element (or code) and valence: the table of a review by structured interviews.

    Args:
        coded: The coded rows; the final coding counts.
        by: "element" or "code".

    Returns:
        One row a level and valence of the codeframe, zeros included: `level`, `label`, `valence`, `sources` (how many raised it),
        `mentions` (rows), `base` (sources that were coded).

    Raises:
        UsageError: If the codeframe has no elements and `by` is "element".

    Example:
        >>> from barometer.coding.codeframe import Codeframe
        >>> frame = Codeframe.model_validate({"title": "Review", "codes": [{"id": "vision", "label": "Vision"}],
        ...     "valences": [{"id": "strength", "label": "Strength"}, {"id": "weakness", "label": "Weakness"}]})
        >>> rows = pl.DataFrame({"source": ["i1", "i2"], "coder": ["", ""], "element": ["", ""], "code": ["vision", "none"],
        ...     "valence": ["strength", ""]})
        >>> crossed(Coded(frame, rows), by="code").select("valence", "sources", "base").rows()
        [('strength', 1, 2), ('weakness', 0, 2)]
    """
    frame = coded.codeframe
    levels: list[Any] = list(frame.elements if by == "element" else frame.codes)
    if not levels:
        raise UsageError("The codeframe has no elements.", expected="by='code', or [[elements]] in the codeframe")
    final = coded.final
    rows = []
    for level in levels:
        for valence in frame.valences or (None,):
            raised = final.frame.filter((pl.col(by) == level.id) & (pl.col("code") != NO_CODE))
            if valence is not None:
                raised = raised.filter(pl.col("valence") == valence.id)
            rows.append(
                {
                    "level": level.id,
                    "label": level.label,
                    "valence": valence.id if valence else "",
                    "sources": raised["source"].n_unique(),
                    "mentions": raised.height,
                    "base": len(final.sources),
                }
            )
    return pl.DataFrame(rows)
