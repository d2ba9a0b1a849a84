"""Read numbers as people write them: 5×2, (5, 2), ln 4, 1.386, 6^30, ¼."""

from __future__ import annotations

import ast
import json
import math
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from unicodedata import normalize

import numpy as np

LONGEST = 200
"""The longest text that is read, in characters."""

Patterns = Sequence[tuple[str, str]]

_SCRIPT = Path(__file__).with_name("formulas").joinpath("spellings.js").read_text(encoding="utf-8")
SPELLINGS: dict[str, Patterns] = json.loads(_SCRIPT.partition("SPELLINGS = ")[2].rstrip("\n;"))
"""What people write in numbers, and what takes its place, in order; ``numbers.js`` has the same.

:meta private:
"""

PYTHON: Patterns = (
    ("([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", "^($1)"),
    (r"(\d(?:[\d.]|e[-+]?\d)*)\s*%", "($1/100)"),
    (r"(\)|(?<![a-z\d.])[\d.]+)\s*(?=[a-z(])(?!e[-+]?\d)", "$1*"),  # 2 ln 4, 3072(16384)
    (r"\)\s*(?=\d)", ")*"),
    (r"(?<![\d.])0+(?=\d)", ""),
)
CHARACTERS = str.maketrans(
    {"×": "*", "·": "*", "^": "**", "π": "pi", "∞": "inf", "[": "(", "{": "(", "]": ")", "}": ")"}
    | {"⌊": "floor(", "⌈": "ceil(", "⌋": ")", "⌉": ")"}
    | dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
    | {one: f"({normalize('NFKC', one).replace('⁄', '/')})" for one in "½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒"}
)
OPERATIONS: dict[type, Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
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

OF_SIZES = (";", ",", "×", "·*")
OF_A_VECTOR = (";", ",")
"""What separates numbers: of these the first that is there, outside of brackets."""


class Unreadable(ValueError):
    """Raised for text or objects that are no numbers."""


def parse_numbers(answer: object, *, several: bool = False, vector: bool = False) -> list[float]:
    """Return the numbers in what somebody wrote.

    Text is read by a small grammar and never evaluated: numbers, + − · / ^, ln, log, exp, sqrt, e, π, ∞, fractions
    such as ¼, percent, and lists.

    Parameters
    ----------
    answer : str, number, array_like
    several : bool
        Whether a list of sizes is expected, between which × may stand. Otherwise it multiplies.
    vector : bool
        Whether a list of numbers is expected that are no sizes: × multiplies, and blanks may separate them.

    Raises
    ------
    Unreadable
        If it is none of this.

    Examples
    --------
    >>> parse_numbers("5 x 2", several=True), parse_numbers("16·27, 10³", several=True), parse_numbers("R^3×(5×7)", several=True)
    ([5.0, 2.0], [432.0, 1000.0], [3.0, 5.0, 7.0])
    >>> [round(number, 3) for text in ("ln 4", "math.log(4)", "2 ln 2", "1,386") for number in parse_numbers(text)]
    [1.386, 1.386, 1.386, 1.386]
    >>> parse_numbers("6^3"), parse_numbers("25 %"), parse_numbers("[17/4] + 1 × [7/4] + 1 = 5 × 2", several=True)
    ([216.0], [0.25], [5.0, 2.0])
    """
    if not isinstance(answer, str):
        return _flat(answer)
    if len(answer) > LONGEST:
        raise Unreadable("the text is too long to be a number")
    written = _rewritten(answer.lower(), SPELLINGS["any"])
    try:
        return [_number(text) for text in _texts(written, several, vector)]
    except (SyntaxError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError, MemoryError):
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


def _rewritten(text: str, patterns: Iterable[Sequence[str]]) -> str:
    for pattern, instead in patterns:
        text = re.sub(pattern, re.sub(r"\$(\d)", r"\\g<\1>", instead), text, flags=re.ASCII)
    return text


def _texts(text: str, several: bool, vector: bool) -> list[str]:
    """Return the texts of the numbers in a text."""
    if vector:
        last = text.rpartition("=")[2]
        return _list(
            last if re.search("[,;]", last) else re.sub(r"(?<=[\d)])\s+(?=[-+]?[\d.])", ",", last),
            OF_A_VECTOR,
        )
    if not several:
        return [text]
    sides = [_list(side, OF_SIZES) for side in reversed(text.split("="))]  # of 5 × 2 = 10
    return next((side for side in sides if len(side) > 1), sides[0])


def _depths(text: str) -> list[int]:
    """Return how many brackets are open at each character."""
    return list(accumulate((letter in "([{⌊⌈") - (letter in ")]}⌋⌉") for letter in text))


def _list(text: str, separators: Sequence[str], is_whole: bool = True) -> list[str]:
    """Return the texts between separators; what a bracket holds as a whole is a list, too."""
    bare = text.strip()
    if re.fullmatch(r"[(\[{].+[)\]}]", bare) and min(_depths(bare)[:-1]) > 0:
        return _list(bare[1:-1], separators)
    parts = (_split(text, signs) for signs in separators if is_whole)
    found = next((parts for parts in parts if len(parts) > 1), None)
    return [one for part in found for one in _list(part, separators, False)] if found else [text]


def _split(text: str, signs: str) -> list[str]:
    cuts = [place for place, depth in enumerate(_depths(text)) if depth == 0 and text[place] in signs]
    return [text[begin + 1 : end] for begin, end in pairwise([-1, *cuts, len(text)])]


def _number(text: str) -> float:
    written = _with_point(_rewritten(text, SPELLINGS["one"]))
    python = _rewritten(written, PYTHON).translate(CHARACTERS)
    return float(_value(ast.parse(python.strip(), mode="eval").body))


def _with_point(text: str) -> str:
    """Return a number without what groups its digits, and with a point for a decimal comma: 1,000,000 and 1.000,5 and 0,5."""
    for separator, point in (",.", ".,"):
        grouped = rf"\d{{1,3}}(?:\{separator}\d{{3}})+(?:\{separator}\d{{3}}|\{point}\d+)(?!\d)"
        text = re.sub(grouped, lambda digits: digits[0].replace(separator, "").replace(point, "."), text)  # noqa: B023
    return re.sub(r"(?<=\d),(?=\d)", ".", text)


def _value(node: ast.expr) -> float:
    """Return the value of a piece of syntax; one that no number is made of raises."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return CONSTANTS[name]
        case ast.UnaryOp(op=operation, operand=part):
            return OPERATIONS[type(operation)](_value(part))
        case ast.BinOp(left=left, op=operation, right=right):
            return OPERATIONS[type(operation)](_value(left), _value(right))
        case ast.Call(func=ast.Name(id=name), args=[part], keywords=[]):
            return FUNCTIONS[name](_value(part))
    raise SyntaxError
