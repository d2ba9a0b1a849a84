"""Training on the temporal-order task, many replicas at once, with everything recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ...numerics.arrays import Array, whole_number
from .. import temporal_order
from ..temporal_order import CLASSES, SYMBOLS, Level
from .interventions import IdentityStart, LabelNoise, NormClipping, OrthogonalStart, ValueClipping, WarmUp
from .networks import Network
from .optimisers import SGD, Adam, Memory, Optimiser, RMSprop, empty_memory
from .settings import each_seed

PACKAGES = ("gradients-checked", "numpy", "torch")
"""Whose versions a record of trainings names."""

HELD_OUT_BATCHES = 4
"""How many batches the held-out set has. They are the same for every replica and seed of a level."""


@dataclass(frozen=True)
class Training:
    """The settings of a training. Those given here are the course's, for the loss curve in question.

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
        An epoch is only so many steps.
    optimiser : SGD, RMSprop, Adam or AdamW
    clipping : NormClipping or ValueClipping, optional
    warm_up : WarmUp, optional
    label_noise : LabelNoise, optional
    start : OrthogonalStart or IdentityStart, optional
        Left out, PyTorch's own: every weight uniform between ±1/√m.

    Raises
    ------
    ValueError, TypeError
        Naming the setting, what was given, and what was expected.

    Examples
    --------
    >>> Training(clipping=NormClipping(0.1)).optimiser
    RMSprop(learning_rate=0.001, decay=0.99, epsilon=1e-08, weight_decay=0.0)
    """

    level: str | Level = "moderate"
    cell: str = "lstm"
    hidden_size: int = 12
    batch_size: int = 32
    batches_per_epoch: int = 31
    optimiser: Optimiser = field(default_factory=RMSprop)
    clipping: NormClipping | ValueClipping | None = None
    warm_up: WarmUp | None = None
    label_noise: LabelNoise | None = None
    start: OrthogonalStart | IdentityStart | None = None

    def __post_init__(self) -> None:
        # These refuse a level, a cell or a size that there is not.
        _ = Level.of(self.level), self.network
        for name in ("batch_size", "batches_per_epoch"):
            whole_number(getattr(self, name), name, at_least=1)
        for name, kinds in (
            ("optimiser", (SGD, RMSprop, Adam)),
            ("clipping", (NormClipping, ValueClipping, type(None))),
            ("warm_up", (WarmUp, type(None))),
            ("label_noise", (LabelNoise, type(None))),
            ("start", (OrthogonalStart, IdentityStart, type(None))),
        ):
            if not isinstance(getattr(self, name), kinds):
                expected = ", ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
                raise TypeError(f"{name} must be one of {expected}, got {getattr(self, name)!r}")

    @property
    def network(self) -> Network:
        """A network of these sizes, without weights."""
        return Network(self.cell, len(SYMBOLS), self.hidden_size, len(CLASSES))


@dataclass(frozen=True)
class Curves:
    """What was recorded. Row r is the replica of seed ``seeds[r]``, column k − 1 is step k.

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

    A seed settles the first weights, the batches and the label noise, independently of each other. So
    trainings that differ in one setting begin at the same weights and see the same sequences. A replica's
    curves do not depend on the others that it is trained with.

    Parameters
    ----------
    training : Training
    seeds : sequence of int
        One replica for each.
    steps : int
        How many; an epoch is ``training.batches_per_epoch`` of them.
    dtype : torch.dtype

    Returns
    -------
    Curves

    Raises
    ------
    ValueError
        If there are no seeds, one is negative, or ``steps`` is less than 1.
    TypeError
        If one of these is not a whole number, ``training`` is not a :class:`Training`, or ``dtype`` is not a
        floating-point one.

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
        raise TypeError(f"training must be a Training, got {training!r}")
    seeds = each_seed(seeds)
    steps = whole_number(steps, "steps", at_least=1)
    if not (isinstance(dtype, torch.dtype) and dtype.is_floating_point):
        raise TypeError(f"dtype must be a torch.dtype of floating-point numbers, got {dtype!r}")

    network, held_out = training.network, _held_out_batches(training, dtype)
    of_steps: list[Tensor] = []
    of_epochs: list[Tensor] = []
    for step in islice(each_step(training, network, seeds, dtype), steps):
        of_steps.append(torch.stack([step.loss, step.accuracy, _norm(step.gradient), _norm(step.change)]))
        theta = step.theta + step.change
        if step.k % training.batches_per_epoch == 0:
            of_epochs.append(_evaluate(network, theta, held_out))

    loss, accuracy, gradient_norm, step_size = torch.stack(of_steps, dim=-1).numpy()
    held_out_loss, held_out_accuracy = (
        torch.stack(of_epochs, dim=-1).numpy() if of_epochs else np.empty((2, len(seeds), 0))
    )
    return Curves(
        training,
        seeds,
        loss,
        accuracy,
        gradient_norm,
        step_size,
        held_out_loss,
        held_out_accuracy,
        parameters=theta.numpy(),
    )


