"""Write numbers, counts and lists as a reader reads them. Everywhere else a minus sign is Python's hyphen."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal

__all__ = ["count", "fixed", "format_number", "listed", "signed"]

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LARGEST_INTEGER = 10**15
"""Integers of float64 are exact below it, with a digit to spare."""


def format_number(x: float, digits: int = 3) -> str:
    """Return a number as text: an integer in full, any other rounded to significant digits.

    Very small and very large numbers are written with a power of ten. ``drawing.js`` writes the same.

    Examples
    --------
    >>> format_number(-2.0), format_number(0.12345), format_number(1971.3), format_number(float("inf"))
    ('−2', '0.123', '1970', '∞')
    >>> format_number(0.00001), format_number(-12345.6, digits=2)
    ('10⁻⁵', '−1.2 · 10⁴')
    """
    exact = Decimal(float(x) + 0.0)  # without the sign of −0
    if exact == exact.to_integral_value() and abs(exact) < LARGEST_INTEGER:
        return _typeset(f"{exact:f}")
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(exact).normalize()
    exponent = rounded.adjusted()
    if -5 < exponent <= digits:
        return _typeset(f"{rounded:f}")
    mantissa = rounded.scaleb(-exponent)
    factor = f"{mantissa:f}".removesuffix("1") if abs(mantissa) == 1 else f"{mantissa:f} · "
    return _typeset(factor) + "10" + str(exponent).translate(SUPERSCRIPTS)


def fixed(x: float, decimals: int = 2) -> str:
    """Return a number with a fixed number of decimals.

    Examples
    --------
    >>> fixed(0.125), fixed(-3), fixed(-0.04, decimals=1)
    ('0.12', '−3.00', '0.0')
    """
    return _typeset(f"{round(float(x), decimals) + 0.0:.{decimals}f}")


def signed(x: float) -> str:
    """Return a number as a factor of a product: in parentheses if it is negative.

    Examples
    --------
    >>> signed(2), signed(-2)
    ('2', '(−2)')
    """
    return f"({format_number(x)})" if x < 0 else format_number(x)


def count(n: int, noun: str) -> str:
    """Return how many there are of a thing.

    Examples
    --------
    >>> count(0, "row"), count(1, "row"), count(2, "row")
    ('no rows', '1 row', '2 rows')
    """
    return f"{n or 'no'} {noun}{'s' * (n != 1)}"


def listed(items: Iterable[object]) -> str:
    """Return items as a list within a sentence.

    Examples
    --------
    >>> listed([1]), listed([1, 2]), listed([1, 2, 3])
    ('1', '1 and 2', '1, 2 and 3')
    """
    *rest, last = map(str, items)
    return f"{', '.join(rest)} and {last}" if rest else last


def _typeset(text: str) -> str:
    return text.replace("-", "−").replace("Infinity", "∞")
