"""The exercises of chapter 1.2.2. Row t − 1 of an array is step t; index 0 of a triple's stack is Q, 1 is K, 2 is V."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import compress, product

import numpy as np

from ..exercises import Cases, Draw, Function, FunctionExercise, Mistake, SheetMistake
from ..numerics.arrays import Array
from .reference import AttentionRNN, UnboundedAttentionRNN

MEAN = np.array([[[0.0]], [[0.0]], [[1.0]]])
"""A triple with Q = K = 0 and V = 1: every score is 0."""

Pair = tuple[Array, Array]
"""A triple, and the vector that it projects."""
Weights = Callable[[Array], Array]
"""Returns the weights of all scores."""
Step = Callable[[Sequence[Array], Sequence[Array], int], Array]
"""Returns h[t] from all triples, the vectors that they project, and t."""


def _softargmax(w: Array) -> Array:
    e = np.exp(w - np.max(w))
    return e / e.sum()


def _scores_and_values(pairs: Iterable[Pair], *, one_query: bool = False) -> tuple[Array, Array]:
    """Return w_i and v_i; with one query, the first serves all keys."""
    q, k, v = np.stack([triple @ y for triple, y in pairs], axis=1)
    return ((q[:1] if one_query else q) * k).sum(axis=1), v


def _attend(pairs: Iterable[Pair], weights: Weights = _softargmax, *, one_query: bool = False) -> Array:
    """Return h[t] from what the step looks at."""
    w, v = _scores_and_values(pairs, one_query=one_query)
    return weights(w) @ v


# 1.2.2.a: one step of AttentionRNN(2)


def step(x: Array, h_1: Array, h_2: Array, input_triple: Array, past_triples: Array) -> Array:
    return AttentionRNN(input_triple, past_triples).run(x[None], [h_2, h_1]).states[0]


def _steps(draw: Draw) -> Cases:
    yield [9], [0], [0], MEAN, [MEAN, MEAN]
    yield [9], [3], [0], MEAN, [MEAN, 2 * MEAN]
    yield [9], [0], [3], MEAN, [MEAN, 2 * MEAN]
    for m, n in ((1, 1), (1, 2), (2, 1), (2, 2)):
        vectors = draw.integers(n), draw.integers(m), draw.integers(m)
        yield *vectors, draw.integers(3, m, n) / 2, draw.integers(2, 3, m, m) / 2
    for m, n in ((2, 2), (3, 2), (4, 3), (4, 3)):
        yield draw.normal(n), draw.normal(m), draw.normal(m), draw.normal(3, m, n), draw.normal(2, 3, m, m)


def _step(*arguments: Array, weights: Weights = _softargmax, one_query: bool = False) -> Array:
    """Return the step with other weights, or with the input's query for all keys."""
    x, h_1, h_2, input_triple, past_triples = arguments
    pairs = zip([input_triple, *past_triples], [x, h_1, h_2], strict=True)
    return _attend(pairs, weights, one_query=one_query)


STEP = FunctionExercise(
    id="1.2.2.a",
    reference=step,
    cases=_steps,
    given="Given are `x` of shape (n,), `h_1` = h[t−1] and `h_2` = h[t−2] of shape (m,), `input_triple` (Q_0, K_0, V_0) of shape (3, m, n) "
    "and `past_triples` of shape (2, 3, m, m). Return h[t] of shape (m,).",
    hints=(
        "Make a query, a key and a value of each of x, h_1 and h_2, with its own triple.",
        "A score is query times key of the same vector. The softargmax of the three scores gives the weights.",
        "`e = np.exp(w); a = e / e.sum()`, and the state is the average of the values: `a @ v`.",
    ),
    mistakes={
        "leaves the weights as exponentials": Mistake(
            partial(_step, weights=np.exp), "The weights add up to 1: divide by the sum of the exponentials."
        ),
        "takes the scores for weights": Mistake(
            partial(_step, weights=lambda w: w), "The weights are the softargmax of the scores."
        ),
        "asks with the input's query": Mistake(
            partial(_step, one_query=True),
            "That is how attention mostly works, and not here: w_i = q_iᵀ k_i, query and key of the same vector.",
        ),
        "swaps the two states": Mistake(
            lambda x, h_1, h_2, input_triple, past_triples: step(x, h_2, h_1, input_triple, past_triples),
            "The first of the past triples belongs to h[t−1], the second to h[t−2].",
        ),
        "leaves the input out": Mistake(
            lambda x, h_1, h_2, input_triple, past_triples: _attend(
                zip(past_triples, (h_1, h_2), strict=True)
            ),
            "There are three things to attend to: i = 0 is the input.",
        ),
        "adds the values up without weights": Mistake(
            partial(_step, weights=np.ones_like), "h[t] = Σ a_i v_i: each value has its weight."
        ),
    },
)

