"""The same finding in Python, of a function, and in JavaScript, of a formula: the same cases, the same words."""

import numpy as np
import pytest

from helpers.exercises.function_exercise import FunctionExercise
from helpers.exercises.general_findings import Pair, general_finding

RANDOM = np.random.default_rng(0)
SQUARE = [RANDOM.integers(1, 9, size=(n, n)) * RANDOM.choice([-1, 1], size=(n, n)) for n in (2, 3, 3, 4)]
COLUMNS = [np.arange(3.0) ** 2 + k for k in (1, 4, 2.5, 7)]
WIDE = [RANDOM.normal(size=(3, 5)) for _ in range(4)]
WRONG = {
    "transpose": lambda y, T: y.T,
    "negative": lambda y, T: -y,
    "both": lambda y, T: -y.T,
    "twice": lambda y, T: 2 * y,
    "a third": lambda y, T: y / 3,
    "a strange factor": lambda y, T: np.sqrt(2) * y,
    "a factor of its own": lambda y, T: (T + 1) * y,
    "too large": lambda y, T: y + 1,
    "too small": lambda y, T: y - 0.25,
    "signs": lambda y, T: np.where(np.arange(y.size).reshape(y.shape) % 2, -y, y),
    "reversed": lambda y, T: y[::-1],
    "next": lambda y, T: np.concatenate([y[1:], y[:1] + 1]),
    "before": lambda y, T: np.concatenate([y[:1] - 1, y[:-1]]),
    "off the diagonal": lambda y, T: y + np.eye(*np.shape(y)[:2])[..., : y.shape[-1]] if y.ndim == 2 else y + T,
    "on the diagonal": lambda y, T: y + 1 - np.eye(*np.shape(y)[:2]) if y.ndim == 2 else y * T + 1,
    "where T = 1": lambda y, T: y + (T - 1) * np.cos(y),
    "but where T = 2": lambda y, T: y + (T == 2) * np.cos(y),
    "nearly": lambda y, T: y * (1 + 1e-5 * np.cos(y)),
    "float32": lambda y, T: y * (1 + 1e-8 * np.cos(y)),
    "other numbers": lambda y, T: y + np.cos(y),
    "not whole": lambda y, T: y + (y > 0) * T / 4,
    "another size": lambda y, T: np.ones((7, 2)),
}  # fmt: skip


@pytest.mark.parametrize("expected", [SQUARE, COLUMNS, WIDE], ids=["square", "column", "wide"])
@pytest.mark.parametrize("wrong", WRONG)
def test_python_and_javascript_say_the_same(node, expected, wrong):
    steps = [1, 2, 1, 3]
    mine = [np.asarray(WRONG[wrong](y, T), float) for y, T in zip(expected, steps, strict=True)]
    exercise = FunctionExercise(
        id="0", given="Given.", hints=(), mistakes={}, cases=lambda draw: [(n, T) for n, T in enumerate(steps)],
        reference=lambda n, T: expected[int(n)], tags=lambda n, T: {"T": T},
    )  # fmt: skip
    in_python = exercise.check(lambda n, T: mine[int(n)])
    pack = {
        "kind": "formula", "names": ["a"], "aliases": {}, "first": {}, "over": [], "mistakes": [], "misfits": [], "because": "",
        "cases": [
            {"inputs": {"a": mine[int(n)].tolist()}, "tags": {"T": T}, "expected": expected[int(n)].tolist()}
            for n, T in exercise.ordered_cases()
        ],
    }  # fmt: skip
    (in_javascript,) = node(pack, "a")
    said, typed = in_python.sentences[0], in_javascript["says"][0]
    if in_python.right and wrong != "float32":  # a vector is its own transpose
        assert in_javascript["outcome"] == "right"
    elif wrong == "float32":
        assert typed == "It is right, to float32's digits."
        assert said == "It is right, to float32's digits, in all 4 cases."
    elif wrong == "another size":
        assert typed.startswith("It is 7 × 2, and ")
        assert said.startswith("It returned shape (7, 2), and ")
    else:
        assert said == typed


def test_nothing_is_found_where_there_is_nothing():
    other = [Pair(RANDOM.normal(size=(3, 3)), RANDOM.normal(size=(3, 3))) for _ in range(3)]
    assert general_finding(other) == ""
    assert general_finding([Pair(np.array(2.0), np.array(1.0))]) == "", "one number has a factor to any other"
