"""Numbers to find: they are read as people write them, and compared with the right ones and with known wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .answer import Answer
from .exercise import Exercise
from .number_format import write_tuple
from .parse_numbers import Unreadable, parse_numbers

CLOSE = 0.02
"""The relative error up to which a wrong number is called close."""


@dataclass(frozen=True, kw_only=True)
class NumberExercise(Exercise[tuple[float, ...]]):
    """A number, or several, to find.

    Parameters
    ----------
    id, given, hints, mistakes, chapter
        As in :class:`~helpers.exercises.exercise.Exercise`.
    answer : tuple of float
    tolerance : float
        The relative error up to which a number counts as right.
    """

    answer: tuple[float, ...]
    tolerance: float = 0.0

    def check(self, answer: object) -> Answer:
        """Judge the reader's number or numbers, in any notation."""
        if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
            return self._unanswered("Put your answer in the place of `...`, and run the cell again.")
        try:
            numbers = parse_numbers(answer, several=len(self.answer) > 1)
        except Unreadable as error:
            return self._not_yet(f"This cannot be read as a number: {error}.", self.given)
        except Exception as error:  # an object of the reader's own that cannot be converted
            return self._not_yet(
                f"This cannot be read as a number: it raised {type(error).__name__}.", self.given
            )
        return self._judge(numbers)

    def _judge(self, numbers: list[float]) -> Answer:
        written = write_tuple(numbers)
        if _agree(numbers, self.answer, self.tolerance):
            exact = "exactly" if self.tolerance == 0 else f"to {100 * self.tolerance:g} % of its value"
            return self._right(
                f"{written} is right, {exact}. None of {len(self.mistakes)} known mistakes is made."
            )
        mistake = self._find_mistake(lambda wrong: _agree(numbers, wrong, self.tolerance))
        if mistake:
            return self._not_yet(*self._explain_mistake(f"{written}: this", mistake), mistake=mistake)
        if len(numbers) != len(self.answer):
            expected = {1: "one number is", 2: "two numbers are", 3: "three numbers are"}[len(self.answer)]
            return self._not_yet(f"{written} was read, and {expected} expected.", self.given)
        if _agree(numbers, self.answer, CLOSE):
            return self._not_yet(f"{written} is close. Write it more exactly.", self.given)
        return self._not_yet(f"{written} was read.", self.given)


def _agree(numbers: Sequence[float], others: Sequence[float], tolerance: float) -> bool:
    return len(numbers) == len(others) and all(
        abs(one - other) <= tolerance * abs(other) for one, other in zip(numbers, others, strict=True)
    )
