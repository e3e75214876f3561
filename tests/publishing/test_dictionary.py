"""The data dictionary names every column, field and code of the files beside it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from barometer.errors import EvaluationError
from barometer.publishing.dictionary import entries, write_dictionary


@pytest.fixture(scope="module")
def rows(published) -> list[dict[str, str]]:
    with (published.folder / "data-dictionary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def table(published) -> pl.DataFrame:
    return pl.read_parquet(published.folder / "tables.parquet")


def names(rows: list[dict[str, str]], *kinds: str) -> set[str]:
    return {row["name"] for row in rows if row["kind"] in kinds}


def test_every_column_is_in_it_with_its_meaning(rows: list[dict[str, str]], table: pl.DataFrame) -> None:
    described = [row for row in rows if row["kind"] == "column"]
    assert [row["name"] for row in described] == table.columns
    assert all(row["meaning"] and row["type"] for row in described)
    assert {row["name"]: row["unit"] for row in described}["estimate"].startswith("proportion")


def fields_of(value: Any, before: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield before + name
            if isinstance(inner, list):
                yield from (path for one in inner for path in fields_of(one, f"{before}{name}[]."))
            else:
                yield from fields_of(inner, f"{before}{name}.")


def test_every_field_of_the_findings_is_in_it(published, rows: list[dict[str, str]]) -> None:
    findings = json.loads((published.folder / "findings.json").read_text(encoding="utf-8"))
    described = {row["name"]: row for row in rows if row["kind"] == "field"}
    assert all(row["meaning"] and row["type"] for row in described.values())
    free = tuple(f"{name}." for name, row in described.items() if row["type"].startswith("mapping"))
    missing = {path for path in fields_of(findings) if path not in described and not path.startswith(free)}
    assert missing == set()


def test_every_code_that_occurs_is_in_it_with_label_and_wording(rows: list[dict[str, str]], table: pl.DataFrame) -> None:
    answers = names(rows, "option", "net")
    items = names(rows, "item")
    for question, item, option in table.select("question", "item", "option").unique().iter_rows():
        assert question in names(rows, "question")
        assert not option or f"{question}.{option}" in answers
        assert not item or f"{question}.{item}" in items
    for name, level in table.filter(pl.col("break") != "").select("break", "level").unique().iter_rows():
        assert f"{name}.{level}" in names(rows, "level")
    worded = [row for row in rows if row["kind"] in ("question", "option", "net", "item")]
    assert all(row["label"] and row["wording"] for row in worded)


def test_the_wording_is_that_of_the_wave(published, rows: list[dict[str, str]]) -> None:
    findings = json.loads((published.folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    worded = {row["name"]: row["wording"] for row in rows if row["kind"] == "question"}
    for one in findings:
        assert worded[one["question"]].startswith(one["question_text"])


def test_a_question_that_is_not_published_is_in_it_and_says_so(rows: list[dict[str, str]]) -> None:
    texts = [row for row in rows if row["kind"] == "question" and row["type"] == "text"]
    assert texts
    assert all(row["file"] == "" and "not published" in row["meaning"] for row in texts)


def test_no_two_rows_say_the_same_name_twice(rows: list[dict[str, str]]) -> None:
    keys = [(row["kind"], row["name"]) for row in rows]
    assert len(keys) == len(set(keys))


def test_a_column_without_a_meaning_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no meaning") as caught:
        write_dictionary(tmp_path / "dictionary.csv", pl.DataFrame({"shoe_size": [1]}), [], {}, "2020")
    assert caught.value.where == "column 'shoe_size'"
    assert not (tmp_path / "dictionary.csv").exists()
    assert entries(pl.DataFrame(), [], {}, "2020")
