"""The claims of section 1.2.2. Time counts from 1 in the sheet and in the book; k_i are columns in both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ..claims import Evidence, Sheet
from ..numerics.arrays import Array
from ..numerics.compare import relative_error
from ..numerics.oracle import torch
from . import oracle
from .diagrams import follow, one_step
from .reference import AttentionRNN, Run, UnboundedAttentionRNN

SHEET = Sheet(__package__)


def _network(random: Generator, k: int, m: int = 4, n: int = 3) -> AttentionRNN:
    """Draw AttentionRNN(k) with scores around 1, whose states do not grow: no value is longer than its state."""
    input_triple, past_triples = random.normal(size=(3, m, n)), random.normal(size=(k, 3, m, m))
    input_triple[:2] /= 2
    past_triples[:, :2] /= 2
    past_triples[:, 2] /= np.linalg.norm(past_triples[:, 2], 2, axis=(-2, -1), keepdims=True)
    return AttentionRNN(input_triple, past_triples)


def _states(network: AttentionRNN, x: Array, initial_states: Array) -> Array:
    return oracle.value(oracle.attention_rnn, network.input_triple, network.past_triples, x, initial_states)


def _shape_error(left: Array, right: Array) -> float:
    """Return the error of a formula in which the shapes of two factors do not fit: it has no value."""
    try:
        left @ right
    except ValueError:
        return float("inf")
    raise AssertionError(
        f"a product of shapes {left.shape} and {right.shape} was to have no value, and has one"
    )


@SHEET.evidence("1.2.2.a")
def drawing(random: Generator) -> Evidence:
    """Compute a step along the arrows of the book's drawing."""
    network = _network(random, k=2)
    x, past = random.normal(size=3), random.normal(size=(2, 4))
    return Evidence(
        as_written=None,
        corrected=relative_error(
            follow(one_step(2), network, x, list(past)), _states(network, x[None], past)[0]
        ),
    )


@SHEET.evidence("1.2.2.b")
def size_of_weights(random: Generator) -> Evidence:
    """Count the weights at every step, the first two included; and compute them.

    Where all scores are 0 and the input alone has a value, h[t] is that value divided by the number of weights.
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
    """Compute the states as the sheet's c and d do, each step from its own lists q_0, q_1, ….

    A score that a list lacks is NaN; a weight that it lacks is ``missing_weight``.
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


@SHEET.evidence("1.2.2.c")
def window(random: Generator) -> Evidence:
    """Compute the states with a softargmax that ends at w_K, for other K than k; as meant, at w_k.

    With K > k it takes scores that do not exist, and with K < k the sum takes weights that do not; read as 0, they
    leave the state a value.
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


@SHEET.evidence("1.2.2.d")
def unbounded(random: Generator) -> Evidence:
    """Compute AttentionRNN(∞) from lists that end at h[1].

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


class _Step(NamedTuple):
    """The last step of a run of AttentionRNN(2), in the letters of the sheet's (e).

    q, k and v hold columns, m × 1, as on paper: a product whose shapes do not fit raises.
    """

    run: Run
    y: list[Array]
    """x[t], h[t−1] and h[t−2]."""
    triples: list[Array]
    q: list[Array]
    k: list[Array]
    v: list[Array]


def _step(random: Generator) -> _Step:
    run = _network(random, k=2).run(random.normal(size=(6, 3)))
    y = [run.x[-1], *run.window_states(6)[::-1]]
    triples = [run.network.input_triple, *run.network.past_triples]
    q, k, v = (
        [(triple[letter] @ y_i)[:, None] for triple, y_i in zip(triples, y, strict=True)]
        for letter in range(3)
    )
    return _Step(run, y, triples, q, k, v)


Derivatives = Mapping[int, Array]
"""The left-hand sides of the sheet's equations [1] to [6], by number: ∂h[t], ∂(a_0 v_0), ∂(a_2 v_2), ∂(a_1 v_1), ∂v_1 and ∂a_1,
each by ∂h[t−1]."""


def _autograd(step: _Step) -> Derivatives:
    network, run = step.run.network, step.run

    def parts(h_1: torch.Tensor) -> torch.Tensor:
        tensors = [torch.from_numpy(triple) for triple in step.triples]
        states = [torch.from_numpy(step.y[0]), h_1, torch.from_numpy(step.y[2])]
        scores = [(Q @ s) @ (K @ s) for (Q, K, _), s in zip(tensors, states, strict=True)]
        a = torch.softmax(torch.stack(scores), 0)
        v = torch.stack([V @ s for (_, _, V), s in zip(tensors, states, strict=True)])
        return torch.cat([(a[:, None] * v).flatten(), a, v[1]])

    jacobian = oracle.jacobian(parts, step.y[1])
    *_, by_initial = oracle.jacobian(
        oracle.attention_rnn, network.input_triple, network.past_triples, run.x[-1:], run.window_states(6)
    )
    return {
        1: by_initial[0][:, -1],
        2: jacobian[0:4],
        4: jacobian[4:8],
        3: jacobian[8:12],
        6: jacobian[[13]],
        5: jacobian[15:],
    }


