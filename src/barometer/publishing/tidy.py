"""The tidy table of all published figures, for spreadsheets (CSV) and programs (Parquet): the same rows and columns in both.

`data-dictionary.csv` says what each column and each code means; see `barometer.publishing.dictionary`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from barometer.estimation import Estimates
from barometer.estimation.estimates import Flag

#: Enough for any use, and few enough that the last digits of two machines do not show.
_DIGITS = 6
#: One row group holds every table that a survey makes; a fixed size keeps the bytes the same whatever the machine's threads do.
_ROW_GROUP = 1_000_000
_LEVEL = 9


def tidy(
    estimates: Estimates, questions: Mapping[str, str], labels: Mapping[tuple[str, str], str], *, synthetic: bool = False
) -> pl.DataFrame:
    """Published estimates as one flat table, one row a figure.

    Args:
        estimates: Published estimates. Shares are proportions (0 to 1), as in every `Estimates`.
        questions: From question to its short label.
        labels: From question and code (of an option, net or item) to its label.
        synthetic: Whether the responses are made up; every row says so or not.

    Returns:
        The columns of `Estimates`, numbers rounded to six digits, then `question_label`, `item_label`, `option_label`, `synthetic`.

    Example:
        >>> row = {"question": "plans", "option": "stay", "statistic": "share", "estimate": 0.25, "count": 1, "base": 4}
        >>> figures = Estimates(pl.DataFrame([row]))
        >>> tidy(figures, {"plans": "Plans"}, {("plans", "stay"): "Stay"}).select("question_label", "option_label", "estimate").row(0)
        ('Plans', 'Stay', 0.25)
    """
    frame = estimates.frame
    # Not asked is missing and never zero: neither a count nor a base.
    asked = pl.col("flag") != Flag.NOT_ASKED
    frame = frame.with_columns(pl.when(asked).then(pl.col(name)).alias(name) for name in ("count", "base", "weighted_base", "df"))
    keys = frame.select("question", "item", "option").rows()
    frame = frame.with_columns(
        pl.Series("question_label", [questions.get(question, question) for question, _, _ in keys], dtype=pl.String),
        pl.Series("item_label", [labels.get((question, item), "") for question, item, _ in keys], dtype=pl.String),
        pl.Series("option_label", [labels.get((question, option), option) for question, _, option in keys], dtype=pl.String),
        pl.col(pl.Float64).round(_DIGITS),
        pl.lit(synthetic).alias("synthetic"),
    )
    flat = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    return frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(" ") for name in flat)


def write_tidy(
    path: Path, estimates: Estimates, questions: Mapping[str, str], labels: Mapping[tuple[str, str], str], *, synthetic: bool = False
) -> pl.DataFrame:
    """Writes published estimates as CSV (UTF-8) and, beside it under the same name, as Parquet (Zstandard): one row a figure.

    Args:
        path: The CSV file.
        estimates: Published estimates. Shares are proportions (0 to 1), as in every `Estimates`.
        questions: From question to its short label.
        labels: From question and code (of an option, net or item) to its label.
        synthetic: Whether the responses are made up; every row says so or not.

    Returns:
        The table that was written.
    """
    frame = tidy(estimates, questions, labels, synthetic=synthetic)
    path.write_text(frame.write_csv(), encoding="utf-8", newline="")
    frame.rechunk().write_parquet(
        path.with_suffix(".parquet"), compression="zstd", compression_level=_LEVEL, statistics=True, row_group_size=_ROW_GROUP
    )
    return frame
