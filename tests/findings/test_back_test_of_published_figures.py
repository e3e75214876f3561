"""Every figure that the field published, in all waves: the same count gives the same percentage and the printed phrase is licensed."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from barometer.findings import licensed, make_findings
from barometer.findings.numbers import percent

PUBLISHED = list(csv.DictReader((Path(__file__).parents[1] / "data" / "published_figures.csv").read_text(encoding="utf-8").splitlines()))
SHARES = [row for row in PUBLISHED if row["statistic"] != "mean" and row["percent"]]
MEANS = [row for row in PUBLISHED if row["statistic"] == "mean"]
RANGES = [row for row in PUBLISHED if row["statistic"] != "mean" and not row["percent"]]
#: Phrases in the file -> those of the engine that must be licensed.
PHRASES = re.compile(
    r"more than half|more than \d+ per cent|more than one in four|more than a third|only one in five|only one in 10|a small minority|"
    r"around two-thirds|nearly 60 per cent|only 49 per cent|just 23 per cent|none(?= of)|only one(?!\s+in)|more than two-thirds|"
    r"less than 15 per cent"
)


def counts_of(row: dict[str, str]) -> list[int]:
    """The counts that fit a published row: the one that was published, or all that print as the percentage."""
    if row["count"]:
        return [int(row["count"])]
    base = int(row["base"])
    return [count for count in range(base + 1) if percent(count, base) == int(row["percent"])]


def name(row: dict[str, str]) -> str:
    return f"{row['wave']}/{row['item']}"


def test_the_file_is_complete():
    assert len(PUBLISHED) == 52
    assert {row["wave"] for row in PUBLISHED} == {
        "2012-autumn", "2013-winter", "2013-spring", "2015-late", "2016-winter", "2016-spring", "2016-autumn",
    }  # fmt: skip


@pytest.mark.parametrize("row", SHARES, ids=name)
def test_shares(row, asking, share, context):
    question, option = row["item"].split(".", 1)
    labels = [{"code": option, "label": "The answer", "says": "gave the published answer"}, {"code": "no", "label": "No"}]
    base = int(row["base"])
    found = counts_of(row)
    assert found, "no count of this base prints as the published percentage"
    for count in found:
        frame = pl.DataFrame([share(question, option, count, base)])
        told = make_findings(frame, asking(question, options=labels), replace(context, wave=row["wave"], wave_base=base))[0]
        assert told.percent == int(row["percent"])
        assert (told.count, told.base) == (count, base)
        for phrase in PHRASES.findall(row["phrase"]):
            assert phrase in told.phrases
        sentence = told.sentence("hsj")
        assert re.search(rf"\b{base}\b", sentence)
        if 0 < count < base:
            assert re.search(rf"\b{row['percent']}%", told.sentence("ons"))


@pytest.mark.parametrize("row", RANGES, ids=name)
def test_figures_published_as_a_range_have_a_count_that_fits(row):
    phrase = PHRASES.search(row["phrase"])
    assert phrase is not None
    base = int(row["base"])
    fitting = [count for count in range(base + 1) if phrase[0] in {one.text for one in licensed(count, base)}]
    assert fitting
    limit = 2 * base / 3 if "two-thirds" in phrase[0] else 0.15 * base
    assert all(count > limit if phrase[0].startswith("more") else count < limit for count in fitting)


@pytest.mark.parametrize("row", MEANS, ids=name)
def test_means(row, asking, share, context):
    value = float(re.match(r"[\d.]+", row["phrase"])[0])
    base = int(row["base"])
    asked = asking("budget_confidence", "numeric", short="Confidence in the budget, 1 to 10", minimum=1, maximum=10)
    frame = pl.DataFrame([{**share("budget_confidence", "", base, base), "statistic": "mean", "estimate": value, "conf_low": value - 0.3,
                           "conf_high": value + 0.3, "method": "t"}])  # fmt: skip
    told = make_findings(frame, asked, replace(context, wave=row["wave"], wave_base=base, population_size=422))[0]
    assert told.id == f"{row['wave']}/budget_confidence.mean"
    assert told.sentence() == f"Mean confidence in the budget was {value} out of 10 among the {base} leaders who answered."
    assert told.sentence(voice="population").startswith("Mean confidence in the budget among all 422 CCG leaders was between ")
    assert told.percent is None


def test_the_spelt_percentages_start_sentences(asking, share, context):
    labels = [{"code": "a", "label": "A", "says": "said so"}, {"code": "no", "label": "No"}]
    for count, base, words in ((14, 100, "Fourteen per cent"), (85, 100, None), (46, 116, None)):
        told = make_findings(pl.DataFrame([share("q", "a", count, base)]), asking("q", options=labels), context)[0]
        assert not told.sentence("hsj")[0].isdigit()
        if words:
            assert told.sentence("hsj").startswith(words)
