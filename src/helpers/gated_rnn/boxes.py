"""The answer boxes of chapter 1.2.1."""

from __future__ import annotations

import numpy as np

from ..exercises import Mistake, SheetMistake
from ..exercises.boxes import FormulaBox
from ..numerics.arrays import Array
from ..numerics.functions import sigmoid
from .exercises import REASON, STEP, STEP_DERIVATIVE

_SIGMOID = (
    "Look at σ(a) = 1 / (1 + e^(−a)) first: with e^(a) it is 1 − σ(a), which swaps what is kept and what is replaced. "
    "Then c multiplies h[t−1], and 1 − c the candidate."
)


def _gate(W_c: Array, W_h: Array, x: Array, h: Array) -> Array:
    return sigmoid(W_c @ x + W_h @ h)


def _unscaled(W_c: Array, W_h: Array, W_x: Array, x: Array, h: Array) -> Array:
    return _gate(W_c, W_h, x, h) * h + W_x @ x


def _exchanged(W_c: Array, W_h: Array, W_x: Array, x: Array, h: Array) -> Array:
    c = _gate(W_x, W_h, x, h)
    return c * h + (1 - c) * (W_c @ x)


def _transposed(W_c: Array, W_h: Array, W_x: Array, x: Array, h: Array) -> Array:
    c = _gate(W_c, W_h.T, x, h)
    return c * h + (1 - c) * (W_x @ x)


STEP_BOX = FormulaBox(
    id="1.2.1.a",
    question="Write the network's step: from the state before, h[t−1], and the input x[t] to the state h[t].",
    label="h[t] =",
    given="The names: W_c and W_x, m × n; W_h, m × m; the columns x[t], n × 1, and h[t−1], m × 1. Write the gate out. σ may be typed as sigma(…), ⊙ as .*",
    exercise=STEP,
    inputs=lambda W_c, W_h, W_x, x, h: {"W_c": W_c, "W_h": W_h, "W_x": W_x, "x": x, "h": h},
    aliases={"x[t]": "x", "h[t−1]": "h"},
    tags=lambda W_c, W_h, W_x, x, h: {
        "m": len(h),
        "n": len(x),
        "W_h = 0": not W_h.any(),
        "h[t−1] = 0": not h.any(),
    },
    words={"swaps what is kept and what replaces it": _SIGMOID},
    more={
        "forgets σ's minus": Mistake(
            lambda W_c, W_h, W_x, x, h: (1 - _gate(W_c, W_h, x, h)) * h + _gate(W_c, W_h, x, h) * (W_x @ x),
            _SIGMOID,
        ),
        "adds the whole candidate": Mistake(
            _unscaled,
            "What replaces the state has the share 1 − c.",
        ),
        "exchanges W_c and W_x": Mistake(
            _exchanged,
            "W_c makes the gate, and W_x the candidate.",
        ),
        "transposes W_h": Mistake(_transposed, "The gate is σ(W_c x[t] + W_h h[t−1])."),
    },
    because="All of this chapter's gradients turn on the gate's looking at the state.",
)

STEP_DERIVATIVE_BOX = FormulaBox(
    id="1.2.1.c.step",
    question="How does one state h_i[t] change with one weight of W_x, in row a and column b? W_x has acted on h[t−1] already.",
    label="∂h_i[t] / ∂W_x[a, b] =",
    given="The names: the gate c[i] and the input x[b]; the step's Jacobian J[i, s] = ∂h_i[t]/∂h_s[t−1]; B[s, a, b] = ∂h_s[t−1]/∂W_x[a, b]; "
    "δ[i, a], which is 1 where i = a and 0 elsewhere; m, the number of states. Indices count from 0.",
    exercise=STEP_DERIVATIVE,
    inputs=lambda c, x, jacobian, before: {
        "c": c,
        "x": x,
        "J": jacobian,
        "B": before,
        "δ": np.eye(len(c)),
        "m": len(c),
    },
    over=("i", "a", "b"),
    tags=lambda c, x, jacobian, before: {
        "m": len(c),
        "n": len(x),
        "nothing was before": not before.any(),
    },
    products={
        "makes one product of two columns": SheetMistake(
            "(1 - c) x",
            "The derivative of m states by an m × n matrix has three axes: name its entry, with c[i], x[b], and δ[i, a].",
        ),
    },
    words={
        "lets each state depend on every row of W_x": "Within the step, h_i[t] depends on row i alone: where a is another row, the term is 0. That is δ[i, a].",
    },
    more={
        "lets each state depend on every row of W_x, and forgets that W_x has acted on h[t−1] already": SheetMistake(
            lambda c, x, jacobian, before: np.broadcast_to(np.outer(1 - c, x)[:, None], before.shape),
            "Within the step, h_i[t] depends on row i alone: that is δ[i, a]. And h[t−1] depends on W_x too: add what it did before, "
            "∂h[t]/∂h[t−1] · ∂h[t−1]/∂W_x.",
        ),
        "forgets what W_x does within the step": Mistake(
            lambda c, x, jacobian, before: np.tensordot(jacobian, before, axes=1),
            "Add what W_x does within step t: the candidate has the share 1 − c.",
        ),
    },
)

JACOBIAN_BOX = FormulaBox(
    id="1.2.1.d.reason",
    question="What does one step do to a small change of the state? Give ∂h[t]/∂h[t−1].",
    label="∂h[t]/∂h[t−1] =",
    given="The names: the columns c, the gate, h = h[t−1], and z = W_x x[t], each m × 1; W_h, m × m. diag(…) makes a diagonal matrix of a column.",
    exercise=REASON,
    inputs=lambda c, h, z, W_h: {"c": c, "h": h, "z": z, "W_h": W_h},
    aliases={"h[t−1]": "h", "c[t]": "c"},
    tags=lambda c, h, z, W_h: {"m": len(c), "h = z": np.array_equal(h, z), "h[t−1] = 0": not h.any()},
    more={
        "forgets what is kept": Mistake(
            lambda c, h, z, W_h: ((h - z) * c * (1 - c))[:, None] * W_h,
            "A share c of h[t−1] is still there in h[t]: add diag(c).",
        ),
    },
    products={
        "multiplies a column with W_h": Mistake(
            "… W_h",
            "The slope of gate i belongs to row i of W_h: make a diagonal matrix of the column, diag(…) W_h.",
        ),
    },
)
