from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def both(text: str, table: pl.DataFrame) -> tuple[list[bool], list[bool]]:
    """What polars and numpy make of an expression."""
    expression = resolve(text, WORDS, rule="r")
    ours = table.select(evaluate(expression, PolarsTerms()).alias("fails")).to_series().to_list()
    columns = {}
    for series in table.iter_columns():
        columns[series.name] = np.array(series.to_list(), dtype=object) if series.dtype == pl.String else series.to_numpy()
    return ours, evaluate(expression, NumpyTerms(columns, table.height, NUMBER)).tolist()


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_both_engines_read_an_expression_alike(text, expected):
    ours, theirs = both(text, TABLE)
    assert ours == [bool(flag) for flag in expected]
    assert theirs == ours


texts = st.none() | st.sampled_from(["good", "bad", "", "GO", "Göod"]) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
numbers = st.none() | st.sampled_from([0.0, 1.0, 2.0, 3.0, -1.0]) | st.floats(-1e6, 1e6)
times = st.none() | st.datetimes(datetime.datetime(2016, 1, 1), datetime.datetime(2016, 12, 31))
boxes = st.sampled_from([None, "0", "1", "x"])
rows = st.fixed_dictionaries(
    {
        **dict.fromkeys(("mood", "name"), texts),
        **dict.fromkeys(("plans.acs", "plans.in"), boxes),
        **dict.fromkeys(("share.a", "share.b"), texts),
        **dict.fromkeys(("share.a" + NUMBER, "share.b" + NUMBER), numbers),
        **dict.fromkeys(("started", "completed"), times),
    }
)
number = st.recursive(
    st.sampled_from(["share.a", "share.b", "2", "0.5", "count(plans)", "sum(share)", "length(mood)", "minutes(started, completed)"]),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner) | st.builds("abs({})".format, inner),
    max_leaves=4,
)
compared = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
condition = st.recursive(
    st.builds("{} {} {}".format, number, compared, number)
    | st.sampled_from(
        [
            *("mood == 'good'", "mood != name", "name not in ('GO', 'x')", "plans.acs", "col('plans.in')", "answered(plans, mood)"),
            *("blank(share)", "ranks(share)", "matches(mood, '^[gG]o')", "mentions(mood, name)", "started < completed"),
            *("completed >= '2016-06-01'", "started != completed"),
        ]
    ),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner) | st.builds("not ({})".format, inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(text=condition, data=st.lists(rows, min_size=1, max_size=8))
def test_both_engines_read_any_expression_alike(text, data):
    schema = {name: pl.Float64 if name.endswith(NUMBER) else pl.String for name in data[0]}
    schema |= {name: pl.Datetime("us") for name in ("started", "completed")}
    # Every expression names a column.
    ours, theirs = both(f"name == 'nobody' or ({text})", pl.DataFrame(data, schema=schema))
    assert len(ours) == len(data)
    assert ours == theirs


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
