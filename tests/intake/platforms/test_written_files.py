"""Responses written as SPSS and Triple-S files and read back are the same responses."""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from barometer.errors import IntakeError
from barometer.intake import ExportSettings, Responses, mapping_text, read_export, read_source, typed, write_sav, write_triple_s
from barometer.intake.writing.spss import _dictionary
from barometer.questionnaire import Questionnaire, parse

Layout = Literal["sav", "csv", "fixed"]

LONG = "A very long label of an option, longer than the one hundred and twenty bytes that a value label may have, which is cut: "
TABLES: dict[str, Any] = {
    "title": "Synthetic",
    "themes": [{"id": "t", "title": "T"}],
    "questions": [
        {
            "id": "by",
            "kind": "single",
            "options": [{"code": "1st", "label": "First & <foremost>"}, {"code": "b", "label": "Other", "other": True}],
        },
        {
            "id": "plans",
            "kind": "multiple",
            "options": [
                {"code": "a", "label": "A, “quoted”"},
                {"code": "late", "label": "Late", "waves": ["w2"]},
                {"code": "b", "label": "B; b", "other": True},
            ],
        },
        {
            "id": "all_boxes",
            "kind": "multiple",
            "blank": "none_selected",
            "options": [{"code": "x", "label": "X"}, {"code": "y", "label": "Y"}],
        },
        {"id": "who", "kind": "single", "options": [{"code": "t", "label": LONG + "1"}, {"code": "g", "label": LONG + "2"}]},
        {
            "id": "scale",
            "kind": "scale",
            "options": [{"code": "lo", "label": "Low", "value": 1}, {"code": "hi", "label": "High", "value": 2}],
        },
        {
            "id": "rated",
            "kind": "battery",
            "options": [{"code": "good", "label": "Good"}, {"code": "poor", "label": "Poor"}],
            "items": [{"id": "one", "label": "One"}, {"id": "two" + "o" * 70, "label": "Two"}],
            "shown_if": {"question": "plans", "any_of": ["a"]},
        },
        {"id": "rank", "kind": "ranking", "items": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]},
        {"id": "spent", "kind": "allocation", "items": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]},
        {"id": "number", "kind": "numeric", "shown_if": {"question": "scale", "none_of": ["lo"]}},
        {"id": "why", "kind": "text"},
        {"id": "later", "kind": "numeric", "waves": ["w2"]},
    ],
}
TABLES["questions"] = [{"theme": "t", "short": "?", "text": f"What of {one['id']}?", **one} for one in TABLES["questions"]]
ASKED = parse(TABLES)

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.sampled_from('",;\n'), max_size=20)
NUMBERS = st.none() | st.integers(-1_000_000, 1_000_000).map(float) | st.floats(-1e6, 1e6, width=32)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "by": st.sampled_from([None, "1st", "b"]),
            "by.other_text": st.none() | TEXT,
            "plans": st.none() | st.tuples(st.sampled_from("01"), st.sampled_from("01")),
            "plans.other_text": st.none() | TEXT,
            "all_boxes": st.none() | st.tuples(st.sampled_from("01"), st.sampled_from("01")),
            "who": st.sampled_from([None, "t", "g"]),
            "scale": st.sampled_from([None, "lo", "hi"]),
            "rated.one": st.sampled_from([None, "good", "poor"]),
            "rated.two" + "o" * 70: st.sampled_from([None, "good", "poor"]),
            "rank.a": st.sampled_from([None, 1.0, 2.0]),
            "rank.b": st.sampled_from([None, 1.0, 2.0]),
            "spent.a": NUMBERS,
            "spent.b": NUMBERS,
            "number": NUMBERS | st.sampled_from([-8.0, -9.0, -98.0]),
            "why": st.none() | TEXT,
            "post": st.none() | st.sampled_from(["CCG-1", "CCG-2"]),
        }
    ),
    min_size=1,
    max_size=8,
)


def responses_of(rows: list[dict[str, Any]], folder: Path) -> Responses:
    """The rows as they come out of intake, so that they are typed as all responses are."""
    columns = [column for question in ASKED.asked_in("w1") for column in question.columns("w1")]
    frame: dict[str, list[Any]] = {
        "respondent": [f"r{n}" for n in range(len(rows))],
        "started": [],
        "post": [],
        **{name: [] for name in columns},
    }
    for n, row in enumerate(rows):
        frame["started"].append((dt.datetime(2016, 3, 1, 9, n, 7, 123000)).isoformat(" "))
        frame["post"].append(row["post"])
        for column in columns:
            question, _, part = column.partition(".")
            if question in ("plans", "all_boxes") and part != "other_text":
                ticks = row[question]
                frame[column].append(None if ticks is None else ticks[{"a": 0, "x": 0, "b": 1, "y": 1}[part]])
            else:
                frame[column].append(row[column])
    path = folder / "given.parquet"
    pl.DataFrame(frame, strict=False).write_parquet(path)
    said = ExportSettings(respondent="respondent", started="started", post="post", timestamp="%Y-%m-%d %H:%M:%S%.f")
    return typed(read_export(path, ASKED, "w1", said))


