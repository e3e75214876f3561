"""Formulas: from "score ~ role + years" to an outcome and a matrix of terms, for those who answered every variable in it.

Formulas are read by formulaic, the parser that statsmodels uses: `+`, `:`, `*`, `I(...)`, `C(...)`, `log(...)`, and a column with an odd
name in backticks. Text, booleans and Enum columns are categories, coded against their first level.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.design import Design
from barometer.estimation.distributions import Floats
from barometer.estimation.domains import Mask, check_levels, resolve_where
from barometer.estimation.linearisation import Ints

INTERCEPT = "Intercept"


@dataclass(frozen=True, eq=False)
class Terms:
    """The right side of a formula on the rows that answered it.

    Attributes:
        names: The columns of the matrix, such as "role[T.chair]".
        matrix: Rows x columns.
        rows: Which rows of the design's frame they are.
        frame: The variables of the formula on these rows.
        variables: The variables on the right side, in order.
        slices: Where the columns of each term stand.
        spec: What makes the same columns from other values of the variables.
    """

    names: tuple[str, ...]
    matrix: Floats
    rows: Ints
    frame: pl.DataFrame
    variables: tuple[str, ...]
    slices: dict[str, slice]
    spec: Any

    def with_values(self, variable: str, values: pl.Series) -> Floats:
        """The matrix as it would be with other values of a variable."""
        made = self.spec.get_model_matrix(self.frame.with_columns(values.alias(variable)))
        return np.asarray(made, dtype=np.float64)[:, self.spec_columns]

    @property
    def spec_columns(self) -> list[int]:
        """The places of these columns among all that the formula makes."""
        every = list(self.spec.column_names)
        return [every.index(name) for name in self.names]

    def levels(self, variable: str) -> tuple[Any, ...] | None:
        """The levels of a variable of categories, the reference first; None for a number.

        Raises:
            DesignError: The formula cuts numbers into categories, so that the variable has neither levels nor a slope.
        """
        for factor, state in self.spec.factor_contrasts.items():
            expression = str(factor)
            if expression != variable and variable not in _variables(expression):
                continue
            if expression.strip("`") != variable and not expression.startswith("C("):
                raise DesignError(
                    "A variable is cut into categories by the formula, so it has no effect of its own.",
                    where=f"variable '{variable}' in '{expression}'",
                    hint="Make a column of the categories, and put that into the formula.",
                )
            return tuple(state.levels)
        return None

    def without_intercept(self) -> Terms:
        """The same terms without the constant column."""
        if INTERCEPT not in self.names:
            return self
        at = self.names.index(INTERCEPT)
        moved = {
            name: slice(part.start - (part.start > at), part.stop - (part.stop > at))
            for name, part in self.slices.items()
            if not (part.start == at and part.stop == at + 1)
        }
        names = tuple(name for name in self.names if name != INTERCEPT)
        return replace(self, names=names, matrix=np.delete(self.matrix, at, axis=1), slices=moved)


def _variables(expression: str) -> set[str]:
    """The columns that a factor needs: the names in it that are not called as functions."""
    quoted = re.findall(r"`([^`]+)`", expression)
    tree = ast.parse(re.sub(r"`[^`]+`", "0", expression), mode="eval")
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {*quoted, *(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)}


def _needed(side: Any) -> list[str]:
    """The columns that one side of a formula needs, in order."""
    found: list[str] = []
    for term in side:
        for factor in term.factors:
            kind, expression = factor.eval_method.value, str(factor.expr)
            if kind == "lookup":
                found.append(expression)
            elif kind != "literal":
                found += sorted(_variables(expression))
    return list(dict.fromkeys(found))


def _problem(error: Exception) -> str:
    """The first line of a parser's message, without its colours."""
    text = str(error).splitlines()
    return text[0] if text else type(error).__name__


def read_formula(design: Design, formula: str, where: pl.Expr | None) -> tuple[Any, str, Terms]:
    """Parse a formula and evaluate its right side.

    Returns:
        The parsed left side, its text, and the terms.

    Raises:
        DesignError: It cannot be parsed or evaluated, names an unknown column, a variable has one level, terms repeat each other, or
            nobody answered.
    """
    left, right = _sides(formula)
    text = str(left)
    variables = _needed(right)
    frame = _selected(design, formula, {*_needed(left), *variables})
    live = resolve_where(design.frame, where) & (design.weights > 0)
    rows = np.flatnonzero(live & _complete(frame))
    if not len(rows):
        raise DesignError("Nobody answered every variable of the formula.", where=f"formula '{formula}'", got="0 respondents")
    answered = frame[rows]
    made = _evaluated(formula, right, answered)
    spec = made.model_spec
    for factor, state in spec.factor_contrasts.items():
        check_levels(str(factor), [str(level) for level in state.levels])
    matrix = np.asarray(made, dtype=np.float64)
    names = tuple(str(name) for name in spec.column_names)
    _check_finite(names, matrix, rows)
    slices = {str(term): part for term, part in spec.term_slices.items()}
    return left, text, Terms(names, matrix, rows, answered, tuple(variables), slices, spec)


