"""Coded rows: who coded which source to which theme. They hold no text of a source."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from barometer.coding.codeframe import NO_CODE, Codeframe
from barometer.errors import ProjectError, did_you_mean
from barometer.intake.tables import as_utf8

COLUMNS = ("source", "coder", "element", "code", "valence")
SCHEMA = dict.fromkeys(COLUMNS, pl.String)
#: Other names of the first column, as platforms and teams write them.
_SOURCES = ("source", "respondent", "interview", "recommendation")
_SHOWN_AT_MOST = 8


@dataclass(frozen=True)
class Coded:
    """What coders found.

    Attributes:
        codeframe: What they looked for.
        frame: One row for each source, coder, element, code and valence: text columns `source`, `coder`, `element`, `code`,
            `valence`; "" where the codeframe has no elements or valences. A source without any code has one row with the code "none".
        file: Where it was read.
    """

    codeframe: Codeframe
    frame: pl.DataFrame
    file: Path | None = None

    @property
    def coders(self) -> tuple[str, ...]:
        """Who coded, without the final coding, sorted."""
        return tuple(sorted(coder for coder in self.frame["coder"].unique() if coder != self.codeframe.final))

    @property
    def final(self) -> Coded:
        """The rows that count: those of the final coder, or of the only one there is.

        Raises:
            ProjectError: If several coded and the codeframe does not say whose rows count.
        """
        final, coders = self.codeframe.final, self.frame["coder"].unique().sort().to_list()
        if final is None and len(coders) > 1:
            raise ProjectError(
                "Several coders coded, and none is final.",
                file=self.file,
                expected="a key 'final' in the codeframe that names one of them, or the rows on which they agreed",
                got=", ".join(coders),
            )
        if final is not None and final not in coders:
            raise ProjectError(
                "The final coding is missing.", file=self.file, expected=f"rows of the coder '{final}'", got=", ".join(coders)
            )
        return Coded(self.codeframe, self.frame.filter(pl.col("coder") == (final or coders[0])), self.file)

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that were coded, sorted, those without any code included."""
        return tuple(self.frame["source"].unique().sort())


def read_coded(path: str | Path, codeframe: Codeframe, *, sources: Collection[str] | None = None) -> Coded:
    """Coded rows from a CSV.

    Args:
        path: A CSV with the columns `source` (or `respondent`, `interview`, `recommendation`) and `code`, and, where they apply, `coder`,
            `element` and `valence`. Several themes of one source stand on several lines. `none` says that no code applies. Columns of
            other names are left out, so that a coding sheet can be read as the coder saved it; a line without a code is a source that
            was not coded.
        codeframe: What may stand there.
        sources: The sources that there are; left out, any.

    Raises:
        ProjectError: If the file cannot be read, or a line names a source, element, code or valence that there is not, codes a
            source twice to the same, or codes it to `none` and to something. All such lines are gathered.
    """
    path = Path(path)
    header, lines = _lines(path)
    names = {name: place for place, name in enumerate(header)}
    first = next((name for name in _SOURCES if name in names), None)
    if first is None or "code" not in names:
        raise ProjectError(
            "The coded rows lack a column.", file=path, where="line 1", expected="source (or respondent) and code", got=", ".join(header)
        )
    known = {
        "element": [one.id for one in codeframe.elements],
        "code": [*(one.id for one in codeframe.codes), NO_CODE],
        "valence": [one.id for one in codeframe.valences],
    }
    rows: list[tuple[str, ...]] = []
    wrong: list[str] = []
    for number, cells in lines:
        row = {name: cells[names[name]].strip() if name in names else "" for name in COLUMNS[1:]}
        row["source"] = cells[names[first]].strip()
        if not row["code"]:
            continue
        wrong += [f"line {number}: {problem}" for problem in _problems(row, known, sources)]
        rows.append(tuple(row[name] for name in COLUMNS))
    wrong += list(_contradictions(rows))
    if wrong:
        more = [f"and {len(wrong) - _SHOWN_AT_MOST} more"] if len(wrong) > _SHOWN_AT_MOST else []
        raise ProjectError(
            "The coded rows do not fit the codeframe.",
            file=path,
            expected="sources of the wave; codes: " + ", ".join(known["code"]),
            got="\n".join([*wrong[:_SHOWN_AT_MOST], *more]),
        )
    if not rows:
        raise ProjectError("No source is coded.", file=path, expected="at least one line with a code")
    return Coded(codeframe, pl.DataFrame(rows, schema=SCHEMA, orient="row"), path)


def _lines(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise ProjectError("The coded rows cannot be read.", file=path, expected="a CSV", got=problem.strerror) from None
    text, _ = as_utf8(data, path)
    reader = csv.reader(io.StringIO(text.decode("utf-8"), newline=""), strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((reader.line_num, cells))
    except csv.Error as problem:
        raise ProjectError(
            "The coded rows are not well-formed CSV.", file=path, where=f"line {reader.line_num}", got=str(problem)
        ) from None
    if not lines:
        raise ProjectError("The file of coded rows is empty.", file=path, expected="a header and at least one line")
    header = [cell.strip().lower() for cell in lines[0][1]]
    for number, cells in lines[1:]:
        if len(cells) != len(header):
            raise ProjectError(
                "A line has more or fewer cells than the header.",
                file=path,
                where=f"line {number}",
                expected=f"{len(header)} cells",
                got=str(len(cells)),
            )
    return header, lines[1:]


def _problems(row: dict[str, str], known: dict[str, list[str]], sources: Collection[str] | None) -> Iterator[str]:
    if not row["source"]:
        yield "no source"
    elif sources is not None and row["source"] not in sources:
        yield f"there is no source '{row['source']}' that could be coded"
    for name, ids in known.items():
        value = row[name]
        blank = name != "code" and (not ids or row["code"] == NO_CODE)
        if blank and not value:
            continue
        if value not in ids:
            hint = did_you_mean(value, ids)
            yield f"there is no {name} '{value}'" + (f"; {hint}" if hint else "") if value else f"no {name}"


def _contradictions(rows: list[tuple[str, ...]]) -> Iterator[str]:
    seen: set[tuple[str, ...]] = set()
    codes: dict[tuple[str, str], set[bool]] = {}
    for row in rows:
        source, coder, _, code, _ = row
        if row in seen:
            yield f"the source '{source}' is coded twice to '{code}'" + (f" by {coder}" if coder else "")
        seen.add(row)
        codes.setdefault((source, coder), set()).add(code == NO_CODE)
    yield from (f"the source '{source}' is coded to '{NO_CODE}' and to something" for (source, _), kinds in codes.items() if len(kinds) > 1)


def coding_sheet(texts: pl.DataFrame, codeframe: Codeframe, coder: str) -> str:
    """A CSV for a coder: one line an answer, with an empty code; further themes of an answer are further lines. It holds answers.

    Args:
        texts: Columns `source` and `text`; blank texts are left out.
        codeframe: What may be coded.
        coder: Who codes.

    Returns:
        CSV text: source, coder, [element], code, [valence], text; ready for `read_coded` when the codes are filled in.
    """
    columns = [
        "source",
        "coder",
        *(["element"] if codeframe.elements else []),
        "code",
        *(["valence"] if codeframe.valences else []),
        "text",
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", restval="")
    writer.writeheader()
    for source, text in texts.select("source", "text").filter(pl.col("text").is_not_null()).iter_rows():
        # What starts like a formula is text, so that a spreadsheet does not run it.
        writer.writerow({"source": source, "coder": coder, "text": f"'{text}" if text[:1] in ("=", "+", "-", "@") else text})
    return out.getvalue()
