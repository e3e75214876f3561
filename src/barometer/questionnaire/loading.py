"""Reads `questionnaire.toml`. Errors name the file, the line or key, what was expected and what was found."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from barometer.errors import ProjectError, QuestionnaireError, did_you_mean
from barometer.questionnaire.checks import problems
from barometer.questionnaire.model import Questionnaire
from barometer.questionnaire.places import line_of

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


def read_toml(path: str | Path, error: type[ProjectError] = ProjectError) -> dict[str, Any]:
    """The tables of a TOML file; what is wrong with it is said with its line.

    Raises:
        ProjectError: If the file is missing, is not UTF-8 or is not TOML; of the class `error`.
    """
    path = Path(path)
    if path.is_dir():
        raise error("The path is a folder.", file=path, expected="a TOML file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise error("The file is missing.", file=path, expected="a TOML file") from None
    except PermissionError:
        raise error("The file may not be read.", file=path, hint="Check the file's permissions.") from None
    except OSError as problem:
        raise error("The file cannot be read.", file=path, got=problem.strerror) from None
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise error("The file is not UTF-8.", file=path, where=f"line {line}", hint="Save it as UTF-8.") from None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        # Besides its own error the parser lets through those of overlong numbers and of brackets nested too deep.
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

    Args:
        tables: The tables, as `read_toml` gives them.
        file: The file that errors name; where it exists, they give its lines.

    Raises:
        QuestionnaireError: As for `load`.

    Example:
        >>> parse({"title": "T", "themes": [{"id": "a", "title": "A"}],
        ...        "questions": [{"id": "why", "kind": "text", "theme": "a", "text": "Why?", "short": "Why"}]}).question("why").text
        'Why?'
    """
    questionnaire = validated(Questionnaire, _with_scales(tables, file), file=Path(file), error=QuestionnaireError)
    found = problems(questionnaire)
    if found:
        text = _text_of(file)
        lines = [_line(text, problem.path) for problem in found]
        said = [f"{line}, {problem}" if line else str(problem) for line, problem in zip(lines, found, strict=True)]
        raise QuestionnaireError(
            f"The questionnaire contradicts itself ({_counted(len(found))}).",
            file=file,
            where=lines[0] or (f"question '{found[0].question}'" if found[0].question else None),
            got=_listed(said),
        )
    return questionnaire


def validated(model: type[M], tables: dict[str, Any], *, file: Path, error: type[ProjectError] = ProjectError) -> M:
    """The tables as a model; everything that does not fit is gathered into one error.

    Raises:
        ProjectError: If a key is unknown, missing or of the wrong type; of the class `error`.
    """
    try:
        return model.model_validate(tables)
    except ValidationError as problem:
        found: list[dict[str, Any]] = [dict(one) for one in problem.errors(include_url=False)]
    # A list whose entries do not fit also counts as too short, which says nothing new.
    deeper = [one["loc"] for one in found]
    found = [
        one
        for one in found
        if one["type"] != "too_short" or not any(loc != one["loc"] and loc[: len(one["loc"])] == one["loc"] for loc in deeper)
    ]
    text = _text_of(file)
    hints = list(dict.fromkeys(hint for one in found if (hint := _hint(model, one))))
    if len(found) == 1:
        raise error(
            _sentence(found[0]["type"]),
            file=file,
            where=_place(tables, found[0]["loc"], text),
            expected=_expected(found[0]),
            got=_got(found[0]),
            hint=" ".join(hints) or None,
        )
    said = []
    for one in found:
        expected = _expected(one)
        said.append(f"{_place(tables, one['loc'], text)}: {_sentence(one['type'])}" + (f" Expected: {expected}." if expected else ""))
    raise error(
        f"The file has {_counted(len(found))}.",
        file=file,
        where=_place(tables, found[0]["loc"], text),
        got=_listed(said),
        hint=" ".join(hints[:3]) or None,
    )


