"""Draw the cases on which a function is tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..numerics.arrays import Array

Cases = Iterator[tuple]
"""Tuples of arguments. A list among them stands for an array."""


@dataclass(frozen=True)
class Draw:
    """Random arrays of a given shape: some that a person can follow, and some of any real numbers."""

    random: np.random.Generator

    def integers(self, *shape: int) -> Array:
        """Return whole numbers that a person can multiply, none of them 0."""
        return self.random.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], size=shape)

    def quarters(self, *shape: int) -> Array:
        """Return shares that a person can multiply: ¼, ½ and ¾."""
        return self.random.choice([0.25, 0.5, 0.75], size=shape)

    def normal(self, *shape: int) -> Array:
        """Return normally distributed numbers."""
        return self.random.normal(size=shape)

    def uniform(self, *shape: int) -> Array:
        """Return numbers from 0 to 1."""
        return self.random.uniform(size=shape)


def one_hot_array(shape: tuple[int, ...], *place: int) -> Array:
    """Return zeros, but for one 1."""
    array = np.zeros(shape)
    array[place] = 1.0
    return array


def as_arguments(case: tuple) -> tuple:
    """Return a case with arrays in place of its lists."""
    return tuple(np.array(value, float) if isinstance(value, list) else value for value in case)


def size(case: tuple) -> tuple[float, ...]:
    """Return a key to sort cases by: how many numbers they have, how many are not 0, how many are not whole, their sum."""
    numbers = np.concatenate([np.ravel(np.asarray(argument, float)) for argument in case])
    return (
        numbers.size,
        int(np.count_nonzero(numbers)),
        int(np.count_nonzero(numbers % 1)),
        float(np.abs(numbers).sum()),
    )
