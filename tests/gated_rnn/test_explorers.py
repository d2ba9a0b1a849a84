"""The explorers of chapter 1.2.1: what their frames show is what autograd says."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from every_explorer import made, settings_of
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.drawings import Lines
from helpers.gated_rnn import explorers as chapter
from helpers.gated_rnn import oracle
from helpers.numerics import check_close
from helpers.numerics.formatting import format_number

GATES, BACKWARD, EXPLOSION, FLOW = (("notebooks/gated_rnn", number) for number in range(4))


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
    seen = np.abs(share) >= chapter.FAINTEST
    np.testing.assert_allclose(frame["share"], np.where(seen, np.abs(share), np.nan), rtol=1e-9)

    low, mean, high = (f"{100 * value:.0f}" for value in (gates.min(), gates.mean(), gates.max()))
    assert frame["gate_sentence"] == f"A step keeps {mean} % of the state on average ({low} to {high} %)."
    first = np.flatnonzero(np.abs(share) > np.abs(share).max() / 10)[0] + 1
    words = "on the first, more than" if first == 1 else f"before step {first}, less than"
    assert words in frame["memory_sentence"]
    assert f"the candidate of step {np.abs(share).argmax() + 1} " in frame["memory_sentence"]


def test_derivatives_by_hand():
    """With W_h = 0 and b = 0 every gate is ½: the last candidate counts ½, the one before ¼, and so on."""
    share = chapter.state_frame(gate_bias=0, gain=0, input_scale=1)["share"]
    check_close(share[-19:], 0.5 ** np.arange(19, 0, -1))
    assert np.isnan(share[:-19]).all(), "half of the last that is drawn is below a millionth"


def test_the_right_answer_to_the_first_question():
    """A larger bias lets the last state remember further."""
    low, high = (chapter.state_frame(bias, 3, 1)["share"] for bias in (1, 3))
    assert high[10] > 10 * low[10]


# --- One step backward.


@settings(deadline=None)
@given(settings_of(*BACKWARD))
def test_the_paths_of_one_step_sum_to_autograds_jacobian(setting):
    frame = made(*BACKWARD).frame(**setting)
    c, W_h, h, z = (setting[name] for name in ("c", "W_h", "h", "z"))
    weights = [[0, 1]], [[W_h]], [[1, 0]]
    x = [[z, np.log(c / (1 - c)) - W_h * h]]
    jacobian = oracle.jacobian(oracle.gated_rnn, *weights, x, [h])[4].item()
    factors, roles = frame["factors"], frame["factor_roles"]
    np.testing.assert_allclose(factors[-1, -1], jacobian, rtol=0, atol=5.1e-4)
    np.testing.assert_allclose(factors[:3, -1].sum(), jacobian, rtol=0, atol=1.6e-3)
    for row in range(3):
        on_the_path = roles[row, :-1] == 0
        np.testing.assert_allclose(factors[row, :-1][on_the_path].prod(), factors[row, -1], rtol=0, atol=5e-3)
    assert frame["sheet_sentence"].endswith(f"alone: {format_number(c)}.")
    assert frame["jacobian_sentence"].endswith(f"= {format_number(round(jacobian, 6))}.")


def test_the_paths_by_hand():
    """The step of the counterexample: ½ + (1 + 1) · ¼ · 5 = 3, half of it through the state, half through the candidate."""
    frame = made(*BACKWARD).frame()
    expected = [[0.5, 0, 0, 0, 0.5], [1, 0, 0.25, 5, 1.25], [-1, -1, 0.25, 5, 1.25], [0, 0, 0, 0, 3]]
    np.testing.assert_allclose(frame["factors"], expected)
    on_the_path = [[0, 1, 1, 1, 2], [0, 1, 0, 0, 2], [0, 0, 0, 0, 2], [1, 1, 1, 1, 3]]
    np.testing.assert_array_equal(frame["factor_roles"], on_the_path)


@pytest.mark.parametrize(
    "edge", [("gate", "keep"), ("h_before", "keep"), ("W_h", "add"), ("rest", "replace")]
)
def test_a_path_that_is_cut_is_missed(edge, monkeypatch):
    cut = replace(chapter.CELL, edges=tuple(e for e in chapter.CELL.edges if e != edge))
    monkeypatch.setattr(chapter, "CELL", cut)
    assert len([*chapter.paths_back("h", "h_before")]) < 3


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
    # What a step rounds grows as the gradient does, up to e¹⁶ times.
    norm = np.abs(jacobian).sum(axis=1).max()
    check_close(frame["gradient"][back] / norm, 1, tolerance=1e-16 * np.exp(16), name="the gradient")

    product = np.ones(16)
    for t in range(60 - back, 60):
        state = oracle.value(oracle.gated_rnn, *weights, x[:t], np.zeros(16))[-1] if t else np.zeros(16)
        product *= 1 / (1 + np.exp(-network.W_c @ x[t] - network.W_h @ state))
    check_close(frame["gates"][back] / product.max(), 1, name="the product of the gates")
    assert ("the sheet is right" in frame["outcome"]) == (setting["gain"] == 0)


def test_from_a_gain_of_2_on_the_gradient_is_larger_than_1():
    for gain in made(*EXPLOSION).sliders["gain"].values:
        frame = chapter.explosion_frame(gain)
        assert (frame["gradient"][-1] > 1) == (gain >= 2)
        assert frame["gates"][-1] < 1


@settings(deadline=None, max_examples=10)
@given(settings_of(*FLOW), st.integers(1, 60))
def test_flow_frame_is_what_autograd_says(setting, back):
    t = 60 - back
    frame = made(*FLOW).frame(**setting)
    run = chapter.random_run(*(setting[name] for name in ("gain", "input_scale", "gate_bias")))
    weights = run.network.W_c, run.network.W_h, run.network.W_x
    jacobian = oracle.jacobian(
        lambda *arguments: oracle.gated_rnn(*arguments)[-1], *weights, run.x[t:], run.trajectory[t]
    )[4]
    expected = np.log(np.abs(jacobian).sum(axis=1).max())
    np.testing.assert_allclose(frame["log_norms"][back], expected, rtol=0, atol=0.0501)
    entered = run.x[t:] @ weights[0].T + run.previous_states[t:] @ weights[1].T
    product = -np.logaddexp(0, -entered).sum(axis=0)
    np.testing.assert_allclose(frame["log_gates"][back], product.max(), rtol=1e-6, atol=0.0501)
    rho = run.network.step_bound(run.x)
    if rho < 1:
        np.testing.assert_allclose(frame["log_bound"][back], back * np.log(rho), rtol=0, atol=0.0501)
        assert (frame["log_norms"] <= frame["log_bound"] + 0.1001).all()
    else:
        assert np.isnan(frame["log_bound"]).all()
    assert frame["log_norms"][0] == frame["log_gates"][0] == 0
    assert frame["now"] == setting["n"]


def test_nothing_is_beyond_the_axis():
    """Neither the gradient nor the sheet's product, nor the bound where there is one."""
    (panel,) = (panel for panel in made(*FLOW).panels if isinstance(panel, Lines))
    axis, sliders = panel.y_axis, made(*FLOW).sliders
    values = (sliders[name].values for name in ("gain", "input_scale", "gate_bias"))
    for setting in itertools.product(*values):
        frame = chapter.flow_frame(*setting)
        for line in panel.lines:
            drawn = frame[line.values][np.isfinite(frame[line.values])]
            assert ((axis.low <= drawn) & (drawn <= axis.high)).all(), (setting, line)


def test_the_sheet_is_far_off_at_the_start_and_right_where_W_h_is_0():
    explorer = made(*FLOW)
    frame = explorer.frame()
    assert round(frame["log_norms"][-1], 1) == 15.7
    assert round(frame["log_gates"][-1]) == -49
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
        assert frame["regime"].startswith(f"The gradient {word}")
        certain = bool(run.network.step_bound(run.x) < 1)
        assert ("not below 1" in frame["bound_sentence"]) != certain
        seen.add((word, certain))
    assert {("vanishes", True), ("vanishes", False), ("explodes", False)} <= seen
    assert ("explodes", True) not in seen
