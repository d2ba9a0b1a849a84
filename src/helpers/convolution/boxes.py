"""The answer boxes of chapter 1.1."""

from __future__ import annotations

from dataclasses import replace
from math import floor

import numpy as np

from ..exercises import Cases, Draw, Mistake, NumberExercise, one_hot_array
from ..exercises.boxes import FormulaBox, NumbersBox
from ..numerics.arrays import Array
from .exercises import (
    BACK,
    BATCH,
    BIAS,
    BOTH,
    CHANNELS,
    EXCESS,
    FIT,
    FORWARD,
    IN_GENERAL,
    INPUT_GRADIENT,
    INPUT_JACOBIAN,
    INPUTS,
    OF_F,
    OF_W,
    OVERLAP,
    PADDED,
    POSITIONS,
    RECEPTIVE,
    ROWS,
    SAME,
    SIZE,
    TAPS,
    TRANSPOSED,
    WEIGHT_GRADIENT,
    WEIGHT_JACOBIAN,
    WEIGHTS,
)

FROM_0 = "Indices count from 0."
X = f"x[c, i], {CHANNELS} channels × {POSITIONS} positions"
G = f"g[r] = ∂ℓ/∂f[r], {ROWS} numbers"
W = f"W[f, c, k], 1 × {CHANNELS} × {TAPS}"
PICK = f"W has only the taps 0 to {TAPS - 1}: sum over all of them, and let δ pick the one that reads position i."
DELTA = "δ[i, j], which is 1 where i = j, and 0 elsewhere"

SIZE_BOX = NumbersBox(
    question="A kernel of 4 × 5 moves by 4 over an input of 21 × 12, without padding. How large is the output?",
    label="Rows × columns",
    given="Two whole numbers, such as 4 × 3. A calculation will do, too.",
    exercise=SIZE,
)

FIT_BOX = NumbersBox(
    question="A kernel of 4 × 5 moves by 4, without padding. Which size of the input gives 5 × 2 windows and leaves no sample over?",
    label="Rows × columns of the input",
    given="Two whole numbers, such as 4 × 3. A calculation will do, too.",
    exercise=FIT,
)

IN_GENERAL_BOX = FormulaBox(
    question="And in general? Give the output's size along one dimension.",
    label="Output size",
    given="The names: H, the input's size; K, the kernel's; stride S; padding P at each end; dilation D. ⌊…⌋ may be typed as floor(…).",
    exercise=IN_GENERAL,
    inputs=lambda H, K, S, P, D: {"H": H, "K": K, "S": S, "P": P, "D": D},
    tags=lambda H, K, S, P, D: {"K": K, "S": S, "P": P, "D": D},
    every=3,
    words={
        "divides without the floor": "The number of steps is a whole number: take the floor of the quotient."
    },
    more={
        "rounds to the nearest number": Mistake(
            lambda H, K, S, P, D: floor((H + 2 * P - D * (K - 1) - 1) / S + 0.5) + 1,
            IN_GENERAL.mistakes["rounds to the nearest number"].hint,
        ),
    },
)

INPUTS_BOX = NumbersBox(
    question="A layer with kernel 3, stride 5, padding 2 at each end and dilation 4 returns 10 samples. What are the smallest "
    "and the largest number of samples that its input may have?",
    label="The smallest, and the largest",
    given="Two whole numbers, such as 12, 15. Calculations will do, too.",
    exercise=INPUTS,
)

SAME_BOX = FormulaBox(
    question="With stride 1, which padding P gives an output as long as the input?",
    label="P =",
    given="The names: K, the kernel's size, and D, the dilation. D(K − 1) is even.",
    exercise=SAME,
    inputs=lambda K, D: {"K": K, "D": D},
    tags=lambda K, D: {"K": K, "D": D},
    because="If D(K − 1) is odd, there is no such P: 2P zeros are an even number.",
)

