"""What a reader's function raises, prints, keeps or changes stays in the sandbox."""

import builtins
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings
from dataclasses import replace

import numpy as np
import psutil
import pytest
from small_exercises import DOUBLE

from helpers.exercises import Mistake, Outcome, sandbox

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")


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

    assert "It returned −∞ at [0]" in DOUBLE.check(warns).sentences[0]


# Whatever it does

CHILD, THREAD, ALONE = "in a child process", "in a thread", "without threads, as in a browser"


@pytest.fixture(params=[pytest.param(CHILD, marks=ON_LINUX), THREAD, ALONE])
def anywhere(request, monkeypatch):
    """Where a function is run: as on Linux, as on a Mac or Windows, and as in a browser."""
    monkeypatch.setattr(sandbox, "CAN_FORK", request.param == CHILD)
    if request.param == ALONE:
        monkeypatch.setattr(threading.Thread, "start", _refuse)
    return request.param


@pytest.fixture(params=[pytest.param(CHILD, marks=ON_LINUX), THREAD])
def limited(request, monkeypatch):
    """Where a function has a limit, which is a short one here."""
    monkeypatch.setattr(sandbox, "CAN_FORK", request.param == CHILD)
    monkeypatch.setattr(sandbox, "SECONDS", 0.2)
    monkeypatch.setattr(sandbox, "IDLE_SECONDS", 1.0)
    return request.param


def _refuse(thread):
    raise RuntimeError("can't start new thread")


def test_an_answer_is_judged_anywhere(anywhere):
    factor = 2

    def closed_over(x):
        return factor * x + OFFSET

    assert DOUBLE.check(closed_over).right
    assert DOUBLE.check(lambda x: 0.5 * x).mistake == "halves"
    assert "It raised ZeroDivisionError: division by zero" in repr(DOUBLE.check(lambda x: 1 / 0))
    assert "It raised SystemExit" in repr(DOUBLE.check(lambda x: sys.exit()))
    assert "It raised KeyboardInterrupt" in repr(DOUBLE.check(interrupted))


def interrupted(x):
    raise KeyboardInterrupt


OFFSET = 0.0


def test_nothing_that_a_function_sets_is_left_behind(anywhere):
    def untidy(x):
        np.seterr(all="raise")
        np.set_printoptions(precision=1)
        np.random.seed(0)  # noqa: NPY002
        random.seed(0)
        warnings.simplefilter("error")
        sys.setrecursionlimit(5000)
        logging.warning("careful")
        return 2 * x

    def state():
        legacy = np.random.get_state()[1].tolist()  # noqa: NPY002
        logged, filters = logging.getLogger().handlers[:], warnings.filters[:]
        kept = legacy, logged, filters, np.geterr(), np.get_printoptions(), random.getstate()
        return *kept, sys.getrecursionlimit(), sys.stdout, builtins.input

    before = state()
    assert DOUBLE.check(untidy).right
    assert state() == before


def test_what_a_function_changes_stays_changed_only_where_it_has_to(anywhere):
    kept = []
    assert DOUBLE.check(lambda x: kept.append(1) or 2 * x).right
    assert len(kept) == (0 if anywhere == CHILD else 3)


def test_an_endless_loop_is_ended_and_leaves_nothing_behind(limited):
    turns, before = [], threading.enumerate()

    def endless(x):
        print("still here")
        while True:
            try:
                while True:
                    turns.append(1)
            except Exception:  # a wide `except` does not save it
                pass

    answer = DOUBLE.check(endless)
    assert answer.sentences[0] == "It did not finish. If it has a loop, the loop may never end."
    assert answer.sentences[1] == "What it printed on this input begins: `still here`"
    assert set(threading.enumerate()) <= set(before)
    assert DOUBLE.check(lambda x: 2 * x).right


def test_a_loop_that_is_endless_on_a_later_case_only(limited):
    def endless(x):
        while x.size > 4:
            pass
        return 2 * x

    answer = DOUBLE.check(endless)
    assert answer.sentences == (
        "It is right in the first 2 of 3 cases; in the next it did not finish. If it has a loop, the loop may never end.",
        "The case at which it ended is number 3 of 3:",
    )


def test_what_is_right_but_too_slow_is_not_called_endless(limited, monkeypatch):
    monkeypatch.setattr(sandbox, "IN_ALL", 0)
    answer = DOUBLE.check(lambda x: sum(range(10**6)) * 0 + 2 * x)
    assert "It is right in the first 1 of 3 cases, but too slow to finish: they took" in answer.sentences[0]
    assert "loop" not in answer.sentences[0]


def test_a_function_that_waits_is_not_waited_for(limited):
    assert DOUBLE.check(lambda x: time.sleep(0.1) or 2 * x).right
    answer = DOUBLE.check(lambda x: threading.Event().wait(5) or 2 * x)
    assert answer.sentences[0].startswith("It is waiting for something that never comes.")
    left_behind = "It still runs: restart the kernel before you go on." in answer.sentences
    assert left_behind == (limited == THREAD)