class Step(NamedTuple):
    """A step of R replicas: where it was taken, on what, and where it led.

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
        What the optimiser remembers after the step; the next step writes into it.
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
    """Yield every :class:`Step` of replicas of ``network``, one for each seed, without end. :func:`train` records them."""
    optimiser = training.optimiser
    weight_rngs, data_rngs, noise_rngs = zip(*map(_generators, seeds), strict=True)
    theta = torch.tensor(np.stack([_start(training, rng) for rng in weight_rngs]), dtype=dtype)
    memory = empty_memory(optimiser, theta)
    for k, (symbols, labels, taught) in enumerate(_batches(training, data_rngs, noise_rngs), start=1):
        loss, accuracy, g = gradient(network, theta, one_hot(symbols, dtype), labels, taught)
        clipped = g if training.clipping is None else training.clipping(g)
        warmth = 1.0 if training.warm_up is None else training.warm_up(k)
        change = optimiser.step(theta, clipped, memory, k, warmth * optimiser.learning_rate)
        yield Step(k, theta, symbols, labels, loss, accuracy, g, change, memory)
        theta = theta + change


def _generators(seed: int) -> Iterable[np.random.Generator]:
    """Of the weights, of the data, and of the label noise."""
    return map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3))


def _start(training: Training, rng: np.random.Generator) -> Array:
    """The first weights of one replica, of shape (P,)."""
    theta = training.network.initial(rng)
    if training.start is not None:
        training.start(training.network.split(theta), rng)
    return theta


def _batches(
    training: Training,
    data_rngs: Sequence[np.random.Generator],
    noise_rngs: Sequence[np.random.Generator],
) -> Iterator[tuple[Tensor, Tensor, Tensor | None]]:
    """Batches without end: symbols (R, B, T), labels (R, B), and the labels taught instead of these, or None."""
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


def _held_out_batches(training: Training, dtype: torch.dtype) -> list[tuple[Tensor, Tensor]]:
    """Input and labels of each, with one replica that stands for all."""
    size = HELD_OUT_BATCHES * training.batch_size
    batch = temporal_order.sample(training.level, size, np.random.default_rng(0), held_out=True)
    symbols, labels = (
        torch.from_numpy(array).unsqueeze(0).split(training.batch_size, dim=1) for array in batch
    )
    return [(one_hot(x, dtype), y) for x, y in zip(symbols, labels, strict=True)]


def one_hot(symbols: Tensor, dtype: torch.dtype) -> Tensor:
    """One-hot, from (R, B, T) to (T, R, n, B); padding is all zeros."""
    symbols = symbols.permute(2, 0, 1).unsqueeze(2)
    return (symbols == torch.arange(len(SYMBOLS), dtype=torch.int8).view(-1, 1)).to(dtype)


def gradient(
    network: Network, theta: Tensor, x: Tensor, labels: Tensor, taught: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Loss and accuracy of each replica, and ∂ℓ/∂θ on the labels that it is taught, where these are others.

    Their losses share no parameter, so the sum's gradient is each one's.
    """
    theta = theta.detach().requires_grad_()
    logits = network.logits(theta, x)
    losses, accuracies = loss_and_accuracy(logits, labels)
    minimised = losses if taught is None else loss_and_accuracy(logits, taught)[0]
    (g,) = torch.autograd.grad(minimised.sum(), theta)
    return losses.detach(), accuracies, g


def _evaluate(network: Network, theta: Tensor, batches: Iterable[tuple[Tensor, Tensor]]) -> Tensor:
    """Loss and accuracy of each replica over all batches, of shape (2, R)."""
    R = len(theta)
    with torch.no_grad():
        of_batches = [
            torch.stack(
                loss_and_accuracy(network.logits(theta, x.expand(-1, R, -1, -1)), labels.expand(R, -1))
            )
            for x, labels in batches
        ]
    return torch.stack(of_batches).mean(dim=0)


def loss_and_accuracy(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy and accuracy of each replica, from (R, C, B) and (R, B). Without a finite loss, no accuracy."""
    losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none").mean(dim=-1)
    accuracies = (logits.argmax(dim=1) == labels).to(logits.dtype).mean(dim=-1)
    return losses, accuracies.where(losses.isfinite(), torch.nan)


def _norm(vectors: Tensor) -> Tensor:
    return torch.linalg.vector_norm(vectors, dim=-1)
