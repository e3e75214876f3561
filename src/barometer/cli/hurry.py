"""Leaves out of a short process what only long ones gain from."""

from __future__ import annotations

import atexit
import gc
import os


def hurry() -> None:
    """Looks neither for garbage nor for plugins.

    Nearly all that a command makes, modules above all, is needed to its end, so that looking for garbage in it is in vain; and to look for
    plugins, pydantic would read the metadata of every package that is installed.
    """
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
