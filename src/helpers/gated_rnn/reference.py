"""A gated recurrent network, its gradient through time, and how large that gets. Chapter 1.2.1 of the book.

From an input x[t] ∈ R^n and the state h[t−1] ∈ R^m, for t = 1, …, T,

    c[t] = σ(W_c x[t] + W_h h[t−1])                                                   (2.1)
    h[t] = c[t] ⊙ h[t−1] + (1 − c[t]) ⊙ W_x x[t]                                      (2.2)

where σ(a) = 1 / (1 + e^(−a)) and ⊙ multiplies entry by entry. The *gate* c[t] says, for each entry of the
state, how much of it to keep; W_x x[t] is the *candidate* to replace it.

Everything backward rests on the Jacobian of one step. The state acts twice, as what is kept and inside
the gate, so the Jacobian has two terms:

    ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h                                       (2.3)
    s[t] = (h[t−1] − W_x x[t]) ⊙ c[t] ⊙ (1 − c[t])                                    (2.4)

Time counts from 1, as on paper: h[0] is where the network starts, and row t − 1 of an array is step t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.arrays import Array, real_array, whole_number
from ..numerics.functions import sigmoid

__all__ = ["GatedRNN", "Gradients", "Run", "exploding_instance", "lyapunov_exponents"]

Function = TypeVar("Function", bound=Callable)


def _data_may_be_infinite(function: Function) -> Function:
    """NaN and infinity are data: they spread, as they do in PyTorch, without a warning."""
    return np.errstate(invalid="ignore", over="ignore")(function)


class GatedRNN:
    """The network of equations (2.1) and (2.2).

    Parameters
    ----------
    W_c : array_like, shape (m, n)
        From the input to the gate.
    W_h : array_like, shape (m, m)
        From the state to the gate.
    W_x : array_like, shape (m, n)
        From the input to the candidate.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a matrix is empty.
    TypeError
        If a matrix is not real.

    Examples
    --------
    With no weights into the gate it stays half open, and the state goes half the way to each input:

    >>> network = GatedRNN(W_c=[[0]], W_h=[[0]], W_x=[[1]])
    >>> run = network.run([[4], [6], [0]])
    >>> run.states
    array([[2.],
           [4.],
           [2.]])

    The last state is ⅛ of the first input, ¼ of the second and ½ of the third:

    >>> network.vjp(run, [[0], [0], [1]]).x
    array([[0.125],
           [0.25 ],
           [0.5  ]])
    """

    def __init__(self, W_c: ArrayLike, W_h: ArrayLike, W_x: ArrayLike) -> None:
        self.W_c = real_array(W_c, "W_c", shape=("m", "n"))
        m, n = self.W_c.shape
        self.W_h = real_array(W_h, "W_h", shape=(m, m))
        self.W_x = real_array(W_x, "W_x", shape=(m, n))

    @_data_may_be_infinite
    def run(self, x: ArrayLike, h0: ArrayLike | None = None) -> Run:
        """Return every gate and state that the network goes through as it reads x.

        Parameters
        ----------
        x : array_like, shape (..., T, n)
            Any number of batch axes, then time. T may be 0.
        h0 : array_like, shape (..., m), optional
            h[0], with the batch axes of x. Left out, it is 0.

        Returns
        -------
        Run

        Raises
        ------
        ValueError
            If x does not fit the weights, or h0 does not fit x.
        TypeError
            If an array is not real.

        Examples
        --------
        >>> GatedRNN([[0]], [[0]], [[1]]).run([[4], [6]], h0=[8]).states
        array([[6.],
               [6.]])
        """
        x, h0 = self._sequence(x, h0)
        T = x.shape[-2]
        gate_inputs = _time_first(x @ self.W_c.T)
        candidates = _time_first(x @ self.W_x.T)
        gates = np.empty((T, *h0.shape), h0.dtype)
        trajectory = np.empty((T + 1, *h0.shape), h0.dtype)
        trajectory[0] = h0
        for t in range(1, T + 1):
            h, z = trajectory[t - 1], candidates[t - 1]
            c = gates[t - 1] = sigmoid(gate_inputs[t - 1] + h @ self.W_h.T)
            trajectory[t] = c * h + (1 - c) * z
        return Run(self, x, *map(_time_last, (gates, candidates, trajectory)))

    @_data_may_be_infinite
    def vjp(self, run: Run, state_gradient: ArrayLike) -> Gradients:
        """Return the gradients of a loss ℓ, given those with respect to the states: backpropagation in time.

        Let g[t] be the *direct* gradient ∂ℓ/∂h[t], what ℓ itself makes of h[t] as if no later state
        depended on it. The *total* gradient λ[t] adds what the later states make of it. It obeys a
        recurrence that is linear, and runs from the end to the start:

            λ[T] = g[T],    g[0] = 0,
            λ[t−1] = g[t−1] + λ[t] ∂h[t]/∂h[t−1]                                             (2.5)
                   = g[t−1] + λ[t] ⊙ c[t] + (λ[t] ⊙ s[t]) W_h

        and with the gradients with respect to what enters the gate, δ[t] = λ[t] ⊙ s[t], and with respect to
        the candidate, ζ[t] = λ[t] ⊙ (1 − c[t]),

            ∂ℓ/∂W_x = Σ_t ζ[t]ᵀ x[t]ᵀ
            ∂ℓ/∂W_c = Σ_t δ[t]ᵀ x[t]ᵀ
            ∂ℓ/∂W_h = Σ_t δ[t]ᵀ h[t−1]ᵀ                                                      (2.6)
            ∂ℓ/∂x[t] = δ[t] W_c + ζ[t] W_x
            ∂ℓ/∂h[0] = λ[0]

        Gradients are rows and states are columns. The second form of (2.5) is the one that runs: no Jacobian
        is formed. T steps of O(m² + mn) operations, and O(T (m + n)) numbers held, besides the weights and
        their gradients. Werbos (1990) describes the method.

        Parameters
        ----------
        run : Run
            What :meth:`run` returned.
        state_gradient : array_like, shape (..., T, m)
            g[1], …, g[T], with the batch axes of the run.

        Returns
        -------
        Gradients
            Those of the weights are summed over the batch.

        Raises
        ------
        ValueError
            If ``state_gradient`` does not have the shape of ``run.states``, or the run is another network's.
        TypeError
            If ``state_gradient`` is not real, or ``run`` is not a run.

        Examples
        --------
        Both inputs are multiplied by W_x, so both count: ¼ of 4 and ½ of 6.

        >>> network = GatedRNN([[0]], [[0]], [[1]])
        >>> network.vjp(network.run([[4], [6]]), [[0], [1]]).W_x
        array([[4.]])
        """
        self._check_own(run)
        state_gradient = real_array(
            state_gradient, "state_gradient", shape=run.states.shape, may_be_empty=True
        )
        *batch, T, m = run.states.shape
        dtype = np.result_type(run.states, state_gradient)
        gates, gate_slopes = _time_first(run.gates), _time_first(run.gate_slopes)
        total = np.zeros((T + 1, *batch, m), dtype)
        total[1:] = _time_first(state_gradient)
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
            h0=total[..., 0, :],
            states=states_total,
        )

    @_data_may_be_infinite
    def step_jacobian(self, run: Run, t: int) -> Array:
        """Return ∂h[t]/∂h[t−1] = diag(c[t]) + diag(s[t]) W_h, equation (2.3).

        Parameters
        ----------
        run : Run
        t : int
            From 1 to T.

        Returns
        -------
        numpy.ndarray, shape (..., m, m)

        Raises
        ------
        ValueError
            If there is no such step, or the run is another network's.
        TypeError
            If t is not a whole number, or ``run`` is not a run.

        Examples
        --------
        >>> network = GatedRNN(W_c=[[0]], W_h=[[8]], W_x=[[1]])
        >>> network.step_jacobian(network.run([[-1]]), 1)    # ½ + (0 + 1) · ¼ · 8
        array([[2.5]])
        """
        self._check_own(run)
        t = _step(t, "t", 1, run.T)
        return self._step_jacobian(run, t)

    def propagator(self, run: Run, s: int, t: int) -> Array:
        """Return ∂h[t]/∂h[s], along every path: the product of the steps' Jacobians, the latest on the left.

            ∂h[t]/∂h[s] = ∂h[t]/∂h[t−1] · … · ∂h[s+1]/∂h[s],    ∂h[s]/∂h[s] = I               (2.7)

        Parameters
        ----------
        run : Run
        s, t : int
            0 ≤ s ≤ t ≤ T.

        Returns
        -------
        numpy.ndarray, shape (..., m, m)
            Where it overflows, :meth:`log_propagator_norms` does not.

        Raises
        ------
        ValueError, TypeError
            As :meth:`step_jacobian`; also if s is greater than t.

        Examples
        --------
        >>> network = GatedRNN([[0]], [[0]], [[1]])
        >>> network.propagator(network.run([[4], [6], [0]]), 0, 3)
        array([[0.125]])
        """
        self._check_own(run)
        t = _step(t, "t", 0, run.T)
        s = _step(s, "s", 0, t)
        product = self._identity(run)
        for step in range(s + 1, t + 1):
            product = self._step_jacobian(run, step) @ product
        return product

    @_data_may_be_infinite
    def log_propagator_norms(self, run: Run) -> Array:
        """Return ln ‖∂h[T]/∂h[t]‖ for t = 0, …, T: how strongly the end feels each state before it.

        The norm is the largest row sum of magnitudes, ‖A‖ = max_i Σ_j |A_ij|, the one that
        :meth:`step_bound` speaks of. The product is divided by its norm after every step, so that no T is
        too large.

        Parameters
        ----------
        run : Run

        Returns
        -------
        numpy.ndarray, shape (..., T + 1)
            −∞ where the Jacobian is 0.

        Raises
        ------
        ValueError, TypeError
            If ``run`` is not a run of this network.

        Examples
        --------
        >>> network = GatedRNN([[0]], [[0]], [[1]])
        >>> np.exp(network.log_propagator_norms(network.run([[4], [6], [0]]))).round(3)
        array([0.125, 0.25 , 0.5  , 1.   ])
        """
        self._check_own(run)
        product = self._identity(run)
        logs = np.zeros((run.T + 1, *product.shape[:-2]), product.dtype)
        for t in range(run.T, 0, -1):
            product = product @ self._step_jacobian(run, t)
            norm = np.abs(product).sum(axis=-1).max(axis=-1)
            logs[t - 1] = logs[t] + _log(norm)
            product /= np.where(norm == 0, 1, norm)[..., None, None]
        return np.moveaxis(logs, 0, -1)

    @_data_may_be_infinite
    def lyapunov_exponents(self, run: Run, count: int | None = None) -> Array:
        """Return the run's Lyapunov exponents: the mean rates, per step, at which directions stretch.

        See :func:`lyapunov_exponents`, which is given the run's step Jacobians. The largest is the rate of
        ‖∂h[T]/∂h[0]‖: above 0 gradients explode, below 0 they vanish.

        Parameters
        ----------
        run : Run
            Of one step at least; of many, for the rate in the long run.
        count : int, optional
            How many, of the largest. All m where it is left out.

        Returns
        -------
        numpy.ndarray, shape (..., m) or (..., count)
            In nats per step, largest first.

        Raises
        ------
        ValueError
            If the run has no steps, or is another network's, or count is not from 1 to m.
        TypeError
            If ``run`` is not a run, or count is not a whole number.

        Examples
        --------
        Gates that stay half open keep half at each step, and ln ½ ≈ −0.693:

        >>> network = GatedRNN([[0], [0]], [[0, 0], [0, 0]], [[1], [2]])
        >>> network.lyapunov_exponents(network.run(np.ones((1000, 1)))).round(3)
        array([-0.693, -0.693])
        """
        self._check_own(run)
        if run.T == 0:
            raise ValueError("run must have at least one step, got a run over an empty sequence")
        return lyapunov_exponents((self._step_jacobian(run, t) for t in range(1, run.T + 1)), count)

    @_data_may_be_infinite
    def step_bound(self, x: ArrayLike, h0: ArrayLike | None = None) -> Array:
        """Return a number ρ with ‖∂h[t]/∂h[t−1]‖ ≤ ρ at every step, from the ranges of the inputs alone.

        The norm is ‖A‖ = max_i Σ_j |A_ij|. By (2.7), ‖∂h[t]/∂h[s]‖ ≤ ρ^(t−s). So

        - if ρ < 1, gradients must vanish, and at this rate at least;
        - if gradients explode, then ρ > 1.

        With γ_i the largest that gate i can be, D_i the widest that state i and its candidate can be
        apart, and the *loop gain* G_i = D_i Σ_j |W_h,ij| (around the loop from state to gate to state),

            ρ = max_i max { c (1 + (1 − c) G_i) : 0 ≤ c ≤ γ_i }                              (2.8)

        ρ > 1 if and only if γ_i G_i > 1 for some i: the necessary condition for explosion. The sheet's
        argument is the case W_h = 0, where G_i = 0 and ρ = max_i γ_i.

        Parameters
        ----------
        x : array_like, shape (..., T, n)
        h0 : array_like, shape (..., m), optional
            As in :meth:`run`.

        Returns
        -------
        numpy.ndarray, shape (...)
            ρ for each sequence: it holds for all sequences whose W_c x[t] and W_x x[t] stay in the same
            ranges.

        Raises
        ------
        ValueError, TypeError
            As :meth:`run`.

        Notes
        -----
        The conditions are of the kind that Pascanu, Mikolov and Bengio (2013) give for the plain network.
        Proof, in three steps.

        1. *States stay in a box.* By (2.2), h_i[t] lies between h_i[t−1] and the candidate z_i[t]. By
           induction all h_i and z_i lie between the least and the greatest of h_i[0], z_i[1], …, z_i[T].
           Hence |h_i[t−1] − z_i[t]| ≤ D_i, the width of that interval. What enters gate i is greatest
           where each h_j is at the end of its interval that the sign of W_h,ij asks for, which gives γ_i.
        2. *One row.* Row i of (2.3) has the magnitudes c_i + |s_i| Σ_j |W_h,ij| at most, and
           |s_i| ≤ D_i c_i (1 − c_i), so they are at most c_i (1 + (1 − c_i) G_i) with 0 ≤ c_i ≤ γ_i.
           This proves (2.8). The maximum is at c = γ_i or, if that is smaller, at the peak of the
           parabola, c = (1 + G_i) / 2 G_i, which is below 1 only if G_i > 1.
        3. *Against 1.* c (1 + (1 − c) G) − 1 = (1 − c)(c G − 1): positive for some c ≤ γ exactly if
           γ G > 1. (If γ = 1 > 1/G, take c between 1/G and 1.) ∎

        Examples
        --------
        The state and its candidate stay between −1 and 1, and gates below σ(W_h) = 0.731:

        >>> inputs = [[1], [-1], [1]]
        >>> round(float(GatedRNN(W_c=[[0]], W_h=[[1]], W_x=[[1]]).step_bound(inputs)), 3)
        1.124
        >>> round(float(GatedRNN(W_c=[[0]], W_h=[[0.5]], W_x=[[1]]).step_bound(inputs)), 3)
        0.857
        """
        x, h0 = self._sequence(x, h0)
        candidates = x @ self.W_x.T
        lowest = np.minimum(h0, candidates.min(axis=-2, initial=np.inf))
        highest = np.maximum(h0, candidates.max(axis=-2, initial=-np.inf))
        from_states = highest @ np.maximum(self.W_h, 0).T + lowest @ np.minimum(self.W_h, 0).T
        from_input = (x @ self.W_c.T).max(axis=-2, initial=-np.inf)
        largest_gate = sigmoid(from_input + from_states)
        loop_gain = (highest - lowest) * np.abs(self.W_h).sum(axis=1)
        stretching = np.maximum(loop_gain, 1)
        c = np.minimum(largest_gate, (1 + stretching) / (2 * stretching))
        return (c * (1 + (1 - c) * loop_gain)).max(axis=-1)

    def _sequence(self, x: ArrayLike, h0: ArrayLike | None) -> tuple[Array, Array]:
        """Check an input and where it starts from; both in the precision of the network's states."""
        m, n = self.W_c.shape
        x = real_array(x, "x", shape=(..., "T", n), may_be_empty=True)
        batch = x.shape[:-2]
        if h0 is None:
            h0 = np.zeros((*batch, m), x.dtype)
        h0 = real_array(h0, "h0", shape=(*batch, m), may_be_empty=True)
        return x, h0.astype(np.result_type(h0, x, self.W_c, self.W_h, self.W_x))

    def _check_own(self, run: Run) -> None:
        if not isinstance(run, Run):
            raise TypeError(f"run must be what GatedRNN.run returns, got {type(run).__name__}")
        if run.network is not self:
            raise ValueError("run must come from this network, got a run of another one")

    def _step_jacobian(self, run: Run, t: int) -> Array:
        c, s = run.gates[..., t - 1, :], run.gate_slopes[..., t - 1, :]
        return c[..., None] * np.eye(c.shape[-1], dtype=c.dtype) + s[..., None] * self.W_h

    def _identity(self, run: Run) -> Array:
        *batch, _, m = run.states.shape
        return np.broadcast_to(np.eye(m, dtype=run.states.dtype), (*batch, m, m)).copy()


