"""Values of options: days and ids of waves."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    _DayType = click.ParamType[date]
    _TextType = click.ParamType[str]
else:
    # Older versions of click have no types of values.
    _DayType = _TextType = click.ParamType

_WAVE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")


class Day(_DayType):
    """A day as it stands in TOML: 2026-03-20."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a complaint that says what was expected."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is no day; expected one such as 2026-03-20.", param, ctx)


class WaveName(_TextType):
    """The id of a wave: it names a folder and stands in every permalink."""

    name = "ID"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id, or a complaint."""
        if not _WAVE.match(str(value)):
            self.fail(f"'{value}' is no id of a wave; expected letters, digits, '.', '_' and '-', such as 2026-spring.", param, ctx)
        return str(value)


DAY = Day()
WAVE = WaveName()
