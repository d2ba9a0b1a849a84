"""The exercises of chapter 1.2.1: its references agree with the oracle, and the sheet's answers are recognised."""

import numpy as np
import pytest
from answers import reference, wrong_answer

from helpers.book import EXERCISES
from helpers.gated_rnn import GatedRNN, oracle
from helpers.numerics import check_close


@pytest.fixture
def random():
    return np.random.default_rng(6)


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


@pytest.mark.parametrize("t", [0, -1], ids=["first step", "last step"])
def test_one_step_of_the_gradient_of_W_x(t):
    answer = wrong_answer("1.2.1.c", lambda g, c, s, x, W_h: np.outer(g[t] * (1 - c[t]), x[t]))
    assert answer.mistake.startswith("keeps one step")
    assert "as the sheet does" in answer.sentences[0]
    assert "through what is kept and through the gate" in answer.sentences[1]


def test_the_sheets_term_summed_over_all_steps():
    answer = wrong_answer("1.2.1.c", lambda g, c, s, x, W_h: np.einsum("tm,tm,tn->mn", g, 1 - c, x))
    assert answer.mistake == "forgets both paths back, through what is kept and through the gate"


def test_the_sheets_product_as_it_stands_does_not_fit():
    answer = wrong_answer("1.2.1.c", lambda g, c, s, x, W_h: g[-1] @ (1 - c[-1]) @ x[-1])
    assert "It raised ValueError" in answer.sentences[0]
    assert "a column times a row" in answer.sentences[1]


def test_forgets_the_path_through_the_gate():
    def gate_cut(g, c, s, x, W_h):
        total = g.copy()
        for t in range(len(g) - 1, 0, -1):
            total[t - 1] += total[t] * c[t]
        return (total * (1 - c)).T @ x

    assert wrong_answer("1.2.1.c", gate_cut).mistake == "forgets the path through the gate"


def test_drops_a_transpose():
    def transposed(g, c, s, x, W_h):
        total = g.copy()
        for t in range(len(g) - 1, 0, -1):
            total[t - 1] += total[t] * c[t] + W_h @ (total[t] * s[t])
        return (total * (1 - c)).T @ x

    assert wrong_answer("1.2.1.c", transposed).mistake == "drops a transpose, of W_h"


def test_the_sheets_derivative_of_one_step():
    def local(c, x, jacobian, before):
        derivative = np.zeros_like(before)
        for i in range(len(c)):
            derivative[i, i] = (1 - c[i]) * x
        return derivative

    assert "forgets that W_x has acted on h[t−1] already" in wrong_answer("1.2.1.c.step", local).sentences[0]
    answer = wrong_answer("1.2.1.c.step", lambda c, x, jacobian, before: (1 - c)[:, None] * x)
    assert answer.mistake.startswith("makes one m × n matrix of it")


@pytest.mark.parametrize("written", [1, "1", "0.5^60", 0.5**60, "(1/2)^60", "½^60"])
def test_cannot_explode(written):
    answer = wrong_answer("1.2.1.d", written)
    assert "as the sheet does" in answer.sentences[0]
    assert "W_h" in answer.sentences[1]


def test_is_multiplied_by_no_matrix():
    answer = wrong_answer("1.2.1.d.reason", lambda c, h, z, W_h: np.diag(c))
    assert answer.sentences[0] == "It **forgets the path through the gate**, as the sheet does."
    assert "W_h, inside of the gate" in answer.sentences[1]


def test_vanishes_because_of_the_gate_alone():
    assert (
        wrong_answer("1.2.1.d.vanishing", lambda gamma, G: gamma).mistake
        == "takes the gate alone for the bound"
    )
