"""The explorers of chapter 1.2.1: gates at work, and how gradients flow back through them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from ..drawings.graphs import forward, sources
from ..drawings.panels import Axis, Grid, Line, Lines, Text
from ..explorers import Explorer, Prediction, Slider
from ..explorers.packing import Frame
from ..numerics.arrays import Array
from ..numerics.formatting import fixed, format_number, signed
from ..numerics.functions import quiet
from .diagrams import CELL, cell_operations, cell_pullbacks
from .reference import GatedRNN, Run

SIGNAL = np.repeat([1.0, -1.0, 0.0, 1.0, -1.0, 1.0, -1.0], [8, 8, 8, 4, 4, 4, 4])
"""Long blocks, silence, then short blocks: 40 steps."""
STEPS = len(SIGNAL)
GATE_BIASES, GAINS, INPUT_SCALES = range(-3, 4), [-6, -3, 0, 3, 6], [0.5, 1, 2]
FAINTEST = 1e-6
"""The line of the derivatives ends where they are smaller."""
WIDTH, LABELS = 340, 70


def gates_explorer() -> Explorer:
    """Return the explorer of one state and its gate."""
    time = Axis("step $t$", 0, STEPS, (0, 10, 20, 30, 40))
    return Explorer(
        time_frame,
        input_frame,
        state_frame,
        name="gates",
        predict=Prediction(
            f"Raise the gate's bias $b$ to 3. How far back does $h[{STEPS}]$ remember?",
            ("further", "less far"),
            right="further",
            because="A gate near 1 keeps nearly all of the state.",
            veils=("share", "memory_sentence"),
        ),
        panels=(
            Lines(
                "The candidate $W_x x[t]$, the gate $c[t]$ and the state $h[t]$",
                x="steps",
                lines=(
                    Line("input", "candidate", "input", steps=True),
                    Line("gate", "gate", "gate"),
                    Line("state", "state", "output"),
                ),
                x_axis=time,
                y_axis=Axis("value", -2, 2, (-2, -1, 0, 1, 2)),
                width=WIDTH,
                height=80,
                label_width=LABELS,
            ),
            Lines(
                f"How much $h[{STEPS}]$ depends on each candidate: the size of $∂h[{STEPS}]/∂(W_x x[t])$",
                x="steps",
                lines=(Line("share", "derivative", "gradient"),),
                x_axis=time,
                y_axis=Axis("size", FAINTEST, 100, (1e-6, 1e-4, 1e-2, 1, 100), logarithmic=True),
                width=WIDTH,
                height=55,
                label_width=LABELS,
            ),
            Text(("gate_sentence", "memory_sentence")),
        ),
        gate_bias=Slider("gate bias b", GATE_BIASES, start=1),
        gain=Slider("gain of W_h", GAINS, start=3),
        input_scale=Slider("input scale", INPUT_SCALES, start=1),
    )


def time_frame() -> Frame:
    """Return the steps."""
    return {"steps": np.arange(1.0, STEPS + 1)}


def input_frame(input_scale: float) -> Frame:
    """Return the candidates W_x x[t]."""
    return {"input": input_scale * SIGNAL}


def state_frame(gate_bias: int, gain: float, input_scale: float) -> Frame:
    """Return gate and state, by equations (2.1) and (2.2); how the last state depends on the candidates; and words."""
    run, derivatives = runs_of_one_state(gain)
    setting = GATE_BIASES.index(gate_bias), INPUT_SCALES.index(input_scale)
    c, h, share = (values[setting][:, 0] for values in (run.gates, run.states, derivatives))
    size = np.abs(share)
    latest, earliest = int(size.argmax()) + 1, int(np.flatnonzero(size > size.max() / 10)[0]) + 1
    far_back = (
        f"on those before step {earliest}, less than a tenth as much."
        if earliest > 1
        else "even on the first, more than a tenth as much."
    )
    low, mean, high = (f"{100 * value:.0f}" for value in (c.min(), c.mean(), c.max()))
    return {
        "gate": c.round(3),
        "state": h.round(3),
        "share": np.where(size < FAINTEST, np.nan, size),
        "gate_sentence": f"A step keeps {mean} % of the state on average ({low} to {high} %).",
        "memory_sentence": f"h[{STEPS}] depends most on the candidate of step {latest} "
        f"({format_number(share[latest - 1], digits=2)}); {far_back}",
    }


@cache
def runs_of_one_state(gain: float) -> tuple[Run, Array]:
    """Run over the signal at every bias and scale; return also ∂h[40]/∂(W_x x[t]) = λ[t] (1 − c[t]), by (2.6).

    x[t] is (signal, b), the first for the candidate, the second for the gate. Axes (bias, scale, step, 1 or 2).
    """
    signal, bias = np.outer(INPUT_SCALES, SIGNAL), np.reshape(GATE_BIASES, (-1, 1, 1))
    x = np.stack(np.broadcast_arrays(signal, bias), axis=-1).astype(float)
    network = GatedRNN(W_c=[[0, 1]], W_h=[[gain]], W_x=[[1, 0]])
    run = network.run(x)
    last = np.zeros(run.states.shape)
    last[..., -1, :] = 1
    return run, network.vjp(run, last).states * (1 - run.gates)


GATES = [0.1, 0.25, 0.5, 0.75, 0.9]
TURNS = (("keep", "replace"), ("rest",), ("gate",), ("W_h", "W_x", "W_c"))
"""The boxes of the diagram of one step that multiply a gradient, by columns: a path goes through at most one of each."""
PATHS = ("what is kept", "gate, by h[t−1]", "gate, by the candidate")


def backward_graph_explorer() -> Explorer:
    """Return the explorer of one step backward: which arrow multiplies by what, along which paths, and the sum."""
    return Explorer(
        paths_frame,
        name="backward-graph",
        predict=Prediction(
            "The gate is ½. What does this step do to the gradient?",
            ("halves it", "leaves it as it is", "triples it"),
            right="triples it",
            because="Two more paths lead through the gate, and by $W_h$.",
        ),
        panels=(
            Grid(
                "From $h[t]$ back to $h[t−1]$: the factors along each path",
                roles="factor_roles",
                legend=("gate", "gap", "gradient", "output"),
                legend_words=("", "", "", ""),
                numbers="factors",
                row_names=(*PATHS, "sum"),
                column_names=("⊙", "1 − ·", "σ", "$W_h$", "product"),
                unit=40,
            ),
            Text(("jacobian_sentence", "sheet_sentence")),
        ),
        c=Slider("gate c[t]", GATES, start=0.5),
        W_h=Slider("weight W_h", [-5, 0, 5], start=5),
        h=Slider("state h[t−1]", [-1, 0, 1], start=1),
        z=Slider("candidate z", [-1, 0, 1], start=-1),
    )


def paths_frame(c: float, W_h: float, h: float, z: float) -> Frame:
    """Return the factors along each path of the diagram of one step, turned round, their products and the sum."""
    weights = np.array([[0.0, 1.0]]), np.array([[float(W_h)]]), np.array([[1.0, 0.0]])
    x = np.array([z, np.log(c / (1 - c)) - W_h * h])  # so that the gate is c
    values = forward(CELL, cell_operations(*weights), h_before=np.array([float(h)]), x=x)
    factors = np.full((len(PATHS) + 1, len(TURNS) + 1), np.nan)
    for row, path in enumerate(sorted(paths_back("h", "h_before"), key=len)):
        of_box = {box: _factor(source, box, values, cell_pullbacks(*weights)) for source, box in path}
        factors[row, :-1] = [next((of_box[box] for box in turn if box in of_box), np.nan) for turn in TURNS]
        factors[row, -1] = np.prod([*of_box.values()])
    factors[-1, -1] = factors[:-1, -1].sum()
    roles = np.where(np.isnan(factors), 1, 0)
    roles[:, -1] = 2
    roles[-1, -1] = 3
    slope = (h - z) * c * (1 - c)
    return {
        "factors": np.nan_to_num(factors).round(3),
        "factor_roles": roles,
        "jacobian_sentence": f"∂h[t]/∂h[t−1] = c + (h[t−1] − z) c (1 − c) W_h = {format_number(c)} + "
        f"{signed(round(slope, 3))} · {signed(W_h)} = {format_number(factors[-1, -1].round(6))}.",
        "sheet_sentence": f"The sheet counts the first path alone: {format_number(c)}.",
    }


def paths_back(box: str, target: str) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield the paths against the arrows of the diagram of one step, each as its arrows, from ``box`` to ``target``."""
    if box == target:
        yield ()
    for source in sources(CELL, box):
        for path in paths_back(source, target):
            yield ((source, box), *path)


