"""The examples in the documentation of the engine run, and what it offers can be had."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType

import pytest

import barometer


def modules() -> Iterator[str]:
    """Every module of the engine."""
    yield "barometer"
    for module in pkgutil.walk_packages(barometer.__path__, "barometer."):
        if not module.name.endswith("__main__"):  # which would run
            yield module.name


MODULES = list(modules())
FINDER = doctest.DocTestFinder(exclude_empty=True)
FLAGS = doctest.NORMALIZE_WHITESPACE


def imported(name: str) -> ModuleType:
    """A module of the engine; what the libraries that it imports at once warn of is not its fault."""
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patched:
        # Where PySpark is installed without all its parts, it leaves a process whose main module has no file, as those of xdist have.
        patched.setattr(sys.modules["__main__"], "__file__", __file__, raising=False)
        for category in (DeprecationWarning, FutureWarning):
            warnings.filterwarnings("ignore", category=category)
        return importlib.import_module(name)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = imported(name)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    failures: list[str] = []
    for example in FINDER.find(module, name):
        if example.examples:
            runner.run(example, out=failures.append)
    assert not runner.failures, "".join(failures)


def test_there_are_examples_to_run() -> None:
    found = [example for name in MODULES for example in FINDER.find(imported(name), name) if example.examples]
    assert len(found) > 40


@pytest.mark.parametrize("package", ["barometer", *(name for name in MODULES if importlib.util.find_spec(name).submodule_search_locations)])
def test_every_name_that_is_offered_is_there(package: str) -> None:
    module = imported(package)
    for name in getattr(module, "__all__", ()):
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        module.no_such_name  # noqa: B018


def test_dir_lists_what_is_offered() -> None:
    assert set(dir(barometer)) | {"__version__"} == set(barometer.__all__)
