"""Each spike again: from the state before it, with another step in place of the one that was taken.

Training is repeated until a spike begins. The step before it is then taken back and replaced, by each of
:func:`alternative_steps`, and the same next batch is judged from where that leads. A share of spikes that vanish so is
the share that needs what was replaced.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ...numerics.arrays import Array, whole_number
from ...records import made_with, write_record
from .. import temporal_order
from ..spikes import CALM_STEPS, LEARNT_ACCURACY, SPIKE_LOSS
from .networks import Network
from .optimisers import RMSprop
from .settings import each_seed
from .training import PACKAGES, Step, Training, each_step, gradient, loss_and_accuracy, one_hot

USUAL = 100
"""What is usual of a step is the median of so many steps before it. Spikes that begin sooner are left out."""

FRESH = 512
"""How many sequences the network is judged by, besides those of the next batch."""


class StateBefore(NamedTuple):
    """All that the step before a spike depends on.

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
    taken = _step(rmsprop, before.theta, g, before.v)
    shorten = min(1.0, before.usual_gradient_norm / g.norm().item())
    return {
        "taken": taken,
        "none": torch.zeros_like(g),
        "usual_length": taken * before.usual_step_size / taken.norm(),
        "clipped": _step(rmsprop, before.theta, shorten * g, before.v),
        "long_memory": _step(rmsprop, before.theta, g, before.mean_square),
        "sgd": -before.usual_step_size / before.usual_gradient_norm * g,
    }


def _step(rmsprop: RMSprop, theta: Tensor, g: Tensor, v: Tensor) -> Tensor:
    """What RMSprop makes of g if it remembers v, which stays as it is."""
    return rmsprop.step(theta, g, {"v": v.clone()}, 1, rmsprop.learning_rate)


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
        1 or more; 1 if the gradient is largest where it begins.
    """
    norms = backward_norms(theta, symbols, labels, network)
    return float(norms.max() / norms[-1])


def backward_norms(theta: Tensor, symbols: Tensor, labels: Tensor, network: Network) -> Array:
    """Return ‖∂ℓ/∂(h[t], c[t])‖ for t = 1, …, T, an array of shape (T,); see :func:`gradient_growth`.

    h[t] and c[t] are what the next step reads, each on its own: that c[t] has made h[t] does not count for c[t].
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
    """What :func:`replay` returns: rows of two tables, and what the worst spike can be repeated from."""

    spikes: list[dict[str, float]]
    swaps: list[dict[str, float]]
    worst: dict[str, Any]


class _Taken(NamedTuple):
    """A step that was taken, what v was before it, and the sum of g² over all steps before it, tensors (R, P)."""

    step: Step
    v: Tensor
    squares: Tensor


def replay(seeds: Iterable[int], *, steps: int, training: Training = Training()) -> Replayed:  # noqa: B008
    """Train from these seeds; at each spike after a training has learnt, try the other steps.

    Parameters
    ----------
    seeds : sequence of int
    steps : int
    training : Training
        Of an LSTM, with RMSprop, and without clipping, warm-up or label noise.

    Returns
    -------
    Replayed
        ``spikes``: a dict for each, with the seed, the step at which it begins, the loss and the accuracy there, how many
        labels are wrong, and of the step before it the loss, the length of the gradient and of the step, what is
        usual for them, the :func:`gradient_growth`, the same ten batches earlier, and for each of
        :func:`alternative_steps` the loss that the next batch and fresh sequences have then.

        ``swaps``: a dict for each seed that learns. At the first step after the epoch in which it has learnt that
        ends ten calm ones, all labels of the batch are swapped, Q with U and R with S: the loss and accuracy on them,
        and the loss of the next batch, with its true labels, after a step on the swapped ones and after the step on
        the true ones.

        ``worst``: of the spike that begins highest, the weights, v and mean g² before the step, and both batches.

    Raises
    ------
    ValueError, TypeError
        If there are no seeds, one is negative, ``steps`` is less than 1, or the training is another.
    """
    seeds = each_seed(seeds)
    steps = whole_number(steps, "steps", at_least=1)
    judge = _Judge(training)
    lengths: deque[tuple[Tensor, Tensor]] = deque(maxlen=USUAL + 1)
    lately: deque[_Taken] = deque(maxlen=CALM_STEPS + 1)
    accuracy = torch.zeros(len(seeds), training.batches_per_epoch)
    learnt, learnt_before, swapped = torch.zeros(3, len(seeds), dtype=torch.bool)
    v = squares = torch.zeros(len(seeds), training.network.parameters)
    spikes, swaps = [], []
    worst: dict[str, Any] = {"loss": 0.0}

    for step in islice(each_step(training, training.network, seeds), steps):
        if len(lengths) > USUAL:
            earlier, *_, previous = lately
            losses = torch.stack([taken.step.loss for taken in lately][-CALM_STEPS:])
            calm = learnt & (losses <= SPIKE_LOSS).all(dim=0)
            for r in torch.nonzero(calm & (step.loss > SPIKE_LOSS)).flatten().tolist():
                before = _before(r, previous, lengths)
                spikes.append(
                    {"seed": seeds[r], **_spike(r, earlier.step, previous.step, step, before, judge)}
                )
                if step.loss[r] > worst["loss"]:
                    worst = {"seed": seeds[r], **_state(r, previous.step, step, before)}
            for r in torch.nonzero(calm & learnt_before & ~swapped).flatten().tolist():
                before = _before(r, previous, lengths)
                swaps.append({"seed": seeds[r], **_swap(r, previous.step, step, before, judge)})
                swapped[r] = True

        lately.append(_Taken(step, v, squares))
        lengths.append((step.gradient.norm(dim=-1), step.change.norm(dim=-1)))
        v, squares = step.memory["v"].clone(), squares + step.gradient**2
        learnt_before = learnt.clone()
        batch = (step.k - 1) % training.batches_per_epoch
        accuracy[:, batch] = step.accuracy
        if batch == training.batches_per_epoch - 1:
            learnt |= accuracy.mean(dim=1) >= LEARNT_ACCURACY
    return Replayed(spikes, swaps, worst)


