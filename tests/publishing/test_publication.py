"""A publication is put in place all at once or not at all."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from barometer.errors import GateError, ProjectError
from barometer.publishing import publication
from barometer.publishing.environment import environment
from barometer.publishing.publication import recover, staged, write_json


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A publication that is there already."""
    folder = tmp_path / "build" / "2020"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("old", encoding="utf-8")
    (folder / "gone.csv").write_text("old", encoding="utf-8")
    return folder


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


OLD = {"report.html": "old", "gone.csv": "old"}


def beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)


def dead_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_the_first_publication_makes_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "build" / "2020"
    with staged(folder) as staging:
        (staging / "report.html").write_text("new", encoding="utf-8")
        assert not folder.exists()
    assert content(folder) == {"report.html": "new"}
    assert folder.stat().st_mode & 0o777 == 0o755
    assert beside(folder) == []


@pytest.mark.parametrize("swaps", [True, False])
def test_a_new_publication_takes_the_place_of_the_whole_old_one(folder: Path, swaps: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not swaps:
        monkeypatch.setattr(publication, "_exchanged", lambda *_: False)
    with staged(folder) as staging:
        (staging / "report.html").write_text("new", encoding="utf-8")
        assert content(folder) == OLD
    assert content(folder) == {"report.html": "new"}
    assert beside(folder) == []


@pytest.mark.parametrize("problem", [GateError("Not fit."), ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_whatever_goes_wrong_leaves_the_old_one(folder: Path, problem: BaseException) -> None:
    with pytest.raises(type(problem)), staged(folder) as staging:  # noqa: PT012
        (staging / "report.html").write_text("half", encoding="utf-8")
        raise problem
    assert content(folder) == OLD
    assert beside(folder) == []


@pytest.mark.parametrize("swaps", [True, False])
def test_a_folder_that_cannot_be_moved_leaves_the_old_one(folder: Path, swaps: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "_exchanged", lambda *_: False)
    rename = Path.rename

    def refusing(self: Path, target: Path) -> Path:
        if self.name.startswith(".staging-") or (swaps and target.name.startswith(".previous-")):
            raise OSError(errno.ENOSPC, "no space")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refusing)
    with pytest.raises(ProjectError) as caught, staged(folder):
        pass
    assert caught.value.got == os.strerror(errno.ENOSPC)
    assert content(folder) == OLD
    assert beside(folder) == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_disk_that_takes_no_more_is_said_in_our_words(folder: Path, number: int) -> None:
    with pytest.raises(ProjectError, match="last one is untouched") as caught, staged(folder):
        raise OSError(number, "no")
    assert (caught.value.got, caught.value.file) == (os.strerror(number), str(folder))
    assert content(folder) == OLD


def test_other_faults_of_the_system_are_not_hidden(folder: Path) -> None:
    with pytest.raises(FileNotFoundError), staged(folder) as staging:
        (staging / "nowhere" / "a").write_text("", encoding="utf-8")
    assert content(folder) == OLD


def test_a_file_in_the_way_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("I am a file", encoding="utf-8")
    with pytest.raises(ProjectError) as caught, staged(tmp_path / "build" / "2020"):
        pass
    assert caught.value.exit_code == 2
    assert caught.value.file == str(tmp_path / "build")
    assert (tmp_path / "build").read_text(encoding="utf-8") == "I am a file"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a file system that nobody can write to")
def test_a_parent_that_cannot_be_written_to_is_an_error() -> None:
    with pytest.raises(ProjectError) as caught, staged(Path("/proc/self/build/2020")):
        pass
    assert "permissions" in str(caught.value.hint)


def test_a_file_in_the_place_of_the_publication_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "2020").write_text("I am a file", encoding="utf-8")
    with pytest.raises(ProjectError) as caught, staged(tmp_path / "2020"):
        pass
    assert caught.value.file == str(tmp_path / "2020")
    assert (tmp_path / "2020").read_text(encoding="utf-8") == "I am a file"
    assert [path.name for path in tmp_path.iterdir()] == ["2020"]


def test_a_publication_behind_a_link_stays_behind_it(tmp_path: Path, folder: Path) -> None:
    link = tmp_path / "linked"
    link.symlink_to(folder, target_is_directory=True)
    with staged(link) as staging:
        (staging / "report.html").write_text("new", encoding="utf-8")
    assert link.is_symlink()
    assert content(folder) == {"report.html": "new"}
    assert beside(folder) == []


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_works_on_stays(folder: Path) -> None:
    dead = folder.parent / f".staging-2020-{dead_process()}-abc"
    living = folder.parent / f".staging-2020-{os.getppid()}-abc"
    other = folder.parent / f".staging-2019-{dead_process()}-abc"
    for left in (dead, living, other):
        left.mkdir()
        (left / "report.html").write_text("half", encoding="utf-8")
    with staged(folder) as staging:
        assert staging.is_dir()
    assert beside(folder) == sorted([living.name, other.name])


def test_a_publication_that_was_moved_aside_comes_back(folder: Path) -> None:
    folder.rename(folder.parent / ".previous-2020")
    with pytest.raises(GateError), staged(folder):  # noqa: PT012
        assert content(folder) == OLD
        raise GateError("Not fit.")
    assert content(folder) == OLD
    assert beside(folder) == []


def test_a_publication_that_was_replaced_does_not_come_back(folder: Path) -> None:
    old = folder.parent / ".previous-2020"
    old.mkdir()
    (old / "report.html").write_text("older", encoding="utf-8")
    recover(folder)
    assert content(folder) == OLD
    assert beside(folder) == []


def test_nothing_to_recover_is_no_error(tmp_path: Path) -> None:
    recover(tmp_path / "nowhere" / "2020")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("swaps", [True, False])
def test_a_kill_at_any_moment_leaves_a_whole_publication(tmp_path: Path, swaps: bool) -> None:
    folder = tmp_path / "build" / "2020"
    endless = (
        "import sys\n"
        "from pathlib import Path\n"
        "from barometer.publishing import publication\n"
        f"if not {swaps}: publication._exchanged = lambda *_: False\n"
        "number = 0\n"
        "while True:\n"
        "    number += 1\n"
        "    with publication.staged(Path(sys.argv[1])) as staging:\n"
        "        for name in 'abc':\n"
        "            (staging / name).write_text(str(number))\n"
        "    print(number, flush=True)\n"
    )
    moments = random.Random(5)
    for _ in range(8):
        process = subprocess.Popen([sys.executable, "-c", endless, str(folder)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.random() * 0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        recover(folder)
        assert beside(folder) == []
        made = content(folder)
        assert sorted(made) == ["a", "b", "c"]
        assert len(set(made.values())) == 1


def test_json_is_written_for_people_and_for_diff(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": "é", "a": [1]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text == '{\n  "b": "é",\n  "a": [\n    1\n  ]\n}\n'
    assert json.loads(text) == {"b": "é", "a": [1]}


def test_the_environment_names_every_package_that_a_run_needs() -> None:
    found = environment()
    assert {"altair", "polars", "great-expectations", "typst", "pydantic"} <= set(found["packages"])
    assert not {"jupyterlab", "pyspark"} & set(found["packages"])
    assert all(version[0].isdigit() for version in found["packages"].values())
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
