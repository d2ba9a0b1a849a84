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
    """Return the step with another function of the gate c, the state h and the candidate z, or with another gate."""
    W_c, W_h, W_x, x, h = arguments
    return state(squash(W_c @ x + W_h @ h), h, W_x @ x)


STEP = FunctionExercise(
    id="1.2.1.a",
    reference=step,
    cases=_steps,
    given="You are given `W_c` and `W_x` of shape (m, n), `W_h` of shape (m, m), `x` of shape (n,) and `h`, the previous state, of "
    "shape (m,). Return the next state, of shape (m,).",
    hints=(
        "Compute the gate first: c = σ(W_c x + W_h h), with σ(a) = 1 / (1 + e^(−a)).",
        "The gate is the share of the state that is kept. The rest is replaced by the candidate W_x x.",
        "The kept part is `c = 1 / (1 + np.exp(-(W_c @ x + W_h @ h))); c * h`. Add the candidate with its share.",
    ),
    mistakes={
        "swaps the two shares, or forgets the minus sign in σ": Mistake(
            partial(_step, state=lambda c, h, z: (1 - c) * h + c * z),
            "σ(a) = 1 / (1 + e^(−a)). With e^(a) you compute 1 − σ(a), which swaps the two shares. "
            "Where the gate is near 1, the state stays: c multiplies h, and 1 − c the candidate.",
        ),
        "applies the minus sign in σ to W_c x only": Mistake(
            lambda W_c, W_h, W_x, x, h: step(W_c, -W_h, W_x, x, h),
            "The minus sign of e^(−a) applies to the whole input of the gate: e^(−(W_c x + W_h h)).",
        ),
        "leaves the state out of the gate": Mistake(
            lambda W_c, W_h, W_x, x, h: step(W_c, 0 * W_h, W_x, x, h),
            "The gate also depends on the state: c = σ(W_c x + W_h h). This dependence is the reason why gradients can explode.",
        ),
        "applies tanh to the candidate": Mistake(
            partial(_step, state=lambda c, h, z: c * h + (1 - c) * np.tanh(z)),
            "A GRU applies tanh to its candidate. In this network the candidate is linear: W_x x.",
        ),
        "computes the gate with tanh": Mistake(
            partial(_step, squash=np.tanh, state=lambda c, h, z: c * h + (1 - c) * z),
            "A gate lies between 0 and 1: σ(a) = 1 / (1 + e^(−a)).",
        ),
        "keeps the whole state": Mistake(
            partial(_step, state=lambda c, h, z: h + (1 - c) * z),
            "The two shares add up to 1: they are c and 1 − c.",
        ),
        "adds the whole candidate": Mistake(
            partial(_step, state=lambda c, h, z: c * h + z), "The candidate has the share 1 − c."
        ),
        "exchanges W_c and W_x": Mistake(
            lambda W_c, W_h, W_x, x, h: step(W_x, W_h, W_c, x, h),
            "W_c belongs to the gate, and W_x to the candidate.",
        ),
        "transposes W_h": Mistake(
            lambda W_c, W_h, W_x, x, h: step(W_c, W_h.T, W_x, x, h), "The gate is σ(W_c x[t] + W_h h[t−1])."
        ),
        "returns the gate as well": Mistake(
            lambda W_c, W_h, W_x, x, h: np.stack([sigmoid(W_c @ x + W_h @ h), step(W_c, W_h, W_x, x, h)]),
            "Return only the next state.",
        ),
        "returns the gate": Mistake(
            lambda W_c, W_h, W_x, x, h: sigmoid(W_c @ x + W_h @ h),
            "The gate is right. Now use it to combine the state and the candidate.",
        ),
    },
)

