"""Estimate how sure a number measured over several seeds is."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Array, check_memory, real_array, short_repr, whole_number
from .functions import quiet, sigmoid

Draw = NDArray[np.integer]
"""Positions of seeds, shape (..., seeds)."""


class Interval(NamedTuple):
    """A number measured over several seeds, its interval, and the number of seeds that count."""

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
    seeds = _check(seeds, rng, resamples, level)
    if not callable(statistic):
        raise TypeError(f"statistic must be a function, got {short_repr(statistic)}")
    drawn = rng.integers(seeds, size=(resamples, seeds))
    with quiet():
        effect, values = statistic(np.arange(seeds)), statistic(drawn)
    if np.shape(effect) != () or np.shape(values) != (resamples,):
        raise ValueError(
            f"statistic must reduce the last axis of the drawn seeds, and no other: of shape {drawn.shape} "
            f"it made {np.shape(values)}, and ({resamples},) is expected"
        )
    # An order statistic, so that infinite values stay what they are; a value that is not a number leaves none.
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return Interval(float(effect), float(low), float(high), seeds)


def share(
    held: ArrayLike,
    cases: ArrayLike,
    *,
    rng: np.random.Generator,
    resamples: int = 4000,
    level: float = 0.95,
) -> Interval:
    r"""Return the share p = Σ held / Σ cases, over seeds that have several cases each, with its interval.

    The logit of p is studentised: the bootstrap is that of its error in units of its standard error. Where p is 0 or 1 in
    all seeds, the draws agree, and say nothing of how sure it is. Then the other end is the exact bound of Clopper and
    Pearson (1934) for the share of *seeds* that are otherwise: 1 − ((1 − level) / 2)^(1/n).

    Parameters
    ----------
    held, cases : array_like, shape (seeds,)
        Of each seed. Seeds without a case are left out, and not counted.
    rng : numpy.random.Generator
    resamples : int
    level : float

    Returns
    -------
    Interval

    Raises
    ------
    ValueError, TypeError
        If they are not as many, a seed has more held than cases, or none has a case.

    Examples
    --------
    Half of the cases, alike in each of 20 seeds; and all cases of 22 seeds:

    >>> rng = np.random.default_rng(0)
    >>> share([1] * 20, [2] * 20, rng=rng)
    Interval(effect=0.5, low=0.5, high=0.5, seeds=20)
    >>> all_of_them = share([3] * 22, [3] * 22, rng=rng)
    >>> round(all_of_them.low, 3), all_of_them.high, all_of_them.seeds
    (0.846, 1.0, 22)
    """
    held, cases = _columns(held=held, cases=cases)
    if (held > cases).any():
        raise ValueError(f"held must be at most as many as cases, got {held} of {cases}")
    if not cases.any():
        raise ValueError("cases must hold at least one, got none")
    held, cases = held[cases > 0], cases[cases > 0]
    seeds = _check(len(cases), rng, resamples, level)
    p = held.sum() / cases.sum()
    if p in (0, 1):
        bound = 1 - ((1 - level) / 2) ** (1 / seeds)
        return Interval(float(p), float(p and 1 - bound), float(p or bound), seeds)

    def logit(of: Draw) -> tuple[Array, Array]:
        h, n = held[of], cases[of]
        p = h.sum(axis=-1) / n.sum(axis=-1)
        influence = (h - p[..., np.newaxis] * n) / n.mean(axis=-1, keepdims=True)
        return np.log(p / (1 - p)), _standard_error(influence) / (p * (1 - p))

    low, high = sigmoid(_studentised(logit, seeds, rng, resamples, level))
    return Interval(float(p), float(low), float(high), seeds)


def rate_ratio(
    events: ArrayLike,
    exposure: ArrayLike,
    reference_events: ArrayLike,
    reference_exposure: ArrayLike,
    *,
    rng: np.random.Generator,
    resamples: int = 4000,
    level: float = 0.95,
) -> Interval:
    """Return the ratio of two rates, (Σ events / Σ exposure) / (the same of the reference), with its interval.

    Both are of the same seeds, which are drawn together. The logarithm is studentised: the bootstrap is that of its error in
    units of its standard error (Hall 1988). A percentile interval of such a ratio is too narrow where a few seeds have
    most of the events: a draw without them has a small rate, and an error that it takes to be small too.

    Parameters
    ----------
    events, exposure, reference_events, reference_exposure : array_like, shape (seeds,)
        What is counted in each seed, and out of how much. A seed of no exposure has no weight.
    rng : numpy.random.Generator
    resamples : int
    level : float

    Returns
    -------
    Interval
        Of the seeds with exposure in both. The ends are NaN where one of the two rates is 0 or has no exposure.

    Examples
    --------
    A quarter of the events in half of the time, alike in each of 20 seeds:

    >>> ratio = rate_ratio([1] * 20, [50] * 20, [4] * 20, [100] * 20, rng=np.random.default_rng(0))
    >>> [round(number, 3) for number in ratio]
    [0.5, 0.5, 0.5, 20]
    """
    columns = _columns(
        events=events,
        exposure=exposure,
        reference_events=reference_events,
        reference_exposure=reference_exposure,
    )
    seeds = _check(len(columns[0]), rng, resamples, level)
    signs = np.array([1, -1, -1, 1])

    def log_ratio(of: Draw) -> tuple[Array, Array]:
        drawn = np.stack([column[of] for column in columns])  # (4, ..., seeds)
        means = drawn.mean(axis=-1, keepdims=True)
        influence = np.tensordot(signs, drawn / means, axes=1)
        return np.tensordot(signs, np.log(means[..., 0]), axes=1), _standard_error(influence)

    with quiet():
        log_effect, _ = log_ratio(np.arange(seeds))
    low, high = np.exp(_studentised(log_ratio, seeds, rng, resamples, level))
    counted = int(((columns[1] > 0) & (columns[3] > 0)).sum())
    return Interval(float(np.exp(log_effect)), float(low), float(high), counted)


def misses(
    interval: Callable[[Draw], Interval],
    seeds: int,
    *,
    size: int,
    rng: np.random.Generator,
    samples: int = 1000,
) -> tuple[float, float]:
    """Return how often an interval misses the truth, below it and above it, if these seeds are all there are.

    Samples are drawn from the seeds with replacement. An interval of level 0.95 should miss in 2.5 % on either side.

    Parameters
    ----------
    interval : callable
        A function of the positions of the seeds of a sample, shape (size,).
    seeds : int
        The number of seeds in the population. Its own effect is the truth.
    size : int
        Of a sample.
    rng : numpy.random.Generator
    samples : int

    Returns
    -------
    (float, float)
        The share of the intervals that lie below the truth, and of those that lie above it.

    Examples
    --------
    >>> rng, population = np.random.default_rng(0), np.random.default_rng(1).normal(size=100)
    >>> def mean(of):
    ...     sample = population[of]
    ...     return bootstrap(lambda of: sample[of].mean(axis=-1), len(sample), rng=rng, resamples=200)
    >>> below, above = misses(mean, 100, size=30, rng=rng, samples=200)
    >>> below + above < 0.1
    True
    """
    seeds = whole_number(seeds, "seeds", at_least=1)
    size = whole_number(size, "size", at_least=1)
    samples = whole_number(samples, "samples", at_least=1)
    truth = interval(np.arange(seeds)).effect
    found = np.array([interval(rng.integers(seeds, size=size))[:3] for _ in range(samples)])
    return float((found[:, 2] < truth).mean()), float((found[:, 1] > truth).mean())


def _standard_error(influence: Array) -> Array:
    """Return the standard error of a mean, from what each seed adds to it: reduce the last axis."""
    return np.sqrt((influence**2).sum(axis=-1)) / influence.shape[-1]


def _studentised(
    statistic: Callable[[Draw], tuple[Array, Array]],
    seeds: int,
    rng: np.random.Generator,
    resamples: int,
    level: float,
) -> Array:
    """Return the ends of the bootstrap-t interval of a statistic that comes with its standard error.

    It is at least as wide as if the error were normal: draws without a finite value have no place in it, and they are
    those of the fewest events.
    """
    with quiet():
        value, error = statistic(np.arange(seeds))
        values, errors = statistic(rng.integers(seeds, size=(resamples, seeds)))
        # Draws that all agree have no error, and one of no events has no logarithm.
        t = np.where(values == value, 0, (values - value) / errors)
    t = t[np.isfinite(t)]
    if not np.isfinite(value) or not t.size:
        return np.full(2, np.nan)
    z = NormalDist().inv_cdf((1 + level) / 2)
    low, high = np.quantile(t, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    low, high = min(low, -z), max(high, z)
    return np.array([value - high * error, value - low * error])


def _columns(**columns: ArrayLike) -> list[Array]:
    """Return columns as arrays; raise unless they are as long and nowhere negative."""
    first, *_ = arrays = [real_array(column, name, shape=("seeds",)) for name, column in columns.items()]
    for name, array in zip(columns, arrays, strict=True):
        if array.shape != first.shape:
            raise ValueError(f"{name} must have a number for each of {len(first)} seeds, got {len(array)}")
        if not (array >= 0).all():
            raise ValueError(f"{name} must be at least 0, got {array.min()}")
    return arrays


def _check(seeds: int, rng: np.random.Generator, resamples: int, level: float) -> int:
    """Return the number of seeds; raise unless an interval can be drawn."""
    seeds = whole_number(seeds, "seeds", at_least=1)
    resamples = whole_number(resamples, "resamples", at_least=1)
    check_memory("seeds and resamples", (resamples, seeds))
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    if not 0 < real_array(level, "level", shape=()) < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    return seeds
