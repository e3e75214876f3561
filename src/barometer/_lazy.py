"""Names of a package that are imported when they are first used, so that a command which does not need them answers at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def exports(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package.

    Args:
        package: Its `__name__`.
        homes: From each public name to the module of the package that holds it.

    Example:
        >>> get, names = exports("barometer.publishing", {"half_up": "numbers"})
        >>> get("half_up")(2.5), names()
        ('3', ['half_up'])
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{homes[name]}"), name)
        # Kept, so that a module of the same name, imported later, does not take the name's place.
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted(homes)

    return get, names
