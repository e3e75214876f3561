"""Writes what a check found: counts, the quarantine and the suite for the publication; accepted rows for a private folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from barometer.validation.checking import CheckResult
from barometer.validation.privacy import EMAIL
from barometer.validation.suites import suite


def write_outputs(result: CheckResult, folder: str | Path, *, private: str | Path | None = None) -> list[Path]:
    """Writes the files of a check; none but the private one holds an answer.

    Args:
        result: The check.
        folder: Gets five files; the same data give the same bytes. `summary.json`: counts, the gate and the failures of each rule.
            `quarantine.csv` and `warnings.csv`: row, respondent, rule, severity, reason, columns. `amendments.csv`: row, respondent, what,
            column, who, why. `suite.json`: what Great Expectations is asked, in a form that changes only when a rule changes.
        private: A folder that is not published; gets `accepted.parquet`, the accepted rows of the export with their answers.

    Returns:
        The files that were written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    held = pl.col("row").is_in(result.quarantined.implode())
    failures = result.failures
    written = [
        _text(folder / "summary.json", _json(result.summary)),
        _csv(folder / "quarantine.csv", failures.filter(held.fill_null(False))),
        _csv(folder / "warnings.csv", failures.filter(~held.fill_null(False))),
        _csv(folder / "amendments.csv", result.amendments),
        write_suite(result, folder / "suite.json"),
    ]
    if private is not None:
        private = Path(private)
        private.mkdir(parents=True, exist_ok=True)
        target = private / "accepted.parquet"
        result.export.rows(result.accepted).frame.write_parquet(target)
        written.append(target)
    return written


def write_suite(result: CheckResult, path: Path) -> Path:
    """Writes the suite of expectations in its normal form; see `suite`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return _text(path, _json(suite(result)))


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _csv(path: Path, frame: pl.DataFrame) -> Path:
    # An identifier that is somebody's address is not passed on; the row says enough.
    frame = frame.with_columns(pl.when(~pl.col("respondent").str.contains(EMAIL)).then("respondent").alias("respondent"))
    frame.with_columns(_harmless(pl.col(name)) for name, dtype in frame.schema.items() if dtype == pl.String).write_csv(path)
    return path


def _harmless(text: pl.Expr) -> pl.Expr:
    """An identifier that starts like a formula is written as text, so that a spreadsheet does not run it."""
    return pl.when(text.str.contains(r"^[=+\-@\t\r]")).then("'" + text).otherwise(text).alias(text.meta.output_name())
