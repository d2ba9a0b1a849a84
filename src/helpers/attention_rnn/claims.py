"""The claims of section 1.2.2. Time counts from 1 in the sheet and in the book; k_i are columns on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ..claims.ledger import Claim, Evidence, Verdict
from ..numerics import oracle
from ..numerics.arrays import Array
from ..numerics.compare import relative_error
from ..numerics.oracle import torch
from .diagrams import follow, one_step
from .reference import AttentionRNN, Run, UnboundedAttentionRNN

CHAPTER = "attention_rnn"


def _network(random: Generator, k: int, m: int = 4, n: int = 3) -> AttentionRNN:
    """AttentionRNN(k) with scores around 1, whose states do not grow: no value is longer than its state."""
    input_triple, past_triples = random.normal(size=(3, m, n)), random.normal(size=(k, 3, m, m))
    input_triple[:2] /= 2
    past_triples[:, :2] /= 2
    past_triples[:, 2] /= np.linalg.norm(past_triples[:, 2], 2, axis=(-2, -1), keepdims=True)
    return AttentionRNN(input_triple, past_triples)


def _states(network: AttentionRNN, x: Array, initial_states: Array) -> Array:
    return oracle.value(oracle.attention_rnn, network.input_triple, network.past_triples, x, initial_states)


REORDERED = "(Q₁k₁)ᵀ + q₁ᵀK₁"
"""What can be made of k_1 Q_1 + q_1ᵀ K_1 without mending it: its factors turned so that they fit."""


def _shape_error(left: Array, right: Array) -> float:
    """The error of a formula that has no value, since the shapes of two of its factors do not fit."""
    try:
        left @ right
    except ValueError:
        return float("inf")
    raise AssertionError(
        f"a product of shapes {left.shape} and {right.shape} was to have no value, and has one"
    )


def drawing(random: Generator) -> Evidence:
    """1.2.2.a: the sheet's drawing is lost; the book's, followed along its arrows, against the network."""
    network = _network(random, k=2)
    x, past = random.normal(size=3), random.normal(size=(2, 4))
    return Evidence(
        as_written=None,
        corrected=relative_error(
            follow(one_step(2), network, x, list(past)), _states(network, x[None], past)[0]
        ),
    )


def size_of_weights(random: Generator) -> Evidence:
    """1.2.2.b: a[t] ∈ R³ at every step, the first two included; and what the book says its elements are.

    Where all scores are 0 and the input alone has a value, h[t] is that value divided by how many weights there are.
    """
    network, x = _network(random, k=2), random.normal(size=(5, 3))
    run = network.run(x)

    def weights(
        input_triple: torch.Tensor, past_triples: torch.Tensor, x: torch.Tensor, past: torch.Tensor
    ) -> torch.Tensor:
        scores = [
            (Q @ y) @ (K @ y)
            for (Q, K, _), y in zip([input_triple, *past_triples], [x, *past.flip(0)], strict=True)
        ]
        return torch.softmax(torch.stack(scores), 0)

    a = [
        oracle.value(weights, network.input_triple, network.past_triples, x[t - 1], run.window_states(t))
        for t in range(1, 6)
    ]
    zero, V_0 = np.zeros((4, 3)), network.input_triple[2]
    shared_out = AttentionRNN((zero, zero, V_0), 0 * network.past_triples)
    counted = x @ V_0.T / _states(shared_out, x, np.zeros((2, 4)))
    return Evidence(
        as_written=relative_error(np.full((5, 4), 3), counted),
        corrected=relative_error(run.weights, a),
    )


Last = Callable[[int], int]
"""The last index of a list of the sheet, at step t."""


def _sheets_steps(
    triples_at: Callable[[int], Sequence[Sequence[Array]]],
    x: Array,
    earlier: Array,
    last_in_softargmax: Last,
    last_in_sum: Last,
    missing_weight: float = np.nan,
) -> Array:
    """The sheet's c and d: each step from its own lists q_0, q_1, …; what a list does not hold is NaN.

    Of the weights, it is ``missing_weight``.
    """
    states = list(earlier)
    for t, x_t in enumerate(x, start=1):
        y = [x_t, *states[::-1]]
        q, k, v = ([matrix @ y_i for matrix, y_i in zip(matrices, y)] for matrices in triples_at(t))  # noqa: B905
        w = [q_i @ k_i for q_i, k_i in zip(q, k, strict=True)]
        w = w[: last_in_softargmax(t) + 1] + [np.nan] * (last_in_softargmax(t) + 1 - len(w))
        a = np.exp(w) / np.exp(w).sum()
        a = [*a, *[missing_weight] * (last_in_sum(t) + 1 - len(a))]
        states.append(sum(a[i] * v[i] for i in range(last_in_sum(t) + 1)))
    return np.array(states[len(earlier) :])


def window(random: Generator) -> Evidence:
    """1.2.2.c: AttentionRNN(k). The softargmax runs to w_K, with any K but k; as meant, to w_k.

    With K > k it is of scores that are of nothing, and with K < k the sum is of weights that there are not; read as
    0, they leave a state with a value.
    """
    k = 3
    network, x = _network(random, k), random.normal(size=(7, 3))
    zeros = np.zeros((k, 4))
    expected = _states(network, x, zeros)

    def sheet(K: int, **missing: float) -> Array:
        # Three lists: Q_0, …, Q_k, then the K, then the V.
        matrices = list(zip(network.input_triple, *network.past_triples, strict=True))
        return _sheets_steps(lambda t: matrices, x, zeros, lambda t: K, lambda t: k, **missing)

    return Evidence(
        as_written=min(relative_error(sheet(K), expected) for K in (1, 2, 4, 5)),
        readings={
            f"K = k − {k - K}, weights that are not there being 0,": relative_error(
                sheet(K, missing_weight=0.0), expected
            )
            for K in (2, 1)
        },
        as_meant=relative_error(sheet(k), expected),
        corrected=relative_error(network.run(x).states, expected),
    )


def unbounded(random: Generator) -> Evidence:
    """1.2.2.d: AttentionRNN(∞), its lists ending at h[1].

    Left out: that the zero states before t = 1, which take part in (c), take no part here. It is measured on
    the network of (c) with the one triple for each of as many past states as there are steps.
    """
    T, m = 7, 4
    shared = _network(random, 1, m)
    triple = shared.past_triples[0]
    network, x = UnboundedAttentionRNN(shared.input_triple, triple), random.normal(size=(T, 3))
    expected = _states(network, x, np.zeros((0, m)))

    def matrices(t: int) -> list[list[Array]]:
        return [[first, *[one] * (t - 1)] for first, one in zip(network.input_triple, triple, strict=True)]

    sheet = _sheets_steps(matrices, x, np.zeros((0, m)), lambda t: t - 1, lambda t: t - 1)
    with_zero_states = AttentionRNN(network.input_triple, [triple] * T).run(x).states
    return Evidence(
        as_written=relative_error(sheet, expected),
        left_out=relative_error(with_zero_states, expected),
        corrected=relative_error(network.run(x).states, expected),
    )


class _Step:
    """One step of AttentionRNN(2) in the letters of the sheet's (e), with its derivatives by autograd."""

    def __init__(self, random: Generator) -> None:
        self.network = _network(random, k=2)
        self.run = self.network.run(random.normal(size=(6, 3)))
        self.t = 6
        y = [self.run.x[self.t - 1], *self.run.window_states(self.t)[::-1]]
        triples = [self.network.input_triple, *self.network.past_triples]
        # Columns, m × 1, as on paper: a product whose shapes do not fit raises here.
        self.q, self.k, self.v = (
            [(triple[letter] @ y_i)[:, None] for triple, y_i in zip(triples, y, strict=True)]
            for letter in range(3)
        )
        self.exp = [np.exp((q.T @ k).item()) for q, k in zip(self.q, self.k, strict=True)]
        self.Q_1, self.K_1, self.V_1 = self.network.past_triples[0]

        def parts(h_1: torch.Tensor) -> torch.Tensor:
            tensors = [torch.from_numpy(triple) for triple in triples]
            states = [torch.from_numpy(y[0]), h_1, torch.from_numpy(y[2])]
            scores = [(Q @ s) @ (K @ s) for (Q, K, _), s in zip(tensors, states, strict=True)]
            a = torch.softmax(torch.stack(scores), 0)
            v = torch.stack([V @ s for (_, _, V), s in zip(tensors, states, strict=True)])
            return torch.cat([(a[:, None] * v).flatten(), a, v.flatten()])

        jacobian = oracle.jacobian(parts, y[1])
        self.of_terms = jacobian[:12].reshape(3, 4, 4)
        self.of_weights, self.of_values = jacobian[12:15], jacobian[15:].reshape(3, 4, 4)
        states = oracle.jacobian(
            oracle.attention_rnn,
            *(self.network.input_triple, self.network.past_triples, y[:1], self.run.window_states(self.t)),
        )[3]
        self.of_state = states[0][:, -1]

    @property
    def short(self) -> Array:
        """∂h[t]/∂h[t−1] in one line, equation (3.4)."""
        return self.network.step_jacobian(self.run, self.t, lag=1)

    @property
    def weights(self) -> Array:
        return self.run.weights[self.t - 1]

    @property
    def without_value(self) -> float:
        """The error of all that holds k_1 Q_1, of shapes (m, 1) and (m, m)."""
        return _shape_error(self.k[1], self.Q_1)

    def score_jacobian(self, transposed: bool = True) -> Array:
        """k_1ᵀ Q_1 + q_1ᵀ K_1, of 1 × m; or the sheet's k_1 Q_1 + q_1ᵀ K_1, its factors so turned that they fit."""
        product = self.k[1].T @ self.Q_1 if transposed else (self.Q_1 @ self.k[1]).T
        return product + self.q[1].T @ self.K_1

    def another_term(self, i: int, transposed: bool = True) -> Array:
        """[2] for i = 0, [3] for i = 2."""
        row, S = self.score_jacobian(transposed), sum(self.exp)
        return -self.v[i] @ row * self.exp[i] * self.exp[1] / S**2

    def six(self, transposed: bool = True, square_of_sum: bool = True) -> Array:
        """[6]; with the square inside of the sum, if not ``square_of_sum``."""
        row, E = self.score_jacobian(transposed), self.exp
        divisor = sum(E) ** 2 if square_of_sum else sum(e**2 for e in E)
        return row * E[1] / sum(E) - E[1] * row * E[1] / divisor

    def together(self, transposed: bool = True, square_of_sum: bool = True) -> Array:
        """[5] and [6] in [4]; then [2], [3] and [4] in [1]."""
        four = self.v[1] @ self.six(transposed, square_of_sum) + self.exp[1] / sum(self.exp) * self.V_1
        return self.another_term(0, transposed) + self.another_term(2, transposed) + four


