"""The data of a Triple-S survey: records of fixed width or of CSV, cut into the fields that the XML describes."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from barometer.errors import IntakeError
from barometer.intake.platforms.triple_s_xml import Described, Survey
from barometer.intake.tables import as_utf8, file_bytes, read_cells

_ENDINGS = (".asc", ".csv", ".dat", ".txt", ".ASC", ".CSV", ".DAT", ".TXT")


def data_file(path: Path, survey: Survey) -> Path:
    """The file that holds the data: the one that the XML names, or one of the same name beside it.

    Raises:
        IntakeError: If there is none.
    """
    named = [path.parent / Path(survey.href.replace("\\", "/")).name] if survey.href else []
    beside = [path.with_suffix(ending) for ending in ((".csv", *_ENDINGS) if survey.csv else _ENDINGS)]
    for candidate in (*named, *beside):
        if candidate.is_file() and candidate != path:
            return candidate
    raise IntakeError(
        "The data of the Triple-S survey are missing.",
        file=path,
        expected=f"the file {survey.href}" if survey.href else f"a file {path.stem}.asc or {path.stem}.csv beside it",
        hint="Put the data file beside the XML.",
    )


def cells_of(survey: Survey, path: Path) -> tuple[list[list[pl.Series]], pl.Series, str]:
    """For each variable its fields (one, or one a sub-field), the numbers of the records, and the encoding.

    Raises:
        IntakeError: If records are shorter or longer than the XML says.
    """
    return _of_csv(survey, path) if survey.csv else _of_fixed_width(survey, path)


def _of_csv(survey: Survey, path: Path) -> tuple[list[list[pl.Series]], pl.Series, str]:
    cells, encoding = read_cells(path)
    width = cells.width - 1
    needed = max(variable.finish for variable in survey.variables)
    if width < needed:
        raise IntakeError(
            "The records are narrower than the XML says.", file=path, expected=f"at least {needed} fields a record", got=f"{width}"
        )
    cells = cells.slice(survey.skip)
    fields = [[cells[f"c{variable.start - 1 + step}"] for step in range(variable.subfields or 1)] for variable in survey.variables]
    return fields, cells["row"], encoding


def _of_fixed_width(survey: Survey, path: Path) -> tuple[list[list[pl.Series]], pl.Series, str]:
    data, encoding = as_utf8(file_bytes(path), path)
    lines = pl.Series("line", data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    numbers = pl.Series("row", range(1, len(lines) + 1), dtype=pl.Int64)
    kept = (lines.str.strip_chars() != "") & (numbers > survey.skip)
    lines, numbers = lines.filter(kept), numbers.filter(kept)
    needed = max(variable.finish for variable in survey.variables)
    lengths = lines.str.len_chars()
    # Blanks at the end may have been cut off; what stands beyond the last position belongs to nothing.
    shortest = max((variable.start for variable in survey.variables if variable.type != "character"), default=1)
    wrong = (lines.str.slice(needed).str.strip_chars() != "") | (lengths < shortest)
    if wrong.any():
        at = int(wrong.arg_max() or 0)
        raise IntakeError(
            "A record does not have the width that the XML says.",
            file=path,
            where=f"line {numbers[at]}",
            expected=f"{needed} characters",
            got=f"{lengths[at]} characters",
            hint="Every record is as long as the last position, padded with blanks. A shorter one may have been cut off.",
        )
    return [_cut(lines, variable) for variable in survey.variables], numbers, encoding


def _cut(lines: pl.Series, variable: Described) -> list[pl.Series]:
    places = [(variable.start - 1, variable.finish - variable.start + 1)]
    if variable.subfields:
        places = [(variable.start - 1 + step * variable.width, variable.width) for step in range(variable.subfields)]
    cut = []
    for start, width in places:
        field = lines.str.slice(start, width)
        # Within a bitstring a blank is a place; elsewhere it pads.
        text = field.str.strip_chars_end() if variable.type == "multiple" and not variable.subfields else field.str.strip_chars()
        cut.append(pl.select(pl.when(text.str.strip_chars() != "").then(text)).to_series())
    return cut
