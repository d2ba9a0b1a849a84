"""A gated recurrent network, its gradient through time, and the size of that gradient. Chapter 1.2.1 of the book.

From an input x[t] ∈ R^n and the state h[t−1] ∈ R^m, for t = 1, …, T,

    c[t] = σ(W_c x[t] + W_h h[t−1])                                                   (2.1)
    h[t] = c[t] ⊙ h[t−1] + (1 − c[t]) ⊙ W_x x[t]                                      (2.2)

where σ(a) = 1 / (1 + e^(−a)) and ⊙ multiplies entry by entry. The *gate* c[t] is the share of each entry of the
state that is kept; W_x x[t] is the *candidate* to replace it. The state acts twice, on the kept part and on the
gate, so the Jacobian of a step, on which the backward pass rests, has two terms:

    ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h                                       (2.3)
    s[t] = (h[t−1] − W_x x[t]) ⊙ c[t] ⊙ (1 − c[t])                                    (2.4)

Time counts from 1, as on paper: h[0] is the initial state, and row t − 1 of an array is step t. Gradients
are rows, states are columns, and the norm of a matrix is its largest row sum, ‖A‖ = max_i Σ_j |A_ij|.

Arrays are real and steps whole numbers (else TypeError), of the shapes and in the ranges named, and a run is this
network's own (else ValueError). NaN and infinity are data: they spread as in PyTorch, and what overflows is infinite.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.arrays import Array, check_is_own_run, check_memory, real_array, short_repr, whole_number
from ..numerics.functions import quiet, sigmoid

__all__ = ["GatedRNN", "Gradients", "Run", "exploding_instance", "lyapunov_exponents"]


class GatedRNN:
    """The network of equations (2.1) and (2.2).

    Parameters
    ----------
    W_c, W_h, W_x : array_like, shapes (m, n), (m, m) and (m, n)
        From the input to the gate, from the state to the gate, and from the input to the candidate.

    Examples
    --------
    If the weights into the gate are 0, the gate is ½, and the state moves half of the way to each input:

    >>> network = GatedRNN(W_c=[[0]], W_h=[[0]], W_x=[[1]])
    >>> network.run([[4], [6], [0]]).states
    array([[2.],
           [4.],
           [2.]])
    """

    def __init__(self, W_c: ArrayLike, W_h: ArrayLike, W_x: ArrayLike) -> None:
        self.W_c = real_array(W_c, "W_c", shape=("m", "n"))
        m, n = self.W_c.shape
        self.W_h = real_array(W_h, "W_h", shape=(m, m))
        self.W_x = real_array(W_x, "W_x", shape=(m, n))

    @quiet()
    def run(self, x: ArrayLike, initial_state: ArrayLike | None = None) -> Run:
        """Return the gates and states of the forward pass over x.

        Parameters
        ----------
        x : array_like, shape (..., T, n)
            Any number of batch axes, then time. T may be 0.
        initial_state : array_like, shape (..., m), optional
            h[0], with the batch axes of x. Left out, it is 0.

        Examples
        --------
        >>> GatedRNN([[0]], [[0]], [[1]]).run([[4], [6]], initial_state=[8]).states
        array([[6.],
               [6.]])
        """
        x, h_0 = self._sequence(x, initial_state)
        T = x.shape[-2]
        gate_inputs = _time_first(x @ self.W_c.T)
        candidates = _time_first(x @ self.W_x.T)
        gates = np.empty((T, *h_0.shape), h_0.dtype)
        trajectory = np.empty((T + 1, *h_0.shape), h_0.dtype)
        trajectory[0] = h_0
        for t in range(1, T + 1):
            h, z = trajectory[t - 1], candidates[t - 1]
            c = gates[t - 1] = sigmoid(gate_inputs[t - 1] + h @ self.W_h.T)
            trajectory[t] = c * h + (1 - c) * z
        return Run(self, x, *map(_time_last, (gates, candidates, trajectory)))

    @quiet()
    def vjp(self, run: Run, direct_gradient: ArrayLike) -> Gradients:
        """Return the gradients of a loss ℓ, given its direct gradients: backpropagation through time.

        The rows of ``direct_gradient``, of shape (..., T, m), are the *direct* gradients g[t]: how ℓ changes with h[t]
        if every later state is held fixed. For the *total* gradient λ[t], every later state is recomputed. It obeys a
        linear recurrence that runs from the last step to the first (Werbos, 1990):

            λ[T] = g[T],    λ[t−1] = g[t−1] + λ[t] ∂h[t]/∂h[t−1]                             (2.5)
                                   = g[t−1] + λ[t] ⊙ c[t] + (λ[t] ⊙ s[t]) W_h,    g[0] = 0

        With the gradients of the gate's input, δ[t] = λ[t] ⊙ s[t], and of the candidate, ζ[t] = λ[t] ⊙ (1 − c[t]),

            ∂ℓ/∂W_x = Σ_t ζ[t]ᵀ x[t]ᵀ,    ∂ℓ/∂W_c = Σ_t δ[t]ᵀ x[t]ᵀ
            ∂ℓ/∂W_h = Σ_t δ[t]ᵀ h[t−1]ᵀ                                                      (2.6)
            ∂ℓ/∂x[t] = δ[t] W_c + ζ[t] W_x,    ∂ℓ/∂h[0] = λ[0]

        summed over the batch. The computation uses the second form of (2.5), which needs no Jacobian.

        Both inputs are multiplied by W_x, so both contribute, ¼ of 4 and ½ of 6:

        >>> network = GatedRNN([[0]], [[0]], [[1]])
        >>> network.vjp(network.run([[4], [6]]), [[0], [1]]).W_x
        array([[4.]])
        """
        check_is_own_run(run, self, Run)
        direct_gradient = real_array(direct_gradient, "direct_gradient", shape=run.states.shape)
        *batch, T, m = run.states.shape
        gates, gate_slopes = _time_first(run.gates), _time_first(run.gate_slopes)
        total = np.zeros((T + 1, *batch, m), np.result_type(run.states, direct_gradient))
        total[1:] = _time_first(direct_gradient)
        for t in range(T, 0, -1):
            total[t - 1] += total[t] * gates[t - 1] + (total[t] * gate_slopes[t - 1]) @ self.W_h
        total = _time_last(total)
        states_total = total[..., 1:, :]
        into_gate = states_total * run.gate_slopes
        into_candidate = states_total * (1 - run.gates)
        return Gradients(
            W_c=_sum_of_outer_products(into_gate, run.x),
            W_h=_sum_of_outer_products(into_gate, run.previous_states),
            W_x=_sum_of_outer_products(into_candidate, run.x),
            x=into_gate @ self.W_c + into_candidate @ self.W_x,
            initial_state=total[..., 0, :],
            states=states_total,
        )

    @quiet()
    def step_jacobian(self, run: Run, t: int) -> Array:
        """Return ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h, equation (2.3), of shape (..., m, m); 1 ≤ t ≤ T.

        >>> network = GatedRNN(W_c=[[0]], W_h=[[8]], W_x=[[1]])
        >>> network.step_jacobian(network.run([[-1]]), 1)    # ½ + (0 + 1) · ¼ · 8
        array([[2.5]])
        """
        check_is_own_run(run, self, Run)
        return self._step_jacobian(run, _step(t, "t", 1, run))

    @quiet()
    def propagator(self, run: Run, s: int, t: int) -> Array:
        """Return ∂h[t]/∂h[s], along every path: the product of the steps' Jacobians, the latest on the left.

            ∂h[t]/∂h[s] = ∂h[t]/∂h[t−1] · … · ∂h[s+1]/∂h[s],    ∂h[s]/∂h[s] = I               (2.7)

        Its shape is (..., m, m); 0 ≤ s ≤ t ≤ T. Where it overflows, :meth:`log_propagator_norms` does not.

        >>> network = GatedRNN([[0]], [[0]], [[1]])
        >>> network.propagator(network.run([[4], [6], [0]]), 0, 3)
        array([[0.125]])
        """
        check_is_own_run(run, self, Run)
        t = _step(t, "t", 0, run)
        s = whole_number(s, "s", at_least=0, at_most=t, limit="the later step")
        product = self._identity(run)
        for step in range(s + 1, t + 1):
            product = self._step_jacobian(run, step) @ product
        return product

    @quiet()
    def log_propagator_norms(self, run: Run) -> Array:
        """Return ln ‖∂h[T]/∂h[t]‖ for t = 0, …, T: how strongly the last state depends on each earlier one.

        Its shape is (..., T + 1). Each product is divided by its norm, so that nothing overflows for any T; ln 0 is −∞.

        >>> network = GatedRNN([[0]], [[0]], [[1]])
        >>> np.exp(network.log_propagator_norms(network.run([[4], [6], [0]]))).round(3)
        array([0.125, 0.25 , 0.5  , 1.   ])
        """
        check_is_own_run(run, self, Run)
        product = self._identity(run)
        logs = np.zeros((run.T + 1, *product.shape[:-2]), product.dtype)
        for t in range(run.T, 0, -1):
            product = product @ self._step_jacobian(run, t)
            norm = np.abs(product).sum(axis=-1).max(axis=-1)
            logs[t - 1] = logs[t] + np.log(norm)
            product /= np.where(norm == 0, 1, norm)[..., None, None]
        return np.moveaxis(logs, 0, -1)

    @quiet()
    def lyapunov_exponents(self, run: Run, count: int | None = None) -> Array:
        """Return the :func:`lyapunov_exponents` of the run's step Jacobians, of shape (..., m) or (..., count).

        The largest is the rate of ‖∂h[T]/∂h[0]‖: above 0 gradients explode, below 0 they vanish.

        Gates of ½ keep half at each step, and ln ½ ≈ −0.693:

        >>> network = GatedRNN([[0], [0]], [[0, 0], [0, 0]], [[1], [2]])
        >>> network.lyapunov_exponents(network.run(np.ones((1000, 1)))).round(3)
        array([-0.693, -0.693])
        """
        check_is_own_run(run, self, Run)
        if run.T == 0:
            raise ValueError("run must have at least one step, got a run over an empty sequence")
        return lyapunov_exponents((self._step_jacobian(run, t) for t in range(1, run.T + 1)), count)

    @quiet()
    def step_bound(self, x: ArrayLike, initial_state: ArrayLike | None = None) -> Array:
        """Return a number ρ with ‖∂h[t]/∂h[t−1]‖ ≤ ρ at every step, from the ranges of the inputs.

        By (2.7), ‖∂h[t]/∂h[s]‖ ≤ ρ^(t−s): if ρ < 1, gradients must vanish at least this fast. With γ_i the
        largest value of gate i, D_i the largest distance between state i and its candidate, and the *loop gain*
        G_i = D_i Σ_j |W_h,ij| (from state to gate to state),

            ρ = max_i max { c (1 + (1 − c) G_i) : 0 ≤ c ≤ γ_i }                              (2.8)

        and ρ > 1 if and only if γ_i G_i > 1 for some i, the necessary condition for explosion; the chapter proves it.
        Each sequence has one ρ, which holds for all others whose W_c x[t] and W_x x[t] stay in the same ranges.

        The state and its candidate stay between −1 and 1, and gates below σ(W_h) = 0.731:

        >>> network = GatedRNN(W_c=[[0]], W_h=[[1]], W_x=[[1]])
        >>> round(float(network.step_bound([[1], [-1], [1]])), 3)
        1.124
        """
        x, h_0 = self._sequence(x, initial_state)
        candidates = x @ self.W_x.T
        lowest = np.minimum(h_0, candidates.min(axis=-2, initial=np.inf))
        highest = np.maximum(h_0, candidates.max(axis=-2, initial=-np.inf))
        from_states = highest @ np.maximum(self.W_h, 0).T + lowest @ np.minimum(self.W_h, 0).T
        from_input = (x @ self.W_c.T).max(axis=-2, initial=-np.inf)
        largest_gate = sigmoid(from_input + from_states)
        loop_gain = (highest - lowest) * np.abs(self.W_h).sum(axis=1)
        # The parabola c (1 + (1 − c) G) has its peak at (1 + G) / 2 G, which is below 1 only if G > 1.
        stretching = np.maximum(loop_gain, 1)
        c = np.minimum(largest_gate, (1 + stretching) / (2 * stretching))
        return (c * (1 + (1 - c) * loop_gain)).max(axis=-1)

    def _sequence(self, x: ArrayLike, initial_state: ArrayLike | None) -> tuple[Array, Array]:
        """Check an input and where it starts from; both in the precision of the network's states."""
        m, n = self.W_c.shape
        x = real_array(x, "x", shape=(..., "T", n), may_be_empty=True)
        batch = x.shape[:-2]
        if initial_state is None:
            initial_state = np.zeros((*batch, m), x.dtype)
        h_0 = real_array(initial_state, "initial_state", shape=(*batch, m))
        return x, h_0.astype(np.result_type(h_0, x, self.W_c, self.W_h, self.W_x))

    def _step_jacobian(self, run: Run, t: int) -> Array:
        c, s = run.gates[..., t - 1, :], run.gate_slopes[..., t - 1, :]
        return c[..., None] * np.eye(c.shape[-1], dtype=c.dtype) + s[..., None] * self.W_h

    def _identity(self, run: Run) -> Array:
        *batch, _, m = run.states.shape
        return np.broadcast_to(np.eye(m, dtype=run.states.dtype), (*batch, m, m)).copy()


