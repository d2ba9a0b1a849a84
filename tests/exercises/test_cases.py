"""Cases tell apart sizes that have different names: where m = n throughout, a wrong transpose would go unnoticed."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from helpers.book import EXERCISES
from helpers.exercises import FunctionExercise
from helpers.numerics.functions import quiet

FUNCTIONS = [exercise for exercise in EXERCISES if isinstance(exercise, FunctionExercise)]

ONE_SIZE = {
    "1.1.c.ii.back": [{"jacobian.0", "jacobian.3", "W.2"}],  # the sheet's layer has 3 rows and 3 taps
    "1.1.c.iv.input": [{"output_gradient.1", "W.2"}],
    "1.1.c.iv.batch": [{"output_gradient.0", "x.0", "x.1"}, {"output_gradient.1", "output_gradient.2"}],
    "1.2.1.c": [{"g.0", "c.0", "s.0", "x.0"}],
    "1.2.1.c.input": [{"total.1", "c.1", "s.1", "W_c.0", "W_x.0"}, {"total.0", "c.0", "s.0"}],
    "1.2.1.c.state": [{"total.1", "s.1", "h.1", "h_0.0"}],
    "1.2.1.c.probe": [{"total.0", "jacobian.0", "jacobian.1", "v.0"}],
    "1.2.1.c.step": [{"x.0", "before.2"}, {"c.0", "jacobian.0", "jacobian.1", "before.0", "before.1"}],
    "1.2.1.c.likeness": [{"g.0", "jacobians.0"}],
    "1.2.2.b.masked": [{"w.0", "v.0"}],
    "1.2.2.e": [{"q.1", "k.1", "v.1", "Q_1.0", "Q_1.1", "K_1.0", "K_1.1", "V_1.0", "V_1.1"}],
    "1.2.2.e.input": [{"q.1", "k.1", "v.1", "Q_0.0", "K_0.0", "V_0.0"}],
    "1.2.2.f": [
        {"total_gradients.0", "direct_jacobians.0", "total_jacobians.0"},
        {"g.0", "total_gradients.1", "direct_jacobians.1", "direct_jacobians.2", "total_jacobians.1", "total_jacobians.2"},
    ],
}  # fmt: skip
"""Axes that have one size in every case, though the reference would take two: they have one name, or the task fixes them."""


def lengths(case):
    """Return the lengths of all axes, by the argument's place and the axis."""
    return {
        (place, axis): length
        for place, value in enumerate(case)
        for axis, length in enumerate(np.shape(value))
    }


def resized(case, axes, by):
    """Return a case in which some axes are longer, or shorter, than they are."""
    values = list(map(np.asarray, case))
    for place, axis in axes:
        length = values[place].shape[axis]
        values[place] = np.take(values[place], np.arange(length + by) % length, axis)
    return values


def takes(reference, case):
    """Return whether a reference has a value in a case."""
    try:
        with quiet():
            return bool(np.isfinite(reference(*case)).all())
    except (ValueError, IndexError, TypeError):
        return False


def of_one_size(exercise):
    """Yield sets of axes that have one length in every case, and a part of them that the reference would take in another."""
    cases = exercise.ordered_cases()
    sizes = {}
    for axis in lengths(cases[-1]):
        sizes.setdefault(tuple(lengths(case).get(axis) for case in cases), []).append(axis)
    for of_each, axes in sizes.items():
        case = max(zip(of_each, range(len(cases)), strict=True), key=lambda pair: pair[0] or 0)
        parts = (part for count in range(1, len(axes)) for part in combinations(axes, count))
        for part in parts if case[0] > 1 else ():
            if any(takes(exercise.reference, resized(cases[case[1]], part, by)) for by in (1, -1)):
                yield named(exercise, axes), named(exercise, part)


def named(exercise, axes):
    return {f"{exercise.parameters[place]}.{axis}" for place, axis in axes}


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.id)
def test_sizes_of_two_names_differ_in_some_case(exercise):
    for axes, part in of_one_size(exercise):
        assert axes in ONE_SIZE.get(exercise.id, []), f"{axes} have one length in every case; {part} need not"


def test_a_size_that_is_always_another_is_noticed():
    """With m = n in every case of the network."""
    network = EXERCISES["1.2.1.a"]
    square = replace(
        network, cases=lambda draw: [case for case in network.cases(draw) if len(case[0]) == len(case[3])]
    )
    assert len(square.ordered_cases()) > 2
    assert any({"W_c.1", "W_x.1", "x.0"} == part for _, part in of_one_size(square))
