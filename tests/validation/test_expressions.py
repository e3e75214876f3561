from __future__ import annotations

import polars as pl
import pytest

from barometer.errors import ProjectError
from barometer.validation.expressions import Vocabulary, resolve
from barometer.validation.numpy_terms import NumpyTerms
from barometer.validation.polars_terms import PolarsTerms
from barometer.validation.terms import NUMBER, evaluate

WORDS = Vocabulary(
    {
        "mood": "text",
        "plans.acs": "tick",
        "plans.in": "tick",
        "share.a": "number",
        "share.b": "number",
        "started": "time",
        "completed": "time",
        "name": "text",
    },
    {"plans": ("plans.acs", "plans.in"), "share": ("share.a", "share.b")},
)
TABLE = pl.DataFrame(
    {
        "mood": ["good", None, "bad", "Göod"],
        "name": ["GO", "x", None, "öo"],
        "plans.acs": ["1", None, "0", "1"],
        "plans.in": [None, "1", "0", "1"],
        "share.a": ["1", None, "2", "x"],
        "share.b": ["2", None, "2", "3"],
        "share.a" + NUMBER: [1.0, None, 2.0, None],
        "share.b" + NUMBER: [2.0, None, 2.0, 3.0],
        "started": ["2016-03-01T10:00", None, "2016-03-01T10:00", "2016-03-02T00:00"],
        "completed": ["2016-03-01T10:30", "2016-03-01T10:30", None, "2016-03-01T00:00"],
    }
).with_columns(pl.col("started", "completed").str.to_datetime("%Y-%m-%dT%H:%M", time_unit="us"))

CASES = [
    ("mood == 'good'", [1, 0, 0, 0]),
    ("mood != 'good'", [0, 0, 1, 1]),
    ("mood in ('good', 'bad')", [1, 0, 1, 0]),
    ("mood not in ('good',)", [0, 0, 1, 1]),
    ("not mood == 'good'", [0, 1, 1, 1]),
    ("plans.acs", [1, 0, 0, 1]),
    ("plans.acs and not col('plans.in')", [1, 0, 0, 0]),
    ("count(plans) == 2", [0, 0, 0, 1]),
    ("answered(plans)", [1, 1, 0, 1]),
    ("blank(mood) or blank(share)", [0, 1, 0, 0]),
    ("answered(share.a)", [1, 0, 1, 1]),
    ("share.a < 2", [1, 0, 0, 0]),
    ("1 <= share.b < 3", [1, 0, 1, 0]),
    ("sum(share) == 3", [1, 0, 0, 1]),
    ("abs(share.a - share.b) >= 1", [1, 0, 0, 0]),
    ("share.a / (share.b - 2) > -1000", [0, 0, 0, 0]),
    ("-share.a < -1", [0, 0, 1, 0]),
    ("ranks(share)", [1, 1, 0, 0]),
    ("length(mood) == 4", [1, 0, 0, 1]),
    ("matches(mood, '(?i)^G')", [1, 0, 0, 1]),
    ("mentions(mood, name)", [1, 0, 0, 1]),
    ("minutes(started, completed) == 30", [1, 0, 0, 0]),
    ("minutes(started, completed) < 0", [0, 0, 0, 1]),
    ("completed < '2016-03-01 10:00'", [0, 0, 0, 1]),
    ("started <= completed", [1, 0, 0, 0]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_both_engines_read_an_expression_alike(text, expected):
    expression = resolve(text, WORDS, rule="r")
    ours = TABLE.select(evaluate(expression, PolarsTerms()).alias("fails")).to_series().to_list()
    columns = {name: TABLE[name].to_numpy() if TABLE[name].dtype != pl.String else _objects(TABLE[name]) for name in TABLE.columns}
    theirs = evaluate(expression, NumpyTerms(columns, TABLE.height, NUMBER)).tolist()
    assert ours == [bool(flag) for flag in expected]
    assert theirs == ours


def _objects(series: pl.Series):
    import numpy as np

    return np.array(series.to_list(), dtype=object)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("moood == 'good'", "Did you mean 'mood'"),
        ("plans", "several columns"),
        ("mood", "not a condition"),
        ("mood > 'a'", "Texts have no order"),
        ("share.a == 'x'", "A number is needed here"),
        ("mood == 3", "A text is needed here"),
        ("plans.acs == 1", "A yes or no is not compared"),
        ("mood in 'good'", "a list of texts"),
        ("counts(plans) > 1", "Did you mean 'count'"),
        ("mood == 'a' if plans.acs else mood == 'b'", "something that rules do not have"),
        ("__import__('os').system('true')", "something that rules do not have"),
        ("open('x')", "There is no such function"),
        ("(lambda: 1)() == 1", "something that rules do not have"),
        ("mood.__class__ == 'x'", "names no column"),
        ("mood ==", "not well formed"),
        ("(" * 400, "not well formed"),
        ("1 < 2", "names no column"),
        ("matches(mood, '(?=x)')", "not a regular expression"),
        ("matches(mood, name)", "pattern of matches"),
        ("completed < 'soon'", "The time is not understood"),
        ("completed < '2016-03-01T00:00+01:00'", "The time is not understood"),
        ("length(mood, mood) > 1", "takes 1 value"),
        ("count() > 1", "at least one column"),
        ("True == plans.acs", "something that rules do not have"),
        ("mood == b'x'", "something that rules do not have"),
    ],
)
def test_what_cannot_be_understood_is_said(text, message):
    with pytest.raises(ProjectError, match=message.replace("(", r"\(")) as raised:
        resolve(text, WORDS, rule="mine", file="rules.toml")
    assert raised.value.where == "rule 'mine'"
    assert raised.value.file == "rules.toml"
