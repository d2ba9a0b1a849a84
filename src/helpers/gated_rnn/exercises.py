"""The exercises of chapter 1.2.1. Row t − 1 of an array is step t; gradients are rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

import numpy as np

from ..exercises import Cases, Draw, Function, FunctionExercise, Mistake, NumberExercise, SheetMistake
from ..numerics.arrays import Array
from ..numerics.functions import sigmoid
from .reference import GatedRNN

# 1.2.1.a: one step


def step(W_c: Array, W_h: Array, W_x: Array, x: Array, h: Array) -> Array:
    return GatedRNN(W_c, W_h, W_x).run(x[None], initial_state=h).states[0]


def _steps(draw: Draw) -> Cases:
    yield [[0]], [[0]], [[1]], [4], [0]
    yield [[0]], [[0]], [[1]], [4], [2]
    yield [[0]], [[1]], [[1]], [0], [1]
    yield [[1]], [[0]], [[1]], [1], [0]
    small, large = ((1, 1), (1, 2), (2, 1), (2, 2)), ((3, 2), (2, 3), (4, 4))
    for numbers, sizes in ((draw.integers, small), (draw.normal, large)):
        for m, n in sizes:
            yield numbers(m, n), numbers(m, m), numbers(m, n), numbers(n), numbers(m)


def _step(*arguments: Array, state: Callable[..., Array], squash: Callable[..., Array] = sigmoid) -> Array:
    """Return the step with another state made of the gate c, the state h and the candidate z, or with another gate."""
    W_c, W_h, W_x, x, h = arguments
    return state(squash(W_c @ x + W_h @ h), h, W_x @ x)


STEP = FunctionExercise(
    id="1.2.1.a",
    reference=step,
    cases=_steps,
    given="Given are `W_c` and `W_x` of shape (m, n), `W_h` of shape (m, m), `x` of shape (n,) and `h`, the state before, of "
    "shape (m,). Return the next state, of shape (m,).",
    hints=(
        "Make the gate first: c = σ(W_c x + W_h h), with σ(a) = 1 / (1 + e^(−a)).",
        "The gate says how much of the state is kept; what is not kept is replaced by the candidate W_x x.",
        "`c * h + (1 - c) * (W_x @ x)`",
    ),
    mistakes={
        "swaps what is kept and what replaces it": Mistake(
            partial(_step, state=lambda c, h, z: (1 - c) * h + c * z),
            "Where the gate is near 1, the state stays: c multiplies h, and 1 − c the candidate.",
        ),
        "leaves the state out of the gate": Mistake(
            lambda W_c, W_h, W_x, x, h: step(W_c, 0 * W_h, W_x, x, h),
            "The gate looks at the state as well: c = σ(W_c x + W_h h). All of this chapter's gradients turn on it.",
        ),
        "squashes the candidate": Mistake(
            partial(_step, state=lambda c, h, z: c * h + (1 - c) * np.tanh(z)),
            "A GRU has a tanh there. In this network the candidate is linear: W_x x.",
        ),
        "makes the gate with tanh": Mistake(
            partial(_step, squash=np.tanh, state=lambda c, h, z: c * h + (1 - c) * z),
            "A gate lies between 0 and 1: σ(a) = 1 / (1 + e^(−a)).",
        ),
        "keeps all of the state": Mistake(
            partial(_step, state=lambda c, h, z: h + (1 - c) * z),
            "What is replaced is not kept: the two shares are c and 1 − c.",
        ),
    },
)

# 1.2.1.b: the gate's size


def gate_size(m: int, n: int) -> int:
    return m


GATE_SIZE = FunctionExercise(
    id="1.2.1.b",
    reference=gate_size,
    cases=lambda draw: product((1, 2, 3, 4), (1, 2, 3, 4)),
    given="Given are m, the size of the state, and n, the size of an input. Return how many numbers c[t] holds.",
    hints=("What does the gate multiply, entry by entry?", "It multiplies h[t−1], which holds m numbers."),
    mistakes={
        "gives the size of the input": Mistake(
            lambda m, n: n, "W_c takes an input to the size of the state."
        ),
        "gives the size of W_c": Mistake(
            lambda m, n: m * n, "W_c is m × n; its product with x[t] is a vector."
        ),
        "adds the sizes": Mistake(
            lambda m, n: m + n, "W_c x[t] and W_h h[t−1] are added, not put side by side."
        ),
        "gives one gate for all": Mistake(lambda m, n: 1, "Each entry of the state has a gate of its own."),
    },
)

# 1.2.1.c: ∂ℓ/∂W_x


def gradient_of_W_x(g: Array, c: Array, s: Array, x: Array, W_h: Array) -> Array:
    return (_total(g, c, s, W_h) * (1 - c)).T @ x


def _total(
    g: Array, c: Array, s: Array, W_h: Array, *, by_state: bool = True, by_gate: bool = True, late: int = 0
) -> Array:
    """Return λ, the total gradient of each state. A path can be cut, and the gate be that of ``late`` steps before."""
    total = np.array(g, float)
    for t in range(len(g) - 1, 0, -1):
        kept, moved = total[t] * c[t - late], (total[t] * s[t - late]) @ W_h
        total[t - 1] += by_state * kept + by_gate * moved
    return total


def _sequences(draw: Draw) -> Cases:
    yield [[1]], [[0.5]], [[0]], [[2]], [[1]]
    yield [[0], [1]], [[0.5], [0.5]], [[0], [0]], [[4], [0]], [[1]]
    yield [[0], [1]], [[0.5], [0.5]], [[0], [1]], [[4], [0]], [[1]]
    for T, m, n in ((2, 1, 1), (2, 2, 1), (2, 1, 2), (3, 2, 2)):
        g, c, s = draw.integers(T, m), draw.quarters(T, m), draw.integers(T, m) / 4
        yield g, c, s, draw.integers(T, n), draw.integers(m, m)
    for T, m, n in ((3, 2, 3), (4, 3, 2), (6, 3, 4)):
        g, c, s = draw.normal(T, m), draw.uniform(T, m), draw.normal(T, m)
        yield g, c, s, draw.normal(T, n), draw.normal(m, m)


_ALL_STEPS = (
    "All steps share W_x, so their terms add up. And before the last step, ℓ feels h[t] through every later state: "
    "the paths through what is kept and through the gate."
)

GRADIENT = FunctionExercise(
    id="1.2.1.c",
    reference=gradient_of_W_x,
    cases=_sequences,
    given="Given are `g`, the direct gradients, of shape (T, m); the gates `c` and their slopes `s`, of shape (T, m); `x` of shape "
    "(T, n); `W_h` of shape (m, m). Row t − 1 is step t. Return ∂ℓ/∂W_x of shape (m, n): gradients are rows, so each step "
    "adds a column times a row.",
    hints=(
        "Every step uses W_x, so there is a sum over t. Which gradient of h[t] belongs into it: the direct or the total one?",
        "The total one, λ. Begin at the last step, λ[T] = g[T], and go back: λ[t−1] = g[t−1] + λ[t] ∂h[t]/∂h[t−1].",
        "λ[t] ∂h[t]/∂h[t−1] is `total[t] * c[t] + (total[t] * s[t]) @ W_h`; in the end, `(total * (1 - c)).T @ x`.",
    ),
    mistakes={
        "keeps one step, the last, and leaves the sum out": SheetMistake(
            lambda g, c, s, x, W_h: np.outer(g[-1] * (1 - c[-1]), x[-1]), _ALL_STEPS
        ),
        "keeps one step, the first, and leaves the sum out": SheetMistake(
            lambda g, c, s, x, W_h: np.outer(g[0] * (1 - c[0]), x[0]), _ALL_STEPS
        ),
        "forgets both paths back, through what is kept and through the gate": SheetMistake(
            lambda g, c, s, x, W_h: (g * (1 - c)).T @ x,
            "`g` holds the direct gradients: what ℓ itself makes of each state. What h[t] does to h[t+1] is missing: first make "
            "the total gradients, from the last step to the first.",
        ),
        "forgets the path through the gate": SheetMistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, by_gate=False) * (1 - c)).T @ x,
            "h[t−1] is not only kept, it also moves the gate c[t]: ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h.",
        ),
        "forgets the path through what is kept": Mistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, by_state=False) * (1 - c)).T @ x,
            "A share c[t] of h[t−1] is still there in h[t]: ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h.",
        ),
        "drops a transpose, of W_h": Mistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h.T) * (1 - c)).T @ x,
            "A gradient is a row and stands before the Jacobian: (λ ⊙ s) W_h, which is `(total * s) @ W_h`.",
        ),
        "uses the gate of the step before": Mistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, late=1) * (1 - c)).T @ x,
            "From h[t−1] to h[t] it is the gate c[t] that counts, the later one: row t − 1 of the array.",
        ),
        "weights with c in place of 1 − c": Mistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h) * c).T @ x,
            "The candidate W_x x[t] enters h[t] with the share 1 − c[t].",
        ),
        "forgets the factor 1 − c": Mistake(
            lambda g, c, s, x, W_h: _total(g, c, s, W_h).T @ x,
            "The candidate W_x x[t] enters h[t] with the share 1 − c[t].",
        ),
        "is transposed": Mistake(
            lambda g, c, s, x, W_h: x.T @ (_total(g, c, s, W_h) * (1 - c)),
            "∂ℓ/∂W_x has the shape of W_x, (m, n): the state's axis comes first.",
        ),
    },
)

# 1.2.1.c: ∂h[t]/∂W_x


def step_derivative(c: Array, x: Array, jacobian: Array, before: Array) -> Array:
    return _local(c, x) + np.tensordot(jacobian, before, axes=1)


def _local(c: Array, x: Array) -> Array:
    """Return the derivative by W_x within the step: state i depends on row i alone; axes (state, row, column)."""
    return np.einsum("i,ik,j->ikj", 1 - c, np.eye(len(c)), x)


def _derivatives(draw: Draw) -> Cases:
    yield [0.5], [2], [[1]], [[[0]]]
    yield [0.5], [2], [[3]], [[[1]]]
    yield [0.5], [0], [[3]], [[[1]]]
    for m, n in ((1, 1), (2, 1), (1, 2), (2, 2), (2, 2)):
        yield draw.quarters(m), draw.integers(n), draw.integers(m, m), draw.integers(m, m, n)
    for m, n in ((2, 3), (3, 2)):
        yield draw.uniform(m), draw.normal(n), draw.normal(m, m), draw.normal(m, m, n)


STEP_DERIVATIVE = FunctionExercise(
    id="1.2.1.c.step",
    reference=step_derivative,
    cases=_derivatives,
    given="Given are the gate `c` of shape (m,), `x` of shape (n,), the step's `jacobian` ∂h[t]/∂h[t−1] of shape (m, m), and `before`, "
    "∂h[t−1]/∂W_x of shape (m, m, n). Return ∂h[t]/∂W_x of shape (m, m, n).",
    hints=(
        "W_x acts on h[t] in two ways: within the step, and by way of h[t−1].",
        "Within the step, h_i[t] depends on row i of W_x alone: (1 − c_i) x_j at [i, i, j].",
        "By way of h[t−1]: `np.tensordot(jacobian, before, axes=1)`. Add the two.",
    ),
    mistakes={
        "forgets that W_x has acted on h[t−1] already": SheetMistake(
            lambda c, x, jacobian, before: _local(c, x),
            "This is what W_x does within step t. Add what it did before, ∂h[t]/∂h[t−1] · ∂h[t−1]/∂W_x.",
        ),
        "makes one m × n matrix of it, and forgets that W_x has acted on h[t−1] already": SheetMistake(
            lambda c, x, jacobian, before: np.outer(1 - c, x),
            "The derivative of m states with respect to an m × n matrix has three axes, (m, m, n). And h[t−1] depends on W_x too: "
            "add ∂h[t]/∂h[t−1] · ∂h[t−1]/∂W_x.",
        ),
        "lets each state depend on every row of W_x": Mistake(
            lambda c, x, jacobian, before: (
                np.outer(1 - c, x)[:, None] + np.tensordot(jacobian, before, axes=1)
            ),
            "Within the step, h_i[t] depends on row i alone: the term stands at [i, i, j], and elsewhere is 0.",
        ),
        "takes over the step before without its Jacobian": Mistake(
            lambda c, x, jacobian, before: _local(c, x) + before,
            "A change of h[t−1] does not reach h[t] whole: multiply it with ∂h[t]/∂h[t−1].",
        ),
        "drops a transpose, of the Jacobian": Mistake(
            lambda c, x, jacobian, before: _local(c, x) + np.tensordot(jacobian.T, before, axes=1),
            "Row i of the Jacobian belongs to h_i[t]; its columns, to h[t−1], are summed over.",
        ),
        "weights with c in place of 1 − c": Mistake(
            lambda c, x, jacobian, before: _local(1 - c, x) + np.tensordot(jacobian, before, axes=1),
            "The candidate enters with the share 1 − c.",
        ),
    },
)

# 1.2.1.c, in words: backward through the same graph


def total_gradients(g: Array, jacobians: Array) -> Array:
    return _adjoint(g, lambda total, t: total[t] @ jacobians[t])


def _adjoint(g: Array, handed_back: Callable[[Array, int], Array]) -> Array:
    """Return total gradients, from the last step back: each is the direct one plus what step t hands back."""
    total = np.array(g, float)
    for t in range(len(g) - 1, 0, -1):
        total[t - 1] = g[t - 1] + handed_back(total, t)
    return total


def _run_forward(g: Array, jacobians: Array) -> Array:
    total = np.array(g, float)
    for t in range(1, len(g)):
        total[t] += total[t - 1] @ jacobians[t]
    return total


def _gradients_and_jacobians(draw: Draw) -> Cases:
    yield [[0], [1]], [[[1]], [[3]]]
    yield [[0], [0], [1]], [[[1]], [[2]], [[3]]]
    yield [[1], [0], [0]], [[[1]], [[2]], [[3]]]
    for T, m in ((1, 1), (2, 2), (3, 2), (3, 2)):
        yield draw.integers(T, m), draw.integers(T, m, m)
    for T, m in ((4, 3), (5, 2)):
        yield draw.normal(T, m), draw.normal(T, m, m)


LIKENESS = FunctionExercise(
    id="1.2.1.c.likeness",
    reference=total_gradients,
    cases=_gradients_and_jacobians,
    given="Given are `g`, the direct gradients, of shape (T, m), and `jacobians` of shape (T, m, m), whose row t − 1 is ∂h[t]/∂h[t−1]. "
    "Return the total gradients λ[1], …, λ[T] of shape (T, m).",
    hints=(
        "Where do you know the total gradient at once?",
        "At the end: λ[T] = g[T]. From there go back, λ[t−1] = g[t−1] + λ[t] ∂h[t]/∂h[t−1].",
        "`for t in range(T - 1, 0, -1): total[t - 1] = g[t - 1] + total[t] @ jacobians[t]`, with `total` a copy of `g`.",
    ),
    mistakes={
        "runs from the first step to the last": Mistake(
            _run_forward,
            "The same graph, with its arrows turned: a state hears of the loss from later states. Begin at the end.",
        ),
        "puts the Jacobian before the gradient": Mistake(
            lambda g, jacobians: _adjoint(g, lambda total, t: jacobians[t] @ total[t]),
            "A gradient is a row and stands first: `total[t] @ jacobians[t]`.",
        ),
        "hands back the direct gradients": Mistake(
            lambda g, jacobians: _adjoint(g, lambda total, t: g[t] @ jacobians[t]),
            "What comes back from h[t] is its total gradient, with all that follows: the one you have just made.",
        ),
        "uses the Jacobian of the step before": Mistake(
            lambda g, jacobians: _adjoint(g, lambda total, t: total[t] @ jacobians[t - 1]),
            "From h[t] to h[t−1] it is ∂h[t]/∂h[t−1], which is row t − 1: for `total[t]`, `jacobians[t]`.",
        ),
        "leaves out what the loss itself makes of a state": Mistake(
            lambda g, jacobians: _adjoint(
                np.vstack([0 * g[:-1], g[-1:]]), lambda total, t: total[t] @ jacobians[t]
            ),
            "The loss may look at every state: add g[t−1] at each step.",
        ),
    },
)

# 1.2.1.d

_MULTIPLIED = "Derivatives of steps one after another are multiplied."

EXPLODES = NumberExercise(
    id="1.2.1.d",
    answer=(6.0**30,),
    tolerance=0.01,
    given='Asked for is one number, |∂h[60]/∂h[0]|, to within 1 %: a power will do, such as `"2^10"`.',
    hints=(
        "The derivative over many steps is the product of the steps' derivatives.",
        "In this network they are −2 at odd steps and 3 at even ones. How many pairs of steps are there?",
        "Each pair multiplies by −6, and there are 30 pairs.",
    ),
    mistakes={
        "multiplies the gates alone": SheetMistake(
            (0.5**60,),
            "Each gate is ½, and their product would be the derivative if h[t−1] met nothing else. But it also moves the gate, "
            "through W_h = 5: the steps' derivatives are −2 and 3, and the gradient explodes.",
        ),
        "holds that it cannot exceed 1": SheetMistake(
            (1.0,),
            "It could not, if h[t−1] were multiplied by the gate alone. But W_h multiplies it inside of the gate: the steps' "
            "derivatives are −2 and 3.",
        ),
        "takes every step for two": Mistake(
            (6.0**60,), "−2 and 3 make −6 in two steps: 30 such pairs in 60 steps."
        ),
        "takes W_h for the derivative": Mistake(
            (5.0**60,), "∂h[t]/∂h[t−1] is ½ + (h[t−1] − candidate) · ¼ · 5."
        ),
        "adds the steps' derivatives up": Mistake((30.0,), _MULTIPLIED),
        "adds the sizes of the steps' derivatives up": Mistake((150.0,), _MULTIPLIED),
        "adds the pairs of steps up": Mistake((180.0,), _MULTIPLIED),
    },
)


def step_jacobian(c: Array, h: Array, z: Array, W_h: Array) -> Array:
    return np.diag(c) + ((h - z) * c * (1 - c))[:, None] * W_h


def _jacobian_with(
    slope: Callable[[Array, Array, Array], Array],
    product: Callable[[Array, Array], Array] = lambda slope, W_h: slope[:, None] * W_h,
) -> Function:
    """Return the step's Jacobian with another slope of the gate, or another product of slope and W_h."""
    return lambda c, h, z, W_h: np.diag(c) + product(slope(c, h, z), W_h)


