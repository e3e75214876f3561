"""Evaluates a resolved expression: one walk over its tree, with the arithmetic of polars or of numpy.

Blanks: a comparison with a blank is false; a sum leaves blanks out; `not` turns a false that came of a blank into true.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from barometer.validation.expressions import Expression

#: Beside the text of a column of numbers stands a column of the numbers themselves, under the column's name and this.
NUMBER = ":number"
#: What counts as ticked.
TICK = "1"

COMPARED = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}
COMBINED = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv"}


class Terms(Protocol):
    """The arithmetic of one engine. Flags are never blank; numbers, texts and times may be."""

    def text(self, column: str) -> Any:
        """A column as text."""

    def number(self, column: str) -> Any:
        """A column as numbers."""

    def time(self, column: str) -> Any:
        """A column as times."""

    def ticked(self, column: str) -> Any:
        """Whether a box is ticked."""

    def present(self, column: str) -> Any:
        """Whether a column is not blank."""

    def constant(self, value: str | float) -> Any:
        """A text or a number that stands in the expression."""

    def moment(self, text: str) -> Any:
        """A time that stands in the expression."""

    def compare(self, operator: str, left: Any, right: Any) -> Any:
        """A comparison; false where a side is blank."""

    def member(self, text: Any, values: tuple[str, ...]) -> Any:
        """Whether a text is one of several; false where it is blank."""

    def arithmetic(self, operator: str, left: Any, right: Any) -> Any:
        """A sum, difference, product or quotient; blank where it is not finite."""

    def both(self, flags: list[Any]) -> Any:
        """Whether all hold."""

    def either(self, flags: list[Any]) -> Any:
        """Whether one holds."""

    def negate(self, flag: Any) -> Any:
        """Whether it does not hold."""

    def count(self, flags: list[Any]) -> Any:
        """How many hold."""

    def sum(self, numbers: list[Any]) -> Any:
        """The sum of those that are not blank."""

    def ranks(self, numbers: list[Any]) -> Any:
        """Whether those that are not blank are 1, 2, ... each once."""

    def abs(self, number: Any) -> Any:
        """The absolute value."""

    def length(self, text: Any) -> Any:
        """The number of characters."""

    def matches(self, text: Any, pattern: str) -> Any:
        """Whether a pattern occurs in a text; false where it is blank."""

    def mentions(self, text: Any, other: Any) -> Any:
        """Whether one text stands within another, in capitals or not; false where either is blank."""

    def minutes(self, start: Any, end: Any) -> Any:
        """The minutes from one time to another."""


def evaluate(expression: Expression, terms: Terms) -> Any:
    """A resolved expression in the arithmetic of an engine: a flag for each row."""
    return _value(expression.tree(), terms)


def _value(node: ast.expr, terms: Terms) -> Any:
    if isinstance(node, ast.Constant):
        return terms.constant(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.BoolOp):
        flags = [_value(part, terms) for part in node.values]
        return terms.both(flags) if isinstance(node.op, ast.And) else terms.either(flags)
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, terms)
        return terms.negate(inner) if isinstance(node.op, ast.Not) else terms.arithmetic("mul", terms.constant(-1), inner)
    if isinstance(node, ast.BinOp):
        return terms.arithmetic(COMBINED[type(node.op)], _value(node.left, terms), _value(node.right, terms))
    if isinstance(node, ast.Compare):
        return _compared(node, terms)
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    return _called(node.func.id, node.args, terms)


def _compared(node: ast.Compare, terms: Terms) -> Any:
    left, operator, right = _value(node.left, terms), node.ops[0], node.comparators[0]
    if isinstance(operator, (ast.In, ast.NotIn)):
        values = tuple(ast.literal_eval(right))
        found = terms.member(left, values)
        # A blank is neither in a list nor outside it.
        return found if isinstance(operator, ast.In) else terms.both([terms.negate(found), terms.compare("eq", left, left)])
    return terms.compare(COMPARED[type(operator)], left, _value(right, terms))


def _called(function: str, arguments: list[ast.expr], terms: Terms) -> Any:
    if function in ("text", "number", "time", "ticked", "present", "moment"):
        return getattr(terms, function)(ast.literal_eval(arguments[0]))
    if function == "matches":
        return terms.matches(_value(arguments[0], terms), ast.literal_eval(arguments[1]))
    values = [_value(argument, terms) for argument in arguments]
    if function in ("count", "sum", "ranks"):
        return getattr(terms, function)(values)
    return getattr(terms, function)(*values)


def renamed(expression: Expression, names: Mapping[str, str]) -> str:
    """The text of a resolved expression with its columns under other names."""
    tree = ast.parse(expression.text, mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _READINGS:
            node.args = [ast.Constant(names[ast.literal_eval(node.args[0])])]
    return ast.unparse(ast.fix_missing_locations(tree))


def physical(expression: Expression) -> tuple[str, ...]:
    """The columns of the prepared table that a resolved expression reads: the numbers of a column where it reads numbers.

    Example:
        >>> physical(Expression("number('mood') > 5.0 or present('mood')", ("mood",)))
        ('mood:number', 'mood')
    """
    read: dict[str, None] = {}
    for reading, column in _readings(expression.tree()):
        read[column + NUMBER if reading == "number" else column] = None
    return tuple(read)


def _readings(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Every reading of a column, in the order of the text."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _READINGS:
        yield node.func.id, ast.literal_eval(node.args[0])
    else:
        for child in ast.iter_child_nodes(node):
            yield from _readings(child)


_READINGS = ("text", "number", "time", "ticked", "present")
