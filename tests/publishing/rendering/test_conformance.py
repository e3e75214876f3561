"""The embedded renderer against what Quarto made of the same documents."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from barometer.errors import RenderError
from barometer.publishing.rendering import render
from barometer.publishing.rendering.pandoc import pandoc_path

FOLDER = Path(__file__).parent / "conformance"
SOURCES = {file.stem: file for file in sorted(FOLDER.rglob("*.qmd")) if not file.name.startswith("_")}

PARAMETERS: dict[str, dict[str, object]] = {
    "combo-briefing": {"region": "Mercia", "base": 118},
    "params-hidden": {"base": 512},
    "params-override": {"region": "Cornwall", "wave": 3},
}

# Outside the subset, or an error here where Quarto only warns: each is refused by name.
REFUSED = {
    "cell-raises": "A cell failed.",
    "combo-tutorial": "The reference '@fig-nothing' leads nowhere.",
    "divs-spans": "The class 'column-margin' (margin notes) is outside the subset",
    "meta-nested": "The key 'survey.missing' has no value.",
    "var-basic": "The key 'wording.absent' has no value.",
    "xref-missing": "The reference '@fig-gone' leads nowhere.",
    "xref-sec": "The reference '@sec-loose' leads to something that has no number.",
}

# Where we differ from Quarto on purpose: the facts in question, and why.
DIFFERENT: dict[str, dict[str, str]] = {
    "fig-markdown": {"links": "facts.py sees a linked picture only as img; ours is an SVG within the page"},
    "tbl-layout": {"tables": "a column without alignment keeps none; the browser sets it left, as Quarto writes out"},
    "toc": {"toc": "a heading that asks not to be listed is not listed"},
    "var-places": {
        "links": "an address that a shortcode fills in becomes a link, as it would without the shortcode",
        "text": "the same address, without its angle brackets",
    },
    "xref-fig": {"text": "the words after a reference in brackets are kept; Quarto drops them"},
}


def _facts_module() -> Any:
    os.environ.setdefault("PANDOC", pandoc_path())
    spec = importlib.util.spec_from_file_location("conformance_facts", FOLDER / "facts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FACTS = _facts_module()


def _comparable(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts without what means nothing: the order of the two streams of a cell, and an absent or an empty alternative text."""
    facts = dict(facts)
    for image in facts.get("images", []):
        image["alt"] = image["alt"] or None
    kinds = {"stdout", "stderr"}
    if kinds <= {result["kind"] for result in facts.get("results", [])}:
        facts["results"] = sorted(facts["results"], key=lambda result: json.dumps(result))
        facts["text"] = sorted(" ".join(facts["text"]).split())
    return facts


@pytest.mark.parametrize(
    "name", [name for name in SOURCES if name not in REFUSED and (SOURCES[name].parent / f"{name}.html.json").exists()]
)
def test_the_page_says_what_quartos_says(name: str, tmp_path: Path) -> None:
    made = render(SOURCES[name], to=["html"], output=tmp_path, parameters=PARAMETERS.get(name), renderer="embedded")
    ours = tmp_path / "ours.json"
    theirs = tmp_path / "theirs.json"
    ours.write_text(json.dumps(_comparable(FACTS.html_facts(str(made.files["html"])))))
    theirs.write_text(json.dumps(_comparable(json.loads((SOURCES[name].parent / f"{name}.html.json").read_text()))))

    assert FACTS.compare(str(theirs), str(ours), skip=set(DIFFERENT.get(name, ()))) == []
    for key in DIFFERENT.get(name, {}):
        assert FACTS.compare(str(theirs), str(ours), only={key}), f"{name}: '{key}' no longer differs; take it out of the table"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_outside_the_subset_is_refused_by_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(RenderError) as caught:
        render(SOURCES[name], to=["html"], output=tmp_path, renderer="embedded")
    assert caught.value.what.startswith(REFUSED[name])
    assert caught.value.file == str(SOURCES[name])
    assert caught.value.where is not None
    assert "line" in caught.value.where
    assert list(tmp_path.iterdir()) == []


# Words of Quarto's paper formats that ours say otherwise: file, then the words.
SAID_OTHERWISE = {
    "cell-error-true": "a traceback without its colour codes",
    "code-plain": "lines of a listing are numbered on the page alone",
    "combo-report": "dates in words",
    "fig-layout": "Figure 1 (a), as on the page; Quarto's PDF has 1a",
    "fig-markdown": "a picture without a label has no number, as on the page",
    "cell-fig-options": "a picture without a label has no number, as on the page",
    "lists": "boxes and bullets",
    "numbering-depth": "the depth of numbers holds in every format",
    "tbl-layout": "Table 1 (a), as on the page; Quarto's PDF has 1a",
    "titleblock": "dates in words",
    "toc": "sections deep down are numbered as on the page",
}


def _words(text: str) -> Counter[str]:
    """Words without what looks alone: bullets, icons, the full stop after a number."""
    return Counter(word.strip(".,") for word in text.split() if word not in {"[image]", "!", "•", "|", "----", "page"})


PAPER = [
    (name, form, theirs)
    for name, source in SOURCES.items()
    for form, ending in (("docx", "docx.txt"), ("pdf", "typst.txt"))
    if name not in REFUSED and name not in SAID_OTHERWISE and (theirs := source.parent / f"{name}.{ending}").exists()
]


@pytest.mark.parametrize(("name", "form", "theirs"), PAPER, ids=[f"{name}-{form}" for name, form, _ in PAPER])
def test_no_word_is_lost_on_paper(name: str, form: str, theirs: Path, tmp_path: Path) -> None:
    if form == "pdf" and shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext")
    made = render(SOURCES[name], to=[form], output=tmp_path, parameters=PARAMETERS.get(name), renderer="embedded").files[form]
    ours = FACTS.docx_text(str(made)) if form == "docx" else FACTS.pdf_text(str(made))
    assert _words(theirs.read_text(encoding="utf-8")) - _words(ours) == Counter()
