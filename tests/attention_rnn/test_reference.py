"""AttentionRNN: by hand, by a naive loop, and against PyTorch's autograd."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.attention_rnn import AttentionRNN, UnboundedAttentionRNN, oracle, reference
from helpers.numerics import check_close

few = settings(max_examples=40, deadline=None)
FORMS = pytest.mark.parametrize("form", ["scan", "running sums", "direct"])
"""Of the unbounded network: for one sequence, for a batch (here of one), and as (3.1) to (3.7) stand."""


def run_as(form, network, x, initial_states=None):
    """The run of one sequence, which is a batch of one if it is to go by the running sums."""
    x = np.asarray(x)
    if initial_states is None:
        initial_states = np.zeros((0, network.input_triple.shape[1]), x.dtype)
    if form == "running sums":
        x, initial_states = x[None], initial_states[None]
    return network.run(x, initial_states, linear_time=form != "direct")


def vjp_as(form, run, direct_gradient):
    direct_gradient = np.asarray(direct_gradient).reshape(run.states.shape)
    return run.network.vjp(run, direct_gradient, linear_time=form != "direct")


def check_gradients(actual, expected, **options):
    """Batch axes aside: a batch of one counts as its sequence."""
    for name, one, other in zip(actual._fields, actual, expected, strict=False):
        check_close(one.reshape(other.shape), other, name=name, **options, may_be_empty=True)


@st.composite
def cases(draw, *, unbounded=None, least_steps=0, batches=((), (1,), (2,), (2, 2))):
    """A network, an input, the states before it and direct gradients, of random numbers around 1.

    Values are not longer than the states they are of, and scores are not far from 1. Else states can grow a
    thousandfold and scores a millionfold, and any two ways to compute them differ by more than the
    tolerance, autograd and the direct form included.
    """
    unbounded = draw(st.booleans()) if unbounded is None else unbounded
    batch, k = draw(st.sampled_from(batches)), draw(st.integers(1, 4))
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
    count = draw(st.integers(0, 3)) if unbounded else k
    return (
        network,
        random.standard_normal((*batch, T, n)),
        random.standard_normal((*batch, count, m)),
        random.standard_normal((*batch, T, m)),
    )


def arguments(network, x, initial_states):
    return network.input_triple, network.past_triples, x, initial_states


def autograd_states(network, x, initial_states):
    states = [
        oracle.value(oracle.attention_rnn, *arguments(network, x[b], initial_states[b]))
        for b in np.ndindex(x.shape[:-2])
    ]
    return np.reshape(states, (*x.shape[:-1], -1))


def autograd_gradients(network, x, initial_states, direct_gradient):
    """Of the two triples, summed over the batch, of the input and of the initial states."""
    batch = x.shape[:-2]
    of_each = [
        oracle.vjp(oracle.attention_rnn, direct_gradient[b], *arguments(network, x[b], initial_states[b]))
        for b in np.ndindex(batch)
    ]
    by_input_triple, by_past_triples, by_x, by_initial = zip(*of_each, strict=True)
    return (
        sum(by_input_triple),
        sum(by_past_triples),
        np.reshape(by_x, x.shape),
        np.reshape(by_initial, initial_states.shape),
    )


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
    check_close(network.total_gradient(run, [[10], [1]], 1), [10 + jacobian])
    gradients = network.vjp(run, [[10], [1]])
    check_close(gradients.states, [[10 + jacobian], [1]])
    check_close(gradients.input_triple[2], [[(10 + jacobian) / 2 + 1 / 3]])
    check_close(gradients.past_triples[:, 2], [[[2 / 2]], [[0]]])


@FORMS
def test_unbounded_by_hand(form):
    """h[1] = v_0 = 4, its score is ln 3 from then on, and exp(w_0) = 2."""
    network = UnboundedAttentionRNN(([[math.log(2)]], [[1]], [[4]]), ([[math.log(3) / 16]], [[1]], [[2]]))
    run = run_as(form, network, [[1], [1]])
    check_close(run.weights.reshape(2, 2), [[1, 0], [2 / 5, 3 / 5]])
    check_close(run.states.reshape(2, 1), [[4], [8 / 5 + 24 / 5]])
    gradients = vjp_as(form, run, [[0], [1]])
    jacobian = 3 / 5 * 2 + 3 / 5 * (8 - 32 / 5) * math.log(3) / 2
    check_close(network.step_jacobian(run, 2, 1).reshape(1, 1), [[jacobian]])
    check_close(gradients.states.reshape(2, 1), [[jacobian], [1]])
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
    x, initial_states = random.standard_normal((T, 2)), random.standard_normal((2, 3))
    window = AttentionRNN(random.standard_normal((3, 3, 2)), random.standard_normal((2, 3, 3, 3)))
    check_close(window.run(x, initial_states).states, naive_states(window, x, initial_states))
    unbounded = UnboundedAttentionRNN(random.standard_normal((3, 3, 2)), random.standard_normal((3, 3, 3)))
    expected = naive_states(unbounded, x, initial_states)
    for form in ("scan", "running sums", "direct"):
        check_close(run_as(form, unbounded, x, initial_states).states.reshape(T, 3), expected)


# --- Any shape, against autograd.


@few
@given(case=cases(least_steps=1))
def test_states_and_gradients_against_autograd(case):
    network, x, initial_states, direct_gradient = case
    run = network.run(x, initial_states)
    check_close(run.states, autograd_states(network, x, initial_states))
    check_gradients(network.vjp(run, direct_gradient), autograd_gradients(*case))


@few
@given(case=cases(unbounded=True, least_steps=1))
def test_direct_form_against_autograd(case):
    network, x, initial_states, direct_gradient = case
    run = network.run(x, initial_states, linear_time=False)
    check_close(run.states, autograd_states(network, x, initial_states))
    check_gradients(network.vjp(run, direct_gradient, linear_time=False), autograd_gradients(*case))


@few
@given(case=cases(least_steps=1))
def test_state_left_out_means_zeros_or_none(case):
    network, x, _, direct_gradient = case
    m = len(network.input_triple[0])
    count = 0 if network.window == math.inf else network.window
    zeros = np.zeros((*x.shape[:-2], count, m))
    run = network.run(x)
    check_close(run.states, autograd_states(network, x, zeros))
    check_gradients(network.vjp(run, direct_gradient), autograd_gradients(network, x, zeros, direct_gradient))


@few
@given(case=cases(unbounded=True, batches=[()]))
def test_all_forms_are_equal(case):
    network, x, initial_states, direct_gradient = case
    direct = run_as("direct", network, x, initial_states)
    expected = vjp_as("direct", direct, direct_gradient)
    for form in ("scan", "running sums"):
        run = run_as(form, network, x, initial_states)
        for one, other in ((run.states, direct.states), (run.weights, direct.weights)):
            check_close(one.reshape(other.shape), other, tolerance=1e-12, name=form, may_be_empty=True)
        check_gradients(vjp_as(form, run, direct_gradient), expected, tolerance=1e-12)


def test_all_forms_are_equal_over_a_long_past():
    random = np.random.default_rng(3)
    network = UnboundedAttentionRNN(
        random.standard_normal((3, 8, 5)) / 2, random.standard_normal((3, 8, 8)) / 3
    )
    x, direct_gradient = random.standard_normal((1000, 5)), random.standard_normal((1000, 8))
    initial_states = random.standard_normal((1, 8))  # so the last block on the way back is of one state
    direct = run_as("direct", network, x, initial_states)
    assert np.ptp(direct.states, axis=0).min() > 0.1
    expected = vjp_as("direct", direct, direct_gradient)
    for form in ("scan", "running sums"):
        run = run_as(form, network, x, initial_states)
        check_close(run.states.reshape(1000, 8), direct.states, tolerance=1e-12)
        check_gradients(vjp_as(form, run, direct_gradient), expected, tolerance=1e-12)


@few
@given(case=cases())
def test_a_batch_is_its_sequences_one_by_one(case):
    network, x, initial_states, direct_gradient = case
    run = network.run(x, initial_states)
    gradients = network.vjp(run, direct_gradient)
    triples = []
    for b in np.ndindex(x.shape[:-2]):
        alone = network.run(x[b], initial_states[b])
        of_one = network.vjp(alone, direct_gradient[b])
        triples.append(of_one[:2])
        check_close(run.states[b], alone.states, may_be_empty=True)
        check_close(run.weights[b], alone.weights, may_be_empty=True)
        for name in ("x", "initial_states", "states"):
            check_close(getattr(gradients, name)[b], getattr(of_one, name), name=name, may_be_empty=True)
        if alone.T:
            check_close(
                network.total_gradient(run, direct_gradient, 1)[b],
                network.total_gradient(alone, direct_gradient[b], 1),
            )
        if len(alone.window_states(alone.T)) and alone.T:
            check_close(network.step_jacobian(run, run.T, 1)[b], network.step_jacobian(alone, alone.T, 1))
    for total, each in zip(gradients, zip(*triples, strict=True), strict=False):
        check_close(total, sum(each))


@pytest.mark.parametrize("batch", [(0,), (2, 0)])
@pytest.mark.parametrize("options", [{}, {"linear_time": False}], ids=["linear or window", "direct"])
@pytest.mark.parametrize("past_shape", [(3, 3, 3), (2, 3, 3, 3)])
def test_an_empty_batch(past_shape, options, batch):
    """Nothing comes of it, and the triples' gradients are sums of nothing."""
    kind, options = (UnboundedAttentionRNN, options) if len(past_shape) == 3 else (AttentionRNN, {})
    network = kind(np.ones((3, 3, 2)), np.ones(past_shape))
    run = network.run(np.ones((*batch, 4, 2)), **options)
    assert run.states.shape == (*batch, 4, 3)
    assert run.weights.shape[:-1] == (*batch, 4)
    gradients = network.vjp(run, np.ones((*batch, 4, 3)), **options)
    assert gradients.x.shape == (*batch, 4, 2)
    assert gradients.initial_states.shape == run.initial_states.shape
    assert network.step_jacobian(run, 2, 1).shape == (*batch, 3, 3)
    assert network.total_gradient(run, np.ones((*batch, 4, 3)), 1).shape == (*batch, 3)
    np.testing.assert_array_equal(gradients.input_triple, np.zeros((3, 3, 2)))
    np.testing.assert_array_equal(gradients.past_triples, np.zeros(past_shape))


