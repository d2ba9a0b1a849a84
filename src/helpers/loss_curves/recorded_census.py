"""Read the recorded census of chapter 1.3: trainings on the temporal-order task, each from the same seeds.

``python -m helpers.loss_curves census`` made it. Every run that was trained is in it, those that diverged included.
Reading it needs NumPy alone.

The first seeds are for exploring: on them it was chosen what to judge, and by which measure. The *fresh* ones were
trained after that.
"""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..numerics.arrays import Array, short_repr
from ..numerics.bootstrap import Draw, Interval, bootstrap, rate_ratio, share
from ..records import record_path

__all__ = [
    "INTERVENTIONS",
    "counts",
    "curves",
    "effect",
    "epochs",
    "epochs_to_learn",
    "estimate",
    "fresh_seeds",
    "metadata",
    "rate",
    "ratio",
    "ratio_by",
    "runs",
    "seeds_with_curves",
    "share_learnt",
    "trainings",
    "worst_loss",
]

INTERVENTIONS = {
    "untreated": "nothing",
    "norm-clipping-10": "norm clipping at 10",
    "norm-clipping-1": "norm clipping at 1",
    "norm-clipping-0.1": "norm clipping at 0.1",
    "value-clipping-0.01": "value clipping at 0.01",
    "learning-rate-3e-4": "learning rate 3·10⁻⁴",
    "warm-up-10-epochs": "warm-up, 10 epochs",
    "cosine-decay": "cosine decay",
    "step-decay": "step decay",
    "decay-0.999": "RMSprop, α = 0.999",
    "rmsprop-momentum": "RMSprop, momentum",
    "epsilon-1e-3": "RMSprop, ε = 10⁻³",
    "weight-decay-1e-4": "weight decay 10⁻⁴",
    "weight-decay-1e-3": "weight decay 10⁻³",
    "adam": "Adam",
    "adam-0.99": "Adam, β₂ = 0.99",
    "adam-3e-3": "Adam, rate 3·10⁻³",
    "adam-clipping-1": "Adam, clipping at 1",
    "adamw": "AdamW",
    "sgd-momentum-0.9": "SGD with momentum",
    "label-noise-0.1": "label noise, 10 %",
    "label-noise-0.3": "label noise, 30 %",
    "dropout-0.2": "dropout, 20 %",
    "batch-128": "batches of 128",
    "orthogonal-start": "orthogonal start",
}
"""What each training on the sequences of the course changes, in words."""


@cache
def metadata() -> dict[str, Any]:
    """Return the origin of the record: commands, date, versions, seeds, settings of each training, rules."""
    return json.loads(record_path("loss_curve_census.json").read_text(encoding="utf-8"))


def trainings() -> tuple[str, ...]:
    """Return the names of the trainings; the first has the course's settings.

    Examples
    --------
    >>> trainings()[:2]
    ('untreated', 'norm-clipping-10')
    """
    return tuple(metadata()["trainings"])


def fresh_seeds(training: str) -> tuple[int, ...]:
    """Return the fresh seeds that a training was trained from; for some there are none.

    Examples
    --------
    >>> fresh_seeds("untreated")[0]
    3000
    """
    _check_known(training)
    fresh = metadata()["fresh"]
    return tuple(range(fresh["first"], fresh["first"] + fresh["seeds"].get(training, 0)))


@cache
def runs(training: str, *, fresh: bool = False) -> dict[str, np.ndarray]:
    """Return the table of a training's runs as columns: arrays of shape (seeds,), in the order of the seeds.

    The columns are those of :func:`helpers.loss_curves.spikes.summary`, and ``seed``; ``last_accuracy``, the mean over the
    last epoch; and ``command``, which trains the run again.

    Examples
    --------
    >>> print(runs("adam")["command"][3])
    python -m helpers.loss_curves run adam --seed 3 --epochs 100
    """
    _check_known(training)
    table = csv.DictReader(record_path("loss_curve_runs.csv").read_text(encoding="utf-8").splitlines())
    first = metadata()["fresh"]["first"]
    rows = [r for r in table if r.pop("training") == training and (int(r["seed"]) >= first) == fresh]
    if not rows:
        raise ValueError(f"training must be one that was trained from fresh seeds, got {training!r}")
    return {column: np.array([kind(row[column]) for row in rows]) for column, kind in COLUMNS.items()}


