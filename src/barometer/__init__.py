"""Barometer: from the answers of a leadership barometer to a published quarterly report."""

from __future__ import annotations

from barometer._version import __version__

__all__ = ["__version__"]
