"""What an exercise compares with is right itself: against the oracle, or against the reference implementations."""

import numpy as np
import pytest

from helpers.attention_rnn import AttentionRNN
from helpers.book import EXERCISES
from helpers.gated_rnn import GatedRNN
from helpers.numerics import check_close, oracle


def reference(id):
    return EXERCISES[id].reference


@pytest.fixture
def random():
    return np.random.default_rng(6)


def torch_layer(x, W):
    return oracle.conv(x, W, stride=2)


def test_the_layer_of_chapter_1(random):
    x, W, g = random.normal(size=(5, 7)), random.normal(size=(1, 5, 3)), random.normal(size=(1, 3))
    by_x, by_W = oracle.jacobian(torch_layer, x, W)
    check_close(reference("1.1.c.i")(x, W), oracle.value(torch_layer, x, W)[0])
    check_close(reference("1.1.c.ii")(x), by_W[0])
    check_close(reference("1.1.c.iii")(W), by_x[0])
    check_close(reference("1.1.c.iv")(g, x), oracle.vjp(torch_layer, g, x, W)[1])


def test_output_size():
    for case in EXERCISES["1.1.b"].ordered_cases():
        H, K, S, P, D = case
        padded = H + 2 * P
        starts = [start for start in range(0, padded, S) if start + D * (K - 1) < padded]
        assert reference("1.1.b")(*case) == len(starts)


def torch_conv(stride, dilation):
    return lambda x, W: oracle.conv(x, W, stride=stride, dilation=dilation)


def test_backward_setting(random):
    for stride, dilation in EXERCISES["1.1.c.iv.likeness"].ordered_cases():
        forward = torch_conv(stride, dilation)
        x, W = random.normal(size=(1, 17)), random.normal(size=(1, 1, 3))
        g = random.normal(size=oracle.value(forward, x, W).shape)
        _, by_weight = oracle.vjp(forward, g, x, W)
        backward = oracle.value(torch_conv(*reference("1.1.c.iv.likeness")(stride, dilation)), x, g[None])
        check_close(backward[..., :3], by_weight[0])


def test_the_gated_network_of_chapter_2(random):
    m, n, T = 3, 2, 5
    weights = tuple(random.normal(size=shape) for shape in ((m, n), (m, m), (m, n)))
    x, h0, g = random.normal(size=(T, n)), random.normal(size=m), random.normal(size=(T, m))
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    check_close(
        reference("1.2.1.a")(*weights, x[0], h0), oracle.value(oracle.gated_rnn, *weights, x[:1], h0)[0]
    )
    check_close(
        reference("1.2.1.c")(g, run.gates, run.gate_slopes, x, weights[1]),
        oracle.vjp(oracle.gated_rnn, g, *weights, x, h0)[2],
    )
    jacobians = [
        oracle.jacobian(
            lambda *arguments: oracle.gated_rnn(*arguments)[0], *weights, x[t : t + 1], run.trajectory[t]
        )[-1]
        for t in range(T)
    ]
    by_weight = oracle.jacobian(oracle.gated_rnn, *weights, x, h0)[2]
    for t in range(T):
        check_close(
            reference("1.2.1.d.reason")(run.gates[t], run.trajectory[t], run.candidates[t], weights[1]),
            jacobians[t],
        )
        before = by_weight[t - 1] if t else np.zeros((m, m, n))
        check_close(reference("1.2.1.c.step")(run.gates[t], x[t], jacobians[t], before), by_weight[t])
    check_close(reference("1.2.1.c.likeness")(g, np.array(jacobians)), network.vjp(run, g).states)


def test_the_bound_of_one_row():
    for gamma, G in EXERCISES["1.2.1.d.vanishing"].ordered_cases():
        c = np.linspace(0, gamma, 100_001)
        check_close(reference("1.2.1.d.vanishing")(gamma, G), (c * (1 + (1 - c) * G)).max(), tolerance=1e-8)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_network_of_chapter_3(random, k):
    m, n, T = 3, 2, 6
    past, earlier = random.normal(size=(k, 3, m, m)) / 2, np.zeros((k, m))
    first, x = random.normal(size=(3, m, n)), random.normal(size=(T, n))
    check_close(
        reference("1.2.2.c")(x, first, past), oracle.value(oracle.attention_rnn, first, past, x, earlier)
    )
    assert AttentionRNN(first, past).run(x).weights.shape[1] == reference("1.2.2.b")(k, 1)
    square, sequence = random.normal(size=(3, m, m)) / 2, random.normal(size=(T, m))
    check_close(
        reference("1.2.2.d")(sequence, square, past[0]),
        oracle.value(oracle.attention_rnn, square, past[0], sequence, np.zeros((0, m))),
    )


def test_one_step_its_jacobian_and_the_gradient_of_a_state(random):
    m, n, T, k = 3, 2, 4, 2
    first, past = random.normal(size=(3, m, n)), random.normal(size=(k, 3, m, m)) / 2
    x, states = random.normal(size=(1, n)), random.normal(size=(2, m))  # h[t−2], h[t−1]
    check_close(
        reference("1.2.2.a")(x[0], states[1], states[0], first, past),
        oracle.value(oracle.attention_rnn, first, past, x, states)[0],
    )
    y = [x[0], states[1], states[0]]
    q, k_, v = (
        np.array([triple[letter] @ y_i for triple, y_i in zip([first, *past], y, strict=True)])
        for letter in range(3)
    )
    by_past = oracle.jacobian(oracle.attention_rnn, first, past, x, states)[3]
    check_close(reference("1.2.2.e")(q, k_, v, *past[0]), by_past[0][:, -1])

    network, x = AttentionRNN(first, past), random.normal(size=(8, n))
    run, g = network.run(x), random.normal(size=(8, m))
    total = network.vjp(run, g).states
    direct = np.array([network.step_jacobian(run, T + i, i) for i in range(1, k + 1)])
    rest = (first, past, x[T:], run.window_states(T + 1))
    by_autograd = g[T - 1] + oracle.vjp(oracle.attention_rnn, g[T:], *rest)[3][-1]
    of_no_use = np.full_like(direct, np.nan)
    check_close(reference("1.2.2.f")(g[T - 1], total[T : T + k], direct, of_no_use), by_autograd)