Made = Callable[[_Step], Array]
"""What a formula makes of a step, or autograd."""


def _largest(random: Generator, made: Made, expected: Made) -> float:
    """The largest error in 10 networks: in one alone a term may happen to be next to nothing."""
    return max(relative_error(made(step), expected(step)) for step in _steps(random))


def _steps(random: Generator) -> Iterator[_Step]:
    return (_Step(random) for _ in range(10))


def _with_k_1_Q_1(
    random: Generator, expected: Made, *, turned: Made, as_meant: Made, corrected: Made
) -> Evidence:
    """The evidence of a formula that holds k_1 Q_1, and so has no value as it is written."""
    return Evidence(
        as_written=max(step.without_value for step in _steps(random)),
        readings={REORDERED: _largest(random, turned, expected)},
        as_meant=_largest(random, as_meant, expected),
        corrected=_largest(random, corrected, expected),
    )


def equation_1(random: Generator) -> Evidence:
    """1.2.2.e.1: the Jacobian is that of the sum of the three terms."""
    step = _Step(random)
    return Evidence(
        as_written=relative_error(step.of_terms.sum(axis=0), step.of_state),
        corrected=relative_error(step.short, step.of_state),
    )


def _equation_2_or_3(i: int) -> Callable[[Generator], Evidence]:
    def evidence(random: Generator) -> Evidence:
        return _with_k_1_Q_1(
            random,
            lambda step: step.of_terms[i],
            turned=lambda step: step.another_term(i, transposed=False),
            as_meant=lambda step: step.another_term(i),
            corrected=lambda step: -step.weights[i] * step.weights[1] * step.v[i] @ step.score_jacobian(),
        )

    evidence.__doc__ = f"1.2.2.e.{2 if i == 0 else 3}: the share of a_{i} v_{i}."
    return evidence


