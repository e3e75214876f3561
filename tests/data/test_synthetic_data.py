"""The committed synthetic data: reproducible, calibrated on the published figures, and spoilt only where it says so.

Counting is done here by hand from the CSV, so that it does not lean on the engine that the data are there to test.
"""

from __future__ import annotations

import csv
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
WAVE = DATA / "waves" / "2016-spring"

Row = dict[str, str]

UNIFORM_OF_A = [0.78390796345, 0.668528957217]
IMPORTANT = ("Very important", "Important")
TICKED = {
    "contracting.accountable_care_system": "Q2|Accountable care system (ACS)",
    "contracting.alliance_contract": "Q2|Alliance contract",
    "contracting.large_scale_gp_contract": "Q2|GP contract for large-scale providers",
    "contracting.accountable_care_organisation": "Q2|Accountable care organisation (ACO)",
    "stp_impact.leaders_take_performance_and_finance": "Q5|STP leaders will take responsibility for performance and finance",
    "stp_impact.i_set_strategy_across_footprint": "Q5|I will help to set strategy across the footprint",
    "stp_impact.some_leaders_step_back": "Q5|Some CCG leaders will step back",
    "stp_impact.ccg_merges": "Q5|My CCG will merge with another",
    "stp_impact.ccg_shares_more_functions": "Q5|My CCG will share more functions with others",
}
RATED = {
    "integration.shared_ethos_and_values": ("Q4|A shared ethos and values", IMPORTANT),
    "integration.effective_shared_leadership": ("Q4|Effective shared leadership", IMPORTANT),
    "integration.shared_governance_structures": ("Q4|Shared governance structures", IMPORTANT),
    "approach.apply_existing_levers": ("Q12|Applying existing levers and incentives", ("Very important",)),
}


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Copy:
    """A copy of the data folder, and the script that works on it."""

    def __init__(self, folder: Path, main: Callable[[list[str]], int]) -> None:
        self.folder = folder
        self.main = main
        self.responses = folder / "waves" / "2016-spring" / "responses.csv"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    monkeypatch.syspath_prepend(str(DATA))
    script = importlib.import_module("make_synthetic")
    plan = importlib.import_module("synthetic.plan")
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(script, "DATA", folder)
    monkeypatch.setattr(plan, "FOLDER", folder / "synthetic")
    return Copy(folder, script.main)


@pytest.fixture(scope="module")
def frame() -> dict[str, Row]:
    return {row["post"]: row for row in read(DATA / "frame.csv")}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read(WAVE / "responses.csv")


@pytest.fixture(scope="module")
def planted() -> dict[str, str]:
    return {row["response_id"]: row["fault"] for row in read(WAVE / "planted_faults.csv")}


@pytest.fixture(scope="module")
def clean(rows: list[Row], planted: dict[str, str]) -> list[Row]:
    return [row for row in rows if row["Response ID"] not in planted]


def column(row: Row, address: str) -> str:
    """The one header that begins with the number and ends with the option or item in square brackets."""
    number, _, part = address.partition("|")
    (header,) = [name for name in row if name.startswith(f"{number}. ") and (not part or name.endswith(f"[{part}]"))]
    return header


def group(row: Row, number: str) -> dict[str, str]:
    """The cells of a question with several columns."""
    return {name.rpartition("[")[2].rstrip("]"): cell for name, cell in row.items() if name.startswith(f"{number}. ")}


# ------------------------------------------------------------------------------------------------------------------ regeneration


