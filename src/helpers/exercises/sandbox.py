"""Call a function that somebody else wrote: whatever it does, the notebook goes on.

On Linux the function runs in a child process, a copy of this one: its variables and closures are there, what it changes is not
seen here, and what never ends, or ends the whole process, ends the child alone. Elsewhere it runs in a thread of this process:
Windows has no such copies, and on a Mac they are not safe in a process with threads, as a notebook's is. A thread can be ended at
its next step of Python only, so one long call of C has no limit there. A browser's Python has no threads, and no limit.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import ctypes
import functools
import inspect
import io
import linecache
import logging
import random
import re
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn

import numpy as np

from ..numerics.functions import quiet

PRINTED = 400
"""Characters of a function's output that are kept."""

MOST_NUMBERS = 10**6
"""The most numbers that a result may have."""

LONGEST = 300
"""The most characters of a message that are shown."""

CAN_FORK = sys.platform == "linux"

REFUSES_A_CHILD = "fork-based multiprocessing"
"""What PyTorch's autograd says in a child of a process in which it has run."""

SECONDS = 5.0
"""The processor time that one call may take on a fast machine."""

SECONDS_OF_THE_LOOP = 0.05
"""The processor time that the loop of :func:`slowness` takes there."""

IN_ALL = 4
"""How many times as long as one call all calls together may take."""

IDLE_SECONDS = 10.0
"""How long a function may wait without using the processor."""

End = Literal["", "time", "memory", "waiting", "slow", "interrupted", "died"]


@dataclass(frozen=True, eq=False)
class Call:
    """The outcome of one call.

    Attributes
    ----------
    value : numpy.ndarray or None
        What the function returned, as floating-point numbers; None where it returned nothing or there was trouble.
    trouble : str
        Why it returned no numbers, as a sentence about "it"; empty where it did.
    end : str
        What ended it, where it did not return.
    changed : tuple of int
        The positions of the arguments that it changed in place.
    printed : str
        The beginning of what it printed.
    single : bool
        Whether its numbers have the precision of float32, or less.
    seconds : float
        The processor time that it took.
    """

    value: np.ndarray | None
    trouble: str = ""
    end: End = ""
    changed: tuple[int, ...] = ()
    printed: str = ""
    single: bool = False
    seconds: float = 0.0

    @property
    def returned_nothing(self) -> bool:
        """Whether it came to its end without a result."""
        return self.value is None and not self.trouble and not self.end


def ended(end: End, trouble: str = "", printed: str = "") -> Call:
    """Return a call that something ended."""
    return Call(None, trouble, end=end, printed=printed)


@functools.cache
def slowness() -> float:
    """Return how many times the processor time of a fast machine a loop takes here, and no less than 1."""
    begun = time.process_time()
    sum(number * number for number in range(1_000_000))
    return max(1.0, (time.process_time() - begun) / SECONDS_OF_THE_LOOP)


def run_safely(function: Callable, cases: Sequence[Sequence]) -> list[Call]:
    """Call a function on copies of the arguments of one case after the other, and contain what it raises, prints or never ends.

    The last call says what ended it, if anything did; then there are no more.

    Parameters
    ----------
    function : callable
    cases : sequence of sequences
        Numbers, arrays, and sequences of them: the arguments of each call.

    Returns
    -------
    list of Call

    Examples
    --------
    >>> [call.value for call in run_safely(lambda a, b: a / b, [[1, 4], [1, 2]])]
    [array(0.25), array(0.5)]
    >>> run_safely(lambda a, b: a / b, [[1, 0]])[0].trouble
    'it raised ZeroDivisionError: division by zero'
    """
    limit = SECONDS * slowness()
    if CAN_FORK:
        from .child_process import run_in_child

        calls = run_in_child(function, cases, limit)
        if not any(REFUSES_A_CHILD in call.trouble for call in calls):
            return calls
    return run_in_thread(function, cases, limit)


def run_in_thread(function: Callable, cases: Sequence[Sequence], limit: float) -> list[Call]:
    """Call a function on one case after the other in a thread of this process."""
    calls: list[Call] = []
    with _unchanged():
        while len(calls) < len(cases) and not (calls and calls[-1].end):
            if sum(call.seconds for call in calls) > IN_ALL * limit:
                calls.append(ended("slow"))
            else:
                calls.append(_call_in_thread(function, cases[len(calls)], limit))
    return calls


