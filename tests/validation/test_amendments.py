from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from barometer.errors import ProjectError
from barometer.validation import Amendments, check, load_amendments, write_outputs
from barometer.validation.amendments import HEADER


@pytest.fixture
def decided(tmp_path: Path):
    """Amendments from lines of CSV."""

    def make(*lines: str) -> Amendments:
        path = tmp_path / "amendments.csv"
        path.write_text("\n".join([",".join(HEADER), *lines]) + "\n", encoding="utf-8")
        return load_amendments(path)

    return make


def test_a_value_is_corrected_before_it_is_checked(make_export, decided):
    export = make_export({}, {"lead": "A king", "confidence": "70"})
    amendments = decided('R02,,lead,A king,A council,Jo,"rang the respondent"', "R02,3,confidence,70,7,Jo,slipped")
    result = check(export, amendments=amendments, certify=False)
    assert result.failures.height == 0
    corrected = result.export.frame.filter(pl.col("row") == 3)
    assert corrected.select("lead", "confidence").row(0) == ("council", "7")
    assert export.frame["lead"][1] == "A king"
    assert result.summary["amendments"] == {"corrected": 2, "accepted": 0, "removed": 0}


def test_a_blank_is_filled_and_a_value_taken_out(make_export, decided):
    amendments = decided("R01,,role,,Accountable officer,Jo,said so", "R01,,help,More time,,Jo,names a person")
    result = check(make_export({"role": None}), amendments=amendments, certify=False)
    assert result.export.frame.select("role", "help").row(0) == ("ao", None)
    assert result.counts["accepted"] == 1


def test_an_unreadable_time_is_corrected(make_export, decided):
    export = make_export({"completed": None}, unreadable=((2, "completed"),))
    result = check(export, amendments=decided("R01,,completed,,2016-03-02 10:20,Jo,from the log"), certify=False)
    assert result.failures.height == 0


def test_an_old_value_that_does_not_match_stops_the_run(make_export, decided):
    secret = "zzsecretzz"
    with pytest.raises(ProjectError, match="does not stand in the export") as raised:
        check(make_export({"help": secret}), amendments=decided("R01,,help,other words,,Jo,why"), certify=False)
    assert raised.value.where == "line 2: row 2, column 'help'"
    assert secret not in str(raised.value)


def test_a_failure_is_accepted_on_record(make_export, decided, population, context):
    export = make_export({}, {"role": "chair"}, {"role": "ao"})
    result = check(export, frame=population, context=context, amendments=decided("R02,,rule,post.role,accepted,Jo,new in post"))
    assert result.accepted.to_list() == [2, 3]
    assert result.failures.select("row", "severity").rows() == [(3, "info"), (4, "critical")]
    assert result.failures["reason"][0].endswith("; accepted on record")


def test_an_accepted_failure_must_be_there(make_export, decided):
    with pytest.raises(ProjectError, match=r"Did you mean 'role\.code'"):
        check(make_export({}), amendments=decided("R01,,rule,rolecode,accepted,Jo,why"), certify=False)
    with pytest.raises(ProjectError, match="a failure that is not there"):
        check(make_export({}), amendments=decided("R01,,rule,role.code,accepted,Jo,why"), certify=False)


def test_accepting_one_rule_leaves_the_others(make_export, decided):
    result = check(make_export({"role": "x", "lead": "y"}), amendments=decided("R01,,rule,role.code,accepted,Jo,why"), certify=False)
    assert result.quarantined.to_list() == [2]


def test_one_of_two_submissions_is_removed(make_export, decided):
    export = make_export({"respondent": "R9", "post": "P01"}, {"respondent": "R9", "post": "P01"})
    result = check(export, amendments=decided("R9,2,row,submitted,removed,Jo,sent twice"), certify=False)
    assert result.counts == {"read": 2, "accepted": 1, "quarantined": 1}
    assert result.failures.select("row", "rule").rows() == [(2, "submission.removed")]
    assert result.worst_first()["rule"].to_list() == ["submission.removed"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("R77,,help,a,b,Jo,why", "names no submission"),
        ("R01,9,help,a,b,Jo,why", "names no submission"),
        (",,help,a,b,Jo,why", "names no submission"),
        ("R01,x,help,a,b,Jo,why", "whole number"),
        ("R01,,hepl,a,b,Jo,why", "Did you mean 'help'"),
        ("R01,,row,submitted,gone,Jo,why", "expected: 'removed'"),
        ("R01,,rule,role.code,,Jo,why", "expected: 'accepted'"),
        ("R01,,help,a,b,,why", "does not say who"),
        ("R01,,help,a,b,Jo,", "does not say why"),
        ("R01,,,a,b,Jo,why", "does not say which column"),
        ("R01,,help,a,b,Jo", "another number of cells"),
        ("R01,,completed,soon,,Jo,why", "time of an amendment"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(line, message, make_export, decided):
    with pytest.raises(ProjectError, match=message):
        check(make_export({}, {}), amendments=decided(line), certify=False)


def test_two_submissions_with_one_identifier_need_the_row(make_export, decided):
    with pytest.raises(ProjectError, match="Give its row as well"):
        check(make_export({"respondent": "R9"}, {"respondent": "R9"}), amendments=decided("R9,,help,More time,x,Jo,why"), certify=False)


def test_the_header_is_fixed(tmp_path: Path):
    path = tmp_path / "amendments.csv"
    path.write_text("respondent,column\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="respondent,row,column,old,new,who,why"):
        load_amendments(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProjectError, match="UTF-8"):
        load_amendments(path)
    with pytest.raises(ProjectError, match="missing"):
        load_amendments(tmp_path / "none.csv")


def test_a_file_without_lines_decides_nothing(make_export, decided):
    assert check(make_export({}), amendments=decided(), certify=False).counts["accepted"] == 1


def test_the_record_that_is_published_holds_no_value(make_export, decided, tmp_path: Path):
    amendments = decided("R01,,help,More time,zznewzz,Jo,names a person")
    write_outputs(check(make_export({}), amendments=amendments, certify=False), tmp_path / "out")
    written = (tmp_path / "out" / "amendments.csv").read_text(encoding="utf-8")
    assert written.splitlines() == ["row,respondent,what,column,who,why", "2,R01,corrected,help,Jo,names a person"]
    assert not [path for path in (tmp_path / "out").iterdir() if "zznewzz" in path.read_text(encoding="utf-8")]
