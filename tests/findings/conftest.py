from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from barometer.findings import BreakLabels, FindingContext
from barometer.questionnaire import Questionnaire, load, parse

ROOT = Path(__file__).parents[2]
Row = dict[str, Any]


def logit_interval(count: int, base: int, size: int | None) -> tuple[float | None, float | None]:
    """A plain logit interval with finite population correction: a stand-in for the station that computes them."""
    if count in (0, base):
        edge = 1 - 0.025 ** (1 / base)
        return (0.0, edge) if count == 0 else (1 - edge, 1.0)
    share = count / base
    fpc = 1 - base / size if size else 1.0
    error = math.sqrt(fpc * share * (1 - share) / (base - 1)) / (share * (1 - share))
    middle = math.log(share / (1 - share))
    return tuple(1 / (1 + math.exp(-(middle + sign * 1.984 * error))) for sign in (-1, 1))  # type: ignore[return-value]


@pytest.fixture(scope="session")
def share() -> Callable[..., Row]:
    """A row of estimates: a share or a net from its count."""

    def make(question: str, option: str, count: int, base: int, *, item: str = "", size: int | None = 418, **more: Any) -> Row:
        low, high = logit_interval(count, base, size)
        return {
            "question": question, "item": item, "option": option, "break": "", "level": "", "statistic": "share",
            "estimate": count / base, "std_error": 0.05, "conf_low": low, "conf_high": high, "df": 99.0, "count": count, "base": base,
            "weighted_base": float(base), "design_effect": 1.0, "flag": "", "method": "logit", "p_rest_adjusted": None, **more,
        }  # fmt: skip

    return make


@pytest.fixture(scope="session")
def frame() -> Callable[..., pl.DataFrame]:
    """Rows as a frame of estimates."""

    def make(*rows: Row) -> pl.DataFrame:
        return pl.DataFrame(list(rows), infer_schema_length=None).with_columns(pl.col("p_rest_adjusted").cast(pl.Float64))

    return make


@pytest.fixture(scope="session")
def questionnaire() -> Questionnaire:
    """The questionnaire of the worked example."""
    return load(ROOT / "data" / "questionnaire.toml")


@pytest.fixture(scope="session")
def context() -> FindingContext:
    """Spring 2016, with made-up responses."""
    return FindingContext(
        wave="2016-spring",
        wave_title="Spring 2016",
        fieldwork={"text": "March to mid-April 2016", "start": "2016-03-01", "end": "2016-04-15"},
        people="CCG leaders",
        respondents="leaders who answered",
        population_size=418,
        wave_base=100,
        synthetic=True,
        version="0.1.0",
        inputs_sha256={"data/waves/2016-spring/responses.csv": "0" * 64},
        series="CCG leaders' barometer",
        publisher="Barometer worked example",
        organisations="CCGs",
        background=("post_title",),
        breaks={"role": BreakLabels("Role", {"chair": "Chairs", "ao": "Accountable officers"})},
        waves=("2013-winter", "2013-spring", "2016-spring", "2016-autumn"),
        wave_titles={"2013-winter": "January 2013", "2016-spring": "Spring 2016"},
    )


@pytest.fixture(scope="session")
def autumn(context: FindingContext) -> FindingContext:
    """Autumn 2016: 99 of 418 leaders."""
    return replace(context, wave="2016-autumn", wave_title="Autumn 2016", wave_base=99)


@pytest.fixture(scope="session")
def asking() -> Callable[..., Questionnaire]:
    """A small questionnaire of one question."""

    def make(id: str = "plans", kind: str = "single", **more: Any) -> Questionnaire:
        question: dict[str, Any] = {"id": id, "kind": kind, "theme": "t", "text": "What will you do?", "short": "Plans", **more}
        if kind in ("single", "multiple") and "options" not in more:
            question["options"] = [{"code": "yes", "label": "Yes", "says": "said that they would"}, {"code": "no", "label": "No"}]
        return parse({"title": "Test", "themes": [{"id": "t", "title": "Theme"}], "questions": [question]})

    return make


@pytest.fixture(scope="session")
def change() -> Callable[..., Row]:
    """A row of changes since January 2013."""

    def make(question: str, option: str, difference: float, **more: Any) -> Row:
        return {
            "question": question, "item": "", "option": option, "statistic": "share", "wave_before": "2013-winter",
            "estimate_before": 62 / 85, "count_before": 62, "base_before": 85, "difference": difference, "conf_low": difference - 0.13,
            "conf_high": difference + 0.13, "p_value": 0.5, **more,
        }  # fmt: skip

    return make
