"""Reading codeframes and coded rows, prevalence, crossed tables and the follow-up of recommendations."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from barometer.coding import (
    Codeframe,
    coding_sheet,
    crossed,
    follow_up,
    load_codeframe,
    load_recommendations,
    prevalence,
    read_coded,
)
from barometer.errors import ProjectError, UsageError
from barometer.estimation import Categorical, Design

CODES = '[[codes]]\nid = "money"\nlabel = "Money"\nsays = "asked for money"\n\n[[codes]]\nid = "people"\nlabel = "People"\n'
VALENCES = '[[valences]]\nid = "strength"\nlabel = "Strength"\n\n[[valences]]\nid = "weakness"\nlabel = "Weakness"\n'
ELEMENTS = '[[elements]]\nid = "well_led"\nlabel = "Well led"\n\n[[elements]]\nid = "planning"\nlabel = "Planning"\n'


@pytest.fixture
def frame(tmp_path: Path) -> Codeframe:
    (tmp_path / "frame.toml").write_text('title = "Help"\nquestion = "help"\nfinal = "agreed"\n' + CODES, encoding="utf-8")
    return load_codeframe(tmp_path / "frame.toml")


@pytest.fixture
def review(tmp_path: Path) -> Codeframe:
    (tmp_path / "review.toml").write_text('title = "Review"\n' + CODES + VALENCES + ELEMENTS, encoding="utf-8")
    return load_codeframe(tmp_path / "review.toml")


def written(folder: Path, *lines: str) -> Path:
    path = folder / "coded.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_several_themes_of_one_answer_stand_on_several_lines(tmp_path: Path, frame: Codeframe) -> None:
    found = read_coded(
        written(tmp_path, "respondent,coder,code,text", "7,A,money,x", "7,A,people,x", "7,agreed,money,x", "8,agreed,none,", "9,A,,y"),
        frame,
    )
    assert found.coders == ("A",)
    assert found.final.frame.select("source", "code").rows() == [("7", "money"), ("8", "none")]
    assert found.final.sources == ("7", "8")
    assert found.frame.columns == ["source", "coder", "element", "code", "valence"]  # no text


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["respondent,code", "7,mony"], "line 2: there is no code 'mony'; Did you mean 'money'?"),
        (["respondent,code", ",money"], "line 2: no source"),
        (["respondent,code", "99,money"], "there is no source '99' that could be coded"),
        (["respondent,code", "7,money", "7,money"], "the source '7' is coded twice to 'money'"),
        (["respondent,code", "7,money", "7,none"], "coded to 'none' and to something"),
        (["respondent,theme", "7,money"], "The coded rows lack a column."),
        (["respondent,code", "7"], "more or fewer cells"),
        (["respondent,code", "7,"], "No source is coded."),
        (["respondent,code", '7,"money'], "not well-formed CSV"),
        ([""], "is empty"),
    ],
)
def test_rows_that_do_not_fit_are_named(tmp_path: Path, frame: Codeframe, lines: list[str], said: str) -> None:
    with pytest.raises(ProjectError) as caught:
        read_coded(written(tmp_path, *lines), frame, sources=["7", "8"])
    assert said in str(caught.value)
    assert str(tmp_path / "coded.csv") in str(caught.value)


def test_all_wrong_lines_are_gathered(tmp_path: Path, frame: Codeframe) -> None:
    with pytest.raises(ProjectError) as caught:
        read_coded(written(tmp_path, "respondent,code", *(f"{number},wrong" for number in range(12))), frame)
    assert "line 2:" in str(caught.value)
    assert "line 9:" in str(caught.value)
    assert "and 4 more" in str(caught.value)


def test_elements_and_valences_are_asked_for_where_the_codeframe_has_them(tmp_path: Path, review: Codeframe) -> None:
    with pytest.raises(ProjectError, match="no element"):
        read_coded(written(tmp_path, "source,code,valence", "i1,money,strength"), review)
    with pytest.raises(ProjectError, match="Did you mean 'weakness'"):
        read_coded(written(tmp_path, "source,element,code,valence", "i1,well_led,money,weaknes"), review)
    found = read_coded(written(tmp_path, "source,element,code,valence", "i1,well_led,money,weakness", "i2,,none,"), review)
    assert found.sources == ("i1", "i2")


def test_whose_coding_counts_must_be_said(tmp_path: Path, review: Codeframe, frame: Codeframe) -> None:
    two = written(tmp_path, "source,coder,element,code,valence", "1,A,planning,money,weakness", "1,B,planning,money,weakness")
    with pytest.raises(ProjectError, match="none is final"):
        _ = read_coded(two, review).final
    with pytest.raises(ProjectError, match="final coding is missing"):
        _ = read_coded(written(tmp_path, "source,coder,code", "1,A,money"), frame).final


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('title = "T"\n', "codes"),
        ('title = "T"\n' + CODES + CODES, "the code 'money' stands twice"),
        ('title = "T"\n[[codes]]\nid = "none"\nlabel = "None"\n', "cannot be a code"),
        ('title = "T"\nnames = "x"\n' + CODES, "names"),
        ("title = [\n", "not valid TOML"),
    ],
)
def test_a_broken_codeframe_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "broken.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        load_codeframe(tmp_path / "broken.toml")
    assert said in str(caught.value)
    assert "broken.toml" in str(caught.value)


def test_prevalence_counts_answers_that_were_coded(tmp_path: Path, frame: Codeframe) -> None:
    lines = [f"{number},agreed,money" for number in range(12)] + [f"{number},agreed,people" for number in range(6)]
    lines += [f"{number},agreed,none" for number in range(12, 15)]
    coded = read_coded(written(tmp_path, "respondent,coder,code", *lines), frame)
    sample = pl.DataFrame({"respondent": [str(number) for number in range(20)], "role": ["chair", "ao"] * 10})
    found = prevalence(coded, Design(sample, population=40), by=Categorical("role", codes=("chair", "ao")))
    money = found.row(option="money", break_="")
    assert (money["question"], money["item"], money["count"], money["base"], money["estimate"]) == ("help", "", 12, 15, 0.8)
    assert found.row(option="people", break_="")["count"] == 6
    assert found.row(option="money", level="chair")["base"] == 8
    # 15 of 40: the correction for a finite population makes the interval narrower than that of a large one.
    large = prevalence(coded, Design(sample)).row(option="people", break_="")
    small = found.row(option="people", break_="")
    assert small["std_error"] < large["std_error"]


def test_a_source_that_did_not_take_part_is_an_error(tmp_path: Path, frame: Codeframe) -> None:
    coded = read_coded(written(tmp_path, "respondent,coder,code", "x,agreed,money"), frame)
    with pytest.raises(UsageError, match="did not take part"):
        prevalence(coded, Design(pl.DataFrame({"respondent": ["1", "2"]})))
    with pytest.raises(UsageError, match="does not name the sources"):
        prevalence(coded, Design(pl.DataFrame({"person": ["1", "2"]})))


def test_valences_have_shares_of_their_own(tmp_path: Path, review: Codeframe) -> None:
    lines = ["1,well_led,money,strength", "1,planning,money,weakness", "2,planning,money,weakness", "3,,none,"]
    coded = read_coded(written(tmp_path, "source,element,code,valence", *lines), review)
    found = prevalence(coded, Design(pl.DataFrame({"respondent": ["1", "2", "3", "4"]})))
    assert {item: found.row(option="money", item=item)["count"] for item in ("", "strength", "weakness")} == {
        "": 2,
        "strength": 1,
        "weakness": 2,
    }
    table = crossed(coded)
    assert table.filter(pl.col("level") == "planning").select("valence", "sources", "mentions", "base").rows() == [
        ("strength", 0, 0, 3),
        ("weakness", 2, 2, 3),
    ]


def test_a_coding_sheet_is_read_back_when_it_is_filled_in(tmp_path: Path, frame: Codeframe) -> None:
    texts = pl.DataFrame({"source": ["1", "2", "3"], "text": ["=SUM(A1)", None, 'more "money", please']})
    sheet = coding_sheet(texts, frame, "A")
    assert sheet.splitlines()[0] == "source,coder,code,text"
    assert "'=SUM(A1)" in sheet
    (tmp_path / "sheet.csv").write_text(sheet.replace("1,A,,", "1,A,money,").replace("3,A,,", "3,A,people,"), encoding="utf-8")
    found = read_coded(tmp_path / "sheet.csv", frame)
    assert found.frame.select("source", "code").rows() == [("1", "money"), ("3", "people")]


WAVES = '[[codes]]\nid = "spring"\nlabel = "Spring"\n\n[[codes]]\nid = "autumn"\nlabel = "Autumn"\n'
STATUSES = "".join(f'[[valences]]\nid = "{status}"\nlabel = "{status}"\n\n' for status in ("not_started", "under_way", "done"))


def test_recommendations_are_followed_from_wave_to_wave(tmp_path: Path) -> None:
    (tmp_path / "status.toml").write_text('title = "Progress"\n' + WAVES + STATUSES, encoding="utf-8")
    (tmp_path / "asked.toml").write_text(
        "".join(f'[[recommendations]]\nid = "r{number}"\ntext = "Do {number}"\n\n' for number in range(1, 5)), encoding="utf-8"
    )
    lines = [
        "r1,spring,not_started",
        "r1,autumn,done",
        "r2,spring,under_way",
        "r2,autumn,under_way",
        "r3,spring,done",
        "r3,autumn,under_way",
    ]
    rows = read_coded(written(tmp_path, "recommendation,code,valence", *lines), load_codeframe(tmp_path / "status.toml"))
    table = follow_up(rows, load_recommendations(tmp_path / "asked.toml"))
    assert table["moved"].to_list() == ["forward", "unchanged", "back", None]
    assert table["latest"].to_list() == ["done", "under_way", "under_way", None]
    assert table.row(0)[2:4] == ("not_started", "done")
    twice = read_coded(
        written(tmp_path, "recommendation,code,valence", "r1,spring,done", "r1,spring,under_way"), load_codeframe(tmp_path / "status.toml")
    )
    with pytest.raises(ProjectError, match="two statuses"):
        follow_up(twice, load_recommendations(tmp_path / "asked.toml"))
    other = read_coded(written(tmp_path, "recommendation,code,valence", "r9,spring,done"), load_codeframe(tmp_path / "status.toml"))
    with pytest.raises(ProjectError, match="no such recommendation"):
        follow_up(other, load_recommendations(tmp_path / "asked.toml"))
