"""Validation: one rule list, decided row by row by polars and certified by Great Expectations."""

from __future__ import annotations

from barometer.validation.amendments import Amendments, load_amendments
from barometer.validation.certifying import certify
from barometer.validation.checking import CheckResult, check, gate
from barometer.validation.rules import Rule
from barometer.validation.settings import CheckContext, RulesFile, load_rules
from barometer.validation.writing import suite, write_outputs

__all__ = [
    "Amendments",
    "CheckContext",
    "CheckResult",
    "Rule",
    "RulesFile",
    "certify",
    "check",
    "gate",
    "load_amendments",
    "load_rules",
    "suite",
    "write_outputs",
]
