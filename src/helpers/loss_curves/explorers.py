"""The explorers of section 1.3: recorded loss curves, step by step; the cliff; the loss before the first step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from ..drawings.panels import Axis, Line, Lines, Surface, Text
from ..explorers import Explorer, Prediction, Slider
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
CURVES = {
    "loss": ("Loss of the batch", "input", Axis("nats", 0, 10, (0, 5, 10))),
    "gradient_norm": ("Gradient norm", "gradient", Axis("norm", 1e-4, 1e5, (1e-3, 1, 1e3), logarithmic=True)),
    "step_size": ("Size of the step", "output", Axis("size", 1e-4, 10, (1e-3, 0.1, 10), logarithmic=True)),
}
"""The title, the role and the axis of each curve that is drawn."""


def loss_curve_lab_explorer() -> Explorer:
    """Return the explorer of recorded runs: loss, gradient norm and step size, each before the untreated run."""
    count = steps_of_a_run()

    def panel(curve: str, width: int, height: int, *marks: Line) -> Lines:
        title, role, axis = CURVES[curve]
        return Lines(
            title,
            x="steps",
            lines=(*marks, Line(f"untreated_{curve}", "untreated", "ghost"), Line(curve, "this run", role)),
            x_axis=Axis("step", 0, count, (0, count / 2, count)),
            y_axis=axis,
            width=width,
            height=height,
        )

    return Explorer(
        steps_frame,
        run_frame,
        smoothed_frame,
        untreated_frame,
        untreated_smoothed_frame,
        name="loss-curve-lab",
        predict=Prediction(
            "Average the loss over 100 batches. What becomes of the spikes?",
            ("they stay as high", "they nearly vanish"),
            right="they nearly vanish",
            because="Most last only a few batches.",
        ),
        panels=(
            panel("loss", 400, 70, Line("marks", "a spike begins", "gate", x="marked_steps")),
            (panel("gradient_norm", 85, 45), panel("step_size", 85, 45)),
            Text(("outcome", "untreated_outcome")),
        ),
        training=Slider(
            "change",
            list(recorded_census.INTERVENTIONS),
            start="norm-clipping-1",
            names=recorded_census.INTERVENTIONS,
        ),
        seed=Slider("seed", range(len(recorded_census.seeds_with_curves("norm-clipping-1"))), start=0),
        smoothing=Slider("smoothing", SMOOTHINGS, start=1),
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
    _, _, axis = CURVES["loss"]
    return {
        "gradient_norm": bucket_extremes(curves["gradient_norm"]),
        "step_size": bucket_extremes(curves["step_size"]),
        "marked_steps": at.repeat(3).astype(float),
        "marks": np.tile([axis.low, axis.high, np.nan], len(at)),  # upright strokes, with gaps
        "outcome": f"This run {_outcome(row)}",
    }


def smoothed_frame(training: str, seed: int, smoothing: int) -> Frame:
    """Return the loss, the mean over the last ``smoothing`` batches."""
    loss = recorded_census.curves(training, seed)["loss"]
    return {"loss": bucket_extremes(running_mean(loss, smoothing))}


def untreated_frame(seed: int) -> Frame:
    """Return what the untreated run of the same seed did."""
    untreated = recorded_census.trainings()[0]
    frame = run_frame(untreated, seed)
    return {
        "untreated_gradient_norm": frame["gradient_norm"],
        "untreated_step_size": frame["step_size"],
        "untreated_outcome": f"The untreated one {_outcome(row_of(untreated, seed))}",
    }


def untreated_smoothed_frame(seed: int, smoothing: int) -> Frame:
    """Return the loss of the untreated run of the same seed, smoothed alike."""
    return {"untreated_loss": smoothed_frame(recorded_census.trainings()[0], seed, smoothing)["loss"]}


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
        return f"has no loss from step {row['diverged_at']} on."
    if not row["learnt_at"]:
        return f"does not learn: {100 * row['last_accuracy']:.0f} % right in the last epoch."
    spikes = count(int(row["spikes"]), "spike")
    highest = f"; worst loss {row['worst_loss']:.2f} nats" if row["steps_after"] else ""
    return f"learns in epoch {row['learnt_at']}, then {spikes}{highest}."


STEPS = 200
START = (5.5, -2.4)
WEIGHTS, BIASES = [4.5, 5, 5.5, 6, 6.5], [-3.2, -2.8, -2.4, -2.0]
"""Where descents begin."""
LEARNING_RATES, THRESHOLDS = [0.1, 0.2], [0.1, 1]
WEIGHT = Axis("weight $w$", 4, 7, (4, 5, 6, 7))
BIAS = Axis("bias $b$", -3.4, -1.9, (-3.4, -3, -2.6, -2.2))
LEVELS = (0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.4)
"""Losses at which one shade of the surface ends and the next begins."""


def cliff_explorer() -> Explorer:
    """Return the explorer of gradient descent near the cliff: from one start, with and without norm clipping."""
    return Explorer(
        descent_frame,
        unclipped_frame,
        clipped_frame,
        now_frame,
        name="cliff",
        predict=Prediction(
            "Where does descent without clipping end?",
            ("in the valley", "far away"),
            right="far away",
            because="On the wall one gradient is huge.",
        ),
        panels=(
            (
                Lines(
                    "The loss over $w$ and $b$: the bluer, the higher",
                    x="clipped_w",
                    lines=(
                        Line("clipped_b", "clipped", "output", dots=True),
                        Line("unclipped_b", "unclipped", "gradient", x="unclipped_w", dots=True),
                        Line("start_b", "start", "input", x="start_w", dots=True),
                        Line("end_b", "end", "gate", x="end_w", dots=True),
                    ),
                    x_axis=WEIGHT,
                    y_axis=BIAS,
                    width=230,
                    height=112,
                    x_slider="w",
                    y_slider="b",
                    surface=Surface(surface(), LEVELS, along="step"),
                ),
                Lines(
                    "Loss, and gradient",
                    x="steps",
                    lines=(
                        Line("clipped_loss", "clipped", "output"),
                        Line("unclipped_loss", "unclipped", "gradient"),
                        Line("gradient_norm", "gradient", "bound"),
                    ),
                    x_axis=Axis("step", 0, STEPS, (0, 100, 200)),
                    y_axis=Axis("size", 1e-6, 1e4, (1e-6, 1e-3, 1, 1e3), logarithmic=True),
                    width=120,
                    height=55,
                    cursor="now",
                    x_slider="steps_taken",
                ),
            ),
            Text(("unclipped_end", "clipped_end")),
        ),
        learning_rate=Slider("rate η", LEARNING_RATES, start=0.2),
        threshold=Slider("threshold", THRESHOLDS, start=1),
        steps_taken=Slider("step", range(STEPS + 1), start=STEPS, shown=False, play=20),
        w=Slider("start w", WEIGHTS, start=START[0], shown=False),
        b=Slider("start b", BIASES, start=START[1], shown=False),
    )


def surface() -> Array:
    """Return the loss at the middles of the cells of a fine grid: a row for each b, upwards, a column for each w."""

    def middles(axis: Axis, count: int) -> Array:
        edges = np.linspace(axis.low, axis.high, count + 1)
        return (edges[1:] + edges[:-1]) / 2

    loss, _ = loss_and_gradient(middles(WEIGHT, 80), middles(BIAS, 34)[:, np.newaxis])
    return loss


@cache
def descents() -> tuple[Array, Array, Array]:
    """Return the places that descent visits, and the loss and the norm of the gradient there.

    Axes: the step; the start's w, its b, the learning rate, and the threshold, the last of which is infinite; for
    places, then w and b.
    """
    starts = np.stack(np.meshgrid(WEIGHTS, BIASES, indexing="ij"), axis=-1)[:, :, np.newaxis, np.newaxis]
    places = descend(starts, np.reshape(LEARNING_RATES, (-1, 1)), [*THRESHOLDS, np.inf], STEPS)
    loss, gradient = loss_and_gradient(places[..., 0], places[..., 1])
    return places, loss, np.linalg.norm(gradient, axis=-1)


def descent_of(w: float, b: float, learning_rate: float, threshold: float) -> tuple[Array, Array, Array]:
    """Return the places of one descent, the loss and the norm of the gradient at each."""
    setting = (
        WEIGHTS.index(w),
        BIASES.index(b),
        LEARNING_RATES.index(learning_rate),
        [*THRESHOLDS, np.inf].index(threshold),
    )
    places, loss, norm = (values[:, *setting] for values in descents())
    return places, loss, norm


def descent_frame(w: float, b: float) -> Frame:
    """Return the steps, and the start."""
    return {"steps": np.arange(STEPS + 1.0), "start_w": np.array([w]), "start_b": np.array([b])}


def now_frame(steps_taken: int) -> Frame:
    """Return the place of the cursor."""
    return {"now": steps_taken}


def unclipped_frame(w: float, b: float, learning_rate: float) -> Frame:
    """Return the descent without clipping, and how it ends."""
    places, loss, norm = descent_of(w, b, learning_rate, np.inf)
    return {
        **_on_the_map("unclipped", places),
        "unclipped_loss": loss.astype(np.float16),
        "gradient_norm": norm.astype(np.float16),
        "unclipped_end": f"Unclipped, after {STEPS} steps: ℓ = {format_number(loss[-1], digits=2)}{_where(places[-1])}.",
    }


def clipped_frame(w: float, b: float, learning_rate: float, threshold: float) -> Frame:
    """Return the descent with clipping, and how it ends."""
    places, loss, norm = descent_of(w, b, learning_rate, threshold)
    clipped = int((norm[:-1] > threshold).sum())
    return {
        **_on_the_map("clipped", places),
        **_on_the_map("end", places[-1:]),
        "clipped_loss": loss.astype(np.float16),
        "clipped_end": f"Clipped: ℓ = {format_number(loss[-1], digits=2)}{_where(places[-1])}; "
        f"{count(clipped, 'gradient')} cut.",
    }


def _on_the_map(name: str, places: Array) -> dict[str, Array]:
    """Return the coordinates of places, with gaps where they are off the map."""
    w, b = places.T
    inside = (w >= WEIGHT.low) & (w <= WEIGHT.high) & (b >= BIAS.low) & (b <= BIAS.high)
    drawn = np.where(inside[:, np.newaxis], places, np.nan).astype(np.float16)  # finer than a pixel
    return {f"{name}_w": drawn[:, 0], f"{name}_b": drawn[:, 1]}


def _where(place: Array) -> str:
    """Return where a descent ends if that is off the map."""
    off_the_map = np.isnan(_on_the_map("end", place[np.newaxis])["end_w"]).any()
    return ", off the map" if off_the_map else ""


REPLACED = {
    "clipped": "clipped",
    "usual_length": "usual length",
    "none": "no step",
    "long_memory": "long memory",
    "sgd": "SGD",
}
"""The steps of the replay that are taken in place of the long one."""
HORIZONS = np.arange(1, 32)


def survival_explorer() -> Explorer:
    """Return the explorer of the batches without a spike, after another step in place of the long one."""
    return Explorer(
        every_step_frame,
        replaced_frame,
        horizon_frame,
        name="survival",
        predict=Prediction(
            "Clip the one long step before a spike, and train on. For how long is the spike gone?",
            ("for good", "for a few batches, in many cases"),
            right="for a few batches, in many cases",
            because="The step is shorter, but the next gradients are large as well.",
        ),
        panels=(
            Lines(
                "Share of the cases without a spike so far",
                x="batches",
                lines=(
                    *(Line(step, words, "ghost") for step, words in REPLACED.items()),
                    Line("calm", "after a calm", "input"),
                    Line("survival", "this step", "gradient"),
                ),
                x_axis=Axis("batches after the step", 1, 31, (1, 10, 20, 30)),
                y_axis=Axis("%", 0, 100, (0, 25, 50, 75, 100)),
                width=300,
                height=210,
                label_width=100,
                cursor="horizon_now",
                x_slider="horizon",
            ),
            Text(("survived",)),
        ),
        replaced=Slider(
            "step taken",
            list(REPLACED),
            start="clipped",
            names={step: words for step, words in REPLACED.items()},
        ),
        horizon=Slider("batches", range(1, 32), start=31, play=5),
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
    return {
        "horizon_now": horizon,
        "survived": f"After {horizon} batch{'es' * (horizon > 1)}, {100 * share:.0f} % of "
        f"{len(recorded_replay.spikes()['seed'])} replayed spikes have not begun; of moments of calm, {100 * calm:.0f} % are "
        "without a spike.",
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
NETWORKS = 500
BINS = np.arange(-0.4, 3.01, 0.04)
"""The edges of the histogram's bins: no network on the grid is beyond them."""


