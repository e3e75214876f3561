"""What pages say of a small project: the method with its blanks refused, response rates, corrections, and which pages there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import barometer
from barometer.errors import ProjectError
from barometer.project.pages import documents
from barometer.project.reporting.facts import Rates, answered_share, counted, rates
from barometer.project.reporting.front import downloads, lead_chart
from barometer.project.reporting.method import disclosure, polling_council

METHOD = """\
strategy = "A survey of all members."
sponsor = "The club paid."
conductor = "The club asked."
instrument = "The questions were tested on *three* members."
recruitment = "By post."
limitations = "Who answers chooses to."

[waves.2020]
recruitment = "By pigeon."
"""
BAR = """\
project: {type: website}
website:
  navbar:
    left: [index.qmd, {href: report.html, text: Report}, methodology.qmd, quarterly.qmd]
    right: [{href: ../index.html, text: All}]
"""
PAGE = "---\ntitle: T\n---\n\n```{python}\n#| tags: [parameters]\nwave = ''\n```\n\nText.\n"


@pytest.fixture
def written(small: Path) -> Path:
    (small / "reports/methodology.toml").write_text(METHOD, encoding="utf-8")
    return small


def wave(folder: Path) -> barometer.Wave:
    return barometer.open(folder).wave("2020")


def test_what_people_wrote_and_what_is_computed_make_eleven_items(written: Path) -> None:
    items = disclosure(wave(written))
    assert len(items) == 11
    assert items[0].markdown == "A survey of all members."
    assert items[1].markdown == "The club paid. The club asked.\n\nPublished by Testers."
    assert "*three*" in items[2].markdown
    assert items[4].markdown == "By pigeon.", "a wave's own text goes over that of all waves"
    assert "Of 20 submissions read, 20 were accepted and 0 left out" in items[7].markdown
    assert "(AAPOR RR2): 20 of 80, 25.0 per cent" in items[7].markdown
    assert items[8].markdown.startswith("No weights")


def test_blank_items_are_all_named_with_the_file_to_fill(written: Path) -> None:
    text = METHOD.replace('"A survey of all members."', '" "').replace('conductor = "The club asked."\n', "")
    (written / "reports/methodology.toml").write_text(text.replace('limitations = "Who answers chooses to."\n', ""), encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        disclosure(wave(written))
    error = caught.value
    assert error.exit_code == 2
    assert error.file is not None
    assert error.file.endswith("reports/methodology.toml")
    assert error.got == (
        "nothing for 1. Data collection strategy (key 'strategy'); 2. Who conducted it (key 'conductor'); "
        "11. Limitations (key 'limitations')"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (METHOD + "\n[waves.2031]\nmode = 'x'\n", "2031"),
        (METHOD.replace("sponsor", "sponser"), "sponser"),
        (METHOD.replace('"By post."', "3"), "recruitment"),
    ],
)
def test_a_broken_methodology_is_refused(written: Path, text: str, said: str) -> None:
    (written / "reports/methodology.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        disclosure(wave(written))
    assert said in str(caught.value)


def test_without_the_file_the_error_says_which(small: Path) -> None:
    with pytest.raises(ProjectError, match=r"missing[\s\S]*methodology\.toml"):
        disclosure(wave(small))


def test_the_polling_councils_list_has_no_blank(written: Path) -> None:
    assert all(title and text for title, text in polling_council(wave(written)))


@given(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_rates_are_proportions_in_order(asked: int, complete: int, partial: int) -> None:
    complete, partial = min(complete, asked), min(partial, asked - min(complete, asked))
    one = Rates(asked, complete, partial)
    assert 0 <= one.rr1 <= one.rr2 <= 1
    assert one.complete + one.partial + one.without_answer == asked


def test_complete_and_partial_interviews_are_told_apart(small: Path) -> None:
    path = small / "data/waves/2020/responses.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = "r00,left,,,,because"  # one of two closed questions is answered: a partial interview
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    share = answered_share(wave(small))
    assert share[0] == pytest.approx(0.5)
    assert rates(wave(small)) == Rates(80, 19, 1)


def test_no_rate_is_given_where_nobody_knows_how_many_were_asked(written: Path) -> None:
    file = written / "barometer.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("size = 80\n", ""), encoding="utf-8")
    assert rates(wave(written)) is None
    assert "No response rate can be given" in disclosure(wave(written))[7].markdown


def test_corrections_of_the_wave_are_listed_newest_first(small: Path) -> None:
    entry = '[[corrections]]\ndate = {}\nwave = "{}"\nplace = "Table 1"\nwas = "{}"\nnow = "12"\nwhy = "a slip"\n'
    given = [("2020-10-01", "2020", "11"), ("2020-11-02", "2020", "13"), ("2020-12-01", "2019", "9")]
    text = "\n".join(entry.format(*one) for one in given)
    (small / "reports/corrections.toml").write_text(text, encoding="utf-8")
    table = wave(small).report().corrections
    assert isinstance(table, barometer.publishing.Table)
    assert [row[:3] for row in table.rows] == [("2 November 2020", "Table 1", "13"), ("1 October 2020", "Table 1", "11")]


def test_no_correction_says_none_and_a_wrong_one_is_refused(small: Path) -> None:
    assert str(wave(small).report().corrections).startswith("None")
    (small / "reports/corrections.toml").write_text('corrections = [{date = 2020-10-01, wave = "2020"}]', encoding="utf-8")
    with pytest.raises(ProjectError, match="corrections"):
        _ = wave(small).report().corrections


def test_pages_are_those_that_the_bar_names(written: Path) -> None:
    reports = written / "reports"
    (reports / "_quarto.yml").write_text(BAR, encoding="utf-8")
    for name in ("index", "methodology"):
        (reports / f"{name}.qmd").write_text(PAGE, encoding="utf-8")
    (reports / "index.qmd").write_text(PAGE.replace("wave = ''", "wave = ''\nformats = ''"), encoding="utf-8")
    found = documents(wave(written), reports / "quarterly.qmd", ["html", "pdf"])
    assert [(one.stem, one.to) for one in found] == [("index", ("html",)), ("methodology", ("html",)), ("report", ("html", "pdf"))]
    assert dict(found[0].parameters) == {"wave": "2020", "formats": "html,pdf"}
    assert dict(found[1].parameters) == {"wave": "2020"}
    assert [one.stem for one in documents(wave(written), reports / "quarterly.qmd", ["pdf"])] == ["report"]


def test_a_blank_methodology_stops_a_publication_before_anything_is_rendered(small: Path) -> None:
    reports = small / "reports"
    (reports / "_quarto.yml").write_text(BAR, encoding="utf-8")
    for name in ("index", "methodology"):
        (reports / f"{name}.qmd").write_text(PAGE, encoding="utf-8")
    (reports / "methodology.toml").write_text("", encoding="utf-8")
    with pytest.raises(ProjectError, match="not complete"):
        documents(wave(small), reports / "quarterly.qmd", ["html"])


def test_a_page_that_the_bar_names_and_that_is_not_there_is_refused(written: Path) -> None:
    (written / "reports/_quarto.yml").write_text(BAR, encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        documents(wave(written), written / "reports/quarterly.qmd", ["html"])
    assert caught.value.got == "index.qmd"


def test_downloads_name_only_what_was_made() -> None:
    assert "report.pdf" not in downloads(["html"])
    assert "report.pdf" in downloads(["html", "pdf"])


def test_the_leading_chart_shows_every_answer_to_its_question(small: Path) -> None:
    chart = lead_chart(wave(small))
    assert chart is not None
    assert chart.data["label"].to_list()[0] == "Stay"
    assert "Stay 75%" in chart.alt


def test_numbers_stand_with_their_nouns() -> None:
    assert [counted(1, "row"), counted(2, "row"), counted(0, "leaf", "leaves")] == ["1 row", "2 rows", "0 leaves"]