@dataclass(frozen=True, eq=False)
class Run:
    """The forward pass over a sequence, which the backward pass needs."""

    network: GatedRNN
    x: np.ndarray
    """The input, of shape (..., T, n)."""
    gates: np.ndarray
    """c[1], …, c[T], of shape (..., T, m)."""
    candidates: np.ndarray
    """W_x x[1], …, W_x x[T], of shape (..., T, m)."""
    trajectory: np.ndarray
    """h[0], …, h[T], of shape (..., T + 1, m)."""

    @property
    def T(self) -> int:
        """The number of steps."""
        return self.gates.shape[-2]

    @property
    def states(self) -> Array:
        """h[1], …, h[T], of shape (..., T, m)."""
        return self.trajectory[..., 1:, :]

    @property
    def previous_states(self) -> Array:
        """h[0], …, h[T−1], of shape (..., T, m)."""
        return self.trajectory[..., :-1, :]

    @cached_property
    def gate_slopes(self) -> Array:
        """s[1], …, s[T] of equation (2.4), of shape (..., T, m): ∂h[t] / ∂(input of the gate)."""
        return (self.previous_states - self.candidates) * self.gates * (1 - self.gates)


class Gradients(NamedTuple):
    """The gradients of a loss ℓ, each in the shape of its variable."""

    W_c: np.ndarray
    W_h: np.ndarray
    W_x: np.ndarray
    x: np.ndarray
    initial_state: np.ndarray
    states: np.ndarray
    """λ[1], …, λ[T]: the total gradients with respect to the states."""


