"""Optimisers over replicas: each maps a gradient to the step Δθ, entry by entry, as ``torch.optim`` does.

θ and the gradient g are tensors (R, P), so no replica touches another. k counts the steps from 1, and η is
the learning rate at step k. What an optimiser remembers between steps is a dictionary of tensors like θ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from .settings import at_least_zero, fraction, positive

Memory = dict[str, Tensor]


@dataclass(frozen=True)
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
    >>> [sgd.step(theta, g, memory, k, 1.0).item() for k in (1, 2)]
    [-4.0, -6.0]
    """

    learning_rate: float = 1e-1
    momentum: float = 0.0
    weight_decay: float = 0.0
    memory: ClassVar[tuple[str, ...]] = ("b",)

    def __post_init__(self) -> None:
        positive(self, "learning_rate")
        at_least_zero(self, "weight_decay")
        fraction(self, "momentum")

    def step(self, theta: Tensor, g: Tensor, memory: Memory, k: int, learning_rate: float) -> Tensor:
        g = g + self.weight_decay * theta
        b = memory["b"].mul_(self.momentum).add_(g)
        return -learning_rate * b


@dataclass(frozen=True)
class RMSprop:
    """RMSprop: v ← α v + (1 − α) g²;  Δθ = −η g / (√v + ε). Tieleman and Hinton (2012).

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

    Examples
    --------
    The first step does not depend on how long the gradient is: it is η / √(1 − α) in every entry.

    >>> theta, rmsprop = torch.zeros(1, 2), RMSprop(decay=0.75)
    >>> memory = empty_memory(rmsprop, theta)
    >>> rmsprop.step(theta, torch.tensor([[100.0, -0.01]]), memory, 1, 1.0).round(decimals=3)
    tensor([[-2.,  2.]])
    """

    learning_rate: float = 1e-3
    decay: float = 0.99
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    memory: ClassVar[tuple[str, ...]] = ("v",)

    def __post_init__(self) -> None:
        positive(self, "learning_rate", "epsilon")
        at_least_zero(self, "weight_decay")
        fraction(self, "decay")

    def step(self, theta: Tensor, g: Tensor, memory: Memory, k: int, learning_rate: float) -> Tensor:
        g = g + self.weight_decay * theta
        v = memory["v"].mul_(self.decay).add_((1 - self.decay) * g**2)
        return -learning_rate * g / (v.sqrt() + self.epsilon)


@dataclass(frozen=True)
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
    >>> theta, adam = torch.zeros(1, 2), Adam()
    >>> memory = empty_memory(adam, theta)
    >>> adam.step(theta, torch.tensor([[100.0, -0.01]]), memory, 1, 1.0).round(decimals=3)
    tensor([[-1.,  1.]])
    """

    learning_rate: float = 1e-3
    decays: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    memory: ClassVar[tuple[str, ...]] = ("m", "v")

    def __post_init__(self) -> None:
        positive(self, "learning_rate", "epsilon")
        at_least_zero(self, "weight_decay")
        fraction(self, "decays", count=2)

    def step(self, theta: Tensor, g: Tensor, memory: Memory, k: int, learning_rate: float) -> Tensor:
        g = g + self.weight_decay * theta
        return self.moments_step(g, memory, k, learning_rate)

    def moments_step(self, g: Tensor, memory: Memory, k: int, learning_rate: float) -> Tensor:
        beta_1, beta_2 = self.decays
        m = memory["m"].mul_(beta_1).add_((1 - beta_1) * g)
        v = memory["v"].mul_(beta_2).add_((1 - beta_2) * g**2)
        m_hat, v_hat = m / (1 - beta_1**k), v / (1 - beta_2**k)
        return -learning_rate * m_hat / (v_hat.sqrt() + self.epsilon)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with the decay of the weights beside the gradient: Δθ = Adam's − η λ θ. Loshchilov and Hutter (2019).

    Examples
    --------
    Without a gradient, the weights shrink by η λ of themselves:

    >>> theta, adamw = torch.tensor([[8.0]]), AdamW(weight_decay=0.25)
    >>> adamw.step(theta, torch.zeros(1, 1), empty_memory(adamw, theta), 1, 0.5)
    tensor([[-1.]])
    """

    weight_decay: float = 1e-2

    def step(self, theta: Tensor, g: Tensor, memory: Memory, k: int, learning_rate: float) -> Tensor:
        return self.moments_step(g, memory, k, learning_rate) - learning_rate * self.weight_decay * theta


Optimiser = SGD | RMSprop | Adam


def empty_memory(optimiser: Optimiser, theta: Tensor) -> Memory:
    """Return what ``optimiser`` remembers before the first step: zeros."""
    return {name: torch.zeros_like(theta) for name in optimiser.memory}
