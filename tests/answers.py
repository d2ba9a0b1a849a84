"""What an exercise expects, and what it says of an answer that a reader types."""

import re

import numpy as np

from helpers import exercises
from helpers.book import EXERCISES


def reference(id):
    return EXERCISES[id].reference


def wrong_answer(id, answer):
    """Return what is said of an answer that is not right."""
    judged = exercises.check(id, answer, save=False)
    assert not judged.right
    return judged


def values_in_hints(id):
    """Yield what the code in an exercise's hints gives, when it is pasted where the arguments are known, with what is expected."""
    exercise = EXERCISES[id]
    case = exercise.ordered_cases()[-1]
    for hint in exercise.hints:
        names = {"np": np, **dict(zip(exercise.parameters, case, strict=True))}
        given = set(names)
        for code in re.findall("`([^`]+)`", hint):
            exec(code, names)
        yield from (
            (names[name], exercise.reference(*case)) for name in names.keys() - given - {"__builtins__"}
        )
