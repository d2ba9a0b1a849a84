"""What an answer box asks and expects: a formula, numbers, or a choice.

Python packs what is expected on small cases, and what each known mistake gives there; the browser evaluates what the reader
typed on the same cases, and compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.functions import quiet
from .answer import marked_up
from .choice_exercise import ChoiceExercise
from .example_exercise import Condition, ExampleExercise
from .exercise import Exercise, Mistake, SheetMistake
from .function_exercise import FunctionExercise
from .number_exercise import NumberExercise

Inputs = Mapping[str, ArrayLike]
Pack = dict[str, Any]


Mistakes = Mapping[str, Mistake]
"""Known wrong answers by name, as in "it *drops a transpose*"."""


def _packed(name: str, mistake: Mistake, hint: str | None = None, **more: Any) -> Pack:
    return {"name": name, "hint": hint or mistake.hint, "sheets": isinstance(mistake, SheetMistake)} | more


@dataclass(frozen=True, kw_only=True)
class Box:
    """What all kinds of answer box have.

    Parameters
    ----------
    exercise : Exercise
        What is asked for; its id is the box's.
    question : str
        What is asked. Code stands between backticks.
    label : str
        What the field holds.
    given : str
        The names that there are, with their sizes; or what form the answer has. Left out, it is the exercise's.
    """

    exercise: Exercise
    question: str
    label: str
    given: str = ""

    kind = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "given", self.given or self.exercise.given)

    @property
    def id(self) -> str:
        """The exercise's number."""
        return self.exercise.id

    def pack(self) -> Pack:
        """Return what the browser needs to judge an answer."""
        return {"kind": self.kind, "id": self.id, "given": self.given}

    def field(self, name: str) -> str:
        """Return the field and its button as HTML; ``name`` is what ids begin with."""
        described = f'id="{name}-answer" data-answer aria-describedby="{name}-given {name}-status" autocomplete="off" autocapitalize="off" spellcheck="false"'
        written = self._input(described)
        return (
            f'<label for="{name}-answer">{marked_up(self.label)}</label><div class="gc-box-row">{written}{BUTTON}</div>'
            '<div class="gc-box-preview" aria-hidden="true"></div>'
        )

    def _input(self, attributes: str) -> str:
        return f'<input type="text" {attributes}>'

    @property
    def place(self) -> str:
        """The id of the box on the page: ``box-1-2-2-e``."""
        return f"box-{self.id.replace('.', '-')}"

    def html(self) -> str:
        """Return the box as HTML, which reads and prints without a script."""
        name = self.place
        return (
            f'<form class="gc gc-box" data-exercise="{escape(self.id)}" data-lm-suppress-shortcuts="true" novalidate aria-labelledby="{name}-question">'
            f'<p id="{name}-question">{marked_up(self.question)} <span class="gc-box-tick">✓ solved</span></p>'
            f'<p class="gc-box-given" id="{name}-given">{marked_up(self.given)}</p>{self.field(name)}'
            f'<div role="status" id="{name}-status" data-outcome="unanswered" data-mistake=""></div></form>'
        )


BUTTON = '<button type="submit" data-check>Check</button>'


@dataclass(frozen=True, kw_only=True)
class FormulaBox(Box):
    """A formula to find, judged by its values on the cases of an exercise.

    Parameters
    ----------
    exercise : FunctionExercise
        Whose cases, reference and mistakes are taken.
    inputs : callable
        Takes the arguments of a case; returns the formula's inputs by name. A vector is a column.
    over : sequence of str
        Free indices, which run from 0: the formula is one entry, and the expected array has an axis for each.
    tags : callable
        Takes the arguments of a case; returns what is special about it: ``{"m": 1}``, ``{"W_h = 0": True}``. Left out, they are
        those of the exercise.
    result : callable
        Lays an expected value out as the formula's: a gradient as a row.
    first : dict of str to int
        From which number the first index of an input counts, where that is not 0.
    aliases : dict of str to str
        Other spellings of names, such as ``h[t−1]`` for ``h``.
    more : dict of str to Mistake
        Known mistakes besides those of the exercise.
    words : dict of str to str
        Hints in place of the exercise's own, by the mistakes' names.
    products : dict of str to Mistake
        Known products that have no value, such as the sheet's ``k_1 Q_1``, a column times a matrix. One that begins with … has
        anything before it.
    every : int
        Of how many cases one is taken.
    because : str
        What is said to a right answer.
    """

    exercise: FunctionExercise
    inputs: Callable[..., Inputs]
    over: Sequence[str] = ()
    tags: Callable[..., Mapping[str, float | bool]] | None = None
    result: Callable[[np.ndarray], ArrayLike] = np.asarray
    first: Mapping[str, int] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    more: Mistakes = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    products: Mistakes = field(default_factory=dict)
    every: int = 1
    because: str = ""

    kind = "formula"

    def cases(self) -> list[tuple]:
        """Return the cases that the formula is tried on, the smallest first."""
        return self.exercise.ordered_cases()[:: self.every]

    def _input(self, attributes: str) -> str:
        return f'<textarea rows="2" {attributes}></textarea>'

    def pack(self) -> Pack:
        """Return the cases, with what is expected and what each known mistake gives."""
        return super().pack() | {
            "names": list(self.inputs(*self.cases()[0])),
            "aliases": dict(self.aliases),
            "first": dict(self.first),
            "over": list(self.over),
            "cases": [self._case(case, expected) for case, expected in self._tried],
            "mistakes": self._known({**self.exercise.mistakes, **self.more}),
            "variants": self._known(self.exercise.variants),
            "misfits": [
                _packed(name, mistake, product=re.sub(r"\s", "", mistake.answer).replace("-", "−"))
                for name, mistake in self.products.items()
            ],
            "because": self.because,
        }

    def _case(self, case: tuple, expected: np.ndarray) -> Pack:
        tags = self.tags or self.exercise.tags
        return {
            "inputs": {name: _nested(value) for name, value in self.inputs(*case).items()},
            "tags": dict(tags(*case)) if tags else {},
            "expected": _nested(expected),
        }

    def _known(self, mistakes: Mistakes) -> list[Pack]:
        """Return the mistakes that a formula can make, with what they give in each case."""
        packed = [
            _packed(name, mistake, self.words.get(name), values=self._values(mistake))
            for name, mistake in mistakes.items()
        ]
        return [mistake for mistake in packed if any(value is not None for value in mistake["values"])]

    @cached_property
    def _tried(self) -> list[tuple[tuple, np.ndarray]]:
        """The cases, with what is expected."""
        tried = [(case, self.value(self.exercise.reference, case)) for case in self.cases()]
        if odd := [case for case, expected in tried if expected is None]:
            raise ValueError(
                f"the reference of {self.id} must give finite numbers in every case, not so in {odd[0]}"
            )
        return [(case, expected) for case, expected in tried if expected is not None]

    def value(self, function: Callable[..., Any], case: tuple) -> np.ndarray | None:
        """Return what a function gives in a case, laid out as the formula's value; None where it has none."""
        try:
            with quiet():
                value = np.asarray(self.result(np.asarray(function(*case), float)), float)
        except (ValueError, IndexError, ArithmeticError):
            return None
        return value if np.isfinite(value).all() else None

    def _values(self, mistake: Mistake) -> list:
        """Return what a mistake gives in each case, where a formula could give it."""
        values = [(self.value(mistake.answer, case), expected) for case, expected in self._tried]
        return [
            _nested(value)
            if value is not None and (value.shape == expected.shape if self.over else value.ndim <= 2)
            else None
            for value, expected in values
        ]