def written(responses: Responses, folder: Path, layout: Layout) -> tuple[Path, ExportSettings]:
    path = folder / ("x.sav" if layout == "sav" else "x.xml")
    mapping = write_sav(responses, path) if layout == "sav" else write_triple_s(responses, path, layout=layout)
    (folder / "mapping.toml").write_text(mapping_text(mapping), encoding="utf-8")
    return path, ExportSettings(mapping="mapping.toml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written")


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.tuples(ROWS, ROWS).map(lambda two: two[0] + two[1]))
def test_responses_come_back_from_an_spss_file(folder: Path, rows: list[dict[str, Any]]) -> None:
    come_back(folder, rows, "sav")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=ROWS, layout=st.sampled_from(["csv", "fixed"]))
def test_responses_come_back_from_a_triple_s_file(folder: Path, rows: list[dict[str, Any]], layout: Layout) -> None:
    come_back(folder, rows, layout)


def come_back(folder: Path, rows: list[dict[str, Any]], layout: Layout) -> None:
    given = responses_of(rows, folder)
    path, said = written(given, folder, layout)
    back = typed(read_export(path, ASKED, "w1", said))
    frame = given.frame.drop("row")
    if layout == "fixed":
        # A record is one line: line breaks within a text become blanks, and blanks at its ends are padding.
        frame = frame.with_columns(
            pl.col(name).str.replace_all(r"[\r\n]+", " ") for name in frame.columns if name.endswith(("_text", "why"))
        )
    assert_frame_equal(back.frame.drop("row"), frame)
    assert_frame_equal(back.states, given.states)


@pytest.fixture
def given_responses(tmp_path: Path) -> Responses:
    row = {name: None for question in ASKED.asked_in("w1") for name in question.columns("w1")} | {
        "plans": None,
        "all_boxes": None,
        "post": "CCG-1",
    }
    rows = [
        row | {"by": "1st", "plans": ("1", "0"), "rated.one": "good", "scale": "hi", "number": 7.0, "why": "Because"},
        row | {"plans": ("0", "1"), "scale": "lo", "number": -9.0, "plans.other_text": "it", "spent.a": 40.0, "spent.b": 60.0},
    ]
    return responses_of(rows, tmp_path)


