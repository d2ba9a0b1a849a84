"""What an exercise is, and how an answer to it is judged."""

from __future__ import annotations

import inspect
import re
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.compare import TOLERANCE, relative_error
from .answer import Answer, Case, Outcome
from .parse_numbers import Unreadable, parse_numbers
from .sandbox import Call, run_safely

SECONDS = 5.0
"""How long all cases of a check may take together."""

NEARLY = 1e-4
"""The relative error up to which a wrong number is taken for a rounded one."""


Function = Callable[..., object]
"""Takes the arguments of an exercise: the reference, a mistake, or what the reader wrote."""


@dataclass(frozen=True)
class WrongFunction:
    """A known mistake.

    Parameters
    ----------
    name : str
        What the answer does, as in "it stops a row short".
    function : callable
        Makes the mistake.
    hint : str
        What to look at. Code stands between backticks.
    sheets : bool
        Whether the answer sheet makes it.
    """

    name: str
    function: Function
    hint: str
    sheets: bool = False


@dataclass(frozen=True)
class WrongNumber:
    """A known wrong number: as :class:`WrongFunction`, with its numbers in place of a function."""

    name: str
    numbers: tuple[float, ...]
    hint: str
    sheets: bool = False


@dataclass(frozen=True)
class WrongReason:
    """A known wrong reason: as :class:`WrongFunction`, with a pattern of words in place of a function."""

    name: str
    words: str
    hint: str
    sheets: bool = False


AnyMistake = WrongFunction | WrongNumber | WrongReason


@dataclass(frozen=True, kw_only=True)
class _Exercise:
    """What all kinds of exercise have, and the answers that they give."""

    id: str
    given: str
    hints: tuple[str, ...]
    chapter: str

    @property
    def anchor(self) -> str:
        """The name of the place in the book where the exercise is."""
        return "exercise-" + self.id.replace(".", "-")

    def _right(self, *says: str) -> Answer:
        return Answer(self.id, Outcome.RIGHT, says)

    def _unanswered(self, *says: str) -> Answer:
        return Answer(self.id, Outcome.UNANSWERED, says)

    def _not_yet(self, *says: str, case: Case | None = None, mistake: AnyMistake | None = None) -> Answer:
        return Answer(self.id, Outcome.NOT_YET, says, case, mistake.name if mistake else "")


