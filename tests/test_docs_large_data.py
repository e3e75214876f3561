"""The examples of the guide to large data run, in their order, in one namespace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parent.parent / "docs" / "large-data.md"
BLOCKS = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_examples_of_the_guide_run(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("duckdb", reason="the extra 'duckdb' is not installed")
    pytest.importorskip("pyarrow", reason="the extra 'duckdb' is not installed")
    text = GUIDE.read_text(encoding="utf-8")
    blocks = list(BLOCKS.finditer(text))
    assert len(blocks) >= 6
    namespace: dict[str, object] = {}
    for found in blocks:
        line = text.count("\n", 0, found.start(1))
        # As many empty lines before it, so that an error names its line of the guide.
        exec(compile("\n" * line + found[1], str(GUIDE), "exec"), namespace)
    assert "officer" in capsys.readouterr().out


def test_the_size_of_the_cells_is_what_the_guide_says() -> None:
    columns, levels, strata = 60 * 5, 1 + 8 * 5, 40
    assert f"make {round(2 * columns * levels * strata * 8 / 1e6)} MB" in GUIDE.read_text(encoding="utf-8")
