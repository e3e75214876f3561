"""With what a publication was made: versions of the toolkit, of Python and of packages."""

from __future__ import annotations

import contextlib
import platform
import re
from importlib.metadata import PackageNotFoundError, distribution, requires, version
from typing import Any

from barometer._version import __version__

_DISTRIBUTION = "survey-barometer"


def environment() -> dict[str, Any]:
    """The version of the toolkit, of Python, and of the packages that it needs to run."""
    packages = {}
    for requirement in requires(_DISTRIBUTION) or []:
        if "extra ==" in requirement:
            continue
        name = requirement.split(";")[0].split("[")[0].strip()
        name = name[: next((place for place, letter in enumerate(name) if letter in "<>=!~ "), len(name))]
        with contextlib.suppress(PackageNotFoundError):
            packages[name] = _version(name)
    return {"barometer": __version__, "python": platform.python_version(), "packages": dict(sorted(packages.items()))}


def _version(name: str) -> str:
    """The version of a package: read from the first lines of its metadata, which takes long to be read as a whole."""
    found = re.search(r"^Version: *(\S+)", distribution(name).read_text("METADATA") or "", flags=re.MULTILINE)
    return found[1] if found else version(name)
