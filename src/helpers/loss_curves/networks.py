"""Recurrent networks in replicas: many of them, each with its own weights, in one computation.

Every array has a leading axis of R replicas, and replica r of a result depends on replica r of the arguments
alone. The batch axis comes last, so that a step of a layer reads as on paper, W h, and each gate is one
contiguous block: x is (T, R, n, B) and a state (R, m, B).

The backward passes are written out: autograd's takes about three times as long on steps this small.
"""

from __future__ import annotations

from math import prod, sqrt

import torch

CELLS = ("relu", "tanh", "lstm")
"""The recurrent layers of ``torch.nn``: RNN with either nonlinearity, and LSTM."""


class Network:
    """A recurrent layer, and a linear one that reads the classes from its last state.

    Parameters
    ----------
    cell : str
        One of :data:`CELLS`.
    inputs, hidden_size, classes : int
        n, m and C.
    """

    def __init__(self, cell, inputs, hidden_size, classes):
        self.layer = LSTM if cell == "lstm" else {"relu": ReLU, "tanh": Tanh}[cell]
        self.gates = 4 if cell == "lstm" else 1
        self.hidden_size = hidden_size
        rows = self.gates * hidden_size
        self.shapes = {
            "weight_ih": (rows, inputs),
            "weight_hh": (rows, hidden_size),
            "bias_ih": (rows,),
            "bias_hh": (rows,),
            "weight": (classes, hidden_size),
            "bias": (classes,),
        }

    @property
    def parameters(self):
        """P, how many numbers there are to learn."""
        return sum(map(prod, self.shapes.values()))

    def split(self, theta):
        """Return views of flat parameters, tensor or array of shape (..., P), by the names PyTorch gives them."""
        views, begin = {}, 0
        for name, shape in self.shapes.items():
            end = begin + prod(shape)
            views[name] = theta[..., begin:end].reshape(*theta.shape[:-1], *shape)
            begin = end
        return views

    def initial(self, rng):
        """Return parameters as PyTorch draws them: all uniform between ±1/√m. An array of shape (P,)."""
        bound = 1 / sqrt(self.hidden_size)
        return rng.uniform(-bound, bound, self.parameters)

    def logits(self, theta, x):
        """Return what the network makes of sequences.

        Parameters
        ----------
        theta : torch.Tensor, shape (R, P)
        x : torch.Tensor, shape (T, R, n, B)

        Returns
        -------
        torch.Tensor, shape (R, C, B)
        """
        w = self.split(theta)
        bias = (w["bias_ih"] + w["bias_hh"]).unsqueeze(-1)
        last_state = self.layer.apply(torch.cat([w["weight_ih"], bias, w["weight_hh"]], dim=-1), x)
        return torch.baddbmm(w["bias"].unsqueeze(-1), w["weight"], last_state)


class _Layer(torch.autograd.Function):
    """A recurrent layer, from its weights W = [W_ih, b, W_hh] and its input to its last state.

    What a step multiplies by W is the stack u[t] = [x[t], 1, h[t−1]], so that W u[t] is the whole affine part.
    """

    @staticmethod
    def stack(W, x):
        """Every u[t], a tensor (T + 1, R, n + 1 + m, B), with 0 for the states that are not known yet."""
        T, R, n, B = x.shape
        u = x.new_zeros(T + 1, R, W.shape[-1], B)
        u[:T, :, :n] = x
        u[:T, :, n] = 1
        return u, u[:, :, n + 1 :]


class _Elman(_Layer):
    """h[t] = φ(W u[t]), with φ given by a subclass."""

    @classmethod
    def forward(cls, ctx, W, x):
        u, h = cls.stack(W, x)
        for t in range(len(x)):
            h[t + 1] = cls.nonlinearity(W @ u[t])
        ctx.save_for_backward(W, u)
        return h[-1].clone()

    @classmethod
    def backward(cls, ctx, dh):
        W, u = ctx.saved_tensors
        m = dh.shape[1]
        dW = torch.zeros_like(W)
        for t in reversed(range(len(u) - 1)):
            da = dh * cls.slope(u[t + 1, :, -m:])
            dW.baddbmm_(da, u[t].mT)
            dh = W[..., -m:].mT @ da
        return dW, None


class Tanh(_Elman):
    @staticmethod
    def nonlinearity(a):
        return tanh_(a)

    @staticmethod
    def slope(h):
        return 1 - h**2


class ReLU(_Elman):
    nonlinearity = staticmethod(torch.relu)

    @staticmethod
    def slope(h):
        return (h > 0).to(h.dtype)


class LSTM(_Layer):
    """Hochreiter and Schmidhuber's (1997) long short-term memory, with the forget gate of Gers et al. (2000).

    i, f, o = σ(W_i u), σ(W_f u), σ(W_o u);   g = tanh(W_g u);   c[t] = f ⊙ c[t−1] + i ⊙ g;   h[t] = o ⊙ tanh c[t].
    """

    @classmethod
    def forward(cls, ctx, W, x):
        u, h = cls.stack(W, x)
        T, R, m, B = len(x), *h.shape[1:]
        gates = x.new_empty(T, R, 4 * m, B)
        c = x.new_zeros(T + 1, R, m, B)
        tanh_c = x.new_empty(T, R, m, B)
        for t in range(T):
            torch.bmm(W, u[t], out=gates[t])
            i, f, g, o = gates[t].split(m, dim=1)
            gates[t, :, : 2 * m].sigmoid_()
            tanh_(g)
            o.sigmoid_()
            torch.mul(f, c[t], out=c[t + 1]).addcmul_(i, g)
            tanh_(tanh_c[t].copy_(c[t + 1]))
            torch.mul(o, tanh_c[t], out=h[t + 1])
        ctx.save_for_backward(W, u, gates, c, tanh_c)
        return h[-1].clone()

    @staticmethod
    def backward(ctx, dh):
        W, u, gates, c, tanh_c = ctx.saved_tensors
        m = dh.shape[1]
        W_hh = W[..., -m:].mT.contiguous()
        dW, dc = torch.zeros_like(W), torch.zeros_like(dh)
        da = torch.empty_like(gates[0])
        da_i, da_f, da_g, da_o = da.split(m, dim=1)
        for t in reversed(range(len(gates))):
            i, f, g, o = gates[t].split(m, dim=1)
            dc += torch.ops.aten.tanh_backward(dh * o, tanh_c[t])
            through_sigmoid(dh * tanh_c[t], o, grad_input=da_o)
            through_sigmoid(dc * g, i, grad_input=da_i)
            through_sigmoid(dc * c[t], f, grad_input=da_f)
            through_tanh(dc * i, g, grad_input=da_g)
            dc *= f
            dW.baddbmm_(da, u[t].mT)
            dh = torch.bmm(W_hh, da)
        return dW, None


def tanh_(a):
    """Replace a by tanh a = 2 σ(2a) − 1, several times faster than PyTorch's own tanh."""
    return a.mul_(2).sigmoid_().mul_(2).sub_(1)


through_sigmoid = torch.ops.aten.sigmoid_backward.grad_input  # dy ⊙ y ⊙ (1 − y), into an array that is there
through_tanh = torch.ops.aten.tanh_backward.grad_input  # dy ⊙ (1 − y²)
