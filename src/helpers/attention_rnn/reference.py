"""A recurrent network that attends to its own past states, and its gradients. Chapter 1.2.2 of the book.

AttentionRNN(k) sees the input x[t] ∈ R^n and the k states before it. With y_0 = x[t] and y_i = h[t−i] ∈ R^m
for i = 1, …, k, a step t = 1, …, T is

    q_i = Q_i y_i,    k_i = K_i y_i,    v_i = V_i y_i                                 (3.1)
    w_i[t] = q_iᵀ k_i,    a[t] = softargmax(w[t])                                     (3.2)
    h[t] = Σ_i a_i[t] v_i                                                             (3.3)

Q_0, K_0, V_0 are m × n and the others m × m. States before t = 1 are zero vectors unless others are given.
They are not left out: each has the score 0, and so the weight exp(0) / Σ_j exp(w_j).

AttentionRNN(∞) attends to x[t] and to every state there is, h[t−1], …, h[1]; one triple (Q, K, V) serves
them all. Before t = 1 there are none, unless some are given. At t = 1 it attends to x[1] alone.

In both, the score of y_i is made of y_i twice: nothing at step t asks for it. Hence what h[t−i] does to h[t],
with all other states held fixed, has one line, the *direct* Jacobian

    ∂h[t]/∂h[t−i] = a_i V_i + a_i (v_i − h[t]) (k_iᵀ Q_i + q_iᵀ K_i)                   (3.4)

and in the unbounded network a state has the same score at every later step, so that all of the past is two
running sums (see :class:`UnboundedAttentionRNN`).

Time counts from 1, as on paper: row t − 1 of an array is step t. Gradients are rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.arrays import Array, real_array, whole_number

__all__ = ["AttentionRNN", "Gradients", "Run", "UnboundedAttentionRNN"]

_OVERFLOW_IS_FOR_LATER = np.errstate(over="ignore", invalid="ignore")
"""Around what :meth:`AttentionRNN._refuse_overflow` looks at when it is done, once and not at each operation."""

Triple = Sequence[ArrayLike] | Array
"""Q, K and V."""
Projections = tuple[Array, Array, Array]
"""∂ℓ/∂q, ∂ℓ/∂k and ∂ℓ/∂v."""

BLOCK = 500
"""So many steps go back together in linear time, in memory that stays near the processor."""


class AttentionRNN:
    """AttentionRNN(k): the network of equations (3.1) to (3.3), with a triple for each of k past states.

    Parameters
    ----------
    input_triple : sequence of three array_like, shape (m, n)
        (Q_0, K_0, V_0), for the input.
    past_triples : sequence of k ≥ 1 sequences of three array_like, shape (m, m)
        (Q_1, K_1, V_1) for the latest state, and so on to (Q_k, K_k, V_k) for the one k steps back.

    Attributes
    ----------
    input_triple : numpy.ndarray, shape (3, m, n)
    past_triples : numpy.ndarray, shape (k, 3, m, m)
    window : int
        k, how many past states a step looks at.

    Raises
    ------
    ValueError
        If a triple does not hold three matrices, their shapes do not fit each other, one is empty, or k < 1.
    TypeError
        If a matrix is not real, or ``past_triples`` is not a sequence.

    Examples
    --------
    With Q = K = 0 every score is 0, and a state is the mean of all values, zero states included:

    >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[0]], [[1]])] * 2)
    >>> run = network.run([[9], [9]])
    >>> run.states
    array([[3.],
           [4.]])
    >>> run.weights.round(2)
    array([[0.33, 0.33, 0.33],
           [0.33, 0.33, 0.33]])

    The last state holds a third of x[2], and a third of h[1], which holds a third of x[1]:

    >>> network.vjp(run, [[0], [9]]).x.round(6)
    array([[1.],
           [3.]])
    """

    def __init__(self, input_triple: Triple, past_triples: Sequence[Triple] | Array) -> None:
        self.input_triple = _input_triple(input_triple)
        m = self.input_triple.shape[1]
        try:
            past_triples = list(past_triples)
        except TypeError:
            raise TypeError(
                f"past_triples must be a sequence of triples (Q_i, K_i, V_i), got {past_triples!r}"
            ) from None
        if not past_triples:
            raise ValueError("past_triples must hold k ≥ 1 triples (Q_i, K_i, V_i), got none")
        self.past_triples = np.stack(
            [
                _triple(triple, f"past_triples[{i - 1}]", f"_{i}", (m, m))
                for i, triple in enumerate(past_triples, start=1)
            ]
        )
        self.window: Any = len(past_triples)  # infinity, in the network below

    def run(self, x: ArrayLike, initial_states: ArrayLike | None = None) -> Run:
        """Return every state that the network goes through as it reads x.

        Parameters
        ----------
        x : array_like, shape (T, n)
            T may be 0.
        initial_states : array_like, shape (k, m), optional
            h[1−k], …, h[0], the latest last; left out, they are 0. The unbounded network takes any number
            of them; left out, there are none. The last states of one run continue it in another.

        Returns
        -------
        Run

        Raises
        ------
        ValueError
            If x does not fit the input's triple, or the initial states do not fit the network.
        TypeError
            If an array is not real.
        OverflowError
            If finite numbers make a state that is not: matrices V that lengthen what they see can do that. NaN and
            infinity in x, the initial states or the triples pass.

        Examples
        --------
        >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[0]], [[1]])] * 2)
        >>> network.run([[9]], initial_states=[[1], [2]]).states
        array([[4.]])
        """
        run = self._start(x, initial_states)
        self._attend(run)
        return self._finished(run)

    def vjp(self, run: Run, direct_gradient: ArrayLike) -> Gradients:
        """Return the gradients of a loss ℓ from what it makes of each state: backpropagation through time.

        The *total* gradient λ[t] of h[t] is the *direct* one, g[t], what ℓ itself makes of h[t], plus what comes
        back from later states. In a step, softargmax passes on

            ∂ℓ/∂v_i = a_i λ[t],    ∂ℓ/∂w_i = a_i λ[t] (v_i − h[t])
            ∂ℓ/∂q_i = ∂ℓ/∂w_i k_iᵀ,    ∂ℓ/∂k_i = ∂ℓ/∂w_i q_iᵀ                                (3.5)

        and (3.1) is linear. A matrix serves every step; each y_i is read by a query, a key and a value:

            ∂ℓ/∂Q_i = Σ_t (∂ℓ/∂q_i[t])ᵀ y_i[t]ᵀ,    and so K_i and V_i
            ∂ℓ/∂y_i = ∂ℓ/∂q_i Q_i + ∂ℓ/∂k_i K_i + ∂ℓ/∂v_i V_i                                (3.6)

        For i = 0 the latter is the gradient of x[t]; for the others it is added to that of h[t−i].

        Parameters
        ----------
        run : Run
            What :meth:`run` returned.
        direct_gradient : array_like, shape (T, m)
            What ℓ makes of h[1], …, h[T], as if no later state depended on them.

        Returns
        -------
        Gradients

        Raises
        ------
        ValueError
            If ``direct_gradient`` does not have the shape of ``run.states``, or the run is another network's.
        TypeError
            If ``direct_gradient`` is not real, or ``run`` is not a run.
        OverflowError
            If finite numbers make a gradient that is not, as in :meth:`run`.

        Examples
        --------
        V_0 has met half of the second input, and by way of h[1] half of the half of the first, ½ · 6 + ¼ · 4:

        >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[0]], [[1]])])
        >>> network.vjp(network.run([[4], [6]]), [[0], [1]]).input_triple[2].round(6)
        array([[4.]])
        """
        total = self._total(run, direct_gradient)
        past_triples = self._attend_back(run, total)
        return self._gradients(run, direct_gradient, total, past_triples)

    def step_jacobian(self, run: Run, t: int, lag: int) -> Array:
        """Return the direct Jacobian ∂h[t]/∂h[t−lag], equation (3.4): all other states are held fixed.

        Parameters
        ----------
        run : Run
        t : int
            From 1 to T.
        lag : int
            How many steps back, from 1 to k; for the unbounded network, to the earliest state there is.

        Returns
        -------
        numpy.ndarray, shape (m, m)

        Raises
        ------
        ValueError
            If there is no such step, or it does not see so far back, or the run is another network's.
        TypeError
            If t or lag is not a whole number, or ``run`` is not a run.

        Examples
        --------
        With Q_1 = 0 the weight does not depend on the state, and the Jacobian is a_1 V_1:

        >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[1]], [[6]])])
        >>> network.step_jacobian(network.run([[4], [6]]), t=2, lag=1).round(6)
        array([[3.]])
        """
        self._check_own(run)
        t = _from_1(t, "t", run.T, "the number of steps")
        past = run.past(t)
        lag = _from_1(lag, "lag", len(past), f"the number of states that step {t} sees")
        Q, K, V = self._triple(lag)
        y, h = past[-lag], run.states[t - 1]
        q, k, v = Q @ y, K @ y, V @ y
        a = np.exp(q @ k - run.log_normalisers[t - 1])
        return a * V + a * np.outer(v - h, k @ Q + q @ K)

    @_OVERFLOW_IS_FOR_LATER
    def state_gradient(self, run: Run, direct_gradient: ArrayLike, t: int) -> Array:
        """Return the total gradient ∂ℓ/∂h[t] from those of the later states that see h[t].

            λ[t] = g[t] + Σ_i λ[t+i] ∂h[t+i]/∂h[t],    i = 1, …, min(k, T − t)              (3.7)

        The sum over i is right only with the *total* gradients λ[t+i] and the *direct* Jacobians (3.4). With
        total Jacobians, which follow every path from h[t] to h[t+i], a path by way of h[t+1] is counted
        there and again in λ[t+1].

        Parameters
        ----------
        run : Run
        direct_gradient : array_like, shape (T, m)
            As in :meth:`vjp`, which gives the gradients of all states at once, and sooner.
        t : int
            From 1 to T.

        Returns
        -------
        numpy.ndarray, shape (m,)

        Raises
        ------
        ValueError, TypeError, OverflowError
            As :meth:`step_jacobian` and :meth:`vjp`.

        Examples
        --------
        Each Jacobian is 3: λ[3] = 1, λ[2] = 1 · 3, and λ[1] = 10 + 3 · 3.

        >>> network = AttentionRNN(([[0]], [[0]], [[1]]), [([[0]], [[1]], [[6]])])
        >>> network.state_gradient(network.run([[1], [1], [1]]), [[10], [0], [1]], t=1).round(6)
        array([19.])
        """
        total = self._total(run, direct_gradient)[run.earlier :]
        t = _from_1(t, "t", run.T, "the number of steps")
        for s in range(run.T, t - 1, -1):
            for i in range(1, min(self.window, run.T - s) + 1):
                total[s - 1] += total[s + i - 1] @ self.step_jacobian(run, s + i, i)
        self._refuse_overflow(f"∂ℓ/∂h[{t}]", total[t - 1], run.trajectory, direct_gradient)
        return total[t - 1]

    @_OVERFLOW_IS_FOR_LATER
    def _attend(self, run: Run) -> None:
        """Make the states of a run by (3.1) to (3.3), from the first to the last."""
        q_0, k_0, v_0 = _project(self.input_triple, run.x)
        w_0 = _dot(q_0, k_0)
        for t in range(1, run.T + 1):
            q, k, v = self._project(run.past(t))
            w = np.concatenate((w_0[t - 1 : t], _dot(q, k)))
            a, run.log_normalisers[t - 1] = _softargmax(w)
            run.states[t - 1] = a[0] * v_0[t - 1] + a[1:] @ v

    @_OVERFLOW_IS_FOR_LATER
    def _attend_back(self, run: Run, total: Array) -> Array:
        """Make direct gradients total by (3.5), in place, from the last state to the first; return the triples'."""
        past_triples = np.zeros_like(self.past_triples, dtype=total.dtype)
        states_total = total[run.earlier :]
        for t in range(run.T, 0, -1):
            q, k, v = self._project(run.past(t))
            a = np.exp(_dot(q, k) - run.log_normalisers[t - 1])
            projections = _attention_vjp(a, q, k, v, run.states[t - 1], states_total[t - 1])
            total[run.seen(t)] += self._past_vjp(projections)
            past_triples += self._past_triples_vjp(run.past(t), projections)
        return past_triples

    def _triple(self, lag: int) -> Array:
        return self.past_triples[lag - 1]

    def _project(self, past: Array) -> Array:
        """q_i, k_i, v_i of the past states, axes (3, state, m), the latest last."""
        return np.einsum("iqab,ib->qia", self.past_triples[::-1], past)

    def _past_vjp(self, projections: Projections) -> Array:
        """∂ℓ/∂ the past states, from ∂ℓ/∂ their projections."""
        return np.einsum("qia,iqab->ib", projections, self.past_triples[::-1])

    def _past_triples_vjp(self, past: Array, projections: Projections) -> Array:
        """∂ℓ/∂ the triples, from ∂ℓ/∂ the projections of the past states."""
        return np.einsum("qia,ib->iqab", projections, past)[::-1]

    def _start(self, x: ArrayLike, initial_states: ArrayLike | None) -> Run:
        """Check an input and the states before it, and make room for the states to come."""
        _, m, n = self.input_triple.shape
        x = real_array(x, "x", shape=("T", n), may_be_empty=True)
        count, expected = (0, "states") if self.window == inf else (self.window, self.window)
        if initial_states is None:
            initial_states = np.zeros((count, m), x.dtype)
        initial_states = real_array(initial_states, "initial_states", shape=(expected, m), may_be_empty=True)
        dtype = np.result_type(x, initial_states, self.input_triple, self.past_triples)
        trajectory = np.empty((len(initial_states) + len(x), m), dtype)
        trajectory[: len(initial_states)] = initial_states
        return Run(self, x, trajectory, np.empty(len(x), dtype))

    def _total(self, run: Run, direct_gradient: ArrayLike) -> Array:
        """What the total gradients, those of the initial states first, start from: the direct gradients."""
        self._check_own(run)
        direct_gradient = real_array(
            direct_gradient, "direct_gradient", shape=run.states.shape, may_be_empty=True
        )
        total = np.zeros(run.trajectory.shape, np.result_type(run.trajectory, direct_gradient))
        total[run.earlier :] = direct_gradient
        return total

    @_OVERFLOW_IS_FOR_LATER
    def _gradients(
        self, run: Run, direct_gradient: ArrayLike, total: Array, past_triples: Array
    ) -> Gradients:
        """Given the total gradients of all states, those of the inputs need no recurrence."""
        q, k, v = _project(self.input_triple, run.x)
        a = np.exp(_dot(q, k) - run.log_normalisers)
        states = total[run.earlier :]
        projections = _attention_vjp(a, q, k, v, run.states, states)
        gradients = Gradients(
            input_triple=_triple_vjp(run.x, projections),
            past_triples=past_triples,
            x=_projected_vjp(self.input_triple, projections),
            initial_states=total[: run.earlier],
            states=states,
        )
        for name, gradient in gradients._asdict().items():
            self._refuse_overflow(f"∂ℓ/∂{name}", gradient, run.trajectory, direct_gradient)
        return gradients

    def _finished(self, run: Run) -> Run:
        """Return a run whose states are filled in, unless they overflow."""
        for t in 1 + np.flatnonzero(~np.isfinite(run.states).all(axis=1))[:1]:
            self._refuse_overflow(f"h[{t}]", run.states[t - 1], run.x[:t], run.initial_states)
        return run

    def _refuse_overflow(self, name: str, result: Array, *made_of: ArrayLike) -> None:
        """Raise if finite numbers, and this network's, have ended as others; NaN and infinity that came in pass."""
        if not np.isfinite(result).all() and all(
            np.isfinite(array).all() for array in (self.input_triple, self.past_triples, *made_of)
        ):
            raise OverflowError(
                f"{name} must stay within {result.dtype}, but finite numbers have grown beyond it"
            )

    def _check_own(self, run: Run) -> None:
        if not isinstance(run, Run):
            raise TypeError(f"run must be what AttentionRNN.run returns, got {type(run).__name__}")
        if run.network is not self:
            raise ValueError("run must come from this network, got a run of another one")


