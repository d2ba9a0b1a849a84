"""The checks: what they let through, what they refuse, and that a planted fault is caught."""

import re
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from helpers.numerics import check_close, relative_error
from helpers.numerics.arrays import (
    boolean,
    check_memory,
    is_sequence,
    real_array,
    short_repr,
    whole_number,
    whole_numbers,
)

examples = settings(deadline=None, max_examples=100)


def refuses(error, message):
    return pytest.raises(error, match=f"^{re.escape(message)}$")


# ---------------------------------------------------------------- real_array


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_real_array_keeps_floats_as_they_are(dtype):
    array = np.ones((2, 3), dtype)
    assert real_array(array, "x") is array


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
def test_real_array_makes_integers_float64(dtype):
    array = real_array(np.array([1, 100], dtype), "x")
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, [1, 100])


def test_real_array_lets_nan_and_infinity_pass():
    np.testing.assert_array_equal(real_array([np.nan, -np.inf], "x"), [np.nan, -np.inf])


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([1j], "complex128"),
        ([True], "bool"),
        ("text", "<U4"),
        (b"bytes", "|S5"),
        (None, "object"),
        ([None, 1.0], "object"),
        ([2**70], "object"),
        ({"a": 1}, "object"),
        (np.array(["2020-01-01"], "datetime64[D]"), "datetime64[D]"),
    ],
)
def test_real_array_refuses_what_is_not_real(value, dtype):
    with refuses(TypeError, f"W_c must hold real numbers, got an array of dtype {dtype}"):
        real_array(value, "W_c")


@pytest.mark.parametrize("value", [[[1, 2], [3]], [1, [2, 3]], [np.ones((2, 2)), np.ones((2, 3))]])
def test_real_array_refuses_ragged_lists(value):
    with refuses(ValueError, "x must be a rectangular array, got rows of different lengths"):
        real_array(value, "x")


def test_real_array_refuses_what_numpy_would_drop_in_silence():
    with refuses(TypeError, "x must be a plain array, got a masked one"):
        real_array(np.ma.array([1.0, 2.0], mask=[False, True]), "x")


def test_real_array_refuses_a_tensor_that_requires_a_gradient():
    with pytest.raises(TypeError, match=r"^x must be an array, got Tensor: "):
        real_array(torch.ones(2, requires_grad=True), "x")
    np.testing.assert_array_equal(real_array(torch.ones(2), "x"), [1, 1])


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 2, 2)])
def test_real_array_refuses_empty_arrays(shape):
    with refuses(ValueError, f"x must not be empty, got shape {shape}"):
        real_array(np.ones(shape), "x")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((0, 3), (..., "T", 3)), ((2, 0), (..., "T", "n")), ((0, 0), ("m", 0)), ((4, 0, 2), (..., "C", 2))],
)
def test_real_array_refuses_an_axis_of_no_length_that_a_word_stands_for(shape, expected):
    with refuses(ValueError, f"x must not be empty, got shape {shape}"):
        real_array(np.ones(shape), "x", shape=expected)
    assert real_array(np.ones(shape), "x", shape=expected, may_be_empty=True).shape == shape


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((0, 2, 3), (..., "T", 3)),
        ((2, 0, 1), (..., "n")),
        ((0, 3), (0, 3)),
        ((0,), (...,)),
        ((4, 0), ("T", 0)),
    ],
)
def test_real_array_lets_a_batch_be_empty_and_what_must_be(shape, expected):
    assert real_array(np.ones(shape), "x", shape=expected).shape == shape


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((), ()),
        ((3,), (3,)),
        ((3,), ("T",)),
        ((3, 4), ("T", 4)),
        ((3, 4), (..., 3, 4)),
        ((2, 3, 4), (..., "C", 4)),
        ((2, 3, 4), (...,)),
        ((), (...,)),
    ],
)
def test_real_array_accepts_the_shape_expected(shape, expected):
    assert real_array(np.ones(shape), "x", shape=expected).shape == shape


