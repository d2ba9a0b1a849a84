"""AttentionRNN as a drawing: one step of it, and unrolled in time. Chapter 1.2.2 of the book.

The drawings are data, so that they can be checked: :func:`follow` computes a step along the arrows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..drawings.graphs import forward
from ..drawings.panels import Graph, Node

__all__ = ["follow", "one_step", "unrolled"]


def one_step(window: int) -> Graph:
    """Return the drawing of one step of AttentionRNN(k), from the vectors it reads on the left to h[t] on the right.

    Parameters
    ----------
    window : int
        k, the number of past states that it looks at.

    Returns
    -------
    Graph
        Its nodes are named ``y_i``, ``q_i``, ``k_i``, ``v_i`` and ``w_i`` for i = 0, …, k; ``a``; and ``h``.

    Examples
    --------
    >>> [source for source, target, *_ in one_step(1).edges if target == "w_1"]
    ['q_1', 'k_1']
    """
    nodes: dict[str, Node] = {}
    edges: list[tuple] = []
    middle = 1.2 * window
    for i in range(window + 1):
        row = 2.4 * i
        nodes[f"y_{i}"] = Node(0, row, "x[t]" if i == 0 else f"h[t−{i}]", "input" if i == 0 else "output")
        for letter, offset in (("q", -0.7), ("k", 0), ("v", 0.7)):
            nodes[f"{letter}_{i}"] = Node(1.1, row + offset, f"{letter}{_below(i)}")
            edges.append((f"y_{i}", f"{letter}_{i}"))
        nodes[f"w_{i}"] = Node(2.1, row - 0.35, f"w{_below(i)}", "gate")
        edges += [(f"q_{i}", f"w_{i}"), (f"k_{i}", f"w_{i}"), (f"w_{i}", "a")]
        # An arrow that rises to the average passes below its score.
        edges.append((f"v_{i}", "h", -0.4 if row > middle else 0))
    nodes["a"] = Node(3.2, middle - 1.55, "a", "gate")
    nodes["h"] = Node(4.3, middle + 0.7, "h[t]", "output")
    title = f"One step of AttentionRNN({window}): w = qᵀk, a = softargmax(w), h[t] = Σ aᵢ vᵢ"
    return Graph(title, nodes, (*edges, ("a", "h")))


def unrolled(window: int, steps: int) -> Graph:
    """Return the drawing of AttentionRNN(k) unrolled in time, one box for each step.

    Parameters
    ----------
    window, steps : int
        k, and T.

    Returns
    -------
    Graph
        Its nodes are named ``x[1]``, …, ``x[T]`` and ``h[1]``, …, ``h[T]``.

    Examples
    --------
    >>> [source for source, target, *_ in unrolled(2, 4).edges if target == "h[4]"]
    ['x[4]', 'h[3]', 'h[2]']
    """
    nodes: dict[str, Node] = {}
    edges: list[tuple] = []
    for t in range(1, steps + 1):
        nodes[f"x[{t}]"] = Node(1.2 * t, 1.2, f"x[{t}]", "input")
        nodes[f"h[{t}]"] = Node(1.2 * t, 0, f"h[{t}]", "output")
        edges.append((f"x[{t}]", f"h[{t}]"))
        for i in range(1, min(window, t - 1) + 1):
            edges.append((f"h[{t - i}]", f"h[{t}]", 0.45 * (i - 1)))
    return Graph(f"AttentionRNN({window}) unrolled", nodes, tuple(edges))


def follow(graph: Graph, network: Any, x: ArrayLike, past: Sequence[ArrayLike]) -> np.ndarray:
    """Compute h[t] along the arrows of :func:`one_step`: each box computes from what its arrows bring, in their order.

    Parameters
    ----------
    graph : Graph
    network : AttentionRNN
    x : array_like, shape (n,)
        x[t].
    past : array_like, shape (k, m)
        h[t−k], …, h[t−1], the latest last.

    Returns
    -------
    numpy.ndarray, shape (m,)

    Examples
    --------
    >>> from helpers.attention_rnn.reference import AttentionRNN
    >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[0]], [[1]])] * 2)
    >>> follow(one_step(2), network, [9], [[1], [2]])
    array([4.])
    """
    given: dict[str, np.ndarray] = {}
    operations: dict[str, Callable] = {"a": _softargmax, "h": _attend}
    for i, triple in enumerate([network.input_triple, *network.past_triples]):
        given[f"y_{i}"] = np.asarray(past[-i] if i else x)
        for letter, matrix in zip("qkv", triple, strict=True):
            operations[f"{letter}_{i}"] = matrix.__matmul__
        operations[f"w_{i}"] = np.dot
    return forward(graph, operations, **given)["h"]


def _softargmax(*w: float) -> np.ndarray:
    exponentials = np.exp(np.array(w) - max(w))
    return exponentials / exponentials.sum()


def _attend(*v_and_a: np.ndarray) -> np.ndarray:
    *v, a = v_and_a
    return a @ np.array(v)


def _below(number: int) -> str:
    """Return a number as subscript digits."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
