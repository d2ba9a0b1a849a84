"""Recurrent networks in replicas: many of them, each with its own weights, in one computation.

Every array has an axis of R replicas, which only an axis of time precedes. Replica r of a result depends on
replica r of the arguments alone. The batch axis comes last, so that a step of a layer reads as on paper, W h, and
each gate is one contiguous block: x is (T, R, n, B) and a state (R, m, B).

The backward passes are written out: autograd takes longer on steps this small. They can be differentiated once
only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import prod, sqrt
from typing import ClassVar, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ...numerics.arrays import Array, check_memory, short_repr, whole_number
from ..temporal_order import SYMBOLS

CELLS = ("relu", "tanh", "lstm")
"""The recurrent layers of ``torch.nn``: RNN with either nonlinearity, and LSTM."""

TensorOrArray = TypeVar("TensorOrArray", Tensor, np.ndarray)


class Network:
    """A recurrent layer, and a linear one that reads the classes from its last state.

    Parameters
    ----------
    cell : str
        One of :data:`CELLS`.
    inputs, hidden_size, classes : int
        n, m and C.

    Examples
    --------
    Two replicas read a batch of 32 sequences of length 5; with no weights, they tell nothing apart:

    >>> network = Network("lstm", inputs=8, hidden_size=12, classes=4)
    >>> logits = network.logits(torch.zeros(2, network.parameters), torch.ones(5, 2, 8, 32))
    >>> logits.shape, logits.abs().max().item()
    (torch.Size([2, 4, 32]), 0.0)
    """

    def __init__(self, cell: str, inputs: int, hidden_size: int, classes: int) -> None:
        if not isinstance(cell, str) or cell not in CELLS:
            raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {short_repr(cell)}")
        for name, size in {"inputs": inputs, "hidden_size": hidden_size, "classes": classes}.items():
            whole_number(size, name, at_least=1)
        self.layer: type[_Layer] = {"relu": ReLU, "tanh": Tanh, "lstm": LSTM}[cell]
        self.gates = self.layer.gates
        self.hidden_size = hidden_size
        rows = self.gates * hidden_size
        self.shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (rows, inputs),
            "weight_hh": (rows, hidden_size),
            "bias_ih": (rows,),
            "bias_hh": (rows,),
            "weight": (classes, hidden_size),
            "bias": (classes,),
        }
        check_memory("inputs, hidden_size and classes", (self.parameters,))
        self.workspace = Workspace()

    @property
    def parameters(self) -> int:
        """P, the number of parameters."""
        return sum(map(prod, self.shapes.values()))

    def split(self, theta: TensorOrArray) -> dict[str, TensorOrArray]:
        """Return views of flat parameters, tensor or array of shape (..., P), by PyTorch's names."""
        views, begin = {}, 0
        for name, shape in self.shapes.items():
            end = begin + prod(shape)
            views[name] = theta[..., begin:end].reshape(*theta.shape[:-1], *shape)
            begin = end
        return views

    def initial(self, rng: np.random.Generator) -> Array:
        """Return parameters as PyTorch draws them: all uniform between ±1/√m. An array of shape (P,)."""
        bound = 1 / sqrt(self.hidden_size)
        return rng.uniform(-bound, bound, self.parameters)

    def logits(self, theta: Tensor, x: Tensor) -> Tensor:
        """Return the logits of sequences.

        Parameters
        ----------
        theta : torch.Tensor, shape (R, P)
        x : torch.Tensor, shape (T, R, n, B)

        Returns
        -------
        torch.Tensor, shape (R, C, B)
            To be differentiated before the next pass, which overwrites the arrays that the gradient needs;
            after it, autograd raises RuntimeError.
        """
        return self.readout(theta, self.last_state(theta, x))

    def readout(self, theta: Tensor, h: Tensor) -> Tensor:
        """Return the logits (R, C, B) of last states (R, m, B)."""
        w = self.split(theta)
        return torch.baddbmm(w["bias"].unsqueeze(-1), w["weight"], h)

    def last_state(self, theta: Tensor, x: Tensor) -> Tensor:
        """Return the state after the last step, a tensor of shape (R, m, B), of which :meth:`logits` are a linear function."""
        w = self.split(theta)
        bias = (w["bias_ih"] + w["bias_hh"]).unsqueeze(-1)
        W = torch.cat([w["weight_ih"], bias, w["weight_hh"]], dim=-1)
        return self.layer.apply(W, x, self.workspace)