WEIGHTS_BOX = NumbersBox(
    question="A convolution with 16 filters of 3 × 3, stride 1 and padding 1 takes an image of 3 channels of 32 × 32 samples to 16 channels of the same size. "
    "How many weights does it have? And how many would a dense layer have, which connects each number of the output with each number of the input? There are no biases.",
    label="The convolution's, and the dense layer's",
    given="Two whole numbers, such as 12, 15.",
    exercise=WEIGHTS,
)

RECEPTIVE_BOX = FormulaBox(
    question="A second layer reads the output of the first. How many samples of the input does one output of the second layer depend on?",
    label="Receptive field",
    given="The names: K_1 and S_1, kernel size and stride of the first layer, with S_1 at most K_1; K_2 and S_2, those of the second layer.",
    exercise=RECEPTIVE,
    inputs=lambda K_1, S_1, K_2, S_2: {"K_1": K_1, "S_1": S_1, "K_2": K_2, "S_2": S_2},
    tags=lambda K_1, S_1, K_2, S_2: {"K_1": K_1, "S_1": S_1, "K_2": K_2, "S_2": S_2},
    because="The stride of the second layer does not count: it moves the window, but does not make it longer.",
)

FORWARD_BOX = FormulaBox(
    question="The layer has 5 channels, 7 positions, one filter of size 3, and stride 2. What is its output f[r]?",
    label="f[r] =",
    given=f"The names: {X}; {W}; r, from 0 to {ROWS - 1}. {FROM_0} A sum is sum(k, 0, 2, …).",
    exercise=FORWARD,
    inputs=lambda x, W: {"x": x, "W": W},
    over=("r",),
)

PADDED_BOX = NumbersBox(
    question="One channel, x = (1, 3, 2, 5, 4), and one filter, W = (2, 1, −1). With stride 2 and padding 1, what is the output?",
    label="The output",
    given="Three numbers, such as 4, 0, −7.",
    exercise=PADDED,
)

VIEW_BOX = NumbersBox(
    question="x is stored row by row, 5 channels × 7 positions, with 8 bytes for each number. The view X[c, r, k] = x[c, 2r + k] shares its memory. By how many bytes does "
    "one step along each of its three axes move in memory?",
    label="Steps along c, r and k",
    given="Three whole numbers, such as 8, 8, 8.",
    exercise=NumberExercise(
        id="1.1.c.i.view",
        answer=(56, 16, 8),
        given="Asked for are three whole numbers.",
        hints=(),
        mistakes={
            "exchanges outputs and taps": Mistake(
                (56, 8, 16),
                "One tap further is one sample further; one output further is two samples further.",
            ),
            "forgets the stride": Mistake(
                (56, 8, 8), "One output further, the window starts two samples further on."
            ),
            "counts numbers, not bytes": Mistake((7, 2, 1), "Each number takes 8 bytes."),
            "counts the view's own size": Mistake(
                (72, 24, 8),
                "That would be a copy of 3 × 3 numbers for each channel. A view uses the memory of x: overlapping windows share samples.",
            ),
            "takes positions for the rows": Mistake(
                (8, 80, 40),
                "x is stored channel by channel: neighbouring positions are neighbours in memory.",
            ),
            "names the axes from the last to the first": Mistake(
                (8, 16, 56), "Channels first, then outputs, then taps."
            ),
        },
    ),
)

WEIGHT_JACOBIAN_BOX = FormulaBox(
    question="How does the output change with the weight? Give one entry of ∂f/∂W.",
    label="∂f[r] / ∂W[0, c, k] =",
    given=f"The names: {X}; r, c and k. {FROM_0}",
    exercise=WEIGHT_JACOBIAN,
    inputs=lambda x: {"x": x},
    result=lambda jacobian: (
        np.asarray(jacobian).reshape(ROWS, CHANNELS, TAPS)
        if np.shape(jacobian) == (ROWS, 1, CHANNELS, TAPS)
        else jacobian
    ),
    over=("r", "c", "k"),
    because="It does not contain W: f is linear in W.",
)

