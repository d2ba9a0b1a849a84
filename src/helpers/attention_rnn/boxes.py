"""The answer boxes of chapter 1.2.2. If an exercise asks for all steps of a network, its box asks for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from ..exercises import Cases, Draw, FunctionExercise, Mistake, SheetMistake
from ..exercises.boxes import ExampleBox, FormulaBox, NumbersBox
from ..numerics.arrays import Array
from .exercises import (
    BACKWARD,
    BOUND,
    BY_HAND,
    INPUT_JACOBIAN,
    JACOBIAN,
    MASKED,
    MEANS,
    PARAMETERS,
    PATHS,
    RANK,
    RESCALING,
    SHARE,
    SIZE,
    STATE_GRADIENT,
    STEP,
    SUMS,
    UNBOUNDED,
    VALUE_MATRIX,
    WINDOW,
    masked,
    unbounded,
    with_another_state,
)


def _reworked(exercise: FunctionExercise, answers: Mapping[str, Callable[..., Array]]) -> dict[str, Mistake]:
    """Return mistakes of an exercise with other answers, in the terms of a box."""
    return {name: replace(exercise.mistakes[name], answer=answer) for name, answer in answers.items()}


def _without(exercise: FunctionExercise, *names: str) -> FunctionExercise:
    """Return an exercise without the mistakes that a formula in its box cannot make."""
    return replace(
        exercise, mistakes={name: exercise.mistakes[name] for name in exercise.mistakes if name not in names}
    )


def _softargmax(w: Array) -> Array:
    """Return the softargmax of scores; of none, NaN."""
    e = np.exp(w - w.max(initial=-np.inf))
    return e / e.sum()


def _average(q: Array, k: Array, v: Array) -> Array:
    return _softargmax((q * k).sum(axis=1)) @ v if len(v) else np.full(v.shape[1], np.nan)


# 1.2.2.a


def _three_projections(
    x: Array, h_1: Array, h_2: Array, input_triple: Array, past_triples: Array
) -> dict[str, Array | int]:
    triples, y = [input_triple, *past_triples], [x, h_1, h_2]
    q, k, v = np.stack([triple @ y_i for triple, y_i in zip(triples, y, strict=True)], axis=1)
    return {"q": q, "k": k, "v": v, "m": len(h_1)}


STEP_BOX = FormulaBox(
    question="Give one step of AttentionRNN(2), h[t], from the queries, keys and values.",
    label="h[t] =",
    given="The names are the columns q[i], k[i] and v[i], each m × 1, with i = 0 for x[t], 1 for h[t−1] and 2 for h[t−2]; and m. A score is a query's transpose times a key. You can write a sum as "
    "sum(i, 0, 2, …).",
    exercise=_without(
        STEP, "swaps the two states", "transposes the matrices", "takes the past states for values"
    ),
    inputs=_three_projections,
    tags=lambda x, h_1, h_2, input_triple, past_triples: {"m": len(h_1), "h[t−2] = 0": not h_2.any()},
)

PATHS_BOX = NumbersBox(
    question="How many paths lead from h[1] to h[5] along the arrows from state to state?",
    label="Number of paths",
    exercise=PATHS,
)

# 1.2.2.b

SIZE_BOX = FormulaBox(
    question="How many weights does a[t] hold in AttentionRNN(k)?",
    label="Number of weights",
    given="The names are k, the window, and t, the step.",
    exercise=SIZE,
    inputs=lambda k, t: {"k": k, "t": t},
    tags=lambda k, t: {"k": k, "t": t},
)

SHARE_BOX = FormulaBox(
    question="At t = 1 the k states in the window are zero vectors. Which score w_0 must x[1] have so that h[1] is 90 % of V_0 x[1]?",
    label="w_0 =",
    given="The name is k, the window. The natural logarithm is ln.",
    exercise=SHARE,
    inputs=lambda k: {"k": k},
    tags=lambda k: {"k": k},
)


def _of_window(w: Array, v: Array, t: int) -> dict[str, Array | int]:
    return {"w": w, "v": v, "k": len(w) - 1, "t": t, "m": v.shape[1]}


def _special_in_window(w: Array, v: Array, t: int) -> dict[str, float | bool]:
    return {"k": len(w) - 1, "m": v.shape[1], "t > k": t >= len(w)}


MASKED_BOX = FormulaBox(
    question="Mask the zero vectors: give h[t] of AttentionRNN(k) if states before t = 1 are left out.",
    label="h[t] =",
    given="The names are the scores w[i], numbers, and the values v[i], columns m × 1, with i = 0 for x[t] and i = 1, …, k for h[t−i]; k, t and m. The smaller of two numbers is min(…, …).",
    exercise=MASKED,
    inputs=_of_window,
    tags=_special_in_window,
)

# 1.2.2.c

_WEIGHTED = replace(
    MASKED,
    id="1.2.2.c",
    reference=lambda w, v, t: _softargmax(w) @ v,
    mistakes=_reworked(
        WINDOW,
        {
            "ends the softargmax a score before the sum": lambda w, v, t: _softargmax(w[:-1]) @ v[:-1],
            "ends the softargmax a score after the sum": lambda w, v, t: (
                _softargmax(np.append(w, 0))[:-1] @ v
            ),
            "leaves the zero vectors out": masked,
            "ends the sum a term before the softargmax": lambda w, v, t: _softargmax(w)[:-1] @ v[:-1],
            "leaves the weights as exponentials": lambda w, v, t: np.exp(w) @ v,
            "takes the scores as weights": lambda w, v, t: w @ v,
            "divides the scores by √m": lambda w, v, t: _softargmax(w / np.sqrt(v.shape[1])) @ v,
            "adds the values up without weights": lambda w, v, t: v.sum(axis=0),
            "takes the plain mean of the values": lambda w, v, t: v.mean(axis=0),
            "leaves the input out": lambda w, v, t: _softargmax(w[1:]) @ v[1:],
        },
    ),
)

WINDOW_BOX = FormulaBox(
    question="Write down one step of AttentionRNN(k): give h[t] from the scores and the values.",
    label="h[t] =",
    given="The names are the scores w[i], numbers, and the values v[i], columns m × 1, with i = 0 for x[t] and i = 1, …, k for h[t−i], including the zero vectors before t = 1; k, t and m.",
    exercise=_WEIGHTED,
    inputs=_of_window,
    tags=_special_in_window,
)

PARAMETERS_BOX = FormulaBox(
    question="How many numbers does AttentionRNN(k) have to learn?",
    label="Number of parameters",
    given="The names are k, the window; m, the size of a state; n, the size of an input.",
    exercise=PARAMETERS,
    inputs=lambda k, m, n: {"k": k, "m": m, "n": n},
    tags=lambda k, m, n: {"k": k, "m": m, "n": n, "m = n": m == n},
)

# 1.2.2.d


def _last_step(x: Array, input_triple: Array, shared_triple: Array) -> dict[str, Array | int]:
    (Q_0, K_0, V_0), (Q, K, V) = input_triple, shared_triple
    h = unbounded(x, input_triple, shared_triple)[:-1]
    return {"x": x[-1], "h": h, "t": len(x), "m": len(Q)} | {
        "Q_0": Q_0,
        "K_0": K_0,
        "V_0": V_0,
        "Q": Q,
        "K": K,
        "V": V,
    }


def _last_state(
    x: Array,
    input_triple: Array,
    shared_triple: Array,
    *,
    average: Callable[[Array, Array, Array], Array] = _average,
    past: slice = slice(None),
    zero_vector: bool = False,
    own_triple: bool = True,
) -> Array:
    """Return the last state, after right ones, with another average or of other states."""
    states = (
        list(unbounded(x, input_triple, shared_triple)[:-1][past])
        + [np.zeros(len(shared_triple[0]))] * zero_vector
    )
    triples = [input_triple if own_triple else shared_triple, *[shared_triple] * len(states)]
    q, k, v = np.stack([triple @ y for triple, y in zip(triples, [x[-1], *states], strict=True)], axis=1)
    return average(q, k, v)


_UNBOUNDED_STEP = replace(
    UNBOUNDED,
    reference=_last_state,
    mistakes=_reworked(
        UNBOUNDED,
        {
            "includes h[0], a zero vector": partial(_last_state, zero_vector=True),
            "shares the triple with the input as well": partial(_last_state, own_triple=False),
            "looks at the last state only": partial(_last_state, past=slice(-1, None)),
        }
        | {
            name: partial(_last_state, average=average)
            for name, average in {
                "leaves the weights as exponentials": lambda q, k, v: np.exp((q * k).sum(axis=1)) @ v,
                "asks with the input's query": lambda q, k, v: _softargmax(k @ q[0]) @ v,
                "compares with the input's key": lambda q, k, v: _softargmax(q @ k[0]) @ v,
                "divides the scores by √m": lambda q, k, v: (
                    _softargmax((q * k).sum(axis=1) / np.sqrt(q.shape[1])) @ v
                ),
                "takes the plain mean of the values": lambda q, k, v: v.mean(axis=0),
                "leaves the input out": lambda q, k, v: _average(q[1:], k[1:], v[1:]),
            }.items()
        },
    ),
)

UNBOUNDED_BOX = FormulaBox(
    question="Let the network attend to every past state. All past states share one triple Q, K, V. Give h[t].",
    label="h[t] =",
    given="The names are the columns x = x[t], n × 1, and h[1], …, h[t−1], m × 1; Q_0, K_0, V_0, m × n, and Q, K, V, m × m; t and m. You can write a sum as sum(s, 1, t−1, …); it is 0 at t = 1.",
    exercise=_UNBOUNDED_STEP,
    inputs=_last_step,
    first={"h": 1},
    aliases={"x[t]": "x"},
    tags=lambda x, input_triple, shared_triple: {
        "t": len(x),
        "m": len(shared_triple[0]),
        "m = n": len(shared_triple[0]) == x.shape[1],
    },
    products={
        "shares the triple with the input as well": Mistake(
            "Q x", UNBOUNDED.mistakes["shares the triple with the input as well"].hint
        ),
    },
)

MEANS_BOX = NumbersBox(
    question="In AttentionRNN(∞) let m = n = 1, all queries and keys be 0, and V_0 = V = 1. What are h[1], h[2] and h[3] for x = 8, 4, 1?",
    label="h[1], h[2], h[3]",
    given="Three numbers, separated by commas.",
    exercise=MEANS,
)

BOUND_BOX = ExampleBox(
    question="In AttentionRNN(∞) let m = n = 1, all queries and keys be 0, V_0 = 1 and V = −1. Give x[1] and x[2] for which h[2] is as long as the bound allows, which is the length of the longest input so far.",
    label="x[1], x[2] =",
    given="Two numbers, such as 3, 5.",
    exercise=BOUND,
)

SUMS_BOX = FormulaBox(
    question="Two sums over all past states are stored: D of their exponentials, and N of these times the values. Give h[t].",
    label="h[t] =",
    given="The names are the input's score w_0, a number, and its value v_0, m × 1; D, a number, and N, m × 1.",
    exercise=SUMS,
    inputs=lambda w_0, v_0, D, N: {"w_0": w_0, "v_0": v_0, "D": D, "N": N},
    tags=lambda w_0, v_0, D, N: {"m": len(v_0), "D = 0": D == 0, "w_0 = 0": w_0 == 0},
)


def _scores_and_sums(draw: Draw) -> Cases:
    """Yield M, N, w and v, with scores whose exponentials overflow or underflow."""
    yield 0.0, [2], 0.0, [4]
    yield 0.0, [2, 8], 1.0, [4, 0]
    yield 1.0, [2], 0.0, [4]
    for M, w in (
        (1.5, 2.0),
        (2.0, 0.5),
        (-1.0, 0.5),
        (1000.0, 1000.5),
        (1000.5, 1000.0),
        (-1000.0, -1001.0),
        (-900.0, 900.0),
        (900.0, -900.0),
    ):
        yield M, draw.integers(2), w, draw.integers(2)


_ANOTHER_STATE = replace(
    RESCALING,
    reference=with_another_state,
    cases=_scores_and_sums,
    mistakes={
        "forgets to rescale the old sum": Mistake(
            lambda M, N, w, v: N + np.exp(w - max(M, w)) * v,
            "N is divided by exp(M) and has to be divided by exp(M′): multiply it by exp(M − M′).",
        ),
        "takes the new score as the largest": Mistake(
            lambda M, N, w, v: np.exp(M - w) * N + v,
            "If w is below M, exp(M − w) is too large: M′ is the larger of the two.",
        ),
        "takes the old largest score, not the new": Mistake(
            lambda M, N, w, v: N + np.exp(w - M) * v,
            "If w is above M, exp(w − M) is too large: M′ is the larger of the two.",
        ),
        "has the wrong sign in the exponents": Mistake(
            lambda M, N, w, v: np.exp(max(M, w) - M) * N + np.exp(max(M, w) - w) * v,
            "Dividing by exp(M′) is multiplying by exp(−M′), so no exponent is positive.",
        ),
        "undoes the division": Mistake(
            lambda M, N, w, v: np.exp(M) * N + np.exp(w) * v,
            "exp(M) N is the sum before the division, which is too large for float64, or 0. Divide by exp(M′) before you add.",
        ),
        "leaves the value out": Mistake(
            lambda M, N, w, v: np.exp(M - max(M, w)) * N + np.exp(w - max(M, w)),
            "That is the rule for D. N is the sum of exponentials times values.",
        ),
        "forgets to rescale the new term": Mistake(
            lambda M, N, w, v: np.exp(M - max(M, w)) * N + v,
            "The new term is exp(w) v, and it has to be divided by exp(M′) as well.",
        ),
    },
)

RESCALING_BOX = FormulaBox(
    question="N is stored divided by exp(M), where M is the largest score so far. A new state has the score w and the value v. Give the new N, divided by exp(M′), where M′ = max(M, w).",
    label="New N =",
    given="The names are M and w, numbers; N and v, m × 1. Scores go up to ±1000, and exp(1000) is infinite in float64. The larger of two is max(…, …).",
    exercise=_ANOTHER_STATE,
    inputs=lambda M, N, w, v: {"M": M, "N": N, "w": w, "v": v},
    tags=lambda M, N, w, v: {"w > M": w > M, "w < M": w < M, "scores are below 10": max(abs(M), abs(w)) < 10},
)

RANK_BOX = FormulaBox(
    question="In AttentionRNN(∞) states 1 and 2 have the weights a_1 and a_2 at some step. At a later step state 1 has the weight b_1. What is the weight of state 2 then?",
    label="b_2 =",
    given="The names are a_1, a_2 and b_1.",
    exercise=RANK,
    inputs=lambda a_1, a_2, b_1: {"a_1": a_1, "a_2": a_2, "b_1": b_1},
    tags=lambda a_1, a_2, b_1: {"a_1 = a_2": a_1 == a_2},
    because="So the matrix of the weights that some states have at some later steps is a column times a row: its rank is 1.",
)

BACKWARD_BOX = FormulaBox(
    question="State s of AttentionRNN(∞) has the score w and the value v[s]. The total gradients λ[t] of all steps are known, and the softargmax's denominators Z[t]. Give ∂ℓ/∂v[s], a row.",
    label="∂ℓ/∂v[s] =",
    given="The names are w = w[s], a number; for t = 1, …, T the rows λ[t], 1 × m, and the numbers Z[t]; s and T.",
    exercise=BACKWARD,
    inputs=lambda w, total_gradients, Z, s: {
        "w": w,
        "λ": total_gradients[:, None],
        "Z": Z,
        "s": s,
        "T": len(Z),
    },
    first={"λ": 1, "Z": 1},
    aliases={"w[s]": "w"},
    tags=lambda w, total_gradients, Z, s: {
        "s": s,
        "T": len(Z),
        "m": total_gradients.shape[1],
        "w = 0": w == 0,
    },
    result=np.atleast_2d,
)

# 1.2.2.e

_ROW = "By the product rule ∂w_1/∂h[t−1] is a row. Each term is a row times a matrix: k_1ᵀ Q_1 and q_1ᵀ K_1."


def _projected(i: int, q: Array, k: Array, v: Array, Q: Array, K: Array, V: Array) -> dict[str, Array]:
    a = _softargmax((q * k).sum(axis=1))
    rows = {
        f"{name}_{number}": row
        for name, rows in (("a", a), ("q", q), ("k", k), ("v", v))
        for number, row in enumerate(rows)
    }
    return rows | {"h": a @ v, f"Q_{i}": Q, f"K_{i}": K, f"V_{i}": V}


def _special(i: int, q: Array, k: Array, v: Array, Q: Array, K: Array, V: Array) -> dict[str, float | bool]:
    return {
        "m": len(Q),
        f"K_{i} = 0": not K.any(),
        f"Q_{i} = 0": not Q.any(),
        f"V_{i} = 0": not V.any(),
    }


JACOBIAN_BOX = FormulaBox(
    question="Give ∂h[t]/∂h[t−1] of AttentionRNN(2). All other states are fixed.",
    label="∂h[t]/∂h[t−1] =",
    given="The names, all at step t, are the weights a_0, a_1, a_2; the columns q_i, k_i, v_i (i = 0, 1, 2) and h = h[t], each m × 1; Q_1, K_1, V_1, m × m. A "
    "transpose is h' or hᵀ.",
    exercise=JACOBIAN,
    inputs=partial(_projected, 1),
    aliases={"h[t]": "h"},
    tags=partial(_special, 1),
    words={
        "drops a transpose, of k_1": _ROW,
        "drops both transposes": _ROW,
        "drops a transpose, of k_1, and squares each term of the sum": f"{_ROW} And in [6] the whole sum is squared, (Σ exp(…))².",
    },
    products={
        "drops a transpose, of k_1": SheetMistake(
            "k_1 Q_1",
            "A column k_1 cannot come before Q_1: the shapes do not fit. The score is q_1ᵀ k_1 = k_1ᵀ q_1, and q_1 = Q_1 h[t−1]: the row is k_1ᵀ Q_1.",
        ),
        "drops a transpose, of q_1": Mistake(
            "q_1 K_1",
            "A column q_1 cannot come before K_1: the shapes do not fit. The score is q_1ᵀ k_1, and k_1 = K_1 h[t−1]: the row is q_1ᵀ K_1.",
        ),
    },
)

INPUT_JACOBIAN_BOX = FormulaBox(
    question="Give ∂h[t]/∂x[t] of AttentionRNN(2).",
    label="∂h[t]/∂x[t] =",
    given="The names, all at step t, are the weights a_0, a_1, a_2; the columns q_i, k_i, v_i (i = 0, 1, 2) and h = h[t], each m × 1; Q_0, K_0, V_0, m × n.",
    exercise=INPUT_JACOBIAN,
    inputs=partial(_projected, 0),
    aliases={"h[t]": "h"},
    tags=partial(_special, 0),
    products={
        "drops a transpose, of k_0": Mistake(
            "k_0 Q_0", "A column k_0 cannot come before Q_0: the shapes do not fit. The row is k_0ᵀ Q_0."
        ),
    },
)

VALUE_MATRIX_BOX = FormulaBox(
    question="V_i is used at every step. Give ∂ℓ/∂V_i, in the layout of V_i, m × n.",
    label="∂ℓ/∂V_i =",
    given="The names, for t = 1, …, T and one i, are the weights a[t] = a_i[t], numbers; the total gradients λ[t] = ∂ℓ/∂h[t], rows 1 × m; what is read, y[t] = y_i[t], columns n × 1; and T.",
    exercise=VALUE_MATRIX,
    inputs=lambda a, total_gradients, y: {"a": a, "λ": total_gradients[:, None], "y": y, "T": len(a)},
    first={"a": 1, "λ": 1, "y": 1},
    tags=lambda a, total_gradients, y: {"T": len(a), "m": total_gradients.shape[1], "n": y.shape[1]},
    products={
        "forgets both transposes": Mistake(
            "…λ[t] y[t]",
            "λ[t] is a row and y[t] a column. A column of m times a row of n is m × n: λ[t]ᵀ y[t]ᵀ.",
        ),
    },
)

# 1.2.2.f

STATE_GRADIENT_BOX = FormulaBox(
    question="AttentionRNN(k) looks back at k states. Give the total gradient λ[T] = ∂ℓ/∂h[T], a row.",
    label="λ[T] =",
    given="The names, with i = 1, …, k, are the rows g, the direct gradient of h[T], and λ[i], the total gradient of h[T+i], each 1 × m; and the m × m matrices D[i], "
    "the direct Jacobian ∂h[T+i]/∂h[T], and J[i], the total one. You can write a sum as sum(i, 1, k, …).",
    exercise=_without(STATE_GRADIENT, "multiplies the Jacobians along a chain"),
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
    result=np.atleast_2d,
    words={
        "puts the Jacobian before the gradient": "A gradient is a row and comes before the Jacobian: λ[i] D[i].",
    },
    products={
        "puts the Jacobian before the gradient": SheetMistake(
            "D[i] λ[i]",
            "A gradient is a row and comes before the Jacobian: λ[i] D[i].",
        ),
        "puts the Jacobian before the gradient, and counts paths twice": Mistake(
            "J[i] λ[i]",
            "A gradient is a row and comes before the Jacobian; and total gradients go with direct Jacobians: λ[i] D[i].",
        ),
    },
)

BY_HAND_BOX = NumbersBox(
    question="Let states and inputs be single numbers, k = 2, and every weight and every direct Jacobian ⅓. There are three steps, and ℓ = h[1] + h[3]. What is λ[1]?",
    label="λ[1] =",
    given="One number, such as a fraction.",
    exercise=BY_HAND,
)
