"""The README says what the project says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parent.parent


def test_the_opening_finding_and_chart_come_from_the_project():
    done = subprocess.run([sys.executable, "docs/make_readme.py", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_api_examples_run(monkeypatch):
    monkeypatch.chdir(ROOT)
    columns = {"weight": [4.0] * 100, "role": ["chair", "ao"] * 50, "region": ["north", "north", "south", "south"] * 25}
    frame = pl.DataFrame({**columns, "agrees": ["yes", "no"] * 50})
    names: dict[str, object] = {"frame": frame}
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.S)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, names)


def test_every_path_that_it_names_exists():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    for path in (*named, "requirements/nox.txt", "data/README.md", "tests/data/published_figures.csv"):
        assert (ROOT / path).exists(), path