def equation_4(random: Generator) -> Evidence:
    """1.2.2.e.4: the product rule."""
    step = _Step(random)
    a, v_1 = step.weights, step.v[1]
    return Evidence(
        as_written=relative_error(v_1 @ step.of_weights[[1]] + a[1] * step.of_values[1], step.of_terms[1]),
        corrected=relative_error(
            a[1] * step.V_1 + a[1] * (1 - a[1]) * v_1 @ step.score_jacobian(), step.of_terms[1]
        ),
    )


def equation_5(random: Generator) -> Evidence:
    """1.2.2.e.5: ∂v_1/∂h[t−1] = V_1."""
    step = _Step(random)
    error = relative_error(step.V_1, step.of_values[1])
    return Evidence(as_written=error, corrected=error)


def _short_six(step: _Step) -> Array:
    """[6] in one line: a_1 (1 − a_1) (k_1ᵀ Q_1 + q_1ᵀ K_1)."""
    return step.weights[1] * (1 - step.weights[1]) * step.score_jacobian()


def equation_6(random: Generator) -> Evidence:
    """1.2.2.e.6: ∂a_1/∂h[t−1]. To the letter, there are squares in the sum of its last denominator."""
    return _with_k_1_Q_1(
        random,
        lambda step: step.of_weights[[1]],
        turned=lambda step: step.six(transposed=False, square_of_sum=False),
        as_meant=lambda step: step.six(),
        corrected=_short_six,
    )


