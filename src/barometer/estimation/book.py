"""The tab book: every question by every break, in one call."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from barometer.estimation.comparisons import TEST_BASE
from barometer.estimation.design import Design
from barometer.estimation.estimates import Estimates
from barometer.estimation.finishing import finish
from barometer.estimation.sums import cells
from barometer.estimation.variables import AnyBreak, AnyVariable


def tab_book(
    design: Design,
    questions: Sequence[AnyVariable] | AnyVariable,
    breaks: Sequence[AnyBreak] = (),
    *,
    where: pl.Expr | None = None,
    adjust: str | None = "holm",
    interval: str = "logit",
    level: float = 0.95,
    test_base: int = TEST_BASE,
) -> Estimates:
    """Every question by every break, and for everybody, from sums.

    Args:
        design: The sample.
        questions: Variables or column names.
        breaks: Column names, `Categorical`s, or tuples of them (crossed). Each needs two levels or more.
        where: A condition for the respondents who count; the others stay in the design.
        adjust: "holm" (Holm 1979), "bh" (Benjamini and Hochberg 1995) or None. One family is all comparisons of one question (all its
            items and options) within one break, for one statistic: the tests against the rest form one, all pairs of levels another.
        interval: The interval of proportions; see `barometer.estimation.intervals`.
        level: The confidence level; the tests use 1 - level.
        test_base: A comparison is made only with this many respondents or more on either side.

    Returns:
        Rows for everybody (`break` and `level` are "") and for each level, by question and break in the given order. Shares, nets and
        boxes are proportions in 0..1. After the usual columns come:

        - `rest`: the estimate among the other levels of the break;
        - `p_rest`, `p_rest_adjusted`: the test of the level against them, two-sided, before and after the correction;
        - `differs`: whether the corrected p-value is under 1 - level; null if the comparison was not made;
        - `letter`: the level's own letter; `letters`: the letters of the levels that it exceeds significantly, "A C".

    Raises:
        DesignError: A question or break is not in the frame, a break has fewer than two levels, an answer is not a declared code.

    Example:
        >>> import polars as pl
        >>> from barometer.estimation import Design
        >>> frame = pl.DataFrame({"q": ["a", "b", "a", "a"] * 10, "role": ["x", "x", "y", "y"] * 10})
        >>> book = Design(frame).tab_book(["q"], ["role"])
        >>> book.where(option="a").frame.select("break", "level", "estimate", "rest", "differs", "letters").rows()
        [('', '', 0.75, None, None, ''), ('role', 'x', 0.5, 1.0, True, ''), ('role', 'y', 1.0, 0.5, True, 'A')]
    """
    counted = cells(design, questions, breaks, where=where)
    moments = None
    if design.calibration is not None:
        from barometer.estimation.calibrated import calibrated_moments

        moments = calibrated_moments(design, counted, breaks, where)
    return finish(counted, adjust=adjust, interval=interval, level=level, test_base=test_base, moments=moments)
