"""What a reader's function raises, prints, keeps or changes stays in the sandbox."""

import sys
import threading
from dataclasses import replace

import numpy as np
from small_exercises import DOUBLE


def test_the_line_that_raised_is_shown(tmp_path, monkeypatch):
    (tmp_path / "typed.py").write_text("def my_answer(x):\n    y = 2 * x\n    return y / [][0]\n")
    monkeypatch.syspath_prepend(tmp_path)
    from typed import my_answer

    assert "in the line `return y / [][0]`" in DOUBLE.check(my_answer).sentences[0]


def test_a_function_that_changes_its_argument_is_told_and_harms_no_other_case():
    def in_place(x):
        x *= 2
        return x

    answer = DOUBLE.check(in_place)
    assert "changed its argument `x` in place" in answer.sentences[0]
    assert DOUBLE.check(lambda x: 2 * x).right


def test_a_function_may_keep_one_array_and_write_over_it():
    kept = {}

    def same_array(x):
        array = kept.setdefault(x.shape, np.empty_like(x))
        array[...] = 2 * x
        return array

    of_one_shape = replace(DOUBLE, cases=lambda draw: [(np.array([n]),) for n in (1.0, 2.0, 3.0)])
    assert of_one_shape.check(same_array).right


def test_printing_is_caught_and_shown(capsys):
    def chatty(x):
        print("I think", x)
        print("of something `else`", file=sys.stderr)
        return x

    answer = DOUBLE.check(chatty)
    assert capsys.readouterr() == ("", "")
    assert "I think [3.] ⏎ of something 'else'" in answer.sentences[1]
    right = DOUBLE.check(lambda x: print("!" * 10**6) or 2 * x)
    assert right.right
    assert len(repr(right)) < 300


def test_warnings_do_not_get_out():
    import warnings

    def warns(x):
        warnings.warn("careful", stacklevel=1)
        return np.log(0 * x)

    assert "other numbers" in DOUBLE.check(warns).sentences[0]


def test_where_there_are_no_threads_an_answer_is_judged_all_the_same(monkeypatch):
    """As in a browser's Python."""

    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    assert DOUBLE.check(lambda x: x + x).right
    assert DOUBLE.check(lambda x: 0.5 * x).mistake == "halves"
    assert "raised ZeroDivisionError: division by zero" in repr(DOUBLE.check(lambda x: 1 / 0))