COLUMNS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("seed", "diverged_at", "learnt_at", "steps_after"), int),
    **dict.fromkeys(("spikes", "long_spikes", "steps_above"), int),
    **dict.fromkeys(("worst_loss", "last_accuracy"), float),
    "command": str,
}
"""The columns of the table of runs, and the type of each."""


def epochs(training: str, *, fresh: bool = False) -> dict[str, Array]:
    """Return the epochs of all runs of a training: arrays of shape (seeds, epochs), by the names of the census's table.

    Examples
    --------
    >>> epochs("untreated")["last_batch_loss"].shape
    (32, 100)
    """
    return _table("loss_curve_epochs.npz", training, fresh)


def counts(training: str, *, fresh: bool = False) -> dict[str, NDArray[np.integer]]:
    """Return the spikes of all runs of a training by other definitions, as :func:`helpers.loss_curves.spikes.sensitivity` does.

    Examples
    --------
    >>> {name: table.shape for name, table in counts("untreated").items()}["spikes"]
    (32, 4, 3, 3)
    """
    return _table("loss_curve_counts.npz", training, fresh)


def seeds_with_curves(training: str) -> tuple[int, ...]:
    """Return the seeds whose every step is recorded: all of the untreated, and the first two of the others.

    Examples
    --------
    >>> seeds_with_curves("adam")
    (0, 1)
    """
    return tuple(range(len(_table("loss_curve_steps.npz", training, False)["loss"])))