def _factor(source: str, box: str, values: Mapping[str, Array], pullbacks: Mapping[str, Callable]) -> float:
    """Return what a gradient is multiplied by as it goes from a box back to one of its sources."""
    read = sources(CELL, box)
    return pullbacks[box](np.ones(1), *(values[name] for name in read))[read.index(source)].item()


SIZE, LONGEST = 16, 60
RATE = 0.05
"""The mean growth of ln ‖·‖ per step above which a gradient counts as exploding; below its negative, as vanishing."""
FLOW_SCALES, FLOW_BIASES = [0.3, 1, 3], range(5)


def explosion_explorer() -> Explorer:
    """Return the explorer that holds the sheet's answer to 1.2.1.d, the product of the gates, against the gradient."""
    size = Axis("size", 1e-24, 1e8, (1e-20, 1e-10, 1), logarithmic=True)
    return Explorer(
        explosion_frame,
        name="explosion",
        panels=(
            Lines(
                "How much the last state depends on the states before it",
                x="steps",
                lines=(
                    Line("gradient", "the gradient", "gradient"),
                    Line("gates", "the product of the gates", "gate"),
                ),
                x_axis=Axis("steps back", 0, LONGEST, (0, 10, 20, 30, 40, 50, 60)),
                y_axis=size,
                width=WIDTH,
                height=165,
            ),
            Text(("outcome",)),
        ),
        gain=Slider("gain of W_h", [0, 0.25, 0.5, 1, 2, 4, 8], start=0, play=1),
    )


