"""The live project's coded answers: what may be published of them, and what stops a run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

import barometer
from barometer.cli.themes import command
from barometer.errors import ProjectError, UsageError
from barometer.findings.themes import uncounted

ROOT = Path(__file__).parents[2]
WAVE = "2016-spring"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("data", "validation", "analysis"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("synthetic", "__pycache__"))
    shutil.copy(ROOT / "barometer.toml", tmp_path)
    return tmp_path


def test_themes_are_counted_from_the_coded_rows() -> None:
    text = barometer.open(ROOT).wave(WAVE).open_text("help_missing")
    rows = pl.read_csv(ROOT / f"data/waves/{WAVE}/coded/help_missing.csv", infer_schema=False).filter(pl.col("coder") == "agreed")
    assert text.base == rows["respondent"].n_unique()
    counted = dict(rows.group_by("code").agg(pl.col("respondent").n_unique()).iter_rows())
    shown = {row["option"]: row["count"] for row in text.themes.frame.to_dicts() if row["count"] is not None}
    assert shown
    assert all(counted.get(code, 0) == count for code, count in shown.items())
    assert text.themes.frame["base"].drop_nulls().unique().to_list() == [text.base]


def test_the_report_never_says_many_without_a_count() -> None:
    for text in barometer.open(ROOT).wave(WAVE).open_texts():
        assert text.sentences
        assert uncounted(" ".join([*text.sentences, text.brief])) == []
        assert text.brief in text.markdown
        assert "alpha" in str(text.agreement_sentence)
        assert text.table.rows[0][0] in text.markdown


def test_quotes_are_attributed_to_roles_and_to_nobody() -> None:
    wave = barometer.open(ROOT).wave(WAVE)
    quotes = wave.open_text("help_missing").quotes
    assert len(quotes) == 5
    assert {quote.attribution for quote in quotes} <= {"a clinical chair", "an accountable officer"}
    markdown = wave.open_text("help_missing").markdown
    for respondent in wave.responses.frame["respondent"]:
        assert str(respondent) not in markdown


def test_a_quote_that_does_not_stand_in_the_answer_stops_the_wave(copy: Path) -> None:
    path = copy / f"data/waves/{WAVE}/quotes.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("We ", "They ").replace("Help with", "Aid with"), encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        _ = barometer.open(copy).wave(WAVE).open_text("help_missing").quotes
    assert str(path) in str(caught.value)


def test_an_organisation_in_a_quote_stops_the_wave(copy: Path) -> None:
    path = copy / f"data/waves/{WAVE}/quotes.toml"
    wave = barometer.open(copy).wave(WAVE)
    respondent = path.read_text(encoding="utf-8").split('respondent = "')[1].split('"')[0]
    organisation = wave.responses.frame.filter(pl.col("respondent").cast(pl.String) == respondent)["organisation"][0]
    path.write_text(path.read_text(encoding="utf-8").replace('text = "', f'text = "[{organisation}] ', 1), encoding="utf-8")
    with pytest.raises(ProjectError, match="names its author, their post or organisation"):
        _ = barometer.open(copy).wave(WAVE).open_text("help_missing").quotes


def test_coded_rows_of_somebody_who_is_not_there_are_named(copy: Path) -> None:
    path = copy / f"data/waves/{WAVE}/coded/help_missing.csv"
    path.write_text(path.read_text(encoding="utf-8") + "99999999,agreed,time,yes\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="no source '99999999'"):
        _ = barometer.open(copy).wave(WAVE).open_text("help_missing").coded


def test_what_is_coded_is_part_of_the_inputs(copy: Path) -> None:
    inputs = barometer.open(copy).wave(WAVE).inputs
    assert {"data/codeframes/help_missing.toml", f"data/waves/{WAVE}/coded/help_missing.csv", f"data/waves/{WAVE}/quotes.toml"} <= set(
        inputs
    )


def test_what_is_not_coded_is_said() -> None:
    survey = barometer.open(ROOT)
    assert survey.wave("2012-autumn").open_texts() == []
    with pytest.raises(UsageError, match="Only open answers are coded"):
        survey.wave(WAVE).open_text("contracting")
    with pytest.raises(UsageError, match="not coded"):
        survey.wave("2016-winter").open_text("funding_why")


def themes(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["--project", str(ROOT), "--wave", WAVE, *arguments])


def test_the_command_shows_themes_agreement_and_sheets() -> None:
    shown = themes("help_missing", "--by", "role", "--agreement").output
    assert "(synthetic responses)" in shown
    assert "Kappa" in shown
    assert "Chairs" in shown
    figures = json.loads(themes("help_missing", "--json").output)
    assert {row["question"] for row in figures} == {"help_missing"}
    assert themes("help_missing", "--sheet", "C").output.splitlines()[0] == "source,coder,code,text"
    assert isinstance(themes("--sheet", "C").exception, UsageError)
    assert isinstance(themes("contracting").exception, UsageError)