def lost_square(random: Generator) -> Evidence:
    """1.2.2.e.6.square: [6] with its transposes mended; Σ exp(…)² as written, (Σ exp(…))² as meant.

    Where attention is on one thing alone, the two are the same.
    """

    def expected(step: _Step) -> Array:
        return step.of_weights[[1]]

    return Evidence(
        as_written=_largest(random, lambda step: step.six(square_of_sum=False), expected),
        as_meant=_largest(random, lambda step: step.six(), expected),
        corrected=_largest(random, _short_six, expected),
    )


def whole_jacobian(random: Generator) -> Evidence:
    """1.2.2.e: the six equations, put into one another, [6] to the letter; and the one line."""
    return _with_k_1_Q_1(
        random,
        lambda step: step.of_state,
        turned=lambda step: step.together(transposed=False, square_of_sum=False),
        as_meant=lambda step: step.together(),
        corrected=lambda step: step.short,
    )


class _Later(NamedTuple):
    """A run, a loss's direct gradients, and what autograd says of h[T] and of those that see it, h[T+i], by i = 1, …, k."""

    run: Run
    T: int
    direct_gradient: Array
    gradients: dict[int, Array]
    """The total ones of h[T+i]."""
    direct_jacobians: dict[int, Array]
    total_jacobians: dict[int, Array]
    gradient: Array
    """The total one of h[T]."""

    def along(self, jacobians: dict[int, Array]) -> Array:
        """Σ_i ∂ℓ/∂h[T+i] ∂h[T+i]/∂h[T]: a gradient is a row and stands first."""
        return np.sum([g @ jacobians[i] for i, g in self.gradients.items()], axis=0)

    def by_the_book(self) -> Array:
        """The total gradient of h[T] by equation (3.7)."""
        return self.run.network.total_gradient(self.run, self.direct_gradient, self.T)


