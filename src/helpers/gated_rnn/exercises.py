"""The exercises of chapter 1.2.1. Row t − 1 of an array is step t; gradients are rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from numpy.random import Generator

from ..exercises.exercise import (
    AnyExercise,
    Exercise,
    Function,
    NumberExercise,
    WrongFunction,
    WrongNumber,
    small_integers,
)
from ..numerics.arrays import Array
from ..numerics.functions import sigmoid
from .reference import GatedRNN

CHAPTER = "gated_rnn"


def _quarters(random: Generator, *shape: int) -> Array:
    """Values that a gate may have, and that can be followed by hand."""
    return random.choice([0.25, 0.5, 0.75], size=shape)


# 1.2.1.a: one step


def step(W_c: Array, W_h: Array, W_x: Array, x: Array, h: Array) -> Array:
    return GatedRNN(W_c, W_h, W_x).run(x[None], initial_state=h).states[0]


def _steps(random: Generator) -> Iterator[tuple[Array, ...]]:
    zero, one = np.zeros((1, 1)), np.ones((1, 1))
    yield zero, zero, one, np.array([4.0]), np.array([0.0])
    yield zero, zero, one, np.array([4.0]), np.array([2.0])
    yield zero, one, one, np.array([0.0]), np.array([1.0])
    yield one, zero, one, np.array([1.0]), np.array([0.0])
    for m, n in ((1, 1), (1, 2), (2, 1), (2, 2)):
        yield (
            small_integers(random, m, n),
            small_integers(random, m, m),
            small_integers(random, m, n),
            small_integers(random, n),
            small_integers(random, m),
        )
    for m, n in ((3, 2), (2, 3), (4, 4)):
        yield tuple(random.normal(size=shape) for shape in ((m, n), (m, m), (m, n), n, m))


def _step_with(
    gate_input: Callable[[Array, Array], Array] = lambda from_x, from_h: from_x + from_h,
    squash: Callable[[Array], Array] = sigmoid,
    kept: Callable[[Array], Array] = lambda c: c,
    replaced: Callable[[Array, Array], Array] = lambda c, z: (1 - c) * z,
) -> Function:
    """The step, but for what is given: how the gate is made, and what it makes of the state and of the candidate z."""

    def function(W_c: Array, W_h: Array, W_x: Array, x: Array, h: Array) -> Array:
        c = squash(gate_input(W_c @ x, W_h @ h))
        return kept(c) * h + replaced(c, W_x @ x)

    return function


STEP = Exercise(
    id="1.2.1.a",
    chapter=CHAPTER,
    reference=step,
    cases=_steps,
    given="Given are `W_c` and `W_x` of shape (m, n), `W_h` of shape (m, m), `x` of shape (n,) and `h`, the state before, of "
    "shape (m,). Return the next state, of shape (m,).",
    hints=(
        "Make the gate first: c = σ(W_c x + W_h h), with σ(a) = 1 / (1 + e^(−a)).",
        "The gate says how much of the state is kept; what is not kept is replaced by the candidate W_x x.",
        "`c * h + (1 - c) * (W_x @ x)`",
    ),
    mistakes=(
        WrongFunction(
            "swaps what is kept and what replaces it",
            _step_with(kept=lambda c: 1 - c, replaced=lambda c, z: c * z),
            "Where the gate is near 1, the state stays: c multiplies h, and 1 − c the candidate.",
        ),
        WrongFunction(
            "leaves the state out of the gate",
            _step_with(gate_input=lambda from_x, from_h: from_x),
            "The gate looks at the state as well: c = σ(W_c x + W_h h). All of this chapter's gradients turn on it.",
        ),
        WrongFunction(
            "squashes the candidate",
            _step_with(replaced=lambda c, z: (1 - c) * np.tanh(z)),
            "A GRU has a tanh there. In this network the candidate is linear: W_x x.",
        ),
        WrongFunction(
            "makes the gate with tanh",
            _step_with(squash=np.tanh),
            "A gate lies between 0 and 1: σ(a) = 1 / (1 + e^(−a)).",
        ),
        WrongFunction(
            "keeps all of the state",
            _step_with(kept=np.ones_like),
            "What is replaced is not kept: the two shares are c and 1 − c.",
        ),
    ),
)

# 1.2.1.b: the gate's size


def gate_size(m: int, n: int) -> int:
    return m


GATE_SIZE = Exercise(
    id="1.2.1.b",
    chapter=CHAPTER,
    reference=gate_size,
    cases=lambda random: product((1, 2, 3, 4), (1, 2, 3, 4)),
    given="Given are m, the size of the state, and n, the size of an input. Return how many numbers c[t] holds.",
    hints=("What does the gate multiply, entry by entry?", "It multiplies h[t−1], which holds m numbers."),
    mistakes=(
        WrongFunction(
            "gives the size of the input", lambda m, n: n, "W_c takes an input to the size of the state."
        ),
        WrongFunction(
            "gives the size of W_c", lambda m, n: m * n, "W_c is m × n; its product with x[t] is a vector."
        ),
        WrongFunction(
            "adds the sizes", lambda m, n: m + n, "W_c x[t] and W_h h[t−1] are added, not put side by side."
        ),
        WrongFunction(
            "gives one gate for all", lambda m, n: 1, "Each entry of the state has a gate of its own."
        ),
    ),
)

# 1.2.1.c: ∂ℓ/∂W_x


def gradient_of_W_x(g: Array, c: Array, s: Array, x: Array, W_h: Array) -> Array:
    return (_total(g, c, s, W_h) * (1 - c)).T @ x


def _total(
    g: Array, c: Array, s: Array, W_h: Array, *, by_state: bool = True, by_gate: bool = True, late: int = 0
) -> Array:
    """λ: what ℓ makes of each state with all that follows. A path can be shut, and a gate be that of ``late`` steps before."""
    total = np.array(g, float)
    for t in range(len(g) - 1, 0, -1):
        kept, moved = total[t] * c[t - late], (total[t] * s[t - late]) @ W_h
        total[t - 1] += by_state * kept + by_gate * moved
    return total


def _sequences(random: Generator) -> Iterator[tuple[Array, ...]]:
    one = np.ones((1, 1))
    yield np.array([[1.0]]), np.array([[0.5]]), np.array([[0.0]]), np.array([[2.0]]), one
    yield np.array([[0.0], [1.0]]), np.array([[0.5], [0.5]]), np.zeros((2, 1)), np.array([[4.0], [0.0]]), one
    yield (
        np.array([[0.0], [1.0]]),
        np.array([[0.5], [0.5]]),
        np.array([[0.0], [1.0]]),
        np.array([[4.0], [0.0]]),
        one,
    )
    for T, m, n in ((2, 1, 1), (2, 2, 1), (2, 1, 2), (3, 2, 2)):
        yield (
            *(small_integers(random, T, m), _quarters(random, T, m), small_integers(random, T, m) / 4),
            *(small_integers(random, T, n), small_integers(random, m, m)),
        )
    for T, m, n in ((3, 2, 3), (4, 3, 2), (6, 3, 4)):
        yield (
            *(random.normal(size=(T, m)), random.uniform(size=(T, m)), random.normal(size=(T, m))),
            *(random.normal(size=(T, n)), random.normal(size=(m, m))),
        )


_ALL_STEPS = (
    "All steps share W_x, so their terms add up. And before the last step, ℓ feels h[t] through every later state: "
    "the paths through what is kept and through the gate."
)

GRADIENT = Exercise(
    id="1.2.1.c",
    chapter=CHAPTER,
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
    mistakes=(
        WrongFunction(
            "keeps one step, the last, and leaves the sum out",
            lambda g, c, s, x, W_h: np.outer(g[-1] * (1 - c[-1]), x[-1]),
            _ALL_STEPS,
            sheets=True,
        ),
        WrongFunction(
            "keeps one step, the first, and leaves the sum out",
            lambda g, c, s, x, W_h: np.outer(g[0] * (1 - c[0]), x[0]),
            _ALL_STEPS,
            sheets=True,
        ),
        WrongFunction(
            "forgets both paths back, through what is kept and through the gate",
            lambda g, c, s, x, W_h: (g * (1 - c)).T @ x,
            "`g` holds the direct gradients: what ℓ itself makes of each state. What h[t] does to h[t+1] is missing: first make "
            "the total gradients, from the last step to the first.",
            sheets=True,
        ),
        WrongFunction(
            "forgets the path through the gate",
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, by_gate=False) * (1 - c)).T @ x,
            "h[t−1] is not only kept, it also moves the gate c[t]: ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h.",
            sheets=True,
        ),
        WrongFunction(
            "forgets the path through what is kept",
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, by_state=False) * (1 - c)).T @ x,
            "A share c[t] of h[t−1] is still there in h[t]: ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h.",
        ),
        WrongFunction(
            "drops a transpose, of W_h",
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h.T) * (1 - c)).T @ x,
            "A gradient is a row and stands before the Jacobian: (λ ⊙ s) W_h, which is `(total * s) @ W_h`.",
        ),
        WrongFunction(
            "uses the gate of the step before",
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, late=1) * (1 - c)).T @ x,
            "From h[t−1] to h[t] it is the gate c[t] that counts, the later one: row t − 1 of the array.",
        ),
        WrongFunction(
            "weights with c in place of 1 − c",
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h) * c).T @ x,
            "The candidate W_x x[t] enters h[t] with the share 1 − c[t].",
        ),
        WrongFunction(
            "forgets the factor 1 − c",
            lambda g, c, s, x, W_h: _total(g, c, s, W_h).T @ x,
            "The candidate W_x x[t] enters h[t] with the share 1 − c[t].",
        ),
        WrongFunction(
            "is transposed",
            lambda g, c, s, x, W_h: x.T @ (_total(g, c, s, W_h) * (1 - c)),
            "∂ℓ/∂W_x has the shape of W_x, (m, n): the state's axis comes first.",
        ),
    ),
)

# 1.2.1.c: ∂h[t]/∂W_x


def step_derivative(c: Array, x: Array, jacobian: Array, before: Array) -> Array:
    return _local(c, x) + np.tensordot(jacobian, before, axes=1)


def _local(c: Array, x: Array) -> Array:
    """What W_x does within the step: state i depends on row i alone; axes (state, row, column)."""
    return np.einsum("i,ik,j->ikj", 1 - c, np.eye(len(c)), x)


def _derivatives(random: Generator) -> Iterator[tuple[Array, ...]]:
    one = np.ones((1, 1))
    yield np.array([0.5]), np.array([2.0]), one, np.zeros((1, 1, 1))
    yield np.array([0.5]), np.array([2.0]), 3 * one, np.ones((1, 1, 1))
    yield np.array([0.5]), np.array([0.0]), 3 * one, np.ones((1, 1, 1))
    for m, n in ((1, 1), (2, 1), (1, 2), (2, 2), (2, 2)):
        yield (
            _quarters(random, m),
            small_integers(random, n),
            small_integers(random, m, m),
            small_integers(random, m, m, n),
        )
    for m, n in ((2, 3), (3, 2)):
        yield (
            *(random.uniform(size=m), random.normal(size=n)),
            *(random.normal(size=(m, m)), random.normal(size=(m, m, n))),
        )


STEP_DERIVATIVE = Exercise(
    id="1.2.1.c.step",
    chapter=CHAPTER,
    reference=step_derivative,
    cases=_derivatives,
    given="Given are the gate `c` of shape (m,), `x` of shape (n,), the step's `jacobian` ∂h[t]/∂h[t−1] of shape (m, m), and `before`, "
    "∂h[t−1]/∂W_x of shape (m, m, n). Return ∂h[t]/∂W_x of shape (m, m, n).",
    hints=(
        "W_x acts on h[t] in two ways: within the step, and by way of h[t−1].",
        "Within the step, h_i[t] depends on row i of W_x alone: (1 − c_i) x_j at [i, i, j].",
        "By way of h[t−1]: `np.tensordot(jacobian, before, axes=1)`. Add the two.",
    ),
    mistakes=(
        WrongFunction(
            "forgets that W_x has acted on h[t−1] already",
            lambda c, x, jacobian, before: _local(c, x),
            "This is what W_x does within step t. Add what it did before, ∂h[t]/∂h[t−1] · ∂h[t−1]/∂W_x.",
            sheets=True,
        ),
        WrongFunction(
            "makes one m × n matrix of it, and forgets that W_x has acted on h[t−1] already",
            lambda c, x, jacobian, before: np.outer(1 - c, x),
            "The derivative of m states with respect to an m × n matrix has three axes, (m, m, n). And h[t−1] depends on W_x too: "
            "add ∂h[t]/∂h[t−1] · ∂h[t−1]/∂W_x.",
            sheets=True,
        ),
        WrongFunction(
            "lets each state depend on every row of W_x",
            lambda c, x, jacobian, before: (
                np.outer(1 - c, x)[:, None] + np.tensordot(jacobian, before, axes=1)
            ),
            "Within the step, h_i[t] depends on row i alone: the term stands at [i, i, j], and elsewhere is 0.",
        ),
        WrongFunction(
            "takes over the step before without its Jacobian",
            lambda c, x, jacobian, before: _local(c, x) + before,
            "A change of h[t−1] does not reach h[t] whole: multiply it with ∂h[t]/∂h[t−1].",
        ),
        WrongFunction(
            "drops a transpose, of the Jacobian",
            lambda c, x, jacobian, before: _local(c, x) + np.tensordot(jacobian.T, before, axes=1),
            "Row i of the Jacobian belongs to h_i[t]; its columns, to h[t−1], are summed over.",
        ),
        WrongFunction(
            "weights with c in place of 1 − c",
            lambda c, x, jacobian, before: _local(1 - c, x) + np.tensordot(jacobian, before, axes=1),
            "The candidate enters with the share 1 − c.",
        ),
    ),
)

# 1.2.1.c, in words: backward through the same graph


def total_gradients(g: Array, jacobians: Array) -> Array:
    return _adjoint(g, lambda total, t: total[t] @ jacobians[t])


def _adjoint(g: Array, handed_back: Callable[[Array, int], Array]) -> Array:
    """Back from the last step: to each direct gradient is added what the total ones, up to that of t, hand back."""
    total = np.array(g, float)
    for t in range(len(g) - 1, 0, -1):
        total[t - 1] = g[t - 1] + handed_back(total, t)
    return total


def _run_forward(g: Array, jacobians: Array) -> Array:
    total = np.array(g, float)
    for t in range(1, len(g)):
        total[t] += total[t - 1] @ jacobians[t]
    return total


def _gradients_and_jacobians(random: Generator) -> Iterator[tuple[Array, Array]]:
    yield np.array([[0.0], [1.0]]), np.array([[[1.0]], [[3.0]]])
    yield np.array([[0.0], [0.0], [1.0]]), np.array([[[1.0]], [[2.0]], [[3.0]]])
    yield np.array([[1.0], [0.0], [0.0]]), np.array([[[1.0]], [[2.0]], [[3.0]]])
    for T, m in ((1, 1), (2, 2), (3, 2), (3, 2)):
        yield small_integers(random, T, m), small_integers(random, T, m, m)
    for T, m in ((4, 3), (5, 2)):
        yield random.normal(size=(T, m)), random.normal(size=(T, m, m))


LIKENESS = Exercise(
    id="1.2.1.c.likeness",
    chapter=CHAPTER,
    reference=total_gradients,
    cases=_gradients_and_jacobians,
    given="Given are `g`, the direct gradients, of shape (T, m), and `jacobians` of shape (T, m, m), whose row t − 1 is ∂h[t]/∂h[t−1]. "
    "Return the total gradients λ[1], …, λ[T] of shape (T, m).",
    hints=(
        "Where do you know the total gradient at once?",
        "At the end: λ[T] = g[T]. From there go back, λ[t−1] = g[t−1] + λ[t] ∂h[t]/∂h[t−1].",
        "`for t in range(T - 1, 0, -1): total[t - 1] = g[t - 1] + total[t] @ jacobians[t]`, with `total` a copy of `g`.",
    ),
    mistakes=(
        WrongFunction(
            "runs from the first step to the last",
            _run_forward,
            "The same graph, with its arrows turned: a state hears of the loss from later states. Begin at the end.",
        ),
        WrongFunction(
            "puts the Jacobian before the gradient",
            lambda g, jacobians: _adjoint(g, lambda total, t: jacobians[t] @ total[t]),
            "A gradient is a row and stands first: `total[t] @ jacobians[t]`.",
        ),
        WrongFunction(
            "hands back the direct gradients",
            lambda g, jacobians: _adjoint(g, lambda total, t: g[t] @ jacobians[t]),
            "What comes back from h[t] is its total gradient, with all that follows: the one you have just made.",
        ),
        WrongFunction(
            "uses the Jacobian of the step before",
            lambda g, jacobians: _adjoint(g, lambda total, t: total[t] @ jacobians[t - 1]),
            "From h[t] to h[t−1] it is ∂h[t]/∂h[t−1], which is row t − 1: for `total[t]`, `jacobians[t]`.",
        ),
        WrongFunction(
            "leaves out what the loss itself makes of a state",
            lambda g, jacobians: _adjoint(
                np.vstack([0 * g[:-1], g[-1:]]), lambda total, t: total[t] @ jacobians[t]
            ),
            "The loss may look at every state: add g[t−1] at each step.",
        ),
    ),
)

# 1.2.1.d

_MULTIPLIED = "Derivatives of steps one after another are multiplied."

EXPLODES = NumberExercise(
    id="1.2.1.d",
    chapter=CHAPTER,
    answer=(6.0**30,),
    tolerance=0.01,
    given='Asked for is one number, |∂h[60]/∂h[0]|, to within 1 %: a power will do, such as `"2^10"`.',
    hints=(
        "The derivative over many steps is the product of the steps' derivatives.",
        "In this network they are −2 at odd steps and 3 at even ones. How many pairs of steps are there?",
        "Each pair multiplies by −6, and there are 30 pairs.",
    ),
    mistakes=(
        WrongNumber(
            "multiplies the gates alone",
            (0.5**60,),
            "Each gate is ½, and their product would be the derivative if h[t−1] met nothing else. But it also moves the gate, "
            "through W_h = 5: the steps' derivatives are −2 and 3, and the gradient explodes.",
            sheets=True,
        ),
        WrongNumber(
            "holds that it cannot exceed 1",
            (1.0,),
            "It could not, if h[t−1] were multiplied by the gate alone. But W_h multiplies it inside of the gate: the steps' "
            "derivatives are −2 and 3.",
            sheets=True,
        ),
        WrongNumber(
            "takes every step for two",
            (6.0**60,),
            "−2 and 3 make −6 in two steps: 30 such pairs in 60 steps.",
        ),
        WrongNumber(
            "takes W_h for the derivative", (5.0**60,), "∂h[t]/∂h[t−1] is ½ + (h[t−1] − candidate) · ¼ · 5."
        ),
        WrongNumber("adds the steps' derivatives up", (30.0,), _MULTIPLIED),
        WrongNumber("adds the sizes of the steps' derivatives up", (150.0,), _MULTIPLIED),
        WrongNumber("adds the pairs of steps up", (180.0,), _MULTIPLIED),
    ),
)


def step_jacobian(c: Array, h: Array, z: Array, W_h: Array) -> Array:
    return np.diag(c) + ((h - z) * c * (1 - c))[:, None] * W_h


def _jacobian_with(
    slope: Callable[[Array, Array, Array], Array],
    product: Callable[[Array, Array], Array] = lambda slope, W_h: slope[:, None] * W_h,
) -> Function:
    """The step's Jacobian with another slope of the gate, or another product of slope and W_h."""
    return lambda c, h, z, W_h: np.diag(c) + product(slope(c, h, z), W_h)


