"""The exercises of chapter 1.2.1: its references agree with the oracle, and the sheet's answers are recognised."""

import numpy as np
import pytest
from answers import reference, wrong_answer

from helpers.book import BOXES, EXERCISES
from helpers.gated_rnn import GatedRNN, exploding_instance, oracle
from helpers.gated_rnn.diagrams import CELL
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


@pytest.mark.parametrize("T", [1, 2, 5])
def test_the_other_gradients(random, T):
    m, n = 3, 2
    weights = W_c, W_h, W_x = tuple(random.normal(size=shape) for shape in ((m, n), (m, m), (m, n)))
    x, h0, g = random.normal(size=(T, n)), random.normal(size=m), random.normal(size=(T, m))
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    total = network.vjp(run, g).states
    by_W_c, by_W_h, _, by_x, _ = oracle.vjp(oracle.gated_rnn, g, *weights, x, h0)
    check_close(reference("1.2.1.c.gate")(total, run.gates, run.previous_states, run.candidates, x), by_W_c)
    check_close(reference("1.2.1.c.state")(total, run.gate_slopes, run.states, h0), by_W_h)
    check_close(reference("1.2.1.c.input")(total, run.gates, run.gate_slopes, W_c, W_x), by_x)
    last = np.zeros((T, m))
    last[-1] = g[-1]
    half_open = oracle.vjp(oracle.gated_rnn, last, 0 * W_c, 0 * W_h, W_x, x, h0)[2]
    check_close(reference("1.2.1.c.half")(g[-1], x), half_open)
    check_close(
        reference("1.2.1.d.order")(np.array([network.step_jacobian(run, t) for t in range(1, T + 1)])),
        oracle.jacobian(lambda *arguments: oracle.gated_rnn(*arguments)[-1], *weights, x, h0)[-1],
    )
    one_step_back = BOXES["1.2.1.c.likeness"].exercise.reference
    for t in range(1, T):
        check_close(one_step_back(g[t - 1], total[t], run.gates[t], run.gate_slopes[t], W_h), total[t - 1])


def test_a_small_move_of_the_first_state(random):
    """Against central differences in float64, which are good to some eight digits."""
    weights = tuple(random.normal(size=shape) for shape in ((3, 2), (3, 3), (3, 2)))
    x, h0, g, v = (random.normal(size=shape) for shape in ((4, 2), 3, (4, 3), 3))
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    change = reference("1.2.1.c.probe")(network.vjp(run, g).states[0], network.step_jacobian(run, 1), v, 1e-5)
    ahead, behind = (np.sum(g * network.run(x, h0 + sign * 1e-5 * v).states) for sign in (1, -1))
    check_close(change, (ahead - behind) / 2, tolerance=1e-7)


def test_the_paths_of_one_step():
    """Along the arrows of the diagram."""

    def paths(start):
        return [
            [start, *rest] for source, target in CELL.edges if source == start for rest in paths(target)
        ] or [[start]]

    found = paths("h_before")
    assert all(path[-1] == "h" for path in found)
    assert (len(found), sum("gate" in path for path in found)) == EXERCISES["1.2.1.a.paths"].answer


def test_how_many_weights_there_are():
    for m, n in EXERCISES["1.2.1.b.weights"].ordered_cases():
        network = GatedRNN(np.zeros((m, n)), np.zeros((m, m)), np.zeros((m, n)))
        assert reference("1.2.1.b.weights")(m, n) == sum(
            W.size for W in (network.W_c, network.W_h, network.W_x)
        )
        assert reference("1.2.1.b")(m, n) == network.run(np.zeros((1, n))).gates.size


def kept(b, steps):
    """Return which share of a candidate of 1 is left after some steps of candidates of 0."""
    network = GatedRNN(W_c=[[0, 1]], W_h=[[0]], W_x=[[1, 0]])
    states = network.run([[1, b]] + [[0, b]] * steps).states[:, 0]
    return states[steps] / states[0]


def test_half_lives():
    (b,) = EXERCISES["1.2.1.b.bias"].answer
    check_close(kept(b, 10), 0.5)
    check_close(reference("1.2.1.b.halflife")(b), 10)
    for (b,) in EXERCISES["1.2.1.b.halflife"].ordered_cases():
        check_close(kept(b, 3) ** (reference("1.2.1.b.halflife")(b) / 3), 0.5)