@quiet()
def lyapunov_exponents(jacobians: Iterable[ArrayLike], count: int | None = None) -> Array:
    """Return the mean growth rates, per step, of a product of Jacobians in each of m directions.

    An orthogonal frame Q is multiplied by each Jacobian and made orthogonal again:

        J[t] Q[t−1] = Q[t] R[t],    exponent_i = 1/T · Σ_t ln |R[t]_ii|                       (2.9)

    with R[t] upper triangular (Benettin et al., 1980), the largest first. Each nears its limit as 1/T. If no J[t] is
    singular, all m sum to the mean of ln |det J[t]|; a direction shrunk beyond the numbers' precision has −∞ or noise.
    The frame is computed in double precision, whatever the precision of the Jacobians.

    Parameters
    ----------
    jacobians : iterable of array_like, shape (..., m, m)
        J[1], …, J[T], the earliest first. They may be made one by one.
    count : int, optional
        How many, of the largest: the frame has as many columns, at random, so that a step costs O(m²) for one,
        instead of O(m³). Left out, all m; the frame is square and begins with the axes.

    Examples
    --------
    >>> lyapunov_exponents([[[2, 1], [0, 0.5]]] * 2000).round(3)    # ln 2 and −ln 2
    array([ 0.693, -0.693])
    """
    try:
        jacobians = iter(jacobians)
    except TypeError:
        raise TypeError(
            f"jacobians must be matrices, one after the other, got {short_repr(jacobians)}"
        ) from None
    shape, total, steps = (..., "m", "m"), 0.0, 0
    for jacobian in jacobians:
        jacobian = real_array(jacobian, "jacobians", shape=shape)
        if steps == 0:
            shape = jacobian.shape
            frame, dtype = _first_frame(shape, count), jacobian.dtype
        frame, triangle = np.linalg.qr(jacobian.astype(float) @ frame)
        total = total + np.log(np.abs(np.diagonal(triangle, axis1=-2, axis2=-1)))
        steps += 1
    if steps == 0:
        raise ValueError("jacobians must hold at least one matrix, got none")
    # LAPACK has no precision above double.
    return -np.sort(-total / steps, axis=-1).astype(float if dtype == np.longdouble else dtype)


