"""The claims of chapter 1.2.1: the gated recurrent network. Time counts from 1, on the sheet and in the book alike."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from ..claims.ledger import Claim, Counterexample, Evidence, Verdict
from ..numerics.arrays import Array
from ..numerics.compare import relative_error
from ..numerics.oracle import torch
from . import oracle
from .diagrams import Weights, backward_through, forward_through, forward_unrolled
from .reference import GatedRNN, exploding_instance

CHAPTER = "gated_rnn"


def _instance(random: Generator, m: int = 3, n: int = 2, T: int = 6) -> tuple[Weights, Array, Array, Array]:
    """W_c, W_h and W_x, an input of T steps, h[0], and a loss's direct gradients with respect to the states."""
    W_c, W_h, W_x = (random.normal(size=shape) for shape in ((m, n), (m, m), (m, n)))
    return (W_c, W_h, W_x), random.normal(size=(T, n)), np.zeros(m), random.normal(size=(T, m))


def diagram(random: Generator) -> Evidence:
    """1.2.1.a: the sheet's drawing is lost. The book's two compute the states along their arrows, box by box and
    step by step; the unrolled one also the loss."""
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


def size_of_gate(random: Generator) -> Evidence:
    """1.2.1.b: c[t] has the dimension of W_c x[t], which is R^m."""
    of_sheet, of_book = [], []
    for m, n in ((3, 2), (2, 3), (1, 4), (4, 1)):
        (W_c, W_h, W_x), x, _, _ = _instance(random, m, n)
        gate = _torch_gate(W_c, W_h, x[0], random.normal(size=m))
        of_sheet += [relative_error(gate.shape, shape) for shape in ((W_c @ x[0]).shape, (m,))]
        of_book.append(relative_error(GatedRNN(W_c, W_h, W_x).run(x).gates[0].shape, gate.shape))
    return Evidence(as_written=max(of_sheet), corrected=max(of_book))


def _torch_gate(W_c: Array, W_h: Array, x: Array, h: Array) -> Array:
    return oracle.value(lambda W_c, W_h, x, h: torch.sigmoid(W_c @ x + W_h @ h), W_c, W_h, x, h)


def gradient_of_W_x(random: Generator) -> Evidence:
    """1.2.1.c: ∂ℓ/∂W_x = (∂ℓ/∂h[t]) · (∂h[t]/∂W_x), thus ∂ℓ/∂W_x = (∂ℓ/∂h[t]) · (1 − c[t]) · x[t].

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
    gradients = _torch_gradients(weights, x, h0, g)
    expected, total = gradients["W_x"], gradients["states"]
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

    def closest_step(gradient: Array) -> float:
        return min(relative_error(term, expected) for term in terms(gradient))

    readings = {
        "one step, with the direct gradient": closest_step(g),
        "one step, with the total gradient": closest_step(total),
        "a sum, with direct gradients": relative_error(terms(g).sum(axis=0), expected),
        "a sum, with total gradients through c[t] alone": relative_error(
            terms(by_the_gates_alone).sum(axis=0), expected
        ),
        "a sum, with the true total gradients": relative_error(terms(total).sum(axis=0), expected),
        "the chain rule alone, for one step": min(
            relative_error(term, expected) for term in np.concatenate(by_chain_rule)
        ),
        "the chain rule alone, as a sum with direct gradients": relative_error(
            by_chain_rule[0].sum(axis=0), expected
        ),
    }
    one_step_direct, one_step_total, sum_direct, sum_by_the_gates_alone, *_ = readings.values()
    return Evidence(
        as_written=min(one_step_direct, one_step_total),
        as_meant=min(sum_direct, sum_by_the_gates_alone),
        corrected=relative_error(network.vjp(run, g).W_x, expected),
        readings=readings,
    )


def _torch_gradients(weights: Weights, x: Array, h0: Array, g: Array) -> dict[str, Array]:
    """∂ℓ/∂W_x and the total gradients ∂ℓ/∂h[t], both by autograd.

    A total gradient is the gradient with respect to a number added to the state, 0 here.
    """

    def states(
        W_c: torch.Tensor,
        W_h: torch.Tensor,
        W_x: torch.Tensor,
        x: torch.Tensor,
        h0: torch.Tensor,
        added: torch.Tensor,
    ) -> torch.Tensor:
        found = [h0]
        for x_t, added_t in zip(x, added, strict=True):
            c = torch.sigmoid(W_c @ x_t + W_h @ found[-1])
            found.append(c * found[-1] + (1 - c) * (W_x @ x_t) + added_t)
        return torch.stack(found[1:])

    gradients = oracle.vjp(states, g, *weights, x, h0, np.zeros_like(g))
    return {"W_x": gradients[2], "states": gradients[5]}


def step_derivative(random: Generator) -> Evidence:
    """1.2.1.c.step: ∂h[t]/∂W_x = (1 − c[t]) · x[t], with a row of x[t] for each state.

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


