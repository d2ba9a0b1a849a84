"""The exercises of chapter 1.2.2: its references agree with the oracle, and the sheet's answers are recognised."""

import numpy as np
import pytest
from answers import reference, wrong_answer

from helpers import exercises
from helpers.attention_rnn import AttentionRNN, oracle
from helpers.numerics import check_close


@pytest.fixture
def random():
    return np.random.default_rng(6)


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


def attention(last_in_softargmax):
    """Return the sheet's formulas of (c), with its K as a number."""

    def states(x, input_triple, past_triples):
        (Q_0, K_0, V_0), k = input_triple, len(past_triples)
        h = {t: np.zeros(len(Q_0)) for t in range(1 - k, 1)}
        for t in range(1, len(x) + 1):
            q = [Q_0 @ x[t - 1], *(past_triples[i - 1][0] @ h[t - i] for i in range(1, k + 1))]
            key = [K_0 @ x[t - 1], *(past_triples[i - 1][1] @ h[t - i] for i in range(1, k + 1))]
            v = [V_0 @ x[t - 1], *(past_triples[i - 1][2] @ h[t - i] for i in range(1, k + 1))]
            w = np.array([q[i] @ key[i] if i <= k else 0.0 for i in range(last_in_softargmax(k) + 1)])
            a = np.exp(w) / np.exp(w).sum()
            h[t] = sum(a[i] * v[i] for i in range(min(k, len(a) - 1) + 1))
        return np.array([h[t] for t in range(1, len(x) + 1)])

    return states


def test_two_names_for_the_windows_last_index():
    assert exercises.check("1.2.2.c", attention(lambda k: k), save=False).right
    for other in (lambda k: k - 1, lambda k: k + 1):
        answer = wrong_answer("1.2.2.c", attention(other))
        assert "as the sheet does" in answer.sentences[0]
        assert "K has to be k" in answer.sentences[1]


def test_an_index_K_that_is_not_there():
    answer = wrong_answer("1.2.2.c", lambda x, input_triple, past_triples: past_triples[K])  # noqa: F821
    assert "name 'K' is not defined" in answer.sentences[0]
    assert "There is no K but the matrix" in answer.sentences[1]


def test_zero_states_in_the_unbounded_network():
    def with_zeros(x, input_triple, shared_triple):
        return attention(lambda k: k)(x, input_triple, [shared_triple] * len(x))

    answer = wrong_answer("1.2.2.d", with_zeros)
    assert answer.mistake == "lets as many zero states take part as there are steps"
    assert "The sheet does not speak of this" in answer.sentences[1]


def six_equations(row, squared):
    """Return the sheet's (e): [5] and [6] in [4], then [2], [3] and [4] in [1]."""

    def jacobian(q, k, v, Q_1, K_1, V_1):
        E = np.array([np.exp(q[i] @ k[i]) for i in range(3)])
        u = row(q, k, Q_1, K_1)
        two = -np.outer(v[0], u) * E[0] * E[1] / E.sum() ** 2
        three = -np.outer(v[2], u) * E[2] * E[1] / E.sum() ** 2
        six = u * E[1] / E.sum() - E[1] * u * E[1] / squared(E)
        return two + three + np.outer(v[1], six) + E[1] / E.sum() * V_1

    return jacobian


ROWS = {
    "right": lambda q, k, Q_1, K_1: k[1] @ Q_1 + q[1] @ K_1,
    "transpose lost": lambda q, k, Q_1, K_1: Q_1 @ k[1] + q[1] @ K_1,
    "columns": lambda q, k, Q_1, K_1: k[1][:, None] @ Q_1 + q[1][:, None].T @ K_1,
}
SQUARES = {"right": lambda E: E.sum() ** 2, "inside": lambda E: (E**2).sum()}


@pytest.mark.parametrize(
    ("row", "square", "mistake"),
    [
        ("transpose lost", "right", "drops a transpose, of k_1"),
        ("right", "inside", "squares inside of the sum"),
        ("transpose lost", "inside", "drops a transpose, of k_1, and squares inside of the sum"),
    ],
)
def test_the_six_equations_as_they_stand(row, square, mistake):
    assert exercises.check("1.2.2.e", six_equations(ROWS["right"], SQUARES["right"]), save=False).right
    answer = wrong_answer("1.2.2.e", six_equations(ROWS[row], SQUARES[square]))
    assert answer.sentences[0] == f"It **{mistake}**, as the sheet does."


def test_k_1_Q_1_has_no_value():
    answer = wrong_answer("1.2.2.e", six_equations(ROWS["columns"], SQUARES["right"]))
    assert "It raised ValueError" in answer.sentences[0]
    assert "k_1 Q_1 has no value: m × 1 times m × m. The row is k_1ᵀ Q_1" in answer.sentences[1]


@pytest.mark.parametrize("jacobians", ["direct", "total"])
@pytest.mark.parametrize("row_first", [True, False])
@pytest.mark.parametrize("direct_term", [True, False])
def test_the_gradient_of_a_state(jacobians, row_first, direct_term):
    def sheet(g, total_gradients, direct_jacobians, total_jacobians):
        J = {"direct": direct_jacobians, "total": total_jacobians}[jacobians]
        terms = (L @ J_i if row_first else J_i @ L for L, J_i in zip(total_gradients, J, strict=True))
        return sum(terms) + direct_term * g

    answer = exercises.check("1.2.2.f", sheet, save=False)
    assert answer.right == (jacobians == "direct" and row_first and direct_term)
    assert ("counts paths twice" in answer.mistake) == (jacobians == "total")
    assert ("Jacobian before the gradient" in answer.mistake) == (not row_first)
    assert ("may look at h[T] itself" in answer.mistake) == (not direct_term)
    assert answer.right or "as the sheet does" in answer.sentences[0]