BACK_BOX = FormulaBox(
    question="f is linear in W. Write f[r] with W and the Jacobian J = ∂f/∂W alone, without x, for a layer of 2 channels.",
    label="f[r] =",
    given=f"The names: J[r, c, k] = ∂f[r]/∂W[0, c, k], {ROWS} × 2 × {TAPS}; W[f, c, k], 1 × 2 × {TAPS}; r. {FROM_0} A sum is sum(k, 0, 2, …).",
    exercise=BACK,
    inputs=lambda jacobian, W: {"J": jacobian[:, 0], "W": W},
    over=("r",),
    because="A linear function is its own derivative, applied to its argument.",
)


def _weights(draw: Draw) -> Cases:
    for c, k in ((0, 0), (4, 2)):
        yield (one_hot_array(OF_W, 0, c, k),)
    for _ in range(3):
        yield (draw.integers(*OF_W),)


def _gradients_and_weights(draw: Draw) -> Cases:
    for r, c, k in ((0, 0, 0), (1, 3, 2)):
        yield one_hot_array(OF_F, 0, r), one_hot_array(OF_W, 0, c, k)
    for _ in range(3):
        yield draw.integers(*OF_F), draw.integers(*OF_W)


def _delta(size: int = POSITIONS + 2) -> Array:
    return np.eye(size)


INPUT_JACOBIAN_BOX = FormulaBox(
    question="How does the output change with the input? Give one entry of ∂f/∂x.",
    label="∂f[r] / ∂x[c, i] =",
    given=f"The names: {W}; r, c and i; {DELTA}. {PICK} {FROM_0} A sum is sum(k, 0, 2, …).",
    exercise=replace(INPUT_JACOBIAN, cases=_weights),
    inputs=lambda W: {"W": W, "δ": _delta()},
    over=("r", "c", "i"),
)

OVERLAP_BOX = NumbersBox(
    question="Which of the 7 positions of x are read by two windows, so that each of them changes two outputs?",
    label="The two positions",
    given="Two whole numbers, such as 0, 1. Positions count from 0.",
    exercise=OVERLAP,
)

WEIGHT_GRADIENT_BOX = FormulaBox(
    question="The gradient ∂ℓ/∂f is known. Give one entry of ∂ℓ/∂W.",
    label="∂ℓ/∂W[0, c, k] =",
    given=f"The names: {G}; {X}; c and k. {FROM_0} A sum is sum(r, 0, 2, …).",
    exercise=WEIGHT_GRADIENT,
    inputs=lambda output_gradient, x: {"g": output_gradient[0], "x": x},
    aliases={"∂ℓ/∂f": "g"},
    words={
        "leaves the first row out": "Indices count from 0: the rows are r = 0, 1, 2.",
        "keeps only the last row's term": "The sum runs over every row of the output: r = 0, 1, 2.",
    },
    result=lambda gradient: gradient[0] if np.shape(gradient) == (1, CHANNELS, TAPS) else gradient,
    over=("c", "k"),
)

BATCH_BOX = FormulaBox(
    question="The same layer with 3 filters and 2 channels, and a batch of 2 inputs. Give one entry of ∂ℓ/∂W.",
    label="∂ℓ/∂W[f, c, k] =",
    given=f"The names: g[n, f, r] = ∂ℓ/∂y[n, f, r], 2 inputs × 3 filters × {ROWS} outputs; x[n, c, i], 2 inputs × 2 channels × {POSITIONS} positions; f, c and k. "
    f"{FROM_0} A sum is sum(r, 0, 2, …).",
    exercise=BATCH,
    inputs=lambda output_gradient, x: {"g": output_gradient, "x": x},
    over=("f", "c", "k"),
)

BIAS_BOX = FormulaBox(
    question="Each filter has a bias: b[f] is added to y[n, f, r]. The batch has 2 inputs, and each of 3 filters has 4 outputs. What is the gradient of the bias?",
    label="∂ℓ/∂b[f] =",
    given=f"The names: g[n, f, r] = ∂ℓ/∂y[n, f, r], 2 inputs × 3 filters × 4 outputs; f. {FROM_0} A sum is sum(r, 0, 3, …).",
    exercise=BIAS,
    inputs=lambda output_gradient: {"g": output_gradient},
    over=("f",),
)

