"""Reads the export of a survey platform into coded columns, before anything is known to be right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.answers import answers_of, numbers, written_in
from barometer.intake.headers import ExportSettings, letters, match_headers
from barometer.intake.tables import read_table
from barometer.questionnaire.model import Question, Questionnaire


@dataclass(frozen=True)
class Export:
    """What came in: one row a submission, coded where the label is known, not yet validated.

    Attributes:
        file: The file that was read.
        wave: The wave that it belongs to.
        questionnaire: The questions that its columns answer.
        encoding: How the file was encoded.
        frame: `row` (its number in the file as a spreadsheet shows it), `respondent`, `started`, `completed` (datetimes, null where
            blank or unreadable), `post`, `weight` where the settings name them, and a text column for each column of each question asked.
            Coded answers are codes; a label that the questionnaire does not have stays as it came. Select-all columns hold "1", "0" or
            null. Numbers are still text.
        unreadable: `row` and `column` of times that are not blank and could not be read.
    """

    file: Path
    wave: str
    questionnaire: Questionnaire
    encoding: str
    frame: pl.DataFrame
    unreadable: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    def rows(self, kept: pl.Series) -> Export:
        """The export with only the rows whose numbers are in `kept`."""
        return Export(
            self.file,
            self.wave,
            self.questionnaire,
            self.encoding,
            self.frame.filter(pl.col("row").is_in(kept.implode())),
            self.unreadable.filter(pl.col("row").is_in(kept.implode())),
        )


def read_export(path: str | Path, questionnaire: Questionnaire, wave: str, settings: ExportSettings) -> Export:
    """The export in a CSV or XLSX file.

    Args:
        path: The file.
        questionnaire: What was asked.
        wave: The wave that the file belongs to.
        settings: Which columns are not answers, and how times are written.

    Raises:
        IntakeError: If the file cannot be read, or its columns are not those that the wave asked for.
    """
    path = Path(path)
    table = read_table(path, header_rows=settings.header_rows, sheet=settings.sheet)
    places = match_headers(table.headers, questionnaire, wave, settings, path)
    rows = table.rows
    columns: list[pl.Series] = [rows["row"]]
    unreadable: list[pl.DataFrame] = []
    for column in settings.metadata():
        series = rows[f"c{places[column]}"].alias(column)
        if column in ("started", "completed"):
            times = _times(series, settings.timestamp, path)
            broken = rows.select("row").filter(series.is_not_null() & times.is_null())
            unreadable.append(broken.with_columns(pl.lit(column).alias("column")))
            series = times
        elif column == "weight":
            series = _weights(series, rows["row"], path, places[column])
        columns.append(series.alias(column))
    for question in questionnaire.asked_in(wave):
        columns.extend(_answers(question, wave, rows, places))
    empty = pl.DataFrame(schema={"row": pl.Int64, "column": pl.String})
    return Export(path, wave, questionnaire, table.encoding, pl.DataFrame(columns), pl.concat([empty, *unreadable]))


def _answers(question: Question, wave: str, rows: pl.DataFrame, places: dict[str, int]) -> list[pl.Series]:
    """The coded columns of a question; a text beside 'other' that the export does not have is null."""
    columns: dict[str, pl.Series] = {}
    for column in question.columns(wave):
        place = places.get(column)
        answers = pl.Series(column, [None] * rows.height, dtype=pl.String) if place is None else rows[f"c{place}"].alias(column)
        columns[column] = answers_of(question, column, answers, wave)
    other = question.other
    if question.kind == "multiple" and other is not None:
        box, text = f"{question.id}.{other.code}", f"{question.id}.other_text"
        if box in places and text not in places:
            # Some platforms put what was written into the box itself.
            columns[box], columns[text] = written_in(rows[f"c{places[box]}"], other)
    return [series.alias(column) for column, series in columns.items()]


def _times(texts: pl.Series, written: str, path: Path) -> pl.Series:
    """Texts as datetimes without a time zone (UTC where the text names its offset); null where they cannot be read."""
    try:
        times = texts.str.to_datetime(written, strict=False, time_unit="us")
    except pl.exceptions.PolarsError as problem:
        raise IntakeError(
            "Times cannot be read with this pattern.",
            file=path,
            where="'timestamp' under [export] in wave.toml",
            expected="strftime codes such as %d/%m/%Y %H:%M",
            got=f"'{written}' ({str(problem).splitlines()[0]})",
        ) from None
    # A workbook stores times as such; they come as ISO text whatever the platform writes in CSV.
    iso = texts.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    return times.dt.replace_time_zone(None).fill_null(iso)


def _weights(series: pl.Series, rows: pl.Series, path: Path, place: int) -> pl.Series:
    weights = numbers(series)
    wrong = weights.is_null() | (weights < 0).fill_null(True)
    if wrong.any():
        at = int(wrong.arg_max() or 0)
        raise IntakeError(
            "A weight is not a number of zero or more.",
            file=path,
            where=f"row {rows[at]}, column {letters(place)}",
            expected="a number of zero or more in every row",
            got=repr(series[at]),
        )
    return weights
