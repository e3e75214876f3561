from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from barometer.publishing.rendering import Rendering, render

Render = Callable[..., Rendering]


@pytest.fixture
def rendered(tmp_path: Path) -> Render:
    """Renders a text as a document in a folder of its own, with the embedded renderer."""

    def one(text: str, *to: str, files: dict[str, str] | None = None, **options: object) -> Rendering:
        folder = tmp_path / "source"
        folder.mkdir(exist_ok=True)
        for name, content in (files or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        (folder / "report.qmd").write_text(text, encoding="utf-8")
        output = tmp_path / "output"
        output.mkdir(exist_ok=True)
        return render(folder / "report.qmd", to=to or ("html",), output=output, renderer="embedded", **options)  # type: ignore[arg-type]

    return one
