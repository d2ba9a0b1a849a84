"""Every exercise: its mistakes are recognised, its solution is right, and its page holds both."""

import ast
import functools
import inspect
from pathlib import Path

import jupytext
import nbformat
import numpy as np
import pytest
from small_exercises import COLOUR

from helpers import exercises
from helpers.book import BOXES, CLAIMS, EXERCISES
from helpers.exercises import (
    ChoiceExercise,
    ExampleExercise,
    FunctionExercise,
    NumberExercise,
    Outcome,
    SheetMistake,
)

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FUNCTIONS = [exercise for exercise in EXERCISES if isinstance(exercise, FunctionExercise)]
NUMBERS = [exercise for exercise in EXERCISES if isinstance(exercise, NumberExercise)]
CHOICES = [exercise for exercise in EXERCISES if isinstance(exercise, ChoiceExercise)]
EXAMPLES = [exercise for exercise in EXERCISES if isinstance(exercise, ExampleExercise)]
by_id = {"ids": lambda exercise: exercise.id}


def mistakes(those):
    return [
        pytest.param(exercise, name, id=f"{exercise.id}: {name}")
        for exercise in those
        for name in exercise.mistakes
    ]


@pytest.mark.parametrize("exercise", FUNCTIONS, **by_id)
def test_the_reference_is_right(exercise):
    assert exercise.check(exercise.reference).right


@pytest.mark.parametrize(("exercise", "name"), mistakes(FUNCTIONS + NUMBERS))
def test_a_mistake_is_recognised(exercise, name):
    """So no mistake coincides with the right answer on all cases. Where two give the same numbers, both are named."""
    mistake = exercise.mistakes[name]
    answer = exercise.check(mistake.answer)
    assert answer.outcome is Outcome.NOT_YET
    assert name in answer.mistake.split("; ")
    assert mistake.hint in answer.sentences
    made = [exercise.mistakes[one] for one in answer.mistake.split("; ")]
    sheets = any(isinstance(one, SheetMistake) for one in made)
    assert ("as the sheet does" in answer.sentences[0]) == sheets
    assert (answer.case is not None) == (exercise in FUNCTIONS)


@pytest.mark.parametrize("exercise", NUMBERS, **by_id)
def test_the_number_is_right(exercise):
    assert exercise.check(exercise.answer).right


@pytest.mark.parametrize("exercise", EXAMPLES, **by_id)
def test_the_example_is_right(exercise):
    assert exercise.check(exercise.example).right


@pytest.mark.parametrize("exercise", [*CHOICES, COLOUR], **by_id)
def test_each_option_is_answered(exercise):
    """By its number, and by its words. More than one may be right."""
    assert 1 <= sum(not option.name for option in exercise.options) < len(exercise.options)
    for number, option in enumerate(exercise.shown, 1):
        assert exercise.check(number).sentences == exercise.check(option.text).sentences
        answer = exercise.check(option.text)
        assert (answer.right, answer.mistake) == (not option.name, option.name)
        assert option.words in answer.sentences[0]


def chapter_of(id):
    """Return the chapter of the claims in whose section an exercise stands: 1.3.2.logits stands in 1.3.2."""
    section = ".".join(id.split(".")[:3])
    return next(claim.chapter for claim in CLAIMS if f"{claim.id}.".startswith(f"{section}."))


@pytest.mark.parametrize("exercise", list(EXERCISES), **by_id)
def test_there_is_enough_to_help(exercise):
    assert len(exercise.mistakes) >= 3
    assert len(exercise.hints) >= 2
    assert exercise.given.endswith((".", ".)", "?"))
    assert exercise.chapter == chapter_of(exercise.id)


@pytest.mark.parametrize("exercise", FUNCTIONS, **by_id)
def test_the_smallest_cases_are_for_people_and_the_largest_random(exercise):
    cases = exercise.ordered_cases()
    again = exercise.ordered_cases()
    assert all(map(np.array_equal, cases[0], again[0]))
    assert len(cases) >= 9
    for argument in cases[0]:
        values = 4 * np.asarray(argument)  # quarters can be followed too
        assert (values == np.round(values)).all()
        assert np.size(argument) <= 40


@pytest.mark.parametrize("exercise", FUNCTIONS, **by_id)
def test_the_reference_leaves_its_arguments_alone(exercise):
    for case, before in zip(exercise.ordered_cases(), exercise.ordered_cases(), strict=True):
        exercise.reference(*case)
        assert all(map(np.array_equal, case, before))


