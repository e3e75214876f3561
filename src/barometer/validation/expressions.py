"""The small language in which a rule says when a row fails: `financial_confidence >= 8 and year_end == 'unplanned_deficit'`.

A text is parsed with Python's own parser, only the forms below are let through, and nothing is ever executed. Resolving it against the
columns of a wave makes every reading explicit (a bare option of a select-all question becomes `ticked(...)`), so that polars and
Great Expectations evaluate the same resolved text, each with its own arithmetic.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, NoReturn

from barometer.errors import ProjectError, did_you_mean

ColumnKind = Literal["text", "number", "tick", "time"]
Kind = Literal["text", "number", "time", "flag"]

#: Functions that take columns or whole questions, and what they give.
OVER_COLUMNS: dict[str, Kind] = {"answered": "flag", "blank": "flag", "count": "number", "sum": "number", "ranks": "flag"}
#: Functions that take values: the kinds of their arguments, and what they give.
OVER_VALUES: dict[str, tuple[tuple[Kind, ...], Kind]] = {
    "abs": (("number",), "number"),
    "length": (("text",), "number"),
    "matches": (("text", "text"), "flag"),
    "mentions": (("text", "text"), "flag"),
    "minutes": (("time", "time"), "number"),
}
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_LANGUAGE = "columns (or col('name')), numbers, 'texts', and, or, not, in, == != < <= > >=, + - * / and " + ", ".join(
    f"{name}()" for name in (*OVER_COLUMNS, *OVER_VALUES)
)


@dataclass(frozen=True)
class Vocabulary:
    """The names that an expression may use.

    Attributes:
        columns: Each column with what it holds.
        groups: Questions that have several columns, with those columns.
    """

    columns: Mapping[str, ColumnKind]
    groups: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Expression:
    """A resolved expression.

    Attributes:
        text: The resolved text, with every reading of a column made explicit.
        columns: The columns that it reads, in the order in which they stand.
        root: Its syntax tree, where it is known; else it is made from the text.
    """

    text: str
    columns: tuple[str, ...]
    root: ast.expr | None = field(default=None, compare=False, repr=False)

    def tree(self) -> ast.expr:
        """The expression as a syntax tree, not to be changed."""
        return ast.parse(self.text, mode="eval").body if self.root is None else self.root


def resolve(text: str, vocabulary: Vocabulary, *, rule: str, file: str | Path | None = None) -> Expression:
    """An expression in the columns of a wave.

    Args:
        text: What was written.
        vocabulary: The names that it may use.
        rule: The rule's id, for messages.
        file: The file that it stands in, for messages.

    Raises:
        ProjectError: If it is not well formed, uses a name that does not exist, or compares what cannot be compared.

    Example:
        >>> words = Vocabulary({"plans.acs": "tick", "plans.none": "tick", "mood": "number"}, {"plans": ("plans.acs", "plans.none")})
        >>> resolve("plans.none and count(plans) > 1", words, rule="r").text
        "ticked('plans.none') and count(ticked('plans.acs'), ticked('plans.none')) > 1"
        >>> resolve("mood > 5", words, rule="r").columns
        ('mood',)
    """
    return _Resolver(text, vocabulary, rule, file).resolved()


def named(column: str) -> str:
    """A column as it can always be written, even where its name is a word of the language.

    Example:
        >>> named("plans.in")
        "col('plans.in')"
    """
    return f"col({column!r})"


def dotted(node: ast.AST) -> str | None:
    """The name that a node stands for, written `a.b` or `col('a.b')`, or None."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "col" and len(node.args) == 1:
        given = node.args[0]
        return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        outer = dotted(node.value)
        return None if outer is None else f"{outer}.{node.attr}"
    return None


