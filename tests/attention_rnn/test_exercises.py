"""The exercises of chapter 1.2.2: its references agree with the oracle, and the sheet's answers are recognised."""

import numpy as np
import pytest
from answers import reference, values_in_hints, wrong_answer

from helpers import exercises
from helpers.attention_rnn import AttentionRNN, UnboundedAttentionRNN, oracle
from helpers.attention_rnn.diagrams import unrolled
from helpers.book import EXERCISES
from helpers.exercises import FunctionExercise
from helpers.numerics import check_close
from helpers.numerics.oracle import torch

FUNCTIONS = [
    exercise.id
    for exercise in EXERCISES
    if exercise.chapter == "attention_rnn" and isinstance(exercise, FunctionExercise)
]


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
        assert "as the sheet does" not in answer.sentences[0], "its K is no index"
        assert "K has to be k" in answer.sentences[1]


def test_an_index_K_that_is_not_there():
    answer = wrong_answer("1.2.2.c", lambda x, input_triple, past_triples: past_triples[K])  # noqa: F821
    assert "name 'K' is not defined" in answer.sentences[0]


def test_zero_states_in_the_unbounded_network():
    def with_zeros(x, input_triple, shared_triple):
        return attention(lambda k: k)(x, input_triple, [shared_triple] * len(x))

    answer = wrong_answer("1.2.2.d", with_zeros)
    assert answer.mistake == "includes a zero vector for each step"
    assert "The sheet does not mention this" in answer.sentences[1]


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
        ("right", "inside", "squares each term of the sum"),
        ("transpose lost", "inside", "drops a transpose, of k_1, and squares each term of the sum"),
    ],
)
def test_the_six_equations_as_they_stand(row, square, mistake):
    assert exercises.check("1.2.2.e", six_equations(ROWS["right"], SQUARES["right"]), save=False).right
    answer = wrong_answer("1.2.2.e", six_equations(ROWS[row], SQUARES[square]))
    is_the_sheets = ", as the sheet does" if square == "right" else ""
    assert answer.sentences[0] == f"It **{mistake}**{is_the_sheets}."


def test_k_1_Q_1_has_no_value():
    answer = wrong_answer("1.2.2.e", six_equations(ROWS["columns"], SQUARES["right"]))
    assert "It raised ValueError" in answer.sentences[0]


@pytest.mark.parametrize("id", ["1.2.2.c", "1.2.2.e"])
def test_the_answer_is_not_given_away(id):
    exercise = EXERCISES[id]
    assert "k[1] @ Q_1" not in exercise.given + " ".join(exercise.hints)
    assert "np.outer(v[1]" not in " ".join(exercise.hints)
    assert "has to be k" not in exercise.given


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
    assert ("may contain h[T] itself" in answer.mistake) == (not direct_term)
    is_the_sheets = jacobians == "direct" and not direct_term
    assert answer.right or ("as the sheet does" in answer.sentences[0]) == is_the_sheets


# The natural slips, as students write them


def a_step(score=lambda q, k: (q * k).sum(axis=1), project=lambda T, y: T @ y, average=None, value=None):
    """Return one step of a list of triples and vectors, written in another way than the reference."""

    def softargmax(w):
        e = np.exp(w)
        return e / e.sum(axis=0)

    def step(triples, y):
        q, k, v = (
            np.array([project(T[n], y_i) for T, y_i in zip(triples, y, strict=True)]) for n in range(3)
        )
        v = v if value is None else value(v, y)
        return average(q, k, v) if average else softargmax(score(q, k)) @ v

    return step