@pytest.mark.parametrize("exercise", FUNCTIONS, **by_id)
def test_a_small_error_in_one_entry_of_one_case_is_found(exercise):
    """Whatever is returned, a right answer cannot be a little different from the reference."""
    last = exercise.ordered_cases()[-1]

    def nearly(*arguments):
        value = np.array(exercise.reference(*arguments), float)
        if all(map(np.array_equal, arguments, last)):
            value.flat[-1] += 1e-3 * max(1.0, np.abs(value).max())
        return value

    answer = exercise.check(nearly)
    assert answer.outcome is Outcome.NOT_YET
    assert not answer.mistake


# On the page


@functools.cache
def notebook(chapter):
    return jupytext.read(NOTEBOOKS / f"{chapter}.md")


def checks_in(cell):
    """Yield (id, what is checked, whether it is saved) for each `exercises.check(…)` of a cell."""
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "exercises.check":
            save = {keyword.arg: keyword.value.value for keyword in node.keywords}.get("save", True)
            yield node.args[0].value, ast.unparse(node.args[1]), save


def cells_of(exercise):
    """Return the cells of an exercise: those to fill in, which only a program has, the hints, and the solution."""
    cells = [cell for cell in notebook(exercise.chapter).cells if cell.cell_type == "code"]
    fill_in, solution = (
        [
            (cell, name)
            for cell in cells
            for id, name, kept in checks_in(cell)
            if (id, kept) == (exercise.id, keep)
        ]
        for keep in (True, False)
    )
    hints = [cell for cell in cells if f'exercises.hints("{exercise.id}")' in cell.source]
    boxes = [cell for cell in cells if cell.source == f'exercises.box("{exercise.id}")']
    assert len(hints) == len(solution) == len(boxes) == 1, exercise.id
    assert len(fill_in) <= 1
    return fill_in, hints[0], solution[0]


def run(cell, chapter):
    """Run a cell by itself, after the notebook's imports, and return the names that it defines."""
    names = {}
    first = next(cell for cell in notebook(chapter).cells if cell.cell_type == "code")
    exec(first.source, names)
    exec(cell.source, names)
    return names


@pytest.mark.parametrize("exercise", list(EXERCISES), **by_id)
def test_the_page_has_a_box_hints_and_a_solution_that_is_right(exercise):
    fill_in, hints, (solution, solution_name) = cells_of(exercise)
    assert hints.metadata.tags == ["remove-input", "hints"]
    assert solution.metadata.tags == ["hide-cell"]
    assert solution_name == "solution"
    solved = run(solution, exercise.chapter)["solution"]
    assert exercises.check(exercise.id, solved, save=False).right
    if isinstance(exercise, FunctionExercise):
        assert tuple(inspect.signature(solved).parameters) == exercise.parameters
    for cell, name in fill_in:
        assert cell.metadata.tags == ["exercise"]
        assert name.startswith("my_")
        answer = run(cell, exercise.chapter)[name]
        assert exercises.check(exercise.id, answer).outcome is Outcome.UNANSWERED
        if isinstance(exercise, FunctionExercise):
            assert tuple(inspect.signature(answer).parameters) == exercise.parameters
            assert len(answer.__doc__) > 20


@pytest.mark.parametrize("exercise", list(EXERCISES), **by_id)
def test_the_question_is_where_links_lead(exercise):
    """It stands above its answer box, and that above the cell to fill in, if there is one, and the hints."""
    cells = [cell.source for cell in notebook(exercise.chapter).cells]
    box = cells.index(f'exercises.box("{exercise.id}")')
    question = cells[box - 1].split("\n\n")[-1]
    assert question.startswith(f"({exercise.anchor})=\n**Your turn.** ")
    has_cell = f'exercises.check("{exercise.id}"' in cells[box + 1]
    assert f'exercises.hints("{exercise.id}")' in cells[box + 1 + has_cell]
    assert f'exercises.check("{exercise.id}", solution, save=False)' in cells[box + 2 + has_cell]


def test_every_exercise_has_a_box():
    assert {exercise.id for exercise in EXERCISES} == set(BOXES)


def test_no_question_goes_unchecked():
    for path in NOTEBOOKS.glob("*.md"):
        assert "**Exercise.**" not in path.read_text(encoding="utf-8"), path.stem


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_committed_exercises_are_unanswered_and_the_solutions_right(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            for id, _, keep in checks_in(cell):
                (output,) = [output for output in cell.outputs if "data" in output]
                expected = "… Not answered yet" if keep else "✓ Right"
                assert output.data["text/plain"].startswith(f"{expected}: exercise {id}\n")


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_every_check_on_a_page_is_of_an_exercise_there_is(path):
    ids = [id for cell in jupytext.read(path).cells if cell.cell_type == "code" for id, *_ in checks_in(cell)]
    assert set(ids) <= {exercise.id for exercise in EXERCISES if exercise.chapter == path.stem}
