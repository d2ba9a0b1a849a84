"""Call a function that somebody else wrote: whatever it does, the notebook goes on."""

from __future__ import annotations

import builtins
import contextlib
import copy
import ctypes
import io
import linecache
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

PRINTED = 400
"""Characters of a function's output that are kept."""


@dataclass(frozen=True, eq=False)
class Call:
    """The outcome of one call.

    Attributes
    ----------
    value : numpy.ndarray or None
        What the function returned, as floating-point numbers; None where it returned nothing or there was trouble.
    trouble : str
        Why it returned no numbers, as a sentence about "it"; empty where it did.
    in_time : bool
        Whether it returned at all.
    changed : tuple of int
        The positions of the arguments that it changed in place.
    printed : str
        The beginning of what it printed.
    """

    value: np.ndarray | None
    trouble: str = ""
    in_time: bool = True
    changed: tuple[int, ...] = ()
    printed: str = ""


def run_safely(function: Callable, arguments: Sequence, *, seconds: float) -> Call:
    """Call a function on copies of its arguments, and contain what it raises, prints or never ends.

    It runs in a thread of its own: one can be waited for with a time limit on every system, and the exception that
    ends it is raised in it alone.

    Parameters
    ----------
    function : callable
    arguments : sequence
        Numbers, arrays, and sequences of them.
    seconds : float
        How long it may take.

    Returns
    -------
    Call

    Examples
    --------
    >>> run_safely(lambda a, b: a / b, [1, 4], seconds=5).value
    array(0.25)
    >>> run_safely(lambda a, b: a / b, [1, 0], seconds=5).trouble
    'it raised ZeroDivisionError: division by zero'
    """
    given, outcome, printed = copy.deepcopy(list(arguments)), [], _Output()

    def work() -> None:
        try:
            with np.errstate(all="ignore"):
                outcome.append(_numbers_returned(function(*given)))
        except _Stop:
            pass
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            outcome.append(Call(None, _describe_exception(error, function)))

    thread = threading.Thread(target=work, daemon=True)
    with _isolated(printed):
        try:
            thread.start()
        except RuntimeError:  # a browser's Python has no threads; there is no time limit then
            work()
        else:
            thread.join(seconds)
            _stop(thread)
    if not outcome:
        words = (
            f"it did not come to an end within {seconds:.2g} seconds; each of its loops has to end somewhere"
        )
        return Call(None, words, in_time=False, printed=printed.text)
    changed = tuple(
        position for position, pair in enumerate(zip(given, arguments, strict=True)) if not _same(*pair)
    )
    return Call(outcome[0].value, outcome[0].trouble, changed=changed, printed=printed.text)


def _numbers_returned(value: object) -> Call:
    """Return a call with a copy of the numbers, since the function may keep its array and write over it."""
    if value is None or value is ...:
        return Call(None)
    name = type(value).__name__
    what = f"it returned {_with_article(name)}"
    try:
        array = np.asarray(value)
        if not array.size:
            what = f"it returned an empty {name}"
        elif array.dtype.kind in "iufO":
            return Call(np.array(array, np.float64))
        elif isinstance(value, np.ndarray):
            what += f" of dtype {array.dtype}"
    except (TypeError, ValueError, OverflowError):
        if isinstance(value, (list, tuple)):
            what += " whose rows have different lengths"
    return Call(None, f"{what}, where real numbers are expected")


def _describe_exception(error: BaseException, function: Callable) -> str:
    """Return an exception in a sentence, with the line of the function that it came from."""
    words = f"it raised {type(error).__name__}"
    if str(error):
        words += f": {error}"
    if isinstance(error, IndexError):
        words += " (Python counts from 0)"
    code = getattr(function, "__code__", None)
    lines = [
        linecache.getline(frame.f_code.co_filename, number).strip()
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_code is code
    ]
    if lines and lines[-1] and "lambda" not in lines[-1]:
        words += f", in the line `{lines[-1]}`"
    return words


class _Stop(BaseException):
    """Raised in a thread to end it. No `except Exception` of the reader's catches it."""


def _stop(thread: threading.Thread) -> None:
    """End a thread, if it is still running, at its next step of Python.

    One that sleeps, or swallows every exception, is left behind; as a daemon it ends with the notebook.
    """
    for _ in range(3):
        if thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Stop)
            )
            thread.join(0.2)


@contextlib.contextmanager
def _isolated(printed: _Output) -> Iterator[None]:
    """Catch output, silence warnings, and refuse to wait for input."""

    def refuse(prompt: object = "") -> NoReturn:
        raise EOFError("it asks for input, and what it needs is in its arguments")

    ask, builtins.input = builtins.input, refuse
    stdin, sys.stdin = sys.stdin, io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        builtins.input, sys.stdin = ask, stdin


class _Output(io.TextIOBase):
    """The beginning of what is written to it."""

    text = ""

    def write(self, text: str) -> int:
        self.text = (self.text + str(text)[:PRINTED])[:PRINTED]
        return len(text)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(_same, left, right))
    return np.array_equal(left, right, equal_nan=True)


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"