def _gates_and_states(random: Generator) -> Iterator[tuple[Array, ...]]:
    half, five = np.array([0.5]), np.array([[5.0]])
    yield half, np.array([0.0]), np.array([2.0]), five
    yield half, np.array([1.0]), np.array([-1.0]), five
    yield half, np.array([1.0]), np.array([1.0]), five
    for m in (1, 2, 2, 2):
        yield (
            _quarters(random, m),
            small_integers(random, m),
            small_integers(random, m),
            16 * small_integers(random, m, m),
        )
    for m in (2, 3, 4):
        yield random.uniform(size=m), random.normal(size=m), random.normal(size=m), random.normal(size=(m, m))


REASON = Exercise(
    id="1.2.1.d.reason",
    chapter=CHAPTER,
    reference=step_jacobian,
    cases=_gates_and_states,
    given="Given are the gate `c`, the state before `h` and the candidate `z` = W_x x[t], each of shape (m,), and `W_h` of shape (m, m). "
    "Return ∂h[t]/∂h[t−1] of shape (m, m).",
    hints=(
        "h[t−1] acts on h[t] in two ways. The one is what is kept: diag(c).",
        "The other is the gate. h[t] changes with c as h[t−1] − z does, and c with what enters it as c (1 − c).",
        "What enters gate i is Σ_j W_h[i, j] h[j]: so row i of W_h is multiplied by (h_i − z_i) c_i (1 − c_i).",
    ),
    mistakes=(
        WrongFunction(
            "forgets the path through the gate",
            lambda c, h, z, W_h: np.diag(c),
            "The state is multiplied by a matrix: W_h, inside of the gate. Add diag((h − z) ⊙ c ⊙ (1 − c)) W_h.",
            sheets=True,
        ),
        WrongFunction(
            "forgets that the gate also lets the candidate in",
            _jacobian_with(lambda c, h, z: h * c * (1 - c)),
            "More gate means more of h and less of z: the slope has the factor h − z, not h.",
        ),
        WrongFunction(
            "forgets that the gate also keeps the state",
            _jacobian_with(lambda c, h, z: -z * c * (1 - c)),
            "More gate means more of h and less of z: the slope has the factor h − z, not −z.",
        ),
        WrongFunction(
            "has the gate's sign the wrong way round",
            _jacobian_with(lambda c, h, z: (z - h) * c * (1 - c)),
            "A larger gate moves the new state towards h: the factor is h − z.",
        ),
        WrongFunction(
            "multiplies the columns of W_h, not its rows",
            _jacobian_with(lambda c, h, z: (h - z) * c * (1 - c), lambda slope, W_h: W_h * slope),
            "The slope of gate i belongs to row i: diag(s) stands before W_h, `s[:, None] * W_h`.",
        ),
        WrongFunction(
            "forgets the derivative of σ",
            _jacobian_with(lambda c, h, z: h - z),
            "σ′ = σ (1 − σ): the gate answers to its input with the slope c (1 − c).",
        ),
        WrongFunction(
            "takes c for the derivative of σ",
            _jacobian_with(lambda c, h, z: (h - z) * c),
            "σ′ = σ (1 − σ): the factor 1 − c is missing.",
        ),
    ),
)


