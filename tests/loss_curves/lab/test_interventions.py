"""Clipping, label noise and starts, by hand."""

import numpy as np
import pytest
import torch

from helpers.loss_curves.lab import (
    IdentityStart,
    LabelNoise,
    Network,
    NormClipping,
    OrthogonalStart,
    ValueClipping,
)
from helpers.numerics import check_close


def test_clipping_by_hand():
    g = torch.tensor([[3.0, 4.0], [0.3, 0.4]], dtype=torch.float64)
    check_close(NormClipping(1.0)(g), [[0.6, 0.8], [0.3, 0.4]], tolerance=1e-6)
    check_close(ValueClipping(0.35)(-g), [[-0.35, -0.35], [-0.3, -0.35]])


def test_label_noise_leaves_three_in_four_of_those_replaced_wrong():
    labels = np.full(40_000, 2)
    noisy = LabelNoise(0.4)(labels, 4, np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(noisy) / 40_000, [0.1, 0.1, 0.7, 0.1], atol=0.01)


@pytest.mark.parametrize("cell", ["relu", "lstm"])
def test_starts(cell):
    network, rng = Network(cell, 8, 5, 4), np.random.default_rng(0)
    fresh = network.initial(rng)
    for start in (OrthogonalStart(), IdentityStart()):
        theta = fresh.copy()
        weights = network.split(theta)
        start(weights, rng)
        for block in theta[network.gates * 5 * 8 :][: network.gates * 25].reshape(-1, 5, 5):
            check_close(block @ block.T, np.eye(5))
        np.testing.assert_array_equal(weights["weight"], network.split(fresh)["weight"])
    np.testing.assert_array_equal(weights["weight_hh"], np.tile(np.eye(5), (network.gates, 1)))
    assert not weights["bias_ih"].any()
    assert not weights["bias_hh"].any()


def test_an_orthogonal_start_favours_no_sign():
    network, theta = Network("tanh", 1, 1, 1), np.zeros(6)
    drawn = set()
    for seed in range(20):
        OrthogonalStart()(network.split(theta), np.random.default_rng(seed))
        drawn.add(network.split(theta)["weight_hh"].item())
    assert drawn == {-1, 1}