def one_hot(symbols: Tensor, dtype: torch.dtype) -> Tensor:
    """Return the one-hot encoding (T, R, n, B) of symbol numbers (R, B, T); padding is all zeros."""
    symbols = symbols.permute(2, 0, 1).unsqueeze(2)
    return (symbols == torch.arange(len(SYMBOLS), dtype=torch.int8).view(-1, 1)).to(dtype)


def gradient(
    network: Network,
    theta: Tensor,
    x: Tensor,
    labels: Tensor,
    taught: Tensor | None = None,
    dropout: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the loss, the accuracy and ∂ℓ/∂θ of each replica.

    The gradient is on the labels ``taught``, and with the last states multiplied by ``dropout``, where these are given.
    The replicas share no parameter, so the gradient of the sum of their losses is the gradient of each.
    """
    theta = theta.detach().requires_grad_()
    h = network.last_state(theta, x)
    minimised, accuracies = loss_and_accuracy(network.readout(theta, h), labels)
    losses = minimised.detach()
    if taught is not None or dropout is not None:
        h = h if dropout is None else h * dropout
        minimised, _ = loss_and_accuracy(network.readout(theta, h), labels if taught is None else taught)
    (g,) = torch.autograd.grad(minimised.sum(), theta)
    return losses, accuracies, g


def evaluate(network: Network, theta: Tensor, batches: Iterable[tuple[Tensor, Tensor]]) -> Tensor:
    """Return the mean loss and accuracy of each replica over batches shared by all, a tensor (2, R)."""

    def of_batch(x: Tensor, labels: Tensor) -> Tensor:
        logits = network.logits(theta, x.expand(-1, len(theta), -1, -1))
        return torch.stack(loss_and_accuracy(logits, labels.expand(len(theta), -1)))

    with torch.no_grad():
        return torch.stack([of_batch(x, labels) for x, labels in batches]).mean(dim=0)


def loss_and_accuracy(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return the cross-entropy and the accuracy of each replica, from logits (R, C, B) and labels (R, B).

    Where the loss is not finite, the accuracy is NaN.
    """
    losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none").mean(dim=-1)
    accuracies = (logits.argmax(dim=1) == labels).to(logits.dtype).mean(dim=-1)
    return losses, accuracies.where(losses.isfinite(), torch.nan)


class Workspace(dict[str, Tensor]):
    """Large arrays, reused in every pass: it takes time to allocate them, too."""

    def empty(self, name: str, like: Tensor, *shape: int) -> Tensor:
        """Return the array of that name, a new one if the shape or the dtype has changed."""
        if name not in self or self[name].shape != shape or self[name].dtype != like.dtype:
            self[name] = like.new_empty(shape)
        return self[name]


class _Context(Protocol):
    """The tensors that a forward pass saves for the backward pass."""

    saved_tensors: tuple[Tensor, ...]

    def save_for_backward(self, *tensors: Tensor) -> None: ...


class _Layer(torch.autograd.Function):
    """A recurrent layer, from its weights W = [W_ih, b, W_hh] and its input to its last state.

    A step multiplies W by the stack u[t] = [x[t], 1, h[t−1]], so that W u[t] is the whole affine part.
    """

    gates: ClassVar[int]

    @staticmethod
    def stack(W: Tensor, x: Tensor, workspace: Workspace) -> tuple[Tensor, Tensor]:
        """Return u, a tensor (T + 1, R, n + 1 + m, B), and h, the view of its states, of which only h[0] = 0 is set."""
        T, R, n, B = x.shape
        u = workspace.empty("u", x, T + 1, R, W.shape[-1], B)
        h = u[:, :, n + 1 :]
        u[:T, :, :n], u[:T, :, n], h[0] = x, 1, 0
        return u, h


class _Elman(_Layer):
    """h[t] = φ(W u[t]). A subclass defines φ, and its slope as a function of h."""

    gates = 1
    nonlinearity: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]

    @classmethod
    def forward(cls, ctx: _Context, W: Tensor, x: Tensor, workspace: Workspace) -> Tensor:
        u, h = cls.stack(W, x, workspace)
        for t in range(len(x)):
            h[t + 1] = cls.nonlinearity(W @ u[t])
        ctx.save_for_backward(W, u)
        return h[-1].clone()

    @classmethod
    @once_differentiable
    def backward(cls, ctx: _Context, dh: Tensor) -> tuple[Tensor, None, None]:
        W, u = ctx.saved_tensors
        m = dh.shape[1]
        dW = torch.zeros_like(W)
        for t in reversed(range(len(u) - 1)):
            da = dh * cls.slope(u[t + 1, :, -m:])
            dW.baddbmm_(da, u[t].mT)
            dh = W[..., -m:].mT @ da
        return dW, None, None