def _later(random: Generator, *, direct_term: bool) -> _Later:
    """The steps after one of AttentionRNN(3); without a direct term, the loss does not look at h[T] itself."""
    steps, k, T = 12, 3, 4
    network = _network(random, k)
    triples = network.input_triple, network.past_triples
    run = network.run(random.normal(size=(steps, 3)))
    direct_gradient = random.normal(size=run.states.shape)
    if not direct_term:
        direct_gradient[T - 1] = 0

    def gradient(s: int) -> Array:
        """The total gradient of h[s], from what the steps after it make of their last initial state."""
        *_, by_initial = oracle.vjp(
            oracle.attention_rnn, direct_gradient[s:], *triples, run.x[s:], run.window_states(s + 1)
        )
        return direct_gradient[s - 1] + by_initial[-1]

    def direct_jacobian(i: int) -> Array:
        """∂h[T+i]/∂h[T] of step T + i alone, whose initial states are those that it sees."""
        t = T + i
        *_, by_initial = oracle.jacobian(
            oracle.attention_rnn, *triples, run.x[t - 1 : t], run.window_states(t)
        )
        return by_initial[0][:, -i]

    *_, by_initial = oracle.jacobian(oracle.attention_rnn, *triples, run.x[T:], run.window_states(T + 1))
    lags = range(1, k + 1)
    return _Later(
        run,
        T,
        direct_gradient,
        gradients={i: gradient(T + i) for i in lags},
        direct_jacobians={i: direct_jacobian(i) for i in lags},
        total_jacobians={i: by_initial[i - 1][:, -1] for i in lags},
        gradient=gradient(T),
    )


def sum_over_paths(random: Generator) -> Evidence:
    """1.2.2.f: Σ_i ∂h[i+T]/∂h[T] ∂ℓ/∂h[i+T], the order of the factors mended.

    As written, ∂h[i+T]/∂h[T] stands for the whole derivative, by every path. As meant, it is the direct one, of
    one step. The largest of 10 networks: paths may happen to cancel. Left out: a loss that looks at h[T] itself.
    """

    def largest(jacobians: Callable[[_Later], dict[int, Array]], *, direct_term: bool = False) -> float:
        drawn = (_later(random, direct_term=direct_term) for _ in range(10))
        return max(relative_error(later.along(jacobians(later)), later.gradient) for later in drawn)

    with_direct_term = _later(random, direct_term=True)
    return Evidence(
        as_written=largest(lambda later: later.total_jacobians),
        as_meant=largest(lambda later: later.direct_jacobians),
        left_out=largest(lambda later: later.direct_jacobians, direct_term=True),
        corrected=relative_error(with_direct_term.by_the_book(), with_direct_term.gradient),
    )


def order_of_factors(random: Generator) -> Evidence:
    """1.2.2.f.order: the Jacobian before the gradient, where a gradient is a row; each of them taken as it is meant.

    With the gradient stood upright, as a column, the product has a value.
    """
    later = _later(random, direct_term=False)
    jacobians = later.direct_jacobians
    rows = {i: g[None] for i, g in later.gradients.items()}
    upright = np.sum([jacobians[i] @ g.T for i, g in rows.items()], axis=0)
    return Evidence(
        as_written=max(_shape_error(jacobians[i], g) for i, g in rows.items()),
        readings={"Jacobian times column": relative_error(upright, later.gradient[:, None])},
        as_meant=relative_error(later.along(jacobians), later.gradient),
        corrected=relative_error(later.by_the_book(), later.gradient),
    )


_SCORES = "\\left(\\textstyle\\sum \\exp(q_i[t]^\\top k_i[t])\\right)"
_STATE = "\\partial h[t]/\\partial h[t-1]"


def _quotient(i: int, row: str) -> str:
    return (
        f"$\\frac{{\\partial (a_{i}[t] v_{i}[t])}}{{\\partial h[t-1]}} = -v_{i}[t] ({row}) "
        f"\\frac{{\\exp(q_{i}[t]^\\top k_{i}[t]) \\exp(q_1[t]^\\top k_1[t])}}{{{_SCORES}^2}}$"
    )


