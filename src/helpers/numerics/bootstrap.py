"""Estimate how sure a number measured over several seeds is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import Array, check_memory, real_array, short_repr, whole_number

Draw = NDArray[np.integer]
"""Positions of seeds, shape (..., seeds)."""


class Interval(NamedTuple):
    """A number measured over several seeds, and its percentile interval."""

    effect: float
    low: float
    high: float
    seeds: int


def bootstrap(
    statistic: Callable[[Draw], Array],
    seeds: int,
    *,
    rng: np.random.Generator,
    resamples: int = 4000,
    level: float = 0.95,
) -> Interval:
    """Return a statistic of all seeds, with its percentile interval over drawn seeds. Efron (1979).

    Seeds are drawn with replacement, as many as there are, again and again. A statistic that compares two trainings
    takes the same draw of both. So what they share, their first weights and their sequences, cancels.

    Parameters
    ----------
    statistic : callable
        A function of an array of positions of seeds, shape (..., seeds), which reduces its last axis.
    seeds : int
        Their number.
    rng : numpy.random.Generator
    resamples : int
    level : float
        The share of the resamples that the interval holds.

    Returns
    -------
    Interval

    Raises
    ------
    ValueError, TypeError
        If there are no seeds or no resamples, the level is not between 0 and 1, or the statistic reduces other axes.

    Examples
    --------
    >>> treated, untreated = np.array([3, 5, 2, 7]), np.array([2, 4, 1, 6])
    >>> def difference(of):
    ...     return treated[of].mean(axis=-1) - untreated[of].mean(axis=-1)
    >>> bootstrap(difference, seeds=4, rng=np.random.default_rng(0))
    Interval(effect=1.0, low=1.0, high=1.0, seeds=4)
    """
    seeds = whole_number(seeds, "seeds", at_least=1)
    resamples = whole_number(resamples, "resamples", at_least=1)
    check_memory("seeds and resamples", (resamples, seeds))
    if not callable(statistic):
        raise TypeError(f"statistic must be a function, got {short_repr(statistic)}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    if not 0 < real_array(level, "level", shape=()) < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    drawn = rng.integers(seeds, size=(resamples, seeds))
    with np.errstate(divide="ignore", invalid="ignore"):
        effect, values = statistic(np.arange(seeds)), statistic(drawn)
    if np.shape(effect) != () or np.shape(values) != (resamples,):
        raise ValueError(
            f"statistic must reduce the last axis of the drawn seeds, and no other: of shape {drawn.shape} "
            f"it made {np.shape(values)}, and ({resamples},) is expected"
        )
    # An order statistic, so that infinite values stay what they are; a value that is not a number leaves none.
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return Interval(float(effect), float(low), float(high), seeds)
