"""The commands that read a publication or a wave: what they print for people and for programs."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HEAVY = ("great_expectations", "statsmodels", "pandas", "altair", "polars", "scipy.stats", "IPython", "pypandoc", "typst", "gptables")
COMMANDS = ("run", "check", "tables", "findings", "finding", "themes", "waves")


@pytest.fixture
def published_club(small: Path) -> Path:
    """A small project that is published, without the cost of rendering: findings and manifest are what these commands read."""
    import barometer
    from barometer.findings import dump_findings
    from barometer.publishing.publication import write_json

    wave = barometer.open(small).wave()
    build = small / "build" / "2020"
    build.mkdir(parents=True)
    dump_findings(wave.findings, build / "findings.json")
    write_json(build / "manifest.json", {"inputs": dict(wave.inputs), "rows": dict(wave.check.counts)})
    return small


def modules_after(folder: Path, *arguments: str) -> tuple[int, str, set[str]]:
    """Exit code, output, and which heavy libraries a command has imported when it ends."""
    code = (
        "import sys, atexit\n"
        f"heavy = {HEAVY!r}\n"
        "atexit.register(lambda: sys.stderr.write('\\nIMPORTED ' + ' '.join(name for name in heavy if name in sys.modules)))\n"
        "from barometer.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, set(done.stderr.rpartition("IMPORTED ")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], *([command, "--help"] for command in COMMANDS)])
def test_help_and_version_import_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    code, out, imported = modules_after(tmp_path, *arguments)
    assert (code, imported) == (0, set())
    assert out.strip()
    if arguments[0] in COMMANDS:
        assert out.startswith("Usage: ")
        assert "--project" in out


def test_help_names_every_command_and_the_exit_codes(cli: Callable) -> None:
    out = cli("--help").out
    assert all(command in out for command in COMMANDS)
    assert "Exit codes: 0 done; 1 the data are not fit to publish; 2 wrong usage" in out


@pytest.mark.parametrize("arguments", [["finding", "plans.stay"], ["findings"], ["findings", "--search", "stay"], ["findings", "--csv"]])
def test_reading_findings_imports_nothing_heavy(published_club: Path, arguments: list[str]) -> None:
    code, out, imported = modules_after(published_club, *arguments)
    assert (code, imported) == (0, set())
    assert "plans.stay" in out


def test_a_finding_is_printed_with_all_that_belongs_to_it(published_club: Path, cli: Callable) -> None:
    said = cli("finding", "plans.stay", "--project", published_club)
    assert said.code == 0
    assert said.err == ""
    for words in (
        "Synthetic responses",
        "20 members who answered",
        "What will you do?",
        "June 2020",
        "Interval",
        "Cite as",
        "2020/plans.stay",
    ):
        assert words in said.out
    assert max(map(len, said.out.splitlines())) <= 100


def test_a_finding_says_the_same_in_each_style(published_club: Path, cli: Callable) -> None:
    for style, words in (("hsj", "75 per cent"), ("ons", "75%"), ("plain", "75")):
        said = cli("finding", "2020/plans.stay", "--sentence", "--style", style, "--project", published_club)
        assert said.code == 0
        assert words in said.out
        assert said.out.count("\n") == 1


def test_a_finding_as_json_is_what_stands_in_the_file(published_club: Path, cli: Callable) -> None:
    said = cli("finding", "plans.stay", "--json", "--project", published_club)
    stored = json.loads((published_club / "build/2020/findings.json").read_text(encoding="utf-8"))["findings"]
    assert json.loads(said.out) == next(one for one in stored if one["id"] == "2020/plans.stay")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("finding", "plans.stya"), ("no such finding", "Did you mean 'plans.stay'")),
        (("finding", "2019/plans.stay"), ("not published yet", "barometer run 2019")),
        (("finding", "2002/plans.stay"), ("There is no such wave.", "Did you mean", "'2020'")),
        (("finding", "plans.stay", "--style", "hjs"), ("hjs", "hsj")),
        (("findings", "--theme", "clbu"), ("no such theme", "Did you mean 'club'")),
        (("findings", "--wave", "202"), ("There is no such wave.", "Did you mean", "'2020'")),
        (("findigns",), ("There is no such command.", "Did you mean 'findings' or 'finding'?")),
        (("tables", "--question", "plnas"), ("plnas", "Did you mean 'plans'")),
        (("tables", "--by", "sied"), ("There is no such break.", "Did you mean 'side'?")),
        (("tables", "--question", "old"), ("did not ask", "Not asked is missing, not zero.")),
        (("tables", "--csv", "--json"), ("Choose one form.",)),
    ],
)
def test_an_unknown_word_gets_a_hint(published_club: Path, cli: Callable, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    options = () if arguments[0] not in COMMANDS else ("--project", published_club)
    said = cli(*arguments, *options)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("Error: ")
    assert all(one in " ".join(said.err.split()) for one in words), said.err


@pytest.mark.parametrize(
    "arguments", [("run", "--formt", "html"), ("--versoin",), ("run", "--renderer", "quatro"), ("finding",), ("waves", "2020")]
)
def test_wrong_usage_leaves_with_two_and_says_how(cli: Callable, arguments: tuple[str, ...]) -> None:
    said = cli(*arguments)
    assert said.code == 2
    assert "Error" in said.err
    assert "Traceback" not in said.err


def test_a_wave_that_is_not_published_says_what_to_do(small: Path, cli: Callable) -> None:
    said = cli("findings", "--project", small)
    assert said.code == 2
    assert "Run: barometer run" in said.err


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"inputs": 3, "rows": {}}', "\xff"])
@pytest.mark.parametrize("command", ["waves", "findings"])
def test_a_broken_manifest_is_named(published_club: Path, cli: Callable, command: str, content: str) -> None:
    path = published_club / "build/2020/manifest.json"
    path.write_text(content, encoding="latin-1")
    said = cli(command, "--project", published_club)
    assert said.code == 2
    assert "The manifest is broken." in said.err
    assert str(path) in said.err


def test_broken_findings_are_named(published_club: Path, cli: Callable) -> None:
    path = published_club / "build/2020/findings.json"
    for content, words in (("{", "not JSON"), ('{"schema_version": "0.1"}', "another schema"), (None, "no findings yet")):
        path.unlink()
        if content is not None:
            path.write_text(content, encoding="utf-8")
        said = cli("findings", "--project", published_club)
        assert said.code == 2
        assert words in said.err
        path.write_text("", encoding="utf-8")


def test_findings_are_listed_searched_and_narrowed(published_club: Path, cli: Callable) -> None:
    everything = json.loads(cli("findings", "--json", "--project", published_club).out)
    columns = "id wave wave_title figure sentence theme_title count base flag edited synthetic"
    assert list(everything[0]) == columns.split()
    assert "2020/plans.stay" in {one["id"] for one in everything}
    assert all(one["synthetic"] is True for one in everything)
    found = json.loads(cli("findings", "--search", "stay", "--json", "--project", published_club).out)
    assert found[0]["id"] == "2020/plans.stay"
    assert len(found) < len(everything)
    assert (
        cli("findings", "--theme", "The Club", "--json", "--project", published_club).out
        == json.dumps(everything, ensure_ascii=False, indent=2) + "\n"
    )
    rows = list(csv.DictReader(io.StringIO(cli("findings", "--csv", "--project", published_club).out)))
    assert [row["id"] for row in rows] == [one["id"] for one in everything]
    nothing = cli("findings", "--search", "elephant", "--project", published_club)
    assert (nothing.code, "No finding fits 'elephant'" in nothing.out) == (0, True)


def test_waves_are_listed_for_people_and_programs(published_club: Path, cli: Callable) -> None:
    waves = json.loads(cli("waves", "--json", "--project", published_club).out)
    assert [(wave["wave"], wave["data"], wave["published"]) for wave in waves] == [
        ("2019", False, False),
        ("2020", True, True),
        ("2021", False, False),
    ]
    assert (waves[1]["title"], waves[1]["fieldwork"], waves[1]["rows"]["accepted"]) == ("Summer 2020", "June 2020", 20)
    text = cli("waves", "--project", published_club).out.splitlines()
    assert text[0].endswith("no data")
    assert text[1].endswith("published, 20 responses")


def test_tables_are_shown_for_people_and_programs(small: Path, cli: Callable) -> None:
    said = cli("tables", "--question", "plans", "--by", "side", "--project", small)
    assert said.code == 0
    for words in ("Synthetic responses.", "What will you do?", "Left", "Right", "75", "Base"):
        assert words in said.out
    rows = json.loads(cli("tables", "--question", "plans", "--by", "side", "--json", "--project", small).out)
    stay = {row["level"]: row for row in rows if row["option"] == "stay"}
    assert {level: (row["count"], row["base"]) for level, row in stay.items()} == {"": (15, 20), "left": (9, 12), "right": (6, 8)}
    assert stay[""]["estimate"] == 0.75
    table = list(csv.DictReader(io.StringIO(cli("tables", "--csv", "--project", small).out)))
    assert {row["question"] for row in table} == {"side", "plans"}
    assert {row["break"] for row in table} == {""}
    assert {row["synthetic"] for row in table} == {"true"}


def test_a_check_says_what_it_found_and_where_it_is_written(small: Path, cli: Callable) -> None:
    said = cli("check", "--quick", "--project", small)
    assert said.code == 0
    assert "20 submissions read: 20 accepted, 0 quarantined." in said.out
    assert str(small / "checks/2020/quarantine.csv") in said.out
    summary = json.loads(cli("check", "--quick", "--json", "--project", small).out)
    assert (summary["read"], summary["accepted"], summary["quarantined"], summary["passed"]) == (20, 20, 0, True)


def test_a_check_fails_on_what_it_is_told_to_fail_on(small: Path, cli: Callable) -> None:
    path = small / "data/waves/2020/responses.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("r03,left", "r03,upstairs"), encoding="utf-8")
    assert cli("check", "--quick", "--project", small).code == 0
    said = cli("check", "--quick", "--fail-on", "critical", "--project", small)
    assert said.code == 1
    assert "1 rule does not hold." in said.err
    assert "1 quarantined" in said.out


def test_a_suite_is_recorded_and_a_change_of_rules_is_said(small: Path, cli: Callable) -> None:
    assert "suites" not in cli("check", "--quick", "--project", small).out
    recorded = small / "validation/suites/2020.json"
    assert str(recorded) in cli("check", "--quick", "--suite", "--project", small).out
    first = recorded.read_bytes()
    assert json.loads(cli("check", "--quick", "--json", "--project", small).out)["suite_change"] == {
        "added": [],
        "removed": [],
        "changed": [],
    }
    rules = small / "validation/rules.toml"
    had = rules.read_text(encoding="utf-8") if rules.exists() else ""
    rules.write_text(had + '\n[[rules]]\nid = "few"\nlabel = "nobody plans all"\nfails_if = "count(plans) > 9"\n', encoding="utf-8")
    said = cli("check", "--quick", "--project", small)
    assert f"The rules are not those of {recorded}: added few." in said.out
    assert recorded.read_bytes() == first
    cli("check", "--quick", "--suite", "--project", small)
    assert b'"few"' in recorded.read_bytes()
    recorded.write_text("{", encoding="utf-8")
    broken = cli("check", "--quick", "--project", small)
    assert (broken.code, "The snapshot of the suite cannot be read." in broken.err) == (2, True)


@pytest.mark.slow
def test_a_whole_run_speaks_to_programs(small: Path, process: Callable) -> None:
    said = process("run", "--to", "html", "--renderer", "embedded", "--json", folder=small)
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert told.keys() == {"wave", "folder", "files", "rows", "headlines"}
    assert told["files"] == sorted(path.name for path in Path(told["folder"]).iterdir())
    assert told["rows"] == {"read": 20, "accepted": 20, "quarantined": 0}
    assert [one.keys() for one in told["headlines"]] == [{"id", "sentence"}]
    said = process("run", "--to", "html", "--renderer", "embedded", "--quiet", folder=small)
    assert (said.code, said.out) == (0, f"{small / 'build' / '2020'}\n")
    manifest = json.loads((small / "build/2020/manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["to"] == ["html"]
    assert not (small / "build/2020/report.pdf").exists()


def test_output_to_a_pipe_is_plain(published_club: Path, process: Callable) -> None:
    for arguments in (("waves",), ("findings",), ("finding", "plans.stay"), ("tables",), ("check", "--quick"), ("finding", "nothing")):
        said = process(*arguments, folder=published_club)
        assert "\x1b" not in said.out + said.err, arguments


def test_a_reader_that_has_seen_enough_is_no_error(published_club: Path) -> None:
    command = f"{sys.executable} -m barometer.cli.main tables --json | head -c 20; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=published_club, capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1].endswith("0")


def test_an_unexpected_fault_is_not_swallowed(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("barometer.project.survey.Survey.waves", property(lambda _: 1 / 0))
    monkeypatch.setattr("barometer.cli.main.hurry", lambda: None)  # this process goes on
    monkeypatch.setattr(sys, "argv", ["barometer", "waves", "--project", os.fspath(small)])
    from barometer.cli.main import main

    with pytest.raises(ZeroDivisionError):
        main()
