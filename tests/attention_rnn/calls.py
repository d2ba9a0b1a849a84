"""Right calls of the public functions of helpers.attention_rnn, for tests/repository/test_bad_input.py."""

import numpy as np
from fuzzing import Call, batches, call_of, normal, sizes
from hypothesis import strategies as st

from helpers import attention_rnn

EXEMPT = {
    r"attention_rnn\.(Run|Gradients)(\.\w+)?": "what a network returns",
    r"attention_rnn\.linear_time\.\w+": "takes arrays that the network has checked",
}


@call_of(
    "attention_rnn.AttentionRNN",
    *(f"attention_rnn.AttentionRNN.{name}" for name in vars(attention_rnn.AttentionRNN) if name[0] != "_"),
)
@call_of(
    "attention_rnn.UnboundedAttentionRNN",
    *(
        f"attention_rnn.UnboundedAttentionRNN.{name}"
        for name in vars(attention_rnn.UnboundedAttentionRNN)
        if name[0] != "_"
    ),
)
def attention_networks(draw, name):
    m, n, T, k, batch = draw(sizes), draw(sizes), draw(sizes), draw(sizes), draw(batches)
    unbounded = name == "UnboundedAttentionRNN" or draw(st.booleans())
    triple = normal(draw, 3, m, n)
    if unbounded and name != "AttentionRNN":
        kind, weights = attention_rnn.UnboundedAttentionRNN, {"shared_triple": normal(draw, 3, m, m)}
    else:
        kind, weights = attention_rnn.AttentionRNN, {"past_triples": normal(draw, k, 3, m, m)}
    weights["input_triple"] = triple
    network = kind(**weights)
    x, initial_states = normal(draw, *batch, T, n), normal(draw, *batch, k, m)
    run = network.run(x, initial_states)
    t = draw(st.integers(1, T))
    arguments, fits = {
        kind.__name__: (weights, lambda y, **_: y.input_triple.ndim == 3),
        "run": (
            {"x": x, "initial_states": initial_states},
            lambda y, x, **_: y.states.shape[:-1] == y.weights.shape[:-1] == np.shape(x)[:-1],
        ),
        "vjp": (
            {"run": run, "direct_gradient": normal(draw, *batch, T, m)},
            lambda y, **_: (
                [each.shape for each in y]
                == [triple.shape, network.past_triples.shape, x.shape, initial_states.shape, (*batch, T, m)]
            ),
        ),
        "step_jacobian": ({"run": run, "t": t, "lag": 1}, lambda y, **_: y.shape == (*batch, m, m)),
        "total_gradient": (
            {"run": run, "direct_gradient": normal(draw, *batch, T, m), "t": t},
            lambda y, **_: y.shape == (*batch, m),
        ),
    }[name]
    function = kind if name == kind.__name__ else getattr(network, name)
    return Call(function, arguments, fits, parts=("Q", "K", "V"))