# 1.2.2.b


def number_of_weights(k: int, t: int) -> int:
    return k + 1


SIZE = FunctionExercise(
    id="1.2.2.b",
    reference=number_of_weights,
    cases=lambda draw: product((1, 2, 3, 5), (1, 2, 3, 8)),
    given="Given are the window k of AttentionRNN(k) and a step t. Return how many weights a[t] holds. The sheet's question is k = 2.",
    hints=(
        "How many vectors does a step look at?",
        "At x[t] and at k states; those before t = 1 are zero vectors, and take part.",
    ),
    mistakes={
        "forgets the input": Mistake(lambda k, t: k, "i runs from 0 to k, and i = 0 is x[t]: k + 1 in all."),
        "leaves zero states out": Mistake(
            lambda k, t: min(k, t - 1) + 1,
            "States before t = 1 are zero vectors here. Their score is 0, and exp(0) = 1 takes a share.",
        ),
        "attends to all of the past": Mistake(
            lambda k, t: t, "That is AttentionRNN(∞). A window of k looks at k states, at any step."
        ),
        "gives the size for k = 2, at any k": Mistake(
            lambda k, t: 3, "3 is right for AttentionRNN(2). With a window of k there are k + 1."
        ),
        "counts one thing too many": Mistake(
            lambda k, t: k + 2, "x[t], h[t−1], …, h[t−k]: h[t] itself is not among them."
        ),
    },
)

# 1.2.2.c: AttentionRNN(k)


def window(x: Array, input_triple: Array, past_triples: Array) -> Array:
    return AttentionRNN(input_triple, past_triples).run(x).states


def _networks(draw: Draw) -> Cases:
    yield [[6]], MEAN, [MEAN]
    yield [[8], [2]], MEAN, [MEAN]
    yield [[9], [6]], MEAN, [MEAN, MEAN]
    yield [[9], [0], [0]], MEAN, [MEAN, 4 * MEAN]
    for T, k, m, n in ((2, 1, 1, 1), (3, 2, 1, 1), (3, 1, 2, 1), (4, 3, 1, 2)):
        yield draw.integers(T, n), draw.integers(3, m, n) / 2, draw.integers(k, 3, m, m) / 2
    for T, k, m, n in ((5, 2, 3, 2), (6, 3, 2, 3), (7, 4, 2, 2)):
        yield draw.normal(T, n), draw.normal(3, m, n), draw.normal(k, 3, m, m) / 2


def _window_of(step: Step, x: Array, input_triple: Array, past_triples: Array) -> Array:
    """Return the states with another step, of the input and k states, zero states included."""
    k, m = len(past_triples), input_triple.shape[1]
    states: list[Array] = [np.zeros(m)] * k
    for t, x_t in enumerate(x, start=1):
        states.append(step([input_triple, *past_triples], [x_t, *states[-1 : -k - 1 : -1]], t))
    return np.array(states[k:])


def _window_from(state: Callable[[Array, Array], Array], *arguments: Array) -> Array:
    """Return the states with another function of scores and values."""
    return _window_of(
        lambda triples, y, t: state(*_scores_and_values(zip(triples, y, strict=True))), *arguments
    )