def size_of_gradient(random: Generator) -> Evidence:
    """1.2.1.c.size: ∂ℓ/∂W_x has the same dimension as W_x, which is R^{m × n}.

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


def likeness(random: Generator) -> Evidence:
    """1.2.1.c.likeness: backward, the same graph is used with inputs and outputs swapped.

    As written: the diagram's own arrows, followed against their direction from ∂ℓ/∂h to ∂ℓ/∂x.
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


def cannot_explode(_: Generator) -> Counterexample:
    """1.2.1.d: gradients cannot explode. The sheet's argument leaves a factor c[t] below 1 at each step, so 1 at most.

    The instance is stated: 60 steps of :func:`helpers.gated_rnn.exploding_instance`.
    """
    network, x = exploding_instance(60)
    weights = network.W_c, network.W_h, network.W_x
    *_, by_h0 = oracle.jacobian(_torch_last_state, *weights, x, np.zeros(1))
    return Counterexample(at_most=1.0, measured=abs(by_h0.item()), predicted=6.0**30)


def no_matrix(random: Generator) -> Evidence:
    """1.2.1.d.reason: h[t−1] meets no matrix on its way to h[t], only c[t]. So ∂h[t]/∂h[t−1] = diag(c[t])."""
    weights, x, _, _ = _instance(random, T=1)
    h0 = random.normal(size=3)
    *_, expected = oracle.jacobian(_torch_last_state, *weights, x, h0)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    return Evidence(
        as_written=relative_error(np.diag(run.gates[0]), expected),
        corrected=relative_error(network.step_jacobian(run, 1), expected),
    )


def can_vanish(random: Generator) -> Evidence:
    """1.2.1.d.vanishing: gradients can vanish, because at each step h is multiplied by c[t], between 0 and 1.

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
    """∂h[T]/∂h[0] as the product of the gates, as that of the steps' Jacobians, and by autograd."""
    x, h0 = random.normal(size=(T, 2)), np.zeros(3)
    *_, expected = oracle.jacobian(_torch_last_state, *weights, x, h0)
    network = GatedRNN(*weights)
    run = network.run(x, h0)
    return np.diag(run.gates.prod(axis=0)), network.propagator(run, 0, T), expected


def _above_bound(random: Generator, weights: Weights, T: int) -> float:
    """By how much ‖∂h[T]/∂h[s]‖ exceeds ρ^(T − s), relative to it, over all s; infinite if ρ is not below 1."""
    x, h0 = random.normal(size=(T, 2)), random.normal(size=3)
    network = GatedRNN(*weights)
    rho, run = network.step_bound(x, h0), network.run(x, h0)
    by_state = [oracle.jacobian(_torch_last_state, *weights, x[s:], run.trajectory[s])[4] for s in range(T)]
    norms = np.abs(by_state).sum(axis=-1).max(axis=-1)
    return (norms / rho ** np.arange(T, 0, -1)).max() - 1 if rho < 1 else np.inf


def _torch_last_state(*arguments: torch.Tensor) -> torch.Tensor:
    return oracle.gated_rnn(*arguments)[-1]


