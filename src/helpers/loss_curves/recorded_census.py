"""Read the recorded census of chapter 1.3: trainings on the temporal-order task, each from the same seeds.

``python -m helpers.loss_curves census`` made it. Every run that was trained is in it, those that diverged included.
Reading it needs NumPy alone.
"""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from ..numerics.arrays import Array, short_repr
from ..numerics.bootstrap import Draw, Interval, bootstrap
from ..records import record_path

__all__ = [
    "curves",
    "effect",
    "epochs",
    "epochs_to_learn",
    "estimate",
    "metadata",
    "runs",
    "seeds_with_curves",
    "share_learnt",
    "share_of_steps_above",
    "spikes_per_thousand_steps",
    "trainings",
    "worst_loss",
]


@cache
def metadata() -> dict[str, Any]:
    """Return the origin of the record: commands, date, versions, seeds, settings of each training, rules."""
    return json.loads(record_path("loss_curve_census.json").read_text(encoding="utf-8"))


def trainings() -> tuple[str, ...]:
    """Return the names of the trainings; the first has the course's settings.

    Examples
    --------
    >>> trainings()[0], len(trainings())
    ('untreated', 15)
    """
    return tuple(metadata()["trainings"])


@cache
def runs(training: str) -> dict[str, np.ndarray]:
    """Return the table of a training's runs as columns: arrays of shape (seeds,), in the order of the seeds.

    The columns are those of :func:`helpers.loss_curves.spikes.summary`, and ``seed``; ``last_accuracy``, the mean over the
    last epoch; ``last_held_out_loss``; and ``command``, which trains the run again.

    Examples
    --------
    >>> print(runs("adam")["command"][3])
    python -m helpers.loss_curves run adam --seed 3 --epochs 100
    """
    _check_known(training)
    table = csv.DictReader(record_path("loss_curve_runs.csv").read_text(encoding="utf-8").splitlines())
    rows = [row for row in table if row.pop("training") == training]
    columns = {column: np.array([row[column] for row in rows]) for column in rows[0]}
    whole = ("seed", "diverged_at", "learnt_at", "steps_after", "spikes", "steps_above")
    return {
        column: values if column == "command" else values.astype(int if column in whole else float)
        for column, values in columns.items()
    }


def epochs(training: str) -> dict[str, Array]:
    """Return the epochs of all runs of a training: arrays of shape (seeds, epochs), by the names of the census's table.

    Examples
    --------
    >>> epochs("untreated")["last_batch_loss"].shape
    (32, 100)
    """
    return _table("loss_curve_epochs.npz", training)


def seeds_with_curves(training: str) -> tuple[int, ...]:
    """Return the seeds whose every step is recorded: all of the untreated, and the first three of the others.

    Examples
    --------
    >>> seeds_with_curves("adam")
    (0, 1, 2)
    """
    return tuple(range(len(_table("loss_curve_steps.npz", training)["loss"])))


def curves(training: str, seed: int) -> dict[str, Array]:
    """Return every step of a run: ``loss``, ``accuracy``, ``gradient_norm`` and ``step_size``, arrays of shape (steps,).

    Trained again on the machine that recorded it, with any number of other replicas and threads, a run has the
    same curves to the last bit. Another machine may round otherwise, and that grows: a run in float64, which
    rounds otherwise at every operation, keeps three digits for at least the first 200 steps of all 32 untreated runs.

    Raises
    ------
    ValueError
        If this run was not recorded step by step.

    Examples
    --------
    Before the first step, the loss is near ln 4 = 1.39:

    >>> bool(abs(curves("untreated", 0)["loss"][0] - 1.39) < 0.2)
    True
    """
    if seed not in seeds_with_curves(training):
        raise ValueError(
            f"seed must be one of {seeds_with_curves(training)} of {training}, of which every step is kept, got {short_repr(seed)}"
        )
    return {curve: values[seed] for curve, values in _table("loss_curve_steps.npz", training).items()}


@cache
def _table(file: str, training: str) -> dict[str, Array]:
    _check_known(training)
    with record_path(file).open("rb") as record, np.load(record) as arrays:
        names = [name for name in arrays.files if name.startswith(training + "/")]
        return {name.removeprefix(training + "/"): arrays[name] for name in names}


def _check_known(training: str) -> None:
    if training not in trainings():
        raise ValueError(f"training must be one of {', '.join(trainings())}, got {short_repr(training)}")


Runs = Mapping[str, np.ndarray]
"""The columns of :func:`runs`."""

Measure = Callable[[Runs, Draw], Array]
"""A function of the runs of a training and of drawn seeds, which reduces the last axis of the draw."""


def spikes_per_thousand_steps(runs: Runs, of: Draw) -> Array:
    """Return the number of spikes that begin after learning, in a thousand steps of all runs together."""
    return 1000 * runs["spikes"][of].sum(axis=-1) / runs["steps_after"][of].sum(axis=-1)


def share_of_steps_above(runs: Runs, of: Draw) -> Array:
    """Return the share of the time after learning that is spent in a spike."""
    return runs["steps_above"][of].sum(axis=-1) / runs["steps_after"][of].sum(axis=-1)


def worst_loss(runs: Runs, of: Draw) -> Array:
    """Return the median, over the runs that learnt before the last epoch, of the worst loss after that."""
    with warnings.catch_warnings(action="ignore"):  # of draws in which no run learnt
        return np.nanmedian(runs["worst_loss"][of], axis=-1)


def epochs_to_learn(runs: Runs, of: Draw) -> Array:
    """Return the mean number of epochs to an accuracy of 95 %; a run that does not reach it counts all its epochs."""
    learnt_at = runs["learnt_at"][of]
    return np.where(learnt_at == 0, metadata()["epochs"], learnt_at).mean(axis=-1)


def share_learnt(runs: Runs, of: Draw) -> Array:
    """Return the share of the runs that reach an accuracy of 95 %."""
    return (runs["learnt_at"][of] > 0).mean(axis=-1)


def estimate(measure: Measure, training: str, *, rng: np.random.Generator) -> Interval:
    """Return a measure of one training, with its bootstrap interval over the seeds.

    Parameters
    ----------
    measure : callable
        One of those above, such as :func:`share_learnt`.
    training : str
    rng : numpy.random.Generator

    Returns
    -------
    Interval
    """
    own = runs(training)
    return bootstrap(lambda of: measure(own, of), len(own["seed"]), rng=rng)


def effect(
    measure: Measure,
    training: str,
    *,
    rng: np.random.Generator,
    how: Callable[[Array, Array], Array] = np.subtract,
) -> Interval:
    """Return a measure of a training compared to that of the untreated one, with its bootstrap interval.

    Parameters
    ----------
    measure : callable
    training : str
    rng : numpy.random.Generator
    how : callable
        ``np.subtract`` for the difference, ``np.divide`` for the ratio.

    Returns
    -------
    Interval

    Examples
    --------
    >>> effect(share_learnt, "untreated", rng=np.random.default_rng(0))
    Interval(effect=0.0, low=0.0, high=0.0, seeds=32)
    """
    own, untreated = runs(training), runs(trainings()[0])
    return bootstrap(lambda of: how(measure(own, of), measure(untreated, of)), len(own["seed"]), rng=rng)
