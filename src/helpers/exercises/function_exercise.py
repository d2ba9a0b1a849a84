"""Functions to write: they are tried on cases, and compared with a reference and with known mistakes."""

from __future__ import annotations

import inspect
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.compare import TOLERANCE, relative_error
from .answer import Answer
from .cases import Draw, as_arguments, size
from .exercise import Exercise
from .failing_case import FailingCase
from .number_format import write_error
from .sandbox import Call, run_safely

SECONDS = 5.0
"""The time limit for all cases of a check together."""

NEARLY = 1e-4
"""The relative error up to which a wrong number is taken for a rounded one."""

Function = Callable[..., object]
"""Takes the arguments of an exercise: the reference, a mistake, or what the reader wrote."""


@dataclass(frozen=True, kw_only=True)
class FunctionExercise(Exercise[Function]):
    """A function to write.

    Parameters
    ----------
    id, given, hints, mistakes, chapter
        As in :class:`~helpers.exercises.exercise.Exercise`.
    reference : callable
        Returns what is expected. The names of its parameters are those of the reader's function.
    cases : callable
        Makes tuples of arguments, from a :class:`~helpers.exercises.cases.Draw`: some that a person can follow, and edge
        cases.
    """

    reference: Function
    cases: Callable[[Draw], Iterable[tuple]]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(inspect.signature(self.reference).parameters)

    def ordered_cases(self) -> list[tuple]:
        """Return the cases, the same at every call, so that the first that fails is the smallest."""
        random = np.random.default_rng(zlib.crc32(self.id.encode()))
        return sorted(map(as_arguments, self.cases(Draw(random))), key=size)

    def check(self, answer: object) -> Answer:
        """Judge the reader's function."""
        if answer is None or answer is ...:
            return self._unanswered("Fill in the body of the function, and run the cell again.")
        if not callable(answer):
            return self._not_yet(
                f"What is checked is the function itself, and this is a value of type {type(answer).__name__}. Give its "
                "name without calling it."
            )
        if not _takes(answer, len(self.parameters)):
            signature = f"`{', '.join(self.parameters)}`"
            return self._not_yet(
                f"The function has to take these arguments, in this order: {signature}. {self.given}"
            )
        return self._judge(answer)

    def _judge(self, function: Function) -> Answer:
        cases = self.ordered_cases()
        calls = _call_in_time(function, cases)
        if calls[0].value is None and not calls[0].trouble:
            printed = " What it prints is not looked at." if calls[0].printed else ""
            return self._unanswered(
                f"The function returns nothing. Fill in its body, and `return` the result.{printed}"
            )
        expected = [np.asarray(self.reference(*case), float) for case in cases[: len(calls)]]
        for number, (call, right) in enumerate(zip(calls, expected, strict=True)):
            if error := _describe_error(call, right, self.parameters):
                return self._explain_failure(error, number, cases, calls, right)
        return self._confirm(calls, expected)

    def _explain_failure(
        self, error: str, number: int, cases: list[tuple], calls: list[Call], expected: np.ndarray
    ) -> Answer:
        """Name the mistake, if it is a known one, or else the error; and show the case that fails."""
        call = calls[number]
        names = self._find_mistakes(lambda function: _makes_same_mistake(calls, function, cases))
        if names:
            sentences = [*self._explain_mistakes("It", names)]
        else:
            sentences = [f"{error[0].upper()}{error[1:]}."]
            if call.value is None or _squeezed(call.value).shape != _squeezed(expected).shape:
                sentences.append(self.given)
        if call.printed:
            sentences.append(f"What it printed on this input begins: `{_one_line(call.printed)}`")
        sentences.append(f"The smallest case that fails is number {number + 1} of {len(cases)}:")
        inputs = dict(zip(self.parameters, cases[number], strict=True))
        return self._not_yet(
            *sentences, case=FailingCase(inputs, expected, call.value), mistake="; ".join(names)
        )

    def _confirm(self, calls: list[Call], expected: list[np.ndarray]) -> Answer:
        values = [call.value for call in calls if call.value is not None]
        error = max(
            relative_error(_squeezed(value), _squeezed(right))
            for value, right in zip(values, expected, strict=True)
        )
        sentences = [
            f"It agrees with the reference in all of {len(calls)} cases; the largest relative difference is "
            f"{write_error(error)}. None of {len(self.mistakes)} known mistakes is made."
        ]
        value, right = values[-1], expected[-1]
        if value.shape != right.shape:
            sentences.append(
                f"(Yours has shape {value.shape}; the book writes {right.shape}, which is the same numbers.)"
            )
        if calls[-1].printed:
            sentences.append("What it printed is left out here.")
        return self._right(*sentences)


