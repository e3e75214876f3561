from __future__ import annotations

import pytest
from lxml import html

from barometer.publishing import Column, Prose, Table
from barometer.publishing.prose import escaped

TABLE = Table(
    (Column("Answer", "left"), Column("All"), Column("<South>")),
    (("A | pipe & a *star*", "55", "[c]"), ("An_under_score", "-", "*")),
    ("[c] suppressed.", "* under half a per cent."),
)


def test_html_has_header_cells_with_their_scope() -> None:
    tree = html.fragment_fromstring(TABLE._repr_html_(), create_parent=True)
    heads = tree.xpath("//thead/tr/th")
    assert [(cell.get("scope"), cell.text) for cell in heads] == [("col", "Answer"), ("col", "All"), ("col", "<South>")]
    names = tree.xpath("//tbody/tr/th")
    assert [(cell.get("scope"), cell.text) for cell in names] == [("row", "A | pipe & a *star*"), ("row", "An_under_score")]
    assert [[cell.text for cell in row.xpath("td")] for row in tree.xpath("//tbody/tr")] == [["55", "[c]"], ["-", "*"]]
    assert not tree.xpath("//*[@rowspan or @colspan]")
    assert tree.xpath("string(//p)") == "[c] suppressed. * under half a per cent."


def test_markdown_means_its_characters() -> None:
    lines = TABLE._repr_markdown_().splitlines()
    assert lines[0] == r"| Answer | All | \<South> |"
    assert lines[2] == r"| A \| pipe & a \*star\* | 55 | \[c\] |"
    assert lines[3] == r"| An\_under\_score | - | \* |"
    assert lines[4] == ""
    assert lines[5] == r"[\[c\] suppressed. \* under half a per cent.]{.table-notes}"


def test_the_rule_of_dashes_says_how_columns_are_aligned_and_how_wide() -> None:
    rules = TABLE._repr_markdown_().splitlines()[1].strip("|").split("|")
    assert rules[0].startswith(":-")
    assert all(rule.endswith("-:") for rule in rules[1:])
    assert len(rules[0]) > len(rules[1])


def test_a_table_without_rows_and_without_notes_is_a_table() -> None:
    empty = Table((Column("Answer", "left"), Column("%")), ())
    assert empty._repr_markdown_().splitlines()[0] == "| Answer | % |"
    assert "<tbody>\n</tbody>" in empty._repr_html_()


def test_every_row_has_a_cell_for_every_column() -> None:
    with pytest.raises(ValueError, match="row 2 has 1 cells, the table 2 columns"):
        Table((Column("A"), Column("B")), (("1", "2"), ("1",)))


def test_a_table_offers_html_and_markdown() -> None:
    bundle = TABLE._repr_mimebundle_()
    assert bundle["text/html"] == TABLE._repr_html_()
    assert bundle["text/markdown"] == bundle["text/plain"] == TABLE._repr_markdown_()


def test_prose_prints_as_it_stands() -> None:
    sentence = Prose("58% of *all* [100] leaders, at $5 ~ £4_a")
    assert sentence == "58% of *all* [100] leaders, at $5 ~ £4_a"
    assert sentence._repr_markdown_() == r"58% of \*all\* \[100\] leaders, at \$5 \~ £4\_a"
    assert escaped("\\") == "\\\\"
