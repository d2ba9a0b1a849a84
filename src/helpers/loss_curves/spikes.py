"""Find the spikes of a loss curve, and describe a run by them. Chapter 1.3 of the book.

A curve has a number for each step of a training. Every batch is drawn afresh, so the mean accuracy over an epoch is
an accuracy on new sequences.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..numerics.arrays import Array, real_array, whole_number

__all__ = [
    "LEARNT_ACCURACY",
    "LONG_SPIKE",
    "SPIKE_LOSS",
    "epoch_learnt",
    "sensitivity",
    "spike_lengths",
    "spike_onsets",
    "summary",
]

SPIKE_LOSS = float(np.log(4)) / 2
"""A batch whose loss is above this is part of a spike: half of what guessing costs, in nats."""

CALM_STEPS = 10
"""A spike ends with this many batches below the threshold in a row."""

LONG_SPIKE = 10
"""A spike is long if more of its batches than this are above the threshold."""

LEARNT_ACCURACY = 0.95
"""A training has learnt after the first epoch whose mean accuracy is at least this."""

THRESHOLDS = (SPIKE_LOSS, 2 * SPIKE_LOSS, 2.0, 3.0)
CALMS = (5, CALM_STEPS, 30)
ACCURACIES = (0.9, LEARNT_ACCURACY, 0.99)
"""What else could have been chosen for the three; :func:`sensitivity` counts by each."""


def spike_onsets(loss: ArrayLike, threshold: float = SPIKE_LOSS, calm: int = CALM_STEPS) -> NDArray[np.bool_]:
    """Return whether a spike begins at each step: its loss is above the threshold, none of the ``calm`` before is.

    No spike begins at the first ``calm`` steps, since some of the losses before them are unknown. Nor does one
    begin at a loss that is not finite: :func:`summary` counts that as a divergence.

    Parameters
    ----------
    loss : array_like, shape (..., steps)
    threshold : float
    calm : int

    Returns
    -------
    numpy.ndarray of bool, shape (..., steps)

    Examples
    --------
    >>> loss = np.zeros(30)
    >>> loss[[12, 13, 15, 26]] = 1.0
    >>> np.flatnonzero(spike_onsets(loss))
    array([12, 26])
    >>> np.flatnonzero(spike_onsets(loss, calm=11))
    array([12])
    """
    calm = whole_number(calm, "calm", at_least=1)
    above = _above(loss, threshold)
    calm = min(calm, max(1, above.shape[-1]))  # none begins where all are too early
    before = np.concatenate([np.ones((*above.shape[:-1], calm), bool), above[..., :-1]], axis=-1)
    return above & ~np.lib.stride_tricks.sliding_window_view(before, calm, axis=-1).any(axis=-1)


def spike_lengths(
    loss: ArrayLike, threshold: float = SPIKE_LOSS, calm: int = CALM_STEPS
) -> NDArray[np.integer]:
    """Return, where a spike begins, the number of its batches above the threshold, up to the next spike; 0 elsewhere.

    Parameters
    ----------
    loss : array_like, shape (steps,)
    threshold : float
    calm : int

    Returns
    -------
    numpy.ndarray of int, shape (steps,)

    Examples
    --------
    >>> loss = np.zeros(30)
    >>> loss[[12, 13, 15, 26]] = 1.0
    >>> lengths = spike_lengths(loss)
    >>> lengths[[12, 13, 26]]
    array([3, 0, 1])
    """
    loss = real_array(loss, "loss", shape=("steps",))
    begins = np.flatnonzero(spike_onsets(loss, threshold, calm))
    lengths = np.zeros(len(loss), int)
    lengths[begins] = [part.sum() for part in np.split(_above(loss, threshold), begins)[1:]]
    return lengths


def epoch_learnt(
    accuracy: ArrayLike, batches_per_epoch: int, level: float = LEARNT_ACCURACY
) -> NDArray[np.integer]:
    """Return the first epoch whose mean accuracy is at least ``level``, counted from 1; 0 where there is none.

    Parameters
    ----------
    accuracy : array_like, shape (..., steps)
    batches_per_epoch : int
    level : float

    Returns
    -------
    numpy.ndarray of int, shape (...)

    Examples
    --------
    >>> epoch_learnt([[0.5, 0.7, 0.9, 1.0], [0.5, 0.7, 0.9, 0.9]], batches_per_epoch=2)
    array([2, 0])
    """
    level = float(real_array(level, "level", shape=()))
    reached = _by_epoch(accuracy, "accuracy", batches_per_epoch).mean(axis=-1) >= level
    before = ~np.logical_or.accumulate(reached, axis=-1)
    return np.where(reached.any(axis=-1), before.sum(axis=-1) + 1, 0)


def sensitivity(
    loss: ArrayLike, accuracy: ArrayLike, batches_per_epoch: int
) -> dict[str, NDArray[np.integer]]:
    """Count the spikes of one run by every choice of the threshold, of the calm and of the accuracy that is learning.

    Parameters
    ----------
    loss, accuracy : array_like, shape (steps,)
    batches_per_epoch : int

    Returns
    -------
    dict of str to numpy.ndarray of int
        ``spikes`` and ``long_spikes``, of shape (thresholds, calms, accuracies): those that begin after learning.
        ``steps_above``, (thresholds, accuracies), and ``steps_after``, (accuracies,): the steps after learning, as in
        :func:`summary`.

    Examples
    --------
    >>> counts = sensitivity([0.1] * 31 + [1.5], [1.0] * 32, batches_per_epoch=1)
    >>> counts["steps_above"][:, 1], counts["spikes"][:, 1, 1], counts["steps_after"]
    (array([1, 1, 0, 0]), array([1, 1, 0, 0]), array([31, 31, 31]))
    """
    loss = real_array(loss, "loss", shape=("steps",))
    accuracy = real_array(accuracy, "accuracy", shape=loss.shape)
    learnt_at = [int(epoch_learnt(accuracy, batches_per_epoch, level)) for level in ACCURACIES]
    step = np.arange(len(loss))
    after = np.array([(step >= at * batches_per_epoch) & (at > 0) for at in learnt_at])  # (accuracies, steps)
    lengths = np.array([[spike_lengths(loss, threshold, calm) for calm in CALMS] for threshold in THRESHOLDS])
    above = np.array([_above(loss, threshold) for threshold in THRESHOLDS])
    return {
        "spikes": (lengths > 0).astype(int) @ after.T,
        "long_spikes": (lengths > LONG_SPIKE).astype(int) @ after.T,
        "steps_above": above.astype(int) @ after.T,
        "steps_after": np.isfinite(loss).astype(int) @ after.T,
    }


def summary(loss: ArrayLike, accuracy: ArrayLike, batches_per_epoch: int) -> dict[str, float]:
    """Return the summary of one run.

    Parameters
    ----------
    loss, accuracy : array_like, shape (steps,)
        NaN from the step on at which the run diverged.
    batches_per_epoch : int

    Returns
    -------
    dict
        ``diverged_at``: the step, counted from 1, with the first loss that is not finite; 0 if there is none.
        ``learnt_at``: the epoch; 0 if there is none.
        ``steps_after``: the number of steps after that epoch, and before a divergence.
        ``spikes``, ``long_spikes``, ``steps_above``: the number of these that begin a spike, or a long one, and that are
        above the threshold.
        ``worst_loss``: the largest loss after that epoch, infinite if it diverged there; NaN if there is none.

    Examples
    --------
    >>> summary([1.4, 1.2, 0.1, 0.1, 0.1, 0.9], [0.2, 0.4, 1.0, 1.0, 1.0, 0.7], batches_per_epoch=2)
    {'diverged_at': 0, 'learnt_at': 2, 'steps_after': 2, 'spikes': 0, 'long_spikes': 0, 'steps_above': 1, 'worst_loss': 0.9}

    The last step is above the threshold, but too close to the first two to begin another spike.
    """
    loss = real_array(loss, "loss", shape=("steps",))
    accuracy = real_array(accuracy, "accuracy", shape=loss.shape)
    learnt_at = int(epoch_learnt(accuracy, batches_per_epoch))
    lost = ~np.isfinite(loss)
    begin = learnt_at * batches_per_epoch if learnt_at else len(loss)
    after = np.where(lost, np.inf, loss)[begin:]
    return {
        "diverged_at": int(lost.argmax()) + 1 if lost.any() else 0,
        "learnt_at": learnt_at,
        "steps_after": int(np.isfinite(after).sum()),
        "spikes": int(spike_onsets(loss)[begin:].sum()),
        "long_spikes": int((spike_lengths(loss)[begin:] > LONG_SPIKE).sum()),
        "steps_above": int((loss > SPIKE_LOSS)[begin:][np.isfinite(after)].sum()),
        "worst_loss": float(after.max()) if after.size else float("nan"),
    }


def _above(loss: ArrayLike, threshold: float) -> NDArray[np.bool_]:
    loss = real_array(loss, "loss", shape=(..., "steps"))
    return np.isfinite(loss) & (loss > real_array(threshold, "threshold", shape=()))


def _by_epoch(curve: ArrayLike, name: str, batches_per_epoch: int) -> Array:
    """Return a curve with axes (..., epoch, step of the epoch), without an epoch that is not over."""
    curve = real_array(curve, name, shape=(..., "steps"))
    length = whole_number(batches_per_epoch, "batches_per_epoch", at_least=1)
    epochs, length = curve.shape[-1] // length, min(length, curve.shape[-1])
    return curve[..., : epochs * length].reshape(*curve.shape[:-1], epochs, length)