def _makes_same_mistake(calls: Sequence[Call], function: Function, cases: Sequence[tuple]) -> bool:
    """Return whether a function agrees with calls of another in every case, once at least in numbers.

    Where the one raises or has another shape, so must the other.
    """
    agreed = False
    for call, case in zip(calls, cases, strict=False):
        try:
            with np.errstate(all="ignore"):
                value = _squeezed(np.asarray(function(*case), float))
        except (ValueError, IndexError, ArithmeticError):
            value = None
        if call.value is None or value is None:
            if call.value is not value:
                return False
        elif relative_error(_squeezed(call.value), value) > TOLERANCE:
            return False
        else:
            agreed = True
    return agreed and len(calls) == len(cases)


def _call_in_time(function: Function, cases: Iterable[tuple]) -> list[Call]:
    """Call a function on one case after the other, up to the one at which its time is over."""
    deadline, calls = time.monotonic() + SECONDS, []
    for case in cases:
        calls.append(run_safely(function, case, seconds=max(0.1, deadline - time.monotonic())))
        if not calls[-1].in_time:
            break
    return calls


def _describe_error(call: Call, expected: np.ndarray, parameters: tuple[str, ...]) -> str:
    """Return what is wrong with a call, as the rest of a sentence; empty if nothing is."""
    if call.trouble:
        return call.trouble
    if call.value is None:
        return "it returned nothing"
    if difference := _describe_difference(call.value, expected):
        return difference
    if call.changed:
        names = " and ".join(f"`{parameters[position]}`" for position in call.changed)
        return f"the numbers are right, but it changed its argument {names} in place. Work on a copy"
    return ""


def _describe_difference(value: np.ndarray, expected: np.ndarray) -> str:
    """Return how an array differs from what is expected, as the rest of a sentence; empty if it does not."""
    got, wanted = _squeezed(value), _squeezed(expected)
    if got.shape != wanted.shape:
        return f"it returned shape {value.shape}, and {expected.shape} is expected"
    if np.isnan(got).any() and not np.isnan(wanted).any():
        place = np.argwhere(np.isnan(value))[0]
        at = f" at [{', '.join(map(str, place))}]" if place.size else ""
        return f"it returned NaN{at}: something was divided by 0, or taken from infinity"
    error = relative_error(got, wanted)
    if error > NEARLY:
        return "it returned other numbers than are expected"
    if error > TOLERANCE:
        return (
            f"it is nearly right, off by {error:.0e} of the largest number. Something may be rounded, or kept in "
            "fewer digits than float64 has"
        )
    return ""


def _squeezed(array: ArrayLike) -> np.ndarray:
    """Return an array without its axes of length 1: a row, a column and a vector hold the same numbers."""
    return np.squeeze(np.asarray(array, float))


def _takes(function: Function, count: int) -> bool:
    """Return whether a function can be called with that number of arguments."""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # a function of NumPy's own, whose parameters are not known
        return True
    return True


def _one_line(text: str) -> str:
    line = " ⏎ ".join(text.replace("`", "'").strip().splitlines())
    return line if len(line) <= 120 else f"{line[:120]}…"
