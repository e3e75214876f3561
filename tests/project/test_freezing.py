"""What a run keeps for the next one changes no file of the publication."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from barometer.errors import ProjectError
from barometer.project import FREEZE_FOLDER
from barometer.project import run as running
from barometer.project import survey as surveys
from barometer.project.wave import Wave


@pytest.fixture(autouse=True)
def _(here: None) -> None:
    """Every run of these tests has its worker in this process."""


def published(project: Path, *, freeze: bool = True) -> dict[str, bytes]:
    surveys._COMPUTED.clear()  # a process of its own would know nothing either
    folder = running.run(surveys.open(project).wave(), to=["html"], renderer="embedded", freeze=freeze).folder
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_second_run_gives_the_same_bytes_and_computes_nothing(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anew = published(small, freeze=False)
    assert not (small / FREEZE_FOLDER).exists()
    first = published(small)
    for name in ("estimates", "changes"):
        monkeypatch.setattr(Wave, name, property(lambda _: pytest.fail("computed again")))
    again = published(small)
    assert anew == first == again
    kinds = {json.loads(path.read_text(encoding="utf-8"))["kind"] for path in (small / FREEZE_FOLDER).iterdir()}
    assert {"cells", "file", "certificate", "workbook", "published", "done"} <= kinds


def test_an_edit_of_prose_gives_what_a_run_from_nothing_gives(small: Path) -> None:
    published(small)
    report = small / "reports/quarterly.qmd"
    report.write_text(report.read_text(encoding="utf-8") + "\nA sentence more.\n", encoding="utf-8")
    frozen = published(small)
    assert b"A sentence more." in frozen["report.html"]
    assert frozen == published(small, freeze=False)


@pytest.mark.parametrize("name", ["data/waves/2020/responses.csv", "barometer.toml", "analysis/plan.toml"])
def test_an_edit_of_an_input_computes_everything_again(small: Path, name: str) -> None:
    before = published(small)
    path = small / name
    old, new = {
        "data/waves/2020/responses.csv": ("r01,left,1,0", "r01,left,0,1"),
        "barometer.toml": ('title = "Small barometer"', 'title = "Smaller barometer"'),
        "analysis/plan.toml": ("headlines = 1", "headlines = 2"),
    }[name]
    text = path.read_text(encoding="utf-8")
    assert old in text or name.endswith("responses.csv")
    path.write_text(text.replace(old, new) if old in text else text.replace("r00,left,1,0", "r00,left,0,1"), encoding="utf-8")
    frozen = published(small)
    assert frozen["manifest.json"] != before["manifest.json"]
    assert frozen == published(small, freeze=False)


def test_a_run_to_word_alone_does_not_vouch_for_the_pages(small: Path) -> None:
    reports = small / "reports"
    (reports / "_quarto.yml").write_text(
        "project: {type: website}\nwebsite: {title: T, navbar: {left: [index.qmd, methodology.qmd]}}\n", encoding="utf-8"
    )
    for name in ("index", "methodology"):
        (reports / f"{name}.qmd").write_text("---\ntitle: P\n---\n\nWords.\n", encoding="utf-8")
    (reports / "methodology.toml").write_text("", encoding="utf-8")
    running.run(surveys.open(small).wave(), to=["docx"], renderer="embedded")
    with pytest.raises(ProjectError, match="not complete"):
        running.run(surveys.open(small).wave(), to=["html"], renderer="embedded")