class UnboundedAttentionRNN(AttentionRNN):
    """AttentionRNN(∞): attends to x[t] and to all states before it, with one triple; in linear time.

    A state's score w[s] = (Q h[s])ᵀ (K h[s]) is the same at every later step t. So (3.2) and (3.3) need of
    all the past no more than two sums, whatever its length:

        D[t] = D[t−1] + e^w[t],    N[t] = N[t−1] + e^w[t] V h[t]
        h[t] = (N[t−1] + e^(w_0[t]) v_0[t]) / Z[t],    Z[t] = D[t−1] + e^(w_0[t])              (3.8)

    from D = 0, N = 0. Backward, the weight e^(w[s]) / Z[t] of state s at step t comes apart in the same way,
    and (3.5) needs of all the future two sums,

        G[s] = Σ_{t>s} λ[t] / Z[t],    C[s] = Σ_{t>s} λ[t] h[t] / Z[t]
        ∂ℓ/∂v[s] = e^w[s] G[s],    ∂ℓ/∂w[s] = e^w[s] (G[s] v[s] − C[s])                       (3.9)

    with λ[s] = g[s] + ∂ℓ/∂v[s] V + ∂ℓ/∂w[s] (k[s]ᵀ Q + q[s]ᵀ K). T steps of O(m² + mn)
    operations each way; from past to present go m + 2 numbers.

    Sums of exponentials are kept divided by the largest so far, so that no score is too large (as in the
    online softmax of Milakov and Gimelshein, 2018). Linear attention (Katharopoulos et al., 2020) also
    makes a sum of the past, by taking a kernel for the exponential; here nothing is approximated, since
    the score holds no query of step t.

    Parameters
    ----------
    input_triple : sequence of three array_like, shape (m, n)
        (Q_0, K_0, V_0), for the input.
    shared_triple : sequence of three array_like, shape (m, m)
        (Q, K, V), for every past state.

    Attributes
    ----------
    input_triple : numpy.ndarray, shape (3, m, n)
    past_triples : numpy.ndarray, shape (3, m, m)
        The one triple.
    window : float
        ∞.

    Raises
    ------
    ValueError, TypeError
        As :class:`AttentionRNN`.

    Examples
    --------
    With Q = K = 0 a state is the mean of the input and of all states before it:

    >>> network = UnboundedAttentionRNN(([[0]], [[0]], [[1]]), ([[0]], [[0]], [[1]]))
    >>> run = network.run([[8], [4], [1]])
    >>> run.states
    array([[8.],
           [6.],
           [5.]])
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

    def run(self, x: ArrayLike, initial_states: ArrayLike | None = None, *, linear_time: bool = True) -> Run:
        """Return every state that the network goes through as it reads x, as :meth:`AttentionRNN.run`.

        Parameters
        ----------
        x : array_like, shape (T, n)
        initial_states : array_like, shape (any number, m), optional
            The latest last; left out, there are none.
        linear_time : bool
            By the running sums (3.8). If false, as (3.1) to (3.3) stand: each step projects, scores and
            weighs all states before it, O(T²) in all.

        Returns
        -------
        Run

        Raises
        ------
        ValueError, TypeError, OverflowError
            As :meth:`AttentionRNN.run`.

        Examples
        --------
        >>> network = UnboundedAttentionRNN(([[0]], [[0]], [[1]]), ([[0]], [[0]], [[1]]))
        >>> network.run([[6]], initial_states=[[1], [2]]).states
        array([[3.]])
        """
        if not linear_time:
            return super().run(x, initial_states)
        run = self._start(x, initial_states)
        self._scan(run)
        return self._finished(run)

    def vjp(self, run: Run, direct_gradient: ArrayLike, *, linear_time: bool = True) -> Gradients:
        """Return the gradients of a loss ℓ from what it makes of each state, as :meth:`AttentionRNN.vjp`.

        Parameters
        ----------
        run : Run
        direct_gradient : array_like, shape (T, m)
        linear_time : bool
            By the running sums (3.9). If false, as (3.5) stands: each step passes its gradient to all
            states before it, O(T²) in all.

        Returns
        -------
        Gradients

        Raises
        ------
        ValueError, TypeError, OverflowError
            As :meth:`AttentionRNN.vjp`.

        Examples
        --------
        >>> network = UnboundedAttentionRNN(([[0]], [[0]], [[1]]), ([[0]], [[0]], [[1]]))
        >>> network.vjp(network.run([[8], [4], [1]]), [[0], [0], [6]]).x.round(6)
        array([[3.],
               [1.],
               [2.]])
        """
        if not linear_time:
            return super().vjp(run, direct_gradient)
        total = self._total(run, direct_gradient)
        past_triples = self._scan_back(run, total)
        return self._gradients(run, direct_gradient, total, past_triples)

    # In both directions a call of NumPy costs more than its arithmetic. So vectors whose weighted sum is needed stand
    # as rows of one array, and the sum is one product; and it is x.dot(y), which on vectors this short takes half
    # the time of x @ y.

    @_OVERFLOW_IS_FOR_LATER
    def _scan(self, run: Run) -> None:
        """Make the states of a run by (3.8), from the first to the last."""
        q_0, k_0, v_0 = _project(self.input_triple, run.x)
        w_0 = _dot(q_0, k_0).tolist()
        m, dtype = run.trajectory.shape[1], run.trajectory.dtype
        Q, K, V = self.past_triples.astype(dtype)
        V_and_QK = np.concatenate((V, Q.T @ K))  # w = (Q h)ᵀ K h = hᵀ QᵀK h
        rows, weights = np.zeros((4, m), dtype), np.empty(2, dtype)
        v, N, _, QKh = rows
        v_and_N, N_and_Vh, Vh_and_QKh = rows[:2], rows[1:3], rows[2:].reshape(2 * m)
        largest, D = -inf, 0.0
        for t, h in enumerate(run.trajectory, start=-run.earlier):
            if t >= 0:
                v[:] = v_0[t]
                present_largest, old, new = _rescaled(largest, w_0[t])
                Z = old * D + new
                weights[0], weights[1] = new / Z, old / Z
                weights.dot(v_and_N, out=h)
                run.log_normalisers[t] = present_largest + log(Z)
            V_and_QK.dot(h, out=Vh_and_QKh)
            largest, old, new = _rescaled(largest, float(h.dot(QKh)))
            D = old * D + new
            weights[0], weights[1] = old, new
            N[:] = weights.dot(N_and_Vh)

    @_OVERFLOW_IS_FOR_LATER
    def _scan_back(self, run: Run, total: Array) -> Array:
        """Make direct gradients total by (3.9), in place, from the last state to the first; return the triple's."""
        (count, m), dtype = total.shape, total.dtype
        triple = self.past_triples.astype(dtype)
        Q, K, _ = triple
        # The sums over t > s are kept divided by e^largest[s + 1], the largest 1 / Z[t] in them. An initial state is
        # no step and adds nothing: its 1 / Z is next to 0, as is that of the end.
        log_1_by_Z = np.full(count + 1, np.finfo(dtype).min)
        log_1_by_Z[run.earlier : count] = -run.log_normalisers
        largest = np.maximum.accumulate(log_1_by_Z[::-1])[::-1]
        new_and_old = np.exp(np.stack((log_1_by_Z[:-1], largest[1:]), axis=1) - largest[:-1, None])

        G_and_C, past_triples = np.zeros(m + 1), np.zeros((3, m, m), dtype)
        for stop in range(count, 0, -BLOCK):
            block = slice(max(0, stop - BLOCK), stop)
            h = run.trajectory[block]
            total[block], w_gradient, v_gradient, G_and_C = _block_back(
                triple, h, total[block], G_and_C, largest[1:][block], new_and_old[block]
            )
            # Σ_s ∂ℓ/∂w[s] k[s] h[s]ᵀ = K Σ_s ∂ℓ/∂w[s] h[s] h[s]ᵀ
            outer = (w_gradient[:, None] * h).T @ h
            past_triples += np.stack([K @ outer, Q @ outer, v_gradient.T @ h])
        return past_triples

    def _triple(self, lag: int) -> Array:
        return self.past_triples

    def _project(self, past: Array) -> Array:
        return _project(self.past_triples, past)

    def _past_vjp(self, projections: Projections) -> Array:
        return _projected_vjp(self.past_triples, projections)

    def _past_triples_vjp(self, past: Array, projections: Projections) -> Array:
        return _triple_vjp(past, projections)


