"""Bad input: a message that names file, place, expected and found; the documented exit code; the last good publication untouched."""

from __future__ import annotations

import csv
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest


class Spoilt:
    """A project with a good publication in place, and the means to spoil its inputs."""

    def __init__(self, folder: Path, wave: str, cli: Callable) -> None:
        self.folder, self.wave, self.cli = folder, wave, cli
        self.export = folder / "data/waves" / wave / "responses.csv"
        build = folder / "build" / wave
        build.mkdir(parents=True)
        for name in ("report.html", "findings.json", "manifest.json"):
            (build / name).write_text(f"the last good {name}", encoding="utf-8")
        self.before = self.published()

    def published(self) -> dict[str, str]:
        return {
            path.relative_to(self.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (self.folder / "build").rglob("*")
            if path.is_file()
        }

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, "the test does not spoil what it means to"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def rows(self) -> tuple[list[str], list[list[str]]]:
        with self.export.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        return header, rows

    def write(self, header: list[str], rows: list[list[str]]) -> None:
        with self.export.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])

    def refused(self, code: int, *said: str, arguments: tuple[object, ...] = (), call: Callable | None = None) -> str:
        """Runs, and checks what every refusal has in common; what it said, in one line."""
        done = (call or self.cli)("run", "--project", self.folder, "--to", "html", "--renderer", "embedded", *(arguments or (self.wave,)))
        assert done.code == code, done.err
        assert "Traceback" not in done.err + done.out
        assert done.err.startswith("Error: ")
        assert "headlines" not in done.out.lower()
        text = " ".join(done.err.split())
        for words in said:
            assert words in text
        assert self.published() == self.before
        assert [path.name for path in (self.folder / "build").iterdir()] == [self.wave]
        return text


@pytest.fixture
def ccg(project: Path, cli: Callable) -> Spoilt:
    return Spoilt(project, "2016-spring", cli)


@pytest.fixture
def club(small: Path, cli: Callable) -> Spoilt:
    return Spoilt(small, "2020", cli)


def test_a_missing_file_of_responses(ccg: Spoilt) -> None:
    ccg.export.unlink()
    ccg.refused(2, "The file of responses is missing.", f"file {ccg.export}", "expected a CSV or XLSX file")


def test_an_empty_file(ccg: Spoilt) -> None:
    ccg.export.write_bytes(b"")
    ccg.refused(2, "The file is empty.", f"file {ccg.export}", "expected a header and at least one response")


def test_a_header_without_responses(ccg: Spoilt) -> None:
    ccg.write(ccg.rows()[0], [])
    ccg.refused(2, "a header and no responses", f"file {ccg.export}", "expected at least one response")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_wrong_encoding(ccg: Spoilt, encoding: str) -> None:
    ccg.export.write_text(ccg.export.read_text(encoding="utf-8"), encoding=encoding)
    ccg.refused(2, "encoding", f"file {ccg.export}", "UTF-8")


def test_a_column_that_the_questionnaire_does_not_know(ccg: Spoilt) -> None:
    header, rows = ccg.rows()
    ccg.write([*header, "Q99. Favourite colour?"], [[*row, "blue"] for row in rows])
    text = ccg.refused(2, "does not fit the questionnaire", f"file {ccg.export}", "where the header", "Q99. Favourite colour?")
    assert "blue" not in text


def test_a_question_that_the_export_lacks(ccg: Spoilt) -> None:
    header, rows = ccg.rows()
    at = next(place for place, name in enumerate(header) if name.startswith("Q9."))
    ccg.write([*header[:at], *header[at + 1 :]], [[*row[:at], *row[at + 1 :]] for row in rows])
    ccg.refused(2, "does not fit the questionnaire", f"file {ccg.export}", "financial_confidence")


def test_a_row_with_too_few_cells(ccg: Spoilt) -> None:
    header, rows = ccg.rows()
    rows[4] = rows[4][:-3]
    ccg.write(header, rows)
    ccg.refused(2, "fewer cells than the header", "line 6")


