"""A survey team at work: the export of its platform in an empty folder, then a project, a report, a second wave, and what changed."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import barometer
from barometer.intake import ExportSettings, read_export, typed, write_sav, write_triple_s
from barometer.project.run import run
from barometer.project.starting.adding import WaveWishes, planned_wave
from barometer.project.starting.joining import add_wave
from barometer.project.starting.scaffolding import Plan, Wishes, init, planned
from barometer.questionnaire import parse

TODAY = date(2026, 11, 22)
WISHES = Wishes(people="leaders", population_size=200, published=date(2016, 5, 1))
REAL = Path(os.environ.get("BAROMETER_REAL_EXPORTS") or Path(__file__).parents[2].parent / "shared" / "real-exports")
ALL = ["single", "multiple", "single", "battery", "numeric", "ranking", "allocation", "text"]
Writer = Callable[[ModuleType, Path, list[Any]], Path]


def _platforms() -> ModuleType:
    # Test folders are no packages: the exports that the tests of intake write are loaded by their path.
    name, path = "_platform_exports", Path(__file__).parents[1] / "intake" / "platforms" / "exports.py"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def exports() -> ModuleType:
    return _platforms()


def _typed(exports: ModuleType, folder: Path, answers: list[Any]) -> Any:
    source = exports.surveymonkey(folder / "typed.csv", answers)
    return typed(read_export(source, parse(exports.TABLES), "w1", ExportSettings(format="surveymonkey")))


def sav(exports: ModuleType, path: Path, answers: list[Any]) -> Path:
    write_sav(_typed(exports, path.parent, answers), path)
    return path


def triple_s(exports: ModuleType, path: Path, answers: list[Any]) -> Path:
    write_triple_s(_typed(exports, path.parent, answers), path)
    return path


#: Each platform: the name of its file, how it is written, and the kinds that are drafted from it.
PLATFORMS: dict[str, tuple[str, Writer, list[str]]] = {
    "qualtrics": ("q.csv", lambda exports, path, answers: exports.qualtrics(path, answers), ALL),
    "qualtrics, joined": ("q.csv", lambda exports, path, answers: exports.qualtrics(path, answers, joined=True), ALL),
    "qualtrics, numbers": ("q.csv", lambda exports, path, answers: exports.qualtrics(path, answers, numeric=True), ALL),
    "surveymonkey": ("s.csv", lambda exports, path, answers: exports.surveymonkey(path, answers), ALL),
    "surveymonkey, condensed": (
        "s.csv",
        lambda exports, path, answers: exports.surveymonkey_condensed(path, answers),
        ["single", "multiple", "text"],
    ),
    "forms": (
        "f.xlsx",
        lambda exports, path, answers: exports.forms(path, answers),
        # The statements of a Likert question stand alone in its columns.
        ["single", "multiple", "single", "scale", "scale", "numeric", "ranking", "allocation", "text"],
    ),
    "limesurvey": ("l.csv", lambda exports, path, answers: exports.limesurvey(path, answers, heading="full"), ALL),
    "limesurvey, both": ("l.csv", lambda exports, path, answers: exports.limesurvey(path, answers, heading="both"), ALL),
    "kobo": (
        "k.csv",
        lambda exports, path, answers: exports.kobo(path, answers),
        ["single", "multiple", "text", "single", "scale", "scale", "numeric", "single", "numeric", "numeric", "text"],
    ),
    "spss": ("s.sav", sav, ALL),
    "triple-s": ("t.xml", triple_s, ALL),
}


def begun(exports: ModuleType, folder: Path, platform: str) -> tuple[Path, Plan]:
    name, write, _ = PLATFORMS[platform]
    folder.mkdir(exist_ok=True)
    plan = planned(write(exports, folder / name, exports.synthetic_answers(48)), WISHES, today=TODAY)
    made = init(folder / "project", plan)
    assert made.counts == {"read": 48, "accepted": 48, "quarantined": 0}
    assert made.trouble is None
    return made.folder, plan


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platforms_export_becomes_a_project_with_findings(exports: ModuleType, tmp_path: Path, platform: str):
    folder, plan = begun(exports, tmp_path, platform)
    assert plan.draft is not None
    kinds = [one.question.kind for one in plan.draft.questions]
    assert kinds == PLATFORMS[platform][2]
    wave = barometer.open(folder).wave()
    assert len(wave.headlines()) == 3
    for finding in wave.findings:
        sentence = finding.sentence()
        assert "{" not in sentence
        assert sentence.endswith(".")
    # The answers are those that were given, whatever the platform made of them.
    answers = exports.synthetic_answers(48)
    coded = {option.label: option.code for option in plan.draft.questions[0].question.options}
    role = plan.draft.questions[0].question
    labels = {code: label for label, code in coded.items()}
    given = wave.responses.frame[role.id].to_list()
    if set(exports.ROLES.values()) == set(coded):
        assert [labels.get(code) for code in given] == [exports.ROLES.get(one["role"]) for one in answers]
    multiple = next(one.question for one in plan.draft.questions if one.question.kind == "multiple")
    first = wave.responses.frame[f"{multiple.id}.{multiple.options[0].code}"]
    assert first.sum() == sum("acs" in (one["plans"] or ()) for one in answers)


def test_personal_details_do_not_leave_the_export(exports: ModuleType, tmp_path: Path):
    folder, plan = begun(exports, tmp_path, "qualtrics")
    assert {"IPAddress", "RecipientEmail"} <= {variable.name for variable in plan.draft.source.dropped}  # type: ignore[union-attr]
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("responses"):
            text = path.read_bytes()
            assert b"jo@example.org" not in text, path
            assert b"192.0.2.7" not in text, path


def shifted(answers: list[Any], year: str) -> list[Any]:
    """The same people a while later: other times, and the first plan in fewer answers."""
    later = []
    for place, one in enumerate(answers):
        plans = one["plans"] if place % 3 else {"none"} if one["plans"] is not None else None
        moved = {"start": one["start"].replace("2016-03", year), "end": one["end"].replace("2016-03", year)}
        later.append({**one, **moved, "plans": plans, "other": one["other"] if plans and "other" in plans else None})
        if not (plans or set()) & {"acs", "alliance", "other"}:
            later[-1]["lead"] = None
    return later


#: Each takes some seconds: by default two waves of one platform are published; nox -s platforms does it for all.
EVERY = "BAROMETER_EVERY_PLATFORM" in os.environ
PUBLISHED = PLATFORMS if EVERY else ("qualtrics",)


@pytest.mark.slow
@pytest.mark.parametrize("platform", PUBLISHED)
def test_a_report_then_a_second_wave_and_what_changed(exports: ModuleType, tmp_path: Path, platform: str):
    folder, _ = begun(exports, tmp_path, platform)
    name, write, _ = PLATFORMS[platform]
    (tmp_path / "later").mkdir()
    later = write(exports, tmp_path / "later" / name, shifted(exports.synthetic_answers(48), "2016-10"))
    survey = barometer.open(folder)
    addition = planned_wave(survey, later, WaveWishes(published=date(2016, 12, 1)), today=TODAY)
    assert not addition.new
    assert not addition.dropped
    add_wave(survey, addition)

    survey = barometer.open(folder)
    assert survey.waves == ("2016-spring", "2016-autumn")
    wave = survey.wave()
    plans = next(question for question in survey.questionnaire if question.kind == "multiple")
    compared = wave.finding(f"{plans.id}.{plans.options[0].code}").comparison
    assert compared is not None
    assert compared.difference < 0
    publication = run(wave, to=["html"], renderer="embedded")
    report = (publication.folder / "report.html").read_text(encoding="utf-8")
    assert "Spring 2016" in report, "the report says what changed"
    assert "Traceback" not in report
    for page in ("index", "tables", "methodology", "data-quality", "about"):
        assert (publication.folder / f"{page}.html").is_file()


@pytest.mark.skipif(
    not (REAL / "StarWars.csv").is_file(), reason="the real exports are not here; name their folder in BAROMETER_REAL_EXPORTS"
)
@pytest.mark.parametrize(
    ("name", "questions", "finding", "count"),
    [
        ("StarWars.csv", 14, "which_character_shot_first.han", 325),
        ("comma-survey.csv", 12, "gender.female", 548),
    ],
)
def test_real_exports_draft_into_projects_with_their_own_figures(tmp_path: Path, name: str, questions: int, finding: str, count: int):
    plan = planned(REAL / name, Wishes(), today=TODAY)
    made = init(tmp_path / "project", plan)
    assert made.counts["quarantined"] == 0
    assert plan.draft is not None
    assert len(plan.draft.questions) == questions
    wave = barometer.open(tmp_path / "project").wave()
    assert wave.finding(finding).count == count
    assert all(len(headline.sentence()) < 400 for headline in wave.headlines())
