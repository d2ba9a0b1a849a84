"""The explorers of chapter 1.2.2 show what PyTorch computes, and its diagrams what the network does."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.attention_rnn import AttentionRNN, oracle
from helpers.attention_rnn import explorers as chapter
from helpers.attention_rnn.diagrams import follow, one_step, unrolled
from helpers.drawings import Graph
from helpers.numerics import check_close, relative_error

few = settings(max_examples=40, deadline=None)
scales = st.sampled_from(chapter.SCALES)
TWO_DECIMALS = 0.0051


def step_of(run, t):
    """Return the oracle's arguments for step t alone."""
    network = run.network
    return network.input_triple, network.past_triples, run.x[t - 1 : t], run.window_states(t)


def plain_step(run, t):
    """Scores, weights and values of one step, by PyTorch."""
    input_triple, past_triples, x, past = (torch.from_numpy(np.array(a)) for a in step_of(run, t))
    y = [x[0], *past.flip(0)]
    q, k, v = (
        [triple[letter] @ y_i for triple, y_i in zip([input_triple, *past_triples], y, strict=True)]
        for letter in range(3)
    )
    w = torch.stack([q_i @ k_i for q_i, k_i in zip(q, k, strict=True)])
    return w.numpy(), torch.softmax(w, 0).numpy(), torch.stack(v).numpy()


def test_weights_by_hand_where_all_scores_are_0():
    frame = chapter.map_frame(k=3, scale=0)
    np.testing.assert_array_equal(frame["map"][:4], np.full((4, chapter.STEPS), 0.25))
    # Step 1 has seen no state, step 2 one, and so on: the triangle of zero states.
    zero_state = [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]
    np.testing.assert_array_equal(frame["map_roles"][:4, :4] == 0, np.array(zero_state, bool))
    assert (frame["map_roles"][4] == chapter.ROLES.index("gap")).all(), "h[t−4] is not read"
    frame = chapter.step_frame(k=3, scale=0, t=2)
    assert frame["state"] == "h[2] = 0.25 v₀ + 0.25 v₁ + 0.25 v₂ + 0.25 v₃; zero vectors take 0.50."
    assert "zero" not in chapter.step_frame(k=3, scale=0, t=4)["state"]


@few
@given(st.integers(1, 4), scales)
def test_map_is_what_pytorch_computes(k, scale):
    frame, run, T = chapter.map_frame(k, scale), chapter.example(k, scale), chapter.STEPS
    zeros = np.zeros((k, 3))
    states = oracle.value(
        oracle.attention_rnn, run.network.input_triple, run.network.past_triples, run.x, zeros
    )
    check_close(run.states, states)
    weights = np.array([plain_step(run, t)[1] for t in range(1, T + 1)]).T
    assert np.abs(frame["map"][: k + 1] - weights).max() < TWO_DECIMALS
    shares = [(weights >= edge).astype(int) for edge in (1 / 8, 1 / 4, 1 / 2)]
    before = np.array([[t - i < 1 and i > 0 for t in range(1, T + 1)] for i in range(k + 1)])
    np.testing.assert_array_equal(frame["map_roles"][: k + 1], np.where(before, 0, 1 + sum(shares)))


@few
@given(st.integers(1, 4), scales, st.integers(1, chapter.STEPS))
def test_step_is_what_pytorch_computes(k, scale, t):
    frame, run = chapter.step_frame(k, scale, t), chapter.example(k, scale)
    w, a, _ = plain_step(run, t)
    assert np.abs(frame["numbers"][:, : k + 1] - [w, a]).max() < TWO_DECIMALS
    assert np.abs(frame["numbers"]).max() < 10, "three digits do not fit into a cell"
    assert (frame["number_roles"][:, k + 1 :] == chapter.ROLES.index("gap")).all()
    np.testing.assert_array_equal(
        frame["number_roles"][1, : k + 1], chapter.map_frame(k, scale)["map_roles"][: k + 1, t - 1]
    )
    assert frame["shown"] == [t - 1]
    assert f"h[{t}] = {a[0]:.2f} v₀ + {a[1]:.2f} v₁" in frame["state"]


