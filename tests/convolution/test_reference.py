"""Chapter 1.1: a case worked by hand, a naive loop, then random layers against PyTorch's autograd."""

import re
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from caught import caught
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import convolution
from helpers.convolution import oracle, reference
from helpers.numerics import check_close

examples = settings(deadline=None, max_examples=100)


# ---------------------------------------------------------------- a case worked by hand: the sheet's layer

# 5 channels of 7 samples, x[c, i] = i + 10 c; one filter of 3 taps that moves by 2.
SHEET_X = np.arange(7.0) + 10 * np.arange(5.0)[:, None]
SHEET_WEIGHT = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 2]]], float)


def test_by_hand_forward():
    # At s = 2r: s + (s + 11) + (s + 22) + (2s + 61) + (3s + 124) = 8s + 218.
    np.testing.assert_array_equal(convolution.conv(SHEET_X, SHEET_WEIGHT, stride=2), [[218, 234, 250]])


def test_by_hand_input_gradient():
    # The last channel's windows overlap in samples 2 and 4: 2 · 1 + 1 · 10 and 2 · 10 + 1 · 100.
    np.testing.assert_array_equal(
        convolution.input_vjp([[1, 10, 100]], SHEET_WEIGHT, 7, stride=2),
        [
            [1, 0, 10, 0, 100, 0, 0],
            [0, 1, 0, 10, 0, 100, 0],
            [0, 0, 1, 0, 10, 0, 100],
            [1, 1, 10, 10, 100, 100, 0],
            [1, 0, 12, 0, 120, 0, 200],
        ],
    )


def test_by_hand_weight_gradient():
    # Σ_r g[r] (2r + k + 10c) = (0 + 20 + 400) + 111 (k + 10c)
    c, k = np.indices((5, 3))
    np.testing.assert_array_equal(
        convolution.weight_vjp([[1, 10, 100]], SHEET_X, 3, stride=2), [420 + 111 * (k + 10 * c)]
    )


def test_by_hand_jacobians():
    by_input = convolution.input_jacobian(SHEET_WEIGHT, 7, stride=2)
    assert by_input.shape == (1, 3, 5, 7)
    np.testing.assert_array_equal(
        by_input[0, :, 4], [[1, 0, 2, 0, 0, 0, 0], [0, 0, 1, 0, 2, 0, 0], [0, 0, 0, 0, 1, 0, 2]]
    )
    by_weight = convolution.weight_jacobian(SHEET_X, (1, 5, 3), stride=2)
    r, c, k = np.indices((3, 5, 3))
    np.testing.assert_array_equal(by_weight, [(2 * r + k + 10 * c)[:, None]])


# ---------------------------------------------------------------- a naive loop


def reads(x, weight, output_size, stride, padding, dilation):
    """Each (f, r, c, k, i) for which output [f, r] reads sample i of x's channel c through tap k."""
    filters, channels, *kernel_size = weight.shape
    for f in range(filters):
        for r in np.ndindex(*output_size):
            for c in range(channels):
                for k in np.ndindex(*kernel_size):
                    i = tuple(
                        s * at + d * tap - p
                        for s, at, d, tap, p in zip(stride, r, dilation, k, padding, strict=True)
                    )
                    if all(0 <= at < size for at, size in zip(i, x.shape[1:], strict=True)):
                        yield f, r, c, k, i