def _nested(value: ArrayLike) -> Any:
    """Return an array as nested lists, its whole numbers as integers, which are shorter."""
    array = np.asarray(value, float)
    if not np.isfinite(array).all():
        raise ValueError(f"a case must hold finite numbers, got {value!r}")
    whole = np.abs(array).max(initial=0) < 2**53 and np.array_equal(array, np.round(array))
    return (array.astype(int) if whole else array).tolist()


@dataclass(frozen=True, kw_only=True)
class NumbersBox(Box):
    """A number, or several, to find.

    Parameters
    ----------
    exercise : NumberExercise
    more : dict of str to Mistake
        Known mistakes besides those of the exercise.
    """

    exercise: NumberExercise
    more: Mistakes = field(default_factory=dict)

    kind = "numbers"

    def pack(self) -> Pack:
        """Return the numbers, and those of each known mistake."""
        return super().pack() | {
            "answer": list(self.exercise.answer),
            "tolerance": self.exercise.tolerance,
            "mistakes": [
                _packed(name, mistake, numbers=list(mistake.answer))
                for name, mistake in {**self.exercise.mistakes, **self.more}.items()
            ],
        }


@dataclass(frozen=True, kw_only=True)
class ExampleBox(Box):
    """Numbers to choose so that a condition holds: four logits whose loss exceeds 5.

    Parameters
    ----------
    exercise : ExampleExercise
        Whose condition, and mistakes, are formulas that the browser evaluates.
    """

    exercise: ExampleExercise

    kind = "example"

    def pack(self) -> Pack:
        """Return the condition, and those of each known mistake."""
        return super().pack() | {
            "condition": _packed_condition(self.exercise.condition),
            "length": self.exercise.length,
            "symbol": self.exercise.symbol,
            "mistakes": [
                _packed(name, mistake, condition=_packed_condition(mistake.answer))
                for name, mistake in self.exercise.mistakes.items()
            ],
        }


def _packed_condition(condition: Condition) -> Pack:
    bounds = {"above": condition.above, "below": condition.below}
    return {
        "formula": condition.formula,
        "words": condition.words,
        "wanted": condition.wanted,
        **{name: bound if isfinite(bound) else None for name, bound in bounds.items()},
    }


@dataclass(frozen=True, kw_only=True)
class ChoiceBox(Box):
    """One of several answers to choose.

    Parameters
    ----------
    exercise : ChoiceExercise
    """

    exercise: ChoiceExercise

    kind = "choice"

    def pack(self) -> Pack:
        """Return what is said to each option."""
        return super().pack() | {
            "options": [
                {"right": not option.name, "name": option.name, "reply": option.words}
                for option in self.exercise.options
            ]
        }

    def field(self, name: str) -> str:
        """Return the options and the button as HTML."""
        options = "".join(
            f'<label><input type="radio" name="{name}-answer" value="{self.exercise.options.index(option)}"> <span>{marked_up(option.text)}</span></label>'
            for option in self.exercise.shown
        )
        return f'<fieldset data-answer role="radiogroup" aria-describedby="{name}-given {name}-status"><legend>{marked_up(self.label)}</legend>{options}</fieldset>{BUTTON}'
