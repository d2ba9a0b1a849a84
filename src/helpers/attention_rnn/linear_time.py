"""AttentionRNN(∞) over one long sequence: the running sums (3.9) and (3.10), arranged for speed.

The plain form, for any batch, is in :mod:`helpers.attention_rnn.reference`. Here a call of NumPy takes longer than the
arithmetic in it. So vectors of which a weighted sum is needed are rows of one array, and the sum is one product. The
product is x.dot(y), which on vectors this short is faster than x @ y. A single number is a Python float.
"""

from __future__ import annotations

from math import exp, log, nan

import numpy as np

from ..numerics.arrays import Array

LOWEST = np.finfo(float).min
"""The largest exponent in an empty sum: finite, so that a score of −∞ can be the first, and gets no weight."""

BLOCK = 500
"""The number of states in one block of the backward pass: small enough for the cache."""


def scan(triple: Array, w_0: Array, v_0: Array, trajectory: Array, log_normalisers: Array) -> None:
    """Fill in the states after the initial ones, and ln Z, by (3.9).

    The present's scores w_0 have the shape (T,) and its values v_0 (T, m); the trajectory, in which the initial states
    come first, has (initial states + T, m), and ln Z has (T,).
    """
    m, dtype = v_0.shape[1], trajectory.dtype
    Q, K, V = triple.astype(dtype)
    # One product with h gives V h and QᵀK h, and the score is w = (Q h)ᵀ K h = hᵀ QᵀK h.
    V_and_QK = np.concatenate((V, Q.T @ K))
    # Rows v_0[t], N, V h[t], QᵀK h[t]: neighbours are averaged, or computed, together.
    rows, weights = np.zeros((4, m), dtype), np.empty(2, dtype)
    v, N, _, QKh = rows
    v_and_N, N_and_Vh, Vh_and_QKh = rows[:2], rows[1:3], rows[2:].reshape(2 * m)
    w_0 = w_0.tolist()
    largest, D = float(LOWEST), 0.0
    for t, h in enumerate(trajectory, start=len(w_0) - len(trajectory)):
        if t >= 0:
            v[:] = v_0[t]
            present_largest, old, new = _rescaled(largest, w_0[t])
            Z = old * D + new or nan  # 0 if every score is −∞
            weights[0], weights[1] = new / Z, old / Z
            weights.dot(v_and_N, out=h)
            log_normalisers[t] = present_largest + log(Z)
        V_and_QK.dot(h, out=Vh_and_QKh)
        largest, old, new = _rescaled(largest, float(h.dot(QKh)))
        D = old * D + new
        weights[0], weights[1] = old, new
        N[:] = weights.dot(N_and_Vh)


def scan_vjp(triple: Array, trajectory: Array, log_normalisers: Array, total: Array) -> Array:
    """Turn direct gradients into total ones by (3.10), in place; return those of the triple.

    ``total`` has the shape of the trajectory.
    """
    # Rows run from the last state to the first: later states come first.
    states, total = trajectory[::-1], total[::-1]
    (count, m), T, dtype = states.shape, len(log_normalisers), total.dtype
    triple = triple.astype(dtype)
    # Sums over later states are divided by e^largest, the largest 1 / Z in them. An initial state is no step and adds
    # nothing: its 1 / Z is nearly 0, as is that after the last step.
    log_1_by_Z = np.full(1 + count, LOWEST)
    log_1_by_Z[1 : 1 + T] = -log_normalisers[::-1]
    largest = np.maximum.accumulate(log_1_by_Z)
    new_and_old = np.exp(np.stack((log_1_by_Z[1:], largest[:-1]), axis=1) - largest[1:, None])

    Q, K, _ = triple
    G_and_C, triple_gradient = np.zeros(m + 1, dtype), np.zeros((3, m, m), dtype)
    for start in range(0, count, BLOCK):
        block = slice(start, min(start + BLOCK, count))
        h = states[block]
        total[block], w_gradient, v_gradient, G_and_C = _backward_block(
            triple, h, total[block], G_and_C, largest[block], new_and_old[block].astype(dtype)
        )
        # Σ_s ∂ℓ/∂w[s] k[s] h[s]ᵀ = K Σ_s ∂ℓ/∂w[s] h[s] h[s]ᵀ
        outer = (w_gradient[:, None] * h).T @ h
        triple_gradient += np.stack([K @ outer, Q @ outer, v_gradient.T @ h])
    return triple_gradient


def _backward_block(
    triple: Array, states: Array, direct: Array, G_and_C: Array, largest: Array, new_and_old: Array
) -> tuple[Array, Array, Array, Array]:
    """Return λ, ∂ℓ/∂w and ∂ℓ/∂v of states in a row, the last first, and (G, C) of the state before them.

    With u = kᵀQ + qᵀK, and with e^w times the divisor of G and C as the scale, a state has

        ∂ℓ/∂w = scale · (G V h − C),    λ = ∂ℓ/∂w · u + 1 · g + scale · G V,    G_before = new · λ + old · G
    """
    Q, K, V = triple
    (count, m), dtype = states.shape, direct.dtype
    # Axes (state, term, m + 1) and (state, sum, m + 1): the terms of λ are u, g and G V; the sums are λ and G. Each
    # is followed by its product with h: u by 2 w, λ by λ h, and so G by C.
    terms, sums = np.zeros((count, 3, m + 1), dtype), np.zeros((count + 1, 2, m + 1), dtype)
    terms[:, 0, :m], terms[:, 1, :m] = states @ (Q.T @ K + K.T @ Q), direct
    terms[:, :2, m] = np.einsum("sta,sa->st", terms[:, :2, :m], states)
    sums[0, 1] = G_and_C
    scale = np.exp(terms[:, 0, m] / 2 + largest)
    term_weights = np.stack((np.zeros(count), np.ones(count), scale), axis=1, dtype=dtype)
    now, before = sums[:-1], sums[1:]
    # All except the scale are views: G V is written into term, λ into λ_and_G, and G_before into the next one.
    for h, scale_s, of_terms, of_sums, term, GV, λ_and_G, λ, G, G_before in zip(
        states,
        scale.tolist(),
        term_weights,
        new_and_old,
        terms,
        terms[:, 2, :m],
        now,
        now[:, 0],
        now[:, 1, :m],
        before[:, 1],
        strict=True,
    ):
        G.dot(V, out=GV)
        GVh = term[2, m] = float(GV.dot(h))
        of_terms[0] = scale_s * (GVh - λ_and_G.item(1, m))
        of_terms.dot(term, out=λ)
        of_sums.dot(λ_and_G, out=G_before)
    return now[:, 0, :m], term_weights[:, 0], scale[:, None] * now[:, 1, :m], sums[-1, 1]


def _rescaled(largest: float, score: float) -> tuple[float, float, float]:
    """Return the largest score including a new one, and the factors of the sums so far and of the new term.

    Sums are stored divided by e^largest, so no exponent is positive. An infinite score makes the term NaN.
    """
    if score <= largest:
        return largest, 1.0, exp(score - largest)
    return score, exp(largest - score), exp(score - score)
