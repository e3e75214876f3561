"""Validation: one rule list, decided row by row by polars and certified by Great Expectations."""

from __future__ import annotations

from barometer.validation.amendments import Amendments, load_amendments
from barometer.validation.certifying import certify
from barometer.validation.checking import CheckResult, check, gate
from barometer.validation.rules import Rule
from barometer.validation.settings import CheckContext, RulesFile, load_rules
from barometer.validation.suites import SuiteChange, suite, suite_change
from barometer.validation.writing import write_outputs, write_suite

__all__ = [
    "Amendments",
    "CheckContext",
    "CheckResult",
    "Rule",
    "RulesFile",
    "SuiteChange",
    "certify",
    "check",
    "gate",
    "load_amendments",
    "load_rules",
    "suite",
    "suite_change",
    "write_outputs",
    "write_suite",
]