@pytest.mark.parametrize(
    ("input_size", "kernel_size", "stride", "padding", "dilation", "output_size"),
    [
        ((7,), (3,), (2,), (0,), (1,), (3,)),
        ((8,), (3,), (2,), (1,), (3,), (2,)),
        ((6, 5), (2, 3), (2, 1), (0, 2), (1, 2), (3, 5)),
        ((3, 4, 5), (1, 2, 2), (1, 2, 2), (1, 0, 1), (2, 3, 1), (5, 1, 3)),
    ],
)
def test_naive_loop(input_size, kernel_size, stride, padding, dilation, output_size):
    random = np.random.default_rng(1)
    x = random.standard_normal((2, *input_size))
    weight = random.standard_normal((3, 2, *kernel_size))
    output_gradient = random.standard_normal((3, *output_size))
    y, by_x, by_weight = (np.zeros_like(like) for like in (output_gradient, x, weight))
    jacobian_x, jacobian_weight = np.zeros(y.shape + x.shape), np.zeros(y.shape + weight.shape)
    for f, r, c, k, i in reads(x, weight, output_size, stride, padding, dilation):
        y[f, *r] += weight[f, c, *k] * x[c, *i]
        by_x[c, *i] += weight[f, c, *k] * output_gradient[f, *r]
        by_weight[f, c, *k] += x[c, *i] * output_gradient[f, *r]
        jacobian_x[f, *r, c, *i] = weight[f, c, *k]
        jacobian_weight[f, *r, f, c, *k] = x[c, *i]

    layer = {"stride": stride, "padding": padding, "dilation": dilation}
    check_close(convolution.conv(x, weight, **layer), y)
    check_close(convolution.input_vjp(output_gradient, weight, input_size, **layer), by_x)
    check_close(convolution.weight_vjp(output_gradient, x, kernel_size, **layer), by_weight)
    check_close(convolution.input_jacobian(weight, input_size, **layer), jacobian_x)
    check_close(convolution.weight_jacobian(x, weight.shape, **layer), jacobian_weight)


# ---------------------------------------------------------------- random layers against PyTorch


@dataclass
class Layer:
    """A layer and its input, and a gradient for its output."""

    x: np.ndarray
    weight: np.ndarray
    output_gradient: np.ndarray
    settings: dict
    dropped: tuple

    @property
    def dimensions(self):
        return self.weight.ndim - 2

    @property
    def input_size(self):
        return self.x.shape[-self.dimensions :]

    @property
    def kernel_size(self):
        return self.weight.shape[2:]

    def each(self, name):
        """A setting, for each dimension."""
        setting = self.settings[name]
        return setting if isinstance(setting, tuple) else (setting,) * self.dimensions

    def torch_conv(self, x, weight):
        return oracle.conv(x, weight, **self.settings)

    def one_batch_axis(self):
        """x and output_gradient with their batch axes, however many, made one."""
        return tuple(
            array.reshape(-1, *array.shape[-self.dimensions - 1 :])
            for array in (self.x, self.output_gradient)
        )


