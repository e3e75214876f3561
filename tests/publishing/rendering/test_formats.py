"""What stands in each of the three files."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">'
    '<g id="bar"><rect width="120" height="40"/></g><use href="#bar"/></svg>'
)

REPORT = f"""---
title: "Views of *leaders*"
subtitle: "Synthetic"
author: A. N. Author
date: 2016-05-01
lang: en-GB
toc: true
number-sections: true
execute:
  echo: false
---

```{{python}}
#| include: false
class Bar:
    def _repr_svg_(self):
        return '{DRAWING}'

class Shares:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {{
            "text/html": "<table><thead><tr><th>Role</th></tr></thead><tbody><tr><td>Chair (page)</td></tr></tbody></table>",
            "text/markdown": "| Role | Share |\\n|:--|--:|\\n| Chair (paper) | 44 |",
        }}
```

## First {{#sec-first}}

See @fig-bar, @tbl-shares and @sec-first.[^n] Of `{{python}} 100 + 12` leaders.

[^n]: A note.

```{{python}}
#| label: fig-bar
#| fig-cap: "A bar. Base: 112."
#| fig-alt: "One bar of 60 per cent."
Bar()
```

```{{python}}
#| label: tbl-shares
#| tbl-cap: "Shares by role"
Shares()
```

#### Deeper

::: {{.callout-note title="Mind" collapse="true"}}
Small bases.
:::

::: {{.panel-tabset}}

### Chairs

Of chairs.

### Officers

Of officers.

:::
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from barometer.publishing.rendering import render

    folder = tmp_path_factory.mktemp("report")
    (folder / "report.qmd").write_text(REPORT, encoding="utf-8")
    return render(folder / "report.qmd", output=folder, renderer="embedded").files


def _part(file: Path, name: str) -> str:
    with zipfile.ZipFile(file) as archive:
        return archive.read(name).decode("utf-8")


def test_the_page_has_landmarks_and_a_policy_that_lets_nothing_in(made: dict[str, Path]) -> None:
    page = made["html"].read_text(encoding="utf-8")
    assert '<html lang="en-GB">' in page
    assert '<a class="skip-link" href="#content">' in page
    assert '<main id="content">' in page
    assert '<nav id="TOC" class="toc" role="doc-toc" aria-labelledby="toc-title">' in page
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; script-src 'sha256-")
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]+"|application/x-tex', "", page[page.find("<body") :])


def test_a_figure_of_the_page_is_named_and_its_ids_are_its_own(made: dict[str, Path]) -> None:
    page = made["html"].read_text(encoding="utf-8")
    figure = re.search(r'<figure id="fig-bar".*?</figure>', page, re.DOTALL)
    assert figure is not None
    assert 'role="img" aria-label="One bar of 60 per cent."' in figure[0]
    used = re.search(r'<use href="#([^"]+)"', figure[0])
    assert used is not None
    assert used[1] != "bar"
    assert f'id="{used[1]}"' in figure[0]
    assert "Figure\u00a01:" in figure[0]


def test_the_page_takes_html_and_paper_takes_markdown(made: dict[str, Path]) -> None:
    assert "Chair (page)" in made["html"].read_text(encoding="utf-8")
    assert "Chair (paper)" in _part(made["docx"], "word/document.xml")
    assert "Chair (paper)" in "".join(page.extract_text() for page in pypdf.PdfReader(made["pdf"]).pages)


def test_tabs_are_reachable_by_keyboard_and_open_without_the_script(made: dict[str, Path]) -> None:
    page = made["html"].read_text(encoding="utf-8")
    assert re.findall(r'role="tab" id="[^"]+" aria-controls="[^"]+" aria-selected="(\w+)"', page) == ["true", "false"]
    panels = re.findall(r'<div role="tabpanel"[^>]*>', page)
    assert len(panels) == 2
    assert not any("hidden" in panel for panel in panels)
    assert "ArrowRight" in page


def test_the_pdf_is_tagged_in_its_language_with_alternative_text(made: dict[str, Path]) -> None:
    pdf = pypdf.PdfReader(made["pdf"])
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Views of leaders"
    alts, kinds = set(), []

    def visit(item: Any) -> None:
        item = item.get_object()
        if isinstance(item, list):
            for inner in item:
                visit(inner)
        elif isinstance(item, dict):
            kinds.append(item.get("/S"))
            alts.add(item.get("/Alt"))
            if "/K" in item and not isinstance(item["/K"], int):
                visit(item["/K"])

    visit(root["/StructTreeRoot"]["/K"])
    assert "One bar of 60 per cent." in alts
    assert {"/Title", "/H1", "/H2", "/Figure", "/Caption", "/Table", "/TH", "/TD", "/Note"} <= set(kinds)
    assert "/H3" not in kinds, "a level that was left out leaves no gap"
    assert root["/Outlines"]["/Count"] != 0


def test_the_word_document_has_styles_alternative_text_and_headings_of_rows(made: dict[str, Path]) -> None:
    text = _part(made["docx"], "word/document.xml")
    for style in ("Title", "Heading1", "TableCaption", "ImageCaption", "NoteTitle", "NoteText", "TOC1"):
        assert f'w:pStyle w:val="{style}"' in text, style
    assert 'descr="One bar of 60 per cent."' in text
    assert "<w:tblHeader" in text
    page = re.search(r"<w:pgSz [^>]*>", text)
    assert page is not None
    assert 'w:w="11906"' in page[0], "A4"
    assert 'w:h="16838"' in page[0], "A4"
    assert 'w:anchor="fig-bar"' in text
    assert 'w:name="fig-bar"' in text
    styles = _part(made["docx"], "word/styles.xml")
    assert re.search(r'<w:lang [^>]*w:val="en-GB"', styles)
    known = set(re.findall(r'w:styleId="([^"]+)"', styles))
    assert set(re.findall(r'w:(?:pStyle|rStyle|tblStyle) w:val="([^"]+)"', text)) <= known
    with zipfile.ZipFile(made["docx"]) as archive:
        assert {member.date_time for member in archive.infolist()} == {(2016, 5, 1, 0, 0, 0)}
        assert any(name.endswith(".png") for name in archive.namelist()), "Word drops SVG"
        assert not any(name.endswith(".svg") for name in archive.namelist())
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))


def test_the_contents_list_of_the_word_document_is_filled_in(made: dict[str, Path]) -> None:
    text = _part(made["docx"], "word/document.xml")
    entries = re.findall(r'<w:pStyle w:val="TOC\d"\s*/></w:pPr>(.*?)</w:p>', text, re.DOTALL)
    assert ["".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", entry)) for entry in entries] == [
        "1 First",
        "1.0.1 Deeper",
        "Chairs",
        "Officers",
        "",
    ]


def test_every_reference_and_number_is_the_same_in_all_formats(made: dict[str, Path]) -> None:
    sentence = "See Figure 1, Table 1 and Section 1."
    page = re.sub(r"<[^>]+>", "", made["html"].read_text(encoding="utf-8")).replace("\u00a0", " ")
    paper = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(made["pdf"]).pages).replace("\u00a0", " ").split())
    word = re.sub(r"<[^>]+>", "", _part(made["docx"], "word/document.xml")).replace("\u00a0", " ")
    assert all(sentence in text for text in (page, paper, word))
    assert all("112 leaders" in text for text in (page, paper, word))
