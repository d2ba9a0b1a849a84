"""The exercises of chapter 1.2.1. Row t − 1 of an array is step t; gradients are rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
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
        "What is kept is `c = 1 / (1 + np.exp(-(W_c @ x + W_h @ h))); c * h`. Add the candidate's share.",
    ),
    mistakes={
        "swaps what is kept and what replaces it, or forgets σ's minus": Mistake(
            partial(_step, state=lambda c, h, z: (1 - c) * h + c * z),
            "σ(a) = 1 / (1 + e^(−a)): with e^(a) it is 1 − σ(a), and the two shares change places. "
            "Where the gate is near 1, the state stays: c multiplies h, and 1 − c the candidate.",
        ),
        "puts σ's minus before W_c x alone": Mistake(
            lambda W_c, W_h, W_x, x, h: step(W_c, -W_h, W_x, x, h),
            "The minus of e^(−a) belongs to all that enters the gate: e^(−(W_c x + W_h h)).",
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
        "adds the whole candidate": Mistake(
            partial(_step, state=lambda c, h, z: c * h + z), "What replaces the state has the share 1 − c."
        ),
        "exchanges W_c and W_x": Mistake(
            lambda W_c, W_h, W_x, x, h: step(W_x, W_h, W_c, x, h),
            "W_c makes the gate, and W_x the candidate.",
        ),
        "transposes W_h": Mistake(
            lambda W_c, W_h, W_x, x, h: step(W_c, W_h.T, W_x, x, h), "The gate is σ(W_c x[t] + W_h h[t−1])."
        ),
        "returns the gate as well": Mistake(
            lambda W_c, W_h, W_x, x, h: np.stack([sigmoid(W_c @ x + W_h @ h), step(W_c, W_h, W_x, x, h)]),
            "Return the next state alone.",
        ),
        "returns the gate": Mistake(
            lambda W_c, W_h, W_x, x, h: sigmoid(W_c @ x + W_h @ h),
            "The gate is made. Now keep and replace with it.",
        ),
    },
)

PATHS = NumberExercise(
    id="1.2.1.a.paths",
    answer=(3, 2),
    given="Asked for are two whole numbers: all paths, and those through the gate.",
    hints=(
        "Begin at h[t−1]. Which two boxes does it go into?",
        "It goes into what is kept, and into the gate. And where does the gate go?",
    ),
    mistakes={
        "follows the gate to what is kept only": Mistake(
            (2, 1), "The gate also says how much of the candidate comes in: 1 − c."
        ),
        "leaves the straight path out": Mistake(
            (2, 2), "What is kept multiplies h[t−1] itself: that is a path, too."
        ),
        "leaves the gate out": Mistake((1, 0), "h[t−1] also enters the gate, by way of W_h."),
        "lets the state reach the candidate": Mistake(
            (4, 2), "The candidate W_x x[t] does not look at the state."
        ),
        "counts those that do not pass through the gate": Mistake((3, 1), "One does not. The others do."),
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
        "gives the size of W_h": Mistake(
            lambda m, n: m * m, "W_h is m × m; its product with h[t−1] is a vector."
        ),
        "adds the sizes": Mistake(
            lambda m, n: m + n, "W_c x[t] and W_h h[t−1] are added, not put side by side."
        ),
        "gives one gate for all": Mistake(lambda m, n: 1, "Each entry of the state has a gate of its own."),
    },
)


def count_weights(m: int, n: int) -> int:
    return 2 * m * n + m * m


WEIGHTS = FunctionExercise(
    id="1.2.1.b.weights",
    reference=count_weights,
    cases=lambda draw: product((1, 2, 3, 4), (1, 2, 3, 4)),
    given="Given are m, the size of the state, and n, the size of an input. Return how many weights the network has.",
    hints=(
        "Three matrices hold them. What does each take, and what does it give?",
        "W_h takes a state and gives what the gate needs, m numbers: m × m. What do the other two take?",
    ),
    mistakes={
        "forgets W_h": Mistake(lambda m, n: 2 * m * n, "The gate looks at the state by way of W_h, m × m."),
        "counts W_c and W_x once": Mistake(
            lambda m, n: m * n + m * m, "W_c and W_x are two matrices, each m × n."
        ),
        "lets W_h take an input": Mistake(
            lambda m, n: 3 * m * n, "W_h takes h[t−1], which has m entries: it is m × m."
        ),
        "gives the candidate a matrix for the state": Mistake(
            lambda m, n: 2 * m * n + 2 * m * m,
            "The candidate W_x x[t] does not look at the state. A GRU's does.",
        ),
        "counts biases": Mistake(lambda m, n: 2 * m * n + m * m + 2 * m, "This network has no biases."),
        "counts the weights of one state": Mistake(
            lambda m, n: 2 * n + m, "Each of the m states has a row of each matrix."
        ),
    },
)


def half_life(b: float) -> float:
    return float(np.log(2) / np.log1p(np.exp(-b)))


HALF_LIFE = FunctionExercise(
    id="1.2.1.b.halflife",
    reference=half_life,
    cases=lambda draw: (
        [(float(b),) for b in range(-3, 6)] + [(float(draw.random.uniform(-2, 6)),) for _ in range(8)]
    ),
    given="Given is b, what enters the gate at every step; W_h is 0. Return after how many steps a candidate's share of the state is halved: a real number.",
    hints=(
        "What is a share multiplied by at each step? And after k steps?",
        "By c = σ(b), so after k steps by c to the power of k. When is that ½?",
        "The gate is `1 / (1 + np.exp(-b))`. Take logarithms on both sides of c^k = ½.",
    ),
    mistakes={
        "asks when 1/e is left": Mistake(
            lambda b: 1 / np.log1p(np.exp(-b)),
            "That is the time constant, after which 1/e is left. Asked is when ½ is left.",
        ),
        "takes 1/(1 − c)": Mistake(
            lambda b: 1 + np.exp(b),
            "That is how many steps a share lasts in the mean. Asked is when ½ is left: c^k = ½.",
        ),
        "takes half of what is lost in one step": Mistake(
            lambda b: 0.5 * (1 + np.exp(b)),
            "What is lost in a step is a share of what is left, not of what there was at first: powers of c.",
        ),
        "takes ln c for −(1 − c)": Mistake(
            lambda b: np.log(2) * (1 + np.exp(b)),
            "ln c is nearly −(1 − c) where the gate is nearly open, and only there.",
        ),
        "has the sign of the logarithm wrong": Mistake(
            lambda b: -np.log(2) / np.log1p(np.exp(-b)),
            "ln c is negative, and so is ln ½: their quotient is positive.",
        ),
        "forgets σ's minus": Mistake(
            lambda b: np.log(2) / np.log1p(np.exp(b)), "c = σ(b) = 1 / (1 + e^(−b))."
        ),
        "turns the quotient around": Mistake(
            lambda b: np.log1p(np.exp(-b)) / np.log(2), "From k ln c = ln ½, k is ln ½ / ln c."
        ),
        "takes b for the gate": Mistake(
            lambda b: np.log(0.5) / np.log(np.float64(b)), "b enters the gate; the gate is σ(b)."
        ),
    },
)

BIAS = NumberExercise(
    id="1.2.1.b.bias",
    answer=(float(-np.log(2**0.1 - 1)),),
    tolerance=0.002,
    given="Asked for is one number, b, to within 0.2 %.",
    hints=(
        "Which gate c is ½ when taken to the power of 10?",
        "c = ½^(1/10), which is `0.5 ** (1 / 10)`. For which b is σ(b) = c?",
    ),
    mistakes={
        "gives the gate": Mistake((0.5**0.1,), "That is c. Asked is what has to enter the gate: σ(b) = c."),
        "keeps 9 tenths at each step": Mistake(
            (float(np.log(9)),),
            "A tenth of what is left goes at each step, so half is gone sooner than after ten: c¹⁰ = ½.",
        ),
        "leaves 1/e after ten steps": Mistake(
            (float(-np.log(np.exp(0.1) - 1)),), "Half is to be left: c¹⁰ = ½."
        ),
        "has the sign wrong": Mistake(
            (float(np.log(2**0.1 - 1)),),
            "From c = 1 / (1 + e^(−b)) it is b = ln(c / (1 − c)). A gate above ½ needs a positive b.",
        ),
        "takes the tenth power in place of the tenth root": Mistake(
            (float(np.log(0.5**10 / (1 - 0.5**10))),), "c¹⁰ = ½: c is the tenth root of ½."
        ),
        "takes the logarithm of c alone": Mistake(
            (float(np.log(0.5**0.1)),), "σ(b) = 1 / (1 + e^(−b)), not e^b."
        ),
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


_NOT_WHOLE = (
    "A change of h[t−1] does not reach h[t] whole: what comes back is λ[t] times the step's Jacobian."
)
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
        "What the last step hands back is `g[-1] * c[-1] + (g[-1] * s[-1]) @ W_h`. Its own term is `np.outer(g[-1] * (1 - c[-1]), x[-1])`. Now the steps before.",
    ),
    mistakes={
        "keeps one step, the last, and leaves the sum out": SheetMistake(
            lambda g, c, s, x, W_h: np.outer(g[-1] * (1 - c[-1]), x[-1]), _ALL_STEPS
        ),
        "keeps one step, the first, and leaves the sum out": Mistake(
            lambda g, c, s, x, W_h: np.outer(g[0] * (1 - c[0]), x[0]), _ALL_STEPS
        ),
        "forgets both paths back, through what is kept and through the gate": Mistake(
            lambda g, c, s, x, W_h: (g * (1 - c)).T @ x,
            "g holds the direct gradients: how ℓ changes with a state while the later ones are held fixed. What h[t] does to h[t+1] is missing: first make "
            "the total gradients, from the last step to the first.",
        ),
        "forgets the path through the gate": Mistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, by_gate=False) * (1 - c)).T @ x,
            "h[t−1] is not only kept, it also moves the gate c[t]: ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h.",
        ),
        "forgets the path through what is kept": Mistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, by_state=False) * (1 - c)).T @ x,
            "A share c[t] of h[t−1] remains in h[t]: ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h.",
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
        "loses the direct gradients of the earlier states": Mistake(
            lambda g, c, s, x, W_h: (_total(_last_alone(g), c, s, W_h) * (1 - c)).T @ x,
            "λ[t−1] is g[t−1] plus what step t hands back: add with `+=`, or the one overwrites the other.",
        ),
        "hands the direct gradients back": Mistake(
            lambda g, c, s, x, W_h: (_one_step_back(g, c, s, W_h) * (1 - c)).T @ x,
            "What step t hands back is its total gradient, with all that follows: go from the last step to the first.",
        ),
        "leaves the first state's total gradient out": Mistake(
            lambda g, c, s, x, W_h: (_one_short(g, _total(g, c, s, W_h)) * (1 - c)).T @ x,
            "The loop ends a step too early: step 2 hands its gradient back to h[1] as well.",
        ),
        "runs from the first step to the last": Mistake(
            lambda g, c, s, x, W_h: (_total(g[::-1], c[::-1], s[::-1], W_h)[::-1] * (1 - c)).T @ x,
            "A state hears of the loss from later states: begin at the last step.",
        ),
        "takes the total gradient, of the first step alone": Mistake(
            lambda g, c, s, x, W_h: np.outer((_total(g, c, s, W_h) * (1 - c))[0], x[0]),
            "All steps share W_x, so their terms add up.",
        ),
        "hands the gradient back whole": Mistake(
            lambda g, c, s, x, W_h: (np.cumsum(g[::-1], axis=0)[::-1] * (1 - c)).T @ x, _NOT_WHOLE
        ),
        "multiplies with the slopes after W_h": Mistake(
            lambda g, c, s, x, W_h: (_adjoint_of_slopes_last(g, c, s, W_h) * (1 - c)).T @ x,
            "The Jacobian is diag(s) W_h: λ meets the slopes first, and then W_h.",
        ),
        "forgets the loss": Mistake(
            lambda g, c, s, x, W_h: (1 - c).T @ x,
            "That is how the states change. The loss changes by λ[t] times as much.",
        ),
        "keeps the steps apart": Mistake(
            lambda g, c, s, x, W_h: np.einsum("ti,tj->tij", _total(g, c, s, W_h) * (1 - c), x),
            "All steps share W_x, so their terms add up: no axis is left for t.",
        ),
    },
)


def _adjoint_of_slopes_last(g: Array, c: Array, s: Array, W_h: Array) -> Array:
    return _adjoint(g, lambda total, t: total[t] * c[t] + (total[t] @ W_h) * s[t])


def _last_alone(g: Array) -> Array:
    """Return the direct gradients of a loss that looks at the last state only."""
    return np.vstack([0 * g[:-1], g[-1:]])


def _one_short(g: Array, total: Array) -> Array:
    """Return total gradients, of which the first state has its direct one alone."""
    return np.vstack([g[:1], total[1:]])


def _one_step_back(g: Array, c: Array, s: Array, W_h: Array) -> Array:
    """Return g[t−1] and what step t hands back of g[t], in place of its total gradient."""
    total = np.array(g, float)
    total[:-1] += g[1:] * c[1:] + (g[1:] * s[1:]) @ W_h
    return total


# 1.2.1.c: the other gradients


def _rows(draw: Draw, T: int, m: int, n: int) -> tuple[Array, ...]:
    """Return λ, c, h, z, x: gates are shares, all else is whole numbers."""
    return (
        draw.integers(T, m),
        draw.quarters(T, m),
        draw.integers(T, m),
        draw.integers(T, m),
        draw.integers(T, n),
    )


def _gate_paths(draw: Draw) -> Cases:
    yield [[1]], [[0.5]], [[3]], [[-1]], [[1]]
    for T, m, n in (
        (1, 1, 2),
        (1, 2, 1),
        (1, 2, 3),
        (1, 3, 2),
        (1, 3, 2),
        (2, 1, 1),
        (2, 2, 1),
        (2, 1, 2),
        (3, 2, 3),
        (4, 3, 2),
    ):
        yield _rows(draw, T, m, n)
    yield tuple(draw.uniform(3, 2) if k == 1 else draw.normal(3, 2) for k in range(5))


def gradient_of_W_c(total: Array, c: Array, h: Array, z: Array, x: Array) -> Array:
    return (total * (h - z) * c * (1 - c)).T @ x


def _of_gate(slope: Callable[[Array, Array, Array], Array]) -> Function:
    """Return ∂ℓ/∂W_c with another slope of the gate."""
    return lambda total, c, h, z, x: (total * slope(c, h, z)).T @ x


GATE_GRADIENT = FunctionExercise(
    id="1.2.1.c.gate",
    reference=gradient_of_W_c,
    cases=_gate_paths,
    given="Given are `total`, the total gradients λ, the gates `c`, the states before `h` and the candidates `z`, each of shape (T, m), and `x` of shape (T, n). "
    "Row t − 1 is step t; h[t−1] is in row t − 1 of `h`. Return ∂ℓ/∂W_c of shape (m, n).",
    hints=(
        "W_c moves the gate, and the gate moves h[t]. How does h[t] change with c[t]? And c[t] with what enters the gate?",
        "h[t] changes with c[t] by h[t−1] − z[t], and c[t] with what enters it by c[t] (1 − c[t]).",
        "The first step's column is `total[0] * (h[0] - z[0])`, times the slope of σ. It meets x[t] in a product of a column and a row. All steps add up.",
    ),
    mistakes={
        "forgets the derivative of σ": Mistake(
            _of_gate(lambda c, h, z: h - z), "The gate answers to its input with the slope c (1 − c)."
        ),
        "takes c for the derivative of σ": Mistake(
            _of_gate(lambda c, h, z: (h - z) * c), "σ′ = σ (1 − σ): the factor 1 − c is missing."
        ),
        "forgets that the gate also lets the candidate in": Mistake(
            _of_gate(lambda c, h, z: h * c * (1 - c)),
            "More gate means more of h[t−1] and less of z[t]: the factor is h[t−1] − z[t].",
        ),
        "forgets that the gate also keeps the state": Mistake(
            _of_gate(lambda c, h, z: -z * c * (1 - c)),
            "More gate means more of h[t−1] and less of z[t]: the factor is h[t−1] − z[t].",
        ),
        "forgets what the gate chooses between": Mistake(
            _of_gate(lambda c, h, z: c * (1 - c)),
            "That is how the gate moves. h[t] moves h[t−1] − z[t] times as far.",
        ),
        "has the gate's sign the wrong way round": Mistake(
            _of_gate(lambda c, h, z: (z - h) * c * (1 - c)),
            "A larger gate moves the new state towards h[t−1]: the factor is h[t−1] − z[t].",
        ),
        "takes the gradient of W_x": Mistake(
            _of_gate(lambda c, h, z: 1 - c),
            "W_x makes the candidate, whose share is 1 − c. W_c makes the gate: its slope is (h[t−1] − z[t]) c (1 − c).",
        ),
        "is transposed": Mistake(
            lambda total, c, h, z, x: gradient_of_W_c(total, c, h, z, x).T,
            "∂ℓ/∂W_c has the shape of W_c, m × n: the state's axis comes first.",
        ),
        "forgets the total gradient": Mistake(
            lambda total, c, h, z, x: ((h - z) * c * (1 - c)).T @ x,
            "That is how h[t] changes. The loss changes by λ[t] times as much.",
        ),
        "adds up the steps before it multiplies": Mistake(
            lambda total, c, h, z, x: np.outer((total * (h - z) * c * (1 - c)).sum(axis=0), x.sum(axis=0)),
            "Each step has a column and a row of its own; the sum comes after their product.",
        ),
    },
)


def gradient_of_W_h(total: Array, s: Array, h: Array, h_0: Array) -> Array:
    return (total * s).T @ np.vstack([h_0[None], h[:-1]])


def _state_sequences(draw: Draw) -> Cases:
    yield [[1]], [[0.5]], [[3]], [2]
    for T, m in ((1, 2), (2, 1), (2, 1), (2, 2), (2, 2), (2, 3), (3, 1), (3, 2), (1, 3)):
        yield draw.integers(T, m), draw.quarters(T, m), draw.integers(T, m), draw.integers(m)
    yield draw.normal(4, 3), draw.normal(4, 3), draw.normal(4, 3), draw.normal(3)


STATE_GRADIENT = FunctionExercise(
    id="1.2.1.c.state",
    reference=gradient_of_W_h,
    cases=_state_sequences,
    given="Given are `total`, the total gradients λ, the slopes `s` and the states `h`, each of shape (T, m), whose row t − 1 is step t, and `h_0`, the state at the "
    "start, of shape (m,). Return ∂ℓ/∂W_h of shape (m, m).",
    hints=(
        "Through what does W_h act on h[t]? What is it multiplied by there?",
        "It acts through the gate, with the slope s[t], and multiplies the state before.",
        "The first step's term is `np.outer(total[0] * s[0], h_0)`. Which state does the second step's have?",
    ),
    mistakes={
        "uses the state of the step itself": Mistake(
            lambda total, s, h, h_0: (total * s).T @ h,
            "The gate c[t] looks at h[t−1], the state before: row t − 2 of the array, or h[0].",
        ),
        "leaves the first step out": Mistake(
            lambda total, s, h, h_0: gradient_of_W_h(total, s, h, 0 * h_0),
            "The first step's gate looks at h[0].",
        ),
        "is transposed": Mistake(
            lambda total, s, h, h_0: gradient_of_W_h(total, s, h, h_0).T,
            "The column is of what the gate receives, the row of what W_h is multiplied by.",
        ),
        "forgets the slopes": Mistake(
            lambda total, s, h, h_0: gradient_of_W_h(total, 1 + 0 * s, h, h_0),
            "W_h acts through the gate: λ[t] ⊙ s[t].",
        ),
        "weights with 1 − s in place of s": Mistake(
            lambda total, s, h, h_0: gradient_of_W_h(total, 1 - s, h, h_0),
            "What W_h moves enters the gate, whose slope is s[t].",
        ),
        "keeps the last step alone": Mistake(
            lambda total, s, h, h_0: gradient_of_W_h(
                total[-1:], s[-1:], h[-1:], h[-2] if len(h) > 1 else h_0
            ),
            "All steps share W_h, so their terms add up.",
        ),
        "starts every step at h[0]": Mistake(
            lambda total, s, h, h_0: np.outer((total * s).sum(axis=0), h_0), "Step t starts from h[t−1]."
        ),
    },
)


def gradient_of_x(total: Array, c: Array, s: Array, W_c: Array, W_x: Array) -> Array:
    return (total * s) @ W_c + (total * (1 - c)) @ W_x


def _input_paths(draw: Draw) -> Cases:
    yield [[1]], [[0.5]], [[2]], [[1]], [[3]]
    for T, m, n in (
        (1, 1, 2),
        (1, 2, 1),
        (1, 2, 2),
        (1, 2, 3),
        (1, 3, 2),
        (2, 1, 1),
        (2, 2, 1),
        (2, 1, 2),
        (3, 2, 2),
    ):
        yield (
            draw.integers(T, m),
            draw.quarters(T, m),
            draw.integers(T, m),
            draw.integers(m, n),
            draw.integers(m, n),
        )
    yield draw.normal(3, 2), draw.uniform(3, 2), draw.normal(3, 2), draw.normal(2, 4), draw.normal(2, 4)


INPUT_GRADIENT = FunctionExercise(
    id="1.2.1.c.input",
    reference=gradient_of_x,
    cases=_input_paths,
    given="Given are `total`, the total gradients λ, the gates `c` and the slopes `s`, each of shape (T, m), and `W_c` and `W_x` of shape (m, n). Return ∂ℓ/∂x of "
    "shape (T, n), a row for each step.",
    hints=(
        "By which two ways does x[t] reach h[t]? What is it multiplied by on each?",
        "It enters the gate through W_c, and the candidate through W_x. The slope of the one is s[t], the share of the other 1 − c[t].",
        "Through the gate, it is `(total * s) @ W_c`. Add what comes through the candidate.",
    ),
    mistakes={
        "forgets the path through the gate": Mistake(
            lambda total, c, s, W_c, W_x: (total * (1 - c)) @ W_x,
            "x[t] enters the gate as well, by way of W_c.",
        ),
        "forgets the path through the candidate": Mistake(
            lambda total, c, s, W_c, W_x: (total * s) @ W_c,
            "x[t] makes the candidate as well, by way of W_x.",
        ),
        "exchanges W_c and W_x": Mistake(
            lambda total, c, s, W_c, W_x: gradient_of_x(total, c, s, W_x, W_c),
            "W_c makes the gate, with the slope s; W_x the candidate, with the share 1 − c.",
        ),
        "weights with c in place of 1 − c": Mistake(
            lambda total, c, s, W_c, W_x: (total * s) @ W_c + (total * c) @ W_x,
            "The candidate enters h[t] with the share 1 − c[t].",
        ),
        "forgets the factor 1 − c": Mistake(
            lambda total, c, s, W_c, W_x: (total * s) @ W_c + total @ W_x,
            "The candidate enters h[t] with the share 1 − c[t].",
        ),
        "forgets the slopes": Mistake(
            lambda total, c, s, W_c, W_x: total @ W_c + (total * (1 - c)) @ W_x,
            "What enters the gate moves h[t] with the slope s[t].",
        ),
        "forgets the slopes, and the factor 1 − c": Mistake(
            lambda total, c, s, W_c, W_x: total @ W_c + total @ W_x,
            "What enters the gate moves h[t] with the slope s[t], and the candidate enters it with the share 1 − c[t].",
        ),
        "forgets the total gradient": Mistake(
            lambda total, c, s, W_c, W_x: s @ W_c + (1 - c) @ W_x,
            "The loss changes by λ[t] times the change of h[t].",
        ),
        "adds up the steps": Mistake(
            lambda total, c, s, W_c, W_x: gradient_of_x(total, c, s, W_c, W_x).sum(axis=0),
            "Only step t reads x[t]: a row for each step, and no sum.",
        ),
    },
)


def half_open_gradient(g: Array, x: Array) -> Array:
    return _decayed(lambda t, T: 0.5 ** (T - t + 1))(g, x)


def _decayed(weight: Callable[[int, int], float]) -> Callable[[Array, Array], Array]:
    """Return the function gᵀ Σ_t weight(t, T) x[t]ᵀ."""
    return lambda g, x: np.outer(g, sum(weight(t, len(x)) * x[t - 1] for t in range(1, len(x) + 1)))


def _lengths(draw: Draw) -> Cases:
    for T, m, n in (
        (1, 1, 1),
        (2, 1, 1),
        (1, 2, 1),
        (1, 1, 2),
        (2, 2, 1),
        (3, 1, 2),
        (2, 2, 3),
        (3, 3, 2),
        (4, 2, 3),
    ):
        yield draw.integers(m), draw.integers(T, n)
    yield draw.normal(3), draw.normal(5, 2)


HALF_OPEN = FunctionExercise(
    id="1.2.1.c.half",
    reference=half_open_gradient,
    cases=_lengths,
    given="Given are `g` of shape (m,), the gradient of the last state, and `x` of shape (T, n). All gates are ½, since W_c and W_h are 0. Return ∂ℓ/∂W_x of shape (m, n).",
    hints=(
        "What is the step's Jacobian here? So what is λ[t], if λ[T] = g?",
        "Each step back halves it: λ[T−1] = g/2, and so on. And which share of the candidate comes in?",
        "The last step's term is `np.outer(g / 2, x[-1])`. By what is each step before it multiplied?",
    ),
    mistakes={
        "forgets the factor 1 − c": Mistake(
            _decayed(lambda t, T: 0.5 ** (T - t)), "The candidate enters with the share 1 − c = ½."
        ),
        "forgets how λ decays": Mistake(
            _decayed(lambda t, T: 0.5), "Each step back multiplies λ by the gate, ½."
        ),
        "forgets both": Mistake(
            _decayed(lambda t, T: 1.0), "Each step back multiplies λ by ½, and the candidate has the share ½."
        ),
        "halves all steps alike": Mistake(
            _decayed(lambda t, T: 0.5**T),
            "Step t lies T − t steps before the end: later steps are halved less often.",
        ),
        "decays from the first step on": Mistake(
            _decayed(lambda t, T: 0.5**t), "The loss looks at the last state: the latest input counts most."
        ),
        "keeps the last step alone": Mistake(
            _decayed(lambda t, T: 0.5 * (t == T)),
            "All steps share W_x: add those before, each halved once more.",
        ),
        "counts one step too many": Mistake(
            _decayed(lambda t, T: 0.5 ** (T - t + 2)), "From step T to step t there are T − t steps back."
        ),
        "is transposed": Mistake(
            lambda g, x: half_open_gradient(g, x).T, "∂ℓ/∂W_x has the shape of W_x, m × n."
        ),
    },
)


def share(c: float, k: int, T: int) -> float:
    return (1 - c**k) / (1 - c**T)


TRUNCATED = FunctionExercise(
    id="1.2.1.c.truncated",
    reference=share,
    cases=lambda draw: (
        (c, k, T)
        for c in (0.25, 0.5, 0.75, 0.9)
        for k, T in ((1, 1), (1, 2), (2, 3), (1, 4), (3, 4), (5, 20))
    ),
    given="Given are c, the gate at every step, k, how many steps the gradient goes back, and T, how many there are, at least k. W_h is 0, all inputs are the same, and the loss "
    "looks at the last state only. Return which share of ∂ℓ/∂W_x is found.",
    hints=(
        "What is the term of the last step? And that of the step before, by comparison?",
        "From step to step back, the terms are multiplied by c. How much is 1 + c + c² + …, with k terms?",
        "With T terms it is `sum(c**j for j in range(T))`, which is (1 − c^T)/(1 − c).",
    ),
    mistakes={
        "counts the steps": Mistake(
            lambda c, k, T: k / T, "The terms are not of one size: each is c times the one after it."
        ),
        "lets the sequence be endless": Mistake(
            lambda c, k, T: 1 - c**k,
            "That is the share of an endless sequence. There are T terms: divide by 1 − c^T.",
        ),
        "gives what is lost": Mistake(lambda c, k, T: 1 - share(c, k, T), "That is the share that is lost."),
        "gives the size of the first term that is left out": Mistake(
            lambda c, k, T: c**k, "Add up the terms that are found, and divide by the sum of all."
        ),
        "finds one term too few": Mistake(lambda c, k, T: share(c, k - 1, T), "k terms: 1, c, …, c^(k−1)."),
        "finds one term too many": Mistake(lambda c, k, T: share(c, k + 1, T), "k terms: 1, c, …, c^(k−1)."),
        "takes the first k steps, not the last": Mistake(
            lambda c, k, T: c ** (T - k) * share(c, k, T),
            "The gradient begins at the last step and goes back: the largest terms are found.",
        ),
        "divides the last terms": Mistake(
            lambda c, k, T: c ** (T - k), "Add up the terms that are found, and divide by the sum of all."
        ),
    },
)


def count_terms(k: int) -> int:
    """Return how many sequences of k steps go through the gate in no two steps in a row."""
    kept, moved = 1, 0  # by what the last step does
    for _ in range(k):
        kept, moved = kept + moved, kept
    return kept + moved


TERMS = FunctionExercise(
    id="1.2.1.c.terms",
    reference=count_terms,
    cases=lambda draw: ((k,) for k in range(13)),
    given="Given is k. Multiplied out, ∂h[k]/∂h[0] is a sum of products: each has diag(c[t]) or diag(s[t]) W_h for each step. Return how many of them have diag(s[t]) W_h in "
    "no two steps in a row.",
    hints=(
        "Write the terms down for k = 1, 2 and 3. Which of them can be continued with diag(s[t]) W_h?",
        "Those can that end with diag(c[t]). With diag(c[t]) all of them can be continued. So count the two kinds apart.",
        "For k = 1 there is one of each: `with_c, with_s = 1, 1`. For k = 2 it is `with_c, with_s = 1 + 1, 1`. And so on.",
    ),
    mistakes={
        "counts all products": Mistake(
            lambda k: 2**k, "Those with diag(s[t]) W_h in two steps in a row do not count."
        ),
        "is one step late": Mistake(
            lambda k: count_terms(k - 1) if k else 1, "For one step there are two terms, and both count."
        ),
        "is one step early": Mistake(
            lambda k: count_terms(k + 1),
            "For one step there are two terms, for two steps three, and for none one.",
        ),
        "allows diag(s[t]) W_h once": Mistake(
            lambda k: k + 1, "It may stand in several steps, if diag(c[t]) stands between."
        ),
        "counts the arrows of the diagram": Mistake(
            lambda k: 3**k, "The two arrows from the gate make one term: diag(s[t]) W_h."
        ),
        "counts those that have it in two steps in a row": Mistake(
            lambda k: 2**k - count_terms(k), "Asked is how many have it in no two steps in a row."
        ),
    },
)


def change_of_loss(total: Array, jacobian: Array, v: Array, step: float) -> float:
    return float(step * total @ jacobian @ v)


def _probes(draw: Draw) -> Cases:
    yield [1], [[2]], [3], 0.5
    yield [2], [[-3]], [1], 0.25
    for m in (2, 2, 3, 3, 2, 4):
        yield draw.integers(m), draw.integers(m, m), draw.integers(m), 0.5
    yield draw.normal(3), draw.normal(3, 3), draw.normal(3), 1e-2
    yield draw.normal(2), draw.normal(2, 2), draw.normal(2), 1e-1


PROBE = FunctionExercise(
    id="1.2.1.c.probe",
    reference=change_of_loss,
    cases=_probes,
    given="Given are `total`, the total gradient of h[1], of shape (m,); `jacobian`, ∂h[1]/∂h[0] of shape (m, m); `v` of shape (m,); and a small number `step`. h[0] moves by "
    "step · v. Return by how much ℓ changes, to first order: one number.",
    hints=(
        "By how much does h[1] move, to first order?",
        "By ∂h[1]/∂h[0] times the move of h[0], a column. A gradient times that is a number.",
        "The move of h[1] is `jacobian @ (step * v)`.",
    ),
    mistakes={
        "leaves the first step out": Mistake(
            lambda total, jacobian, v, step: step * total @ v,
            "λ[1] is the gradient of h[1]. From h[0] to h[1] it is one step more.",
        ),
        "forgets the size of the move": Mistake(
            lambda total, jacobian, v, step: total @ jacobian @ v, "h[0] moves by step · v, and not by v."
        ),
        "drops a transpose, of the Jacobian": Mistake(
            lambda total, jacobian, v, step: step * total @ jacobian.T @ v,
            "A gradient is a row and stands before the Jacobian; a move is a column and stands behind it.",
        ),
        "takes the difference of both sides": Mistake(
            lambda total, jacobian, v, step: 2 * step * total @ jacobian @ v,
            "That is the difference between a move ahead and one back. Asked is one move.",
        ),
        "keeps the entries apart": Mistake(
            lambda total, jacobian, v, step: step * (total @ jacobian) * v,
            "The changes by all entries of h[0] add up: one number.",
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
        "By way of h[t−1], one state's entry is `jacobian[0] @ before[:, 0, 0]`: the sum runs over the states of h[t−1]. Add the two ways.",
    ),
    mistakes={
        "forgets that W_x has acted on h[t−1] already": Mistake(
            lambda c, x, jacobian, before: _local(c, x),
            "This is what W_x does within step t. Add what it did before, ∂h[t]/∂h[t−1] · ∂h[t−1]/∂W_x.",
        ),
        "makes one m × n matrix of it, and forgets that W_x has acted on h[t−1] already": Mistake(
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
        "adds the sheet's term to every state": Mistake(
            lambda c, x, jacobian, before: np.outer(1 - c, x)[None] + np.tensordot(jacobian, before, axes=1),
            "Row k of W_x makes the candidate of state k alone: the term (1 − c_k) x_j stands at [k, k, j], and elsewhere is 0. NumPy's broadcasting puts it everywhere.",
        ),
        "sums over the wrong axis of what was before": Mistake(
            lambda c, x, jacobian, before: _local(c, x) + np.dot(jacobian, before),
            "The Jacobian's columns belong to the states h[t−1], the first axis of `before`. `np.dot` sums over the last axis but one.",
        ),
        "forgets what W_x does within the step": Mistake(
            lambda c, x, jacobian, before: np.tensordot(jacobian, before, axes=1),
            "Add what W_x does within step t: the candidate has the share 1 − c.",
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
        "What the last step hands back is `g[-1] @ jacobians[-1]`. Add the direct gradient there, and go on to the step before, on a copy of g.",
    ),
    mistakes={
        "leaves the first state's total gradient out": Mistake(
            lambda g, jacobians: _one_short(g, total_gradients(g, jacobians)),
            "The loop ends a step too early: step 2 hands its gradient back to h[1] as well.",
        ),
        "runs from the first step to the last": Mistake(
            _run_forward,
            "The same graph, with its arrows turned: a state hears of the loss from later states. Begin at the end.",
        ),
        "puts the Jacobian before the gradient": Mistake(
            lambda g, jacobians: _adjoint(g, lambda total, t: jacobians[t] @ total[t]),
            "A gradient is a row and stands first: `total[t] @ jacobians[t]`.",
        ),
        "hands the gradient back whole": Mistake(
            lambda g, jacobians: np.cumsum(g[::-1], axis=0)[::-1], _NOT_WHOLE
        ),
        "hands back the direct gradients": Mistake(
            lambda g, jacobians: _adjoint(g, lambda total, t: g[t] @ jacobians[t]),
            "What comes back from h[t] is its total gradient, with all that follows: the one you have just made.",
        ),
        "uses the Jacobian of the step before": Mistake(
            lambda g, jacobians: _adjoint(g, lambda total, t: total[t] @ jacobians[t - 1]),
            "From h[t] to h[t−1] it is ∂h[t]/∂h[t−1], which is row t − 1: for `total[t]`, `jacobians[t]`.",
        ),
        "loses the direct gradients of the earlier states": Mistake(
            lambda g, jacobians: _adjoint(_last_alone(g), lambda total, t: total[t] @ jacobians[t]),
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
        "The derivative over many steps is the product of the steps' derivatives. Follow the state for two steps: what enters the gate?",
        "One step's derivative is c + (h[t−1] − x_1[t]) c (1 − c) · 5, with c = ½ each time.",
        "At the first step that is `0.5 + (0 - 2) * 0.25 * 5`. Find the second step's; then count the pairs.",
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
        "gives the logarithm": Mistake(
            (30 * float(np.log(6)),), "That is its natural logarithm: how large is the number itself?"
        ),
        "holds that it vanishes": Mistake(
            (0.0,), "The gate is ½ at each step, but the state also moves the gate."
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
        "The other is the gate. h[t] changes with c by h[t−1] − z, and c with what enters it by c (1 − c).",
        "What enters gate i is Σ_j W_h[i, j] h[j]. So which row of W_h belongs to the slope `(h[0] - z[0]) * c[0] * (1 - c[0])`?",
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
        "forgets what is kept": Mistake(
            lambda c, h, z, W_h: step_jacobian(c, h, z, W_h) - np.diag(c),
            "A share c of h[t−1] remains in h[t]: add diag(c).",
        ),
        "adds c to every row, and not to the diagonal": Mistake(
            lambda c, h, z, W_h: step_jacobian(c, h, z, W_h) - np.diag(c) + c,
            "What is kept of entry i stays in entry i: diag(c), which is `np.diag(c)`.",
        ),
        "adds c to every column, and not to the diagonal": Mistake(
            lambda c, h, z, W_h: step_jacobian(c, h, z, W_h) - np.diag(c) + c[:, None],
            "What is kept of entry i stays in entry i: diag(c), which is `np.diag(c)`.",
        ),
        "is transposed": Mistake(
            lambda c, h, z, W_h: step_jacobian(c, h, z, W_h).T,
            "Row i belongs to h_i[t], column j to h_j[t−1].",
        ),
    },
)


def propagator(jacobians: Array) -> Array:
    return _product(jacobians[::-1])


def _product(factors: Array) -> Array:
    return reduce(np.matmul, factors)


def _factors(draw: Draw) -> Cases:
    for T, m in ((1, 1), (2, 1), (1, 2), (2, 2), (2, 2), (3, 2), (3, 2), (3, 2), (4, 2), (3, 3)):
        yield (draw.integers(T, m, m),)
    yield (draw.normal(4, 3, 3),)


ORDER = FunctionExercise(
    id="1.2.1.d.order",
    reference=propagator,
    cases=_factors,
    given="Given is `jacobians` of shape (T, m, m), whose row t − 1 is ∂h[t]/∂h[t−1]. Return ∂h[T]/∂h[0] of shape (m, m).",
    hints=(
        "Move h[0] by a small column v. By how much does h[1] move, and then h[2]?",
        "h[1] moves by `jacobians[0] @ np.ones(len(jacobians[0]))`, if v is all ones. That column meets the next Jacobian.",
    ),
    mistakes={
        "reverses the factors": Mistake(
            _product, "The latest step stands on the left: it acts on what the earlier ones have done."
        ),
        "is transposed": Mistake(
            lambda jacobians: propagator(jacobians).T, "Row i belongs to h_i[T], column j to h_j[0]."
        ),
        "transposes each factor": Mistake(
            lambda jacobians: _product(jacobians[::-1].swapaxes(1, 2)),
            "A column of small changes stands to the right of the Jacobian as it is.",
        ),
        "adds the factors up": Mistake(lambda jacobians: jacobians.sum(axis=0), _MULTIPLIED),
        "multiplies entry by entry": Mistake(
            lambda jacobians: jacobians.prod(axis=0),
            "A change of one entry moves all others in the next step: it is a product of matrices.",
        ),
        "takes the last step alone": Mistake(lambda jacobians: jacobians[-1], _MULTIPLIED),
        "leaves the first step out": Mistake(
            lambda jacobians: propagator(jacobians[1:]) if len(jacobians) > 1 else np.eye(len(jacobians[0])),
            "From h[0] to h[1] it is a step, too.",
        ),
    },
)

GAIN = NumberExercise(
    id="1.2.1.d.gain",
    answer=(5**0.5,),
    tolerance=0.002,
    given="Asked for is one number, to within 0.2 %: gradients explode where |w| is larger.",
    hints=(
        "Write the derivatives of an odd and of an even step with w in place of 5.",
        "They are ½ − w/2 and ½ + w/2. What do two steps multiply by? When is that larger than 1 in magnitude?",
    ),
    mistakes={
        "asks that the odd step's derivative exceed 1": Mistake(
            (3.0,), "It is enough that the product of both exceeds 1 in magnitude."
        ),
        "asks that the even step's derivative exceed 1": Mistake(
            (1.0,), "The odd step's derivative shrinks what the even step's has raised: look at the product."
        ),
        "forgets the root": Mistake((5.0,), "|1 − w²|/4 > 1 where w² > 5."),
        "forgets that the odd step's has a minus": Mistake(
            (3**0.5,), "The product is (½ − w/2)(½ + w/2) = (1 − w²)/4."
        ),
        "forgets what is kept": Mistake(
            (2.0,), "Each step keeps half of the state: ½ is added to w/2, or w/2 taken from it."
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
        "It is half way between the two zeros. That counts only if it is not beyond gamma.",
        "With G = 3 the zeros are `0, 1 + 1 / 3`, and c = ⅔. Where is the peak if G is 1 or less? Can a gate get there?",
    ),
    mistakes={
        "takes the gate alone for the bound": SheetMistake(
            lambda gamma, G: gamma,
            "That holds if W_h = 0, when G = 0: the sheet's case. Otherwise (1 − c) G is added at each step.",
        ),
        "ends at the largest gate in every case": Mistake(
            _row,
            "The parabola may have its peak before gamma: a gate that is wide open is cut off from what it looks at. If you look for a peak, it is at "
            "`(1 + G) / (2 * G)`, brackets and all.",
        ),
        "returns the gate and not the value": Mistake(
            lambda gamma, G: min(gamma, (1 + G) / (2 * G)) if G > 1 else gamma,
            "That is the c at which the value is largest. Put it in: c (1 + (1 − c) G).",
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

CERTIFICATE = NumberExercise(
    id="1.2.1.d.certificate",
    answer=(15, 64 / 15),
    tolerance=0.0005,
    given="Asked for are two numbers, G and ρ; ρ to within 0.05 %.",
    hints=(
        "Candidates are 2 and −1, and the state starts at 0. How wide is the range of them all?",
        "It is `2 - (-1)` wide, and W_h is 5: G is their product. Now where is the peak of c (1 + (1 − c) G)? Can the gate get there?",
    ),
    mistakes={
        "takes W_h for the loop gain": Mistake(
            (5, 1.8), "The loop gain is the width of the box times W_h: D = 3."
        ),
        "takes a box from 0 to 2": Mistake(
            (10, 121 / 40), "The candidates of the even steps are −1: the box goes from −1 to 2."
        ),
        "makes both factors as large as they can be": Mistake(
            (15, 16), "1 − c is small where c is large: look for the largest c (1 + (1 − c) G)."
        ),
        "takes the gate that occurs": Mistake(
            (15, 4.25),
            "The gate is ½ in this run. The bound allows for every gate: the peak is at (1 + G)/(2G).",
        ),
        "takes the largest derivative that occurs": Mistake(
            (15, 3),
            "That is the counterexample itself. The bound allows for the worst of all gates and states.",
        ),
        "takes the largest gate": Mistake((15, 1), "The parabola has its peak before: at c = (1 + G)/(2G)."),
    },
)

EQUALITY = NumberExercise(
    id="1.2.1.d.equality",
    answer=(8 / 15, 3),
    tolerance=0.0005,
    given="Asked for are two numbers, to within 0.05 %: the gate c, and h[t−1] − x_1[t].",
    hints=(
        "The derivative is c + (h[t−1] − x_1[t]) c (1 − c) · 5. Which difference makes it largest, in a box from −1 to 2?",
        "h[t−1] = 2 and x_1[t] = −1 do: the difference is `2 - (-1)`. What is left is c (1 + (1 − c) · 15).",
    ),
    mistakes={
        "has the sign of the difference wrong": Mistake(
            (8 / 15, -3), "With a negative difference the second term is taken away from c."
        ),
        "takes the gate that occurs": Mistake(
            (0.5, 3), "½ is near. The peak of c (1 + (1 − c) · 15) is at (1 + 15)/(2 · 15)."
        ),
        "opens the gate": Mistake(
            (1, 3), "A gate that is wide open is cut off from what it looks at: c (1 − c) is 0."
        ),
        "takes the differences that occur": Mistake(
            (8 / 15, 2), "In the counterexample the difference is at most 2. The box allows 3."
        ),
        "forgets what is kept": Mistake((0.5, -3), "Both count: c, and what comes through the gate."),
        "gives the difference first": Mistake((3, 8 / 15), "The gate first."),
    },
)

SCALE = NumberExercise(
    id="1.2.1.d.scale",
    answer=(1 / 7, 7, 1),
    given="Asked for are three factors: of W_h, of the states, and of ∂h[t]/∂h[t−1].",
    hints=(
        "If all candidates are 7 times as large, and the gates as they were, what becomes of the states?",
        "The states are 7 times as large, too. The gates stay as they were if W_h h[t−1] does. Then look at diag(c) + diag(s) W_h.",
    ),
    mistakes={
        "multiplies W_h as well": Mistake(
            (7, 7, 1), "Then W_h h[t−1] is 49 times as large, and the gates change."
        ),
        "leaves W_h as it is": Mistake(
            (1, 7, 1), "Then W_h h[t−1] is 7 times as large, and the gates change."
        ),
        "lets the Jacobian grow with the states": Mistake(
            (1 / 7, 7, 7), "s is 7 times as large, and W_h is divided by 7."
        ),
        "lets the Jacobian shrink with W_h": Mistake(
            (1 / 7, 7, 1 / 7), "W_h is divided by 7, and s is 7 times as large."
        ),
        "leaves the states as they are": Mistake(
            (1 / 7, 1, 1), "All candidates are 7 times as large, and states lie between them."
        ),
        "divides the states": Mistake(
            (7, 1 / 7, 1),
            "All candidates are 7 times as large, and states lie between them: W_h has to make up for that.",
        ),
    },
)
