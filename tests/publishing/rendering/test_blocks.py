"""Single constructs of a document, and what each becomes."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pypdf
import pytest

from barometer.errors import RenderError
from barometer.publishing.rendering.title import long_date
from barometer.publishing.rendering.tree import Node, div, nodes, para, span, string
from barometer.publishing.rendering.typst_blocks import NOTED, with_notes_marked
from barometer.publishing.rendering.widths import needed, with_widths

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"></svg>'


def _main(file: Path) -> str:
    page = file.read_text(encoding="utf-8")
    return page[page.find("<main") : page.find("</main>")]


def _word(file: Path) -> str:
    with zipfile.ZipFile(file) as archive:
        return archive.read("word/document.xml").decode("utf-8")


def _paper(file: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(file).pages).split())


def _cell(options: str, code: str = f"from IPython.display import SVG\nSVG('{SVG}')") -> str:
    return f"```{{python}}\n#| echo: false\n{options}\n{code}\n```\n"


def test_the_width_of_a_figure_is_the_authors(rendered) -> None:
    page = _main(rendered(_cell("#| out-width: 50%") + "\n" + _cell("#| fig-width: 3")).files["html"])
    assert re.findall(r'style="width:([^"]+)"', page) == ["50%", "3in"]


def test_a_picture_of_a_cell_is_smaller_on_paper_than_on_a_screen(rendered) -> None:
    made = rendered(_cell("#| fig-cap: A bar") + "\n" + _cell("#| fig-cap: A wide bar\n#| out-width: 200px"), "docx")
    wide = [int(width) / 914400 * 96 for width in re.findall(r'<wp:extent cx="(\d+)"', _word(made.files["docx"]))]
    assert wide == pytest.approx([160, 200], abs=1)


def test_a_table_knows_whether_its_notes_follow() -> None:
    def table(row: str) -> dict[str, Any]:
        return {"t": "Table", "c": [["", [], []], row]}

    notes = {"t": "Para", "c": [span([string("Base 9")], "", ["table-notes"])]}
    tree = [div([table("a"), notes]), table("b"), para([string("Text")]), table("c")]
    marked = [node["c"][0][1] for node in nodes(with_notes_marked(tree)) if node["t"] == "Table"]
    assert marked == [[NOTED], [], []]
    assert tree == [div([table("a"), notes]), table("b"), para([string("Text")]), table("c")]


def test_a_figure_without_words_is_described_by_its_caption(rendered) -> None:
    made = rendered(_cell("#| fig-cap: A bar of base *112*"), "html", "docx")
    page = _main(made.files["html"])
    label = re.search(r'aria-labelledby="([^"]+)"', page)
    assert label is not None
    assert f'<figcaption id="{label[1]}">' in page
    assert 'descr="A bar of base 112"' in _word(made.files["docx"])


def test_columns_of_text(rendered) -> None:
    text = '::: {.columns}\n::: {.column width="30%"}\nLeft\n:::\n::: {.column width="70%"}\nRight\n:::\n:::\n'
    made = rendered(text, "html", "pdf", "docx")
    assert "--template:30fr 70fr" in _main(made.files["html"])
    assert "Left Right" in _paper(made.files["pdf"])
    with pytest.raises(RenderError, match="Columns hold something that is no column"):
        rendered("::: {.columns}\nLost\n:::\n")


def test_a_table_of_html_alone_reaches_paper(rendered) -> None:
    code = "from IPython.display import HTML\nHTML('<table><thead><tr><th>Role</th></tr></thead><tr><td>Chair</td></tr></table>')"
    made = rendered(_cell("#| label: tbl-a\n#| tbl-cap: Roles", code), "pdf", "docx")
    assert "Table 1: Roles Role Chair" in _paper(made.files["pdf"]).replace("\u00a0", " ")
    assert "<w:tblHeader" in _word(made.files["docx"])


def test_a_title_that_tells_the_type_of_a_callout_in_words(rendered) -> None:
    made = rendered('::: {.callout-warning title="Small bases"}\nUnder fifty.\n:::\n', "html", "pdf", "docx")
    assert "callout-warning callout-look-default callout-named" in _main(made.files["html"])
    assert "Warning Small bases" in _paper(made.files["pdf"])
    assert "Warning:" in _word(made.files["docx"])


def test_a_page_break_is_one_on_paper(rendered) -> None:
    made = rendered("One\n\n{{< pagebreak >}}\n\nTwo\n", "pdf", "docx")
    assert len(pypdf.PdfReader(made.files["pdf"]).pages) == 2
    assert '<w:br w:type="page"' in _word(made.files["docx"])


def test_links_between_pages_of_a_website(rendered) -> None:
    site = "project:\n  type: website\nwebsite:\n  title: Panel\n  site-url: https://example.org/panel/\n  page-footer: Press office\n"
    made = rendered("To [the results](results.qmd#sec-a).\n", "html", "docx", files={"_quarto.yml": site})
    page = made.files["html"].read_text()
    assert 'href="./results.html#sec-a"' in page
    assert "Press office" in page
    with zipfile.ZipFile(made.files["docx"]) as archive:
        assert "https://example.org/panel/results.html#sec-a" in archive.read("word/_rels/document.xml.rels").decode()


def test_a_website_key_outside_the_subset_is_refused(rendered) -> None:
    site = "project:\n  type: website\nwebsite:\n  sidebar: {}\n"
    with pytest.raises(RenderError, match="The key 'sidebar' of a website is outside the subset"):
        rendered("Text\n", files={"_quarto.yml": site})


def test_description_and_keywords_are_metadata_of_the_page(rendered) -> None:
    page = rendered("---\ntitle: A\ndescription: What they think\nkeywords: [a, b]\n---\n").files["html"].read_text()
    assert '<meta name="description" content="What they think">' in page
    assert '<meta name="keywords" content="a, b">' in page


@pytest.mark.parametrize("text", ["2031-13-01", "20310301", "spring"])
def test_what_is_no_date_is_printed_as_it_is(text: str) -> None:
    assert long_date(text, "en-GB") == text


def _table(*rows: list[str]) -> Node:
    def row(cells: list[str]) -> list[object]:
        return [
            ["", [], []],
            [[["", [], []], {"t": "AlignDefault"}, 1, 1, [{"t": "Plain", "c": [{"t": "Str", "c": cell}]}]] for cell in cells],
        ]

    specs = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _ in rows[0]]
    head, body, foot = [["", [], []], [row(rows[0])]], [[["", [], []], 0, [], [row(cells) for cells in rows[1:]]]], [["", [], []], []]
    return {"t": "Table", "c": [["", [], []], [None, []], specs, head, body, foot]}


def _shares(table: Node) -> list[float]:
    return [width["c"] for _, width in table["c"][2]]


def test_a_narrow_table_is_as_wide_as_its_text_and_a_wide_one_fills_the_line() -> None:
    narrow = _shares(with_widths(_table(["Role", "Base"], ["Chair", "45"]), 90, 3))
    assert sum(narrow) < 0.3
    wide = _shares(with_widths(_table(["Item", "Said"], ["x", "word " * 40], ["y", "short"]), 40, 3))
    assert sum(wide) == pytest.approx(1, abs=0.001)
    assert wide[0] < 0.25


def test_no_column_is_narrower_than_its_longest_word() -> None:
    table = _table(["Item", *["important"] * 9], ["relationships with providers", *["12"] * 9])
    least, _ = needed(table, 2)
    shares = _shares(with_widths(table, 60, 2))
    assert all(share * max(60, sum(least)) >= word - 0.01 for share, word in zip(shares, least, strict=True))


AWKWARD = """---
title: "Stress: #1, $5, @x and \\"quoted\\""
author: ["A & B", "C *d* \\"e\\""]
keywords: ["a \\"b\\"", c]
execute:
  echo: false