@dataclass(frozen=True, eq=False)
class Run:
    """What a network went through as it read a sequence; the backward pass needs all of it.

    Attributes
    ----------
    network : GatedRNN
        Whose run it is.
    x : numpy.ndarray, shape (..., T, n)
        The input.
    gates : numpy.ndarray, shape (..., T, m)
        c[1], …, c[T].
    candidates : numpy.ndarray, shape (..., T, m)
        W_x x[1], …, W_x x[T].
    trajectory : numpy.ndarray, shape (..., T + 1, m)
        h[0], …, h[T].
    """

    network: GatedRNN
    x: np.ndarray
    gates: np.ndarray
    candidates: np.ndarray
    trajectory: np.ndarray

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
        """s[1], …, s[T] of equation (2.4), of shape (..., T, m): ∂h[t] / ∂(what enters the gate)."""
        return (self.previous_states - self.candidates) * self.gates * (1 - self.gates)


class Gradients(NamedTuple):
    """∂ℓ/∂ each thing that a loss ℓ depends on, in its shape."""

    W_c: np.ndarray
    W_h: np.ndarray
    W_x: np.ndarray
    x: np.ndarray
    h0: np.ndarray
    states: np.ndarray
    """λ[1], …, λ[T]: the total gradients with respect to the states, later ones included."""


