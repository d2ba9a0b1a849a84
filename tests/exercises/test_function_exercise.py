"""Whatever a reader's function does, the check answers in words and the notebook goes on."""

import functools
import re
import sys
import threading
import time

import numpy as np
import pytest
from small_exercises import DOUBLE

from helpers.exercises import Outcome, function_exercise


def test_right_says_how_it_was_checked():
    answer = DOUBLE.check(lambda x: x + x)
    assert answer.right
    assert repr(answer) == (
        "✓ Right: exercise 0.double\nIt agrees with the reference in all of 3 cases; the largest relative difference "
        "is below 10⁻¹³. None of 2 known mistakes is made."
    )


def test_a_known_mistake_is_told_by_name_with_the_smallest_case():
    answer = DOUBLE.check(lambda x: 0.5 * x)
    assert answer.mistake == "halves"
    assert repr(answer) == (
        "✗ Not right yet: exercise 0.double\n"
        "It halves, as the sheet does.\n"
        "The other way.\n"
        "The smallest case that fails is number 1 of 3:\n"
        "  x = [3]\n"
        "\n"
        "  expected    yours\n"
        "  *6*         *1.5*"
    )


def test_another_wrong_answer_shows_where_it_differs():
    answer = DOUBLE.check(lambda x: np.where(x == 8, 0, 2 * x))
    assert not answer.mistake
    assert "other numbers" in answer.sentences[0]
    assert "number 2 of 3" in answer.sentences[-1]
    assert repr(answer).splitlines()[-2:] == ["   14  *16*     14   *0*", "   18    2      18    2"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: 1 / 0, "It raised ZeroDivisionError: division by zero"),
        (lambda x: x[17], "It raised IndexError: .* \\(Python counts from 0\\)"),
        (lambda x: (_ for _ in ()).throw(KeyboardInterrupt), "It raised KeyboardInterrupt"),
        (lambda x: sys.exit(), "It raised SystemExit"),
        (np.zeros, "It raised TypeError: "),  # none of its lines is Python
        (functools.partial(lambda factor, x: factor * x[17], 2), "It raised IndexError: "),
        (lambda x: input("How much? "), "It raised EOFError: it asks for input"),
        (lambda x: (lambda f: f(f))(lambda f: f(f)), "It raised RecursionError"),
        (lambda x: "2", "It returned a str, where real numbers are expected"),
        (lambda x: x > 0, "It returned an? ndarray of dtype bool, where real numbers are expected"),
        (lambda x: 2j * x, "dtype complex128"),
        (lambda x: [[1, 2], [3]], "It returned a list whose rows have different lengths"),
        (lambda x: (2 * value for value in x), "It returned a generator"),
        (lambda x: {"x": 2 * x}, "It returned a dict"),
        (lambda x: [], "It returned an empty list"),
        (lambda x: np.append(2 * x, 0), "It returned shape \\(2,\\), and \\(1,\\) is expected"),
        (lambda x: 2 * x + np.nan, "It returned NaN at \\[0\\]"),
        (lambda x: (2 * x).astype(np.float32), "nearly right, off by"),
        (lambda x: None if x.size > 1 else 2 * x, "It returned nothing"),
        (lambda: 2, "has to take these arguments, in this order: `x`"),
        (lambda x, y: 2, "has to take these arguments"),
        (np.array([6.0]), "a value of type ndarray. Give its name without calling it"),
        ("2 * x", "a value of type str"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_answer_is_answered_kindly(function, words):
    answer = DOUBLE.check(function)
    assert answer.outcome is Outcome.NOT_YET
    assert re.search(words, answer.sentences[0]), answer.sentences
    assert "gc-answer" in answer._repr_html_()


@pytest.mark.parametrize("nothing", [None, ..., lambda x: None, lambda x: ..., lambda x: print(2 * x)])
def test_an_unanswered_exercise_says_so(nothing):
    answer = DOUBLE.check(nothing)
    assert answer.outcome is Outcome.UNANSWERED
    assert repr(answer).startswith("… Not answered yet: exercise 0.double")


def test_axes_of_length_1_do_not_matter():
    answer = DOUBLE.check(lambda x: 2 * x[None])
    assert answer.right
    assert "(Yours has shape (1, 5); the book writes (5,)" in answer.sentences[1]


def test_the_smallest_case_comes_first():
    sizes = [case[0].size for case in DOUBLE.ordered_cases()]
    assert sizes == [1, 4, 5]


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(function_exercise, "SECONDS", 0.3)


def test_an_endless_loop_is_stopped_and_leaves_nothing_behind(impatient):
    turns = []

    def endless(x):
        while True:
            try:
                while True:
                    turns.append(1)
            except Exception:  # a wide `except` does not save it
                pass

    begun = time.monotonic()
    answer = DOUBLE.check(endless)
    assert time.monotonic() - begun < 3
    assert "did not come to an end within 0.3 seconds" in answer.sentences[0]
    assert threading.active_count() == 1
    before = len(turns)
    time.sleep(0.2)
    assert len(turns) == before
    assert DOUBLE.check(lambda x: 2 * x).right


def test_a_loop_that_is_endless_on_a_later_case_only(impatient):
    def endless(x):
        while x.size > 4:
            pass
        return 2 * x

    answer = DOUBLE.check(endless)
    assert "did not come to an end" in answer.sentences[0]
    assert "number 3 of 3" in answer.sentences[-1]