def _with_scales(tables: dict[str, Any], file: str | Path) -> dict[str, Any]:
    scales = tables.get("scales", {})
    questions = tables.get("questions")
    if not isinstance(questions, list) or not isinstance(scales, dict):
        return tables
    filled = []
    for place, question in enumerate(questions):
        name = question.get("scale") if isinstance(question, dict) else None
        if not isinstance(name, str):
            filled.append(question)
            continue
        if name not in scales:
            raise QuestionnaireError(
                "The question names a scale that the questionnaire does not have.",
                file=file,
                where=_place(tables, ("questions", place, "scale"), _text_of(file)),
                expected="one of " + ", ".join(scales) if scales else "a table [scales.NAME]",
                got=f"'{name}'",
                hint=did_you_mean(name, scales),
            )
        scale = scales[name]
        if isinstance(scale, dict):
            question = {key: scale[key] for key in ("options", "nets") if key in scale} | question
        filled.append(question)
    return {**tables, "questions": filled}


def _counted(number: int) -> str:
    return f"{number} {'problem' if number == 1 else 'problems'}"


def _listed(said: list[str]) -> str:
    more = len(said) - _SHOWN_AT_MOST
    return "\n       ".join(said[:_SHOWN_AT_MOST] + ([f"and {more} more"] if more > 0 else []))


def _sentence(kind: str) -> str:
    if kind == "missing":
        return "A key is missing."
    if kind == "extra_forbidden":
        return "A key is unknown."
    return "A value does not fit."


def _expected(problem: dict[str, Any]) -> str | None:
    if problem["type"] == "missing":
        return f"a value for '{problem['loc'][-1]}'"
    if problem["type"] == "extra_forbidden":
        return None
    if problem["type"] == "string_pattern_mismatch" and problem["ctx"]["pattern"].startswith("^[a-z0-9]"):
        return "lower-case letters, digits and underscores, such as 'alliance_contract'"
    said = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return said.replace("valid tuple", "list").replace("valid dictionary", "table").replace("valid string", "text within quotation marks")


def _got(problem: dict[str, Any]) -> str | None:
    if problem["type"] == "missing":
        return "nothing"
    if problem["type"] == "extra_forbidden":
        return f"'{problem['loc'][-1]}'"
    if problem["type"] == "value_error":
        return None
    said = repr(problem["input"])
    return said if len(said) <= 100 else said[:99] + "…"


def _hint(model: type[BaseModel], problem: dict[str, Any]) -> str | None:
    if problem["type"] != "extra_forbidden":
        return None
    return did_you_mean(str(problem["loc"][-1]), _known_keys(model, problem["loc"][:-1]))


def _known_keys(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """The keys that the model knows at a path such as ('questions', 3, 'options', 0) or ('scales', 'quality')."""
    known: Any = model
    for step in path:
        if isinstance(step, int):
            continue
        if isinstance(known, type) and issubclass(known, BaseModel):
            field = known.model_fields.get(step)
            known = field.annotation if field is not None else None
        elif get_origin(known) is dict:
            known = get_args(known)[1]
        known = _unwrapped(known, keep_dict=True)
    known = _unwrapped(known, keep_dict=False)
    return list(known.model_fields) if known is not None else []


def _unwrapped(annotation: Any, *, keep_dict: bool) -> Any:
    """The model (or table of models) within tuples, optionals and annotations, or None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if keep_dict and get_origin(annotation) is dict:
        return annotation
    return next((found for part in get_args(annotation) if (found := _unwrapped(part, keep_dict=keep_dict)) is not None), None)


def _place(tables: dict[str, Any], path: tuple[Any, ...], text: str | None) -> str | None:
    """A path in words: "question 'contracting' → option 'acs' → code (line 40)"."""
    words: list[str] = []
    at: Any = tables
    for step in path:
        inner = at[step] if isinstance(at, (list, dict)) and _has(at, step) else None
        if isinstance(step, int):
            name = inner.get("id") or inner.get("code") if isinstance(inner, dict) else None
            kind = words.pop() if words else "entry"
            words.append(f"{kind.removesuffix('s')} '{name}'" if name else f"{kind.removesuffix('s')} {step + 1}")
        else:
            words.append(str(step))
        at = inner
    line = _line(text, path)
    if not words:
        return line
    return " → ".join(words) + (f" ({line})" if line else "")


def _has(at: list[Any] | dict[str, Any], step: Any) -> bool:
    return step in at if isinstance(at, dict) else isinstance(step, int) and step < len(at)


def _text_of(file: str | Path) -> str | None:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def _line(text: str | None, path: tuple[Any, ...]) -> str | None:
    number = line_of(text, path) if text is not None else None
    return None if number is None else f"line {number}"
