"""A Jupyter kernel gives what this process gives."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from barometer.errors import RenderError
from barometer.publishing.rendering import render

needs_kernel = pytest.mark.skipif(importlib.util.find_spec("ipykernel") is None, reason="ipykernel is not installed")

REPORT = """\
---
title: Two ways
---

```{python}
#| tags: [parameters]
wave = "autumn"
base = 1
```

Wave `{python} wave`, base `{python} base + 1`, list `{python} [1, 2]`.

```{python}
import sys
import warnings

import helper

print("out", helper.VALUE)
print("err", file=sys.stderr)
print("out again")
warnings.warn("beware")
helper.VALUE
```

```{python}
class Drawn:
    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = {"image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "image/png": b"\\x89PNG not drawn"}
        return {kind: data for kind, data in shown.items() if kind not in (exclude or ())}, {"image/svg+xml": {"alt": "what it shows"}}


display(Drawn())
for number in range(3):
    print(number)
    display(number)
Drawn()
```

```{python}
#| error: true
def broken():
    return 1 / 0


broken()
```

```{python}
#| error: true
1 +
```
"""


def document(folder: Path, text: str = REPORT) -> Path:
    (folder / "helper.py").write_text("VALUE = 41\n")
    (folder / "report.qmd").write_text(text, encoding="utf-8")
    return folder / "report.qmd"


def made(source: Path, kernel: bool, **more: object) -> bytes:
    rendering = render(source, to=["html"], output=source.parent, renderer="embedded", kernel=kernel, **more)
    return rendering.files["html"].read_bytes()


@needs_kernel
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning")  # of jupyter-client's
def test_a_kernel_gives_the_same_bytes(tmp_path: Path) -> None:
    source = document(tmp_path)
    here = made(source, False, parameters={"wave": "spring"})
    there = made(source, True, parameters={"wave": "spring"})
    assert there == here
    page = here.decode()
    for text in ("Wave spring, base 2, list [1, 2]", "out 41", "err", "ZeroDivisionError", "SyntaxError", "what it shows", "beware"):
        assert text in page


@needs_kernel
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "text",
    [
        "Text\n\n```{python}\nx = 1\n\nx / 0\n```\n",
        "`{python} unknown`\n",
    ],
)
def test_a_kernel_fails_as_this_process_does(tmp_path: Path, text: str) -> None:
    source = document(tmp_path, text)
    said = []
    for kernel in (False, True):
        with pytest.raises(RenderError) as caught:
            made(source, kernel)
        said.append((caught.value.what, caught.value.parts()))
    assert said[0] == said[1]


def test_a_kernel_that_is_not_installed_is_said_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", None)
    with pytest.raises(RenderError, match="not installed") as caught:
        made(document(tmp_path), True)
    assert "survey-barometer[analyst]" in str(caught.value.hint)
