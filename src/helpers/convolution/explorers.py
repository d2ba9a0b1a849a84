"""The explorers of chapter 1.1: where a kernel fits, and what its Jacobians look like."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..drawings.panels import Grid, Text
from ..explorers.explorer import Explorer, Slider
from ..explorers.packing import Frame
from ..explorers.words import clamped_notice
from ..numerics.formatting import count, format_number, listed, signed
from .reference import dropped_samples, input_jacobian, output_size, weight_jacobian, weight_vjp

Whole = NDArray[np.integer]

ROLES_IN_INPUT = ("input", "padding", "skipped", "dropped")
ROLES_IN_BAND = ("zero", "tap-0", "tap-1", "tap-2", "tap-3")
ROLES_IN_SIGNAL = ("input", "dropped", "zero", "gradient", "gap")
ROLES_IN_WEIGHT = ("tap-0", "tap-1", "tap-2", "tap-3", "gradient")


def output_size_explorer() -> Explorer:
    """Return the explorer of sizes: a square image, its padding, and where the kernel stands."""
    return Explorer(
        size_frame,
        window_rows_frame,
        window_columns_frame,
        name="output-size",
        panels=(
            Text(("formula",)),
            Grid(
                "Padded input, and what the kernel reads",
                roles="input",
                legend=ROLES_IN_INPUT,
                marked_rows="window_rows",
                marked_columns="window_columns",
                unit=20,
            ),
            Grid(
                "Output, and what that makes",
                roles="output",
                legend=("output",),
                marked_rows="output_rows",
                marked_columns="output_columns",
                unit=20,
            ),
            Text(("left_over", "window_rows_sentence", "window_columns_sentence")),
        ),
        input_size=Slider("input size H", range(4, 11), start=8),
        kernel_size=Slider("kernel size K", range(1, 6), start=3),
        stride=Slider("stride S", range(1, 5), start=2),
        padding=Slider("padding P", range(3), start=1),
        dilation=Slider("dilation D", range(1, 4), start=1),
        row=Slider("output row", range(14), start=1),
        column=Slider("output column", range(14), start=1),
    )


def size_frame(input_size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> Frame:
    """Return the padded input with what is left over, the output, and equation (1.2) with its numbers put in."""
    setting = {"stride": stride, "padding": padding, "dilation": dilation}
    size = output_size(input_size, kernel_size, **setting)
    dropped = dropped_samples(input_size, kernel_size, **setting)
    padded = input_size + 2 * padding
    read = np.concatenate([_places_read(padded, kernel_size, stride, dilation, r) for r in range(size)])
    along_one_axis = np.full(padded, ROLES_IN_INPUT.index("padding"))
    along_one_axis[padding : padding + input_size] = ROLES_IN_INPUT.index("input")
    along_one_axis[np.setdiff1d(np.arange(padded), read)] = ROLES_IN_INPUT.index("skipped")
    along_one_axis[padded - dropped :] = ROLES_IN_INPUT.index("dropped")
    skipped = padded - dropped - len(np.unique(read))
    reach = padded - dilation * (kernel_size - 1) - 1
    return {
        "input": np.maximum.outer(along_one_axis, along_one_axis),
        "output": np.zeros((size, size), int),
        "formula": f"⌊({input_size} + 2·{padding} − {dilation}·({kernel_size} − 1) − 1) / {stride}⌋ + 1"
        f" = ⌊{reach} / {stride}⌋ + 1 = {size}, so the output is {size} × {size}.",
        "left_over": f"The floor drops {count(dropped, 'row')} and {count(dropped, 'column')} at the end; "
        f"{count(skipped, 'row')} and {count(skipped, 'column')} before that are skipped.",
    }


def window_rows_frame(
    input_size: int, kernel_size: int, stride: int, padding: int, dilation: int, row: int
) -> Frame:
    """Return the rows of the padded input that one output row reads."""
    return _window_frame(input_size, kernel_size, stride, padding, dilation, row, "row")


def window_columns_frame(
    input_size: int, kernel_size: int, stride: int, padding: int, dilation: int, column: int
) -> Frame:
    """Return the columns of the padded input that one output column reads."""
    return _window_frame(input_size, kernel_size, stride, padding, dilation, column, "column")


def _window_frame(
    input_size: int, kernel_size: int, stride: int, padding: int, dilation: int, position: int, axis: str
) -> Frame:
    """Return the position that is shown along one axis, the samples that it reads, and both in words."""
    size = output_size(input_size, kernel_size, stride=stride, padding=padding, dilation=dilation)
    shown = min(position, size - 1)
    # Each padding sample counts as one of the input here.
    window = _places_read(input_size + 2 * padding, kernel_size, stride, dilation, shown)
    return {
        f"output_{axis}s": np.array([shown]),
        f"window_{axis}s": window,
        f"window_{axis}s_sentence": f"Output {axis} {shown} reads {axis}{'s' * (len(window) > 1)} {listed(window)} of "
        f"the padded input: a receptive field of {window[-1] - window[0] + 1}."
        + clamped_notice(f"output {axis}", position, shown),
    }


@cache
def _places_read(length: int, kernel_size: int, stride: int, dilation: int, output_position: int) -> Whole:
    """Return the places that an output reads: where its row of ∂y/∂x is not 0."""
    jacobian = input_jacobian(np.ones((1, 1, kernel_size)), length, stride=stride, dilation=dilation)
    return np.flatnonzero(jacobian[0, output_position, 0])


def layer_explorer() -> Explorer:
    """Return the explorer of the 1-D layer of 1.1.c: its two Jacobians, and its backward pass as a convolution."""
    return Explorer(
        layer_frame,
        backward_frame,
        name="layer",
        panels=(
            Text(("sizes", "backward")),
            Grid(
                "x, and under it ∂ℓ/∂f, spread by the stride",
                roles="signal_roles",
                numbers="signal",
                legend=ROLES_IN_SIGNAL,
            ),
            Grid(
                "W, and under it ∂ℓ/∂W",
                roles="weight_roles",
                numbers="weight",
                legend=ROLES_IN_WEIGHT,
                marked_columns="tap",
            ),
            Grid(
                "∂f/∂x: the kernel along a band",
                roles="input_jacobian_roles",
                numbers="input_jacobian",
                legend=ROLES_IN_BAND,
            ),
            Grid(
                "∂f/∂W: the windows of x",
                numbers="weight_jacobian",
                legend=("input",),
                marked_columns="tap",
            ),
        ),
        length=Slider("length L", range(5, 11), start=7),
        kernel_size=Slider("kernel size K", range(1, 5), start=3),
        stride=Slider("stride S", range(1, 5), start=2),
        dilation=Slider("dilation D", range(1, 4), start=1),
        channel=Slider("channel c", range(5), start=0),
        tap=Slider("tap k", range(4), start=1),
    )


def example_layer(length: int, kernel_size: int) -> tuple[Whole, Whole, Whole]:
    """Return small whole numbers for x (5 channels), W (1 filter) and enough of ∂ℓ/∂f, the same at every call."""
    random = np.random.default_rng(11)
    digits = np.array([-3, -2, -1, 1, 2, 3])
    x = random.choice(digits, size=(5, 12))[:, :length]
    weight = random.choice(digits, size=(1, 5, 4))[:, :, :kernel_size]
    output_gradient = random.choice(digits, size=(1, 12))
    return x, weight, output_gradient


def layer_frame(length: int, kernel_size: int, stride: int, dilation: int, channel: int) -> Frame:
    """Return the sizes, and one channel of ∂f/∂x and ∂f/∂W."""
    setting = {"stride": stride, "dilation": dilation}
    x, weight, _ = example_layer(length, kernel_size)
    band = input_jacobian(weight, length, **setting)[0, :, channel]
    windows = weight_jacobian(x, weight.shape, **setting)[0, :, 0, channel]
    # The same band, with each tap's number + 1 in place of its weight.
    taps = np.arange(1, kernel_size + 1)
    tap_band = input_jacobian(taps[None, None], length, **setting)[0, :, 0]
    dropped = dropped_samples(length, kernel_size, **setting)
    return {
        "sizes": f"f(x) has {len(band)} elements, ∂f/∂x has {len(band)} × 5 × {length}, "
        f"∂f/∂W has {len(band)} × 1 × 5 × {kernel_size}. The floor drops {count(dropped, 'sample')} at the end"
        + (": the last columns of ∂f/∂x are 0." if dropped else "."),
        "input_jacobian": band.astype(int),
        "input_jacobian_roles": tap_band.astype(int),
        "weight_jacobian": windows.astype(int),
    }


def backward_frame(
    length: int, kernel_size: int, stride: int, dilation: int, channel: int, tap: int
) -> Frame:
    """Write one element of ∂ℓ/∂W as a convolution of x with ∂ℓ/∂f, whose dilation is the forward stride."""
    setting = {"stride": stride, "dilation": dilation}
    x, weight, output_gradient = example_layer(length, kernel_size)
    size = output_size(length, kernel_size, **setting)
    dropped = dropped_samples(length, kernel_size, **setting)
    output_gradient = output_gradient[:, :size]
    weight_gradient = weight_vjp(output_gradient, x, kernel_size, **setting)[0, channel].astype(int)
    shown = min(tap, kernel_size - 1)
    # Stride and dilation have changed places: the output's samples are the taps now.
    places = _places_read(length, size, dilation, stride, shown)
    spread, roles = np.zeros(length, int), np.full(length, ROLES_IN_SIGNAL.index("zero"))
    roles[places[0] : places[-1]] = ROLES_IN_SIGNAL.index("gap")
    roles[places] = ROLES_IN_SIGNAL.index("gradient")
    spread[places] = output_gradient[0]
    x_roles = np.where(np.arange(length) >= length - dropped, ROLES_IN_SIGNAL.index("dropped"), 0)
    terms = " + ".join(
        f"{signed(g)}·{signed(value)}"
        for g, value in zip(output_gradient[0], x[channel, places], strict=True)
    )
    return {
        "backward": f"∂ℓ/∂W[0, {channel}, {shown}] = {terms} = {format_number(weight_gradient[shown])}."
        + clamped_notice("tap", tap, shown),
        "signal": np.stack([x[channel], spread]),
        "signal_roles": np.stack([x_roles, roles]),
        "weight": np.stack([weight[0, channel], weight_gradient]),
        "weight_roles": np.stack(
            [np.arange(kernel_size), np.full(kernel_size, ROLES_IN_WEIGHT.index("gradient"))]
        ),
        "tap": np.array([shown]),
    }