def quarantined(ccg: Spoilt) -> dict[str, set[str]]:
    """The rules that put each row into the quarantine."""
    found: dict[str, set[str]] = {}
    with (ccg.folder / "checks" / ccg.wave / "quarantine.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["row"], set()).add(row["rule"])
    return found


def checked(ccg: Spoilt) -> dict[str, set[str]]:
    """The quarantine of a quick check."""
    done = ccg.cli("check", ccg.wave, "--quick", "--project", ccg.folder)
    assert "Traceback" not in done.err
    assert ccg.published() == ccg.before
    return quarantined(ccg)


def row_of(rows: list[list[str]], header: list[str], response: str) -> int:
    at = header.index("Response ID")
    return next(place for place, row in enumerate(rows) if row[at] == response)


@pytest.fixture
def clean(ccg: Spoilt) -> Spoilt:
    """The wave without the rows that were spoilt on purpose: every rule holds."""
    header, rows = ccg.rows()
    held = checked(ccg)
    assert len(held) == 10
    ccg.write(header, [row for place, row in enumerate(rows) if str(place + 2) not in held])
    assert checked(ccg) == {}
    return ccg


def test_an_unknown_code_puts_the_row_into_quarantine(clean: Spoilt) -> None:
    header, rows = clean.rows()
    at = next(place for place, name in enumerate(header) if name.startswith("Q8."))
    rows[3][at] = "Splendid"
    clean.write(header, rows)
    assert list(checked(clean)) == ["5"]
    assert "Splendid" not in (clean.folder / "checks/2016-spring/quarantine.csv").read_text(encoding="utf-8")


def test_duplicate_respondents_are_all_put_into_quarantine(clean: Spoilt) -> None:
    header, rows = clean.rows()
    clean.write(header, [*rows, rows[6]])
    assert list(checked(clean)) == ["8", str(len(rows) + 2)]


def test_two_answers_for_one_post_are_both_put_into_quarantine(clean: Spoilt) -> None:
    header, rows = clean.rows()
    post, role = header.index("Post reference"), next(place for place, name in enumerate(header) if name.startswith("Q1."))
    same = [place for place, row in enumerate(rows) if row[role] == rows[0][role]][:2]
    rows[same[1]][post] = rows[same[0]][post]
    clean.write(header, rows)
    assert list(checked(clean)) == [str(place + 2) for place in same]


def test_a_post_that_is_not_in_the_frame_puts_the_row_into_quarantine(clean: Spoilt) -> None:
    header, rows = clean.rows()
    rows[9][header.index("Post reference")] = "CCG-777-C"
    clean.write(header, rows)
    assert list(checked(clean)) == ["11"]


def test_too_many_unknown_codes_stop_the_run_and_say_which_rule(ccg: Spoilt) -> None:
    header, rows = ccg.rows()
    at = next(place for place, name in enumerate(header) if name.startswith("Q8."))
    for row in rows[:40]:
        row[at] = "Splendid"
    ccg.write(header, rows)
    text = ccg.refused(
        1, "Too many submissions are in the quarantine.", f"file {ccg.export}", "expected at most 10 per cent of 110", "of 110"
    )
    assert "Splendid" not in text
    assert len(quarantined(ccg)) > 40


def test_too_few_responses_stop_the_run(ccg: Spoilt) -> None:
    header, rows = ccg.rows()
    ccg.write(header, rows[:20])
    ccg.refused(1, "Too few submissions are accepted.", "expected at least 40")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("barometer.toml", 'title = "Small', "title = Small", ("not valid TOML", "line 1")),
        ("barometer.toml", "size = 80", "size = -3", ("population → size", "greater than")),
        ("barometer.toml", 'lish', 'lush', ("publusher", "Did you mean 'publisher'?")),
        ("data/questionnaire.toml", 'kind = "single"', "kind = single", ("not valid TOML", "line 9")),
        ("data/questionnaire.toml", 'kind = "single"', 'kind = "multipel"', ("kind", "multipel")),
        ("data/questionnaire.toml", 'theme = "club"', 'theme = "clbu"', ("contradicts itself", "clbu")),
        ("data/questionnaire.toml", 'id = "plans"', 'id = "side"', ("contradicts itself", "side")),
        ("data/questionnaire.toml", 'waves = ["2019"]', 'waves = ["20119"]', ("20119", "Did you mean '2019'")),
        ("data/waves/2020/wave.toml", "end = 2020-06-30", "end = 2020-05-30", ("before it starts",)),
        ("data/waves/2020/wave.toml", 'respondent = "respondent"', 'respondent = "ID"', ("ID",)),
        ("validation/rules.toml", "maximum_quarantined = 0.2", "maximum_quarantined = 2", ("maximum_quarantined",)),
        ("analysis/plan.toml", 'breaks = ["side"]', 'breaks = ["sied"]', ("sied", "side, seat")),
    ],
)  # fmt: skip
def test_a_broken_or_contradictory_file(club: Spoilt, name: str, old: str, new: str, said: tuple[str, ...]) -> None:
    club.edit(name, old, new)
    text = club.refused(2, *said)
    assert str(club.folder / name) in text or name in text or "responses.csv" in text


def test_a_project_that_is_not_there(tmp_path: Path, cli: Callable) -> None:
    done = cli("run", "--project", tmp_path / "nowhere")
    assert done.code == 2
    assert "no such folder" in done.err


@pytest.mark.parametrize(("wave", "said"), [("2020-sumer", "2020"), ("2091", "2020"), ("2019", "no data yet")])
def test_an_unknown_wave(club: Spoilt, wave: str, said: str) -> None:
    text = club.refused(2, said, arguments=(wave,))
    assert wave in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "html,dcox"), ("no such format", "html, pdf, docx", "Did you mean 'docx'?")),
        (("--to", ","), ("No format is named.",)),
        (("--to", "html,html"), ("once",)),
    ],
)
def test_an_unknown_format(club: Spoilt, arguments: tuple[str, ...], said: tuple[str, ...]) -> None:
    club.refused(2, *said, arguments=arguments)


