"""`barometer verify`: nothing differs in what was just published, and whatever is touched is named."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from barometer.project import run as running
from barometer.project.survey import open
from barometer.project.verifying import verify
from barometer.project.verifying_files import first_difference


@pytest.fixture
def build(small: Path, here: None) -> Path:  # noqa: ARG001
    """The publication of the small project."""
    return running.run(open(small).wave(), to=["html"], renderer="embedded").folder


def test_what_was_just_published_is_what_its_inputs_give(small: Path, build: Path, cli: Callable) -> None:
    said = cli("verify", build)
    assert (said.code, said.err) == (0, "")
    assert "The publication is what its inputs give." in said.out
    assert not list(small.glob("build/.*"))
    (build / "tables.csv").write_text((build / "tables.csv").read_text().replace("0.75", "0.76", 1))
    with zipfile.ZipFile(build / "tables.xlsx") as book:
        members = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(build / "tables.xlsx", "w") as book:
        for name, content in members.items():
            book.writestr(name, content.replace(b"Plans", b"Plots"))
    (build / "extra.txt").write_text("x")
    (build / "findings.json").unlink()
    said = cli("verify", "2020", "--project", small, "--json")
    assert said.code == 1
    found = json.loads(said.out)
    assert not found["same"]
    by_name = {(one["kind"], one["name"]): one for one in found["differences"]}
    assert by_name["file", "tables.csv"]["what"] == "changed since it was published"
    assert by_name["file", "extra.txt"]["what"] == "not part of the publication"
    assert by_name["file", "findings.json"]["what"] == "missing from the publication"
    assert by_name["result", "findings.json"]["what"] == "made by a new run alone"
    assert "0.76" in by_name["result", "tables.csv"]["detail"]
    assert by_name["result", "tables.csv"]["detail"].startswith("line ")
    assert "member xl/" in by_name["result", "tables.xlsx"]["detail"]
    assert ("result", "report.html") not in by_name


def test_a_changed_input_source_or_package_is_named(small: Path, build: Path) -> None:
    (small / "analysis/plan.toml").write_text('breaks = ["side"]\nheadlines = 2\n')
    (small / "analysis/new.py").write_text("")
    (small / "reports/quarterly.qmd").write_text("Text\n")
    manifest = json.loads((build / "manifest.json").read_text())
    manifest["environment"]["packages"]["polars"] = "0.1"
    (build / "manifest.json").write_text(json.dumps(manifest))
    found = verify(open(small), build, quick=True)
    assert found.recomputed == 0
    assert {(one.kind, one.name, one.what) for one in found.differences} == {
        ("input", "analysis/plan.toml", "changed since the publication"),
        ("input", "analysis/new.py", "new since the publication"),
        ("source", "reports/quarterly.qmd", "changed since the publication"),
        ("environment", "polars", "another version"),
    }


def test_a_project_that_cannot_be_published_any_more_is_a_difference(small: Path, build: Path, cli: Callable) -> None:
    (small / "reports/quarterly.qmd").write_text((small / "reports/quarterly.qmd").read_text().replace("plans.stay", "plans.go"))
    said = cli("verify", build)
    assert said.code == 1
    assert "cannot be made anew" in said.out
    assert "plans.go" in said.out


@pytest.mark.parametrize(
    ("manifest", "what"),
    [
        (None, "has no manifest"),
        ("{", "cannot be read"),
        ("[]", "is broken"),
        ("{}", "is broken"),
        ('{"inputs": {}, "sources": {}, "outputs": {"a": "b"}}', "is broken"),
        ('{"inputs": {}, "sources": {}, "outputs": {}, "wave": 7, "parameters": {}, "environment": {}}', "is broken"),
    ],
)
def test_what_is_no_publication_is_said_with_exit_code_2(small: Path, cli: Callable, manifest: str | None, what: str) -> None:
    folder = small / "build/2020"
    folder.mkdir(parents=True)
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    said = cli("verify", folder)
    assert (said.code, said.out) == (2, "")
    assert what in said.err
    shutil.rmtree(folder)
    assert cli("verify", folder).code == 2


@pytest.mark.parametrize(
    ("name", "published", "anew", "said"),
    [
        ("a.csv", b"x\n1\n", b"x\n1\n2\n", "line 3: published '', made anew '2'"),
        ("a.json", b'{"a": [1, {"b": 2}]}', b'{"a": [1, {"b": 3}]}', "a[1].b, line 1"),
        ("a.pdf", b"%PDF 1", b"%PDF 2", "byte 6"),
        ("a.docx", b"no archive", b"no archivf", "byte 10"),
        ("a.csv", b"\xff", b"\xfe", "byte 1"),
        ("a.html", b"x" * 500 + b"a", b"x" * 500 + b"b", "line 1: published '...xxx"),
        ("a.parquet", b"no table", b"no tables", "byte 9"),
    ],
)
def test_the_first_difference_is_told_in_the_terms_of_the_format(name: str, published: bytes, anew: bytes, said: str) -> None:
    assert first_difference(name, published, anew).startswith(said)


def test_a_quick_look_at_the_whole_publication_finds_nothing(published, cli: Callable) -> None:
    said = cli("verify", published.folder, "--quick")
    assert (said.code, said.err) == (0, "")
    assert "All hashes are as they were on record." in said.out
