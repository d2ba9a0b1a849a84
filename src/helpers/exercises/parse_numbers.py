"""Read numbers as people write them: 5×2, (5, 2), ln 4, 1.386, 6^30, ¼."""

from __future__ import annotations

import ast
import contextlib
import math
import operator
import re
from collections.abc import Callable

import numpy as np

LONGEST = 200
"""The longest text that is read, in characters."""

CHARACTERS = str.maketrans(
    {"−": "-", "–": "-", "·": "*", "^": "**", "⨯": "×", "π": "pi", "∞": "inf", "{": "(", "}": ")"}
    | {"⌊": "floor(", "⌈": "ceil(", "⌋": ")", "⌉": ")", "$": " ", "…": " "}
    | dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
    | {"½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "⅓": "(1/3)", "⅔": "(2/3)", "⅕": "(1/5)", "⅙": "(1/6)"}
    | {"⅛": "(1/8)", "⅑": "(1/9)"}
)
WORDS = (
    "zero one two three four five six seven eight nine ten".split()  # noqa: SIM905
)
Patterns = tuple[tuple[str, str | Callable[[re.Match], str]], ...]
BEFORE: Patterns = (
    (r"\\frac\s*(\d)\s*(\d)", r"(\1/\2)"),
    (r"\\frac\s*\(([^()]*)\)\s*\(([^()]*)\)", r"((\1)/(\2))"),
    (r"\\(left|right|,|;|!)", ""),
    (r"\\(?=[a-z])|\b(math|np|numpy)\.", ""),
    (r"\blog_e\b", "ln"),
    (r"\b(rows?|columns?|cols?|nats?)\b\s*[=:]?", ""),  # rows = 5, and 5 rows
    (r"^\s*(about|roughly|approximately|ca\.)", ""),
    (r"\b(a|one) half\b|\bhalf\b", "(1/2)"),
    (r"\b(a|one) third\b", "(1/3)"),
    (r"\b(a|one) quarter\b", "(1/4)"),
    *((rf"\b{word}\b", str(number)) for number, word in enumerate(WORDS)),
    (r"\s*±.*$", ""),
    (r"\|([^|]*)\|", r"abs(\1)"),
    (r"\bpow\(([^,()]*),([^,()]*)\)", r"((\1)**(\2))"),
    (r"\s+per\s?cent\b", "%"),
    (r"(?s)^.*[=≈~]", ""),  # of an equation, its last side
    (r"^\s+|[\s.,]+$", ""),
    (r"^(ℝ|r)\s*(\*\*)?\s*(?=[\d(])", ""),  # the space that a size is of
    (r"√\s*", "sqrt "),
)
NAMED = r"(?<![a-z])(ln|log10|log2|log(?!\d)|exp|sqrt)"
AFTER: Patterns = (
    (r"(?<=\d)[ _](?=\d{3}(?!\d))", ""),  # between thousands
    (";", ","),
    (rf"{NAMED}\s*(1/\d+|\d+(?:\.\d*)?)", r"\1(\2)"),  # ln 4, ln 1/4
    (rf"(?<=[\d)])\s*(?={NAMED}|\bpi\b)", "*"),  # 2 ln 4
    (r"(?<=\d)(?=e\*\*)", "*"),  # 2e^3
    (r"(\*\*\s*\d+)\s+(?=\d)", r"\1*"),  # 2^30 3^30
    (r"(\d+(?:\.\d*)?)\s*%", r"(\1/100)"),
)
SEVERAL: Patterns = (
    *BEFORE,
    (r"(?<=[\d)\]])\s*(?:(?<!\*)[x×*](?!\*)|by|and|times)\s*(?=[\d(\[]|floor|ceil)", ","),
    *AFTER,
)
VECTOR: Patterns = (*BEFORE, (r"(?<=[\d.)])\s+(?=[-+]?[\d.])", ","), *AFTER)
SINGLE: Patterns = (
    *BEFORE,
    (r"×|times|(?<=\d)\s*x\s*(?=\d)", "*"),
    (r"^(\d{1,3})((?:,\d{3}){2,})(?=\.|$)", lambda match: match[0].replace(",", "")),
    (r"^([-+]?\d+),(\d+)$", r"\1.\2"),  # a decimal comma
    (r"(?<=\d)\s*(?:in|out of|:)\s*(?=\d)", "/"),
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
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "ln": math.log,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
}
CONSTANTS = {"e": math.e, "pi": math.pi, "inf": math.inf}


class Unreadable(ValueError):
    """Raised for text or objects that are no numbers."""


def parse_numbers(answer: object, *, several: bool = False, vector: bool = False) -> list[float]:
    """Return the numbers in what somebody wrote.

    Text is read by a small grammar and never evaluated: numbers, + − · / ^, ln, log, exp, sqrt, e, π, fractions
    such as ¼, percent, and lists.

    Parameters
    ----------
    answer : str, number, array_like
    several : bool
        Whether a list of numbers is expected, so that × stands between two sizes. Otherwise it multiplies, and a single
        comma is a decimal one.
    vector : bool
        Whether a list of numbers is expected that are no sizes: × multiplies, and blanks may separate them.

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
    if several:
        return _sizes(answer)
    if vector and ";" in answer:  # the commas are decimal ones
        return _parsed(answer.replace(",", ".").replace(";", ","), VECTOR, answer)
    return _parsed(answer, VECTOR if vector else SINGLE, answer)


def _sizes(answer: str) -> list[float]:
    """Return a list of sizes; of 5 × 2 = 10, the side that is one."""
    with contextlib.suppress(Unreadable):
        sides = [_parsed(side, SEVERAL, answer) for side in answer.split("=")]
        return next((side for side in reversed(sides) if len(side) > 1), sides[-1])
    return _parsed(answer, SEVERAL, answer)


def _parsed(text: str, patterns: Patterns, answer: str) -> list[float]:
    try:
        return _flat(_value(ast.parse(_in_python(text, patterns), mode="eval").body))
    except Unreadable:
        raise
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        raise Unreadable(f"`{answer.strip()}` is not a number") from None


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


def _in_python(text: str, patterns: Patterns) -> str:
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", r"**\g<0>", text.lower()).translate(CHARACTERS)
    text = re.sub(r"^([^=]+?)[,;\s]\s*(?:where|with|for)?\s*\b([a-z])\s*=([^=]+)$", _substituted, text)
    for pattern, replacement in patterns:
        text = re.sub(pattern, replacement, text)
    return text


def _substituted(match: re.Match) -> str:
    """Return ln(p), p = 1/4 as ln((1/4))."""
    formula, name, value = match.groups()
    with_value, count = re.subn(rf"\b{name}\b", f"({value.strip()})", formula)
    return with_value if count else match[0]


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
            if isinstance(result, (int, float)):
                return result
        case ast.Call(func=ast.Name(id="log"), args=[part, base], keywords=[]):
            return math.log(_number(part), _number(base))
        case ast.Call(func=ast.Name(id=name), args=[part], keywords=[]) if name in FUNCTIONS:
            return float(FUNCTIONS[name](_number(part)))
    raise Unreadable(f"`{ast.unparse(node)}` is not a number")


def _number(node: ast.expr) -> float:
    value = _value(node)
    if isinstance(value, list):
        raise Unreadable(f"`{ast.unparse(node)}` is not one number")
    return value