@st.composite
def layers(draw, most_dimensions=3):
    """One to three dimensions; settings for all dimensions or for each; samples dropped by the floor."""
    dimensions = draw(st.integers(1, most_dimensions))
    largest = 3 if dimensions < 3 else 2

    def one_or_each(low, high):
        each = st.integers(low, high)
        return draw(each | st.tuples(*[each] * dimensions))

    layer = {
        "stride": one_or_each(1, 3),
        "padding": one_or_each(0, 2),
        "dilation": one_or_each(1, largest),
    }
    stride, padding, dilation = (
        setting if isinstance(setting, tuple) else (setting,) * dimensions for setting in layer.values()
    )
    kernel_size, input_size, output_size, dropped = [], [], [], []
    for s, p, d in zip(stride, padding, dilation, strict=True):
        # Built from the last window back: it has to end inside the padded input, which has to have a sample.
        k = draw(st.integers(1, largest))
        last_start = draw(st.integers(max(0, 2 * p - d * (k - 1)), max(0, 2 * p - d * (k - 1)) + 2 * s))
        kernel_size.append(k)
        input_size.append(d * (k - 1) + 1 + last_start - 2 * p)
        output_size.append(last_start // s + 1)
        dropped.append(last_start % s)
    batch = draw(st.lists(st.integers(1, 2), max_size=2))
    filters, channels = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Layer(
        random.standard_normal((*batch, channels, *input_size)),
        random.standard_normal((filters, channels, *kernel_size)),
        random.standard_normal((*batch, filters, *output_size)),
        layer,
        tuple(dropped),
    )


@examples
@given(layers())
def test_conv_agrees_with_pytorch(layer):
    y = convolution.conv(layer.x, layer.weight, **layer.settings)
    check_close(y, oracle.value(layer.torch_conv, layer.x, layer.weight))


@examples
@given(layers())
def test_vjps_agree_with_autograd(layer):
    by_x, by_weight = oracle.vjp(layer.torch_conv, layer.output_gradient, layer.x, layer.weight)
    check_close(
        convolution.input_vjp(layer.output_gradient, layer.weight, layer.input_size, **layer.settings), by_x
    )
    check_close(
        convolution.weight_vjp(layer.output_gradient, layer.x, layer.kernel_size, **layer.settings), by_weight
    )


BLOCK = convolution.reference.BLOCK // (2 * 3)
"""As many windows, of 2 channels and 3 taps."""


@pytest.mark.parametrize(
    "positions",
    [
        (BLOCK,),
        (BLOCK + 1,),
        (2 * BLOCK + 1,),
        (2, BLOCK // 3 - 1),
        (2, BLOCK // 3 + 1),
        (3, BLOCK // 6),
    ],
)
def test_several_blocks_of_windows_agree_with_pytorch(positions):
    random = np.random.default_rng(0)
    kernel_size = (3,) * len(positions)
    x = random.standard_normal((2, 2, *(n + 2 for n in positions)))
    weight, output_gradient = (
        random.standard_normal(shape) for shape in ((2, 2, *kernel_size), (2, 2, *positions))
    )

    def layer(weight):
        return oracle.conv(torch.from_numpy(x), weight)

    check_close(convolution.conv(x, weight), layer(torch.from_numpy(weight)))
    by_weight = oracle.vjp(layer, output_gradient, weight)
    check_close(convolution.weight_vjp(output_gradient, x, kernel_size), by_weight)


@examples
@given(layers())
def test_weight_jacobian_agrees_with_autograd(layer):
    _, by_weight = oracle.jacobian(layer.torch_conv, layer.x, layer.weight)
    check_close(convolution.weight_jacobian(layer.x, layer.weight.shape, **layer.settings), by_weight)


@examples
@given(layers())
def test_input_jacobian_agrees_with_autograd(layer):
    one_sample = layer.one_batch_axis()[0][0]
    by_x, _ = oracle.jacobian(layer.torch_conv, one_sample, layer.weight)
    check_close(convolution.input_jacobian(layer.weight, layer.input_size, **layer.settings), by_x)


@examples
@given(layers())
def test_output_size_and_dropped_samples_agree_with_pytorch(layer):
    y = oracle.value(layer.torch_conv, layer.x, layer.weight)
    sizes = layer.input_size, layer.kernel_size
    assert convolution.output_size(*sizes, **layer.settings) == y.shape[-layer.dimensions :]
    assert convolution.dropped_samples(*sizes, **layer.settings) == layer.dropped


@examples
@given(
    input_size=st.integers(1, 40),
    kernel_size=st.integers(1, 6),
    stride=st.integers(1, 6),
    padding=st.integers(0, 6),
    dilation=st.integers(1, 5),
)
def test_output_size_counts_windows(input_size, kernel_size, stride, padding, dilation):
    layer = {"stride": stride, "padding": padding, "dilation": dilation}
    end = input_size + padding
    windows, last_read = 0, None
    for start in range(-padding, end, stride):
        reads = [start + dilation * k for k in range(kernel_size)]
        if reads[-1] < end:
            windows, last_read = windows + 1, reads[-1]
    if windows:
        assert convolution.output_size(input_size, kernel_size, **layer) == windows
        assert convolution.dropped_samples(input_size, kernel_size, **layer) == end - 1 - last_read
    else:
        for function in (convolution.output_size, convolution.dropped_samples):
            with pytest.raises(ValueError, match=f"has only {input_size + 2 * padding}$"):
                function(input_size, kernel_size, **layer)


@pytest.mark.parametrize(
    ("arguments", "settings", "size", "dropped"),
    [
        ((7, 3), {"stride": 2}, 3, 0),
        ((8, 3), {}, 6, 0),
        (((21, 12), (4, 5)), {"stride": 4}, (5, 2), (1, 3)),
        (((7,), 3), {}, (5,), (0,)),
        ((7, 3), {"dilation": [1, 3]}, (5, 1), (0, 0)),
        ((np.array([7, 8]), np.int64(3)), {"padding": 1, "stride": 3}, (3, 3), (0, 1)),
    ],
)
def test_sizes_are_a_tuple_where_an_argument_is_a_sequence(arguments, settings, size, dropped):
    assert convolution.output_size(*arguments, **settings) == size
    assert convolution.dropped_samples(*arguments, **settings) == dropped


# ---------------------------------------------------------------- what the sheet only says


@examples
@given(layers())
def test_adjoint_identity(layer):
    # ⟨g, conv(x, W)⟩ = ⟨input_vjp(g), x⟩ = ⟨weight_vjp(g), W⟩
    g = layer.output_gradient
    expected = np.vdot(g, convolution.conv(layer.x, layer.weight, **layer.settings))
    by_x = convolution.input_vjp(g, layer.weight, layer.input_size, **layer.settings)
    by_weight = convolution.weight_vjp(g, layer.x, layer.kernel_size, **layer.settings)
    check_close(np.vdot(by_x, layer.x), expected)
    check_close(np.vdot(by_weight, layer.weight), expected)


@examples
@given(layers())
def test_weight_gradient_is_a_convolution_whose_dilation_is_the_stride(layer):
    # The batch is what is summed over, so it takes the place of the channels.
    x, g = (np.swapaxes(array, 0, 1) for array in layer.one_batch_axis())
    stride, dilation = layer.each("stride"), layer.each("dilation")
    gradient = convolution.conv(x, g, stride=dilation, padding=layer.settings["padding"], dilation=stride)
    # Where the floor dropped samples, further taps would have fitted: they are cut off.
    assert gradient.shape[2:] == tuple(
        k + dropped // d for k, dropped, d in zip(layer.kernel_size, layer.dropped, dilation, strict=True)
    )
    gradient = gradient[:, :, *(slice(k) for k in layer.kernel_size)]
    check_close(
        convolution.weight_vjp(layer.output_gradient, layer.x, layer.kernel_size, **layer.settings),
        np.swapaxes(gradient, 0, 1),
    )


@examples
@given(layers())
def test_input_gradient_is_a_transposed_convolution(layer):
    functional = torch.nn.functional
    transposed = (functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d)
    _, g = layer.one_batch_axis()
    expected = oracle.value(
        lambda g, weight: transposed[layer.dimensions - 1](
            g, weight, output_padding=layer.dropped, **layer.settings
        ),
        g,
        layer.weight,
    )
    gradient = convolution.input_vjp(layer.output_gradient, layer.weight, layer.input_size, **layer.settings)
    check_close(gradient, expected.reshape(layer.x.shape))


@examples
@given(
    stride=st.integers(2, 5),
    kernel_size=st.integers(1, 3),
    dilation=st.integers(1, 3),
    windows=st.integers(1, 3),
    data=st.data(),
)
def test_dropped_samples_matter_to_nothing(stride, kernel_size, dilation, windows, data):
    dropped = data.draw(st.integers(1, stride - 1), "dropped")
    reached = stride * (windows - 1) + dilation * (kernel_size - 1) + 1
    layer = {"stride": stride, "dilation": dilation}
    weight = np.ones((1, 1, kernel_size))
    gradient = convolution.input_vjp(np.ones((1, windows)), weight, reached + dropped, **layer)
    assert gradient[0, reached - 1] == 1
    np.testing.assert_array_equal(gradient[0, reached:], np.zeros(dropped))

    x = np.ones((1, reached + dropped))
    x[0, reached:] = np.nan
    np.testing.assert_array_equal(convolution.conv(x, weight, **layer), np.full((1, windows), kernel_size))
    np.testing.assert_array_equal(
        convolution.weight_vjp(np.ones((1, windows)), x, kernel_size, **layer),
        np.full((1, 1, kernel_size), windows),
    )


# ---------------------------------------------------------------- precision, NaN, memory


def results(x, weight, output_gradient, **layer):
    """What each of the five functions makes of a layer of two dimensions."""
    return {
        "conv": convolution.conv(x, weight, **layer),
        "input_vjp": convolution.input_vjp(output_gradient, weight, np.shape(x)[-2:], **layer),
        "weight_vjp": convolution.weight_vjp(output_gradient, x, np.shape(weight)[2:], **layer),
        "input_jacobian": convolution.input_jacobian(weight, np.shape(x)[-2:], **layer),
        "weight_jacobian": convolution.weight_jacobian(x, np.shape(weight), **layer),
    }


LAYER = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}


def whole_number_arrays(dtype):
    """x, weight and output_gradient of a layer with LAYER's settings."""
    random = np.random.default_rng(3)
    return [
        random.integers(0, 9, shape).astype(dtype) for shape in [(2, 2, 5, 6), (3, 2, 2, 3), (2, 3, 3, 2)]
    ]


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        (np.float16, np.float16),
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int8, np.float64),
        (np.uint8, np.float64),
        (np.int64, np.float64),
    ],
)
def test_floats_keep_their_precision_and_integers_become_float64(dtype, expected):
    exact = results(*whole_number_arrays(np.float64), **LAYER)
    for name, result in results(*whole_number_arrays(dtype), **LAYER).items():
        assert result.dtype == expected, name
        np.testing.assert_array_equal(result, exact[name], err_msg=name)