def three_networks(step):
    """Return a step of AttentionRNN(2), AttentionRNN(k) and AttentionRNN(∞) that make each step so."""

    def window(x, input_triple, past_triples):
        H = [np.zeros(input_triple.shape[1])] * len(past_triples)
        for x_t in x:
            H.append(step([input_triple, *past_triples], [x_t, *H[::-1][: len(past_triples)]]))
        return np.array(H[len(past_triples) :])

    def unbounded(x, input_triple, shared_triple):
        H = []
        for x_t in x:
            H.append(step([input_triple, *[shared_triple] * len(H)], [x_t, *H]))
        return np.array(H)

    def one(x, h_1, h_2, input_triple, past_triples):
        return step([input_triple, *past_triples], [x, h_1, h_2])

    return {"1.2.2.a": one, "1.2.2.c": window, "1.2.2.d": unbounded}


def over(axis):
    def average(q, k, v):
        e = np.exp(q * k)
        return (e / e.sum(axis=axis, keepdims=True) * v).sum(axis=0)

    return average


SLIPS = {
    "divides the scores by √m": a_step(score=lambda q, k: (q * k).sum(axis=1) / np.sqrt(q.shape[1])),
    "asks with the input's query": a_step(score=lambda q, k: k @ q[0]),
    "compares with the input's key": a_step(score=lambda q, k: q @ k[0]),
    "takes a softargmax for each channel": a_step(average=over(0)),
    "takes the softargmax over the channels": a_step(average=over(1)),
    "transposes the matrices": a_step(project=lambda T, y: y @ T),
    "takes the past states for values": a_step(value=lambda v, y: np.array([v[0], *y[1:]])),
    "takes the plain mean of the values": a_step(average=lambda q, k, v: v.mean(axis=0)),
}


@pytest.mark.parametrize("id", ["1.2.2.a", "1.2.2.c", "1.2.2.d"])
def test_a_right_program_of_other_make_is_right(id):
    assert exercises.check(id, three_networks(a_step())[id], save=False).right


@pytest.mark.parametrize("id", ["1.2.2.a", "1.2.2.c", "1.2.2.d"])
@pytest.mark.parametrize("name", SLIPS)
def test_the_slips_of_a_step_are_named(id, name):
    answer = wrong_answer(id, three_networks(SLIPS[name])[id])
    assert answer.mistake == name
    assert "nearly" not in " ".join(answer.sentences)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (np.transpose, "**transpose**"),
        (np.negative, "**negative**"),
        (lambda J: 2 * J, "**2 times**"),
    ],
)
def test_what_is_done_to_a_whole_jacobian_is_found(change, said):
    answer = wrong_answer("1.2.2.e", lambda *arguments: change(reference("1.2.2.e")(*arguments)))
    assert said in answer.sentences[0]


def test_states_as_long_as_the_input_are_not_right():
    """Found accepted once, when all cases had m = n."""

    def bug(x, input_triple, shared_triple):
        H = np.zeros_like(x)
        for s in range(len(x)):
            triples, y = [input_triple, *[shared_triple] * s], [x[s], *H[:s]]
            e = np.exp([(T[0] @ v) @ (T[1] @ v) for T, v in zip(triples, y, strict=True)])
            H[s] = e / e.sum() @ np.array([T[2] @ v for T, v in zip(triples, y, strict=True)])
        return H

    assert not exercises.check("1.2.2.d", bug, save=False).right


@pytest.mark.parametrize("id", ["1.2.2.a", "1.2.2.c", "1.2.2.d"])
def test_no_case_is_near_a_saturated_softargmax(id):
    for case in EXERCISES[id].ordered_cases():
        largest = [0.0]

        def average(q, k, v, largest=largest):
            e = np.exp((q * k).sum(axis=1))
            largest.append(float(e.max() / e.sum()) if len(e) > 1 else 0.0)
            return e / e.sum() @ v

        three_networks(a_step(average=average))[id](*case)
        assert max(largest) < 0.99


def test_no_jacobian_is_of_a_saturated_softargmax():
    for id in ("1.2.2.e", "1.2.2.e.input"):
        for q, k, *_ in EXERCISES[id].ordered_cases():
            e = np.exp((q * k).sum(axis=1))
            assert e.max() / e.sum() < 0.99


