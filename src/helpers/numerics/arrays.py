"""Validate arguments before any work.

What is of the wrong kind raises TypeError; what is of the wrong size or shape, or does not fit the rest, ValueError.
The message names the argument, what was expected, and what was given. NaN and infinity are data and pass.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[np.floating]
"""What every function of the references returns; which axes it has, its docstring says."""
Sizes = int | Sequence[int]
"""One whole number for every dimension, or one for each."""

MOST_MEMORY = 2**32
"""The most bytes of one array that an argument may ask for, by its value rather than by its own size."""
MOST_DIMENSIONS = 64
"""No array of NumPy has more."""

_BOOLEANS = frozenset({bool, np.bool_})
_LONGEST = 200
"""The number of characters of a value in a message."""


class DoesNotFit(ValueError):
    """Raised where arguments are each as they should be, but do not fit each other: a kernel and its input, say.

    An explorer shows its message to the reader, since such a setting of the sliders is no mistake of ours.
    """


def real_array(value: object, name: str, *, shape: tuple | None = None, may_be_empty: bool = False) -> Array:
    """Return ``value``, called ``name`` in messages, as an array of floating-point numbers.

    Integers become float64, so that no sum can overflow; floats keep their precision. ``shape`` lists the axes: a
    number must match, a word stands for any length, and a leading ``...`` for any batch axes. A batch may be empty,
    an axis that a word stands for (without ``shape``, any axis) only if ``may_be_empty``.

    Examples
    --------
    >>> real_array([[1, 2, 3]], "x", shape=("channels", 3))
    array([[1., 2., 3.]])
    >>> real_array([1, 2], "x", shape=("channels", "length"))
    Traceback (most recent call last):
    ValueError: x must have shape (channels, length), got shape (2,)
    """
    if not (shape is None or isinstance(shape, tuple)):
        raise TypeError(f"shape must be a tuple, got {short_repr(shape)}")
    array = plain_array(value, name)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers, got an array of dtype {array.dtype}")
    shape = ("length",) * array.ndim if shape is None else shape
    lengths = _open_lengths(array.shape, shape)
    if lengths is None:
        raise ValueError(f"{name} must have shape {_as_words(shape)}, got shape {array.shape}")
    if 0 in lengths and not may_be_empty:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    return array.astype(np.float64) if array.dtype.kind in "iu" else array


def plain_array(value: object, name: str) -> NDArray[Any]:
    """Return ``value`` as an array of whatever it holds, unless it is ragged or NumPy would drop a part in silence.

    Examples
    --------
    >>> plain_array([[1, 2], [3]], "x")
    Traceback (most recent call last):
    ValueError: x must be a rectangular array, got rows of different lengths
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must be a plain array, got a masked one")
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array, got rows of different lengths") from error
    except RuntimeError as error:  # a tensor that requires a gradient
        raise TypeError(f"{name} must be an array, got {type(value).__name__}: {error}") from error


def whole_numbers(value: Any, name: str, *, at_least: int, count: int | None = None) -> tuple[int, ...]:
    """Return ``value`` as a tuple of ``count`` integers (not 2.0, not True), one per dimension.

    A number stands for every dimension; without ``count``, for one, and a sequence keeps its own length.

    Examples
    --------
    >>> whole_numbers(2, "stride", at_least=1, count=3)
    (2, 2, 2)
    >>> whole_numbers([2, 0], "stride", at_least=1)
    Traceback (most recent call last):
    ValueError: stride must be at least 1, got [2, 0]
    """
    count = None if count is None else whole_number(count, "count", at_least=1, at_most=MOST_DIMENSIONS)
    numbers = tuple(value) if is_sequence(value) else (value,) * (count or 1)
    try:
        numbers = tuple(map(_integer, numbers))
    except TypeError:
        message = f"{name} must be a whole number or one per dimension, got {short_repr(value)}"
        raise TypeError(message) from None
    if not numbers:
        raise ValueError(f"{name} must have at least one dimension, got {short_repr(value)}")
    if count is not None and len(numbers) != count:
        raise ValueError(f"{name} must be one number or {count}, one per dimension, got {short_repr(value)}")
    if min(numbers) < operator.index(at_least):
        raise ValueError(f"{name} must be at least {at_least}, got {short_repr(value)}")
    if max(numbers) > sys.maxsize:
        raise ValueError(
            f"{name} must be at most {sys.maxsize}, as no array is longer, got {short_repr(value)}"
        )
    return numbers


