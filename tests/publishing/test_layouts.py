from __future__ import annotations

import polars as pl

from barometer.publishing.layouts import Figures, cross_table, topline


def as_rows(table) -> dict[str, tuple[str, ...]]:
    return {name: tuple(cells) for name, *cells in table.rows}


def test_a_topline_keeps_every_option_and_says_why_a_figure_is_missing(asked, published_figures) -> None:
    table = topline(asked.question("plans"), published_figures)
    assert [column.heading for column in table.columns] == ["Answer", "Count", "%", "95% interval"]
    rows = as_rows(table)
    assert list(rows) == ["Plan A", "Plan B", "Plan C", "Plan D", "Plan E"]
    assert rows["Plan A"] == ("275", "69", "59 to 79")  # 68.75
    assert rows["Plan B"] == ("0", "-", "0 to 10")
    assert rows["Plan C"][:2] == ("1", "*")
    assert rows["Plan D"] == ("[x]", "[x]", "[x]")
    assert rows["Plan E"][:2] == ("90", "38")  # 37.5 is rounded up
    assert table.notes == (
        "Bases: 240 to 400 who answered.",
        "[x] not asked or not available.",
        "* under half a per cent.",
        "- nobody.",
    )


def test_a_base_that_is_suppressed_is_not_called_nobody(asked, published_figures) -> None:
    hidden = published_figures.with_columns(
        pl.lit("suppressed").alias("flag"), *(pl.lit(None, pl.Int64).alias(name) for name in ("count", "base"))
    )
    assert topline(asked.question("plans"), hidden).notes[0] == "Base: [c]."


def test_a_cross_table_has_a_column_a_level_and_bases_below(asked, published_figures, side) -> None:
    table = cross_table(asked.question("plans"), published_figures, "side", side)
    assert [column.heading for column in table.columns] == ["Answer", "All", "Left", "Right", "Middle"]
    rows = as_rows(table)
    assert rows["Plan A"] == ("69", "91", "50", "[c]")
    assert rows["Plan B"] == ("-", "-", "-", "[c]")
    assert rows["Plan C"] == ("*", "*", "13", "[c]")  # 12.5
    assert rows["Plan D"] == ("[x]", "[x]", "[x]", "[x]")
    assert rows["Base"] == ("400", "220", "24 [low]", "[c]")
    assert {"[c] suppressed to protect respondents.", "[low] a small base: read with care."} <= set(table.notes)


def test_levels_without_answers_have_no_column(asked, published_figures, side) -> None:
    table = cross_table(asked.question("levers"), published_figures, "side", side)
    assert [column.heading for column in table.columns] == ["Item", "All", "Left"]


def test_a_battery_has_a_row_an_item_and_its_net_is_counted(asked, published_figures) -> None:
    table = topline(asked.question("levers"), published_figures)
    rows = as_rows(table)
    assert list(rows) == ["Beds", "Hiring staff"]
    heads = [column.heading for column in table.columns]
    assert (heads[0], heads[-1], "Mean" in heads) == ("Item", "Base", True)
    beds = dict(zip(heads[1:], rows["Beds"], strict=True))
    # 47 + 18 of 99 is 65.7 per cent, and not 47% + 18%.
    assert (beds["Very important"], beds["Important"], beds["Base"], beds["Mean"]) == ("47", "18", "99", "2.3")
    assert "66" in rows["Beds"]


def test_a_cross_table_of_a_battery_is_of_its_net(asked, published_figures, side) -> None:
    table = cross_table(asked.question("levers"), published_figures, "side", side)
    rows = as_rows(table)
    assert list(rows)[:2] == ["Beds", "Hiring staff"]
    assert rows["Beds"] == ("66", "49")
    assert "important or very important" in table.notes[0]


def test_a_mean_is_shown_in_its_own_unit(asked, published_figures, side) -> None:
    table = topline(asked.question("age"), published_figures)
    assert [column.heading for column in table.columns][2] == "Mean"
    assert as_rows(table) == {"Mean": ("96", "41.3", "40.0 to 42.6")}
    crossed = cross_table(asked.question("age"), published_figures, "side", side)
    assert as_rows(crossed) == {"Mean": ("41.3", "41.3"), "Base": ("96", "40")}
    assert not any("Per cent" in note for note in crossed.notes)


def test_a_question_without_figures_gives_an_empty_table(asked, published_figures) -> None:
    nothing = published_figures.clear()
    table = topline(asked.question("plans"), nothing)
    assert (table.rows, table.notes) == ((), ("Base: nobody answered.",))
    assert Figures(asked.question("plans"), nothing).lines == []
