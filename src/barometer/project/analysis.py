"""Runs a module of the project's `analysis/` folder: a theme's estimates and charts, for report and notebook alike."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from barometer.errors import ProjectError, UsageError, did_you_mean
from barometer.publishing.message import Message

if TYPE_CHECKING:
    from barometer.project.wave import Wave

_FOLDER = "analysis"
_TOLD: WeakKeyDictionary[Wave, dict[tuple[str, str], Message]] = WeakKeyDictionary()


def analyse(wave: Wave, id: str) -> Message:
    """What `analyse(wave)` in `analysis/<id>.py` returns.

    Raises:
        UsageError: If there is no such module.
        ProjectError: If it has no function `analyse`, or that returns something else than a `Message`.
    """
    folder = wave.survey.folder / _FOLDER
    path = folder / f"{id}.py"
    if not path.is_file():
        known = sorted(other.stem for other in folder.glob("*.py") if not other.stem.startswith("_"))
        raise UsageError(
            "There is no such message.", file=path, expected="one of " + ", ".join(known), got=id, hint=did_you_mean(id, known)
        )
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    # A report, the front page and the figures ask for the same message.
    told = _TOLD.setdefault(wave, {})
    if (id, content) not in told:
        told[id, content] = _told(wave, id, path, _module(path, content))
    return told[id, content]


def _told(wave: Wave, id: str, path: Path, module: ModuleType) -> Message:
    function = getattr(module, "analyse", None)
    if function is None:
        raise ProjectError("The module has no function 'analyse'.", file=path, expected="def analyse(wave): ... return Message(...)")
    message = function(wave)
    if not isinstance(message, Message):
        raise ProjectError("analyse(wave) returns something else.", file=path, expected="a barometer.Message", got=type(message).__name__)
    planned = any(one.id == id for one in wave.survey.plan.messages)
    return replace(message, style=wave.survey.settings.style, id=id if planned else "")


@lru_cache(maxsize=64)
def _module(path: Path, content: str) -> ModuleType:
    """The module, loaded anew when its content changes; under a name of its own, so that two projects do not meet."""
    name = f"_barometer_analysis_{content[:12]}_{path.stem}"
    module = ModuleType(name)
    module.__file__ = str(path)
    # From its source: Python's cache of compiled modules knows a file by time and size, and may hold the one before.
    code = compile(path.read_bytes(), str(path), "exec")
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module
