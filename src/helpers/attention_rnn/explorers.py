"""The explorers of section 1.2.2: what AttentionRNN attends to, and the two terms of its Jacobian."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..drawings.panels import Axis, Grid, Line, Lines, Text
from ..explorers.explorer import Explorer, Slider
from ..explorers.packing import Frame
from ..explorers.words import clamped_notice
from ..numerics.arrays import Array
from ..numerics.formatting import fixed
from .reference import AttentionRNN, Run

SHARES = ("below-⅛", "below-¼", "below-½", "from-½")
STEPS = 12
SEED = 117
"""The seed of a network that attends most to x[t], to h[t−1] and to h[t−2] in turn, with scores below 10."""
UNIT, WIDE_UNIT = 34, 44
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
        panels=(
            Text(("step", "shares", "zero_states")),
            Grid(
                "The map of all weights aᵢ[t]: a row for each i = 0, 1, …, k, and a column for each step t = 1, 2, …, T",
                roles="map_roles",
                legend=("zero-state", *SHARES),
                numbers="map",
                marked_columns="shown",
                unit=UNIT,
            ),
            Grid(
                "Step t in numbers. A row for each i: its score wᵢ, its weight aᵢ, and the three elements of its value vᵢ",
                numbers="numbers",
                unit=WIDE_UNIT,
            ),
            Grid("h[t] = Σ aᵢ vᵢ", legend=("output",), numbers="state", unit=WIDE_UNIT),
        ),
        k=Slider("window k", range(1, 5), start=2),
        scale=Slider("scale of QᵀK", SCALES, start=1),
        T=Slider("steps T", range(3, STEPS + 1), start=9),
        t=Slider("step t", range(1, STEPS + 1), start=5),
    )


def map_frame(k: int, scale: float, T: int) -> Frame:
    """Return the weights of the first T steps, time running to the right."""
    weights = example(k, scale).weights[:T].T
    # Row i of the map is of the state i steps back, which at step t ≤ i is a zero vector.
    earlier = np.subtract.outer(np.arange(k + 1), np.arange(1, T + 1)) >= 0
    return {"map": _for_a_cell(weights), "map_roles": _roles(weights, earlier)}


def step_frame(k: int, scale: float, T: int, t: int) -> Frame:
    """Return the scores, weights and values of one step."""
    run, shown = example(k, scale), min(t, T)
    a, earlier = run.weights[shown - 1], np.arange(k + 1) >= shown
    triples, y = [run.network.input_triple, *run.network.past_triples], _read(run, shown)
    w = [(Q @ y_i) @ (K @ y_i) for (Q, K, _), y_i in zip(triples, y, strict=True)]
    v = [V @ y_i for (_, _, V), y_i in zip(triples, y, strict=True)]
    names = [f"x[{shown}]", *(_name(shown - i) for i in range(1, k + 1))]
    count = int(earlier.sum())
    return {
        "step": f"AttentionRNN({k}) at step {shown}.{clamped_notice('step', t, shown)}",
        "shares": "Weights: "
        + ", ".join(f"{fixed(a_i)} for {name}" for a_i, name in zip(a, names, strict=True))
        + ".",
        "zero_states": f"{count} of these {'is a zero vector' if count == 1 else 'are zero vectors'}, each with the score 0; "
        f"together they take {fixed(a[earlier].sum())}."
        if count
        else "No zero vector is in the window.",
        "shown": np.array([shown - 1]),
        "numbers": _for_a_cell(np.column_stack((w, a, v))),
        "state": _for_a_cell(run.states[[shown - 1]]),
    }


TERMS = ("first", "second", "both")
"""The names of the two terms, and of their sum, in frames."""


def jacobian_explorer() -> Explorer:
    """Return the explorer of the direct Jacobian: its two terms, and how large each is over time."""

    def matrix(title: str, name: str, role: str) -> Grid:
        return Grid(title, legend=(role,), numbers=name, unit=WIDE_UNIT)

    return Explorer(
        terms_frame,
        norms_frame,
        name="jacobian",
        panels=(
            Text(("step", "norms", "note")),
            matrix("aᵢVᵢ", "first", "gate"),
            matrix("aᵢ(vᵢ − h[t])(kᵢᵀQᵢ + qᵢᵀKᵢ)", "second", "gradient"),
            matrix("their sum, ∂h[t]/∂h[t−i]", "both", "output"),
            Lines(
                "The norm of each at every step, on an axis where equal distances are equal factors",
                x="steps",
                lines=(
                    Line("first_norms", "aᵢVᵢ", "gate"),
                    Line("second_norms", "aᵢ(vᵢ − h[t])(…)", "gradient"),
                    Line("both_norms", "their sum", "output"),
                ),
                x_axis=Axis("step t", 1, STEPS, tuple(range(1, STEPS + 1))),
                y_axis=Axis("norm", 0.01, 3, (0.01, 0.03, 0.1, 0.3, 1, 3), logarithmic=True),
                width=480,
                height=180,
            ),
        ),
        scale=Slider("scale of QᵀK", SCALES, start=1),
        i=Slider("lag i", range(1, 4), start=1),
        t=Slider("step t", range(1, STEPS + 1), start=5),
    )


def terms_frame(scale: float, i: int, t: int) -> Frame:
    """Return the two terms at one step, with their norms; k = 3."""
    run = example(3, scale)
    terms = _terms(run, t, i)
    first, second, both = (fixed(float(np.linalg.norm(term))) for term in terms)
    if scale == 0:
        note = "With Q and K at 0 no score depends on any state, and the second term is 0."
    elif t <= i:
        note = f"{_name(t - i)} is a zero vector: its q and k are 0, and so is the second term."
    else:
        note = "The first term passes the state on; the second moves the attention."
    return {
        "step": f"∂h[{t}]/∂{_name(t - i)} of AttentionRNN(3), where a{'₀₁₂₃'[i]}[{t}] = {fixed(run.weights[t - 1, i])}.",
        "norms": f"Norms: {first} and {second} for the two terms, {both} for their sum.",
        "note": note,
        **{name: _for_a_cell(term) for name, term in zip(TERMS, terms, strict=True)},
    }


def norms_frame(scale: float, i: int) -> Frame:
    """Return the norms of the two terms at every step, NaN where one is 0, which has no place on the axis."""
    sizes = np.array(
        [[np.linalg.norm(matrix) for matrix in _terms(example(3, scale), s, i)] for s in range(1, STEPS + 1)]
    )
    sizes[sizes == 0] = np.nan
    return {
        "steps": np.arange(1.0, STEPS + 1),
        **{f"{name}_norms": sizes[:, column] for column, name in enumerate(TERMS)},
    }


@cache
def _terms(run: Run, t: int, i: int) -> tuple[Array, Array, Array]:
    """Return aᵢ Vᵢ, aᵢ (vᵢ − h[t]) (kᵢᵀQᵢ + qᵢᵀKᵢ) and their sum, equation (3.4)."""
    a, y, h = run.weights[t - 1, i], _read(run, t)[i], run.states[t - 1]
    Q, K, V = run.network.past_triples[i - 1]
    first, second = a * V, a * np.outer(V @ y - h, K @ y @ Q + Q @ y @ K)
    return first, second, first + second


def _read(run: Run, t: int) -> list[Array]:
    """Return the inputs of step t: x[t], h[t−1], …, h[t−k]."""
    return [run.x[t - 1], *run.window_states(t)[::-1]]


def _roles(weights: Array, earlier: NDArray[np.bool_]) -> NDArray[np.integer]:
    """Return the positions of weights in the legend: a zero state's first, then by size."""
    return np.where(earlier, 0, 1 + np.digitize(weights, [1 / 8, 1 / 4, 1 / 2]))


def _name(s: int) -> str:
    return f"h[{s}]".replace("-", "−")


def _for_a_cell(numbers: Array) -> Array:
    """Round to two decimals, which fit into a cell."""
    return np.round(numbers, 2)