class _Resolver:
    def __init__(self, text: str, vocabulary: Vocabulary, rule: str, file: str | Path | None) -> None:
        self.text, self.vocabulary, self.rule, self.file = text, vocabulary, rule, file
        self.read: dict[str, None] = {}

    def resolved(self) -> Expression:
        try:
            tree = ast.parse(self.text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.fail("The expression is not well formed.", self.text, "Check its brackets, quotation marks and operators.")
        node, kind = self.value(tree)
        if not self.read:
            self.fail("The expression names no column.", self.text)
        if kind != "flag":
            self.fail("The expression is not a condition.", self.text, "Compare it with something: such as x > 5.")
        return Expression(ast.unparse(node), tuple(self.read), node)

    def fail(self, what: str, got: str, hint: str | None = None) -> NoReturn:
        raise ProjectError(what, file=self.file, where=f"rule '{self.rule}'", expected=_LANGUAGE, got=got, hint=hint)

    def value(self, node: ast.expr) -> tuple[ast.expr, Kind]:  # noqa: RET503  (fail never returns)
        name = dotted(node)
        if name is not None:
            return self.column(name)
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                return node, "text"
            if isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
                return node, "number"
        if isinstance(node, ast.BoolOp):
            return ast.BoolOp(node.op, [self.of(part, "flag") for part in node.values]), "flag"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ast.UnaryOp(node.op, self.of(node.operand, "flag")), "flag"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return ast.UnaryOp(node.op, self.of(node.operand, "number")), "number"
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div)):
            return ast.BinOp(self.of(node.left, "number"), node.op, self.of(node.right, "number")), "number"
        if isinstance(node, ast.Compare):
            return self.comparison(node), "flag"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self.call(node.func.id, node)
        self.fail("The expression uses something that rules do not have.", ast.unparse(node))

    def of(self, node: ast.expr, wanted: Kind) -> ast.expr:
        found, kind = self.value(node)
        if wanted == "time" and kind == "text" and isinstance(found, ast.Constant):
            self.moment(found)
            return _call("moment", found)
        if kind != wanted:
            self.fail(f"A {_WORDS[wanted]} is needed here, and this is a {_WORDS[kind]}.", ast.unparse(node))
        return found

    def column(self, name: str) -> tuple[ast.expr, Kind]:
        kind = self.vocabulary.columns.get(name)
        if kind is None:
            if name in self.vocabulary.groups:
                self.fail(
                    "The question has several columns.",
                    name,
                    f"Name one of them, such as {self.vocabulary.groups[name][0]}, or write answered({name}) or count({name}).",
                )
            self.fail("The expression names no column of this wave.", name, did_you_mean(name, self.vocabulary.columns))
        self.read[name] = None
        reading = {"tick": "ticked", "text": "text", "number": "number", "time": "time"}[kind]
        return _call(reading, ast.Constant(name)), "flag" if kind == "tick" else kind

    def comparison(self, node: ast.Compare) -> ast.expr:
        parts: list[ast.expr] = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, (ast.In, ast.NotIn)):
                parts.append(self.membership(left, operator, right))
            else:
                parts.append(self.pair(left, operator, right))
            left = right
        return parts[0] if len(parts) == 1 else ast.BoolOp(ast.And(), parts)

    def pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
        if not isinstance(operator, (ast.Eq, ast.NotEq, *_ORDER)):
            self.fail("The expression uses something that rules do not have.", ast.unparse(ast.Compare(left, [operator], [right])))
        kinds = [self.value(side)[1] for side in (left, right)]
        wanted: Kind = "time" if "time" in kinds else kinds[0]
        if "flag" in kinds:
            self.fail(
                "A yes or no is not compared.",
                ast.unparse(ast.Compare(left, [operator], [right])),
                "Write 'question.option' or 'not question.option' by itself.",
            )
        if wanted == "text" and isinstance(operator, _ORDER):
            self.fail("Texts have no order.", ast.unparse(ast.Compare(left, [operator], [right])), "Use == or in.")
        return ast.Compare(self.of(left, wanted), [operator], [self.of(right, wanted)])

    def membership(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
        listed = right.elts if isinstance(right, (ast.Tuple, ast.List, ast.Set)) else []
        if not listed or not all(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in listed):
            self.fail("After 'in' stands a list of texts.", ast.unparse(right), "Write it like ('surplus', 'balance').")
        return ast.Compare(self.of(left, "text"), [operator], [ast.Tuple(listed, ast.Load())])

    def call(self, name: str, node: ast.Call) -> tuple[ast.expr, Kind]:
        if name in OVER_COLUMNS:
            return self.over_columns(name, node), OVER_COLUMNS[name]
        if name not in OVER_VALUES:
            self.fail("There is no such function.", f"{name}()", did_you_mean(name, (*OVER_COLUMNS, *OVER_VALUES)))
        wanted, given = OVER_VALUES[name]
        if len(node.args) != len(wanted):
            self.fail(f"{name}() takes {len(wanted)} value{'s' * (len(wanted) > 1)}.", ast.unparse(node))
        arguments = [self.of(part, kind) for part, kind in zip(node.args, wanted, strict=True)]
        if name == "matches":
            self.pattern(arguments[1])
        return _call(name, *arguments), given

    def over_columns(self, name: str, node: ast.Call) -> ast.expr:
        columns: list[str] = []
        for part in node.args:
            written = dotted(part)
            if written is None:
                self.fail(f"{name}() takes columns or questions.", ast.unparse(part))
            columns += self.vocabulary.groups.get(written, (written,))
        if not columns:
            self.fail(f"{name}() takes at least one column or question.", ast.unparse(node))
        if name in ("sum", "ranks"):
            return _call(name, *(self.of(_name(column), "number") for column in columns))
        present = [self.present(column) for column in columns]
        if name == "count":
            return _call("count", *present)
        found = present[0] if len(present) == 1 else ast.BoolOp(ast.Or(), present)
        return found if name == "answered" else ast.UnaryOp(ast.Not(), found)

    def present(self, column: str) -> ast.expr:
        """A box counts as answered when it is ticked; any other column when it is not blank."""
        node, kind = self.column(column)
        return node if kind == "flag" else _call("present", ast.Constant(column))

    def moment(self, node: ast.Constant) -> None:
        try:
            plain = datetime.fromisoformat(str(node.value)).tzinfo is None
        except ValueError:
            plain = False
        if not plain:
            self.fail("The time is not understood.", repr(node.value), "Write it like '2016-03-01' or '2016-03-01 09:30'.")

    def pattern(self, node: ast.expr) -> None:
        import re

        import polars as pl

        text = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(text, str):
            self.fail("The pattern of matches() is a text.", ast.unparse(node))
        try:
            re.compile(text)
            pl.select(pl.lit("").str.contains(text))
        except (re.error, pl.exceptions.ComputeError):
            self.fail("The pattern is not a regular expression that is understood.", text, "Look-ahead and look-behind are not available.")


_WORDS = {"text": "text", "number": "number", "time": "time", "flag": "yes or no"}


def _name(column: str) -> ast.expr:
    return _call("col", ast.Constant(column))


def _call(function: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])
