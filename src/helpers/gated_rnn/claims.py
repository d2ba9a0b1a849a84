"""The claims of chapter 1.2.1: the gated recurrent network. Time counts from 1, on the sheet and in the book alike."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from ..claims import Counterexample, Evidence, Sheet, off_by, product_error
from ..numerics.arrays import Array
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
    """Compute the states along the arrows of the book's two drawings, and the loss along those of the unrolled one."""
    weights, x, h0, g = _instance(random, T=3)
    states = oracle.value(oracle.gated_rnn, *weights, x, h0)
    unrolled = forward_unrolled(weights, x, h0, g)
    return Evidence(
        as_written=None,
        corrected=max(
            off_by([values["h"] for values in forward_through(weights, x, h0)], states),
            off_by([unrolled[f"h[{t}]"] for t in (1, 2, 3)], states),
            off_by(unrolled["loss"], (g * states).sum()),
        ),
    )


@SHEET.evidence("1.2.1.b")
def size_of_gate(random: Generator) -> Evidence:
    """Compare the dimension of W_c x[t], and m, with that of c[t]."""
    of_sheet, of_book = [], []
    for m, n in ((3, 2), (2, 3), (1, 4), (4, 1)):
        (W_c, W_h, W_x), x, _, _ = _instance(random, m, n)
        gate = _torch_gate(W_c, W_h, x[0], random.normal(size=m))
        of_sheet += [off_by(gate.shape, shape) for shape in ((W_c @ x[0]).shape, (m,))]
        of_book.append(off_by(GatedRNN(W_c, W_h, W_x).run(x).gates[0].shape, gate.shape))
    return Evidence(as_written=max(of_sheet), corrected=max(of_book))


def _torch_gate(W_c: Array, W_h: Array, x: Array, h: Array) -> Array:
    return oracle.value(lambda W_c, W_h, x, h: torch.sigmoid(W_c @ x + W_h @ h), W_c, W_h, x, h)


@SHEET.evidence("1.2.1.c")
def gradient_of_W_x(random: Generator) -> Evidence:
    """Compute ∂ℓ/∂W_x = (∂ℓ/∂h[t]) · (1 − c[t]) · x[t], and its sum over t.

    As written, its shapes cannot be multiplied: 1 × m, then m × 1, then n × 1. Mended, the two vectors on the left are
    multiplied entry by entry, their product with x[t] is the matrix of which the sheet speaks, and the steps are added.
    Besides: the closest single step.

    Readings: ∂ℓ/∂h[t] as the total gradient; as the direct one; and as a total one by the account of 1.2.1.d, by which the
    state is multiplied by c[t], and by no matrix.
    """
    weights, x, h0, g = _instance(random)
    expected, total = _torch_gradients(weights, x, h0, g)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    by_the_gates_alone = g.copy()
    for t in range(len(x) - 1, 0, -1):
        by_the_gates_alone[t - 1] += by_the_gates_alone[t] * run.gates[t]

    def steps(gradient: Array) -> Array:
        return np.einsum("ti,tj->tij", gradient * (1 - run.gates), x)

    def summed(gradient: Array) -> float:
        return off_by(steps(gradient).sum(axis=0), expected)

    return Evidence(
        as_written=product_error(total[:1] @ (1 - run.gates[0])[:, None], x[0][:, None]),
        as_meant=summed(total),
        beside={"the closest step alone": min(off_by(step, expected) for step in steps(total))},
        readings={
            "with total gradients": summed(total),
            "with direct gradients": summed(g),
            "with total gradients that come through c[t] alone": summed(by_the_gates_alone),
        },
        corrected=off_by(network.vjp(run, g).W_x, expected),
    )


def _torch_states(*tensors: torch.Tensor) -> torch.Tensor:
    """Return h[1], …, h[T], to each of which a vector is added: W_c, W_h, W_x, x, h[0], and these."""
    W_c, W_h, W_x, x, h0, added = tensors
    states = [h0]
    for x_t, added_t in zip(x, added, strict=True):
        c = torch.sigmoid(W_c @ x_t + W_h @ states[-1])
        states.append(c * states[-1] + (1 - c) * (W_x @ x_t) + added_t)
    return torch.stack(states[1:])


def _torch_gradients(weights: Weights, x: Array, h0: Array, g: Array) -> tuple[Array, Array]:
    """Return ∂ℓ/∂W_x and the total gradients ∂ℓ/∂h[t], both by autograd.

    A total gradient is the gradient with respect to a number added to the state, 0 here.
    """
    _, _, by_W_x, _, _, by_states = oracle.vjp(_torch_states, g, *weights, x, h0, np.zeros_like(g))
    return by_W_x, by_states


