"""Untrained networks: by hand, and against PyTorch and the networks that are trained."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.loss_curves import temporal_order
from helpers.loss_curves import untrained as module
from helpers.loss_curves.lab import Training
from helpers.loss_curves.lab.networks import one_hot
from helpers.numerics import check_close


def test_two_classes_by_hand():
    """Logits 0 and ln 3 give the probabilities ¼ and ¾."""
    z = np.array([[0.0], [math.log(3)]])
    check_close(module.log_sum_exp(z) - z, -np.log([[0.25], [0.75]]))


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 6), st.floats(0, 200), st.integers(0, 2**32 - 1))
def test_log_sum_exp_is_pytorchs(classes, scale, seed):
    z = scale * np.random.default_rng(seed).normal(size=(3, classes, 4))
    check_close(module.log_sum_exp(z), torch.logsumexp(torch.from_numpy(z), dim=1))


def test_states_are_those_that_the_network_reads_its_logits_from():
    network, rng = Training().network, np.random.default_rng(0)
    theta = torch.tensor(np.stack([network.initial(rng) for _ in range(2)]))
    x = one_hot(torch.from_numpy(rng.integers(8, size=(2, 5, 30))), theta.dtype)
    weights = network.split(theta)
    logits = weights["weight"] @ network.last_state(theta, x) + weights["bias"].unsqueeze(-1)
    check_close(network.logits(theta, x), logits)


def test_last_states_are_those_of_the_network_that_is_trained():
    """With the same draws: fresh weights, and a batch for each network."""
    network, N, B = Training().network, 3, 5
    weight_rng, data_rng = map(np.random.default_rng, np.random.SeedSequence(0).spawn(2))
    theta = torch.tensor(np.stack([network.initial(weight_rng) for _ in range(N)]))
    symbols = temporal_order.sample("moderate", N * B, data_rng).symbols.reshape(N, B, -1)
    h = network.last_state(theta, one_hot(torch.from_numpy(symbols), theta.dtype))
    check_close(module._last_states(N, B), h)


def test_loss_and_accuracy_are_pytorchs(monkeypatch):
    """With states and draws that are laid open."""
    h = np.random.default_rng(5).normal(size=(3, 2, 4))
    monkeypatch.setattr(module, "_last_states", lambda networks, batch_size: h)
    result = module.untrained(3, networks=3, scale=2.0, batch_size=4)
    random = np.random.default_rng([3, 4])
    parameters = torch.from_numpy(random.uniform(-1, 1, size=(3, 3, 3)) * 2 / math.sqrt(2))
    labels = torch.from_numpy(random.integers(3, size=(3, 1, 4)))[:, 0]
    z = parameters[..., :2] @ torch.from_numpy(h) + parameters[..., 2:]
    losses = torch.nn.functional.cross_entropy(z, labels, reduction="none").mean(dim=1)
    check_close(result.loss, losses)
    check_close(result.accuracy, (z.argmax(dim=1) == labels).double().mean(dim=1))
    check_close(result.variance, (z**2).mean())


def test_left_out_is_the_scale_of_pytorch_and_the_batch_of_the_course():
    np.testing.assert_array_equal(
        module.untrained(3, networks=1).loss,
        module.untrained(3, networks=1, scale=1.0, batch_size=32).loss,
    )


def test_expected_loss_is_the_mean_where_logits_are_small():
    for classes in (2, 4, 9):
        z = 0.1 * np.random.default_rng(classes).normal(size=(200_000, classes, 1))
        mean = (module.log_sum_exp(z) - z.mean(axis=1)).mean()
        assert abs(mean - module.expected_loss(0.01, classes)) < 5e-5
        assert abs(mean - np.log(classes)) > 2e-3


def test_bad_input():
    with pytest.raises(ValueError, match="classes must be at least 2, got 1"):
        module.untrained(1, networks=3)
    with pytest.raises(TypeError, match="networks must be a whole number"):
        module.untrained(4, networks=2.5)
    with pytest.raises(TypeError, match="classes must be a whole number"):
        module.untrained([2, 2], networks=1)
    with pytest.raises(TypeError, match="networks must be a whole number"):
        module.untrained(2, networks=[1, 1])
    for sizes in ((10**10, 1, 1), (2, 10**10, 1), (2, 1, 10**10)):
        with pytest.raises(
            ValueError, match="classes, networks and batch_size must ask for an array of at most"
        ):
            module.untrained(*sizes[:2], batch_size=sizes[2])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        module.untrained(2, networks=1, batch_size=0)
