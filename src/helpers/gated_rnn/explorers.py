"""The explorers of chapter 1.2.1: gates at work, and how gradients flow back through them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from ..drawings.panels import Axis, Line, Lines, Text
from ..explorers.explorer import Explorer, Slider
from ..explorers.packing import Frame
from ..numerics.arrays import Array
from ..numerics.formatting import fixed, format_number
from ..numerics.functions import quiet
from .reference import GatedRNN, Run

SIGNAL = np.repeat([1.0, -1.0, 0.0, 1.0, -1.0, 1.0, -1.0], [8, 8, 8, 4, 4, 4, 4])
"""Long blocks, silence, then short blocks: 40 steps."""
STEPS = len(SIGNAL)
GATE_BIASES, INPUT_SCALES = range(-3, 4), [0.5, 1, 2]


def gates_explorer() -> Explorer:
    """Return the explorer of one state and its gate."""
    time = Axis("step t", 0, STEPS, (0, 10, 20, 30, 40))
    return Explorer(
        time_frame,
        input_frame,
        state_frame,
        name="gates",
        panels=(
            Text(("gate_sentence", "memory_sentence")),
            Lines(
                "The input, the gate and the state",
                x="steps",
                lines=(
                    Line("input", "candidate W_x x[t]", "input"),
                    Line("gate", "gate c[t]", "gate"),
                    Line("state", "state h[t]", "output"),
                ),
                x_axis=time,
                y_axis=Axis("value", -2, 2, (-2, -1, 0, 1, 2)),
            ),
            Lines(
                f"How much h[{STEPS}] depends on each candidate",
                x="steps",
                lines=(Line("share", f"∂h[{STEPS}]/∂(W_x x[t])", "gradient"),),
                x_axis=time,
                y_axis=Axis("derivative", -1, 1, (-1, -0.5, 0, 0.5, 1)),
                height=140,
            ),
        ),
        gate_bias=Slider("gate bias b", GATE_BIASES, start=1),
        gain=Slider("gain of W_h", [-6, -3, 0, 3, 6], start=3),
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
    kept = round(100 * float(c.mean()))
    between = f"is {c[0]:.2f}" if np.ptp(c) < 0.005 else f"lies between {c.min():.2f} and {c.max():.2f}"
    size = np.abs(share)
    latest, earliest = int(size.argmax()) + 1, int(np.flatnonzero(size > size.max() / 10)[0]) + 1
    far_back = (
        f"Before step {earliest}, every derivative is below a tenth of that."
        if earliest > 1
        else "Even the first candidate has more than a tenth of that."
    )
    return {
        "gate": c.round(3),
        "state": h.round(3),
        "share": share,
        "gate_sentence": f"The gate {between}. On average a step keeps {kept} % of the state and takes {100 - kept} % "
        "of the candidate.",
        "memory_sentence": f"h[{STEPS}] = {fixed(h[-1])} depends most on the candidate of step {latest}: the derivative "
        f"is {format_number(share[latest - 1], digits=2)}. {far_back}",
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


SIZE, LONGEST = 16, 60
RATE = 0.05
"""The mean growth of ln ‖·‖ per step above which a gradient counts as exploding; below its negative, as vanishing."""
FLOW_SCALES, FLOW_BIASES = [0.3, 1, 3, 10], range(5)


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
            ),
            Text(("outcome",)),
        ),
        gain=Slider("gain of W_h", [0, 0.25, 0.5, 1, 2, 4, 8], start=0),
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
        times_frame,
        flow_frame,
        name="gradient-flow",
        panels=(
            Text(("regime", "sheet_sentence", "bound_sentence")),
            Lines(
                f"How much h[{LONGEST}] depends on each state before it",
                x="times",
                lines=(
                    Line("log_norms", f"ln ‖∂h[{LONGEST}]/∂h[t]‖", "gradient"),
                    Line("log_gates", "what the sheet says: the product of the gates", "gate"),
                    Line("log_bound", "the bound (T − t) ln ρ", "bound"),
                ),
                x_axis=Axis("time t", 0, LONGEST, (0, 10, 20, 30, 40, 50, 60)),
                y_axis=Axis("natural logarithm", -60, 20, (-60, -40, -20, 0, 20)),
            ),
        ),
        gain=Slider("gain of W_h", [0, 0.01, 0.03, 0.1, 0.5, 2, 8, 32], start=8),
        input_scale=Slider("input scale", FLOW_SCALES, start=3),
        gate_bias=Slider("gate bias b", FLOW_BIASES, start=2),
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


def times_frame() -> Frame:
    """Return the time axis."""
    return {"times": np.arange(LONGEST + 1.0)}


def flow_frame(gain: float, input_scale: float, gate_bias: int) -> Frame:
    """Return the norms of the products (2.7), the sheet's product, the bound that follows from (2.8), and words."""
    setting = FLOW_SCALES.index(input_scale), FLOW_BIASES.index(gate_bias)
    log_norms, gates, log_rho = (values[setting] for values in flows(gain))
    peak = log_norms.max()
    on_the_way = f", after a peak of {_power(peak)}" if peak > max(log_norms[0], 0) + 3 else ""
    return {
        "log_norms": log_norms.round(1),
        "log_gates": gates.round(1),
        "log_bound": ((LONGEST - np.arange(LONGEST + 1)) * log_rho).round(1),
        "regime": f"Over {LONGEST} steps {_regime(log_norms[0] / LONGEST)}: "
        f"‖∂h[{LONGEST}]/∂h[0]‖ = {_power(log_norms[0])}{on_the_way}.",
        "sheet_sentence": f"The product of the gates is {_power(gates[0])}."
        + (" Where W_h = 0 the sheet is right: the two are equal." if gain == 0 else ""),
        "bound_sentence": _bound_in_words(float(np.exp(log_rho))),
    }


@cache
def flows(gain: float) -> tuple[Array, Array, Array]:
    """Return ln ‖∂h[60]/∂h[t]‖, ln of the product of the gates, and ln ρ at every setting: axes (scale, bias, t)."""
    run = random_run(gain, np.reshape(FLOW_SCALES, (-1, 1)), FLOW_BIASES)
    return run.network.log_propagator_norms(run), log_gates(run), np.log(run.network.step_bound(run.x))


def _regime(rate: float) -> str:
    if rate < -RATE:
        return "the gradient vanishes"
    if rate > RATE:
        return "the gradient explodes"
    return "the gradient neither vanishes nor explodes clearly"


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
        return f"{below} is below 1: the gradient must vanish in the end, whatever the input does within its range."
    return f"ρ = {format_number(rho)} is not below 1, so the bound does not rule out an explosion."


_RAISED = str.maketrans("−0123456789.", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹·")


def _power(logarithm: float) -> str:
    """Return a power of e, such as e⁻¹⁸·⁶."""
    return f"e{fixed(logarithm, 1).removesuffix('.0').translate(_RAISED)}"