def _integer(value: Any) -> int:
    """Return ``value`` as an integer, if it is one and not a truth value."""
    if type(value) in _BOOLEANS:
        raise TypeError
    return operator.index(value)


def whole_number(
    value: Any, name: str, *, at_least: int, at_most: int | None = None, limit: str = "the last"
) -> int:
    """Return ``value`` as one integer; messages call ``at_most`` the ``limit``.

    Examples
    --------
    >>> whole_number(3, "t", at_least=1, at_most=3)
    3
    >>> whole_number(4, "t", at_least=1, at_most=3, limit="the number of steps")
    Traceback (most recent call last):
    ValueError: t must be at most 3, the number of steps, got 4
    """
    wrong = f"{name} must be a whole number, got {short_repr(value)}"
    if is_sequence(value):
        raise TypeError(wrong)
    try:
        (number,) = whole_numbers(value, name, at_least=at_least)
    except TypeError:
        raise TypeError(wrong) from None
    if at_most is not None and number > at_most:
        raise ValueError(f"{name} must be at most {at_most}, {limit}, got {number}")
    return number


def boolean(value: object, name: str) -> bool:
    """Return ``value``, unless it is something else than True or False.

    Examples
    --------
    >>> boolean(1, "held_out")
    Traceback (most recent call last):
    TypeError: held_out must be True or False, got 1
    """
    if type(value) not in _BOOLEANS:
        raise TypeError(f"{name} must be True or False, got {short_repr(value)}")
    return bool(value)


def check_memory(names: str, shape: Sequence[int], dtype: DTypeLike = np.float64) -> None:
    """Raise unless an array of this shape, which the arguments ``names`` ask for, is small enough to be made.

    Examples
    --------
    >>> check_memory("padding", (3, 10**9))
    Traceback (most recent call last):
    ValueError: padding must ask for an array of at most 4 GiB, got one of shape (3, 1000000000), 22 GiB
    """
    asked_for = math.prod(shape) * np.dtype(dtype).itemsize
    if asked_for > MOST_MEMORY:
        raise ValueError(
            f"{names} must ask for an array of at most {MOST_MEMORY >> 30} GiB, "
            f"got one of shape {tuple(shape)}, {asked_for >> 30} GiB"
        )


def short_repr(value: object) -> str:
    """Return ``value`` for a message: its beginning if it is long, and its type if Python does not write it.

    Examples
    --------
    >>> short_repr([2, 0.5]), short_repr(10**5000)
    ('[2, 0.5]', 'a value of type int')
    """
    try:
        text = repr(value)
    except Exception:  # an integer of thousands of digits, or an object of the reader's own
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def is_sequence(value: object) -> TypeGuard[Sequence]:
    """Return whether ``value`` is one number per dimension, rather than one for all of them.

    Examples
    --------
    >>> is_sequence((2, 1)), is_sequence(2)
    (True, False)
    """
    return isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim == 1)


def check_is_own_run(run: Any, network: object, kind: type[Any]) -> None:
    """Raise unless ``run`` is of this kind, and is what this very network went through."""
    if not isinstance(run, kind):
        raise TypeError(f"run must be what {type(network).__name__}.run returns, got {type(run).__name__}")
    if run.network is not network:
        raise ValueError("run must come from this network, got a run of another one")


def _open_lengths(shape: tuple[int, ...], expected: tuple) -> list[int] | None:
    """Return the lengths that ``expected`` leaves open, batch axes aside; None if the shape does not fit."""
    if expected[:1] == (...,):
        shape, expected = shape[max(0, len(shape) - len(expected) + 1) :], expected[1:]
    if len(shape) != len(expected):
        return None
    pairs = list(zip(shape, expected, strict=True))
    if not all(isinstance(wanted, str) or wanted == length for length, wanted in pairs):
        return None
    return [length for length, wanted in pairs if isinstance(wanted, str)]


def _as_words(shape: tuple) -> str:
    words = ["..." if length is Ellipsis else str(length) for length in shape]
    return f"({', '.join(words)}{',' if len(words) == 1 else ''})"
