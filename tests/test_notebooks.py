"""The notebooks run from top to bottom, are stored without outputs, and use the public interface only."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

import barometer

FOLDER = Path(__file__).parents[1] / "analysis"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def code(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "code"]


def test_there_are_the_five_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01-intentions",
        "02-savings-levers",
        "03-change-between-waves",
        "04-tension",
        "05-own-analysis",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs_and_says_that_responses_are_synthetic(path: Path) -> None:
    for cell in cells(path):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
    first = cells(path)[0]
    assert first["cell_type"] == "markdown"
    assert "synthetic" in "".join(first["source"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_the_package_and_none_of_its_modules(path: Path) -> None:
    for source in code(path):
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith("barometer.")]
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "barometer":
                assert node.attr in {*barometer.__all__}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_ends_at_the_published_figure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    names: dict[str, Any] = {}
    for number, source in enumerate(code(path)):
        exec(compile(source, f"{path.name}, cell {number}", "exec"), names)
    finding = names["finding"]
    assert finding.id in "\n".join([f"{finding.wave}/{finding.key}"])
    # The last cells compare the finding's figure with the notebook's own.
    assert any("assert" in source and "finding." in source for source in code(path)[-2:])


def test_what_notebooks_show_is_rich() -> None:
    wave = barometer.open(FOLDER).wave("2016-spring")
    assert "<table" in wave.tabulate("contracting")._repr_html_()
    assert "58 per cent" in wave.finding("contracting.accountable_care_system")._repr_html_()
