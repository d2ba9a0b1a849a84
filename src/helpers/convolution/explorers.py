"""The explorers of chapter 1.1: where a kernel fits, and what its Jacobians look like."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..drawings.panels import Grid, Products, Text
from ..explorers.explorer import Explorer
from ..explorers.packing import Frame
from ..explorers.prediction import Prediction
from ..explorers.sliders import Slider
from ..numerics.formatting import count, format_number, signed
from .reference import (
    conv,
    dropped_samples,
    input_jacobian,
    input_vjp,
    output_size,
    weight_jacobian,
    weight_vjp,
)

Whole = NDArray[np.integer]

ROLES_IN_INPUT = ("input", "padding", "skipped", "dropped")
ROLES_IN_BAND = ("zero", "tap-0", "tap-1", "tap-2", "tap-3")
ROLES_IN_SIGNAL = ("input", "dropped", "zero", "gradient", "skipped")
ROLES_IN_WEIGHT = ("tap-0", "tap-1", "tap-2", "tap-3", "gradient", "skipped")
UNIT = 17


def output_size_explorer() -> Explorer:
    """Return the explorer of sizes: a square image, its padding, where the kernel stands, and what it computes there."""
    size = output_size(8, 3, stride=2, padding=1)
    return Explorer(
        size_frame,
        window_rows_frame,
        window_columns_frame,
        name="output-size",
        panels=(
            (
                Grid(
                    "Padded input $x$",
                    roles="input",
                    legend=ROLES_IN_INPUT,
                    legend_words=("", "", "skipped", "dropped"),
                    numbers="x",
                    marked_rows="window_rows",
                    marked_columns="window_columns",
                    row_slider="row",
                    column_slider="column",
                    row_positions="nearest",
                    column_positions="nearest",
                    unit=UNIT,
                    unnumbered=(),
                ),
                Grid(
                    "Output $y$",
                    roles="output",
                    legend=("output",),
                    numbers="y",
                    marked_rows="output_rows",
                    marked_columns="output_columns",
                    row_slider="row",
                    column_slider="column",
                    unit=UNIT,
                    play=2,
                ),
            ),
            (
                Grid("Kernel $W$", legend=("tap-1",), numbers="kernel", unit=UNIT),
                [
                    Products(
                        "y",
                        left="x",
                        right="kernel",
                        rows="window_rows",
                        columns="window_columns",
                        result="y",
                        at=("output_rows", "output_columns"),
                    ),
                    Text(("formula", "left_over")),
                ],
            ),
        ),
        predict=Prediction(
            "Input 8 × 8, kernel 3 × 3, stride 2, padding 1: how large is the output?",
            (_square(size + 1), _square(size), _square(size - 1)),
            right=_square(size),
            because="The fifth window would need one row and one column more than there are.",
            veils=("y", "formula"),
        ),
        input_size=Slider("input size H", range(4, 9), start=8),
        kernel_size=Slider("kernel size K", range(1, 6), start=3),
        stride=Slider("stride S", range(1, 5), start=2),
        padding=Slider("padding P", range(3), start=1),
        dilation=Slider("dilation D", range(1, 4), start=1),
        row=Slider("output row", range(12), start=1, shown=False),
        column=Slider("output column", range(12), start=1, shown=False),
    )


def _square(size: int) -> str:
    return f"{size} × {size}"


@cache
def example_image(input_size: int, kernel_size: int) -> tuple[Whole, Whole]:
    """Return small whole numbers for a square image and a kernel, the same at every call."""
    random = np.random.default_rng(5)
    image, kernel = random.integers(0, 4, size=(8, 8)), random.integers(-1, 3, size=(5, 5))
    return image[:input_size, :input_size], kernel[:kernel_size, :kernel_size]


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
    image, kernel = example_image(input_size, kernel_size)
    middles = stride * np.arange(size) + dilation * (kernel_size - 1) / 2
    return {
        "input": np.maximum.outer(along_one_axis, along_one_axis),
        "x": np.pad(image, padding),
        "kernel": kernel,
        "output": np.zeros((size, size), int),
        "y": conv(image[None], kernel[None, None], **setting)[0].astype(int),
        "nearest": np.abs(np.subtract.outer(np.arange(padded), middles)).argmin(axis=1),
        "formula": f"⌊({input_size} + 2·{padding} − {dilation}·({kernel_size} − 1) − 1) / {stride}⌋ + 1"
        f" = ⌊{reach} / {stride}⌋ + 1 = {size}, so the output is {size} × {size}.",
        "left_over": f"Along each axis: {dropped or 'none'} dropped, {skipped or 'none'} skipped.",
    }


def window_rows_frame(
    input_size: int, kernel_size: int, stride: int, padding: int, dilation: int, row: int
) -> Frame:
    """Return the output row that is shown, and the rows of the padded input that it reads."""
    shown, window = _window(input_size, kernel_size, stride, padding, dilation, row)
    return {"output_rows": shown, "window_rows": window}


def window_columns_frame(
    input_size: int, kernel_size: int, stride: int, padding: int, dilation: int, column: int
) -> Frame:
    """Return the output column that is shown, and the columns of the padded input that it reads."""
    shown, window = _window(input_size, kernel_size, stride, padding, dilation, column)
    return {"output_columns": shown, "window_columns": window}


@cache
def _window(
    input_size: int, kernel_size: int, stride: int, padding: int, dilation: int, position: int
) -> tuple[Whole, Whole]:
    """Return the position that is shown along one axis, and the samples that it reads."""
    size = output_size(input_size, kernel_size, stride=stride, padding=padding, dilation=dilation)
    shown = min(position, size - 1)
    # Each padding sample counts as one of the input here.
    window = _places_read(input_size + 2 * padding, kernel_size, stride, dilation, shown)
    return np.array([shown]), window


@cache
def _places_read(length: int, kernel_size: int, stride: int, dilation: int, output_position: int) -> Whole:
    """Return the places that an output reads: where its row of ∂y/∂x is not 0."""
    jacobian = input_jacobian(np.ones((1, 1, kernel_size)), length, stride=stride, dilation=dilation)
    return np.flatnonzero(jacobian[0, output_position, 0])


def layer_explorer() -> Explorer:
    """Return the explorer of the 1-D layer of 1.1.c: its two Jacobians, and ∂ℓ/∂W as the sheet sums it and as it is."""
    return Explorer(
        layer_frame,
        tap_frame,
        rows_frame,
        backward_frame,
        name="layer",
        panels=(
            (
                Grid(
                    "The sum of one tap",
                    roles="signal_roles",
                    numbers="signal",
                    legend=ROLES_IN_SIGNAL,
                    legend_words=("", "dropped", "", "", "left out"),
                    row_names=("$x$", "$∂ℓ/∂f$"),
                    unit=LAYER_UNIT,
                ),
                Grid(
                    "The taps",
                    roles="weight_roles",
                    numbers="weight",
                    legend=ROLES_IN_WEIGHT,
                    legend_words=("",) * 4 + ("", "wrong"),
                    row_names=("$W$", "$∂ℓ/∂W$"),
                    marked_columns="tap_shown",
                    column_slider="tap",
                    unit=LAYER_UNIT,
                ),
            ),
            (
                Grid(
                    "$∂f/∂x$: a band of taps",
                    roles="input_jacobian_roles",
                    numbers="input_jacobian",
                    legend=ROLES_IN_BAND,
                    legend_words=("",) * 5,
                    marked="band_of_tap",
                    cell_slider="tap",
                    cell_positions="tap_of_cell",
                    unit=LAYER_UNIT,
                ),
                Grid(
                    "$∂f/∂W$",
                    roles="weight_jacobian_roles",
                    numbers="weight_jacobian",
                    legend=("input", "skipped"),
                    legend_words=("", ""),
                    marked_columns="tap_shown",
                    column_slider="tap",
                    unit=LAYER_UNIT,
                ),
                Text(("backward", "comparison", "sizes")),
            ),
        ),
        predict=Prediction(
            "The sheet adds up one row of $∂f/∂W$ too few. Which taps of its $∂ℓ/∂W$ are wrong?",
            ("only the last", "all of them", "none"),
            right="all of them",
            because="Each tap's sum has a term from every row, and the last row's is left out: the grey cells.",
            veils=("weight", "signal", "backward"),
        ),
        summed=Slider("sum over", ["sheet", "book"], start="sheet", names=SUMS),
        length=Slider("length L", range(5, 9), start=7),
        kernel_size=Slider("kernel size K", range(1, 5), start=3),
        stride=Slider("stride S", range(1, 5), start=2),
        dilation=Slider("dilation D", range(1, 4), start=1),
        channel=Slider("channel c", range(5), start=0),
        tap=Slider("tap k", range(4), start=1, shown=False),
    )


LAYER_UNIT = 23
SUMS = {"sheet": "the sheet's rows", "book": "all rows"}


@cache
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
    dropped = dropped_samples(length, kernel_size, **setting)
    return {
        "sizes": f"∂f/∂x is {len(band)} × 5 × {length}, and ∂f/∂W {len(band)} × 1 × 5 × {kernel_size}."
        + (f" The floor drops {count(dropped, 'sample')}." if dropped else ""),
        "input_jacobian": band.astype(int),
        "weight_jacobian": windows.astype(int),
    }


def tap_frame(length: int, kernel_size: int, stride: int, dilation: int, tap: int) -> Frame:
    """Return what belongs to each tap in the band, and to the one that is shown."""
    taps, shown = tap_band(length, kernel_size, stride, dilation), min(tap, kernel_size - 1)
    return {
        "input_jacobian_roles": taps,
        "tap_of_cell": taps - 1,
        "band_of_tap": (taps == shown + 1).astype(int),
        "tap_shown": np.array([shown]),
    }


def rows_frame(length: int, kernel_size: int, stride: int, dilation: int, summed: str) -> Frame:
    """Return which rows of ∂f/∂W a sum leaves out."""
    left_out = np.zeros(
        (output_size(length, kernel_size, stride=stride, dilation=dilation), kernel_size), int
    )
    left_out[-1] = summed == "sheet"
    return {"weight_jacobian_roles": left_out}


@cache
def tap_band(length: int, kernel_size: int, stride: int, dilation: int) -> Whole:
    """Return ∂f/∂x with each tap's number + 1 in place of its weight."""
    taps = np.arange(1, kernel_size + 1)
    return input_jacobian(taps[None, None], length, stride=stride, dilation=dilation)[0, :, 0].astype(int)


