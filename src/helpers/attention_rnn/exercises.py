"""The exercises of chapter 1.2.2. Row t − 1 of an array is step t; index 0 of a triple's stack is Q, 1 is K, 2 is V."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial, reduce
from itertools import compress, product

import numpy as np

from ..exercises import (
    Cases,
    Condition,
    Draw,
    ExampleExercise,
    Function,
    FunctionExercise,
    Mistake,
    NumberExercise,
    SheetMistake,
)
from ..numerics.arrays import Array
from .reference import AttentionRNN, UnboundedAttentionRNN

MEAN = np.array([[[0.0]], [[0.0]], [[1.0]]])
"""A triple with Q = K = 0 and V = 1: every score is 0."""

State = Callable[[Sequence[Array], Sequence[Array]], Array]
"""Returns h[t] from the triples and the vectors that they project."""


def _softargmax(w: Array) -> Array:
    """Return the softargmax along the first axis."""
    e = np.exp(w - np.max(w, axis=0))
    return e / e.sum(axis=0)


def _project(triples: Sequence[Array], y: Sequence[Array]) -> tuple[Array, Array, Array]:
    """Return q, k and v, a row for each vector."""
    q, k, v = np.stack([triple @ y_i for triple, y_i in zip(triples, y, strict=True)], axis=1)
    return q, k, v


def _average(q: Array, k: Array, v: Array) -> Array:
    return _softargmax((q * k).sum(axis=1)) @ v


def _attend(triples: Sequence[Array], y: Sequence[Array]) -> Array:
    return _average(*_project(triples, y))


def _of_projections(average: Callable[[Array, Array, Array], Array]) -> State:
    """Return a step that averages the right queries, keys and values in another way."""
    return lambda triples, y: average(*_project(triples, y))


def _of_scores(weights: Callable[[Array], Array]) -> State:
    """Return a step that computes other weights from the right scores."""
    return _of_projections(lambda q, k, v: weights((q * k).sum(axis=1)) @ v)


def _with_states_for_values(triples: Sequence[Array], y: Sequence[Array]) -> Array:
    q, k, v = _project(triples, y)
    return _average(q, k, np.array([v[0], *y[1:]]))


def _without_input(triples: Sequence[Array], y: Sequence[Array]) -> Array:
    return _attend(triples[1:], y[1:]) if len(y) > 1 else _attend(triples, y)


SLIPS: dict[str, Mistake[State]] = {
    "leaves the weights as exponentials": Mistake(
        _of_scores(np.exp), "The weights add up to 1: divide by the sum of the exponentials."
    ),
    "takes the scores as weights": Mistake(
        _of_scores(lambda w: w), "The weights are the softargmax of the scores."
    ),
    "asks with the input's query": Mistake(
        _of_projections(lambda q, k, v: _average(q[:1], k, v)),
        "That is the usual attention. Here the score is w_i = q_iᵀ k_i, with query and key of the same vector.",
    ),
    "compares with the input's key": Mistake(
        _of_projections(lambda q, k, v: _average(q, k[:1], v)),
        "The score is w_i = q_iᵀ k_i, with query and key of the same vector.",
    ),
    "divides the scores by √m": Mistake(
        _of_projections(lambda q, k, v: _average(q / np.sqrt(q.shape[1]), k, v)),
        "That is the scaled dot product of the transformer. Here the score is w_i = q_iᵀ k_i, without the division.",
    ),
    "takes a softargmax for each channel": Mistake(
        _of_projections(lambda q, k, v: (_softargmax(q * k) * v).sum(axis=0)),
        "A score is one number, q_iᵀ k_i: first add up over the channels.",
    ),
    "takes the softargmax over the channels": Mistake(
        _of_projections(lambda q, k, v: (_softargmax((q * k).T).T * v).sum(axis=0)),
        "The softargmax runs over i, over the vectors that are looked at. A score is one number, q_iᵀ k_i.",
    ),
    "adds the values up without weights": Mistake(
        _of_scores(np.ones_like), "h[t] = Σ a_i v_i: each value has its weight."
    ),
    "takes the plain mean of the values": Mistake(
        _of_scores(lambda w: np.ones_like(w) / len(w)),
        "The weights are the softargmax of the scores, not all equal.",
    ),
    "transposes the matrices": Mistake(
        lambda triples, y: _attend([triple.swapaxes(1, 2) for triple in triples], y),
        "The matrix comes before the vector: q_i = Q_i y_i, in NumPy `Q @ y`.",
    ),
    "takes the past states for values": Mistake(
        _with_states_for_values, "The values are v_i = V_i h[t−i], also for the past states."
    ),
    "leaves the input out": Mistake(_without_input, "Each step also looks at its own input: i = 0 is x[t]."),
}
"""The mistakes in a single step, for every network."""


def _slips(program: Callable[..., Array]) -> dict[str, Mistake[Function]]:
    """Return the mistakes of a program each of whose steps has one of the slips."""
    return {name: Mistake(partial(program, slip.answer), slip.hint) for name, slip in SLIPS.items()}


def _triples(numbers: Callable[..., Array], *shape: int) -> Array:
    """Return triples of shape (..., m, n), whose queries and keys are so small that no weight is nearly 1."""
    *stack, m, n = shape
    return numbers(*stack, 3, m, n) / [[[4]], [[4]], [[2]]]


# 1.2.2.a: one step of AttentionRNN(2)


def step(x: Array, h_1: Array, h_2: Array, input_triple: Array, past_triples: Array) -> Array:
    return AttentionRNN(input_triple, past_triples).run(x[None], [h_2, h_1]).states[0]


def _steps(draw: Draw) -> Cases:
    yield [9], [0], [0], MEAN, [MEAN, MEAN]
    yield [9], [3], [0], MEAN, [MEAN, 2 * MEAN]
    yield [9], [0], [3], MEAN, [MEAN, 2 * MEAN]
    for m, n in ((1, 1), (1, 2), (2, 1), (2, 2)):
        vectors = draw.integers(n) / 2, draw.integers(m) / 2, draw.integers(m) / 2
        yield *vectors, _triples(draw.integers, m, n), _triples(draw.integers, 2, m, m)
    for m, n in ((2, 2), (3, 2), (4, 3), (3, 4)):
        vectors = draw.normal(n), draw.normal(m), draw.normal(m)
        yield *vectors, _triples(draw.normal, m, n), _triples(draw.normal, 2, m, m)


def _step(state: State, *arguments: Array) -> Array:
    x, h_1, h_2, input_triple, past_triples = arguments
    return state([input_triple, *past_triples], [x, h_1, h_2])


STEP = FunctionExercise(
    id="1.2.2.a",
    reference=step,
    cases=_steps,
    given="Given are `x` of shape (n,), `h_1` = h[t−1] and `h_2` = h[t−2] of shape (m,), `input_triple` (Q_0, K_0, V_0) of shape (3, m, n) "
    "and `past_triples` of shape (2, 3, m, m). Return h[t] of shape (m,).",
    hints=(
        "Compute a query, a key and a value from each of x, h_1 and h_2, with its own triple: `q_0, k_0, v_0 = input_triple @ x`.",
        "A score is query times key of the same vector. The softargmax of the three scores gives the weights.",
        "The softargmax of two scores is `e = np.exp([0.5, 1.5]); a = e / e.sum()`. The state is the average of the values with these weights.",
    ),
    mistakes={
        **_slips(_step),
        "swaps the two states": Mistake(
            lambda x, h_1, h_2, input_triple, past_triples: step(x, h_2, h_1, input_triple, past_triples),
            "The first of the past triples belongs to h[t−1], the second to h[t−2].",
        ),
    },
)

PATHS = NumberExercise(
    id="1.2.2.a.paths",
    answer=(5,),
    given="Give one number. In AttentionRNN(2) one arrow leads from each state to the next state, and one to the state after that. Count paths of states only, from h[1] to h[5].",
    hints=(
        "How many paths lead to h[2]? And to h[3]?",
        "The last arrow into h[t] comes from h[t−1] or from h[t−2].",
    ),
    mistakes={
        "counts the arrows": Mistake(
            (7,),
            "There are seven arrows between these states. A path is a chain of arrows from h[1] to h[5].",
        ),
        "stops a state early": Mistake(
            (3,), "That is the number of paths to h[4]. Those to h[5] come from h[4] or from h[3]."
        ),
        "counts to one state too many": Mistake((8,), "That is the number of paths to h[6]."),
        "counts two choices at each of four states": Mistake(
            (16,),
            "If an arrow skips a state, there is no choice at that state. And no arrow leads beyond h[5].",
        ),
        "counts only paths of equal arrows": Mistake((2,), "A path may mix short and long arrows."),
        "counts the states": Mistake((4,), "The question asks for the number of paths, not of steps."),
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
        "At x[t] and at k states. The states before t = 1 are zero vectors, and they count too.",
    ),
    mistakes={
        "forgets the input": Mistake(
            lambda k, t: k, "The index i runs from 0 to k, and i = 0 is x[t]. That makes k + 1."
        ),
        "leaves the zero vectors out": Mistake(
            lambda k, t: min(k, t - 1) + 1,
            "States before t = 1 are zero vectors here. Their score is 0, and exp(0) = 1 takes a share.",
        ),
        "attends to all of the past": Mistake(
            lambda k, t: t, "That is AttentionRNN(∞). With a window of k, every step looks at k states."
        ),
        "gives the size for k = 2, at any k": Mistake(
            lambda k, t: 3, "The answer 3 is right for AttentionRNN(2). With a window of k there are k + 1."
        ),
        "counts one vector too many": Mistake(
            lambda k, t: k + 2,
            "The vectors are x[t], h[t−1], …, h[t−k]. The new state h[t] is not among them.",
        ),
    },
)


def score_for_a_share(k: int) -> float:
    return float(np.log(9 * k))


SHARE = FunctionExercise(
    id="1.2.2.b.share",
    reference=score_for_a_share,
    cases=lambda draw: zip((1, 2, 3, 4, 5, 7, 10, 30, 100)),
    given="The name is k, the window. At t = 1 the k states in the window are zero vectors. Return the score w_0 of x[1] for which h[1] is 90 % of V_0 x[1].",
    hints=(
        "What is the score of a zero vector, and its exponential?",
        "a_0 = exp(w_0) / (exp(w_0) + k). Set it to 0.9.",
    ),
    mistakes={
        "gives the exponential of the score": Mistake(
            lambda k: 9 * k, "exp(w_0) = 9k. The score is its logarithm."
        ),
        "counts one zero vector": Mistake(
            lambda k: np.log(9), "There are k zero vectors, each with exp(0) = 1."
        ),
        "counts the input among the zero vectors": Mistake(
            lambda k: np.log(9 * (k + 1)),
            "The sum of the exponentials is exp(w_0) + k: k zero vectors and the input.",
        ),
        "gives the zero vectors 90 %": Mistake(
            lambda k: np.log(k / 9), "The input has the weight 90 %, and the zero vectors have 10 % together."
        ),
        "forgets the input's own exponential in the sum": Mistake(
            lambda k: np.log(0.9 * k),
            "The weight is a_0 = exp(w_0) / (exp(w_0) + k): the sum contains exp(w_0) too.",
        ),
        "takes the logarithm to base 10": Mistake(
            lambda k: np.log10(9 * k), "The softargmax has powers of e, so you need the natural logarithm."
        ),
    },
)


def masked(w: Array, v: Array, t: int) -> Array:
    there = slice(min(len(w), t))
    return _softargmax(w[there]) @ v[there]


def _lists(draw: Draw) -> Cases:
    """Yield scores and values of a window at an early and at a late step; both are 0 for the vectors before t = 1."""
    yield [0, 0], [[6], [0]], 1
    yield [0, 0], [[6], [2]], 2
    for numbers, sizes in (
        (draw.integers, ((1, 1, 1), (2, 1, 2), (2, 2, 1), (3, 2, 2), (1, 2, 4))),
        (draw.normal, ((2, 3, 5), (3, 3, 2), (4, 2, 3), (3, 4, 1))),
    ):
        for k, m, t in sizes:
            there = np.arange(k + 1) < t
            yield numbers(k + 1) * there / 2, numbers(k + 1, m) * there[:, None], t


def _masked(*arguments: Array, one_more: int = 0) -> Array:
    w, v, t = arguments
    return masked(w, v, max(1, int(t) + one_more))


MASKED = FunctionExercise(
    id="1.2.2.b.masked",
    reference=masked,
    cases=_lists,
    given="Given are the scores `w` of shape (k + 1,) and the values `v` of shape (k + 1, m) of x[t] and of the k states before it, and the step `t` ≥ 1. "
    "Mask the states before t = 1, which are zero vectors. Return h[t] of shape (m,).",
    hints=(
        "Which vectors exist at step t? The input, and the states h[t−1], …, h[1].",
        "The index i runs from 0 to t − 1, or to k if that comes first. Mask before the softargmax, so that the remaining weights add up to 1.",
    ),
    mistakes={
        "does not mask the zero vectors": Mistake(
            lambda w, v, t: _softargmax(w) @ v,
            "Their score 0 gives them exp(0) = 1. Masking gives them the score −∞, so that both sums end before them. It is too late to mask the values or the weights: "
            "the remaining weights have to add up to 1.",
        ),
        "masks one state too many": Mistake(
            partial(_masked, one_more=-1),
            "At step t there are t − 1 states, h[t−1], …, h[1]. So i runs to t − 1.",
        ),
        "masks one state too few": Mistake(
            partial(_masked, one_more=1), "There is no h[0]. The first state is h[1], so i runs to t − 1."
        ),
        "masks the input": Mistake(
            lambda w, v, t: _softargmax(w[1:t]) @ v[1:t] if t > 1 else np.full(v.shape[1], np.nan),
            "The input, i = 0, is always there.",
        ),
        "leaves the weights as exponentials": Mistake(
            lambda w, v, t: np.exp(w[:t]) @ v[:t],
            "The weights add up to 1: divide by the sum of the exponentials.",
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
    for T, k, m, n in ((2, 1, 1, 1), (3, 2, 1, 1), (3, 1, 2, 1), (4, 3, 1, 2), (4, 2, 2, 2)):
        yield draw.integers(T, n) / 2, _triples(draw.integers, m, n), _triples(draw.integers, k, m, m)
    for T, k, m, n in ((5, 2, 3, 2), (6, 3, 2, 3), (7, 4, 2, 2), (7, 2, 3, 3)):
        yield draw.normal(T, n), _triples(draw.normal, m, n), _triples(draw.normal, k, m, m)


def _window(
    state: State,
    x: Array,
    input_triple: Array,
    past_triples: Array,
    *,
    past: Callable[[list[Array], int], list[Array]] = lambda states, k: states[-1 : -k - 1 : -1],
) -> Array:
    """Return the states with another step, or with other states in the window. The list begins with k zero vectors."""
    k, m = len(past_triples), input_triple.shape[1]
    states: list[Array] = [np.zeros(m)] * k
    for x_t in x:
        states.append(state([input_triple, *past_triples], [x_t, *past(states, k)]))
    return np.array(states[k:])


def _without_zero_states(x: Array, input_triple: Array, past_triples: Array) -> Array:
    states: list[Array] = []
    for x_t in x:
        y = [x_t, *states[::-1][: len(past_triples)]]
        states.append(_attend([input_triple, *past_triples][: len(y)], y))
    return np.array(states)


def _all_of_the_past(x: Array, input_triple: Array, past_triples: Array) -> Array:
    """Return the states with a window without end, in which all further states share the last triple."""
    longer = [*past_triples, *[past_triples[-1]] * len(x)][: max(len(x), len(past_triples))]
    return window(x, input_triple, np.array(longer))


WINDOW = FunctionExercise(
    id="1.2.2.c",
    reference=window,
    cases=_networks,
    given="Given are `x` of shape (T, n), `input_triple` of shape (3, m, n) and `past_triples` of shape (k, 3, m, m), the latest state's first. States before t = 1 are "
    "zero vectors, and they have weights like all others. Return the states of shape (T, m).",
    hints=(
        "Start with a list of zero vectors, one for each past triple, and append each state to it: "
        "`states = [np.zeros(input_triple.shape[1])] * len(past_triples)`.",
        "The last vector of the list is h[t−1], and `past_triples[0]` is its triple: `latest = [1, 2, 3][::-1][:2]` is [3, 2].",
        "Each step has one softargmax over k + 1 scores and one sum of k + 1 terms. It is the step of 1.2.2.a with k in place of 2.",
    ),
    mistakes={
        "ends the softargmax a score before the sum": Mistake(
            partial(_window, _of_projections(lambda q, k, v: _average(q[:-1], k[:-1], v[:-1]))),
            "The sheet's scores end at w_K, while its lists and its sum end at k. With K = k − 1 the last value has no weight, so "
            "K has to be k.",
        ),
        "ends the softargmax a score after the sum": Mistake(
            partial(_window, _of_scores(lambda w: _softargmax(np.append(w, 0))[:-1])),
            "The sheet's scores end at w_K, while its lists and its sum end at k. With K = k + 1 the last score belongs to no vector, and still "
            "takes a share. K has to be k.",
        ),
        "leaves the zero vectors out": Mistake(
            _without_zero_states,
            "States before t = 1 are zero vectors here. Their score is 0, and exp(0) = 1 takes a share of the first steps.",
        ),
        "gives the oldest state the first triple": Mistake(
            partial(_window, _attend, past=lambda states, k: states[-k:]),
            "`past_triples[0]` belongs to h[t−1], the latest.",
        ),
        "looks at h[1], …, h[k] at every step": Mistake(
            partial(_window, _attend, past=lambda states, k: [*states[k : 2 * k], *states[:k]][:k]),
            "The window moves on with t: h[t−1], …, h[t−k].",
        ),
        "looks at zero vectors at every step": Mistake(
            partial(_window, _attend, past=lambda states, k: states[:k]),
            "Each new state is in the window of the next k steps: append it to the list, and take the last k vectors of the list.",
        ),
        "looks at all of the past": Mistake(
            _all_of_the_past,
            "With a window of k, every step looks at k states. The network with all of the past is AttentionRNN(∞).",
        ),
        "ends the sum a term before the softargmax": Mistake(
            partial(_window, _of_scores(lambda w: _softargmax(w) * (np.arange(len(w)) < len(w) - 1))),
            "Like the scores, the sum runs to i = k. It has k + 1 terms.",
        ),
        **_slips(_window),
    },
)


def parameters(k: int, m: int, n: int) -> int:
    network = AttentionRNN(np.zeros((3, m, n)), np.zeros((k, 3, m, m)))
    return network.input_triple.size + network.past_triples.size


PARAMETERS = FunctionExercise(
    id="1.2.2.c.parameters",
    reference=parameters,
    cases=lambda draw: ((k, m, n) for k in (1, 2, 3) for m, n in ((1, 1), (1, 2), (2, 1), (3, 5))),
    given="The names are k, the window; m, the size of a state; n, the size of an input. Return how many numbers the network has to learn.",
    hints=(
        "How many matrices are there, and what size is each?",
        "There are three for the input, each m × n, and three for each state in the window, each m × m.",
    ),
    mistakes={
        "forgets the input's triple": Mistake(
            lambda k, m, n: 3 * k * m**2, "Q_0, K_0 and V_0 are learnt too, and each is m × n."
        ),
        "forgets the triples of the past": Mistake(
            lambda k, m, n: 3 * m * n,
            "Each state in the window has a triple of its own, three matrices of m × m.",
        ),
        "counts one matrix of each triple": Mistake(
            lambda k, m, n: m * n + k * m**2, "A triple holds three matrices."
        ),
        "shares one triple among the states": Mistake(
            lambda k, m, n: 3 * m * n + 3 * m**2,
            "That is AttentionRNN(∞). Here each of the k states in the window has its own triple.",
        ),
        "makes the input's matrices square": Mistake(
            lambda k, m, n: 3 * (k + 1) * m**2, "They multiply x[t], which has n numbers, so they are m × n."
        ),
        "gives the past's matrices the size of the input's": Mistake(
            lambda k, m, n: 3 * (k + 1) * m * n,
            "They multiply states, which have m numbers, so they are m × m.",
        ),
        "forgets the values": Mistake(
            lambda k, m, n: 2 * m * n + 2 * k * m**2,
            "Each triple has three matrices: for the query, the key and the value.",
        ),
    },
)

# 1.2.2.d: AttentionRNN(∞). In some cases m = n, so that the input could share the triple.


def unbounded(x: Array, input_triple: Array, shared_triple: Array) -> Array:
    return UnboundedAttentionRNN(input_triple, shared_triple).run(x).states


def _unbounded_networks(draw: Draw) -> Cases:
    yield [[8]], MEAN, MEAN
    yield [[8], [4]], MEAN, MEAN
    yield [[8], [4], [1]], MEAN, MEAN
    yield [[8], [4]], MEAN, 2 * MEAN
    small = ((2, 1, 1), (3, 1, 1), (3, 2, 2), (4, 2, 2), (3, 1, 2))
    large = ((5, 2, 2), (6, 3, 3), (8, 2, 2), (5, 3, 2), (6, 2, 4))
    for numbers, sizes in ((draw.integers, small), (draw.normal, large)):
        for T, m, n in sizes:
            yield numbers(T, n) / 2, _triples(numbers, m, n), _triples(numbers, m, m)


def _unbounded(
    state: State,
    x: Array,
    input_triple: Array,
    shared_triple: Array,
    *,
    first: int = 0,
    last: int = 0,
) -> Array:
    """Return the states with another step, with zero vectors before the first, or with the last few states alone."""
    states: list[Array] = [np.zeros(shared_triple.shape[-1])] * first
    for x_t in x:
        past = states[-last:]  # all of them, if last is 0
        states.append(state([input_triple, *[shared_triple] * len(past)], [x_t, *past]))
    return np.array(states[first:])


UNBOUNDED = FunctionExercise(
    id="1.2.2.d",
    reference=unbounded,
    cases=_unbounded_networks,
    given="Given are `x` of shape (T, n), `input_triple` of shape (3, m, n) and `shared_triple` of shape (3, m, m). Return the states of shape "
    "(T, m).",
    hints=(
        "Start with an empty list of states. What does the first step look at?",
        "It looks at x[1] alone, so h[1] = V_0 x[1]: `h_1 = input_triple[2] @ x[0]`. Step t looks at x[t] and at the t − 1 states before it.",
        "The input has its own triple, and all states share one. There is one softargmax over all t scores.",
    ),
    mistakes={
        "includes a zero vector for each step": Mistake(
            lambda x, input_triple, shared_triple: window(
                x, input_triple, np.stack([shared_triple] * len(x))
            ),
            "In AttentionRNN(k) zero vectors fill the window, but here the lists end at h[1]. The more zero vectors there were, the closer "
            "h[1] would be to 0. The sheet does not mention this.",
        ),
        "includes h[0], a zero vector": Mistake(
            partial(_unbounded, _attend, first=1),
            "The lists end at h[1]. At t = 1 there is only x[1], and h[1] = V_0 x[1].",
        ),
        "shares the triple with the input as well": Mistake(
            lambda x, input_triple, shared_triple: unbounded(x, shared_triple, shared_triple),
            "“All” the Q, K and V means i ≥ 1. The input has its own Q_0, K_0 and V_0, which are m × n.",
        ),
        "looks at the last state only": Mistake(
            partial(_unbounded, _attend, last=1), "The network looks at every past state: h[t−1], …, h[1]."
        ),
        **_slips(_unbounded),
    },
)

MEANS = NumberExercise(
    id="1.2.2.d.mean",
    answer=(8, 6, 5),
    tolerance=1e-3,
    given="Give three numbers, h[1], h[2] and h[3] of AttentionRNN(∞) with m = n = 1, all queries and keys 0, V_0 = V = 1, and x = 8, 4, 1.",
    hints=(
        "All scores are 0. How large is each weight at step t?",
        "Each of the t weights is 1/t, so h[t] is the mean of x[t] and of all states before it.",
    ),
    mistakes={
        "takes the mean of the inputs": Mistake(
            (8, 6, 13 / 3),
            "The past is in the states: h[3] looks at x[3], h[2] and h[1], not at x[2] and x[1].",
        ),
        "includes h[0], a zero vector": Mistake(
            (4, 8 / 3, 23 / 12), "The lists end at h[1]: at t = 1 there is only x[1]."
        ),
        "looks at the last state only": Mistake((8, 6, 3.5), "h[3] looks at h[1] too."),
        "adds up without dividing": Mistake(
            (8, 12, 21), "The weights add up to 1: each of the t weights is 1/t."
        ),
        "takes the present alone": Mistake((8, 4, 1), "With equal scores the past has the weight (t − 1)/t."),
    },
)


def _share_of_the_bound(x: Array) -> float:
    """Return how long h[2] is, as a share of the longest input, with Q = K = 0, V_0 = 1 and V = −1."""
    turned = np.array([[[0.0]], [[0.0]], [[-1.0]]])
    return float(abs(unbounded(x[:, None], MEAN, turned)[1, 0]) / np.abs(x).max())


BOUND = ExampleExercise(
    id="1.2.2.d.bound",
    given="Give two numbers, x[1] and x[2]. The network is AttentionRNN(∞) with m = n = 1, queries and keys 0, V_0 = 1 and V = −1, so that no state is longer than the longest input so far.",
    hints=(
        "h[1] = x[1]. What is h[2]?",
        "h[2] = (x[2] − x[1])/2, the mean of two values. When is a mean as long as the longest of them?",
    ),
    length=2,
    example=(1.0, -1.0),
    symbol="x",
    condition=Condition(
        value=_share_of_the_bound,
        formula="abs(x[1] − x[0])/(2 max(abs(x)))",
        words="the length of h[2], as a share of the longest input's,",
        above=1 - 1e-9,
    ),
    mistakes={
        "lets the two values cancel": Mistake(
            Condition(
                value=_share_of_the_bound,
                formula="abs(x[1] − x[0])/(2 max(abs(x)))",
                words="the share",
                below=1e-9,
            ),
            "V = −1 changes the sign of the past: the values are x[2] and −x[1].",
        ),
        "makes one of the values shorter": Mistake(
            Condition(
                value=lambda x: float(np.ptp(np.abs(x)) / np.abs(x).max()),
                formula="(max(abs(x)) − min(abs(x)))/max(abs(x))",
                words="the difference of the lengths",
                above=1e-9,
            ),
            "A mean of values of different lengths is shorter than the longest.",
        ),
        "takes inputs that are all 0": Mistake(
            Condition(
                value=lambda x: float(np.abs(x).max()), formula="max(abs(x))", words="the longest", below=1e-9
            ),
            "If both inputs are 0, all states are 0. At least one has to be another number.",
        ),
    },
)

# The running sums of AttentionRNN(∞)


def state_from_sums(w_0: float, v_0: Array, D: float, N: Array) -> Array:
    return (N + np.exp(w_0) * v_0) / (D + np.exp(w_0))


def _sums(draw: Draw) -> Cases:
    """Yield the input's score and value, and the sums of t − 1 states, at t = 1 too."""
    yield 0.0, [6], 0.0, [0]
    yield 0.0, [6], 1.0, [2]
    yield 0.0, [6, 0], 2.0, [3, 9]
    for numbers, sizes in (
        (draw.integers, ((1, 1), (1, 2), (2, 2))),
        (draw.normal, ((0, 3), (2, 3), (4, 3), (6, 2))),
    ):
        for states, m in sizes:
            weights, values = np.exp(numbers(states) / 2), numbers(states, m)
            yield float(numbers(1)[0] / 2), numbers(m), float(weights.sum()), weights @ values