@dataclass(frozen=True, eq=False)
class Run:
    """What a network went through as it read a sequence; the backward pass starts from it.

    Attributes
    ----------
    network : AttentionRNN
        Whose run it is.
    x : numpy.ndarray, shape (T, n)
        The input.
    trajectory : numpy.ndarray, shape (earlier + T, m)
        The initial states, then h[1], …, h[T].
    log_normalisers : numpy.ndarray, shape (T,)
        ln Σ_i exp(w_i[t]), what softargmax divides by.
    """

    network: AttentionRNN
    x: np.ndarray
    trajectory: np.ndarray
    log_normalisers: np.ndarray

    @property
    def T(self) -> int:
        """The number of steps."""
        return len(self.x)

    @property
    def earlier(self) -> int:
        """The number of initial states."""
        return len(self.trajectory) - self.T

    @property
    def states(self) -> Array:
        """h[1], …, h[T], of shape (T, m)."""
        return self.trajectory[self.earlier :]

    @property
    def initial_states(self) -> Array:
        """The states before h[1], of shape (earlier, m), the latest last."""
        return self.trajectory[: self.earlier]

    @cached_property
    def weights(self) -> Array:
        """a[t] in row t − 1, of shape (T, k + 1): of the input, of h[t−1], of h[t−2], and so on.

        The unbounded network needs earlier + T columns, T² numbers; they are computed when asked for, and
        are 0 where there is no state.
        """
        q, k, _ = _project(self.network.input_triple, self.x)
        columns = 1 + min(self.network.window, self.earlier + max(self.T - 1, 0))
        weights = np.zeros((self.T, columns), self.trajectory.dtype)
        weights[:, 0] = np.exp(_dot(q, k) - self.log_normalisers)
        for t in range(1, self.T + 1):
            q, k, _ = self.network._project(self.past(t))
            a = np.exp(_dot(q, k) - self.log_normalisers[t - 1])
            weights[t - 1, 1 : len(a) + 1] = a[::-1]
        return weights

    def past(self, t: int) -> Array:
        """The states that step t attends to, the latest last."""
        return self.trajectory[self.seen(t)]

    def seen(self, t: int) -> slice:
        """Which rows of the trajectory step t attends to."""
        end = self.earlier + t - 1
        return slice(max(0, end - self.network.window), end)