LIKENESS_BOX = NumbersBox(
    question="The forward pass has stride 3 and dilation 2. ∂ℓ/∂W is a convolution of x, too, with ∂ℓ/∂y as its kernel. What are the stride and the dilation of this convolution?",
    label="Stride, and dilation",
    given="Two whole numbers, such as 1, 1.",
    exercise=NumberExercise(
        id="1.1.c.iv.likeness",
        answer=(2, 3),
        given="Asked for are two whole numbers.",
        hints=(),
        mistakes={
            "lets the stride become dilation, and stops there": Mistake(
                (1, 3),
                "The stride does become the dilation. But the forward dilation matters as well: k now counts the results, so its factor, the dilation, is the backward "
                "stride.",
            ),
            "leaves both as they are": Mistake(
                (3, 2),
                "Compare the two sums: r and k change places, and so do their factors.",
            ),
            "makes both the stride": Mistake(
                (3, 3), "The stride becomes the dilation; then what does the dilation become?"
            ),
            "makes both the dilation": Mistake(
                (2, 2), "The dilation becomes the stride; then what does the stride become?"
            ),
            "lets the dilation become the stride, and stops there": Mistake(
                (2, 1),
                "The sum now runs over r, so its factor, the stride, is the backward dilation.",
            ),
            "multiplies the stride by the dilation": Mistake(
                (1, 6),
                "Only r is multiplied by S. The dilation D multiplies k, which now counts the results.",
            ),
        },
    ),
)

BOTH_BOX = NumbersBox(
    question="One channel of 13 samples, x[i] = i for i = 0, …, 12; a kernel of 3; stride 3 and dilation 2. The gradient is ∂ℓ/∂y = (1, −1, 2). What is ∂ℓ/∂W?",
    label="∂ℓ/∂W[0], ∂ℓ/∂W[1], ∂ℓ/∂W[2]",
    given="Three numbers, such as 4, 0, −7. Calculations will do, too.",
    exercise=BOTH,
)

EXCESS_BOX = FormulaBox(
    question="The forward pass, with stride S and dilation D, dropped d samples. The backward convolution of x with ∂ℓ/∂y, with stride D and dilation S, may then return more "
    "than K results. How many more?",
    label="Results beyond the K-th",
    given="The names: d, S and D. ⌊…⌋ may be typed as floor(…).",
    exercise=EXCESS,
    inputs=lambda dropped, stride, dilation: {"d": dropped, "S": stride, "D": dilation},
    tags=lambda dropped, stride, dilation: {"d": dropped, "S": stride, "D": dilation},
    because="So nothing has to be cut if fewer than D samples are dropped.",
)

INPUT_GRADIENT_BOX = FormulaBox(
    question="The gradient ∂ℓ/∂f is known. Give one entry of ∂ℓ/∂x.",
    label="∂ℓ/∂x[c, i] =",
    given=f"The names: {G}; {W}; c and i; {DELTA}. {PICK} {FROM_0} A sum is sum(r, 0, 2, …).",
    exercise=replace(INPUT_GRADIENT, cases=_gradients_and_weights),
    inputs=lambda output_gradient, W: {"g": output_gradient[0], "W": W, "δ": _delta()},
    aliases={"∂ℓ/∂f": "g"},
    over=("c", "i"),
)

TRANSPOSED_BOX = FormulaBox(
    question="A transposed convolution reads H samples. Of how many samples is its result, if the convolution that it transposes drops none?",
    label="Size of the result",
    given="The names: H, the samples that it reads; K, the kernel's size; stride S; padding P at each end; dilation D.",
    exercise=TRANSPOSED,
    inputs=lambda H, K, S, P, D: {"H": H, "K": K, "S": S, "P": P, "D": D},
    tags=lambda H, K, S, P, D: {"K": K, "S": S, "P": P, "D": D},
    every=2,
    because="If the convolution drops samples, its transpose has to return more. PyTorch asks for their number as `output_padding`.",
)