@pytest.mark.parametrize(("one", "other"), [(np.float32, np.float64), (np.float64, np.float32)])
def test_mixed_precision_takes_the_finer(one, other):
    x, weight, output_gradient = whole_number_arrays(one)
    for result in (
        convolution.conv(x, weight.astype(other), **LAYER),
        convolution.input_vjp(output_gradient, weight.astype(other), (5, 6), **LAYER),
        convolution.weight_vjp(output_gradient, x.astype(other), weight.shape[2:], **LAYER),
    ):
        assert result.dtype == np.float64


@examples
@given(
    layers(most_dimensions=2),
    st.sampled_from(["x", "weight", "output_gradient"]),
    st.lists(st.sampled_from([np.nan, np.inf, -np.inf]), min_size=1, max_size=2),
    st.data(),
)
def test_nan_and_infinity_go_where_pytorch_puts_them(layer, where, values, data):
    array = getattr(layer, where)
    for value in values:
        array.flat[data.draw(st.integers(0, array.size - 1), "place")] = value
    by_x, by_weight = oracle.vjp(layer.torch_conv, layer.output_gradient, layer.x, layer.weight)
    check_close(
        convolution.conv(layer.x, layer.weight, **layer.settings),
        oracle.value(layer.torch_conv, layer.x, layer.weight),
    )
    check_close(
        convolution.input_vjp(layer.output_gradient, layer.weight, layer.input_size, **layer.settings), by_x
    )
    check_close(
        convolution.weight_vjp(layer.output_gradient, layer.x, layer.kernel_size, **layer.settings), by_weight
    )


