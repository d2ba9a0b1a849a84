"""Numbers to find: they are read as people write them, and compared with the right ones and with known wrong ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..numerics.formatting import format_number
from .answer import Answer
from .exercise import Exercise
from .parse_numbers import Unreadable, parse_numbers

CLOSE = 0.02
"""The relative error up to which a wrong number is called close."""

ROUNDING = 1e-9
"""The relative error up to which two numbers are the same. ``comparison.js`` has the same."""

NAMES = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def how_many(count: int) -> str:
    """Return "two numbers are"; ``judge.js`` says the same."""
    name = NAMES[count] if count < len(NAMES) else str(count)
    return f"{name} number{' is' if count == 1 else 's are'}"


def write_tuple(numbers: Sequence[float]) -> str:
    """Return one number, or several in brackets."""
    texts = [format_number(number, 12) for number in numbers]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def parsed(exercise: Exercise, answer: object, **options: bool) -> list[float] | Answer:
    """Return the numbers that somebody wrote, or the answer to what holds none."""
    if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
        return exercise._unanswered("Put your answer in the place of `...`, and run the cell again.")
    try:
        return parse_numbers(answer, **options)
    except Unreadable as error:
        reason = str(error)
    except Exception as error:  # an object of the reader's own that cannot be converted
        reason = f"it raised {type(error).__name__}"
    return exercise._not_yet(f"This cannot be read as a number: {reason}.", exercise.given)


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
        numbers = parsed(self, answer, several=len(self.answer) > 1)
        return numbers if isinstance(numbers, Answer) else self._judge(numbers, answer)

    def _judge(self, numbers: list[float], answer: object) -> Answer:
        listed = write_tuple(numbers)
        error = max(self.tolerance, ROUNDING)
        if _agree(numbers, self.answer, error):
            exact = "exactly" if self.tolerance == 0 else f"to {100 * self.tolerance:g} % of its value"
            return self._right(f"{listed} is right, {exact}.")
        names = self._find_mistakes(lambda wrong: _agree(numbers, wrong, error))
        if names:
            return self._not_yet(*self._explain_mistakes(f"{listed}: this", names), mistake="; ".join(names))
        return self._not_yet(*self._describe(numbers, listed, error), *_without_commas(answer))

    def _describe(self, numbers: list[float], listed: str, error: float) -> list[str]:
        """Return what is wrong with numbers that are no known mistake."""
        if len(numbers) != len(self.answer):
            return [
                f"Your answer was read as {listed}, and {how_many(len(self.answer))} expected.",
                self.given,
            ]
        pairs = zip(numbers, self.answer, strict=True)
        right = [format_number(number, 12) for number, other in pairs if _agree([number], [other], error)]
        if right:
            return [f"{', '.join(right)} is right; the rest of {listed} is not.", self.given]
        if _agree(numbers, self.answer, CLOSE):
            return [f"{listed} is close, but not close enough. Give a formula, or more digits."]
        return [f"Your answer was read as {listed}.", self.given]


def _without_commas(answer: object) -> list[str]:
    """Return how to write a number whose comma may have been meant to group its digits, if one may."""
    if not isinstance(answer, str):
        return []
    plain = re.sub(r"(\d),(?=\d{3}(?!\d))", r"\1", answer)
    return [] if plain == answer else [f"If a comma groups digits here, leave it out: `{plain}`."]


def _agree(numbers: Sequence[float], others: Sequence[float], tolerance: float) -> bool:
    return len(numbers) == len(others) and all(
        abs(one - other) <= tolerance * abs(other) for one, other in zip(numbers, others, strict=True)
    )
