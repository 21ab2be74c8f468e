"""Pure: free expressions on the fields of a public profile, checked, then asked."""

import ast
import math
import operator
from collections.abc import Mapping
from functools import cached_property
from threading import Lock
from typing import Any

from simpleeval import (  # type: ignore[import-untyped]  # it tells no types
    InvalidExpression,
    SimpleEval,
)

NUMBERS = (
    "followers",
    "following",
    "posts",
    "reactions_per_post",
    "engagement",
    "days_since_post",
    "account_age_days",
)
TEXTS = (
    "platform",
    "handle",
    "display_name",
    "bio",
    "location",
    "language",
    "kind",
    "url",
)
FIELDS = (*NUMBERS, *TEXTS, "verified")
"""Names that every public profile has; all others are extra fields of the recipe."""


def _times(one: Any, other: Any) -> Any:
    if isinstance(one, str) or isinstance(other, str):
        raise TypeError("text cannot be multiplied")  # it could grow to any length
    return one * other


_FUNCTIONS = {"abs": abs, "len": len, "max": max, "min": min, "round": round}
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: _times,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}
"""No power, remainder or shift: nothing an expression does may grow out of bounds."""

_NODES = (
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Load,
    ast.Constant,
    *_OPERATORS,
)
_DEEPEST = 30
_FAILURES = (InvalidExpression, ArithmeticError, TypeError, ValueError)


class Expression:
    """One expression that was checked before."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tree = _parse(text)
        self._evaluator = SimpleEval(operators=_OPERATORS, functions=_FUNCTIONS)
        self._in_use = Lock()
        self.names = _names_in(self._tree)
        """The fields it needs, in the order in which they stand in it."""

    @cached_property
    def extra_names(self) -> tuple[str, ...]:
        """The fields it needs that not every public profile has."""
        return tuple(name for name in self.names if name not in FIELDS)

    def place_of(self, name: str) -> int:
        """Return at which character a field stands for the first time, from 1."""
        found = (
            _column(self.text, node)
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Name) and node.id == name
        )
        return min(found)

    def ask(self, values: Mapping[str, Any]) -> float:
        """
        Return how far the expression is met, from 0 to 1; yes is 1 and no is 0.

        Raises:
            ValueError: It cannot be worked out with these values; the message says why.
        """
        try:
            with self._in_use:  # to make an evaluator costs more than to ask it
                self._evaluator.names = values
                found = self._evaluator.eval(self.text, previously_parsed=self._tree)
            return _share_of(found)
        except ZeroDivisionError:
            raise ValueError("it divides by zero") from None
        except _FAILURES as wrong:
            raise ValueError(str(wrong)) from None


def check_expression(text: str) -> str:
    """
    Return an expression as it is, if it can be worked out.

    Raises:
        ValueError: It cannot; the message says what is wrong and at which character.
    """
    tree = _parse(text)
    _check_depth(tree, text)
    for node in ast.walk(tree):
        _check_node(node, text)
    names = _names_in(tree)
    if not names:
        raise ValueError("it asks for no field, so it says the same about everybody")
    if all(name in FIELDS for name in names):
        _try_out(text, tree)
    return text


def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as wrong:
        # Python says 0 where the text ends too early.
        place = _character(text, wrong.lineno or 1, (wrong.offset or 0) - 1)
        at = place if wrong.offset else len(text) + 1
        raise ValueError(f"{wrong.msg} at character {at}") from None
    except (ValueError, RecursionError, MemoryError):
        raise ValueError("it cannot be read: it is too deep, or holds NUL") from None


def _check_depth(tree: ast.AST, text: str) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise ValueError(f"“{text[:40]}” is nested too deeply: at most {_DEEPEST} levels")


def _check_node(node: ast.AST, text: str) -> None:
    if not isinstance(node, _NODES):
        raise ValueError(  # noqa: TRY004 - a fault in the text, not in the call
            f"{type(node).__name__} is not possible in an expression"
            f"{_said_place(text, node)}: compare fields with and, or, not, + - * /"
        )
    if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
        raise ValueError(  # noqa: TRY004 - the same
            f"write a number, a text, True or False{_said_place(text, node)}"
        )
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else "this"
        if name not in _FUNCTIONS or node.keywords:
            raise ValueError(
                f"there is no function {name}{_said_place(text, node)}; "
                f"there are {', '.join(_FUNCTIONS)}"
            )


def _said_place(text: str, node: ast.AST) -> str:
    if not isinstance(node, ast.expr):
        return ""  # signs such as ** have no place of their own
    return f" at character {_column(text, node)}"


def _column(text: str, node: ast.expr) -> int:
    """Return the character, from 1; Python counts the bytes of UTF-8 from 0."""
    line = text.split("\n")[node.lineno - 1]
    before = line.encode()[: node.col_offset]
    return _character(text, node.lineno, len(before.decode()))


def _character(text: str, line: int, column: int) -> int:
    before = sum(len(one) + 1 for one in text.split("\n")[: line - 1])
    return before + column + 1


def _names_in(tree: ast.AST) -> tuple[str, ...]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    named = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in called
    ]
    named.sort(key=lambda node: (node.lineno, node.col_offset))
    return tuple(dict.fromkeys(node.id for node in named))


def _try_out(text: str, tree: ast.expr) -> None:
    """Refuse what cannot be worked out whatever the values are, such as text + 1."""
    values: dict[str, Any] = dict.fromkeys(NUMBERS, 2) | dict.fromkeys(TEXTS, "a")
    try:
        evaluator = SimpleEval(operators=_OPERATORS, functions=_FUNCTIONS)
        evaluator.names = values | {"verified": True}
        _share_of(evaluator.eval(text, previously_parsed=tree))
    except ArithmeticError:
        return  # other values may do
    except _FAILURES as wrong:
        raise ValueError(f"it cannot be worked out: {wrong}") from None


def _share_of(result: Any) -> float:
    if not isinstance(result, bool | int | float) or math.isnan(result):
        raise ValueError("it gives neither yes or no, nor a number from 0 to 1")
    return min(1.0, max(0.0, float(result)))