WINDOW = FunctionExercise(
    id="1.2.2.c",
    reference=window,
    cases=_networks,
    given="Given are `x` of shape (T, n), `input_triple` of shape (3, m, n) and `past_triples` of shape (k, 3, m, m). Return the states of shape "
    "(T, m). There is no K but the matrix: where the sheet writes an index K, it has to be k, `len(past_triples)`.",
    hints=(
        "Begin with a list of k zero vectors, and append each state to it.",
        "At each step look at `[x_t, *reversed(states[-k:])]`, the latest state first.",
        "Scores and values of all k + 1 of them, one softargmax over k + 1 scores, and a sum of k + 1 terms.",
    ),
    mistakes={
        "ends the softargmax a score before the sum": SheetMistake(
            partial(_window_from, lambda w, v: _softargmax(w[:-1]) @ v[:-1]),
            "The sheet's scores end at w_K, while its lists and its sum end at k. With K = k − 1 the last value has no weight: "
            "K has to be k.",
        ),
        "lets the softargmax run a score beyond the sum": SheetMistake(
            partial(_window_from, lambda w, v: _softargmax(np.append(w, 0))[:-1] @ v),
            "The sheet's scores end at w_K, while its lists and its sum end at k. With K = k + 1 the last score is of nothing, and "
            "takes a share: K has to be k.",
        ),
        "leaves zero states out": Mistake(
            partial(_window_of, lambda triples, y, t: _attend(list(zip(triples, y, strict=True))[:t])),
            "States before t = 1 are zero vectors here. Their score is 0, and exp(0) = 1 takes a share of the first steps.",
        ),
        "gives the oldest state the first triple": Mistake(
            partial(_window_of, lambda triples, y, t: _attend(zip(triples, [y[0], *y[:0:-1]], strict=True))),
            "`past_triples[0]` belongs to h[t−1], the latest.",
        ),
        "ends the sum a term before the softargmax": Mistake(
            partial(_window_from, lambda w, v: _softargmax(w)[:-1] @ v[:-1]),
            "The sum runs to i = k, as the scores do: k + 1 terms.",
        ),
        "leaves the weights as exponentials": Mistake(
            partial(_window_from, lambda w, v: np.exp(w) @ v),
            "The weights add up to 1: divide by the sum of the exponentials.",
        ),
    },
)

# 1.2.2.d: AttentionRNN(∞). All cases have m = n, so that the input could share the triple.


def unbounded(x: Array, input_triple: Array, shared_triple: Array) -> Array:
    return UnboundedAttentionRNN(input_triple, shared_triple).run(x).states


def _unbounded_networks(draw: Draw) -> Cases:
    yield [[8]], MEAN, MEAN
    yield [[8], [4]], MEAN, MEAN
    yield [[8], [4], [1]], MEAN, MEAN
    yield [[8], [4]], MEAN, 2 * MEAN
    small, large = ((2, 1), (3, 1), (3, 2), (4, 2)), ((5, 2), (6, 3), (8, 2))
    for numbers, sizes in ((draw.integers, small), (draw.normal, large)):
        for T, m in sizes:
            yield numbers(T, m), numbers(3, m, m) / 2, numbers(3, m, m) / 2


def _unbounded(
    *arguments: Array, last_state_only: bool = False, zero_state: bool = False, one_query: bool = False
) -> Array:
    """Return the states where each step sees one state only, or h[0] too, or has one query."""
    x, input_triple, shared_triple = arguments
    states: list[Array] = [np.zeros(shared_triple.shape[-1])] * zero_state
    for x_t in x:
        past = states[-1:] if last_state_only else states
        pairs = [(input_triple, x_t), *((shared_triple, h) for h in past)]
        states.append(_attend(pairs, one_query=one_query))
    return np.array(states[zero_state:])


