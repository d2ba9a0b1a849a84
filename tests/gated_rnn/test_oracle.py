"""The chapter's network in PyTorch, against small examples by hand."""

import numpy as np
import pytest

from helpers.gated_rnn import oracle
from helpers.numerics import check_close


@pytest.mark.parametrize("batch", [(), (2,), (2, 3)])
def test_gated_rnn_by_hand(batch):
    """The gate is σ(ln 3 · h): 3/4 at first, where h = 1; then h = 0, and it is 1/2."""
    x, h0 = np.broadcast_to([[-3.0], [5.0]], (*batch, 2, 1)), np.ones((*batch, 1))
    states = oracle.value(oracle.gated_rnn, [[0]], [[np.log(3)]], [[1]], x, h0)
    check_close(states, np.broadcast_to([[0], [5 / 2]], (*batch, 2, 1)))
