"""The oracles: against derivatives done by hand, and against each other."""

import contextlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.numerics import check_close, oracle

examples = settings(deadline=None, max_examples=40)


def outer(a, b):
    return a[:, None] * b**2


A, B = np.array([1.0, 3.0]), np.array([2.0, 5.0, 7.0])


def test_value_by_hand():
    np.testing.assert_array_equal(oracle.value(outer, A, B), [[4, 25, 49], [12, 75, 147]])


def test_jacobian_by_hand():
    # y[i, j] = a[i] b[j]²
    by_a, by_b = oracle.jacobian(outer, A, B)
    np.testing.assert_array_equal(by_a, np.eye(2)[:, None] * [[[4], [25], [49]]])
    np.testing.assert_array_equal(by_b, 2 * np.multiply.outer(A, np.diag(B)))


def test_vjp_by_hand():
    g = [[1, 10, 100], [1000, 0, 0]]
    by_a, by_b = oracle.vjp(outer, g, A, B)
    np.testing.assert_array_equal(by_a, [4 + 250 + 4900, 4000])
    np.testing.assert_array_equal(by_b, [2 * 2 * (1 + 3000), 2 * 5 * 10, 2 * 7 * 100])


def test_one_argument_gives_an_array_and_several_a_tuple():
    assert oracle.jacobian(torch.square, A).shape == (2, 2)
    assert oracle.vjp(torch.square, A, A).shape == (2,)
    assert [array.shape for array in oracle.jacobian(outer, A, B)] == [(2, 3, 2), (2, 3, 3)]


def test_an_argument_without_influence_has_gradient_zero():
    np.testing.assert_array_equal(oracle.vjp(lambda a, b: a, [1, 1], A, B)[1], [0, 0, 0])
    np.testing.assert_array_equal(oracle.jacobian(lambda a, b: a, A, B)[1], np.zeros((2, 3)))


@examples
@given(st.lists(st.integers(1, 3), max_size=3), st.integers(0, 2**32 - 1))
def test_the_oracles_agree_with_each_other(shape, seed):
    random = np.random.default_rng(seed)
    x, mixing = random.standard_normal(shape), random.standard_normal((2, *shape))

    def function(x, like=torch):
        return like.tanh((like.asarray(mixing) * x).reshape(2, -1).sum(-1)) * x.sum()

    jacobian = oracle.jacobian(function, x)
    assert jacobian.shape == (2, *shape)
    check_close(oracle.difference_jacobian(lambda x: function(x, np), x), jacobian, tolerance=1e-7)
    g = random.standard_normal(2)
    check_close(oracle.vjp(function, g, x), np.tensordot(g, jacobian, 1))
    check_close(oracle.value(function, x), function(x, np))


def test_difference_jacobian_by_hand():
    # Central differences are exact for squares, up to rounding.
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    check_close(
        oracle.difference_jacobian(lambda x: (x**2).sum(axis=1), x),
        [[[2, 4], [0, 0]], [[0, 0], [6, 8]]],
        tolerance=1e-8,
    )
    check_close(oracle.difference_jacobian(np.sum, x, step=0.5), np.ones((2, 2)))


def test_difference_jacobian_of_a_function_that_returns_no_floats():
    check_close(oracle.difference_jacobian(lambda x: (x > 1).tolist(), [1, 3], step=0.5), [[1, 0], [0, 0]])


def test_difference_jacobian_of_whole_numbers():
    check_close(oracle.difference_jacobian(lambda x: x**2, [1, 3]), [[2, 0], [0, 6]], tolerance=1e-8)


@pytest.mark.parametrize("dtype", [np.int64, np.float16, np.float32, ">f8"])
@pytest.mark.parametrize("layout", [np.asarray, lambda x: x[::-1], lambda x: np.repeat(x, 2)[::2]])
def test_arguments_of_any_precision_and_layout_are_computed_in_float64(dtype, layout):
    x = layout(np.array([1, 2, 3], dtype))
    thirds = oracle.value(lambda x: x / 3, x)
    assert thirds.dtype == np.float64
    np.testing.assert_array_equal(thirds, x.astype(np.float64) / 3)
    assert oracle.vjp(torch.square, x, x).dtype == oracle.jacobian(torch.square, x).dtype == np.float64


def test_arguments_are_not_changed():
    x = np.array([1.0, 2.0])
    oracle.value(lambda x: x.mul_(2), x)
    oracle.difference_jacobian(lambda x: np.multiply(x, 2, out=x), x)
    np.testing.assert_array_equal(x, [1, 2])


@pytest.mark.parametrize("value", [[1j], [True], None, "1", [[1, 2], [3]]])
@pytest.mark.parametrize(
    "evaluate",
    [
        lambda x: oracle.value(torch.square, x),
        lambda x: oracle.jacobian(torch.square, x),
        lambda x: oracle.vjp(torch.square, x, [1.0]),
        lambda x: oracle.vjp(torch.square, [1.0], x),
        lambda x: oracle.difference_jacobian(np.square, x),
    ],
)
def test_arguments_that_are_not_real_are_refused(evaluate, value):
    with pytest.raises((TypeError, ValueError), match=r"^(argument|x) must (hold real|be a rect)"):
        evaluate(value)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"^output_gradient must have shape \(2,\), got shape \(\)$"):
        oracle.vjp(torch.square, 1.0, [1.0, 2.0])


@pytest.mark.parametrize(
    ("step", "error"), [(0, ValueError), (-1.0, ValueError), ([1.0], ValueError), ("1", TypeError)]
)
def test_a_step_that_is_no_step_is_refused(step, error):
    with pytest.raises(error, match=r"^step must "):
        oracle.difference_jacobian(np.square, [1.0], step=step)


def test_arguments_may_be_empty():
    assert oracle.value(torch.square, np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("evaluate", [oracle.value, oracle.jacobian, lambda f, x: oracle.vjp(f, [1.0], x)])
def test_a_function_that_makes_no_tensor_is_refused(evaluate):
    with pytest.raises(TypeError, match="function"):
        evaluate(len, [1.0, 2.0])


def test_one_thread_is_given_back_whatever_happens():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(ValueError, match=r"^1$"), oracle.one_thread():
            raise ValueError(torch.get_num_threads())
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_without_pytorch_one_thread_changes_nothing(monkeypatch):
    monkeypatch.setattr(oracle, "find_spec", lambda name: None)
    monkeypatch.setattr(oracle, "torch", None)
    with oracle.one_thread():
        pass


@contextlib.contextmanager
def default_dtype(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    yield
    torch.set_default_dtype(before)


@pytest.mark.parametrize(
    "setting",
    [
        torch.no_grad,
        torch.inference_mode,
        lambda: torch.device("meta"),
        lambda: default_dtype(torch.float16),
        lambda: np.errstate(all="raise"),
    ],
    ids=["no_grad", "inference_mode", "another device", "half precision", "errors raised"],
)
def test_the_readers_own_settings_change_nothing(setting):
    x = np.array([0.5, -800.0, 1e-300])

    def all_three():
        return [oracle.value(torch.exp, x), oracle.jacobian(torch.exp, x), oracle.vjp(torch.exp, x, x)]

    usual = all_three()
    with setting():
        again = all_three()
    for one, other in zip(usual, again, strict=True):
        assert one.dtype == other.dtype == np.float64
        np.testing.assert_array_equal(one, other)