def explosion_frame(gain: float) -> Frame:
    """Return the norms of the products (2.7), and the largest entry of the product of the gates, for the same steps."""
    run = random_run(gain, input_scale=3, gate_bias=2)
    norms, gates = (np.exp(logs[::-1]) for logs in (run.network.log_propagator_norms(run), log_gates(run)))
    found, sheet = (format_number(values[-1], digits=2) for values in (norms, gates))
    outcome = (
        f"both are {found}: where W_h = 0 the sheet is right."
        if gain == 0
        else f"the gradient is {found}, and the product of the gates {sheet}."
    )
    return {
        "steps": np.arange(LONGEST + 1.0),
        "gradient": norms,
        "gates": gates,
        "outcome": f"{LONGEST} steps back, {outcome}",
    }


def gradient_flow_explorer() -> Explorer:
    """Return the explorer of ‖∂h[60]/∂h[t]‖, beside the sheet's product of the gates and the bound (2.8)."""
    return Explorer(
        steps_back_frame,
        now_frame,
        flow_frame,
        name="gradient-flow",
        predict=Prediction(
            f"All gates are below 1. How large is the norm of $∂h[{LONGEST}]/∂h[0]$?",
            ("below 1", "far above 1"),
            right="far above 1",
            because="The gates depend on the state, too. Their product leaves that out.",
        ),
        panels=(
            Lines(
                f"$ln ‖∂h[{LONGEST}]/∂h[{LONGEST}−n]‖$, and what the sheet says: the product of the gates",
                x="back",
                lines=(
                    Line("log_norms", "gradient", "gradient"),
                    Line("log_gates", "the gates", "gate"),
                    Line("log_bound", "bound", "bound"),
                ),
                x_axis=Axis("steps back $n$", 0, LONGEST, (0, 10, 20, 30, 40, 50, 60)),
                y_axis=Axis("natural logarithm", -85, 20, (-80, -60, -40, -20, 0, 20)),
                width=WIDTH,
                height=165,
                label_width=LABELS,
                cursor="now",
                x_slider="n",
            ),
            Text(("regime", "sheet_sentence", "bound_sentence")),
        ),
        gain=Slider("gain of W_h", [0, 0.01, 0.03, 0.1, 0.5, 2, 8], start=8),
        input_scale=Slider("input scale", FLOW_SCALES, start=3),
        gate_bias=Slider("gate bias b", FLOW_BIASES, start=2),
        n=Slider("steps back n", range(LONGEST + 1), start=LONGEST, shown=False, play=20),
    )