@pytest.mark.parametrize("layout", ["sav", "csv", "fixed"])
def test_the_same_responses_give_the_same_bytes(
    tmp_path: Path, given_responses: Responses, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = written(given_responses, tmp_path, layout)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    written(given_responses, tmp_path, layout)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert first.name in before
    assert not [name for name in before if name.endswith(".part")]


def test_an_spss_file_tells_the_states_of_an_answer_apart(tmp_path: Path, given_responses: Responses) -> None:
    path, _ = written(given_responses, tmp_path, "sav")
    frame, described = pyreadstat.read_sav(str(path), output_format="polars", user_missing=True)
    labels = described.variable_value_labels
    assert [labels["rated.one"].get(value, value) for value in frame["rated.one"]] == ["Good", "Not shown"]
    assert [labels["scale"].get(value, value) for value in frame["scale"]] == ["High", "Low"]
    assert [labels["q_by"].get(value, value) for value in frame["q_by"]] == ["First & <foremost>", "Not answered"]
    assert "later" not in frame.columns
    assert "plans.late" not in frame.columns
    assert described.column_names_to_labels["plans.a"] == "What of plans? [A, “quoted”]"
    assert described.variable_measure["scale"] == "ordinal"


def test_values_for_no_answer_give_way_to_answers(tmp_path: Path, given_responses: Responses) -> None:
    frame = given_responses.frame.with_columns(pl.Series("number", [-8.0, None]))
    changed = Responses(given_responses.wave, given_responses.questionnaire, frame, given_responses.states)
    write_sav(changed, tmp_path / "x.sav")
    values = pyreadstat.read_sav(str(tmp_path / "x.sav"), output_format="polars", user_missing=True)[0]["number"]
    assert values.to_list() == [-8.0, -99.0]


def test_select_all_questions_are_multiple_response_sets(tmp_path: Path, given_responses: Responses) -> None:
    path, _ = written(given_responses, tmp_path, "sav")
    _, described = pyreadstat.read_sav(str(path), metadataonly=True, output_format="polars")
    assert described.mr_sets["plans"]["is_dichotomy"]
    assert described.mr_sets["plans"]["label"] == "What of plans?"
    source = read_source(path)
    boxes = [variable for variable in source.variables if variable.group == "plans"]
    assert [(variable.kind, variable.part) for variable in boxes] == [("multiple", "A, “quoted”"), ("multiple", "B; b")]
    assert [source.column(variable.name).to_list() for variable in boxes] == [["1", "0"], ["0", "1"]]
    assert source.notes[-1] == "2 multiple-response sets"


def test_a_text_that_spss_cannot_hold_is_refused_and_nothing_is_left(tmp_path: Path, given_responses: Responses) -> None:
    frame = given_responses.frame.with_columns(pl.Series("why", ["x" * 40_000, None]))
    with pytest.raises(IntakeError, match="too long"):
        write_sav(Responses("w1", ASKED, frame, given_responses.states), tmp_path / "long.sav")
    assert not (tmp_path / "long.sav").exists()


# ------------------------------------------------------------------------------------------------------ files that others have written


def with_sets(path: Path, sets: bytes) -> None:
    """Puts a record of multiple-response sets (7, subtype 7) into a system file."""
    data = path.read_bytes()
    end, _ = _dictionary(data)
    path.write_bytes(data[:end] + struct.pack("<iiii", 7, 7, 1, len(sets)) + sets + data[end:])


def test_spss_files_of_others(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "RespondentID": ["a", "b", "c"],
            "Q1": [1.0, 2.0, 9.0],
            "Q2m1": [1.0, 3.0, None],
            "Q2m2": [2.0, None, None],
            "Q3": [5.0, 98.0, 7.5],
            "Q4": ["x", "NA", ""],
            "when": [dt.date(2016, 3, 1), None, None],
        }
    )
    plans = {1.0: "Alliance", 2.0: "System", 3.0: "Other"}
    pyreadstat.write_sav(
        frame,
        str(tmp_path / "x.sav"),
        column_labels={"Q1": "What is your post?", "Q2m1": "Plans, first", "Q3": "How confident?"},
        variable_value_labels={"Q1": {1.0: "Chair", 2.0: "AO", 9.0: "Refused"}, "Q2m1": plans, "Q2m2": plans},
        missing_ranges={"Q1": [9.0], "Q3": [{"lo": 90, "hi": 99}], "Q4": ["NA"]},
        variable_measure={"Q3": "scale"},
    )
    with_sets(tmp_path / "x.sav", b"$plans=C 13 Which do you? q2m1 q2m2\n")
    source = read_source(tmp_path / "x.sav")
    by_name = {variable.name: variable for variable in source.variables}
    assert by_name["RespondentID"].role == "respondent"
    assert [(choice.code, choice.label) for choice in by_name["Q1"].choices] == [("1", "Chair"), ("2", "AO")]
    assert source.column("Q1").to_list() == ["1", "2", None]
    assert (by_name["Q3"].kind, source.column("Q3").to_list()) == ("numeric", ["5", None, "7.5"])
    assert source.column("Q4").to_list() == ["x", None, None]
    assert source.column("when").to_list() == ["2016-03-01", None, None]
    several = [variable for variable in source.variables if variable.kind == "multiple"]
    assert [(variable.text, variable.part) for variable in several] == [("Which do you?", one) for one in plans.values()]
    assert [source.column(variable.name).to_list() for variable in several] == [["1", "0", None], ["1", "0", None], ["0", "1", None]]
    assert source.notes[1] == "values declared missing are read as blanks (3 variables)"


TRIPLE_S = """<?xml version="1.0" encoding="UTF-8"?>
<sss version="{version}" modes="interview analysis"><date>1 March 2016</date><origin>Somebody</origin>
<survey><name>S</name><title>Synthetic</title><record ident="V"{attributes}>
<variable ident="1" type="quantity" use="serial"><name>ID</name><label>Serial</label><position start="1" finish="3"/>
  <values><range from="1" to="999"/></values></variable>
<variable ident="2" type="single"><name>Q1</name><label><text xml:lang="en-GB">Your<br/>post?</text><text xml:lang="fr">Poste</text></label>
  <position start="4" finish="5"/><values><value code="1">Chair</value><value code="12">AO</value></values></variable>
<variable ident="3" type="multiple"><name>Q2</name><label>Which?</label><position start="6" finish="8"/>
  <values><value code="1">A</value><value code="3">C</value></values></variable>
<variable ident="4" type="multiple"><name>Q3</name><label>And which?</label><position start="9" finish="12"/>
  <spread subfields="2" width="2"/>
  <values><value code="1">One</value><value code="10">Ten</value></values></variable>
<variable ident="5" type="logical"><name>Q4</name><label>Agree?</label><position start="13"/></variable>
<variable ident="6" type="character"><name>Q5</name><label>Why?</label><position start="14" finish="18"/><size>5</size></variable>
<variable ident="7" type="date"><name>Day</name><label>Day</label><position start="19" finish="26"/></variable>
<variable ident="8" type="time"><name>Hour</name><label>Hour</label><position start="27" finish="32"/></variable>
<variable ident="9" type="quantity" use="weight"><name>W</name><label>Weight</label><position start="33" finish="36"/>
  <values><range from="0.00" to="9.99"/></values></variable>
</record></survey></sss>
"""


