"""Each spike again: from the state before it, with another step in place of the one that was taken.

Training is repeated until a spike begins. Then the step before it is replaced by each of :func:`alternative_steps`,
and training goes on from there, for an epoch, with the same batches. The share of the spikes that do not begin with the
next batch is the share that needs the replaced step; whether they begin later, the batches after it say.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ...numerics.arrays import Array, whole_number
from ...records import made_with, write_record
from .. import temporal_order
from ..recorded_replay import STEPS
from ..spikes import CALM_STEPS, LEARNT_ACCURACY, SPIKE_LOSS
from .networks import Network, evaluate, gradient, one_hot
from .optimisers import RMSprop
from .settings import each_seed
from .training import PACKAGES, Step, Training, each_step

USUAL = 100
"""The *usual* length is the median of this many steps before. Spikes that begin sooner are left out."""

HORIZON = 31
"""The number of batches that training goes on for after a replaced step: an epoch."""

FRESH = 512
"""The number of fresh sequences that judge the network, besides those of the next batch."""


class StateBefore(NamedTuple):
    """The state that the step before a spike depends on.

    Attributes
    ----------
    theta : torch.Tensor, shape (P,)
        The weights.
    v : torch.Tensor, shape (P,)
        RMSprop's second moment.
    mean_square : torch.Tensor, shape (P,)
        The mean of g² over all steps before this one.
    gradient : torch.Tensor, shape (P,)
    usual_gradient_norm : float
    usual_step_size : float
    """

    theta: Tensor
    v: Tensor
    mean_square: Tensor
    gradient: Tensor
    usual_gradient_norm: float
    usual_step_size: float


def alternative_steps(before: StateBefore, rmsprop: RMSprop) -> dict[str, Tensor]:
    """Return the step that RMSprop takes, and others with the same gradient, by name.

    Parameters
    ----------
    before : StateBefore
    rmsprop : RMSprop

    Returns
    -------
    dict of str to torch.Tensor, shape (P,)
        ``taken``; ``none``, of length 0; ``usual_length``, in the same direction; ``clipped``, by RMSprop, of the
        gradient shortened to its usual length; ``long_memory``, by RMSprop with the mean of all g² before in place of v;
        ``sgd``, in proportion to the gradient, so that the usual gradient makes the usual step.

    Examples
    --------
    A gradient twice as long as usual, and v is small:

    >>> from helpers.loss_curves.lab import RMSprop
    >>> rmsprop = RMSprop(learning_rate=1.0, decay=0.75)
    >>> one = torch.ones(1)
    >>> before = StateBefore(one, 0 * one, 4 * one, 2 * one, usual_gradient_norm=1.0, usual_step_size=0.5)
    >>> {name: round(step.item(), 2) for name, step in alternative_steps(before, rmsprop).items()}
    {'taken': -2.0, 'none': 0.0, 'usual_length': -0.5, 'clipped': -2.0, 'long_memory': -1.0, 'sgd': -1.0}
    """
    g = before.gradient
    taken, _ = _rmsprop_step(rmsprop, before.theta, g, before.v)
    clipped, _ = _rmsprop_step(rmsprop, before.theta, _clipped(before), before.v)
    long_memory, _ = _rmsprop_step(rmsprop, before.theta, g, before.mean_square)
    return {
        "taken": taken,
        "none": torch.zeros_like(g),
        "usual_length": taken * before.usual_step_size / taken.norm(),
        "clipped": clipped,
        "long_memory": long_memory,
        "sgd": -before.usual_step_size / before.usual_gradient_norm * g,
    }


def _rmsprop_step(rmsprop: RMSprop, theta: Tensor, g: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Return the step of RMSprop with the memory v, and v after it; leave v as it is."""
    memory = {"v": v.clone()}
    return rmsprop.step(theta, g, memory, k=1), memory["v"]


def _clipped(before: StateBefore) -> Tensor:
    """Return the gradient, shortened to its usual length if it is longer."""
    return before.gradient * min(1.0, before.usual_gradient_norm / before.gradient.norm().item())


def gradient_growth(theta: Tensor, symbols: Tensor, labels: Tensor, network: Network) -> float:
    """Return how much an LSTM's gradient grows through time: the largest ‖∂ℓ/∂(h[t], c[t])‖, over that at t = T.

    By PyTorch's own cell and autograd.

    Parameters
    ----------
    theta : torch.Tensor, shape (P,)
    symbols, labels : torch.Tensor, shapes (B, T) and (B,)
    network : Network

    Returns
    -------
    float
        At least 1; it is 1 if the gradient is largest at t = T.
    """
    norms = backward_norms(theta, symbols, labels, network)
    return float(norms.max() / norms[-1])


