"""Functions to write: they are tried on cases, and compared with a reference and with known mistakes."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.compare import TOLERANCE, relative_error
from ..numerics.formatting import format_number
from ..numerics.functions import quiet
from .answer import Answer
from .cases import Draw, as_arguments, size
from .exercise import Exercise, Mistake
from .failing_case import FailingCase
from .general_findings import Pair, Part, general_finding, phrases, right_where
from .sandbox import Call, by_name, run_safely, shortened

NEARLY = 1e-4
"""The relative error up to which wrong numbers are nearly right, in all cases."""

FLOAT32 = 5e-7
"""The relative error up to which numbers are right to float32's digits."""

SUMMED_IN_FLOAT32 = 1e-5
"""The same of numbers that are float32, whose sums have lost digits."""

Function = Callable[..., object]
"""Takes the arguments of an exercise: the reference, a mistake, or what the reader wrote."""

Tags = Mapping[str, float | bool]

ENDS = {
    "time": "it did not finish. If it has a loop, the loop may never end",
    "memory": "it took too much memory, and the system ended it",
    "waiting": "it is waiting for something that never comes",
    "slow": "it is too slow to finish",
    "died": "it ended Python itself, as `os._exit` does, or crashed it",
    "interrupted": "you interrupted it",
}
"""What is said where a function did not return."""

NEARLY_RIGHT = (
    "It is nearly right, but off by up to {} of the largest number expected. A number in it may be rounded."
)
OTHER_NUMBERS = "Its numbers are wrong, and no known mistake gives them."
"""What is said of wrong numbers, as ``judge.js`` says it."""


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
    tags : callable, optional
        Takes the arguments of a case; returns what is special about it: ``{"T": 1}``, ``{"W_h = 0": True}``.
    variants : dict of str to Mistake
        Functions that count as right though their numbers are a little different, by name: "adds 10⁻⁶, as PyTorch does".
    """

    reference: Function
    cases: Callable[[Draw], Iterable[tuple]]
    tags: Callable[..., Tags] | None = None
    variants: Mapping[str, Mistake[Function]] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(inspect.signature(self.reference).parameters)

    def ordered_cases(self) -> list[tuple]:
        """Return the cases, the same at every call, so that the first that fails is the smallest."""
        random = np.random.default_rng(zlib.crc32(self.id.encode()))
        return sorted(map(as_arguments, self.cases(Draw(random))), key=size)

    def tags_of(self, case: tuple) -> Tags:
        """Return what is special about a case, by the exercise or, if it does not say, by its numbers and lengths."""
        if self.tags:
            return self.tags(*case)
        tags: dict[str, float | bool] = {}
        for name, value in zip(self.parameters, case, strict=True):
            if np.ndim(value) == 0:
                tags[name] = value
            else:
                tags |= {f"`len({name})`": len(value), f"`{name}` = 0": not np.any(value)}
        return tags

    def check(self, answer: object) -> Answer:
        """Judge the reader's function."""
        if answer is None or answer is ...:
            return self._unanswered("Fill in the body of the function, and run the cell again.")
        if not callable(answer):
            words = (
                f"The check needs your function itself, and this is a value of type {type(answer).__name__}."
            )
            return self._not_yet(f"{words} Give its name without calling it.")
        function = _callable_in_order(answer, self.parameters)
        if function is None:
            signature = f"`{', '.join(self.parameters)}`"
            return self._not_yet(
                f"The function must take these arguments, in this order: {signature}. {self.given}"
            )
        return self._judge(function)

    def _judge(self, function: Function) -> Answer:
        trial = Trial(self, function, self.ordered_cases())
        if trial.calls[0].returned_nothing:
            printed = " Its printed output does not count." if trial.calls[0].printed else ""
            return self._unanswered(
                f"The function returns nothing. Fill in its body, and `return` the result.{printed}"
            )
        if variants := self._made(trial, self.variants):
            return self._right(f"It **{variants[0]}**. {self.variants[variants[0]].hint}")
        if not trial.wrong:
            difference = _written(max(trial.errors))
            return self._right(
                f"It agrees with the book's own function in all {len(trial.calls)} cases. The largest relative difference is {difference}.",
                *trial.remarks(),
            )
        names = self._made(trial, self.mistakes)
        if not names and trial.is_float32:
            sentence = f"It is right, to float32's digits, in all {len(trial.calls)} cases."
            return self._right(sentence, *trial.remarks())
        sentences = self._explain_mistakes("It", names) if names else trial.findings()
        return self._not_yet(*sentences, *trial.where(), case=trial.failing_case(), mistake="; ".join(names))

    def _made(self, trial: Trial, mistakes: Mapping[str, Mistake[Function]]) -> list[str]:
        return [name for name, mistake in mistakes.items() if trial.is_given_by(mistake.answer)]