def row_bound(gamma: float, G: float) -> float:
    peak = (1 + G) / (2 * G) if G > 1 else 1.0
    return _row(min(gamma, peak), G)


def _row(c: float, G: float) -> float:
    return c * (1 + (1 - c) * G)


def _gates_and_gains(random: Generator) -> Iterator[tuple[float, float]]:
    yield from product((0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0, 2.0, 3.0, 15.0))
    for _ in range(10):
        yield float(random.uniform()), float(random.uniform(0, 10))


VANISHING = Exercise(
    id="1.2.1.d.vanishing",
    chapter=CHAPTER,
    reference=row_bound,
    cases=_gates_and_gains,
    given="Given are `gamma`, the largest that a gate can be, and its loop gain `G`. Return the largest value of c (1 + (1 − c) G) for c from "
    "0 to gamma.",
    hints=(
        "Draw it: a parabola in c that opens downwards, through 0 and 1 + 1/G. Where is its peak?",
        "At c = (1 + G)/(2G), if G > 0. That counts only if it is not beyond gamma.",
        "If G ≤ 1 the peak is at 1 or beyond, so take c = gamma; otherwise the smaller of gamma and the peak.",
    ),
    mistakes=(
        WrongFunction(
            "takes the gate alone for the bound",
            lambda gamma, G: gamma,
            "That holds if W_h = 0, when G = 0: the sheet's case. Otherwise (1 − c) G is added at each step.",
            sheets=True,
        ),
        WrongFunction(
            "takes the largest gate in every case",
            _row,
            "The parabola may have its peak before gamma: a gate that is wide open is cut off from what it looks at.",
        ),
        WrongFunction(
            "takes the peak even where no gate can get there",
            lambda gamma, G: _row((1 + G) / (2 * G), G) if G else gamma,
            "The gate is at most gamma, and the peak at (1 + G)/(2G) may lie beyond it.",
        ),
        WrongFunction(
            "makes both factors as large as they can be, which they never are at once",
            lambda gamma, G: gamma * (1 + G),
            "1 − c is small where c is large: look for the largest product.",
        ),
        WrongFunction(
            "leaves out what is kept",
            lambda gamma, G: min(gamma, 0.5) * (1 - min(gamma, 0.5)) * G,
            "A row holds c and c (1 − c) G: the bound is on their sum.",
        ),
    ),
)

EXERCISES: list[AnyExercise] = [
    STEP,
    GATE_SIZE,
    GRADIENT,
    STEP_DERIVATIVE,
    LIKENESS,
    EXPLODES,
    REASON,
    VANISHING,
]
