"""The small synthetic survey of `exports.py`, and what every platform's export of it must give."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from barometer.questionnaire import Questionnaire, parse


def _loaded() -> ModuleType:
    # Test folders are no packages: what they share is loaded by its path.
    name = "_platform_exports"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("exports.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def exports() -> ModuleType:
    return _loaded()


@pytest.fixture(scope="session")
def asked(exports: ModuleType) -> Questionnaire:
    return parse(exports.TABLES)


@pytest.fixture(scope="session")
def answers(exports: ModuleType) -> list[dict[str, Any]]:
    return list(exports.synthetic_answers())


@pytest.fixture(scope="session")
def expected(exports: ModuleType, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list(exports.expected_rows(answers))
