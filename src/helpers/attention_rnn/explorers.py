"""The explorers of section 1.2.2: what AttentionRNN attends to, and the two terms of its Jacobian."""

from __future__ import annotations

from functools import cache
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

from ..drawings.panels import Axis, Grid, Line, Lines, Text
from ..drawings.scales import DIVERGING, diverging
from ..explorers import Explorer, Prediction, Slider
from ..explorers.packing import Frame
from ..numerics.arrays import Array
from ..numerics.formatting import count, fixed, format_number
from .reference import AttentionRNN, Run, UnboundedAttentionRNN

SHARES = ("below-⅛", "below-¼", "below-½", "from-½")
ROLES = ("zero-state", *SHARES, "gap")
STEPS, LARGEST = 9, 4
"""The steps of the run, and the largest window."""
SEED = 117
"""The seed of a network that attends most to x[t], to h[t−1] and to h[t−2] in turn, with scores below 10."""
UNIT, WIDE_UNIT, MATRIX_UNIT = 26, 36, 32
READ = ("$x[t]$", *(f"$h[t−{i}]$" for i in range(1, LARGEST + 1)))
SCALES = [0, 0.5, 1, 2, 4]


@cache
def example(window: int, scale: float) -> Run:
    """Return a run of AttentionRNN(k) with m = 3 and n = 2, whose scores are ``scale`` times those at scale 1.

    The values are no longer than their states, so that states do not grow.
    """
    random = np.random.default_rng(SEED)
    input_triple, past_triples = random.normal(size=(3, 3, 2)), random.normal(size=(4, 3, 3, 3))[:window]
    input_triple[:2] *= 0.5 * scale**0.5
    past_triples[:, :2] *= scale**0.5
    past_triples[:, 2] /= np.linalg.norm(past_triples[:, 2], 2, axis=(-2, -1), keepdims=True)
    x = random.normal(size=(STEPS, 2))
    return AttentionRNN(input_triple, past_triples).run(x)


def attention_map_explorer() -> Explorer:
    """Return the explorer of the weights: all of them as a map, and one step in numbers."""
    return Explorer(
        map_frame,
        step_frame,
        name="attention-map",
        predict=Prediction(
            "Raise the scale of $Q^T K$ to 4. What becomes of the weights?",
            ("they even out", "one takes nearly all"),
            right="one takes nearly all",
            because="Weights are exponentials of scores.",
        ),
        panels=(
            Grid(
                "The weights $a_i[t]$ of each step $t$",
                roles="map_roles",
                legend=ROLES,
                legend_words=("a zero state", "below ⅛", "below ¼", "below ½", "from ½", ""),
                numbers="map",
                row_names=READ,
                column_names=tuple(f"{t}" for t in range(1, STEPS + 1)),
                column_slider="t",
                marked_columns="shown",
                unit=UNIT,
            ),
            Grid(
                "The marked step",
                roles="number_roles",
                legend=ROLES,
                legend_words=("",) * len(ROLES),
                numbers="numbers",
                row_names=("score", "weight"),
                column_names=READ,
                unit=WIDE_UNIT,
            ),
            Text(("state",)),
        ),
        k=Slider("window k", range(1, LARGEST + 1), start=2),
        scale=Slider("scale of QᵀK", SCALES, start=1),
        t=Slider("step t", range(1, STEPS + 1), start=5, shown=False, play=1),
    )


def map_frame(k: int, scale: float) -> Frame:
    """Return the weights of all steps, time running to the right; a row that is not in the window has none."""
    weights = example(k, scale).weights.T
    # Row i of the map is of the state i steps back, which at step t ≤ i is a zero vector.
    earlier = np.subtract.outer(np.arange(k + 1), np.arange(1, STEPS + 1)) >= 0
    return {
        "map": _padded(_for_a_cell(weights), LARGEST + 1, 0),
        "map_roles": _padded(_roles(weights, earlier), LARGEST + 1, ROLES.index("gap")),
    }


