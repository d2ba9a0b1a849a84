"""A mistake's function, name and hint belong together: two that are exchanged are noticed."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from exercises.known_mistakes import FILE, entry, known

from helpers.book import EXERCISES
from helpers.exercises import ChoiceExercise

KNOWN = known()
by_id = {"ids": lambda exercise: exercise.id}


def check(exercise):
    """Raise AssertionError unless each mistake answers, and its hint begins and ends, as it is known to."""
    mistakes = KNOWN.get(exercise.id, {})
    assert list(exercise.mistakes) == list(mistakes), (
        f"run `python {FILE.with_suffix('.py').name}`, and read what it adds"
    )
    for name in mistakes:
        assert json.loads(json.dumps(entry(exercise, name, mistakes[name]))) == mistakes[name], name


JUDGED = [exercise for exercise in EXERCISES if not isinstance(exercise, ChoiceExercise)]
"""An option of a choice has its words and its reply from one place."""


@pytest.mark.parametrize("exercise", list(EXERCISES), **by_id)
def test_a_mistake_is_as_it_is_known(exercise):
    check(exercise)


@pytest.mark.parametrize("exercise", JUDGED, **by_id)
def test_two_that_are_exchanged_are_noticed(exercise):
    for one, other in pairwise(exercise.mistakes):
        first, second = exercise.mistakes[one], exercise.mistakes[other]
        for part in ("answer", "hint"):
            if getattr(first, part) == getattr(second, part):
                continue
            exchanged = {
                one: replace(first, **{part: getattr(second, part)}),
                other: replace(second, **{part: getattr(first, part)}),
            }
            with pytest.raises(AssertionError):
                check(replace(exercise, mistakes={**exercise.mistakes, **exchanged}))
