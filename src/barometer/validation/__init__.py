"""Validation: one rule list, decided row by row by polars and certified by Great Expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
    from barometer.validation.amendments import Amendments, load_amendments
    from barometer.validation.certifying import certify
    from barometer.validation.checking import CheckResult, check, gate
    from barometer.validation.rules import Rule
    from barometer.validation.settings import CheckContext, RulesFile, load_rules
    from barometer.validation.suites import SuiteChange, suite, suite_change
    from barometer.validation.writing import write_outputs, write_suite

# Imported when first used: what certifies is no part of a quick check.
_HOME_OF = {
    "Amendments": "amendments",
    "CheckContext": "settings",
    "CheckResult": "checking",
    "Rule": "rules",
    "RulesFile": "settings",
    "SuiteChange": "suites",
    "certify": "certifying",
    "check": "checking",
    "gate": "checking",
    "load_amendments": "amendments",
    "load_rules": "settings",
    "suite": "suites",
    "suite_change": "suites",
    "write_outputs": "writing",
    "write_suite": "writing",
}

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

__getattr__, __dir__ = exports(__name__, _HOME_OF)