def test_nan_by_hand():
    x, weight = [[1, np.nan, 3, 4, np.inf]], [[[1, 1]]]
    np.testing.assert_array_equal(convolution.conv(x, weight), [[np.nan, np.nan, 7, np.inf]])
    np.testing.assert_array_equal(convolution.weight_vjp([[0, 0, 0, 1]], x, 2), [[[np.nan, np.nan]]])
    np.testing.assert_array_equal(
        convolution.input_vjp([[np.inf, -np.inf]], weight, 3), [[np.inf, np.nan, -np.inf]]
    )
    blocks = np.zeros((1, 2 * convolution.reference.BLOCK))
    blocks[0, [0, -1]] = np.inf, -np.inf
    np.testing.assert_array_equal(convolution.weight_vjp(np.ones_like(blocks), blocks, 1), [[[np.nan]]])
    # Elsewhere a Jacobian is 0 whatever the data.
    band = [[np.nan, 0], [0, np.nan]]
    np.testing.assert_array_equal(convolution.input_jacobian([[[np.nan]]], 2)[0, :, 0], band)
    np.testing.assert_array_equal(convolution.weight_jacobian([[np.nan]], (2, 1, 1))[:, 0, :, 0, 0], band)


def test_numbers_too_large_for_the_dtype_become_infinite():
    big = np.array([[60000, 60000, 60000]], np.float16)
    np.testing.assert_array_equal(convolution.conv(big, np.ones((1, 1, 2), np.float16)), [[np.inf, np.inf]])
    np.testing.assert_array_equal(
        convolution.input_vjp(big[:, :2], np.ones((1, 1, 2), np.float16), 3), [[60000, np.inf, 60000]]
    )
    blocks = np.zeros((1, 2 * convolution.reference.BLOCK), np.float32)
    blocks[0, [0, -1]] = 3e38
    np.testing.assert_array_equal(convolution.weight_vjp(np.ones_like(blocks), blocks, 1), [[[np.inf]]])