@dataclass(frozen=True)
class Trial:
    """A function tried on the cases of an exercise, and what is to be said of it."""

    exercise: FunctionExercise
    function: Function
    cases: list[tuple]

    @cached_property
    def calls(self) -> list[Call]:
        """The calls, as far as they came."""
        return run_safely(self.function, self.cases)

    @cached_property
    def expected(self) -> list[np.ndarray]:
        """What is expected of each call."""
        return [np.asarray(self.exercise.reference(*case), float) for case in self.cases[: len(self.calls)]]

    @cached_property
    def errors(self) -> list[float]:
        """How far each call is from what is expected, infinitely far where it returned no numbers."""
        return [
            np.inf if call.value is None else relative_error(_squeezed(call.value), _squeezed(expected))
            for call, expected in zip(self.calls, self.expected, strict=True)
        ]

    @cached_property
    def wrong(self) -> list[int]:
        """The numbers of the calls that fail."""
        pairs = enumerate(zip(self.calls, self.errors, strict=True))
        return [number for number, (call, error) in pairs if error > TOLERANCE or call.changed]

    @property
    def call(self) -> Call:
        """The first call that fails."""
        return self.calls[self.wrong[0]]

    @property
    def is_float32(self) -> bool:
        """Whether all numbers are right to the digits of float32."""
        return all(
            error <= (SUMMED_IN_FLOAT32 if call.single else FLOAT32) and not call.changed
            for call, error in zip(self.calls, self.errors, strict=True)
        )

    def is_given_by(self, function: Function) -> bool:
        """Return whether a function gives what was returned in every case, once at least in numbers.

        Where the one raises or has another shape, so must the other.
        """
        if len(self.calls) < len(self.cases):
            return False
        return any(call.value is not None for call in self.calls) and all(
            _agree(call.value, _value(function, case), TOLERANCE)
            for call, case in zip(self.calls, self.cases, strict=True)
        )

    def remarks(self) -> list[str]:
        """Return what is to be said beside of a function that is right."""
        sentences = []
        value, expected = self.calls[-1].value, self.expected[-1]
        if value is not None and value.shape != expected.shape:
            sentences.append(
                f"(Yours has shape {value.shape}; the book writes {expected.shape}, which is the same numbers.)"
            )
        if self.calls[-1].printed:
            sentences.append("Its printed output is not shown here.")
        return sentences

    def findings(self) -> list[str]:
        """Return what is wrong, in words."""
        if self.call.end:
            return [*filter(None, [self._ended(), self.call.trouble])]
        if self.call.value is None:
            trouble = self.call.trouble or "it returned nothing"
            return [*filter(None, [_sentence(trouble), self.exercise.given, self._right_where()])]
        if self.call.changed and self.errors[self.wrong[0]] <= TOLERANCE:
            names = " and ".join(f"`{self.exercise.parameters[place]}`" for place in self.call.changed)
            return [f"The numbers are right, but it changed its argument {names} in place. Work on a copy."]
        return self._wrong_numbers(self.call.value)

    def _wrong_numbers(self, value: np.ndarray) -> list[str]:
        if whole := self._nearly_right() or self._keeps_something() or self._general():
            return [whole]
        found = self._not_finite(value) or self._another_shape(value)
        return [*filter(None, [*found, self._right_where()])] or [OTHER_NUMBERS]

    def _ended(self) -> str:
        """Return what ended a call, and how many were right before."""
        words = ENDS[self.call.end]
        if self.wrong[0] == 0 or self.call.end not in ("slow", "time", "interrupted"):
            return _sentence(words)
        before = f"it is right in the first {self.wrong[0]} of {len(self.cases)} cases"
        if self.call.end == "slow":
            seconds = sum(call.seconds for call in self.calls)
            return _sentence(f"{before}, but too slow to finish: they took {format_number(seconds, 2)} s")
        return _sentence(f"{before}; in the next {words}")

    def _nearly_right(self) -> str:
        if len(self.calls) < len(self.cases) or max(self.errors) > NEARLY:
            return ""
        return NEARLY_RIGHT.format(_written(max(self.errors)))

    def _keeps_something(self) -> str:
        """Say that the failing case, called twice, has two results, if it has."""
        once, *again = run_safely(self.function, [self.cases[self.wrong[0]]] * 2)
        if not again or _agree(once.value, again[0].value, 0.0):
            return ""
        return (
            "Called twice with the same input, it returns two different results. Either **it keeps something from one call to "
            "the next**, such as a variable outside the function, or it uses random numbers."
        )

    def _general(self) -> str:
        values = [call.value for call in self.calls if call.value is not None]
        if len(values) < len(self.cases):
            return ""
        return general_finding(list(map(Pair, map(_squeezed, values), map(_squeezed, self.expected))))

    def _not_finite(self, value: np.ndarray) -> list[str]:
        """Say where a number is none, or infinite, and why that may be, if one is."""
        if np.isfinite(value).all() or not np.isfinite(self.expected[self.wrong[0]]).all():
            return []
        place = tuple(np.argwhere(~np.isfinite(value))[0])
        at = f" at [{', '.join(map(str, place))}]" if place else ""
        reason = "∞ was subtracted from ∞" if np.isnan(value[place]) else "it is too large"
        return [f"It returned {format_number(value[place])}{at}: something was divided by 0, or {reason}."]

    def _another_shape(self, value: np.ndarray) -> list[str]:
        expected = self.expected[self.wrong[0]]
        if _squeezed(value).shape == _squeezed(expected).shape:
            return []
        return [f"It returned shape {value.shape}, and {expected.shape} is expected.", self.exercise.given]

    def _right_where(self) -> str:
        """Say where it is right, from what is special about the cases; that 0 is 0 says nothing."""
        if len(self.calls) < len(self.cases):
            return ""
        return right_where(
            [
                Part(phrases(self.exercise.tags_of(case)), error <= TOLERANCE)
                for case, call, right, error in zip(
                    self.cases, self.calls, self.expected, self.errors, strict=True
                )
                if right.any() or call.value is None or call.value.any()
            ]
        )

    def where(self) -> list[str]:
        """Return what it printed, and which case fails."""
        sentences = []
        if self.call.printed:
            sentences.append(f"What it printed on this input begins: `{shortened(self.call.printed, 120)}`")
        case = "The case at which it ended" if self.call.end else "The smallest case that fails"
        return [*sentences, f"{case} is number {self.wrong[0] + 1} of {len(self.cases)}:"]

    def failing_case(self) -> FailingCase:
        """Return the case, with what was expected beside what was returned."""
        inputs = dict(zip(self.exercise.parameters, self.cases[self.wrong[0]], strict=True))
        return FailingCase(inputs, self.expected[self.wrong[0]], self.call.value)