@_data_may_be_infinite
def lyapunov_exponents(jacobians: Iterable[ArrayLike], count: int | None = None) -> Array:
    """Return the mean rates, per step, at which a product of Jacobians stretches each of m directions.

    An orthogonal frame Q is carried along, and made orthogonal again after every step:

        J[t] Q[t−1] = Q[t] R[t],    exponent_i = 1/T · Σ_t ln |R[t]_ii|                       (2.9)

    with R[t] upper triangular. The numbers never grow, however many steps there are. This is the method
    of Benettin, Galgani, Giorgilli and Strelcyn (1980), in the form of a QR decomposition.

    Parameters
    ----------
    jacobians : iterable of array_like, shape (..., m, m)
        J[1], …, J[T], the earliest first. They may be made one by one.
    count : int, optional
        How many exponents, of the largest: the frame then has so many columns, in a direction at random. For one,
        a step costs O(m²) instead of O(m³). Left out, the frame is square and begins with the axes.

    Returns
    -------
    numpy.ndarray, shape (..., m) or (..., count)
        In nats per step, largest first. The sum of all m is exactly the mean of ln |det J[t]|; each by itself
        approaches its limit as 1/T. −∞ for a direction that is lost; what a step shrinks by more than
        the precision of the numbers, against what it stretches most, is noise.

    Raises
    ------
    ValueError
        If there is no Jacobian, or they are not square and all of one shape, or count is not from 1 to m.
    TypeError
        If one is not real, or count is not a whole number.

    Examples
    --------
    >>> stretch = [[2, 1], [0, 0.5]]
    >>> lyapunov_exponents([stretch] * 2000).round(3)    # ln 2 and −ln 2
    array([ 0.693, -0.693])
    >>> lyapunov_exponents([stretch] * 2000, count=1).round(2)
    array([0.69])
    """
    try:
        jacobians = iter(jacobians)
    except TypeError:
        raise TypeError(f"jacobians must be matrices, one after the other, got {jacobians!r}") from None
    shape, total, steps = (..., "m", "m"), 0.0, 0
    for jacobian in jacobians:
        jacobian = real_array(jacobian, "jacobians", shape=shape, may_be_empty=True)
        if steps == 0:
            shape = jacobian.shape
            frame = _first_frame(shape, count)
        frame, triangle = np.linalg.qr(jacobian @ frame)
        total = total + _log(np.abs(np.diagonal(triangle, axis1=-2, axis2=-1)))
        steps += 1
    if steps == 0:
        raise ValueError("jacobians must hold at least one matrix, got none")
    return -np.sort(-total / steps, axis=-1)


