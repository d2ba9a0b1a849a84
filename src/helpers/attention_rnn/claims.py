"""The claims of section 1.2.2. Time counts from 1 in the sheet and in the book; k_i are columns in both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from ..claims import Evidence, Sheet, off_by, product_error
from ..numerics.arrays import Array
from ..numerics.oracle import torch
from . import oracle
from .diagrams import follow, one_step
from .reference import AttentionRNN, Run, UnboundedAttentionRNN

SHEET = Sheet(__package__)


def _network(random: Generator, k: int, m: int = 4, n: int = 3) -> AttentionRNN:
    """Draw AttentionRNN(k) with scores mostly below 1, so that no weight is nearly 0; states do not grow, because no value is longer than its state."""
    input_triple, past_triples = random.normal(size=(3, m, n)), random.normal(size=(k, 3, m, m))
    input_triple[:2] /= 4
    past_triples[:, :2] /= 4
    past_triples[:, 2] /= np.linalg.norm(past_triples[:, 2], 2, axis=(-2, -1), keepdims=True)
    return AttentionRNN(input_triple, past_triples)


def _states(network: AttentionRNN, x: Array, initial_states: Array) -> Array:
    return oracle.value(oracle.attention_rnn, network.input_triple, network.past_triples, x, initial_states)


@SHEET.evidence("1.2.2.a")
def drawing(random: Generator) -> Evidence:
    """Compute a step along the arrows of the book's drawing."""
    network = _network(random, k=2)
    x, past = random.normal(size=3), random.normal(size=(2, 4))
    return Evidence(
        as_written=None,
        corrected=off_by(follow(one_step(2), network, x, list(past)), _states(network, x[None], past)[0]),
    )


@SHEET.evidence("1.2.2.b")
def size_of_weights(random: Generator) -> Evidence:
    """Count the weights at every step, including the first two, and compute them.

    If all scores are 0 and only the input has a value, h[t] is that value divided by the number of weights.
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
        as_written=off_by(np.full((5, 4), 3), counted),
        corrected=off_by(run.weights, a),
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
    """Compute the states with a softargmax that ends at w_K; as meant, at w_k.

    Readings: K as a matrix, which is no index; and as another number than k. With K > k the softargmax takes scores that
    do not exist, and with K < k the sum takes weights that do not; read as 0, they leave the state a value.
    """
    k = 3
    network, x = _network(random, k), random.normal(size=(7, 3))
    zeros = np.zeros((k, 4))
    expected = _states(network, x, zeros)

    def error(K: Any, **missing: float) -> float:
        # Three lists: Q_0, …, Q_k, then the K, then the V.
        matrices = list(zip(network.input_triple, *network.past_triples, strict=True))
        try:
            sheet = _sheets_steps(lambda t: matrices, x, zeros, lambda t: K, lambda t: k, **missing)
        except TypeError:
            return float("inf")
        return off_by(sheet, expected)

    a_matrix = network.past_triples[0, 1]
    return Evidence(
        as_written=error(a_matrix),
        readings={
            "with K for one of the matrices K_i, which is no index": error(a_matrix),
            "with K = k − 1, the missing weight being 0": error(k - 1, missing_weight=0.0),
            "with K = k + 1, the missing score having no value": error(k + 1),
        },
        as_meant=error(k),
        corrected=off_by(network.run(x).states, expected),
    )


@SHEET.evidence("1.2.2.d")
def unbounded(random: Generator) -> Evidence:
    """Compute AttentionRNN(∞) from lists that end at h[1].

    Besides: the zero vectors before t = 1, which have weights in (c), have none here. It is measured on
    the network of (c) with the one triple for each past state, and a window as long as the sequence.
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
        as_written=off_by(sheet, expected),
        beside={"the network with zero states, from it": off_by(with_zero_states, expected)},
        corrected=off_by(network.run(x).states, expected),
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
    tensors = [torch.from_numpy(triple) for triple in step.triples]

    def parts(h_1: torch.Tensor) -> torch.Tensor:
        states = [torch.from_numpy(step.y[0]), h_1, torch.from_numpy(step.y[2])]
        scores = [(Q @ s) @ (K @ s) for (Q, K, _), s in zip(tensors, states, strict=True)]
        a = torch.softmax(torch.stack(scores), 0)
        v = torch.stack([V @ s for (_, _, V), s in zip(tensors, states, strict=True)])
        return torch.cat([(a[:, None] * v).flatten(), a, v[1]])

    jacobian = oracle.jacobian(parts, step.y[1])
    return {
        1: _jacobians(network, run.x[-1:], run.window_states(6))[0, :, -1],
        2: jacobian[0:4],
        4: jacobian[4:8],
        3: jacobian[8:12],
        6: jacobian[[13]],
        5: jacobian[15:],
    }


