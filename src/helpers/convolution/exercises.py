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
        "Take one dimension. What is the first position at which the kernel can start, and what is the last?",
        "Along the rows, the kernel cannot start after 21 − 4 = 17. How many whole steps of 4 fit between 0 and 17?",
        "The rows at which the kernel starts are `list(range(0, 21 - 4 + 1, 4))`. Count them; then do the same for the columns.",
    ),
    mistakes={
        "counts the steps, not the positions": Mistake(
            (4, 1), "The first position needs no step. ⌊17/4⌋ steps lead to one position more: add 1."
        ),
        "rounds up": Mistake(
            (6, 3),
            "The whole kernel has to fit: 7/4 gives one whole step, not two. Take the floor.",
        ),
        "rounds to the nearest number, or divides the whole input by the stride": Mistake(
            (5, 3),
            "The kernel can move by 21 − 4 rows and by 12 − 5 columns. Take the floor of 17/4 and of 7/4, and add 1.",
        ),
        "forgets how long the kernel is": Mistake(
            (6, 4),
            "The kernel must end inside the input. The last row at which it can start is 21 − 4, not 21.",
        ),
        "moves the kernel by 1": Mistake(
            (18, 8),
            "With stride 1 there are 18 × 8 positions. With stride 4, the kernel takes every fourth row and every fourth column.",
        ),
        "gives columns before rows": Mistake(
            (2, 5), "Rows first: the input has 21 rows, and the kernel has 4."
        ),
        "divides without the floor": Mistake(
            (5.25, 2.75), "There is no quarter of a position. Take the floor of each quotient."
        ),
    },
)

FIT = NumberExercise(
    id="1.1.a.fit",
    answer=(20, 9),
    given="Asked for are two whole numbers, rows and columns.",
    hints=(
        "Along the rows, the fifth window is four steps after the first. Where does it start?",
        "The input has to end where that window ends: `4 * 4 + 4` rows. Now do the same for the columns.",
    ),
    mistakes={
        "forgets how long the last window is": Mistake(
            (16, 4), "The last window starts at row 16 and column 4. The input ends where that window ends."
        ),
        "lays the windows side by side": Mistake(
            (20, 10),
            "The windows start 4 columns apart and are 5 columns wide: two of them overlap by one column.",
        ),
        "multiplies the windows by the stride": Mistake(
            (20, 8),
            "The last window is 5 columns wide, so it reaches further than its stride of 4.",
        ),
        "takes a step for each window": Mistake(
            (24, 13), "The first window needs no step: five windows are four steps apart."
        ),
        "keeps what was dropped": Mistake((21, 12), "No window reads row 20 or the columns 9, 10 and 11."),
        "gives the last sample's index": Mistake(
            (19, 8), "The last row that is read is row 19, counted from 0. How many rows is that?"
        ),
        "gives columns before rows": Mistake((9, 20), "Rows first."),
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
        "Without padding and dilation, it is `(H - K) // S + 1`, where `//` is division with the floor. Put the padded length and the "
        "span in place of H and K.",
    ),
    mistakes={
        "forgets that dilation spreads the kernel": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - K) // S + 1,
            "With dilation D the kernel spans D(K − 1) + 1 samples, not K.",
        ),
        "forgets the padding": Mistake(
            lambda H, K, S, P, D: (H - D * (K - 1) - 1) // S + 1,
            "There are P zeros before the input and P behind it: H + 2P samples.",
        ),
        "forgets the stride": Mistake(
            lambda H, K, S, P, D: H + 2 * P - D * (K - 1),
            "The kernel moves by S, so it starts at every S-th position only.",
        ),
        "exchanges stride and dilation": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - S * (K - 1) - 1) // D + 1,
            "The dilation D spreads the taps; the stride S is how far the kernel moves, and divides.",
        ),
        "gives the dilated kernel a span of D(K − 1)": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - D * (K - 1)) // S + 1,
            "K taps with gaps of D between them span D(K − 1) + 1 samples: the last tap is a sample too.",
        ),
        "gives the dilated kernel a span of D(K − 1) − 1": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - D * (K - 1) + 1) // S + 1,
            "K taps with gaps of D between them span D(K − 1) + 1 samples: 1 is added, not taken away.",
        ),
        "rounds to the nearest number": Mistake(
            lambda H, K, S, P, D: round((H + 2 * P - D * (K - 1) - 1) / S) + 1,
            "A window that does not fit completely is dropped, even if more than half of it fits. Take the floor.",
        ),
        "gives the kernel a span of K·D": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - K * D) // S + 1,
            "K taps have only K − 1 gaps between them. The span is D(K − 1) + 1: no gap follows the last tap.",
        ),
        "gives the kernel a span of K(D − 1) + 1": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - K * (D - 1) - 1) // S + 1,
            "K and D have changed places: the span is D(K − 1) + 1.",
        ),
        "pads one end only": Mistake(
            lambda H, K, S, P, D: (H + P - D * (K - 1) - 1) // S + 1,
            "There are P zeros before the input and P behind it: H + 2P samples.",
        ),
        "counts the steps, not the positions": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - D * (K - 1) - 1) // S,
            "Each step leads to one more position, and the first position needs no step: add 1.",
        ),
        "rounds up": Mistake(
            lambda H, K, S, P, D: ceil((H + 2 * P - D * (K - 1) - 1) / S) + 1,
            "A window that does not fit completely is dropped. Take the floor.",
        ),
        "divides without the floor": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - D * (K - 1) - 1) / S + 1,
            "The number of steps is a whole number: take the floor of the quotient, `//` in Python.",
        ),
        "divides each length before it subtracts": Mistake(
            lambda H, K, S, P, D: (H + 2 * P) // S - (D * (K - 1) + 1) // S + 1,
            "The floor of a difference is not the difference of the floors. Subtract first, then divide once.",
        ),
    },
)

