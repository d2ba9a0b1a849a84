"""The experiments of chapter 1.3: the cliff, untrained networks, and what a spike is made of."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checks import check_close
from helpers.loss_curves import cliff, initial
from helpers.loss_curves.training import Training, encode

property_test = settings(deadline=None, max_examples=25)


class TestCliff:
    def test_one_place_by_hand(self):
        """With w = 0 the state is b from the first step on, and w moves the last one by σ(b)."""
        loss, gradient = cliff.loss_and_gradient(0, math.log(3))
        check_close(loss, 0.05**2)
        by_state = 2 * 0.05 * 0.75 * 0.25
        check_close(gradient, [by_state * 0.75, by_state])

    @property_test
    @given(st.floats(-8, 8), st.floats(-5, 3))
    def test_gradient_is_what_autograd_says(self, w, b):
        theta = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
        h = torch.tensor(0.5, dtype=torch.float64)
        for _ in range(50):
            h = theta[0] * torch.sigmoid(h) + theta[1]
        expected = (torch.sigmoid(h) - 0.7) ** 2
        (expected_gradient,) = torch.autograd.grad(expected, theta)
        loss, gradient = cliff.loss_and_gradient(w, b)
        check_close(loss, expected.item())
        check_close(gradient, expected_gradient, tolerance=1e-8)  # at the wall the state multiplies rounding

    def test_a_grid_is_each_place_by_itself(self):
        w, b = np.meshgrid([4.0, 5.0, 6.0], [-3.0, -2.0])
        loss, gradient = cliff.loss_and_gradient(w, b)
        for place in np.ndindex(w.shape):
            alone = cliff.loss_and_gradient(w[place], b[place])
            check_close(loss[place], alone[0])
            check_close(gradient[place], alone[1])

    @property_test
    @given(st.floats(0.01, 1), st.sampled_from([0.05, 1.0, np.inf]), st.integers(1, 8))
    def test_descent_is_torch_sgd_with_torch_clipping(self, learning_rate, threshold, steps):
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

    def test_many_ways_at_once_are_each_alone(self):
        rates, thresholds = np.array([[0.05], [0.2]]), np.array([0.1, np.inf])
        together = cliff.descend([5.5, -2.4], rates, thresholds, steps=20)
        for row, column in np.ndindex(2, 2):
            alone = cliff.descend([5.5, -2.4], rates[row, 0], thresholds[column], steps=20)
            check_close(together[:, row, column], alone)

    def test_clipped_steps_are_no_longer_than_allowed_and_some_are_not_clipped(self):
        way = cliff.descend([5.5, -2.4], learning_rate=0.2, threshold=1.0, steps=200)
        lengths = np.linalg.norm(np.diff(way, axis=0), axis=1)
        assert lengths.max() <= 0.2 + 1e-12
        assert (np.abs(lengths - 0.2) < 1e-12).sum() < 50

    def test_bad_input(self):
        with pytest.raises(ValueError, match=r"start must have shape \(2,\), got shape \(3,\)"):
            cliff.descend([1, 2, 3], 0.1, 1.0, 5)
        with pytest.raises(ValueError, match="learning_rate and threshold must be greater than 0"):
            cliff.descend([1, 2], 0.1, 0, 5)
        with pytest.raises(TypeError, match="w must hold real numbers"):
            cliff.loss_and_gradient("w", 0)
        with pytest.raises(ValueError, match="steps must be at least 1"):
            cliff.descend([1, 2], 0.1, 1.0, 0)


class TestUntrained:
    def test_two_classes_by_hand(self):
        """Logits 0 and ln 3 give the probabilities ¼ and ¾."""
        z = np.array([[0.0], [math.log(3)]])
        check_close(initial.log_sum_exp(z) - z, -np.log([[0.25], [0.75]]))

    @property_test
    @given(st.integers(2, 6), st.floats(0, 200), st.integers(0, 2**32 - 1))
    def test_log_sum_exp_is_pytorchs(self, classes, scale, seed):
        z = scale * np.random.default_rng(seed).normal(size=(3, classes, 4))
        check_close(initial.log_sum_exp(z), torch.logsumexp(torch.from_numpy(z), dim=1))

    def test_states_are_those_that_the_network_reads_its_logits_from(self):
        network, rng = Training().network, np.random.default_rng(0)
        theta = torch.tensor(np.stack([network.initial(rng) for _ in range(2)]))
        x = encode(torch.from_numpy(rng.integers(8, size=(2, 5, 30))), theta.dtype)
        weights = network.split(theta)
        logits = weights["weight"] @ network.last_state(theta, x) + weights["bias"].unsqueeze(-1)
        check_close(network.logits(theta, x), logits)

    def test_loss_and_accuracy_are_pytorchs(self, monkeypatch):
        """With states and draws that are laid open."""
        h = np.random.default_rng(5).normal(size=(3, 2, 4))
        monkeypatch.setattr(initial, "_last_states", lambda networks, batch_size: h)
        result = initial.untrained(3, networks=3, scale=2.0, batch_size=4)
        random = np.random.default_rng([3, 4])
        parameters = torch.from_numpy(random.uniform(-1, 1, size=(3, 3, 3)) * 2 / math.sqrt(2))
        labels = torch.from_numpy(random.integers(3, size=(3, 1, 4)))[:, 0]
        z = parameters[..., :2] @ torch.from_numpy(h) + parameters[..., 2:]
        losses = torch.nn.functional.cross_entropy(z, labels, reduction="none").mean(dim=1)
        check_close(result.loss, losses)
        check_close(result.accuracy, (z.argmax(dim=1) == labels).double().mean(dim=1))
        check_close(result.variance, (z**2).mean())

    def test_expected_loss_is_the_mean_where_logits_are_small(self):
        for classes in (2, 4, 9):
            z = 0.1 * np.random.default_rng(classes).normal(size=(200_000, classes, 1))
            mean = (initial.log_sum_exp(z) - z.mean(axis=1)).mean()
            assert abs(mean - initial.expected_loss(0.01, classes)) < 5e-5
            assert abs(mean - np.log(classes)) > 2e-3

    def test_bad_input(self):
        with pytest.raises(ValueError, match="classes must be at least 2, got 1"):
            initial.untrained(1, networks=3)
        with pytest.raises(TypeError, match="networks must be a whole number"):
            initial.untrained(4, networks=2.5)
