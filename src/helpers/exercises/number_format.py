"""Write the numbers of an answer."""

from __future__ import annotations

from collections.abc import Sequence


def write_number(value: float, digits: int) -> str:
    """Return a whole number as it is, and another with at most that many significant digits."""
    value = float(value)
    text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.{digits}g}"
    return text.replace("-", "−").replace("inf", "∞").replace("nan", "NaN")


def write_tuple(numbers: Sequence[float]) -> str:
    """Return one number, or several in brackets."""
    written = [f"{number:.15g}" for number in numbers]
    return written[0] if len(written) == 1 else f"({', '.join(written)})"


def write_error(error: float) -> str:
    """Return an error in words that are the same on every machine: rounding differs, its order hardly."""
    return "below 10⁻¹³" if error < 1e-13 else f"{error:.0e}"