def step_frame(k: int, scale: float, t: int) -> Frame:
    """Return the scores, weights and values of one step, their sum, and what zero vectors take."""
    run = example(k, scale)
    a, earlier = run.weights[t - 1], np.arange(k + 1) >= t
    triples = [run.network.input_triple, *run.network.past_triples]
    w = [(Q @ y_i) @ (K @ y_i) for (Q, K, _), y_i in zip(triples, _read(run, t), strict=True)]
    weight_roles = _roles(a, earlier)
    numbers = np.array([w, a]).T  # a row for what is read
    roles = np.column_stack([np.where(earlier, 0, 1), weight_roles])
    terms = " + ".join(f"{fixed(a_i)} v{'₀₁₂₃₄'[i]}" for i, a_i in enumerate(a))
    taken = f"; zero vectors take {fixed(a[earlier].sum())}" if earlier.any() else ""
    return {
        "shown": np.array([t - 1]),
        "numbers": _padded(_for_a_cell(numbers), LARGEST + 1, 0).T,
        "number_roles": _padded(roles, LARGEST + 1, ROLES.index("gap")).T,
        "state": f"h[{t}] = {terms}{taken}.",
    }


TERMS = ("first", "second", "both")
"""The names of the two terms, and of their sum, in frames."""
LIMIT = 0.3
"""From this size on a cell has the strong colour."""
ZERO = 0.005
"""What is smaller is 0.00 in a cell."""


def jacobian_explorer() -> Explorer:
    """Return the explorer of the direct Jacobian: its two terms, the sheet's sum, and how large each is over time."""

    def matrix(title: str, name: str) -> Grid:
        return Grid(
            title,
            roles=f"{name}_signs",
            legend=DIVERGING,
            legend_words=("",) * len(DIVERGING),
            numbers=name,
            unnumbered=(),
            unit=MATRIX_UNIT,
        )

    return Explorer(
        terms_frame,
        norms_frame,
        now_frame,
        name="jacobian",
        predict=Prediction(
            "At a scale of 4, which term is larger at most steps?",
            ("the first", "the second"),
            right="the second",
            because="It grows with the scores.",
        ),
        panels=(
            (
                [
                    (matrix("first: $a_i V_i$", "first"), matrix("+ second", "second")),
                    (matrix("= both", "both"), matrix("the sheet", "sheet")),
                ],
                Lines(
                    "The norm of each term",
                    x="steps",
                    lines=(
                        Line("first_norms", "first", "gate"),
                        Line("second_norms", "second", "gradient"),
                        Line("both_norms", "both", "output"),
                    ),
                    x_axis=Axis("step $t$", 1, STEPS, tuple(range(1, STEPS + 1))),
                    y_axis=Axis("norm", 0.01, 3, (0.01, 0.1, 1), logarithmic=True),
                    width=140,
                    height=65,
                    cursor="now",
                    x_slider="t",
                ),
            ),
            Text(("sheet_sentence",)),
        ),
        scale=Slider("scale of QᵀK", SCALES, start=2),
        i=Slider("lag i", range(1, 4), start=1),
        t=Slider("step t", range(1, STEPS + 1), start=5, shown=False, play=1),
    )


def terms_frame(scale: float, i: int, t: int) -> Frame:
    """Return the two terms at one step and their sum, the sheet's sum coloured by its error, and words; k = 3."""
    run = example(3, scale)
    terms, sheet = jacobian_terms(run, t, i), sheets_jacobian(run, t, i)
    error = sheet - terms[2]
    wrong = np.abs(error).max() >= ZERO
    if scale == 0:
        words = "With scores of 0 the second term is 0, and the sheet is right."
    elif t <= i:
        words = f"{_name(t - i)} is a zero vector: the second term is 0, and the sheet is right."
    elif wrong:
        words = f"The sheet, coloured by its error, is wrong by up to {fixed(np.abs(error).max())}."
    else:
        words = "The sheet is right here, to two decimals."
    signs = zip((*TERMS, "sheet"), (*terms, error), strict=True)
    return {
        "sheet_sentence": words,
        **{name: _for_a_cell(term) for name, term in zip(TERMS, terms, strict=True)},
        "sheet": _for_a_cell(sheet),
        **{f"{name}_signs": signed_levels(values) for name, values in signs},
    }


