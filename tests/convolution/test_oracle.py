"""The chapter's network in PyTorch, against small examples by hand."""

import numpy as np
import pytest

from helpers.convolution import oracle


@pytest.mark.parametrize("dimensions", [1, 2, 3])
@pytest.mark.parametrize("batch", [(), (2,), (2, 3)])
def test_conv_by_hand(dimensions, batch):
    # Ones everywhere, so each output counts what its window holds. Along one axis the seven padded samples
    # are 0111110, and the windows read samples 0 and 3 (a sum of 1), then 2 and 5 (a sum of 2).
    x, weight = np.ones((*batch, 2, *(5,) * dimensions)), np.ones((3, 2, *(2,) * dimensions))
    y = oracle.value(lambda x, weight: oracle.conv(x, weight, stride=2, padding=1, dilation=3), x, weight)
    per_channel = np.prod(np.meshgrid(*[[1, 2]] * dimensions, indexing="ij"), axis=0)
    np.testing.assert_array_equal(y, np.broadcast_to(2 * per_channel, (*batch, 3, *(2,) * dimensions)))


def test_conv_left_alone_moves_by_one_and_pads_and_spreads_nothing():
    np.testing.assert_array_equal(oracle.value(oracle.conv, [[1, 4, 9, 16]], [[[-1, 1]]]), [[3, 5, 7]])
