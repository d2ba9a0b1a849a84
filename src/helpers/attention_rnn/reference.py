"""A recurrent network that attends to its own past states, and its gradients. Chapter 1.2.2 of the book.

AttentionRNN(k) looks at the input x[t] ∈ R^n and at the k states before it. With y_0 = x[t] and y_i = h[t−i] ∈ R^m
for i = 1, …, k, a step t = 1, …, T is

    q_i = Q_i y_i,    k_i = K_i y_i,    v_i = V_i y_i                                 (3.1)
    w_i[t] = q_iᵀ k_i,    a[t] = softargmax(w[t])                                     (3.2)
    h[t] = Σ_i a_i[t] v_i                                                             (3.3)

Q_0, K_0, V_0 are m × n and the others m × m. States before t = 1 are zero vectors unless others are given.
They are not masked: each has the score 0, and so the weight exp(0) / Σ_j exp(w_j).

AttentionRNN(∞) attends to x[t] and to all states before it, h[t−1], …, h[1], which share one triple (Q, K, V).
Before t = 1 there are none, unless some are given. At t = 1 it attends to x[1] alone.

In both, query and key of a score come from the same y_i, and nothing else at step t enters it. The derivative of h[t]
with respect to h[t−i], with all other states held fixed, is the *direct* Jacobian

    ∂h[t]/∂h[t−i] = a_i V_i + a_i (v_i − h[t]) (k_iᵀ Q_i + q_iᵀ K_i)                   (3.4)

In the unbounded network a state has the same score at every later step, so two running sums contain all of the past
(see :class:`UnboundedAttentionRNN`).

Time counts from 1, as on paper: row t − 1 of an array is step t. Gradients are rows.

Arrays are real and steps whole numbers (else TypeError), of the shapes and in the ranges named, and a run is this
network's own (else ValueError). NaN and infinity are data: they spread as in PyTorch. A number that overflows is infinite,
or NaN if two infinities meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.arrays import Array, boolean, check_is_own_run, real_array, short_repr, whole_number
from ..numerics.functions import quiet
from .linear_time import LOWEST, scan, scan_vjp

__all__ = ["AttentionRNN", "Gradients", "Run", "UnboundedAttentionRNN"]

Triple = Sequence[ArrayLike] | Array
"""Q, K and V."""
Projections = tuple[Array, Array, Array]
"""∂ℓ/∂q, ∂ℓ/∂k and ∂ℓ/∂v of some rows, each of shape (..., rows, m)."""
Sums = tuple[Any, Any, Any]
"""The largest exponent so far, and two sums divided by its exponential: axes (..., 1 or m)."""


class AttentionRNN:
    """AttentionRNN(k): the network of equations (3.1) to (3.3), with a triple for each of k past states.

    Parameters
    ----------
    input_triple : sequence of three array_like, shape (m, n)
        (Q_0, K_0, V_0), for the input.
    past_triples : sequence of k ≥ 1 sequences of three array_like, shape (m, m)
        (Q_1, K_1, V_1) for the latest state, and so on to (Q_k, K_k, V_k) for the one k steps back.

    Examples
    --------
    With Q = K = 0 every score is 0, and a state is the mean of all values, including those of the zero vectors:

    >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[0]], [[1]])] * 2)
    >>> run = network.run([[9], [9]])
    >>> run.states
    array([[3.],
           [4.]])
    >>> run.weights.round(2)
    array([[0.33, 0.33, 0.33],
           [0.33, 0.33, 0.33]])
    """

    def __init__(self, input_triple: Triple, past_triples: Sequence[Triple] | Array) -> None:
        self.input_triple = _input_triple(input_triple)
        m = self.input_triple.shape[1]
        try:
            past_triples = list(past_triples)
        except TypeError:
            raise TypeError(
                f"past_triples must be a sequence of triples (Q_i, K_i, V_i), got {short_repr(past_triples)}"
            ) from None
        if not past_triples:
            raise ValueError("past_triples must hold k ≥ 1 triples (Q_i, K_i, V_i), got none")
        self.past_triples = np.stack(
            [
                _triple(triple, f"past_triples[{i - 1}]", f"_{i}", (m, m))
                for i, triple in enumerate(past_triples, start=1)
            ]
        )
        self.window: float = len(past_triples)
        """k, the number of past states that a step looks at."""

    @quiet()
    def run(self, x: ArrayLike, initial_states: ArrayLike | None = None) -> Run:
        """Return every state that the network goes through as it reads x.

        Parameters
        ----------
        x : array_like, shape (..., T, n)
            Any number of batch axes, then time. T may be 0.
        initial_states : array_like, shape (..., k, m), optional
            h[1−k], …, h[0], the latest last, with the batch axes of x. By default they are 0. To continue a run, give its
            last states.

        Examples
        --------
        >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[0]], [[1]])] * 2)
        >>> network.run([[9]], initial_states=[[1], [2]]).states
        array([[4.]])
        """
        k = len(self.past_triples)
        run = self._start(x, initial_states, k, k)
        self._forward(run)
        return run

    @quiet()
    def vjp(self, run: Run, direct_gradient: ArrayLike) -> Gradients:
        """Return the gradients of a loss ℓ from its direct gradients: backpropagation through time.

        The rows of ``direct_gradient``, of shape (..., T, m), are the *direct* gradients g[t]: those of ℓ with respect to
        h[t] if every later state is held fixed. For the *total* gradient λ[t] every later state is recomputed.
        In a step, the gradients are

            ∂ℓ/∂v_i = a_i λ[t],    ∂ℓ/∂w_i = a_i λ[t] (v_i − h[t])
            ∂ℓ/∂q_i = ∂ℓ/∂w_i k_iᵀ,    ∂ℓ/∂k_i = ∂ℓ/∂w_i q_iᵀ                                (3.6)

        and (3.1) is linear. Every step uses the matrices, and a query, a key and a value read each y_i:

            ∂ℓ/∂Q_i = Σ_t (∂ℓ/∂q_i[t])ᵀ y_i[t]ᵀ,    and so K_i and V_i
            ∂ℓ/∂y_i = ∂ℓ/∂q_i Q_i + ∂ℓ/∂k_i K_i + ∂ℓ/∂v_i V_i                                (3.7)

        For i = 0 the last line is the gradient of x[t]; for the others it is added to that of h[t−i]. The gradients of
        the triples are summed over the batch.

        V_0 multiplies half of the second input, and through h[1] a quarter of the first, ½ · 6 + ¼ · 4:

        >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[0]], [[1]])])
        >>> network.vjp(network.run([[4], [6]]), [[0], [1]]).input_triple[2].round(6)
        array([[4.]])
        """
        total = self._total(run, direct_gradient)
        past_triples = self._backward(run, total)
        return self._gradients(run, total, past_triples)

    @quiet()
    def step_jacobian(self, run: Run, t: int, lag: int) -> Array:
        """Return the direct Jacobian ∂h[t]/∂h[t−lag], equation (3.4), of shape (..., m, m).

        All other states are held fixed. The lag is from 1 to k, or in the unbounded network to the earliest state.

        With Q_1 = 0 the weight does not depend on the state, and the Jacobian is a_1 V_1:

        >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[1]], [[6]])])
        >>> network.step_jacobian(network.run([[4], [6]]), t=2, lag=1).round(6)
        array([[3.]])
        """
        check_is_own_run(run, self, Run)
        t = _step(t, run)
        past = run.window_states(t)
        lag = whole_number(
            lag, "lag", at_least=1, at_most=past.shape[-2], limit=f"the number of states that step {t} sees"
        )
        return self._step_jacobian(run, t, lag)

    @quiet()
    def total_gradient(self, run: Run, direct_gradient: ArrayLike, t: int) -> Array:
        """Return the total gradient ∂ℓ/∂h[t], of shape (..., m), from those of the later states that look at h[t].

            λ[t] = g[t] + Σ_i λ[t+i] ∂h[t+i]/∂h[t],    i = 1, …, min(k, T − t)              (3.5)

        The sum over i is right only with the *total* gradients λ[t+i] and the *direct* Jacobians (3.4). Total Jacobians
        contain every path from h[s] to h[t],

            ∂h[t]/∂h[s] = Σ_i ∂h[t]/∂h[t−i] ∂h[t−i]/∂h[s]                                    (3.8)

        With them, a path through h[t+1] would be counted there and again in λ[t+1]. :meth:`vjp` gives the gradients of all
        states at once, and faster.

        Each Jacobian is 3: λ[3] = 1, λ[2] = 1 · 3, and λ[1] = 10 + 3 · 3.

        >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[1]], [[6]])])
        >>> network.total_gradient(network.run([[1], [1], [1]]), [[10], [0], [1]], t=1).round(6)
        array([19.])
        """
        λ = self._total(run, direct_gradient)[..., run.initial_count :, :]
        t = _step(t, run)
        for s in range(run.T, t - 1, -1):
            for i in range(1, int(min(self.window, run.T - s)) + 1):
                later = λ[..., s + i - 1, None, :] @ self._step_jacobian(run, s + i, i)
                λ[..., s - 1, :] += later[..., 0, :]
        return λ[..., t - 1, :]

    def _forward(self, run: Run) -> None:
        """Fill in a run by (3.1) to (3.3), from the first state to the last."""
        q_0, k_0, v_0 = _project(self.input_triple, run.x)
        w_0, states = _dot(q_0, k_0), run.states
        for t in range(1, run.T + 1):
            now = slice(t - 1, t)
            q, k, v = self._project(run.window_states(t))
            w = np.concatenate((w_0[..., now], _dot(q, k)), axis=-1)
            a, run.log_normalisers[..., now] = _softargmax(w)
            states[..., now, :] = a[..., :1, None] * v_0[..., now, :] + a[..., None, 1:] @ v

    def _backward(self, run: Run, total: Array) -> Array:
        """Turn direct gradients into total ones by (3.6) and (3.7), in place; return those of the past triples."""
        past_triples = np.zeros(self.past_triples.shape, total.dtype)
        h, λ = run.states, total[..., run.initial_count :, :]
        for t in range(run.T, 0, -1):
            past, now = run.window_states(t), slice(t - 1, t)
            q, k, v = self._project(past)
            a = _weights(_dot(q, k), run.log_normalisers[..., now])
            projections = _attention_vjp(a, q, k, v, h[..., now, :], λ[..., now, :])
            by_past, by_triples = self._project_vjp(past, projections)
            total[..., run.window_slice(t), :] += by_past
            past_triples += by_triples
        return past_triples

    def _triple(self, lag: int) -> Array:
        return self.past_triples[lag - 1]

    # Past states come with the latest last; its triple is the first.

    def _project(self, past: Array) -> Array:
        """Return q_i, k_i and v_i of past states, (3.1): axes (3, ..., state, m)."""
        return np.einsum("iqab,...ib->q...ia", self.past_triples[::-1], past)

    def _project_vjp(self, past: Array, projections: Projections) -> tuple[Array, Array]:
        """Return ∂ℓ/∂ the past states and ∂ℓ/∂ the triples, (3.7)."""
        rows = (-1, *past.shape[-2:])
        projections = np.array(projections)
        return (
            np.einsum("q...ia,iqab->...ib", projections, self.past_triples[::-1]),
            np.einsum("qnia,nib->iqab", projections.reshape(3, *rows), past.reshape(rows))[::-1],
        )

    def _start(
        self, x: ArrayLike, initial_states: ArrayLike | None, left_out: int, expected: int | str
    ) -> Run:
        """Check an input and the initial states, ``left_out`` zero vectors if None; the states of the run are not set."""
        _, m, n = self.input_triple.shape
        x = real_array(x, "x", shape=(..., "T", n), may_be_empty=True)
        *batch, T, _ = x.shape
        if initial_states is None:
            initial_states = np.zeros((*batch, left_out, m), x.dtype)
        initial_states = real_array(
            initial_states, "initial_states", shape=(*batch, expected, m), may_be_empty=True
        )
        dtype = np.result_type(x, initial_states, self.input_triple, self.past_triples)
        count = initial_states.shape[-2]
        trajectory = np.empty((*batch, count + T, m), dtype)
        trajectory[..., :count, :] = initial_states
        return Run(self, x, trajectory, np.empty((*batch, T)))

    def _total(self, run: Run, direct_gradient: ArrayLike) -> Array:
        """Return the direct gradients, to which the total ones are added; those of the initial states come first."""
        check_is_own_run(run, self, Run)
        direct_gradient = real_array(direct_gradient, "direct_gradient", shape=run.states.shape)
        total = np.zeros(run.trajectory.shape, np.result_type(run.trajectory, direct_gradient))
        total[..., run.initial_count :, :] = direct_gradient
        return total

    def _gradients(self, run: Run, total: Array, past_triples: Array) -> Gradients:
        """Return all gradients, from the total ones of the states: those of the inputs need no recurrence."""
        q, k, v = _project(self.input_triple, run.x)
        λ = total[..., run.initial_count :, :]
        a = _weights(_dot(q, k), run.log_normalisers)
        projections = _attention_vjp(a, q, k, v, run.states, λ)
        x, input_triple = _project_vjp(self.input_triple, run.x, projections)
        return Gradients(
            input_triple=input_triple,
            past_triples=past_triples,
            x=x,
            initial_states=total[..., : run.initial_count, :],
            states=λ,
        )

    def _step_jacobian(self, run: Run, t: int, lag: int) -> Array:
        triple = Q, K, V = self._triple(lag)
        y, h = run.window_states(t)[..., -lag, None, :], run.states[..., t - 1, None, :]
        q, k, v = _project(triple, y)
        a = _weights(_dot(q, k), run.log_normalisers[..., t - 1, None])[..., None]
        return a * V + a * (v - h).swapaxes(-1, -2) * (k @ Q + q @ K)


class UnboundedAttentionRNN(AttentionRNN):
    """AttentionRNN(∞): attends to x[t] and to all states before it, with one triple; in linear time.

    A state's score w[s] = (Q h[s])ᵀ (K h[s]) is the same at every later step t. So (3.2) and (3.3) need only two sums
    over the past, whatever its length:

        D[t] = D[t−1] + e^w[t],    N[t] = N[t−1] + e^w[t] V h[t]
        h[t] = (N[t−1] + e^(w_0[t]) v_0[t]) / Z[t],    Z[t] = D[t−1] + e^(w_0[t])              (3.9)

    They start from D = 0, N = 0. Backward, the weight e^(w[s]) / Z[t] of state s at step t is a product of two factors,
    and (3.6) needs only two sums over the future,

        G[s] = Σ_{t>s} λ[t] / Z[t],    C[s] = Σ_{t>s} λ[t] h[t] / Z[t]
        ∂ℓ/∂v[s] = e^w[s] G[s],    ∂ℓ/∂w[s] = e^w[s] (G[s] v[s] − C[s])                       (3.10)

    with λ[s] = g[s] + ∂ℓ/∂v[s] V + ∂ℓ/∂w[s] (k[s]ᵀ Q + q[s]ᵀ K). Each way takes T steps of O(m² + mn)
    operations, and m + 2 numbers carry the past to the present.

    Sums of exponentials are stored divided by the largest so far, so that no score is too large (as in the
    online softmax of Milakov and Gimelshein, 2018). Linear attention (Katharopoulos et al., 2020) also
    has running sums, because it replaces the exponential by a kernel; here nothing is approximated, since
    the score contains no query of step t.

    Parameters
    ----------
    input_triple : sequence of three array_like, shape (m, n)
        (Q_0, K_0, V_0), for the input.
    shared_triple : sequence of three array_like, shape (m, m)
        (Q, K, V), for every past state; the attribute ``past_triples`` holds it.

    Examples
    --------
    With Q = K = 0 a state is the mean of the input and of all states before it:

    >>> network = UnboundedAttentionRNN(([[0]], [[0]], [[1]]), ([[0]], [[0]], [[1]]))
    >>> run = network.run([[8], [4], [1]])
    >>> run.weights.round(2)
    array([[1.  , 0.  , 0.  ],
           [0.5 , 0.5 , 0.  ],
           [0.33, 0.33, 0.33]])
    """

    def __init__(self, input_triple: Triple, shared_triple: Triple) -> None:
        self.input_triple = _input_triple(input_triple)
        m = self.input_triple.shape[1]
        self.past_triples = _triple(shared_triple, "shared_triple", "", (m, m))
        self.window = inf

    @quiet()
    def run(self, x: ArrayLike, initial_states: ArrayLike | None = None, *, linear_time: bool = True) -> Run:
        """Return every state that the network goes through as it reads x, as :meth:`AttentionRNN.run`.

        Parameters
        ----------
        x : array_like, shape (..., T, n)
        initial_states : array_like, shape (..., any number, m), optional
            The latest last. By default there are none.
        linear_time : bool
            Whether to use the running sums (3.9), for one sequence those of :mod:`helpers.attention_rnn.linear_time`. If
            false, (3.1) to (3.3) as they stand: each step projects, scores and weights all states before it, O(T²) in all.

        Examples
        --------
        >>> network = UnboundedAttentionRNN(([[0]], [[0]], [[1]]), ([[0]], [[0]], [[1]]))
        >>> network.run([[6]], initial_states=[[1], [2]]).states
        array([[3.]])
        """
        run = self._start(x, initial_states, 0, "states")
        if boolean(linear_time, "linear_time"):
            q_0, k_0, v_0 = _project(self.input_triple, run.x)
            forward = scan if run.x.ndim == 2 else _running_sums
            forward(self.past_triples, _dot(q_0, k_0), v_0, run.trajectory, run.log_normalisers)
        else:
            self._forward(run)
        return run

    @quiet()
    def vjp(self, run: Run, direct_gradient: ArrayLike, *, linear_time: bool = True) -> Gradients:
        """Return the gradients of a loss ℓ from its direct gradients, as :meth:`AttentionRNN.vjp`.

        They are computed from the running sums (3.10), or, without ``linear_time``, from (3.6) as it stands: each step passes
        its gradient to all states before it, O(T²) in all.

        >>> network = UnboundedAttentionRNN(([[0]], [[0]], [[1]]), ([[0]], [[0]], [[1]]))
        >>> network.vjp(network.run([[8], [4], [1]]), [[0], [0], [6]]).x.round(6)
        array([[3.],
               [1.],
               [2.]])
        """
        total = self._total(run, direct_gradient)
        if boolean(linear_time, "linear_time"):
            backward = scan_vjp if run.x.ndim == 2 else _running_sums_vjp
            shared_triple = backward(self.past_triples, run.trajectory, run.log_normalisers, total)
        else:
            shared_triple = self._backward(run, total)
        return self._gradients(run, total, shared_triple)

    def _triple(self, lag: int) -> Array:
        return self.past_triples

    def _project(self, past: Array) -> Array:
        return _project(self.past_triples, past)

    def _project_vjp(self, past: Array, projections: Projections) -> tuple[Array, Array]:
        return _project_vjp(self.past_triples, past, projections)


def _running_sums(triple: Array, w_0: Array, v_0: Array, trajectory: Array, log_normalisers: Array) -> None:
    """Fill in the states after the initial ones, and ln Z, by (3.9)."""
    T = w_0.shape[-1]
    initial_count = trajectory.shape[-2] - T
    sums = LOWEST, 0.0, 0.0  # the largest exponent, D and N
    for t in range(-initial_count, T):
        h = trajectory[..., initial_count + t, :]
        if t >= 0:
            largest, Z, numerator = _add(sums, w_0[..., t, None], 1, v_0[..., t, :])
            h[:] = numerator / Z
            log_normalisers[..., t] = (largest + np.log(Z))[..., 0]
        q, k, v = _project(triple, h)
        sums = _add(sums, _dot(q, k)[..., None], 1, v)


def _running_sums_vjp(triple: Array, trajectory: Array, log_normalisers: Array, total: Array) -> Array:
    """Turn direct gradients into total ones by (3.10), in place; return those of the triple."""
    T = log_normalisers.shape[-1]
    initial_count = trajectory.shape[-2] - T
    sums = LOWEST, 0.0, np.zeros(triple.shape[1])  # the largest exponent, C and G
    triple_gradient = np.zeros(triple.shape, total.dtype)
    for s in reversed(range(-initial_count, T)):
        h, λ = trajectory[..., initial_count + s, :], total[..., initial_count + s, :]
        q, k, v = _project(triple, h)
        largest, C, G = sums
        e = np.exp(_dot(q, k)[..., None] + largest)  # at the last step 0: nothing is later
        v_gradient, w_gradient = e * G, e * (_dot(G, v)[..., None] - C)
        by_h, by_triple = _project_vjp(triple, h, (w_gradient * k, w_gradient * q, v_gradient))
        λ += by_h
        triple_gradient += by_triple
        if s >= 0:
            sums = _add(sums, -log_normalisers[..., s, None], _dot(λ, h)[..., None], λ)
    return triple_gradient


def _add(sums: Sums, exponent: Array, one: Any, other: Any) -> Sums:
    """Add e^exponent times one and other to the sums, which are divided by e^largest: so no exponent is positive."""
    largest, first, second = sums
    new_largest = np.maximum(largest, exponent)
    old, new = np.exp(largest - new_largest), np.exp(exponent - new_largest)
    return new_largest, old * first + new * one, old * second + new * other


@dataclass(frozen=True, eq=False)
class Run:
    """The states of a network that has read a sequence; the backward pass starts from them."""

    network: AttentionRNN
    x: np.ndarray
    """The input, of shape (..., T, n)."""
    trajectory: np.ndarray
    """The initial states, then h[1], …, h[T], of shape (..., initial_count + T, m)."""
    log_normalisers: np.ndarray
    """ln Σ_i exp(w_i[t]), the logarithm of the denominator of softargmax, of shape (..., T); in double precision."""

    @cached_property
    def T(self) -> int:
        """The number of steps."""
        return self.x.shape[-2]

    @cached_property
    def initial_count(self) -> int:
        """The number of initial states."""
        return self.trajectory.shape[-2] - self.T

    @property
    def states(self) -> Array:
        """h[1], …, h[T], of shape (..., T, m)."""
        return self.trajectory[..., self.initial_count :, :]

    @property
    def initial_states(self) -> Array:
        """The states before h[1], of shape (..., initial_count, m), the latest last."""
        return self.trajectory[..., : self.initial_count, :]

    @cached_property
    @quiet()
    def weights(self) -> Array:
        """a[t] in row t − 1, of shape (..., T, k + 1): of the input, of h[t−1], of h[t−2], and so on.

        The unbounded network needs initial_count + T columns, T² numbers. They are computed when you ask for them, and
        are 0 if there is no state.
        """
        q, k, _ = _project(self.network.input_triple, self.x)
        w_0 = _dot(q, k)
        columns = 1 + int(min(self.network.window, self.initial_count + max(self.T - 1, 0)))
        weights = np.zeros((*w_0.shape, columns), self.trajectory.dtype)
        for t in range(1, self.T + 1):
            q, k, _ = self.network._project(self.window_states(t))
            w = np.concatenate((w_0[..., t - 1 : t], _dot(q, k)), axis=-1)
            _, log_normaliser = _softargmax(w)
            a = _weights(w, log_normaliser)
            weights[..., t - 1, 0], weights[..., t - 1, 1 : a.shape[-1]] = a[..., 0], a[..., :0:-1]
        return weights

    def window_slice(self, t: int) -> slice:
        """Return which rows of the trajectory step t attends to."""
        end = self.initial_count + t - 1
        return slice(max(0, end - self.network.window), end)

    def window_states(self, t: int) -> Array:
        """Return the states that step t attends to, of shape (..., states, m), the latest last."""
        return self.trajectory[..., self.window_slice(t), :]


class Gradients(NamedTuple):
    """The gradient of a loss ℓ with respect to each array that it depends on, in the shape of that array."""

    input_triple: np.ndarray
    past_triples: np.ndarray
    x: np.ndarray
    initial_states: np.ndarray
    states: np.ndarray
    """The total gradients of h[1], …, h[T], for which every later state is recomputed."""


def _project(triple: Array, y: Array) -> Array:
    """Return q, k and v of each row of y, (3.1): axes (3, ..., row, m)."""
    _, m, n = triple.shape
    batch = (1,) * (y.ndim - 2)
    return y @ triple.swapaxes(1, 2).reshape(3, *batch, n, m)


def _project_vjp(triple: Array, y: Array, projections: Projections) -> tuple[Array, Array]:
    """Return ∂ℓ/∂y and ∂ℓ/∂(Q, K, V), (3.7), from ∂ℓ/∂q, ∂ℓ/∂k and ∂ℓ/∂v of the rows of y."""
    (Q, K, V), (by_q, by_k, by_v) = triple, projections
    m, n = Q.shape
    rows = y.reshape(-1, n)
    by_triple = np.stack([by.reshape(-1, m).T @ rows for by in projections])
    return by_q @ Q + by_k @ K + by_v @ V, by_triple


def _attention_vjp(a: Array, q: Array, k: Array, v: Array, h: Array, λ: Array) -> Projections:
    """Return ∂ℓ/∂q, ∂ℓ/∂k and ∂ℓ/∂v by (3.6) of rows with the weights a in h, whose total gradient is λ."""
    w_gradient = (a * _dot(v - h, λ))[..., None]
    return w_gradient * k, w_gradient * q, a[..., None] * λ


def _softargmax(w: Array) -> tuple[Array, Array]:
    """Return exp(w) / Σ exp(w), and the logarithm of that sum; no exponent is positive, so nothing overflows."""
    largest = np.maximum.reduce(w, axis=-1, keepdims=True)
    exponentials = np.exp(w - largest)
    normaliser = np.add.reduce(exponentials, axis=-1, keepdims=True)
    return exponentials / normaliser, np.add(largest, np.log(normaliser), dtype=float)


def _weights(w: Array, log_normaliser: Array) -> Array:
    """Return exp(w) / Σ exp(w), given the logarithm of the sum in double: in single, one of 10⁴ is off by 10⁻³."""
    return np.exp(w - log_normaliser).astype(w.dtype, copy=False)


def _dot(rows: Array, other_rows: Array) -> Array:
    """Return the dot product of each row with the row of the same number, or with the only one."""
    return np.einsum("...a,...a->...", rows, other_rows)


def _input_triple(triple: Triple) -> Array:
    return _triple(triple, "input_triple", "_0", ("m", "n"))


def _triple(triple: Triple, name: str, subscript: str, shape: tuple[int | str, int | str]) -> Array:
    """Check that three matrices have one shape, and stack them."""
    try:
        Q, K, V = triple
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} must hold three matrices, (Q{subscript}, K{subscript}, V{subscript})"
        ) from None
    Q = real_array(Q, f"Q{subscript}", shape=shape)
    return np.stack(
        [Q, real_array(K, f"K{subscript}", shape=Q.shape), real_array(V, f"V{subscript}", shape=Q.shape)]
    )


def _step(t: int, run: Run) -> int:
    return whole_number(t, "t", at_least=1, at_most=run.T, limit="the number of steps")
