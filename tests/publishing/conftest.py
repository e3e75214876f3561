"""Estimates made by hand, as disclosure control leaves them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from barometer.estimation import Estimates
from barometer.project.settings import Break
from barometer.questionnaire import Questionnaire, parse

QUESTIONNAIRE: dict[str, Any] = {
    "title": "Test",
    "themes": [{"id": "t", "title": "T"}],
    "scales": {
        "weight": {
            "options": [
                {"code": "very", "label": "Very important", "value": 3},
                {"code": "some", "label": "Important", "value": 2},
                {"code": "not", "label": "Not important", "value": 1},
            ],
            "nets": [{"id": "important", "label": "Important or very important", "codes": ["very", "some"]}],
        }
    },
    "questions": [
        {
            "id": "plans",
            "number": "Q1",
            "kind": "multiple",
            "theme": "t",
            "text": "What will you do?",
            "short": "Plans",
            "options": [{"code": code, "label": f"Plan {code.upper()}"} for code in "abcde"],
        },
        {
            "id": "levers",
            "number": "Q2",
            "kind": "battery",
            "theme": "t",
            "text": "How important?",
            "short": "Levers",
            "scale": "weight",
            "items": [{"id": "beds", "label": "Closing beds", "short": "Beds"}, {"id": "staff", "label": "Hiring staff"}],
        },
        {
            "id": "age",
            "number": "Q3",
            "kind": "numeric",
            "theme": "t",
            "text": "How old?",
            "short": "Age",
            "minimum": 0,
            "maximum": 99,
        },
    ],
}


@pytest.fixture(scope="session")
def asked() -> Questionnaire:
    return parse(QUESTIONNAIRE)


@pytest.fixture(scope="session")
def side() -> Break:
    return Break(label="Side", levels={"left": "Left", "right": "Right", "middle": "Middle"})


def row(question: str, option: str, count: int | None, base: int | None, **more: Any) -> dict[str, Any]:
    share = None if count is None or not base else count / base
    return {
        "question": question, "item": "", "option": option, "break": "", "level": "", "statistic": "share", "estimate": share,
        "std_error": share, "conf_low": None if share is None else max(0.0, share - 0.1),
        "conf_high": None if share is None else min(1.0, share + 0.1), "df": 9.0, "count": count, "base": base,
        "weighted_base": base, "design_effect": 1.0, "flag": "", "method": "logit", **more,
    }  # fmt: skip


@pytest.fixture(scope="session")
def figures() -> Callable[..., pl.DataFrame]:
    """Rows as published estimates."""

    def make(*rows: dict[str, Any]) -> pl.DataFrame:
        return Estimates(pl.DataFrame(list(rows), infer_schema_length=None)).frame

    return make


@pytest.fixture(scope="session")
def published_figures(figures: Callable[..., pl.DataFrame]) -> pl.DataFrame:
    """A figure of every kind: shown, zero, tiny, not asked, suppressed, on a small base; a battery, and a mean."""
    hidden = {"flag": "suppressed", "break": "side", "level": "middle"}
    rows = [
        row("plans", "a", 275, 400),
        row("plans", "b", 0, 400),
        row("plans", "c", 1, 400),
        row("plans", "d", None, None, flag="not asked"),
        row("plans", "e", 90, 240),
    ]
    for option, left, right in (("a", 200, 12), ("b", 0, 0), ("c", 1, 3), ("e", 60, 5)):
        rows.append(row("plans", option, left, 220, **{"break": "side", "level": "left"}))
        rows.append(row("plans", option, right, 24, flag="small base", **{"break": "side", "level": "right"}))
        rows.append(row("plans", option, None, None, **hidden))
    for item, counts in (("beds", (47, 18, 34)), ("staff", (90, 5, 1))):
        base = sum(counts)
        for option, count in zip(("very", "some", "not"), counts, strict=True):
            rows.append(row("levers", option, count, base, item=item))
            rows.append(row("levers", option, count // 2, base // 2, item=item, **{"break": "side", "level": "left"}))
        rows.append(row("levers", "important", counts[0] + counts[1], base, item=item, statistic="net"))
        rows.append(row("levers", "important", base // 4, base // 2, item=item, statistic="net", **{"break": "side", "level": "left"}))
        mean = {"statistic": "mean", "estimate": 2.25, "conf_low": 2.05, "conf_high": 2.449}
        rows.append(row("levers", "", base, base, item=item, **mean))
    old = {"statistic": "mean", "estimate": 41.25, "conf_low": 39.95, "conf_high": 42.55}
    rows.append(row("age", "", 96, 96, **old))
    rows.append(row("age", "", 40, 40, **old, **{"break": "side", "level": "left"}))
    return figures(*rows)
