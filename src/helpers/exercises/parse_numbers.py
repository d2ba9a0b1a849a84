"""Read numbers as people write them: 5×2, (5, 2), ln 4, 1.386, 6^30, ¼."""

from __future__ import annotations

import ast
import math
import operator
import re

import numpy as np

LONGEST = 200
"""The longest text that is read, in characters."""

CHARACTERS = str.maketrans(
    {"−": "-", "–": "-", "·": "*", "^": "**", "π": "pi", "{": "(", "}": ")"}
    | dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
    | {"½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "⅓": "(1/3)", "⅔": "(2/3)", "⅕": "(1/5)", "⅙": "(1/6)"}
    | {"⅛": "(1/8)", "⅑": "(1/9)"}
)
BEFORE = (
    (r"(?s)^.*[=≈~]", ""),  # of an equation, its last side
    (r"^\s+|\s+$", ""),
    (r"\b(math|np|numpy)\.", ""),
    (r"^(ℝ|r)\s*(\*\*)?\s*(?=[\d(])", ""),  # the space that a size is of
    (r"√\s*", "sqrt "),
)
AFTER = (
    (r"(?<=\d)[ _](?=\d{3}(?!\d))", ""),  # between thousands
    (";", ","),
    (r"\b(ln|log|exp|sqrt)\s*(1/\d+|\d+(?:\.\d*)?)", r"\1(\2)"),  # ln 4, ln 1/4
    (r"(?<=[\d)])\s*(?=(?:ln|log|exp|sqrt|pi)\b)", "*"),  # 2 ln 4
    (r"(\d+(?:\.\d*)?)\s*%", r"(\1/100)"),
)
SEVERAL = (*BEFORE, (r"(?<=[\d)\]])\s*(?:(?<!\*)[x×*](?!\*)|by|\\times)\s*(?=[\d(\[])", ","), *AFTER)
SINGLE = (
    *BEFORE,
    (r"×|\\times|(?<=\d)\s*x\s*(?=\d)", "*"),
    (r"^([-+]?\d+),(\d+)$", r"\1.\2"),  # a decimal comma
    *AFTER,
)
"""Patterns and what takes their place, in order: paper's notation becomes Python's.

:meta private:
"""

OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS = {"ln": math.log, "log": math.log, "exp": math.exp, "sqrt": math.sqrt}
CONSTANTS = {"e": math.e, "pi": math.pi}


class Unreadable(ValueError):
    """Raised for text or objects that are no numbers."""


def parse_numbers(answer: object, *, several: bool = False) -> list[float]:
    """Return the numbers in what somebody wrote.

    Text is read by a small grammar and never evaluated: numbers, + − · / ^, ln, log, exp, sqrt, e, π, fractions
    such as ¼, percent, and lists.

    Parameters
    ----------
    answer : str, number, array_like
    several : bool
        Whether a list of numbers is expected, so that × stands between two sizes. Otherwise it multiplies, and a single
        comma is a decimal one.

    Raises
    ------
    Unreadable
        If it is none of this.

    Examples
    --------
    >>> parse_numbers("5 x 2", several=True), parse_numbers((5, 2), several=True), parse_numbers("R^3×(5×7)", several=True)
    ([5.0, 2.0], [5.0, 2.0], [3.0, 5.0, 7.0])
    >>> [round(number, 3) for text in ("ln 4", "math.log(4)", "2 ln 2", "1,386") for number in parse_numbers(text)]
    [1.386, 1.386, 1.386, 1.386]
    >>> parse_numbers("6^3"), parse_numbers("¼"), parse_numbers("25 %"), parse_numbers("[17/4] + 1 × [7/4] + 1 = 5 × 2", several=True)
    ([216.0], [0.25], [0.25], [5.0, 2.0])
    """
    if not isinstance(answer, str):
        return _flat(answer)
    if len(answer) > LONGEST:
        raise Unreadable("the text is too long to be a number")
    try:
        found = _value(ast.parse(_in_python(answer, several), mode="eval").body)
    except Unreadable:
        raise
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        raise Unreadable(f"{answer!r} is not a number") from None
    return _flat(found)


def _flat(value: object) -> list[float]:
    if isinstance(value, (list, tuple)):
        return [number for part in value for number in _flat(part)]
    if isinstance(value, str):
        return parse_numbers(value)
    try:
        array = np.asarray(value)
        if array.dtype.kind in "iufO":
            return [float(number) for number in array.ravel()]
    except (TypeError, ValueError, OverflowError):
        pass
    raise Unreadable(f"{type(value).__name__} is not a number")


def _in_python(text: str, several: bool) -> str:
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", r"**\g<0>", text.lower()).translate(CHARACTERS)
    for pattern, replacement in SEVERAL if several else SINGLE:
        text = re.sub(pattern, replacement, text)
    return text


def _value(node: ast.expr) -> float | list:
    """Return the value of a piece of syntax, if it is one of the few that a number is made of."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [_value(part) for part in parts]
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=part):
            return -_number(part)
        case ast.UnaryOp(op=ast.UAdd(), operand=part):
            return _number(part)
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in OPERATIONS:
            result = OPERATIONS[type(operation)](_number(left), _number(right))
            if isinstance(result, float):
                return result
        case ast.Call(func=ast.Name(id=name), args=[part], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_number(part))
    raise Unreadable(f"{ast.unparse(node)!r} is not a number")


def _number(node: ast.expr) -> float:
    value = _value(node)
    if isinstance(value, list):
        raise Unreadable(f"{ast.unparse(node)!r} is not one number")
    return value
