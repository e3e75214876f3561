"""Project: a folder with `barometer.toml` as objects, and the stations put together.

`open` gives a `Survey`, `Survey.wave` a `Wave`; `run.run` publishes a wave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
    from barometer.project.survey import Survey, open
    from barometer.project.wave import Wave

FREEZE_FOLDER = ".barometer/freeze"
"""Where runs keep results for the next one, within the folder of a project."""

_HOME_OF = {"Survey": "survey", "Wave": "wave", "open": "survey"}

__all__ = ["FREEZE_FOLDER", "Survey", "Wave", "open"]

__getattr__, __dir__ = exports(__name__, _HOME_OF)