def test_linear_time_projects_no_past_and_is_the_default(monkeypatch):
    network, seen = UnboundedAttentionRNN(np.ones((3, 3, 2)), np.ones((3, 3, 3))), []
    project = UnboundedAttentionRNN._project
    monkeypatch.setattr(
        UnboundedAttentionRNN,
        "_project",
        lambda self, past: seen.append(past.shape[-2]) or project(self, past),
    )
    for batch in ((), (1,)):
        x, direct_gradient = np.ones((*batch, 4, 2)), np.ones((*batch, 4, 3))
        for linear_time in ({}, {"linear_time": True}):
            network.vjp(network.run(x, **linear_time), direct_gradient, **linear_time)
        assert seen == []
        network.vjp(network.run(x, linear_time=False), direct_gradient, linear_time=False)
        assert seen == [0, 1, 2, 3, 3, 2, 1, 0]
        seen.clear()


def test_one_sequence_takes_the_scan_and_a_batch_the_sums(monkeypatch):
    network, called = UnboundedAttentionRNN(np.ones((3, 3, 2)), np.ones((3, 3, 3))), []
    for name in ("scan", "scan_vjp", "_running_sums", "_running_sums_vjp"):
        function = getattr(reference, name)
        monkeypatch.setattr(
            reference,
            name,
            lambda *arrays, name=name, function=function: called.append(name) or function(*arrays),
        )
    for batch, names in (((), ["scan", "scan_vjp"]), ((2,), ["_running_sums", "_running_sums_vjp"])):
        network.vjp(network.run(np.ones((*batch, 4, 2))), np.ones((*batch, 4, 3)))
        assert called == names
        called.clear()