def backward_norms(theta: Tensor, symbols: Tensor, labels: Tensor, network: Network) -> Array:
    """Return ‖∂ℓ/∂(h[t], c[t])‖ for t = 1, …, T, an array of shape (T,); see :func:`gradient_growth`.

    h[t] and c[t] are independent variables, as the next step reads them: the path from c[t] through h[t] is left out.
    """
    weights = network.split(theta)
    cell = torch.nn.LSTMCell(len(temporal_order.SYMBOLS), network.hidden_size).to(theta.dtype)
    for name, parameter in cell.named_parameters():
        parameter.data.copy_(weights[name])
    state = tuple(torch.zeros(2, len(symbols), network.hidden_size, dtype=theta.dtype))
    states = []
    for x in one_hot(symbols.unsqueeze(0), theta.dtype)[:, 0].mT:
        state = tuple(part.clone() for part in cell(x, state))
        states.append(state)
    logits = state[0] @ weights["weight"].T + weights["bias"]
    loss = torch.nn.functional.cross_entropy(logits, labels)
    read = [part for pair in states for part in pair]
    gradients = torch.autograd.grad(loss, read, allow_unused=True, materialize_grads=True)
    pairs = zip(gradients[::2], gradients[1::2], strict=True)
    return np.array([torch.stack(pair).norm().item() for pair in pairs])


class Replayed(NamedTuple):
    """The rows of two tables, and the state from which the worst spike can be repeated."""

    spikes: list[dict[str, float]]
    swaps: list[dict[str, float]]
    worst: dict[str, Any]


def replay(seeds: Iterable[int], *, steps: int, training: Training = Training()) -> Replayed:  # noqa: B008
    """Train from these seeds; at each spike after a training has learnt, try the other steps.

    Parameters
    ----------
    seeds : sequence of int
    steps : int
    training : Training
        Of an LSTM, with RMSprop, and without momentum, clipping, schedule or noise.

    Returns
    -------
    Replayed
        ``spikes``: a dict for each. Of the step at which it begins: the seed, the number of the step, the loss, the
        accuracy and the number of wrong labels. Of the step before: the loss, the lengths of the gradient and of the
        step, their usual lengths, and the :func:`gradient_growth`, the same also ten batches earlier. For each of
        :func:`alternative_steps`: the loss of the next batch, and of fresh sequences (``_fresh``); and the number of
        the batch, from 1 for the next one, with which a spike begins if training goes on from there (``_until``), and
        a loss above ln 4 (``_until_ln4``): 0 if none of :data:`HORIZON` batches does. RMSprop remembers the gradient
        of the step, whatever the step was, and the clipped one where it was clipped.

        ``swaps``: a dict for each seed that learns. At the first step after the epoch in which it has learnt that
        ends ten calm ones, all labels of the batch are swapped, Q with U and R with S: the loss and accuracy on them,
        and the loss of the next batch, with its true labels, after a step on the swapped ones and after the step on
        the true ones.

        ``worst``: of the spike that begins highest, the weights, v and mean g² before the step, and both batches.
    """
    observer = _Observer(training, each_seed(seeds))
    steps = whole_number(steps, "steps", at_least=1)
    for step in islice(each_step(training, training.network, observer.seeds), steps + HORIZON - 1):
        if step.k <= steps:
            observer.observe(step)
        observer.go_on(step)
    return Replayed(observer.spikes, observer.swaps, observer.worst)


class _Taken(NamedTuple):
    """A step of R replicas, and three things before it: v and the sum of g² (R, P), and whether each had learnt (R,)."""

    step: Step
    v: Tensor
    squares: Tensor
    learnt: Tensor


@dataclass
class _Continuation:
    """What becomes of a spike's replica r with each of A other steps: weights and v (A, P), and losses so far, each (A,)."""

    spike: dict[str, float]
    r: int
    theta: Tensor
    v: Tensor
    losses: list[Tensor] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether the horizon is reached."""
        return len(self.losses) == HORIZON

    def finish(self) -> None:
        """Write into the spike's row when each of the other steps was followed by a high loss."""
        losses = torch.stack(self.losses)
        for suffix, threshold in {"until": SPIKE_LOSS, "until_ln4": 2 * SPIKE_LOSS}.items():
            above = losses > threshold
            first = torch.where(above.any(dim=0), above.int().argmax(dim=0) + 1, 0).tolist()
            self.spike |= {f"{name}_{suffix}": k for name, k in zip(STEPS, first, strict=True)}
        self.spike |= dict(zip(STEPS, losses[0].tolist(), strict=True))


