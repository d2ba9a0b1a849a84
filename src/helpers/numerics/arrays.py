"""Validate arguments before any work."""

from __future__ import annotations

import operator
import sys
from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
"""What every function of the references returns; which axes it has, its docstring says."""
Sizes = int | Sequence[int]
"""One whole number for every dimension, or one for each."""


class DoesNotFit(ValueError):
    """Raised where arguments are each as they should be, but do not fit each other: a kernel and its input, say.

    An explorer shows its message to the reader, since such a setting of the sliders is no mistake of ours.
    """


def real_array(value: object, name: str, *, shape: tuple | None = None, may_be_empty: bool = False) -> Array:
    """Return ``value`` as an array of floating-point numbers, or say what is wrong with it.

    Integers become float64, so that no sum can overflow; floats keep their precision. NaN and
    infinity are data and pass.

    Parameters
    ----------
    value : array_like
        What the caller was given.
    name : str
        The argument's name, for the message.
    shape : tuple of (int or str), optional
        The axes that are expected: a number must match, a word stands for any length, and a leading
        ``...`` for any number of batch axes.
    may_be_empty : bool
        Whether an axis may have length 0, as in a sequence of no steps.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    TypeError
        If the numbers are not real: complex, boolean, text, or Python objects; or if some are masked.
    ValueError
        If the array is ragged, does not have the shape expected, or is empty and may not be.

    Examples
    --------
    >>> real_array([[1, 2, 3]], "x", shape=("channels", 3))
    array([[1., 2., 3.]])
    >>> real_array([1, 2], "x", shape=("channels", "length"))
    Traceback (most recent call last):
    ValueError: x must have shape (channels, length), got shape (2,)
    """
    array = plain_array(value, name)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers, got an array of dtype {array.dtype}")
    if shape is not None and not _fits(array.shape, shape):
        raise ValueError(f"{name} must have shape {_as_words(shape)}, got shape {array.shape}")
    if array.size == 0 and not may_be_empty:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    return array.astype(np.float64) if array.dtype.kind in "iu" else array


def plain_array(value: object, name: str) -> NDArray[Any]:
    """Return ``value`` as an array of whatever it holds, or say what is wrong with it.

    Raises
    ------
    ValueError
        If it is ragged.
    TypeError
        If NumPy would drop a part of it in silence, as a mask, or refuses it, as a tensor that requires a gradient.

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
    except RuntimeError as error:
        raise TypeError(f"{name} must be an array, got {type(value).__name__}: {error}") from error


def whole_numbers(value: Any, name: str, *, at_least: int, count: int | None = None) -> tuple[int, ...]:
    """Return ``value`` as a tuple of ``count`` integers, one per dimension.

    Parameters
    ----------
    value : int or sequence of int
        One number for every dimension, or one per dimension.
    name : str
        The argument's name, for the message.
    at_least : int
        The smallest number allowed.
    count : int, optional
        The number of dimensions. Left out, a sequence keeps its own length and a number gives one.

    Raises
    ------
    TypeError
        If something is not an integer (``2.0`` and ``True`` are not).
    ValueError
        If a number is too small or larger than any array, or there are too many or too few.

    Examples
    --------
    >>> whole_numbers(2, "stride", at_least=1, count=3)
    (2, 2, 2)
    >>> whole_numbers([2, 0], "stride", at_least=1)
    Traceback (most recent call last):
    ValueError: stride must be at least 1, got [2, 0]
    """
    numbers = tuple(value) if is_sequence(value) else (value,) * (count or 1)
    if not {bool, np.bool_}.isdisjoint(map(type, numbers)):
        raise TypeError(f"{name} must be a whole number or one per dimension, got {value!r}")
    try:
        numbers = tuple(map(operator.index, numbers))
    except TypeError:
        raise TypeError(f"{name} must be a whole number or one per dimension, got {value!r}") from None
    if not numbers:
        raise ValueError(f"{name} must have at least one dimension, got {value!r}")
    if count is not None and len(numbers) != count:
        raise ValueError(f"{name} must be one number or {count}, one per dimension, got {value!r}")
    if min(numbers) < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value!r}")
    if max(numbers) > sys.maxsize:
        raise ValueError(f"{name} must be at most {sys.maxsize}, as no array is longer, got {value!r}")
    return numbers


def whole_number(value: Any, name: str, *, at_least: int) -> int:
    """Return ``value`` as one integer.

    Parameters
    ----------
    value : int
    name : str
        The argument's name, for the message.
    at_least : int
        The smallest number allowed.

    Raises
    ------
    TypeError
        If it is not an integer (``2.0``, ``True`` and ``[2]`` are not).
    ValueError
        If it is too small.

    Examples
    --------
    >>> whole_number(3, "steps", at_least=1)
    3
    >>> whole_number([3], "steps", at_least=1)
    Traceback (most recent call last):
    TypeError: steps must be a whole number, got [3]
    """
    wrong = f"{name} must be a whole number, got {value!r}"
    if is_sequence(value):
        raise TypeError(wrong)
    try:
        (number,) = whole_numbers(value, name, at_least=at_least)
    except TypeError:
        raise TypeError(wrong) from None
    return number


def is_sequence(value: object) -> TypeGuard[Sequence]:
    """Return whether ``value`` is one number per dimension, rather than one for all of them.

    Examples
    --------
    >>> is_sequence((2, 1)), is_sequence(2)
    (True, False)
    """
    return isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim == 1)


def _fits(shape: tuple[int, ...], expected: tuple) -> bool:
    if expected[:1] == (...,):
        expected = expected[1:]
        shape = shape[max(0, len(shape) - len(expected)) :]
    return len(shape) == len(expected) and all(
        isinstance(length, str) or length == actual for length, actual in zip(expected, shape, strict=True)
    )


def _as_words(shape: tuple) -> str:
    words = ["..." if length is Ellipsis else str(length) for length in shape]
    return f"({', '.join(words)}{',' if len(words) == 1 else ''})"
