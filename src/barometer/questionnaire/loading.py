"""Reads `questionnaire.toml`. Errors name the file, the line or key, what was expected and what was found."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from barometer.errors import ProjectError, QuestionnaireError, did_you_mean
from barometer.questionnaire.checks import problems
from barometer.questionnaire.model import Questionnaire

_SHOWN_AT_MOST = 12

M = TypeVar("M", bound=BaseModel)


def load(path: str | Path) -> Questionnaire:
    """The questionnaire in a TOML file.

    Args:
        path: The file.

    Returns:
        The questionnaire; questions that name a shared scale carry its options and nets.

    Raises:
        QuestionnaireError: If the file is missing, is not TOML, has an unknown or missing key, or contradicts itself. All
            contradictions are gathered into one error.
    """
    path = Path(path)
    return parse(read_toml(path, QuestionnaireError), file=path)


def read_toml(path: Path, error: type[ProjectError] = ProjectError) -> dict[str, Any]:
    """The tables of a TOML file; what is wrong with it is said with its line.

    Raises:
        ProjectError: If the file is missing, is not UTF-8 or is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise error("The file is missing.", file=path, expected="a TOML file") from None
    except IsADirectoryError:
        raise error("The path is a folder.", file=path, expected="a TOML file") from None
    except PermissionError:
        raise error("The file may not be read.", file=path, hint="Check the file's permissions.") from None
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise error("The file is not UTF-8.", file=path, where=f"line {line}", hint="Save it as UTF-8.") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        what, _, place = str(problem).partition(" (at ")
        raise error(
            "The file is not valid TOML.",
            file=path,
            where=place.rstrip(")") or None,
            got=what,
            hint="Look for a missing quotation mark, bracket or equals sign.",
        ) from None


def parse(tables: dict[str, Any], *, file: str | Path = "questionnaire.toml") -> Questionnaire:
    """The questionnaire in the tables of a TOML file.

    Raises:
        QuestionnaireError: As for `load`.
    """
    questionnaire = validated(Questionnaire, _with_scales(tables, file), file=Path(file), error=QuestionnaireError)
    found = problems(questionnaire)
    if found:
        lines = [str(problem) for problem in found]
        raise QuestionnaireError(
            f"The questionnaire contradicts itself ({len(found)} {'problem' if len(found) == 1 else 'problems'}).",
            file=file,
            where=_line_of(Path(file), found[0].question),
            got="\n       ".join(lines[:_SHOWN_AT_MOST] + ([f"and {len(lines) - _SHOWN_AT_MOST} more"] * (len(lines) > _SHOWN_AT_MOST))),
        )
    return questionnaire


def validated(model: type[M], tables: dict[str, Any], *, file: Path, error: type[ProjectError] = ProjectError) -> M:
    """The tables as a model; everything that does not fit is gathered into one error.

    Raises:
        ProjectError: If a key is unknown, missing or of the wrong type.
    """
    try:
        return model.model_validate(tables)
    except ValidationError as problem:
        first, *rest = problem.errors(include_url=False)
        raise error(
            _sentence(first["type"]),
            file=file,
            where=_place(tables, first["loc"], file),
            expected=_expected(dict(first)),
            got=_got(dict(first)),
            hint=_hint(model, dict(first), len(rest)),
        ) from None


def _with_scales(tables: dict[str, Any], file: str | Path) -> dict[str, Any]:
    scales = tables.get("scales", {})
    questions = tables.get("questions")
    if not isinstance(questions, list) or not isinstance(scales, dict):
        return tables
    filled = []
    for question in questions:
        name = question.get("scale") if isinstance(question, dict) else None
        if name is None:
            filled.append(question)
            continue
        if name not in scales:
            raise QuestionnaireError(
                "The question names a scale that the questionnaire does not have.",
                file=file,
                where=f"question '{question.get('id')}', key 'scale'",
                expected="one of " + ", ".join(scales) if scales else "a table [scales.NAME]",
                got=str(name),
                hint=did_you_mean(str(name), scales),
            )
        scale = scales[name]
        own = {key: question[key] for key in ("options", "nets") if key in question}
        filled.append({**question, "options": scale.get("options", []), "nets": scale.get("nets", []), **own})
    return {**tables, "questions": filled}


def _sentence(kind: str) -> str:
    if kind == "missing":
        return "A key is missing."
    if kind == "extra_forbidden":
        return "A key is unknown."
    return "A value does not fit."


def _expected(problem: dict[str, Any]) -> str | None:
    key = str(problem["loc"][-1])
    if problem["type"] == "missing":
        return f"a value for '{key}'"
    if problem["type"] == "extra_forbidden":
        return None
    if problem["type"] == "string_pattern_mismatch":
        return "lower-case letters, digits and underscores, such as 'alliance_contract'"
    return str(problem["msg"])


def _got(problem: dict[str, Any]) -> str:
    if problem["type"] == "missing":
        return "nothing"
    if problem["type"] == "extra_forbidden":
        return f"'{problem['loc'][-1]}'"
    return repr(problem["input"])


def _hint(model: type[BaseModel], problem: dict[str, Any], more: int) -> str | None:
    hints = []
    if problem["type"] == "extra_forbidden":
        near = did_you_mean(str(problem["loc"][-1]), _known_keys(model, problem["loc"][:-1]))
        if near:
            hints.append(near)
    if more:
        hints.append(f"The file has {more} more {'problem' if more == 1 else 'problems'} of this sort.")
    return " ".join(hints) or None


def _known_keys(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """The keys that the model knows at a path such as ('questions', 3, 'options', 0)."""
    known: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, int) or known is None:
            continue
        field = known.model_fields.get(str(step))
        known = _model_within(field.annotation) if field is not None else known
    return list(known.model_fields) if known is not None else []


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_within(part)
        if found is not None:
            return found
    return None


def _place(tables: dict[str, Any], path: tuple[Any, ...], file: Path) -> str:
    """A path in words: "question 'contracting' (line 40) → options 2 → code"."""
    words: list[str] = []
    at: Any = tables
    line = None
    for step in path:
        inner = at[step] if isinstance(at, (list, dict)) and _has(at, step) else None
        if isinstance(step, int):
            name = inner.get("id") or inner.get("code") if isinstance(inner, dict) else None
            kind = words.pop() if words else "entry"
            words.append(f"{kind.removesuffix('s')} '{name}'" if name else f"{kind.removesuffix('s')} {step + 1}")
            line = line or _line_of(file, name)
        else:
            words.append(str(step))
        at = inner
    return " → ".join(words) + (f" ({line})" if line else "")


def _has(at: list[Any] | dict[str, Any], step: Any) -> bool:
    return step in at if isinstance(at, dict) else isinstance(step, int) and step < len(at)


def _line_of(file: Path, id: str | None) -> str | None:
    if id is None or not file.is_file():
        return None
    pattern = re.compile(rf"""\b(id|code)\s*=\s*["']{re.escape(id)}["']""")
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if pattern.search(line):
            return f"line {number}"
    return None
