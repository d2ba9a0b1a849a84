"""Optimisers over replicas: each maps a gradient to the step Δθ, entry by entry, as ``torch.optim`` does.

θ and the gradient g are tensors (R, P), so no replica touches another. k counts the steps from 1. Every Δθ is
linear in the learning rate η. An optimiser's memory between two steps is a dictionary of tensors like θ.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from attrs import field, frozen
from torch import Tensor

from .settings import at_least_zero, fraction, positive, two_fractions

Memory = dict[str, Tensor]


@frozen
class SGD:
    """Stochastic gradient descent with momentum: b ← μ b + g;  Δθ = −η b.

    Parameters
    ----------
    learning_rate : float
        η > 0.
    momentum : float
        μ in [0, 1).
    weight_decay : float
        λ ≥ 0; λ θ is added to g.

    Examples
    --------
    Half of the first gradient is left in the second step:

    >>> theta, g = torch.zeros(1, 1), torch.tensor([[4.0]])
    >>> sgd = SGD(learning_rate=1.0, momentum=0.5)
    >>> memory = empty_memory(sgd, theta)
    >>> [sgd.step(theta, g, memory, k).item() for k in (1, 2)]
    [-4.0, -6.0]
    """

    learning_rate: float = field(default=1e-1, validator=positive)
    momentum: float = field(default=0.0, validator=fraction)
    weight_decay: float = field(default=0.0, validator=at_least_zero)
    memory: ClassVar[tuple[str, ...]] = ("b",)

    def step(self, theta: Tensor, g: Tensor, memory: Memory, k: int) -> Tensor:
        g = g + self.weight_decay * theta
        b = memory["b"].mul_(self.momentum).add_(g)
        return -self.learning_rate * b


@frozen
class RMSprop:
    """RMSprop: v ← α v + (1 − α) g²;  Δθ = −η g / (√v + ε). Tieleman and Hinton (2012).

    With momentum, the step is Δθ ← μ Δθ − η g / (√v + ε).

    Parameters
    ----------
    learning_rate : float
        η > 0.
    decay : float
        α in [0, 1): v looks back over about 1 / (1 − α) steps.
    epsilon : float
        ε > 0, the least that g is divided by.
    weight_decay : float
        λ ≥ 0; λ θ is added to g.
    momentum : float
        μ in [0, 1).

    Examples
    --------
    The first step does not depend on how long the gradient is: it is η / √(1 − α) in every entry.

    >>> theta, rmsprop = torch.zeros(1, 2), RMSprop(learning_rate=1.0, decay=0.75)
    >>> memory = empty_memory(rmsprop, theta)
    >>> rmsprop.step(theta, torch.tensor([[100.0, -0.01]]), memory, 1).round(decimals=3)
    tensor([[-2.,  2.]])
    """

    learning_rate: float = field(default=1e-3, validator=positive)
    decay: float = field(default=0.99, validator=fraction)
    epsilon: float = field(default=1e-8, validator=positive)
    weight_decay: float = field(default=0.0, validator=at_least_zero)
    momentum: float = field(default=0.0, validator=fraction)
    memory: ClassVar[tuple[str, ...]] = ("v", "change")

    def step(self, theta: Tensor, g: Tensor, memory: Memory, k: int) -> Tensor:
        g = g + self.weight_decay * theta
        v = memory["v"].mul_(self.decay).add_((1 - self.decay) * g**2)
        change = -self.learning_rate * g / (v.sqrt() + self.epsilon)
        return memory["change"].mul_(self.momentum).add_(change).clone() if self.momentum else change


@frozen
class Adam:
    """Adam: m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  Δθ = −η m̂ / (√v̂ + ε). Kingma and Ba (2015).

    m̂ = m / (1 − β₁ᵏ) and v̂ = v / (1 − β₂ᵏ) make up for starting at 0.

    Parameters
    ----------
    learning_rate : float
        η > 0.
    decays : (float, float)
        β₁ and β₂, in [0, 1).
    epsilon : float
        ε > 0.
    weight_decay : float
        λ ≥ 0; λ θ is added to g.

    Examples
    --------
    >>> theta, adam = torch.zeros(1, 2), Adam(learning_rate=1.0)
    >>> memory = empty_memory(adam, theta)
    >>> adam.step(theta, torch.tensor([[100.0, -0.01]]), memory, 1).round(decimals=3)
    tensor([[-1.,  1.]])
    """

    learning_rate: float = field(default=1e-3, validator=positive)
    decays: tuple[float, float] = field(default=(0.9, 0.999), validator=two_fractions)
    epsilon: float = field(default=1e-8, validator=positive)
    weight_decay: float = field(default=0.0, validator=at_least_zero)
    memory: ClassVar[tuple[str, ...]] = ("m", "v")

    def step(self, theta: Tensor, g: Tensor, memory: Memory, k: int) -> Tensor:
        return self.moments_step(g + self.weight_decay * theta, memory, k)

    def moments_step(self, g: Tensor, memory: Memory, k: int) -> Tensor:
        beta_1, beta_2 = self.decays
        m = memory["m"].mul_(beta_1).add_((1 - beta_1) * g)
        v = memory["v"].mul_(beta_2).add_((1 - beta_2) * g**2)
        m_hat, v_hat = m / (1 - beta_1**k), v / (1 - beta_2**k)
        return -self.learning_rate * m_hat / (v_hat.sqrt() + self.epsilon)


@frozen
class AdamW(Adam):
    """Adam with the decay of the weights beside the gradient: Δθ = Adam's − η λ θ. Loshchilov and Hutter (2019).

    Examples
    --------
    Without a gradient, the weights shrink by η λ of themselves:

    >>> theta, adamw = torch.tensor([[8.0]]), AdamW(learning_rate=0.5, weight_decay=0.25)
    >>> adamw.step(theta, torch.zeros(1, 1), empty_memory(adamw, theta), 1)
    tensor([[-1.]])
    """

    weight_decay: float = field(default=1e-2, validator=at_least_zero)

    def step(self, theta: Tensor, g: Tensor, memory: Memory, k: int) -> Tensor:
        return self.moments_step(g, memory, k) - self.learning_rate * self.weight_decay * theta


Optimiser = SGD | RMSprop | Adam


def empty_memory(optimiser: Optimiser, theta: Tensor) -> Memory:
    """Return the memory of ``optimiser`` before the first step: zeros."""
    return {name: torch.zeros_like(theta) for name in optimiser.memory}