def _first_frame(shape: tuple[int, ...], count: int | None) -> Array:
    """Return the axes, or ``count`` columns at random: an axis could miss the direction that grows most."""
    m = shape[-1]
    if shape[-2] != m:
        raise ValueError(f"jacobians must have shape (..., m, m), got shape {shape}")
    if count is None:
        return np.eye(m)
    count = whole_number(count, "count", at_least=1, at_most=m, limit="the size of the state")
    return np.linalg.qr(np.random.default_rng(0).normal(size=(m, count))).Q


def exploding_instance(T: int = 60) -> tuple[GatedRNN, Array]:
    """Return a network with one state, and an input of shape (T, 2), whose gradient grows as (−6)^(T/2).

    It refutes the sheet's answer to 1.2.1.d, and you can compute it by hand. The first input is the candidate, the
    second feeds the gate, and W_h = 5. At odd steps h[t−1] = 0 and x[t] = (2, 0); at even ones h[t−1] = 1 and
    x[t] = (−1, −5). In both cases the input of the gate is 0, and c[t] = ½. So h[t] is ½ · 2 = 1 or ½ · 1 − ½ · 1 = 0: neither
    state nor gate leaves [0, 1]. By (2.3), ∂h[t]/∂h[t−1] is ½ + (0 − 2) · ¼ · 5 = −2 or ½ + (1 + 1) · ¼ · 5 = 3.

    >>> network, x = exploding_instance(60)
    >>> run = network.run(x)
    >>> [float(network.propagator(run, 0, t)[0, 0]) for t in (1, 2, 3, 4)]
    [-2.0, -6.0, 12.0, 36.0]
    """
    T = whole_number(T, "T", at_least=0)
    check_memory("T", (T, 2))
    network = GatedRNN(W_c=[[0, 1]], W_h=[[5]], W_x=[[1, 0]])
    return network, np.resize([[2.0, 0.0], [-1.0, -5.0]], (T, 2))


def _step(t: int, name: str, first: int, run: Run) -> int:
    return whole_number(t, name, at_least=first, at_most=run.T, limit="the number of steps")


def _sum_of_outer_products(rows: Array, columns: Array) -> Array:
    """Return Σ rowsᵀ columnsᵀ over time and batch: (..., T, i) and (..., T, j) → (i, j)."""
    axes = list(range(rows.ndim - 1))
    return np.tensordot(rows, columns, axes=(axes, axes))


def _time_first(array: Array) -> Array:
    return np.moveaxis(array, -2, 0)


def _time_last(array: Array) -> Array:
    return np.moveaxis(array, 0, -2)
