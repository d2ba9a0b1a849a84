"""Whatever a reader's function does, the check answers in words and the notebook goes on."""

import bdb
import functools
import re
import sys
from dataclasses import replace

import numpy as np
import pytest
from small_exercises import DOUBLE

from helpers.exercises import Mistake, Outcome


def test_right_says_how_it_was_checked():
    answer = DOUBLE.check(lambda x: x + x)
    assert answer.right
    assert repr(answer) == (
        "✓ Right: exercise 0.double\nIt agrees with the book's own function in all 3 cases. The largest relative difference "
        "is below 10⁻¹³."
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
    assert answer.sentences[0] == "It is wrong where **`len(x)` = 2**, and right elsewhere."
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
        (lambda x: [], "It returned a list without any entry"),
        (lambda x: np.append(2 * x, 0), "It returned shape \\(2,\\), and \\(1,\\) is expected"),
        (lambda x: 2 * x + np.nan, "It returned NaN at \\[0\\]"),
        (lambda x: 2 * x + 1e-5, "nearly right, but off by up to 3 · 10⁻⁶"),
        (
            lambda x: 2 * x + np.cos(np.arange(x.size)).reshape(x.shape),
            "Its numbers are wrong, and no known mistake gives them.",
        ),
        (lambda x: [None for _ in x], "It returned a list that holds None at \\[0\\]"),
        (lambda x: (1, 1j), "It returned a tuple that holds 1j at \\[1\\]"),
        (lambda x: ["1.0", 2], "It returned a list that holds '1.0' at \\[0\\]"),
        (lambda x: [[10**400]], "that holds an integer too large for float64 at \\[0, 0\\]"),
        (lambda x: [x, [[[x]]]], "It returned a list whose rows have different lengths"),
        (
            lambda x: 2 * x / 0 * 1,
            "It returned ∞ at \\[0\\]: something was divided by 0, or it is too large.",
        ),
        (lambda x: (_ for _ in ()).throw(bdb.BdbQuit), "It calls the debugger"),
        (lambda x: np.zeros(10**7), "It returned 10000000 numbers, of shape \\(10000000,\\)"),
        (lambda x: None if x.size > 1 else 2 * x, "It returned nothing"),
        (lambda: 2, "must take these arguments, in this order: `x`"),
        (lambda x, y: 2, "must take these arguments"),
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


# What names the mistake, if no known one is made

MATRIX = replace(
    DOUBLE,
    reference=lambda T, M: np.array([[1, 2], [0, 3]]) @ M * T,
    cases=lambda draw: [(T, draw.integers(2, 2)) for T in (1, 2, 1, 3, 4, 1)],
    mistakes={},
)
VECTOR = replace(DOUBLE, cases=lambda draw: [(draw.integers(n),) for n in (3, 4, 5, 6)], mistakes={})
R = MATRIX.reference
GENERAL = [
    (MATRIX, lambda T, M: R(T, M).T, "It is the **transpose** of what is expected."),
    (MATRIX, lambda T, M: -R(T, M), "It is the **negative** of what is expected."),
    (MATRIX, lambda T, M: -R(T, M).T, "It is the **negative of the transpose** of what is expected."),
    (MATRIX, lambda T, M: R(T, M) / 3, "It is **1/3 times** what is expected, in every case."),
    (MATRIX, lambda T, M: R(T, M) * (1 + T), "In each case it is a **multiple** of what is expected, but the factor changes"),
    (MATRIX, lambda T, M: R(T, M) - 0.5, "It is **1/2 too small**, in every case."),
    (MATRIX, lambda T, M: R(T, M) * [[1, -1], [-1, 1]], "Its entries are right **except for their signs**."),
    (MATRIX, lambda T, M: R(T, M)[::-1], "Its rows are right, in **reverse order**."),
    (MATRIX, lambda T, M: R(T, M) + np.array([[0, T], [1, 0]]), "It is right **on the diagonal only**."),
    (MATRIX, lambda T, M: R(T, M) + np.diag([1, T]), "It is right **off the diagonal only**."),
    (MATRIX, lambda T, M: R(T, M) / T + (T - 1) ** 2 * M, "It is right where **T = 1**, and wrong elsewhere."),
    (MATRIX, lambda M, T: R(T, M) if np.ndim(T) == 0 else 1 / 0, ""),
    (MATRIX, lambda *, M, T: R(T, M), ""),
    (VECTOR, lambda x: 2 * x[::-1], "Its entries are right, in **reverse order**."),
    (VECTOR, lambda x: 2 * np.append(x[1:], 7), "It is **shifted by one**: each entry is that of the next."),
    (VECTOR, lambda x: 2 * np.append(7, x[:-1]), "It is **shifted by one**: each entry is that of the one before."),
    (VECTOR, lambda x: 2 * x if len(x) != 4 else [1, 2], "It returned shape (2,), and (4,) is expected."),
    (VECTOR, lambda x: 2 * x if len(x) != 4 else 1 / 0, "It raised ZeroDivisionError"),
]  # fmt: skip


@pytest.mark.parametrize(("exercise", "function", "said"), GENERAL)
def test_wrong_numbers_are_said_in_general_words(exercise, function, said):
    answer = exercise.check(function)
    assert answer.right == (not said)
    assert answer.right or answer.sentences[0].startswith(said), answer.sentences


def test_where_it_fails_stands_beside_an_error():
    answer = VECTOR.check(lambda x: 2 * x if len(x) != 4 else 1 / 0)
    assert answer.sentences[2] == "It is wrong where **`len(x)` = 4**, and right elsewhere."
    answer = replace(VECTOR, tags=lambda x: {"T": len(x)}).check(lambda x: 2 * x if len(x) == 4 else x[:2])
    assert answer.sentences[2] == "It is right where **T = 4**, and wrong elsewhere."


def test_axes_in_another_order():
    cube = replace(
        DOUBLE, cases=lambda draw: [(draw.integers(2, 3, 4),), (draw.normal(2, 3, 4),)], mistakes={}
    )
    answer = cube.check(lambda x: 2 * np.moveaxis(x, 0, -1))
    assert (
        answer.sentences[0]
        == "Its entries are right, but its **axes are in another order**. `transpose(2, 0, 1)` puts them right."
    )
    assert np.moveaxis(np.zeros((2, 3, 4)), 0, -1).transpose(2, 0, 1).shape == (2, 3, 4)


def test_something_kept_between_calls():
    kept = []

    def accumulating(x):
        kept.append(1)
        return 2 * x * len(kept)

    assert "**it keeps something from one call to the next**" in VECTOR.check(accumulating).sentences[0]
    random = np.random.default_rng(0)
    assert "it uses random numbers" in VECTOR.check(lambda x: random.normal(size=x.shape)).sentences[0]


def test_nearly_right_is_said_only_of_all_cases():
    """A formula that is nearly the same in the first case that fails is another formula."""
    answer = VECTOR.check(lambda x: 2 * x + (1e-6 if len(x) == 3 else 1) * np.cos(x + np.arange(x.size)))
    assert answer.sentences[0] == "It is not always a **whole number**, and what is expected is."
    answer = VECTOR.check(lambda x: 2 * x * (1 + 1e-5 * np.cos(np.arange(x.size))))
    assert answer.sentences[0].startswith(
        "It is nearly right, but off by up to 10⁻⁵ of the largest number expected"
    )


def test_float32_is_right_and_a_known_variant_is_named():
    assert DOUBLE.check(lambda x: (2 * x).astype(np.float32)).right
    single = VECTOR.check(lambda x: np.float32(2) * x.astype(np.float32) + np.float32(3e-6))
    assert single.right
    assert single.sentences[0] == "It is right, to float32's digits, in all 4 cases."
    assert not VECTOR.check(lambda x: 2 * x + 3e-6 * np.cos(np.arange(x.size))).right
    mistake = {"adds 10⁻⁷": Mistake(lambda x: 2 * x + 1e-7, "Leave it out.")}
    assert replace(VECTOR, mistakes=mistake).check(lambda x: 2 * x + 1e-7).mistake == "adds 10⁻⁷"
    answer = replace(VECTOR, variants=mistake).check(lambda x: 2 * x + 1e-7)
    assert answer.right
    assert answer.sentences == ("It **adds 10⁻⁷**. Leave it out.",)


def test_two_mistakes_with_the_same_numbers_are_both_named():
    twice = {**DOUBLE.mistakes, "divides by 2": Mistake(lambda x: 0.5 * x, "Do not divide.")}
    answer = replace(DOUBLE, mistakes=twice).check(lambda x: x / 2)
    assert answer.mistake == "halves; divides by 2"
    assert answer.sentences[:3] == (
        "It **halves**, or **divides by 2**, as the sheet does. They give the same numbers here.",
        "The other way.",
        "Do not divide.",
    )


def test_what_the_reader_holds_may_be_hostile():
    class Signature:
        @property
        def __signature__(self):
            raise RuntimeError("no")

        def __call__(self, x):
            return 2 * x

    class Equal:
        def __eq__(self, other):
            raise RuntimeError("no")

    class Message(Exception):
        def __str__(self):
            raise RuntimeError("no")

    def raising(x):
        raise Message

    assert DOUBLE.check(Signature()).outcome is Outcome.NOT_YET
    assert DOUBLE.check(Equal()).outcome is Outcome.NOT_YET
    assert "It raised Message: (its message cannot be shown)" in DOUBLE.check(raising).sentences[0]


def test_a_message_keeps_its_full_stop_and_its_stars():
    def raising(x):
        raise ValueError("Use `x` ** 2." + "!" * 1000)

    sentence = DOUBLE.check(raising).sentences[0]
    assert "Use 'x' ∗∗ 2.!!!" in sentence
    assert len(sentence) < 420

    def stop(x):
        raise ValueError("Stop.")

    assert DOUBLE.check(replace_line(stop)).sentences[0] == "It raised ValueError: Stop."


def replace_line(function):
    """The function, without a line to show."""
    return lambda x: function(x)


def test_a_large_result_is_shown_cut():
    large = replace(DOUBLE, cases=lambda draw: [(np.ones((900, 900)),)], mistakes={})
    answer = large.check(lambda x: x + np.eye(900))
    assert len(repr(answer)) < 4000
    assert len(answer._repr_html_()) < 25_000
    assert len(repr(large.check(lambda x: np.ones((2, 900))))) < 4000
