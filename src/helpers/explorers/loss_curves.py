"""The explorers of chapter 1.3: the cliff, and the loss before the first step."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..drawings import Axis, Line, Lines, Text
from .explorer import Explorer, Slider

STEPS = 200
START = (5.5, -2.4)
LEARNING_RATES, THRESHOLDS = [0.05, 0.1, 0.2, 0.4, 0.8], [0.03, 0.1, 0.3, 1, 3, np.inf]
CONTOURS = {"low": (0.02, 0.04, 0.06), "high": (0.15, 0.3)}
"""Losses at which a contour is drawn: on the gentle slope right of the wall, and where the wall is crossed or left of it."""
WEIGHT = Axis("weight w", 4, 7, (4, 5, 6, 7))
BIAS = Axis("bias b", -3.4, -2, (-3.4, -3, -2.6, -2.2))


def cliff_explorer():
    """Return the explorer of gradient descent near the cliff, with norm clipping."""
    step = Axis("step", 0, STEPS, (0, 50, 100, 150, 200))
    return Explorer(
        contour_frame,
        way_frame,
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
        threshold=Slider("clipping threshold", THRESHOLDS, start=np.inf),
        steps_taken=Slider("steps", range(10, STEPS + 1, 10), start=STEPS),
    )


@cache
def contour_frame():
    """Where the loss takes the values of the contours, from the reference on a fine grid: pairs of w and b, with gaps."""
    from ..loss_curves.cliff import loss_and_gradient

    w, b = np.linspace(WEIGHT.low, WEIGHT.high, 601), np.linspace(BIAS.low, BIAS.high, 57)
    loss, _ = loss_and_gradient(w, b[:, np.newaxis])
    frame = {}
    for name, values in CONTOURS.items():
        lines = [_contour(w, b, loss, value) for value in values]
        gap = np.full((1, 2), np.nan)
        points = np.concatenate([part for line in lines for part in (line, gap)])
        frame |= {f"{name}_w": points[:, 0], f"{name}_b": points[:, 1]}
    return frame


def _contour(w, b, loss, value):
    """The last place of each row, from left to right, at which the loss crosses the value; NaN where it does not."""
    points = np.full((len(b), 2), np.nan)
    for row in range(len(b)):
        crossings = np.flatnonzero((loss[row, :-1] < value) != (loss[row, 1:] < value))
        if crossings.size:
            at = crossings[-1]
            share = (value - loss[row, at]) / (loss[row, at + 1] - loss[row, at])
            points[row] = w[at] + share * (w[at + 1] - w[at]), b[row]
    return points


@cache
def ways():
    """The places that gradient descent visits, with the loss and the norm of the gradient at each, for all settings."""
    from ..loss_curves.cliff import descend, loss_and_gradient

    places = descend(START, np.reshape(LEARNING_RATES, (-1, 1)), THRESHOLDS, STEPS)
    loss, gradient = loss_and_gradient(places[..., 0], places[..., 1])
    return places, loss, np.linalg.norm(gradient, axis=-1)


def way_frame(learning_rate, threshold, steps_taken):
    """The way so far, what it costs, and its longest step in words."""
    setting = LEARNING_RATES.index(learning_rate), THRESHOLDS.index(threshold)
    places, loss, norm = (values[:, *setting] for values in ways())
    taken = np.arange(STEPS + 1) <= steps_taken
    lengths = np.linalg.norm(np.diff(places[taken], axis=0), axis=1)
    longest = int(lengths.argmax())
    clipped = int((norm[:steps_taken] > threshold).sum())
    so_far = f"The longest of {steps_taken} steps is step {longest + 1}: its gradient is {_short(norm[longest])} long, and the step {_short(lengths[longest])}."
    never = "Nothing is clipped." if np.isinf(threshold) else f"{clipped} of the gradients are clipped."
    w, b = places[steps_taken]
    inside = WEIGHT.low <= w <= WEIGHT.high and BIAS.low <= b <= BIAS.high
    return {
        "steps": np.arange(STEPS + 1.0),
        "way_w": np.where(taken, places[:, 0], np.nan),
        "way_b": np.where(taken, places[:, 1], np.nan),
        "loss": np.where(taken, loss, np.nan),
        "norm": np.where(taken, norm, np.nan),
        "limit": np.full(STEPS + 1, threshold),
        "jump": f"{so_far} {never}",
        "end": f"After {steps_taken} steps w = {_short(w)} and b = {_short(b)}, where ℓ = {_short(loss[steps_taken])}; it began at {_short(loss[0])}."
        + ("" if inside else " That is outside of the picture."),
    }


CLASSES = range(2, 17)
NETWORKS = 1000


def initial_loss_explorer():
    """Return the explorer of untrained networks: their loss against the number of classes, and how it is spread."""
    return Explorer(
        classes_frame,
        networks_frame,
        panels=(
            Text(("mean_sentence", "spread_sentence", "accuracy_sentence")),
            Lines(
                "1000 untrained networks for each number of classes",
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
                y_axis=Axis("loss − ln C", -0.2, 1, (-0.2, 0, 0.2, 0.4, 0.6, 0.8, 1)),
                height=180,
            ),
        ),
        classes=Slider("classes C", CLASSES, start=4),
        scale=Slider("scale of output weights", [0, 0.5, 1, 2, 4, 8], start=1),
    )


@cache
def fresh(classes, scale):
    """The untrained networks that the explorer shows."""
    from ..loss_curves.initial import untrained

    return untrained(classes, NETWORKS, scale=scale)


def classes_frame(scale):
    """Mean and spread of the loss for each C."""
    losses = np.array([fresh(classes, scale).loss for classes in CLASSES])
    lowest, highest = np.quantile(losses, [0.05, 0.95], axis=1)
    return {
        "classes": np.array(CLASSES, float),
        "mean": losses.mean(axis=1),
        "lowest": lowest,
        "highest": highest,
        "log": np.log(CLASSES),
    }


def networks_frame(classes, scale):
    """All networks of one C, and what (4.7) expects of them."""
    from ..loss_curves.initial import expected_loss

    untrained = fresh(classes, scale)
    excess, places = np.sort(untrained.loss) - np.log(classes), np.arange(0, NETWORKS, 10)
    formula = expected_loss(untrained.variance, classes) - np.log(classes)
    below = 100 * (excess < -1e-9).mean()
    return {
        "rank": (places + 0.5) * 100 / NETWORKS,
        "sorted": excess[places],
        "formula": np.full(len(places), formula),
        "zero": np.zeros(len(places)),
        "mean_sentence": f"With {classes} classes, ln C = {np.log(classes):.3f}. The mean of 1000 untrained networks is "
        f"{untrained.loss.mean():.3f}; the formula says {np.log(classes) + formula:.3f}.",
        "spread_sentence": f"They lie between {untrained.loss.min():.3f} and {untrained.loss.max():.3f}, "
        f"each on a batch of 32; {below:.0f} % are below ln C.",
        "accuracy_sentence": f"Their accuracy is {100 * untrained.accuracy.mean():.1f} % on average, and 1/C is {100 / classes:.1f} %.",
    }


def _short(number):
    """Three digits, and a true minus sign; very large and small numbers as powers of ten."""
    if 0 < abs(number) < 1e-3 or abs(number) >= 1e4:
        digits, exponent = f"{number:.1e}".split("e")
        power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{digits} · 10{power}".replace("-", "−")
    return f"{number:.3g}".replace("-", "−")