@dataclass(frozen=True, kw_only=True)
class Exercise(_Exercise):
    """A function to write: what it should return, on which cases, and how it is mostly got wrong.

    Parameters
    ----------
    id : str
        Of the claim that it belongs to.
    reference : callable
        Returns what is expected. The names of its parameters are those of the reader's function.
    cases : callable
        Makes tuples of arguments, from a random generator: some that a person can follow, and edge cases.
    given : str
        What the arguments are and what is to be returned, with shapes.
    hints : tuple of str
        From a first push to nearly all of it.
    mistakes : tuple of WrongFunction
    chapter : str
        The notebook that it is in.
    """

    reference: Function
    cases: Callable[[np.random.Generator], Iterable[tuple]]
    mistakes: tuple[WrongFunction, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(inspect.signature(self.reference).parameters)

    def ordered_cases(self) -> list[tuple]:
        """Return the cases, the same at every call, so that the first that fails is the smallest."""
        random = np.random.default_rng(zlib.crc32(self.id.encode()))
        return sorted(self.cases(random), key=_size)

    def check(self, function: object) -> Answer:
        """Judge the reader's function; whatever it does, this returns an answer in words."""
        if function is None or function is ...:
            return self._unanswered("Fill in the body of the function, and run the cell again.")
        signature = f"`{', '.join(self.parameters)}`"
        if not callable(function):
            what = type(function).__name__
            return self._not_yet(
                f"What is checked is the function itself, and this is a value of type {what}. Give its name without "
                "calling it."
            )
        if not _takes(function, len(self.parameters)):
            return self._not_yet(
                f"The function has to take these arguments, in this order: {signature}. {self.given}"
            )
        return self._judge(function)

    def _judge(self, function: Function) -> Answer:
        cases = self.ordered_cases()
        calls = _calls_in_time(function, cases)
        if calls[0].value is None and not calls[0].trouble:
            printed = " What it prints is not looked at." if calls[0].printed else ""
            return self._unanswered(
                f"The function returns nothing. Fill in its body, and `return` the result.{printed}"
            )
        expected = [np.asarray(self.reference(*case), float) for case in cases[: len(calls)]]
        for number, (made, right) in enumerate(zip(calls, expected, strict=True)):
            wrong = _describe_error(made, right, self.parameters)
            if wrong:
                return self._answer_to(wrong, number, cases, calls, right)
        return self._answer_to_right(calls, expected)

    def _answer_to(
        self, wrong: str, number: int, cases: list[tuple], calls: list[Call], right: np.ndarray
    ) -> Answer:
        """The mistake by name, if it is a known one, or else what is wrong; and the smallest case that fails."""
        made = calls[number]
        mistake = next(
            (known for known in self.mistakes if makes_same_mistake(calls, known.function, cases)), None
        )
        if mistake:
            says = [*_name_mistake("It", mistake)]
        else:
            says = [f"{wrong[0].upper()}{wrong[1:]}."]
            if made.value is None or _squeezed(made.value).shape != _squeezed(right).shape:
                says.append(self.given)
        if made.printed:
            says.append(f"What it printed on this input begins: `{_one_line(made.printed)}`")
        says.append(f"The smallest case that fails is number {number + 1} of {len(cases)}:")
        inputs = dict(zip(self.parameters, cases[number], strict=True))
        return self._not_yet(*says, case=Case(inputs, right, made.value), mistake=mistake)

    def _answer_to_right(self, calls: list[Call], expected: list[np.ndarray]) -> Answer:
        values = [made.value for made in calls if made.value is not None]
        error = max(
            relative_error(_squeezed(value), _squeezed(right))
            for value, right in zip(values, expected, strict=True)
        )
        says = [
            f"It agrees with the reference in all of {len(calls)} cases; the largest relative difference is "
            f"{_in_words(error)}. None of {len(self.mistakes)} known mistakes is made."
        ]
        value, right = values[-1], expected[-1]
        if value.shape != right.shape:
            says.append(
                f"(Yours has shape {value.shape}; the book writes {right.shape}, which is the same numbers.)"
            )
        if calls[-1].printed:
            says.append("What it printed is left out here.")
        return self._right(*says)


@dataclass(frozen=True, kw_only=True)
class NumberExercise(_Exercise):
    """A number, or several, to find.

    Parameters
    ----------
    id, hints, chapter
        As in :class:`Exercise`.
    answer : tuple of float
    given : str
        What is asked for, and how exact it has to be.
    mistakes : tuple of WrongNumber
    tolerance : float
        The relative error up to which a number counts as right.
    """

    answer: tuple[float, ...]
    mistakes: tuple[WrongNumber, ...]
    tolerance: float = 0.0

    def check(self, spelled: object) -> Answer:
        """Judge the reader's number or numbers, in whatever spelling."""
        if spelled is None or spelled is ... or (isinstance(spelled, str) and not spelled.strip()):
            return self._unanswered("Put your answer in the place of `...`, and run the cell again.")
        try:
            found = parse_numbers(spelled, several=len(self.answer) > 1)
        except Unreadable as error:
            return self._not_yet(f"This cannot be read as a number: {error}.", self.given)
        except Exception as error:  # an object of the reader's own that refuses to be looked at
            return self._not_yet(
                f"This cannot be read as a number: it raised {type(error).__name__}.", self.given
            )
        listed = _listed(found)
        if self._near(found, self.answer):
            exact = "exactly" if self.tolerance == 0 else f"to {100 * self.tolerance:g} % of its value"
            return self._right(
                f"{listed} is right, {exact}. None of {len(self.mistakes)} known mistakes is made."
            )
        mistake = next((known for known in self.mistakes if self._near(found, known.numbers)), None)
        if mistake:
            return self._not_yet(*_name_mistake(f"{listed}: this", mistake), mistake=mistake)
        if len(found) != len(self.answer):
            words = {1: "one number is", 2: "two numbers are", 3: "three numbers are"}[len(self.answer)]
            return self._not_yet(f"{listed} was read, and {words} expected.", self.given)
        if all(abs(one - other) <= 0.02 * abs(other) for one, other in zip(found, self.answer, strict=True)):
            return self._not_yet(f"{listed} is close. Write it more exactly.", self.given)
        return self._not_yet(f"{listed} was read.", self.given)

    def _near(self, found: Sequence[float], wanted: Sequence[float]) -> bool:
        return len(found) == len(wanted) and all(
            abs(one - other) <= self.tolerance * abs(other) for one, other in zip(found, wanted, strict=True)
        )


@dataclass(frozen=True, kw_only=True)
class SentenceExercise(_Exercise):
    """A reason to give in a sentence. Only its words are looked at.

    Parameters
    ----------
    id, given, hints, chapter
        As in :class:`Exercise`.
    right : str
        A pattern of words; where it is found, the reason counts as right.
    because : str
        The reason in full, for comparison.
    mistakes : tuple of WrongReason
        In the order in which they are looked for.
    passed_over : str
        A pattern of words that make no reason right, whatever it finds in them: "not sure" says nothing of being sure.
    """

    right: str
    because: str
    mistakes: tuple[WrongReason, ...]
    passed_over: str = ""

    def check(self, sentence: object) -> Answer:
        """Judge the reader's sentence by its words."""
        if sentence is None or sentence is ... or sentence == "":
            return self._unanswered("Write a sentence, in quotes, and run the cell again.")
        if not isinstance(sentence, str):
            return self._not_yet(f"This is no sentence. {self.given}")
        found = sentence.lower()
        if re.search(self.right, re.sub(self.passed_over, "", found)):
            return self._right(f"{self.because} (Only the words were looked at: compare.)")
        mistake = next((known for known in self.mistakes if re.search(known.words, found)), None)
        if mistake:
            return self._not_yet(*_name_mistake("This", mistake), mistake=mistake)
        return self._not_yet(
            "No reason that is known here is in this sentence, or not in these words.", self.given
        )


AnyExercise = Exercise | NumberExercise | SentenceExercise


def makes_same_mistake(calls: Sequence[Call], function: Function, cases: Sequence[tuple]) -> bool:
    """Return whether a function makes of every case what was made of it.

    Where the one raises or has another shape, so must the other; once at least they must meet in numbers.

    Parameters
    ----------
    calls : sequence of Call
        One for each of the cases.
    function : callable
    cases : sequence of tuple
    """
    met = False
    for made, case in zip(calls, cases, strict=False):
        try:
            with np.errstate(all="ignore"):
                value = _squeezed(np.asarray(function(*case), float))
        except (ValueError, IndexError, ArithmeticError):
            value = None
        if made.value is None or value is None:
            if made.value is not value:
                return False
        elif relative_error(_squeezed(made.value), value) > TOLERANCE:
            return False
        else:
            met = True
    return met and len(calls) == len(cases)


def small_integers(random: np.random.Generator, *shape: int) -> np.ndarray:
    """Whole numbers that a person can multiply, none of them 0."""
    return random.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], size=shape)


