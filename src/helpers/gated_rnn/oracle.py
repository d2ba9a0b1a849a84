"""The oracle of chapter 1.2.1: the gated network, written in PyTorch, independent of the reference."""

from __future__ import annotations

from ..numerics.oracle import difference_jacobian, jacobian, torch, value, vjp

__all__ = ["difference_jacobian", "gated_rnn", "jacobian", "value", "vjp"]


def gated_rnn(
    W_c: torch.Tensor, W_h: torch.Tensor, W_x: torch.Tensor, x: torch.Tensor, h0: torch.Tensor
) -> torch.Tensor:
    """Return the states of the network of :mod:`helpers.gated_rnn`, step by step as it is defined.

    Parameters
    ----------
    W_c, W_x : torch.Tensor, shape (m, n)
    W_h : torch.Tensor, shape (m, m)
    x : torch.Tensor, shape (..., T, n)
    h0 : torch.Tensor, shape (..., m)

    Returns
    -------
    torch.Tensor, shape (..., T, m)
        h[1], …, h[T].

    Examples
    --------
    >>> value(gated_rnn, [[0]], [[0]], [[1]], [[4], [6]], [0])
    array([[2.],
           [4.]])
    """
    states = [h0]
    for x_t in x.unbind(-2):
        h = states[-1]
        c = torch.sigmoid(x_t @ W_c.T + h @ W_h.T)
        states.append(c * h + (1 - c) * (x_t @ W_x.T))
    return torch.stack(states, dim=-2)[..., 1:, :]
