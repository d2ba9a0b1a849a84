"""Hints: the code in them runs where it is pasted, and none is the whole answer."""

import ast
import re

import numpy as np
import pytest

from helpers.book import EXERCISES
from helpers.exercises import FunctionExercise

OPERATORS = {"//", "+="}
"""What is named in a hint, and is no code to run."""


def pasted(exercise):
    """Yield each piece of code of an exercise's hints that a reader may paste."""
    for hint in exercise.hints:
        for code in re.findall(r"`([^`]+)`", hint):
            if code not in OPERATORS and not code.isidentifier():
                yield code


def run(code, names):
    """Run code, and return the value that it ends in and those that it assigns."""
    before, tree = set(names), ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "hint", "exec"), names)
    value = [eval(compile(ast.Expression(last.value), "hint", "eval"), names)] if last else []
    return [*value, *(names[name] for name in names if name not in before and name != "__builtins__")]


def is_whole(value, expected):
    value = np.squeeze(np.asarray(value, float))
    expected = np.squeeze(np.asarray(expected, float))
    return value.shape == expected.shape and np.allclose(value, expected)


LISTED = list(EXERCISES)
CODE = [
    pytest.param(exercise, code, id=f"{exercise.id}: {code}")
    for exercise in LISTED
    for code in pasted(exercise)
]


@pytest.mark.parametrize(("exercise", "code"), CODE)
def test_a_hint_runs_as_it_stands(exercise, code):
    """With nothing but NumPy and the function's own arguments, in each case; and not all of it is right in all of them."""
    if isinstance(exercise, FunctionExercise):
        named = [dict(zip(exercise.parameters, case, strict=True)) for case in exercise.ordered_cases()]
        tried = [(run(code, {"np": np, **names}), exercise.reference(**names)) for names in named]
    else:
        tried = [(run(code, {"np": np}), exercise.answer)]
    assert not all(any(is_whole(value, expected) for value in values) for values, expected in tried)


@pytest.mark.parametrize("exercise", LISTED, ids=lambda exercise: exercise.id)
def test_there_are_two_or_three_steps(exercise):
    assert 2 <= len(exercise.hints) <= 3


def test_a_hint_that_needs_another_name_is_found():
    """Planted: a hint with a loop's variable, and one that is the whole answer."""
    with pytest.raises(NameError):
        run("x[:, 2 * r]", {"np": np, "x": np.zeros((5, 7))})
    assert is_whole(run("c = 2; c + 1", {})[0], 3)