@pytest.mark.parametrize("id", FUNCTIONS)
def test_code_in_hints_runs_and_is_not_the_whole_answer(id):
    for value, expected in values_in_hints(id):
        assert not np.array_equal(value, expected)


# The tasks beyond the sheet's


def test_the_paths_are_those_of_the_drawing():
    edges = {(source, target) for source, target, *_ in unrolled(2, 5).edges if source[0] == target[0] == "h"}

    def ways(source, target):
        return (
            1 if source == target else sum(ways(after, target) for before, after in edges if before == source)
        )

    assert EXERCISES["1.2.2.a.paths"].answer == (ways("h[1]", "h[5]"),)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_the_share_of_the_first_input(k):
    w_0, zero = reference("1.2.2.b.share")(k), np.zeros((k, 3, 1, 1))
    triple = np.array([[[w_0]], [[1]], [[1]]])
    states = oracle.value(oracle.attention_rnn, triple, zero, np.ones((1, 1)), np.zeros((k, 1)))
    check_close(states, [[0.9]])


def test_masked_and_whole_windows(random):
    w, v = random.normal(size=5), random.normal(size=(5, 3))
    for t in (1, 2, 4, 5, 9):
        mask = torch.tensor([0.0 if i < t else -np.inf for i in range(5)])
        a = torch.softmax(torch.tensor(w) + mask, 0).numpy()
        check_close(reference("1.2.2.b.masked")(w, v, t), a @ v)


def test_parameters_are_those_of_the_network(random):
    for k, m, n in ((1, 2, 3), (4, 3, 2)):
        network = AttentionRNN(np.zeros((3, m, n)), np.zeros((k, 3, m, m)))
        triples = (network.input_triple, network.past_triples)
        assert reference("1.2.2.c.parameters")(k, m, n) == sum(triple.size for triple in triples)


def test_three_states_of_equal_scores():
    mean = np.array([[[0.0]], [[0.0]], [[1.0]]])
    states = oracle.value(oracle.attention_rnn, mean, mean, np.array([[8.0], [4.0], [1.0]]), np.zeros((0, 1)))
    check_close(EXERCISES["1.2.2.d.mean"].answer, states[:, 0])


def shared_network(random, T, m=3, n=2):
    first, shared = random.normal(size=(3, m, n)) / 2, random.normal(size=(3, m, m)) / 2
    x = random.normal(size=(T, n))
    return first, shared, x, oracle.value(oracle.attention_rnn, first, shared, x, np.zeros((0, m)))


def sums_after(shared, states):
    w = ((states @ shared[0].T) * (states @ shared[1].T)).sum(axis=1)
    return w, np.exp(w), states @ shared[2].T


def test_running_sums_make_the_same_states(random):
    first, shared, x, states = shared_network(random, T=6)
    _, e, v = sums_after(shared, states[:5])
    w_0, v_0 = (first[0] @ x[5]) @ (first[1] @ x[5]), first[2] @ x[5]
    check_close(reference("1.2.2.d.sums")(w_0, v_0, e.sum(), e @ v), states[5])


def test_a_run_goes_on_from_its_sums(random):
    first, shared, x, states = shared_network(random, T=9)
    w, e, v = sums_after(shared, states[:4])
    M = w.max()
    kept = M, e.sum() / np.exp(M), e @ v / np.exp(M)
    check_close(reference("1.2.2.d.rescaling")(x[4:], *kept, first, shared), states[4:])


def test_a_program_that_overflows_is_not_right():
    def naive(x, M, D, N, input_triple, shared_triple):
        (Q_0, K_0, V_0), (Q, K, V) = input_triple, shared_triple
        D, N, states = D * np.exp(M), N * np.exp(M), []
        for x_t in x:
            e_0 = np.exp((Q_0 @ x_t) @ (K_0 @ x_t))
            h = (N + e_0 * V_0 @ x_t) / (D + e_0)
            e = np.exp((Q @ h) @ (K @ h))
            D, N = D + e, N + e * V @ h
            states.append(h)
        return np.array(states)

    answer = wrong_answer("1.2.2.d.rescaling", naive)
    assert "NaN" in answer.sentences[0]
    assert not answer.mistake


