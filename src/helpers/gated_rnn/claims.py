"""The claims of chapter 1.2.1: the gated recurrent network. Time counts from 1, on the sheet and in the book alike."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from ..claims import Counterexample, Evidence, Sheet
from ..numerics.arrays import Array
from ..numerics.compare import relative_error
from ..numerics.oracle import torch
from . import oracle
from .diagrams import Weights, backward_through, forward_through, forward_unrolled
from .reference import GatedRNN, exploding_instance

SHEET = Sheet(__package__)


def _instance(random: Generator, m: int = 3, n: int = 2, T: int = 6) -> tuple[Weights, Array, Array, Array]:
    """Draw W_c, W_h and W_x, an input of T steps, h[0], and a loss's direct gradients with respect to the states."""
    W_c, W_h, W_x = (random.normal(size=shape) for shape in ((m, n), (m, m), (m, n)))
    return (W_c, W_h, W_x), random.normal(size=(T, n)), np.zeros(m), random.normal(size=(T, m))


@SHEET.evidence("1.2.1.a")
def diagram(random: Generator) -> Evidence:
    """Compute the states along the arrows of the book's two drawings; of the unrolled one also the loss."""
    weights, x, h0, g = _instance(random, T=3)
    states = oracle.value(oracle.gated_rnn, *weights, x, h0)
    unrolled = forward_unrolled(weights, x, h0, g)
    return Evidence(
        as_written=None,
        corrected=max(
            relative_error([values["h"] for values in forward_through(weights, x, h0)], states),
            relative_error([unrolled[f"h[{t}]"] for t in (1, 2, 3)], states),
            relative_error(unrolled["loss"], (g * states).sum()),
        ),
    )


@SHEET.evidence("1.2.1.b")
def size_of_gate(random: Generator) -> Evidence:
    """Compare the dimension of W_c x[t], and m, with that of c[t]."""
    of_sheet, of_book = [], []
    for m, n in ((3, 2), (2, 3), (1, 4), (4, 1)):
        (W_c, W_h, W_x), x, _, _ = _instance(random, m, n)
        gate = _torch_gate(W_c, W_h, x[0], random.normal(size=m))
        of_sheet += [relative_error(gate.shape, shape) for shape in ((W_c @ x[0]).shape, (m,))]
        of_book.append(relative_error(GatedRNN(W_c, W_h, W_x).run(x).gates[0].shape, gate.shape))
    return Evidence(as_written=max(of_sheet), corrected=max(of_book))


def _torch_gate(W_c: Array, W_h: Array, x: Array, h: Array) -> Array:
    return oracle.value(lambda W_c, W_h, x, h: torch.sigmoid(W_c @ x + W_h @ h), W_c, W_h, x, h)


@SHEET.evidence("1.2.1.c")
def gradient_of_W_x(random: Generator) -> Evidence:
    """Compute ∂ℓ/∂W_x = (∂ℓ/∂h[t]) · (1 − c[t]) · x[t], and sums of it over t.

    As it stands its shapes do not multiply: 1 × m, then m, then n. The two vectors to the left are taken entry by
    entry, and their product with x[t] as the matrix that the sheet says it is. ∂ℓ/∂h[t] can be the direct gradient or
    the total one. Total gradients come from the step Jacobian, and the sheet has one of its own: by 1.2.1.d the state
    is multiplied by c[t], and by no matrix.

    As written: one step, the t and the gradient that come closest. As meant: the sum over t that is missing, and the
    gradients, direct or total, that come closest among those that the sheet's own words give. Readings: each by itself;
    one hands the true total gradients to it. The last two are of the line before: the chain rule, with the true
    ∂h[t]/∂W_x in place of the sheet's, which is 1.2.1.c.step.
    """
    weights, x, h0, g = _instance(random)
    expected, total = _torch_gradients(weights, x, h0, g)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    by_the_gates_alone = g.copy()
    for t in range(len(x) - 1, 0, -1):
        by_the_gates_alone[t - 1] += by_the_gates_alone[t] * run.gates[t]

    def terms(gradient: Array) -> Array:
        return np.einsum("ti,tj->tij", gradient * (1 - run.gates), x)

    by_W_x = oracle.jacobian(oracle.gated_rnn, *weights, x, h0)[2]
    # (gradient, t, k, j)
    by_chain_rule = np.einsum("gti,tikj->gtkj", [g, total], by_W_x)

    def closest(summands: Array) -> float:
        return min(relative_error(summand, expected) for summand in summands)

    def summed(summands: Array) -> float:
        return relative_error(summands.sum(axis=0), expected)

    readings = {
        "one step, with the direct gradient": closest(terms(g)),
        "one step, with the total gradient": closest(terms(total)),
        "a sum, with direct gradients": summed(terms(g)),
        "a sum, with total gradients through c[t] alone": summed(terms(by_the_gates_alone)),
        "a sum, with the true total gradients": summed(terms(total)),
        "the chain rule alone, for one step": closest(np.concatenate(by_chain_rule)),
        "the chain rule alone, as a sum with direct gradients": summed(by_chain_rule[0]),
    }
    one_step_direct, one_step_total, sum_direct, sum_by_the_gates_alone, *_ = readings.values()
    return Evidence(
        as_written=min(one_step_direct, one_step_total),
        as_meant=min(sum_direct, sum_by_the_gates_alone),
        corrected=relative_error(network.vjp(run, g).W_x, expected),
        readings=readings,
    )


