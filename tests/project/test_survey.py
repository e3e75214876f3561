from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

import barometer
from barometer.errors import ProjectError, QuestionnaireError, UsageError


def test_a_project_opens_from_any_folder_within(small: Path) -> None:
    for inner in (small, small / "data" / "waves" / "2020", str(small / "reports")):
        assert barometer.open(inner).folder == small


def test_a_project_opens_from_the_working_folder(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small / "analysis")
    assert barometer.open().folder == small


def test_a_folder_outside_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="not a barometer project") as caught:
        barometer.open(tmp_path)
    assert (caught.value.file, caught.value.exit_code) == (str(tmp_path), 2)
    with pytest.raises(ProjectError) as caught:
        barometer.open(tmp_path / "nowhere")
    assert caught.value.got == "no such folder"


def test_waves_with_data_are_listed_oldest_first(small: Path) -> None:
    (small / "data/waves/2019").mkdir()
    shutil.copy(small / "data/waves/2020/wave.toml", small / "data/waves/2019")
    survey = barometer.open(small)
    assert survey.waves == ("2019", "2020")
    assert survey.wave_id() == "2020"
    assert repr(survey) == "Survey('Small barometer', waves: 2019, 2020)"


@pytest.mark.parametrize(
    ("wave", "what", "hint"),
    [
        ("2021", "The wave has no data yet.", None),
        ("202", "There is no such wave.", "Did you mean '2020'?"),
        ("", "There is no such wave.", None),
        ("../2020", "There is no such wave.", "Did you mean '2020'?"),
    ],
)
def test_a_wave_that_cannot_be_had_says_why(small: Path, wave: str, what: str, hint: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        barometer.open(small).wave(wave)
    assert (caught.value.what, caught.value.got, caught.value.hint) == (what, wave, hint)


def test_a_project_without_data_says_so(small: Path) -> None:
    shutil.rmtree(small / "data/waves/2020")
    with pytest.raises(ProjectError, match="no wave with data") as caught:
        barometer.open(small).wave()
    assert caught.value.file == str(small / "data" / "waves")


def test_a_folder_of_a_wave_must_be_named_in_the_project(small: Path) -> None:
    (small / "data/waves/2020").rename(small / "data/waves/20020")
    with pytest.raises(ProjectError, match="does not name") as caught:
        barometer.open(small).wave()
    assert caught.value.got == "20020"
    assert "waves" in str(caught.value.hint)


def test_the_questionnaire_names_only_waves_of_the_project(small: Path) -> None:
    path = small / "data/questionnaire.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('waves = ["2019"]', 'waves = ["2091"]'), encoding="utf-8")
    with pytest.raises(QuestionnaireError) as caught:
        barometer.open(small).questionnaire  # noqa: B018
    assert (caught.value.got, caught.value.file) == ("2091", str(path))


def test_the_population_has_the_size_of_the_frame_or_the_one_that_is_given(small: Path, project: Path) -> None:
    assert barometer.open(small).population_size == 80
    assert barometer.open(small).frame is None
    assert barometer.open(project).population_size == 418


def test_the_same_inputs_give_the_same_wave_and_others_another(small: Path) -> None:
    survey = barometer.open(small)
    wave = survey.wave()
    assert survey.wave("2020") is wave
    assert barometer.open(small / "data").wave() is wave
    path = small / "data/waves/2020/responses.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("r00,left", "r00,right"), encoding="utf-8")
    changed = barometer.open(small).wave()
    assert changed is not wave
    sides = {row["option"]: row["count"] for row in changed.tabulate("side") if row["statistic"] == "share"}
    assert sides == {"left": 11, "right": 9}


def test_the_inputs_of_a_wave_are_every_file_that_its_figures_depend_on(small: Path) -> None:
    inputs = barometer.open(small).wave().inputs
    assert list(inputs) == [
        "analysis/club.py",
        "analysis/plan.toml",
        "barometer.toml",
        "data/questionnaire.toml",
        "data/waves/2020/responses.csv",
        "data/waves/2020/wave.toml",
        "validation/rules.toml",
    ]
    for name, digest in inputs.items():
        assert digest == hashlib.sha256((small / name).read_bytes()).hexdigest()


def test_the_frame_is_an_input_where_there_is_one(project: Path) -> None:
    assert "data/frame.csv" in barometer.open(project).wave().inputs
