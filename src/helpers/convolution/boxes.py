"""The answer boxes of chapter 1.1."""

from __future__ import annotations

import numpy as np

from ..exercises import Mistake
from ..exercises.boxes import FormulaBox, NumbersBox
from .exercises import (
    CHANNELS,
    FORWARD,
    IN_GENERAL,
    POSITIONS,
    ROWS,
    SIZE,
    TAPS,
    WEIGHT_GRADIENT,
    WEIGHT_JACOBIAN,
)

SIZE_BOX = NumbersBox(
    id="1.1.a",
    question="A kernel of 4 × 5 moves by 4 over an input of 21 × 12, without padding. How large is the output?",
    label="Rows × columns",
    given="Two whole numbers, such as 4 × 3. A calculation will do, too.",
    exercise=SIZE,
)

IN_GENERAL_BOX = FormulaBox(
    id="1.1.b",
    question="And in general? Give the output's size along one dimension.",
    label="Output size",
    given="The names: H, the input's size; K, the kernel's; stride S; padding P at each end; dilation D. ⌊…⌋ may be typed as floor(…).",
    exercise=IN_GENERAL,
    inputs=lambda H, K, S, P, D: {"H": H, "K": K, "S": S, "P": P, "D": D},
    tags=lambda H, K, S, P, D: {"K": K, "S": S, "P": P, "D": D},
    every=3,
    words={
        "divides without the floor": "A kernel stops at a whole number of places: take the floor of the quotient."
    },
    more={
        "gives the dilated kernel a span of D(K − 1)": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - D * (K - 1)) // S + 1,
            "K taps with gaps of D between them span D(K − 1) + 1 samples: the last tap is a sample too.",
        ),
        "forgets the padding": Mistake(
            lambda H, K, S, P, D: (H - D * (K - 1) - 1) // S + 1,
            "P zeros stand before the input and P behind it: H + 2P samples.",
        ),
        "forgets the stride": Mistake(
            lambda H, K, S, P, D: H + 2 * P - D * (K - 1),
            "The kernel stops at every S-th place only.",
        ),
    },
)


FORWARD_BOX = FormulaBox(
    id="1.1.c.i",
    question="The layer has 5 channels, 7 positions, one filter of size 3, and stride 2. What is its output f[r]?",
    label="f[r] =",
    given=f"The names: x[c, i], {CHANNELS} channels × {POSITIONS} positions; W[f, c, k], 1 × {CHANNELS} × {TAPS}; r, from 0 to {ROWS - 1}. Indices count "
    "from 0. A sum is sum(k, 0, 2, …).",
    exercise=FORWARD,
    inputs=lambda x, W: {"x": x, "W": W},
    over=("r",),
)

WEIGHT_JACOBIAN_BOX = FormulaBox(
    id="1.1.c.ii",
    question="How does the output change with the weight? Give one entry of ∂f/∂W.",
    label="∂f[r] / ∂W[0, c, k] =",
    given=f"The names: x[c, i], {CHANNELS} channels × {POSITIONS} positions; r, c and k. Indices count from 0.",
    exercise=WEIGHT_JACOBIAN,
    inputs=lambda x: {"x": x},
    result=lambda jacobian: (
        np.asarray(jacobian).reshape(ROWS, CHANNELS, TAPS)
        if np.shape(jacobian) == (ROWS, 1, CHANNELS, TAPS)
        else jacobian
    ),
    over=("r", "c", "k"),
)

WEIGHT_GRADIENT_BOX = FormulaBox(
    id="1.1.c.iv",
    question="The loss hands back ∂ℓ/∂f. Give one entry of ∂ℓ/∂W.",
    label="∂ℓ/∂W[0, c, k] =",
    given=f"The names: g[r] = ∂ℓ/∂f[r], {ROWS} numbers; x[c, i], {CHANNELS} channels × {POSITIONS} positions; c and k. Indices count from 0. A sum is "
    "sum(r, 0, 2, …).",
    exercise=WEIGHT_GRADIENT,
    inputs=lambda output_gradient, x: {"g": output_gradient[0], "x": x},
    aliases={"∂ℓ/∂f": "g"},
    words={"leaves the first row out": "Indices count from 0: the rows are r = 0, 1, 2."},
    result=lambda gradient: gradient[0] if np.shape(gradient) == (1, CHANNELS, TAPS) else gradient,
    over=("c", "k"),
)