def _score_jacobian(step: _Step, *, transposed: bool = True) -> Array:
    """Return k_1ᵀ Q_1 + q_1ᵀ K_1, 1 × m; or the sheet's k_1 Q_1 + q_1ᵀ K_1, reordered so that it has a value."""
    Q_1, K_1, _ = step.triples[1]
    product = step.k[1].T @ Q_1 if transposed else (Q_1 @ step.k[1]).T
    return product + step.q[1].T @ K_1


def _sheet(step: _Step, *, transposed: bool = True, square_of_sum: bool = True) -> Derivatives:
    """Compute the sheet's equations, [5] and [6] put in [4], and [2], [3] and [4] in [1].

    Without ``square_of_sum``, the last denominator of [6] is the sum of the squares.
    """
    v, V_1 = step.v, step.triples[1][2]
    E = [np.exp((q.T @ k).item()) for q, k in zip(step.q, step.k, strict=True)]
    S, row = sum(E), _score_jacobian(step, transposed=transposed)
    two, three = (-v[i] @ row * E[i] * E[1] / S**2 for i in (0, 2))
    six = row * E[1] / S - E[1] * row * E[1] / (S**2 if square_of_sum else sum(e**2 for e in E))
    four = v[1] @ six + E[1] / S * V_1
    return {1: two + three + four, 2: two, 3: three, 4: four, 5: V_1, 6: six}


def _book(step: _Step) -> Derivatives:
    """Compute the same from the weights; [1] by equation (3.4)."""
    a, v, V_1 = step.run.weights[-1], step.v, step.triples[1][2]
    row = _score_jacobian(step)
    return {
        1: step.run.network.step_jacobian(step.run, 6, lag=1),
        2: -a[0] * a[1] * v[0] @ row,
        3: -a[2] * a[1] * v[2] @ row,
        4: a[1] * V_1 + a[1] * (1 - a[1]) * v[1] @ row,
        5: V_1,
        6: a[1] * (1 - a[1]) * row,
    }


def _largest(random: Generator, equation: int, formulas: Callable[[_Step], Derivatives]) -> float:
    """Return an equation's largest error in 10 networks: in one alone a term may happen to be next to nothing."""
    steps = (_step(random) for _ in range(10))
    return max(relative_error(formulas(step)[equation], _autograd(step)[equation]) for step in steps)


def _evidence(random: Generator, equation: int) -> Evidence:
    """Return the evidence for an equation that contains k_1 Q_1, and so has no value as it is written."""
    steps = (_step(random) for _ in range(10))
    reordered = partial(_sheet, transposed=False, square_of_sum=False)
    return Evidence(
        as_written=max(_shape_error(step.k[1], step.triples[1][0]) for step in steps),
        readings={"(Q₁k₁)ᵀ + q₁ᵀK₁": _largest(random, equation, reordered)},
        as_meant=_largest(random, equation, _sheet),
        corrected=_largest(random, equation, _book),
    )


@SHEET.evidence("1.2.2.e")
def whole_jacobian(random: Generator) -> Evidence:
    """Put the six equations into one another, [6] to the letter; and compute the one line."""
    return _evidence(random, 1)


@SHEET.evidence("1.2.2.e.1")
def equation_1(random: Generator) -> Evidence:
    """Add up the Jacobians of the three terms."""
    step = _step(random)
    autograd = _autograd(step)
    return Evidence(
        as_written=relative_error(autograd[2] + autograd[4] + autograd[3], autograd[1]),
        corrected=relative_error(_book(step)[1], autograd[1]),
    )


@SHEET.evidence("1.2.2.e.2")
def equation_2(random: Generator) -> Evidence:
    """Compute the share of a_0 v_0."""
    return _evidence(random, 2)


@SHEET.evidence("1.2.2.e.3")
def equation_3(random: Generator) -> Evidence:
    """Compute the share of a_2 v_2."""
    return _evidence(random, 3)


@SHEET.evidence("1.2.2.e.4")
def equation_4(random: Generator) -> Evidence:
    """Apply the product rule to a_1 v_1."""
    step = _step(random)
    autograd, a = _autograd(step), step.run.weights[-1]
    return Evidence(
        as_written=relative_error(step.v[1] @ autograd[6] + a[1] * autograd[5], autograd[4]),
        corrected=relative_error(_book(step)[4], autograd[4]),
    )


