"""Right calls of the public functions of helpers.convolution, for tests/repository/test_bad_input.py."""

import numpy as np
from fuzzing import Call, batches, call_of, normal, sizes
from hypothesis import strategies as st

from helpers import convolution
from helpers.numerics.arrays import whole_numbers


def output_size(input_size, kernel_size, stride, padding, dilation):
    """By counting windows, for tuples of one length or single numbers."""
    given = (input_size, kernel_size, stride, padding, dilation)
    count = max([1, *(len(each) for each in given if np.ndim(each))])
    each = [tuple(np.broadcast_to(np.asarray(value, object), count)) for value in given]
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in zip(*each, strict=True))


@call_of(*(f"convolution.{name}" for name in convolution.__all__))
def convolutions(draw, name):
    dimensions = draw(st.integers(1, 2))
    kernel_size, stride, padding, dilation = (
        tuple(draw(st.integers(low, high)) for _ in range(dimensions))
        for low, high in [(1, 3), (1, 3), (0, 2), (1, 2)]
    )
    input_size = tuple(d * (k - 1) + draw(sizes) for k, d in zip(kernel_size, dilation, strict=True))
    layer = {"stride": stride, "padding": padding, "dilation": dilation}
    if dimensions == 1 and draw(st.booleans()):
        layer = {key: value[0] for key, value in layer.items()}
    output = output_size(input_size, kernel_size, stride, padding, dilation)
    batch, F, C = draw(batches), draw(sizes), draw(sizes)
    x, weight = normal(draw, *batch, C, *input_size), normal(draw, F, C, *kernel_size)
    output_gradient = normal(draw, *batch, F, *output)

    def kernel_of(weight):
        return np.shape(weight)[2:]

    def space(x, weight):
        return np.shape(x)[-(np.ndim(weight) - 2) :]

    def each(size, weight):
        return whole_numbers(size, "size", at_least=1, count=np.ndim(weight) - 2)

    arguments, fits = {
        "output_size": (
            {"input_size": input_size, "kernel_size": kernel_size},
            lambda y, **given: (y if isinstance(y, tuple) else (y,)) == output_size(**given),
        ),
        "dropped_samples": (
            {"input_size": input_size, "kernel_size": kernel_size},
            lambda y, **given: np.all(np.less(y, given["stride"]) & np.greater_equal(y, 0)),
        ),
        "conv": (
            {"x": x, "weight": weight},
            lambda y, x, weight, **layer: (
                y.shape
                == (
                    *np.shape(x)[: -np.ndim(weight) + 1],
                    np.shape(weight)[0],
                    *output_size(space(x, weight), kernel_of(weight), **layer),
                )
            ),
        ),
        "input_vjp": (
            {"output_gradient": output_gradient, "weight": weight, "input_size": input_size},
            lambda y, output_gradient, weight, input_size, **layer: (
                y.shape
                == (
                    *np.shape(output_gradient)[: -np.ndim(weight) + 1],
                    np.shape(weight)[1],
                    *each(input_size, weight),
                )
            ),
        ),
        "weight_vjp": (
            {"output_gradient": output_gradient, "x": x, "kernel_size": kernel_size},
            lambda y, output_gradient, x, kernel_size, **layer: (
                y.ndim >= 3
                and y.shape[:2] == (np.shape(output_gradient)[-y.ndim + 1], np.shape(x)[-y.ndim + 1])
                and y.shape[2:] == whole_numbers(kernel_size, "k", at_least=1, count=y.ndim - 2)
            ),
        ),
        "input_jacobian": (
            {"weight": weight, "input_size": input_size},
            lambda y, weight, input_size, **layer: (
                y.shape
                == (
                    np.shape(weight)[0],
                    *output_size(each(input_size, weight), kernel_of(weight), **layer),
                    np.shape(weight)[1],
                    *each(input_size, weight),
                )
            ),
        ),
        "weight_jacobian": (
            {"x": x, "weight_shape": weight.shape},
            lambda y, x, weight_shape, **layer: (
                y.shape
                == (
                    *np.shape(x)[: -len(weight_shape) + 1],
                    weight_shape[0],
                    *output_size(np.shape(x)[-len(weight_shape) + 2 :], tuple(weight_shape[2:]), **layer),
                    *weight_shape,
                )
            ),
        ),
    }[name]
    return Call(getattr(convolution, name), {**arguments, **layer}, fits)
