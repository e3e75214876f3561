"""Reads the export of a survey platform into coded columns, before anything is known to be right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from barometer.errors import IntakeError, did_you_mean
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
        notes: What was recognised and left out while reading, for the team: the layout first, then what was dropped.
    """

    file: Path
    wave: str
    questionnaire: Questionnaire
    encoding: str
    frame: pl.DataFrame
    unreadable: pl.DataFrame
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.frame.height

    def rows(self, kept: pl.Series) -> Export:
        """The export with only the rows whose numbers are in `kept`."""
        return replace(
            self,
            frame=self.frame.filter(pl.col("row").is_in(kept.implode())),
            unreadable=self.unreadable.filter(pl.col("row").is_in(kept.implode())),
        )


def read_export(
    path: str | Path, questionnaire: Questionnaire, wave: str, settings: ExportSettings, *, folder: str | Path | None = None
) -> Export:
    """The export of a wave, from whatever platform it came.

    Args:
        path: The file: CSV, XLSX, Parquet, SPSS, the XML of a Triple-S survey, or the export of a survey platform.
        questionnaire: What was asked.
        wave: The wave that the file belongs to.
        settings: Which platform wrote it, which columns are not answers, and how times are written.
        folder: The folder that `mapping` and `form` of the settings are relative to; left out, that of the file.

    Raises:
        IntakeError: If the file cannot be read, or its columns are not those that the wave asked for.
    """
    path = Path(path)
    folder = path.parent if folder is None else Path(folder)
    platform, reason = _platform(path, settings)
    if platform == "table" and settings.mapping is None:
        return _from_table(path, questionnaire, wave, settings)
    return _from_platform(path, questionnaire, wave, settings, folder, platform, reason)


def _platform(path: Path, settings: ExportSettings) -> tuple[str, str]:
    if settings.format is not None:
        from barometer.intake.platforms.reading import FORMATS

        if settings.format not in FORMATS:
            raise IntakeError(
                "There is no such format of exports.",
                file=path,
                where="'format' under [export] in wave.toml",
                expected="one of " + ", ".join(FORMATS),
                got=settings.format,
                hint=did_you_mean(settings.format, FORMATS),
            )
        return settings.format, "asked for"
    if "header_rows" in settings.model_fields_set:
        # The team says itself how the table is laid out.
        return "table", "header_rows under [export] in wave.toml"
    from barometer.intake.platforms.detecting import detected

    found = detected(path, settings.sheet)
    return found.platform, found.reason


def _from_table(path: Path, questionnaire: Questionnaire, wave: str, settings: ExportSettings) -> Export:
    """The export in a table whose headers name the questions: the fast path, which no platform's reader stands in."""
    if settings.respondent is None:
        raise IntakeError(
            "The settings name no column that identifies a submission.",
            file=path,
            where="[export] in wave.toml",
            expected='respondent = "the header of that column"',
        )
    table = read_table(path, header_rows=settings.header_rows, sheet=settings.sheet)
    places = match_headers(table.headers, questionnaire, wave, settings, path)
    found = {column: table.rows[f"c{place}"] for column, place in places.items()}
    called = {column: letters(place) for column, place in places.items()}
    rows = "one header row" if settings.header_rows == 1 else "two header rows"
    kind = "a workbook" if table.encoding == "xlsx" else f"a table in {table.encoding}"
    metadata = {column: found[column] for column in settings.metadata()}
    columns, unreadable = _metadata(metadata, called, table.rows["row"], settings.timestamp, path)
    for question in questionnaire.asked_in(wave):
        columns.extend(_answers(question, wave, table.rows.height, found))
    return Export(path, wave, questionnaire, table.encoding, pl.DataFrame(columns), unreadable, (f"{kind}, {rows}",))


def _from_platform(
    path: Path, questionnaire: Questionnaire, wave: str, settings: ExportSettings, folder: Path, platform: str, reason: str
) -> Export:
    from barometer.intake.binding import bound, cells_of, check_fit, known_to
    from barometer.intake.mapping import METADATA, ColumnMapping, load_mapping
    from barometer.intake.platforms.reading import read
    from barometer.intake.platforms.source import Request

    mapping_file = None if settings.mapping is None else folder / settings.mapping
    mapping = ColumnMapping() if mapping_file is None else load_mapping(mapping_file, questionnaire, wave)
    labels, multiples = known_to(questionnaire, wave, mapping)
    form = None if settings.form is None else folder / settings.form
    request = Request(path, settings.sheet, form, labels, multiples, settings.header_rows)
    keep = [*settings.metadata().values(), *mapping.columns]
    source = read(request, format=platform, keep=keep, reason=reason)
    places = bound(source, questionnaire, wave, settings, mapping, mapping_file)
    check_fit(source, places, questionnaire, wave, settings)
    metadata = {column: source.rows[f"c{places.places[column]}"] for column in METADATA if column in places.places}
    called = {column: f"'{source.variables[places.places[column]].name}'" for column in metadata}
    timestamp = settings.timestamp if "timestamp" in settings.model_fields_set else source.timestamp or settings.timestamp
    columns, unreadable = _metadata(metadata, called, source.rows["row"], timestamp, path)
    for question in questionnaire.asked_in(wave):
        cells = {column: cells_of(source, places, question, column, mapping, wave) for column in question.columns(wave)}
        columns.extend(_answers(question, wave, len(source), {column: one for column, one in cells.items() if one is not None}))
    return Export(path, wave, questionnaire, source.encoding, pl.DataFrame(columns), unreadable, source.notes)


def _metadata(
    found: dict[str, pl.Series], called: dict[str, str], rows: pl.Series, timestamp: str, path: Path
) -> tuple[list[pl.Series], pl.DataFrame]:
    """The columns that are no answers, after the numbers of the rows; and the times that cannot be read."""
    columns: list[pl.Series] = [rows.alias("row")]
    unreadable: list[pl.DataFrame] = [pl.DataFrame(schema={"row": pl.Int64, "column": pl.String})]
    for column, cells in found.items():
        series = cells.alias(column)
        if column in ("started", "completed"):
            times = _times(series, timestamp, path)
            broken = rows.to_frame("row").filter(series.is_not_null() & times.is_null())
            unreadable.append(broken.with_columns(pl.lit(column).alias("column")))
            series = times
        elif column == "weight":
            series = _weights(series, rows, path, called[column])
        columns.append(series.alias(column))
    return columns, pl.concat(unreadable)


def _answers(question: Question, wave: str, height: int, found: dict[str, pl.Series]) -> list[pl.Series]:
    """The coded columns of a question; a text beside 'other' that the export does not have is null."""
    columns: dict[str, pl.Series] = {}
    for column in question.columns(wave):
        cells = found.get(column)
        answers = pl.Series(column, [None] * height, dtype=pl.String) if cells is None else cells.alias(column)
        columns[column] = answers_of(question, column, answers, wave)
    other = question.other
    if question.kind == "multiple" and other is not None:
        box, text = f"{question.id}.{other.code}", f"{question.id}.other_text"
        if box in found and text not in found:
            # Some platforms put what was written into the box itself.
            columns[box], columns[text] = written_in(found[box], other)
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


def _weights(series: pl.Series, rows: pl.Series, path: Path, called: str) -> pl.Series:
    weights = numbers(series)
    wrong = weights.is_null() | (weights < 0).fill_null(True)
    if wrong.any():
        at = int(wrong.arg_max() or 0)
        raise IntakeError(
            "A weight is not a number of zero or more.",
            file=path,
            where=f"row {rows[at]}, column {called}",
            expected="a number of zero or more in every row",
            got=repr(series[at]),
        )
    return weights