class _Observer:
    """An observer of a training. It keeps the latest steps, and makes the rows of :class:`Replayed` from them."""

    def __init__(self, training: Training, seeds: tuple[int, ...]) -> None:
        changed = training.clipping or training.schedule or training.label_noise or training.dropout
        optimiser = training.optimiser
        if not isinstance(optimiser, RMSprop) or optimiser.momentum or training.cell != "lstm" or changed:
            raise ValueError(
                "training must be of an LSTM with RMSprop, without momentum, clipping, schedule or noise, "
                f"got {training}"
            )
        self.training, self.network, self.rmsprop = training, training.network, optimiser
        self.seeds = seeds
        symbols, labels = temporal_order.sample(training.level, FRESH, np.random.default_rng(1))
        self.fresh = torch.from_numpy(symbols), torch.from_numpy(labels)
        self.latest: deque[_Taken] = deque(maxlen=USUAL + 1)
        self.accuracies: list[Tensor] = []  # of this epoch's batches
        self.v = self.squares = torch.zeros(len(seeds), self.network.parameters)
        self.learnt, self.swapped = torch.zeros(2, len(seeds), dtype=torch.bool)
        self.spikes: list[dict[str, float]] = []
        self.continued: list[_Continuation] = []
        self.swaps: list[dict[str, float]] = []
        self.worst: dict[str, Any] = {"loss": 0.0}

    def observe(self, step: Step) -> None:
        """Add the rows of the spikes that begin at this step, and of the swaps at the one before; then keep the step."""
        if len(self.latest) > USUAL:
            losses = torch.stack([taken.step.loss for taken in self.latest][-CALM_STEPS:])
            calm = self.learnt & (losses <= SPIKE_LOSS).all(dim=0)
            for r in torch.nonzero(calm & (step.loss > SPIKE_LOSS)).flatten().tolist():
                self.add_spike(r, step)
            for r in torch.nonzero(calm & self.latest[-1].learnt & ~self.swapped).flatten().tolist():
                self.add_swap(r, step)
        self.keep(step)

    def keep(self, step: Step) -> None:
        self.latest.append(_Taken(step, self.v, self.squares, self.learnt))
        self.v, self.squares = step.memory["v"].clone(), self.squares + step.gradient**2
        self.accuracies.append(step.accuracy)
        if step.k % self.training.batches_per_epoch == 0:
            self.learnt = self.learnt | (torch.stack(self.accuracies).mean(dim=0) >= LEARNT_ACCURACY)
            self.accuracies.clear()

    def add_spike(self, r: int, step: Step) -> None:
        """Add the row of the spike of replica r that begins at this step: the previous step has made it."""
        before, previous = _state_before(r, self.latest), self.latest[-1].step
        alternatives = alternative_steps(before, self.rmsprop)
        after = before.theta + torch.stack(list(alternatives.values()))
        remembered = [_clipped(before) if name == "clipped" else before.gradient for name in alternatives]
        _, v = _rmsprop_step(
            self.rmsprop, before.theta, torch.stack(remembered), before.v.expand(after.shape)
        )
        fresh = self.losses(after, *self.fresh)
        true_labels = temporal_order.classify(step.symbols[r].numpy())
        self.spikes.append(
            {
                "seed": self.seeds[r],
                "step": step.k,
                "loss": step.loss[r].item(),
                "accuracy": step.accuracy[r].item(),
                "wrong_labels": int((true_labels != step.labels[r].numpy()).sum()),
                "loss_before": previous.loss[r].item(),
                "gradient_norm": before.gradient.norm().item(),
                "usual_gradient_norm": before.usual_gradient_norm,
                "step_size": alternatives["taken"].norm().item(),
                "usual_step_size": before.usual_step_size,
                "growth": self.growth(r, previous),
                "growth_earlier": self.growth(r, self.latest[-CALM_STEPS - 1].step),
                **{f"{name}_fresh": loss for name, loss in zip(alternatives, fresh, strict=True)},
            }
        )
        self.continued.append(_Continuation(self.spikes[-1], r, after, v))
        if step.loss[r] > self.worst["loss"]:
            self.worst = {
                "seed": self.seeds[r],
                "loss": step.loss[r].item(),
                "step": step.k,
                "theta": before.theta.tolist(),
                "v": before.v.tolist(),
                "mean_square": before.mean_square.tolist(),
                "usual_gradient_norm": before.usual_gradient_norm,
                "usual_step_size": before.usual_step_size,
                "sequences_before": temporal_order.text(previous.symbols[r].numpy()),
                "sequences": temporal_order.text(step.symbols[r].numpy()),
            }

    def go_on(self, step: Step) -> None:
        """Take this step in all that goes on from another step, each with its own replica's batch."""
        if not self.continued:
            return
        theta, v = (torch.cat([getattr(one, name) for one in self.continued]) for name in ("theta", "v"))
        replicas = np.repeat([one.r for one in self.continued], len(STEPS))
        x = one_hot(step.symbols[replicas], theta.dtype)
        losses, _, g = gradient(self.network, theta, x, step.labels[replicas])
        change, v = _rmsprop_step(self.rmsprop, theta, g, v)
        parts = zip(*(part.split(len(STEPS)) for part in (losses, theta + change, v)), strict=True)
        for one, (loss, after, memory) in zip(self.continued, parts, strict=True):
            one.losses.append(loss)
            one.theta, one.v = after, memory
            if one.over:
                one.finish()
        self.continued = [one for one in self.continued if not one.over]

    def add_swap(self, r: int, step: Step) -> None:
        """Add the row of the batch before with its labels swapped: its loss, and the effect of a step on it."""
        before, previous = _state_before(r, self.latest), self.latest[-1].step
        x = one_hot(previous.symbols[[r]], before.theta.dtype)
        loss, accuracy, g = gradient(self.network, before.theta.unsqueeze(0), x, 3 - previous.labels[[r]])
        on_swapped, _ = _rmsprop_step(self.rmsprop, before.theta, g[0], before.v)
        changes = torch.stack([on_swapped, previous.change[r]])
        after_swapped, after_true = self.losses(before.theta + changes, step.symbols[r], step.labels[r])
        self.swaps.append(
            {
                "seed": self.seeds[r],
                "step": previous.k,
                "loss": previous.loss[r].item(),
                "swapped_loss": loss.item(),
                "swapped_accuracy": accuracy.item(),
                "next_after_swapped": after_swapped,
                "next_after_true": after_true,
            }
        )
        self.swapped[r] = True

    def losses(self, theta: Tensor, symbols: Tensor, labels: Tensor) -> list[float]:
        """Return the loss of sequences (B, T) at each of the weights (R, P)."""
        batch = one_hot(symbols.unsqueeze(0), theta.dtype), labels.unsqueeze(0)
        return evaluate(self.network, theta, [batch])[0].tolist()

    def growth(self, r: int, step: Step) -> float:
        return gradient_growth(step.theta[r], step.symbols[r], step.labels[r], self.network)