PATHS = NumberExercise(
    id="1.2.1.a.paths",
    answer=(3, 2),
    given="Give two whole numbers: the number of all paths, and the number of paths through the gate.",
    hints=(
        "Start at h[t−1]. Into which two boxes does it go?",
        "It goes into the kept part and into the gate. Where does the gate go?",
    ),
    mistakes={
        "follows the gate to the kept part only": Mistake(
            (2, 1), "The gate also sets the share of the candidate, 1 − c."
        ),
        "leaves out the path that avoids the gate": Mistake(
            (2, 2), "The kept part contains h[t−1] itself, so there is a path that avoids the gate."
        ),
        "leaves out the paths through the gate": Mistake(
            (1, 0), "h[t−1] is also an input of the gate, through W_h."
        ),
        "lets the state act on the candidate": Mistake(
            (4, 2), "The candidate W_x x[t] does not depend on the state."
        ),
        "counts the paths that do not pass through the gate": Mistake(
            (3, 1), "One path does not pass through the gate. Count the others."
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
    given="You are given m, the size of the state, and n, the size of an input. Return the number of entries of c[t].",
    hints=("What does the gate multiply, entry by entry?", "It multiplies h[t−1], which has m entries."),
    mistakes={
        "gives the size of the input": Mistake(
            lambda m, n: n, "W_c maps an input to a vector of the size of the state."
        ),
        "gives the size of W_c": Mistake(
            lambda m, n: m * n, "W_c is m × n; its product with x[t] is a vector."
        ),
        "gives the size of W_h": Mistake(
            lambda m, n: m * m, "W_h is m × m; its product with h[t−1] is a vector."
        ),
        "adds the sizes": Mistake(lambda m, n: m + n, "W_c x[t] and W_h h[t−1] are added, not concatenated."),
        "gives a single gate for the whole state": Mistake(
            lambda m, n: 1, "Each entry of the state has its own gate."
        ),
    },
)


def count_weights(m: int, n: int) -> int:
    return 2 * m * n + m * m


WEIGHTS = FunctionExercise(
    id="1.2.1.b.weights",
    reference=count_weights,
    cases=lambda draw: product((1, 2, 3, 4), (1, 2, 3, 4)),
    given="You are given m, the size of the state, and n, the size of an input. Return the number of weights of the network.",
    hints=(
        "The network has three matrices. What is the size of each one's input and output?",
        "W_h maps a state, m numbers, to the input of the gate, m numbers: it is m × m. What are the inputs of the other two?",
    ),
    mistakes={
        "forgets W_h": Mistake(
            lambda m, n: 2 * m * n, "The gate depends on the state through W_h, which is m × m."
        ),
        "counts W_c and W_x as one matrix": Mistake(
            lambda m, n: m * n + m * m, "W_c and W_x are two matrices, each m × n."
        ),
        "multiplies an input by W_h": Mistake(
            lambda m, n: 3 * m * n, "W_h multiplies h[t−1], which has m entries: it is m × m."
        ),
        "adds a matrix from the state to the candidate": Mistake(
            lambda m, n: 2 * m * n + 2 * m * m,
            "The candidate W_x x[t] does not depend on the state. The candidate of a GRU does.",
        ),
        "counts biases": Mistake(lambda m, n: 2 * m * n + m * m + 2 * m, "This network has no biases."),
        "counts the weights of a single state": Mistake(
            lambda m, n: 2 * n + m, "Each of the m entries of the state has its own row in every matrix."
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
    given="You are given b, the input of the gate at every step; W_h is 0. Return the number of steps after which a candidate's share of the state has fallen to half: a real number.",
    hints=(
        "By what is a share multiplied at each step? And after k steps?",
        "At each step it is multiplied by c = σ(b), so after k steps by c^k. When is that ½?",
        "The gate is `1 / (1 + np.exp(-b))`. Take logarithms on both sides of c^k = ½.",
    ),
    mistakes={
        "computes when 1/e is left": Mistake(
            lambda b: 1 / np.log1p(np.exp(-b)),
            "That is the time constant, after which 1/e is left. The question is when ½ is left.",
        ),
        "takes 1/(1 − c)": Mistake(
            lambda b: 1 + np.exp(b),
            "That is the mean lifetime of a share. The question is when ½ is left: c^k = ½.",
        ),
        "assumes that every step loses the same amount": Mistake(
            lambda b: 0.5 * (1 + np.exp(b)),
            "A step loses a share of what is still left, not of the original amount. So powers of c are left.",
        ),
        "replaces ln c by −(1 − c)": Mistake(
            lambda b: np.log(2) * (1 + np.exp(b)),
            "ln c is close to −(1 − c) only if the gate is close to 1.",
        ),
        "has the wrong sign of the logarithm": Mistake(
            lambda b: -np.log(2) / np.log1p(np.exp(-b)),
            "ln c is negative, and so is ln ½, so their quotient is positive.",
        ),
        "forgets the minus sign in σ": Mistake(
            lambda b: np.log(2) / np.log1p(np.exp(b)), "c = σ(b) = 1 / (1 + e^(−b))."
        ),
        "inverts the quotient": Mistake(
            lambda b: np.log1p(np.exp(-b)) / np.log(2), "From k ln c = ln ½, k is ln ½ / ln c."
        ),
        "uses b in place of the gate": Mistake(
            lambda b: np.log(0.5) / np.log(np.float64(b)),
            "b is the input of the gate; the gate itself is σ(b).",
        ),
    },
)

BIAS = NumberExercise(
    id="1.2.1.b.bias",
    answer=(float(-np.log(2**0.1 - 1)),),
    tolerance=0.002,
    given="Give one number, b, to within 0.2 %.",
    hints=(
        "For which gate c is c¹⁰ = ½?",
        "c = ½^(1/10), which is `0.5 ** (1 / 10)`. For which b is σ(b) = c?",
    ),
    mistakes={
        "gives the gate": Mistake(
            (0.5**0.1,), "That is c. The question is for the input of the gate: σ(b) = c."
        ),
        "keeps nine tenths at each step": Mistake(
            (float(np.log(9)),),
            "With c = 0.9, half is gone after fewer than ten steps. You need c¹⁰ = ½.",
        ),
        "leaves 1/e after ten steps": Mistake(
            (float(-np.log(np.exp(0.1) - 1)),), "Half should be left, not 1/e: c¹⁰ = ½."
        ),
        "has the wrong sign": Mistake(
            (float(np.log(2**0.1 - 1)),),
            "From c = 1 / (1 + e^(−b)) you get b = ln(c / (1 − c)). A gate above ½ needs a positive b.",
        ),
        "takes the tenth power in place of the tenth root": Mistake(
            (float(np.log(0.5**10 / (1 - 0.5**10))),), "Since c¹⁰ = ½, c is the tenth root of ½."
        ),
        "takes the logarithm of c only": Mistake(
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
    """Return λ, the total gradient of each state. A path can be cut, and the gate can be ``late`` steps too early."""
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


_NOT_WHOLE = "A change of h[t−1] does not reach h[t] unchanged. The gradient that comes back is λ[t] times the Jacobian of the step."
_ALL_STEPS = (
    "All steps use the same W_x, so their terms are added. And before the last step, ℓ depends on h[t] through every later state: "
    "use the paths through the kept state and through the gate."
)

GRADIENT = FunctionExercise(
    id="1.2.1.c",
    reference=gradient_of_W_x,
    cases=_sequences,
    given="You are given `g`, the direct gradients, of shape (T, m); the gates `c` and their slopes `s`, of shape (T, m); `x` of shape "
    "(T, n); `W_h` of shape (m, m). Row t − 1 is step t. Return ∂ℓ/∂W_x of shape (m, n): gradients are rows, so each step "
    "contributes a column times a row.",
    hints=(
        "Every step uses W_x, so there is a sum over t. Which gradient of h[t] belongs in it, the direct or the total one?",
        "The total one, λ. Start at the last step with λ[T] = g[T], and go back: λ[t−1] = g[t−1] + λ[t] ∂h[t]/∂h[t−1].",
        "The last step passes back `g[-1] * c[-1] + (g[-1] * s[-1]) @ W_h`. Its own term is `np.outer(g[-1] * (1 - c[-1]), x[-1])`. Continue with the earlier steps.",
    ),
    mistakes={
        "keeps only the last step, and leaves out the sum": SheetMistake(
            lambda g, c, s, x, W_h: np.outer(g[-1] * (1 - c[-1]), x[-1]), _ALL_STEPS
        ),
        "keeps only the first step, and leaves out the sum": Mistake(
            lambda g, c, s, x, W_h: np.outer(g[0] * (1 - c[0]), x[0]), _ALL_STEPS
        ),
        "forgets both paths back, through the kept state and through the gate": Mistake(
            lambda g, c, s, x, W_h: (g * (1 - c)).T @ x,
            "g holds the direct gradients: how ℓ changes with a state while the later states are held fixed. The effect of h[t] on h[t+1] is missing. First compute "
            "the total gradients, from the last step to the first.",
        ),
        "forgets the path through the gate": Mistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, by_gate=False) * (1 - c)).T @ x,
            "h[t−1] is not only kept, it also acts on the gate c[t]: ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h.",
        ),
        "forgets the path through the kept state": Mistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, by_state=False) * (1 - c)).T @ x,
            "A share c[t] of h[t−1] remains in h[t]: ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h.",
        ),
        "multiplies by W_h from the wrong side": Mistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h.T) * (1 - c)).T @ x,
            "A gradient is a row and multiplies the Jacobian from the left: (λ ⊙ s) W_h, in code `(total * s) @ W_h`.",
        ),
        "uses the gate of the previous step": Mistake(
            lambda g, c, s, x, W_h: (_total(g, c, s, W_h, late=1) * (1 - c)).T @ x,
            "The step from h[t−1] to h[t] uses the later gate, c[t]: row t − 1 of the array.",
        ),
        "uses the weight c in place of 1 − c": Mistake(
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
            "λ[t−1] is g[t−1] plus the gradient that step t passes back. Add with `+=`; a plain `=` overwrites g[t−1].",
        ),
        "passes back the direct gradients": Mistake(
            lambda g, c, s, x, W_h: (_one_step_back(g, c, s, W_h) * (1 - c)).T @ x,
            "Step t passes back its total gradient, which includes all later states. Go from the last step to the first.",
        ),
        "leaves out the total gradient of the first state": Mistake(
            lambda g, c, s, x, W_h: (_one_short(g, _total(g, c, s, W_h)) * (1 - c)).T @ x,
            "The loop ends one step too early: step 2 also passes its gradient back to h[1].",
        ),
        "runs from the first step to the last": Mistake(
            lambda g, c, s, x, W_h: (_total(g[::-1], c[::-1], s[::-1], W_h)[::-1] * (1 - c)).T @ x,
            "The gradient of a state depends on the later states. Start at the last step.",
        ),
        "uses the total gradient, but of the first step only": Mistake(
            lambda g, c, s, x, W_h: np.outer((_total(g, c, s, W_h) * (1 - c))[0], x[0]),
            "All steps use the same W_x, so their terms are added.",
        ),
        "passes the gradient back unchanged": Mistake(
            lambda g, c, s, x, W_h: (np.cumsum(g[::-1], axis=0)[::-1] * (1 - c)).T @ x, _NOT_WHOLE
        ),
        "multiplies by the slopes after W_h": Mistake(
            lambda g, c, s, x, W_h: (_adjoint_of_slopes_last(g, c, s, W_h) * (1 - c)).T @ x,
            "The Jacobian is diag(s) W_h: multiply λ by the slopes first, and then by W_h.",
        ),
        "forgets the gradient of the loss": Mistake(
            lambda g, c, s, x, W_h: (1 - c).T @ x,
            "This is how the states change. The loss changes by λ[t] times that.",
        ),
        "does not add up the steps": Mistake(
            lambda g, c, s, x, W_h: np.einsum("ti,tj->tij", _total(g, c, s, W_h) * (1 - c), x),
            "All steps use the same W_x, so their terms are added, and no axis is left for t.",
        ),
    },
)