def test_weights_keep_their_proportion(random):
    first, shared, x, _ = shared_network(random, T=7)
    run = UnboundedAttentionRNN(first, shared).run(x)
    a, b = run.weights[4], run.weights[6]
    check_close(reference("1.2.2.d.rank")(a[4], a[3], b[6]), b[5])  # states 1 and 2, at steps 5 and 7


def test_the_gradient_of_one_value_by_all_later_steps(random):
    T, m, s = 6, 3, 2
    w, v, λ = random.normal(size=T), random.normal(size=(T, m)), random.normal(size=(T, m))
    Z = np.cumsum(np.exp(w)) + 0.5

    def loss(value):
        states = [
            sum(np.exp(w[r]) / Z[t] * (value if r == s - 1 else torch.tensor(v[r])) for r in range(t))
            for t in range(1, T)
        ]
        return sum((torch.tensor(λ[t]) * state).sum() for t, state in enumerate(states, 1))

    by_autograd = oracle.jacobian(loss, v[s - 1])
    check_close(reference("1.2.2.d.backward")(w[s - 1], λ, Z, s), by_autograd)


def test_the_jacobian_by_the_input(random):
    m, n = 3, 2
    first, past = random.normal(size=(3, m, n)), random.normal(size=(2, 3, m, m)) / 2
    x, states = random.normal(size=(1, n)), random.normal(size=(2, m))
    y = [x[0], states[1], states[0]]
    q, k, v = (
        np.array([triple[letter] @ y_i for triple, y_i in zip([first, *past], y, strict=True)])
        for letter in range(3)
    )
    by_x = oracle.jacobian(oracle.attention_rnn, first, past, x, states)[2]
    check_close(reference("1.2.2.e.input")(q, k, v, *first), by_x[0, :, 0])


def test_the_gradient_of_a_matrix_of_values(random):
    m, n, T = 3, 2, 5
    network = AttentionRNN(random.normal(size=(3, m, n)), random.normal(size=(2, 3, m, m)) / 2)
    run = network.run(random.normal(size=(T, n)))
    g = random.normal(size=(T, m))
    λ = network.vjp(run, g).states
    by_autograd = oracle.vjp(
        oracle.attention_rnn, g, network.input_triple, network.past_triples, run.x, np.zeros((2, m))
    )
    check_close(reference("1.2.2.e.value")(run.weights[:, 0], λ, run.x), by_autograd[0][2])


def test_the_case_by_hand():
    def loss(h_1):
        h_2 = (1 + h_1) / 3  # the mean of x[2] = 1, h[1] and h[0] = 0
        return h_1 + (1 + h_2 + h_1) / 3

    check_close(EXERCISES["1.2.2.f.hand"].answer[0], oracle.jacobian(loss, np.array(0.7)))


@pytest.mark.parametrize("x", [(1, -1), (-3, 3), (0.5, -0.5)])
def test_a_state_as_long_as_the_longest_input(x):
    assert exercises.check("1.2.2.d.bound", x, save=False).right
    turned = np.array([[[0.0]], [[0.0]], [[-1.0]]])
    mean = np.array([[[0.0]], [[0.0]], [[1.0]]])
    states = oracle.value(
        oracle.attention_rnn, mean, turned, np.array(x, float)[:, np.newaxis], np.zeros((0, 1))
    )
    check_close(abs(states[1, 0]), np.abs(x).max())


@pytest.mark.parametrize(
    ("x", "mistake"),
    [
        ((2, 2), "lets the two values cancel"),
        ((2, -1), "makes one of the values shorter"),
        ((0, 1), "makes one of the values shorter"),
        ((0, 0), "takes inputs that are all 0"),
    ],
)
def test_a_state_that_is_shorter(x, mistake):
    assert mistake in wrong_answer("1.2.2.d.bound", x).mistake
