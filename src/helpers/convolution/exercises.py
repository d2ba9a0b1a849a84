"""The exercises of chapter 1.1. Its layer has 5 channels, 7 positions, one filter of size 3, stride 2; indices start at 0."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import ceil

import numpy as np

from ..exercises import Cases, Draw, FunctionExercise, Mistake, NumberExercise, SheetMistake, one_hot_array
from ..numerics.arrays import Array
from . import reference as convolution

ROWS, CHANNELS, TAPS, POSITIONS = 3, 5, 3, 7
OF_X, OF_W, OF_F = (CHANNELS, POSITIONS), (1, CHANNELS, TAPS), (1, ROWS)
"""The shapes of an input, a weight, and an output."""

# 1.1.a

SIZE = NumberExercise(
    id="1.1.a",
    answer=(5, 2),
    given='Asked for are two whole numbers, rows and columns, such as `(4, 3)` or `"4 × 3"`.',
    hints=(
        "Take one dimension. Where is the first place at which the kernel can start, and where is the last?",
        "The last place is 21 − 4 = 17 for the rows. How many whole steps of 4 are there from 0 to 17?",
        "Each step leads to one more place, and the first place needs no step: ⌊17/4⌋ + 1 rows, ⌊7/4⌋ + 1 columns.",
    ),
    mistakes={
        "counts the steps and not the places": Mistake(
            (4, 1), "The first place needs no step. ⌊17/4⌋ steps lead to one place more than that: add 1."
        ),
        "rounds up": Mistake(
            (6, 3),
            "A kernel that does not fit whole does not stop there: 7/4 is one whole step, not two. Take the floor.",
        ),
        "rounds to the nearest number, or divides the whole input by the stride": Mistake(
            (5, 3),
            "From the first place to the last are 21 − 4 rows and 12 − 5 columns: take the floor of 17/4 and of 7/4, and add 1.",
        ),
        "forgets how long the kernel is": Mistake(
            (6, 4), "The kernel must end inside of the input. The last row it can start at is 21 − 4, not 21."
        ),
        "moves the kernel by 1": Mistake(
            (18, 8), "There are 18 × 8 places in all; with stride 4, it stops at every fourth."
        ),
        "gives columns before rows": Mistake((2, 5), "Rows first: 21 rows under a kernel of 4 rows."),
        "divides without the floor": Mistake(
            (5.25, 2.75), "There is no quarter of a place. Take the floor of each quotient."
        ),
    },
)

# 1.1.b


def output_size(H: int, K: int, S: int, P: int, D: int) -> int:
    return convolution.output_size(H, K, stride=S, padding=P, dilation=D)


def _sizes(draw: Draw) -> Cases:
    yield from (
        (H, K, S, P, D)
        for H, K, S, P, D in product((1, 2, 3, 5, 8), (1, 2, 3), (1, 2, 3), (0, 1), (1, 2, 3))
        if H + 2 * P >= D * (K - 1) + 1
    )
    for _ in range(20):
        K, S, P, D = (int(draw.random.integers(*ends)) for ends in ((1, 6), (1, 6), (0, 4), (1, 5)))
        yield max(1, D * (K - 1) + 1 - 2 * P) + int(draw.random.integers(30)), K, S, P, D


IN_GENERAL = FunctionExercise(
    id="1.1.b",
    reference=output_size,
    cases=_sizes,
    given="Given are the whole numbers H, K, S, P and D of one dimension, in which the kernel fits. Return the output's size, a whole number.",
    hints=(
        "How long is the input with its padding? How many samples does the dilated kernel span?",
        "K taps have K − 1 gaps of D between them: the kernel spans D(K − 1) + 1 samples, of H + 2P.",
        "Put both into ⌊(length − span)/S⌋ + 1. In Python, `//` is division with the floor.",
    ),
    mistakes={
        "forgets that dilation spreads the kernel": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - K) // S + 1,
            "With dilation D the kernel spans D(K − 1) + 1 samples, not K.",
        ),
        "gives the kernel a span of K·D": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - K * D) // S + 1,
            "K taps have only K − 1 gaps between them. The span is D(K − 1) + 1: no gap follows the last tap.",
        ),
        "dilates by D − 1 taps instead of D − 1 gaps, a span of K(D − 1) + 1": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - K * (D - 1) - 1) // S + 1,
            "K and D have changed places: the span is D(K − 1) + 1.",
        ),
        "pads one end only": Mistake(
            lambda H, K, S, P, D: (H + P - D * (K - 1) - 1) // S + 1,
            "P zeros stand before the input and P behind it: H + 2P samples.",
        ),
        "counts the steps and not the places": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - D * (K - 1) - 1) // S,
            "Each step leads to one more place, and the first place needs none: add 1.",
        ),
        "rounds up": Mistake(
            lambda H, K, S, P, D: ceil((H + 2 * P - D * (K - 1) - 1) / S) + 1,
            "What does not fit whole is dropped. Take the floor.",
        ),
        "divides without the floor": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - D * (K - 1) - 1) / S + 1,
            "A kernel stops at a whole number of places: take the floor of the quotient, `//` in Python.",
        ),
        "divides each length before it subtracts": Mistake(
            lambda H, K, S, P, D: (H + 2 * P) // S - (D * (K - 1) + 1) // S + 1,
            "The floor of a difference is not the difference of the floors. Subtract first, then divide once.",
        ),
    },
)

# 1.1.c: the layer. x (channels, positions), W (1, channels, taps), f (1, rows)


def _windows(x: Array, stride: int = 2, dilation: int = 1) -> Array:
    """Return x[c, S·r + D·k], of shape (rows, channels, taps)."""
    positions = np.add.outer(stride * np.arange(ROWS), dilation * np.arange(TAPS))
    return x[:, positions].swapaxes(0, 1)


_SPREAD_TAPS = "Position r + 2k is what a dilation of 2 reads. A stride of 2 reads position 2r + k."


def layer(x: Array, W: Array) -> Array:
    return convolution.conv(x, W, stride=2)[0]


def _drawn(draw: Draw, *shapes: tuple[int, ...], normal: int) -> Cases:
    for numbers, count in ((draw.integers, 5), (draw.normal, normal)):
        for _ in range(count):
            yield tuple(numbers(*shape) for shape in shapes)


def _inputs_and_weights(draw: Draw) -> Cases:
    """Yield one sample and one weight, which meet; then more of them."""
    for c, r, k in ((0, 2, 0), (1, 0, 1), (0, 1, 2), (4, 2, 2), (3, 0, 0)):
        yield one_hot_array(OF_X, c, 2 * r + k), one_hot_array(OF_W, 0, c, k)
    yield from _drawn(draw, OF_X, OF_W, normal=10)


FORWARD = FunctionExercise(
    id="1.1.c.i",
    reference=layer,
    cases=_inputs_and_weights,
    given="Given are `x` of shape (5, 7), channels first, and `W` of shape (1, 5, 3). Return f of shape (3,), or (1, 3). "
    "Python counts from 0.",
    hints=(
        "Write the middle output down first: which samples of x does it read?",
        "Output r reads `x[:, 2 * r : 2 * r + 3]`: all channels, three positions.",
        "Multiply that by `W[0]`, entry by entry, and add everything up. Do so for r = 0, 1, 2.",
    ),
    mistakes={
        "moves the kernel by 1, not by 2": Mistake(
            lambda x, W: np.tensordot(_windows(x, stride=1), W[0], axes=2),
            "The stride is 2: output r begins at position 2r.",
        ),
        "turns the kernel around": Mistake(
            lambda x, W: np.tensordot(_windows(x), W[0, :, ::-1], axes=2),
            "Convolution in deep learning does not flip: tap k meets position 2r + k, not 2r + 2 − k.",
        ),
        "reads the first channel only": Mistake(
            lambda x, W: np.tensordot(_windows(x[:1]), W[0, :1], axes=2),
            "Sum over the 5 channels as well as over the 3 taps.",
        ),
        "spreads the taps instead of the stops": Mistake(
            lambda x, W: np.tensordot(_windows(x, stride=1, dilation=2), W[0], axes=2), _SPREAD_TAPS
        ),
        "keeps the channels apart": Mistake(
            lambda x, W: np.einsum("rck,ck->cr", _windows(x), W[0]),
            "One filter makes one number at each stop: sum over the channels too.",
        ),
        "stops a row short": Mistake(
            lambda x, W: np.tensordot(_windows(x), W[0], axes=2)[:2], "There are ⌊(7 − 3)/2⌋ + 1 = 3 rows."
        ),
    },
)


def weight_jacobian(x: Array) -> Array:
    return convolution.weight_jacobian(x, OF_W, stride=2)[0]


def _inputs(draw: Draw) -> Cases:
    for c, i in ((0, 0), (0, 4), (1, 1), (4, 6), (2, 2)):
        yield (one_hot_array(OF_X, c, i),)
    yield from _drawn(draw, OF_X, normal=5)


WEIGHT_JACOBIAN = FunctionExercise(
    id="1.1.c.ii",
    reference=weight_jacobian,
    cases=_inputs,
    given="Given is `x` of shape (5, 7). Return ∂f/∂W of shape (3, 1, 5, 3): the output's shape, then the weight's.",
    hints=(
        "f is linear in W. What is W[0, c, k] multiplied by, in f[r]?",
        "By x[c, 2r + k], and by nothing else.",
        "Begin with `np.zeros((3, 1, 5, 3))`, and for each r put `x[:, 2 * r : 2 * r + 3]` at `[r, 0]`.",
    ),
    mistakes={
        "moves the window by 1, not by 2": Mistake(
            lambda x: _windows(x, stride=1)[:, None], "The stride is 2: row r holds x[c, 2r + k]."
        ),
        "turns the window around": Mistake(
            lambda x: _windows(x)[:, None, :, ::-1],
            "Tap k meets position 2r + k: the window stands as it does in x.",
        ),
        "puts taps before channels": Mistake(
            lambda x: _windows(x).swapaxes(1, 2)[:, None],
            "The last three axes are those of W: filter, channel, tap.",
        ),
        "puts the output's axis last": Mistake(
            lambda x: np.moveaxis(_windows(x), 0, -1)[None],
            "A Jacobian has the shape of the output first, then that of what is varied.",
        ),
        "spreads the taps instead of the stops": Mistake(
            lambda x: _windows(x, stride=1, dilation=2)[:, None], _SPREAD_TAPS
        ),
        "adds up the rows": Mistake(
            lambda x: _windows(x).sum(axis=0),
            "Each output has a row of its own: a Jacobian of three outputs keeps an axis of length 3.",
        ),
    },
)


def input_jacobian(W: Array) -> Array:
    return convolution.input_jacobian(W, POSITIONS, stride=2)[0]


def _weights(draw: Draw) -> Cases:
    for c, k in ((0, 0), (0, 2), (1, 1), (4, 2)):
        yield (one_hot_array(OF_W, 0, c, k),)
    yield from _drawn(draw, OF_W, normal=5)


def _band(W: Array, tap: Callable[[int, int], int | None]) -> Array:
    """Return the Jacobian in which stop r reads x[c, i] with tap k = ``tap(r, i)``."""
    band = np.zeros((ROWS, CHANNELS, POSITIONS))
    for r, i in np.ndindex(ROWS, POSITIONS):
        k = tap(r, i)
        if k in range(TAPS):
            band[r, :, i] = W[0, :, k]
    return band


INPUT_JACOBIAN = FunctionExercise(
    id="1.1.c.iii",
    reference=input_jacobian,
    cases=_weights,
    given="Given is `W` of shape (1, 5, 3). Return ∂f/∂x of shape (3, 5, 7): the output's shape, then that of x.",
    hints=(
        "Which of the 7 positions does stop r read, and with which tap?",
        "Position i = 2r + k is read with tap k. All others are not read, and their derivative is 0.",
        "Begin with `np.zeros((3, 5, 7))`, and for each r put `W[0]` at `[r, :, 2 * r : 2 * r + 3]`.",
    ),
    mistakes={
        "moves the band by 1 a row, not by 2": Mistake(
            lambda W: _band(W, lambda r, i: i - r),
            "The stride is 2: the kernel stands two columns further on in each row.",
        ),
        "turns the kernel around": Mistake(
            lambda W: _band(W, lambda r, i: 2 - (i - 2 * r)),
            "Tap k = i − 2r meets position i, so the taps stand in the row in their own order.",
        ),
        "reads the sheet's indices as if they began at 0": Mistake(
            lambda W: _band(W, lambda r, i: i - 2 * (r - 1)),
            "The sheet counts r and i from 1. Counted from 0, its i − 2(r − 1) becomes i − 2r.",
        ),
        "spreads the taps instead of the stops": Mistake(
            lambda W: _band(W, lambda r, i: (i - r) // 2 if (i - r) % 2 == 0 else None), _SPREAD_TAPS
        ),
        "puts positions before channels": Mistake(
            lambda W: _band(W, lambda r, i: i - 2 * r).swapaxes(1, 2),
            "The last two axes are those of x here: channels first, as in PyTorch.",
        ),
    },
)


def weight_gradient(output_gradient: Array, x: Array) -> Array:
    return convolution.weight_vjp(output_gradient, x, TAPS, stride=2)


def _gradients_and_inputs(draw: Draw) -> Cases:
    """Yield a gradient at one output, and one sample that it reads; then more of them."""
    for r, c, k in ((2, 0, 0), (0, 0, 0), (1, 1, 1), (2, 4, 2), (1, 3, 2)):
        yield one_hot_array(OF_F, 0, r), one_hot_array(OF_X, c, 2 * r + k)
    yield from _drawn(draw, OF_F, OF_X, normal=10)


def _weighted(windows: Callable[[Array], Array]) -> Callable[[Array, Array], Array]:
    """Return the function Σ_r g[r] · windows(x)[r]."""
    return lambda output_gradient, x: np.tensordot(output_gradient, windows(x), axes=1)


WEIGHT_GRADIENT = FunctionExercise(
    id="1.1.c.iv",
    reference=weight_gradient,
    cases=_gradients_and_inputs,
    given="Given are `output_gradient`, ∂ℓ/∂f of shape (1, 3), and `x` of shape (5, 7). Return ∂ℓ/∂W of shape (1, 5, 3).",
    hints=(
        "A weight W[0, c, k] is used at every stop r. What does it make of the loss by way of one of them?",
        "By way of stop r: ∂ℓ/∂f[r] · x[c, 2r + k]. Now add up over all stops. How many are there?",
        "`for r in range(3): gradient[0] += output_gradient[0, r] * x[:, 2 * r : 2 * r + 3]`",
    ),
    mistakes={
        "stops a row short": SheetMistake(
            lambda output_gradient, x: _weighted(_windows)(output_gradient * [1, 1, 0], x),
            "The sum runs over every row of the output, and there are ⌊(7 − 3)/2⌋ + 1 = 3 of them: r = 0, 1, 2. What is "
            "missing is the last row's share, ∂ℓ/∂f[2] · x[c, 4 + k].",
        ),
        "leaves the first row out": Mistake(
            lambda output_gradient, x: _weighted(_windows)(output_gradient * [0, 1, 1], x),
            "Python counts from 0: the rows are r = 0, 1, 2.",
        ),
        "forgets the stride": Mistake(
            _weighted(lambda x: _windows(x, stride=1)),
            "What tap k saw at stop r is x[c, 2r + k], not x[c, r + k]. In the backward convolution the stride 2 has become "
            "the distance between the taps.",
        ),
        "keeps the stride a stride": Mistake(
            _weighted(lambda x: _windows(x, stride=1, dilation=2)),
            "r is now what is summed over, and k is what is counted: position 2r + k. The stride has become the dilation of "
            "the backward convolution, whose own stride is 1.",
        ),
        "turns the gradient around": Mistake(
            lambda output_gradient, x: _weighted(_windows)(output_gradient[:, ::-1], x),
            "∂ℓ/∂f[r] belongs to what stop r read. Nothing is flipped in ∂ℓ/∂W; it is ∂ℓ/∂x that needs a flipped kernel.",
        ),
        "takes the mean over the rows": Mistake(
            lambda output_gradient, x: _weighted(_windows)(output_gradient, x) / ROWS,
            "The shares of the rows are added: each is what the weight makes of the loss by way of one output.",
        ),
        "adds up the samples before it weights them": Mistake(
            lambda output_gradient, x: output_gradient.sum() * _windows(x).sum(axis=0)[None],
            "Each row's window is multiplied by that row's gradient first; the sum comes after.",
        ),
    },
)

# In words: what becomes of stride and dilation


def backward_setting(stride: int, dilation: int) -> tuple[int, int]:
    return dilation, stride


LIKENESS = FunctionExercise(
    id="1.1.c.iv.likeness",
    reference=backward_setting,
    cases=lambda draw: product((1, 2, 3), (1, 2, 3)),
    given="Given are the forward convolution's stride and dilation. Return those of the convolution that computes ∂ℓ/∂W: "
    "(stride, dilation).",
    hints=(
        "Both passes read x at S·r + D·k − P. What is counted forward, and what is summed over? And backward?",
        "The stride is what the index that is counted is multiplied by, and the dilation what the one that is summed over is.",
        "Backward, k is counted and r is summed over: they have changed places, and S and D with them.",
    ),
    mistakes={
        "lets the stride become dilation, and stops there": SheetMistake(
            lambda stride, dilation: (1, stride),
            "That is right for a forward dilation of 1. Another dilation D does not vanish: the taps k that it spread are now "
            "what is counted, so it is the backward stride.",
        ),
        "leaves both as they are": Mistake(
            lambda stride, dilation: (stride, dilation),
            "Compare the two sums: r and k change places, and with them what they are multiplied by.",
        ),
        "makes both the stride": Mistake(
            lambda stride, dilation: (stride, stride),
            "The stride becomes the dilation; then what does the dilation become?",
        ),
        "multiplies the stride by the dilation": Mistake(
            lambda stride, dilation: (1, stride * dilation),
            "Only r is multiplied by S. The dilation D multiplies k, which is counted now.",
        ),
    },
)