@SHEET.evidence("1.2.1.c.step")
def step_derivative(random: Generator) -> Evidence:
    """Compute ∂h[t]/∂W_x = (1 − c[t]) · x[t].

    As written, the product of two columns, m × 1 and n × 1. Mended, a row of x[t] for each state, by its factor 1 − c_i[t].
    Readings: each step by itself, h[t−1] held fixed; and the derivative of h[T] by every path.
    """
    m, n, T = 3, 2, 6
    weights, x, h0, _ = _instance(random, m, n, T)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    expected = _by_W_x(weights, x, h0)
    direct = [_by_W_x(weights, x[t : t + 1], run.trajectory[t])[0] for t in range(T)]
    # (t, i, k, j)
    local = np.einsum("ti,ik,tj->tikj", 1 - run.gates, np.eye(m), x)
    full = local.copy()
    for t in range(1, T):
        full[t] += np.tensordot(network.step_jacobian(run, t + 1), full[t - 1], axes=1)
    return Evidence(
        as_written=product_error((1 - run.gates[0])[:, None], x[0][:, None]),
        as_meant=off_by(local, direct),
        readings={
            "with h[t−1] held fixed": off_by(local, direct),
            "by every path": off_by(local[-1], expected[-1]),
        },
        corrected=off_by(full, expected),
    )


def _by_W_x(weights: Weights, x: Array, h0: Array) -> Array:
    """Return ∂h[t]/∂W_x by every path, by autograd: (T, m, m, n)."""
    W_c, W_h, W_x = weights
    W_c, W_h, x, h0 = map(torch.from_numpy, (W_c, W_h, x, h0))
    return oracle.jacobian(lambda W_x: oracle.gated_rnn(W_c, W_h, W_x, x, h0), W_x)


@SHEET.evidence("1.2.1.c.size")
def size_of_gradient(random: Generator) -> Evidence:
    """Compare m × n with the dimension of ∂ℓ/∂W_x.

    m and n are those of a state and of an input. The gradient is the product of ∂ℓ/∂h and autograd's ∂h/∂W_x, an
    array with an axis for time, one for the state, and two for the weight; it has to equal the book's, entry by entry.
    """
    of_sheet, of_book = [], []
    for m, n in ((3, 2), (2, 3), (1, 4)):
        weights, x, h0, g = _instance(random, m, n)
        expected = np.tensordot(g, _by_W_x(weights, x, h0), axes=2)
        network = GatedRNN(*weights)
        run = network.run(x, h0)
        sheet = run.states[0].shape + x[0].shape
        of_sheet.append(off_by(sheet, expected.shape))
        of_book.append(off_by(network.vjp(run, g).W_x, expected))
    return Evidence(as_written=max(of_sheet), corrected=max(of_book))


@SHEET.evidence("1.2.1.c.likeness")
def likeness(random: Generator) -> Evidence:
    """Follow the diagram's arrows against their direction, from ∂ℓ/∂h to ∂ℓ/∂x.

    Besides: how far the forward pass is from being linear. Corrected: the backward recurrence, and that it takes a g + b g′
    to the same combination of its results for g and g′.
    """
    weights, x, h0, g = _instance(random)
    other, a, b = random.normal(size=g.shape), 2.0, -3.0
    *_, expected, _ = oracle.vjp(oracle.gated_rnn, g, *weights, x, h0)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    of_the_sum, of_one, of_other = (network.vjp(run, gradient) for gradient in (a * g + b * other, g, other))
    return Evidence(
        as_written=off_by(backward_through(weights, forward_through(weights, x, h0), g), expected),
        beside={
            "the states of 2 x from twice the states of x": off_by(
                network.run(2 * x, h0).states, 2 * run.states
            )
        },
        corrected=max(
            off_by(of_one.x, expected),
            *(off_by(s, a * u + b * v) for s, u, v in zip(of_the_sum, of_one, of_other, strict=True)),
        ),
    )


@SHEET.evidence("1.2.1.d")
def cannot_explode(_: Generator) -> Counterexample:
    """Measure a gradient after 60 steps. The sheet's argument leaves a factor c[t] below 1 at each, so 1 at most.

    The instance is fixed: 60 steps of :func:`helpers.gated_rnn.exploding_instance`.
    """
    network, x = exploding_instance(60)
    by_h0 = _by_h0((network.W_c, network.W_h, network.W_x), x, np.zeros(1))
    return Counterexample(at_most=1.0, measured=abs(by_h0.item()), predicted=6.0**30)


