"""Estimate how sure a number measured over several seeds is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array, real_array, whole_number


class Interval(NamedTuple):
    """A number measured over so many seeds, and where it may well lie."""

    effect: float
    low: float
    high: float
    seeds: int


def bootstrap(
    statistic: Callable[..., Array],
    *samples: ArrayLike,
    rng: np.random.Generator,
    resamples: int = 4000,
    level: float = 0.95,
) -> Interval:
    """Return a statistic of samples paired by seed, with its percentile interval. Efron (1979).

    Seeds are drawn with replacement, as many as there are, again and again; every sample keeps the numbers
    of the same ones. So what two trainings share, their first weights and their sequences, cancels.

    Parameters
    ----------
    statistic : callable
        Takes the samples, arrays of shape (..., seeds), and reduces the last axis.
    *samples : array_like, shape (seeds,)
        The same seeds in each, in the same order.
    rng : numpy.random.Generator
    resamples : int
    level : float
        How much of the resamples the interval holds.

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        If the samples are of different length, there is none, or the level is not between 0 and 1.

    Examples
    --------
    >>> treated, untreated = [3, 5, 2, 7], [2, 4, 1, 6]
    >>> def difference(a, b):
    ...     return a.mean(axis=-1) - b.mean(axis=-1)
    >>> bootstrap(difference, treated, untreated, rng=np.random.default_rng(0))
    Interval(effect=1.0, low=1.0, high=1.0, seeds=4)
    """
    paired = [real_array(sample, "samples", shape=("seeds",)) for sample in samples]
    whole_number(resamples, "resamples", at_least=1)
    if not callable(statistic):
        raise TypeError(f"statistic must be a function, got {statistic!r}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    if len({len(sample) for sample in paired}) != 1:
        raise ValueError(f"samples must hold the same seeds, got lengths {[*map(len, paired)]}")
    if not 0 < real_array(level, "level", shape=()) < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    seeds = len(paired[0])
    drawn = rng.integers(seeds, size=(resamples, seeds))
    with np.errstate(divide="ignore", invalid="ignore"):
        effect, values = statistic(*paired), statistic(*(sample[drawn] for sample in paired))
    if np.shape(effect) != () or np.shape(values) != (resamples,):
        raise ValueError(
            "statistic must reduce the last axis of its samples, and no other: of samples of shape "
            f"({resamples}, {seeds}) it made {np.shape(values)}, and ({resamples},) is expected"
        )
    # An order statistic, so that infinite values stay what they are; a value that is not a number leaves none.
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return Interval(float(effect), float(low), float(high), seeds)
