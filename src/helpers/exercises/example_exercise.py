"""Numbers to choose freely, so that a condition holds: four logits whose loss exceeds 5."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf

import numpy as np

from ..numerics.arrays import Array
from ..numerics.formatting import format_number
from ..numerics.functions import quiet
from .answer import Answer
from .exercise import Exercise
from .number_exercise import how_many, parsed, write_tuple


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What holds of numbers where a value computed from them lies between two bounds.

    Parameters
    ----------
    value : callable
        Takes the numbers as an array, and returns one number.
    formula : str
        The same value as a formula of an answer box, in which the numbers are a column, ``z``.
    words : str
        What the value is, as "the loss".
    above, below : float
        The bounds, which do not count as between them.
    """

    value: Callable[[Array], float]
    formula: str
    words: str
    above: float = -inf
    below: float = inf

    def value_of(self, numbers: Array) -> float:
        """Return the value, NaN where it has none."""
        try:
            with quiet():
                return float(self.value(numbers))
        except (ArithmeticError, ValueError):
            return float("nan")

    def holds(self, numbers: Array) -> bool:
        """Return whether the value of the numbers lies between the bounds."""
        return self.above < self.value_of(numbers) < self.below

    @property
    def wanted(self) -> str:
        """The bounds in words: "more than 5"."""
        if self.below == inf:
            return f"more than {format_number(self.above, 12)}"
        if self.above == -inf:
            return f"less than {format_number(self.below, 12)}"
        return f"between {format_number(self.above, 12)} and {format_number(self.below, 12)}"


@dataclass(frozen=True, kw_only=True)
class ExampleExercise(Exercise[Condition]):
    """Numbers to choose so that a condition holds.

    Parameters
    ----------
    id, given, hints, chapter
        As in :class:`~helpers.exercises.exercise.Exercise`.
    condition : Condition
    length : int
        How many numbers there are.
    example : tuple of float
        Numbers that are right.
    symbol : str
        The name of the numbers in the formulas.
    mistakes : dict of str to Mistake
        By name, each with a condition under which it is made; they are looked for in numbers that are wrong.
    """

    condition: Condition
    length: int
    example: tuple[float, ...]
    symbol: str = "z"
    mistakes: Mapping = field(default_factory=dict)

    def check(self, answer: object) -> Answer:
        """Judge the reader's numbers, in any notation."""
        numbers = parsed(self, answer, vector=True)
        if isinstance(numbers, Answer):
            return numbers
        listed = write_tuple(numbers)
        if len(numbers) != self.length:
            return self._not_yet(
                f"Your answer was read as {listed}, and {how_many(self.length)} expected.", self.given
            )
        vector = np.array(numbers)
        sentence = f"{listed}: {self.condition.words} is {format_number(self.condition.value_of(vector), 4)}"
        if self.condition.holds(vector):
            return self._right(f"{sentence}.")
        names = self._find_mistakes(lambda condition: condition.holds(vector))
        sentence += f", and {self.condition.wanted} is asked for."
        if names:
            named, *hints = self._explain_mistakes(f"{listed}: this", names)
            return self._not_yet(named, sentence, *hints, mistake="; ".join(names))
        return self._not_yet(sentence, self.given)
