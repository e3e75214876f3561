"""What a survey platform's export says of itself: its columns, their wording, their choices, and the rows as text.

`read_source` reads an export of any platform that is known into one shape, a `Source`; `detect` says which platform wrote a file and
how that was recognised. Nothing here knows the questionnaire: `intake.read_export` joins the two, and `barometer init` drafts a
questionnaire from a `Source`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from barometer.questionnaire.model import Kind

Role = Literal["respondent", "started", "completed", "post", "weight", "identifier", "metadata"]


@dataclass(frozen=True)
class Choice:
    """One value label: the code that stands in the cells, and what it means."""

    code: str
    label: str


@dataclass(frozen=True)
class Variable:
    """One column of an export.

    Attributes:
        name: The platform's name of the column.
        text: The wording of its question as the respondent saw it, without the option or item; the name where the file has no wording.
        kind: The kind of the question that it belongs to, where the platform's metadata or layout say so, else None. The text beside
            an 'other' option is "text" and has a `group`.
        group: The question that several columns belong to, or None where the column is a question of its own.
        part: The label of the option or item of this column within its group. The text beside an option ends in " - text".
        choices: Value labels, where the file has them. Cells of an exploded select-all question are "1", "0" or null.
        role: What a column that is no answer is; None for answers. `identifier` names or locates a person, `metadata` is neither.
        reason: Why the reader thinks so, in words for the team.
        exploded: Whether the column was made from cells that hold several answers. An option that nobody chose then has no column, and
            a question that nobody answered has one without a `part`.
    """

    name: str
    text: str
    kind: Kind | None = None
    group: str | None = None
    part: str | None = None
    choices: tuple[Choice, ...] = ()
    role: Role | None = None
    reason: str = ""
    exploded: bool = False


@dataclass(frozen=True)
class Detection:
    """Which platform wrote a file.

    Attributes:
        platform: A key of `FORMATS`.
        reason: What in the file says so.
        others: The runners-up, each with what speaks for it, the likelier first.
    """

    platform: str
    reason: str
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Source:
    """An export in one shape, whatever platform wrote it.

    Attributes:
        file: The file that was read.
        platform: A key of `FORMATS`.
        reason: How the platform was recognised, or that it was asked for.
        variables: One for each column `c0`, `c1`, ... of `rows`, in this order.
        rows: Text columns `c0`, `c1`, ... whose empty cells are null, and `row`, the number of the row in the file.
        dropped: Identifiers, IP addresses and places that were left out.
        timestamp: How `started` and `completed` are written, in strftime codes; None where they are ISO or there are none.
        encoding: How the text was encoded, or the name of the binary format.
        notes: What else the team should know, one sentence each.
    """

    file: Path
    platform: str
    reason: str
    variables: tuple[Variable, ...]
    rows: pl.DataFrame
    dropped: tuple[Variable, ...] = ()
    timestamp: str | None = None
    encoding: str = "utf-8"
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.rows.height

    def column(self, name: str) -> pl.Series:
        """The cells of a column by the platform's name of it.

        Raises:
            KeyError: If there is no such column.
        """
        for place, variable in enumerate(self.variables):
            if variable.name == name:
                return self.rows[f"c{place}"].alias(name)
        raise KeyError(name)

    def of_role(self, role: Role) -> tuple[Variable, ...]:
        """The columns that are, for example, the start of a submission."""
        return tuple(variable for variable in self.variables if variable.role == role)


@dataclass(frozen=True)
class Request:
    """What a reader needs to know besides the file.

    Attributes:
        path: The file.
        sheet: The sheet of a workbook; None, the first.
        form: The file with the form of an XLSForm survey, where there is one.
        labels: Labels of options that are known and may hold the sign that joins several answers in a cell.
        multiples: Folded headers of questions that are known to be select-all.
        header_rows: How many header rows a table has that no platform has marked as its own.
    """

    path: Path
    sheet: str | None = None
    form: Path | None = None
    labels: tuple[str, ...] = ()
    multiples: frozenset[str] = frozenset()
    header_rows: int = 1


def detect(path: str | Path, *, sheet: str | None = None) -> Detection:
    """Which platform wrote a file, from its first bytes or header rows.

    Args:
        path: The file.
        sheet: The sheet of a workbook; left out, the first.

    Raises:
        IntakeError: If the file is missing, empty or of no kind that is read.
    """
    from barometer.intake.platforms.detecting import detected

    return detected(Path(path), sheet)


def read_source(
    path: str | Path,
    *,
    format: str | None = None,
    keep_identifiers: bool = False,
    form: str | Path | None = None,
    sheet: str | None = None,
    keep: Collection[str] = (),
) -> Source:
    """The export of a survey platform, in one shape.

    Args:
        path: The file. A Triple-S survey is named by its XML; the data file is found through it.
        format: A key of `FORMATS`; left out, it is detected.
        keep_identifiers: Whether names, e-mail and IP addresses, places and external ids stay in the rows.
        form: The XLSForm (XLSX) of a Kobo or ODK survey, from which labels and kinds are taken.
        sheet: The sheet of a workbook; left out, the first.
        keep: Names of single columns that stay although they look like identifiers.

    Returns:
        The source. Select-all questions have one column an option, with "1", "0" or null in its cells, whatever the platform writes;
        rankings have one column an item, with the rank.

    Raises:
        UsageError: If the format is unknown.
        IntakeError: If the file cannot be read, or is not of the format that was asked for.
    """
    from barometer.intake.platforms.reading import read

    request = Request(Path(path), sheet=sheet, form=None if form is None else Path(form))
    return read(request, format=format, keep_identifiers=keep_identifiers, keep=frozenset(keep))
