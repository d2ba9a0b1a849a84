"""Whatever a reader's function does, the check answers in words and the notebook goes on."""

import functools
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from limits import slowness

from helpers import exercises
from helpers.book import EXERCISES
from helpers.exercises import Exercise, NumberExercise, Outcome, WrongFunction, WrongNumber
from helpers.exercises import exercise as exercise_module
from helpers.exercises.parse_numbers import Unreadable, parse_numbers
from helpers.exercises.progress_file import Progress

DOUBLE = Exercise(
    id="0.double",
    chapter="none",
    reference=lambda x: 2 * x,
    cases=lambda random: [
        (np.array([[7.0, 8.0], [9.0, 1.0]]),),
        (np.array([3.0]),),
        (random.normal(size=5),),
    ],
    given="Given is `x`. Return twice of it.",
    hints=("One.", "Two."),
    mistakes=(
        WrongFunction("squares", lambda x: x**2, "Multiply by 2."),
        WrongFunction("halves", lambda x: x / 2, "The other way.", sheets=True),
    ),
)


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
    assert "other numbers" in answer.says[0]
    assert "number 2 of 3" in answer.says[-1]
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
    assert re.search(words, answer.says[0]), answer.says
    assert "gc-answer" in answer._repr_html_()


def test_the_line_that_raised_is_shown(tmp_path, monkeypatch):
    (tmp_path / "typed.py").write_text("def my_answer(x):\n    y = 2 * x\n    return y / [][0]\n")
    monkeypatch.syspath_prepend(tmp_path)
    from typed import my_answer

    assert "in the line `return y / [][0]`" in DOUBLE.check(my_answer).says[0]


def test_a_function_that_changes_its_argument_is_told_and_harms_no_other_case():
    def in_place(x):
        x *= 2
        return x

    answer = DOUBLE.check(in_place)
    assert "changed its argument `x` in place" in answer.says[0]
    assert DOUBLE.check(lambda x: 2 * x).right


def test_a_function_may_keep_one_array_and_write_over_it():
    kept = {}

    def same_array(x):
        array = kept.setdefault(x.shape, np.empty_like(x))
        array[...] = 2 * x
        return array

    of_one_shape = replace(DOUBLE, cases=lambda random: [(np.array([n]),) for n in (1.0, 2.0, 3.0)])
    assert of_one_shape.check(same_array).right


def test_printing_is_caught_and_shown(capsys):
    def chatty(x):
        print("I think", x)
        print("of something `else`", file=sys.stderr)
        return x

    answer = DOUBLE.check(chatty)
    assert capsys.readouterr() == ("", "")
    assert "I think [3.] ⏎ of something 'else'" in answer.says[1]
    right = DOUBLE.check(lambda x: print("!" * 10**6) or 2 * x)
    assert right.right
    assert len(repr(right)) < 300


def test_warnings_do_not_get_out():
    import warnings

    def warns(x):
        warnings.warn("careful", stacklevel=1)
        return np.log(0 * x)

    assert "other numbers" in DOUBLE.check(warns).says[0]


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(exercise_module, "SECONDS", 0.3)


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
    assert time.monotonic() - begun < 3 * slowness()
    assert "did not come to an end within 0.3 seconds" in answer.says[0]
    assert threading.active_count() == 1
    before = len(turns)
    time.sleep(0.2)
    assert len(turns) == before
    assert DOUBLE.check(lambda x: 2 * x).right


def test_where_there_are_no_threads_an_answer_is_judged_all_the_same(monkeypatch):
    """As in a browser's Python."""

    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    assert DOUBLE.check(lambda x: x + x).right
    assert DOUBLE.check(lambda x: 0.5 * x).mistake == "halves"
    assert "raised ZeroDivisionError: division by zero" in repr(DOUBLE.check(lambda x: 1 / 0))


