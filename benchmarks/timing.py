"""Timing side by side: whatever slows the machine down slows everybody."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Mapping
from random import Random
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)

ONE_THREAD = dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"], "1"
)


def on_one_thread() -> None:
    """Keep every library to one thread, and the process to one core where the system allows. Call it before they load."""
    os.environ |= ONE_THREAD
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def best_in_turns(
    functions: Mapping[Name, Callable[[], object]],
    *,
    turns: int = 5,
    seconds: float = 0.0,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[Name, float]:
    """Return the least seconds per call of each function. They take turns, after a first call of each.

    Each turn has them in a new order: what a function finds in the caches, the one before it left there.

    Parameters
    ----------
    functions : dict of callable, by any names
    turns : int
        At least so many. In each, a quick function is called often enough to fill a millisecond.
    seconds : float
        How long to go on with more turns, if those do not take as long.
    clock : callable
        ``time.process_time`` counts the processor's time, which what else the machine is busy with does not lengthen.
    """
    best = {name: seconds_per_call(function, clock=clock) for name, function in functions.items()}
    calls = {name: max(1, round(1e-3 / least)) for name, least in best.items()}
    end = time.perf_counter() + seconds
    random = Random(0)
    while turns > 0 or time.perf_counter() < end:
        turns -= 1
        for name in random.sample(list(functions), len(functions)):
            best[name] = min(best[name], seconds_per_call(functions[name], calls[name], clock=clock))
    return best


def seconds_per_call(
    function: Callable[[], object], calls: int = 1, *, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the mean over some calls, one after the other."""
    start = clock()
    for _ in range(calls):
        function()
    return (clock() - start) / calls
