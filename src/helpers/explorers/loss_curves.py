"""The explorers of section 1.3: recorded loss curves, step by step."""

from __future__ import annotations

import numpy as np

from .. import census_record
from ..drawings import Axis, Line, Lines, Text
from ..spikes import spike_begins
from .explorer import Explorer, Slider

# --- The loss-curve lab.

BUCKET = 20
"""So many steps are drawn as two points, their smallest and their largest value: no spike is lost."""
SMOOTHINGS = [1, 10, 31, 100]
AXES = {
    "loss": Axis("nats", 0, 8, (0, 2, 4, 6, 8)),
    "accuracy": Axis("share right", 0, 1.1, (0, 0.25, 0.5, 0.75, 1)),
    "gradient_norm": Axis("‖∂ℓ/∂θ‖", 1e-5, 1e5, (1e-4, 1e-2, 1, 1e2, 1e4), logarithmic=True),
    "step_size": Axis("‖Δθ‖", 1e-5, 10, (1e-4, 1e-2, 1), logarithmic=True),
}
TITLES = {
    "loss": "Loss of the batch",
    "accuracy": "Accuracy of the batch",
    "gradient_norm": "Gradient norm, before clipping",
    "step_size": "Size of the step taken",
}
ROLES = {"loss": "input", "accuracy": "output", "gradient_norm": "gradient", "step_size": "input"}


def loss_curve_lab_explorer():
    """Return the explorer of recorded runs: loss, accuracy, gradient norm and step size over the same steps."""
    count = census_record.about()["epochs"] * 31
    steps = Axis("step", 0, count, tuple(range(0, count + 1, 620)))
    panels = [
        Lines(
            TITLES[curve],
            x="steps",
            lines=(
                Line(curve, TITLES[curve].split(",")[0].lower(), ROLES[curve]),
                Line(f"{curve}_marks", "a spike begins", "gate"),
            ),
            x_axis=steps,
            y_axis=axis,
            width=620,
            height=110,
        )
        for curve, axis in AXES.items()
    ]
    return Explorer(
        steps_frame,
        run_frame,
        smoothed_frame,
        panels=(Text(("run", "outcome", "smoothed")), *panels),
        training=Slider("intervention", list(census_record.trainings()), start="untreated"),
        seed=Slider("seed", range(3), start=0),
        smoothing=Slider("batches averaged", SMOOTHINGS, start=1),
    )


def steps_frame():
    """Where the two points of each bucket stand: a third and two thirds along it."""
    count = census_record.about()["epochs"] * 31
    return {
        "steps": np.arange(0, count, BUCKET).repeat(2)
        + np.tile([BUCKET / 3, 2 * BUCKET / 3], count // BUCKET)
    }


def run_frame(training, seed):
    """What smoothing leaves alone: the gradients, the steps, where spikes begin, and what the run came to."""
    curves, of_seed = census_record.curves(training, seed), census_record.runs(training)
    row = {column: values[seed] for column, values in of_seed.items()}
    begins = spike_begins(curves["loss"])
    begins[: row["learnt_at"] * 31 if row["learnt_at"] else None] = False
    frame = {
        "run": f"{training}, seed {seed}. Each {BUCKET} steps are drawn from their smallest to their largest value.",
        "outcome": _outcome(row),
    }
    for curve in ("gradient_norm", "step_size"):
        frame[curve] = ends_of_buckets(curves[curve])
    for curve, axis in AXES.items():
        frame[f"{curve}_marks"] = _marks(begins, axis)
    return frame


def smoothed_frame(training, seed, smoothing):
    """Loss and accuracy, each the mean over the last so many batches."""
    curves = census_record.curves(training, seed)
    words = (
        "Every batch is shown." if smoothing == 1 else f"Loss and accuracy are means of {smoothing} batches."
    )
    return {
        "smoothed": words,
        **{c: ends_of_buckets(running_mean(curves[c], smoothing)) for c in ("loss", "accuracy")},
    }


def running_mean(curve, batches):
    """Return at each step the mean of the last so many values, or of all there are so far."""
    total = np.concatenate([[0.0], np.cumsum(curve, dtype=np.float64)])
    last = np.arange(1, len(curve) + 1)
    first = np.maximum(last - batches, 0)
    return (total[last] - total[first]) / (last - first)


def ends_of_buckets(curve):
    """Return the smallest and the largest value of each bucket, in the order in which they came. Shape (2 · buckets,)."""
    buckets = np.reshape(curve, (-1, BUCKET))
    # In a bucket where the run diverged, what came before counts; where nothing did, there is a gap.
    lowest, highest = (np.where(np.isnan(buckets), fill, buckets) for fill in (np.inf, -np.inf))
    at = np.sort([lowest.argmin(axis=1), highest.argmax(axis=1)], axis=0)
    return np.take_along_axis(buckets, at.T, axis=1).ravel().astype(np.float16)


def _marks(begins, axis):
    """A short stroke at the top of the panel in each bucket in which a spike begins."""
    marked = begins.reshape(-1, BUCKET).any(axis=1)
    low, high = (np.log([axis.low, axis.high])) if axis.logarithmic else (axis.low, axis.high)
    stroke = low + (high - low) * np.array([0.9, 1.0])
    stroke = np.exp(stroke) if axis.logarithmic else stroke
    return np.where(marked[:, np.newaxis], stroke, np.nan).ravel()


def _outcome(row):
    if row["diverged_at"]:
        return f"The loss is not a number from step {row['diverged_at']} on."
    if not row["learnt_at"]:
        return f"No epoch has an accuracy of 95 %; the last has {100 * row['last_accuracy']:.0f} %."
    count = row["spikes"]
    spikes = {0: "no spike begins", 1: "1 spike begins"}.get(count, f"{count} spikes begin")
    worst = f", and the worst batch costs {row['worst_loss']:.2f} nats" if row["steps_after"] else ""
    return (
        f"Epoch {row['learnt_at']} is the first with an accuracy of 95 %. In the {row['steps_after']} steps after it "
        f"{spikes}{worst}; the last epoch has {100 * row['last_accuracy']:.0f} %."
    )