@few
@given(case=cases(least_steps=1))
def test_weights_average_the_values(case):
    """And the row of step t ends where its past does."""
    network, x, initial_states, _ = case
    run = network.run(x, initial_states)
    unbounded = network.window == math.inf
    columns = initial_states.shape[-2] + x.shape[-2] if unbounded else network.window + 1
    assert run.weights.shape == (*x.shape[:-1], columns)
    check_close(run.weights.sum(axis=-1), np.ones(x.shape[:-1]))
    for b in np.ndindex(x.shape[:-2]):
        for t in range(1, run.T + 1):
            past = run.window_states(t)[b][::-1]
            values = [network.input_triple[2] @ x[b][t - 1]]
            values += [network._triple(i)[2] @ h for i, h in enumerate(past, start=1)]
            weights = run.weights[b][t - 1]
            check_close(weights[: len(values)] @ np.array(values), run.states[b][t - 1])
            assert not weights[len(values) :].any()


@few
@given(case=cases(least_steps=1, batches=[()]), data=st.data())
def test_step_jacobian_against_autograd(case, data):
    """Direct: the one step alone is differentiated, from states that are given."""
    network, x, initial_states, _ = case
    run = network.run(x, initial_states)
    t = data.draw(st.integers(1, run.T))
    inputs = arguments(network, x[t - 1 : t], run.window_states(t))
    if not len(run.window_states(t)):
        return
    expected = oracle.jacobian(oracle.attention_rnn, *inputs)[3][0]  # axes (m, past state, m)
    for lag in range(1, len(run.window_states(t)) + 1):
        check_close(network.step_jacobian(run, t, lag), expected[:, -lag])