@pytest.mark.parametrize("batch", [(0,), (2, 0)])
@pytest.mark.parametrize("filters", [1, 3])
@pytest.mark.parametrize("layer", [LAYER, {}])
def test_an_empty_batch(batch, filters, layer):
    """Nothing comes of it, and the weight's gradient is a sum of nothing."""
    x, weight = np.ones((*batch, 2, 5, 6)), np.ones((filters, 2, 2, 3))
    y = convolution.conv(x, weight, **layer)
    assert y.shape == (*batch, filters, *convolution.output_size((5, 6), (2, 3), **layer))
    assert convolution.input_vjp(y, weight, (5, 6), **layer).shape == x.shape
    assert convolution.weight_jacobian(x, weight.shape, **layer).shape == y.shape + weight.shape
    gradient = convolution.weight_vjp(y, x, (2, 3), **layer)
    np.testing.assert_array_equal(gradient, np.zeros(weight.shape))


def transposed(array):
    return np.ascontiguousarray(array.T).T


def every_other(array):
    return np.repeat(array, 2, axis=-1)[..., ::2]


def reversed_twice(array):
    return np.ascontiguousarray(array[..., ::-1])[..., ::-1]


def read_only(array):
    array.setflags(write=False)
    return array


@pytest.mark.parametrize("layout", [transposed, every_other, reversed_twice, read_only, np.ndarray.tolist])
def test_memory_layout_does_not_matter(layout):
    expected = results(*whole_number_arrays(np.float64), **LAYER)
    arrays = [layout(array) for array in whole_number_arrays(np.float64)]
    for name, result in results(*arrays, **LAYER).items():
        np.testing.assert_array_equal(result, expected[name], err_msg=name)


@pytest.mark.parametrize("layer", [LAYER, {}])
def test_inputs_are_not_changed_and_not_shared(layer):
    arrays = whole_number_arrays(np.float64)
    arrays[2] = np.ones_like(convolution.conv(*arrays[:2], **layer))
    before = [array.copy() for array in arrays]
    for name, result in results(*arrays, **layer).items():
        result[...] = -1.0
        for array, copy in zip(arrays, before, strict=True):
            np.testing.assert_array_equal(array, copy, err_msg=name)


# ---------------------------------------------------------------- bad input

X, WEIGHT, OUTPUT_GRADIENT = np.ones((2, 4, 5)), np.ones((3, 2, 2, 2)), np.ones((3, 3, 4))

FUNCTIONS = {
    "output_size": lambda **layer: convolution.output_size((4, 5), 2, **layer),
    "dropped_samples": lambda **layer: convolution.dropped_samples((4, 5), 2, **layer),
    "conv": lambda x=X, weight=WEIGHT, **layer: convolution.conv(x, weight, **layer),
    "input_vjp": lambda output_gradient=OUTPUT_GRADIENT, weight=WEIGHT, input_size=(4, 5), **layer: (
        convolution.input_vjp(output_gradient, weight, input_size, **layer)
    ),
    "weight_vjp": lambda output_gradient=OUTPUT_GRADIENT, x=X, kernel_size=(2, 2), **layer: (
        convolution.weight_vjp(output_gradient, x, kernel_size, **layer)
    ),
    "input_jacobian": lambda weight=WEIGHT, input_size=(4, 5), **layer: convolution.input_jacobian(
        weight, input_size, **layer
    ),
    "weight_jacobian": lambda x=X, weight_shape=(3, 2, 2, 2), **layer: convolution.weight_jacobian(
        x, weight_shape, **layer
    ),
}

everywhere = pytest.mark.parametrize("function", FUNCTIONS)
each_setting = pytest.mark.parametrize("name", ["stride", "padding", "dilation"])


def refuses(error, message):
    return pytest.raises(error, match=f"^{re.escape(message)}$")


def test_the_good_input_that_the_bad_differs_from():
    shapes = {name: np.shape(function()) for name, function in FUNCTIONS.items()}
    assert shapes == {
        "output_size": (2,),
        "dropped_samples": (2,),
        "conv": OUTPUT_GRADIENT.shape,
        "input_vjp": X.shape,
        "weight_vjp": WEIGHT.shape,
        "input_jacobian": OUTPUT_GRADIENT.shape + X.shape,
        "weight_jacobian": OUTPUT_GRADIENT.shape + WEIGHT.shape,
    }


@everywhere
@each_setting
@pytest.mark.parametrize("value", [2.0, True, "2", None, 1j, (1, 2.0), (1, True), ((1, 1), 1), ([1, 2], [3])])
def test_settings_that_are_not_whole_numbers(function, name, value):
    with refuses(TypeError, f"{name} must be a whole number or one per dimension, got {value!r}"):
        FUNCTIONS[function](**{name: value})


