"""Networks in replicas: by hand, and against PyTorch's own layers."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_training import module, module_logits

from helpers.loss_curves.lab import Network
from helpers.loss_curves.lab.networks import Workspace
from helpers.numerics import check_close

cells = st.sampled_from(["relu", "tanh", "lstm"])


def test_one_step_of_an_lstm_by_hand():
    network = Network("lstm", inputs=1, hidden_size=1, classes=1)
    theta = np.zeros(network.parameters)
    weights = network.split(theta)
    weights["weight_ih"][:, 0] = [0, 0, math.atanh(1 / 2), math.log(3)]  # i = f = 1/2, g = 1/2, o = 3/4
    weights["weight"][:] = 8
    weights["bias"][:] = 1
    logits = network.logits(torch.tensor(theta[np.newaxis]), torch.ones(1, 1, 1, 1, dtype=torch.float64))
    check_close(logits, [[[8 * 3 / 4 * math.tanh(1 / 4) + 1]]])


@settings(deadline=None, max_examples=25)
@given(
    cells,
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 2**32 - 1),
)
def test_logits_and_gradient_are_those_of_pytorchs_layers(cell, m, n, classes, T, R, seed):
    rng = np.random.default_rng(seed)
    network = Network(cell, n, m, classes)
    theta = torch.tensor(rng.normal(size=(R, network.parameters)), requires_grad=True)
    x = torch.tensor(rng.normal(size=(T, R, n, 2)))
    direction = torch.tensor(rng.normal(size=(R, classes, 2)))
    logits = network.logits(theta, x)
    (gradient,) = torch.autograd.grad((logits * direction).sum(), theta)
    for r in range(R):
        both = module(cell, n, m, classes, theta[r].detach())
        expected = module_logits(both, x[:, r].permute(2, 0, 1))
        expected_gradient = torch.autograd.grad((expected.T * direction[r]).sum(), list(both.parameters()))
        check_close(logits[r].detach().T, expected.detach())
        check_close(gradient[r], torch.cat([part.ravel() for part in expected_gradient]))


@pytest.mark.parametrize("cell", ["relu", "tanh", "lstm"])
def test_a_pass_that_was_overwritten_has_no_gradient(cell):
    network = Network(cell, 2, 3, 4)
    theta = torch.ones(1, network.parameters, requires_grad=True)
    logits = network.logits(theta, torch.ones(5, 1, 2, 1))
    network.logits(theta, torch.zeros(5, 1, 2, 1))
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        logits.sum().backward()


@pytest.mark.parametrize("cell", ["relu", "tanh", "lstm"])
def test_a_second_derivative_is_refused(cell):
    network = Network(cell, 2, 3, 4)
    theta = torch.ones(1, network.parameters, requires_grad=True)
    logits = network.logits(theta, torch.ones(5, 1, 2, 1))
    (gradient,) = torch.autograd.grad(logits.square().sum(), theta, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


def test_an_array_is_used_again_if_it_is_of_the_same_shape_and_precision():
    workspace, single, double = Workspace(), torch.zeros(1), torch.zeros(1, dtype=torch.float64)
    first = workspace.empty("u", single, 2, 3)
    assert workspace.empty("u", single, 2, 3) is first
    assert workspace.empty("u", single, 2, 4).shape == (2, 4)
    assert workspace.empty("u", double, 2, 4).dtype == torch.float64


@pytest.mark.parametrize("cell", ["relu", "tanh", "lstm"])
def test_fresh_weights_are_spread_as_pytorchs(cell):
    network = Network(cell, 8, 16, 4)
    views = network.split(network.initial(np.random.default_rng(0)))
    both = module(cell, 8, 16, 4, np.concatenate([view.ravel() for view in views.values()]))
    for ours, theirs in zip(views.values(), both.parameters(), strict=True):
        np.testing.assert_array_equal(ours, theirs.detach())
    fresh = torch.nn.ModuleList([type(both[0])(8, 16), torch.nn.Linear(16, 4)])
    for ours, theirs in zip(views.values(), fresh.parameters(), strict=True):
        assert abs(ours).max() <= 1 / 4
        assert theirs.abs().max() <= 1 / 4
    whole = np.concatenate([view.ravel() for view in views.values()])
    assert abs(whole.std() - 1 / 4 / math.sqrt(3)) < 0.02
