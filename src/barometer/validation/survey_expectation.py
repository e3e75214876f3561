"""Our expectation for Great Expectations: a rule of the survey that is written as an expression. Imports Great Expectations."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import multicolumn_condition_partial
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import MulticolumnMapMetricProvider

from barometer.validation.certifying import GX_NUMBER
from barometer.validation.expressions import Expression
from barometer.validation.numpy_terms import NumpyTerms
from barometer.validation.terms import evaluate

_METRIC = "multicolumn_values.survey_rule"


class SurveyRule(MulticolumnMapMetricProvider):
    """Evaluates an expression over the columns of a pandas frame with numpy."""

    condition_metric_name = _METRIC
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")
    condition_value_keys = ("fails_if",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, **arguments: Any) -> pd.Series[bool]:  # noqa: N805
        expression = Expression(arguments["fails_if"], tuple(column_list.columns))
        columns = {str(name): column_list[name].to_numpy() for name in column_list.columns}
        fails = evaluate(expression, NumpyTerms(columns, len(column_list), GX_NUMBER))
        return pd.Series(~np.asarray(fails, dtype=bool), index=column_list.index)


class ExpectSurveyRuleToHold(MulticolumnMapExpectation):
    """No submission meets the condition `fails_if`."""

    fails_if: str
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"

    map_metric: ClassVar[str] = _METRIC
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "fails_if")
    args_keys: ClassVar[tuple[str, ...]] = ("column_list", "fails_if")
    library_metadata: ClassVar[dict[str, Any]] = {"maturity": "production", "tags": ["survey"], "contributors": [], "requirements": []}


__all__ = ["ExpectSurveyRuleToHold", "SurveyRule"]
