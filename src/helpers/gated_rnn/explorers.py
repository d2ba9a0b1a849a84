"""The explorers of chapter 1.2.1: gates at work, and how gradients flow back through them."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..drawings.panels import Axis, Line, Lines, Text
from ..explorers.explorer import Explorer, Slider
from ..explorers.packing import Frame
from ..numerics.arrays import Array
from ..numerics.formatting import fixed, format_number
from .reference import GatedRNN, Run

STEPS = 40
SIGNAL = np.repeat([1.0, -1.0, 0.0, 1.0, -1.0, 1.0, -1.0], [8, 8, 8, 4, 4, 4, 4])
"""Long blocks, silence, then short blocks: 40 steps."""


def gates_explorer() -> Explorer:
    """Return the explorer of one state and its gate."""
    time = Axis("step t", 0, STEPS, (0, 10, 20, 30, 40))
    return Explorer(
        time_frame,
        input_frame,
        state_frame,
        memory_frame,
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
                "What the last state makes of each candidate",
                x="steps",
                lines=(Line("share", "λ[t] (1 − c[t]), for a loss that is h[T]", "gradient"),),
                x_axis=time,
                y_axis=Axis("derivative", -1, 1, (-1, -0.5, 0, 0.5, 1)),
                height=140,
            ),
        ),
        gate_bias=Slider("gate bias b", range(-3, 4), start=1),
        gain=Slider("gain of W_h", [-6, -3, 0, 3, 6], start=3),
        input_scale=Slider("input scale", [0.5, 1, 2], start=1),
        T=Slider("steps T", range(10, STEPS + 1, 10), start=STEPS),
    )


@cache
def run_of_one_state(gate_bias: float, gain: float, input_scale: float, T: int = STEPS) -> Run:
    """Run over the signal: x[t] is (signal, b), the first for the candidate, the second for the gate."""
    x = np.stack([input_scale * SIGNAL[:T], np.full(T, gate_bias)], axis=-1)
    return GatedRNN(W_c=[[0, 1]], W_h=[[gain]], W_x=[[1, 0]]).run(x)


def time_frame(T: int) -> Frame:
    """Return the time axis: no place for the steps after T, so that no line is drawn there."""
    steps = np.arange(1.0, STEPS + 1)
    return {"steps": np.where(steps <= T, steps, np.nan)}


def input_frame(input_scale: float) -> Frame:
    """Return the candidates W_x x[t]."""
    return {"input": input_scale * SIGNAL}


def state_frame(gate_bias: float, gain: float, input_scale: float) -> Frame:
    """Return gate and state, by equations (2.1) and (2.2)."""
    run = run_of_one_state(gate_bias, gain, input_scale)
    return {"gate": run.gates[:, 0].round(3), "state": run.states[:, 0].round(3)}


def memory_frame(gate_bias: float, gain: float, input_scale: float, T: int) -> Frame:
    """Return the gradient of the last state with respect to each candidate, by equations (2.5) and (2.6), and words."""
    run = run_of_one_state(gate_bias, gain, input_scale, T)
    last = np.zeros((T, 1))
    last[-1] = 1
    gradients = run.network.vjp(run, last)
    share = np.full(STEPS, np.nan)
    share[:T] = (gradients.states * (1 - run.gates))[:, 0]
    c = run.gates[:, 0]
    kept = round(100 * float(c.mean()))
    between = (
        f"The gate stays at {c[0]:.2f}"
        if np.ptp(c) < 0.005
        else f"The gate lies between {c.min():.2f} and {c.max():.2f}"
    )
    largest = float(np.abs(share[:T]).max())
    back = np.flatnonzero(np.abs(share[:T]) > largest / 10)
    shown = np.where(np.abs(share) <= 1, share, np.nan)
    beyond = " Where it is larger than 1, the line leaves the picture." if largest > 1 else ""
    listens = (
        f"to the last {T - back[0]} of {T} candidates: the derivatives with respect to them reach {largest:.2g}, and "
        "those further back stay below a tenth of that."
        if back[0]
        else f"as far back as the first of {T} candidates: the derivatives reach {largest:.2g}, and at the first more "
        "than a tenth of that."
    )
    return {
        "share": shown.round(3),
        "gate_sentence": f"{between}. On average a step keeps {kept} % of the state and takes {100 - kept} % of the candidate.",
        "memory_sentence": f"h[{T}] is {fixed(run.states[-1, 0])}. It listens {listens}{beyond}",
    }


SIZE, LONGEST = 16, 60
RATE = 0.05
"""The mean growth of ln ‖·‖ per step above which a gradient counts as exploding; below its negative, as vanishing."""
FLOW_AXIS = Axis("natural logarithm", -20, 20, (-20, -10, 0, 10, 20))
"""A sentence names what leaves it."""


def explosion_explorer() -> Explorer:
    """Return the explorer that holds the sheet's answer to 1.2.1.d, the product of the gates, against the gradient."""
    size = Axis("size", 1e-24, 1e8, (1e-20, 1e-10, 1), logarithmic=True)
    return Explorer(
        explosion_frame,
        name="explosion",
        panels=(
            Lines(
                "How strongly the last state feels the states before it",
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
    network, x = random_network(gain, input_scale=3, gate_bias=2, T=LONGEST)
    run = network.run(x)
    norms = np.exp(network.log_propagator_norms(run))[::-1]
    gates = np.vstack([np.ones(SIZE), run.gates[::-1].cumprod(axis=0)]).max(axis=1)
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
    """Return the explorer of ‖∂h[T]/∂h[t]‖ and of what bounds it."""
    return Explorer(
        flow_frame,
        name="gradient-flow",
        panels=(
            Text(("regime", "bound_sentence")),
            Lines(
                "How strongly the last state feels each state before it",
                x="times",
                lines=(
                    Line("log_norms", "ln ‖∂h[T]/∂h[t]‖", "gradient"),
                    Line("log_bound", "its bound (T − t) ln ρ", "bound"),
                ),
                x_axis=Axis("time t", 0, LONGEST, (0, 10, 20, 30, 40, 50, 60)),
                y_axis=FLOW_AXIS,
            ),
        ),
        gain=Slider("gain of W_h", [0, 0.01, 0.03, 0.1, 0.5, 2, 8, 32], start=8),
        input_scale=Slider("input scale", [0.3, 1, 3, 10], start=3),
        gate_bias=Slider("gate bias b", range(5), start=2),
        T=Slider("steps T", range(20, LONGEST + 1, 20), start=LONGEST),
    )


def random_network(gain: float, input_scale: float, gate_bias: float, T: int) -> tuple[GatedRNN, Array]:
    """Return a random network of 16 states, and its random input; a constant feature carries the gate's bias."""
    random = np.random.default_rng(1)
    W_c, W_h, W_x, x = (
        random.normal(size=(rows, SIZE)) / np.sqrt(SIZE) for rows in (SIZE, SIZE, SIZE, LONGEST)
    )
    network = GatedRNN(
        W_c=np.hstack([W_c, np.ones((SIZE, 1))]),
        W_h=gain * W_h,
        W_x=np.hstack([W_x, np.zeros((SIZE, 1))]),
    )
    x = np.hstack([input_scale * np.sqrt(SIZE) * x, np.full((LONGEST, 1), gate_bias)])
    return network, x[:T]


def flow_frame(gain: float, input_scale: float, gate_bias: float, T: int) -> Frame:
    """Return the norms of the products (2.7), the bound that follows from (2.8), and the regime in words."""
    network, x = random_network(gain, input_scale, gate_bias, T)
    log_norms, log_rho = network.log_propagator_norms(network.run(x)), float(np.log(network.step_bound(x)))
    times = np.arange(T + 1.0)
    peak = log_norms.max()
    on_the_way = (
        f" On the way it reaches e to the power of {fixed(peak, 1)}." if peak > log_norms[0] + 3 else ""
    )
    log_bound = (T - times) * log_rho
    unseen = " The bound leaves the picture." if np.abs(log_bound).max() > FLOW_AXIS.high else ""
    unseen += " The gradient leaves the picture." if np.abs(log_norms).max() > FLOW_AXIS.high else ""
    return {
        "times": times,
        "log_norms": _on_axis(log_norms),
        "log_bound": _on_axis(log_bound),
        "regime": f"Over {T} steps {_regime(log_norms[0] / T)}: ‖∂h[{T}]/∂h[0]‖ is about e to the power of {fixed(log_norms[0], 1)}.{on_the_way}",
        "bound_sentence": _bound_in_words(gain, float(np.exp(log_rho))) + unseen,
    }


def _regime(rate: float) -> str:
    if rate < -RATE:
        return "the gradient vanishes"
    if rate > RATE:
        return "the gradient explodes"
    return "the gradient neither vanishes nor explodes clearly"


def _bound_in_words(gain: float, rho: float) -> str:
    """Describe ρ, with as many digits as it takes to see that it is below 1, and what follows from it."""
    below = (
        f"ρ = {rho:.3f}"
        if rho < 0.999
        else f"ρ = 1 − {1 - rho:.1g}"
        if rho < 1 - 1e-9
        else "ρ, 1 but for 10⁻⁹,"
    )
    if gain == 0:
        return f"W_h = 0, where the sheet's argument holds: {below} is no less than the largest gate."
    if rho < 1:
        return f"{below} is below 1, so it must vanish in the end, whatever the input does within its range."
    return f"ρ = {rho:.3g} is not below 1: the bound forbids nothing here."


def _on_axis(values: Array) -> Array:
    """Return the values that the axis shows; the line ends where it would leave."""
    return np.where((FLOW_AXIS.low <= values) & (values <= FLOW_AXIS.high), values, np.nan).round(1)