def random_run(gain: float, input_scale: ArrayLike, gate_bias: ArrayLike) -> Run:
    """Run a random network of 16 states over random input; a constant feature carries the gate's bias.

    The input is of shape (..., 60, 17), with the axes to which scale and bias broadcast.
    """
    random = np.random.default_rng(1)
    W_c, W_h, W_x, x = (
        random.normal(size=(rows, SIZE)) / np.sqrt(SIZE) for rows in (SIZE, SIZE, SIZE, LONGEST)
    )
    network = GatedRNN(
        W_c=np.hstack([W_c, np.ones((SIZE, 1))]),
        W_h=gain * W_h,
        W_x=np.hstack([W_x, np.zeros((SIZE, 1))]),
    )
    scale, bias = (values[..., None, None] for values in np.broadcast_arrays(input_scale, gate_bias))
    constant = np.broadcast_to(bias, (*bias.shape[:-2], LONGEST, 1))
    return network.run(np.concatenate([scale * np.sqrt(SIZE) * x, constant], axis=-1))


@quiet()
def log_gates(run: Run) -> Array:
    """Return the logarithm of the largest entry of c[T] ⊙ … ⊙ c[t+1] for t = 0, …, T: axes (..., T + 1)."""
    logs = np.log(run.gates)[..., ::-1, :].cumsum(axis=-2)[..., ::-1, :].max(axis=-1)
    return np.concatenate([logs, np.zeros((*logs.shape[:-1], 1))], axis=-1)


def steps_back_frame() -> Frame:
    """Return the numbers of steps back."""
    return {"back": np.arange(LONGEST + 1.0)}


def now_frame(n: int) -> Frame:
    """Return the place of the cursor."""
    return {"now": n}


def flow_frame(gain: float, input_scale: float, gate_bias: int) -> Frame:
    """Return the norms of the products (2.7), the sheet's product, the bound that follows from (2.8), and words."""
    setting = FLOW_SCALES.index(input_scale), FLOW_BIASES.index(gate_bias)
    log_norms, gates, log_rho = (values[setting] for values in flows(gain))
    peak = log_norms.max()
    on_the_way = f", after a peak of {_power(peak)}" if peak > max(log_norms[0], 0) + 3 else ""
    return {
        "log_norms": log_norms[::-1].round(1),
        "log_gates": gates[::-1].round(1),
        "log_bound": np.where(log_rho < 0, np.arange(LONGEST + 1) * log_rho, np.nan).round(1),
        "regime": f"{_regime(log_norms[0] / LONGEST)}: ‖∂h[{LONGEST}]/∂h[0]‖ = {_power(log_norms[0])}{on_the_way}.",
        "sheet_sentence": f"The product of the gates is {_power(gates[0])}"
        + (": where W_h = 0 the sheet is right." if gain == 0 else "."),
        "bound_sentence": _bound_in_words(float(np.exp(log_rho))),
    }


@cache
def flows(gain: float) -> tuple[Array, Array, Array]:
    """Return ln ‖∂h[60]/∂h[t]‖, ln of the product of the gates, and ln ρ at every setting: axes (scale, bias, t)."""
    run = random_run(gain, np.reshape(FLOW_SCALES, (-1, 1)), FLOW_BIASES)
    return run.network.log_propagator_norms(run), log_gates(run), np.log(run.network.step_bound(run.x))


def _regime(rate: float) -> str:
    if rate < -RATE:
        return "The gradient vanishes"
    if rate > RATE:
        return "The gradient explodes"
    return "The gradient neither vanishes nor explodes"


def _bound_in_words(rho: float) -> str:
    """Describe ρ, with as many digits as it takes to see that it is below 1, and what follows from it."""
    below = (
        f"ρ = {rho:.3f}"
        if rho < 0.999
        else f"ρ = 1 − {format_number(1 - rho, digits=1)}"
        if rho < 1 - 1e-9
        else "ρ, less than 10⁻⁹ below 1,"
    )
    if rho < 1:
        return f"{below} is below 1: the gradient must vanish in the end."
    return f"ρ = {format_number(rho)} is not below 1, so it proves nothing."


_RAISED = str.maketrans("−0123456789.", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹·")


def _power(logarithm: float) -> str:
    """Return a power of e, such as e⁻¹⁸·⁶."""
    return f"e{fixed(logarithm, 1).removesuffix('.0').translate(_RAISED)}"