def test_a_loop_that_is_endless_on_a_later_case_only(impatient):
    def endless(x):
        while x.size > 4:
            pass
        return 2 * x

    answer = DOUBLE.check(endless)
    assert "did not come to an end" in answer.says[0]
    assert "number 3 of 3" in answer.says[-1]


@pytest.mark.parametrize("nothing", [None, ..., lambda x: None, lambda x: ..., lambda x: print(2 * x)])
def test_an_unanswered_exercise_says_so(nothing):
    answer = DOUBLE.check(nothing)
    assert answer.outcome is Outcome.UNANSWERED
    assert repr(answer).startswith("… Not answered yet: exercise 0.double")


def test_axes_of_length_1_do_not_matter():
    answer = DOUBLE.check(lambda x: 2 * x[None])
    assert answer.right
    assert "(Yours has shape (1, 5); the book writes (5,)" in answer.says[1]


def test_of_many_axes_the_matrix_with_the_first_difference_is_shown():
    wide = replace(DOUBLE, cases=lambda random: [(np.ones((1, 3, 2, 2)),)], mistakes=())

    def wrong(x):
        y = 2 * x
        y[0, 1, 1, 0] = 5
        return y

    text = repr(wide.check(wrong))
    assert text.splitlines()[-3:] == [
        "  expected, at [1]    yours, at [1]",
        "   2   2               2   2",
        "  *2*  2              *5*  2",
    ]


def test_the_smallest_case_comes_first():
    sizes = [case[0].size for case in DOUBLE.ordered_cases()]
    assert sizes == [1, 4, 5]


def test_a_wrong_answer_with_two_digits_too_few_is_written_with_enough():
    answer = replace(DOUBLE, mistakes=()).check(lambda x: 2 * x * (1 + 1e-7))
    assert "*6*         *6.0000006*" in repr(answer)


def test_html_escapes_what_the_reader_made():
    def script(x):
        raise ValueError("<script>alert(1)</script>")

    page = DOUBLE.check(script)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<div") == page.count("</div>")


# Numbers

SIZE = NumberExercise(
    id="0.size",
    chapter="none",
    answer=(5, 2),
    given="Two numbers.",
    hints=("One.",),
    mistakes=(WrongNumber("rounds up", (5, 3), "Take the floor.", sheets=True),),
)
LOSS = replace(SIZE, id="0.loss", answer=(np.log(4),), tolerance=1e-3, mistakes=())


@pytest.mark.parametrize(
    "spelled",
    [
        "5×2",
        "5 x 2",
        "5 X 2",
        "5 by 2",
        "5*2",
        "(5, 2)",
        "[5, 2]",
        "5, 2",
        "5;2",
        "R^5×2",
        "ℝ^{5×2}",
        "R^(5 x 2)",
        (5, 2),
        [5, 2],
        (5.0, 2),
        np.array([5, 2]),
        np.array([[5], [2]]),
        ["5", "2"],
        (np.int64(5), 2),
        "[17/4] + 1 × [7/4] + 1 = 5 × 2",
    ],
)
def test_any_spelling_of_a_size(spelled):
    assert SIZE.check(spelled).right


@pytest.mark.parametrize(
    "spelled",
    [
        "ln 4",
        "ln(4)",
        "ln4",
        "log 4",
        "math.log(4)",
        "np.log(4)",
        "numpy.log(4)",
        "2 ln 2",
        "2·ln 2",
        "2 × ln(2)",
        "-ln 1/4",
        "−ln(¼)",
        "1.386",
        "1,386",
        "1.3863",
        "ln(4) = 1.386",
        "≈ 1.386",
        "+1.386",
        "log(e**2) + ln 4 − 2",
        1.386,
        np.log(4),
        np.float32(1.3863),
        np.array(1.386),
        [1.386],
        "1386/1000",
        "138.6 %",
        "exp(0)*ln 4",
    ],
)
def test_any_spelling_of_a_logarithm(spelled):
    assert LOSS.check(spelled).right