def _input_first_alone(x: Array, input_triple: Array, shared_triple: Array) -> Array:
    """Return the states where only the first step looks at its input."""
    states = [input_triple[2] @ x[0]]
    for _ in x[1:]:
        states.append(_attend([(shared_triple, h) for h in states]))
    return np.array(states)


UNBOUNDED = FunctionExercise(
    id="1.2.2.d",
    reference=unbounded,
    cases=_unbounded_networks,
    given="Given are `x` of shape (T, n), `input_triple` of shape (3, m, n) and `shared_triple` of shape (3, m, m). Return the states of shape "
    "(T, m).",
    hints=(
        "Begin with an empty list of states. What does the first step look at?",
        "At x[1] alone, so h[1] = V_0 x[1]. Step t looks at x[t] and at the t − 1 states before it.",
        "The input has its own triple; every state has the shared one. One softargmax over all t scores.",
    ),
    mistakes={
        "lets as many zero states take part as there are steps": Mistake(
            lambda x, input_triple, shared_triple: window(
                x, input_triple, np.stack([shared_triple] * len(x))
            ),
            "In AttentionRNN(k) the zero states take part; here the lists end at h[1]. With them, the more there are, the closer "
            "h[1] is to 0. The sheet does not speak of this.",
        ),
        "lets h[0] take part, a zero state": Mistake(
            partial(_unbounded, zero_state=True),
            "The lists end at h[1]. At t = 1 there is x[1] alone, and h[1] = V_0 x[1].",
        ),
        "shares the triple with the input as well": Mistake(
            lambda x, input_triple, shared_triple: unbounded(x, shared_triple, shared_triple),
            "“All” the Q, K and V means i ≥ 1: the input keeps Q_0, K_0 and V_0, which are m × n.",
        ),
        "looks at the last state only": Mistake(
            partial(_unbounded, last_state_only=True),
            "Every past state is looked at: h[t−1], …, h[1].",
        ),
        "asks with the input's query": Mistake(
            partial(_unbounded, one_query=True),
            "Query and key of a score come from the same state: w_i = (Q h[t−i])ᵀ (K h[t−i]).",
        ),
        "leaves the input out after the first step": Mistake(
            _input_first_alone, "Each step looks at its own x[t] as well: i = 0."
        ),
    },
)


# 1.2.2.e: ∂h[t]/∂h[t−1] of AttentionRNN(2)


def jacobian(q: Array, k: Array, v: Array, Q_1: Array, K_1: Array, V_1: Array) -> Array:
    a = _softargmax((q * k).sum(axis=1))
    return a[1] * V_1 + a[1] * np.outer(v[1] - a @ v, _score_row(q, k, Q_1, K_1))


def _score_row(q: Array, k: Array, Q_1: Array, K_1: Array) -> Array:
    return k[1] @ Q_1 + q[1] @ K_1


def _six_equations(
    *arguments: Array, row: Callable[..., Array] = _score_row, square_of_sum: bool = True, others: bool = True
) -> Array:
    """Return the sheet's [1] from its [2] to [6], with another row ∂w_1/∂h[t−1], or another square in [6]."""
    q, k, v, Q_1, K_1, V_1 = arguments
    E, u = np.exp((q * k).sum(axis=1)), row(q, k, Q_1, K_1)
    S = E.sum()
    two, three = (-np.outer(v[i], u) * E[i] * E[1] / S**2 for i in (0, 2))
    six = u * E[1] / S - E[1] * u * E[1] / (S**2 if square_of_sum else (E**2).sum())
    four = np.outer(v[1], six) + E[1] / S * V_1
    return four + others * (two + three)


def _projections(draw: Draw) -> Cases:
    zeros = [[0], [0], [0]]
    yield zeros, zeros, zeros, [[0]], [[0]], [[3]]
    yield [[0], [1], [0]], zeros, [[0], [3], [0]], [[0]], [[1]], [[0]]
    yield [[0], [1], [0]], zeros, [[3], [0], [0]], [[0]], [[1]], [[0]]
    yield zeros, [[0], [1], [0]], [[0], [3], [0]], [[1]], [[0]], [[0]]
    for numbers, sizes in ((draw.integers, (1, 2, 2, 2)), (draw.normal, (2, 3, 4, 4))):
        for m in sizes:
            q, k, v = numbers(3, m) / 2, numbers(3, m) / 2, numbers(3, m)
            yield q, k, v, numbers(m, m), numbers(m, m), numbers(m, m)