@few
@given(case=cases(least_steps=1, batches=[()]), data=st.data())
def test_total_gradients_against_autograd(case, data):
    """What later steps make of h[t] is what they make of their last initial state, if they start there."""
    network, x, initial_states, direct_gradient = case
    run = network.run(x, initial_states)
    t = data.draw(st.integers(1, run.T))
    expected = direct_gradient[t - 1].copy()
    if t < run.T:
        rest = arguments(network, x[t:], run.window_states(t + 1))
        expected += oracle.vjp(oracle.attention_rnn, direct_gradient[t:], *rest)[3][-1]
    check_close(network.total_gradient(run, direct_gradient, t), expected)
    check_close(network.vjp(run, direct_gradient).states[t - 1], expected)


@few
@given(case=cases(least_steps=1), data=st.data())
def test_a_run_continues_another(case, data):
    network, x, initial_states, _ = case
    whole = network.run(x, initial_states)
    stop = data.draw(st.integers(0, x.shape[-2]))
    first = network.run(x[..., :stop, :], initial_states)
    unbounded = network.window == math.inf
    carried = first.trajectory if unbounded else first.trajectory[..., -network.window :, :]
    second = network.run(x[..., stop:, :], carried)
    check_close(np.concatenate((first.states, second.states), axis=-2), whole.states)


# --- The edges.


@FORMS
@pytest.mark.parametrize("count", [0, 2])
def test_no_steps_unbounded(form, count):
    network = UnboundedAttentionRNN(np.ones((3, 3, 2)), np.ones((3, 3, 3)))
    run = run_as(form, network, np.zeros((0, 2)), np.ones((count, 3)))
    check_empty(network, run, vjp_as(form, run, np.zeros((0, 3))))


def test_no_steps_window():
    network = AttentionRNN(np.ones((3, 3, 2)), np.ones((4, 3, 3, 3)))
    run = network.run(np.zeros((0, 2)))
    assert run.weights.shape == (0, 5)
    check_empty(network, run, network.vjp(run, np.zeros((0, 3))))


def check_empty(network, run, gradients):
    assert run.states.shape[-2:] == gradients.states.shape[-2:] == (0, 3)
    assert gradients.x.shape[-2:] == (0, 2)
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


@FORMS
def test_precisions_may_be_mixed(form):
    random = np.random.default_rng(5)
    triples = random.standard_normal((3, 3, 2)), random.standard_normal((3, 3, 3))
    single = UnboundedAttentionRNN(*(triple.astype(np.float32) for triple in triples))
    double = UnboundedAttentionRNN(
        *(triple.astype(np.float64) for triple in (single.input_triple, single.past_triples))
    )
    x, direct_gradient = random.standard_normal((6, 2)), random.standard_normal((6, 3))
    run, expected = run_as(form, single, x), double.run(x)
    check_close(run.states.reshape(6, 3), expected.states)
    check_gradients(vjp_as(form, run, direct_gradient), double.vjp(expected, direct_gradient))
    run = run_as(form, single, x.astype(np.float32))
    assert run.states.dtype == np.float32
    assert vjp_as(form, run, direct_gradient).states.dtype == np.float64


