"""The answer boxes of chapter 1.2.1. A gradient is a row, a state a column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..exercises import Cases, Draw, FunctionExercise, Mistake, NumberExercise, SheetMistake
from ..exercises.boxes import FormulaBox, NumbersBox
from ..numerics.arrays import Array
from .exercises import (
    BIAS,
    CERTIFICATE,
    EQUALITY,
    EXPLODES,
    GAIN,
    GATE_GRADIENT,
    GATE_SIZE,
    GRADIENT,
    HALF_LIFE,
    HALF_OPEN,
    INPUT_GRADIENT,
    ORDER,
    PATHS,
    PROBE,
    REASON,
    SCALE,
    STATE_GRADIENT,
    STEP,
    STEP_DERIVATIVE,
    TRUNCATED,
    VANISHING,
    WEIGHTS,
    count_terms,
    propagator,
)


def _without(
    exercise: FunctionExercise, *names: str, cases: Callable[[Draw], Cases] | None = None
) -> FunctionExercise:
    """Return an exercise without the mistakes that its box cannot tell from others or from right answers; and perhaps with other cases."""
    mistakes = {name: mistake for name, mistake in exercise.mistakes.items() if name not in names}
    return replace(exercise, mistakes=mistakes, cases=cases or exercise.cases)


STEP_BOX = FormulaBox(
    question="Write one step of the network: the new state h[t], from the previous state h[t−1] and the input x[t].",
    label="h[t] =",
    given="The names: W_c and W_x, m × n; W_h, m × m; the columns x[t], n × 1, and h[t−1], m × 1. Write the gate out. σ may be typed as sigma(…), ⊙ as .*",
    exercise=_without(STEP, "returns the gate as well"),
    inputs=lambda W_c, W_h, W_x, x, h: {"W_c": W_c, "W_h": W_h, "W_x": W_x, "x": x, "h": h},
    aliases={"x[t]": "x", "h[t−1]": "h"},
    tags=lambda W_c, W_h, W_x, x, h: {
        "m": len(h),
        "n": len(x),
        "W_h = 0": not W_h.any(),
        "h[t−1] = 0": not h.any(),
    },
    because="The gate depends on the state, and this is the reason why gradients can explode.",
)

PATHS_BOX = NumbersBox(
    question="Follow the arrows of one step from h[t−1] to h[t]. How many paths are there, and how many of them pass through the gate?",
    label="All paths, and the paths through the gate",
    given="Two whole numbers, such as 5, 4.",
    exercise=PATHS,
)

GATE_SIZE_BOX = FormulaBox(
    question="A state has m entries, and an input has n entries. How many numbers does c[t] hold?",
    label="Size of c[t]",
    given="The names: m and n.",
    exercise=GATE_SIZE,
    inputs=lambda m, n: {"m": m, "n": n},
    tags=lambda m, n: {"m": m, "n": n, "m = n": m == n},
)

WEIGHTS_BOX = FormulaBox(
    question="How many weights does the network have in total?",
    label="Number of weights",
    given="The names: m, the number of entries of a state, and n, that of an input.",
    exercise=WEIGHTS,
    inputs=lambda m, n: {"m": m, "n": n},
    tags=lambda m, n: {"m": m, "n": n, "m = n": m == n},
)

HALF_LIFE_BOX = FormulaBox(
    question="Let W_h be 0, and let b be the input of the gate at every step. After how many steps has a candidate's share of the state fallen to half?",
    label="Number of steps",
    given="The name: b. Give a real number; you can use ln, exp and σ.",
    exercise=HALF_LIFE,
    inputs=lambda b: {"b": b},
    tags=lambda b: {"b": b},
)

BIAS_BOX = NumbersBox(
    question="For which b is half of a candidate left after ten steps?",
    label="b =",
    given="One number, or a formula with ln and exp.",
    exercise=BIAS,
)

STEP_DERIVATIVE_BOX = FormulaBox(
    question="What is the derivative of one entry h_i[t] with respect to one weight of W_x, in row a and column b? W_x has already acted on h[t−1].",
    label="∂h_i[t] / ∂W_x[a, b] =",
    given="The names: the gate c[i] and the input x[b]; the Jacobian of the step, J[i, s] = ∂h_i[t]/∂h_s[t−1]; B[s, a, b] = ∂h_s[t−1]/∂W_x[a, b]; "
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
        "the previous derivative is 0": not before.any(),
    },
    products={
        "multiplies two columns": SheetMistake(
            "(1 - c) x",
            "The derivative of m states with respect to an m × n matrix has three axes. Write one entry of it, with c[i], x[b], and δ[i, a].",
        ),
    },
    words={
        "lets each state depend on every row of W_x": "Within the step, h_i[t] depends on row i only. If a is another row, the term is 0: use δ[i, a].",
        "adds the sheet's term to every state": "Within the step, W_x[a, b] acts on the candidate of entry a only. If i is another entry, the term is 0: use δ[i, a].",
        "sums over the wrong axis of `before`": "The columns of J belong to h[t−1], which is the first index of B. So the sum is over B[s, a, b].",
    },
    more={
        "lets each state depend on every row of W_x, and forgets that W_x has already acted on h[t−1]": Mistake(
            lambda c, x, jacobian, before: np.broadcast_to(np.outer(1 - c, x)[:, None], before.shape),
            "Within the step, h_i[t] depends on row i only: use δ[i, a]. And h[t−1] depends on W_x, too: add its earlier effect, "
            "∂h[t]/∂h[t−1] · ∂h[t−1]/∂W_x.",
        ),
    },
)


def _adjoint(g: Array, total: Array, c: Array, s: Array, W_h: Array) -> Array:
    """Return λ[t−1] from the direct gradient g[t−1] and λ[t]."""
    return g + total * c + (total * s) @ W_h


def _steps_back(draw: Draw) -> Cases:
    yield [1], [2], [0.5], [0.25], [[4]]
    for m in (1, 2, 2, 2, 3, 3):
        yield draw.integers(m), draw.integers(m), draw.quarters(m), draw.quarters(m), 4 * draw.integers(m, m)
    yield draw.normal(3), draw.normal(3), draw.uniform(3), draw.normal(3), draw.normal(3, 3)


LIKENESS_BOX = FormulaBox(
    question="One step back: what is the total gradient λ[t−1], if you know λ[t]?",
    label="λ[t−1] =",
    given="The names: the rows g = g[t−1], the direct gradient, and λ = λ[t], each 1 × m; the columns c = c[t] and s = s[t], m × 1; W_h, m × m. "
    "s is the slope of the new state with respect to the input of the gate.",
    exercise=FunctionExercise(
        id="1.2.1.c.likeness",
        reference=_adjoint,
        cases=_steps_back,
        given="Return λ[t−1].",
        hints=(),
        mistakes={
            "forgets the path through the gate": Mistake(
                lambda g, total, c, s, W_h: g + total * c,
                "h[t−1] also acts on the gate: ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h.",
            ),
            "forgets the path through the kept state": Mistake(
                lambda g, total, c, s, W_h: g + (total * s) @ W_h,
                "A share c[t] of h[t−1] remains in h[t].",
            ),
            "forgets the direct gradient": Mistake(
                lambda g, total, c, s, W_h: total * c + (total * s) @ W_h,
                "The loss may depend on h[t−1] directly: add g[t−1].",
            ),
            "uses the direct gradient in place of the total one": Mistake(
                lambda g, total, c, s, W_h: g, "h[t−1] acts on the loss through h[t] as well."
            ),
            "multiplies by W_h from the wrong side": Mistake(
                lambda g, total, c, s, W_h: _adjoint(g, total, c, s, W_h.T),
                "A gradient is a row and multiplies the Jacobian from the left: (λ ⊙ sᵀ) W_h.",
            ),
            "passes the gradient back unchanged": Mistake(
                lambda g, total, c, s, W_h: g + total,
                "A change of h[t−1] does not reach h[t] unchanged. The gradient that comes back is λ[t] times the Jacobian of the step.",
            ),
            "exchanges the two gradients": Mistake(
                lambda g, total, c, s, W_h: _adjoint(total, g, c, s, W_h),
                "The direct gradient is added; the total one, λ[t], comes back through the step.",
            ),
            "multiplies by the slopes after W_h": Mistake(
                lambda g, total, c, s, W_h: g + total * c + (total @ W_h) * s,
                "The Jacobian is diag(s) W_h: multiply λ by the slopes first, and then by W_h.",
            ),
            "forgets the slopes": Mistake(
                lambda g, total, c, s, W_h: g + total * c + total @ W_h,
                "W_h acts through the gate, whose slope is s[t].",
            ),
            "passes back the direct gradient": Mistake(
                lambda g, total, c, s, W_h: g + g * c + (g * s) @ W_h,
                "The gradient that comes back from h[t] is its total gradient, λ[t].",
            ),
        },
    ),
    inputs=lambda g, total, c, s, W_h: {"g": g[None], "λ": total[None], "c": c, "s": s, "W_h": W_h},
    aliases={"λ[t]": "λ", "g[t−1]": "g", "c[t]": "c", "s[t]": "s"},
    tags=lambda g, total, c, s, W_h: {"m": len(g)},
    result=np.atleast_2d,
)


_AS_IT_STANDS = (
    "A row times a column is a number, and a number times x_t is a column of length n. But each term is m × n: turn the row g ⊙ (1 − c)ᵀ into a column, and multiply it by "
    "the row x_tᵀ. "
)


def _as_it_stands(g: Array, c: Array, x: Array) -> Array:
    """Return the product g · (1 − c) · x of each step, a number times a column; axes (step, entry of x)."""
    return ((g * (1 - c)).sum(axis=1))[:, None] * x


def _two_steps(draw: Draw) -> Cases:
    yield [[1], [2]], [[0.5], [0.25]], [[0.25], [0.5]], [[1], [3]], [[4]]
    for m, n in ((1, 2), (2, 1), (2, 2), (2, 3), (3, 2)):
        yield (
            draw.integers(2, m),
            draw.quarters(2, m),
            draw.quarters(2, m),
            draw.integers(2, n),
            4 * draw.integers(m, m),
        )
    yield draw.normal(2, 2), draw.uniform(2, 2), draw.normal(2, 2), draw.normal(2, 3), draw.normal(2, 2)


GRADIENT_BOX = FormulaBox(
    question="There are two steps, from h[0] to h[2], and the loss depends on h[1] and on h[2]. Give ∂ℓ/∂W_x.",
    label="∂ℓ/∂W_x =",
    given="The names: the rows g_1 and g_2, 1 × m, the direct gradients: how ℓ changes with h[t] while later states are held fixed; the columns c_1, c_2, the gates, and s_1, s_2, the "
    "slopes of h[t] with respect to the input of the gate, m × 1; x_1, x_2, n × 1; W_h, m × m.",
    exercise=_without(
        GRADIENT,
        "passes back the direct gradients",
        "leaves out the total gradient of the first state",
        "runs from the first step to the last",
        cases=_two_steps,
    ),
    inputs=lambda g, c, s, x, W_h: {
        **{f"g_{t}": g[t - 1 : t] for t in (1, 2)},
        **{f"{name}_{t}": rows[t - 1] for name, rows in (("c", c), ("s", s), ("x", x)) for t in (1, 2)},
        "W_h": W_h,
    },
    tags=lambda g, c, s, x, W_h: {"m": len(W_h), "n": x.shape[1]},
    words={
        "uses the gate of the previous step": "The step from h[1] to h[2] uses the gate c_2 and the slope s_2.",
        "loses the direct gradients of the earlier states": "The loss also depends on h[1] directly: add g_1.",
        "multiplies by W_h from the wrong side": "A gradient is a row and multiplies the Jacobian from the left: (g_2 ⊙ s_2ᵀ) W_h.",
    },
    more={
        "uses the sheet's product as it is written, for the last step only": SheetMistake(
            lambda g, c, s, x, W_h: _as_it_stands(g, c, x)[1],
            _AS_IT_STANDS + "And both steps use the same W_x, so their terms are added.",
        ),
        "uses the sheet's product as it is written, for the first step only": Mistake(
            lambda g, c, s, x, W_h: _as_it_stands(g, c, x)[0],
            _AS_IT_STANDS + "And both steps use the same W_x, so their terms are added.",
        ),
        "uses the sheet's product as it is written, and forgets both paths back": Mistake(
            lambda g, c, s, x, W_h: _as_it_stands(g, c, x).sum(axis=0),
            _AS_IT_STANDS + "And ℓ also depends on h[1] through h[2].",
        ),
    },
    products={
        "multiplies a row by a row, or a column by a column": SheetMistake(
            "… x_1",
            "Each term is a column of length m times a row of length n: turn the row of the gradient into a column, and x_t into a row.",
        ),
    },
)


def _single_steps(draw: Draw) -> Cases:
    """Yield λ, c, h, z and x of one step."""
    yield [[1]], [[0.5]], [[3]], [[-1]], [[1]]
    for m, n in ((1, 2), (2, 1), (2, 2), (2, 3), (3, 2), (3, 2)):
        yield (
            draw.integers(1, m),
            draw.quarters(1, m),
            draw.integers(1, m),
            draw.integers(1, m),
            draw.integers(1, n),
        )
    yield draw.normal(1, 3), draw.uniform(1, 3), draw.normal(1, 3), draw.normal(1, 3), draw.normal(1, 2)


GATE_GRADIENT_BOX = FormulaBox(
    question="Hold h[t−1] fixed. What does step t contribute to ∂ℓ/∂W_c?",
    label="The term of step t",
    given="The names: the row λ, the total gradient of h[t], 1 × m; the columns c = c[t], h = h[t−1] and z = W_x x[t], the candidate, m × 1; x = x[t], n × 1.",
    exercise=_without(GATE_GRADIENT, "adds up the steps before multiplying", cases=_single_steps),
    inputs=lambda total, c, h, z, x: {"λ": total, "c": c[0], "h": h[0], "z": z[0], "x": x[0]},
    aliases={"λ[t]": "λ", "c[t]": "c", "h[t−1]": "h", "z[t]": "z", "x[t]": "x"},
    tags=lambda total, c, h, z, x: {"m": h.shape[1], "n": x.shape[1]},
    words={
        "forgets the total gradient": "This is how h[t] changes. The loss changes by λ times that.",
    },
)


def _two_states(draw: Draw) -> Cases:
    """Yield λ, s, h and h[0] of two steps."""
    yield [[1], [2]], [[0.5], [0.25]], [[3], [1]], [2]
    for m in (1, 2, 2, 3, 3):
        yield draw.integers(2, m), draw.quarters(2, m), draw.integers(2, m), draw.integers(m)
    yield draw.normal(2, 2), draw.normal(2, 2), draw.normal(2, 2), draw.normal(2)


STATE_GRADIENT_BOX = FormulaBox(
    question="There are two steps, from h[0] to h[2]. Give ∂ℓ/∂W_h, using the total gradients of h[1] and h[2].",
    label="∂ℓ/∂W_h =",
    given="The names: the rows λ_1 and λ_2, the total gradients, 1 × m; the columns s_1 and s_2, the slopes of h[t] with respect to the input of the gate, and h_0, h_1, h_2, the states, "
    "m × 1.",
    exercise=replace(STATE_GRADIENT, cases=_two_states),
    inputs=lambda total, s, h, h_0: {
        "λ_1": total[:1],
        "λ_2": total[1:],
        "s_1": s[0],
        "s_2": s[1],
        "h_0": h_0,
        "h_1": h[0],
        "h_2": h[1],
    },
    tags=lambda total, s, h, h_0: {"m": len(h_0)},
    words={
        "uses the new state in place of the previous one": "The gate c[t] depends on h[t−1], the previous state.",
    },
)


def _one_input(draw: Draw) -> Cases:
    """Yield λ, c, s, W_c and W_x of one step."""
    yield [[1]], [[0.5]], [[2]], [[1]], [[3]]
    for m, n in ((1, 2), (2, 1), (2, 2), (2, 3), (3, 2)):
        yield (
            draw.integers(1, m),
            draw.quarters(1, m),
            draw.integers(1, m),
            draw.integers(m, n),
            draw.integers(m, n),
        )
    yield draw.normal(1, 3), draw.uniform(1, 3), draw.normal(1, 3), draw.normal(3, 2), draw.normal(3, 2)


INPUT_GRADIENT_BOX = FormulaBox(
    question="Give ∂ℓ/∂x[t], the gradient with respect to the input of step t.",
    label="∂ℓ/∂x[t] =",
    given="The names: the row λ, the total gradient of h[t], 1 × m; the columns c = c[t], the gate, and s = s[t], the slope with respect to its input, m × 1; W_c and W_x, m × n.",
    exercise=_without(INPUT_GRADIENT, "adds up the steps", cases=_one_input),
    inputs=lambda total, c, s, W_c, W_x: {"λ": total, "c": c[0], "s": s[0], "W_c": W_c, "W_x": W_x},
    aliases={"λ[t]": "λ", "c[t]": "c", "s[t]": "s"},
    tags=lambda total, c, s, W_c, W_x: {"m": W_c.shape[0], "n": W_c.shape[1]},
)

HALF_OPEN_BOX = FormulaBox(
    question="Let W_c and W_h be 0, and let the loss depend on the last state only. Give ∂ℓ/∂W_x in one line.",
    label="∂ℓ/∂W_x =",
    given="The names: N, the number of steps; the row g = ∂ℓ/∂h[N], 1 × m; the columns x[t], n × 1, for t = 1, …, N. A sum is sum(t, 1, N, …).",
    exercise=HALF_OPEN,
    inputs=lambda g, x: {"g": g[None], "x": x, "N": len(x)},
    first={"x": 1},
    tags=lambda g, x: {"N": len(x), "m": len(g), "n": x.shape[1]},
)

TRUNCATED_BOX = FormulaBox(
    question="Truncated backpropagation goes back k of N steps. Let W_h be 0, all gates c, all inputs equal, and let the loss depend on the last state only. Which share of ∂ℓ/∂W_x "
    "does it find?",
    label="Share of the whole",
    given="The names: c, k and N.",
    exercise=TRUNCATED,
    inputs=lambda c, k, T: {"c": c, "k": k, "N": T},
    words={
        "treats the sequence as infinitely long": "That is the share for an infinitely long sequence. There are N terms: divide by 1 − c^N.",
    },
    tags=lambda c, k, T: {"c": c, "k": k, "N": T, "k = N": k == T},
)

TERMS_BOX = NumbersBox(
    question="Multiply out ∂h[10]/∂h[0]. Each term has one factor for each step, diag(c[t]) or diag(s[t]) W_h. How many terms are there, and how many of them never use W_h in two consecutive steps?",
    label="All terms, and these terms",
    given="Two whole numbers, such as 12, 5.",
    exercise=NumberExercise(
        id="1.2.1.c.terms",
        answer=(2**10, count_terms(10)),
        given="Give two whole numbers.",
        hints=(),
        mistakes={
            "adds two terms for each step": Mistake(
                (20, count_terms(10)), "Each step doubles the number of terms."
            ),
            "counts the arrows of the diagram": Mistake(
                (3**10, count_terms(10)),
                "The two arrows out of the gate belong to a single term, diag(s[t]) W_h.",
            ),
            "is one step behind": Mistake(
                (2**10, count_terms(9)),
                "For one step two terms count, and for two steps three.",
            ),
            "is one step ahead": Mistake((2**10, count_terms(11)), "For two steps three terms count."),
            "allows W_h only once": Mistake(
                (2**10, 11), "W_h may be used several times, if diag(c) is used in between."
            ),
            "takes half of all terms": Mistake(
                (2**10, 2**9),
                "Half of all terms end with diag(c). Some of the others count, too, and some of these do not.",
            ),
        },
    ),
)

PROBE_BOX = FormulaBox(
    question="To check a backward pass, change h[0] a little, by ε v. How much does the loss change, to first order?",
    label="Change of ℓ",
    given="The names: the row λ, the total gradient of h[1], 1 × m; J = ∂h[1]/∂h[0], m × m; the column v, m × 1; ε.",
    exercise=PROBE,
    inputs=lambda total, jacobian, v, step: {"λ": total[None], "J": jacobian, "v": v, "ε": step},
    tags=lambda total, jacobian, v, step: {"m": len(v)},
    products={
        "puts the Jacobian before the gradient": Mistake(
            "J λ",
            "A gradient is a row and multiplies the Jacobian from the left. A change is a column and multiplies it from the right.",
        ),
    },
)

JACOBIAN_BOX = FormulaBox(
    question="How does one step transform a small change of the state? Give ∂h[t]/∂h[t−1].",
    label="∂h[t]/∂h[t−1] =",
    given="The names: the columns c, the gate, h = h[t−1], and z = W_x x[t], each m × 1; W_h, m × m. diag(…) turns a column into a diagonal matrix.",
    exercise=REASON,
    inputs=lambda c, h, z, W_h: {"c": c, "h": h, "z": z, "W_h": W_h},
    aliases={"h[t−1]": "h", "c[t]": "c"},
    tags=lambda c, h, z, W_h: {"m": len(c), "h = z": np.array_equal(h, z), "h[t−1] = 0": not h.any()},
    products={
        "multiplies a column by W_h": Mistake(
            "… W_h",
            "The slope of gate i belongs to row i of W_h: turn the column into a diagonal matrix, diag(…) W_h.",
        ),
    },
)


def _three_factors(draw: Draw) -> Cases:
    for m in (1, 2, 2, 2, 3):
        yield (draw.integers(3, m, m),)
    yield (draw.normal(3, 2, 2),)


ORDER_BOX = FormulaBox(
    question="How does a small change of h[0] reach h[3]? Give ∂h[3]/∂h[0].",
    label="∂h[3]/∂h[0] =",
    given="The names: the Jacobians of the steps, J_1 = ∂h[1]/∂h[0], J_2 = ∂h[2]/∂h[1] and J_3 = ∂h[3]/∂h[2], each m × m.",
    exercise=replace(ORDER, cases=_three_factors),
    inputs=lambda jacobians: {f"J_{t}": jacobians[t - 1] for t in (1, 2, 3)},
    tags=lambda jacobians: {"m": jacobians.shape[1]},
    more={
        "exchanges the last two factors": Mistake(
            lambda jacobians: propagator(jacobians[[0, 2, 1]]), "The latest step comes first in the product."
        ),
    },
)

EXPLODES_BOX = NumbersBox(
    question="There is one state, h[0] = 0, and W_h = 5. The inputs alternate between (2, 0) and (−1, −5), for 60 steps. How large is |∂h[60]/∂h[0]|?",
    label="|∂h[60]/∂h[0]|",
    given="One number, to within 1 %. You can write a power, such as 2^10.",
    exercise=EXPLODES,
)

GAIN_BOX = NumbersBox(
    question="Replace 5 by w, and (−1, −5) by (−1, −w). Above which |w| do gradients explode?",
    label="|w| >",
    given="One number, or a formula with sqrt.",
    exercise=GAIN,
)

ROW_BOX = FormulaBox(
    question="A gate c lies between 0 and γ, and its loop gain is G. How large can c (1 + (1 − c) G) be?",
    label="The largest value",
    given="The names: γ, at most 1, and G, greater than 0. You can use min(…, …) and max(…, …).",
    exercise=replace(
        VANISHING,
        cases=lambda draw: ((gamma, G) for gamma, G in VANISHING.cases(draw) if G > 0),
    ),
    inputs=lambda gamma, G: {"γ": gamma, "G": G},
    tags=lambda gamma, G: {
        "γ": gamma,
        "G": G,
        "G at most 1": G <= 1,
        "γ below the peak": G > 1 and gamma < (1 + G) / (2 * G),
    },
)

CERTIFICATE_BOX = NumbersBox(
    question="The counterexample has one state, W_h = 5, candidates 2 and −1, and h[0] = 0. Find its loop gain G and the bound ρ. The largest gate is almost 1.",
    label="G, and ρ",
    given="Two numbers, such as 4, 1.5. You can write fractions.",
    exercise=CERTIFICATE,
)

EQUALITY_BOX = NumbersBox(
    question="There is one state between −1 and 2, and W_h = 5. For which gate c and which difference h[t−1] − x_1[t] is the derivative of a step as large as the bound ρ allows?",
    label="c, and h[t−1] − x_1[t]",
    given="Two numbers, such as 0.3, 1. You can write fractions.",
    exercise=EQUALITY,
)

SCALE_BOX = NumbersBox(
    question="Let W_c and h[0] be 0, and multiply all inputs by 7. By which factor must you multiply W_h so that the gates do not change? By which factors do the states and "
    "∂h[t]/∂h[t−1] change?",
    label="Factors of W_h, of the states, and of the Jacobian",
    given="Three numbers, such as 2, ½, 4.",
    exercise=SCALE,
)