def _first_frame(shape: tuple[int, ...], count: int | None) -> Array:
    """The axes, or ``count`` columns at random: along an axis, a direction could stay beside the one that grows most."""
    m = shape[-1]
    if shape[-2] != m:
        raise ValueError(f"jacobians must have shape (..., m, m), got shape {shape}")
    if count is None:
        return np.eye(m)
    count = whole_number(count, "count", at_least=1)
    if count > m:
        raise ValueError(f"count must be at most m = {m}, got {count}")
    return np.linalg.qr(np.random.default_rng(0).normal(size=(m, count))).Q


def exploding_instance(T: int = 60) -> tuple[GatedRNN, Array]:
    """Return a network with one state, and an input of T steps, whose gradient grows as (−6)^(T/2).

    It refutes the sheet's answer to 1.2.1.d, and can be followed by hand. The first input feeds the
    candidate, the second the gate, and W_h = 5:

        c[t] = σ(x_2[t] + 5 h[t−1]),    h[t] = c[t] h[t−1] + (1 − c[t]) x_1[t]

    At odd steps h[t−1] = 0 and x[t] = (2, 0). At even steps h[t−1] = 1 and x[t] = (−1, −5). Either way
    what enters the gate is 0, so that c[t] = ½ and c[t] (1 − c[t]) = ¼:

    ======  ========  ==========  =======================  ==============================
    step    h[t−1]    candidate   h[t]                     ∂h[t]/∂h[t−1] by (2.3)
    ======  ========  ==========  =======================  ==============================
    odd     0         2           ½ · 0 + ½ · 2 = 1        ½ + (0 − 2) · ¼ · 5 = −2
    even    1         −1          ½ · 1 − ½ · 1 = 0        ½ + (1 + 1) · ¼ · 5 = 3
    ======  ========  ==========  =======================  ==============================

    Neither the state nor the gate ever leaves [0, 1].

    Parameters
    ----------
    T : int
        The number of steps.

    Returns
    -------
    network : GatedRNN
    x : numpy.ndarray, shape (T, 2)

    Examples
    --------
    >>> network, x = exploding_instance(60)
    >>> run = network.run(x)
    >>> run.states[:4, 0]
    array([1., 0., 1., 0.])
    >>> [float(network.propagator(run, 0, t)[0, 0]) for t in (1, 2, 3, 4)]
    [-2.0, -6.0, 12.0, 36.0]
    >>> print(f"{network.propagator(run, 0, 60)[0, 0]:.3g}")    # 6 to the power of 30
    2.21e+23
    """
    T = whole_number(T, "T", at_least=0)
    network = GatedRNN(W_c=[[0, 1]], W_h=[[5]], W_x=[[1, 0]])
    return network, np.resize([[2.0, 0.0], [-1.0, -5.0]], (T, 2))


def _log(magnitude: Array) -> Array:
    """ln, and −∞ at 0 without a warning: what has vanished has vanished."""
    with np.errstate(divide="ignore"):
        return np.log(magnitude)


def _sum_of_outer_products(rows: Array, columns: Array) -> Array:
    """Σ rowsᵀ columnsᵀ over time and batch: (..., T, i) and (..., T, j) → (i, j)."""
    axes = list(range(rows.ndim - 1))
    return np.tensordot(rows, columns, axes=(axes, axes))


def _step(t: int, name: str, first: int, last: int) -> int:
    """Check a time, from ``first`` to ``last``."""
    t = whole_number(t, name, at_least=first)
    if t > last:
        raise ValueError(f"{name} must be at most {last}, got {t}")
    return t


def _time_first(array: Array) -> Array:
    return np.moveaxis(array, -2, 0)


def _time_last(array: Array) -> Array:
    return np.moveaxis(array, 0, -2)