def _state_before(r: int, latest: Iterable[_Taken]) -> StateBefore:
    """Return the state that the last of these steps of replica r depended on."""
    *others, (step, v, squares, _) = latest
    return StateBefore(
        step.theta[r],
        v[r],
        squares[r] / (step.k - 1),
        step.gradient[r],
        torch.stack([taken.step.gradient[r] for taken in others]).norm(dim=-1).quantile(0.5).item(),
        torch.stack([taken.step.change[r] for taken in others]).norm(dim=-1).quantile(0.5).item(),
    )


def record_replay(path: str | Path, *, seeds: Sequence[int] = range(32), epochs: int = 100) -> None:
    """Replay the spikes of the course's training from consecutive seeds, and write the result as JSON.

    :mod:`helpers.loss_curves.recorded_replay` reads it.
    """
    training = Training()
    replayed = replay(seeds, steps=epochs * training.batches_per_epoch, training=training)
    record = {
        "command": f"python -m helpers.loss_curves replay --first-seed {seeds[0]} --seeds {len(seeds)} "
        f"--epochs {epochs} --record {path}",
        "settings": repr(training),
        "spike": SPIKE_LOSS,
        "calm": CALM_STEPS,
        "learnt": LEARNT_ACCURACY,
        **made_with(*PACKAGES),
        "spikes": _columns(replayed.spikes),
        "swaps": _columns(replayed.swaps),
        "worst": replayed.worst,
    }
    write_record(path, record)


def _columns(rows: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Return the columns of a table, numbers rounded to four digits."""
    return {
        name: [float(f"{row[name]:.4g}") if isinstance(row[name], float) else row[name] for row in rows]
        for name in (rows[0] if rows else ())
    }