def _value(function: Function, case: tuple) -> np.ndarray | None:
    """Return what a function gives in a case, None where it has no value."""
    try:
        with quiet():
            return np.asarray(function(*case), float)
    except (ValueError, IndexError, ArithmeticError):
        return None


def _agree(one: np.ndarray | None, other: np.ndarray | None, tolerance: float) -> bool:
    if one is None or other is None:
        return one is other
    return relative_error(_squeezed(one), _squeezed(other), may_be_empty=True) <= tolerance


def _squeezed(array: ArrayLike) -> np.ndarray:
    """Return an array without its axes of length 1: a row, a column and a vector hold the same numbers."""
    return np.squeeze(np.asarray(array, float))


def _callable_in_order(function: Callable, names: Sequence[str]) -> Function | None:
    """Return a function that can be called with arguments in the exercise's order, or None.

    One whose parameters are those of the exercise in another order, or take names alone, is called by their names.
    """
    try:
        signature = inspect.signature(function)
    except ValueError:  # a function of NumPy's own, whose parameters are not known
        return function
    except Exception:
        return None
    own = list(signature.parameters)
    if set(own) == set(names) and own != list(names):
        return by_name(function, names)
    try:
        signature.bind(*range(len(names)))
    except TypeError:
        try:
            signature.bind(**dict.fromkeys(names))
        except TypeError:
            return None
        return by_name(function, names)
    return function


def _written(error: float) -> str:
    """Return an error in words that are the same on every machine: rounding differs, its order hardly."""
    return "below 10⁻¹³" if error < 1e-13 else format_number(error, 1)


def _sentence(words: str) -> str:
    """Return words as a sentence, with one full stop."""
    ended = words if words.endswith((".", "!", "?", "…")) else f"{words}."
    return ended[0].upper() + ended[1:]