def _adjoint_of_slopes_last(g: Array, c: Array, s: Array, W_h: Array) -> Array:
    return _adjoint(g, lambda total, t: total[t] * c[t] + (total[t] @ W_h) * s[t])


def _last_alone(g: Array) -> Array:
    """Return the direct gradients of a loss that depends on the last state only."""
    return np.vstack([0 * g[:-1], g[-1:]])


def _one_short(g: Array, total: Array) -> Array:
    """Return the total gradients, with the direct gradient alone for the first state."""
    return np.vstack([g[:1], total[1:]])


def _one_step_back(g: Array, c: Array, s: Array, W_h: Array) -> Array:
    """Return g[t−1] plus the gradient passed back from g[t], in place of λ[t]."""
    total = np.array(g, float)
    total[:-1] += g[1:] * c[1:] + (g[1:] * s[1:]) @ W_h
    return total


# 1.2.1.c: the other gradients


def _rows(draw: Draw, T: int, m: int, n: int) -> tuple[Array, ...]:
    """Return λ, c, h, z, x: the gates are quarters, all others are whole numbers."""
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
    given="You are given `total`, the total gradients λ, the gates `c`, the previous states `h` and the candidates `z`, each of shape (T, m), and `x` of shape (T, n). "
    "Row t − 1 is step t; h[t−1] is in row t − 1 of `h`. Return ∂ℓ/∂W_c of shape (m, n).",
    hints=(
        "W_c acts on the gate, and the gate acts on h[t]. How does h[t] change with c[t]? How does c[t] change with the input of the gate?",
        "The derivative of h[t] with respect to c[t] is h[t−1] − z[t]. The derivative of c[t] with respect to its input is c[t] (1 − c[t]).",
        "The column of the first step is `total[0] * (h[0] - z[0])`, times the slope of σ. Multiply the column by the row x[t]ᵀ, and add up all steps.",
    ),
    mistakes={
        "forgets the derivative of σ": Mistake(
            _of_gate(lambda c, h, z: h - z),
            "The derivative of the gate with respect to its input is c (1 − c).",
        ),
        "uses c as the derivative of σ": Mistake(
            _of_gate(lambda c, h, z: (h - z) * c), "σ′ = σ (1 − σ): the factor 1 − c is missing."
        ),
        "forgets that the gate also acts on the candidate's share": Mistake(
            _of_gate(lambda c, h, z: h * c * (1 - c)),
            "A larger gate means more of h[t−1] and less of z[t], so the factor is h[t−1] − z[t].",
        ),
        "forgets that the gate also acts on the state's share": Mistake(
            _of_gate(lambda c, h, z: -z * c * (1 - c)),
            "A larger gate means more of h[t−1] and less of z[t], so the factor is h[t−1] − z[t].",
        ),
        "forgets the factor h − z": Mistake(
            _of_gate(lambda c, h, z: c * (1 - c)),
            "This is how the gate changes. h[t] changes h[t−1] − z[t] times as much.",
        ),
        "reverses the sign of h − z": Mistake(
            _of_gate(lambda c, h, z: (z - h) * c * (1 - c)),
            "A larger gate brings the new state closer to h[t−1], so the factor is h[t−1] − z[t].",
        ),
        "computes the gradient with respect to W_x": Mistake(
            _of_gate(lambda c, h, z: 1 - c),
            "W_x belongs to the candidate, whose share is 1 − c. W_c belongs to the gate, whose slope is (h[t−1] − z[t]) c (1 − c).",
        ),
        "is transposed": Mistake(
            lambda total, c, h, z, x: gradient_of_W_c(total, c, h, z, x).T,
            "∂ℓ/∂W_c has the shape of W_c, m × n: the axis of the state comes first.",
        ),
        "forgets the total gradient": Mistake(
            lambda total, c, h, z, x: ((h - z) * c * (1 - c)).T @ x,
            "This is how h[t] changes. The loss changes by λ[t] times that.",
        ),
        "adds up the steps before multiplying": Mistake(
            lambda total, c, h, z, x: np.outer((total * (h - z) * c * (1 - c)).sum(axis=0), x.sum(axis=0)),
            "Each step has its own column and its own row. Multiply first, then add up the products.",
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
    given="You are given `total`, the total gradients λ, the slopes `s` and the states `h`, each of shape (T, m), whose row t − 1 is step t, and `h_0`, the initial "
    "state, of shape (m,). Return ∂ℓ/∂W_h of shape (m, m).",
    hints=(
        "Through what does W_h act on h[t]? Which vector does it multiply there?",
        "It acts through the gate, with the slope s[t], and it multiplies the previous state.",
        "The term of the first step is `np.outer(total[0] * s[0], h_0)`. Which state is in the term of the second step?",
    ),
    mistakes={
        "uses the new state in place of the previous one": Mistake(
            lambda total, s, h, h_0: (total * s).T @ h,
            "The gate c[t] depends on h[t−1], the previous state: row t − 2 of the array, or h[0].",
        ),
        "leaves out the first step": Mistake(
            lambda total, s, h, h_0: gradient_of_W_h(total, s, h, 0 * h_0),
            "The gate of the first step depends on h[0].",
        ),
        "is transposed": Mistake(
            lambda total, s, h, h_0: gradient_of_W_h(total, s, h, h_0).T,
            "The column belongs to the gate. The row belongs to the state that W_h multiplies.",
        ),
        "forgets the slopes": Mistake(
            lambda total, s, h, h_0: gradient_of_W_h(total, 1 + 0 * s, h, h_0),
            "W_h acts through the gate: λ[t] ⊙ s[t].",
        ),
        "uses the weight 1 − s in place of s": Mistake(
            lambda total, s, h, h_0: gradient_of_W_h(total, 1 - s, h, h_0),
            "W_h acts through the gate, whose slope is s[t].",
        ),
        "keeps only the last step": Mistake(
            lambda total, s, h, h_0: gradient_of_W_h(
                total[-1:], s[-1:], h[-1:], h[-2] if len(h) > 1 else h_0
            ),
            "All steps use the same W_h, so their terms are added.",
        ),
        "uses h[0] in every step": Mistake(
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
    given="You are given `total`, the total gradients λ, the gates `c` and the slopes `s`, each of shape (T, m), and `W_c` and `W_x` of shape (m, n). Return ∂ℓ/∂x of "
    "shape (T, n), a row for each step.",
    hints=(
        "In which two ways does x[t] act on h[t]? By which factors?",
        "It acts on the gate through W_c, with the slope s[t], and on the candidate through W_x, with the share 1 − c[t].",
        "The part through the gate is `(total * s) @ W_c`. Add the part through the candidate.",
    ),
    mistakes={
        "forgets the path through the gate": Mistake(
            lambda total, c, s, W_c, W_x: (total * (1 - c)) @ W_x,
            "x[t] also acts on the gate, through W_c.",
        ),
        "forgets the path through the candidate": Mistake(
            lambda total, c, s, W_c, W_x: (total * s) @ W_c,
            "x[t] also acts on the candidate, through W_x.",
        ),
        "exchanges W_c and W_x": Mistake(
            lambda total, c, s, W_c, W_x: gradient_of_x(total, c, s, W_x, W_c),
            "W_c belongs to the gate, with the slope s. W_x belongs to the candidate, with the share 1 − c.",
        ),
        "uses the weight c in place of 1 − c": Mistake(
            lambda total, c, s, W_c, W_x: (total * s) @ W_c + (total * c) @ W_x,
            "The candidate enters h[t] with the share 1 − c[t].",
        ),
        "forgets the factor 1 − c": Mistake(
            lambda total, c, s, W_c, W_x: (total * s) @ W_c + total @ W_x,
            "The candidate enters h[t] with the share 1 − c[t].",
        ),
        "forgets the slopes": Mistake(
            lambda total, c, s, W_c, W_x: total @ W_c + (total * (1 - c)) @ W_x,
            "The input of the gate acts on h[t] with the slope s[t].",
        ),
        "forgets the slopes, and the factor 1 − c": Mistake(
            lambda total, c, s, W_c, W_x: total @ W_c + total @ W_x,
            "The input of the gate acts on h[t] with the slope s[t], and the candidate acts on it with the share 1 − c[t].",
        ),
        "forgets the total gradient": Mistake(
            lambda total, c, s, W_c, W_x: s @ W_c + (1 - c) @ W_x,
            "The loss changes by λ[t] times the change of h[t].",
        ),
        "adds up the steps": Mistake(
            lambda total, c, s, W_c, W_x: gradient_of_x(total, c, s, W_c, W_x).sum(axis=0),
            "Only step t reads x[t], so there is a row for each step and no sum.",
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
    given="You are given `g` of shape (m,), the gradient of the last state, and `x` of shape (T, n). All gates are ½, because W_c and W_h are 0. Return ∂ℓ/∂W_x of shape (m, n).",
    hints=(
        "What is the Jacobian of a step here? What is λ[t], then, if λ[T] = g?",
        "Each step back halves it: λ[T−1] = g/2, and so on. With which share does the candidate enter the state?",
        "The term of the last step is `np.outer(g / 2, x[-1])`. By what is each earlier term multiplied?",
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
        "halves all steps equally often": Mistake(
            _decayed(lambda t, T: 0.5**T),
            "Step t is T − t steps before the end, so later steps are halved less often.",
        ),
        "decays from the first step onwards": Mistake(
            _decayed(lambda t, T: 0.5**t),
            "The loss depends on the last state, so the latest input counts most.",
        ),
        "keeps only the last step": Mistake(
            _decayed(lambda t, T: 0.5 * (t == T)),
            "All steps use the same W_x. Add the earlier steps, each halved once more.",
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
    given="You are given c, the gate at every step; k, the number of steps that the gradient goes back; and T, the number of all steps, at least k. W_h is 0, all inputs are equal, and the "
    "loss depends on the last state only. Return the share of ∂ℓ/∂W_x that the last k steps give.",
    hints=(
        "What is the term of the last step? By which factor does the term of the previous step differ?",
        "Each step back multiplies the term by c. What is 1 + c + c² + …, with k terms?",
        "With T terms it is `sum(c**j for j in range(T))`, which is (1 − c^T)/(1 − c).",
    ),
    mistakes={
        "counts the steps": Mistake(
            lambda c, k, T: k / T, "The terms do not have the same size: each is c times the term after it."
        ),
        "treats the sequence as infinitely long": Mistake(
            lambda c, k, T: 1 - c**k,
            "That is the share for an infinitely long sequence. There are T terms: divide by 1 − c^T.",
        ),
        "gives the share that is lost": Mistake(
            lambda c, k, T: 1 - share(c, k, T), "That is the share that is lost."
        ),
        "gives the first term that is left out": Mistake(
            lambda c, k, T: c**k, "Add up the last k terms, and divide by the sum of all terms."
        ),
        "counts one term too few": Mistake(
            lambda c, k, T: share(c, k - 1, T), "There are k terms: 1, c, …, c^(k−1)."
        ),
        "counts one term too many": Mistake(
            lambda c, k, T: share(c, k + 1, T), "There are k terms: 1, c, …, c^(k−1)."
        ),
        "takes the first k steps, not the last": Mistake(
            lambda c, k, T: c ** (T - k) * share(c, k, T),
            "The gradient starts at the last step and goes back, so it finds the largest terms.",
        ),
        "divides the first term by the last": Mistake(
            lambda c, k, T: c ** (T - k), "Add up the last k terms, and divide by the sum of all terms."
        ),
    },
)


def count_terms(k: int) -> int:
    """Return the number of sequences of k steps that never use the gate in two consecutive steps."""
    kept, moved = 1, 0  # by the factor of the last step
    for _ in range(k):
        kept, moved = kept + moved, kept
    return kept + moved


TERMS = FunctionExercise(
    id="1.2.1.c.terms",
    reference=count_terms,
    cases=lambda draw: ((k,) for k in range(13)),
    given="You are given k. If you multiply out ∂h[k]/∂h[0], each term has one factor for each step, diag(c[t]) or diag(s[t]) W_h. Return the number of terms that never use "
    "diag(s[t]) W_h in two consecutive steps.",
    hints=(
        "Write down the terms for k = 1, 2 and 3. Which of them can be continued with diag(s[t]) W_h?",
        "Only the terms that end with diag(c[t]) can. All of them can be continued with diag(c[t]). So count the two kinds separately.",
        "For k = 1 there is one of each: `with_c, with_s = 1, 1`. For k = 2, `with_c, with_s = 1 + 1, 1`. Continue in this way.",
    ),
    mistakes={
        "counts all terms": Mistake(
            lambda k: 2**k, "Do not count the terms that use diag(s[t]) W_h in two consecutive steps."
        ),
        "is one step behind": Mistake(
            lambda k: count_terms(k - 1) if k else 1, "For one step there are two terms, and both count."
        ),
        "is one step ahead": Mistake(
            lambda k: count_terms(k + 1),
            "For no step there is one term, for one step there are two, and for two steps three.",
        ),
        "allows diag(s[t]) W_h only once": Mistake(
            lambda k: k + 1, "It may be used several times, if diag(c[t]) is used in between."
        ),
        "counts the arrows of the diagram": Mistake(
            lambda k: 3**k, "The two arrows out of the gate belong to a single term, diag(s[t]) W_h."
        ),
        "counts the terms that do use it in consecutive steps": Mistake(
            lambda k: 2**k - count_terms(k),
            "The question is for the terms that never use it in consecutive steps.",
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
    given="You are given `total`, the total gradient of h[1], of shape (m,); `jacobian`, ∂h[1]/∂h[0] of shape (m, m); `v` of shape (m,); and a small number `step`. h[0] changes by "
    "step · v. Return the change of ℓ, to first order: one number.",
    hints=(
        "How much does h[1] change, to first order?",
        "It changes by ∂h[1]/∂h[0] times the change of h[0], a column. A gradient times this column is a number.",
        "The change of h[1] is `jacobian @ (step * v)`.",
    ),
    mistakes={
        "leaves out the first step": Mistake(
            lambda total, jacobian, v, step: step * total @ v,
            "λ[1] is the gradient with respect to h[1]. There is one more step, from h[0] to h[1].",
        ),
        "forgets the size of the change": Mistake(
            lambda total, jacobian, v, step: total @ jacobian @ v, "h[0] changes by step · v, not by v."
        ),
        "transposes the Jacobian": Mistake(
            lambda total, jacobian, v, step: step * total @ jacobian.T @ v,
            "A gradient is a row and multiplies the Jacobian from the left. A change is a column and multiplies it from the right.",
        ),
        "computes the difference of both directions": Mistake(
            lambda total, jacobian, v, step: 2 * step * total @ jacobian @ v,
            "That is the difference between a change in one direction and a change in the other. The question is for a single change.",
        ),
        "does not add up the entries": Mistake(
            lambda total, jacobian, v, step: step * (total @ jacobian) * v,
            "The changes through all entries of h[0] are added. The result is one number.",
        ),
    },
)

# 1.2.1.c: ∂h[t]/∂W_x


def step_derivative(c: Array, x: Array, jacobian: Array, before: Array) -> Array:
    return _local(c, x) + np.tensordot(jacobian, before, axes=1)


def _local(c: Array, x: Array) -> Array:
    """Return the derivative with respect to W_x within the step: entry i depends on row i only; axes (state, row, column)."""
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
    given="You are given the gate `c` of shape (m,), `x` of shape (n,), the Jacobian of the step, `jacobian` = ∂h[t]/∂h[t−1], of shape (m, m), and `before`, "
    "∂h[t−1]/∂W_x of shape (m, m, n). Return ∂h[t]/∂W_x of shape (m, m, n).",
    hints=(
        "W_x acts on h[t] in two ways: within the step, and through h[t−1].",
        "Within the step, h_i[t] depends on row i of W_x only. Its entry at [i, i, j] is (1 − c_i) x_j.",
        "Through h[t−1], the entry at [0, 0, 0] is `jacobian[0] @ before[:, 0, 0]`, a sum over the entries of h[t−1]. Add the two parts.",
    ),
    mistakes={
        "forgets that W_x has already acted on h[t−1]": Mistake(
            lambda c, x, jacobian, before: _local(c, x),
            "This is the effect of W_x within step t. Add its earlier effect, ∂h[t]/∂h[t−1] · ∂h[t−1]/∂W_x.",
        ),
        "returns an m × n matrix, and forgets that W_x has already acted on h[t−1]": Mistake(
            lambda c, x, jacobian, before: np.outer(1 - c, x),
            "The derivative of m states with respect to an m × n matrix has three axes, (m, m, n). And h[t−1] depends on W_x too: "
            "add ∂h[t]/∂h[t−1] · ∂h[t−1]/∂W_x.",
        ),
        "lets each state depend on every row of W_x": Mistake(
            lambda c, x, jacobian, before: (
                np.outer(1 - c, x)[:, None] + np.tensordot(jacobian, before, axes=1)
            ),
            "Within the step, h_i[t] depends on row i only. The entries at [i, i, j] are (1 − c_i) x_j, and all others are 0.",
        ),
        "adds the previous derivative without the Jacobian": Mistake(
            lambda c, x, jacobian, before: _local(c, x) + before,
            "A change of h[t−1] does not reach h[t] unchanged: multiply it by ∂h[t]/∂h[t−1].",
        ),
        "transposes the Jacobian": Mistake(
            lambda c, x, jacobian, before: _local(c, x) + np.tensordot(jacobian.T, before, axes=1),
            "Row i of the Jacobian belongs to h_i[t]. Its columns belong to h[t−1], and the sum runs over them.",
        ),
        "uses the weight c in place of 1 − c": Mistake(
            lambda c, x, jacobian, before: _local(1 - c, x) + np.tensordot(jacobian, before, axes=1),
            "The candidate has the share 1 − c.",
        ),
        "adds the sheet's term to every state": Mistake(
            lambda c, x, jacobian, before: np.outer(1 - c, x)[None] + np.tensordot(jacobian, before, axes=1),
            "Row k of W_x acts on the candidate of state k only. The entries at [k, k, j] are (1 − c_k) x_j, and all others are 0. NumPy's broadcasting fills all of them.",
        ),
        "sums over the wrong axis of `before`": Mistake(
            lambda c, x, jacobian, before: _local(c, x) + np.dot(jacobian, before),
            "The columns of the Jacobian belong to h[t−1], the first axis of `before`. But `np.dot` sums over the second last axis.",
        ),
        "forgets the effect of W_x within the step": Mistake(
            lambda c, x, jacobian, before: np.tensordot(jacobian, before, axes=1),
            "Add the effect of W_x within step t: the candidate has the share 1 − c.",
        ),
    },
)

# 1.2.1.c: backpropagation through time


def total_gradients(g: Array, jacobians: Array) -> Array:
    return _adjoint(g, lambda total, t: total[t] @ jacobians[t])


def _adjoint(g: Array, handed_back: Callable[[Array, int], Array]) -> Array:
    """Return the total gradients, from the last step back: each is the direct one plus the one passed back."""
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
    given="You are given `g`, the direct gradients, of shape (T, m), and `jacobians` of shape (T, m, m), whose row t − 1 is ∂h[t]/∂h[t−1]. "
    "Return the total gradients λ[1], …, λ[T] of shape (T, m).",
    hints=(
        "For which step do you know the total gradient immediately?",
        "For the last one: λ[T] = g[T]. Go back from there: λ[t−1] = g[t−1] + λ[t] ∂h[t]/∂h[t−1].",
        "The last step passes back `g[-1] @ jacobians[-1]`. Add it to the direct gradient of the previous state, and continue. Work on a copy of g.",
    ),
    mistakes={
        "leaves out the total gradient of the first state": Mistake(
            lambda g, jacobians: _one_short(g, total_gradients(g, jacobians)),
            "The loop ends one step too early: step 2 also passes its gradient back to h[1].",
        ),
        "runs from the first step to the last": Mistake(
            _run_forward,
            "In the backward graph all arrows are reversed: the gradient of a state depends on the later states. Start at the end.",
        ),
        "puts the Jacobian before the gradient": Mistake(
            lambda g, jacobians: _adjoint(g, lambda total, t: jacobians[t] @ total[t]),
            "A gradient is a row and comes first: `total[t] @ jacobians[t]`.",
        ),
        "passes the gradient back unchanged": Mistake(
            lambda g, jacobians: np.cumsum(g[::-1], axis=0)[::-1], _NOT_WHOLE
        ),
        "passes back the direct gradients": Mistake(
            lambda g, jacobians: _adjoint(g, lambda total, t: g[t] @ jacobians[t]),
            "The gradient that comes back from h[t] is its total gradient, which you have just computed.",
        ),
        "uses the Jacobian of the previous step": Mistake(
            lambda g, jacobians: _adjoint(g, lambda total, t: total[t] @ jacobians[t - 1]),
            "The step from h[t] back to h[t−1] uses ∂h[t]/∂h[t−1], which is row t − 1. In the code, `total[t]` needs `jacobians[t]`.",
        ),
        "loses the direct gradients of the earlier states": Mistake(
            lambda g, jacobians: _adjoint(_last_alone(g), lambda total, t: total[t] @ jacobians[t]),
            "The loss may depend on every state: add g[t−1] at each step.",
        ),
    },
)

# 1.2.1.d

_MULTIPLIED = "The derivatives of consecutive steps are multiplied."

EXPLODES = NumberExercise(
    id="1.2.1.d",
    answer=(6.0**30,),
    tolerance=0.01,
    given='Give one number, |∂h[60]/∂h[0]|, to within 1 %. You can write a power, such as `"2^10"`.',
    hints=(
        "The derivative over many steps is the product of the derivatives of the steps. Compute the state for two steps. What is the input of the gate?",
        "The derivative of a step is c + (h[t−1] − x_1[t]) c (1 − c) · 5, with c = ½ in each step.",
        "For the first step it is `0.5 + (0 - 2) * 0.25 * 5`. Compute the derivative of the second step; then count the pairs of steps.",
    ),
    mistakes={
        "multiplies the gates only": SheetMistake(
            (0.5**60,),
            "Each gate is ½, and their product would be the derivative if h[t−1] were only multiplied by the gate. But it also acts on the gate, "
            "through W_h = 5: the derivatives of the steps are −2 and 3, and the gradient explodes.",
        ),
        "assumes that it cannot exceed 1": SheetMistake(
            (1.0,),
            "That would be so if h[t−1] were only multiplied by the gate. But W_h multiplies it inside the gate: the derivatives "
            "of the steps are −2 and 3.",
        ),
        "counts every step as a pair": Mistake(
            (6.0**60,), "Two steps together give (−2) · 3 = −6, and 60 steps are 30 pairs."
        ),
        "uses W_h as the derivative": Mistake(
            (5.0**60,), "∂h[t]/∂h[t−1] is ½ + (h[t−1] − candidate) · ¼ · 5."
        ),
        "gives the logarithm": Mistake(
            (30 * float(np.log(6)),), "That is the natural logarithm. Give the number itself."
        ),
        "assumes that it vanishes": Mistake(
            (0.0,), "The gate is ½ at each step, but the state also acts on the gate."
        ),
        "adds the derivatives of the steps": Mistake((30.0,), _MULTIPLIED),
        "adds the absolute derivatives of the steps": Mistake((150.0,), _MULTIPLIED),
        "adds the products of the pairs": Mistake((180.0,), _MULTIPLIED),
    },
)


def step_jacobian(c: Array, h: Array, z: Array, W_h: Array) -> Array:
    return np.diag(c) + ((h - z) * c * (1 - c))[:, None] * W_h


def _jacobian_with(
    slope: Callable[[Array, Array, Array], Array],
    product: Callable[[Array, Array], Array] = lambda slope, W_h: slope[:, None] * W_h,
) -> Function:
    """Return the Jacobian of the step with another slope of the gate, or another product of slope and W_h."""
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
    given="You are given the gate `c`, the previous state `h` and the candidate `z` = W_x x[t], each of shape (m,), and `W_h` of shape (m, m). "
    "Return ∂h[t]/∂h[t−1] of shape (m, m).",
    hints=(
        "h[t−1] acts on h[t] in two ways. First, a share of it is kept: diag(c).",
        "Second, it acts on the gate. The derivative of h[t] with respect to c is h[t−1] − z, and the derivative of c with respect to its input is c (1 − c).",
        "The input of gate i contains Σ_j W_h[i, j] h[j]. Which row of W_h belongs to the slope `(h[0] - z[0]) * c[0] * (1 - c[0])`?",
    ),
    mistakes={
        "forgets the path through the gate": SheetMistake(
            lambda c, h, z, W_h: np.diag(c),
            "The state is multiplied by a matrix: W_h, inside the gate. Add diag((h − z) ⊙ c ⊙ (1 − c)) W_h.",
        ),
        "forgets that the gate also acts on the candidate's share": Mistake(
            _jacobian_with(lambda c, h, z: h * c * (1 - c)),
            "A larger gate means more of h and less of z, so the slope has the factor h − z, not h.",
        ),
        "forgets that the gate also acts on the state's share": Mistake(
            _jacobian_with(lambda c, h, z: -z * c * (1 - c)),
            "A larger gate means more of h and less of z, so the slope has the factor h − z, not −z.",
        ),
        "reverses the sign of h − z": Mistake(
            _jacobian_with(lambda c, h, z: (z - h) * c * (1 - c)),
            "A larger gate brings the new state closer to h, so the factor is h − z.",
        ),
        "multiplies the columns of W_h, not its rows": Mistake(
            _jacobian_with(lambda c, h, z: (h - z) * c * (1 - c), lambda slope, W_h: W_h * slope),
            "The slope of gate i belongs to row i: the product is diag(s) W_h, in code `s[:, None] * W_h`.",
        ),
        "forgets the derivative of σ": Mistake(
            _jacobian_with(lambda c, h, z: h - z),
            "σ′ = σ (1 − σ): the derivative of the gate with respect to its input is c (1 − c).",
        ),
        "uses c as the derivative of σ": Mistake(
            _jacobian_with(lambda c, h, z: (h - z) * c), "σ′ = σ (1 − σ): the factor 1 − c is missing."
        ),
        "forgets the kept part": Mistake(
            lambda c, h, z, W_h: step_jacobian(c, h, z, W_h) - np.diag(c),
            "A share c of h[t−1] remains in h[t]: add diag(c).",
        ),
        "adds c to every row, and not to the diagonal": Mistake(
            lambda c, h, z, W_h: step_jacobian(c, h, z, W_h) - np.diag(c) + c,
            "The kept part of entry i stays in entry i: use diag(c), in code `np.diag(c)`.",
        ),
        "adds c to every column, and not to the diagonal": Mistake(
            lambda c, h, z, W_h: step_jacobian(c, h, z, W_h) - np.diag(c) + c[:, None],
            "The kept part of entry i stays in entry i: use diag(c), in code `np.diag(c)`.",
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
    given="You are given `jacobians` of shape (T, m, m), whose row t − 1 is ∂h[t]/∂h[t−1]. Return ∂h[T]/∂h[0] of shape (m, m).",
    hints=(
        "Change h[0] by a small column v. How much does h[1] change, and then h[2]?",
        "If all entries of v are 1, h[1] changes by `jacobians[0] @ np.ones(len(jacobians[0]))`. Multiply this column by the next Jacobian.",
    ),
    mistakes={
        "reverses the factors": Mistake(
            _product,
            "The latest step comes first in the product, because it acts on the result of the earlier steps.",
        ),
        "is transposed": Mistake(
            lambda jacobians: propagator(jacobians).T, "Row i belongs to h_i[T], column j to h_j[0]."
        ),
        "transposes each factor": Mistake(
            lambda jacobians: _product(jacobians[::-1].swapaxes(1, 2)),
            "A column of small changes is multiplied by the Jacobian itself, not by its transpose.",
        ),
        "adds the factors": Mistake(lambda jacobians: jacobians.sum(axis=0), _MULTIPLIED),
        "multiplies entry by entry": Mistake(
            lambda jacobians: jacobians.prod(axis=0),
            "A change of one entry changes all others in the next step, so this is a product of matrices.",
        ),
        "takes only the last step": Mistake(lambda jacobians: jacobians[-1], _MULTIPLIED),
        "leaves out the first step": Mistake(
            lambda jacobians: propagator(jacobians[1:]) if len(jacobians) > 1 else np.eye(len(jacobians[0])),
            "The step from h[0] to h[1] counts, too.",
        ),
    },
)

GAIN = NumberExercise(
    id="1.2.1.d.gain",
    answer=(5**0.5,),
    tolerance=0.002,
    given="Give one number, to within 0.2 %, above which |w| makes gradients explode.",
    hints=(
        "Write the derivatives of an odd and of an even step with w in place of 5.",
        "They are ½ − w/2 and ½ + w/2. What is their product? When is its absolute value larger than 1?",
    ),
    mistakes={
        "requires the derivative of the odd step to exceed 1": Mistake(
            (3.0,), "It is enough that the absolute value of the product exceeds 1."
        ),
        "requires the derivative of the even step to exceed 1": Mistake(
            (1.0,), "The odd steps can shrink what the even steps enlarge. Look at the product."
        ),
        "forgets the root": Mistake((5.0,), "|1 − w²|/4 > 1 where w² > 5."),
        "forgets the minus sign in the odd step": Mistake(
            (3**0.5,), "The product is (½ − w/2)(½ + w/2) = (1 − w²)/4."
        ),
        "forgets the kept part": Mistake(
            (2.0,), "Each step keeps half of the state, so the derivatives are ½ + w/2 and ½ − w/2."
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
    given="You are given `gamma`, the largest possible value of a gate, and its loop gain `G`. Return the largest value of c (1 + (1 − c) G) for c from "
    "0 to gamma.",
    hints=(
        "Draw it: a parabola in c that opens downwards, with the zeros 0 and 1 + 1/G. Where is its peak?",
        "It is half way between the two zeros. The gate reaches it only if it is not beyond gamma.",
        "With G = 3 the zeros are `0, 1 + 1 / 3`, and the peak is at c = ⅔. Where is the peak if G is 1 or less? Can a gate reach it?",
    ),
    mistakes={
        "uses the gate alone as the bound": SheetMistake(
            lambda gamma, G: gamma,
            "That holds if W_h = 0, so that G = 0: the sheet's case. Otherwise the gate's own derivative adds c (1 − c) G at each step.",
        ),
        "uses the largest gate in every case": Mistake(
            _row,
            "The peak of the parabola may be below gamma, because a gate near 1 hardly reacts to its input. The peak is at "
            "`(1 + G) / (2 * G)`; mind the brackets.",
        ),
        "returns the gate and not the value": Mistake(
            lambda gamma, G: min(gamma, (1 + G) / (2 * G)) if G > 1 else gamma,
            "That is the c at which the value is largest. Insert it into c (1 + (1 − c) G).",
        ),
        "uses the peak even where no gate can reach it": Mistake(
            lambda gamma, G: _row((1 + G) / (2 * G), G) if G else gamma,
            "The gate is at most gamma, and the peak at (1 + G)/(2G) may be beyond that.",
        ),
        "takes the maximum of each factor separately": Mistake(
            lambda gamma, G: gamma * (1 + G), "1 − c is small where c is large. Look for the largest product."
        ),
        "leaves out the kept part": Mistake(
            lambda gamma, G: min(gamma, 0.5) * (1 - min(gamma, 0.5)) * G,
            "A row contains c and c (1 − c) G. The bound is for their sum.",
        ),
    },
)

CERTIFICATE = NumberExercise(
    id="1.2.1.d.certificate",
    answer=(15, 64 / 15),
    tolerance=0.0005,
    given="Give two numbers, G and ρ, with ρ to within 0.05 %.",
    hints=(
        "The candidates are 2 and −1, and the state starts at 0. How wide is the interval that contains all of them?",
        "Its width is `2 - (-1)`, and W_h is 5. G is their product. Where is the peak of c (1 + (1 − c) G)? Can the gate reach it?",
    ),
    mistakes={
        "uses W_h as the loop gain": Mistake(
            (5, 1.8), "The loop gain is the width of the interval times W_h, with D = 3."
        ),
        "uses the interval from 0 to 2": Mistake(
            (10, 121 / 40), "The candidates of the even steps are −1, so the interval is from −1 to 2."
        ),
        "takes the maximum of each factor separately": Mistake(
            (15, 16), "1 − c is small where c is large. Look for the largest c (1 + (1 − c) G)."
        ),
        "uses the gate of the run": Mistake(
            (15, 4.25),
            "The gate is ½ in this run, but the bound holds for every gate. The peak is at (1 + G)/(2G).",
        ),
        "uses the largest derivative of the run": Mistake(
            (15, 3),
            "That is the largest derivative in the counterexample. The bound holds for all gates and states in their ranges.",
        ),
        "uses the largest gate": Mistake(
            (15, 1), "The peak of the parabola is at a smaller gate, c = (1 + G)/(2G)."
        ),
    },
)

EQUALITY = NumberExercise(
    id="1.2.1.d.equality",
    answer=(8 / 15, 3),
    tolerance=0.0005,
    given="Give two numbers, to within 0.05 %: the gate c, and h[t−1] − x_1[t].",
    hints=(
        "The derivative is c + (h[t−1] − x_1[t]) c (1 − c) · 5. Which difference makes it largest, if both are between −1 and 2?",
        "The largest difference is `2 - (-1)`, with h[t−1] = 2 and x_1[t] = −1. Then the derivative is c (1 + (1 − c) · 15).",
    ),
    mistakes={
        "has the wrong sign of the difference": Mistake(
            (8 / 15, -3), "With a negative difference the second term is subtracted from c."
        ),
        "uses the gate of the run": Mistake(
            (0.5, 3), "½ is close. The peak of c (1 + (1 − c) · 15) is at (1 + 15)/(2 · 15)."
        ),
        "uses a gate of 1": Mistake(
            (1, 3), "A gate of 1 does not react to its input, because c (1 − c) is 0."
        ),
        "uses the difference of the run": Mistake(
            (8 / 15, 2), "In the counterexample the difference is at most 2. The interval allows 3."
        ),
        "forgets the kept part": Mistake((0.5, -3), "Both parts count: c, and the part through the gate."),
        "gives the difference first": Mistake((3, 8 / 15), "Give the gate first."),
    },
)

SCALE = NumberExercise(
    id="1.2.1.d.scale",
    answer=(1 / 7, 7, 1),
    given="Give three factors: of W_h, of the states, and of ∂h[t]/∂h[t−1].",
    hints=(
        "If all candidates are 7 times as large, and the gates do not change, how do the states change?",
        "The states are 7 times as large, too. The gates do not change if W_h h[t−1] does not change. Then look at diag(c) + diag(s) W_h.",
    ),
    mistakes={
        "multiplies W_h as well": Mistake(
            (7, 7, 1), "Then W_h h[t−1] is 49 times as large, and the gates change."
        ),
        "leaves W_h as it is": Mistake(
            (1, 7, 1), "Then W_h h[t−1] is 7 times as large, and the gates change."
        ),
        "scales the Jacobian with the states": Mistake(
            (1 / 7, 7, 7), "s is 7 times as large, and W_h is divided by 7."
        ),
        "scales the Jacobian with W_h": Mistake(
            (1 / 7, 7, 1 / 7), "W_h is divided by 7, and s is 7 times as large."
        ),
        "leaves the states as they are": Mistake(
            (1 / 7, 1, 1), "All candidates are 7 times as large, and the states lie between them."
        ),
        "divides the states": Mistake(
            (7, 1 / 7, 1),
            "All candidates are 7 times as large, and the states lie between them. W_h has to compensate for that.",
        ),
    },
)
