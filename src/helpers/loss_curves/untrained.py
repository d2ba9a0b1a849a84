"""Draw untrained networks, and measure their loss on C classes. Chapter 1.3.4 of the book.

A network's weights are drawn without regard to the classes, so none is preferred on average. But each single
network prefers some, and that costs: with logits z of variance s², independent of the label,

    E[ℓ] = ln C + E[ln (1/C) Σ_c exp(z_c − z̄)] ≈ ln C + ½ s² (1 − 1/C)                        (4.11)

A number that is not whole raises TypeError, one that is too small ValueError.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.arrays import Array, check_memory, real_array, whole_number
from ..numerics.functions import sigmoid
from . import temporal_order
from .temporal_order import CLASSES, SYMBOLS

HIDDEN_SIZE = 12
"""m of the course's network."""
LEVEL = temporal_order.LEVELS["moderate"]


def expected_loss(variance: float, classes: int) -> float:
    """Return ln C + ½ s² (1 − 1/C), by (4.11) the expected loss of untrained networks while s² is small.

    Parameters
    ----------
    variance : float
        s², of a logit over the draws of the weights.
    classes : int
        Their number, C.

    Examples
    --------
    >>> round(expected_loss(0.0, 4), 4), round(expected_loss(0.04, 4), 4)
    (1.3863, 1.4013)
    """
    return math.log(classes) + variance / 2 * (1 - 1 / classes)


class Untrained(NamedTuple):
    """Untrained networks, each on a batch of its own.

    Attributes
    ----------
    loss : numpy.ndarray, shape (N,)
    accuracy : numpy.ndarray, shape (N,)
    variance : float
        s²: the mean square of all logits, whose mean is 0 over the draws.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    variance: float


def untrained(classes: int, networks: int, *, scale: float = 1.0, batch_size: int = 32) -> Untrained:
    """Return the loss and the accuracy of untrained networks: the course's LSTM, with any number of classes.

    Labels are drawn from all classes alike, whatever the sequence: an untrained network cannot know better.

    Parameters
    ----------
    classes : int
        C, at least 2.
    networks : int
        Their number, N.
    scale : float
        The factor of the output layer's weights and biases; PyTorch's are uniform between ±1/√m.
    batch_size : int

    Returns
    -------
    Untrained

    Examples
    --------
    Without weights, every class has the probability 1/C:

    >>> untrained(4, networks=2, scale=0.0).loss.round(3)
    array([1.386, 1.386])
    """
    C = whole_number(classes, "classes", at_least=2)
    N = whole_number(networks, "networks", at_least=1)
    B = whole_number(batch_size, "batch_size", at_least=1)
    check_memory("classes, networks and batch_size", (N, C + LEVEL.longest, B + HIDDEN_SIZE))
    h = _last_states(N, B)
    random = np.random.default_rng([C, B])
    m = h.shape[1]
    parameters = scale / np.sqrt(m) * random.uniform(-1, 1, size=(N, C, m + 1))
    z = parameters[..., :m] @ h + parameters[..., m:]  # (N, C, B)
    labels = random.integers(C, size=(N, 1, B))
    losses = log_sum_exp(z) - np.take_along_axis(z, labels, axis=1)[:, 0]
    hits = z.argmax(axis=1) == labels[:, 0]
    return Untrained(losses.mean(axis=1), hits.mean(axis=1), float((z**2).mean()))


def log_sum_exp(z: ArrayLike) -> Array:
    """Return ln Σ_c exp(z_c) over the classes of logits (…, C, B), written so that nothing overflows.

    Examples
    --------
    >>> log_sum_exp(np.array([[1000.0], [1000.0]])).round(3)
    array([1000.693])
    """
    z = real_array(z, "z")
    largest = z.max(axis=-2)
    return largest + np.log(np.exp(z - largest[..., np.newaxis, :]).sum(axis=-2))


@cache
def _last_states(networks: int, batch_size: int) -> Array:
    """Return h[T] of LSTMs with fresh weights, an array (N, m, B): each reads a batch of its own."""
    m, n = HIDDEN_SIZE, len(SYMBOLS)
    weight_rng, data_rng = map(np.random.default_rng, np.random.SeedSequence(0).spawn(2))
    # As PyTorch draws them; the output layer is not used here.
    sizes = 4 * m * n, 4 * m * m, 4 * m, 4 * m, len(CLASSES) * (m + 1)
    drawn = weight_rng.uniform(-1 / np.sqrt(m), 1 / np.sqrt(m), (networks, sum(sizes)))
    W_ih, W_hh, b_ih, b_hh, _ = np.split(drawn, np.cumsum(sizes)[:-1], axis=1)
    W_ih, W_hh = W_ih.reshape(networks, 4 * m, n), W_hh.reshape(networks, 4 * m, m)
    b = (b_ih + b_hh)[..., np.newaxis]

    symbols = temporal_order.sample(LEVEL, networks * batch_size, data_rng).symbols
    h = c = np.zeros((networks, m, batch_size))
    for symbol in np.moveaxis(symbols.reshape(networks, 1, batch_size, -1), -1, 0):
        x = (symbol == np.arange(n)[:, np.newaxis]).astype(float)  # one-hot, (N, n, B)
        i, f, g, o = np.split(W_ih @ x + W_hh @ h + b, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h
