"""The recorded census of chapter 1.3: trainings on the temporal-order task, each from the same seeds.

``python -m helpers.loss_curves census`` made it; here it is read, with NumPy alone. Every run that was trained is
in it, those that diverged included.
"""

from __future__ import annotations

import csv
import inspect
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..numerics.arrays import Array
from ..numerics.bootstrap import Interval, bootstrap
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
    """Return where the record comes from: commands, date, versions, seeds, settings of each training, rules."""
    return json.loads(record_path("loss_curve_census.json").read_text(encoding="utf-8"))


def trainings() -> tuple[str, ...]:
    """Return the names of the trainings; the first is that with the course's settings.

    Examples
    --------
    >>> trainings()[0], len(trainings())
    ('untreated', 15)
    """
    return tuple(metadata()["trainings"])


@cache
def runs(training: str) -> dict[str, np.ndarray]:
    """Return a row for each run of a training, as columns: arrays of shape (seeds,), in the order of the seeds.

    The columns are those of :func:`helpers.loss_curves.spikes.summary`, and ``seed``; ``last_accuracy``, the mean over the
    last epoch; ``last_held_out_loss``; and ``command``, which trains this run again.

    Examples
    --------
    >>> print(runs("adam")["command"][3])
    python -m helpers.loss_curves run adam --seed 3 --epochs 100
    """
    _check_known(training)
    with record_path("loss_curve_runs.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.pop("training") == training]
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
    """Return the seeds of which every step is kept: all of the untreated, and the first three of the others.

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
        If this run was not kept step by step.

    Examples
    --------
    Before the first step, the loss is near ln 4 = 1.39:

    >>> bool(abs(curves("untreated", 0)["loss"][0] - 1.39) < 0.2)
    True
    """
    if seed not in seeds_with_curves(training):
        raise ValueError(
            f"seed must be one of {seeds_with_curves(training)} of {training}, of which every step is kept, got {seed!r}"
        )
    return {curve: values[seed] for curve, values in _table("loss_curve_steps.npz", training).items()}


@cache
def _table(file: str, training: str) -> dict[str, Array]:
    _check_known(training)
    with np.load(record_path(file)) as arrays:
        names = [name for name in arrays.files if name.startswith(training + "/")]
        return {name.removeprefix(training + "/"): arrays[name] for name in names}


def _check_known(training: str) -> None:
    if training not in trainings():
        raise ValueError(f"training must be one of {', '.join(trainings())}, got {training!r}")


# What is compared. The parameters of a measure are columns of `runs`; it reduces their last axis, the seeds.
Measure = Callable[..., Array]
Counts = NDArray[np.integer]


def spikes_per_thousand_steps(spikes: Counts, steps_after: Counts) -> Array:
    """Spikes that began after learning, in a thousand steps. A run counts by its steps; one that never learnt has none."""
    return 1000 * spikes.sum(axis=-1) / steps_after.sum(axis=-1)


def share_of_steps_above(steps_above: Counts, steps_after: Counts) -> Array:
    """How much of the time after learning was spent in a spike."""
    return steps_above.sum(axis=-1) / steps_after.sum(axis=-1)


def worst_loss(worst_loss: Array) -> Array:
    """The median, over the runs that learnt before the last epoch, of the worst loss that came after."""
    learnt = ~np.isnan(worst_loss)
    ordered = np.sort(worst_loss, axis=-1)  # NaN comes last
    count = learnt.sum(axis=-1, keepdims=True)
    lower, upper = (
        np.take_along_axis(ordered, np.maximum(at, 0), -1) for at in ((count - 1) // 2, count // 2)
    )
    return ((lower + upper) / 2)[..., 0]


def epochs_to_learn(learnt_at: Counts) -> Array:
    """The mean number of epochs to an accuracy of 95 %; a run that did not get there is taken to need all that there were."""
    return np.where(learnt_at == 0, metadata()["epochs"], learnt_at).mean(axis=-1)


def share_learnt(learnt_at: Counts) -> Array:
    """How many of the runs got to an accuracy of 95 % in the time they had."""
    return (learnt_at > 0).mean(axis=-1)


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
    return bootstrap(measure, *_columns(measure, training), rng=rng)


def effect(
    measure: Measure,
    training: str,
    *,
    rng: np.random.Generator,
    how: Callable[[Array, Array], Array] = np.subtract,
) -> Interval:
    """Return how a training compares to the untreated one by a measure, paired by seed, with its bootstrap interval.

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
    own, other = _columns(measure, training), _columns(measure, trainings()[0])

    def statistic(*samples: np.ndarray) -> Array:
        return how(measure(*samples[: len(own)]), measure(*samples[len(own) :]))

    return bootstrap(statistic, *own, *other, rng=rng)


def _columns(measure: Measure, training: str) -> list[np.ndarray]:
    """The columns that a measure asks for, by the names of its parameters."""
    return [runs(training)[column] for column in inspect.signature(measure).parameters]
