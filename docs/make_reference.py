"""Writes the reference pages of the guide from the code: the files that people write, and the commands.

    python docs/make_reference.py [--check]

With --check nothing is written and the exit code is 1 if a page is not what the code says.
"""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from barometer.cli.main import COMMANDS, cli
from barometer.coding.codeframe import Codeframe, CodeLabel, Level
from barometer.coding.following import Recommendation
from barometer.coding.quotes import Release
from barometer.intake.headers import ExportSettings
from barometer.project import settings as project
from barometer.questionnaire import model as asked
from barometer.validation import settings as validation

FOLDER = Path(__file__).resolve().parent
MADE = "<!-- Made by docs/make_reference.py: change the code, not this page. -->"

#: Each file that people write, with the models that it holds: the first is the file itself.
FILES: dict[str, tuple[str, list[tuple[str, type[BaseModel]]]]] = {
    "data/questionnaire.toml": (
        "What was asked, over all waves.",
        [
            ("the file", asked.Questionnaire),
            ("`[[themes]]`", asked.Theme),
            ("`[scales.NAME]`", asked.Scale),
            ("`[[questions]]`", asked.Question),
            ("`options`", asked.Option),
            ("`items`", asked.Item),
            ("`nets`", asked.Net),
            ("`shown_if`", asked.Condition),
            ("`breaks_in_series`", asked.SeriesBreak),
        ],
    ),
    "barometer.toml": (
        "The project.",
        [
            ("the file", project.ProjectSettings),
            ("`[population]`", project.Population),
            ("`[population.roles]`", project.Roles),
            ("`[design]`", project.DesignSettings),
            ("`[breaks.NAME]`", project.Break),
            ("`[disclosure]`", project.Disclosure),
        ],
    ),
    "data/waves/WAVE/wave.toml": (
        "One wave.",
        [
            ("the file", project.WaveSettings),
            ("`[fieldwork]`", project.Fieldwork),
            ("`[population]`", project.WavePopulation),
            ("`[export]`", ExportSettings),
        ],
    ),
    "analysis/plan.toml": ("What is computed.", [("the file", project.Plan), ("`[[messages]]`", project.MessagePlan)]),
    "validation/rules.toml": (
        "What must hold beyond what the questionnaire implies; [validation/README.md](../validation/README.md) has the language of rules.",
        [
            ("the file", validation.RulesFile),
            ("`[[rules]]`", validation.TeamRule),
            ("`[[quotas]]`", validation.Quota),
            ("`[[coverage]]`", validation.Coverage),
            ("`[quality]`", validation.Quality),
            ("`[privacy]`", validation.Privacy),
        ],
    ),
    "data/codeframes/QUESTION.toml": (
        "What coders of open answers look for.",
        [("the file", Codeframe), ("`[[codes]]`", CodeLabel), ("`[[elements]]`, `[[valences]]`", Level)],
    ),
    "data/waves/WAVE/quotes.toml": ("Quotes that were released.", [("`[[quotes]]`", Release)]),
    "recommendations.toml": ("What a review recommended.", [("`[[recommendations]]`", Recommendation)]),
}


def main() -> int:
    """Writes or checks; returns the exit code."""
    wanted = {FOLDER / "06-files-reference.md": files_page(), FOLDER / "07-command-reference.md": commands_page()}
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"docs/{path.name} is not what the code says: run python docs/make_reference.py")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


def files_page() -> str:
    """The reference of every file that people write."""
    parts = [MADE, "# 6. Reference: the files that you write", "A key that is not listed is an error, so that a slip is never silent."]
    for name, (about, models) in FILES.items():
        parts += [f"## {name}", about]
        for where, model in models:
            said = first_sentence(model.__doc__ or "")
            parts += [f"### {where[:1].upper()}{where[1:]}", said] if where != "the file" else []
            parts.append(table(model))
    return "\n\n".join(parts) + "\n"


def first_sentence(doc: str) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(doc.strip().split("\n\n")[0].split())


def table(model: type[BaseModel]) -> str:
    """A row for each key: what it may hold, what it is when left out, and what it means.

    Raises:
        ValueError: If a key has no description.
    """
    rows = ["| key | value | left out | meaning |", "| --- | ----- | -------- | ------- |"]
    for name, field in model.model_fields.items():
        if not field.description:
            raise ValueError(f"{model.__name__}.{name} has no description")
        rows.append(f"| `{name}` | {kind(field.annotation)} | {default(field)} | {field.description.replace('|', chr(92) + '|')} |")
    return "\n".join(rows)


def kind(annotation: Any) -> str:
    """What a key may hold, in words.

    Example:
        >>> kind(tuple[str, ...] | None), kind(bool), kind(dict[str, str])
        ('list of text', 'true or false', 'table of text')
    """
    origin = get_origin(annotation)
    if origin is Annotated:
        return kind(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(kind(one) for one in get_args(annotation) if one is not type(None)))
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in get_args(annotation))
    if origin in (tuple, list):
        held = kind(get_args(annotation)[0])
        return f"list of {held}s" if held == "table" else f"list of {held}"
    if origin in (dict,):
        held = kind(get_args(annotation)[1])
        return f"table of {held}s" if held == "table" else f"table of {held}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return names.get(annotation, getattr(annotation, "__name__", str(annotation)))


def default(field: Any) -> str:
    """What a key is when it is left out."""
    if field.is_required():
        return "**required**"
    value = field.default if field.default is not PydanticUndefined else None
    if value is None or value in ((), "") or isinstance(value, BaseModel):
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{value}`"


def commands_page() -> str:
    """The reference of every command: its help as the terminal shows it at 100 columns."""
    parts = [MADE, "# 7. Reference: the commands", code(help_of(cli, "barometer"))]
    group = click.Context(cli, info_name="barometer")
    for name in COMMANDS:
        command = cli.get_command(group, name)
        assert command is not None
        parts += [f"## barometer {name}", code(help_of(command, f"barometer {name}"))]
    return "\n\n".join(parts) + "\n"


def help_of(command: click.Command, name: str) -> str:
    """The help of a command."""
    with click.Context(command, info_name=name, terminal_width=100, max_content_width=100) as context:
        return command.get_help(context)


def code(text: str) -> str:
    """A block that is shown as it is, without blanks at the ends of lines."""
    return "```text\n" + "\n".join(lines(text)) + "\n```"


def lines(text: str) -> Iterator[str]:
    """The lines of a help text."""
    yield from (re.sub(r"\s+$", "", line) for line in text.strip().splitlines())


if __name__ == "__main__":
    sys.exit(main())
