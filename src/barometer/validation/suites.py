"""The suite of expectations in a normal form: a snapshot that is committed, so that a change of rules shows as a difference."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from barometer.validation.checking import CheckResult
from barometer.validation.rules import Rule

_LISTED_AT_MOST = 60


def suite(result: CheckResult) -> dict[str, Any]:
    """The suite of expectations in a normal form: sorted by rule, without identifiers that a run makes up, lists of posts as a digest.

    Returns:
        `{"name": ..., "expectations": [{"rule", "severity", "label", "type", "arguments"}, ...]}`, ready for JSON.
    """
    return {
        "schema": 1,
        "name": result.wave,
        "expectations": [_normal(rule) for rule in sorted(result.rules, key=lambda rule: rule.id)],
    }


def _normal(rule: Rule) -> dict[str, Any]:
    head = {"rule": rule.id, "severity": rule.severity, "label": rule.label}
    if rule.expectation is None:
        return {**head, "type": "ExpectColumnMaxToBeBetween", "arguments": {"column": rule.id, "max_value": 0}}
    return {**head, "type": rule.expectation.type, "arguments": {key: _plain(value) for key, value in rule.expectation.arguments.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        if len(value) > _LISTED_AT_MOST:
            digest = hashlib.sha256("\n".join(map(str, value)).encode()).hexdigest()
            return {"values": len(value), "sha256": digest}
        return list(value)
    return value


@dataclass(frozen=True)
class SuiteChange:
    """How a suite differs from an earlier one: ids of rules, sorted.

    Attributes:
        added: Rules that the earlier one did not have.
        removed: Rules that only the earlier one had.
        changed: Rules that both have, with another severity, label or argument.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        parts = (("added", self.added), ("removed", self.removed), ("changed", self.changed))
        return "; ".join(f"{word} {', '.join(rules)}" for word, rules in parts if rules)


def suite_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> SuiteChange:
    """How one suite differs from another.

    Args:
        before: A suite as `suite` gives it.
        after: Another.

    Example:
        >>> rule = {"rule": "plans.exclusive", "severity": "critical"}
        >>> str(suite_change({"expectations": []}, {"expectations": [rule]}))
        'added plans.exclusive'
    """
    old, new = ({one["rule"]: one for one in suite["expectations"]} for suite in (before, after))
    return SuiteChange(
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(old.keys() - new.keys())),
        tuple(sorted(rule for rule in new.keys() & old.keys() if new[rule] != old[rule])),
    )
