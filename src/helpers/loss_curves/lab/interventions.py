"""Changes of a training, each a small object: clipping, schedules of the learning rate, noise, initial weights."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, pi

import numpy as np
import torch
from attrs import field, frozen
from numpy.typing import NDArray
from torch import Tensor

from ...numerics.arrays import Array
from .settings import at_least_zero, fraction, positive, positive_integer

Labels = NDArray[np.int64]


@frozen
class NormClipping:
    """Shorten a gradient that is longer than θ: g ← g · min(1, θ / ‖g‖). Pascanu, Mikolov and Bengio (2013).

    Parameters
    ----------
    threshold : float
        θ > 0, for the norm over all parameters. As in PyTorch, ‖g‖ + 10⁻⁶ stands in the denominator.

    Examples
    --------
    >>> NormClipping(1.0)(torch.tensor([[3.0, 4.0], [0.0, 0.5]])).round(decimals=3)
    tensor([[0.6000, 0.8000],
            [0.0000, 0.5000]])
    """

    threshold: float = field(validator=positive)

    def __call__(self, g: Tensor) -> Tensor:
        norm = torch.linalg.vector_norm(g, dim=-1, keepdim=True)
        return g * (self.threshold / (norm + 1e-6)).clamp(max=1)


@frozen
class ValueClipping:
    """Confine every entry of the gradient to [−θ, θ]. This changes its direction.

    Parameters
    ----------
    threshold : float
        θ > 0.

    Examples
    --------
    >>> ValueClipping(1.0)(torch.tensor([[3.0, -4.0, 0.5]]))
    tensor([[ 1.0000, -1.0000,  0.5000]])
    """

    threshold: float = field(validator=positive)

    def __call__(self, g: Tensor) -> Tensor:
        return g.clamp(-self.threshold, self.threshold)


@frozen
class WarmUp:
    """Let the learning rate rise in a straight line from 0, to be whole after some steps.

    Parameters
    ----------
    steps : int
        At least 1.

    Examples
    --------
    >>> [WarmUp(4)(k) for k in (1, 2, 4, 5)]
    [0.25, 0.5, 1.0, 1.0]
    """

    steps: int = field(validator=positive_integer)

    def __call__(self, k: int) -> float:
        """Return the factor of the learning rate at step k, which counts from 1."""
        return min(1.0, k / self.steps)


@frozen
class CosineDecay:
    """Let the learning rate fall along half a cosine, to 0 after some steps. Loshchilov and Hutter (2017).

    Parameters
    ----------
    steps : int
        At least 1.

    Examples
    --------
    >>> [round(CosineDecay(4)(k), 3) for k in (1, 3, 5, 6)]
    [1.0, 0.5, 0.0, 0.0]
    """

    steps: int = field(validator=positive_integer)

    def __call__(self, k: int) -> float:
        """Return the factor of the learning rate at step k, which counts from 1."""
        return (1 + cos(pi * min(1.0, (k - 1) / self.steps))) / 2


@frozen
class StepDecay:
    """Multiply the learning rate by a factor, once, after some steps.

    Parameters
    ----------
    steps : int
        At least 1.
    factor : float
        At least 0.

    Examples
    --------
    >>> [StepDecay(4, factor=0.1)(k) for k in (1, 4, 5)]
    [1.0, 1.0, 0.1]
    """

    steps: int = field(validator=positive_integer)
    factor: float = field(default=0.1, validator=at_least_zero)

    def __call__(self, k: int) -> float:
        """Return the factor of the learning rate at step k, which counts from 1."""
        return 1.0 if k <= self.steps else self.factor


@frozen
class LabelNoise:
    """Replace a training label, with some probability, by one drawn from all classes alike.

    The gradient is that of the labels so changed. What is recorded is the loss on the true ones, so that the
    curves of trainings with and without this noise can be compared.

    Parameters
    ----------
    probability : float
        From 0 to below 1.

    Examples
    --------
    >>> LabelNoise(0.0)(np.array([0, 1, 2]), 4, np.random.default_rng(0))
    array([0, 1, 2])
    """

    probability: float = field(validator=fraction)

    def __call__(self, labels: Labels, classes: int, rng: np.random.Generator) -> Labels:
        replaced = rng.random(labels.shape) < self.probability
        return np.where(replaced, rng.integers(classes, size=labels.shape), labels)


@frozen
class Dropout:
    """Multiply the entries of the last state, for the gradient alone, by 0 or 1 / (1 − p). Srivastava and others (2014).

    What is recorded is the loss of the whole network, as a test measures it.

    Parameters
    ----------
    probability : float
        p, that of 0, from 0 to below 1.

    Examples
    --------
    >>> Dropout(0.5)((1, 6), np.random.default_rng(0))
    array([[2., 0., 0., 0., 2., 2.]])
    """

    probability: float = field(validator=fraction)

    def __call__(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Draw the factors, an array of this shape."""
        return (rng.random(shape) >= self.probability) / (1 - self.probability)


@frozen
class OrthogonalStart:
    """Begin with W_hh orthogonal, for each gate its own, uniform among such matrices. Saxe et al. (2014).

    Examples
    --------
    >>> weights = {"weight_hh": np.zeros((3, 3))}
    >>> OrthogonalStart()(weights, np.random.default_rng(0))
    >>> W = weights["weight_hh"]
    >>> abs((W @ W.T).round(6))
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """

    def __call__(self, weights: Mapping[str, Array], rng: np.random.Generator) -> None:
        blocks = _recurrent_blocks(weights)
        Q, R = np.linalg.qr(rng.normal(size=blocks.shape))
        blocks[:] = Q * np.sign(np.diagonal(R, axis1=1, axis2=2))[:, np.newaxis]


@frozen
class IdentityStart:
    """Begin with W_hh = 1, for each gate, and the layer's biases 0. Le, Jaitly and Hinton (2015), for ReLU.

    Examples
    --------
    >>> weights = {"weight_hh": np.zeros((2, 2)), "bias_ih": np.ones(2), "bias_hh": np.ones(2)}
    >>> IdentityStart()(weights, np.random.default_rng(0))
    >>> weights["weight_hh"], weights["bias_ih"]
    (array([[1., 0.],
           [0., 1.]]), array([0., 0.]))
    """

    def __call__(self, weights: Mapping[str, Array], rng: np.random.Generator) -> None:
        blocks = _recurrent_blocks(weights)
        blocks[:] = np.eye(blocks.shape[-1])
        weights["bias_ih"][:] = weights["bias_hh"][:] = 0


def _recurrent_blocks(weights: Mapping[str, Array]) -> Array:
    """Return W_hh as a view, a square matrix (m, m) for each gate."""
    W_hh = weights["weight_hh"]
    m = W_hh.shape[-1]
    return W_hh.reshape(-1, m, m)
