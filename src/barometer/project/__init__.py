"""Project: a folder with `barometer.toml` as objects, and the stations put together.

`open` gives a `Survey`, `Survey.wave` a `Wave`; `run.run` publishes a wave.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from barometer.project.survey import Survey, open
    from barometer.project.wave import Wave

_HOME_OF = {"Survey": "survey", "Wave": "wave", "open": "survey"}

__all__ = ["Survey", "Wave", "open"]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
