"""Convolution as deep learning means it: the kernel is not flipped. Chapter 1.1 of the book.

Any number of spatial dimensions; ``stride``, ``padding`` and ``dilation`` are each one number or one per
dimension. In one dimension, with y = conv(x, W),

    y[f, r] = Σ_c Σ_k  W[f, c, k] · x[c, S·r + D·k − P]                               (1.1)

where S is the stride, D the dilation, P the padding, and x is 0 outside its own range.
Indices start at 0. Several dimensions each have their own r, k, S, D and P.

The functions read x through a *window view*, an array whose entry [c, k, r] is x[c, S·r + D·k − P]. It is the
padded input itself, seen through other strides. The sum over c and k is then a product of two matrices, and
the second has a column for each window.

Sizes are whole numbers (else TypeError) that fit each other, and arrays are real (else TypeError), not empty but for
their batch axes, and of the shapes named (else ValueError). NaN and infinity are data: they spread as in PyTorch's
float64, where padding is 0 and 0 · NaN is NaN; what overflows becomes infinite. Floats keep their precision.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product, starmap
from types import EllipsisType
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import ArrayLike

from ..numerics.arrays import (
    Array,
    DoesNotFit,
    Sizes,
    check_memory,
    is_sequence,
    real_array,
    short_repr,
    whole_numbers,
)
from ..numerics.functions import quiet

__all__ = [
    "conv",
    "dropped_samples",
    "input_jacobian",
    "input_vjp",
    "output_size",
    "weight_jacobian",
    "weight_vjp",
]

Place = tuple[slice | EllipsisType, ...]
"""Samples of every channel: a range in each spatial dimension."""

BLOCK = 2**16
"""How many numbers of a signal's window view are copied and multiplied at a time: they stay in the cache."""


