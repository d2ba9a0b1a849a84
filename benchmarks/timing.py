"""Timing side by side: whatever slows the machine down slows everybody."""

from __future__ import annotations

import os
import time

ONE_THREAD = dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"], "1"
)


def on_one_thread():
    """Keep every library to one thread, and the process to one core where the system allows. Call it before they load."""
    os.environ |= ONE_THREAD
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def best_in_turns(functions, *, seconds=2.0, turns=5):
    """Return the least seconds per call of each function. They take turns, at least ``turns`` times.

    Parameters
    ----------
    functions : dict of str to callable
    seconds : float
        About how long to go on, in all.
    turns : int
        At least so many turns. Each calls a quick function often enough to fill a millisecond.
    """
    best = {name: _once(function, 1) for name, function in functions.items()}
    calls = {name: max(1, round(1e-3 / least)) for name, least in best.items()}
    end = time.perf_counter() + seconds
    while turns > 0 or time.perf_counter() < end:
        turns -= 1
        for name, function in functions.items():
            best[name] = min(best[name], _once(function, calls[name]))
    return best


def _once(function, calls):
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls
