"""Exercises that answer back: try a function of your own, and read what is wrong with it.

    exercises.check("1.1.c.iv", my_weight_gradient)    # right, or the smallest case that fails, and why
    exercises.hints("1.1.c.iv")                        # hints, each folded
    exercises.box("1.1.c.iv")                          # a field for a formula, in the page itself
    exercises.progress()                               # what is solved

A chapter's module ``exercises`` holds its own; :mod:`helpers.book` has them all. Nothing here needs PyTorch.
"""

from __future__ import annotations

from typing import Any

from .answer import Answer, Outcome
from .cases import Cases, Draw, one_hot_array
from .choice_exercise import ChoiceExercise, Option
from .example_exercise import Condition, ExampleExercise
from .exercise import Exercise, Mistake, SheetMistake
from .function_exercise import Function, FunctionExercise
from .number_exercise import NumberExercise

__all__ = [
    "Answer",
    "Cases",
    "ChoiceExercise",
    "Condition",
    "Draw",
    "ExampleExercise",
    "Exercise",
    "Function",
    "FunctionExercise",
    "Mistake",
    "NumberExercise",
    "Option",
    "Outcome",
    "SheetMistake",
    "check",
    "hints",
    "one_hot_array",
    "progress",
]


def __getattr__(name: str) -> Any:
    """Return a method of the book's exercises, so that ``exercises.check(…)`` is all that a reader writes."""
    if name in ("box", "progress_panel"):
        from . import answer_box

        return getattr(answer_box, name)
    if name not in ("check", "hints", "progress"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ..book import EXERCISES

    return getattr(EXERCISES, name)
