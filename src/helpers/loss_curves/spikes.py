"""Find the spikes of a loss curve, and sum a run up by them. Chapter 1.3 of the book.

A curve has a number for each step of a training. Every batch is drawn afresh, so the mean accuracy over an epoch is
an accuracy on new sequences.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..numerics.arrays import Array, real_array, whole_number

__all__ = ["LEARNT_ACCURACY", "SPIKE_LOSS", "epoch_learnt", "spike_onsets", "summary"]

SPIKE_LOSS = float(np.log(4)) / 2
"""A batch whose loss is above this is part of a spike: half of what guessing costs, in nats.

A network that is right 95 times in 100 reaches it by bad luck in about one batch of 32 in several hundred.
"""

CALM_STEPS = 10
"""A spike ends with this many batches below the threshold in a row."""

LEARNT_ACCURACY = 0.95
"""A training has learnt after the first epoch whose mean accuracy is at least this."""


def spike_onsets(loss: ArrayLike) -> NDArray[np.bool_]:
    """Return whether a spike begins at each step: its loss is above :data:`SPIKE_LOSS`, none of the :data:`CALM_STEPS` before is.

    No spike begins at the first :data:`CALM_STEPS` steps, since some of the losses before them are unknown. Nor does one
    begin at a loss that is not finite: that is a divergence, which :func:`summary` counts.

    Parameters
    ----------
    loss : array_like, shape (..., steps)

    Returns
    -------
    numpy.ndarray of bool, shape (..., steps)

    Examples
    --------
    >>> loss = np.zeros(30)
    >>> loss[[12, 13, 15, 26]] = 1.0
    >>> np.flatnonzero(spike_onsets(loss))
    array([12, 26])
    """
    loss = real_array(loss, "loss", shape=(..., "steps"))
    above = np.isfinite(loss) & (loss > SPIKE_LOSS)
    before = np.concatenate([np.ones((*above.shape[:-1], CALM_STEPS), bool), above[..., :-1]], axis=-1)
    return above & ~np.lib.stride_tricks.sliding_window_view(before, CALM_STEPS, axis=-1).any(axis=-1)


def epoch_learnt(accuracy: ArrayLike, batches_per_epoch: int) -> NDArray[np.integer]:
    """Return the first epoch whose mean accuracy is at least :data:`LEARNT_ACCURACY`, counted from 1; 0 where there is none.

    Parameters
    ----------
    accuracy : array_like, shape (..., steps)
    batches_per_epoch : int

    Returns
    -------
    numpy.ndarray of int, shape (...)

    Examples
    --------
    >>> epoch_learnt([[0.5, 0.7, 0.9, 1.0], [0.5, 0.7, 0.9, 0.9]], batches_per_epoch=2)
    array([2, 0])
    """
    reached = _by_epoch(accuracy, "accuracy", batches_per_epoch).mean(axis=-1) >= LEARNT_ACCURACY
    before = ~np.logical_or.accumulate(reached, axis=-1)
    return np.where(reached.any(axis=-1), before.sum(axis=-1) + 1, 0)


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
        ``spikes``, ``steps_above``: the number of these that begin a spike, and that are part of one.
        ``worst_loss``: the largest loss after that epoch, infinite if it diverged there; NaN if there is none.

    Examples
    --------
    >>> summary([1.4, 1.2, 0.1, 0.1, 0.1, 0.9], [0.2, 0.4, 1.0, 1.0, 1.0, 0.7], batches_per_epoch=2)
    {'diverged_at': 0, 'learnt_at': 2, 'steps_after': 2, 'spikes': 0, 'steps_above': 1, 'worst_loss': 0.9}

    The last step is above the threshold, but too near to the first two to begin another spike.
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
        "steps_above": int((loss > SPIKE_LOSS)[begin:][np.isfinite(after)].sum()),
        "worst_loss": float(after.max()) if after.size else float("nan"),
    }


def _by_epoch(curve: ArrayLike, name: str, batches_per_epoch: int) -> Array:
    """Return a curve with axes (..., epoch, step of the epoch), without an epoch that is not over."""
    curve = real_array(curve, name, shape=(..., "steps"))
    length = whole_number(batches_per_epoch, "batches_per_epoch", at_least=1)
    epochs, length = curve.shape[-1] // length, min(length, curve.shape[-1])
    return curve[..., : epochs * length].reshape(*curve.shape[:-1], epochs, length)