def test_lists_that_hold_themselves_are_found(anywhere):
    def typo(x):
        out = []
        for _ in range(3):
            out.append(out)
        return out

    assert "It returned a list that holds itself at [0]" in DOUBLE.check(typo).sentences[0]


def test_another_order_of_the_parameters_is_called_by_name(anywhere):
    power = replace(
        DOUBLE,
        reference=lambda base, exponent: base**exponent,
        mistakes={},
        cases=lambda draw: [(2, 3), (3, 2), (1, 4)],
    )
    assert power.check(lambda exponent, base: base**exponent).right
    assert power.check(lambda *, exponent, base: base**exponent).right
    assert power.check(lambda a, b: a**b).right
    assert not power.check(lambda a, b: b**a).right
    assert "in the line `return base / 0`" in repr(power.check(of_another_order))


def of_another_order(exponent, base):
    return base / 0


@ON_LINUX
@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda x: os._exit(0), "It ended Python itself, as `os._exit` does, or crashed it."),
        (lambda x: os.kill(os.getpid(), signal.SIGTERM), "It ended Python itself"),
        (
            lambda x: os.kill(os.getpid(), signal.SIGKILL),
            "It took too much memory, and the system ended it.",
        ),
        (lambda x: sum(range(10**11)), "It did not finish."),
        (lambda x: 9**9**9, "It did not finish."),
        (lambda x: [0] * 10**10, "It raised MemoryError"),
        (lambda x: bytearray(10**11), "It raised MemoryError"),
        (lambda x: (os.write(1, b"out") and os.write(2, b"err") and os.system("echo hello")) or x, "It **"),
    ],
)
def test_the_child_alone_is_harmed(monkeypatch, capfd, function, said):
    monkeypatch.setattr(sandbox, "SECONDS", 0.2)
    alike = replace(DOUBLE, mistakes={"returns": Mistake(lambda x: x, "No.")})
    assert alike.check(function).sentences[0].startswith(said)
    assert capfd.readouterr() == ("", "")
    assert DOUBLE.check(lambda x: 2 * x).right


@ON_LINUX
def test_no_child_is_left_behind():
    before = set(psutil.Process().children())
    DOUBLE.check(lambda x: os._exit(0))
    DOUBLE.check(lambda x: 2 * x)
    assert set(psutil.Process().children()) <= before


def test_an_interrupt_is_answered_and_ends_the_function(limited):
    """As ■ in a notebook, which sends SIGINT."""
    before = threading.enumerate()
    monitor = threading.Timer(0.5, lambda: signal.raise_signal(signal.SIGINT))
    monitor.start()

    def function(x):
        while True:
            time.sleep(0.01)

    answer = DOUBLE.check(function)
    monitor.join()
    assert answer.outcome is Outcome.NOT_YET
    assert answer.sentences[0] == "You interrupted it."
    assert set(threading.enumerate()) <= set(before)


PROGRAM = """
import sys

import numpy as np
from helpers import exercises

factor = 1


def endless(x, W):
    open(sys.argv[1], "w").close()
    while factor:
        pass


def right(x, W):
    return factor * np.array([(x[:, 2 * r : 2 * r + 3] * W[0]).sum() for r in range(3)])


print(exercises.check("1.1.c.i", endless, save=False))
print(exercises.check("1.1.c.i", right, save=False))
"""


@ON_LINUX
def test_an_interrupt_of_all_processes_is_answered_and_the_program_goes_on(tmp_path):
    """As ■ in JupyterLab, which sends SIGINT to the kernel's whole group."""
    begun = tmp_path / "begun"
    command = [sys.executable, "-c", PROGRAM, str(begun)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        while not begun.exists():
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        answers = process.communicate()[0]
    assert process.returncode == 0
    assert "You interrupted it." in answers
    assert "✓ Right: exercise 1.1.c.i" in answers


def test_pytorch_in_a_function(anywhere):
    """Its autograd refuses to run in a copy of a process in which it has run: then it runs here."""
    torch = pytest.importorskip("torch")
    x = torch.ones(3, requires_grad=True)
    (x * x).sum().backward()

    def gradient(x):
        leaf = torch.tensor(x, requires_grad=True)
        (leaf * leaf).sum().backward()
        return leaf.grad

    assert DOUBLE.check(gradient).right
    assert DOUBLE.check(lambda x: 2 * torch.tensor(x, requires_grad=True)).right
    assert DOUBLE.check(lambda x: [2 * torch.tensor(row, requires_grad=True) for row in x]).right
    assert DOUBLE.check(lambda x: 2 * torch.tensor(x, dtype=torch.float32)).right