def test_the_share_that_is_found():
    for c, k, T in EXERCISES["1.2.1.c.truncated"].ordered_cases():
        network = GatedRNN(W_c=[[0, 1]], W_h=[[0]], W_x=[[1, 0]])
        run = network.run([[1, np.log(c / (1 - c))]] * T)
        total = network.vjp(run, np.eye(T)[-1:].T).states
        terms = (total * (1 - run.gates))[:, 0]
        check_close(reference("1.2.1.c.truncated")(c, k, T), terms[-k:].sum() / terms.sum())


def test_how_many_terms_there_are():
    written = [""]
    for k in range(11):
        never_twice = [term for term in written if "ss" not in term]
        assert reference("1.2.1.c.terms")(k) == len(never_twice)
        assert BOXES["1.2.1.c.terms"].exercise.answer == (2**10, 144)
        written = [term + step for term in written for step in "cs"]


def test_the_counterexample_and_its_bound():
    network, x = exploding_instance(60)
    G, rho = EXERCISES["1.2.1.d.certificate"].answer
    check_close(network.step_bound(x), rho)
    check_close(reference("1.2.1.d.vanishing")(1.0, float(G)), rho)
    c, difference = EXERCISES["1.2.1.d.equality"].answer
    (jacobian,) = reference("1.2.1.d.reason")(
        np.array([c]), np.array([2.0]), np.array([2.0 - difference]), network.W_h
    )
    check_close(jacobian, [rho])
    check_close(oracle_derivative(60), EXERCISES["1.2.1.d"].answer[0])