INPUTS = NumberExercise(
    id="1.1.b.inputs",
    answer=(50, 54),
    given="Asked for are two whole numbers: the fewest samples and the most.",
    hints=(
        "How many samples does the dilated kernel span? How far is the start of the last window from the start of the first?",
        "The last of ten windows starts 9 steps of 5 after the first, and spans 4 · 2 + 1 samples. So the padded input has at least `9 * 5 + 4 * 2 + 1` samples.",
        "Subtract the padding. Then ask how many more samples can be dropped before an eleventh window fits.",
    ),
    mistakes={
        "forgets the padding": Mistake(
            (54, 58),
            "These lengths include the padding. Subtract the two zeros before the input and the two behind it.",
        ),
        "pads one end only": Mistake((52, 56), "There are two zeros before the input, and two behind it."),
        "gives the kernel a span of K·D": Mistake(
            (53, 57), "Three taps have two gaps of 4 between them: they span 4 · 2 + 1 = 9 samples."
        ),
        "gives the kernel a span of D(K − 1)": Mistake(
            (49, 53), "The last tap is a sample too: the span is 4 · 2 + 1 = 9."
        ),
        "gives the kernel a span of K(D − 1) + 1": Mistake(
            (51, 55), "K and D have changed places: the span is D(K − 1) + 1 = 9."
        ),
        "forgets that dilation spreads the kernel": Mistake(
            (44, 48), "With a dilation of 4, three taps span 9 samples."
        ),
        "takes ten steps": Mistake(
            (55, 59), "The first window needs no step: ten windows are 9 steps apart."
        ),
        "forgets what the floor drops": Mistake(
            (50, 50), "Up to four more samples may be dropped, and the output has the same size."
        ),
        "lets one sample too many be dropped": Mistake(
            (50, 55), "With five samples more, another window fits."
        ),
        "gives the most first": Mistake((54, 50), "The fewest first."),
    },
)


def same_padding(K: int, D: int) -> float:
    return D * (K - 1) / 2


SAME = FunctionExercise(
    id="1.1.b.same",
    reference=same_padding,
    cases=lambda draw: ((K, D) for K, D in product((1, 2, 3, 4, 5, 7), (1, 2, 3, 4)) if D * (K - 1) % 2 == 0),
    given="Given are the kernel's size K and the dilation D, with D(K − 1) even; the stride is 1. Return the padding P at each end.",
    hints=(
        "How much shorter than its input is an output without padding?",
        "It is shorter by D(K − 1), the span minus 1. For K = 3 and D = 1 that is `1 * (3 - 1)`. The zeros at both ends together have to make up for this.",
    ),
    mistakes={
        "forgets the dilation": Mistake(
            lambda K, D: (K - 1) / 2, "The dilated kernel spans D(K − 1) + 1 samples."
        ),
        "puts all of it at each end": Mistake(
            lambda K, D: D * (K - 1), "There are P zeros at each end, so each end needs half of D(K − 1)."
        ),
        "halves the kernel": Mistake(
            lambda K, D: K // 2,
            "That is right for an odd K without dilation. A dilated kernel spans D(K − 1) + 1 samples.",
        ),
        "takes half of K·D": Mistake(
            lambda K, D: K * D / 2,
            "K taps have only K − 1 gaps between them: the output is shorter by D(K − 1).",
        ),
        "takes half of K·D − 1": Mistake(
            lambda K, D: (K * D - 1) / 2, "The span is D(K − 1) + 1, not K·D: no gap follows the last tap."
        ),
        "takes half of the span": Mistake(
            lambda K, D: (D * (K - 1) + 1) / 2,
            "A kernel of one sample needs no padding: the output is shorter by the span minus 1.",
        ),
    },
)

WEIGHTS = NumberExercise(
    id="1.1.b.weights",
    answer=(432, 50331648),
    given="Asked for are two whole numbers: the convolution's weights, and those of the dense layer.",
    hints=(
        "Each of the 16 filters has a weight for each of its taps, in each channel. How often a weight is used does not matter.",
        "One filter has `3 * 3 * 3` weights. In the dense layer each number of the output has a weight for each number of the input.",
    ),
    mistakes={
        "forgets the channels": Mistake(
            (144, 50331648), "A filter has 3 × 3 taps in each of the 3 channels."
        ),
        "counts one filter": Mistake((27, 50331648), "There are 16 filters, each with weights of its own."),
        "counts the weights again at each position": Mistake(
            (442368, 50331648), "The same 432 weights are used at every position: that is what sharing means."
        ),
        "adds the sizes": Mistake(
            (432, 19456), "A dense layer connects each of 3072 numbers with each of 16384: multiply."
        ),
        "connects only one channel of the output": Mistake(
            (432, 3145728), "The output has 16 channels of 32 × 32."
        ),
        "connects only one channel of the input": Mistake(
            (432, 16777216), "The input has 3 channels of 32 × 32."
        ),
        "counts biases": Mistake((448, 50348032), "Neither layer has a bias here."),
        "gives the dense layer first": Mistake((50331648, 432), "The convolution first."),
    },
)


def receptive_field(K_1: int, S_1: int, K_2: int, S_2: int) -> int:
    return K_1 + S_1 * (K_2 - 1)


RECEPTIVE = FunctionExercise(
    id="1.1.b.receptive",
    reference=receptive_field,
    cases=lambda draw: (
        case for case in product((1, 2, 3, 5), (1, 2, 3), (1, 2, 3), (1, 2)) if case[1] <= case[0]
    ),
    given="Given are kernel size and stride of the first layer, K_1 and S_1, and of the second, K_2 and S_2. S_1 is at most K_1, so that no "
    "sample is skipped. Return how many samples of the input one output of the second layer depends on.",
    hints=(
        "One output of the second layer reads K_2 neighbouring outputs of the first. Which samples does the first of them read?",
        "The first of them reads K_1 samples. How many new ones does the next of them add?",
        "With K_1 = 3, S_1 = 2 and K_2 = 2 the windows are `[list(range(2 * r, 2 * r + 3)) for r in range(2)]`. Count the samples in them, each once.",
    ),
    mistakes={
        "forgets the first stride": Mistake(
            lambda K_1, S_1, K_2, S_2: K_1 + K_2 - 1,
            "Neighbouring outputs of the first layer read windows that start S_1 samples apart.",
        ),
        "multiplies the kernels": Mistake(
            lambda K_1, S_1, K_2, S_2: K_1 * K_2,
            "The K_2 windows overlap: each but the first adds S_1 samples, not K_1.",
        ),
        "takes the second layer's stride": Mistake(
            lambda K_1, S_1, K_2, S_2: K_1 + S_2 * (K_2 - 1),
            "S_2 says how far apart the windows of the second layer are. Within one of these windows, neighbours are S_1 samples of the input apart.",
        ),
        "multiplies both strides": Mistake(
            lambda K_1, S_1, K_2, S_2: K_1 + S_1 * S_2 * (K_2 - 1),
            "Both strides together say how far apart two outputs of the second layer are. Within one window only S_1 counts.",
        ),
        "lets the first window add a stride": Mistake(
            lambda K_1, S_1, K_2, S_2: K_1 + S_1 * K_2,
            "The first of the K_2 windows is K_1 long; only the others add S_1 each.",
        ),
        "adds the kernels": Mistake(
            lambda K_1, S_1, K_2, S_2: K_1 + K_2,
            "The first output that the second layer reads depends on K_1 samples. Each further one adds S_1 samples.",
        ),
        "exchanges the kernels": Mistake(
            lambda K_1, S_1, K_2, S_2: K_2 + S_1 * (K_1 - 1),
            "The windows on the input are K_1 long, and there are K_2 of them.",
        ),
        "exchanges the layers": Mistake(
            lambda K_1, S_1, K_2, S_2: K_2 + S_2 * (K_1 - 1),
            "The input is read by the first layer: begin with its K_1 samples.",
        ),
    },
)