def _key_not_transposed(q: Array, k: Array, Q_1: Array, K_1: Array) -> Array:
    return Q_1 @ k[1] + q[1] @ K_1


JACOBIAN = FunctionExercise(
    id="1.2.2.e",
    reference=jacobian,
    cases=_projections,
    given="Given are `q`, `k` and `v` of shape (3, m), whose row i is q_i, k_i, v_i, and `Q_1`, `K_1`, `V_1` of shape (m, m). Return "
    "∂h[t]/∂h[t−1] of shape (m, m). (As columns, k_1 Q_1 has no value: m × 1 times m × m. The row is k_1ᵀ Q_1, in NumPy `k[1] @ Q_1`.)",
    hints=(
        "First the score: w_1 = q_1ᵀ k_1, and both depend on h[t−1]. The product rule gives a row.",
        "u = k_1ᵀ Q_1 + q_1ᵀ K_1, in NumPy `k[1] @ Q_1 + q[1] @ K_1`. Of the weights, ∂a_1/∂w_1 = a_1 (1 − a_1) and "
        "∂a_i/∂w_1 = −a_i a_1.",
        "Put together: a_1 V_1, and a_1 times the column v_1 − h[t] times the row u: `np.outer(v[1] - a @ v, u)`.",
    ),
    mistakes={
        "drops a transpose, of k_1, and squares inside of the sum": SheetMistake(
            partial(_six_equations, row=_key_not_transposed, square_of_sum=False),
            "k_1 Q_1 has to be the row k_1ᵀ Q_1, `k[1] @ Q_1`; and in [6] it is the sum that is squared, (Σ exp(…))².",
        ),
        "drops a transpose, of k_1": SheetMistake(
            partial(_six_equations, row=_key_not_transposed),
            "By the product rule ∂w_1/∂h[t−1] = k_1ᵀ Q_1 + q_1ᵀ K_1, a row: `k[1] @ Q_1`, not `Q_1 @ k[1]`.",
        ),
        "squares inside of the sum": SheetMistake(
            partial(_six_equations, square_of_sum=False),
            "In [6] a bracket is lost: by the quotient rule it is the sum that is squared, (Σ exp(…))², and not each term.",
        ),
        "drops both transposes": Mistake(
            partial(_six_equations, row=lambda q, k, Q_1, K_1: Q_1 @ k[1] + K_1 @ q[1]),
            "By the product rule ∂w_1/∂h[t−1] = k_1ᵀ Q_1 + q_1ᵀ K_1, a row: `k[1] @ Q_1 + q[1] @ K_1`.",
        ),
        "keeps the attention fixed": Mistake(
            lambda q, k, v, Q_1, K_1, V_1: _softargmax((q * k).sum(axis=1))[1] * V_1,
            "h[t−1] also moves its score, and with it all three weights: add a_1 (v_1 − h[t]) (k_1ᵀ Q_1 + q_1ᵀ K_1).",
        ),
        "forgets that the other two weights move": Mistake(
            partial(_six_equations, others=False),
            "The weights add up to 1: when a_1 grows, a_0 and a_2 shrink. These are the sheet's [2] and [3].",
        ),
        "forgets that the query moves": Mistake(
            partial(_six_equations, row=lambda q, k, Q_1, K_1: q[1] @ K_1),
            "The score is a product, q_1ᵀ k_1, of two that both depend on h[t−1]: add k_1ᵀ Q_1.",
        ),
        "forgets that the key moves": Mistake(
            partial(_six_equations, row=lambda q, k, Q_1, K_1: k[1] @ Q_1),
            "The score is a product, q_1ᵀ k_1, of two that both depend on h[t−1]: add q_1ᵀ K_1.",
        ),
    },
)