def signed_levels(values: Array) -> NDArray[np.integer]:
    """Return the colours of numbers; what a cell shows as 0 has that of 0."""
    return diverging(np.where(np.abs(values) < ZERO, 0, values), LIMIT)


def now_frame(t: int) -> Frame:
    """Return the place of the cursor."""
    return {"now": t}


def norms_frame(scale: float, i: int) -> Frame:
    """Return the norms of the two terms at every step, NaN where one is 0, which has no place on the axis."""
    run = example(3, scale)
    sizes = np.array(
        [[np.linalg.norm(term) for term in jacobian_terms(run, s, i)] for s in range(1, STEPS + 1)]
    )
    sizes[sizes == 0] = np.nan
    return {
        "steps": np.arange(1.0, STEPS + 1),
        **{f"{name}_norms": sizes[:, column] for column, name in enumerate(TERMS)},
    }


@cache
def jacobian_terms(run: Run, t: int, i: int) -> tuple[Array, Array, Array]:
    """Return aᵢ Vᵢ, aᵢ (vᵢ − h[t]) (kᵢᵀQᵢ + qᵢᵀKᵢ) and their sum, equation (3.4)."""
    a, y, h = run.weights[t - 1, i], _read(run, t)[i], run.states[t - 1]
    Q, K, V = run.network.past_triples[i - 1]
    first, second = a * V, a * np.outer(V @ y - h, K @ y @ Q + Q @ y @ K)
    return first, second, first + second


def sheets_jacobian(run: Run, t: int, i: int) -> Array:
    """Return the sheet's sum, with (Qᵢkᵢ)ᵀ for its kᵢQᵢ, which has no value: k is a column."""
    a, y, h = run.weights[t - 1, i], _read(run, t)[i], run.states[t - 1]
    Q, K, V = run.network.past_triples[i - 1]
    return a * V + a * np.outer(V @ y - h, Q @ (K @ y) + Q @ y @ K)


def _read(run: Run, t: int) -> list[Array]:
    """Return the inputs of step t: x[t], h[t−1], …, h[t−k]."""
    return [run.x[t - 1], *run.window_states(t)[::-1]]


def _roles(weights: Array, earlier: NDArray[np.bool_]) -> NDArray[np.integer]:
    """Return the positions of weights in the legend: a zero state's first, then by size."""
    return np.where(earlier, 0, 1 + np.digitize(weights, [1 / 8, 1 / 4, 1 / 2]))


def _padded(matrix: NDArray, rows: int, filling: float) -> NDArray:
    """Return a matrix with rows of ``filling`` below it."""
    return np.pad(matrix, ((0, rows - len(matrix)), (0, 0)), constant_values=filling)


def _name(s: int) -> str:
    return f"h[{s}]".replace("-", "−")


def _for_a_cell(numbers: Array) -> Array:
    """Round to two decimals, which fit into a cell."""
    return np.round(numbers, 2)


WINDOWS = (1, 2, 5, inf)
NETWORKS, LATEST, BACK = 30, 45, 40
"""The random networks of each window; the state that is differentiated; and how far back."""