@SHEET.evidence("1.2.1.d.reason")
def no_matrix(random: Generator) -> Evidence:
    """Compute ∂h[t]/∂h[t−1] = diag(c[t]): the sheet multiplies h[t−1] by c[t], and by no matrix."""
    weights, x, _, _ = _instance(random, T=1)
    h0 = random.normal(size=3)
    expected = _by_h0(weights, x, h0)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    return Evidence(
        as_written=off_by(np.diag(run.gates[0]), expected),
        corrected=off_by(network.step_jacobian(run, 1), expected),
    )


@SHEET.evidence("1.2.1.d.vanishing")
def can_vanish(random: Generator) -> Evidence:
    """Multiply the gates of many steps, each between 0 and 1.

    As written: where W_h = 0, the product of the gates is ∂h[T]/∂h[0], and where
    the gates are mostly shut, it is 0 to ten digits after 16 steps.
    Left out: the same product where W_h is not 0. Corrected: the product of the steps, and the bound ρ where W_h is
    small and not 0: there ρ < 1, and autograd's norms stay below its powers.
    """
    (W_c, W_h, W_x), *_ = _instance(random)
    short, after_3, expected_after_3 = _gates_steps_and_autograd(random, (W_c, 0 * W_h, W_x), T=3)
    # The second input is 1: it shuts the gates.
    mostly_shut = np.column_stack([W_c[:, 0], np.full(3, -3.0)]), 0 * W_h, W_x
    long, _, expected_after_16 = _gates_steps_and_autograd(random, mostly_shut, T=16, second_input=1.0)
    wrong, book, expected = _gates_steps_and_autograd(random, (W_c, W_h, W_x), T=3)
    above_bound = _above_bound(random, (W_c, 0.005 * W_h, W_x), T=10)
    beside_the_diagonal = expected_after_16 - np.diag(np.diag(expected_after_16))
    return Evidence(
        as_written=max(
            off_by(short, expected_after_3),
            # After 16 steps both are 0 to ten digits, so their logarithms are compared, and what is beside the diagonal.
            off_by(np.log(np.diag(long)), np.log(np.diag(expected_after_16))),
            float(np.abs(expected_after_16).max()),
            float(beside_the_diagonal.any()),
        ),
        left_out={"the sheet where W_h is not 0": off_by(wrong, expected)},
        corrected=max(off_by(after_3, expected_after_3), off_by(book, expected), above_bound),
    )


def _gates_steps_and_autograd(
    random: Generator, weights: Weights, T: int, second_input: float | None = None
) -> tuple[Array, Array, Array]:
    """Return ∂h[T]/∂h[0] as the product of the gates, as that of the steps' Jacobians, and by autograd."""
    x, h0 = random.normal(size=(T, 2)), np.zeros(3)
    if second_input is not None:
        x[:, 1] = second_input
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    return np.diag(run.gates.prod(axis=0)), network.propagator(run, 0, T), _by_h0(weights, x, h0)


def _above_bound(random: Generator, weights: Weights, T: int) -> float:
    """Return by how much ‖∂h[T]/∂h[s]‖ exceeds ρ^(T − s), relative to it, over all s; infinite if ρ is not below 1."""
    x, h0 = random.normal(size=(T, 2)), random.normal(size=3)
    network = GatedRNN(*weights)
    rho = network.step_bound(x, h0)
    # ∂h[T]/∂h[s] for s = 1, …, T is the derivative with respect to a vector added to h[s].
    before = tuple(map(torch.from_numpy, (*weights, x, h0)))
    by_state = oracle.jacobian(lambda added: _torch_states(*before, added)[-1], np.zeros((T, 3))).swapaxes(
        0, 1
    )
    norms = np.abs([_by_h0(weights, x, h0), *by_state]).sum(axis=-1).max(axis=-1)
    return (norms / rho ** np.arange(T, -1, -1)).max() - 1 if rho < 1 else np.inf


def _by_h0(weights: Weights, x: Array, h0: Array) -> Array:
    """Return ∂h[T]/∂h[0] by autograd: (m, m)."""
    W_c, W_h, W_x, inputs = map(torch.from_numpy, (*weights, x))
    return oracle.jacobian(lambda h0: oracle.gated_rnn(W_c, W_h, W_x, inputs, h0)[-1], h0)
