"""Running cells: parameters, what a rendering leaves behind in the interpreter, and the same bytes every time."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from barometer.errors import RenderError
from barometer.publishing.rendering import render
from barometer.publishing.rendering.execute import escaped

PARAMETERS = "```{python}\n#| tags: [parameters]\nwave = 'autumn'\nbase = 1\n```\n\nWave `{python} wave`, base `{python} base`.\n"


def _text(file: Path) -> str:
    page = file.read_text(encoding="utf-8")
    return page[page.find("<main") : page.find("</main>")]


def test_parameters_are_put_in_after_their_cell(rendered) -> None:
    assert "Wave autumn, base 1." in _text(rendered(PARAMETERS).files["html"])
    assert "Wave spring, base 1." in _text(rendered(PARAMETERS, parameters={"wave": "spring"}).files["html"])


def test_a_parameter_without_a_place_is_refused_with_a_suggestion(rendered) -> None:
    with pytest.raises(RenderError) as caught:
        rendered(PARAMETERS, parameters={"wav": "spring"})
    assert (caught.value.what, caught.value.got, caught.value.hint) == (
        "A parameter has no place in the document.",
        "wav",
        "Did you mean 'wave'?",
    )
    with pytest.raises(RenderError, match="The document takes no parameters"):
        rendered("Text\n", parameters={"wave": "spring"})


def test_the_callers_metadata_is_over_that_of_the_document(rendered) -> None:
    page = rendered(
        "---\ntitle: Old\n---\n\n{{< meta title >}} and {{< meta wave.name >}}\n", metadata={"title": "New", "wave": {"name": "7"}}
    ).files["html"]
    assert "<title>New</title>" in page.read_text()
    assert "New and 7" in _text(page)


def test_cells_run_beside_their_document_and_share_one_namespace_that_is_fresh(rendered) -> None:
    first = rendered(
        "```{python}\n#| echo: false\nimport helper\nsecret = helper.VALUE\nprint(secret)\n```\n", files={"helper.py": "VALUE = 41"}
    )
    assert ">41<" in _text(first.files["html"])
    with pytest.raises(RenderError, match="NameError"):
        rendered("`{python} secret`\n")


def test_a_module_of_one_document_is_not_that_of_the_next(tmp_path: Path) -> None:
    said = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "helper.py").write_text(f"VALUE = '{name}'")
        (folder / "report.qmd").write_text("```{python}\n#| include: false\nimport helper\n```\n\nSays `{python} helper.VALUE`.\n")
        said.append(_text(render(folder / "report.qmd", to=["html"], output=folder, renderer="embedded").files["html"]))
    assert "Says one." in said[0]
    assert "Says two." in said[1]


def test_the_interpreter_is_left_as_it_was(rendered) -> None:
    def state() -> tuple[object, ...]:
        return (
            Path.cwd(),
            list(sys.path),
            sys.modules["__main__"],
            sys.stdout,
            sys.stderr,
            sys.displayhook,
            sys.excepthook,
            dict(os.environ),
        )

    before = state()
    code = "import os, sys\nos.chdir('/')\nsys.path.append('/nowhere')\nos.environ['LEFT'] = 'behind'\nsys.argv = []\n"
    rendered(f"```{{python}}\n{code}```\n")
    assert state() == before
    with pytest.raises(RenderError):
        rendered(f"```{{python}}\n{code}1 / 0\n```\n")
    assert state() == before


def test_a_notebooks_own_shell_is_given_back(rendered) -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    try:
        mine = InteractiveShell.instance(config=config)
        mine.user_ns["mine"] = 1
        rendered("```{python}\nmine = 2\n```\n")
        assert InteractiveShell.instance() is mine
        assert mine.user_ns["mine"] == 1
    finally:
        InteractiveShell.clear_instance()


def test_warnings_of_cells_are_printed_whatever_the_caller_makes_of_warnings(rendered) -> None:
    page = rendered("```{python}\nimport warnings\nwarnings.warn('few answers')\n```\n").files["html"]
    assert "UserWarning: few answers" in _text(page)


def test_progress_is_told_of_cells_and_formats(rendered) -> None:
    said: list[str] = []
    made = rendered("```{python}\n#| label: only\n1\n```\n", progress=said.append)
    assert said == ["cell 1: only", "writing html"]
    assert set(made.seconds) == {"cells", "html"}
    assert made.renderer == "embedded"


def test_looks_that_are_left_aside_are_noted(rendered) -> None:
    assert rendered("---\ntheme: cosmo\ncss: a.css\n---\n").notes == ("left aside, as the embedded renderer has its own looks: css, theme",)


def test_escaped_text_means_itself() -> None:
    from barometer.publishing.rendering.pandoc import read_markdown
    from barometer.publishing.rendering.tree import text_of

    text = r"1. *a* _b_ [c](d) `e` <f> $g$ ~h~ ^i^ @fig-j \k {l} #m | n - o + p! https://q.org"
    assert text_of(read_markdown(escaped(text))["blocks"]) == text


SAME = """---
title: Same
date: 2016-05-01
toc: true
---

## A

```{python}
#| label: fig-a
#| fig-cap: "A"
#| fig-alt: "A bar"
from IPython.display import SVG
SVG('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect id="r" width="61" height="30"/></svg>')
```

| A | B |
|:--|--:|
| 1 | 2 |

: C {#tbl-c}

::: {.panel-tabset}
### One
@fig-a
### Two
$p = 1$
:::
"""

PROGRAM = """
import sys
from pathlib import Path
from barometer.publishing.rendering import render
render(Path(sys.argv[1]), output=Path(sys.argv[2]), renderer="embedded")
"""


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for seed in ("1", "2"):
        # Another place, another seed, another time zone: none of them may leave a trace.
        folder = tmp_path / f"place-{seed}"
        folder.mkdir()
        (folder / "report.qmd").write_text(SAME, encoding="utf-8")
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "UTC" if seed == "1" else "Pacific/Auckland"}
        environment.pop("SOURCE_DATE_EPOCH", None)
        subprocess.run([sys.executable, "-c", PROGRAM, str(folder / "report.qmd"), str(folder)], check=True, env=environment, timeout=120)
        digests.append({form: hashlib.sha256((folder / f"report.{form}").read_bytes()).hexdigest() for form in ("html", "pdf", "docx")})
    assert digests[0] == digests[1]


def test_a_picture_that_no_format_wants_is_not_drawn_unless_there_is_no_other(rendered) -> None:
    code = (
        "drawn = []\nclass Chart:\n    def __init__(self, svg): self.svg = svg\n    def _repr_svg_(self): return self.svg\n"
        "    def _repr_png_(self):\n        drawn.append(1)\n        return bytes.fromhex('89504e470d0a1a0a')\n"
        'svg = \'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>\'\n'
    )
    cells = (
        f"```{{python}}\n{code}```\n\n```{{python}}\nChart(svg)\n```\n\nDrawn `{{python}} len(drawn)`.\n\n```{{python}}\nChart(None)\n```\n"
    )
    page = _text(rendered(cells).files["html"])
    assert "Drawn 0." in page
    assert "data:image/png;base64,iVBORw0KGgo=" in page


def test_warnings_of_libraries_about_their_future_stay_out_of_the_report(rendered) -> None:
    cell = "```{python}\n#| echo: false\nimport library\nprint('done')\n```\n"
    page = rendered(cell, files={"library.py": "import warnings\nwarnings.warn('going away', DeprecationWarning)"}).files["html"]
    assert "going away" not in page.read_text()
    assert "done" in _text(page)