def _torch_gradients(weights: Weights, x: Array, h0: Array, g: Array) -> tuple[Array, Array]:
    """Return ∂ℓ/∂W_x and the total gradients ∂ℓ/∂h[t], both by autograd.

    A total gradient is the gradient with respect to a number added to the state, 0 here.
    """

    def states(*tensors: torch.Tensor) -> torch.Tensor:
        W_c, W_h, W_x, x, h0, added = tensors
        found = [h0]
        for x_t, added_t in zip(x, added, strict=True):
            c = torch.sigmoid(W_c @ x_t + W_h @ found[-1])
            found.append(c * found[-1] + (1 - c) * (W_x @ x_t) + added_t)
        return torch.stack(found[1:])

    _, _, by_W_x, _, _, by_states = oracle.vjp(states, g, *weights, x, h0, np.zeros_like(g))
    return by_W_x, by_states


@SHEET.evidence("1.2.1.c.step")
def step_derivative(random: Generator) -> Evidence:
    """Compute ∂h[t]/∂W_x = (1 − c[t]) · x[t], with a row of x[t] for each state.

    As written: the derivative of h[T] by every path. Read as the direct one: each step by itself, h[t−1] held fixed.
    """
    m, n, T = 3, 2, 6
    weights, x, h0, _ = _instance(random, m, n, T)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    *_, expected, _, _ = oracle.jacobian(oracle.gated_rnn, *weights, x, h0)
    direct = [
        oracle.jacobian(oracle.gated_rnn, *weights, x[t : t + 1], run.trajectory[t])[2][0] for t in range(T)
    ]
    # (t, i, i, j): state i depends directly on row i of W_x
    local = np.einsum("ti,ik,tj->tikj", 1 - run.gates, np.eye(m), x)
    full = np.empty_like(local)
    carried = np.zeros((m, m, n))
    for t in range(1, T + 1):
        jacobian = network.step_jacobian(run, t)
        carried = full[t - 1] = local[t - 1] + np.tensordot(jacobian, carried, axes=1)
    return Evidence(
        as_written=relative_error(local[-1], expected[-1]),
        corrected=relative_error(full, expected),
        readings={"what step t adds, with h[t−1] held fixed": relative_error(local, direct)},
    )


@SHEET.evidence("1.2.1.c.size")
def size_of_gradient(random: Generator) -> Evidence:
    """Compare m × n with the dimension of ∂ℓ/∂W_x.

    m and n are those of a state and of an input. The gradient is what is left when ∂ℓ/∂h meets autograd's ∂h/∂W_x, an
    array with an axis for time, one for the state, and two for the weight; it has to be the book's, entry by entry.
    """
    of_sheet, of_book = [], []
    for m, n in ((3, 2), (2, 3), (1, 4)):
        weights, x, h0, g = _instance(random, m, n)
        *_, by_weight, _, _ = oracle.jacobian(oracle.gated_rnn, *weights, x, h0)
        expected = np.tensordot(g, by_weight, axes=2)
        network = GatedRNN(*weights)
        run = network.run(x, h0)
        sheet = run.states[0].shape + x[0].shape
        of_sheet.append(relative_error(sheet, expected.shape))
        of_book.append(relative_error(network.vjp(run, g).W_x, expected))
    return Evidence(as_written=max(of_sheet), corrected=max(of_book))


@SHEET.evidence("1.2.1.c.likeness")
def likeness(random: Generator) -> Evidence:
    """Follow the diagram's arrows against their direction, from ∂ℓ/∂h to ∂ℓ/∂x.

    Left out: were the passes alike in every way, the forward one would be linear too. How far it is from that.
    Corrected: the backward recurrence, and that it takes a g + b g′ to the same combination of what it makes of g and g′.
    """
    weights, x, h0, g = _instance(random)
    other, a, b = random.normal(size=g.shape), 2.0, -3.0
    *_, expected, _ = oracle.vjp(oracle.gated_rnn, g, *weights, x, h0)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    of_the_sum, of_one, of_other = (network.vjp(run, gradient) for gradient in (a * g + b * other, g, other))
    return Evidence(
        as_written=relative_error(backward_through(weights, forward_through(weights, x, h0), g), expected),
        left_out=relative_error(network.run(2 * x, h0).states, 2 * run.states),
        corrected=max(
            relative_error(of_one.x, expected),
            *(relative_error(s, a * u + b * v) for s, u, v in zip(of_the_sum, of_one, of_other, strict=True)),
        ),
    )


