"""Every broken key of the project's own files is an error that names the file and the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from barometer.errors import ProjectError
from barometer.project.settings import load_plan, load_project, load_wave

PROJECT = """\
title = "T"
publisher = "P"
synthetic = false
waves = ["2019", "2020"]

[population]
people = "members"
respondents = "members who answered"
describes = "all members"
size = 80

[design]
strata = ["side"]
lonely = "fail"

[breaks.side]
label = "Side"
levels = { left = "Left" }

[disclosure]
minimum_base = 5
small_base = 15
"""
WAVE = """\
title = "Summer"
published = 2020-09-01
mode = "Online"

[fieldwork]
start = 2020-06-01
end = 2020-06-30
text = "June 2020"

[export]
respondent = "ID"
"""
PLAN = 'breaks = ["side"]\nheadlines = 3\npins = []\n\n[[messages]]\nid = "club"\ntitle = "The club"\n'


def broken(load: Callable[[Path], object], tmp_path: Path, text: str, old: str, new: str) -> ProjectError:
    assert text.count(old) == 1, "the test does not spoil what it means to"
    path = tmp_path / "file.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        load(path)
    assert caught.value.file == str(path)
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('title = "T"\n', "", "title"),
        ('title = "T"', 'title = ""', "title"),
        ('title = "T"', "title = 3", "title"),
        ('publisher = "P"\n', "", "publisher"),
        ("synthetic = false\n", "", "synthetic"),
        ("synthetic = false", 'synthetic = "perhaps"', "synthetic"),
        ('waves = ["2019", "2020"]', "waves = []", "waves"),
        ('waves = ["2019", "2020"]', 'waves = "2020"', "waves"),
        ('waves = ["2019", "2020"]', 'waves = ["../2020"]', "wave 1 (line 4)"),
        ('waves = ["2019", "2020"]', 'waves = ["2020", "2020"]', "waves"),
        ('people = "members"\n', "", "population → people"),
        ('describes = "all members"\n', "", "population → describes"),
        ("size = 80", "size = 0", "population → size"),
        ("size = 80", "size = 1.5", "population → size"),
        ("size = 80", 'frame = "frame.csv"', "frame"),
        ("size = 80", 'size = 80\nframe = "frame.csv"\nkey = "post"', "size"),
        ("size = 80", "sise = 80", "sise"),
        ('lonely = "fail"', 'lonely = "guess"', "design → lonely"),
        ('strata = ["side"]', 'strata = "side"', "design → strata"),
        ('label = "Side"\n', "", "breaks → side → label"),
        ('levels = { left = "Left" }', "levels = { left = 1 }", "breaks → side → levels"),
        ("minimum_base = 5", "minimum_base = 0", "disclosure → minimum_base"),
        ("small_base = 15", "small_base = true", "disclosure → small_base"),
        ("small_base = 15", "small_bse = 15", "small_bse"),
    ],
)
def test_a_broken_project_file_names_the_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert named in str(broken(load_project, tmp_path, PROJECT, old, new))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('title = "Summer"\n', "", "title"),
        ("published = 2020-09-01", 'published = "soon"', "published"),
        ("published = 2020-09-01\n", "", "published"),
        ('mode = "Online"\n', "", "mode"),
        ("start = 2020-06-01", "start = 2020-07-01", "before it starts"),
        ("end = 2020-06-30", "end = 2020-06-31", "line 7"),
        ("end = 2020-06-30", "end = 20200630", "fieldwork → end"),
        ("published = 2020-09-01", "published = 86400", "published"),
        ('text = "June 2020"\n', "", "fieldwork → text"),
        ('[export]\nrespondent = "ID"\n', "", "export"),
        ('respondent = "ID"', 'respodent = "ID"', "respodent"),
        ('mode = "Online"', 'mode = "Online"\nresponse = "r.csv"', "response"),
    ],
)
def test_a_broken_wave_file_names_the_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert named in str(broken(load_wave, tmp_path, WAVE, old, new))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('breaks = ["side"]', 'breaks = ["seat"]', "breaks"),
        ("headlines = 3", "headlines = 0", "headlines"),
        ("pins = []", "pin = []", "pin"),
        ('id = "club"', 'id = "The club"', "message 'The club' → id"),
        ('title = "The club"\n', "", "message 'club' → title"),
    ],
)
def test_a_broken_plan_names_the_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    (tmp_path / "barometer.toml").write_text(PROJECT, encoding="utf-8")
    settings = load_project(tmp_path / "barometer.toml")
    assert named in str(broken(lambda path: load_plan(path, settings), tmp_path, PLAN, old, new))


@pytest.mark.parametrize("load", [load_project, load_wave])
@pytest.mark.parametrize(
    ("content", "said"), [(None, "missing"), (b'title = "T\n', "line 1"), (b'a = 1\ntitle = "\xff"\n', "line 2"), (b"", "title")]
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, load: Callable[[Path], object], content: bytes | None, said: str) -> None:
    path = tmp_path / "file.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProjectError) as caught:
        load(path)
    assert caught.value.file == str(path)
    assert said in str(caught.value)


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "barometer.toml"
    path.write_text(PROJECT.replace('title = "T"\n', "").replace("minimum_base = 5", "minimum_base = 0"), encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        load_project(path)
    assert "title" in str(caught.value)
    assert "disclosure → minimum_base" in str(caught.value)


def test_without_a_plan_every_break_is_planned(tmp_path: Path) -> None:
    (tmp_path / "barometer.toml").write_text(PROJECT, encoding="utf-8")
    plan = load_plan(tmp_path / "plan.toml", load_project(tmp_path / "barometer.toml"))
    assert plan.breaks == ("side",)


def test_good_files_are_read_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "barometer.toml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "wave.toml").write_text(WAVE, encoding="utf-8")
    settings, wave = load_project(tmp_path / "barometer.toml"), load_wave(tmp_path / "wave.toml")
    assert (settings.waves, settings.population.size, settings.disclosure.minimum_base) == (("2019", "2020"), 80, 5)
    assert (wave.fieldwork.text, wave.published.isoformat(), wave.responses) == ("June 2020", "2020-09-01", "responses.csv")