# 1.1.c: the layer. x (channels, positions), W (1, channels, taps), f (1, rows)


def _positions(stride: int = 2, dilation: int = 1) -> Array:
    """Return S·r + D·k, of shape (rows, taps)."""
    return np.add.outer(stride * np.arange(ROWS), dilation * np.arange(TAPS))


def _windows(x: Array, stride: int = 2, dilation: int = 1) -> Array:
    """Return x[c, S·r + D·k], of shape (rows, channels, taps)."""
    return x[:, _positions(stride, dilation)].swapaxes(0, 1)


_SPREAD_TAPS = "Position r + 2k is what a dilation of 2 reads. A stride of 2 reads position 2r + k."
_FROM_0 = "The sheet counts r and the taps from 1. Counted from 0, its 2(r − 1) + i becomes 2r + k."
_WRAPPED = (
    f"{_FROM_0} With r = 0 it would begin at position −2, which Python takes as the second from the end."
)
_OUTPUT_FIRST = "The shape of a Jacobian is the shape of the output, followed by the shape of the variable."
_ALL_CHANNELS = "One filter returns one number at each position: sum over the channels too."
_KEEPS_STRIDE = "The stride is 2: output r begins at position 2r, and there are ⌊(7 − 3)/2⌋ + 1 = 3 of them."


def layer(x: Array, W: Array) -> Array:
    return convolution.conv(x, W, stride=2)[0]


def _drawn(draw: Draw, *shapes: tuple[int, ...], normal: int) -> Cases:
    for numbers, count in ((draw.integers, 5), (draw.normal, normal)):
        for _ in range(count):
            yield tuple(numbers(*shape) for shape in shapes)


def _inputs(draw: Draw) -> Cases:
    for c, i in ((0, 0), (0, 4), (1, 1), (4, 6), (2, 2)):
        yield (one_hot_array(OF_X, c, i),)
    yield from _drawn(draw, OF_X, normal=5)


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
        "Begin with the middle output. Which samples of x does it read?",
        "Output r reads all channels, at the positions 2r, 2r + 1 and 2r + 2.",
        "The first output is `(x[:, 0:3] * W[0]).sum()`. How far does the window move for the next output?",
    ),
    mistakes={
        "moves the kernel by 1, not by 2": Mistake(
            lambda x, W: np.tensordot(_windows(x, stride=1), W[0], axes=2),
            "The stride is 2: output r begins at position 2r.",
        ),
        "turns the kernel around": Mistake(
            lambda x, W: np.tensordot(_windows(x), W[0, :, ::-1], axes=2),
            "Convolution in deep learning does not flip the kernel: tap k reads position 2r + k, not 2r + 2 − k.",
        ),
        "reads the first channel only": Mistake(
            lambda x, W: np.tensordot(_windows(x[:1]), W[0, :1], axes=2),
            "Sum over the 5 channels as well as over the 3 taps.",
        ),
        "spreads the taps, not the windows": Mistake(
            lambda x, W: np.tensordot(_windows(x, stride=1, dilation=2), W[0], axes=2), _SPREAD_TAPS
        ),
        "reads the sheet's indices as if they began at 0": Mistake(
            lambda x, W: np.tensordot(x[:, _positions() - 2], W[0], axes=([0, 2], [0, 1])),
            _WRAPPED,
        ),
        "forgets the stride": Mistake(
            lambda x, W: np.array([(x[:, r : r + 3] * W[0]).sum() for r in range(5)]), _KEEPS_STRIDE
        ),
        "keeps the channels apart": Mistake(
            lambda x, W: np.einsum("rck,ck->cr", _windows(x), W[0]), _ALL_CHANNELS
        ),
        "keeps the channels apart, one row for each output": Mistake(
            lambda x, W: np.einsum("rck,ck->rc", _windows(x), W[0]), _ALL_CHANNELS
        ),
        "stops a row short": Mistake(
            lambda x, W: np.tensordot(_windows(x), W[0], axes=2)[:2], "There are ⌊(7 − 3)/2⌋ + 1 = 3 rows."
        ),
    },
)


PADDED = NumberExercise(
    id="1.1.c.i.padding",
    answer=(-2, 3, 14),
    given="Asked for are the three numbers of the output.",
    hints=(
        "Write down x with its zeros: one before it, and one behind.",
        "The padded input is `[0, 1, 3, 2, 5, 4, 0]`. The first window is (0, 1, 3); the next one starts two samples later.",
    ),
    mistakes={
        "turns the kernel around": Mistake(
            (7, 9, -1),
            "Convolution in deep learning does not flip the kernel: the first tap, 2, multiplies the first sample of the window.",
        ),
        "forgets the padding": Mistake(
            (3, 5), "There is one zero before the input and one behind: 7 samples, and three windows."
        ),
        "pads behind only": Mistake(
            (3, 5, 8), "There is a zero before the input: the first window is (0, 1, 3)."
        ),
        "pads before only": Mistake((-1, 3, 5), "There is one zero before the input, and one behind."),
        "wraps around to the other end": Mistake(
            (6, 3, 13), "Outside its range x is 0. Python's index −1 reads the last sample."
        ),
        "repeats the samples at the ends": Mistake((0, 3, 10), "Outside its range x is 0."),
        "forgets the stride": Mistake(
            (-2, 3, 3, 5, 14), "With stride 2 the windows start at 0, 2 and 4 of the padded input."
        ),
    },
)