def curves(training: str, seed: int) -> dict[str, Array]:
    """Return every step of a run: ``loss``, ``accuracy``, ``gradient_norm`` and ``step_size``, arrays of shape (steps,).

    Trained again on the machine that recorded it, with any number of other replicas and threads, a run has the
    same curves to the last bit. Another machine may round otherwise, and that grows: a run in float64, which
    rounds otherwise at every operation, stays close to it for the first two epochs.

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
    return {curve: values[seed] for curve, values in _table("loss_curve_steps.npz", training, False).items()}


@cache
def _table(file: str, training: str, fresh: bool) -> dict[str, NDArray[Any]]:
    """Return the arrays of a training; raise if there are none."""
    _check_known(training)
    prefix = f"{'fresh/' * fresh}{training}/"
    with record_path(file).open("rb") as record, np.load(record) as arrays:
        names = [name for name in arrays.files if name.startswith(prefix)]
        if not names:
            raise ValueError(f"training must be one that {file} has {prefix} of, got {training!r}")
        return {name.removeprefix(prefix): arrays[name] for name in names}


def _check_known(training: str) -> None:
    if training not in trainings():
        raise ValueError(f"training must be one of {', '.join(trainings())}, got {short_repr(training)}")


Runs = Mapping[str, np.ndarray]
"""The columns of :func:`runs`."""

Measure = Callable[[Runs, Draw], Array]
"""A function of the runs of a training and of drawn seeds, which reduces the last axis of the draw."""


def worst_loss(runs: Runs, of: Draw) -> Array:
    """Return the median, over the runs that learnt before the last epoch, of the worst loss after that."""
    with warnings.catch_warnings(action="ignore"):  # of draws in which no run learnt
        return np.nanmedian(runs["worst_loss"][of], axis=-1)


def epochs_to_learn(runs: Runs, of: Draw) -> Array:
    """Return the mean number of epochs to learn; a run that does not counts all its epochs."""
    learnt_at = runs["learnt_at"][of]
    return np.where(learnt_at == 0, metadata()["epochs"], learnt_at).mean(axis=-1)


def share_learnt(runs: Runs, of: Draw) -> Array:
    """Return the share of the runs that learn."""
    return (runs["learnt_at"][of] > 0).mean(axis=-1)


def estimate(measure: Measure, training: str, *, rng: np.random.Generator, fresh: bool = False) -> Interval:
    """Return a measure of one training, with its bootstrap interval over the seeds.

    Parameters
    ----------
    measure : callable
        One of those above, such as :func:`share_learnt`.
    training : str
    rng : numpy.random.Generator
    fresh : bool
        Whether of the fresh seeds.

    Returns
    -------
    Interval
    """
    own = runs(training, fresh=fresh)
    return bootstrap(lambda of: measure(own, of), len(own["seed"]), rng=rng)


def effect(
    measure: Measure,
    training: str,
    *,
    rng: np.random.Generator,
    fresh: bool = False,
    against: str = "untreated",
) -> Interval:
    """Return how much larger a measure of a training is than of another one, with its bootstrap interval.

    Parameters
    ----------
    measure : callable
    training : str
    rng : numpy.random.Generator
    fresh : bool
        Whether on the fresh seeds of both.
    against : str
        The training that it is compared with.

    Returns
    -------
    Interval

    Examples
    --------
    >>> effect(share_learnt, "untreated", rng=np.random.default_rng(0))
    Interval(effect=0.0, low=0.0, high=0.0, seeds=32)
    """
    own, other = _paired(runs, training, fresh, against)
    return bootstrap(lambda of: measure(own, of) - measure(other, of), len(own["seed"]), rng=rng)


def rate(events: str, training: str, *, rng: np.random.Generator, fresh: bool = False) -> Interval:
    """Return how often something is counted in a step after learning, in all runs together, with its interval.

    Parameters
    ----------
    events : str
        A column: ``"spikes"``, ``"long_spikes"`` or ``"steps_above"``. The last is the time in spikes.
    training : str
    rng : numpy.random.Generator
    fresh : bool

    Returns
    -------
    Interval
        Its seeds are those that have steps after learning. NaN if there are none.
    """
    own = runs(training, fresh=fresh)
    if not own["steps_after"].any():
        return Interval(np.nan, np.nan, np.nan, 0)
    return share(own[events], own["steps_after"], rng=rng)


def ratio(
    events: str,
    training: str,
    *,
    rng: np.random.Generator,
    fresh: bool = False,
    in_both: bool = False,
    against: str = "untreated",
) -> Interval:
    """Return how often something is counted, relative to another training of the same seeds, with its interval.

    Parameters
    ----------
    events : str
        As for :func:`rate`.
    training : str
    rng : numpy.random.Generator
    fresh : bool
    in_both : bool
        Whether to count only seeds that learn in both trainings, and only the epochs after both have learnt.
    against : str
        The training that it is compared with.

    Returns
    -------
    Interval
        Its seeds are those that have steps after learning in both.

    Examples
    --------
    >>> ratio("spikes", "untreated", rng=np.random.default_rng(0))[:3]
    (1.0, 1.0, 1.0)
    """
    own, other = _paired(runs, training, fresh, against)
    if not in_both:
        columns = [table[column] for table in (own, other) for column in (events, "steps_after")]
        return rate_ratio(*columns, rng=rng)
    epoch = np.arange(1, metadata()["epochs"] + 1)
    both = np.ones((len(own["seed"]), len(epoch)), bool)
    for table in (own, other):
        learnt_at = table["learnt_at"][:, np.newaxis]
        both &= (learnt_at > 0) & (epoch > learnt_at)
    steps = metadata()["batches_per_epoch"] * both.sum(axis=1)
    counted = [(table[events] * both).sum(axis=1) for table in _paired(epochs, training, fresh, against)]
    return rate_ratio(counted[0], steps, counted[1], steps, rng=rng)


def ratio_by(
    events: str,
    training: str,
    *,
    rng: np.random.Generator,
    threshold: int = 0,
    calm: int = 1,
    accuracy: int = 1,
    fresh: bool = False,
) -> Interval:
    """Return :func:`ratio` by another definition of a spike and of learning.

    Parameters
    ----------
    events : str
    training : str
    rng : numpy.random.Generator
    threshold, calm, accuracy : int
        Places in ``THRESHOLDS``, ``CALMS`` and ``ACCURACIES`` of :mod:`helpers.loss_curves.spikes`; left out, the book's.
    fresh : bool

    Returns
    -------
    Interval
    """
    place = (threshold, accuracy) if events == "steps_above" else (threshold, calm, accuracy)
    columns = [
        column
        for table in _paired(counts, training, fresh, "untreated")
        for column in (table[events][:, *place], table["steps_after"][:, accuracy])
    ]
    return rate_ratio(*columns, rng=rng)


def _paired(
    read: Callable[..., Mapping[str, NDArray[Any]]], training: str, fresh: bool, against: str
) -> list[Mapping[str, NDArray[Any]]]:
    """Return the tables of a training and of another one, of the seeds that both have."""
    tables = [read(name, fresh=fresh) for name in (training, against)]
    seeds = min(len(runs(name, fresh=fresh)["seed"]) for name in (training, against))
    return [{column: values[:seeds] for column, values in table.items()} for table in tables]
