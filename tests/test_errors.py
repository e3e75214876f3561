"""Errors: their parts, their exit codes, and their way from one process to another."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from barometer import errors

KINDS = {
    errors.UsageError: 2,
    errors.ProjectError: 2,
    errors.QuestionnaireError: 2,
    errors.IntakeError: 2,
    errors.DesignError: 2,
    errors.GateError: 1,
    errors.EvaluationError: 3,
    errors.RenderError: 3,
}
PARTS = {"file": "a.toml", "where": "line 3", "expected": "a wave", "got": "a wve", "hint": "Did you mean 'wave'?"}


@pytest.mark.parametrize(("kind", "code"), KINDS.items())
def test_every_error_is_one_of_ours_and_has_its_exit_code(kind: type[errors.BarometerError], code: int) -> None:
    assert issubclass(kind, errors.BarometerError)
    assert kind.exit_code == code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left_out", [None, *PARTS])
def test_all_parts_travel(kind: type[errors.BarometerError], left_out: str | None) -> None:
    parts = {name: text for name, text in PARTS.items() if name != left_out}
    sent = kind("It is wrong.", **parts)
    came = pickle.loads(pickle.dumps(sent))
    assert type(came) is kind
    assert (came.what, came.parts(), str(came)) == ("It is wrong.", parts, str(sent))


def test_parts_are_printed_in_order_and_empty_ones_left_out() -> None:
    problem = errors.ProjectError("It is wrong.", hint="Mend it.", got="", file=Path("a") / "b.toml")
    assert problem.parts() == {"file": str(Path("a") / "b.toml"), "hint": "Mend it."}
    assert str(problem).splitlines()[1:] == [f"  file: {Path('a') / 'b.toml'}", "  hint: Mend it."]


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("regoin", "Did you mean 'region'?"),
        ("REGION", "Did you mean 'region'?"),
        ("zzz", None),
        ("rolle", "Did you mean 'roll' or 'role'?"),
    ],
)
def test_near_words_are_named(wrong: str, hint: str | None) -> None:
    assert errors.did_you_mean(wrong, ["region", "role", "roll", "rating"]) == hint
