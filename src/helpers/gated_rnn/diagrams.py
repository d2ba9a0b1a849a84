"""The diagrams of chapter 1.2.1: one step of the gated network and the network unrolled in time, forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ..drawings.graphs import backward, forward
from ..drawings.in_words import in_words
from ..drawings.panels import Graph, Node
from ..drawings.svg import Picture, picture

Weights = tuple[np.ndarray, np.ndarray, np.ndarray]
"""W_c, W_h and W_x."""

CELL = Graph(
    "One step",
    nodes={
        "h_before": Node(0, 0, "h[t−1]", "output"),
        "x": Node(0, 3, "x[t]", "input"),
        "W_h": Node(0.95, 1, "W_h ·"),
        "W_c": Node(0.95, 2, "W_c ·"),
        "W_x": Node(0.95, 3, "W_x ·"),
        "add": Node(1.5, 1.5, "+"),
        "gate": Node(2.7, 1.5, "c[t] = σ(·)", "gate"),
        "rest": Node(3.65, 2.1, "1 − ·"),
        "keep": Node(3.65, 0, "⊙"),
        "replace": Node(3.65, 3, "⊙"),
        "sum": Node(4.35, 1.5, "+"),
        "h": Node(5.05, 1.5, "h[t]", "output"),
    },
    edges=(
        ("h_before", "W_h"),
        ("x", "W_c"),
        ("x", "W_x"),
        ("W_h", "add"),
        ("W_c", "add"),
        ("add", "gate"),
        ("gate", "rest"),
        ("gate", "keep"),
        ("h_before", "keep"),
        ("rest", "replace"),
        ("W_x", "replace"),
        ("keep", "sum"),
        ("replace", "sum"),
        ("sum", "h"),
    ),
)
"""Equations (2.1) and (2.2), box by box."""

UNROLLED = Graph(
    "The same step, three times: all steps share W_c, W_h and W_x",
    nodes={
        "h[0]": Node(0, 1, "h[0] = 0", "output"),
        **{f"step {t}": Node(1.55 * t - 0.6, 1, f"step {t}", "gate") for t in (1, 2, 3)},
        **{f"h[{t}]": Node(1.55 * t + 0.17, 1, f"h[{t}]", "output") for t in (1, 2, 3)},
        **{f"x[{t}]": Node(1.55 * t - 0.6, 2, f"x[{t}]", "input") for t in (1, 2, 3)},
        "loss": Node(3.27, 0, "ℓ", "gradient"),
    },
    edges=tuple(
        edge
        for t in (1, 2, 3)
        for edge in (
            (f"h[{t - 1}]", f"step {t}"),
            (f"x[{t}]", f"step {t}"),
            (f"step {t}", f"h[{t}]"),
            (f"h[{t}]", "loss"),
        )
    ),
)
"""Three steps, and a loss that may depend on every state."""

BACKWARD_CELL = Graph(
    "One step, backward",
    nodes={
        "λ": Node(5.15, 1.5, "λ[t]", "gradient"),
        "times c": Node(3.7, 0, "⊙ c[t]"),
        "times h": Node(3.7, 1, "⊙ h[t−1]"),
        "times −z": Node(3.7, 2, "⊙ (−z[t])"),
        "times 1 − c": Node(3.7, 3, "⊙ (1 − c[t])"),
        "slope": Node(2.55, 1.5, "⊙ c (1 − c)", "gate"),
        "δ": Node(1.6, 1.5, "δ[t]", "gradient"),
        "ζ": Node(2.3, 3, "ζ[t]", "gradient"),
        "W_h": Node(0.95, 1, "· W_h"),
        "W_c": Node(0.95, 2, "· W_c"),
        "W_x": Node(0.95, 3, "· W_x"),
        "g": Node(0, 1, "g[t−1]", "gradient"),
        "λ_before": Node(0, 0, "λ[t−1]", "gradient"),
        "∂x": Node(0, 3, "∂ℓ/∂x[t]", "gradient"),
    },
    edges=(
        ("λ", "times c"),
        ("λ", "times h"),
        ("λ", "times −z"),
        ("λ", "times 1 − c"),
        ("times h", "slope"),
        ("times −z", "slope"),
        ("slope", "δ"),
        ("times 1 − c", "ζ"),
        ("δ", "W_h"),
        ("δ", "W_c"),
        ("ζ", "W_x"),
        ("times c", "λ_before"),
        ("W_h", "λ_before"),
        ("g", "λ_before"),
        ("W_c", "∂x"),
        ("W_x", "∂x"),
    ),
)
"""Equation (2.5), and ∂ℓ/∂x[t] of (2.6), box by box: each box multiplies, and where arrows meet, gradients are added."""

BACKWARD_UNROLLED = Graph(
    "The backward graph: every arrow is reversed",
    nodes={
        "loss": Node(3.27, 0, "ℓ", "gradient"),
        **{f"g[{t}]": Node(1.55 * t + 0.17, 1, f"· g[{t}]") for t in (1, 2, 3)},
        **{f"λ[{t}]": Node(1.55 * t + 0.17, 2, f"λ[{t}]", "gradient") for t in (1, 2, 3)},
        **{f"step {t}": Node(1.55 * t - 0.6, 2, f"step {t}", "gate") for t in (1, 2, 3)},
        **{f"∂x[{t}]": Node(1.55 * t - 0.6, 3, f"∂ℓ/∂x[{t}]", "gradient") for t in (1, 2, 3)},
        "λ[0]": Node(0, 2, "λ[0]", "gradient"),
    },
    edges=tuple(
        edge
        for t in (3, 2, 1)
        for edge in (
            ("loss", f"g[{t}]"),
            (f"g[{t}]", f"λ[{t}]"),
            (f"λ[{t}]", f"step {t}"),
            (f"step {t}", f"λ[{t - 1}]"),
            (f"step {t}", f"∂x[{t}]"),
        )
    ),
)
"""Backpropagation through three steps, each of which is the backward diagram of one step."""

CELL_IN_WORDS = (
    "A diagram of one step, from left to right. Two values enter at the left: the state h[t−1] at the top and the input "
    "x[t] at the bottom. The input goes into two boxes, 'W_c times' and 'W_x times'; the state goes into a box 'W_h times'. The "
    "results of W_h and W_c meet in a plus, whose sum goes through σ: that is the gate c[t], in the middle. From the gate, one arrow "
    "leads up to an entry-by-entry product ⊙ that also receives h[t−1], along a straight arrow at the top. Another arrow "
    "leads through a box '1 − ·' down to a second product ⊙, which also receives the result of W_x, along a straight "
    "arrow at the bottom. Both products meet in a plus at the right, whose sum is h[t]."
)
UNROLLED_IN_WORDS = (
    "A diagram of the network unrolled over three steps, a chain from left to right: h[0] = 0, step 1, h[1], step 2, h[2], step 3, "
    "h[3], each with an arrow to the next. Below each step t stands its input x[t], with an arrow up into the step. Above the "
    "chain stands the loss ℓ, with an arrow from each of h[1], h[2] and h[3]. All steps are the diagram of one step, with "
    "the same three matrices."
)


def cell_diagram() -> Picture:
    """Return the figure of one step."""
    return picture(CELL, alt=CELL_IN_WORDS)


def unrolled_diagram() -> Picture:
    """Return the figure of the network unrolled in time."""
    return picture(UNROLLED, alt=UNROLLED_IN_WORDS)


def two_cells_diagram() -> Picture:
    """Return the figure of one step, forward and backward."""
    return picture(CELL, BACKWARD_CELL, alt=f"{CELL_IN_WORDS} {in_words(BACKWARD_CELL, {})}")


def two_unrolled_diagram() -> Picture:
    """Return the figure of the network unrolled in time, forward and backward."""
    return picture(UNROLLED, BACKWARD_UNROLLED, alt=f"{UNROLLED_IN_WORDS} {in_words(BACKWARD_UNROLLED, {})}")


def cell_operations(W_c: np.ndarray, W_h: np.ndarray, W_x: np.ndarray) -> dict[str, Callable]:
    """Return the operation of each box of one step."""
    return {
        "W_c": lambda x: W_c @ x,
        "W_h": lambda h: W_h @ h,
        "W_x": lambda x: W_x @ x,
        "add": np.add,
        "gate": lambda a: 1 / (1 + np.exp(-a)),
        "rest": lambda c: 1 - c,
        "keep": np.multiply,
        "replace": np.multiply,
        "sum": np.add,
        "h": lambda h: h,
    }


def cell_pullbacks(W_c: np.ndarray, W_h: np.ndarray, W_x: np.ndarray) -> dict[str, Callable]:
    """Return the derivative of each box of one step: each is linear in the gradient g that comes in."""

    def gate(g: np.ndarray, a: np.ndarray) -> list[np.ndarray]:
        c = 1 / (1 + np.exp(-a))
        return [g * c * (1 - c)]

    return {
        "W_c": lambda g, x: [g @ W_c],
        "W_h": lambda g, h: [g @ W_h],
        "W_x": lambda g, x: [g @ W_x],
        "add": lambda g, a, b: [g, g],
        "gate": gate,
        "rest": lambda g, c: [-g],
        "keep": lambda g, c, h: [g * h, g * c],
        "replace": lambda g, rest, z: [g * z, g * rest],
        "sum": lambda g, a, b: [g, g],
        "h": lambda g, h: [g],
    }


def forward_through(weights: Weights, x: Iterable[np.ndarray], h0: np.ndarray) -> list[dict[str, Any]]:
    """Return every box's value in every step: the states from the inputs, along the arrows.

    Parameters
    ----------
    weights : tuple of numpy.ndarray
        W_c, W_h and W_x.
    x : numpy.ndarray, shape (T, n)
    h0 : numpy.ndarray, shape (m,)

    Returns
    -------
    list of dict
        One for each step; ``"h"`` is h[t].
    """
    operations, steps, h = cell_operations(*weights), [], h0
    for x_t in x:
        steps.append(forward(CELL, operations, h_before=h, x=x_t))
        h = steps[-1]["h"]
    return steps


def forward_unrolled(
    weights: Weights, x: np.ndarray, h0: np.ndarray, direct_gradient: np.ndarray
) -> dict[str, Any]:
    """Return every box's value in the unrolled diagram, where each step is the diagram of one step.

    Parameters
    ----------
    weights : tuple of numpy.ndarray
        W_c, W_h and W_x.
    x : numpy.ndarray, shape (3, n)
    h0 : numpy.ndarray, shape (m,)
    direct_gradient : numpy.ndarray, shape (3, m)
        g, for the loss ℓ = Σ_t g[t] h[t].

    Returns
    -------
    dict
        ``"h[t]"`` is h[t], and ``"loss"`` is ℓ.
    """
    operations: dict[str, Callable] = {
        "loss": lambda *states: sum(g @ h for g, h in zip(direct_gradient, states, strict=True)),
    }
    for t in range(1, len(x) + 1):
        operations[f"step {t}"] = lambda h, x_t: forward_through(weights, [x_t], h)[0]["h"]
        operations[f"h[{t}]"] = lambda h: h
    inputs = {f"x[{t}]": x_t for t, x_t in enumerate(x, start=1)}
    return forward(UNROLLED, operations, **{"h[0]": h0}, **inputs)


def backward_through(
    weights: Weights, steps: Sequence[dict[str, Any]], direct_gradient: np.ndarray
) -> np.ndarray:
    """Return ∂ℓ/∂x[1], …, ∂ℓ/∂x[T] from ∂ℓ/∂h[1], …, ∂ℓ/∂h[T]: the same steps, against the arrows.

    Parameters
    ----------
    weights : tuple of numpy.ndarray
    steps : list of dict
        The result of :func:`forward_through`.
    direct_gradient : numpy.ndarray, shape (T, m)
        The direct gradients.

    Returns
    -------
    numpy.ndarray, shape (T, n)
    """
    pullbacks, from_later, input_gradients = cell_pullbacks(*weights), 0.0, []
    for values, direct in zip(reversed(steps), reversed(direct_gradient), strict=True):
        gradients = backward(CELL, pullbacks, values, h=direct + from_later)
        from_later = gradients["h_before"]
        input_gradients.append(gradients["x"])
    return np.array(input_gradients[::-1])


def one_step_back(
    weights: Weights, values: dict[str, Any], total: np.ndarray, direct_before: np.ndarray | float = 0.0
) -> dict[str, np.ndarray]:
    """Return every box's value in the backward diagram of one step.

    Parameters
    ----------
    weights : tuple of numpy.ndarray
    values : dict
        The step's values, of :func:`forward_through`.
    total : numpy.ndarray, shape (m,)
        λ[t].
    direct_before : numpy.ndarray, shape (m,), or 0
        g[t−1].

    Returns
    -------
    dict
        ``"λ_before"`` is λ[t−1], and ``"∂x"`` is ∂ℓ/∂x[t].
    """
    W_c, W_h, W_x = weights
    c, h_before, z = values["gate"], values["h_before"], values["W_x"]
    operations: dict[str, Callable] = {
        "times c": lambda g: g * c,
        "times h": lambda g: g * h_before,
        "times −z": lambda g: g * -z,
        "times 1 − c": lambda g: g * (1 - c),
        "slope": lambda by_h, by_z: (by_h + by_z) * c * (1 - c),
        "δ": lambda g: g,
        "ζ": lambda g: g,
        "W_h": lambda g: g @ W_h,
        "W_c": lambda g: g @ W_c,
        "W_x": lambda g: g @ W_x,
        "λ_before": lambda kept, by_gate, direct: kept + by_gate + direct,
        "∂x": lambda by_gate, by_candidate: by_gate + by_candidate,
    }
    return forward(BACKWARD_CELL, operations, **{"λ": total, "g": direct_before})


def backward_unrolled(
    weights: Weights, steps: Sequence[dict[str, Any]], direct_gradient: np.ndarray
) -> dict[str, Any]:
    """Return every box's value in the unrolled backward diagram, where each step is the backward diagram of one step.

    Parameters
    ----------
    weights : tuple of numpy.ndarray
    steps : list of dict, of length 3
        The result of :func:`forward_through`.
    direct_gradient : numpy.ndarray, shape (3, m)
        g.

    Returns
    -------
    dict
        ``"λ[t]"`` is λ[t], and ``"∂x[t]"`` is ∂ℓ/∂x[t].
    """
    operations: dict[str, Callable] = {"λ[0]": lambda step: step["λ_before"]}
    for t, (values, g) in enumerate(zip(steps, direct_gradient, strict=True), start=1):
        operations[f"g[{t}]"] = lambda loss, g=g: loss * g
        operations[f"λ[{t}]"] = lambda *parts: sum(
            part["λ_before"] if isinstance(part, dict) else part for part in parts
        )
        operations[f"step {t}"] = lambda total, values=values: one_step_back(weights, values, total)
        operations[f"∂x[{t}]"] = lambda step: step["∂x"]
    return forward(BACKWARD_UNROLLED, operations, loss=1.0)
