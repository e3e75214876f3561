"""One group of a wave: its figures are those of the whole wave's tables, and no group can be worked out from the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometer.errors import UsageError
from barometer.project.survey import open
from barometer.project.variants import hidden, withheld

FIGURES = ["question", "item", "option", "statistic", "estimate", "std_error", "conf_low", "conf_high", "count", "base"]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), max_size=8), st.integers(1, 20))
def test_no_single_group_is_left_by_taking_the_others_away(counts: dict[str, int], minimum: int) -> None:
    small = hidden(counts, minimum)
    assert {level for level, count in counts.items() if count < minimum} <= set(small)
    telling = [level for level in small if counts[level]]
    assert len(telling) != 1 or len([level for level in counts if counts[level]]) == 1


def test_a_group_has_the_figures_of_the_tables_of_the_whole(small: Path) -> None:
    wave = open(small).wave()
    left = wave.only(side="left")
    assert left is wave.only("side=left")
    assert len(left.responses) == 12
    own = left.estimates.where(pl.col("break") == "").frame.select(FIGURES)
    table = wave.estimates.where(pl.col("break") == "side", pl.col("level") == "left").frame.select(FIGURES)
    assert own.equals(table)
    assert left.settings.title == "Summer 2020, Left"
    assert "of the 12 members who answered (Left)" in left.finding("plans.stay").sentence()
    assert left.changes is None
    assert left.survey.plan.breaks == ()


def test_nothing_asked_is_the_wave_itself(small: Path) -> None:
    wave = open(small).wave()
    assert wave.only() is wave.only("") is wave.only(side="", region="") is wave


@pytest.mark.parametrize(
    ("part", "what"),
    [("side=middle", "no such group"), ("shoe=9", "no such break"), ("side", "no such group")],
)
def test_an_unknown_group_is_refused(small: Path, part: str, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        open(small).wave().only(part)


def test_a_group_is_not_divided_further(small: Path) -> None:
    wave = open(small).wave()
    with pytest.raises(UsageError, match="one group at a time"):
        wave.only(side="left", seat="front")
    with pytest.raises(UsageError, match="not divided further"):
        wave.only(side="left").only(side="right")
    with pytest.raises(UsageError, match="whole wave"):
        wave.only(side="left").trend("plans")


def test_a_small_group_gets_no_report_and_neither_does_the_one_that_would_give_it_away(small: Path) -> None:
    text = (small / "barometer.toml").read_text(encoding="utf-8").replace("minimum_base = 5", "minimum_base = 10")
    (small / "barometer.toml").write_text(text, encoding="utf-8")
    wave = open(small).wave()
    assert withheld(wave, "side") == ("left", "right")
    with pytest.raises(UsageError, match="to protect those who answered"):
        wave.only(side="left")


@pytest.fixture
def parted(small: Path) -> Path:
    report = small / "reports/quarterly.qmd"
    text = (
        report.read_text(encoding="utf-8")
        .replace('wave = "2019"', 'wave = "2019"\npart = ""')
        .replace(".wave(wave)", ".wave(wave).only(part)")
    )
    report.write_text(text, encoding="utf-8")
    return small


@pytest.mark.usefixtures("here")
def test_each_group_gets_a_report_and_tables_of_its_own(parted: Path, cli: Callable) -> None:
    said = cli("run", "--by", "side", "--to", "html", "--project", parted, "--quiet")
    assert (said.code, said.err) == (0, "")
    folder = parted / "build/2020"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["parameters"]["by"] == "side"
    for level, base in (("left", 12), ("right", 8)):
        assert f"by-side/{level}/report.html" in manifest["outputs"]
        assert f"({level.capitalize()})" in (folder / f"by-side/{level}/report.html").read_text(encoding="utf-8")
        table = pl.read_csv(folder / f"by-side/{level}/tables.csv")
        assert table.filter(pl.col("question") == "plans")["base"].unique().to_list() == [base]
        assert f'href="{level}/report.html"' in (folder / "by-side/index.html").read_text(encoding="utf-8")
    assert cli("verify", folder).code == 0


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--by", "side", "--by", "seat"), "One break at a time"),
        (("--by", "shoe"), "There is no such break"),
        (("2020", "--all"), "Name a wave, or publish all"),
    ],
)
def test_what_cannot_be_published_is_refused_before_anything_is_made(
    small: Path, cli: Callable, arguments: tuple[str, ...], what: str
) -> None:
    said = cli("run", *arguments, "--project", small, "--to", "html", "--quiet")
    assert (said.code, said.out) == (2, "")
    assert what in said.err
    assert not (small / "build").exists()


def test_a_report_that_cannot_be_restricted_is_said(small: Path, cli: Callable) -> None:
    said = cli("run", "--by", "side", "--project", small, "--to", "html")
    assert said.code == 2
    assert "can be restricted to a group" in said.err


@pytest.mark.usefixtures("here")
def test_all_waves_are_published_until_one_fails(small: Path, cli: Callable) -> None:
    old, new = small / "data/waves/2020", small / "data/waves/2021"
    new.mkdir()
    for path in old.iterdir():
        (new / path.name).write_text(path.read_text(encoding="utf-8").replace("2020", "2021"), encoding="utf-8")
    said = cli("run", "--all", "--project", small, "--to", "html", "--json")
    assert (said.code, said.err) == (0, "")
    assert [one["wave"] for one in json.loads(said.out)] == ["2020", "2021"]
    alone = (small / "build/2021/report.html").read_bytes()
    header, *rows = (new / "responses.csv").read_text(encoding="utf-8").splitlines()
    (new / "responses.csv").write_text("\n".join([header, *rows, *rows]), encoding="utf-8")
    said = cli("run", "--all", "--project", small, "--to", "html", "--quiet")
    assert said.code == 1
    assert (small / "build/2021/report.html").read_bytes() == alone
