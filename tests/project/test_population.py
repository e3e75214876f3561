from __future__ import annotations

from pathlib import Path

import pytest

from barometer.errors import ProjectError
from barometer.project.population import read_frame
from barometer.project.settings import Break, Population, Roles

POPULATION = Population(
    people="members",
    respondents="members who answered",
    describes="all members",
    frame="frame.csv",
    key="post",
    roles=Roles(question="post_title", column="role"),
)
BREAKS = {"side": Break(label="Side", levels={"left": "Left", "right": "Right"}), "seat": Break(label="Seat")}


def frame_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "frame.csv"
    path.write_text(text, encoding="utf-8")
    return path


def refused(tmp_path: Path, text: str) -> ProjectError:
    path = frame_of(tmp_path, text)
    with pytest.raises(ProjectError) as caught:
        read_frame(path, POPULATION, BREAKS)
    assert caught.value.file == str(path)
    return caught.value


def test_the_frame_is_text_in_the_order_of_the_file(tmp_path: Path) -> None:
    frame = read_frame(frame_of(tmp_path, "post,role,side,size\nP2,chair,left,007\nP1,ao,,3\n"), POPULATION, BREAKS)
    assert frame.to_dicts() == [
        {"post": "P2", "role": "chair", "side": "left", "size": "007"},
        {"post": "P1", "role": "ao", "side": None, "size": "3"},
    ]


def test_a_column_that_the_project_names_must_be_there(tmp_path: Path) -> None:
    problem = refused(tmp_path, "pst,role\nP1,chair\n")
    assert (problem.got, problem.hint) == ("pst, role", "Did you mean 'pst'?")
    assert "'post'" in str(problem.expected)
    assert "'role'" in str(refused(tmp_path, "post,rank\nP1,chair\n").expected)


def test_a_member_without_a_key_is_named_by_row(tmp_path: Path) -> None:
    problem = refused(tmp_path, "post,role\nP1,chair\n,ao\n")
    assert problem.where == "row 3, column 'post'"


def test_a_member_that_stands_twice_is_named_by_rows(tmp_path: Path) -> None:
    problem = refused(tmp_path, "post,role\nP1,chair\nP2,ao\nP1,ao\n")
    assert (problem.where, problem.got) == ("rows 2, 4", "P1")


def test_a_level_that_the_project_does_not_name_is_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, "post,role,side\nP1,chair,left\nP2,ao,rihgt\n")
    assert (problem.where, problem.got, problem.hint) == ("row 3, column 'side'", "rihgt", "Did you mean 'right'?")


def test_any_level_is_taken_where_the_project_names_none(tmp_path: Path) -> None:
    frame = read_frame(frame_of(tmp_path, "post,role,seat\nP1,chair,window\n"), POPULATION, BREAKS)
    assert frame["seat"].to_list() == ["window"]


@pytest.mark.parametrize(
    ("content", "said"), [(None, "missing"), (b"", "empty"), (b"post,role\n", "no responses"), ("post\nP1\n".encode("utf-16"), "encoding")]
)
def test_a_frame_that_cannot_be_read_says_why(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "frame.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProjectError) as caught:
        read_frame(path, POPULATION, BREAKS)
    assert caught.value.file == str(path)
    assert said in caught.value.what