@cache
def rows_summed(length: int, kernel_size: int, stride: int, dilation: int, summed: str) -> tuple[int, Whole]:
    """Return how many rows of ∂f/∂W are summed, and what that makes of ∂ℓ/∂W, of shape (5, K)."""
    setting = {"stride": stride, "dilation": dilation}
    x, _, output_gradient = example_layer(length, kernel_size)
    size = output_size(length, kernel_size, **setting)
    rows = size - (summed == "sheet")
    output_gradient = np.where(np.arange(size) < rows, output_gradient[:, :size], 0)
    return rows, weight_vjp(output_gradient, x, kernel_size, **setting)[0].astype(int)


@cache
def signal_roles(
    length: int, kernel_size: int, stride: int, dilation: int, tap: int, rows: int
) -> tuple[Whole, Whole]:
    """Return the samples of x that one tap reads, and the roles of x and of ∂ℓ/∂f, which stands at them."""
    setting = {"stride": stride, "dilation": dilation}
    size = output_size(length, kernel_size, **setting)
    # Stride and dilation have changed places: the output's samples are the taps now.
    places = _places_read(length, size, dilation, stride, tap)
    roles = np.full((2, length), ROLES_IN_SIGNAL.index("zero"))
    roles[0] = ROLES_IN_SIGNAL.index("input")
    roles[0, length - dropped_samples(length, kernel_size, **setting) :] = ROLES_IN_SIGNAL.index("dropped")
    roles[1, places] = ROLES_IN_SIGNAL.index("gradient")
    roles[1, places[rows:]] = ROLES_IN_SIGNAL.index("skipped")
    return places, roles