def window_view(x: Array) -> Array:
    return _windows(x).swapaxes(0, 1)


VIEW = FunctionExercise(
    id="1.1.c.i.view",
    reference=window_view,
    cases=_inputs,
    given="Given is `x` of shape (5, 7). Return X of shape (5, 3, 3), with X[c, r, k] = x[c, 2r + k].",
    hints=(
        "`np.lib.stride_tricks.sliding_window_view(x, 3, axis=1)` has a window for each position, and copies nothing.",
        "Its axes are channel, start and tap: `np.lib.stride_tricks.sliding_window_view(x, 3, axis=1).shape`. Which of these windows does a stride of 2 take?",
    ),
    mistakes={
        "forgets the stride": Mistake(
            lambda x: np.lib.stride_tricks.sliding_window_view(x, 3, axis=1),
            "Take every second window: those that start at 0, 2 and 4.",
        ),
        "moves the window by 1, not by 2": Mistake(
            lambda x: _windows(x, stride=1).swapaxes(0, 1),
            "Take every second window: those that start at 0, 2 and 4.",
        ),
        "exchanges outputs and taps": Mistake(
            lambda x: _windows(x).transpose(1, 2, 0),
            "The axes are channel, output and tap: X[c, r, k] is x[c, 2r + k], not x[c, r + 2k].",
        ),
        "puts outputs before channels": Mistake(_windows, "The axes are channel, output and tap."),
        "turns the windows around": Mistake(
            lambda x: _windows(x).swapaxes(0, 1)[..., ::-1], "Tap k reads position 2r + k."
        ),
    },
)


def weight_jacobian(x: Array) -> Array:
    return convolution.weight_jacobian(x, OF_W, stride=2)[0]


WEIGHT_JACOBIAN = FunctionExercise(
    id="1.1.c.ii",
    reference=weight_jacobian,
    cases=_inputs,
    given="Given is `x` of shape (5, 7). Return ∂f/∂W of shape (3, 1, 5, 3): the output's shape, then the weight's.",
    hints=(
        "f is linear in W. What is W[0, c, k] multiplied by, in f[r]?",
        "It is multiplied by one sample of channel c, and by nothing else. Which one, for output r and tap k?",
        "The first output's part is `J = np.zeros((3, 1, 5, 3)); J[0, 0] = x[:, 0:3]`. How far does the window move for the next output?",
    ),
    mistakes={
        "moves the window by 1, not by 2": Mistake(
            lambda x: _windows(x, stride=1)[:, None], "The stride is 2: row r holds x[c, 2r + k]."
        ),
        "turns the window around": Mistake(
            lambda x: _windows(x)[:, None, :, ::-1],
            "Tap k reads position 2r + k, so the samples of a window have the same order as in x.",
        ),
        "puts taps before channels": Mistake(
            lambda x: _windows(x).swapaxes(1, 2)[:, None],
            "The last three axes are those of W: filter, channel, tap.",
        ),
        "puts the output's axis last": Mistake(
            lambda x: np.moveaxis(_windows(x), 0, -1)[None], _OUTPUT_FIRST
        ),
        "exchanges outputs and taps": Mistake(
            lambda x: _windows(x, stride=1, dilation=2)[:, None],
            f"{_SPREAD_TAPS} If you transposed the array: the output's axis comes first, then those of W.",
        ),
        "reads the sheet's indices as if they began at 0": Mistake(
            lambda x: x[:, _positions() - 2].swapaxes(0, 1)[:, None],
            _WRAPPED,
        ),
        "forgets the stride": Mistake(
            lambda x: np.stack([x[:, r : r + 3] for r in range(5)])[:, None], _KEEPS_STRIDE
        ),
        "adds up the rows": Mistake(
            lambda x: _windows(x).sum(axis=0),
            "Each output has a row of its own: a Jacobian of three outputs keeps an axis of length 3.",
        ),
    },
)


def output_of(jacobian: Array, W: Array) -> Array:
    return np.tensordot(jacobian[:, 0], W[0], axes=2)


OF_SMALL_W = (1, 2, TAPS)
"""The shape of a weight with 2 channels."""


def _jacobians_and_weights(draw: Draw) -> Cases:
    for r, c, k in ((0, 0, 0), (2, 1, 1), (1, 0, 2)):
        yield one_hot_array((ROWS, *OF_SMALL_W), r, 0, c, k), one_hot_array(OF_SMALL_W, 0, c, k)
    yield from _drawn(draw, (ROWS, *OF_SMALL_W), OF_SMALL_W, normal=4)