@pytest.mark.parametrize(
    "spelled",
    [
        "five",
        "",
        "   ",
        "5 2",
        "((((",
        "(" * 150,
        "1/0",
        "9**9**9**9",
        "__import__('os').system('true')",
        "open('x')",
        "().__class__",
        "[x for x in (5, 2)]",
        "lambda: 5",
        "1e999 - 1e999 if 1 else 2",
        "5" * 500,
        "True",
        "'5'",
        "(-8)**0.5",
        True,
        b"5",
        object(),
        {"a": 1},
        5j,
        lambda: 5,
    ],
)
def test_what_cannot_be_read_is_never_evaluated(spelled):
    with pytest.raises(Unreadable):
        parse_numbers(spelled, several=True)
    assert SIZE.check(spelled).outcome is not Outcome.RIGHT


def test_wrong_numbers_are_answered():
    assert SIZE.check("5×3").says[0] == "(5, 3): this **rounds up**, as the sheet does."
    assert "(7, 7) was read" in SIZE.check((7, 7)).says[0]
    assert "two numbers are expected" in SIZE.check(10).says[0]
    assert "is close" in LOSS.check(1.39).says[0]
    assert "cannot be read as a number" in LOSS.check("many").says[0]
    assert not LOSS.check(float("nan")).right

    class Hostile:
        def __array__(self, *_, **__):
            raise RuntimeError("no")

    assert "cannot be read" in LOSS.check(Hostile()).says[0]


@pytest.mark.parametrize("nothing", [None, ..., "", " "])
def test_an_unanswered_number_says_so(nothing):
    assert SIZE.check(nothing).outcome is Outcome.UNANSWERED


# The reader's three functions


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIENTS_CHECKED_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(EXERCISES, "_progress", Progress())
    return tmp_path / "home"


def test_ids_are_read_generously():
    for id in ("1.1.c.iv", "1.1.C.IV", " 1.1 (c) (iv) ", "1.1.c.(iv)"):
        assert exercises.check(id, ...).id == "1.1.c.iv"


def test_an_unknown_id_is_answered_with_the_nearest():
    answer = exercises.check("1.1.c.iv.likely", ...)
    assert answer.outcome is Outcome.NOT_YET
    assert "Did you mean 1.1.c.iv.likeness?" in answer.says[0]
    assert "There are 1.1.a, 1.1.b," in answer.says[0]
    assert "comes first" in exercises.check(lambda x: x, "1.1.a").says[0]


def test_hints_come_one_by_one_and_end(monkeypatch):
    monkeypatch.setattr(EXERCISES, "_hints_given", Counter())
    there_are = len(EXERCISES["1.1.b"].hints)
    given = [repr(exercises.hint("1.1.b")) for _ in range(there_are + 2)]
    assert [hint[:6] for hint in given[:there_are]] == [f"Hint {n}" for n in range(1, there_are + 1)]
    assert given[-1] == given[-2] == "Exercise 1.1.b has 3 hints. The solution is folded below it."
    assert repr(exercises.hint("1.1.b", 2)) == given[1]
    assert repr(exercises.hint("1.1.b")) == given[2]
    assert "has 3 hints" in repr(exercises.hint("1.1.b", 0))
    assert "no exercise" in repr(exercises.hint("9.9"))


def test_folded_hints_need_no_script():
    page = exercises.hints("1.1.b")._repr_html_()
    assert page.count("<details") == page.count("<summary>") == 3
    assert "open" not in page


# Progress


def test_only_a_right_answer_of_the_reader_is_kept(home):
    exercises.check("1.1.a", ...)
    exercises.check("1.1.a", (5, 3))
    exercises.check("1.1.a", (5, 2), save=False)
    assert not home.exists()
    assert "1.1.a –" in repr(exercises.progress())
    assert exercises.check("1.1.a", (5, 2)).right
    assert [path.name for path in home.iterdir()] == ["progress.json"]
    assert "1.1.a ✓" in repr(exercises.progress())
    assert repr(exercises.progress()).startswith(f"1 of {len(EXERCISES)} exercises are solved.")


