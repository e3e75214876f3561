"""`barometer init`: what it writes, what it says, and when it writes nothing."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import barometer
from barometer.project.starting import example, template
from barometer.project.starting.placing import new_folder

CLI = Callable[..., Any]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "member_survey.csv"
    towns, views = ["Leeds", "York"], ["Agree", "Disagree", "Strongly agree"]
    rows = [f"R{n},{n % 28 + 1:02}/03/2026 10:00,a{n}@example.org,M-{n:02},{towns[n % 2]},{views[n % 3]}" for n in range(40)]
    path.write_text("Response ID,End date,Email,Member,Where do you work?,Do you agree?\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_example_is_a_project_of_two_synthetic_waves(cli: CLI, tmp_path: Path):
    said = cli("init", tmp_path / "heads")
    assert said.code == 0, said.err
    assert "synthetic" in said.out
    survey = barometer.open(tmp_path / "heads")
    assert survey.settings.synthetic
    assert survey.waves == example.WAVES
    for wave in survey.waves:
        assert survey.wave(wave).check.counts["quarantined"] == 0
        assert len(survey.wave(wave).responses) > 80
    assert survey.wave().finding("plans.join_trust").comparison is not None


def test_the_example_is_the_same_every_time():
    assert example.files() == example.files()


def test_a_project_from_an_export(cli: CLI, tmp_path: Path, export: Path):
    folder = tmp_path / "members"
    said = cli("init", folder, "--from", export, "--people", "members", "--population-size", 80, "--published", "2026-05-01")
    assert said.code == 0, said.err
    assert "40 submissions: 40 accepted" in said.out
    assert "dropped Email" in said.out
    assert "barometer run" in said.out
    survey = barometer.open(folder)
    assert (survey.settings.title, survey.settings.synthetic, survey.population_size) == ("Member survey", False, 80)
    wave = survey.wave()
    assert wave.id == "2026-spring"
    assert wave.settings.fieldwork.text == "1 to 28 March 2026"
    assert wave.settings.published.isoformat() == "2026-05-01"
    finding = wave.finding("do_you_agree.strongly_agree_or_agree")
    assert (finding.count, finding.base) == (27, 40)
    assert finding.sentence().endswith('said "Strongly agree" or "Agree" when asked "Do you agree?".')


def test_every_guess_stands_beside_its_reason(cli: CLI, tmp_path: Path, export: Path):
    cli("init", tmp_path / "members", "--from", export)
    text = (tmp_path / "members/data/questionnaire.toml").read_text(encoding="utf-8")
    for question in tomllib.loads(text)["questions"]:
        kind = next(line for line in text.split(f'id = "{question["id"]}"')[1].splitlines() if line.startswith("kind"))
        assert "# guessed: " in kind


def test_raw_responses_stay_out_of_version_control_and_synthetic_ones_may_go_in(cli: CLI, tmp_path: Path, export: Path):
    cli("init", tmp_path / "members", "--from", export)
    cli("init", tmp_path / "example")
    kept_out = (tmp_path / "members/.gitignore").read_text(encoding="utf-8")
    assert "/data/waves/*/responses*" in kept_out
    assert all(line in kept_out.splitlines() for line in ("/checks/", "/build/"))
    assert "responses" not in (tmp_path / "example/.gitignore").read_text(encoding="utf-8")


@pytest.mark.parametrize("there", ["notes.txt", "data/waves/x/wave.toml"])
def test_a_folder_with_something_in_it_is_left_alone(cli: CLI, tmp_path: Path, export: Path, there: str):
    folder = tmp_path / "members"
    (folder / there).parent.mkdir(parents=True)
    (folder / there).write_text("mine", encoding="utf-8")
    said = cli("init", folder, "--from", export)
    assert said.code == 2
    assert "not empty" in said.err
    assert everything(folder) == {there: b"mine"}


def test_an_empty_folder_is_filled_and_a_repository_counts_as_empty(
    cli: CLI, tmp_path: Path, export: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "members"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git/HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    said = cli("init", ".", "--from", export)
    assert said.code == 0, said.err
    assert Path.cwd() == folder.resolve(), "whoever stands in the folder still stands in it"
    assert {"barometer.toml", ".git/HEAD", "data/questionnaire.toml"} <= set(everything(folder))


def test_an_export_that_cannot_be_read_leaves_nothing(cli: CLI, tmp_path: Path):
    (tmp_path / "broken.csv").write_text("Response ID,Q\n1,2,3\n", encoding="utf-8")
    said = cli("init", tmp_path / "members", "--from", tmp_path / "broken.csv")
    assert (said.code, said.out) == (2, "")
    assert "broken.csv" in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.csv"]


def _fail_in(folder: Path) -> None:
    with new_folder(folder) as staging:
        (staging / "data").mkdir()
        (staging / "barometer.toml").write_text("x", encoding="utf-8")
        raise RuntimeError


@pytest.mark.parametrize("existing", [True, False])
def test_whatever_goes_wrong_while_writing_leaves_nothing(tmp_path: Path, existing: bool):
    folder = tmp_path / "members"
    if existing:
        folder.mkdir()
    with pytest.raises(RuntimeError):
        _fail_in(folder)
    assert folder.exists() == existing
    assert not everything(tmp_path)
    assert not existing or not list(folder.iterdir())


def test_a_dry_run_prints_the_draft_and_writes_nothing(cli: CLI, tmp_path: Path, export: Path):
    said = cli("init", tmp_path / "members", "--from", export, "--dry-run")
    assert said.code == 0
    assert "Nothing was written." in said.out
    for place in ("barometer.toml", "questionnaire.toml", "wave.toml"):
        assert place in said.out
    assert "example.org" not in said.out, "no answer and no address is printed"
    assert not (tmp_path / "members").exists()


def test_json_tells_programs_what_was_guessed(cli: CLI, tmp_path: Path, export: Path):
    told = json.loads(cli("init", tmp_path / "members", "--from", export, "--json").out)
    assert told["rows"] == {"read": 40, "accepted": 40, "quarantined": 0}
    assert told["wave"] == "2026-spring"
    assert {"place", "what", "reason", "doubtful"} == set(told["guesses"][0])


def test_a_frame_gives_the_size_the_posts_and_the_breaks(cli: CLI, tmp_path: Path, export: Path):
    frame = tmp_path / "frame.csv"
    frame.write_text("number,area\n" + "".join(f"M-{n:02},{['north', 'south'][n % 2]}\n" for n in range(60)), encoding="utf-8")
    said = cli("init", tmp_path / "members", "--from", export, "--frame", frame, "--people", "members")
    assert said.code == 0, said.err
    survey = barometer.open(tmp_path / "members")
    assert (survey.population_size, survey.settings.population.key) == (60, "number")
    assert survey.wave().settings.export.post == "Member"
    assert survey.settings.breaks["area"].levels == {"north": "North", "south": "South"}
    assert survey.wave().tabulate("do_you_agree", by="area").where(break_="area").frame.height


def test_a_frame_that_does_not_fit_is_refused(cli: CLI, tmp_path: Path, export: Path):
    frame = tmp_path / "frame.csv"
    frame.write_text("number\nX1\nX2\n", encoding="utf-8")
    said = cli("init", tmp_path / "members", "--from", export, "--frame", frame)
    assert said.code == 2
    assert "hardly any" in said.err
    assert cli("init", tmp_path / "members", "--from", export, "--frame", frame, "--key", "nmber").code == 2
    assert not (tmp_path / "members").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--fieldwork-start", "2026-04-01", "--fieldwork-end", "2026-03-01"), "ends before it starts"),
        (("--fieldwork-start", "March"), "2026-03-20"),
        (("--wave", "a b"), "2026-spring"),
        (("--format", "qualtrcs"), "Did you mean 'qualtrics'?"),
        (("--format", "qualtrics"), "qualtrics"),
        (("--population-size", "0"), "population-size"),
    ],
)
def test_wrong_usage_is_said_and_nothing_is_written(cli: CLI, tmp_path: Path, export: Path, options: tuple[str, ...], said: str):
    answer = cli("init", tmp_path / "members", "--from", export, *options)
    assert answer.code == 2
    assert said.lower() in answer.err.lower()
    assert "Traceback" not in answer.err
    assert not (tmp_path / "members").exists()


def test_the_example_cannot_be_called_real(cli: CLI, tmp_path: Path):
    assert cli("init", tmp_path / "example", "--no-synthetic").code == 2


def test_every_page_of_the_site_is_copied_with_what_it_includes():
    copied = template.pages("2026-spring")
    assert {template.REPORT, "reports/_quarto.yml", "reports/index.qmd", "reports/sections/_topline.qmd"} <= set(copied)
    for place, text in copied.items():
        assert 'wave = "2016' not in text, place
        assert "{wave}" not in text, place
