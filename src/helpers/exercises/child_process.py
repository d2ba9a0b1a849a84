"""Call a function in a child process, a copy of this one. Linux only."""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from . import sandbox
from .sandbox import PRINTED, Call, End, Output, contained_call, ended

MEMORY = 4 * 2**30
"""How much more memory the child may take than the notebook has, in bytes."""


def run_in_child(function: Callable, cases: Sequence[Sequence], limit: float) -> list[Call]:
    """Call a function on one case after the other in a child process, and return what came of it."""
    shared = mmap.mmap(-1, 4 * PRINTED)  # what it prints is known here even where it never ends
    receiver, sender = Pipe(duplex=False)
    calls: list[Call] = []
    end: End = ""
    parent, child, status = os.getpid(), 0, 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forks in a process with threads
            child = os.fork()
        if child == 0:
            _work(function, cases, limit, sender, SharedOutput(shared))
        sender.close()
        end = _receive(calls, len(cases), receiver, child, limit)
    except KeyboardInterrupt:
        end = "interrupted"
    finally:
        if os.getpid() != parent:  # interrupted before it began
            os._exit(0)
        if child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        receiver.close()
    if len(calls) < len(cases):
        printed = shared[:].rstrip(b"\0").decode(errors="ignore")
        calls.append(ended(end or _reason(status), printed=printed))
    return calls


def _receive(calls: list[Call], count: int, receiver: Connection, child: int, limit: float) -> End:
    """Add calls as they come; return why no more are waited for, empty where the child has ended."""
    used, active = 0.0, time.monotonic()
    while len(calls) < count:
        if receiver.poll(0.2):
            try:
                calls.append(receiver.recv())
            except EOFError:
                return ""
            if sum(call.seconds for call in calls) > sandbox.IN_ALL * limit and len(calls) < count:
                return "slow"
            active = time.monotonic()
        elif (now := _processor_time(child)) != used:
            used, active = now, time.monotonic()
        elif time.monotonic() - active > sandbox.IDLE_SECONDS:
            return "waiting"
    return ""


def _reason(status: int) -> End:
    """Return why a child has ended before its time."""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return "time" if number == signal.SIGPROF else "memory" if number == signal.SIGKILL else "died"


def _processor_time(child: int) -> float:
    """Return the processor time of a process, in ticks; of one that is runnable a new number each time."""
    try:
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return -1.0
    state, user, system = fields[0], fields[11], fields[12]
    return time.monotonic() if state in "RD" else float(user) + float(system)


def _work(
    function: Callable, cases: Sequence[Sequence], limit: float, sender: Connection, printed: SharedOutput
) -> NoReturn:
    """Call the function on each case, and send what came of it. SIGPROF ends a call that takes too much time, in C too."""
    try:
        import resource  # which Windows has not

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # that of ■ goes to the notebook's process
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(nowhere, standard)
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY
        _, hardest = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most if hardest < 0 else min(most, hardest), hardest))
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(1)  # its others are not in the copy
        for case in cases:
            printed.clear()
            signal.setitimer(signal.ITIMER_PROF, limit)
            call = contained_call(function, case, printed)
            signal.setitimer(signal.ITIMER_PROF, 0)
            sender.send(call)
    finally:
        os._exit(0)


class SharedOutput(Output):
    """The beginning of what is written to it, in memory that another process sees."""

    def __init__(self, shared: mmap.mmap) -> None:
        self.shared = shared

    def write(self, text: str) -> int:
        """Keep the text, up to a limit."""
        written = super().write(text)
        encoded = self.text.encode(errors="replace")[: 4 * PRINTED]
        self.shared[: len(encoded)] = encoded
        return written

    def clear(self) -> None:
        """Forget what was written."""
        self.text = ""
        self.shared[:] = bytes(len(self.shared))
