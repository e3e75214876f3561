"""A small text is read by the standard library, and gives what the reader of large texts gives."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import IntakeError
from barometer.intake import records
from barometer.intake.tables import stripped


def read(text: str, small: int) -> tuple[list[tuple[str | int | None, ...]], str]:
    """The rows with their numbers, or what is said of a text that is refused."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(records, "SMALL", small)
        try:
            cells, numbers = records.csv_cells(Path("responses.csv"), text.encode())
        except IntakeError as problem:
            return [], str(problem)
    return stripped(cells.with_columns(numbers)).rows(), ""


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='ab ,;"\n\té', min_size=1, max_size=40))
def test_any_text_is_read_or_refused_alike(text: str) -> None:
    assert read(text, small=1000) == read(text, small=-1)


LINES = st.lists(
    st.sampled_from(['a,"b ""c""",d', '1,"two\nlines",3', ",,", "", "x,y", "   ", '"a, b",;,e', '"q"r,s,t']), min_size=1, max_size=8
)


@settings(max_examples=100, deadline=None)
@given(LINES, st.booleans())
def test_any_lines_are_read_or_refused_alike(lines: list[str], ended: bool) -> None:
    text = "\n".join(lines) + "\n" * (ended or lines == [""])
    assert read(text, small=1000) == read(text, small=-1)


def test_a_long_cell_is_read() -> None:
    """Longer than the standard library takes."""
    rows, problem = read(f"a,b\n{'x' * 140_000},y\n", small=1 << 20)
    assert not problem
    assert [len(str(cell)) for cell in rows[1][:2]] == [140_000, 1]


def test_a_small_text_needs_no_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_by_shape", None)
    cells, numbers = records.csv_cells(Path("responses.csv"), b'a,b\n\n"1,5","two\nlines"\n')
    assert cells.rows() == [("a", "b"), ("1,5", "two\nlines")]
    assert numbers.to_list() == [1, 3]
    assert cells.schema == {"c0": pl.String, "c1": pl.String}
