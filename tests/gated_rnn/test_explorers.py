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
    T, scale, bias = setting["T"], setting["input_scale"], setting["gate_bias"]
    x = np.stack([scale * chapter.SIGNAL[:T], np.full(T, bias)], axis=-1)
    weights = [[0, 1]], [[setting["gain"]]], [[1, 0]]
    states = oracle.value(oracle.gated_rnn, *weights, x, [0])[:, 0]
    last = np.zeros((T, 1))
    last[-1] = 1
    # The second column of x does not reach the candidate, nor the first the gate.
    share = oracle.vjp(oracle.gated_rnn, last, *weights, x, [0])[3][:, 0]

    np.testing.assert_array_equal(frame["steps"][:T], np.arange(1, T + 1))
    assert np.isnan(frame["steps"][T:]).all()
    np.testing.assert_array_equal(frame["input"], scale * chapter.SIGNAL)
    np.testing.assert_allclose(frame["state"][:T], states, rtol=0, atol=5.1e-4)
    before = np.concatenate([[0], states[:-1]])
    gates = 1 / (1 + np.exp(-bias - setting["gain"] * before))
    np.testing.assert_allclose(frame["gate"][:T], gates, rtol=0, atol=5.1e-4)
    shown = np.where(np.abs(share) <= 1, share, np.nan)
    np.testing.assert_allclose(frame["share"][:T], shown, rtol=0, atol=5.1e-4)
    assert ("leaves the picture" in frame["memory_sentence"]) == np.isnan(shown).any()
    assert np.isnan(frame["share"][T:]).all()

    assert f"keeps {100 * gates.mean():.0f} %" in frame["gate_sentence"]
    if np.ptp(gates) > 0.01:
        assert f"between {gates.min():.2f} and {gates.max():.2f}." in frame["gate_sentence"]
    first = np.flatnonzero(np.abs(share) > np.abs(share).max() / 10)[0]
    said = "as far back as the first" if first == 0 else f"to the last {T - first} of {T} "
    assert said in frame["memory_sentence"]


@settings(deadline=None, max_examples=10)
@given(settings_of(*EXPLOSION), st.integers(1, 60))
def test_explosion_frame_is_what_autograd_says(setting, back):
    frame = made(*EXPLOSION).frame(**setting)
    network, x = chapter.random_network(**setting, input_scale=3, gate_bias=2, T=60)
    weights = network.W_c, network.W_h, network.W_x
    state = network.run(x).trajectory[60 - back]

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
@given(settings_of(*FLOW), st.floats(0, 1))
def test_flow_frame_is_what_autograd_says(setting, share):
    frame = chapter.flow_frame(**setting)
    network, x = chapter.random_network(**setting)
    T = setting["T"]
    t = int(share * (T - 1))
    state = network.run(x).trajectory[t]
    weights = network.W_c, network.W_h, network.W_x
    jacobian = oracle.jacobian(lambda *arguments: oracle.gated_rnn(*arguments)[-1], *weights, x[t:], state)[4]
    norm = np.abs(jacobian).sum(axis=1).max()
    on_axis = abs(np.log(norm)) <= chapter.FLOW_AXIS.high
    expected = np.log(norm) if on_axis else np.nan
    np.testing.assert_allclose(frame["log_norms"][t], expected, rtol=0, atol=0.0501)
    both = np.isfinite(frame["log_norms"]) & np.isfinite(frame["log_bound"])
    assert (frame["log_norms"][both] <= frame["log_bound"][both] + 0.1001).all()
    assert len(frame["times"]) == T + 1 == len(frame["log_norms"]) == len(frame["log_bound"])
    assert frame["log_bound"][-1] == frame["log_norms"][-1] == 0
    slope = np.diff(frame["log_bound"])[-1]
    check_close(-slope, np.log(network.step_bound(x)), tolerance=0.0501)


def test_opening_line_uses_its_panel():
    opening = {name: slider.start for name, slider in made(*FLOW).sliders.items()}
    drawn = chapter.flow_frame(**opening)["log_norms"]
    assert np.isfinite(drawn).all()
    assert np.ptp(drawn) > (chapter.FLOW_AXIS.high - chapter.FLOW_AXIS.low) / 3


def test_what_leaves_the_picture_is_said():
    for gain, scale in ((0, 1), (8, 3)):
        frame = chapter.flow_frame(gain, scale, 0, 60)
        for line, words in (("log_norms", "The gradient leaves"), ("log_bound", "The bound leaves")):
            assert (words in frame["bound_sentence"]) == np.isnan(frame[line]).any()


def test_regimes_are_named():
    """Each regime occurs on the grid, is named, and the name is true."""
    seen = set()
    for gain, scale, bias in itertools.product((0, 0.01, 2, 8), (0.3, 1), (0, 4)):
        frame = chapter.flow_frame(gain, scale, bias, 60)
        network, x = chapter.random_network(gain, scale, bias, 60)
        end = network.log_propagator_norms(network.run(x))[0]
        word = "vanishes" if end < -3 else "explodes" if end > 3 else "neither"
        assert f"the gradient {word}" in frame["regime"]
        certain = bool(network.step_bound(x) < 1)
        assert ("not below 1" in frame["bound_sentence"]) != certain
        assert ("sheet" in frame["bound_sentence"]) == (gain == 0)
        seen.add((word, certain))
    assert {("vanishes", True), ("vanishes", False), ("explodes", False)} <= seen
    assert ("explodes", True) not in seen