def test_the_committed_files_are_what_the_script_makes() -> None:
    command = [sys.executable, "-B", str(DATA / "make_synthetic.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_check_names_the_line_that_somebody_edited_and_writes_nothing(copy: Copy, capsys: pytest.CaptureFixture[str]) -> None:
    lines = copy.responses.read_bytes().split(b"\n")
    lines[4] = lines[4].replace(b"Complete", b"Partial", 1)
    edited = b"\n".join(lines)
    copy.responses.write_bytes(edited)
    (copy.folder / "frame.csv").unlink()
    assert copy.main(["--check"]) == 1
    said = capsys.readouterr().err
    assert "data/waves/2016-spring/responses.csv differs from what this script makes, first in line 5." in said
    assert "data/frame.csv is missing." in said
    assert copy.responses.read_bytes() == edited
    assert not (copy.folder / "frame.csv").exists()


def test_writing_gives_the_committed_bytes(copy: Copy) -> None:
    (copy.folder / "frame.csv").unlink()
    copy.responses.unlink()
    assert copy.main(["--wave", "2016-spring"]) == 0
    assert copy.responses.read_bytes() == (WAVE / "responses.csv").read_bytes()
    assert (copy.folder / "frame.csv").read_bytes() == (DATA / "frame.csv").read_bytes()


def test_a_wave_without_a_plan_is_an_error_that_names_the_nearest(copy: Copy, capsys: pytest.CaptureFixture[str]) -> None:
    assert copy.main(["--wave", "2016-autum", "--check"]) == 2
    assert "Did you mean '2016-autumn'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("council = { count = 4 }\n", "", "answers.accountable_care_lead.options"),
        ("very_good = 11,", "very_good = 51,", "answers.relationships"),
        ("on = { money = 1.0,", "on = { monney = 1.0,", "monney"),
        ("answered = 48", "answered = 98", "help_missing"),
        ("partial = 4", "partal = 4", "partal"),
    ],
    ids=["missing option", "too many", "unknown trait", "too few texts", "misspelt key"],
)
def test_a_broken_plan_is_an_error_that_names_the_place(
    old: str, new: str, named: str, copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = copy.folder / "synthetic" / "2016-spring.toml"
    text = plan.read_text(encoding="utf-8")
    assert text.count(old) == 1
    plan.write_text(text.replace(old, new), encoding="utf-8")
    assert copy.main([]) == 2
    assert named in capsys.readouterr().err
    assert copy.responses.read_bytes() == (WAVE / "responses.csv").read_bytes()


def test_streams_are_independent_of_each_other_and_never_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DATA))
    draws = importlib.import_module("synthetic.draws")
    assert [round(float(value), 12) for value in draws.Draws(1).uniform("a", 2)] == UNIFORM_OF_A
    assert draws.Draws(1).uniform("a", 2)[0] == draws.Draws(1).uniform("a", 5)[0]
    assert draws.Draws(1).uniform("b", 1)[0] != draws.Draws(1).uniform("a", 1)[0]
    assert draws.apportion([1, 1, 1], 10) == [4, 3, 3]


# ------------------------------------------------------------------------------------------------------------------- calibration


def published() -> list[Row]:
    return [row for row in read(Path(__file__).with_name("published_figures.csv")) if row["wave"] == "2016-spring"]


@pytest.mark.parametrize("figure", published(), ids=lambda figure: figure["item"])
def test_every_published_figure_comes_out_exactly(figure: Row, clean: list[Row]) -> None:
    if figure["item"] in TICKED:
        header = column(clean[0], TICKED[figure["item"]])
        base = sum(any(group(row, header.partition(".")[0]).values()) for row in clean)
        count = sum(row[header] != "" for row in clean)
    else:
        address, labels = RATED[figure["item"]]
        header = column(clean[0], address)
        base = sum(row[header] != "" for row in clean)
        count = sum(row[header] in labels for row in clean)
    assert (count, base) == (int(figure["count"]), int(figure["base"]))


def test_savings_levers_rank_as_intended(clean: list[Row]) -> None:
    shares = {}
    for item in group(clean[0], "Q11"):
        answers = [group(row, "Q11")[item] for row in clean]
        shares[item] = sum(answer in IMPORTANT for answer in answers) / sum(answer != "" for answer in answers)
    ranked = sorted(shares, key=lambda item: -shares[item])
    assert ranked[:2] == ["Redesigning services outside hospital", "Significantly reducing hospital activity"]
    assert 0.25 < shares["Reducing rates of treatment"] < 0.45


def test_financial_confidence_is_middling_and_spread(clean: list[Row]) -> None:
    given = [int(row[column(row, "Q9")]) for row in clean if row[column(row, "Q9")]]
    assert 5.3 < sum(given) / len(given) < 5.7
    assert set(given) == set(range(1, 11))


def test_the_tension_shows(clean: list[Row]) -> None:
    cut = column(clean[0], "Q11|Significantly reducing hospital activity")
    relate = column(clean[0], "Q12|Improving relationships with providers")
    both = [(row[cut] == "Very important", row[relate] == "Very important") for row in clean if row[cut] and row[relate]]
    table = Counter(both)
    odds = table[True, True] * table[False, False] / (table[True, False] * table[False, True])
    assert 2 < odds < 10


def test_items_that_were_not_published_have_some_nonresponse(clean: list[Row]) -> None:
    for number in ("Q6", "Q8", "Q9", "Q10"):
        assert 2 <= sum(row[column(row, number)] == "" for row in clean) <= 8
    for item in group(clean[0], "Q11"):
        assert 2 <= sum(group(row, "Q11")[item] == "" for row in clean) <= 8


