"""Numbers as people write them: 5×2, (5, 2), ln 4, 1.386, 6^30, ¼."""

from __future__ import annotations

import ast
import math
import operator
import re

import numpy as np

LONGEST = 200
"""The longest text that is read, in characters."""

FRACTIONS = {
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "⅓": "1/3",
    "⅔": "2/3",
    "⅕": "1/5",
    "⅙": "1/6",
    "⅛": "1/8",
    "⅑": "1/9",
}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
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
    """Raised for what cannot be read as numbers."""


def parse_numbers(spelled: object, *, several: bool = False) -> list[float]:
    """Return the numbers that somebody wrote, as a list of floats.

    Text is read by a small grammar and never evaluated: numbers, + − · / ^, ln, log, exp, sqrt, e, π, fractions
    such as ¼, percent, and lists.

    Parameters
    ----------
    spelled : str, number, array_like
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
    if not isinstance(spelled, str):
        return _flat(spelled)
    if len(spelled) > LONGEST:
        raise Unreadable("the text is too long to be a number")
    try:
        found = _value(ast.parse(_in_python(spelled, several), mode="eval").body)
    except Unreadable:
        raise
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        raise Unreadable(f"{spelled!r} is not a number") from None
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
    """The text, or of an equation its last side, with Python's signs for what paper writes otherwise."""
    text = (
        re.split("[=≈~]", text)[-1]
        .strip()
        .lower()
        .replace("−", "-")
        .replace("–", "-")
        .replace("·", "*")
        .replace("π", "pi")
    )
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda power: f"**{power[0].translate(SUPERSCRIPTS)}", text)
    for sign, quotient in FRACTIONS.items():
        text = text.replace(sign, f"({quotient})")
    text = re.sub(r"\b(math|np|numpy)\.", "", text)
    text = re.sub(r"^(ℝ|r)\s*(\^|\*\*)?\s*(?=[\d({])", "", text).replace("{", "(").replace("}", ")")
    text = re.sub(r"√\s*", "sqrt ", text)
    text = text.replace("^", "**")
    if several:
        between = r"(?<!\*)[x×*](?!\*)|by|\\times"
        text = re.sub(rf"(?<=[\d)\]])\s*(?:{between})\s*(?=[\d(\[])", ",", text)
    else:
        text = re.sub(r"×|\\times|(?<=\d)\s*x\s*(?=\d)", "*", text)
    if not several and re.fullmatch(r"[-+]?\d+,\d+", text):
        text = text.replace(",", ".")
    text = re.sub(r"(?<=\d)[ _](?=\d{3}(?!\d))", "", text).replace(";", ",")
    # "ln 4", "ln 1/4" and "2 ln 4"
    text = re.sub(r"\b(ln|log|exp|sqrt)\s*(1/\d+|\d+(?:\.\d*)?)", r"\1(\2)", text)
    text = re.sub(r"(?<=[\d)])\s*(?=(?:ln|log|exp|sqrt|pi)\b)", "*", text)
    return re.sub(r"(\d+(?:\.\d*)?)\s*%", r"(\1/100)", text)


def _value(node: ast.expr) -> float | list:
    """The value of a piece of syntax, if it is one of the few that a number is made of."""
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