---

Text @HSJnews costs $5 and $6, #1 `code#x`.

- ```python
  x = 1
  ```

- ::: {.callout-note}
  In a list, | with `x|y`.
  :::

::: {.callout-tip title="Nest $x^2$ and `code`"}
::: {.callout-warning}

```{python}
#| label: fig-in
#| fig-cap: "In a callout[^2] with #hash and *stars*"
#| fig-alt: "quote \\" and \\\\ back <b> & 'a' &amp;"
from IPython.display import SVG
SVG('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="30" height="10"><rect width="9" height="9"/></svg>')
```

:::
:::

+-----------+--------+
| Long cell | - one  |
|           | - two  |
+===========+========+
| a         | b      |
+-----------+--------+

: Grid {#tbl-grid}

@tbl-grid; @fig-in.

[^2]: Caption note
"""


def test_awkward_text_survives_in_every_format(rendered) -> None:
    made = rendered(AWKWARD, "html", "pdf", "docx")
    page = _main(made.files["html"])
    assert 'aria-label="quote &quot; and \\ back &lt;b&gt; &amp; &#x27;a&#x27; &amp;amp;"' in page
    assert "@HSJnews costs $5 and $6, #1" in page
    assert "@HSJnews costs $5 and $6, #1" in _paper(made.files["pdf"])
    assert "@HSJnews costs $5 and $6, #1" in re.sub("<[^>]+>", "", _word(made.files["docx"]))
    about = pypdf.PdfReader(made.files["pdf"]).metadata
    assert about is not None
    assert about.title == 'Stress: #1, $5, @x and "quoted"'
    assert about.author == "A & B, C d “e”"
    assert "Table\u00a01; Figure\u00a01." in _main(made.files["html"]).replace("</a>", "").replace('<a href="#fig-in" class="xref">', "")