def _call_in_thread(function: Callable, arguments: Sequence, limit: float) -> Call:
    outcome: list[Call] = []
    printed = Output()

    def work() -> None:
        try:
            with contextlib.suppress(_Stop):
                outcome.append(contained_call(function, arguments, printed))
        finally:
            done.set()

    done = threading.Event()  # join() takes a thread for ended when it is interrupted
    thread = threading.Thread(target=work, daemon=True)
    with isolated(printed):
        try:
            thread.start()
        except RuntimeError:  # a browser's Python has no threads
            work()
            return outcome[0]
        try:
            end = _wait(thread, done, limit)
        except KeyboardInterrupt:
            end = "interrupted"
        finally:
            _stop(thread, done)
    if outcome and not end:
        return outcome[0]
    left_behind = "It still runs: restart the kernel before you go on." if not done.is_set() else ""
    return ended(end, left_behind, printed.text)


def _wait(thread: threading.Thread, done: threading.Event, limit: float) -> End:
    """Wait for a thread, up to a processor time; or, where it uses none, up to a time by the clock."""
    begun, used, active = time.process_time(), 0.0, time.monotonic()
    while not done.wait(0.02):
        now = time.process_time() - begun
        if now > limit and not _imports(thread):
            return "time"
        if now > used + 0.05:
            used, active = now, time.monotonic()
        if time.monotonic() - active > IDLE_SECONDS:
            return "waiting"
    return ""


def contained_call(function: Callable, arguments: Sequence, printed: Output) -> Call:
    """Call a function on copies of its arguments, and contain what it raises, prints and changes."""
    given = copy.deepcopy(list(arguments))
    with isolated(printed):
        begun = time.process_time()
        try:
            with quiet():
                call = _numbers_returned(function(*given))
        except _Stop:
            raise
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            call = Call(None, describe_exception(error, function))
        seconds = time.process_time() - begun
    pairs = enumerate(zip(given, arguments, strict=True))
    changed = tuple(position for position, pair in pairs if not _same(*pair))
    return replace(call, changed=changed, printed=printed.text, seconds=seconds)


def _numbers_returned(value: object) -> Call:
    """Return a call with a copy of the numbers, since the function may keep its array and write over it."""
    if value is None or value is ...:
        return Call(None)
    value = _detached(value)
    numbers = _float64(value)
    if numbers is None:
        return Call(None, f"it returned {_described(value)}, where real numbers are expected")
    if numbers.size > MOST_NUMBERS:
        return Call(None, f"it returned {numbers.size} numbers, of shape {numbers.shape}")
    dtype = np.asarray(value).dtype
    return Call(numbers, single=dtype.kind == "f" and dtype.itemsize < 8)


def _float64(value: object) -> np.ndarray | None:
    """Return a copy in float64, None of what is not all real numbers, or empty."""
    try:
        if _odd_part(value):  # before NumPy unfolds a list that holds itself
            return None
        array = np.asarray(value)
        return np.array(array, np.float64) if array.size and array.dtype.kind in "iufO" else None
    except (TypeError, ValueError, OverflowError):
        return None


def _described(value: object) -> str:
    """Return what kind of thing is not all real numbers."""
    what = _with_article(type(value).__name__)
    if odd := _odd_part(value):
        return f"{what} that holds {odd}"
    try:
        array = np.asarray(value)
    except ValueError:
        return f"{what} whose rows have different lengths"
    if array.ndim == 0:
        return what
    return f"{what} of dtype {array.dtype}" if array.size else f"{what} without any entry"


def _detached(value: Any) -> Any:
    """Return tensors without what PyTorch remembers of their making, which NumPy does not take."""
    if isinstance(value, (list, tuple)) and any(hasattr(part, "detach") for part in value):
        return [_detached(part) for part in value]
    return value.detach() if hasattr(value, "detach") else value


def _odd_part(value: object, place: tuple[int, ...] = (), around: tuple[int, ...] = ()) -> str:
    """Return what is in nested lists that is no real number, and where; empty if nothing is."""
    if not isinstance(value, (list, tuple)):
        odd = _odd(value) if place else ""
        return odd and f"{odd}{_at(place)}"
    if id(value) in around:
        return f"itself{_at(place)}"
    if len(place) == 32:
        return "lists nested more than 32 deep"
    inside = (*around, id(value))
    return next(filter(None, (_odd_part(part, (*place, k), inside) for k, part in enumerate(value))), "")


