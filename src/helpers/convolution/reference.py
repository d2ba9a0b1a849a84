"""Convolution as deep learning means it: the kernel is not flipped. Chapter 1.1 of the book.

Any number of spatial dimensions; ``stride``, ``padding`` and ``dilation`` are each one number or one per
dimension. In one dimension, with y = conv(x, W),

    y[f, r] = Σ_c Σ_k  W[f, c, k] · x[c, S·r + D·k − P]                               (1.1)

where S is the stride, D the dilation, P the padding, and x is 0 outside of its own range.
Indices start at 0. Several dimensions each have their own r, k, S, D and P.

What reads x reads it through a *window view*: the array X with X[c, k, r] = x[c, S·r + D·k − P]. It is the
padded input itself, seen through other strides. The sum over c and k is then a product of two matrices, of
which X has a column for each window.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from types import EllipsisType
from typing import overload

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from ..numerics.arrays import Array, DoesNotFit, Sizes, is_sequence, real_array, whole_numbers

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

BLOCK = 16_384
"""How many windows of a long signal are multiplied at a time: what they hold is copied."""


@overload
def output_size(
    input_size: int, kernel_size: int, *, stride: int = ..., padding: int = ..., dilation: int = ...
) -> int: ...
@overload
def output_size(
    input_size: Sizes, kernel_size: Sizes, *, stride: Sizes = ..., padding: Sizes = ..., dilation: Sizes = ...
) -> int | tuple[int, ...]: ...
def output_size(
    input_size: Sizes, kernel_size: Sizes, *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> int | tuple[int, ...]:
    """Return how many times a kernel fits: ⌊(H + 2P − D(K − 1) − 1) / S⌋ + 1.

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

    Raises
    ------
    ValueError
        If the kernel, spread by its dilation, is longer than the padded input.
    TypeError
        If a size is not a whole number.

    Notes
    -----
    Equation (1.2) of the book; relationship 15 of Dumoulin and Visin (2016).

    Examples
    --------
    The sheet's 21 × 12 input under a 4 × 5 kernel that moves by 4:

    >>> output_size((21, 12), (4, 5), stride=4)
    (5, 2)
    >>> output_size(7, 3, dilation=4)
    Traceback (most recent call last):
    helpers.numerics.arrays.DoesNotFit: kernel_size 3 with dilation 4 spans 9 samples, but input_size 7 with padding 0 has only 7
    """
    arguments = input_size, kernel_size, stride, padding, dilation
    return _number_or_tuple(_Geometry.of(*arguments).output_size, arguments)


@overload
def dropped_samples(
    input_size: int, kernel_size: int, *, stride: int = ..., padding: int = ..., dilation: int = ...
) -> int: ...
@overload
def dropped_samples(
    input_size: Sizes, kernel_size: Sizes, *, stride: Sizes = ..., padding: Sizes = ..., dilation: Sizes = ...
) -> int | tuple[int, ...]: ...
def dropped_samples(
    input_size: Sizes, kernel_size: Sizes, *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> int | tuple[int, ...]:
    """Return how many samples at the end of the padded input no window reaches.

    They are the remainder that the floor in :func:`output_size` throws away:
    (H + 2P − D(K − 1) − 1) mod S.

    Parameters
    ----------
    input_size, kernel_size, stride, padding, dilation
        As in :func:`output_size`.

    Returns
    -------
    int or tuple of int
        Number of samples, padding included; a tuple if any argument is a sequence.

    Examples
    --------
    >>> dropped_samples((21, 12), (4, 5), stride=4)
    (1, 3)
    """
    arguments = input_size, kernel_size, stride, padding, dilation
    return _number_or_tuple(_Geometry.of(*arguments).dropped, arguments)


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

    Raises
    ------
    ValueError
        If the shapes do not fit each other, an array is empty, or the kernel does not fit the input.
    TypeError
        If an array is not real, or a size is not a whole number.

    Notes
    -----
    NaN and infinity spread as they do in PyTorch's float64: padding is 0, and 0 · NaN is NaN.

    Examples
    --------
    A kernel that subtracts neighbours, at every second place:

    >>> conv([[1, 4, 9, 16, 25]], [[[-1, 1]]], stride=2)
    array([[3., 7.]])
    """
    weight = _weight(weight)
    filters, channels, *kernel_size = weight.shape
    x, geometry = _signal(x, channels, kernel_size, stride, padding, dilation)
    batch = x.shape[: -len(kernel_size) - 1]
    y = np.empty((*batch, filters, math.prod(geometry.output_size)), np.result_type(weight, x))
    with _spreading_nan():
        for block, columns in geometry.columns(x):
            # (F, C·K) with (..., C·K, R) → (..., F, R)
            np.matmul(weight.reshape(filters, -1), columns, out=y[..., block])
    return y.reshape(*batch, filters, *geometry.output_size)


