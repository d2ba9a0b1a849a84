"""The explorers of section 1.3: recorded loss curves, step by step; the cliff; the loss before the first step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from ..drawings.panels import Axis, Line, Lines, Text
from ..explorers.explorer import Explorer, Slider
from ..explorers.packing import Frame
from ..numerics.arrays import Array
from ..numerics.formatting import count, format_number
from . import recorded_census, recorded_replay
from .cliff import descend, loss_and_gradient
from .spikes import CALM_STEPS, SPIKE_LOSS, spike_onsets
from .untrained import expected_loss, untrained

BUCKET = 20
"""The steps that are drawn as two points, their smallest and their largest value, so that no spike is lost."""
SMOOTHINGS = [1, 10, 31, 100]
SEEDS = range(3)
"""Those of which every step is recorded for every training."""
CURVES = {
    "loss": ("Loss of the batch", Axis("nats", 0, 10, (0, 2, 4, 6, 8, 10))),
    "gradient_norm": (
        "Gradient norm, before clipping",
        Axis("‖∂ℓ/∂θ‖", 1e-4, 1e4, (1e-4, 1e-2, 1, 100, 1e4), logarithmic=True),
    ),
    "step_size": ("Size of the step taken", Axis("‖Δθ‖", 1e-4, 10, (1e-4, 1e-2, 1), logarithmic=True)),
}
"""The title and the axis of each curve that is drawn."""
INTERVENTIONS = {
    "untreated": "none",
    "norm-clipping-10": "clip the gradient's norm at 10",
    "norm-clipping-1": "clip the gradient's norm at 1",
    "norm-clipping-0.1": "clip the gradient's norm at 0.1",
    "value-clipping-0.01": "clip each entry of the gradient at 0.01",
    "learning-rate-3e-4": "a learning rate of 3·10⁻⁴",
    "warm-up-10-epochs": "warm-up over 10 epochs",
    "cosine-decay": "a learning rate that falls as a cosine",
    "step-decay": "a learning rate that falls in steps",
    "decay-0.999": "RMSprop with α = 0.999",
    "rmsprop-momentum": "RMSprop with momentum",
    "epsilon-1e-3": "RMSprop with ε = 10⁻³",
    "weight-decay-1e-4": "weight decay of 10⁻⁴",
    "weight-decay-1e-3": "weight decay of 10⁻³",
    "adam": "Adam",
    "adam-0.99": "Adam with β₂ = 0.99",
    "adam-3e-3": "Adam with a learning rate of 3·10⁻³",
    "adam-clipping-1": "Adam, with the norm clipped at 1",
    "adamw": "AdamW",
    "sgd-momentum-0.9": "SGD with momentum",
    "label-noise-0.1": "10 % of the labels wrong",
    "label-noise-0.3": "30 % of the labels wrong",
    "dropout-0.2": "dropout of 20 %",
    "batch-128": "batches of 128",
    "orthogonal-start": "an orthogonal start",
}
"""What each training of the record changes, in words."""


def loss_curve_lab_explorer() -> Explorer:
    """Return the explorer of recorded runs: loss, gradient norm and step size, each before the untreated run."""
    count = steps_of_a_run()
    steps = Axis("step", 0, count, tuple(range(0, count + 1, 620)))
    panels = [
        Lines(
            title,
            x="steps",
            lines=(
                Line(f"untreated_{curve}", "untreated", "bound"),
                Line(curve, title.split(",")[0].lower(), "gradient" if curve == "gradient_norm" else "input"),
                Line(f"{curve}_marks", "a spike begins", "gate", x="marks"),
            ),
            x_axis=steps,
            y_axis=axis,
            height=110,
        )
        for curve, (title, axis) in CURVES.items()
    ]
    return Explorer(
        steps_frame,
        run_frame,
        smoothed_frame,
        untreated_frame,
        untreated_smoothed_frame,
        name="loss-curve-lab",
        panels=(Text(("outcome", "untreated_outcome", "smoothed")), *panels),
        training=Slider("intervention", list(recorded_census.trainings()), start="untreated"),
        seed=Slider("seed", SEEDS, start=0),
        smoothing=Slider("batches averaged", SMOOTHINGS, start=1),
    )


def steps_of_a_run() -> int:
    """Return the number of steps of each recorded run."""
    about = recorded_census.metadata()
    return about["epochs"] * about["batches_per_epoch"]


def steps_frame() -> Frame:
    """Return the places of the two points of each bucket: a third and two thirds along it."""
    count = steps_of_a_run()
    return {
        "steps": np.arange(0, count, BUCKET).repeat(2)
        + np.tile([BUCKET / 3, 2 * BUCKET / 3], count // BUCKET)
    }


def run_frame(training: str, seed: int) -> Frame:
    """Return the parts that smoothing does not change: gradients, steps, where spikes begin, and the outcome."""
    curves = recorded_census.curves(training, seed)
    row = row_of(training, seed)
    begins = np.flatnonzero(spike_onsets(curves["loss"]))
    # In a run that never learnt, no spike counts.
    learnt_after = row["learnt_at"] * recorded_census.metadata()["batches_per_epoch"] or len(curves["loss"])
    at = begins[begins >= learnt_after]
    strokes = {
        f"{curve}_marks": np.tile([axis.low, axis.high, np.nan], len(at))
        for curve, (_, axis) in CURVES.items()
    }
    return {
        "gradient_norm": bucket_extremes(curves["gradient_norm"]),
        "step_size": bucket_extremes(curves["step_size"]),
        "marks": at.repeat(3).astype(float),
        **strokes,
        "outcome": f"{INTERVENTIONS[training].capitalize()}: {_outcome(row)}",
    }


def smoothed_frame(training: str, seed: int, smoothing: int) -> Frame:
    """Return the loss, the mean over the last ``smoothing`` batches."""
    loss = recorded_census.curves(training, seed)["loss"]
    return {"loss": bucket_extremes(running_mean(loss, smoothing))}


def untreated_frame(seed: int) -> Frame:
    """Return what the untreated run of the same seed did."""
    untreated = recorded_census.trainings()[0]
    frame = run_frame(untreated, seed)
    return {f"untreated_{name}": frame[name] for name in ("gradient_norm", "step_size", "outcome")}


def untreated_smoothed_frame(seed: int, smoothing: int) -> Frame:
    """Return the loss of the untreated run of the same seed, smoothed alike; and what smoothing does, in words."""
    words = "Every batch is shown." if smoothing == 1 else f"The loss is the mean of {smoothing} batches."
    loss = smoothed_frame(recorded_census.trainings()[0], seed, smoothing)["loss"]
    return {
        "untreated_loss": loss,
        "smoothed": f"{words} Each {BUCKET} steps are drawn from their smallest to their largest value.",
    }


def row_of(training: str, seed: int) -> dict[str, float]:
    """Return the row of a run in the census."""
    return {column: values[seed] for column, values in recorded_census.runs(training).items()}


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


def _outcome(row: Mapping[str, float]) -> str:
    if row["diverged_at"]:
        return f"the loss is not a number from step {row['diverged_at']} on."
    if not row["learnt_at"]:
        return f"no epoch has an accuracy of 95 %; the last has {100 * row['last_accuracy']:.0f} %."
    spikes = "1 spike begins" if row["spikes"] == 1 else f"{count(int(row['spikes']), 'spike')} begin"
    highest = (
        f", and the highest loss of a batch is {row['worst_loss']:.2f} nats" if row["steps_after"] else ""
    )
    return (
        f"epoch {row['learnt_at']} is the first with an accuracy of 95 %; in the {row['steps_after']} steps after it, "
        f"{spikes}{highest}."
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


REPLACED = {
    "clipped": "RMSprop's, from the clipped gradient",
    "usual_length": "the same direction, the usual length",
    "none": "no step at all",
    "long_memory": "RMSprop's, if it forgot nothing",
    "sgd": "in proportion to the gradient",
}
"""The steps of the replay that are taken in place of the long one, in words."""
HORIZONS = np.arange(1, 32)


def survival_explorer() -> Explorer:
    """Return the explorer of the batches without a spike, after another step in place of the long one."""
    ghosts = (Line(step, words, "bound") for step, words in REPLACED.items())
    return Explorer(
        every_step_frame,
        replaced_frame,
        horizon_frame,
        name="survival",
        panels=(
            Text(("survived",)),
            Lines(
                "Share of the cases without a spike so far",
                x="batches",
                lines=(
                    *ghosts,
                    Line("calm", "after a moment of calm", "input"),
                    Line("survival", "after this step in place of the long one", "gradient"),
                ),
                x_axis=Axis("batches after the step", 1, 31, (1, 5, 10, 20, 31)),
                y_axis=Axis("%", 0, 100, (0, 25, 50, 75, 100)),
            ),
        ),
        replaced=Slider("step taken", list(REPLACED), start="clipped"),
        horizon=Slider("batches", range(1, 32), start=31),
    )


def every_step_frame() -> Frame:
    """Return the horizons, and the survival after each kind of step, and after a moment of calm, in %."""
    return {
        "batches": HORIZONS.astype(float),
        "calm": 100 * calm_survival(),
        **{step: 100 * survival_after(step) for step in REPLACED},
    }


def replaced_frame(replaced: str) -> Frame:
    """Return the survival after one kind of step, in %."""
    return {"survival": 100 * survival_after(replaced)}


def horizon_frame(replaced: str, horizon: int) -> Frame:
    """Return in words what is left after so many batches."""
    share, calm = survival_after(replaced)[horizon - 1], calm_survival()[horizon - 1]
    spikes = len(recorded_replay.spikes()["seed"])
    return {
        "survived": f"{horizon} batch{'es' * (horizon > 1)} after another step before each of {spikes} spikes, {100 * share:.0f} % are "
        f"without a spike so far; after a moment of calm, {100 * calm:.0f} %.",
    }


def survival_after(step: str) -> Array:
    """Return for each horizon the share of the recorded spikes that have not begun, after this step in place of the long one."""
    return np.array([recorded_replay.absent(step, int(horizon)).mean() for horizon in HORIZONS])


@cache
def calm_survival() -> Array:
    """Return for each horizon the share of the moments of calm after learning that no spike has followed so far.

    A moment of calm has ten batches below the threshold before it, and an epoch of batches after it.
    """
    learnt_at, longest = recorded_census.runs("untreated")["learnt_at"], HORIZONS[-1]
    counts = np.zeros(len(HORIZONS))
    moments = 0
    for seed in np.flatnonzero(learnt_at):
        above = recorded_census.curves("untreated", int(seed))["loss"] > SPIKE_LOSS
        after = above[recorded_census.metadata()["batches_per_epoch"] * learnt_at[seed] :]
        windows = np.lib.stride_tricks.sliding_window_view(after, CALM_STEPS + longest)[:-1]
        calm = windows[~windows[:, :CALM_STEPS].any(axis=1), CALM_STEPS:]
        counts += (~np.logical_or.accumulate(calm, axis=1)).sum(axis=0)
        moments += len(calm)
    return counts / moments


CLASSES = [2, 3, 4, 6, 8, 12, 16]
SCALES = [0, 1, 2, 4, 8]
NETWORKS, BINS = 500, 40


def initial_loss_explorer() -> Explorer:
    """Return the explorer of untrained networks: the histogram of their losses, and ln C."""
    return Explorer(
        networks_frame,
        name="initial-loss",
        panels=(
            Text(("mean_sentence", "spread_sentence", "accuracy_sentence")),
            Lines(
                f"The losses of {NETWORKS} untrained networks",
                x="losses",
                lines=(
                    Line("networks", "number of networks", "output"),
                    Line("log_height", "ln C", "bound", x="log"),
                    Line("formula_height", "the mean by the formula", "gradient", x="formula"),
                ),
                x_axis=Axis("loss in nats", 0, 8, (0, 2, 4, 6, 8)),
                y_axis=Axis("networks", 0, 300, (0, 100, 200, 300)),
            ),
        ),
        classes=Slider("classes C", CLASSES, start=4),
        scale=Slider("output weights ×", SCALES, start=4),
    )


def networks_frame(classes: int, scale: float) -> Frame:
    """Return the histogram of the losses, ln C, the loss that (4.11) expects, and what they say."""
    drawn = untrained(classes, NETWORKS, scale=scale)
    log, formula = np.log(classes), expected_loss(drawn.variance, classes)
    low, high = min(drawn.loss.min(), log) - 0.05, max(drawn.loss.max(), log, formula) + 0.05
    counts, edges = np.histogram(drawn.loss, BINS, (low, high))
    below = 100 * (drawn.loss < log - 1e-9).mean()
    return {
        "losses": edges,
        "networks": np.append(counts, 0).astype(float),
        "log": np.array([log, log]),
        "formula": np.array([formula, formula]),
        "log_height": np.array([0.0, counts.max()]),
        "formula_height": np.array([0.0, counts.max()]),
        "mean_sentence": f"With {classes} classes, ln C = {log:.3f} nats. The mean of {NETWORKS} untrained networks is "
        f"{drawn.loss.mean():.3f}; the formula gives {formula:.3f}.",
        "spread_sentence": f"They lie between {drawn.loss.min():.3f} and {drawn.loss.max():.3f}, "
        f"each on a batch of 32; {below:.0f} % are below ln C.",
        "accuracy_sentence": f"Their accuracy is {100 * drawn.accuracy.mean():.1f} % on average, and 1/C is {100 / classes:.1f} %.",
    }