def _gates_and_states(draw: Draw) -> Cases:
    yield [0.5], [0], [2], [[5]]
    yield [0.5], [1], [-1], [[5]]
    yield [0.5], [1], [1], [[5]]
    for m in (1, 2, 2, 2):
        yield draw.quarters(m), draw.integers(m), draw.integers(m), 16 * draw.integers(m, m)
    for m in (2, 3, 4):
        yield draw.uniform(m), draw.normal(m), draw.normal(m), draw.normal(m, m)


REASON = FunctionExercise(
    id="1.2.1.d.reason",
    reference=step_jacobian,
    cases=_gates_and_states,
    given="Given are the gate `c`, the state before `h` and the candidate `z` = W_x x[t], each of shape (m,), and `W_h` of shape (m, m). "
    "Return ∂h[t]/∂h[t−1] of shape (m, m).",
    hints=(
        "h[t−1] acts on h[t] in two ways. The one is what is kept: diag(c).",
        "The other is the gate. h[t] changes with c as h[t−1] − z does, and c with what enters it as c (1 − c).",
        "What enters gate i is Σ_j W_h[i, j] h[j]: so row i of W_h is multiplied by (h_i − z_i) c_i (1 − c_i).",
    ),
    mistakes={
        "forgets the path through the gate": SheetMistake(
            lambda c, h, z, W_h: np.diag(c),
            "The state is multiplied by a matrix: W_h, inside of the gate. Add diag((h − z) ⊙ c ⊙ (1 − c)) W_h.",
        ),
        "forgets that the gate also lets the candidate in": Mistake(
            _jacobian_with(lambda c, h, z: h * c * (1 - c)),
            "More gate means more of h and less of z: the slope has the factor h − z, not h.",
        ),
        "forgets that the gate also keeps the state": Mistake(
            _jacobian_with(lambda c, h, z: -z * c * (1 - c)),
            "More gate means more of h and less of z: the slope has the factor h − z, not −z.",
        ),
        "has the gate's sign the wrong way round": Mistake(
            _jacobian_with(lambda c, h, z: (z - h) * c * (1 - c)),
            "A larger gate moves the new state towards h: the factor is h − z.",
        ),
        "multiplies the columns of W_h, not its rows": Mistake(
            _jacobian_with(lambda c, h, z: (h - z) * c * (1 - c), lambda slope, W_h: W_h * slope),
            "The slope of gate i belongs to row i: diag(s) stands before W_h, `s[:, None] * W_h`.",
        ),
        "forgets the derivative of σ": Mistake(
            _jacobian_with(lambda c, h, z: h - z),
            "σ′ = σ (1 − σ): the gate answers to its input with the slope c (1 − c).",
        ),
        "takes c for the derivative of σ": Mistake(
            _jacobian_with(lambda c, h, z: (h - z) * c), "σ′ = σ (1 − σ): the factor 1 − c is missing."
        ),
    },
)