SUMS = FunctionExercise(
    id="1.2.2.d.sums",
    reference=state_from_sums,
    cases=_sums,
    given="The names are the input's score w_0 and value v_0, m × 1, and the sums over all past states, D = Σ exp(w[s]), a number, and N = Σ exp(w[s]) v[s], m × 1. Return h[t], m × 1.",
    hints=(
        "The softargmax has one denominator for the input and all past states. Which part of it is D?",
        "The denominator is D + exp(w_0). What is the numerator?",
    ),
    mistakes={
        "leaves the input out": Mistake(
            lambda w_0, v_0, D, N: N / D if D else np.full_like(N, np.nan),
            "The step looks at the input too: add exp(w_0) to D, and exp(w_0) v_0 to N.",
        ),
        "gives the input the weight 1": Mistake(
            lambda w_0, v_0, D, N: (N + v_0) / (D + 1),
            "The input's exponential is exp(w_0), which is 1 only if w_0 = 0.",
        ),
        "does not divide": Mistake(
            lambda w_0, v_0, D, N: N + np.exp(w_0) * v_0,
            "The weights add up to 1: divide by the sum of all exponentials.",
        ),
        "divides the input's share by its own exponential": Mistake(
            lambda w_0, v_0, D, N: N / D + v_0 if D else np.full_like(N, np.nan),
            "All weights have the same denominator, D + exp(w_0).",
        ),
        "leaves the input out of the denominator": Mistake(
            lambda w_0, v_0, D, N: (N + np.exp(w_0) * v_0) / D if D else np.full_like(N, np.nan),
            "The denominator of the softargmax contains exp(w_0) too.",
        ),
        "takes the score in place of its exponential": Mistake(
            lambda w_0, v_0, D, N: (N + w_0 * v_0) / (D + w_0) if D + w_0 else np.full_like(N, np.nan),
            "The sums contain exponentials: exp(w_0), not w_0.",
        ),
    },
)


