"""Compare results with what an oracle expects.

Both must hold real numbers, and must not be empty: such a comparison could not fail. Two empty arrays of one shape
count as equal where they ``may_be_empty``, as the states of a sequence of no steps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .arrays import real_array
from .functions import quiet

TOLERANCE = 1e-10
"""The relative error up to which two results in float64 count as the same."""

OBSERVERS: list[Callable[[str, int, float, float], None]] = []
"""Called after each :func:`check_close` that passes, with its name, how many numbers it compared, their relative error
and the tolerance. There are none at first; the site's build adds one, and leaves below each cell what it compared."""


def relative_error(
    actual: ArrayLike, expected: ArrayLike, *, floor: float = 1.0, may_be_empty: bool = False
) -> float:
    """Return the largest absolute difference, divided by the largest magnitude expected (by ``floor`` where that is smaller).

    Arrays of different shape are infinitely far apart, and so is NaN from a number, or any number from 0 with a floor of 0.

    Examples
    --------
    >>> relative_error([1.0, 2.0], [1.0, 2.5])
    0.2
    >>> relative_error([1.0, 2.0], [[1.0, 2.0]])
    inf
    >>> relative_error(0.3, 0.2), relative_error(0.3, 0.2, floor=0.0)
    (0.09999999999999998, 0.4999999999999999)
    """
    actual = real_array(actual, "actual", may_be_empty=may_be_empty).astype(np.float64)
    expected = real_array(expected, "expected", may_be_empty=may_be_empty).astype(np.float64)
    if actual.shape != expected.shape:
        return float("inf")
    finite = np.abs(expected[np.isfinite(expected)])
    difference = float(_difference(actual, expected).max(initial=0.0))
    largest = max(floor, float(finite.max(initial=0.0)))
    if largest == 0.0:
        return 0.0 if difference == 0.0 else float("inf")
    return difference / largest


def check_close(
    actual: ArrayLike,
    expected: ArrayLike,
    *,
    tolerance: float = TOLERANCE,
    name: str = "result",
    may_be_empty: bool = False,
) -> None:
    """Raise AssertionError unless the :func:`relative_error` is at most ``tolerance``.

    The message names the shapes, or the place where the two differ most and by how much.

    Examples
    --------
    >>> check_close([1.0, 2.0], [1.0, 2.0])
    >>> check_close([1.0, 2.0], [1.0, 2.5], name="gradient")
    Traceback (most recent call last):
    AssertionError: gradient differs most at [1]: got 2.0, expected 2.5; relative error 0.2 > 1e-10
    """
    actual = real_array(actual, name, may_be_empty=may_be_empty).astype(np.float64)
    expected = real_array(expected, "expected", may_be_empty=may_be_empty).astype(np.float64)
    if actual.shape != expected.shape:
        raise AssertionError(f"{name} has shape {actual.shape}, expected {expected.shape}")
    error = relative_error(actual, expected, may_be_empty=may_be_empty)
    if not error <= tolerance:
        worst = np.unravel_index(np.argmax(_difference(actual, expected)), actual.shape)
        place = f" at [{', '.join(map(str, worst))}]" if worst else ""
        raise AssertionError(
            f"{name} differs most{place}: got {actual[worst]}, expected {expected[worst]}; "
            f"relative error {error:.2g} > {tolerance:g}"
        )
    for observe in OBSERVERS:
        observe(name, actual.size, error, tolerance)


@quiet()
def _difference(actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return |actual − expected|, where equal infinities and two NaN are 0 apart, and NaN is ∞ from a number."""
    same = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    difference = np.where(same, 0.0, np.abs(actual - expected))
    return np.where(np.isnan(difference), np.inf, difference)
