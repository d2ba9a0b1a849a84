"""Type what the answer sheet says into the matching exercise, as a reader would, and be told what is wrong with it."""

import numpy as np
import pytest

from helpers import exercises
from helpers.loss_curves import recorded_census


def told(id, answer):
    said = exercises.check(id, answer, save=False)
    assert not said.right
    return said


# Chapter 1.1


def test_the_sheets_size_is_right():
    assert exercises.check("1.1.a", "[17/4] + 1 × [7/4] + 1 = 5 × 2", save=False).right


def test_divides_before_the_floor():
    said = told("1.1.b", lambda H, K, S, P, D: (H + 2 * P) // S - (D * (K - 1) + 1) // S + 1)
    assert said.mistake == "divides each length before it subtracts"


def test_stops_a_row_short():
    def sheet(output_gradient, x):
        gradient = np.zeros((1, 5, 3))
        for k in range(5):
            for i in range(3):
                for r in range(2):  # the sheet: r = 1 to r = 2
                    gradient[0, k, i] += output_gradient[0, r] * x[k, 2 * r + i]
        return gradient

    said = told("1.1.c.iv", sheet)
    assert said.says[0] == "It **stops a row short**, as the sheet does."
    assert "the last row's share" in said.says[1]
    assert "*1*" in repr(said)


def test_the_stride_becomes_dilation_and_nothing_is_said_of_the_dilation():
    said = told("1.1.c.iv.likeness", lambda stride, dilation: (1, stride))
    assert said.says[0] == "It **lets the stride become dilation, and stops there**, as the sheet does."


# Chapter 1.2.1


@pytest.mark.parametrize("t", [0, -1], ids=["first step", "last step"])
def test_one_step_of_the_gradient_of_W_x(t):
    said = told("1.2.1.c", lambda g, c, s, x, W_h: np.outer(g[t] * (1 - c[t]), x[t]))
    assert said.mistake.startswith("keeps one step")
    assert "as the sheet does" in said.says[0]
    assert "through what is kept and through the gate" in said.says[1]


def test_the_sheets_term_summed_over_all_steps():
    said = told("1.2.1.c", lambda g, c, s, x, W_h: np.einsum("tm,tm,tn->mn", g, 1 - c, x))
    assert said.mistake == "forgets both paths back, through what is kept and through the gate"


def test_the_sheets_product_as_it_stands_does_not_fit():
    said = told("1.2.1.c", lambda g, c, s, x, W_h: g[-1] @ (1 - c[-1]) @ x[-1])
    assert "It raised ValueError" in said.says[0]
    assert "a column times a row" in said.says[1]


def test_forgets_the_path_through_the_gate():
    def gate_cut(g, c, s, x, W_h):
        total = g.copy()
        for t in range(len(g) - 1, 0, -1):
            total[t - 1] += total[t] * c[t]
        return (total * (1 - c)).T @ x

    assert told("1.2.1.c", gate_cut).mistake == "forgets the path through the gate"


def test_drops_a_transpose():
    def transposed(g, c, s, x, W_h):
        total = g.copy()
        for t in range(len(g) - 1, 0, -1):
            total[t - 1] += total[t] * c[t] + W_h @ (total[t] * s[t])
        return (total * (1 - c)).T @ x

    assert told("1.2.1.c", transposed).mistake == "drops a transpose, of W_h"


def test_the_sheets_derivative_of_one_step():
    def local(c, x, jacobian, before):
        derivative = np.zeros_like(before)
        for i in range(len(c)):
            derivative[i, i] = (1 - c[i]) * x
        return derivative

    assert "forgets that W_x has acted on h[t−1] already" in told("1.2.1.c.step", local).says[0]
    said = told("1.2.1.c.step", lambda c, x, jacobian, before: (1 - c)[:, None] * x)
    assert said.mistake.startswith("makes one m × n matrix of it")


@pytest.mark.parametrize("spelled", [1, "1", "0.5^60", 0.5**60, "(1/2)^60", "½^60"])
def test_cannot_explode(spelled):
    said = told("1.2.1.d", spelled)
    assert "as the sheet does" in said.says[0]
    assert "W_h" in said.says[1]


def test_is_multiplied_by_no_matrix():
    said = told("1.2.1.d.reason", lambda c, h, z, W_h: np.diag(c))
    assert said.says[0] == "It **forgets the path through the gate**, as the sheet does."
    assert "W_h, inside of the gate" in said.says[1]


def test_vanishes_because_of_the_gate_alone():
    assert told("1.2.1.d.vanishing", lambda gamma, G: gamma).mistake == "takes the gate alone for the bound"


# Chapter 1.2.2


def attention(last_in_softargmax):
    """The sheet's formulas of (c), with its K as a number."""

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
        said = told("1.2.2.c", attention(other))
        assert "as the sheet does" in said.says[0]
        assert "K has to be k" in said.says[1]


def test_an_index_K_that_is_not_there():
    said = told("1.2.2.c", lambda x, input_triple, past_triples: past_triples[K])  # noqa: F821
    assert "name 'K' is not defined" in said.says[0]
    assert "There is no K but the matrix" in said.says[1]


def test_zero_states_in_the_unbounded_network():
    def with_zeros(x, input_triple, shared_triple):
        return attention(lambda k: k)(x, input_triple, [shared_triple] * len(x))

    said = told("1.2.2.d", with_zeros)
    assert said.mistake == "lets as many zero states take part as there are steps"
    assert "The sheet does not speak of this" in said.says[1]


def six_equations(row, squared):
    """The sheet's (e): [5] and [6] in [4], then [2], [3] and [4] in [1]."""

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
    said = told("1.2.2.e", six_equations(ROWS[row], SQUARES[square]))
    assert said.says[0] == f"It **{mistake}**, as the sheet does."


def test_k_1_Q_1_has_no_value():
    said = told("1.2.2.e", six_equations(ROWS["columns"], SQUARES["right"]))
    assert "It raised ValueError" in said.says[0]
    assert "k_1 Q_1 has no value: m × 1 times m × m. The row is k_1ᵀ Q_1" in said.says[1]


@pytest.mark.parametrize("jacobians", ["direct", "total"])
@pytest.mark.parametrize("row_first", [True, False])
@pytest.mark.parametrize("direct_term", [True, False])
def test_the_gradient_of_a_state(jacobians, row_first, direct_term):
    def sheet(g, total_gradients, direct_jacobians, total_jacobians):
        J = {"direct": direct_jacobians, "total": total_jacobians}[jacobians]
        terms = (L @ J_i if row_first else J_i @ L for L, J_i in zip(total_gradients, J, strict=True))
        return sum(terms) + direct_term * g

    said = exercises.check("1.2.2.f", sheet, save=False)
    assert said.right == (jacobians == "direct" and row_first and direct_term)
    assert ("counts paths twice" in said.mistake) == (jacobians == "total")
    assert ("Jacobian before the gradient" in said.mistake) == (not row_first)
    assert ("may look at h[T] itself" in said.mistake) == (not direct_term)
    assert said.right or "as the sheet does" in said.says[0]


# Chapter 1.3


@pytest.mark.parametrize(
    ("id", "sentence", "mistake", "why"),
    [
        (
            "1.3.2.cause",
            "This is possible when the labels are being incorrectly assigned.",
            "puts it down to wrong labels",
            "none is wrong in any of these spikes",
        ),
        (
            "1.3.2.cause",
            "if the labels are swapped completely, loss and accuracy will be worse than a randomly initialized model",
            "puts it down to wrong labels",
            "cross-entropy has no ceiling",
        ),
        (
            "1.3.2.cause",
            "It may arise due to several reasons related to the training process and hyperparameters.",
            "names what moves the weights, and not why that can cost so much",
            "−ln p",
        ),
        ("1.3.3.regularisation", "gradient clipping", "clips the gradient", "no fewer spikes"),
        ("1.3.3.regularisation", "regularization techniques", "regularises", "neither fewer spikes nor more"),
    ],
)
def test_a_cause_and_cures(id, sentence, mistake, why):
    said = told(id, sentence)
    assert said.mistake == mistake
    assert why in said.says[1]


@pytest.mark.parametrize(
    ("id", "sentence", "right"),
    [
        ("1.3.2.cause", "Cross-entropy is not bounded from above.", True),
        ("1.3.2.cause", "The model is confidently wrong; the labels are right.", True),
        ("1.3.2.cause", "An exploding gradient made one long step.", False),
        ("1.3.2.cause", "The training set was memorised.", False),
        ("1.3.2.cause", "Because.", False),
        ("1.3.2.cause", "The labels were uncertain.", False),
        ("1.3.2.cause", "-ln p goes to infinity as p goes to 0", True),
        ("1.3.2.cause", "-log p can be arbitrarily large", True),
        ("1.3.2.cause", "cross entropy isn't bounded", True),
        ("1.3.2.cause", "It can be sure and wrong.", True),
        ("1.3.2.cause", "It gives almost no probability to the right class.", True),
        ("1.3.2.cause", "Certainly the labels are wrong.", False),
        ("1.3.2.cause", "A certain share of the labels is wrong.", False),
        ("1.3.2.cause", "It is wrong with high confidence", True),
        ("1.3.2.cause", "It puts almost all probability on a wrong class", True),
        ("1.3.2.cause", "Negative log likelihood can grow without bound", True),
        ("1.3.2.cause", "A long step makes the loss unbounded.", True),
        ("1.3.2.cause", "It is not unsure: it is confident, and wrong.", True),
        ("1.3.2.cause", "The network is no longer confident in its answers.", False),
        ("1.3.2.cause", "It is not sure of its answers any more, so it guesses.", False),
        ("1.3.2.cause", "Exploding gradients make the weights infinite.", False),
        ("1.3.2.cause", "There is no limit to the step size", False),
        ("1.3.2.cause", "Because the gradient is unbounded.", False),
        ("1.3.3.regularisation", "increase the decay of the learning rate", False),
        ("1.3.3.regularisation", "increase alpha to .999", True),
        ("1.3.3.regularisation", "alpha=.999", True),
        ("1.3.3.regularisation", "increase the decay", True),
        ("1.3.3.regularisation", "a bigger alpha", True),
        ("1.3.3.regularisation", "increase the weight decay", False),
    ],
)
def test_answers_in_other_words(id, sentence, right):
    assert exercises.check(id, sentence, save=False).right == right


@pytest.mark.parametrize(
    "sentence", ["It is not sure of its answers any more.", "It has become less confident."]
)
def test_an_unsure_network_pays_no_more(sentence):
    assert told("1.3.2.cause", sentence).mistake == "takes it for unsure"


def test_with_shorter_steps_hardly_a_run_learnt():
    assert "hardly a run learnt" in told("1.3.3.regularisation", "a smaller learning rate").says[1]
    learnt = recorded_census.runs("learning-rate-3e-4")["learnt_at"]
    assert recorded_census.share_learnt(learnt) < 0.15


def test_a_gradient_that_explodes_makes_no_step_that_explodes_under_rmsprop():
    said = told("1.3.1", lambda gradients, learning_rate, decay: -learning_rate * gradients)
    assert said.mistake == "makes a step as long as its gradient"


def test_the_sheets_numbers_are_right():
    assert exercises.check("1.3.4.loss", "ln(4) = 1.386", save=False).right
    assert exercises.check("1.3.4.accuracy", "1/4 = 0.25", save=False).right