def with_another_state(M: float, N: Array, w: float, v: Array) -> Array:
    largest = max(M, w)
    return np.exp(M - largest) * N + np.exp(w - largest) * v


def go_on(x: Array, M: float, D: float, N: Array, input_triple: Array, shared_triple: Array) -> Array:
    (Q_0, K_0, V_0), (Q, K, V) = input_triple, shared_triple
    states = []
    for x_t in x:
        w_0, largest = (Q_0 @ x_t) @ (K_0 @ x_t), max(M, (Q_0 @ x_t) @ (K_0 @ x_t))
        past, present = np.exp(M - largest), np.exp(w_0 - largest)
        h = (past * N + present * V_0 @ x_t) / (past * D + present)
        w = (Q @ h) @ (K @ h)
        N, D, M = (
            with_another_state(M, N, w, V @ h),
            float(with_another_state(M, np.array(D), w, np.array(1.0))),
            max(M, w),
        )
        states.append(h)
    return np.array(states)


def _kept_sums(draw: Draw) -> Cases:
    """Yield further inputs, and the sums after a first run; with M far from 0 their exponentials overflow or underflow."""
    yield [[8]], 0.0, 1.0, [4], MEAN, MEAN
    yield [[8], [2]], 0.0, 1.0, [4], MEAN, MEAN
    yield [[8], [2]], 0.0, 3.0, [6], MEAN, 2 * MEAN
    for numbers, sizes in (
        (draw.integers, ((1, 2, 1, 1), (2, 2, 1, 2), (2, 3, 2, 1))),
        (draw.normal, ((5, 3, 2, 3), (10, 5, 3, 2))),
    ):
        for before, T, m, n in sizes:
            yield _kept_after(
                numbers(before, n) / 2, numbers(T, n) / 2, _triples(numbers, m, n), _triples(numbers, m, m)
            )
    for sign in (1, -1):
        steep = np.array([[[40.0]], [[sign * 40.0]], [[1.0]]])
        yield _kept_after(np.array([[1.0], [0.5]]), np.array([[1.001], [0.999], [1.0]]), steep, steep)


