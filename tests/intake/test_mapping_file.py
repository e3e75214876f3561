"""The mapping file: what it says, and what is said of one that is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import IntakeError
from barometer.intake import ColumnMapping, Export, ExportSettings, load_mapping, mapping_text, read_export, typed
from barometer.questionnaire import Questionnaire

Make = Callable[..., Any]

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and text
)


@settings(max_examples=30, deadline=None)
@given(
    columns=st.dictionaries(NAMES, NAMES, max_size=4),
    codes=st.dictionaries(NAMES, st.dictionaries(NAMES, NAMES, max_size=3), max_size=3),
    ignore=st.lists(NAMES, max_size=3),
)
def test_the_text_of_a_mapping_says_the_mapping(columns: dict[str, str], codes: dict[str, dict[str, str]], ignore: list[str]) -> None:
    mapping = ColumnMapping(columns=columns, codes=codes, ignore=tuple(ignore))
    reasons = dict.fromkeys(columns, "because\nof it")
    assert ColumnMapping.model_validate(tomllib.loads(mapping_text(mapping, reasons))) == mapping


COLUMNS = """
ignore = ["Batch"]
[columns]
A = "role"
B = "plans.acs"
C = "plans.aco"
D = "plans.other"
E = "plans.none"
F = "lead"
"G, too" = "rated.values"
H = "rated.records"
I = "confidence"
J = "first.a"
K = "first.b"
L = "time.a"
M = "time.b"
N = "why"
number = "respondent"
[codes.role]
1 = "chair"
2 = "ao"
[codes.rated]
"Very good" = "good"
9 = "dk"
"""
TABLE = 'number,Batch,A,B,C,D,E,F,"G, too",H,I,J,K,L,M,N\n7,x,2,1,0,,,trust,Very good,9,7,2,1,60,40,Because\n8,x,3,,,,,,Poor,,,,,,,\n'


@pytest.fixture
def read_mapped(tmp_path: Path, small: Questionnaire) -> Callable[..., Export]:
    def reading(mapping: str, table: str = TABLE) -> Export:
        (tmp_path / "responses.csv").write_text(table, encoding="utf-8")
        (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
        return read_export(tmp_path / "responses.csv", small, "w1", ExportSettings(mapping="mapping.toml"))

    return reading


def test_a_mapping_says_what_headers_and_codes_do_not(read_mapped: Callable[..., Export]) -> None:
    export = read_mapped(COLUMNS)
    first, second = typed(export).frame.to_dicts()
    assert first == {
        "row": 2,
        "respondent": "7",
        "role": "ao",
        "plans.acs": 1,
        "plans.aco": 0,
        "plans.other": 0,
        "plans.none": 0,
        "plans.other_text": None,
        "lead": "trust",
        "rated.values": "good",
        "rated.records": "dk",
        "confidence": 7.0,
        "first.a": 2.0,
        "first.b": 1.0,
        "time.a": 60.0,
        "time.b": 40.0,
        "why": "Because",
    }
    assert second["role"] is None
    assert export.frame["role"].to_list() == ["ao", "3"], "a code that nobody explains is kept, for validation to name"


def test_what_a_mapping_does_not_name_is_found_by_its_header(read_mapped: Callable[..., Export]) -> None:
    table = TABLE.replace(",N\n", ",Q8. Why?\n")
    assert typed(read_mapped(COLUMNS.replace('N = "why"\n', ""), table)).frame["why"].to_list() == ["Because", None]


@pytest.mark.parametrize(
    ("change", "what", "where", "hint"),
    [
        (
            ('"plans.acs"', '"plans.acz"'),
            "leads to a column that the wave does not have",
            "columns → B (line 5)",
            "Did you mean 'plans.acs'",
        ),
        (('"plans.acs"', '"plans.new"'), "leads to a column that the wave does not have", "columns → B (line 5)", None),
        (('"plans.acs"', '"plans.aco"'), "leads two columns to the same place", "columns → C (line 6)", None),
        (('B = "plans.acs"', 'BB = "plans.acs"'), "names a column that the export does not have", "columns → BB", "Did you mean 'B'"),
        (("[codes.role]", "[codes.roles]"), "codes of a question that has none", "codes → roles (line 19)", "Did you mean 'role'"),
        (("[codes.role]", "[codes.why]"), "codes of a question that has none", "codes → why (line 19)", None),
        (('2 = "ao"', '2 = "aoo"'), "an option that the question does not have", "codes → role → 2 (line 21)", "Did you mean 'ao'"),
        (('ignore = ["Batch"]', 'ignore = ["A"]'), "both uses and ignores a column", "columns → A (line 4)", None),
        (('ignore = ["Batch"]', "ignored = []"), "A key is unknown", "ignored (line 2)", "Did you mean 'ignore'"),
        (('N = "why"', "N = 7"), "A value does not fit", "columns → N (line 17)", None),
        (("[columns]", "[columns"), "not valid TOML", "line 3", None),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_with_its_place(
    read_mapped: Callable[..., Export], change: tuple[str, str], what: str, where: str, hint: str | None
) -> None:
    assert change[0] in COLUMNS
    with pytest.raises(IntakeError, match=what) as caught:
        read_mapped(COLUMNS.replace(*change, 1))
    assert str(caught.value.file).endswith("mapping.toml")
    assert where in str(caught.value.where)
    assert hint is None or hint in str(caught.value.hint)


def test_a_mapping_and_two_header_rows_go_together(tmp_path: Path, small: Questionnaire) -> None:
    lines = TABLE.splitlines()
    lines.insert(1, "," * 15)
    (tmp_path / "responses.csv").write_text("\n".join([lines[0], "x" + lines[1], *lines[2:]]))
    (tmp_path / "mapping.toml").write_text(COLUMNS.replace('number = "respondent"', '"number [x]" = "respondent"'))
    export = read_export(tmp_path / "responses.csv", small, "w1", ExportSettings(mapping="mapping.toml", header_rows=2))
    assert export.frame["respondent"].to_list() == ["7", "8"]
    assert export.notes == ("a table in utf-8, two header rows",)


def test_a_missing_mapping_is_said(tmp_path: Path, small: Questionnaire) -> None:
    (tmp_path / "responses.csv").write_text(TABLE)
    with pytest.raises(IntakeError, match="missing") as caught:
        read_export(tmp_path / "responses.csv", small, "w1", ExportSettings(mapping="mapping.toml"))
    assert str(caught.value.file).endswith("mapping.toml")


def test_a_mapping_lies_in_the_folder_of_the_wave(tmp_path: Path, small: Questionnaire) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "responses.csv").write_text(TABLE)
    (tmp_path / "mapping.toml").write_text(COLUMNS)
    export = read_export(tmp_path / "raw" / "responses.csv", small, "w1", ExportSettings(mapping="mapping.toml"), folder=tmp_path)
    assert len(export) == 2


def test_a_mapping_in_the_repository_form_is_loaded(tmp_path: Path, small: Questionnaire) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(COLUMNS)
    mapping = load_mapping(path, small, "w1")
    assert mapping.columns["G, too"] == "rated.values"
    assert mapping.codes["rated"] == {"Very good": "good", "9": "dk"}
