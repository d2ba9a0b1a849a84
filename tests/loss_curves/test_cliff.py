"""The cliff: by hand, against autograd and against ``torch.optim.SGD``."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.loss_curves import cliff
from helpers.numerics import check_close

property_test = settings(deadline=None, max_examples=25)


def test_one_place_by_hand():
    """With w = 0 the state is b from the first step on, and w moves the last one by σ(b)."""
    loss, gradient = cliff.loss_and_gradient(0, math.log(3))
    check_close(loss, 0.05**2)
    by_state = 2 * 0.05 * 0.75 * 0.25
    check_close(gradient, [by_state * 0.75, by_state])


@property_test
@given(st.floats(-8, 8), st.floats(-5, 3))
def test_gradient_is_what_autograd_says(w, b):
    theta = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    h = torch.tensor(0.5, dtype=torch.float64)
    for _ in range(50):
        h = theta[0] * torch.sigmoid(h) + theta[1]
    expected = (torch.sigmoid(h) - 0.7) ** 2
    (expected_gradient,) = torch.autograd.grad(expected, theta)
    loss, gradient = cliff.loss_and_gradient(w, b)
    check_close(loss, expected.item())
    check_close(gradient, expected_gradient, tolerance=1e-8)  # at the wall the state multiplies rounding


def test_a_grid_is_each_place_by_itself():
    w, b = np.meshgrid([4.0, 5.0, 6.0], [-3.0, -2.0])
    loss, gradient = cliff.loss_and_gradient(w, b)
    for place in np.ndindex(w.shape):
        alone = cliff.loss_and_gradient(w[place], b[place])
        check_close(loss[place], alone[0])
        check_close(gradient[place], alone[1])


@property_test
@given(st.floats(0.01, 1), st.sampled_from([0.05, 1.0, np.inf]), st.integers(1, 8))
def test_descent_is_torch_sgd_with_torch_clipping(learning_rate, threshold, steps):
    theta = torch.nn.Parameter(torch.tensor([4.8, -2.4], dtype=torch.float64))
    optimiser = torch.optim.SGD([theta], lr=learning_rate)
    way = [theta.detach().clone()]
    for _ in range(steps):
        theta.grad = torch.tensor(cliff.loss_and_gradient(*theta.detach().numpy())[1])
        torch.nn.utils.clip_grad_norm_([theta], threshold)
        optimiser.step()
        way.append(theta.detach().clone())
    # PyTorch has 10⁻⁶ beside the norm in the denominator.
    actual = cliff.descend([4.8, -2.4], learning_rate, threshold, steps)
    check_close(actual, torch.stack(way), tolerance=1e-4)


def test_many_ways_at_once_are_each_alone():
    rates, thresholds = np.array([[0.05], [0.2]]), np.array([0.1, np.inf])
    together = cliff.descend([5.5, -2.4], rates, thresholds, steps=20)
    for row, column in np.ndindex(2, 2):
        alone = cliff.descend([5.5, -2.4], rates[row, 0], thresholds[column], steps=20)
        check_close(together[:, row, column], alone)


def test_many_starts_at_once_are_each_alone():
    starts = np.array([[[4.5, -3.0], [5.5, -2.4]]])
    together = cliff.descend(starts, 0.2, np.array([[0.1], [np.inf]]), steps=20)
    assert together.shape == (21, 2, 2, 2)
    for row, column in np.ndindex(2, 2):
        alone = cliff.descend(starts[0, column], 0.2, [0.1, np.inf][row], steps=20)
        check_close(together[:, row, column], alone)


def test_clipped_steps_are_no_longer_than_allowed_and_some_are_not_clipped():
    way = cliff.descend([5.5, -2.4], learning_rate=0.2, threshold=1.0, steps=200)
    lengths = np.linalg.norm(np.diff(way, axis=0), axis=1)
    assert lengths.max() <= 0.2 + 1e-12
    assert (np.abs(lengths - 0.2) < 1e-12).sum() < 50


def test_bad_input():
    with pytest.raises(ValueError, match=r"start must have shape \(\.\.\., 2\), got shape \(3,\)"):
        cliff.descend([1, 2, 3], 0.1, 1.0, 5)
    with pytest.raises(ValueError, match="learning_rate and threshold must be greater than 0"):
        cliff.descend([1, 2], 0.1, 0, 5)
    with pytest.raises(ValueError, match="learning_rate and threshold must be greater than 0"):
        cliff.descend([1, 2], 0, 1.0, 5)
    with pytest.raises(TypeError, match="steps must be a whole number"):
        cliff.descend([1, 2], 0.1, 1.0, [5, 5])
    with pytest.raises(TypeError, match="w must hold real numbers"):
        cliff.loss_and_gradient("w", 0)
    with pytest.raises(ValueError, match="steps must be at least 1"):
        cliff.descend([1, 2], 0.1, 1.0, 0)
    with pytest.raises(ValueError, match="steps must ask for an array of at most 4 GiB"):
        cliff.descend([1, 2], 0.1, 1.0, 10**9)
