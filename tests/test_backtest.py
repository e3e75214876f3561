"""Back test: every figure that was published of spring 2016 comes out of the whole chain, and stands in the report as it was printed."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from pathlib import Path

import pytest
from lxml import html
from pypdf import PdfReader

from barometer.findings.numbers import spelt
from barometer.questionnaire import Questionnaire, load

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
PUBLISHED = [
    row
    for row in csv.DictReader((ROOT / "tests/data/published_figures.csv").read_text(encoding="utf-8").splitlines())
    if row["wave"] == "2016-spring"
]
#: What a battery's published figure is of.
OPTIONS = {"important or very important": "important_or_very", "very important": "very_important", "selected": None}


def plain(text: str) -> str:
    """A text in one line: a PDF breaks lines where it likes."""
    return re.sub(r"\s+", " ", re.sub(r"[\u00ad\u200b]", "", unicodedata.normalize("NFKC", text)))


@pytest.fixture(scope="module")
def findings(published) -> dict[str, dict]:
    tables = json.loads((published.folder / "findings.json").read_text(encoding="utf-8"))
    return {finding["id"]: finding for finding in tables["findings"]}


@pytest.fixture(scope="module")
def report(published) -> dict[str, str]:
    page = html.fromstring((published.folder / "report.html").read_text(encoding="utf-8"))
    for element in page.xpath("//script | //style"):
        element.drop_tree()
    pdf = " ".join(one.extract_text() for one in PdfReader(published.folder / "report.pdf").pages)
    return {"html": plain(page.text_content()), "pdf": plain(pdf)}


@pytest.fixture(scope="module")
def questionnaire() -> Questionnaire:
    return load(ROOT / "data/questionnaire.toml")


def told(findings: dict[str, dict], row: dict[str, str]) -> dict:
    """The finding of a published row: its headline, or the option that the row names."""
    option = OPTIONS[row["statistic"]]
    question, item = row["item"].split(".")
    found = [one for one in findings.values() if one["question"] == question and (item == one["item"] if option else item == one["option"])]
    found = [one for one in found if option is None or one["option"] == option]
    assert len(found) == 1, [one["id"] for one in found]
    return found[0]


def test_there_are_thirteen_figures_of_this_wave() -> None:
    assert len(PUBLISHED) == 13


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["item"])
def test_a_published_figure_is_a_finding(findings, row) -> None:
    finding = told(findings, row)
    assert (finding["count"], finding["base"], finding["percent"]) == (int(row["count"]), int(row["base"]), int(row["percent"]))
    assert finding["id"].startswith(f"2016-spring/{row['item']}")
    assert findings[f"2016-spring/{row['item']}"]["question"] == finding["question"]


@pytest.mark.parametrize("form", ["html", "pdf"])
@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["item"])
def test_a_published_figure_stands_in_the_report_beside_its_label(findings, questionnaire, report, row, form) -> None:
    finding = told(findings, row)
    question = questionnaire.question(finding["question"])
    labels = {item.id: item.name for item in question.items} | {option.code: option.name for option in question.options}
    text, label = report[form], re.escape(plain(labels[finding["item"] or finding["option"]]))
    if question.kind == "multiple":
        assert re.search(rf"{label} {row['count']} {row['percent']} \d+ to \d+", text), "no row with count, share and interval"
    else:
        rows = set(re.findall(rf"{label} ((?:[\d.*-]+ ){{8,9}})", text))
        columns = [option.code for option in question.options] + ["important_or_very", "mean", "base"]
        assert len(rows) == 1
        cells = dict(zip(columns, rows.pop().split(), strict=True))
        assert (cells[finding["option"]], cells["base"]) == (row["percent"], row["base"])


@pytest.mark.parametrize("form", ["html", "pdf"])
@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["item"])
def test_a_published_figure_is_said_in_a_sentence(findings, report, row, form) -> None:
    figure, predicate = findings[f"2016-spring/{row['item']}"]["voices"]["hsj"]["sample"].split(") ", 1)
    assert int(row["percent"]) == findings[f"2016-spring/{row['item']}"]["percent"]
    number = rf"(?:\b{row['percent']} per cent\)?|\b{spelt(int(row['percent']))} per cent\)?)"
    assert re.search(rf"{number} {re.escape(plain(predicate))}", report[form], re.IGNORECASE), figure


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["item"])
def test_a_published_figure_is_worded_for_the_sample_and_for_the_population(findings, row) -> None:
    voices = told(findings, row)["voices"]
    assert "100 leaders who answered" in voices["hsj"]["sample"]
    assert "418 CCG leaders" in voices["hsj"]["population"]
    assert "95 per cent interval" in voices["hsj"]["population"]
    assert f"{row['percent']}%" in voices["ons"]["sample"]


def test_trap_more_than_half_of_those_who_answered_is_not_more_than_half_of_all(findings) -> None:
    finding = findings["2016-spring/contracting.accountable_care_system"]
    assert finding["voices"]["hsj"]["sample"].startswith("More than half of the 100 leaders who answered")
    assert not finding["voices"]["hsj"]["population"].lower().startswith("more than half")
    assert finding["interval"]["low"] < 0.5 < finding["estimate"]
    assert (round(100 * finding["interval"]["low"]), round(100 * finding["interval"]["high"])) == (49, 66)


def test_trap_the_base_of_an_item_is_not_the_base_of_the_wave(findings) -> None:
    smaller = [one for one in findings.values() if one["base"] < 100 and one["percent"] is not None]
    assert smaller, "the wave has item non-response and routing"
    for one in smaller:
        assert one["percent"] == (200 * one["count"] + one["base"]) // (2 * one["base"])
        assert not re.search(r"\b100 leaders who answered\b", one["voices"]["hsj"]["sample"])


def test_trap_nets_are_counted_and_not_added_from_rounded_shares(published) -> None:
    with (published.folder / "tables.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["break"] and row["question"] in ("savings", "integration", "approach")]
    counts = {(row["question"], row["item"], row["option"]): int(row["count"]) for row in rows if row["count"] and row["option"]}
    nets = [key for key in counts if key[2] == "important_or_very"]
    assert len(nets) > 10
    for question, item, net in nets:
        assert counts[question, item, net] == counts[question, item, "very_important"] + counts[question, item, "important"]


def test_trap_what_this_wave_did_not_ask_is_nowhere_zero(findings, published, questionnaire) -> None:
    elsewhere = {question.id for question in questionnaire if not question.asked_in("2016-spring")}
    assert elsewhere
    assert not {one["question"] for one in findings.values()} & elsewhere
    tables = (published.folder / "tables.csv").read_text(encoding="utf-8")
    assert not any(re.search(rf"^{question},", tables, re.MULTILINE) for question in elsewhere)


def test_trap_select_all_shares_are_not_forced_to_a_hundred(published) -> None:
    with (published.folder / "tables.csv").open(encoding="utf-8", newline="") as file:
        everybody = [row for row in csv.DictReader(file) if not row["break"] and row["statistic"] == "share" and row["flag"] != "not asked"]
    chosen = [row for row in everybody if row["question"] == "contracting"]
    assert sum(float(row["estimate"]) for row in chosen) > 1.5
    assert {int(row["base"]) for row in chosen} == {100}