def _odd(value: object) -> str:
    """Return a value in words if it is no real number, or too large for one."""
    if value is None or value is ...:
        return "None" if value is None else "..."
    if isinstance(value, int) and abs(value) >= 2**1024:
        return "an integer too large for float64"
    kinds = str, bytes, complex, np.complexfloating, dict, set
    return shortened(repr(value), 40) if isinstance(value, kinds) else ""


def _at(place: tuple[int, ...]) -> str:
    return f" at [{', '.join(map(str, place))}]" if place else ""


def describe_exception(error: BaseException, function: Callable) -> str:
    """Return an exception in a sentence, with the line of the function that it came from."""
    name = "MemoryError" if isinstance(error, MemoryError) else type(error).__name__
    if name == "BdbQuit":
        return "it calls the debugger, which cannot be used in a check. Call it in a cell of its own"
    try:
        message = shortened(str(error), LONGEST)
    except Exception:
        message = "(its message cannot be shown)"
    words = f"it raised {name}" + (f": {message}" if message else "")
    if isinstance(error, IndexError):
        words += " (Python counts from 0)"
    if line := _line_of(error, function):
        words += f", in the line `{line}`"
    return words


def _line_of(error: BaseException, function: Callable) -> str:
    """Return the last line of a function that an exception came through."""
    with contextlib.suppress(Exception):
        code = inspect.unwrap(function).__code__
        lines = [
            linecache.getline(frame.f_code.co_filename, number).strip()
            for frame, number in traceback.walk_tb(error.__traceback__)
            if frame.f_code is code
        ]
        if lines and "lambda" not in lines[-1]:
            return shortened(lines[-1], 120)
    return ""


def shortened(text: str, longest: int) -> str:
    """Return text in one line, cut, and without what an answer would take for markup."""
    plain = re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", text).replace("`", "'").replace("**", "∗∗")
    line = " ⏎ ".join(plain.strip().splitlines())
    return line if len(line) <= longest else f"{line[:longest]}…"


class _Stop(BaseException):
    """Raised in a thread to end it. No `except Exception` of the reader's catches it."""


def _stop(thread: threading.Thread, done: threading.Event) -> None:
    """End a thread, if it is still running, at its next step of Python, but within no import, which would stay half done.

    One that sleeps, or swallows every exception, is left behind; as a daemon it ends with the notebook.
    """
    for _ in range(3):
        if not done.is_set() and not _imports(thread):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Stop)
            )
            done.wait(0.2)


def _imports(thread: threading.Thread) -> bool:
    """Return whether a thread is within an import."""
    frame = sys._current_frames().get(thread.ident or 0)
    return any("importlib._bootstrap" in frame.f_code.co_filename for frame, _ in traceback.walk_stack(frame))


@contextlib.contextmanager
def _unchanged() -> Iterator[None]:
    """Put back what a function may set for all of the notebook: NumPy's errors, printing, random numbers, logging."""
    options, state = np.get_printoptions(), random.getstate()
    legacy = np.random.get_state()  # noqa: NPY002
    root, limit = logging.getLogger(), sys.getrecursionlimit()
    handlers, level = root.handlers[:], root.level
    try:
        with np.errstate():
            yield
    finally:
        np.set_printoptions(**options)
        np.random.set_state(legacy)  # noqa: NPY002
        random.setstate(state)
        root.handlers[:] = handlers
        root.setLevel(level)
        sys.setrecursionlimit(limit)


@contextlib.contextmanager
def isolated(printed: Output) -> Iterator[None]:
    """Catch output, silence warnings, and refuse to wait for input."""

    def refuse(prompt: object = "") -> NoReturn:
        raise EOFError("it asks for input, but all that it needs is in its arguments")

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


class Output(io.TextIOBase):
    """The beginning of what is written to it."""

    text = ""

    def write(self, text: str) -> int:
        """Keep the text, up to a limit."""
        self.text = (self.text + str(text)[:PRINTED])[:PRINTED]
        return len(text)


def by_name(function: Callable, names: Sequence[str]) -> Callable:
    """Return a function of positional arguments that hands them on by their names."""

    @functools.wraps(function)
    def called(*arguments: object) -> object:
        return function(**dict(zip(names, arguments, strict=True)))

    return called


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(_same, left, right))
    return np.array_equal(left, right, equal_nan=True)


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeiou' or noun.startswith('nd') else 'a'} {noun}"
