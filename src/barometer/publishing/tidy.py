"""The tidy table of all published figures, for spreadsheets and programs."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from barometer.estimation import Estimates

#: Enough for any use, and few enough that the last digits of two machines do not show.
_DIGITS = 6


def write_tidy(
    path: Path, estimates: Estimates, questions: dict[str, str], labels: dict[tuple[str, str], str], *, synthetic: bool = False
) -> None:
    """Writes published estimates as CSV (UTF-8), one row a figure.

    Args:
        path: The file.
        estimates: Published estimates. Shares are proportions (0 to 1), as in every `Estimates`.
        questions: From question to its short label.
        labels: From question and code (of an option, net or item) to its label.
        synthetic: Whether the responses are made up; every row says so or not.
    """
    frame = estimates.frame
    keys = frame.select("question", "item", "option").rows()
    frame = frame.with_columns(
        pl.Series("question_label", [questions.get(question, question) for question, _, _ in keys], dtype=pl.String),
        pl.Series("item_label", [labels.get((question, item), "") for question, item, _ in keys], dtype=pl.String),
        pl.Series("option_label", [labels.get((question, option), option) for question, _, option in keys], dtype=pl.String),
        pl.col(pl.Float64).round(_DIGITS),
        pl.lit(synthetic).alias("synthetic"),
    )
    flat = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    frame = frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(" ") for name in flat)
    path.write_text(frame.write_csv(), encoding="utf-8", newline="")
