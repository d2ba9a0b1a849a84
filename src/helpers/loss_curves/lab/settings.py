"""Check the settings and the seeds of an experiment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from math import inf
from numbers import Real
from types import NoneType
from typing import Any

from attrs import Attribute

from ...numerics.arrays import short_repr, whole_number

Check = Callable[[Any, "Attribute[Any]", Any], None]


def _numbers(expected: str, holds: Callable[[Any], bool], count: int | None = None) -> Check:
    """Return a check of one number, or of a tuple of ``count`` numbers."""

    def validate(settings: object, field: Attribute[Any], value: Any) -> None:
        numbers = (value,) if count is None else value
        message = f"{field.name} must be {expected}, got {short_repr(value)}"
        if not isinstance(numbers, tuple) or not all(
            isinstance(number, Real) and not isinstance(number, bool) for number in numbers
        ):
            raise TypeError(message)
        if len(numbers) != (count or 1) or not all(map(holds, numbers)):
            raise ValueError(message)
        if any(sys.float_info.max < number < inf for number in numbers):
            raise ValueError(f"{field.name} must be at most {sys.float_info.max}, got {short_repr(value)}")

    return validate


positive = _numbers("a number greater than 0", lambda number: number > 0)
at_least_zero = _numbers("a number that is at least 0", lambda number: number >= 0)
fraction = _numbers("from 0 to below 1", lambda number: 0 <= number < 1)
two_fractions = _numbers("2 numbers from 0 to below 1", lambda number: 0 <= number < 1, count=2)


def positive_integer(settings: object, field: Attribute[int], value: Any) -> None:
    """Raise unless the field is a whole number from 1."""
    whole_number(value, field.name, at_least=1)


def one_of(*kinds: type) -> Check:
    """Return a check that the field is of one of these types."""
    expected = ", ".join("None" if kind is NoneType else kind.__name__ for kind in kinds)

    def validate(settings: object, field: Attribute[Any], value: Any) -> None:
        if not isinstance(value, kinds):
            raise TypeError(f"{field.name} must be one of {expected}, got {short_repr(value)}")

    return validate


def each_seed(seeds: Iterable[int]) -> tuple[int, ...]:
    """Return the seeds as a tuple; raise unless there is at least one, and each is a whole number from 0."""
    try:
        seeds = tuple(seeds)
    except TypeError:
        raise TypeError(f"seeds must be a sequence of whole numbers, got {short_repr(seeds)}") from None
    if not seeds:
        raise ValueError("seeds must hold at least one whole number, got none")
    return tuple(whole_number(seed, "seeds", at_least=0) for seed in seeds)
