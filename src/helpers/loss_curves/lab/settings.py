"""What the settings and the seeds of an experiment are checked with, before any work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from numbers import Real

from ...numerics.arrays import whole_number


def positive(settings: object, *names: str) -> None:
    """Raise unless each named field is a number greater than 0."""
    _check(settings, names, 1, lambda number: number > 0, "a number greater than 0")


def at_least_zero(settings: object, *names: str) -> None:
    """Raise unless each named field is a number that is not negative."""
    _check(settings, names, 1, lambda number: number >= 0, "a number that is at least 0")


def fraction(settings: object, *names: str, count: int = 1) -> None:
    """Raise unless each named field is a number, or a tuple of ``count`` of them, from 0 to below 1."""
    several = f"{count} numbers " if count > 1 else ""
    _check(settings, names, count, lambda number: 0 <= number < 1, f"{several}from 0 to below 1")


def each_seed(seeds: Iterable[int]) -> tuple[int, ...]:
    """Return the seeds of an experiment, or raise unless there are some, all whole numbers and none negative."""
    try:
        seeds = tuple(seeds)
    except TypeError:
        raise TypeError(f"seeds must be a sequence of whole numbers, got {seeds!r}") from None
    if not seeds:
        raise ValueError("seeds must hold at least one whole number, got none")
    return tuple(whole_number(seed, "seeds", at_least=0) for seed in seeds)


def _check(
    settings: object, names: Iterable[str], count: int, holds: Callable[[float], bool], expected: str
) -> None:
    for name in names:
        value = getattr(settings, name)
        numbers = value if count > 1 else (value,)
        if not isinstance(numbers, tuple) or not all(
            isinstance(number, Real) and not isinstance(number, bool) for number in numbers
        ):
            raise TypeError(f"{name} must be {expected}, got {value!r}")
        if len(numbers) != count or not all(map(holds, numbers)):
            raise ValueError(f"{name} must be {expected}, got {value!r}")