@pytest.mark.parametrize(
    ("shape", "expected", "words"),
    [
        ((1,), (), "()"),
        ((), (3,), "(3,)"),
        ((4,), (3,), "(3,)"),
        ((3, 1), (3,), "(3,)"),
        ((3,), ("T", "features"), "(T, features)"),
        ((3, 5), ("T", 4), "(T, 4)"),
        ((4,), (..., 3, 4), "(..., 3, 4)"),
        ((2, 3, 5), (..., "C", 4), "(..., C, 4)"),
    ],
)
def test_real_array_refuses_another_shape(shape, expected, words):
    with refuses(ValueError, f"x must have shape {words}, got shape {shape}"):
        real_array(np.ones(shape), "x", shape=expected)


# ---------------------------------------------------------------- whole_numbers


@pytest.mark.parametrize(
    ("value", "count", "numbers"),
    [
        (2, None, (2,)),
        (2, 3, (2, 2, 2)),
        ([1, 2], None, (1, 2)),
        ((1, 2), 2, (1, 2)),
        (np.array([1, 2]), 2, (1, 2)),
        (np.int8(5), 1, (5,)),
        (np.array(5), 2, (5, 5)),
    ],
)
def test_whole_numbers(value, count, numbers):
    result = whole_numbers(value, "stride", at_least=1, count=count)
    assert result == numbers
    assert {type(number) for number in result} == {int}


NOT_WHOLE = [2.0, True, np.True_, np.float64(2), np.array(True), "2", None, 1j, {1, 2}, range(1, 3)]
NOT_ALL_WHOLE = [[1, 2.0], (1, True), ((1, 2), 3), ([1, 2], [3]), np.ones(2), np.array([True, True])]


@pytest.mark.parametrize("count", [None, 1, 2])
@pytest.mark.parametrize("value", [*NOT_WHOLE, *NOT_ALL_WHOLE, np.ones((1, 2), int)], ids=repr)
def test_whole_numbers_refuses_what_is_not_whole(value, count):
    with refuses(TypeError, f"stride must be a whole number or one per dimension, got {value!r}"):
        whole_numbers(value, "stride", at_least=1, count=count)


@pytest.mark.parametrize(
    ("value", "least"), [(0, 1), (-1, 0), ((3, 0), 1), ([2, -1], 0), (np.array([1, 0]), 1)]
)
def test_whole_numbers_refuses_what_is_too_small(value, least):
    with refuses(ValueError, f"padding must be at least {least}, got {value!r}"):
        whole_numbers(value, "padding", at_least=least)
    assert whole_numbers(least, "padding", at_least=least) == (least,)


def test_whole_numbers_refuses_what_is_longer_than_any_array():
    assert whole_numbers(sys.maxsize, "padding", at_least=0) == (sys.maxsize,)
    with refuses(ValueError, f"padding must be at most {sys.maxsize}, as no array is longer, got {2**63}"):
        whole_numbers(2**63, "padding", at_least=0)


@pytest.mark.parametrize("count", [1, 3])
def test_whole_numbers_refuses_another_count(count):
    with refuses(ValueError, f"stride must be one number or {count}, one per dimension, got (1, 2)"):
        whole_numbers((1, 2), "stride", at_least=1, count=count)


@pytest.mark.parametrize("count", [None, 1, 2])
@pytest.mark.parametrize("value", [(), []])
def test_whole_numbers_refuses_none_at_all(value, count):
    with refuses(ValueError, f"stride must have at least one dimension, got {value!r}"):
        whole_numbers(value, "stride", at_least=1, count=count)


@pytest.mark.parametrize("value", [[2], (2,), np.array([2]), 2.0, True, None])
def test_whole_number_refuses_what_is_not_one_whole_number(value):
    with refuses(TypeError, f"steps must be a whole number, got {value!r}"):
        whole_number(value, "steps", at_least=1)
    assert whole_number(np.int8(2), "steps", at_least=2) == 2
    with refuses(ValueError, "steps must be at least 3, got 2"):
        whole_number(2, "steps", at_least=3)


def test_whole_number_refuses_what_is_too_large():
    assert whole_number(3, "t", at_least=1, at_most=3) == 3
    with refuses(ValueError, "t must be at most 3, the number of steps, got 4"):
        whole_number(4, "t", at_least=1, at_most=3, limit="the number of steps")
    with refuses(ValueError, "t must be at least 1, got 0"):
        whole_number(0, "t", at_least=1, at_most=0)


def test_is_sequence():
    assert all(map(is_sequence, [(), (1,), [1, 2], np.array([1])]))
    assert not any(map(is_sequence, [1, np.int64(1), np.array(1), np.ones((1, 1)), "12", None]))


