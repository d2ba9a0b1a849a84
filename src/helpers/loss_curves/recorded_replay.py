"""The recorded replay of chapter 1.3: every spike of 32 trainings again, with another step in its place.

``python -m helpers.loss_curves replay`` made it, and :func:`helpers.loss_curves.lab.replay.replay` says what its columns
are; here it is read, with NumPy alone.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..numerics.arrays import Array
from ..numerics.bootstrap import Interval, bootstrap
from ..records import record_path

__all__ = ["STEPS", "median_of_spikes", "metadata", "share_of_spikes", "spikes", "swaps", "worst"]

STEPS = ("taken", "none", "usual_length", "clipped", "long_memory", "sgd")
"""The steps that were tried; with ``_fresh`` behind it, a column judged by fresh sequences in place of the next batch."""


@cache
def metadata() -> dict[str, Any]:
    """Return the whole record: its command, date, settings and versions, and what the functions below return parts of."""
    return json.loads(record_path("loss_curve_replay.json").read_text(encoding="utf-8"))


def spikes() -> dict[str, np.ndarray]:
    """Return the columns of the table of spikes, arrays with an entry for each.

    Examples
    --------
    No label was wrong:

    >>> int(spikes()["wrong_labels"].sum())
    0
    """
    return {name: np.array(column) for name, column in metadata()["spikes"].items()}


def swaps() -> dict[str, np.ndarray]:
    """Return the columns of the table of swapped labels, arrays with an entry for each training that learnt."""
    return {name: np.array(column) for name, column in metadata()["swaps"].items()}


def worst() -> dict[str, Any]:
    """Return what the spike that began highest can be repeated from."""
    return metadata()["worst"]


def share_of_spikes(
    condition: ArrayLike, *, rng: np.random.Generator, among: ArrayLike | None = None
) -> Interval:
    """Return the share of spikes of which a condition holds, with a bootstrap interval over the seeds.

    Parameters
    ----------
    condition : array_like of bool, an entry for each spike
    rng : numpy.random.Generator
    among : array_like of bool, optional
        Only of these spikes.

    Returns
    -------
    Interval

    Examples
    --------
    >>> share_of_spikes(spikes()["loss"] > 0, rng=np.random.default_rng(0))[:3]
    (1.0, 1.0, 1.0)
    """
    seeds = spikes()["seed"]
    among = _of_each_spike(np.ones(len(seeds), bool) if among is None else among, "among")
    both = _of_each_spike(condition, "condition") & among
    by_seed = seeds == np.unique(seeds)[:, np.newaxis]  # (seeds, spikes)
    return bootstrap(
        lambda held, all: held.sum(axis=-1) / all.sum(axis=-1),
        (by_seed & both).sum(axis=1),
        (by_seed & among).sum(axis=1),
        rng=rng,
    )


def median_of_spikes(
    values: ArrayLike, *, rng: np.random.Generator, among: ArrayLike | None = None
) -> Interval:
    """Return the median over spikes, with a bootstrap interval over the seeds.

    Parameters
    ----------
    values : array_like, an entry for each spike
    rng : numpy.random.Generator
    among : array_like of bool, optional
        Only of these spikes.

    Returns
    -------
    Interval

    Examples
    --------
    >>> steps = spikes()["step_size"] / spikes()["usual_step_size"]
    >>> round(median_of_spikes(steps, rng=np.random.default_rng(0)).effect)
    16
    """
    among = slice(None) if among is None else _of_each_spike(among, "among")
    values, seeds = _of_each_spike(values, "values")[among], spikes()["seed"][among]
    order = np.argsort(values)
    values, seeds = values[order], seeds[order]
    drawn_from = np.unique(seeds)

    def median(drawn: NDArray[np.integer]) -> Array:
        # Of each spike, how many copies there are up to it; a seed that is drawn twice brings its spikes twice.
        times = (drawn[..., np.newaxis] == drawn_from).sum(axis=-2)
        copies = times[..., np.searchsorted(drawn_from, seeds)].cumsum(axis=-1)
        half = copies[..., -1:] / 2
        lower, upper = (copies >= half).argmax(axis=-1), (copies > half).argmax(axis=-1)
        return (values[lower] + values[upper]) / 2

    return bootstrap(median, drawn_from, rng=rng)


def _of_each_spike(column: ArrayLike, name: str) -> NDArray[Any]:
    """The array, if it has an entry for each spike: entries of some alone would be taken for those of others."""
    there_are = len(spikes()["seed"])
    if np.shape(column) != (there_are,):
        raise ValueError(
            f"{name} must have an entry for each of the {there_are} spikes, got shape {np.shape(column)}"
        )
    return np.asarray(column)
