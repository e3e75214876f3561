"""What the renderer refuses: each error names the file and the line, and nothing is left in the output folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from barometer.errors import BarometerError, RenderError, UsageError
from barometer.publishing.rendering import choose_renderer, render

# text of the document; what the error says; where
REFUSALS = {
    "failing cell": ("# A\n\n```{python}\nx = 1\n1 / 0\n```\n", "A cell failed.", "line 5, in cell 1, which begins on line 3"),
    "cell that is no Python": ("```{python}\nif True\n```\n", "A cell failed.", "line 2, in cell 1, which begins on line 1"),
    "failure in a function of an earlier cell": (
        "```{python}\ndef f():\n    raise ValueError('low')\n```\n\n```{python}\n#| label: second\n\nf()\n```\n",
        "A cell failed.",
        "line 9, in cell 2 (label 'second'), which begins on line 6",
    ),
    "broken front matter": ("---\ntitle: a: b\n---\n", "The front matter is broken: mapping values are not allowed here.", "line 2"),
    "front matter not closed": ("---\ntitle: a\n", "The front matter is not closed.", "line 1"),
    "broken options": ('```{python}\n#| label: "a\n1\n```\n', "The options of a cell is broken", "line 2"),
    "unknown option": ("```{python}\n#| fig-capp: a\n1\n```\n", "The cell option 'fig-capp' is outside", "line 2, option 'fig-capp'"),
    "option of the wrong kind": ("```{python}\n#| eval: maybe\n1\n```\n", "The cell option 'eval' has a value", "line 2, option 'eval'"),
    "cell not closed": ("Text\n\n```{python}\n1\n", "A fence of code is not closed.", "line 3"),
    "missing include": ("Text\n\n{{< include _lost.qmd >}}\n", "An included file cannot be read.", "line 3"),
    "include in a line": ("Text {{< include _a.qmd >}}\n", "An include stands on a line of its own.", "line 1"),
    "unresolved reference": ("## A {#sec-a}\n\nSee @sec-b.\n", "The reference '@sec-b' leads nowhere.", "line 3"),
    "citation": ("As [@smith2016] says.\n", "The reference '@smith2016' is of a kind outside the subset", "line 1"),
    "label used twice": ("## A {#sec-a}\n\n## B {#sec-a}\n", "The label 'sec-a' is used twice.", "line 1"),
    "unknown shortcode": ("{{< video x.mp4 >}}\n", "The shortcode 'video' is outside the subset", "line 1"),
    "unknown variable": ("Text\n\n{{< var client >}}\n", "The key 'client' has no value.", "line 3"),
    "R": ("```{r}\n1\n```\n", "A cell in 'r' is outside the subset", "line 1"),
    "Observable": ("```{ojs}\n1\n```\n", "A cell in 'ojs' is outside the subset", "line 1"),
    "knitr": ("---\nengine: knitr\n---\n", "The document asks for an engine that is not Python's.", "line 2, key 'engine'"),
    "R kernel": ("---\ntitle: A\njupyter: ir\n---\n", "The document asks for an engine that is not Python's.", "line 3, key 'jupyter'"),
    "filter": ("---\nfilters: [a.lua]\n---\n", "The key 'filters' is outside the subset", "line 2, key 'filters'"),
    "inline code in YAML": ('---\ntitle: "Wave `{python} 7`"\n---\n', "Inline code is not run in YAML.", "line 2, key 'title'"),
    "date of today": ("---\ndate: today\n---\n", "The date of the document depends on the day", "line 2, key 'date'"),
    "margin note": ("Text\n\n::: {.column-margin}\nA\n:::\n", "The class 'column-margin' (margin notes) is outside the subset", "line 3"),
    "theorem": ("::: {#thm-a}\nA\n:::\n", "The identifier 'thm-a' (theorems) is outside the subset", "line 1"),
    "unknown callout": ("::: {.callout-danger}\nA\n:::\n", "There is no callout of type 'danger'.", "line 1"),
    "tabs without a heading": ("::: {.panel-tabset}\nA\n:::\n", "A set of tabs holds no heading.", "line 1"),
    "missing picture": ("![A](lost.png)\n", "A picture is missing.", "line 1"),
    "picture from outside": ("![A](https://example.org/a.png)\n", "A picture lies outside the document.", "line 1"),
    "failing inline expression": ("Text\n\nOf `{python} lost` leaders.\n", "An inline expression failed.", "line 3"),
    "object without a look": ("```{python}\nobject()\n```\n", "A cell ends with an object that has nothing to show", "line 1, cell 1"),
    "chart for a live browser": (
        "```{python}\nclass C:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
        "        return {'application/vnd.vegalite.v5+json': {}, 'text/plain': 'alt'}\nC()\n```\n",
        "A display can only be shown by a live browser.",
        "line 1, cell 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_refused_with_file_and_line(case: str, tmp_path: Path) -> None:
    text, what, where = REFUSALS[case]
    source = tmp_path / "report.qmd"
    source.write_text(text)
    output = tmp_path / "output"
    output.mkdir()
    with pytest.raises(RenderError) as caught:
        render(source, to=["html"], output=output, renderer="embedded")
    assert caught.value.what.startswith(what)
    assert caught.value.file == str(source)
    assert caught.value.where == where
    assert list(output.iterdir()) == []


def test_an_error_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "report.qmd").write_text("Text\n\n{{< include _part.qmd >}}\n")
    (tmp_path / "_part.qmd").write_text("One\n\nSee @fig-lost.\n")
    with pytest.raises(RenderError) as caught:
        render(tmp_path / "report.qmd", to=["html"], output=tmp_path, renderer="embedded")
    assert caught.value.file == str(tmp_path / "_part.qmd")
    assert caught.value.where == "line 3"


def test_an_include_that_goes_in_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.qmd").write_text("{{< include _a.qmd >}}\n")
    (tmp_path / "_a.qmd").write_text("{{< include _a.qmd >}}\n")
    with pytest.raises(RenderError, match="An include goes in a circle"):
        render(tmp_path / "report.qmd", to=["html"], output=tmp_path, renderer="embedded")


def test_a_failing_cell_says_the_type_and_message_of_its_error(tmp_path: Path) -> None:
    (tmp_path / "report.qmd").write_text("```{python}\n{}['share']\n```\n")
    with pytest.raises(RenderError) as caught:
        render(tmp_path / "report.qmd", to=["html"], output=tmp_path, renderer="embedded")
    assert caught.value.got == "KeyError: 'share'"


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<img src="https://example.org/a.png">',
        '<svg><image href="//example.org/a.png"/></svg>',
        '<iframe title="a > b" src="a.html"></iframe>',
        '<p style="background: url(https://example.org/a.png)">a</p>',
        '<link rel="stylesheet" href="a.css">',
        "<style>@import url(//x.org/a)</style>",
    ],
)
def test_nothing_is_loaded_from_outside_and_no_script_of_a_cell_runs(html: str, tmp_path: Path) -> None:
    (tmp_path / "report.qmd").write_text(f"```{{=html}}\n{html}\n```\n")
    with pytest.raises(RenderError, match="would load something from outside, or run a script"):
        render(tmp_path / "report.qmd", to=["html"], output=tmp_path, renderer="embedded")


def test_a_listing_may_show_what_a_page_may_not_do(rendered) -> None:
    shown = '<script src="https://example.org/a.js"></script> @import url(//example.org/a.css)'
    page = rendered(f'`{shown}`\n\n```html\n{shown}\n```\n\nWrite src="https://example.org/" and <https://example.org/>.\n').files["html"]
    assert "example.org/a.js" in page.read_text()


def test_what_was_published_before_stays_when_a_rendering_fails(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("the last good one")
    (tmp_path / "report.qmd").write_text("```{python}\n1 / 0\n```\n")
    with pytest.raises(RenderError):
        render(tmp_path / "report.qmd", to=["html"], output=tmp_path, renderer="embedded")
    assert (tmp_path / "report.html").read_text() == "the last good one"


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"to": ["odt"]}, "There is no such format."),
        ({"to": []}, "Name each format once."),
        ({"to": ["html", "html"]}, "Name each format once."),
        ({"renderer": "pandoc"}, "There is no such renderer."),
        ({"output": Path("/nowhere/at/all")}, "The folder for the output is not there."),
    ],
)
def test_wrong_usage(options: dict[str, object], what: str, tmp_path: Path) -> None:
    (tmp_path / "report.qmd").write_text("Text\n")
    with pytest.raises(UsageError) as caught:
        render(tmp_path / "report.qmd", **{"output": tmp_path, "renderer": "embedded", **options})  # type: ignore[arg-type]
    assert caught.value.what == what


def test_a_folder_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "report.qmd").write_text("Text\n")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="cannot be written to"):
        render(tmp_path / "report.qmd", to=["html"], output=tmp_path, renderer="embedded")


def test_a_document_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BarometerError, match="The document cannot be read"):
        render(tmp_path / "lost.qmd", to=["html"], output=tmp_path, renderer="embedded")


def test_quarto_that_is_not_there_is_an_error_only_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert choose_renderer("auto") is None
    with pytest.raises(RenderError) as caught:
        choose_renderer("quarto")
    assert caught.value.what == "Quarto is not installed."
    assert "pip install survey-barometer[quarto]" in str(caught.value.hint)
