"""Decisions on record: `data/waves/<wave>/amendments.csv` corrects a value, accepts a submission from the quarantine, or removes one.

| column | old | new | what it does |
| ------ | --- | --- | ------------ |
| a column of the wave, such as `year_end` | what stands in the export | the right value | corrects a value |
| `rule` | the id of a rule that the submission fails | `accepted` | lets the submission pass that rule |
| `row` | `submitted` | `removed` | puts the submission aside, say one of two for the same post |

Every line names the submission (`respondent`, and `row` where that is not enough), who decided and why.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from barometer.errors import ProjectError, did_you_mean
from barometer.intake import Export
from barometer.intake.answers import answers_of

HEADER = ("respondent", "row", "column", "old", "new", "who", "why")
RECORD = {"row": pl.Int64, "respondent": pl.String, "what": pl.String, "column": pl.String, "who": pl.String, "why": pl.String}
_TIMES = ("started", "completed")


@dataclass(frozen=True)
class Amendment:
    """One line of `amendments.csv`: texts as they stand there, blank cells as None."""

    line: int
    respondent: str | None
    row: int | None
    column: str
    old: str | None
    new: str | None
    who: str
    why: str

    @property
    def what(self) -> str:
        """`corrected`, `accepted` or `removed`."""
        return {"rule": "accepted", "row": "removed"}.get(self.column, "corrected")


@dataclass(frozen=True)
class Amendments:
    """The decisions about a wave.

    Attributes:
        file: Where they stand.
        lines: One an amendment, in order.
    """

    file: Path
    lines: tuple[Amendment, ...] = ()


@dataclass(frozen=True)
class Amended:
    """An export after amendments.

    Attributes:
        export: With values corrected, and without the submissions that were removed.
        removed: The submissions that were removed: `row`, `respondent`, `why` (with who decided).
        accepted: For each rule, the rows that pass it by decision, with the line of the amendment.
        record: One row an amendment: `row`, `respondent`, `what` (corrected, accepted, removed), `column`, `who`, `why`. Never a value.
        file: Where the amendments stand.
    """

    export: Export
    removed: pl.DataFrame
    accepted: dict[str, dict[int, int]] = field(default_factory=dict)
    record: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=RECORD))
    file: Path | None = None


def load_amendments(path: str | Path) -> Amendments:
    """The decisions in an `amendments.csv`.

    Raises:
        ProjectError: If the file is missing, is not UTF-8, has another header, or a line lacks the submission, the column, who or why.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ProjectError("The file of amendments is missing.", file=path) from None
    except (UnicodeDecodeError, OSError) as problem:
        raise ProjectError(
            "The file of amendments cannot be read.", file=path, got=type(problem).__name__, hint="Save it as UTF-8."
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    header = tuple(cell.strip() for cell in next(reader, []))
    if header != HEADER:
        raise ProjectError(
            "The header of the amendments is another one.", file=path, expected=",".join(HEADER), got=",".join(header) or "nothing"
        )
    lines = [_line(path, reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    return Amendments(path, tuple(lines))


def _line(path: Path, number: int, cells: list[str]) -> Amendment:
    where = f"line {number}"
    if len(cells) != len(HEADER):
        raise ProjectError("A line has another number of cells.", file=path, where=where, expected=str(len(HEADER)), got=str(len(cells)))
    given = {name: cell.strip() or None for name, cell in zip(HEADER, cells, strict=True)}
    row = given["row"]
    if row is not None and not (row.isascii() and row.isdigit()):
        raise ProjectError("A row is a whole number, as a spreadsheet counts.", file=path, where=where, got=row)
    if given["respondent"] is None and row is None:
        raise ProjectError("An amendment names no submission.", file=path, where=where, expected="a respondent, a row or both")
    for name in ("column", "who", "why"):
        if given[name] is None:
            raise ProjectError(f"An amendment does not say {'which column' if name == 'column' else name}.", file=path, where=where)
    return Amendment(
        number,
        given["respondent"],
        None if row is None else int(row),
        given["column"] or "",
        given["old"],
        given["new"],
        given["who"] or "",
        given["why"] or "",
    )


def amend(export: Export, amendments: Amendments | None) -> Amended:
    """An export with its amendments applied.

    Raises:
        ProjectError: If a line names no submission or several, an unknown column, or an old value that is not there.
    """
    removed = pl.DataFrame(schema={"row": pl.Int64, "respondent": pl.String, "why": pl.String})
    if amendments is None or not amendments.lines:
        return Amended(export, removed, file=None if amendments is None else amendments.file)
    accepted: dict[str, dict[int, int]] = {}
    gone: list[tuple[int, str | None, str]] = []
    record: list[tuple[int, str | None, str, str, str, str]] = []
    places = [(line, _row(line, export, amendments.file)) for line in amendments.lines]
    for line, row in places:
        if line.what == "accepted":
            _expect(line, "new", "accepted", amendments.file)
            accepted.setdefault(line.old or "", {})[row] = line.line
        elif line.what == "removed":
            _expect(line, "old", "submitted", amendments.file)
            _expect(line, "new", "removed", amendments.file)
            gone.append((row, line.respondent, f"removed on record by {line.who}: {line.why}"))
        else:
            export = _corrected(export, line, row, amendments.file)
        said = line.old or "" if line.what == "accepted" else line.column
        record.append((row, line.respondent, line.what, said, line.who, line.why))
    rows = export.frame["row"]
    kept = rows.filter(~rows.is_in([row for row, *_ in gone]))
    return Amended(
        export.rows(kept) if gone else export,
        pl.DataFrame(gone, schema=removed.schema, orient="row"),
        accepted,
        pl.DataFrame(record, schema=RECORD, orient="row"),
        amendments.file,
    )


def _expect(line: Amendment, key: str, wanted: str, file: Path) -> None:
    got = getattr(line, key)
    if got != wanted:
        raise ProjectError(
            "An amendment cannot be understood.",
            file=file,
            where=f"line {line.line}, column '{key}'",
            expected=f"'{wanted}' where the column is '{line.column}'",
            got=f"'{got}'" if got else "nothing",
        )


def _row(line: Amendment, export: Export, file: Path) -> int:
    """The row of the submission that a line names."""
    found = export.frame.select("row", "respondent")
    if line.respondent is not None:
        found = found.filter(pl.col("respondent") == line.respondent)
    if line.row is not None:
        found = found.filter(pl.col("row") == line.row)
    if found.height != 1:
        raise ProjectError(
            "An amendment names no submission." if found.is_empty() else "An amendment names several submissions.",
            file=file,
            where=f"line {line.line}",
            expected="one submission of the export",
            got=f"respondent {line.respondent or 'blank'}, row {line.row or 'blank'}: {found.height} submissions",
            hint="Is the row the one of this export?" if found.is_empty() else "Give its row as well, as a spreadsheet counts.",
        )
    return int(found["row"][0])


def _corrected(export: Export, line: Amendment, row: int, file: Path) -> Export:
    frame, column = export.frame, line.column
    if column not in frame.columns or column in ("row", "weight"):
        known = [name for name in (*frame.columns, "rule") if name not in ("row", "weight")]
        raise ProjectError(
            "An amendment names a column that the wave does not have.",
            file=file,
            where=f"line {line.line}",
            got=column,
            hint=did_you_mean(column, known),
        )
    old, new = (_value(export, column, text, line, file) for text in (line.old, line.new))
    here = pl.col("row") == row
    stands = frame.filter(here)[column][0]
    if stands != old:
        raise ProjectError(
            "The old value of an amendment does not stand in the export.",
            file=file,
            where=f"line {line.line}: row {row}, column '{column}'",
            expected="the value that the export has",
            got="another one",
            hint="Has the export been downloaded again? Compare the two, then correct the amendment or take it out.",
        )
    dtype = frame.schema[column]
    corrected = frame.with_columns(pl.when(here).then(pl.lit(new, dtype=dtype)).otherwise(pl.col(column)).alias(column))
    unreadable = export.unreadable.filter(~((pl.col("row") == row) & (pl.col("column") == column)))
    return replace(export, frame=corrected, unreadable=unreadable)


def _value(export: Export, column: str, text: str | None, line: Amendment, file: Path) -> str | datetime | None:
    """A text of the file as the export holds it: a code for a label, a time for a time."""
    if text is None:
        return None
    if column in _TIMES:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise ProjectError(
                "A time of an amendment cannot be read.",
                file=file,
                where=f"line {line.line}, column '{column}'",
                expected="a time such as 2016-03-20 18:05",
            ) from None
    question = next((q for q in export.questionnaire.asked_in(export.wave) if column in q.columns(export.wave)), None)
    if question is None:
        return text
    value = answers_of(question, column, pl.Series(column, [text]), export.wave)[0]
    return None if value is None else str(value)
