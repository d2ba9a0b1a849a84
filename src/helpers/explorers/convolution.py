"""The explorers of chapter 1.1: where a kernel fits, and what its Jacobians look like."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..convolution import (
    conv,
    dropped_samples,
    input_jacobian,
    output_size,
    weight_jacobian,
    weight_vjp,
)
from ..drawings import Cells, Text
from .explorer import Explorer, Slider

ROLES_IN_INPUT = ("input", "padding", "dropped")
ROLES_IN_BAND = ("zero", "tap-0", "tap-1", "tap-2", "tap-3")
ROLES_IN_GRADIENT = ("zero", "gradient", "gap")


def output_size_explorer():
    """Return the explorer of sizes: a square image, its padding, and where the kernel stands."""
    return Explorer(
        size_frame,
        window_rows_frame,
        window_columns_frame,
        panels=(
            Text(("formula", "dropped", "window_rows_sentence", "window_columns_sentence")),
            Cells(
                "Padded input, and what the kernel reads",
                roles="input",
                legend=ROLES_IN_INPUT,
                marked_rows="window_rows",
                marked_columns="window_columns",
            ),
            Cells(
                "Output, and what that makes",
                roles="output",
                legend=("output",),
                marked_rows="output_rows",
                marked_columns="output_columns",
            ),
        ),
        input_size=Slider("input size H", range(4, 11), start=7),
        kernel_size=Slider("kernel size K", range(1, 6), start=3),
        stride=Slider("stride S", range(1, 5), start=2),
        padding=Slider("padding P", range(3), start=0),
        dilation=Slider("dilation D", range(1, 4), start=1),
        row=Slider("output row", range(14), start=1),
        column=Slider("output column", range(14), start=1),
    )


def size_frame(input_size, kernel_size, stride, padding, dilation):
    """The padded input with what is dropped, the output, and equation (1.2) with its numbers put in."""
    setting = {"stride": stride, "padding": padding, "dilation": dilation}
    size = output_size(input_size, kernel_size, **setting)
    dropped = dropped_samples(input_size, kernel_size, **setting)
    along_one_axis = np.zeros(input_size + 2 * padding, int)
    along_one_axis[:padding] = along_one_axis[padding + input_size :] = ROLES_IN_INPUT.index("padding")
    along_one_axis[len(along_one_axis) - dropped :] = ROLES_IN_INPUT.index("dropped")
    reach = input_size + 2 * padding - dilation * (kernel_size - 1) - 1
    return {
        "input": np.maximum.outer(along_one_axis, along_one_axis),
        "output": np.zeros((size, size), int),
        "formula": f"⌊({input_size} + 2·{padding} − {dilation}·({kernel_size} − 1) − 1) / {stride}⌋ + 1"
        f" = ⌊{reach} / {stride}⌋ + 1 = {size}, so the output is {size} × {size}.",
        "dropped": f"The floor drops {_count(dropped, 'row')} and {_count(dropped, 'column')} at the end.",
    }


def window_rows_frame(input_size, kernel_size, stride, padding, dilation, row):
    """The rows of the padded input that one output row reads."""
    output_row, window, sentence = _window(input_size, kernel_size, stride, padding, dilation, row, "row")
    return {"output_rows": output_row, "window_rows": window, "window_rows_sentence": sentence}


def window_columns_frame(input_size, kernel_size, stride, padding, dilation, column):
    """The columns of the padded input that one output column reads."""
    output_column, window, sentence = _window(
        input_size, kernel_size, stride, padding, dilation, column, "column"
    )
    return {"output_columns": output_column, "window_columns": window, "window_columns_sentence": sentence}


def _window(input_size, kernel_size, stride, padding, dilation, position, axis):
    size = output_size(input_size, kernel_size, stride=stride, padding=padding, dilation=dilation)
    shown = min(position, size - 1)
    # Each padding sample counts as one of the input here.
    window = _places_read(input_size + 2 * padding, kernel_size, stride, dilation, shown)
    reads = (
        f"Output {axis} {shown} reads {axis}{'s' * (len(window) > 1)} {_in_words(window)} of the padded input"
    )
    span = f": a receptive field of {window[-1] - window[0] + 1}."
    missing = f" There is no output {axis} {position}; the last is shown." if position > shown else ""
    return np.array([shown]), window, reads + span + missing


@cache
def _places_read(length, kernel_size, stride, dilation, output_position):
    """What an output reads: where its row of ∂y/∂x is not 0."""
    jacobian = input_jacobian(np.ones((1, 1, kernel_size)), length, stride=stride, dilation=dilation)
    return np.flatnonzero(jacobian[0, output_position, 0])


def layer_explorer():
    """Return the explorer of the 1-D layer of 1.1.c: its two Jacobians, and its backward pass as a convolution."""
    return Explorer(
        layer_frame,
        backward_frame,
        panels=(
            Text(("sizes", "backward")),
            Cells("One channel of x", roles="x_roles", numbers="x", legend=("input", "dropped")),
            Cells("W on that channel", roles="weight_roles", numbers="weight", legend=ROLES_IN_BAND[1:]),
            Cells(
                "∂ℓ/∂f spread by the stride, at tap k of x",
                roles="spread_roles",
                numbers="spread",
                legend=ROLES_IN_GRADIENT,
            ),
            Cells(
                "∂ℓ/∂W on that channel",
                roles="weight_gradient_roles",
                numbers="weight_gradient",
                legend=("gradient",),
                marked_columns="tap",
            ),
            Cells(
                "∂f/∂x on that channel: the kernel along a band",
                roles="input_jacobian_roles",
                numbers="input_jacobian",
                legend=ROLES_IN_BAND,
            ),
            Cells(
                "∂f/∂W on that channel: the windows of x",
                roles="weight_jacobian_roles",
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


def example_layer(length, kernel_size):
    """Return small whole numbers for x (5 channels), W (1 filter) and enough of ∂ℓ/∂f, the same at every call."""
    random = np.random.default_rng(11)
    digits = np.array([-3, -2, -1, 1, 2, 3])
    x = random.choice(digits, size=(5, 12))[:, :length]
    weight = random.choice(digits, size=(1, 5, 4))[:, :, :kernel_size]
    output_gradient = random.choice(digits, size=(1, 12))
    return x, weight, output_gradient


def layer_frame(length, kernel_size, stride, dilation, channel):
    """One channel of x, W, ∂f/∂x and ∂f/∂W."""
    setting = {"stride": stride, "dilation": dilation}
    x, weight, _ = example_layer(length, kernel_size)
    y = conv(x, weight, **setting)
    dropped = dropped_samples(length, kernel_size, **setting)
    band = input_jacobian(weight, length, **setting)[0, :, channel]
    windows = weight_jacobian(x, weight.shape, **setting)[0, :, 0, channel]
    taps = np.arange(1, kernel_size + 1)
    # The same band, with each tap's number + 1 in place of its weight.
    tap_band = input_jacobian(taps[None, None], length, **setting)[0, :, 0].astype(int)
    size = y.shape[-1]
    return {
        "sizes": f"f(x) has {size} elements, ∂f/∂x has {size} × 5 × {length}, ∂f/∂W has {size} × 1 × 5 × {kernel_size}."
        f" The floor drops {_count(dropped, 'sample')} at the end"
        + (": the last columns of ∂f/∂x are 0." if dropped else "."),
        "x": x[[channel]],
        "x_roles": (np.arange(length) >= length - dropped).astype(int)[None],
        "weight": weight[0, [channel]],
        "weight_roles": taps[None] - 1,
        "input_jacobian": band.astype(int),
        "input_jacobian_roles": tap_band,
        "weight_jacobian": windows.astype(int),
        "weight_jacobian_roles": np.zeros(windows.shape, int),
    }


def backward_frame(length, kernel_size, stride, dilation, channel, tap):
    """One element of ∂ℓ/∂W as a convolution of x with ∂ℓ/∂f, whose dilation is the forward stride."""
    setting = {"stride": stride, "dilation": dilation}
    x, _, output_gradient = example_layer(length, kernel_size)
    size = output_size(length, kernel_size, **setting)
    output_gradient = output_gradient[:, :size]
    weight_gradient = weight_vjp(output_gradient, x, kernel_size, **setting)[0, [channel]].astype(int)
    shown = min(tap, kernel_size - 1)
    # Stride and dilation have changed places: the output's samples are the taps now.
    places = _places_read(length, size, dilation, stride, shown)
    spread, roles = np.zeros((1, length), int), np.zeros((1, length), int)
    roles[0, places[0] : places[-1]] = ROLES_IN_GRADIENT.index("gap")
    roles[0, places] = ROLES_IN_GRADIENT.index("gradient")
    spread[0, places] = output_gradient[0]
    terms = " + ".join(
        f"{_signed(g)}·{_signed(value)}"
        for g, value in zip(output_gradient[0], x[channel, places], strict=True)
    )
    missing = f" There is no tap {tap}; the last is shown." if tap > shown else ""
    return {
        "backward": f"∂ℓ/∂W[0, {channel}, {shown}] = {terms} = {_written(weight_gradient[0, shown])}.{missing}",
        "spread": spread,
        "spread_roles": roles,
        "weight_gradient": weight_gradient,
        "weight_gradient_roles": np.zeros((1, kernel_size), int),
        "tap": np.array([shown]),
    }


def _written(number):
    return f"{number}".replace("-", "−")


def _signed(number):
    return f"({_written(number)})" if number < 0 else _written(number)


def _count(number, noun):
    return f"{number or 'no'} {noun}{'s' * (number != 1)}"


def _in_words(numbers):
    *rest, last = map(str, numbers)
    return f"{', '.join(rest)} and {last}" if rest else last