class Gradients(NamedTuple):
    """∂ℓ/∂ each thing that a loss ℓ depends on, in its shape."""

    input_triple: np.ndarray
    past_triples: np.ndarray
    x: np.ndarray
    initial_states: np.ndarray
    states: np.ndarray
    """The total gradients of h[1], …, h[T]: what later states make of them included."""


def _project(triple: Array, y: Array) -> Array:
    """q, k and v of each row of y: axes (3, row, m)."""
    return y @ triple.swapaxes(1, 2)


def _projected_vjp(triple: Array, projections: Projections) -> Array:
    """∂ℓ/∂y, from ∂ℓ/∂q, ∂ℓ/∂k and ∂ℓ/∂v of its rows."""
    return sum(gradient @ matrix for gradient, matrix in zip(projections, triple, strict=True))


def _triple_vjp(y: Array, projections: Projections) -> Array:
    """∂ℓ/∂(Q, K, V), from ∂ℓ/∂q, ∂ℓ/∂k and ∂ℓ/∂v of the rows of y."""
    return np.stack([gradient.T @ y for gradient in projections])


def _attention_vjp(a: Array, q: Array, k: Array, v: Array, h: Array, total: Array) -> Projections:
    """Equation (3.5): ∂ℓ/∂q, ∂ℓ/∂k and ∂ℓ/∂v of what had the weights a in states h, given λ."""
    w_gradient = a * _dot(v - h, total)
    return w_gradient[:, None] * k, w_gradient[:, None] * q, a[:, None] * total


