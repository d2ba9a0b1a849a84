"""AttentionRNN: by hand, by a naive loop, and against PyTorch's autograd."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.attention_rnn import AttentionRNN, UnboundedAttentionRNN, oracle
from helpers.numerics import check_close

few = settings(max_examples=40, deadline=None)
LINEAR_AND_NOT = pytest.mark.parametrize("linear_time", [True, False])


def check_gradients(actual, expected, **options):
    for name, one, other in zip(actual._fields, actual, expected, strict=False):
        check_close(one, other, name=name, **options, may_be_empty=True)


@st.composite
def cases(draw, *, unbounded=None, least_steps=0):
    """A network, an input, the states before it and direct gradients, of random numbers around 1.

    Values are not longer than the states they are of, and scores are not far from 1. Else states can grow a
    thousandfold and scores a millionfold, and any two ways to compute them differ by more than the
    tolerance, autograd and the direct form included.
    """
    unbounded = draw(st.booleans()) if unbounded is None else unbounded
    k = draw(st.integers(1, 4))
    T = draw(st.integers(least_steps, k + 2) | st.just(20))
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    input_triple = random.standard_normal((3, m, n))
    past_triples = random.standard_normal((3, m, m) if unbounded else (k, 3, m, m))
    input_triple[:2] /= 2
    past_triples[..., :2, :, :] /= 2
    past_triples[..., 2, :, :] /= np.linalg.norm(
        past_triples[..., 2, :, :], ord=2, axis=(-2, -1), keepdims=True
    )
    network = (UnboundedAttentionRNN if unbounded else AttentionRNN)(input_triple, past_triples)
    earlier = draw(st.integers(0, 3)) if unbounded else k
    initial_states = random.standard_normal((earlier, m))
    return network, random.standard_normal((T, n)), initial_states, random.standard_normal((T, m))


def arguments(network, x, initial_states):
    return network.input_triple, network.past_triples, x, initial_states


# --- By hand. Scores are logarithms of whole numbers, so that weights are fractions.


def test_window_of_two_by_hand():
    """exp(w_0) = 2 at both steps; exp(w_1) = 3 at the second; the zero states have exp(0) = 1."""
    network = AttentionRNN(
        ([[math.log(2)]], [[1]], [[4]]),
        [([[math.log(3) / 4]], [[1]], [[1]]), ([[5]], [[7]], [[9]])],
    )
    run = network.run([[1], [1]])
    check_close(run.weights, [[2 / 4, 1 / 4, 1 / 4], [2 / 6, 3 / 6, 1 / 6]])
    check_close(run.states, [[2], [4 / 3 + 1]])
    # a_1 V_1 + a_1 (v_1 − h[2]) (k_1 Q_1 + q_1 K_1) with k_1 = 2 and q_1 = ln 3 / 2
    check_close(network.step_jacobian(run, 2, 1), [[1 / 2 + 1 / 2 * (2 - 7 / 3) * math.log(3)]])
    check_close(network.step_jacobian(run, 2, 2), [[9 / 6]])
    jacobian = 1 / 2 - math.log(3) / 6
    check_close(network.state_gradient(run, [[10], [1]], 1), [10 + jacobian])
    gradients = network.vjp(run, [[10], [1]])
    check_close(gradients.states, [[10 + jacobian], [1]])
    check_close(gradients.input_triple[2], [[(10 + jacobian) / 2 + 1 / 3]])
    check_close(gradients.past_triples[:, 2], [[[2 / 2]], [[0]]])


@LINEAR_AND_NOT
def test_unbounded_by_hand(linear_time):
    """h[1] = v_0 = 4, its score is ln 3 from then on, and exp(w_0) = 2."""
    network = UnboundedAttentionRNN(([[math.log(2)]], [[1]], [[4]]), ([[math.log(3) / 16]], [[1]], [[2]]))
    run = network.run([[1], [1]], linear_time=linear_time)
    check_close(run.weights, [[1, 0], [2 / 5, 3 / 5]])
    check_close(run.states, [[4], [8 / 5 + 24 / 5]])
    gradients = network.vjp(run, [[0], [1]], linear_time=linear_time)
    jacobian = 3 / 5 * 2 + 3 / 5 * (8 - 32 / 5) * math.log(3) / 2
    check_close(network.step_jacobian(run, 2, 1), [[jacobian]])
    check_close(gradients.states, [[jacobian], [1]])
    check_close(gradients.past_triples[2], [[3 / 5 * 4]])


def test_states_before_the_first_are_zero_and_take_part():
    random = np.random.default_rng(1)
    network = AttentionRNN(random.standard_normal((3, 3, 2)), random.standard_normal((4, 3, 3, 3)))
    run = network.run(random.standard_normal((1, 2)))
    check_close(run.initial_states, np.zeros((4, 3)), may_be_empty=True)
    Q, K, V = network.input_triple
    x = run.x[0]
    share = 1 / (1 + 4 * np.exp(-(Q @ x) @ (K @ x)))
    check_close(run.weights, [[share, *[(1 - share) / 4] * 4]])
    check_close(run.states[0], share * (V @ x))


# --- A naive loop over every index.


def naive_states(network, x, initial_states):
    states = [list(state) for state in initial_states]
    for x_t in x:
        exponentials, values = [], []
        for i in range(1 + min(network.window, len(states))):
            Q, K, V = network.input_triple if i == 0 else network._triple(i)
            y = x_t if i == 0 else states[-i]
            score = 0.0
            for Q_row, K_row in zip(Q, K, strict=True):
                score += sum(Q_row[j] * y[j] for j in range(len(y))) * sum(
                    K_row[j] * y[j] for j in range(len(y))
                )
            exponentials.append(math.exp(score))
            values.append([sum(V_row[j] * y[j] for j in range(len(y))) for V_row in V])
        states.append(
            [
                sum(e * value[j] for e, value in zip(exponentials, values, strict=True)) / sum(exponentials)
                for j in range(len(values[0]))
            ]
        )
    return np.array(states[len(initial_states) :])


@pytest.mark.parametrize("T", [1, 2, 7])
def test_against_naive_loop(T):
    random = np.random.default_rng(2)
    for network in (
        AttentionRNN(random.standard_normal((3, 3, 2)), random.standard_normal((2, 3, 3, 3))),
        UnboundedAttentionRNN(random.standard_normal((3, 3, 2)), random.standard_normal((3, 3, 3))),
    ):
        x, initial_states = random.standard_normal((T, 2)), random.standard_normal((2, 3))
        check_close(network.run(x, initial_states).states, naive_states(network, x, initial_states))


# --- Any shape, against autograd.


@few
@given(case=cases(least_steps=1))
def test_states_and_gradients_against_autograd(case):
    network, x, initial_states, direct_gradient = case
    run = network.run(x, initial_states)
    inputs = arguments(network, x, initial_states)
    check_close(run.states, oracle.value(oracle.attention_rnn, *inputs))
    check_gradients(
        network.vjp(run, direct_gradient), oracle.vjp(oracle.attention_rnn, direct_gradient, *inputs)
    )


@few
@given(case=cases(least_steps=1))
def test_state_left_out_means_zeros_or_none(case):
    network, x, _, direct_gradient = case
    m = len(network.input_triple[0])
    zeros = np.zeros((0 if network.window == math.inf else network.window, m))
    run = network.run(x)
    inputs = arguments(network, x, zeros)
    check_close(run.states, oracle.value(oracle.attention_rnn, *inputs))
    check_gradients(
        network.vjp(run, direct_gradient), oracle.vjp(oracle.attention_rnn, direct_gradient, *inputs)
    )


@few
@given(case=cases(unbounded=True))
def test_linear_time_equals_direct_form(case):
    network, x, initial_states, direct_gradient = case
    linear = network.run(x, initial_states)
    direct = network.run(x, initial_states, linear_time=False)
    check_close(linear.states, direct.states, tolerance=1e-12, may_be_empty=True)
    check_close(linear.weights, direct.weights, tolerance=1e-12, may_be_empty=True)
    check_gradients(
        network.vjp(linear, direct_gradient),
        network.vjp(direct, direct_gradient, linear_time=False),
        tolerance=1e-12,
    )


def test_linear_time_equals_direct_form_over_a_long_past():
    random = np.random.default_rng(3)
    network = UnboundedAttentionRNN(
        random.standard_normal((3, 8, 5)) / 2, random.standard_normal((3, 8, 8)) / 3
    )
    x, direct_gradient = random.standard_normal((1000, 5)), random.standard_normal((1000, 8))
    initial_states = random.standard_normal((1, 8))  # so the last block on the way back is of one state
    linear = network.run(x, initial_states)
    direct = network.run(x, initial_states, linear_time=False)
    assert np.ptp(linear.states, axis=0).min() > 0.1
    check_close(linear.states, direct.states, tolerance=1e-12)
    check_gradients(
        network.vjp(linear, direct_gradient),
        network.vjp(direct, direct_gradient, linear_time=False),
        tolerance=1e-12,
    )


def test_linear_time_projects_no_past_and_is_the_default(monkeypatch):
    network, seen = UnboundedAttentionRNN(np.ones((3, 3, 2)), np.ones((3, 3, 3))), []
    project = UnboundedAttentionRNN._project
    monkeypatch.setattr(
        UnboundedAttentionRNN, "_project", lambda self, past: seen.append(len(past)) or project(self, past)
    )
    x, direct_gradient = np.ones((4, 2)), np.ones((4, 3))
    for linear_time in ({}, {"linear_time": True}):
        network.vjp(network.run(x, **linear_time), direct_gradient, **linear_time)
    assert seen == []
    network.vjp(network.run(x, linear_time=False), direct_gradient, linear_time=False)
    assert seen == [0, 1, 2, 3, 3, 2, 1, 0]


@few
@given(case=cases(least_steps=1))
def test_weights_average_the_values(case):
    """And the row of step t ends where its past does."""
    network, x, initial_states, _ = case
    run = network.run(x, initial_states)
    columns = len(initial_states) + len(x) if network.window == math.inf else network.window + 1
    assert run.weights.shape == (len(x), columns)
    check_close(run.weights.sum(axis=1), np.ones(len(x)))
    for t in range(1, run.T + 1):
        past = run.past(t)[::-1]
        values = [network.input_triple[2] @ x[t - 1]]
        values += [network._triple(i)[2] @ h for i, h in enumerate(past, start=1)]
        check_close(run.weights[t - 1, : len(values)] @ np.array(values), run.states[t - 1])
        assert not run.weights[t - 1, len(values) :].any()


@few
@given(case=cases(least_steps=1), data=st.data())
def test_step_jacobian_against_autograd(case, data):
    """Direct: the one step alone is differentiated, from states that are given."""
    network, x, initial_states, _ = case
    run = network.run(x, initial_states)
    t = data.draw(st.integers(1, run.T))
    inputs = arguments(network, x[t - 1 : t], run.past(t))
    if not len(run.past(t)):
        return
    expected = oracle.jacobian(oracle.attention_rnn, *inputs)[3][0]  # axes (m, past state, m)
    for lag in range(1, len(run.past(t)) + 1):
        check_close(network.step_jacobian(run, t, lag), expected[:, -lag])


@few
@given(case=cases(least_steps=1), data=st.data())
def test_total_gradients_against_autograd(case, data):
    """What later steps make of h[t] is what they make of their last initial state, if they start there."""
    network, x, initial_states, direct_gradient = case
    run = network.run(x, initial_states)
    t = data.draw(st.integers(1, run.T))
    expected = direct_gradient[t - 1].copy()
    if t < run.T:
        rest = arguments(network, x[t:], run.past(t + 1))
        expected += oracle.vjp(oracle.attention_rnn, direct_gradient[t:], *rest)[3][-1]
    check_close(network.state_gradient(run, direct_gradient, t), expected)
    check_close(network.vjp(run, direct_gradient).states[t - 1], expected)


@few
@given(case=cases(least_steps=1), data=st.data())
def test_a_run_continues_another(case, data):
    network, x, initial_states, _ = case
    whole = network.run(x, initial_states)
    stop = data.draw(st.integers(0, len(x)))
    first = network.run(x[:stop], initial_states)
    carried = first.trajectory if network.window == math.inf else first.trajectory[-network.window :]
    second = network.run(x[stop:], carried)
    check_close(np.concatenate((first.states, second.states)), whole.states)


# --- The edges.


@LINEAR_AND_NOT
@pytest.mark.parametrize("earlier", [0, 2])
def test_no_steps_unbounded(linear_time, earlier):
    network = UnboundedAttentionRNN(np.ones((3, 3, 2)), np.ones((3, 3, 3)))
    run = network.run(np.zeros((0, 2)), np.ones((earlier, 3)), linear_time=linear_time)
    check_empty(network, run, network.vjp(run, np.zeros((0, 3)), linear_time=linear_time))


def test_no_steps_window():
    network = AttentionRNN(np.ones((3, 3, 2)), np.ones((4, 3, 3, 3)))
    run = network.run(np.zeros((0, 2)))
    assert run.weights.shape == (0, 5)
    check_empty(network, run, network.vjp(run, np.zeros((0, 3))))


def check_empty(network, run, gradients):
    assert run.states.shape == (0, 3)
    assert gradients.x.shape == (0, 2)
    assert gradients.states.shape == (0, 3)
    check_close(gradients.input_triple, np.zeros_like(network.input_triple), may_be_empty=True)
    check_close(gradients.past_triples, np.zeros_like(network.past_triples), may_be_empty=True)
    check_close(gradients.initial_states, np.zeros_like(run.initial_states), may_be_empty=True)


@pytest.mark.parametrize("input_sign", [1, -1])
@pytest.mark.parametrize("past_sign", [1, -1])
@pytest.mark.parametrize("past_shape", [(3, 1, 1), (2, 3, 1, 1)])
def test_scores_of_ten_thousand(input_sign, past_sign, past_shape):
    """Inputs and states are about 1, so that scores are about ±10⁴; no warning is an error here."""
    input_triple, past_triples = np.ones((3, 1, 1)), np.ones(past_shape)
    input_triple[0] = 1e4 * input_sign
    past_triples[..., 0, :, :] = 1e4 * past_sign
    network = (UnboundedAttentionRNN if len(past_shape) == 3 else AttentionRNN)(input_triple, past_triples)
    x = np.array([[1.0], [-1.0], [1.001], [0.999], [1.0]])
    initial_states = np.array([[1.0], [0.9995]])
    inputs = arguments(network, x, initial_states)
    direct_gradient = np.array([[1.0], [2.0], [-1.0], [0.5], [3.0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        run = network.run(x, initial_states)
        gradients = network.vjp(run, direct_gradient)
    assert run.weights.max() > 0.99
    check_close(run.states, oracle.value(oracle.attention_rnn, *inputs))
    # The weights' own rounding is 10⁴ times that of numbers near 1, and gradients are 10⁴ times the weights.
    check_gradients(gradients, oracle.vjp(oracle.attention_rnn, direct_gradient, *inputs), tolerance=1e-9)


def test_precision_follows_the_input():
    random = np.random.default_rng(4)
    input_triple = random.standard_normal((3, 3, 2)).astype(np.float32)
    for network in (
        AttentionRNN(input_triple, random.standard_normal((2, 3, 3, 3)).astype(np.float32)),
        UnboundedAttentionRNN(input_triple, random.standard_normal((3, 3, 3)).astype(np.float32)),
    ):
        run = network.run(random.standard_normal((6, 2)).astype(np.float32))
        gradients = network.vjp(run, np.ones((6, 3), np.float32))
        assert {array.dtype for array in (run.states, run.weights, *gradients)} == {np.dtype(np.float32)}
        again = network.run(run.x.astype(np.float64))
        check_close(run.states, again.states, tolerance=1e-4)
        assert again.states.dtype == np.float64


@LINEAR_AND_NOT
def test_precisions_may_be_mixed(linear_time):
    random = np.random.default_rng(5)
    triples = random.standard_normal((3, 3, 2)), random.standard_normal((3, 3, 3))
    single = UnboundedAttentionRNN(*(triple.astype(np.float32) for triple in triples))
    double = UnboundedAttentionRNN(
        *(triple.astype(np.float64) for triple in (single.input_triple, single.past_triples))
    )
    x, direct_gradient = random.standard_normal((6, 2)), random.standard_normal((6, 3))
    run, expected = single.run(x, linear_time=linear_time), double.run(x)
    check_close(run.states, expected.states)
    check_gradients(
        single.vjp(run, direct_gradient, linear_time=linear_time), double.vjp(expected, direct_gradient)
    )
    run = single.run(x.astype(np.float32), linear_time=linear_time)
    assert run.states.dtype == np.float32
    assert single.vjp(run, direct_gradient, linear_time=linear_time).states.dtype == np.float64


def test_integers_are_numbers():
    network = UnboundedAttentionRNN([[[1]]] * 3, [[[0]]] * 3)
    check_close(network.run([[1], [2]]).states[0], [1])


@LINEAR_AND_NOT
def test_nan_passes_to_what_depends_on_it(linear_time):
    network = UnboundedAttentionRNN(np.ones((3, 1, 1)), np.ones((3, 1, 1)))
    run = network.run([[1], [math.nan], [1]], linear_time=linear_time)
    np.testing.assert_array_equal(np.isnan(run.states), [[False], [True], [True]])
    gradients = network.vjp(run, [[1], [0], [0]], linear_time=linear_time)
    assert np.isnan(gradients.past_triples).all()


def growing(past_shape, scores=0.0):
    """Each state is seen a million times as long; with ``scores``, ever more of the attention is on the longest."""
    input_triple, past_triples = np.ones((3, 1, 1)), np.full(past_shape, 1e6)
    input_triple[:2] = 0
    past_triples[..., :2, :, :] = scores
    return (UnboundedAttentionRNN if len(past_shape) == 3 else AttentionRNN)(input_triple, past_triples)


@pytest.mark.parametrize("options", [{}, {"linear_time": False}], ids=["linear or window", "direct"])
@pytest.mark.parametrize("scores", [0.0, 1.0])
@pytest.mark.parametrize("past_shape", [(3, 1, 1), (1, 3, 1, 1), (2, 3, 1, 1)])
def test_states_that_overflow_are_an_error_and_not_nan(past_shape, scores, options):
    """With no warning on the way, and naming the first state that is not finite."""
    options = options if len(past_shape) == 3 else {}
    network, x = growing(past_shape, scores), np.ones((120, 1))
    with pytest.raises(OverflowError, match=r"h\[\d+\] must stay within float64") as caught:
        network.run(x, **options)
    first = int(str(caught.value).split("[")[1].split("]")[0])
    assert np.isfinite(network.run(x[: first - 1], **options).states).all()
    single = type(network)(network.input_triple.astype(np.float32), network.past_triples.astype(np.float32))
    with pytest.raises(OverflowError, match="within float32"):
        single.run(x.astype(np.float32), **options)


@pytest.mark.parametrize("options", [{}, {"linear_time": False}], ids=["linear or window", "direct"])
@pytest.mark.parametrize("past_shape", [(3, 1, 1), (2, 3, 1, 1)])
def test_gradients_that_overflow_are_an_error_and_not_nan(past_shape, options):
    """Zero states do not grow; what is passed back to them does."""
    options = options if len(past_shape) == 3 else {}
    network = growing(past_shape)
    run = network.run(np.zeros((120, 1)))
    with pytest.raises(OverflowError, match=r"∂ℓ/∂[a-z_]+ must stay within float64"):
        network.vjp(run, np.ones((120, 1)), **options)
    with pytest.raises(OverflowError, match=r"∂ℓ/∂h\[7\] must stay within float64"):
        network.state_gradient(run, np.ones((120, 1)), 7)


@LINEAR_AND_NOT
@pytest.mark.parametrize("value", [math.inf, math.nan])
@pytest.mark.parametrize("place", ["x", "initial_states", "direct_gradient"])
def test_infinity_and_nan_in_the_data_pass(linear_time, value, place):
    network = UnboundedAttentionRNN(np.ones((3, 1, 1)), np.ones((3, 1, 1)))
    data = {name: np.ones((3, 1)) for name in ("x", "initial_states", "direct_gradient")}
    data[place][1] = value
    run = network.run(data["x"], data["initial_states"], linear_time=linear_time)
    gradients = network.vjp(run, data["direct_gradient"], linear_time=linear_time)
    assert not np.isfinite(gradients.states).all()


@LINEAR_AND_NOT
def test_what_overflows_before_the_data_is_infinite_is_an_error(linear_time):
    network, x = growing((3, 1, 1), scores=1.0), np.ones((120, 1))
    x[-1] = math.inf
    with pytest.raises(OverflowError):
        network.run(x, linear_time=linear_time)


# --- Bad input.


def window_network():
    return AttentionRNN(np.ones((3, 3, 2)), np.ones((2, 3, 3, 3)))


def unbounded_network():
    return UnboundedAttentionRNN(np.ones((3, 3, 2)), np.ones((3, 3, 3)))


A, B = np.ones((3, 2)), np.ones((3, 3))  # m = 3, n = 2


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: AttentionRNN((A, A, A), []), ValueError, "past_triples must hold k ≥ 1 triples"),
        (lambda: AttentionRNN((A, A, A), 2), TypeError, "past_triples must be a sequence of triples"),
        (lambda: AttentionRNN((A, A), [(B, B, B)]), ValueError, "input_triple must hold three matrices"),
        (lambda: AttentionRNN((A, A, A), [(B, B, B), 1]), ValueError, r"past_triples\[1\] must hold three"),
        (
            lambda: AttentionRNN((A, B, A), [(B, B, B)]),
            ValueError,
            r"K_0 must have shape \(3, 2\), got.*3, 3",
        ),
        (
            lambda: AttentionRNN((A, A, A), [(B, B, B), (B, B, A)]),
            ValueError,
            r"V_2 must have shape \(3, 3\)",
        ),
        (lambda: AttentionRNN((A, A, A), [(A, A, A)]), ValueError, r"Q_1 must have shape \(3, 3\), got"),
        (lambda: AttentionRNN((A[0], A, A), [(B, B, B)]), ValueError, r"Q_0 must have shape \(m, n\)"),
        (lambda: AttentionRNN((A[:0], A, A), [(B, B, B)]), ValueError, "Q_0 must not be empty"),
        (lambda: AttentionRNN((A * 1j, A, A), [(B, B, B)]), TypeError, "Q_0 must hold real numbers"),
        (lambda: UnboundedAttentionRNN((A, A, A), (B, B)), ValueError, "shared_triple must hold three"),
        (lambda: UnboundedAttentionRNN((A, A, A), (B, A, B)), ValueError, r"K must have shape \(3, 3\)"),
        (lambda: window_network().run(np.ones((4, 3))), ValueError, r"x must have shape \(T, 2\), got.*4, 3"),
        (lambda: window_network().run(np.ones(2)), ValueError, r"x must have shape \(T, 2\)"),
        (
            lambda: window_network().run(A, np.ones((3, 3))),
            ValueError,
            r"initial_states must have shape \(2, 3\), got shape \(3, 3\)",
        ),
        (
            lambda: unbounded_network().run(A, np.ones((3, 2))),
            ValueError,
            r"initial_states must have shape \(states, 3\), got shape \(3, 2\)",
        ),
        (
            lambda: window_network().vjp(window_network().run(A), B),
            ValueError,
            "run must come from this network",
        ),
        (
            lambda: window_network().vjp(A, B),
            TypeError,
            "run must be what AttentionRNN.run returns, got ndarray",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda network, run: network.vjp(run, A), ValueError, r"direct_gradient must have shape \(3, 3\)"),
        (lambda network, run: network.vjp(run, B > 0), TypeError, "direct_gradient must hold real numbers"),
        (
            lambda network, run: network.state_gradient(run, A, 1),
            ValueError,
            "direct_gradient must have shape",
        ),
        (lambda network, run: network.state_gradient(run, B, 4), ValueError, "t must be at most 3"),
        (lambda network, run: network.state_gradient(run, B, 0), ValueError, "t must be at least 1, got 0"),
        (lambda network, run: network.step_jacobian(run, 4, 1), ValueError, "t must be at most 3"),
        (lambda network, run: network.step_jacobian(run, 3, 0), ValueError, "lag must be at least 1, got 0"),
        (
            lambda network, run: network.step_jacobian(run, 3, 3),
            ValueError,
            "lag must be at most 2, the number",
        ),
        (lambda network, run: network.step_jacobian(run, 3, 1.0), TypeError, "lag must be a whole number"),
        (lambda network, run: network.step_jacobian(B, 3, 1), TypeError, "run must be what"),
    ],
)
@pytest.mark.parametrize("network", [window_network(), unbounded_network()])
def test_bad_input_for_a_run(network, call, error, message):
    run = network.run(A)
    with pytest.raises(error, match=message):
        call(network, run)


def test_a_run_stays_as_it_is_and_is_like_no_other():
    network = UnboundedAttentionRNN(([[1]], [[1]], [[1]]), ([[1]], [[1]], [[1]]))
    run, other = network.run([[1]]), network.run([[1]])
    with pytest.raises(FrozenInstanceError):
        run.x = other.x
    assert len({run, other}) == 2


def test_infinity_passes_through_state_gradient():
    triple = ([[1]], [[1]], [[1]])
    network = AttentionRNN(triple, [triple])
    run = network.run([[1], [1]], initial_states=[[np.inf]])
    assert np.isnan(network.state_gradient(run, np.ones((2, 1)), t=1)).all()


@pytest.mark.parametrize("finer", range(4))
def test_states_take_the_finest_precision(finer):
    random = np.random.default_rng(0)
    shapes = (3, 2, 2), (1, 3, 2, 2), (4, 2), (1, 2)
    given = [
        random.standard_normal(shape).astype(np.float64 if at == finer else np.float32)
        for at, shape in enumerate(shapes)
    ]
    assert AttentionRNN(*given[:2]).run(*given[2:]).states.dtype == np.float64


def test_an_infinite_direct_gradient_passes_through_state_gradient():
    triple = ([[1]], [[1]], [[1]])
    network = AttentionRNN(triple, [triple])
    run = network.run([[1], [1]])
    assert not np.isfinite(network.state_gradient(run, [[0], [np.inf]], t=1)).any()


def test_gradients_take_the_finer_of_two_precisions():
    random = np.random.default_rng(0)
    network = AttentionRNN(random.standard_normal((3, 2, 2)), random.standard_normal((1, 3, 2, 2)))
    gradients = network.vjp(network.run(random.standard_normal((4, 2))), np.ones((4, 2), np.float32))
    assert {each.dtype for each in gradients} == {np.dtype(np.float64)}