def _kept_after(before: Array, x: Array, input_triple: Array, shared_triple: Array) -> tuple:
    Q, K, V = shared_triple
    states = unbounded(before, input_triple, shared_triple)
    w = ((states @ Q.T) * (states @ K.T)).sum(axis=1)
    kept = np.exp(w - w.max())
    return x, float(w.max()), float(kept.sum()), kept @ (states @ V.T), input_triple, shared_triple


RESCALING = FunctionExercise(
    id="1.2.2.d.rescaling",
    reference=go_on,
    cases=_kept_sums,
    given="Given are further inputs `x` of shape (T, n). From an earlier run there are `M`, the largest score of a state, and the sums, divided by exp(M): `D`, a number, and `N` of "
    "shape (m,). Then come `input_triple` of shape (3, m, n) and `shared_triple` of shape (3, m, m). Return the states of the further steps, of shape (T, m). Some scores are near "
    "±1600.",
    hints=(
        "What does a new state add to each sum, and what does its score do to M?",
        "Let M′ be the larger of M and the new score. The old sums are divided by exp(M) and have to be divided by exp(M′): with M = 3 and M′ = 5 that takes the factor "
        "`factor = np.exp(3 - 5)`.",
        "The input is added in the same way, but to the sums of its own step only. Do not store it.",
    ),
    mistakes={
        "starts again from nothing": Mistake(
            lambda x, M, D, N, input_triple, shared_triple: unbounded(x, input_triple, shared_triple),
            "M, D and N contain everything that you need of the earlier steps: start from them.",
        ),
        "takes the sums as if they were not divided": Mistake(
            lambda x, M, D, N, input_triple, shared_triple: go_on(x, 0.0, D, N, input_triple, shared_triple),
            "D and N are divided by exp(M): put exp(M − M′) before them.",
        ),
        "adds no new state to the sums": Mistake(
            lambda x, M, D, N, input_triple, shared_triple: np.concatenate(
                [go_on(x_t[None], M, D, N, input_triple, shared_triple) for x_t in x]
            ),
            "All later steps look at each new state: add it to M, D and N.",
        ),
    },
)