@everywhere
@pytest.mark.parametrize(
    ("name", "value", "least"),
    [
        ("stride", 0, 1),
        ("stride", -1, 1),
        ("stride", (1, 0), 1),
        ("padding", -1, 0),
        ("padding", (0, -2), 0),
        ("dilation", 0, 1),
        ("dilation", [2, -3], 1),
    ],
)
def test_settings_that_are_too_small(function, name, value, least):
    with refuses(ValueError, f"{name} must be at least {least}, got {value!r}"):
        FUNCTIONS[function](**{name: value})


@everywhere
@each_setting
@pytest.mark.parametrize("value", [(1,), (1, 1, 1), np.array([1, 1, 1])])
def test_settings_for_another_number_of_dimensions(function, name, value):
    with refuses(ValueError, f"{name} must be one number or 2, one per dimension, got {value!r}"):
        FUNCTIONS[function](**{name: value})


@everywhere
@each_setting
def test_settings_for_no_dimension(function, name):
    with refuses(ValueError, f"{name} must have at least one dimension, got ()"):
        FUNCTIONS[function](**{name: ()})


@everywhere
def test_kernel_that_is_larger_than_the_padded_input(function):
    message = "kernel_size 2 with dilation 7 spans 8 samples, but input_size 5 with padding 1 has only 7"
    with refuses(ValueError, message):
        FUNCTIONS[function](dilation=(1, 7), padding=(0, 1))


each_array = pytest.mark.parametrize(
    ("function", "name"),
    [
        ("conv", "x"),
        ("conv", "weight"),
        ("input_vjp", "output_gradient"),
        ("input_vjp", "weight"),
        ("weight_vjp", "output_gradient"),
        ("weight_vjp", "x"),
        ("input_jacobian", "weight"),
        ("weight_jacobian", "x"),
    ],
)


@each_array
@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.ones((2, 4, 5), complex), "complex128"),
        (np.ones((2, 4, 5), object), "object"),
        (np.ones((2, 4, 5), bool), "bool"),
        (np.ones((2, 4, 5), "datetime64[s]"), "datetime64[s]"),
        ([["1", "2"]], "<U1"),
        (None, "object"),
    ],
    ids=["complex", "object", "bool", "dates", "text", "None"],
)
def test_arrays_that_are_not_real(function, name, value, dtype):
    with refuses(TypeError, f"{name} must hold real numbers, got an array of dtype {dtype}"):
        FUNCTIONS[function](**{name: value})


@each_array
def test_ragged_lists(function, name):
    with refuses(ValueError, f"{name} must be a rectangular array, got rows of different lengths"):
        FUNCTIONS[function](**{name: [[1.0, 2.0], [3.0]]})


def shapes(*expected):
    """Cases (argument, shape given, message) from (argument, shape expected, shapes given)."""
    return [
        (name, given, f"{name} must have shape {words}, got shape {given}")
        for name, words, *all_given in expected
        for given in all_given
    ]


@pytest.mark.parametrize(
    ("function", "name", "shape", "message"),
    [
        (function, *case)
        for function, cases in {
            "conv": shapes(
                ("x", "(..., 2, size_0, size_1)", (3, 4, 5), (4, 5), (5,), ()),
                ("weight", "(F, C, *kernel_size)", (3, 2), (3,), ()),
            ),
            "input_vjp": shapes(
                ("output_gradient", "(..., 3, 3, 4)", (3, 3, 5), (2, 3, 4), (3, 4), (), (3, 3, 4, 1)),
                ("weight", "(F, C, *kernel_size)", (3, 2)),
            ),
            "weight_vjp": shapes(
                ("x", "(..., C, size_0, size_1)", (4, 5), (5,)),
                ("output_gradient", "(F, 3, 4)", (3, 4), (3, 4, 4), (7, 3, 3, 4)),
            ),
            "input_jacobian": shapes(("weight", "(F, C, *kernel_size)", (3, 2))),
            "weight_jacobian": shapes(("x", "(..., 2, size_0, size_1)", (3, 4, 5), (4, 5))),
        }.items()
        for case in cases
    ],
)
def test_arrays_of_another_shape(function, name, shape, message):
    with refuses(ValueError, message):
        FUNCTIONS[function](**{name: np.ones(shape)})