@pytest.mark.parametrize("version", ["1.2", "2.0", "3.0"])
def test_triple_s_files_of_others(tmp_path: Path, version: str) -> None:
    (tmp_path / "s.sss").write_text(TRIPLE_S.format(version=version, attributes=""), encoding="utf-8")
    lines = [
        "001" + " 1" + "101" + "0110" + "1" + "café " + "20160301" + "093000" + "1.50",
        "  2" + "12" + "000" + "1   " + "0" + "it   " + "20160302" + "      " + " 0.5",
        "003" + "  " + "   " + "    " + " " * 24,
    ]
    (tmp_path / "s.asc").write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    source = read_source(tmp_path / "s.sss")
    assert source.notes[0] == f"Triple-S {version}, fixed width in s.asc"
    assert source.column("ID").to_list() == ["1", "2", "3"]
    assert source.column("Q1").to_list() == ["1", "12", None]
    assert [source.column(name).to_list() for name in ("Q2_1", "Q2_3")] == [["1", "0", None], ["1", "0", None]]
    assert [source.column(name).to_list() for name in ("Q3_1", "Q3_10")] == [["1", "1", None], ["1", "0", None]]
    assert source.column("Q4").to_list() == ["1", "0", None]
    assert source.column("Q5").to_list() == ["café", "it", None]
    assert source.column("Day").to_list() == ["2016-03-01", "2016-03-02", None]
    assert source.column("Hour").to_list() == ["09:30:00", None, None]
    assert source.column("W").to_list() == ["1.50", "0.5", None]
    assert [variable.role for variable in source.variables if variable.role] == ["respondent", "weight"]
    q1 = next(variable for variable in source.variables if variable.name == "Q1")
    assert (q1.text, [choice.label for choice in q1.choices]) == ("Your post?", ["Chair", "AO"])


def test_triple_s_with_csv_data_elsewhere(tmp_path: Path) -> None:
    xml = TRIPLE_S.format(version="2.0", attributes=' href="C:\\data\\other.csv" format="csv" skip="1"')
    for number, (first, last) in enumerate([(1, 3), (4, 5), (6, 8), (9, 12), (13, 13), (14, 18), (19, 26), (27, 32), (33, 36)]):
        start = {0: 1, 1: 2, 2: 3, 3: 4}.get(number, number + 2)
        finish = start + 1 if number == 3 else start
        old = f'<position start="{first}"/>' if first == last else f'<position start="{first}" finish="{last}"/>'
        xml = xml.replace(old, f'<position start="{start}" finish="{finish}"/>')
    (tmp_path / "s.xml").write_text(xml, encoding="utf-8")
    (tmp_path / "other.csv").write_text('ID,Q1,Q2,Q3a,Q3b,Q4,Q5,Day,Hour,W\n7,12,"001",10,0,1,"a, b",20160301,,1\n8,,,,,,,,,1\n')
    source = read_source(tmp_path / "s.xml")
    assert source.notes[0] == "Triple-S 2.0, CSV in other.csv"
    assert [source.column(name).to_list() for name in ("Q2_1", "Q2_3", "Q3_1", "Q3_10", "Q5")] == [
        ["0", None],
        ["1", None],
        ["0", None],
        ["1", None],
        ["a, b", None],
    ]


def test_only_the_answers_of_the_questionnaire_are_written(tmp_path: Path, given_responses: Responses) -> None:
    joined = given_responses.with_attributes(pl.DataFrame({"post": ["CCG-1"], "region": ["North"]}), on="post")
    write_sav(joined, tmp_path / "x.sav")
    assert "region" not in pyreadstat.read_sav(str(tmp_path / "x.sav"), metadataonly=True, output_format="polars")[1].column_names


def test_the_questionnaire_of_the_tests_has_every_kind() -> None:
    assert isinstance(ASKED, Questionnaire)
    assert len({question.kind for question in ASKED}) == 8