CLAIMS = [
    Claim(
        id="1.2.1.a",
        question="Draw the network.",
        statement="a drawing, which did not survive.",
        verdict=Verdict.LOST,
        evidence=diagram,
        chapter=CHAPTER,
        correction="The two diagrams of this chapter, of one step and of three. Following their arrows computes $h[t]$.",
    ),
    Claim(
        id="1.2.1.b",
        question="What is the size of $c[t]$?",
        statement="The dimension of $c[t]$ is the same as that of $W_c x[t]$, which is $\\mathbb{R}^m$.",
        verdict=Verdict.CONFIRMED,
        evidence=size_of_gate,
        chapter=CHAPTER,
    ),
    Claim(
        id="1.2.1.c",
        question="What is $\\partial \\ell / \\partial W_x$, given $\\partial \\ell / \\partial h[t]$ for all $t$?",
        statement="$\\frac{\\partial \\ell}{\\partial W_x} = \\frac{\\partial \\ell}{\\partial h[t]} \\cdot "
        "\\frac{\\partial h[t]}{\\partial W_x}$, thus "
        "$\\frac{\\partial \\ell}{\\partial W_x} = \\frac{\\partial \\ell}{\\partial h[t]} \\cdot (1 - c[t]) \\cdot x[t]$",
        verdict=Verdict.REFUTED,
        evidence=gradient_of_W_x,
        chapter=CHAPTER,
        correction="$\\frac{\\partial \\ell}{\\partial W_x} = \\sum_t (\\lambda[t] \\odot (1 - c[t]))^\\top x[t]^\\top$, where the total "
        "gradients $\\lambda[t] = g[t] + \\lambda[t+1]\\, \\frac{\\partial h[t+1]}{\\partial h[t]}$ start from the direct ones, $g[t]$, and "
        "run back through the state and through the gate. If somebody hands over the true $\\lambda[t]$, the sum over $t$ is all that the "
        "sheet's formula lacks. With the only paths that the sheet speaks of, those through $c[t] \\odot h[t-1]$, the sum is wrong too.",
    ),
    Claim(
        id="1.2.1.c.step",
        question="What is $\\partial h[t] / \\partial W_x$?",
        statement="$\\frac{\\partial h[t]}{\\partial W_x} = (1 - c[t]) \\cdot x[t]$",
        verdict=Verdict.REFUTED,
        evidence=step_derivative,
        chapter=CHAPTER,
        correction="That is what $W_x$ does within step $t$, with $h[t-1]$ held fixed. It acts through $h[t-1]$ as well: "
        "$\\frac{\\partial h[t]}{\\partial W_x} = (1 - c[t]) \\odot \\frac{\\partial (W_x x[t])}{\\partial W_x} "
        "+ \\frac{\\partial h[t]}{\\partial h[t-1]} \\cdot \\frac{\\partial h[t-1]}{\\partial W_x}$",
    ),
    Claim(
        id="1.2.1.c.size",
        question="What is the size of $\\partial \\ell / \\partial W_x$?",
        statement="The same dimension as $W_x$, which is $\\mathbb{R}^{m \\times n}$.",
        verdict=Verdict.CONFIRMED,
        evidence=size_of_gradient,
        chapter=CHAPTER,
    ),
    Claim(
        id="1.2.1.c.likeness",
        question="In what are the forward and the backward pass alike?",
        statement="The same computational graph is used with inputs and outputs swapped: forward, $x[1], \\ldots, x[t]$ give "
        "$h[1], \\ldots, h[t]$ recurrently; backward, $\\partial \\ell / \\partial h[t]$ give $\\partial \\ell / \\partial x[t]$ recurrently.",
        verdict=Verdict.COMPLETED,
        evidence=likeness,
        chapter=CHAPTER,
        correction="Backward runs from the last step to the first. Each box is replaced by its derivative, at the values of the forward "
        "pass, so the backward recurrence is linear in $\\partial \\ell / \\partial h$; the forward one is not linear in $x$.",
    ),
    Claim(
        id="1.2.1.d",
        question="Can gradients explode?",
        statement="This RNN cannot be subject to exploding gradients.",
        verdict=Verdict.REFUTED,
        evidence=cannot_explode,
        chapter=CHAPTER,
        correction="They can. With one state, $W_h = 5$ and the input of this chapter's counterexample, "
        "$\\left|\\frac{\\partial h[60]}{\\partial h[0]}\\right| = 6^{30}$.",
    ),
    Claim(
        id="1.2.1.d.reason",
        question="Is the state multiplied by a matrix from one step to the next?",
        statement="The state vector $h_t$ is not multiplied by any matrix from one timestep to the next.",
        verdict=Verdict.REFUTED,
        evidence=no_matrix,
        chapter=CHAPTER,
        correction="$W_h$ multiplies it inside the gate: $\\frac{\\partial h[t]}{\\partial h[t-1]} = \\mathrm{diag}(c[t]) "
        "+ \\mathrm{diag}\\big((h[t-1] - W_x x[t]) \\odot c[t] \\odot (1 - c[t])\\big)\\, W_h$",
    ),
    Claim(
        id="1.2.1.d.vanishing",
        question="Can gradients vanish?",
        statement="They can, because on each iteration $h_t$ is multiplied with $c_t$, a vector of values between 0 and 1.",
        verdict=Verdict.COMPLETED,
        evidence=can_vanish,
        chapter=CHAPTER,
        correction="The product of the gates is the whole derivative if $W_h = 0$. Otherwise the gate's own derivative is added at each "
        "step; gradients must vanish where the bound $\\rho$ of this chapter is below 1.",
    ),
]
