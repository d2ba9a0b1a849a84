"""AttentionRNN(∞) in linear time against quadratic forms of the same network, forward and backward together.

    python benchmarks/attention_rnn.py
    python benchmarks/attention_rnn.py --record src/helpers/records/data/attention_rnn_cost.json

The second command also writes down what it measured; chapter 3 draws that record.

One thread; NumPy; states and inputs of size 32. Three forms that agree to 1e-12:

- *direct*: (3.1) to (3.3) as they stand. Each step projects, scores and weighs all states before it, one
  matrix product for each of Q, K, V; the backward pass goes over them again. O(T² m²).
- *kept*: a state is projected and scored once, when it is made, since its score does not depend on the step
  that asks. Each step still weighs all states before it, and each state all steps after it. O(T² m).
- *linear*: those weighted sums are running sums. O(T m²).

Times are the processor's, spent on this one thread: what a clock shows on a machine that does nothing else. They are
the best of several runs, the forms taking turns. Ratios are of one run of this file.
"""

from timing import best_in_turns, on_one_thread

on_one_thread()

import time
import tracemalloc
from functools import partial

import numpy as np
from records import head, path_given

from helpers.attention_rnn import UnboundedAttentionRNN
from helpers.numerics import check_close
from helpers.records import write_record

SIZE = 32
STATES_PER_STEP = 16
LARGEST_EXPONENT = 1.1
SMALLEST_RATIO = 100
"""Of the direct form's time to that of the running sums, at T = 2 000."""


def problem(T):
    """A network whose states neither fade nor grow, with an input and a direct gradient."""
    random = np.random.default_rng(0)
    network = UnboundedAttentionRNN(
        random.standard_normal((3, SIZE, SIZE)) / SIZE**0.5,
        random.standard_normal((3, SIZE, SIZE)) / SIZE**0.5,
    )
    return network, random.standard_normal((T, SIZE)), random.standard_normal((T, SIZE))


def linear(network, x, direct_gradient):
    run = network.run(x)
    return run.states, *network.vjp(run, direct_gradient)


def direct(network, x, direct_gradient):
    run = network.run(x, linear_time=False)
    return run.states, *network.vjp(run, direct_gradient, linear_time=False)


def kept(network, x, direct_gradient):
    """States, then the gradients of input triple, shared triple, x, initial states and states."""
    (Q_0, K_0, V_0), (Q, K, V) = network.input_triple, network.past_triples
    T, m = direct_gradient.shape
    QKV = network.past_triples.reshape(3 * m, m)
    q_0, k_0, v_0 = x @ Q_0.T, x @ K_0.T, x @ V_0.T
    w_0 = np.einsum("ta,ta->t", q_0, k_0)
    h, q, k, v = np.empty((4, T, m))
    w, log_Z = np.empty((2, T))
    for t in range(T):
        largest = max(w_0[t], w[:t].max(initial=-np.inf))
        exponentials = np.exp(w[:t] - largest)
        e_0 = np.exp(w_0[t] - largest)
        Z = e_0 + exponentials.sum()
        h[t] = (e_0 * v_0[t] + exponentials.dot(v[:t])) / Z
        log_Z[t] = largest + np.log(Z)
        q[t], k[t], v[t] = QKV.dot(h[t]).reshape(3, m)
        w[t] = q[t].dot(k[t])

    g = direct_gradient.copy()
    gh = np.empty(T)
    v_gradient, w_gradient = np.empty((T, m)), np.empty(T)
    score_jacobians = k @ Q + q @ K
    for s in reversed(range(T)):
        a = np.exp(w[s] - log_Z[s + 1 :])
        v_gradient[s] = a.dot(g[s + 1 :])
        w_gradient[s] = v_gradient[s].dot(v[s]) - a.dot(gh[s + 1 :])
        g[s] += v_gradient[s].dot(V) + w_gradient[s] * score_jacobians[s]
        gh[s] = g[s].dot(h[s])

    a_0 = np.exp(w_0 - log_Z)
    w_0_gradient = (a_0 * np.einsum("ta,ta->t", v_0 - h, g))[:, None]
    v_0_gradient, w_gradient = a_0[:, None] * g, w_gradient[:, None]
    return (
        h,
        np.stack([(w_0_gradient * k_0).T @ x, (w_0_gradient * q_0).T @ x, v_0_gradient.T @ x]),
        np.stack([(w_gradient * k).T @ h, (w_gradient * q).T @ h, v_gradient.T @ h]),
        w_0_gradient * (k_0 @ Q_0 + q_0 @ K_0) + v_0_gradient @ V_0,
        np.empty((0, m)),
        g,
    )