# ------------------------------------------------------------------------------------------------------------------------- frame


def test_the_frame_has_the_published_totals(frame: dict[str, Row]) -> None:
    assert len(frame) == 418
    organisations = {row["organisation"]: row for row in frame.values()}
    assert len(organisations) == 209
    assert Counter(row["rating"] for row in organisations.values()) == {
        "outstanding": 10,
        "good": 82,
        "requires_improvement": 91,
        "inadequate": 26,
    }
    assert Counter(row["region"] for row in organisations.values()) == {
        "north": 66,
        "midlands_east": 61,
        "london": 32,
        "south": 50,
    }
    assert {row["stp"] for row in organisations.values()} == {f"STP-{number:02d}" for number in range(1, 45)}
    assert {row["synthetic"] for row in frame.values()} == {"yes"}


def test_a_footprint_lies_within_one_region_and_both_posts_share_their_ccgs_attributes(frame: dict[str, Row]) -> None:
    assert len({(row["stp"], row["region"]) for row in frame.values()}) == 44
    attributes = {tuple(value for name, value in row.items() if name not in ("post", "role")) for row in frame.values()}
    assert len(attributes) == 209
    assert {post: row["role"] for post, row in frame.items()} == {post: {"C": "chair", "A": "ao"}[post[-1]] for post in frame}


def test_better_ratings_go_with_better_finances(frame: dict[str, Row]) -> None:
    def deficit(*ratings: str) -> float:
        among = [row for row in frame.values() if row["rating"] in ratings]
        return sum(row["financial_position"] == "deficit" for row in among) / len(among)

    assert deficit("outstanding", "good") < deficit("requires_improvement") < deficit("inadequate")


# ----------------------------------------------------------------------------------------------------------------------- respondents


def test_a_hundred_clean_respondents_one_a_post(clean: list[Row], rows: list[Row], planted: dict[str, str], frame: dict[str, Row]) -> None:
    assert (len(clean), len(rows)) == (100, 110)
    posts = [row["Post reference"] for row in clean]
    assert len(set(posts)) == 100
    assert set(posts) <= set(frame)
    assert not set(posts) & {row["Post reference"] for row in rows if row["Response ID"] in planted}
    assert Counter(frame[post]["role"] for post in posts) == {"chair": 45, "ao": 55}
    organisations = {frame[post]["organisation"] for post in posts}
    assert f"100 leaders speak from {len(organisations)} CCGs" in " ".join((DATA / "README.md").read_text(encoding="utf-8").split())


def test_the_rows_that_break_a_rule_are_the_planted_ones(rows: list[Row], planted: dict[str, str], frame: dict[str, Row]) -> None:
    questionnaire = tomllib.loads((DATA / "questionnaire.toml").read_text(encoding="utf-8"))
    relationship = {option["label"] for option in questionnaire["scales"]["quality"]["options"]} | {""}
    ids = Counter(row["Response ID"] for row in rows)
    posts = Counter(row["Post reference"] for row in rows)
    for row in rows:
        id, post = row["Response ID"], row["Post reference"]
        role = {"Clinical chair": "chair", "Accountable officer": "ao"}[row[column(row, "Q1")]]
        accountable_care = any(group(row, "Q2")[f"Accountable care {form}"] for form in ("system (ACS)", "organisation (ACO)"))
        found = {
            "duplicate_submission": ids[id] > 1,
            "two_answers_for_one_post": posts[post] > ids[id],
            "post_not_in_frame": post not in frame,
            "after_fieldwork": datetime.strptime(row["End date"], "%d/%m/%Y %H:%M") >= datetime(2016, 4, 16),
            "unknown_option": row[column(row, "Q8")] not in relationship,
            "hidden_question_answered": row[column(row, "Q3")] != "" and not accountable_care,
            "required_answer_missing": not (any(group(row, "Q2").values()) and any(group(row, "Q5").values())),
            "title_contradicts_role": post in frame and frame[post]["role"] != role,
        }
        assert [fault for fault, present in found.items() if present] == ([planted[id]] if id in planted else []), id
    assert Counter(planted[row["Response ID"]] for row in rows if row["Response ID"] in planted) == {
        **dict.fromkeys(planted.values(), 1),
        "duplicate_submission": 2,
        "two_answers_for_one_post": 2,
    }
    assert len(set(planted.values())) == 8