def output_size(
    input_size: Sizes, kernel_size: Sizes, *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> Any:
    """Return how many times a kernel fits: ⌊(H + 2P − D(K − 1) − 1) / S⌋ + 1, equation (1.2).

    Relationship 15 of Dumoulin and Visin (2016).

    Parameters
    ----------
    input_size, kernel_size : int or sequence of int
        H and K, in samples; with a sequence, one per dimension.
    stride, padding, dilation : int or sequence of int
        S ≥ 1, P ≥ 0 (on both ends) and D ≥ 1, in samples.

    Returns
    -------
    int or tuple of int
        A tuple if any argument is a sequence.

    Examples
    --------
    The sheet's 21 × 12 input under a 4 × 5 kernel that moves by 4:

    >>> output_size((21, 12), (4, 5), stride=4)
    (5, 2)
    >>> output_size(7, 3, dilation=4)
    Traceback (most recent call last):
    helpers.numerics.arrays.DoesNotFit: kernel_size 3 with dilation 4 spans 9 samples, but input_size 7 with padding 0 has only 7
    """
    return _of_each("output", input_size, kernel_size, stride, padding, dilation)


def dropped_samples(
    input_size: Sizes, kernel_size: Sizes, *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> Any:
    """Return how many samples at the end of the padded input no window reaches: (H + 2P − D(K − 1) − 1) mod S.

    They are the remainder that the floor in :func:`output_size` drops. Arguments and result have the same form as
    there.

    Examples
    --------
    >>> dropped_samples((21, 12), (4, 5), stride=4)
    (1, 3)
    """
    return _of_each("dropped", input_size, kernel_size, stride, padding, dilation)


def conv(
    x: ArrayLike, weight: ArrayLike, *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> Array:
    """Return the convolution of x with weight, equation (1.1).

    Parameters
    ----------
    x : array_like, shape (..., C, *input_size)
        Any number of batch axes, then channels, then space.
    weight : array_like, shape (F, C, *kernel_size)
        F filters. Its number of axes says how many spatial dimensions there are.
    stride, padding, dilation : int or sequence of int
        As in :func:`output_size`.

    Returns
    -------
    numpy.ndarray, shape (..., F, *output_size)

    Examples
    --------
    A kernel that subtracts neighbours, at every second position:

    >>> conv([[1, 4, 9, 16, 25]], [[[-1, 1]]], stride=2)
    array([[3., 7.]])
    """
    weight = _weight(weight)
    filters, channels, *kernel_size = weight.shape
    x, axes = _signal(x, channels, kernel_size, stride, padding, dilation)
    batch, output = x.shape[: -len(axes) - 1], [axis.output for axis in axes]
    y_shape, dtype = (*batch, filters, *output), np.result_type(weight, x)
    check_memory("x, weight and padding", y_shape, dtype)
    y = np.empty((*batch, filters, math.prod(output)), dtype)
    with quiet():
        for block, columns in _columns(x, axes):
            # (F, C·K) with (..., C·K, R) → (..., F, R)
            np.matmul(weight.reshape(filters, -1), columns, out=y[..., block])
    return y.reshape(y_shape)


def input_vjp(
    output_gradient: ArrayLike,
    weight: ArrayLike,
    input_size: Sizes,
    *,
    stride: Sizes = 1,
    padding: Sizes = 0,
    dilation: Sizes = 1,
) -> Array:
    """Return ∂ℓ/∂x = ∂ℓ/∂y · ∂y/∂x: each output's gradient times the kernel, added to the samples that it read.

        ∂ℓ/∂x[c, i] = Σ_f Σ_{r, k : S·r + D·k − P = i}  ∂ℓ/∂y[f, r] · W[f, c, k]             (1.9)

    This is the *transposed convolution*. Samples that no window reached get 0.

    Parameters
    ----------
    output_gradient : array_like, shape (..., F, *output_size)
        ∂ℓ/∂y.
    weight : array_like, shape (F, C, *kernel_size)
    input_size : int or sequence of int
        The spatial size of x; (1.2) does not determine it, because of the floor.
    stride, padding, dilation : int or sequence of int
        Of the forward convolution.

    Returns
    -------
    numpy.ndarray, shape (..., C, *input_size)

    Examples
    --------
    The last of five samples is beyond the reach of a kernel of 2 that moves by 2:

    >>> input_vjp([[1, 10]], [[[2, 3]]], 5, stride=2)
    array([[ 2.,  3., 20., 30.,  0.]])
    """
    weight, axes = _kernel(weight, input_size, stride, padding, dilation)
    filters, channels, *kernel_size = weight.shape
    output_gradient = real_array(
        output_gradient, "output_gradient", shape=(..., filters, *(axis.output for axis in axes))
    )
    *batch, _ = output_gradient.shape[: -len(axes)]
    padded_shape = channels, *batch, *(axis.padded for axis in axes)
    dtype = np.result_type(weight, output_gradient)
    check_memory("input_size and padding", padded_shape, dtype)
    with quiet():
        if filters == 1:  # nothing is summed, and at that BLAS is slow
            only = output_gradient.take(0, axis=len(batch))
        else:
            # (F, C, *kernel) with (..., F, *output) → (C, *kernel, ..., *output)
            sums = np.tensordot(weight, output_gradient, axes=(0, len(batch)))
        padded = np.zeros(padded_shape, dtype)
        # Windows may share samples, so they are added tap by tap: no two windows read a sample with the same tap.
        for tap in _taps(kernel_size):
            made = np.multiply.outer(weight[0, :, *tap], only) if filters == 1 else sums[:, *tap]
            padded[_read_by(tap, axes)] += made
    return np.moveaxis(padded[_unpadded(axes)], 0, len(batch))


def weight_vjp(
    output_gradient: ArrayLike,
    x: ArrayLike,
    kernel_size: Sizes,
    *,
    stride: Sizes = 1,
    padding: Sizes = 0,
    dilation: Sizes = 1,
) -> Array:
    """Return ∂ℓ/∂W = ∂ℓ/∂y · ∂y/∂W: the samples that each tap read, weighted by the outputs' gradients.

        ∂ℓ/∂W[f, c, k] = Σ_r  ∂ℓ/∂y[f, r] · x[c, S·r + D·k − P]                              (1.7)

    Compare (1.1): r and k have changed places, and with them the stride S and the dilation D.
    Batch axes are summed over.

    Parameters
    ----------
    output_gradient : array_like, shape (..., F, *output_size)
        ∂ℓ/∂y.
    x : array_like, shape (..., C, *input_size)
    kernel_size : int or sequence of int
        The spatial size of the weight; (1.2) does not determine it, because of the floor. A number means
        one spatial dimension.
    stride, padding, dilation : int or sequence of int
        Of the forward convolution.

    Returns
    -------
    numpy.ndarray, shape (F, C, *kernel_size)

    Examples
    --------
    >>> weight_vjp([[1, 10]], [[1, 2, 3, 4, 5]], 2, stride=2)
    array([[[31., 42.]]])
    """
    kernel_size = whole_numbers(kernel_size, "kernel_size", at_least=1)
    x, axes = _signal(x, "C", kernel_size, stride, padding, dilation)
    *batch, channels = x.shape[: -len(axes)]
    output = [axis.output for axis in axes]
    output_gradient = real_array(output_gradient, "output_gradient", shape=(*batch, "F", *output))
    filters = output_gradient.shape[len(batch)]
    rows = output_gradient.reshape(*batch, filters, math.prod(output))
    gradient = np.zeros((filters, channels * math.prod(kernel_size)), np.result_type(rows, x))
    with quiet():
        for block, columns in _columns(x, axes):
            # (..., F, R) with (..., C·K, R) → (F, C·K)
            gradient += _sum_of_products(rows[..., block], columns)
    return gradient.reshape(filters, channels, *kernel_size)


def input_jacobian(
    weight: ArrayLike, input_size: Sizes, *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> Array:
    """Return ∂y/∂x, which does not depend on x: the kernel, written along a band.

        ∂y[f, r]/∂x[c, i] = W[f, c, k]  where i = S·r + D·k − P for some k, and 0 elsewhere  (1.6)

    Parameters
    ----------
    weight : array_like, shape (F, C, *kernel_size)
    input_size, stride, padding, dilation : int or sequence of int

    Returns
    -------
    numpy.ndarray, shape (F, *output_size, C, *input_size)
        Most of it is 0; meant for looking at, not for computing with. :func:`input_vjp` needs none of it.

    Examples
    --------
    >>> input_jacobian([[[2, 3]]], 5, stride=2)[0, :, 0]
    array([[2., 3., 0., 0., 0.],
           [0., 0., 2., 3., 0.]])
    """
    weight, axes = _kernel(weight, input_size, stride, padding, dilation)
    filters, channels, *kernel_size = weight.shape
    output, padded_size = [axis.output for axis in axes], [axis.padded for axis in axes]
    padded_shape = filters, *output, channels, *padded_size
    check_memory("input_size and padding", padded_shape, weight.dtype)
    padded = np.zeros(padded_shape, weight.dtype)
    r = np.indices(output)
    for tap in _taps(kernel_size):
        i = (axis.stride * r_d + axis.dilation * k for axis, r_d, k in zip(axes, r, tap, strict=True))
        # One sample for each position: these axes come first, (*output, F, C).
        padded[:, *r, :, *i] = weight[..., *tap]
    return padded[_unpadded(axes)]


def weight_jacobian(
    x: ArrayLike, weight_shape: Sequence[int], *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> Array:
    """Return ∂y/∂W, which does not depend on W: the windows of x, once for each filter.

        ∂y[f, r]/∂W[f', c, k] = x[c, S·r + D·k − P]  where f = f', and 0 elsewhere           (1.5)

    Parameters
    ----------
    x : array_like, shape (..., C, *input_size)
    weight_shape : sequence of int
        (F, C, *kernel_size).
    stride, padding, dilation : int or sequence of int

    Returns
    -------
    numpy.ndarray, shape (..., F, *output_size, F, C, *kernel_size)
        Meant for looking at; :func:`weight_vjp` needs none of it.

    Examples
    --------
    >>> weight_jacobian([[1, 2, 3, 4, 5]], (1, 1, 2), stride=2)[0, :, 0, 0]
    array([[1., 2.],
           [3., 4.]])
    """
    sizes = whole_numbers(weight_shape, "weight_shape", at_least=1)
    if len(sizes) < 3:
        raise ValueError(f"weight_shape must be (F, C, *kernel_size), got {short_repr(weight_shape)}")
    filters, channels, *kernel_size = sizes
    x, axes = _signal(x, channels, kernel_size, stride, padding, dilation)
    d = len(axes)
    batch, output = x.shape[: -d - 1], [axis.output for axis in axes]
    shape = *batch, filters, *output, *sizes
    check_memory("weight_shape and padding", shape, x.dtype)
    # (..., C, *kernel, *output) → (..., *output, C, *kernel)
    windows = np.moveaxis(_windows(x, axes), range(-d, 0), range(-2 * d - 1, -d - 1))
    jacobian = np.zeros(shape, x.dtype)
    f, every = np.arange(filters), (slice(None),) * d
    # One f for both axes: it comes first, (F, ..., *output, C, *kernel), before windows that do not know it.
    jacobian[..., f, *every, f, :, *every] = windows  # type: ignore[index]
    return jacobian


class _Axis(NamedTuple):
    """One spatial dimension: tap k of window r reads sample S·r + D·k of the padded input."""

    input: int
    kernel: int
    stride: int
    padding: int
    dilation: int

    @property
    def padded(self) -> int:
        return self.input + 2 * self.padding

    @property
    def span(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    @property
    def output(self) -> int:
        return (self.padded - self.span) // self.stride + 1  # (1.2)

    @property
    def dropped(self) -> int:
        return (self.padded - self.span) % self.stride

    def read_by(self, k: int) -> slice:
        """Return the samples that tap k reads, window after window."""
        first = self.dilation * k
        return slice(first, first + self.stride * (self.output - 1) + 1, self.stride)


_LEAST = {"input_size": 1, "kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1}
"""The arguments that make an axis, in its order, and the least that each may be."""


def _axes(*arguments: Sizes) -> tuple[_Axis, ...]:
    """Check the arguments of :data:`_LEAST`, spread single numbers over the dimensions, and fit them together."""
    # An empty sequence is refused below, by its own name.
    dimensions = next((len(size) for size in arguments if is_sequence(size)), 1) or 1
    sizes = (
        whole_numbers(size, name, at_least=least, count=dimensions)
        for size, (name, least) in zip(arguments, _LEAST.items(), strict=True)
    )
    axes = tuple(starmap(_Axis, zip(*sizes, strict=True)))
    for axis in axes:
        if axis.span > axis.padded:
            raise DoesNotFit(
                f"kernel_size {axis.kernel} with dilation {axis.dilation} spans {axis.span} samples, "
                f"but input_size {axis.input} with padding {axis.padding} has only {axis.padded}"
            )
    return axes


def _of_each(name: str, *arguments: Sizes) -> int | tuple[int, ...]:
    """Return a property of each axis: a tuple if any argument is one, and one number otherwise."""
    values = tuple(getattr(axis, name) for axis in _axes(*arguments))
    return values if any(map(is_sequence, arguments)) else values[0]


def _taps(kernel_size: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    return product(*map(range, kernel_size))


def _read_by(tap: tuple[int, ...], axes: tuple[_Axis, ...]) -> Place:
    return (..., *(axis.read_by(k) for axis, k in zip(axes, tap, strict=True)))


def _unpadded(axes: tuple[_Axis, ...]) -> Place:
    return (..., *(slice(axis.padding, axis.padding + axis.input) for axis in axes))


def _windows(x: Array, axes: tuple[_Axis, ...]) -> Array:
    """Return the window view of x, with axes (..., C, *kernel, *output); no sample is copied but for padding."""
    d = len(axes)
    if any(axis.padding for axis in axes):
        x = np.pad(x, [(0, 0)] * (x.ndim - d) + [(axis.padding, axis.padding) for axis in axes])
    # From a tap to the next it is D samples, from a window to the next S, unless there is only one.
    steps = *(axis.dilation for axis in axes), *(axis.stride for axis in axes)
    strides = [
        min(step, length) * stride
        for step, length, stride in zip(steps, 2 * x.shape[-d:], 2 * x.strides[-d:], strict=True)
    ]
    shape = *x.shape[:-d], *(axis.kernel for axis in axes), *(axis.output for axis in axes)
    return as_strided(x, shape, (*x.strides[:-d], *strides), writeable=False)


def _columns(x: Array, axes: tuple[_Axis, ...]) -> Iterator[tuple[slice, Array]]:
    """Yield some positions R, and their windows as the columns of a matrix, (..., C·K, R), until all have come.

    They are copied: BLAS does not read rows that overlap.
    """
    windows, d = _windows(x, axes), len(axes)
    *batch, channels = windows.shape[: -2 * d]
    taps = channels * math.prod(axis.kernel for axis in axes)
    rows, *others = windows.shape[-d:]
    row = math.prod(others)
    step = max(1, BLOCK // (taps * row))
    for start in range(0, rows, step):
        some: Place = (..., slice(start, start + step), *[slice(None)] * (d - 1))
        columns = np.ascontiguousarray(windows[some])
        block = slice(start * row, (start + step) * row)
        yield block, columns.reshape(*batch, taps, columns.shape[-d] * row)


def _weight(weight: ArrayLike) -> Array:
    weight = real_array(weight, "weight")
    if weight.ndim < 3:
        raise ValueError(f"weight must have shape (F, C, *kernel_size), got shape {weight.shape}")
    return weight


def _kernel(
    weight: ArrayLike, input_size: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes
) -> tuple[Array, tuple[_Axis, ...]]:
    """Check a weight, and fit it to an input of the size named."""
    weight = _weight(weight)
    kernel_size = weight.shape[2:]
    input_size = whole_numbers(input_size, "input_size", at_least=1, count=len(kernel_size))
    return weight, _axes(input_size, kernel_size, stride, padding, dilation)


def _signal(
    x: ArrayLike,
    channels: int | str,
    kernel_size: Sequence[int],
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
) -> tuple[Array, tuple[_Axis, ...]]:
    """Check an input, and fit it to a kernel of the size named."""
    d = len(kernel_size)
    space = ["length"] if d == 1 else [f"size_{dimension}" for dimension in range(d)]
    x = real_array(x, "x", shape=(..., channels, *space))
    axes = _axes(x.shape[-d:], kernel_size, stride, padding, dilation)
    check_memory("x and padding", (*x.shape[:-d], *(axis.padded for axis in axes)), x.dtype)
    return x, axes


def _sum_of_products(a: Array, b: Array) -> Array:
    """Return the sum of a bᵀ over all images: (..., F, R) with (..., M, R) → (F, M)."""
    filters, positions = a.shape[-2:]
    images = tuple(range(a.ndim - 2))
    if filters <= positions:
        return (a @ b.swapaxes(-1, -2)).sum(axis=images)
    # The product of one image would be larger than its factors: multiply all images at once.
    return np.tensordot(a, b, axes=((*images, -1), (*images, -1)))