def seconds(forms, lengths, turns):
    """The best time of each form at each length, as a dictionary of dictionaries."""
    problems = {T: problem(T) for T in lengths}
    runs = {(T, form): partial(form, *problems[T]) for T in lengths for form in forms}
    best = best_in_turns(runs, turns=turns, clock=time.process_time)
    return {T: {form: best[T, form] for form in forms} for T in lengths}


def exponent(lengths, times):
    """p of the power law time ∝ T^p, fitted on logarithms."""
    return np.polyfit(np.log(lengths), np.log(times), 1)[0]


def check_agreement(T):
    """The three forms' states and gradients are the same to 1e-12 before anything is timed."""
    arguments = problem(T)
    expected = direct(*arguments)
    for form in (kept, linear):
        for i, (one, other) in enumerate(zip(form(*arguments), expected, strict=True)):
            if other.size:
                check_close(one, other, tolerance=1e-12, name=f"{form.__name__}[{i}]")


def peak_states_per_step(T):
    """The peak of everything held at once, input and direct gradient included, in vectors of m per step."""
    tracemalloc.start()
    arguments = problem(T)
    linear(*arguments)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / (T * SIZE * np.dtype(np.float64).itemsize)


def record(best, memory):
    """What was measured, and how, for the page to draw it: times differ from run to run."""
    return {
        **head("numpy", on="one thread"),
        "size": SIZE,
        "lengths": list(best),
        "seconds": {
            form.__name__: [round(row[form], 5) if form in row else None for row in best.values()]
            for form in (linear, kept, direct)
        },
        "peak_states_per_step": round(memory, 1),
    }


def main():
    path = path_given(__doc__)
    check_agreement(2000)
    print("T = 2 000: direct, kept and linear agree to 1e-12, states and gradients\n")

    best = seconds([linear, kept, direct], [250, 500, 1000, 2000, 4000], turns=2)
    print(f"{'T':>7} {'direct':>10} {'kept':>10} {'linear':>10} {'direct/linear':>14} {'kept/linear':>12}")
    for T, row in best.items():
        print(
            f"{T:7} {row[direct]:9.4f}s {row[kept]:9.4f}s {row[linear]:9.4f}s "
            f"{row[direct] / row[linear]:13.1f}× {row[kept] / row[linear]:11.1f}×"
        )
    long = [*(2000 * 2**doubling for doubling in range(6)), 100_000]
    best_long = seconds([linear], long, turns=4)
    times = [row[linear] for row in best_long.values()]
    for T, linear_time in zip(long, times, strict=True):
        print(f"{T:7} {'':10} {'':10} {linear_time:9.4f}s")

    ratio = best[2000][direct] / best[2000][linear]
    linear_exponent = exponent(long, times)
    direct_exponent = exponent([1000, 2000, 4000], [best[T][direct] for T in (1000, 2000, 4000)])
    memory = peak_states_per_step(100_000)
    print(f"\ndirect / linear at T = 2 000: {ratio:.1f} (≥ {SMALLEST_RATIO})")
    print(f"exponent of the direct form, T = 1 000 … 4 000: {direct_exponent:.2f}")
    print(f"exponent of the linear form, T = {long[0]} … {long[-1]}: {linear_exponent:.3f}", end=" ")
    print(f"(≤ {LARGEST_EXPONENT})")
    print(f"peak memory at T = 100 000: {memory:.1f} states per step (≤ {STATES_PER_STEP})")
    if path:
        only_long = {T: row for T, row in best_long.items() if T not in best}
        write_record(path, record(best | only_long, memory))
    missed = [
        name
        for name, reached in {
            "ratio": ratio >= SMALLEST_RATIO,
            "exponent": linear_exponent <= LARGEST_EXPONENT,
            "memory": memory <= STATES_PER_STEP,
        }.items()
        if not reached
    ]
    if missed:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