def input_vjp(
    output_gradient: ArrayLike,
    weight: ArrayLike,
    input_size: Sizes,
    *,
    stride: Sizes = 1,
    padding: Sizes = 0,
    dilation: Sizes = 1,
) -> Array:
    """Return ∂ℓ/∂x = ∂ℓ/∂y · ∂y/∂x: each output gradient, times the kernel, put back where it was read.

        ∂ℓ/∂x[c, i] = Σ_f Σ_{r, k : S·r + D·k − P = i}  ∂ℓ/∂y[f, r] · W[f, c, k]             (1.7)

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

    Raises
    ------
    ValueError, TypeError
        As :func:`conv`; also if ``output_gradient`` is not of the size that the convolution returns.

    Examples
    --------
    The last of five samples is beyond the reach of a kernel of 2 that moves by 2:

    >>> input_vjp([[1, 10]], [[[2, 3]]], 5, stride=2)
    array([[ 2.,  3., 20., 30.,  0.]])
    """
    weight, geometry = _kernel(weight, input_size, stride, padding, dilation)
    output_gradient = real_array(
        output_gradient, "output_gradient", shape=(..., weight.shape[0], *geometry.output_size)
    )
    *batch, _ = output_gradient.shape[: -len(geometry.kernel_size)]
    with _spreading_nan():
        # (F, C, *kernel) with (..., F, *output) → (C, *kernel, ..., *output)
        if len(weight) == 1:  # nothing is summed, and at that BLAS is slow
            contributions = np.multiply.outer(weight[0], output_gradient.take(0, axis=len(batch)))
        else:
            contributions = np.tensordot(weight, output_gradient, axes=(0, len(batch)))
        padded = np.zeros((weight.shape[1], *batch, *geometry.padded_size), contributions.dtype)
        # Windows may share samples, so they are added tap by tap: no two windows read a sample with the same tap.
        for tap in np.ndindex(geometry.kernel_size):
            padded[geometry.reached_by(tap)] += contributions[:, *tap]
    return np.moveaxis(padded[geometry.unpadded], 0, len(batch))


def weight_vjp(
    output_gradient: ArrayLike,
    x: ArrayLike,
    kernel_size: Sizes,
    *,
    stride: Sizes = 1,
    padding: Sizes = 0,
    dilation: Sizes = 1,
) -> Array:
    """Return ∂ℓ/∂W = ∂ℓ/∂y · ∂y/∂W: what each tap saw, weighted by the gradient of what it made.

        ∂ℓ/∂W[f, c, k] = Σ_r  ∂ℓ/∂y[f, r] · x[c, S·r + D·k − P]                              (1.6)

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

    Raises
    ------
    ValueError, TypeError
        As :func:`conv`; also if ``output_gradient`` is not of the size that the convolution returns.

    Examples
    --------
    >>> weight_vjp([[1, 10]], [[1, 2, 3, 4, 5]], 2, stride=2)
    array([[[31., 42.]]])
    """
    kernel_size = whole_numbers(kernel_size, "kernel_size", at_least=1)
    x, geometry = _signal(x, "C", kernel_size, stride, padding, dilation)
    *batch, channels = x.shape[: -len(kernel_size)]
    output_gradient = real_array(
        output_gradient, "output_gradient", shape=(*batch, "F", *geometry.output_size)
    )
    filters = output_gradient.shape[len(batch)]
    rows = output_gradient.reshape(*batch, filters, -1)
    gradient = np.zeros((filters, channels * math.prod(kernel_size)), np.result_type(rows, x))
    with _spreading_nan():
        for block, columns in geometry.columns(x):
            # (..., F, R) with (..., C·K, R) → (F, C·K)
            gradient += _sum_of_products(rows[..., block], columns)
    return gradient.reshape(filters, channels, *kernel_size)