_ROW_WRITTEN, _ROW = "k_1 Q_1 + q_1^\\top K_1", "k_1^\\top Q_1 + q_1^\\top K_1"
_SIX = (
    "$\\frac{{\\partial a_1[t]}}{{\\partial h[t-1]}} = \\frac{{({row}) \\exp(q_1[t]^\\top k_1[t])}}"
    "{{\\sum \\exp(q_i[t]^\\top k_i[t])}} - \\frac{{\\exp(q_1[t]^\\top k_1[t]) ({row}) \\exp(q_1[t]^\\top k_1[t])}}"
    "{{{divisor}}}$"
)

CLAIMS = [
    Claim(
        id="1.2.2.a",
        question="Draw AttentionRNN(2)",
        statement="(A drawing, which is lost.)",
        verdict=Verdict.LOST,
        evidence=drawing,
        chapter=CHAPTER,
        correction="It is drawn from code. What is measured is $h[t]$, computed along the drawing's arrows.",
    ),
    Claim(
        id="1.2.2.b",
        question="The size of $a[t]$",
        statement="$\\mathbb{R}^3$",
        verdict=Verdict.CONFIRMED,
        evidence=size_of_weights,
        chapter=CHAPTER,
    ),
    Claim(
        id="1.2.2.c",
        question="AttentionRNN($k$)",
        statement="$q_0[t], \\dots, q_k[t] = Q_0 x[t], Q_1 h[t-1], \\dots, Q_k h[t-k]$, and so $k_i$ and $v_i$; "
        "$w_i[t] = q_i[t]^\\top k_i[t]$; $a[t] = \\mathrm{softargmax}([w_0[t], \\dots, w_K[t]])$; "
        "$h[t] = \\sum_{i=0}^{k} a_i[t] v_i[t]$",
        verdict=Verdict.REPAIRED,
        evidence=window,
        chapter=CHAPTER,
        correction="The scores end at $w_k[t]$, where the lists and the sum end: "
        "$a[t] = \\mathrm{softargmax}([w_0[t], \\dots, w_k[t]]) \\in \\mathbb{R}^{k+1}$. States before $t = 1$ are zero "
        "vectors, and take part with the score 0.",
    ),
    Claim(
        id="1.2.2.d",
        question="AttentionRNN($\\infty$)",
        statement="Share the weights for all $Q$, $K$ and $V$: "
        "$q_0[t], \\dots, q_{t-1}[t] = Q_0 x[t], Q h[t-1], \\dots, Q h[1]$, and so $k_i$ and $v_i$; "
        "$w_i[t] = q_i[t]^\\top k_i[t]$; $a[t] = \\mathrm{softargmax}([w_0[t], \\dots, w_{t-1}[t]])$; "
        "$h[t] = \\sum_{i=0}^{t-1} a_i[t] v_i[t]$",
        verdict=Verdict.COMPLETED,
        evidence=unbounded,
        chapter=CHAPTER,
        correction="One triple $(Q, K, V)$ serves $i = 1, \\dots, t-1$; the input keeps its own. The zero states before "
        "$t = 1$, which take part in (c), take none here: $a[t] \\in \\mathbb{R}^t$, and $h[1] = V_0 x[1]$. With them there "
        "would be no such network: the more of them, the closer $h[1]$ is to 0.",
    ),
    Claim(
        id="1.2.2.e",
        question=f"${_STATE}$ of AttentionRNN(2)",
        statement="[5] and [6] put in [4], and [2], [3] and [4] put in [1].",
        verdict=Verdict.REPAIRED,
        evidence=whole_jacobian,
        chapter=CHAPTER,
        correction="With the transposes of [2], [3] and [6] and the lost bracket of the square mended it is right, and it is one line: "
        f"$\\frac{{\\partial h[t]}}{{\\partial h[t-1]}} = a_1 V_1 + a_1 (v_1 - h[t]) ({_ROW})$",
    ),
    Claim(
        id="1.2.2.e.1",
        question=f"[1] ${_STATE}$ as a sum",
        statement="$\\frac{\\partial h[t]}{\\partial h[t-1]} = "
        "\\frac{\\partial (a_0[t]v_0[t] + a_1[t]v_1[t] + a_2[t]v_2[t])}{\\partial h[t-1]}$",
        verdict=Verdict.CONFIRMED,
        evidence=equation_1,
        chapter=CHAPTER,
    ),
    Claim(
        id="1.2.2.e.2",
        question="[2] the share of $a_0 v_0$",
        statement=_quotient(0, _ROW_WRITTEN),
        verdict=Verdict.REPAIRED,
        evidence=_equation_2_or_3(0),
        chapter=CHAPTER,
        correction=f"$k_1 Q_1$ is $m \\times 1$ times $m \\times m$ and has no value. With its transpose: {_quotient(0, _ROW)}",
    ),
    Claim(
        id="1.2.2.e.3",
        question="[3] the share of $a_2 v_2$",
        statement=_quotient(2, _ROW_WRITTEN),
        verdict=Verdict.REPAIRED,
        evidence=_equation_2_or_3(2),
        chapter=CHAPTER,
        correction=_quotient(2, _ROW),
    ),
    Claim(
        id="1.2.2.e.4",
        question="[4] the share of $a_1 v_1$",
        statement="$\\frac{\\partial (a_1[t]v_1[t])}{\\partial h[t-1]} = v_1[t] \\frac{\\partial a_1[t]}{\\partial h[t-1]} + "
        "a_1[t] \\frac{\\partial v_1[t]}{\\partial h[t-1]}$",
        verdict=Verdict.CONFIRMED,
        evidence=equation_4,
        chapter=CHAPTER,
    ),
    Claim(
        id="1.2.2.e.5",
        question="[5] the Jacobian of $v_1$",
        statement="$\\frac{\\partial v_1[t]}{\\partial h[t-1]} = V_1$",
        verdict=Verdict.CONFIRMED,
        evidence=equation_5,
        chapter=CHAPTER,
    ),
    Claim(
        id="1.2.2.e.6",
        question="[6] the Jacobian of $a_1$",
        statement=_SIX.format(row=_ROW_WRITTEN, divisor="(\\sum \\exp(q_i[t]^\\top k_i[t])^2"),
        verdict=Verdict.REPAIRED,
        evidence=equation_6,
        chapter=CHAPTER,
        correction=_SIX.format(row=_ROW, divisor=_SCORES + "^2"),
    ),
    Claim(
        id="1.2.2.e.6.square",
        question="[6] what is squared",
        statement="$(\\sum \\exp(q_i[t]^\\top k_i[t])^2$: a bracket is lost, and what is left squares the exponentials, "
        "$\\sum \\exp(q_i[t]^\\top k_i[t])^2$.",
        verdict=Verdict.REPAIRED,
        evidence=lost_square,
        chapter=CHAPTER,
        correction="The square is of the sum: $\\left(\\sum \\exp(q_i[t]^\\top k_i[t])\\right)^2$",
    ),
    Claim(
        id="1.2.2.f",
        question="$\\partial \\ell/\\partial h[T]$ from the later gradients",
        statement="$\\sum_{i=1}^{k} \\frac{\\partial h[i+T]}{\\partial h[T]} \\frac{\\partial \\ell}{\\partial h[i+T]}$",
        verdict=Verdict.REPAIRED,
        evidence=sum_over_paths,
        chapter=CHAPTER,
        correction="The Jacobians must be the *direct* ones, with all states between held fixed, and the gradients the *total* ones. A "
        "loss that looks at $h[T]$ itself adds its own term $g[T]$, and no step after the last counts: with $\\lambda$ for total gradients, "
        "$\\lambda[T] = g[T] + \\sum_i \\lambda[T+i] \\left.\\frac{\\partial h[T+i]}{\\partial h[T]}\\right|_{\\text{direct}}$",
    ),
    Claim(
        id="1.2.2.f.order",
        question="The order of the two factors in (f)",
        statement="Jacobian before gradient.",
        verdict=Verdict.REPAIRED,
        evidence=order_of_factors,
        chapter=CHAPTER,
        correction="In numerator layout a gradient is a row, $1 \\times m$, and stands before the Jacobian, $m \\times m$. The sheet's "
        "order belongs to the other layout, in which both are transposed.",
    ),
]
