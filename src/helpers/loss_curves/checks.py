"""What the settings of an experiment are checked with when they are made."""

from __future__ import annotations

from numbers import Real


def positive(settings, *names):
    """Raise unless each named field is a number greater than 0."""
    _check(settings, names, 1, lambda number: number > 0, "a number greater than 0")


def at_least_zero(settings, *names):
    """Raise unless each named field is a number that is not negative."""
    _check(settings, names, 1, lambda number: number >= 0, "a number that is at least 0")


def fraction(settings, *names, count=1):
    """Raise unless each named field is a number, or ``count`` of them, from 0 to below 1."""
    _check(settings, names, count, lambda number: 0 <= number < 1, "from 0 to below 1")


def _check(settings, names, count, holds, expected):
    for name in names:
        value = getattr(settings, name)
        numbers = value if count > 1 else (value,)
        if not isinstance(numbers, tuple) or not all(
            isinstance(number, Real) and not isinstance(number, bool) for number in numbers
        ):
            raise TypeError(f"{name} must be {expected}, got {value!r}")
        if len(numbers) != count or not all(map(holds, numbers)):
            raise ValueError(f"{name} must be {expected}, got {value!r}")
