"""The editors' page: every figure with the sentence that may be printed, in one file that works without a network or a server.

| module | what it holds |
| ------ | ------------- |
| `house` | what the page must know beside the findings |
| `page` | `write_headlines` (one wave) and `write_all_headlines` (all published waves) |
| `entries` | findings as HTML, grouped by wave, theme and question |
| `pictures` | the small chart of a figure |
| `assets` | template, style and script |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
    from barometer.publishing.headlines.house import EditorialHouse
    from barometer.publishing.headlines.page import write_all_headlines, write_headlines

_HOME_OF = {"EditorialHouse": "house", "write_all_headlines": "page", "write_headlines": "page"}

__all__ = ["EditorialHouse", "write_all_headlines", "write_headlines"]

__getattr__, __dir__ = exports(__name__, _HOME_OF)
