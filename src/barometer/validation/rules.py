"""A rule: what must hold, how polars tells the rows where it does not, and how Great Expectations certifies the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")

#: The expectation of ours that evaluates a resolved expression.
SURVEY_RULE = "ExpectSurveyRuleToHold"


@dataclass(frozen=True)
class Expectation:
    """How Great Expectations certifies a rule.

    Attributes:
        type: The name of an expectation of Great Expectations, or `SURVEY_RULE`.
        arguments: Its arguments; columns are those of the prepared table.
    """

    type: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """What must hold in every submission.

    Attributes:
        id: What it looks at and what it checks: `accountable_care_lead.routing`.
        severity: `critical` puts a submission into the quarantine; `warning` and `info` leave it in.
        label: What must hold, in plain words.
        reason: What is wrong where it does not hold, in plain words.
        columns: The columns that it looks at, as in `Export.frame`.
        fails: True in the rows where it does not hold; over the prepared table. For a table rule, the shortfall as one number.
        expectation: How Great Expectations certifies it; none for a table rule, whose shortfall is certified to be zero.
        says: The reason row by row, where it differs between rows. It names nothing but identifiers.
        table: Whether it is about the accepted submissions as a whole: a quota.
    """

    id: str
    severity: Severity
    label: str
    reason: str
    columns: tuple[str, ...]
    fails: pl.Expr = field(compare=False, repr=False)
    expectation: Expectation | None = None
    says: pl.Expr | None = field(default=None, compare=False, repr=False)
    table: bool = False

    @property
    def check(self) -> str:
        """What it checks: the last part of the id.

        Example:
            >>> Rule("plans.exclusive", "critical", "", "", ("plans.none",), pl.lit(False)).check
            'exclusive'
        """
        return self.id.rpartition(".")[2]