def backward_frame(
    length: int, kernel_size: int, stride: int, dilation: int, channel: int, tap: int, summed: str
) -> Frame:
    """Write one element of ∂ℓ/∂W as a sum over x and ∂ℓ/∂f, whose dilation is the forward stride; the sheet's stops a row short."""
    setting = (length, kernel_size, stride, dilation)
    x, weight, output_gradient = example_layer(length, kernel_size)
    _, right = rows_summed(*setting, "book")
    rows, found = rows_summed(*setting, summed)
    shown = min(tap, kernel_size - 1)
    places, roles = signal_roles(*setting, shown, rows)
    spread = np.zeros(length, int)
    spread[places] = output_gradient[0, : len(places)]
    terms = " + ".join(f"{signed(spread[i])}·{signed(x[channel, i])}" for i in places[:rows])
    error = found[channel] - right[channel]
    weight_roles = np.where(error, ROLES_IN_WEIGHT.index("skipped"), ROLES_IN_WEIGHT.index("gradient"))
    return {
        "backward": f"∂ℓ/∂W[0, {channel}, {shown}] = {f'{terms} = ' if terms else ''}{format_number(found[channel, shown])}.",
        "comparison": f"Wrong by {format_number(error[shown])}." if error[shown] else "That is right.",
        "signal": np.stack([x[channel], spread]),
        "signal_roles": roles,
        "weight": np.stack([weight[0, channel], found[channel]]),
        "weight_roles": np.stack([np.arange(kernel_size), weight_roles]),
    }