class Tanh(_Elman):
    @staticmethod
    def nonlinearity(a: Tensor) -> Tensor:
        return tanh(a)

    @staticmethod
    def slope(h: Tensor) -> Tensor:
        return 1 - h**2


class ReLU(_Elman):
    nonlinearity = staticmethod(torch.relu)

    @staticmethod
    def slope(h: Tensor) -> Tensor:
        return (h > 0).to(h.dtype)


class LSTM(_Layer):
    """Hochreiter and Schmidhuber's (1997) long short-term memory, with the forget gate of Gers et al. (2000).

    i, f, o = σ(W_i u), σ(W_f u), σ(W_o u);   g = tanh(W_g u);   c[t] = f ⊙ c[t−1] + i ⊙ g;   h[t] = o ⊙ tanh c[t].
    """

    gates = 4

    @classmethod
    def forward(cls, ctx: _Context, W: Tensor, x: Tensor, workspace: Workspace) -> Tensor:
        u, h = cls.stack(W, x, workspace)
        T, (R, m, B) = len(x), h.shape[1:]
        gates = workspace.empty("gates", x, T, R, 4 * m, B)
        i, f, g, o = _each_step_of_each_gate(gates)
        W_doubled = W.clone()  # for g alone, since tanh a = −1 + 2 σ(2a): then one call gives σ of all four
        W_doubled[:, 2 * m : 3 * m] *= 2
        c = workspace.empty("c", x, T + 1, R, m, B)
        tanh_c = workspace.empty("tanh_c", x, T, R, m, B)
        c[0] = 0
        for t in range(T):
            torch.bmm(W_doubled, u[t], out=gates[t]).sigmoid_()
            torch.add(MINUS_ONE, g[t], alpha=2, out=g[t])
            torch.mul(f[t], c[t], out=c[t + 1]).addcmul_(i[t], g[t])
            tanh(c[t + 1], out=tanh_c[t])
            torch.mul(o[t], tanh_c[t], out=h[t + 1])
        ctx.save_for_backward(W, u, gates, c, tanh_c)
        return h[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: _Context, dh: Tensor) -> tuple[Tensor, None, None]:
        W, u, gates, c, tanh_c = ctx.saved_tensors
        m = dh.shape[1]
        i, f, g, o = _each_step_of_each_gate(gates)
        W_hh = W[..., -m:].mT.contiguous()
        dW, dc = torch.zeros_like(W.mT, memory_format=torch.contiguous_format), torch.zeros_like(dh)
        da = torch.empty_like(gates[0])
        da_i, da_f, da_g, da_o = da.split(m, dim=1)
        for t in reversed(range(len(gates))):
            dc += torch.ops.aten.tanh_backward(dh * o[t], tanh_c[t])
            through_sigmoid(dh * tanh_c[t], o[t], grad_input=da_o)
            through_sigmoid(dc * g[t], i[t], grad_input=da_i)
            through_sigmoid(dc * c[t], f[t], grad_input=da_f)
            through_tanh(dc * i[t], g[t], grad_input=da_g)
            dc *= f[t]
            dW.baddbmm_(u[t], da.mT)
            dh = torch.bmm(W_hh, da)
        return dW.mT, None, None


def _each_step_of_each_gate(gates: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Split gates (T, R, 4m, B) into a tuple of T tensors (R, m, B) for each gate."""
    return (gate.unbind() for gate in gates.chunk(4, dim=2))


def tanh(a: Tensor, out: Tensor | None = None) -> Tensor:
    """Return tanh a = −1 + 2 σ(2a), which is faster than PyTorch's own tanh."""
    sigma = torch.add(a, a, out=out).sigmoid_()
    return torch.add(MINUS_ONE, sigma, alpha=2, out=sigma)


MINUS_ONE = torch.tensor(-1.0)  # a number would be made a tensor at every call
through_sigmoid = torch.ops.aten.sigmoid_backward.grad_input  # dy ⊙ y ⊙ (1 − y), into an array that is there
through_tanh = torch.ops.aten.tanh_backward.grad_input  # dy ⊙ (1 − y²)
