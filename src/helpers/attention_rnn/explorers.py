"""The explorers of section 1.2.2: what AttentionRNN attends to, and the two terms of its Jacobian."""

from __future__ import annotations

from functools import cache
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

from ..drawings.panels import Axis, Grid, Line, Lines, Text
from ..explorers.explorer import Explorer, Slider
from ..explorers.packing import Frame
from ..explorers.words import clamped_notice
from ..numerics.arrays import Array
from ..numerics.formatting import count, fixed, format_number
from .reference import AttentionRNN, Run, UnboundedAttentionRNN

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
EDGES = (-0.3, -0.005, 0.005, 0.3)
"""Where one colour of a cell ends and the next begins; what a cell shows as 0 lies in the middle."""
COLOURS = ("level-0", "level-1", "plain", "level-2", "level-3")


def jacobian_explorer() -> Explorer:
    """Return the explorer of the direct Jacobian: its two terms, the sheet's sum, and how large each is over time."""

    def matrix(title: str, name: str) -> Grid:
        return Grid(title, roles=f"{name}_colours", legend=COLOURS, numbers=name, unit=WIDE_UNIT)

    return Explorer(
        terms_frame,
        norms_frame,
        name="jacobian",
        panels=(
            Text(("step", "norms", "sheet_sentence", "note")),
            matrix("first term, aᵢVᵢ", "first"),
            matrix("second term, aᵢ(vᵢ − h[t])(kᵢᵀQᵢ + qᵢᵀKᵢ)", "second"),
            matrix("both, ∂h[t]/∂h[t−i]", "both"),
            matrix("the sheet, with (Qᵢkᵢ)ᵀ for its kᵢQᵢ", "sheet"),
            Lines(
                "The norm of each at every step",
                x="steps",
                lines=(
                    Line("first_norms", "first term", "gate"),
                    Line("second_norms", "second term", "gradient"),
                    Line("both_norms", "both", "output"),
                ),
                x_axis=Axis("step t", 1, STEPS, tuple(range(1, STEPS + 1))),
                y_axis=Axis("norm", 0.01, 3, (0.01, 0.03, 0.1, 0.3, 1, 3), logarithmic=True),
                width=480,
                height=180,
            ),
        ),
        scale=Slider("scale of QᵀK", SCALES, start=2),
        i=Slider("lag i", range(1, 4), start=1),
        t=Slider("step t", range(1, STEPS + 1), start=5),
    )


def terms_frame(scale: float, i: int, t: int) -> Frame:
    """Return the two terms at one step and their sum, the sheet's sum coloured by its error, and words; k = 3."""
    run = example(3, scale)
    terms, sheet = jacobian_terms(run, t, i), sheets_jacobian(run, t, i)
    first, second, both = (fixed(float(np.linalg.norm(term))) for term in terms)
    error = sheet - terms[2]
    if scale == 0:
        note = "With Q and K at 0 no score depends on any state, and the second term is 0."
    elif t <= i:
        note = f"{_name(t - i)} is a zero vector: its q and k are 0, and so is the second term."
    else:
        note = "The first term passes the state on; the second moves the attention."
    colours = zip((*TERMS, "sheet"), (*terms, error), strict=True)
    return {
        "step": f"∂h[{t}]/∂{_name(t - i)} of AttentionRNN(3), where a{'₀₁₂₃'[i]}[{t}] = {fixed(run.weights[t - 1, i])}.",
        "norms": f"Norms: {first} and {second} for the two terms, {both} for their sum.",
        "note": note,
        "sheet_sentence": f"The sheet's sum is wrong by up to {fixed(np.abs(error).max())} in an entry."
        if np.abs(error).max() > EDGES[2]
        else "Here the sheet's sum is right.",
        **{name: _for_a_cell(term) for name, term in zip(TERMS, terms, strict=True)},
        "sheet": _for_a_cell(sheet),
        **{f"{name}_colours": np.digitize(values, EDGES) for name, values in colours},
    }


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
    ghosts = (Line(f"median_{name}", f"k = {name}", "bound") for name in names)
    return Explorer(
        every_window_frame,
        window_frame,
        name="many-steps",
        panels=(
            Text(("size", "path")),
            Lines(
                f"‖∂h[{LATEST}]/∂h[{LATEST}−n]‖, the median of {NETWORKS} random networks",
                x="back",
                lines=(
                    *ghosts,
                    Line("lowest", "a quarter of the networks is below", "input"),
                    Line("median", "the median with this k", "gradient"),
                    Line("highest", "a quarter of the networks is above", "input"),
                ),
                x_axis=Axis("steps back, n", 0, BACK, (0, 10, 20, 30, 40)),
                y_axis=Axis("norm", 1e-24, 10, (1e-20, 1e-15, 1e-10, 1e-5, 1), logarithmic=True),
            ),
        ),
        window=Slider("window k", names, start="1"),
    )


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
        "size": f"AttentionRNN({window}), {BACK} steps back: the norm of ∂h[{LATEST}]/∂h[{LATEST - BACK}] is "
        f"{format_number(median[-1], digits=1)} in the median.",
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