# 1.2.2.f: ∂ℓ/∂h[T]


def state_gradient(
    g: Array, total_gradients: Array, direct_jacobians: Array, total_jacobians: Array
) -> Array:
    return g + np.einsum("ia,iab->b", total_gradients, direct_jacobians)


def _later_steps(draw: Draw) -> Cases:
    """Yield k later steps; the total Jacobian of the first of them is its direct one, since there is but one path."""
    for direct, total in (([3.0], [3.0]), ([3.0, 3.0], [3.0, 4.0]), ([1.0, 2.0], [1.0, 5.0])):
        k = len(direct)
        for g, gradients in ((0.0, np.eye(k)[-1]), (1.0, np.eye(k)[-1]), (0.0, np.arange(1.0, k + 1))):
            yield [g], gradients[:, None], np.reshape(direct, (k, 1, 1)), np.reshape(total, (k, 1, 1))
    for numbers, sizes in ((draw.integers, ((2, 2), (3, 2))), (draw.normal, ((1, 3), (2, 3), (4, 3)))):
        for k, m in sizes:
            direct = numbers(k, m, m)
            total = np.concatenate([direct[:1], numbers(k - 1, m, m)])
            yield numbers(m), numbers(k, m), direct, total


def _sheets_mistakes() -> Iterator[tuple[str, Mistake[Function]]]:
    """Yield the sheet's three slips, and two or three of them together: it leaves open which Jacobians it means."""
    slips = {
        "puts the Jacobian before the gradient": "A gradient is a row and stands before the Jacobian: "
        "`total_gradients[i] @ direct_jacobians[i]`.",
        "counts paths twice": "With total Jacobians a path by way of h[T+1] is counted twice: in the Jacobian of h[T+2], and "
        "in the total gradient of h[T+1]. Total gradients go with direct Jacobians.",
        "forgets that ℓ may look at h[T] itself": "The loss may look at h[T] itself: add `g`.",
    }
    for made in list(product((False, True), repeat=3))[1:]:
        *names, last = compress(slips, made)
        name = f"{', '.join(names)}, and {last}" if names else last
        yield name, SheetMistake(partial(_slip, made), " ".join(compress(slips.values(), made)))


def _slip(made: tuple[bool, ...], *arguments: Array) -> Array:
    jacobian_first, of_all_paths, without_own = made
    g, total_gradients, direct_jacobians, total_jacobians = arguments
    indices = "ib,iab->a" if jacobian_first else "ia,iab->b"
    jacobians = total_jacobians if of_all_paths else direct_jacobians
    return (0 if without_own else g) + np.einsum(indices, total_gradients, jacobians)


STATE_GRADIENT = FunctionExercise(
    id="1.2.2.f",
    reference=state_gradient,
    cases=_later_steps,
    given="Given are `g`, what ℓ itself makes of h[T], of shape (m,); `total_gradients` of shape (k, m), whose row i − 1 is λ[T+i]; and of shape "
    "(k, m, m), with ∂h[T+i]/∂h[T] at i − 1, `direct_jacobians`, all states between held fixed, and `total_jacobians`, along every path. "
    "Return λ[T] of shape (m,).",
    hints=(
        "Take a path from h[T] to the loss. Where can its first step lead?",
        "Straight to one of h[T+1], …, h[T+k], by a direct Jacobian. All that can follow is in the total gradient there.",
        "And the path of no steps: ℓ looks at h[T] itself. `g + sum(λ @ J for λ, J in zip(…, …))`, the row first.",
    ),
    mistakes={
        **dict(_sheets_mistakes()),
        "goes by way of the next state alone": Mistake(
            lambda g, total_gradients, direct_jacobians, total_jacobians: (
                g + total_gradients[0] @ direct_jacobians[0]
            ),
            "h[T] is in the window of the k next steps, and acts on each of them directly: sum over i = 1, …, k.",
        ),
    },
)