def test_the_right_answers_to_the_questions():
    """At a scale of 4 one weight takes nearly all, and the second term is larger at most steps."""
    largest = chapter.map_frame(k=2, scale=4)["map"][:, 2:].max(axis=0)
    assert (
        np.median(largest) > 0.8 > 0.6 > np.median(chapter.map_frame(k=2, scale=1)["map"][:, 2:].max(axis=0))
    )
    norms = chapter.norms_frame(scale=4, i=1)
    assert np.mean(norms["second_norms"][1:] > norms["first_norms"][1:]) > 0.5


@few
@given(scales, st.integers(1, 3), st.integers(1, chapter.STEPS))
def test_terms_are_what_autograd_says(scale, i, t):
    """Their sum is autograd's Jacobian; the first is autograd's too, of the values alone, at fixed weights."""
    run = chapter.example(3, scale)
    frame = chapter.terms_frame(scale, i, t)
    both = oracle.jacobian(oracle.attention_rnn, *step_of(run, t))[3][0][:, -i]
    weights = torch.from_numpy(plain_step(run, t)[1])

    def at_fixed_weights(past):
        V = torch.from_numpy(np.array(run.network.past_triples[:, 2]))
        return torch.einsum("i,iab,ib->a", weights[1:], V, past.flip(0))

    first = oracle.jacobian(at_fixed_weights, run.window_states(t))[:, -i]
    for name, expected in {"first": first, "second": both - first, "both": both}.items():
        assert np.abs(frame[name] - expected).max() < TWO_DECIMALS
        norms = chapter.norms_frame(scale, i)[f"{name}_norms"]
        size = np.linalg.norm(expected)
        check_close(norms[t - 1], size if size > 1e-12 else np.nan, name=name)
        assert np.nanmax([*norms, 0]) < 3, "the axis ends at 3"
    if t <= i:
        assert not frame["second"].any()


@few
@given(scales, st.integers(1, 3), st.integers(1, chapter.STEPS))
def test_the_sheets_sum_is_its_six_equations(scale, i, t):
    """Each share of h[t] by the sheet's [2] to [6], with (Qᵢkᵢ)ᵀ for kᵢQᵢ; wrong where the score depends on the state."""
    run = chapter.example(3, scale)
    frame = chapter.terms_frame(scale, i, t)
    w, _, v = plain_step(run, t)
    E = np.exp(w)
    Q, K, V = run.network.past_triples[i - 1]
    y = run.window_states(t)[-i]
    row = Q @ K @ y + Q @ y @ K
    by_weights = [-E[j] * E[i] / E.sum() ** 2 * row for j in range(4)]
    by_weights[i] += E[i] / E.sum() * row
    expected = E[i] / E.sum() * V + sum(np.outer(v[j], by_weights[j]) for j in range(4))
    assert np.abs(frame["sheet"] - expected).max() < TWO_DECIMALS
    right = oracle.jacobian(oracle.attention_rnn, *step_of(run, t))[3][0][:, -i]
    error = np.abs(expected - right).max()
    assert ("is right" in frame["sheet_sentence"]) == (error < chapter.ZERO)
    assert ("second term is 0" in frame["sheet_sentence"]) == (t <= i or scale == 0)
    if error > chapter.ZERO:
        assert f"up to {error:.2f}." in frame["sheet_sentence"]
    # The colours of the terms are those of their values, and the sheet's are those of its error.
    assert ((expected - right >= chapter.LIMIT) == (frame["sheet_signs"] == 4)).all()
    assert ((right <= -chapter.LIMIT) == (frame["both_signs"] == 0)).all()
    assert ((np.abs(expected - right) < chapter.ZERO) == (frame["sheet_signs"] == 2)).all()


def test_the_sheets_sum_is_wrong_at_the_start():
    frame = chapter.jacobian_explorer().frame()
    assert "wrong by up to" in frame["sheet_sentence"]
    assert len(set(frame["sheet_signs"].ravel())) > 1