def test_a_renderer_that_is_not_there(club: Spoilt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(club.folder))
    club.refused(3, "Quarto is not installed.", "expected quarto 1.6 or newer", "embedded", arguments=("--renderer", "quarto"))


def test_an_output_folder_that_cannot_be_written(small: Path, cli: Callable) -> None:
    (small / "build").write_text("a file in the way", encoding="utf-8")
    done = cli("run", "--project", small, "--to", "html")
    assert done.code == 2
    assert "cannot be written" in done.err
    assert str(small / "build") in done.err
    assert (small / "build").read_text(encoding="utf-8") == "a file in the way"


def test_a_project_without_a_report(club: Spoilt) -> None:
    (club.folder / "reports/quarterly.qmd").unlink()
    club.refused(2, "The report of the wave does not exist.", "data/waves/2020/wave.toml", "key 'report'", "reports/quarterly.qmd")


def test_a_report_that_does_not_lie_among_the_reports(club: Spoilt) -> None:
    club.edit("data/waves/2020/wave.toml", 'mode = "Online"', 'mode = "Online"\nreport = "reports/../elsewhere.qmd"')
    (club.folder / "elsewhere.qmd").write_text("# Elsewhere\n", encoding="utf-8")
    club.refused(2, "The report of a wave lies among the project's reports.", "expected reports/NAME.qmd", "got reports/../elsewhere.qmd")


def test_a_report_whose_name_is_misspelt(club: Spoilt) -> None:
    club.edit("data/waves/2020/wave.toml", 'mode = "Online"', 'mode = "Online"\nreport = "reports/quartely.qmd"')
    club.refused(2, "The report of the wave does not exist.", "Did you mean 'reports/quarterly.qmd'?")


def test_a_failing_cell(club: Spoilt) -> None:
    club.edit("reports/quarterly.qmd", "print(this", "1 / 0\nprint(this")
    club.refused(3, "A cell failed.", "quarterly.qmd", "where line", "ZeroDivisionError: division by zero")


def test_a_cell_that_asks_for_what_is_not_there(club: Spoilt) -> None:
    club.edit("reports/quarterly.qmd", "plans.stay", "plans.sty")
    club.refused(3, "A cell failed.", "quarterly.qmd", "plans.sty", "plans.stay")


def test_a_failing_analysis_module(club: Spoilt) -> None:
    club.edit("reports/quarterly.qmd", "print(this", 'this.message("club")\nprint(this')
    club.edit("analysis/club.py", "def analyse", "import nowhere_to_be_found\n\n\ndef analyse")
    club.refused(3, "A cell failed.", "quarterly.qmd", "nowhere_to_be_found")


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "barometer.cli.main", "run", "--project", str(folder), "--to", "html", "--renderer", "embedded", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def until_at_work(process: subprocess.Popen[str], folder: Path) -> None:
    """Waits for the staging folder, so that the signal meets a run that is at work."""
    for _ in range(600):
        if any(folder.glob("build/.staging-*")):
            return
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    raise AssertionError("the run did not begin")


@pytest.mark.slow
def test_an_interrupted_run(club: Spoilt) -> None:
    club.edit("reports/quarterly.qmd", "print(this", "import time; time.sleep(60)\nprint(this")
    process = started(club.folder)
    until_at_work(process, club.folder)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted. The last publication is as it was." in errors
    assert "Traceback" not in errors
    assert club.published() == club.before
    assert [path.name for path in (club.folder / "build").iterdir()] == ["2020"]


@pytest.mark.slow
def test_a_killed_run_leaves_the_last_publication_and_the_next_cleans_up(club: Spoilt) -> None:
    club.edit("reports/quarterly.qmd", "print(this", "import time; time.sleep(60)\nprint(this")
    moments = random.Random(3)
    for _ in range(3):
        process = started(club.folder)
        until_at_work(process, club.folder)
        time.sleep(moments.random() * 3)
        process.kill()
        process.communicate(timeout=60)
        assert {name: digest for name, digest in club.published().items() if name.startswith("build/2020/")} == club.before
    assert len(list(club.folder.glob("build/.staging-*"))) == 1, "each run removes what the one before it left"
    club.edit("reports/quarterly.qmd", "import time; time.sleep(60)\n", "")
    done = club.cli("run", "--project", club.folder, "--to", "html", "--renderer", "embedded", "--quiet")
    assert (done.code, done.out) == (0, f"{club.folder / 'build' / '2020'}\n")
    assert sorted(path.name for path in (club.folder / "build").iterdir()) == ["2020", "headlines.html", "index.html"]
    assert "last good" not in (club.folder / "build/2020/report.html").read_text(encoding="utf-8")
    assert [path.name for path in (club.folder / "checks").iterdir()] == ["2020"]