def transposed_explorer() -> Explorer:
    """Return the explorer of ∂ℓ/∂x as a convolution: spread ∂ℓ/∂f by the stride, flip the kernel, slide it over."""
    return Explorer(
        transposed_frame,
        name="transposed",
        panels=(
            Grid(
                "From $∂ℓ/∂f$ to $∂ℓ/∂x$",
                roles="roles",
                numbers="numbers",
                legend=ROLES_IN_STEPS,
                legend_words=("",) * 6,
                row_names=("$∂ℓ/∂f$", "spread", "kernel $W$", "$∂ℓ/∂x$"),
                marked="marks",
                unnumbered=("zero",),
                unit=SLIDING_UNIT,
            ),
            Text(("step", "sum")),
        ),
        predict=Prediction(
            "The forward pass moved by 2. By how much does the flipped kernel move over the spread gradient?",
            ("by 2", "by 1", "by ½"),
            right="by 1",
            because="The stride has become the spread: between neighbouring gradients there are S − 1 zeros.",
            veils=("numbers", "step"),
        ),
        t=Slider("step", range(11), start=4, play=1),
        length=Slider("length L", range(5, 9), start=7),
        kernel_size=Slider("kernel size K", range(1, 4), start=3),
        stride=Slider("stride S", range(1, 4), start=2),
        dilation=Slider("dilation D", range(1, 3), start=1),
    )


SLIDING_UNIT = 21
ROLES_IN_STEPS = ("zero", "padding", "gradient", "tap-0", "tap-1", "tap-2")
SPREAD, FLIP, SLIDE = 1, 2, 3
"""The steps at which ∂ℓ/∂f is spread, the kernel is flipped, and the first sample of ∂ℓ/∂x is computed."""


def transposed_frame(t: int, length: int, kernel_size: int, stride: int, dilation: int) -> Frame:
    """Return four rows: ∂ℓ/∂f; spread, with D(K − 1) zeros at each end; the kernel where it stands; ∂ℓ/∂x so far."""
    _, weight, output_gradient = example_layer(length, kernel_size)
    setting = {"stride": stride, "dilation": dilation}
    size, ends = output_size(length, kernel_size, **setting), dilation * (kernel_size - 1)
    gradient, kernel = output_gradient[0, :size], weight[0, 0]
    result = input_vjp(gradient[None], kernel[None, None], length, **setting)[0].astype(int)
    position = min(max(t - SLIDE, 0), length - 1)
    done = min(max(t - SLIDE + 1, 0), length)
    taps = position + dilation * np.arange(kernel_size)
    places = ends + stride * np.arange(size)
    numbers, roles = np.zeros((4, length + 2 * ends), int), np.zeros((4, length + 2 * ends), int)

    def fill(row: int, columns: Whole, values: int | Whole, role: int | Whole) -> None:
        numbers[row, columns], roles[row, columns] = values, role

    named = ROLES_IN_STEPS.index
    fill(0, np.arange(size), gradient, named("gradient"))
    if t >= SPREAD:
        fill(1, np.arange(length + 2 * ends), 0, named("padding"))
        fill(1, places, gradient, named("gradient"))
    order = np.arange(kernel_size)[:: -1 if t >= FLIP else 1]
    fill(2, taps, kernel[order], named("tap-0") + order)
    fill(3, np.arange(done), result[:done], named("gradient"))
    marks = np.zeros(numbers.shape, int)
    if done:
        marks[1, taps] = marks[3, position] = 1
    products = (f"{signed(g)}·{signed(w)}" for g, w in zip(numbers[1, taps], kernel[order], strict=True))
    return {
        "numbers": numbers,
        "roles": roles,
        "marks": marks,
        "step": _step_in_words(t, stride, ends),
        "sum": f"∂ℓ/∂x[{position}] = {' + '.join(products)} = {format_number(result[position])}."
        if done
        else "",
    }


def _step_in_words(t: int, stride: int, ends: int) -> str:
    words = {
        0: "The gradient of the output, and the kernel.",
        SPREAD: f"Spread: {count(stride - 1, 'zero')} between two samples, {count(ends, 'zero')} at each end.",
        FLIP: "Flip the kernel.",
    }
    return words.get(t, "Slide the flipped kernel in steps of 1, multiply and add.")