@pytest.mark.parametrize("past_shape", [(3, 2, 2), (2, 3, 2, 2)])
@pytest.mark.parametrize("form", ["scan", "running sums"])
def test_weights_of_large_scores_add_up_to_1_in_single_precision(form, past_shape):
    """To what a sum of numbers is rounded to, and not by what a score of 10⁴ is, which is 10⁻³."""
    random = np.random.default_rng(9)
    input_triple = random.standard_normal((3, 2, 2)).astype(np.float32)
    past_triples = random.standard_normal(past_shape).astype(np.float32)
    input_triple[:2] *= 300
    past_triples[..., :2, :, :] *= 300
    past_triples[..., 2, :, :] *= 0.3
    network = (UnboundedAttentionRNN if len(past_shape) == 3 else AttentionRNN)(input_triple, past_triples)
    x = random.standard_normal((60, 2)).astype(np.float32)
    run = network.run(x if form == "scan" else x[None])
    assert np.abs(run.log_normalisers).max() > 1e4
    assert run.weights.dtype == np.float32
    sums = run.weights.sum(axis=-1, dtype=float)
    np.testing.assert_allclose(sums, np.ones_like(sums), atol=1e-6)


def test_integers_are_numbers():
    network = UnboundedAttentionRNN([[[1]]] * 3, [[[0]]] * 3)
    check_close(network.run([[1], [2]]).states[0], [1])


@FORMS
def test_nan_passes_to_what_depends_on_it(form):
    network = UnboundedAttentionRNN(np.ones((3, 1, 1)), np.ones((3, 1, 1)))
    run = run_as(form, network, [[1], [math.nan], [1]])
    np.testing.assert_array_equal(np.isnan(run.states).ravel(), [False, True, True])
    assert np.isnan(vjp_as(form, run, [[1], [0], [0]]).past_triples).all()


def growing(past_shape, scores=0.0):
    """Each state is seen a million times as long; with ``scores``, ever more of the attention is on the longest."""
    input_triple, past_triples = np.ones((3, 1, 1)), np.full(past_shape, 1e6)
    input_triple[:2] = 0
    past_triples[..., :2, :, :] = scores
    return (UnboundedAttentionRNN if len(past_shape) == 3 else AttentionRNN)(input_triple, past_triples)


FORMS_AND_WINDOWS = pytest.mark.parametrize(
    ("form", "past_shape"),
    [
        *((form, (3, 1, 1)) for form in ("scan", "running sums", "direct")),
        ("window", (1, 3, 1, 1)),
        ("window", (2, 3, 1, 1)),
    ],
)


@FORMS_AND_WINDOWS
def test_weights_in_the_backward_pass_add_up_to_1_in_single_precision(form, past_shape):
    """All of x and the initial states are 1, so the gradients of the matrices V are the weights."""
    input_triple, past_triples = np.ones((3, 1, 1), np.float32), np.ones(past_shape, np.float32)
    input_triple[0] = 12_345.678
    past_triples[..., 0, :, :] = 12_345.6
    network = (UnboundedAttentionRNN if form != "window" else AttentionRNN)(input_triple, past_triples)
    x, initial_states = (
        np.ones((1, 1), np.float32),
        np.ones((2 if form != "window" else past_shape[0], 1), np.float32),
    )
    if form == "window":
        gradients = network.vjp(network.run(x, initial_states), x)
    else:
        gradients = vjp_as(form, run_as(form, network, x, initial_states), x)
    total = gradients.input_triple[2].sum() + gradients.past_triples[..., 2, :, :].sum()
    assert total.dtype == np.float32
    np.testing.assert_allclose(total, 1, atol=1e-6)


def run_of_ones(form, network, x):
    return network.run(x) if form == "window" else run_as(form, network, x)


def zeros_before(network):
    return np.zeros((0 if network.window == math.inf else network.window, 1))


@FORMS_AND_WINDOWS
@pytest.mark.parametrize("scores", [0.0, 1.0])
def test_states_overflow_where_pytorchs_do(form, past_shape, scores):
    """To infinity or NaN alike, with no warning on the way; up to there all states are right."""
    network, x = growing(past_shape, scores), np.ones((120, 1))
    expected = oracle.value(oracle.attention_rnn, *arguments(network, x, zeros_before(network)))
    assert np.isfinite(expected[0])
    assert not np.isfinite(expected[-1])
    states = run_of_ones(form, network, x).states.reshape(120, 1)
    for t in range(120):
        check_close(states[t], expected[t], name=f"h[{t + 1}]")
    single = type(network)(network.input_triple.astype(np.float32), network.past_triples.astype(np.float32))
    states = run_of_ones(form, single, x.astype(np.float32)).states
    assert states.dtype == np.float32
    assert not np.isfinite(states.ravel()[np.abs(expected.ravel()) > np.finfo(np.float32).max]).any()