@pytest.mark.parametrize(
    ("function", "name", "shape"),
    [
        ("conv", "x", (2, 0, 5)),
        ("conv", "weight", (0,)),
        ("conv", "weight", (3, 2, 0, 2)),
        ("input_vjp", "weight", (0, 2, 2, 2)),
        ("weight_vjp", "output_gradient", (0, 3, 4)),
        ("weight_vjp", "x", (2, 4, 0)),
        ("input_jacobian", "weight", (3, 0, 2, 2)),
        ("weight_jacobian", "x", (2, 4, 0)),
    ],
)
def test_empty_arrays(function, name, shape):
    with refuses(ValueError, f"{name} must not be empty, got shape {shape}"):
        FUNCTIONS[function](**{name: np.ones(shape)})


@pytest.mark.parametrize(
    ("function", "name", "value", "error", "problem"),
    [
        ("input_vjp", "input_size", (4, 5, 6), ValueError, "must be one number or 2, one per dimension"),
        ("input_vjp", "input_size", (4, 0), ValueError, "must be at least 1"),
        ("input_vjp", "input_size", 4.0, TypeError, "must be a whole number or one per dimension"),
        ("input_jacobian", "input_size", [4], ValueError, "must be one number or 2, one per dimension"),
        ("input_jacobian", "input_size", True, TypeError, "must be a whole number or one per dimension"),
        ("weight_vjp", "kernel_size", "22", TypeError, "must be a whole number or one per dimension"),
        ("weight_vjp", "kernel_size", None, TypeError, "must be a whole number or one per dimension"),
        ("weight_vjp", "kernel_size", (), ValueError, "must have at least one dimension"),
        ("weight_vjp", "kernel_size", (2, 0), ValueError, "must be at least 1"),
        ("weight_jacobian", "weight_shape", 3, ValueError, "must be (F, C, *kernel_size)"),
        ("weight_jacobian", "weight_shape", [3, 2], ValueError, "must be (F, C, *kernel_size)"),
        ("weight_jacobian", "weight_shape", (3, 2, 0, 2), ValueError, "must be at least 1"),
        (
            "weight_jacobian",
            "weight_shape",
            (3, 2.0),
            TypeError,
            "must be a whole number or one per dimension",
        ),
        ("weight_jacobian", "weight_shape", None, TypeError, "must be a whole number or one per dimension"),
    ],
)
def test_sizes_that_an_array_cannot_have(function, name, value, error, problem):
    with refuses(error, f"{name} {problem}, got {value!r}"):
        FUNCTIONS[function](**{name: value})


@pytest.mark.parametrize("function", [convolution.output_size, convolution.dropped_samples])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (((7, 7), (3,)), ValueError, "kernel_size must be one number or 2, one per dimension, got (3,)"),
        (
            (7, (3, 3), (1, 1, 1)),
            ValueError,
            "stride must be one number or 2, one per dimension, got (1, 1, 1)",
        ),
        ((7, ()), ValueError, "kernel_size must have at least one dimension, got ()"),
        (((), 3), ValueError, "input_size must have at least one dimension, got ()"),
        ((0, 3), ValueError, "input_size must be at least 1, got 0"),
        ((7, -3), ValueError, "kernel_size must be at least 1, got -3"),
        (
            (7, 8),
            ValueError,
            "kernel_size 8 with dilation 1 spans 8 samples, but input_size 7 with padding 0 has only 7",
        ),
        *(
            ((size, 3), TypeError, f"input_size must be a whole number or one per dimension, got {size!r}")
            for size in (7.0, True, "7", None, ((7, 7), 7), [[7, 7]], np.ones((2, 2), int), np.ones(2))
        ),
    ],
)
def test_sizes_that_do_not_fit(function, arguments, error, message):
    input_size, kernel_size, *stride = arguments
    with refuses(error, message):
        function(input_size, kernel_size, stride=stride[0] if stride else 1)


# Planted faults


def test_an_off_by_one_in_padding(monkeypatch):
    right = reference._unpadded

    def shifted(axes):
        _, *inside = right(axes)
        return (..., *(slice(at.start + 1, at.stop + 1) for at in inside))

    with caught(test_naive_loop, (8,), (3,), (2,), (1,), (3,), (2,)):
        monkeypatch.setattr(reference, "_unpadded", shifted)
