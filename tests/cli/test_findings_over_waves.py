"""Editors' commands over all published waves: the newest first, copied as they go into print, and marked where they are edited."""

from __future__ import annotations

import base64
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from barometer.cli import clipboard


def published(folder: Path, wave: str, findings: list[dict[str, object]], inputs: dict[str, str] | None = None) -> None:
    build = folder / "build" / wave
    build.mkdir(parents=True)
    content = {"schema_version": "1.0", "findings": findings, "withheld": []}
    (build / "findings.json").write_text(json.dumps(content), encoding="utf-8")
    (build / "manifest.json").write_text(json.dumps({"inputs": inputs or {}, "rows": {}}), encoding="utf-8")


def of_2019(findings: list[dict[str, object]]) -> list[dict[str, object]]:
    """The same as of an older wave, which asked something more."""
    text = (
        json.dumps(findings).replace('"2020/', '"2019/').replace('"wave": "2020"', '"wave": "2019"').replace("Summer 2020", "Summer 2019")
    )
    older: list[dict[str, object]] = json.loads(text)
    extra = {
        **older[-1],
        "id": "2019/garden.roses",
        "question": "garden",
        "option": "roses",
        "option_label": "Roses",
        "keywords": ["Thorns"],
    }
    return [*older, extra]


@pytest.fixture
def club(small: Path) -> Path:
    import barometer

    findings = [json.loads(finding.model_dump_json()) for finding in barometer.open(small).wave().findings]
    published(small, "2020", findings)
    published(small, "2019", of_2019(findings))
    return small


def test_all_waves_are_listed_the_newest_first_with_ids_to_copy(club: Path, cli: Callable) -> None:
    said = cli("findings", "--project", club)
    lines = said.out.splitlines()
    newer, older = lines.index("Summer 2020 (2020)"), lines.index("Summer 2019 (2019)")
    assert newer < older
    assert all(line.startswith("2020/") for line in lines[newer + 1 : older] if line)
    ids = [line.split()[0] for line in lines if line[:5] in ("2020/", "2019/")]
    assert "2019/garden.roses" in ids
    for id in (ids[0], "2019/garden.roses"):
        assert cli("finding", id, "--project", club).code == 0
    assert [row["id"] for row in json.loads(cli("findings", "--json", "--project", club).out)] == ids
    one = json.loads(cli("findings", "--json", "--wave", "2019", "--project", club).out)
    assert [row["id"] for row in one] == [id for id in ids if id.startswith("2019/")]


def test_what_only_an_older_wave_has_says_so(club: Path, cli: Callable) -> None:
    said = cli("findings", "--search", "thorns", "--project", club)
    assert "Found only in 2019: nothing in 2020, the newest published wave, fits 'thorns'." in said.out
    assert "2019/garden.roses" in said.out
    assert "Found only" not in cli("findings", "--search", "stay", "--project", club).out


def test_a_finding_without_a_wave_is_of_the_latest_that_has_it(club: Path, cli: Callable) -> None:
    assert json.loads(cli("finding", "plans.stay", "--json", "--project", club).out)["id"] == "2020/plans.stay"
    assert json.loads(cli("finding", "garden.roses", "--json", "--project", club).out)["id"] == "2019/garden.roses"
    said = cli("finding", "garden.rosse", "--project", club)
    assert (said.code, "Did you mean 'garden.roses'" in said.err) == (2, True)
    said = cli("finding", "2020/garden.roses", "--project", club)
    assert (said.code, "There is no such finding." in said.err) == (2, True)


def test_changed_inputs_are_told_once_for_all_waves(club: Path, cli: Callable) -> None:
    for wave in ("2019", "2020"):
        path = club / "build" / wave / "manifest.json"
        path.write_text(json.dumps({"inputs": {"analysis/plan.toml": "0" * 64}, "rows": {}}), encoding="utf-8")
    said = cli("findings", "--project", club)
    assert said.err.count("Note:") == 1
    assert "analysis/plan.toml changed since 2020, 2019 were published; 'barometer run --all' publishes anew." in said.err


def edit(club: Path) -> None:
    path = club / "build/2020/findings.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for entry in content["findings"]:
        if entry["id"] == "2020/plans.stay":
            entry["edited"] = {"by": "A. Editor", "why": "Length", "original": {"hsj": entry["voices"]["hsj"]["sample"]}}
            entry["voices"]["hsj"]["sample"] = "Three-quarters of the 20 members who answered will stay."
    path.write_text(json.dumps(content), encoding="utf-8")