def test_another_notebook_sees_it_and_adds_to_it(home):
    Progress().keep("1.1.a")
    other = Progress()
    other.keep("1.1.b")
    assert Progress().solved() == ({"1.1.a", "1.1.b"}, ())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"format": 0, "solved": []}',
        b'{"format": 1, "solved": "1.1.a"}',
        b'{"format": 1, "solved": [1]}',
        b'{"format": 1}',
        b"[" * 100000,
    ],
)
def test_a_file_that_cannot_be_read_is_set_aside_and_not_lost(home, content):
    home.mkdir()
    (home / "progress.json").write_bytes(content)
    answer = exercises.check("1.1.a", (5, 2))
    assert answer.right
    assert "was set aside as" in answer.says[-1]
    assert (home / "progress-set-aside-1.json").read_bytes() == content
    assert Progress().solved() == ({"1.1.a"}, ())
    (home / "progress.json").write_bytes(content)
    assert "set aside" in repr(exercises.progress())
    assert (home / "progress-set-aside-2.json").read_bytes() == content
    assert (home / "progress-set-aside-1.json").read_bytes() == content


@pytest.mark.parametrize("trouble", ["a file in the folder's place", "no home", "full"])
def test_where_nothing_can_be_written_progress_is_kept_in_memory(home, trouble, monkeypatch):
    if trouble == "full":
        monkeypatch.setattr("helpers.exercises.progress_file.os.replace", _refuse)
    elif trouble == "no home":
        monkeypatch.delenv("GRADIENTS_CHECKED_HOME")
        monkeypatch.setattr("helpers.exercises.progress_file.Path.home", _no_home)
    else:
        home.write_text("in the way")
    answer = exercises.check("1.1.a", (5, 2))
    assert answer.right
    assert "kept in memory only" in answer.says[-1]
    assert "1.1.a ✓" in repr(exercises.progress())
    if trouble == "full":
        assert list(home.iterdir()) == []
        monkeypatch.undo()
        monkeypatch.setenv("GRADIENTS_CHECKED_HOME", str(home))


def _refuse(*_):
    raise OSError(28, "No space left on device")


def _no_home():
    raise RuntimeError("Could not determine home directory.")


def test_what_was_kept_in_memory_is_written_later(home):
    home.write_text("in the way")
    keeper = Progress()
    assert keeper.keep("1.1.a")
    home.unlink()
    assert keeper.keep("1.1.b") == ()
    assert Progress().solved() == ({"1.1.a", "1.1.b"}, ())


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "home/.local/share/gradients-checked"),
        ("linux", {"XDG_DATA_HOME": "elsewhere"}, "elsewhere/gradients-checked"),
        ("darwin", {}, "home/Library/Application Support/gradients-checked"),
        ("win32", {"LOCALAPPDATA": "data"}, "data/gradients-checked"),
        ("linux", {"GRADIENTS_CHECKED_HOME": "named"}, "named"),
    ],
)
def test_the_readers_own_folder(monkeypatch, platform, variables, expected):
    from pathlib import Path

    from helpers.exercises import progress_file

    for name in ("GRADIENTS_CHECKED_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(progress_file.sys, "platform", platform)
    monkeypatch.setattr(progress_file.Path, "home", lambda: Path("home"))
    assert progress_file.folder() == Path(expected)


def test_no_torch_is_needed_to_check_an_answer(tmp_path):
    program = (
        "import sys\n"
        "from helpers import exercises\n"
        "from helpers.book import EXERCISES\n"
        "for exercise in EXERCISES:\n"
        "    right = next(getattr(exercise, name) for name in ('reference', 'answer', 'because') if hasattr(exercise, name))\n"
        "    assert exercises.check(exercise.id, right, save=False).right, exercise.id\n"
        "assert not {'torch', 'IPython', 'ipywidgets', 'matplotlib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