class _Judge:
    """The training's network and optimiser, and fresh sequences: what the steps are made and judged with."""

    def __init__(self, training: Training) -> None:
        changed = training.clipping or training.warm_up or training.label_noise
        if not isinstance(training.optimiser, RMSprop) or training.cell != "lstm" or changed:
            raise ValueError(
                f"training must be of an LSTM with RMSprop, without clipping, warm-up or label noise, got {training}"
            )
        self.network, self.rmsprop = training.network, training.optimiser
        symbols, labels = temporal_order.sample(training.level, FRESH, np.random.default_rng(1))
        self.fresh = torch.from_numpy(symbols), torch.from_numpy(labels)

    def __call__(self, theta: Tensor, symbols: Tensor, labels: Tensor) -> Tensor:
        """Losses (R,) at weights (R, P), of sequences (B, T)."""
        x = one_hot(symbols.unsqueeze(0), theta.dtype).expand(-1, len(theta), -1, -1)
        with torch.no_grad():
            return loss_and_accuracy(self.network.logits(theta, x), labels.expand(len(theta), -1))[0]


def _before(r: int, previous: _Taken, lengths: Iterable[tuple[Tensor, Tensor]]) -> StateBefore:
    """What a step of replica r depended on. The lengths are those of the gradients and the steps up to it."""
    of_gradients, of_steps = (torch.stack(column)[:USUAL, r] for column in zip(*lengths, strict=True))
    return StateBefore(
        previous.step.theta[r],
        previous.v[r],
        previous.squares[r] / (previous.step.k - 1),
        previous.step.gradient[r],
        of_gradients.quantile(0.5).item(),
        of_steps.quantile(0.5).item(),
    )


def _spike(
    r: int, earlier: Step, previous: Step, step: Step, before: StateBefore, judge: _Judge
) -> dict[str, float]:
    """The row of a spike: at this step it begins, and the previous one has made it."""
    others = alternative_steps(before, judge.rmsprop)
    after = before.theta + torch.stack(list(others.values()))
    next_batch = judge(after, step.symbols[r], step.labels[r])
    fresh = judge(after, *judge.fresh)
    true_labels = temporal_order.classify(step.symbols[r].numpy())
    return {
        "step": step.k,
        "loss": step.loss[r].item(),
        "accuracy": step.accuracy[r].item(),
        "wrong_labels": int((true_labels != step.labels[r].numpy()).sum()),
        "loss_before": previous.loss[r].item(),
        "gradient_norm": before.gradient.norm().item(),
        "usual_gradient_norm": before.usual_gradient_norm,
        "step_size": others["taken"].norm().item(),
        "usual_step_size": before.usual_step_size,
        "growth": _growth(r, previous, judge),
        "growth_earlier": _growth(r, earlier, judge),
        **{name: loss.item() for name, loss in zip(others, next_batch, strict=True)},
        **{f"{name}_fresh": loss.item() for name, loss in zip(others, fresh, strict=True)},
    }


def _growth(r: int, step: Step, judge: _Judge) -> float:
    return gradient_growth(step.theta[r], step.symbols[r], step.labels[r], judge.network)


def _swap(r: int, previous: Step, step: Step, before: StateBefore, judge: _Judge) -> dict[str, float]:
    """The batch before, with its labels swapped: its loss, and what a step on it does to the next batch."""
    x, theta = one_hot(previous.symbols[[r]], before.theta.dtype), before.theta.unsqueeze(0)
    wrong = 3 - previous.labels[[r]]
    loss, accuracy, g = gradient(judge.network, theta, x, wrong)
    change = _step(judge.rmsprop, before.theta, g[0], before.v)
    after = torch.stack([before.theta + change, before.theta + previous.change[r]])
    next_wrong, next_true = judge(after, step.symbols[r], step.labels[r]).tolist()
    return {
        "step": previous.k,
        "loss": previous.loss[r].item(),
        "swapped_loss": loss.item(),
        "swapped_accuracy": accuracy.item(),
        "next_after_swapped": next_wrong,
        "next_after_true": next_true,
    }


def _state(r: int, previous: Step, step: Step, before: StateBefore) -> dict[str, Any]:
    """What a spike can be repeated from."""
    return {
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


def record(path: str | Path, *, seeds: int = 32, epochs: int = 100) -> None:
    """Replay the spikes of the course's training from seeds 0, 1, …, and write what comes of it as JSON.

    :mod:`helpers.loss_curves.recorded_replay` reads it.
    """
    training = Training()
    replayed = replay(range(seeds), steps=epochs * training.batches_per_epoch, training=training)
    record = {
        "command": f"python -m helpers.loss_curves replay --seeds {seeds} --epochs {epochs} --record {path}",
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
    """From a list of dictionaries to one of lists, numbers rounded to four digits."""
    return {
        name: [float(f"{row[name]:.4g}") if isinstance(row[name], float) else row[name] for row in rows]
        for name in (rows[0] if rows else ())
    }