# ---------------------------------------------------------------- what is too large


@pytest.mark.parametrize(
    "number", [sys.maxsize + 1, 2**64, 10**400, pytest.param(10**5000, id="5000 digits")]
)
def test_no_number_is_too_large_to_be_refused(number):
    with pytest.raises(
        ValueError, match=f"^padding must be at most {sys.maxsize}, as no array is longer, got "
    ):
        whole_numbers((1, number), "padding", at_least=0)
    with pytest.raises(ValueError, match=r"^T must be at least 0, got "):
        whole_number(-number, "T", at_least=0)
    with pytest.raises(ValueError, match=r"^T must be at most "):
        whole_number(number, "T", at_least=0, at_most=3)


def test_a_count_of_dimensions_that_no_array_has_is_refused():
    for count in (10**9, 10**30):
        with pytest.raises(ValueError, match=r"^count must be at most"):
            whole_numbers(1, "stride", at_least=1, count=count)
    with pytest.raises(TypeError, match=r"^count must be a whole number"):
        whole_numbers(1, "stride", at_least=1, count=torch.ones(2))


@pytest.mark.parametrize("shape", [np.float16(1), "float128", 3, [3]])
def test_a_shape_that_is_no_tuple_is_refused(shape):
    with pytest.raises(TypeError, match=r"^shape must be a tuple, got "):
        real_array([1.0, 2.0, 3.0], "x", shape=shape)


def test_memory_is_counted_in_bytes():
    check_memory("T", (2**29,))
    check_memory("T", (2**30,), np.float32)
    for shape, dtype in [
        ((2**29 + 1,), np.float64),
        ((2**15, 2**15, 2), np.float32),
        ((10**19,) * 64, np.int8),
    ]:
        with pytest.raises(ValueError, match=r"^T must ask for an array of at most 4 GiB, got one of shape"):
            check_memory("T", shape, dtype)


class WithoutRepr:
    def __repr__(self):
        raise RuntimeError


def test_any_value_can_stand_in_a_message():
    assert short_repr("x" * 10**6) == "'" + "x" * 199 + "…"
    assert short_repr(WithoutRepr()) == "a value of type WithoutRepr"
    for value in (10**5000, WithoutRepr(), "x" * 10**6, 1, None, torch.ones(2)):
        with pytest.raises(TypeError, match=r"^held_out must be True or False, got .{1,300}$"):
            boolean(value, "held_out")


# ---------------------------------------------------------------- relative_error and check_close


@pytest.mark.parametrize(
    ("actual", "expected", "error"),
    [
        ([1, 2], [1, 2], 0),
        ([1, 2], [1, 4], 0.5),
        ([0.25, 0], [0, 0], 0.25),
        ([0.25, 0], [0.5, 0], 0.25),
        ([0, 100], [3, 100], 0.03),
        (3.0, 4.0, 0.25),
        ([np.nan, np.inf, -np.inf, 8], [np.nan, np.inf, -np.inf, 10], 0.2),
        ([np.inf, 10], [np.inf, 8], 0.25),
        ([np.nan], [1], np.inf),
        ([1], [np.nan], np.inf),
        ([np.inf], [np.nan], np.inf),
        ([np.inf], [-np.inf], np.inf),
        ([np.inf], [1], np.inf),
        ([1], [np.inf], np.inf),
        ([1e308], [-1e308], np.inf),
        ([1.0], 1.0, np.inf),
        ([[1.0, 2.0]], [1.0, 2.0], np.inf),
        ([1.0, 1.0], [1.0], np.inf),
    ],
)
def test_relative_error_by_hand(actual, expected, error):
    assert relative_error(actual, expected) == error
    if error == 0:
        check_close(actual, expected)
    else:
        with pytest.raises(AssertionError):
            check_close(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "floor", "error"),
    [
        (0.5, 0.25, 0.0, 1.0),
        (0.5, 0.25, 0.5, 0.5),
        (0.25, 0.0, 0.5, 0.5),
        ([1, 2], [1, 4], 0.0, 0.5),
        (0.0, 0.0, 0.0, 0.0),
        ([np.inf, 0.0], [np.inf, 0.0], 0.0, 0.0),
        (1e-20, 0.0, 0.0, np.inf),
        ([np.inf, 0.5], [np.inf, 0.25], 0.0, 1.0),
    ],
)
def test_an_error_is_relative_to_what_is_expected_but_for_a_floor(actual, expected, floor, error):
    assert relative_error(actual, expected, floor=floor) == error


