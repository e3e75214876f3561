"""Errors that a survey team can act on: what went wrong, where, what was expected, what was found, and what to do.

Every error that the toolkit raises on purpose is a `BarometerError`. The command line prints its parts without a traceback and
leaves with `exit_code`, which is documented in the README:

| code | meaning |
| ---- | ------- |
| 0 | done |
| 1 | the gate failed: the data are not fit to publish |
| 2 | wrong usage, or a project file that is broken or missing |
| 3 | something could not be evaluated: a rule, a report cell, a renderer |
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class BarometerError(Exception):
    """The base of all errors that the toolkit raises on purpose.

    Args:
        what: One sentence that says what is wrong.
        file: The file at fault, if there is one.
        where: The place in it: a line, a column, a question, a key.
        expected: What would have been right.
        got: What was found instead. Never an answer from free text.
        hint: What to do about it.

    Example:
        >>> print(BarometerError("The wave is unknown.", where="wave '2016-sprng'", hint="Did you mean '2016-spring'?"))
        The wave is unknown.
          where: wave '2016-sprng'
          hint: Did you mean '2016-spring'?
    """

    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        file: str | Path | None = None,
        where: str | None = None,
        expected: str | None = None,
        got: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.what = what
        self.file = None if file is None else str(file)
        self.where = where
        self.expected = expected
        self.got = got
        self.hint = hint
        super().__init__(str(self))

    def parts(self) -> dict[str, str]:
        """The named parts that are present, in the order in which they are printed."""
        named = {"file": self.file, "where": self.where, "expected": self.expected, "got": self.got, "hint": self.hint}
        return {name: text for name, text in named.items() if text}

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross from a worker process with all their parts; the message alone would lose them.
        return _rebuilt, (type(self), self.what, self.parts())

    def __str__(self) -> str:
        return "\n".join([self.what, *(f"  {name}: {text}" for name, text in self.parts().items())])


def _rebuilt(kind: type[BarometerError], what: str, parts: dict[str, str]) -> BarometerError:
    return kind(
        what, file=parts.get("file"), where=parts.get("where"), expected=parts.get("expected"), got=parts.get("got"), hint=parts.get("hint")
    )


class UsageError(BarometerError):
    """A command or a call asks for something that does not exist: an unknown wave, question, finding or format (exit 2)."""


class ProjectError(BarometerError):
    """A file of the project is missing, broken or contradicts another one (exit 2)."""


class QuestionnaireError(ProjectError):
    """The questionnaire is broken or contradictory (exit 2)."""


class IntakeError(ProjectError):
    """An export cannot be read, or does not fit the questionnaire (exit 2)."""


class DesignError(BarometerError):
    """A sampling design, a weight or a request for an estimate is impossible (exit 2)."""


class GateError(BarometerError):
    """The data are not fit to publish (exit 1)."""

    exit_code = 1


class EvaluationError(BarometerError):
    """A rule, a model or a check could not be evaluated, so nothing is certified (exit 3)."""

    exit_code = 3


class RenderError(EvaluationError):
    """A report could not be rendered: a failing cell, a feature outside the subset, a renderer that is not there (exit 3)."""


def did_you_mean(wrong: str, known: Iterable[str]) -> str | None:
    """A hint that names the nearest known words, or None when nothing is near.

    Example:
        >>> did_you_mean("regoin", ["region", "role"])
        "Did you mean 'region'?"
    """
    import difflib

    by_folded = {word.casefold(): word for word in known}
    near = difflib.get_close_matches(wrong.casefold(), by_folded, n=3, cutoff=0.6)
    if not near:
        return None
    return "Did you mean " + " or ".join(f"'{by_folded[word]}'" for word in near) + "?"
