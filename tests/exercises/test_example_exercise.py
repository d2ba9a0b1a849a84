"""Numbers of the reader's choice are judged by a condition, in Python as in the browser."""

import numpy as np
import pytest
from small_exercises import BEYOND_5

from helpers.book import EXERCISES
from helpers.exercises import ExampleExercise, Outcome
from helpers.exercises.boxes import ExampleBox

BOX = ExampleBox(exercise=BEYOND_5, question="?", label="z =")
EXAMPLES = [BEYOND_5, *(exercise for exercise in EXERCISES if isinstance(exercise, ExampleExercise))]
TYPED = ["0, 0, 6, 0", "(0, 6, 0, 0)", "[0 -1 9 0]", "0; 0; 2*3; 0", "0,5; 0; 8; 0", "0, 0, ln(1000), 0"]
WRONG = {
    "6, 0, 0, 0": "is sure of the right class",
    "1, 1, 1, 1": "gives all classes the same",
    "0, 1, 2, 3": "",
    "1, 2": "",
    "1 2 3 4 5": "",
}


@pytest.mark.parametrize("typed", TYPED)
def test_numbers_of_which_the_condition_holds_are_right(node, typed):
    assert BEYOND_5.check(typed).right
    (answer,) = node(BOX.pack(), typed)
    assert answer["outcome"] == "right"
    assert tuple(answer["says"]) == BEYOND_5.check(typed).sentences


@pytest.mark.parametrize(("typed", "name"), WRONG.items())
def test_others_are_answered_with_their_value_alike_in_python_and_in_the_browser(node, typed, name):
    judged = BEYOND_5.check(typed)
    assert (judged.outcome, judged.mistake) == (Outcome.NOT_YET, name)
    (answer,) = node(BOX.pack(), typed)
    assert (answer["outcome"], answer["mistake"], tuple(answer["says"])) == (
        "not-yet",
        name,
        judged.sentences,
    )


def test_the_value_is_in_the_answer():
    assert (
        BEYOND_5.check("0, 1, 2, 3").sentences[0]
        == "(0, 1, 2, 3): the loss is 3.44, and more than 5 is asked for."
    )
    assert (
        BEYOND_5.check((1, 2)).sentences[0]
        == "Your answer was read as (1, 2), and four numbers are expected."
    )
    assert BEYOND_5.check(...).outcome is Outcome.UNANSWERED
    assert "cannot be read" in BEYOND_5.check("many").sentences[0]


@pytest.mark.parametrize("exercise", EXAMPLES, ids=lambda exercise: exercise.id)
def test_each_formula_gives_the_value_that_python_computes(node, exercise):
    random = np.random.default_rng(0)
    vectors = [np.array(exercise.example, float), *random.normal(scale=2, size=(20, exercise.length))]
    for condition in (exercise.condition, *(mistake.answer for mistake in exercise.mistakes.values())):
        pack = {
            "kind": "formula", "names": [exercise.symbol], "aliases": {}, "first": {}, "over": [], "mistakes": [], "misfits": [],
            "cases": [{"inputs": {exercise.symbol: list(z)}, "tags": {}, "expected": 0} for z in vectors],
        }  # fmt: skip
        (found,) = node(pack, condition.formula, want="values")
        assert np.ravel(found["values"]) == pytest.approx([condition.value_of(z) for z in vectors], rel=1e-9)


@pytest.mark.parametrize("exercise", EXAMPLES, ids=lambda exercise: exercise.id)
def test_its_example_is_right(exercise):
    assert exercise.check(exercise.example).right
    assert not exercise._find_mistakes(lambda condition: condition.holds(np.array(exercise.example, float)))


def test_bounds_in_words():
    from helpers.exercises import Condition

    def condition(**bounds):
        return Condition(value=np.sum, formula="sum(z)", words="the sum", **bounds)

    assert condition(above=5).wanted == "more than 5"
    assert condition(below=-0.5).wanted == "less than −0.5"
    assert condition(above=1, below=2).wanted == "between 1 and 2"
    assert not condition(above=1).holds(np.array([1.0]))
