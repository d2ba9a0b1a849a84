"""How long things may take: limits that follow the machine, so that nothing fails because it is slow or has much else to do."""

import time

SECONDS_PER_CELL = 30
"""The longest a cell may run on a machine that is not slow."""

SECONDS_OF_THE_LOOP = 0.05
"""What the loop below takes on such a machine."""


def slowness():
    """Return how many times as long as on a fast machine with nothing else to do a loop takes here and now, and no less than 1."""
    begun = time.perf_counter()
    sum(number * number for number in range(1_000_000))
    return max(1.0, (time.perf_counter() - begun) / SECONDS_OF_THE_LOOP)


def seconds_per_cell():
    """Return the longest that a cell may run here, in whole seconds."""
    return round(SECONDS_PER_CELL * slowness())
