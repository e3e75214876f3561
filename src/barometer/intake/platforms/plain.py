"""Tables that no platform has marked as its own: CSV, XLSX and Parquet, one header row.

A header such as `Q2. Which of these? [Alliance contract]` names a question and a part of it; columns of one question stand together.
"""

from __future__ import annotations

import re
from collections import Counter

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.platforms.assembling import Column, Reading
from barometer.intake.platforms.cells import answers_in, exploded, joined
from barometer.intake.platforms.source import Request, Role, Variable
from barometer.intake.tables import read_table, stripped
from barometer.questionnaire.spelling import folded

_PART = re.compile(r"^(?P<group>.+?)\s*\[(?P<part>.+)\]$", re.DOTALL)
_ROLES: dict[Role, re.Pattern[str]] = {
    "respondent": re.compile(
        r"(response|respondent|submission|case|interview|record)[ _.-]?(id|no|number)|id|uuid|serial|respondent", re.IGNORECASE
    ),
    "started": re.compile(r"start(ed)?([ _]?(date|time|at))?|(date|time)[ _]?started|start date(/time)?", re.IGNORECASE),
    "completed": re.compile(
        r"(end(ed)?|completed?|completion|submitted|submission)([ _]?(date|time|at))?|date submitted|timestamp", re.IGNORECASE
    ),
    "post": re.compile(r"post([ _]?(ref(erence)?|id|code))?", re.IGNORECASE),
    "weight": re.compile(r"weight|wt|weighting", re.IGNORECASE),
}
#: What joins several answers in one cell, where the questionnaire says that it holds several.
_SIGNS = (";", "|", ", ")
_STATUS = re.compile(r"status|seconds taken|duration.*|time taken.*|progress|finished|language|user ?language|browser|device|url|referr?er")


def read_table_source(request: Request) -> Reading:
    """A CSV or XLSX file with one header row."""
    table = read_table(request.path, header_rows=request.header_rows, sheet=request.sheet)
    cells = [table.rows[f"c{place}"] for place in range(len(table.headers))]
    kind = "a workbook" if table.encoding == "xlsx" else f"a table in {table.encoding}"
    columns = _taken_apart(named_columns(list(table.headers), cells), request)
    return Reading(
        columns,
        table.rows["row"],
        f"{kind}, {'one header row' if request.header_rows == 1 else 'two header rows'}",
        encoding=table.encoding,
    )


def _taken_apart(columns: list[Column], request: Request) -> list[Column]:
    """The columns, with one column an option where cells hold several answers of a select-all question."""
    made: list[Column] = []
    for variable, cells in columns:
        known = folded(variable.name) in request.multiples
        lone = variable.role is None and variable.group is None
        if lone and (known or joined(cells, ";", request.labels)):
            sign = next((sign for sign in _SIGNS if cells.str.contains(sign, literal=True).any()), ";") if known else ";"
            lists = answers_in(cells, sign, request.labels)
            said = f"its cells hold several answers, joined by '{sign.strip()}'"
            made += exploded(lists, variable.name, variable.text, said, known=request.labels if known else ())
        else:
            made.append((variable, cells))
    return made


def read_parquet_source(request: Request) -> Reading:
    """A Parquet file: one column a variable, numbers and times as text.

    Raises:
        IntakeError: If the file is damaged, or a column holds lists or structures.
    """
    try:
        frame = pl.read_parquet(request.path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as problem:
        raise IntakeError("The Parquet file cannot be read.", file=request.path, got=str(problem).splitlines()[0]) from None
    nested = [name for name, type in frame.schema.items() if type.is_nested() or type in (pl.Binary, pl.Object)]
    if nested:
        raise IntakeError(
            "A column of the Parquet file holds more than one value a row, or bytes.",
            file=request.path,
            where=f"column '{nested[0]}'",
            expected="text, numbers, true and false, or times",
            got=str(frame.schema[nested[0]]),
        )
    text = frame.select(as_text(series) for series in frame.get_columns())
    names = text.columns
    cells = stripped(text.rename({name: f"c{place}" for place, name in enumerate(names)}).with_row_index("row", offset=1))
    columns = named_columns(names, [cells[f"c{place}"] for place in range(len(names))])
    return Reading(columns, cells["row"], "Parquet", encoding="parquet")


def as_text(series: pl.Series) -> pl.Series:
    """Any column as text: whole numbers without a decimal point, true and false as 1 and 0, times in ISO."""
    type = series.dtype
    if type == pl.Boolean:
        return series.cast(pl.Int8).cast(pl.String)
    if type in (pl.Float32, pl.Float64):
        series = pl.select(pl.when(series.is_nan()).then(None).otherwise(series).alias(series.name)).to_series()
        whole = series.is_finite() & (series == series.round(0)) & (series.abs() < 1e15)
        integers = pl.select(pl.when(whole).then(series)).to_series().cast(pl.Int64, strict=False).cast(pl.String)
        return pl.select(pl.when(whole).then(integers).otherwise(series.cast(pl.String)).alias(series.name)).to_series()
    if isinstance(type, pl.Datetime):
        naive = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if type.time_zone else series
        return naive.dt.strftime("%Y-%m-%d %H:%M:%S%.f")
    return series.cast(pl.String)


def named_columns(headers: list[str], cells: list[pl.Series]) -> list[Column]:
    """Columns with what their headers say: the question and part, or that they are no answers."""
    groups = Counter(match["group"] for header in headers if (match := _PART.match(header)))
    taken: set[str] = set()
    columns: list[Column] = []
    for header, series in zip(headers, cells, strict=True):
        match = _PART.match(header)
        role = None if match else _role(header, series, taken)
        if role is not None:
            taken.add(role)
            columns.append((Variable(header, header, role=role, reason=f"its header is that of a column '{role}'"), series))
        elif _STATUS.fullmatch(header.casefold()):
            columns.append((Variable(header, header, role="metadata", reason="its header is that of a platform's own column"), series))
        elif match and groups[match["group"]] > 1:
            columns.append((_part(header, match["group"], match["part"]), series))
        else:
            columns.append((Variable(header, header, reason="a column with a header of its own"), series))
    return columns


def _part(header: str, group: str, part: str) -> Variable:
    if part.endswith((" - text", " (text)")):
        label = part.removesuffix(" - text").removesuffix(" (text)")
        return Variable(header, group, "text", group, f"{label} - text", reason="its header ends in 'text', beside an option")
    return Variable(header, group, None, group, part, reason="its header names a question and, in brackets, a part of it")


def part_of_header(header: str) -> tuple[str | None, str | None]:
    """The question and the part that a header or label names, such as `Q2. Which of these? [Alliance contract]`; None where it names none.

    Example:
        >>> part_of_header("Q2. Which of these? [Other (text)]")
        ('Q2. Which of these?', 'Other - text')
    """
    match = _PART.match(header)
    if match is None:
        return None, None
    part = match["part"]
    if part.endswith((" - text", " (text)")):
        part = part.removesuffix(" - text").removesuffix(" (text)") + " - text"
    return match["group"], part


def role_of_header(header: str) -> Role | None:
    """What a column that is no answer is, by its header alone; None where it does not say."""
    return next((role for role, pattern in _ROLES.items() if pattern.fullmatch(header.strip())), None)


def _role(header: str, series: pl.Series, taken: set[str]) -> Role | None:
    role = role_of_header(header)
    if role in taken:
        return None
    # Two submissions with one id are for validation to find, but a column of few values identifies nobody.
    if role == "respondent" and series.n_unique() < 0.5 * len(series):
        return None
    return role