def many_steps_explorer() -> Explorer:
    """Return the explorer of the gradient over many steps: ‖∂h[45]/∂h[45−n]‖ by the window k."""
    names = [_window_name(window) for window in WINDOWS]
    return Explorer(
        every_window_frame,
        window_frame,
        now_back_frame,
        name="many-steps",
        predict=Prediction(
            f"Widen the window from 1 to 5. How does the gradient change, {BACK} steps back?",
            ("5 times as large", "many powers of ten larger"),
            right="many powers of ten larger",
            because="An arrow covers up to 5 steps, so there are fewer factors.",
        ),
        panels=(
            Lines(
                f"$‖∂h[{LATEST}]/∂h[{LATEST}−n]‖$, the median of {NETWORKS} random networks for each window",
                x="back",
                lines=(
                    *(Line(f"median_{name}", f"$k$ = {name}", "ghost") for name in names),
                    Line("lowest", "¼ below", "bound"),
                    Line("median", "this $k$", "gradient"),
                    Line("highest", "¼ above", "bound"),
                ),
                x_axis=Axis("steps back $n$", 0, BACK, (0, 10, 20, 30, 40)),
                y_axis=Axis("norm", 1e-31, 10, (1e-30, 1e-20, 1e-10, 1), logarithmic=True),
                width=320,
                height=220,
                label_width=60,
                cursor="now_back",
                x_slider="n",
            ),
            Text(("size", "path")),
        ),
        window=Slider("window k", names, start="1"),
        n=Slider("steps back n", range(BACK + 1), start=BACK, shown=False, play=10),
    )


def now_back_frame(n: int) -> Frame:
    """Return the place of the cursor."""
    return {"now_back": n}


def every_window_frame() -> Frame:
    """Return the steps back, and the median over the networks for each window."""
    medians = {
        f"median_{_window_name(window)}": np.median(norms_over_steps(window), axis=0) for window in WINDOWS
    }
    return {"back": np.arange(BACK + 1.0), **medians}


def window_frame(window: str) -> Frame:
    """Return the median and the quartiles of one window; and in words, why they are what they are."""
    k = inf if window == "∞" else int(window)
    lowest, median, highest = np.quantile(norms_over_steps(k), [0.25, 0.5, 0.75], axis=0)
    arrows = 1 if k == inf else ceil(BACK / k)
    return {
        "lowest": lowest,
        "median": median,
        "highest": highest,
        "size": f"With k = {window}, the norm of ∂h[{LATEST}]/∂h[{LATEST - BACK}] is {format_number(median[-1], digits=1)} in the median.",
        "path": f"The shortest path from h[{LATEST - BACK}] to h[{LATEST}] has {count(arrows, 'arrow')}.",
    }


@cache
def norms_over_steps(window: float) -> Array:
    """Return ‖∂h[45]/∂h[45−n]‖ along every path, for n = 0, 1, …, 40: axes (network, n).

    A row of the Jacobian is the gradient of an entry of h[45]; the entries are the batch of one vjp.
    """
    norms = np.empty((NETWORKS, BACK + 1))
    for seed, norms_of_one in enumerate(norms):
        random = np.random.default_rng(seed)
        network = random_network(random, window)
        _, m, n = network.input_triple.shape
        run = network.run(np.broadcast_to(random.normal(size=(LATEST, n)), (m, LATEST, n)))
        last = np.zeros(run.states.shape)
        last[:, -1] = np.eye(m)
        jacobians = network.vjp(run, last).states.swapaxes(0, 1)[::-1]  # (n, m, m)
        norms_of_one[:] = np.linalg.norm(jacobians[: BACK + 1], axis=(1, 2))
    return norms


def random_network(random: np.random.Generator, window: float) -> AttentionRNN:
    """Return a random network with m = 4 and n = 3, whose scores are around 1 and whose V make no state longer."""
    triples = 1 if window == inf else int(window)
    input_triple, past_triples = random.normal(size=(3, 4, 3)), random.normal(size=(triples, 3, 4, 4))
    input_triple[:2] /= 2
    past_triples[:, :2] /= 2
    past_triples[:, 2] /= np.linalg.norm(past_triples[:, 2], 2, axis=(-2, -1), keepdims=True)
    if window == inf:
        return UnboundedAttentionRNN(input_triple, past_triples[0])
    return AttentionRNN(input_triple, past_triples)


def _window_name(window: float) -> str:
    return "∞" if window == inf else str(window)
