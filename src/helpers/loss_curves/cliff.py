"""Compute the error surface of a recurrent network with one state, which has a cliff.

The network of Pascanu, Mikolov and Bengio (2013), section 2.3 and figure 6, has no input, and two weights to learn:

    h[t] = w σ(h[t−1]) + b,    h[0] = ½,    ℓ = (σ(h[50]) − 0.7)²                            (4.5)

Arguments that are not real numbers raise TypeError, and others that do not fit raise ValueError.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.arrays import Array, check_memory, real_array, whole_number
from ..numerics.functions import quiet, sigmoid

STEPS, FIRST_STATE, TARGET = 50, 0.5, 0.7
"""The values of the paper."""


def loss_and_gradient(w: ArrayLike, b: ArrayLike) -> tuple[Array, Array]:
    """Return ℓ of (4.5), and ∂ℓ/∂(w, b).

    The derivatives of the state are computed along with it (4.6), h'[t] = u[t] + w σ'(h[t−1]) h'[t−1], where u[t] is
    what the weight multiplies: σ(h[t−1]) for w, and 1 for b.

    Parameters
    ----------
    w, b : array_like
        Of any shapes that broadcast.

    Returns
    -------
    loss : numpy.ndarray, of the shape that they broadcast to
    gradient : numpy.ndarray, of that shape + (2,)

    Examples
    --------
    With w = 0 the state is b, and ℓ = (σ(b) − 0.7)²:

    >>> loss, gradient = loss_and_gradient(0, 0)
    >>> float(loss.round(3)), gradient.round(3)
    (0.04, array([-0.05, -0.1 ]))
    """
    w, b = np.broadcast_arrays(real_array(w, "w", shape=(...,)), real_array(b, "b", shape=(...,)))
    h, by_w, by_b = np.full(w.shape, FIRST_STATE), np.zeros(w.shape), np.zeros(w.shape)
    for _ in range(STEPS):
        s = sigmoid(h)
        slope = w * s * (1 - s)
        h, by_w, by_b = w * s + b, s + slope * by_w, 1 + slope * by_b
    s = sigmoid(h)
    by_h = 2 * (s - TARGET) * s * (1 - s)
    return (s - TARGET) ** 2, np.stack([by_h * by_w, by_h * by_b], axis=-1)


def descend(start: ArrayLike, learning_rate: ArrayLike, threshold: ArrayLike, steps: int) -> Array:
    """Return the path of gradient descent with norm clipping, θ ← θ − η g · min(1, threshold / ‖g‖).

    Parameters
    ----------
    start : array_like, shape (..., 2)
        w and b.
    learning_rate : array_like
        η.
    threshold : array_like
        Infinite for no clipping. The axes before the last of ``start``, those of η and of the threshold broadcast:
        there is a path for each entry.
    steps : int
        At least 1.

    Returns
    -------
    numpy.ndarray, shape (steps + 1, ..., 2)
        The first row is ``start``.

    Examples
    --------
    A gradient of length 5 is cut to 1:

    >>> clipped(np.array([3.0, 4.0]), 1.0)
    array([0.6, 0.8])
    >>> descend([0, 0], learning_rate=1, threshold=np.inf, steps=1).round(3)
    array([[0.  , 0.  ],
           [0.05, 0.1 ]])
    """
    theta = real_array(start, "start", shape=(..., 2))
    learning_rate, threshold, _ = np.broadcast_arrays(
        real_array(learning_rate, "learning_rate"), real_array(threshold, "threshold"), theta[..., 0]
    )
    steps = whole_number(steps, "steps", at_least=1)
    check_memory("steps", (steps + 1, *learning_rate.shape, 2))
    if not ((learning_rate > 0).all() and (threshold > 0).all()):
        raise ValueError(
            f"learning_rate and threshold must be greater than 0, got {learning_rate} and {threshold}"
        )
    path = [np.broadcast_to(theta, (*learning_rate.shape, 2))]
    for _ in range(steps):
        _, g = loss_and_gradient(path[-1][..., 0], path[-1][..., 1])
        path.append(path[-1] - learning_rate[..., np.newaxis] * clipped(g, threshold))
    return np.array(path)


def clipped(g: Array, threshold: ArrayLike) -> Array:
    """Return g, shortened to the threshold if it is longer (4.7): algorithm 1 of the paper."""
    norm = np.linalg.norm(g, axis=-1)
    with quiet():
        return g * np.minimum(1, np.asarray(threshold) / norm)[..., np.newaxis]
