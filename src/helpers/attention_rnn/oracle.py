"""The oracle of chapter 1.2.2: AttentionRNN, written in PyTorch, independent of the reference."""

from __future__ import annotations

from ..numerics.oracle import difference_jacobian, jacobian, torch, value, vjp

__all__ = ["attention_rnn", "difference_jacobian", "jacobian", "value", "vjp"]


def attention_rnn(
    input_triple: torch.Tensor, past_triples: torch.Tensor, x: torch.Tensor, initial_states: torch.Tensor
) -> torch.Tensor:
    """Return the states of the networks of :mod:`helpers.attention_rnn`, step by step from the definition.

    Parameters
    ----------
    input_triple : torch.Tensor, shape (3, m, n)
    past_triples : torch.Tensor, shape (k, 3, m, m) or (3, m, m)
        A triple for each of k past states, or one for all past states.
    x : torch.Tensor, shape (T, n)
    initial_states : torch.Tensor, shape (any number, m)
        The latest last.

    Returns
    -------
    torch.Tensor, shape (T, m)
        h[1], …, h[T].

    Examples
    --------
    >>> mean = [[[0]], [[0]], [[1]]]
    >>> value(attention_rnn, mean, [mean, mean], [[9], [9]], [[0], [0]])
    array([[3.],
           [4.]])
    """
    unbounded = past_triples.ndim == 3
    states = list(initial_states)
    for x_t in x:
        # The latest first; the order does not matter to states that share one triple.
        past = states if unbounded else states[: -len(past_triples) - 1 : -1]
        triples = [past_triples] * len(past) if unbounded else past_triples
        scores, values = [], []
        for (Q, K, V), y in zip([input_triple, *triples], [x_t, *past], strict=True):
            scores.append((Q @ y) @ (K @ y))
            values.append(V @ y)
        a = torch.softmax(torch.stack(scores), dim=0)
        states.append(a @ torch.stack(values))
    return torch.stack(states[len(initial_states) :])
