"""The explorers of section 1.3: recorded loss curves, step by step; the cliff; the loss before the first step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..drawings.panels import Axis, Line, Lines, Text
from ..explorers.explorer import Explorer, Slider
from ..explorers.packing import Frame
from ..numerics.arrays import Array
from ..numerics.formatting import format_number
from . import recorded_census
from .cliff import descend, loss_and_gradient
from .spikes import spike_onsets
from .untrained import Untrained, expected_loss, untrained

BUCKET = 20
"""The steps that are drawn as two points, their smallest and their largest value, so that no spike is lost."""
SMOOTHINGS = [1, 10, 31, 100]
GRADIENT_NORM = Axis("‖∂ℓ/∂θ‖", 1e-4, 1e5, (1e-4, 1e-2, 1, 100, 1e4), logarithmic=True)
CURVES = {
    "loss": ("Loss of the batch", "input", Axis("nats", 0, 10, (0, 2, 4, 6, 8, 10))),
    "accuracy": ("Accuracy of the batch", "output", Axis("share right", 0, 1.1, (0, 0.25, 0.5, 0.75, 1))),
    "gradient_norm": ("Gradient norm, before clipping", "gradient", GRADIENT_NORM),
    "step_size": (
        "Size of the step taken",
        "input",
        Axis("‖Δθ‖", 1e-4, 10, (1e-4, 1e-2, 1), logarithmic=True),
    ),
}
"""The title, the role and the axis of each recorded curve."""


def steps_of_a_run() -> int:
    about = recorded_census.metadata()
    return about["epochs"] * about["batches_per_epoch"]


def loss_curve_lab_explorer() -> Explorer:
    """Return the explorer of recorded runs: loss, accuracy, gradient norm and step size over the same steps."""
    count, trainings = steps_of_a_run(), recorded_census.trainings()
    seeds = min(len(recorded_census.seeds_with_curves(training)) for training in trainings)
    steps = Axis("step", 0, count, tuple(range(0, count + 1, 620)))
    panels = [
        Lines(
            title,
            x="steps",
            lines=(
                Line(curve, title.split(",")[0].lower(), role),
                Line(f"{curve}_marks", "a spike begins", "gate"),
            ),
            x_axis=steps,
            y_axis=axis,
            height=110,
        )
        for curve, (title, role, axis) in CURVES.items()
    ]
    return Explorer(
        steps_frame,
        run_frame,
        smoothed_frame,
        name="loss-curve-lab",
        panels=(Text(("run", "outcome", "smoothed")), *panels),
        training=Slider("intervention", list(trainings), start="untreated"),
        seed=Slider("seed", range(seeds), start=0),
        smoothing=Slider("batches averaged", SMOOTHINGS, start=1),
    )


def steps_frame() -> Frame:
    """Return the places of the two points of each bucket: a third and two thirds along it."""
    count = steps_of_a_run()
    return {
        "steps": np.arange(0, count, BUCKET).repeat(2)
        + np.tile([BUCKET / 3, 2 * BUCKET / 3], count // BUCKET)
    }


def run_frame(training: str, seed: int) -> Frame:
    """Return the parts that smoothing does not change: gradients, steps, where spikes begin, and the outcome."""
    curves, of_seed = recorded_census.curves(training, seed), recorded_census.runs(training)
    row = {column: values[seed] for column, values in of_seed.items()}
    begins = spike_onsets(curves["loss"])
    # In a run that never learnt, no spike counts.
    steps_to_learn = row["learnt_at"] * recorded_census.metadata()["batches_per_epoch"] or len(begins)
    begins[:steps_to_learn] = False
    frame: Frame = {
        "run": f"{training}, seed {seed}. Each {BUCKET} steps are drawn from their smallest to their largest value.",
        "outcome": _outcome(row),
    }
    for curve in ("gradient_norm", "step_size"):
        frame[curve] = bucket_extremes(curves[curve])
    for curve, (_, _, axis) in CURVES.items():
        frame[f"{curve}_marks"] = _spike_strokes(begins, axis)
    return frame


def smoothed_frame(training: str, seed: int, smoothing: int) -> Frame:
    """Return loss and accuracy, each the mean over the last ``smoothing`` batches."""
    curves = recorded_census.curves(training, seed)
    words = (
        "Every batch is shown." if smoothing == 1 else f"Loss and accuracy are means of {smoothing} batches."
    )
    return {
        "smoothed": words,
        **{c: bucket_extremes(running_mean(curves[c], smoothing)) for c in ("loss", "accuracy")},
    }


def running_mean(curve: ArrayLike, batches: int) -> Array:
    """Return at each step the mean of the last ``batches`` values, or of all so far where there are fewer."""
    total = np.concatenate([[0.0], np.cumsum(curve, dtype=np.float64)])
    last = np.arange(1, len(total))
    first = np.maximum(last - batches, 0)
    return (total[last] - total[first]) / (last - first)


def bucket_extremes(curve: ArrayLike) -> Array:
    """Return the smallest and the largest value of each bucket, in the order in which they came. Shape (2 · buckets,)."""
    buckets = np.reshape(curve, (-1, BUCKET))
    # In a bucket where the run diverged, what came before counts; where nothing did, there is a gap.
    lowest, highest = (np.where(np.isnan(buckets), fill, buckets) for fill in (np.inf, -np.inf))
    at = np.sort([lowest.argmin(axis=1), highest.argmax(axis=1)], axis=0)
    return np.take_along_axis(buckets, at.T, axis=1).ravel().astype(np.float16)


def _spike_strokes(begins: NDArray[np.bool_], axis: Axis) -> Array:
    """Return a short stroke at the top of the panel in each bucket in which a spike begins."""
    marked = begins.reshape(-1, BUCKET).any(axis=1, keepdims=True)
    scale, inverse = (np.log, np.exp) if axis.logarithmic else (np.asarray, np.asarray)
    low, high = scale([axis.low, axis.high])
    stroke = inverse(low + (high - low) * np.array([0.9, 1.0]))
    return np.where(marked, stroke, np.nan).ravel()


def _outcome(row: Mapping[str, float]) -> str:
    if row["diverged_at"]:
        return f"The loss is not a number from step {row['diverged_at']} on."
    if not row["learnt_at"]:
        return f"No epoch has an accuracy of 95 %; the last has {100 * row['last_accuracy']:.0f} %."
    count = int(row["spikes"])
    spikes = {0: "no spike begins", 1: "1 spike begins"}.get(count, f"{count} spikes begin")
    worst = f", and the worst batch costs {row['worst_loss']:.2f} nats" if row["steps_after"] else ""
    return (
        f"Epoch {row['learnt_at']} is the first with an accuracy of 95 %. In the {row['steps_after']} steps after it "
        f"{spikes}{worst}; the last epoch has {100 * row['last_accuracy']:.0f} %."
    )


STEPS = 200
START = (5.5, -2.4)
LEARNING_RATES = [0.05, 0.1, 0.2, 0.4, 0.8]
THRESHOLDS: list[float | str] = [0.03, 0.1, 0.3, 1, 3, "none"]
CONTOURS = {"low": (0.02, 0.04, 0.06), "high": (0.15, 0.3)}
"""Losses at which a contour is drawn: on the gentle slope right of the wall, and where the wall is crossed or left of it."""
WEIGHT = Axis("weight w", 4, 7, (4, 5, 6, 7))
BIAS = Axis("bias b", -3.4, -2, (-3.4, -3, -2.6, -2.2))


def cliff_explorer() -> Explorer:
    """Return the explorer of gradient descent near the cliff, with norm clipping."""
    step = Axis("step", 0, STEPS, (0, 50, 100, 150, 200))
    return Explorer(
        contour_frame,
        way_frame,
        name="cliff",
        panels=(
            Text(("jump", "end")),
            Lines(
                "The error surface from above, and the way of gradient descent",
                x="way_w",
                lines=(
                    Line("low_b", "ℓ = 0.02, 0.04 and 0.06", "input", x="low_w"),
                    Line("high_b", "ℓ = 0.15 and 0.3: the wall", "bound", x="high_w"),
                    Line("way_b", "the way", "gradient"),
                ),
                x_axis=WEIGHT,
                y_axis=BIAS,
                height=260,
            ),
            Lines(
                "The loss on the way",
                x="steps",
                lines=(Line("loss", "ℓ", "output"),),
                x_axis=step,
                y_axis=Axis("loss", 1e-6, 1, (1e-6, 1e-4, 1e-2, 1), logarithmic=True),
                height=110,
            ),
            Lines(
                "The gradient on the way",
                x="steps",
                lines=(
                    Line("norm", "‖g‖", "gradient"),
                    Line("limit", "clipping threshold", "bound"),
                ),
                x_axis=step,
                y_axis=Axis("norm", 1e-3, 1e4, (1e-3, 1e-1, 10, 1e3), logarithmic=True),
                height=110,
            ),
        ),
        learning_rate=Slider("learning rate η", LEARNING_RATES, start=0.2),
        threshold=Slider("clipping threshold", THRESHOLDS, start="none"),
        steps_taken=Slider("steps", range(10, STEPS + 1, 10), start=STEPS),
    )


@cache
def contour_frame() -> Frame:
    """Return where the loss takes the values of the contours, on a fine grid: pairs of w and b, with gaps."""
    w, b = np.linspace(WEIGHT.low, WEIGHT.high, 601), np.linspace(BIAS.low, BIAS.high, 57)
    loss, _ = loss_and_gradient(w, b[:, np.newaxis])
    frame: Frame = {}
    for name, values in CONTOURS.items():
        lines = [_contour(w, b, loss, value) for value in values]
        gap = np.full((1, 2), np.nan)
        points = np.concatenate([part for line in lines for part in (line, gap)])
        frame |= {f"{name}_w": points[:, 0], f"{name}_b": points[:, 1]}
    return frame


def _contour(w: Array, b: Array, loss: Array, value: float) -> Array:
    """Return the last place of each row at which the loss crosses the value; NaN where it does not."""
    points = np.full((len(b), 2), np.nan)
    for row in range(len(b)):
        crossings = np.flatnonzero((loss[row, :-1] < value) != (loss[row, 1:] < value))
        if crossings.size:
            at = crossings[-1]
            share = (value - loss[row, at]) / (loss[row, at + 1] - loss[row, at])
            points[row] = w[at] + share * (w[at + 1] - w[at]), b[row]
    return points


@cache
def ways() -> tuple[Array, Array, Array]:
    """Return the places that gradient descent visits, the loss and the norm of the gradient at each, for all settings."""
    thresholds = [_number(threshold) for threshold in THRESHOLDS]
    places = descend(START, np.reshape(LEARNING_RATES, (-1, 1)), thresholds, STEPS)
    loss, gradient = loss_and_gradient(places[..., 0], places[..., 1])
    return places, loss, np.linalg.norm(gradient, axis=-1)


def _number(threshold: float | str) -> float:
    return np.inf if isinstance(threshold, str) else threshold


def way_frame(learning_rate: float, threshold: float | str, steps_taken: int) -> Frame:
    """Return the way so far, the loss along it, and its longest step in words."""
    setting = LEARNING_RATES.index(learning_rate), THRESHOLDS.index(threshold)
    places, loss, norm = (values[:, *setting] for values in ways())
    limit = _number(threshold)
    taken = np.arange(STEPS + 1) <= steps_taken
    lengths = np.linalg.norm(np.diff(places[taken], axis=0), axis=1)
    longest = int(lengths.argmax())
    clipped = int((norm[:steps_taken] > limit).sum())
    so_far = f"The longest of {steps_taken} steps is step {longest + 1}: its gradient is {format_number(norm[longest])} long, and the step {format_number(lengths[longest])}."
    are_clipped = "1 gradient is clipped." if clipped == 1 else f"{clipped} gradients are clipped."
    clipping = "Nothing is clipped." if np.isinf(limit) else are_clipped
    w, b = places[steps_taken]
    inside = WEIGHT.low <= w <= WEIGHT.high and BIAS.low <= b <= BIAS.high
    return {
        "steps": np.arange(STEPS + 1.0),
        "way_w": np.where(taken, places[:, 0], np.nan),
        "way_b": np.where(taken, places[:, 1], np.nan),
        "loss": np.where(taken, loss, np.nan),
        "norm": np.where(taken, norm, np.nan),
        "limit": np.full(STEPS + 1, limit),
        "jump": f"{so_far} {clipping}",
        "end": f"After {steps_taken} steps w = {format_number(w)} and b = {format_number(b)}, where ℓ = {format_number(loss[steps_taken])}; it began at {format_number(loss[0])}."
        + ("" if inside else " That is outside of the picture."),
    }


CLASSES = range(2, 17)
NETWORKS = 1000
EXCESS = Axis("loss − ln C", -0.2, 1, (-0.2, 0, 0.2, 0.4, 0.6, 0.8, 1))


def initial_loss_explorer() -> Explorer:
    """Return the explorer of untrained networks: their loss against the number of classes, and how it is spread."""
    return Explorer(
        classes_frame,
        networks_frame,
        name="initial-loss",
        panels=(
            Text(("mean_sentence", "spread_sentence", "accuracy_sentence")),
            Lines(
                f"{NETWORKS} untrained networks for each number of classes",
                x="classes",
                lines=(
                    Line("highest", "5 % of them are above", "gate"),
                    Line("mean", "their mean", "output"),
                    Line("lowest", "5 % of them are below", "input"),
                    Line("log", "ln C", "bound"),
                ),
                x_axis=Axis("classes C", 2, 16, (2, 4, 8, 12, 16)),
                y_axis=Axis("loss", 0, 6, (0, 1, 2, 3, 4, 5, 6)),
                height=200,
            ),
            Lines(
                "The same for this C: every network, from the lowest loss to the highest",
                x="rank",
                lines=(
                    Line("sorted", "loss − ln C", "output"),
                    Line("formula", "½ s² (1 − 1/C)", "gradient"),
                    Line("zero", "0", "bound"),
                ),
                x_axis=Axis("share of the networks in %", 0, 100, (0, 25, 50, 75, 100)),
                y_axis=EXCESS,
                height=180,
            ),
        ),
        classes=Slider("classes C", CLASSES, start=4),
        scale=Slider("output weights ×", [0, 0.5, 1, 2, 4, 8], start=1),
    )


@cache
def fresh(classes: int, scale: float) -> Untrained:
    """Return the untrained networks that the explorer shows."""
    return untrained(classes, NETWORKS, scale=scale)


def classes_frame(scale: float) -> Frame:
    """Return mean and spread of the loss for each C."""
    losses = np.array([fresh(classes, scale).loss for classes in CLASSES])
    lowest, highest = np.quantile(losses, [0.05, 0.95], axis=1)
    return {
        "classes": np.array(CLASSES, float),
        "mean": losses.mean(axis=1),
        "lowest": lowest,
        "highest": highest,
        "log": np.log(CLASSES),
    }


def networks_frame(classes: int, scale: float) -> Frame:
    """Return all networks of one C, and the loss that (4.11) expects."""
    untrained = fresh(classes, scale)
    excess, places = np.sort(untrained.loss) - np.log(classes), np.arange(0, NETWORKS, 10)
    formula = expected_loss(untrained.variance, classes) - np.log(classes)
    below, beyond = 100 * (excess < -1e-9).mean(), (excess > EXCESS.high).sum()
    off_the_picture = f" Above the picture: {beyond} of {NETWORKS}." if beyond else ""
    return {
        "rank": (places + 0.5) * 100 / NETWORKS,
        "sorted": np.where(excess > EXCESS.high, np.nan, excess)[places],
        "formula": np.full(len(places), formula),
        "zero": np.zeros(len(places)),
        "mean_sentence": f"With {classes} classes, ln C = {np.log(classes):.3f}. The mean of {NETWORKS} untrained networks is "
        f"{untrained.loss.mean():.3f}; the formula says {np.log(classes) + formula:.3f}.",
        "spread_sentence": f"They lie between {untrained.loss.min():.3f} and {untrained.loss.max():.3f}, "
        f"each on a batch of 32; {below:.0f} % are below ln C.{off_the_picture}",
        "accuracy_sentence": f"Their accuracy is {100 * untrained.accuracy.mean():.1f} % on average, and 1/C is {100 / classes:.1f} %.",
    }