def oracle_derivative(T, w=5.0):
    """Return |∂h[T]/∂h[0]| with w in place of 5."""
    network, _ = exploding_instance(T)
    x = np.array([[2.0, 0.0], [-1.0, -w]] * (T // 2))
    by_h0 = oracle.jacobian(
        lambda *arguments: oracle.gated_rnn(*arguments)[-1],
        network.W_c,
        np.array([[w]]),
        network.W_x,
        x,
        np.zeros(1),
    )[-1]
    return np.abs(by_h0).item()


def test_from_which_gain_on_it_explodes():
    (w,) = EXERCISES["1.2.1.d.gain"].answer
    for sign in (1, -1):
        check_close(oracle_derivative(20, sign * w), 1.0)
        assert oracle_derivative(20, sign * 0.99 * w) < 1 < oracle_derivative(20, sign * 1.01 * w)


def test_one_scale_for_inputs_and_gain(random):
    W_h, W_x, x = random.normal(size=(3, 3)), random.normal(size=(3, 2)), random.normal(size=(6, 2))
    of_W_h, of_states, of_jacobian = EXERCISES["1.2.1.d.scale"].answer
    ours, theirs = GatedRNN(0 * W_x, W_h, W_x), GatedRNN(0 * W_x, of_W_h * W_h, W_x)
    run, scaled = ours.run(x), theirs.run(7 * x)
    check_close(scaled.gates, run.gates)
    check_close(scaled.states, of_states * run.states)
    check_close(theirs.propagator(scaled, 0, 6), of_jacobian * ours.propagator(run, 0, 6))


def test_the_bound_of_one_row():
    for gamma, G in EXERCISES["1.2.1.d.vanishing"].ordered_cases():
        c = np.linspace(0, gamma, 100_001)
        check_close(reference("1.2.1.d.vanishing")(gamma, G), (c * (1 + (1 - c) * G)).max(), tolerance=1e-8)


@pytest.mark.parametrize("t", [0, -1], ids=["first step", "last step"])
def test_one_step_of_the_gradient_of_W_x(t):
    answer = wrong_answer("1.2.1.c", lambda g, c, s, x, W_h: np.outer(g[t] * (1 - c[t]), x[t]))
    assert answer.mistake.startswith("keeps only the ")
    assert ("as the sheet does" in answer.sentences[0]) == (t == -1)
    assert "through the kept state and through the gate" in answer.sentences[1]


def test_the_sheets_term_summed_over_all_steps():
    answer = wrong_answer("1.2.1.c", lambda g, c, s, x, W_h: np.einsum("tm,tm,tn->mn", g, 1 - c, x))
    assert answer.mistake == "forgets both paths back, through the kept state and through the gate"


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

    assert wrong_answer("1.2.1.c", transposed).mistake == "multiplies by W_h from the wrong side"


def test_the_sheets_derivative_of_one_step():
    def local(c, x, jacobian, before):
        derivative = np.zeros_like(before)
        for i in range(len(c)):
            derivative[i, i] = (1 - c[i]) * x
        return derivative

    assert "forgets that W_x has already acted on h[t−1]" in wrong_answer("1.2.1.c.step", local).sentences[0]
    answer = wrong_answer("1.2.1.c.step", lambda c, x, jacobian, before: (1 - c)[:, None] * x)
    assert answer.mistake.startswith("returns an m × n matrix")


@pytest.mark.parametrize("written", [1, "1", "0.5^60", 0.5**60, "(1/2)^60", "½^60"])
def test_cannot_explode(written):
    answer = wrong_answer("1.2.1.d", written)
    assert "as the sheet does" in answer.sentences[0]
    assert "W_h" in answer.sentences[1]


def test_is_multiplied_by_no_matrix():
    answer = wrong_answer("1.2.1.d.reason", lambda c, h, z, W_h: np.diag(c))
    assert answer.sentences[0] == "It **forgets the path through the gate**, as the sheet does."
    assert "W_h, inside the gate" in answer.sentences[1]


def test_vanishes_because_of_the_gate_alone():
    assert (
        wrong_answer("1.2.1.d.vanishing", lambda gamma, G: gamma).mistake
        == "uses the gate alone as the bound"
    )


# What readers answer


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def _forgets_the_minus(W_c, W_h, W_x, x, h):
    c = 1 / (1 + np.exp(W_c @ x + W_h @ h))
    return c * h + (1 - c) * (W_x @ x)


def _minus_before_one_term(W_c, W_h, W_x, x, h):
    c = 1 / (1 + np.exp(-W_c @ x + W_h @ h))
    return c * h + (1 - c) * (W_x @ x)


def _assigned(g, c, s, x, W_h):
    total = g.copy()
    for t in range(len(g) - 1, 0, -1):
        total[t - 1] = total[t] * c[t] + (total[t] * s[t]) @ W_h
    return (total * (1 - c)).T @ x


def _direct(g, c, s, x, W_h):
    total = g.copy()
    for t in range(1, len(g)):
        total[t - 1] += g[t] * c[t] + (g[t] * s[t]) @ W_h
    return (total * (1 - c)).T @ x


def _wrong_brackets(gamma, G):
    c = min(gamma, (1 + G) / 2 * G) if G > 1 else gamma
    return c * (1 + (1 - c) * G)


@pytest.mark.parametrize(
    ("id", "answer", "mistake"),
    [
        ("1.2.1.a", _forgets_the_minus, "swaps the two shares, or forgets the minus sign in σ"),
        ("1.2.1.a", _minus_before_one_term, "applies the minus sign in σ to W_c x only"),
        ("1.2.1.a", lambda W_c, W_h, W_x, x, h: sigmoid(W_c @ x + W_h @ h) * h + W_x @ x, "adds the whole candidate"),
        ("1.2.1.b", lambda m, n: m**2, "gives the size of W_h"),
        ("1.2.1.c", _assigned, "loses the direct gradients of the earlier states"),
        ("1.2.1.c", _direct, "passes back the direct gradients"),
        (
            "1.2.1.c.step",
            lambda c, x, jacobian, before: np.tensordot(jacobian, before, axes=1) + np.outer(1 - c, x),
            "adds the sheet's term to every state",
        ),
        (
            "1.2.1.c.step",
            lambda c, x, jacobian, before: np.einsum("i,ik,j->ikj", 1 - c, np.eye(len(c)), x) + np.dot(jacobian, before),
            "sums over the wrong axis of `before`",
        ),
        ("1.2.1.d", "30 ln 6", "gives the logarithm"),
        ("1.2.1.d", 0, "assumes that it vanishes"),
        ("1.2.1.d.order", lambda jacobians: np.linalg.multi_dot([np.eye(len(jacobians[0])), *jacobians]), "reverses the factors"),
        (
            "1.2.1.d.reason",
            lambda c, h, z, W_h: c + ((h - z) * c * (1 - c))[:, None] * W_h,
            "adds c to every row, and not to the diagonal",
        ),
        ("1.2.1.d.reason", lambda c, h, z, W_h: reference("1.2.1.d.reason")(c, h, z, W_h).T, "is transposed"),
        ("1.2.1.d.vanishing", _wrong_brackets, "uses the largest gate in every case"),
        ("1.2.1.d.vanishing", lambda gamma, G: min(gamma, (1 + G) / (2 * G)) if G > 1 else gamma, "returns the gate and not the value"),
    ],
)  # fmt: skip
def test_a_natural_slip_is_named(id, answer, mistake):
    assert wrong_answer(id, answer).mistake == mistake


def test_what_has_two_causes_names_both():
    answer = wrong_answer("1.2.1.a", _forgets_the_minus)
    assert "e^(−a)" in answer.sentences[1]
    assert "c multiplies h, and 1 − c the candidate" in answer.sentences[1]
    assert "brackets" in wrong_answer("1.2.1.d.vanishing", _wrong_brackets).sentences[1]
