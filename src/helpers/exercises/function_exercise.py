"""Functions to write: they are tried on cases, and compared with a reference and with known mistakes."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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
    "time": "it did not come to an end. If it has a loop, the loop may never end",
    "memory": "it was ended by the system: it takes too much memory",
    "waiting": "it waits for something that does not come",
    "slow": "it is too slow to finish",
    "died": "it ended the whole of Python, as `os._exit` does, or crashed it",
    "interrupted": "you have interrupted it",
}
"""What is said where a function did not return."""


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
            return self._not_yet(
                f"What is checked is the function itself, and this is a value of type {type(answer).__name__}. Give its "
                "name without calling it."
            )
        function = _callable_in_order(answer, self.parameters)
        if function is None:
            signature = f"`{', '.join(self.parameters)}`"
            return self._not_yet(
                f"The function has to take these arguments, in this order: {signature}. {self.given}"
            )
        return self._judge(function)

    def _judge(self, function: Function) -> Answer:
        cases = self.ordered_cases()
        calls = run_safely(function, cases)
        if calls[0].returned_nothing:
            printed = " What it prints is not looked at." if calls[0].printed else ""
            return self._unanswered(
                f"The function returns nothing. Fill in its body, and `return` the result.{printed}"
            )
        expected = [np.asarray(self.reference(*case), float) for case in cases[: len(calls)]]
        made = [name for name, variant in self.variants.items() if _gives(calls, variant.answer, cases)]
        if made:
            return self._right(f"It **{made[0]}**. {self.variants[made[0]].hint}")
        errors = [_error(call, right) for call, right in zip(calls, expected, strict=True)]
        wrong = [
            number
            for number, (call, error) in enumerate(zip(calls, errors, strict=True))
            if error > TOLERANCE or call.changed
        ]
        if not wrong:
            return self._confirm(
                calls,
                expected,
                f"It agrees with the reference in all of {len(calls)} cases; the largest relative difference is "
                f"{_written(max(errors))}. None of {len(self.mistakes)} known mistakes is made.",
            )
        names = self._find_mistakes(lambda mistake: _gives(calls, mistake, cases))
        if not names and _is_float32(calls, errors):
            sentence = f"It is right, to float32's digits, in all of {len(calls)} cases."
            return self._confirm(calls, expected, sentence)
        failing = Failing(self, function, cases, calls, expected, errors, wrong[0])
        sentences = self._explain_mistakes("It", names) if names else failing.sentences()
        return self._not_yet(*sentences, *failing.where(), case=failing.shown(), mistake="; ".join(names))

    def _confirm(self, calls: list[Call], expected: list[np.ndarray], sentence: str) -> Answer:
        sentences = [sentence]
        value, right = calls[-1].value, expected[-1]
        if value is not None and value.shape != right.shape:
            sentences.append(
                f"(Yours has shape {value.shape}; the book writes {right.shape}, which is the same numbers.)"
            )
        if calls[-1].printed:
            sentences.append("What it printed is left out here.")
        return self._right(*sentences)


@dataclass(frozen=True)
class Failing:
    """What is to be said of a function that fails, from its first failing case on."""

    exercise: FunctionExercise
    function: Function
    cases: list[tuple]
    calls: list[Call]
    expected: list[np.ndarray]
    errors: list[float]
    first: int

    @property
    def call(self) -> Call:
        """The first call that fails."""
        return self.calls[self.first]

    def sentences(self) -> list[str]:
        """Return what is wrong, in words."""
        if self.call.end:
            return [*filter(None, [self._ended(), self.call.trouble])]
        if self.call.value is None:
            trouble = self.call.trouble or "it returned nothing"
            return [*filter(None, [_sentence(trouble), self.exercise.given, self._right_where()])]
        if self.call.changed and self.errors[self.first] <= TOLERANCE:
            names = " and ".join(f"`{self.exercise.parameters[place]}`" for place in self.call.changed)
            return [f"The numbers are right, but it changed its argument {names} in place. Work on a copy."]
        return self._wrong_numbers(self.call.value, self.expected[self.first])

    def _ended(self) -> str:
        """Return what ended a call, and how many were right before."""
        words = ENDS[self.call.end]
        if self.first == 0 or self.call.end not in ("slow", "time", "interrupted"):
            return _sentence(words)
        before = f"it is right in the first {self.first} of {len(self.cases)} cases"
        if self.call.end == "slow":
            seconds = sum(call.seconds for call in self.calls)
            before, words = f"{before}, but too slow to finish", f"they took {format_number(seconds, 2)} s"
            return _sentence(f"{before}: {words}")
        return _sentence(f"{before}; in the next {words}")

    def _wrong_numbers(self, value: np.ndarray, expected: np.ndarray) -> list[str]:
        pairs = [
            Pair(_squeezed(call.value), _squeezed(right))
            for call, right in zip(self.calls, self.expected, strict=True)
            if call.value is not None
        ]
        all_came = len(pairs) == len(self.cases)
        if all_came and max(self.errors) <= NEARLY:
            return [
                f"It is nearly right, off by {_written(max(self.errors))} of the largest number in the worst of all cases. "
                "A number may be rounded."
            ]
        if self._keeps_something():
            return [
                "Called twice with the same input, it gives two results: **it keeps something from one call to the next**, "
                "such as a variable outside of the function, or it draws at random."
            ]
        if odd := _not_finite(value, expected):
            return [odd, *filter(None, [self._right_where()])]
        found = general_finding(pairs) if all_came else ""
        if found:
            return [found]
        if _squeezed(value).shape != _squeezed(expected).shape:
            shapes = f"It returned shape {value.shape}, and {expected.shape} is expected."
            return [*filter(None, [shapes, self.exercise.given, self._right_where()])]
        return [self._right_where() or "It gives other numbers than are expected."]

    def _keeps_something(self) -> bool:
        """Return whether the failing case, called twice, has two results."""
        once, *again = run_safely(self.function, [self.cases[self.first]] * 2)
        return bool(again) and not _same_call(once, again[0])

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
        return [*sentences, f"{case} is number {self.first + 1} of {len(self.cases)}:"]

    def shown(self) -> FailingCase:
        """Return the case, with what was expected beside what was returned."""
        inputs = dict(zip(self.exercise.parameters, self.cases[self.first], strict=True))
        return FailingCase(inputs, self.expected[self.first], self.call.value)


def _error(call: Call, expected: np.ndarray) -> float:
    """Return how far a call is from what is expected, infinitely far where it returned no numbers."""
    return np.inf if call.value is None else relative_error(_squeezed(call.value), _squeezed(expected))


def _not_finite(value: np.ndarray, expected: np.ndarray) -> str:
    """Return where a number is none, or infinite, if one is, and why that may be."""
    if np.isfinite(value).all() or not np.isfinite(expected).all():
        return ""
    place = tuple(np.argwhere(~np.isfinite(value))[0])
    at = f" at [{', '.join(map(str, place))}]" if place else ""
    reason = "taken from infinity" if np.isnan(value[place]) else "it is too large"
    return f"It returned {format_number(value[place])}{at}: something was divided by 0, or {reason}."


def _is_float32(calls: Sequence[Call], errors: Sequence[float]) -> bool:
    """Return whether all numbers are right to the digits of float32."""
    if any(call.changed for call in calls):
        return False
    return all(
        error <= (SUMMED_IN_FLOAT32 if call.single else FLOAT32)
        for call, error in zip(calls, errors, strict=True)
    )


def _gives(calls: Sequence[Call], function: Function, cases: Sequence[tuple]) -> bool:
    """Return whether a function gives what was returned in every case, once at least in numbers.

    Where the one raises or has another shape, so must the other.
    """
    if len(calls) < len(cases):
        return False
    agreed = False
    for call, case in zip(calls, cases, strict=True):
        try:
            with quiet():
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
    return agreed


def _same_call(one: Call, other: Call) -> bool:
    if one.value is None or other.value is None:
        return one.value is other.value
    return np.array_equal(one.value, other.value, equal_nan=True)


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