def _sides(formula: str) -> tuple[Any, Any]:
    from formulaic import Formula  # type: ignore[import-untyped]
    from formulaic.errors import FormulaicError  # type: ignore[import-untyped]

    try:
        parsed = Formula(formula)
    except (FormulaicError, SyntaxError) as error:
        raise DesignError(
            "The formula cannot be parsed.",
            where=f"formula '{formula}'",
            expected="outcome ~ term + term",
            got=_problem(error),
        ) from error
    left, right = getattr(parsed, "lhs", None), getattr(parsed, "rhs", None)
    if left is None or right is None or not hasattr(right, "required_variables") or not hasattr(right, "__iter__") or "|" in formula:
        raise DesignError(
            "The formula has no outcome, or more than one part.", where=f"formula '{formula}'", expected="outcome ~ term + term"
        )
    if len(list(left)) != 1:
        raise DesignError("A model has one outcome.", where=f"formula '{formula}'", expected="one term before ~", got=str(left))
    if not _needed(right):
        raise DesignError("The formula has no variables after ~.", where=f"formula '{formula}'", expected="outcome ~ term + term")
    return left, right


def _selected(design: Design, formula: str, names: set[Any]) -> pl.DataFrame:
    wanted = sorted(str(name) for name in names)
    for name in wanted:
        if name not in design.frame.columns:
            raise DesignError(
                "A variable of the formula is not in the frame.",
                where=f"column '{name}' in formula '{formula}'",
                hint=did_you_mean(name, design.frame.columns) or f"The frame has: {', '.join(design.frame.columns[:12])}.",
            )
    # What categories are called must not depend on the order in which a Categorical column met them.
    return design.frame.select(pl.col(name).cast(pl.String) if design.frame[name].dtype == pl.Categorical else name for name in wanted)


def _complete(frame: pl.DataFrame) -> Mask:
    known = [
        pl.col(name).is_not_null() & (pl.col(name).is_not_nan() if frame[name].dtype.is_float() else pl.lit(value=True))
        for name in frame.columns
    ]
    return frame.select(pl.all_horizontal(known).alias("known"))["known"].to_numpy()


def _evaluated(formula: str, side: Any, frame: pl.DataFrame) -> Any:
    from formulaic.errors import FormulaicError

    try:
        # A logarithm of 0 and its like are looked for in the matrix.
        with np.errstate(all="ignore"):
            return side.get_model_matrix(frame, context={}, na_action="ignore", output="numpy")
    except (FormulaicError, ValueError, TypeError, AttributeError) as error:
        raise DesignError("The formula cannot be evaluated.", where=f"formula '{formula}'", got=_problem(error)) from error


def _check_finite(names: tuple[str, ...], matrix: Floats, rows: Ints) -> None:
    wrong = ~np.isfinite(matrix)
    if wrong.any():
        row, column = (int(found[0]) for found in np.nonzero(wrong))
        raise DesignError(
            "A term of the formula is not a finite number.",
            where=f"term '{names[column]}', row {int(rows[row]) + 1}",
            expected="finite numbers, or null for no answer",
            got=str(matrix[row, column]),
        )


def check_independent(terms: Terms, formula: str) -> None:
    """Refuse terms that repeat each other.

    Raises:
        DesignError: A column of the matrix is a combination of those before it.
    """
    lengths = np.sqrt((terms.matrix**2).sum(axis=0))
    diagonal = np.zeros(len(terms.names))
    scaled = terms.matrix / np.where(lengths > 0, lengths, 1.0)
    triangle = np.abs(np.diagonal(np.linalg.qr(scaled, mode="r")))
    diagonal[: len(triangle)] = triangle
    if (diagonal < 1e-9).any():
        at = int(np.flatnonzero(diagonal < 1e-9)[0])
        raise DesignError(
            "The terms of a formula repeat each other.",
            where=f"formula '{formula}', term '{terms.names[at]}'",
            expected="terms that are not combinations of each other, and more respondents than terms",
            got=f"{len(terms.rows)} respondents and {len(terms.names)} columns",
        )


def outcome_values(left: Any, terms: Terms, formula: str) -> tuple[Floats, str]:
    """The outcome as numbers, and what is modelled: categories become 1 for the second of two levels.

    Raises:
        DesignError: It has more than two categories.
    """
    made = _evaluated(formula, left, terms.frame)
    names, values = list(made.model_spec.column_names), np.asarray(made, dtype=np.float64)
    if not made.model_spec.factor_contrasts:
        _check_finite((str(left),), values[:, :1], terms.rows)
        return values[:, 0], str(left)
    factor, state = next(iter(made.model_spec.factor_contrasts.items()))
    if len(state.levels) != 2:
        raise DesignError(
            "The outcome of a logistic model has two levels.",
            where=f"formula '{formula}', outcome '{factor}'",
            expected="0 and 1, true and false, or two categories",
            got=f"{len(state.levels)}: " + ", ".join(str(level) for level in state.levels[:6]),
            hint="Model one level, as in I(q1 == 'agree') ~ role, or use ordinal() for a scale.",
        )
    modelled = str(factor) if state.levels[1] is True or str(state.levels[1]) == "True" else f"{factor} = {state.levels[1]}"
    return values[:, len(names) - 1], modelled
