"""What editors write down in a project: overrides, expectations and published figures, and what becomes of a mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import barometer
from barometer.errors import ProjectError, UsageError

SAID = "Three-quarters of the 20 members who answered expected to stay."
OVERRIDE = f'["2020/plans.stay"]\nhsj = "{SAID}"\nby = "A. Editor"\nwhy = "Length"\n'
PUBLISHED = """\
title = "June 2019"
population = 80
source = "The club's newsletter"

[[figures]]
id = "plans.stay"
text = "What will you do?"
count = 5
base = 25
"""


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_an_override_is_printed_and_is_an_input(small: Path) -> None:
    before = barometer.open(small).wave()
    assert before.finding("plans.stay").edited is None
    write(small, "analysis/overrides.toml", OVERRIDE)
    wave = barometer.open(small).wave()
    assert wave.finding("plans.stay").sentence() == f"{SAID} [edited]"
    assert "analysis/overrides.toml" in wave.inputs
    assert "analysis/overrides.toml" not in before.inputs
    entry = json.loads(wave.finding("plans.stay").model_dump_json())
    assert entry["edited"] == {"by": "A. Editor", "why": "Length", "original": {"hsj": before.finding("plans.stay").sentence()}}


def test_an_override_that_contradicts_its_figure_stops_the_run(small: Path, cli: Callable) -> None:
    write(small, "analysis/overrides.toml", OVERRIDE.replace("Three-quarters", "Four in five"))
    said = cli("run", "--to", "html", "--renderer", "embedded", "--quiet", "--project", small)
    assert (said.code, said.out) == (2, "")
    for words in ("does not license", "analysis/overrides.toml", "2020/plans.stay", "4 in 5", "75 per cent (15 of 20)"):
        assert words in said.err
    assert not (small / "build" / "2020").exists()


def test_a_figure_that_is_rounded_is_overridden_as_it_is_published(small: Path) -> None:
    with (small / "barometer.toml").open("a", encoding="utf-8") as file:
        file.write("rounding = 4\n")
    assert barometer.open(small).wave().finding("plans.stay").figure.endswith("(16 of 20)")
    write(small, "analysis/overrides.toml", OVERRIDE)
    with pytest.raises(ProjectError, match="does not license"):
        _ = barometer.open(small).wave().findings


def test_expectations_of_the_plan_count(small: Path) -> None:
    with (small / "analysis/plan.toml").open("a", encoding="utf-8") as file:
        file.write('[expectations]\n"plans.stay" = { percent = 20, source = "the vote of 2019" }\n')
    scoring = barometer.open(small).wave().finding("plans.stay").scoring
    assert scoring is not None
    assert (scoring.expected, scoring.expected_from) == (0.2, "the vote of 2019")


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ('"plans.stya" = { percent = 20, source = "x" }', UsageError, "Did you mean 'plans.stay'"),
        ('"plans.stay" = { percent = 120, source = "x" }', ProjectError, "less than or equal to 100"),
        ('"plans.stay" = { percent = 20 }', ProjectError, "a value for 'source'"),
    ],
)
def test_a_wrong_expectation_is_named(small: Path, line: str, error: type[Exception], words: str) -> None:
    with (small / "analysis/plan.toml").open("a", encoding="utf-8") as file:
        file.write(f"[expectations]\n{line}\n")
    with pytest.raises(error) as caught:
        _ = barometer.open(small).wave().findings
    assert words in str(caught.value)


def test_published_figures_of_an_older_wave_are_compared_with(small: Path) -> None:
    write(small, "data/published/2019.toml", PUBLISHED)
    wave = barometer.open(small).wave()
    before = wave.finding("plans.stay").comparison
    assert before is not None
    assert (before.wave_title, before.word, before.points) == ("June 2019", "rise", 55)
    assert "data/published/2019.toml" in wave.inputs


def test_a_wave_with_answers_has_no_published_figures(small: Path) -> None:
    write(small, "data/published/2020.toml", PUBLISHED)
    with pytest.raises(ProjectError, match="both answers and published figures"):
        _ = barometer.open(small).wave().findings
