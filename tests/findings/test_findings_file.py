"""Findings as a file: the same in and out, the same bytes each time, lazily read, and fast."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from barometer.errors import ProjectError, UsageError
from barometer.findings import Finding, Findings, dump_findings, find, json_schema, load_findings, make_findings

GOLDEN = Path(__file__).parent / "golden" / "findings.json"


@pytest.fixture
def told(questionnaire, share, frame, context):
    """Findings of every sort, on made-up counts."""
    mean = {"statistic": "mean", "method": "t"}
    rows = [
        share("contracting", "accountable_care_system", 58, 100, method="logit"),
        share("contracting", "accountable_care_system", 38, 54, **{"break": "role", "level": "chair", "p_rest_adjusted": 0.008}),
        share("contracting", "accountable_care_system", 20, 46, **{"break": "role", "level": "ao", "p_rest_adjusted": 0.008}),
        share("accountable_care_lead", "council", 3, 8),
        share("stp_impact", "ccg_merges", 5, 100),
        share("year_end", "balance_or_surplus", 0, 97, statistic="net", method="korn-graubard"),
        {**share("financial_confidence", "", 94, 94), **mean, "estimate": 5.6170212765957, "conf_low": 5.2, "conf_high": 6.04},
        share("integration", "important_or_very", 92, 100, item="shared_ethos_and_values", statistic="net"),
        share("priorities", "", 61, 96, item="workforce", statistic="share_top_three"),
        share("priorities", "", 30, 96, item="workforce", statistic="share_first"),
    ]
    return make_findings(frame(*rows), questionnaire, context)


def test_ids_follow_the_order_of_the_questionnaire(told):
    assert [finding.key for finding in told] == [
        "contracting.accountable_care_system",
        "integration.shared_ethos_and_values",
        "stp_impact.ccg_merges",
        "financial_confidence.mean",
        "year_end.balance_or_surplus",
        "priorities.workforce",
    ]
    assert [held.id for held in told.withheld] == ["2016-spring/accountable_care_lead.council"]


def test_a_withheld_figure_holds_no_number(told):
    held = told.withheld[0]
    assert held.text == ('The figure for "Expected lead of accountable care: A council" is not published: fewer than 10 people answered.')
    assert not any(isinstance(value, int | float) for value in held.model_dump().values())


def test_golden_file(told, tmp_path):
    made = dump_findings(told, tmp_path / "findings.json").read_text(encoding="utf-8")
    assert made == GOLDEN.read_text(encoding="utf-8"), "the golden file differs: look at the difference, then copy it if it is right"


def test_golden_findings_say_that_they_are_synthetic():
    for entry in json.loads(GOLDEN.read_text(encoding="utf-8"))["findings"]:
        assert entry["synthetic"] is True
        assert entry["caveats"][0].startswith("Synthetic")
        assert all("Synthetic responses." in citation for citation in entry["citations"].values())


def test_round_trip(told, tmp_path):
    path = dump_findings(told, tmp_path / "deep" / "findings.json")
    again = load_findings(path)
    assert again == told
    assert dump_findings(again, tmp_path / "again.json").read_bytes() == path.read_bytes()
    for finding in told:
        assert Finding.model_validate_json(finding.model_dump_json()) == finding


def test_the_order_of_the_rows_does_not_matter(questionnaire, share, frame, context):
    rows = [share("contracting", code, 20, 100) for code in ("alliance_contract", "accountable_care_system", "other")]
    assert make_findings(frame(*rows), questionnaire, context) == make_findings(frame(*rows[::-1]), questionnaire, context)


def test_findings_cannot_be_changed(told):
    with pytest.raises(ValueError, match="frozen"):
        told[0].count = 99


def test_the_published_schema_is_the_schema_of_the_models(told):
    published = json.loads((resources.files("barometer.findings") / "finding-1.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema()
    assert set(published["$defs"]["Finding"]["required"]) <= set(told[0].model_dump())


def test_find_with_and_without_the_wave(told):
    for id in ("2016-spring/stp_impact.ccg_merges", "stp_impact.ccg_merges"):
        assert find(told, id) is find(list(told), id) is told[2]


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("stp_impact.ccg_merge", "Did you mean 'stp_impact.ccg_merges'?"),
        ("2016-spring/stp_impact.ccg_merge", "Did you mean '2016-spring/stp_impact.ccg_merges'?"),
        ("accountable_care_lead.council", "fewer than 10 people answered"),
        ("zzz", "barometer findings --search"),
    ],
)
def test_an_unknown_id_is_answered_with_help(told, id, said):
    with pytest.raises(UsageError, match=said.replace("?", r"\?")):
        find(told, id)


@pytest.mark.parametrize("content", [None, "", "[]", '{"schema_version": "2.0", "findings": []}', '{"schema_version": "1.0"}', b"\xff\xfe"])
def test_a_broken_file_is_an_error_with_a_hint(tmp_path, content):
    path = tmp_path / "findings.json"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ProjectError) as caught:
        load_findings(path)
    assert str(path) in str(caught.value)


def test_an_entry_that_was_tampered_with_is_refused_when_it_is_read(told, tmp_path):
    path = dump_findings(told, tmp_path / "findings.json")
    tables = json.loads(path.read_text(encoding="utf-8"))
    tables["findings"][0]["count"] = "many"
    path.write_text(json.dumps(tables), encoding="utf-8")
    found = load_findings(path)
    assert found[1].count == 92
    with pytest.raises(ProjectError, match="does not fit the schema"):
        found.find("contracting.accountable_care_system")


def test_a_failed_write_leaves_the_last_file(told, tmp_path):
    folder = tmp_path / "taken"
    folder.write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(ProjectError, match="cannot be written"):
        dump_findings(told, folder / "findings.json")
    assert folder.read_text(encoding="utf-8") == "a file, not a folder"


def test_a_sentence_is_read_without_heavy_libraries():
    code = (
        "import sys; from barometer.findings import load_findings; from barometer.findings.searching import places;"
        f"found = load_findings({str(GOLDEN)!r}); print(found.say('stp_impact.ccg_merges', 'ons')); places(found, 'ACS');"
        "heavy = {'polars', 'numpy', 'scipy', 'pandas', 'statsmodels', 'pydantic', 'barometer.questionnaire'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "Among the 100 leaders who answered, 5% expected their CCG to merge with another."


def test_a_whole_finding_is_read_without_polars():
    code = (
        "import sys; from barometer.findings import load_findings;"
        f"load_findings({str(GOLDEN)!r}).find('stp_impact.ccg_merges').sentence();"
        "assert not {'polars', 'numpy', 'scipy', 'pandas', 'barometer.questionnaire'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_entries_and_slices(told, tmp_path):
    read = load_findings(dump_findings(told, tmp_path / "f.json"))
    assert read.entry("priorities.workforce") == told.entry("priorities.workforce")
    assert isinstance(read[:2], Findings)
    assert read[:2].ids == told.ids[:2]
    with pytest.raises(UsageError, match="style"):
        read.say("priorities.workforce", "times")