def later_weight(a_1: float, a_2: float, b_1: float) -> float:
    return a_2 * b_1 / a_1


RANK = FunctionExercise(
    id="1.2.2.d.rank",
    reference=later_weight,
    cases=lambda draw: [
        (0.25, 0.25, 0.25),
        (0.5, 0.25, 0.25),
        (0.25, 0.5, 0.5),
        (0.25, 0.25, 0.5),
        *(tuple(map(float, 0.25 + draw.uniform(3) / 4)) for _ in range(8)),
    ],
    given="The names are a_1, a_2 and b_1. In AttentionRNN(∞) states 1 and 2 have the weights a_1 and a_2 at some step, and state 1 has the weight b_1 at a later step. Return the weight b_2 of state 2 at that later step.",
    hints=(
        "A weight is exp(w[s])/Z[t]. Which of the two factors changes with the step, and which with the state?",
        "The ratio of the weights of two states is exp(w[2] − w[1]), at every step.",
    ),
    mistakes={
        "inverts the proportion": Mistake(
            lambda a_1, a_2, b_1: a_1 * b_1 / a_2, "b_2 is to b_1 as a_2 is to a_1."
        ),
        "leaves the weight as it was": Mistake(
            lambda a_1, a_2, b_1: a_2,
            "Z[t] changes with the step, and all of these weights change in the same proportion.",
        ),
        "subtracts what state 1 has lost": Mistake(
            lambda a_1, a_2, b_1: a_2 - (a_1 - b_1),
            "The proportion stays the same, and the difference does not: b_2 is to b_1 as a_2 is to a_1.",
        ),
        "forgets to divide": Mistake(
            lambda a_1, a_2, b_1: a_2 * b_1,
            "b_1/a_1 is the factor by which all weights of states have changed.",
        ),
        "gives state 2 the weight of state 1": Mistake(
            lambda a_1, a_2, b_1: b_1, "Their scores differ, and so do their weights."
        ),
    },
)


def value_gradient(w: float, total_gradients: Array, Z: Array, s: int) -> Array:
    return np.exp(w) * (total_gradients[s:] / Z[s:, None]).sum(axis=0)