def one_hot_array(shape: tuple[int, ...], *place: int) -> np.ndarray:
    """Zeros, but for one 1."""
    array = np.zeros(shape)
    array[place] = 1.0
    return array


def _calls_in_time(function: Function, cases: Iterable[tuple]) -> list[Call]:
    """What a function makes of one case after the other, up to the one at which its time is over."""
    deadline, calls = time.monotonic() + SECONDS, []
    for case in cases:
        calls.append(run_safely(function, case, seconds=max(0.1, deadline - time.monotonic())))
        if not calls[-1].in_time:
            break
    return calls


def _name_mistake(subject: str, mistake: AnyMistake) -> tuple[str, str]:
    """A mistake in a sentence about a subject, and its hint."""
    as_in_the_sheet = ", as the sheet does" if mistake.sheets else ""
    return f"{subject} **{mistake.name}**{as_in_the_sheet}.", mistake.hint


def _size(case: tuple) -> tuple[float, ...]:
    """How much there is to look at: first the numbers, then those that are not 0, then those that are not whole."""
    everything = np.concatenate([np.ravel(np.asarray(argument, float)) for argument in case])
    not_0, not_whole = np.count_nonzero(everything), np.count_nonzero(everything % 1)
    return everything.size, int(not_0), int(not_whole), float(np.abs(everything).sum())


def _describe_error(made: Call, right: np.ndarray, parameters: tuple[str, ...]) -> str:
    """What is wrong with what came back, as the rest of a sentence; empty if nothing is."""
    if made.trouble:
        return made.trouble
    if made.value is None:
        return "it returned nothing"
    got, wanted = _squeezed(made.value), _squeezed(right)
    if got.shape != wanted.shape:
        return f"it returned shape {made.value.shape}, and {right.shape} is expected"
    if np.isnan(got).any() and not np.isnan(wanted).any():
        place = np.argwhere(np.isnan(made.value))[0]
        at = f" at [{', '.join(map(str, place))}]" if place.size else ""
        return f"it returned NaN{at}: something was divided by 0, or taken from infinity"
    error = relative_error(got, wanted)
    if TOLERANCE < error <= NEARLY:
        return (
            f"it is nearly right, off by {error:.0e} of the largest number. Something may be rounded, or kept in "
            "fewer digits than float64 has"
        )
    if error > TOLERANCE:
        return "it returned other numbers than are expected"
    if made.changed:
        names = " and ".join(f"`{parameters[position]}`" for position in made.changed)
        return f"the numbers are right, but it changed its argument {names} in place. Work on a copy"
    return ""


def _squeezed(array: ArrayLike) -> np.ndarray:
    """An array without its axes of length 1: a row, a column and a vector hold the same numbers."""
    return np.squeeze(np.asarray(array, float))


def _takes(function: Function, count: int) -> bool:
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # a function of NumPy's own, which tells nothing of its parameters
        return True
    return True


def _listed(found: Sequence[float]) -> str:
    written = [f"{number:.15g}" for number in found]
    return written[0] if len(written) == 1 else f"({', '.join(written)})"


def _in_words(error: float) -> str:
    """A difference in words that are the same on every machine: rounding differs, its order hardly."""
    return "below 10⁻¹³" if error < 1e-13 else f"{error:.0e}"


def _one_line(text: str) -> str:
    line = " ⏎ ".join(text.replace("`", "'").strip().splitlines())
    return line if len(line) <= 120 else f"{line[:120]}…"
