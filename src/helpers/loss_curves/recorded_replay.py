"""Read the recorded replay of chapter 1.3: every spike of many trainings again, with another step before it.

``python -m helpers.loss_curves replay`` made it; :func:`helpers.loss_curves.lab.replay.replay` describes its columns.
Reading it needs NumPy alone. There are two records, of the seeds for exploring and of fresh ones.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..numerics.arrays import Array
from ..numerics.bootstrap import Draw, Interval, bootstrap, share
from ..records import record_path

__all__ = ["STEPS", "absent", "median_of_spikes", "metadata", "share_of_spikes", "spikes", "swaps", "worst"]

STEPS = ("taken", "none", "usual_length", "clipped", "long_memory", "sgd")
"""The steps that were tried. A column with ``_fresh`` after the name is judged by fresh sequences, not the next batch."""


@cache
def metadata(*, fresh: bool = False) -> dict[str, Any]:
    """Return the whole record: its command, date, settings and versions, and the tables."""
    name = f"loss_curve_replay{'_fresh' * fresh}.json"
    return json.loads(record_path(name).read_text(encoding="utf-8"))


@cache
def spikes(*, fresh: bool = False) -> dict[str, np.ndarray]:
    """Return the columns of the table of spikes, arrays with an entry for each.

    Examples
    --------
    No label was wrong:

    >>> int(spikes()["wrong_labels"].sum())
    0
    """
    return {name: np.array(column) for name, column in metadata(fresh=fresh)["spikes"].items()}


def swaps(*, fresh: bool = False) -> dict[str, np.ndarray]:
    """Return the columns of the table of swapped labels, arrays with an entry for each training that learnt."""
    return {name: np.array(column) for name, column in metadata(fresh=fresh)["swaps"].items()}


def worst() -> dict[str, Any]:
    """Return the state from which the spike that began highest can be repeated."""
    return metadata()["worst"]


def absent(step: str, batches: int, *, until: str = "until", fresh: bool = False) -> NDArray[np.bool_]:
    """Return, for each spike, whether none of the next batches is above the threshold after another step.

    Parameters
    ----------
    step : str
        One of :data:`STEPS`.
    batches : int
        Their number: the *horizon*, up to that of the record.
    until : str
        ``"until_ln4"`` for a loss above ln 4 in place of the threshold.
    fresh : bool

    Returns
    -------
    numpy.ndarray of bool, an entry for each spike

    Examples
    --------
    Every spike begins with the next batch, if the step is the one that was taken:

    >>> int(absent("taken", 1).sum())
    0
    """
    first = spikes(fresh=fresh)[f"{step}_{until}"]
    return (first == 0) | (first > batches)


def share_of_spikes(
    condition: ArrayLike, *, rng: np.random.Generator, among: ArrayLike | None = None, fresh: bool = False
) -> Interval:
    """Return the share of spikes of which a condition holds, with an interval over the seeds that have such spikes.

    Parameters
    ----------
    condition : array_like of bool, an entry for each spike
    rng : numpy.random.Generator
    among : array_like of bool, optional
        Only of these spikes.
    fresh : bool

    Returns
    -------
    Interval

    Examples
    --------
    Where it holds of all, the interval is the exact one of seeds:

    >>> share = share_of_spikes(spikes()["loss"] > 0, rng=np.random.default_rng(0))
    >>> share.effect, round(share.low, 3), share.seeds
    (1.0, 0.858, 24)
    """
    seeds = spikes(fresh=fresh)["seed"]
    among = _of_each_spike(np.ones(len(seeds), bool) if among is None else among, "among", fresh)
    both = _of_each_spike(condition, "condition", fresh) & among
    by_seed = seeds == np.unique(seeds)[:, np.newaxis]  # (seeds, spikes)
    return share((by_seed & both).sum(axis=1), (by_seed & among).sum(axis=1), rng=rng)


def median_of_spikes(
    values: ArrayLike, *, rng: np.random.Generator, among: ArrayLike | None = None, fresh: bool = False
) -> Interval:
    """Return the median over spikes, with a bootstrap interval over the seeds.

    Parameters
    ----------
    values : array_like, an entry for each spike
    rng : numpy.random.Generator
    among : array_like of bool, optional
        Only of these spikes.
    fresh : bool

    Returns
    -------
    Interval

    Examples
    --------
    >>> steps = spikes()["step_size"] / spikes()["usual_step_size"]
    >>> round(median_of_spikes(steps, rng=np.random.default_rng(0)).effect)
    16
    """
    among = slice(None) if among is None else _of_each_spike(among, "among", fresh)
    values, seeds = _of_each_spike(values, "values", fresh)[among], spikes(fresh=fresh)["seed"][among]
    by_seed = [values[seeds == seed] for seed in np.unique(seeds)]

    def median(of: Draw) -> Array:
        return np.apply_along_axis(lambda draw: np.median(np.concatenate([by_seed[s] for s in draw])), -1, of)

    return bootstrap(median, len(by_seed), rng=rng)


def _of_each_spike(column: ArrayLike, name: str, fresh: bool) -> NDArray[Any]:
    """Return the column as an array; raise unless it has an entry for each spike."""
    count = len(spikes(fresh=fresh)["seed"])
    if np.shape(column) != (count,):
        raise ValueError(
            f"{name} must have an entry for each of the {count} spikes, got shape {np.shape(column)}"
        )
    return np.asarray(column)