def _softargmax(w: Array) -> tuple[Array, np.floating]:
    """exp(w) / Σ exp(w), and the logarithm of that sum; no exponent is positive, so none overflows."""
    exponentials = np.exp(w - w.max())
    normaliser = exponentials.sum()
    return exponentials / normaliser, w.max() + np.log(normaliser)


def _block_back(
    triple: Array, states: Array, direct: Array, G_and_C: Array, largest: Array, new_and_old: Array
) -> tuple[Array, Array, Array, Array]:
    """(3.9) for some states in a row, the last first.

    Returns
    -------
    total : numpy.ndarray, shape (s, m)
        λ.
    w_gradient, v_gradient : numpy.ndarray, shapes (s,) and (s, m)
    G_and_C : numpy.ndarray, shape (m + 1,)
        Of the states before these.
    """
    Q, K, V = triple
    count, m = states.shape
    # Five rows for each state, which are u, g, G V, λ and G. Behind each stands its product with h: behind u,
    # which is kᵀQ + qᵀK, this is 2 w; and as λ h is behind λ, C is behind G. Row 0 is before the first of these states.
    rows = np.zeros((1 + count, 5, m + 1), direct.dtype)
    rows[1:, 0, :m] = states @ (Q.T @ K + K.T @ Q)
    rows[1:, 1, :m] = direct
    rows[1:, :2, m] = _dot(rows[1:, :2, :m], states[:, None])
    rows[count, 4] = G_and_C
    scale = np.exp(rows[1:, 0, m] / 2 + largest)  # e^w, and what the sums are divided by
    of_u_g_GV = np.stack((np.zeros(count), np.ones(count), scale), axis=1, dtype=rows.dtype)
    now, before = rows[:0:-1], rows[-2::-1]
    for h, scale_s, of_three, of_two, row, u_g_GV, GV, λ, λ_G, G, G_before in zip(
        states[::-1],
        scale[::-1].tolist(),
        of_u_g_GV[::-1],
        new_and_old[::-1],
        now,
        now[:, :3],
        now[:, 2, :m],
        now[:, 3],
        now[:, 3:],
        now[:, 4, :m],
        before[:, 4],
        strict=True,
    ):
        G.dot(V, out=GV)
        Gv = row[2, m] = float(GV.dot(h))
        of_three[0] = scale_s * (Gv - row.item(4, m))
        of_three.dot(u_g_GV, out=λ)
        of_two.dot(λ_G, out=G_before)
    return rows[1:, 3, :m], of_u_g_GV[:, 0], scale[:, None] * rows[1:, 4, :m], rows[0, 4]


def _rescaled(largest: float, score: float) -> tuple[float, float, float]:
    """The largest score once another has come; and by what the sums so far, and the new term, are multiplied.

    Sums are kept divided by e^largest. So no exponent is positive.
    """
    if score <= largest:
        return largest, 1.0, exp(score - largest)
    return score, exp(largest - score), 1.0


def _dot(rows: Array, other_rows: Array) -> Array:
    """The dot product of each row with the other, or with the one other."""
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


def _from_1(value: int, name: str, last: int, meaning: str) -> int:
    """Check a whole number from 1 to last."""
    value = whole_number(value, name, at_least=1)
    if value > last:
        raise ValueError(f"{name} must be at most {last}, {meaning}, got {value}")
    return value