def initial_loss_explorer() -> Explorer:
    """Return the explorer of untrained networks: the histogram of their losses, beside ln C."""
    return Explorer(
        networks_frame,
        name="initial-loss",
        predict=Prediction(
            "Four classes, large output weights. Where is the mean loss of untrained networks?",
            ("below ln 4", "at ln 4", "above ln 4"),
            right="above ln 4",
            because="They prefer some classes, and are wrong at random.",
        ),
        panels=(
            Lines(
                f"Histogram of {NETWORKS} untrained networks: the loss minus ln C",
                x="losses",
                lines=(
                    Line("networks", "networks", "output", steps=True),
                    Line("log_height", "ln C", "bound", x="log"),
                    Line("formula_height", "mean by the formula", "gradient", x="formula"),
                ),
                x_axis=Axis("loss − ln C, in nats", -0.4, 3, (0, 0.5, 1, 1.5, 2, 2.5, 3)),
                y_axis=Axis("count, relative to the fullest bin", 0, 1.05, (0, 0.5, 1)),
                width=400,
                height=180,
            ),
            Text(("mean_sentence", "accuracy_sentence")),
        ),
        classes=Slider("classes C", CLASSES, start=4),
        scale=Slider("output weights ×", SCALES, start=4),
    )


def networks_frame(classes: int, scale: float) -> Frame:
    """Return the histogram of the losses, ln C, the loss that (4.11) expects, and what they say."""
    drawn = untrained(classes, NETWORKS, scale=scale)
    log, formula = np.log(classes), expected_loss(drawn.variance, classes)
    counts, edges = np.histogram(drawn.loss - log, BINS)
    below = 100 * (drawn.loss < log - 1e-9).mean()
    return {
        "losses": edges,
        "networks": np.append(counts, 0) / counts.max(),
        "log": np.zeros(2),
        "formula": np.full(2, formula - log),
        "log_height": np.array([0.0, 1.0]),
        "formula_height": np.array([0.0, 1.0]),
        "mean_sentence": f"ln {classes} = {log:.3f} nats. The mean loss is {drawn.loss.mean():.3f}, by the formula "
        f"{formula:.3f}; {below:.0f} % of the networks are below ln {classes}.",
        "accuracy_sentence": f"Their accuracy is {100 * drawn.accuracy.mean():.1f} % on average; 1/C is {100 / classes:.1f} %.",
    }