def _later_than_s(draw: Draw) -> Cases:
    """Yield T steps, of which state s is seen by those after s."""
    yield 0.0, [[1], [6]], [1, 2], 1
    yield 0.0, [[1], [6], [8]], [1, 2, 4], 1
    yield 0.0, [[1], [6], [8]], [1, 2, 4], 2
    for T, m, s in ((3, 1, 1), (3, 2, 2), (4, 2, 2), (5, 3, 3), (6, 3, 2), (6, 3, 1), (5, 2, 4)):
        Z = np.cumsum(np.exp(draw.normal(T)))
        yield float(draw.normal(1)[0]), draw.integers(T, m), Z, s


def _later_steps_of(w: float, total_gradients: Array, Z: Array, steps: slice) -> Array:
    return np.exp(w) * (total_gradients[steps] / Z[steps, None]).sum(axis=0)


BACKWARD = FunctionExercise(
    id="1.2.2.d.backward",
    reference=value_gradient,
    cases=_later_than_s,
    given="The names are s, a state of AttentionRNN(∞); its score w = w[s]; and for t = 1, …, T the total gradients λ[t], rows 1 × m, and the softargmax's denominators Z[t]. Return ∂ℓ/∂v[s], 1 × m.",
    hints=(
        "Which steps look at state s, and with which weight?",
        "The steps after s do, each with the weight a = exp(w)/Z[t]. From h[t] = … + a v[s] the value gets the gradient a λ[t].",
    ),
    mistakes={
        "counts step s itself": Mistake(
            lambda w, total_gradients, Z, s: _later_steps_of(w, total_gradients, Z, slice(s - 1, None)),
            "The steps from s + 1 on look at state s.",
        ),
        "counts all steps": Mistake(
            lambda w, total_gradients, Z, s: _later_steps_of(w, total_gradients, Z, slice(None)),
            "The steps up to s come before state s exists.",
        ),
        "takes the next step alone": Mistake(
            lambda w, total_gradients, Z, s: _later_steps_of(w, total_gradients, Z, slice(s, s + 1)),
            "In AttentionRNN(∞) no state leaves the window: all later steps look at state s.",
        ),
        "forgets the state's own exponential": Mistake(
            lambda w, total_gradients, Z, s: _later_steps_of(0.0, total_gradients, Z, slice(s, None)),
            "The weight is exp(w)/Z[t].",
        ),
        "divides by the last denominator": Mistake(
            lambda w, total_gradients, Z, s: np.exp(w) * total_gradients[s:].sum(axis=0) / Z[-1],
            "Each step has its own denominator, Z[t].",
        ),
        "takes the score in place of its exponential": Mistake(
            lambda w, total_gradients, Z, s: w * _later_steps_of(0.0, total_gradients, Z, slice(s, None)),
            "The weight is exp(w)/Z[t].",
        ),
        "leaves the weights out": Mistake(
            lambda w, total_gradients, Z, s: total_gradients[s:].sum(axis=0),
            "From h[t] = … + a v[s] the value gets the gradient a λ[t], with the weight a = exp(w)/Z[t].",
        ),
    },
)

# 1.2.2.e: ∂h[t]/∂h[t−1] of AttentionRNN(2), and ∂h[t]/∂x[t]


def jacobian(q: Array, k: Array, v: Array, Q_1: Array, K_1: Array, V_1: Array) -> Array:
    return _direct_jacobian(1, q, k, v, Q_1, K_1, V_1)


def input_jacobian(q: Array, k: Array, v: Array, Q_0: Array, K_0: Array, V_0: Array) -> Array:
    return _direct_jacobian(0, q, k, v, Q_0, K_0, V_0)


def _score_row(i: int, q: Array, k: Array, Q: Array, K: Array) -> Array:
    return k[i] @ Q + q[i] @ K


def _direct_jacobian(i: int, *arguments: Array, row: Callable[..., Array] = _score_row) -> Array:
    q, k, v, Q, K, V = arguments
    a = _softargmax((q * k).sum(axis=1))
    return a[i] * V + a[i] * np.outer(v[i] - a @ v, row(i, q, k, Q, K))


def _parts(i: int, *arguments: Array) -> tuple[float, Array, Array, Array, Array]:
    """Return a_i, V_i, v_i, h and the row ∂w_i/∂y_i."""
    q, k, v, Q, K, V = arguments
    a = _softargmax((q * k).sum(axis=1))
    return a[i], V, v[i], a @ v, _score_row(i, q, k, Q, K)


def _from_parts(put_together: Callable[..., Array], i: int) -> Function:
    return lambda *arguments: put_together(*_parts(i, *arguments))


def _six_equations(
    *arguments: Array,
    row: Callable[..., Array] = _score_row,
    square: Callable[[Array], float] = lambda E: E.sum() ** 2,
    square_in_two: Callable[[Array], float] = lambda E: E.sum() ** 2,
    others: bool = True,
) -> Array:
    """Return the sheet's [1] from its [2] to [6], with another row ∂w_1/∂h[t−1], or another square in [6] or [2] and [3]."""
    q, k, v, Q_1, K_1, V_1 = arguments
    E, u = np.exp((q * k).sum(axis=1)), row(1, q, k, Q_1, K_1)
    S = E.sum()
    two, three = (-np.outer(v[i], u) * E[i] * E[1] / square_in_two(E) for i in (0, 2))
    six = u * E[1] / S - E[1] * u * E[1] / square(E)
    four = np.outer(v[1], six) + E[1] / S * V_1
    return four + others * (two + three)


def _squares(E: Array) -> float:
    return float((E**2).sum())


def _projections(draw: Draw, i: int, sizes: Sequence[tuple[int, int]]) -> Cases:
    """Yield q, k and v, and the triple of y_i."""
    zeros = [[0], [0], [0]]
    unit = [[float(row == i)] for row in range(3)]
    yield zeros, zeros, zeros, [[0]], [[0]], [[3]]
    yield unit, zeros, [[0], [3], [0]], [[0]], [[1]], [[0]]
    yield unit, zeros, [[3], [0], [0]], [[0]], [[1]], [[0]]
    yield zeros, unit, [[0], [3], [0]], [[1]], [[0]], [[0]]
    for number, (m, n) in enumerate(sizes):
        numbers = draw.integers if number < len(sizes) / 2 else draw.normal
        q, k, v = numbers(3, m) / 2, numbers(3, m) / 4, numbers(3, m)
        yield q, k, v, numbers(m, n), numbers(m, n), numbers(m, n)


def _key_not_transposed(i: int, q: Array, k: Array, Q: Array, K: Array) -> Array:
    return Q @ k[i] + q[i] @ K