# --- The gradient over many steps.


@pytest.mark.parametrize(("window", "seed"), [*itertools.product(chapter.WINDOWS, (0, 7))])
def test_norms_over_steps_are_autograds(window, seed):
    random = np.random.default_rng(seed)
    network = chapter.random_network(random, window)
    x = random.normal(size=(chapter.LATEST, 3))
    states = network.run(x).states
    for back in (1, 4, 9):
        t = chapter.LATEST - back

        def last(past, t=t):
            triples = map(torch.from_numpy, (network.input_triple, network.past_triples, x[t:]))
            return oracle.attention_rnn(*triples, past)[-1]

        jacobian = oracle.jacobian(last, states[:t])[:, -1]
        check_close(
            chapter.norms_over_steps(window)[seed, back] / np.linalg.norm(jacobian), 1, name=f"{window}"
        )


def test_norms_over_steps_by_hand(monkeypatch):
    """With scores of 0 and V = 1 a window of one halves the gradient at each step."""
    half = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[0]], [[1]])])
    monkeypatch.setattr(chapter, "random_network", lambda *_: half)
    check_close(chapter.norms_over_steps.__wrapped__(1)[0], 0.5 ** np.arange(chapter.BACK + 1))


def test_a_wider_window_lets_the_gradient_reach_further():
    medians = [np.median(chapter.norms_over_steps(window), axis=0)[-1] for window in chapter.WINDOWS]
    assert [f"{median:.0e}" for median in medians] == ["8e-21", "5e-11", "2e-05", "2e-02"]
    arrows = {1: "40 arrows", 2: "20 arrows", 5: "8 arrows", np.inf: "1 arrow."}
    for window, words in arrows.items():
        assert words in chapter.window_frame(chapter._window_name(window))["path"]


# --- The diagrams.


def small_network(k=2):
    """With n = m, so that no wrong arrow is caught by its shape alone."""
    random = np.random.default_rng(0)
    network = AttentionRNN(random.normal(size=(3, 4, 4)) / 2, random.normal(size=(k, 3, 4, 4)) / 2)
    return network, random.normal(size=4), random.normal(size=(k, 4))


@pytest.mark.parametrize("k", [1, 2, 4])
def test_diagram_followed_gives_the_state(k):
    network, x, past = small_network(k)
    check_close(follow(one_step(k), network, x, past), network.run([x], past).states[0])


def test_a_wrong_arrow_is_a_wrong_number():
    """Every arrow counts: each one, led to another box of the same kind, gives another state."""
    network, x, past = small_network()
    graph = one_step(2)
    right = follow(graph, network, x, past)
    moved = 0
    for place, (source, target, *_) in enumerate(graph.edges):
        for other in graph.nodes:
            if other[0] != source[0] or other == source:
                continue
            edges = list(graph.edges)
            edges[place] = (other, target)
            wrong = follow(Graph("", graph.nodes, tuple(edges)), network, x, past)
            assert relative_error(wrong, right) > 1e-3, (source, other, target)
            moved += 1
    assert moved == 2 * (3 * 3 + 4 * 3)


@pytest.mark.parametrize(("k", "T"), [(1, 3), (2, 5), (3, 4)])
def test_unrolled_arrows_are_where_the_direct_jacobian_is_not_0(k, T):
    network, *_ = small_network(k)
    run = network.run(np.random.default_rng(1).normal(size=(T, 4)))
    arrows = {(source, target) for source, target, *_ in unrolled(k, T).edges}
    expected = {(f"x[{t}]", f"h[{t}]") for t in range(1, T + 1)}
    for t, s in itertools.product(range(1, T + 1), repeat=2):
        if (
            s < t
            and t - s <= k
            and oracle.jacobian(oracle.attention_rnn, *step_of(run, t))[3][0][:, s - t].any()
        ):
            expected.add((f"h[{s}]", f"h[{t}]"))
    assert arrows == expected
