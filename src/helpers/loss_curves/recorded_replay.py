"""Read the recorded replay of chapter 1.3: every spike of 32 trainings again, with another step before it.

``python -m helpers.loss_curves replay`` made it; :func:`helpers.loss_curves.lab.replay.replay` describes its columns.
Reading it needs NumPy alone.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..numerics.arrays import Array
from ..numerics.bootstrap import Draw, Interval, bootstrap
from ..records import record_path

__all__ = ["STEPS", "median_of_spikes", "metadata", "share_of_spikes", "spikes", "swaps", "worst"]

STEPS = ("taken", "none", "usual_length", "clipped", "long_memory", "sgd")
"""The steps that were tried. A column with ``_fresh`` after the name is judged by fresh sequences, not the next batch."""


@cache
def metadata() -> dict[str, Any]:
    """Return the whole record: its command, date, settings and versions, and the tables."""
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
    """Return the state from which the spike that began highest can be repeated."""
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
    held, spikes_of_seed = (by_seed & both).sum(axis=1), (by_seed & among).sum(axis=1)
    return bootstrap(
        lambda of: held[of].sum(axis=-1) / spikes_of_seed[of].sum(axis=-1), len(by_seed), rng=rng
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
    by_seed = [values[seeds == seed] for seed in np.unique(seeds)]

    def median(of: Draw) -> Array:
        return np.apply_along_axis(lambda draw: np.median(np.concatenate([by_seed[s] for s in draw])), -1, of)

    return bootstrap(median, len(by_seed), rng=rng)


def _of_each_spike(column: ArrayLike, name: str) -> NDArray[Any]:
    """Return the column as an array; raise unless it has an entry for each spike."""
    count = len(spikes()["seed"])
    if np.shape(column) != (count,):
        raise ValueError(
            f"{name} must have an entry for each of the {count} spikes, got shape {np.shape(column)}"
        )
    return np.asarray(column)