_TWO_TERMS: dict[str, Mistake[Callable[..., Array]]] = {
    "holds the attention fixed": Mistake(
        lambda a, V, v, h, u: a * V,
        "If h[t−1] changes, its score changes too, and with it all three weights.",
    ),
    "has v_i − h[t] with the wrong sign": Mistake(
        lambda a, V, v, h, u: a * V + a * np.outer(h - v, u),
        "If v_i gets more weight, h[t] moves towards it: the column is v_i − h[t].",
    ),
    "forgets that the other two weights move": Mistake(
        lambda a, V, v, h, u: a * V + a * (1 - a) * np.outer(v, u),
        "The weights add up to 1: when one grows, the other two shrink.",
    ),
    "forgets to subtract h[t]": Mistake(
        lambda a, V, v, h, u: a * V + a * np.outer(v, u),
        "When a_i grows, the others shrink: the column is v_i − h[t].",
    ),
    "forgets the factor a_i of the second term": Mistake(
        lambda a, V, v, h, u: a * V + np.outer(v - h, u),
        "∂a_i/∂w_i = a_i (1 − a_i), and ∂a_j/∂w_i = −a_j a_i: each has a factor a_i.",
    ),
    "forgets the factor a_i of both terms": Mistake(
        lambda a, V, v, h, u: V + np.outer(v - h, u),
        "The state h[t] contains a_i v_i, so both terms have the factor a_i.",
    ),
    "forgets the factor a_i of the first term": Mistake(
        lambda a, V, v, h, u: V + a * np.outer(v - h, u),
        "The state h[t] contains a_i v_i, and v_i = V_i y_i, so the first term is a_i V_i.",
    ),
    "adds h[t] to v_i": Mistake(
        lambda a, V, v, h, u: a * V + a * np.outer(v + h, u),
        "∂h[t]/∂w_i = a_i (v_i − h[t]): if v_i gets more weight, h[t] moves from where it is towards v_i.",
    ),
}
"""Mistakes in a_i V_i + a_i (v_i − h[t]) u, whichever is i."""


def _two_terms(i: int) -> dict[str, Mistake[Function]]:
    """Return the mistakes in the Jacobian with respect to y_i."""
    of_both: dict[str, Mistake[Function]] = {
        name: Mistake(_from_parts(mistake.answer, i), mistake.hint) for name, mistake in _TWO_TERMS.items()
    }
    of_the_row: dict[str, Mistake[Function]] = {
        "forgets that the query moves": Mistake(
            partial(_direct_jacobian, i, row=lambda i, q, k, Q, K: q[i] @ K),
            "The score q_iᵀ k_i is a product of two factors that both depend on y_i, so there is a term with Q_i.",
        ),
        "forgets that the key moves": Mistake(
            partial(_direct_jacobian, i, row=lambda i, q, k, Q, K: k[i] @ Q),
            "The score q_iᵀ k_i is a product of two factors that both depend on y_i, so there is a term with K_i.",
        ),
        "exchanges query and key": Mistake(
            partial(_direct_jacobian, i, row=lambda i, q, k, Q, K: q[i] @ Q + k[i] @ K),
            "The product rule leaves one factor as it is. In the term with Q_i the query is differentiated and the key stays; in the term with K_i the query stays.",
        ),
    }
    return of_both | of_the_row


JACOBIAN = FunctionExercise(
    id="1.2.2.e",
    reference=jacobian,
    cases=partial(_projections, i=1, sizes=((1, 1), (2, 2), (2, 2), (2, 2), (2, 2), (3, 3), (4, 4), (4, 4))),
    given="Given are `q`, `k` and `v` of shape (3, m), whose row i is q_i, k_i, v_i, and `Q_1`, `K_1`, `V_1` of shape (m, m). Return "
    "∂h[t]/∂h[t−1] of shape (m, m), with all other states fixed.",
    hints=(
        "Start with the score: w_1 = q_1ᵀ k_1 = (Q_1 h[t−1])ᵀ (K_1 h[t−1]). Both factors depend on h[t−1]; the product rule gives a row.",
        "The derivatives of the weights are ∂a_1/∂w_1 = a_1 (1 − a_1) and ∂a_i/∂w_1 = −a_i a_1. In NumPy the weights are `e = np.exp((q * k).sum(axis=1)); a = e / e.sum()`.",
        "Add up the three values, each times the derivative of its weight: the result is a_1 times one column. A column times a row is `np.outer([1, 2], [3, 4])`. And v_1 depends on h[t−1] too.",
    ),
    mistakes={
        "drops a transpose, of k_1, and squares each term of the sum": Mistake(
            partial(_six_equations, row=_key_not_transposed, square=_squares),
            "k_1 Q_1 has to be the row k_1ᵀ Q_1, `k[1] @ Q_1`; and in [6] the whole sum is squared, (Σ exp(…))².",
        ),
        "drops a transpose, of k_1": SheetMistake(
            partial(_six_equations, row=_key_not_transposed),
            "By the product rule ∂w_1/∂h[t−1] is a row, and its first term is k_1ᵀ Q_1: `k[1] @ Q_1`, not `Q_1 @ k[1]`.",
        ),
        "squares each term of the sum": Mistake(
            partial(_six_equations, square=_squares),
            "In [6] a bracket is missing. By the quotient rule the whole sum is squared, (Σ exp(…))², and not each term.",
        ),
        "drops both transposes": Mistake(
            partial(_six_equations, row=lambda i, q, k, Q_1, K_1: Q_1 @ k[1] + K_1 @ q[1]),
            "By the product rule ∂w_1/∂h[t−1] is a row. Each term is a row times a matrix: k_1ᵀ Q_1 and q_1ᵀ K_1.",
        ),
        "forgets the square in [6]": Mistake(
            partial(_six_equations, square=lambda E: E.sum()),
            "By the quotient rule the second term of [6] is divided by the square of the sum.",
        ),
        "forgets the square in [2] and [3]": Mistake(
            partial(_six_equations, square_in_two=lambda E: E.sum()),
            "The derivative of 1/S is −1/S²: in [2] and [3] the sum is squared.",
        ),
        "puts the row before the column": Mistake(
            _from_parts(lambda a, V, v, h, u: a * V + a * np.outer(u, v - h), 1),
            "The row index says which entry of h[t] changes: it belongs to v_1 − h[t]. The column index says which entry of h[t−1] changes it: it belongs to the row.",
        ),
        **_two_terms(1),
    },
)

INPUT_JACOBIAN = FunctionExercise(
    id="1.2.2.e.input",
    reference=input_jacobian,
    cases=partial(_projections, i=0, sizes=((1, 2), (2, 1), (2, 3), (2, 2), (3, 2), (2, 4), (4, 3), (3, 5))),
    given="The names, all at step t of AttentionRNN(2), are the weights a_0, a_1, a_2; the columns q_i, k_i, v_i (i = 0, 1, 2) and h = h[t], each m × 1; Q_0, K_0, V_0, m × n. Return ∂h[t]/∂x[t], m × n. "
    "(In NumPy, `q`, `k` and `v` have a row for each i.)",
    hints=(
        "The input is one of the three vectors that a step looks at. Which one?",
        "Put its index into the Jacobian of 1.2.2.e. Its matrices are m × n, and so is the result.",
    ),
    mistakes={
        **_two_terms(0),
        "takes the weight and the value of h[t−1]": Mistake(
            partial(_direct_jacobian, 1),
            "The input has the index 0, in the weight, the value, the query and the key.",
        ),
    },
)


def value_matrix_gradient(a: Array, total_gradients: Array, y: Array) -> Array:
    return np.einsum("t,tr,tc->rc", a, total_gradients, y)