@FORMS_AND_WINDOWS
def test_gradients_overflow_where_pytorchs_do(form, past_shape):
    """Zero states do not grow; what is passed back to them does. A step less is in reach where a sum is scaled last."""
    network = growing(past_shape)
    x, ones = np.zeros((120, 1)), np.ones((120, 1))
    run = run_of_ones(form, network, x)
    gradients = network.vjp(run, ones) if form == "window" else vjp_as(form, run, ones)
    expected = oracle.vjp(oracle.attention_rnn, ones, *arguments(network, x, zeros_before(network)))[2]
    by_x, finite = gradients.x.reshape(120, 1), np.isfinite(expected)
    assert not np.isfinite(by_x[~finite]).any()
    (first, *_) = np.flatnonzero(finite)
    for t in range(first + (form == "scan"), 120):
        check_close(by_x[t], expected[t], name=f"∂ℓ/∂x[{t + 1}]")
    assert not np.isfinite(network.total_gradient(run, ones.reshape(run.states.shape), 7)).any()


@FORMS
@pytest.mark.parametrize("value", [math.inf, math.nan])
@pytest.mark.parametrize("place", ["x", "initial_states", "direct_gradient"])
def test_infinity_and_nan_in_the_data_pass(form, value, place):
    network = UnboundedAttentionRNN(np.ones((3, 1, 1)), np.ones((3, 1, 1)))
    data = {name: np.ones((3, 1)) for name in ("x", "initial_states", "direct_gradient")}
    data[place][1] = value
    run = run_as(form, network, data["x"], data["initial_states"])
    gradients = vjp_as(form, run, data["direct_gradient"])
    assert not np.isfinite(gradients.states).all()


@FORMS
@pytest.mark.parametrize(
    "initial_states", [[[1e200], [1], [0.5]], [[1], [1e200], [0.5]], [[1], [0.5], [1e200]]]
)
def test_a_score_of_minus_infinity_weighs_nothing(form, initial_states):
    """−10²⁰⁰ · 10²⁰⁰ is one. Alone it has no weight to give, and the state is NaN."""
    network = UnboundedAttentionRNN([[[1]], [[-1]], [[1]]], [[[1]], [[-1]], [[1]]])
    initial_states, x = np.array(initial_states), np.array([[0.5], [1e200], [-1]])
    run = run_as(form, network, x, initial_states)
    assert np.abs(run.states).max() < 1
    check_close(run.states.reshape(3, 1), autograd_states(network, x, initial_states))
    assert np.isnan(run_as(form, network, [[1e200], [1]]).states).all()


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
        (
            lambda: window_network().run(np.ones((4, 3))),
            ValueError,
            r"x must have shape \(..., T, 2\), got.*4, 3",
        ),
        (lambda: window_network().run(np.ones(2)), ValueError, r"x must have shape \(..., T, 2\)"),
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
            lambda network, run: network.total_gradient(run, A, 1),
            ValueError,
            "direct_gradient must have shape",
        ),
        (
            lambda network, run: network.total_gradient(run, B, 4),
            ValueError,
            "t must be at most 3, the number of steps",
        ),
        (lambda network, run: network.total_gradient(run, B, 0), ValueError, "t must be at least 1, got 0"),
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
    assert np.isnan(network.total_gradient(run, np.ones((2, 1)), t=1)).all()


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
    assert not np.isfinite(network.total_gradient(run, [[0], [np.inf]], t=1)).any()


def test_gradients_take_the_finer_of_two_precisions():
    random = np.random.default_rng(0)
    network = AttentionRNN(random.standard_normal((3, 2, 2)), random.standard_normal((1, 3, 2, 2)))
    gradients = network.vjp(network.run(random.standard_normal((4, 2))), np.ones((4, 2), np.float32))
    assert {each.dtype for each in gradients} == {np.dtype(np.float64)}