@SHEET.evidence("1.2.1.d")
def cannot_explode(_: Generator) -> Counterexample:
    """Measure a gradient after 60 steps. The sheet's argument leaves a factor c[t] below 1 at each, so 1 at most.

    The instance is stated: 60 steps of :func:`helpers.gated_rnn.exploding_instance`.
    """
    network, x = exploding_instance(60)
    weights = network.W_c, network.W_h, network.W_x
    *_, by_h0 = oracle.jacobian(_torch_last_state, *weights, x, np.zeros(1))
    return Counterexample(at_most=1.0, measured=abs(by_h0.item()), predicted=6.0**30)


@SHEET.evidence("1.2.1.d.reason")
def no_matrix(random: Generator) -> Evidence:
    """Compute ∂h[t]/∂h[t−1] = diag(c[t]): h[t−1] meets no matrix on its way to h[t], only c[t]."""
    weights, x, _, _ = _instance(random, T=1)
    h0 = random.normal(size=3)
    *_, expected = oracle.jacobian(_torch_last_state, *weights, x, h0)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    return Evidence(
        as_written=relative_error(np.diag(run.gates[0]), expected),
        corrected=relative_error(network.step_jacobian(run, 1), expected),
    )


@SHEET.evidence("1.2.1.d.vanishing")
def can_vanish(random: Generator) -> Evidence:
    """Multiply the gates of many steps, each between 0 and 1.

    As written: where W_h = 0, the product of the gates is ∂h[T]/∂h[0], and after 80 steps it is 0 to ten digits.
    Left out: the same product where W_h is not 0. Corrected: the product of the steps, and the bound ρ where W_h is
    small and not 0: there ρ < 1, and autograd's norms stay below its powers.
    """
    (W_c, W_h, W_x), *_ = _instance(random)
    without = (W_c, 0 * W_h, W_x)
    short, after_3, expected_after_3 = _gates_steps_and_autograd(random, without, T=3)
    long, _, expected_after_80 = _gates_steps_and_autograd(random, without, T=80)
    wrong, book, expected = _gates_steps_and_autograd(random, (W_c, W_h, W_x), T=3)
    above_bound = _above_bound(random, (W_c, 0.02 * W_h, W_x), T=40)
    beside_the_diagonal = expected_after_80 - np.diag(np.diag(expected_after_80))
    return Evidence(
        as_written=max(
            relative_error(short, expected_after_3),
            # After 80 steps both are 0 to ten digits, so their logarithms are compared, and what is beside the diagonal.
            relative_error(np.log(np.diag(long)), np.log(np.diag(expected_after_80))),
            relative_error(expected_after_80, np.zeros((3, 3))),
            float(beside_the_diagonal.any()),
        ),
        left_out=relative_error(wrong, expected),
        corrected=max(relative_error(after_3, expected_after_3), relative_error(book, expected), above_bound),
    )


def _gates_steps_and_autograd(random: Generator, weights: Weights, T: int) -> tuple[Array, Array, Array]:
    """Return ∂h[T]/∂h[0] as the product of the gates, as that of the steps' Jacobians, and by autograd."""
    x, h0 = random.normal(size=(T, 2)), np.zeros(3)
    *_, expected = oracle.jacobian(_torch_last_state, *weights, x, h0)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    return np.diag(run.gates.prod(axis=0)), network.propagator(run, 0, T), expected


def _above_bound(random: Generator, weights: Weights, T: int) -> float:
    """Return by how much ‖∂h[T]/∂h[s]‖ exceeds ρ^(T − s), relative to it, over all s; infinite if ρ is not below 1."""
    x, h0 = random.normal(size=(T, 2)), random.normal(size=3)
    network = GatedRNN(*weights)
    rho, run = network.step_bound(x, h0), network.run(x, h0)
    by_state = [oracle.jacobian(_torch_last_state, *weights, x[s:], run.trajectory[s])[4] for s in range(T)]
    norms = np.abs(by_state).sum(axis=-1).max(axis=-1)
    return (norms / rho ** np.arange(T, 0, -1)).max() - 1 if rho < 1 else np.inf


def _torch_last_state(*arguments: torch.Tensor) -> torch.Tensor:
    return oracle.gated_rnn(*arguments)[-1]
