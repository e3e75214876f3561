"""Options that several commands share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def project_option(function: F) -> F:
    """`--project FOLDER`."""
    return click.option(
        "--project", "-p", default=".", metavar="FOLDER", help="The folder with barometer.toml, or one within it. [default: here]"
    )(function)


def json_option(function: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")(function)


def wave_argument(function: F) -> F:
    """`[WAVE]`."""
    return click.argument("wave", required=False)(function)


def echo_json(content: Any) -> None:
    """Prints JSON as `diff` and people like it."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=2))
