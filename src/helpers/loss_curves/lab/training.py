"""Training on the temporal-order task, many replicas at once, with everything recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from types import NoneType
from typing import NamedTuple

import numpy as np
import torch
from attrs import field, frozen
from torch import Tensor

from ...numerics.arrays import Array, check_memory, short_repr, whole_number
from .. import temporal_order
from ..temporal_order import CLASSES, SYMBOLS, Level
from .interventions import (
    CosineDecay,
    Dropout,
    IdentityStart,
    LabelNoise,
    NormClipping,
    OrthogonalStart,
    StepDecay,
    ValueClipping,
    WarmUp,
)
from .networks import Network, evaluate, gradient, one_hot
from .optimisers import SGD, Adam, Memory, Optimiser, RMSprop, empty_memory
from .settings import each_seed, one_of, positive_integer

PACKAGES = ("gradients-checked", "numpy", "torch")
"""The packages whose versions a record of trainings names."""

HELD_OUT_BATCHES = 4
"""Batches of the held-out set, the same for every replica and seed of a level."""


@frozen
class Training:
    """The settings of a training. The defaults are the course's, for the loss curve in question.

    Parameters
    ----------
    level : str or Level
        Of the task; see :mod:`helpers.loss_curves.temporal_order`.
    cell : str
        ``"relu"``, ``"tanh"`` or ``"lstm"``.
    hidden_size : int
        The number m of units.
    batch_size : int
        Sequences in a batch; every batch is drawn afresh.
    batches_per_epoch : int
        Steps of an epoch.
    optimiser : SGD, RMSprop, Adam or AdamW
    clipping : NormClipping or ValueClipping, optional
    schedule : WarmUp, CosineDecay or StepDecay, optional
        Of the learning rate.
    label_noise : LabelNoise, optional
    dropout : Dropout, optional
    start : OrthogonalStart or IdentityStart, optional
        Left out, PyTorch's own: every weight uniform between ±1/√m.

    Examples
    --------
    >>> Training(clipping=NormClipping(0.1)).optimiser
    RMSprop(learning_rate=0.001, decay=0.99, epsilon=1e-08, weight_decay=0.0, momentum=0.0)
    """

    level: str | Level = "moderate"
    cell: str = "lstm"
    hidden_size: int = 12
    batch_size: int = field(default=32, validator=positive_integer)
    batches_per_epoch: int = field(default=31, validator=positive_integer)
    optimiser: Optimiser = field(factory=RMSprop, validator=one_of(SGD, RMSprop, Adam))
    clipping: NormClipping | ValueClipping | None = field(
        default=None, validator=one_of(NormClipping, ValueClipping, NoneType)
    )
    schedule: WarmUp | CosineDecay | StepDecay | None = field(
        default=None, validator=one_of(WarmUp, CosineDecay, StepDecay, NoneType)
    )
    label_noise: LabelNoise | None = field(default=None, validator=one_of(LabelNoise, NoneType))
    dropout: Dropout | None = field(default=None, validator=one_of(Dropout, NoneType))
    start: OrthogonalStart | IdentityStart | None = field(
        default=None, validator=one_of(OrthogonalStart, IdentityStart, NoneType)
    )

    def __attrs_post_init__(self) -> None:
        _ = Level.of(self.level), self.network  # which refuse an unknown level or cell, and a size below 1

    @property
    def network(self) -> Network:
        """The network of these sizes, without weights."""
        return Network(self.cell, len(SYMBOLS), self.hidden_size, len(CLASSES))


@frozen
class Curves:
    """The recorded curves of R replicas. Row r belongs to seed ``seeds[r]``, column k − 1 to step k.

    A replica whose loss is not finite has *diverged*. From then on its curves are NaN: nothing is left out.

    Attributes
    ----------
    training : Training
    seeds : tuple of int
    loss : numpy.ndarray, shape (R, steps)
        Of the batch with its true labels, before the step that it leads to: the cross-entropy, in nats.
    accuracy : numpy.ndarray, shape (R, steps)
        As the loss: the share of labels that are right.
    gradient_norm : numpy.ndarray, shape (R, steps)
        ‖∂ℓ/∂θ‖, before clipping and weight decay.
    step_size : numpy.ndarray, shape (R, steps)
        ‖Δθ‖, of the step actually taken.
    held_out_loss : numpy.ndarray, shape (R, epochs)
        On sequences that training never draws, after each whole epoch.
    held_out_accuracy : numpy.ndarray, shape (R, epochs)
        On the same sequences.
    parameters : numpy.ndarray, shape (R, P)
        θ after the last step.
    """

    training: Training
    seeds: tuple[int, ...]
    loss: np.ndarray
    accuracy: np.ndarray
    gradient_norm: np.ndarray
    step_size: np.ndarray
    held_out_loss: np.ndarray
    held_out_accuracy: np.ndarray
    parameters: np.ndarray


def train(
    training: Training, seeds: Iterable[int], *, steps: int, dtype: torch.dtype = torch.float32
) -> Curves:
    """Train one replica for each seed, all in one computation, and return their curves.

    A seed determines the initial weights, the batches and the noise, independently of each other. So
    trainings that differ in one setting start from the same weights and see the same sequences. A replica's
    curves do not depend on the others that it is trained with.

    Parameters
    ----------
    training : Training
    seeds : sequence of int
        One replica for each.
    steps : int
        An epoch has ``training.batches_per_epoch`` of them.
    dtype : torch.dtype

    Returns
    -------
    Curves

    Examples
    --------
    >>> curves = train(Training(level="easy", hidden_size=4), seeds=[0, 1], steps=62)
    >>> curves.loss.shape, curves.held_out_loss.shape
    ((2, 62), (2, 2))

    Before the first step the loss is near ln 4 = 1.39:

    >>> bool((abs(curves.loss[:, 0] - 1.39) < 0.2).all())
    True
    """
    if not isinstance(training, Training):
        raise TypeError(f"training must be a Training, got {short_repr(training)}")
    seeds = each_seed(seeds)
    steps = whole_number(steps, "steps", at_least=1)
    if not (isinstance(dtype, torch.dtype) and dtype.is_floating_point):
        raise TypeError(f"dtype must be a torch.dtype of floating-point numbers, got {short_repr(dtype)}")

    check_memory("seeds and steps", (4, len(seeds), steps))
    network, held_out = training.network, _held_out_batches(training, dtype)
    of_steps: list[Tensor] = []
    of_epochs: list[Tensor] = []
    for step in islice(each_step(training, network, seeds, dtype), steps):
        of_steps.append(torch.stack([step.loss, step.accuracy, _norm(step.gradient), _norm(step.change)]))
        theta = step.theta + step.change
        if step.k % training.batches_per_epoch == 0:
            of_epochs.append(evaluate(network, theta, held_out))

    held_out_curves = torch.stack(of_epochs, dim=-1).numpy() if of_epochs else np.empty((2, len(seeds), 0))
    curves = [*torch.stack(of_steps, dim=-1).numpy(), *held_out_curves, theta.numpy()]
    return Curves(training, seeds, *curves)


class Step(NamedTuple):
    """A step of R replicas: its weights, its batch, and the change of the weights.

    Attributes
    ----------
    k : int
        Its number, from 1.
    theta : torch.Tensor, shape (R, P)
        Before the step.
    symbols : torch.Tensor, shape (R, B, T)
        The batch.
    labels : torch.Tensor, shape (R, B)
        Its true labels.
    loss : torch.Tensor, shape (R,)
        Of the batch at θ.
    accuracy : torch.Tensor, shape (R,)
        Of the batch at θ.
    gradient : torch.Tensor, shape (R, P)
        Before clipping and weight decay.
    change : torch.Tensor, shape (R, P)
        Δθ.
    memory : dict of str to torch.Tensor
        The optimiser's memory after the step; the next step overwrites it.
    """

    k: int
    theta: Tensor
    symbols: Tensor
    labels: Tensor
    loss: Tensor
    accuracy: Tensor
    gradient: Tensor
    change: Tensor
    memory: Memory


def each_step(
    training: Training, network: Network, seeds: Iterable[int], dtype: torch.dtype = torch.float32
) -> Iterator[Step]:
    """Yield every :class:`Step` of one replica of ``network`` for each seed, without end. :func:`train` records them."""
    optimiser = training.optimiser
    weight_rngs, data_rngs, noise_rngs = zip(*map(_generators, seeds), strict=True)
    theta = torch.tensor(np.stack([_start(training, rng) for rng in weight_rngs]), dtype=dtype)
    memory = empty_memory(optimiser, theta)
    for k, (symbols, labels, taught) in enumerate(_batches(training, data_rngs, noise_rngs), start=1):
        x, dropout = one_hot(symbols, dtype), _dropout(training, noise_rngs, dtype)
        loss, accuracy, g = gradient(network, theta, x, labels, taught, dropout)
        clipped = g if training.clipping is None else training.clipping(g)
        factor = 1.0 if training.schedule is None else training.schedule(k)
        change = factor * optimiser.step(theta, clipped, memory, k)
        yield Step(k, theta, symbols, labels, loss, accuracy, g, change, memory)
        theta = theta + change


def _generators(seed: int) -> Iterable[np.random.Generator]:
    """Return the generators of the weights, of the data, and of the noise: of labels, and of dropout."""
    return map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3))


def _start(training: Training, rng: np.random.Generator) -> Array:
    """Draw the initial weights of one replica, of shape (P,)."""
    theta = training.network.initial(rng)
    if training.start is not None:
        training.start(training.network.split(theta), rng)
    return theta


def _batches(
    training: Training,
    data_rngs: Sequence[np.random.Generator],
    noise_rngs: Sequence[np.random.Generator],
) -> Iterator[tuple[Tensor, Tensor, Tensor | None]]:
    """Yield batches without end: symbols (R, B, T), labels (R, B), and the labels to learn from, if others, or None."""
    shape = training.batches_per_epoch, training.batch_size
    while True:
        # An epoch at a time: (batches, R, B, T) and (batches, R, B).
        drawn = [temporal_order.sample(training.level, shape[0] * shape[1], rng) for rng in data_rngs]
        symbols = np.stack([batch.symbols.reshape(*shape, -1) for batch in drawn], axis=1)
        labels = np.stack([batch.labels.reshape(shape) for batch in drawn], axis=1)
        taught: Iterable[Tensor | None] = [None] * len(labels)
        if training.label_noise is not None:
            pairs = zip(labels.swapaxes(0, 1), noise_rngs, strict=True)
            noisy = [training.label_noise(own, len(CLASSES), rng) for own, rng in pairs]
            taught = torch.from_numpy(np.stack(noisy, axis=1))
        yield from zip(torch.from_numpy(symbols), torch.from_numpy(labels), taught, strict=True)


def _dropout(
    training: Training, noise_rngs: Sequence[np.random.Generator], dtype: torch.dtype
) -> Tensor | None:
    """Draw the factors of the last states in one step, a tensor (R, m, B), or None without dropout."""
    if training.dropout is None:
        return None
    shape = training.hidden_size, training.batch_size
    return torch.tensor(np.stack([training.dropout(shape, rng) for rng in noise_rngs]), dtype=dtype)


def _held_out_batches(training: Training, dtype: torch.dtype) -> list[tuple[Tensor, Tensor]]:
    """Return the input and the labels of each held-out batch, with a single replica that stands for all."""
    size = HELD_OUT_BATCHES * training.batch_size
    batch = temporal_order.sample(training.level, size, np.random.default_rng(0), held_out=True)
    symbols, labels = (
        torch.from_numpy(array).unsqueeze(0).split(training.batch_size, dim=1) for array in batch
    )
    return [(one_hot(x, dtype), y) for x, y in zip(symbols, labels, strict=True)]


def _norm(vectors: Tensor) -> Tensor:
    return torch.linalg.vector_norm(vectors, dim=-1)