@examples
@given(
    arrays.arrays(np.float64, arrays.array_shapes(max_dims=3, max_side=3), elements=st.floats(-1e6, 1e6)),
    st.sampled_from([1e-9, -1.0, np.nan, np.inf, -np.inf]),
    st.data(),
)
def test_one_wrong_number_anywhere_is_caught(expected, fault, data):
    check_close(expected.copy(), expected)
    place = data.draw(st.tuples(*(st.integers(0, length - 1) for length in expected.shape)), "place")
    actual = expected.copy()
    actual[place] += fault * max(1, np.abs(expected).max())
    with pytest.raises(AssertionError, match=rf"^result differs most at \[{', '.join(map(str, place))}\]: "):
        check_close(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "message"),
    [
        ([1.0], [[1.0]], "y has shape (1,), expected (1, 1)"),
        (2.0, 4.0, "y differs most: got 2.0, expected 4.0; relative error 0.5 > 1e-10"),
        (
            [[1, 2], [3, 5]],
            [[1, 2], [3, 4]],
            "y differs most at [1, 1]: got 5.0, expected 4.0; relative error 0.25 > 1e-10",
        ),
        ([1, np.nan], [1, 2], "y differs most at [1]: got nan, expected 2.0; relative error inf > 1e-10"),
    ],
)
def test_check_close_says_where_and_by_how_much(actual, expected, message):
    with refuses(AssertionError, message):
        check_close(actual, expected, name="y")


def test_check_close_keeps_to_its_tolerance():
    check_close([1 + 0.9e-10], [1])
    check_close([1.1], [1], tolerance=0.2)
    check_close([2.0], [4.0], tolerance=0.5)  # off by just as much
    for tolerance in (0.05, np.nan):
        with pytest.raises(AssertionError):
            check_close([1.1], [1], tolerance=tolerance)


def test_observers_hear_of_each_check_that_passes(monkeypatch):
    heard = []
    monkeypatch.setattr("helpers.numerics.compare.OBSERVERS", [lambda *comparison: heard.append(comparison)])
    check_close(np.ones((2, 3)), np.ones((2, 3)), name="y")
    check_close([1.1], [1], tolerance=0.2)
    with pytest.raises(AssertionError):
        check_close([1.1], [1])
    assert heard == [("y", 6, 0.0, 1e-10), ("result", 1, pytest.approx(0.1), 0.2)]


def test_check_close_compares_across_precisions():
    with pytest.raises(AssertionError):
        check_close(np.float32([0.1]), [0.1])
    check_close(np.float32([0.1]), [0.1], tolerance=1e-7)
    # In float16 this difference would be infinite.
    assert relative_error(np.float16([60000]), np.float16([-60000])) == 2


@pytest.mark.parametrize("nothing", [[], np.ones((2, 0))])
def test_a_comparison_of_nothing_is_refused(nothing):
    for compare in (relative_error, check_close):
        with pytest.raises(ValueError, match=r"^(actual|result) must not be empty"):
            compare(nothing, nothing)


def test_a_comparison_of_nothing_may_be_allowed():
    assert relative_error(np.ones((2, 0)), np.ones((2, 0)), may_be_empty=True) == 0
    check_close(np.ones((2, 0)), np.ones((2, 0)), may_be_empty=True)
    with pytest.raises(AssertionError, match="shape"):
        check_close(np.ones((2, 0)), np.ones((0, 2)), may_be_empty=True)
    for one, other in ([[], [1.0]], [[1.0], []]):
        with pytest.raises(AssertionError, match="shape"):
            check_close(one, other, may_be_empty=True)


@pytest.mark.parametrize("value", [None, [1 + 1j], "1.0", [True]])
def test_a_comparison_of_what_is_not_numbers_is_refused(value):
    with pytest.raises(TypeError, match=r"^gradient must hold real numbers"):
        check_close(value, [1.0], name="gradient")
    for compare in (relative_error, check_close):
        with pytest.raises(TypeError, match=r"^expected must hold real numbers"):
            compare([1.0], value)
