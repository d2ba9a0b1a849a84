"""Right calls of the public functions of helpers.gated_rnn, for tests/repository/test_bad_input.py."""

import numpy as np
from fuzzing import Call, batches, call_of, normal, sizes
from hypothesis import strategies as st

from helpers import gated_rnn

EXEMPT = {
    r"gated_rnn\.(Run|Gradients)(\.\w+)?": "what a network returns",
    r"gated_rnn\.exponents\.\w+": "an experiment over a grid of its own: tests/gated_rnn/test_exponents.py",
}


@call_of(
    "gated_rnn.GatedRNN",
    *(f"gated_rnn.GatedRNN.{name}" for name in vars(gated_rnn.GatedRNN) if name[0] != "_"),
)
def gated_networks(draw, name):
    m, n, T, batch = draw(sizes), draw(sizes), draw(sizes), draw(batches)
    weights = {"W_c": normal(draw, m, n), "W_h": normal(draw, m, m), "W_x": normal(draw, m, n)}
    network = gated_rnn.GatedRNN(**weights)
    x, h0 = normal(draw, *batch, T, n), normal(draw, *batch, m)
    run = network.run(x, h0)
    s = draw(st.integers(0, T))

    def of_batch(*axes):
        return lambda y, **_: np.shape(y) == (*batch, *axes)

    arguments, fits = {
        "GatedRNN": (weights, lambda y, W_c, W_h, W_x: y.W_c.shape == np.shape(W_c) == np.shape(W_x)),
        "run": ({"x": x, "initial_state": h0}, lambda y, x, **_: y.states.shape == (*np.shape(x)[:-1], m)),
        "step_bound": ({"x": x, "initial_state": h0}, lambda y, x, **_: np.shape(y) == np.shape(x)[:-2]),
        "vjp": (
            {"run": run, "direct_gradient": normal(draw, *batch, T, m)},
            lambda y, **_: (
                [each.shape for each in y[:5]] == [np.shape(v) for v in (*weights.values(), x, h0)]
                and y.states.shape == (*batch, T, m)
            ),
        ),
        "step_jacobian": ({"run": run, "t": draw(st.integers(1, T))}, of_batch(m, m)),
        "propagator": ({"run": run, "s": s, "t": draw(st.integers(s, T))}, of_batch(m, m)),
        "log_propagator_norms": ({"run": run}, of_batch(T + 1)),
        "lyapunov_exponents": (
            {"run": run, "count": m},
            lambda y, run, count: np.shape(y) == (*batch, count or m),
        ),
    }[name]
    function = gated_rnn.GatedRNN if name == "GatedRNN" else getattr(network, name)
    return Call(function, arguments, fits)


@call_of("gated_rnn.lyapunov_exponents")
def jacobians(draw, _):
    T, batch, m = draw(sizes), draw(batches), draw(sizes)
    return Call(
        gated_rnn.lyapunov_exponents,
        {"jacobians": normal(draw, T, *batch, m, m), "count": m},
        lambda y, jacobians, count: y.shape[-1] == (count or m) and y.shape[:-1] == np.shape(jacobians)[1:-2],
    )


@call_of("gated_rnn.exploding_instance")
def explosions(draw, _):
    return Call(gated_rnn.exploding_instance, {"T": draw(sizes)}, lambda y, T: y[1].shape == (T, 2))
