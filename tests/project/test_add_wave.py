"""`barometer add-wave`: what is found again, what is put on record, and when nothing is changed."""

from __future__ import annotations

import csv
import json
import random
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import barometer
from barometer.project.starting import editing
from barometer.project.starting.adding import WaveWishes, planned_wave
from barometer.project.starting.joining import add_wave
from barometer.project.starting.scaffolding import Wishes, init, planned

TODAY = date(2026, 11, 22)
CLI = Callable[..., Any]
SATISFIED = ["Very satisfied", "Satisfied", "Dissatisfied", "Very dissatisfied"]
LIKELY = ["Very likely", "Likely", "Unlikely", "Very unlikely"]
#: Each column with what stands in it.
SPRING: dict[str, list[str]] = {
    "Q1. What is your role?": ["Chair", "Officer"],
    "Q2. Which of these will you do? [Merge]": ["Merge", ""],
    "Q2. Which of these will you do? [Share staff]": ["Share staff", ""],
    "Q3. How satisfied are you with us? [The phone]": SATISFIED,
    "Q3. How satisfied are you with us? [The web site]": SATISFIED,
    "Q4. How likely are you to stay?": LIKELY,
    "Q5. Do you work from home?": ["Yes", "No"],
}


def export(path: Path, columns: Mapping[str, list[str]], month: int, rows: int = 40) -> Path:
    chance = random.Random(f"{path.name} {month}").random
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["Response ID", "End date", *columns])
        for number in range(rows):
            answers = [cells[int(chance() * len(cells))] for cells in columns.values()]
            out.writerow([f"R{number}", f"{number % 28 + 1:02}/{month:02}/2026 10:00", *answers])
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "members"
    plan = planned(export(tmp_path / "spring.csv", SPRING, 3), Wishes(population_size=100, people="members"), today=TODAY)
    init(folder, plan)
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_questions_again(cli: CLI, project: Path, tmp_path: Path):
    said = cli("add-wave", export(tmp_path / "autumn.csv", SPRING, 10), "--project", project)
    assert said.code == 0, said.err
    assert "7 questions" not in said.out
    assert "5 questions asked again, 0 new, 0 dropped" in said.out
    survey = barometer.open(project)
    assert survey.waves == ("2026-spring", "2026-autumn")
    wave = survey.wave()
    assert len(wave.responses) == 40
    assert wave.settings.fieldwork.text == "1 to 28 October 2026"
    changed = wave.finding("which_of_these_will_you_do.merge").comparison
    assert changed is not None
    assert changed.wave == "2026-spring"
    assert survey.change("do_you_work_from_home").frame.height > 0


