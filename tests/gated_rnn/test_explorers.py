"""The explorers of chapter 1.2.1: what their frames show is what autograd says."""

import itertools

import numpy as np
from every_explorer import made, settings_of
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.gated_rnn import explorers as chapter
from helpers.gated_rnn import oracle
from helpers.numerics import check_close

GATES, EXPLOSION, FLOW = (("notebooks/gated_rnn", number) for number in range(3))


@settings(deadline=None, max_examples=25)
@given(settings_of(*GATES))
def test_gates_frame_is_what_autograd_says(setting):
    frame = made(*GATES).frame(**setting)
    T, scale, bias = chapter.STEPS, setting["input_scale"], setting["gate_bias"]
    x = np.stack([scale * chapter.SIGNAL, np.full(T, bias)], axis=-1)
    weights = [[0, 1]], [[setting["gain"]]], [[1, 0]]
    states = oracle.value(oracle.gated_rnn, *weights, x, [0])[:, 0]
    last = np.zeros((T, 1))
    last[-1] = 1
    # The second column of x does not reach the candidate, nor the first the gate.
    share = oracle.vjp(oracle.gated_rnn, last, *weights, x, [0])[3][:, 0]

    np.testing.assert_array_equal(frame["steps"], np.arange(1, T + 1))
    np.testing.assert_array_equal(frame["input"], scale * chapter.SIGNAL)
    np.testing.assert_allclose(frame["state"], states, rtol=0, atol=5.1e-4)
    before = np.concatenate([[0], states[:-1]])
    gates = 1 / (1 + np.exp(-bias - setting["gain"] * before))
    np.testing.assert_allclose(frame["gate"], gates, rtol=0, atol=5.1e-4)
    check_close(frame["share"], share)

    assert f"keeps {100 * gates.mean():.0f} %" in frame["gate_sentence"]
    if np.ptp(gates) > 0.01:
        assert f"between {gates.min():.2f} and {gates.max():.2f}." in frame["gate_sentence"]
    first = np.flatnonzero(np.abs(share) > np.abs(share).max() / 10)[0] + 1
    words = "Even the first candidate" if first == 1 else f"Before step {first}, "
    assert words in frame["memory_sentence"]
    assert f"the candidate of step {np.abs(share).argmax() + 1}: " in frame["memory_sentence"]


def test_derivatives_by_hand():
    """With W_h = 0 and b = 0 every gate is ½: the last candidate counts ½, the one before ¼, and so on."""
    share = chapter.state_frame(gate_bias=0, gain=0, input_scale=1)["share"]
    check_close(share, 0.5 ** np.arange(chapter.STEPS, 0, -1))


@settings(deadline=None, max_examples=10)
@given(settings_of(*EXPLOSION), st.integers(1, 60))
def test_explosion_frame_is_what_autograd_says(setting, back):
    frame = made(*EXPLOSION).frame(**setting)
    run = chapter.random_run(**setting, input_scale=3, gate_bias=2)
    network, x = run.network, run.x
    weights = network.W_c, network.W_h, network.W_x
    state = run.trajectory[60 - back]

    def last(*arguments):
        return oracle.gated_rnn(*arguments)[-1]

    jacobian = oracle.jacobian(last, *weights, x[60 - back :], state)[4]
    check_close(frame["gradient"][back] / np.abs(jacobian).sum(axis=1).max(), 1, name="the gradient")

    product = np.ones(16)
    for t in range(60 - back, 60):
        state = oracle.value(oracle.gated_rnn, *weights, x[:t], np.zeros(16))[-1] if t else np.zeros(16)
        product *= 1 / (1 + np.exp(-network.W_c @ x[t] - network.W_h @ state))
    check_close(frame["gates"][back] / product.max(), 1, name="the product of the gates")
    assert ("the sheet is right" in frame["outcome"]) == (setting["gain"] == 0)


@settings(deadline=None, max_examples=10)
@given(settings_of(*FLOW), st.integers(0, 59))
def test_flow_frame_is_what_autograd_says(setting, t):
    frame = made(*FLOW).frame(**setting)
    run = chapter.random_run(*(setting[name] for name in ("gain", "input_scale", "gate_bias")))
    weights = run.network.W_c, run.network.W_h, run.network.W_x
    jacobian = oracle.jacobian(
        lambda *arguments: oracle.gated_rnn(*arguments)[-1], *weights, run.x[t:], run.trajectory[t]
    )[4]
    expected = np.log(np.abs(jacobian).sum(axis=1).max())
    np.testing.assert_allclose(frame["log_norms"][t], expected, rtol=0, atol=0.0501)
    entered = run.x[t:] @ weights[0].T + run.previous_states[t:] @ weights[1].T
    product = -np.logaddexp(0, -entered).sum(axis=0)
    np.testing.assert_allclose(frame["log_gates"][t], product.max(), rtol=1e-6, atol=0.0501)
    assert (frame["log_norms"] <= frame["log_bound"] + 0.1001).all()
    assert frame["log_bound"][-1] == frame["log_norms"][-1] == frame["log_gates"][-1] == 0
    np.testing.assert_allclose(
        frame["log_bound"][0], 60 * np.log(run.network.step_bound(run.x)), rtol=0, atol=0.0501
    )


def test_the_sheet_is_far_off_at_the_start_and_right_where_W_h_is_0():
    explorer = made(*FLOW)
    frame = explorer.frame()
    assert round(frame["log_norms"][0], 1) == 15.7
    assert round(frame["log_gates"][0]) == -49
    assert "= e¹⁵·⁷." in frame["regime"]
    assert "is e⁻⁴⁹·¹." in frame["sheet_sentence"]
    without = explorer.frame(gain=0)
    np.testing.assert_array_equal(without["log_norms"], without["log_gates"])
    assert "the sheet is right" in without["sheet_sentence"]
    assert "the sheet is right" not in frame["sheet_sentence"]


def test_a_product_in_which_a_gate_is_exchanged_is_caught():
    """The test above compares entries of one product: the largest of each gate would be another one."""
    run = chapter.random_run(8, 3, 2)
    largest_of_each = np.log(run.gates.max(axis=-1)).sum()
    assert largest_of_each > chapter.log_gates(run)[0] + 1


def test_regimes_are_named():
    """Each regime occurs on the grid, is named, and the name is true."""
    seen = set()
    for gain, scale, bias in itertools.product((0, 0.01, 2, 8), (0.3, 1), (0, 4)):
        frame = chapter.flow_frame(gain, scale, bias)
        run = chapter.random_run(gain, scale, bias)
        end = run.network.log_propagator_norms(run)[0]
        word = "vanishes" if end < -3 else "explodes" if end > 3 else "neither"
        assert f"the gradient {word}" in frame["regime"]
        certain = bool(run.network.step_bound(run.x) < 1)
        assert ("not below 1" in frame["bound_sentence"]) != certain
        seen.add((word, certain))
    assert {("vanishes", True), ("vanishes", False), ("explodes", False)} <= seen
    assert ("explodes", True) not in seen
