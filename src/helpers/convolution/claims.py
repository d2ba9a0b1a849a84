"""The claims of chapter 1.1. The sheet's indices start at 1 and put the position first; so do its formulas here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import floor

import numpy as np
from numpy.random import Generator

from ..claims import Evidence, Sheet, off_by
from ..numerics.arrays import Array
from ..numerics.oracle import torch
from . import oracle
from .reference import (
    conv,
    dropped_samples,
    input_jacobian,
    input_vjp,
    output_size,
    weight_jacobian,
    weight_vjp,
)

SHEET = Sheet(__package__)


@SHEET.evidence("1.1.a")
def size_in_example(random: Generator) -> Evidence:
    """Compare [(W − F + 2P)/S] + 1, thus [17/4] + 1 × [7/4] + 1 = 5 × 2, with a convolution of that size.

    Readings: square brackets as the floor, and as mere brackets.
    """
    y = oracle.value(
        lambda x, weight: oracle.conv(x, weight, stride=4),
        random.normal(size=(1, 21, 12)),
        random.normal(size=(1, 1, 4, 5)),
    )
    S, P = 4, 0

    def error(bracket: Callable[[float], float]) -> float:
        formula = tuple(bracket((W - F + 2 * P) / S) + 1 for W, F in ((21, 4), (12, 5)))
        numbers = (bracket(17 / 4) + 1, bracket(7 / 4) + 1)
        return max(off_by(sheet, y.shape[1:]) for sheet in (formula, numbers, (5, 2)))

    return Evidence(
        as_written=error(floor),
        readings={"with [ ] for the floor": error(floor), "with [ ] for mere brackets": error(float)},
        corrected=off_by(output_size((21, 12), (4, 5), stride=4), y.shape[1:]),
    )


@SHEET.evidence("1.1.b")
def size_in_general(random: Generator) -> Evidence:
    """Compare F × (floor[(H − D·(K − 1) + 2P − 1)/S] + 1) × the same with W, with a random layer."""
    C, F, K, S, D = (int(random.integers(1, end)) for end in (5, 5, 6, 5, 4))
    P = int(random.integers(0, 4))
    # Each side is long enough for the kernel, by 0 to 8 samples.
    H, W = (max(1, D * (K - 1) + 1 - 2 * P + int(random.integers(9))) for _ in range(2))
    y = oracle.value(
        lambda x, weight: oracle.conv(x, weight, stride=S, padding=P, dilation=D),
        np.zeros((C, H, W)),
        np.zeros((F, C, K, K)),
    )
    sheet = F, floor((H - D * (K - 1) + 2 * P - 1) / S) + 1, floor((W - D * (K - 1) + 2 * P - 1) / S) + 1
    book = F, *(output_size(side, K, stride=S, padding=P, dilation=D) for side in (H, W))
    return Evidence(as_written=off_by(sheet, y.shape), corrected=off_by(book, y.shape))


def _layer(random: Generator) -> tuple[Array, Array, Array]:
    """Draw the layer of 1.1.c: x with 5 channels and 7 positions, W with 1 filter of size 3, ∂ℓ/∂f with 3 rows."""
    return random.normal(size=(5, 7)), random.normal(size=(1, 5, 3)), random.normal(size=(1, 3))


def _torch_layer(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return oracle.conv(x, weight, stride=2)


@SHEET.evidence("1.1.c.i")
def forward(random: Generator) -> Evidence:
    """Compute the layer's output by the sheet's double sum."""
    x, weight, _ = _layer(random)
    x_of_sheet, W = _indexed_from_one(x.T), _indexed_from_one(weight)
    sheet = [
        sum(x_of_sheet[2 * (r - 1) + i, k] * W[1, k, i] for k in range(1, 6) for i in range(1, 4))
        for r in range(1, 4)
    ]
    expected = oracle.value(_torch_layer, x, weight)
    return Evidence(
        as_written=off_by(sheet, expected[0]),
        corrected=off_by(conv(x, weight, stride=2), expected),
    )


@SHEET.evidence("1.1.c.ii")
def jacobian_of_weight(random: Generator) -> Evidence:
    """Compute ∂f/∂W, element by element."""
    x, weight, _ = _layer(random)
    x_of_sheet = _indexed_from_one(x.T)
    sheet = np.empty((3, 1, 5, 3))
    for r, c, k, i in _indices_from_one(sheet.shape):
        sheet[r - 1, c - 1, k - 1, i - 1] = x_of_sheet[2 * (r - 1) + i, k]
    expected = oracle.jacobian(_torch_layer, x, weight)[1]
    return Evidence(
        as_written=off_by(sheet, expected[0]),
        corrected=off_by(weight_jacobian(x, weight.shape, stride=2), expected),
    )


@SHEET.evidence("1.1.c.iii")
def jacobian_of_input(random: Generator) -> Evidence:
    """Compute ∂f/∂x, element by element."""
    x, weight, _ = _layer(random)
    W = _indexed_from_one(weight)
    sheet = np.zeros((3, 5, 7))
    for r, k, i in _indices_from_one(sheet.shape):
        if 1 <= i - 2 * (r - 1) <= 3:
            sheet[r - 1, k - 1, i - 1] = W[1, k, i - 2 * (r - 1)]
    expected = oracle.jacobian(_torch_layer, x, weight)[0]
    return Evidence(
        as_written=off_by(sheet, expected[0]),
        corrected=off_by(input_jacobian(weight, 7, stride=2), expected),
    )


@SHEET.evidence("1.1.c.iv")
def gradient_of_weight(random: Generator) -> Evidence:
    """Compute ∂ℓ/∂W with the sheet's sum over r = 1…2, and with the sum over all three rows."""
    x, weight, output_gradient = _layer(random)
    x_of_sheet, g = _indexed_from_one(x.T), _indexed_from_one(output_gradient[0])

    def sheet(last_row: int) -> Array:
        gradient = np.empty((1, 5, 3))
        for _, k, i in _indices_from_one(gradient.shape):
            terms = [g[r] * x_of_sheet[2 * (r - 1) + i, k] for r in range(1, last_row + 1)]
            gradient[0, k - 1, i - 1] = sum(terms)
        return gradient

    _, expected = oracle.vjp(_torch_layer, output_gradient, x, weight)
    return Evidence(
        as_written=off_by(sheet(last_row=2), expected),
        as_meant=off_by(sheet(last_row=3), expected),
        corrected=off_by(weight_vjp(output_gradient, x, 3, stride=2), expected),
    )