BACK = FunctionExercise(
    id="1.1.c.ii.back",
    reference=output_of,
    cases=_jacobians_and_weights,
    given="Given are `jacobian`, ∂f/∂W of shape (3, 1, 2, 3), for a layer of 2 channels, and `W` of shape (1, 2, 3). Return f of shape (3,).",
    hints=(
        "For one number w, the function f(w) = a w has the derivative a. How do you get f(w) back from a and w?",
        "Multiply each entry of the Jacobian by the weight that it belongs to: `(jacobian * W).shape`. Over which axes do you have to sum, and which axis remains?",
    ),
    mistakes={
        "adds up the Jacobian alone": Mistake(
            lambda jacobian, W: jacobian.sum(axis=(1, 2, 3)),
            "Multiply each entry by its own weight before you add.",
        ),
        "adds up both before it multiplies": Mistake(
            lambda jacobian, W: jacobian.sum(axis=(1, 2, 3)) * W.sum(),
            "Multiply each entry by its own weight first, then add.",
        ),
        "adds up the outputs too": Mistake(
            lambda jacobian, W: (jacobian * W).sum(), "Each output is a sum of its own: return three numbers."
        ),
        "takes one channel only": Mistake(
            lambda jacobian, W: (jacobian * W)[:, 0, 0].sum(axis=1),
            "Sum over the channels as well as over the taps.",
        ),
        "takes the mean": Mistake(
            lambda jacobian, W: (jacobian * W).mean(axis=(1, 2, 3)), "The products are added, not averaged."
        ),
        "turns the kernel around": Mistake(
            lambda jacobian, W: np.tensordot(jacobian[:, 0], W[0, :, ::-1], axes=2),
            "Entry [r, 0, c, k] belongs to W[0, c, k].",
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
    """Return the Jacobian in which output r reads x[c, i] with tap k = ``tap(r, i)``."""
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
        "Which of the 7 positions does output r read, and with which tap?",
        "Position i = 2r + k is read with tap k. All others are not read, and their derivative is 0.",
        "The first output's part is `J = np.zeros((3, 5, 7)); J[0, :, 0:3] = W[0]`. Where is the kernel in the next row?",
    ),
    mistakes={
        "moves the band by 1 a row, not by 2": Mistake(
            lambda W: _band(W, lambda r, i: i - r),
            "The stride is 2: each row holds the kernel two columns further to the right.",
        ),
        "turns the kernel around": Mistake(
            lambda W: _band(W, lambda r, i: 2 - (i - 2 * r)),
            "Tap k = i − 2r reads position i, so the taps are in their own order in each row.",
        ),
        "reads the sheet's indices as if they began at 0": Mistake(
            lambda W: _band(W, lambda r, i: i - 2 * (r - 1)),
            "The sheet counts r and i from 1. Counted from 0, its i − 2(r − 1) becomes i − 2r.",
        ),
        "spreads the taps, not the windows": Mistake(
            lambda W: _band(W, lambda r, i: (i - r) // 2 if (i - r) % 2 == 0 else None), _SPREAD_TAPS
        ),
        "puts the output's axis last": Mistake(
            lambda W: np.moveaxis(_band(W, lambda r, i: i - 2 * r), 0, -1), _OUTPUT_FIRST
        ),
        "adds up the rows": Mistake(
            lambda W: _band(W, lambda r, i: i - 2 * r).sum(axis=0),
            "Each output has a row of its own: a Jacobian of three outputs keeps an axis of length 3.",
        ),
        "puts positions before channels": Mistake(
            lambda W: _band(W, lambda r, i: i - 2 * r).swapaxes(1, 2),
            "The last two axes are those of x here: channels first, as in PyTorch.",
        ),
    },
)


OVERLAP = NumberExercise(
    id="1.1.c.iii.overlap",
    answer=(2, 4),
    given="Asked for are two positions, counted from 0.",
    hints=(
        "Write down which positions each of the three windows reads.",
        "The first reads `list(range(0, 3))`, and the next one starts two positions later.",
    ),
    mistakes={
        "counts from 1": Mistake((3, 5), "The first position is 0."),
        "names where the windows start": Mistake((0, 2, 4), "Position 0 is read by the first window only."),
        "names where the windows end": Mistake((2, 4, 6), "Position 6 is read by the last window only."),
        "names the middles of windows": Mistake(
            (1, 3), "The middle of a window is read by that window only."
        ),
        "names the ends of x": Mistake(
            (0, 6), "The ends are read once each, by the first window and by the last."
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
        "A weight W[0, c, k] is used in every output f[r]. How does it change the loss through one of them?",
        "Through f[r], the derivative is ∂ℓ/∂f[r] times the sample that the weight is multiplied by. Add this over all outputs. How many are there?",
        "The last output contributes `output_gradient[0, 2] * x[:, 4:7]`. Add the contributions of the others.",
    ),
    mistakes={
        "stops a row short": SheetMistake(
            lambda output_gradient, x: _weighted(_windows)(output_gradient * [1, 1, 0], x),
            "The sum runs over every row of the output, and there are ⌊(7 − 3)/2⌋ + 1 = 3 of them: r = 0, 1, 2. What is "
            "missing is the term of the last row, ∂ℓ/∂f[2] · x[c, 4 + k].",
        ),
        "leaves the first row out": Mistake(
            lambda output_gradient, x: _weighted(_windows)(output_gradient * [0, 1, 1], x),
            "Python counts from 0: the rows are r = 0, 1, 2.",
        ),
        "forgets the stride": Mistake(
            _weighted(lambda x: _windows(x, stride=1)),
            "In output r, tap k was multiplied by x[c, 2r + k], not by x[c, r + k]. In the backward convolution the stride 2 has become "
            "the distance between the taps.",
        ),
        "keeps the stride a stride": Mistake(
            _weighted(lambda x: _windows(x, stride=1, dilation=2)),
            "The sum now runs over r, and k counts the results: the position is 2r + k. The stride has become the dilation of "
            "the backward convolution, whose own stride is 1.",
        ),
        "turns the gradient around": Mistake(
            lambda output_gradient, x: _weighted(_windows)(output_gradient[:, ::-1], x),
            "∂ℓ/∂f[r] belongs to what output r read. Nothing is flipped in ∂ℓ/∂W; it is ∂ℓ/∂x that needs a flipped kernel.",
        ),
        "takes the mean over the rows": Mistake(
            lambda output_gradient, x: _weighted(_windows)(output_gradient, x) / ROWS,
            "The terms of the rows are added, not averaged: each is how the loss changes through one output.",
        ),
        "adds up the samples before it weights them": Mistake(
            lambda output_gradient, x: output_gradient.sum() * _windows(x).sum(axis=0)[None],
            "Multiply each row's window by that row's gradient first, then add.",
        ),
        "reads the sheet's indices as if they began at 0": Mistake(
            lambda output_gradient, x: np.tensordot(
                output_gradient, x[:, _positions() - 2].swapaxes(0, 1), axes=1
            ),
            _WRAPPED,
        ),
        "keeps only the last row's term": Mistake(
            lambda output_gradient, x: _weighted(_windows)(output_gradient * [0, 0, 1], x),
            "If you assign in a loop, each term overwrites the one before. Begin with zeros, and add with `+=`.",
        ),
        "keeps the rows apart": Mistake(
            lambda output_gradient, x: output_gradient[0, :, None, None] * _windows(x),
            "All outputs use the same weight, so their terms are added: the result has no axis for r.",
        ),
        "convolves x with ∂ℓ/∂f and forgets the dilation": Mistake(
            lambda output_gradient, x: convolution.conv(x[:, None], output_gradient[None])[:, 0],
            "The samples that one weight is multiplied by are 2 apart: the stride has become the dilation.",
        ),
    },
)


def weight_gradients(output_gradient: Array, x: Array) -> Array:
    return convolution.weight_vjp(output_gradient, x, TAPS, stride=2)


BATCH_GRADIENT, BATCH_INPUT = (2, 3, ROWS), (2, 2, POSITIONS)
"""The shapes of ∂ℓ/∂y and x, for 2 inputs of 2 channels, and 3 filters."""


def _batches(draw: Draw) -> Cases:
    for n, f, r, c, k in ((0, 0, 0, 0, 0), (1, 2, 2, 1, 0), (1, 1, 1, 0, 2)):
        yield one_hot_array(BATCH_GRADIENT, n, f, r), one_hot_array(BATCH_INPUT, n, c, 2 * r + k)
    yield from _drawn(draw, BATCH_GRADIENT, BATCH_INPUT, normal=3)


def _batch_windows(x: Array, stride: int = 2) -> Array:
    """Return x[n, c, S·r + k], of shape (inputs, channels, rows, taps)."""
    return x[:, :, _positions(stride)]


def _summed_over(axes: str, stride: int = 2) -> Callable[[Array, Array], Array]:
    return lambda output_gradient, x: np.einsum(axes, output_gradient, _batch_windows(x, stride))


BATCH = FunctionExercise(
    id="1.1.c.iv.batch",
    reference=weight_gradients,
    cases=_batches,
    given="Given are `output_gradient`, ∂ℓ/∂y of shape (2, 3, 3), for 2 inputs, 3 filters and 3 outputs each, and `x` of shape (2, 2, 7): 2 inputs of 2 "
    "channels. Return ∂ℓ/∂W of shape (3, 2, 3): filters, channels, taps.",
    hints=(
        "In which outputs is W[f, c, k] used? For which inputs, and of which filters?",
        "It is used in the outputs of filter f only, but for all inputs. Their contributions are added.",
        "Input n and output r contribute an outer product: the gradients of all filters times the window. For n = r = 0 it is `np.multiply.outer(output_gradient[0, :, 0], x[0, :, 0:3])`.",
    ),
    mistakes={
        "takes the first input of the batch only": Mistake(
            lambda output_gradient, x: weight_gradients(output_gradient[0], x[0]),
            "All inputs of the batch use the same weight: add their contributions.",
        ),
        "takes the mean over the batch": Mistake(
            lambda output_gradient, x: weight_gradients(output_gradient, x) / 2,
            "The contributions of the inputs are added. If ℓ is a mean over the batch, the factor ½ is in ∂ℓ/∂y already.",
        ),
        "adds up the filters": Mistake(
            lambda output_gradient, x: weight_gradients(
                output_gradient.sum(axis=1, keepdims=True).repeat(3, axis=1), x
            ),
            "The weights of filter f are used in the outputs of filter f only.",
        ),
        "takes the first filter's gradient for all": Mistake(
            lambda output_gradient, x: weight_gradients(output_gradient[:, :1].repeat(3, axis=1), x),
            "Each filter has outputs of its own: ∂ℓ/∂y[n, f, r].",
        ),
        "multiplies each input by the gradients of all inputs": Mistake(
            _summed_over("mfr,ncrk->fck"),
            "∂ℓ/∂y[n, f, r] belongs to what output r read of input n: both factors have the same n.",
        ),
        "forgets the stride": Mistake(
            _summed_over("nfr,ncrk->fck", stride=1), "In output r, tap k was multiplied by x[n, c, 2r + k]."
        ),
        "keeps the batch apart": Mistake(
            _summed_over("nfr,ncrk->nfck"),
            "All inputs of the batch use the same weight: the result has no axis for n.",
        ),
        "puts channels before filters": Mistake(
            _summed_over("nfr,ncrk->cfk"), "The axes are those of W: filter, channel, tap."
        ),
    },
)


def bias_gradient(output_gradient: Array) -> Array:
    return output_gradient.sum(axis=(0, 2))


def _output_gradients(draw: Draw) -> Cases:
    for n, f, r in ((0, 0, 0), (1, 2, 3), (1, 1, 1)):
        yield (one_hot_array((2, 3, 4), n, f, r),)
    yield from _drawn(draw, (2, 3, 4), normal=4)


BIAS = FunctionExercise(
    id="1.1.c.iv.bias",
    reference=bias_gradient,
    cases=_output_gradients,
    given="Given is `output_gradient`, ∂ℓ/∂y of shape (2, 3, 4), for 2 inputs, 3 filters and 4 outputs each. Return ∂ℓ/∂b of shape (3,).",
    hints=(
        "b[f] is added to y[n, f, r], for which n and r? What is ∂y[n, f, r]/∂b[f]?",
        "It is 1 for all of them. So the gradients of all these outputs are added.",
        "Filter 0's are `output_gradient[:, 0, :]`.",
    ),
    mistakes={
        "takes one output of each filter": Mistake(
            lambda output_gradient: output_gradient[:, :, 0].sum(axis=0),
            "b[f] is added at every position r: sum over r too.",
        ),
        "takes the first input of the batch only": Mistake(
            lambda output_gradient: output_gradient[0].sum(axis=1),
            "b[f] is added for every input: sum over n too.",
        ),
        "keeps the batch apart": Mistake(
            lambda output_gradient: output_gradient.sum(axis=2),
            "b[f] is the same for every input: sum over n too.",
        ),
        "keeps the outputs apart": Mistake(
            lambda output_gradient: output_gradient.sum(axis=0),
            "b[f] is the same at every position r: sum over r too.",
        ),
        "adds up the filters": Mistake(
            lambda output_gradient: np.full(3, output_gradient.sum()),
            "b[f] is added to filter f's outputs only.",
        ),
        "takes the mean over the outputs": Mistake(
            lambda output_gradient: output_gradient.mean(axis=2).sum(axis=0),
            "The outputs' gradients are added, not averaged.",
        ),
        "takes the mean over the batch": Mistake(
            lambda output_gradient: output_gradient.sum(axis=2).mean(axis=0),
            "The inputs' gradients are added, not averaged.",
        ),
        "takes the mean over inputs and outputs": Mistake(
            lambda output_gradient: output_gradient.mean(axis=(0, 2)),
            "The gradients are added, not averaged.",
        ),
    },
)


def input_gradient(output_gradient: Array, W: Array) -> Array:
    return convolution.input_vjp(output_gradient, W, POSITIONS, stride=2)


def _gradients_and_weights(draw: Draw) -> Cases:
    for r, c, k in ((2, 0, 0), (0, 0, 0), (1, 1, 1), (2, 4, 2), (1, 3, 2)):
        yield one_hot_array(OF_F, 0, r), one_hot_array(OF_W, 0, c, k)
    yield from _drawn(draw, OF_F, OF_W, normal=10)


def _handed_back(tap: Callable[[int, int], int | None]) -> Callable[[Array, Array], Array]:
    """Return the function Σ_r g[r] · W[0, c, k], in which output r hands its gradient to x[c, i] by tap k = ``tap(r, i)``."""
    return lambda output_gradient, W: np.tensordot(output_gradient[0], _band(W, tap), axes=1)


def _overwritten(output_gradient: Array, W: Array) -> Array:
    gradient = np.zeros(OF_X)
    for r in range(ROWS):
        gradient[:, 2 * r : 2 * r + TAPS] = output_gradient[0, r] * W[0]
    return gradient


INPUT_GRADIENT = FunctionExercise(
    id="1.1.c.iv.input",
    reference=input_gradient,
    cases=_gradients_and_weights,
    given="Given are `output_gradient`, ∂ℓ/∂f of shape (1, 3), and `W` of shape (1, 5, 3). Return ∂ℓ/∂x of shape (5, 7).",
    hints=(
        "Which outputs read x[c, i]? How does x[c, i] change the loss through one of them?",
        "Output r passes ∂ℓ/∂f[r] back to the samples that it read. Each time it is multiplied by the weight of the tap that read the sample.",
        "The first output contributes `gradient = np.zeros((5, 7)); gradient[:, 0:3] += output_gradient[0, 0] * W[0]`. The windows overlap: what happens there?",
    ),
    mistakes={
        "forgets the stride": Mistake(
            _handed_back(lambda r, i: i - r),
            "Output r read the positions 2r to 2r + 2, and passes its gradient back to them.",
        ),
        "turns the kernel around": Mistake(
            _handed_back(lambda r, i: 2 - (i - 2 * r)),
            "Tap k read position 2r + k, so tap k passes the gradient back to it. The kernel is flipped only if the same sum is written as a convolution "
            "of the gradient.",
        ),
        "spreads the taps, not the windows": Mistake(
            _handed_back(lambda r, i: (i - r) // 2 if (i - r) % 2 == 0 else None), _SPREAD_TAPS
        ),
        "forgets the weights": Mistake(
            lambda output_gradient, W: input_gradient(output_gradient, np.ones_like(W)),
            "Each output passes back its gradient times the weight that the sample was multiplied by.",
        ),
        "forgets the gradients": Mistake(
            lambda output_gradient, W: input_gradient(np.ones_like(output_gradient), W),
            "That is how the outputs change. The loss changes by ∂ℓ/∂f[r] times as much.",
        ),
        "keeps only one contribution where two windows overlap": Mistake(
            _overwritten, "Two windows read positions 2 and 4: add their contributions with `+=`."
        ),
        "stops a row short": Mistake(
            lambda output_gradient, W: input_gradient(output_gradient * [1, 1, 0], W),
            "There are three outputs: r = 0, 1, 2.",
        ),
        "leaves the first row out": Mistake(
            lambda output_gradient, W: input_gradient(output_gradient * [0, 1, 1], W),
            "Indices count from 0: the rows are r = 0, 1, 2.",
        ),
        "adds up the gradients before it weights them": Mistake(
            lambda output_gradient, W: output_gradient.sum() * _band(W, lambda r, i: i - 2 * r).sum(axis=0),
            "Each output passes its own gradient back to the samples that it read.",
        ),
        "turns the gradient around": Mistake(
            lambda output_gradient, W: input_gradient(output_gradient[:, ::-1], W),
            "∂ℓ/∂f[r] goes back to what output r read.",
        ),
        "puts positions before channels": Mistake(
            lambda output_gradient, W: input_gradient(output_gradient, W).T,
            "∂ℓ/∂x has the shape of x: channels first.",
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
        "Both passes read x at S·r + D·k − P. In the forward pass, which index counts the results, and which does the sum run over? And in the backward pass?",
        "The stride is the factor of the index that counts the results. The dilation is the factor of the index of the sum.",
        "In the forward pass, r counts the results and the sum runs over k. In the backward pass it is the other way round. Which factor does each of the two have?",
    ),
    mistakes={
        "lets the stride become dilation, and stops there": Mistake(
            lambda stride, dilation: (1, stride),
            "That is right if the forward dilation is 1. Any other dilation D matters in the backward pass as well: k now counts the results, "
            "so its factor D is the backward stride.",
        ),
        "leaves both as they are": Mistake(
            lambda stride, dilation: (stride, dilation),
            "Compare the two sums: r and k change places, and so do their factors.",
        ),
        "makes both the stride": Mistake(
            lambda stride, dilation: (stride, stride),
            "The stride becomes the dilation; then what does the dilation become?",
        ),
        "multiplies the stride by the dilation": Mistake(
            lambda stride, dilation: (1, stride * dilation),
            "Only r is multiplied by S. The dilation D multiplies k, which now counts the results.",
        ),
    },
)

BOTH = NumberExercise(
    id="1.1.c.iv.both",
    answer=(9, 13, 17),
    given="Asked for are three numbers, ∂ℓ/∂W[k] for k = 0, 1, 2.",
    hints=(
        "∂ℓ/∂W[k] is the sum over r of ∂ℓ/∂y[r] times the sample that tap k read for output r. Which sample is that?",
        "Tap 0 read the samples 0, 3 and 6, so ∂ℓ/∂W[0] is `1 * 0 - 1 * 3 + 2 * 6`. Tap 1 read the samples that are 2 further on.",
    ),
    mistakes={
        "leaves stride and dilation as they are": Mistake(
            (6, 12, 18),
            "Tap k read the samples 3r + 2k. For one tap they are 3 apart, and from one tap to the next they move by 2.",
        ),
        "forgets the dilation": Mistake(
            (9, 11, 13), "From one tap to the next, the samples move by the dilation, 2."
        ),
        "forgets the stride, or turns the gradient around": Mistake(
            (3, 7, 11),
            "From one output to the next, the samples move by the stride, 3. And ∂ℓ/∂y[0] belongs to the first window.",
        ),
        "does not cut the result to the kernel's size": Mistake(
            (9, 13, 17, 21),
            "The backward convolution returns one result more. The kernel has three taps: cut the result.",
        ),
    },
)


def excess(dropped: int, stride: int, dilation: int) -> int:
    return dropped // dilation


EXCESS = FunctionExercise(
    id="1.1.c.iv.excess",
    reference=excess,
    cases=lambda draw: (
        (dropped, S, D) for S, D in product((1, 2, 3, 5, 7), (1, 2, 3)) for dropped in range(S)
    ),
    given="Given are the number of samples that the forward pass dropped, its stride and its dilation. Return how many results beyond K the backward convolution returns.",
    hints=(
        "The backward convolution moves by D. How far can it move beyond its K-th position?",
        "At its K-th position, its last tap reads the last sample that the forward pass read. Behind it are the dropped samples.",
        "With 5 dropped samples and steps of 2 it can move by `list(range(2, 5 + 1, 2))` samples.",
    ),
    mistakes={
        "counts one result for each dropped sample": Mistake(
            lambda dropped, stride, dilation: dropped,
            "That is right for a dilation of 1. The backward convolution moves by D.",
        ),
        "counts one result if anything was dropped": Mistake(
            lambda dropped, stride, dilation: min(dropped, 1),
            "Several steps may fit, or none: the backward convolution moves by D.",
        ),
        "rounds up": Mistake(
            lambda dropped, stride, dilation: -(-dropped // dilation),
            "Only whole steps count: take the floor.",
        ),
        "counts none": Mistake(
            lambda dropped, stride, dilation: dropped // stride,
            "Fewer samples than S are dropped, so no step of S fits. But the backward convolution moves by D.",
        ),
        "divides without the floor": Mistake(
            lambda dropped, stride, dilation: dropped / dilation,
            "The number of results is a whole number: take the floor.",
        ),
        "counts the K-th result as well": Mistake(
            lambda dropped, stride, dilation: dropped // dilation + 1,
            "Count only the results after the K-th.",
        ),
    },
)


def transposed_size(H: int, K: int, S: int, P: int, D: int) -> int:
    return S * (H - 1) + D * (K - 1) + 1 - 2 * P


TRANSPOSED = FunctionExercise(
    id="1.1.c.iv.transposed",
    reference=transposed_size,
    cases=lambda draw: (
        case
        for case in product((1, 2, 3, 6), (1, 2, 3), (1, 2, 3), (0, 1), (1, 2))
        if transposed_size(*case) >= 1
    ),
    given="Given are H, the samples that the transposed convolution reads, and the kernel size K, the stride S, the padding P at each end and the dilation D. "
    "Return how many samples it returns, a whole number.",
    hints=(
        "The convolution of which it is the transpose goes the other way: it returns H samples. How many does it read, if it drops none?",
        "Its H windows start S samples apart, and the last one spans D(K − 1) + 1 samples. Where does the last one end?",
        "Without padding and dilation, H = 4, K = 3 and S = 2 give windows that start at `list(range(0, 2 * 4, 2))`, and 3 samples from the last start. "
        "Padding counts among the samples that the windows read, but it is not part of the input.",
    ),
    mistakes={
        "multiplies by the stride": Mistake(
            lambda H, K, S, P, D: S * H,
            "That is right if K = S, without padding and dilation. In general, the last window reaches D(K − 1) + 1 samples from its start.",
        ),
        "takes a step for each sample": Mistake(
            lambda H, K, S, P, D: S * H + D * (K - 1) + 1 - 2 * P,
            "The first window needs no step: H windows are H − 1 steps apart.",
        ),
        "forgets that dilation spreads the kernel": Mistake(
            lambda H, K, S, P, D: S * (H - 1) + K - 2 * P,
            "With dilation D the kernel spans D(K − 1) + 1 samples, not K.",
        ),
        "gives the kernel a span of K·D": Mistake(
            lambda H, K, S, P, D: S * (H - 1) + K * D - 2 * P,
            "K taps have only K − 1 gaps between them. The span is D(K − 1) + 1.",
        ),
        "gives the dilated kernel a span of D(K − 1)": Mistake(
            lambda H, K, S, P, D: S * (H - 1) + D * (K - 1) - 2 * P,
            "The last tap is a sample too: the span is D(K − 1) + 1.",
        ),
        "forgets the padding": Mistake(
            lambda H, K, S, P, D: S * (H - 1) + D * (K - 1) + 1,
            "This is the size of the padded input. The P zeros at each end are not part of the input: subtract 2P.",
        ),
        "adds the padding": Mistake(
            lambda H, K, S, P, D: S * (H - 1) + D * (K - 1) + 1 + 2 * P,
            "The windows read the padded input, so the 2P zeros are counted already. Subtract them.",
        ),
        "pads one end only": Mistake(
            lambda H, K, S, P, D: S * (H - 1) + D * (K - 1) + 1 - P,
            "There are P zeros before the input and P behind it: subtract 2P.",
        ),
        "exchanges stride and dilation": Mistake(
            lambda H, K, S, P, D: D * (H - 1) + S * (K - 1) + 1 - 2 * P,
            "The windows are S apart, and the taps within a window are D apart.",
        ),
        "gives the size of the convolution's output": Mistake(
            lambda H, K, S, P, D: (H + 2 * P - D * (K - 1) - 1) // S + 1,
            "That is what a convolution returns if it reads H samples. The transposed convolution goes the other way.",
        ),
    },
)