@SHEET.evidence("1.2.2.e.5")
def equation_5(random: Generator) -> Evidence:
    """Compare ∂v_1/∂h[t−1] with V_1."""
    step = _step(random)
    error = relative_error(_book(step)[5], _autograd(step)[5])
    return Evidence(as_written=error, corrected=error)


@SHEET.evidence("1.2.2.e.6")
def equation_6(random: Generator) -> Evidence:
    """Compute ∂a_1/∂h[t−1]. To the letter, there are squares in the sum of its last denominator."""
    return _evidence(random, 6)


@SHEET.evidence("1.2.2.e.6.square")
def lost_square(random: Generator) -> Evidence:
    """Compute [6] with its transposes mended; Σ exp(…)² as written, (Σ exp(…))² as meant.

    Where attention is on one thing alone, the two are the same.
    """
    return Evidence(
        as_written=_largest(random, 6, partial(_sheet, square_of_sum=False)),
        as_meant=_largest(random, 6, _sheet),
        corrected=_largest(random, 6, _book),
    )


def _gradient_errors(random: Generator, *, direct_term: bool) -> dict[str, float]:
    """Return the error of each formula for ∂ℓ/∂h[T], on steps of AttentionRNN(3) and a random loss.

    Without a direct term, the loss does not look at h[T] itself.
    """
    steps, k, T = 12, 3, 4
    network = _network(random, k)
    triples = network.input_triple, network.past_triples
    run = network.run(random.normal(size=(steps, 3)))
    direct_gradient = random.normal(size=run.states.shape)
    if not direct_term:
        direct_gradient[T - 1] = 0

    def total_gradient(s: int) -> Array:
        """Return the gradient of h[s]: its direct one, and that of the steps after it with respect to their last initial state."""
        *_, by_initial = oracle.vjp(
            oracle.attention_rnn, direct_gradient[s:], *triples, run.x[s:], run.window_states(s + 1)
        )
        return direct_gradient[s - 1] + by_initial[-1]

    def jacobians(x: Array, past: Array) -> Array:
        """Return the Jacobians of these steps' states with respect to those before them, (steps, m, k, m)."""
        return oracle.jacobian(oracle.attention_rnn, *triples, x, past)[3]

    lags = range(1, k + 1)
    expected = total_gradient(T)
    gradients = [total_gradient(T + i) for i in lags]
    total = jacobians(run.x[T:], run.window_states(T + 1))[:k, :, -1]
    # Of step T + i alone, whose initial states are those that it sees.
    direct = [jacobians(run.x[T + i - 1 : T + i], run.window_states(T + i))[0, :, -i] for i in lags]
    pairs = list(zip(gradients, direct, strict=True))
    return {
        "Jacobian times row": max(_shape_error(J, g[None]) for g, J in pairs),
        "Jacobian times column": relative_error(sum(J @ g[:, None] for g, J in pairs), expected[:, None]),
        "total Jacobians": relative_error(
            sum(g @ J for g, J in zip(gradients, total, strict=True)), expected
        ),
        "direct Jacobians": relative_error(sum(g @ J for g, J in pairs), expected),
        "the book": relative_error(network.total_gradient(run, direct_gradient, T), expected),
    }


@SHEET.evidence("1.2.2.f")
def sum_over_paths(random: Generator) -> Evidence:
    """Compute Σ_i ∂h[i+T]/∂h[T] ∂ℓ/∂h[i+T], the order of the factors mended.

    As written, ∂h[i+T]/∂h[T] stands for the whole derivative, by every path. As meant, it is the direct one, of
    one step. The largest of 10 networks: paths may happen to cancel. Left out: a loss that looks at h[T] itself.
    """

    def largest(formula: str, *, direct_term: bool = False) -> float:
        return max(_gradient_errors(random, direct_term=direct_term)[formula] for _ in range(10))

    corrected = _gradient_errors(random, direct_term=True)["the book"]
    return Evidence(
        as_written=largest("total Jacobians"),
        as_meant=largest("direct Jacobians"),
        left_out=largest("direct Jacobians", direct_term=True),
        corrected=corrected,
    )


@SHEET.evidence("1.2.2.f.order")
def order_of_factors(random: Generator) -> Evidence:
    """Multiply the Jacobian by the gradient, a row; each of them taken as it is meant.

    With the gradient as a column, the product has a value.
    """
    errors = _gradient_errors(random, direct_term=False)
    return Evidence(
        as_written=errors["Jacobian times row"],
        readings={"Jacobian times column": errors["Jacobian times column"]},
        as_meant=errors["direct Jacobians"],
        corrected=errors["the book"],
    )