@SHEET.evidence("1.1.c.iv.likeness")
def likeness(random: Generator) -> Evidence:
    """Compute the gradients by convolutions in which the stride becomes dilation.

    As written: ∂ℓ/∂W as a convolution of x with ∂ℓ/∂f, dilated by the stride, on the sheet's layer. Besides: the same
    on a layer with a dilation of its own. Corrected: stride and dilation change places, what the floor dropped is cut
    off, and ∂ℓ/∂x is a convolution too.
    """

    def errors(length: int, dilation: int, backward_stride: int) -> tuple[float, float]:
        """Return the errors of ∂ℓ/∂W and of ∂ℓ/∂x."""
        x, weight = random.normal(size=(5, length)), random.normal(size=(1, 5, 3))
        setting = {"stride": 2, "dilation": dilation}
        size = output_size(length, 3, **setting)
        output_gradient = random.normal(size=(1, size))
        by_input, by_weight = oracle.vjp(
            lambda x, weight: oracle.conv(x, weight, **setting), output_gradient, x, weight
        )
        # Channels take the place of the batch: each is convolved by itself with the one filter's ∂ℓ/∂f.
        backward = conv(x[:, None], output_gradient[None], stride=backward_stride, dilation=2)[:, 0, :3]
        # One zero between two samples of ∂ℓ/∂f, and around them enough for the flipped kernel to reach each.
        spaced = np.zeros((1, 2 * size - 1))
        spaced[:, ::2] = output_gradient
        around = (dilation * 2, dilation * 2 + dropped_samples(length, 3, **setting))
        flipped = weight[:, :, ::-1].swapaxes(0, 1)
        transposed = conv(np.pad(spaced, ((0, 0), around)), flipped, dilation=dilation)
        return off_by(backward[None], by_weight), max(
            off_by(transposed, by_input),
            off_by(input_vjp(output_gradient, weight, length, **setting), by_input),
        )

    as_written, _ = errors(length=7, dilation=1, backward_stride=1)
    on_another_layer, _ = errors(length=11, dilation=2, backward_stride=1)
    corrected = [
        errors(length, dilation, backward_stride=dilation) for length, dilation in ((8, 1), (11, 2), (12, 3))
    ]
    return Evidence(
        as_written=as_written,
        beside={"the sheet on a layer with dilation 2": on_another_layer},
        corrected=max(map(max, corrected)),
    )


def _indices_from_one(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Return every index of an array of this shape, counted from 1."""
    return (tuple(i + 1 for i in index) for index in np.ndindex(shape))


def _indexed_from_one(array: Array) -> Array:
    """Return the array with a margin of NaN in front of every axis: index 1 is the first, and index 0 is caught."""
    return np.pad(array, [(1, 0)] * np.ndim(array), constant_values=np.nan)