def _jacobians(network: AttentionRNN, x: Array, past: Array) -> Array:
    """Return the Jacobians of these steps' states with respect to those before them, by every path: (steps, m, k, m)."""
    input_triple, past_triples, inputs = map(
        torch.from_numpy, (network.input_triple, network.past_triples, x)
    )
    return oracle.jacobian(lambda past: oracle.attention_rnn(input_triple, past_triples, inputs, past), past)


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


def _evidence(random: Generator, equation: int) -> Evidence:
    """Return the evidence for an equation that contains k_1 Q_1, and so has no value as it is written."""
    step = _step(random)
    expected = _autograd(step)[equation]
    reordered = _sheet(step, transposed=False)[equation]
    as_written = product_error(step.k[1], step.triples[1][0])
    return Evidence(
        as_written=as_written,
        readings={
            "with k_1 for a column": as_written,
            "with (Q_1 k_1)ᵀ for k_1 Q_1": off_by(reordered, expected),
        },
        as_meant=off_by(_sheet(step)[equation], expected),
        corrected=off_by(_book(step)[equation], expected),
    )


@SHEET.evidence("1.2.2.e")
def whole_jacobian(random: Generator) -> Evidence:
    """Substitute the six equations into one another, and compute the one line."""
    return _evidence(random, 1)


@SHEET.evidence("1.2.2.e.1")
def equation_1(random: Generator) -> Evidence:
    """Add up the Jacobians of the three terms."""
    step = _step(random)
    autograd = _autograd(step)
    return Evidence(
        as_written=off_by(autograd[2] + autograd[4] + autograd[3], autograd[1]),
        corrected=off_by(_book(step)[1], autograd[1]),
    )


@SHEET.evidence("1.2.2.e.2")
def equation_2(random: Generator) -> Evidence:
    """Compute the Jacobian of a_0 v_0."""
    return _evidence(random, 2)


@SHEET.evidence("1.2.2.e.3")
def equation_3(random: Generator) -> Evidence:
    """Compute the Jacobian of a_2 v_2."""
    return _evidence(random, 3)


@SHEET.evidence("1.2.2.e.4")
def equation_4(random: Generator) -> Evidence:
    """Apply the product rule to a_1 v_1."""
    step = _step(random)
    autograd, a = _autograd(step), step.run.weights[-1]
    return Evidence(
        as_written=off_by(step.v[1] @ autograd[6] + a[1] * autograd[5], autograd[4]),
        corrected=off_by(_book(step)[4], autograd[4]),
    )


@SHEET.evidence("1.2.2.e.5")
def equation_5(random: Generator) -> Evidence:
    """Compare ∂v_1/∂h[t−1] with V_1."""
    step = _step(random)
    error = off_by(_book(step)[5], _autograd(step)[5])
    return Evidence(as_written=error, corrected=error)


@SHEET.evidence("1.2.2.e.6")
def equation_6(random: Generator) -> Evidence:
    """Compute ∂a_1/∂h[t−1]."""
    return _evidence(random, 6)


@SHEET.evidence("1.2.2.e.6.square")
def lost_square(random: Generator) -> Evidence:
    """Compute [6] with its transposes mended. As written, a bracket of (Σ exp(…)² is not closed, and it has no value.

    Readings: (Σ exp(…))², and Σ (exp(…)²). If one vector has all the weight, the two are the same.
    """
    step = _step(random)
    expected = _autograd(step)[6]
    of_the_sum, in_the_sum = (
        off_by(_sheet(step, square_of_sum=square_of_sum)[6], expected) for square_of_sum in (True, False)
    )
    return Evidence(
        as_written=_brackets_error(SHEET.words["1.2.2.e.6.square"]["statement"]),
        readings={"with the square of the sum": of_the_sum, "with a sum of squares": in_the_sum},
        as_meant=of_the_sum,
        corrected=off_by(_book(step)[6], expected),
    )


def _brackets_error(formula: str) -> float:
    """Return the error of a formula in which a bracket is not closed: it has no value."""
    return 0.0 if formula.count("(") == formula.count(")") else float("inf")


class _Later(NamedTuple):
    """Steps of AttentionRNN(2), and the derivatives in the sheet's (f), by autograd; T is a step before the end."""

    run: Run
    direct_gradients: Array
    """g[t] in row t − 1. The loss does not contain h[T] itself, so g[T] is 0."""
    total_gradients: Array
    """λ[t] in row t − 1."""
    direct_jacobians: list[Array]
    """∂h[T+i]/∂h[T] for i = 1, …, k, with every state in between held fixed."""
    total_jacobians: list[Array]
    """The same along every path."""