def row_bound(gamma: float, G: float) -> float:
    peak = (1 + G) / (2 * G) if G > 1 else 1.0
    return _row(min(gamma, peak), G)


def _row(c: float, G: float) -> float:
    return c * (1 + (1 - c) * G)


def _gates_and_gains(draw: Draw) -> Cases:
    yield from product((0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0, 2.0, 3.0, 15.0))
    for _ in range(10):
        yield float(draw.random.uniform()), float(draw.random.uniform(0, 10))


VANISHING = FunctionExercise(
    id="1.2.1.d.vanishing",
    reference=row_bound,
    cases=_gates_and_gains,
    given="Given are `gamma`, the largest that a gate can be, and its loop gain `G`. Return the largest value of c (1 + (1 − c) G) for c from "
    "0 to gamma.",
    hints=(
        "Draw it: a parabola in c that opens downwards, through 0 and 1 + 1/G. Where is its peak?",
        "At c = (1 + G)/(2G), if G > 0. That counts only if it is not beyond gamma.",
        "If G ≤ 1 the peak is at 1 or beyond, so take c = gamma; otherwise the smaller of gamma and the peak.",
    ),
    mistakes={
        "takes the gate alone for the bound": SheetMistake(
            lambda gamma, G: gamma,
            "That holds if W_h = 0, when G = 0: the sheet's case. Otherwise (1 − c) G is added at each step.",
        ),
        "takes the largest gate in every case": Mistake(
            _row,
            "The parabola may have its peak before gamma: a gate that is wide open is cut off from what it looks at.",
        ),
        "takes the peak even where no gate can get there": Mistake(
            lambda gamma, G: _row((1 + G) / (2 * G), G) if G else gamma,
            "The gate is at most gamma, and the peak at (1 + G)/(2G) may lie beyond it.",
        ),
        "makes both factors as large as they can be, which they never are at once": Mistake(
            lambda gamma, G: gamma * (1 + G), "1 − c is small where c is large: look for the largest product."
        ),
        "leaves out what is kept": Mistake(
            lambda gamma, G: min(gamma, 0.5) * (1 - min(gamma, 0.5)) * G,
            "A row holds c and c (1 − c) G: the bound is on their sum.",
        ),
    },
)