def test_what_is_new_gone_or_worded_otherwise_is_put_on_record(cli: CLI, project: Path, tmp_path: Path):
    columns = {
        "Q1. What is your role?": ["Chair", "Officer", "Deputy"],
        "Q2. Which of these will you do? [Merge]": ["Merge", ""],
        "Q2. Which of these will you do? [Close]": ["Close", ""],
        "Q3. How satisfied are you with us? [The phone]": [*SATISFIED, "Don't know"],
        "Q3. How satisfied are you with us? [The website]": SATISFIED,
        "Q4. How likely are you to stay with us next year?": LIKELY,
        "Q6. Should we meet more often?": ["Yes", "No"],
    }
    said = cli("add-wave", export(tmp_path / "autumn.csv", columns, 10), "--project", project, "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert told["new"] == ["should_we_meet_more_often"]
    assert told["dropped"] == ["do_you_work_from_home"]
    assert told["reworded"] == {"how_likely_are_you_to_stay": "How likely are you to stay with us next year?"}
    assert told["new_parts"] == {
        "what_is_your_role": ["deputy"], "which_of_these_will_you_do": ["close"], "how_satisfied_are_you_with_us": ["dont_know"]
    }  # fmt: skip
    assert told["dropped_parts"] == {"which_of_these_will_you_do": ["share_staff"]}
    survey = barometer.open(project)
    asked = survey.questionnaire
    likely = asked.question("how_likely_are_you_to_stay")
    assert (likely.wording("2026-spring"), likely.wording("2026-autumn")) == (
        "How likely are you to stay?", "How likely are you to stay with us next year?"
    )  # fmt: skip
    assert asked.comparable(likely.id, "2026-spring", "2026-autumn", survey.waves) == "the wording differs"
    assert asked.question("do_you_work_from_home").waves == ("2026-spring",)
    plans = asked.question("which_of_these_will_you_do")
    assert plans.part_asked_in("close", "2026-autumn")
    assert not plans.part_asked_in("close", "2026-spring")
    assert not plans.part_asked_in("share_staff", "2026-autumn")
    web = asked.question("how_satisfied_are_you_with_us").item("the_web_site")
    assert web is not None
    assert web.aliases == ("The website",), "a label that is spelt a little otherwise is the same"
    assert survey.settings.breaks["what_is_your_role"].levels["deputy"] == "Deputy"
    for wave in survey.waves:
        assert survey.wave(wave).check.counts["quarantined"] == 0
        assert len(survey.wave(wave).findings) > 10
    sentence = survey.wave().finding("how_likely_are_you_to_stay.likely").sentence()
    assert "stay with us next year" in sentence, "a question is quoted in the words of its wave"


def test_comments_and_layout_of_what_people_wrote_stay(cli: CLI, project: Path, tmp_path: Path):
    path = project / "data/questionnaire.toml"
    text = path.read_text(encoding="utf-8").replace("[[questions]]", "# Agreed with the board in May.\n[[questions]]", 1)
    text = text.replace('{ code = "yes", label = "Yes" },', '{ code = "yes",   label = "Yes" },   # at least one day a week')
    path.write_text(text, encoding="utf-8")
    project_text = (project / "barometer.toml").read_text(encoding="utf-8")
    assert cli("add-wave", export(tmp_path / "autumn.csv", SPRING, 10), "--project", project).code == 0
    after = path.read_text(encoding="utf-8")
    gone = [line for line in text.splitlines() if line not in after.splitlines()]
    assert set(gone) == {'waves = ["2026-spring"]'}
    assert [
        line for line in project_text.splitlines() if line not in (project / "barometer.toml").read_text(encoding="utf-8").splitlines()
    ] == [next(line for line in project_text.splitlines() if line.startswith("waves"))]


def test_a_dry_run_shows_the_differences_and_changes_nothing(cli: CLI, project: Path, tmp_path: Path):
    before = everything(project)
    said = cli("add-wave", export(tmp_path / "autumn.csv", SPRING, 10), "--project", project, "--dry-run")
    assert said.code == 0
    assert '+waves = ["2026-spring", "2026-autumn"]' in said.out
    assert "Nothing was written." in said.out
    assert everything(project) == before


def test_another_survey_is_refused(cli: CLI, project: Path, tmp_path: Path):
    before = everything(project)
    other = {"Which colour?": ["Red", "Blue"], "How old are you?": ["20", "40"], "Q4. How likely are you to stay?": LIKELY}
    said = cli("add-wave", export(tmp_path / "other.csv", other, 10), "--project", project)
    assert said.code == 2
    assert "does not look like another wave" in said.err
    assert "barometer init" in said.err
    assert everything(project) == before


def test_a_wave_that_has_data_is_not_overwritten(cli: CLI, project: Path, tmp_path: Path):
    before = everything(project)
    said = cli("add-wave", export(tmp_path / "again.csv", SPRING, 3), "--project", project)
    assert said.code == 2
    assert "has data already" in said.err
    assert everything(project) == before


def test_whatever_goes_wrong_at_the_end_leaves_the_project_as_it_was(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    survey = barometer.open(project)
    addition = planned_wave(survey, export(tmp_path / "autumn.csv", SPRING, 10), WaveWishes(), today=TODAY)
    before = everything(project)

    def fail(*_: Any) -> None:
        raise OSError("the disk went away")

    monkeypatch.setattr("barometer.publishing.publication._put_in_place", fail)
    with pytest.raises(OSError, match="went away"):
        add_wave(survey, addition)
    assert everything(project) == before


def test_an_earlier_wave_takes_its_place_among_the_others(cli: CLI, project: Path, tmp_path: Path):
    said = cli("add-wave", export(tmp_path / "winter.csv", SPRING, 1), "--project", project, "--wave", "2026-winter")
    assert said.code == 0, said.err
    assert barometer.open(project).waves == ("2026-winter", "2026-spring")


def test_a_number_or_a_turned_sense_makes_another_answer(project: Path, tmp_path: Path):
    columns = dict(SPRING)
    columns["Q4. How likely are you to stay?"] = [*LIKELY, "Not very likely"]
    addition = planned_wave(barometer.open(project), export(tmp_path / "autumn.csv", columns, 10), WaveWishes(), today=TODAY)
    likely = next(one for one in addition.again if one.question.id == "how_likely_are_you_to_stay")
    assert likely.answers == ("Not very likely",)
    assert not likely.aliases


def test_the_live_projects_questionnaire_can_be_edited(root: Path):
    text = (root / "data/questionnaire.toml").read_text(encoding="utf-8")
    edited = editing.Questionnaire(text, ["2016-spring"])
    assert edited.text() == text
    edited.ask("contracting", "2017-spring")
    edited.reword("contracting", "2017-spring", 'In "other" words?')
    edited.alias("contracting", "none", "Nothing of the sort")
    question = next(one for one in tomllib.loads(edited.text())["questions"] if one["id"] == "contracting")
    assert question["waves"][-1] == "2017-spring"
    assert question["wordings"]["2017-spring"] == 'In "other" words?'
    assert "Nothing of the sort" in next(option for option in question["options"] if option["code"] == "none")["aliases"]