def _weighted_steps(draw: Draw) -> Cases:
    """Yield T steps, with sizes m and n of a state and of what is read."""
    yield [0.5], [[4]], [[3]]
    yield [0.5, 0.25], [[4], [8]], [[1], [3]]
    yield [0.5], [[4, 2]], [[3]]
    for T, m, n in ((1, 1, 2), (2, 2, 1), (2, 2, 2), (3, 2, 3), (3, 3, 3), (4, 2, 4), (5, 4, 3)):
        yield draw.quarters(T), draw.integers(T, m), draw.integers(T, n)


VALUE_MATRIX = FunctionExercise(
    id="1.2.2.e.value",
    reference=value_matrix_gradient,
    cases=_weighted_steps,
    given="The names, for t = 1, …, T and one fixed i, are the weights a[t] = a_i[t]; the total gradients λ[t], rows 1 × m; and y[t] = y_i[t], columns n × 1. Return ∂ℓ/∂V_i, in the layout of V_i, m × n.",
    hints=(
        "Which gradient does v_i[t] get from h[t], and which gradient does an entry of V_i get from v_i = V_i y_i?",
        "∂ℓ/∂v_i[t] = a_i[t] λ[t], a row. Entry (r, c) of V_i multiplies entry c of y, and the product is added to entry r of v. And V_i is used at every step.",
    ),
    mistakes={
        "leaves the weights out": Mistake(
            lambda a, total_gradients, y: total_gradients.T @ y,
            "The state h[t] contains a_i v_i, so the gradient of v_i has the factor a_i.",
        ),
        "takes the last step alone": Mistake(
            lambda a, total_gradients, y: a[-1] * np.outer(total_gradients[-1], y[-1]),
            "V_i is used at every step: add up the gradients of all steps.",
        ),
        "takes the mean over the steps": Mistake(
            lambda a, total_gradients, y: value_matrix_gradient(a, total_gradients, y) / len(a),
            "V_i is used at every step, and the gradients of the steps add up to a sum.",
        ),
        "multiplies sums over time": Mistake(
            lambda a, total_gradients, y: np.outer(a @ total_gradients, y.sum(axis=0)),
            "The gradient of each step is multiplied by the y[t] of the same step. Multiply first, then add.",
        ),
        "puts what is read before the gradient": Mistake(
            lambda a, total_gradients, y: value_matrix_gradient(a, y, total_gradients),
            "That is n × m, but V_i is m × n. Take a column of m times a row of n: λ[t]ᵀ y[t]ᵀ.",
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
    """Yield the sheet's three slips, and two or three of them together."""
    slips = {
        "puts the Jacobian before the gradient": "A gradient is a row and comes before the Jacobian: "
        "`total_gradients[i] @ direct_jacobians[i]`.",
        "counts paths twice": "With total Jacobians a path through h[T+1] is counted twice: in the Jacobian of h[T+2], and "
        "in the total gradient of h[T+1]. Total gradients go with direct Jacobians. The sheet does not say which ones it means.",
        "forgets that ℓ may contain h[T] itself": "The loss may contain h[T] itself: add `g`.",
    }
    for made in list(product((False, True), repeat=3))[1:]:
        *names, last = compress(slips, made)
        name = f"{', '.join(names)}, and {last}" if names else last
        kind = (
            SheetMistake if made[2] and not made[1] else Mistake
        )  # it adds no g, and its Jacobians are direct
        yield name, kind(partial(_slip, made), " ".join(compress(slips.values(), made)))


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
    given="Given are `g`, the direct gradient of h[T], of shape (m,); `total_gradients` of shape (k, m), whose row i − 1 is λ[T+i]; and of shape "
    "(k, m, m), with ∂h[T+i]/∂h[T] at i − 1, `direct_jacobians`, with every state in between held fixed, and `total_jacobians`, along every path. "
    "Return λ[T] of shape (m,).",
    hints=(
        "Take a path from h[T] to the loss. Where can its first step lead?",
        "It leads directly to one of h[T+1], …, h[T+k], with a direct Jacobian. The total gradient there contains everything that can follow. One of these terms is "
        "`term = total_gradients[0] @ direct_jacobians[0]`, the row first.",
        "And there is the path without steps: ℓ may contain h[T] itself.",
    ),
    mistakes={
        **dict(_sheets_mistakes()),
        "takes the mean of the steps": Mistake(
            lambda g, total_gradients, direct_jacobians, total_jacobians: (
                g + np.einsum("ia,iab->b", total_gradients, direct_jacobians) / len(total_gradients)
            ),
            "The paths from h[T] to the loss add up: take the sum.",
        ),
        "takes the direct gradient of h[T] alone": Mistake(
            lambda g, total_gradients, direct_jacobians, total_jacobians: g,
            "h[T] also acts on the loss through the next k states.",
        ),
        "takes the last of the k states alone": Mistake(
            lambda g, total_gradients, direct_jacobians, total_jacobians: (
                g + total_gradients[-1] @ direct_jacobians[-1]
            ),
            "h[T] is in the window of the next k steps, and acts on each of them directly: sum over i = 1, …, k.",
        ),
        "subtracts the later steps": Mistake(
            lambda g, total_gradients, direct_jacobians, total_jacobians: (
                2 * g - state_gradient(g, total_gradients, direct_jacobians, total_jacobians)
            ),
            "Every path from h[T] to the loss adds to λ[T].",
        ),
        "multiplies the Jacobians along a chain": Mistake(
            lambda g, total_gradients, direct_jacobians, total_jacobians: (
                g + total_gradients[-1] @ reduce(np.matmul, direct_jacobians[::-1])
            ),
            "All of these Jacobians are with respect to h[T]. They belong to parallel paths, and are not the links of one chain.",
        ),
        "follows only paths through the next state": Mistake(
            lambda g, total_gradients, direct_jacobians, total_jacobians: (
                g + total_gradients[0] @ direct_jacobians[0]
            ),
            "h[T] is in the window of the next k steps, and acts on each of them directly: sum over i = 1, …, k.",
        ),
    },
)

BY_HAND = NumberExercise(
    id="1.2.2.f.hand",
    answer=(13 / 9,),
    tolerance=1e-3,
    given="Give one number. States and inputs are single numbers, k = 2, every weight and every direct Jacobian is ⅓, there are three steps, and ℓ = h[1] + h[3]. What is λ[1]?",
    hints=(
        "Which paths lead from h[1] to ℓ?",
        "There are two paths to h[3], the direct one and the one through h[2]. And ℓ contains h[1] itself.",
    ),
    mistakes={
        "forgets that ℓ contains h[1] itself": Mistake(
            (4 / 9,), "That is the part through h[3]. The loss also contains h[1] itself."
        ),
        "counts a path twice": Mistake(
            (14 / 9,),
            "The path through h[2] is counted in λ[2], and again in the total Jacobian of h[3]. Total gradients go with direct Jacobians.",
        ),
        "forgets the path through h[2]": Mistake(
            (4 / 3,), "h[2] looks at h[1], and h[3] looks at h[2]: that path contributes ⅓ · ⅓."
        ),
        "forgets the direct path to h[3]": Mistake(
            (10 / 9,), "h[1] is in the window of h[3], so there is a direct path."
        ),
        "adds h[2] to the loss": Mistake(
            (16 / 9,), "The loss is ℓ = h[1] + h[3]: it does not contain h[2] itself."
        ),
        "adds a whole step for each arrow": Mistake((3.0,), "Each arrow has the factor ⅓."),
    },
)