def test_an_edited_sentence_says_so_wherever_it_is_shown(club: Path, cli: Callable) -> None:
    edit(club)
    words = "Three-quarters of the 20 members who answered will stay. [edited]"
    full = cli("finding", "plans.stay", "--project", club).out
    assert words in full
    assert "by A. Editor: Length" in full
    assert "Originally: " in full
    assert cli("finding", "plans.stay", "--sentence", "--project", club).out == words + "\n"
    assert "[edited]" not in cli("finding", "plans.stay", "--style", "ons", "--project", club).out
    listed = cli("findings", "--search", "stay", "--wave", "2020", "--project", club).out
    assert next(line for line in listed.splitlines() if "plans.stay" in line).endswith("[edited]")
    row = next(row for row in json.loads(cli("findings", "--json", "--project", club).out) if row["id"] == "2020/plans.stay")
    assert (row["edited"], row["sentence"]) == (True, words)


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose clipboard is a file."""
    if sys.platform == "win32":
        pytest.skip("needs a shell script")
    tool = tmp_path / "bin" / "wl-copy"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\ncat > "{tmp_path}/clipboard"\n', encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    for name in ("SSH_TTY", "SSH_CONNECTION", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "clipboard"


def test_sentence_figure_and_citation_are_copied_as_they_go_into_print(club: Path, cli: Callable, board: Path) -> None:
    edit(club)
    said = cli("finding", "plans.stay", "--copy", "--project", club)
    assert (said.code, said.err) == (0, "")
    lines = board.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["Three-quarters of the 20 members who answered will stay.", "75 per cent (15 of 20)"]
    assert lines[2].endswith("2020/plans.stay. Synthetic responses.")
    assert "Copied with wl-copy: sentence, figure with base, and citation of 2020/plans.stay (the sentence is edited)." in said.out
    assert all(line in said.out for line in lines)
    cli("finding", "plans.stay", "--copy", "--sentence", "--style", "ons", "--project", club)
    assert board.read_text(encoding="utf-8").startswith("Among the 20 members who answered, 75%")


def test_without_a_clipboard_it_says_so(club: Path, cli: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WAYLAND_DISPLAY", "DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    said = cli("finding", "plans.stay", "--copy", "--project", club)
    assert (said.code, said.out) == (2, "")
    assert "There is no clipboard to copy to." in said.err
    assert cli("finding", "plans.stay", "--copy", "--json", "--project", club).code == 2


def test_a_clipboard_that_fails_is_named(club: Path, cli: Callable, board: Path) -> None:
    (board.parent / "bin" / "wl-copy").write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    said = cli("finding", "plans.stay", "--copy", "--project", club)
    assert said.code == 2
    assert "wl-copy" in said.err
    assert "it ended with 3" in said.err


def test_a_terminal_is_asked_to_copy(club: Path) -> None:
    environment = {**os.environ, "TERM": "xterm-256color", "SSH_CONNECTION": "far away"}
    screen, terminal = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "barometer.cli.main", "finding", "plans.stay", "--copy", "--sentence"],
        cwd=club, stdout=terminal, stderr=subprocess.PIPE, env=environment, timeout=60, check=False,
    )  # fmt: skip
    os.close(terminal)
    said = os.read(screen, 65536).decode()
    os.close(screen)
    assert done.returncode == 0, done.stderr
    sequence = said.split("\x1b]52;c;")[1].split("\a")[0]
    assert base64.b64decode(sequence).decode() == said.splitlines()[-1]
    assert "by the terminal (OSC 52)" in said


def test_the_clipboard_of_each_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard.shutil, "which", lambda name: f"/bin/{name}")
    for platform, environment, command in (
        ("darwin", {}, "pbcopy"),
        ("win32", {}, "clip.exe"),
        ("linux", {"WSL_DISTRO_NAME": "Debian"}, "clip.exe"),
        ("linux", {"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "wl-copy"),
        ("linux", {"DISPLAY": ":0"}, "xclip"),
    ):
        monkeypatch.setattr(sys, "platform", platform)
        assert clipboard._command(environment)[0] == command
    assert clipboard._command({}) is None
