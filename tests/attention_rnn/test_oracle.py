"""The chapter's network in PyTorch, against small examples by hand."""

import numpy as np

from helpers.attention_rnn import oracle
from helpers.numerics import check_close


def test_attention_rnn_by_hand():
    """An input x has the score 0 and the value x; a state h the score h² ln 2 and the value 2 h, or 3 h."""
    of_input = [[[0]], [[0]], [[1]]]
    of_state, of_earlier = ([[[np.log(2)]], [[1]], [[V]]] for V in (2, 3))
    states = oracle.value(oracle.attention_rnn, of_input, of_state, [[2], [3]], [[1]])
    check_close(states, [[(2 + 2 * 2) / 3], [(3 + 2 * 2 + 16 * 4) / 19]])
    states = oracle.value(oracle.attention_rnn, of_input, of_state, [[3]], [[1]] * 4)
    check_close(states, [[(3 + 4 * 2 * 2) / 9]])
    states = oracle.value(oracle.attention_rnn, of_input, [of_state, of_earlier], [[2], [3]], [[0], [1]])
    check_close(states, [[(2 + 2 * 2 + 0) / 4], [(3 + 2**2.25 * 3 + 2 * 3) / (3 + 2**2.25)]])