def input_jacobian(
    weight: ArrayLike, input_size: Sizes, *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> Array:
    """Return ∂y/∂x, which does not depend on x: the kernel, written along a band.

        ∂y[f, r]/∂x[c, i] = W[f, c, k]  where i = S·r + D·k − P for some k, and 0 elsewhere  (1.5)

    Parameters
    ----------
    weight : array_like, shape (F, C, *kernel_size)
    input_size : int or sequence of int
    stride, padding, dilation : int or sequence of int

    Returns
    -------
    numpy.ndarray, shape (F, *output_size, C, *input_size)
        Most of it is 0; meant for looking at, not for computing with. :func:`input_vjp` needs none of it.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv`.

    Examples
    --------
    >>> input_jacobian([[[2, 3]]], 5, stride=2)[0, :, 0]
    array([[2., 3., 0., 0., 0.],
           [0., 0., 2., 3., 0.]])
    """
    weight, geometry = _kernel(weight, input_size, stride, padding, dilation)
    filters, channels = weight.shape[:2]
    padded = np.zeros((filters, *geometry.output_size, channels, *geometry.padded_size), weight.dtype)
    r = np.indices(geometry.output_size)
    for tap in np.ndindex(geometry.kernel_size):
        i = (s * r_d + d * k for r_d, s, d, k in zip(r, geometry.stride, geometry.dilation, tap, strict=True))
        # One sample for each position: these axes come first, (*output, F, C).
        padded[:, *r, :, *i] = weight[..., *tap]
    return padded[geometry.unpadded]


def weight_jacobian(
    x: ArrayLike, weight_shape: Sequence[int], *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> Array:
    """Return ∂y/∂W, which does not depend on W: the windows of x, once for each filter.

        ∂y[f, r]/∂W[f', c, k] = x[c, S·r + D·k − P]  where f = f', and 0 elsewhere           (1.4)

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

    Raises
    ------
    ValueError, TypeError
        As :func:`conv`.

    Examples
    --------
    >>> weight_jacobian([[1, 2, 3, 4, 5]], (1, 1, 2), stride=2)[0, :, 0, 0]
    array([[1., 2.],
           [3., 4.]])
    """
    sizes = whole_numbers(weight_shape, "weight_shape", at_least=1)
    if len(sizes) < 3:
        raise ValueError(f"weight_shape must be (F, C, *kernel_size), got {weight_shape!r}")
    filters, channels, *kernel_size = sizes
    x, geometry = _signal(x, channels, kernel_size, stride, padding, dilation)
    dimensions = len(kernel_size)
    # (..., C, *kernel, *output) → (..., *output, C, *kernel)
    windows = np.moveaxis(
        geometry.windows(x), range(-dimensions, 0), range(-2 * dimensions - 1, -dimensions - 1)
    )
    batch = x.shape[: -dimensions - 1]
    jacobian = np.zeros((*batch, filters, *geometry.output_size, filters, channels, *kernel_size), x.dtype)
    f = np.arange(filters)
    every = (slice(None),) * dimensions
    # One f for both axes: it comes first, (F, ..., *output, C, *kernel), before windows that do not know it.
    jacobian[..., f, *every, f, :, *every] = windows  # type: ignore[index]
    return jacobian


class _Geometry:
    """Where each tap of each window falls: S·r + D·k in the padded input, in every dimension."""

    def __init__(
        self,
        input_size: tuple[int, ...],
        kernel_size: tuple[int, ...],
        stride: tuple[int, ...],
        padding: tuple[int, ...],
        dilation: tuple[int, ...],
    ) -> None:
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.padded_size = tuple(h + 2 * p for h, p in zip(input_size, padding, strict=True))
        self.spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel_size, dilation, strict=True))
        for h, p, k, d, span, padded in zip(
            input_size, padding, kernel_size, dilation, self.spans, self.padded_size, strict=True
        ):
            if span > padded:
                raise DoesNotFit(
                    f"kernel_size {k} with dilation {d} spans {span} samples, "
                    f"but input_size {h} with padding {p} has only {padded}"
                )
        last_starts = tuple(padded - span for padded, span in zip(self.padded_size, self.spans, strict=True))
        self.output_size = tuple(last // s + 1 for last, s in zip(last_starts, stride, strict=True))
        self.dropped = tuple(last % s for last, s in zip(last_starts, stride, strict=True))
        self.unpadded: Place = (..., *(slice(p, p + h) for h, p in zip(input_size, padding, strict=True)))

    @classmethod
    def of(
        cls, input_size: Sizes, kernel_size: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes
    ) -> _Geometry:
        """Check the five arguments, spread single numbers over the dimensions, and fit them together."""
        arguments = {
            "input_size": (input_size, 1),
            "kernel_size": (kernel_size, 1),
            "stride": (stride, 1),
            "padding": (padding, 0),
            "dilation": (dilation, 1),
        }
        # An empty sequence is refused below, by its own name.
        dimensions = next((len(size) for size, _ in arguments.values() if is_sequence(size)), 1) or 1
        return cls(
            *(
                whole_numbers(size, name, at_least=smallest, count=dimensions)
                for name, (size, smallest) in arguments.items()
            )
        )

    def windows(self, x: Array) -> Array:
        """The window view of x, with axes (..., C, *kernel, *output); no sample is copied but for padding."""
        if any(self.padding):
            leading = ((0, 0),) * (x.ndim - len(self.padding))
            x = np.pad(x, (*leading, *((p, p) for p in self.padding)))
        dimensions = len(self.kernel_size)
        # Wherever the spread kernel fits: of these places every S-th, and of the samples there every D-th.
        windows = sliding_window_view(x, self.spans, axis=tuple(range(-dimensions, 0)))
        every: Place = (..., *(slice(None, None, step) for step in (*self.stride, *self.dilation)))
        # (..., C, *output, *kernel) → (..., C, *kernel, *output)
        return np.moveaxis(windows[every], range(-dimensions, 0), range(-2 * dimensions, -dimensions))

    def columns(self, x: Array) -> Iterator[tuple[slice, Array]]:
        """Yield the windows as the columns of a matrix, (..., C·K, R), some rows of the output at a time, and which R they are.

        They are copied: BLAS does not read rows that overlap.
        """
        windows, dimensions = self.windows(x), len(self.kernel_size)
        *batch, channels = windows.shape[: -2 * dimensions]
        others = math.prod(self.output_size[1:])
        step = max(1, BLOCK // others)
        for start in range(0, self.output_size[0], step):
            some: Place = (..., slice(start, start + step), *[slice(None)] * (dimensions - 1))
            columns = np.ascontiguousarray(windows[some])
            yield (
                slice(start * others, (start + step) * others),
                columns.reshape(*batch, channels * math.prod(self.kernel_size), -1),
            )

    def reached_by(self, tap: tuple[int, ...]) -> Place:
        """The samples of the padded input that one tap reads, window after window."""
        read = (
            slice(d * k, d * k + s * (n - 1) + 1, s)
            for k, d, s, n in zip(tap, self.dilation, self.stride, self.output_size, strict=True)
        )
        return (..., *read)


def _number_or_tuple(sizes: tuple[int, ...], arguments: Iterable[Sizes]) -> int | tuple[int, ...]:
    """A tuple if any argument is one, and one number otherwise."""
    return sizes if any(map(is_sequence, arguments)) else sizes[0]


def _weight(weight: ArrayLike) -> Array:
    weight = real_array(weight, "weight")
    if weight.ndim < 3:
        raise ValueError(f"weight must have shape (F, C, *kernel_size), got shape {weight.shape}")
    return weight


def _kernel(
    weight: ArrayLike, input_size: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes
) -> tuple[Array, _Geometry]:
    """Check a weight, and fit it to an input of the size named."""
    weight = _weight(weight)
    kernel_size = weight.shape[2:]
    input_size = whole_numbers(input_size, "input_size", at_least=1, count=len(kernel_size))
    return weight, _Geometry.of(input_size, kernel_size, stride, padding, dilation)


def _signal(
    x: ArrayLike,
    channels: int | str,
    kernel_size: Sequence[int],
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
) -> tuple[Array, _Geometry]:
    """Check an input, and fit it to a kernel of the size named."""
    dimensions = len(kernel_size)
    axes = ["length"] if dimensions == 1 else [f"size_{d}" for d in range(dimensions)]
    x = real_array(x, "x", shape=(..., channels, *axes))
    return x, _Geometry.of(x.shape[-dimensions:], kernel_size, stride, padding, dilation)


def _sum_of_products(a: Array, b: Array) -> Array:
    """Return the sum of a bᵀ over all images: (..., F, R) with (..., M, R) → (F, M)."""
    filters, positions = a.shape[-2:]
    images = tuple(range(a.ndim - 2))
    if filters <= positions:
        return (a @ b.swapaxes(-1, -2)).sum(axis=images)
    # What each image makes would be larger than what it is made of: one product, of all of them side by side.
    return np.tensordot(a, b, axes=((*images, -1), (*images, -1)))


def _spreading_nan() -> np.errstate:
    """Return a context in which NaN and infinity spread without a warning, as in PyTorch: they are data."""
    return np.errstate(invalid="ignore", over="ignore")
