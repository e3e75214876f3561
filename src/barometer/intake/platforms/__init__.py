"""Platforms: the exports of survey tools and statistics packages, each read into one shape, a `Source`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
    from barometer.intake.platforms.reading import FORMATS
    from barometer.intake.platforms.source import Choice, Detection, Source, Variable, detect, read_source

_HOME_OF = {
    "FORMATS": "reading",
    "Choice": "source",
    "Detection": "source",
    "Source": "source",
    "Variable": "source",
    "detect": "source",
    "read_source": "source",
}

__all__ = ["FORMATS", "Choice", "Detection", "Source", "Variable", "detect", "read_source"]

__getattr__, __dir__ = exports(__name__, _HOME_OF)