_T = 2
"""The step whose gradient (f) asks for."""


def _later(random: Generator) -> _Later:
    """Draw a network, its input and a loss."""
    k = 2
    network = _network(random, k)
    run = network.run(random.normal(size=(_T + k + 1, 3)))
    g = random.normal(size=run.states.shape)
    g[_T - 1] = 0
    # Of step T + i alone, whose initial states are those that it looks at.
    direct = [
        _jacobians(network, run.x[_T + i - 1 : _T + i], run.window_states(_T + i))[0, :, -i]
        for i in range(1, k + 1)
    ]
    total = _jacobians(network, run.x[_T : _T + k], run.window_states(_T + 1))[:, :, -1]
    return _Later(run, g, _total_gradients(run, g), direct, list(total))


def _total_gradients(run: Run, g: Array) -> Array:
    """Return the gradients with respect to a vector added to each state, 0 here: they are the total gradients."""
    network = run.network
    triples = [torch.from_numpy(triple) for triple in (network.input_triple, *network.past_triples)]
    x = torch.from_numpy(run.x)

    def states(added: torch.Tensor) -> torch.Tensor:
        found = [torch.zeros(added.shape[1], dtype=added.dtype)] * len(network.past_triples)
        for x_t, added_t in zip(x, added, strict=True):
            seen = [x_t, *found[: -len(triples) : -1]]
            scores = [(Q @ y) @ (K @ y) for (Q, K, _), y in zip(triples, seen, strict=True)]
            values = [V @ y for (_, _, V), y in zip(triples, seen, strict=True)]
            found.append(torch.softmax(torch.stack(scores), 0) @ torch.stack(values) + added_t)
        return torch.stack(found[len(network.past_triples) :])

    return oracle.vjp(states, g, np.zeros_like(g))


def _sum(gradients: Array, jacobians: list[Array]) -> Array:
    """Compute Σ_i ∂ℓ/∂h[T+i] ∂h[T+i]/∂h[T], i = 1, …, k."""
    return sum((gradients[_T + i - 1] @ J for i, J in enumerate(jacobians, start=1)), np.zeros(4))


@SHEET.evidence("1.2.2.f")
def sum_over_paths(random: Generator) -> Evidence:
    """Compute Σ_i ∂h[i+T]/∂h[T] ∂ℓ/∂h[i+T]. As written, a Jacobian times a row has no value; mended, the row stands first.

    Readings: ∂h[i+T]/∂h[T] as the direct Jacobian, or along every path; ∂ℓ/∂h[i+T] as the total gradient or the direct
    one. Left out: a loss that contains h[T] itself.
    """
    run, g, λ, direct, total = _later(random)
    expected = λ[_T - 1]
    looking = g.copy()
    looking[_T - 1] = random.normal(size=4)
    λ_looking = _total_gradients(run, looking)
    as_meant = off_by(_sum(λ, direct), expected)
    return Evidence(
        as_written=product_error(direct[0], λ[_T][None]),
        as_meant=as_meant,
        left_out={
            "the sheet mended, where ℓ looks at h[T] itself": off_by(
                _sum(λ_looking, direct), λ_looking[_T - 1]
            )
        },
        readings={
            "with direct Jacobians and total gradients": as_meant,
            "with total Jacobians and total gradients": off_by(_sum(λ, total), expected),
            "with direct Jacobians and direct gradients": off_by(_sum(g, direct), expected),
            "with total Jacobians and direct gradients": off_by(_sum(g, total), expected),
        },
        corrected=off_by(run.network.total_gradient(run, looking, _T), λ_looking[_T - 1]),
    )


@SHEET.evidence("1.2.2.f.order")
def order_of_factors(random: Generator) -> Evidence:
    """Multiply the Jacobian by the gradient, a row; each of them read as in 1.2.2.f.

    Readings: the gradient as a row, and as a column, with which the product has a value.
    """
    run, g, λ, direct, _ = _later(random)
    expected = λ[_T - 1]
    pairs = list(zip(λ[_T:], direct, strict=False))
    as_column = sum(J @ row[:, None] for row, J in pairs)
    as_written = max(product_error(J, row[None]) for row, J in pairs)
    return Evidence(
        as_written=as_written,
        readings={
            "with the gradient for a row": as_written,
            "with the gradient for a column": off_by(as_column, expected[:, None]),
        },
        as_meant=off_by(_sum(λ, direct), expected),
        corrected=off_by(run.network.total_gradient(run, g, _T), expected),
    )
