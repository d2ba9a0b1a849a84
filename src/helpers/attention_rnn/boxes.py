"""The answer boxes of chapter 1.2.2."""

from __future__ import annotations

import numpy as np

from ..exercises import Mistake, SheetMistake
from ..exercises.boxes import FormulaBox
from ..numerics.arrays import Array
from .exercises import JACOBIAN, STATE_GRADIENT

_ROW = "∂w_1/∂h[t−1] is a row, by the product rule k_1ᵀ Q_1 + q_1ᵀ K_1: a row times a matrix is a row again."


def _projected(q: Array, k: Array, v: Array, Q_1: Array, K_1: Array, V_1: Array) -> dict[str, Array]:
    w = (q * k).sum(axis=1)
    a = np.exp(w - w.max()) / np.exp(w - w.max()).sum()
    rows = {
        f"{name}_{i}": row
        for name, rows in (("a", a), ("q", q), ("k", k), ("v", v))
        for i, row in enumerate(rows)
    }
    return rows | {"h": a @ v, "Q_1": Q_1, "K_1": K_1, "V_1": V_1}


def _without_state(q: Array, k: Array, v: Array, Q_1: Array, K_1: Array, V_1: Array) -> Array:
    a = _projected(q, k, v, Q_1, K_1, V_1)["a_1"]
    return a * V_1 + a * np.outer(v[1], k[1] @ Q_1 + q[1] @ K_1)


def _by_score(q: Array, k: Array, v: Array, Q_1: Array, K_1: Array, V_1: Array) -> Array:
    names = _projected(q, k, v, Q_1, K_1, V_1)
    return names["a_1"] * V_1 + np.outer(v[1] - names["h"], k[1] @ Q_1 + q[1] @ K_1)


JACOBIAN_BOX = FormulaBox(
    id="1.2.2.e",
    question="Give ∂h[t]/∂h[t−1] of AttentionRNN(2).",
    label="∂h[t]/∂h[t−1] =",
    given="The names, all at step t: the weights a_0, a_1, a_2; the columns q_i, k_i, v_i (i = 0, 1, 2) and h = h[t], each m × 1; Q_1, K_1, V_1, m × m. A "
    "transpose is k_1' or k_1ᵀ.",
    exercise=JACOBIAN,
    inputs=_projected,
    aliases={"h[t]": "h"},
    tags=lambda q, k, v, Q_1, K_1, V_1: {
        "m": len(Q_1),
        "K_1 = 0": not K_1.any(),
        "Q_1 = 0": not Q_1.any(),
        "V_1 = 0": not V_1.any(),
    },
    words={
        "drops a transpose, of k_1": _ROW,
        "drops both transposes": _ROW,
        "drops a transpose, of k_1, and squares inside of the sum": f"{_ROW} And in [6] it is the sum that is squared, (Σ exp(…))².",
    },
    products={
        "drops a transpose, of k_1": SheetMistake(
            "k_1 Q_1",
            "As a column, k_1 cannot stand before Q_1. The score is q_1ᵀ k_1 = k_1ᵀ q_1, and q_1 = Q_1 h[t−1]: the row is k_1ᵀ Q_1.",
        ),
        "drops a transpose, of q_1": Mistake(
            "q_1 K_1",
            "As a column, q_1 cannot stand before K_1. The score is q_1ᵀ k_1, and k_1 = K_1 h[t−1]: the row is q_1ᵀ K_1.",
        ),
    },
    more={
        "has v_1 − h[t] the wrong way round": Mistake(
            lambda q, k, v, Q_1, K_1, V_1: (
                2 * _projected(q, k, v, Q_1, K_1, V_1)["a_1"] * V_1
                - JACOBIAN.reference(q, k, v, Q_1, K_1, V_1)
            ),
            "With more weight on v_1, h[t] moves towards it: the column is v_1 − h[t].",
        ),
        "moves the weight without the state's share": Mistake(
            _without_state,
            "When a_1 grows, a_0 and a_2 shrink: the column is v_1 − h[t].",
        ),
        "forgets a factor a_1": Mistake(
            _by_score,
            "∂a_1/∂w_1 = a_1 (1 − a_1), and ∂a_i/∂w_1 = −a_i a_1: each has a factor a_1.",
        ),
    },
)

STATE_GRADIENT_BOX = FormulaBox(
    id="1.2.2.f",
    question="AttentionRNN(k) looks back at k states. Give the total gradient λ[T] = ∂ℓ/∂h[T], a row.",
    label="λ[T] =",
    given="The names, with i = 1, …, k: the rows g = what ℓ itself makes of h[T], and λ[i], the total gradient of h[T+i], each 1 × m; the m × m matrices D[i], "
    "the direct Jacobian ∂h[T+i]/∂h[T], and J[i], the total one. A sum is sum(i, 1, k, …).",
    exercise=STATE_GRADIENT,
    inputs=lambda g, total_gradients, direct_jacobians, total_jacobians: {
        "g": g[None],
        "λ": total_gradients[:, None],
        "D": direct_jacobians,
        "J": total_jacobians,
        "k": len(total_gradients),
    },
    first={"λ": 1, "D": 1, "J": 1},
    tags=lambda g, total_gradients, direct_jacobians, total_jacobians: {
        "k": len(total_gradients),
        "m": len(g),
        "g = 0": not g.any(),
    },
    result=lambda gradient: np.atleast_2d(gradient),
    words={
        "puts the Jacobian before the gradient": "A gradient is a row and stands before the Jacobian: λ[i] D[i].",
    },
    products={
        "puts the Jacobian before the gradient": SheetMistake(
            "D[i] λ[i]",
            "A gradient is a row and stands before the Jacobian: λ[i] D[i].",
        ),
        "puts the Jacobian before the gradient, and counts paths twice": SheetMistake(
            "J[i] λ[i]",
            "A gradient is a row and stands before the Jacobian; and total gradients go with direct Jacobians: λ[i] D[i].",
        ),
    },
    more={
        "takes the direct gradient of h[T] alone": Mistake(
            lambda g, total_gradients, direct_jacobians, total_jacobians: g,
            "h[T] acts on the loss through the next k states, too.",
        ),
        "takes the last of the k states alone": Mistake(
            lambda g, total_gradients, direct_jacobians, total_jacobians: (
                g + total_gradients[-1] @ direct_jacobians[-1]
            ),
            "h[T] is in the window of the k next steps, and acts on each of them directly: sum over i = 1, …, k.",
        ),
    },
)