def test_answers_are_labels_of_the_questionnaire(rows: list[Row], planted: dict[str, str]) -> None:
    questionnaire = tomllib.loads((DATA / "questionnaire.toml").read_text(encoding="utf-8"))
    scales = {name: [option["label"] for option in scale["options"]] for name, scale in questionnaire["scales"].items()}
    checked = 0
    for question in questionnaire["questions"]:
        if "2016-spring" not in question["waves"]:
            assert not any(name.removeprefix(f"{question.get('number')}. ").startswith(question["text"]) for name in rows[0])
            continue
        labels = {*(option["label"] for option in question.get("options", ())), *scales.get(question.get("scale"), ()), ""}
        for name in rows[0]:
            if name.startswith(f"{question['number']}. {question['text']}") and len(labels) > 1 and not name.endswith(" - text]"):
                unknown = {row[name] for row in rows if planted.get(row["Response ID"]) != "unknown_option"} - labels
                assert not unknown, name
                checked += 1
    assert checked == 38


def test_exclusive_options_stand_alone_and_other_text_stands_by_other(clean: list[Row]) -> None:
    for row in clean:
        for number in ("Q2", "Q5"):
            ticks = [part for part, cell in group(row, number).items() if cell]
            assert len(ticks) == 1 or not {"None of these", "Don't know"} & set(ticks)
        contracts = group(row, "Q2")
        assert bool(contracts["Other (please specify)"]) == bool(contracts["Other (please specify) - text"])


def test_rankings_are_partial_and_allocations_add_up(clean: list[Row]) -> None:
    for row in clean:
        assert sorted(cell for cell in group(row, "Q13").values() if cell) in ([], ["1", "2", "3"])
        shares = [cell for cell in group(row, "Q14").values() if cell]
        assert not shares or (len(shares) == 4 and sum(map(int, shares)) == 100)


def test_times_are_plausible(clean: list[Row], rows: list[Row]) -> None:
    for row in clean:
        started, ended = (datetime.strptime(row[name], "%d/%m/%Y %H:%M") for name in ("Start date", "End date"))
        assert datetime(2016, 3, 1) <= started <= ended < datetime(2016, 4, 16)
        assert abs((ended - started).total_seconds() - int(row["Seconds taken"])) < 60
    assert [int(row["Response ID"]) for row in rows] == sorted(int(row["Response ID"]) for row in rows)
    weekend = sum(datetime.strptime(row["Start date"], "%d/%m/%Y %H:%M").weekday() >= 5 for row in clean)
    assert weekend <= 10


def test_two_clean_respondents_rushed_through_with_one_answer(clean: list[Row]) -> None:
    rushed = [row for row in clean if int(row["Seconds taken"]) < 120]
    assert len(rushed) == 2
    for row in rushed:
        assert {cell for number in ("Q4", "Q11", "Q12") for cell in group(row, number).values()} == {"Important"}


# ---------------------------------------------------------------------------------------------------------------- open text, privacy


def test_open_answers_are_many_short_and_all_different(clean: list[Row], rows: list[Row]) -> None:
    submissions = {row["Response ID"]: row for row in rows}.values()
    texts = [row[column(row, number)] for row in submissions for number in ("Q15", "Q16") if row[column(row, number)]]
    assert len(texts) == len(set(texts))
    assert all(8 <= len(text.split()) <= 40 for text in texts)
    for number in ("Q15", "Q16"):
        assert 40 <= sum(row[column(row, number)] != "" for row in clean) <= 55
    assert all(any(mark in text for text in texts) for mark in "£–’")


@pytest.mark.parametrize(
    "pattern",
    [
        r"[\w.+-]+@[\w-]+\.\w",
        r"(?<!\d)(?:\+44|0)\s?\d(?:[\s-]?\d){8,}",
        r"(?<!\d)(?:\d{1,3}\.){3}\d{1,3}(?!\d)",
        r"https?://|www\.",
    ],
    ids=["e-mail", "phone", "ip", "address"],
)
def test_nothing_in_the_files_identifies_or_locates_anyone(pattern: str) -> None:
    for path in [*DATA.rglob("*.csv"), *(DATA / "synthetic").rglob("*.toml")]:
        assert not re.search(pattern, path.read_text(encoding="utf-8")), path


def test_the_files_are_plain_utf8_with_unix_line_ends() -> None:
    for path in (DATA / "frame.csv", WAVE / "responses.csv", WAVE / "planted_faults.csv"):
        content = path.read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content
        assert content.endswith(b"\n")


def test_the_readme_says_in_plain_words_that_the_data_are_synthetic() -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# The data of this project are synthetic")
    assert "python data/make_synthetic.py" in text
    for figure in published():
        assert re.search(rf"\| {figure['count']} \| {figure['source']} \|", text), figure["item"]
