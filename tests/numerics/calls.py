"""Right calls of the public functions of helpers.numerics, for tests/repository/test_bad_input.py."""

import numpy as np
import torch
from fuzzing import Call, call_of, normal, sizes
from hypothesis import strategies as st

from helpers.numerics import arrays, bootstrap, compare, oracle

EXEMPT = {
    r"numerics\.without_pytorch\..*": "takes the cells of a notebook: tests/repository/test_without_pytorch.py",
    r"numerics\.oracle\.is_missing": "takes any error",
    r"numerics\.oracle\.one_thread": "takes nothing",
    r"numerics\.functions\.\w+": "takes arrays that its callers have checked",
    r"numerics\.arrays\.check_memory": "takes shapes of sizes that its callers have checked",
    r"numerics\.arrays\.check_is_own_run": "checks what the networks' methods are called with here",
    r"numerics\.formatting\.\w+": "writes numbers that the package has computed",
    r"numerics\.bootstrap\.Interval": "what bootstrap returns",
    r"numerics\.bootstrap\.misses": "takes a function that makes intervals: tests/numerics/test_bootstrap.py",
}


@call_of(
    "numerics.arrays.plain_array",
    "numerics.arrays.real_array",
    "numerics.arrays.whole_numbers",
    "numerics.arrays.whole_number",
    "numerics.arrays.is_sequence",
    "numerics.arrays.boolean",
    "numerics.arrays.short_repr",
)
def arguments(draw, name):
    array, numbers = normal(draw, 2, 3), draw(st.lists(sizes, min_size=1))
    return {
        "plain_array": Call(
            lambda value: arrays.plain_array(value, "value"),
            {"value": array},
            lambda y, value: y.shape == np.shape(value),
        ),
        "real_array": Call(
            lambda value, shape, may_be_empty: arrays.real_array(
                value, "value", shape=shape, may_be_empty=may_be_empty
            ),
            {"value": array, "shape": ("rows", 3), "may_be_empty": False},
            lambda y, value, shape, **_: y.shape == np.shape(value) and (not shape or y.ndim == len(shape)),
        ),
        "whole_numbers": Call(
            lambda value, at_least, count: arrays.whole_numbers(
                value, "value", at_least=at_least, count=count
            ),
            {"value": numbers, "at_least": 1, "count": len(numbers)},
            lambda y, value, **_: {type(number) for number in y} == {int},
        ),
        "whole_number": Call(
            lambda value, at_least: arrays.whole_number(value, "value", at_least=at_least),
            {"value": numbers[0], "at_least": 1},
            lambda y, value, at_least: type(y) is int and y == value >= at_least,
        ),
        "boolean": Call(
            lambda value: arrays.boolean(value, "value"), {"value": True}, lambda y, value: y is bool(value)
        ),
        "short_repr": Call(arrays.short_repr, {"value": numbers}, lambda y, value: 0 < len(y) < 300),
        "is_sequence": Call(arrays.is_sequence, {"value": numbers}, lambda y, value: y in (True, False)),
    }[name]


@call_of("numerics.compare.relative_error", "numerics.compare.check_close")
def comparisons(draw, name):
    actual = normal(draw, 2, 3)
    arguments = {"actual": actual, "expected": actual.copy()}
    return Call(getattr(compare, name), arguments, raises=(AssertionError,) if name == "check_close" else ())


@call_of(
    "numerics.oracle.value",
    "numerics.oracle.jacobian",
    "numerics.oracle.vjp",
    "numerics.oracle.difference_jacobian",
)
def derivatives(draw, name):
    x = normal(draw, 2, 3)
    if name == "difference_jacobian":
        return Call(
            oracle.difference_jacobian,
            {"function": np.cumsum, "x": x, "step": 1e-6},
            lambda y, function, x, step: y.shape == (*np.shape(function(np.asarray(x))), *np.shape(x)),
        )
    given = {"function": torch.sin, "x": x} | ({"output_gradient": x} if name == "vjp" else {})
    call = {
        "value": lambda function, x: oracle.value(function, x),
        "jacobian": lambda function, x: oracle.jacobian(function, x),
        "vjp": lambda function, output_gradient, x: oracle.vjp(function, output_gradient, x),
    }[name]
    return Call(call, given, lambda y, x, **_: y.shape == np.shape(x) * (1 + (name == "jacobian")))


@call_of("numerics.bootstrap.share", "numerics.bootstrap.rate_ratio")
def of_counts(draw, name):
    cases = draw(st.integers(1, 4)) + abs(normal(draw, 6)).round()

    def function(**arguments):
        return getattr(bootstrap, name)(**arguments, rng=np.random.default_rng(0))  # the same at each call

    options = {"resamples": 20, "level": 0.9}
    if name == "share":
        return Call(
            function,
            {"held": cases // 2, "cases": cases, **options},
            lambda y, **_: -1e-9 <= y.low <= y.high <= 1 + 1e-9,
        )
    arguments = {"events": cases // 2, "exposure": cases}
    arguments |= {f"reference_{column}": values for column, values in arguments.items()}
    return Call(function, {**arguments, **options}, may_be_nan=True)


@call_of("numerics.bootstrap.bootstrap")
def resampled(draw, _):
    sample = normal(draw, 6)
    return Call(
        bootstrap.bootstrap,
        {
            "statistic": lambda of: sample[of % len(sample)].mean(axis=-1),
            "seeds": len(sample),
            "rng": np.random.default_rng(0),
            "resamples": 20,
            "level": 0.9,
        },
        lambda y, **_: sample.min() - 1e-9 <= y.low <= y.high <= sample.max() + 1e-9,
    )
