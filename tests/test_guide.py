"""Every command and example of the guide runs, in the order of its page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
#: Pages that begin in an empty folder; the others are read within a published project.
FROM_NOTHING = ("01-first-report", "02-your-own-survey")
PAGES = sorted(path.stem for path in DOCS.glob("0*.md"))


def run_page(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Runs the blocks of a page one after the other and returns what the commands printed."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    said: list[str] = []
    where = folder
    for found in BLOCK.finditer(text):
        language, file, content = found.groups()
        line = text.count("\n", 0, found.start(3))
        if file:
            (where / file).write_text(content, encoding="utf-8")
        elif language == "sh":
            where, output = shell(content, where, f"{page}.md, line {line}")
            said.append(output)
        elif language == "python":
            monkeypatch.chdir(where)
            exec(compile("\n" * line + content, f"{page}.md", "exec"), names)
        else:
            assert language in ("text", "csv"), f"{page}.md, line {line}: a block of '{language}' is not run"
    return "\n".join(said)


def shell(commands: str, where: Path, place: str) -> tuple[Path, str]:
    """Runs a block as a shell does; later blocks begin where it ended."""
    after = where / ".after"
    script = f'set -euo pipefail\ncd "{where}"\n{commands}\npwd > "{after}"\n'
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], env={**os.environ, "PATH": path, "COLUMNS": "100"}, capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == 0, f"{place}\n{done.stdout}\n{done.stderr}"
    ended = Path(after.read_text(encoding="utf-8").strip())
    after.unlink()
    return ended, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("page", FROM_NOTHING)
def test_a_page_that_begins_with_nothing_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = run_page(page, tmp_path, monkeypatch)
    assert "index.html" in said


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page not in FROM_NOTHING])
def test_a_page_for_a_published_project_runs(page: str, published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run_page(page, published.project, monkeypatch)


def test_the_references_are_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, "docs/make_reference.py", "--check"], cwd=DOCS.parent, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_links_between_pages_lead_somewhere() -> None:
    for path in DOCS.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_guide_lists_every_page() -> None:
    listed = set(re.findall(r"\]\(([^)]+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in DOCS.glob("*.md")} - {"README.md"}
